"""What the platform makes of requests: contexts, tokens, limits, outages, bans."""

import hashlib

import numpy as np

from .hours import DAY
from .world import World

Columns = dict[str, np.ndarray]
LIMIT = {"trial": 9, "free": 8, "payg": 70, "growth": 400, "enterprise": 4000}
"""requests a minute by plan"""


def requests(world: World, accounts: Columns) -> Columns:
    """All requests of a world, as the platform took or refused them."""
    parts = world.ev.items()
    e = {k: np.concatenate([x.astype(object) for x in v] if any(x.dtype == object for x in v) else v) for k, v in parts}
    return _repeated(world, accounts, _answered(world, accounts, _conversations(world.rng, e)))


def _conversations(rng: np.random.Generator, e: Columns) -> Columns:
    """Sorted by conversation, with token counts and the keys of contexts."""
    o = np.lexsort((e["turn"], e["conv"]))
    e = {k: v[o] for k, v in e.items()}
    n = len(e["t"])
    chars = np.fromiter(
        (len(p) + (len(s) if s else 0) * (t == 0) for p, s, t in zip(e["prompt"], e["system"], e["turn"], strict=True)), float, n
    )
    dense = np.fromiter((3.9 if p.isascii() else 2.2 for p in e["prompt"]), float, n)
    own = np.maximum(3, chars / dense + rng.integers(4, 12, n))
    cap = np.where(e["max_tokens"] > 0, e["max_tokens"], 8192)
    thinks = np.array([m.startswith("halden-think") for m in e["model"]])
    e["think"] = np.where(thinks, np.where(e["think"] > 0, e["think"], 650.0), 0.0)
    think = np.where(e["think"] > 0, e["think"] * np.exp(rng.normal(0, 0.8, n)), 0)
    think = np.minimum(think, cap * 0.85).astype(np.int64)
    outt = np.clip(e["med"] * np.exp(rng.normal(0, 1, n) * e["sig"]), 1, cap - think).astype(np.int64)
    outt = np.maximum(outt, 1)
    first = np.r_[True, e["conv"][1:] != e["conv"][:-1]]
    grp = np.cumsum(first) - 1
    step = own + outt
    before = np.cumsum(step) - step
    hist = before - before[first][grp]
    e["in"] = (own + hist + e["extra"]).astype(np.int64)
    lagt = np.r_[0.0, np.diff(e["t"])]
    warm = ~first & (np.abs(lagt) < 300) & (e["in"] > 1024)
    e["cached"] = np.where(
        warm, (e["in"] - own) // 128 * 128, np.where((e["extra"] > 1100) & (rng.random(n) < 0.55), e["extra"] // 128 * 128, 0)
    )
    e["out"], e["reas"] = outt + think, think
    e["ctx"], e["par"] = _keys(e, first, rng.integers(0, 2**62, n))
    e["has_par"] = ~first
    return e


def _keys(e: Columns, first: np.ndarray, nonce: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Keys of contexts and of what they go on from; later turns hold the model's own answers, so that only replays agree."""
    ctx, par = np.zeros(len(first), np.int64), np.zeros(len(first), np.int64)
    prev = 0
    for i, (p, s, f, tl, sa, nz) in enumerate(zip(e["prompt"], e["system"], first, e["tools"], e["salt"], nonce, strict=True)):
        if f:
            raw = f"{s or ''}\x1f{int(tl)}\x1f{p}"
        else:
            par[i] = prev
            raw = f"{prev}\x1f{int(sa) if sa >= 0 else int(nz)}\x1f{p}"
        prev = int.from_bytes(hashlib.blake2b(raw.encode(), digest_size=8).digest(), "little", signed=True)
        ctx[i] = prev
    return ctx, par


def _answered(world: World, a: Columns, e: Columns) -> Columns:
    """What falls into accounts' lives, with its status: rate limits, outages, bad requests, refusals after bans."""
    rng, birth, death = world.rng, a["birth"][e["acct"]], a["death"][e["acct"]]
    keep = (e["t"] >= np.maximum(0, birth + 40)) & (e["t"] < world.span)
    dead = e["t"] > death
    knock = dead & (e["t"] < death + 1500)
    keep &= ~dead | knock
    e["status"] = np.where(knock, 403, e["status"])
    e = {k: v[keep] for k, v in e.items()}
    o = np.lexsort((e["t"], e["acct"]))
    e = {k: v[o] for k, v in e.items()}
    n = len(e["t"])
    minute = np.floor(e["t"] / 60).astype(np.int64)
    head = np.r_[True, (minute[1:] != minute[:-1]) | (e["acct"][1:] != e["acct"][:-1])]
    rank = np.arange(n) - np.flatnonzero(head)[np.cumsum(head) - 1]
    st = e["status"].copy()
    free = st == 0
    st[free & (rank >= np.array([LIMIT[p] for p in a["plan"]])[e["acct"]])] = 429
    for lo, hi, share in world.outages:
        hit = free & (e["t"] >= lo * DAY) & (e["t"] < hi * DAY) & (rng.random(n) < share)
        st[hit] = np.where(rng.random(int(hit.sum())) < 0.7, 500, 529)
    r = rng.random(n)
    st[(st == 0) & (r < 0.0035)] = 500
    st[(st == 0) & (r < 0.0095)] = 400
    st[st == 0] = 200
    e["status"] = st
    return e


def _repeated(world: World, a: Columns, e: Columns) -> Columns:
    """Clients ask most of what failed again."""
    rng = world.rng
    again = np.flatnonzero(np.isin(e["status"], (429, 500, 529)) & e["retry"] & (rng.random(len(e["t"])) < 0.72))
    more = {k: v[again].copy() for k, v in e.items()}
    more["t"] += np.where(more["status"] == 429, 20 + rng.exponential(45, len(again)), 1 + rng.exponential(6, len(again)))
    more["status"] = np.where(rng.random(len(again)) < 0.93, 200, more["status"])
    e = {k: np.concatenate([v, more[k]]) for k, v in e.items()}
    keep = (e["t"] < world.span) & (e["t"] <= a["death"][e["acct"]] + 1500)
    e = {k: v[keep] for k, v in e.items()}
    o = np.argsort(e["t"], kind="stable")
    return {k: v[o] for k, v in e.items()}
