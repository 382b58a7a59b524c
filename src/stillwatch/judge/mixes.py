"""How much the accounts of a group differ in the mix of what they do: one pass over the memberships, compiled."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


def overdispersion(counts: I32, label: I64, n: int, passing: float = 0) -> tuple[F64, F64, F64, F64]:
    """How much the rows of each of ``n`` labels differ in their mix: correlation, its limit, d.o.f., requests but one.

    All are ``(n,)``; correlation and limit (one-sided, 95 %) from 0 to 1, NaN where nothing tells.

    Intra-class correlation, 0: every account draws from one mix; 1: each account does one thing of its own (Donner 1986, ANOVA estimator).

    Args:
        counts: of the classes of the mix, ``(n_rows, n_classes)``, a row an account.
        label: of each row, below n, ascending.
        n: number of labels.
        passing: share of the rows of each label, those least like the others, that are left out.
    """
    chi2, used, classes, requests = _chi2(counts, label, n, passing)
    freedom = np.maximum(used - 1, 0) * np.maximum(classes - 1, 0)
    told, free = used > 0, freedom > 0
    lift = np.maximum(np.where(told, requests / np.where(told, used, 1), np.nan) - 1, 0.5)
    rho = np.clip((np.where(free, chi2 / np.where(free, freedom, 1), np.nan) - 1) / lift, 0, 1)
    # One-sided 95 % limit: X² over its degrees of freedom has variance 2 / freedom times its mean squared.
    limit = np.clip(rho + 1.645 * np.sqrt(2 / np.maximum(freedom, 1)) * (1 + lift * rho) / lift, 0, 1)
    return rho, limit, freedom, lift


@njit(cache=True, nogil=True)
def _chi2(counts: I32, label: I64, n: int, passing: float) -> tuple[F64, F64, F64, F64]:
    """Pearson's X² of the rows of each label against their mix, rows that count, classes in the mix, requests of those rows."""
    chi2, used, classes, requests = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    n_rows = len(counts)
    own, keep = np.zeros(n_rows), np.zeros(n_rows, np.bool_)
    begin = 0
    while begin < n_rows:
        end = begin
        while end < n_rows and label[end] == label[begin]:
            keep[end] = counts[end].sum() >= 2
            end += 1
        mix = _mixed(counts, keep, begin, end)
        _off(counts, keep, mix, begin, end, own)
        if passing > 0:
            rows = begin + np.flatnonzero(keep[begin:end])
            fewer = int(passing * len(rows))
            if fewer:
                line = np.partition(own[rows], len(rows) - fewer)[len(rows) - fewer]
                keep[rows[own[rows] > line]] = False
                level = rows[own[rows] == line]
                keep[level[: fewer - (len(rows) - int(keep[begin:end].sum()))]] = False
                mix = _mixed(counts, keep, begin, end)
                _off(counts, keep, mix, begin, end, own)
        g = label[begin]
        classes[g] = (mix > 0).sum()
        for row in range(begin, end):
            if keep[row]:
                chi2[g] += own[row]
                used[g] += 1
                requests[g] += counts[row].sum()
        begin = end
    return chi2, used, classes, requests


@njit(cache=True, nogil=True)
def _mixed(counts: I32, keep: NDArray[np.bool_], begin: int, end: int) -> F64:
    """Share of each class in all requests of the rows that are kept."""
    mix = np.zeros(counts.shape[1])
    for row in range(begin, end):
        if keep[row]:
            for k in range(counts.shape[1]):
                mix[k] += counts[row, k]
    mix /= max(mix.sum(), 1.0)
    return mix


@njit(cache=True, nogil=True)
def _off(counts: I32, keep: NDArray[np.bool_], mix: F64, begin: int, end: int, own: F64) -> None:
    for row in range(begin, end):
        own[row] = 0.0
        if keep[row]:
            sent = counts[row].sum()
            for k in range(counts.shape[1]):
                if mix[k] > 0:
                    expected = mix[k] * sent
                    own[row] += (counts[row, k] - expected) ** 2 / expected
