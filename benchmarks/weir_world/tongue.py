"""What people ask and what the model answers: a grammar that is expanded for all rows at once.

A phrase of a vocabulary may hold slots: ``{name}`` a phrase of that section, ``{@noun}`` one of the row's topic,
``{#2-30}`` a number; with ``:1`` behind it the same one wherever it stands in the phrase.
A text is a function of tongue, section, topic and key.
"""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..worlds import sections
from .chance import Ints, Keys, below, mix, word

VOCABULARY = Path(__file__).parent / "vocabulary"
TONGUES = ("en", "es", "de", "fr", "pt", "zh")
TOPICS = (
    "tax", "sums", "physics", "nursing", "law", "travel", "kitchen", "shop", "farm", "network", "software", "database", "games",
    "staff", "freight", "power", "news", "biology",
)
WORKS = ("reason", "grade", "rewrite", "code", "agent", "extract", "summarise", "write", "ask", "data", "taskgen", "translate")
SLOT = re.compile(r"\{([^{}]+)\}")


@cache
def lexicon(tongue: str) -> dict[str, list[str]]:
    """All sections that a tongue knows; what it lacks is said in what is common to all, or in English."""
    out: dict[str, list[str]] = {}
    order = ("en", "frames") if tongue == "en" else ("en", "frames", "common", tongue)
    for name in order:
        out.update(sections(VOCABULARY / f"{name}.txt"))
    return out


@cache
def _parsed(phrase: str) -> tuple[str, ...]:
    """Literals at even places, slots at odd ones."""
    return tuple(SLOT.split(phrase))


@cache
def _topical(tongue: str, kind: str) -> tuple[pa.Array, Ints, Ints]:
    """The words of all topics in one row, where each topic's begin and how many there are."""
    lists = [lexicon(tongue)[f"{kind}.{topic}"] for topic in TOPICS]
    sizes = np.array([len(words) for words in lists])
    return pa.array([word for words in lists for word in words]), np.cumsum(sizes) - sizes, sizes


@cache
def _plain(phrases: tuple[str, ...]) -> pa.Array | None:
    """Phrases of which none has a slot."""
    return None if any("{" in phrase for phrase in phrases) else pa.array(phrases)


def expand(tongue: str, section: str, keys: Keys, topics: Ints) -> pa.Array:
    """A text of a section for each key."""
    if section.startswith("@"):
        words, starts, sizes = _topical(tongue, section[1:])
        return words.take(pa.array(starts[topics] + below(keys, sizes[topics])))
    phrases = lexicon(tongue)[section]
    plain = _plain(tuple(phrases))
    choice = below(mix(keys, word(section)), len(phrases))
    if plain is not None:
        return plain.take(pa.array(choice))
    rows = [np.flatnonzero(choice == k) for k in range(len(phrases))]
    # All wants of one section are met by one call, whatever phrase they stand in: calls, not rows, are what costs.
    wants: dict[str, list[tuple[Keys, Ints]]] = {}
    parts: list[list[str | tuple[str, int] | pa.Array]] = []
    for phrase, where in zip(phrases, rows, strict=True):
        line: list[str | tuple[str, int] | pa.Array] = []
        for place, piece in enumerate(_parsed(phrase) if len(where) else ()):
            if place % 2 == 0:
                line.append(piece)
                continue
            name, _, tag = piece.partition(":")
            own = mix(keys[where], word(f"{name}:{tag}") if tag else word(f"{name}/{place}"))
            if name.startswith("#"):
                low, high = map(int, name[1:].split("-"))
                line.append(pa.array(low + below(own, high - low + 1)).cast(pa.string()))
                continue
            line.append((name, len(wants.setdefault(name, []))))
            wants[name].append((own, topics[where]))
        parts.append(line)
    filled: dict[str, list[pa.Array]] = {}
    for name, calls in wants.items():
        text = expand(tongue, name, np.concatenate([k for k, _ in calls]), np.concatenate([t for _, t in calls]))
        ends = np.cumsum([len(k) for k, _ in calls])
        filled[name] = [text.slice(end - len(k), len(k)) for end, (k, _) in zip(ends.tolist(), calls, strict=True)]
    texts = []
    for line, where in zip(parts, rows, strict=True):
        if len(where):
            found = [filled[p[0]][p[1]] if isinstance(p, tuple) else pa.scalar(p) if isinstance(p, str) else p for p in line]
            joined = pc.binary_join_element_wise(*found, "")
            texts.append(pa.array([joined.as_py()] * len(where)) if isinstance(joined, pa.Scalar) else joined)
    order = np.argsort(np.concatenate(rows), kind="stable")
    return pa.concat_arrays(texts).take(pa.array(order)) if texts else pa.array([], pa.string())


def grouped(tongues: Ints, names: Ints, section: str, keys: Keys, topics: Ints) -> pa.Array:
    """A text for each row, its section being ``section`` with the row's kind of work; ``names`` count in WORKS, -1 is a follow-up."""
    label = tongues * 64 + names + 1
    order = np.argsort(label, kind="stable")
    texts, start = [], 0
    for value, count in zip(*(a.tolist() for a in np.unique(label, return_counts=True)), strict=True):
        rows = order[start : start + count]
        start += count
        kind = value % 64 - 1
        texts.append(expand(TONGUES[value // 64], "next" if kind < 0 else f"{section}.{WORKS[kind]}", keys[rows], topics[rows]))
    return pa.concat_arrays(texts).take(pa.array(np.argsort(order, kind="stable")))
