"""Text: phrases with slots, filled in for many rows at once, in six tongues.

A phrase may hold {word} (a phrase of that section), {@word} (of the section of that word and the row's topic) and {#5-90} (a number);
what is tagged, as {name=a}, is the same wherever the tag stands in one phrase.
"""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..worlds import sections
from .chance import Ints, Keys, below, mix, name_key

TONGUES = ("en", "de", "es", "fr", "id", "pt")
TOPICS = ("billing", "clinic", "cooking", "energy", "farming", "games", "housing", "law", "logistics", "retail", "school", "travel")
WORKS = ("agent", "chat", "code", "extract", "grade", "label", "query", "reason", "reply", "rewrite", "summary", "synth", "translate")
SLOT = re.compile(r"\{(@?[a-z.]+|#\d+-\d+)(?:=([a-z]))?\}")
FOLDER = Path(__file__).parent / "vocabulary"


@cache
def lexicon(tongue: str) -> dict[str, list[str]]:
    """Sections of a tongue; what it lacks is said as in the common ones, or in English."""
    common = sections(FOLDER / "common.txt")
    english = sections(FOLDER / "en.txt")
    return {**common, **english, **(sections(FOLDER / f"{tongue}.txt") if tongue != "en" else {})}


@cache
def _parts(phrase: str) -> tuple[tuple[str, str, str], ...]:
    """A phrase as (literal, slot, tag); one of literal and slot is empty."""
    found, at = [], 0
    for slot in SLOT.finditer(phrase):
        if slot.start() > at:
            found.append((phrase[at : slot.start()], "", ""))
        found.append(("", slot[1], slot[2] or ""))
        at = slot.end()
    if at < len(phrase) or not found:
        found.append((phrase[at:], "", ""))
    return tuple(found)


@cache
def _leaf(tongue: str, section: str) -> pa.Array | None:
    phrases = lexicon(tongue)[section]
    return None if any(SLOT.search(phrase) for phrase in phrases) else pa.array(phrases)


@cache
def _by_topic(tongue: str, word: str) -> tuple[pa.Array, Ints, Ints]:
    """All words of all topics, and where each topic's begin and how many there are."""
    words = [lexicon(tongue)[f"{word}.{topic}"] for topic in TOPICS]
    counts = np.array([len(w) for w in words])
    return pa.array([phrase for some in words for phrase in some]), np.cumsum(counts) - counts, counts


def expand(tongue: str, section: str, keys: Keys, topics: Ints) -> pa.Array:
    """A phrase of a section for each key."""
    if section.startswith("#"):
        low, high = map(int, section[1:].split("-"))
        return pc.cast(pa.array(low + below(keys, high - low + 1)), pa.string())
    if section.startswith("@"):
        words, start, count = _by_topic(tongue, section[1:])
        return words.take(pa.array(start[topics] + below(keys, count[topics])))
    leaf = _leaf(tongue, section)
    if leaf is not None:
        return leaf.take(pa.array(below(keys, len(leaf))))
    phrases = lexicon(tongue)[section]
    choice = below(mix(keys, 1), len(phrases))
    order = np.argsort(choice, kind="stable")
    ends = np.searchsorted(choice[order], np.arange(len(phrases) + 1))
    # All slots of one name are filled by one call, whatever phrase they stand in: calls, not rows, are what takes the time.
    wanted: dict[str, list[tuple[Keys, Ints]]] = {}
    lines: list[tuple[int, list[str | tuple[str, int]]]] = []
    for i, phrase in enumerate(phrases):
        rows = order[ends[i] : ends[i + 1]]
        if not len(rows):
            continue
        line: list[str | tuple[str, int]] = []
        for place, (literal, slot, tag) in enumerate(_parts(phrase)):
            if not slot:
                line.append(literal)
                continue
            calls = wanted.setdefault(slot, [])
            line.append((slot, len(calls)))
            calls.append((mix(keys[rows], name_key(slot + tag) if tag else place + 2), topics[rows]))
        lines.append((len(rows), line))
    filled = {slot: _filled(tongue, slot, calls) for slot, calls in wanted.items()}
    done = [
        pc.binary_join_element_wise(*(pa.repeat(part, size) if isinstance(part, str) else filled[part[0]][part[1]] for part in line), "")
        for size, line in lines
    ]
    back = np.empty(len(keys), np.int64)
    back[order] = np.arange(len(keys))
    return pa.concat_arrays(done).take(pa.array(back)) if done else pa.array([], pa.string())


def _filled(tongue: str, section: str, calls: list[tuple[Keys, Ints]]) -> list[pa.Array]:
    """The texts of :func:`expand` for each of several calls."""
    texts = expand(tongue, section, np.concatenate([keys for keys, _ in calls]), np.concatenate([topics for _, topics in calls]))
    ends = np.cumsum([len(keys) for keys, _ in calls])
    return [texts.slice(end - len(keys), len(keys)) for end, (keys, _) in zip(ends.tolist(), calls, strict=True)]
