"""Text out of a grammar, for many requests at once.

A rule is a section of a vocabulary; a phrase may hold slots: the name of another rule, ``{3..40}`` for a number, ``{thing}`` for something
of the request's topic, ``{mine}`` for the name of what its writer works on. Every slot of every request is drawn anew.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, reduce
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

from ..worlds import sections

Texts = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
FOLDER = Path(__file__).parent / "vocabulary"
SLOT = re.compile(r"\{([a-z][\w.]*|\d+\.\.\d+)\}")
FEW = 40
"""requests below which one by one is faster"""
HABIT = 0.45
"""how often a speaker says what he usually says"""
TONGUES = ("de", "es", "fr", "pt", "tr", "id", "zh", "ja")
SYLLABLES, ENDS = (np.array(sections(FOLDER / "english.txt")[f"name.{part}"], object) for part in ("syllable", "end"))
TOPICS = tuple(sections(FOLDER / "topics.txt"))


@cache
def rules() -> dict[str, list[list[str]]]:
    """Phrases of every rule, cut at their slots: text at even places, names of slots at odd ones."""
    both = sections(FOLDER / "english.txt") | sections(FOLDER / "tongues.txt")
    return {name: [SLOT.split(phrase) for phrase in phrases] for name, phrases in both.items()}


@cache
def things() -> tuple[Texts, Ints, Ints]:
    """What the topics hold, one after the other, with where each topic begins and how much it has."""
    lists = [sections(FOLDER / "topics.txt")[topic] for topic in TOPICS]
    sizes = np.array([len(found) for found in lists])
    return np.array(reduce(operator.iadd, lists, []), object), np.cumsum(sizes) - sizes, sizes


@dataclass(frozen=True)
class Speech:
    """Who speaks, for each request."""

    topics: Ints
    """index in TOPICS"""
    mine: Texts
    """name of what the speaker works on"""
    bent: Ints
    """which phrases and things the speaker favours; negative: none"""

    def take(self, rows: Ints) -> "Speech":
        return Speech(self.topics[rows], self.mine[rows], self.bent[rows])


@cache
def salt(rule: str) -> int:
    return crc32(rule.encode()) % 10007


@cache
def things_of(topic: int) -> list[list[str]]:
    return [[thing] for thing in sections(FOLDER / "topics.txt")[TOPICS[topic]]]


def favoured(rng: np.random.Generator, rule: str, sizes: Ints, bent: Ints) -> Ints:
    """An index below ``sizes`` for each request: often one of the three that its speaker favours, as people repeat themselves."""
    n = len(bent)
    own = (bent * 7919 + salt(rule) + rng.integers(0, 3, n) * 5) % sizes
    habit = (bent >= 0) & (rng.random(n) < HABIT) & (sizes > 3)
    return np.where(habit, own, (rng.random(n) * sizes).astype(np.int64))


def compose(rng: np.random.Generator, rule: str, by: Speech) -> Texts:
    """A text by ``rule``, the name of a section, for each request."""
    n = len(by.topics)
    if n <= FEW:
        few = zip(by.topics.tolist(), by.mine, by.bent.tolist(), strict=True)
        return np.array([expand(rng.random, rule, *row) for row in few], object)
    if rule == "thing":
        flat, first, sizes = things()
        found: Texts = flat[first[by.topics] + favoured(rng, rule, sizes[by.topics], by.bent)]
        return found
    if rule == "mine":
        return by.mine
    if ".." in rule:
        low, high = map(int, rule.split(".."))
        return rng.integers(low, high + 1, n).astype(str).astype(object)
    phrases = rules()[rule]
    choice = favoured(rng, rule, np.full(n, len(phrases)), by.bent)
    if all(len(phrase) == 1 for phrase in phrases):
        return np.array([phrase[0] for phrase in phrases], object)[choice]
    out = np.empty(n, object)
    for k, phrase in enumerate(phrases):
        rows = np.flatnonzero(choice == k)
        if len(rows):
            text: Texts = np.full(len(rows), phrase[0], object)
            some = by.take(rows)
            for slot, tail in zip(phrase[1::2], phrase[2::2], strict=True):
                text = text + compose(rng, slot, some) + tail
            out[rows] = text
    return out


def expand(draw: Callable[[], float], rule: str, topic: int, mine: str, bent: int) -> str:
    """One text, as :func:`compose` does for many, which is slower for a few."""
    if rule == "mine":
        return mine
    if ".." in rule:
        low, _, high = rule.partition("..")
        return str(int(low) + int(draw() * (int(high) + 1 - int(low))))
    options = things_of(topic) if rule == "thing" else rules()[rule]
    k = len(options)
    if k > 3 and bent >= 0 and draw() < HABIT:
        phrase = options[(bent * 7919 + salt(rule) + int(draw() * 3) * 5) % k]
    else:
        phrase = options[int(draw() * k)]
    if len(phrase) == 1:
        return phrase[0]
    return "".join([expand(draw, part, topic, mine, bent) if i % 2 else part for i, part in enumerate(phrase)])


def names(rng: np.random.Generator, n: int) -> Texts:
    """Invented proper names."""
    parts = SYLLABLES[rng.integers(0, len(SYLLABLES), (2, n))]
    texts = parts[0] + parts[1] + ENDS[rng.integers(0, len(ENDS), n)]
    return np.array([text.capitalize() for text in texts], object)


def lowered(texts: Texts, rows: Ints) -> None:
    """Write these rows without capitals and without commas, as people in haste do."""
    texts[rows] = [text.lower().replace(",", "") for text in texts[rows]]
