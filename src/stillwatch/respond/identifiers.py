"""Which identifiers the store knows, and what a name in clear is where it has the keyed hashes that ingest writes."""

import re
import shlex
from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.keys.hashing import key_check, keyed
from stillwatch.respond.bulk import chunks
from stillwatch.respond.schema import Account, Key, Member, Meta, Target
from stillwatch.respond.vocabulary import Subject

HASH = re.compile("[0-9a-f]{32}")
SAMPLE = 1000
"""Identifiers that are looked at to tell whether the store has hashes: all of a run's are, or none."""


def known(session: Session, subjects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """How many accounts imports told of each organisation; 1 for an account or key that an import, a case or an action has.

    What is misspelt is not in it, and protects nobody.
    """
    wanted: dict[str, set[str]] = {}
    for subject, subject_id in subjects:
        wanted.setdefault(subject, set()).add(subject_id)
    found: dict[tuple[str, str], int] = {}
    for subject, ids in wanted.items():
        for some in chunks(sorted(ids), 5000):
            if subject == Subject.ORG:
                rows = select(Account.org_id, func.count()).where(Account.org_id.in_(some)).group_by(Account.org_id)
                found |= {(subject, str(org_id)): n for org_id, n in session.execute(rows)}
                continue
            columns = (Key.key_id,) if subject == Subject.KEY else (Account.account_id, Member.account_id)
            places = [select(column).where(column.in_(some)).distinct() for column in columns]
            places.append(select(Target.subject_id).where(Target.subject == subject, Target.subject_id.in_(some)).distinct())
            found |= {(subject, name): 1 for place in places for name in session.scalars(place)}
    return found


def hashed(session: Session) -> bool:
    """Whether most identifiers that the store has, of cases or else of actions, look like the keyed hashes that ingest writes."""
    for column in (Member.account_id, Target.subject_id):
        if ids := session.scalars(select(column).limit(SAMPLE)).all():
            return sum(HASH.fullmatch(name) is not None for name in ids) * 2 >= len(ids)
    return False


def of_another_key(session: Session, key: bytes) -> bool:
    """Whether the store's identifiers were hashed with another key, as far as an import told it."""
    return session.get_one(Meta, 1).key_check not in (None, key_check(key))


def meant(session: Session, subjects: Sequence[tuple[Subject, str]], key: bytes | None) -> list[tuple[Subject, str]]:
    """The identifiers that somebody means by names: the name where the store knows it, else its hash where the store has hashes."""
    if key is None:
        return list(subjects)
    ids = [(subject, keyed(key, name)) for subject, name in subjects]
    has, hashes = known(session, [*subjects, *ids]), hashed(session)
    return [
        id_ if one not in has and (id_ in has or (hashes and not HASH.fullmatch(one[1]))) else one
        for one, id_ in zip(subjects, ids, strict=True)
    ]


def demand(session: Session, subjects: Iterable[tuple[Subject, str]]) -> None:
    """Refuse names in clear where the store has hashes and does not know them: nothing would come of what is done to them.

    Raises:
        InputError: one is in clear.
    """
    clear = [one for one in subjects if not HASH.fullmatch(one[1])]
    if not clear or not hashed(session):
        return
    has = known(session, clear)
    for subject, name in (one for one in clear if one not in has):
        where = "--key" if subject is Subject.KEY else name  # it may be an API key, which is printed nowhere
        raise InputError(f"the store has keyed hashes of identifiers, and this {subject} is named in clear", where=where,
                         todo=_todo(subject, name))


def todo(session: Session, name: str) -> str | None:
    """What tells the hash of an account's name in clear, where the store has hashes; else nothing."""
    return None if HASH.fullmatch(name) or not hashed(session) else _todo(Subject.ACCOUNT, name)


def _todo(subject: Subject, name: str) -> str:
    what = "--api-key -" if subject is Subject.KEY else shlex.quote(name)
    return f"Pass its hash, which stillwatch identify {what} --key-file FILE tells, or --key-file FILE itself (ingest's stillwatch.key)"
