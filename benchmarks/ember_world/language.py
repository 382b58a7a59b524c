"""Text by a grammar: phrases with slots, which are filled for many rows at once."""

import re
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..worlds import sections

FOLDER = Path(__file__).parent / "vocabulary"
TONGUES = ("en", "de", "fr", "es", "pt", "id", "tr", "ja")
WORKS = (
    "ask", "reason", "grade", "rewrite", "code", "agent", "data", "translate", "extract", "support", "summary", "write", "quiz", "label",
    "advice", "trace", "vision",
)
SENTENCES = {"reason": 9.0, "code": 8.0, "agent": 4.0, "write": 9.0, "quiz": 7.0, "trace": 10.0, "ask": 6.0, "advice": 5.0, "grade": 3.0,
             "label": 1.0, "extract": 1.5, "translate": 2.5, "rewrite": 2.5, "support": 3.0, "summary": 3.0, "data": 4.0, "vision": 2.0}
"""of an answer, in the middle"""
ANSWERS = {"reason": "step", "trace": "step", "code": "codeline", "agent": "codeline", "data": "step", "grade": "verdict", "label": "word"}
"""what answers in English are made of, else of plain sentences"""
GOING_ROUND = ("explain_reasoning", "rubric", "safe_rewrite", "make_tasks", "clean_trace", "thinking_language", "preference", "forced_tags",
               "benchmark", "viral", "tutorial", "marking", "listing", "character", "minutes")
"""frames that anybody may have found on the internet"""
LIBRARY = 160
"""sentences kept of each topic; answers are drawn from them"""

Ints = NDArray[np.int64]


@cache
def words() -> dict[str, list[str]]:
    """Phrases of all sections, topics apart."""
    found = {key: phrases for name in ("english", "frames", "tongues") for key, phrases in sections(FOLDER / f"{name}.txt").items()}
    found["going_round"] = [phrase for name in GOING_ROUND for phrase in found[name]]
    return found


@cache
def topics() -> dict[str, list[str]]:
    """Things that are talked about, by topic."""
    return sections(FOLDER / "topics.txt")


@cache
def _things() -> tuple[pa.Array, Ints, Ints]:
    sizes = np.array([len(things) for things in topics().values()])
    return pa.array([thing for things in topics().values() for thing in things]), np.cumsum(sizes) - sizes, sizes


@cache
def _parts(phrase: str) -> list[str]:
    """Literal, slot, literal, slot, ..., literal."""
    kept = re.sub(r"\}\}(?!\})", "\1", phrase.replace("{{", "\0"))  # of three, the first closes the slot
    return [part.replace("\0", "{").replace("\1", "}") for part in re.split(r"\{(\w+)\}", kept)]


class Pen:
    """Writes with one stream of chance."""

    NUMBERS: ClassVar = {"n": (2, 60), "n2": (60, 960), "d": (2, 9)}

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def expand(
        self, section: str, topic: Ints, tongue: str = "en", choice: Ints | None = None, task: pa.Array | None = None
    ) -> pa.Array:
        """A phrase of the section for each topic, its slots filled; ``choice`` says which phrase, ``task`` what {task} stands for."""
        phrases = words()[section]
        if choice is None:
            choice = self.rng.integers(len(phrases), size=len(topic))
        choice = choice % len(phrases)
        order = np.argsort(choice, kind="stable")
        ends = np.searchsorted(choice[order], np.arange(len(phrases) + 1))
        done = []
        for k in np.flatnonzero(np.diff(ends)):
            rows = order[ends[k] : ends[k + 1]]
            done.append(self._fill(phrases[k], topic[rows], tongue, None if task is None else task.take(pa.array(rows))))
        if not done:
            return pa.array([], pa.string())
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        return pa.concat_arrays(done).take(pa.array(back))

    def _fill(self, phrase: str, topic: Ints, tongue: str, task: pa.Array | None) -> pa.Array:
        parts = _parts(phrase)
        if len(parts) == 1:
            return pa.array([parts[0]]).take(pa.array(np.zeros(len(topic), np.int64)))
        pieces = [self._slot(part, topic, tongue, task) if i % 2 else part for i, part in enumerate(parts) if i % 2 or part]
        return pc.binary_join_element_wise(*pieces, "")

    def _slot(self, slot: str, topic: Ints, tongue: str, task: pa.Array | None) -> pa.Array:
        if slot == "task":
            return task
        if slot in self.NUMBERS:
            low, high = self.NUMBERS[slot]
            return pc.cast(pa.array(self.rng.integers(low, high, len(topic))), pa.string())
        if slot == "thing" and tongue == "en":
            things, first, sizes = _things()
            return things.take(pa.array(first[topic] + (self.rng.random(len(topic)) * sizes[topic]).astype(np.int64)))
        own = f"{tongue}.{slot}"
        return self.expand(own if own in words() else slot, topic, tongue)

    def tasks(self, work: Ints, tongue: Ints, topic: Ints) -> pa.Array:
        """A task of each kind of work, in each tongue; a tongue without this kind asks what it can."""
        sections_of = np.array([[_section(code, name) for name in WORKS] for code in TONGUES])
        return self._by(sections_of[tongue, work], tongue, topic)

    def follow_ups(self, work: Ints, tongue: Ints, topic: Ints) -> pa.Array:
        """What is said in later turns: of agents it is what a tool gave."""
        agent = work == WORKS.index("agent")
        follow = np.array(["follow", *(f"{code}.follow" for code in TONGUES[1:])])[tongue]
        return self._by(np.where(agent, "tool", follow), tongue, topic)

    def _by(self, section: NDArray[np.str_], tongue: Ints, topic: Ints) -> pa.Array:
        names, group = np.unique(np.char.add(np.char.add(section, "@"), np.array(TONGUES)[tongue]), return_inverse=True)
        order = np.argsort(group, kind="stable")
        ends = np.searchsorted(group[order], np.arange(len(names) + 1))
        done = []
        for k, name in enumerate(names.tolist()):
            key, _, code = name.partition("@")
            done.append(self.expand(key, topic[order[ends[k] : ends[k + 1]]], code))
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        return pa.concat_arrays(done).take(pa.array(back)) if done else pa.array([], pa.string())

    def answers(self, work: Ints, tongue: Ints, topic: Ints, longer: NDArray[np.float64]) -> pa.Array:
        """Answers out of kept sentences; ``longer`` stretches each."""
        books = ("say", "step", "codeline", "verdict", "word", *(f"{code}.say" for code in TONGUES[1:]))
        spread = np.repeat(np.arange(len(topics())), LIBRARY)
        shelf = pa.concat_arrays([self.expand(name, spread, "en" if "." not in name else name[:2]) for name in books])
        english = np.array([books.index(ANSWERS.get(name, "say")) for name in WORKS])[work]
        book = np.where(tongue == 0, english, len(books) - len(TONGUES) + tongue)
        middle = np.array([SENTENCES[name] for name in WORKS])[work] * longer
        count = np.clip(np.rint(middle * self.rng.lognormal(0.0, 0.45, len(work))), 1, 40).astype(np.int64)
        which = np.repeat((book * len(topics()) + topic) * LIBRARY, count) + self.rng.integers(LIBRARY, size=int(count.sum()))
        offsets = pa.array(np.concatenate([[0], np.cumsum(count)]).astype(np.int32))
        lists = pa.ListArray.from_arrays(offsets, shelf.take(pa.array(which)))
        lines = (book == 1) | (book == 2)
        return pc.if_else(pa.array(lines), pc.binary_join(lists, "\n"), pc.binary_join(lists, " "))


def _section(tongue: str, work: str) -> str:
    if tongue == "en":
        return work
    near = {"trace": "reason", "quiz": "reason", "support": "write", "advice": "ask", "summary": "rewrite", "translate": "rewrite"}
    for name in (work, near.get(work, "ask")):
        if f"{tongue}.{name}" in words():
            return f"{tongue}.{name}"
    return work if work in ("code", "agent", "data", "label", "extract", "vision") else f"{tongue}.ask"
