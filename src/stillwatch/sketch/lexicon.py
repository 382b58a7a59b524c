"""Classifies prompts by what they ask for, with word lists in ten languages.

The words and word pairs of each class (words.txt) are counted; the class with the most hits wins, and ties go to the earlier class of
:data:`PRIORITY`. Blind spot: other languages, and tasks described without these words, count as ``other``; an operator who paraphrases
can move between classes. So shares are only described to the analyst and compared within a group; no single prompt is judged by its class.
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
"""Column of the class counts for requests to write the reasoning out; it takes the place of ``other``, which has no words."""

PRIORITY = ("vision", "grading", "rewriting", "agentic", "data_analysis", "code", "reasoning")
"""Classes in the order of precedence in ties, without ``other``."""

_TOKEN = re.compile(r"[a-z']+|[0-9]+|[\u3000-\ud7ff]|[^\x00-\x7f\u3000-\ud7ff]+")
"""One word as :func:`kernels.read_texts` reads it; only ASCII letters are converted to lower case."""


def words() -> dict[int, list[str]]:
    """Column of the class counts -> words and pairs (``first|second``) of the class."""
    words_of: dict[int, list[str]] = {}
    for line in (resources.files("stillwatch.sketch") / "words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
            entries = words_of.setdefault(ELICITATION if name == "elicitation" else CAPABILITIES.index(name), [])
        elif line and not line.startswith("#"):
            entries += line.split()[1:]
    return words_of


def as_read(entry: str) -> set[tuple[str, ...]]:
    """The one or two consecutive words by which an entry is recognised in a text, also at the beginning of a sentence.

    Letters that are not ASCII split a word; the two consecutive parts that are longest together stand for it.
    """
    forms = set[tuple[str, ...]]()
    for form in {entry, entry.capitalize()}:
        parts = [_TOKEN.findall(re.sub("[A-Z]", lambda letter: letter[0].lower(), word)) for word in form.split("|")]
        # Of a pair of words, the last part of the first and the first part of the second.
        tokens = parts[0] if len(parts) == 1 else [parts[0][-1], parts[1][0]]
        pairs = list(pairwise(tokens)) or [tuple(tokens)]
        forms.add(max(pairs, key=lambda pair: len("".join(pair))))
    return forms


@cache
def table() -> tuple[NDArray[np.uint64], NDArray[np.uint16]]:
    """The open-addressed hash table of words and pairs for :func:`kernels.read_texts`: keys and bit sets of classes."""
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
    """(n,) capability of each prompt, an index into CAPABILITIES, from (n, n_classes) ``counts``."""
    order = np.array([CAPABILITIES.index(name) for name in PRIORITY])
    ranked = counts[:, order]
    best = ranked.argmax(axis=1)
    has_hit = ranked[np.arange(len(ranked)), best] > 0
    return np.where(has_hit, order[best], CAPABILITIES.index("other")).astype(np.uint8)
