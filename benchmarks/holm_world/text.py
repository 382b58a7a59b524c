"""Words: a grammar of slots, trades with their instructions and items, ordinary questions, tasks of operators."""

import re
import zlib
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..worlds import sections
from .draws import Draws

VOCABULARY = Path(__file__).parent / "vocabulary"
WORDS, LIFE, ASKED, WORK = (sections(VOCABULARY / f"{name}.txt") for name in ("words", "life", "asked", "trades"))
TRADES = list(dict.fromkeys(name.partition(".")[0] for name in WORK))
"""kinds of work"""
STOP = frozenset(WORDS["stop"])
TONGUES = WORK["locale.slot.lang"]
FOREIGN = "{FOREIGN}"
"""an answer that is what was asked in another language"""

Slot = Sequence[str] | Callable[[Draws], str]
Context = MutableMapping[str, Any]
"""slots already filled; under SAID all words a slot had, if they may come again"""
SAID = "_"
SLOT = re.compile(r"\{([A-Za-z]\w*)\}")
WORD = re.compile(r"[A-Za-z]{4,}")


def slots_of(vocabulary: Mapping[str, list[str]], prefix: str) -> dict[str, Slot]:
    """Phrases of the sections whose names begin so."""
    return {name.removeprefix(prefix): phrases for name, phrases in vocabulary.items() if name.startswith(prefix)}


SYLLABLES = [[WORDS[f"syllable.{kit}.{part}"] for part in ("start", "vowel", "end")] for kit in range(3)]


def coined(r: Draws, least: int, most: int, kit: int) -> str:
    """A word or name made of syllables."""
    start, vowel, end = SYLLABLES[kit]
    return "".join(r.pick(start) + r.pick(vowel) for _ in range(r.whole(least, most))) + r.pick(end)


NUMBERS: dict[str, Slot] = {
    "n": lambda r: str(r.whole(2, 19)),
    "nn": lambda r: str(r.whole(20, 99)),
    "nnn": lambda r: str(r.whole(100, 989)),
    "nnnn": lambda r: str(r.whole(1000, 9899)),
    "y17": lambda r: str(r.whole(1690, 1899)),
    "y20": lambda r: str(r.whole(2009, 2025)),
    "day": lambda r: str(r.whole(1, 28)),
    "hm": lambda r: f"{r.whole(0, 23):02d}:{r.whole(0, 59):02d}",
    "dec": lambda r: f"{r.whole(0, 9)}.{r.whole(1, 9)}",
    "money": lambda r: f"{r.whole(1, 48)},{r.whole(100, 999)}",
    "code": lambda r: r.pick("EIJMLNHGKS") + f"{r.whole(0, 99):02d}.{r.whole(0, 99)}",
    "hw": lambda r: coined(r, 1, 1, 0) if r.chance(0.25) else r.pick(WORDS["headword"]),
}
"""slots that are not words of a list"""


def _small(r: Draws) -> str:
    return str(r.whole(3, 48))


def common_slots(r: Draws) -> dict[str, Slot]:
    """Slots that all texts of a world share, with surnames and places of its own."""
    surnames = [coined(r, 1, 2, r.whole(0, 2)).capitalize() for _ in range(260)]
    places = [coined(r, 1, 2, r.whole(0, 1)).capitalize() + r.pick(WORDS["place_end"]) for _ in range(180)]
    return NUMBERS | slots_of(WORDS, "slot.") | {"surname": surnames, "place": places}


@cache
def _parsed(text: str) -> list[str]:
    """Text and slots by turns."""
    return SLOT.split(text)


class Grammar:
    """Fills slots. A slot with a capital keeps its word within a context; ``{care}`` is drawn anew at each place.

    Args:
        r: what is drawn from.
        slots: what may stand at each.
    """

    def __init__(self, r: Draws, slots: Mapping[str, Slot]) -> None:
        self.r, self.slots = r, slots

    def fill(self, text: str, context: Context | None = None, again: float = 0.0) -> str:
        """Fill the slots of a text, those of the context first; with chance ``again`` by a word that was said before."""
        parts = _parsed(text)
        return text if len(parts) == 1 else "".join(
            self._word(part, context, again) if place & 1 else part for place, part in enumerate(parts)
        )

    def _word(self, name: str, context: Context | None, again: float) -> str:
        if context is not None and name in context:
            return str(context[name])
        slot = name if name in self.slots else name[0].lower() + name[1:]
        if context is not None and again and slot in context[SAID] and self.r.chance(again):
            return str(self.r.pick(context[SAID][slot]))
        words = self.slots[slot]
        word = words(self.r) if callable(words) else self.r.pick(words)
        if "{" in word:
            word = self.fill(word, context, again)
        if context is not None:
            if name[0].isupper():
                context[name] = word
            if SAID in context:
                context[SAID].setdefault(slot, []).append(word)
        return word


@dataclass(frozen=True)
class Asked:
    """An item of work."""

    prompt: str
    answer: str
    context: Context


class Trade:
    """A kind of work: instructions, items with answers, what is asked on.

    Args:
        r: what is drawn from.
        common: slots of the world.
        name: one of TRADES.
    """

    def __init__(self, r: Draws, common: Mapping[str, Slot], name: str) -> None:
        self.r, self.name = r, name
        self._grammar = Grammar(r, {**common, **slots_of(WORK, f"{name}.slot.")})

    def instructions(self) -> str:
        """How the work is to be done, by somebody's style sheet."""
        return self._grammar.fill(WORK[f"{self.name}.instructions"][0], {})

    def item(self, number: str, tongue: str) -> Asked:
        """A new item of this number."""
        context: Context = {"ID": number, SAID: {}}
        prompt = self._grammar.fill(self.r.pick(WORK[f"{self.name}.item"]), context)
        return Asked(prompt, self._said("answer", context, tongue, prompt, 0.88), context)

    def answer(self, asked: Asked, tongue: str) -> str:
        """Another answer to an item."""
        return self._said("answer", asked.context, tongue, asked.prompt, 0.88)

    def follow(self, asked: Asked, tongue: str) -> tuple[str, str]:
        """What is asked on about an item, and the answer."""
        aside = self.r.pick(LIFE["work_aside"]) if self.r.chance(0.6) else ""
        prompt = self._grammar.fill(self.r.pick(WORK[f"{self.name}.follow"]) + aside, asked.context)
        return prompt, self._said("reply", asked.context, tongue, f"{prompt} {asked.context['ID']}", 0.6)

    def _said(self, kind: str, context: Context, tongue: str, prompt: str, again: float) -> str:
        form = self.r.pick(WORK[f"{self.name}.{kind}"])
        return translated(prompt, tongue) if form == FOREIGN else self._grammar.fill(form, context, again)


def translated(text: str, tongue: str) -> str:
    """The end of a text in a language of hashes; placeholders stay."""
    found = []
    for word in text.split()[-9:]:
        if "%" in word or "{" in word or len(word) < 2:
            found.append(word)
            continue
        drawn = zlib.crc32((tongue + word.lower()).encode())
        start, vowel, _ = SYLLABLES[drawn % 3]
        stem = (start[(drawn >> 3 * j) % len(start)] + vowel[(drawn >> 5 * j) % len(vowel)] for j in range(1, 2 + drawn % 3))
        found.append("".join(stem) + ("n", "a", "ek", "en", "i", "")[drawn % 6])
    return " ".join(found).capitalize()


class Talk:
    """What anybody asks, and what operators ask.

    Args:
        r: what is drawn from.
        common: slots of the world.
    """

    def __init__(self, r: Draws, common: Mapping[str, Slot]) -> None:
        self.r = r
        own = slots_of(ASKED, "task.") | slots_of(ASKED, "problem.") | dict.fromkeys("mkpw", _small) | {"given2": WORDS["slot.given"]}
        self._life = Grammar(r, {**common, **slots_of(LIFE, "slot."), **own})

    def fill(self, text: str) -> str:
        """Fill slots by words of ordinary life."""
        return self._life.fill(text)

    def aside(self) -> str:
        """What somebody adds."""
        return self.r.pick(LIFE["aside"])

    def opening(self, topics: Sequence[str]) -> str:
        """A question of ordinary life: at times long, at times a few words, mostly on one's own topics."""
        drawn = self.r.share()
        if drawn < 0.16:
            return self.fill(self.r.pick(ASKED["chat"]))
        if drawn < 0.22:
            return self.fill(self.r.pick(ASKED["short"]) + self.aside())
        return self.fill(self.r.pick(topics) + self.aside())

    def more(self, topics: Sequence[str]) -> str:
        """The next question."""
        if self.r.chance(0.6):
            return self.fill(self.r.pick(LIFE["more"]) + (self.aside() if self.r.chance(0.6) else ""))
        return self.fill(self.r.pick(topics))

    def reply(self, prompt: str, sentences: int | None = None, forms: Sequence[str] = LIFE["sentence"]) -> str:
        """An answer about words of the prompt."""
        r = self.r
        words = [word for word in WORD.findall(prompt[:400]) if word.lower() not in STOP] or ["that", "this"]
        said = sentences or 1 + int(r.wait(3.2))
        told = [self._life.fill(r.pick(forms), {"w": r.pick(words), "w2": r.pick(words)}) for _ in range(min(said, 14))]
        return " ".join(told)

    def steps(self, prompt: str, count: int) -> str:
        """Steps of a reasoning about a prompt."""
        return self.reply(prompt, count, LIFE["step"])

    def task(self) -> tuple[str, str]:
        """A task for an assistant, most of them about programs, and its answer."""
        pick = self.r.pick
        names = ("noun", "noun2", "field", "field2", "verb", "n", "nn", "nnn", "place", "colour", "month", "y20", "job")
        if self.r.chance(0.25):
            form, _, answer = pick(ASKED["task"]).partition("~")
            return self._twice(form, answer, names)
        parts = [pick(ASKED[f"task.{part}"]) for part in ("open", "what", "bound", "extra")]
        return self._twice("{} {}{}.{}".format(*parts), pick(ASKED["task.answer"]), names)

    def problem(self) -> tuple[str, str]:
        """A word problem and its answer."""
        pick = self.r.pick
        turns = [pick(ASKED["problem.turn"]) for _ in range(self.r.whole(1, 3))]
        form = " ".join([pick(ASKED["problem.start"]), *turns, pick(ASKED["problem.question"])])
        names = ("given", "given2", "goods", "trader", "vessel", "group", "n", "m", "k", "p", "w", "nn", "nnn")
        return self._twice(form, pick(ASKED["problem.answer"]), names)

    def _twice(self, form: str, answer: str, kept: Sequence[str]) -> tuple[str, str]:
        """Two texts with the same words at the kept slots."""
        own = {name: self.fill(f"{{{name}}}") for name in kept}
        own |= {name.capitalize(): own[name].capitalize() for name in ("noun", "verb") if name in own}
        return self._life.fill(form, own), self._life.fill(answer, own)
