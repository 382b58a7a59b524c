"""A store on each database: SQLite always, a real PostgreSQL where its programs are installed."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from respond_helpers import NOW, write_run

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

from stillwatch.respond.store import Store


def _programs() -> Path | None:
    """The folder of PostgreSQL's server programs; Debian keeps them off PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    if found := shutil.which("initdb"):
        places.append(Path(found).resolve().parent)
    needed = ("initdb", "postgres", "pg_isready")
    return next((place for place in places if all((place / name).exists() for name in needed)), None)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, without a database name."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    pytest.importorskip("pg8000")
    folder = tmp_path_factory.mktemp("postgres")
    # The server refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if user:
        for path in (folder, *folder.parents):
            if path.stat().st_uid == 0 and path != Path("/") and "pytest" in str(path):
                path.chmod(path.stat().st_mode | 0o055)
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    run = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "cwd": folder}
    subprocess.run([*user, programs / "initdb", "-D", data, "-A", "trust", "-U", "tests", "-E", "UTF8", "--no-sync"], **run)
    server = subprocess.Popen(
        [*user, programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", folder, "-F"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
    )
    try:
        ready = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        for _ in range(100):
            if subprocess.run(ready).returncode == 0:
                break
            time.sleep(0.1)
        yield f"postgresql://tests@127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.real_peer)]


def _statement(server: str, statement: str) -> None:
    import pg8000.native

    port = int(server.rpartition(":")[2])
    with pg8000.native.Connection("tests", host="127.0.0.1", port=port, database="postgres") as connection:
        connection.run(statement)


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    server, name = request.getfixturevalue("postgres"), f"t{time.monotonic_ns()}"
    _statement(server, f"CREATE DATABASE {name}")
    return f"{server}/{name}"


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, pytest.FixtureRequest], str]:
    """Migrated stores to copy, made once on each database."""
    made: dict[str, str] = {}

    def template(kind: str, request: pytest.FixtureRequest) -> str:
        if kind not in made:
            if kind == "sqlite":
                made[kind] = str(tmp_path_factory.mktemp("template") / "store.db")
                Store.open(made[kind]).close()
            else:
                server = request.getfixturevalue("postgres")
                _statement(server, "CREATE DATABASE template_store")
                Store.open(f"{server}/template_store").close()
                made[kind] = "template_store"
        return made[kind]

    return template


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path, templates: Callable[..., str]) -> str:
    """The URL of an empty store."""
    template = templates(request.param, request)
    if request.param == "sqlite":
        shutil.copy(template, tmp_path / "store.db")
        return f"sqlite:///{tmp_path / 'store.db'}"
    server, name = request.getfixturevalue("postgres"), f"t{time.monotonic_ns()}"
    _statement(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"{server}/{name}"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = Store.open(store_url, create=False)
    yield store
    store.close()


@pytest.fixture
def run_folder(tmp_path: Path) -> Callable[..., Path]:
    """Makes a run folder of campaigns that the test spells out."""
    count = 0

    def made(campaigns: dict[str, Any], *, last_seen: datetime = NOW) -> Path:
        nonlocal count
        count += 1
        return write_run(tmp_path / f"run-{count}", campaigns, last_seen=last_seen.astimezone(UTC))

    return made
