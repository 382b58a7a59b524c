"""Measures of a text's form: what hashed features cannot carry over to words that no reference has.

Lengths of words and sentences, punctuation, capitals, digits, pronouns: most are rates a word, so that length as such
says nothing. White space counts only where line breaks do; there the shape of sentences and lines is measured as well,
without the last of each, which a text that was cut has not whole.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.numeric import text_features
from stillwatch.numeric.arrays import text_bytes
from stillwatch.numeric.fast_hashes import BYTE_PRIME, START, fnv1a

NAMES = (
    "word length", "spread of word length", "words a sentence", "different words", "commas", "full stops", "line breaks",
    "blank lines", "apostrophes", "quotation marks", "brackets", "starts with a capital", "starts with a digit",
    "starts small", "words in capitals", "capitalised words", "digits", "dashes", "double asterisks", "backticks",
    "typographic quotes", "letters beyond ASCII", "double blanks", "blanks before a line break", "exclamation marks",
    "question marks", "colons", "semicolons", "i alone", "commonest words", "first person", "second person",
)
N_MEASURES = len(NAMES)
SHAPE = (
    "sentences", "spread of sentences", "longest sentence", "first sentence", "mean sentence", "shortest sentence",
    "sentences that begin alike", "sentences that start small", "one line", "lines", "spread of lines", "first line", "mean line",
    "lines that end with a mark", "lines that end with a letter", "lines with a colon", "numbered lines", "bullets", "blank lines a line",
)
"""Measured after the others, where line breaks count."""
_WHITE = (6, 7, 22, 23)
_COMMON, _FIRST, _SECOND = 29, 30, 31
_CLASSES = (("and", _COMMON), ("the", _COMMON), ("of", _COMMON), ("to", _COMMON), ("that", _COMMON), ("i", _FIRST), ("me", _FIRST),
            ("my", _FIRST), ("we", _FIRST), ("you", _SECOND), ("your", _SECOND))


F64 = NDArray[np.float64]


_HASHES = np.array([fnv1a(word) for word, _ in _CLASSES], np.uint64)
_MEANS = np.array([column for _, column in _CLASSES], np.int64)


def of(texts: list[str], *, layout: bool) -> F64:
    """Measures ``(n, 32)`` of texts, or ``(n, 51)`` where white space counts.

    Args:
        texts: texts.
        layout: whether white space counts.
    """
    offsets, data = text_bytes(texts)
    out = np.zeros((len(texts), N_MEASURES))
    _measure(offsets, data, _HASHES, _MEANS, out)
    if not layout:
        out[:, _WHITE] = 0.0
        return out
    shape = np.zeros((len(texts), len(SHAPE)))
    _measure_shape(offsets, data, shape)
    return np.column_stack([out, shape])


@njit(cache=True, nogil=True, inline="always")
def _trimmed(data: NDArray[np.uint8], begin: int, end: int) -> tuple[int, int]:
    """Where a text begins and ends without white space around it."""
    while begin < end and data[begin] <= 32:
        begin += 1
    while end > begin and data[end - 1] <= 32:
        end -= 1
    return begin, end


@njit(cache=True, nogil=True)
def _measure(
    offsets: NDArray[np.int64], data: NDArray[np.uint8], hashes: NDArray[np.uint64], means: NDArray[np.int64], out: F64
) -> None:
    """Fill one row a text."""
    seen = np.empty(text_features.longest_text(offsets) // 2 + 2, np.uint64)
    for i in range(len(out)):
        row = out[i]
        begin, end = _trimmed(data, offsets[i], offsets[i + 1])
        if begin == end:
            continue
        first = data[begin]
        row[11] = 65 <= first <= 90
        row[12] = 48 <= first <= 57
        row[13] = 97 <= first <= 122
        n_words, sentences, length_sum, length_squares = 0, 1, 0.0, 0.0
        at = begin
        while at < end:
            start = at
            h = START
            letters, capitals = 0, 0
            while at < end and data[at] > 32:
                c = data[at]
                upper = 65 <= c <= 90
                if upper or 97 <= c <= 122 or c >= 128 or c == 39:
                    h = (h ^ np.uint64(c + 32 if upper else c)) * BYTE_PRIME
                letters += upper or 97 <= c <= 122
                capitals += upper
                if c == 44:
                    row[4] += 1
                elif c == 46:
                    row[5] += 1
                elif c == 39:
                    row[8] += 1
                elif c == 34:
                    row[9] += 1
                elif c == 40:
                    row[10] += 1
                elif 48 <= c <= 57:
                    row[16] += 1
                elif c == 42:
                    row[18] += at > start and data[at - 1] == 42
                elif c == 96:
                    row[19] += 1
                elif c == 33:
                    row[24] += 1
                elif c == 63:
                    row[25] += 1
                elif c == 58:
                    row[26] += 1
                elif c == 59:
                    row[27] += 1
                elif c >= 0xC0:  # the first byte of a letter beyond ASCII
                    row[21] += 1
                    row[20] += c == 0xE2 and at + 2 < end and data[at + 1] == 0x80 and 0x98 <= data[at + 2] <= 0x9D
                at += 1
            length = at - start
            seen[n_words] = h
            n_words += 1
            length_sum += length
            length_squares += length * length
            row[14] += letters > 1 and capitals == letters
            row[15] += 65 <= data[start] <= 90
            row[17] += length == 1 and data[start] == 45
            row[28] += length == 1 and data[start] == 105
            for j in range(len(hashes)):
                if hashes[j] == h:
                    row[means[j]] += 1
            last = data[at - 1]
            breaks, blanks = 0, 0
            while at < end and data[at] <= 32:
                if data[at] == 10:
                    breaks += 1
                    row[23] += data[at - 1] == 32
                blanks += data[at] == 32
                at += 1
            row[6] += breaks
            row[7] += breaks > 1
            row[22] += breaks == 0 and blanks > 1
            sentences += at < end and (last == 46 or last == 33 or last == 63)
        mean = length_sum / n_words
        row[0] = mean
        row[1] = np.sqrt(max(length_squares / n_words - mean * mean, 0.0))
        row[2] = n_words / sentences
        seen[:n_words].sort()
        different = 1
        for j in range(1, n_words):
            different += seen[j] != seen[j - 1]
        row[3] = different / n_words**0.8
        for j in range(4, len(row)):
            if j < 11 or j > 13:
                row[j] /= n_words


@njit(cache=True, nogil=True, inline="always")
def _letter_or_digit(c: int) -> bool:
    return 65 <= c <= 90 or 97 <= c <= 122 or 48 <= c <= 57 or c >= 128


@njit(cache=True, nogil=True, inline="always")
def _ends_sentence(c: int) -> bool:
    return bool(c == 46 or c == 33 or c == 63)


@njit(cache=True, nogil=True)
def _begins_item(data: NDArray[np.uint8], start: int, end: int) -> int:
    """1 for a word such as ``2.`` or ``2)``, 2 for a bullet, 0 for others."""
    if end - start == 1 and (data[start] == 45 or data[start] == 42):
        return 2
    if end - start == 3 and data[start] == 0xE2 and data[start + 1] == 0x80 and data[start + 2] == 0xA2:
        return 2
    at = start
    while at < end and 48 <= data[at] <= 57:
        at += 1
    return int(at > start and at < end and (data[at] == 46 or data[at] == 41))


@njit(cache=True, nogil=True)
def _measure_shape(offsets: NDArray[np.int64], data: NDArray[np.uint8], out: F64) -> None:
    """Fill one row a text; sentences end with a mark before white space, and with their line."""
    begun = np.empty(text_features.longest_text(offsets) // 2 + 2, np.uint64)
    for i in range(len(out)):
        row = out[i]
        begin, end = _trimmed(data, offsets[i], offsets[i + 1])
        if begin == end:
            continue
        # sums over whole sentences and lines; the last one counts only where it is the only one
        n, total, squares, longest, least = 0, 0.0, 0.0, 0.0, 1e9
        lines, line_total, line_squares, blank, small = 0, 0.0, 0.0, 0, 0
        sentence, line, first_hash, first_small, colon, item = 0.0, 0.0, START, 0, 0, 0
        n_words, line_begin, at = 0, begin, begin
        while at < end:
            start, h = at, START
            while at < end and data[at] > 32:
                c = data[at]
                h = (h ^ np.uint64(c + 32 if 65 <= c <= 90 else c)) * BYTE_PRIME
                colon |= c == 58 and at < line_begin + 40
                at += 1
            last = data[at - 1]
            if sentence == 0:
                first_hash, first_small = h, 97 <= data[start] <= 122
            if line == 0:
                item = _begins_item(data, start, at)
            n_words += 1
            sentence += 1
            line += 1
            breaks = 0
            while at < end and data[at] <= 32:
                breaks += data[at] == 10
                at += 1
            more = at < end
            if breaks > 0 or not more or _ends_sentence(last):
                if more or n == 0:
                    begun[n] = first_hash
                    n += 1
                    total += sentence
                    squares += sentence * sentence
                    longest, least = max(longest, sentence), min(least, sentence)
                    small += first_small
                    if n == 1:
                        row[3] = np.log1p(sentence)
                sentence = 0.0
            if breaks > 0 or not more:
                if more or lines == 0:
                    lines += 1
                    line_total += line
                    line_squares += line * line
                    row[13] += _ends_sentence(last)
                    row[14] += _letter_or_digit(last)
                    row[15] += colon
                    row[16] += item == 1
                    row[17] += item == 2
                    row[8] = not more
                    if lines == 1:
                        row[11] = np.log1p(line)
                blank += breaks > 1
                line, line_begin, colon = 0.0, at, 0
        mean, line_mean = total / n, line_total / lines
        row[0] = n / n_words
        row[1] = np.sqrt(max(squares / n - mean * mean, 0.0)) / mean
        row[2] = longest / mean
        row[4] = np.log1p(mean)
        row[5] = np.log1p(least)
        begun[:n].sort()
        different = 1
        for j in range(1, n):
            different += begun[j] != begun[j - 1]
        row[6] = 1 - different / n
        row[7] = small / n
        row[9] = lines / n_words
        row[10] = np.sqrt(max(line_squares / lines - line_mean * line_mean, 0.0)) / line_mean
        row[12] = np.log1p(line_mean)
        for j in range(13, 18):
            row[j] /= lines
        row[18] = blank / lines
