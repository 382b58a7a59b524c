"""Webhooks: changes of cases, actions and appeals, sent from the audit log in order and at least once.

The audit log is the outbox. Each receiver has a cursor on it, so nothing is lost if a delivery fails or the process dies, and a message
that is sent twice has the same ``webhook-id``. Messages contain no account, no text and no note.
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
"""Actions whose entry is only the new state. Entries of others may be another word, such as a person's name."""
SENT_FIELDS = (
    "state", "verdict", "kind", "mode", "reason", "expires_at", "campaign_id", "run_id", "case_id", "n_accounts", "score", "lifts",
)
"""Fields of an entry that are sent."""
BATCH_ROWS = 1000
"""Most rows of the log that are read for one delivery."""


@dataclass(frozen=True)
class Message:
    """One message, as it is signed."""

    seq: int
    message_id: str
    body: bytes


@dataclass(frozen=True)
class Due:
    """Messages that one receiver has not been sent yet."""

    name: str
    url: str
    secret_file: Path
    networks: Sequence[str]
    cursor: int
    """The receiver's cursor once all messages are delivered."""
    start: int
    """Its cursor now."""
    messages: Sequence[Message]


def add(change: Change, name: str, url: str, secret_file: Path, networks: Sequence[str]) -> str:
    """Add a receiver, which gets what happens from now on; needs an admin.

    Args:
        change: an open change of the store.
        name: name of the receiver.
        url: address to post to.
        secret_file: file of the signing secret, made if absent.
        networks: private networks (CIDR) that the receiver may be in.

    Returns:
        The name.

    Raises:
        InputError: there is a receiver of this name, or the name, URL, secret or a network is invalid.
    """
    change.require(Role.ADMIN)
    names.name(name, "a receiver")
    parts, allowed = delivery.parsed_url(url), delivery.networks(networks)
    delivery.check_address(parts, allowed)
    if parts.scheme == "http" and not allowed:
        raise InputError("a webhook needs an https URL", where=url, todo="HTTP is only for a network of yours: --allow-network CIDR")
    if change.session.get(Webhook, name) is not None:
        raise InputError(f"a receiver {name} exists already")
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
    """Remove a receiver; needs an admin.

    Raises:
        InputError: there is no such receiver.
    """
    change.require(Role.ADMIN)
    row = change.session.get(Webhook, name)
    if row is None:
        raise InputError(f"no receiver {name}", todo="See stillwatch webhooks list")
    change.session.delete(row)
    change.audit("webhook.remove", name, before={"url": row.url})


def receivers(session: Session) -> list[dict[str, Any]]:
    """All receivers by name: name, URL, allowed networks, cursor."""
    rows = session.scalars(select(Webhook).order_by(Webhook.name))
    return [{"name": r.name, "url": r.url, "networks": r.networks, "cursor": r.cursor} for r in rows]


def due(session: Session) -> list[Due]:
    """For each receiver the messages that it has not been sent yet, oldest first."""
    pending = []
    for hook in session.scalars(select(Webhook).order_by(Webhook.name)).all():
        rows = session.scalars(select(AuditRow).where(AuditRow.seq > hook.cursor).order_by(AuditRow.seq).limit(BATCH_ROWS)).all()
        messages = [_message(row) for row in rows if row.action in EVENTS]
        last_seq = rows[-1].seq if rows else hook.cursor
        pending.append(Due(hook.name, hook.url, Path(hook.secret_file), hook.networks, last_seq, hook.cursor, messages))
    return pending


def _message(row: AuditRow) -> Message:
    after = json.loads(row.after) if row.after else None
    state_after: Mapping[str, Any] = after if isinstance(after, dict) else {"state": after} if row.action in STATES else {}
    kind = EVENTS[row.action]
    if row.action == "case.move" and state_after.get("state") == State.RESOLVED:
        kind = "case.resolved"
    data = {"object": row.object, **{name: state_after[name] for name in SENT_FIELDS if name in state_after}}
    body = {"type": kind, "timestamp": row.at.isoformat(), "data": data}
    return Message(row.seq, f"msg_{row.seq}_{row.hash[:16]}", json.dumps(body, sort_keys=True).encode())


def deliver(ready: Sequence[Due], clock: Callable[[], float] = time.time) -> dict[str, tuple[int, str | None]]:
    """Send to each receiver in order until one of its messages fails.

    Args:
        ready: what to send.
        clock: returns seconds since 1970; called before each message, because receivers refuse signatures that are minutes old.

    Returns:
        Name -> (new cursor, why it stopped or None).
    """
    return {hook.name: _deliver(hook, clock) for hook in ready}


def _deliver(hook: Due, clock: Callable[[], float]) -> tuple[int, str | None]:
    last_sent_seq = hook.start
    try:
        key, allowed = delivery.read_secret(hook.secret_file), delivery.networks(hook.networks)
        for message in hook.messages:
            why = delivery.post(hook.url, key, message.message_id, int(clock()), message.body, allowed)
            if why is not None:
                return last_sent_seq, why
            last_sent_seq = message.seq
    except InputError as error:
        return last_sent_seq, str(error)
    return hook.cursor, None


def record(change: Change, sent: Mapping[str, tuple[int, str | None]]) -> None:
    """Move the cursors forward, never back, since another process may have delivered more; needs an analyst.

    Args:
        change: an open change of the store.
        sent: result of :func:`deliver`.
    """
    change.require(Role.ANALYST)
    for name, (cursor, _) in sent.items():
        row = change.session.get(Webhook, name)
        if row is not None:
            row.cursor = max(row.cursor, cursor)
