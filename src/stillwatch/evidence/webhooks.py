"""Webhooks fed from the audit log: what happened to cases and actions, in order, at least once.

The audit log is the outbox: each receiver has a cursor on it, so nothing is lost if a delivery fails or the process dies,
and a message that is sent twice has the same ``webhook-id``. Messages carry no account, no text and no note.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.evidence import delivery
from stillwatch.respond import names
from stillwatch.respond.schema import AuditRow, Webhook
from stillwatch.respond.store import Change
from stillwatch.respond.vocabulary import Role, State

EVENTS = {
    "case.open": "case.opened", "case.found_again": "case.updated", "case.move": "case.updated", "case.assign": "case.updated",
    "action.propose": "enforcement_action.proposed", "action.take_effect": "enforcement_action.opened",
    "action.lift": "enforcement_action.updated", "action.undo": "enforcement_action.resolved",
    "action.expire": "enforcement_action.resolved", "action.reject": "enforcement_action.resolved",
    "appeal.receive": "appeal.received", "appeal.decide": "appeal.decided",
}
"""Action of the audit log -> type of the message."""
STATES = frozenset({"action.undo", "action.expire", "action.reject", "appeal.decide"})
"""Those whose entry says nothing but the new state. Others have a word of another kind there, such as a person's name."""
TOLD = ("state", "verdict", "kind", "mode", "reason", "expires_at", "campaign_id", "run_id", "case_id", "n_accounts", "score", "lifts")
"""What of an entry is told."""
AT_ONCE = 1000
"""Rows of the log that are read for one delivery."""


@dataclass(frozen=True)
class Message:
    """One message, as it is signed."""

    seq: int
    message_id: str
    body: bytes


@dataclass(frozen=True)
class Due:
    """What one receiver was not told yet."""

    name: str
    url: str
    secret_file: Path
    networks: Sequence[str]
    cursor: int
    """Where the receiver stands when all messages are delivered."""
    start: int
    messages: Sequence[Message]


def add(change: Change, name: str, url: str, secret_file: Path, networks: Sequence[str]) -> str:
    """Add a receiver, which is told what happens from now on; its secret is made where the file is absent. Needs an admin.

    Raises:
        InputError: a receiver of this name is there, or name, URL, secret or networks are none.
    """
    change.require(Role.ADMIN)
    names.name(name, "a receiver")
    parts, allowed = delivery.checked(url), delivery.networks(networks)
    delivery.reachable(parts, allowed)
    if parts.scheme == "http" and not allowed:
        raise InputError("a webhook needs an https URL", where=url, todo="HTTP is only for a network of yours: --allow-network CIDR")
    if change.session.get(Webhook, name) is not None:
        raise InputError(f"a receiver {name} is there already")
    if not secret_file.exists():
        delivery.make_secret(secret_file)
    delivery.read_secret(secret_file)
    change.audit("webhook.add", name, after={"url": url, "networks": list(networks)})
    change.session.add(Webhook(
        name=name, url=url, secret_file=str(secret_file.resolve()), networks=list(networks), cursor=change.meta.audit_seq,
        created_at=change.now, created_by=change.actor.name,
    ))
    return name


def remove(change: Change, name: str) -> None:
    """Remove a receiver; needs an admin."""
    change.require(Role.ADMIN)
    row = change.session.get(Webhook, name)
    if row is None:
        raise InputError(f"no receiver {name}", todo="See stillwatch webhooks list")
    change.session.delete(row)
    change.audit("webhook.remove", name, before={"url": row.url})


def listed(session: Session) -> list[dict[str, Any]]:
    """All receivers."""
    rows = session.scalars(select(Webhook).order_by(Webhook.name))
    return [{"name": r.name, "url": r.url, "networks": r.networks, "cursor": r.cursor} for r in rows]


def due(session: Session) -> list[Due]:
    """What each receiver was not told yet, oldest first."""
    found = []
    for hook in session.scalars(select(Webhook).order_by(Webhook.name)).all():
        rows = session.scalars(select(AuditRow).where(AuditRow.seq > hook.cursor).order_by(AuditRow.seq).limit(AT_ONCE)).all()
        messages = [_message(row) for row in rows if row.action in EVENTS]
        end = rows[-1].seq if rows else hook.cursor
        found.append(Due(hook.name, hook.url, Path(hook.secret_file), hook.networks, end, hook.cursor, messages))
    return found


def _message(row: AuditRow) -> Message:
    after = json.loads(row.after) if row.after else None
    told: Mapping[str, Any] = after if isinstance(after, dict) else {"state": after} if row.action in STATES else {}
    kind = EVENTS[row.action]
    if row.action == "case.move" and told.get("state") == State.RESOLVED:
        kind = "case.resolved"
    data = {"object": row.object, **{name: told[name] for name in TOLD if name in told}}
    body = {"type": kind, "timestamp": row.at.isoformat(), "data": data}
    return Message(row.seq, f"msg_{row.seq}_{row.hash[:16]}", json.dumps(body, sort_keys=True).encode())


def deliver(ready: Sequence[Due], clock: Callable[[], float] = time.time) -> dict[str, tuple[int, str | None]]:
    """Send to each receiver in order until one message fails; returns name -> (row told last, why it stopped).

    Args:
        ready: what to send.
        clock: seconds since 1970, asked before each message: receivers refuse what was signed minutes ago.
    """
    return {hook.name: _deliver(hook, clock) for hook in ready}


def _deliver(hook: Due, clock: Callable[[], float]) -> tuple[int, str | None]:
    told = hook.start
    try:
        key, allowed = delivery.read_secret(hook.secret_file), delivery.networks(hook.networks)
        for message in hook.messages:
            why = delivery.post(hook.url, key, message.message_id, int(clock()), message.body, allowed)
            if why is not None:
                return told, why
            told = message.seq
    except InputError as error:
        return told, str(error)
    return hook.cursor, None


def record(change: Change, sent: Mapping[str, tuple[int, str | None]]) -> None:
    """Move the cursors; never back, since another process may have delivered too. Needs an analyst."""
    change.require(Role.ANALYST)
    for name, (cursor, _) in sent.items():
        row = change.session.get(Webhook, name)
        if row is not None:
            row.cursor = max(row.cursor, cursor)
