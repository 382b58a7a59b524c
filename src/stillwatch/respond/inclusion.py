"""Taking an account into its case again: what cleared it by name is withdrawn, an overturned appeal set aside."""

from sqlalchemy import select

from stillwatch.errors import InputError
from stillwatch.respond import appeals, cases
from stillwatch.respond.schema import Appeal, Label, Member
from stillwatch.respond.store import Change, ForbiddenError
from stillwatch.respond.vocabulary import RANK, Role


def include(change: Change, case_id: str, account_id: str, note: str) -> Member:
    """Withdraw an exclusion and its label; a verdict that stands then covers the account, too. Needs an analyst.

    If an overturned appeal cleared the account, the appeal is set aside as well; that needs an approver who could decide the appeal.
    """
    member = cases.to_judge(change, case_id, account_id, note)
    if member.excluded:
        _withdraw_clearance(change, case_id, account_id, note)
        cases.set_excluded(change, member, False, note)
        cases.label_by_verdict(change, cases.get(change.session, case_id), account_id)
    return member


def _withdraw_clearance(change: Change, case_id: str, account_id: str, note: str) -> None:
    """Delete the labels that cleared an account by name: those of this case, or, if it has none, those of all cases."""
    by_name = change.session.scalars(select(Label).where(Label.account_id == account_id, Label.source != "verdict")).all()
    by_name = [row for row in by_name if row.case_id == case_id] or by_name
    if any(row.source == "appeal" for row in by_name):
        overturned = select(Appeal).where(Appeal.account_id == account_id, Appeal.state == appeals.OVERTURNED)
        for appeal in change.session.scalars(overturned.order_by(Appeal.appeal_id)):
            _set_aside(change, appeal, note)
    for row in by_name:
        change.session.delete(row)


def _set_aside(change: Change, appeal: Appeal, note: str) -> None:
    """Record that an appeal that cleared an account does not count any more; needs an approver who could decide it."""
    cleared, where = f"it cleared {appeal.account_id}", f"appeal {appeal.appeal_id}"
    if RANK[change.actor.role] < RANK[Role.APPROVER]:
        todo = "An approver takes that back who had no part in any action against the account"
        raise ForbiddenError(f"{cleared}, and {change.actor.name} is {change.actor.role}", where=where, todo=todo)
    deciders = appeals.deciders(change.session, appeal, change.now)
    if part := deciders.part_of(change.actor.name):
        raise InputError(f"{cleared}, and {change.actor.name} took part in {part}", where=where, todo=deciders.todo)
    change.audit("appeal.set_aside", f"appeal-{appeal.appeal_id}", reason=note)
