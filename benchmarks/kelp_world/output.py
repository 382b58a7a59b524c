"""The tables of a world."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .arrays import Arr, mix
from .clients import CLIENTS
from .world import DAY, World

TEXT, INTEGER, LONG, REAL, MOMENT = pa.string(), pa.int32(), pa.int64(), pa.float32(), pa.timestamp("us", tz="UTC")


def write(w: World, out: Path) -> dict[str, int]:
    """Write every table; returns sizes."""
    (out / "events").mkdir(parents=True, exist_ok=True)
    for old in (out / "events").glob("*.parquet"):
        old.unlink()
    col = _requests(w)
    ids, names = _ids(w, len(col["t"]), 18, "req_"), _ids(w, w.n, 16, "acct_")
    table = pa.table(_events(w, col, ids, names))
    day = (col["t"] / DAY).astype(np.int64)
    for d in range(w.days):
        low, high = np.searchsorted(day, [d, d + 1])
        name = (w.start + dt.timedelta(days=d)).date()
        pq.write_table(table.slice(low, high - low), out / "events" / f"{name}.parquet", compression="zstd")
    campaign, taken = np.array(w.accounts["campaign"], dtype=object), col["harvest"]
    _put(out / "truth_events.parquet", {"event_id": ids[taken], "campaign": campaign[col["who"][taken]]})
    order = np.argsort(names.astype(str))
    pq.write_table(pa.table(_accounts(w, names, order)), out / "accounts.parquet", compression="zstd")
    crowd = np.array(w.accounts["crowd"], dtype=object)
    _put(out / "truth.parquet", {"account_id": names[order], "campaign": campaign[order], "kind": crowd[order]})
    released = [
        {"model": name, "released_at": f"{w.start + dt.timedelta(days=d):%Y-%m-%dT%H:%M:%SZ}"} for name, d in sorted(w.released.items())
    ]
    (out / "releases.json").write_text(json.dumps(released, indent=1))
    return {"events": len(ids), "accounts": len(names), "harvested": int(taken.sum())}


def _put(file: Path, columns: dict[str, Arr]) -> None:
    """Write columns of text."""
    pq.write_table(pa.table({name: pa.array(values, TEXT) for name, values in columns.items()}), file, compression="zstd")


def _ids(w: World, n: int, width: int, prefix: str) -> Arr:
    """Random names of so many hexadecimal digits."""
    raw = w.rng.bytes(n * width // 2).hex()
    return np.array([prefix + raw[i * width : (i + 1) * width] for i in range(n)], dtype=object)


def _tags(w: World, kind: str, numbers: Arr, prefix: str = "", width: int = 16) -> Arr:
    """Opaque texts of numbers, None for what is below 0."""
    distinct, which = np.unique(numbers, return_inverse=True)
    tags = [None if number < 0 else prefix + w.tag(kind, number)[:width] for number in distinct.tolist()]
    return np.array(tags, dtype=object)[which]


def _moments(w: World, seconds: Arr) -> Arr:
    """Seconds from the first midnight as moments."""
    moments: Arr = np.datetime64(w.start.replace(tzinfo=None), "us") + (seconds * 1e6).astype("timedelta64[us]")
    return moments


def _requests(w: World) -> dict[str, Arr]:
    """All requests in time order, without those of accounts not yet opened or already banned, or for models not yet released."""
    col = {name: np.concatenate([rows[name] for rows in w.log]) for name in w.log[0]}
    day, banned = col["t"] / DAY, np.array(w.accounts["banned"], dtype=float)[col["who"]]
    ok = (np.isnan(banned) | (day < banned)) & (day > np.array(w.accounts["created"])[col["who"]])
    for model, release in w.released.items():
        ok &= (col["model"] != model) | (day > release)
    kept = np.flatnonzero(ok)
    kept = kept[np.argsort(col["t"][kept], kind="stable")]
    return {name: values[kept] for name, values in col.items()}


def _orgs(w: World) -> Arr:
    return _tags(w, "org", np.array(w.accounts["org"]), "org_", 14)


def _events(w: World, col: dict[str, Arr], ids: Arr, names: Arr) -> dict[str, pa.Array]:
    """The log; a cloud passes on no address and no program."""
    seen, secret = col["net"] >= 0, int.from_bytes(w.salt[:6], "big")
    net = np.where(seen, col["net"], 0)

    def where_seen(values: Arr) -> Arr:
        return np.where(seen, values, np.array(None))

    return {
        "event_id": pa.array(ids, TEXT), "timestamp": pa.array(_moments(w, col["t"]), MOMENT),
        "account_id": pa.array(names[col["who"]], TEXT), "org_id": pa.array(_orgs(w)[col["who"]], TEXT),
        "key_id": pa.array(_tags(w, "key", col["key"], "key_"), TEXT), "session_id": pa.array(_tags(w, "session", col["session"]), TEXT),
        "access_path": pa.array(col["path"], TEXT), "model": pa.array(col["model"], TEXT), "system": pa.array(col["system"], TEXT),
        "prompt": pa.array(col["prompt"], TEXT), "response": pa.nulls(len(ids), TEXT), "context_key": pa.array(mix(col["context"], secret)),
        "parent_key": pa.array(mix(col["parent"], secret), mask=col["parent"] < 0),
        "tools_key": pa.array(mix(col["tools"], secret, 3), mask=col["tools"] < 0),
        "temperature": pa.array(col["temp"], REAL, mask=np.isnan(col["temp"])),
        "top_p": pa.array(col["top_p"], REAL, mask=np.isnan(col["top_p"])),
        "max_tokens": pa.array(col["limit"], INTEGER, mask=col["limit"] < 0), "stream": pa.array(col["stream"].astype(bool)),
        "input_tokens": pa.array(col["read"], INTEGER), "cached_tokens": pa.array(col["cached"], INTEGER),
        "output_tokens": pa.array(col["written"], INTEGER),
        "reasoning_tokens": pa.array(col["thought"], INTEGER, mask=col["thought"] < 0), "status": pa.array(col["status"], pa.int16()),
        "ip": pa.array(where_seen(np.array(w.net.text(net, col["address"], col["v6"]), dtype=object)), TEXT),
        "asn": pa.array(w.net.asn[net], INTEGER, mask=~seen), "country": pa.array(where_seen(w.net.country[net].astype(object)), TEXT),
        "user_agent": pa.array(where_seen(np.array([client.agent for client in CLIENTS], dtype=object)[col["client"]]), TEXT),
        "ja4": pa.array(where_seen(np.array([client.ja4 for client in CLIENTS], dtype=object)[col["client"]]), TEXT)
    }


def _accounts(w: World, names: Arr, order: Arr) -> dict[str, pa.Array]:
    """The registry."""
    given = {name: np.array(values, dtype=object)[order] for name, values in w.accounts.items()}
    banned = given["banned"].astype(float)
    open_ = np.isnan(banned) | (banned >= w.days)
    address = w.net.text(*(given[name] for name in ("signup_net", "signup_key", "signup_v6")))
    return {
        "account_id": pa.array(names[order], TEXT), "created_at": pa.array(_moments(w, given["created"].astype(float) * DAY), MOMENT),
        "kind": pa.array(given["says"], TEXT), "org_id": pa.array(_orgs(w)[order], TEXT),
        "verified": pa.array(given["verified"], pa.bool_()), "access_type": pa.array(given["access"], TEXT),
        "email_domain": pa.array(given["domain"], TEXT),
        "email_hash": pa.array(_tags(w, "email", given["email"].astype(np.int64)), TEXT),
        "payment_hash": pa.array(_tags(w, "pay", given["pay"].astype(np.int64)), TEXT),
        "phone_hash": pa.array(_tags(w, "phone", given["phone"].astype(np.int64)), TEXT), "signup_ip": pa.array(address, TEXT),
        "country": pa.array(given["country"], TEXT),
        "banned_at": pa.array(_moments(w, np.where(open_, 0, banned) * DAY), MOMENT, mask=open_), "plan": pa.array(given["plan"], TEXT)
    }
