"""What the decision service needs: every action in force by subject, the allow-list, and a place for its decisions."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from stillwatch.respond import action_queries
from stillwatch.respond import policy as policies
from stillwatch.respond.bulk import chunks, put
from stillwatch.respond.policy import Policy
from stillwatch.respond.schema import Account, ActionRow, AllowEntry, AuditRow, DecisionRow, Key, Meta, Target
from stillwatch.respond.store import SERVED_CHANGES, Store
from stillwatch.respond.vocabulary import Action, ActionState, Subject

CHUNK = 10_000
"""Rows read, and decisions written, at a time."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An action in force, shared by all its subjects."""

    action_id: str
    action: str
    """observe, throttle, challenge, restrict or block."""
    mode: str
    """``enforce`` only where both the action and the active policy say so."""
    reason: str
    case_id: str | None
    expires_at: datetime
    policy_version: int
    parameters: dict[str, Any]
    """The policy's for this action, the action's own over them."""


@dataclass(frozen=True)
class Stream:
    """One consistent state of the store. Its subjects come one part after the other: of a million, names in a dictionary take most of
    the memory."""

    rules: tuple[Rule, ...]
    parts: Iterator[tuple[Subject, list[str], list[int]]]
    """Identifiers of accounts, or of keys, and the index of a rule that touches each. Who is under several rules comes several times."""
    audit_seq: int
    """Last row of the audit log at that time."""
    allowed: dict[Subject, dict[str, datetime]]
    """Subject -> id -> when the entry expires. Allowed goes before any rule. An entry for an organisation also stands under
    each account and key known to belong to it, an entry for an account under its keys."""


@contextmanager
def streamed(store: Store, now: datetime) -> Iterator[Stream]:
    """Everything at a time, in one transaction that lasts as long as the context; ended and expired actions and entries are left out.

    Rules expire between two readings, so compare ``expires_at`` when deciding.
    """
    with store.read() as session:
        (audit_seq,) = session.execute(select(Meta.audit_seq)).one()
        rules = _rules(session, now, policies.active(session)[1])
        place = {rule.action_id: i for i, rule in enumerate(rules)}
        yield Stream(rules, _parts(session, now, place), audit_seq, _allowed(session, now))


def _parts(
    session: Session, now: datetime, place: Mapping[str, int], only: Collection[str] | None = None
) -> Iterator[tuple[Subject, list[str], list[int]]]:
    """All of it, or what concerns some identifiers, which must hold all keys of their accounts."""
    touched = (Target.ended_at.is_(None), Target.action_id.in_(select(ActionRow.action_id).where(*_in_force(now))))
    own = and_(Target.subject == Subject.ACCOUNT, Target.subject_id == Key.account_id)
    named = select(Target.subject_id, Target.action_id).where(*touched)
    for subject, statement in (
        (Subject.ACCOUNT, named.where(Target.subject == Subject.ACCOUNT)),
        (Subject.KEY, named.where(Target.subject == Subject.KEY)),
        (Subject.KEY, select(Key.key_id, Target.action_id).join(Target, own).where(*touched)),
    ):
        some = [statement] if only is None else [statement.where(Target.subject_id.in_(chunk)) for chunk in chunks(sorted(only), CHUNK)]
        for one in some:
            for rows in session.execute(one.execution_options(yield_per=CHUNK)).partitions():
                yield subject, [name for name, _ in rows], [place[action_id] for _, action_id in rows]


def read_changes(store: Store, now: datetime, since: int, at_most: int) -> tuple[Stream, set[str]] | None:
    """What is different since an earlier snapshot: identifiers, and what touches these alone, in one transaction that is over.

    Args:
        store: to read.
        now: as for :func:`streamed`.
        since: ``audit_seq`` of the earlier snapshot.
        at_most: identifiers.

    Returns:
        None where everything may be different (policy, imported facts) or more is than ``at_most``: read it as a whole.
    """
    with store.read() as session:
        log = select(AuditRow.action, AuditRow.object).where(AuditRow.seq > since, AuditRow.action.in_(SERVED_CHANGES))
        objects: dict[str, set[str]] = {"action": set(), "allow": set()}
        for what, object_ in session.execute(log):
            kind = what.partition(".")[0]
            if kind not in objects:
                return None
            objects[kind].add(object_)
        names = _concerned(session, objects["action"], objects["allow"], at_most)
        if len(names) > at_most:
            return None
        (audit_seq,) = session.execute(select(Meta.audit_seq)).one()
        rules = _rules(session, now, policies.active(session)[1])
        parts = list(_parts(session, now, {rule.action_id: i for i, rule in enumerate(rules)}, names))
        allowed = {
            subject: {name: until for name, until in ids.items() if name in names} for subject, ids in _allowed(session, now).items()
        }
        return Stream(rules, iter(parts), audit_seq, allowed), names


def _concerned(session: Session, actions: set[str], entries: set[str], at_most: int) -> set[str]:
    """Whom actions and entries of the allow-list touch or touched, with all keys of the accounts; cut off above ``at_most``."""
    names: set[str] = set()

    def add(column: Any, where: Any, values: Collection[Any]) -> None:
        for chunk in chunks(sorted(values), CHUNK):
            if len(names) <= at_most:
                names.update(session.scalars(select(column).where(where.in_(chunk)).limit(at_most + 1)))

    add(Target.subject_id, Target.action_id, actions)
    numbers = [int(entry.removeprefix("allow-")) for entry in entries]
    add(AllowEntry.subject_id, AllowEntry.allow_id, numbers)
    add(Account.account_id, Account.org_id, set(names) if numbers else ())
    add(Key.account_id, Key.key_id, set(names))
    add(Key.key_id, Key.account_id, set(names))
    return names


def _in_force(now: datetime) -> tuple[Any, ...]:
    return (ActionRow.state == ActionState.IN_FORCE, ActionRow.expires_at > now)


def _rules(session: Session, now: datetime, policy: Policy) -> tuple[Rule, ...]:
    """By name; of several on one subject the decision service's snapshot knows which decides."""
    return tuple(
        Rule(
            row.action_id, row.kind, action_queries.effective_mode(row, policy), row.reason, row.case_id, row.expires_at,
            row.policy_version,
            {**policy.parameters.get(row.kind, {}), **policies.valid_parameters(Action(row.kind), row.parameters)},
        )
        for row in session.scalars(select(ActionRow).where(*_in_force(now)).order_by(ActionRow.action_id))
        if row.expires_at is not None
    )


def _allowed(session: Session, now: datetime) -> dict[Subject, dict[str, datetime]]:
    found: dict[Subject, dict[str, datetime]] = {subject: {} for subject in Subject}

    def add(subject: Subject, subject_id: str, until: datetime) -> None:
        known = found[subject].get(subject_id)
        found[subject][subject_id] = until if known is None else max(known, until)

    live = select(AllowEntry).where(AllowEntry.revoked_at.is_(None), AllowEntry.expires_at > now)
    for entry in session.scalars(live):
        add(Subject(entry.subject), entry.subject_id, entry.expires_at)
    for chunk in chunks(sorted(found[Subject.ORG]), CHUNK):
        of_org = select(Account.account_id, Account.org_id).where(Account.org_id.in_(chunk))
        for account_id, org_id in session.execute(of_org):
            add(Subject.ACCOUNT, account_id, found[Subject.ORG][str(org_id)])
    for chunk in chunks(sorted(found[Subject.ACCOUNT]), CHUNK):
        for key_id, account_id in session.execute(select(Key.key_id, Key.account_id).where(Key.account_id.in_(chunk))):
            add(Subject.KEY, key_id, found[Subject.ACCOUNT][account_id])
    return found


@dataclass(frozen=True, slots=True)
class Decision:
    """What the service answered; see the columns of DecisionRow."""

    request_id: str
    at: datetime
    surface: str
    account_id: str | None
    key_id: str | None
    decision: str
    action: str | None
    mode: str
    reason: str | None
    case_id: str | None
    policy_version: int | None
    latency_us: int | None = None
    answer_id: str | None = None


def append_decisions(store: Store, decisions: Sequence[Decision]) -> int:
    """Store decisions; one whose ``answer_id`` is there already is left out. Returns how many were new.

    Meant to be called from a background task with some hundreds at a time.
    """
    rows = [{name: getattr(decision, name) for name in Decision.__slots__} for decision in decisions]
    with store.connect(writing=True) as connection:
        return put(connection, DecisionRow, rows, update=(), key=("answer_id",))
