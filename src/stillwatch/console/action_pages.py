"""Pages of actions: preview, proposal, the second person, undo."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from stillwatch.console.page import NotFoundError, Page, Visit
from stillwatch.errors import InputError
from stillwatch.respond import action_queries, actions, appeals, blast, cases, lookup, names, policy
from stillwatch.respond.action_queries import Subjects
from stillwatch.respond.policy import DAY_S
from stillwatch.respond.schema import ActionRow, AuditRow, Case, Target
from stillwatch.respond.vocabulary import AGAINST, FOR, LIFT, Action, ActionState, Mode, Reason, Role, Subject

SIZE = 100
SUBJECTS = 200


def _proposal_subjects(visit: Visit, fields: Any) -> tuple[str | None, Subjects | None]:
    """Whom a proposal is about: a case, or accounts and keys that are named one a line (``key:…`` for keys), as names.line has them."""
    subjects = []
    for told in filter(str.strip, str(fields.get("subjects", "")).split("\n")):
        kind, colon, rest = told.lstrip().partition(":")
        known = colon and kind in (Subject.ACCOUNT, Subject.KEY)
        subject, name = (Subject(kind), rest) if known else (Subject.ACCOUNT, told)
        subjects.append((subject, names.of_line(name, "subjects")))
    return str(fields.get("case", "")).strip() or None, visit.resolve_names(*subjects) or None


def _proposal_page(visit: Visit) -> Response:
    """The form of a proposal, with the blast radius of it beside."""
    case_id, subjects = _proposal_subjects(visit, visit.query)
    kind = visit.query.get("kind", "")
    with visit.store.read() as session:
        case = None if case_id is None else session.get(Case, case_id)
        if case_id is not None and case is None:
            raise NotFoundError("no such case", where=case_id)
        version, current = policy.active(session)
        found = lookup.look_up(session, subjects or ())
        named = bool(case_id or subjects)
        seen = actions.preview(session, visit.now, case_id=case_id, subjects=subjects, log_facts=found.facts) if named else None
    return visit.render(
        "propose.html", title="Propose an action", case_id=case_id, seen=seen, policy=current, version=version,
        judged=case is not None and cases.innocent(case), looked_up=lookup.lines(found), all_unknown=found.all_unknown(subjects),
        subjects=[] if subjects is None else [f"{subject}:{names.line(name)}" for subject, name in subjects],
        kinds=list(Action), kind=kind if kind in set(Action) else "", reasons=AGAINST, modes=list(Mode), day_s=DAY_S,
    )


def _propose(visit: Visit) -> Response:
    case_id, subjects = _proposal_subjects(visit, visit.form)
    kind, days = visit.choice("kind", Action), visit.text("days", most=10)
    try:
        duration_s = float(days) * DAY_S if days else None
    except ValueError as error:
        raise InputError("days must be a number") from error
    with visit.store.read() as session:
        found = lookup.look_up(session, subjects or ())
    if not visit.text("sure"):
        lookup.demand_any_known(found, subjects, "Tick that the names are right, if they are")
    with visit.change() as change:
        lookup.store_facts(change, found)
        row = actions.propose(
            change, kind, visit.choice("reason", Reason), case_id=case_id, subjects=subjects, mode=visit.choice("mode", Mode),
            duration_s=duration_s, note=visit.text("note"), parameters=policy.parse_pairs(visit.text("parameters").split()),
        )
    return visit.redirect(f"/actions/{row.action_id}", visit.outcome_key(row))


def _list_page(visit: Visit) -> Response:
    number = visit.number("page")
    with visit.store.read() as session:
        waiting, ends = action_queries.waiting(session, visit.now), action_queries.ending_soon(session, visit.now)
        rest = (
            select(ActionRow)
            .where(~action_queries.awaits_agreement(visit.now))
            .order_by(ActionRow.proposed_at.desc(), ActionRow.action_id)
        )
        others = session.scalars(rest.limit(SIZE + 1).offset((number - 1) * SIZE)).all()
        counts = action_queries.subject_counts(session, [*waiting, *ends, *others[:SIZE]])
    return visit.render(
        "actions.html", title="Actions", waiting=waiting, ends=ends, others=others[:SIZE], more=len(others) > SIZE, number=number,
        counts=counts, soon=action_queries.ENDS_SOON.days,
    )


def _action_or_404(session: Session, action_id: str) -> ActionRow:
    try:
        return action_queries.get(session, action_id)
    except InputError as error:
        raise NotFoundError("no such action", where=action_id) from error


def _action_page(visit: Visit) -> Response:
    action_id = visit.path["action_id"]
    with visit.store.read() as session:
        row = _action_or_404(session, action_id)
        targets = session.scalars(
            select(Target)
            .where(Target.action_id == action_id)
            .order_by(Target.subject, Target.subject_id)
            .limit(SUBJECTS)
        ).all()
        counts = action_queries.subject_counts(session, [row])[action_id]
        answers = action_queries.approvals(session, action_id)
        lifts = session.scalars(
            select(ActionRow).where(ActionRow.lifts == action_id).order_by(ActionRow.proposed_at)
        ).all()
        heard = appeals.listed(session, state=None, action_id=action_id)
        pleas = appeals.open_against(session, row) if row.state == ActionState.PROPOSED and row.kind != LIFT else []
        can_renew = (
            counts.live > 0 and row.kind != LIFT and row.state in (ActionState.IN_FORCE, ActionState.EXPIRED) and visit.may(Role.ANALYST)
        )
        renewal, no_renewal = _renewal_or_refusal(session, visit, row) if can_renew else (None, "")
        periods = action_queries.enforced_periods(session, row)
        no_key = action_queries.without_known_key(session, row, visit.standing(row))
        held = action_queries.targets(session, action_id, live=True) if action_queries.holds(row, visit.now) else []
        n_allowed = len(blast.allowed(session, visit.now, held))
        about = [action_id, *(f"appeal-{appeal.appeal_id}" for appeal in heard)]
        history = session.scalars(
            select(AuditRow).where(AuditRow.object.in_(about)).order_by(AuditRow.seq.desc()).limit(SIZE)
        ).all()
    proposed, mine = row.state == ActionState.PROPOSED, names.same(row.proposed_by, visit.actor.name)
    return visit.render(
        "action.html", title=action_id, row=row, targets=targets, n_targets=sum(counts), counts=counts,
        answers=answers, lifts=lifts, history=history,
        parameters=json.dumps(row.parameters, sort_keys=True) if row.parameters else "", mine=mine,
        can_answer=proposed and not mine and visit.may(Role.APPROVER), can_take_back=proposed and mine,
        can_undo=action_queries.holds(row, visit.now) and row.kind != LIFT and visit.may(Role.ANALYST),
        no_key=no_key, n_allowed=n_allowed, renewal=renewal, no_renewal=no_renewal, periods=periods, undo_reasons=FOR, pleas=pleas,
        appeals=heard,
        can_appeal=row.kind != LIFT and row.effective_at is not None and visit.may(Role.ANALYST),
    )


def _renewal_or_refusal(session: Session, visit: Visit, row: ActionRow) -> tuple[dict[str, Any] | None, str]:
    """Whom renewing an action would touch, or why it cannot be renewed."""
    try:
        seen = actions.preview(session, visit.now, case_id=row.case_id, subjects=actions.renewable(session, row))
    except InputError as error:
        return None, error.what
    return (seen, "") if seen["n_subjects"] else (None, "nobody is left to act on: all are allowed")


def _approve(visit: Visit) -> Response:
    with visit.change() as change:
        row = actions.approve(change, visit.path["action_id"], visit.text("note"))
    return _redirect_to_action(visit, visit.outcome_key(row, "approved"))


def _reject(visit: Visit) -> Response:
    with visit.change() as change:
        actions.reject(change, visit.path["action_id"], visit.required_text("note"))
    return _redirect_to_action(visit, "rejected")


def _undo(visit: Visit) -> Response:
    _, subjects = _proposal_subjects(visit, visit.form)
    with visit.change() as change:
        lift = actions.undo(
            change, visit.path["action_id"], visit.choice("reason", Reason), subjects=subjects, note=visit.text("note")
        )
    return visit.redirect(f"/actions/{lift.action_id}", visit.outcome_key(lift))


def _renew(visit: Visit) -> Response:
    with visit.change() as change:
        row = actions.renew(change, visit.path["action_id"], note=visit.text("note"))
    return visit.redirect(f"/actions/{row.action_id}", visit.outcome_key(row))


def _appeal(visit: Visit) -> Response:
    account = visit.identifier("account_id")
    with visit.change() as change:
        appeals.receive(change, visit.path["action_id"], account, visit.required_text("statement", most=20_000))
    return _redirect_to_action(visit, "appealed")


def _redirect_to_action(visit: Visit, said: str) -> Response:
    return visit.redirect(f"/actions/{visit.path['action_id']}", said)


PAGES = (
    Page("GET", "/actions", Role.VIEWER, _list_page),
    Page("GET", "/actions/new", Role.ANALYST, _proposal_page),
    Page("POST", "/actions/new", Role.ANALYST, _propose),
    Page("GET", "/actions/{action_id}", Role.VIEWER, _action_page),
    Page("POST", "/actions/{action_id}/approve", Role.APPROVER, _approve),
    Page("POST", "/actions/{action_id}/reject", Role.ANALYST, _reject),
    Page("POST", "/actions/{action_id}/undo", Role.ANALYST, _undo),
    Page("POST", "/actions/{action_id}/renew", Role.ANALYST, _renew),
    Page("POST", "/actions/{action_id}/appeal", Role.ANALYST, _appeal),
)
