"""Batches: a card or a phone number for a few accounts each, batch after batch, whose accounts live one life.

A family shares a card, and so do the four accounts that a farm buys with one; by itself neither is large enough to judge. Farms have
many batches, and these are draws from one list of work on one kind of machine. Latent classes over all batches of a log find which
live alike, and each class is proposed; whether its accounts are one hand is for the judge.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_array
from scipy.sparse.csgraph import connected_components

from stillwatch.group.proposals import concatenate, from_labels
from stillwatch.numeric.groups import ALIKE_BATCHES, BATCH, HOPPING, Groups

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

LARGEST = 64
"""Accounts of one value from which it is no batch: it is proposed by itself, and vouchers of a shop would tie everybody."""
CLASSES = (2, 4, 8, 16, 32)
"""Latent classes that are tried: farms are found apart at one number or another, and a group costs little to look at."""
FEWEST_BATCHES = 3
"""Batches that live alike, at least, to be proposed as one."""
COUNTED, COUNTED_MACHINE = 30.0, 5.0
"""Requests of a batch that count at most in each block of habits, and of machines: a person's requests repeat each other, and his machine
is the same in all."""
ROUNDS = 40
"""Of expectation and maximisation."""
STRANGE = 5.0
"""Standard deviations of the lack of fit that counting alone gives, beyond the median of a class, from which a batch is none of it."""
PRIOR = 5.0
"""Requests of the whole log that each class is mixed with."""


def batched(values: Sequence[I64], owner: I64) -> I64:
    """The batch of each account, ``(n_accounts,)``, -1 for none: who is connected by values that a few accounts of several owners share.

    Args:
        values: of each kind of identity, ``(n_accounts,)``, -1 where not told.
        owner: of each account.
    """
    n, left, right, at = len(owner), [], [], len(owner)
    for value in values:
        rows = np.flatnonzero(value >= 0)
        used, first, code, count = np.unique(value[rows], return_index=True, return_inverse=True, return_counts=True)
        several = np.bincount(code, weights=owner[rows] != owner[rows[first]][code], minlength=len(used)) > 0
        kept = (several & (count <= LARGEST))[code]
        left.append(rows[kept])
        right.append(at + code[kept])
        at += len(used)
    a, b = np.concatenate(left), np.concatenate(right)
    label = connected_components(coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(at, at)), directed=False)[1]
    out = np.full(n, -1, np.int64)
    tied = np.unique(a)
    out[tied] = np.unique(label[tied], return_inverse=True)[1]
    return out


def alike_batches(batch: I64, habits: Sequence[F64], machines: Sequence[F64], min_accounts: int) -> Groups:
    """Propose each batch, and those that live alike as one.

    Args:
        batch: of each account, ``(n_accounts,)``, -1 for none.
        habits: counts of each kind of habit, ``(n_batches, n_values)``, a row a batch: hours, kinds of work.
        machines: the same of programs and what they are set to.
        min_accounts: smallest group that is proposed.
    """
    rows = np.flatnonzero(batch >= 0)
    each = from_labels(batch[rows], rows, BATCH, min_accounts)
    return concatenate([each, *_alike(batch, habits, machines, CLASSES, ALIKE_BATCHES, min_accounts)])


def alike_accounts(number: I64, habits: Sequence[F64], machines: Sequence[F64], min_accounts: int) -> Groups:
    """Propose all accounts that hop between providers, and those that live alike as one; as :func:`alike_batches`, each its own batch."""
    rows = np.flatnonzero(number >= 0)
    whole = from_labels(np.zeros(len(rows), np.int64), rows, HOPPING, min_accounts)
    return concatenate([whole, *_alike(number, habits, machines, CLASSES[:3], HOPPING, min_accounts)])


def _alike(
    batch: I64, habits: Sequence[F64], machines: Sequence[F64], tried: Sequence[int], origin: str, min_accounts: int
) -> list[Groups]:
    """Batches of one latent class as one group, for each number of classes that is ``tried``."""
    rows, found = np.flatnonzero(batch >= 0), list[Groups]()
    tables = [
        block * np.minimum(counted / np.maximum(block.sum(axis=1, keepdims=True), 1), 1)
        for blocks, counted in ((habits, COUNTED), (machines, COUNTED_MACHINE)) for block in blocks
    ]
    known: set[bytes] = set()
    for k in tried if int(batch.max(initial=-1)) + 1 >= 2 * FEWEST_BATCHES else ():
        label = classes(tables, k)
        for number in range(k):
            mine = label == number
            if mine.sum() >= FEWEST_BATCHES and mine.tobytes() not in known:
                known.add(mine.tobytes())
                members = rows[mine[batch[rows]]]
                found.append(from_labels(np.zeros(len(members), np.int64), members, origin, min_accounts))
    return found


def classes(tables: Sequence[F64], k: int) -> I64:
    """The latent class of each row, ``(n_rows,)``, -1 for none: its rows draw their counts from one mix (Lazarsfeld and Henry 1968).

    Expectation and maximisation from rows that are least like those chosen before, so that the same counts give the same classes.

    Args:
        tables: counts ``(n_rows, n_values)`` of each block; blocks are independent within a class.
        k: classes.
    """
    everybody = [table.sum(axis=0) + 0.5 for table in tables]
    everybody = [one / one.sum() for one in everybody]
    size = sum(table.sum(axis=1) for table in tables)
    # Products of sparse tables add in one order; those of BLAS depend on its threads, and near ties would, too.
    counts = [csr_array(table) for table in tables]

    def logs(weights: F64) -> list[F64]:
        """Log of the mix of each class, ``(n_values, k)``."""
        out = []
        for table, usual in zip(counts, everybody, strict=True):
            mix = table.T @ weights + PRIOR * usual[:, None]
            out.append(np.log(mix / mix.sum(axis=0)))
        return out

    def fit_of(mixes: list[F64]) -> F64:
        return np.asarray(sum(np.asarray(table @ mix) for table, mix in zip(counts, mixes, strict=True)))

    own = _own_fit(tables)
    chosen = [int(np.argmax(size))]
    for _ in range(1, k):
        seeds = np.zeros((len(size), len(chosen)))
        seeds[chosen, np.arange(len(chosen))] = 1
        lost = own - fit_of(logs(seeds)).max(axis=1)
        lost[chosen] = -np.inf
        chosen.append(int(np.argmax(lost)))
    weights = np.zeros((len(size), k))
    weights[chosen, np.arange(k)] = 1
    for _ in range(ROUNDS):
        share = np.log((weights.sum(axis=0) + 1) / (weights.sum() + k))
        told = fit_of(logs(weights)) + share
        weights = np.exp(told - told.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
    label = weights.argmax(axis=1)
    # What is nobody's like joins the class that is least unlike it, and there it shows.
    unfit = own - fit_of(logs(weights))[np.arange(len(label)), label]
    usual = np.array([np.median(unfit[label == number]) if (label == number).any() else 0 for number in range(k)])
    return np.where(unfit <= (usual + STRANGE * np.sqrt(usual + 1))[label], label, -1).astype(np.int64)


def _own_fit(tables: Sequence[F64]) -> F64:
    """Log-likelihood of each row under its own mix, ``(n_rows,)``: none fits better."""
    out = np.zeros(len(tables[0]))
    for table in tables:
        share = table / np.maximum(table.sum(axis=1, keepdims=True), 1e-9)
        out += np.where(table > 0, table * np.log(np.maximum(share, 1e-12)), 0).sum(axis=1)
    return out
