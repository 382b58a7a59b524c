"""Draws that the whole world shares."""

import hashlib

import numpy as np

from .text import Words

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyzABCDEFGHJKLMNPQRSTVWXYZ"


def key64(*a):
    """A 64-bit hash of the parts."""
    return int.from_bytes(
        hashlib.blake2b("\x1f".join(map(str, a)).encode(), digest_size=8).digest(), "little", signed=True
    )


class Chance:
    """Random choices; ``rng`` is numpy's generator, ``words`` the text, ``random`` the text's uniform draw."""

    def __init__(self, recipe, seed):
        s = int.from_bytes(hashlib.blake2b(f"{recipe}/{seed}".encode(), digest_size=6).digest(), "little")
        self.rng = np.random.default_rng(s)
        self.words = Words(s + 1)
        self.random = self.words.random

    def pick(self, items):
        """Any of the items."""
        return items[int(self.random() * len(items))]

    def between(self, a, b):
        """A whole number from a to b."""
        return a + int(self.random() * (b - a + 1))

    def hex_id(self, n=16):
        """A hash-like string of n digits."""
        return f"{self.words.rng.getrandbits(n * 4):0{n}x}"

    def random_id(self, p, n=18):
        """An identifier that starts with p."""
        return p + "".join(ALPHABET[int(self.random() * 54)] for _ in range(n))

    def split(self, n, total, sigma=1.2, lo=1):
        """A total over n, with a heavy tail."""
        if n <= 0:
            return []
        p = self.rng.lognormal(0, sigma, n)
        p /= p.sum()
        return np.maximum(lo, self.rng.poisson(p * max(total, n))).tolist()

    def weighted(self, d):
        """A key of d, by its weight."""
        x = self.random() * sum(d.values())
        for k, v in d.items():
            x -= v
            if x <= 0:
                return k
        return k

    def loads(self, team, total, sigma=1.2):
        """The accounts of a team, each with how many requests it makes."""
        return list(zip(team, self.split(len(team), total, sigma), strict=True))
