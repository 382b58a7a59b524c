"""Sentences drawn from the vocabularies, many at a time.

A rule is a list of phrases; ``{name}`` in one stands for a phrase of that rule, ``{#2-9}`` for a whole number in that range, and ``{task}``
for what a frame is put around.
"""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..worlds import sections

SLOT = re.compile(r"(\{[a-z_]+\}|\{#\d+-\d+\})")
HOLE = "\0"
Part = str | tuple[str] | tuple[int, int]
"""A literal, a rule's name, or a range."""


@cache
def rules() -> dict[str, list[list[Part]]]:
    """All rules of the vocabularies, phrases in parts."""
    found: dict[str, list[list[Part]]] = {}
    for file in sorted((Path(__file__).parent / "vocabulary").glob("*.txt")):
        for name, phrases in sections(file).items():
            found[name] = [[_part(part) for part in SLOT.split(phrase) if part] or [""] for phrase in phrases]
    return found


def _part(text: str) -> Part:
    if not SLOT.fullmatch(text):
        return text
    if text == "{task}":
        return HOLE
    name = text[1:-1]
    if name.startswith("#"):
        low, high = name[1:].split("-")
        return int(low), int(high)
    return (name,)


@cache
def words(rule: str) -> pa.Array | None:
    """The phrases of a rule without slots; None: it has some."""
    phrases = rules()[rule]
    plain = all(len(phrase) == 1 and isinstance(phrase[0], str) for phrase in phrases)
    return pa.array([phrase[0] for phrase in phrases], pa.string()) if plain else None


def draw(rule: str, n: int, rng: np.random.Generator) -> pa.Array:
    """``n`` texts of a rule, independent of each other."""
    phrases, plain = rules()[rule], words(rule)
    choice = rng.integers(len(phrases), size=n)
    if plain is not None:
        return plain.take(pa.array(choice))
    if not n:
        return pa.array([], pa.string())
    counts = np.bincount(choice, minlength=len(phrases)).tolist()
    wanted: dict[Part, int] = {}
    for phrase, count in zip(phrases, counts, strict=True):
        for part in phrase:
            if isinstance(part, tuple) and count:
                wanted[part] = wanted.get(part, 0) + count
    supply = {part: _slot(part, count, rng) for part, count in wanted.items()}  # all at once, since each call has its price
    used = dict.fromkeys(wanted, 0)
    drawn = []
    for phrase, count in zip(phrases, counts, strict=True):
        if count:
            parts = []
            for part in phrase:
                if isinstance(part, str):
                    parts.append(pa.scalar(part))
                else:
                    parts.append(supply[part].slice(used[part], count))
                    used[part] += count
            drawn.append(join(*parts) if any(isinstance(part, tuple) for part in phrase) else pa.repeat("".join(phrase), count))
    return scatter(drawn, choice)


def _slot(part: Part, n: int, rng: np.random.Generator) -> pa.Array:
    if len(part) == 1:
        return draw(part[0], n, rng)
    return pa.array(rng.integers(part[0], part[1] + 1, size=n)).cast(pa.string())


def scatter(groups: list[pa.Array], group_of: np.ndarray) -> pa.Array:
    """Put the members of groups, listed by rising number of group, back to where ``group_of`` has them."""
    place = np.empty(len(group_of), np.int64)
    place[np.argsort(group_of, kind="stable")] = np.arange(len(group_of))
    return pa.concat_arrays(groups).take(pa.array(place))


def join(*parts: pa.Array) -> pa.Array:
    """Texts side by side."""
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "")


def frame(frames: pa.Array, which: np.ndarray, tasks: pa.Array) -> pa.Array:
    """Each task inside the frame of its number; tasks with number -1 stay bare."""
    halves = pc.split_pattern(frames, HOLE, max_splits=1)
    before = pa.concat_arrays([pc.list_element(halves, 0), pa.array([""])])
    after = pa.array([half[1] if len(half) > 1 else "" for half in halves.to_pylist()] + [""], pa.string())
    number = pa.array(np.where(which < 0, len(frames), which))
    return join(before.take(number), tasks, after.take(number))
