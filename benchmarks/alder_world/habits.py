"""What people of different sorts ask about, and small pools that a crowd draws from."""

import numpy as np

from .arrays import IntArray, Mix, ObjArray
from .world import World

CONSUMER_MIX: Mix = {
    "chat": 32, "essay": 8, "letter": 9, "shop": 3, "marketing": 8, "farm": 8, "health": 9, "faith": 6, "travel": 4, "translate": 5,
    "law": 4, "poem": 3, "science": 5, "role": 2, "knowledge": 2, "sheet": 2
}
STUDENT_MIX: Mix = {"exam": 22, "science": 22, "essay": 18, "math": 16, "code": 12, "chat": 6, "translate": 3, "logic": 2, "knowledge": 4}
DEV_MIX: Mix = {
    "code": 40, "sql": 8, "extract": 10, "classify": 8, "summary": 8, "chat": 5, "marketing": 6, "translate": 6, "agent": 4,
    "knowledge": 5
}


def same_tools(w: World, n: int, sets: int, p: float = 1.0) -> IntArray:
    """Definitions of tools out of a few common sets, for a share of accounts."""
    return np.where(w.rng.random(n) < p, w.ints(sets)[w.rng.integers(sets, size=n)], 0)


def pick(w: World, pool: ObjArray, n: int, skew: float = 1.0) -> ObjArray:
    """Draw from a pool, the first of it more often where the skew is above 1."""
    return np.asarray(pool[(len(pool) * w.rng.random(n) ** skew).astype(int)])
