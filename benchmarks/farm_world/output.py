"""Write a world as the tables of a provider's logs."""

import datetime as dt
import json
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


def write(world, out):
    """Write the tables; returns how many requests and how many harvested ones there are."""
    events = out / "events"
    events.mkdir(parents=True, exist_ok=True)
    rng = world.rng
    for old in events.iterdir():
        old.unlink()
    rows = sorted(world.rows, key=lambda r: r[0])
    n = len(rows)
    cols = list(zip(*rows, strict=True))
    raw = rng.bytes(n * 9).hex()
    ids = ["req_" + raw[i * 18 : i * 18 + 18] for i in range(n)]
    text = pa.string()
    i32 = pa.int32()
    names = [
        "account_id", "org_id", "key_id", "session_id", "access_path", "model", "system", "prompt", "response",
        "context_key", "parent_key", "tools_key", "temperature", "top_p", "max_tokens", "stream", "input_tokens",
        "cached_tokens", "output_tokens", "reasoning_tokens", "status", "ip", "asn", "country", "user_agent", "ja4",
    ]
    types = (
        [text] * 9 + [pa.int64()] * 3 + [pa.float32()] * 2 + [i32, pa.bool_()] + [i32] * 4
        + [pa.int16(), text, i32, text, text, text]
    )
    ts = np.array(cols[0])
    us = (ts * 1e6).astype("int64")
    tab = pa.table(
        [pa.array(ids), pa.array(us, pa.timestamp("us", tz="UTC"))]
        + [pa.array(cols[i + 1], ty) for i, ty in enumerate(types)], names=["event_id", "timestamp", *names],
    )
    day = ((ts - world.start) // 86400).astype(int)
    cut = np.searchsorted(day, np.arange(world.days + 1))
    for k, (i, ja4) in enumerate(pairwise(cut)):
        if ja4 > i:
            pq.write_table(tab.slice(i, ja4 - i), events / f"part-{k:03d}.parquet", compression="zstd")
    campaign = cols[-1]
    hv = [i for i in range(n) if campaign[i]]
    pq.write_table(
        pa.table(
            {"event_id": pa.array([ids[i] for i in hv], text), "campaign": pa.array([campaign[i] for i in hv], text)}
        ),
        out / "truth_events.parquet",
    )
    A = world.accounts[:]
    world.words.rng.shuffle(A)
    tsz = pa.timestamp("us", tz="UTC")

    def g(f, ty=text):
        return pa.array([f(a) for a in A], ty)

    pq.write_table(
        pa.table(
            {
                "account_id": g(lambda a: a.id), "created_at": g(lambda a: int(a.created * 1e6), tsz),
                "kind": g(lambda a: a.kind), "org_id": g(lambda a: a.org),
                "verified": g(lambda a: a.verified, pa.bool_()), "access_type": g(lambda a: a.access),
                "email_domain": g(lambda a: a.domain), "email_hash": g(lambda a: a.email),
                "payment_hash": g(lambda a: a.payment), "phone_hash": g(lambda a: a.phone),
                "signup_ip": g(lambda a: a.signup_ip), "country": g(lambda a: a.country),
                "banned_at": g(lambda a: int(a.banned * 1e6) if a.banned else None, tsz),
                "plan": g(lambda a: a.plan),
            }
        ),
        out / "accounts.parquet",
    )
    pq.write_table(
        pa.table({"account_id": g(lambda a: a.id), "campaign": g(lambda a: a.campaign), "kind": g(lambda a: a.crowd)}),
        out / "truth.parquet",
    )
    releases = [
        {"model": m, "released_at": dt.datetime.fromtimestamp(t, dt.UTC).isoformat()} for m, t in world.releases
    ]
    (out / "releases.json").write_text(json.dumps(releases, indent=1))
    return n, len(hv)
