"""The command line answers at once: heavy modules are imported only where they are needed."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

LIMIT_S = 0.5
SCRIPT = Path(sys.executable).with_name("stillwatch")


@pytest.mark.parametrize(
    "command",
    [[sys.executable, "-c", "import stillwatch"], [str(SCRIPT), "--help"]],
    ids=["import stillwatch", "stillwatch --help"],
)
def test_starts_fast(command: list[str]) -> None:
    durations_s = []
    for _ in range(5):  # best of five: the machine may be busy, the program must not be slow
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        durations_s.append(time.perf_counter() - start)
    assert min(durations_s) < LIMIT_S


def test_help_loads_no_heavy_module() -> None:
    code = "import sys\nfrom stillwatch.cli import parser\nparser().format_help()\nprint(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"numpy", "pyarrow", "duckdb", "numba", "scipy", "rich", "jinja2"} & set(modules)
