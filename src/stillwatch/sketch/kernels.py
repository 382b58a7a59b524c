"""Numba kernels that read text from Arrow buffers: one pass over the bytes, no Python object per prompt.

A text is split into words: runs of ASCII letters (lower-cased, with the apostrophes after them) and of non-ASCII bytes, runs of digits (all
equal, so that numbers in slots do not hide a template), and single characters of scripts without spaces (U+3000 to U+D7FF).
Word shingles and their bottom-k sample follow Broder, "On the resemblance and containment of documents" (1997), sections 2 and 3: a shingle
that is among the k smallest of one prompt tends to be among the k smallest of every prompt that contains it, so that prompts from one
template share a few objects.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.numeric.fast_hashes import FNV_OFFSET_BASIS, FNV_PRIME, hash_pair, splitmix64

SHINGLE_WORDS = 4
"""Consecutive words of a shingle."""
EDGE_WORDS = 8
"""Most words of an opening or closing."""
N_SHINGLES = 3
"""Number of a prompt's smallest shingle hashes that are kept."""

_DIGITS = np.uint64(0x5851F42D4C957F2D)
_TOP = np.uint64(0xFFFFFFFFFFFFFFFF)
_MOST = np.uint16(0xFFFF)

I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]


@njit(cache=True, nogil=True, inline="always")
def _nonzero(x: np.uint64) -> np.int64:
    """A hash as i64, never 0, which is reserved for "absent"."""
    return np.int64(x) if x != np.uint64(0) else np.int64(1)


@njit(cache=True, nogil=True)
def hash_strings(offsets: I64, data: U8, out: I64) -> None:
    """Hash each string of an Arrow buffer; ``offsets`` is ``(n + 1,)``, ``out`` ``(n,)``; an empty string gives 0."""
    for i in range(len(out)):
        begin, end = offsets[i], offsets[i + 1]
        if begin == end:
            out[i] = 0
            continue
        h = FNV_OFFSET_BASIS
        for j in range(begin, end):
            h = (h ^ np.uint64(data[j])) * FNV_PRIME
        out[i] = _nonzero(splitmix64(h))


@njit(cache=True, nogil=True)
def read_texts(
    offsets: I64,
    data: U8,
    lexicon_keys: NDArray[np.uint64],
    lexicon_values: NDArray[np.uint16],
    whole: I64,
    opening: I64,
    closing: I64,
    shingles: I64,
    n_words: NDArray[np.int32],
    classes: NDArray[np.uint16],
) -> None:
    """Reduce each text to hashes and counts.

    Args:
        offsets: ``(n + 1,)`` byte offsets into ``data``.
        data: the bytes.
        lexicon_keys: ``(2**b,)`` open-addressed table of word and word-pair hashes, 0 where empty.
        lexicon_values: ``(2**b,)`` bit set of the classes of each key.
        whole: ``(n,)`` out, hash of all words in order, the digits of numbers included.
        opening: ``(n,)`` out, hash of the first :data:`EDGE_WORDS` words.
        closing: ``(n,)`` out, hash of the last :data:`EDGE_WORDS` words.
        shingles: ``(n, k)`` out, the k smallest shingle hashes, 0 where there are fewer.
        n_words: ``(n,)`` out, number of words.
        classes: ``(n, n_classes)`` out, number of words and word pairs of each class, at most 65,535.
    """
    # One function in spite of its length: with helpers for classes and shingles it took 1.4 times as long, inlined or not.
    k = shingles.shape[1]
    n_classes = classes.shape[1]
    slots = np.uint64(len(lexicon_keys) - 1)
    ring = np.zeros(EDGE_WORDS, np.uint64)
    best = np.empty(k, np.uint64)
    for i in range(len(whole)):
        position, end = offsets[i], offsets[i + 1]
        best[:] = _TOP
        count = 0
        all_words = exact = FNV_OFFSET_BASIS
        w1 = w2 = w3 = np.uint64(0)
        while position < end:
            c = data[position]
            if c < 128:
                if 65 <= c <= 90 or 97 <= c <= 122:
                    h = FNV_OFFSET_BASIS
                    while position < end:
                        c = data[position]
                        if 65 <= c <= 90:
                            c += np.uint8(32)
                        elif not (97 <= c <= 122 or c == 39):
                            break
                        h = (h ^ np.uint64(c)) * FNV_PRIME
                        position += 1
                elif 48 <= c <= 57:
                    h, number = _DIGITS, FNV_OFFSET_BASIS
                    while position < end and 48 <= data[position] <= 57:
                        number = (number ^ np.uint64(data[position])) * FNV_PRIME
                        position += 1
                    exact = hash_pair(exact, number)
                else:
                    position += 1
                    continue
            elif 0xE3 <= c <= 0xED:
                h = FNV_OFFSET_BASIS
                stop = min(position + 3, end)
                while position < stop:
                    h = (h ^ np.uint64(data[position])) * FNV_PRIME
                    position += 1
            else:
                h = FNV_OFFSET_BASIS
                while position < end and data[position] >= 128 and not 0xE3 <= data[position] <= 0xED:
                    h = (h ^ np.uint64(data[position])) * FNV_PRIME
                    position += 1
            word = splitmix64(h)
            for pair in range(2):
                key = word if pair == 0 else hash_pair(w3, word)
                if pair == 1 and count == 0:
                    break
                slot = key & slots
                while lexicon_keys[slot] != 0:
                    if lexicon_keys[slot] == key:
                        value = lexicon_values[slot]
                        for bit in range(n_classes):
                            if (value >> np.uint16(bit)) & np.uint16(1) and classes[i, bit] < _MOST:
                                classes[i, bit] += np.uint16(1)
                        break
                    slot = (slot + np.uint64(1)) & slots
            ring[count % EDGE_WORDS] = word
            exact = hash_pair(exact, word)
            if count < EDGE_WORDS:
                all_words = hash_pair(all_words, word)
                opening[i] = _nonzero(all_words)
            count += 1
            if count >= SHINGLE_WORDS:
                shingle = hash_pair(hash_pair(w1, w2), hash_pair(w3, word))
                if shingle < best[k - 1]:
                    place = k - 1
                    fresh = True
                    while place > 0 and best[place - 1] >= shingle:
                        if best[place - 1] == shingle:
                            fresh = False
                            break
                        place -= 1
                    if fresh:
                        for j in range(k - 1, place, -1):
                            best[j] = best[j - 1]
                        best[place] = shingle
            w1, w2, w3 = w2, w3, word
        n_words[i] = count
        if count == 0:
            continue
        whole[i] = _nonzero(exact)
        last = FNV_OFFSET_BASIS
        for j in range(max(0, count - EDGE_WORDS), count):
            last = hash_pair(last, ring[j % EDGE_WORDS])
        closing[i] = _nonzero(last)
        for j in range(k):
            if best[j] != _TOP:
                shingles[i, j] = _nonzero(best[j])


@njit(cache=True, nogil=True)
def word_hashes(offsets: I64, data: U8, out: NDArray[np.uint64]) -> None:
    """The lexicon's hash of each one-word string, as :func:`read_texts` computes it."""
    for i in range(len(out)):
        h = FNV_OFFSET_BASIS
        for j in range(offsets[i], offsets[i + 1]):
            h = (h ^ np.uint64(data[j])) * FNV_PRIME
        out[i] = splitmix64(h)


@njit(cache=True, nogil=True)
def pair_hashes(first: NDArray[np.uint64], second: NDArray[np.uint64], out: NDArray[np.uint64]) -> None:
    """The lexicon's hash of each pair of words."""
    for i in range(len(out)):
        out[i] = hash_pair(first[i], second[i])


@njit(cache=True, nogil=True)
def combine(columns: I64, out: I64) -> None:
    """Hash each row of ``columns`` ``(n, m)`` into ``out`` ``(n,)``."""
    for i in range(len(out)):
        h = FNV_OFFSET_BASIS
        for j in range(columns.shape[1]):
            h = hash_pair(h, np.uint64(columns[i, j]))
        out[i] = _nonzero(h)
