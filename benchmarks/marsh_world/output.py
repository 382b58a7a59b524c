"""The tables of a world."""

import datetime as dt
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .arrays import DAY
from .log import written_log
from .registry import register
from .sampling import MODELS
from .world import World

AGES = (391, 310, 228)
"""days before the first midnight on which the older models came out"""


def write(w: World, out: Path) -> dict[str, int]:
    """Write every table; returns sizes."""
    (out / "events").mkdir(parents=True, exist_ok=True)
    for old in (out / "events").glob("*.parquet"):
        old.unlink()
    registry = register(w)
    log = written_log(w, registry)
    _put(registry.accounts, out / "accounts.parquet")
    _put(registry.truth, out / "truth.parquet")
    campaign = pa.array(log.campaign, pa.string())
    harvested = pa.table({"event_id": log.table["event_id"], "campaign": campaign}).filter(campaign.is_valid())
    _put(harvested, out / "truth_events.parquet")
    released = [w.start - dt.timedelta(days=days) for days in AGES] + [w.start + dt.timedelta(days=w.release)]
    releases = [{"model": model, "released_at": at.replace(microsecond=0).isoformat()} for model, at in zip(MODELS, released, strict=True)]
    (out / "releases.json").write_text(json.dumps(releases, indent=1) + "\n")
    seconds = (log.table["timestamp"].cast(pa.int64()).to_numpy() - w.first_microsecond) / 1e6
    edges = np.searchsorted(seconds // DAY, np.arange(w.days + 1)).tolist()
    for d, (low, high) in enumerate(pairwise(edges)):
        if high > low:
            _put(log.table.slice(low, high - low), out / "events" / f"{w.start + dt.timedelta(days=d):%Y-%m-%d}.parquet")
    return {"events": len(log.table), "accounts": len(registry.accounts), "harvested": len(harvested)}


def _put(table: pa.Table, file: Path) -> None:
    pq.write_table(table, file, compression="zstd")
