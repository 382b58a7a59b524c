"""A PostgreSQL server of the tests' own; tests of other folders use it too."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ports import free_port

if TYPE_CHECKING:
    from stillwatch.respond.store import Store

STARTS_S = 120.0
"""What a busy machine may need to start a server."""
MEMORY, ROOM = Path("/dev/shm"), 1 << 30
"""Where a database is made in a tenth of the time that a busy disk takes, if there is as much room: a container may have next to none."""


def _place() -> Path | None:
    """Where the server keeps its databases: in memory, or where temporary files are."""
    there = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
    return MEMORY if there else None


def _programs() -> Path | None:
    """The folder of PostgreSQL's server programs; Debian keeps them off PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    if found := shutil.which("initdb"):
        places.append(Path(found).resolve().parent)
    needed = ("initdb", "postgres", "pg_isready")
    return next((place for place in places if all((place / name).exists() for name in needed)), None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, without a database name."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    pytest.importorskip("pg8000")
    # Not in pytest's folder, which the next pytest that starts here shuts to everybody but its user.
    folder = Path(tempfile.mkdtemp(prefix="stillwatch-postgres-", dir=_place()))
    # The server refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres")
    port = free_port()
    data = folder / "data"
    run = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "cwd": folder}
    subprocess.run([*user, programs / "initdb", "-D", data, "-A", "trust", "-U", "tests", "-E", "UTF8", "--no-sync"], **run)
    server = subprocess.Popen(
        [*user, programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", folder, "-F"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
    )
    try:
        ready = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        deadline = time.monotonic() + STARTS_S
        while subprocess.run(ready).returncode:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL does not answer (exit code {server.poll()})")
            time.sleep(0.1)
        yield f"postgresql://tests@127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.real_peer)]


def statement(server: str, statement: str) -> None:
    import pg8000.native

    port = int(server.rpartition(":")[2])
    # Not even asking for TLS: making ready for it takes longer than the rest.
    with pg8000.native.Connection("tests", host="127.0.0.1", port=port, database="postgres", ssl_context=False) as connection:
        connection.run(statement)


@pytest.fixture
def fresh(postgres: str) -> Iterator[Callable[..., str]]:
    """``fresh(template)``: the URL of a new database, which goes with the test: hundreds of 8 MB fill a disk."""
    made: list[str] = []

    def new(template: str = "template1") -> str:
        made.append(f"t{time.monotonic_ns()}")
        statement(postgres, f"CREATE DATABASE {made[-1]} TEMPLATE {template}")
        return f"{postgres}/{made[-1]}"

    yield new
    for name in made:
        statement(postgres, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


Fill = Callable[["Store", Path], object]
"""Puts something into an empty store, with a folder for files."""


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Fill | None, pytest.FixtureRequest], str]:
    """Migrated stores to copy, empty or filled, each made once on each database."""
    from stillwatch.respond.store import Store

    made: dict[tuple[str, Fill | None], str] = {}

    def template(kind: str, fill: Fill | None, request: pytest.FixtureRequest) -> str:
        if (kind, fill) not in made:
            folder = tmp_path_factory.mktemp("template")
            if kind == "sqlite":
                url = name = str(folder / "store.db")
            else:
                server, name = request.getfixturevalue("postgres"), f"template_{len(made)}"
                statement(server, f"CREATE DATABASE {name}")
                url = f"{server}/{name}"
            store = Store.open(url)
            if fill is not None:
                fill(store, folder)
            store.close()
            made[kind, fill] = name
        return made[kind, fill]

    return template


@pytest.fixture
def copied(request: pytest.FixtureRequest, tmp_path: Path, templates: Callable[..., str]) -> Callable[..., str]:
    """``copied("sqlite", fill)``: the URL of a store that is empty, or in which ``fill`` was done."""

    def copy(kind: str, fill: Fill | None = None) -> str:
        template = templates(kind, fill, request)
        if kind == "sqlite":
            shutil.copy(template, tmp_path / "store.db")
            return f"sqlite:///{tmp_path / 'store.db'}"
        return str(request.getfixturevalue("fresh")(template))

    return copy


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest, copied: Callable[..., str]) -> str:
    """The URL of an empty store."""
    return copied(request.param)
