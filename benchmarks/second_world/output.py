"""Writes a world: what a provider logs, and beside it what is true."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from .world import DAY, NEW_MODEL, OLD_MODELS, Account, Event, World

FILES = 4
SPARSE_EVENTS = ("context_key", "parent_key", "ip", "ja4")
SPARSE_REGISTRIES = (
    ("payment_hash", "kind", "country", "email_domain", "phone_hash", "signup_ip", "plan"),
    ("email_hash", "phone_hash", "signup_ip", "banned_at", "verified", "plan"),
)
"""What sparse logs lack, by parity of the seed: as nulls where it is even, as absent columns where it is odd."""


def write(world: World, out: Path, *, sparse: bool = False, seed: int = 0) -> dict[str, int]:
    """Write the tables; returns counts."""
    (out / "events").mkdir(parents=True, exist_ok=True)
    for old in (out / "events").glob("*.parquet"):
        old.unlink()
    world.events.sort(key=lambda event: event.time_us)
    _open_before_use(world)
    ids = ["req_" + format(world.rng.getrandbits(60), "015x") for _ in world.events]
    table = _events(world, ids)
    if sparse:
        table = table.drop_columns(list(SPARSE_EVENTS))
    for i in range(FILES):
        low, high = i * len(ids) // FILES, (i + 1) * len(ids) // FILES
        pq.write_table(table.slice(low, high - low), out / "events" / f"part-{i:03d}.parquet", compression="zstd")
    _truth(world, ids, out)
    registry = _registry(world)
    if sparse:
        for name in SPARSE_REGISTRIES[seed % 2]:
            place = registry.schema.get_field_index(name)
            absent = pa.nulls(len(registry), registry.schema.field(name).type)
            registry = registry.remove_column(place) if seed % 2 else registry.set_column(place, name, absent)
    pq.write_table(registry, out / "accounts.parquet")
    released = {model: world.start - age * DAY for model, age in zip(OLD_MODELS, (400, 380, 150, 140), strict=True)}
    released[NEW_MODEL] = world.release
    rows = [
        {"model": model, "released_at": datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        for model, time in released.items()
    ]
    (out / "releases.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    harvested = sum(event.harvested_by is not None for event in world.events)
    return {"events": len(ids), "accounts": len(world.accounts), "days": world.days, "harvested": harvested}


def _open_before_use(world: World) -> None:
    """Nobody asks before the account exists."""
    first: dict[int, int] = {}
    for event in world.events:
        first.setdefault(event.account, event.time_us // 1_000_000)
    for number, time in first.items():
        account = world.accounts[number]
        if account.created >= time:
            account.created = time - world.rng.randint(40, 5 * 3600)


def _events(world: World, ids: list[str]) -> pa.Table:
    rng = world.rng
    column = dict(zip(Event._fields, zip(*world.events, strict=True), strict=True))
    accounts = [world.accounts[number] for number in column["account"]]
    direct = [path != "cloudhub" for path in column["path"]]

    def seen(name: str, lost: float = 0.0) -> list[Any]:
        """What the edge sees, which is not there behind the cloud."""
        return [
            value if told and (not lost or rng.random() >= lost) else None
            for value, told in zip(column[name], direct, strict=True)
        ]

    columns: dict[str, tuple[Any, pa.DataType]] = {
        "event_id": (ids, pa.string()),
        "timestamp": (column["time_us"], pa.timestamp("us", tz="UTC")),
        "account_id": ([account.id for account in accounts], pa.string()),
        "org_id": ([account.org for account in accounts], pa.string()),
        "key_id": ([None if rng.random() < 0.01 else key for key in column["key"]], pa.string()),
        "session_id": (column["session"], pa.string()),
        "access_path": (column["path"], pa.string()),
        "model": (column["model"], pa.string()),
        "system": (column["system"], pa.string()),
        "prompt": (column["prompt"], pa.string()),
        "response": ([text or None for text in column["response"]], pa.string()),
        "context_key": (column["context"], pa.int64()),
        "parent_key": (column["parent"], pa.int64()),
        "tools_key": (column["tools"], pa.int64()),
        "temperature": (column["temperature"], pa.float32()),
        "top_p": (column["top_p"], pa.float32()),
        "max_tokens": (column["max_tokens"], pa.int32()),
        "stream": (column["stream"], pa.bool_()),
        "input_tokens": (column["input_tokens"], pa.int32()),
        "cached_tokens": (column["cached_tokens"], pa.int32()),
        "output_tokens": (column["output_tokens"], pa.int32()),
        "reasoning_tokens": (column["reasoning_tokens"], pa.int32()),
        "status": (column["status"], pa.int16()),
        "ip": (seen("ip"), pa.string()),
        "asn": (seen("asn"), pa.int32()),
        "country": (seen("country"), pa.string()),
        "user_agent": (seen("user_agent"), pa.string()),
        "ja4": (seen("ja4", 0.03), pa.string()),
    }
    return pa.table({name: pa.array(values, kind) for name, (values, kind) in columns.items()})


def _registry(world: World) -> pa.Table:
    rows = sorted((account for account in world.accounts if not account.unregistered), key=lambda account: account.id)

    def of(name: str) -> pa.Array:
        return pa.array([getattr(account, name) for account in rows], pa.string())

    def time(name: str) -> pa.Array:
        values = [getattr(account, name) for account in rows]
        micros = [None if value is None else int(value) * 1_000_000 for value in values]
        return pa.array(micros, pa.timestamp("us", tz="UTC"))

    return pa.table({
        "account_id": of("id"), "created_at": time("created"), "kind": of("registry_kind"), "org_id": of("org"),
        "verified": pa.array([account.verified for account in rows], pa.bool_()), "access_type": of("access_type"),
        "email_domain": of("domain"), "email_hash": of("email"), "payment_hash": of("payment"),
        "phone_hash": of("phone"), "signup_ip": of("signup_ip"), "country": of("country"),
        "banned_at": time("banned"), "plan": of("plan"),
    })


def _truth(world: World, ids: list[str], out: Path) -> None:
    accounts: list[Account] = world.accounts
    truth: dict[str, list[str | None]] = {
        "account_id": [account.id for account in accounts],
        "campaign": [account.campaign for account in accounts],
        "kind": [account.kind for account in accounts],
    }
    pq.write_table(_strings(truth), out / "truth.parquet")
    told = [(id_, event.harvested_by) for id_, event in zip(ids, world.events, strict=True) if event.harvested_by]
    harvested = {"event_id": [id_ for id_, _ in told], "campaign": [campaign for _, campaign in told]}
    pq.write_table(_strings(harvested), out / "truth_events.parquet")


def _strings(columns: Mapping[str, Sequence[str | None]]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
