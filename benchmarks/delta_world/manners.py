"""What accounts ask for and how they call: tasks, models, parameters, system prompts."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from .hashing import only
from .world import World

Cols = dict[str, Any]
ALL_TASKS = {
    "explain": 8, "coding": 12, "sql": 3, "math": 3, "science": 2, "reason": 2, "write": 8, "summ": 7, "extract": 6, "classify": 6,
    "support": 6, "seo": 4, "translate": 5, "chat": 7, "rp": 4, "legal": 2, "health": 2, "spanish": 2, "german": 2, "portug": 2,
    "indo": 1.5, "chin": 3, "russ": 1.5, "rag": 5, "judge": 1, "selfgen": 0.8, "cot": 1
}
TIERS = {"mini": 34, "base": 38, "pro": 22, "think": 6}
FITTING = {
    "classify": "sys_class", "extract": "sys_json", "rag": "sys_docs", "support": "sys_shop", "seo": "sys_list", "coding": "sys_dev",
    "sql": "sys_dev", "math": "sys_think", "science": "sys_think", "cot": "sys_think", "explain": "sys_tutor", "write": "sys_write",
    "translate": "sys_trans", "summ": "sys_write", "rp": "sys_play", "judge": "sys_judge", "selfgen": "sys_write", "agenttask": "sys_dev",
    "web": "sys_agent"
}


def settings(w: World, n: int, who: np.ndarray) -> Cols:
    """Call parameters each of n accounts has settled on: temperature, top_p, max_tokens, streaming."""
    rng = w.rng
    nan = np.nan
    temp = rng.choice([nan, 0.0, 0.7, 1.0, 0.2, 0.3, 0.5, 0.8, 0.6, 0.9], n, p=[0.4, 0.19, 0.15, 0.05, 0.07, 0.05, 0.03, 0.03, 0.02, 0.01])
    top = rng.choice([nan, 1.0, 0.9, 0.95], n, p=[0.85, 0.08, 0.04, 0.03])
    cap = rng.choice(
        [0, 256, 500, 512, 1000, 1024, 1500, 2000, 2048, 3000, 4096, 8192], n,
        p=[0.34, 0.04, 0.06, 0.08, 0.08, 0.12, 0.03, 0.05, 0.08, 0.02, 0.08, 0.02]
    )
    stream = rng.random(n) < 0.3
    return {"temp": temp[who].astype(np.float32), "top_p": top[who].astype(np.float32), "max_tokens": cap[who], "stream": stream[who]}


def systems(w: World, n: int, who: np.ndarray, share: float = 0.6, rule: str = "sys_app", niche: np.ndarray | None = None) -> np.ndarray:
    """A system prompt per account (some generic, some none; fitting its niche where one is given), spread over turns."""
    s = w.text.expand(rule, n) if niche is None else w.text.mixed(np.array([FITTING.get(x, rule) for x in niche], object))
    gen = w.rng.random(n)
    s = np.where(gen < 0.2, w.text.expand("sys_gen", n), s)
    return np.asarray(only(w.rng.random(n) < share, s)[who])


def batches(w: World, n: int, low: int, high: int) -> Iterator[int]:
    """Sizes of the groups that n accounts fall into, from low to below high."""
    left = n
    while left > 0:
        m = min(left, int(w.rng.integers(low, high)))
        left -= m
        yield m
