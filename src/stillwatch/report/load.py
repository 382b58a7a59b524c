"""Reads what a report needs from a run folder; of a million accounts, only those that are accused or for review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stillwatch import run_details, run_worth
from stillwatch.run_details import ACCOUNT_REASON_PREFIX, read_table
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, CLEARED, WATCH, Table

MEMBERS_SHOWN = 50
"""Accounts that the report lists per campaign; accounts.parquet has all."""


@dataclass(frozen=True)
class Member:
    """One account of a campaign; ``score`` in log-odds."""

    account_id: str
    score: float
    reasons: Sequence[str]
    """What speaks for its campaign."""
    itself: str
    """What is said of it alone; empty in runs of traces, and of earlier versions."""


@dataclass(frozen=True)
class Campaign:
    """One row of campaigns.parquet, its parsed details, and the members with the highest scores.

    ``row`` has the columns of CAMPAIGNS; ``details`` is what detect wrote, of which every part may be absent.
    """

    row: Mapping[str, Any]
    details: Mapping[str, Any]
    members: Sequence[Member]


@dataclass(frozen=True)
class Run:
    """A run: its campaigns and its groups for review, each with most harvested requests first, and summary.json."""

    campaigns: Sequence[Campaign]
    reviews: Sequence[Campaign]
    summary: Mapping[str, Any]
    watch: Sequence[Mapping[str, Any]] = ()
    """Rows of watch.parquet; empty if there is none."""
    cleared: Sequence[Mapping[str, Any]] = ()
    """Rows of cleared.parquet; empty for runs of earlier versions."""
    exposure: Path | None = None
    """The page that values the harvests; None if there is none."""
    erasures: Sequence[Mapping[str, Any]] = ()
    """Erasures since the run; see :func:`stillwatch.run_details.erasures`."""


def load(folder: Path) -> Run:
    """Read a run folder.

    Raises:
        InputError: the folder, campaigns.parquet or accounts.parquet is absent or unreadable, a table differs from its digest in the
            summary, details are not as detect writes them, or an erasure was interrupted.
    """
    run_details.demand_run(folder)
    table = folder / "campaigns.parquet"
    rows = read_table(table, CAMPAIGNS).to_pylist()
    members = _members(folder / "accounts.parquet")
    summary = run_details.read_summary(folder)
    run_details.demand_digests(folder, summary, ("campaigns.parquet", "accounts.parquet", "watch.parquet", "cleared.parquet"))
    rows.sort(key=lambda row: (-row["n_harvested"], -row["n_accounts"], row["campaign_id"]))
    valued = run_worth.read(folder)
    all_campaigns = [
        Campaign(
            row, run_details.parse_details(row["details"], row["campaign_id"], table) | valued.get(row["campaign_id"], {}),
            members.get(row["campaign_id"], ()),
        )
        for row in rows
    ]
    erasures = run_details.erasures(folder)
    if erasures:
        summary["warnings"] = [*run_details.erasure_notes(erasures), *(summary.get("warnings") or [])]
    page = folder / run_worth.PAGE
    return Run(
        campaigns=[c for c in all_campaigns if c.row["verdict"] == "campaign"],
        reviews=[c for c in all_campaigns if c.row["verdict"] != "campaign"],
        summary=summary,
        watch=optional_rows(folder / "watch.parquet", WATCH),
        cleared=optional_rows(folder / "cleared.parquet", CLEARED),
        exposure=page if page.is_file() else None,
        erasures=erasures,
    )


def optional_rows(path: Path, contract: Table) -> Sequence[Mapping[str, Any]]:
    """Rows of a table that may be absent, as in runs of earlier versions."""
    rows: list[dict[str, Any]] = read_table(path, contract).to_pylist() if path.is_file() else []
    return rows


def _members(path: Path) -> dict[str, list[Member]]:
    table = read_table(path, ACCOUNT_VERDICTS, grouped_only=True)
    order = [("campaign_id", "ascending"), ("score", "descending"), ("account_id", "ascending")]
    by_campaign: dict[str, list[Member]] = {}
    for row in table.sort_by(order).select(["campaign_id", "account_id", "score", "reasons"]).to_pylist():
        members = by_campaign.setdefault(row["campaign_id"], [])
        if len(members) < MEMBERS_SHOWN:
            common = [reason for reason in row["reasons"] if not reason.startswith(ACCOUNT_REASON_PREFIX)]
            itself = next((reason for reason in row["reasons"] if reason not in common), "")
            members.append(Member(row["account_id"], row["score"], common, itself.removeprefix(f"{ACCOUNT_REASON_PREFIX}: ")))
    return by_campaign
