"""Fixtures of the ingest tests: write logs, run the stage."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ingest_helpers import AS_OF, KEY, Result

from stillwatch import ingest


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    def run_(source: Path | list[Path], format_: str, **options: Any) -> Result:
        out = options.pop("out", tmp_path / "out")
        sources = source if isinstance(source, list) else [source]
        options = {"privacy": "text", "key": KEY, "as_of": AS_OF, "quiet": True} | options
        return Result(out, ingest.run(sources, format_, out, **options))

    return run_


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write records as JSON lines (or bytes as they are) and return the path."""

    def write_(records: Any, name: str = "log.jsonl") -> Path:
        path = tmp_path / name
        if not isinstance(records, bytes):
            records = "".join(json.dumps(record) + "\n" for record in records).encode()
        path.write_bytes(gzip.compress(records) if name.endswith(".gz") else records)
        return path

    return write_
