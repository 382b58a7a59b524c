"""Keyed hashes of identifiers, the tenant's key, and the list of erased accounts beside it."""

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from stillwatch.errors import InputError
from stillwatch.files import atomic_write, folder_lock

KEY_BYTES = 32
KEY_NAME = "stillwatch.key"
"""File name of the key in a folder that ingest writes, unless another file is named."""


def keyed(key: bytes, value: str) -> str:
    """HMAC-SHA-256 of a value under a tenant's key, first 128 bits as hex (RFC 2104; NIST SP 800-107 on truncation)."""
    return hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def key_check(key: bytes) -> str:
    """A value that identifies a tenant's key without revealing it; kept beside what was hashed with the key."""
    return keyed(key, "check of the tenant's key")


def tenant_key(path: Path) -> bytes:
    """Read the tenant's key, or create it with mode 0600; processes that create it at the same time all read the same one.

    Raises:
        InputError: the file holds no key of at least KEY_BYTES bytes, as hex.
    """
    if not path.exists():
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with atomic_write(temporary, private=True) as partial:
            partial.write_text(secrets.token_hex(KEY_BYTES) + "\n")
        try:
            os.link(temporary, path)  # unlike renaming, never replaces a key that another process has created
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            temporary.replace(path)
        temporary.unlink(missing_ok=True)
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as error:
        raise InputError("not a key file", where=path, todo=f"It must hold {KEY_BYTES} bytes as hex") from error
    if len(key) < KEY_BYTES:
        raise InputError(f"the key has {len(key)} bytes", where=path, todo=f"It must have at least {KEY_BYTES}")
    return key


def ingest_key(path: Path) -> bytes:
    """Read the tenant's key that ingest created. Never creates one, because nothing was hashed with a new key.

    Raises:
        InputError: there is no such file, or it is no key.
    """
    if not path.is_file():
        raise InputError("no such key file", where=path, todo="Pass the one that ingest wrote")
    return tenant_key(path)


# --- Accounts that were erased -------------------------------------------------------------------------------------

ERASED_HEAD = "# Accounts that stillwatch cases erase erased: ingest leaves their rows out. Keyed hashes, the newest last.\n"


def erased_path(key_file: Path) -> Path:
    """The path of the list of erased accounts beside a key: ``stillwatch.key.erased``."""
    return key_file.with_name(f"{key_file.name}.erased")


def erased_hash(key: bytes, account_id: str) -> str:
    """The entry of an account in the list. It differs from the hash in tables, so that without the key the list leads to no rows."""
    return keyed(key, f"erased account {account_id}")


def erased_hashes(key_file: Path) -> list[str]:
    """The entries of the list beside a key, oldest first; empty if there is no list.

    Raises:
        InputError: the list is damaged; ignoring it would bring back rows of erased accounts.
    """
    path = erased_path(key_file)
    try:
        lines = path.read_text().splitlines() if path.exists() else []
    except (OSError, ValueError) as error:
        raise InputError("not readable", where=path) from error
    hashes = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if wrong := next((line for line in hashes if not re.fullmatch("[0-9a-f]{32}", line)), None):
        raise InputError(f"{wrong[:40]!r} is no keyed hash", where=path, todo="Restore the list: without it erased accounts come back")
    return hashes


def list_erased(key_file: Path, account_id: str, *, off: bool = False) -> bool:
    """Put an account on the list beside a key, or take it ``off``. Returns whether the list changed.

    Raises:
        InputError: there is no such key, or the list is damaged or cannot be written.
    """
    own_hash = erased_hash(ingest_key(key_file), account_id)
    with folder_lock(key_file.parent, "command", refuse_open_erasure=False):
        hashes = erased_hashes(key_file)
        if (own_hash in hashes) != off:
            return False
        kept = [hash_ for hash_ in hashes if hash_ != own_hash] if off else [*hashes, own_hash]
        with atomic_write(erased_path(key_file), private=True) as partial:
            partial.write_text(ERASED_HEAD + "".join(f"{hash_}\n" for hash_ in kept))
    return True
