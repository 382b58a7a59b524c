"""Text out of a grammar: what is said is a function of a number, a tongue and a topic."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..worlds import sections
from .dice import Floats, Ints, Seeds, below, mix

FOLDER = Path(__file__).parent / "vocabulary"
TONGUES = ("en", "de", "fr", "es", "pt", "zh")
WORKS = (
    "explain",
    "solve",
    "code",
    "debug",
    "agent",
    "grade",
    "rewrite",
    "translate",
    "summarise",
    "extract",
    "classify",
    "invent",
    "clean",
    "chat",
    "data",
    "plan",
)
"""Kinds of work; invent = write tasks, clean = tidy a line of thought that somebody wrote down."""
CODING = ("code", "debug", "agent", "data")
LENGTHS = {
    "explain": 5,
    "solve": 6,
    "code": 6,
    "debug": 5,
    "agent": 4,
    "grade": 3,
    "rewrite": 3,
    "translate": 3,
    "summarise": 3,
    "extract": 2,
    "classify": 1,
    "invent": 4,
    "clean": 5,
    "chat": 2,
    "data": 4,
    "plan": 5,
}
"""Sentences or lines of a usual answer."""
MOST = 9


@cache
def words() -> dict[str, list[str]]:
    """All phrases of the vocabulary."""
    found: dict[str, list[str]] = {}
    for file in sorted(FOLDER.glob("*.txt")):
        found |= sections(file)
    return found


@cache
def topics() -> list[str]:
    """Names of all topics."""
    return [name.removeprefix("en.topic.") for name in words() if name.startswith("en.topic.")]


@cache
def _things(tongue: str) -> tuple[pa.Array, Ints, Ints]:
    """The things of all topics of a tongue, where those of each topic start, and how many they are."""
    lists = [things for name, things in words().items() if name.startswith(f"{tongue}.topic.")]
    sizes = np.array([len(things) for things in lists])
    return pa.array([thing for things in lists for thing in things]), np.cumsum(sizes) - sizes, sizes


@cache
def _grammar(tongue: str, symbol: str) -> list[list[str]]:
    """The phrases of a symbol, each as literals and slots by turns."""
    known = words()
    phrases = known.get(f"{tongue}.{symbol}") or known.get(symbol) or known[f"en.{symbol}"]
    return [re.split(r"\{([\w.]+)\}", phrase) for phrase in phrases]


@cache
def _plain(tongue: str, symbol: str) -> pa.Array | None:
    """The phrases of a symbol of which none has a slot."""
    phrases = _grammar(tongue, symbol)
    return pa.array([phrase[0] for phrase in phrases]) if all(len(phrase) == 1 for phrase in phrases) else None


def say(tongue: str, symbol: str, seed: Seeds, topic: Ints) -> pa.Array:
    """One phrase of a symbol for each number."""
    if symbol == "thing":
        table, start, size = _things(tongue)
        row = topic % len(start)
        return table.take(pa.array(start[row] + below(size[row], seed, symbol)))
    if symbol == "n":
        return pc.cast(pa.array(2 + below(97, seed, symbol)), pa.string())
    if symbol == "big":
        return pc.cast(pa.array(100 + below(9_900, seed, symbol)), pa.string())
    table = _plain(tongue, symbol)
    if table is not None:
        return table.take(pa.array(below(len(table), seed, symbol)))
    phrases = _grammar(tongue, symbol)
    chosen = below(len(phrases), seed, symbol)
    order = np.argsort(chosen, kind="stable")
    bounds = np.searchsorted(chosen[order], np.arange(len(phrases) + 1))
    # All slots of one name are said by one call, whatever phrase they stand in: calls, not rows, are what takes the time.
    wanted: dict[str, list[tuple[Seeds, Ints]]] = {}
    lines: list[tuple[int, list[str | tuple[str, int]]]] = []
    for phrase, first, last in zip(phrases, bounds, bounds[1:], strict=False):
        rows = order[first:last]
        if not rows.size:
            continue
        line: list[str | tuple[str, int]] = []
        for place, part in enumerate(phrase):
            if place % 2:
                calls = wanted.setdefault(part, [])
                line.append((part, len(calls)))
                calls.append((mix(seed[rows], place), topic[rows]))
            elif part or len(phrase) == 1:
                line.append(part)
        lines.append((rows.size, line))
    said = {name: _said(tongue, name, calls) for name, calls in wanted.items()}
    pieces = [
        pc.binary_join_element_wise(*(pa.repeat(part, size) if isinstance(part, str) else said[part[0]][part[1]] for part in line), "")
        for size, line in lines
    ]
    if not pieces:
        return pa.array([], pa.string())
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return pa.concat_arrays(pieces).take(pa.array(back))


def _said(tongue: str, symbol: str, calls: list[tuple[Seeds, Ints]]) -> list[pa.Array]:
    """What :func:`say` says for each of several calls."""
    texts = say(tongue, symbol, np.concatenate([seed for seed, _ in calls]), np.concatenate([topic for _, topic in calls]))
    ends = np.cumsum([len(seed) for seed, _ in calls])
    return [texts.slice(end - len(seed), len(seed)) for end, (seed, _) in zip(ends.tolist(), calls, strict=True)]


def by_tongue_and_symbol(symbols: list[str], which: Ints, tongue: Ints, seed: Seeds, topic: Ints) -> pa.Array:
    """Say for each row the symbol and in the tongue of its own."""
    group = which * len(TONGUES) + tongue
    order = np.argsort(group, kind="stable")
    cuts = np.flatnonzero(np.diff(group[order])) + 1
    pieces = [
        say(TONGUES[tongue[rows[0]]], symbols[which[rows[0]]], seed[rows], topic[rows]) for rows in np.split(order, cuts) if rows.size
    ]
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return pa.concat_arrays(pieces).take(pa.array(back)) if pieces else pa.array([], pa.string())


def once(symbols: list[str], which: Ints, tongue: Ints, seed: Seeds, topic: Ints) -> pa.Array:
    """The same, each different text made once: for frames that thousands of requests share."""
    code = mix(which, tongue, seed)
    _, first, back = np.unique(code, return_index=True, return_inverse=True)
    return by_tongue_and_symbol(symbols, which[first], tongue[first], seed[first], topic[first]).take(pa.array(back))


def answers(work: Ints, tongue: Ints, seed: Seeds, topic: Ints) -> pa.Array:
    """What a model replies: an opening, sentences or lines as many as the work needs, and an end."""
    usual = np.array([LENGTHS[name] for name in WORKS])[work]
    size = np.clip(np.round(usual * np.exp(0.45 * (unit_normal(seed)))), 1, MOST).astype(np.int64)
    coding = np.isin(work, [WORKS.index(name) for name in CODING])
    style = np.where(coding, 1, np.where(work == WORKS.index("solve"), 2, 0))
    symbols = ["claim", "line", "step"]
    columns = [once(["open"], np.zeros_like(work), tongue, mix(seed, "open"), topic)]
    for place in range(MOST):
        rows = np.flatnonzero(size > place)
        said = by_tongue_and_symbol(symbols, style[rows], tongue[rows], mix(seed[rows], place), topic[rows])
        where = np.full(len(size), -1)
        where[rows] = np.arange(rows.size)
        columns.append(pc.fill_null(said.take(pa.array(where, mask=where < 0)), ""))
    columns.append(once(["end"], np.zeros_like(work), tongue, mix(seed, "end"), topic))
    return pc.binary_join_element_wise(*columns, "")


def unit_normal(seed: Seeds) -> Floats:
    """A normal number, near enough: four even ones added up."""
    total = np.zeros(len(seed))
    for place in range(4):
        total += below(1 << 20, seed, "normal", place) / float(1 << 20)
    return np.asarray((total - 2.0) * np.sqrt(3.0))
