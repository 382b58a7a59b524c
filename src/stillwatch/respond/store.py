"""The store: where cases, actions and the audit log live. SQLite (WAL) or PostgreSQL, the same on both.

Reading and writing::

    store = Store.open("sqlite:///stillwatch.db")
    with store.read() as session:
        rows = session.scalars(select(Case)).all()
    with store.write(Actor("ada", Role.ANALYST)) as change:
        cases.move(change, case_id, State.TRIAGE)

A write is one transaction: changes and their audit rows are stored together or not at all. Writers take turns, because the audit
chain needs an order: on SQLite by its lock, on PostgreSQL by the row of ``store_meta``.
"""

import logging
import os
import shutil
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from ssl import SSLError
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from stillwatch.errors import InputError, MissingExtraError, StillwatchError
from stillwatch.respond import audit
from stillwatch.respond.bulk import put
from stillwatch.respond.migrations import HEAD
from stillwatch.respond.schema import AuditRow, Base, Meta
from stillwatch.respond.urls import driver_arguments, parse_url
from stillwatch.respond.vocabulary import RANK, Role

DEFAULT_URL = "sqlite:///stillwatch.db"
NO_STORE = "Check --store; stillwatch cases import makes one, and so does stillwatch token NAME --store URL"
SHARED_BYTES = 32 << 10
"""Of the -shm file, without which SQLite reads no file in WAL mode."""
BUSY_MS = 30_000
"""How long a writer waits for its turn on SQLite after it has warned that it waits, milliseconds."""
WAIT_SILENTLY_MS = 2000
"""How long it waits before it warns, milliseconds."""
ANSWER_S = 30.0
"""How long a service waits for an answer of PostgreSQL, seconds; equal to the wait on SQLite. Commands wait without limit."""
KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
"""Detects a connection that was silently dropped after a minute; the system's defaults take two hours."""
SERVED_CHANGES = frozenset({
    "action.take_effect", "action.lift", "action.undo", "action.expire", "action.reject", "allow.add", "allow.revoke",
    "policy.promote", "run.facts",
})
"""Actions of the audit log that change what decision services do. Each new revision has at least one of them in its transaction,
so that a service reads in the log whom the revision concerns."""
logger = logging.getLogger("stillwatch.store")
"""Commands configure no logging, so Python prints warnings on standard error."""
MIGRATION_LOCK = 7_316_520_441
"""Number of the PostgreSQL advisory lock that migrations hold."""


class StoreError(StillwatchError):
    """The store cannot be reached, is damaged or full; nothing of the transaction was stored."""


class ForbiddenError(InputError):
    """The actor's role does not allow this, or it needs another person."""


@dataclass(frozen=True)
class Actor:
    """Who makes a change: a person, a program's token, or ``system``."""

    name: str
    role: Role
    ip: str | None = None


SYSTEM = Actor("system", Role.ADMIN)
"""The actor of what happens automatically, such as expiry and scheduled imports. It can approve nothing."""


@dataclass
class Change:
    """A write in progress."""

    session: Session
    actor: Actor
    now: datetime
    meta: Meta
    _has_new_revision: bool = field(default=False)
    _revision_is_logged: bool = field(default=False)
    _rows: list[AuditRow] = field(default_factory=list)

    def require(self, role: Role) -> None:
        """Raise unless the actor has this role or a higher one."""
        if RANK[self.actor.role] < RANK[role]:
            raise ForbiddenError(f"{self.actor.name} is {self.actor.role}; this needs {role}")

    def audit(
        self, action: str, object_: str, *, before: Any = None, after: Any = None, reason: str | None = None
    ) -> None:
        """Append to the audit log, e.g. ``audit("case.move", case_id, before="new", after="triage")``."""
        row = AuditRow(
            at=self.now, actor=self.actor.name, actor_ip=self.actor.ip, action=action, object=object_, reason=reason,
            before=None if before is None else audit.canonical(before),
            after=None if after is None else audit.canonical(after),
        )
        self._rows.append(audit.append(self.meta, row))
        self._revision_is_logged |= action in SERVED_CHANGES

    def write_audit(self) -> None:
        """Store the appended audit rows; called at the end of the write."""
        columns = AuditRow.__table__.columns.keys()
        put(self.session, AuditRow, [{name: getattr(row, name) for name in columns} for row in self._rows])
        self._rows.clear()

    def bump(self) -> None:
        """Count up the revision, at most once a transaction, so that decision services read again; see :data:`SERVED_CHANGES`."""
        if not self._has_new_revision:
            self.meta.revision += 1
            self._has_new_revision = True


class Store:
    """A database at this version's schema; see :meth:`open`."""

    def __init__(self, engine: Engine) -> None:
        """Use :meth:`open`."""
        self.engine = engine
        self._writer = engine.execution_options(writing=True)
        self.name = engine.url.render_as_string(hide_password=True)
        self.files = 0
        """How often the opened SQLite file was replaced, as by a backup, or removed."""

    @classmethod
    def open(
        cls, url: str = DEFAULT_URL, *, create: bool = True, answer_s: float | None = None, only_read: bool = False
    ) -> "Store":
        """Open a store and bring it to this version's schema.

        Args:
            url: ``sqlite:///path/to/file.db`` (four slashes for an absolute path), a path, or ``postgresql://user@host/db``, with
                the options of :mod:`stillwatch.respond.urls`.
            create: create the store if it does not exist; otherwise that is an error.
            answer_s: how long PostgreSQL may take for an answer, seconds; None: no limit.
            only_read: the caller writes nothing, so a SQLite file in a folder without write permission, or on a full disk, is enough.

        Raises:
            StoreError: it cannot be reached, is damaged, or was written by a newer version.
            InputError: ``url`` is no URL of a store.
            MissingExtraError: a driver is not installed.
        """
        parsed, options = driver_arguments(parse_url(url))
        sqlite = parsed.get_backend_name() == "sqlite"
        try:
            engine = create_engine(parsed, connect_args=options)
        except (NoSuchModuleError, ImportError) as error:
            todo = "Write postgresql://… and install the extra serve ('.[serve]' in a checkout), or the driver"
            raise MissingExtraError(f"no driver for {parsed.drivername}", todo=todo) from error
        store = cls(engine)
        if sqlite:
            if not (file := Path(parsed.database or "")).exists():
                if not create:
                    raise StoreError("no store", where=store.name, todo=NO_STORE)  # connecting would create the file
                with suppress(OSError):  # connecting reports what is wrong
                    file.touch(mode=0o600)  # it holds names and password hashes; SQLite gives -wal and -shm the same mode
            _sqlite_rules(engine, parsed.database if only_read and _is_at_rest(parsed.database or "") else None)
        else:
            _server_rules(engine, answer_s)
        with store._one_line_errors():
            store._migrate(create)
        if sqlite:
            store._watch_file(parsed.database or "")
        return store

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent snapshot as of the first statement; objects stay readable after it, but changes to them are not stored."""
        # By default each statement of PostgreSQL sees the latest commits, so the results of two may contradict each other.
        options = {"isolation_level": "REPEATABLE READ"} if self.engine.dialect.name == "postgresql" else {}
        with self._one_line_errors(), Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            session.connection(execution_options=options)
            yield session
            session.expunge_all()

    @contextmanager
    def write(self, actor: Actor, *, now: datetime | None = None) -> Iterator[Change]:
        """One transaction: stored as a whole when the block ends, or not at all when it raises.

        Args:
            actor: who makes the change.
            now: the time of the change; by default the current time.

        Raises:
            StoreError: the database failed; nothing was stored.
        """
        with self._one_line_errors(writing=True), Session(self._writer, expire_on_commit=False) as session, session.begin():
            meta = session.scalars(select(Meta).where(Meta.only == 1).with_for_update()).one()
            change = Change(session, actor, (now or datetime.now(UTC)).astimezone(UTC), meta)
            yield change
            if change._has_new_revision and not change._revision_is_logged:
                raise AssertionError("a new revision that the audit log does not explain")
            change.write_audit()

    def revision(self) -> int:
        """A number that grows with each change of actions, allow-list, keys or policy; one small query, meant for polling."""
        with self._one_line_errors(), self.engine.connect() as connection:
            return int(connection.execute(select(Meta.revision)).scalar_one())

    @contextmanager
    def connect(self, *, writing: bool = False) -> Iterator[Connection]:
        """A plain connection in a transaction, for bulk work that needs no audit (decisions, snapshots)."""
        with self._one_line_errors(writing=writing), (self._writer if writing else self.engine).begin() as connection:
            yield connection

    @contextmanager
    def _one_line_errors(self, *, writing: bool = False) -> Iterator[None]:
        """Turn errors of the database into one-line errors."""
        try:
            yield
        except (DBAPIError, InterfaceError) as error:
            raise StoreError(_failure(str(error.orig), writing), where=self.name, todo=_remedy(error)) from error
        except SSLError as error:  # the driver lets it through
            todo = "Check sslmode and sslrootcert of the URL"
            raise StoreError(_failure(error.strerror or str(error), writing), where=self.name, todo=todo) from error
        except SQLAlchemyError as error:
            raise StoreError(" ".join(str(error).split()), where=self.name) from error
        except UnicodeEncodeError as error:  # half a surrogate pair or a byte that is no UTF-8, raised by the driver or by hashing
            if error.reason != "surrogates not allowed":
                raise
            around = error.object[max(error.start - 20, 0):error.end + 20]
            raise InputError(f"{around!a} is no Unicode text, which the store could keep", todo="Write it in UTF-8") from error
        except OverflowError as error:
            if "SQLite" not in str(error):
                raise
            raise InputError("nothing in the store has so large a number") from error

    def _watch_file(self, path: str) -> None:
        """Reconnect when the file was moved away or replaced by a backup; open connections would go on with the old file."""
        opened = _identity(path)
        if opened is None:
            return

        @event.listens_for(self.engine, "do_connect")
        def on_connecting(*_: Any) -> None:
            if _identity(path) is None:  # connecting would create an empty one
                raise sqlite3.OperationalError("unable to open database file: it is gone")

        @event.listens_for(self.engine, "checkout")
        def on_checkout(*_: Any) -> None:
            nonlocal opened
            now = _identity(path)
            if now != opened:
                opened = now
                self.files += 1
                raise InvalidatePoolError("another file has the store's name")

    def _migrate(self, create: bool) -> None:
        with self.engine.connect() as connection:
            if _version(connection) == HEAD:
                return
        with self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            version = _version(connection)  # another process may have migrated it meanwhile
            if version is None and not create:
                raise StoreError("no store", where=self.name, todo=NO_STORE)
            if version == HEAD:
                return
            if version is None and set(inspect(connection).get_table_names()) & set(Base.metadata.tables):
                raise StoreError("has tables of its own that a store would need", where=self.name, todo="Use another one")
            _upgrade(connection, self.name)


def _upgrade(connection: Connection, name: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        todo = "Update stillwatch to the version that wrote it"
        raise StoreError("written by a newer version", where=name, todo=todo) from error


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _server_rules(engine: Engine, answer_s: float | None) -> None:
    """Treat a connection that hangs or was dropped as broken, like one that the server closed."""

    @event.listens_for(engine, "do_connect")
    def on_connecting(dialect: Any, _: Any, args: Any, options: Any) -> Any:
        try:
            connection = dialect.connect(*args, **options)
        except SSLError:
            raise
        except OSError as error:  # the driver lets some through
            raise dialect.loaded_dbapi.InterfaceError(_network_fault(error)) from error
        wire = getattr(connection, "_usock", None)  # private, but pg8000 gives no other access to the socket
        if wire is not None:
            wire.settimeout(answer_s)
            if wire.family != getattr(socket, "AF_UNIX", None):
                for name, value in KEEPALIVE.items():
                    if hasattr(socket, name):
                        wire.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        return connection

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, *_: Any) -> None:
        # SQLAlchemy's own ping reconnects only after errors of the driver, not after an OSError
        try:
            engine.dialect.do_ping(connection)
        except (engine.dialect.loaded_dbapi.Error, OSError) as error:
            raise InvalidatePoolError("the connection is broken") from error

    @event.listens_for(engine, "handle_error")
    def on_error(context: Any) -> Any:
        error = context.original_exception
        if not isinstance(error, OSError):
            return None
        context.is_disconnect = True
        return InterfaceError(None, None, engine.dialect.loaded_dbapi.InterfaceError(_network_fault(error)))


def _network_fault(error: OSError) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else f"network error: {error}"


def _is_at_rest(path: str) -> bool:
    """Whether a SQLite file has no write-ahead log, or an empty one, and lies where none can be used: a read-only medium, a full disk."""
    folder, log = Path(path).absolute().parent, Path(f"{path}-wal")
    if log.exists() and log.stat().st_size:
        return False
    return not os.access(folder, os.W_OK) or shutil.disk_usage(folder).free < SHARED_BYTES


def _sqlite_rules(engine: Engine, at_rest: str | None) -> None:
    """Use WAL, so that readers and the writer do not wait for each other, and full sync, so that a stored change survives a power cut.

    A file at rest is opened as immutable, without WAL, which would need further files beside it.
    """
    if at_rest is not None:

        @event.listens_for(engine, "do_connect")
        def on_connecting(_: Any, __: Any, args: Any, options: Any) -> None:
            args[0], options["uri"] = f"{Path(at_rest).absolute().as_uri()}?immutable=1", True

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin in on_begin below, not where the driver guesses
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        _to_wal(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A writer takes the lock at once: of two that read first and write later, one would fail.
        if not connection.get_execution_options().get("writing"):
            connection.exec_driver_sql("BEGIN")
            return
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA busy_timeout={WAIT_SILENTLY_MS}")
        try:
            driver.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.Error as error:  # any other error comes again below and is reported there
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                logger.warning("waiting for the store, which another process writes to")
        finally:
            driver.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _to_wal(cursor: Any) -> None:
    """Switch a new file to WAL, trying again: while another connection does the same, SQLite refuses without the busy timeout."""
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _failure(reason: str, writing: bool) -> str:
    return f"the store failed ({' '.join(reason.split())[:300]}){'; nothing of this was stored' if writing else ''}"


def _remedy(error: DBAPIError) -> str:
    reason = str(error.orig).lower()
    if "disk i/o" in reason:
        return "Check the disk (space, limits, health) and run the same command again"
    if "malformed" in reason or "not a database" in reason:
        return "The file is damaged: restore it from a backup (sqlite3 FILE .recover may save rows)"
    if "full" in reason:
        return "Free space and run the same command again"
    if "readonly" in reason or "unable to open" in reason:
        return "Check the path and the permissions; a file in a folder that cannot be written is copied first, with the -wal file beside it"
    if "locked" in reason:
        return "Another process is writing: run the same command again"
    return "Check that the database runs and the URL is right"
