"""Null models: how much innocents share by chance, given how popular objects are and how active accounts are.

Everything works on integer codes: ``account`` and ``object_`` are codes from 0, one row for each distinct pair. The
null is the Chung-Lu form of the bipartite configuration model: account ``u`` with ``d_u`` objects holds object ``o`` of
popularity ``p_o`` with probability ``d_u p_o / P``, so that two accounts share a Poisson number of objects with mean
``d_u d_v * rate`` (Saracco et al. 2017, "Inferring monopartite projections of bipartite networks", sparse limit).

Blind spots: an account that holds a large part of all objects breaks the sparse limit (its expectation comes out too
high, so it is linked too little); taste communities share more than popularity explains without any collusion, so that
a small p-value says "not by chance", never "by a campaign". Judge groups by how many times chance they share.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import special

Ints = npt.NDArray[np.integer]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


# --- Tests ---------------------------------------------------------------------------------------------------------


def poisson_log_sf(count: Ints | Floats, expected: Floats) -> Floats:
    """Log probability that a Poisson variable of mean ``expected`` reaches ``count``; exact far into the tail.

    Returns:
        Natural logarithms, 0 where ``count`` is 0; never minus infinity unless ``expected`` is 0.
    """
    k = np.asarray(count, np.float64)
    mean = np.asarray(expected, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        # P(N >= k) is the regularised lower incomplete gamma function at (k, mean).
        log_p = np.log(special.gammainc(np.maximum(k, 1e-9), mean))
        # Where it underflows: the first term of the tail times the bound of the geometric series that follows it.
        tail = k * np.log(mean) - mean - special.gammaln(k + 1) - np.log1p(-np.minimum(mean / (k + 1), 0.999))
    log_p = np.where((log_p < -650) | ~np.isfinite(log_p), tail, log_p)
    return np.where(k <= 0, 0.0, np.minimum(log_p, 0.0))


def benjamini_hochberg(log_p: Floats, n_tests: float | None = None) -> Floats:
    """False-discovery rate at which each hypothesis would be accepted (q-value; Benjamini and Hochberg 1995).

    Args:
        log_p: natural logarithms of p-values, ``(n,)``.
        n_tests: how many hypotheses there were, when only the promising ones are passed (default ``n``); the others
            count as p = 1.

    Returns:
        q-values in [0, 1], ``(n,)``.
    """
    n = len(log_p)
    if not n:
        return np.zeros(0)
    order = np.argsort(log_p, kind="stable")
    log_q = log_p[order] + np.log(n if n_tests is None else max(n_tests, n)) - np.log(np.arange(1, n + 1))
    log_q = np.minimum.accumulate(log_q[::-1])[::-1]
    q = np.empty(n)
    q[order] = np.exp(np.minimum(log_q, 0.0))
    return q


# --- Pairs ---------------------------------------------------------------------------------------------------------


class PairLinks(NamedTuple):
    """Account pairs ``a < b`` and what they share, sorted; ``(n_pairs,)`` each, and the null they were tested under."""

    a: I32
    b: I32
    n_shared: I32
    expected: Floats
    degree: I64
    """Objects of each account, popular ones included, ``(n_accounts,)``."""
    rate: float
    """Expected shared objects of two accounts, per product of their degrees."""

    @property
    def log_odds(self) -> Floats:
        """Evidence for a link of each pair, nats ``(n_pairs,)``: log-likelihood ratio of what is shared against the Poisson null."""
        expected = np.maximum(self.expected, 1e-12)
        return np.asarray(self.n_shared * np.log(self.n_shared / expected) - self.n_shared + expected, np.float64)


def pair_links(
    account: Ints, object_: Ints, n_accounts: int, n_objects: int, *,
    max_popularity: int = 400, min_shared: int = 1, threads: int = 1,
) -> PairLinks:
    """Find every pair of accounts that shares at least ``min_shared`` objects, with the number expected by chance.

    Popular objects are left out of both counts: an object that more than ``max_popularity`` accounts hold says next to
    nothing about two of them, and costs its square in time. The expectations over all pairs sum to the observed total,
    so that observed over expected is 1 on average, whatever the data.

    Args:
        account: account codes, ``(n_rows,)``; pairs of account and object must be distinct.
        object_: object codes, ``(n_rows,)``.
        n_accounts: number of account codes.
        n_objects: number of object codes.
        max_popularity: accounts of the most popular object that counts.
        min_shared: objects a pair must share to be returned.
        threads: worker threads; the result does not depend on it.
    """
    degree = np.bincount(account, minlength=n_accounts).astype(np.int64)
    popularity = np.bincount(object_, minlength=n_objects).astype(np.int64)
    used = (popularity >= 2) & (popularity <= max_popularity)
    rate = pair_rate(popularity[used], degree)
    rows = used[object_]
    by_account, by_object = _adjacency(account[rows], object_[rows], n_accounts, n_objects)

    def count_part(bounds: tuple[int, int]) -> tuple[I32, I32, I32]:
        a, b, n = _count_shared(*by_account, *by_object, bounds[0], bounds[1], n_accounts, min_shared)
        return a, b, n

    work = np.concatenate([[0], np.cumsum(np.bincount(account[rows], popularity[object_[rows]], n_accounts))])
    cuts = np.searchsorted(work, np.linspace(0, work[-1], 4 * threads + 1)[1:-1])
    edges = np.concatenate([[0], cuts, [n_accounts]])
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(count_part, zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)))
    a, b, n_shared = (np.concatenate([p[i] for p in parts]) for i in range(3))
    return PairLinks(a, b, n_shared, degree[a] * degree[b] * rate, degree, rate)


def popularity_cap(popularity: Ints, caps: Sequence[int], max_pairs: int) -> int:
    """The first of ``caps`` at which :func:`pair_links` meets at most ``max_pairs`` coincidences, else the last.

    Args:
        popularity: accounts of each object, ``(n_objects,)``.
        caps: values of ``max_popularity``, falling.
        max_pairs: coincidences of two accounts in an object, each object counted.
    """
    for cap in caps:
        used = popularity[popularity <= cap].astype(np.float64)
        if (used * (used - 1)).sum() / 2 <= max_pairs:
            break
    return cap


def pair_rate(popularity: I64, degree: I64) -> float:
    """Expected shared objects of a pair, per product of its degrees.

    The sum of p (p - 1) over objects, over (sum d)^2 - sum d^2. This conditions on the objects' popularity: summed
    over all pairs it gives exactly the co-occurrences there are.
    """
    p, d = popularity.astype(np.float64), degree.astype(np.float64)
    return float((p * (p - 1)).sum() / max(d.sum() ** 2 - (d**2).sum(), 1.0))


def _adjacency(
    account: Ints, object_: Ints, n_accounts: int, n_objects: int
) -> tuple[tuple[I64, I32], tuple[I64, I32]]:
    """Objects of each account and accounts of each object, as (starts, members), members ascending."""
    both = []
    for key, member, n in ((account, object_, n_accounts), (object_, account, n_objects)):
        order = np.lexsort((member, key))
        starts = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=n))]).astype(np.int64)
        both.append((starts, member[order].astype(np.int32)))
    return both[0], both[1]


@njit(cache=True, nogil=True)
def _count_shared(
    account_starts: I64, objects: I32, object_starts: I64, accounts: I32, begin: int, end: int, n_accounts: int, min_shared: int
) -> tuple[I32, I32, I32]:
    """Row-wise sparse product (Gustavson 1978) of accounts [begin, end) with later ones."""
    shared = np.zeros(n_accounts, np.int32)
    touched = np.empty(n_accounts, np.int32)
    a, b, n = np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024, np.int32)
    n_out = 0
    for u in range(begin, end):
        n_touched = 0
        for i in range(account_starts[u], account_starts[u + 1]):
            o = objects[i]
            for j in range(object_starts[o + 1] - 1, object_starts[o] - 1, -1):  # members ascend: stop at u
                v = accounts[j]
                if v <= u:
                    break
                if shared[v] == 0:
                    touched[n_touched] = v
                    n_touched += 1
                shared[v] += 1
        if n_out + n_touched > len(a):
            a, b, n = _grown(a, n_out + n_touched), _grown(b, n_out + n_touched), _grown(n, n_out + n_touched)
        begin_out = n_out
        for t in range(n_touched):
            v = touched[t]
            if shared[v] >= min_shared:
                b[n_out] = v
                n_out += 1
            else:
                shared[v] = 0
        b[begin_out:n_out].sort()
        for i in range(begin_out, n_out):
            a[i], n[i] = u, shared[b[i]]
            shared[b[i]] = 0
    return a[:n_out].copy(), b[:n_out].copy(), n[:n_out].copy()


@njit(cache=True, nogil=True)
def _grown(values: I32, needed: int) -> I32:
    grown = np.empty(2 * needed, np.int32)
    grown[: len(values)] = values
    return grown


# --- Groups --------------------------------------------------------------------------------------------------------


class ObservedExpected(NamedTuple):
    """What each group shares among its members; ``(n_groups,)`` each."""

    n_members: I64
    observed: Floats
    expected: Floats

    @property
    def ratio(self) -> Floats:
        """Observed over expected; one is added to the expectation, so that a tiny group cannot reach a huge ratio."""
        return np.asarray(self.observed / (self.expected + 1.0), np.float64)

    @property
    def log_p(self) -> Floats:
        """Log probability of the observed or more; of a group that was chosen on the same links, so optimistic."""
        return poisson_log_sf(self.observed, self.expected)


def cluster_obs_exp(group: Ints, links: PairLinks) -> ObservedExpected:
    """Sum what is shared over all pairs inside each group, and what chance would give to all of them.

    Args:
        group: group code of each account from 0, negative for none, ``(n_accounts,)``.
        links: from :func:`pair_links`; with ``min_shared`` above 1 the observed leaves some out, which is cautious.
    """
    member = group >= 0
    n_groups = int(group.max(initial=-1)) + 1
    inside = (group[links.a] == group[links.b]) & member[links.a]
    observed = np.bincount(group[links.a[inside]], links.n_shared[inside], n_groups).astype(np.float64)
    degree = links.degree[member].astype(np.float64)
    sums, squares = (np.bincount(group[member], x, n_groups) for x in (degree, degree**2))
    n_members = np.bincount(group[member], minlength=n_groups)
    return ObservedExpected(n_members, observed, links.rate * (sums**2 - squares) / 2)


class Membership(NamedTuple):
    """What an account shares with all members of one group, itself left out; sorted by account, then group."""

    account: I64
    group: I64
    observed: Floats
    expected: Floats
    n_partners: I64


def account_obs_exp(group: Ints, links: PairLinks) -> Membership:
    """Compare every account with every group that it shares anything with: the input of the membership test."""
    n_groups = int(group.max(initial=-1)) + 1
    account, other, n_shared = (
        np.concatenate(x) for x in ((links.a, links.b), (links.b, links.a), (links.n_shared, links.n_shared))
    )
    with_group = group[other] >= 0
    key = account[with_group].astype(np.int64) * n_groups + group[other[with_group]]
    pairs, inverse = np.unique(key, return_inverse=True)
    observed = np.bincount(inverse, n_shared[with_group], len(pairs)).astype(np.float64)
    n_partners = np.bincount(inverse, minlength=len(pairs))
    accounts, groups = (np.divmod(pairs, n_groups) if n_groups else (pairs, pairs))
    member = group >= 0
    degree = links.degree.astype(np.float64)
    sums = np.bincount(group[member], degree[member], n_groups)
    others = sums[groups] - np.where(group[accounts] == groups, degree[accounts], 0.0)
    return Membership(accounts, groups, observed, links.rate * degree[accounts] * others, n_partners)


# --- Crowds in time and value --------------------------------------------------------------------------------------


class NearbyCounts(NamedTuple):
    """For each account: how many others are near it in time and value, and how many chance puts there."""

    observed: I64
    expected: Floats
    log_p: Floats


def count_nearby(time_s: Ints, value: Floats, *, within_s: int, within_value: float) -> NearbyCounts:
    """Count others near in time and in value at once, against those near in time alone and the share of the value.

    Both marginals are respected: how busy that very window is (an outbreak of sign-ups, office hours), and how common
    the value is (round amounts). Only their coincidence counts, so that the null is exact when values are permuted over
    accounts. A rate taken over days around is not: at the edge of an outbreak it is wrong by a factor.

    Args:
        time_s: times, seconds, ``(n,)``.
        value: values on a scale where differences compare, such as log10 of an amount, ``(n,)``.
        within_s: reach in time, seconds to each side.
        within_value: reach in value: bins of two thirds of it are made, and the own bin and both neighbours count.
    """
    time = np.asarray(time_s, np.int64) - np.min(time_s, initial=np.iinfo(np.int64).max)
    n, last = len(time), int(time.max(initial=0))
    # Occupied bins are numbered from 1, with one number left free where bins between two are empty: neighbours stay
    # neighbours, strangers stay strangers, and no value is too large.
    occupied, number = np.unique(np.floor(np.asarray(value, np.float64) / (within_value / 1.5)), return_inverse=True)
    bins = np.cumsum(np.concatenate([[1], np.where(np.diff(occupied) == 1, 1, 2)]))[number]
    per_bin = np.bincount(bins, minlength=int(bins.max(initial=0)) + 2)
    n_near_in_value = per_bin[bins - 1] + per_bin[bins] + per_bin[bins + 1] - 1

    # One sorted key for bin and time makes each count two binary searches.
    in_time, in_bins = np.sort(time), np.sort(bins * (last + 1) + time)
    begin, end = np.maximum(time - within_s, 0), np.minimum(time + within_s, last)
    n_near_in_time = np.searchsorted(in_time, end, "right") - np.searchsorted(in_time, begin, "left") - 1
    observed = np.full(n, -1, np.int64)
    for shift in (-1, 0, 1):
        base = (bins + shift) * (last + 1)
        observed += np.searchsorted(in_bins, base + end, "right") - np.searchsorted(in_bins, base + begin, "left")
    expected = n_near_in_time * (n_near_in_value / max(n - 1, 1))
    return NearbyCounts(observed, expected, poisson_log_sf(observed, expected))


def fuse_log_p(log_p: Floats) -> Floats:
    """Fuse log p-values of several scales, ``(n_scales, n)``: mean of log(1 - log p), no scale decides alone."""
    return np.asarray(np.log1p(-log_p).mean(axis=0), np.float64)
