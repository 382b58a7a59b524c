"""The tables of a world."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .carriers import CODES
from .clients import CLIENTS, JA4S
from .network import Ints, ip_text, mix
from .world import DAY, MODELS, SECOND, World


def write(world: World, out: Path) -> dict[str, int]:
    """Write every table; returns sizes."""
    (out / "events").mkdir(parents=True, exist_ok=True)
    for old in (out / "events").glob("*.parquet"):
        old.unlink()
    a = world.acc
    total = len(a["seed"])
    names = _ids(world, np.arange(1, total + 1), 1, "acc_", 22)
    order = np.argsort(names)
    orgs = _ids(world, a["org"], 2, "org_", 20)
    _put(out / "accounts.parquet", _accounts(world, names, orgs, order))
    campaign = np.where(a["campaign"] == "", np.array(None), a["campaign"])
    truth = {"account_id": names[order], "campaign": campaign[order], "kind": a["crowd"][order]}
    _put(out / "truth.parquet", {name: pa.array(values, pa.string()) for name, values in truth.items()})
    e = _requests(world)
    n = len(e["ts"])
    event_id = _ids(world, world.rng.permutation(n) + 1, 6, "req_", 24)
    table = pa.table(_events(world, e, event_id, names, orgs))
    day = (e["ts"] - world.start) // DAY
    first = datetime.fromtimestamp(world.start / SECOND, UTC)
    for d in range(int(day.min()), int(day.max()) + 1):
        lo, hi = np.searchsorted(day, [d, d + 1])
        if hi > lo:
            _put(out / "events" / f"{first + timedelta(days=d):%Y-%m-%d}.parquet", table.slice(lo, hi - lo))
    taken = e["harvest"] & (e["status"] == 200)
    marks = {"event_id": event_id[taken], "campaign": np.array(a["campaign"], object)[e["row"]][taken]}
    _put(out / "truth_events.parquet", {name: pa.array(values, pa.string()) for name, values in marks.items()})
    (out / "releases.json").write_text(json.dumps(_releases(world, first), indent=1) + "\n")
    return {"events": n, "accounts": total, "harvested": int(taken.sum())}


def _put(file: Path, table: pa.Table | dict[str, pa.Array]) -> None:
    pq.write_table(pa.table(table) if isinstance(table, dict) else table, file, compression="zstd")


def _ids(world: World, numbers: NDArray[Any], tag: int, prefix: str, digits: int) -> NDArray[np.object_]:
    """Opaque texts for internal numbers; zero is null."""
    unique, inverse = np.unique(numbers, return_inverse=True)
    first = mix(unique.astype(np.uint64) ^ np.uint64(world.salt + tag * 1_000_003)).tolist()
    second = mix(np.array(first, np.uint64) + np.uint64(tag)).tolist()
    texts = [None if u == 0 else prefix + f"{x:016x}{y:016x}"[:digits] for u, x, y in zip(unique.tolist(), first, second, strict=True)]
    return np.array(texts, object)[inverse]


def _accounts(world: World, names: NDArray[np.object_], orgs: NDArray[np.object_], order: Ints) -> dict[str, pa.Array]:
    """The registry."""
    a, when = {name: value[order] for name, value in world.acc.items()}, pa.timestamp("us", tz="UTC")
    return {
        "account_id": pa.array(names[order], pa.string()), "created_at": pa.array(a["created"], when),
        "kind": pa.array(a["kind"], pa.string()), "org_id": pa.array(orgs[order], pa.string()),
        "verified": pa.array(a["verified"].astype(bool)), "access_type": pa.array(a["access_type"], pa.string()),
        "email_domain": pa.array(a["email_domain"], pa.string(), mask=a["email"] == 0),
        "email_hash": pa.array(_ids(world, a["email"], 3, "", 32), pa.string()),
        "payment_hash": pa.array(_ids(world, a["pay"], 4, "", 32), pa.string()),
        "phone_hash": pa.array(_ids(world, a["phone"], 5, "", 32), pa.string()),
        "signup_ip": pa.array(ip_text(a["signup_ip"].astype(np.uint32)), pa.string()),
        "country": pa.array(np.array(CODES, object)[a["cc"]], pa.string()), "banned_at": pa.array(a["banned"], when, mask=a["banned"] < 0),
        "plan": pa.array(a["plan"], pa.string())
    }


def _requests(world: World) -> dict[str, NDArray[Any]]:
    """All requests in time order, without those after a ban or the end."""
    e = {name: np.concatenate([block[name] for block in world.events]) for name in world.events[0]}
    world.events.clear()
    e["ts"] = e["ts"] + world.rng.integers(0, 1000, len(e["ts"]))
    ban = world.acc["banned"][e["row"]]
    alive = np.flatnonzero(((ban < 0) | (e["ts"] < ban)) & (e["ts"] < world.end))
    line = alive[np.argsort(e["ts"][alive], kind="stable")]
    return {name: value[line] for name, value in e.items()}


def _events(
    world: World, e: dict[str, NDArray[Any]], event_id: NDArray[np.object_], names: NDArray[np.object_], orgs: NDArray[np.object_]
) -> dict[str, pa.Array]:
    """The log; a cloud's requests have neither address nor client, and one client in 500 names itself nowhere."""
    good, limited = e["status"] == 200, e["status"] == 429
    agents = np.array([agent for c in CLIENTS for agent in (c[1], c[2])], object)
    blank = e["cloud"] | (mix(e["context"].astype(np.uint64)) % np.uint64(500) == 0)
    answers = np.full(len(good), None, object)
    if world.keep_responses:
        answers = np.array([world.text.one("resp") if ok else None for ok in good.tolist()], object)
    return {
        "event_id": pa.array(event_id, pa.string()), "timestamp": pa.array(e["ts"], pa.timestamp("us", tz="UTC")),
        "account_id": pa.array(names[e["row"]], pa.string()), "org_id": pa.array(orgs[e["row"]], pa.string()),
        "key_id": pa.array(_ids(world, e["key"], 7, "key_", 20), pa.string()),
        "session_id": pa.array(_ids(world, e["session"], 8, "ses_", 24), pa.string()),
        "access_path": pa.array(world.acc["path"][e["row"]], pa.string()),
        "model": pa.array(np.array(MODELS, object)[e["model"]], pa.string()), "system": pa.array(e["system"], pa.string()),
        "prompt": pa.array(e["prompt"], pa.string()), "response": pa.array(answers, pa.string()),
        "context_key": pa.array(e["context"], pa.int64()), "parent_key": pa.array(e["parent"], pa.int64(), mask=~e["has_parent"]),
        "tools_key": pa.array(e["tools"], pa.int64(), mask=e["tools"] == 0),
        "temperature": pa.array(e["temp"].astype(np.float32), mask=np.isnan(e["temp"])),
        "top_p": pa.array(e["top_p"].astype(np.float32), mask=np.isnan(e["top_p"])),
        "max_tokens": pa.array(e["max_tokens"].astype(np.int32), mask=e["max_tokens"] == 0), "stream": pa.array(e["stream"].astype(bool)),
        "input_tokens": pa.array(np.where(limited, 0, e["in"]).astype(np.int32)),
        "cached_tokens": pa.array(np.where(good, e["cached"], 0).astype(np.int32)),
        "output_tokens": pa.array(np.where(good, e["out"], 0).astype(np.int32)),
        "reasoning_tokens": pa.array(np.where(good, e["reason"], 0).astype(np.int32), mask=e["reason"] < 0),
        "status": pa.array(e["status"].astype(np.int16)), "ip": pa.array(ip_text(e["ip"]), pa.string(), mask=e["cloud"]),
        "asn": pa.array(world.net.asn_a[e["isp"]].astype(np.int32), mask=e["cloud"]),
        "country": pa.array(np.array(CODES, object)[world.net.cc_a[e["isp"]]], pa.string(), mask=e["cloud"]),
        "user_agent": pa.array(agents[e["ua"]], pa.string(), mask=blank),
        "ja4": pa.array(np.array(JA4S, object)[e["ja4"]], pa.string(), mask=e["cloud"])
    }


def _releases(world: World, first: datetime) -> list[dict[str, str]]:
    """The models and when they became available."""
    dates = [first - timedelta(days=310), first - timedelta(days=300), first - timedelta(days=120)]
    known = [{"model": name, "released_at": f"{day:%Y-%m-%dT16:00:00Z}"} for name, day in zip(MODELS, dates, strict=False)]
    if world.release_day is not None:
        known.append({"model": MODELS[3], "released_at": f"{first + timedelta(days=world.release_day):%Y-%m-%dT%H:%M:%SZ}"})
    return known
