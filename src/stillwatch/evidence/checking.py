"""Verify a packet or a statement with the signer's public key: who signed it, and that nothing in it was changed, added or removed.

1. The zip has manifest.json and manifest.sig, plain names, no name twice; all bytes but the files' content are as export writes them.
2. The signature over the bytes of manifest.json is that of the given key. Nothing in the manifest is trusted before.
3. The manifest has a known format.
4. Each file in the manifest is present with its size and SHA-256, with nothing after its compressed stream, and there is no other file.
"""

import hashlib
import io
import json
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from stillwatch.errors import InputError
from stillwatch.evidence.packet import ATTRIBUTES, FORMAT, SIGNED, STAMP, STATEMENT
from stillwatch.keys import signing

MAX_SMALL_FILE_BYTES = 32 << 20
"""Largest manifest, signature or JSON file, bytes."""
MAX_EXPANSION = 10
"""Highest ratio of unpacked to packed size of a larger table; export's tables have 1.5, since Parquet is compressed already."""
MAX_FILES = 100
WINDOWS, UNIX = 0, 3
"""``create_system`` of zips that were made on either."""
INFLATE_BYTES = 1 << 14
"""Bytes that are inflated at once, which limits memory: they expand at most a thousandfold."""


@dataclass(frozen=True)
class Verified:
    """A packet or statement that was verified."""

    manifest: dict[str, Any]
    key_id: str | None
    """Id of the key that signed it; None if no key was given, so that the signature was not checked."""


def verify(path: Path, key: Ed25519PublicKey | None) -> Verified:
    """Verify a packet.

    Args:
        path: the zip.
        key: the signer's public key, from a source other than the packet. None: only hashes are compared, which detects accidents but
            no forgery.

    Raises:
        InputError: it is not a packet, or a step fails.
    """
    with open_packet(path) as archive:
        names = [info.filename for info in archive.infolist()]
        if len(names) != len(set(names)) or len(names) > MAX_FILES or not all(_plain(name) for name in names):
            raise _packet_error(path, "names in the zip are not plain or not unique")
        starts = _content_offsets(archive)
        if starts is None:
            raise _packet_error(path, "it has bytes before, between or after its files that export did not write")
        manifest_bytes, signature = read_small(archive, "manifest.json", path), read_small(archive, "manifest.sig", path)
        if key is not None and not signing.signed_by(key, manifest_bytes, signature):
            raise _signature_error(path, signing.key_id(key), manifest_bytes)
        if signature != signature.strip() + b"\n":
            raise _packet_error(path, "manifest.sig was changed")
        manifest = _parse_manifest(manifest_bytes, path)
        in_manifest: dict[str, Any] = manifest["files"]
        extra = sorted(set(names) - set(in_manifest) - set(SIGNED))
        wrong = [f"added: {name}" for name in extra] + [f"removed: {name}" for name in sorted(set(in_manifest) - set(names))]
        both = zip(SIGNED, (manifest_bytes, signature), strict=True)
        own = {name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in both}
        for name, entry in sorted((own | in_manifest).items()):
            if name in starts and _digest(archive, name, starts[name], int(entry["bytes"])) != entry["sha256"]:
                wrong.append(f"{name} was changed")
        if wrong:
            raise _packet_error(path, "; ".join(wrong))
    return Verified(manifest, None if key is None else signing.key_id(key))


@contextmanager
def open_packet(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open the zip of a packet; raises InputError for damage that is met while reading."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError as error:
        raise InputError("no such file", where=path) from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise _packet_error(path, f"not readable as a zip ({' '.join(str(error).split())})") from error
    except Exception as error:  # zlib.error and what damaged headers make the module raise
        if isinstance(error, InputError):
            raise
        raise _packet_error(path, f"not readable as a zip ({type(error).__name__})") from error


@contextmanager
def content_errors(path: Path, what: str) -> Iterator[None]:
    """Turn errors about the content into an InputError, since without a signature anybody may have written it.

    Args:
        path: the packet.
        what: subject and verb of the message, such as "its manifest is".
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, pa.ArrowException) as error:
        why = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise InputError(f"{what} not as export writes it ({why})", where=path, todo="Ask whoever made the packet") from error


def read_small(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    """The bytes of a small file of the packet.

    Raises:
        InputError: the file is missing or larger than SMALL.
    """
    if name not in archive.namelist():
        raise _packet_error(path, f"it has no {name}")
    with archive.open(name) as file:
        content = file.read(MAX_SMALL_FILE_BYTES + 1)
    if len(content) > MAX_SMALL_FILE_BYTES:
        raise _packet_error(path, f"{name} is larger than {MAX_SMALL_FILE_BYTES >> 20} MB")
    return content


def read_json(archive: zipfile.ZipFile, name: str, path: Path) -> Any:
    """The content of a small JSON file of the packet.

    Raises:
        InputError: the file is missing, too large or not JSON.
    """
    try:
        return json.loads(read_small(archive, name, path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} is not JSON", where=path) from error


def read_table(archive: zipfile.ZipFile, name: str, path: Path) -> pa.Table | None:
    """A table of the packet, or None if it has none of this name.

    Raises:
        InputError: it is not Parquet, or expands more than EXPANDS times.
    """
    if name not in archive.namelist():
        return None
    info = archive.getinfo(name)
    if info.file_size > max(MAX_SMALL_FILE_BYTES, MAX_EXPANSION * info.compress_size):
        what = f"{name} unpacks to more than {MAX_EXPANSION} times its size, as no table of export does, and is not read"
        raise InputError(what, where=path)
    try:
        return pq.read_table(io.BytesIO(archive.read(name)))
    except pa.ArrowException as error:
        raise InputError(f"{name} is not readable as Parquet", where=path) from error


def _content_offsets(archive: zipfile.ZipFile) -> dict[str, int] | None:
    """File -> offset of its content, bytes; None if a byte outside of the content is not as export writes it.

    Other readers of zips could interpret such bytes differently. So headers and directory are built again from the names, CRCs and
    lengths, as ``packet.zip_signed`` does, and compared.
    """
    file, at, starts = archive.fp, 0, {}
    assert file is not None
    with tempfile.TemporaryFile() as rebuilt, zipfile.ZipFile(rebuilt, "w") as rebuilt_zip:
        for info in archive.infolist():
            entry = zipfile.ZipInfo(info.filename, STAMP)
            entry.compress_type, entry.external_attr, entry.header_offset = zipfile.ZIP_DEFLATED, ATTRIBUTES, at
            entry.create_system = UNIX if info.create_system else WINDOWS
            entry.CRC, entry.compress_size, entry.file_size = info.CRC, info.compress_size, info.file_size
            header = _local_header(entry, info.extract_version)
            file.seek(at)
            if file.read(len(header)) != header:
                return None
            starts[info.filename] = at + len(header)
            at += len(header) + info.compress_size
            rebuilt_zip.filelist.append(entry)
        if at != archive.start_dir:
            return None
        rebuilt_zip.start_dir = at
        rebuilt_zip.close()
        rebuilt.seek(at)
        directory = rebuilt.read()
    file.seek(at)
    return starts if file.read(len(directory) + 1) == directory else None


def _local_header(entry: zipfile.ZipInfo, version: int) -> bytes:
    """The local header of a file in the zip. Built here, because Python before 3.11.4 writes another one, recognised by its ``version``."""
    sizes, extra = (entry.compress_size, entry.file_size), b""
    if entry.filename not in SIGNED:
        extra = struct.pack("<2H2Q", 1, 16, *reversed(sizes))
        if version >= zipfile.ZIP64_VERSION:
            entry.create_version = entry.extract_version = zipfile.ZIP64_VERSION
            sizes = (0xFFFFFFFF, 0xFFFFFFFF)
    name = entry.filename.encode()
    fixed = (entry.extract_version, 0, entry.compress_type, 0, (1 << 5) + 1, entry.CRC, *sizes, len(name), len(extra))
    return struct.pack("<4s5H3L2H", b"PK\3\4", *fixed) + name + extra


def _plain(name: str) -> bool:
    return bool(name) and not any(c in name for c in "/\\:\0") and name not in (".", "..")


def _parse_manifest(content: bytes, path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(content)
        files = manifest["files"]
        if manifest["format"] not in (FORMAT, STATEMENT):
            raise _packet_error(path, f"its format is {manifest['format']!r}, this version reads {FORMAT} and {STATEMENT}")
        for entry in files.values():
            int(entry["bytes"]), str(entry["sha256"])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise _packet_error(path, "its manifest.json is not a manifest") from error
    return dict(manifest)


def _digest(archive: zipfile.ZipFile, name: str, start: int, size: int) -> str | None:
    """SHA-256 of a file, hex; None unless it has exactly this size (bytes) with nothing after its compressed stream."""
    file, info = archive.fp, archive.getinfo(name)
    assert file is not None
    file.seek(start)
    hasher, crc, n_left, stream = hashlib.sha256(), 0, size, zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, info.compress_size, INFLATE_BYTES):
        block = stream.decompress(file.read(min(INFLATE_BYTES, info.compress_size - at)))
        n_left -= len(block)
        if n_left < 0 or stream.unused_data:
            return None
        hasher.update(block)
        crc = zlib.crc32(block, crc)
    return hasher.hexdigest() if stream.eof and (n_left, crc, size) == (0, info.CRC, info.file_size) else None


def _signature_error(path: Path, passed: str, manifest: bytes) -> InputError:
    """The error that the passed key did not sign the manifest. The signer in the manifest is not trusted, but tells what to do."""
    with suppress(ValueError, LookupError, TypeError, RecursionError):
        named = str(json.loads(manifest)["signer"]["key_id"])
        if named != passed and re.fullmatch("[0-9a-f]{16}", named):
            todo = "Ask that signer for the public key, by another way than the packet"
            what = f"the manifest was not signed by the key {passed}, which you passed; it says that {named} signed it"
            return _packet_error(path, what, todo)
    return _packet_error(path, f"the manifest was not signed by the key {passed}, or was changed")


def _packet_error(path: Path, what: str, todo: str | None = None) -> InputError:
    return InputError(f"the packet does not verify: {what}", where=path, todo=todo)
