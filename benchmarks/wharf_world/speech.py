"""What people write and what is answered: phrases whose slots are filled with other phrases, many rows at a time."""

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..worlds import sections
from .chance import Floats, Ints, Seeds, below, fresh, mix, unit

FOLDER = Path(__file__).parent / "vocabulary"
SLOT = re.compile(r"\{([\w.]+)\}")
HOLE = "\x1a"
"""stands for the task in a frame that is worded once"""
TONGUES = ["en", "es", "fr", "de", "pt", "id", "tr", "zh"]
WORKS = [
    "explain", "reason", "grade", "rewrite", "maketask", "clean", "code", "agent", "analyse", "letter", "extract", "translate", "chat", "plan",
]  # fmt: skip
ABROAD = {"clean": "rewrite", "agent": "code", "analyse": "reason", "extract": "grade", "translate": "rewrite", "plan": "letter"}
"""work whose phrases stand in for another's in tongues other than English"""
SENTENCES = dict(zip(WORKS, (5, 8, 4, 4, 8, 6, 6, 4, 6, 4, 3, 2, 3, 7), strict=True))
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


@cache
def words() -> dict[str, list[str]]:
    """All phrases by section."""
    return {name: phrases for file in sorted(FOLDER.glob("*.txt")) for name, phrases in sections(file).items()}


@cache
def topics() -> list[str]:
    """Names of the topics."""
    return [name.partition(".")[0] for name in sections(FOLDER / "topics.txt") if name.endswith(".thing")]


@cache
def parts(phrase: str) -> list[str]:
    """Text and slots of a phrase in turn."""
    return SLOT.split(phrase)


@dataclass(frozen=True)
class Rows:
    """Who speaks in each row: topic, tongue, person, and how often the person says it as always."""

    topic: Ints
    tongue: Ints
    person: Seeds
    habit: Floats
    task: Any = None

    def of(self, at: Ints) -> "Rows":
        """Some of the rows."""
        return Rows(self.topic[at], self.tongue[at], self.person[at], self.habit[at], None if self.task is None else self.task.take(pa.array(at)))


def compose(rng: np.random.Generator, section: str, rows: Rows) -> pa.Array:
    """A phrase of a section for every row, with all slots filled."""
    found: list[pa.Array] = []
    places: list[Ints] = []
    abroad = np.where(np.isin(section.partition(".")[0], _spoken()), rows.tongue, 0)
    for tongue in np.unique(abroad).tolist():
        at = np.flatnonzero(abroad == tongue)
        inside, name = _resolve(section, TONGUES[tongue])
        if name.startswith("*"):
            for topic in np.unique(rows.topic[at]).tolist():
                here = at[rows.topic[at] == topic]
                _fill(rng, f"{topics()[topic]}.{name[1:]}", rows, here, found, places)
        else:
            _fill(rng, inside, rows, at, found, places)
    if not found:
        return pa.array([], pa.string())
    back = np.argsort(np.concatenate(places), kind="stable")
    return pa.concat_arrays(found).take(pa.array(back))


def _resolve(section: str, tongue: str) -> tuple[str, str]:
    if tongue == "en":
        return section, f"*{section}" if section in ("thing", "issue") else section
    for name in (f"{tongue}.{section}", f"{tongue}.{ABROAD.get(section, '')}", f"{tongue}.{section.partition('.')[0]}"):
        if name in words():
            return name, name
    return section, section


@cache
def _spoken() -> list[str]:
    """Sections that some tongue has."""
    foreign = {name.split(".")[1] for name in words() if name.split(".")[0] in TONGUES}
    return sorted(foreign | ABROAD.keys())


def _fill(rng: np.random.Generator, section: str, rows: Rows, at: Ints, found: list[pa.Array], places: list[Ints]) -> None:
    phrases = words()[section]
    salt = int.from_bytes(section.encode()[-7:], "little")
    usual = below(mix(rows.person[at], salt), len(phrases))
    chosen = np.where(rng.random(len(at)) < rows.habit[at], usual, rng.integers(0, len(phrases), len(at)))
    order = np.argsort(chosen, kind="stable")
    starts = np.searchsorted(chosen[order], np.arange(len(phrases) + 1))
    for k, phrase in enumerate(phrases):
        here = at[order[starts[k] : starts[k + 1]]]
        if len(here):
            found.append(_one(rng, phrase, rows, here))
            places.append(here)


def _one(rng: np.random.Generator, phrase: str, rows: Rows, at: Ints) -> pa.Array:
    split = parts(phrase)
    if len(split) == 1:
        return pa.repeat(phrase, len(at))
    inner = rows.of(at)
    pieces: list[Any] = []
    for k, part in enumerate(split):
        if k % 2:
            pieces.append(_slot(rng, part, inner))
        elif part:
            pieces.append(pa.scalar(part))
    joined = pc.binary_join_element_wise(*pieces, "")
    return pa.repeat(joined, len(at)) if isinstance(joined, pa.Scalar) else joined


def _slot(rng: np.random.Generator, name: str, rows: Rows) -> Any:
    n = len(rows.topic)
    if name == "task":
        return rows.task if rows.task is not None else pa.scalar(HOLE)
    if name == "role":
        return pa.scalar("{role}")
    if name == "n":
        return pa.array(rng.integers(2, 100, n)).cast(pa.string())
    if name == "big":
        return pa.array((10 ** rng.uniform(2, 5, n)).astype(np.int64)).cast(pa.string())
    if name == "date":
        month = pa.array(MONTHS).take(pa.array(rng.integers(0, 12, n)))
        numbers = pa.array(rng.integers(1, 29, n)).cast(pa.string())
        return pc.binary_join_element_wise(numbers, month, " ")
    return compose(rng, name, rows)


def once(rng: np.random.Generator, section: str, topic: int = 0, tongue: int = 0) -> str:
    """One wording, for all."""
    rows = Rows(np.array([topic]), np.array([tongue]), fresh(rng, 1), np.zeros(1))
    return str(compose(rng, section, rows)[0])


def system(rng: np.random.Generator, role: str, n: int) -> pa.Array:
    """Instructions for an assistant in such a role, worded for each of n."""
    rows = Rows(rng.integers(0, len(topics()), n), np.zeros(n, np.int64), fresh(rng, n), np.zeros(n))
    marked = pc.replace_substring(compose(rng, "system", rows), "{role}", role)
    return marked


class Answers:
    """Answers of the length that each work calls for, on the topic and in the tongue of the question."""

    EACH = 160

    def __init__(self, rng: np.random.Generator) -> None:
        """Word the sentences that answers of a world are made of."""
        english = np.repeat(np.arange(len(topics())), self.EACH)
        abroad = np.repeat(np.arange(1, len(TONGUES)), self.EACH)
        topic = np.concatenate([english, np.zeros(len(abroad), np.int64)])
        tongue = np.concatenate([np.zeros(len(english), np.int64), abroad])
        self.bank = compose(rng, "answer", Rows(topic, tongue, fresh(rng, len(topic)), np.zeros(len(topic))))

    def give(self, rng: np.random.Generator, work: Ints, topic: Ints, tongue: Ints, longer: Floats) -> pa.Array:
        """An answer for every row."""
        mean = np.array([SENTENCES[name] for name in WORKS], np.float64)[work] * longer
        count = 1 + rng.poisson(np.maximum(mean * rng.lognormal(-0.1, 0.45, len(work)) - 1, 0.1))
        count = np.minimum(count, 40)
        start = np.where(tongue == 0, topic, len(topics()) + tongue - 1) * self.EACH
        which = np.repeat(start, count) + rng.integers(0, self.EACH, int(count.sum()))
        offsets = pa.array(np.concatenate([[0], np.cumsum(count)]), pa.int32())
        return pc.binary_join(pa.ListArray.from_arrays(offsets, self.bank.take(pa.array(which))), " ")


def speak(rng: np.random.Generator, work: Ints, rows: Rows, later: Any) -> pa.Array:
    """What is asked: a task of its work on a first turn, a remark or a result of a tool on later ones."""
    agent = WORKS.index("agent")
    kind = np.where(later, np.where((work == agent) & (rng.random(len(work)) < 0.8), len(WORKS) + 1, len(WORKS)), work)
    found, places = [], []
    for k, section in enumerate([*WORKS, "more", "more.agent"]):
        at = np.flatnonzero(kind == k)
        if len(at):
            found.append(compose(rng, section, rows.of(at)))
            places.append(at)
    return pa.concat_arrays(found).take(pa.array(np.argsort(np.concatenate(places), kind="stable")))


def framed(rng: np.random.Generator, section: str, rows: Rows, tasks: pa.Array, wordings: int) -> pa.Array:
    """Tasks within a frame: one of so many wordings, or for 0 a wording of its own for each."""
    n = len(tasks)
    if not wordings:
        return compose(rng, section, replace(rows, task=tasks))
    count = min(wordings, n)
    tongue = np.full(count, np.bincount(rows.tongue, minlength=1).argmax()) if rng.random() < 0.5 else np.zeros(count, np.int64)
    forms = compose(rng, section, Rows(rng.choice(rows.topic, count), tongue, fresh(rng, count), np.zeros(count)))
    ends = pc.split_pattern(forms.take(pa.array(rng.integers(0, count, n))), HOLE, max_splits=1)
    return pc.binary_join_element_wise(pc.list_element(ends, 0), tasks, pc.list_element(ends, 1), "")


def sticky(seed: Seeds) -> Floats:
    """How much a person is one of habit."""
    return 0.1 + 0.5 * unit(mix(seed, 77))
