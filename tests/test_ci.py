"""The last lines of .ci/run, with stand-ins for all that it runs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[1] / ".ci" / "run"
STAND_IN = """#!/usr/bin/env bash
name=$(basename "$0") last=${@: -1}
if [ "$name $1" = "git clone" ]; then mkdir -p "$last/.venv/bin"; ln -s "$0" "$last/.venv/bin/python"; fi
if [ "$name" = make ]; then part=$last; elif [[ "$*" == *simulate* ]]; then part=kernels; else exit 0; fi
[ "$part" = tests ] && echo "==== 3 passed, 1 warning in 2.10s ===="
if [ "$part" = "$BROKEN" ]; then echo "Found 1 error in 1 file (checked 9 source files)"; exit 1; fi
"""


@pytest.mark.parametrize(("broken", "last", "pytest_said"), [
    ("none", "==== 3 passed, 1 warning in 2.10s ====", "==== 3 passed, 1 warning in 2.10s ===="),
    ("check", "Found 1 error in 1 file (checked 9 source files)", "did not run"),
    ("kernels", "Found 1 error in 1 file (checked 9 source files)", "did not run"),
    (".venv/ready", "", "did not run"),
    ("tests", "Found 1 error in 1 file (checked 9 source files)", "==== 3 passed, 1 warning in 2.10s ===="),
])
def test_the_last_lines_say_what_ended_it_and_what_pytest_said(tmp_path: Path, broken: str, last: str, pytest_said: str) -> None:
    for folder, names in {
        "bin": ("git", "make", "python3", "chromium", "nginx", "caddy", "npm", "sudo", "apt-get"),
        ".ci": ("axe.sh", "litellm.sh", "peers.sh"),
    }.items():
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).write_text(STAND_IN)
            (tmp_path / folder / name).chmod(0o755)
    shutil.copy(RUN, tmp_path / ".ci" / "run")
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "TMPDIR": str(tmp_path), "BROKEN": broken}
    done = subprocess.run([tmp_path / ".ci" / "run"], env=environment, capture_output=True, text=True, timeout=60, check=False)
    exit_line, pytest_line = done.stdout.splitlines()[-2:]
    assert exit_line == f"ci: exit {done.returncode}: {last}", done.stderr
    assert pytest_line == f"ci: pytest: {pytest_said}"
    assert (done.returncode == 0) == (broken == "none")
    assert not list(tmp_path.glob("tmp.*"))
