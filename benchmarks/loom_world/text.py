"""Words: forms with slots, filled from lists and from names that each world coins."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np

from ..worlds import sections

Choice = TypeVar("Choice")
Context = dict[str, str]

VOCABULARY = Path(__file__).parent / "vocabulary"
EVERYDAY = sections(VOCABULARY / "everyday.txt")
WORDS = sections(VOCABULARY / "words.txt")
FRAMES = sections(VOCABULARY / "frames.txt")

TOPICS = EVERYDAY["topics"]
TONGUES = {"de": "German", "es": "Spanish", "fr": "French", "pt": "Portuguese", "id": "Indonesian", "tr": "Turkish"}
"""in which some ask, and into which pages are translated"""
CONSONANTS = ["b", "br", "d", "dr", "f", "g", "gl", "h", "k", "kr", "l", "m", "n", "p", "r", "s", "sk", "st", "t", "tr", "v", "w"]
VOWELS = ["a", "e", "i", "o", "u", "au", "ei", "oo"]
ENDS = ["", "n", "l", "s", "rd", "ck", "m"]
PLACES = ["ford", "wick", "by", "au", "mouth", "ness", "field", "stead"]
FIRMS = ["Works", "Trading", "Foods", "Lines", "Systems", "Partners", "Energy", "& Sons", "Media", "Metal"]
BUFFER = 65_536


@cache
def _parts(form: str) -> list[str]:
    """Text and slots by turns."""
    return re.split(r"\{(\w+)\}", form)


def _slots(vocabulary: Mapping[str, list[str]], prefix: str) -> dict[str, list[str]]:
    """Lists of the sections below one."""
    return {name.removeprefix(prefix): words for name, words in vocabulary.items() if name.startswith(prefix)}


class Text:
    """The words of one world.

    Args:
        r: what is drawn from.
    """

    def __init__(self, r: np.random.Generator) -> None:
        self._r = r
        self._ready: list[float] = []
        coined: dict[str, list[str]] = {
            "name": [self._coin(2).capitalize() for _ in range(400)],
            "town": [(self._coin(1) + self.pick(PLACES)).capitalize() for _ in range(220)],
            "firm": [f"{self._coin(2).capitalize()} {self.pick(FIRMS)}" for _ in range(120)],
        }
        numbers: dict[str, Callable[[], str]] = {
            "n": lambda: str(2 + int(self.share() ** 2 * 46)), "nn": lambda: str(50 + int(self.share() * 940)),
            "y": lambda: str(1860 + int(self.share() * 160)),
        }
        self._common: dict[str, Sequence[str] | Callable[[], str]] = {**_slots(WORDS, "slot."), **coined, **numbers}
        self._topics = {topic: self._common | _slots(EVERYDAY, f"{topic}.") for topic in TOPICS}
        self._tongues = {tongue: self._common | _slots(EVERYDAY, f"tongue.{tongue}.") for tongue in TONGUES}
        works = {name.partition(".")[0] for name in FRAMES}
        self._works = {work: self._common | _slots(FRAMES, f"{work}.slot.") for work in sorted(works)}

    def _coin(self, syllables: int) -> str:
        return "".join(self.pick(CONSONANTS) + self.pick(VOWELS) for _ in range(syllables)) + self.pick(ENDS)

    def share(self) -> float:
        """A number from 0 to 1."""
        if not self._ready:
            self._ready = self._r.random(BUFFER).tolist()
        return self._ready.pop()

    def pick(self, among: Sequence[Choice]) -> Choice:
        """One of them."""
        return among[int(self.share() * len(among))]

    def coined(self, syllables: int = 2) -> str:
        """An invented word."""
        return self._coin(syllables)

    def fill(self, form: str, slots: Mapping[str, Sequence[str] | Callable[[], str]] | None = None, context: Context | None = None) -> str:
        """Fill the slots of a form, those of the context first; a slot with a capital keeps its word in the context."""
        parts = _parts(form)
        if len(parts) == 1:
            return form
        slots = self._common if slots is None else slots
        out = parts[:]
        for place in range(1, len(parts), 2):
            name = parts[place]
            if context is not None and name in context:
                out[place] = context[name]
                continue
            words = slots[name if name in slots else name.lower()]
            word = words() if callable(words) else self.pick(words)
            word = self.fill(word, slots, context) if "{" in word else word
            if context is not None and name[0].isupper():
                context[name] = word
            out[place] = word
        return "".join(out)

    def work(self, work: str, part: str, context: Context) -> str:
        """A system prompt, an opening, a later question or an answer of a kind of work."""
        return self.fill(self.pick(FRAMES[f"{work}.{part}"]), self._works[work], context)

    def question(self, topics: Sequence[str]) -> str:
        """What somebody asks on one of their topics."""
        topic = self.pick(topics)
        asked = self.fill(self.pick(EVERYDAY[f"{topic}.ask"]), self._topics[topic])
        if self.share() < 0.25:
            asked += f" {self.fill(self.pick(WORDS['slot.sent']))}"
        return self.fill(self.pick(EVERYDAY["before"])) + asked + self.fill(self.pick(EVERYDAY["after"]))

    def more(self) -> str:
        """What somebody asks then."""
        return self.fill(self.pick(EVERYDAY["more"]))

    def reply(self) -> str:
        """An answer."""
        return self.fill(self.pick(EVERYDAY["reply"]))

    def foreign(self, tongue: str) -> str:
        """A question in another language."""
        return self.fill(self.pick(EVERYDAY[f"tongue.{tongue}"]), self._tongues[tongue])

    def translated(self, tongue: str, sentences: int) -> str:
        """Sentences in another language."""
        return " ".join(self.fill(self.pick(EVERYDAY[f"said.{tongue}"])) for _ in range(sentences))
