"""Hashed features of style: one pass over the bytes of a text, no Python object per word.

A text gives four groups of features, each a set of hashes that does not count repeats:

========  =====================================================================================================
words     words in lower case, numbers (all equal) and punctuation marks, alone
pairs     two of these in a row
shapes    three and four in a row of the skeleton: function words and punctuation as they stand, every other
          word as its ending (ing, ed, ly, s, …) and whether it is capitalised, so that topic is left out
letters   runs of four characters, blanks collapsed
========  =====================================================================================================

White space only separates: line breaks say more about how a corpus was collected than about who wrote it. Function
words and endings are English; on other languages *shapes* carries little and the rest stands.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.numeric.arrays import text_bytes
from stillwatch.numeric.fast_hashes import FNV_OFFSET_BASIS, FNV_PRIME, GOLDEN_GAMMA, fnv1a, hash_pair, splitmix64

GROUPS = ("words", "pairs", "shapes", "letters")
N_GROUPS = len(GROUPS)

_FUNCTION_WORDS = (
    "a about above after again against all almost also although always am among an and another any are around as at "
    "away back be because been before behind being below between both but by can cannot could did do does doing done "
    "down during each either else enough even ever every few first for from further get gets give given go goes had "
    "has have having he hence her here hers herself him himself his how however i if in indeed into is it its itself "
    "just last least less let like made make makes many may maybe me might mine more most much must my myself near "
    "neither never next no nor not nothing now of off often on once one only onto or other others our ours out over "
    "own per perhaps quite rather really same say says she should since so some something sometimes soon still such "
    "than that the their theirs them then there therefore these they this those though through thus to together too "
    "toward towards two under unless until up upon us used very was we well were what when where whether which while "
    "who whom whose why will with within without would yet you your yours yourself"
)
FUNCTION_WORDS = tuple(_FUNCTION_WORDS.split())

_NUMBER = np.uint64(0x5851F42D4C957F2D)

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
U64 = NDArray[np.uint64]


def _function_table() -> U64:
    """Open-addressed set of the hashes of function words."""
    table = np.zeros(1024, np.uint64)
    for word in FUNCTION_WORDS:
        h = fnv1a(word)
        slot = h & 1023
        while table[slot]:
            slot = (slot + 1) & 1023
        table[slot] = h
    return table


FUNCTION_TABLE = _function_table()


@njit(cache=True, nogil=True, inline="always")
def _contains(table: U64, h: np.uint64) -> bool:
    slot = h & np.uint64(len(table) - 1)
    while table[slot] != 0:
        if table[slot] == h:
            return True
        slot = (slot + np.uint64(1)) & np.uint64(len(table) - 1)
    return False


@njit(cache=True, nogil=True, inline="always")
def _ending(data: U8, begin: int, end: int) -> np.uint64:
    """Class of a content word by its last letters (lower or upper case)."""
    n = end - begin
    c1 = data[end - 1] | 32
    c2 = data[end - 2] | 32 if n > 1 else 0
    c3 = data[end - 3] | 32 if n > 2 else 0
    if n > 4:
        if c3 == 105 and c2 == 110 and c1 == 103:
            return np.uint64(1)  # ing
        if c2 == 108 and c1 == 121:
            return np.uint64(2)  # ly
        if c2 == 101 and c1 == 100:
            return np.uint64(3)  # ed
        if c3 == 105 and c2 == 111 and c1 == 110:
            return np.uint64(4)  # ion
        if c2 == 116 and c1 == 121:
            return np.uint64(5)  # ty
        if c3 == 102 and c2 == 117 and c1 == 108:
            return np.uint64(6)  # ful
        if c3 == 111 and c2 == 117 and c1 == 115:
            return np.uint64(7)  # ous
        if c3 == 105 and c2 == 118 and c1 == 101:
            return np.uint64(8)  # ive
        if c2 == 97 and c1 == 108:
            return np.uint64(9)  # al
        if c2 == 101 and c1 == 114:
            return np.uint64(10)  # er
    if n > 3 and c1 == 115 and c2 != 115:
        return np.uint64(11)  # s
    return np.uint64(12)


@njit(cache=True, nogil=True)
def read_tokens(data: U8, begin: int, end: int, functions: U64, words: U64, shapes: U64) -> int:
    """Fill the word and skeleton hashes of the tokens of ``data[begin:end]``; returns how many there are.

    A token is a run of letters (apostrophes inside, bytes from 128 on count as letters), a run of digits, or one mark.
    """
    n = 0
    position = begin
    while position < end:
        c = data[position]
        if c <= 32:
            position += 1
            continue
        start = position
        if 65 <= c <= 90 or 97 <= c <= 122 or c >= 128:
            h = FNV_OFFSET_BASIS
            while position < end:
                c = data[position]
                if 65 <= c <= 90:
                    c += np.uint8(32)
                elif not (97 <= c <= 122 or c >= 128 or c == 39):
                    break
                h = (h ^ np.uint64(c)) * FNV_PRIME
                position += 1
            words[n] = splitmix64(h)
            if _contains(functions, h):
                shapes[n] = words[n]
            else:
                capital = np.uint64(32) if 65 <= data[start] <= 90 else np.uint64(0)
                shapes[n] = splitmix64(_ending(data, start, position) + capital)
        elif 48 <= c <= 57:
            while position < end and 48 <= data[position] <= 57:
                position += 1
            words[n] = shapes[n] = splitmix64(_NUMBER)
        else:
            position += 1
            words[n] = shapes[n] = splitmix64(_NUMBER + np.uint64(c))
        n += 1
    return n


@njit(cache=True, nogil=True, inline="always")
def _add_feature(h: np.uint64, group: int, bits: np.uint64, seen: I32, stamp: int, out: I32, n: int) -> int:
    """Add a feature to ``out`` unless this text already has it."""
    size = np.uint64(1) << bits
    bucket = np.int64((h & (size - np.uint64(1))) + np.uint64(group) * size)
    if seen[bucket] == stamp:
        return n
    seen[bucket] = stamp
    out[n] = bucket
    return n + 1


@njit(cache=True, nogil=True)
def read_features(
    data: U8, begin: int, end: int, functions: U64, bits: int, groups: int, seen: I32, stamp: int, out: I32,
    words: U64, shapes: U64, ends: I32,
) -> int:
    """Fill ``out`` with the distinct feature buckets of one text, group after group; returns the number of words.

    Args:
        data: bytes of all texts.
        begin: first byte of this one.
        end: byte after its last.
        functions: table of function words.
        bits: log2 of the buckets of a group; bucket ``b`` of group ``g`` is ``g * 2**bits + b``.
        groups: bit set of the groups to read.
        seen: ``(4 * 2**bits,)`` the last stamp that had this bucket.
        stamp: a number that this text alone has.
        out: ``(>= 6 * bytes,)`` buckets.
        words: ``(>= bytes,)`` scratch.
        shapes: ``(>= bytes,)`` scratch.
        ends: ``(4,)`` out: where each group ends in ``out``.
    """
    b = np.uint64(bits)
    n_tokens = read_tokens(data, begin, end, functions, words, shapes)
    n = 0
    if groups & 1:
        for i in range(n_tokens):
            n = _add_feature(words[i], 0, b, seen, stamp, out, n)
    ends[0] = n
    if groups & 2:
        for i in range(1, n_tokens):
            n = _add_feature(hash_pair(words[i - 1], words[i]), 1, b, seen, stamp, out, n)
    ends[1] = n
    if groups & 4:
        for i in range(2, n_tokens):
            three = hash_pair(hash_pair(shapes[i - 2], shapes[i - 1]), shapes[i])
            n = _add_feature(three, 2, b, seen, stamp, out, n)
            if i + 1 < n_tokens:
                n = _add_feature(hash_pair(three, shapes[i + 1]), 2, b, seen, stamp, out, n)
    ends[2] = n
    if groups & 8:
        run = np.uint64(0)
        length = 0
        blank = True
        for position in range(begin, end):
            c = data[position]
            if c <= 32:
                if blank:
                    continue
                c = np.uint8(32)
                blank = True
            else:
                blank = False
            run = ((run << np.uint64(8)) | np.uint64(c)) & np.uint64(0xFFFFFFFF)
            length += 1
            if length >= 4:
                n = _add_feature(splitmix64(run + GOLDEN_GAMMA), 3, b, seen, stamp, out, n)
    ends[3] = n
    return n_tokens


@njit(cache=True, nogil=True)
def longest_text(offsets: I64) -> int:
    """Bytes of the longest text, at least 1."""
    longest = 1
    for i in range(len(offsets) - 1):
        longest = max(longest, offsets[i + 1] - offsets[i])
    return longest


def count_tokens(texts: list[str]) -> I32:
    """Words, numbers and marks of texts ``(n,)``, as :func:`feature_sets` counts them."""
    offsets, data = text_bytes(texts)
    counts = np.zeros(len(texts), np.int32)
    _fill_token_counts(offsets, data, FUNCTION_TABLE, counts)
    return counts


@njit(cache=True, nogil=True)
def _fill_token_counts(offsets: I64, data: U8, functions: U64, counts: I32) -> None:
    """Fill the number of tokens of every text."""
    longest = longest_text(offsets)
    words, shapes = np.empty(longest + 1, np.uint64), np.empty(longest + 1, np.uint64)
    for i in range(len(counts)):
        counts[i] = read_tokens(data, offsets[i], offsets[i + 1], functions, words, shapes)


@njit(cache=True, nogil=True)
def feature_sets(
    offsets: I64, data: U8, functions: U64, bits: int, groups: int, out: I32, indptr: I64, n_words: I32, ends: I32
) -> int:
    """The features of every text as rows of a sparse matrix, for training.

    Args:
        offsets: ``(n + 1,)``.
        data: bytes.
        functions: table of function words.
        bits: log2 of the buckets of a group.
        groups: bit set of groups.
        out: buckets; its length bounds what fits.
        indptr: ``(n + 1,)`` out.
        n_words: ``(n,)`` out, tokens.
        ends: ``(n, 4)`` out, ends of groups in each row.

    Returns:
        Buckets written, or -1 where ``out`` is too short.
    """
    longest = longest_text(offsets)
    seen = np.zeros(N_GROUPS << bits, np.int32)
    row = np.empty(6 * longest + 8, np.int32)
    words = np.empty(longest + 1, np.uint64)
    shapes = np.empty(longest + 1, np.uint64)
    indptr[0] = 0
    for i in range(len(n_words)):
        n_words[i] = read_features(
            data, offsets[i], offsets[i + 1], functions, bits, groups, seen, i + 1, row, words, shapes, ends[i]
        )
        n = ends[i, 3]
        if indptr[i] + n > len(out):
            return -1
        out[indptr[i] : indptr[i] + n] = row[:n]
        indptr[i + 1] = indptr[i] + n
    return int(indptr[len(n_words)])


@njit(cache=True, nogil=True)
def score_texts(
    offsets: I64, data: U8, functions: U64, bits: int, groups: int, table: NDArray[np.float32],
    scores: NDArray[np.float32], known: NDArray[np.float32], n_words: I32,
) -> None:
    """Linear scores of texts, a group's features scaled to length 1, without a matrix in between.

    Args:
        offsets: ``(n + 1,)``.
        data: bytes.
        functions: table of function words.
        bits: log2 of the buckets of a group.
        groups: bit set of groups.
        table: ``(4 * 2**bits, k + 2)``: weights of k models, squared length of the feature, 1 where it is known.
        scores: ``(n, k)`` out, without intercepts.
        known: ``(n,)`` out, share of the words and pairs that are known.
        n_words: ``(n,)`` out.
    """
    longest = longest_text(offsets)
    seen = np.zeros(N_GROUPS << bits, np.int32)
    row = np.empty(6 * longest + 8, np.int32)
    words = np.empty(longest + 1, np.uint64)
    shapes = np.empty(longest + 1, np.uint64)
    ends = np.zeros(N_GROUPS, np.int32)
    k = table.shape[1] - 2
    sums = np.empty(k, np.float64)
    for i in range(len(n_words)):
        n_words[i] = read_features(
            data, offsets[i], offsets[i + 1], functions, bits, groups, seen, i + 1, row, words, shapes, ends
        )
        scores[i, :] = 0
        n_known = 0.0
        begin = 0
        for group in range(N_GROUPS):
            sums[:] = 0
            length = 0.0
            for j in range(begin, ends[group]):
                bucket = row[j]
                for c in range(k):
                    sums[c] += table[bucket, c]
                length += table[bucket, k]
                if group < 2:
                    n_known += table[bucket, k + 1]
            if length > 0:
                for c in range(k):
                    scores[i, c] += sums[c] / np.sqrt(length)
            begin = ends[group]
        known[i] = n_known / max(ends[1], 1)
