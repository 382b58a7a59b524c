"""Put the parties of a world together and write its tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

from ..worlds import World
from . import speech
from .chance import Ints, mix
from .days import HARNESSES, MODELS, Setting, act
from .people import PATHS, Party, Roster, enlist, word
from .places import CODES, builds, dotted, hexes, net

DAY_US = 86_400_000_000


def build(rng: np.random.Generator, parties: list[Party], days: float, release: float, lacks: frozenset[str]) -> World:
    """Let all parties live through the log; columns in ``lacks`` are left out of it."""
    start = datetime(2025, 11, 3, tzinfo=UTC) + timedelta(days=int(rng.integers(0, 330)))
    vendor = word(rng)
    products = [word(rng) for _ in range(HARNESSES + len(parties))]
    manuals = tuple(str(speech.system(rng, f"{products[k]}, a coding agent in a terminal", 1)[0]) for k in range(HARNESSES))
    hidden = tuple(k for k in (2, 3) if rng.random() < 0.5)
    where = Setting(
        days, start.weekday(), release, float(rng.uniform(0.1, 0.9) * days), net(rng), builds(rng, vendor, products), speech.Answers(rng),
        speech.Commons.make(rng, int(rng.integers(600, 4000))), manuals, hidden,
    )  # fmt: skip
    rosters, made, party_of = [], [], []
    for k, (child, party) in enumerate(zip(rng.spawn(len(parties)), parties, strict=True)):
        roster = enlist(child, party, days, where.net)
        rosters.append(roster)
        for columns in act(child, party, roster, k, where):
            made.append(columns)
            party_of.append(k)
    begin = int(start.timestamp() * 1e6)
    ids, orgs = (np.concatenate([roster.columns[name] for roster in rosters]) for name in ("account_id", "org_id"))
    columns = _join(made, np.cumsum([0] + [len(roster.seed) for roster in rosters])[np.array(party_of)])
    of_row = np.repeat(np.array(party_of), [len(part["day"]) for part in made])
    names = dict(zip(MODELS, (f"{vendor}-4", f"{vendor}-4-lite", f"{vendor}-3", f"{vendor}-5"), strict=True))
    events = _events(rng, columns, ids, orgs, begin, where, names)
    campaigns = np.array([p.campaign or None for p in parties], object)
    mine = rng.permutation(np.flatnonzero((campaigns[of_row] != None) & columns["harvest"] & (columns["status"] == 200)))  # noqa: E711
    event_id = events["event_id"].take(pa.array(mine))
    harvest = pa.table({"event_id": event_id, "campaign": pa.array(campaigns[of_row[mine]], pa.string())})
    events = events.take(pa.array(np.argsort(columns["day"], kind="stable"))).drop_columns([name for name in EVENTS.names if name in lacks])
    owner = np.repeat(np.arange(len(parties)), [len(roster.seed) for roster in rosters])
    mixed = rng.permutation(len(ids))
    of = [parties[int(k)] for k in owner[mixed]]
    truth = pa.table([ids[mixed].tolist(), [p.campaign or None for p in of], [p.label for p in of]], schema=TRUTH.schema)
    accounts = _registry(rng, rosters, parties, owner, begin)
    accounts = accounts.drop_columns([name for name in ACCOUNTS.names if name in lacks])
    ages = {"old": -420.0, "main": -170.0, "small": -140.0, "new": release}
    releases = [{"model": names[k], "released_at": (start + timedelta(days=age)).isoformat(timespec="seconds")} for k, age in ages.items()]
    return World(events, accounts, truth, harvest, releases)


def _join(made: list[dict[str, Any]], first: Ints) -> dict[str, Any]:
    """Columns of all routines, in one."""
    rows = np.cumsum([0] + [len(part["day"]) for part in made])[:-1]
    for k, part in enumerate(made):
        part["account"] = part["account"] + first[k]
        part["talk"] = part["talk"] + (k << 32)
        part["source"] = np.where(part["source"] >= 0, part["source"] + rows[k], -1)
    joined: dict[str, Any] = {}
    for name, values in list(made[0].items()):
        columns = [part.pop(name) if name not in ("day",) else part[name] for part in made]
        joined[name] = pa.concat_arrays(columns) if isinstance(values, pa.Array) else np.concatenate(columns)
    return joined


def _events(rng: np.random.Generator, columns: dict[str, Any], ids: Any, orgs: Any, begin: int, where: Setting,
    models: dict[str, str]) -> pa.Table:
    n = len(columns["day"])
    account, path, status = columns["account"], columns["path"], columns["status"]
    good = status == 200
    response = pc.if_else(pa.array(good), columns["response"], pa.scalar(None, pa.string()))
    context, parent = _keys(rng, columns)
    tokens = _tokens(rng, columns, response, good)
    hidden = pa.array(columns["hidden"])

    def text(values: list[str], index: Ints, missing: Any = None) -> pa.Array:
        found = pa.array(values, pa.string()).take(pa.array(index))
        return found if missing is None else pc.if_else(missing, pa.scalar(None, pa.string()), found)

    def identifiers(seed: Any, prefix: str, missing: Any) -> pa.Array:
        few, index = np.unique(seed, return_inverse=True)
        return text(hexes(rng, len(few), 16, prefix).tolist(), index, pa.array(missing))

    app = path == 0
    columns |= {
        "event_id": pa.array(hexes(rng, n, 18, "req_"), pa.string()),
        "timestamp": pa.array(begin + (columns["day"] * DAY_US).astype(np.int64)).cast(pa.timestamp("us", "UTC")),
        "account_id": text(ids.tolist(), account), "org_id": pa.array(orgs, pa.string()).take(pa.array(account)),
        "key_id": identifiers(columns["key"], "key_", app), "session_id": identifiers(columns["session"], "ses_", ~columns["named"]),
        "access_path": text(PATHS, path), "model": text([models[name] for name in MODELS], columns["model"]), "response": response,
        "context_key": context, "parent_key": parent,
        "tools_key": pa.array(mix(columns["tools"].astype(np.uint64), 7).astype(np.int64) >> 1, mask=~columns["has_tools"]),
        "ip": dotted(columns["address"], columns["hidden"]), "asn": pa.array(where.net.asn[columns["network"]], mask=columns["hidden"]),
        "country": text(CODES, where.net.country[columns["network"]], hidden),
        "user_agent": text(where.builds.agent, columns["build"], hidden), "ja4": text(where.builds.ja4, columns["build"], hidden),
    } | tokens  # fmt: skip
    arrays = []
    for field in EVENTS.schema:
        values = columns[field.name]
        values = values if isinstance(values, pa.Array) else pa.array(values, from_pandas=True)
        arrays.append(values if values.type == field.type else values.cast(field.type))
    return pa.table(arrays, schema=EVENTS.schema)


def _keys(rng: np.random.Generator, columns: dict[str, Any]) -> tuple[pa.Array, pa.Array]:
    """Hashes of all messages sent, and of those of the turn before."""
    n = len(columns["day"])
    opening = pc.binary_join_element_wise(pc.fill_null(columns["system"], ""), columns["prompt"], "\x1f").dictionary_encode()
    code = opening.indices.to_numpy()
    again = rng.integers(-(1 << 62), 1 << 62, len(opening.dictionary))
    source = columns["source"]
    later = columns["turn"] > 0  # rows are in order of conversation and turn, within each routine
    context = np.where(later | (source >= 0), rng.integers(-(1 << 62), 1 << 62, n), again[code])
    parent = np.where(later, np.roll(context, 1), context[np.maximum(source, 0)])
    return pa.array(context), pa.array(parent, mask=~later & (source < 0))


def _tokens(rng: np.random.Generator, columns: dict[str, Any], response: pa.Array, good: Any) -> dict[str, Any]:
    n = len(good)
    head = columns["turn"] == 0
    thought = np.where((rng.random(n) < 0.3) & good, rng.lognormal(5.6, 0.9, n) * columns["effort"], 0).astype(np.int64)
    written = pc.fill_null(pc.utf8_length(response), 0).to_numpy() * 27 // 100 + thought
    fixed = pc.fill_null(pc.utf8_length(columns["system"]), 0).to_numpy() // 4 + np.where(columns["has_tools"], 900, 0)
    typed = pc.utf8_length(columns["prompt"]).to_numpy() // 4 + 5
    carried = typed + written - thought
    total = np.cumsum(carried)
    before = total - carried
    before = before - before[np.maximum.accumulate(np.where(head, np.arange(n), 0))]
    source = columns["source"]
    before = np.where(source >= 0, 600 + (np.abs(rng.normal(0, 400, n))).astype(np.int64), before)
    cached = np.where(rng.random(n) < 0.7, before + fixed * (fixed > 200), 0)
    return {"input_tokens": typed + before + fixed, "cached_tokens": cached, "output_tokens": written, "reasoning_tokens": thought}


def _registry(rng: np.random.Generator, rosters: list[Roster], parties: list[Party], owner: Ints, begin: int) -> pa.Table:
    """The registry, in random order."""
    columns: dict[str, Any] = {name: np.concatenate([roster.columns[name] for roster in rosters]) for name in rosters[0].columns}
    resells = np.array([party.folk.paths.get("api", 0) > 0 and party.label in RESELLERS for party in parties])[owner]
    columns["access_type"] = np.where(resells, "passthrough", "application").astype(object)
    mixed = rng.permutation(len(owner))
    arrays = []
    for field in ACCOUNTS.schema:
        if field.name in ("created_at", "banned_at"):
            day = np.concatenate([roster.created if field.name == "created_at" else roster.banned for roster in rosters])[mixed]
            never = np.isnan(day)
            us = begin + (np.where(never, 0, day) * DAY_US).astype(np.int64)
            arrays.append(pa.array(us, mask=never).cast(pa.timestamp("us", "UTC")))
        else:
            arrays.append(pa.array(columns[field.name][mixed]).cast(field.type))
    return pa.table(arrays, schema=ACCOUNTS.schema)


RESELLERS = ("contracted_reseller",)
"""crowds with a contract to pass requests on"""
