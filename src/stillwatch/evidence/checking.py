"""Verify a packet or a statement: who signed it, and that nothing in it was changed, added or removed. Needs the public key alone.

1. The zip has manifest.json and manifest.sig, plain names, no name twice, and the file has nothing before, behind or between its files.
2. The signature over the bytes of manifest.json is the given key's. Nothing of the manifest is believed before.
3. The manifest is of a known format.
4. Each file that it names is there with its size and SHA-256, and there is no other.
"""

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from stillwatch.errors import InputError
from stillwatch.evidence.packet import FORMAT, STATEMENT
from stillwatch.keys import signing

SMALL = 32 << 20
"""Bytes that a manifest, a signature or a JSON file has at most."""
MAX_FILES = 100
END_BYTES = 22
"""Bytes of the record that ends a zip without a comment."""
END_64 = 76
"""Bytes of the records before it in a zip of more than 4 GB."""


@dataclass(frozen=True)
class Verified:
    """A packet that passed."""

    manifest: dict[str, Any]
    key_id: str | None
    """The key that signed it; null where no key was given, and then nobody vouches for it."""


def verify(path: Path, key: Ed25519PublicKey | None) -> Verified:
    """Verify a packet.

    Args:
        path: the zip.
        key: the signer's public key, from a source other than the packet. Without it only the hashes are compared, which tells
            accidents but no forgery.

    Raises:
        InputError: it is no packet, or any step fails.
    """
    with opened(path) as archive:
        if not _alone(archive, path):
            raise _broken(path, "it holds more than its files, before, behind or between them")
        names = [info.filename for info in archive.infolist()]
        if len(names) != len(set(names)) or len(names) > MAX_FILES or not all(_plain(name) for name in names):
            raise _broken(path, "names in the zip are not plain or not unique")
        manifest_bytes, signature = read_small(archive, "manifest.json", path), read_small(archive, "manifest.sig", path)
        if key is not None and not signing.signed_by(key, manifest_bytes, signature):
            raise _broken(path, f"the manifest was not signed by the key {signing.key_id(key)}, or was changed")
        if signature != signature.strip() + b"\n":
            raise _broken(path, "manifest.sig was changed")
        manifest = _manifest(manifest_bytes, path)
        listed: dict[str, Any] = manifest["files"]
        extra = sorted(set(names) - set(listed) - {"manifest.json", "manifest.sig"})
        absent = sorted(set(listed) - set(names))
        if extra or absent:
            raise _broken(path, "; ".join([f"added: {name}" for name in extra] + [f"removed: {name}" for name in absent]))
        for name, told in sorted(listed.items()):
            if _digest(archive, name, int(told["bytes"])) != told["sha256"]:
                raise _broken(path, f"{name} was changed")
    return Verified(manifest, None if key is None else signing.key_id(key))


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The zip of a packet; damage met while reading is an InputError."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError as error:
        raise InputError("no such file", where=path) from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise _broken(path, f"not readable as a zip ({' '.join(str(error).split())})") from error
    except Exception as error:  # zlib.error and what damaged headers make the module raise
        if isinstance(error, InputError):
            raise
        raise _broken(path, f"not readable as a zip ({type(error).__name__})") from error


def read_small(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    """A small file of the packet."""
    if name not in archive.namelist():
        raise _broken(path, f"it has no {name}")
    with archive.open(name) as file:
        content = file.read(SMALL + 1)
    if len(content) > SMALL:
        raise _broken(path, f"{name} is larger than {SMALL >> 20} MB")
    return content


def read_json(archive: zipfile.ZipFile, name: str, path: Path) -> Any:
    """A small file of the packet that is JSON."""
    try:
        return json.loads(read_small(archive, name, path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} is not JSON", where=path) from error


def read_table(archive: zipfile.ZipFile, name: str, path: Path) -> pa.Table | None:
    """A table of the packet; None where it has none of this name."""
    if name not in archive.namelist():
        return None
    try:
        return pq.read_table(io.BytesIO(archive.read(name)))
    except pa.ArrowException as error:
        raise InputError(f"{name} is not readable as Parquet", where=path) from error


def _alone(archive: zipfile.ZipFile, path: Path) -> bool:
    """Whether a zip is its files one behind the other and their list, as one that export wrote: others find in more what they like."""
    at, of_list = 0, 0
    with open(path, "rb") as file:
        for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
            file.seek(at)
            name, extra = struct.unpack("<26x2H", file.read(30))
            if info.header_offset != at or info.comment or not _lengths(info.extra) or not _lengths(file.read(name + extra)[name:]):
                return False
            at += 30 + name + extra + info.compress_size
            of_list += 46 + name + len(info.extra)
        size = file.seek(0, 2)
        file.seek(-END_BYTES, 2)
        end = file.read()
    listed = at == archive.start_dir and size - at - of_list in (END_BYTES, END_BYTES + END_64)
    return listed and end.startswith(b"PK\5\6") and end.endswith(b"\0\0")


def _lengths(extra: bytes) -> bool:
    """Whether an extra field is empty or tells the lengths of a file that may be large, and nothing else."""
    return not extra or (extra[:2] == b"\1\0" and len(extra) == 4 + int.from_bytes(extra[2:4], "little") <= 32)


def _plain(name: str) -> bool:
    return bool(name) and not any(c in name for c in "/\\:\0") and name not in (".", "..")


def _manifest(content: bytes, path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(content)
        files = manifest["files"]
        if manifest["format"] not in (FORMAT, STATEMENT):
            raise _broken(path, f"its format is {manifest['format']!r}, this version reads {FORMAT} and {STATEMENT}")
        for told in files.values():
            int(told["bytes"]), str(told["sha256"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _broken(path, "its manifest is none") from error
    return dict(manifest)


def _digest(archive: zipfile.ZipFile, name: str, size: int) -> str | None:
    """SHA-256 of a file of exactly this size; null where it is larger, however large."""
    hasher, left = hashlib.sha256(), size
    with archive.open(name) as file:
        while block := file.read(min(1 << 20, left + 1)):
            left -= len(block)
            if left < 0:
                return None
            hasher.update(block)
    return hasher.hexdigest() if left == 0 else None


def _broken(path: Path, what: str) -> InputError:
    return InputError(f"the packet does not verify: {what}", where=path)
