"""The command ``stillwatch detect``. Nothing heavy is imported before it runs."""

import argparse
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from stillwatch import run_details
from stillwatch.errors import InputError
from stillwatch.files import demand_outside_logs
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.plain import print_plain
from stillwatch.terminal.seeds import seed
from stillwatch.terminal.times import as_of, length_us


def register(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add ``detect`` to the command line."""
    detect = add("detect", _detect, "find campaigns in events, or in traces of any (account, object, time) data")
    detect.add_argument("source", nargs="?", type=Path, metavar="DIR",
                        help="folder with events/; accounts.parquet and releases.json are optional")
    detect.add_argument("--traces", type=Path, metavar="FILE",
                        help="Parquet of account_id, view, object, hour (whole hours since 1970, UTC), n, weight")
    detect.add_argument("--out", type=Path, required=True, metavar="RUN", help="run folder to write")
    detect.add_argument("--engine", choices=("duckdb", "spark", "clickhouse"), default="duckdb", help="this version has duckdb only")
    detect.add_argument("--as-of", metavar="T", help="ISO time; only events before it are read")
    detect.add_argument("--recent", metavar="TIME", help="read only this long before --as-of, or before the end of the log: 12h, 1d, 7d")
    detect.add_argument("--seed", type=seed, default=1, help="seed of what is drawn from --traces (default: 1); a log needs none")
    detect.add_argument("--threads", type=int, help="worker threads (default: all cores)")
    detect.add_argument("--memory", metavar="GB", type=float,
                        help="memory limit of the engine, GB (default: half the machine)")
    detect.add_argument("--since", type=Path, metavar="RUN",
                        help="an earlier run whose campaigns may continue; fills lineage")


def _detect(args: argparse.Namespace) -> dict[str, Any]:
    _demand_fitting(args)
    from stillwatch.detect import pipeline

    summary = pipeline.detect(
        args.source, args.out, traces=args.traces, engine=args.engine, as_of=as_of(args.as_of), seed=args.seed,
        threads=args.threads, memory_gb=args.memory, since=args.since,
        recent_us=None if args.recent is None else length_us(args.recent, "--recent"), quiet=args.quiet or args.json,
    )
    if not (args.quiet or args.json):
        print_plain(*_lines(summary, args.out, of_traces=args.source is None))
    return summary


def _demand_fitting(args: argparse.Namespace) -> None:
    """Raise an InputError if options contradict each other."""
    if (args.source is None) == (args.traces is None):
        raise InputError("pass either DIR or --traces FILE")
    if args.traces is not None and (args.recent or args.as_of):
        raise InputError("--recent and --as-of choose among events", where="--traces", todo="Pass traces of that time alone")
    if args.traces is not None and (args.threads or args.memory):
        raise InputError("traces are looked at without the engine", where="--traces", todo="Leave out --threads and --memory")
    if args.traces is not None and args.since:
        raise InputError("groups of traces do not continue an earlier run's", where="--since", todo="Leave it out")
    demand_outside_logs(args.source, args.out, "a run")


def _lines(summary: Mapping[str, Any], out: Path, *, of_traces: bool) -> Iterator[str]:
    """The lines printed after a run: what was found, where to read it, what was blind, and warnings."""
    reviewed = f"{number_of(summary['n_review'], 'group')} for a person to review ({number_of(summary['n_for_review'], 'account')})"
    looked = of_traces or summary["n_events"]
    if of_traces:
        yield f"Traces of {number_of(summary['n_accounts'], 'account')}: {reviewed}"
    elif not looked:
        yield from summary["warnings"]
    else:
        since = f" from {summary['start']:.16} UTC on" if summary["start"] else ""
        exchanges = number_of(summary["n_harvested"], "exchange") + run_details.interval_if_wide(summary)
        yield (
            f"{number_of(summary['n_events'], 'request')} of {number_of(summary['n_accounts'], 'account')}{since}:"
            f" {number_of(summary['n_campaigns'], 'campaign')} ({number_of(summary['n_accused'], 'account')}, {exchanges}),"
            f" {reviewed}, {summary['n_watched']} on the watch list"
        )
    yield f"The page to read: stillwatch report {shlex.quote(str(out))}"
    if looked and summary["blind_views"]:
        yield f"Blind: {', '.join(one['view'] for one in summary['blind_views'])} (why: {out / 'summary.json'})"
    if looked:
        yield from (f"Note: {warning}" for warning in summary["warnings"])
    if left := len(list((out / "export").glob(f"*{run_details.PACKET}"))):
        yield f"In {out / 'export'}: {number_of(left, 'packet')} of earlier runs, which stay and say nothing about this one"
