"""A store on each database: SQLite always, a real PostgreSQL where its programs are installed."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from respond_postgres import DATABASES, copied, fresh, postgres, templates

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from respond_helpers import NOW, Folder, one_case, the_case, write_run

from stillwatch.respond.store import Store

__all__ = ["copied", "fresh", "postgres", "templates"]


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return str(request.getfixturevalue("fresh")())


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest, copied: Callable[..., str]) -> str:
    """The URL of a store: with the case of :func:`case_id` for who asks for it, else empty."""
    return copied(request.param, one_case if "case_id" in request.fixturenames else None)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = Store.open(store_url, create=False)
    yield store
    store.close()


@pytest.fixture
def run_folder(tmp_path: Path) -> Folder:
    """Makes a run folder of campaigns that the test spells out; ``days``: of a look at the last so many alone."""
    count = 0

    def made(campaigns: dict[str, Any], *, last_seen: datetime = NOW, days: int | None = None) -> Path:
        nonlocal count
        count += 1
        start = None if days is None else last_seen.astimezone(UTC) - timedelta(days=days)
        return write_run(tmp_path / f"run-{count}", campaigns, last_seen=last_seen.astimezone(UTC), start=start)

    return made


@pytest.fixture
def case_id(store: Store) -> str:
    """The case that a run of ten accounts and three marks opened."""
    return the_case(store).case_id
