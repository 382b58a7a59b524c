"""Tasks with a closed set of answers: what a student learns from growing harvests, by interface and by recipe.

The attacker has a pool of prompts of the task without labels (``Task.pool``), asks the teacher for N of them, and trains.
Harvests are nested: that of N is within that of 2N. Score is fidelity, agreement with the teacher on held-out prompts;
accuracy against the truth is told beside it where there is one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillwatch.distill.students.linear import hard_targets, soft_targets
from stillwatch.exposure.laws import Curve
from stillwatch.exposure.learners import Kernel, choose, learn

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]


NEVER, UNKNOWN = -1, -2
"""In place of a right class: it is none that the teacher ever answers (so whoever answers is wrong), or nobody told it."""


@dataclass(frozen=True)
class Task:
    """A teacher's answers to a pool of prompts and to held-out ones."""

    name: str
    capability: str
    """Which share of a campaign's traffic it stands for (grading, reasoning, …)."""
    pool: F32
    """(n_pool, n_classes), the teacher's probabilities."""
    test: F32
    """(n_test, n_classes)."""
    truth: I64 | None = None
    """(n_test,), the right class, :data:`NEVER` or :data:`UNKNOWN`."""

    @property
    def n_classes(self) -> int:
        """Answers there are."""
        return int(self.pool.shape[1])

    @property
    def zero(self) -> float:
        """Agreement of a student that has asked nothing: the teacher's commonest answer on the held-out prompts."""
        return float(np.bincount(self.test.argmax(axis=1), minlength=self.n_classes).max() / len(self.test))

    @property
    def teacher_accuracy(self) -> float | None:
        """Of the teacher on the held-out prompts whose right class is known; None where none is."""
        return None if self.truth is None else self.accuracy(self.test.argmax(axis=1))

    def accuracy(self, answer: I64) -> float | None:
        """Share of the held-out prompts whose right class is known that are answered with it."""
        if self.truth is None or not (known := self.truth != UNKNOWN).any():
            return None
        return float((answer == self.truth)[known].mean())


Attack = Callable[[Task, I64, np.random.Generator], tuple[I64, list[F32]]]


@dataclass(frozen=True)
class Channel:
    """What a defended interface answers and what an attacker makes of it.

    ``answers(task, rows, rng)`` gives which of the prompts ``rows`` are kept, for a harvest paid with ``len(rows)`` exchanges,
    and what the student may fit to them, (n, n_classes) each: it takes what does best on answers left out.
    """

    name: str
    answers: Attack


def probabilities(task: Task, rows: I64, rng: np.random.Generator) -> tuple[I64, list[F32]]:
    """Everything the teacher knows."""
    return rows, soft_targets(task.pool[rows])


def labels(task: Task, rows: I64, rng: np.random.Generator) -> tuple[I64, list[F32]]:
    """The likeliest answer only."""
    return rows, [hard_targets(task.pool[rows].argmax(axis=1), task.n_classes)]


PLAIN = {"probabilities": Channel("probabilities", probabilities), "labels": Channel("labels", labels)}


def grid(most: int, *, least: int = 25, ratio: float = 2**0.5) -> list[int]:
    """Sizes of harvests, up to and with the whole pool."""
    n = [round(least * ratio**i) for i in range(64)]
    kept = [value for value in n if value < most / ratio**0.5]
    return [*kept, most]


RESERVE = 0.25
"""Share of the pool beyond the largest harvest. Without one, all seeds would harvest the same, and differ by nothing."""


def largest(n_pool: int) -> int:
    """The largest harvest of a pool."""
    return int(n_pool * (1 - RESERVE))


def seeds_at(n: int) -> int:
    """Repetitions: small harvests scatter more."""
    return 5 if n < 500 else 3 if n < 2500 else 2


@dataclass(frozen=True)
class Measured:
    """Curves of one task, student and channel."""

    task: str
    capability: str
    student: str
    channel: str
    fidelity: Curve
    accuracy: Curve | None
    teacher_accuracy: float | None = None

    @property
    def name(self) -> str:
        """Task, student and channel."""
        return f"{self.task}, {self.student}, {self.channel}"


def measure(
    task: Task, kernel: Kernel, channel: Channel, sizes: Sequence[int], *, seeds: Callable[[int], int] = seeds_at, seed: int = 0,
) -> Measured:
    """Train students on nested harvests and score them on the held-out prompts."""
    sizes = sorted({n for n in sizes if 2 <= n <= len(task.pool)})
    most = max(map(seeds, sizes))
    fidelity, accuracy = np.full((len(sizes), most), np.nan), np.full((len(sizes), most), np.nan)
    teacher = task.test.argmax(axis=1)
    chosen: dict[int, tuple[float, int]] = {}  # ridge and what to fit, chosen on the first repetition of each size
    for repeat in range(most):
        rng = np.random.default_rng((seed, repeat))
        order = rng.permutation(len(task.pool))
        for i, n in enumerate(sizes):
            if repeat >= seeds(n):
                continue
            rows, wanted = channel.answers(task, order[:n], np.random.default_rng((seed, repeat, n)))
            if len(rows) < 2:
                answer = np.full(len(teacher), np.bincount(teacher).argmax())
            else:
                if n not in chosen:
                    chosen[n] = choose(kernel, rows, wanted)
                strength, which = chosen[n]
                answer = learn(kernel, rows, wanted[which], strength).argmax(axis=1)
            fidelity[i, repeat] = (answer == teacher).mean()
            if (right := task.accuracy(answer)) is not None:
                accuracy[i, repeat] = right
    n_points = np.array(sizes, np.float64)
    name = f"{task.name}, {kernel.name}, {channel.name}"
    curve = Curve(name, n_points, fidelity, task.zero, len(teacher), len(task.pool))
    truth = None
    zero = task.accuracy(np.full(len(teacher), np.bincount(teacher).argmax()))
    if task.truth is not None and zero is not None:
        truth = Curve(name, n_points, accuracy, zero, int((task.truth != UNKNOWN).sum()), len(task.pool))
    return Measured(task.name, task.capability, kernel.name, channel.name, curve, truth, task.teacher_accuracy)


def best_of(curves: Sequence[Curve], name: str) -> Curve:
    """The attacker who runs every recipe and keeps the best: at each N and seed the highest score of those that were measured there."""
    n = np.unique(np.concatenate([curve.n for curve in curves]))
    scores = np.full((len(n), max(curve.scores.shape[1] for curve in curves)), np.nan)
    for curve in curves:
        rows, width = np.searchsorted(n, curve.n), curve.scores.shape[1]
        scores[rows, :width] = np.fmax(scores[rows, :width], curve.scores)
    least, pool = min(curve.n_test for curve in curves), min(curve.pool for curve in curves)
    return Curve(name, n, scores, max(curve.zero for curve in curves), least, pool)


@dataclass(frozen=True)
class Check:
    """A sanity check: what must hold if scores mean what they say."""

    name: str
    value: float
    low: float
    high: float

    @property
    def passed(self) -> bool:
        """Within the bounds."""
        return self.low <= self.value <= self.high

    def __str__(self) -> str:
        """In words."""
        verdict = "holds" if self.passed else "FAILS"
        return f"{self.name}: {self.value:.3f} within {self.low:.3f} to {self.high:.3f}: {verdict}"


def sanity(task: Task, kernel: Kernel, oracle: I64 | None = None, *, n: int = 2048, seed: int = 0) -> list[Check]:
    """What must hold if scores mean what they say: the baseline is that of a student whom nothing is told, shuffled answers teach no
    more, the teacher's do, and right labels are at least as good for accuracy.

    Each trains students and scores them as studies do, so that one that knows held-out answers, or learns nothing, fails.

    Args:
        task: with its teacher's answers.
        kernel: of the student.
        oracle: (n_pool,) right classes, where known.
        n: exchanges.
        seed: of the harvest.
    """
    n = min(n, largest(len(task.pool)))
    one_sd = float(np.sqrt(max(task.zero * (1 - task.zero), 1 / len(task.test)) / len(task.test)))
    commonest = int(np.bincount(task.test.argmax(axis=1)).argmax())

    def shuffled(t: Task, rows: I64, rng: np.random.Generator) -> tuple[I64, list[F32]]:
        return rows, soft_targets(t.pool[rng.permutation(rows)])

    def the_same(t: Task, rows: I64, rng: np.random.Generator) -> tuple[I64, list[F32]]:
        return rows, [hard_targets(np.full(len(rows), commonest), t.n_classes)]

    def score(channel: Channel) -> Measured:
        return measure(task, kernel, channel, [n], seeds=lambda _: 3, seed=seed)

    taught = score(PLAIN["labels"])
    scores = [float(score(channel).fidelity.mean[0]) for channel in (Channel("shuffled", shuffled), Channel("the same", the_same))]
    checks = [
        Check("fidelity from shuffled answers, at most that of none", scores[0], 0.0, task.zero + 3 * one_sd),
        Check("fidelity from answers that are all the commonest, that of none", scores[1], task.zero - 1e-9, task.zero + 1e-9),
        Check("fidelity from the teacher's answers, above that of none", float(taught.fidelity.mean[0]), task.zero + one_sd, 1.0),
    ]
    if oracle is not None and task.truth is not None:

        def right(t: Task, rows: I64, rng: np.random.Generator) -> tuple[I64, list[F32]]:
            return rows, [hard_targets(oracle[rows], t.n_classes)]

        known = score(Channel("oracle", right)).accuracy
        assert taught.accuracy is not None
        assert known is not None
        noise = 3 * float(np.sqrt(0.25 / known.n_test))
        checks.append(Check(
            "accuracy from right labels, at least that from the teacher's", float(known.mean[0]),
            float(taught.accuracy.mean[0]) - noise, 1.0,
        ))
    return checks
