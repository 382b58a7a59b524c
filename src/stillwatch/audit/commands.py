"""Command lines of the audit."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from stillwatch.errors import InputError
from stillwatch.files import demand_no_overlap, path_argument
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.plain import print_plain
from stillwatch.terminal.seeds import seed

if TYPE_CHECKING:
    from stillwatch.audit.marks import MarkTest


class MarkOptions(Protocol):
    """Brings options, and the test that they ask for."""

    def options(self, to: argparse.ArgumentParser) -> None:
        """Add the options."""
        ...

    def from_options(self, args: argparse.Namespace) -> "MarkTest | None":
        """The test, or None."""
        ...


def register(
    add: Callable[..., argparse.ArgumentParser], commands: Any, shared: argparse.ArgumentParser, own: "MarkOptions | None" = None
) -> None:
    """Add ``audit`` and ``audit-index``; ``own`` brings the test of own keys, which the audit does not know."""
    audit = add("audit", _audit, "estimate how much of a corpus models wrote, by source and over time, or refuse")
    audit.add_argument("corpus", type=Path, metavar="CORPUS", help="Parquet, JSON lines or arrays, text, HTML, WARC or WET: file or folder")
    audit.add_argument("--reference", type=Path, metavar="HUMAN", help="texts of the same domain that people wrote")
    audit.add_argument("--generated", type=Path, metavar="MODEL", help="texts of the same domain that models wrote")
    audit.add_argument("--held-out", type=Path, metavar="HUMAN", help="further human texts for the self-check")
    audit.add_argument("--known", type=Path, metavar="INDEX", help="index of known texts, from audit-index")
    audit.add_argument("--campaigns", type=Path, metavar="DETECT_RUN", help="say which documents carry templates of a run's campaigns")
    if own is not None:
        own.options(audit)
    audit.set_defaults(own=own)
    audit.add_argument("--out", type=Path, required=True, metavar="RUN", help="folder to write; a broken run resumes")
    for name, what in (("text", "text"), ("source", "source"), ("time", "time"), ("id", "identity")):
        audit.add_argument(f"--{name}-column", metavar="NAME", help=f"column of the {what} (default: a usual name)")
    audit.add_argument("--one-source", action="store_true", help="judge all documents as of one source")
    audit.add_argument("--fpr", type=float, default=0.01, help="share of human documents that may be called model-written (default: 0.01)")
    audit.add_argument("--remove", metavar="REASONS", default="",
                       help="write a filtered copy without documents that have one of: document, canary, duplicate, campaign")
    audit.add_argument("--layout", action="store_true",
                       help="let line breaks count; only where corpus and references kept them alike")
    audit.add_argument("--questions", action="store_true",
                       help="let what was asked count (prompt, instruction, earlier turns); where corpus and references have it")
    audit.add_argument("--processes", type=int, help="processes (default: all cores)")
    audit.add_argument("--seed", type=seed, default=1, help="of what is drawn (default: 1)")
    index = add("audit-index", _index, "index model outputs or instruction sets, to find their near-duplicates")
    index.add_argument("sets", nargs="+", metavar="NAME=PATH", help="a name and a file or folder of texts")
    index.add_argument("--text-column", metavar="NAME", help="column of the text (default: a usual name)")
    index.add_argument("--out", type=Path, required=True, metavar="INDEX", help="file to write (.npz)")


def _audit(args: argparse.Namespace) -> Any:
    from stillwatch.audit import corpus, run, verdicts

    remove = tuple(reason for reason in args.remove.split(",") if reason)
    unknown = set(remove) - set(verdicts.REASONS)
    if unknown:
        raise InputError(f"unknown reason {sorted(unknown)[0]!r}", where="--remove",
                         todo=f"Known: {', '.join(verdicts.REASONS)}")
    if not 0 < args.fpr < 1:
        raise InputError(f"{args.fpr} is no share", where="--fpr", todo="Pass a number between 0 and 1")
    needs = {"document": ("--reference and --generated", args.reference and args.generated), "duplicate": ("--known", args.known),
             "campaign": ("--campaigns", args.campaigns)}
    for reason in remove:
        option, given = needs.get(reason, ("", True))
        if not given:
            raise InputError(f"--remove {reason} needs {option}", todo="Without, nothing would be removed for that reason")
    if args.processes is not None and args.processes < 1:
        raise InputError("--processes must be 1 or more")
    columns = corpus.Columns(args.text_column, args.source_column, args.time_column, args.id_column)
    settings = run.Settings(
        args.corpus, args.out, human=args.reference, generated=args.generated, held_out=args.held_out,
        index=args.known, campaigns=args.campaigns,
        columns=columns, fpr=args.fpr, remove=remove, processes=args.processes or run.processes(), seed=args.seed, layout=args.layout,
        questions=args.questions, one_source=args.one_source,
    )
    demand_no_overlap(args.out, getattr(args, "marks", None), getattr(args, "key", None))
    marks = args.own.from_options(args) if args.own is not None else None
    summary = run.run(settings, marks=marks, quiet=args.quiet or args.json)
    if not (args.quiet or args.json):
        print_plain(summary_text(summary, args.out))
    return summary


def summary_text(summary: dict[str, Any], out: Path) -> str:
    """What the command prints."""
    from stillwatch.audit.verdicts import UNSURE, by_score

    share, lines = summary["share"], []
    if share["share"] is None:
        lines.append(f"No share of model-written documents is told: {share['reason']}")
    else:
        lines.append(f"Share of model-written documents: {share['low']:.1%} to {share['high']:.1%}, {share['of']} "
                     f"(95 % interval; {share['share']:.1%} if the corpus mixes them as the references do)")
        if share["reason"]:
            lines.append(f"  {share['reason']}")
    lines.append(f"  {number_of(summary['documents'], 'document')}, {number_of(summary['words'], 'word')}; "
                 f"{number_of(summary['documents_with_decisive_canary'], 'says that a model wrote it', 'say that a model wrote them')}, "
                 f"{number_of(summary['near_duplicates_of_known_texts'], 'near-duplicate')} of known texts")
    if summary["documents_that_are_references"]:
        n = summary["documents_that_are_references"]
        lines.append(f"  {number_of(n, 'document is a reference and counts', 'documents are references and count')} for no share")
    if share["share"] is not None:
        verdicts = summary["verdicts"]
        why = ", ".join(f"{name} {n:,}" for name in UNSURE if (n := verdicts.get(f"reason {name}")))
        lines.append("  Verdicts: " + ", ".join(f"{verdicts.get(f'verdict {name}', 0):,} {name}" for name in ("model", "human", "unsure"))
                     + (f" ({why})" if why else "")
                     + (f"; of the human documents about {summary['fpr']:.1%} at most are called model by mistake"
                        if verdicts.get("verdict model") else ""))
    if summary["campaigns"] is not None:
        carry = number_of(summary["documents_with_campaign_templates"], "carries", "carry")
        lines.append(f"  {carry} templates of a campaign of {summary['campaigns']}")
    if summary["marks"] is not None:
        lines += [f"  own key {name}: p = {p:.2g} over all documents, corrected for the number of keys"
                  for name, p in sorted((summary["marks"]["p_values"] or {}).items(), key=lambda item: item[1])]
    if summary["removed"] is not None:
        removed = summary["removed"]
        removed_by_score = by_score(summary)
        lines.append(f"  removed: {removed.get('documents', 0):,} (removed.jsonl says why)"
                     + f"; by score {removed_by_score}" * bool(removed_by_score))
        if kept := removed.get("unread_kept"):
            lines.append("  " + number_of(kept, "row, page or file that was not read is in the filtered copy as it was",
                                          "rows, pages or files that were not read are in the filtered copy as they were"))
        if lost := removed.get("unread_lost"):
            lines.append("  " + number_of(lost, "page or rest of a damaged file was not read and cannot be copied (removed.jsonl names it)",
                                          "pages or rests of damaged files were not read and cannot be copied (removed.jsonl names them)"))
    lines += [f"  Blind: {line}" for line in summary["blind"]]
    return "\n".join([*lines, f"Report: {out / 'report.html'}"])


def _index(args: argparse.Namespace) -> Any:
    from stillwatch.audit import corpus, duplicates

    sets: list[tuple[str, Path]] = []
    for item in args.sets:
        name, equals, path = item.partition("=")
        if not equals or not name or not path:
            raise InputError(f"{item!r} is not NAME=PATH", todo="Write it like dolly=dolly.jsonl")
        if name in dict(sets):
            raise InputError(f"two sets are called {name}", where=item, todo="Put both into one folder, or give each a name of its own")
        sets.append((name, path_argument(path)))
    if args.out.exists() and not duplicates.is_index(args.out):
        raise InputError("something else than an index stands there", where=args.out, todo="Pass another --out")
    found = duplicates.build_from(sets, corpus.Columns(text=args.text_column))
    if not len(found.known):
        raise InputError("no texts", where=", ".join(args.sets), todo="Pass --text-column if the text is in an unusual one")
    duplicates.save(found, args.out)
    if not (args.quiet or args.json):
        print_plain(f"{number_of(len(found.known), 'text')} of {number_of(len(found.names), 'set')}: {args.out}")
    return {"index": str(args.out), "texts": len(found.known), "sets": found.names}
