"""Cases: the queue, moves between states, membership, remarks, and the labels that verdicts leave."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, undefer

from stillwatch.errors import InputError
from stillwatch.respond import identifiers, names
from stillwatch.respond.bulk import chunks
from stillwatch.respond.schema import Annotation, AuditRow, Campaign, Case, Label, Mark, Member, Run, User
from stillwatch.respond.store import Change
from stillwatch.respond.vocabulary import OPEN_STATES, RANK, TRANSITIONS, VERDICT_STATES, Role, State, Subject, Verdict

INNOCENT: dict[Verdict, bool] = {Verdict.TRUE_POSITIVE: False, Verdict.FALSE_POSITIVE: True, Verdict.BENIGN: True}
"""Whether a verdict says that the accounts are innocent; the other verdicts say nothing about accounts."""
_INNOCENT_VERDICTS = [verdict for verdict, innocent in INNOCENT.items() if innocent]


def innocent(case: Case) -> bool:
    """Whether people judged the whole case innocent and that verdict still stands."""
    return case.state in VERDICT_STATES and case.verdict in _INNOCENT_VERDICTS


def _innocent_verdict_stands() -> ColumnElement[bool]:
    """SQL of :func:`innocent`; never null, so that it can be negated."""
    return and_(Case.state.in_(VERDICT_STATES), func.coalesce(Case.verdict, "").in_(_INNOCENT_VERDICTS))


def acquitted_with() -> ColumnElement[bool]:
    """SQL on a member: the verdict that the case is innocent covers it, because it had joined before the verdict."""
    verdict = exists().where(
        Label.account_id == Member.account_id, Label.case_id == Member.case_id, Label.source == "verdict", Label.innocent
    )
    return verdict.correlate(Member)


def joined_since_verdict(session: Session, case_id: str | None = None) -> dict[str, int]:
    """Case id -> how many of its accounts joined after it was judged innocent; cases without any are absent.

    Args:
        session: an open session.
        case_id: the only case to look at; null for all. For all cases, only accounts that joined after their case was opened are
            counted, because reading the labels of every account takes long.
    """
    joined = select(Member.case_id, func.count()).join(Case, Case.case_id == Member.case_id)
    joined = joined.where(_innocent_verdict_stands(), Member.joined_at > Case.opened_at if case_id is None else Case.case_id == case_id)
    joined = joined.where(Member.present, ~Member.excluded, ~acquitted_with()).group_by(Member.case_id).order_by(Member.case_id)
    return {name: int(n) for name, n in session.execute(joined)}


def overlaps(session: Session, case_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Case id -> other open cases that have some of the same accounts, and how many, most first; cases without any are absent.

    Cases are not joined when their campaigns merge, so the same accounts may wait to be judged twice.
    """
    other, shared = aliased(Member), func.count()
    statement = (
        select(Member.case_id, other.case_id, shared).join(Member, Member.account_id == other.account_id)
        .join(Case, Case.case_id == other.case_id)
        .where(other.case_id != Member.case_id, Member.present, other.present, Case.state.in_(OPEN_STATES))
        .group_by(Member.case_id, other.case_id).order_by(shared.desc(), other.case_id)
    )
    found: dict[str, dict[str, int]] = {}
    for some in chunks(case_ids):
        for case_id, name, n in session.execute(statement.where(Member.case_id.in_(some))):
            found.setdefault(case_id, {})[name] = int(n)
    return {case_id: found[case_id] for case_id in case_ids if case_id in found}


def no_longer_accused(session: Session, case_ids: Sequence[str]) -> dict[str, datetime]:
    """Cases that an earlier run accused and the last run of the whole log does not, though its traffic is no older.

    A case is left out if the last run accuses any of its accounts in another case, because campaigns merge. Runs of traces have no
    times and do not count.

    Args:
        session: an open session.
        case_ids: the cases to look at.

    Returns:
        Case id -> the newest request of that last run.
    """
    whole = select(Run).where(Run.finished_at.is_not(None), Run.last_seen.is_not(None), Run.summary["start"].as_string().is_(None))
    last = session.scalars(whole.order_by(Run.last_seen.desc(), Run.imported_at.desc()).limit(1)).first()
    if last is None or last.last_seen is None:
        return {}
    other, of = aliased(Member), aliased(Case)
    moved = exists().where(
        Member.case_id == Case.case_id, other.account_id == Member.account_id, of.case_id == other.case_id, of.run_id == last.run_id,
        of.detected == "campaign",
    )
    of_another = select(Case.case_id).join(Run, Run.run_id == Case.run_id).where(Case.detected == "campaign", Case.run_id != last.run_id)
    found = of_another.where(Run.last_seen <= last.last_seen, ~moved)
    gone = {name for some in chunks(case_ids) for name in session.scalars(found.where(Case.case_id.in_(some)))}
    return {name: last.last_seen for name in case_ids if name in gone}


def accused_before(session: Session, case_ids: Sequence[str]) -> dict[str, datetime]:
    """Those of some cases that are for review now and were accused by an earlier run.

    Returns:
        Case id -> the newest request of the last run that accused it.
    """
    latest = (
        select(Case.case_id, func.max(Run.last_seen)).join(Campaign, Campaign.case_id == Case.case_id)
        .join(Run, Run.run_id == Campaign.run_id)
        .where(Case.detected != "campaign", Campaign.detected == "campaign", Run.last_seen.is_not(None)).group_by(Case.case_id)
    )
    rows = (row for some in chunks(case_ids) for row in session.execute(latest.where(Case.case_id.in_(some))))
    return {case_id: at for case_id, at in rows if at is not None}


def sharing_objects(session: Session, case: Case) -> dict[str, int]:
    """Case id -> how many of this case's listed objects it shares; other cases whose last run is the same, most first."""
    own_objects = {(str(row.get("view")), str(row.get("object"))) for row in case.details.get("objects") or ()}
    found: Counter[str] = Counter()
    others = select(Mark.case_id, Mark.view, Mark.object).join(Case, Case.case_id == Mark.case_id)
    others = others.where(Case.run_id == case.run_id, Case.case_id != case.case_id)
    for some in chunks(sorted({object_ for _, object_ in own_objects})):
        found.update(name for name, *left in session.execute(others.where(Mark.object.in_(some))) if tuple(left) in own_objects)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def accusing(*also: str) -> ColumnElement[bool]:
    """SQL on a member and its case: the case accuses the account.

    The detector or a person accuses the case, nobody excluded the account from it, and no verdict cleared the account with the case.

    Args:
        also: ids of cases that count as accusing although nobody accuses them, such as a case for review that is acted on.
    """
    accused = or_(Case.detected == "campaign", Case.verdict == Verdict.TRUE_POSITIVE, Case.case_id.in_(also))
    return and_(accused, Member.present, ~Member.excluded, or_(~_innocent_verdict_stands(), ~acquitted_with()))


def suspected(session: Session) -> list[str]:
    """Accounts of cases that are open or accuse them, sorted. Figures about ordinary customers must leave these out."""
    in_cases = select(Member.account_id).join(Case, Case.case_id == Member.case_id)
    in_cases = in_cases.where(or_(and_(Case.state.in_(OPEN_STATES), Member.present, ~Member.excluded), accusing()))
    return sorted(set(session.scalars(in_cases)))


def get(session: Session, case_id: str) -> Case:
    """The case with its details.

    Raises:
        InputError: there is no such case.
    """
    row = session.get(Case, case_id, options=[undefer(Case.details)])
    if row is None:
        raise InputError("no such case", where=case_id, todo="See stillwatch cases list")
    return row


def queue(session: Session, *, states: Sequence[State] = tuple(OPEN_STATES), limit: int = 100) -> Sequence[Case]:
    """At most ``limit`` cases in the given states, highest expected loss first."""
    statement = select(Case).where(Case.state.in_(states)).order_by(Case.loss.desc(), Case.case_id)
    return session.scalars(statement.limit(limit)).all()


def counts(session: Session) -> dict[str, int]:
    """Number of cases by state."""
    rows = session.execute(select(Case.state, func.count()).group_by(Case.state))
    return {str(state): int(n) for state, n in rows}


def members(session: Session, case_id: str, *, acting_on: bool = False) -> Sequence[Member]:
    """Accounts of a case, most suspicious first; ``acting_on``: only those that an action on the case would touch."""
    statement = select(Member).where(Member.case_id == case_id).order_by(Member.score.desc(), Member.account_id)
    if acting_on:
        statement = statement.where(Member.present, ~Member.excluded)
    return session.scalars(statement).all()


def move(change: Change, case_id: str, to: State, *, verdict: Verdict | None = None, note: str = "") -> Case:
    """Move a case; needs an analyst.

    Args:
        change: the write in progress.
        case_id: the case.
        to: the new state; :data:`TRANSITIONS` says which are legal.
        verdict: what people concluded; with ``RESOLVED`` it is needed, else it must be left out.
        note: why, for the audit log.

    Raises:
        InputError: no such case, an illegal move, or a verdict is missing or not allowed.
    """
    change.require(Role.ANALYST)
    case = get(change.session, case_id)
    state = State(case.state)
    if to not in TRANSITIONS[state]:
        legal = ", ".join(sorted(TRANSITIONS[state]))
        raise InputError(f"a case that is {state} cannot become {to}", where=case_id, todo=f"It can become {legal}")
    if (verdict is not None) != (to is State.RESOLVED):
        what = "resolving needs a verdict" if to is State.RESOLVED else f"{to} takes no verdict"
        raise InputError(what, where=case_id, todo=f"Verdicts: {', '.join(Verdict)}")
    _set_state(change, case, to, verdict, note)
    if to not in VERDICT_STATES or verdict is not None:  # a verdict that is set aside or replaced no longer labels anybody
        labelled = delete(Label).where(Label.case_id == case_id, Label.source == "verdict")
        change.session.execute(labelled if verdict not in INNOCENT else labelled.where(Label.innocent != INNOCENT[verdict]))
    if verdict in INNOCENT:
        account_ids = [member.account_id for member in members(change.session, case_id, acting_on=True)]
        spared = set() if INNOCENT[verdict] else cleared(change.session, account_ids)
        for account_id in account_ids:
            if account_id not in spared:
                label(change, account_id, innocent=INNOCENT[verdict], source="verdict", case_id=case_id)
    return case


def move_if_legal(change: Change, case: Case, to: State, note: str) -> None:
    """Move a case as a consequence of something else (an action was proposed, an appeal came), if the move is legal."""
    if to in TRANSITIONS[State(case.state)]:
        _set_state(change, case, to, None, note)


def _set_state(change: Change, case: Case, to: State, verdict: Verdict | None, note: str) -> None:
    before = {"state": case.state, "verdict": case.verdict}
    case.state, case.changed_at = to, change.now
    if verdict is not None:
        case.verdict = verdict
    change.audit("case.move", case.case_id, before=before, after={"state": to, "verdict": case.verdict}, reason=note or None)


def assign(change: Change, case_id: str, assignee: str | None) -> Case:
    """Give a case to somebody, or to nobody; needs an analyst.

    Raises:
        InputError: the assignee is no user of the store, is disabled, or is a viewer. A store without users takes any name.
    """
    change.require(Role.ANALYST)
    case = get(change.session, case_id)
    if assignee is not None:
        _demand_can_work(change.session, assignee)
    change.audit("case.assign", case_id, before=case.assignee, after=assignee)
    case.assignee, case.changed_at = assignee, change.now
    return case


def _demand_can_work(session: Session, name: str) -> None:
    """Raise unless the user can work on cases; a store without users takes any name."""
    users = {user.name: user for user in session.scalars(select(User))}
    user = users.get(names.name(name, "a user"))
    if user is not None and (user.disabled_at is not None or RANK[user.role] < RANK[Role.ANALYST]):
        raise InputError(f"{name} is {'disabled' if user.disabled_at else user.role}", todo="A case goes to an analyst, approver or admin")
    if user is None and users:
        raise InputError(f"{name} is no user of this store", todo="See stillwatch user list")


def annotate(change: Change, case_id: str, text: str, *, account_id: str | None = None) -> Annotation:
    """Add a remark to a case or one of its accounts; needs an analyst."""
    change.require(Role.ANALYST)
    get(change.session, case_id)
    if not text.strip():
        raise InputError("an empty remark", where=case_id, todo="Write some words")
    row = Annotation(case_id=case_id, account_id=account_id, text=text, at=change.now, by=change.actor.name)
    change.session.add(row)
    change.audit("case.annotate", case_id, after={"account_id": account_id, "text": text})
    return row


def attach(change: Change, case_id: str, proof: Mapping[str, Any], note: str) -> None:
    """Attach a proof to a case; needs an analyst. It is kept in the audit log alone, so that nobody can change it later.

    Args:
        change: the write in progress.
        case_id: the case.
        proof: as ``stillwatch.prove.citing.cite`` returns it, JSON-ready; ``manifest_sha256`` identifies it.
        note: how the proof concerns the case.
    """
    change.require(Role.ANALYST)
    get(change.session, case_id)
    change.audit("case.attach", case_id, after=proof, reason=note or None)


def detach(change: Change, case_id: str, manifest_sha256: str, note: str) -> None:
    """Detach a proof from a case; needs an analyst. The audit log keeps both entries.

    Raises:
        InputError: no such case, or no such proof is attached to it.
    """
    change.require(Role.ANALYST)
    attached = [proof["manifest_sha256"] for proof in proofs(change.session, case_id)]
    if manifest_sha256 not in attached:
        raise InputError(f"{case_id} names no such proof", where=manifest_sha256, todo=f"It names {', '.join(attached) or 'none'}")
    change.audit("case.detach", case_id, before=manifest_sha256, reason=note)


def proofs(session: Session, case_id: str) -> list[dict[str, Any]]:
    """Proofs attached to a case, each with ``attached_by``, ``attached_at`` (ISO 8601) and ``note``; oldest first."""
    rows = session.scalars(
        select(AuditRow).where(AuditRow.object == case_id, AuditRow.action.in_(("case.attach", "case.detach"))).order_by(AuditRow.seq)
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.action == "case.detach":
            found.pop(json.loads(row.before or "null"), None)
        elif row.after:
            proof = json.loads(row.after)
            added = {"attached_by": row.actor, "attached_at": row.at.isoformat(), "note": row.reason or ""}
            found[proof["manifest_sha256"]] = {**proof, **added}
    return list(found.values())


def campaigns(session: Session, case_id: str) -> list[str]:
    """Every campaign identifier that the case has had, sorted."""
    return sorted(set(session.scalars(select(Campaign.campaign_id).where(Campaign.case_id == case_id))))


def of_accounts(session: Session, account_ids: Sequence[str]) -> dict[str, str]:
    """Case id -> how one of the given accounts stands in it, in words; only cases that have any of these accounts."""
    rows = session.execute(
        select(Member, Case.detected, Case.state).join(Case, Case.case_id == Member.case_id)
        .where(Member.account_id.in_(account_ids)).order_by(Member.case_id)
    )
    membership = {(True, False): "", (False, False): ", no longer seen", (True, True): ", excluded", (False, True): ", excluded"}
    return {m.case_id: f"{detected}, {state}{membership[m.present, m.excluded]}" for m, detected, state in rows}


def exclude(change: Change, case_id: str, account_id: str, note: str, *, labelled: bool = True) -> Member:
    """Judge that an account does not belong to a case; no later import changes that. Needs an analyst.

    Actions in force on the account stay until they are undone. ``labelled``: whether to record a label; an appeal records its own.
    """
    member = to_judge(change, case_id, account_id, note)
    if not member.excluded:
        set_excluded(change, member, True, note)
        if labelled:
            label(change, account_id, innocent=True, source="analyst", case_id=case_id)
    return member


def to_judge(change: Change, case_id: str, account_id: str, note: str) -> Member:
    """The account of a case that a person judges by itself. Needs an analyst.

    Raises:
        InputError: the note is empty, there is no such case, or it has no such account.
    """
    change.require(Role.ANALYST)
    if not note.strip():
        raise InputError("this judgement needs a note", where=account_id, todo="Say why in a few words")
    member = change.session.get(Member, (case_id, account_id))
    if member is None:
        get(change.session, case_id)
        identifiers.demand(change.session, [(Subject.ACCOUNT, account_id)])
        raise InputError(f"{case_id} has no such account", where=account_id)
    return member


def set_excluded(change: Change, member: Member, excluded: bool, note: str) -> None:
    """Write whether an account is excluded from its case, with a row of the audit log."""
    before, member.excluded = member.excluded, excluded
    action = "member.exclude" if excluded else "member.include"
    change.audit(action, member.case_id, before=before, after=excluded, reason=f"{member.account_id}: {note}")


def label_by_verdict(change: Change, case: Case, account_id: str) -> None:
    """Label an account by the verdict of its case, if that stands."""
    if case.state in VERDICT_STATES and case.verdict in INNOCENT:
        label(change, account_id, innocent=INNOCENT[Verdict(case.verdict)], source="verdict", case_id=case.case_id)


def label(change: Change, account_id: str, *, innocent: bool, source: str, case_id: str | None) -> None:
    """Record a person's judgement of an account; the last label of an account counts.

    Args:
        change: the write in progress.
        account_id: the account.
        innocent: the judgement.
        source: ``verdict`` (of the case as a whole), ``analyst`` or ``appeal`` (of the account by name).
        case_id: the case, if there is one.
    """
    row = Label(
        account_id=account_id, case_id=case_id, innocent=innocent, source=source, at=change.now, by=change.actor.name,
        audit_seq=change.meta.audit_seq,
    )
    change.session.add(row)


def labels(session: Session) -> list[dict[str, Any]]:
    """The last label of each account, in the form of the truth table: ``campaign`` is null where innocent."""
    latest = select(func.max(Label.label_id)).group_by(Label.account_id)
    rows = session.scalars(select(Label).where(Label.label_id.in_(latest)).order_by(Label.account_id))
    return [
        {"account_id": row.account_id, "campaign": None if row.innocent else row.case_id, "kind": f"judged by {row.source}"}
        for row in rows
    ]


def labelled_since(seq: int, at: datetime) -> ColumnElement[bool]:
    """SQL on a label: it was written after row ``seq`` of the audit log; a label without a row number, at time ``at`` or later."""
    return or_(Label.audit_seq > seq, and_(Label.audit_seq.is_(None), Label.at >= at))


def cleared(session: Session, account_ids: Sequence[str], *, since: ColumnElement[bool] | None = None) -> set[str]:
    """Which of some accounts a person judged innocent by name (appeal or exclusion), without withdrawing it later.

    The verdict of a case does not count: it is about that case, and another case may accuse the same account; see :func:`acquitted`.

    Args:
        session: an open session.
        account_ids: the accounts.
        since: only judgements since then (:func:`labelled_since`).
    """
    late = () if since is None else (since,)
    found: set[str] = set()
    for chunk in chunks(account_ids):
        named = select(func.max(Label.label_id)).where(Label.account_id.in_(chunk), Label.source != "verdict")
        latest = named.group_by(Label.account_id)
        found |= set(session.scalars(select(Label.account_id).where(Label.label_id.in_(latest), Label.innocent, *late)))
    return found


def acquitted(session: Session, account_ids: Sequence[str], *, of: str | None = None, since: ColumnElement[bool] | None = None) -> set[str]:
    """Which of some accounts were judged innocent with a case, while no other case accuses them.

    Args:
        session: an open session.
        account_ids: the accounts.
        of: id of a case that counts as accusing them.
        since: only verdicts since then (:func:`labelled_since`).
    """
    late = () if since is None else (since,)
    found: set[str] = set()
    for chunk in chunks(account_ids):
        judged = select(Label.account_id).join(Case, Case.case_id == Label.case_id)
        with_case = judged.where(Label.account_id.in_(chunk), Label.source == "verdict", Label.innocent, _innocent_verdict_stands(), *late)
        accused = select(Member.account_id).join(Case, Case.case_id == Member.case_id)
        by_another = accused.where(Member.account_id.in_(chunk), accusing(*() if of is None else (of,)))
        found |= set(session.scalars(with_case)) - set(session.scalars(by_another))
    return found
