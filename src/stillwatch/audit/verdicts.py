"""A verdict per document, and a copy of the corpus without what is to go, which says what went and why."""

import gzip
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from stillwatch.audit import canaries, corpus, reading, results, share
from stillwatch.audit.detector import IS_REFERENCE, MIN_WORDS, NO_QUESTION, Detector
from stillwatch.audit.estimate import known_references
from stillwatch.audit.scan import DOCUMENTS, OTHER
from stillwatch.files import PARTIAL, atomic_write
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.progress import track

REASONS = ("document", "canary", "duplicate", "campaign")
UNSURE = ("source refused", "reference", "no question", "too short", "unknown words", "unlike both", "few references", "between")
"""Why a document is *unsure*; it has the first that holds."""
NOVEL_QUANTILE = 0.01
FOLDER = "documents"
FILTERED = "filtered"
UNREAD_KEPT, UNREAD_LOST = "unread_kept", "unread_lost"
"""Counts of what was not read: rows, pages and files that the filtered copy keeps as they were, and those it cannot keep."""
NOT_READ, CUT_OFF = "not read", "not read to its end"
"""Why ``removed.jsonl`` names what nobody judged: a page or file that has no place in the copy, and the rest of a damaged file."""
REMOVED = "removed.jsonl"
WRITTEN = ("summary.json", "report.html", "shares.parquet", REMOVED)
"""Files of an audit beside its folders; the first is the one whose presence says that it is whole."""

WITH_VERDICT = pa.schema([*DOCUMENTS, ("verdict", pa.string()), ("reasons", pa.list_(pa.string()))])


def write_verdicts(
    scanned: list[Path], out: Path, found: results.Results, detector: Detector | None, fpr: float
) -> dict[str, int]:
    """Write ``documents/NNNNNN.parquet`` with verdicts; returns how many documents have each verdict and reason."""
    folder, limits = out / (FOLDER + PARTIAL), Limits.of(detector) if detector is not None else None
    counts: Counter[str] = Counter()
    named = frozenset(row["source"] for row in found.rows)
    for path in scanned:
        with pq.ParquetFile(path) as file, atomic_write(folder / path.name) as new, _writer(new) as writer:
            for i in range(file.num_row_groups):
                table = file.read_row_group(i)
                verdict, reasons = judge_documents(table, found.accepted, named, limits, fpr)
                counts.update(f"verdict {v}" for v in verdict)
                counts.update(f"reason {r}" for row in reasons for r in row)
                arrays = [*table.columns, pa.array(verdict, pa.string()), pa.array(reasons, pa.list_(pa.string()))]
                writer.write_table(pa.Table.from_arrays(arrays, schema=WITH_VERDICT))
    folder.rename(out / FOLDER)
    return dict(sorted(counts.items()))


def _writer(path: Path) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, WITH_VERDICT, compression="zstd")


class Limits(NamedTuple):
    """What the references allow.

    Attributes:
        known: share of a document's words and pairs that they must know: as many as they know of 99 % of the references.
        least: ``(2, n_strata)`` least p of human and of model-written ones of each class of length, 1 / (references + 1).
        scale: the classes of length.
    """

    known: float
    least: NDArray[np.float64]
    scale: share.Scale

    @classmethod
    def of(cls, detector: Detector) -> "Limits":
        """Those of a detector's references."""
        known = known_references(detector)
        n = [np.bincount(known.stratum[known.generated == kind], minlength=known.scale.n_strata) for kind in (False, True)]
        return cls(float(np.quantile(detector.known, NOVEL_QUANTILE)), 1 / (np.array(n) + 1), known.scale)


def judge_documents(
    table: pa.Table, accepted: frozenset[str], named: frozenset[str], limits: Limits | None, fpr: float
) -> tuple[list[str], list[list[str]]]:
    """Verdict of each document, why it could be removed, and one of :data:`UNSURE` where it is so.

    Only sources that passed the checks get verdicts from scores, so none without ``limits``; one that is not ``named`` was put
    together with others.
    """
    column = {name: table[name].to_numpy(zero_copy_only=False) for name in ("p_human", "p_model", "known", "n_words")}
    passed = accepted | ({None} if OTHER in accepted else set())
    source_ok = np.array([(source if source in named else None) in passed for source in table["source"].to_pylist()], bool)
    why_not = np.full(len(table), UNSURE[0], object)
    if limits is not None:
        p, known, n_words = np.stack([column["p_human"], column["p_model"]]), column["known"], column["n_words"]
        least = limits.least[:, limits.scale.strata(n_words)].astype(np.float32)
        beyond = p <= np.maximum(least, fpr)  # nearly all references of a kind; all, where they are too few for fpr
        why_not = np.select([~source_ok, known == IS_REFERENCE, known == NO_QUESTION, n_words < MIN_WORDS, ~(known >= limits.known),
                             beyond.all(axis=0), (p <= fpr).any(axis=0), beyond.any(axis=0)], [*UNSURE[:6], "", UNSURE[6]], UNSURE[7])
    verdict = np.where(why_not != "", "unsure", np.where(column["p_human"] <= fpr, "model", "human")).tolist()
    reasons: list[list[str]] = []
    given = (table[name].to_pylist() for name in ("canaries", "duplicate_of", "campaigns"))
    for called, unsure, phrases, duplicate_of, templates in zip(verdict, why_not.tolist(), *given, strict=True):
        why = ["document"] if called == "model" else [unsure] if unsure else []
        if any(map(canaries.decisive, phrases)):
            why.append("canary")
        if duplicate_of is not None:
            why.append("duplicate")
        if templates:
            why.append("campaign")
        reasons.append(why)
    return verdict, reasons


def unreachable_verdicts(detector: Detector, fpr: float) -> list[str]:
    """Which verdicts no document can have, since a p-value is never below 1 / (references + 1)."""
    notes = []
    for least, what, verdict in zip(Limits.of(detector).least, ("human", "model-written"), ("model", "human"), strict=True):
        short = int((least > fpr).sum())
        if short:
            whom = ("no document" if short == len(least)
                    else f"no document of {short} of {number_of(len(least), 'class', 'classes')} of length")
            notes.append(f"{whom} can be called {verdict}: the least p that {1 / least.max() - 1:.0f} {what} references allow is "
                        f"{least.max():.3f}, and --fpr asks for {fpr:g}")
    return notes


def remove_earlier_output(out: Path) -> None:
    """Remove what an earlier audit wrote, or began to: after a kill nothing says that the folder is whole, or is of another audit."""
    for name in WRITTEN:
        (out / name).unlink(missing_ok=True)
    for name in (FOLDER, FILTERED):
        for folder in (out / name, out / (name + PARTIAL)):
            if folder.exists():
                shutil.rmtree(folder)


def filtered_copy(
    parts: list[corpus.Part], unread: list[Path], columns: corpus.Columns, out: Path, remove: tuple[str, ...], *, quiet: bool = False,
) -> dict[str, int]:
    """Copy the corpus to ``filtered/`` without documents that have one of the reasons; what went: ``removed.jsonl``.

    Parquet and JSON keep their rows and order, text and HTML their files; pages of WARC become JSON lines. What was not read was
    not judged either, so it stays as it was: rows without text, and files of which no document was read, such as those of other
    kinds (``unread``). What has no place in the copy (pages without text, what follows damage) is in ``removed.jsonl``.

    Returns:
        Documents that went, in all ("documents") and by reason; :data:`UNREAD_KEPT` and :data:`UNREAD_LOST`. Nothing is 0.
    """
    folder, counts = out / (FILTERED + PARTIAL), Counter[str]()
    folder.mkdir(parents=True)
    files: dict[Path, list[int]] = {}
    for i, part in enumerate(parts):
        key = part.paths[0] if part.kind not in ("text", "html") else Path(f"{part.kind}:{part.start}")
        files.setdefault(key, []).append(i)
    with atomic_write(out / REMOVED) as partial, open(partial, "wb") as log:
        for mine in track(list(files.values()), "filtering", len(files), quiet=quiet):
            first = parts[mine[0]]
            where = corpus.relative(first.root, first.paths[0])
            if first.kind in ("text", "html") or any(_n_documents(out, i) for i in mine):
                _write_copy(first, _kept_items(parts, mine, columns, out, set(remove), log, counts), folder / where, folder)
            else:
                _copy_unchanged(first.paths[0], folder, where, log, counts)
        for path in unread:
            _copy_unchanged(path, folder, corpus.relative(parts[0].root, path), log, counts)
    folder.rename(out / FILTERED)
    return dict(counts)


def by_score(summary: dict[str, Any]) -> str:
    """How many were removed for their score, of how many that models wrote; "" where no copy was written or no share is told."""
    if summary["removed"] is None or summary["share"]["share"] is None:
        return ""
    gone: int = summary["removed"].get("document", 0)
    low, high = summary["share"]["model_written"]
    rest = "; most of the rest stay" if gone < high else "; more than that, so people's are most likely among them" if gone > high else ""
    return f"{gone:,} of an estimated {low:,} to {high:,} model-written documents{rest}"


def _n_documents(out: Path, i: int) -> int:
    n: int = pq.read_metadata(_verdicts_file(out, i)).num_rows
    return n


def _verdicts_file(out: Path, i: int) -> Path:
    """The documents of a part, with verdicts."""
    return out / FOLDER / f"{i:06d}.parquet"


def _copy_unchanged(path: Path, folder: Path, where: str, log: Any, counts: Counter[str]) -> None:
    """Copy a file of which no document was read."""
    try:
        source = path.open("rb")
    except OSError:
        _log_lost(where, NOT_READ, log, counts)
        return
    with source, atomic_write(folder / where) as partial, partial.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    counts[UNREAD_KEPT] += 1


def _log_lost(where: str, why: str, log: Any, counts: Counter[str]) -> None:
    counts[UNREAD_LOST] += 1
    log.write(orjson.dumps({"id": where, "source": where, "reasons": [why]}) + b"\n")


def _kept_items(
    parts: list[corpus.Part], mine: list[int], columns: corpus.Columns, out: Path, remove: set[str], log: Any,
    counts: Counter[str],
) -> Iterator[corpus.Document | corpus.Unread]:
    """What to keep, as it stands; the rest goes to the log."""
    for i in mine:
        judged = _reasons(_verdicts_file(out, i))
        try:
            for item in reading.documents(parts[i], columns, keep_raw=True):
                if isinstance(item, corpus.Unread):
                    if item.raw is None:
                        _log_lost(item.where, NOT_READ, log, counts)
                    else:
                        counts[UNREAD_KEPT] += 1
                        yield item
                    continue
                why = sorted(remove & set(next(judged)))
                if why:
                    counts.update(why)
                    counts["documents"] += 1
                    line = {"id": item.identity, "source": item.source, "reasons": why}
                    log.write(orjson.dumps(line) + b"\n")
                else:
                    yield item
        except corpus.DamagedError:
            _log_lost(corpus.relative(parts[i].root, parts[i].paths[0]), CUT_OFF, log, counts)


def _reasons(path: Path) -> Iterator[list[str]]:
    with pq.ParquetFile(path) as file:
        for block in file.iter_batches(columns=["reasons"]):
            yield from block.column(0).to_pylist()


def _write_copy(first: corpus.Part, rows: Iterator[corpus.Document | corpus.Unread], target: Path, folder: Path) -> None:
    if first.kind in ("text", "html"):
        for item in rows:
            path = folder / (item.where if isinstance(item, corpus.Unread) else item.identity)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(item.raw)
        return
    if first.kind == "parquet":
        schema = pq.ParquetFile(first.paths[0]).schema_arrow
        with atomic_write(target) as partial, pq.ParquetWriter(partial, schema, compression="zstd") as writer:
            block: list[pa.RecordBatch] = []
            for item in rows:
                block.append(item.raw)
                if len(block) >= reading.BATCH_DOCUMENTS:
                    writer.write_table(pa.Table.from_batches(block, schema=schema).combine_chunks())
                    block = []
            if block:
                writer.write_table(pa.Table.from_batches(block, schema=schema).combine_chunks())
        return
    if first.kind == "warc":
        target = target.with_name(target.name + ".jsonl")
    with atomic_write(target) as partial, ExitStack() as stack:
        handle = _open_compressed(stack, partial, target.suffix.lower())
        between, end = (b",\n", b"\n]\n") if first.kind == "array" else (b"\n", b"\n")
        before = b"[\n" if first.kind == "array" else b""
        for item in rows:
            if first.kind == "warc" and isinstance(item, corpus.Document):
                line = orjson.dumps({"url": item.identity, "date": item.raw, "text": item.text})
            else:
                line = item.raw.rstrip(b"\r\n")
            handle.write(before + line)
            before = between
        handle.write(end if before == between else before + end.lstrip())


def _open_compressed(stack: ExitStack, path: Path, ending: str) -> Any:
    """A file to write to, packed as its name will say."""
    if ending == ".zst":
        return stack.enter_context(pa.output_stream(str(path), compression="zstd"))
    handle = stack.enter_context(path.open("wb"))
    return stack.enter_context(gzip.GzipFile(filename="", fileobj=handle, mode="wb", mtime=0)) if ending == ".gz" else handle
