"""The allow-list: subjects that no action may touch, each with an owner, a reason and an end."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond import blast, cases, identifiers, names
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


def accused(session: Session, subject: Subject, subject_id: str) -> dict[str, int]:
    """Case -> number of accounts that it accuses and that an entry for a subject covers: the account, a key's owner, an organisation's."""
    account_id = blast.owners(session, [subject_id]).get(subject_id, subject_id) if subject is Subject.KEY else subject_id
    of_org = select(Account.account_id).where(Account.org_id == subject_id)
    covered = Member.account_id.in_(of_org if subject is Subject.ORG else [account_id])
    counts = select(Member.case_id, func.count()).join(Case, Case.case_id == Member.case_id).where(covered, cases.accusing())
    rows = session.execute(counts.group_by(Member.case_id).order_by(Member.case_id)).all()
    return {row[0]: row[1] for row in rows}
