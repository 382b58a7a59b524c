"""API tokens of the service and their roles, kept in a file or in the store (``stillwatch.workflows.store_source``).

A token is 32 random bytes. Only its SHA-256 is kept, so that reading the file gives no access. A slow hash is not needed for a secret that
cannot be guessed (OWASP ASVS 5.0, 11.4 requires one for passwords).
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
from stillwatch.files import Stamp, atomic_write, folder_lock, stamp

PREFIX = "swt_"
"""Prefix by which secret scanners find a leaked token."""


class Role(StrEnum):
    """What a token allows."""

    DECIDE = "decide"
    """A gateway: asks for decisions."""
    METRICS = "metrics"
    """A monitor: reads metrics and the status."""
    ADMIN = "admin"
    """A person's tool: all of it."""


class Token(msgspec.Struct, frozen=True, omit_defaults=True):
    """A token as it is kept, without the secret."""

    name: str
    sha256: str
    role: Role
    expires_at: float | None = None
    """Seconds since the epoch; None: never."""


class Tokens:
    """A set of tokens, looked up by secret."""

    def __init__(self, tokens: list[Token]) -> None:
        """Take the rows."""
        self.rows = tuple(tokens)
        self._by_hash = {bytes.fromhex(token.sha256): token for token in tokens}
        self._found: dict[bytes, Token] = {}
        """Cache: secret -> token, for the secrets that were presented so far."""

    def find(self, secret: bytes, now: float | None = None) -> Token | None:
        """The token of a secret, or None if it is unknown or has expired.

        Args:
            secret: the token as presented.
            now: seconds since the epoch; None: the wall clock's time.
        """
        token = self._found.get(secret)
        if token is None:
            token = self._by_hash.get(hashlib.sha256(secret).digest())
            if token is not None:
                self._found[secret] = token
        if token is None or (token.expires_at is not None and token.expires_at <= (time.time() if now is None else now)):
            return None
        return token

    def __len__(self) -> int:
        """Number of tokens."""
        return len(self._by_hash)


class TokenSource(Protocol):
    """A place where tokens are kept."""

    def read(self) -> Tokens:
        """The current tokens. Called about once a second; if it raises, the caller keeps its last tokens."""
        ...


def new_secret() -> tuple[str, str]:
    """A new random secret, and its SHA-256 in hexadecimal."""
    secret = PREFIX + secrets.token_urlsafe(32)
    return secret, hashlib.sha256(secret.encode()).hexdigest()


class TokenFile:
    """A file of tokens that is read again when it changes, so that a revocation takes effect within seconds."""

    def __init__(self, path: Path) -> None:
        """Take the file."""
        self._path = path
        self._seen: Stamp | None = None
        self._tokens = Tokens([])

    def read(self) -> Tokens:
        """The current tokens.

        Raises:
            InputError: the file is missing or invalid.
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
        InputError: the file is missing or invalid.
    """
    return Tokens(_rows(path))


def create(path: Path, name: str, role: Role, expires_at: float | None = None) -> str:
    """Add a token to the file, which is made if absent (mode 0600).

    Args:
        path: the file.
        name: name of the token, unique in the file.
        role: its role.
        expires_at: seconds since the epoch; None: never.

    Returns:
        The secret; it is not kept anywhere.

    Raises:
        InputError: the name is taken, or the file is invalid.
    """
    secret, digest = new_secret()
    with _locked(path):
        rows = _rows(path) if path.exists() else []
        if any(row.name == name for row in rows):
            raise InputError(f"there is a token named {name!r}", where=path, todo="Choose another name")
        save(path, [*rows, Token(name, digest, role, expires_at)])
    return secret


def save(path: Path, rows: list[Token]) -> None:
    """Replace the file of tokens (mode 0600)."""
    with atomic_write(path) as partial:
        partial.touch(mode=0o600)
        partial.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n")


def revoke(path: Path, name: str) -> None:
    """Remove a token from the file.

    Raises:
        InputError: there is no such token, or the file is missing or invalid.
    """
    load(path)  # before the lock, which would create a file beside a mistyped path
    with _locked(path):
        rows = _rows(path)
        kept = [row for row in rows if row.name != name]
        if len(kept) == len(rows):
            raise InputError(f"no token named {name!r}", where=path)
        save(path, kept)


def _locked(path: Path) -> AbstractContextManager[None]:
    """Lock the file, because two changes at once could restore a revoked token. A lock of its own: a service may hold its folder's."""
    return folder_lock(path.resolve().with_name(f"{path.resolve().name}.lock"), "stillwatch token")


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
