"""Keyed hashes of identifiers, the tenant's key that they take, and the list beside it of accounts that were erased."""

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from stillwatch.errors import InputError
from stillwatch.files import alone, replacing

KEY_BYTES = 32
KEY_NAME = "stillwatch.key"
"""Of the key in a folder that ingest writes, where no other place is named."""


def keyed(key: bytes, value: str) -> str:
    """HMAC-SHA-256 of a value under a tenant's key, first 128 bits as hex (RFC 2104; NIST SP 800-107 on truncation)."""
    return hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def key_check(key: bytes) -> str:
    """What tells a tenant's key from another, and nothing else of it: kept beside what was hashed with it."""
    return keyed(key, "check of the tenant's key")


def tenant_key(path: Path) -> bytes:
    """Read the tenant's key, or create it with mode 0600; of several processes that create it at once, all read the same."""
    if not path.exists():
        made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with replacing(made, private=True) as partial:
            partial.write_text(secrets.token_hex(KEY_BYTES) + "\n")
        try:
            os.link(made, path)  # unlike a renaming, it never replaces one that another process has made
        except FileExistsError:
            pass
        except OSError:  # a disk without links
            made.replace(path)
        made.unlink(missing_ok=True)
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as error:
        raise InputError("not a key file", where=path, todo=f"It must hold {KEY_BYTES} bytes as hex") from error
    if len(key) < KEY_BYTES:
        raise InputError(f"the key has {len(key)} bytes", where=path, todo=f"It must have at least {KEY_BYTES}")
    return key


def ingest_key(path: Path) -> bytes:
    """The tenant's key that ingest made; none is made here, since a new one would find nobody.

    Raises:
        InputError: there is no such file, or it is no key.
    """
    if not path.is_file():
        raise InputError("no such key file", where=path, todo="Pass the one that ingest wrote")
    return tenant_key(path)


# --- Accounts that were erased -------------------------------------------------------------------------------------

ERASED_HEAD = "# Accounts that stillwatch cases erase erased: ingest leaves their rows out. Keyed hashes, the newest last.\n"


def erased_path(key_file: Path) -> Path:
    """The list that belongs to a key: beside it, ``stillwatch.key.erased``."""
    return key_file.with_name(f"{key_file.name}.erased")


def erased_hash(key: bytes, account_id: str) -> str:
    """What stands for an account in the list: not the hash that tables know it by, so that the list leads to no rows without the key."""
    return keyed(key, f"erased account {account_id}")


def erased_hashes(key_file: Path) -> list[str]:
    """What the list of a key holds, oldest first; nothing where there is no list.

    Raises:
        InputError: it is not such a list: rows of an erased account would come back.
    """
    path = erased_path(key_file)
    try:
        lines = path.read_text().splitlines() if path.exists() else []
    except (OSError, ValueError) as error:
        raise InputError("not readable", where=path) from error
    found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if wrong := next((line for line in found if not re.fullmatch("[0-9a-f]{32}", line)), None):
        raise InputError(f"{wrong[:40]!r} is no keyed hash", where=path, todo="Restore the list: without it erased accounts come back")
    return found


def list_erased(key_file: Path, account_id: str, *, off: bool = False) -> bool:
    """Put an account on the list of a key, or take it ``off``; whether that changed the list.

    Raises:
        InputError: there is no such key, the list is none, or cannot be written.
    """
    mine = erased_hash(ingest_key(key_file), account_id)
    with alone(key_file.parent, "command", settled=False):
        listed = erased_hashes(key_file)
        if (mine in listed) != off:
            return False
        kept = [one for one in listed if one != mine] if off else [*listed, mine]
        with replacing(erased_path(key_file), private=True) as partial:
            partial.write_text(ERASED_HEAD + "".join(f"{one}\n" for one in kept))
    return True
