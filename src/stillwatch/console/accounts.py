"""An account: what is known of it, which cases name it, what was done to it, what was decided about it."""

from sqlalchemy import and_, func, literal, or_, select, tuple_
from starlette.responses import Response

from stillwatch.console.page import NotFoundError, Page, Visit
from stillwatch.keys.hashing import keyed
from stillwatch.respond import blast, decisions, identifiers
from stillwatch.respond.schema import (
    Account,
    ActionRow,
    AllowEntry,
    Appeal,
    Case,
    Key,
    Label,
    Member,
    Target,
)
from stillwatch.respond.vocabulary import ActionState, Role, Subject

KEYS, ACTIONS, DECISIONS = 50, 100, 50
"""At most shown of each; what is in force is told of all."""


def _account(visit: Visit) -> Response:
    asked = visit.query.get("name", "")
    with visit.store.read() as session:
        ((_, name),) = identifiers.meant(session, [(Subject.ACCOUNT, asked)], visit.key)
        account = session.get(Account, name)
        of_it = select(Key.key_id).where(Key.account_id == name)
        keys = session.scalars(of_it.order_by(Key.key_id).limit(KEYS)).all()
        n_keys = session.scalar(select(func.count()).select_from(of_it.subquery()))
        theirs = of_it.union_all(select(literal(name))) if (Subject.KEY, name) in blast.with_own_keys(session, name) else of_it
        of_keys = select(literal(str(Subject.KEY)), theirs.subquery().c.key_id)
        subjects = of_keys.union_all(select(literal(str(Subject.ACCOUNT)), literal(name)))
        belongs = session.execute(
            select(Member, Case)
            .join(Case, Case.case_id == Member.case_id)
            .where(Member.account_id == name)
            .order_by(Case.loss.desc())
        ).all()
        every = (
            select(ActionRow, Target.ended_at, Target.subject, Target.subject_id)
            .join(Target, Target.action_id == ActionRow.action_id)
            .where(tuple_(Target.subject, Target.subject_id).in_(subjects))
            .order_by(ActionRow.proposed_at.desc())
        )
        done = session.execute(every.limit(ACTIONS)).all()
        live = session.scalars(every.where(
            Target.ended_at.is_(None), ActionRow.state == ActionState.IN_FORCE, ActionRow.expires_at > visit.now
        )).unique().all()
        allowed = session.scalars(select(AllowEntry).where(or_(
            and_(AllowEntry.subject == Subject.ACCOUNT, AllowEntry.subject_id == name),
            and_(AllowEntry.subject == Subject.ORG, AllowEntry.subject_id == (account.org_id if account else None)),
            and_(AllowEntry.subject == Subject.KEY, AllowEntry.subject_id.in_(of_it)),
        )).order_by(AllowEntry.allow_id)).all()
        appeals = session.scalars(
            select(Appeal).where(Appeal.account_id == name).order_by(Appeal.appeal_id.desc())
        ).all()
        labels = session.scalars(select(Label).where(Label.account_id == name).order_by(Label.label_id.desc())).all()
        logged = decisions.listed(session, name=name, keys=theirs, limit=DECISIONS)
        hashed = keyed(visit.key, asked) if visit.key else asked
        hashed_too = name != hashed and bool(identifiers.known(session, [(Subject.ACCOUNT, hashed)]))
        todo = identifiers.todo(session, name)
    if account is None and not belongs and not done and not allowed and not logged:
        how = "this account" if name == asked else "this account, neither so nor by its keyed hash"
        raise NotFoundError(f"no case, action, allow-list entry or decision names {how}", where=asked, todo=todo)
    return visit.render(
        "account.html", title=name, name=name, asked=asked, hashed=hashed if hashed_too else "", account=account,
        keys=keys, n_keys=n_keys, belongs=belongs, done=done, live=live, allowed=allowed, appeals=appeals, labels=labels,
        decisions=logged,
    )


PAGES = (Page("GET", "/accounts", Role.VIEWER, _account),)
