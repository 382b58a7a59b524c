"""A proof as other records name it: what it says, of whom, and the hash by which the same folder is known again."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import digest
from stillwatch.prove.packet import load, signatures
from stillwatch.prove.page import headline
from stillwatch.prove.verify import verify


def cite(folder: Path, *, published: str | None = None, public_key: Path | None = None) -> dict[str, Any]:
    """Verify a proof and say how to name it.

    Args:
        folder: the proof.
        published: the commitment's hash, from where it was published.
        public_key: PEM file of whoever should have signed it.

    Returns:
        JSON-ready. ``manifest_sha256``: of manifest.json, which lists every file. ``says``: the page's headline. ``suspect``:
        whom the record names, or the file its answers came from. ``campaigns``: whose harvest the test was about, none
        where no ledger was used. ``signed_by``: key id, where a key was given. ``passed``: checks by name. ``commitment``,
        ``committed_at``, ``made_at``. No tenant's name.

    Raises:
        InputError: it does not hold, or is no proof.
    """
    checks = verify(folder, published, public_key)
    failed = [f"{one.name}: {one.detail}" for one in checks if not one.passed]
    if failed:
        raise InputError(f"the proof does not hold ({'; '.join(failed)})", where=folder, todo="Only a proof that verifies can be named")
    record, _ = load(folder)
    suspect = record["suspect"]
    committed = next(one for one in record["commitment_log"] if one["hash"] == record["commitment"])
    return {
        "manifest_sha256": digest(folder / "manifest.json"), "says": headline(record), "made_at": record["made_at"],
        "suspect": str(suspect.get("name") or suspect.get("model") or suspect.get("path") or f"file {suspect.get('sha256', '')[:16]}"),
        "commitment": record["commitment"], "committed_at": committed["time"], "published": published == record["commitment"],
        "campaigns": list(record["exposure"].get("campaigns", [])),
        "signed_by": None if public_key is None else signatures().key_id(signatures().public_key(public_key)),
        "passed": {one.name: one.detail for one in checks},
    }


def about(cited: Mapping[str, Any], campaigns: Sequence[str]) -> str | None:
    """How a cited proof and the campaigns of a case meet, in a sentence; None where its ledger has other campaigns only."""
    named = cited["campaigns"]
    if not named:
        return "the proof names no campaign (no ledger was used), so that it concerns this one is the word of whoever says so"
    met = sorted(set(named) & set(campaigns))
    return f"its ledger has the harvest of {', '.join(met)}" if met else None


def line(cited: Mapping[str, Any]) -> str:
    """One line for lists."""
    who = f"signed by {cited['signed_by']}" if cited["signed_by"] else "signature not checked"
    return f"{cited['says']}; suspect {cited['suspect']}; {who}; manifest.json {cited['manifest_sha256']}"

