"""The tables of a world."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .carriers import COUNTRIES
from .clients import CLIENTS
from .network import dotted
from .plans import DAY, SEC
from .world import World


def write(world: World, out: Path) -> dict[str, int]:
    """Write all tables; returns a few counts."""
    rng = world.rng
    (out / "events").mkdir(parents=True, exist_ok=True)
    for old in (out / "events").glob("*.parquet"):
        old.unlink()
    n_acc = world.n_acc
    ids = np.array([f"acct_{x:012x}" for x in rng.choice(2**47, n_acc, replace=False)], dtype=object)
    a = world.acc
    quiet = np.flatnonzero(rng.random(n_acc) < 0.004)
    for i in quiet.tolist():  # spam, unpaid bills, age checks: innocents get closed too
        t = world.start + int(rng.random() * world.days * DAY)
        if i not in world.bans and t > a["created"][i]:
            world.bans[i] = t
    cat: dict[str, Any] = {}
    sizes = [len(p["ts"]) for p in world.parts]
    for k in world.parts[0]:
        vals = [p[k] for p in world.parts]
        if isinstance(vals[0], np.ndarray):
            cat[k] = np.concatenate(vals)
        elif k == "campaign":
            cat[k] = np.concatenate([np.full(m, v or "", dtype=object) for m, v in zip(sizes, vals, strict=True)])
        else:
            arr = np.empty(sum(sizes), dtype=object)
            arr[:] = [x for v in vals for x in v]
            cat[k] = arr
    ban = np.full(n_acc, np.iinfo(np.int64).max)
    for i, t in world.bans.items():
        ban[i] = t
    ok = (cat["ts"] < ban[cat["acc"]]) & (cat["ts"] < world.end) & (cat["ts"] >= world.start)
    order = np.flatnonzero(ok)
    order = order[np.lexsort((cat["acc"][order], cat["ts"][order]))]
    cat = {k: v[order] for k, v in cat.items()}
    n = len(order)
    eid = np.array([f"req_{x:016x}" for x in np.unique(rng.integers(0, 2**62, n + 64))[:n][rng.permutation(n)]], dtype=object)
    path = cat["path"]
    app = path == "app"
    cloud = ~app & (path != "api")
    org = np.array(a["org"], dtype=object)[cat["acc"]]
    acc, sess, keyno, uid = cat["acc"].tolist(), cat["sess"].tolist(), cat["keyno"].tolist(), cat["uid"].tolist()
    memo: dict[tuple[int, int], str] = {}
    kid: list[str | None] = []
    for i in range(n):
        if app[i]:
            kid.append(None)
            continue
        kk = (acc[i], keyno[i])
        if kk not in memo:
            memo[kk] = "key_" + world.token("k", *kk)[:12]
        kid.append(memo[kk])
    has_s = app | cat["own_s"]
    sid = [world.token("s", acc[i], sess[i], uid[i])[:16] if has_s[i] else None for i in range(n)]
    names = np.array([world.model_names[m] for m in cat["model"]], dtype=object)
    ips = dotted(cat["ip"])
    ua = np.array([c[0] for c in CLIENTS], dtype=object)[cat["client"]]
    ja = np.array([c[1] for c in CLIENTS], dtype=object)[cat["client"]]
    replies: list[str | None] = [None] * n
    if world.responses:
        good = (cat["status"] == 200).tolist()
        replies = [world.w.write("answer") if g else None for g in good]

    def nul(x: NDArray[Any], mask: NDArray[np.bool_], t: pa.DataType) -> pa.Array:
        return pa.array(x, type=t, mask=mask)

    no = np.zeros(n, dtype=bool)
    table = pa.table(
        {
            "event_id": pa.array(eid, pa.string()), "timestamp": pa.array(cat["ts"], pa.timestamp("us", tz="UTC")),
            "account_id": pa.array(ids[cat["acc"]], pa.string()), "org_id": pa.array(org, pa.string()),
            "key_id": pa.array(kid, pa.string()), "session_id": pa.array(sid, pa.string()), "access_path": pa.array(path, pa.string()),
            "model": pa.array(names, pa.string()), "system": pa.array(cat["system"], pa.string()),
            "prompt": pa.array(cat["prompt"], pa.string()), "response": pa.array(replies, pa.string()),
            "context_key": pa.array(cat["ctx"], pa.int64()), "parent_key": nul(cat["par"], cat["par"] == 0, pa.int64()),
            "tools_key": nul(cat["tools"], cat["tools"] == 0, pa.int64()),
            "temperature": nul(cat["temp"].astype(np.float32), np.isnan(cat["temp"]) | app, pa.float32()),
            "top_p": nul(cat["top_p"].astype(np.float32), np.isnan(cat["top_p"]) | app, pa.float32()),
            "max_tokens": nul(np.nan_to_num(cat["cap"]).astype(np.int32), np.isnan(cat["cap"]) | app, pa.int32()),
            "stream": pa.array(cat["stream"] | app, pa.bool_()), "input_tokens": nul(cat["inp"].astype(np.int32), no, pa.int32()),
            "cached_tokens": nul(cat["cached"].astype(np.int32), no, pa.int32()),
            "output_tokens": nul(cat["out"].astype(np.int32), no, pa.int32()),
            "reasoning_tokens": nul(cat["reason"].astype(np.int32), no, pa.int32()),
            "status": nul(cat["status"].astype(np.int16), no, pa.int16()), "ip": nul(np.array(ips, dtype=object), cloud, pa.string()),
            "asn": nul(cat["asn"].astype(np.int32), cloud, pa.int32()),
            "country": nul(np.array(COUNTRIES, dtype=object)[cat["cc"]], cloud, pa.string()), "user_agent": pa.array(ua, pa.string()),
            "ja4": nul(ja, cloud, pa.string())
        }
    )
    day = (cat["ts"] - world.start) // DAY
    t0 = datetime.fromtimestamp(world.start / SEC, UTC)
    for d in range(world.days):
        lo, hi = np.searchsorted(day, [d, d + 1])
        if hi > lo:
            pq.write_table(table.slice(lo, hi - lo), out / "events" / f"{t0 + timedelta(days=d):%Y-%m-%d}.parquet", compression="zstd")
    perm = rng.permutation(n_acc)

    def col(name: str) -> list[Any]:
        return [a[name][i] for i in perm.tolist()]

    banned = [None if ban[i] == np.iinfo(np.int64).max else int(ban[i]) for i in perm.tolist()]
    accounts = pa.table(
        {
            "account_id": pa.array(ids[perm], pa.string()), "created_at": pa.array(col("created"), pa.timestamp("us", tz="UTC")),
            "kind": pa.array(col("said"), pa.string()), "org_id": pa.array(col("org"), pa.string()),
            "verified": pa.array(col("verified"), pa.bool_()), "access_type": pa.array(col("access"), pa.string()),
            "email_domain": pa.array(col("mail"), pa.string()), "email_hash": pa.array(col("mail_hash"), pa.string()),
            "payment_hash": pa.array(col("pay"), pa.string()), "phone_hash": pa.array(col("phone"), pa.string()),
            "signup_ip": pa.array(dotted(np.array(col("ip"), dtype=np.uint32)), pa.string()), "country": pa.array(col("cc"), pa.string()),
            "banned_at": pa.array(banned, pa.timestamp("us", tz="UTC")), "plan": pa.array(col("plan"), pa.string())
        }
    )
    pq.write_table(accounts, out / "accounts.parquet", compression="zstd")
    truth = pa.table(
        {
            "account_id": pa.array(ids[perm], pa.string()), "campaign": pa.array(col("campaign"), pa.string()),
            "kind": pa.array(col("kind"), pa.string())
        }
    )
    pq.write_table(truth, out / "truth.parquet", compression="zstd")
    hv = np.flatnonzero(cat["harvest"])
    te = pa.table({"event_id": pa.array(eid[hv], pa.string()), "campaign": pa.array(cat["campaign"][hv], pa.string())})
    pq.write_table(te, out / "truth_events.parquet", compression="zstd")
    past = datetime.fromtimestamp(world.start / SEC, UTC)
    rel = [
        {"model": world.model_names[k], "released_at": f"{past - timedelta(days=d):%Y-%m-%dT%H:%M:%SZ}"}
        for k, d in (("mini", 41), ("main", 41), ("think", 19))
    ]
    rel.append(
        {"model": world.model_names["next"], "released_at": f"{datetime.fromtimestamp(world.release / SEC, UTC):%Y-%m-%dT%H:%M:%SZ}"}
    )
    (out / "releases.json").write_text(json.dumps(rel, indent=1))
    return {"events": n, "accounts": n_acc, "harvested": len(hv)}
