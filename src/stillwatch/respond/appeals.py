"""Appeals: what an accused customer says, and what a person decides. An overturned appeal frees the account and labels it innocent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond import action_queries, actions, blast, cases, identifiers, names
from stillwatch.respond.bulk import chunks
from stillwatch.respond.schema import ActionRow, Appeal, Approval, Campaign, Key, Member, Target, User
from stillwatch.respond.store import Change
from stillwatch.respond.vocabulary import LIFT, RANK, ActionState, Reason, Role, State, Subject

OPEN, UPHELD, OVERTURNED = "open", "upheld", "overturned"


def receive(change: Change, about: str, account_id: str, statement: str) -> Appeal:
    """Record an appeal; its case becomes ``appealed`` if its state allows that. Needs an analyst.

    Args:
        change: the write in progress.
        about: id of a case, of an action, or of a campaign that opened a case. An appeal about an action on an account of its case is
            about the case, too; an appeal about a case without the account is about the case's action that names the account.
        account_id: the account that appeals, or a key, which stands for its owner; a key of unknown owner stands for itself.
        statement: what the customer says.

    Raises:
        InputError: the statement is empty, the case or action has no such account, the action never took effect, or an appeal is
            open already.
    """
    change.require(Role.ANALYST)
    if not statement.strip():
        raise InputError("an appeal needs a statement", where=account_id, todo="Write what the customer says")
    case_id, action, account_id = _resolve(change.session, about, account_id)
    action_id = None if action is None else action.action_id
    same = select(Appeal).where(Appeal.account_id == account_id, Appeal.state == OPEN)
    if any(row.case_id == case_id if case_id else row.action_id == action_id for row in change.session.scalars(same)):
        raise InputError("an appeal of this account is open already", where=account_id)
    row = Appeal(
        case_id=case_id, action_id=action_id, account_id=account_id, statement=statement, state=OPEN,
        received_at=change.now, received_by=change.actor.name,
    )
    change.session.add(row)
    change.session.flush()
    after = {"case_id": case_id, "action_id": row.action_id, "account_id": account_id, "statement": statement}
    change.audit("appeal.receive", f"appeal-{row.appeal_id}", after=after)
    if case_id is not None:
        cases.move_if_legal(change, cases.get(change.session, case_id), State.APPEALED, f"appeal {row.appeal_id}")
    return row


def _resolve(session: Session, about: str, account_id: str) -> tuple[str | None, ActionRow | None, str]:
    """Resolve the arguments of :func:`receive`.

    Returns:
        The case, if the account is in one; the action, if the appeal is about one; and the account that appeals.
    """
    action = session.get(ActionRow, about)
    case_id = _case_id(session, about, account_id) if action is None else action.case_id
    if not (_names_account(session, case_id, action, account_id) or (action is None and _member(session, case_id, account_id))):
        owner = session.get(Key, account_id)
        account_id = account_id if owner is None else owner.account_id
    member = _member(session, case_id, account_id)
    if action is not None:
        _demand_touches(session, action, account_id)
    elif not member:  # refused clients get the id of the case, even if an action of it names accounts that are not in it
        acted = (row for row in against(session, account_id) if row.case_id == case_id and row.effective_at is not None)
        action = next(acted, None)
        if action is None:
            identifiers.demand(session, [(Subject.ACCOUNT, account_id)])
            raise InputError(f"{about} has no such account", where=account_id)
    return case_id if member else None, action, account_id


def _case_id(session: Session, about: str, account_id: str) -> str:
    """The id of a case, by its own id or that of one of its campaigns; of several cases the one that has the account."""
    known = sorted(session.scalars(select(Campaign.case_id).where(Campaign.campaign_id == about)), reverse=True)
    has = [case_id for case_id in known if _member(session, case_id, account_id)]
    return next(iter(has or known), None) or cases.get(session, about).case_id


def _member(session: Session, case_id: str | None, account_id: str) -> bool:
    return case_id is not None and session.get(Member, (case_id, account_id)) is not None


def _names_account(session: Session, case_id: str | None, action: ActionRow | None, account_id: str) -> bool:
    """Whether the action, or without one any action of the case, names an account with this id, so that the id is not a key's."""
    named = select(Target.action_id).join(ActionRow, ActionRow.action_id == Target.action_id).where(
        Target.subject == Subject.ACCOUNT, Target.subject_id == account_id, ActionRow.effective_at.is_not(None),
        ActionRow.case_id == case_id if action is None else ActionRow.action_id == action.action_id,
    )
    return session.scalars(named).first() is not None


def _demand_touches(session: Session, action: ActionRow, account_id: str) -> None:
    """Raise unless the action took effect and touches, or touched, the account or one of its keys."""
    if action.kind == LIFT or action.effective_at is None:
        raise InputError("it is no action that took effect", where=action.action_id, todo="See stillwatch actions list")
    if not set(blast.with_own_keys(session, account_id)) & set(action_queries.targets(session, action.action_id)):
        identifiers.demand(session, [(Subject.ACCOUNT, account_id)])
        raise InputError(f"{action.action_id} touches no such account", where=account_id)


@dataclass(frozen=True)
class Deciders:
    """Who may decide an appeal."""

    barred: dict[str, str]
    """Folded name (:func:`stillwatch.respond.names.folded`) of who may not -> an action against the account in which they took part."""
    free: tuple[str, ...] | None
    """Users who may; None: the store has no users, so anybody who took no part may."""

    def part_of(self, name: str) -> str | None:
        """The action because of which somebody may not decide; None: they may."""
        return self.barred.get(names.folded(name))

    @property
    def todo(self) -> str:
        """Who could decide, in words."""
        if self.free is None:
            return "Let somebody decide who had no part in it"
        if not self.free:
            return "No other approver is left: an admin adds one with stillwatch user add NAME --role approver"
        return f"{', '.join(self.free[:5])}{' and others' if len(self.free) > 5 else ''} could decide"


def deciders(session: Session, appeal: Appeal, now: datetime) -> Deciders:
    """Who may decide an appeal: approvers who neither proposed nor agreed to any action against the account or its keys.

    Actions count whatever became of them. Only if this leaves no approver of the store, actions that are over and that the appeal is not
    about bar nobody.
    """
    every = against(session, appeal.account_id)
    users = session.scalars(select(User).where(User.disabled_at.is_(None)).order_by(User.name)).all()
    able = [user.name for user in users if RANK[user.role] >= RANK[Role.APPROVER]]
    barred = _took_part(session, every)
    free = [name for name in able if names.folded(name) not in barred]
    if able and not free:
        live = [
            row for row in every
            if row.state == ActionState.PROPOSED or action_queries.holds(row, now) or row.action_id == appeal.action_id
        ]
        barred = _took_part(session, live)
        free = [name for name in able if names.folded(name) not in barred]
    return Deciders(barred, tuple(free) if users else None)


def against(session: Session, account_id: str) -> list[ActionRow]:
    """Every action ever proposed against an account or one of its keys, latest first; lifts are left out."""
    found: dict[str, ActionRow] = {}
    for some in chunks(blast.with_own_keys(session, account_id)):
        named = select(Target.action_id).where(tuple_(Target.subject, Target.subject_id).in_(some))
        rows = session.scalars(select(ActionRow).where(ActionRow.action_id.in_(named), ActionRow.kind != LIFT))
        found |= {row.action_id: row for row in rows}
    return sorted(found.values(), key=lambda row: (row.proposed_at, row.action_id), reverse=True)


def _took_part(session: Session, rows: Sequence[ActionRow]) -> dict[str, str]:
    """Folded name of whoever proposed or agreed to any of the actions -> the first such action."""
    found: dict[str, str] = {}
    agreed: dict[str, list[str]] = {}
    for some in chunks([row.action_id for row in rows]):
        for approval in session.scalars(select(Approval).where(Approval.action_id.in_(some), Approval.approved)):
            agreed.setdefault(approval.action_id, []).append(approval.actor)
    for row in rows:
        for name in (row.proposed_by, *agreed.get(row.action_id, ())):
            found.setdefault(names.folded(name), row.action_id)
    return found


def decide(change: Change, appeal_id: int, *, overturned: bool, reason: str) -> list[ActionRow]:
    """Decide an appeal; needs an approver who had no part in any action against the account (:func:`deciders`).

    If the appeal is overturned, the account is excluded from its case and labelled innocent, and every action in force on it or its keys
    is lifted; lifts that need a second person are proposals.

    Returns:
        The lifts, including those that waited already.

    Raises:
        InputError: the appeal is not open, the reason is empty, or the actor took part in an action against the account.
    """
    change.require(Role.APPROVER)
    row = change.session.get(Appeal, appeal_id)
    if row is None or row.state != OPEN:
        raise InputError("no such open appeal", where=f"appeal {appeal_id}", todo="See stillwatch appeal list")
    if not reason.strip():
        raise InputError("a decision needs a reason", where=f"appeal {appeal_id}")
    who = deciders(change.session, row, change.now)
    if part := who.part_of(change.actor.name):
        raise InputError(f"{change.actor.name} took part in {part}", where=f"appeal {appeal_id}", todo=who.todo)
    row.state = OVERTURNED if overturned else UPHELD
    row.decided_at, row.decided_by, row.decision_reason = change.now, change.actor.name, reason
    change.audit("appeal.decide", f"appeal-{appeal_id}", before=OPEN, after=row.state, reason=reason)
    lifts: list[ActionRow] = []
    if overturned:
        if row.case_id is not None:
            cases.exclude(change, row.case_id, row.account_id, f"appeal {appeal_id} overturned: {reason}", labelled=False)
        cases.label(change, row.account_id, innocent=True, source="appeal", case_id=row.case_id)
        subjects, note = blast.with_own_keys(change.session, row.account_id), f"appeal {appeal_id}"
        for action in touching(change.session, row.account_id):
            if action_queries.holds(action, change.now):
                lifts += actions.ensure_lifts(change, action.action_id, Reason.APPEAL_OVERTURNED, subjects, note)
    _resume_case(change, row, any(lift.state == ActionState.PROPOSED and lift.case_id == row.case_id for lift in lifts))
    return lifts


def touching(session: Session, account_id: str, state: ActionState = ActionState.IN_FORCE) -> Sequence[ActionRow]:
    """Actions and lifts in ``state`` that touch the account or one of its keys."""
    return action_queries.touching(session, blast.with_own_keys(session, account_id), state)


def _resume_case(change: Change, row: Appeal, waits: bool) -> None:
    """Move the case on once none of its appeals is open: to resolved if it has a verdict, else to investigating.

    If a lift ``waits`` for a second person, the case becomes ``pending_action``.
    """
    if row.case_id is None:
        return
    case = cases.get(change.session, row.case_id)
    change.session.flush()
    more = select(Appeal).where(Appeal.case_id == row.case_id, Appeal.state == OPEN)
    if case.state == State.APPEALED and change.session.scalars(more).first() is None:
        cases.move_if_legal(change, case, State.RESOLVED if case.verdict else State.INVESTIGATING, f"appeal {row.appeal_id} decided")
        if waits:
            cases.move_if_legal(change, case, State.PENDING_ACTION, f"appeal {row.appeal_id} waits for a lift")


def open_against(session: Session, action: ActionRow) -> list[Appeal]:
    """Open appeals about the action's case, or of accounts that it touches or would touch, also by a key; oldest first."""
    account_ids: set[str] = set().union(*blast.judged_names(session, action_queries.targets(session, action.action_id, live=True)).values())
    return [row for row in listed(session) if row.account_id in account_ids or (row.case_id and row.case_id == action.case_id)]


def listed(
    session: Session, *, state: str | None = OPEN, case_id: str | None = None, action_id: str | None = None
) -> Sequence[Appeal]:
    """Appeals in a state (None: in any), oldest first; with a case or an action, only those about it."""
    statement = select(Appeal).order_by(Appeal.appeal_id)
    if state is not None:
        statement = statement.where(Appeal.state == state)
    if case_id is not None:
        statement = statement.where(Appeal.case_id == case_id)
    if action_id is not None:
        statement = statement.where(Appeal.action_id == action_id)
    return session.scalars(statement).all()
