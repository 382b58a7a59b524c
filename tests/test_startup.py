"""The command line answers at once: heavy modules are imported only where they are needed."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

LIMIT_S = 0.5
SCRIPT = Path(sys.executable).with_name("stillwatch")


def used_s(command: list[str]) -> float:
    """Processor seconds of a command: the machine may be busy, the program must not be slow."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize(
    "command",
    [[sys.executable, "-c", "import stillwatch"], [str(SCRIPT), "--help"]],
    ids=["import stillwatch", "stillwatch --help"],
)
def test_starts_fast(command: list[str]) -> None:
    assert min(used_s(command) for _ in range(3)) < LIMIT_S


def test_help_loads_no_heavy_module() -> None:
    code = "import sys\nfrom stillwatch.cli import parser\nparser().format_help()\nprint(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"numpy", "pyarrow", "duckdb", "numba", "scipy", "rich", "jinja2"} & set(modules)
