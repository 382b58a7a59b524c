"""Texts: a grammar in columns, banks of fixed items, human roughness."""

import re
from pathlib import Path

import numpy as np

from .. import worlds

RULES = worlds.sections(Path(__file__).with_name("vocabulary.txt"))
_SLOT = re.compile(r"\{([a-z0-9_:]+)\}")


class Writer:
    """Expands grammar rules into object arrays of strings."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self._plain: dict[str, np.ndarray] = {}
        self._rich: dict[str, list[tuple[int, list[str]]]] = {}
        self._banks: dict[tuple[str, int], np.ndarray] = {}

    def _load(self, rule: str) -> None:
        opts = RULES[rule]
        plain = np.empty(len(opts), object)
        rich = []
        for i, o in enumerate(opts):
            parts = _SLOT.split(o)
            plain[i] = o
            if len(parts) > 1:
                rich.append((i, parts))
        self._plain[rule], self._rich[rule] = plain, rich

    def expand(self, rule: str, m: int, pins: dict[str, np.ndarray] | None = None) -> np.ndarray:
        """Write m strings of a rule; pinned slots take the given values row by row."""
        if pins and rule in pins:
            return pins[rule]
        if rule == "topic2":  # another topic than the pinned one
            return self.expand("topic", m)
        if rule.startswith("i:"):
            _, lo, hi = rule.split(":")
            return self.rng.integers(int(lo), int(hi) + 1, m).astype(str).astype(object)
        if rule == "hex":
            return np.array([f"{x:08x}" for x in self.rng.integers(0, 2**32, m)], object)
        if rule not in self._plain:
            self._load(rule)
        choice = self.rng.integers(0, len(self._plain[rule]), m)
        out = self._plain[rule][choice]
        for k, parts in self._rich[rule]:
            sel = np.flatnonzero(choice == k)
            if not len(sel):
                continue
            sub = {a: b[sel] for a, b in pins.items()} if pins else None
            acc = np.full(len(sel), parts[0], object)
            for j in range(1, len(parts), 2):
                acc = acc + self.expand(parts[j], len(sel), sub)
                if parts[j + 1]:
                    acc = acc + parts[j + 1]
            out[sel] = acc
        return out

    def mixed(self, which: np.ndarray, pins: dict[str, np.ndarray] | None = None) -> np.ndarray:
        """One string per row, each of the rule named in `which`."""
        out = np.empty(len(which), object)
        for rule in sorted(set(which.tolist())):
            sel = np.flatnonzero(which == rule)
            out[sel] = self.expand(rule, len(sel), {a: b[sel] for a, b in pins.items()} if pins else None)
        return out

    def bank(self, rule: str, size: int) -> np.ndarray:
        """A fixed list of distinct items (a benchmark, a question list); the same list each time it is asked for."""
        if (rule, size) not in self._banks:
            raw = self.expand(rule, int(size * 1.5) + 20)
            items = np.array(list(dict.fromkeys(raw.tolist())), object)[:size]
            self._banks[rule, size] = items
        return self._banks[rule, size]

    def rough(self, texts: np.ndarray, level: float) -> np.ndarray:
        """Human carelessness: case, typos, greetings, thanks; `level` is the share of texts touched."""
        out = texts.copy()
        for i in np.flatnonzero(self.rng.random(len(texts)) < level):
            s, r = out[i], self.rng.random(3)
            if r[0] < 0.35:
                s = s[:1].lower() + s[1:]
            if r[0] > 0.8 and len(s) > 12:
                p = int(r[1] * (len(s) - 3)) + 1
                s = s[:p] + s[p + 1] + s[p] + s[p + 2 :]
            if r[2] < 0.13:
                s = ("hi, ", "hey ", "Hello! ", "ok so ", "pls ", "Quick question: ")[int(r[1] * 6)] + s
            elif r[2] > 0.86:
                s = s.rstrip(".") + (" thanks", " thx!", ", please", "??", " asap", " Thank you.")[int(r[1] * 6)]
            elif r[2] > 0.74:
                s = s.rstrip(".?")
            out[i] = s
        return out
