"""Test whether a suspect carries the marks of given keys: exact p-values, decoy ranks, Holm's correction, power, smallest p."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import log
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from stillwatch.errors import InputError
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.keys import OpenedKey, decoy_keys, decoy_secrets
from stillwatch.prove.prf import Key, key_from_bytes
from stillwatch.prove.schemes import Numbers, Scheme
from stillwatch.prove.sequential import LOOKS, EProcess, looked_log_p
from stillwatch.prove.statistics import Null, SignSums, detectable, holm, power, rank_p, weighted_log_tail
from stillwatch.prove.tuples import Tuples
from stillwatch.prove.weighted import Weighted

Verdict = Literal["marked", "not shown", "unsure", "not tested"]
RANK_LEVEL = 0.01
DECOY_SETS = 199
"""Sets of decoy keys among which a pooled test of several keys is ranked."""
MAX_NAMED = 3
"""Tenants that the name of a pooled test lists; beyond that it gives their number."""
POWER_SHIFTS = (0.01, 0.02, 0.05, 0.1)
"""Relative excesses of the mean for which power is printed."""


@dataclass(frozen=True)
class KeyTest:
    """The result for one key.

    Attributes:
        tenant: name of the key's tenant.
        n: distinct draws that were scored.
        total: sum of their numbers.
        mean: their mean; for weighted and choice tests the excess over the null, as a share of all weight or per pair.
        z: standardised excess of ``total`` over the null.
        log_p: natural log of p; exact, or an upper bound for a weighted test.
        log_p_holm: ``log_p`` after Holm's correction over all keys that were tested. If questions could stop early, the
            p-value that is corrected is the one that allows for it.
        rank_p: rank among decoy keys; exact even if draws depend on each other.
        verdict: ``unsure`` if p reaches the level and the rank does not (then the draws were not independent);
            ``not tested`` if there was nothing to score.
    """

    tenant: str
    n: int
    total: float
    mean: float
    z: float
    log_p: float
    log_p_holm: float
    rank_p: float
    verdict: Verdict


@dataclass(frozen=True)
class MarkTest:
    """A test of one suspect: what was scored, what the test could have shown, and the result of each key.

    Attributes:
        scheme: the mark, as its ``describe`` gives it.
        mode: ``written`` or ``read``.
        n_records: answers.
        n_positions: places that could be scored, before any was left out.
        n_excluded: places left out because the suspect was shown the same.
        n_tuples: distinct draws; for choice marks, cells with a lean.
        null_mean: mean of one draw under the null.
        alpha: family-wise level of the verdicts.
        n_decoys: decoy keys.
        rank_floor: smallest possible rank p.
        log_p_floor: natural log of the smallest possible p; None if there is none.
        detectable_shift: smallest relative excess of the mean that is found with power 0.8; None if there is none.
        power: chance of reaching ``alpha`` over all keys, by relative excess of the mean.
        decoy_false_positives: share of the decoys with p <= 0.01.
        keys: result of each key.
        log_p_anytime: by tenant, natural log of the p-value that allows for stopping early; None if it was not computed.
        statistic: ``once``, ``weighted`` or ``choice``.
        together: the sum over the keys of several tenants, which is one more hypothesis. It is more powerful if a harvest was
            spread over these tenants, which dilutes each of them. Its null: the text depends on none of these keys.
        together_of: the tenants of ``together``.
        leans: for choice marks, the lean to the second form of each cell; a key's coins give its p from these.
    """

    scheme: Mapping[str, Any]
    mode: str
    n_records: int
    n_positions: int
    n_excluded: int
    n_tuples: int
    null_mean: float
    alpha: float
    n_decoys: int
    rank_floor: float
    log_p_floor: float | None
    detectable_shift: float | None
    power: Mapping[str, float]
    decoy_false_positives: float
    keys: tuple[KeyTest, ...]
    log_p_anytime: Mapping[str, float] | None = None
    statistic: str = "once"
    together: KeyTest | None = None
    together_of: tuple[str, ...] = ()
    leans: tuple[float, ...] | None = None

    def describe(self) -> dict[str, Any]:
        """The result as JSON-ready values; infinities become None."""
        out: dict[str, Any] = _finite(asdict(self))
        return out


def mark_test(
    mark: Scheme,
    tuples: Tuples,
    tenants: Sequence[OpenedKey] | Mapping[str, Numbers],
    seed: bytes,
    *,
    n_decoys: int = 999,
    alpha: float = 1e-5,
    mode: str = "written",
    n_records: int = 0,
    anytime: bool = False,
    early: bool = False,
    together: Sequence[str] = (),
) -> MarkTest:
    """Test distinct tuples under every tenant's key.

    Args:
        mark: the scheme.
        tuples: result of :func:`~stillwatch.prove.tuples.written` or ``read``, made with the scheme's ``window``.
        tenants: committed keys, or plain numbers by name (for marks that transformers set).
        seed: seed of the decoys, from the commitment.
        n_decoys: decoy keys; the smallest rank p is 1 / (n_decoys + 1).
        alpha: family-wise level of the verdicts.
        mode: ``written`` or ``read``; only recorded.
        n_records: number of answers; only recorded.
        anytime: also compute the p-value that stays valid if the test is looked at after every answer (kgw and gumbel only).
        early: questions could stop by that p-value, so the verdicts use it.
        together: tenants whose keys are also tested as one sum; not with ``early``.
    """
    keys = _numbers_by_tenant(mark, tenants)
    null = mark.null
    decoys = mark.totals(tuples, [mark.key(secret) for secret in decoy_secrets(seed, n_decoys)])
    decoy_log_p = np.array([null.log_p(total, n) for total, n in decoys])
    decoy_z = np.array([null.z(total, n) for total, n in decoys])
    totals = mark.totals(tuples, list(keys.values()))
    log_ps = [null.log_p(total, n) for total, n in totals]
    pool = None
    if together:
        pool = _pool_totals(mark, tuples, [total for name, total in zip(keys, totals, strict=True) if name in together], seed, n_decoys)
    anytime_p = None
    if (anytime or early) and mark.name in ("kgw", "gumbel"):
        anytime_p = {tenant: EProcess(null).add(mark.numbers(tuples, key)) for tenant, key in keys.items()}
    adjusted, pool_log_holm = _holm_with_pool(list(anytime_p.values()) if early and anytime_p is not None else log_ps, pool)
    tests = []
    for tenant, (total, n), log_p, log_holm in zip(keys, totals, log_ps, adjusted, strict=True):
        z = null.z(total, n)
        rank = rank_p(z, decoy_z)
        tests.append(KeyTest(tenant, n, total, total / n if n else 0.0, z, log_p, log_holm, rank,
                             _verdict(n, log_holm, rank, alpha, n_decoys)))
    n = max((n for _, n in totals), default=0)
    return MarkTest(
        scheme=mark.describe(), mode=mode, n_records=n_records, n_positions=tuples.n_positions,
        n_excluded=tuples.n_excluded, n_tuples=len(tuples), null_mean=null.mean, alpha=alpha, n_decoys=n_decoys,
        rank_floor=1 / (n_decoys + 1), log_p_floor=_log_p_floor(null, n),
        detectable_shift=detectable(null, n, log(alpha / max(1, len(keys)))),
        power={f"{shift:g}": power(null, n, shift, log(alpha / max(1, len(keys)))) for shift in POWER_SHIFTS},
        decoy_false_positives=float((decoy_log_p <= log(0.01)).mean()) if n_decoys else 0.0,
        keys=tuple(tests), log_p_anytime=anytime_p, together=_pooled_test(pool, pool_log_holm, together, alpha),
        together_of=tuple(together),
    )


def weighted_test(
    mark: Scheme,
    draws: Weighted,
    tenants: Sequence[OpenedKey] | Mapping[str, Numbers],
    seed: bytes,
    *,
    n_decoys: int = 999,
    alpha: float = 1e-5,
    mode: str = "written",
    n_records: int = 0,
    together: Sequence[str] = (),
) -> MarkTest:
    """Test draws that are weighted against a reference; p is an upper bound near the exact tail.

    Args:
        mark: the scheme, ``kgw`` or ``gumbel``.
        draws: distinct tuples and their weights.
        tenants: as for :func:`mark_test`, like all further arguments.
        seed: seed of the decoys.
        n_decoys: decoy keys.
        alpha: family-wise level of the verdicts.
        mode: ``written`` or ``read``; only recorded.
        n_records: number of answers; only recorded.
        together: tenants whose keys are also tested as one sum.

    Raises:
        InputError: the scheme is one of transformers' own, whose draws are not independent enough for weights.
    """
    if mark.name not in ("kgw", "gumbel"):
        raise InputError(f"{mark.name} is not tested against a reference", todo="Leave --reference out")
    null, weights, keys = mark.null, draws.weights, _numbers_by_tenant(mark, tenants)
    centre = float(weights.sum()) * null.mean
    spread = float(np.sqrt((weights**2).sum() * null.variance)) or 1.0
    sums = [float(mark.numbers(draws.tuples, key) @ weights) for key in keys.values()]
    decoy_sums = [float(mark.numbers(draws.tuples, mark.key(secret)) @ weights) for secret in decoy_secrets(seed, n_decoys)]
    decoy_z = (np.array(decoy_sums) - centre) / spread
    log_ps = [weighted_log_tail(null, weights, total) for total in sums]
    scale = float(np.abs(weights).sum()) or 1.0
    pool = None
    if together:
        pooled = [total for name, total in zip(keys, sums, strict=True) if name in together]
        total, n_pooled = sum(pooled), len(pooled)
        pooled_decoys = [float(mark.numbers(draws.tuples, mark.key(secret)) @ weights) for secret in _decoy_sets(seed, n_decoys, n_pooled)]
        z = (np.array(pooled_decoys).reshape(-1, n_pooled).sum(1) - n_pooled * centre) / (spread * np.sqrt(n_pooled))
        excess = total - n_pooled * centre
        pool = _PooledKeys(
            n=n_pooled * len(draws), total=total, mean=excess / (n_pooled * scale), z=float(excess / (spread * np.sqrt(n_pooled))),
            log_p=weighted_log_tail(null, weights, total, n_pooled), decoy_z=z.tolist(),
        )
    adjusted, pool_log_holm = _holm_with_pool(log_ps, pool)
    tests = []
    for tenant, total, log_p, log_holm in zip(keys, sums, log_ps, adjusted, strict=True):
        z = (total - centre) / spread
        rank = rank_p(z, decoy_z)
        tests.append(KeyTest(tenant, len(draws), total, (total - centre) / scale, z, log_p, log_holm, rank,
                             _verdict(len(draws), log_holm, rank, alpha, n_decoys)))
    return MarkTest(
        scheme=mark.describe(), mode=mode, n_records=n_records, n_positions=draws.tuples.n_positions,
        n_excluded=draws.tuples.n_excluded, n_tuples=len(draws), null_mean=0.0, alpha=alpha, n_decoys=n_decoys,
        rank_floor=1 / (n_decoys + 1), log_p_floor=None, detectable_shift=None, power={},
        decoy_false_positives=_share_below(np.array(decoy_sums), lambda total: weighted_log_tail(null, weights, total)),
        keys=tuple(tests), statistic="weighted", together=_pooled_test(pool, pool_log_holm, together, alpha), together_of=tuple(together),
    )


def choice_test(
    mark: ChoiceMark,
    texts: Sequence[str],
    tenants: Sequence[OpenedKey],
    seed: bytes,
    *,
    prompts: Sequence[str] | None = None,
    reference: tuple[Sequence[str], Sequence[str]] | None = None,
    n_decoys: int = 999,
    alpha: float = 1e-5,
    early: bool = False,
    together: Sequence[str] = (),
) -> MarkTest:
    """Test texts for text-only choice marks.

    Args:
        mark: the scheme.
        texts: what the suspect wrote.
        tenants: committed keys.
        seed: seed of the decoys, from the commitment.
        prompts: what the suspect was shown for each text; a pair that occurs there is not counted in the answer.
        reference: prompts and texts of a similar model that carries nobody's mark.
        n_decoys: decoy keys; the smallest rank p is 1 / (n_decoys + 1).
        alpha: family-wise level of the verdicts.
        early: questions could stop at one of the looks (:data:`LOOKS`), so the verdicts use the p-value that allows for it.
        together: tenants whose keys are also tested as one sum; not with ``early``.
    """
    counts, shown = mark.counts_beyond(texts, prompts)
    baseline = None if reference is None else mark.counts_beyond(reference[1], reference[0])[0]
    anytime_p = None
    if early:
        looks = choice_looks(mark, texts, [opened.key for opened in tenants], prompts=prompts, reference=baseline)
        anytime_p = {opened.tenant: looked_log_p(log_ps) for opened, log_ps in zip(tenants, looks, strict=True)}
    return lean_test(mark, mark.preferences(counts, baseline), tenants, seed, n_decoys=n_decoys, alpha=alpha, n_records=len(texts),
                     n_positions=int(counts.sum()) + shown, n_excluded=shown, anytime_p=anytime_p, together=together)


def choice_looks(
    mark: ChoiceMark, texts: Sequence[str], keys: Sequence[Key], *, prompts: Sequence[str] | None,
    reference: npt.NDArray[np.int64] | None, done: int = 0,
) -> list[list[float]]:
    """Natural logs of each key's p-values, one list per key, at every look up to the number of texts, in order.

    Args:
        mark: the scheme.
        texts: what the suspect has written so far, in the order of its answers.
        keys: the keys to test.
        prompts: as for :func:`choice_test`.
        reference: counts of the reference ``(n_cells, 2)``.
        done: looks at up to this many answers were taken before and are left out.
    """
    counts, begin = np.zeros((mark.n_cells, 2), np.int64), 0
    out: list[list[float]] = [[] for _ in keys]
    for look in LOOKS:
        if look > len(texts):
            break
        counts += mark.counts_beyond(texts[begin:look], None if prompts is None else prompts[begin:look])[0]
        begin = look
        if look <= done:
            continue
        lean = mark.preferences(counts, reference)
        tail = SignSums(lean)
        for log_ps, key in zip(out, keys, strict=True):
            log_ps.append(tail.log_p(mark.sum(lean, key)))
    return out


def lean_test(
    mark: ChoiceMark,
    lean: npt.NDArray[np.float64],
    tenants: Sequence[OpenedKey],
    seed: bytes,
    *,
    n_decoys: int = 999,
    alpha: float = 1e-5,
    mode: str = "written",
    n_records: int = 0,
    n_positions: int = 0,
    n_excluded: int = 0,
    anytime_p: Mapping[str, float] | None = None,
    together: Sequence[str] = (),
) -> MarkTest:
    """Test how far each cell leans to its second form.

    Args:
        mark: the scheme.
        lean: leans ``(n_cells,)``; how they were made must not depend on any key.
        tenants: committed keys.
        seed: seed of the decoys, from the commitment.
        n_decoys: decoy keys.
        alpha: family-wise level of the verdicts.
        mode: ``written`` or ``read``; only recorded, like the three counts.
        n_records: answers.
        n_positions: places that could be counted.
        n_excluded: places left out because the suspect was shown the same.
        anytime_p: by tenant, natural log of the p-value that allows for stopping early; if given, the verdicts use it.
        together: tenants whose keys are also tested as one sum; not with ``anytime_p``.
    """
    scale = float(np.sqrt((lean**2).sum())) or 1.0
    decoys = np.array([mark.sum(lean, (int(a), int(b))) for a, b in decoy_keys(seed, n_decoys)])
    totals = [mark.sum(lean, opened.key) for opened in tenants]
    tail = SignSums(lean)
    log_ps = [tail.log_p(total) for total in totals]
    n_leaning, pool = int((lean != 0).sum()), None
    if together:
        pooled = [total for opened, total in zip(tenants, totals, strict=True) if opened.tenant in together]
        total, n_pooled = sum(pooled), len(pooled)
        pooled_decoys = [mark.sum(lean, key_from_bytes(secret)) for secret in _decoy_sets(seed, n_decoys, n_pooled)]
        pooled_scale = scale * float(np.sqrt(n_pooled))
        pool = _PooledKeys(
            n=n_pooled * n_leaning, total=total, mean=total / max(1, n_pooled * n_leaning), z=total / pooled_scale,
            log_p=SignSums(lean, n_pooled).log_p(total),
            decoy_z=(np.array(pooled_decoys).reshape(-1, n_pooled).sum(1) / pooled_scale).tolist(),
        )
    adjusted, pool_log_holm = _holm_with_pool(log_ps if anytime_p is None else [anytime_p[opened.tenant] for opened in tenants], pool)
    tests = tuple(
        KeyTest(opened.tenant, n_leaning, total, total / max(1, n_leaning), total / scale, log_p, log_holm, rank := rank_p(total, decoys),
                _verdict(n_leaning, log_holm, rank, alpha, n_decoys))
        for opened, total, log_p, log_holm in zip(tenants, totals, log_ps, adjusted, strict=True)
    )
    return MarkTest(
        scheme=mark.describe(), mode=mode, n_records=n_records, n_positions=n_positions, n_excluded=n_excluded,
        n_tuples=n_leaning, null_mean=0.0, alpha=alpha, n_decoys=n_decoys, rank_floor=1 / (n_decoys + 1),
        log_p_floor=-n_leaning * log(2.0), detectable_shift=None, power={},
        decoy_false_positives=_share_below(decoys, tail.log_p), keys=tests, log_p_anytime=anytime_p, statistic="choice",
        together=_pooled_test(pool, pool_log_holm, together, alpha), together_of=tuple(together), leans=tuple(lean.tolist()),
    )


def _share_below(decoys: npt.NDArray[np.float64], log_p: Callable[[float], float]) -> float:
    """Share of the decoys' sums ``(n_decoys,)`` with p <= 0.01. p falls as the sum grows, so a binary search tests only a few."""
    return bisect_right(-np.sort(-decoys), log(0.01), key=lambda total: log_p(float(total))) / max(1, len(decoys))


@dataclass(frozen=True)
class _PooledKeys:
    """The sum over the keys of several tenants. ``decoy_z`` is the same z for sets of as many decoy keys."""

    n: int
    total: float
    mean: float
    z: float
    log_p: float
    decoy_z: list[float]


def _pool_totals(mark: Scheme, tuples: Tuples, totals: Sequence[tuple[float, int]], seed: bytes, n_decoys: int) -> _PooledKeys:
    """Pool keys whose totals and numbers of draws are ``totals``."""
    null, pairs = mark.null, np.array(totals)
    total, n = float(pairs[:, 0].sum()), int(pairs[:, 1].sum())
    sets = _decoy_sets(seed, n_decoys, len(totals))
    decoys = np.array(mark.totals(tuples, [mark.key(secret) for secret in sets])).reshape(-1, len(totals), 2).sum(1)
    return _PooledKeys(n, total, total / max(n, 1), null.z(total, n), null.log_p(total, n), [null.z(t, int(m)) for t, m in decoys])


def _decoy_sets(seed: bytes, n_decoys: int, size: int) -> list[bytes]:
    """Secrets of sets of ``size`` decoys, one set after another. They differ from the decoys of single keys."""
    return decoy_secrets(seed + b" together", min(n_decoys, DECOY_SETS) * size)


def _holm_with_pool(log_ps: list[float], pool: _PooledKeys | None) -> tuple[list[float], float]:
    """Holm's adjusted log p-values of the keys, and that of the pool (0.0 without a pool); the correction counts the pool."""
    if pool is None:
        return holm(log_ps) if log_ps else [], 0.0
    *adjusted, pool_adjusted = holm([*log_ps, pool.log_p])
    return adjusted, pool_adjusted


def _pooled_test(pool: _PooledKeys | None, log_holm: float, together: Sequence[str], alpha: float) -> KeyTest | None:
    if pool is None:
        return None
    rank = rank_p(pool.z, np.array(pool.decoy_z))
    name = " + ".join(together) if len(together) <= MAX_NAMED else f"{len(together)} keys together"
    verdict = _verdict(pool.n, log_holm, rank, alpha, len(pool.decoy_z))
    return KeyTest(name, pool.n, pool.total, pool.mean, pool.z, pool.log_p, log_holm, rank, verdict)


def _verdict(n: int, log_p: float, rank: float, alpha: float, n_decoys: int) -> Verdict:
    if not n:
        return "not tested"
    by_p, by_rank = log_p <= log(alpha), rank <= max(RANK_LEVEL, 1 / (n_decoys + 1))
    if by_p and by_rank:
        return "marked"
    return "unsure" if by_p else "not shown"


def _log_p_floor(null: Null, n: int) -> float | None:
    return n * null.trials * log(null.rate) if null.kind == "bernoulli" else None


def _numbers_by_tenant(mark: Scheme, tenants: Sequence[OpenedKey] | Mapping[str, Numbers]) -> dict[str, Numbers]:
    if isinstance(tenants, Mapping):
        return dict(tenants)
    return {opened.tenant: mark.key(opened.secret) for opened in tenants}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
