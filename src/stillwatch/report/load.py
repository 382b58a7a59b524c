"""Read what a report needs from a run folder, and nothing more: of a million accounts, only those that are accused or for review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stillwatch import run_details, run_worth
from stillwatch.run_details import read_table
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, CLEARED, WATCH, Table

MEMBERS_SHOWN = 50
"""Accounts listed per campaign; accounts.parquet holds all."""


@dataclass(frozen=True)
class Member:
    """One account of a campaign."""

    account_id: str
    score: float
    reasons: Sequence[str]


@dataclass(frozen=True)
class Campaign:
    """One row of campaigns.parquet, its details parsed, with its strongest members.

    ``row`` has the columns of CAMPAIGNS; ``details`` is what the judge stage wrote, where every part may be absent.
    """

    row: Mapping[str, Any]
    details: Mapping[str, Any]
    members: Sequence[Member]


@dataclass(frozen=True)
class Run:
    """A run: its campaigns and review groups, most harvested first, and summary.json."""

    campaigns: Sequence[Campaign]
    reviews: Sequence[Campaign]
    summary: Mapping[str, Any]
    watch: Sequence[Mapping[str, Any]] = ()
    """Rows of watch.parquet, where there is one."""
    cleared: Sequence[Mapping[str, Any]] = ()
    """Rows of cleared.parquet, where there is one: runs of earlier versions have none."""
    exposure: Path | None = None
    """The page that values the harvests, where there is one."""
    erasures: Sequence[Mapping[str, Any]] = ()
    """What was erased since; see :func:`stillwatch.run_details.erasures`."""


def load(folder: Path) -> Run:
    """Read a run folder.

    Raises:
        InputError: the folder, campaigns.parquet or accounts.parquet is absent or unreadable, a table is not the one that the summary
            tells, details are not what detect writes, or an erasure was interrupted.
    """
    run_details.demand_run(folder)
    table = folder / "campaigns.parquet"
    rows = read_table(table, CAMPAIGNS).to_pylist()
    members = _members(folder / "accounts.parquet")
    summary = run_details.read_summary(folder)
    run_details.demand_as_told(folder, summary, ("campaigns.parquet", "accounts.parquet", "watch.parquet", "cleared.parquet"))
    rows.sort(key=lambda row: (-row["n_harvested"], -row["n_accounts"], row["campaign_id"]))
    valued = run_worth.read(folder)
    all_campaigns = [
        Campaign(
            row, run_details.parse(row["details"], row["campaign_id"], table) | valued.get(row["campaign_id"], {}),
            members.get(row["campaign_id"], ()),
        )
        for row in rows
    ]
    erasures = run_details.erasures(folder)
    if erasures:
        summary["warnings"] = [*run_details.told_erased(erasures), *(summary.get("warnings") or [])]
    page = folder / run_worth.PAGE
    return Run(
        campaigns=[c for c in all_campaigns if c.row["verdict"] == "campaign"],
        reviews=[c for c in all_campaigns if c.row["verdict"] != "campaign"],
        summary=summary,
        watch=listed(folder / "watch.parquet", WATCH),
        cleared=listed(folder / "cleared.parquet", CLEARED),
        exposure=page if page.is_file() else None,
        erasures=erasures,
    )


def listed(path: Path, contract: Table) -> Sequence[Mapping[str, Any]]:
    """Rows of a table that runs of earlier versions lack."""
    rows: list[dict[str, Any]] = read_table(path, contract).to_pylist() if path.is_file() else []
    return rows


def _members(path: Path) -> dict[str, list[Member]]:
    table = read_table(path, ACCOUNT_VERDICTS, grouped_only=True)
    order = [("campaign_id", "ascending"), ("score", "descending"), ("account_id", "ascending")]
    result: dict[str, list[Member]] = {}
    for row in table.sort_by(order).select(["campaign_id", "account_id", "score", "reasons"]).to_pylist():
        listed = result.setdefault(row["campaign_id"], [])
        if len(listed) < MEMBERS_SHOWN:
            listed.append(Member(row["account_id"], row["score"], row["reasons"]))
    return result
