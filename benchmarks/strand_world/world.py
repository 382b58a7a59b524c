"""Parties of one season put together into the tables of a log."""

import datetime
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

from ..worlds import World
from . import grammar, places
from .chance import Ints, blank, hexed, mix, unit
from .live import DAY, KINDS, MAILS, PLANS, PUBLIC, Folk, Log, live
from .party import Party

Column = Any
BEGIN = int(datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC).timestamp())
FREE_DOMAINS = tuple(
    f"{name}.example" for name in ("mailwren", "postlark", "inboxly", "quickmail", "letterbox", "freepost", "webbrief", "kurier", "correo")
)
TRIES = {"raw": 0.3, "web": 0.5, "fox": 0.5, "phone": 0.4}
"""Share of failed requests that are sent again; SDKs do it by themselves."""


def make(parties: Sequence[Party], residents: Party, log: Log, requests: int, lacks: Sequence[str], blind_clouds: bool) -> World:
    """Let all live, then write what they sent."""
    log.pool(*_public())
    lived = [live(party, log) for party in parties]
    there = sum(len(sent["second"]) for _, sent in lived)
    wanted = max(requests - there, 0.25 * requests)
    rate, settled = (
        wanted / (residents.size * residents.busy * log.days * 0.75),
        Log(log.rng, log.days, log.begin, log.release, log.outage, log.holidays),
    )
    trial = residents.but(rate=rate, size=max(residents.size / 8, 60))
    found = len(live(trial, settled)[1]["second"]) * residents.size / trial.size
    lived.append(live(residents.but(rate=rate * wanted / max(found, 1)), log))
    everyone = [*parties, residents]
    sizes = [len(people.uid) for people, _ in lived]
    sent: dict[str, Column] = {name: np.concatenate([one[name] for _, one in lived]) for name in lived[0][1]}
    party = np.repeat(np.arange(len(lived)), [len(one["second"]) for _, one in lived])
    sent["account"] = sent["account"] + (np.cumsum(sizes) - sizes)[party]
    firsts = np.cumsum([0] + [len(one["second"]) for _, one in lived])[party]
    sent["replayed"] = np.where(sent["replayed"] >= 0, sent["replayed"] + firsts, -1)
    uid = np.concatenate([people.uid for people, _ in lived])
    names = hexed(uid, 14, "acc_")
    events, harvested = _events(sent, party, everyone, log, names, [people for people, _ in lived])
    accounts = _accounts([people for people, _ in lived], log, names)
    of = np.repeat(np.arange(len(lived)), sizes)
    truth = pa.table(
        {
            "account_id": names,
            "campaign": pa.array([one.campaign or None for one in everyone], pa.string()).take(pa.array(of)),
            "kind": pa.array([one.label for one in everyone]).take(pa.array(of)),
        },
        schema=TRUTH.schema,
    )
    harvest = pa.table({"event_id": events["event_id"], "campaign": harvested}).filter(pc.is_valid(pa.array(harvested)))
    if blind_clouds:
        cloud = pc.invert(pc.is_in(events["access_path"], pa.array(["api", "app"])))
        for name in ("ip", "asn", "country", "user_agent", "ja4"):
            values = pc.if_else(cloud, pa.scalar(None, events[name].type), events[name])
            events = events.set_column(events.column_names.index(name), events.schema.field(name), values)
    releases = [("loom-2", -400.0), ("loom-3", -120.0), ("loom-3-mini", -90.0)] + (
        [("loom-4", log.release)] if log.release < log.days else []
    )
    day = datetime.timedelta(days=1)
    start = datetime.datetime.fromtimestamp(log.begin, datetime.UTC)
    told = [{"model": model, "released_at": (start + at * day).strftime("%Y-%m-%dT%H:%M:%SZ")} for model, at in releases]
    return World(
        events.drop_columns([name for name in lacks if name in events.column_names]),
        accounts.drop_columns([name for name in lacks if name in accounts.column_names]).sort_by("account_id"),
        truth.sort_by("account_id"), harvest, told,
    )


def _public() -> tuple[Ints, Ints, Ints]:
    rng = np.random.default_rng(5)
    works = [grammar.WORKS.index(name) for name in ("math", "reason", "code", "grade", "sum")]
    return rng.choice(works, PUBLIC, p=[0.35, 0.3, 0.2, 0.1, 0.05]), np.zeros(PUBLIC, np.int64), rng.integers(0, grammar.topics(), PUBLIC)


def _stamps(seconds: Any, log: Log) -> pa.Array:
    finite = np.isfinite(seconds)
    us = np.where(finite, np.where(finite, seconds, 0) * 1e6, 0).astype(np.int64) + log.begin * 1_000_000
    return pa.array(us, mask=~finite).cast(pa.timestamp("us", "UTC"))


def _named(names: Sequence[str], codes: Any) -> pa.Array:
    return pa.array(names).take(pa.array(codes))


def _accounts(people: Sequence[Folk], log: Log, names: pa.Array) -> pa.Table:
    all_of = {name: np.concatenate([one.columns[name] for one in people]) for name in people[0].columns}
    mail = np.array(MAILS, object)[all_of["mail"]]
    number = all_of["domain"].astype(np.uint64)
    small = number.astype(np.int64)
    domain = pc.if_else(
        pa.array(mail == "free"), _named(FREE_DOMAINS, small % len(FREE_DOMAINS)),
        pc.if_else(
            pa.array(mail == "school"), _named([f"campus{n}.example" for n in range(30)], small % 30),
            pc.if_else(
                pa.array(mail == "junk"), _named([f"box{n * 37 % 100}drop.example" for n in range(40)], small % 40),
                pc.binary_join_element_wise(hexed(mix(number), 9, "w"), ".example", ""),
            ),
        ),
    )
    uid = np.concatenate([one.uid for one in people])
    hashed = {name: hexed(mix(all_of[name], salt)) for name, salt in (("email", 1), ("card", 2), ("phone", 3), ("org", 4))}
    kind = all_of["kind"]
    table = {
        "account_id": names,
        "created_at": _stamps(np.concatenate([one.created for one in people]), log),
        "kind": _named(KINDS, kind),
        "org_id": blank(hashed["org"], all_of["org"] == 0),
        "verified": pa.array(all_of["verified"]),
        "access_type": _named(("application", "passthrough"), all_of["passthrough"].astype(np.int64)),
        "email_domain": domain,
        "email_hash": hashed["email"],
        "payment_hash": blank(hashed["card"], all_of["card"] == 0),
        "phone_hash": blank(hashed["phone"], all_of["phone"] == 0),
        "signup_ip": places.dotted(all_of["signup"].astype(np.int64)),
        "country": _named(places.COUNTRIES, np.concatenate([one.country for one in people])),
        "banned_at": _stamps(np.concatenate([one.banned for one in people]), log),
        "plan": _named(PLANS, all_of["plan"]),
    }
    assert len(uid) == len(names)
    return pa.table(table, schema=ACCOUNTS.schema)


def _fate(sent: dict[str, Column], log: Log) -> Ints:
    """HTTP status of each request."""
    rng, n = log.rng, len(sent["second"])
    chance = rng.random(n)
    status = np.select([chance < 0.006, chance < 0.009, chance < 0.012, chance < 0.013], [429, 500, 400, 503], 200)
    out = (sent["second"] >= log.outage[0]) & (sent["second"] < log.outage[1])
    status = np.where(out & (rng.random(n) < 0.6), 503, status)
    hour = sent["account"] * 100_000 + (sent["second"] // 3600).astype(np.int64)
    _, which, many = np.unique(hour, return_inverse=True, return_counts=True)
    limited = rng.random(n) < ((many[which] - 50) / 600).clip(0, 0.4)
    status = np.where((status == 200) & limited, 429, status)  # limits are by the hour
    return np.where(sent["blocked"], 403, status)


def _events(
    sent: dict[str, Column], party: Ints, everyone: Sequence[Party], log: Log, names: pa.Array, people: Sequence[Folk]
) -> tuple[pa.Table, pa.Array]:
    rng, n = log.rng, len(party)
    text = _texts(sent, log)
    context, parent = _chains(sent, text, log)
    status = _fate(sent, log)
    # what failed is sent again, as it was
    tries = np.array([TRIES.get(name, 0.65) for name in places.FAMILIES])[sent["family"]]
    last = np.concatenate([one.last for one in people])[sent["account"]]
    again = np.flatnonzero((status >= 429) & (rng.random(n) < tries))
    later = sent["second"][again] + rng.gamma(1.3, 12, len(again)) + 0.6
    fits = later < np.minimum(last[again], log.days * DAY)
    again, later = again[fits], later[fits]
    rows = np.concatenate([np.arange(n), again])
    second = np.concatenate([sent["second"], later])
    status = np.concatenate([status, np.where(rng.random(len(again)) < 0.9, 200, 429)])
    us = (second * 1e6).astype(np.int64) + log.begin * 1_000_000
    # a later turn never stands before the one that it continues
    order = np.lexsort((sent["turn"][rows], us))
    rows, us, status = rows[order], us[order], status[order]
    row = pa.array(rows)
    good = status == 200
    n = len(rows)
    at = {name: values[rows] for name, values in sent.items()}
    out_chars = pc.utf8_length(text["response"]).to_numpy(zero_copy_only=False)[rows]
    deep = np.isin(at["model"], [0, 3]) & (unit(rows, 201) < 0.5)
    thought = np.where(good & deep, rng.lognormal(5.3, 0.8, n), 0).astype(np.int32)
    output = np.where(good, out_chars / 3.9 + 3, 0).astype(np.int32) + thought
    length = sum(pc.utf8_length(text[name]).fill_null(0).to_numpy(zero_copy_only=False)[rows] for name in ("prompt", "system"))
    taken_in = (length / 3.9 + 8 + at["turn"] * rng.gamma(4, 60, n)).astype(np.int32)
    cached = np.where((unit(rows, 207) < 0.4) & (at["turn"] > 0), taken_in * rng.uniform(0.3, 0.95, n), 0).astype(np.int32)
    agent, print_ = places.clients(at["family"], at["owner"], at["second"].astype(np.int64))
    app = at["path"] == places.PATHS.index("app")
    uid = np.concatenate([one.uid for one in people])
    org = np.concatenate([one.columns["org"] for one in people])[at["account"]]
    key = mix(uid[at["account"]], (at["second"] // (DAY * 25)).astype(np.int64) * (unit(uid[at["account"]], 211) < 0.3), 213)
    who = uid[at["account"]]
    talk = mix(at["talk"], at["part"], who)
    named = app | (unit(who, 217) < 0.5)
    event = {
        "event_id": hexed(rng.integers(2**63, size=n, dtype=np.uint64), 16, "r"),
        "timestamp": pa.array(us).cast(pa.timestamp("us", "UTC")),
        "account_id": names.take(pa.array(at["account"])),
        "org_id": blank(hexed(mix(org.astype(np.uint64), 4)), org == 0),
        "key_id": blank(hexed(key), app),
        "session_id": blank(hexed(talk), ~named),
        "access_path": _named(places.PATHS, at["path"]),
        "model": _named(places.MODELS, at["model"]),
        "system": text["system"].take(row),
        "prompt": text["prompt"].take(row),
        "response": blank(text["response"].take(row), ~good),
        "context_key": pa.array(context[rows].view(np.int64)),
        "parent_key": pa.array(parent[rows].view(np.int64), mask=(at["turn"] == 0) & (at["replayed"] < 0)),
        "tools_key": pa.array(mix(at["tools"], 219).view(np.int64), mask=at["tools"] < 0),
        "temperature": pa.array(at["heat"].astype(np.float32), from_pandas=True),
        "top_p": pa.array(at["mass"].astype(np.float32), from_pandas=True),
        "max_tokens": pa.array(at["limit"].astype(np.int32), mask=at["limit"] == 0),
        "stream": pa.array(app | (unit(who, 223) < 0.4)),
        "input_tokens": pa.array(taken_in),
        "cached_tokens": pa.array(cached),
        "output_tokens": pa.array(output),
        "reasoning_tokens": pa.array(thought),
        "status": pa.array(status.astype(np.int16)),
        "ip": places.dotted(at["ip"]),
        "asn": pa.array(at["asn"].astype(np.int32)),
        "country": _named(places.COUNTRIES, at["seen"]),
        "user_agent": agent,
        "ja4": print_,
    }
    table = pa.table(event, schema=EVENTS.schema)
    campaign = pa.array([one.campaign or None for one in everyone], pa.string()).take(pa.array(party[rows]))
    return table, blank(campaign, ~(at["harvest"] & good))


def _texts(sent: dict[str, Column], log: Log) -> dict[str, pa.Array]:
    """System prompt, prompt and answer of each request."""
    rng, n = log.rng, len(sent["turn"])
    topics = np.concatenate([*log.systems, np.zeros(0, np.int64)]).astype(np.int64)
    instructions = pa.concat_arrays([pa.array(grammar.words()["harness"]), grammar.say(rng, "system", topics).cast(pa.string())])
    system = instructions.take(pa.array(sent["system"], mask=sent["system"] < 0))
    around = np.flatnonzero(sent["wrapper"] >= 0)
    if len(around):
        injected = grammar.framed(sent["wrapper"][around], pa.array(["(the task follows)"] * len(around)))
        both = pc.binary_join_element_wise(pc.fill_null(system.take(pa.array(around)), ""), injected, " ")
        system = _put(system, around, pc.utf8_trim_whitespace(both))
    public, rest = log.pools[0], [np.concatenate(parts) for parts in zip(*log.pools[1:], strict=True)] if len(log.pools) > 1 else []
    pooled = [grammar.tasks(np.random.default_rng(7), *public).cast(pa.string())]
    if rest:
        pooled.append(grammar.tasks(rng, *rest).cast(pa.string()))
    pool = pa.concat_arrays(pooled)
    opens = sent["turn"] == 0
    first, later = np.flatnonzero(opens), np.flatnonzero(~opens)
    fresh = first[sent["pool"][first] < 0]
    task = pool.take(pa.array(sent["pool"].clip(0)))
    task = _put(task, fresh, grammar.tasks(rng, sent["work"][fresh], sent["tongue"][fresh], sent["topic"][fresh]).cast(pa.string()))
    person = (
        (sent["frame"][fresh] < 0)
        & (sent["tongue"][fresh] == 0)
        & np.isin(sent["work"][fresh], [grammar.WORKS.index(name) for name in ("chat", "write", "reason", "code", "sum")])
    )
    spoken = fresh[person]
    polite = grammar.join(
        [grammar.say(rng, "hi", sent["topic"][spoken]), task.take(pa.array(spoken)), grammar.say(rng, "bye", sent["topic"][spoken])]
    )
    task = _put(task, spoken, polite)
    prompt = _put(task, first, grammar.framed(sent["frame"][first], task.take(pa.array(first))).cast(pa.string()))
    unfilled = first[sent["slip"][first]]
    if len(unfilled):
        bare = grammar.say(rng, "slip", np.zeros(len(unfilled), np.int64))
        prompt = _put(prompt, unfilled, grammar.framed(sent["frame"][unfilled], bare).cast(pa.string()))
    prompt = _put(
        prompt, later, grammar.follow(rng, sent["tools"][later] >= 0, sent["tongue"][later], sent["topic"][later]).cast(pa.string())
    )
    usual = np.array(
        [
            {"label": 1.2, "hello": 1, "slip": 1, "trans": 2, "grade": 3, "chat": 5, "math": 6, "reason": 7, "trace": 8, "agent": 4}.get(
                work, 6
            )
            for work in grammar.WORKS
        ]
    )
    long = np.ceil(rng.gamma(2.5, usual[sent["work"]] * sent["length"] / 2.5)).clip(1, 40).astype(np.int64)
    thinking = np.isin(sent["work"], [grammar.WORKS.index(name) for name in ("math", "reason", "trace")]) | (
        (sent["frame"] >= 0) & (rng.random(n) < 0.6)
    )
    response = grammar.answers(rng, sent["work"], sent["tongue"], sent["topic"], long, thinking)
    return {"system": system, "prompt": prompt, "response": response}


def _put(values: pa.Array, places_: Ints, new: pa.Array) -> pa.Array:
    """Values with others at some places."""
    if not len(places_):
        return values
    new = new.combine_chunks() if isinstance(new, pa.ChunkedArray) else new
    index = np.arange(len(values))
    index[places_] = len(values) + np.arange(len(places_))
    return pa.concat_arrays([values, new]).take(pa.array(index))


def _chains(sent: dict[str, Column], text: dict[str, pa.Array], log: Log) -> tuple[Any, Any]:
    """Hashes of all messages sent, and of those of the turn before."""
    salt = int(log.rng.integers(2**60))
    said = mix(pc.dictionary_encode(text["prompt"]).indices.to_numpy().astype(np.int64), salt)
    told = pc.dictionary_encode(pc.fill_null(text["system"], "")).indices.to_numpy().astype(np.int64)
    n = len(said)
    context, parent = np.zeros(n, np.uint64), np.zeros(n, np.uint64)
    first = np.flatnonzero(sent["turn"] == 0)
    plain = first[sent["replayed"][first] < 0]
    context[plain] = mix(said[plain], told[plain], salt)
    again = first[sent["replayed"][first] >= 0]
    for begun in (plain, again):
        if begun is again:  # only talks that are no replays are resent, so theirs are known by now
            parent[again] = context[sent["replayed"][again]]
            context[again] = mix(parent[again], said[again], again)
        for turn in range(1, int(sent["turn"].max(initial=0)) + 1):
            rows = np.flatnonzero((sent["turn"] == turn) & (context == 0))
            rows = rows[context[rows - 1] != 0]
            parent[rows] = context[rows - 1]
            context[rows] = mix(parent[rows], said[rows], rows)
    return context, parent
