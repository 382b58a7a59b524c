"""How an answer takes up what was asked: models restate the question more than people do.

Rates, so that the length of the answer says nothing; a text without its question has none of these.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.numeric.arrays import text_bytes
from stillwatch.numeric.fast_hashes import FNV_OFFSET_BASIS, FNV_PRIME, fnv1a, hash_pair

NAMES = (
    "words of the question among the answer's", "words of the answer among the question's", "first words from the question",
    "pairs from the question", "runs of three from the question", "runs of three at the beginning", "words of the question",
)
N_QUESTIONS = len(NAMES)
FIRST = 12
_COMMON = ("the a an of to in and is are was for on with that this it as be by i you your my me what how do does can please at or "
           "from")

F64 = NDArray[np.float64]
U64 = NDArray[np.uint64]


_SKIPPED = np.sort(np.array([fnv1a(word) for word in _COMMON.split()], np.uint64))


def measures(texts: list[str], asked: list[str]) -> F64:
    """Measures ``(n, 7)`` of answers and what was asked, in the order of :data:`NAMES`."""
    offsets, data = text_bytes(texts)
    asked_offsets, asked_data = text_bytes(asked)
    out = np.zeros((len(texts), N_QUESTIONS))
    _measure(offsets, data, asked_offsets, asked_data, _SKIPPED, out)
    return out


@njit(cache=True, nogil=True)
def _words(data: NDArray[np.uint8], begin: int, end: int) -> U64:
    """Hashes of runs of letters, digits and apostrophes, in small letters."""
    found = np.empty((end - begin) // 2 + 1, np.uint64)
    n, at = 0, begin
    while at < end:
        h, start = FNV_OFFSET_BASIS, at
        while at < end:
            c = data[at]
            upper = 65 <= c <= 90
            if not (upper or 97 <= c <= 122 or 48 <= c <= 57 or c == 39):
                break
            h = (h ^ np.uint64(c + 32 if upper else c)) * FNV_PRIME
            at += 1
        if at > start:
            found[n] = h
            n += 1
        at += 1
    return found[:n]


@njit(cache=True, nogil=True)
def _in(value: np.uint64, table: U64) -> bool:
    at = np.searchsorted(table, value)
    return bool(at < len(table) and table[at] == value)


@njit(cache=True, nogil=True)
def _content(words: U64, skipped: U64) -> U64:
    """Distinct words that are not common, sorted."""
    kept = np.empty(len(words), np.uint64)
    n = 0
    for word in np.unique(words):
        if not _in(word, skipped):
            kept[n] = word
            n += 1
    return kept[:n]


@njit(cache=True, nogil=True)
def _runs(words: U64, length: int) -> U64:
    """Hashes of runs of words."""
    runs = np.empty(max(len(words) - length + 1, 0), np.uint64)
    for i in range(len(runs)):
        h = words[i]
        for j in range(1, length):
            h = hash_pair(h, words[i + j])
        runs[i] = h
    return runs


@njit(cache=True, nogil=True)
def _measure(
    offsets: NDArray[np.int64], data: NDArray[np.uint8], asked_offsets: NDArray[np.int64], asked_data: NDArray[np.uint8],
    skipped: U64, out: F64,
) -> None:
    """Fill one row a text."""
    for i in range(len(out)):
        answer = _words(data, offsets[i], offsets[i + 1])
        asked = _words(asked_data, asked_offsets[i], asked_offsets[i + 1])
        if len(answer) == 0 or len(asked) == 0:
            continue
        mine, theirs = _content(answer, skipped), _content(asked, skipped)
        shared = 0
        for word in mine:
            shared += _in(word, theirs)
        out[i, 0] = shared / max(len(mine), 1)
        out[i, 1] = shared / max(len(theirs), 1)
        first = min(len(answer), FIRST)
        for word in answer[:first]:
            out[i, 2] += _in(word, theirs) / first
        pairs, threes = np.sort(_runs(asked, 2)), np.sort(_runs(asked, 3))
        for run in _runs(answer, 2):
            out[i, 3] += _in(run, pairs) / len(answer)
        for j, run in enumerate(_runs(answer, 3)):
            hit = _in(run, threes)
            out[i, 4] += hit / len(answer)
            out[i, 5] += hit and j + 3 <= FIRST
        out[i, 6] = np.log1p(len(asked))
