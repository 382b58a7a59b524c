"""SipHash-2-4 as the keyed random function of every mark (Aumasson and Bernstein, INDOCRYPT 2012).

A mark asks one question of the key: what is the random number of this (context, token)? SipHash is a pseudorandom
function under a secret 128-bit key, so whoever does not know the key sees independent uniform numbers; it is also
fast enough to ask a thousand decoy keys about a million tuples. Messages are whole 64-bit words.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

Word: TypeAlias = np.uint64
Words: TypeAlias = npt.NDArray[np.uint64]
State: TypeAlias = tuple[Word, Word, Word, Word]
Key: TypeAlias = tuple[int, int]
"""The two halves of a 128-bit key, each in [0, 2**64)."""

PUBLIC: Key = (0x7374696C6C776174, 0x63682D7475706C65)
"""A key that is no secret: names things, decides nothing."""


def key_from_bytes(secret: bytes) -> Key:
    """The first 16 bytes of a secret as a key."""
    if len(secret) < 16:
        raise ValueError("a key needs 16 bytes")
    return int.from_bytes(secret[:8], "little"), int.from_bytes(secret[8:16], "little")


@njit(cache=True, inline="always")
def _turn(x: Word, r: int) -> Word:
    return (x << np.uint64(r)) | (x >> np.uint64(64 - r))


@njit(cache=True)
def _round(a: Word, b: Word, c: Word, d: Word) -> State:
    a += b
    b = _turn(b, 13) ^ a
    a = _turn(a, 32)
    c += d
    d = _turn(d, 16) ^ c
    a += d
    d = _turn(d, 21) ^ a
    c += b
    b = _turn(b, 17) ^ c
    c = _turn(c, 32)
    return a, b, c, d


@njit(cache=True)
def _start(k0: Word, k1: Word) -> State:
    return (
        k0 ^ np.uint64(0x736F6D6570736575), k1 ^ np.uint64(0x646F72616E646F6D),
        k0 ^ np.uint64(0x6C7967656E657261), k1 ^ np.uint64(0x7465646279746573),
    )


@njit(cache=True)
def _word(a: Word, b: Word, c: Word, d: Word, m: Word) -> State:
    d ^= m
    a, b, c, d = _round(a, b, c, d)
    a, b, c, d = _round(a, b, c, d)
    return a ^ m, b, c, d


@njit(cache=True)
def _end(a: Word, b: Word, c: Word, d: Word, n_words: int) -> Word:
    a, b, c, d = _word(a, b, c, d, np.uint64(((8 * n_words) & 0xFF) << 56))
    c ^= np.uint64(0xFF)
    for _ in range(4):
        a, b, c, d = _round(a, b, c, d)
    return a ^ b ^ c ^ d


@njit(cache=True)
def _hash_rows(k0: Word, k1: Word, rows: Words) -> Words:
    n, width = rows.shape
    out = np.empty(n, np.uint64)
    for i in range(n):
        a, b, c, d = _start(k0, k1)
        for j in range(width):
            a, b, c, d = _word(a, b, c, d, rows[i, j])
        out[i] = _end(a, b, c, d, width)
    return out


@njit(cache=True)
def _hash_continuations(k0: Word, k1: Word, context: Words, n_tokens: int) -> Words:
    out = np.empty(n_tokens, np.uint64)
    a, b, c, d = _start(k0, k1)
    for j in range(len(context)):
        a, b, c, d = _word(a, b, c, d, context[j])
    for token in range(n_tokens):
        e, f, g, h = _word(a, b, c, d, np.uint64(token))
        out[token] = _end(e, f, g, h, len(context) + 1)
    return out


@njit(cache=True)
def _count_below(keys: Words, rows: Words, limit: Word) -> npt.NDArray[np.int64]:
    counts = np.zeros(len(keys), np.int64)
    n, width = rows.shape
    for k in range(len(keys)):
        count = 0
        for i in range(n):
            a, b, c, d = _start(keys[k, 0], keys[k, 1])
            for j in range(width):
                a, b, c, d = _word(a, b, c, d, rows[i, j])
            if _end(a, b, c, d, width) < limit:
                count += 1
        counts[k] = count
    return counts


def hash_rows(key: Key, rows: npt.NDArray[np.integer]) -> Words:
    """One 64-bit number per row of ``rows`` ``(n, width)``, integers taken modulo 2**64."""
    words = np.ascontiguousarray(rows).astype(np.uint64)
    out: Words = _hash_rows(np.uint64(key[0]), np.uint64(key[1]), words)
    return out


def hash_continuations(key: Key, context: npt.NDArray[np.integer], n_tokens: int) -> Words:
    """:func:`hash_rows` of ``(*context, token)`` for every token in ``range(n_tokens)``."""
    words = np.ascontiguousarray(context).astype(np.uint64)
    out: Words = _hash_continuations(np.uint64(key[0]), np.uint64(key[1]), words, n_tokens)
    return out


def count_below(keys: Words, rows: npt.NDArray[np.integer], limit: int) -> npt.NDArray[np.int64]:
    """For each key of ``(n_keys, 2)``: how many rows hash below ``limit``."""
    words = np.ascontiguousarray(rows).astype(np.uint64)
    out: npt.NDArray[np.int64] = _count_below(np.ascontiguousarray(keys), words, np.uint64(limit))
    return out


def uniform(numbers: Words) -> npt.NDArray[np.float64]:
    """64-bit numbers as floats strictly inside (0, 1), from the upper 53 bits."""
    out: npt.NDArray[np.float64] = ((numbers >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53
    return out
