"""Actions: one person proposes, a second agrees where the policy demands it; each is in force for a limited time and can be undone.

An action on a case touches all its accounts at once; banning them one by one only warns the operator.
"""

import itertools
import json
import shlex
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from stillwatch.errors import InputError
from stillwatch.respond import blast, cases, identifiers, names
from stillwatch.respond import policy as policies
from stillwatch.respond.bulk import chunks, put
from stillwatch.respond.policy import Policy
from stillwatch.respond.runs import NO_FACTS, Facts
from stillwatch.respond.schema import ActionRow, Approval, AuditRow, Key, Member, Meta, PolicyVersion, Target
from stillwatch.respond.store import SYSTEM, Change, ForbiddenError
from stillwatch.respond.vocabulary import LIFT, Action, ActionState, Mode, Reason, Role, Standing, State, Subject
from stillwatch.terminal.counting import number_of

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


def _live_targets(session: Session, rows: Sequence[ActionRow]) -> dict[str, set[tuple[Subject, str]]]:
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


class PromotionEffect(NamedTuple):
    """What promoting a policy would change: which actions it enforces that are in shadow now, and which it no longer enforces."""

    kinds: dict[str, int]
    """Newly enforced actions by kind."""
    n_subjects: int
    """Their subjects."""
    stopped: dict[str, int]
    """Actions by kind that would no longer be enforced."""
    n_stopped: int
    """Their subjects."""
    spared: dict[str, list[tuple[Subject, str]]]
    """Action id -> those of its subjects whom people judged innocent: it ends on them instead of being enforced."""


def promotion_effect(session: Session, now: datetime, new: Policy) -> PromotionEffect:
    """What promoting the policy ``new`` at time ``now`` would change."""
    _, held = policies.active(session)
    turned = [row for row in in_force(session, now) if row.kind != LIFT and effective_mode(row, held) != effective_mode(row, new)]
    live = _live_targets(session, turned)
    rows = [row for row in turned if effective_mode(row, new) is Mode.ENFORCE]
    stopped = [row for row in turned if row not in rows and live[row.action_id]]
    cleared = {row.action_id: _cleared_subjects(session, row, list(live[row.action_id])) for row in rows}
    kinds = Counter(row.kind for row in rows if live[row.action_id] - cleared[row.action_id])
    subjects = {subject for action_id, some in cleared.items() for subject in live[action_id] - some}
    return PromotionEffect(
        dict(sorted(kinds.items())), len(subjects), dict(sorted(Counter(row.kind for row in stopped).items())),
        len({subject for row in stopped for subject in live[row.action_id]}),
        {name: sorted(cleared[name]) for name in sorted(cleared) if cleared[name]},
    )


def spare_cleared(change: Change, new: Policy) -> None:
    """Before a policy enforces actions that were in shadow, end them on subjects whom people judged innocent meanwhile."""
    for action_id, cleared in promotion_effect(change.session, change.now, new).spared.items():
        _release(change, action_id, cleared)
        change.audit("action.spare", action_id, after=_as_logged(cleared))
        if not targets(change.session, action_id, live=True):
            _set_ended(change, get(change.session, action_id), ActionState.UNDONE, "action.undo", "all were judged innocent")


def _demand_no_block_by_one_person(change: Change, policy: Policy, version: int) -> None:
    """Raise if under a policy a throttle in force would let nothing through and no second person agreed: one person would block by it."""
    held = select(ActionRow).where(
        ActionRow.kind == Action.THROTTLE, ActionRow.state == ActionState.IN_FORCE, ActionRow.expires_at > change.now,
        ActionRow.needed_approvals == 0,
    )
    blocks = [row.action_id for row in change.session.scalars(held.order_by(ActionRow.action_id))
              if policies.lets_nothing_through(policy, policies.valid_parameters(Action.THROTTLE, row.parameters))]
    if blocks:
        more = " and others" if len(blocks) > 3 else ""
        what = f"under it throttles that one person put in force would let none through: {', '.join(blocks[:3])}{more}"
        raise InputError(what, where=f"policy version {version}", todo="Undo them first; a block takes two people")


def promote(change: Change, version: int, note: str) -> PolicyVersion | None:
    """Put a version in force (an earlier one, or :data:`.policy.BUILT_IN`: a rollback); needs an admin.

    Actions that were in shadow and are enforced from now on end on subjects whom people judged innocent (:func:`spare_cleared`).

    Returns:
        The version; null for the built-in one, which has no row.

    Raises:
        InputError: no such version, or under it throttles that one person put in force would let nothing through.
    """
    change.require(Role.ADMIN)
    row = change.session.get(PolicyVersion, version)
    if row is None and version != policies.BUILT_IN:
        raise InputError(f"no policy version {version}", todo="See stillwatch policy list")
    if row is not None:
        new = policies.stored(row.document)
        _demand_no_block_by_one_person(change, new, version)
        spare_cleared(change, new)
    before, _ = policies.active(change.session)
    change.session.execute(update(PolicyVersion).values(active=False))
    if row is not None:
        row.active, row.promoted_at, row.promoted_by = True, change.now, change.actor.name
    change.bump()
    change.audit("policy.promote", f"policy-{version}", before=before, after=version, reason=note)
    return row


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


def _standing_in_words(change: Change, row: ActionRow) -> str:
    """How an action stands, in the words of commands and pages."""
    word = standing(row, policies.active(change.session)[1], change.now)
    return "in shadow" if word == Standing.SHADOW else word.replace("_", " ")


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


def preview(
    session: Session, now: datetime, *, case_id: str | None = None, subjects: Subjects | None = None, log_facts: Facts = NO_FACTS
) -> dict[str, Any]:
    """Blast radius of an action on a case, or on named subjects, with the policy's ``cap``; see :func:`stillwatch.respond.blast.preview`.

    Args:
        session: an open session.
        now: the time at which entries of the allow-list must hold.
        case_id: the case; without ``subjects``, all its accounts.
        subjects: accounts and keys to act on instead.
        log_facts: facts from a log about accounts of which the store has none.

    Raises:
        InputError: neither a case nor subjects, no such case, or an identifier in clear where the store has hashes.
    """
    _, policy = policies.active(session)
    reached = blast.reach(session, now, case_id=_checked_case_id(session, case_id, subjects), subjects=subjects, log_facts=log_facts)
    return blast.preview(session, now, reached, log_facts) | {"cap": policy.max_accounts}


def propose(
    change: Change, kind: Action, reason: Reason, *, case_id: str | None = None, subjects: Subjects | None = None,
    mode: Mode | None = None, duration_s: float | None = None, parameters: Mapping[str, Any] | None = None, note: str = "",
) -> ActionRow:
    """Propose an action; it takes effect at once unless the policy demands a second person. Needs an analyst.

    Args:
        change: the write in progress.
        kind: what to do.
        reason: why.
        case_id: the case it belongs to; without ``subjects`` the action touches every account of the case that is present, not
            excluded and not on the allow-list.
        subjects: accounts and keys to touch instead.
        mode: ``enforce`` or ``shadow``; by default the policy's. Under a policy in shadow mode nothing is enforced.
        duration_s: how long it lasts once it takes effect, seconds; by default the policy's.
        parameters: override the policy's for this kind; :data:`stillwatch.respond.policy.PARAMETERS` lists them.
        note: a remark for the audit log.

    Raises:
        InputError: there is nobody to act on, people judged the case or named subjects of it innocent, there are more accounts or a
            longer duration than the policy allows, or the action has no such parameter.
        ForbiddenError: the actor is no analyst.
    """
    change.require(Role.ANALYST)
    version, policy = policies.active(change.session)
    case_id = _checked_case_id(change.session, case_id, subjects)
    if case_id is not None:
        _demand_accusing(change.session, case_id)
        _demand_not_cleared(change.session, case_id, subjects or ())
    reached = blast.reach(change.session, change.now, case_id=case_id, subjects=subjects)
    if any(subject is Subject.ORG for subject, _ in reached.subjects):
        raise InputError("an organisation is not acted on as such", todo="Pass its accounts")
    radius = blast.preview(change.session, change.now, reached)
    _demand_within_limits(policy, reached, radius, duration_s)
    own_parameters = policies.checked_parameters(kind, parameters or {})
    row = ActionRow(
        action_id=_new_id(), case_id=case_id, kind=kind, state=ActionState.PROPOSED, mode=mode or policy.mode, reason=reason,
        note=note, parameters=own_parameters, policy_version=version,
        needed_approvals=policies.others_needed(policy, kind, own_parameters),
        blast=radius, proposed_at=change.now, proposed_by=change.actor.name,
        duration_s=policy.durations_s[kind] if duration_s is None else round(duration_s),
    )
    _store_proposal(change, row, reached.subjects)
    _mark_case_pending(change, row)
    return row


def approve(change: Change, action_id: str, note: str = "") -> ActionRow:
    """Agree to somebody else's proposal; once enough people agreed it takes effect. Needs an approver.

    Raises:
        InputError: no such action, it does not wait or has lapsed, the actor has answered already, or nobody is left to act on.
        ForbiddenError: the actor is no approver, is the proposer, or is no person.
    """
    row = _second_person(change, action_id)
    if standing(row, policies.active(change.session)[1], change.now) == Standing.LAPSED:
        todo = f"Turn it down and propose it again: stillwatch actions reject {action_id} --note WHY"
        raise InputError(f"nobody agreed within {AGREE_WITHIN.days} days, so the proposal has lapsed", where=action_id, todo=todo)
    change.session.add(Approval(action_id=action_id, actor=change.actor.name, approved=True, note=note, at=change.now))
    change.audit("action.approve", action_id, after=row.kind, reason=note or None)
    change.session.flush()
    if _n_agreed(change.session, action_id) >= row.needed_approvals:
        _take_effect(change, row)
        _resume_case_if_settled(change, row)
    return row


def reject(change: Change, action_id: str, note: str) -> ActionRow:
    """Turn a proposal down; needs an approver, or the proposer, who withdraws it.

    Nobody who proposed or agreed to an action may turn down its lift after an overturned appeal: they may not decide the appeal either.

    Raises:
        InputError: no such action, it does not wait, or the actor may not turn this lift down.
        ForbiddenError: the actor is neither an approver nor the proposer.
    """
    row = get(change.session, action_id)
    if row.reason == Reason.APPEAL_OVERTURNED and row.lifts is not None and _took_part(change, get(change.session, row.lifts)):
        todo = "Somebody may who had no part in it"
        raise InputError(f"{change.actor.name} took part in {row.lifts}, which an overturned appeal lifts", where=action_id, todo=todo)
    if not names.same(change.actor.name, row.proposed_by):
        row = _second_person(change, action_id)
        change.session.add(Approval(action_id=action_id, actor=change.actor.name, approved=False, note=note, at=change.now))
    _demand_proposed(change, row)
    _set_ended(change, row, ActionState.REJECTED, "action.reject", note)
    _resume_case_if_settled(change, row)
    return row


def _took_part(change: Change, row: ActionRow) -> bool:
    """Whether the actor of the change proposed the action or agreed to it."""
    agreed = [answer.actor for answer in approvals(change.session, row.action_id) if answer.approved]
    return any(names.same(change.actor.name, name) for name in (row.proposed_by, *agreed))


def undo(
    change: Change, action_id: str, reason: Reason, *, subjects: Subjects | None = None, note: str = ""
) -> ActionRow:
    """End an action on all, or on some, of its subjects; needs an analyst. Returns the lift.

    What needed two people to begin needs two to end: then the lift is a proposal.

    Raises:
        InputError: the action is not in force or touches none of these subjects, or lifts for all of them wait already.
    """
    change.require(Role.ANALYST)
    row = get(change.session, action_id)
    if not holds(row, change.now) or row.kind == LIFT:
        raise InputError(f"the action is {_standing_in_words(change, row)}, so there is nothing to undo", where=action_id)
    live = targets(change.session, action_id, live=True)
    named = None if subjects is None else set(subjects)
    ended = live if named is None else [subject for subject in live if subject in named]
    if not ended:
        identifiers.demand(change.session, subjects or ())
        raise InputError("the action touches none of these", where=action_id)
    if lifts := _waiting_lifts(change.session, action_id, ended):
        waiting_ids = ", ".join(lift.action_id for lift in lifts)
        todo = f"Somebody else agrees with stillwatch actions approve {lifts[0].action_id}"
        raise InputError(f"{waiting_ids} waits already to lift it from all of these", where=action_id, todo=todo)
    _, policy = policies.active(change.session)
    lift = ActionRow(
        action_id=_new_id(), case_id=row.case_id, kind=LIFT, lifts=action_id, state=ActionState.PROPOSED, mode=row.mode,
        reason=reason, note=note, parameters={}, policy_version=row.policy_version, blast={"n_subjects": len(ended)},
        needed_approvals=max(row.needed_approvals, others_needed(policy, row)), proposed_at=change.now,
        proposed_by=change.actor.name, duration_s=0,
    )
    _store_proposal(change, lift, ended)
    _mark_case_pending(change, lift)
    return lift


def ensure_lifts(change: Change, action_id: str, reason: Reason, subjects: Subjects, note: str) -> list[ActionRow]:
    """Make sure that an action is lifted from some subjects, as :func:`undo`, or by lifts that already wait. Returns the lifts."""
    live = set(targets(change.session, action_id, live=True)) & set(subjects)
    lifts = _waiting_lifts(change.session, action_id, live)
    for lift in lifts:  # with this reason, nobody who took part in the action can turn them down
        change.audit("action.reason", lift.action_id, before=lift.reason, after=reason, reason=note)
        lift.reason = reason
    return lifts or [undo(change, action_id, reason, subjects=subjects, note=note)]


def _waiting_lifts(session: Session, action_id: str, subjects: Collection[tuple[Subject, str]]) -> list[ActionRow]:
    """Lifts of an action that wait for a second person, if together they end it on all of the subjects; else none.

    A lift that would also free others is left out: these subjects need not wait for the decision about the others.
    """
    lifts = [lift for lift in touching(session, list(subjects), ActionState.PROPOSED) if lift.lifts == action_id]
    live = set(targets(session, action_id, live=True))
    ends = {lift: set(targets(session, lift.action_id)) & live for lift in lifts}
    own = [lift for lift in lifts if ends[lift] <= set(subjects)]
    return own if set(subjects) <= set().union(*(ends[lift] for lift in own)) else []


def renew(change: Change, action_id: str, *, duration_s: float | None = None, note: str = "") -> ActionRow:
    """Propose the same action again on the subjects it still touches; the old one ends when its time comes.

    Subjects who were cleared since it was proposed are left out.

    Args:
        change: the write in progress.
        action_id: the action, in force or expired.
        duration_s: how long the new one lasts, seconds; by default as the policy says.
        note: a remark for the audit log.

    Raises:
        InputError: the action is neither in force nor expired, the renewal would end before it, or all its subjects were cleared since.
    """
    row = get(change.session, action_id)
    if row.kind == LIFT or row.state not in (ActionState.IN_FORCE, ActionState.EXPIRED):
        raise InputError(f"an action that is {_standing_in_words(change, row)} cannot be renewed", where=action_id)
    renewal = propose(
        change, Action(row.kind), Reason(row.reason), case_id=row.case_id, subjects=renewable(change.session, row),
        mode=Mode(row.mode), duration_s=duration_s, parameters=policies.valid_parameters(Action(row.kind), row.parameters),
        note=note or f"renews {action_id}",
    )
    if row.expires_at is not None and change.now + timedelta(seconds=renewal.duration_s) < row.expires_at:
        what = f"the renewal would end before what it renews, which lasts until {row.expires_at:%Y-%m-%d %H:%M}"
        raise InputError(what, where=action_id, todo="Pass more --days")
    return renewal


def renewable(session: Session, row: ActionRow) -> list[tuple[Subject, str]]:
    """The subjects of an action that a renewal would name.

    Raises:
        InputError: people judged its case innocent, or cleared all its subjects since.
    """
    live = targets(session, row.action_id, live=True)
    cleared = _cleared_subjects(session, row, live)
    if live and len(cleared) == len(live):
        raise InputError("nobody is left to act on: all were cleared since", where=row.action_id)
    if row.case_id is not None:
        _demand_accusing(session, row.case_id)
    return [subject for subject in live if subject not in cleared]


def n_over(session: Session, before: datetime) -> int:
    """How many actions ended before a time and are not marked as over; see :func:`sweep`."""
    statement = select(func.count()).where(ActionRow.state == ActionState.IN_FORCE, ActionRow.expires_at <= before)
    return session.scalars(statement).one()


class Swept(NamedTuple):
    """Actions that were marked as over."""

    expired: list[str]
    lapsed: list[str]


def sweep(change: Change) -> Swept:
    """Mark actions whose time is over as expired and turn lapsed proposals down, so that their cases no longer wait.

    Decisions and approvals check the time themselves, so a late sweep does no harm.
    """
    over = select(ActionRow).where(ActionRow.state == ActionState.IN_FORCE, ActionRow.expires_at <= change.now)
    rows = change.session.scalars(over.order_by(ActionRow.expires_at, ActionRow.action_id)).all()
    for row in rows:
        _set_ended(change, row, ActionState.EXPIRED, "action.expire", None)
    late = lapsed(change.session, change.now)
    for row in late:
        _set_ended(change, row, ActionState.REJECTED, "action.reject", f"lapsed: nobody agreed within {AGREE_WITHIN.days} days")
        _resume_case_if_settled(change, row)
    return Swept([row.action_id for row in rows], [row.action_id for row in late])


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
    held = set().union(*_live_targets(session, in_force(session, now, case_id=case_id)).values())
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


def _new_id() -> str:
    return f"act-{uuid.uuid4().hex[:16]}"


def _checked_case_id(session: Session, case_id: str | None, subjects: Subjects | None) -> str | None:
    if case_id is None and not subjects:
        raise InputError("nobody to act on", todo="Pass a case, accounts or keys")
    identifiers.demand(session, subjects or ())
    return None if case_id is None else cases.get(session, case_id).case_id


def _demand_accusing(session: Session, case_id: str) -> None:
    """Raise if people judged a case innocent: no action may be taken on its account."""
    row = cases.get(session, case_id)
    if cases.innocent(row):
        what = f"people judged the case {str(row.verdict).replace('_', ' ')}, so nobody is acted on for it"
        raise InputError(what, where=case_id, todo=f"If that was wrong, reopen it first: stillwatch cases move {case_id} reopened")


def _demand_not_cleared(session: Session, case_id: str, subjects: Subjects) -> None:
    """Raise if people cleared named subjects of a case: whoever agreed to the action would not touch them."""
    found = blast.cleared(session, subjects)
    if not found:
        return
    (first, *more), whose = sorted(found), blast.owners(session, [name for subject, name in found if subject is Subject.KEY])
    account = whose.get(first[1], first[1])
    others = f", and {number_of(len(more), 'other')} of the named" if more else ""
    take_back = f"stillwatch cases include {case_id} {shlex.quote(account)} --note WHY"
    todo = f"Leave {'them' if more else 'it'} out, or take that back first: {take_back}"
    raise InputError(f"people cleared {names.line(first[1])} by name (an exclusion or an appeal){others}", where=case_id, todo=todo)


def _demand_within_limits(policy: Policy, reached: blast.Reach, radius: Mapping[str, Any], duration_s: float | None) -> None:
    if not reached.subjects:
        raise InputError("nobody to act on: all are excluded, allowed or gone")
    n = max(len(reached.subjects), radius["n_accounts"])
    if n > policy.max_accounts:
        todo = "Act on fewer, or let an admin promote a policy with a higher max_accounts"
        raise InputError(f"{number_of(n, 'account is', 'accounts are')} more than the policy's cap of {policy.max_accounts}", todo=todo)
    if duration_s is not None and not 1 <= duration_s <= policy.max_duration_s:  # stored in whole seconds
        longest = policy.max_duration_s / policies.DAY_S
        renew = "Renew it before it ends, or let an admin promote a policy with a longer max_duration_s"
        what = f"{duration_s / policies.DAY_S:g} days are not more than 0 and at most the policy's {longest:g}"
        raise InputError(what, todo=None if duration_s < 1 else renew)


def _store_proposal(change: Change, row: ActionRow, subjects: Subjects) -> None:
    """Store a proposal with its subjects; it takes effect at once if nobody else must agree."""
    change.session.add(row)
    put(change.session, Target, [{"action_id": row.action_id, "subject": kind, "subject_id": name} for kind, name in subjects])
    after = {
        "kind": row.kind, "lifts": row.lifts, "case_id": row.case_id, "mode": row.mode, "reason": row.reason,
        "parameters": row.parameters, "duration_s": row.duration_s, "policy_version": row.policy_version,
        "needed_approvals": row.needed_approvals, "blast": row.blast,
        "subjects": _as_logged(subjects),
    }
    change.audit("action.propose", row.action_id, after=after, reason=row.note or None)
    if not row.needed_approvals:
        _take_effect(change, row)


def _as_logged(subjects: Subjects) -> list[str]:
    """Subjects as the audit log writes them: ``account:ID``, ``key:ID``."""
    return [f"{subject}:{subject_id}" for subject, subject_id in subjects]


def _demand_proposed(change: Change, row: ActionRow) -> None:
    if row.state != ActionState.PROPOSED:
        raise InputError(f"the action is {_standing_in_words(change, row)}: it waits for nobody", where=row.action_id)


def _second_person(change: Change, action_id: str) -> ActionRow:
    change.require(Role.APPROVER)
    row = get(change.session, action_id)
    _demand_proposed(change, row)
    if names.same(change.actor.name, row.proposed_by):
        raise ForbiddenError("the proposer cannot be the second person", where=action_id, todo="Ask somebody else")
    if names.same(change.actor.name, SYSTEM.name):
        raise ForbiddenError("only a person can agree to an action", where=action_id)
    answered = change.session.scalars(select(Approval.actor).where(Approval.action_id == action_id))
    if any(names.same(change.actor.name, name) for name in answered):
        raise InputError(f"{change.actor.name} has answered already", where=action_id)
    return row


def _mark_case_pending(change: Change, row: ActionRow) -> None:
    """Move the case to ``pending_action`` if the action needs somebody else's agreement and the move is legal."""
    if row.case_id is not None and row.needed_approvals:
        cases.move_if_legal(change, cases.get(change.session, row.case_id), State.PENDING_ACTION, f"{row.kind} proposed")


def _resume_case_if_settled(change: Change, row: ActionRow) -> None:
    """Move a ``pending_action`` case back to ``investigating`` once none of its actions waits any more."""
    change.session.flush()
    if row.case_id is None or waiting(change.session, change.now, case_id=row.case_id):
        return
    case = cases.get(change.session, row.case_id)
    if case.state == State.PENDING_ACTION:
        cases.move_if_legal(change, case, State.INVESTIGATING, f"{row.action_id} is {row.state}")


def _n_agreed(session: Session, action_id: str) -> int:
    statement = select(func.count()).select_from(Approval).where(Approval.action_id == action_id, Approval.approved)
    return session.scalars(statement).one()


def _take_effect(change: Change, row: ActionRow) -> None:
    subjects = targets(change.session, row.action_id)
    row.effective_at = change.now
    if row.kind == LIFT:
        assert row.lifts is not None
        row.state, row.ended_at, row.ended_by = ActionState.DONE, change.now, change.actor.name
        lifted = get(change.session, row.lifts)
        _release(change, lifted.action_id, subjects)
        if holds(lifted, change.now) and not targets(change.session, lifted.action_id, live=True):
            _set_ended(change, lifted, ActionState.UNDONE, "action.undo", row.note or None)
        change.bump()
        change.audit("action.lift", lifted.action_id, after={"by": row.action_id, "n_subjects": len(subjects)}, reason=row.reason)
        return
    if row.case_id is not None:
        _demand_accusing(change.session, row.case_id)
    # Between proposal and agreement somebody may have been allowed or cleared.
    _, policy = policies.active(change.session)
    still = set(blast.reach(change.session, change.now, case_id=row.case_id, subjects=subjects).subjects)
    cleared = _cleared_subjects(change.session, row, subjects)
    spared = [subject for subject in subjects if subject not in still or subject in cleared]
    if len(spared) == len(subjects):
        raise InputError("nobody is left to act on: all were allowed or cleared since", where=row.action_id)
    if row.duration_s > policy.max_duration_s:
        days, most_days = row.duration_s / policies.DAY_S, policy.max_duration_s / policies.DAY_S
        todo = f"Turn it down, and propose it again with --days {most_days:g}"
        raise InputError(f"its {days:g} days are more than the policy's {most_days:g}", where=row.action_id, todo=todo)
    _release(change, row.action_id, spared)
    if len(subjects) - len(spared) > policy.max_accounts:
        raise InputError(f"the policy's cap is now {policy.max_accounts}", where=row.action_id)
    row.state, row.expires_at = ActionState.IN_FORCE, change.now + timedelta(seconds=row.duration_s)
    change.bump()
    after = {"kind": row.kind, "mode": row.mode, "expires_at": row.expires_at, "spared": _as_logged(spared)}
    change.audit("action.take_effect", row.action_id, after=after)


def _cleared_subjects(session: Session, row: ActionRow, subjects: Subjects) -> set[tuple[Subject, str]]:
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


def _release(change: Change, action_id: str, subjects: Subjects) -> None:
    for kind in Subject:
        for ids in chunks([subject_id for subject, subject_id in subjects if subject is kind]):
            change.session.execute(
                update(Target)
                .where(Target.action_id == action_id, Target.subject == kind, Target.subject_id.in_(ids), Target.ended_at.is_(None))
                .values(ended_at=change.now)
            )


def _set_ended(change: Change, row: ActionRow, state: ActionState, what: str, note: str | None) -> None:
    before = row.state
    row.state, row.ended_at, row.ended_by = state, change.now, change.actor.name
    change.bump()
    change.audit(what, row.action_id, before=before, after=state, reason=note)
    change.session.flush()
    lifts = select(ActionRow).where(ActionRow.lifts == row.action_id, ActionRow.state == ActionState.PROPOSED)
    for lift in change.session.scalars(lifts).all():  # a lift of an action that is over needs no agreement any more
        _set_ended(change, lift, ActionState.REJECTED, "action.reject", f"{row.action_id} is {state}")
        _resume_case_if_settled(change, lift)
