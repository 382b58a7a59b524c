"""Text by a grammar, whole columns at a time: a phrase is chosen for every row, and its slots are filled for all rows that chose it."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..worlds import sections

Ints = npt.NDArray[np.int64]

FOLDER = Path(__file__).parent / "vocabulary"
TONGUES = ("en", "es", "de", "pt", "zh", "tr")
WORKS = (
    "chat", "write", "sum", "math", "reason", "code", "agent", "data", "grade", "rewrite", "make", "label", "trace", "trans",
    "hello", "slip",
)
BLOCKS = ("code", "agent", "data")
VERDICTS = ("grade", "label")
SENTENCES = 400
"""from which the answers on one topic in one tongue are put together"""


@cache
def words() -> dict[str, list[str]]:
    """All sections of the vocabulary."""
    found: dict[str, list[str]] = {}
    for name in ("english", "tongues", "topics"):
        found |= sections(FOLDER / f"{name}.txt")
    return found


@cache
def _topical(name: str) -> tuple[pa.Array, Ints, Ints]:
    """Phrases of all topics, where each topic's begin, and how many they are."""
    lists = [words()[f"topic{t}.{name}"] for t in range(topics())]
    sizes = np.array([len(phrases) for phrases in lists])
    return pa.array([phrase for phrases in lists for phrase in phrases]), np.cumsum(sizes) - sizes, sizes


@cache
def topics() -> int:
    """Number of topics."""
    return sum(name.endswith(".thing") and name.startswith("topic") for name in words())


def frames() -> int:
    """Number of the texts that go round."""
    return len(words()["frame"])


def known(section: str) -> bool:
    """Whether a slot of this name can be filled."""
    return section in words() or section in ("thing", "issue")


def join(parts: list[object]) -> pa.Array:
    """Concatenate strings row by row."""
    return pc.binary_join_element_wise(*parts, "") if len(parts) > 1 else parts[0]


def say(rng: np.random.Generator, section: str, topic: Ints) -> pa.Array:
    """A phrase of a section for every row, its slots filled, on the row's topic."""
    n = len(topic)
    if section in ("thing", "issue"):
        phrases, first, sizes = _topical(section)
        return phrases.take(pa.array(first[topic] + (rng.random(n) * sizes[topic]).astype(np.int64)))
    options = words()[section]
    chosen = rng.integers(len(options), size=n)
    if not any("{" in option for option in options):
        return pa.array(options).take(pa.array(chosen))
    return by_group(chosen, lambda option, rows: fill(rng, options[option], topic[rows]))


def fill(rng: np.random.Generator, phrase: str, topic: Ints) -> pa.Array:
    """One phrase for every row with its slots filled."""
    parts: list[object] = []
    for part in re.split(r"(\{[\w.]+\})", phrase):
        if part.startswith("{") and part.endswith("}") and known(part[1:-1]):
            parts.append(say(rng, part[1:-1], topic))
        elif part:
            parts.append(part)
    if all(isinstance(part, str) for part in parts):
        return pa.array(["".join(map(str, parts))] * len(topic))
    return join(parts)


def by_group(group: Ints, make: Callable[[int, Ints], pa.Array]) -> pa.Array:
    """Make the rows of each group apart and put them back into their places."""
    order = np.argsort(group, kind="stable")
    values, first = np.unique(group[order], return_index=True)
    bounds = np.append(first, len(group))
    made = [make(int(value), order[a:b]) for value, a, b in zip(values, bounds[:-1], bounds[1:], strict=True)]
    if not made:
        return pa.array([], pa.string())
    back = np.empty(len(group), np.int64)
    back[order] = np.arange(len(group))
    return pa.chunked_array([piece.cast(pa.string()) for piece in made]).combine_chunks().take(pa.array(back))


def section_of(work: str, tongue: str) -> str:
    """Section of a kind of work in a tongue; a tongue without it says it as chat or asks as English does."""
    if tongue == "en":
        return work
    for name in (f"{tongue}.{work}", f"{tongue}.reason" if work in ("math", "trace", "make") else "", f"{tongue}.chat"):
        if name in words():
            return name
    return work


def tasks(rng: np.random.Generator, work: Ints, tongue: Ints, topic: Ints) -> pa.Array:
    """A task for every row."""

    def of(code: int, rows: Ints) -> pa.Array:
        section = section_of(WORKS[code % len(WORKS)], TONGUES[code // len(WORKS)])
        return say(rng, section, topic[rows])

    return by_group(work + len(WORKS) * tongue, of)


def follow(rng: np.random.Generator, tool: npt.NDArray[np.bool_], tongue: Ints, topic: Ints) -> pa.Array:
    """What is sent on a later turn: a person's next words or what a tool returned."""

    def of(code: int, rows: Ints) -> pa.Array:
        section = "step" if code < 0 else "more" if code == 0 else f"{TONGUES[code]}.more"
        return say(rng, section, topic[rows])

    return by_group(np.where(tool, -1, tongue), of)


def framed(frame: Ints, task: pa.Array) -> pa.Array:
    """Tasks in their frames; -1 is none."""
    frames = words()["frame"]

    def of(code: int, rows: Ints) -> pa.Array:
        mine = task.take(pa.array(rows))
        if code < 0:
            return mine
        before, after = frames[code % len(frames)].split("{task}")
        return join([before, mine, after])

    return by_group(frame, of)


def answers(rng: np.random.Generator, work: Ints, tongue: Ints, topic: Ints, length: Ints, thinking: npt.NDArray[np.bool_]) -> pa.Array:
    """An answer of about so many sentences for every row."""
    pools: list[pa.Array] = []
    place: dict[int, int] = {}
    spoken = np.where(tongue > 0, topics() + tongue, topic) + np.where(thinking & (tongue == 0), 1000, 0)
    for code in np.unique(spoken).tolist():
        place[code] = len(pools) * SENTENCES
        section = "think" if code >= 1000 else "say" if code < topics() else f"{TONGUES[code - topics()]}.say"
        about = np.full(SENTENCES, code % 1000 if code % 1000 < topics() else 0)
        pools.append(say(rng, section, about).cast(pa.string()))
    pool = pa.chunked_array(pools).combine_chunks()
    codes, inverse = np.unique(spoken, return_inverse=True)
    start = np.array([place[code] for code in codes.tolist()])[inverse]
    total = int(length.sum())
    flat = np.repeat(start, length) + rng.integers(SENTENCES, size=total)
    offsets = np.concatenate([[0], np.cumsum(length)]).astype(np.int32)
    body = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), pool.take(pa.array(flat))), " ")
    block = np.isin(work, [WORKS.index(name) for name in BLOCKS]) & (rng.random(len(work)) < 0.7)
    verdict = np.isin(work, [WORKS.index(name) for name in VERDICTS]) & (tongue == 0)

    def of(code: int, rows: Ints) -> pa.Array:
        mine = body.take(pa.array(rows))
        if code == 0:
            return mine
        head = say(rng, "block" if code == 1 else "verdict", topic[rows])
        return join([mine, "\n\n", head] if code == 1 else [head, " ", mine])

    return by_group(np.where(block, 1, np.where(verdict, 2, 0)), of)
