"""Write a world as the tables of a provider's logs."""

import hashlib
import json
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .hours import DAY_S
from .networks import LEASED, REQUEST, SITTING, digest
from .people import NEW_MODEL

TIME = pa.timestamp("us", tz="UTC")
TEXT = pa.string()
MULTIPLIER = 2654435761
"""Spreads numbers over 32 bits (Knuth)."""


class Requests:
    """All requests of a world as columns; those that were never sent are left out when they are written."""

    def __init__(self, world):
        batches = world.batches

        def column(name):
            return np.concatenate([getattr(batch, name) for batch in batches])

        self.account, self.time, self.sitting, self.turn = (column(name) for name in ("account", "time", "sitting", "turn"))
        self.client, self.line, self.system, self.model = (column(name) for name in ("client", "line", "system", "model"))
        self.harvested, self.wide, self.length = (column(name) for name in ("harvested", "wide", "length"))
        self.prompts = [prompt for batch in batches for prompt in batch.prompts]
        self.n = len(self.prompts)
        self.settings = world.clients.rows
        numbers = np.arange(self.n)
        self.first = np.maximum.accumulate(np.where(self.turn == 0, numbers, 0))
        """number of the first request of each one's sitting"""

    def of_client(self, setting):
        """A setting of each request's client."""
        return np.array([getattr(client, setting) for client in self.settings], object)[self.client]


def write(world, out):
    """Write the tables; returns how many requests and how many harvested ones there are."""
    requests = Requests(world)
    context, parent = _chains(requests)
    tokens = _tokens(world, requests)
    status, sent = _fates(world, requests)
    for name in ("output", "reasoning", "cached"):
        tokens[name][status != 200] = 0
    order = np.flatnonzero(sent)
    order = order[np.argsort(requests.time[order], kind="stable")]
    accounts = np.array(["bz" + digest(world.salt, "id", i)[:14] for i in range(world.n_accounts)], object)
    table = _events(world, requests, order, accounts, context, parent, tokens, status)
    _write_days(world, table, requests.time[order], out / "events")
    _write_registry(world, accounts, world.rng.permutation(world.n_accounts), out)
    campaign = np.array(world.registry["campaign"], object)[requests.account[order]]
    kept = np.flatnonzero(requests.harvested[order] & (status[order] == 200))
    harvest = pa.table({"event_id": table["event_id"].take(kept), "campaign": pa.array(campaign[kept].tolist(), TEXT)})
    pq.write_table(harvest, out / "truth_events.parquet")
    releases = []
    if world.release is not None:
        releases = [{"model": NEW_MODEL, "released_at": (world.start + timedelta(seconds=world.release)).isoformat()}]
    (out / "releases.json").write_text(json.dumps(releases, indent=1))
    return len(order), len(kept)


def _chains(requests):
    """Keys of the messages of each turn and of the turn before; answers are part of them, so sampled talks part ways."""
    context, parent = np.zeros(requests.n, np.int64), np.zeros(requests.n, np.int64)
    settled = (requests.of_client("temperature") == 0).tolist()
    turn, system = requests.turn.tolist(), requests.system.tolist()
    before = 0
    for i, prompt in enumerate(requests.prompts):
        if turn[i]:
            parent[i] = before
            said = f"{before}|{'' if settled[i] else i}|{prompt}"
        else:
            said = f"{system[i]}|{prompt}"
        before = int.from_bytes(hashlib.blake2b(said.encode(), digest_size=8).digest(), "little", signed=True)
        context[i] = before
    return context, parent


def _tokens(world, requests):
    rng, n = world.rng, requests.n
    own = np.maximum(3, np.array([len(prompt) for prompt in requests.prompts]) / np.where(requests.wide, 1.9, 4.1)).astype(int)
    of_system = (np.array([len(system or "") for system in world.systems])[requests.system] / 4.1).astype(int)
    most = np.array([client.max_tokens or 4096 for client in requests.settings])[requests.client]
    answer = np.exp(rng.normal(5.35, 0.75, n) + 0.12 * np.log1p(own)) * requests.length
    output = np.minimum(most, np.maximum(4, answer)).astype(int)
    thinks = np.array(["think" in model for model in requests.model])
    reasoning = np.where(thinks, np.exp(rng.normal(6.5, 0.7, n)).astype(int), 0)
    spent = np.cumsum(own + output)
    history = spent - spent[requests.first] + (own + output)[requests.first] - (own + output)
    cached_system = np.where(of_system * 4.1 > 4000, of_system // 128 * 128 * (rng.random(n) < 0.7), 0)
    cached = np.where(requests.turn > 0, (history * 0.9).astype(int) // 128 * 128, cached_system)
    return {"input": history + own + of_system + 7, "cached": cached, "output": output, "reasoning": reasoning}


def _fates(world, requests):
    """Status of each request, and whether it was sent at all.

    That is, within the log, after sign-up, not long after a ban, and only if the turns before were sent too.
    """
    rows, time = world.registry, requests.time
    chance = world.rng.random(requests.n)
    status = np.full(requests.n, 200, np.int16)
    status[chance < 0.012] = 429
    status[chance < 0.007] = 500
    status[chance < 0.003] = 400
    status[(chance > 0.985) & requests.of_client("with_key").astype(bool)] = 429
    gift = np.array([plan in ("free", "promo") for plan in rows["plan"]])[requests.account]
    status[(chance > 0.992) & gift] = 402
    banned = np.nan_to_num(np.array(rows["banned"]), nan=np.inf)[requests.account]
    status[time >= banned] = 403
    born = np.array(rows["born"])[requests.account]
    sent = (time >= 0) & (time < world.end) & (time > born) & (time <= banned + 2400)
    n_lost = np.cumsum(~sent)
    lost_before = n_lost - n_lost[requests.first] + ~sent[requests.first]
    return status, lost_before == 0


def _addresses(world, requests, order):
    networks = world.networks
    account, sitting = requests.account[order].astype(np.int64), requests.sitting[order].astype(np.int64)
    line, days = requests.line[order], requests.time[order] / DAY_S
    habit = np.array(networks.habits)[line]
    lease = account * 31 + (days / 4.3 + account % 4).astype(np.int64)
    seed = np.select(
        [habit == LEASED, habit == SITTING, habit == REQUEST], [lease, sitting + 7, order.astype(np.int64) * 3 + 1], account * 31
    )
    scattered = ((seed * MULTIPLIER) & 0xFFFFFFFF) >> 3
    row = np.array(networks.offsets)[line] + scattered % np.array(networks.lengths)[line]
    return [np.array(table, object)[row] for table in (networks.addresses, networks.asns, networks.countries)]


def _user_agents(requests, order):
    """User agents with the build of the day: an update every nine days, not for all on the same day."""
    client, account = requests.client[order], requests.account[order]
    build = (requests.time[order] / DAY_S + account * 37 % 11) // 9
    agents = [setting.user_agent for setting in requests.settings]
    return [
        agents[c].replace("{v}", f"5.{14 + int(v)}.{c % 2}") for c, v in zip(client.tolist(), build.tolist(), strict=True)
    ]


def _names(world, requests, order):
    """Identifiers of requests, keys (renewed every 30 days) and sessions (which most programs do not send)."""
    settings = requests.settings
    columns = (requests.account, requests.client, requests.sitting, (requests.time / DAY_S).astype(int) // 30)
    events, keys, sessions = [], [], []
    for i, account, client, sitting, month in zip(order.tolist(), *(column[order].tolist() for column in columns), strict=True):
        setting = settings[client]
        events.append("e" + hashlib.blake2b(f"{world.salt}{i}".encode(), digest_size=9).hexdigest())
        keys.append(f"k_{digest(world.salt, account, client, month)[:12]}" if setting.with_key else None)
        silent = setting.with_key and not setting.path.startswith("partner") and client % 5 < 3
        sessions.append(None if silent else digest(world.salt, "s", sitting, account)[:20])
    return events, keys, sessions


def _events(world, requests, order, accounts, context, parent, tokens, status):
    unlogged = world.unlogged
    events, keys, sessions = _names(world, requests, order)
    address, asn, country = _addresses(world, requests, order)
    account, model = requests.account[order], requests.model[order]
    micros = int(world.start.timestamp() * 1e6) + (requests.time[order] * 1e6).astype(np.int64)
    tools = np.array(
        [None if client.tools is None else int(digest("tools", client.tools)[:15], 16) for client in requests.settings], object
    )[requests.client[order]]

    def setting(name):
        return requests.of_client(name)[order]

    columns = {
        "event_id": (events, TEXT), "timestamp": (micros, pa.int64()), "account_id": (accounts[account], TEXT),
        "org_id": (np.array(world.registry["org"], object)[account], TEXT), "key_id": (keys, TEXT),
        "session_id": (sessions, TEXT), "access_path": (setting("path"), TEXT), "model": (model, TEXT),
        "system": (np.array([*world.systems, None], object)[requests.system[order]], TEXT),
        "prompt": (np.array(requests.prompts, object)[order], TEXT), "response": ([None] * len(order), TEXT),
        "context_key": (context[order], pa.int64()),
        "parent_key": (np.where(requests.turn[order] == 0, None, parent[order]), pa.int64()), "tools_key": (tools, pa.int64()),
        "temperature": (setting("temperature"), pa.float32()), "top_p": (setting("top_p"), pa.float32()),
        "max_tokens": (setting("max_tokens"), pa.int32()), "stream": (setting("stream"), pa.bool_()),
        **{f"{name}_tokens": (tokens[name][order], pa.int32()) for name in ("input", "cached", "output", "reasoning")},
        "status": (status[order], pa.int16()), "ip": (address, TEXT), "asn": (asn, pa.int32()), "country": (country, TEXT),
        "user_agent": (_user_agents(requests, order), TEXT), "ja4": (setting("ja4"), TEXT),
    }
    table = pa.table(
        {name: pa.nulls(len(order), kind) if name in unlogged else pa.array(values, kind) for name, (values, kind) in columns.items()}
    )
    return table.set_column(1, "timestamp", table["timestamp"].cast(TIME))


def _write_days(world, table, times, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    edges = np.searchsorted(times, np.arange(world.days + 1) * DAY_S)
    for day in range(world.days):
        if edges[day] < edges[day + 1]:
            part = table.slice(edges[day], edges[day + 1] - edges[day])
            name = f"{(world.start + timedelta(days=day)).date()}.parquet"
            pq.write_table(part, folder / name, compression="zstd")


def _write_registry(world, accounts, shuffled, out):
    rows = world.registry
    start = world.start.timestamp()

    def times(values):
        return pa.array([int((start + t) * 1e6) if t < world.end else None for t in values], pa.int64()).cast(TIME)

    def text(column):
        return pa.array(rows[column], TEXT)

    ids = pa.array(accounts.tolist(), TEXT)
    columns = {
        "account_id": ids, "created_at": times(rows["born"]), "kind": text("kind"), "org_id": text("org"),
        "verified": pa.array(rows["verified"], pa.bool_()), "access_type": text("access"), "email_domain": text("domain"),
        "email_hash": text("email"), "payment_hash": text("card"), "phone_hash": text("phone"), "signup_ip": text("address"),
        "country": text("country"), "banned_at": times(rows["banned"]), "plan": text("plan"),
    }
    for name in world.unlogged & set(columns):
        columns[name] = pa.nulls(len(ids), columns[name].type)
    truth = {"account_id": ids, "campaign": text("campaign"), "kind": text("crowd")}
    pq.write_table(pa.table(columns).take(shuffled), out / "accounts.parquet")
    pq.write_table(pa.table(truth).take(shuffled), out / "truth.parquet")
