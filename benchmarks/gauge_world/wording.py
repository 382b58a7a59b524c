"""What is asked and answered: patterns with slots, filled for many rows at once."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..worlds import sections
from .dice import below, mix

FOLDER = Path(__file__).parent / "vocabulary"
ENGLISH = "en"
TONGUES = (ENGLISH, "es", "de", "fr", "pt", "ru", "zh", "tr")
FAMILY = {
    "reason": "reason",
    "tutor": "reason",
    "plan": "work",
    "code": "code",
    "agent": "code",
    "extract": "work",
    "classify": "work",
    "grade": "work",
    "rewrite": "write",
    "translate": "write",
    "summarise": "write",
    "write": "write",
    "ask": "work",
    "story": "write",
    "data": "code",
    "invent": "work",
    "clean": "write",
    "record": "write",
}
"""Kinds of work, and where another tongue than English has its wordings."""
WORKS = tuple(FAMILY)
LENGTH = {
    "reason": 8,
    "tutor": 5,
    "plan": 7,
    "code": 7,
    "agent": 4,
    "extract": 2,
    "classify": 1,
    "grade": 3,
    "rewrite": 3,
    "translate": 2,
    "summarise": 3,
    "write": 6,
    "ask": 5,
    "story": 8,
    "data": 5,
    "invent": 8,
    "clean": 8,
    "record": 4,
}
"""Sentences of an answer, about."""
NUMBERS = {"n": (2, 97), "n2": (2, 60), "n3": (3, 97), "m": (100, 9900), "id": (100_000, 900_000)}
ALIAS = {"w2": "w", "name2": "name", "code": "dialect", "code2": "dialect"}
BLOCKS = 5
"""Subjects of a tongue other than English, which has fewer words."""


@cache
def words() -> dict[str, list[str]]:
    """All vocabularies, by section."""
    return {**sections(FOLDER / "english.txt"), **sections(FOLDER / "tongues.txt")}


@cache
def subjects() -> dict[str, list[str]]:
    """The terms of each subject."""
    return sections(FOLDER / "subjects.txt")


@cache
def _array(section: str) -> pa.Array:
    return pa.array(words()[section])


@cache
def _terms() -> pa.Array:
    return pa.array([term for terms in subjects().values() for term in terms])


@cache
def _pattern(text: str) -> tuple[str, ...]:
    return tuple(re.split(r"\{(\w+)\}", text))


class Rows:
    """Rows of one tongue to be worded: a seed decides the wording, the subject its terms."""

    def __init__(self, tongue: str, seed: NDArray[np.uint64], subject: NDArray[np.int64], code: bool = False) -> None:
        self.tongue, self.seed, self.subject, self.code = tongue, seed, subject, code

    def take(self, rows: NDArray[np.int64]) -> "Rows":
        """Some of them."""
        return Rows(self.tongue, self.seed[rows], self.subject[rows], self.code)

    def word(self, section: str, body: pa.Array | None = None) -> pa.Array:
        """A text of this section for each row; ``body`` goes where a frame says {b}."""
        patterns = words()[section]
        chosen = below(len(patterns), self.seed, 77)
        parts, order = [], []
        for number in np.unique(chosen):
            rows = np.flatnonzero(chosen == number)
            parts.append(self.take(rows).fill(patterns[number], None if body is None else body.take(rows)))
            order.append(rows)
        return together(parts, order, len(chosen))

    def fill(self, pattern: str, body: pa.Array | None = None) -> pa.Array:
        """One pattern for each row."""
        pieces: list[Any] = []
        for number, piece in enumerate(_pattern(pattern)):
            if number % 2:
                pieces.append(body if piece == "b" else self.slot(piece))
            elif piece:
                pieces.append(pa.scalar(piece))
        if not any(isinstance(piece, pa.Array) for piece in pieces):
            return pa.repeat(pattern, len(self.seed))
        return _flat(pc.binary_join_element_wise(*pieces, "")) if len(pieces) > 1 else pieces[0]

    def slot(self, name: str) -> pa.Array:
        """What stands in a slot."""
        salt = sum(ord(char) << (8 * place) for place, char in enumerate(name))
        if name in NUMBERS:
            low, span = NUMBERS[name]
            return pa.array(low + below(span, self.seed, salt)).cast(pa.string())
        if name in ("x", "y", "x2"):
            rows = Rows(self.tongue, mix(self.seed, salt), self.subject, self.code)
            return rows.word(rows.saying())
        if name == "s":
            return pa.array(list(subjects())).take(pa.array(self.subject))
        if name in ("t", "u"):
            return self.term(name == "u")
        section = ALIAS.get(name, name)
        return _array(section).take(pa.array(below(len(words()[section]), self.seed, salt)))

    def term(self, second: bool) -> pa.Array:
        """A term of the subject; the second one is another."""
        own = self.tongue == ENGLISH
        size = 12 if own else len(words()[f"{self.tongue}.t"]) // BLOCKS
        first = below(size, self.seed, 3)
        if second:
            first = (first + 1 + below(size - 1, self.seed, 4)) % size
        if own:
            return _terms().take(pa.array(self.subject * size + first))
        return _array(f"{self.tongue}.t").take(pa.array(self.subject % BLOCKS * size + first))

    def saying(self) -> str:
        """Where sentences of answers are."""
        return "say" if self.tongue == ENGLISH else f"{self.tongue}.say"

    def answers(self, sentences: NDArray[np.int64]) -> pa.Array:
        """An answer of so many sentences for each row."""
        ends = np.concatenate([[0], np.cumsum(sentences)])
        at = np.repeat(np.arange(len(sentences)), sentences)
        place = np.arange(len(at)) - ends[at]
        rows = Rows(self.tongue, mix(self.seed[at], place + 1000), self.subject[at])
        coded = np.flatnonzero(mix(rows.seed, 9) % np.uint64(5) < 3) if self.code else np.zeros(0, dtype=np.int64)
        plain = np.setdiff1d(np.arange(len(at)), coded)
        parts = [rows.take(plain).word(self.saying()), rows.take(coded).word("say.code")] if len(coded) else [rows.word(self.saying())]
        flat = together(parts, [plain, coded] if len(coded) else [plain], len(at))
        lists = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), flat)
        return _flat(pc.binary_join(lists, "\n" if self.code else "" if self.tongue == "zh" else " "))


def together(parts: list[pa.Array], order: list[NDArray[np.int64]], n: int) -> pa.Array:
    """Arrays of rows in the rows' order."""
    if not parts:
        return pa.array([], pa.string())
    if len(parts) == 1 and len(order[0]) == n:
        return _flat(parts[0])
    back = np.empty(n, dtype=np.int64)
    back[np.concatenate(order)] = np.arange(n)
    return pa.concat_arrays([_flat(part) for part in parts]).take(pa.array(back))


def _flat(array: Any) -> pa.Array:
    if isinstance(array, pa.ChunkedArray):
        return array.combine_chunks()
    if isinstance(array, pa.Scalar):
        return pa.array([array.as_py()])
    return array


def frame(section: str, owner: int) -> str:
    """A frame of a section as one party words it; what goes into it stays open."""
    patterns = words()[section]
    pattern = patterns[int(below(len(patterns), owner, 7))]
    slots = {name for name in _pattern(pattern)[1::2] if name not in ("b", "id")}
    one = Rows(ENGLISH, mix(np.array([owner], dtype=np.uint64), 8), np.array([int(below(len(subjects()), owner, 9))]))
    for name in sorted(slots):
        pattern = pattern.replace("{" + name + "}", one.slot(name)[0].as_py())
    return pattern


def system_text(seed: int, parts: int, subject: str = "") -> str:
    """A system prompt of so many parts."""
    names = list(subjects())
    number = names.index(subject) if subject else int(below(len(names), seed, 5))
    texts = Rows(ENGLISH, mix(seed, np.arange(parts)), np.full(parts, number)).word("system.part").to_pylist()
    return " ".join(dict.fromkeys(texts))
