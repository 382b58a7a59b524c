"""A case: what was found, why, who, and what people made of it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from stillwatch.console.page import NotFoundError, Page, Visit, store_in_session
from stillwatch.console.security import REVEAL, revealed
from stillwatch.errors import InputError
from stillwatch.report import load
from stillwatch.report.page import Section, section
from stillwatch.respond import action_queries, allow, appeals, cases, inclusion
from stillwatch.respond.schema import Account, ActionRow, Annotation, Appeal, AuditRow, Campaign, Case, Member
from stillwatch.respond.store import Change
from stillwatch.respond.vocabulary import TRANSITIONS, Role, State, Verdict

MEMBERS = 50
"""Accounts on a page."""
HISTORY = 100


def case_or_404(session: Session, case_id: str) -> Case:
    """The case with its details."""
    try:
        return cases.get(session, case_id)
    except InputError as error:
        raise NotFoundError("no such case", where=case_id) from error


def drawing(case: Case) -> Section:
    """What the report draws of a campaign, for a case; kept, because laying out a link graph takes a tenth of a second."""
    return _cached_drawing(_DrawingKey(case))


class _DrawingKey:
    """A case as far as its drawing goes: the same as long as no import changed it, in another store neither."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.key = (case.case_id, case.run_id, case.campaign_id)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _DrawingKey) and other.key == self.key and other.case.details == self.case.details


@lru_cache(maxsize=64)
def _cached_drawing(drawn: _DrawingKey) -> Section:
    case = drawn.case
    row = {
        "campaign_id": case.campaign_id, "verdict": case.detected, "score": case.score, "q_value": case.q_value,
        "n_accounts": case.n_accounts, "n_events": case.n_events, "n_harvested": case.n_harvested, "first_seen": case.first_seen,
        "last_seen": case.last_seen, "views": case.views, "capabilities": case.capabilities, "output_tokens": case.output_tokens,
        "explanations": case.explanations, "lineage": None,
    }
    return section(1, load.Campaign(row, case.details or {}, ()))


def _case_page(visit: Visit) -> Response:
    case_id, number = visit.path["case_id"], visit.number("members")
    with visit.store.read() as session:
        case = case_or_404(session, case_id)
        tallied = session.execute(
            select(Member.present, Member.excluded, func.count())
            .where(Member.case_id == case_id)
            .group_by(Member.present, Member.excluded)
        )
        tally = {(present, excluded): n for present, excluded, n in tallied}
        n_members = sum(tally.values())
        number = min(number, max(1, -(-n_members // MEMBERS)))  # beyond the last page there is none
        statement = (
            select(Member, Account)
            .outerjoin(Account, Account.account_id == Member.account_id)
            .where(Member.case_id == case_id)
        )
        ordered = (
            statement.order_by(Member.score.desc(), Member.account_id).limit(MEMBERS).offset((number - 1) * MEMBERS)
        )
        members = [(member, account) for member, account in session.execute(ordered)]
        acted = session.scalars(
            select(ActionRow).where(ActionRow.case_id == case_id).order_by(ActionRow.proposed_at.desc()).limit(HISTORY)
        ).all()
        remarks = session.scalars(
            select(Annotation).where(Annotation.case_id == case_id).order_by(Annotation.annotation_id.desc())
        ).all()
        runs = session.scalars(select(Campaign).where(Campaign.case_id == case_id)).all()
        in_force = action_queries.in_force(session, visit.now, case_id=case_id)
        values: dict[str, Any] = {
            "case": case, "members": members, "n_members": n_members, "number": number, "size": MEMBERS,
            "alike": len(members) > 1 and members[0][0].reasons != [] and len({tuple(member.reasons[:3]) for member, _ in members}) == 1,
            "n_excluded": sum(n for (_, excluded), n in tally.items() if excluded),
            "n_left": sum(n for (present, _), n in tally.items() if not present),
            "actions": acted, "counts": action_queries.subject_counts(session, acted),
            "remarks": remarks, "runs": runs, "appeals": appeals.listed(session, state=None, case_id=case_id),
            "uncovered": action_queries.uncovered(session, visit.now, case_id) if in_force else [],
            "cleared_and_held": action_queries.cleared_and_held(session, visit.now, case_id),
            "no_key": action_queries.without_known_key_in_case(session, case_id),
            "n_allowed": allow.n_allowed(session, visit.now, case_id),
            "overlaps": cases.overlaps(session, [case_id]).get(case_id, {}),
            "no_longer_accused": cases.no_longer_accused(session, [case_id]).get(case_id),
            "accused_before": cases.accused_before(session, [case_id]).get(case_id),
            "joined": cases.joined_since_verdict(session, case_id).get(case_id, 0),
            "proofs": cases.proofs(session, case_id), "history": _history(session, case_id, [row.action_id for row in acted]),
        }
    moves = [state for state in State if state in TRANSITIONS[State(case.state)] and state is not State.RESOLVED]
    return visit.render(
        "case.html", title=case_id, section=drawing(case), moves=moves, can_resolve=State.RESOLVED in TRANSITIONS[State(case.state)],
        verdicts=list(Verdict), readable=revealed(visit.login, case_id, visit.now), may_act=visit.may(Role.ANALYST), **values,
    )


def _history(session: Session, case_id: str, action_ids: Sequence[str]) -> Sequence[AuditRow]:
    """Rows of the audit log about the case, its actions and its appeals, newest first."""
    told = [f"appeal-{n}" for n in session.scalars(select(Appeal.appeal_id).where(Appeal.case_id == case_id))]
    about = or_(AuditRow.object == case_id, AuditRow.object.in_([*action_ids, *told]))
    return session.scalars(select(AuditRow).where(about).order_by(AuditRow.seq.desc()).limit(HISTORY)).all()


def _is_stale_form(visit: Visit, change: Change) -> bool:
    """Whether somebody moved or assigned the case since the page was made that the form is from."""
    seen = visit.text("seen", most=40)
    return bool(seen) and seen != case_or_404(change.session, visit.path["case_id"]).changed_at.isoformat()


def _move(visit: Visit) -> Response:
    to = visit.choice("to", State)
    verdict = visit.choice("verdict", Verdict) if to is State.RESOLVED else None
    with visit.change() as change:
        if _is_stale_form(visit, change):
            return _redirect_to_case(visit, "changed")
        cases.move(change, visit.path["case_id"], to, verdict=verdict, note=visit.text("note"))
    return _redirect_to_case(visit, "moved")


def _assign(visit: Visit) -> Response:
    with visit.change() as change:
        if _is_stale_form(visit, change):
            return _redirect_to_case(visit, "changed")
        cases.assign(change, visit.path["case_id"], visit.text("assignee", most=64) or None)
    return _redirect_to_case(visit, "assigned")


def _remark(visit: Visit) -> Response:
    with visit.change() as change:
        cases.annotate(change, visit.path["case_id"], visit.required_text("text"))
    return _redirect_to_case(visit, "remarked")


def _member(visit: Visit) -> Response:
    """Exclude an account of the case, or take that back."""
    judge: Any = inclusion.include if visit.text("belongs") == "yes" else cases.exclude
    account = visit.identifier("account_id")
    with visit.change() as change:
        judge(change, visit.path["case_id"], account, visit.required_text("note"))
    return _redirect_to_case(visit, "belongs")


def _reveal(visit: Visit) -> Response:
    """Uncover the texts of a case for this session and a short time; the audit log has who, when and why."""
    case_id, reason = visit.path["case_id"], visit.required_text("reason", most=500)
    with visit.change() as change:
        case_or_404(change.session, case_id)
        until = (change.now + REVEAL).isoformat()
        change.audit("text.reveal", case_id, after={"until": until}, reason=reason)
        still = {name: at for name, at in visit.login.data.get("revealed", {}).items() if at > change.now.isoformat()}
        store_in_session(change, visit.login, "revealed", {**still, case_id: until})
    return _redirect_to_case(visit, "revealed")


def _appeal(visit: Visit) -> Response:
    account = visit.identifier("account_id")
    with visit.change() as change:
        appeals.receive(change, visit.path["case_id"], account, visit.required_text("statement", most=20_000))
    return _redirect_to_case(visit, "appealed")


def _redirect_to_case(visit: Visit, said: str) -> Response:
    return visit.redirect(f"/cases/{visit.path['case_id']}", said)


PAGES = (
    Page("GET", "/cases/{case_id}", Role.VIEWER, _case_page),
    Page("POST", "/cases/{case_id}/move", Role.ANALYST, _move),
    Page("POST", "/cases/{case_id}/assign", Role.ANALYST, _assign),
    Page("POST", "/cases/{case_id}/remark", Role.ANALYST, _remark),
    Page("POST", "/cases/{case_id}/member", Role.ANALYST, _member),
    Page("POST", "/cases/{case_id}/reveal", Role.ANALYST, _reveal),
    Page("POST", "/cases/{case_id}/appeal", Role.ANALYST, _appeal),
)
