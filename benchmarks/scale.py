"""How does the time of detection grow with the log, and how many times does it take what a scan of it takes?

    python benchmarks/scale.py --keep DIR

The scenario ``february_2026`` at each size is simulated into DIR, if it is not there. A scan reads the files of events with DuckDB and
hashes every prompt. Both run as processes of their own; memory is the most that detection held.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCAN = """
import sys, duckdb
engine = duckdb.connect(config={"threads": int(sys.argv[2])})
engine.execute("SELECT bit_xor(hash(prompt)) FROM read_parquet(?)", [sys.argv[1]]).fetchall()
"""


@dataclass(frozen=True)
class Timed:
    """One size."""

    events: int
    scan_s: float
    detect_s: float
    memory_gb: float

    @property
    def scans(self) -> float:
        """Times a scan that detection takes."""
        return self.detect_s / self.scan_s


def measured(*command: str) -> tuple[float, float]:
    """Wall clock of a command, seconds, and the most memory that it held, GB; what this process holds, if that is more.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return time.monotonic() - begun, used.ru_maxrss * 1024 / 1e9


def timed(events: int, folder: Path, threads: int) -> Timed:
    """Scan and detect one world."""
    world, run = folder / f"february_2026_{events}", folder / f"run_{events}"
    tool = (sys.executable, "-m", "stillwatch")
    if not (world / "truth.parquet").exists():
        measured(*tool, "simulate", "february_2026", "--events", str(events), "--out", str(world))
    scan_s, _ = measured(sys.executable, "-c", SCAN, str(world / "events" / "*.parquet"), str(threads))
    shutil.rmtree(run, ignore_errors=True)  # sketches of a run before would be taken over
    return Timed(events, scan_s, *measured(*tool, "detect", str(world), "--out", str(run), "--threads", str(threads)))


def table(rows: Sequence[Timed]) -> str:
    """The sizes, smallest first, each beside the one before."""
    lines = ["| requests | a scan | detection | times a scan | times the size before takes | memory |", "|---|---|---|---|---|---|"]
    for i, row in enumerate(rows):
        before = rows[i - 1] if i else None
        growth = f"{row.detect_s / before.detect_s:.1f}, with {row.events / before.events:.1f} times as many" if before else ""
        times = f"{row.scan_s:.1f} s | {row.detect_s:.0f} s | {row.scans:.1f} | {growth}"
        lines.append(f"| {row.events:,} | {times} | {row.memory_gb:.1f} GB |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=[5_000_000, 50_000_000])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep", type=Path, required=True, help="folder for worlds and runs, of which 50 million requests take 11 GB")
    args = parser.parse_args()
    args.keep.mkdir(parents=True, exist_ok=True)
    print(table([timed(events, args.keep, args.threads) for events in sorted(args.events)]))


if __name__ == "__main__":
    main()
