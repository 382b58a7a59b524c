"""Published detectors of coordinated accounts, re-implemented from their descriptions: a score for each account.

Each is a pure function from integer codes (``account``, ``object_``, one row for each distinct pair) or times to scores
``(n_accounts,)``, higher is more suspicious. None knows popularity, volume and time at once; that is the point.
"""

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import special

from stillwatch.numeric.nulls import PairLinks

Ints = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]

RATE_LIMITS = {
    "60 per hour": (3600, 60),
    "200 per hour": (3600, 200),
    "500 per hour": (3600, 500),
    "5,000 per day": (86_400, 5000),
}
"""Usual limits on a key: window in seconds, requests."""


def degree(links: PairLinks) -> Floats:
    """Objects of each account: what a volume rule sees."""
    return links.degree.astype(np.float64)


def max_jaccard(links: PairLinks) -> Floats:
    """Largest Jaccard similarity with any other account: SynchroTrap (CCS 2014) where there is no time.

    With time, make the object (object, time bin), as that paper does.
    """
    union = links.degree[links.a] + links.degree[links.b] - links.n_shared
    return _best(links, links.n_shared / union)


def hypergeometric(links: PairLinks, n_objects: int) -> Floats:
    """Largest -log10 p over the account's pairs: statistically validated network (Tumminello et al., PLoS ONE 2011)."""
    return _best(links, -hypergeometric_log_sf(links, n_objects) / np.log(10))


def hypergeometric_log_sf(links: PairLinks, n_objects: int) -> Floats:
    """Log probability that two accounts share so many of ``n_objects`` or more, all objects equally popular."""
    small = np.minimum(links.degree[links.a], links.degree[links.b])
    large = np.maximum(links.degree[links.a], links.degree[links.b])
    base = int(links.degree.max(initial=0)) + 1
    cases, inverse = np.unique((links.n_shared * base + small) * base + large, return_inverse=True)
    k, d, e = (part.astype(np.float64) for part in (cases // base**2, cases // base % base, cases % base))

    def log_choose(n: Floats, m: Floats) -> Floats:
        return np.asarray(special.gammaln(n + 1) - special.gammaln(m + 1) - special.gammaln(n - m + 1))

    total = np.full(len(k), -np.inf)
    whole = log_choose(np.full(len(k), float(n_objects)), d)
    for step in range(int((d - k).max(initial=0)) + 1):
        j = np.minimum(k + step, d)
        possible = (k + step <= d) & (d - j <= n_objects - e)
        with np.errstate(invalid="ignore"):
            term = log_choose(e, j) + log_choose(n_objects - e, np.maximum(d - j, 0)) - whole
        total = np.where(possible, np.logaddexp(total, term), total)
        if step > 20 and np.all(~possible | (term < total - 40)):  # the rest cannot change a double
            break
    return np.asarray(total[inverse])


def _best(links: PairLinks, value: Floats) -> Floats:
    score = np.zeros(len(links.degree))
    np.maximum.at(score, links.a, value)
    np.maximum.at(score, links.b, value)
    return score


# --- FRAUDAR -------------------------------------------------------------------------------------------------------


def fraudar(account: Ints, object_: Ints, n_accounts: int, n_objects: int, n_blocks: int = 25) -> Floats:
    """Greedy peeling of the densest block with column weights 1 / log(popularity + 5) (FRAUDAR, KDD 2016), repeated.

    Each block's accounts are removed before the next is sought, and the weights computed anew. An account scores the
    density of its block, 0 in none.
    """
    score = np.zeros(n_accounts)
    rows, columns = account.astype(np.int64), object_.astype(np.int64)
    for _ in range(n_blocks):
        if not len(rows):
            break
        weight = 1.0 / np.log(np.bincount(columns, minlength=n_objects) + 5.0)
        in_block, density = _densest_block(rows, columns + n_accounts, weight[columns], n_accounts + n_objects)
        score[np.flatnonzero(in_block[:n_accounts])] = density
        rows, columns = rows[~in_block[rows]], columns[~in_block[rows]]
    return score


def _densest_block(left: Ints, right: Ints, weight: Floats, n_nodes: int) -> tuple[npt.NDArray[np.bool_], float]:
    """Of all node sets met while the lightest node is peeled off again and again, the one of highest average degree."""
    node = np.concatenate([left, right])
    order = np.argsort(node, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(node, minlength=n_nodes))])
    other, weights = np.concatenate([right, left])[order], np.concatenate([weight, weight])[order]
    left_at, density = _peel(start, other, weights, np.bincount(node, np.concatenate([weight, weight]), n_nodes))
    return np.asarray(left_at), float(density)


@njit(cache=True, nogil=True)
def _peel(start: Ints, other: Ints, weight: Floats, total: Floats) -> tuple[npt.NDArray[np.bool_], float]:
    """Peel with a tournament tree over the nodes' remaining weights; returns the best set and its density."""
    n = len(total)
    present = total > 0
    n_left = present.sum()
    size = 1
    while size < n:
        size *= 2
    tree = np.full(2 * size, np.inf)
    for i in range(n):
        if present[i]:
            tree[size + i] = total[i]
    for i in range(size - 1, 0, -1):
        tree[i] = min(tree[2 * i], tree[2 * i + 1])
    mass = total.sum() / 2
    best, best_removed = mass / max(n_left, 1), 0
    removed = np.empty(n_left, np.int64)
    for step in range(n_left):
        i = 1
        while i < size:  # down to a lightest node, the first where several are
            i = 2 * i if tree[2 * i] <= tree[2 * i + 1] else 2 * i + 1
        node = i - size
        removed[step] = node
        mass -= tree[i]
        _lower(tree, i, np.inf)
        for e in range(start[node], start[node + 1]):
            j = size + other[e]
            if tree[j] != np.inf:
                _lower(tree, j, tree[j] - weight[e])
        remaining = n_left - step - 1
        if remaining and mass / remaining > best:
            best, best_removed = mass / remaining, step + 1
    inside = present.copy()
    for step in range(best_removed):
        inside[removed[step]] = False
    return inside, best


@njit(cache=True, nogil=True)
def _lower(tree: Floats, leaf: int, value: float) -> None:
    tree[leaf] = value
    i = leaf // 2
    while i >= 1:
        tree[i] = min(tree[2 * i], tree[2 * i + 1])
        i //= 2


# --- Rates ---------------------------------------------------------------------------------------------------------


def peak_count(account: Ints, time_s: Ints, n_accounts: int, window_s: int) -> Floats:
    """Most requests of an account in any window of ``window_s`` seconds: what a rate limit acts on."""
    order = np.lexsort((time_s, account))
    key = account[order].astype(np.int64) * (int(time_s.max(initial=0)) + window_s + 1) + time_s[order]
    ends = np.searchsorted(key, key + window_s - 1, "right")
    score = np.zeros(n_accounts)
    np.maximum.at(score, account[order], (ends - np.arange(len(key))).astype(np.float64))
    return score


def over_a_limit(account: Ints, time_s: Ints, n_accounts: int) -> dict[str, npt.NDArray[np.bool_]]:
    """For each usual limit, the accounts that it would stop."""
    return {
        name: peak_count(account, time_s, n_accounts, window_s) > limit
        for name, (window_s, limit) in RATE_LIMITS.items()
    }
