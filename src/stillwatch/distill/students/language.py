"""Route (c): a language model trained on a teacher's cached log-probabilities and answers; also the entry to route (d).

The cache holds the teacher's top-k log-probabilities at every position of its own answers (``harvest --top-k``). The loss is
Kullback-Leibler divergence over the k tokens and the tail, which counts as one more outcome so that its probability is not lost,
mixed with cross-entropy on the teacher's tokens. The student starts from a few of the teacher's own layers, or from a model in a
folder, and has the teacher's vocabulary.
"""

import copy
import inspect
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stillwatch.distill import store, teachers
from stillwatch.distill.exchange import Exchange, TopK
from stillwatch.distill.extra import need
from stillwatch.distill.manifest import Manifest
from stillwatch.distill.students import loop
from stillwatch.distill.teachers.endpoint import UNANSWERED
from stillwatch.distill.teachers.language import LanguageModel, load
from stillwatch.errors import InputError
from stillwatch.terminal.counting import number_of

MIX = 0.5
"""Weight of the loss on the teacher's distributions; the rest is the weight of that on its tokens."""
MIN_ANSWERS = 20
"""Fewest answers to train on."""


def cut(model: Any, layers: Sequence[int]) -> Any:
    """A float32 student with the layers of these indices of a decoder; it shares no weights. Raises InputError where there are no such."""
    torch = need("torch", what="training a language model")
    inner = getattr(model, "model", None)
    stack = getattr(inner, "layers", None)
    if stack is None:
        raise InputError("this model's layers were not found", todo="It needs model.layers, as Llama has")
    if not layers or min(layers) < 0 or max(layers) >= len(stack):
        todo = f"The teacher's are 0 to {len(stack) - 1}"
        raise InputError(f"no layers {', '.join(map(str, layers))} to keep", where="--layers", todo=todo)
    student = copy.deepcopy(model).float()
    student.model.layers = torch.nn.ModuleList([student.model.layers[i] for i in layers])
    for index, layer in enumerate(student.model.layers):
        layer.self_attn.layer_idx = index
    student.config.num_hidden_layers = len(layers)
    if getattr(student.config, "layer_types", None):
        student.config.layer_types = [student.config.layer_types[i] for i in layers]
    return student.train()


def parameters(model: Any) -> int:
    """Number of parameters of a model; tied ones count once."""
    return sum(p.numel() for p in model.parameters())


@dataclass(frozen=True)
class Tokens:
    """A conversation as tokens, with the teacher's distribution at each token of its answer."""

    ids: list[int]
    start: int
    """Position of the answer's first token in ``ids``."""
    top: TopK | None
    """Row j is for token ``start + j``; None where nothing is cached."""


def sequences(teacher: LanguageModel, rows: Sequence[Exchange], *, max_length: int = 512) -> list[Tokens]:
    """Tokenise exchanges.

    Args:
        teacher: its tokenizer and chat template are used.
        rows: of the store; those without messages or answer are left out.
        max_length: tokens of a conversation. The rest is cut off; a prompt that leaves no token of the answer is left out.

    Returns:
        A sequence for each exchange kept, with the cached distributions where they match the answer's tokens one to one.
    """
    tokenised = []
    for row in rows:
        if row.messages is None or not row.reply.answer:
            continue
        prompt = teacher.ids(row.messages)
        answer = teacher.tokenizer(row.reply.answer, add_special_tokens=False, verbose=False)["input_ids"]
        if row.reply.finish not in UNANSWERED and teacher.tokenizer.eos_token_id is not None:
            answer = [*answer, teacher.tokenizer.eos_token_id]
        top = row.reply.top
        if top is not None and (row.reply.trace or len(top.ids) != len(answer)):
            top = None
        ids = [*prompt, *answer][:max_length]
        if len(ids) <= len(prompt):
            continue
        n = len(ids) - len(prompt)
        if top is not None:
            top = TopK(top.ids[:n], top.logprobs[:n], top.tail[:n])
        tokenised.append(Tokens(ids, len(prompt), top))
    return tokenised


def loss(torch: Any, logits: Any, batch: Sequence[Tokens], mix: float, reverse: bool = False, first: int = 0) -> Any:
    """Mean loss per token of the answers, nats.

    Args:
        torch: the module.
        logits: (n, length, n_vocabulary) of the student.
        batch: the n sequences that it read, padded on the right.
        mix: weight of the loss on the teacher's distributions, 0 to 1.
        reverse: use reverse (student to teacher) instead of forward Kullback-Leibler divergence.
        first: position of the first row of logits in the sequences.
    """
    total, n = 0.0, 0
    for i, sequence in enumerate(batch):
        logp = logits[i, sequence.start - 1 - first : len(sequence.ids) - 1 - first].float().log_softmax(-1)
        tokens = torch.tensor(sequence.ids[sequence.start :])
        token_loss = -logp.gather(1, tokens[:, None])[:, 0]
        if sequence.top is not None and mix:
            ids = torch.from_numpy(sequence.top.ids.astype(np.int64))
            teacher_logp = torch.from_numpy(sequence.top.logprobs.astype(np.float32))
            tail = torch.from_numpy(sequence.top.tail.astype(np.float32)).clamp(min=1e-6)
            student_logp = logp.gather(1, ids)
            student_tail = torch.log1p(-student_logp.exp().sum(1).clamp(max=1 - 1e-6))
            teacher = torch.cat([teacher_logp, tail.log()[:, None]], 1).log_softmax(1)
            student = torch.cat([student_logp, student_tail[:, None]], 1)
            divergence = (student.exp() * (student - teacher)).sum(1) if reverse else (teacher.exp() * (teacher - student)).sum(1)
            token_loss = (1 - mix) * token_loss + mix * divergence
        total = total + token_loss.sum()
        n += len(tokens)
    return total / max(n, 1)


def pad(torch: Any, batch: Sequence[Tokens], token: int) -> tuple[Any, Any]:
    """Token ids and mask, both (n, length), padded on the right with ``token``."""
    width = max(len(sequence.ids) for sequence in batch)
    ids = torch.tensor([sequence.ids + [token] * (width - len(sequence.ids)) for sequence in batch])
    mask = torch.tensor([[1] * len(sequence.ids) + [0] * (width - len(sequence.ids)) for sequence in batch])
    return ids, mask


def read(torch: Any, model: Any, batch: Sequence[Tokens], token: int) -> tuple[Any, int]:
    """Logits (n, length, n_vocabulary) from the start of the earliest answer on, and the position of their first row.

    Logits of prompts are skipped where the model allows it: with a large vocabulary they cost more than the layers.
    """
    ids, mask = pad(torch, batch, token)
    first = min(sequence.start for sequence in batch) - 1
    if first > 0 and "logits_to_keep" in inspect.signature(model.forward).parameters:
        return model(input_ids=ids, attention_mask=mask, logits_to_keep=ids.shape[1] - first).logits, first
    return model(input_ids=ids, attention_mask=mask).logits, 0


def train(
    student: Any, data: Sequence[Tokens], held: Sequence[Tokens], schedule: loop.Schedule, *, pad_token: int, mix: float = MIX,
    reverse: bool = False, batch: int = 8, rate: float = 1e-3, precision: str = "float32", folder: Path | None = None, quiet: bool = False,
) -> loop.History:
    """Train a student in place on cached distributions and sequences.

    Args:
        student: a causal model in float32, which its weights stay.
        data: sequences to train on.
        held: sequences for early stopping, by the loss on their tokens alone.
        schedule: limits.
        pad_token: id of the token that fills short sequences.
        mix: weight of the loss on the teacher's distributions, 0 to 1.
        reverse: see :func:`loss`.
        batch: sequences per step.
        rate: highest learning rate.
        precision: of products: float32 or bfloat16.
        folder: for checkpoints.
        quiet: no progress bar.
    """
    torch = need("torch", what="training a language model")
    optimiser = torch.optim.AdamW(student.parameters(), lr=rate, weight_decay=0.01)
    n_steps = max(schedule.epochs * -(-len(data) // batch), 1)

    def step(rows: Sequence[Tokens]) -> Any:
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            logits, first = read(torch, student, rows, pad_token)
        return loss(torch, logits, rows, mix, reverse, first)

    def epoch(number: int) -> None:
        student.train()
        order = np.random.default_rng((schedule.seed, number)).permutation(len(data))
        for i, begin in enumerate(range(0, len(order), batch)):
            done = (number * -(-len(data) // batch) + i) / n_steps
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1.0, 20 * done + 0.1) * (0.55 + 0.45 * float(np.cos(np.pi * done)))
            value = step([data[j] for j in order[begin : begin + batch]])
            optimiser.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
            optimiser.step()

    def state() -> dict[str, Any]:
        return {"model": student.state_dict(), "optimiser": optimiser.state_dict()}

    def restore(kept: dict[str, Any]) -> None:
        student.load_state_dict(kept["model"])
        optimiser.load_state_dict(kept["optimiser"])

    torch.manual_seed(schedule.seed)
    return loop.run(
        schedule, epoch=epoch, validate=lambda: -held_loss(student, held, pad_token=pad_token, batch=batch), state=state,
        restore=restore, folder=folder, of=(mix, reverse, *(sequence.ids for sequence in data)), quiet=quiet,
    )


def held_loss(student: Any, held: Sequence[Tokens], *, pad_token: int, batch: int = 8) -> float:
    """Mean cross-entropy on the answers of held-out sequences, nats per token."""
    torch = need("torch", what="training a language model")
    student.eval()
    total, n = 0.0, 0
    with torch.inference_mode():
        for begin in range(0, len(held), batch):
            rows = held[begin : begin + batch]
            tokens = sum(len(sequence.ids) - sequence.start for sequence in rows)
            logits, first = read(torch, student, rows, pad_token)
            total += float(loss(torch, logits, rows, 0.0, first=first)) * tokens
            n += tokens
    return total / max(n, 1)


def split_held_out(rows: Sequence[Exchange]) -> tuple[list[Exchange], list[Exchange]]:
    """Split exchanges into those to compare on, of about 32 prompts, and those to train on; samples of a prompt stay together."""
    prompt_number: dict[str, int] = {}
    numbers = [prompt_number.setdefault(row.prompt_hash, len(prompt_number)) for row in rows]
    every = max(len(prompt_number) // 32, 2)
    held = [row for row, i in zip(rows, numbers, strict=True) if i % every == 0]
    return held, [row for row, i in zip(rows, numbers, strict=True) if i % every]


def load_start(start: Path, teacher: LanguageModel) -> Any:
    """Load the model to start training from.

    Raises:
        InputError: its vocabulary is not the teacher's, or the folder holds no model.
    """
    tokenizer, model = load(start, train=True)
    if tokenizer.get_vocab() != teacher.tokenizer.get_vocab():
        raise InputError("the student has another vocabulary than the teacher", where=start,
                         todo="Start from a model of the teacher's family, or leave --student out")
    return model


def _load_answers(folder: Path, manifest: Manifest) -> tuple[LanguageModel, list[Exchange], list[str]]:
    """The teacher, its exchanges that have an answer, and notes on those that have none.

    Raises:
        InputError: the manifest or the store does not fit, or there are fewer than MIN_ANSWERS.
    """
    from stillwatch.distill.train import usable_rows

    if manifest.kind != "transformers":
        raise InputError(f"{manifest.name} is not a language model on this machine", todo='Pass a manifest with kind = "transformers"')
    teacher = teachers.load(manifest)
    assert isinstance(teacher, LanguageModel)
    if store.about(folder)["identity"] != teacher.identity:
        raise InputError("the store holds answers of another teacher", where=folder, todo="Harvest with this manifest")
    exchanges, unanswered = usable_rows(folder)
    rows = [row for row in exchanges if row.reply.answer]
    if len(rows) < MIN_ANSWERS:
        few = number_of(len(rows), "answer is", "answers are")
        raise InputError(f"{few} too few to train a language model", where=folder, todo=f"Harvest at least {MIN_ANSWERS}")
    return teacher, rows, unanswered


def _train_student(
    student: Any, teacher: LanguageModel, kept: Sequence[Tokens], rows: Sequence[Exchange], out: Path, schedule: loop.Schedule, *,
    on_policy: bool, loss_kind: str, precision: str, quiet: bool,
) -> tuple[dict[str, Any], int, list[str]]:
    """Train a student in place.

    Args:
        student: transformers model.
        teacher: of the same tokenizer.
        kept: tokens of ``rows``, without those that had no room beside the prompt.
        rows: exchanges to train on.
        out: folder of checkpoints.
        schedule: limits.
        on_policy: train on the student's own answers.
        loss_kind: as for :func:`run`.
        precision: of the arithmetic, as in the manifest.
        quiet: no progress bar.

    Returns:
        What is recorded of the training, the number of answers that were trained on, and notes.
    """
    from stillwatch.distill.students import trl_adapter

    if on_policy or loss_kind == "sequences":
        turns = [
            [{"role": role, "content": text} for role, text in (*row.messages, ("assistant", str(row.reply.answer)))]
            for row in rows if row.messages
        ]
        if on_policy:
            return trl_adapter.on_policy(student, teacher.model, teacher.tokenizer, turns, out, schedule), len(rows), []
        return trl_adapter.sequences(student, teacher.tokenizer, turns, out, schedule), len(rows), []
    # Early stopping must not use the answers that the student is compared on.
    validation, trained = kept[::10], [sequence for i, sequence in enumerate(kept) if i % 10]
    notes = [f"{number_of(len(validation), 'answer')} more were held out for early stopping."]
    if cut_off := len(rows) - len(kept):
        notes.append(f"{number_of(cut_off, 'answer')} had no room beside the prompt.")
    record = train(
        student, trained, validation, schedule, pad_token=teacher.pad_token, precision=precision, reverse=loss_kind == "reverse",
        folder=out, quiet=quiet,
    )
    return asdict(record), len(trained), notes


def run(
    folder: Path, out: Path, manifest: Manifest, *, on_policy: bool, start: Path | None, layers: Sequence[int],
    schedule: loop.Schedule, loss_kind: str = "forward", cpu_hour: float = 0.04, quiet: bool,
) -> Any:
    """Train a language model, compare it on held-out answers and write its folder: routes ``language`` and ``on-policy``.

    The time of a call in the comparison is that of reading a prompt with its answer, which is less than writing an answer takes.

    Args:
        folder: harvest store of the teacher.
        out: folder of the student.
        manifest: of a teacher on this machine.
        on_policy: train on the student's own answers.
        start: transformers folder to start from; None starts from the teacher's layers.
        layers: indices of the teacher's layers to start from; empty for up to four, evenly spaced.
        schedule: limits.
        loss_kind: ``forward`` or ``reverse`` (divergence from the teacher's distributions or to them, beside its tokens) or
            ``sequences`` (its tokens alone, TRL's SFT).
        cpu_hour: price of a CPU hour, in the manifest's currency.
        quiet: no progress bar.

    Returns:
        A :class:`stillwatch.distill.train.Result`.

    Raises:
        InputError: the manifest, the store or the folder to start from does not fit.
    """
    from stillwatch.distill import measures
    from stillwatch.distill.students import trl_adapter
    from stillwatch.distill.train import finish, mark_folder

    teacher, rows, unanswered = _load_answers(folder, manifest)
    held_rows, training_rows = split_held_out(rows)
    held, kept = sequences(teacher, held_rows), sequences(teacher, training_rows)
    if not held or not kept:
        raise InputError("the answers are too long for the prompts to be read", where=folder, todo="Harvest shorter prompts")
    depth = int(teacher.model.config.num_hidden_layers)
    chosen = tuple(layers) or tuple(sorted({round(i) for i in np.linspace(0, depth - 1, min(4, depth))}))
    student = load_start(start, teacher) if start else cut(teacher.model, chosen)
    pad_token = teacher.pad_token

    def measure(name: str, model: Any) -> measures.Row:
        value, cpu = measures.timed_once(lambda batch: held_loss(model, batch, pad_token=pad_token), held)
        return measures.row(name, {"likelihood a token": float(np.exp(-value))}, len(held), parameters(model) * 4, cpu, cpu_hour)

    how = "on-policy" if on_policy else loss_kind
    digest = mark_folder(out, rows, how, schedule.seed, schedule.epochs, tuple(layers), start, manifest.precision)
    held_loss(teacher.model, kept[:1], pad_token=pad_token)  # loads everything before the teacher is timed
    compared = [measure("teacher", teacher.model), measure("student without teacher (its start)", student)]
    training, n_trained, training_notes = _train_student(
        student, teacher, kept, training_rows, out, schedule, on_policy=on_policy, loss_kind=loss_kind, precision=manifest.precision,
        quiet=quiet,
    )
    kept_back = f"{number_of(len(held_rows), 'answer')} of {len(rows):,} were kept back to compare on."
    compared.append(measure("student", student))
    student.save_pretrained(out)
    teacher.tokenizer.save_pretrained(out)
    trl_adapter.tidy(out)
    cached = sum(sequence.top is not None for sequence in kept)
    settings = asdict(schedule) | {"layers": chosen, "cached distributions": cached} | training
    if not on_policy:
        settings["loss"] = loss_kind
    notes = [*unanswered, kept_back, *training_notes]
    return finish(folder, out, "on-policy" if on_policy else "language", settings, compared, n_trained, 0, notes, manifest.currency, digest)
