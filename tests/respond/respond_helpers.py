"""Runs that tests spell out, and people."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from stillwatch.files import write_json, write_parquet
from stillwatch.respond.store import Actor
from stillwatch.respond.vocabulary import Role
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, CAPABILITIES

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA = Actor("ana", Role.ANALYST, "192.0.2.1")
BEN = Actor("ben", Role.APPROVER)
CEM = Actor("cem", Role.APPROVER)
DEE = Actor("dee", Role.ADMIN)
VIC = Actor("vic", Role.VIEWER)


def accounts(first: int, count: int) -> list[str]:
    return [f"acct-{i:05d}" for i in range(first, first + count)]


def write_run(folder: Path, campaigns: dict[str, Any], *, last_seen: datetime, start: datetime | None = None) -> Path:
    """``campaigns``: id -> {"members": [...], "marks": [...], "score": 5.0, "verdict": "campaign", "lineage": None}."""
    rows, people = [], []
    for campaign_id, told in campaigns.items():
        score, n = told.get("score", 5.0), len(told["members"])
        verdict = told.get("verdict", "campaign")
        left = {"view": "content.template", "accounts": n, "expected_accounts": 0.1, "events": n}
        objects = [left | {"object": mark} for mark in told.get("marks", [])]
        rows.append({
            "campaign_id": campaign_id, "verdict": verdict, "score": score, "q_value": 1e-4, "n_accounts": n,
            "n_events": 10 * n, "n_harvested": 9 * n, "first_seen": last_seen - timedelta(days=2), "last_seen": last_seen,
            "views": ["content", "timing"], "capabilities": dict.fromkeys(CAPABILITIES, 0.0) | {"code": 1.0}, "output_tokens": 1000 * n,
            "explanations": [{"hypothesis": "classroom", "score": 0.1}], "lineage": told.get("lineage"),
            "details": json.dumps({"objects": objects, **told.get("details", {})}),
        })  # fmt: skip
        people += [
            {"account_id": a, "verdict": verdict, "campaign_id": campaign_id, "score": score, "reasons": ["same template"]}
            for a in told["members"]
        ]
    people.append({"account_id": "zz-clear", "verdict": "clear", "campaign_id": None, "score": -12.0, "reasons": []})
    write_parquet(pa.Table.from_pylist(rows, CAMPAIGNS.schema), folder / "campaigns.parquet")
    write_parquet(pa.Table.from_pylist(people, ACCOUNT_VERDICTS.schema), folder / "accounts.parquet")
    period = {"start": start and start.isoformat(), "last_seen": last_seen.isoformat()}
    write_json({"version": "0", "inputs": [], **period}, folder / "summary.json")
    return folder
