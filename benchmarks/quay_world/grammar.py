"""Texts as functions of keys: phrases with slots out of vocabulary.txt, invented languages, habits of typing."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .hashing import I64, U64, Bools, mix, pick, uniform

_SLOT = re.compile(r"\{([a-z0-9.]+)\}")
_NUMBERS = {"n": (2, 400), "n1": (2, 10), "n3": (100, 30_000)}

# Each invented language is the common one with letters exchanged: what matters is that speakers share words with each other alone.
LANGUAGES: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (("the ", "da "), ("ing", "ono"), ("e", "ia"), ("s ", "sti "), ("w", "vu")),
    (("the ", ""), ("a", "y"), ("o", "au"), ("ed ", "iv "), ("th", "z"), ("r", "rr")),
    (("the ", "le "), ("i", "uo"), ("t", "d"), ("c", "kh"), ("er", "ara")),
    (("the ", "el "), ("u", "oe"), ("s", "sz"), ("n", "nn"), ("a", "ai"), (" of ", " na ")),
    (("the ", "ko "), ("l", "r"), ("e", "u"), ("o", "i"), ("d ", "mo "), ("p", "b")),
)

_SLIPS = ((" the ", " teh "), ("please", "pls"), (" you", " u"), ("because", "bc"), (" with ", " w/ "), ("ie", "ei"))


@cache
def vocabulary() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Phrases by section, each split into literals (even places) and slots (odd places)."""
    found: dict[str, str] = {}
    name = ""
    for line in Path(__file__).with_name("vocabulary.txt").read_text(encoding="utf-8").split("\n"):
        if re.fullmatch(r"\[[a-z.]+\]", line):
            name = line[1:-1]
            found[name] = ""
        elif name:
            found[name] += line
    return {
        section: tuple(tuple(_SLOT.split(phrase.replace("\\n", "\n"))) for phrase in text.split("|")) for section, text in found.items()
    }


@cache
def _plain(section: str) -> pa.Array | None:
    """The phrases of a section without slots; nothing if some have slots."""
    phrases = vocabulary()[section]
    return pa.array([phrase[0] for phrase in phrases], pa.string()) if all(len(phrase) == 1 for phrase in phrases) else None


def render(section: str, keys: U64, owners: U64) -> pa.Array:
    """A phrase of a section per key; slots that belong to the writer are filled by the owner's key."""
    phrases = vocabulary()[section]
    if len(keys) == 0:
        return pa.array([], pa.string())
    chosen = pick(len(phrases), keys, section)
    plain = _plain(section)
    if plain is not None:
        return plain.take(pa.array(chosen))
    order = np.argsort(chosen, kind="stable")
    ends = np.concatenate([[0], np.cumsum(np.bincount(chosen, minlength=len(phrases)))])
    used = [(phrase, order[start:end]) for phrase, start, end in zip(phrases, ends, ends[1:], strict=False) if end > start]
    fillings = _fill_all(used, keys, owners)
    pieces = []
    for phrase, rows in used:
        parts = [next(fillings[part]) if place % 2 else part for place, part in enumerate(phrase)]
        pieces.append(pc.binary_join_element_wise(*parts, "") if len(parts) > 1 else pa.array(parts * len(rows), pa.string()))
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return pa.concat_arrays(pieces).take(pa.array(back))


def _fill_all(used: list[tuple[tuple[str, ...], I64]], keys: U64, owners: U64) -> dict[str, Iterator[pa.Array]]:
    """What fills the slots of phrases, by slot in the order of use; rendered at once, which is what makes it fast."""
    wanted: dict[str, list[tuple[int, I64]]] = {}
    for phrase, rows in used:
        for place in range(1, len(phrase), 2):
            wanted.setdefault(phrase[place], []).append((place, rows))
    fillings = {}
    for slot, uses in wanted.items():
        rows = np.concatenate([rows for _, rows in uses])
        places = np.repeat([place for place, _ in uses], [len(rows) for _, rows in uses])
        texts = _fill(slot, mix(keys[rows], places), owners[rows])
        starts = np.cumsum([0, *(len(rows) for _, rows in uses)])
        fillings[slot] = iter([texts.slice(start, len(rows)) for start, (_, rows) in zip(starts, uses, strict=False)])
    return fillings


def _fill(slot: str, keys: U64, owners: U64) -> pa.Array:
    if slot in _NUMBERS:
        low, high = _NUMBERS[slot]
        return pa.array((low * (high / low) ** uniform(keys)).astype(np.int64)).cast(pa.string())
    if slot.startswith("own."):
        return render(slot[4:], owners, owners)
    return render(slot, keys, owners)


def sentences(section: str, keys: U64, owners: U64, counts: Any, separator: str = " ") -> pa.Array:
    """Several phrases of a section per key, joined; empty where the count is 0."""
    texts = pa.array([""] * len(keys), pa.string())
    for number in range(int(counts.max(initial=0))):
        rows = np.flatnonzero(counts > number)
        more = render(section, mix(keys[rows], number), owners[rows])
        old = texts.take(pa.array(rows))
        joined = pc.binary_join_element_wise(old, more, separator) if number else more
        texts = put(texts, rows, joined)
    return texts


def put(texts: pa.Array, rows: Any, values: pa.Array) -> pa.Array:
    """The texts with those of some rows replaced."""
    mask = np.zeros(len(texts), bool)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), values)


def translate(texts: pa.Array, languages: Any) -> pa.Array:
    """The texts in their invented languages; 0 is the common one."""
    for number, exchanges in enumerate(LANGUAGES):
        rows = np.flatnonzero(languages == number)
        if exchanges and len(rows):
            some = texts.take(pa.array(rows))
            for old, new in exchanges:
                some = pc.replace_substring(some, old, new)
            texts = put(texts, rows, some)
    return texts


def typed(texts: pa.Array, people: U64, events: U64, by_hand: Bools) -> pa.Array:
    """The texts as their writers type: without capitals, without a last full stop, with slips of their own."""
    habits = (("lower", 0.28, pc.utf8_lower), ("bare", 0.3, lambda some: pc.utf8_rtrim(some, ".!? ")))
    for name, share, change in habits:
        rows = np.flatnonzero(by_hand & (uniform(people, name) < share) & (uniform(events, name) < 0.85))
        if len(rows):
            texts = put(texts, rows, change(texts.take(pa.array(rows))))
    for number, (old, new) in enumerate(_SLIPS):
        rows = np.flatnonzero(by_hand & (uniform(people, "slip", number) < 0.06) & (uniform(events, "slip", number) < 0.6))
        if len(rows):
            texts = put(texts, rows, pc.replace_substring(texts.take(pa.array(rows)), old, new))
    return texts
