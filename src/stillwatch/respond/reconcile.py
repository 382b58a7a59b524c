"""Compares the state of the store with its audit log, so that writes to the database that bypass the log are found.

The rows of the log are replayed in order (:meth:`LoggedState.apply`); the resulting state is compared with the tables. Not compared
are values that the log does not hold, such as passwords and token secrets, and tables that act on nobody, such as cases and labels.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Row, Text, cast, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from stillwatch.respond.schema import EPOCH, ActionRow, AllowEntry, ApiToken, Approval, Moment, PolicyVersion, Target, User
from stillwatch.respond.vocabulary import LIFT, ActionState

_TERMS = ("kind", "lifts", "case_id", "mode", "reason", "parameters", "duration_s", "policy_version", "needed_approvals")
"""Columns of an action that the log row of its proposal holds."""
_COMPARED: dict[str, tuple[InstrumentedAttribute[Any], ...]] = {
    "action": (
        ActionRow.action_id, *(getattr(ActionRow, name) for name in _TERMS), ActionRow.state, ActionRow.proposed_at,
        ActionRow.proposed_by, ActionRow.effective_at, ActionRow.expires_at, ActionRow.ended_at, ActionRow.ended_by,
    ),
    "user": (User.name, User.role, User.disabled_at),
    "token": (ApiToken.name, ApiToken.role, ApiToken.created_by, ApiToken.expires_at, ApiToken.revoked_at),
    "allow": (AllowEntry.allow_id, AllowEntry.subject_id, AllowEntry.subject, AllowEntry.created_by, AllowEntry.expires_at,
              AllowEntry.revoked_at),
    "policy": (PolicyVersion.version, PolicyVersion.created_by, PolicyVersion.document, PolicyVersion.active,
               PolicyVersion.promoted_at, PolicyVersion.promoted_by),
}
"""Compared columns, by the prefix of their log actions: the identifier, then a column for messages, then further ones."""
_KIND_NAMES = {"allow": "entry of the allow-list", "policy": "policy version"}
_LIVE = (ActionState.PROPOSED, ActionState.IN_FORCE)
QUOTED_CHARS = 200
"""Longest quotation of a value in a fault, characters."""


def quoted(value: Any) -> str:
    """A value of a column, quoted in one printable line whatever it is."""
    text = str(value) if isinstance(value, str | int) else ascii(value)
    return text if text.isprintable() and len(text) <= QUOTED_CHARS else ascii(text)[:QUOTED_CHARS]


class LoggedState:
    """The state that results from the rows of the log."""

    def __init__(self) -> None:
        """Start empty, as before the first row."""
        self._all: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in _COMPARED}
        self._subjects: dict[str, set[str]] = {}
        """Action id -> the ``subject:identifier`` that it still touches."""
        self._approvals: set[tuple[str, str]] = set()
        """``(action id, actor)``."""
        self._erased_pseudonyms: set[str] = set()

    def apply(self, row: Row[Any]) -> None:
        """Replay the next row, which must be untampered. A row that this program cannot have written is ignored."""
        kind, _, verb = row.action.partition(".")
        if verb == "erase":
            self._erased_pseudonyms.add(row.object)
        elif kind in self._all:
            try:
                self._apply(kind, verb, row, None if row.after is None else json.loads(row.after))
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                return

    def _apply(self, kind: str, verb: str, row: Row[Any], after: Any) -> None:
        name = row.object.removeprefix(f"{kind}-") if kind in _KIND_NAMES else row.object
        rows = self._all[kind]
        match kind, verb:
            case "action", "propose":
                # the reason of a lift may later become that an appeal was overturned, which the rows of the appeal record
                rows[name] = {term: after[term] for term in _TERMS if term in after and (term, after["kind"]) != ("reason", LIFT)}
                rows[name] |= {"state": ActionState.PROPOSED, "proposed_at": row.at, "proposed_by": row.actor}
                rows[name] |= dict.fromkeys(("effective_at", "expires_at", "ended_at", "ended_by"))
                self._subjects[name] = set(after["subjects"])
            case "action", "approve":
                self._approvals.add((name, row.actor))
            case "action", "take_effect":
                rows[name] |= {"state": ActionState.IN_FORCE, "effective_at": row.at, "expires_at": _moment(after["expires_at"])}
                self._release(name, after["spared"])
            case "action", "spare":
                self._release(name, after)
            case "action", "lift":
                lift = after["by"]
                rows[lift] |= {"state": ActionState.DONE, "effective_at": row.at, "ended_at": row.at, "ended_by": row.actor}
                self._subjects[name] -= self._subjects[lift]
            case "action", "undo" | "expire" | "reject":
                rows[name] |= {"state": after, "ended_at": row.at, "ended_by": row.actor}
            case "user", "add":
                rows[name] = {"role": after, "disabled_at": None}
            case "user", "role":
                rows[name]["role"] = after
            case "user", "disable" | "enable":
                rows[name]["disabled_at"] = row.at if verb == "disable" else None
            case "token", "add":
                expires_at = _moment(after["expires_at"])
                rows[name] = {"role": after["role"], "created_by": row.actor, "expires_at": expires_at, "revoked_at": None}
            case "allow", "add":
                rows[name] = {"subject": after["subject"], "subject_id": after["subject_id"], "created_by": row.actor,
                              "expires_at": _moment(after["expires_at"]), "revoked_at": None}
            case "token" | "allow", "revoke":
                rows[name]["revoked_at"] = row.at
            case "policy", "draft":
                rows[name] = {"created_by": row.actor, "document": after, "active": False, "promoted_at": None, "promoted_by": None}
            case "policy", "promote":
                for version in rows.values():
                    version["active"] = False
                if name in rows:  # the built-in one has no row
                    rows[name] |= {"active": True, "promoted_at": row.at, "promoted_by": row.actor}

    def _release(self, action_id: str, released: list[str]) -> None:
        """Remove released subjects from an action; versions before this module logged them without their kind."""
        names = set(released)
        self._subjects[action_id] = {subject for subject in self._subjects[action_id] if not {subject, subject.partition(":")[2]} & names}

    def faults(self, session: Session) -> Iterator[str]:
        """Differences between the tables and the log, a line each."""
        for kind, (key, *columns) in _COMPARED.items():
            kind_name, logged = _KIND_NAMES.get(kind, kind), self._all[kind]
            for name, *values in session.execute(select(key, *map(_raw, columns)).order_by(key).execution_options(yield_per=1000)):
                row = {column.key: _read(column, value) for column, value in zip(columns, values, strict=True)}
                log = logged.pop(str(name), None)
                different = [column for column in log if log[column] != row[column]] if log else []
                if log is None:
                    whom = _any_subject(session, name) if kind == "action" else ""
                    yield f"{kind_name} {quoted(name)} ({quoted(values[0])}{whom}): no row of the log tells of it"
                elif different:
                    yield f"{kind_name} {quoted(name)} ({quoted(values[0])}): the log gives another {', '.join(different)}"
                if kind == "action" and (different or row["state"] not in _LIVE):
                    self._subjects.pop(name, None)
            for name in logged:
                self._subjects.pop(name, None)
                yield f"{kind_name} {quoted(name)}: the log tells of it, the store has none"
        yield from self._subject_faults(session)
        rows = session.execute(select(Approval.action_id, Approval.actor).where(Approval.approved).order_by(Approval.action_id))
        for action_id, actor in rows:
            if (action_id, actor) not in self._approvals:
                yield f"action {quoted(action_id)}: no row of the log tells that {quoted(actor)} agreed"
            self._approvals.discard((action_id, actor))
        for action_id, actor in sorted(self._approvals):
            yield f"action {quoted(action_id)}: the log tells that {quoted(actor)} agreed, the store does not"

    def _subject_faults(self, session: Session) -> Iterator[str]:
        """Differences in whom proposed and current actions touch, a line for each action."""
        held = (
            select(Target.action_id, Target.subject, Target.subject_id).join(ActionRow, ActionRow.action_id == Target.action_id)
            .where(Target.ended_at.is_(None), ActionRow.state.in_(_LIVE)).execution_options(yield_per=10_000)
        )
        wrong: dict[str, str] = {}
        for action_id, subject, name in session.execute(held):
            left, touched = self._subjects.get(action_id), f"{subject}:{name}"
            if left is not None and touched not in left:
                wrong.setdefault(action_id, f"it touches {quoted(touched)}, of which no row of the log tells")
            elif left is not None:
                left.remove(touched)
        for action_id, left in self._subjects.items():
            for touched in left:
                if not self._erased_pseudonyms & {touched.partition(":")[2].partition("-key-")[0]}:
                    wrong.setdefault(action_id, f"the log tells that it touches {quoted(touched)}, the store does not")
        yield from (f"action {quoted(action_id)}: {what}" for action_id, what in sorted(wrong.items()))


def _any_subject(session: Session, action_id: str) -> str:
    """One of the subjects of an action that the log does not know, for its message."""
    found = session.execute(select(Target.subject, Target.subject_id).where(Target.action_id == action_id).limit(1)).first()
    return "" if found is None else f", {quoted(found.subject)} {quoted(found.subject_id)}"


def _raw(column: InstrumentedAttribute[Any]) -> Any:
    """A column as stored: a tampered value may be no time or no JSON."""
    if isinstance(column.type, Moment):
        return type_coerce(column, BigInteger).label(column.key)
    return cast(column, Text).label(column.key) if isinstance(column.type, JSON) else column


def _read(column: InstrumentedAttribute[Any], value: Any) -> Any:
    if not isinstance(column.type, JSON) or value is None:
        return value
    try:
        return json.loads(value)
    except (ValueError, TypeError, RecursionError):
        return value


def _moment(iso_time: str | None) -> int | None:
    """Microseconds since the epoch, as the column stores a time."""
    return None if iso_time is None else (datetime.fromisoformat(iso_time) - EPOCH) // timedelta(microseconds=1)
