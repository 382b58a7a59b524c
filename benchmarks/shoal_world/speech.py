"""What is said: a grammar of sentences with slots. A sentence is a function of a number, a section, a tongue and a topic.

Innocents and crews speak out of the same sections. Tongues other than English have fewer sections; what they lack is said in English,
    or in the tongue's
plainest section of the same use (a summary is asked for as a rewriting).
"""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..worlds import sections
from .numbers import Ints, Words, below, mixed

TONGUES = ["en", "de", "es", "pt", "fr", "id", "zh"]
WORKS = ["ask", "write", "rewrite", "summary", "translate", "label", "reason", "grade", "code", "agent", "data", "taskgen", "trace", "play"]
FRAMES = ["reason", "grade", "rewrite", "code", "task", "app"]
SYSTEMS = ["helper", "harness", "reason", "grade"]
SECTIONS = [
    *WORKS,
    "more",
    "follow",
    "tool",
    "say",
    "think",
    "do",
    "judge",
    *(f"frame.{f}" for f in FRAMES),
    *(f"system.{s}" for s in SYSTEMS),
]
NEAREST = {
    "summary": "rewrite",
    "translate": "ask",
    "data": "ask",
    "play": "write",
    "judge": "say",
    "do": "do",
    "taskgen": "taskgen",
    "trace": "trace",
}
"""The section that a tongue uses for one that it lacks."""
ANSWERS = {"reason": "think", "trace": "think", "grade": "judge", "label": "judge", "code": "do", "agent": "do", "data": "think"}
TOPICS, LOCAL = 18, 6
"""topics of English; of each other tongue"""
SLOTS = ["", "thing", "adj", "person", "day", "tongue", "program", "number", "code", "file"]
HOLES = 5
OF = Path(__file__).parent / "vocabulary"


class Grammar:
    """The vocabulary as flat arrays, so that a million sentences are a handful of takes."""

    def __init__(self) -> None:
        said = {**sections(OF / "english.txt"), **sections(OF / "tongues.txt")}
        patterns: list[str] = []
        self.first = np.zeros((len(SECTIONS), len(TONGUES)), np.int64)
        self.count = np.zeros_like(self.first)
        for s, section in enumerate(SECTIONS):
            for t, tongue in enumerate(TONGUES):
                own = said.get(f"{section}.{tongue}") or said.get(f"{NEAREST.get(section, section)}.{tongue}") or said[f"{section}.en"]
                self.first[s, t], self.count[s, t] = len(patterns), len(own)
                patterns += own
        literals = {"": 0}
        self.literal = np.zeros((len(patterns), HOLES + 1), np.int64)
        self.slot = np.zeros((len(patterns), HOLES), np.int64)
        for p, pattern in enumerate(patterns):
            parts = re.split(r"\{(\w+)\}", pattern)
            for i, part in enumerate(parts):
                if i % 2:
                    self.slot[p, i // 2] = SLOTS.index(part)
                else:
                    self.literal[p, i // 2] = literals.setdefault(part, len(literals))
        self.literals = pa.array(list(literals))
        values: list[str] = [""]
        self.start = np.zeros((len(SLOTS), len(TONGUES), TOPICS), np.int64)
        self.length = np.ones_like(self.start)
        common = {"number": [str(n) for n in (*range(2, 100), *range(100, 1000, 7))], "code": codes(said)}
        for s, slot in enumerate(SLOTS[1:], 1):
            for t, tongue in enumerate(TONGUES):
                for topic in range(TOPICS):
                    own = self.named(said, common, slot, tongue, topic)
                    self.start[s, t, topic], self.length[s, t, topic] = len(values), len(own)
                    if own is not common.get(slot) or not (t or topic):
                        values += own
                    else:  # long lists are held once
                        self.start[s, t, topic] = self.start[s, 0, 0]
        self.values = pa.array(values)

    @staticmethod
    def named(said: dict[str, list[str]], common: dict[str, list[str]], slot: str, tongue: str, topic: int) -> list[str]:
        """Words for a slot."""
        if slot == "thing":
            return said[f"thing.{topic}.en" if tongue == "en" else f"thing.{topic % LOCAL}.{tongue}"]
        if slot in common:
            return common[slot]
        return said.get(f"{slot}.{tongue}") or said[slot]

    def say(self, seed: Words, section: Ints, tongue: Ints, topic: Ints) -> pa.StringArray:
        """One sentence for each number."""
        pattern = self.first[section, tongue] + below(seed, self.count[section, tongue], 1)
        pieces = [self.literals.take(self.literal[pattern, 0])]
        for hole in range(HOLES):
            slot = self.slot[pattern, hole]
            if not slot.any():
                break
            pieces.append(
                self.values.take(
                    np.where(slot > 0, self.start[slot, tongue, topic] + below(seed, self.length[slot, tongue, topic], 2 + hole), 0)
                )
            )
            pieces.append(self.literals.take(self.literal[pattern, hole + 1]))
        return pc.binary_join_element_wise(*pieces, "") if len(pieces) > 1 else pieces[0]

    def some(self, there: np.ndarray, seed: Words, section: Ints, tongue: Ints, topic: Ints) -> pa.StringArray:
        """A sentence where ``there``, else null."""
        rows = np.flatnonzero(there)
        said = self.say(seed[rows], section[rows], tongue[rows], topic[rows])
        place = np.cumsum(there) - 1
        return said.take(pa.array(place, mask=~there))


def codes(said: dict[str, list[str]]) -> list[str]:
    """Lines of programs, made once."""
    n = 1500
    seed = mixed(np.arange(n), 99)
    form, verb, noun = (below(seed, len(said[f"code.{what}"]), salt) for salt, what in enumerate(("form", "verb", "noun")))
    number = below(seed, 98, 7) + 2
    return [
        said["code.form"][f].format(v=said["code.verb"][v], n=said["code.noun"][w], k=k, o="{", c="}")
        for f, v, w, k in zip(form, verb, noun, number, strict=True)
    ]


@cache
def grammar() -> Grammar:
    """The grammar of all worlds."""
    return Grammar()


def joined(parts: list[pa.StringArray]) -> pa.StringArray:
    """Sentences in a row; absent ones leave nothing behind."""
    return pc.binary_join_element_wise(*parts, " ", null_handling="skip")
