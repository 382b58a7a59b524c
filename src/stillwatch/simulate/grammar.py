"""The grammar that prompts are made of: phrase files, read into flat arrays that kernels can walk.

Notation of ``phrases/*.txt``: ``name = a | b`` lists alternatives (indented lines continue), ``name:`` is followed by
one alternative a line, ``3|`` before an alternative is its weight. ``{x}`` expands x, ``{^x}`` capitalises it, ``{~x}``
draws it from the few values that belong to the asker, ``{#3}`` is a number of up to three digits, ``\\n`` a line break.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from stillwatch.errors import InputError

SYMBOL = 0xFFFF
CAPITAL = 1 << 16
PERSONAL = 1 << 17
NUMBER = 1 << 18
RESTORE = 1 << 19
FILES = ("words.txt", "tasks.txt", "frames.txt")
_SLOT = re.compile(r"\{([\^~]*)(\w+)\}|\{#(\d)\}")
_LISTED = re.compile(r"\w+ = ")
_WEIGHT = re.compile(r"(\d+)\|(.*)", re.DOTALL)

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]


class Grammar(NamedTuple):
    """Flat arrays; symbol s has alternatives ``alternatives[first[s]:first[s + 1]]``, each a run of items."""

    first: I64
    alternatives: I64
    item_first: I64
    items: I32
    term_first: I64
    terms: U8
    indexed: U8


class Phrases(NamedTuple):
    """A grammar with the names of its symbols."""

    grammar: Grammar
    numbers: dict[str, int]
    reserve: int

    def __call__(self, name: str) -> int:
        """The number of a symbol."""
        return self.numbers[name]


def parse(text: str) -> dict[str, list[str]]:
    """Read the notation; an alternative that weighs n stands n times."""
    rules: dict[str, list[str]] = {}
    name, listed = "", False
    for line in map(str.rstrip, text.splitlines()):
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith("  "):
            listed = _LISTED.match(line) is not None
            name, _, rest = line.partition(" = ") if listed else (line[:-1], "", "")
            if name in rules:
                raise InputError(f"the phrase {name} is defined twice")
            rules[name] = []
            parts = _split(rest) if listed else []
        elif listed:
            parts = _split(line.strip())
        else:
            parts = ["" if line.strip() == "|" else line[2:]]
        for part in parts:
            weighted = _WEIGHT.fullmatch(part)
            rules[name] += [weighted[2]] * int(weighted[1]) if weighted else [part]
    return rules


def _split(line: str) -> list[str]:
    parts = f" {line} ".split("|")
    return [part[1:-1] if len(part) > 1 else "" for part in parts]


def build(rules: Mapping[str, Sequence[str]], pools: Mapping[str, Sequence[str]]) -> Phrases:
    """Flatten rules and pools; a pool's text is literal, and which of it is the seed modulo the pool's size."""
    names = [*rules, *pools]
    index = {name: number for number, name in enumerate(names)}
    if len(names) > SYMBOL:
        raise InputError(f"{len(names)} phrases are more than {SYMBOL}")
    terms: dict[bytes, int] = {}
    first, alternatives, item_first, items = [0], [], [0], []
    for name in names:
        for text in pools.get(name, ()) or rules.get(name, ()):
            items += [_term(terms, text)] if name in pools else _items(text, index, terms, name)
            alternatives.append(len(item_first) - 1)
            item_first.append(len(items))
        first.append(len(alternatives))
    lengths = np.fromiter(map(len, terms), np.int64, len(terms))
    grammar = Grammar(
        np.array(first, np.int64),
        np.array(alternatives, np.int64),
        np.array(item_first, np.int64),
        np.array(items, np.int32),
        np.concatenate([[0], lengths.cumsum()]).astype(np.int64),
        np.frombuffer(b"".join(terms), np.uint8).copy(),
        np.array([name in pools for name in names], np.uint8),
    )
    return Phrases(grammar, index, int(lengths.max(initial=0)) * 2 + 16384)


def _term(terms: dict[bytes, int], text: str) -> int:
    return -1 - terms.setdefault(text.encode("utf-8", "replace"), len(terms))


def _items(text: str, index: Mapping[str, int], terms: dict[bytes, int], name: str) -> list[int]:
    text = text.replace("\\n", "\n").replace("\\t", "\t")
    items, end = [], 0
    for slot in _SLOT.finditer(text):
        if slot.start() > end:
            items.append(_term(terms, text[end : slot.start()]))
        end = slot.end()
        if slot[3]:
            items.append(NUMBER | int(slot[3]))
            continue
        if slot[2] not in index:
            raise InputError(f"the phrase {name} uses {slot[2]}, which is not defined")
        flags = (CAPITAL if "^" in slot[1] else 0) | (PERSONAL if "~" in slot[1] else 0)
        items.append(index[slot[2]] | flags)
    if end < len(text):
        items.append(_term(terms, text[end:]))
    return items


@cache
def rules() -> dict[str, list[str]]:
    """The rules of the package's phrase files."""
    found: dict[str, list[str]] = {}
    for name in FILES:
        found |= parse(files("stillwatch.simulate").joinpath("phrases", name).read_text(encoding="utf-8"))
    return found
