"""A console over a store with a rich run, four people, and a browser-like client for each."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "report"))

pytest.importorskip("starlette")
pytest.importorskip("argon2")
pytest.importorskip("sqlalchemy")

import console_kit
from console_kit import Client

from stillwatch.respond.store import Store


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store file with users and cases; to be copied."""
    return console_kit.fill(tmp_path_factory.mktemp("console"))


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Iterator[Store]:
    opened = console_kit.copy(filled, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def client(store: Store) -> Iterator[Callable[[str], Client]]:
    """``client("ana")``: somebody who is logged in; ``client("")``: nobody."""
    made: list[Client] = []

    def make(name: str) -> Client:
        found = Client(store, name)
        made.append(found)
        return found

    yield make
    for one in made:
        one.close()
