"""Which campaign, or group for review, of an earlier run one continues."""

from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from stillwatch import run_details
from stillwatch.errors import InputError
from stillwatch.files import reading_parquet

EarlierCampaigns = list[tuple[str, set[str], set[str], str | None]]
"""Of each campaign of an earlier run: identifier, accounts, marks, and what it continued itself."""


class EarlierRun(NamedTuple):
    """An earlier run, or nothing."""

    campaigns: EarlierCampaigns
    last_seen: datetime | None
    """Its newest request; None: there is no such run, or it read no request."""


NO_EARLIER = EarlierRun([], None)

MIN_JACCARD = 0.2
"""Jaccard similarity of accounts, or of marks, from which a campaign continues one of an earlier run."""


def earlier_run(run: Path, as_of: datetime | None = None) -> EarlierRun:
    """Campaigns of an earlier run.

    Args:
        run: its folder.
        as_of: the time before which the events of the new run lie; None for all.

    Raises:
        InputError: it is no whole run, not readable, an erasure of it was interrupted, a table is not the one that its summary tells, or
            it read events from ``as_of`` on.
    """
    run_details.demand_run(run)
    run_details.demand_whole(run)
    summary = run_details.read_summary(run)
    run_details.demand_digests(run, summary, ("accounts.parquet", "campaigns.parquet"))
    last_seen = datetime.fromisoformat(summary["last_seen"]) if summary.get("last_seen") else None
    if as_of is not None and last_seen is not None and last_seen >= as_of:
        what = f"not an earlier run: it has requests to {last_seen:%Y-%m-%d %H:%M} UTC, and --as-of is {as_of:%Y-%m-%d %H:%M}"
        raise InputError(what, where=run, todo="Pass a run of the time before to --since, or none")
    path = run / "campaigns.parquet"
    accounts: dict[str, set[str]] = {}
    with reading_parquet(run / "accounts.parquet"):
        table = pq.read_table(run / "accounts.parquet", columns=["account_id", "campaign_id"])
    with reading_parquet(path):
        rows = pq.read_table(path, columns=["campaign_id", "details", "lineage"]).to_pylist()
    for account, campaign in zip(table["account_id"].to_pylist(), table["campaign_id"].to_pylist(), strict=True):
        if campaign is not None:
            accounts.setdefault(campaign, set()).add(account)
    campaigns = []
    for row in rows:
        marks = run_details.parse_details(row["details"], row["campaign_id"], path).get("objects") or []
        members = accounts.get(row["campaign_id"], set())
        campaigns.append((row["campaign_id"], members, {str(mark["object"]) for mark in marks if "object" in mark}, row["lineage"]))
    return EarlierRun(campaigns, last_seen)


def ancestor(earlier: EarlierCampaigns, name: str, accounts: set[str], detail: dict[str, Any]) -> str | None:
    """The earlier campaign that the one of a name continues: most accounts or marks in common; None where there is none.

    One that is the same still continues what it continued then.
    """
    objects = {row["object"] for row in detail.get("objects", [])}

    def jaccard(a: set[str], b: set[str]) -> float:
        return len(a & b) / len(a | b) if a | b else 0.0

    candidates = [(max(jaccard(accounts, theirs), jaccard(objects, marks)), of, before) for of, theirs, marks, before in earlier]
    best = max(candidates, key=lambda one: one[:2], default=(0.0, "", None))
    if best[0] < MIN_JACCARD:
        return None
    return best[2] if best[1] == name else best[1]
