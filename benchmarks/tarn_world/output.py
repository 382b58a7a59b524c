"""The tables of a world."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from . import text
from .arrays import Arr, digest64
from .limits import DAY_US, let_through
from .log import PATHS
from .world import DAY, World

MOMENT = pa.timestamp("us", tz="UTC")
OLDEST = -1400
"""day before which no account was opened"""


def write(w: World, out: Path) -> dict[str, int]:
    """Write every table; returns sizes."""
    (out / "events").mkdir(parents=True, exist_ok=True)
    for old in (out / "events").glob("*.parquet"):
        old.unlink()
    e = let_through(w)
    rng, n, account = w.rng("ledger"), len(e["t"]), e["account"]
    raw = rng.bytes(12 * n).hex()
    ids = np.array(["ev_" + raw[24 * i : 24 * i + 24] for i in range(n)], object)
    names, orgs = _tokens(w, "account", np.arange(len(w.rows["plan"])), "acct_", 9), _orgs(w)
    table = pa.table(_events(w, e, ids, names[account], orgs[account], rng))
    day = e["t"] // DAY_US
    for d in range(w.days):
        low, high = np.searchsorted(day, [d, d + 1]).tolist()
        pq.write_table(table.slice(low, high - low), out / "events" / f"{w.start + timedelta(days=d):%Y-%m-%d}.parquet", compression="zstd")
    order = np.argsort(names.astype(str), kind="stable")
    order = order[np.array(w.rows["created"])[order] < w.days]
    campaign = np.array([name or None for name in w.rows["campaign"]], object)
    taken = np.flatnonzero(e["harvest"] & (e["status"] == 200))
    _put(out / "accounts.parquet", _accounts(w, names, orgs, order))
    _put(out / "truth.parquet", {
        "account_id": pa.array(names[order]), "campaign": pa.array(campaign[order], pa.string()),
        "kind": pa.array(np.array(w.rows["kind"], object)[order])
    })
    _put(out / "truth_events.parquet", {
        "event_id": pa.array(ids[taken], pa.string()), "campaign": pa.array(campaign[account[taken]], pa.string())
    })
    released = [
        {"model": x.name, "released_at": f"{w.start + timedelta(days=x.released):%Y-%m-%dT%H:%M:%SZ}"} for x in w.host.models
    ]
    (out / "releases.json").write_text(json.dumps(released, indent=1))
    return {"events": n, "accounts": len(order), "harvested": len(taken)}


def _put(file: Path, columns: dict[str, Any]) -> None:
    pq.write_table(pa.table(columns), file, compression="zstd")


def _tokens(w: World, kind: str, numbers: Arr, prefix: str = "", size: int = 10) -> Arr:
    """Opaque ids of numbers, None below zero."""
    distinct, which = np.unique(numbers, return_inverse=True)

    def made(x: int) -> str | None:
        return None if x < 0 else prefix + hashlib.blake2b(f"{w.seed}/{kind}/{x}".encode(), digest_size=size).hexdigest()

    return np.asarray(np.array([made(x) for x in distinct.tolist()], object)[which])


def _orgs(w: World) -> Arr:
    """Organisation of each account, by the host's policy."""
    entity = np.array(w.rows["entity"])
    if w.host.orgs == "all":
        entity = np.where(entity < 0, w.counter["entity"] + np.arange(len(entity)), entity)
    elif w.host.orgs == "none":
        entity = np.where(np.array(w.rows["plan"]) == "enterprise", entity, -1)
    return _tokens(w, "org", entity, "org_", 8)


def _moments(w: World, microseconds: Arr, hidden: Arr | None = None) -> pa.Array:
    """Moments from microseconds after the first midnight."""
    return pa.array(int(w.start.timestamp() * 1_000_000) + microseconds, MOMENT, mask=hidden)


def _replies(w: World, e: dict[str, Any], rng: np.random.Generator) -> list[str | None]:
    """The opening of each answer, where the host keeps it."""
    if not w.host.responses:
        return [None] * len(e["t"])
    kept = ((e["status"] == 200) & ~e["zdr"]).tolist()
    replies = text.reply(rng, e["fam"], e["prompt"])
    return [reply[: 60 + 20 * (i % 4)] if keep else None for i, (reply, keep) in enumerate(zip(replies, kept, strict=True))]


def _events(w: World, e: dict[str, Any], ids: Arr, names: Arr, orgs: Arr, rng: np.random.Generator) -> dict[str, pa.Array]:
    """The log; a cloud passes on no TLS print, and no address unless the host sees it."""
    ok, cloud = e["status"] == 200, e["path"] == 2
    no_ip, no_ja4 = cloud & (not w.host.cloud_ip), cloud | (not w.host.ja4)
    ua, later, ja4 = (np.array([client[i] for client in w.clients], object)[e["device"]] for i in range(3))
    tools = np.array([digest64(f"{w.seed}/tools/{i}") for i in range(w.counter["tools"] + 1)], np.int64)

    def kept(texts: list[str | None]) -> pa.Array:
        return pa.array([None if zdr else text for text, zdr in zip(texts, e["zdr"].tolist(), strict=True)], pa.string())

    def masked(values: Arr, mask: Arr, kind: pa.DataType) -> pa.Array:
        return pa.array(values, type=kind, mask=mask)

    return {
        "event_id": pa.array(ids), "timestamp": _moments(w, e["t"]), "account_id": pa.array(names), "org_id": pa.array(orgs, pa.string()),
        "key_id": pa.array(_tokens(w, "key", e["key"], "key_", 8), pa.string()),
        "session_id": pa.array(_tokens(w, "session", e["session"], "s_", 8), pa.string()),
        "access_path": pa.array(np.array([*PATHS[:2], w.host.cloud])[e["path"]]),
        "model": pa.array(np.array([x.name for x in w.host.models], object)[e["model"]]),
        "system": kept(e["system"]), "prompt": kept(e["prompt"]), "response": pa.array(_replies(w, e, rng), pa.string()),
        "context_key": pa.array(e["context"]), "parent_key": masked(e["parent"], e["first"], pa.int64()),
        "tools_key": masked(tools[np.maximum(e["tool"], 0)], e["tool"] < 0, pa.int64()),
        "temperature": masked(e["temp"], np.isnan(e["temp"]), pa.float32()), "top_p": masked(e["top"], np.isnan(e["top"]), pa.float32()),
        "max_tokens": masked(e["cap"].astype(np.int32), e["cap"] < 0, pa.int32()), "stream": pa.array(e["stream"]),
        "input_tokens": pa.array(e["input"].astype(np.int32)), "cached_tokens": pa.array(np.where(ok, e["cached"], 0).astype(np.int32)),
        "output_tokens": pa.array(np.where(ok, e["output"], 0).astype(np.int32)),
        "reasoning_tokens": masked(np.where(ok, e["think"], 0).astype(np.int32), ~e["reasoning"], pa.int32()),
        "status": pa.array(e["status"].astype(np.int16)), "ip": masked(np.array(w.net.ips, object)[e["ip"]], no_ip, pa.string()),
        "asn": masked(np.array(w.net.asns)[e["ip"]].astype(np.int32), no_ip, pa.int32()),
        "country": masked(np.array(w.net.lands, object)[e["ip"]], no_ip, pa.string()),
        "user_agent": pa.array(np.where(e["updated"], later, ua), pa.string()), "ja4": masked(ja4, no_ja4, pa.string())
    }


def _accounts(w: World, names: Arr, orgs: Arr, order: Arr) -> dict[str, pa.Array]:
    """The registry, as far as the host asks at the door; contracted firms give neither phone nor card."""
    r = {name: np.array(values, object if isinstance(values[0], str) else None) for name, values in w.rows.items()}
    firm, email = r["plan"] == "enterprise", r["email"]
    asked = {"never": False, "app": r["path"] == "app", "all": True}[w.host.phones]
    phone = np.where(asked & ~firm, r["phone"], -1)
    if not w.host.fold_mail:
        again = email == np.roll(email, 1)
        again[0] = False
        email = np.where(again, w.counter["email"] + np.arange(len(email)), email)
    free = ~(r["banned"] < w.days)
    created = (np.maximum(r["created"], OLDEST) * DAY * 1e6).astype(np.int64)

    def tokens(kind: str, numbers: Arr) -> pa.Array:
        return pa.array(_tokens(w, kind, numbers)[order], pa.string())

    return {
        "account_id": pa.array(names[order]), "created_at": _moments(w, created[order]),
        "kind": pa.array(r["say"][order], pa.string()), "org_id": pa.array(orgs[order], pa.string()),
        "verified": pa.array(r["verified"][order]), "access_type": pa.array(r["access"][order]),
        "email_domain": pa.array(r["domain"][order]), "email_hash": tokens("mail", email),
        "payment_hash": tokens("card", np.where(firm, -1, r["card"])), "phone_hash": tokens("phone", phone),
        "signup_ip": pa.array(np.array(w.net.ips, object)[r["signup_ip"]][order], pa.string()), "country": pa.array(r["land"][order]),
        "banned_at": _moments(w, (np.where(free, 0, r["banned"]) * DAY * 1e6).astype(np.int64)[order], free[order]),
        "plan": pa.array(r["plan"][order])
    }
