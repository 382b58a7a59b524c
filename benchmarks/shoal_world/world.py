"""The tables of a world: all groups together in the order of time, with their words, keys, tokens and failures."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..worlds import World, recipe
from . import scenarios
from .days import PATHS, Lived, Season, live
from .numbers import Flags, Floats, Ints, Words, below, fresh, hexes, mixed, unit
from .people import Group
from .places import COUNTRIES, Places, dotted, ja4
from .speech import FRAMES, SECTIONS, SYSTEMS, TOPICS, WORKS, grammar, joined

EPOCH_DAY = 20_480
"""days from 1970 on of the earliest first day: late in January 2026"""
DAY_US = 86_400_000_000
KINDS = pa.array(["individual", "education", "research", "startup", "enterprise"])
PLANS = pa.array(["free", "payg", "pro", "team", "enterprise", "credit"])
MAILBOXES = pa.array(["gmail.com", "outlook.com", "yahoo.com", "icloud.com", "proton.me", "gmx.net", "mail.com"])
POPULAR = np.array([9, 5, 3, 2, 2, 1, 1])
THROWAWAY = 9
SYLLABLES = pa.array(["ta", "vel", "mor", "ni", "sun", "kra", "bel", "dor", "li", "fen", "pra", "gos", "ru", "hal", "zim", "ope"])
WITH_TOOLS = {WORKS.index(work) for work in ("agent", "code")}
THINKS = {
    WORKS.index(work): much
    for work, much in {"reason": 700, "trace": 500, "agent": 300, "code": 350, "grade": 200, "taskgen": 250, "data": 200}.items()
}


def make(name: str, seed: int, events: int | None = None) -> World:
    """The tables of a scenario."""
    scenario = recipe(scenarios.SCENARIOS, name)
    rng = np.random.default_rng([seed, *name.encode()])
    number = int(rng.integers(1, 2**40))
    days = int(rng.integers(scenario.business.days[0], scenario.business.days[1] + 1))
    release = float(days * rng.uniform(0.35, 0.65))
    places = Places(number)
    season = Season(number, days, int(rng.integers(0, 7)), release, scenario.business.countries, scenario.business.paths, places)
    groups = scenarios.cast(scenario, rng, days, events or scenario.business.requests)
    lived = [live(group, season, rng) for group in groups]
    first_day = EPOCH_DAY + int(rng.integers(0, 200))
    accounts, truth, ids = registry(groups, lived, season, first_day)
    table, harvest = logged(groups, lived, season, first_day, ids, rng)
    lacks = scenario.business.lacks
    table = table.drop_columns([column for column in lacks if column in table.column_names])
    accounts = accounts.drop_columns([column for column in lacks if column in accounts.column_names])
    released = [
        {"model": f"{brand(season.seed)}-{tier}", "released_at": at(np.array([day]), first_day)[0].as_py().isoformat()}
        for tier, day in (("grand-3", -200.0), ("plain-3", -200.0), ("mini-3", -150.0), ("grand-4", release))
    ]
    return World(table, accounts, truth, harvest, released)


def brand(seed: int) -> str:
    """The name of a provider's models."""
    return "".join(SYLLABLES.take(below(np.full(2, seed), 16, 1) + np.array([0, 0])).to_pylist()[:1]) + str(SYLLABLES[seed % 16])


def at(day: Floats, first_day: int) -> pa.TimestampArray:
    """Moments of days since the log began."""
    us = ((day + first_day) * DAY_US).astype(np.int64)
    return pa.array(us).cast(pa.timestamp("us", "UTC"))


def every(lived: list[Lived], table: str, column: str) -> np.ndarray:
    """A column of all groups."""
    return np.concatenate([getattr(one, table)[column] for one in lived])


def told(values: Words, prefix: str, digits: int = 16) -> pa.StringArray:
    """Numbers as names; 0 is not told."""
    names = pc.binary_join_element_wise(pa.scalar(prefix), hexes(values, digits), "")
    return pc.if_else(pa.array(values != 0), names, pa.scalar(None, pa.string()))


def registry(groups: list[Group], lived: list[Lived], season: Season, first_day: int) -> tuple[pa.Table, pa.Table, pa.StringArray]:
    """The accounts, the truth about them, and the names of accounts in the order of the groups."""
    columns = {name: every(lived, "accounts", name) for name in lived[0].accounts}
    n = len(columns["id"])
    ids = told(columns["id"] | np.uint64(1), "acc_")
    lot = fresh_of(columns["mailbox"], 3)
    public = MAILBOXES.take(np.searchsorted(np.cumsum(POPULAR) / POPULAR.sum(), unit(lot, 1), side="right"))
    domain = pc.choose(
        pa.array(columns["mail"]),
        public,
        named(columns["firm"], ".com"),
        named(columns["house"], ".org"),
        named(columns["house"], ".edu"),
        named(mixed(below(lot, THROWAWAY, 2), season.seed), ".xyz"),
    )
    org = told(np.where(columns["org"] != 0, columns["org"] | np.uint64(1), 0), "org_")
    ends = columns["banned"]
    banned = np.where((ends < season.days) & np.isfinite(ends), ends, 0)
    accounts = pa.table(
        {
            "account_id": ids,
            "created_at": at(columns["created"], first_day),
            "kind": KINDS.take(columns["kind"]),
            "org_id": org,
            "verified": pa.array(columns["verified"]),
            "access_type": pc.if_else(pa.array(columns["passthrough"]), "passthrough", "application"),
            "email_domain": domain,
            "email_hash": told(mixed(columns["mailbox"], season.seed), ""),
            "payment_hash": told(columns["card"], ""),
            "phone_hash": told(columns["phone"], ""),
            "signup_ip": dotted(columns["ip"]),
            "country": pa.array(COUNTRIES).take(columns["country"]),
            "banned_at": pc.if_else(pa.array(banned != 0), at(banned, first_day), pa.scalar(None, pa.timestamp("us", "UTC"))),
            "plan": PLANS.take(columns["plan"]),
        }
    )
    sizes = [len(one.accounts["id"]) for one in lived]
    of = np.repeat(np.arange(len(groups)), sizes)
    truth = pa.table(
        {
            "account_id": ids,
            "campaign": pa.array([group.campaign for group in groups], pa.string()).take(of),
            "kind": pa.array([group.label for group in groups]).take(of),
        }
    )
    assert len(of) == n
    return accounts.sort_by("account_id"), truth.sort_by("account_id"), ids


def fresh_of(numbers: Words, salt: int) -> Words:
    """Other numbers of the same things."""
    return mixed(numbers, salt)


def named(numbers: Words, ending: str) -> pa.StringArray:
    """Domains."""
    parts = [SYLLABLES.take(below(numbers, 16, salt)) for salt in (4, 5, 6)]
    return pc.binary_join_element_wise(*parts, hexes(mixed(numbers, 7), 2), pa.scalar(ending), "")


def logged(
    groups: list[Group], lived: list[Lived], season: Season, first_day: int, ids: pa.StringArray, rng: np.random.Generator
) -> tuple[pa.Table, pa.Table]:
    """The log, and which of its requests are harvests."""
    e = {name: every(lived, "events", name) for name in lived[0].events}
    accounts = np.cumsum([0, *(len(one.accounts["id"]) for one in lived)])
    talks = np.cumsum([0, *(int(one.events["talk"].max(initial=-1)) + 1 for one in lived)])
    group = np.repeat(np.arange(len(lived)), [len(one.events["time"]) for one in lived])
    e["account"] = e["account"] + accounts[group]
    e["talk"] = e["talk"] + talks[group]
    order = np.lexsort((e["turn"], e["talk"]))
    e = {name: column[order] for name, column in e.items()}
    group = group[order]
    prompt, system, response = words(e, season, group)
    context, parent, before = chained(e, prompt, system, response, season.seed)
    tokens = counted(e, prompt, system, response, before, rng)
    n = len(group)
    table = pa.table(
        {
            "event_id": told(fresh(rng, n) | np.uint64(1), "rq_"),
            "timestamp": at(e["time"], first_day),
            "account_id": ids.take(e["account"]),
            "org_id": pa.nulls(n, pa.string()),
            "key_id": told(e["key"], "key_"),
            "session_id": told(e["session"], "s_"),
            "access_path": pa.array(PATHS).take(e["path"]),
            "model": pa.array([f"{brand(season.seed)}-{tier}" for tier in ("grand-3", "plain-3", "mini-3", "grand-4")]).take(e["tier"]),
            "system": system,
            "prompt": prompt,
            "response": response,
            "context_key": context,
            "parent_key": parent,
            "tools_key": pc.if_else(
                pa.array(e["tools"] != 0), pa.array((e["tools"] >> np.uint64(1)).astype(np.int64)), pa.scalar(None, pa.int64())
            ),
            "temperature": some(e["temperature"], ~np.isnan(e["temperature"]), pa.float32()),
            "top_p": some(e["top_p"], ~np.isnan(e["top_p"]), pa.float32()),
            "max_tokens": some(e["max_tokens"], e["max_tokens"] > 0, pa.int32()),
            "stream": pa.array(e["stream"]),
            **{name: pa.array(column.astype(np.int32)) for name, column in tokens.items()},
            "status": pa.array(np.full(n, 200, np.int16)),
            "ip": dotted(e["ip"]),
            "asn": pa.array(e["asn"].astype(np.int32)),
            "country": pa.array(COUNTRIES).take(e["where"]),
            "user_agent": pa.array(season.places.agents).take(e["build"]),
            "ja4": ja4(season.places.prints[e["build"]]),
        }
    )
    firm = np.concatenate([one.accounts["org"] for one in lived])[e["account"]]
    table = table.set_column(3, "org_id", told(np.where(firm != 0, firm | np.uint64(1), 0), "org_"))
    campaign = pa.array([one.campaign for one in groups], pa.string()).take(group)
    harvest = pa.table(
        {"event_id": table["event_id"], "campaign": pc.if_else(pa.array(e["harvest"]), campaign, pa.scalar(None, pa.string()))}
    )
    table = with_failures(table, e, rng)
    harvest = harvest.filter(pc.is_valid(harvest["campaign"])).sort_by("event_id")
    return table.sort_by([("timestamp", "ascending"), ("event_id", "ascending")]), harvest


def some(values: np.ndarray, there: Flags, kind: pa.DataType) -> pa.Array:
    """Values, null where there are none."""
    return pa.array(np.where(there, values, 0).astype(kind.to_pandas_dtype()), mask=~there)


def words(e: dict[str, np.ndarray], season: Season, group: Ints) -> tuple[pa.StringArray, pa.StringArray, pa.StringArray]:
    """Prompt, system prompt and answer of each request, which come in the order of conversations."""
    g = grammar()
    n = len(group)
    first = e["turn"] == 0
    topic, tongue, number = e["topic"], e["tongue"], e["number"]
    agent = (e["tools"] != 0) & ~first & (unit(number, 1) < 0.75)
    later = np.where(agent, SECTIONS.index("tool"), SECTIONS.index("follow"))
    seed = np.where(first, mixed(e["task"], 2), mixed(number, 3))
    section = np.where(first, e["kind"], later)
    main = g.say(seed, section, tongue, topic)
    more = np.full(n, SECTIONS.index("more"))
    frame = SECTIONS.index(f"frame.{FRAMES[0]}") + np.maximum(e["frame"], 0)
    framed = first & (e["frame"] >= 0)
    before = unit(e["worded"], 4) < 0.4
    zero = np.zeros(n, np.int64)
    in_english = np.where(unit(e["worded"], 5) < 0.5, zero, tongue)
    worded = mixed(e["worded"], 6 + in_english)
    quoted = quotes(e, group)
    think = np.full(n, SECTIONS.index("think"))
    parts = [
        g.some(framed & before, worded, frame, in_english, zero),
        main,
        *(
            g.some(first & (unit(e["task"], 10 + i) < p), mixed(e["task"], 20 + i), more, tongue, topic)
            for i, p in enumerate((0.5, 0.25, 0.1))
        ),
        *(g.some(quoted[1], mixed(quoted[0], 40 + i), think, tongue, topic[quoted[2]]) for i in (0, 1)),
        g.some(first & (unit(e["task"], 14) < 0.25) & (unit(number, 15) < 0.5), mixed(number, 24), more, tongue, topic),
        g.some(framed & ~before, worded, frame, in_english, zero),
    ]
    said = np.where(e["system"] >= 0, SECTIONS.index(f"system.{SYSTEMS[0]}") + np.maximum(e["system"], 0), 0)
    system = joined_or_null(
        e["system"] >= 0,
        [
            g.some(e["system"] >= 0, mixed(e["told"], 7), said, zero, below(e["told"], TOPICS, 9)),
            g.some((e["system"] >= 0) & (unit(e["told"], 8) < 0.5), mixed(e["told"], 8), more, zero, below(e["told"], TOPICS, 9)),
        ],
    )
    long = np.array(
        [
            0.9
            if WORKS[k] in ("reason", "trace", "write", "taskgen", "code")
            else 0.3
            if WORKS[k] in ("label", "grade", "translate")
            else 0.6
            for k in range(len(WORKS))
        ]
    )[e["kind"]]
    said_first = np.where(framed & (e["frame"] == 0), SECTIONS.index("think"), e["reply"])
    answer = [g.say(mixed(number, 40), said_first, tongue, topic)]
    answer += [g.some(unit(number, 50 + i) < long, mixed(number, 40 + i), said_first, tongue, topic) for i in range(1, 6)]
    return joined(parts), system, joined(answer)


def joined_or_null(there: Flags, parts: list[pa.StringArray]) -> pa.StringArray:
    """Sentences in a row where there are any."""
    return pc.if_else(pa.array(there), joined([pc.fill_null(parts[0], ""), *parts[1:]]), pa.scalar(None, pa.string()))


def quotes(e: dict[str, np.ndarray], group: Ints) -> tuple[Words, Flags, Ints]:
    """For conversations that bring an earlier answer of their group: the number of that answer, and whose turn it was."""
    n = len(group)
    number, source = e["number"].copy(), np.arange(n)
    wants = np.flatnonzero(e["again"] & (e["turn"] == 0))
    there = np.zeros(n, bool)
    if not len(wants):
        return number, there, source
    gives = np.flatnonzero(e["harvest"] & (e["kind"] == WORKS.index("reason")))
    if not len(gives):
        gives = np.flatnonzero(e["harvest"])
    order = gives[np.lexsort((e["time"][gives], group[gives]))]
    spread = group[order] * 1e3 + e["time"][order]
    place = np.searchsorted(spread, group[wants] * 1e3 + e["time"][wants])
    begin = np.searchsorted(spread, group[wants] * 1e3)
    back = place - 1 - below(e["number"][wants], np.maximum(np.minimum(place - begin, 400), 1), 16)
    fits = place > begin
    rows = order[np.maximum(back, 0)][fits]
    number[wants[fits]], source[wants[fits]], there[wants[fits]] = e["number"][rows], rows, True
    return number, there, source


def chained(
    e: dict[str, np.ndarray], prompt: pa.StringArray, system: pa.StringArray, response: pa.StringArray, seed: int
) -> tuple[pa.Array, pa.Array, Ints]:
    """Keys of all messages sent and of those of the turn before, and each row's row before (itself on a first turn)."""
    p, s, r = (
        mixed(pc.fill_null(text, "").dictionary_encode().indices.to_numpy(zero_copy_only=False), seed + i)
        for i, text in enumerate((prompt, system, response))
    )
    n = len(p)
    turn = e["turn"]
    before = np.where(turn > 0, np.arange(n) - 1, np.arange(n))
    key = mixed(p ^ (s * np.uint64(3)), 1)
    for t in range(1, int(turn.max(initial=0)) + 1):
        rows = np.flatnonzero(turn == t)
        key[rows] = mixed(key[rows - 1] * np.uint64(5) + r[rows - 1] * np.uint64(7) + p[rows], 2)
    keys = (key >> np.uint64(1)).astype(np.int64)
    return pa.array(keys), pa.array(keys[before], mask=turn == 0), before


def counted(
    e: dict[str, np.ndarray],
    prompt: pa.StringArray,
    system: pa.StringArray,
    response: pa.StringArray,
    before: Ints,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Tokens: what was sent grows with the conversation; reasoning is answered but not shown."""
    n = len(before)
    per = np.where(e["tongue"] == 6, 1.2, 4.2)
    size = [pc.fill_null(pc.utf8_length(text), 0).to_numpy(zero_copy_only=False) / per for text in (prompt, system, response)]
    files = np.where(np.isin(e["kind"], list(WITH_TOOLS)) & (e["tools"] != 0), rng.lognormal(6.5, 0.8, n), 0)
    files += np.where(e["kind"] == WORKS.index("summary"), rng.lognormal(5, 1, n), 0)
    thinks = np.array([THINKS.get(k, 40) for k in range(len(WORKS))])[e["kind"]]
    large = np.isin(e["tier"], (0, 3))
    reasoning = np.where(large & (unit(e["number"], 30) < 0.8), thinks * rng.lognormal(0, 0.7, n), 0).astype(np.int64)
    output = (size[2] * rng.lognormal(0.5, 0.4, n) + 1).astype(np.int64) + reasoning
    cap = np.where(e["max_tokens"] > 0, e["max_tokens"], 1 << 20)
    output = np.minimum(output, cap)
    reasoning = np.minimum(reasoning, output)
    new = size[0] + files + 8
    seen = output - reasoning
    total = np.cumsum(new + np.where(e["turn"] > 0, seen[before], 0))
    begin = np.maximum.accumulate(np.where(e["turn"] == 0, np.arange(n), 0))
    sent = total - total[begin] + new[begin] + size[1]
    cached = np.where((e["turn"] > 0) & (unit(e["number"], 31) < 0.7), sent[before] * 0.95, 0)
    return {
        "input_tokens": sent.astype(np.int64),
        "cached_tokens": cached.astype(np.int64),
        "output_tokens": output,
        "reasoning_tokens": reasoning,
    }


def with_failures(table: pa.Table, e: dict[str, np.ndarray], rng: np.random.Generator) -> pa.Table:
    """Some requests were tried before, in vain: the same request seconds earlier, answered with an error."""
    n = len(table)
    pause = np.diff(e["time"], prepend=0) * 86_400
    room = np.where(e["turn"] > 0, pause, 30.0)
    rows = np.flatnonzero((rng.random(n) < 0.02) & (room > 4))
    failed = table.take(rows)
    earlier = (np.minimum(room[rows] * 0.4, 1 + rng.exponential(6, len(rows))) * 1e6).astype(np.int64)
    began = np.full(int(e["account"].max(initial=0)) + 1, np.inf)
    np.minimum.at(began, e["account"], e["time"])
    safe = e["time"][rows] - earlier / DAY_US > began[e["account"][rows]]
    when = failed["timestamp"].cast(pa.int64()).to_numpy() - earlier
    status = np.array([429, 429, 500, 529, 400], np.int16)[rng.integers(0, 5, len(rows))]
    changed: dict[str, Any] = {
        "event_id": told(fresh(rng, len(rows)) | np.uint64(1), "rq_"),
        "timestamp": pa.array(when).cast(pa.timestamp("us", "UTC")),
        "response": pa.nulls(len(rows), pa.string()),
        "status": pa.array(status),
        **{name: pa.array(np.zeros(len(rows), np.int32)) for name in ("cached_tokens", "output_tokens", "reasoning_tokens")},
    }
    for name, column in changed.items():
        failed = failed.set_column(failed.column_names.index(name), name, column)
    return pa.concat_tables([table, failed.filter(pa.array(safe))])
