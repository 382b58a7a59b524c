"""Near-duplicates of known texts: outputs of models, public instruction sets.

Word 5-shingles under one-permutation MinHash with rotation (Li, Owen and Zhang 2012; Shrivastava and Li 2014), 64 slots
in 16 bands of 4. Two texts that share 60 % of their shingles meet in a band with probability 0.9, at 80 % surely.
Containment is not seen: an answer inside a long page shares few of the page's shingles.
"""

import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stillwatch.audit import corpus, planning, reading
from stillwatch.errors import InputError
from stillwatch.files import atomic_write
from stillwatch.numeric import text_features
from stillwatch.numeric.arrays import text_bytes
from stillwatch.numeric.fast_hashes import hash_pair, splitmix64
from stillwatch.numeric.text_features import longest_text, read_tokens

SLOTS = 64
BANDS = 16
ROWS = SLOTS // BANDS
SHINGLE = 5
THRESHOLD = 0.6
MIN_SHINGLES = 10
MAX_CANDIDATES = 64
MAX_NAMES = 1 << 15
_EMPTY = np.uint32(0xFFFFFFFF)

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]


@njit(cache=True, nogil=True)
def _signatures(
    offsets: NDArray[np.int64], data: NDArray[np.uint8], functions: U64, out: U32, sizes: NDArray[np.int32]
) -> None:
    """MinHash of each text ``(n, 64)`` and its number of shingles ``(n,)``; rows of texts without any stay empty."""
    longest: int = longest_text(offsets)
    words = np.empty(longest + 1, np.uint64)
    shapes = np.empty(longest + 1, np.uint64)
    for i in range(len(sizes)):
        n = read_tokens(data, offsets[i], offsets[i + 1], functions, words, shapes)
        sizes[i] = max(n - SHINGLE + 1, 0)
        out[i, :] = _EMPTY
        if n < SHINGLE:
            continue
        for j in range(n - SHINGLE + 1):
            h = words[j]
            for k in range(1, SHINGLE):
                h = hash_pair(h, words[j + k])
            place = np.int64(h >> np.uint64(58))
            low = np.uint32(h & np.uint64(0xFFFFFFFF))
            if low < out[i, place]:
                out[i, place] = low
        filled = out[i].copy()
        for slot in range(SLOTS):
            if filled[slot] == _EMPTY:
                for step in range(1, SLOTS):
                    value = filled[(slot + step) % SLOTS]
                    if value != _EMPTY:
                        out[i, slot] = np.uint32(splitmix64(np.uint64(value) + np.uint64(step)) & np.uint64(0xFFFFFFFF))
                        break


@njit(cache=True, nogil=True)
def _band_keys(signatures: U32, keys: U64) -> None:
    for i in range(signatures.shape[0]):
        for band in range(BANDS):
            h = np.uint64(band)
            for row in range(ROWS):
                h = hash_pair(h, np.uint64(signatures[i, band * ROWS + row]))
            keys[band, i] = h


@njit(cache=True, nogil=True)
def _nearest(
    asked: U32, asked_keys: U64, known: U32, keys: U64, order: NDArray[np.int64], best: NDArray[np.int64],
    similarity: NDArray[np.float32],
) -> None:
    """The known text of the most equal slots, among those that share a band."""
    for i in range(asked.shape[0]):
        best[i], similarity[i] = -1, 0.0
        for band in range(BANDS):
            key = asked_keys[band, i]
            at = np.searchsorted(keys[band], key)
            for step in range(MAX_CANDIDATES):
                if at + step >= keys.shape[1] or keys[band, at + step] != key:
                    break
                other = order[band, at + step]
                same = 0
                for slot in range(SLOTS):
                    same += asked[i, slot] == known[other, slot]
                if same > similarity[i] * SLOTS:
                    best[i], similarity[i] = other, np.float32(same / SLOTS)


def signatures(texts: list[str]) -> tuple[U32, NDArray[np.int32]]:
    """MinHash signatures ``(n, 64)`` and numbers of shingles ``(n,)``."""
    offsets, data = text_bytes(texts)
    out, sizes = np.empty((len(texts), SLOTS), np.uint32), np.empty(len(texts), np.int32)
    _signatures(offsets, data, text_features.FUNCTION_TABLE, out, sizes)
    return out, sizes


@dataclass(frozen=True)
class Index:
    """Known texts.

    Attributes:
        known: ``(n, 64)`` signatures.
        name: ``(n,)`` index into ``names``.
        names: of the sets.
        keys: ``(16, n)`` sorted hashes of each band.
        order: ``(16, n)`` which text each belongs to.
    """

    known: U32
    name: NDArray[np.int16]
    names: list[str]
    keys: U64
    order: NDArray[np.int64]

    def nearest(self, texts: list[str], threshold: float = THRESHOLD) -> dict[int, tuple[str, float]]:
        """Set and estimated Jaccard similarity of the nearest known text, for texts that have one, by index."""
        if not texts or not len(self.known):
            return {}
        asked, sizes = signatures(texts)
        asked_keys = np.empty((BANDS, len(texts)), np.uint64)
        _band_keys(asked, asked_keys)
        best, similarity = np.empty(len(texts), np.int64), np.empty(len(texts), np.float32)
        _nearest(asked, asked_keys, self.known, self.keys, self.order, best, similarity)
        hits = np.flatnonzero((similarity >= threshold) & (sizes >= MIN_SHINGLES))
        return {int(i): (self.names[self.name[best[i]]], round(float(similarity[i]), 3)) for i in hits}


def _index(known: U32, name: NDArray[np.int16], names: list[str]) -> Index:
    keys = np.empty((BANDS, len(known)), np.uint64)
    _band_keys(known, keys)
    order = np.argsort(keys, axis=1, kind="stable")
    return Index(known, name, names, np.take_along_axis(keys, order, axis=1), order)


def build(sets: Iterable[tuple[str, Iterable[list[str]]]]) -> Index:
    """Index sets of texts, each a name and batches; texts of fewer than ten shingles are left out."""
    known, codes, names = [np.empty((0, SLOTS), np.uint32)], [np.empty(0, np.int16)], []
    for name, batches in sets:
        names.append(name)
        if len(names) > MAX_NAMES:
            raise InputError(f"more than {MAX_NAMES:,} sets", todo="Name fewer sets")
        for texts in batches:
            rows, sizes = signatures(texts)
            rows = rows[sizes >= MIN_SHINGLES]
            known.append(rows)
            codes.append(np.full(len(rows), len(names) - 1, np.int16))
    return _index(np.concatenate(known), np.concatenate(codes), names)


def save(index: Index, path: Path) -> None:
    """Write an index as NPZ, without pickles."""
    with atomic_write(path) as partial, open(partial, "wb") as handle:
        np.savez_compressed(handle, known=index.known, name=index.name, names=np.array(index.names, dtype=np.str_))


def load(path: Path) -> Index:
    """Read an index.

    Raises:
        InputError: it is none, or absent.
    """
    todo = "Make one: stillwatch audit-index NAME=PATH --out FILE"
    if not path.exists():
        raise InputError("no such file", where=path, todo=todo)
    try:
        with np.load(path, allow_pickle=False) as saved:
            return _index(saved["known"], saved["name"], [str(name) for name in saved["names"]])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError("not an index of known texts", where=path, todo=todo) from error


def is_index(path: Path) -> bool:
    """Whether :func:`load` reads it."""
    try:
        load(path)
    except InputError:
        return False
    return True


def build_from(sets: list[tuple[str, Path]], columns: corpus.Columns) -> Index:
    """Index files and folders of any kind that a corpus can have."""
    return build((name, _batches(path, columns)) for name, path in sets)


def _batches(path: Path, columns: corpus.Columns) -> Iterable[list[str]]:
    for part in planning.plan(path):
        for batch, _ in reading.batches(part, columns):
            yield [document.text for document in batch]
