"""Write a run folder: table by table, the summary last."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from stillwatch import __version__, dataset, judge, partitions
from stillwatch.detect.run_folder.gaps import blind_views, warn_unread, warnings
from stillwatch.detect.run_folder.harvested import pivots, write_harvest
from stillwatch.detect.run_folder.lineage import EarlierRun, ancestor
from stillwatch.detect.run_folder.links import links_table, pairs_inside, shared_objects
from stillwatch.detect.run_folder.outcome import Outcome
from stillwatch.files import RUN_FILES, RUN_STALE, digest, publish_together, table_digests, write_json, write_parquet
from stillwatch.judge import results, verdict_words
from stillwatch.run_details import HARVEST_BOUNDS
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, CLEARED, HARVEST, LINKS, WATCH


def write(
    out: Path, data: dataset.Dataset, outcome: Outcome | None, *, columns: tuple[str, ...], sketches: list[Path],
    as_of: datetime | None, earlier: EarlierRun, parameters: dict[str, Any], seconds: dict[str, float],
) -> dict[str, Any]:
    """Write every table of a run and its summary; an earlier run in the folder is replaced at the end.

    Sketches of files that changed or are gone are removed.

    Args:
        out: the run folder.
        data: the folder of input.
        outcome: the result of detection; None if there were no events, for empty tables.
        columns: sketch columns by the numbers of ``outcome.carried``.
        sketches: sketches of each file of events.
        as_of: only events before this time; None for all.
        earlier: the earlier run whose campaigns may continue.
        parameters: parameters of the run, for the summary.
        seconds: seconds of each stage, for the summary.

    Returns:
        The summary.
    """
    before, read = _sketches_by_file(out / "summary.json"), _input_files(data)
    common: dict[str, Any] = {
        "version": __version__,
        "sketches": [path.name for path in sketches],
        "parameters": parameters,
        "calibration": judge.calibrated().record if outcome is None else outcome.model.record,
        "stages": seconds,
        "privacy": data.ingested.get("privacy", "text"),
        "start": data.start.isoformat() if data.start else None,
        "as_of": as_of.isoformat() if as_of else None,
    }
    # Files are hashed on a second thread while the tables, which read the same files, take the first.
    with publish_together(out, RUN_FILES, stale=RUN_STALE) as staging, ThreadPoolExecutor(1) as pool:
        digests = pool.map(digest, read)
        if outcome is None:
            summary = common | _write_empty_tables(staging, data, as_of)
        else:
            summary = common | _write_tables(staging, data, outcome, columns, as_of, earlier)
        summary["inputs"] = [{"path": str(path.relative_to(data.folder)), "sha256": sha256, "bytes": path.stat().st_size}
                             for path, sha256 in zip(read, digests, strict=True)]
        summary["tables"] = table_digests(staging)
        write_json(summary, staging / "summary.json")
    after = _sketches_by_file(out / "summary.json")
    for path, (sha256, name) in before.items():
        new_sha256, new_name = after.get(path, (None, ""))
        # A rewritten file has new sketches, even with the same bytes. Sketches of a part of a file do not replace those of the whole file.
        gone = data.start is None if new_sha256 is None else new_sha256 != sha256 or not new_name.startswith(partitions.CUT_PREFIX)
        if gone and name not in summary["sketches"]:
            partitions.remove_partition(out / partitions.FOLDER / name)
    return summary


def _sketches_by_file(summary: Path) -> dict[str, tuple[str, str]]:
    """File of events -> its SHA-256 and the name of its sketches, from a summary; nothing if it cannot be read."""
    try:
        content = json.loads(summary.read_text(encoding="utf-8"))
        rows = zip(content["inputs"], content["sketches"], strict=False)
        # A summary may have been edited: what it names is removed only where it lies among the sketches.
        return {row["path"]: (row["sha256"], name) for row, name in rows if Path(name).name == name}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write_empty_tables(out: Path, data: dataset.Dataset, as_of: datetime | None) -> dict[str, Any]:
    """Write tables without a row; returns what the summary says of them."""
    tables = {"harvest": HARVEST, "links": LINKS, "watch": WATCH, "cleared": CLEARED, "accounts": ACCOUNT_VERDICTS, "campaigns": CAMPAIGNS}
    for name, table in tables.items():
        write_parquet(table.schema.empty_table(), out / f"{name}.parquet")
    bounds = (f" from {data.start.isoformat()} on" if data.start else "", f" before {as_of.isoformat()}" if as_of else "")
    within = " and".join(filter(None, bounds))
    counts = (
        "n_events", "n_accounts", "n_groups_judged", "n_campaigns", "n_review", "n_accused", "n_for_review", "n_watched", "n_harvested",
        *HARVEST_BOUNDS,
    )
    return dict.fromkeys(counts, 0) | {
        "blind_views": [{"view": "all", "reason": "there are no events"}],
        "first_seen": None,
        "last_seen": None,
        "estimated_false_discoveries": 0.0,
        "warnings": [f"The log has no events{within}, so nothing was looked at", *warn_unread(data)],
    }


def _write_tables(
    out: Path, data: dataset.Dataset, outcome: Outcome, columns: tuple[str, ...], as_of: datetime | None, earlier: EarlierRun,
) -> dict[str, Any]:
    scene, final = outcome.scene, outcome.final
    campaign = final.labels(scene.people.n)
    pairs = pairs_inside(outcome, campaign)
    found = results.Found(campaign, outcome.lead, outcome.n_campaigns, pairs, shared_objects(outcome))
    identifiers = results.names(scene, found)
    seen = write_harvest(out / "harvest.parquet", data, outcome, identifiers, as_of)
    described = []
    for number in range(final.n):
        detail = results.details(
            scene, found, number, outcome.values, outcome.findings, outcome.model, outcome.verdicts, outcome.tally,
            seen.labels,
        )
        examples = seen.examples[number]
        forms = judge.masked(examples)
        detail["templates"] = [{"masked": form, "events": n, "of": len(examples)} for form, n in forms[:5]]
        detail["pivots"] = pivots(outcome.tally, number, data, seen.labels)
        if number >= outcome.n_campaigns:
            detail["not_accused"] = verdict_words.not_accused(outcome.values, outcome.verdicts, outcome.model, int(outcome.lead[number]))
        described.append(detail)
    lineage = [
        ancestor(earlier.campaigns, identifiers[number], set(_account_ids(scene, campaign == number)), described[number])
        for number in range(final.n)
    ]
    reasons = [results.reasons(detail["evidence"]) for detail in described]
    write_parquet(links_table(scene, pairs), out / "links.parquet")
    watch = _watch_table(outcome)
    write_parquet(watch, out / "watch.parquet")
    write_parquet(_cleared_table(outcome, campaign < 0), out / "cleared.parquet")
    write_parquet(results.account_table(scene, found, outcome.account_scores(), identifiers, reasons), out / "accounts.parquet")
    table = results.campaign_table(scene, found, outcome.verdicts, outcome.tally, identifiers, described, lineage)
    write_parquet(table, out / "campaigns.parquet")
    q = outcome.verdicts.q_value[outcome.lead[: outcome.n_campaigns]]
    sizes = final.sizes()[: outcome.n_campaigns]
    n_grouped = int((campaign >= 0).sum())
    return {
        "blind_views": blind_views(outcome, data, columns, seen),
        "n_events": int(scene.people.n_events.sum()),
        "n_accounts": scene.people.n,
        "n_groups_judged": scene.n,
        "n_campaigns": outcome.n_campaigns,
        "n_review": final.n - outcome.n_campaigns,
        "n_accused": int(sizes.sum()),
        "n_for_review": n_grouped - int(sizes.sum()),
        "n_watched": len(watch),
        "n_harvested": int(outcome.tally.harvested[: outcome.n_campaigns].sum()),
        # Each interval holds nine in ten times; the sum of their ends is rather too wide.
        **dict(zip(HARVEST_BOUNDS, outcome.tally.between[: outcome.n_campaigns].sum(axis=0).tolist(), strict=True)),
        "first_seen": _iso_time(scene.window_us[0]),
        "last_seen": _iso_time(scene.window_us[1]),
        "estimated_false_discoveries": round(float((q * sizes).sum()), 4),
        "warnings": warnings(seen, data, scene, earlier.last_seen),
    }


def _input_files(data: dataset.Dataset) -> list[Path]:
    """The files that were read, those of events first, in the order of the sketches."""
    others = (data.accounts_file, data.folder / "releases.json")
    return [*data.event_files, *(path for path in others if path is not None and path.exists())]


def _iso_time(us: int) -> str:
    return datetime.fromtimestamp(us / 1e6, UTC).isoformat()


def _account_ids(scene: judge.Scene, mask: NDArray[np.bool_]) -> list[str]:
    ids: list[str] = scene.people.ids.filter(pa.array(mask)).to_pylist()
    return ids


def _watch_table(outcome: Outcome) -> pa.Table:
    """The watch list; of each group only accounts that are not accused."""
    watch = outcome.watch
    ranked = enumerate(zip(watch.group.tolist(), watch.stands_out, watch.score, strict=True), start=1)
    rows = [
        {"rank": rank, "stands_out": nats, "score": score} | _group_columns(outcome, group, watch.member)
        for rank, (group, nats, score) in ranked
    ]
    return pa.Table.from_pylist(rows, WATCH.schema)


def _cleared_table(outcome: Outcome, free: NDArray[np.bool_]) -> pa.Table:
    """Groups of ``free`` accounts ``(n_accounts,)`` that nobody is accused of or asked about."""
    member, score = outcome.scene.seen & outcome.scene.of_members(free), outcome.verdicts.log_odds
    ranked = enumerate(judge.cleared(outcome.scene, outcome.suspicion, member).tolist(), start=1)
    rows = [{"rank": rank, "score": float(score[group])} | _group_columns(outcome, group, member) for rank, group in ranked]
    return pa.Table.from_pylist(rows, CLEARED.schema)


def _group_columns(outcome: Outcome, group: int, member: NDArray[np.bool_]) -> dict[str, Any]:
    """The columns of watch.parquet and cleared.parquet for a group, of its accounts in ``member`` ``(n_members,)``."""
    scene, rows = outcome.scene, slice(outcome.scene.groups.start[group], outcome.scene.groups.start[group + 1])
    accounts = scene.groups.member_account[rows][member[rows]]
    one_in = results.sampled_one_in(scene, group)
    return {
        "n_accounts": len(accounts), "n_events": int(scene.people.n_events[accounts].sum()),
        "account_ids": scene.people.ids.take(pa.array(accounts)).to_pylist(),
        "reasons": results.reasons(results.evidence_rows(outcome.values, outcome.findings, outcome.model, group, one_in)[1]),
        "not_accused": verdict_words.not_accused(outcome.values, outcome.verdicts, outcome.model, group),
        "explanations": results.explanations(outcome.verdicts, group),
    }
