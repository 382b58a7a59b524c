"""Lineage from text alone: did a suspect's answers move towards a teacher's, compared with a same-base reference?

Answers of suspect, reference, candidate teachers, null models and whoever else answered the same prompts are compared
prompt by prompt (:mod:`stillwatch.prove.likeness`), centred on the models' mean. The difference
between suspect and reference is then regressed on all teachers at once (ridge), so that a teacher gets no credit for what
it shares with the others. Only inner products are needed.

The coefficient is an attribution score, not a p-value: nothing here was randomised. Its rank among pairs of models
without a new teacher between them says how often such a score comes up for nothing (conformal rank, Vovk, Gammerman and
Shafer 2005, as far as the null pairs are exchangeable with the case). What it says is *alignment shift*: also a model
that read the teacher's answers on the web, or was trained on another student, shifts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from stillwatch.errors import InputError
from stillwatch.prove import likeness
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.progress import track

MIN_NULLS = 200
MIN_PROMPTS = 10
RIDGE = 0.1
N_BLOCKS = 20
MIN_LEAD_SE = 2.0

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Teacher:
    """A candidate: versions that answer alike, and whose they are."""

    name: str
    vendor: str
    models: tuple[str, ...]


@dataclass(frozen=True)
class NullGroup:
    """Models of one lineage with no teacher of their own among the candidates: each ordered pair is a null pair.

    ``except_for`` names candidates that a member descends from: they are left out in these pairs.
    """

    name: str
    models: tuple[str, ...]
    except_for: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Bank:
    """Candidates and nulls; ``students`` are models known to be trained on a candidate's answers, with its name."""

    teachers: tuple[Teacher, ...]
    nulls: tuple[NullGroup, ...]
    students: Mapping[str, str] = field(default_factory=dict)

    def models(self) -> list[str]:
        """All models, sorted."""
        return sorted({m for t in self.teachers for m in t.models} | {m for g in self.nulls for m in g.models})


@dataclass(frozen=True)
class Candidate:
    """A candidate teacher's score.

    Attributes:
        teacher: name.
        vendor: whose.
        score: coefficient of the shift, in shares of the way from nothing to the teacher's answers.
        p: conformal rank of the score among the largest scores of null pairs, which covers the choice of the largest.
        stability: share of 20 leave-one-block-out estimates in which the score is the largest.
    """

    teacher: str
    vendor: str
    score: float
    p: float
    stability: float


@dataclass(frozen=True)
class Lineage:
    """Result of one suspect.

    Attributes:
        candidates: by score, largest first; empty where it abstains.
        n_prompts: prompts that every needed model answered.
        n_nulls: null pairs.
        floor: smallest p that so many null pairs can give.
        vendor_claim: vendor of the first candidate where its p is at most ``alpha``.
        claim: name of that candidate, where it also leads the second by two standard errors (jackknife over prompts).
        alpha: level of a claim.
        refused: why it abstains; empty where it does not.
        null_scores: what p ranks among: a row a null pair, a score a candidate in their order, None where the pair leaves it out;
            six decimals, the pairs with the largest scores first.
    """

    candidates: tuple[Candidate, ...]
    n_prompts: int
    n_nulls: int
    floor: float
    claim: str | None
    vendor_claim: str | None
    alpha: float
    refused: str
    null_scores: tuple[tuple[float | None, ...], ...] = ()


def kernels(answers: Mapping[str, Sequence[str]], models: Sequence[str]) -> Iterator[F64]:
    """Centred inner products ``(n_models, n_models)`` of the answers to each prompt.

    Args:
        answers: by model, one answer a prompt, all of the same length.
        models: their order.
    """
    for prompt in range(len(answers[models[0]])):
        yield likeness.kernel([answers[model][prompt] for model in models])


def blocks(prompts: Iterable[F64], n_models: int) -> tuple[F64, int]:
    """Sums of kernels in 20 blocks of prompts ``(20, n, n)``, and how many prompts there were."""
    sums, n = np.zeros((N_BLOCKS, n_models, n_models)), 0
    for one in prompts:
        sums[n % N_BLOCKS] += one
        n += 1
    return sums, n


def coefficients(gram: F64, order: Mapping[str, int], teachers: Sequence[Teacher], ridge: float = RIDGE) -> F64:
    """Ridge regression of every model on all teachers' means: ``(n_models, n_teachers)``."""
    means = np.zeros((len(gram), len(teachers)))
    for j, teacher in enumerate(teachers):
        means[[order[m] for m in teacher.models], j] = 1 / len(teacher.models)
    onto = gram @ means
    among = means.T @ onto
    if not (scale := np.trace(among)) > 0:  # all models answer alike, so that nobody moved
        return np.zeros_like(means)
    among += ridge * scale / len(teachers) * np.eye(len(teachers))
    weights: F64 = np.linalg.solve(among, onto.T).T.astype(np.float64)
    return weights


def null_scores(weights: F64, order: Mapping[str, int], bank: Bank) -> tuple[F64, list[str]]:
    """Scores of all candidates in each null pair ``(n_pairs, n_teachers)``, NaN where a member is or comes from one; and its group."""
    scores = np.full((_n_pairs(bank), len(bank.teachers)), np.nan)
    groups: list[str] = []
    for group in bank.nulls:
        for suspect, reference in permutations(group.models, 2):
            shift = weights[order[suspect]] - weights[order[reference]]
            allowed = [_is_independent(group, suspect, reference, teacher) for teacher in bank.teachers]
            scores[len(groups), allowed] = shift[allowed]
            groups.append(group.name)
    return scores, groups


def _n_pairs(bank: Bank) -> int:
    return sum(len(group.models) * (len(group.models) - 1) for group in bank.nulls)


def _is_independent(group: NullGroup, suspect: str, reference: str, teacher: Teacher) -> bool:
    """Whether neither model of a null pair is a version of the candidate, or comes from it."""
    return teacher.name not in group.except_for and suspect not in teacher.models and reference not in teacher.models


def rank_p(score: float, null: F64) -> float:
    """Conformal rank of a score that is the largest of all candidates: (1 + null pairs that reach it) / (1 + null pairs).

    A pair that leaves candidates out has fewer chances to reach the score than the case had. Each candidate that it lacks
    therefore counts by how often the pairs that have it reach the score, itself a conformal rank, and at most one in all. Where
    every pair has all candidates this is the rank of the largest scores; where all lack one, nothing is known and it is 1.

    Args:
        score: largest score of the case.
        null: ``(n_pairs, n_candidates)``, NaN where a pair leaves a candidate out.
    """
    missing = np.isnan(null)
    reached = (np.where(missing, -np.inf, null) >= score) & ~missing
    chance = (1 + reached.sum(axis=0)) / (1 + (~missing).sum(axis=0))
    counted = np.where(reached.any(axis=1), 1.0, np.minimum(missing @ chance, 1.0))
    return float((1 + counted.sum()) / (1 + len(null)))


def trace(
    answers: Mapping[str, Sequence[str]], suspect: str, reference: str | None, bank: Bank, *, alpha: float = 0.05,
    quiet: bool = False,
) -> Lineage:
    """Rank the candidate teachers of a suspect.

    Args:
        answers: by model, answers to the same prompts in the same order; suspect, reference and bank among them. Others
            are background: they say what is rare and where the middle is.
        suspect: name.
        reference: a model of the same base that was not trained on the candidates' answers; None: abstain.
        bank: candidates and nulls.
        alpha: level at which a teacher is claimed.
        quiet: show no progress.

    Raises:
        InputError: a model has no answers, or the suspect is a candidate.
    """
    n_prompts = len(next(iter(answers.values()), []))
    if reference is None:
        return _refused("no reference: without a same-base model that was not trained on the candidates, likeness to a "
                       "teacher cannot be told from the base's own style", n_prompts, 0, alpha)
    # Models of a null group gained no teacher among each other: what one of them was trained on, all were.
    kin = {reference, *(model for group in bank.nulls if reference in group.models for model in group.models)}
    if known := sorted(kin & set(bank.students)):
        student = known[0] if reference not in known else reference
        related = "" if student == reference else f", of one null group with {student!r},"
        return _refused(f"the reference {reference!r}{related} was trained on answers of the candidate {bank.students[student]!r}, as the "
                       "roles say: the suspect would seem to move to whoever is unlike that teacher. Take a model of the suspect's base "
                       "and size that was not", n_prompts, 0, alpha)
    bank = _exclude_suspect(bank, suspect)
    models = sorted(answers)
    for model in {*bank.models(), suspect, reference}:
        if model not in answers:
            raise InputError(f"no answers of {model!r}", todo="Every model of the roles must have answered the prompts")
    if n_prompts < MIN_PROMPTS:
        return _refused(f"{number_of(n_prompts, 'prompt')} that all models answered (at least {MIN_PROMPTS})", n_prompts, 0, alpha)
    n_nulls = _n_pairs(bank)
    if n_nulls < MIN_NULLS:
        return _refused(f"{n_nulls} null pairs (at least {MIN_NULLS}): no level of 0.05 can be held", n_prompts, n_nulls, alpha)
    for teacher in bank.teachers:
        if not any(_is_independent(g, a, b, teacher) for g in bank.nulls for a, b in permutations(g.models, 2)):
            return _refused(f"no null pair says how often {teacher.name!r} comes up for nothing: every null group excepts it",
                           n_prompts, n_nulls, alpha)
    sums, _ = blocks(track(kernels(answers, models), "comparing", n_prompts, quiet=quiet), len(models))
    return from_blocks(sums, {m: i for i, m in enumerate(models)}, suspect, reference, bank, n_prompts, alpha=alpha)


def from_blocks(
    sums: F64, order: Mapping[str, int], suspect: str, reference: str, bank: Bank, n_prompts: int, *, alpha: float = 0.05
) -> Lineage:
    """:func:`trace` from summed kernels."""
    bank = _exclude_suspect(bank, suspect)
    gram = sums.sum(axis=0)
    weights = coefficients(gram, order, bank.teachers)
    null, _ = null_scores(weights, order, bank)
    shift = weights[order[suspect]] - weights[order[reference]]
    less = np.array([coefficients(gram - block, order, bank.teachers) for block in sums])
    shifts = less[:, order[suspect]] - less[:, order[reference]]
    first = np.bincount(shifts.argmax(axis=1), minlength=len(shift)) / len(sums)
    best_first = np.argsort(-shift, kind="stable")
    ranked = tuple(
        Candidate(bank.teachers[j].name, bank.teachers[j].vendor, float(shift[j]), rank_p(shift[j], null), float(first[j]))
        for j in best_first
    )
    claimed = ranked[0].p <= alpha
    return Lineage(
        ranked, n_prompts, len(null), rank_p(np.inf, null),
        ranked[0].teacher if claimed and _is_clear_leader(shift, shifts) else None, ranked[0].vendor if claimed else None, alpha, "",
        tuple(tuple(None if np.isnan(one) else round(float(one), 6) for one in row)
              for row in null[np.argsort(-np.where(np.isnan(null), -np.inf, null).max(axis=1), kind="stable")][:, best_first]),
    )


def _is_clear_leader(shift: F64, shifts: F64) -> bool:
    """Whether the largest score is two standard errors above the second; ``shifts`` ``(n_blocks, n)`` without each block."""
    first, second = np.argsort(-shift, kind="stable")[:2]
    gaps, n = shifts[:, first] - shifts[:, second], len(shifts)
    error = float(np.sqrt((n - 1) / n * ((gaps - gaps.mean()) ** 2).sum()))
    return bool(shift[first] - shift[second] >= MIN_LEAD_SE * error)


def _exclude_suspect(bank: Bank, suspect: str) -> Bank:
    """The bank without the suspect in null groups, where it would judge itself; its reference stays, with the others of its group."""
    for teacher in bank.teachers:
        if suspect in teacher.models:
            raise InputError(f"the suspect {suspect!r} is a version of the candidate {teacher.name!r}",
                             todo="Leave it out of the teachers")
    return replace(bank, nulls=tuple(replace(g, models=tuple(m for m in g.models if m != suspect)) for g in bank.nulls))


def _refused(why: str, n_prompts: int, n_nulls: int, alpha: float) -> Lineage:
    return Lineage((), n_prompts, n_nulls, 1 / (n_nulls + 1), None, None, alpha, why)
