"""Runs that tests spell out, people, and what they do in one line."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from stillwatch.files import write_json, write_parquet
from stillwatch.respond import actions, cases, importing
from stillwatch.respond.schema import Case
from stillwatch.respond.snapshot import Rule, streamed
from stillwatch.respond.store import SYSTEM, Actor, Store
from stillwatch.respond.vocabulary import Action, Reason, Role, Subject
from stillwatch.serve import snapshot as compiled
from stillwatch.serve.decisions import NAMES, Entry
from stillwatch.serve.identity import KEY
from stillwatch.tables import ACCOUNT_VERDICTS, ACCOUNTS, CAMPAIGNS, CAPABILITIES, EVENTS
from stillwatch.workflows import store_source

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA = Actor("ana", Role.ANALYST, "192.0.2.1")
BEN = Actor("ben", Role.APPROVER)
CEM = Actor("cem", Role.APPROVER)
DEE = Actor("dee", Role.ADMIN)
VIC = Actor("vic", Role.VIEWER)
EXTRACTION = Reason.COORDINATED_EXTRACTION
Folder = Callable[..., Path]


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
            "n_events": 10 * n, "n_harvested": 9 * n, "harvested_low": 8 * n, "harvested_high": 10 * n,
            "first_seen": last_seen - timedelta(days=2), "last_seen": last_seen,
            "views": ["content", "timing"], "capabilities": dict.fromkeys(CAPABILITIES, 0.0) | {"code": 1.0}, "output_tokens": 1000 * n,
            "explanations": [{"hypothesis": "classroom", "score": 0.1}], "lineage": told.get("lineage"),
            "details": json.dumps({"objects": objects, **told.get("details", {})}),
        })
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


def log_of(folder: Path, org: str | None, names: list[str], *, verified: bool = False) -> Path:
    """The log that a run was made of: a request and a key of each account, and what the registry says of them."""
    (folder / "events").mkdir(parents=True)
    requests = [{"event_id": f"e-{name}", "timestamp": NOW, "account_id": name, "key_id": f"k-{name}"} for name in names]
    write_parquet(pa.Table.from_pylist(requests, EVENTS.schema), folder / "events" / "0.parquet")
    known = [{"account_id": name, "org_id": org, "verified": verified} for name in names]
    write_parquet(pa.Table.from_pylist(known, ACCOUNTS.schema), folder / "accounts.parquet")
    return folder


@dataclass(frozen=True)
class Served:
    """What the decision service makes of the store at a time."""

    rules: tuple[Rule, ...]
    accounts: dict[str, Entry]
    """Who is under an action, and the one that decides."""
    keys: dict[str, Entry]
    allowed: dict[Subject, dict[str, datetime]]


def served(store: Store, now: datetime) -> Served:
    with streamed(store, now) as found, tempfile.TemporaryDirectory() as folder:
        rows = store_source._table(found)
        compiled.write(rows, Path(folder) / "snapshot", "r")
        snapshot = compiled.read(Path(folder) / "snapshot")
    held: dict[bool, dict[str, Entry]] = {False: {}, True: {}}
    for name in dict.fromkeys(rows["account_id"].to_pylist()):
        entry = snapshot.find(compiled.key64(name), now.timestamp())
        if entry is not None and NAMES[entry.action] != "allow":
            held[name.startswith(KEY)][name.removeprefix(KEY)] = entry
    return Served(found.rules, held[False], held[True], found.allowed)


def imported(store: Store, folder: Path, **options: Any) -> importing.Imported:
    return importing.import_run(store, SYSTEM, folder, **{"now": NOW, **options})


def one_case(store: Store, folder: Path) -> None:
    """A run of ten accounts and three marks, imported."""
    imported(store, write_run(folder / "run", {"c-one": {"members": accounts(0, 10), "marks": ["t1", "t2", "t3"]}}, last_seen=NOW))


def the_case(store: Store) -> Case:
    with store.read() as session:
        (case,) = session.query(Case).all()
    return case


def held(store: Store, case_id: str) -> dict[str, tuple[bool, bool]]:
    with store.read() as session:
        return {m.account_id: (m.present, m.excluded) for m in cases.members(session, case_id)}


def proposed(store: Store, by: Actor = ANA, kind: Action = Action.BLOCK, **options: Any) -> Any:
    with store.write(by, now=options.pop("now", NOW)) as change:
        return actions.propose(change, kind, EXTRACTION, **options)


def approved(store: Store, action_id: str, by: Actor = BEN, now: Any = NOW) -> Any:
    with store.write(by, now=now) as change:
        return actions.approve(change, action_id)
