"""Who may use the console: users, their roles and passwords. Whatever takes a right away ends the user's sessions."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from stillwatch.console.security import hash_password
from stillwatch.errors import InputError
from stillwatch.respond import names
from stillwatch.respond.schema import LoginSession, User
from stillwatch.respond.store import SYSTEM, Change
from stillwatch.respond.vocabulary import Role


def listed(session: Session) -> list[User]:
    """All users by name."""
    return list(session.scalars(select(User).order_by(User.name)))


def add(change: Change, name: str, role: Role, password: str) -> User:
    """Add a user; needs an admin. The first one must be an admin, or nobody could add others.

    Raises:
        InputError: the name is taken, be it in another case, makes no sense or mixes scripts, or the password is too short.
    """
    change.require(Role.ADMIN)
    names.name("" if names.same(name, SYSTEM.name) else name, "a user")
    if not names.one_script(name):
        raise InputError(f"{name} mixes letters of several scripts, which look alike", todo="Use letters of one script")
    taken = next((user for user in listed(change.session) if names.same(user.name, name)), None)
    if taken is not None:
        back = None if taken.disabled_at is None else f"The user is disabled: stillwatch user enable {taken.name}"
        raise InputError("there is a user of this name", where=taken.name, todo=back)
    if role is not Role.ADMIN and change.session.scalars(select(User.name).limit(1)).first() is None:
        raise InputError("the first user must be an admin", where=name, todo="Pass --role admin")
    row = User(name=name, role=role, password_hash=hash_password(password), created_at=change.now)
    change.session.add(row)
    change.audit("user.add", name, after=role)
    return row


def set_password(change: Change, name: str, password: str) -> None:
    """Give a user another password; users their own, an admin anybody's. Ends the user's sessions."""
    row = _get(change, name)
    if change.actor.name != name:
        change.require(Role.ADMIN)
    row.password_hash = hash_password(password)
    _end_sessions(change, name)
    change.audit("user.password", name)


def set_role(change: Change, name: str, role: Role) -> None:
    """Give a user another role; needs an admin. Ends the user's sessions."""
    change.require(Role.ADMIN)
    row = _get(change, name)
    if role is not Role.ADMIN:
        _not_the_last_admin(change, row)
    change.audit("user.role", name, before=row.role, after=role)
    row.role = role
    _end_sessions(change, name)


def disable(change: Change, name: str) -> None:
    """Shut a user out; needs an admin. The name stays taken, because the audit log uses it."""
    change.require(Role.ADMIN)
    row = _get(change, name)
    _not_the_last_admin(change, row)
    row.disabled_at = change.now
    _end_sessions(change, name)
    change.audit("user.disable", name)


def enable(change: Change, name: str) -> User:
    """Let a user who was shut out in again, with the role and password of before; needs an admin.

    Raises:
        InputError: nobody of this name is shut out.
    """
    change.require(Role.ADMIN)
    row = _get(change, name)
    if row.disabled_at is None:
        raise InputError("this user is not disabled", where=name)
    change.audit("user.enable", name, before={"disabled_at": row.disabled_at}, after=row.role)
    row.disabled_at = None
    return row


def _get(change: Change, name: str) -> User:
    row = change.session.get(User, name)
    if row is None:
        raise InputError("no such user", where=name)
    return row


def _not_the_last_admin(change: Change, row: User) -> None:
    others = select(func.count()).select_from(User).where(
        User.role == Role.ADMIN, User.disabled_at.is_(None), User.name != row.name
    )
    if row.role == Role.ADMIN and not change.session.scalars(others).one():
        raise InputError("this is the last admin", where=row.name, todo="Make somebody else an admin first")


def _end_sessions(change: Change, name: str) -> None:
    change.session.execute(delete(LoginSession).where(LoginSession.user == name))
