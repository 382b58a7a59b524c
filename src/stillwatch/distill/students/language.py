"""Route (c): a language model on a teacher's cached top-k log-probabilities and on its sequences; entry of route (d).

The cache says what the teacher thought at every place of its own answers (``harvest --top-k``). The loss is forward
Kullback-Leibler divergence over the k tokens and the tail as one more outcome, so that mass outside the k is not lost,
mixed with the usual loss on the teacher's tokens. The student starts from a few of the teacher's own layers, or from a
folder; its vocabulary is the teacher's.
"""

import copy
import inspect
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stillwatch.distill import manifest, store, teachers
from stillwatch.distill.exchange import Exchange, TopK
from stillwatch.distill.extra import need
from stillwatch.distill.students import loop
from stillwatch.distill.teachers.endpoint import UNANSWERED
from stillwatch.distill.teachers.language import LanguageModel, load
from stillwatch.errors import InputError
from stillwatch.terminal.counting import number_of

MIX = 0.5
"""Weight of the teacher's distributions; the rest is of its tokens."""
LEAST = 20
"""Answers to train on."""


def cut(model: Any, layers: Sequence[int]) -> Any:
    """A student of some of a decoder's layers in float32, embeddings and output shared with nobody; raises InputError otherwise."""
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
    for place, layer in enumerate(student.model.layers):
        layer.self_attn.layer_idx = place
    student.config.num_hidden_layers = len(layers)
    if getattr(student.config, "layer_types", None):
        student.config.layer_types = [student.config.layer_types[i] for i in layers]
    return student.train()


def parameters(model: Any) -> int:
    """Numbers in a model, tied ones once."""
    return sum(p.numel() for p in model.parameters())


@dataclass(frozen=True)
class Tokens:
    """One conversation as tokens, with what the teacher thought of each token of its answer."""

    ids: list[int]
    start: int
    """Place of the answer's first token."""
    top: TopK | None
    """Row j is for token ``start + j``."""


def sequences(teacher: LanguageModel, rows: Sequence[Exchange], *, max_length: int = 512) -> list[Tokens]:
    """Tokenise exchanges; the cache is kept where its rows match the answer's tokens."""
    found = []
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
        found.append(Tokens(ids, len(prompt), top))
    return found


def loss(torch: Any, logits: Any, batch: Sequence[Tokens], mix: float, reverse: bool = False, first: int = 0) -> Any:
    """Mean loss a token of the answers.

    Args:
        torch: the library.
        logits: (n, length, vocabulary) of the student.
        batch: what it read, padded on the right.
        mix: weight of the teacher's distributions.
        reverse: Kullback-Leibler divergence from the student to the teacher rather than the other way round.
        first: place that the first row of logits is of.
    """
    total, n = 0.0, 0
    for i, one in enumerate(batch):
        own = logits[i, one.start - 1 - first : len(one.ids) - 1 - first].float().log_softmax(-1)
        tokens = torch.tensor(one.ids[one.start :])
        plain = -own.gather(1, tokens[:, None])[:, 0]
        if one.top is not None and mix:
            ids = torch.from_numpy(one.top.ids.astype(np.int64))
            theirs = torch.from_numpy(one.top.logprobs.astype(np.float32))
            tail = torch.from_numpy(one.top.tail.astype(np.float32)).clamp(min=1e-6)
            mine = own.gather(1, ids)
            rest = torch.log1p(-mine.exp().sum(1).clamp(max=1 - 1e-6))
            p = torch.cat([theirs, tail.log()[:, None]], 1).log_softmax(1)
            q = torch.cat([mine, rest[:, None]], 1)
            divergence = (q.exp() * (q - p)).sum(1) if reverse else (p.exp() * (p - q)).sum(1)
            plain = (1 - mix) * plain + mix * divergence
        total = total + plain.sum()
        n += len(tokens)
    return total / max(n, 1)


def pad(torch: Any, batch: Sequence[Tokens], token: int) -> tuple[Any, Any]:
    """Token numbers and mask (n, length), padded on the right."""
    width = max(len(one.ids) for one in batch)
    ids = torch.tensor([one.ids + [token] * (width - len(one.ids)) for one in batch])
    mask = torch.tensor([[1] * len(one.ids) + [0] * (width - len(one.ids)) for one in batch])
    return ids, mask


def read(torch: Any, model: Any, batch: Sequence[Tokens], token: int) -> tuple[Any, int]:
    """Logits (n, length, vocabulary) from the first answer's place on, and that place.

    Those of the prompts are not computed where the model can leave them out: with a large vocabulary they cost more than the layers.
    """
    ids, mask = pad(torch, batch, token)
    first = min(one.start for one in batch) - 1
    if first > 0 and "logits_to_keep" in inspect.signature(model.forward).parameters:
        return model(input_ids=ids, attention_mask=mask, logits_to_keep=ids.shape[1] - first).logits, first
    return model(input_ids=ids, attention_mask=mask).logits, 0


def train(
    student: Any, data: Sequence[Tokens], held: Sequence[Tokens], schedule: loop.Schedule, *, pad_token: int, mix: float = MIX,
    reverse: bool = False, batch: int = 8, rate: float = 1e-3, precision: str = "float32", folder: Path | None = None, quiet: bool = False,
) -> loop.History:
    """Train a student in place on cached distributions and sequences; validates on the plain loss of ``held``.

    Weights stay in float32; with ``precision`` bfloat16, products are taken in it.
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
        restore=restore, folder=folder, of=(mix, reverse, *(one.ids for one in data)), quiet=quiet,
    )


def held_loss(student: Any, held: Sequence[Tokens], *, pad_token: int, batch: int = 8) -> float:
    """Plain loss on the answers of held-out sequences, nats a token."""
    torch = need("torch", what="training a language model")
    student.eval()
    total, n = 0.0, 0
    with torch.inference_mode():
        for begin in range(0, len(held), batch):
            rows = held[begin : begin + batch]
            tokens = sum(len(one.ids) - one.start for one in rows)
            logits, first = read(torch, student, rows, pad_token)
            total += float(loss(torch, logits, rows, 0.0, first=first)) * tokens
            n += tokens
    return total / max(n, 1)


def apart(rows: Sequence[Exchange]) -> tuple[list[Exchange], list[Exchange]]:
    """Exchanges to compare on, those of about 32 prompts, and to train on; all samples of a prompt are on one side."""
    place: dict[str, int] = {}
    numbers = [place.setdefault(row.prompt_hash, len(place)) for row in rows]
    every = max(len(place) // 32, 2)
    out = [i % every == 0 for i in numbers]
    return [row for row, held in zip(rows, out, strict=True) if held], [row for row, held in zip(rows, out, strict=True) if not held]


def started(start: Path, teacher: LanguageModel) -> Any:
    """The model of a folder to start from, for training.

    Raises:
        InputError: its vocabulary is not the teacher's, whose tokens it is to learn.
    """
    tokenizer, model = load(start, train=True)
    if tokenizer.get_vocab() != teacher.tokenizer.get_vocab():
        raise InputError("the student has another vocabulary than the teacher", where=start,
                         todo="Start from a model of the teacher's family, or leave --student out")
    return model


def run(
    folder: Path, out: Path, told: manifest.Manifest, *, on_policy: bool, start: Path | None, layers: Sequence[int],
    schedule: loop.Schedule, loss_kind: str = "forward", cpu_hour: float = 0.04, quiet: bool,
) -> Any:
    """``stillwatch distill train language`` and ``on-policy``: train, compare on answers held out, write the folder.

    ``loss_kind`` is ``forward`` or ``reverse`` (divergence from the teacher's distributions or to them, beside its tokens) or
    ``sequences`` (its tokens alone, TRL's SFT). The time of a call is that of reading a prompt with its answer: less than
    writing one takes.
    """
    from stillwatch.distill import measures
    from stillwatch.distill.students import trl_adapter
    from stillwatch.distill.train import answered, begin, finish

    if told.kind != "transformers":
        raise InputError(f"{told.name} is not a language model on this machine", todo='Pass a manifest with kind = "transformers"')
    teacher = teachers.load(told)
    assert isinstance(teacher, LanguageModel)
    if store.about(folder)["identity"] != teacher.identity:
        raise InputError("the store holds answers of another teacher", where=folder, todo="Harvest with this manifest")
    found, unanswered = answered(folder)
    rows = [row for row in found if row.reply.answer]
    if len(rows) < LEAST:
        few = number_of(len(rows), "answer is", "answers are")
        raise InputError(f"{few} too few to train a language model", where=folder, todo=f"Harvest at least {LEAST}")
    out_rows, in_rows = apart(rows)
    held, kept = sequences(teacher, out_rows), sequences(teacher, in_rows)
    if not held or not kept:
        raise InputError("the answers are too long for the prompts to be read", where=folder, todo="Harvest shorter prompts")
    depth = int(teacher.model.config.num_hidden_layers)
    chosen = tuple(layers) or tuple(sorted({round(i) for i in np.linspace(0, depth - 1, min(4, depth))}))
    student = started(start, teacher) if start else cut(teacher.model, chosen)
    token = teacher.tokenizer.pad_token_id if teacher.tokenizer.pad_token_id is not None else teacher.tokenizer.eos_token_id

    def line(name: str, model: Any) -> measures.Row:
        value, cpu = measures.once(lambda asked: held_loss(model, asked, pad_token=token), held)
        return measures.row(name, {"likelihood a token": float(np.exp(-value))}, len(held), parameters(model) * 4, cpu, cpu_hour)

    how = "on-policy" if on_policy else loss_kind
    mark = begin(out, rows, how, schedule.seed, schedule.epochs, tuple(layers), start, told.precision)
    held_loss(teacher.model, kept[:1], pad_token=token)  # so that nothing is loaded while the teacher is timed
    compared = [line("teacher", teacher.model), line("student without teacher (its start)", student)]
    notes: dict[str, Any] = {}
    n_learnt = len(in_rows)
    told_apart = [*unanswered, f"{number_of(len(out_rows), 'answer')} of {len(rows):,} were kept back to compare on."]
    if on_policy or loss_kind == "sequences":
        turns = [
            [{"role": role, "content": text} for role, text in (*row.messages, ("assistant", str(row.reply.answer)))]
            for row in in_rows if row.messages
        ]
        if on_policy:
            notes = trl_adapter.on_policy(student, teacher.model, teacher.tokenizer, turns, out, schedule)
        else:
            notes = trl_adapter.sequences(student, teacher.tokenizer, turns, out, schedule)
    else:
        # What stops the training early is not what it is compared on.
        watched, learnt = kept[::10], [one for i, one in enumerate(kept) if i % 10]
        n_learnt = len(learnt)
        told_apart.append(f"{number_of(len(watched), 'answer')} more watched when to stop.")
        if cut_off := len(in_rows) - len(kept):
            told_apart.append(f"{number_of(cut_off, 'answer')} had no room beside the prompt.")
        notes = asdict(train(
            student, learnt, watched, schedule, pad_token=token, precision=told.precision, reverse=loss_kind == "reverse", folder=out,
            quiet=quiet,
        ))
    compared.append(line("student", student))
    student.save_pretrained(out)
    teacher.tokenizer.save_pretrained(out)
    trl_adapter.tidy(out)
    cached = sum(one.top is not None for one in kept)
    settings = asdict(schedule) | {"layers": chosen, "cached distributions": cached} | notes
    if not on_policy:
        settings["loss"] = loss_kind
    return finish(folder, out, "on-policy" if on_policy else "language", settings, compared, n_learnt, 0, told_apart, told.currency, mark)
