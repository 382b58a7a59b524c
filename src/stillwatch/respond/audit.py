"""The audit log: append-only, each row hashed with the one before it.

A row's hash covers its columns and the hash of the row before, so a changed, removed, inserted or reordered row breaks
the chain where it was touched. Rows cut off the end are noticed by ``store_meta``, which counts them; changes of other
tables that bypass the log, by :mod:`.reconcile`. Whoever can write the whole database can forge everything; against that, keep the
head (``stillwatch audit-log verify`` prints it) outside of the database and pass it to a later verification.

The payload of a row (``before``, ``after``, ``reason``) enters its hash as a salted digest. So an erasure (:mod:`.erasure`) can
change the payload where it is about one account: the stored digest and hash stay, so the chain holds, and the row of the erasure
records the digest of the new payload. The salt is deleted; with it, somebody could test guesses of what was erased.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Row, select, text, type_coerce
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond.reconcile import LoggedState, quoted
from stillwatch.respond.schema import EPOCH, AuditRow, Meta

ERASE = "account.erase"
"""The action of rows about an erasure; their ``after["rows"]`` lists ``seq`` and new digest of each row that it changed."""
START = "0" * 64
"""The previous hash of the first row."""


def newest_at(session: Session) -> datetime | None:
    """When the newest row was written; null where there is none, or its time is none."""
    try:
        return session.scalars(select(AuditRow.at).order_by(AuditRow.seq.desc()).limit(1)).first()
    except InputError:
        return None


@dataclass(frozen=True)
class Verification:
    """The outcome of a verification."""

    n_rows: int
    head: str
    """``SEQ:HASH`` of the last row."""
    faults: tuple[str, ...]
    """A sentence each, first of the log as a whole, then of its rows in order, then of the state; empty if everything is intact."""
    n_erased: int = 0
    """Rows whose payload erasures changed."""
    erasures: tuple[int, ...] = ()
    """``seq`` of the rows about erasures."""

    @property
    def whole(self) -> bool:
        """Whether nothing was changed, removed or reordered, and the state agrees with the log."""
        return not self.faults


def canonical(value: Any) -> str:
    """Canonical JSON: keys sorted, no spaces."""
    return _encoder.encode(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in the audit log")


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


Entry = AuditRow | Row[Any]
"""A row of the log, or its columns as the database has them (:func:`_rows`)."""


def digest(row: Entry) -> str:
    """SHA-256 of a row's payload and salt; of the whole row if a version without salts wrote it."""
    if row.payload_hash is None:
        return _sha256(*_identity_columns(row), row.before, row.after, row.reason, row.prev_hash)
    return _sha256(row.salt, row.before, row.after, row.reason)


def row_hash(row: Entry) -> str:
    """SHA-256 over a row's columns and the hash of the row before."""
    return digest(row) if row.payload_hash is None else _sha256(*_identity_columns(row), row.payload_hash, row.prev_hash)


def _identity_columns(row: Entry) -> list[Any]:
    at = (row.at - EPOCH) // timedelta(microseconds=1) if isinstance(row.at, datetime) else row.at
    return [row.seq, at, row.actor, row.actor_ip, row.action, row.object]


def _sha256(*parts: Any) -> str:
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def append(meta: Meta, row: AuditRow) -> AuditRow:
    """Chain a row (its ``seq``, salt and hashes are set here) to the end; ``meta`` must be locked.

    The caller stores the row in the same transaction.
    """
    row.seq, row.prev_hash = meta.audit_seq + 1, meta.audit_hash
    row.salt, row.payload_hash = secrets.token_hex(16), ""
    row.payload_hash = digest(row)
    row.hash = row_hash(row)
    meta.audit_seq, meta.audit_hash = row.seq, row.hash
    return row


TRIGGERS = {
    f"audit_log_no_{verb.lower()}": f"CREATE TRIGGER audit_log_no_{verb.lower()} BEFORE {verb} ON audit_log "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END" for verb in ("UPDATE", "DELETE")
}
"""The triggers of SQLite that refuse changes, by name, as ``sqlite_master``
has them; on PostgreSQL, :data:`POSTGRES_GUARD` looks for the trigger."""
POSTGRES_GUARD = """
SELECT 1 FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE tgrelid = 'audit_log'::regclass AND tgname = 'audit_log_append_only' AND tgenabled IN ('O', 'A')
AND tgtype = 58 AND tgqual IS NULL AND prosrc = ' BEGIN RAISE EXCEPTION ''the audit log is append-only''; END '
"""
"""58: before each statement that updates, deletes or truncates."""
MOST_FAULTS = 20
"""Faults of rows and of the state that are listed at most; the rest are counted."""


def verify(session: Session, *, head: str | None = None) -> Verification:
    """Check each row of the log, and the state against what all rows together say.

    Args:
        session: an open session.
        head: ``SEQ:HASH`` of an earlier verification; the log must still hold that row.

    Raises:
        InputError: ``head`` is malformed.
    """
    with _undecoded_text(session):
        return _verified(session, _parsed(head), head)


def _verified(session: Session, kept: tuple[int, str] | None, head: str | None) -> Verification:
    faults = _Faults()
    logged = LoggedState()
    n, n_erased, seq, previous = 0, 0, 0, START
    erasures, erased_digests = _erasures(session)
    kept_seen = kept is None
    for row in _rows(session):
        n += 1
        if row.seq != seq + 1:
            what = f"row {seq + 1} is" if row.seq == seq + 2 else f"rows {seq + 1} to {row.seq - 1} are"
            faults.add(f"{what} missing before row {row.seq}")
        elif row.prev_hash != previous:
            faults.add(f"row {row.seq} does not follow row {seq}: one of them was replaced or moved")
        good, erased = _check_row(row, erased_digests.get(row.seq))
        n_erased += erased
        if good:
            logged.apply(row)
        else:
            faults.add(f"row {row.seq} was changed ({quoted(row.action)} of {quoted(row.object)} by {quoted(row.actor)})")
        if kept is not None and row.seq == kept[0]:
            kept_seen = row.hash == kept[1]
        seq, previous = row.seq, row.hash
    log_faults = _trigger_faults(session)
    meta = session.execute(select(Meta.audit_seq, Meta.audit_hash).where(Meta.only == 1)).first()
    if meta is None or (meta.audit_seq, meta.audit_hash) != (seq, previous):
        expected = "nothing" if meta is None else f"row {quoted(meta.audit_seq)}"
        log_faults.append(f"the log ends with row {seq}, the store says {expected}: rows were cut off or added at the end")
    if not kept_seen:
        log_faults.append(f"the log does not hold row {head}, which was kept from an earlier verification")
    for fault in logged.faults(session):
        faults.add(fault)
    return Verification(n, f"{seq}:{quoted(previous)}", (*log_faults, *faults.lines()), n_erased, erasures)


@dataclass
class _Faults:
    """The first :data:`MOST_FAULTS` faults, and how many there are in all."""

    first: list[str] = field(default_factory=list)
    n: int = 0

    def add(self, fault: str) -> None:
        self.n += 1
        if len(self.first) < MOST_FAULTS:
            self.first.append(fault)

    def lines(self) -> list[str]:
        return [*self.first, *([f"and {self.n - len(self.first):,} more"] if self.n > len(self.first) else [])]


def _trigger_faults(session: Session) -> list[str]:
    """A fault for each trigger that is missing or differs from the first migration."""
    if session.get_bind().dialect.name == "sqlite":
        triggers = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        gone = [name for name, made in TRIGGERS.items() if (name, made) not in triggers]
    else:
        gone = [] if session.execute(text(POSTGRES_GUARD)).first() else ["audit_log_append_only"]
    return [f"the trigger {name}, which keeps rows from being changed, is gone, disabled or another one" for name in gone]


def _check_row(row: Row[Any], erased_digest: str | None) -> tuple[bool, bool]:
    """Whether a row is as it was written or as an erasure left it (with ``erased_digest``), and whether an erasure changed it."""
    try:
        digest_now = digest(row)
        intact = row.payload_hash is None or row_hash(row) == row.hash
    except (TypeError, ValueError):  # bytes or invalid text, which this program never writes
        return False, False
    erased = digest_now != (row.payload_hash or row.hash) and erased_digest == digest_now
    return intact and (erased or digest_now == (row.payload_hash or row.hash)), erased


def _erasures(session: Session) -> tuple[tuple[int, ...], dict[int, str]]:
    """``seq`` of the rows about erasures; and ``seq`` of each row they changed -> digest after the last change."""
    rows = session.execute(select(AuditRow.seq, AuditRow.after).where(AuditRow.action == ERASE).order_by(AuditRow.seq)).all()
    erased_digests: dict[int, str] = {}
    for row in rows:
        try:
            erased_digests |= {int(seq): str(digest_left) for seq, digest_left in json.loads(row.after or "{}")["rows"] if seq < row.seq}
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):  # a tampered row; verification reports it
            continue
    return tuple(row.seq for row in rows), erased_digests


_COLUMNS = [
    type_coerce(column, BigInteger).label(column.name) if column.name == "at" else column for column in AuditRow.__table__.columns
]


def _rows(session: Session) -> Iterator[Row[Any]]:
    """All rows with their columns as stored: a tampered one may hold a value that is no time or no text."""
    yield from session.execute(select(*_COLUMNS).order_by(AuditRow.seq).execution_options(yield_per=1000))


@contextmanager
def _undecoded_text(session: Session) -> Iterator[None]:
    """Let SQLite return text that is no UTF-8, too; else one such value would end the verification."""
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    driver: Any = session.connection().connection.driver_connection
    driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str


def _parsed(head: str | None) -> tuple[int, str] | None:
    if head is None:
        return None
    seq, _, digest = head.partition(":")
    if not seq.isdecimal() or len(digest) != len(START):
        raise InputError(f"{head!r} is no head of an audit log", todo="Pass SEQ:HASH as an earlier verification printed it")
    return int(seq), digest
