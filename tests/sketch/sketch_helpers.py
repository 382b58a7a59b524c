"""Events of given columns, texts, and the kernels once more in plain Python; used by the sketch tests."""

import itertools
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from stillwatch.sketch import kernels, lexicon
from stillwatch.tables import EVENTS

MASK = (1 << 64) - 1
WORD = re.compile(rb"[A-Za-z][A-Za-z']*|[0-9]+|[\xe3-\xed].{0,2}|[\x80-\xe2\xee-\xff]+", re.DOTALL)
"""A run of letters, of digits, one character of a script without spaces, a run of other non-ASCII bytes."""


def events(**columns: Any) -> pa.Table:
    """Conforming events; what is not passed is made up (required) or null."""
    n = len(next(iter(columns.values())))
    made = {
        "event_id": [f"e{i}" for i in range(n)],
        "timestamp": pa.array(range(n), pa.timestamp("us", "UTC")),
        "account_id": ["a"] * n,
    }
    return EVENTS.conform(pa.table(made | columns))


def raw_strings(texts: Sequence[bytes]) -> pa.Array:
    """Strings of any bytes, which Arrow does not check."""
    _, offsets, data = pa.array(texts, pa.binary()).buffers()
    return pa.Array.from_buffers(pa.string(), len(texts), [None, offsets, data])


def read(texts: Sequence[bytes], n_shingles: int = kernels.N_SHINGLES) -> dict[str, np.ndarray]:
    """What :func:`kernels.read_texts` gives for some texts."""
    n = len(texts)
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    out: dict[str, np.ndarray] = {
        "whole": np.zeros(n, np.int64), "opening": np.zeros(n, np.int64), "closing": np.zeros(n, np.int64),
        "shingles": np.zeros((n, n_shingles), np.int64), "n_words": np.zeros(n, np.int32),
        "classes": np.zeros((n, lexicon.ELICITATION + 1), np.uint16),
    }
    kernels.read_texts(offsets, np.frombuffer(b"".join(texts), np.uint8), *lexicon.table(), *out.values())
    return out


# --- The same, slowly ----------------------------------------------------------------------------------------------


def signed(x: int) -> int:
    """A hash as i64, where 0 is kept for "absent"."""
    x = x or 1
    return x - (1 << 64) if x >> 63 else x


def mix(x: int) -> int:
    """SplitMix64's finaliser (Steele, Lea and Flood 2014)."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK
    return x ^ (x >> 31)


def join(a: int, b: int) -> int:
    golden = 0x9E3779B97F4A7C15
    return mix((a ^ (b + golden + (a << 6) + (a >> 2) & MASK)) * golden & MASK)


def fnv(data: bytes, start: int = 0xCBF29CE484222325) -> int:
    """FNV-1a, 64 bits."""
    for byte in data:
        start = (start ^ byte) * 0x100000001B3 & MASK
    return start


def chained(hashes: Sequence[int]) -> int:
    h = 0xCBF29CE484222325
    for x in hashes:
        h = join(h, x)
    return h


def words(text: bytes) -> list[bytes]:
    """Words as they are compared: letters lower-cased, every number alike."""
    return [b"0" if found[:1].isdigit() else found.lower() if found[0] < 128 else found for found in WORD.findall(text)]


def word_hash(word: bytes) -> int:
    return mix(0x5851F42D4C957F2D if word == b"0" else fnv(word))


def classes_of(found: Sequence[bytes]) -> list[int]:
    """How many words and pairs of words speak for each class."""
    counts = [0] * (lexicon.ELICITATION + 1)
    lists = {number: set[tuple[str, ...]]().union(*map(lexicon.as_read, entries)) for number, entries in lexicon.words().items()}
    texts = [word.decode("utf-8", "replace") for word in found]
    for entry in [(word,) for word in texts] + list(itertools.pairwise(texts)):
        for number, listed in lists.items():
            counts[number] += entry in listed
    return counts


def read_slowly(text: bytes, n_shingles: int = kernels.N_SHINGLES) -> dict[str, Any]:
    """One text as :func:`kernels.read_texts` must read it."""
    found = words(text)
    hashes = [word_hash(word) for word in found]
    exact: list[int] = []
    for raw, h in zip(WORD.findall(text), hashes, strict=True):
        exact += [fnv(raw), h] if raw[:1].isdigit() else [h]
    four = zip(hashes, hashes[1:], hashes[2:], hashes[3:], strict=False)
    smallest = sorted({join(join(a, b), join(c, d)) for a, b, c, d in four})[:n_shingles]
    return {
        "whole": signed(chained(exact)) if found else 0,
        "opening": signed(chained(hashes[:8])) if found else 0,
        "closing": signed(chained(hashes[-8:])) if found else 0,
        "shingles": [signed(x) for x in smallest] + [0] * (n_shingles - len(smallest)),
        "n_words": len(found),
        "classes": classes_of(found),
    }
