"""The tables of a world."""

import datetime as dt
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .arrays import BoolArray, FloatArray, IntArray, ObjArray, only
from .carriers import ASN, COUNTRY
from .limits import answered
from .network import written
from .world import DAY, Columns, World


def write(w: World, out: Path) -> dict[str, int]:
    """Write every table; returns sizes."""
    (out / "events").mkdir(parents=True, exist_ok=True)
    for old in (out / "events").glob("*.parquet"):
        old.unlink()
    accounts = {name: np.concatenate([block[name] for block in w.accounts]) for name in w.accounts[0]}
    accounts["knocks"] = w.rng.geometric(0.3, w.n_accounts) * (w.rng.random(w.n_accounts) < 0.7)
    e = answered(w, accounts)
    order = np.argsort(accounts["account"].astype(str))
    sorted_accounts = {name: column[order] for name, column in accounts.items()}
    _put(out / "accounts.parquet", _accounts(w, sorted_accounts))
    _put(out / "truth.parquet", {
        "account_id": _strings(sorted_accounts["account"]), "campaign": _strings(sorted_accounts["campaign"]),
        "kind": _strings(sorted_accounts["crowd"])
    })
    released = [
        {"model": model, "released_at": f"{w.start + dt.timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}"} for model, day in w.releases
    ]
    (out / "releases.json").write_text(json.dumps(released, indent=1) + "\n")
    ids, kept = w.tokens(len(e["ts"]), 24, "req_"), e["harvest"]
    _put(out / "truth_events.parquet", {
        "event_id": _strings(ids[kept]), "campaign": _strings(accounts["campaign"][e["account"][kept]])
    })
    events = pa.table(_events(w, e, accounts, ids))
    edges = np.searchsorted(e["ts"] // DAY, np.arange(w.days + 1)).tolist()
    for d, (low, high) in enumerate(pairwise(edges)):
        day = w.start + dt.timedelta(days=d)
        pq.write_table(events.slice(low, high - low), out / "events" / f"{day:%Y-%m-%d}.parquet", compression="zstd")
    return {"events": len(ids), "accounts": w.n_accounts, "harvested": int(kept.sum())}


def _put(file: Path, columns: dict[str, Any]) -> None:
    pq.write_table(pa.table(columns), file, compression="zstd")


def _strings(values: ObjArray) -> pa.Array:
    return pa.array(values, pa.string())


def _moments(w: World, seconds: FloatArray) -> pa.Array:
    """Moments of seconds from the first midnight, none for no number."""
    none = np.isnan(seconds)
    start = int(w.start.timestamp()) * 1_000_000
    return pa.array((np.where(none, 0, seconds) * 1e6).astype(np.int64) + start, pa.timestamp("us", tz="UTC"), mask=none)


def _accounts(w: World, a: Columns) -> dict[str, pa.Array]:
    """The registry."""
    return {
        "account_id": _strings(a["account"]), "created_at": _moments(w, a["created"]), "kind": _strings(a["kind"]),
        "org_id": _strings(a["org"]), "verified": pa.array(a["verified"]), "access_type": _strings(a["access"]),
        "email_domain": _strings(a["domain"]), "email_hash": _strings(a["email"]), "payment_hash": _strings(a["pay"]),
        "phone_hash": _strings(a["phone"]), "signup_ip": _strings(written(a["ip"])), "country": _strings(a["country"]),
        "banned_at": _moments(w, np.where(a["banned"] >= w.span, np.nan, a["banned"])), "plan": _strings(a["plan"])
    }


def _events(w: World, e: Columns, accounts: Columns, ids: ObjArray) -> dict[str, pa.Array]:
    """The log; answers are not kept, and a cloud may hide where a request comes from."""
    who, hidden = e["account"], e["row"] < 0

    def numbers(values: IntArray | FloatArray, kind: pa.DataType, mask: BoolArray | None = None) -> pa.Array:
        return pa.array(values.astype(kind.to_pandas_dtype()), kind, mask=mask)

    return {
        "event_id": _strings(ids), "timestamp": _moments(w, e["ts"]), "account_id": _strings(accounts["account"][who]),
        "org_id": _strings(accounts["org"][who]), "key_id": _strings(e["key"]), "session_id": _strings(e["session"]),
        "access_path": _strings(e["path"]), "model": _strings(e["model"]), "system": _strings(e["system"]),
        "prompt": _strings(e["prompt"]), "response": pa.nulls(len(ids), pa.string()), "context_key": numbers(e["context"], pa.int64()),
        "parent_key": numbers(e["parent"], pa.int64(), e["parent"] < 0), "tools_key": numbers(e["tools"], pa.int64(), e["tools"] == 0),
        "temperature": numbers(e["temp"], pa.float32(), np.isnan(e["temp"])),
        "top_p": numbers(e["top_p"], pa.float32(), np.isnan(e["top_p"])),
        "max_tokens": numbers(e["max_tokens"], pa.int32(), e["max_tokens"] == 0), "stream": pa.array(e["stream"]),
        "input_tokens": numbers(e["input"], pa.int32()), "cached_tokens": numbers(e["cached"], pa.int32()),
        "output_tokens": numbers(e["output"], pa.int32()), "reasoning_tokens": numbers(e["thought"], pa.int32(), ~e["thinks"]),
        "status": numbers(e["status"], pa.int16()), "ip": _strings(written(e["ip"])),
        "asn": numbers(np.where(hidden, 0, ASN[e["row"]]), pa.int32(), hidden),
        "country": _strings(only(~hidden, COUNTRY[e["row"]])),
        "user_agent": _strings(e["ua"]), "ja4": _strings(e["ja4"])
    }
