"""How alike are the answers of several models to one prompt?

Each answer is a set of features in three views, weighted by rarity among the answers to that prompt, so that length and
what every model says count little:

=========  =====================================================================================================
triples    three words in a row: rare runs that two models share
skeletons  three and four in a row of function words and punctuation as they stand, other words as their endings
form       how it opens and ends, list marks, headings, bold type, lines, paragraphs and words in steps; quarter weight
=========  =====================================================================================================
"""

import re
from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.numeric import text_features
from stillwatch.numeric.arrays import text_bytes
from stillwatch.numeric.fast_hashes import hash_pair

MIN_SEEN = 2
WEIGHTS = (1.0, 1.0, 0.25)
_OPENING = 400
_TOKEN = re.compile(r"\w+|[^\w\s]")
_NUMBERED, _BULLET = re.compile(r"\s*\d+[.)]"), re.compile(r"\s*[-*•]\s")

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def kernel(texts: Sequence[str]) -> F64:
    """Centred inner products ``(n, n)`` of answers to one prompt: the mean of the views by their weights."""
    total: F64 = np.tensordot(np.array(WEIGHTS) / sum(WEIGHTS), views(texts), 1)
    return total


def views(texts: Sequence[str]) -> F64:
    """The same of each view by itself ``(3, n, n)``: triples, skeletons, form."""
    n = len(texts)
    triples, skeletons = _runs_of(texts)
    each = np.array([_products(rows, names, n) for rows, names in (triples, skeletons, _form_of(texts))])
    centred: F64 = each - each.mean(2, keepdims=True) - each.mean(1, keepdims=True) + each.mean((1, 2), keepdims=True)
    return centred


def form(text: str) -> list[tuple[str, object]]:
    """What an answer looks like, as features."""
    opening = _TOKEN.findall(text[:_OPENING].lower())
    out: list[tuple[str, object]] = [("opens", tuple(opening[:k])) for k in (1, 2, 3) if len(opening) >= k]
    lines = [line for line in text.split("\n") if line.strip()]
    counts = {
        "numbered": sum(bool(_NUMBERED.match(line)) for line in lines), "bullets": sum(bool(_BULLET.match(line)) for line in lines),
        "headings": sum(line.startswith("#") for line in lines), "bold": text.count("**") // 2, "lines": len(lines),
        "paragraphs": text.count("\n\n"),
    }
    out += [(name, _doubling_step(count)) for name, count in counts.items()]
    out.append(("words", int(np.log2(len(text.split()) + 1) * 2)))
    if lines:
        first, last = (_TOKEN.findall(line.lower()) for line in (lines[0], lines[-1]))
        out += [("first line's length", _doubling_step(len(first))), ("first line's end", first[-1] if first else "")]
        out += [("last line", tuple(last[:2])), ("last line's end", last[-1] if last else "")]
        out += [("last line's length", _doubling_step(len(last)))]
    return out


def _doubling_step(count: int) -> int:
    """A count in steps of doubling."""
    return int(np.log2(count + 1) + 0.5)


def _form_of(texts: Sequence[str]) -> tuple[I64, I64]:
    """Rows and names of the features of form."""
    names: dict[tuple[str, object], int] = {}
    rows, column = [], []
    for row, text in enumerate(texts):
        for feature in form(text):
            rows.append(row)
            column.append(names.setdefault(feature, len(names)))
    return np.array(rows, np.int64), np.array(column, np.int64)


def _runs_of(texts: Sequence[str]) -> tuple[tuple[I64, I64], tuple[I64, I64]]:
    """Rows and names of the triples of words, and of the runs of skeleton, repeats included."""
    offsets, data = text_bytes(texts)
    size = int(offsets[-1] - offsets[0]) + 1
    words, shapes, row = (np.empty(2 * size, np.int64) for _ in range(3))
    n, m = _fill_features(offsets, data, text_features.FUNCTION_TABLE, words, shapes, row)
    return (row[:n], words[:n]), (np.concatenate([row[:n], row[n:m]]), shapes[:m])


@njit(cache=True, nogil=True)
def _fill_features(
    offsets: I64, data: NDArray[np.uint8], functions: NDArray[np.uint64], words: I64, shapes: I64, row: I64
) -> tuple[int, int]:
    """Fill the triples, then the runs of three and of four of the skeleton, with their rows: first those of three, which triples share."""
    longest = text_features.longest_text(offsets)
    word, shape = np.empty(longest + 1, np.uint64), np.empty(longest + 1, np.uint64)
    n = 0
    for i in range(len(offsets) - 1):
        size = text_features.read_tokens(data, offsets[i], offsets[i + 1], functions, word, shape)
        for j in range(2, size):
            words[n] = np.int64(hash_pair(hash_pair(word[j - 2], word[j - 1]), word[j]) >> np.uint64(1))
            shapes[n] = np.int64(hash_pair(hash_pair(shape[j - 2], shape[j - 1]), shape[j]) >> np.uint64(1))
            row[n] = i
            n += 1
    m = n
    for i in range(len(offsets) - 1):
        size = text_features.read_tokens(data, offsets[i], offsets[i + 1], functions, word, shape)
        for j in range(3, size):
            three = hash_pair(hash_pair(shape[j - 3], shape[j - 2]), shape[j - 1])
            shapes[m] = np.int64(hash_pair(three, shape[j]) >> np.uint64(1))
            row[m] = i
            m += 1
    return n, m


def _products(rows: I64, names: I64, n: int) -> F64:
    """Inner products of sets of features, each of length 1; what a single answer has only adds to its length."""
    from scipy import sparse

    _, column = np.unique(names, return_inverse=True)
    cell = np.unique(rows * (column.max(initial=0) + 1) + column)
    rows, column = np.divmod(cell, column.max(initial=0) + 1)
    seen = np.bincount(column)
    weight = np.log((n + 1) / np.maximum(seen, 1.5))
    length = np.sqrt(np.bincount(rows, weights=weight[column] ** 2, minlength=n))
    shared = seen[column] >= MIN_SEEN
    value = weight[column] / np.maximum(length[rows], 1e-9)
    matrix = sparse.csr_matrix((value[shared], (rows[shared], column[shared])), shape=(n, max(len(seen), 1)))
    products: F64 = (matrix @ matrix.T).toarray()
    np.fill_diagonal(products, (length > 0).astype(np.float64))
    return products
