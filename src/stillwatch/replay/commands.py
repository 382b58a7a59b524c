"""The command ``stillwatch replay``. Nothing heavy is imported before it runs."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.terminal.times import length_us


def register(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add ``replay`` to the command line."""
    replay = add(
        "replay",
        _replay,
        "run detection step by step as the log grew, with policies that act: what would it have saved?",
    )
    replay.add_argument("source", type=Path, metavar="DIR", help="folder with events/, accounts.parquet, releases.json")
    replay.add_argument(
        "--every", default="1h", metavar="STEP", help="time between runs: 30m, 1h, 12h, 1d (default: 1h)"
    )
    replay.add_argument(
        "--out", type=Path, required=True, metavar="RUN", help="folder to write; a replay that was killed continues"
    )
    replay.add_argument(
        "--policy", type=Path, metavar="FILE", help="JSON: policies to compare, and how operators reply"
    )
    replay.add_argument("--truth", type=Path, metavar="FILE", help="Parquet of account_id, campaign, kind, or the folder of a world")
    replay.add_argument(
        "--truth-events",
        type=Path,
        metavar="FILE",
        help="Parquet of event_id, campaign: harvested requests (default: truth_events.parquet beside --truth)",
    )
    replay.add_argument(
        "--key-file",
        type=Path,
        metavar="FILE",
        help="the tenant's key by which ingest hashed identifiers, if the truth has them in the clear",
    )
    replay.add_argument(
        "--growth",
        type=float,
        default=0.02,
        metavar="SHARE",
        help="skip a step while the log grew by less than this since the last one (default: 0.02; 0: never)",
    )
    replay.add_argument(
        "--first",
        metavar="TIME",
        help="run no step after the log's first hours or days, such as 36h or 5d, if it is too long to replay whole",
    )
    replay.add_argument(
        "--recent",
        nargs="+",
        default=[],
        metavar="TIME",
        help="at each step also look at the last hours or days alone, such as 1d 3d",
    )
    replay.add_argument("--threads", type=int, help="worker threads (default: all cores)")
    replay.add_argument(
        "--memory", metavar="GB", type=float, help="memory limit of the engine, GB (default: half the machine)"
    )


def _replay(args: argparse.Namespace) -> Any:
    every = length_us(args.every, "--every")
    first = None if args.first is None else length_us(args.first, "--first")
    if not 0 <= args.growth <= 1:
        raise InputError(f"{args.growth} is not a share", where="--growth", todo="Write a number from 0 to 1")
    if args.out.exists() and not args.out.is_dir():
        raise InputError("not a folder", where=args.out, todo="Pass another --out")
    if args.truth_events is not None and args.truth is None:
        raise InputError("--truth-events without --truth", todo="Pass both")
    if args.key_file is not None and args.truth is None:
        raise InputError("--key-file without --truth", todo="Pass both, or neither")
    from stillwatch.engine import demand_limits
    from stillwatch.files import demand_outside_logs, folder_lock, removed_if_empty
    from stillwatch.replay.run import run

    demand_limits(args.threads, args.memory)
    demand_outside_logs(args.source, args.out, "a replay")
    recent = [length_us(text, "--recent") for text in args.recent]
    with removed_if_empty(args.out), folder_lock(args.out, "replay"):
        return run(
            args.source,
            args.out,
            every_us=every,
            policy=args.policy,
            truth=args.truth,
            truth_events=args.truth_events,
            key_file=args.key_file,
            growth=args.growth,
            first_us=first,
            recent_us=recent,
            threads=args.threads,
            memory_gb=args.memory,
            quiet=args.quiet or args.json,
        )
