"""Draws that are functions of a key: the same person, card or task gives the same value wherever it is asked for."""

from zlib import crc32

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

Keys = NDArray[np.uint64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ODD = np.uint64(0x632BE59BD9B4E019)
FACTORS = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)
PAIRS = np.array([f"{i:02x}" for i in range(256)], dtype="S2")


def name_key(text: str) -> int:
    """A number for a name."""
    return crc32(text.encode())


def mix(*parts: ArrayLike) -> Keys:
    """One key out of several numbers or arrays of numbers (the finaliser of splitmix64, once for each part)."""
    state: Keys = np.full(1, 0x243F6A8885A308D3, np.uint64)
    for part in parts:
        state = state ^ np.asarray(part).astype(np.uint64)
        # In place: worlds call it tens of thousands of times for a few keys each. Arrays overflow without a warning.
        state *= FACTORS[0]
        state += ODD
        state ^= state >> SHIFTS[0]
        state *= FACTORS[1]
        state ^= state >> SHIFTS[1]
        state *= FACTORS[2]
        state ^= state >> SHIFTS[2]
    return state


def unit(keys: Keys) -> Floats:
    """A number in [0, 1) for each key."""
    return (keys >> np.uint64(11)).astype(np.float64) / 2.0**53


def below(keys: Keys, n: ArrayLike) -> Ints:
    """A whole number below n for each key."""
    return (unit(keys) * np.asarray(n)).astype(np.int64)


def pick(keys: Keys, weights: ArrayLike) -> Ints:
    """Which of several things each key falls on, by their weights."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.minimum(np.searchsorted(edges, unit(keys) * edges[-1], side="right"), len(edges) - 1)


def normal(keys: Keys) -> Floats:
    """A draw of the normal distribution for each key (Box and Muller)."""
    radius = np.sqrt(-2 * np.log1p(-unit(mix(keys, 101))))
    return np.asarray(radius * np.cos(2 * np.pi * unit(mix(keys, 102))))


def hexes(keys: Keys, prefix: str = "", digits: int = 16) -> pa.Array:
    """Keys as hexadecimal text; 32 digits are two keys long."""
    words = np.stack([keys] if digits <= 16 else [keys, mix(keys, 7)], axis=1)
    text = PAIRS[np.ascontiguousarray(words).view(np.uint8)].view(f"S{16 * words.shape[1]}").ravel().astype(f"U{digits}")
    return pa.array(np.char.add(prefix, text) if prefix else text)
