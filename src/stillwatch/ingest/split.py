"""Splits a stream of JSON into records without holding it in memory: elements of top-level arrays, and top-level objects.

orjson decodes only whole values, so the ends of values are found first, with numpy on the structural bytes.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

MAX_RECORD = 64 << 20
"""Largest record that is read, bytes."""

DEEPEST = 300
"""Levels of nested arrays and objects that are read; no conversation has as many, and Python's own limit is not much higher."""

BETWEEN = b" \t\r\n,"
"""Bytes that may occur between records."""

_KINDS = np.zeros(256, np.int8)
_QUOTE, _ESCAPE, _COMMA, _OPEN, _CLOSE = 1, 2, 3, 4, 5
for _byte, _kind in ((b'"', _QUOTE), (b"\\", _ESCAPE), (b",", _COMMA)):
    _KINDS[_byte[0]] = _kind
_KINDS[[b"["[0], b"{"[0]]] = _OPEN
_KINDS[[b"]"[0], b"}"[0]]] = _CLOSE
_STRUCTURAL = _KINDS != 0


class TooLarge(Exception):  # noqa: N818 - caught by the reader, never an error of the program
    """A record does not end within MAX_RECORD; ``args[0]`` is its beginning."""


def records(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield each record's bytes; an unclosed record at the end comes last, unchanged.

    Raises:
        TooLarge: a record is larger than MAX_RECORD.
    """
    pending: list[bytes] = []
    in_array, size, next_cut_size = False, 0, 0
    for block in blocks:
        pending.append(block)
        size += len(block)
        if size < next_cut_size:
            continue
        complete, rest, in_array = _cut(b"".join(pending), in_array)
        yield from complete
        if len(rest) > MAX_RECORD:
            raise TooLarge(rest)
        # a long record is scanned again only when what has arrived of it has doubled, so that the time stays linear
        pending, size, next_cut_size = [rest], len(rest), 2 * len(rest)
    complete, rest, _ = _cut(b"".join(pending), in_array)
    yield from complete
    if rest.strip(BETWEEN):
        yield rest


def whole_records(line: bytes) -> tuple[list[bytes], bytes]:
    """The whole records at the beginning of a line, and the rest of the line; the rest of an array is made an array again."""
    if line.lstrip()[:1] not in (b"[", b"{"):
        return [], line
    complete, rest, in_array = _cut(line, False)
    return complete, b"[" + rest if in_array else rest


def _cut(buffer: bytes, in_array: bool) -> tuple[list[bytes], bytes, bool]:
    """Cut off the whole records: (records, rest, whether the rest is inside an array)."""
    pieces: list[bytes] = []
    start, in_object = 0, False
    for at, kind, depth in _boundaries(buffer, int(in_array)):
        if kind == _OPEN:
            pieces.append(buffer[start:at].strip(BETWEEN))
            in_array = buffer[at] == ord("[")
            in_object = not in_array
            start = at + in_array
        elif kind == _CLOSE and (in_array or in_object):
            pieces.append(buffer[start : at + in_object].strip(BETWEEN))
            in_array = in_object = False
            start = at + 1
        elif kind == _COMMA and in_array and depth == 1:
            pieces.append(buffer[start:at].strip(BETWEEN))
            start = at + 1
    return [piece for piece in pieces if piece], buffer[start:], in_array


def shallow(raw: bytes) -> bytes:
    """JSON with null in place of what lies deeper than DEEPEST levels, so that a request with such nesting is still analysed."""
    at, kinds = _outside_strings(raw)
    depth = np.cumsum((kinds == _OPEN).astype(np.int64) - (kinds == _CLOSE))
    starts = at[(kinds == _OPEN) & (depth == DEEPEST + 1)].tolist()
    ends = at[(kinds == _CLOSE) & (depth == DEEPEST)].tolist()
    pieces, place = [], 0
    for start, end in zip(starts, ends, strict=False):
        pieces += [raw[place:start], b"null"]
        place = end + 1
    return b"".join([*pieces, raw[place:]])


def _boundaries(buffer: bytes, base: int) -> Iterator[tuple[int, int, int]]:
    """(position, kind, depth after it) at which top-level values and elements of top-level arrays may begin or end."""
    at, kinds = _outside_strings(buffer)
    depth = base + np.cumsum((kinds == _OPEN).astype(np.int64) - (kinds == _CLOSE))
    # closing brackets without an opening one do not count; otherwise all later depths would be off by one
    depth -= np.minimum.accumulate(np.minimum(depth, 0)) if len(depth) else depth
    open_, close, comma = kinds == _OPEN, kinds == _CLOSE, kinds == _COMMA
    keep = (open_ & (depth == 1)) | (close & (depth == 0)) | (comma & (depth <= 1))
    return zip(at[keep].tolist(), kinds[keep].tolist(), depth[keep].tolist(), strict=True)


def _outside_strings(buffer: bytes) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Positions and kinds of the commas and brackets outside of strings; the buffer begins outside of a string."""
    values = np.frombuffer(buffer, np.uint8)
    # few bytes are structural, so that a cheap pass to find them first is twice as fast as looking up the kind of all
    at = np.flatnonzero(_STRUCTURAL.take(values))
    kinds = _KINDS[values[at]]
    if not len(at):
        return at, kinds
    # a quote is escaped if an odd number of backslashes stands right before it
    next_to = np.append(False, at[1:] == at[:-1] + 1)
    escape = kinds == _ESCAPE
    joined = escape & np.append(False, escape[:-1]) & next_to
    index = np.arange(len(at))
    run_start = np.maximum.accumulate(np.where(joined, 0, index))
    odd = escape & ((index - run_start) % 2 == 0)
    escaped = np.append(False, odd[:-1]) & next_to
    inside = np.cumsum((kinds == _QUOTE) & ~escaped) % 2 == 1
    keep = ~inside & (kinds >= _COMMA)
    return at[keep], kinds[keep]
