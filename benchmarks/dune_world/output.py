"""Files of a world: logs by day, registry, releases, truth."""

import datetime as dt
import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from . import registry
from .keys import below
from .log import MODELS, build
from .profiles import World
from .registry import DAY

_FIRST_START = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
_WRITTEN = ("accounts.parquet", "releases.json", "truth.parquet", "truth_events.parquet")


def write(world: World, out: Path) -> dict[str, int]:
    """Write the world to a folder, in place of an earlier one, and return counts."""
    start = _FIRST_START + dt.timedelta(days=int(below(200, world.seed, world.name, "start")[0]))
    stamp = round(start.timestamp() * 1e6)
    accounts = registry.people(world)
    log = build(world, accounts, stamp, start.weekday())
    if (out / "events").exists():
        shutil.rmtree(out / "events")
    (out / "events").mkdir(parents=True)
    for name in _WRITTEN:
        (out / name).unlink(missing_ok=True)

    seconds = (log.events["timestamp"].cast(pa.int64()).to_numpy() - stamp) / 1e6
    bounds = np.searchsorted(seconds, np.arange(world.days + 1) * DAY)
    for day in range(world.days):
        name = f"{(start + dt.timedelta(days=day)).date()}.parquet"
        pq.write_table(log.events.slice(bounds[day], bounds[day + 1] - bounds[day]), out / "events" / name, compression="zstd")

    table = registry.table(world, accounts, stamp)
    order = pc.sort_indices(table["account_id"])
    pq.write_table(table.take(order), out / "accounts.parquet", compression="zstd")
    campaign = pa.array([group.campaign or None for group in world.groups], pa.string()).take(pa.array(accounts.group))
    kind = pa.array(["attack" if group.campaign else group.kind for group in world.groups]).take(pa.array(accounts.group))
    truth = pa.table({"account_id": table["account_id"], "campaign": campaign, "kind": kind})
    pq.write_table(truth.take(order), out / "truth.parquet", compression="zstd")

    harvested = pc.is_valid(log.harvest)
    events = pa.table({"event_id": log.events["event_id"].filter(harvested), "campaign": log.harvest.filter(harvested)})
    pq.write_table(events, out / "truth_events.parquet", compression="zstd")
    came_out = [start - dt.timedelta(days=d) for d in (310, 240, 190)] + [start + dt.timedelta(days=world.days * world.release)]
    releases = [{"model": model, "released_at": time.isoformat()} for model, time in zip(MODELS, came_out, strict=True)]
    (out / "releases.json").write_text(json.dumps(releases, indent=1) + "\n", encoding="utf-8")
    return {
        "events": len(log.events),
        "accounts": len(table),
        "fake": int(pc.sum(pc.is_valid(campaign)).as_py() or 0),
        "harvested": len(events),
    }
