"""How well reported campaigns match true ones: B-cubed and the adjusted Rand index."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stillwatch.errors import InputError

Ints = NDArray[np.int64]


def clustering(true: ArrayLike, reported: ArrayLike) -> dict[str, Any]:
    """Compare two partitions of the same accounts.

    Args:
        true: ``(n,)`` true campaign of each account; None or "" for none, which makes the account a cluster of its own.
        reported: ``(n,)`` campaign it was put in, likewise.

    Returns:
        ``n``, ``bcubed_precision``, ``bcubed_recall``, ``bcubed_f1`` (Bagga and Baldwin 1998: averages over accounts)
        and ``ari`` (Hubert and Arabie 1985: 1 for the same partition, 0 for chance; null where either puts all accounts into one
        cluster and the other does not: chance cannot do better or worse then); null without accounts.
    """
    a, b = cluster_codes(true), cluster_codes(reported)
    if len(a) != len(b):
        raise InputError(f"{len(a)} true clusters do not match {len(b)} reported ones", where="clustering")
    if len(a) == 0:
        return {"n": 0, "bcubed_precision": None, "bcubed_recall": None, "bcubed_f1": None, "ari": None}
    cells, size = np.unique(np.stack((a, b), axis=1), axis=0, return_counts=True)
    size_a, size_b = np.bincount(a), np.bincount(b)
    precision = float(np.sum(size**2 / size_b[cells[:, 1]]) / len(a))
    recall = float(np.sum(size**2 / size_a[cells[:, 0]]) / len(a))
    return {
        "n": len(a),
        "bcubed_precision": precision,
        "bcubed_recall": recall,
        "bcubed_f1": 2 * precision * recall / (precision + recall),
        "ari": _adjusted_rand(size, size_a, size_b, len(a)),
    }


def cluster_codes(clusters: ArrayLike) -> Ints:
    """Number the clusters; every account without one gets a number of its own."""
    names = np.asarray(["" if name is None else str(name) for name in np.asarray(clusters, dtype=object)], dtype=str)
    uniques, numbers = np.unique(names, return_inverse=True)
    numbers = numbers.astype(np.int64)
    if len(uniques) and uniques[0] == "":
        unclustered = names == ""
        numbers[unclustered] = len(uniques) + np.arange(unclustered.sum())
        # The code of "" is now unused; closing the gap keeps the codes dense.
        numbers -= 1
    return numbers


def _adjusted_rand(cells: Ints, size_a: Ints, size_b: Ints, n: int) -> float | None:
    def pairs(size: Ints) -> float:
        return float(np.sum(size.astype(np.float64) * (size - 1)) / 2)

    together, in_a, in_b, all_pairs = pairs(cells), pairs(size_a), pairs(size_b), n * (n - 1) / 2
    expected = in_a * in_b / all_pairs if all_pairs else 0.0
    largest = (in_a + in_b) / 2
    # Both partitions are all singletons, or both one cluster: the same partition.
    if largest == expected:
        return 1.0
    return None if all_pairs in (in_a, in_b) else (together - expected) / (largest - expected)
