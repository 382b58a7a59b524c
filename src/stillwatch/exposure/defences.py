"""The effect of a countermeasure on an attacker who adapts, and its cost for honest users.

A countermeasure changes the answers, and attackers adapt. Each pair is a :class:`~stillwatch.exposure.closed.Channel`; what
counts is the effect against the best attacker. Its measure is the equivalent undefended
harvest ``N_eff``: the number of undefended exchanges that give the same fidelity as the defended harvest of N. The
multiplier ``N / N_eff`` is how many times more the attacker must harvest; 1 is no effect.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stillwatch.distill.students.linear import hard_targets, soft_targets
from stillwatch.exposure.closed import Attack, Channel, Task
from stillwatch.exposure.laws import Curve, exchanges_for
from stillwatch.exposure.learners import Kernel, learn

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Answers = Callable[[Task, I64, int], F32]
"""Defended probabilities (n, n_classes) for prompts of the pool, asked for the ``draw``-th time."""


def _noise(seed: int, rows: I64, draw: int, n: int) -> NDArray[np.float64]:
    """Uniform numbers (len(rows), n) that belong to the prompt and the draw, not to the order of asking."""
    mixed = (rows.astype(np.uint64) + np.uint64(draw) * np.uint64(1_000_003) + np.uint64(seed) * np.uint64(7_919_000_027))[:, None]
    x = mixed * np.uint64(0x9E3779B97F4A7C15) + np.arange(n, dtype=np.uint64)[None, :] * np.uint64(0xD1B54A32D192ED03)
    x ^= x >> np.uint64(31)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    result: NDArray[np.float64] = (x >> np.uint64(11)).astype(np.float64) / 2.0**53
    return result


def _one_hot(classes: I64, n_classes: int) -> F32:
    """Rows (n, n_classes) that are 1 at the class."""
    result: F32 = (classes[:, None] == np.arange(n_classes)).astype(np.float32)
    return result


@dataclass(frozen=True)
class Countermeasure:
    """A way to answer that gives away less."""

    name: str
    what: str
    answers: Answers
    cost: Callable[[Task], float]
    """Share of honest users' requests whose first answer becomes another one."""


def labels_only(task: Task, rows: I64, draw: int) -> F32:
    """No probabilities: one for the answer, nothing else."""
    return _one_hot(task.pool[rows].argmax(axis=1), task.n_classes)


def flips(share: float, *, sticky: bool) -> Answers:
    """Replace the answer by a random other one for a share of requests; sticky gives the same one when asked again."""

    def answers(task: Task, rows: I64, draw: int) -> F32:
        noise = _noise(11, rows, 0 if sticky else draw + 1, 2)
        best = task.pool[rows].argmax(axis=1)
        other = (best + 1 + (noise[:, 1] * (task.n_classes - 1)).astype(np.int64)) % task.n_classes
        return _one_hot(np.where(noise[:, 0] < share, other, best), task.n_classes)

    return answers


def scrambled(task: Task, rows: I64, draw: int) -> F32:
    """The likeliest answer and its probability stay; the others are shuffled, the same way each time."""
    p: F32 = task.pool[rows].copy()
    best = p.argmax(axis=1)
    noise = _noise(12, rows, 0, task.n_classes)
    noise[np.arange(len(rows)), best] = 2.0
    order = np.argsort(noise, axis=1)[:, :-1]
    values = np.sort(np.where(np.arange(task.n_classes) == best[:, None], np.inf, p), axis=1)[:, :-1]
    np.put_along_axis(p, order, values, axis=1)
    return p


def rounded(task: Task, rows: I64, draw: int) -> F32:
    """Probabilities to two decimals, which takes what the teacher says of unlikely answers."""
    result: F32 = np.round(task.pool[rows], 2)
    return result


def keyed(margin: float) -> Answers:
    """A keyed mark: where the two likeliest answers are within ``margin``, the key chooses between them."""

    def answers(task: Task, rows: I64, draw: int) -> F32:
        p = task.pool[rows]
        two = np.argsort(-p, axis=1)[:, :2]
        top = np.take_along_axis(p, two, axis=1)
        swap = (top[:, 0] - top[:, 1] < margin) & (_noise(13, rows, 0, 1)[:, 0] < 0.5)
        return _one_hot(np.where(swap, two[:, 1], two[:, 0]), task.n_classes)

    return answers


def _share_changed(answers: Answers) -> Callable[[Task], float]:
    def cost(task: Task) -> float:
        rows = np.arange(len(task.pool))
        return float((answers(task, rows, 0).argmax(axis=1) != task.pool.argmax(axis=1)).mean())

    return cost


def _countermeasure(name: str, what: str, answers: Answers) -> Countermeasure:
    return Countermeasure(name, what, answers, _share_changed(answers))


COUNTERMEASURES = (
    _countermeasure("labels only", "no probabilities", labels_only),
    _countermeasure("scrambled tail", "the likeliest answer is true, the other probabilities are shuffled", scrambled),
    _countermeasure("two decimals", "probabilities are rounded to hundredths", rounded),
    _countermeasure("20 % flips", "a fifth of answers replaced at random, afresh each time", flips(0.2, sticky=False)),
    _countermeasure("20 % sticky flips", "a fifth of answers replaced, the same way each time", flips(0.2, sticky=True)),
    _countermeasure("keyed marks", "a key chooses between answers within 0.2 of each other", keyed(0.2)),
)


OF_PROBABILITIES = ("labels only", "scrambled tail", "two decimals", "keyed marks")
"""Countermeasures that need the teacher's probabilities."""


def _naive(answers: Answers) -> Attack:
    """Trains on the answers as they are, probabilities included."""

    def attack(task: Task, rows: I64, rng: np.random.Generator) -> tuple[I64, list[F32]]:
        return rows, soft_targets(answers(task, rows, 0))

    return attack


def _top1(answers: Answers) -> Attack:
    """Keeps the first answer, ignores probabilities."""

    def attack(task: Task, rows: I64, rng: np.random.Generator) -> tuple[I64, list[F32]]:
        return rows, [hard_targets(answers(task, rows, 0).argmax(axis=1), task.n_classes)]

    return attack


def _vote(answers: Answers, times: int = 3) -> Attack:
    """Asks fewer prompts three times each and takes the majority; drops those without one. Repeats are paid for."""

    def attack(task: Task, rows: I64, rng: np.random.Generator) -> tuple[I64, list[F32]]:
        asked = rows[: max(len(rows) // times, 1)]
        votes = np.stack([answers(task, asked, draw).argmax(axis=1) for draw in range(times)])
        tally = np.apply_along_axis(np.bincount, 0, votes, minlength=task.n_classes).T  # (n, n_classes)
        kept = tally.max(axis=1) > times // 2
        return asked[kept], [hard_targets(tally[kept].argmax(axis=1), task.n_classes)]

    return attack


def _verifier(answers: Answers, kernel: Kernel) -> Attack:
    """Trains twice: drops answers that a student of the other half finds unlikely, then trains on the rest."""

    def attack(task: Task, rows: I64, rng: np.random.Generator) -> tuple[I64, list[F32]]:
        given = answers(task, rows, 0).argmax(axis=1)
        wanted = hard_targets(given, task.n_classes)
        if len(rows) < 40:
            return rows, [wanted]
        half = np.arange(len(rows)) % 2 == 0
        keep = np.ones(len(rows), bool)
        for fold in (half, ~half):
            # The kernel's "test" side is the other half of the harvest.
            cross = Kernel(kernel.name, kernel.pool, kernel.pool[rows[~fold]])
            guess = learn(cross, rows[fold], wanted[fold], ridge=0.3)
            rank = (guess > np.take_along_axis(guess, given[~fold][:, None], axis=1)).sum(axis=1)
            gap = guess.max(axis=1) - np.take_along_axis(guess, given[~fold][:, None], axis=1)[:, 0]
            spread = guess.std(axis=1) + 1e-9
            keep[np.flatnonzero(~fold)] = ~((rank >= max(2, task.n_classes // 4)) & (gap > 1.5 * spread))
        return rows[keep], [wanted[keep]]

    return attack


ATTACKS = {
    "believes everything": "trains on what comes, probabilities too",
    "first answer only": "keeps the likeliest answer and ignores the probabilities",
    "repeat and vote": "asks three times, pays three times and takes the majority",
    "verifier filter": "trains twice and drops what the first student doubts",
}
"""Attackers, and what each does with the answers."""


def channels(measure: Countermeasure, kernel: Kernel) -> list[Channel]:
    """Every attacker against one countermeasure. Repeated prompts are never in a pool twice: dedupe is built in."""
    made = (
        _naive(measure.answers), _top1(measure.answers), _vote(measure.answers), _verifier(measure.answers, kernel)
    )
    return [Channel(f"{measure.name}, {name}", attack) for name, attack in zip(ATTACKS, made, strict=True)]


@dataclass(frozen=True)
class Effect:
    """What one countermeasure does against one attacker at one harvest."""

    countermeasure: str
    attacker: str
    n: float
    fidelity: float
    n_eff: float
    low: float
    """90 % interval of n_eff."""
    high: float
    cost: float
    task: str = ""

    @property
    def multiplier(self) -> float:
        """How many times more must be harvested; infinite where nothing is learnt."""
        return self.n / self.n_eff if self.n_eff > 0 else float("inf")


def effect(
    name: str, attacker: str, defended: Curve, plain: Curve, cost: float, *, draws: int = 200, seed: int = 0, task: str = ""
) -> Effect:
    """The equivalent undefended harvest of the largest defended one, with a bootstrap interval.

    Both are those of the attacker who keeps the best: of the seeds with the defence and without it.

    Args:
        name: of the countermeasure.
        attacker: of the adaptation.
        defended: fidelity under it.
        plain: fidelity of the best undefended student, up to the same harvest, on the same test set, of as many seeds there.
        cost: for honest users.
        draws: of the bootstrap: seeds and the finite test set.
        seed: of the draws.
        task: what was measured.
    """
    rng = np.random.default_rng(seed)
    last = replace(defended, n=defended.n[-1:], scores=defended.scores[-1:])
    n, reached = float(last.n[0]), float(last.envelope[0])
    values = []
    for _ in range(draws):
        # A seed's harvest is the same with the defence and without it, so both take the same seeds. The test set is the same, too;
        # how alike it treats both is not known, so that the two are shifted apart, which is wider.
        places = rng.random((plain.scores.shape[1],))
        goal = float(_resampled(last, places, rng).envelope[0])
        values.append(min(exchanges_for(_resampled(plain, places, rng), goal), n))
    n_eff = min(exchanges_for(plain, reached), n)
    low, high = np.quantile(values, [0.05, 0.95])
    return Effect(name, attacker, n, reached, n_eff, min(float(low), n_eff), max(float(high), n_eff), cost, task)


def _resampled(curve: Curve, places: F64, rng: np.random.Generator) -> Curve:
    """The curve of other seeds, as far apart as those of independent harvests, and of another test set of the same size."""
    seeds = np.isfinite(curve.scores).sum(axis=1)[:, None]
    stretch = curve.fresh[:, None] * np.sqrt(seeds / np.maximum(seeds - 1, 1))  # and as a few seeds show of a spread
    chosen = np.take_along_axis(curve.scores, (places * seeds).astype(np.int64), axis=1)  # those that were run come first
    chosen = np.where(np.arange(len(places)) < seeds, curve.mean[:, None] + (chosen - curve.mean[:, None]) * stretch, np.nan)
    middle = np.clip(curve.mean, 1 / curve.n_test, 1 - 1 / curve.n_test)
    shift = rng.normal() * np.sqrt(middle * (1 - middle) / curve.n_test)
    return replace(curve, scores=np.clip(chosen + shift[:, None], 0.0, 1.0))


def strongest(effects: Sequence[Effect]) -> list[Effect]:
    """Of each task's countermeasure the attacker against whom it does least: the published effect."""
    best: dict[tuple[str, str], Effect] = {}
    for result in effects:
        key = (result.task, result.countermeasure)
        if key not in best or result.n_eff > best[key].n_eff:
            best[key] = result
    return list(best.values())
