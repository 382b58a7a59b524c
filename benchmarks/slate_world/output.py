"""The tables of a world."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .log import COLUMNS
from .prompts import short_answer
from .records import Account
from .world import World

TEXT, INTEGER, LONG, REAL, FLAG, MOMENT = (pa.string(), pa.int32(), pa.int64(), pa.float32(), pa.bool_(), pa.timestamp("us", tz="UTC"))
CACHE_US = 420_000_000
Columns = dict[str, tuple[Any, ...]]


def write(w: World, out: Path) -> dict[str, int]:
    """Write every table; returns sizes."""
    (out / "events").mkdir(parents=True, exist_ok=True)
    for old in (out / "events").glob("*.parquet"):
        old.unlink()
    rng = np.random.default_rng(w.r.getrandbits(64))
    rows = sorted((row for row in w.rows if 0 <= row[0] < w.end), key=lambda row: row[0])
    col: Columns = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
    names = _ids(rng, len(w.accounts), 24, "acc_")
    orgs: dict[str, str] = {}
    for a in w.accounts:
        if a.org and a.org not in orgs:
            orgs[a.org] = "org_" + w.hexid(14)
    when = (np.array(col["ts"]) * 1e6).astype(np.int64) + int(w.start.timestamp()) * 1_000_000
    ids = _ids(rng, len(rows), 26, "ev_")
    table = pa.table(_events(w, rng, col, when, ids, names, orgs))
    day = (when // 1_000_000 - int(w.start.timestamp())) // 86400
    for d in range(w.days):
        lo, hi = np.searchsorted(day, d), np.searchsorted(day, d, side="right")
        name = (w.start + dt.timedelta(days=d)).strftime("%Y-%m-%d")
        pq.write_table(table.slice(lo, hi - lo), out / "events" / f"{name}.parquet", compression="zstd")
    taken = [(e, w.accounts[a].campaign) for e, a, harvest in zip(ids, col["acct"], col["harvest"], strict=True) if harvest]
    marks = {"event_id": pa.array([e for e, _ in taken], TEXT), "campaign": pa.array([name for _, name in taken], TEXT)}
    _put(out / "truth_events.parquet", marks)
    order = sorted(range(len(names)), key=lambda i: names[i])
    accounts, sorted_names = [w.accounts[i] for i in order], pa.array([names[i] for i in order], TEXT)
    _put(out / "accounts.parquet", {"account_id": sorted_names, **_accounts(w, accounts, orgs)})
    truth = {"campaign": pa.array([a.campaign for a in accounts], TEXT), "kind": pa.array([a.crowd for a in accounts], TEXT)}
    _put(out / "truth.parquet", {"account_id": sorted_names, **truth})
    (out / "releases.json").write_text(json.dumps(_releases(w), indent=1))
    return {"events": len(rows), "accounts": len(names), "harvested": len(taken)}


def _put(file: Path, columns: dict[str, pa.Array]) -> None:
    pq.write_table(pa.table(columns), file, compression="zstd")


def _ids(rng: np.random.Generator, n: int, width: int, prefix: str) -> list[str]:
    """Random names of so many hexadecimal digits."""
    raw = rng.bytes(n * width // 2).hex()
    return [prefix + raw[i * width : (i + 1) * width] for i in range(n)]


def _events(
    w: World, rng: np.random.Generator, col: Columns, when: NDArray[np.int64], ids: list[str], names: list[str], orgs: dict[str, str]
) -> dict[str, pa.Array]:
    """The log; one request in 50 has no TLS print."""
    answers: list[str | None] = [None] * len(ids)
    if w.stubs:
        answers = [short_answer(w.r, kind) if status == 200 else None for kind, status in zip(col["kind"], col["status"], strict=True)]
    org_of = [orgs[a.org] if a.org else None for a in w.accounts]
    seen = rng.random(len(ids)) > 0.02
    return {
        "event_id": pa.array(ids, TEXT), "timestamp": pa.array(when, MOMENT), "account_id": pa.array([names[a] for a in col["acct"]], TEXT),
        "org_id": pa.array([org_of[a] for a in col["acct"]], TEXT), "key_id": pa.array([k and f"key_{k}" for k in col["key"]], TEXT),
        "session_id": pa.array([s and f"s-{s}" for s in col["session"]], TEXT), "access_path": pa.array(col["path"], TEXT),
        "model": pa.array(col["model"], TEXT), "system": pa.array(col["system"], TEXT), "prompt": pa.array(col["prompt"], TEXT),
        "response": pa.array(answers, TEXT), "context_key": pa.array(col["ctx"], LONG), "parent_key": pa.array(col["parent"], LONG),
        "tools_key": pa.array(col["tools"], LONG), "temperature": pa.array(col["temp"], REAL), "top_p": pa.array(col["top_p"], REAL),
        "max_tokens": pa.array(col["maxtok"], INTEGER), "stream": pa.array(col["stream"], FLAG),
        "input_tokens": pa.array(col["tin"], INTEGER), "cached_tokens": pa.array(_cached(when, col), INTEGER),
        "output_tokens": pa.array(col["tout"], INTEGER), "reasoning_tokens": pa.array(col["treason"], INTEGER),
        "status": pa.array(col["status"], pa.int16()), "ip": pa.array(col["ip"], TEXT), "asn": pa.array(col["asn"], INTEGER),
        "country": pa.array(col["country"], TEXT), "user_agent": pa.array(col["ua"], TEXT),
        "ja4": pa.array([j if known else None for j, known in zip(col["ja4"], seen.tolist(), strict=True)], TEXT)
    }


def _cached(when: NDArray[np.int64], col: Columns) -> list[int]:
    """Tokens not read anew: a long prefix that the account used within the last minutes."""
    seen: dict[object, int] = {}
    out = [0] * len(when)
    columns = (col[name] for name in ("acct", "system", "tools", "parent", "ctx", "prefix", "tin", "status"))
    for i, (t, a, system, tools, parent, context, prefix, read, status) in enumerate(zip(when.tolist(), *columns, strict=True)):
        if status != 200:
            continue
        head = (a, system or None, tools)
        link = head if parent is None else (a, parent)
        if prefix >= 1024 and t - seen.get(link, -(10**18)) < CACHE_US:
            out[i] = min(int(prefix) // 128 * 128, read)
        seen[head] = seen[a, context] = t
    return out


def _accounts(w: World, accounts: list[Account], orgs: dict[str, str]) -> dict[str, pa.Array]:
    """The registry."""
    base = w.start.timestamp()

    def column(get: Callable[[Account], Any], kind: pa.DataType) -> pa.Array:
        return pa.array([get(a) for a in accounts], kind)

    def moment(t: float | None) -> int | None:
        return None if t is None or t >= w.end else int((base + t) * 1e6)

    return {
        "created_at": column(lambda a: int((base + a.created) * 1e6), MOMENT), "kind": column(lambda a: a.kind, TEXT),
        "org_id": column(lambda a: orgs[a.org] if a.org else None, TEXT), "verified": column(lambda a: a.verified, FLAG),
        "access_type": column(lambda a: a.access, TEXT), "email_domain": column(lambda a: a.domain, TEXT),
        "email_hash": column(lambda a: a.email, TEXT), "payment_hash": column(lambda a: a.pay, TEXT),
        "phone_hash": column(lambda a: a.phone, TEXT), "signup_ip": column(lambda a: a.signup_ip, TEXT),
        "country": column(lambda a: a.country, TEXT), "banned_at": column(lambda a: moment(a.banned), MOMENT),
        "plan": column(lambda a: a.plan, TEXT)
    }


def _releases(w: World) -> list[dict[str, str]]:
    """The models and when they became available."""
    old = [
        (w.models[size], w.start + dt.timedelta(days=days, hours=17)) for size, days in (("mini", -210), ("large", -170), ("think", -60))
    ]
    released = [*old, (w.models["new"], w.start + dt.timedelta(seconds=int(w.launch)))]
    return [{"model": name, "released_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}"} for name, moment in released]
