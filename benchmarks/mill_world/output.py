"""The tables of a world: failures, limits, identifiers, files."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from . import text
from .world import DAY, MODELS, Array, World


def write(world: World, out: Path) -> dict[str, int]:
    """Sort, add failures and write all files; returns counts."""
    rng = world.rng
    cat = {k: np.concatenate([b[k] for b in world.batches]) for k in world.batches[0] if k not in ("system", "prompt")}
    systems = [s for b in world.batches for s in b["system"]]
    prompts = [p for b in world.batches for p in b["prompt"]]
    banned = np.array(world.acc["banned"], dtype=float)[cat["account"]]
    index = np.flatnonzero((cat["ts"] >= 0) & (cat["ts"] < world.end) & ~(cat["ts"] > banned))
    ts = cat["ts"][index]
    retry = index[(rng.random(len(index)) < 0.012) & (cat["ts"][index] > 40)]
    status_retry = rng.choice([429, 500, 529, 503], len(retry), p=[0.5, 0.2, 0.2, 0.1])
    ts = np.concatenate([ts, cat["ts"][retry] - rng.exponential(8, len(retry)) - 0.8])
    status = np.concatenate([np.where(rng.random(len(index)) < 0.006, 400, 200), status_retry])
    source = np.concatenate([index, retry])
    order = np.argsort(ts, kind="stable")
    ts, status, source = np.maximum(ts[order], 0), status[order], source[order]
    c = {k: v[source] for k, v in cat.items()}
    created = np.array(world.acc["created"], dtype=float)[c["account"]]
    alive = ts > created
    ts, status, source = ts[alive], status[alive], source[alive]
    c = {k: v[alive] for k, v in c.items()}
    status = np.where((status == 200) & _over_limit(c["account"], ts, c["cap"]), 429, status)
    ok = status == 200
    n = len(ts)
    stamp = np.datetime64(world.start.replace(tzinfo=None), "us") + (ts * 1e6).astype("timedelta64[us]")
    accounts = world.acc
    ids = np.array(
        [
            f"{x:016x}{y:04x}"
            for x, y in zip(rng.integers(0, 2**63, n, dtype=np.int64).tolist(), rng.integers(0, 65536, n).tolist(), strict=True)
        ]
    )
    who = c["account"].tolist()
    paths = c["path"]
    cloud = ~np.isin(paths, ["app", "api"])
    key_names: dict[tuple[int, int], str] = {}
    salt = str(rng.integers(0, 2**60))
    keys: list[str | None] = []
    for a, slot, path in zip(who, c["slot"].tolist(), paths.tolist(), strict=True):
        if path != "api":
            keys.append(None)
            continue
        if (a, slot) not in key_names:
            key_names[(a, slot)] = "key_" + hashlib.sha256(f"{salt}{a}.{slot}".encode()).hexdigest()[:20]
        keys.append(key_names[(a, slot)])
    ip_text, ip_asn, ip_country = np.array(world.net.ips), np.array(world.net.ip_asn), np.array(world.net.ip_country)
    has_ip = c["ip"] >= 0
    ua = np.where(c["new_ua"], np.array(world.net.ua_new)[c["client"]], np.array(world.net.ua_old)[c["client"]])
    prompt = [prompts[i] for i in source.tolist()]
    response: list[str | None] = [None] * n
    if world.responses:
        response = [text.GRAMMAR.make("reply", world.rnd)[:400] if good and world.rnd.random() < 0.9 else None for good in ok.tolist()]
    table = pa.table(
        {
            "event_id": pa.array(ids.tolist(), pa.string()), "timestamp": pa.array(stamp, pa.timestamp("us", tz="UTC")),
            "account_id": pa.array([accounts["id"][a] for a in who], pa.string()),
            "org_id": pa.array([accounts["org"][a] for a in who], pa.string()), "key_id": pa.array(keys, pa.string()),
            "session_id": pa.array([f"{x:016x}" if x else None for x in c["session"].tolist()], pa.string()),
            "access_path": pa.array(paths.tolist(), pa.string()),
            "model": pa.array(np.array([m[0] for m in MODELS])[c["used"]].tolist(), pa.string()),
            "system": pa.array([systems[i] for i in source.tolist()], pa.string()), "prompt": pa.array(prompt, pa.string()),
            "response": pa.array(response, pa.string()), "context_key": pa.array(c["context"], pa.int64()),
            "parent_key": _nullable(c["parent"], c["parent"] != 0, pa.int64()),
            "tools_key": _nullable(c["tools"], c["tools"] != 0, pa.int64()),
            "temperature": _nullable(c["temp"], ~np.isnan(c["temp"]), pa.float32()),
            "top_p": _nullable(c["top_p"], ~np.isnan(c["top_p"]), pa.float32()),
            "max_tokens": _nullable(c["limit"].astype(np.int32), c["limit"] > 0, pa.int32()), "stream": pa.array(c["stream"], pa.bool_()),
            "input_tokens": _nullable(c["tin"].astype(np.int32), status != 529, pa.int32()),
            "cached_tokens": _nullable(c["cached"].astype(np.int32), ok, pa.int32()),
            "output_tokens": _nullable(c["tout"].astype(np.int32), ok, pa.int32()),
            "reasoning_tokens": _nullable(c["reasoning"].astype(np.int32), ok & (c["reasoning"] >= 0), pa.int32()),
            "status": pa.array(status.astype(np.int16), pa.int16()), "ip": _texts(ip_text, c["ip"], has_ip),
            "asn": _nullable(ip_asn[c["ip"]].astype(np.int32), has_ip, pa.int32()), "country": _texts(ip_country, c["ip"], has_ip),
            "user_agent": pa.array([None if x else str(u) for u, x in zip(ua.tolist(), cloud.tolist(), strict=True)], pa.string()),
            "ja4": pa.array(
                [None if x else world.net.ja4[k] for k, x in zip(c["client"].tolist(), cloud.tolist(), strict=True)], pa.string()
            )
        }
    )
    out.mkdir(parents=True, exist_ok=True)
    folder = out / "events"
    folder.mkdir(exist_ok=True)
    for stale in folder.glob("*.parquet"):
        stale.unlink()
    edges = np.searchsorted(ts, np.arange(world.days + 1) * DAY)
    for day in range(world.days):
        name = (world.start + timedelta(days=day)).strftime("%Y-%m-%d")
        pq.write_table(table.slice(edges[day], edges[day + 1] - edges[day]), folder / f"{name}.parquet", compression="zstd")
    harvested = c["harvest"] & ok
    campaign = [accounts["campaign"][a] for a in c["account"][harvested].tolist()]
    if any(x is None for x in campaign):
        raise ValueError("harvest of an innocent account")
    marks = pa.table({"event_id": pa.array(ids[harvested].tolist(), pa.string()), "campaign": pa.array(campaign, pa.string())})
    pq.write_table(
        marks.take(pa.array(rng.permutation(len(marks)))) if len(marks) else marks, out / "truth_events.parquet", compression="zstd"
    )
    _write_accounts(world, out)
    return {"events": n, "accounts": len(accounts["id"]), "harvested": int(harvested.sum())}


def _over_limit(account: Array, ts: Array, cap: Array) -> Array:
    """Requests beyond the account's limit a minute."""
    key = account.astype(np.int64) * 10_000_000 + (ts // 60).astype(np.int64)
    order = np.argsort(key, kind="stable")
    sorted_key = key[order]
    fresh = np.r_[True, sorted_key[1:] != sorted_key[:-1]]
    begin = np.maximum.accumulate(np.where(fresh, np.arange(len(key)), 0))
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = np.arange(len(key)) - begin
    return rank >= cap


def _write_accounts(world: World, out: Path) -> None:
    a, rng = world.acc, world.rng
    n = len(a["id"])
    order = sorted(range(n), key=lambda i: a["id"][i])
    ip = []
    for i in range(n):
        pool = a["signup_pool"][i]
        ip.append(None if pool is None or pool < 0 else world.net.ips[int(rng.choice(world.net.pools[pool]))])

    def when(seconds: float) -> datetime | None:
        return None if seconds != seconds or seconds > world.end else world.start + timedelta(seconds=round(seconds, 3))

    def strings(values: Sequence[Any]) -> pa.Array:
        return pa.array([values[i] for i in order], pa.string())

    stamp = pa.timestamp("us", tz="UTC")
    table = pa.table(
        {
            "account_id": strings(a["id"]), "created_at": pa.array([when(a["created"][i]) for i in order], stamp),
            "kind": strings(a["kind"]), "org_id": strings(a["org"]),
            "verified": pa.array([bool(a["verified"][i]) for i in order], pa.bool_()), "access_type": strings(a["access_type"]),
            "email_domain": strings(a["email_domain"]), "email_hash": strings(a["email_hash"]), "payment_hash": strings(a["payment"]),
            "phone_hash": strings(a["phone"]), "signup_ip": strings(ip), "country": strings(a["country"]),
            "banned_at": pa.array([when(a["banned"][i]) for i in order], stamp), "plan": strings(a["plan"])
        }
    )
    pq.write_table(table, out / "accounts.parquet", compression="zstd")
    truth = pa.table({"account_id": strings(a["id"]), "campaign": strings(a["campaign"]), "kind": strings(a["label"])})
    pq.write_table(truth, out / "truth.parquet", compression="zstd")
    releases = [*world.releases, ("orion-4-mini", world.release_day), ("orion-4", world.release_day)]
    rows = [
        {"model": m, "released_at": (world.start + timedelta(days=d)).strftime("%Y-%m-%dT%H:%M:%SZ")}
        for m, d in sorted(releases, key=lambda r: r[1])
    ]
    (out / "releases.json").write_text(json.dumps(rows, indent=1) + "\n")


def _nullable(values: Array, valid: Array, kind: pa.DataType) -> pa.Array:
    return pa.array(values, kind, mask=~np.asarray(valid, bool))


def _texts(values: Array, index: Array, valid: Array) -> pa.Array:
    return pa.array([str(values[i]) if good else None for i, good in zip(index.tolist(), valid.tolist(), strict=True)], pa.string())
