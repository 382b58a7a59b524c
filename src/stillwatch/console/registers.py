"""Appeals, the allow-list and the audit log."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from stillwatch.console.page import NotFoundError, Page, Visit
from stillwatch.errors import InputError
from stillwatch.respond import allow, appeals, audit, identifiers, lookup
from stillwatch.respond.schema import Appeal, AuditRow
from stillwatch.respond.vocabulary import LIFT, LONGEST_DAYS, ActionState, Role, Subject

ROWS = 100


def _appeals(visit: Visit) -> Response:
    with visit.store.read() as session:
        waiting = appeals.listed(session)
        decided = session.scalars(
            select(Appeal).where(Appeal.state != appeals.OPEN).order_by(Appeal.appeal_id.desc()).limit(ROWS)
        ).all()
    return visit.render("appeals.html", title="Appeals", waiting=waiting, decided=decided)


def _number(visit: Visit, name: str) -> int:
    value = str(visit.path[name])
    if not value.isdecimal() or len(value) > 15:
        raise NotFoundError("not a number", where=value[:40])
    return int(value)


def _appeal(visit: Visit) -> Response:
    with visit.store.read() as session:
        row = session.get(Appeal, _number(visit, "appeal_id"))
        if row is None:
            raise NotFoundError("no such appeal", where=visit.path["appeal_id"])
        against = appeals.touching(session, row.account_id)
        judges = appeals.deciders(session, row, visit.now)
        lifts = [action for action in appeals.touching(session, row.account_id, ActionState.PROPOSED) if action.kind == LIFT]
    can = row.state == appeals.OPEN and visit.may(Role.APPROVER)
    return visit.render(
        "appeal.html", title=f"Appeal {row.appeal_id}", row=row, against=against, lifts=lifts, can_decide=can,
        barred=judges.part_of(visit.actor.name), todo=judges.todo,
    )


def _decide(visit: Visit) -> Response:
    outcome = visit.text("outcome")
    if outcome not in (appeals.OVERTURNED, appeals.UPHELD):
        raise InputError("an appeal is overturned or upheld")
    number = _number(visit, "appeal_id")
    with visit.change() as change:
        appeals.decide(change, number, overturned=outcome == appeals.OVERTURNED, reason=visit.required_text("reason"))
    return visit.redirect(f"/appeals/{number}", "decided")


def _allowed(visit: Visit) -> Response:
    with visit.store.read() as session:
        entries = allow.entries(session, visit.now)
        named = [(entry.subject, entry.subject_id) for entry in entries]
        known = identifiers.known(session, named)
        wanted = visit.query.get("account", "")
        accused = allow.accused(session, [*named, (Subject.ACCOUNT, wanted)])
    return visit.render(
        "allow.html",
        title="Allow-list",
        entries=entries,
        known=known,
        subjects=list(Subject),
        subject_id=wanted,
        accused=accused,
    )


def _allow(visit: Visit) -> Response:
    try:
        days = float(visit.required_text("days", most=10))
    except ValueError as error:
        raise InputError("days must be a number") from error
    if not 0 < days <= LONGEST_DAYS:
        raise InputError(f"an entry lasts up to {LONGEST_DAYS} days")
    subject = visit.choice("subject", Subject)
    subject_id = visit.identifier("subject_id", subject)
    with visit.store.read() as session:
        found = lookup.look_up(session, [(subject, subject_id)])
    with visit.change() as change:
        lookup.store_facts(change, found)
        allow.add(
            change, subject, subject_id, owner=visit.required_text("owner"),
            reason=visit.required_text("reason"), expires_at=change.now + timedelta(days=days),
        )
    return visit.redirect("/allow", "allowed")


def _revoke(visit: Visit) -> Response:
    with visit.change() as change:
        allow.revoke(change, _number(visit, "allow_id"), visit.required_text("note"))
    return visit.redirect("/allow", "revoked")


def _log(visit: Visit) -> Response:
    """The audit log, newest first; filtered by who, what and about what."""
    before = visit.number("before", default=0)
    wanted = {name: visit.query.get(name, "").strip() for name in ("actor", "action", "object")}
    statement = select(AuditRow).order_by(AuditRow.seq.desc()).limit(ROWS + 1)
    columns: dict[str, Any] = {"actor": AuditRow.actor, "action": AuditRow.action, "object": AuditRow.object}
    for name, value in wanted.items():
        if value:
            statement = statement.where(columns[name] == value)
    if before:
        statement = statement.where(AuditRow.seq < before)
    with visit.store.read() as session:
        rows = session.scalars(statement).all()
        checked = (
            audit.verify(session, head=visit.query.get("head", "").strip() or None) if "verify" in visit.query else None
        )
    return visit.render(
        "audit_log.html", title="Audit log", rows=rows[:ROWS], more=len(rows) > ROWS, wanted=wanted, checked=checked
    )


PAGES = (
    Page("GET", "/appeals", Role.VIEWER, _appeals),
    Page("GET", "/appeals/{appeal_id}", Role.VIEWER, _appeal),
    Page("POST", "/appeals/{appeal_id}/decide", Role.APPROVER, _decide),
    Page("GET", "/allow", Role.VIEWER, _allowed),
    Page("POST", "/allow", Role.APPROVER, _allow),
    Page("POST", "/allow/{allow_id}/revoke", Role.APPROVER, _revoke),
    Page("GET", "/audit", Role.ANALYST, _log),
)
