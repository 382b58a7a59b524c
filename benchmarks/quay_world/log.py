"""The log of a world: models, settings, tokens, errors, repeats, places and programs of each request."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import clients, network, tasks
from .activity import TOPICS, Calendar, Stream, stream
from .hashing import F64, I64, U64, Bools, choose, hexadecimal, mix, normal, pick, text_key, uniform
from .profiles import Group, Work
from .registry import Register, identifiers

MODELS = ("quay-large-2", "quay-mid-2", "quay-small-2", "quay-large-3")
_LARGE, _MID, _SMALL, _NEW = range(4)
_CLOUDS = ("cloud-amber", "cloud-birch", "cloud-cobalt")
_TEMPERATURES = (np.nan, 0.0, 0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_TEMPERATURE_SHARES = (30, 14, 3, 10, 6, 5, 3, 14, 4, 2, 12)
_TOP_P = (np.nan, 0.7, 0.8, 0.9, 0.95, 1.0)
_TOP_P_SHARES = (74, 1, 2, 5, 8, 10)
_LIMITS = (0, 256, 512, 1000, 1024, 2000, 2048, 4000, 4096, 8000, 8192, 16_384, 32_000)
_LIMIT_SHARES = (28, 2, 5, 5, 9, 4, 10, 5, 13, 4, 9, 4, 2)
_ANSWERS = {
    "reasoning": 620,
    "code": 520,
    "agentic": 190,
    "data": 420,
    "grading": 180,
    "rewriting": 170,
    "vision": 150,
    "chat": 280,
    "translate": 120,
    "extract": 80,
    "writing": 520,
    "taskgen": 560,
    "trace": 780,
}
_LIMIT_PER_HOUR = {"free": 8, "mixed": 16, "payg": 30, "scale": 150}


@dataclass
class Log:
    """The finished log: a table by time, and which operator harvested each request (-1: none)."""

    table: pa.Table
    campaign: I64


def build(
    groups: Sequence[Group],
    accounts: Register,
    seed: U64,
    calendar: Calendar,
    first_day: int,
    campaigns: Sequence[str],
    rng: np.random.Generator,
) -> Log:
    """All requests of all groups."""
    works: list[Work] = []
    owners: list[int] = []
    streams: list[Stream] = []
    numbers: list[I64] = []
    for number, group in enumerate(groups):
        rows = slice(int(accounts.starts[number]), int(accounts.starts[number + 1]))
        for salt, item in enumerate(group.works):
            made = stream(item, accounts, rows, mix(seed, "group", number), salt, calendar, rng)
            if made is not None:
                numbers.append(np.full(len(made.day), len(works)))
                works.append(item)
                owners.append(number)
                streams.append(made)
    log = Stream(*(np.concatenate([getattr(part, field.name) for part in streams]) for field in fields(Stream)))
    work = np.concatenate(numbers)
    places = mix(seed, "group", np.array(owners))
    return _columns(groups, works, np.array(owners), places, work, log, accounts, calendar, first_day, campaigns, rng)


def _columns(
    groups: Sequence[Group],
    works: Sequence[Work],
    owners: I64,
    places: U64,
    work: I64,
    log: Stream,
    accounts: Register,
    calendar: Calendar,
    first_day: int,
    campaigns: Sequence[str],
    rng: np.random.Generator,
) -> Log:
    n = len(work)
    of = log.account
    account = accounts.key[of]

    def told(attribute: str) -> Any:
        return np.array([getattr(item, attribute) for item in works])[work]

    def setup(attribute: str) -> Any:
        return np.array([getattr(item.setup, attribute) for item in works])[work]

    prompt = tasks.prompts(works, places, work, log, account)
    system, toolkit = tasks.systems(works, places, work, log, account)
    context, parent = _contexts(log, text_key(pc.fill_null(system, "")), text_key(prompt))

    access = told("access")
    app = access == "app"
    cloud = access == "cloud"
    path = np.where(cloud, np.array(_CLOUDS)[choose((5, 3, 2), account, "cloud")], access)

    plan = np.array([group.supply.plan for group in groups])[owners[work]]
    allowed = np.array([_LIMIT_PER_HOUR[name] for name in plan])
    model, refused = _models(works, work, log, account, calendar)
    status = _statuses(log, allowed, refused, account, accounts, calendar, rng)
    output, reasoning, limit = _answers(works, places, work, log, account, model, rng)
    answered = status == 200
    sent, cached = _sent(log, prompt, system, toolkit, told("tools"), np.where(answered, output, 0), account, rng)

    config = _config(works, places, work, log, account)
    plain = (setup("settings") == "default") | app
    temperature = np.array(_TEMPERATURES)[choose(_TEMPERATURE_SHARES, config, "temperature")]
    fixed = np.array([np.nan if item.setup.temperature is None else item.setup.temperature for item in works])[work]
    temperature = np.where(plain, np.nan, np.where(np.isnan(fixed), temperature, fixed))
    top_p = np.where(plain, np.nan, np.array(_TOP_P)[choose(_TOP_P_SHARES, config, "top_p")])
    streamed = app | (uniform(config, "stream") < told("stream"))

    lines = network.Lines(
        tuple(item.line.kind for item in works),
        np.array([item.line.away for item in works]),
        np.array([item.line.country for item in works]),
    )
    address, asn, country = network.addresses(lines, work, account, places[work], accounts.country[of], log.sitting, log.day)
    late = log.day > calendar.days * uniform(account, "updated")
    program = np.where(app, "browser", setup("program"))
    between = uniform(account, "between") < setup("middle")
    agent, greeting, _ = clients.greet(program, setup("scope"), setup("which"), between, account, places[work], late)

    keys = pick(3, account, "keys")
    rotated = log.day > calendar.days * (0.2 + uniform(account, "rotated"))
    key = mix(
        account, "key", np.where(uniform(account, "several") < 0.14, pick(3, log.session, keys), 0), rotated & (uniform(account) < 0.1)
    )
    named = app | (uniform(account, "named") < told("sessions_named"))
    silent = cloud & (uniform(account, "no parents") < 0.5) | (uniform(account, "no parents") < 0.03)
    unseen = cloud | (uniform(log.sitting, "edge") < 0.015)
    kept = ~accounts.private[of]
    organised = np.array([group.supply.org for group in groups])[owners[work]]
    organisation = np.where(organised == "own", mix(account, "org"), mix(places[work], "org"))
    no_org = (organised == "none") | ((organised == "gaps") & (uniform(account, "org gap") < 0.5))

    again = _repeats(status, account, told("retry"), log.session, log.turn)
    rows = np.concatenate([np.arange(n), again])
    pause = 2.0 + 20 * uniform(log.session[again], "pause") ** 2
    moment = np.concatenate([log.day, log.day[again] + pause / 86_400])
    status = np.concatenate([status, np.full(len(again), 200)])
    keep = moment < calendar.days
    rows, moment, status = rows[keep], moment[keep], status[keep]
    copy = np.concatenate([np.zeros(n, np.int64), np.ones(len(again), np.int64)])[keep]
    order = np.argsort(moment, kind="stable")
    rows, moment, status, copy = rows[order], moment[order], status[order], copy[order]
    good = status == 200
    at = pa.array(rows)

    def some(values: Any, type_: pa.DataType, hidden: Bools | None = None) -> pa.Array:
        taken = values.take(at) if isinstance(values, pa.Array) else pa.array(np.asarray(values)[rows])
        taken = taken.cast(type_)
        return taken if hidden is None else pc.if_else(pa.array(~hidden[rows]), taken, pa.scalar(None, type_))

    def coded(values: U64, digits: int, prefix: str, hidden: Bools) -> pa.Array:
        codes, back = np.unique(values, return_inverse=True)
        return some(pa.array(hexadecimal(codes, digits, prefix), pa.string()).take(pa.array(back)), pa.string(), hidden)

    numbers, place = np.unique(address, return_inverse=True)
    ids, who = np.unique(of, return_inverse=True)
    countries = pa.array(network.COUNTRIES, pa.string()).take(pa.array(country))
    columns: dict[str, Any] = {
        "event_id": hexadecimal(mix(log.session[rows], log.turn[rows], copy, "event"), 16, "req_"),
        "timestamp": pa.array(first_day + (moment * 86_400e6).astype(np.int64), pa.timestamp("us", "UTC")),
        "account_id": some(pa.array(identifiers(accounts.key[ids]), pa.string()).take(pa.array(who)), pa.string()),
        "org_id": coded(organisation, 16, "org_", no_org),
        "key_id": coded(key, 16, "", app | (cloud & (uniform(account, "no key") < 0.5))),
        "session_id": coded(mix(log.session, of), 12, "sess_", ~named),
        "access_path": some(pa.array(path.tolist(), pa.string()), pa.string()),
        "model": some(pa.array(MODELS, pa.string()).take(pa.array(model)), pa.string()),
        "system": some(system, pa.string(), ~kept),
        "prompt": some(prompt, pa.string(), ~kept),
        "response": pa.nulls(len(rows), pa.string()),
        "context_key": some((context >> np.uint64(1)).astype(np.int64), pa.int64()),
        "parent_key": some((parent >> np.uint64(1)).astype(np.int64), pa.int64(), (log.turn == 0) | silent),
        "tools_key": some((toolkit >> np.uint64(1)).astype(np.int64), pa.int64(), ~told("tools")),
        "temperature": some(temperature, pa.float32(), np.isnan(temperature)),
        "top_p": some(top_p, pa.float32(), np.isnan(top_p)),
        "max_tokens": some(limit, pa.int32(), limit == 0),
        "stream": some(streamed, pa.bool_()),
        "input_tokens": some(sent, pa.int32()),
        "cached_tokens": pa.array(np.where(good, cached[rows], 0), pa.int32()),
        "output_tokens": pa.array(np.where(good, output[rows], 0), pa.int32()),
        "reasoning_tokens": pa.array(np.where(good, reasoning[rows], 0), pa.int32()),
        "status": pa.array(status, pa.int16()),
        "ip": some(pa.array(network.dotted(numbers), pa.string()).take(pa.array(place)), pa.string(), unseen),
        "asn": some(asn, pa.int32(), unseen),
        "country": some(countries, pa.string(), unseen),
        "user_agent": some(agent, pa.string(), cloud | (uniform(account, "nameless") < 0.02)),
        "ja4": some(greeting, pa.string(), unseen),
    }
    harvest = np.array([campaigns.index(item.campaign) if item.campaign else -1 for item in works])[work]
    return Log(pa.table(columns), harvest[rows])


def _contexts(log: Stream, system: U64, prompt: U64) -> tuple[U64, U64]:
    """Keys of all messages sent, and of those of the turn before. Later turns contain an answer, so no stranger has them."""
    context = mix(system, prompt)
    parent = np.zeros(len(context), np.uint64)
    for turn in range(1, int(log.turn.max(initial=0)) + 1):
        rows = np.flatnonzero(log.turn == turn)  # rows are in the order of conversations: the turn before is the row before
        parent[rows] = context[rows - 1]
        context[rows] = mix(context[rows - 1], prompt[rows], log.session[rows])
    return context, parent


def _models(works: Sequence[Work], work: I64, log: Stream, account: U64, calendar: Calendar) -> tuple[I64, Bools]:
    """The model of each request, and whether it refuses."""

    def told(attribute: str) -> Any:
        return np.array([getattr(item, attribute) for item in works])[work]

    taste = uniform(account, work, "taste")
    usual = np.where(taste < told("large"), _LARGE, np.where(uniform(account, work, "second") < 0.6, _MID, _SMALL))
    trying = uniform(log.session, "trying") < 0.07
    model = np.where(trying, choose((4, 4, 3), log.session, "tried"), usual)
    delay = told("adopt") / 24 * np.exp(0.9 * normal(account, work, "delay"))
    new = (log.day > calendar.release + delay) & (uniform(account, work, "adopts") < told("adopters"))
    curious = (log.day > calendar.release) & (uniform(log.session, "curious") < 0.03)
    model = np.where((new & (model == _LARGE)) | curious, _NEW, model)
    shut = np.array([np.inf if item.fallback is None else item.fallback for item in works])[work]
    closed = (log.day > shut) & ((model == _LARGE) | (model == _NEW))
    refused = closed & (log.day < shut + 0.05)
    return np.where(closed & ~refused, _MID, model).astype(np.int64), refused


def _statuses(
    log: Stream, allowed: I64, refused: Bools, account: U64, accounts: Register, calendar: Calendar, rng: np.random.Generator
) -> I64:
    """HTTP statuses: errors of clients and servers, bad hours of the provider, limits, bans."""
    n = len(log.day)
    chance = rng.random(n)
    bad = np.zeros(n, bool)
    for moment in rng.uniform(0, calendar.days, 3):
        bad |= (log.day >= moment) & (log.day < moment + rng.uniform(0.01, 0.05))
    status = np.select([chance < 0.004, chance < 0.007, chance < 0.0095], [400, 500, 529], 200)
    status = np.where(bad & (rng.random(n) < 0.25), 529, status)
    hour = mix(account, np.floor(log.day * 24).astype(np.int64))
    _, back, count = np.unique(hour, return_inverse=True, return_counts=True)
    over = 1.0 - allowed / np.maximum(count[back], 1)
    status = np.where(rng.random(n) < np.clip(0.6 * over, 0, 0.5), 429, status)
    status = np.where(refused, 403, status)
    return np.where(accounts.banned[log.account] & (log.day >= accounts.finish[log.account]), 403, status).astype(np.int64)


def _config(works: Sequence[Work], places: U64, work: I64, log: Stream, account: U64) -> U64:
    """A key of what decides about the sampling parameters of each request."""
    scope = np.array([item.setup.settings for item in works])[work]
    return np.where(scope == "group", places[work], np.where(scope == "session", log.session, account))


def _answers(
    works: Sequence[Work], places: U64, work: I64, log: Stream, account: U64, model: I64, rng: np.random.Generator
) -> tuple[I64, I64, I64]:
    """Tokens answered, those of reasoning among them, and the limit asked for (0: none)."""
    scope = np.array([item.setup.settings for item in works])[work]
    config = _config(works, places, work, log, account)
    plain = (scope == "default") | (np.array([item.access for item in works])[work] == "app")
    limit = np.where(plain, 0, np.array(_LIMITS)[choose(_LIMIT_SHARES, config, "limit")])
    template = np.array([item.template for item in works])[work]
    long = np.isin(template, ["template.thought", "template.native", "template.trace"])
    limit = np.where(long & (limit < 1500), limit * 8, limit)  # nobody asks for long answers and cuts them off
    median = np.array([_ANSWERS[topic] for topic in TOPICS])[log.topic] * np.where(long, 1.7, 1.0) * np.where(model == _SMALL, 0.8, 1.0)
    visible = median * np.exp(0.75 * rng.standard_normal(len(work))) + 1
    asks = uniform(account, "thinks") < 0.45
    thinks = asks & (model != _SMALL) & (uniform(log.session, "thinks") < 0.8)
    hidden = np.where(thinks, visible * np.exp(0.4 + 0.7 * rng.standard_normal(len(work))), 0.0)
    total = (visible + hidden).astype(np.int64)
    total = np.where((limit > 0) & (total > limit), limit, np.minimum(total, 64_000))
    return total, np.minimum(hidden.astype(np.int64), total), limit


def _sent(
    log: Stream, prompt: pa.Array, system: pa.Array, toolkit: U64, tools: Bools, output: I64, account: U64, rng: np.random.Generator
) -> tuple[I64, I64]:
    """Tokens sent with each request, and those of them that were cached."""
    own = np.asarray(pc.utf8_length(prompt)) / 3.9 * (0.9 + 0.2 * rng.random(len(output))) + 4
    seen = (log.topic == TOPICS.index("vision")) & (log.turn == 0)
    own = own + np.where(seen, 180 + 1400 * uniform(log.task, "image"), 0)
    head = np.asarray(pc.fill_null(pc.utf8_length(system), 0)) / 4.0 + np.where(tools, 400 + pick(3000, toolkit, "size"), 0)
    both = own + output
    total = np.cumsum(both)
    start = np.maximum.accumulate(np.where(log.turn == 0, np.arange(len(own)), 0))
    before = total - both - (total - both)[start]
    sent = (own + head + before).astype(np.int64)
    wait = np.diff(log.day, prepend=log.day[:1]) * 86_400
    warm = (log.turn > 0) & (wait < 300) & (uniform(account, "caches") < 0.8)
    known = np.where(
        warm, head + np.maximum(before - 0.2 * output, 0), np.where((head > 1000) & (uniform(log.session, "warm") < 0.4), head, 0)
    )
    return sent, np.minimum((known // 128 * 128).astype(np.int64), sent)


def _repeats(status: I64, account: U64, retry: F64, session: U64, turn: I64) -> I64:
    """Requests that failed and that the program sent again, with success."""
    failed = np.isin(status, [429, 500, 529])
    return np.flatnonzero(failed & (uniform(account, "retries") < retry) & (uniform(session, turn, "retries") < 0.85))
