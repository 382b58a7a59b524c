"""Words that tell what a prompt asks for, in ten languages.

A capability is read from a short list of words and word pairs (words.txt), counted; the class with most hits wins and ties
go to the earlier class of :data:`PRIORITY`. Blind spot: other languages, and tasks described without these words, count
as ``other``; an operator who paraphrases can move between classes. So shares are described to the analyst and compared
within one group, and no single prompt is judged by them.
"""

import re
from functools import cache
from importlib import resources
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stillwatch.numeric.arrays import text_bytes
from stillwatch.sketch import kernels
from stillwatch.tables import CAPABILITIES

ELICITATION = len(CAPABILITIES) - 1
"""Column of the class counts that holds requests to write the reasoning out (``other`` needs no words)."""

PRIORITY = ("vision", "grading", "rewriting", "agentic", "data_analysis", "code", "reasoning")
"""Classes in the order in which ties go to them; ``other`` is none of these."""

_TOKEN = re.compile(r"[a-z']+|[0-9]+|[\u3000-\ud7ff]|[^\x00-\x7f\u3000-\ud7ff]+")
"""What :func:`kernels.read_texts` takes for one word; it puts ASCII letters in lower case and no others."""


def words() -> dict[int, list[str]]:
    """Words and pairs (``first|second``) of every class, by its column of the class counts."""
    told: dict[int, list[str]] = {}
    for line in (resources.files("stillwatch.sketch") / "words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
            entries = told.setdefault(ELICITATION if name == "elicitation" else CAPABILITIES.index(name), [])
        elif line and not line.startswith("#"):
            entries += line.split()[1:]
    return told


def as_read(entry: str) -> set[tuple[str, ...]]:
    """The words, one or two in a row, by which an entry is known in a text, at the beginning of a sentence as well.

    Letters that are not ASCII divide a word: of its parts the two in a row that are longest stand for it.
    """
    found = set[tuple[str, ...]]()
    for form in {entry, entry.capitalize()}:
        parts = [_TOKEN.findall(re.sub("[A-Z]", lambda letter: letter[0].lower(), word)) for word in form.split("|")]
        # Of a pair, what meets in the middle.
        tokens = parts[0] if len(parts) == 1 else [parts[0][-1], parts[1][0]]
        pairs = list(pairwise(tokens)) or [tuple(tokens)]
        found.add(max(pairs, key=lambda pair: len("".join(pair))))
    return found


@cache
def table() -> tuple[NDArray[np.uint64], NDArray[np.uint16]]:
    """The open-addressed table that :func:`kernels.read_texts` looks words and pairs up in."""
    bits: dict[tuple[str, ...], int] = {}
    for column, entries in words().items():
        for known in {known for entry in entries for known in as_read(entry)}:
            bits[known] = bits.get(known, 0) | 1 << column
    first, last = (_hashes([known[place] for known in bits]) for place in (0, -1))
    pairs = np.empty_like(first)
    kernels.pair_hashes(first, last, pairs)
    size = 1 << 12
    keys, values = np.zeros(size, np.uint64), np.zeros(size, np.uint16)
    for i, known in enumerate(bits):
        key = pairs[i] if len(known) > 1 else first[i]
        slot = int(key) & (size - 1)
        while keys[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot], values[slot] = key, bits[known]
    return keys, values


def _hashes(words: list[str]) -> NDArray[np.uint64]:
    out = np.empty(len(words), np.uint64)
    kernels.word_hashes(*text_bytes(words), out)
    return out


def capability(counts: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """The capability of each prompt: ``counts`` is ``(n, n_classes)``, the result ``(n,)`` indexes CAPABILITIES."""
    order = np.array([CAPABILITIES.index(name) for name in PRIORITY])
    ranked = counts[:, order]
    best = ranked.argmax(axis=1)
    found = ranked[np.arange(len(ranked)), best] > 0
    return np.where(found, order[best], CAPABILITIES.index("other")).astype(np.uint8)
