"""How much the accounts of a group differ in a mix of classes (hours, kinds of work, lengths): one compiled pass."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


def overdispersion(counts: I32, label: I64, n: int, passing: float = 0) -> tuple[F64, F64, F64, F64]:
    """Intra-class correlation of the mixes of the rows of each label (Donner 1986, ANOVA estimator).

    It is 0 where all accounts draw from one mix, and 1 where each account does one thing of its own.

    Args:
        counts: requests of each account by class, one row per account, ``(n_rows, n_classes)``.
        label: label of each row, below n, ascending, ``(n_rows,)``.
        n: number of labels.
        passing: share of the rows of each label, those least like the others, that is left out.

    Returns:
        The correlation and its upper 95 % limit (one-sided), 0 to 1, NaN where they are undefined; the degrees of freedom; and the mean
        number of requests per row less one; ``(n,)`` each.
    """
    chi2, used, classes, requests = _chi2(counts, label, n, passing)
    freedom = np.maximum(used - 1, 0) * np.maximum(classes - 1, 0)
    any_used, free = used > 0, freedom > 0
    lift = np.maximum(np.where(any_used, requests / np.where(any_used, used, 1), np.nan) - 1, 0.5)
    rho = np.clip((np.where(free, chi2 / np.where(free, freedom, 1), np.nan) - 1) / lift, 0, 1)
    # One-sided 95 % limit: X² over its degrees of freedom has variance 2 / freedom times its mean squared.
    limit = np.clip(rho + 1.645 * np.sqrt(2 / np.maximum(freedom, 1)) * (1 + lift * rho) / lift, 0, 1)
    return rho, limit, freedom, lift


@njit(cache=True, nogil=True)
def _chi2(counts: I32, label: I64, n: int, passing: float) -> tuple[F64, F64, F64, F64]:
    """Pearson's X² of the rows of each label against their mean mix, rows used, classes in the mix, and requests of these rows."""
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
        _row_chi2(counts, keep, mix, begin, end, own)
        if passing > 0:
            rows = begin + np.flatnonzero(keep[begin:end])
            fewer = int(passing * len(rows))
            if fewer:
                line = np.partition(own[rows], len(rows) - fewer)[len(rows) - fewer]
                keep[rows[own[rows] > line]] = False
                level = rows[own[rows] == line]
                keep[level[: fewer - (len(rows) - int(keep[begin:end].sum()))]] = False
                mix = _mixed(counts, keep, begin, end)
                _row_chi2(counts, keep, mix, begin, end, own)
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
def _row_chi2(counts: I32, keep: NDArray[np.bool_], mix: F64, begin: int, end: int, own: F64) -> None:
    """Fill ``own`` with Pearson's X² of each row that is kept against the mix, 0 for others."""
    for row in range(begin, end):
        own[row] = 0.0
        if keep[row]:
            sent = counts[row].sum()
            for k in range(counts.shape[1]):
                if mix[k] > 0:
                    expected = mix[k] * sent
                    own[row] += (counts[row, k] - expected) ** 2 / expected
