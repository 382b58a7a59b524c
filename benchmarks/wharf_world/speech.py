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
    "explain", "reason", "grade", "rewrite", "maketask", "clean", "code", "agent", "analyse", "letter", "extract", "translate", "chat",
    "plan",
]  # fmt: skip
ABROAD = {"clean": "rewrite", "agent": "code", "analyse": "reason", "extract": "grade", "translate": "rewrite", "plan": "letter"}
"""work whose phrases stand in for another's in tongues other than English"""
SENTENCES = dict(zip(WORKS, (5, 8, 4, 4, 8, 6, 6, 4, 6, 4, 3, 2, 3, 7), strict=True))
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
NUMBERS = pa.array([str(number) for number in range(100)])
DATES = pa.array([f"{day} {month}" for month in MONTHS for day in range(1, 29)])


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
        return Rows(self.topic[at], self.tongue[at], self.person[at], self.habit[at],
            None if self.task is None else self.task.take(pa.array(at)))


@dataclass(frozen=True)
class Leaves:
    """Phrases without slots, by tongue and, in English, perhaps by topic: where each list begins and how long it is."""

    phrases: pa.Array
    begin: Ints
    length: Ints


@cache
def leaves(section: str) -> Leaves | None:
    """A section's phrases, if none in any tongue has a slot."""
    lists = [words()[_abroad(section, tongue)] for tongue in TONGUES[1:]] if section in _spoken() else []
    by_topic = section in ("thing", "issue")
    english = [words()[f"{topic}.{section}"] for topic in topics()] if by_topic else [words()[section]] * len(topics())
    every = english + (lists or [english[0]] * (len(TONGUES) - 1))
    if any(len(parts(phrase)) > 1 for phrases in every for phrase in phrases):
        return None
    length = np.array([len(phrases) for phrases in every])
    return Leaves(pa.array([phrase for phrases in every for phrase in phrases], pa.string()), np.cumsum(length) - length, length)


def compose(rng: np.random.Generator, section: str, rows: Rows) -> pa.Array:
    """A phrase of a section for every row, with all slots filled."""
    n = len(rows.topic)
    salt = int.from_bytes(section.encode()[-7:], "little")
    if table := leaves(section):
        which = np.where(rows.tongue == 0, rows.topic, len(topics()) + rows.tongue - 1)
        length = table.length[which]
        usual = below(mix(rows.person, salt), length)
        return table.phrases.take(pa.array(table.begin[which] + np.where(rng.random(n) < rows.habit, usual,
            (rng.random(n) * length).astype(np.int64))))
    tongues = np.unique(rows.tongue).tolist() if section.partition(".")[0] in _spoken() else [-1]
    found: list[pa.Array] = []
    places: list[Ints] = []
    for tongue in tongues:
        at = np.flatnonzero(rows.tongue == tongue) if tongue >= 0 else np.arange(n)
        phrases = words()[_abroad(section, TONGUES[max(tongue, 0)])]
        some = rows.of(at) if len(tongues) > 1 else rows
        usual = below(mix(some.person, salt), len(phrases))
        chosen = np.where(rng.random(len(at)) < some.habit, usual, rng.integers(0, len(phrases), len(at)))
        order = np.argsort(chosen, kind="stable")
        edges = np.searchsorted(chosen[order], np.arange(len(phrases) + 1))
        found += _fill(rng, phrases, some, [order[edges[k] : edges[k + 1]] for k in range(len(phrases))])
        places.append(at[order])
    if not n:
        return pa.array([], pa.string())
    return pa.concat_arrays(found).take(pa.array(np.argsort(np.concatenate(places), kind="stable")))


def _abroad(section: str, tongue: str) -> str:
    """The section that a tongue has for this one, or the English one."""
    if tongue == "en":
        return section
    known = (f"{tongue}.{name}" for name in (section, ABROAD.get(section, "-"), section.partition(".")[0]))
    return next((name for name in known if name in words()), section)


@cache
def _spoken() -> frozenset[str]:
    """Sections that some tongue has."""
    return frozenset({name.split(".")[1] for name in words() if name.split(".")[0] in TONGUES} | ABROAD.keys())


def _fill(rng: np.random.Generator, phrases: list[str], rows: Rows, groups: list[Ints]) -> list[pa.Array]:
    """The texts of each group of rows, which has a phrase; what the phrases ask of one slot is composed at once."""
    asked: dict[str, list[Ints]] = {}
    for phrase, group in zip(phrases, groups, strict=True):
        for name in parts(phrase)[1::2]:
            asked.setdefault(name, []).append(group)
    filled = {name: _slot(rng, name, rows.of(np.concatenate(places))) for name, places in asked.items()}
    used = dict.fromkeys(filled, 0)
    texts = []
    for phrase, group in zip(phrases, groups, strict=True):
        pieces: list[Any] = []
        for k, part in enumerate(parts(phrase)):
            if k % 2:
                slot = filled[part]
                pieces.append(slot if isinstance(slot, pa.Scalar) else slot.slice(used[part], len(group)))
                used[part] += len(group)
            elif part:
                pieces.append(pa.scalar(part))
        if len(group):
            joined = pc.binary_join_element_wise(*pieces, "") if len(pieces) > 1 else pieces[0] if pieces else pa.scalar("")
            texts.append(pa.repeat(joined, len(group)) if isinstance(joined, pa.Scalar) else joined)
    return texts


def _slot(rng: np.random.Generator, name: str, rows: Rows) -> Any:
    n = len(rows.topic)
    if name == "task":
        return rows.task if rows.task is not None else pa.scalar(HOLE)
    if name == "role":
        return pa.scalar("{role}")
    if name == "n":
        return NUMBERS.take(pa.array(rng.integers(2, 100, n)))
    if name == "big":
        return pa.array((10 ** rng.uniform(2, 5, n)).astype(np.int64)).cast(pa.string())
    if name == "date":
        return DATES.take(pa.array(rng.integers(0, len(DATES), n)))
    return compose(rng, name, rows)


def system(rng: np.random.Generator, role: str, n: int) -> pa.Array:
    """Instructions for an assistant in such a role, worded for each of n."""
    rows = Rows(rng.integers(0, len(topics()), n), np.zeros(n, np.int64), fresh(rng, n), np.zeros(n))
    return pc.replace_substring(compose(rng, "system", rows), "{role}", role)


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


@dataclass(frozen=True)
class Commons:
    """What anybody can find on the internet: a list of tasks, and wordings of frames."""

    work: Ints
    rows: Rows
    tasks: pa.Array
    forms: dict[str, pa.Array]

    @classmethod
    def make(cls, rng: np.random.Generator, size: int) -> "Commons":
        """Those of a world."""
        kinds = [WORKS.index(name) for name in ("reason", "reason", "code", "explain", "maketask", "analyse")]
        work = rng.choice(kinds, size)
        rows = Rows(rng.integers(0, len(topics()), size), np.zeros(size, np.int64), fresh(rng, size), np.zeros(size))
        some = rows.of(np.arange(7))
        forms = {name: compose(rng, name, some) for name in words() if name.startswith("frame.")}
        return cls(work, rows, speak(rng, work, rows, np.zeros(size, bool)), forms)


def framed(rng: np.random.Generator, section: str, rows: Rows, tasks: pa.Array, wordings: int, commons: Commons) -> pa.Array:
    """Tasks within a frame: one of so many wordings, for 0 a wording of its own for each, for -1 one that goes round."""
    n = len(tasks)
    if not wordings:
        return compose(rng, section, replace(rows, task=tasks))
    count = max(min(wordings, n), 1)
    tongue = np.full(count, np.bincount(rows.tongue, minlength=1).argmax()) if rng.random() < 0.5 else np.zeros(count, np.int64)
    if wordings < 0:
        forms = commons.forms[section]
    else:
        forms = compose(rng, section, Rows(rng.choice(rows.topic, count), tongue, fresh(rng, count), np.zeros(count)))
    ends = pc.split_pattern(forms.take(pa.array(rng.integers(0, len(forms), n))), HOLE, max_splits=1)
    return pc.binary_join_element_wise(pc.list_element(ends, 0), tasks, pc.list_element(ends, 1), "")


def sticky(seed: Seeds) -> Floats:
    """How much a person is one of habit."""
    return 0.1 + 0.5 * unit(mix(seed, 77))
