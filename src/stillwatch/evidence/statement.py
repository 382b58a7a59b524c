"""The statement for an accused customer: one account's part of an evidence packet, signed, with nothing about any other account.

| file | what |
|---|---|
| manifest.json, manifest.sig | as in a packet; it has the SHA-256 of the packet, so that whoever has the packet can compare it |
| statement.html | for people: reasons, evidence, innocent explanations, what would change the verdict, how to appeal |
| statement.json | the same for programs |
| requests.csv | the account's own requests, and which of them count as harvest; only if the packet has events |

Left out, because they are about others: accounts, links, marks and prompts. The evidence is described in the words of the report.
"""

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch import __version__
from stillwatch.errors import InputError
from stillwatch.evidence.checking import open_packet, read_json, read_table, verify
from stillwatch.evidence.packet import AS_READ, FIRST_CHANGED, FORMAT, STATEMENT, zip_signed
from stillwatch.files import atomic_write, digest, json_bytes, write_json
from stillwatch.keys import signing
from stillwatch.report import page, words
from stillwatch.report.evidence import LEAST
from stillwatch.run_details import decode_evidence
from stillwatch.terminal.counting import number_of

COLUMNS = ("event_id", "timestamp", "key_id", "model", "status", "input_tokens", "output_tokens")
"""Columns of requests.csv, besides ``taken_for_harvest``."""


def write(
    path: Path, account_id: str, out: Path, key: Path, *, packet_key: Path | None = None, called: str = "", contact: str = "",
    now: datetime | None = None,
) -> Path:
    """Write the statement about one account.

    Args:
        path: the packet of the campaign.
        account_id: the account, as the packet names it.
        out: zip to write.
        key: PEM file of the signing key.
        packet_key: public key that signed the packet; None: that of ``key``.
        called: name by which the customer knows the account, since tables may hold a keyed hash.
        contact: where to appeal, in a few words.
        now: time of creation for the manifest; None: the clock's.

    Returns:
        ``out``.

    Raises:
        InputError: the packet does not verify or has no such account, ``out`` exists, or a file cannot be read or written.
    """
    if out.exists():
        raise InputError("a statement stands there, which may have been handed out", where=out, todo="Pass another --out, or move it away")
    if not key.is_file():
        raise InputError("no such signing key", where=key, todo="Pass the one that signs your packets")
    private = signing.signing_key(key)
    verified = verify(path, private.public_key() if packet_key is None else signing.public_key(packet_key))
    if verified.manifest["format"] != FORMAT:
        raise InputError("this is not a packet, of which statements are made", where=path)
    statement, requests = _of_account(path, account_id)
    missing, erased = _missing(verified.manifest["missing"], requests), list(_erased(verified.manifest))
    about = {"sha256": digest(path), "created_at": verified.manifest["created_at"], "key_id": verified.key_id}
    html = _template().render(
        statement=statement, evidence=[decode_evidence(piece) for piece in statement["evidence"]], packet=about, called=called,
        contact=contact, missing=missing, erased=erased, version=__version__,
    )
    with atomic_write(out) as partial, tempfile.TemporaryDirectory(prefix="stillwatch-statement-") as made:
        folder = Path(made)
        write_json(statement, folder / "statement.json")
        for name, text in (("statement.html", html), ("requests.csv", requests)):
            if text is not None:
                (folder / name).write_text(text, encoding="utf-8", errors="replace")
        manifest = json_bytes({
            "format": STATEMENT, "campaign_id": statement["campaign_id"], "account_id": account_id, "called": called, "packet": about,
            "missing": missing, "erased": erased,
            "created_at": (now or datetime.now(UTC)).isoformat(), "software": {"stillwatch": __version__},
            "files": {p.name: {"sha256": digest(p), "bytes": p.stat().st_size} for p in sorted(folder.iterdir())},
            "signer": {"algorithm": "Ed25519", "key_id": signing.key_id(private.public_key())},
        })
        zip_signed(folder, manifest, signing.sign(private, manifest), partial)
    return out


def _missing(packed: Mapping[str, str], requests: str | None) -> dict[str, str]:
    """What is missing from the statement -> why, from the packet's entries about requests; names of the operator's files are left out."""
    missing = {} if requests is not None else {"requests.csv": packed.get("events.parquet", "the packet has no requests")}
    return missing | ({AS_READ: packed[AS_READ].partition(FIRST_CHANGED)[0]} if AS_READ in packed else {})


def _erased(manifest: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each erasure before the packet was made, without the notes, which are about other customers."""
    erasures = manifest.get("erasures") or {}
    for row in erasures.get("run") or ():
        yield (f"Before the packet was made, on {row['at']:.10}, {number_of(row['accounts'], 'account')} with "
               f"{number_of(row['requests'], 'request')} of the group were erased; the finding counts them as they were")
    for row in erasures.get("logs") or ():
        yield f"The logs were changed by an erasure on {row['at']:.10}: {number_of(len(row['files']), 'file')}"


def _of_account(path: Path, account_id: str) -> tuple[dict[str, Any], str | None]:
    """The statement about an account, and its requests as CSV (None if the packet has no events).

    Raises:
        InputError: the packet has no such account.
    """
    with open_packet(path) as archive:
        campaign = read_json(archive, "campaign.json", path)
        summary = read_json(archive, "summary.json", path)
        accounts, events, harvest = (read_table(archive, f"{name}.parquet", path) for name in ("accounts", "events", "harvest"))
    assert accounts is not None
    rows = accounts.filter(pc.equal(accounts["account_id"], account_id)).to_pylist()
    if not rows:
        raise InputError("the packet has no such account", where=account_id, todo="Pass it as accounts.parquet of the packet names it")
    mine = None if events is None else events.filter(pc.equal(events["account_id"].cast(pa.string()), account_id))
    return _statement(campaign, summary, rows[0], mine, harvest), None if mine is None else _csv(mine, harvest)


def _statement(campaign: Any, summary: Any, account: dict[str, Any], mine: pa.Table | None, harvest: pa.Table | None) -> dict[str, Any]:
    """The content of statement.json about the account and the campaign as a whole: no other account's name, no mark, no text."""
    row, details = campaign["row"], campaign["details"]
    evidence = [
        {name: piece.get(name) for name in ("name", "sentence", "observed", "expected", "p_value")}
        | {name: piece[name] for name in ("sampled_one_in", "in_all", "days", "start") if name in piece}
        | {"adds": piece.get("log_odds") or 0.0}
        for piece in details.get("evidence", []) if abs(piece.get("log_odds") or 0.0) >= LEAST
    ]
    return {
        "account_id": account["account_id"], "campaign_id": row["campaign_id"], "verdict": row["verdict"], "reasons": account["reasons"],
        "score": account["score"], "campaign_score": row["score"], "q_value": row["q_value"], "n_accounts": row["n_accounts"],
        "families": row["views"], "evidence": evidence, "blind": summary.get("blind_views") or [],
        "sampled_one_in": details.get("sampled_one_in") or 1,
        "innocent_explanations": sorted(row["explanations"], key=lambda e: (-e["score"], e["hypothesis"])),
        "would_change": details.get("changes") or [], "requests": None if mine is None else _counts(mine, harvest),
    }


def _harvested(mine: pa.Table, harvest: pa.Table | None) -> pa.Array:
    """Whether each of the account's requests counts as harvest."""
    names = pa.array([], pa.string()) if harvest is None else harvest["event_id"].combine_chunks()
    return pc.is_in(mine["event_id"], names).combine_chunks()


def _counts(mine: pa.Table, harvest: pa.Table | None) -> dict[str, Any]:
    ends = pc.min_max(mine["timestamp"]).as_py()
    return {
        "n": len(mine), "n_harvested": pc.sum(_harvested(mine, harvest)).as_py() or 0,
        "first": ends["min"] and ends["min"].isoformat(), "last": ends["max"] and ends["max"].isoformat(),
    }


def _csv(mine: pa.Table, harvest: pa.Table | None) -> str:
    names = [name for name in COLUMNS if name in mine.column_names]
    columns = [[_cell(value) for value in mine[name].to_pylist()] for name in names]
    columns.append(["yes" if x else "no" for x in _harvested(mine, harvest).to_pylist()])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*names, "taken_for_harvest"])
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return words.disarmed(value)
    return "" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)


@cache
def _template() -> jinja2.Template:
    """The template, with the report's engine: it escapes everything, shows invisible characters, and an absent variable is an error."""
    engine = page.environment()
    engine.loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    return engine.get_template("statement.html")
