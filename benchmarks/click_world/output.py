"""Write a world as the tables of a provider's logs."""

import datetime as dt
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .people import DAY, SECOND

TIME = pa.timestamp("us", tz="UTC")
TEXT = pa.string()
COLUMNS = {
    "prompt": TEXT, "context_key": pa.int64(), "parent_key": pa.int64(), "tools_key": pa.int64(),
    "temperature": pa.float32(), "top_p": pa.float32(), "max_tokens": pa.int32(), "stream": pa.bool_(),
    "input_tokens": pa.int32(), "cached_tokens": pa.int32(), "output_tokens": pa.int32(),
    "reasoning_tokens": pa.int32(), "status": pa.int16(), "ip": TEXT, "asn": pa.int32(), "country": TEXT,
    "user_agent": TEXT, "ja4": TEXT,
}
FIELDS = {"context_key": "context", "parent_key": "parent", "tools_key": "tools"}


def write(world, out):
    """Write the tables; returns how many requests, accounts and harvested requests there are."""
    rows = sorted(world.rows, key=lambda row: row.time)
    ids = [f"ev_{world.rng.getrandbits(96):024x}" for _ in rows]
    _write_events(world, rows, ids, out / "events")
    order = list(range(len(world.people)))
    world.rng.shuffle(order)
    accounts = [world.people[i].row for i in order]
    types = {"created_at": TIME, "banned_at": TIME, "verified": pa.bool_()}
    columns = {name: pa.array([row[name] for row in accounts], types.get(name, TEXT)) for name in accounts[0]}
    pq.write_table(pa.table(columns), out / "accounts.parquet")
    harvested = [i for i, row in enumerate(rows) if row.harvest and row.status == 200]
    active = {row.person for row in rows}
    used = {rows[i].person for i in harvested}
    truth = [_truth(world.people[i], i in used) for i in order if i in active]
    _write_strings(out / "truth.parquet", ("account_id", "campaign", "kind"), truth)
    truth_events = [(ids[i], world.people[rows[i].person].campaign) for i in harvested]
    _write_strings(out / "truth_events.parquet", ("event_id", "campaign"), truth_events)
    releases = [
        {"model": model, "released_at": dt.datetime.fromtimestamp(t / SECOND, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        for model, t in world.models
    ]
    (out / "releases.json").write_text(json.dumps(releases, indent=1))
    return len(rows), len(accounts), len(harvested)


def _write_events(world, rows, ids, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    people = [world.people[row.person] for row in rows]
    table = pa.table(
        {
            "event_id": pa.array(ids, TEXT),
            "timestamp": pa.array([row.time for row in rows], TIME),
            "account_id": pa.array([person.id for person in people], TEXT),
            "org_id": pa.array([person.row["org_id"] for person in people], TEXT),
            "key_id": pa.array([row.key for row in rows], TEXT),
            "session_id": pa.array([row.session for row in rows], TEXT),
            "access_path": pa.array([row.path for row in rows], TEXT),
            "model": pa.array([row.model for row in rows], TEXT),
            "system": pa.array([world.systems[row.system] or None for row in rows], TEXT),
            **{
                name: pa.array([getattr(row, FIELDS.get(name, name)) for row in rows], kind)
                for name, kind in COLUMNS.items()
            },
        }
    )
    cut = np.searchsorted([row.time for row in rows], world.start + DAY * np.arange(world.days + 1))
    cut[-1] = len(rows)
    for day in range(world.days):
        if cut[day + 1] > cut[day]:
            part = table.slice(cut[day], cut[day + 1] - cut[day])
            pq.write_table(part, folder / f"part-{day:03d}.parquet")


def _truth(person, used):
    """Account, campaign and kind; a real person's account that carried nothing is innocent."""
    if person.decoy:
        return person.id, person.campaign, f"{person.name}_decoy"
    if not person.campaign or used:
        return person.id, person.campaign, person.name
    if person.peoples_own:
        return person.id, None, f"{person.name}_never_used"
    return person.id, person.campaign, f"{person.name}_cover_only"


def _write_strings(file, names, rows):
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    pq.write_table(pa.table({name: pa.array(column, TEXT) for name, column in zip(names, columns, strict=True)}), file)
