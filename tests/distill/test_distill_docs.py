"""The commands of docs/distill.md and docs/exposure.md work as printed, in an empty folder."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

DOCS = Path(__file__).parents[2] / "docs"


def printed(page: str) -> list[str]:
    """Shell blocks of a page, in order."""
    return re.findall(r"^```sh\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def run(block: str, folder: Path) -> str:
    lines = [line for line in block.splitlines() if importlib.util.find_spec("onnx") or not line.startswith("stillwatch distill export")]
    shim = folder / "bin" / "stillwatch"
    if not shim.exists():
        shim.parent.mkdir(parents=True)
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m stillwatch "$@"\n')
        shim.chmod(0o755)
        (shim.parent / "python").symlink_to(sys.executable)
    path = f"{shim.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["bash", "-euc", "\n".join(lines)], cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_first_run_and_exposure(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    first = printed("distill.md")[0]
    said = run(first, tmp_path)
    assert "1,600 asked, 1,600 in the store" in said
    kept = {row["model"]: row["quality"]["accuracy"] for row in json.loads((tmp_path / "student" / "comparison.json").read_text())["rows"]}
    assert kept["teacher"] >= kept["student"] > kept["student without teacher"] + 0.03
    assert (tmp_path / "student" / "README.md").is_file()
    measure, elsewhere, campaigns = printed("exposure.md")
    said = run(measure, tmp_path)
    assert "tickets (grading; labels, probabilities; characters, words)" in said
    assert "FAILS" not in said
    assert (tmp_path / "exposure" / "exposure.html").is_file()
    assert "grade essays (grading; labels; 7B): 57% of the gap closed" in run(elsewhere, tmp_path)
    # The demonstration takes half a minute and has tests of its own; the campaign of the page's example stands for it.
    demo, value = campaigns.splitlines()
    assert demo.startswith("stillwatch demo ")
    first_seen = datetime(2026, 2, 2, tzinfo=UTC)
    (tmp_path / "demo" / "run").mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist([{
        "campaign_id": "c-1", "verdict": "campaign", "n_harvested": 9003, "first_seen": first_seen,
        "last_seen": first_seen + timedelta(days=14), "capabilities": {"grading": 0.156503, "reasoning": 0.251805, "other": 0.591692},
    }]), tmp_path / "demo" / "run" / "campaigns.parquet")
    said = run(value, tmp_path)
    assert "1,409 (564 to 16,840) exchanges: 46%, 26% to 81% (within what was measured" in said
    assert "waiting adds" in said
