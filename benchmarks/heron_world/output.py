"""The tables of a world."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .arrays import Arr, obj
from .clients import CLIENTS
from .world import MODELS, World

TEXT, INTEGER, LONG, REAL, MOMENT = pa.string(), pa.int32(), pa.int64(), pa.float32(), pa.timestamp("us", tz="UTC")


def write(w: World, out: Path) -> dict[str, int]:
    """Write every table; returns sizes."""
    (out / "events").mkdir(parents=True, exist_ok=True)
    for old in (out / "events").glob("*.parquet"):
        old.unlink()
    col = _requests(w)
    total = len(col["t"])
    ids = obj(w.hexes(total, 24, "req_"))
    when = _moment(w, col["t"])
    table = pa.table(_events(w, col, ids, when))
    day = when.astype("datetime64[D]")
    for d in np.unique(day):
        lo, hi = np.searchsorted(day, d), np.searchsorted(day, d, side="right")
        pq.write_table(table.slice(lo, hi - lo), out / "events" / f"{d}.parquet", compression="zstd")
    order = np.argsort(obj(w.acc["account_id"]).astype(str))
    _put(out / "accounts.parquet", _accounts(w, order))
    truth = {"account_id": "account_id", "campaign": "campaign", "kind": "label"}
    _put(out / "truth.parquet", {name: pa.array(obj(w.acc[source])[order], TEXT) for name, source in truth.items()})
    campaign = obj(w.acc["campaign"])[col["a"]]
    taken = col["harvested"] & np.array([c is not None for c in campaign], dtype=bool)
    _put(out / "truth_events.parquet", {"event_id": pa.array(ids[taken], TEXT), "campaign": pa.array(campaign[taken], TEXT)})
    (out / "releases.json").write_text(json.dumps(_releases(w), indent=1))
    return {"events": total, "accounts": len(order), "harvested": int(taken.sum())}


def _put(file: Path, columns: dict[str, pa.Array]) -> None:
    pq.write_table(pa.table(columns), file, compression="zstd")


def _moment(w: World, seconds: Arr) -> Arr:
    """Seconds from the first midnight as moments."""
    moments: Arr = w.start + np.round(seconds * 1e6).astype("timedelta64[us]")
    return moments


def _requests(w: World) -> dict[str, Arr]:
    """All requests in time order; a closed account knocks for some hours and is refused. Sign-ups come before first requests."""
    rng = w.rng
    col = {name: np.concatenate([rows[name] for rows in w.log]) for name in w.log[0]}
    banned, created = np.array(w.acc["banned"]), np.array(w.acc["created"], dtype=float)
    first = np.full(len(created), np.inf)
    ok = (col["t"] >= 0) & (col["t"] < w.end)
    np.minimum.at(first, col["a"][ok], col["t"][ok])
    late = created >= first
    created[late] = first[late] - rng.exponential(900.0, int(late.sum())) - 40.0
    w.acc["created"] = created.tolist()
    gone = col["t"] > banned[col["a"]]
    knock = gone & (col["t"] < banned[col["a"]] + 3 * 3600) & (rng.random(len(gone)) < 0.35)
    ok &= ~gone | knock
    col["status"][knock] = 403
    for name in ("out", "reason"):
        col[name][knock] = 0
    col["harvested"] &= ~gone
    col = {name: values[ok] for name, values in col.items()}
    order = np.lexsort((rng.random(len(col["t"])), np.round(col["t"] * 1e6)))
    return {name: values[order] for name, values in col.items()}


def _events(w: World, col: dict[str, Arr], ids: Arr, when: Arr) -> dict[str, pa.Array]:
    """The log."""
    api = col["path"] != "app"
    keys = [
        w.keys[a][k % len(w.keys[a])] if x else None for a, k, x in zip(col["a"].tolist(), col["keyed"].tolist(), api.tolist(), strict=True)
    ]
    sessions = [
        f"ses_{c & 0xFFFFFFFFFFFFFFFF:016x}" if s else None for c, s in zip(col["conv"].tolist(), col["session"].tolist(), strict=True)
    ]
    return {
        "event_id": pa.array(ids, TEXT), "timestamp": pa.array(when, MOMENT),
        "account_id": pa.array(obj(w.acc["account_id"])[col["a"]], TEXT), "org_id": pa.array(obj(w.acc["org"])[col["a"]], TEXT),
        "key_id": pa.array(keys, TEXT), "session_id": pa.array(sessions, TEXT), "access_path": pa.array(col["path"], TEXT),
        "model": pa.array(obj(MODELS)[col["model"]], TEXT), "system": pa.array(col["system"], TEXT),
        "prompt": pa.array(col["prompt"], TEXT), "response": pa.nulls(len(ids), TEXT), "context_key": pa.array(col["ctx"], LONG),
        "parent_key": pa.array(col["parent"], LONG, mask=col["turn"] == 0),
        "tools_key": pa.array(col["tools"], LONG, mask=col["tools"] == 0),
        "temperature": pa.array(col["temp"], REAL, mask=np.isnan(col["temp"])),
        "top_p": pa.array(col["top_p"], REAL, mask=np.isnan(col["top_p"])),
        "max_tokens": pa.array(col["max"], INTEGER, mask=col["max"] == 0), "stream": pa.array(col["stream"]),
        "input_tokens": pa.array(col["in"], INTEGER), "cached_tokens": pa.array(col["cached"], INTEGER),
        "output_tokens": pa.array(col["out"], INTEGER), "reasoning_tokens": pa.array(col["reason"], INTEGER, mask=~col["think"]),
        "status": pa.array(col["status"], pa.int16()), "ip": pa.array(obj(w.net.ip)[col["host"]], TEXT),
        "asn": pa.array(np.array(w.net.asn)[col["host"]], INTEGER), "country": pa.array(obj(w.net.country)[col["host"]], TEXT),
        "user_agent": pa.array(obj([c.agent for c in CLIENTS])[col["client"]], TEXT),
        "ja4": pa.array(obj([c.ja4 for c in CLIENTS])[col["client"]], TEXT)
    }


def _accounts(w: World, order: Arr) -> dict[str, pa.Array]:
    """The registry."""
    banned = np.array(w.acc["banned"])[order]
    open_ = ~np.isfinite(banned) | (banned >= w.end)
    given = {name: obj(values)[order] for name, values in w.acc.items() if name not in ("created", "banned")}
    return {
        "account_id": pa.array(given["account_id"], TEXT), "created_at": pa.array(_moment(w, np.array(w.acc["created"])[order]), MOMENT),
        "kind": pa.array(given["kind"], TEXT), "org_id": pa.array(given["org"], TEXT), "verified": pa.array(given["verified"], pa.bool_()),
        "access_type": pa.array(given["access"], TEXT), "email_domain": pa.array(given["domain"], TEXT),
        "email_hash": pa.array(given["email"], TEXT), "payment_hash": pa.array(given["payment"], TEXT),
        "phone_hash": pa.array(given["phone"], TEXT), "signup_ip": pa.array(given["signup_ip"], TEXT),
        "country": pa.array(given["country"], TEXT), "banned_at": pa.array(_moment(w, np.where(open_, 0, banned)), MOMENT, mask=open_),
        "plan": pa.array(given["plan"], TEXT)
    }


def _releases(w: World) -> list[dict[str, str]]:
    """The models and when they became available."""
    known = {
        "lumen-3-large": "2025-06-03T16:00:00Z", "lumen-4-large": "2026-01-20T17:00:00Z", "lumen-4-mini": "2026-02-11T17:00:00Z",
        "lumen-r2": "2026-04-08T16:30:00Z"
    }
    if w.release is not None:
        known["lumen-5-large"] = f"{(w.start + np.timedelta64(int(w.release), 's')).astype('datetime64[s]')}Z"
    return [{"model": name, "released_at": when} for name, when in known.items()]
