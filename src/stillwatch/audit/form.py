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
from stillwatch.numeric.fast_hashes import FNV_OFFSET_BASIS, FNV_PRIME, fnv1a

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
# Columns in the order of NAMES and of SHAPE, and bytes: kernels have such names as constants.
(
    _LENGTH, _LENGTH_SPREAD, _WORDS_A_SENTENCE, _DIFFERENT, _COMMAS, _STOPS, _BREAKS, _BLANK_LINES, _APOSTROPHES, _QUOTES, _BRACKETS,
    _STARTS_CAPITAL, _STARTS_DIGIT, _STARTS_SMALL, _IN_CAPITALS, _CAPITALISED, _DIGITS, _DASHES, _BOLD, _BACKTICKS, _TYPOGRAPHIC, _BEYOND,
    _DOUBLE_BLANKS, _BLANKS_AT_END, _EXCLAMATIONS, _QUESTIONS, _COLONS, _SEMICOLONS, _I_ALONE, _COMMON, _FIRST, _SECOND,
) = range(N_MEASURES)
(
    _SENTENCES, _SENTENCE_SPREAD, _LONGEST, _FIRST_SENTENCE, _MEAN_SENTENCE, _SHORTEST, _ALIKE, _SENTENCES_SMALL, _ONE_LINE, _LINES,
    _LINE_SPREAD, _FIRST_LINE, _MEAN_LINE, _LINES_MARK, _LINES_LETTER, _LINES_COLON, _NUMBERED, _BULLETS, _EMPTY_LINES,
) = range(len(SHAPE))
_WHITE = (_BREAKS, _BLANK_LINES, _DOUBLE_BLANKS, _BLANKS_AT_END)
(
    _COMMA, _STOP, _APOSTROPHE, _QUOTE, _OPENING, _CLOSING, _STAR, _BACKTICK, _EXCLAMATION, _QUESTION, _COLON, _SEMICOLON, _DASH, _I,
    _NEWLINE, _BLANK,
) = map(ord, ",.'\"()*`!?:;-i\n ")
_CASE = ord("a") - ord("A")
_NOT_ASCII, _FIRST_BYTE = 0x80, 0xC0
"""From these bytes on one is of a letter beyond ASCII, and its first."""
_QUOTES_FROM, _QUOTES_TO, _BULLET = 0x98, 0x9D, 0xA2
"""Third bytes of typographic marks: quotes from U+2018 to U+201D, and a bullet."""
_CLASSES = (("and", _COMMON), ("the", _COMMON), ("of", _COMMON), ("to", _COMMON), ("that", _COMMON), ("i", _FIRST), ("me", _FIRST),
            ("my", _FIRST), ("we", _FIRST), ("you", _SECOND), ("your", _SECOND))


F64 = NDArray[np.float64]


_HASHES = np.array([fnv1a(word) for word, _ in _CLASSES], np.uint64)
_MEANS = np.array([column for _, column in _CLASSES], np.int64)


def measures(texts: list[str], *, layout: bool) -> F64:
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
def _capital(c: int) -> bool:
    return 65 <= c <= 90  # A to Z


@njit(cache=True, nogil=True, inline="always")
def _small(c: int) -> bool:
    return 97 <= c <= 122  # a to z


@njit(cache=True, nogil=True, inline="always")
def _digit(c: int) -> bool:
    return 48 <= c <= 57  # 0 to 9


@njit(cache=True, nogil=True, inline="always")
def _typographic(data: NDArray[np.uint8], at: int, end: int) -> int:
    """The third byte of a mark from U+2000 to U+203F, 0 where none begins."""
    return data[at + 2] if at + 2 < end and data[at] == 0xE2 and data[at + 1] == 0x80 else 0


@njit(cache=True, nogil=True, inline="always")
def _letter_or_digit(c: int) -> bool:
    return _capital(c) or _small(c) or _digit(c) or c >= _NOT_ASCII


@njit(cache=True, nogil=True, inline="always")
def _ends_sentence(c: int) -> bool:
    return c in (_STOP, _EXCLAMATION, _QUESTION)


@njit(cache=True, nogil=True, inline="always")
def _trimmed(data: NDArray[np.uint8], begin: int, end: int) -> tuple[int, int]:
    """Where a text begins and ends without white space around it."""
    while begin < end and data[begin] <= _BLANK:
        begin += 1
    while end > begin and data[end - 1] <= _BLANK:
        end -= 1
    return begin, end


@njit(cache=True, nogil=True)
def _measure(
    offsets: NDArray[np.int64], data: NDArray[np.uint8], hashes: NDArray[np.uint64], means: NDArray[np.int64], out: F64
) -> None:
    """Fill one row a text."""
    # One function in spite of its length: with the marks counted by a helper it took 1.5 times as long, inlined or not.
    seen = np.empty(text_features.longest_text(offsets) // 2 + 2, np.uint64)
    for i in range(len(out)):
        row = out[i]
        begin, end = _trimmed(data, offsets[i], offsets[i + 1])
        if begin == end:
            continue
        first = data[begin]
        row[_STARTS_CAPITAL] = _capital(first)
        row[_STARTS_DIGIT] = _digit(first)
        row[_STARTS_SMALL] = _small(first)
        n_words, sentences, length_sum, length_squares = 0, 1, 0.0, 0.0
        at = begin
        while at < end:
            start = at
            h = FNV_OFFSET_BASIS
            letters, capitals = 0, 0
            while at < end and data[at] > _BLANK:
                c = data[at]
                upper = _capital(c)
                if upper or _small(c) or c >= _NOT_ASCII or c == _APOSTROPHE:
                    h = (h ^ np.uint64(c + _CASE if upper else c)) * FNV_PRIME
                letters += upper or _small(c)
                capitals += upper
                if c == _COMMA:
                    row[_COMMAS] += 1
                elif c == _STOP:
                    row[_STOPS] += 1
                elif c == _APOSTROPHE:
                    row[_APOSTROPHES] += 1
                elif c == _QUOTE:
                    row[_QUOTES] += 1
                elif c == _OPENING:
                    row[_BRACKETS] += 1
                elif _digit(c):
                    row[_DIGITS] += 1
                elif c == _STAR:
                    row[_BOLD] += at > start and data[at - 1] == _STAR
                elif c == _BACKTICK:
                    row[_BACKTICKS] += 1
                elif c == _EXCLAMATION:
                    row[_EXCLAMATIONS] += 1
                elif c == _QUESTION:
                    row[_QUESTIONS] += 1
                elif c == _COLON:
                    row[_COLONS] += 1
                elif c == _SEMICOLON:
                    row[_SEMICOLONS] += 1
                elif c >= _FIRST_BYTE:
                    row[_BEYOND] += 1
                    row[_TYPOGRAPHIC] += _QUOTES_FROM <= _typographic(data, at, end) <= _QUOTES_TO
                at += 1
            length = at - start
            seen[n_words] = h
            n_words += 1
            length_sum += length
            length_squares += length * length
            row[_IN_CAPITALS] += letters > 1 and capitals == letters
            row[_CAPITALISED] += _capital(data[start])
            row[_DASHES] += length == 1 and data[start] == _DASH
            row[_I_ALONE] += length == 1 and data[start] == _I
            for j in range(len(hashes)):
                if hashes[j] == h:
                    row[means[j]] += 1
            last = data[at - 1]
            breaks, blanks = 0, 0
            while at < end and data[at] <= _BLANK:
                if data[at] == _NEWLINE:
                    breaks += 1
                    row[_BLANKS_AT_END] += data[at - 1] == _BLANK
                blanks += data[at] == _BLANK
                at += 1
            row[_BREAKS] += breaks
            row[_BLANK_LINES] += breaks > 1
            row[_DOUBLE_BLANKS] += breaks == 0 and blanks > 1
            sentences += at < end and _ends_sentence(last)
        mean = length_sum / n_words
        row[_LENGTH] = mean
        row[_LENGTH_SPREAD] = np.sqrt(max(length_squares / n_words - mean * mean, 0.0))
        row[_WORDS_A_SENTENCE] = n_words / sentences
        seen[:n_words].sort()
        different = 1
        for j in range(1, n_words):
            different += seen[j] != seen[j - 1]
        row[_DIFFERENT] = different / n_words**0.8
        for j in range(_COMMAS, len(row)):
            if j < _STARTS_CAPITAL or j > _STARTS_SMALL:
                row[j] /= n_words


@njit(cache=True, nogil=True)
def _begins_item(data: NDArray[np.uint8], start: int, end: int) -> int:
    """1 for a word such as ``2.`` or ``2)``, 2 for a bullet, 0 for others."""
    if end - start == 1 and (data[start] == _DASH or data[start] == _STAR):
        return 2
    if end - start == 3 and _typographic(data, start, end) == _BULLET:
        return 2
    at = start
    while at < end and _digit(data[at]):
        at += 1
    return int(at > start and at < end and (data[at] == _STOP or data[at] == _CLOSING))


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
        sentence, line, first_hash, first_small, colon, item = 0.0, 0.0, FNV_OFFSET_BASIS, 0, 0, 0
        n_words, line_begin, at = 0, begin, begin
        while at < end:
            start, h = at, FNV_OFFSET_BASIS
            while at < end and data[at] > _BLANK:
                c = data[at]
                h = (h ^ np.uint64(c + _CASE if _capital(c) else c)) * FNV_PRIME
                colon |= c == _COLON and at < line_begin + 40
                at += 1
            last = data[at - 1]
            if sentence == 0:
                first_hash, first_small = h, _small(data[start])
            if line == 0:
                item = _begins_item(data, start, at)
            n_words += 1
            sentence += 1
            line += 1
            breaks = 0
            while at < end and data[at] <= _BLANK:
                breaks += data[at] == _NEWLINE
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
                        row[_FIRST_SENTENCE] = np.log1p(sentence)
                sentence = 0.0
            if breaks > 0 or not more:
                if more or lines == 0:
                    lines += 1
                    line_total += line
                    line_squares += line * line
                    row[_LINES_MARK] += _ends_sentence(last)
                    row[_LINES_LETTER] += _letter_or_digit(last)
                    row[_LINES_COLON] += colon
                    row[_NUMBERED] += item == 1
                    row[_BULLETS] += item == 2
                    row[_ONE_LINE] = not more
                    if lines == 1:
                        row[_FIRST_LINE] = np.log1p(line)
                blank += breaks > 1
                line, line_begin, colon = 0.0, at, 0
        mean, line_mean = total / n, line_total / lines
        row[_SENTENCES] = n / n_words
        row[_SENTENCE_SPREAD] = np.sqrt(max(squares / n - mean * mean, 0.0)) / mean
        row[_LONGEST] = longest / mean
        row[_MEAN_SENTENCE] = np.log1p(mean)
        row[_SHORTEST] = np.log1p(least)
        begun[:n].sort()
        different = 1
        for j in range(1, n):
            different += begun[j] != begun[j - 1]
        row[_ALIKE] = 1 - different / n
        row[_SENTENCES_SMALL] = small / n
        row[_LINES] = lines / n_words
        row[_LINE_SPREAD] = np.sqrt(max(line_squares / lines - line_mean * line_mean, 0.0)) / line_mean
        row[_MEAN_LINE] = np.log1p(line_mean)
        for j in range(_LINES_MARK, _EMPTY_LINES):
            row[j] /= lines
        row[_EMPTY_LINES] = blank / lines
