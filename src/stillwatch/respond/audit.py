"""The audit log: append-only, each row hashed with the one before it.

A row's hash covers its columns and the hash of the row before, so a changed, removed, inserted or reordered row breaks
the chain where it was touched. Rows cut off the end are told by ``store_meta``, which counts them; what was written into other
tables past the log, by :mod:`.reconcile`. Whoever can write the whole database can forge it all; against that, keep the head
(``stillwatch audit-log verify`` prints it) outside of the database and pass it to a later verification.

What a row says (``before``, ``after``, ``reason``) goes into its hash as a salted digest. An erasure (:mod:`.erasure`) can so
change what a row says about one account: the row, whose digest and hash stay, is still chained, and the digest of what is
left of it stands in a later row, that of the erasure. The salt goes, or whoever guesses what was erased could check it.
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
from stillwatch.respond.reconcile import Told, said
from stillwatch.respond.schema import EPOCH, AuditRow, Meta

ERASE = "account.erase"
"""The action of rows that tell of an erasure: ``after["rows"]`` has the ``seq`` and the new digest of each row that it changed."""
START = "0" * 64
"""What the first row names as the hash before it."""


@dataclass(frozen=True)
class Verification:
    """The outcome of a verification."""

    n_rows: int
    head: str
    """``SEQ:HASH`` of the last row."""
    faults: tuple[str, ...]
    """One sentence each: of the log as a whole, of its rows in their order, of the state; empty where all is whole."""
    n_erased: int = 0
    """Rows of which erasures changed what they say."""
    erasures: tuple[int, ...] = ()
    """``seq`` of the rows that tell of erasures."""

    @property
    def whole(self) -> bool:
        """Whether nothing was changed, removed or reordered, and the state is what the log made of it."""
        return not self.faults


def canonical(value: Any) -> str:
    """JSON of one spelling: keys sorted, no spaces."""
    return _encoder.encode(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in the audit log")


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


Entry = AuditRow | Row[Any]
"""A row of the log, or its columns as the database has them (:func:`_rows`)."""


def digest(row: Entry) -> str:
    """SHA-256 of what a row says and its salt; of the whole row where it was written by a version that had no salt."""
    if row.payload_hash is None:
        return _sha256(*_place(row), row.before, row.after, row.reason, row.prev_hash)
    return _sha256(row.salt, row.before, row.after, row.reason)


def row_hash(row: Entry) -> str:
    """SHA-256 over a row's columns and the hash of the row before."""
    return digest(row) if row.payload_hash is None else _sha256(*_place(row), row.payload_hash, row.prev_hash)


def _place(row: Entry) -> list[Any]:
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
"""What SQLite says of the triggers that refuse changes; :data:`GUARDED` asks PostgreSQL."""
GUARDED = """
SELECT 1 FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE tgrelid = 'audit_log'::regclass AND tgname = 'audit_log_append_only' AND tgenabled IN ('O', 'A')
AND tgtype = 58 AND tgqual IS NULL AND prosrc = ' BEGIN RAISE EXCEPTION ''the audit log is append-only''; END '
"""
"""58: before each statement that updates, deletes or truncates."""
MOST_FAULTS = 20
"""Faults of rows and of the state that are told, at most; of the rest how many there are."""


def verify(session: Session, *, head: str | None = None) -> Verification:
    """Read the whole log, check each row, and what all of them come to against the state.

    Args:
        session: an open session.
        head: ``SEQ:HASH`` that an earlier verification gave; the log must still hold that row.
    """
    with _as_it_is(session):
        return _verified(session, _parsed(head), head)


def _verified(session: Session, kept: tuple[int, str] | None, head: str | None) -> Verification:
    faults = _Faults()
    told = Told()
    n, n_erased, seq, previous = 0, 0, 0, START
    erasures, left = _erasures(session)
    kept_seen = kept is None
    for row in _rows(session):
        n += 1
        if row.seq != seq + 1:
            what = f"row {seq + 1} is" if row.seq == seq + 2 else f"rows {seq + 1} to {row.seq - 1} are"
            faults.add(f"{what} missing before row {row.seq}")
        elif row.prev_hash != previous:
            faults.add(f"row {row.seq} does not follow row {seq}: one of them was replaced or moved")
        good, erased = _holds(row, left.get(row.seq))
        n_erased += erased
        if good:
            told.heed(row)
        else:
            faults.add(f"row {row.seq} was changed ({said(row.action)} of {said(row.object)} by {said(row.actor)})")
        if kept is not None and row.seq == kept[0]:
            kept_seen = row.hash == kept[1]
        seq, previous = row.seq, row.hash
    whole = _unguarded(session)
    meta = session.execute(select(Meta.audit_seq, Meta.audit_hash).where(Meta.only == 1)).first()
    if meta is None or (meta.audit_seq, meta.audit_hash) != (seq, previous):
        expected = "nothing" if meta is None else f"row {said(meta.audit_seq)}"
        whole.append(f"the log ends with row {seq}, the store says {expected}: rows were cut off or added at the end")
    if not kept_seen:
        whole.append(f"the log does not hold row {head}, which was kept from an earlier verification")
    for fault in told.faults(session):
        faults.add(fault)
    return Verification(n, f"{seq}:{said(previous)}", (*whole, *faults.told()), n_erased, erasures)


@dataclass
class _Faults:
    """The first of a kind, however many there are, and how many."""

    first: list[str] = field(default_factory=list)
    n: int = 0

    def add(self, fault: str) -> None:
        self.n += 1
        if len(self.first) < MOST_FAULTS:
            self.first.append(fault)

    def told(self) -> list[str]:
        return [*self.first, *([f"and {self.n - len(self.first):,} more"] if self.n > len(self.first) else [])]


def _unguarded(session: Session) -> list[str]:
    """A fault for each trigger that is gone, or not as the first migration made it."""
    if session.get_bind().dialect.name == "sqlite":
        triggers = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        gone = [name for name, made in TRIGGERS.items() if (name, made) not in triggers]
    else:
        gone = [] if session.execute(text(GUARDED)).first() else ["audit_log_append_only"]
    return [f"the trigger {name}, which keeps rows from being changed, is gone, disabled or another one" for name in gone]


def _holds(row: Row[Any], left: str | None) -> tuple[bool, bool]:
    """Whether a row is as it was written, or as an erasure left it (``left`` is that digest), and whether the latter."""
    try:
        says = digest(row)
        whole = row.payload_hash is None or row_hash(row) == row.hash
    except (TypeError, ValueError):  # bytes, or what is no text: nobody wrote that
        return False, False
    erased = says != (row.payload_hash or row.hash) and left == says
    return whole and (erased or says == (row.payload_hash or row.hash)), erased


def _erasures(session: Session) -> tuple[tuple[int, ...], dict[int, str]]:
    """Rows that tell of erasures, and the digest of what the last of them left of a row."""
    rows = session.execute(select(AuditRow.seq, AuditRow.after).where(AuditRow.action == ERASE).order_by(AuditRow.seq)).all()
    left: dict[int, str] = {}
    for row in rows:
        try:
            left |= {int(seq): str(says) for seq, says in json.loads(row.after or "{}")["rows"] if seq < row.seq}
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):  # somebody changed it, which the reading tells
            continue
    return tuple(row.seq for row in rows), left


_COLUMNS = [
    type_coerce(column, BigInteger).label(column.name) if column.name == "at" else column for column in AuditRow.__table__.columns
]


def _rows(session: Session) -> Iterator[Row[Any]]:
    """The columns as the database has them: one that was changed may hold what is no time, or no text."""
    yield from session.execute(select(*_COLUMNS).order_by(AuditRow.seq).execution_options(yield_per=1000))


@contextmanager
def _as_it_is(session: Session) -> Iterator[None]:
    """Have SQLite hand out texts that are no UTF-8, too; else one of them would end the reading."""
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
