"""Train a student on a store, compare it with its teacher, write it down with a card."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillwatch.distill import card, harvest, manifest, measures, store, teachers
from stillwatch.distill.exchange import Exchange, Messages, Request, class_names
from stillwatch.distill.measures import Row
from stillwatch.distill.students import linear, loop
from stillwatch.distill.students.static import StaticEncoder
from stillwatch.distill.teachers import Teacher
from stillwatch.errors import InputError
from stillwatch.files import own_folder, read_json, write_json
from stillwatch.rows import placed_rows
from stillwatch.terminal.counting import number_of

MARK, COMPARISON = ".student", "comparison.json"
"""By which the folder of a student is known: from the beginning, and where it is whole."""
ROUTES = {
    "classifier": "(a) linear classifier on hashed n-grams: seconds; the smallest and fastest; needs safetensors (--encoder: tokenizers)",
    "static": "(b) encoder to a table of token vectors: minutes; hundreds of times faster, loses word order; needs transformers, torch",
    "layers": "(b) encoder to fewer of its layers: tens of minutes; about three times faster, loses little; needs transformers, torch",
    "language": "(c) language model on cached top-k log-probabilities and sequences: an hour; needs transformers, torch (trl)",
    "on-policy": "(d) language model on its own answers (TRL's GKD): hours; needs transformers, torch, trl",
}


@dataclass(frozen=True)
class Held:
    """Held-out labelled texts; ``train`` is what students without the teacher and probes may learn from."""

    train: list[str]
    train_labels: list[str]
    test: list[str]
    test_labels: list[str]
    n_twice: int = 0
    """Rows left out of ``train`` because their text is in ``test``."""


def read_held(path: Path) -> Held:
    """Read rows of ``text``, ``label`` and ``split`` (train or test)."""
    try:
        rows = []
        for place, row in placed_rows(path):
            if row["text"] is None or row["label"] is None:
                todo = "Fill it in, or leave the row out"
                raise InputError("held-out data without a text or a label", where=f"{path} {place}", todo=todo)
            rows.append(row)
        parts = {split: [(str(r["text"]), str(r["label"])) for r in rows if r["split"] == split] for split in ("train", "test")}
        unknown = next((r["split"] for r in rows if r["split"] not in parts), None)
    except KeyError as error:
        todo = "Give it the columns text, label and split (train or test)"
        raise InputError(f"held-out data without {error}", where=path, todo=todo) from error
    if unknown is not None:
        raise InputError(f"held-out data with a split {str(unknown)!r}", where=path, todo="Set split to train or test")
    if not parts["test"] or not parts["train"]:
        raise InputError("held-out data needs rows of both splits", where=path, todo="Set split to train or test")
    if not {y for _, y in parts["test"]} & {y for _, y in parts["train"]}:
        raise InputError("no label of the test rows is one of the train rows", where=path, todo="Spell them alike in both splits")
    test = [t for t, _ in parts["test"]]
    alone = without([t for t, _ in parts["train"]], test)
    train = [row for row, kept in zip(parts["train"], alone, strict=True) if kept]
    if not train:
        raise InputError("every train row is a test row, too", where=path, todo="Give the splits different texts")
    return Held([t for t, _ in train], [y for _, y in train], test, [y for _, y in parts["test"]], len(parts["train"]) - len(train))


def answered(folder: Path) -> tuple[list[Exchange], list[str]]:
    """Rows of a store with prompt and answer, and what to say of the others; raises InputError where it keeps no prompts."""
    every = store.read(folder)
    rows = [row for row in every if row.reply.teaches]
    if not rows:
        raise InputError("the store has no answers", where=folder, todo="Harvest first")
    if any(row.prompt is None for row in rows):
        raise InputError("the store keeps no prompts", where=folder, todo="Harvest without --no-text")
    n = len(every) - len(rows)
    return rows, [f"Of the store {number_of(n, 'exchange')} without an answer to learn from left out."] if n else []


def without(texts: Sequence[str], held_out: Sequence[str]) -> NDArray[np.bool_]:
    """Which texts are not among the held-out ones, letter for letter apart from case and spaces."""
    out = {" ".join(text.lower().split()) for text in held_out}
    return np.array([" ".join(text.lower().split()) not in out for text in texts], bool)


def left(rows: Sequence[Exchange], held: Held | None, where: Path) -> tuple[list[Exchange], list[str]]:
    """Exchanges to train on, those with held-out prompts left out, and what to say of the held-out data.

    Raises:
        InputError: none is left.
    """
    keep = without([str(row.prompt) for row in rows], held.test if held else ())
    if not keep.any():
        raise InputError("every prompt of the store is in the held-out data", where=where, todo="Harvest other prompts")
    twice = held.n_twice if held else 0
    said = f"Of the held-out data {number_of(twice, 'train row')} with the text of a test row left out."
    return [row for row, kept in zip(rows, keep, strict=True) if kept], [said] if twice else []


@dataclass(frozen=True)
class Result:
    """A trained student on disk."""

    folder: Path
    rows: list[Row]
    n_exchanges: int
    dropped: int
    """Exchanges left out because their prompt is in the held-out test set."""
    notes: list[str] = field(default_factory=list)
    """What to know of the comparison, besides."""


def classifier(
    folder: Path, out: Path, *, held: Held | None = None, told: manifest.Manifest | None = None,
    features: linear.Features | None = None, encoder: Path | None = None, seed: int = 0, cpu_hour: float = 0.04, quiet: bool = False,
) -> Result:
    """Route (a); ``told`` declares the teacher to compare with, ``encoder`` is the folder of a static encoder for the words' vectors."""
    teacher = teachers.load(told) if told else None
    found, unanswered = answered(folder)
    rows = [row for row in found if row.reply.answer is not None]
    if not rows:
        raise InputError("the store holds vectors, no answers", where=folder, todo="Train static or layers on it")
    if teacher is not None and store.about(folder)["identity"] != teacher.identity:
        raise InputError("the store holds answers of another teacher", where=folder, todo="Pass the manifest that it was harvested with")
    vectors = StaticEncoder.load(encoder) if encoder is not None else None
    used, notes = left(rows, held, folder)
    notes += unanswered
    if held is not None and len(held.train) < linear.LEAST:  # said before an endpoint is asked, and paid
        what = f"{number_of(len(held.train), 'train row is', 'train rows are')} too few to train the student without teacher"
        raise InputError(what, where="--held-out", todo=f"Give it at least {linear.LEAST}")
    classes, probabilities = soft(used)
    if len(classes) < 2:
        what = f"all answers are {'blank' if not classes[0] else repr(classes[0][:40])}, so that there is nothing to learn"
        raise InputError(what, where=folder, todo="Harvest prompts that the teacher answers in different ways")
    notes += never_answered(classes, held.test_labels, folder) if held is not None else []
    texts, given = merged(used, classes, probabilities)
    if probabilities is None and 2 * len(classes) > len(texts):
        what = f"the answers are free text, not a closed set: {len(classes):,} different ones to {number_of(len(texts), 'prompt')}"
        raise InputError(what, where=folder, todo="Train language on them, or harvest answers of one word")
    probabilities, labels = (given, None) if probabilities is not None else (None, given.argmax(axis=1))
    fit = linear.train(texts, classes, probabilities=probabilities, labels=labels, features=features, encoder=vectors, seed=seed)
    mark = begin(out, used, "classifier", features, encoder, seed)
    fit.model.save(out)
    compared: list[Row] = []
    if held is not None:
        before = {row.messages[:-1] for row in used if row.messages}
        turns = before.pop() if len(before) == 1 else ()
        if before and teacher is not None and teacher.writes:
            notes.append("The store's prompts have different turns before them; the teacher was asked the held-out texts without any.")
        known = None
        if teacher is not None and told:
            known = _teacher_row(teacher, told, held, turns, out / "held-out", cpu_hour, quiet=quiet)
        compared = compare_classifiers(fit.model, held, known, features=features, encoder=vectors, seed=seed, cpu_hour=cpu_hour)
    settings = {"features": fit.model.features, "ridge": fit.strength, "answers": "labels" if probabilities is None else "probabilities"}
    if fit.floor is not None:
        settings["log-probabilities believed down to"] = fit.floor
    currency = told.currency if told else manifest.CURRENCY
    return finish(folder, out, "classifier", settings, compared, len(used), len(rows) - len(used), notes, currency, mark)


def never_answered(classes: Sequence[str], labels: Sequence[str], where: Path) -> list[str]:
    """What to say of held-out labels that the teacher never used: no student of it can be right there.

    Raises:
        InputError: it used none of them, so that the comparison would be of nothing.
    """
    unknown = sorted(set(labels) - set(classes))
    if not unknown:
        return []
    if len(unknown) == len(set(labels)):
        todo = f"Write labels as the teacher answers, such as {classes[0][:40]!r}, not {unknown[0][:40]!r}"
        raise InputError("the teacher used none of the held-out labels", where=where, todo=todo)
    n = sum(label not in classes for label in labels)
    named = ", ".join(repr(label[:40]) for label in unknown[:3]) + (", …" if len(unknown) > 3 else "")
    return [f"The teacher never used {number_of(len(unknown), 'held-out label')} ({named}): "
            f"{n:,} of {len(labels):,} held-out texts count as wrong, whatever the student says."]


def soft(rows: Sequence[Exchange]) -> tuple[list[str], NDArray[np.float32] | None]:
    """Classes, and probabilities (n, n_classes) where every row tells those of all classes."""
    named = class_names(rows)
    full = all(r.reply.top is not None and len(r.reply.top.ids) == 1 and r.reply.top.ids.shape[1] >= len(named) for r in rows)
    if not full or not named:
        return sorted({str(row.reply.answer).strip() for row in rows}), None
    ids = sorted(named)
    column = {number: i for i, number in enumerate(ids)}
    found = np.full((len(rows), len(ids)), 1e-7, np.float32)
    for i, row in enumerate(rows):
        assert row.reply.top is not None
        for number, value in zip(row.reply.top.ids[0].tolist(), row.reply.top.logprobs[0].tolist(), strict=True):
            if number in column:
                found[i, column[number]] = np.exp(value)
    return [named[i] for i in ids], found / found.sum(axis=1, keepdims=True)


def merged(
    rows: Sequence[Exchange], classes: Sequence[str], probabilities: NDArray[np.float32] | None
) -> tuple[list[str], NDArray[np.float32]]:
    """Different prompts, and the mean of what was answered to each, (n, n_classes).

    A prompt that was asked several times is one: else its answers would be judged by each other when they are left out.
    """
    place = {name: i for i, name in enumerate(classes)}
    each = probabilities
    if each is None:
        each = np.eye(len(classes), dtype=np.float32)[[place[str(row.reply.answer).strip()] for row in rows]]
    texts: dict[str, int] = {}
    group = np.array([texts.setdefault(str(row.prompt), len(texts)) for row in rows])
    found = np.zeros((len(texts), len(classes)), np.float32)
    np.add.at(found, group, each)
    found /= np.bincount(group)[:, None]
    return list(texts), found


def _teacher_row(
    teacher: Teacher, told: manifest.Manifest, held: Held, before: Messages, folder: Path, cpu_hour: float, *, quiet: bool
) -> tuple[Row, list[str]]:
    """The teacher's line, and its answers to the held-out texts after the turns ``before``, as the store's prompts were asked.

    Those of an endpoint are harvested into ``folder``, once each.
    """

    def put(texts: Sequence[str]) -> list[Request]:
        return [Request((*before, ("user", text))) for text in texts]

    asked = put(held.test)
    if teacher.remote:
        with harvest.open_store(folder, teacher, told) as opened:
            harvest.run(opened, teacher, told, asked, quiet=quiet)
        got = {row.prompt_hash: row for row in store.read(folder)}
        mine = [got[request.prompt_hash] for request in asked]
        said = [str(row.reply.answer) for row in mine]
        cost, cpu = sum(row.cost for row in mine) / len(mine), 0.0
    else:
        teacher.ask(put(held.train[:64]))
        replies, cpu = measures.once(lambda texts: teacher.ask(put(texts)), held.test)
        said = [str(reply.answer) for reply in replies]
        cost = cpu / 3600 * cpu_hour
    said = [answer.strip() for answer in said]
    accuracy = float(np.mean([a == b for a, b in zip(said, held.test_labels, strict=True)]))
    return Row("teacher", {"accuracy": accuracy, "agreement": 1.0}, len(asked), 0, cpu, cost * 1e6), said


def compare_classifiers(
    model: linear.LinearClassifier, held: Held, known: tuple[Row, list[str]] | None, *, features: linear.Features | None,
    encoder: StaticEncoder | None, seed: int, cpu_hour: float,
) -> list[Row]:
    """Teacher (its row and answers, if known), the same student from one's own labels, the student from the teacher."""
    test = held.test
    rows, said = ([known[0]], known[1]) if known else ([], [])

    def quality(predicted: Sequence[str]) -> dict[str, float]:
        found = {"accuracy": float(np.mean([a == b for a, b in zip(predicted, held.test_labels, strict=True)]))}
        if said:
            found["agreement"] = float(np.mean([a == b for a, b in zip(predicted, said, strict=True)]))
        return found

    classes = sorted(set(held.train_labels))
    place = {name: i for i, name in enumerate(classes)}
    own = linear.train(
        held.train, classes, labels=np.array([place[y] for y in held.train_labels]), features=features, encoder=encoder, seed=seed
    ).model
    for name, student in (("student without teacher", own), ("student", model)):
        student.predict(held.train)
        predicted, cpu = measures.once(student.predict, test)
        rows.append(measures.row(name, quality(predicted), len(test), student.size_bytes(), cpu, cpu_hour))
    return rows


def encoder(
    folder: Path, out: Path, told: manifest.Manifest, *, kind: str, held: Held | None = None, schedule: loop.Schedule | None = None,
    quiet: bool = False, cpu_hour: float = 0.04, layers: Sequence[int] = (), width: float = 1.0,
) -> Result:
    """Route (b): ``static`` or ``layers``, of whose inner neurons the share ``width`` is kept."""
    from stillwatch.distill.students import layers as layered
    from stillwatch.distill.students import static
    from stillwatch.distill.teachers.encoder import Encoder

    if told.kind != "encoder":
        raise InputError(f"{told.name} is not an encoder", todo='Pass a manifest with kind = "encoder"')
    teacher = teachers.load(told)
    assert isinstance(teacher, Encoder)
    if store.about(folder)["identity"] != teacher.identity:
        raise InputError("the store holds answers of another teacher", where=folder, todo="Harvest with this manifest")
    if held is not None and len(held.test) <= measures.NEIGHBOURS:
        what = f"{number_of(len(held.test), 'test row')} and {measures.NEIGHBOURS} neighbours to compare"
        raise InputError(what, where="--held-out", todo=f"Give it more than {measures.NEIGHBOURS} test rows")
    found, unanswered = answered(folder)
    rows = [row for row in found if row.reply.vector is not None]
    used, notes = left(rows, held, folder)
    notes += unanswered
    by_text = {str(row.prompt): row.reply.vector for row in used if row.reply.vector is not None}
    texts, vectors = list(by_text), np.stack(list(by_text.values()))
    schedule = schedule or loop.Schedule()
    mark = begin(out, used, kind, schedule.seed, schedule.epochs, tuple(layers), width, told.precision)
    students: list[tuple[str, Any, int]] = []
    if kind == "static":
        start = static.token_pass(teacher, texts)
        trained = static.train(start, texts, vectors, schedule, folder=out, quiet=quiet)
        small = trained.model.int8()
        size = trained.model.save(out, base=told.name)
        small_size = trained.model.save(out / "int8", quantise=True, base=told.name)
        students = [("its token vectors, untrained", start.encode, size), ("student", trained.model.encode, size),
                    ("student, int8", small.encode, small_size)]
        history = trained.history
    else:
        chosen = tuple(layers) or layered.spread(int(teacher.model.config.num_hidden_layers))
        result = layered.train(teacher, chosen, texts, vectors, schedule, width=width, folder=out, quiet=quiet)
        result.save(out)
        students = [("student", result.encode, measures.size_bytes(out))]
        history = result.history
        notes.append(f"Layers kept: {', '.join(map(str, chosen))}, with {width:.0%} of their inner neurons.")
    compared: list[Row] = []
    if held is not None:
        models = [("teacher", lambda t: teacher.embed(t)[0].astype(np.float32), measures.size_bytes(Path(told.location))), *students]
        compared = compare_encoders(models, held, cpu_hour=cpu_hour)
    return finish(folder, out, kind, asdict(schedule) | asdict(history), compared, len(texts), len(rows) - len(used), notes, told.currency,
                  mark)


def compare_encoders(models: Sequence[tuple[str, Any, int]], held: Held, *, cpu_hour: float) -> list[Row]:
    """Linear probes, neighbour overlap and rank agreement; the first model is the teacher."""
    rows: list[Row] = []
    reference: NDArray[np.float32] | None = None
    for name, encode, size in models:
        train = np.asarray(encode(held.train), np.float32)
        found, cpu = measures.once(encode, held.test)
        test = np.asarray(found, np.float32)
        reference = test if reference is None else reference
        quality = {
            "probe accuracy": measures.probe_accuracy(train, held.train_labels, test, held.test_labels),
            "neighbour overlap": measures.neighbour_overlap(test, reference),
            "rank agreement": measures.rank_agreement(test, reference),
        }
        rows.append(measures.row(name, quality, len(held.test), size, cpu, cpu_hour))
    return rows


def begin(out: Path, rows: Sequence[Exchange], *of: object) -> str:
    """Mark a folder as a student's, so that training goes on there after a kill, wherever that came.

    Args:
        out: folder of the student.
        rows: what it is trained on.
        of: how: all that another student would be made by.

    Returns:
        The digest of rows and ``of``, which :func:`finish` writes down.

    Raises:
        InputError: a student of other rows or another ``of`` is there, finished or begun.
    """
    found = hashlib.sha256(repr(of).encode())
    for row in rows:
        found.update(row.line())
    mark = found.hexdigest()
    there: list[object] = [mark]
    if (out / COMPARISON).is_file():
        told = read_json(out / COMPARISON)
        there.append(told.get("of") if isinstance(told, dict) else "")
    if (out / loop.CHECKPOINT).is_file() or any(out.glob("checkpoint-*")):  # the latter are TRL's
        there.append((out / MARK).read_text(encoding="utf-8") if (out / MARK).is_file() else "")
    if set(there) != {mark}:
        todo = "Pass the options that it was trained with, or another folder"
        raise InputError("a student of another seed, store or option is there", where=out, todo=todo)
    own_folder(out)
    (out / MARK).write_text(mark, encoding="utf-8")
    return mark


def finish(
    folder: Path, out: Path, route: str, settings: dict[str, Any], rows: list[Row], n: int, dropped: int, notes: Sequence[str] = (),
    currency: str = manifest.CURRENCY, of: str = "",
) -> Result:
    """Write card and comparison beside the student; ``notes`` go into the card, ``currency`` is that of the rows' costs.

    ``of`` is what :func:`begin` gave.
    """
    rows = [replace(row, currency=currency) for row in rows]
    about = store.about(folder)
    card.write(out, route=route, teacher=about["teacher"], store=about, n_exchanges=n, settings=settings, rows=rows, notes=notes)
    write_json({"of": of, "route": route, "n_exchanges": n, "dropped": dropped, "rows": [asdict(row) for row in rows]}, out / COMPARISON)
    return Result(out, rows, n, dropped, list(notes))
