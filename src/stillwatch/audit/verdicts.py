"""A verdict per document, and a copy of the corpus without what is to go, which says what went and why."""

import gzip
import shutil
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from stillwatch.audit import canaries, corpus, results
from stillwatch.audit.detector import MIN_WORDS, Detector
from stillwatch.audit.estimate import known_references
from stillwatch.audit.scan import DOCUMENTS, OTHER
from stillwatch.files import replacing
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.progress import track

REASONS = ("document", "canary", "duplicate", "campaign")
NOVEL_QUANTILE = 0.01
FOLDER = "documents"
FILTERED = "filtered"
REMOVED = "removed.jsonl"

WITH_VERDICT = pa.schema([*DOCUMENTS, ("verdict", pa.string()), ("reasons", pa.list_(pa.string()))])


def write(
    scanned: list[Path], out: Path, found: results.Results, detector: Detector | None, fpr: float
) -> dict[str, int]:
    """Write ``documents/NNNNNN.parquet`` with verdicts; returns how many documents have each verdict and reason."""
    folder = out / FOLDER
    if folder.exists():
        shutil.rmtree(folder)
    novel = float(np.quantile(detector.known, NOVEL_QUANTILE)) if detector is not None else 0.0
    counts: Counter[str] = Counter()
    named = frozenset(row["source"] for row in found.rows)
    for path in scanned:
        with pq.ParquetFile(path) as file, replacing(folder / path.name) as new, _writer(new) as writer:
            for i in range(file.num_row_groups):
                table = file.read_row_group(i)
                verdict, reasons = judge(table, found.accepted, named, novel, fpr)
                counts.update(f"verdict {v}" for v in verdict)
                counts.update(f"reason {r}" for row in reasons for r in row)
                arrays = [*table.columns, pa.array(verdict, pa.string()), pa.array(reasons, pa.list_(pa.string()))]
                writer.write_table(pa.Table.from_arrays(arrays, schema=WITH_VERDICT))
    return dict(sorted(counts.items()))


def _writer(path: Path) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, WITH_VERDICT, compression="zstd")


def judge(
    table: pa.Table, accepted: frozenset[str], named: frozenset[str], novel: float, fpr: float
) -> tuple[list[str], list[list[str]]]:
    """Verdict and reasons of each document.

    Only sources that passed the checks get verdicts from scores; one that is not ``named`` was put together with others. A
    document is *unsure* where it is short, where it knows too few words of the references, and where its score is usual for
    both kinds.
    """
    column = {name: table[name].to_numpy(zero_copy_only=False) for name in ("p_human", "p_model", "known", "n_words")}
    passed = accepted | ({None} if OTHER in accepted else set())
    source_ok = np.array([(source if source in named else None) in passed for source in table["source"].to_pylist()], bool)
    with np.errstate(invalid="ignore"):
        usable: NDArray[np.bool_] = source_ok & (column["n_words"] >= MIN_WORDS) & (column["known"] >= novel)
        model = usable & (column["p_human"] <= fpr)
        human = usable & (column["p_model"] <= fpr) & ~model
    verdict = np.where(model, "model", np.where(human, "human", "unsure")).tolist()
    reasons: list[list[str]] = []
    given = (table[name].to_pylist() for name in ("canaries", "duplicate_of", "campaigns"))
    for is_model, phrases, twin, carried in zip(model.tolist(), *given, strict=True):
        why = ["document"] if is_model else []
        if any(map(canaries.decisive, phrases)):
            why.append("canary")
        if twin is not None:
            why.append("duplicate")
        if carried:
            why.append("campaign")
        reasons.append(why)
    return verdict, reasons


def out_of_reach(detector: Detector, fpr: float) -> list[str]:
    """Which verdicts no document can have, since a p-value is never below 1 / (references + 1)."""
    known, said = known_references(detector), []
    for kind, verdict in ((False, "model"), (True, "human")):
        n = [int(((known.generated == kind) & (known.stratum == s)).sum()) for s in range(known.scale.n_strata)]
        short = sum(1 / (of + 1) > fpr for of in n)
        if short:
            whom = "no document" if short == len(n) else f"no document of {short} of {number_of(len(n), 'class', 'classes')} of length"
            what = "model-written" if kind else "human"
            said.append(f"{whom} can be called {verdict}: the least p that {min(n)} {what} references allow is {1 / (min(n) + 1):.3f}, "
                        f"and --fpr asks for {fpr:g}")
    return said


def forget(out: Path) -> None:
    """Remove an earlier filtered copy and its list."""
    (out / REMOVED).unlink(missing_ok=True)
    if (out / FILTERED).exists():
        shutil.rmtree(out / FILTERED)


def filtered_copy(
    parts: list[corpus.Part], columns: corpus.Columns, out: Path, remove: tuple[str, ...], *,
    skip: Collection[Path] = (), quiet: bool = False,
) -> dict[str, int]:
    """Copy the corpus to ``filtered/`` without documents that have one of the reasons; what went: ``removed.jsonl``.

    Parquet and JSON keep their rows and order, text and HTML their files; pages of WARC become JSON lines. Files to ``skip``, and
    Parquet files that cannot be opened, have no copy: nothing in them was read.
    """
    folder, counts = out / FILTERED, Counter[str]()
    folder.mkdir(parents=True)
    files: dict[Path, list[int]] = {}
    for i, part in enumerate(parts):
        if part.paths[0] in skip or (part.kind == "parquet" and not part.stop):
            continue
        key = part.paths[0] if part.kind not in ("text", "html") else Path(f"{part.kind}:{part.start}")
        files.setdefault(key, []).append(i)
    with replacing(out / REMOVED) as partial, open(partial, "wb") as log:
        for mine in track(list(files.values()), "filtering", len(files), quiet=quiet):
            rows = _rows(parts, mine, columns, out, set(remove), log, counts)
            first = parts[mine[0]]
            target = folder / (first.paths[0].relative_to(first.root) if first.paths[0] != first.root
                               else first.paths[0].name)
            _copy(first, rows, target, folder)
    return dict(counts)


def _rows(
    parts: list[corpus.Part], mine: list[int], columns: corpus.Columns, out: Path, remove: set[str], log: Any,
    counts: Counter[str],
) -> Iterator[corpus.Document]:
    """Documents to keep; the others go to the log."""
    for i in mine:
        judged = _reasons(out / FOLDER / f"{i:06d}.parquet")
        for document in _readable(parts[i], columns):
            why = sorted(remove & set(next(judged)))
            if why:
                counts.update(why)
                counts["documents"] += 1
                line = {"id": document.identity, "source": document.source, "reasons": why}
                log.write(orjson.dumps(line) + b"\n")
            else:
                yield document


def _readable(part: corpus.Part, columns: corpus.Columns) -> Iterator[corpus.Document]:
    """Documents as the scan saw them: of a damaged file, those before the damage."""
    with suppress(corpus.DamagedError):
        for batch, _ in corpus.batches(part, columns, keep_raw=True):
            yield from batch


def _reasons(path: Path) -> Iterator[list[str]]:
    with pq.ParquetFile(path) as file:
        for block in file.iter_batches(columns=["reasons"]):
            yield from block.column(0).to_pylist()


def _copy(first: corpus.Part, rows: Iterator[corpus.Document], target: Path, folder: Path) -> None:
    if first.kind in ("text", "html"):
        for document in rows:
            path = folder / document.identity
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(document.raw)
        return
    if first.kind == "parquet":
        schema = pq.ParquetFile(first.paths[0]).schema_arrow
        with replacing(target) as partial, pq.ParquetWriter(partial, schema, compression="zstd") as writer:
            block: list[pa.RecordBatch] = []
            for document in rows:
                block.append(document.raw)
                if len(block) >= corpus.BATCH_DOCUMENTS:
                    writer.write_table(pa.Table.from_batches(block, schema=schema).combine_chunks())
                    block = []
            if block:
                writer.write_table(pa.Table.from_batches(block, schema=schema).combine_chunks())
        return
    if first.kind == "warc":
        target = target.with_name(target.name + ".jsonl")
    with replacing(target) as partial, ExitStack() as stack:
        handle = _packed(stack, partial, target.suffix.lower())
        between, end = (b",\n", b"\n]\n") if first.kind == "array" else (b"\n", b"\n")
        before = b"[\n" if first.kind == "array" else b""
        for document in rows:
            if first.kind == "warc":
                line = orjson.dumps({"url": document.identity, "date": document.period, "text": document.text})
            else:
                line = document.raw.rstrip(b"\r\n")
            handle.write(before + line)
            before = between
        handle.write(end if before == between else before + end.lstrip())


def _packed(stack: ExitStack, path: Path, ending: str) -> Any:
    """A file to write to, packed as its name will say."""
    if ending == ".zst":
        return stack.enter_context(pa.output_stream(str(path), compression="zstd"))
    handle = stack.enter_context(path.open("wb"))
    return stack.enter_context(gzip.GzipFile(filename="", fileobj=handle, mode="wb", mtime=0)) if ending == ".gz" else handle
