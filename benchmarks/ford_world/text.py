"""Words: what people, programs and the model say, from forms with slots. Innocents and operators draw from the same lists."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..worlds import sections

Choice = TypeVar("Choice")
Slots = Mapping[str, Sequence[str]]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

VOCABULARY = Path(__file__).parent / "vocabulary"
TOPICS = sections(VOCABULARY / "topics.txt")
TALK = sections(VOCABULARY / "talk.txt")
TASKS = sections(VOCABULARY / "tasks.txt")
CROWDS = sections(VOCABULARY / "crowds.txt")
FLEETS = sections(VOCABULARY / "fleets.txt")

SUBJECTS = [name.removesuffix(".ask") for name in TOPICS if name.endswith(".ask")]
"""what people ask about"""
FILES = [f"{folder}/{module}.{end}" for folder in TALK["folder"] for module in TALK["module"] for end in ("py", "ts", "go")]


@cache
def _parts(form: str) -> list[str]:
    """Text and slots by turns."""
    return re.split(r"\{(\w+)\}", form)


def slots_of(vocabulary: Mapping[str, list[str]], prefix: str) -> dict[str, list[str]]:
    """Lists for the slots of a form, which are the sections below its own."""
    return {name.removeprefix(prefix + "."): words for name, words in vocabulary.items() if name.startswith(prefix + ".")}


class Text:
    """The words of one world.

    Args:
        r: what is drawn from.
    """

    def __init__(self, r: np.random.Generator) -> None:
        self.r = r
        self.subjects = {subject: self._some(slots_of(TOPICS, subject)) for subject in SUBJECTS}
        """lists of each subject of which this world has its own part"""
        self.words = {subject: [word for words in slots.values() for word in words] for subject, slots in self.subjects.items()}
        self.names, self.towns = self._names(500), self._names(300)
        self.details = {**slots_of(TALK, "detail"), "w": self.names, "p": self.towns}
        self.code = {**self.subjects["code"], "w": self.names, "f": FILES}

    def _some(self, slots: Slots) -> dict[str, list[str]]:
        share = {name: max(4, int(len(words) * self.r.uniform(0.7, 1))) for name, words in slots.items() if name != "ask"}
        return {name: [slots[name][place] for place in self.r.permutation(len(slots[name]))[:most]] for name, most in share.items()}

    def _names(self, number: int) -> list[str]:
        return ["".join(self.pick(TALK["syllable"], int(length))).capitalize() for length in self.r.integers(2, 4, number)]

    def pick(self, among: Sequence[Choice], number: int) -> list[Choice]:
        """So many of them, each as likely."""
        return [among[place] for place in self.r.integers(0, len(among), number)]

    def one(self, among: Sequence[Choice]) -> Choice:
        """One of them."""
        return self.pick(among, 1)[0]

    def numbers(self, number: int) -> Ints:
        """Numbers as people name them: small ones more often."""
        return np.minimum(2 + self.r.geometric(0.09, number), 96)

    def fill(self, forms: Sequence[str], slots: Slots, number: int) -> list[str]:
        """So many texts out of the forms; ``{n}`` is a number, in the words of slots too."""
        filled = [""] * number
        chosen = self.r.integers(0, len(forms), number)
        for form in sorted(set(chosen.tolist())):
            rows = np.flatnonzero(chosen == form).tolist()
            columns = [self._column(part, place, slots, len(rows)) for place, part in enumerate(_parts(forms[form]))]
            for row, pieces in zip(rows, zip(*columns, strict=True), strict=True):
                filled[row] = "".join(pieces)
        nested = [row for row, text in enumerate(filled) if "{n}" in text]
        for row, n in zip(nested, self.numbers(len(nested)).tolist(), strict=True):
            filled[row] = filled[row].replace("{n}", str(n))
        return filled

    def _column(self, part: str, place: int, slots: Slots, number: int) -> list[str]:
        if place % 2 == 0:
            return [part] * number
        return self.numbers(number).astype(str).tolist() if part == "n" else self.pick(slots[part], number)

    def phrase(self, forms: Sequence[str], **slots: Sequence[str]) -> str:
        """One text out of the forms."""
        return self.fill(forms, slots, 1)[0]

    def by_subject(self, subjects: Sequence[str], make: Callable[[str, int], list[str]]) -> list[str]:
        """What ``make(subject, number)`` says for each of these subjects."""
        of = np.asarray(subjects, dtype=object)
        made = np.empty(len(of), dtype=object)
        for subject in sorted(set(subjects)):
            rows = np.flatnonzero(of == subject)
            made[rows] = make(subject, len(rows))
        return list(made)

    def detailed(self, texts: Sequence[str], mean: float) -> list[str]:
        """The texts with up to five sentences about whoever asks, before or after."""
        told = np.minimum(self.r.geometric(1 / (1 + mean), len(texts)) - 1, 5)
        sentences = self.fill(TALK["detail"], self.details, int(told.sum()))
        ends, before = np.cumsum(told), self.r.random(len(texts)) < 0.25
        out = []
        for text, end, many, first in zip(texts, ends, told, before, strict=True):
            own = sentences[end - many : end]
            out.append(" ".join([*own, text] if first else [text, *own]))
        return out

    def questions(self, subjects: Sequence[str]) -> list[str]:
        """What one asks first."""
        return self.detailed(self.by_subject(subjects, self.bare), 1.5)

    def bare(self, subject: str, number: int) -> list[str]:
        """First questions about one subject, with no word about whoever asks."""
        return self.fill(TOPICS[f"{subject}.ask"], self.subjects[subject], number)

    def about(self, subject: str, number: int) -> list[str]:
        """First questions about one subject."""
        return self.questions([subject] * number)

    def follow_ups(self, subjects: Sequence[str]) -> list[str]:
        """What one asks then."""
        return self.detailed(self.by_subject(subjects, lambda subject, n: self.fill(TALK["follow"], {"x": self.words[subject]}, n)), 0.7)

    def answers(self, subjects: Sequence[str], sentences: int = 2) -> list[str]:
        """What the model says."""
        return self.by_subject(subjects, lambda subject, n: self._answers(self.words[subject], sentences, n))

    def _answers(self, words: Sequence[str], sentences: int, number: int) -> list[str]:
        slots = {"x": words, "y": words}
        forms = [TALK["opening"], *[TALK["body"]] * sentences, TALK["body"] + [""] * 6, TALK["closing"]]
        columns = [self.fill(of_one, slots, number) for of_one in forms]
        return [" ".join(pieces).strip() for pieces in zip(*columns, strict=True)]

    def reasoned(self, answers: Sequence[str], steps: int = 3, tag: str | None = None) -> list[str]:
        """Answers with the steps before them, in a tag if there is one."""
        words = self.words[self.one(SUBJECTS)]
        slots = {"x": words + TALK["step.x"], "y": words + TALK["step.y"]}
        columns = [self.fill(TALK["step"], slots, len(answers)) for _ in range(steps)]
        before, after = (f"<{tag}>", f"</{tag}>") if tag else ("", "\n")
        return [f"{before}{' '.join(told)}{after} {answer}" for *told, answer in zip(*columns, answers, strict=True)]

    def errands(self, number: int) -> list[str]:
        """What one tells a coding agent to do."""
        return self.fill(TALK["coding"], self.code, number)

    def tool_results(self, number: int) -> list[str]:
        """What the agent's program sends back."""
        return self.fill(TALK["tool"], self.code, number)

    def firm(self) -> str:
        """An invented name."""
        return self.one(TALK["firm.first"]) + self.one(TALK["firm.last"]) + str(self.r.integers(1, 99))
