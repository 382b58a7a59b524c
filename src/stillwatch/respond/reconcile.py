"""Whether the state is what the audit log made of it: what somebody wrote into the database past the log has no row there.

The rows of the log are taken in order (:meth:`Told.heed`); what they come to is then compared with the tables. Not compared is what
the log does not hold, passwords and the secrets of tokens among it, and what acts on nobody by itself, such as cases and labels.
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
"""What the row of a proposal says of the action."""
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
"""What is compared, by how the log's actions on it begin: its identifier, what people know it by, further columns."""
_CALLED = {"allow": "entry of the allow-list", "policy": "policy version"}
_LIVE = (ActionState.PROPOSED, ActionState.IN_FORCE)
SAID = 200
"""Characters of a value that a fault quotes, at most."""


def said(value: Any) -> str:
    """What a column holds, in one line whatever it is."""
    text = str(value) if isinstance(value, str | int) else ascii(value)
    return text if text.isprintable() and len(text) <= SAID else ascii(text)[:SAID]


class Told:
    """What the rows of the log come to."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._all: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in _COMPARED}
        self._subjects: dict[str, set[str]] = {}
        """Action -> ``subject:identifier`` of whom it touches still."""
        self._agreed: set[tuple[str, str]] = set()
        self._erased: set[str] = set()

    def heed(self, row: Row[Any]) -> None:
        """Take the next row, which was not changed. One that nobody could have written says nothing."""
        kind, _, did = row.action.partition(".")
        if did == "erase":
            self._erased.add(row.object)
        elif kind in self._all:
            try:
                self._heed(kind, did, row, None if row.after is None else json.loads(row.after))
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                return

    def _heed(self, kind: str, did: str, row: Row[Any], after: Any) -> None:
        name = row.object.removeprefix(f"{kind}-") if kind in _CALLED else row.object
        rows = self._all[kind]
        match kind, did:
            case "action", "propose":
                # why a lift is asked for may become that an appeal was overturned, which rows of the appeal tell
                rows[name] = {term: after[term] for term in _TERMS if term in after and (term, after["kind"]) != ("reason", LIFT)}
                rows[name] |= {"state": ActionState.PROPOSED, "proposed_at": row.at, "proposed_by": row.actor}
                rows[name] |= dict.fromkeys(("effective_at", "expires_at", "ended_at", "ended_by"))
                self._subjects[name] = set(after["subjects"])
            case "action", "approve":
                self._agreed.add((name, row.actor))
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
                rows[name]["disabled_at"] = row.at if did == "disable" else None
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

    def _release(self, action_id: str, gone: list[str]) -> None:
        """Let subjects go; versions before this module wrote them without their kind."""
        names = set(gone)
        self._subjects[action_id] = {one for one in self._subjects[action_id] if not {one, one.partition(":")[2]} & names}

    def faults(self, session: Session) -> Iterator[str]:
        """What the tables have that the log does not tell, or tells otherwise: a line each."""
        for kind, (key, *columns) in _COMPARED.items():
            called, told = _CALLED.get(kind, kind), self._all[kind]
            for name, *values in session.execute(select(key, *map(_raw, columns)).order_by(key).execution_options(yield_per=1000)):
                row = {column.key: _read(column, value) for column, value in zip(columns, values, strict=True)}
                log = told.pop(str(name), None)
                other = [column for column in log if log[column] != row[column]] if log else []
                if log is None:
                    whom = _whom(session, name) if kind == "action" else ""
                    yield f"{called} {said(name)} ({said(values[0])}{whom}): no row of the log tells of it"
                elif other:
                    yield f"{called} {said(name)} ({said(values[0])}): the log gives another {', '.join(other)}"
                if kind == "action" and (other or row["state"] not in _LIVE):
                    self._subjects.pop(name, None)
            for name in told:
                self._subjects.pop(name, None)
                yield f"{called} {said(name)}: the log tells of it, the store has none"
        yield from self._touched(session)
        rows = session.execute(select(Approval.action_id, Approval.actor).where(Approval.approved).order_by(Approval.action_id))
        for action_id, actor in rows:
            if (action_id, actor) not in self._agreed:
                yield f"action {said(action_id)}: no row of the log tells that {said(actor)} agreed"
            self._agreed.discard((action_id, actor))
        for action_id, actor in sorted(self._agreed):
            yield f"action {said(action_id)}: the log tells that {said(actor)} agreed, the store does not"

    def _touched(self, session: Session) -> Iterator[str]:
        """Whom actions that wait or hold touch, against whom the log says: a line for each action."""
        held = (
            select(Target.action_id, Target.subject, Target.subject_id).join(ActionRow, ActionRow.action_id == Target.action_id)
            .where(Target.ended_at.is_(None), ActionRow.state.in_(_LIVE)).execution_options(yield_per=10_000)
        )
        wrong: dict[str, str] = {}
        for action_id, subject, name in session.execute(held):
            left, one = self._subjects.get(action_id), f"{subject}:{name}"
            if left is not None and one not in left:
                wrong.setdefault(action_id, f"it touches {said(one)}, of which no row of the log tells")
            elif left is not None:
                left.remove(one)
        for action_id, left in self._subjects.items():
            for one in left:
                if not self._erased & {one.partition(":")[2].partition("-key-")[0]}:
                    wrong.setdefault(action_id, f"the log tells that it touches {said(one)}, the store does not")
        yield from (f"action {said(action_id)}: {what}" for action_id, what in sorted(wrong.items()))


def _whom(session: Session, action_id: str) -> str:
    """One whom an action touches that the log does not know."""
    found = session.execute(select(Target.subject, Target.subject_id).where(Target.action_id == action_id).limit(1)).first()
    return "" if found is None else f", {said(found.subject)} {said(found.subject_id)}"


def _raw(column: InstrumentedAttribute[Any]) -> Any:
    """A column as the database has it: one that was changed may hold what is no time, or no JSON."""
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


def _moment(told: str | None) -> int | None:
    return None if told is None else (datetime.fromisoformat(told) - EPOCH) // timedelta(microseconds=1)
