"""Numbers that are a function of a thing, so that what belongs to a person is no table; and draws by name."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]


def mix(*things: "npt.NDArray[np.integer] | int") -> Bits:
    """A hash of numbers, row by row (splitmix64)."""
    found = np.full(1, 0x9E3779B97F4A7C15, np.uint64)
    with np.errstate(over="ignore"):
        for thing in things:
            part = np.asarray(thing).astype(np.uint64) if isinstance(thing, np.ndarray) else np.uint64(thing % 2**64)
            x = (found ^ part) + np.uint64(0x9E3779B97F4A7C15)
            x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            found = x ^ (x >> np.uint64(31))
    return found


def unit(*things: "npt.NDArray[np.integer] | int") -> Floats:
    """A number in [0, 1) of a thing."""
    return (mix(*things) >> np.uint64(11)).astype(np.float64) / 2.0**53


def choose(at: Floats, weights: Mapping[str, float], names: Sequence[str]) -> Ints:
    """Place in ``names`` of what each number in [0, 1) falls on."""
    share = np.array(list(weights.values()), float)
    edges = np.cumsum(share) / share.sum()
    places = np.array([names.index(name) for name in weights])
    return places[np.minimum(np.searchsorted(edges, at, side="right"), len(places) - 1)]


def hexed(bits: Bits, chars: int = 16, prefix: str = "") -> pa.Array:
    """Numbers as hexadecimal digits."""
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    raw = np.ascontiguousarray(bits).astype(">u8").view(np.uint8).reshape(-1, 8)
    text = np.empty((len(raw), 16), np.uint8)
    text[:, 0::2], text[:, 1::2] = digits[raw >> 4], digits[raw & 15]
    offsets = np.arange(0, len(raw) * chars + 1, chars, dtype=np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(text[:, 16 - chars :]))]
    found = pa.Array.from_buffers(pa.string(), len(raw), buffers)
    return pc.binary_join_element_wise(prefix, found, "") if prefix else found


def blank(values: pa.Array, empty: npt.NDArray[np.bool_]) -> pa.Array:
    """Values, null where ``empty``."""
    return pc.if_else(pa.array(empty), pa.scalar(None, values.type), values)
