"""Bad usage: exit code 1 and one line that says what, where, and what to do; never a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

BAD_USAGE = {
    "no command": [],
    "unknown command": ["harvest"],
    "unknown option": ["demo", "--fast"],
    "unknown choice": ["detect", "logs", "--out", "run", "--engine", "abacus"],
    "argument missing": ["detect", "logs"],
    "not a number": ["simulate", "demo", "--out", "world", "--seed", "one"],
    "not a time": ["detect", "logs", "--out", "run", "--as-of", "yesterday"],
    "two sources": ["detect", "logs", "--traces", "traces.parquet", "--out", "run"],
    "no source": ["detect", "--out", "run"],
    "no folder to write to": ["simulate", "demo"],
    "unknown scenario": ["simulate", "doomsday", "--out", "world"],
    "unknown format": ["ingest", "here", "--from", "stone-tablets", "--out", "logs"],
    "no such logs": ["ingest", "nowhere", "--from", "canonical", "--out", "logs"],
    "no logs": ["ingest", "--from", "canonical", "--out", "logs"],
    "no folder for events": ["ingest", "here", "--from", "canonical"],
    "no such folder": ["detect", "nowhere", "--out", "run"],
    "no such traces": ["detect", "--traces", "nowhere.parquet", "--out", "run"],
    "no such run": ["evaluate", "nowhere", "--truth", "nowhere.parquet"],
    "no run to report": ["report", "nowhere"],
    "no run to export": ["export", "nowhere", "--format", "csv"],
}


def stillwatch(*args: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "stillwatch", *args], cwd=cwd, capture_output=True, text=True)


@pytest.mark.parametrize("args", BAD_USAGE.values(), ids=BAD_USAGE.keys())
def test_bad_usage_is_one_line(args: list[str], tmp_path: Path) -> None:
    done = stillwatch(*args, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("stillwatch")
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_not_parquet_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "traces.parquet").write_bytes(b"PAR1 no, not at all")
    done = stillwatch("detect", "--traces", "traces.parquet", "--out", "run", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "traces.parquet" in done.stderr


@pytest.mark.parametrize(
    "args", [["--help"], ["--version"], ["detect", "--help"], ["ingest", "--from", "list"], ["simulate", "list"]]
)
def test_help_and_version_exit_with_zero(args: list[str], tmp_path: Path) -> None:
    done = stillwatch(*args, cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout
    assert done.stderr == ""
