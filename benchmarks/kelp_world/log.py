"""Requests: what follows from sittings and their prompts, and goes into the log."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .arrays import Arr, mix, shares
from .hours import Sittings
from .places import Gear, where
from .text import Mix
from .world import DAY, World

ERRORS = {429: 0.5, 500: 0.2, 400: 0.2, 529: 0.1}
CACHE_S = 300


@dataclass(frozen=True)
class Manner:
    """How requests are sent; arrays and lists run over the sittings."""

    path: str = "app"
    gear: Gear = field(default_factory=Gear)
    group: Arr | int = 0
    client: Arr | int | None = None  # none: the account's browser or app
    system: Sequence[str | None] | str | None = None
    tools: Arr | int = -1
    temp: Arr | float = np.nan
    top_p: Arr | float = np.nan
    max_tokens: Arr | int = -1
    stream: Arr | bool = True
    model: Mix = field(default_factory=lambda: {"wrack-4": 0.6, "wrack-4-mini": 0.3, "wrack-4-think": 0.1})
    out: tuple[float, float] = (320, 0.8)  # tokens of answers: median, spread
    attach: tuple[float, float] = (0.0, 1.0)  # share of first turns with an attachment, its median tokens
    gap: float = 60.0  # seconds between turns
    errors: float = 0.02
    chained: bool = True  # whether a turn holds those before it


class Shape(NamedTuple):
    """Turns of sittings, laid out one after another: sitting and place of each, and where each sitting begins."""

    conv: Arr
    turn: Arr
    first: Arr

    def before(self, amount: Arr) -> Arr:
        """Sums over earlier turns of the sitting."""
        run = np.cumsum(amount) - amount
        return np.asarray(run - run[self.first][self.conv])


class Sizes(NamedTuple):
    """Tokens of every turn, and what its beginning shares with the turn before."""

    read: Arr
    prefix: Arr
    written: Arr
    thought: Arr
    attached: Arr


def emit(w: World, s: Sittings, prompts: list[str], how: Manner, harvest: Arr | bool = False, hop: Arr | None = None) -> None:
    """Add the requests of sittings, prompts one a turn. `harvest` is one a sitting; `hop` moves each turn to an account.

    Raises:
        ValueError: the prompts are not one a turn.
    """
    if not len(s):
        return
    rng, first = w.rng, np.cumsum(s.turns) - s.turns
    conv = np.repeat(np.arange(len(s)), s.turns)
    n, shape = len(conv), Shape(conv, np.arange(len(conv)) - first[conv], first)
    if len(prompts) != n:
        raise ValueError(f"{len(prompts)} prompts for {n} turns")
    net, key, v6, on_mobile = where(w, s.who, s.start, how.gear, how.group)
    client = _clients(w, s, how, on_mobile)
    model = _models(w, s, how)
    systems: Sequence[str | None] = [how.system] * len(s) if how.system is None or isinstance(how.system, str) else how.system
    tools = np.broadcast_to(np.asarray(how.tools), len(s))
    limit = np.broadcast_to(np.asarray(how.max_tokens), len(s))[conv]
    z = _sizes(w, s, how, shape, prompts, systems, tools, limit, model == "wrack-4-think")
    gaps = np.exp(rng.normal(np.log(how.gap), 0.8, n)) + z.written * 0.012
    gaps[shape.turn == 0] = 0
    run = np.cumsum(gaps)
    t = s.start[conv] + run - run[first][conv]
    warm = (z.prefix >= 1024) & ((gaps < CACHE_S) | (shape.turn == 0)) & (rng.random(n) < np.where(shape.turn > 0, 0.93, 0.5))
    status = _status(w, how, n)
    fine = status == 200
    context, parent = _contexts(w, how, shape, prompts, systems, z.attached)
    number = w.conversations + np.arange(len(s))
    w.conversations += len(s)
    who, net, key, v6 = (values[conv] for values in (s.who, net, key, v6))
    if hop is not None:
        who, (net, key, v6, _) = hop, where(w, hop, t, how.gear)

    def turn_by_turn(values: Arr | float) -> Arr:
        return np.broadcast_to(np.asarray(values), len(s))[conv]

    hidden = np.full(n, -1)
    rows = {
        "t": t, "who": who, "session": number[conv] if how.path == "app" else hidden, "key": hidden if how.path == "app" else who,
        "path": np.full(n, how.path, dtype=object), "model": model[conv], "system": np.array(systems, dtype=object)[conv],
        "prompt": np.array(prompts, dtype=object), "context": context, "parent": parent, "tools": tools[conv].astype(np.int64),
        "temp": turn_by_turn(how.temp).astype(float), "top_p": turn_by_turn(how.top_p).astype(float), "limit": limit,
        "stream": turn_by_turn(how.stream), "read": z.read, "cached": np.where(warm & fine, z.prefix // 128 * 128, 0),
        "written": np.where(fine, z.written, 0), "thought": np.where(fine | (z.thought < 0), z.thought, 0), "status": status,
        "net": net if how.path in ("app", "api") else hidden, "address": key, "v6": v6, "client": client[conv],
        "harvest": turn_by_turn(harvest).astype(bool) & fine
    }
    kept = (t < w.days * DAY - 1) & (t > 0)
    w.log.append({name: values[kept] for name, values in rows.items()})


def _clients(w: World, s: Sittings, how: Manner, on_mobile: Arr) -> Arr:
    """The program of each sitting; three accounts in ten use the app at home too."""
    if how.client is not None:
        return np.broadcast_to(np.asarray(how.client), len(s))
    return np.where(on_mobile | ((s.who % 10 < 3) & (how.path == "app")), w.column("app", s.who), w.column("web", s.who))


def _models(w: World, s: Sittings, how: Manner) -> Arr:
    """The model of each sitting; whoever uses the flagship moves over after a release, little by little."""
    model = w.rng.choice(list(how.model), len(s), p=shares(how.model)).astype(object)
    if "wrack-5" in w.released:
        since = np.maximum(s.start / DAY - w.released["wrack-5"], 0)
        movers = mix(s.who, 9) % 10 < (8 if how.path == "app" else 5)
        moved = (w.rng.random(len(s)) < 0.75 * (1 - np.exp(-since / 4))) & (model == "wrack-4") & movers
        model[moved] = "wrack-5"
    return model


def _sizes(
    w: World, s: Sittings, how: Manner, shape: Shape, prompts: list[str], systems: Sequence[str | None], tools: Arr, limit: Arr, thinks: Arr
) -> Sizes:
    """Tokens; some accounts ask for longer things than others."""
    rng, n, conv = w.rng, len(prompts), shape.conv
    letters = np.array([len(prompt) for prompt in prompts])
    asked = np.maximum(3, letters / 3.9 * np.exp(rng.normal(0, 0.08, n))).astype(np.int64) + 6
    attaching = (shape.turn == 0) & (rng.random(n) < how.attach[0])
    attached = np.where(attaching, np.exp(rng.normal(np.log(how.attach[1]), 0.9, n)), 0).astype(np.int64)
    head = np.array([0 if system is None else len(system) // 4 + 4 for system in systems]) + np.where(tools >= 0, 300 + tools % 1400, 0)
    written = np.exp(rng.normal(np.log(how.out[0]), how.out[1], n)) * np.clip((letters / 90.0) ** 0.15, 0.6, 1.6)
    thought = np.where(thinks[conv], np.exp(rng.normal(6.6, 0.9, n)), -1).astype(np.int64)
    written = written * np.exp(1.5 * ((mix(s.who, 41) % 1000) / 1000 - 0.5))[conv]
    written = np.clip(written, 1, 16000).astype(np.int64)
    written = np.where(limit > 0, np.minimum(written, limit), written)
    earlier = shape.before(asked + attached + written) if how.chained else np.zeros(n, dtype=np.int64)
    return Sizes(head[conv] + asked + attached + earlier, head[conv] + earlier, written, thought, attached)


def _status(w: World, how: Manner, n: int) -> Arr:
    """Statuses; a few requests fail."""
    status = np.full(n, 200, dtype=np.int64)
    failed = w.rng.random(n) < how.errors
    status[failed] = w.rng.choice(list(ERRORS), int(failed.sum()), p=list(ERRORS.values()))
    return status


def _contexts(
    w: World, how: Manner, shape: Shape, prompts: list[str], systems: Sequence[str | None], attached: Arr
) -> tuple[Arr, Arr]:
    """Keys of context and parent (-1: none): equal messages give equal keys, answers in the history make later turns differ."""
    system = np.array([0 if text is None else zlib.crc32(text.encode()) for text in systems], dtype=np.int64)[shape.conv]
    digests = (hashlib.blake2b(prompt.encode(), digest_size=7).digest() for prompt in prompts)
    prompt = np.array([int.from_bytes(digest, "big") for digest in digests], dtype=np.int64)
    if not how.chained:
        return mix(system, prompt), np.full(len(prompts), -1)
    own, opening = w.conversations + shape.conv + 1, shape.turn == 0
    context = mix(system, prompt, np.where(opening, 0, own), shape.turn, np.where(attached > 0, own, 0))
    parent = np.concatenate([[-1], context[:-1]])
    parent[opening] = -1
    return context, parent
