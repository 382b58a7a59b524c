"""Hashes of whole arrays: whatever belongs to a person, a task or a template is a function of a key, so that it comes back unchanged."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


@cache
def salt(name: str) -> int:
    """A number for a name (FNV-1a), the same on every machine."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def mix(*parts: Any) -> U64:
    """One key out of several: arrays of integers, integers or names."""
    result = np.zeros(1, np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            value = salt(part) if isinstance(part, str) else part
            if isinstance(value, int):
                value %= 2**64
            result = result * _FIRST + np.atleast_1d(np.asarray(value)).astype(np.uint64) + _GOLDEN
            result = (result ^ (result >> np.uint64(30))) * _FIRST
            result = (result ^ (result >> np.uint64(27))) * _SECOND
            result = result ^ (result >> np.uint64(31))
    return result


def uniform(*parts: Any) -> F64:
    """A number in [0, 1) per key."""
    return (mix(*parts) >> np.uint64(11)).astype(np.float64) / 2.0**53


def pick(n: int, *parts: Any) -> I64:
    """A number below n per key."""
    return (uniform(*parts) * n).astype(np.int64)


def normal(*parts: Any) -> F64:
    """A standard normal number per key (Box and Muller)."""
    radius = np.sqrt(-2.0 * np.log1p(-uniform(*parts, "radius")))
    return np.asarray(radius * np.cos(2.0 * np.pi * uniform(*parts, "angle")), np.float64)


def choose(weights: Any, *parts: Any) -> I64:
    """An index per key, in proportion to the weights."""
    share = np.cumsum(np.asarray(weights, np.float64))
    found = np.searchsorted(share / share[-1], uniform(*parts), side="right")
    return np.minimum(found, len(share) - 1).astype(np.int64)


def zipf(n: int, exponent: float = 1.0) -> F64:
    """Weights of n things of which few are popular."""
    return np.asarray(1.0 / np.arange(1, n + 1) ** exponent, np.float64)


def text_key(texts: pa.Array) -> U64:
    """A hash of each string of an array (null is the empty string): equal texts, equal keys, whoever wrote them."""
    coded = texts.dictionary_encode()  # system prompts come again and again
    texts = coded.dictionary.cast(pa.large_string())
    buffers = texts.buffers()
    ends = np.frombuffer(buffers[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]
    octets = np.frombuffer(buffers[2], np.uint8)[ends[0] : ends[-1]].astype(np.uint64) + np.uint64(1)
    starts = ends[:-1] - ends[0]
    lengths = np.diff(ends)
    position = np.arange(len(octets)) - np.repeat(starts, lengths)
    factors = mix(np.arange(int(lengths.max(initial=0)) + 1), "letter")
    with np.errstate(over="ignore"):
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(octets * factors[position], dtype=np.uint64)])
        total = sums[starts + lengths] - sums[starts]
    return np.asarray(mix(total, lengths)[np.asarray(coded.indices)], np.uint64)


def hexadecimal(keys: U64, digits: int, prefix: str = "") -> list[str]:
    """Keys as hexadecimal identifiers."""
    letters = keys.astype(">u8").tobytes().hex()
    return [prefix + letters[i : i + digits] for i in range(0, len(letters), 16)]
