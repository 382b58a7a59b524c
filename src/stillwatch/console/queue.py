"""The queue: cases by expected loss, and the way to one by any name."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from stillwatch.console.page import NotFoundError, Page, Visit, query
from stillwatch.errors import InputError
from stillwatch.respond import action_queries, cases, identifiers, names
from stillwatch.respond.schema import Account, ActionRow, Campaign, Case, Key, Member, Target
from stillwatch.respond.vocabulary import OPEN_STATES, ActionState, Role, State, Subject

SIZE = 50
"""Cases on a page."""


def _queue(visit: Visit) -> Response:
    chosen = visit.query.get("state", "open")
    states = [State(chosen)] if chosen in set(State) else list(State) if chosen == "all" else sorted(OPEN_STATES)
    number = visit.number("page")
    with visit.store.read() as session:
        found = _by_loss(session, states, (number - 1) * SIZE)
        counts = cases.counts(session)
        joined = cases.joined_since_verdict(session)
        shown = [case.case_id for case in found[:SIZE]]
        no_longer_accused, accused_before = cases.no_longer_accused(session, shown), cases.accused_before(session, shown)
        held = select(ActionRow).where(
            ActionRow.case_id.in_(shown), ActionRow.state.in_([ActionState.PROPOSED, ActionState.IN_FORCE])
        )
        waiting: dict[str, Counter[str]] = {}
        for action in session.scalars(held):
            waiting.setdefault(str(action.case_id), Counter())[visit.standing(action)] += 1
        to_answer = session.scalar(
            select(func.count()).select_from(ActionRow).where(action_queries.awaits_agreement(visit.now))
        )
    return visit.render(
        "queue.html", title="Queue", cases=found[:SIZE], more=len(found) > SIZE, number=number, chosen=chosen, counts=counts,
        n_open=sum(n for state, n in counts.items() if state in OPEN_STATES), states=list(State), waiting=waiting, n_waiting=to_answer or 0,
        joined=joined, no_longer_accused=no_longer_accused, accused_before=accused_before,
    )


def _by_loss(session: Session, states: Sequence[State], offset: int) -> list[Case]:
    """Cases in some states, highest expected loss first: walks the index on the loss until the page is full.

    Named plainly, a state would make databases sort all cases in it; through a function its index does not apply.
    """
    statement = select(Case).where(func.coalesce(Case.state, "").in_(states))
    return list(session.scalars(statement.order_by(Case.loss.desc(), Case.case_id).limit(SIZE + 1).offset(offset)))


def _find(visit: Visit) -> Response:
    """Any identifier, as a line of a form has it: a case, a campaign of a run, an account, a key or an action."""
    try:
        name = names.of_line(visit.query.get("q", ""), "search")
    except InputError as error:
        raise NotFoundError(str(error)) from error
    with visit.store.read() as session:
        if session.get(Case, name) is not None:
            return visit.redirect(f"/cases/{name}")
        if session.get(ActionRow, name) is not None:
            return visit.redirect(f"/actions/{name}")
        campaign = session.scalars(select(Campaign.case_id).where(Campaign.campaign_id == name)).first()
        if campaign is not None:
            return visit.redirect(f"/cases/{campaign}")
        (_, key_id), (_, account) = identifiers.meant(session, [(Subject.KEY, name), (Subject.ACCOUNT, name)], visit.key)
        key = session.get(Key, key_id)
        account = account if key is None else key.account_id
        known = any(
            session.scalars(select(column).where(column == account).limit(1)).first() is not None
            for column in (Account.account_id, Member.account_id, Target.subject_id)
        )
        todo = identifiers.todo(session, name) or "Names are looked for as a whole"
    if not known:
        raise NotFoundError("nothing here has this name", where=name, todo=todo)
    return visit.redirect(f"/accounts?{query({'name': account})}")


PAGES = (Page("GET", "/", Role.VIEWER, _queue), Page("GET", "/find", Role.VIEWER, _find))
