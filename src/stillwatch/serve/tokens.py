"""API tokens of the service: who may call what. They are kept in a file, or in the store (``stillwatch.workflows.store_source``).

A token is 32 random bytes. What is kept is its SHA-256, which is enough for a secret that nobody can guess (no need of a
slow hash: OWASP ASVS 5.0, 11.4 asks that of passwords), so that reading it gives no access.
"""

import hashlib
import secrets
import time
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import msgspec

from stillwatch.errors import InputError
from stillwatch.files import Stamp, alone, replacing, stamp

PREFIX = "swt_"
"""Lets secret scanners find a leaked token."""


class Role(StrEnum):
    """What a token is for."""

    DECIDE = "decide"
    """A gateway: asks for decisions."""
    METRICS = "metrics"
    """A monitor: reads metrics and the status."""
    ADMIN = "admin"
    """A person's tool: all of it."""


class Token(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of the file."""

    name: str
    sha256: str
    role: Role
    expires_at: float | None = None
    """Seconds since the epoch; null never expires."""


class Tokens:
    """Tokens by their hash."""

    def __init__(self, tokens: list[Token]) -> None:
        """Take the rows."""
        self.rows = tuple(tokens)
        self._by_hash = {bytes.fromhex(token.sha256): token for token in tokens}
        self._found: dict[bytes, Token] = {}
        """By the secret, of those that were presented since these rows were read."""

    def find(self, secret: bytes, now: float | None = None) -> Token | None:
        """The token of a secret, unless it is unknown or has expired at ``now`` (seconds since the epoch; by default the wall clock's)."""
        token = self._found.get(secret)
        if token is None:
            token = self._by_hash.get(hashlib.sha256(secret).digest())
            if token is not None:
                self._found[secret] = token
        if token is None or (token.expires_at is not None and token.expires_at <= (time.time() if now is None else now)):
            return None
        return token

    def __len__(self) -> int:
        """How many."""
        return len(self._by_hash)


class TokenSource(Protocol):
    """Where tokens are kept."""

    def read(self) -> Tokens:
        """The tokens as they are now; asked every second or so. The caller keeps those it had where this raises."""
        ...


def new_secret() -> tuple[str, str]:
    """A token that nobody had before, and its SHA-256 in hexadecimal."""
    secret = PREFIX + secrets.token_urlsafe(32)
    return secret, hashlib.sha256(secret.encode()).hexdigest()


class TokenFile:
    """A file of tokens that is read again when it changed, so that a revoked token ends within seconds."""

    def __init__(self, path: Path) -> None:
        """Take the file."""
        self._path = path
        self._seen: Stamp | None = None
        self._tokens = Tokens([])

    def read(self) -> Tokens:
        """The tokens as they are now.

        Raises:
            InputError: there is none, or it is not one; the caller keeps those it had.
        """
        try:
            seen = stamp(self._path)
        except OSError:
            return load(self._path)
        if seen != self._seen:
            self._tokens, self._seen = load(self._path), seen
        return self._tokens


def load(path: Path) -> Tokens:
    """Read a file of tokens.

    Raises:
        InputError: there is none, or it is not one.
    """
    return Tokens(_rows(path))


def create(path: Path, name: str, role: Role, expires_at: float | None = None) -> str:
    """Add a token to the file (made if absent, mode 0600); returns the secret, which is shown once and never kept."""
    secret, digest = new_secret()
    with _changing(path):
        rows = _rows(path) if path.exists() else []
        if any(row.name == name for row in rows):
            raise InputError(f"there is a token named {name!r}", where=path, todo="Choose another name")
        save(path, [*rows, Token(name, digest, role, expires_at)])
    return secret


def save(path: Path, rows: list[Token]) -> None:
    """Write a file of tokens, mode 0600."""
    with replacing(path) as partial:
        partial.touch(mode=0o600)
        partial.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n")


def revoke(path: Path, name: str) -> None:
    """Remove a token from the file."""
    load(path)  # nothing is made beside a path that was mistyped
    with _changing(path):
        rows = _rows(path)
        kept = [row for row in rows if row.name != name]
        if len(kept) == len(rows):
            raise InputError(f"no token named {name!r}", where=path)
        save(path, kept)


def _changing(path: Path) -> AbstractContextManager[None]:
    """Of two changes at once the later would bring back what the other revoked. Its own folder may be the state that a service holds."""
    return alone(path.resolve().with_name(f"{path.resolve().name}.lock"), "stillwatch token")


def _rows(path: Path) -> list[Token]:
    try:
        rows = msgspec.json.decode(path.read_bytes(), type=list[Token])
        for row in rows:
            bytes.fromhex(row.sha256)
        return rows
    except FileNotFoundError as error:
        raise InputError("no file of tokens", where=path, todo=f"Make one with: stillwatch token NAME --tokens {path}") from error
    except IsADirectoryError as error:
        raise InputError("a folder, where a file is needed", where=path) from error
    except (msgspec.DecodeError, ValueError, OSError) as error:
        raise InputError(f"not a file of tokens ({error})", where=path) from error
