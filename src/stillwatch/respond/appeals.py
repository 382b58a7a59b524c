"""Appeals: what an accused customer says, and what a person decides. An overturned one frees the account and is a label."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond import actions, cases
from stillwatch.respond.schema import ActionRow, Appeal, Key, Member
from stillwatch.respond.store import Change
from stillwatch.respond.vocabulary import ActionState, Reason, Role, State, Subject

OPEN, UPHELD, OVERTURNED = "open", "upheld", "overturned"


def receive(change: Change, case_id: str, account_id: str, statement: str) -> Appeal:
    """Record an appeal; the case becomes ``appealed`` where its state allows. Needs an analyst.

    Raises:
        InputError: the case has no such account, or an appeal of it is open already.
    """
    change.require(Role.ANALYST)
    case = cases.get(change.session, case_id)
    if change.session.get(Member, (case_id, account_id)) is None:
        raise InputError(f"{case_id} has no such account", where=account_id)
    same = select(Appeal).where(Appeal.case_id == case_id, Appeal.account_id == account_id, Appeal.state == OPEN)
    if change.session.scalars(same).first() is not None:
        raise InputError("an appeal of this account is open already", where=account_id)
    row = Appeal(
        case_id=case_id, account_id=account_id, statement=statement, state=OPEN, received_at=change.now,
        received_by=change.actor.name,
    )  # fmt: skip
    change.session.add(row)
    change.session.flush()
    change.audit("appeal.receive", f"appeal-{row.appeal_id}", after={"case_id": case_id, "account_id": account_id, "statement": statement})
    cases.follow(change, case, State.APPEALED, f"appeal {row.appeal_id}")
    return row


def decide(change: Change, appeal_id: int, *, overturned: bool, reason: str) -> list[ActionRow]:
    """Decide an appeal; needs an approver who approved none of the actions against the account.

    Overturned: the account is excluded from the case and labelled innocent, and every action in force on it or its keys is lifted;
    those lifts that need a second person are proposals. Returns the lifts.

    Raises:
        InputError: it is not open, the reason is empty, or the actor judges an action of their own.
    """
    change.require(Role.APPROVER)
    row = change.session.get(Appeal, appeal_id)
    if row is None or row.state != OPEN:
        raise InputError("no such open appeal", where=f"appeal {appeal_id}")
    if not reason.strip():
        raise InputError("a decision needs a reason", where=f"appeal {appeal_id}")
    against = touching(change.session, row.account_id)
    for action in against:
        took_part = {action.proposed_by, *(a.actor for a in actions.approvals(change.session, action.action_id) if a.approved)}
        if change.actor.name in took_part:
            todo = "Let somebody decide who had no part in it"
            raise InputError(f"{change.actor.name} took part in {action.action_id}", where=f"appeal {appeal_id}", todo=todo)
    row.state = OVERTURNED if overturned else UPHELD
    row.decided_at, row.decided_by, row.decision_reason = change.now, change.actor.name, reason
    change.audit("appeal.decide", f"appeal-{appeal_id}", before=OPEN, after=row.state, reason=reason)
    lifts: list[ActionRow] = []
    if overturned:
        cases.exclude(change, row.case_id, row.account_id, f"appeal {appeal_id} overturned: {reason}")
        cases.label(change, row.account_id, innocent=True, source="appeal", case_id=row.case_id)
        subjects, note = _subjects(change.session, row.account_id), f"appeal {appeal_id}"
        for action in against:
            lifts.append(actions.undo(change, action.action_id, Reason.APPEAL_OVERTURNED, subjects=subjects, note=note))
    _back(change, row)
    return lifts


def _subjects(session: Session, account_id: str) -> list[tuple[Subject, str]]:
    """The account, and the keys that are known to be its own: an action on a key refuses its owner as well."""
    keys = session.scalars(select(Key.key_id).where(Key.account_id == account_id).order_by(Key.key_id))
    return [(Subject.ACCOUNT, account_id), *((Subject.KEY, key_id) for key_id in keys)]


def touching(session: Session, account_id: str, state: ActionState = ActionState.IN_FORCE) -> Sequence[ActionRow]:
    """Actions (and lifts) in a state that touch the account or a key of its own."""
    return actions.touching(session, _subjects(session, account_id), state)


def _back(change: Change, row: Appeal) -> None:
    """The case goes on where it was: resolved with its verdict, or to be looked into again if it has none."""
    case = cases.get(change.session, row.case_id)
    change.session.flush()
    more = select(Appeal).where(Appeal.case_id == row.case_id, Appeal.state == OPEN)
    if case.state == State.APPEALED and change.session.scalars(more).first() is None:
        cases.follow(change, case, State.RESOLVED if case.verdict else State.INVESTIGATING, f"appeal {row.appeal_id} decided")


def listed(session: Session, *, state: str | None = OPEN, case_id: str | None = None) -> Sequence[Appeal]:
    """Appeals, oldest first."""
    statement = select(Appeal).order_by(Appeal.appeal_id)
    if state is not None:
        statement = statement.where(Appeal.state == state)
    if case_id is not None:
        statement = statement.where(Appeal.case_id == case_id)
    return session.scalars(statement).all()
