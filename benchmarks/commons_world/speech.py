"""What people ask and what they are answered: a grammar over vocabulary/, filled a column at a time.

What an item says is a function of its number and its tongue, so that whoever draws the same item of a pool asks the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..worlds import sections
from .chance import Ints, Numbers, below, mix

TONGUES = ["en", "es", "pt", "de", "fr", "id"]
WORKS = ["reason", "grade", "rewrite", "translate", "summarise", "extract", "label", "code", "debug", "query", "draft", "product",
         "story", "quiz", "explain", "chat", "agent", "form", "make"]
FIELDS = ["sums", "code", "shop", "law", "health", "travel", "school", "money", "play", "news", "home", "work"]
ANSWER = dict(zip(WORKS, (8, 4, 4, 4, 3, 3, 1, 7, 6, 4, 5, 4, 10, 8, 6, 3, 4, 4, 9), strict=True))
"""Sentences of a usual answer."""
CODED = ("code", "debug", "query", "agent")
"""Work whose answers hold code."""
FIELD_OF = {"code": ("code",), "debug": ("code",), "query": ("code", "money"), "agent": ("code",), "product": ("shop",)}
"""Fields to which some work keeps, whatever the people like."""
NUMBERS = pa.array([str(number) for number in range(10_000)])
STRIDES = np.array([1, 11, 13, 17])
"""From one sentence to the next: none comes twice before all came once, since no list is a multiple of them."""
PIECES = 200_000
"""Sentences that are filled at a time."""


@cache
def words() -> dict[str, list[str]]:
    """Phrases of all vocabularies by section: those of a tongue as tongue.section."""
    folder = Path(__file__).parent / "vocabulary"
    found = dict(sections(folder / "common.txt"))
    for tongue in TONGUES:
        found |= {f"{tongue}.{name}": phrases for name, phrases in sections(folder / f"{tongue}.txt").items()}
    return found


@dataclass(frozen=True)
class Lists:
    """Several lists of phrases one behind the other."""

    phrases: list[str]
    first: Ints
    size: Ints

    @cached_property
    def column(self) -> pa.Array:
        """The phrases as Arrow has them."""
        return pa.array(self.phrases, pa.string())

    def place(self, which: Ints, numbers: Numbers) -> Ints:
        """A place in ``phrases`` out of the list ``which``."""
        return self.first[which] + below(numbers, self.size[which])


@cache
def lists(names: tuple[str, ...]) -> Lists:
    """The sections of these names."""
    found = [words()[name] for name in names]
    size = np.array([len(phrases) for phrases in found], np.int64)
    return Lists([phrase for phrases in found for phrase in phrases], np.cumsum(size) - size, size)


@cache
def of_tongues(section: str) -> Lists:
    """A section in every tongue."""
    return lists(tuple(f"{tongue}.{section}" for tongue in TONGUES))


@cache
def things() -> Lists:
    """What fields are about, by tongue and field."""
    return lists(tuple(f"{tongue}.thing.{field}" for tongue in TONGUES for field in FIELDS))


@cache
def asks() -> Lists:
    """How work is asked for, by tongue and work."""
    return lists(tuple(f"{tongue}.ask.{work}" for tongue in TONGUES for work in WORKS))


def take(found: Lists, places: Ints) -> pa.Array:
    """Phrases at these places."""
    return found.column.take(pa.array(places))


@cache
def _split(phrase: str) -> list[str]:
    return [part for part in re.split(r"(\{\w+\})", phrase) if part]


def fill(found: Lists, places: Ints, tongue: Ints, field: Ints, numbers: Numbers) -> pa.Array:
    """Phrases at these places with their gaps filled, each by its number."""
    if not len(places):
        return pa.array([], pa.string())
    order = np.argsort(places, kind="stable")
    bounds = np.flatnonzero(np.diff(places[order], prepend=-1))
    chunks = []
    for rows in np.split(order, bounds[1:]):
        parts = [_gap(part[1:-1], tongue[rows], field[rows], numbers[rows]) if part[0] == "{" else pa.scalar(part, pa.string())
                 for part in _split(found.phrases[places[rows[0]]])]
        if all(isinstance(part, pa.Scalar) for part in parts):
            chunks.append(pa.repeat(pa.scalar("".join(part.as_py() for part in parts), pa.string()), len(rows)))
        else:
            chunks.append(pc.binary_join_element_wise(*parts, ""))
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return pa.concat_arrays(chunks).take(pa.array(back))


def _gap(name: str, tongue: Ints, field: Ints, numbers: Numbers) -> pa.Array:
    own = mix(numbers, name)
    if name in ("thing", "thing2"):
        return take(things(), things().place(tongue * len(FIELDS) + field, own))
    if name in ("name", "name2", "place"):
        known = lists((name.rstrip("2"),))
        return take(known, known.place(np.zeros(len(own), np.int64), own))
    if name in ("day", "role"):
        return take(of_tongues(name), of_tongues(name).place(tongue, own))
    if name == "code":
        return passage("code", 3 + below(mix(own, 1), 9), tongue, field, own)
    if name in ("passage", "passage2"):
        return passage("line", 1 + below(mix(own, 1), 5), tongue, field, own)
    low, high = (2, 60) if name == "n" else (61, 9999)
    return NUMBERS.take(pa.array(low + below(own, high - low)))


def passage(section: str, size: Ints, tongue: Ints, field: Ints, numbers: Numbers) -> pa.Array:
    """So many sentences (or lines of code) each."""
    chunks = []
    ends = np.cumsum(size)
    for rows in np.split(np.arange(len(size)), np.flatnonzero(np.diff(ends // PIECES)) + 1):
        of = np.repeat(rows, size[rows])
        nth = np.arange(len(of)) - np.repeat(np.cumsum(size[rows]) - size[rows], size[rows])
        own = mix(numbers[of], nth)
        found = lists(("code",)) if section == "code" else of_tongues(section)
        which = np.zeros(len(of), np.int64) if section == "code" else tongue[of]
        begin, stride = below(mix(numbers[of], section), found.size[which]), STRIDES[below(mix(numbers[of], "stride"), len(STRIDES))]
        places = found.first[which] + (begin + nth * stride) % found.size[which]
        sentences = fill(found, places, tongue[of], field[of], own)
        offsets = np.concatenate([[0], np.cumsum(size[rows])]).astype(np.int32)
        chunks.append(pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), sentences), "\n" if section == "code" else " "))
    return pa.concat_arrays(chunks) if chunks else pa.array([], pa.string())


def ask(work: Ints, tongue: Ints, field: Ints, item: Numbers) -> pa.Array:
    """The first turn on an item, without what its author says around it."""
    places = asks().place(tongue * len(WORKS) + work, mix(item, "ask"))
    return fill(asks(), places, tongue, field, item)


def of_person(section: str, tongue: Ints, person: Numbers) -> pa.Array:
    """How a person begins or ends."""
    found = of_tongues(section)
    return fill(found, found.place(tongue, mix(person, section)), tongue, np.zeros(len(tongue), np.int64), person)


def follow(tongue: Ints, field: Ints, wording: Numbers, item: Numbers) -> pa.Array:
    """A later turn; ``wording`` decides the phrase and the item what fills it."""
    found = of_tongues("follow")
    return fill(found, found.place(tongue, wording), tongue, field, item)


def answer(work: Ints, tongue: Ints, field: Ints, size: Ints, numbers: Numbers) -> pa.Array:
    """An answer of about so many sentences."""
    coded = np.isin(work, [WORKS.index(name) for name in CODED])
    begin = of_tongues("open")
    head = take(begin, begin.place(tongue, mix(numbers, "open")))
    body = passage("reply", np.where(coded, np.minimum(size, 2), size), tongue, field, numbers)
    listing = pa.nulls(len(work), pa.string()).fill_null("")
    if coded.any():
        rows = np.flatnonzero(coded)
        lines = passage("code", size[rows] + 2, tongue[rows], field[rows], numbers[rows])
        listing = pc.replace_with_mask(listing, pa.array(coded), pc.binary_join_element_wise("\n```\n", lines, "\n```", ""))
    return pc.binary_join_element_wise(head, body, listing, "")


def house(section: str, tongue: str, field: str, number: Numbers) -> str:
    """One phrase of a house: a head or tail around its requests, or a system prompt."""
    which, topic = np.array([TONGUES.index(tongue)]), np.array([FIELDS.index(field)])
    found = of_tongues(section)
    return str(fill(found, found.place(which, mix(number, section)), which, topic, number)[0].as_py())


def digest(texts: pa.Array) -> Numbers:
    """A number of each text, the same for the same text: polynomial hashes off prefix sums, so that no text is met one by one."""
    odd = 0x5851F42D4C957F2D
    found = []
    for begin in range(0, len(texts), 20_000):
        part = pa.concat_arrays([texts[begin : begin + 20_000]])
        _, offsets, data = part.buffers()
        ends = np.frombuffer(offsets, np.int32)[part.offset : part.offset + len(part) + 1].astype(np.int64)
        letters = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]] if data else np.zeros(0, np.uint8)
        ends = ends - ends[0]
        power = np.cumprod(np.full(len(letters) + 1, odd, np.uint64)) * np.uint64(pow(odd, -1, 2**64))
        sums = np.concatenate([[np.uint64(0)], np.cumsum((letters.astype(np.uint64) + np.uint64(1)) * power[:-1])])
        back = np.cumprod(np.full(len(letters) + 1, pow(odd, -1, 2**64), np.uint64)) * np.uint64(odd)
        found.append(mix((sums[ends[1:]] - sums[ends[:-1]]) * back[ends[:-1]], np.diff(ends)))
    return np.concatenate(found) if found else np.zeros(0, np.uint64)


def joined(*parts: pa.Array | str) -> pa.Array:
    """Parts one behind the other."""
    return pc.binary_join_element_wise(*parts, "")


def pieces(texts: Sequence[str], which: Ints) -> pa.Array:
    """A text of a few by place."""
    return pa.array(texts, pa.string()).take(pa.array(which))
