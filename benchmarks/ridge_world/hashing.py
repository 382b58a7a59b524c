"""Numbers, choices and identifiers by hash."""

import hashlib

import numpy as np


def digest(data: bytes) -> int:
    """A signed 64-bit hash."""
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little", signed=True)


_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def tags(prefix: str, values: np.ndarray, length: int = 14) -> np.ndarray:
    """Opaque identifiers of integers; the same integer gives the same identifier."""
    out = np.empty(len(values), dtype=object)
    for i, value in enumerate(values.tolist()):
        raw = int.from_bytes(hashlib.blake2b(f"{prefix}|{value}".encode(), digest_size=12).digest(), "little")
        chars = []
        for _ in range(length):
            chars.append(_ALPHABET[raw & 31])
            raw >>= 5
        out[i] = prefix + "".join(chars)
    return out


def mix(*values: np.ndarray | int) -> np.ndarray:
    """A 64-bit hash of integer columns (splitmix), vectorised."""
    with np.errstate(over="ignore"):
        out = np.uint64(0x9E3779B97F4A7C15)
        for value in values:
            out = out + np.asarray(value).astype(np.int64).astype(np.uint64) * np.uint64(0xBF58476D1CE4E5B9) + np.uint64(0x632BE59BD9B4E019)
            out = (out ^ (out >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            out = (out ^ (out >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            out = out ^ (out >> np.uint64(31))
    return np.atleast_1d(out)


def unit(*values: np.ndarray | int) -> np.ndarray:
    """A hashed fraction in [0, 1)."""
    return (mix(*values) >> np.uint64(11)).astype(float) / float(1 << 53)


def pick(choices: np.ndarray, *values: np.ndarray | int) -> np.ndarray:
    """One of the choices by hash."""
    return choices[(mix(*values) % np.uint64(len(choices))).astype(int)]
