"""A run and its input that tests spell out: two campaigns and a group for review."""

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from stillwatch.files import write_json, write_parquet
from stillwatch.tables import ACCOUNT_VERDICTS, ACCOUNTS, CAMPAIGNS, CAPABILITIES, CLEARED, EVENTS, HARVEST, LINKS, WATCH

START = datetime(2026, 3, 1, tzinfo=UTC)
LAST = START + timedelta(hours=9)
SECRET_TEXT = "the prompt that nobody outside may read"
SIZES = {"c-aaaa": 9, "c-bbbb": 6, "c-review": 5}


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    """A zip as export writes it, whatever the files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            packed(archive, zipfile.ZipInfo(name), content)
    return path


def packed(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: bytes) -> None:
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=not entry.filename.startswith("manifest.")) as file:
        file.write(content)


def members(campaign_id: str) -> list[str]:
    return [f"{campaign_id}-acct-{i}" for i in range(SIZES[campaign_id])]


def write_input(folder: Path, *, address: str = "198.51.100.7") -> Path:
    """Ten requests an account, hourly; the first account of each campaign shares nothing with others."""
    rows = [
        {
            "event_id": f"{account}-{hour}", "timestamp": START + timedelta(hours=hour), "account_id": account, "key_id": f"key-{account}",
            "prompt": SECRET_TEXT, "response": SECRET_TEXT, "system": SECRET_TEXT, "ip": address if i == 0 else f"203.0.113.{i}",
            "country": "XX", "user_agent": "still/1.0", "ja4": "t13d1516h2_8daaf6152771_b0da82dd1658", "output_tokens": 100,
        }
        for campaign_id in SIZES
        for i, account in enumerate(members(campaign_id))
        for hour in range(10)
    ]
    write_parquet(pa.Table.from_pylist(rows, EVENTS.schema), folder / "events" / "one.parquet")
    people = [{"account_id": a, "email_domain": "mail.example", "kind": "individual"} for c in SIZES for a in members(c)]
    write_parquet(pa.Table.from_pylist(people, ACCOUNTS.schema), folder / "accounts.parquet")
    return folder


EVIDENCE = [
    {"name": "harvest.rate", "sentence": "Requests a day.", "observed": 0.5663, "expected": 0.13, "log_odds": 1.0},
    {"name": "infra.network", "sentence": "Networks.", "observed": 9, "expected": 0, "log_odds": 0.5, "sampled_one_in": 4,
     "in_all": [17, 73]},
]


NOT_ACCUSED = ("acct-on-the-watch-list", "acct-cleared")


def write_run(folder: Path, *, privacy: str = "text") -> Path:
    campaigns: list[dict[str, Any]] = []
    accounts: list[dict[str, Any]] = []
    for campaign_id, n in SIZES.items():
        objects = [
            {"view": "content.opening", "object": f"{campaign_id}-many", "accounts": n, "expected_accounts": 0.1, "events": 10 * n},
            {"view": "content.shingle", "object": f"{campaign_id}-few", "accounts": 2, "expected_accounts": 0.1, "events": 4},
            {"view": "identity.payment", "object": f"{campaign_id}-card", "accounts": n, "expected_accounts": 0.1, "events": n},
        ]
        details = {"objects": objects, "evidence": EVIDENCE, "sentence": "x", "templates": [{"masked": SECRET_TEXT, "events": 1, "of": 1}]}
        details["changes"] = ["word " * 100 + "to the end"]
        verdict = "review" if campaign_id == "c-review" else "campaign"
        campaigns.append({
            "campaign_id": campaign_id, "verdict": verdict, "score": 4.0, "q_value": 1e-4, "n_accounts": n, "n_events": 10 * n,
            "n_harvested": 10 * n, "harvested_low": 9 * n, "harvested_high": 10 * n,
            "first_seen": START, "last_seen": LAST, "views": ["content", "timing"],
            "capabilities": dict.fromkeys(CAPABILITIES, 0.0) | {"data_analysis": 1.0}, "output_tokens": 1000 * n,
            "explanations": [{"hypothesis": "classroom", "score": 0.1}], "lineage": "c-old" if campaign_id == "c-bbbb" else None,
            "details": json.dumps(details),
        })
        accounts += [
            {"account_id": a, "verdict": verdict, "campaign_id": campaign_id, "score": 4.0, "reasons": ["same opening"]}
            for a in members(campaign_id)
        ]
    harvest = [{"event_id": f"{a}-{hour}", "campaign_id": c} for c in ("c-aaaa", "c-bbbb") for a in members(c) for hour in range(10)]
    links = [
        {"account_a": a, "account_b": b, "view": "content.opening", "n_shared": 1, "expected": 0.1, "log_odds": 2.0}
        for c in SIZES for a, b in zip(members(c), members(c)[1:], strict=False)
    ]
    seen: dict[str, Any] = {"rank": 1, "stands_out": 5.0, "score": -1.0, "n_accounts": 1, "n_events": 9}
    seen |= {"reasons": [], "not_accused": [], "explanations": []}
    watch, cleared = ([seen | {"account_ids": [account]}] for account in NOT_ACCUSED)
    for name, rows, contract in (("campaigns", campaigns, CAMPAIGNS), ("accounts", accounts, ACCOUNT_VERDICTS),
                                 ("harvest", harvest, HARVEST), ("links", links, LINKS), ("watch", watch, WATCH),
                                 ("cleared", cleared, CLEARED)):
        write_parquet(pa.Table.from_pylist(rows, contract.schema), folder / f"{name}.parquet")
    summary = {"version": "0", "last_seen": LAST.isoformat(), "privacy": privacy, "inputs": [], "parameters": {"seed": 1}}
    write_json(summary, folder / "summary.json")
    return folder
