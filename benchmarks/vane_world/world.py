"""Put the parties of a world together and write its tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

from ..worlds import World
from .enlist import Roster
from .internet import CODES, hexes, internet
from .party import Party
from .play import Setting, play
from .text import Speech, Texts, compose, names

DAY_US = 86_400_000_000


def setting(rng: np.random.Generator) -> tuple[Setting, datetime, list[dict[str, str]]]:
    """Length, first day, networks and models of a world."""
    start = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=int(rng.integers(0, 250)))
    days = int(rng.integers(14, 29))
    release = float(rng.uniform(0.35, 0.65) * days)
    name = names(rng, 1)[0].lower()
    models = {"old": f"{name}-1", "main": f"{name}-2", "small": f"{name}-2-mini", "new": f"{name}-3"}
    dates = {"old": -500.0, "main": -200.0, "small": -150.0, "new": release}
    releases = [{"model": models[k], "released_at": (start + timedelta(days=dates[k])).isoformat(timespec="seconds")} for k in models]
    return Setting(days, start.weekday(), release, internet(rng), models), start, releases


def build(rng: np.random.Generator, parties: list[Party], where: Setting, start: datetime, releases: list[dict[str, str]]) -> World:
    """Let all parties play."""
    played = [play(child, party, where) for child, party in zip(rng.spawn(len(parties)), parties, strict=True)]
    begin = int(start.timestamp() * 1e6)
    accounts = registry(rng, [roster for roster, _ in played], parties, begin)
    columns = {name: np.concatenate([events[name] for _, events in played]) for name in played[0][1]}
    sizes = [len(events["day"]) for _, events in played]
    first = np.cumsum([0] + [len(roster.place) for roster, _ in played])[:-1]
    party = np.repeat(np.arange(len(parties)), sizes)
    account = columns["account"] + first[party]
    talk = columns["talk"] + party.astype(np.int64) * (1 << 32)
    order = np.lexsort((columns["turn"], talk))
    columns = {name: values[order] for name, values in columns.items()}
    columns["account"], talk, party = account[order], talk[order], party[order]
    columns |= threads(rng, columns, talk)
    ids = np.concatenate([roster.columns["account_id"] for roster, _ in played])
    orgs = np.concatenate([roster.columns["org_id"] for roster, _ in played])
    n = len(talk)
    columns |= {"event_id": hexes(rng, n, 16, "req_"), "account_id": ids[columns["account"]], "org_id": orgs[columns["account"]]}
    time = begin + (columns["day"] * DAY_US).astype(np.int64)
    order = np.argsort(time, kind="stable")
    columns["timestamp"] = pa.array(time[order]).cast(pa.timestamp("us", "UTC"))
    arrays = []
    for field in EVENTS.schema:
        values = columns[field.name]
        arrays.append(values if field.name == "timestamp" else pa.array(values[order], from_pandas=True).cast(field.type))
    events = pa.table(arrays, schema=EVENTS.schema)
    campaign = np.array([p.campaign or None for p in parties], object)[party]
    mine = np.flatnonzero((campaign != None) & ~columns["cover"] & (columns["status"] == 200))  # noqa: E711
    mine = rng.permutation(mine)
    harvest = pa.table({"event_id": pa.array(columns["event_id"][mine], pa.string()), "campaign": pa.array(campaign[mine], pa.string())})
    owner = np.repeat(np.arange(len(parties)), [len(roster.place) for roster, _ in played])
    shuffled = rng.permutation(len(ids))
    of = [parties[int(k)] for k in owner[shuffled]]
    truth = pa.table([ids[shuffled].tolist(), [p.campaign or None for p in of], [p.label for p in of]], schema=TRUTH.schema)
    return World(events, accounts, truth, harvest, releases)


def threads(rng: np.random.Generator, columns: dict[str, Any], talk: np.ndarray) -> dict[str, Any]:
    """Keys of contexts, answers and counts of tokens, for events in order of conversation and turn."""
    n = len(talk)
    head = np.append(True, talk[1:] != talk[:-1])
    opening = pc.binary_join_element_wise(
        *(pc.fill_null(pa.array(columns[name], pa.string()), "") for name in ("system", "prompt")), "\x1f"
    ).dictionary_encode()
    code = opening.indices.to_numpy()
    of_text = rng.integers(-(1 << 62), 1 << 62, len(opening.dictionary))
    fresh = ~head | (columns["turn"] > 0)
    context = np.where(fresh, rng.integers(-(1 << 62), 1 << 62, n), of_text[code])
    parent = np.where(head, np.full(n, None, object), np.roll(context, 1).astype(object))
    failed = columns["status"] != 200
    answer = answers(rng, n)
    deep = np.flatnonzero(columns["effort"] & ~columns["cover"])
    answer[deep] = answer[deep] + " " + answers(rng, len(deep)) + " " + answers(rng, len(deep))
    answer[failed] = None
    thought = np.where(rng.random(n) < 0.25, rng.lognormal(5.5, 0.9, n), 0).astype(np.int64)
    thought[failed] = 0
    written = pc.fill_null(pc.utf8_length(pa.array(answer, pa.string())), 0).to_numpy() * 3 // 10 + thought
    fixed = pc.fill_null(pc.utf8_length(pa.array(columns["system"], pa.string())), 0).to_numpy() // 4
    typed = pc.utf8_length(pa.array(columns["prompt"], pa.string())).to_numpy() // 4 + 4
    total = np.cumsum(typed + written)
    before = total - typed - written
    before = before - before[np.maximum.accumulate(np.where(head, np.arange(n), 0))]
    cached = np.where(rng.random(n) < 0.75, before + fixed * (fixed > 200), 0)
    return {
        "context_key": context, "parent_key": parent, "response": answer, "input_tokens": typed + before + fixed, "cached_tokens": cached,
        "output_tokens": written, "reasoning_tokens": thought,
    }  # fmt: skip


def answers(rng: np.random.Generator, n: int) -> Texts:
    topics = rng.integers(0, 20, n)
    pool = names(rng, 200)
    return compose(rng, "yes", Speech(topics, pool[rng.integers(0, 200, n)], np.full(n, -1)))


def registry(rng: np.random.Generator, rosters: list[Roster], parties: list[Party], begin: int) -> pa.Table:
    """The registry, in random order."""
    columns: dict[str, Any] = {name: np.concatenate([roster.columns[name] for roster in rosters]) for name in rosters[0].columns}
    sizes = [len(roster.place) for roster in rosters]
    columns["country"] = CODES[np.concatenate([roster.country for roster in rosters])]
    columns["verified"] = rng.random(sum(sizes)) < np.repeat([party.verified for party in parties], sizes)
    columns["access_type"] = np.repeat(np.array(["passthrough" if p.reseller else "application" for p in parties], object), sizes)
    shuffled = rng.permutation(sum(sizes))
    times = {}
    for name, days in (("created_at", [r.created for r in rosters]), ("banned_at", [r.banned for r in rosters])):
        day = np.concatenate(days)[shuffled]
        missing = np.isnan(day)
        us = begin + (np.where(missing, 0, day) * DAY_US).astype(np.int64)
        times[name] = pa.array(us, mask=missing).cast(pa.timestamp("us", "UTC"))
    arrays = [times.get(f.name) if f.name in times else pa.array(columns[f.name][shuffled]).cast(f.type) for f in ACCOUNTS.schema]
    return pa.table(arrays, schema=ACCOUNTS.schema)
