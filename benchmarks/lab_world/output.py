"""Write a world as the tables of a provider's logs."""

import json
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


def write(world, out):
    """Write the tables; returns how many requests, accounts and harvested requests there are."""
    E, A = world.log, world.registry
    n = world.size
    o = np.argsort(np.array(E["time"]), kind="stable")
    n_accounts = len(A["created"])
    ta, aa = np.array(E["time"]), np.array(E["account"])
    first = np.full(n_accounts, np.inf)
    np.minimum.at(first, aa, ta)
    for i in np.nonzero(np.array(A["created"]) > first - 30)[0].tolist():  # nobody calls before signing up
        A["created"][i] = float(first[i]) - (60 + world.rng.expovariate(1 / 2400.0))
    pool = set()
    while len(pool) < n_accounts:
        pool.add("acct_" + "".join(world.rng.choices("abcdefghijkmnpqrstuvwxyz23456789", k=14)))
    id_of = sorted(pool)
    world.rng.shuffle(id_of)
    id_of = np.array(id_of, dtype=object)
    a = np.array(E["account"])[o]
    t = (np.array(E["time"])[o] * 1e6).astype("i8") + int(world.epoch * 1e6)
    bits = world.numpy.integers(0, 2**63, (n, 2))
    event_ids = [f"{x & 2**60 - 1:015x}{y & 2**60 - 1:015x}" for x, y in bits.tolist()]
    event_ids = ["req_" + e[:24] for e in event_ids]

    def take(col, typ):
        x = E[col]
        return pa.array([x[i] for i in o.tolist()], typ)

    client = np.array(E["client"])[o]
    C = world.clients

    def clients_column(j, typ):
        return pa.array([C[i][j] for i in client.tolist()], typ)

    ts = pa.timestamp("us", tz="UTC")
    org = A["org"]
    al = a.tolist()
    ips = [E["ip"][i] for i in o.tolist()]
    table = pa.table(
        {
            "event_id": pa.array(event_ids), "timestamp": pa.array(t, pa.int64()).cast(ts),
            "account_id": pa.array(id_of[a].tolist(), pa.string()),
            "org_id": pa.array([org[i] for i in al], pa.string()), "key_id": take("key", pa.string()),
            "session_id": take("session", pa.string()), "access_path": clients_column(0, pa.string()),
            "model": take("model", pa.string()),
            "system": pa.array([world.systems[E["system"][i]] for i in o.tolist()], pa.string()),
            "prompt": take("prompt", pa.string()), "response": take("response", pa.string()),
            "context_key": take("context", pa.int64()), "parent_key": take("parent", pa.int64()),
            "tools_key": take("tools", pa.int64()), "temperature": clients_column(3, pa.float32()),
            "top_p": clients_column(4, pa.float32()), "max_tokens": clients_column(5, pa.int32()),
            "stream": clients_column(6, pa.bool_()), "input_tokens": take("input_tokens", pa.int32()),
            "cached_tokens": take("cached_tokens", pa.int32()), "output_tokens": take("output_tokens", pa.int32()),
            "reasoning_tokens": take("reasoning_tokens", pa.int32()), "status": take("status", pa.int16()),
            "ip": pa.array(ips, pa.string()), "asn": pa.array([world.network_of[i][0] for i in ips], pa.int32()),
            "country": pa.array([world.network_of[i][1] for i in ips], pa.string()),
            "user_agent": clients_column(1, pa.string()), "ja4": clients_column(2, pa.string()),
        }
    )
    events = out / "events"
    events.mkdir(parents=True, exist_ok=True)
    for old in events.iterdir():
        old.unlink()
    day = (t - int(world.epoch * 1e6)) // 86400000000
    for i, d in enumerate(np.unique(day)):
        lo, hi = np.searchsorted(day, [d, d + 1])
        pq.write_table(table.slice(lo, hi - lo), events / f"part-{i:03d}.parquet", compression="zstd")
    q = np.argsort(id_of)
    ql = q.tolist()

    def sec(x):
        return None if x is None else int((x + world.epoch) * 1e6)

    def g(c, f=lambda x: x):
        return [f(A[c][i]) for i in ql]

    pq.write_table(
        pa.table(
            {
                "account_id": pa.array(id_of[q].tolist(), pa.string()),
                "created_at": pa.array(g("created", sec), pa.int64()).cast(ts), "kind": pa.array(g("kind")),
                "org_id": pa.array(g("org"), pa.string()), "verified": pa.array(g("verified")),
                "access_type": pa.array(g("access")), "email_domain": pa.array(g("domain"), pa.string()),
                "email_hash": pa.array(g("email"), pa.string()),
                "payment_hash": pa.array(g("payment"), pa.string()),
                "phone_hash": pa.array(g("phone"), pa.string()), "signup_ip": pa.array(g("signup_ip"), pa.string()),
                "country": pa.array(g("country"), pa.string()),
                "banned_at": pa.array(
                    [sec(b) if b is not None and b < world.end else None for b in g("banned")], pa.int64()
                ).cast(ts),
                "plan": pa.array(g("plan")),
            }
        ),
        out / "accounts.parquet",
    )
    releases = [
        {"model": m, "released_at": (world.start + timedelta(days=d)).isoformat().replace("+00:00", "Z")}
        for m, d in world.models
    ]
    (out / "releases.json").write_text(json.dumps(releases, indent=1))
    pq.write_table(
        pa.table(
            {
                "account_id": pa.array(id_of[q].tolist(), pa.string()),
                "campaign": pa.array(g("campaign"), pa.string()), "kind": pa.array(g("truth")),
            }
        ),
        out / "truth.parquet",
    )
    hv = [(event_ids[j], E["campaign"][i]) for j, i in enumerate(o.tolist()) if E["campaign"][i] is not None]
    pq.write_table(
        pa.table(
            {
                "event_id": pa.array([x for x, _ in hv], pa.string()),
                "campaign": pa.array([c for _, c in hv], pa.string()),
            }
        ),
        out / "truth_events.parquet",
    )
    return n, n_accounts, len(hv)
