"""From a harvest store of one's own teacher to measured curves: the whole exposure study of a task."""

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
    """Prompts that no right answer was given for; accuracy is told of the others."""
    never_answered: int = 0
    """Prompts whose right answer the teacher never gives; they count as wrong."""
    unused: int = 0
    """Prompts beyond :data:`MAX_POOL` and :data:`MAX_TEST`, drawn by their hashes."""


def names(folders: Sequence[Path]) -> list[str]:
    """What the tasks of some stores are called: by their teachers, and also by their folders where a teacher has several."""
    teachers = [str(store.about(folder)["teacher"]["name"]) for folder in folders]
    short = [f"{teacher}, {folder.name}" for teacher, folder in zip(teachers, folders, strict=True)]
    whole = [f"{teacher}, {folder}" for teacher, folder in zip(teachers, folders, strict=True)]
    apart = [long if short.count(name) > 1 else name for name, long in zip(short, whole, strict=True)]
    return [long if teachers.count(teacher) > 1 else teacher for teacher, long in zip(teachers, apart, strict=True)]


def load(folder: Path, *, capability: str, truth: Mapping[str, str] | None = None, name: str = "") -> Study:
    """Read a store whose answers are of a closed set.

    Prompts are apart by all their turns, and a student reads all of them where those before the last differ. The split depends
    on the last turn alone, so that the same prompt is never on both sides, whatever stood before it.

    Args:
        folder: the store.
        capability: what its task stands for.
        truth: right answers by last turn.
        name: of the task; without one, its teacher's.

    Raises:
        InputError: the answers are free text, the store keeps no prompts, or it has too few rows.
    """
    every = list(store.read(folder))
    rows = [row for row in every if row.reply.answer is not None and row.reply.teaches and row.sample == 0]
    if every and not rows and all(row.reply.vector is not None for row in every):
        raise InputError("the store holds vectors, no answers", where=folder, todo="Pass the store of a classifier or a grader")
    if any(row.prompt is None for row in rows):
        raise InputError("the store keeps no prompts", where=folder, todo="Harvest without --no-text")
    rows = list({row.messages: row for row in rows}.values())
    if len(rows) < LEAST_ROWS:
        raise InputError(f"{len(rows)} different prompts with answers are too few", where=folder, todo=f"Harvest {LEAST_ROWS}")
    classes, numbered = _classes(rows, folder)
    probabilities = np.stack([_row(row, classes, numbered) for row in rows])
    place = {name: i for i, name in enumerate(classes)}
    fraction = np.array([_fraction(ask(str(row.prompt)).prompt_hash) for row in rows])
    # Not the first: prompts may stand in any order, such as by class.
    order = np.argsort(fraction, kind="stable")
    n_held = int((fraction < TEST_SHARE).sum())
    test, pool = np.sort(order[:n_held][:MAX_TEST]), np.sort(order[n_held:][:MAX_POOL])
    if len(set(probabilities[test].argmax(axis=1).tolist())) < 2:
        raise InputError("the teacher answers all held-out prompts alike, so that there is nothing to learn", where=folder,
                         todo="Harvest prompts that it answers in different ways")
    right = None
    if truth is not None:
        right = np.array([place.get(truth[str(row.prompt)], closed.NEVER) if str(row.prompt) in truth else closed.UNKNOWN for row in rows])
        if (right >= 0).mean() < 0.5:
            todo = "Give it a row for each prompt of the store, labels as the teacher writes them"
            raise InputError("fewer than half of the prompts have a right answer among the teacher's", where="--truth", todo=todo)
    name = name or names([folder])[0]
    task = closed.Task(name, capability, probabilities[pool], probabilities[test], None if right is None else right[test])
    alike = len({row.messages[:-1] for row in rows if row.messages}) < 2
    texts = [str(row.prompt) if alike else "\n".join(content for _, content in row.messages or ()) for row in rows]
    oracle = right[pool] if right is not None and (right[pool] >= 0).all() else None
    untold, never = (0, 0) if right is None else (int((right == closed.UNKNOWN).sum()), int((right == closed.NEVER).sum()))
    unused = len(rows) - len(test) - len(pool)
    return Study(task, [texts[i] for i in pool], [texts[i] for i in test], list(classes), oracle, untold, never, unused)


def _fraction(prompt_hash: str) -> float:
    return int(hashlib.sha256(prompt_hash.encode()).hexdigest()[:8], 16) / 2**32


def _classes(rows: Sequence[Exchange], where: Path) -> tuple[list[str], bool]:
    """Names of the answers; where probabilities are told, in the order of their ids, and whether that is so."""
    named = class_names(rows)
    if named and max(named) < MAX_ANSWERS:
        width = max(max(named), max(int(row.reply.top.ids.max()) for row in rows if row.reply.top is not None)) + 1
        if width <= MAX_ANSWERS:
            return [named.get(i, f"(never first: {i})") for i in range(width)], True
    counts = Counter(str(row.reply.answer).strip() for row in rows)
    common = [answer for answer, n in counts.most_common(MAX_ANSWERS) if n >= COMMON]
    if sum(counts[answer] for answer in common) < LEAST_SHARE * len(rows):
        todo = "Measure students of free text elsewhere and pass their scores with --curves"
        raise InputError("the answers are free text, not a closed set", where=where, todo=todo)
    return sorted(common), False


def _row(row: Exchange, classes: Sequence[str], numbered: bool) -> NDArray[np.float32]:
    found = np.zeros(len(classes), np.float32)
    top = row.reply.top
    if numbered and top is not None and len(top.ids) == 1:
        found[top.ids[0]] = np.exp(top.logprobs[0].astype(np.float32))
        missing = np.setdiff1d(np.arange(len(classes)), top.ids[0])
        if len(missing):
            found[missing] = float(top.tail[0]) / len(missing)
    elif str(row.reply.answer).strip() in classes:
        found[classes.index(str(row.reply.answer).strip())] = 1.0
    else:
        found[:] = 1 / len(classes)
    return found


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
    sure = bool(np.isin(study.task.pool, (0.0, 1.0)).all())  # labels were harvested, so probabilities cannot be studied
    plain = [closed.PLAIN["labels"]] if sure else list(closed.PLAIN.values())
    made = kernels(study, students)
    jobs = [(kernel, channel) for kernel in made for channel in plain]
    measured = [
        closed.measure(study.task, kernel, channel, sizes, seed=seed)
        for kernel, channel in track(jobs, "students", total=len(jobs), quiet=quiet)
    ]
    checks = closed.sanity(study.task, made[0], study.oracle, seed=seed)
    effects: list[defences.Effect] = []
    if countermeasures:
        mine = [m.fidelity for m in measured if m.student == made[0].name]
        best = closed.best_of(mine, "undefended")
        todo = [what for what in defences.COUNTERMEASURES if not (sure and what.name in defences.OF_PROBABILITIES)]
        for what in track(todo, "countermeasures", total=len(todo), quiet=quiet):
            cost = what.cost(study.task)
            for attacker, channel in zip(defences.ATTACKS, defences.channels(what, made[0]), strict=True):
                curve = closed.measure(study.task, made[0], channel, sizes[-1:], seed=seed).fidelity
                effects.append(defences.effect(what.name, attacker, curve, best, cost, seed=seed, task=study.task.name))
    return Results(measured, checks, effects)
