"""Passwords, sessions, the token against forged requests, and a brake on guessing.

A session is a random token in a cookie; the store keeps its SHA-256 only. The token is made new at each login, whatever
cookie came with it, so a planted one is worth nothing (session fixation). What the page shows against forged requests is
derived from the session's token, so it changes with it and needs no place of its own.
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond.schema import LoginSession, User
from stillwatch.respond.store import Actor, Store
from stillwatch.respond.vocabulary import Role

LIFETIME = timedelta(hours=10)
"""From login to the next one."""
REVEAL = timedelta(minutes=15)
"""How long texts of a case stay readable after a reason was given."""
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1024

PARAMETERS = RFC_9106_LOW_MEMORY
"""Argon2id with 64 MiB and three passes: the second choice of RFC 9106, section 4."""

_hasher = PasswordHasher.from_parameters(PARAMETERS)
_hash_slots = threading.BoundedSemaphore(2)
"""Each hash takes 64 MiB: a crowd of logins waits instead of filling the memory."""


def hash_password(password: str) -> str:
    """The argon2id hash of a password in its string form.

    Raises:
        InputError: the password is too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InputError(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return _hasher.hash(password)


_ABSENT_USER_HASH = _hasher.hash(secrets.token_hex())


def password_is(stored: str | None, password: str) -> bool:
    """Whether a password is the stored one; takes as long where there is none, so that names cannot be guessed by time."""
    with _hash_slots:
        try:
            _hasher.verify(stored or _ABSENT_USER_HASH, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None


def digest(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def form_token(token: str) -> str:
    """What forms carry to show that they come from a page of this session."""
    return hmac.new(token.encode(), b"stillwatch console form", hashlib.sha256).hexdigest()


def constant_time_equal(given: str, expected: str) -> bool:
    """Comparison in constant time; any text may be given."""
    return hmac.compare_digest(given.encode(), expected.encode())


@dataclass(frozen=True)
class Login:
    """A session that holds."""

    actor: Actor
    token: str
    data: dict[str, Any]


def login(
    store: Store, name: str, password: str, *, ip: str | None, old_token: str | None, now: datetime
) -> str | None:
    """Open a session and return its token, or None where name and password do not belong together."""
    with store.read() as session:
        user = session.get(User, name)
    fits = password_is(user.password_hash if user else None, password)
    if not fits or user is None or user.disabled_at is not None:
        return None
    token = secrets.token_urlsafe(32)
    with store.write(Actor(name, Role(user.role), ip), now=now) as change:
        change.session.execute(delete(LoginSession).where(LoginSession.expires_at <= now))
        if old_token:
            change.session.execute(delete(LoginSession).where(LoginSession.token_sha256 == digest(old_token)))
        row = LoginSession(token_sha256=digest(token), user=name, created_at=now, expires_at=now + LIFETIME, data={})
        change.session.add(row)
        change.audit("console.login", name)
    return token


def find(session: Session, token: str, now: datetime, ip: str | None) -> Login | None:
    """The session of a token, if it holds; role and standing are the user's of now, not of the login."""
    statement = select(LoginSession, User).join(User, User.name == LoginSession.user)
    row = session.execute(statement.where(LoginSession.token_sha256 == digest(token))).first()
    if row is None or row[0].expires_at <= now or row[1].disabled_at is not None:
        return None
    return Login(Actor(row[1].name, Role(row[1].role), ip), token, dict(row[0].data))


def logout(store: Store, found: Login) -> None:
    """End a session."""
    with store.write(found.actor) as change:
        change.session.execute(delete(LoginSession).where(LoginSession.token_sha256 == digest(found.token)))
        change.audit("console.logout", found.actor.name)


def revealed(found: Login, case_id: str, now: datetime) -> bool:
    """Whether this session gave a reason to read the texts of a case, lately."""
    until = found.data.get("revealed", {}).get(case_id)
    return until is not None and datetime.fromisoformat(until) > now


class LoginBrake:
    """Counts failed logins by name and address, in this process, and says when to refuse.

    By both together soon, so that who guesses locks out nobody elsewhere; by name alone late, against guesses from many addresses.
    Bounded: what was longest untouched goes first, so a flood of names only forgets.
    """

    WINDOW_S = 900.0
    BY_BOTH = 8
    BY_ADDRESS = 40
    BY_NAME = 100
    SIZE = 20_000

    def __init__(self) -> None:
        """Nothing has failed yet."""
        self._failed: OrderedDict[tuple[str | None, str | None], list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def refuses(self, name: str, ip: str | None) -> bool:
        """Whether there were too many failures."""
        since = time.monotonic() - self.WINDOW_S
        with self._lock:
            both, by_address, by_name = (sum(at > since for at in self._failed.get(key, ())) for key in self._keys(name, ip))
        return both >= self.BY_BOTH or by_address >= self.BY_ADDRESS or by_name >= self.BY_NAME

    def failed(self, name: str, ip: str | None) -> None:
        """Count a failure."""
        with self._lock:
            for key in self._keys(name, ip):
                times = self._failed.setdefault(key, [])
                times.append(time.monotonic())
                del times[: -self.BY_NAME]
                self._failed.move_to_end(key)
            while len(self._failed) > self.SIZE:
                self._failed.popitem(last=False)

    def passed(self, name: str, ip: str | None) -> None:
        """Forget the failures of this name at this address; of the address, and of the name elsewhere, only what this login was counted as.

        The others of these stay, since somebody else may be guessing.
        """
        self.take_back_failure(name, ip)
        with self._lock:
            self._failed.pop(self._keys(name, ip)[0], None)

    def take_back_failure(self, name: str, ip: str | None) -> None:
        """Take back one failure, which was none: nothing was checked."""
        with self._lock:
            for key in self._keys(name, ip):
                if times := self._failed.get(key):
                    times.pop()

    @staticmethod
    def _keys(name: str, ip: str | None) -> tuple[tuple[str | None, str | None], ...]:
        name, ip = name[:200], ip or ""
        return (name, ip), (None, ip), (name, None)
