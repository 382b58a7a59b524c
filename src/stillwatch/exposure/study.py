"""The exposure study of a task: from a harvest store of one's own teacher to measured curves."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stillwatch.distill import store
from stillwatch.distill.exchange import Exchange, ask, class_names
from stillwatch.errors import InputError
from stillwatch.exposure import closed, defences, learners
from stillwatch.terminal.progress import track

TEST_SHARE, MAX_TEST = 0.25, 3000
MAX_ANSWERS, LEAST_SHARE = 512, 0.8
LEAST_ROWS = 200
COMMON = 5
MAX_POOL = 8000


@dataclass(frozen=True)
class Study:
    """A task with its texts, split into what the attacker may ask for and what is held out."""

    task: closed.Task
    pool: list[str]
    test: list[str]
    classes: list[str]
    oracle: NDArray[np.int64] | None
    """(n_pool,) right classes, where the truth is known."""
    without_truth: int = 0
    """Prompts without a right answer; accuracy counts the others."""
    never_answered: int = 0
    """Prompts whose right answer the teacher never gives; they count as wrong."""
    unused: int = 0
    """Prompts beyond :data:`MAX_POOL` and :data:`MAX_TEST`, drawn by their hashes."""


def names(folders: Sequence[Path]) -> list[str]:
    """Names for the tasks of stores: those of their teachers, with the folders where a teacher has several."""
    teachers = [str(store.about(folder)["teacher"]["name"]) for folder in folders]
    with_folder = [f"{teacher}, {folder.name}" for teacher, folder in zip(teachers, folders, strict=True)]
    with_path = [f"{teacher}, {folder}" for teacher, folder in zip(teachers, folders, strict=True)]
    distinct = [long if with_folder.count(name) > 1 else name for name, long in zip(with_folder, with_path, strict=True)]
    return [long if teachers.count(teacher) > 1 else teacher for teacher, long in zip(teachers, distinct, strict=True)]


def load(folder: Path, *, capability: str, truth: Mapping[str, str] | None = None, name: str = "") -> Study:
    """Read a store whose answers are of a closed set.

    Prompts are distinct if any of their turns differ, and a student reads all turns where those before the last differ. The split
    depends on the last turn alone, so that the same prompt is never on both sides, whatever came before it.

    Args:
        folder: the store.
        capability: what its task stands for.
        truth: right answers by last turn.
        name: of the task; without one, its teacher's.

    Raises:
        InputError: the answers are free text, the store keeps no prompts, or it has too few rows.
    """
    exchanges = list(store.read(folder))
    rows = [row for row in exchanges if row.reply.answer is not None and row.reply.teaches and row.sample == 0]
    if exchanges and not rows and all(row.reply.vector is not None for row in exchanges):
        raise InputError("the store holds vectors, no answers", where=folder, todo="Pass the store of a classifier or a grader")
    if any(row.prompt is None for row in rows):
        raise InputError("the store keeps no prompts", where=folder, todo="Harvest without --no-text")
    rows = list({row.messages: row for row in rows}.values())
    if len(rows) < LEAST_ROWS:
        raise InputError(f"{len(rows)} different prompts with answers are too few", where=folder, todo=f"Harvest {LEAST_ROWS}")
    classes, has_probabilities = _classes(rows, folder)
    probabilities = np.stack([_probabilities(row, classes, has_probabilities) for row in rows])
    class_index = {name: i for i, name in enumerate(classes)}
    fraction = np.array([_fraction(ask(str(row.prompt)).prompt_hash) for row in rows])
    # By hash, not by position: prompts may be in any order, such as by class.
    order = np.argsort(fraction, kind="stable")
    n_held = int((fraction < TEST_SHARE).sum())
    test, pool = np.sort(order[:n_held][:MAX_TEST]), np.sort(order[n_held:][:MAX_POOL])
    if len(set(probabilities[test].argmax(axis=1).tolist())) < 2:
        raise InputError("the teacher answers all held-out prompts alike, so that there is nothing to learn", where=folder,
                         todo="Harvest prompts that it answers in different ways")
    truth_index = None
    if truth is not None:
        asked = [str(row.prompt) for row in rows]
        truth_index = np.array([class_index.get(truth[text], closed.NEVER) if text in truth else closed.UNKNOWN for text in asked])
        if (truth_index >= 0).mean() < 0.5:
            todo = "Give it a row for each prompt of the store, labels as the teacher writes them"
            raise InputError("fewer than half of the prompts have a right answer among the teacher's", where="--truth", todo=todo)
    name = name or names([folder])[0]
    task = closed.Task(name, capability, probabilities[pool], probabilities[test], None if truth_index is None else truth_index[test])
    same_context = len({row.messages[:-1] for row in rows if row.messages}) < 2
    texts = [str(row.prompt) if same_context else "\n".join(content for _, content in row.messages or ()) for row in rows]
    oracle = truth_index[pool] if truth_index is not None and (truth_index[pool] >= 0).all() else None
    n_without_truth = 0 if truth_index is None else int((truth_index == closed.UNKNOWN).sum())
    n_never_answered = 0 if truth_index is None else int((truth_index == closed.NEVER).sum())
    unused = len(rows) - len(test) - len(pool)
    return Study(task, [texts[i] for i in pool], [texts[i] for i in test], list(classes), oracle, n_without_truth, n_never_answered, unused)


def _fraction(prompt_hash: str) -> float:
    return int(hashlib.sha256(prompt_hash.encode()).hexdigest()[:8], 16) / 2**32


def _classes(rows: Sequence[Exchange], where: Path) -> tuple[list[str], bool]:
    """Names of the classes and whether rows hold probabilities, by which the names are then ordered."""
    names_by_id = class_names(rows)
    if names_by_id and max(names_by_id) < MAX_ANSWERS:
        width = max(max(names_by_id), max(int(row.reply.top.ids.max()) for row in rows if row.reply.top is not None)) + 1
        if width <= MAX_ANSWERS:
            return [names_by_id.get(i, f"(never first: {i})") for i in range(width)], True
    counts = Counter(str(row.reply.answer).strip() for row in rows)
    common = [answer for answer, n in counts.most_common(MAX_ANSWERS) if n >= COMMON]
    if sum(counts[answer] for answer in common) < LEAST_SHARE * len(rows):
        todo = "Measure students of free text elsewhere and pass their scores with --curves"
        raise InputError("the answers are free text, not a closed set", where=where, todo=todo)
    return sorted(common), False


def _probabilities(row: Exchange, classes: Sequence[str], has_probabilities: bool) -> NDArray[np.float32]:
    probabilities = np.zeros(len(classes), np.float32)
    top = row.reply.top
    if has_probabilities and top is not None and len(top.ids) == 1:
        probabilities[top.ids[0]] = np.exp(top.logprobs[0].astype(np.float32))
        missing = np.setdiff1d(np.arange(len(classes)), top.ids[0])
        if len(missing):
            probabilities[missing] = float(top.tail[0]) / len(missing)
    elif str(row.reply.answer).strip() in classes:
        probabilities[classes.index(str(row.reply.answer).strip())] = 1.0
    else:
        probabilities[:] = 1 / len(classes)
    return probabilities


def kernels(study: Study, students: Sequence[str]) -> list[learners.Kernel]:
    """One kernel a student: ``words``, ``characters`` or the folder of a static encoder."""
    found = []
    for name in students:
        if name in ("words", "characters"):
            found.append(learners.text_kernel(name, study.pool, study.test))
        else:
            found.append(learners.static_kernel(f"static {Path(name).name}", Path(name), study.pool, study.test))
    return found


@dataclass(frozen=True)
class Results:
    """Everything that a study of one task measured."""

    measured: list[closed.Measured]
    checks: list[closed.Check]
    effects: list[defences.Effect]


def run(study: Study, students: Sequence[str], *, seed: int = 0, countermeasures: bool = True, quiet: bool = False) -> Results:
    """Measure curves for every student and interface, sanity checks, and countermeasures against the first student."""
    for name in students:
        if name not in ("words", "characters") and not Path(name).is_dir():
            raise InputError(f"no student {name!r}", where="--student", todo="Pass words, characters or the folder of a static encoder")
    sizes = closed.grid(closed.largest(len(study.pool)), least=16)
    labels_only = bool(np.isin(study.task.pool, (0.0, 1.0)).all())  # labels were harvested, so probabilities cannot be studied
    plain = [closed.PLAIN["labels"]] if labels_only else list(closed.PLAIN.values())
    kernels_ = kernels(study, students)
    jobs = [(kernel, channel) for kernel in kernels_ for channel in plain]
    measured = [
        closed.measure(study.task, kernel, channel, sizes, seed=seed)
        for kernel, channel in track(jobs, "students", total=len(jobs), quiet=quiet)
    ]
    checks = closed.sanity(study.task, kernels_[0], study.oracle, seed=seed)
    effects: list[defences.Effect] = []
    if countermeasures:
        curves = [m.fidelity for m in measured if m.student == kernels_[0].name]
        best = closed.best_of(curves, "undefended")
        todo = [measure for measure in defences.COUNTERMEASURES if not (labels_only and measure.name in defences.OF_PROBABILITIES)]
        for measure in track(todo, "countermeasures", total=len(todo), quiet=quiet):
            cost = measure.cost(study.task)
            for attacker, channel in zip(defences.ATTACKS, defences.channels(measure, kernels_[0]), strict=True):
                curve = closed.measure(study.task, kernels_[0], channel, sizes[-1:], seed=seed).fidelity
                effects.append(defences.effect(measure.name, attacker, curve, best, cost, seed=seed, task=study.task.name))
    return Results(measured, checks, effects)
