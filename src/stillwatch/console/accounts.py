"""An account: what is known of it, which cases name it, what was done to it, what was decided about it."""

from sqlalchemy import select
from starlette.responses import Response

from stillwatch.console.page import NotFoundError, Page, Visit
from stillwatch.respond.schema import (
    Account,
    ActionRow,
    AllowEntry,
    Appeal,
    Case,
    DecisionRow,
    Key,
    Label,
    Member,
    Target,
)
from stillwatch.respond.vocabulary import ActionState, Role, Subject

DECISIONS = 50


def _account(visit: Visit) -> Response:
    name = visit.query.get("name", "")
    with visit.store.read() as session:
        account = session.get(Account, name)
        keys = list(session.scalars(select(Key.key_id).where(Key.account_id == name).order_by(Key.key_id).limit(50)))
        belongs = session.execute(
            select(Member, Case)
            .join(Case, Case.case_id == Member.case_id)
            .where(Member.account_id == name)
            .order_by(Case.loss.desc())
        ).all()
        done = session.execute(
            select(ActionRow, Target.ended_at, Target.subject, Target.subject_id)
            .join(Target, Target.action_id == ActionRow.action_id)
            .where(Target.subject_id.in_([name, *keys]))
            .order_by(ActionRow.proposed_at.desc()).limit(100)
        ).all()
        told = [
            (Subject.ACCOUNT, name),
            (Subject.ORG, account.org_id if account else None),
            *((Subject.KEY, key) for key in keys),
        ]
        entries = session.scalars(
            select(AllowEntry).where(AllowEntry.subject_id.in_([i for _, i in told if i])).order_by(AllowEntry.allow_id)
        ).all()
        allowed = [entry for entry in entries if (entry.subject, entry.subject_id) in told]
        appeals = session.scalars(
            select(Appeal).where(Appeal.account_id == name).order_by(Appeal.appeal_id.desc())
        ).all()
        labels = session.scalars(select(Label).where(Label.account_id == name).order_by(Label.label_id.desc())).all()
        # Two indexes, two readings: an OR over both columns would read the whole table. Edges know a client by its key alone.
        newest = select(DecisionRow).order_by(DecisionRow.at.desc(), DecisionRow.decision_id.desc()).limit(DECISIONS)
        by_name = session.scalars(newest.where(DecisionRow.account_id == name)).all()
        by_key = session.scalars(newest.where(DecisionRow.key_id.in_([name, *keys]))).all()
        decisions = sorted([*by_name, *by_key], key=lambda row: (row.at, row.decision_id), reverse=True)[:DECISIONS]
    if account is None and not belongs and not done and not allowed and not decisions:
        raise NotFoundError("no case, action, allow-list entry or decision names this account", where=name)
    live = [
        row
        for row, ended, _, _ in done
        if ended is None and row.state == ActionState.IN_FORCE and row.expires_at and row.expires_at > visit.now
    ]
    return visit.show(
        "account.html", title=name, name=name, account=account, keys=keys, belongs=belongs, done=done, live=live, allowed=allowed,
        appeals=appeals, labels=labels, decisions=decisions,
    )


PAGES = (Page("GET", "/accounts", Role.VIEWER, _account),)
