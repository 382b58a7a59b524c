"""The benchmark of growth times commands and says how they grow."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import scale


def test_a_size_is_simulated_once_scanned_and_detected(tmp_path: Path) -> None:
    found = scale.timed(3_000, tmp_path, threads=1)
    assert (tmp_path / "run_3000" / "campaigns.parquet").exists()
    assert 0 < found.scan_s < found.detect_s
    assert 0.05 < found.memory_gb < 8


def test_what_fails_is_not_timed() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        scale.measured(sys.executable, "-c", "raise SystemExit(3)")


def test_memory_and_time_are_the_commands_own() -> None:
    """Asked of a small process: the kernel tells no less of a command than of who starts it."""
    hold = "import time; held = bytearray(300_000_000); held[::4096] = b'1' * len(held[::4096]); time.sleep(0.3)"
    ask = f"import sys; from benchmarks.scale import measured; print(*(measured(sys.executable, '-c', of) for of in ({hold!r}, 'pass')))"
    root = Path(scale.__file__).parents[1]
    told = subprocess.run([sys.executable, "-c", ask], cwd=root, capture_output=True, text=True, check=True).stdout
    seconds, memory_gb, _, of_nothing_gb = map(float, told.replace("(", "").replace(")", "").replace(",", "").split())
    assert seconds >= 0.3
    assert 0.3 <= memory_gb < 0.5
    assert of_nothing_gb < 0.1, "not the largest of all commands"


def test_growth_is_told_beside_the_size_before() -> None:
    told = scale.table([scale.Timed(5_000_000, 4.0, 50.0, 2.25), scale.Timed(50_000_000, 40.0, 520.0, 10.2)])
    assert told.splitlines()[2:] == [
        "| 5,000,000 | 4.0 s | 50 s | 12.5 |  | 2.2 GB |",
        "| 50,000,000 | 40.0 s | 520 s | 13.0 | 10.4, with 10.0 times as many | 10.2 GB |",
    ]
