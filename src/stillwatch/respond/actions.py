"""Actions: one person proposes, a second agrees where the policy demands it; each is in force for a limited time and can be undone.

An action on a case touches all its accounts at once; banning them one by one only warns the operator.
"""

import shlex
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond import action_queries, blast, cases, identifiers, names
from stillwatch.respond import policy as policies
from stillwatch.respond.action_queries import AGREE_WITHIN, Subjects
from stillwatch.respond.bulk import chunks, put
from stillwatch.respond.policy import Policy
from stillwatch.respond.runs import NO_FACTS, Facts
from stillwatch.respond.schema import ActionRow, Approval, Target
from stillwatch.respond.store import SYSTEM, Change, ForbiddenError
from stillwatch.respond.vocabulary import LIFT, Action, ActionState, Mode, Reason, Role, Standing, State, Subject
from stillwatch.terminal.counting import number_of


def _standing_in_words(change: Change, row: ActionRow) -> str:
    """How an action stands, in the words of commands and pages."""
    word = action_queries.standing(row, policies.active(change.session)[1], change.now)
    return "in shadow" if word == Standing.SHADOW else word.replace("_", " ")


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
    if action_queries.standing(row, policies.active(change.session)[1], change.now) == Standing.LAPSED:
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
    row = action_queries.get(change.session, action_id)
    lifted = None if row.lifts is None else action_queries.get(change.session, row.lifts)
    if row.reason == Reason.APPEAL_OVERTURNED and lifted is not None and _took_part(change, lifted):
        what = f"{change.actor.name} took part in {lifted.action_id}, which an overturned appeal lifts"
        raise InputError(what, where=action_id, todo="Somebody may who had no part in it")
    if not names.same(change.actor.name, row.proposed_by):
        row = _second_person(change, action_id)
        change.session.add(Approval(action_id=action_id, actor=change.actor.name, approved=False, note=note, at=change.now))
    _demand_proposed(change, row)
    _set_ended(change, row, ActionState.REJECTED, "action.reject", note)
    _resume_case_if_settled(change, row)
    return row


def _took_part(change: Change, row: ActionRow) -> bool:
    """Whether the actor of the change proposed the action or agreed to it."""
    agreed = [answer.actor for answer in action_queries.approvals(change.session, row.action_id) if answer.approved]
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
    row = action_queries.get(change.session, action_id)
    if not action_queries.holds(row, change.now) or row.kind == LIFT:
        raise InputError(f"the action is {_standing_in_words(change, row)}, so there is nothing to undo", where=action_id)
    live = action_queries.targets(change.session, action_id, live=True)
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
        needed_approvals=max(row.needed_approvals, action_queries.others_needed(policy, row)), proposed_at=change.now,
        proposed_by=change.actor.name, duration_s=0,
    )
    _store_proposal(change, lift, ended)
    _mark_case_pending(change, lift)
    return lift


def ensure_lifts(change: Change, action_id: str, reason: Reason, subjects: Subjects, note: str) -> list[ActionRow]:
    """Make sure that an action is lifted from some subjects, as :func:`undo`, or by lifts that already wait. Returns the lifts."""
    live = set(action_queries.targets(change.session, action_id, live=True)) & set(subjects)
    lifts = _waiting_lifts(change.session, action_id, live)
    for lift in lifts:  # with this reason, nobody who took part in the action can turn them down
        change.audit("action.reason", lift.action_id, before=lift.reason, after=reason, reason=note)
        lift.reason = reason
    return lifts or [undo(change, action_id, reason, subjects=subjects, note=note)]


def _waiting_lifts(session: Session, action_id: str, subjects: Collection[tuple[Subject, str]]) -> list[ActionRow]:
    """Lifts of an action that wait for a second person, if together they end it on all of the subjects; else none.

    A lift that would also free others is left out: these subjects need not wait for the decision about the others.
    """
    lifts = [lift for lift in action_queries.touching(session, list(subjects), ActionState.PROPOSED) if lift.lifts == action_id]
    live = set(action_queries.targets(session, action_id, live=True))
    ends = {lift: set(action_queries.targets(session, lift.action_id)) & live for lift in lifts}
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
    row = action_queries.get(change.session, action_id)
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
    live = action_queries.targets(session, row.action_id, live=True)
    cleared = action_queries.cleared_subjects(session, row, live)
    if live and len(cleared) == len(live):
        raise InputError("nobody is left to act on: all were cleared since", where=row.action_id)
    if row.case_id is not None:
        _demand_accusing(session, row.case_id)
    return [subject for subject in live if subject not in cleared]


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
    late = action_queries.lapsed(change.session, change.now)
    for row in late:
        _set_ended(change, row, ActionState.REJECTED, "action.reject", f"lapsed: nobody agreed within {AGREE_WITHIN.days} days")
        _resume_case_if_settled(change, row)
    return Swept([row.action_id for row in rows], [row.action_id for row in late])


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
    row = action_queries.get(change.session, action_id)
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
    if row.case_id is None or action_queries.waiting(change.session, change.now, case_id=row.case_id):
        return
    case = cases.get(change.session, row.case_id)
    if case.state == State.PENDING_ACTION:
        cases.move_if_legal(change, case, State.INVESTIGATING, f"{row.action_id} is {row.state}")


def _n_agreed(session: Session, action_id: str) -> int:
    statement = select(func.count()).select_from(Approval).where(Approval.action_id == action_id, Approval.approved)
    return session.scalars(statement).one()


def _take_effect(change: Change, row: ActionRow) -> None:
    subjects = action_queries.targets(change.session, row.action_id)
    row.effective_at = change.now
    if row.kind == LIFT:
        assert row.lifts is not None
        row.state, row.ended_at, row.ended_by = ActionState.DONE, change.now, change.actor.name
        lifted = action_queries.get(change.session, row.lifts)
        _release(change, lifted.action_id, subjects)
        if action_queries.holds(lifted, change.now) and not action_queries.targets(change.session, lifted.action_id, live=True):
            _set_ended(change, lifted, ActionState.UNDONE, "action.undo", row.note or None)
        change.bump()
        change.audit("action.lift", lifted.action_id, after={"by": row.action_id, "n_subjects": len(subjects)}, reason=row.reason)
        return
    if row.case_id is not None:
        _demand_accusing(change.session, row.case_id)
    # Between proposal and agreement somebody may have been allowed or cleared.
    _, policy = policies.active(change.session)
    still = set(blast.reach(change.session, change.now, case_id=row.case_id, subjects=subjects).subjects)
    cleared = action_queries.cleared_subjects(change.session, row, subjects)
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


def spare(change: Change, action_id: str, subjects: Subjects) -> None:
    """End an action on subjects whom people judged innocent; if it touches nobody any more, it is undone as a whole."""
    _release(change, action_id, subjects)
    change.audit("action.spare", action_id, after=_as_logged(subjects))
    if not action_queries.targets(change.session, action_id, live=True):
        _set_ended(change, action_queries.get(change.session, action_id), ActionState.UNDONE, "action.undo", "all were judged innocent")


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
