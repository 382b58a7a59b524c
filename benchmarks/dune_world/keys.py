"""Hashes as draws: whatever must be the same twice (a task, a person's city, an address) is a function of a 64-bit key."""

import hashlib
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

U64: TypeAlias = npt.NDArray[np.uint64]
I64: TypeAlias = npt.NDArray[np.int64]
F64: TypeAlias = npt.NDArray[np.float64]
Bool: TypeAlias = npt.NDArray[np.bool_]
Part: TypeAlias = U64 | I64 | int | str

_STEP = np.uint64(0x9E3779B97F4A7C15)
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_STRINGS_AT_ONCE = 8_192


def word(text: str) -> int:
    """A 64-bit number for a name."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _scramble(values: U64) -> U64:
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def mix(*parts: Part) -> U64:
    """One hash of all parts, elementwise; names and numbers are broadcast."""
    total = np.zeros(1, dtype=np.uint64)
    for part in parts:
        number = word(part) if isinstance(part, str) else part
        values = np.atleast_1d(np.asarray(number if not isinstance(number, int) else number % 2**64)).astype(np.uint64)
        total = _scramble((total ^ values) + _STEP)
    return total


def one(*parts: Part) -> int:
    """The hash of single values, as a number."""
    return int(mix(*parts)[0])


def unit(*parts: Part) -> F64:
    """Numbers in [0, 1) by hash."""
    return (mix(*parts) >> np.uint64(11)).astype(np.float64) / 2.0**53


def below(limit: int | I64 | U64, *parts: Part) -> I64:
    """Whole numbers in [0, limit) by hash."""
    return (mix(*parts) % np.asarray(limit).astype(np.uint64)).astype(np.int64)


def rng(*parts: Part) -> np.random.Generator:
    """A generator for one purpose, so that what others draw does not change it."""
    return np.random.default_rng(one(*parts))


def hexes(values: U64, prefix: str = "", digits: int = 16) -> Any:
    """Arrow strings of hexadecimal digits behind a prefix."""
    shifts = np.arange(digits - 1, -1, -1, dtype=np.uint64) * np.uint64(4)
    letters = _HEX[((values[:, None] >> shifts) & np.uint64(15)).astype(np.intp)]
    head = np.broadcast_to(np.frombuffer(prefix.encode(), dtype=np.uint8), (len(values), len(prefix)))
    data = np.ascontiguousarray(np.concatenate([head, letters], axis=1))
    offsets = (np.arange(len(values) + 1) * (len(prefix) + digits)).astype(np.int32)
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(offsets), pa.py_buffer(data))


def of_strings(strings: Any) -> U64:
    """A hash of each Arrow string, by its bytes and their places."""
    parts = [np.zeros(0, dtype=np.uint64)]
    for begin in range(0, len(strings), _STRINGS_AT_ONCE):
        some = pa.concat_arrays([strings.slice(begin, _STRINGS_AT_ONCE)])
        offsets = np.frombuffer(some.buffers()[1], dtype=np.int32)[some.offset : some.offset + len(some) + 1].astype(np.int64)
        data = np.frombuffer(some.buffers()[2] or b"", dtype=np.uint8)[offsets[0] : offsets[-1]].astype(np.uint64)
        lengths = np.diff(offsets)
        place = np.arange(len(data)) - np.repeat(offsets[:-1] - offsets[0], lengths)
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(_scramble((place.astype(np.uint64) << np.uint64(8)) | data))])
        parts.append(mix(sums[offsets[1:] - offsets[0]] - sums[offsets[:-1] - offsets[0]], lengths))
    return np.concatenate(parts)
