"""A console over a store with a rich run, four people, and a browser-like client for each."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parents[1] / name) for name in ("report", "respond", "serve")]

pytest.importorskip("starlette")
pytest.importorskip("argon2")
pytest.importorskip("sqlalchemy")

import console_kit
from console_kit import Client
from respond_postgres import fresh, postgres, statement

from stillwatch.respond.store import Store

__all__ = ["fresh", "postgres"]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store file with users and cases; to be copied."""
    return console_kit.fill(tmp_path_factory.mktemp("console"))


@pytest.fixture(scope="session")
def filled_database(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same as a database, to be copied; its name."""
    statement(postgres, "CREATE DATABASE template_console")
    console_kit.fill_store(Store.open(f"{postgres}/template_console"), tmp_path_factory.mktemp("console") / "run")
    return "template_console"


@pytest.fixture
def store(request: pytest.FixtureRequest, filled: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy, on SQLite unless a test is parametrised to have it on PostgreSQL."""
    if getattr(request, "param", "sqlite") == "sqlite":
        opened = console_kit.copy(filled, tmp_path)
    else:
        opened = Store.open(request.getfixturevalue("fresh")(request.getfixturevalue("filled_database")), create=False)
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
