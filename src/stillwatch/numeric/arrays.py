"""What several parts do with arrays: sorting out duplicate rows faster than :func:`numpy.unique` does, solving for many columns, texts
as bytes for kernels and as codes.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]


def text_bytes(texts: Sequence[str] | pa.Array | pa.ChunkedArray) -> tuple[I64, U8]:
    """Byte offsets ``(n + 1,)`` and UTF-8 bytes of texts; a null is an empty text. Of Arrow's, copies only where chunks join."""
    array = texts if isinstance(texts, pa.Array | pa.ChunkedArray) else pa.array(texts, pa.large_string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    array = array.cast(pa.large_string())
    if array.null_count:
        array = array.fill_null("")
    _, offsets, data = array.buffers()
    n = len(array)
    where = np.frombuffer(offsets, np.int64, n + 1, array.offset * 8) if n else np.zeros(1, np.int64)
    return where, np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)


def string_codes(column: pa.ChunkedArray) -> I64:
    """A number for each distinct string, in the order of their first appearance, ``(n,)``; -1 for null and for the empty string.

    An empty string is how some exports write "not told"; taken as a value it would tie all that have it together.
    """
    if not len(column):
        return np.zeros(0, np.int64)
    texts = column.cast(pa.string())
    encoded = pc.if_else(pc.equal(texts, ""), None, texts).dictionary_encode().unify_dictionaries().combine_chunks()
    codes: I64 = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


BLOCK = 1 << 22
"""Numbers that :func:`by_blocks` hands over at a time."""


def by_blocks(function: Callable[[NDArray[Any]], F64], rows: NDArray[Any]) -> F64:
    """The function's value of each row, ``(n, …)`` to ``(n,)``, asked for BLOCK numbers at a time: what it makes between stays small."""
    step = max(BLOCK // max(int(np.prod(rows.shape[1:])), 1), 1)
    return np.concatenate([function(rows[start : start + step]) for start in range(0, max(len(rows), 1), step)])


def distinct_rows(rows: I64) -> tuple[I64, I64]:
    """Distinct rows of ``(n, k)``, sorted by their columns, and how often each occurs."""
    if not len(rows):
        return rows, np.zeros(0, np.int64)
    low = rows.min(axis=0)
    spans = [int(high) - int(least) + 1 for high, least in zip(rows.max(axis=0), low, strict=True)]
    if np.prod(spans, dtype=object) < 1 << 63:  # one number a row sorts many times faster than the row
        key = np.zeros(len(rows), np.int64)
        for column, least, span in zip(rows.T, low, spans, strict=True):
            key = key * span + (column - least)
        key.sort()
        start = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
        rest, columns = key[start], []
        for least, span in zip(low[::-1], spans[::-1], strict=True):
            rest, column = np.divmod(rest, span)
            columns.append(column + least)
        return np.stack(columns[::-1], axis=1), np.diff(np.append(start, len(key)))
    ordered = rows[np.lexsort(rows.T[::-1])]
    start = np.flatnonzero(np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1)))
    return ordered[start], np.diff(np.append(start, len(ordered)))


@njit(cache=True, nogil=True)
def counting_sort(value: I64, n: int) -> tuple[I64, I64]:
    """Rows in the order of their values, which are below ``n``, equal ones as they come, and where each value begins, ``(n + 1,)``."""
    start = np.zeros(n + 1, np.int64)
    for row in range(len(value)):
        start[value[row] + 1] += 1
    for k in range(n):
        start[k + 1] += start[k]
    free, order = start.copy(), np.empty(len(value), np.int64)
    for row in range(len(value)):
        order[free[value[row]]] = row
        free[value[row]] += 1
    return order, start


@njit(cache=True, nogil=True)
def _common_bytes(offsets: I64, data: U8) -> int:
    """Number of bytes with which all texts begin."""
    n = offsets[1] - offsets[0]
    for row in range(1, len(offsets) - 1):
        n = min(n, offsets[row + 1] - offsets[row])
        for k in range(n):
            if data[offsets[row] + k] != data[offsets[0] + k]:
                n = k
                break
    return int(n)


@njit(cache=True, nogil=True)
def _words(offsets: I64, data: U8, rows: I64, at: int, words: NDArray[np.uint64]) -> None:
    """Fill ``words`` with bytes ``at`` to ``at + 8`` of the texts of some rows, as numbers of the same order; zeros beyond their end."""
    for i in range(len(rows)):
        first, end = offsets[rows[i]] + at, offsets[rows[i] + 1]
        word = np.uint64(0)
        for k in range(first, first + 8):
            word = word << np.uint64(8) | np.uint64(data[k] if k < end else 0)
        words[i] = word


def text_order(group: NDArray[np.integer], texts: pa.Array | pa.ChunkedArray) -> I64:
    """Rows sorted by group, and by the UTF-8 bytes of their text within one, ``(n,)``; a null is an empty text.

    Eight bytes are compared at a time, and further ones only of rows that are equal so far.
    """
    offsets, data = text_bytes(texts)
    order, places, run = np.arange(len(group)), np.arange(len(group)), np.asarray(group)
    at = _common_bytes(offsets, data) if len(group) else 0
    longest = int(np.diff(offsets).max(initial=0))
    # ``places`` of ``order`` hold rows that are equal so far to a neighbour of the same ``run``.
    while len(places):
        rows = order[places]
        words = np.empty(len(rows), np.uint64)
        _words(offsets, data, rows, at, words)
        by_word = np.lexsort((words, run))
        order[places] = rows[by_word]
        run, words = run[by_word], words[by_word]
        equal = (run[1:] == run[:-1]) & (words[1:] == words[:-1])
        run = np.cumsum(np.append(False, ~equal))
        tied = np.append(equal, False) | np.append(False, equal)
        places, run, at = places[tied], run[tied], at + 8
        if at >= longest:
            # Equal but for zero bytes at the end, which are beyond the end of the shorter one.
            order[places] = order[places][np.lexsort((np.diff(offsets)[order[places]], run))]
            break
    return order


@njit(cache=True, nogil=True, inline="always")
def next_common(value: I64, a: int, end_a: int, b: int, end_b: int) -> tuple[int, int]:
    """The first places from ``a`` and ``b`` on, in two ascending runs of ``value``, that hold the same; the end of a run where none do."""
    while a < end_a and b < end_b and value[a] != value[b]:
        if value[a] < value[b]:
            a += 1
        else:
            b += 1
    return a, b


def conjugate_gradients(
    matvec: Callable[[F32], F32], rhs: F32, *, tolerance: float, iterations: int, preconditioner: Callable[[F32], F32] | None = None
) -> F32:
    """The x of ``matvec(x) = rhs``, ``(n, n_columns)``, where matvec is a symmetric positive definite matrix's product.

    Each column has its own conjugate gradients (Hestenes and Stiefel 1952), all columns one product.

    Args:
        matvec: the product.
        rhs: right-hand sides.
        tolerance: relative residual at which a column is done.
        iterations: at most.
        preconditioner: product with a symmetric positive definite matrix near the inverse, which saves iterations.
    """
    x, residual = np.zeros_like(rhs), rhs.copy()
    direction = residual.copy() if preconditioner is None else preconditioner(residual)
    old = (residual * direction).sum(axis=0)
    stop = tolerance**2 * np.maximum((rhs * rhs).sum(axis=0), 1e-12)
    for _ in range(iterations):
        direction_product = matvec(direction)
        step = old / np.maximum((direction * direction_product).sum(axis=0), 1e-30)
        x += step * direction
        residual -= step * direction_product
        square = (residual * residual).sum(axis=0)
        if (square <= stop).all():
            break
        preconditioned = residual if preconditioner is None else preconditioner(residual)
        new = square if preconditioner is None else (residual * preconditioned).sum(axis=0)
        direction = preconditioned + new / np.maximum(old, 1e-30) * direction
        old = new
    return x
