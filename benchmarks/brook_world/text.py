"""Words: sentences with marks for words, as people and programs send them. Innocents and operators draw from the same lists."""

import random
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from ..worlds import sections

Choice = TypeVar("Choice")

VOCABULARY = Path(__file__).parent / "vocabulary"
WORDS = sections(VOCABULARY / "words.txt")
SENTENCES = sections(VOCABULARY / "sentences.txt")
NOUNS, PLACES, PEOPLE = WORDS["noun"], WORDS["place"], WORDS["person"]

MARKS = {
    "n": NOUNS, "n2": NOUNS, "a": WORDS["adjective"], "a2": WORDS["adjective"], "v": WORDS["verb"], "v2": WORDS["verb"],
    "b": WORDS["past"], "p": PLACES, "f": PEOPLE, "d": [str(number) for number in range(2, 41)],
    "e": [str(number) for number in range(50, 4000)],
}
"""what may stand at a mark of a sentence"""


def pick(r: random.Random, among: Sequence[Choice]) -> Choice:
    """One of them; faster than ``choice``, and another draw."""
    return among[int(r.random() * len(among))]


@cache
def _parsed(sentence: str) -> list[str]:
    """Text and marks by turns."""
    return re.split(r"\{(n2?|a2?|v2?|[bpfde])\}", sentence)


def fill(r: random.Random, sentence: str) -> str:
    """Put words at the marks; the same mark twice in a sentence is the same word."""
    parts = list(_parsed(sentence))
    chosen: dict[str, str] = {}
    for place in range(1, len(parts), 2):
        mark = parts[place]
        if mark not in chosen:
            chosen[mark] = pick(r, MARKS[mark])
        parts[place] = chosen[mark]
    return "".join(parts)


def ordinary(r: random.Random) -> str:
    """What anybody might ask."""
    more = SENTENCES["more"]
    text = pick(r, SENTENCES["opening"]) + pick(r, SENTENCES["question"]) + pick(r, more)
    return fill(r, text + (pick(r, more) if r.random() < 0.4 else ""))


def prose(r: random.Random, sentences: int) -> str:
    """So many sentences that tell something."""
    return " ".join(fill(r, pick(r, SENTENCES["prose"])) for _ in range(sentences))


def code(r: random.Random, lines: int) -> str:
    """So many lines of a program."""
    return "\n".join(fill(r, r.choice(SENTENCES["code"])) for _ in range(lines))


def maths(r: random.Random) -> str:
    """A problem of school mathematics."""
    a, b, c = r.randint(2, 99), r.randint(2, 99), r.randint(2, 30)
    who, thing = r.choice(PEOPLE), r.choice(NOUNS)
    return r.choice([
        f"{who} has {a} {thing}s and gives away {c} each day; {b} more arrive on day {c}. How many are left after {a % 7 + 3} days?",
        f"Find all integers x with x^2 + {a}x - {b} divisible by {c}.",
        f"A train from {r.choice(PLACES)} at {a} km/h meets one at {b} km/h after {c} hours. How far apart were they?",
        f"In a triangle with sides {a}, {b} and {a + b - c}, find the cosine of the largest angle.",
        f"What is the probability that {c} draws from {a + c} cards with {b} marked give no marked card?",
    ])
