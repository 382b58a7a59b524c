"""The world: accounts, and sessions expanded to requests."""

import random

import numpy as np

from . import text
from .carriers import NAMES, OFFSET
from .hashing import digest, mix, tags
from .hours import PROFILES

DAY = 86_400_000_000
SECOND = 1_000_000
Columns = dict[str, np.ndarray]
MODELS = (("lark-mini-2", -240, False), ("lark-core-2", -170, False), ("lark-deep-2", -95, True), ("lark-core-3", -20, True))


class World:
    """The state of one recipe while it is built."""

    def __init__(
        self, recipe: str, seed: int, start: str, days: int, scale: float, responses: bool = False, release_day: int | None = None
    ) -> None:
        number = digest(f"{recipe}/{seed}".encode()) & (2**63 - 1)
        self.rng = np.random.default_rng(number)
        self.rnd = random.Random(number)
        self.salt = int(self.rng.integers(1, 2**40))
        self.days, self.scale, self.responses = days, scale, responses
        self.start = int(np.datetime64(start, "us").astype(np.int64))
        self.end = self.start + days * DAY
        self.release = self.start + release_day * DAY + 61_200 * SECOND if release_day is not None else None
        self.acc: Columns = {}
        self.size = 0
        self.groups = 1
        self.events: list[Columns] = []

    def count(self, number: int, least: int = 3) -> int:
        """A number of accounts at the scale of the run."""
        return max(least, round(number * self.scale))

    def new_groups(self, number: int) -> np.ndarray:
        """Fresh group numbers, salted by the run."""
        out = np.arange(self.groups, self.groups + number)
        self.groups += number
        return out

    def add_accounts(self, columns: Columns) -> np.ndarray:
        """Append accounts; returns their indices."""
        size = len(columns["created"])
        index = np.arange(self.size, self.size + size)
        columns = {**columns, "account_id": tags("acct_", self.rng.integers(0, 2**62, size))}
        self.acc = {k: np.concatenate([self.acc[k], v]) if self.acc else v for k, v in columns.items()}
        self.size += size
        return index

    def draw_times(self, low: np.ndarray, high: np.ndarray, profile: str, country: np.ndarray) -> np.ndarray:
        """Times in [low, high) that follow the local hours of a profile."""
        weights = PROFILES[profile] / PROFILES[profile].max()
        shift = _shift(country)
        high = np.maximum(high, low + SECOND)
        out = low + (self.rng.random(len(low)) * (high - low)).astype(np.int64)
        todo = np.arange(len(low))
        for _ in range(60):
            local = out[todo] // (3600 * SECOND) + shift[todo]
            keep = self.rng.random(len(todo)) < weights[(local + 72) % 168]
            todo = todo[~keep]
            if not len(todo):
                break
            out[todo] = low[todo] + (self.rng.random(len(todo)) * (high[todo] - low[todo])).astype(np.int64)
        return out

    def add_sessions(self, s: Columns, first: list[str], later: list[list[str]] | None = None) -> None:
        """Expand sessions to requests. `s` holds one row a session; `first` the opening prompts; `later` given follow-ups."""
        rng, rnd, size = self.rng, self.rnd, len(first)
        if not size:
            return
        turns = np.maximum(s["turns"], 1)
        rep = np.repeat(np.arange(size), turns)
        begin = np.cumsum(turns) - turns
        turn = np.arange(len(rep)) - begin[rep]
        src = self._donors(s, rep, turn)
        gap = np.where(turn > 0, s["gap"][rep] * np.exp(rng.normal(0, 0.8, len(rep))), 0.0)
        run = np.cumsum(gap)
        when = s["t0"][rep] + ((run - run[begin][rep]) * SECOND).astype(np.int64)
        kinds, systems = s["task"], s["system"]
        prompts, context, parent = [""] * len(rep), np.zeros(len(rep), dtype=np.int64), np.zeros(len(rep), dtype=np.int64)
        has_parent = turn > 0
        noise = rng.integers(0, 2**62, len(rep)).tolist()
        orphan = rng.random(size) < s["orphan"]
        at = 0
        for i, length in enumerate(turns.tolist()):
            kind = kinds[i]
            head = (systems[i] or "").encode() + b"\x1f"
            for j in range(length):
                if j == 0:
                    prompt = first[i]
                    if orphan[i]:
                        parent[at], has_parent[at] = digest(head + str(noise[at]).encode()), True
                        context[at] = digest(head + str(noise[at]).encode() + prompt.encode())
                    else:
                        context[at] = digest(head + prompt.encode())
                else:
                    prompt = later[i][j - 1] if later is not None else text.follow(kind, rnd)
                    parent[at] = context[at - 1]
                    context[at] = digest(str(context[at - 1]).encode() + prompt.encode() + str(noise[at]).encode())
                prompts[at] = prompt
                at += 1
        task_rows = kinds[rep]
        stats = np.array([text.LENGTHS[k] for k in task_rows])
        deep = np.isin(s["model"][rep], [m for m, _, d in MODELS if d])
        output = np.maximum(1, np.exp(np.log(stats[:, 0] * s["long"][rep]) + rng.normal(0, 1, len(rep)) * stats[:, 1])).astype(np.int64)
        thought = np.where(deep, np.exp(np.log(stats[:, 2]) + rng.normal(0, 0.7, len(rep))), 0).astype(np.int64)
        thought = np.where(deep & (rng.random(len(rep)) < 0.06), 0, thought)
        limit = s["max_tokens"][rep]
        output = np.where(limit > 0, np.minimum(output, limit), output)
        length = np.array([len(p.encode()) for p in prompts])
        own = np.maximum(1, (length / 4.1 * np.exp(rng.normal(0, 0.08, len(rep)))).astype(np.int64))
        base = np.array([len(x or "") // 4 + 4 for x in systems])[rep] + np.where(
            s["tools_key"][rep] != 0, 380 + (mix(s["tools_key"][rep]) % np.uint64(2400)).astype(np.int64), 0
        )
        base = base + np.where(orphan[rep], 900 + (mix(s["t0"][rep]) % np.uint64(5000)).astype(np.int64), 0) + s["extra"][rep]
        total = np.cumsum(own + output)
        history = total - (own + output) - (total[begin] - (own + output)[begin])[rep]
        tokens = base + history + own + 6
        before = np.concatenate([[0], tokens[:-1]])
        warm = rng.random(len(rep)) < 0.85
        cached = np.where((turn > 0) & warm & (gap < 600) & (before >= 1024), before // 128 * 128, 0)
        cached = np.where((turn == 0) & (base >= 1024) & (rng.random(len(rep)) < 0.7), base // 128 * 128, cached)
        api = s["path"][src] != "app"
        key = mix(s["acct"][src], np.minimum(s["keyno"][src], 5), self.salt).astype(np.int64)
        self.events.append(
            {
                "acct": s["acct"][src], "when": when, "path": s["path"][src], "model": s["model"][rep], "system": systems[rep],
                "prompt": np.array(prompts, dtype=object), "context": context, "parent": parent, "has_parent": has_parent,
                "tools_key": s["tools_key"][rep], "temperature": s["temp"][rep], "top_p": s["top_p"][rep], "max_tokens": limit,
                "stream": s["stream"][rep], "input": tokens, "cached": cached, "output": output, "thought": thought, "deep": deep,
                "ip": s["ip"][src], "asn": s["asn"][src], "land": s["land"][src], "ua": s["ua"][src], "ja4": s["ja4"][src],
                "key": np.where(api, key, 0),
                "session": np.where(s["sid"][rep], mix(s["t0"][rep], s["acct"][rep], self.salt).astype(np.int64), 0),
                "harvest": s["harvest"][rep], "fail": s["fail"][rep], "task": task_rows
            }
        )

    def _donors(self, s: Columns, rep: np.ndarray, turn: np.ndarray) -> np.ndarray:
        """The session whose account, line and client serve each request: mostly its own, else a neighbour of the same gateway."""
        src = rep.copy()
        if not np.any(s["handover"] > 0):
            return src
        order = np.lexsort((s["t0"], s["group"]))
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        moved = np.flatnonzero((turn > 0) & (self.rng.random(len(rep)) < s["handover"][rep]))
        step = self.rng.integers(1, 13, len(moved)) * np.where(self.rng.random(len(moved)) < 0.5, -1, 1)
        other = order[np.clip(place[rep[moved]] + step, 0, len(order) - 1)]
        fits = (s["group"][other] == s["group"][rep[moved]]) & (np.abs(s["t0"][other] - s["t0"][rep[moved]]) < DAY)
        src[moved[fits]] = other[fits]
        return src


def _shift(country: np.ndarray) -> np.ndarray:
    """Hours from UTC of countries."""
    table = dict(zip(NAMES.tolist(), OFFSET.tolist(), strict=True))
    return np.array([table[c] for c in country.tolist()], dtype=np.int64)
