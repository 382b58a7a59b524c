"""The tables of a world: failures, repeats, bans, files."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from . import text
from .hashing import tags
from .world import DAY, MODELS, SECOND, Columns, World


def _assemble(world: World) -> Columns:
    """All requests in time order, with failures, repeats and bans."""
    rng = world.rng
    e = {k: np.concatenate([b[k] for b in world.events]) for k in world.events[0]}
    e["status"] = np.full(len(e["when"]), 200)
    again = np.flatnonzero(rng.random(len(e["when"])) < e["fail"])
    copy = {k: v[again] for k, v in e.items()}
    copy["when"] = copy["when"] - (np.exp(rng.normal(1.6, 0.8, len(again))) * SECOND).astype(np.int64)
    copy["status"] = rng.choice([429, 500, 529, 408], len(again), p=[0.68, 0.14, 0.14, 0.04])
    e = {k: np.concatenate([v, copy[k]]) for k, v in e.items()}
    e["status"] = np.where((e["status"] == 200) & (rng.random(len(e["when"])) < 0.004), 400, e["status"])
    created, banned = world.acc["created"][e["acct"]], world.acc["banned"][e["acct"]]
    late = np.where(banned > 0, e["when"] - banned, -1)
    e["status"] = np.where(late >= 0, 403, e["status"])
    keep = (
        (e["when"] >= world.start) & (e["when"] < world.end) & (e["when"] > created) & (
            (late < 0) | ((late < 2 * 3600 * SECOND) & (rng.random(len(late)) < 0.35))
        )
    )
    order = np.flatnonzero(keep)
    order = order[np.lexsort((rng.random(len(order)), e["when"][order]))]
    return {k: v[order] for k, v in e.items()}


def write(world: World, out: Path) -> dict[str, int]:
    """Write every table; returns sizes."""
    e = _assemble(world)
    a, rng, size = world.acc, world.rng, len(e["when"])
    (out / "events").mkdir(parents=True, exist_ok=True)
    for old in (out / "events").glob("*.parquet"):
        old.unlink()
    ok, api, cloud = e["status"] == 200, e["path"] != "app", ~np.isin(e["path"], ["app", "api"])
    ids = tags("req_", np.arange(size) + world.salt * 4096, 18)
    answers = (
        [text.answer(k, world.rnd) if good else None for k, good in zip(e["task"].tolist(), ok.tolist(), strict=True)]
        if world.responses
        else [None] * size
    )
    table: dict[str, Any] = {
        "event_id": pa.array(ids, pa.string()), "timestamp": pa.array(e["when"], pa.timestamp("us", "UTC")),
        "account_id": pa.array(a["account_id"][e["acct"]], pa.string()), "org_id": pa.array(a["org_id"][e["acct"]], pa.string()),
        "key_id": _tagged("key_", e["key"], (e["key"] == 0) | cloud), "session_id": _tagged("sess_", e["session"], e["session"] == 0),
        "access_path": pa.array(e["path"], pa.string()), "model": pa.array(e["model"], pa.string()),
        "system": pa.array(np.where(api, e["system"], None), pa.string()), "prompt": pa.array(e["prompt"], pa.string()),
        "response": pa.array(answers, pa.string()), "context_key": pa.array(e["context"], pa.int64()),
        "parent_key": pa.array(e["parent"], pa.int64(), mask=~e["has_parent"]),
        "tools_key": pa.array(e["tools_key"], pa.int64(), mask=e["tools_key"] == 0),
        "temperature": pa.array(e["temperature"].astype(np.float32), mask=~api | np.isnan(e["temperature"])),
        "top_p": pa.array(e["top_p"].astype(np.float32), mask=~api | np.isnan(e["top_p"])),
        "max_tokens": pa.array(e["max_tokens"].astype(np.int32), mask=~api | (e["max_tokens"] == 0)),
        "stream": pa.array(e["stream"] | ~api), "input_tokens": pa.array(e["input"].astype(np.int32)),
        "cached_tokens": pa.array(np.where(ok, np.minimum(e["cached"], e["input"] - 1), 0).astype(np.int32)),
        "output_tokens": pa.array(np.where(ok, e["output"], 0).astype(np.int32)),
        "reasoning_tokens": pa.array(np.where(ok, e["thought"], 0).astype(np.int32), mask=~e["deep"]),
        "status": pa.array(e["status"].astype(np.int16)), "ip": pa.array(e["ip"], pa.string(), mask=cloud),
        "asn": pa.array(e["asn"].astype(np.int32), mask=cloud), "country": pa.array(e["land"], pa.string(), mask=cloud),
        "user_agent": pa.array(e["ua"], pa.string(), mask=cloud), "ja4": pa.array(e["ja4"], pa.string(), mask=cloud)
    }
    full = pa.table(table)
    day = (e["when"] - world.start) // DAY
    for d in range(world.days):
        low, high = np.searchsorted(day, [d, d + 1])
        name = str(np.datetime64(world.start + d * DAY, "us").astype("datetime64[D]"))
        pq.write_table(full.slice(int(low), int(high - low)), out / "events" / f"{name}.parquet", compression="zstd")
    shuffle = rng.permutation(world.size)
    stamps = {k: a[k][shuffle] for k in ("created", "banned")}
    names = (
        "account_id", "kind", "org_id", "verified", "access_type", "email_domain", "email_hash", "payment_hash", "phone_hash", "signup_ip",
        "country", "plan"
    )
    cols = {k: pa.array(a[k][shuffle], pa.bool_() if k == "verified" else pa.string()) for k in names}
    cols["created_at"] = pa.array(stamps["created"], pa.timestamp("us", "UTC"))
    cols["banned_at"] = pa.array(stamps["banned"], pa.timestamp("us", "UTC"), mask=stamps["banned"] <= 0)
    order = (
        "account_id", "created_at", "kind", "org_id", "verified", "access_type", "email_domain", "email_hash", "payment_hash", "phone_hash",
        "signup_ip", "country", "banned_at", "plan"
    )
    pq.write_table(pa.table({k: cols[k] for k in order}), out / "accounts.parquet", compression="zstd")
    truth = pa.table(
        {
            "account_id": pa.array(a["account_id"][shuffle], pa.string()), "campaign": pa.array(a["campaign"][shuffle], pa.string()),
            "kind": pa.array(a["crowd"][shuffle], pa.string())
        }
    )
    pq.write_table(truth, out / "truth.parquet", compression="zstd")
    campaign = a["campaign"][e["acct"]]
    taken = np.flatnonzero(e["harvest"] & ok & np.array([c is not None for c in campaign], dtype=bool))
    pq.write_table(
        pa.table({"event_id": pa.array(ids[taken], pa.string()), "campaign": pa.array(campaign[taken], pa.string())}),
        out / "truth_events.parquet", compression="zstd"
    )
    (out / "releases.json").write_text(json.dumps(_releases(world), indent=1) + "\n")
    return {"events": size, "accounts": world.size, "harvested": len(taken)}


def _releases(world: World) -> list[dict[str, str]]:
    """The models and the days they became available."""
    out = []
    for name, offset, _ in MODELS:
        at = world.release if name == "lark-core-3" and world.release is not None else world.start + offset * DAY + 61_200 * SECOND
        out.append({"model": name, "released_at": str(np.datetime64(at, "us").astype("datetime64[s]")) + "Z"})
    return out


def _tagged(prefix: str, values: np.ndarray, missing: np.ndarray) -> pa.Array:
    """Opaque identifiers of a column with nulls."""
    unique, inverse = np.unique(values, return_inverse=True)
    return pa.array(tags(prefix, unique)[inverse], pa.string(), mask=missing)
