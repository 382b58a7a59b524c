"""Keys per tenant, and commitments to them that are made before anybody is tested.

A tenant's key is HMAC-SHA-256 of its name under the provider's master secret, so that nothing but the master must be
kept. A commitment is the SHA-256 of the key and a nonce (itself derived, so that it needs no storage either); opening
it later shows that the key was not chosen to fit a suspect. Commitments stand in a hash-chained log: an entry holds
the hash of the one before. The time in an entry is the provider's own word; it becomes evidence once the entry's hash
has been published where somebody else dates it (a transparency log, a newspaper, an RFC 3161 time stamp).
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from stillwatch.errors import InputError
from stillwatch.files import atomic_write, folder_lock
from stillwatch.prove.prf import Key, key_from_bytes
from stillwatch.terminal.counting import number_of

DOMAIN = b"stillwatch prove 1"
GENESIS = "0" * 64


@dataclass(frozen=True)
class OpenedKey:
    """A tenant's key with the nonce of its commitment."""

    tenant: str
    secret: bytes
    nonce: bytes

    @property
    def key(self) -> Key:
        """As the marks take it."""
        return key_from_bytes(self.secret)

    @property
    def commitment(self) -> str:
        """SHA-256 over nonce, tenant and secret, as hex."""
        return commitment(self.tenant, self.secret, self.nonce)


def commitment(tenant: str, secret: bytes, nonce: bytes) -> str:
    """What a commitment to a tenant's secret is; lengths are fixed or last, so that no two inputs collide."""
    return hashlib.sha256(DOMAIN + nonce + secret + tenant.encode()).hexdigest()


def tenant_secret(master: bytes, tenant: str, scheme: str, epoch: str = "") -> OpenedKey:
    """The 32-byte secret of a tenant for a scheme and an epoch (keys rotate by it).

    Args:
        master: the provider's secret, 32 bytes or more.
        tenant: an account, an organisation, or a group of accounts that share a key.
        scheme: the mark's name; two marks of one tenant have unrelated keys.
        epoch: any text, such as 2026-11.
    """
    if len(master) < 32:
        raise InputError(f"the master key has {len(master)} bytes", todo="It must have at least 32")
    parts = json.dumps([tenant, scheme, epoch], ensure_ascii=True).encode()
    secret = hmac.new(master, DOMAIN + b" key " + parts, hashlib.sha256).digest()
    nonce = hmac.new(master, DOMAIN + b" nonce " + parts, hashlib.sha256).digest()
    return OpenedKey(tenant, secret, nonce)


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces: what is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def entry_hash(entry: Mapping[str, Any]) -> str:
    """SHA-256 of an entry without its own hash."""
    return hashlib.sha256(canonical({name: value for name, value in entry.items() if name != "hash"})).hexdigest()


def read_log(path: Path) -> list[dict[str, Any]]:
    """The entries of a commitment log, checked.

    Raises:
        InputError: it is absent, not readable, or its chain is broken.
    """
    try:
        entries = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except FileNotFoundError as error:
        raise InputError("no such file", where=path, todo="Make it with stillwatch prove commit") from error
    except IsADirectoryError as error:
        raise InputError("a folder, where a file is needed", where=path) from error
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"not a commitment log ({error})", where=path) from error
    broken = broken_entry(entries)
    if broken is not None:
        raise InputError(f"entry {broken} does not fit the chain", where=path, todo="It was changed after it was made")
    return entries


def read_commitments(path: Path) -> list[dict[str, Any]]:
    """The entries of a commitment log, each with what a test needs.

    Raises:
        InputError: as :func:`read_log`, or an entry is not of ``prove commit``.
    """
    entries = read_log(path)
    for number, entry in enumerate(entries):
        if not _is_commitment(entry):
            raise InputError(f"entry {number} commits to nothing that can be tested", where=path,
                             todo="Pass a log that stillwatch prove commit wrote")
    return entries


def _is_commitment(entry: Mapping[str, Any]) -> bool:
    """Whether an entry has what every command reads: a mark with a scheme, level, decoys, and commitments by tenant."""
    try:
        design = entry["design"]
        scheme, level, n_decoys = design["mark"]["scheme"], design["alpha"], design["n_decoys"]
        strings = [scheme, entry["time"], *entry["commitments"], *entry["commitments"].values()]
        return all(isinstance(one, str) for one in strings) and 0 < level < 1 and isinstance(n_decoys, int) and n_decoys > 0
    except (KeyError, TypeError, AttributeError):
        return False


def mark_entry(path: Path, number: int | None) -> dict[str, Any]:
    """An entry of a log that commits to a mark: the last one, unless a number is given.

    Raises:
        InputError: there is none, or it commits to canaries.
    """
    entries = read_commitments(path)
    marks = [at for at, one in enumerate(entries) if not str(one["design"]["mark"]["scheme"]).startswith("canary ")]
    at = (marks or [-1])[-1] if number is None else number
    if not 0 <= at < len(entries):
        held = number_of(len(entries), "entry", "entries")
        raise InputError("no such commitment", where=path, todo=f"It has {held}, {len(marks)} of them to marks")
    if at not in marks:
        raise InputError(f"entry {at} commits to canaries, not to a mark", where=path, todo="Pass the --entry of a mark, or none")
    return entries[at]


def broken_entry(entries: Sequence[Mapping[str, Any]]) -> int | None:
    """The index of the first entry that was changed, or None."""
    before = GENESIS
    for index, entry in enumerate(entries):
        try:
            fits = entry["previous"] == before and entry["hash"] == entry_hash(entry)
        except (KeyError, TypeError):
            return index
        if not fits:
            return index
        before = str(entry["hash"])
    return None


def commit(
    log: Path, opened: Sequence[OpenedKey], design: Mapping[str, Any], at: datetime, note: str = ""
) -> dict[str, Any]:
    """Append one entry that commits to keys and to the design of the test; returns it.

    Args:
        log: the chain, made if absent.
        opened: the tenants' keys. Only commitments are written.
        design: scheme, epoch, number of decoys, level: whatever must not be chosen afterwards.
        at: the time to write, aware.
        note: where the hash will be published, for instance.

    Raises:
        InputError: as :func:`read_log`, or another command writes to the log's folder, or it cannot be written.
    """
    with folder_lock(log.parent, "prove commit"):
        entries = read_log(log) if log.exists() else []
        entry: dict[str, Any] = {
            "sequence": len(entries),
            "time": at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "previous": entries[-1]["hash"] if entries else GENESIS,
            "design": dict(design),
            "commitments": {one.tenant: one.commitment for one in sorted(opened, key=lambda one: one.tenant)},
            "note": note,
        }
        entry["hash"] = entry_hash(entry)
        with atomic_write(log) as partial:
            partial.write_text("".join(json.dumps(one, sort_keys=True) + "\n" for one in [*entries, entry]), "utf-8")
    return entry


def decoy_seed(entry: Mapping[str, Any]) -> bytes:
    """The public seed of decoy keys: fixed by the commitment, so that decoys cannot be picked either."""
    return bytes.fromhex(str(entry["hash"]))


def decoy_secrets(seed: bytes, count: int) -> list[bytes]:
    """32-byte secrets of decoy tenants, from a public seed."""
    return [hmac.new(seed, f"decoy {number}".encode(), hashlib.sha256).digest() for number in range(count)]


def decoy_keys(seed: bytes, count: int) -> "np.typing.NDArray[np.uint64]":
    """The same as :data:`~stillwatch.prove.prf.Key` rows ``(count, 2)``."""
    rows = np.frombuffer(b"".join(secret[:16] for secret in decoy_secrets(seed, count)), "<u8")
    return rows.reshape(count, 2).astype(np.uint64)
