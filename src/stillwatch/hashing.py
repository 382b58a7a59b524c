"""Keyed hashes of identifiers, and the tenant's key that they take."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from stillwatch.errors import InputError
from stillwatch.files import replacing

KEY_BYTES = 32


def keyed(key: bytes, value: str) -> str:
    """HMAC-SHA-256 of a value under a tenant's key, first 128 bits as hex (RFC 2104; NIST SP 800-107 on truncation)."""
    return hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def tenant_key(path: Path) -> bytes:
    """Read the tenant's key, or create it with mode 0600; of several processes that create it at once, all read the same."""
    if not path.exists():
        made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with replacing(made) as partial:
            partial.touch(mode=0o600)
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
