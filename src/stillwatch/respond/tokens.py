"""Tokens of programs that ask the decision service, kept in the store: made and revoked by an admin, and logged."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond import names
from stillwatch.respond.schema import ApiToken
from stillwatch.respond.store import Change
from stillwatch.respond.vocabulary import Role


def add(change: Change, name: str, sha256: str, role: str, expires_at: datetime | None = None) -> ApiToken:
    """Add a token; needs an admin.

    Args:
        change: the write in progress.
        name: who uses it; a name is used once, since the audit log tells tokens by it.
        sha256: of the secret, 64 hexadecimal digits; the secret itself is never stored.
        role: what it is for, in the words of the decision service.
        expires_at: when it ends; None: when it is revoked.

    Raises:
        InputError: the name makes no sense or was used before, or the end is over.
        ForbiddenError: the actor is no admin.
    """
    change.require(Role.ADMIN)
    names.name(name, "a token")
    if change.session.scalars(select(ApiToken).where(ApiToken.name == name)).first() is not None:
        raise InputError("there is, or was, a token of this name", where=name, todo="Choose another name")
    if expires_at is not None and expires_at <= change.now:
        raise InputError("the token would have ended already", where=name)
    row = ApiToken(
        token_sha256=sha256, name=name, role=role, created_at=change.now, created_by=change.actor.name, expires_at=expires_at
    )
    change.session.add(row)
    change.audit("token.add", name, after={"role": role, "expires_at": expires_at})
    return row


def revoke(change: Change, name: str) -> None:
    """End a token; needs an admin.

    Raises:
        InputError: there is no such token, or it was revoked before.
        ForbiddenError: the actor is no admin.
    """
    change.require(Role.ADMIN)
    row = change.session.scalars(select(ApiToken).where(ApiToken.name == name, ApiToken.revoked_at.is_(None))).first()
    if row is None:
        raise InputError("no such token", where=name)
    row.revoked_at = change.now
    change.audit("token.revoke", name, before=row.role)


def valid(session: Session) -> list[ApiToken]:
    """Tokens that were not revoked, by name; some may have expired."""
    return list(session.scalars(select(ApiToken).where(ApiToken.revoked_at.is_(None)).order_by(ApiToken.name)))


def listed(session: Session) -> list[ApiToken]:
    """All tokens that there are or were, by name."""
    return list(session.scalars(select(ApiToken).order_by(ApiToken.name)))
