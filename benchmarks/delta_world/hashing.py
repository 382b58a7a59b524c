"""Integers by hash, keys by weight, values under a mask."""

from collections.abc import Mapping

import numpy as np

Weights = Mapping[str, float]
U64 = np.uint64


def mix64(*parts: np.ndarray | int) -> np.ndarray:
    """Hash integer arrays (broadcast against each other) into uint64, splitmix style."""
    acc = np.asarray(0x9E3779B97F4A7C15, dtype=U64)
    with np.errstate(over="ignore"):
        for part in parts:
            acc = acc ^ (np.asarray(part).astype(np.int64).view(U64) if np.ndim(part) else np.int64(part).astype(U64))
            acc = acc + U64(0x9E3779B97F4A7C15)
            acc = (acc ^ (acc >> U64(30))) * U64(0xBF58476D1CE4E5B9)
            acc = (acc ^ (acc >> U64(27))) * U64(0x94D049BB133111EB)
            acc = acc ^ (acc >> U64(31))
    return acc


def hash_code(code: str) -> int:
    """A small stable integer of a country code."""
    return ord(code[0]) * 256 + ord(code[1])


def pick(rng: np.random.Generator, weights: Weights, n: int) -> np.ndarray:
    """Draw n keys of a weight table, as an object array."""
    keys = np.array(list(weights), dtype=object)
    p = np.array(list(weights.values()), dtype=float)
    return keys[rng.choice(len(keys), size=n, p=p / p.sum())]


def only(mask: np.ndarray, values: np.ndarray | str) -> np.ndarray:
    """Values under a mask, else nothing."""
    return np.where(mask, values, np.array(None))
