"""Runs, packets and keys."""

from pathlib import Path

import pytest
from evidence_helpers import write_input, write_run

pytest.importorskip("cryptography")
pytest.importorskip("sqlalchemy")


@pytest.fixture(scope="session")
def run_of_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("evidence") / "run")


@pytest.fixture(scope="session")
def input_of_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_input(tmp_path_factory.mktemp("evidence") / "input")
