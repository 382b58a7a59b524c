"""The tables of a world."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .hashing import mix64
from .hours import DAY
from .log import Columns, requests
from .network import addresses
from .world import World


def write(world: World, out: Path) -> dict[str, int]:
    """Write every table; returns sizes."""
    a = {k: np.concatenate(v) for k, v in world.acc.items()}
    e = requests(world, a)
    n, n_acc = len(e["t"]), len(a["birth"])
    names = _ids(world, "acct", np.arange(n_acc), 18, "acct_")
    org = _ids(world, "org", a["org"], 12, "org-")
    org[a["org"] <= 0] = None
    event_id = _ids(world, "event", np.arange(n), 22, "req_")
    (out / "events").mkdir(parents=True, exist_ok=True)
    for old in (out / "events").glob("*.parquet"):
        old.unlink()
    table = pa.table(_events(world, e, event_id, names, org))
    cuts = np.searchsorted(e["t"], np.arange(world.days + 1) * DAY)
    for d in range(world.days):
        _put(out / "events" / f"{world.start + timedelta(days=d):%Y-%m-%d}.parquet", table.slice(cuts[d], cuts[d + 1] - cuts[d]))
    order = pa.array(np.argsort(names))
    _put(out / "accounts.parquet", pa.table(_accounts(world, a, names, org)).take(order))
    truth = {"account_id": names, "campaign": a["campaign"], "kind": a["kind"]}
    _put(out / "truth.parquet", pa.table({name: pa.array(values, pa.string()) for name, values in truth.items()}).take(order))
    taken = np.flatnonzero(e["harvest"].astype(bool) & (e["status"] == 200))
    marks = {"event_id": event_id[taken], "campaign": a["campaign"][e["acct"][taken]]}
    _put(out / "truth_events.parquet", pa.table({name: pa.array(values, pa.string()) for name, values in marks.items()}))
    (out / "releases.json").write_text(json.dumps(_releases(world), indent=1))
    return {"events": n, "accounts": n_acc, "harvested": len(taken)}


def _put(file: Path, table: pa.Table) -> None:
    pq.write_table(table, file, compression="zstd")


def _ids(world: World, tag: str, x: np.ndarray, width: int, prefix: str = "") -> np.ndarray:
    """Opaque identifiers; the same number gives the same one."""
    salt = int.from_bytes(hashlib.blake2b(f"{world.seed}/{tag}/{world.start}".encode(), digest_size=7).digest(), "little")
    p, q = mix64(x, salt), mix64(x, salt + 11)
    return np.array([prefix + f"{i:016x}{j:016x}"[:width] for i, j in zip(p, q, strict=True)], object)


def _events(world: World, e: Columns, event_id: np.ndarray, names: np.ndarray, org: np.ndarray) -> dict[str, pa.Array]:
    """The log, as far as this provider keeps it; a cloud's requests have neither address nor client nor key."""
    rng, lg, acct = world.rng, world.log, e["acct"]
    cloud = np.array([p.startswith("cloud") for p in e["path"]])
    app, ok = e["path"] == "app", e["status"] == 200
    passes = rng.random(len(names)) < lg.session_api
    org_logged = rng.random(len(names)) < lg.org_event
    answers = np.full(len(ok), None, object)
    if lg.response:
        answers[ok] = world.text.expand("reply", int(ok.sum()))
    thinks = np.array([m.startswith("halden-think") for m in e["model"]])
    us = (e["t"] * 1e6).astype(np.int64) + int(world.start.timestamp()) * 1_000_000
    return {
        "event_id": pa.array(event_id, pa.string()), "timestamp": pa.array(us, pa.timestamp("us", tz="UTC")),
        "account_id": pa.array(names[acct], pa.string()), "org_id": pa.array(org[acct], pa.string(), mask=~org_logged[acct]),
        "key_id": pa.array(_ids(world, "key", e["key"], 14, "key_"), pa.string(), mask=app | cloud),
        "session_id": pa.array(_ids(world, "sess", e["conv"], 16, "s_"), pa.string(), mask=~app & (~passes[acct] | cloud)),
        "access_path": pa.array(e["path"], pa.string()), "model": pa.array(e["model"], pa.string()),
        "system": pa.array(e["system"], pa.string()), "prompt": pa.array(e["prompt"], pa.string()),
        "response": pa.array(answers, pa.string()), "context_key": pa.array(e["ctx"], pa.int64()),
        "parent_key": pa.array(e["par"], pa.int64(), mask=~e["has_par"]),
        "tools_key": pa.array(mix64(e["tools"], 991).astype(np.int64), pa.int64(), mask=e["tools"] == 0),
        "temperature": pa.array(e["temp"].astype(np.float32), mask=np.isnan(e["temp"].astype(float))),
        "top_p": pa.array(e["top_p"].astype(np.float32), mask=np.isnan(e["top_p"].astype(float))),
        "max_tokens": pa.array(e["max_tokens"].astype(np.int32), mask=e["max_tokens"] == 0),
        "stream": pa.array(e["stream"].astype(bool) | app), "input_tokens": pa.array(e["in"].astype(np.int32), mask=~ok),
        "cached_tokens": pa.array(e["cached"].astype(np.int32), mask=~ok | (not lg.cached)),
        "output_tokens": pa.array(e["out"].astype(np.int32), mask=~ok),
        "reasoning_tokens": pa.array(e["reas"].astype(np.int32), mask=~ok | ~thinks), "status": pa.array(e["status"].astype(np.int16)),
        "ip": pa.array(addresses(e["asn"], e["host"]), pa.string(), mask=cloud),
        "asn": pa.array(e["asn"].astype(np.int32), mask=cloud | (not lg.asn)), "country": pa.array(e["country"], pa.string(), mask=cloud),
        "user_agent": pa.array(e["ua"], pa.string(), mask=cloud), "ja4": pa.array(e["ja4"], pa.string(), mask=cloud | (not lg.ja4))
    }


def _accounts(world: World, a: Columns, names: np.ndarray, org: np.ndarray) -> dict[str, pa.Array]:
    """The registry, as far as this provider keeps it."""
    rng, lg, n = world.rng, world.log, len(names)
    base, when = int(world.start.timestamp()) * 1_000_000, pa.timestamp("us", tz="UTC")

    def some(values: np.ndarray, share: float, extra: np.ndarray | bool = True) -> pa.Array:
        return pa.array(values, pa.string(), mask=~((rng.random(n) < share) & extra))

    banned = a["death"] < world.span
    died = np.where(banned, a["death"], 0)
    unmailed = rng.random(n) >= lg.email
    return {
        "account_id": pa.array(names, pa.string()), "created_at": pa.array((a["birth"] * 1e6).astype(np.int64) + base, when),
        "kind": some(a["said"], lg.kind_filled), "org_id": pa.array(org, pa.string()), "verified": pa.array(a["verified"].astype(bool)),
        "access_type": pa.array(a["access"], pa.string()), "email_domain": pa.array(a["domain"], pa.string(), mask=unmailed),
        "email_hash": pa.array(_ids(world, "mail", a["mailh"], 20), pa.string(), mask=unmailed),
        "payment_hash": some(_ids(world, "pay", a["pay"], 16), lg.payment, ~np.isin(a["plan"], ("free", "trial"))),
        "phone_hash": some(_ids(world, "phone", a["phone"], 16), lg.phone, a["access"] == "application"),
        "signup_ip": some(addresses(a["sasn"], a["shost"]), lg.signup_ip), "country": some(a["country"], 0.93),
        "banned_at": pa.array((died * 1e6).astype(np.int64) + base, when, mask=~banned), "plan": pa.array(a["plan"], pa.string())
    }


def _releases(world: World) -> list[dict[str, str]]:
    """The models and when they became available."""
    stamp = [
        ("halden-mini-2", -300), ("halden-base-2", -300), ("halden-pro-2", -290), ("halden-think-1", -120),
        ("halden-pro-3", world.release_day)
    ]
    return [{"model": m, "released_at": f"{world.start + timedelta(days=d):%Y-%m-%dT%H:%M:%SZ}"} for m, d in stamp if d < world.days]
