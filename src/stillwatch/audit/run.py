"""The whole audit: references, detector, parts in several processes, shares, verdicts, report; resumable."""

import hashlib
import heapq
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np

from stillwatch import __version__
from stillwatch.audit import campaigns, check, duplicates, page, results, verdicts
from stillwatch.audit.corpus import Columns, Document, Part
from stillwatch.audit.detector import MIN_MAKER, MIN_WORDS, Detector, text_hash, train
from stillwatch.audit.fields import MAKER
from stillwatch.audit.marks import MarkTest
from stillwatch.audit.planning import count_endings, plan, plan_with_unread
from stillwatch.audit.reading import documents
from stillwatch.audit.scan import Instruments, Tally, scan
from stillwatch.errors import InputError
from stillwatch.files import demand_no_overlap, folder_lock, make_private_folder, read_json, write_json
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.progress import track

MAX_REFERENCE = 10_000
MAX_UNASKED = 0.1
MAX_IN_BOTH = 0.01
MAX_DAMAGED_NAMED = 3
WORK, STATE = ".work", "state.json"


@dataclass(frozen=True)
class Settings:
    """What is audited, and against what.

    Attributes:
        corpus: file or folder.
        out: folder to write.
        human: texts that people wrote, of the same domain; None: no share.
        generated: texts that models wrote, of the same domain; None: no share.
        held_out: further human texts of the domain for the self-check.
        index: file of known texts, from :func:`stillwatch.audit.duplicates.save`.
        campaigns: a run folder of detect, whose campaigns' templates are looked for.
        columns: which fields hold what.
        fpr: share of human documents that may be called model-written.
        remove: reasons for which the filtered copy leaves documents out; empty: no copy.
        processes: how many.
        layout: whether line breaks are features.
        questions: whether what was asked is.
        one_source: whether all documents are judged as of one source.
        seed: of folds, samples and bootstrap.
    """

    corpus: Path
    out: Path
    human: Path | None = None
    generated: Path | None = None
    held_out: Path | None = None
    index: Path | None = None
    campaigns: Path | None = None
    columns: Columns = field(default_factory=Columns)
    fpr: float = 0.01
    remove: tuple[str, ...] = ()
    processes: int = 1
    layout: bool = False
    questions: bool = False
    one_source: bool = False
    seed: int = 1


def run(settings: Settings, *, marks: MarkTest | None = None, quiet: bool = False) -> dict[str, Any]:
    """Audit a corpus and write the run folder.

    Args:
        settings: what and against what.
        marks: test of one's own keyed marks.
        quiet: no progress bar, and no line before references are fitted.

    Returns:
        The summary, as in ``summary.json``.

    Raises:
        InputError: something given cannot be read, references are too few, or another audit is writing to the folder.
    """
    _demand_free_folder(settings.out)
    inputs = (settings.corpus, settings.human, settings.generated, settings.held_out, settings.index, settings.campaigns)
    demand_no_overlap(settings.out, *inputs)
    parts, unread = plan_with_unread(settings.corpus, settings.columns, out=settings.out)
    with folder_lock(settings.out, "audit"):
        return _run(settings, parts, unread, marks, quiet)


def _run(settings: Settings, parts: list[Part], unread: list[Path], marks: MarkTest | None, quiet: bool) -> dict[str, Any]:
    rng = np.random.default_rng(settings.seed)
    work = settings.out / WORK
    make_private_folder(work)
    templates = campaigns.load(settings.campaigns) if settings.campaigns is not None else None
    index = duplicates.load(settings.index) if settings.index is not None else None
    resumed = _resumes_earlier_run(work, settings, parts, marks, templates)
    human, generated = _read_references(settings.human, settings), _read_references(settings.generated, settings)
    detector = None
    if human.texts and generated.texts:
        _demand_distinct_references(human, generated, settings)
        if not resumed or not (work / "detector.npz").exists():
            if not quiet:
                print(f"fitting on {len(human.texts) + len(generated.texts):,} references (the first time what reads texts is compiled, "
                      "too, which takes a minute or more on a busy machine)", file=sys.stderr, flush=True)
            train(human.texts, generated.texts, rng, layout=settings.layout, asked=(human.asked, generated.asked),
                  questions_count=settings.questions, makers=generated.makers).save(work / "detector.npz")
        detector = Detector.load(work / "detector.npz")
    instruments = Instruments(settings.columns, detector, index, marks, templates)
    _scan_all(parts, instruments, work, settings, quiet)
    total = Tally()
    for i in range(len(parts)):
        total.merge(Tally.load(work / f"{i:06d}.json"))
    if not total.groups:
        raise _no_document_error(total, settings.corpus)
    if settings.one_source:
        total.shrink(all_=True)
    held_out = _read_references(settings.held_out, settings)
    blind = [*_filtered_corpus_note(settings.corpus), *_unread_notes(total, unread)]
    if detector is not None:
        blind += [*verdicts.unreachable_verdicts(detector, settings.fpr), *_single_maker_note(detector)]
    found = results.estimate_shares(total, detector, human.texts, generated.texts, held_out, settings.seed, quiet=quiet, marks=marks)
    verdicts.remove_earlier_output(settings.out)
    counts = verdicts.write_verdicts(
        [work / f"{i:06d}.parquet" for i in range(len(parts))], settings.out, found, detector, settings.fpr
    )
    removed = None
    if settings.remove:
        removed = verdicts.filtered_copy(parts, unread, settings.columns, settings.out, settings.remove, quiet=quiet)
    summary = _summary(settings, parts, total, found, counts, removed, marks, detector)
    results.write(found, settings.out)
    summary["blind"] += blind
    page.write(summary, found, settings.out / "report.html")
    write_json(summary, settings.out / "summary.json")
    return summary


def _demand_free_folder(out: Path) -> None:
    """An audit removes what an earlier one left in its folder, so it takes none that holds anything else.

    Raises:
        InputError: other files stand there.
    """
    if out.is_file():
        raise InputError("a file stands there", where=out, todo="Pass a folder that is empty, absent or an audit's")
    if not out.is_dir() or (out / WORK / STATE).is_file():
        return
    if {path.name for path in out.iterdir()} - {WORK} or ((out / WORK).is_dir() and any((out / WORK).iterdir())):
        raise InputError("the folder holds something else than an audit", where=out, todo="Pass one that is empty, absent or an audit's")


def _demand_distinct_references(human: results.ReferenceTexts, generated: results.ReferenceTexts, settings: Settings) -> None:
    """Refuse references of which too many stand in both sets.

    Raises:
        InputError: more than 1 % of the smaller set stand in the other, too.
    """
    both = {text_hash(text) for text in human.texts} & {text_hash(text) for text in generated.texts}
    if len(both) > MAX_IN_BOTH * min(len(human.texts), len(generated.texts)):
        raise InputError(f"{number_of(len(both), 'text stands', 'texts stand')} in {settings.human} too", where=settings.generated,
                         todo="Pass texts that people wrote as --reference, and texts that models wrote as --generated")


def _no_document_error(total: Tally, where: Path) -> InputError:
    """Why a corpus gave no document."""
    why = list(dict.fromkeys([*total.textless, *total.damaged]))
    if len(why) == 1 and not total.n_bad:
        return InputError(why[0])
    if why:
        return InputError(f"no document could be read (of {number_of(len(why), 'file')}, the first: {why[0]})", where=where)
    if not total.n_bad:
        return InputError("the file is empty" if where.is_file() else "all files are empty", where=where)
    rows = number_of(total.n_bad, "row")
    return InputError(f"no document could be read ({rows} without text, or no JSON{_bad_row_places(total)})", where=where,
                      todo="Look at these rows, or pass --text-column if the text is in another column than the usual ones")


def _filtered_corpus_note(corpus: Path) -> list[str]:
    """Whether the corpus is what an audit left when it removed documents by their score."""
    for folder in (corpus.resolve(), *corpus.resolve().parents):
        audit = folder.parent
        if folder.name == verdicts.FILTERED and all((audit / name).is_file() for name in verdicts.WRITTEN):
            removed = (read_json(audit / "summary.json")["removed"] or {}).get("document", 0)
            return [f"the corpus is the filtered copy of an audit ({audit}) that removed {number_of(removed, 'document')} by score: what "
                    "stays is no mixture of the references' scores, and its share comes out too low"] * (removed > 0)
    return []


def _unread_notes(total: Tally, unread: list[Path]) -> list[str]:
    """What of the corpus was not read."""
    notes = []
    if unread:
        by_number = sorted(count_endings(unread).items(), key=lambda item: (-item[1], item[0]))[:8]
        notes.append(number_of(len(unread), "file was not read, since its ending or content is not known",
                              "files were not read, since their endings or contents are not known")
                    + f" ({', '.join(f'{ending} {n}' for ending, n in by_number)})")
    if total.n_bad:
        what = number_of(total.n_bad, "row, page or file holds", "rows, pages or files hold")
        notes.append(f"{what} no text that can be read{_bad_row_places(total)}")
    if total.n_untimed:
        notes.append(number_of(total.n_untimed, "document has a time that cannot be read, and counts for no month",
                              "documents have a time that cannot be read, and count for no month") + f" (the first: {total.untimed!r})")
    if total.n_unspaced:
        notes.append(number_of(total.n_unspaced, "document is", "documents are") + " written without spaces between words (Chinese, "
                    "Japanese, Thai and the like): a sentence counts as one word there, so nothing can be said of them but by canaries")
    for files, one, many, and_ in (
        (total.damaged, "file could not be read to its end", "files could not be read to their end", ", and what stands before counts"),
        (total.textless, "file was not read, since it has no column of text", "files were not read, since they have no column of text", ""),
    ):
        if different := list(dict.fromkeys(files)):  # a file of several parts says the same of each
            notes.append(f"{number_of(len(different), one, many)}{and_}: {'; '.join(different[:MAX_DAMAGED_NAMED])}")
    return notes


def _bad_row_places(total: Tally) -> str:
    """Where the first rows are that could not be read; an address in a crawl may hold anything."""
    named = ", ".join(total.bad) + (", …" if total.n_bad > len(total.bad) else "")
    return ": " * bool(total.bad) + "".join(c if c.isprintable() else "?" for c in named)


def _single_maker_note(detector: Detector) -> list[str]:
    """What an interval rests on where makers cannot be told apart."""
    if len(detector.makers) > 1:
        return []
    return ["every interval takes the models to be mixed in the corpus as in the model-written references, since these do not tell several "
            f"makers apart (column {' or '.join(MAKER[:2])}, or a file each; {MIN_MAKER} texts of each at least)"]


def _read_references(path: Path | None, settings: Settings) -> results.ReferenceTexts:
    """At most 10,000 different texts of a file or folder, in their order: those of smallest keyed hash, an even draw."""
    if path is None:
        return results.ReferenceTexts([], [], [])
    kept: list[tuple[int, int, str, str, str]] = []
    known: set[int] = set()
    n = 0
    columns, key = Columns(text=settings.columns.text, makers=True), settings.seed.to_bytes(8, "little", signed=True)
    for part in plan(path, columns, out=settings.out):
        for document in _reference_documents(part, columns):
            n, text = n + 1, document.text
            mark = -int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest())
            if mark in known or (len(kept) == MAX_REFERENCE and mark < kept[0][0]):
                continue
            known.add(mark)
            item = (mark, n, text, document.asked, document.source)
            if len(kept) < MAX_REFERENCE:
                heapq.heappush(kept, item)
            else:
                known.discard(heapq.heapreplace(kept, item)[0])
    if not kept:
        raise InputError("no texts", where=path)
    kept.sort(key=lambda item: item[1])
    given = results.ReferenceTexts(*(list(part) for part in zip(*((text, asked, maker) for _, _, text, asked, maker in kept), strict=True)))
    unasked = sum(not asked for asked in given.asked)
    if settings.questions and unasked > MAX_UNASKED * len(kept):
        raise InputError(f"{unasked:,} of {number_of(len(kept), 'text has', 'texts have')} no question", where=path,
                         todo="Leave --questions away, or give a column prompt or instruction")
    return given


def _reference_documents(part: Part, columns: Columns) -> Iterator[Document]:
    """Documents of a reference; a file without the column that the corpus has may use a known one."""
    try:
        for document in documents(part, columns):
            if isinstance(document, Document):
                yield document
    except InputError:
        if columns.text is None:
            raise
        yield from _reference_documents(part, Columns(makers=columns.makers))


def _resumes_earlier_run(
    work: Path, settings: Settings, parts: list[Part], marks: MarkTest | None, templates: campaigns.Templates | None
) -> bool:
    """Whether earlier parts stand: same settings and files. Otherwise they are removed."""
    files = sorted({path for part in parts for path in part.paths})
    given = [p for p in (settings.human, settings.generated) if p is not None]
    files += [path for root in given for part in plan(root) for path in part.paths]
    files += [settings.index] if settings.index is not None else []
    stamps = hashlib.sha256()
    for path in files:
        stat = path.stat()
        stamps.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    state = {
        "version": __version__, "files": stamps.hexdigest(), "n_parts": len(parts), "seed": settings.seed, "layout": settings.layout,
        "questions": settings.questions,
        "columns": asdict(settings.columns), "marks": marks.name if marks is not None else None,
        "templates": templates.digest if templates is not None else None,
    }
    path = work / STATE
    if path.exists() and read_json(path) == state:
        return True
    for old in work.iterdir():
        if old != path:  # what is left of a run that is killed here is still an audit's
            old.unlink()
    write_json(state, path)
    return False


_instruments: Instruments | None = None


def _set_instruments(instruments: Instruments) -> None:
    global _instruments
    _instruments = instruments


def _init_worker(instruments: Instruments) -> None:
    """Start in a process that ends with the one it works for, whose hold on the folder is no more then."""
    threading.Thread(target=_exit_with, args=(multiprocessing.parent_process(),), daemon=True).start()
    _set_instruments(instruments)


def _exit_with(process: BaseProcess) -> None:
    process.join()
    os._exit(1)


def _scan_part(part: Part, rows: Path, tally: Path) -> int:
    assert _instruments is not None
    scan(part, _instruments, rows, tally)
    return part.size


def _scan_all(parts: list[Part], instruments: Instruments, work: Path, settings: Settings, quiet: bool) -> None:
    """Read the parts that are not done yet."""
    todo = [
        (part, work / f"{i:06d}.parquet", work / f"{i:06d}.json")
        for i, part in enumerate(parts)
        if not (work / f"{i:06d}.json").exists()
    ]
    if settings.processes <= 1 or len(todo) <= 1:
        _set_instruments(instruments)
        for item in track(todo, "reading", len(todo), quiet=quiet):
            _scan_part(*item)
        return
    for _ in track(_scan_in_pool(todo, instruments, settings.processes), "reading", len(todo), quiet=quiet):
        pass


def _scan_in_pool(todo: list[tuple[Part, Path, Path]], instruments: Instruments, processes: int) -> Iterator[int]:
    """Parts in processes of their own; only as many wait as there are processes."""
    with _explain_killed_worker(processes), _worker_pool(instruments, processes) as pool:
        waiting: set[Future[int]] = set()
        for item in todo:
            if len(waiting) >= 2 * processes:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
            with _sigint_blocked():
                waiting.add(pool.submit(_scan_part, *item))
        for future in waiting:
            yield future.result()


@contextmanager
def _explain_killed_worker(processes: int) -> Iterator[None]:
    """Tell of a process that was killed.

    Raises:
        InputError: one was, most often since the machine's memory was full.
    """
    try:
        yield
    except BrokenProcessPool as error:
        raise InputError(f"one of {processes} processes that read the corpus was killed, most likely for want of memory",
                         todo="The parts that were read stay: run the same command again with fewer --processes") from error


@contextmanager
def _worker_pool(instruments: Instruments, processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that read parts. What ends this one's work ends theirs at once: a part that is not whole is read again."""
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_init_worker, initargs=(instruments,)) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in set(multiprocessing.active_children()) - others:
                child.terminate()
            raise


@contextmanager
def _sigint_blocked() -> Iterator[None]:
    """Block SIGINT meanwhile: a process that is started inherits that, so that Ctrl-C is answered by this one alone."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _summary(
    settings: Settings, parts: list[Part], total: Tally, found: results.Results, counts: dict[str, int],
    removed: dict[str, int] | None, marks: MarkTest | None, detector: Detector | None,
) -> dict[str, Any]:
    groups = total.groups.values()
    return {
        "version": __version__,
        "corpus": str(settings.corpus), "reference": _path_text(settings.human), "generated": _path_text(settings.generated),
        "held_out": _path_text(settings.held_out), "known": _path_text(settings.index), "seed": settings.seed, "fpr": settings.fpr,
        "n_parts": len(parts), "bytes": sum(part.size for part in parts), "unreadable_rows": total.n_bad,
        "documents": sum(g.n for g in groups), "words": sum(g.n_words for g in groups),
        f"documents_under_{MIN_WORDS}_words": sum(g.n_short for g in groups),
        "documents_with_decisive_canary": sum(g.n_canary for g in groups),
        "near_duplicates_of_known_texts": sum(g.n_duplicates for g in groups),
        "documents_that_are_references": sum(g.n_reference for g in groups),
        "campaigns": None if settings.campaigns is None else str(settings.campaigns),
        "documents_with_campaign_templates": sum(g.n_campaign for g in groups),
        "makers": None if detector is None else list(detector.makers),
        "self_check": None if found.self_check is None else asdict(found.self_check),
        "limits": {"bias": check.MAX_BIAS, "error": check.MAX_ERROR, "unlike": check.MAX_UNLIKE,
                   "foreign": check.MAX_FOREIGN, "words": MIN_WORDS,
                   "known": None if detector is None else verdicts.Limits.of(detector).known},
        "share": found.overall, "verdicts": counts, "removed": removed,
        "marks": None if marks is None else {"name": marks.name, "p_values": found.marks},
        "blind": list(found.blind),
    }


def _path_text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def processes() -> int:
    """Processes to use where nobody says."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
