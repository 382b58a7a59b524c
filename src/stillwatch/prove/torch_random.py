"""What torch's CPU generator draws, without torch: the random numbers behind transformers' marks.

torch seeds a 32-bit Mersenne Twister with the low word of the seed; ``randperm`` is a forward Fisher-Yates shuffle with
one draw a step, ``randint`` takes a draw modulo the range. Tests compare with torch where it is installed.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numba import njit

from stillwatch.prove.prf import Words

Ids = npt.NDArray[np.int64]
State = npt.NDArray[np.uint32]
MULTIPLIER = np.uint64(6364136223846793005)
TABLE_SIZE = 1_000_003
_N, _M = 624, 397


@njit(cache=True)
def _seed_state(state: State, seed: np.uint64) -> None:
    state[0] = np.uint32(seed & np.uint64(0xFFFFFFFF))
    for i in range(1, _N):
        before = np.uint64(state[i - 1])
        state[i] = np.uint32((np.uint64(1812433253) * (before ^ (before >> np.uint64(30))) + np.uint64(i))
                             & np.uint64(0xFFFFFFFF))


@njit(cache=True)
def _twist(state: State) -> None:
    for i in range(_N):
        y = (state[i] & np.uint32(0x80000000)) | (state[(i + 1) % _N] & np.uint32(0x7FFFFFFF))
        value = state[(i + _M) % _N] ^ (y >> np.uint32(1))
        if y & np.uint32(1):
            value ^= np.uint32(0x9908B0DF)
        state[i] = value


@njit(cache=True)
def _temper(y: np.uint32) -> np.uint32:
    y ^= y >> np.uint32(11)
    y ^= (y << np.uint32(7)) & np.uint32(0x9D2C5680)
    y ^= (y << np.uint32(15)) & np.uint32(0xEFC60000)
    y ^= y >> np.uint32(18)
    return y


@njit(cache=True)
def _draws(seed: np.uint64, count: int) -> State:
    state = np.empty(_N, np.uint32)
    _seed_state(state, seed)
    out = np.empty(count, np.uint32)
    at = _N
    for i in range(count):
        if at == _N:
            _twist(state)
            at = 0
        out[i] = _temper(state[at])
        at += 1
    return out


@njit(cache=True)
def _permutation_head(seed: np.uint64, n: int, head: int) -> Ids:
    order = np.arange(n)
    draws = _draws(seed, min(head, n - 1))
    for i in range(len(draws)):
        j = i + np.int64(draws[i]) % (n - i)
        order[i], order[j] = order[j], order[i]
    return order[:head]


@njit(cache=True)
def _in_green_list(seeds: Words, tokens: Ids, order: Ids, n: int, head: int) -> npt.NDArray[np.float64]:
    out = np.zeros(len(seeds))
    green = np.zeros(n, np.bool_)
    for at in range(len(order)):
        i = order[at]
        if at == 0 or seeds[i] != seeds[order[at - 1]]:
            green[:] = False
            green[_permutation_head(seeds[i], n, head)] = True
        out[i] = 1.0 if green[tokens[i]] else 0.0
    return out


def permutation(seed: int, n: int) -> Ids:
    """``torch.randperm(n)`` under a generator with this seed."""
    out: Ids = _permutation_head(np.uint64(seed), n, n)
    return out


def in_green_list(seeds: Words, tokens: Ids, n: int, head: int) -> npt.NDArray[np.float64]:
    """For each (seed, token): 1 where the token is among the first ``head`` of the seed's permutation of ``n``."""
    order = np.argsort(seeds, kind="stable")
    out: npt.NDArray[np.float64] = _in_green_list(seeds, tokens, order, n, head)
    return out


def wrapped_seed(product: Ids) -> Words:
    """Signed 64-bit products modulo 2**64 - 1, as transformers seeds with them."""
    signed = np.asarray(product, np.int64)
    out = signed.astype(np.uint64)
    # Python's modulo of a negative number: 2**64 - 1 + x, one less than two's complement
    return np.where(signed < 0, out - np.uint64(1), out)


@lru_cache(maxsize=2)
def hash_table(key: int) -> Ids:
    """``selfhash``'s table: a permutation of 1,000,003 numbers under the hashing key."""
    return permutation(key, TABLE_SIZE)


@lru_cache(maxsize=4)
def sampling_table(seed: int, size: int) -> Ids:
    """SynthID's table of zeros and ones ``(size,)``."""
    out: Ids = (_draws(np.uint64(seed), size) % np.uint32(2)).astype(np.int64)
    return out


def lcg(state: Words, data: Ids) -> Words:
    """One step of SynthID's hash: (state + data) times a constant plus one, modulo 2**64."""
    out: Words = (state + data.astype(np.uint64)) * MULTIPLIER + np.uint64(1)
    return out
