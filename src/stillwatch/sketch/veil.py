"""Replaces hashes of text in sketches by keyed hashes, so that nobody without the key can test a guess of a text.

SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012) under a key derived from the tenant's. Equal hashes stay equal
and different ones different, so that links do not change. Other columns of a sketch (number of words, capability) are not changed.
"""

import hashlib
import hmac

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

U64 = NDArray[np.uint64]

TEXT_HASHES = (
    "prompt", "opening", "closing", "shingle_0", "shingle_1", "shingle_2", "system", "system_opening", "system_closing", "system_shingle",
)
"""Columns of a sketch that are unkeyed hashes of text; 0 stands for "absent" and stays 0."""


def secret(key: bytes) -> U64:
    """The SipHash key derived from a tenant's key, as two 64-bit words."""
    return np.frombuffer(hmac.new(key, b"stillwatch sketch", hashlib.sha256).digest()[:16], "<u8")


def veiled(sketches: pa.Table, words: U64) -> pa.Table:
    """The sketches with keyed text hashes; ``words`` is the result of :func:`secret`."""
    for name in TEXT_HASHES:
        at = sketches.column_names.index(name)
        plain = np.ascontiguousarray(sketches[name].to_numpy())
        keyed = np.empty(len(plain), np.int64)
        siphash(plain, words[0], words[1], keyed)
        sketches = sketches.set_column(at, sketches.field(at), pa.array(keyed))
    return sketches


@njit(cache=True, nogil=True, inline="always")
def _left(x: np.uint64, bits: int) -> np.uint64:
    return (x << np.uint64(bits)) | (x >> np.uint64(64 - bits))


@njit(cache=True, nogil=True, inline="always")
def _round(
    v0: np.uint64, v1: np.uint64, v2: np.uint64, v3: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    v0 += v1
    v2 += v3
    v1 = _left(v1, 13) ^ v0
    v3 = _left(v3, 16) ^ v2
    v0 = _left(v0, 32) + v3
    v2 += v1
    v3 = _left(v3, 21) ^ v0
    v1 = _left(v1, 17) ^ v2
    return v0, v1, _left(v2, 32), v3


@njit(cache=True, nogil=True)
def siphash(values: NDArray[np.int64], k0: np.uint64, k1: np.uint64, out: NDArray[np.int64]) -> None:
    """SipHash-2-4 of each value (8 bytes, little-endian) into ``out``; 0 gives 0, nothing else does."""
    length = np.uint64(8 << 56)
    for i in range(len(values)):
        if values[i] == 0:
            out[i] = 0
            continue
        v0 = k0 ^ np.uint64(0x736F6D6570736575)
        v1 = k1 ^ np.uint64(0x646F72616E646F6D)
        v2 = k0 ^ np.uint64(0x6C7967656E657261)
        v3 = k1 ^ np.uint64(0x7465646279746573)
        for word in (np.uint64(values[i]), length):
            v3 ^= word
            for _ in range(2):
                v0, v1, v2, v3 = _round(v0, v1, v2, v3)
            v0 ^= word
        v2 ^= np.uint64(0xFF)
        for _ in range(4):
            v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        result = v0 ^ v1 ^ v2 ^ v3
        out[i] = np.int64(result) if result != np.uint64(0) else np.int64(1)
