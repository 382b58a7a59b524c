"""Where a store is: what a URL may say, and what of it reaches the driver; a real PostgreSQL over TLS and over a socket."""

import os
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from respond_postgres import fresh, postgres, statement
from sqlalchemy import text

from certificates import self_signed
from stillwatch.errors import InputError
from stillwatch.respond.store import Store, StoreError
from stillwatch.respond.urls import CONNECT_S, driver_arguments, parse_url

__all__ = ["fresh", "postgres"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://u:secret@h/x?connect_timeout=3&password=secret", "no option connect_timeout, password"),
        ("postgresql://u:secret@h/x?sslmode=on", "It is one of disable, prefer, require, verify-ca, verify-full"),
        ("postgresql://u:secret@h/x?sslmode=verify-full&sslrootcert=/none", "no such file: /none"),
        (f"postgresql://u:secret@h/x?sslmode=verify-full&sslrootcert={__file__}", "not a certificate in PEM"),
        ("postgresql://u:secret@h/x?sslrootcert=/none", "sslrootcert says nothing with sslmode=prefer"),
        ("sqlite:///a.db?mode=ro", "no option mode: sqlite:///a.db. It has none"),
        ("sqlite://a.db", "names a server. Write sqlite:///file.db, with three slashes"),
        ("sqlite://:5/a.db", "names a server"),
        ("sqlite://u:secret@/a.db", "names a server"),
        *((url, "without a file ends with the command") for url in ("sqlite://", "sqlite:///", "sqlite:///:memory:", ":memory:")),
        ("mysql://u:secret@h/x", "mysql is not supported"),
    ],
)
def test_what_a_url_cannot_say_is_one_line(url: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r".") as caught:
        Store.open(url)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_what_reaches_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGUSER", "PGPASSWORD"):
        monkeypatch.delenv(name, raising=False)
    assert driver_arguments(parse_url("sqlite:///a.db")) == (parse_url("a.db"), {})
    url, args = driver_arguments(parse_url("postgres://u:p@h:5433/x?sslmode=require&application_name=nightly"))
    assert (url.drivername, url.username, url.password, url.port, dict(url.query)) == ("postgresql+pg8000", "u", "p", 5433, {})
    assert args == {"ssl_context": True, "application_name": "nightly", "timeout": CONNECT_S}
    assert driver_arguments(parse_url("postgresql://u@h/x?sslmode=disable"))[1] == {"ssl_context": False, "timeout": CONNECT_S}
    args = {"ssl_context": None, "unix_sock": "/run/.s.PGSQL.5432", "timeout": CONNECT_S}
    assert driver_arguments(parse_url("postgresql://u@/x?host=/run"))[1] == args
    assert driver_arguments(parse_url("postgresql://u@/x?host=db.example"))[0].host == "db.example"
    whole, part = (
        driver_arguments(parse_url(f"postgresql://u@h/x?sslmode={mode}"))[1]["ssl_context"] for mode in ("verify-full", "verify-ca")
    )
    assert (whole.verify_mode, whole.check_hostname, part.verify_mode, part.check_hostname) == (
        ssl.CERT_REQUIRED, True, ssl.CERT_REQUIRED, False,
    )
    monkeypatch.setenv("PGUSER", "somebody")
    monkeypatch.setenv("PGPASSWORD", "secret")
    url, args = driver_arguments(parse_url("postgresql://h/x"))
    assert (url.username, args["password"]) == ("somebody", "secret")
    assert "password" not in driver_arguments(parse_url("postgresql://u:p@h/x"))[1], "the URL's own goes first"


def test_a_user_without_a_name_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGUSER", raising=False)

    def getuser() -> str:
        raise OSError("No username set in the environment")

    monkeypatch.setattr("getpass.getuser", getuser)
    with pytest.raises(InputError, match=r"it names no user.*Set PGUSER"):
        driver_arguments(parse_url("postgresql://h/x"))


def encrypted(url: str) -> bool:
    store = Store.open(url)
    try:
        with store.engine.connect() as connection:
            return bool(connection.execute(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")).scalar())
    finally:
        store.close()


@pytest.fixture
def tls(postgres: str, fresh: Callable[..., str], tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A database of the server, which speaks TLS meanwhile, and the certificate."""
    url, cert = fresh(), self_signed(tmp_path)
    store = Store.open(url)
    with store.engine.connect() as connection:
        data = Path(str(connection.execute(text("SHOW data_directory")).scalar()))
    store.close()
    owner = data.stat()
    for path, name in ((cert, "server.crt"), (cert.with_name("key.pem"), "server.key")):
        copy = data / name
        copy.write_bytes(path.read_bytes())
        copy.chmod(0o600)
        os.chown(copy, owner.st_uid, owner.st_gid)

    def switch(command: str, on: bool) -> None:
        statement(postgres, command)
        statement(postgres, "SELECT pg_reload_conf()")
        deadline = time.monotonic() + 30
        while encrypted(url) is not on:  # the driver takes TLS where the server has it
            assert time.monotonic() < deadline
            time.sleep(0.1)

    switch("ALTER SYSTEM SET ssl = on", True)
    yield url, cert
    switch("ALTER SYSTEM RESET ssl", False)


@pytest.mark.real_peer
def test_a_store_over_tls(tls: tuple[str, Path], tmp_path: Path) -> None:
    url, cert = tls
    assert encrypted(f"{url}?sslmode=require")
    assert encrypted(f"{url}?sslmode=verify-full&sslrootcert={cert}")
    assert not encrypted(f"{url}?sslmode=disable")
    (tmp_path / "other").mkdir()
    other = self_signed(tmp_path / "other")
    for options in (f"sslmode=verify-full&sslrootcert={other}", "sslmode=verify-ca"):
        with pytest.raises(StoreError) as caught:
            Store.open(f"{url}?{options}")
        assert "\n" not in str(caught.value)
        assert "certificate" in str(caught.value)


@pytest.mark.real_peer
def test_a_server_without_tls_is_refused_where_it_is_asked_for(fresh: Callable[..., str]) -> None:
    with pytest.raises(StoreError, match="refuses SSL"):
        Store.open(f"{fresh()}?sslmode=require")


@pytest.mark.real_peer
def test_a_store_over_a_socket(fresh: Callable[..., str]) -> None:
    url = fresh()
    store = Store.open(url)
    with store.engine.connect() as connection:
        folder = str(connection.execute(text("SHOW unix_socket_directories")).scalar())
    store.close()
    place, name = url.rsplit("/", 1)
    user, port = place.removeprefix("postgresql://").split("@")[0], place.rpartition(":")[2]
    store = Store.open(f"postgresql://{user}@:{port}/{name}?host={folder}", create=False)
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT current_database(), inet_server_addr()")).one() == (name, None), "no address: a socket"
    store.close()
