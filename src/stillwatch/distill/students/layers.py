"""Route (b): a sentence encoder with fewer of its own layers, trained on the teacher's vectors (loss: 1 - cosine).

Two of six layers are not quite three times as fast, because both models spend the same time on tokenising. They are where the
layers also lose some of their inner feed-forward neurons (:func:`narrow`).
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillwatch.distill.extra import need
from stillwatch.distill.students import loop
from stillwatch.errors import InputError
from stillwatch.terminal.counting import number_of

MINI_BATCH = 32
N_CALIBRATION = 256
"""Texts on which the neurons to keep are chosen."""


def spread(n_layers: int, keep: int = 2) -> tuple[int, ...]:
    """Indices of ``keep`` layers of ``n_layers``: the first, the last, and evenly spaced ones between."""
    return tuple(sorted({round(i) for i in np.linspace(0, n_layers - 1, keep)}))


@dataclass(frozen=True)
class Layered:
    """A smaller encoder of the teacher's kind."""

    teacher: Any
    """An encoder teacher whose model is the student's."""
    history: loop.History

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors (n_texts, n_dims), rows of length 1."""
        vectors: NDArray[np.float32] = self.teacher.embed(texts)[0].astype(np.float32)
        return vectors

    def save(self, folder: Path) -> None:
        """Write a transformers folder (safetensors)."""
        self.teacher.model.save_pretrained(folder)
        self.teacher.tokenizer.save_pretrained(folder)


def cut(teacher: Any, layers: Sequence[int]) -> Any:
    """A float32 copy of an encoder teacher with only the layers of these indices; raises InputError where it has no such layers."""
    student = copy.copy(teacher)
    student.model = copy.deepcopy(teacher.model).float()
    stack = getattr(getattr(student.model, "encoder", student.model), "layer", None)
    if stack is None:
        raise InputError("this encoder's layers were not found", todo="It needs encoder.layer, as BERT has")
    if not layers or min(layers) < 0 or max(layers) >= len(stack):
        todo = f"The teacher's are 0 to {len(stack) - 1}"
        raise InputError(f"no layers {', '.join(map(str, layers))} to keep", where="--layers", todo=todo)
    torch = need("torch", what="training an encoder")
    student.model.encoder.layer = torch.nn.ModuleList([stack[i] for i in layers])
    student.model.config.num_hidden_layers = len(layers)
    return student


def narrow(student: Any, width: float, texts: Sequence[str]) -> None:
    """Remove inner neurons of each layer in place; keep those that move its output most on some texts.

    The mean output of the removed neurons is added to the bias.

    Args:
        student: from :func:`cut`.
        width: share of the neurons to keep, above 0 and at most 1.
        texts: to measure the neurons on.

    Raises:
        InputError: the encoder's layers have no inner neurons where BERT has them.
    """
    if width == 1:
        return
    torch = need("torch", what="training an encoder")
    stack = student.model.encoder.layer
    try:
        pairs = [(layer.intermediate.dense, layer.output.dense) for layer in stack]
    except AttributeError as error:
        raise InputError("this encoder's inner neurons were not found", todo="Pass --width 1") from error
    sums = [torch.zeros(2, up.out_features) for up, _ in pairs]
    n_rows = [0] * len(pairs)

    def watch(index: int) -> Any:
        def add(_: Any, inputs: Any) -> None:
            rows = inputs[0].detach().float().flatten(0, -2)
            sums[index] += torch.stack([rows.sum(0), (rows * rows).sum(0)])
            n_rows[index] += len(rows)

        return add

    hooks = [down.register_forward_pre_hook(watch(i)) for i, (_, down) in enumerate(pairs)]
    student.embed(texts)
    for hook in hooks:
        hook.remove()
    keep = max(round(width * pairs[0][0].out_features), 1)
    with torch.no_grad():
        for (up, down), total, n in zip(pairs, sums, n_rows, strict=True):
            mean, square = total / n
            influence = (square - mean * mean) * (down.weight * down.weight).sum(0)
            kept = torch.sort(torch.topk(influence, keep).indices).values
            removed = torch.ones(len(mean), dtype=torch.bool)
            removed[kept] = False
            down.bias += down.weight[:, removed] @ mean[removed]
            up.weight, up.bias = torch.nn.Parameter(up.weight[kept].clone()), torch.nn.Parameter(up.bias[kept].clone())
            down.weight = torch.nn.Parameter(down.weight[:, kept].clone())
            up.out_features = down.in_features = keep
    student.model.config.intermediate_size = keep


def train(
    teacher: Any, layers: Sequence[int], texts: Sequence[str], vectors: NDArray[Any], schedule: loop.Schedule, *, rate: float = 3e-4,
    width: float = 1.0, folder: Path | None = None, quiet: bool = False,
) -> Layered:
    """Train the kept layers of a teacher on its own vectors.

    An epoch is 2,000 texts, so that limits and checkpoints are fine enough. During training weights are float32 and products are
    computed in the teacher's precision; afterwards weights have it, too.

    Args:
        teacher: an encoder teacher.
        layers: indices of the layers to keep.
        texts: (n,) what the teacher read; at least 40.
        vectors: (n, n_dims) its answers.
        schedule: limits; up to 256 texts are held out for early stopping.
        rate: highest learning rate.
        width: share of inner neurons to keep, see :func:`narrow`.
        folder: for checkpoints.
        quiet: no progress bar.

    Raises:
        InputError: there are too few texts, or the layers or neurons are not found.
    """
    torch = need("torch", what="training an encoder")
    if len(texts) < 40:
        raise InputError(f"{number_of(len(texts), 'answer is', 'answers are')} too few to train an encoder", todo="Harvest at least 40")
    student = cut(teacher, layers)
    order = np.random.default_rng(schedule.seed).permutation(len(texts))
    n_held = min(256, len(texts) // 5)
    held_out, in_training = order[:n_held], order[n_held:]
    narrow(student, width, [texts[i] for i in in_training[:N_CALIBRATION]])
    model = student.model
    token_ids = student.tokenizer(list(texts), truncation=True, max_length=student.max_length)["input_ids"]
    lengths = np.array([len(ids) for ids in token_ids])
    targets = torch.nn.functional.normalize(torch.tensor(np.asarray(vectors, np.float32)), dim=1)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    n_steps = max(schedule.epochs * 2000 // MINI_BATCH, 1)
    torch.manual_seed(schedule.seed)

    def embed(rows: Any) -> Any:
        batch = student.tokenizer.pad({"input_ids": [token_ids[i] for i in rows]}, return_tensors="pt")
        with torch.autocast("cpu", torch.bfloat16, enabled=student.precision == "bfloat16"):
            hidden = model(**batch).last_hidden_state.float()
        mask = batch["attention_mask"].unsqueeze(-1).float()
        pooled = hidden[:, 0] if student.first else (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
        return torch.nn.functional.normalize(pooled, dim=1)

    def epoch(number: int) -> None:
        model.train()
        chosen = np.random.default_rng((schedule.seed, number)).choice(in_training, min(2000, len(in_training)), replace=False)
        chosen = chosen[np.argsort(lengths[chosen], kind="stable")]
        blocks = [chosen[i : i + MINI_BATCH] for i in range(0, len(chosen), MINI_BATCH)]
        for i, block in enumerate(np.random.default_rng(number).permutation(len(blocks)).tolist()):
            done = min((number * 2000 / MINI_BATCH + i) / n_steps, 1.0)
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1.0, 20 * done + 0.05) * (0.55 + 0.45 * float(np.cos(np.pi * done)))
            loss = (1 - (embed(blocks[block]) * targets[blocks[block]]).sum(1)).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    def validate() -> float:
        model.eval()
        with torch.inference_mode():
            batches = [held_out[i : i + MINI_BATCH] for i in range(0, len(held_out), MINI_BATCH)]
            parts = [(embed(rows) * targets[rows]).sum(1) for rows in batches]
        return float(torch.cat(parts).mean())

    def state() -> dict[str, Any]:
        return {"model": model.state_dict(), "optimiser": optimiser.state_dict()}

    def restore(state_: dict[str, Any]) -> None:
        model.load_state_dict(state_["model"])
        optimiser.load_state_dict(state_["optimiser"])

    identity = (tuple(layers), width, *texts)
    history = loop.run(schedule, epoch=epoch, validate=validate, state=state, restore=restore, folder=folder, of=identity, quiet=quiet)
    model.eval().to(getattr(torch, student.precision))
    return Layered(student, history)
