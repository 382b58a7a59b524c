"""The evidence packet of one campaign: a zip with a signed manifest of the hashes of all its files.

| file | what |
|---|---|
| manifest.json | format, versions, parameters, inputs and other files with digests, what is missing and why, cited proofs, erasures |
| manifest.sig | Ed25519 signature over the bytes of manifest.json, base64 |
| report.html, report.pdf | the report of this campaign |
| campaign.json | its row and details |
| accounts.parquet, links.parquet, harvest.parquet | its accounts with scores and reasons, their links, the ids of its harvested requests |
| events.parquet | requests of its accounts, without country, and without text unless it is requested; only with the input folder |
| traces.parquet | sketches of these requests: hashes and counts |
| groups.json | evidence of every group that the run found, without accounts: the comparison for false-discovery control |
| summary.json | the summary of the run: inputs, versions, parameters, blind views |
| model.json | the calibrated model that gave the score |
| indicators.stix.json, finding.ocsf.json | the part that may be shared |
"""

import json
import platform
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stillwatch import __version__, judge, run_details, sketch
from stillwatch.dataset import batches, decoded, open_dataset
from stillwatch.errors import InputError
from stillwatch.evidence import ocsf, shared, stix
from stillwatch.evidence.pdf import print_pdf
from stillwatch.files import atomic_write, digest, json_bytes, reading_parquet, write_json, write_parquet
from stillwatch.judge.model import dump
from stillwatch.keys import signing
from stillwatch.prove import citing
from stillwatch.report.load import Campaign, Run, load
from stillwatch.report.page import page
from stillwatch.tables import EVENTS
from stillwatch.terminal.counting import number_of

FORMAT = "stillwatch-packet/1"
STATEMENT = "stillwatch-statement/1"
"""Format of the part of a packet about one account (``stillwatch.evidence.statement``)."""
TEXT = ("system", "prompt", "response")
NEVER = ("country",)
"""Columns that no packet contains: country is not evidence."""
AS_READ = "requests as the run read them"
"""Key under ``missing`` if files of the logs changed since the run."""
FIRST_CHANGED = "; the first: "
"""Stands before the name of the first such file."""
PACKAGES = ("duckdb", "graspologic-native", "networkit", "numpy", "pyarrow", "scipy")
GROUP_COLUMNS = ("campaign_id", "verdict", "score", "q_value", "n_accounts", "views")
"""Columns of a campaign's row that groups.json also contains."""
RUN_FIELDS = ("version", "parameters", "inputs", "calibration", "start", "as_of", "n_groups_judged", "privacy", "blind_views")
STAMP = (1980, 1, 1, 0, 0, 0)
"""Time of each file in the zip, fixed so that it carries no information."""
ATTRIBUTES = 0o600 << 16
"""Mode of each file in the zip, the default of :mod:`zipfile`."""
SIGNED = ("manifest.json", "manifest.sig")
"""Files of the zip that are not in the manifest."""


@dataclass(frozen=True)
class Options:
    """Options of packets."""

    data: Path | None = None
    """Input folder of the run; None: the packet has no events."""
    with_text: bool = False
    tlp: str = "amber"
    k: int = shared.K
    """Fewest accounts that must have left a mark for it to be shared."""
    producer: str = "Stillwatch operator"
    proofs: tuple[Path, ...] = ()
    """Folders of ``stillwatch prove test``. The manifest cites them; their files are left out, since they hold opened keys and answers."""
    proof_key: Path | None = None
    """Public key that must have signed the proofs."""


def write(
    run: Path, out: Path, key: Path, *, campaign_ids: list[str] | None = None, options: Options, now: datetime | None = None
) -> dict[Path, dict[str, str]]:
    """Write one packet a campaign.

    Args:
        run: run folder.
        out: folder to write to.
        key: PEM file of the signing key, made if absent.
        campaign_ids: which campaigns or groups for review; None: all campaigns.
        options: options of the packets.
        now: time of creation for the manifest; None: the clock's.

    Returns:
        Path of each packet -> what is missing from it -> why, as in its manifest.

    Raises:
        InputError: there is no such campaign, the run is incomplete, a table differs from its digest in the summary, the harvest does
            not fit the campaigns, or a file cannot be read or written.
    """
    loaded = load(run)
    run_details.demand_whole(run)
    known = {str(c.row["campaign_id"]): c for c in (*loaded.campaigns, *loaded.reviews)}
    wanted = campaign_ids or [str(c.row["campaign_id"]) for c in loaded.campaigns]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise InputError(f"the run has no campaign {', '.join(unknown)}", where=run, todo=f"It has {', '.join(sorted(known))}")
    shareable = shared.read(run, k=options.k)
    run_details.demand_digests(run, loaded.summary, ("links.parquet", "harvest.parquet"))
    private = signing.signing_key(key)
    cited = [citing.cite(proof, public_key=options.proof_key) for proof in options.proofs]
    for proof_folder, proof in zip(options.proofs, cited, strict=True):
        if citing.about(proof, wanted) is None:
            raise InputError(f"the proof is about {', '.join(proof['campaigns'])}, none of which is packed", where=proof_folder)
    changed = _changed(options.data, loaded.summary)
    if loaded.summary.get("tables") is None:
        changed["digests of the run's tables"] = "its summary has none, as in earlier versions, so a later change cannot be detected"
    written: dict[Path, dict[str, str]] = {}
    for name in wanted:
        target = out / f"{name}{run_details.PACKET}"
        with atomic_write(target) as partial, tempfile.TemporaryDirectory(prefix="stillwatch-packet-") as temporary:
            folder = Path(temporary)
            missing = _fill(folder, run, loaded, known[name], shareable, options) | changed
            proofs = [{**proof, "about": how} for proof in cited if (how := citing.about(proof, [name])) is not None]
            manifest = _manifest(folder, loaded, name, missing, options, private, now or datetime.now(UTC), proofs)
            zip_signed(folder, manifest, signing.sign(private, manifest), partial)
        written[target] = missing
    return written


def _fill(folder: Path, run: Path, loaded: Run, campaign: Campaign, shareable: shared.SharedRun, options: Options) -> dict[str, str]:
    """Write the files of a packet; returns what is missing -> why."""
    missing: dict[str, str] = {}
    name = str(campaign.row["campaign_id"])
    alone = replace(loaded, campaigns=[campaign], reviews=[], watch=(), cleared=())
    (folder / "report.html").write_text(page(alone), encoding="utf-8", errors="replace")
    if why := print_pdf(folder / "report.html", folder / "report.pdf"):
        missing["report.pdf"] = why
    row = {k: v for k, v in campaign.row.items() if k != "details"}
    write_json(_plain({"row": row, "details": campaign.details}), folder / "campaign.json")
    write_json(_plain([_group(c) for c in (*loaded.campaigns, *loaded.reviews)]), folder / "groups.json")
    write_json(_plain(dict(loaded.summary)), folder / "summary.json")
    (folder / "model.json").write_text(dump(judge.calibrated()), encoding="utf-8")
    if loaded.summary.get("calibration") not in (None, judge.calibrated().record):
        missing["model of the run"] = "the run was scored under another calibration; model.json is that of the version that made this"
    accounts = _where(run / "accounts.parquet", "campaign_id", pa.array([name]))
    write_parquet(accounts, folder / "accounts.parquet")
    members = accounts["account_id"].combine_chunks()
    _optional(run / "links.parquet", "account_a", members, folder / "links.parquet", missing, also="account_b")
    _optional(run / "harvest.parquet", "campaign_id", pa.array([name]), folder / "harvest.parquet", missing)
    _traces(run, options.data, loaded.summary, members, folder / "traces.parquet", missing)
    _events(options, loaded.summary, members, folder, missing)
    shareable = replace(shareable, campaigns=tuple(c for c in shareable.campaigns if c.campaign_id == name))
    write_json(stix.bundle(shareable, tlp=options.tlp, producer=options.producer), folder / "indicators.stix.json")
    write_json(ocsf.findings(shareable), folder / "finding.ocsf.json")
    if shareable.keyed:
        missing["indicators"] = "marks are keyed by the tenant's key, so nobody else could match them"
    return missing


def _group(campaign: Campaign) -> dict[str, Any]:
    return {name: campaign.row[name] for name in GROUP_COLUMNS} | {"evidence": campaign.details.get("evidence", [])}


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=lambda x: x.isoformat() if isinstance(x, datetime) else str(x)))


def _where(path: Path, column: str, values: pa.Array) -> pa.Table:
    with reading_parquet(path):
        table = pq.read_table(path, filters=pc.field(column).isin(values))
    return table


def _optional(path: Path, column: str, values: pa.Array, target: Path, missing: dict[str, str], also: str | None = None) -> None:
    if not path.exists():
        missing[target.name] = "the run has none: it came from traces, not from requests"
        return
    table = _where(path, column, values)
    write_parquet(table.filter(pc.is_in(table[also], values)) if also else table, target)


def _traces(
    run: Path, data: Path | None, summary: Mapping[str, Any], members: pa.Array, target: Path, missing: dict[str, str]
) -> None:
    # The folder may also hold sketches of files that changed since, and of runs over another time.
    names = summary.get("sketches") or [path.name for path in sorted((run / "sketches").glob("*.parquet"))]
    folders = [folder / "sketches" for folder in (run, data) if folder is not None]
    files = [next((folder / name for folder in folders if (folder / name).exists()), None) for name in names]
    kept = [path for path in files if path is not None]
    if not kept or len(kept) < len(files):
        missing[target.name] = "the run folder does not keep its sketches"
        return
    keys = pa.array(sketch.account_key(members))
    write_parquet(pa.concat_tables([pq.read_table(path, filters=pc.field("account").isin(keys)) for path in kept]), target)


def _changed(data: Path | None, summary: Mapping[str, Any]) -> dict[str, str]:
    """Entry for ``missing`` if files that the run read are gone or changed since. Changes by an erasure are listed under ``erasures``."""
    if data is None:
        return {}
    inputs = [row for row in summary.get("inputs") or () if isinstance(row, dict)]
    digests = {path: row.get("sha256") for row in inputs if (path := str(row.get("path"))).startswith("events/")}
    erased = {(row["path"], row["after"]) for entry in run_details.erasures(data) for row in entry["files"]}
    gone = [path for path in digests if not (data / path).is_file()]
    changed = [path for path in digests if path not in gone and (now := digest(data / path)) != digests[path] and (path, now) not in erased]
    if not gone and not changed:
        return {}
    what = f"{len(gone)} of the {number_of(len(digests), 'file')} that the run read are gone, {len(changed)} have another digest"
    return {AS_READ: f"{what}{FIRST_CHANGED}{min(gone + changed)}"}


def _events(options: Options, summary: Mapping[str, Any], members: pa.Array, folder: Path, missing: dict[str, str]) -> None:
    """Write the members' requests within the run's time, or note why there are none."""
    if options.data is None:
        missing["events.parquet"] = "the packet was made without the input folder"
        return
    names = tuple(n for n in EVENTS.names if n not in NEVER and (options.with_text or n not in TEXT))
    start, as_of = (datetime.fromisoformat(summary[end]) if summary.get(end) else None for end in ("start", "as_of"))
    tables = []
    for path in open_dataset(options.data).event_files:
        for table in batches(path, names, as_of, start):
            mine = table.filter(pc.is_in(table["account_id"].cast(pa.string()), members))
            tables.append(pa.table({name: decoded(mine[name]) for name in mine.column_names}))
    if not tables:
        missing["events.parquet"] = "the input folder has no requests of the time that the run looked at"
        return
    if not options.with_text:
        missing["text of events.parquet"] = "left out, as was asked for; traces.parquet has hashes of it"
    write_parquet(pa.concat_tables(tables).sort_by([("timestamp", "ascending"), ("event_id", "ascending")]), folder / "events.parquet")


def _manifest(
    folder: Path, loaded: Run, campaign_id: str, missing: Mapping[str, str], options: Options, key: Any, now: datetime,
    proofs: list[dict[str, Any]],
) -> bytes:
    summary = loaded.summary
    files = {path.name: {"sha256": digest(path), "bytes": path.stat().st_size} for path in sorted(folder.iterdir())}
    manifest = {
        "format": FORMAT, "campaign_id": campaign_id, "created_at": now.isoformat(), "files": files, "missing": dict(missing),
        "run": {name: summary.get(name) for name in RUN_FIELDS},
        "parameters": {"k": options.k, "tlp": options.tlp, "with_text": options.with_text},
        "software": {"stillwatch": __version__, "python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}},
        "proofs": proofs,
        "erasures": _erasures(loaded, campaign_id, options.data),
        "signer": {"algorithm": "Ed25519", "key_id": signing.key_id(key.public_key())},
    }
    return json_bytes(manifest)


def _erasures(loaded: Run, campaign_id: str, data: Path | None) -> dict[str, Any]:
    """What was erased from this campaign in the run, and from the logs, which explains other counts and digests than the run's."""
    of_run = [row for row in loaded.erasures if campaign_id in row["campaigns"]]
    run = [{"at": row["at"], "note": row["note"], **row["campaigns"][campaign_id]} for row in of_run]
    logs = run_details.erasures(data) if data is not None else []
    return {"run": run, "logs": [{name: row[name] for name in ("at", "note", "files")} for row in logs]}


def zip_signed(folder: Path, manifest: bytes, signature: bytes, target: Path) -> None:
    """Write a manifest, its signature and the files of a folder as a zip.

    ``checking`` rebuilds every byte outside of the files' content, so changes here need changes there.

    Args:
        folder: files to pack, without subfolders.
        manifest: bytes of manifest.json.
        signature: bytes of manifest.sig.
        target: zip to write.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in zip(SIGNED, (manifest, signature), strict=True):
            archive.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)
        for path in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(path.name, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as target_file, open(path, "rb") as source:
                while block := source.read(1 << 20):
                    target_file.write(block)
