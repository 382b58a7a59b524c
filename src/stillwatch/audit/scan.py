"""One part of a corpus read by one process: a row a document, and tallies that add up."""

import heapq
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from stillwatch.audit import canaries, corpus, duplicates, reading
from stillwatch.audit.campaigns import Templates
from stillwatch.audit.detector import HASHED_CHARACTERS, IS_REFERENCE, MIN_WORDS, Detector, text_hash
from stillwatch.audit.estimate import known_references
from stillwatch.audit.marks import MarkTest
from stillwatch.audit.share import N_BINS, References
from stillwatch.files import atomic_write
from stillwatch.numeric import text_features

F64 = NDArray[np.float64]
SAMPLE = 400
MAX_GROUPS = 4_000
MAX_TEXTS = 100 * SAMPLE
MAX_BAD_NAMED = 5
ROW_GROUP = 32_768
OTHER = "(other)"
UNSPACED = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uff00-\uff0f]"
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese, and their punctuation."""
UNSPACED_RUN = UNSPACED + "{8}"
_UNSPACED = re.compile(UNSPACED)

DOCUMENTS = pa.schema([
    ("id", pa.large_string()), ("source", pa.large_string()), ("period", pa.string()), ("n_words", pa.int32()),
    ("score", pa.float32()), ("p_human", pa.float32()), ("p_model", pa.float32()), ("known", pa.float32()),
    ("canaries", pa.list_(pa.string())), ("duplicate_of", pa.string()), ("similarity", pa.float32()),
    ("campaigns", pa.list_(pa.string())),
])


@dataclass(frozen=True)
class Instruments:
    """What a part is read with; any but the columns may be missing."""

    columns: corpus.Columns
    detector: Detector | None = None
    index: duplicates.Index | None = None
    marks: MarkTest | None = None
    templates: Templates | None = None


@dataclass
class Group:
    """Tallies of the documents of one source in one month."""

    n: int = 0
    n_words: int = 0
    n_short: int = 0
    n_duplicates: int = 0
    n_canary: int = 0
    n_campaign: int = 0
    n_reference: int = 0
    canaries: Counter[str] = field(default_factory=Counter)
    campaigns: Counter[str] = field(default_factory=Counter)
    duplicates: Counter[str] = field(default_factory=Counter)
    counts: F64 | None = None
    marks: NDArray[np.int64] | None = None

    def add(self, other: "Group") -> None:
        """Add another group's tallies."""
        for name in ("n", "n_words", "n_short", "n_duplicates", "n_canary", "n_campaign", "n_reference"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.canaries.update(other.canaries)
        self.canaries = canaries.most(self.canaries)
        self.duplicates.update(other.duplicates)
        self.campaigns.update(other.campaigns)
        if other.counts is not None:
            self.counts = other.counts if self.counts is None else self.counts + other.counts
        if other.marks is not None:
            self.marks = other.marks if self.marks is None else self.marks + other.marks


@dataclass
class Tally:
    """Tallies of any number of parts.

    Attributes:
        groups: by source and month.
        sample: by source, the different documents of smallest hash: (−hash, month, text), a heap.
        n_bad: rows that could not be read.
        bad: where the first of them are.
        n_untimed: documents whose time could not be read.
        n_unspaced: documents that are written without spaces between words.
        untimed: the first of these times, as it stands.
        n_parts: parts.
        damaged: what is wrong with files that could not be read to their end.
        textless: files without a column that holds text.
    """

    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    sample: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    n_bad: int = 0
    bad: list[str] = field(default_factory=list)
    n_untimed: int = 0
    n_unspaced: int = 0
    untimed: str = ""
    n_parts: int = 0
    damaged: list[str] = field(default_factory=list)
    textless: list[str] = field(default_factory=list)

    def group(self, source: str, period: str) -> Group:
        """The group of a source and month, made where absent."""
        return self.groups.setdefault((source, period), Group())

    def offer(self, source: str, key: int, period: str, text: str) -> None:
        """Keep a text in the sample of its source if its hash is among the smallest."""
        heap = self.sample.setdefault(source, [])
        if (len(heap) == SAMPLE and -key <= heap[0][0]) or any(-key == other for other, _, _ in heap):
            return
        if len(heap) < SAMPLE:
            heapq.heappush(heap, (-key, period, text))
        elif -key > heap[0][0]:
            heapq.heapreplace(heap, (-key, period, text))

    def merge(self, other: "Tally") -> None:
        """Add another tally."""
        for (source, period), group in other.groups.items():
            self.group(source, period).add(group)
        for source, heap in other.sample.items():
            for key, period, text in heap:
                self.offer(source, -key, period, text)
        self.n_bad += other.n_bad
        self.bad = [*self.bad, *other.bad][:MAX_BAD_NAMED]
        self.n_untimed += other.n_untimed
        self.n_unspaced += other.n_unspaced
        self.untimed = self.untimed or other.untimed
        self.n_parts += other.n_parts
        self.damaged += other.damaged
        self.textless += other.textless
        self.shrink()

    def shrink(self, *, all_: bool = False) -> None:
        """Beyond 4,000 groups or 40,000 texts of samples, put the smallest sources together as one; or ``all_`` of them."""
        sizes: Counter[str] = Counter()
        months: dict[str, list[str]] = {}
        for (source, period), group in self.groups.items():
            sizes[source] += group.n
            months.setdefault(source, []).append(period)
        most = MAX_GROUPS if len(self.groups) <= MAX_GROUPS else MAX_GROUPS // 2  # halved, so that it is not done for every batch
        texts = sum(map(len, self.sample.values()))
        for source, _ in sorted(sizes.items(), key=lambda item: (item[1], item[0])):
            if not all_ and len(self.groups) <= most and texts <= MAX_TEXTS:
                break
            if source == OTHER:
                continue
            for period in months[source]:
                self.group(OTHER, period).add(self.groups.pop((source, period)))
            moved = self.sample.pop(source, [])
            texts -= len(moved)
            for hashed, period, text in moved:
                self.offer(OTHER, -hashed, period, text)

    def dump(self, path: Path) -> None:
        """Write as JSON."""
        value = {
            "groups": [
                [source, period, {**g.__dict__, "counts": _sparse(g.counts), "marks": None if g.marks is None else g.marks.tolist()}]
                for (source, period), g in sorted(self.groups.items())
            ],
            "sample": {source: sorted(heap) for source, heap in sorted(self.sample.items())},
            "n_bad": self.n_bad, "bad": self.bad, "n_untimed": self.n_untimed, "n_unspaced": self.n_unspaced,
            "untimed": self.untimed, "n_parts": self.n_parts,
            "damaged": self.damaged, "textless": self.textless,
        }
        with atomic_write(path) as partial:
            partial.write_bytes(orjson.dumps(value))

    @classmethod
    def load(cls, path: Path) -> "Tally":
        """Read what :meth:`dump` wrote."""
        value = orjson.loads(path.read_bytes())
        tally = cls(n_bad=value["n_bad"], bad=value["bad"], n_untimed=value["n_untimed"], n_unspaced=value["n_unspaced"],
                    untimed=value["untimed"], n_parts=value["n_parts"], damaged=value["damaged"], textless=value["textless"])
        for source, period, g in value["groups"]:
            counts = _dense(g["counts"])
            marks = None if g["marks"] is None else np.array(g["marks"], np.int64)
            tally.groups[source, period] = Group(
                **{**g, "counts": counts, "marks": marks, **{name: Counter(g[name]) for name in ("canaries", "duplicates", "campaigns")}}
            )
        tally.sample = {source: [tuple(item) for item in heap] for source, heap in value["sample"].items()}
        for heap in tally.sample.values():
            heapq.heapify(heap)
        return tally


def _sparse(counts: F64 | None) -> list[Any] | None:
    """Shape, cells that are not zero, and their counts: most groups have few."""
    if counts is None:
        return None
    at = np.flatnonzero(counts)
    return [list(counts.shape), at.tolist(), counts.ravel()[at].tolist()]


def _dense(sparse: list[Any] | None) -> F64 | None:
    if sparse is None:
        return None
    counts = np.zeros(sparse[0])
    counts.ravel()[sparse[1]] = sparse[2]
    return counts


@dataclass(frozen=True)
class Ranks:
    """Held-out scores of references, sorted, by stratum of length: the ground of a document's p-values."""

    human: list[F64]
    model: list[F64]
    known: References

    @classmethod
    def of(cls, detector: Detector) -> "Ranks":
        """Sort the held-out scores."""
        known = known_references(detector)
        split = [
            [np.sort(detector.held_out[(detector.generated == kind) & (known.stratum == s)])
             for s in range(known.scale.n_strata)] for kind in (False, True)
        ]
        return cls(split[0], split[1], known)

    def p_values(self, score: F64, n_words: NDArray[np.int32]) -> tuple[F64, F64]:
        """(p of human, p of model): share of human references that score as high, and of model-written as low.

        Both with the rank's + 1, so the smallest is 1 / (n + 1) of the references of that length.
        """
        stratum = self.known.scale.strata(n_words)
        human, model = np.empty(len(score)), np.empty(len(score))
        for s in range(self.known.scale.n_strata):
            rows = stratum == s
            h, m = self.human[s], self.model[s]
            human[rows] = (1 + len(h) - np.searchsorted(h, score[rows], side="left")) / (len(h) + 1)
            model[rows] = (1 + np.searchsorted(m, score[rows], side="right")) / (len(m) + 1)
        return human, model


def scan(part: corpus.Part, instruments: Instruments, documents: Path, tally: Path) -> None:
    """Read a part and write its documents and its tally; the tally last, so that its presence says the part is done."""
    total = Tally(n_parts=1)
    ranks = Ranks.of(instruments.detector) if instruments.detector is not None else None
    with atomic_write(documents) as partial, pq.ParquetWriter(partial, DOCUMENTS, compression="zstd") as writer:
        waiting: list[pa.Table] = []
        try:
            for batch, bad in reading.batches(part, instruments.columns):
                total.n_bad += len(bad)
                total.bad += [one.where + f" ({one.why})" * bool(one.why) for one in bad[: MAX_BAD_NAMED - len(total.bad)]]
                if batch:
                    waiting.append(_scan_batch(batch, instruments, ranks, total))
                    total.shrink()
                if sum(map(len, waiting)) >= ROW_GROUP:  # a part may be one file of any size: its rows are not kept
                    writer.write_table(pa.concat_tables(waiting))
                    waiting = []
        except corpus.DamagedError as error:
            total.damaged.append(str(error))
        except corpus.NoTextError as error:
            if part.paths[0] == part.root:
                raise
            total.textless.append(str(error))
        writer.write_table(pa.concat_tables([DOCUMENTS.empty_table(), *waiting]))
    total.dump(tally)


def _scan_batch(batch: list[corpus.Document], instruments: Instruments, ranks: Ranks | None, total: Tally) -> pa.Table:
    texts = [document.text for document in batch]
    n = len(texts)
    untimed = [document.untimed for document in batch if document.untimed]
    total.n_untimed += len(untimed)
    total.untimed = total.untimed or next(iter(untimed), "")
    total.n_unspaced += len(unspaced(texts))
    phrases = canaries.find(texts)
    duplicates_of = instruments.index.nearest(texts) if instruments.index is not None else {}
    templates_of = instruments.templates.find(f"{d.asked}\n{d.text}" for d in batch) if instruments.templates is not None else {}
    groups = [total.group(document.source, document.period) for document in batch]
    columns: dict[str, Any] = {name: [None] * n for name in DOCUMENTS.names}
    n_words = text_features.count_tokens(texts) if ranks is None else None
    if ranks is not None and instruments.detector is not None:
        scored = instruments.detector.score(texts, [document.asked for document in batch])
        n_words = scored.n_words
        human, model = ranks.p_values(scored.score, n_words)
        trained = instruments.detector.trained_on(texts)
        known = np.where(trained, IS_REFERENCE, scored.known)
        columns |= {"score": scored.score, "p_human": human, "p_model": model, "known": known}
        compared = np.where(known >= 0, n_words, 0).astype(np.int32)  # what lacks its question, or is a reference, is not
        _add_to_histograms(groups, scored.score, compared, ranks.known)
        for document, words in zip(batch, compared.tolist(), strict=True):
            if words >= MIN_WORDS:
                total.offer(document.source, text_hash(document.text), document.period, document.text[:HASHED_CHARACTERS])
        for i in np.flatnonzero(trained).tolist():
            groups[i].n_reference += 1
    assert n_words is not None
    for i, (group, words) in enumerate(zip(groups, n_words.tolist(), strict=True)):
        group.n += 1
        group.n_words += words
        group.n_short += words < MIN_WORDS
        if i in phrases:
            group.canaries.update(phrases[i])
            group.canaries = canaries.most(group.canaries)
            group.n_canary += any(map(canaries.decisive, phrases[i]))
        if i in duplicates_of:
            group.duplicates[duplicates_of[i][0]] += 1
            group.n_duplicates += 1
        if i in templates_of:
            group.campaigns.update(templates_of[i])
            group.n_campaign += 1
    columns |= {
        "id": [d.identity for d in batch], "source": [d.source for d in batch], "period": [d.period for d in batch],
        "n_words": n_words, "canaries": [phrases.get(i, []) for i in range(n)],
        "duplicate_of": [duplicates_of[i][0] if i in duplicates_of else None for i in range(n)],
        "similarity": [duplicates_of[i][1] if i in duplicates_of else None for i in range(n)],
        "campaigns": [templates_of.get(i, []) for i in range(n)],
    }
    if instruments.marks is not None:
        for members in _rows_by_group(groups):
            found = Group(marks=instruments.marks.counts([texts[i] for i in members]))
            groups[members[0]].add(found)
    return pa.table([pa.array(columns[f.name], f.type) for f in DOCUMENTS], schema=DOCUMENTS)


def unspaced(texts: list[str]) -> list[int]:
    """Which texts are for the most part in scripts that put no spaces between words: what counts words takes a sentence for one."""
    found = pc.indices_nonzero(pc.match_substring_regex(pa.array(texts, pa.large_string()), UNSPACED_RUN)).to_pylist()
    return [i for i in found if 2 * len(_UNSPACED.findall(texts[i])) > len("".join(texts[i].split()))]


def _add_to_histograms(groups: list[Group], score: F64, n_words: NDArray[np.int32], known: References) -> None:
    """Add the scores of documents long enough to the histograms of their groups."""
    for group, cell, words in zip(groups, known.scale.cells(score, n_words).tolist(), n_words.tolist(), strict=True):
        if words >= MIN_WORDS:
            if group.counts is None:
                group.counts = np.zeros((known.scale.n_strata, N_BINS))
            group.counts[cell // N_BINS, cell % N_BINS] += 1


def _rows_by_group(groups: list[Group]) -> list[list[int]]:
    """Rows of each group."""
    found: dict[int, list[int]] = {}
    for i, group in enumerate(groups):
        found.setdefault(id(group), []).append(i)
    return list(found.values())
