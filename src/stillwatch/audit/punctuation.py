"""What a text looks like when its words are blanked out: marks, numbers, line breaks and capitals, in order.

``x`` stands for a word, ``X`` for one with a capital, ``9`` for a number, DEL for a line break; marks stand as they are. It is
read with the same hashed features as words are, so that runs of up to four of these count.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.numeric.arrays import text_bytes

_SMALL, _CAPITAL, _NUMBER, _BREAK, _BLANK = 120, 88, 57, 127, 32


def blank_words(texts: list[str]) -> list[str]:
    """The texts with their words blanked out."""
    offsets, data = text_bytes(texts)
    out, ends = np.empty(2 * len(data) + 1, np.uint8), np.zeros(len(texts) + 1, np.int64)
    _blank_out(offsets, data, out, ends)
    whole = out[: ends[-1]].tobytes().decode("ascii")
    return [whole[begin:end] for begin, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]


@njit(cache=True, nogil=True, inline="always")
def _kind(c: int) -> int:
    """What stands for a byte; 0 for white space in a line."""
    if 97 <= c <= 122 or c >= 128 or c == 39:
        return _SMALL
    if 65 <= c <= 90:
        return _CAPITAL
    if 48 <= c <= 57:
        return _NUMBER
    if c == 10:
        return _BREAK
    return c if c > 32 else 0


@njit(cache=True, nogil=True, inline="always")
def _run(kind: int) -> int:
    """1 for what words consist of, 2 for what numbers do, 0 for what stands alone."""
    return 2 if kind == _NUMBER else int(kind | 32 == _SMALL)


@njit(cache=True, nogil=True)
def _blank_out(offsets: NDArray[np.int64], data: NDArray[np.uint8], out: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
    """Fill the bytes of all texts, and where each ends."""
    n = 0
    for i in range(len(offsets) - 1):
        at = offsets[i]
        while at < offsets[i + 1]:
            kind = _kind(data[at])
            at += 1
            if kind == 0:
                continue
            out[n], out[n + 1] = kind, _BLANK
            n += 2
            run = _run(kind)
            while run > 0 and at < offsets[i + 1] and _run(_kind(data[at])) == run:
                at += 1
        ends[i + 1] = n
