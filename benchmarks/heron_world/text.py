"""Prompts composed from the grammar, many at once, and given a personal voice."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .. import worlds
from .arrays import Arr, obj

GRAMMAR = dict(worlds.sections(Path(__file__).with_name("vocabulary.txt")))
COMPANY_A, COMPANY_B, IDENTIFIER = (GRAMMAR.pop(name) for name in ("company_a", "company_b", "identifier"))
SLOT = re.compile(r"\{([A-Za-z_]\w*)\}")

RANGES = {"n1": (2, 10), "n2": (11, 100), "n3": (101, 1000), "n4": (1000, 10000), "n5": (10000, 1000000)}
GENERAL = ("code", "debug", "math", "tutor", "write", "email", "summ", "plan", "trans", "logic", "health", "legal")
DEV = ("code", "debug", "sql", "devops", "data", "extract", "code")
OFFICE = ("email", "summ", "extract", "fin", "legal", "data", "write", "trans")
FOREIGN = {"BR": "pt", "DE": "de", "MX": "es", "ES": "es", "CO": "es", "TW": "zh", "SG": "zh", "AR": "es", "HK": "zh"}
N_VOICES = 12
# parts of texts of which a large stock is composed once; whole prompts are always composed anew
BANKS = {
    "ident": 3000, "company": 600, "claim": 900, "err": 3000, "op": 5000, "snippet": 9000, "sent": 16000, "limit": 900, "persona": 1500,
    "angle": 400, "answer": 8000, "sit": 9000, "ask": 4000, "ask_l": 2500, "Who": 200, "hex": 3000, "n5": 3000
}


class Text:
    """Draws texts; every draw comes from the generator given, so that a seed fixes all texts."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self._parsed: dict[str, list[list[str]]] = {}
        self._flat: dict[str, Arr] = {}
        for key, (lo, hi) in RANGES.items():
            if key != "n5":
                self._flat[key] = obj([str(v) for v in range(lo, hi)])
        for name, rules in GRAMMAR.items():
            parts = [SLOT.split(rule) for rule in rules]
            if all(len(p) == 1 for p in parts):
                self._flat[name] = obj(rules)
            else:
                self._parsed[name] = parts
        for name, size in BANKS.items():
            self._flat[name] = self.gen(name, size)

    def pick(self, pool: Sequence[str] | Arr, n: int) -> Arr:
        """n draws with replacement."""
        return (pool if isinstance(pool, np.ndarray) else obj(pool))[self.rng.integers(0, len(pool), n)] if n else np.empty(0, dtype=object)

    def _leaf(self, name: str, n: int) -> Arr | None:
        if name in RANGES:
            lo, hi = RANGES[name]
            return self.rng.integers(lo, hi, n).astype(str).astype(object)
        if name == "hex":
            return obj([f"{v:07x}" for v in self.rng.integers(0, 16**7, n)])
        if name == "Who":
            return obj([s[0].upper() + s[1:] for s in self.pick(self._flat["who"], n)])
        if name == "company":
            return self.pick(COMPANY_A, n) + self.pick(COMPANY_B, n)
        if name == "ident":
            two = self.rng.random(n) < 0.5
            tail = self.pick(IDENTIFIER, n)
            named: Arr = self.pick(IDENTIFIER, n) + np.where(two, "_" + tail, "").astype(object)
            return named
        return None

    def gen(self, name: str, n: int) -> Arr:
        """n texts of one symbol of the grammar."""
        if n == 0:
            return np.empty(0, dtype=object)
        flat = self._flat.get(name)
        if flat is not None:
            return flat[self.rng.integers(0, len(flat), n)]
        leaf = self._leaf(name, n)
        if leaf is not None:
            return leaf
        rules = self._parsed.get(name)
        if rules is None:
            return obj(["{" + name + "}"] * n)
        which = self.rng.integers(0, len(rules), n)
        if n == 1:
            return self._expand(rules[int(which[0])], 1)
        out = np.empty(n, dtype=object)
        for r in sorted(set(which.tolist())):
            at = (which == r).nonzero()[0]
            out[at] = self._expand(rules[r], len(at))
        return out

    def _expand(self, parts: list[str], n: int) -> Arr:
        text = np.full(n, parts[0], dtype=object)
        for k in range(1, len(parts), 2):
            text = text + self.gen(parts[k], n) + parts[k + 1]
        return text

    def some(self, name: str, share: float, n: int) -> Arr:
        """n texts of which only a share is there, the others are None."""
        there = self.rng.random(n) < share
        texts = self.gen(name, n)
        texts[~there] = None
        return texts

    def one(self, name: str) -> str:
        """A single text."""
        return str(self.gen(name, 1)[0])

    def by_domain(self, domains: Arr) -> Arr:
        """One text for each given symbol name."""
        out = np.empty(len(domains), dtype=object)
        for name in sorted(set(domains.tolist())):
            at = np.flatnonzero(domains == name)
            out[at] = self.gen(name, len(at))
        return out

    def unique(self, domains: tuple[str, ...], n: int) -> Arr:
        """A pool of n different tasks over the domains."""
        seen: dict[str, None] = {}
        while len(seen) < n:
            names = obj(domains)[self.rng.integers(0, len(domains), n)]
            seen.update(dict.fromkeys(self.by_domain(names).tolist()))
        return obj(list(seen)[:n])[self.rng.permutation(n)]

    def voice(self, texts: Arr, voices: Arr) -> Arr:
        """Personal habits: lower case, politeness, typos, haste. Voice 0 to 3 leave the text as it is."""
        out = texts.copy()
        coin = self.rng.random(len(texts))
        spots = self.rng.random(len(texts))
        for i, (v, c, s) in enumerate(zip(voices.tolist(), coin.tolist(), spots.tolist(), strict=True)):
            text = out[i]
            if v < 4 or not text:
                continue
            if v in (4, 5, 6):
                text = text[0].lower() + text[1:] if c < 0.8 else text.lower()
                text = text.rstrip(".") if v == 4 else text
            if v == 6 and len(text) > 12:
                p = int(s * (len(text) - 3)) + 1
                text = text[:p] + text[p + 1] + text[p] + text[p + 2 :]
            if v == 7 and c < 0.7:
                text = ("Hi! ", "Hello, ", "Hey, ")[int(s * 3)] + text
            if v == 8 and c < 0.7:
                text = text + (" Thanks!", " thank you", " thx", " Please be brief.")[int(s * 4)]
            if v == 9 and c < 0.5:
                text = "Please: " + text
            if v == 10 and c < 0.6:
                text = text + (" I'm new to this.", " It's urgent", " no long intro please", " my english is not good sorry")[int(s * 4)]
            if v == 11:
                text = text.replace(", ", " , ") if c < 0.5 else text + "?"
            out[i] = text
        return out
