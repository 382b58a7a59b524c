"""Batches: a few accounts each that share a card or a phone number, and many of which behave alike.

A family shares a card, and so do the four accounts that a farm buys with one; neither is large enough to be judged alone. A farm has many
batches, which are draws from one list of work on one kind of machine. Latent classes over all batches of a log find the batches that behave
alike, and each class is proposed; whether one operator controls it is for the judge.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_array
from scipy.sparse.csgraph import connected_components

from stillwatch.group.proposals import from_labels
from stillwatch.numeric.groups import ALIKE_BATCHES, BATCH, HOPPING, Groups, concatenate

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

LARGEST = 64
"""Most accounts of a value in a batch. A value of more is proposed by itself, and would connect everybody if it is a shop's voucher."""
CLASSES = (2, 4, 8, 16, 32)
"""Numbers of latent classes that are tried: each farm separates at some number, and a group costs little to examine."""
FEWEST_BATCHES = 3
"""Fewest batches of a class that is proposed."""
MAX_COUNT, MAX_COUNT_MACHINE = 30.0, 5.0
"""Most requests of a batch that count in each block of habits, and of machines: a person's requests repeat each other, and his machine is
the same in all."""
ROUNDS = 40
"""Iterations of expectation and maximisation."""
STRANGE = 5.0
"""How far above the median of its class a batch's lack of fit may be, in standard deviations of counting noise."""
PRIOR = 5.0
"""Pseudo-counts from the whole log in each class, requests."""


def batched(values: Sequence[I64], owner: I64) -> I64:
    """(n_accounts,) batch of each account, -1 for none: accounts connected by values that at most LARGEST accounts of several owners share.

    Args:
        values: for each kind of identity, (n_accounts,) code of each account's value, -1 if it has none.
        owner: (n_accounts,) owner of each account.
    """
    n, left, right, n_nodes = len(owner), [], [], len(owner)
    for value in values:
        rows = np.flatnonzero(value >= 0)
        used, first, code, count = np.unique(value[rows], return_index=True, return_inverse=True, return_counts=True)
        several = np.bincount(code, weights=owner[rows] != owner[rows[first]][code], minlength=len(used)) > 0
        shared = (several & (count <= LARGEST))[code]
        left.append(rows[shared])
        right.append(n_nodes + code[shared])
        n_nodes += len(used)
    a, b = np.concatenate(left), np.concatenate(right)
    label = connected_components(coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(n_nodes, n_nodes)), directed=False)[1]
    out = np.full(n, -1, np.int64)
    connected = np.unique(a)
    out[connected] = np.unique(label[connected], return_inverse=True)[1]
    return out


def alike_batches(batch: I64, habits: Sequence[F64], machines: Sequence[F64], min_accounts: int) -> Groups:
    """Propose each batch, and the batches that behave alike as one group.

    Args:
        batch: (n_accounts,) batch of each account, -1 for none.
        habits: for each kind of habit (hours, kinds of work), (n_batches, n_values) counts of requests.
        machines: the same for programs and their settings.
        min_accounts: smallest group that is proposed.
    """
    rows = np.flatnonzero(batch >= 0)
    each = from_labels(batch[rows], rows, BATCH, min_accounts)
    return concatenate([each, *_alike(batch, habits, machines, CLASSES, ALIKE_BATCHES, min_accounts)])


def alike_accounts(batch: I64, habits: Sequence[F64], machines: Sequence[F64], min_accounts: int) -> Groups:
    """Propose all accounts that hop between providers as one group, and those of them that behave alike.

    Args:
        batch: (n_accounts,) number of each account that hops, each its own batch; -1 for the others.
        habits, machines, min_accounts: as of :func:`alike_batches`.
    """
    rows = np.flatnonzero(batch >= 0)
    whole = from_labels(np.zeros(len(rows), np.int64), rows, HOPPING, min_accounts)
    return concatenate([whole, *_alike(batch, habits, machines, CLASSES[:3], HOPPING, min_accounts)])


def _alike(
    batch: I64, habits: Sequence[F64], machines: Sequence[F64], tried: Sequence[int], origin: str, min_accounts: int
) -> list[Groups]:
    """The batches of each latent class as one group, for each number of classes in ``tried``."""
    rows, groups = np.flatnonzero(batch >= 0), list[Groups]()
    tables = [
        block * np.minimum(max_count / np.maximum(block.sum(axis=1, keepdims=True), 1), 1)
        for blocks, max_count in ((habits, MAX_COUNT), (machines, MAX_COUNT_MACHINE)) for block in blocks
    ]
    known: set[bytes] = set()
    for k in tried if int(batch.max(initial=-1)) + 1 >= 2 * FEWEST_BATCHES else ():
        label = classes(tables, k)
        for number in range(k):
            in_class = label == number
            if in_class.sum() >= FEWEST_BATCHES and in_class.tobytes() not in known:
                known.add(in_class.tobytes())
                members = rows[in_class[batch[rows]]]
                groups.append(from_labels(np.zeros(len(members), np.int64), members, origin, min_accounts))
    return groups


def classes(tables: Sequence[F64], k: int) -> I64:
    """(n_rows,) latent class of each row, -1 for none; the rows of a class draw their counts from one mix (Lazarsfeld and Henry 1968).

    Expectation and maximisation, started from the rows that are least like those chosen before, so that the same counts give the same
    classes.

    Args:
        tables: for each block (n_rows, n_values) counts; blocks are independent within a class.
        k: number of classes.
    """
    overall = [table.sum(axis=0) + 0.5 for table in tables]
    overall = [mix / mix.sum() for mix in overall]
    size = sum(table.sum(axis=1) for table in tables)
    # Sparse, because its sums have a fixed order: those of BLAS depend on its threads, and so would near ties.
    counts = [csr_array(table) for table in tables]

    def logs(weights: F64) -> list[F64]:
        """For each block (n_values, k) logarithms of the mixes of the classes."""
        out = []
        for table, typical in zip(counts, overall, strict=True):
            mix = table.T @ weights + PRIOR * typical[:, None]
            out.append(np.log(mix / mix.sum(axis=0)))
        return out

    def fit_of(mixes: list[F64]) -> F64:
        return np.asarray(sum(np.asarray(table @ mix) for table, mix in zip(counts, mixes, strict=True)))

    own = _own_fit(tables)
    chosen = [int(np.argmax(size))]
    for _ in range(1, k):
        seeds = np.zeros((len(size), len(chosen)))
        seeds[chosen, np.arange(len(chosen))] = 1
        deficit = own - fit_of(logs(seeds)).max(axis=1)
        deficit[chosen] = -np.inf
        chosen.append(int(np.argmax(deficit)))
    weights = np.zeros((len(size), k))
    weights[chosen, np.arange(k)] = 1
    for _ in range(ROUNDS):
        share = np.log((weights.sum(axis=0) + 1) / (weights.sum() + k))
        log_posterior = fit_of(logs(weights)) + share
        weights = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
    label = weights.argmax(axis=1)
    # A row that is like no other joins the nearest class, and is recognised there by its lack of fit.
    lack_of_fit = own - fit_of(logs(weights))[np.arange(len(label)), label]
    typical = np.array([np.median(lack_of_fit[label == number]) if (label == number).any() else 0 for number in range(k)])
    return np.where(lack_of_fit <= (typical + STRANGE * np.sqrt(typical + 1))[label], label, -1).astype(np.int64)


def _own_fit(tables: Sequence[F64]) -> F64:
    """(n_rows,) log-likelihood of each row under its own mix, the highest possible."""
    out = np.zeros(len(tables[0]))
    for table in tables:
        share = table / np.maximum(table.sum(axis=1, keepdims=True), 1e-9)
        out += np.where(table > 0, table * np.log(np.maximum(share, 1e-12)), 0).sum(axis=1)
    return out
