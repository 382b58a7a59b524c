"""How many tokens requests and answers have."""

from dataclasses import dataclass

import numpy as np

from .arrays import IntArray, ObjArray, Rng, pick, unit
from .requests import Requests
from .sampling import Settings
from .subjects import ANSWER, REASONED
from .text import length

REASONING_WRAPS = ["wrap.reason", "wrap.starter"]
LONGEST = 16000
WARM = 400
"""seconds for which a conversation stays in the cache"""
CACHE_STEP = 64


@dataclass(frozen=True)
class Tokens:
    """One row a request."""

    input: IntArray
    cached: IntArray
    output: IntArray
    """with reasoning"""
    reasoning: IntArray


def tokens(r: Requests, prompt: ObjArray, system: ObjArray, model: IntArray, s: Settings, rng: Rng) -> Tokens:
    """Tokens of requests; the earlier turns of a conversation are sent again."""
    opens = r.opens
    own = length(prompt) / 3.9 * np.exp(rng.normal(0, 0.06, r.n)) + 7
    with_file = unit(r["key"], "attach") < r.profile(lambda p: p.attach) * np.where(opens, 1, 0.3)
    own = own + with_file * np.exp(rng.normal(6.6, 1.1, r.n))
    system_length = length(system)
    fixed = system_length / 4.1 + np.where(s.tools, 250 + pick(900, s.tools_key, "size"), 0)
    output, reasoning = _answers(r, model, s, rng)
    history = r.so_far(own + (output - reasoning))
    sent = np.round(fixed + history + own).astype(np.int64)
    warm = (r["t"] - r.before(r["t"], 0.0)) < WARM
    again = ~opens & warm & (unit(r.account("key"), "caches") < 0.85)
    common = (fixed > 180) & (unit(r["key"], "cold") < 0.7) & (unit(r["system_key"], "caches") < 0.8)
    cached = np.where(again, history + fixed - 8, np.where(common, fixed - 12, 0))
    cached = np.clip((cached // CACHE_STEP) * CACHE_STEP, 0, np.maximum(sent - 1, 0)).astype(np.int64)
    return Tokens(sent, cached, output, reasoning)


def _answers(r: Requests, model: IntArray, s: Settings, rng: Rng) -> tuple[IntArray, IntArray]:
    """Tokens of answers, and those of reasoning in them."""
    subject, wrapped = r["subject"], np.isin(r["wrap"], REASONING_WRAPS)
    able = np.where(model >= 2, 0.95, np.where(model == 1, 0.45, 0.1))
    reasons = unit(r["key"], "reasons") < np.clip(REASONED[subject] * able + 0.1 * wrapped, 0, 1)
    usual = ANSWER[subject] * np.where(wrapped, 1.45, 1) * np.where(r["wrap"] == "wrap.grade", 0.8, 1) * np.where(r.opens, 1, 0.7)
    usual = usual * np.exp(0.25 * (unit(r["core"], "hard") - 0.5) * 4)
    answer = np.maximum(2, usual * np.exp(rng.normal(-0.1, 0.55, r.n)))
    thought = np.where(reasons, np.exp(rng.normal(5.9, 0.8, r.n)) * (1 + 0.4 * (model >= 2)), 0)
    most = np.where(s.max_tokens > 0, s.max_tokens, LONGEST)
    output = np.maximum(1, np.round(np.minimum(answer + thought, most))).astype(np.int64)
    return output, np.minimum(np.round(thought), np.maximum(output - 1, 0)).astype(np.int64)
