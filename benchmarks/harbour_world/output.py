"""Write a world as the tables of a provider's logs."""

import datetime as dt
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .conversations import CLIENT_COLUMNS
from .networks import COUNTRIES, dotted
from .text import key64
from .world import DAY, MODEL_AT, MODELS, RELEASED

TIME = pa.timestamp("us", tz="UTC")
TEXT = pa.string()
REGISTRY_TEXTS = {
    "kind": "kind", "org_id": "org", "access_type": "access", "email_domain": "domain", "email_hash": "email",
    "payment_hash": "card", "phone_hash": "phone", "plan": "plan",
}


def write(world, out):
    """Write the tables; returns how many requests, accounts and harvested requests there are."""
    rng, n_accounts = world.rng, len(world.registry)
    _ban_a_few(world)
    requests = _possible(world)
    _release(world, requests)
    account_ids = _identifiers(rng, n_accounts, "prin_")
    event_ids = _identifiers(rng, len(requests["time"]), "req_")
    events = _events(world, requests, account_ids, event_ids)
    _write_days(world, events, requests["time"], out / "events")

    order = rng.permutation(n_accounts)
    campaign = world.registry["campaign"]
    pq.write_table(_accounts(world, account_ids, order), out / "accounts.parquet", compression="zstd")
    _write_texts(
        out / "truth.parquet",
        account_id=account_ids[order], campaign=campaign[order], kind=world.registry["crowd"][order],
    )
    harvested = np.flatnonzero(requests["harvest"])
    _write_texts(
        out / "truth_events.parquet",
        event_id=event_ids[harvested], campaign=campaign[requests["account"][harvested]],
    )
    releases = [{"model": model, "released_at": f"{day}T16:00:00Z"} for model, day in RELEASED.items()]
    if world.launch is not None:
        launched = dt.datetime.fromtimestamp(world.at_day(world.launch), dt.UTC)
        releases.append({"model": "pier-reason-2", "released_at": launched.strftime("%Y-%m-%dT%H:%M:%SZ")})
    (out / "releases.json").write_text(json.dumps(releases, indent=1))
    return len(event_ids), n_accounts, len(harvested)


def _ban_a_few(world):
    """A few customers run into the fraud desk; nobody is banned before registration."""
    rng, registry, n = world.rng, world.registry, len(world.registry)
    innocent = np.array([campaign is None for campaign in registry["campaign"]])
    unlucky = np.flatnonzero((rng.random(n) < 0.006) & innocent)
    banned, created = registry["banned"], registry["created"]
    banned[unlucky] = world.at_day(rng.uniform(0.3, world.days - 0.1, len(unlucky)))
    banned[:] = np.where(banned < created, created + rng.uniform(3600, 40000, n), banned)
    banned[banned >= world.end] = np.nan


def _possible(world):
    """Requests by time: in the span, before a ban, and after a turn that happened too."""
    requests = {name: np.concatenate([block[name] for block in world.blocks]) for name in world.blocks[0]}
    time, turn = requests["time"], requests["turn"]
    banned = np.nan_to_num(world.registry["banned"][requests["account"]], nan=np.inf)
    kept = (time >= world.start) & (time < world.end) & (time <= banned)
    for k in range(1, int(turn.max()) + 1):
        at = np.flatnonzero(turn == k)
        kept[at] &= kept[at - 1]
    order = np.flatnonzero(kept)
    order = order[np.argsort(time[order], kind="stable")]
    return {name: column[order] for name, column in requests.items()}


def _release(world, requests):
    """Customers take the new reasoning model some days after its release; before it there is only the old one."""
    old, new, model = MODEL_AT["pier-reason-1"], MODEL_AT["pier-reason-2"], requests["model"]
    if world.launch is None:
        model[model == new] = old
        return
    launched = world.at_day(world.launch)
    adopted = requests["time"] > launched + world.registry["adopts"][requests["account"]] * DAY
    model[(model == old) & adopted] = new
    model[(model == new) & (requests["time"] < launched)] = old


def _identifiers(rng, n, head):
    raw = rng.bytes(n * 8).hex()
    return np.array([head + raw[i * 16 : i * 16 + 16] for i in range(n)], object)


def _statuses(rng, requests):
    """Errors at random, and limits for an account that sends many requests in a minute."""
    n = len(requests["time"])
    minute = (requests["time"] // 60).astype(np.int64)
    slot = requests["account"].astype(np.int64) * (1 << 34) + minute
    _, place, count = np.unique(slot, return_inverse=True, return_counts=True)
    limited = 0.0025 + 0.02 * np.clip(count[place] - 8, 0, 20)
    draw = rng.random(n)
    conditions = [draw < 0.003, draw < 0.007, draw < 0.0085, draw < 0.0085 + limited]
    return np.select(conditions, [500, 400, 529, 429], 200).astype(np.int16)


def _named(values, name):
    """A name for each distinct value; None stays None."""
    names = {None: None}
    return [names[value] if value in names else names.setdefault(value, name(value)) for value in values]


def _events(world, requests, account_ids, event_ids):
    account, n = requests["account"], len(event_ids)
    status = _statuses(world.rng, requests)
    answered = np.where(status == 200, requests["answered"], 0)
    thought = np.where(status == 200, requests["thought"], 0)
    salt = f"{world.name}{world.rng.integers(1 << 60)}"
    keys = _named(
        zip(account.tolist(), requests["key"].tolist(), strict=True),
        lambda key: f"hk-{key64(salt + str(key)) & (1 << 48) - 1:012x}",
    )
    sessions = _named(requests["session"], lambda name: f"ses_{key64(salt + name) & (1 << 56) - 1:014x}")
    tools = _named(requests["tools"], lambda name: key64("tools " + name))
    client = {name: requests[name] for name in CLIENT_COLUMNS}
    i32, i64, f32 = pa.int32(), pa.int64(), pa.float32()
    columns = {
        "event_id": _texts(event_ids),
        "timestamp": _times(requests["time"]),
        "account_id": _texts(account_ids[account]),
        "org_id": _texts(world.registry["org"][account]),
        "key_id": pa.array(keys, TEXT),
        "session_id": pa.array(sessions, TEXT),
        "access_path": _texts(client["path"]),
        "model": _texts(np.array(MODELS, object)[requests["model"]]),
        "system": _texts(requests["system"]),
        "prompt": _texts(requests["prompt"]),
        "response": pa.nulls(n, TEXT),
        "context_key": pa.array(requests["context"], i64),
        "parent_key": pa.array(requests["parent"], i64, mask=requests["turn"] == 0),
        "tools_key": pa.array(tools, i64),
        "temperature": pa.array(client["temperature"].astype(np.float32), f32, mask=np.isnan(client["temperature"])),
        "top_p": pa.array(client["top_p"].astype(np.float32), f32, mask=np.isnan(client["top_p"])),
        "max_tokens": pa.array(client["max_tokens"].astype(np.int32), i32, mask=client["max_tokens"] == 0),
        "stream": pa.array(client["stream"]),
        "input_tokens": pa.array(requests["sent"].astype(np.int32)),
        "cached_tokens": pa.array(requests["cached"].astype(np.int32)),
        "output_tokens": pa.array((answered + thought).astype(np.int32)),
        "reasoning_tokens": pa.array(thought.astype(np.int32)),
        "status": pa.array(status),
        "ip": _texts(dotted(requests["ip"])),
        "asn": pa.array(requests["asn"].astype(np.int32)),
        "country": _texts(COUNTRIES[requests["country"]]),
        "user_agent": _texts(client["user_agent"]),
        "ja4": _texts(client["ja4"]),
    }
    return _as_kept(world, columns)


def _accounts(world, account_ids, order):
    registry = world.registry
    columns = {
        "account_id": _texts(account_ids[order]),
        "created_at": _times(registry["created"][order]),
        "verified": pa.array(registry["verified"][order]),
        "signup_ip": _texts(dotted(registry["signup_ip"][order])),
        "country": _texts(COUNTRIES[registry["land"][order]]),
        "banned_at": _times(registry["banned"][order]),
    }
    columns |= {name: _texts(registry[column][order]) for name, column in REGISTRY_TEXTS.items()}
    return _as_kept(world, columns)


def _as_kept(world, columns):
    """A table in which the columns that this provider does not keep are null."""
    blind = {name: pa.nulls(len(column), column.type) for name, column in columns.items() if name in world.blind}
    return pa.table(columns | blind)


def _texts(values):
    return pa.array(values.tolist(), TEXT)


def _times(seconds):
    return pa.array(np.nan_to_num(seconds * 1e6).astype(np.int64), pa.int64(), mask=np.isnan(seconds)).cast(TIME)


def _write_days(world, events, times, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    cut = np.searchsorted(times, world.at_day(np.arange(world.days + 1)))
    for day in range(world.days):
        if cut[day + 1] > cut[day]:
            date = dt.datetime.fromtimestamp(world.at_day(day), dt.UTC).date()
            part = events.slice(cut[day], cut[day + 1] - cut[day])
            pq.write_table(part, folder / f"{date.isoformat()}.parquet", compression="zstd")


def _write_texts(file, **columns):
    pq.write_table(pa.table({name: _texts(column) for name, column in columns.items()}), file, compression="zstd")
