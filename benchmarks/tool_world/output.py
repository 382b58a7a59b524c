"""Write a world as the tables of a provider's logs."""

import datetime as dt
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .surfaces import DAY

TIME = pa.timestamp("us", tz="UTC")
TEXT = pa.string()


def write(world, out):
    """Write the tables; returns how many requests, accounts and harvested requests there are."""
    events = _possible(world)
    ids = _write_events(world, events, out / "events")
    order = list(range(len(world.registry)))
    world.rng.shuffle(order)
    rows = [world.registry[i] for i in order]
    columns = {}
    for name in rows[0]:
        if name in ("created_at", "banned_at"):
            times = [None if row[name] is None else int(row[name] * 1e6) for row in rows]
            columns[name] = pa.array(times, pa.int64()).cast(TIME)
        else:
            columns[name] = pa.array([row[name] for row in rows], pa.bool_() if name == "verified" else TEXT)
    pq.write_table(pa.table(columns), out / "accounts.parquet")
    releases = [
        {"model": model, "released_at": dt.datetime.fromtimestamp(t, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        for model, t in world.releases
    ]
    (out / "releases.json").write_text(json.dumps(releases, indent=1))
    _write_strings(out / "truth.parquet", ("account_id", "campaign", "kind"), [world.truth[i] for i in order])
    harvested = [(i, e.campaign) for i, e in zip(ids, events, strict=True) if e.campaign and e.status == 200]
    _write_strings(out / "truth_events.parquet", ("event_id", "campaign"), harvested)
    return len(events), len(world.registry), len(harvested)


def _possible(world):
    """Requests in the span, of accounts that exist and are not banned, whose turn before happened too."""
    seen, found = set(), []
    for event in sorted(world.events, key=lambda event: event.time):
        row = world.registry[event.account]
        last = row["banned_at"] or 1e18
        inside = world.start <= event.time < world.end and row["created_at"] <= event.time <= last
        if inside and (event.parent is None or event.parent in seen):
            seen.add(event.context)
            found.append(event)
    return found


def _write_events(world, events, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    g, n = world.numpy, len(events)

    def column(name, kind=TEXT):
        return pa.array([getattr(event, name) for event in events], kind)

    status = np.array([event.status for event in events], np.int16)
    n_chars = np.array([len(event.prompt) + len(event.system or "") for event in events])
    history = np.array([event.history for event in events])
    sent = ((n_chars + history) / 3.9 * g.uniform(0.93, 1.07, n) + 5).astype(np.int32)
    follows = np.array([event.parent is not None for event in events])
    cached = np.where(follows, (history / 4.1).astype(np.int32) // 64 * 64, 0)
    cached = np.minimum(cached * (g.random(n) < 0.8), sent).astype(np.int32)
    usual = np.array([event.out_tokens for event in events])
    answered = np.maximum(1, usual * np.exp(g.normal(-0.15, 0.6, n))).astype(np.int64)
    answered = np.minimum(answered, np.array([event.max_tokens or 100000 for event in events]))
    answered = np.where(status == 200, answered, 0).astype(np.int32)
    thinks = np.array(["think" in event.model for event in events]) & (status == 200)
    thought = (answered * np.exp(g.normal(0.6, 0.7, n))).astype(np.int64)
    ids = [f"req_{world.rng.getrandbits(64):016x}" for _ in range(n)]
    times = np.array([event.time for event in events])
    accounts = [world.accounts[event.account] for event in events]
    table = pa.table(
        {
            "event_id": pa.array(ids, TEXT),
            "timestamp": pa.array(np.round(times * 1e6).astype(np.int64), pa.int64()).cast(TIME),
            "account_id": pa.array([account.id for account in accounts], TEXT),
            "org_id": pa.array([account.org for account in accounts], TEXT), "key_id": column("key"),
            "session_id": column("session"), "access_path": column("path"), "model": column("model"),
            "system": column("system"), "prompt": column("prompt"), "response": pa.nulls(n, TEXT),
            "context_key": column("context", pa.int64()), "parent_key": column("parent", pa.int64()),
            "tools_key": column("tools", pa.int64()), "temperature": column("temperature", pa.float32()),
            "top_p": column("top_p", pa.float32()), "max_tokens": column("max_tokens", pa.int32()),
            "stream": column("stream", pa.bool_()), "input_tokens": pa.array(sent), "cached_tokens": pa.array(cached),
            "output_tokens": pa.array(answered),
            "reasoning_tokens": pa.array(np.where(thinks, thought, 0).astype(np.int32)), "status": pa.array(status),
            "ip": column("ip"), "asn": column("asn", pa.int32()), "country": column("country"),
            "user_agent": column("user_agent"), "ja4": column("ja4"),
        }
    )
    day = ((times - world.start) // DAY).astype(int)
    for i, d in enumerate(np.unique(day)):
        rows = np.flatnonzero(day == d)
        part = table.slice(rows[0], len(rows))
        pq.write_table(part, folder / f"part-{i:03d}.parquet", compression="zstd")
    return ids


def _write_strings(file, names, rows):
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    pq.write_table(pa.table({name: pa.array(column, TEXT) for name, column in zip(names, columns, strict=True)}), file)
