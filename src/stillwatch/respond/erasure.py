"""Erasure of an account from the store, as a data-protection request asks for it.

Its identifier and those of its keys are replaced by a random pseudonym, which nothing can lead back from; what was written
about it alone is removed. The rows of the audit log stay chained (:mod:`.audit`): a row that tells of the erasure holds the
digest of what is left of each row that it changed.
"""

import hashlib
import json
import re
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, cast, delete, func, literal, or_, select, tuple_, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute, Session

from stillwatch.errors import InputError
from stillwatch.respond import action_queries, audit, blast, identifiers, names
from stillwatch.respond.schema import (
    Account,
    ActionRow,
    AllowEntry,
    Annotation,
    Appeal,
    Approval,
    AuditRow,
    Case,
    DecisionRow,
    Key,
    Label,
    Member,
    Moment,
    Target,
)
from stillwatch.respond.store import Actor, Change, Store, StoreError
from stillwatch.respond.vocabulary import LIFT, ActionState, Role, Subject
from stillwatch.tables import ERASED, SHORTEST

FREE_TEXT_FIELDS = frozenset({"text", "statement"})
"""Fields of the audit log that hold free text."""
MENTIONS: tuple[InstrumentedAttribute[Any], ...] = (
    Annotation.text, Appeal.statement, Appeal.decision_reason, AllowEntry.owner, AllowEntry.reason, ActionRow.note, ActionRow.parameters,
    ActionRow.blast, Approval.note, Case.details, Case.explanations, Member.reasons,
)
"""Where a name may be mentioned, besides the audit log."""


class _NothingIsStoredError(Exception):
    """Ends the transaction of a dry run."""


def erase(
    store: Store, who: Actor, account_id: str, *, note: str, also: Sequence[str] = (), elsewhere: Mapping[str, int] | None = None,
    dry: bool = False, now: datetime | None = None,
) -> dict[str, Any]:
    """Erase an account; needs an admin.

    Args:
        store: what to erase it from.
        who: who does it.
        account_id: the account, as the tables have it.
        note: which request asks for it; stays in the audit log, so it must not name the account.
        also: further names of the customer that remarks may have.
        elsewhere: rows that were erased from folders, by folder, for the audit log; not None: the store need not hold anything.
        dry: only count what would be erased.
        now: the time it happens; the clock's by default.

    Returns:
        ``pseudonym`` and, by what it is, how much was erased.

    Raises:
        InputError: the store holds nothing of it (and ``elsewhere`` is None), something in force or open names it, or the note does.
        StoreError: the store failed; or all is erased, and SQLite's log could not be emptied of it since somebody reads the store.
    """
    done: dict[str, Any] = {}
    try:
        with store.write(who, now=now) as change:
            if store.engine.dialect.name == "sqlite":
                change.session.connection().exec_driver_sql("PRAGMA secure_delete=ON")  # nor may free pages of the file have it
            done = _erase(change, names.identifier(account_id, "ACCOUNT"), note, [_additional_names(name) for name in also], elsewhere)
            if dry:
                raise _NothingIsStoredError
    except _NothingIsStoredError:
        return done
    if store.engine.dialect.name == "sqlite":
        why = _empty_write_ahead_log(store)
        if why:
            what = f"it is erased and called {done['pseudonym']}, but a -wal file beside the store may still name it ({why})"
            raise StoreError(what, where=store.name, todo="End the services and run it again: it finds nothing more, and the file goes")
    return done


def _empty_write_ahead_log(store: Store) -> str:
    """Empty SQLite's write-ahead log, which has the old pages. Waits for readers (BUSY_MS); why it could not, else empty."""
    try:
        with closing(store.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            ((busy, *_),) = cursor.fetchall()
    except (sqlite3.Error, DBAPIError) as error:
        return str(error)
    return "somebody reads the store" if busy else ""


def _additional_names(name: str) -> str:
    if len(names.identifier(name, "--also")) < SHORTEST:
        raise InputError(f"{name!r} is too short to be told from parts of other words", where="--also")
    return name


class _Scrub:
    """Replaces names in texts and JSON values; what :data:`FREE_TEXT_FIELDS` fields say about the account alone goes whole."""

    def __init__(self, stands_for: Mapping[str, str], subjects: Mapping[tuple[Subject, str], str]) -> None:
        """Take what stands for names wherever they are, and for an account and its keys where they are told apart."""
        self.stands_for = stands_for
        self.subjects = subjects
        self.texts: set[str] = set()
        """What was written about the account alone."""
        # Shorter ones are replaced where they stand alone.
        longest_first = "|".join(re.escape(name) for name in sorted(stands_for, key=len, reverse=True) if len(name) >= SHORTEST)
        self._within = re.compile(rf"(?<![\w-])(?:{longest_first or '(?!)'})(?![\w-])")
        self._alone = {f"{before}{name}": f"{before}{new}" for name, new in stands_for.items() for before in ("", "account:", "key:")}
        for _, name in subjects:  # the other kind may be somebody else's: such a key is not touched, such an account has another name
            self._alone[f"{Subject.KEY}:{name}"] = f"{Subject.KEY}:{subjects.get((Subject.KEY, name), name)}"

    def __call__(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._alone.get(value) or self._within.sub(lambda found: self.stands_for[found[0]], value)
        if isinstance(value, list):
            return [self(one) for one in value]
        if isinstance(value, dict):
            whole = {name for name in FREE_TEXT_FIELDS & value.keys() if value[name] in self.texts}
            return {self(name): ERASED if name in whole else self(one) for name, one in value.items()}
        return value

    def mentioned(self, columns: Sequence[InstrumentedAttribute[Any]]) -> Any:
        """SQL: any of the columns may have a name in it."""
        spellings = {spelt for name in self.stands_for for spelt in (name, json.dumps(name)[1:-1], audit.canonical(name)[1:-1])}
        return or_(*(cast(column, String).contains(spelt, autoescape=True) for column in columns for spelt in sorted(spellings)))


@dataclass(frozen=True)
class _Pseudonyms:
    """What takes the place of the names of an account and its keys."""

    account: str
    subjects: dict[tuple[Subject, str], str]
    """For each where accounts and keys are told apart."""
    anywhere: dict[str, str]
    """For each name wherever it is."""


def _pseudonyms(session: Session, account_id: str) -> _Pseudonyms:
    pseudonym = f"erased-{secrets.token_hex(8)}"
    subjects = blast.with_own_keys(session, account_id)
    if blast.owners(session, [account_id]).get(account_id, account_id) != account_id:  # also when no account is called so any more
        subjects = [subject for subject in subjects if subject != (Subject.KEY, account_id)]
    called = blast.judged_names(session, subjects)
    new = {name: f"{pseudonym}-key-{i}" if i else pseudonym for i, name in enumerate(dict.fromkeys(name for _, name in called))}
    # A key of its own may have another account's identifier, which stays wherever no key is told of.
    anywhere = {name: told for name, told in new.items() if any(name in names for names in called.values())}
    return _Pseudonyms(pseudonym, {subject: new[subject[1]] for subject in called}, anywhere)


def _erase(
    change: Change, account_id: str, note: str, also: Sequence[str], elsewhere: Mapping[str, int] | None
) -> dict[str, Any]:
    change.require(Role.ADMIN)
    session = change.session
    new = _pseudonyms(session, account_id)
    ids = list(new.anywhere)
    scrub = _Scrub(dict.fromkeys(also, new.account) | new.anywhere, new.subjects)
    _demand_nothing_in_force(session, change.now, list(new.subjects), ids)
    if not note.strip() or scrub(note) != note:
        raise InputError("the note stays in the log: it must say which request this is, and not name the account", where="--note")
    alone, besides, done = _erase_free_texts(session, ids, scrub)
    done["mentions"] = sum(_replace_mentions(session, columns, scrub) for columns in _by_table(MENTIONS))
    done |= _replace_in_rows(change, scrub, ids)
    if not any(n for what, n in done.items() if what != "mentions"):
        identifiers.demand(session, [(Subject.ACCOUNT, account_id)])
    changed = _replace_in_log(session, scrub, alone, besides, account_id)
    if not (changed or any(done.values()) or elsewhere is not None):
        raise InputError("the store holds nothing of it", where=account_id, todo="stillwatch identify NAME tells an account's keyed hash")
    done["log_rows"] = len(changed)
    if changed or any(done.values()) or elsewhere:
        folders = {} if elsewhere is None else {"folders": {scrub(name): n for name, n in elsewhere.items()}}
        change.audit(audit.ERASE, new.account, after={"rows": changed, **done, **folders}, reason=note)
    return {"pseudonym": new.account, **done}


def _demand_nothing_in_force(session: Session, now: datetime, subjects: action_queries.Subjects, ids: Sequence[str]) -> None:
    """Raise if something needs the name still: it would go on under a name that nobody has."""
    holding = or_(ActionRow.state == ActionState.PROPOSED, (ActionRow.state == ActionState.IN_FORCE) & (ActionRow.expires_at > now))
    held = session.execute(
        select(ActionRow, Target).join(Target, ActionRow.action_id == Target.action_id)
        .where(tuple_(Target.subject, Target.subject_id).in_(subjects), Target.ended_at.is_(None), holding)
        .order_by(ActionRow.state.desc(), ActionRow.action_id)  # what waits first: while a lift does, there is no other
    ).first()
    appeal = session.scalars(select(Appeal.appeal_id).where(Appeal.account_id.in_(ids), Appeal.state == "open")).first()
    entry = session.scalars(
        select(AllowEntry.allow_id).where(
            tuple_(AllowEntry.subject, AllowEntry.subject_id).in_(subjects), AllowEntry.revoked_at.is_(None), AllowEntry.expires_at > now
        )
    ).first()
    for what, todo in (
        (held and f"action {held[0].action_id} still touches it", held and _ending_command(*held)),
        (appeal and f"appeal {appeal} of it is open", "Decide it first"),
        (entry and f"entry {entry} of the allow-list names it", f"End it first: stillwatch allow revoke {entry}"),
    ):
        if what:
            raise InputError(what, where=ids[0], todo=todo)


def _ending_command(action: ActionRow, target: Target) -> str:
    """How somebody ends an action, or what waits, on one of its subjects."""
    if action.state == ActionState.PROPOSED:
        agree = f"Let somebody else agree with stillwatch actions approve {action.action_id}, or turn" if action.kind == LIFT else "Turn"
        return f"{agree} it down: stillwatch actions reject {action.action_id} --note WHY"
    named = names.options([(target.subject, target.subject_id)])
    return f"Undo it: stillwatch actions undo {action.action_id}{named} --reason REASON"


def _erase_free_texts(session: Session, ids: Sequence[str], scrub: _Scrub) -> tuple[set[str], set[str], dict[str, int]]:
    """Erase the texts that are about the account alone.

    Returns:
        What the audit log calls the objects that are about it alone, further ones whose rows may repeat such a text, and counts.
    """
    remarks = session.scalars(select(Annotation).where(Annotation.account_id.in_(ids))).all()
    heard = session.scalars(select(Appeal).where(Appeal.account_id.in_(ids))).all()
    entries = session.scalars(select(AllowEntry).where(tuple_(AllowEntry.subject, AllowEntry.subject_id).in_(scrub.subjects))).all()
    subject = tuple_(Target.subject, Target.subject_id)
    touching = select(Target.action_id).where(subject.in_(scrub.subjects))
    others = select(Target.action_id).where(subject.not_in(scrub.subjects))
    acts = session.scalars(select(ActionRow).where(ActionRow.action_id.in_(touching), ActionRow.action_id.not_in(others))).all()
    agreed = session.scalars(select(Approval).where(Approval.action_id.in_([act.action_id for act in acts]))).all()

    def erased(text: str) -> str:
        scrub.texts |= {text} if text else set()
        return text and ERASED

    for remark in remarks:
        remark.text, remark.account_id = erased(remark.text), scrub.stands_for[str(remark.account_id)]
    for appeal in heard:
        appeal.statement, appeal.account_id = erased(appeal.statement), scrub.stands_for[appeal.account_id]
        appeal.decision_reason = appeal.decision_reason and erased(appeal.decision_reason)
    for entry in entries:
        entry.reason, entry.subject_id = erased(entry.reason), scrub.subjects[Subject(entry.subject), entry.subject_id]
    for act in acts:
        act.note = erased(act.note)
    for approval in agreed:
        approval.note = erased(approval.note)
    alone = {f"appeal-{row.appeal_id}" for row in heard} | {f"allow-{row.allow_id}" for row in entries} | {act.action_id for act in acts}
    besides = {remark.case_id for remark in remarks} | {act.lifts for act in acts if act.lifts}
    return alone, besides - alone, {"remarks": len(remarks), "appeals": len(heard), "allow_entries": len(entries)}


def _replace_in_rows(change: Change, scrub: _Scrub, ids: Sequence[str]) -> dict[str, int]:
    """Put the pseudonym into cases and actions, and remove facts, keys, labels and decisions; returns counts."""
    session = change.session
    session.flush()
    done = dict.fromkeys(("cases", "actions", "labels", "decisions", "keys", "facts"), 0)
    for name in ids:
        new = scrub.stands_for[name]
        left = update(Member).where(Member.account_id == name).values(account_id=new, reasons=[], present=False)
        done["cases"] += _run(session, left)
    for (kind, name), new in scrub.subjects.items():
        ended = func.coalesce(Target.ended_at, literal(change.now, Moment()))
        of_it = update(Target).where(Target.subject == kind, Target.subject_id == name)
        done["actions"] += _run(session, of_it.values(subject_id=new, ended_at=ended))
    keys = [name for kind, name in scrub.subjects if kind is Subject.KEY]
    keys += [hashlib.sha256(name.encode()).hexdigest() for name in keys]  # as the service logs those that stand in the clear
    for what, column, its in (
        ("labels", Label.account_id, ids), ("decisions", DecisionRow.account_id, ids), ("decisions", DecisionRow.key_id, keys),
        ("keys", Key.account_id, ids), ("facts", Account.account_id, ids),
    ):
        done[what] += _run(session, delete(column.class_).where(column.in_(its)))
    return done


def _run(session: Session, statement: Any) -> int:
    return int(session.connection().execute(statement).rowcount)


def _by_table(columns: Sequence[InstrumentedAttribute[Any]]) -> list[list[InstrumentedAttribute[Any]]]:
    tables: dict[Any, list[InstrumentedAttribute[Any]]] = {}
    for column in columns:
        tables.setdefault(column.class_, []).append(column)
    return list(tables.values())


def _replace_mentions(session: Session, columns: Sequence[InstrumentedAttribute[Any]], scrub: _Scrub) -> int:
    """Replace the names in some columns of a table; returns how many rows had one."""
    n = 0
    for row in session.scalars(select(columns[0].class_).where(scrub.mentioned(columns))):
        new = {column.key: scrub(getattr(row, column.key)) for column in columns}
        changed = {name: value for name, value in new.items() if value != getattr(row, name)}
        for name, value in changed.items():
            setattr(row, name, value)
        n += bool(changed)
    return n


def _replace_in_log(session: Session, scrub: _Scrub, alone: set[str], besides: set[str], account_id: str) -> list[list[Any]]:
    """Replace the names and texts in the audit log; returns ``[seq, digest]`` of each row that was changed."""
    columns = (AuditRow.before, AuditRow.after, AuditRow.reason)
    changed: list[list[Any]] = []
    session.flush()
    with _unlocked(session.connection()):
        about = or_(scrub.mentioned(columns), AuditRow.object.in_(sorted(alone | besides)))
        for row in session.scalars(select(AuditRow).where(about).order_by(AuditRow.seq)):
            old = (row.before, row.after, row.reason)
            row.before, row.after = _scrub_json(scrub, row.before), _scrub_json(scrub, row.after)
            if row.reason and row.action.startswith("member.") and row.reason.startswith(f"{account_id}: "):
                row.reason = f"{scrub.stands_for[account_id]}: {ERASED}"
            elif row.reason and row.action != "action.lift":  # whose reason is a code
                whole = row.object in alone or (row.reason in scrub.texts and not row.action.startswith("case."))
                row.reason = ERASED if whole else scrub(row.reason)
            if (row.before, row.after, row.reason) != old:
                row.salt = None
                changed.append([row.seq, audit.digest(row)])
        session.flush()
    return changed


def _scrub_json(scrub: _Scrub, text: str | None) -> str | None:
    if text is None:
        return None
    value = json.loads(text)
    new = scrub(value)
    return text if new == value else audit.canonical(new)


@contextmanager
def _unlocked(connection: Connection) -> Iterator[None]:
    """Let rows of the audit log be changed, in this transaction alone."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only")
        yield
        connection.exec_driver_sql("ALTER TABLE audit_log ENABLE TRIGGER audit_log_append_only")
        return
    again = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'audit_log_no_update'").scalar_one()
    connection.exec_driver_sql("DROP TRIGGER audit_log_no_update")
    yield
    connection.exec_driver_sql(again)
