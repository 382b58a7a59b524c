"""What is known of actions: whom they touch, how they stand at a time, and which wait, end soon or are in force. Nothing is changed."""

import itertools
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from stillwatch.errors import InputError
from stillwatch.respond import blast, cases
from stillwatch.respond import policy as policies
from stillwatch.respond.bulk import chunks
from stillwatch.respond.policy import Policy
from stillwatch.respond.schema import ActionRow, Approval, AuditRow, Key, Member, Meta, Target
from stillwatch.respond.vocabulary import LIFT, Action, ActionState, Mode, Standing, Subject

ENDS_SOON = timedelta(days=3)
"""How long before an action ends it is listed as ending soon, so that somebody can renew it in time."""
AGREE_WITHIN = timedelta(days=7)
"""How long a proposal can be agreed to; after that its facts are out of date. A lift, which frees people, does not lapse."""

Subjects = Sequence[tuple[Subject, str]]


def get(session: Session, action_id: str) -> ActionRow:
    """The action.

    Raises:
        InputError: there is no such action.
    """
    row = session.get(ActionRow, action_id)
    if row is None:
        raise InputError("no such action", where=action_id, todo="See stillwatch actions list")
    return row


def targets(session: Session, action_id: str, *, live: bool = False) -> list[tuple[Subject, str]]:
    """Subjects of an action, sorted by kind and identifier; ``live``: only those on which it was not ended."""
    statement = select(Target.subject, Target.subject_id).where(Target.action_id == action_id)
    if live:
        statement = statement.where(Target.ended_at.is_(None))
    rows = session.execute(statement.order_by(Target.subject, Target.subject_id))
    return [(Subject(subject), subject_id) for subject, subject_id in rows]


def live_targets(session: Session, rows: Sequence[ActionRow]) -> dict[str, set[tuple[Subject, str]]]:
    """Action id -> the subjects on which the action was not ended."""
    found: dict[str, set[tuple[Subject, str]]] = {row.action_id: set() for row in rows}
    for some in chunks(list(found)):
        live = select(Target.action_id, Target.subject, Target.subject_id).where(Target.action_id.in_(some), Target.ended_at.is_(None))
        for action_id, subject, subject_id in session.execute(live):
            found[action_id].add((Subject(subject), subject_id))
    return found


class SubjectCounts(NamedTuple):
    """How many subjects an action has, by what became of them."""

    live: int
    """The action was not ended on them: it touches them, or touched them until it was over."""
    spared: int
    """Left out when it took effect, because they were allowed or cleared after the proposal."""
    released: int
    """Freed later: by a lift, or, because people judged them innocent, by the promotion of a policy that enforces the action."""


def subject_counts(session: Session, rows: Sequence[ActionRow]) -> dict[str, SubjectCounts]:
    """Action id -> how many subjects the action has now; more may have been proposed."""
    found = {row.action_id: [0, 0, 0] for row in rows}
    for some in chunks(list(found)):
        spared = and_(Target.ended_at.is_not(None), Target.ended_at == ActionRow.effective_at)
        # Grouped by name: to PostgreSQL an expression with other bind parameters is another expression.
        place = case((Target.ended_at.is_(None), 0), (spared, 1), else_=2).label("place")
        counted = (
            select(Target.action_id, place, func.count()).join(ActionRow, ActionRow.action_id == Target.action_id)
            .where(Target.action_id.in_(some)).group_by(Target.action_id, "place")
        )
        for action_id, at, n in session.execute(counted):
            found[action_id][at] = n
    return {action_id: SubjectCounts(*counts) for action_id, counts in found.items()}


def touching(session: Session, subjects: Sequence[tuple[str, str]], state: ActionState = ActionState.IN_FORCE) -> Sequence[ActionRow]:
    """Actions and lifts in ``state`` that touch any of the subjects and were not ended on them, by action id."""
    found: dict[str, ActionRow] = {}
    for some in chunks(list(subjects)):
        held = select(Target.action_id).where(tuple_(Target.subject, Target.subject_id).in_(some), Target.ended_at.is_(None))
        live = select(ActionRow).where(ActionRow.action_id.in_(held), ActionRow.state == state)
        found |= {row.action_id: row for row in session.scalars(live)}
    return [found[action_id] for action_id in sorted(found)]


def approvals(session: Session, action_id: str) -> Sequence[Approval]:
    """Who agreed to an action or turned it down, oldest first."""
    return session.scalars(select(Approval).where(Approval.action_id == action_id).order_by(Approval.at)).all()


def in_force(session: Session, now: datetime, *, case_id: str | None = None) -> Sequence[ActionRow]:
    """Actions in force at a time, latest first; ``case_id``: only those of a case."""
    statement = select(ActionRow).where(ActionRow.state == ActionState.IN_FORCE, ActionRow.expires_at > now)
    if case_id is not None:
        statement = statement.where(ActionRow.case_id == case_id)
    return session.scalars(statement.order_by(ActionRow.effective_at.desc(), ActionRow.action_id)).all()


def ending_soon(session: Session, now: datetime) -> Sequence[ActionRow]:
    """Actions in force that end within ``ENDS_SOON`` and have no successor, the first to end first.

    An action has a successor if each of its subjects is under another action of its kind that ends later or waits for a second
    person. An action in shadow mode is no successor of an enforced one.
    """
    later, later_target = aliased(ActionRow), aliased(Target)
    proposed = and_(later.state == ActionState.PROPOSED, later.proposed_at > now - AGREE_WITHIN)
    longer = or_(proposed, and_(later.state == ActionState.IN_FORCE, later.expires_at > ActionRow.expires_at))
    renewed = exists().where(
        later_target.subject == Target.subject, later_target.subject_id == Target.subject_id, later_target.ended_at.is_(None),
        later.action_id == later_target.action_id, later.kind == ActionRow.kind, longer,
        or_(later.mode == Mode.ENFORCE, ActionRow.mode != Mode.ENFORCE),
    ).correlate(Target, ActionRow)
    left = exists().where(Target.action_id == ActionRow.action_id, Target.ended_at.is_(None), ~renewed).correlate(ActionRow)
    holds = (ActionRow.state == ActionState.IN_FORCE, ActionRow.expires_at > now, ActionRow.expires_at <= now + ENDS_SOON)
    return session.scalars(select(ActionRow).where(*holds, left).order_by(ActionRow.expires_at, ActionRow.action_id)).all()


def described(row: ActionRow) -> str:
    """The kind of an action, in words; a lift names the action that it ends."""
    return f"{row.kind} of {row.lifts}" if row.kind == LIFT else row.kind


def effective_mode(row: ActionRow, policy: Policy) -> Mode:
    """``enforce`` only where both the action and the policy say so."""
    return Mode.ENFORCE if row.mode == policy.mode == Mode.ENFORCE else Mode.SHADOW


def holds(row: ActionRow, now: datetime) -> bool:
    """Whether an action is in force at a time. One whose time is over is not, even before :func:`sweep` marks it as expired."""
    return row.state == ActionState.IN_FORCE and row.expires_at is not None and row.expires_at > now


def standing(row: ActionRow, policy: Policy, now: datetime) -> str:
    """How an action stands at a time under a policy: a value of :class:`Standing` or :class:`ActionState`."""
    if row.state == ActionState.PROPOSED and row.kind != LIFT and row.proposed_at <= now - AGREE_WITHIN:
        return Standing.LAPSED
    if row.state != ActionState.IN_FORCE:
        return row.state
    if row.expires_at is not None and row.expires_at <= now:
        return Standing.EXPIRED
    return Standing.IN_FORCE if effective_mode(row, policy) is Mode.ENFORCE else Standing.SHADOW


class EnforcedPeriod(NamedTuple):
    """A period in which an action is enforced."""

    since: datetime
    until: datetime
    """The action's own end, also if that is in the future, unless a policy in shadow mode was promoted before."""
    version: int
    """The policy in force when it began."""


def enforced_periods(session: Session, row: ActionRow) -> list[EnforcedPeriod]:
    """When an action was, is or will be enforced: it is in effect, its own mode is ``enforce``, and so is that of the policy in force."""
    if row.mode != Mode.ENFORCE or row.kind == LIFT or row.effective_at is None or row.expires_at is None:
        return []
    end = min(filter(None, (row.expires_at, row.ended_at)))
    modes = {version.version: version.document.get("mode") for version in policies.versions(session)}
    log = select(AuditRow.at, AuditRow.after).where(AuditRow.action == "policy.promote").order_by(AuditRow.seq)
    promoted = [(at, json.loads(version or "null")) for at, version in session.execute(log)]
    found: list[EnforcedPeriod] = []
    for (at, version), (until, _) in itertools.pairwise([*promoted, (end, policies.BUILT_IN)]):
        since, until = max(at, row.effective_at), min(until, end)
        if modes.get(version) != Mode.ENFORCE or since >= until:
            continue
        if found and found[-1].until == since:
            since, _, version = found.pop()
        found.append(EnforcedPeriod(since, until, version))
    return found


def awaits_agreement(now: datetime) -> ColumnElement[bool]:
    """SQL on an action: somebody else can still agree to it."""
    return and_(ActionRow.state == ActionState.PROPOSED, or_(ActionRow.kind == LIFT, ActionRow.proposed_at > now - AGREE_WITHIN))


def waiting(session: Session, now: datetime, *, case_id: str | None = None) -> Sequence[ActionRow]:
    """Actions and lifts that wait for a second person, oldest first; ``case_id``: only those of a case."""
    return _proposals(session, awaits_agreement(now), case_id)


def lapsed(session: Session, now: datetime, *, case_id: str | None = None) -> Sequence[ActionRow]:
    """Proposals to which nobody agreed in time and that are not turned down yet, oldest first; ``case_id``: only those of a case."""
    return _proposals(session, and_(ActionRow.state == ActionState.PROPOSED, ~awaits_agreement(now)), case_id)


def _proposals(session: Session, which: ColumnElement[bool], case_id: str | None) -> Sequence[ActionRow]:
    statement = select(ActionRow).where(which)
    if case_id is not None:
        statement = statement.where(ActionRow.case_id == case_id)
    return session.scalars(statement.order_by(ActionRow.proposed_at, ActionRow.action_id)).all()


def n_over(session: Session, before: datetime) -> int:
    """How many actions ended before a time and are not marked as over; see :func:`sweep`."""
    statement = select(func.count()).where(ActionRow.state == ActionState.IN_FORCE, ActionRow.expires_at <= before)
    return session.scalars(statement).one()


def still_under(session: Session, now: datetime, lift: ActionRow) -> dict[str, list[tuple[Subject, str]]]:
    """Action id -> those subjects of a lift, and owners of its keys, that stay under that action once the lift took effect."""
    subjects = targets(session, lift.action_id)
    owner = blast.owners(session, [name for subject, name in subjects if subject is Subject.KEY])
    reached = dict.fromkeys([*subjects, *((Subject.ACCOUNT, name) for name in owner.values())])
    besides = None if lift.state == ActionState.REJECTED else lift.lifts
    rows = [row for row in touching(session, list(reached)) if holds(row, now) and row.action_id != besides]
    return {row.action_id: [one for one in targets(session, row.action_id, live=True) if one in reached] for row in rows}


def uncovered(session: Session, now: datetime, case_id: str) -> list[str]:
    """Accounts of a case that no action of the case in force touches, by themselves or by a key: they joined later."""
    reached = blast.reach(session, now, case_id=case_id, subjects=None)
    held = set().union(*live_targets(session, in_force(session, now, case_id=case_id)).values())
    by_key = blast.owners(session, [name for subject, name in held if subject is Subject.KEY]).values()
    accounts = {name for subject, name in held if subject is Subject.ACCOUNT} | set(by_key)
    return [name for _, name in reached.subjects if name not in accounts]

_TOUCHING: frozenset[str] = frozenset({Standing.IN_FORCE, Standing.SHADOW, ActionState.PROPOSED})


def without_known_key(session: Session, row: ActionRow, standing: str) -> blast.KeylessAccounts:
    """Of the accounts that an action touches, or a proposal would, those without a known key; of none for a lift and for what is over."""
    touched = targets(session, row.action_id, live=True) if row.kind != LIFT and standing in _TOUCHING else []
    return blast.without_known_key(session, [name for subject, name in touched if subject is Subject.ACCOUNT])


def without_known_key_in_case(session: Session, case_id: str) -> blast.KeylessAccounts:
    """The same of the accounts of a case that are present and not excluded."""
    has_key = exists().where(Key.account_id == Member.account_id).correlate(Member)
    counted = select(func.count().filter(~has_key), func.count()).select_from(Member)
    n, of = session.execute(counted.where(Member.case_id == case_id, Member.present, ~Member.excluded)).one()
    return blast.KeylessAccounts(n, of)


class HeldSubject(NamedTuple):
    """An account, or one of its keys, that an action touches."""

    subject: Subject
    subject_id: str
    account_id: str


def cleared_and_held(session: Session, now: datetime, case_id: str) -> dict[str, list[HeldSubject]]:
    """Action id -> accounts of a case, and keys of theirs, that the action still touches although people cleared them.

    Cleared are accounts that were excluded from the case, or judged innocent with it. A judgement ends no action; somebody has to undo
    it. Subjects whose lift waits for a second person are left out.
    """
    whose = select(Member.account_id).where(Member.case_id == case_id)
    judged = cases.innocent(cases.get(session, case_id))
    whose = whose.where(or_(Member.excluded, cases.acquitted_with()) if judged else Member.excluded)
    own = select(Target.action_id, Target.subject, Target.subject_id, Target.subject_id).where(
        Target.subject == Subject.ACCOUNT, Target.subject_id.in_(whose)
    )
    on_key = select(Target.action_id, Target.subject, Target.subject_id, Key.account_id).join(Key, Key.key_id == Target.subject_id).where(
        Target.subject == Subject.KEY, Key.account_id.in_(whose)
    )
    live = (Target.ended_at.is_(None), ActionRow.state == ActionState.IN_FORCE, ActionRow.expires_at > now)
    found: dict[str, list[HeldSubject]] = {}
    for statement in (own, on_key):  # two statements, each by an index
        held = statement.join(ActionRow, ActionRow.action_id == Target.action_id).where(*live)
        for action_id, subject, *rest in session.execute(held.order_by(Target.action_id, Target.subject_id)):
            found.setdefault(action_id, []).append(HeldSubject(Subject(subject), *rest))
    lifted = (
        select(ActionRow.lifts, Target.subject, Target.subject_id).join(Target, Target.action_id == ActionRow.action_id)
        .where(ActionRow.state == ActionState.PROPOSED, ActionRow.lifts.in_(list(found)))
    )
    freed = {(action_id, subject, subject_id) for action_id, subject, subject_id in session.execute(lifted)}
    kept = {
        action_id: [one for one in found[action_id] if (action_id, one.subject, one.subject_id) not in freed] for action_id in sorted(found)
    }
    return {action_id: some for action_id, some in kept.items() if some}


def others_needed(policy: Policy, row: ActionRow) -> int:
    """How many people besides the proposer must agree to an action under a policy; see :func:`stillwatch.respond.policy.others_needed`."""
    kind = Action(row.kind)
    return policies.others_needed(policy, kind, policies.valid_parameters(kind, row.parameters))


def cleared_subjects(session: Session, row: ActionRow, subjects: Subjects) -> set[tuple[Subject, str]]:
    """Subjects that people judged innocent under any of the account ids of :func:`stillwatch.respond.blast.judged_names`."""
    since = None
    if not row.case_id:
        # Whoever acts on an account by name, without a case, may know of earlier judgements, but not of those after the proposal.
        proposal = select(AuditRow.seq).where(AuditRow.object == row.action_id, AuditRow.action == "action.propose")
        # Audit rows are stored at the end of a write: a proposal of this change has none yet.
        seq = session.scalars(proposal).first()
        since = cases.labelled_since(session.get_one(Meta, 1).audit_seq if seq is None else seq, row.proposed_at)
    called = blast.judged_names(session, subjects)
    every = sorted(set().union(*called.values()))
    found = cases.cleared(session, every, since=since) | cases.acquitted(session, every, of=row.case_id, since=since)
    return {subject for subject, called_so in called.items() if called_so & found}
