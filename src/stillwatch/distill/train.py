"""Train a student on a store, compare it with its teacher, and write both with a model card."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillwatch.distill import card, harvest, measures, store, teachers
from stillwatch.distill.exchange import Exchange, Messages, Request, class_names
from stillwatch.distill.manifest import CURRENCY, Manifest
from stillwatch.distill.measures import Row
from stillwatch.distill.students import linear, loop
from stillwatch.distill.students.static import StaticEncoder
from stillwatch.distill.teachers import Teacher
from stillwatch.errors import InputError
from stillwatch.files import make_private_folder, read_json, write_json
from stillwatch.rows import rows_with_place
from stillwatch.terminal.counting import number_of

MARK, COMPARISON = ".student", "comparison.json"
"""Files that mark a student's folder: the first from the start of training, the second once it is complete."""
ROUTES = {
    "classifier": "(a) linear classifier on hashed n-grams: seconds; the smallest and fastest; needs safetensors (--encoder: tokenizers)",
    "static": "(b) encoder to a table of token vectors: minutes; hundreds of times faster, loses word order; needs transformers, torch",
    "layers": "(b) encoder to fewer of its layers: tens of minutes; about three times faster, loses little; needs transformers, torch",
    "language": "(c) language model trained on cached top-k log-probabilities and sequences: an hour; needs transformers, torch (trl)",
    "on-policy": "(d) language model trained on its own answers (TRL's GKD): hours; needs transformers, torch, trl",
}


@dataclass(frozen=True)
class Held:
    """Labelled texts for the comparison; probes and the student without teacher learn from the ``train`` part."""

    train: list[str]
    train_labels: list[str]
    test: list[str]
    test_labels: list[str]
    n_duplicates: int = 0
    """Rows left out of ``train`` because their text is in ``test``."""


def read_held(path: Path) -> Held:
    """Read labelled texts for the comparison.

    Args:
        path: Parquet, CSV or JSON with ``text``, ``label`` and ``split`` (train or test).

    Raises:
        InputError: a column, a value or a split is missing, or the splits do not fit together.
    """
    try:
        rows = []
        for place, row in rows_with_place(path):
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
    is_new = not_among([t for t, _ in parts["train"]], test)
    train = [row for row, kept in zip(parts["train"], is_new, strict=True) if kept]
    if not train:
        raise InputError("every train row is a test row, too", where=path, todo="Give the splits different texts")
    return Held([t for t, _ in train], [y for _, y in train], test, [y for _, y in parts["test"]], len(parts["train"]) - len(train))


def usable_rows(folder: Path) -> tuple[list[Exchange], list[str]]:
    """Exchanges of a store that a student can learn from, and notes on the others; raises InputError where there are none or no prompts."""
    exchanges = store.read(folder)
    rows = [row for row in exchanges if row.reply.teaches]
    if not rows:
        raise InputError("the store has no answers", where=folder, todo="Harvest first")
    if any(row.prompt is None for row in rows):
        raise InputError("the store keeps no prompts", where=folder, todo="Harvest without --no-text")
    n = len(exchanges) - len(rows)
    return rows, [f"Of the store {number_of(n, 'exchange')} without an answer to learn from left out."] if n else []


def not_among(texts: Sequence[str], held_out: Sequence[str]) -> NDArray[np.bool_]:
    """Mask (n_texts,) of the texts that are not among the held-out ones; case and spaces are ignored."""
    excluded = {" ".join(text.lower().split()) for text in held_out}
    return np.array([" ".join(text.lower().split()) not in excluded for text in texts], bool)


def exclude_held_out(rows: Sequence[Exchange], held: Held | None, where: Path) -> tuple[list[Exchange], list[str]]:
    """Exchanges whose prompt is not in the held-out test set, and notes on the held-out data.

    Args:
        rows: exchanges with prompts.
        held: the held-out data, if any.
        where: the store, for errors.

    Raises:
        InputError: no exchange is left.
    """
    keep = not_among([str(row.prompt) for row in rows], held.test if held else ())
    if not keep.any():
        raise InputError("every prompt of the store is in the held-out data", where=where, todo="Harvest other prompts")
    n_duplicates = held.n_duplicates if held else 0
    note = f"Of the held-out data {number_of(n_duplicates, 'train row')} with the text of a test row left out."
    return [row for row, kept in zip(rows, keep, strict=True) if kept], [note] if n_duplicates else []


@dataclass(frozen=True)
class Result:
    """A trained student on disk."""

    folder: Path
    rows: list[Row]
    n_exchanges: int
    dropped: int
    """Exchanges left out because their prompt is in the held-out test set."""
    notes: list[str] = field(default_factory=list)
    """What a reader of the comparison should know."""


def classifier(
    folder: Path, out: Path, *, held: Held | None = None, manifest: Manifest | None = None,
    features: linear.Features | None = None, encoder: Path | None = None, seed: int = 0, cpu_hour: float = 0.04, quiet: bool = False,
) -> Result:
    """Route (a): train a linear classifier.

    Args:
        folder: harvest store of the teacher.
        out: folder of the student.
        held: data to compare on, if any.
        manifest: of the teacher, to compare with it.
        features: of the student; default words, pairs and characters.
        encoder: folder of a static encoder for word vectors.
        seed: of the split that chooses the ridge, for large stores.
        cpu_hour: price of a CPU hour, in the manifest's currency.
        quiet: no progress bar.

    Raises:
        InputError: the store, the held-out data or the encoder does not fit, or the answers are no closed set of classes.
    """
    teacher = teachers.load(manifest) if manifest else None
    exchanges, unanswered = usable_rows(folder)
    rows = [row for row in exchanges if row.reply.answer is not None]
    if not rows:
        raise InputError("the store holds vectors, no answers", where=folder, todo="Train static or layers on it")
    if teacher is not None and store.about(folder)["identity"] != teacher.identity:
        raise InputError("the store holds answers of another teacher", where=folder, todo="Pass the manifest that it was harvested with")
    vectors = StaticEncoder.load(encoder) if encoder is not None else None
    used, notes = exclude_held_out(rows, held, folder)
    notes += unanswered
    if held is not None and len(held.train) < linear.MIN_ANSWERS:  # checked before an endpoint is asked and paid
        what = f"{number_of(len(held.train), 'train row is', 'train rows are')} too few to train the student without teacher"
        raise InputError(what, where="--held-out", todo=f"Give it at least {linear.MIN_ANSWERS}")
    classes, probabilities = class_probabilities(used)
    if len(classes) < 2:
        what = f"all answers are {'blank' if not classes[0] else repr(classes[0][:40])}, so that there is nothing to learn"
        raise InputError(what, where=folder, todo="Harvest prompts that the teacher answers in different ways")
    notes += check_labels(classes, held.test_labels, folder) if held is not None else []
    texts, targets = mean_answers(used, classes, probabilities)
    if probabilities is None and 2 * len(classes) > len(texts):
        what = f"the answers are free text, not a closed set: {len(classes):,} different ones to {number_of(len(texts), 'prompt')}"
        raise InputError(what, where=folder, todo="Train language on them, or harvest answers of one word")
    probabilities, labels = (targets, None) if probabilities is not None else (None, targets.argmax(axis=1))
    fit = linear.train(texts, classes, probabilities=probabilities, labels=labels, features=features, encoder=vectors, seed=seed)
    digest = mark_folder(out, used, "classifier", features, encoder, seed)
    fit.model.save(out)
    compared: list[Row] = []
    if held is not None:
        contexts = {row.messages[:-1] for row in used if row.messages}
        context = contexts.pop() if len(contexts) == 1 else ()
        if contexts and teacher is not None and teacher.writes:
            notes.append("The store's prompts have different turns before them; the teacher was asked the held-out texts without any.")
        reference = None
        if teacher is not None and manifest:
            reference = _measure_teacher(teacher, manifest, held, context, out / "held-out", cpu_hour, quiet=quiet)
        compared = compare_classifiers(fit.model, held, reference, features=features, encoder=vectors, seed=seed, cpu_hour=cpu_hour)
    settings = {"features": fit.model.features, "ridge": fit.strength, "answers": "labels" if probabilities is None else "probabilities"}
    if fit.floor is not None:
        settings["log-probabilities believed down to"] = fit.floor
    currency = manifest.currency if manifest else CURRENCY
    return finish(folder, out, "classifier", settings, compared, len(used), len(rows) - len(used), notes, currency, digest)


def check_labels(classes: Sequence[str], labels: Sequence[str], where: Path) -> list[str]:
    """Notes on held-out labels that the teacher never used: no student of it can get them right.

    Args:
        classes: that the teacher used; not empty.
        labels: of the held-out test set.
        where: the store, for errors.

    Raises:
        InputError: the teacher used none of the labels, so there is nothing to compare.
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


def class_probabilities(rows: Sequence[Exchange]) -> tuple[list[str], NDArray[np.float32] | None]:
    """Names of the classes, and probabilities (n_rows, n_classes) where every row holds those of all classes, else None."""
    names = class_names(rows)
    complete = all(r.reply.top is not None and len(r.reply.top.ids) == 1 and r.reply.top.ids.shape[1] >= len(names) for r in rows)
    if not complete or not names:
        return sorted({str(row.reply.answer).strip() for row in rows}), None
    ids = sorted(names)
    column = {number: i for i, number in enumerate(ids)}
    probabilities = np.full((len(rows), len(ids)), 1e-7, np.float32)
    for i, row in enumerate(rows):
        assert row.reply.top is not None
        for number, value in zip(row.reply.top.ids[0].tolist(), row.reply.top.logprobs[0].tolist(), strict=True):
            if number in column:
                probabilities[i, column[number]] = np.exp(value)
    return [names[i] for i in ids], probabilities / probabilities.sum(axis=1, keepdims=True)


def mean_answers(
    rows: Sequence[Exchange], classes: Sequence[str], probabilities: NDArray[np.float32] | None
) -> tuple[list[str], NDArray[np.float32]]:
    """Average the answers to each prompt.

    A prompt with several samples becomes one row. Otherwise leave-one-out scores would judge an answer by its own copies.

    Args:
        rows: exchanges.
        classes: every answer among the rows.
        probabilities: (n_rows, n_classes), or None to count answers.

    Returns:
        The different prompts, and their mean answers (n_prompts, n_classes).
    """
    class_index = {name: i for i, name in enumerate(classes)}
    answers = probabilities
    if answers is None:
        answers = np.eye(len(classes), dtype=np.float32)[[class_index[str(row.reply.answer).strip()] for row in rows]]
    texts: dict[str, int] = {}
    group = np.array([texts.setdefault(str(row.prompt), len(texts)) for row in rows])
    means = np.zeros((len(texts), len(classes)), np.float32)
    np.add.at(means, group, answers)
    means /= np.bincount(group)[:, None]
    return list(texts), means


def _measure_teacher(
    teacher: Teacher, manifest: Manifest, held: Held, before: Messages, folder: Path, cpu_hour: float, *, quiet: bool
) -> tuple[Row, list[str]]:
    """The teacher's line of the comparison and its answers to the held-out texts, each asked after the turns ``before``.

    An endpoint's answers are harvested into ``folder``, so that each is paid once.
    """

    def to_requests(texts: Sequence[str]) -> list[Request]:
        return [Request((*before, ("user", text))) for text in texts]

    requests = to_requests(held.test)
    if teacher.remote:
        with harvest.open_store(folder, teacher, manifest) as opened:
            harvest.run(opened, teacher, manifest, requests, quiet=quiet)
        rows = {row.prompt_hash: row for row in store.read(folder)}
        own_rows = [rows[request.prompt_hash] for request in requests]
        answers = [str(row.reply.answer) for row in own_rows]
        cost, cpu = sum(row.cost for row in own_rows) / len(own_rows), 0.0
    else:
        teacher.ask(to_requests(held.train[:64]))
        replies, cpu = measures.timed_once(lambda texts: teacher.ask(to_requests(texts)), held.test)
        answers = [str(reply.answer) for reply in replies]
        cost = cpu / 3600 * cpu_hour
    answers = [answer.strip() for answer in answers]
    accuracy = float(np.mean([a == b for a, b in zip(answers, held.test_labels, strict=True)]))
    return Row("teacher", {"accuracy": accuracy, "agreement": 1.0}, len(requests), 0, cpu, cost * 1e6), answers


def compare_classifiers(
    model: linear.LinearClassifier, held: Held, known: tuple[Row, list[str]] | None, *, features: linear.Features | None,
    encoder: StaticEncoder | None, seed: int, cpu_hour: float,
) -> list[Row]:
    """Lines of the comparison: the teacher, the same student trained on the held-out data's labels, and the student.

    Args:
        model: the student.
        held: labelled texts.
        known: the teacher's line and its answers to the test texts; None leaves it out.
        features: of the student.
        encoder: of the student.
        seed: of the student.
        cpu_hour: price of a CPU hour.
    """
    test = held.test
    rows, teacher_answers = ([known[0]], known[1]) if known else ([], [])

    def quality(predicted: Sequence[str]) -> dict[str, float]:
        scores = {"accuracy": float(np.mean([a == b for a, b in zip(predicted, held.test_labels, strict=True)]))}
        if teacher_answers:
            scores["agreement"] = float(np.mean([a == b for a, b in zip(predicted, teacher_answers, strict=True)]))
        return scores

    classes = sorted(set(held.train_labels))
    class_index = {name: i for i, name in enumerate(classes)}
    without_teacher = linear.train(
        held.train, classes, labels=np.array([class_index[y] for y in held.train_labels]), features=features, encoder=encoder, seed=seed
    ).model
    for name, student in (("student without teacher", without_teacher), ("student", model)):
        student.predict(held.train)
        predicted, cpu = measures.timed_once(student.predict, test)
        rows.append(measures.row(name, quality(predicted), len(test), student.size_bytes(), cpu, cpu_hour))
    return rows


def encoder(
    folder: Path, out: Path, manifest: Manifest, *, kind: str, held: Held | None = None, schedule: loop.Schedule | None = None,
    quiet: bool = False, cpu_hour: float = 0.04, layers: Sequence[int] = (), width: float = 1.0,
) -> Result:
    """Route (b): train a smaller sentence encoder.

    Args:
        folder: harvest store of the teacher.
        out: folder of the student.
        manifest: of the teacher, an encoder.
        kind: ``static`` or ``layers``.
        held: data to compare on, if any.
        schedule: limits of the training.
        quiet: no progress bar.
        cpu_hour: price of a CPU hour, in the manifest's currency.
        layers: indices of the layers to keep; empty for two.
        width: share of the layers' inner neurons to keep, above 0 and at most 1.

    Raises:
        InputError: the manifest, the store or the held-out data does not fit.
    """
    from stillwatch.distill.students import layers as layered
    from stillwatch.distill.students import static
    from stillwatch.distill.teachers.encoder import Encoder

    if manifest.kind != "encoder":
        raise InputError(f"{manifest.name} is not an encoder", todo='Pass a manifest with kind = "encoder"')
    teacher = teachers.load(manifest)
    assert isinstance(teacher, Encoder)
    if store.about(folder)["identity"] != teacher.identity:
        raise InputError("the store holds answers of another teacher", where=folder, todo="Harvest with this manifest")
    if held is not None and len(held.test) <= measures.NEIGHBOURS:
        what = f"{number_of(len(held.test), 'test row')} and {measures.NEIGHBOURS} neighbours to compare"
        raise InputError(what, where="--held-out", todo=f"Give it more than {measures.NEIGHBOURS} test rows")
    exchanges, unanswered = usable_rows(folder)
    rows = [row for row in exchanges if row.reply.vector is not None]
    used, notes = exclude_held_out(rows, held, folder)
    notes += unanswered
    by_text = {str(row.prompt): row.reply.vector for row in used if row.reply.vector is not None}
    texts, vectors = list(by_text), np.stack(list(by_text.values()))
    schedule = schedule or loop.Schedule()
    digest = mark_folder(out, used, kind, schedule.seed, schedule.epochs, tuple(layers), width, manifest.precision)
    students: list[tuple[str, Any, int]] = []
    if kind == "static":
        start = static.token_pass(teacher, texts)
        trained = static.train(start, texts, vectors, schedule, folder=out, quiet=quiet)
        small = trained.model.int8()
        size = trained.model.save(out, base=manifest.name)
        small_size = trained.model.save(out / "int8", quantise=True, base=manifest.name)
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
        models = [("teacher", lambda t: teacher.embed(t)[0].astype(np.float32), measures.size_bytes(Path(manifest.location))), *students]
        compared = compare_encoders(models, held, cpu_hour=cpu_hour)
    settings = asdict(schedule) | asdict(history)
    return finish(folder, out, kind, settings, compared, len(texts), len(rows) - len(used), notes, manifest.currency, digest)


def compare_encoders(models: Sequence[tuple[str, Any, int]], held: Held, *, cpu_hour: float) -> list[Row]:
    """Compare encoders by linear probes, neighbour overlap and rank agreement.

    Args:
        models: name, ``encode(texts)`` and bytes of each; the first is the teacher.
        held: labelled texts; more than :data:`measures.NEIGHBOURS` for the test.
        cpu_hour: price of a CPU hour.
    """
    rows: list[Row] = []
    reference: NDArray[np.float32] | None = None
    for name, encode, size in models:
        train = np.asarray(encode(held.train), np.float32)
        vectors, cpu = measures.timed_once(encode, held.test)
        test = np.asarray(vectors, np.float32)
        reference = test if reference is None else reference
        quality = {
            "probe accuracy": measures.probe_accuracy(train, held.train_labels, test, held.test_labels),
            "neighbour overlap": measures.neighbour_overlap(test, reference),
            "rank agreement": measures.rank_agreement(test, reference),
        }
        rows.append(measures.row(name, quality, len(held.test), size, cpu, cpu_hour))
    return rows


def mark_folder(out: Path, rows: Sequence[Exchange], *of: object) -> str:
    """Mark a folder as that of a student, so that training can resume there after a kill at any time.

    Args:
        out: folder of the student.
        rows: exchanges that it is trained on.
        of: the options; other options would give another student.

    Returns:
        The digest of rows and options, for :func:`finish`.

    Raises:
        InputError: the folder holds a student of other rows or options, finished or not.
    """
    digest = hashlib.sha256(repr(of).encode())
    for row in rows:
        digest.update(row.line())
    identity = digest.hexdigest()
    present: list[object] = [identity]
    if (out / COMPARISON).is_file():
        comparison = read_json(out / COMPARISON)
        present.append(comparison.get("of") if isinstance(comparison, dict) else "")
    if (out / loop.CHECKPOINT).is_file() or any(out.glob("checkpoint-*")):  # the latter are TRL's
        present.append((out / MARK).read_text(encoding="utf-8") if (out / MARK).is_file() else "")
    if set(present) != {identity}:
        todo = "Pass the options that it was trained with, or another folder"
        raise InputError("a student of another seed, store or option is there", where=out, todo=todo)
    make_private_folder(out)
    (out / MARK).write_text(identity, encoding="utf-8")
    return identity


def finish(
    folder: Path, out: Path, route: str, settings: dict[str, Any], rows: list[Row], n: int, dropped: int, notes: Sequence[str] = (),
    currency: str = CURRENCY, of: str = "",
) -> Result:
    """Write the model card and the comparison beside the student.

    Args:
        folder: harvest store of the teacher.
        out: folder of the student.
        route: a key of :data:`ROUTES`.
        settings: of the training, for the card.
        rows: of the comparison.
        n: exchanges trained on.
        dropped: exchanges left out because their prompt is held out.
        notes: lines for the card.
        currency: of the rows' costs.
        of: the digest that :func:`mark_folder` gave.
    """
    rows = [replace(row, currency=currency) for row in rows]
    about = store.about(folder)
    card.write(out, route=route, teacher=about["teacher"], store=about, n_exchanges=n, settings=settings, rows=rows, notes=notes)
    write_json({"of": of, "route": route, "n_exchanges": n, "dropped": dropped, "rows": [asdict(row) for row in rows]}, out / COMPARISON)
    return Result(out, rows, n, dropped, list(notes))
