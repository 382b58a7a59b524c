"""The allow-list: subjects that no action may touch, each with an owner, a reason and an end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond import blast, cases, identifiers, names
from stillwatch.respond.bulk import chunks
from stillwatch.respond.schema import Account, AllowEntry, Case, Member
from stillwatch.respond.store import Change
from stillwatch.respond.vocabulary import Role, Subject


def add(change: Change, subject: Subject, subject_id: str, *, owner: str, reason: str, expires_at: datetime) -> AllowEntry:
    """Allow a subject until a time; needs an approver. Actions on it stay, but decide nothing meanwhile.

    Raises:
        InputError: owner or reason is empty, the subject can be none or is named in clear where the store has hashes, or the end is past.
    """
    change.require(Role.APPROVER)
    names.identifier(subject_id, subject)
    if not (owner.strip() and reason.strip()):
        raise InputError("an allow-list entry needs an owner and a reason", where=subject_id, todo="Say who answers for it, and why")
    if expires_at <= change.now:
        raise InputError(f"the entry would end at {expires_at.isoformat()}, which is past")
    identifiers.demand(change.session, [(subject, subject_id)])
    row = AllowEntry(
        subject=subject, subject_id=subject_id, owner=owner, reason=reason, created_at=change.now,
        created_by=change.actor.name, expires_at=expires_at,
    )
    change.session.add(row)
    change.session.flush()
    change.bump()
    after = {"subject": subject, "subject_id": subject_id, "owner": owner, "expires_at": expires_at}
    change.audit("allow.add", f"allow-{row.allow_id}", after=after, reason=reason)
    return row


def revoke(change: Change, allow_id: int, note: str) -> AllowEntry:
    """End an entry now; needs an approver."""
    change.require(Role.APPROVER)
    row = change.session.get(AllowEntry, allow_id)
    if row is None or row.revoked_at is not None:
        raise InputError(f"no allow-list entry {allow_id} in force", todo="See stillwatch allow list")
    row.revoked_at, row.revoked_by = change.now, change.actor.name
    change.bump()
    change.audit("allow.revoke", f"allow-{allow_id}", before=row.subject_id, reason=note)
    return row


def entries(session: Session, now: datetime) -> Sequence[AllowEntry]:
    """Entries in force, those that end first at the top."""
    live = select(AllowEntry).where(AllowEntry.revoked_at.is_(None), AllowEntry.expires_at > now)
    return session.scalars(live.order_by(AllowEntry.expires_at, AllowEntry.allow_id)).all()


def accused(session: Session, subjects: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[str, int]]:
    """Which of some subjects, as entries have them, cover accounts that a case accuses.

    Args:
        session: an open session.
        subjects: accounts, keys (which stand for their owners) and organisations.

    Returns:
        Subject -> case id -> how many of its accounts the case accuses; subjects that no case accuses are absent.
    """
    owner = blast.owners(session, [name for subject, name in subjects if subject == Subject.KEY])
    of_org = _accusing_by(session, Account.org_id, [name for subject, name in subjects if subject == Subject.ORG])
    by_account = {(subject, name): owner.get(name, name) if subject == Subject.KEY else name
                  for subject, name in subjects if subject != Subject.ORG}
    of_account = _accusing_by(session, Member.account_id, sorted(set(by_account.values())))
    found = {(subject, name): of_org.get(name, {}) if subject == Subject.ORG else of_account.get(by_account[subject, name], {})
             for subject, name in subjects}
    return {entry: of_cases for entry, of_cases in found.items() if of_cases}


def _accusing_by(session: Session, column: Any, values: Sequence[str]) -> dict[str, dict[str, int]]:
    """Value of a column of accounts or members -> case id -> number of accounts with it that the case accuses."""
    counted = select(column, Member.case_id, func.count()).join(Case, Case.case_id == Member.case_id)
    if column.class_ is Account:
        counted = counted.join(Account, Account.account_id == Member.account_id)
    found: dict[str, dict[str, int]] = {}
    for some in chunks(values):
        rows = counted.where(column.in_(some), cases.accusing()).group_by(column, Member.case_id).order_by(Member.case_id)
        for value, case_id, n in session.execute(rows):
            found.setdefault(value, {})[case_id] = int(n)
    return found


def n_allowed(session: Session, now: datetime, case_id: str) -> int:
    """How many accounts of a case are on the allow-list, themselves or through their organisation."""
    return len(blast.allowed(session, now, [(Subject.ACCOUNT, member.account_id) for member in cases.members(session, case_id)]))
