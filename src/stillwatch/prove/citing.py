"""How other records cite a proof: its headline, its suspect, and the hash that identifies its folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import digest
from stillwatch.prove.packet import load, signatures
from stillwatch.prove.page import headline
from stillwatch.prove.verify import verify


def cite(folder: Path, *, published: str | None = None, public_key: Path | None = None) -> dict[str, Any]:
    """Verify a proof and return its citation.

    Args:
        folder: folder of the proof.
        published: the commitment's hash, from the place where it was published.
        public_key: PEM file with the public key of the expected signer.

    Returns:
        JSON-ready. ``manifest_sha256``: hash of manifest.json, which lists every file. ``says``: the page's headline.
        ``suspect``: the suspect that the record names, or the file that its answers came from. ``campaigns``: the campaigns
        whose harvest was tested; empty if no ledger was used. ``signed_by``: key id, None without a key. ``passed``: details
        of the checks by name. ``commitment``, ``committed_at``, ``made_at``. It contains no tenant's name.

    Raises:
        InputError: the folder is not a proof, or a check failed.
    """
    checks = verify(folder, published, public_key)
    failed = [f"{check.name}: {check.detail}" for check in checks if not check.passed]
    if failed:
        raise InputError(f"the proof does not hold ({'; '.join(failed)})", where=folder, todo="Only a proof that verifies can be named")
    record, _ = load(folder)
    suspect = record["suspect"]
    committed = next(entry for entry in record["commitment_log"] if entry["hash"] == record["commitment"])
    return {
        "manifest_sha256": digest(folder / "manifest.json"), "says": headline(record), "made_at": record["made_at"],
        "suspect": str(suspect.get("name") or suspect.get("model") or suspect.get("path") or f"file {suspect.get('sha256', '')[:16]}"),
        "commitment": record["commitment"], "committed_at": committed["time"], "published": published == record["commitment"],
        "campaigns": list(record["exposure"].get("campaigns", [])),
        "signed_by": None if public_key is None else signatures().key_id(signatures().public_key(public_key)),
        "passed": {check.name: check.detail for check in checks},
    }


def about(cited: Mapping[str, Any], campaigns: Sequence[str]) -> str | None:
    """How a cited proof relates to the campaigns of a case, in a sentence; None if its ledger has only other campaigns."""
    named = cited["campaigns"]
    if not named:
        return "the proof names no campaign (no ledger was used), so that it concerns this one is the word of whoever says so"
    met = sorted(set(named) & set(campaigns))
    return f"its ledger has the harvest of {', '.join(met)}" if met else None


def line(cited: Mapping[str, Any]) -> str:
    """A citation as one line, for lists."""
    who = f"signed by {cited['signed_by']}" if cited["signed_by"] else "signature not checked"
    return f"{cited['says']}; suspect {cited['suspect']}; {who}; manifest.json {cited['manifest_sha256']}"

