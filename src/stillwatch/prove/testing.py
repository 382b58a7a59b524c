"""Is a suspect marked with these keys: exact p-values, decoy ranks, Holm over tenants, power, and the floor of p."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import log
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from stillwatch.errors import InputError
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.keys import Opened, decoy_keys, decoy_secrets
from stillwatch.prove.prf import Key, key_from_bytes
from stillwatch.prove.schemes import Numbers, Scheme
from stillwatch.prove.sequential import LOOKS, EProcess, looked_log_p
from stillwatch.prove.statistics import Null, SignSums, detectable, holm, power, rank_p, weighted_log_tail
from stillwatch.prove.tuples import Tuples
from stillwatch.prove.weighted import Weighted

Verdict = Literal["marked", "not shown", "unsure", "not tested"]
RANK_LEVEL = 0.01
SETS = 199
"""Sets of decoys that several keys together are ranked among."""
FEW = 3
SHIFTS = (0.01, 0.02, 0.05, 0.1)
"""Relative excesses of the mean for which power is printed."""


@dataclass(frozen=True)
class KeyTest:
    """One key.

    ``n`` distinct draws were scored; ``mean`` is their mean and ``z`` its standardised excess over the null. ``log_p``
    (natural log, exact) and ``log_p_holm`` (over all keys tried); ``rank_p`` among decoy keys is exact whatever the
    dependence. ``verdict`` is ``unsure`` where the two disagree: then the tuples were not independent after all, and
    ``not tested`` where there was nothing to score. Where
    questions could stop early, ``log_p_holm`` is of the p-value that allows for it.
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
    """A test of one suspect: what was scored, what it could have found, and each key's result.

    ``together`` is the sum over the keys of several tenants: one more hypothesis beside theirs, and sharper where a harvest
    went through all of them, which dilutes each. Its null is that the text depends on none of these keys.
    ``leans`` of choice marks are those to the second form of each cell: with a key's coins they give its p.
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
        """JSON-ready; infinities become None."""
        out: dict[str, Any] = _finite(asdict(self))
        return out


def mark_test(
    mark: Scheme,
    tuples: Tuples,
    tenants: Sequence[Opened] | Mapping[str, Numbers],
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
        tuples: of :func:`~stillwatch.prove.tuples.written` or ``read``, with the scheme's ``window``.
        tenants: committed keys, or plain numbers by name (marks that were set with transformers).
        seed: of the decoys; take it from the commitment.
        n_decoys: floor of the rank p is 1 / (n_decoys + 1).
        alpha: family-wise level of the verdicts.
        mode: ``written`` or ``read``, for the record.
        n_records: answers, for the record.
        anytime: also the p-value that is valid had one looked after every answer (kgw and gumbel only).
        early: questions could stop by that p-value, so it decides.
        together: tenants whose keys are also tested as one; not with ``early``.
    """
    keys = _keys(mark, tenants)
    null = mark.null
    decoys = mark.totals(tuples, [mark.key(secret) for secret in decoy_secrets(seed, n_decoys)])
    decoy_log_p = np.array([null.log_p(total, n) for total, n in decoys])
    decoy_z = np.array([null.z(total, n) for total, n in decoys])
    found = mark.totals(tuples, list(keys.values()))
    log_ps = [null.log_p(total, n) for total, n in found]
    pool = None
    if together:
        pool = _summed(mark, tuples, [one for name, one in zip(keys, found, strict=True) if name in together], seed, n_decoys)
    anytime_p = None
    if (anytime or early) and mark.name in ("kgw", "gumbel"):
        anytime_p = {tenant: EProcess(null).add(mark.numbers(tuples, key)) for tenant, key in keys.items()}
    adjusted, one_more = _holm(list(anytime_p.values()) if early and anytime_p is not None else log_ps, pool)
    tests = []
    for tenant, (total, n), log_p, log_holm in zip(keys, found, log_ps, adjusted, strict=True):
        z = null.z(total, n)
        rank = rank_p(z, decoy_z)
        tests.append(KeyTest(tenant, n, total, total / n if n else 0.0, z, log_p, log_holm, rank,
                             _verdict(n, log_holm, rank, alpha, n_decoys)))
    n = max((n for _, n in found), default=0)
    return MarkTest(
        scheme=mark.describe(), mode=mode, n_records=n_records, n_positions=tuples.n_positions,
        n_excluded=tuples.n_excluded, n_tuples=len(tuples), null_mean=null.mean, alpha=alpha, n_decoys=n_decoys,
        rank_floor=1 / (n_decoys + 1), log_p_floor=_floor(null, n),
        detectable_shift=detectable(null, n, log(alpha / max(1, len(keys)))),
        power={f"{shift:g}": power(null, n, shift, log(alpha / max(1, len(keys)))) for shift in SHIFTS},
        decoy_false_positives=float((decoy_log_p <= log(0.01)).mean()) if n_decoys else 0.0,
        keys=tuple(tests), log_p_anytime=anytime_p, together=_as_one(pool, one_more, together, alpha), together_of=tuple(together),
    )


def weighted_test(
    mark: Scheme,
    found: Weighted,
    tenants: Sequence[Opened] | Mapping[str, Numbers],
    seed: bytes,
    *,
    n_decoys: int = 999,
    alpha: float = 1e-5,
    mode: str = "written",
    n_records: int = 0,
    together: Sequence[str] = (),
) -> MarkTest:
    """Like :func:`mark_test`, with draws weighted against a reference; p is an upper bound, near the exact tail.

    Raises:
        InputError: the scheme's draws are not independent enough for weights (transformers' own marks).
    """
    if mark.name not in ("kgw", "gumbel"):
        raise InputError(f"{mark.name} is not tested against a reference", todo="Leave --reference out")
    null, weights, keys = mark.null, found.weights, _keys(mark, tenants)
    centre = float(weights.sum()) * null.mean
    spread = float(np.sqrt((weights**2).sum() * null.variance)) or 1.0
    sums = [float(mark.numbers(found.tuples, key) @ weights) for key in keys.values()]
    decoy_sums = [float(mark.numbers(found.tuples, mark.key(one)) @ weights) for one in decoy_secrets(seed, n_decoys)]
    decoy_z = (np.array(decoy_sums) - centre) / spread
    log_ps = [weighted_log_tail(null, weights, total) for total in sums]
    scale = float(np.abs(weights).sum()) or 1.0
    pool = None
    if together:
        mine = [total for name, total in zip(keys, sums, strict=True) if name in together]
        total, k = sum(mine), len(mine)
        each = [float(mark.numbers(found.tuples, mark.key(one)) @ weights) for one in _decoy_sets(seed, n_decoys, k)]
        z = (np.array(each).reshape(-1, k).sum(1) - k * centre) / (spread * np.sqrt(k))
        pool = _Pool(k * len(found), total, (total - k * centre) / (k * scale), float((total - k * centre) / (spread * np.sqrt(k))),
                     weighted_log_tail(null, weights, total, k), z.tolist())
    adjusted, one_more = _holm(log_ps, pool)
    tests = []
    for tenant, total, log_p, log_holm in zip(keys, sums, log_ps, adjusted, strict=True):
        z = (total - centre) / spread
        rank = rank_p(z, decoy_z)
        tests.append(KeyTest(tenant, len(found), total, (total - centre) / scale, z, log_p, log_holm, rank,
                             _verdict(len(found), log_holm, rank, alpha, n_decoys)))
    return MarkTest(
        scheme=mark.describe(), mode=mode, n_records=n_records, n_positions=found.tuples.n_positions,
        n_excluded=found.tuples.n_excluded, n_tuples=len(found), null_mean=0.0, alpha=alpha, n_decoys=n_decoys,
        rank_floor=1 / (n_decoys + 1), log_p_floor=None, detectable_shift=None, power={},
        decoy_false_positives=_share_below(np.array(decoy_sums), lambda total: weighted_log_tail(null, weights, total)),
        keys=tuple(tests), statistic="weighted", together=_as_one(pool, one_more, together, alpha), together_of=tuple(together),
    )


def choice_test(
    mark: ChoiceMark,
    texts: Sequence[str],
    tenants: Sequence[Opened],
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
        seed: of the decoys.
        prompts: what it was shown for each text; pairs that stand there are not counted in its answer.
        reference: prompts and texts of a model without anybody's mark, of the same kind.
        n_decoys: floor of the rank p is 1 / (n_decoys + 1).
        alpha: family-wise level of the verdicts.
        early: questions could stop at one of the looks (:data:`LOOKS`), so the p-value that allows for it decides.
        together: tenants whose keys are also tested as one; not with ``early``.
    """
    counts, shown = mark.counts_beyond(texts, prompts)
    baseline = None if reference is None else mark.counts_beyond(reference[1], reference[0])[0]
    anytime_p = None
    if early:
        looks = choice_looks(mark, texts, [one.key for one in tenants], prompts=prompts, reference=baseline)
        anytime_p = {one.tenant: looked_log_p(log_ps) for one, log_ps in zip(tenants, looks, strict=True)}
    return lean_test(mark, mark.preferences(counts, baseline), tenants, seed, n_decoys=n_decoys, alpha=alpha, n_records=len(texts),
                     n_positions=int(counts.sum()) + shown, n_excluded=shown, anytime_p=anytime_p, together=together)


def choice_looks(
    mark: ChoiceMark, texts: Sequence[str], keys: Sequence[Key], *, prompts: Sequence[str] | None,
    reference: npt.NDArray[np.int64] | None, done: int = 0,
) -> list[list[float]]:
    """Natural logs of each key's p-values at the looks that so many answers allow, in the order they came.

    Args:
        mark: the scheme.
        texts: what the suspect wrote so far.
        keys: keys.
        prompts: as for :func:`choice_test`.
        reference: counts of the reference ``(n_cells, 2)``.
        done: answers up to which looks were taken before: they are left out.
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
    tenants: Sequence[Opened],
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
    """Test leans to the second form of each cell ``(n_cells,)``, which must depend on no key.

    ``anytime_p``: each tenant's log p-value that allows for stopping early; it decides where it is given.
    """
    scale = float(np.sqrt((lean**2).sum())) or 1.0
    decoys = np.array([mark.sum(lean, (int(a), int(b))) for a, b in decoy_keys(seed, n_decoys)])
    totals = [mark.sum(lean, one.key) for one in tenants]
    tail = SignSums(lean)
    log_ps = [tail.log_p(total) for total in totals]
    used, pool = int((lean != 0).sum()), None
    if together:
        mine = [total for one, total in zip(tenants, totals, strict=True) if one.tenant in together]
        total, k = sum(mine), len(mine)
        each = [mark.sum(lean, key_from_bytes(one)) for one in _decoy_sets(seed, n_decoys, k)]
        pool = _Pool(k * used, total, total / max(1, k * used), total / (scale * float(np.sqrt(k))), SignSums(lean, k).log_p(total),
                     (np.array(each).reshape(-1, k).sum(1) / (scale * np.sqrt(k))).tolist())
    adjusted, one_more = _holm(log_ps if anytime_p is None else [anytime_p[one.tenant] for one in tenants], pool)
    tests = tuple(
        KeyTest(one.tenant, used, total, total / max(1, used), total / scale, log_p, log_holm, rank := rank_p(total, decoys),
                _verdict(used, log_holm, rank, alpha, n_decoys))
        for one, total, log_p, log_holm in zip(tenants, totals, log_ps, adjusted, strict=True)
    )
    return MarkTest(
        scheme=mark.describe(), mode=mode, n_records=n_records, n_positions=n_positions, n_excluded=n_excluded,
        n_tuples=used, null_mean=0.0, alpha=alpha, n_decoys=n_decoys, rank_floor=1 / (n_decoys + 1),
        log_p_floor=-used * log(2.0), detectable_shift=None, power={},
        decoy_false_positives=_share_below(decoys, tail.log_p), keys=tests, log_p_anytime=anytime_p, statistic="choice",
        together=_as_one(pool, one_more, together, alpha), together_of=tuple(together), leans=tuple(lean.tolist()),
    )


def _share_below(decoys: npt.NDArray[np.float64], log_p: Callable[[float], float]) -> float:
    """Share of the decoys' sums ``(n_decoys,)`` with p <= 0.01; p falls as the sum grows, so only a few must be looked at."""
    return bisect_right(-np.sort(-decoys), log(0.01), key=lambda total: log_p(float(total))) / max(1, len(decoys))


@dataclass(frozen=True)
class _Pool:
    """The sum over the keys of several tenants; ``decoy_z`` of as many sets of as many decoys."""

    n: int
    total: float
    mean: float
    z: float
    log_p: float
    decoy_z: list[float]


def _summed(mark: Scheme, tuples: Tuples, found: Sequence[tuple[float, int]], seed: bytes, n_decoys: int) -> _Pool:
    """The sum over the totals and numbers of several keys."""
    null, each = mark.null, np.array(found)
    total, n = float(each[:, 0].sum()), int(each[:, 1].sum())
    sets = _decoy_sets(seed, n_decoys, len(found))
    decoys = np.array(mark.totals(tuples, [mark.key(secret) for secret in sets])).reshape(-1, len(found), 2).sum(1)
    return _Pool(n, total, total / max(n, 1), null.z(total, n), null.log_p(total, n), [null.z(t, int(m)) for t, m in decoys])


def _decoy_sets(seed: bytes, n_decoys: int, size: int) -> list[bytes]:
    """Secrets of sets of decoys, one set after another: others than those that single keys are ranked among."""
    return decoy_secrets(seed + b" together", min(n_decoys, SETS) * size)


def _holm(log_ps: list[float], pool: _Pool | None) -> tuple[list[float], float]:
    """Holm's adjusted log p-values over all keys and, where there is one, the pool; and the pool's own."""
    if pool is None:
        return holm(log_ps) if log_ps else [], 0.0
    *each, last = holm([*log_ps, pool.log_p])
    return each, last


def _as_one(pool: _Pool | None, log_holm: float, together: Sequence[str], alpha: float) -> KeyTest | None:
    if pool is None:
        return None
    rank = rank_p(pool.z, np.array(pool.decoy_z))
    name = " + ".join(together) if len(together) <= FEW else f"{len(together)} keys together"
    verdict = _verdict(pool.n, log_holm, rank, alpha, len(pool.decoy_z))
    return KeyTest(name, pool.n, pool.total, pool.mean, pool.z, pool.log_p, log_holm, rank, verdict)


def _verdict(n: int, log_p: float, rank: float, alpha: float, n_decoys: int) -> Verdict:
    if not n:
        return "not tested"
    by_p, by_rank = log_p <= log(alpha), rank <= max(RANK_LEVEL, 1 / (n_decoys + 1))
    if by_p and by_rank:
        return "marked"
    return "unsure" if by_p else "not shown"


def _floor(null: Null, n: int) -> float | None:
    return n * null.trials * log(null.rate) if null.kind == "bernoulli" else None


def _keys(mark: Scheme, tenants: Sequence[Opened] | Mapping[str, Numbers]) -> dict[str, Numbers]:
    if isinstance(tenants, Mapping):
        return dict(tenants)
    return {one.tenant: mark.key(one.secret) for one in tenants}


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
