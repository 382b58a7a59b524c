"""From groups to tables. All that is loops over a handful of groups or turns; requests are columns."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..worlds import World
from . import places, speech
from .chance import Floats, Ints, Numbers, below, mix, pick, unit
from .people import AFFAIRS, HOURS, Group, hours_of
from .places import APPS, CLIENT_NAMES, CODES, LANDS, NETS, USUAL
from .speech import FIELDS, TONGUES, WORKS

DAY = 86_400.0
START = 1_767_571_200
"""The first second from which a log may begin, in seconds since 1970: a Monday."""
MODELS = {"small": ("swift-2", "swift-3"), "mid": ("stride-3", "stride-4"), "large": ("summit-3", "summit-4"),
          "think": ("muse-1", "muse-2")}
KINDS, PLANS = ["individual", "education", "research", "startup", "enterprise"], ["free", "paid", "team", "prepaid"]
MOST_TURNS = 14
EPOCH = 1000
"""Weeks before a log that are counted."""
GOING_ROUND = 12
"""Templates that go round on the internet."""
PUBLIC = 900
"""Tasks of each of three public lists."""


@dataclass(frozen=True)
class Log:
    """What a business writes down, and when."""

    days: int
    seed: int
    lacks: tuple[str, ...]
    paths: tuple[str, ...] = ("api", "app", "cloud")
    fails: float = 0.02


def people(group: Group, nth: int, log: Log, rng: np.random.Generator) -> dict[str, Any]:
    """The accounts of a group, a column each."""
    n = max(int(group.size), 1)
    person = mix(log.seed, "person", nth, np.arange(n))
    house = mix(log.seed, "house", nth)
    begin, length = window(group, log, rng)
    lands: dict[str, float] = dict(USUAL)
    if group.lands in ("one", "few"):
        chosen = rng.choice(CODES, 1 if group.lands == "one" else 3, replace=False, p=np.array(list(USUAL.values())) / sum(USUAL.values()))
        lands = dict.fromkeys(chosen.tolist(), 1.0)
    land = pick(mix(person, "land"), lands, CODES)
    clump = clumps(group, house, n)
    if "household" in group.net:
        land = land[np.searchsorted(clump, clump)]
    how = pick(mix(person, "join"), group.join, names := ["old", "log", "burst", "batch", "yearly"])
    first = (begin if group.shape != "flat" else float(rng.uniform(-30 * (group.lives == 0), 0.4 * log.days))) * DAY
    when = {
        "old": -rng.exponential(200.0, n) * DAY,
        "log": rng.uniform(0, log.days * 0.95, n) * DAY,
        "burst": first + rng.normal(-2.0, group.burst / 2, n) * 3600 - rng.exponential(6.0, n) * 3600,
        "batch": first - rng.uniform(1, 20) * DAY + np.cumsum(rng.exponential(240.0, n)),
        "yearly": first - 365 * DAY + rng.normal(0, 9 * DAY, n),
    }
    created = np.choose(how, [when[name] for name in names])
    banned = np.where(rng.random(n) < group.banned, rng.uniform(0.1, 1.0, n) * log.days * DAY, np.inf)
    banned[banned < created + 3600] = np.inf
    ends = np.full(n, np.inf)
    owner = np.arange(n)
    if group.lives:
        slots = max(int(n * min(group.lives / max(length, 1), 1.0)), 3)
        turn = np.arange(n) // slots
        for generation in range(1, int(turn.max()) + 1):
            before = np.flatnonzero(turn == generation - 1)[: (turn == generation).sum()]
            until = np.maximum(created[before], 0.0) + rng.gamma(3.0, group.lives / 3, len(before)) * DAY
            banned[before] = until
            created[turn == generation] = until + rng.exponential(3.0, len(before)) * 3600
    twin = np.flatnonzero((rng.random(n) < 2 * group.twins) & (np.arange(n) % 2 == 1))
    other = twin - 1
    gap = rng.uniform(0.2, 0.8, len(twin)) * log.days * DAY
    created[other] = np.minimum(created[other], gap - rng.uniform(2, 90, len(twin)) * DAY)
    created[twin], ends[other], owner[twin], land[twin] = gap, gap - rng.exponential(0.3, len(twin)) * DAY, other, land[other]
    late = created > (log.days - 0.05) * DAY
    created[late] = rng.uniform(0, 0.9 * log.days, int(late.sum())) * DAY
    banned[banned < created] = np.inf
    return {"person": person, "self": person[owner], "house": np.repeat(house, n), "land": land, "created": created, "banned": banned,
            "ends": ends, "nth": np.full(n, nth), "window": (begin, length), "clump": clump, "flat": mix(house, "flat", clump)}


def clumps(group: Group, house: Numbers, n: int) -> Ints:
    """Which accounts are together, where a few share a card, a phone or a flat: numbers that only grow."""
    return np.cumsum(unit(mix(house, "edge", np.arange(n))) < 1 / max(group.clump, 1.0))


def window(group: Group, log: Log, rng: np.random.Generator) -> tuple[float, float]:
    """When a group's time begins, and how many days it lasts."""
    if group.shape == "flat":
        return 0.0, float(log.days)
    length = max(group.window * log.days, min(2.0, log.days))
    return float(rng.uniform(0, log.days - length)), length


def registry(group: Group, who: dict[str, Any]) -> dict[str, Any]:
    """What the registry says of them."""
    person, owner, house = who["person"], who["self"], who["house"]
    mail = pick(mix(owner, "mail"), group.mail, ["public", "alias", "own", "house"])
    hosts, aliases = speech.words()["host"], speech.words()["alias"]
    own = named(mix(owner, "domain"))
    ours = named(house[:1])[0]
    domain = np.choose(mail, [np.array(hosts)[below(mix(owner, "host"), len(hosts))],
                              np.array(aliases)[below(mix(owner, "alias"), len(aliases))],
                              np.char.add(own, ".example"), np.full(len(person), f"{ours}.example")])
    org = unit(mix(owner, "org"))
    orgs = np.where(org < group.one_org, house, mix(owner, "firm"))
    has_org = org < group.one_org + (1 - group.one_org) * group.own_org
    checked = unit(mix(person, "verified")) < group.verified
    clump = who["clump"]
    return {
        "kind": np.array(KINDS)[pick(mix(owner, "kind"), group.kind, KINDS)],
        "org_id": named_number("org_", mix(orgs, "org"), has_org),
        "verified": checked,
        "access_type": np.full(len(person), "passthrough" if group.resells else "application"),
        "email_domain": domain,
        "email_hash": hashed(mix(person, "address")),
        "payment_hash": shared(group.card, owner, house, clump, group.cards, "card"),
        "phone_hash": shared(group.phone, owner, house, clump, 2, "phone"),
        "plan": np.array(PLANS)[pick(mix(owner, "plan"), group.plan, PLANS)],
    }


def shared(how: dict[str, float], owner: Numbers, house: Numbers, clump: Ints, most: float, what: str) -> npt.NDArray[np.object_]:
    """Hashes of cards or phones: of one's own, of a few, of the house, or none."""
    kind = pick(mix(owner, what), how, ["own", "none", "clump", "house"])
    one = below(mix(owner, what, 2), max(round(most), 1))
    number = np.choose(kind, [mix(owner, what, 1), owner, mix(house, clump, what), mix(house, one, what)])
    found = hashed(number).astype(object)
    found[kind == 1] = None
    return found


HEX = np.array([f"{number:04x}" for number in range(65_536)])


def hashed(numbers: Numbers) -> npt.NDArray[np.str_]:
    """As a keyed hash looks."""
    again = mix(numbers, "hash")
    found: npt.NDArray[np.str_] = HEX[(again >> np.uint64(48)).astype(np.int64)]
    for bits in (32, 16, 0):
        found = np.char.add(found, HEX[((again >> np.uint64(bits)) & np.uint64(0xFFFF)).astype(np.int64)])
    return found


def named_number(prefix: str, numbers: Numbers, has: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    """Identifiers, where there is one."""
    found = np.char.add(prefix, hashed(numbers)).astype(object)
    found[~has] = None
    return found


def named(numbers: Numbers) -> npt.NDArray[np.str_]:
    """Made-up names of products and firms."""
    syllables = np.array(speech.words()["syllable"])
    found = syllables[below(mix(numbers, "a"), len(syllables))]
    for part in "bcd":
        found = np.char.add(found, syllables[below(mix(numbers, part), len(syllables))])
    return found


def conversations(group: Group, who: dict[str, Any], log: Log, rng: np.random.Generator, rate: float) -> dict[str, Any]:
    """The conversations of a group: whose, when, how long, on what."""
    n = len(who["person"])
    begin, length = who["window"]
    day = np.arange(log.days)
    weight = np.where((day % 7) >= 5, group.weekend, 1.0)
    if group.shape != "flat":
        at = (day + 0.5 - begin) / length
        inside = (at > -0.5 / length) & (at < 1 + 0.5 / length)
        rise = {"window": np.ones(log.days), "peak": np.exp(-3 * at.clip(0, 1)) * 2, "deadline": 0.25 + 2 * at.clip(0, 1) ** 3}[group.shape]
        weight = np.where(inside, weight * rise, 0.0)
    pace = rate * np.exp(rng.normal(0, group.uneven, n) - group.uneven**2 / 2) / max(group.turns, 1.0)
    often = group.there ** np.exp(rng.normal(0, min(group.uneven, 1.0) / 2, n))
    shift = rng.normal(0, min(2 * group.uneven, 1.2), n)
    there = rng.random((n, log.days)) < often[:, None]
    counts = rng.poisson(np.where(there, pace[:, None] * weight, 0.0))
    of = np.repeat(np.arange(n), counts.sum(1))
    on = np.repeat(np.tile(day, n), counts.ravel())
    total = len(of)
    own = rng.random(total) < group.own_life
    how = pick(mix(rng.integers(0, 2**62, total)), group.hours, list(HOURS))
    middle = float(rng.uniform(0, 24))
    steps = np.sort(rng.integers(0, 24 * 12, int(rng.integers(1, 5)))) / 12
    hour = np.zeros(total)
    for code, name in enumerate(HOURS):
        rows = (how == code) & ~own
        local = 0 if name in ("clock", "block", "utc", "around") else places.AHEAD[who["land"][of[rows]]]
        hour[rows] = hours_of(name, int(rows.sum()), rng, middle, steps) - local
        if name in ("office", "evening", "night"):
            hour[rows] += shift[of[rows]]
    hour[own] = np.where(rng.random(int(own.sum())) < 0.4, rng.normal(13, 3, int(own.sum())), rng.normal(20, 2.2, int(own.sum())))
    hour[own] -= places.AHEAD[who["land"][of[own]]]
    start = on * DAY + (hour % 24) * 3600
    keep = (start >= who["created"][of] + 30) & (start < who["banned"][of]) & (start < who["ends"][of]) & (start < log.days * DAY - 60)
    of, own, start = of[keep], own[keep], start[keep]
    order = np.lexsort((start, of))
    of, own, start = of[order], own[order], start[order]
    total = len(of)
    usual = np.where(own, 2.2, group.turns)
    turns = rng.geometric(1 / np.maximum(usual, 1.0001)).clip(1, MOST_TURNS)
    chat = mix(log.seed, "chat", int(who["nth"][0]), np.arange(total), who["person"][of])
    running = np.arange(total) - np.searchsorted(of, of)
    size = max(round(group.pool), 1)
    if group.order == "sequence":
        place = (below(mix(who["person"][of], "from"), max(size // 3, 1)) * (size > 400) + running) % size
    elif group.order == "split":
        place = running * n + of
    else:
        place = (size * rng.random(total) ** 1.5).astype(np.int64)
    pooled = (rng.random(total) < group.pooled) & ~own
    house = who["house"][:1]
    listed = mix("public", below(mix(house, "list"), 3), place % PUBLIC) if group.public else mix(house, "pool", place)
    item = np.where(pooled, listed, mix(chat, "item"))
    goes_on = (rng.random(total) < group.handed) & (turns > 1) & ~own & (n > 1)
    other = np.where(goes_on, (of + 1 + (rng.random(total) * (n - 1)).astype(np.int64)) % n, of)
    over = 1 + (rng.random(total) * (turns - 1)).astype(np.int64)
    alive = (start >= who["created"][other]) & (start + turns * 60 < np.minimum(who["banned"], who["ends"])[other])
    other = np.where(alive, other, of)
    return {"of": of, "own": own, "start": start, "turns": turns, "chat": chat, "item": item, "pooled": pooled, "other": other,
            "over": over, "pace": np.full(total, group.pace)}


def requests(group: Group, who: dict[str, Any], talks: dict[str, Any], log: Log, rng: np.random.Generator) -> dict[str, Any]:
    """A row each turn, with all but the text."""
    turns = talks["turns"]
    row = np.repeat(np.arange(len(turns)), turns)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(turns) - turns, turns)
    wait = np.where(nth == 0, 0.0, rng.gamma(1.3, 1 / 1.3, len(row)) * talks["pace"][row] + 1.0)
    since = np.cumsum(wait)
    first = np.cumsum(turns) - turns
    since = since - np.repeat(since[first], turns)
    when = talks["start"][row] + since
    first_of, other = talks["of"][row], talks["other"][row]
    if group.scattered:
        any_one = below(mix(talks["chat"][row], nth, "next"), len(who["person"]))
        alive = (when > who["created"][any_one]) & (when < np.minimum(who["banned"], who["ends"])[any_one])
        other = np.where((other != first_of) & alive, any_one, other)
    account = np.where(nth >= talks["over"][row], other, first_of)
    lost = np.cumsum((when >= log.days * DAY) | (when >= who["banned"][account]))
    before = lost - ((when >= log.days * DAY) | (when >= who["banned"][account]))
    keep = lost == np.repeat(before[first], turns)  # a conversation that lost a turn has no later ones
    row, nth, when, account = row[keep], nth[keep], when[keep], account[keep]
    person, house, chat = who["person"][account], who["house"][account], talks["chat"][row]
    owner = who["self"][account]
    own, item = talks["own"][row], talks["item"][row]
    ours = ~own
    tongue = tongues(group, who, account, item, house, own)
    topics = max(round(group.topics), 1)
    work = np.where(own, pick(mix(item, "work"), AFFAIRS, WORKS), pick(mix(item, "work"), group.works, WORKS))
    liked = below(mix(owner, "likes", below(mix(item, "likes"), 3)), len(FIELDS))
    told = below(mix(house, "topic", below(mix(item, "topic"), topics)), len(FIELDS))
    topic = np.where(own | (topics >= len(FIELDS)), liked, told)
    topic = np.where(talks["pooled"][row] & (topics >= len(FIELDS)), below(mix(item, "field"), len(FIELDS)), topic)
    for name, allowed in speech.FIELD_OF.items():
        rows = work == WORKS.index(name)
        topic[rows] = np.array([FIELDS.index(one) for one in allowed])[below(mix(item[rows], "of"), len(allowed))]
    path = pick(mix(owner, "path"), {name: w for name, w in group.path.items() if name in log.paths} or {log.paths[0]: 1.0},
                paths := ["api", "app", "cloud"])
    if group.campaign is None and "app" in log.paths:  # who works through a script still has the app for their own affairs
        path = np.where(own & (unit(mix(owner, "privately")) < 0.6), 1, path)
    client = pick(mix(owner, "client"), group.client, CLIENT_NAMES)
    app = np.isin(np.array(CLIENT_NAMES)[client], APPS)
    client = np.where((path == 1) & ~app, pick(mix(owner, "app"), dict.fromkeys(APPS, 1.0), CLIENT_NAMES), client)
    browser = np.isin(np.array(CLIENT_NAMES)[client], APPS)
    client = np.where((path != 1) & browser & (unit(mix(person, "sdk")) < 0.8),
                      pick(mix(person, "sdk2"), {"python": 5.0, "node": 3.0, "curl": 1.0}, CLIENT_NAMES), client)
    usual_net = pick(mix(owner, "net"), group.net, NETS)
    away = unit(mix(chat, "away")) < 0.08
    at_home = own & (usual_net >= NETS.index("office")) & (unit(mix(chat, "at home")) < 0.7) & (group.campaign is None)
    net = np.where(at_home, NETS.index("home"), usual_net)
    net = np.where(away & np.isin(net, (0, NETS.index("household"))), NETS.index("carrier"), net)
    week = (when // (7 * DAY)).astype(np.int64)
    sites = np.full(len(row), max(round(group.sites), 1))
    dweller = np.where(net == NETS.index("household"), who["flat"][account], owner)
    address, asn = places.address(net, who["land"][account], house, sites, dweller, chat, week + EPOCH)
    same = unit(mix(person, "same")) < group.one_model
    model = pick(mix(np.where(same, house, mix(person, below(mix(chat, "choice"), 3) == 0)), "model"), group.models, list(MODELS))
    lasts = max(group.keys, 1.0)
    renewed = (when / DAY + below(mix(person, "turnover"), 9)) // lasts
    key = mix(person, "key", np.where(group.keys > 1, renewed, below(mix(chat, "second"), 10) == 0))
    tooled = ours & (unit(mix(person, "tools")) < group.tools) & (path != 1)
    land = who["land"][account]
    away = (net >= NETS.index("vpn")) & (net != NETS.index("office"))
    return {"when": when, "account": account, "person": person, "owner": owner, "house": house, "chat": chat, "nth": nth, "own": own,
            "item": item, "typed": own | np.isin(np.array(CLIENT_NAMES)[client], APPS), "tongue": tongue, "work": work, "topic": topic,
            "path": path, "paths": np.array(paths)[path],
            "client": client, "address": address, "asn": asn, "model": model, "key": key, "tools": tooled, "week": week,
            "group": np.full(len(row), who["nth"][0]),
            "framed": ours & (unit(mix(chat, "framed")) < group.framed),
            "variant": below(mix(chat, "variant"), max(round(group.frames), 1)),
            "follows": ours & (unit(mix(chat, nth, "follows")) < group.follows),
            "land": np.where(away, below(mix(asn, "land"), len(CODES)), land),
            "system": pick(mix(owner, "system"), group.system, ["none", "own", "house"]),
            "sampling": pick(mix(owner, "sampling"), group.sampling, ["default", "own", "house"])}


def tongues(group: Group, who: dict[str, Any], account: Ints, item: Numbers, house: Numbers, own: npt.NDArray[np.bool_]) -> Ints:
    """The tongue of each request: of the person's land, of the house, or of the item."""
    spoken = np.zeros(len(who["person"]), np.int64)
    for code, land in enumerate(LANDS.values()):
        rows = who["land"] == code
        spoken[rows] = pick(mix(who["self"][rows], "tongue"), land.tongues, TONGUES)
    theirs = spoken[account]
    if group.tongue == "house":
        common = np.bincount(spoken, minlength=len(TONGUES)).argmax() if len(spoken) else 0
        return np.where(own, theirs, common)
    if group.tongue == "many":
        return np.where(own, theirs, below(mix(item, "tongue"), len(TONGUES)))
    return theirs


def joined(parts: list[dict[str, Any]], name: str) -> Any:
    """A column over all groups."""
    found = [part[name] for part in parts]
    return pa.concat_arrays(found) if isinstance(found[0], pa.Array) else np.concatenate(found)


def build(groups: list[Group], log: Log, rng: np.random.Generator, rates: Floats) -> World:
    """All tables."""
    everyone = [people(group, nth, log, rng) for nth, group in enumerate(groups)]
    rows, talks = [], []
    for group, who, rate in zip(groups, everyone, rates.tolist(), strict=True):
        talks.append(conversations(group, who, log, rng, rate))
        rows.append(requests(group, who, talks[-1], log, rng))
    c = {name: joined(rows, name) for name in rows[0]}
    first = np.cumsum([0] + [len(who["person"]) for who in everyone])
    c["account"] = c["account"] + first[c["group"]]
    person = joined(everyone, "person")
    ids = np.char.add("acct_", hashed(mix(person, "id")))
    start = START + int(mix(log.seed, "week")[0] % np.uint64(40)) * 7 * 86_400
    table = [registry(group, who) for group, who in zip(groups, everyone, strict=True)]
    c["org"] = np.concatenate([part["org_id"] for part in table])[c["account"]]
    events, harvested = _events(groups, c, log, ids, start)
    accounts = _accounts(table, everyone, groups, ids, log, start)
    campaign = np.repeat(np.array([group.campaign for group in groups], object), np.diff(first))
    kind = np.repeat(np.array([group.label for group in groups], object), np.diff(first))
    order = np.argsort(ids)
    told = {"campaign": pa.array(campaign[order], pa.string()), "kind": pa.array(kind[order], pa.string())}
    truth = pa.table({"account_id": pa.array(ids[order]), **told})
    released = [{"model": old, "released_at": _iso(start - (200 + 30 * nth) * DAY)} for nth, (old, _) in enumerate(MODELS.values())]
    released += [{"model": new, "released_at": _iso(start - (40 + 17 * nth) * DAY)} for nth, (_, new) in enumerate(MODELS.values())]
    released[-1]["released_at"] = _iso(start + 0.4 * log.days * DAY)
    return World(events, accounts, truth, harvested, released)


def _iso(seconds: float) -> str:
    return str(np.datetime64(int(seconds), "s")) + "Z"


def _accounts(table: list[dict[str, Any]], everyone: list[dict[str, Any]], groups: list[Group], ids: Any, log: Log,
              start: int) -> pa.Table:
    owner, land, house = (joined(everyone, name) for name in ("self", "land", "house"))
    created, banned = joined(everyone, "created"), joined(everyone, "banned")
    banned = np.where(banned < log.days * DAY, banned, np.inf)
    net = np.concatenate([pick(mix(who["self"], "net"), group.net, NETS) for group, who in zip(groups, everyone, strict=True)])
    sites = np.concatenate([np.full(len(who["self"]), max(round(group.sites), 1)) for group, who in zip(groups, everyone, strict=True)])
    person = joined(everyone, "person")
    machine = net >= NETS.index("own_cloud")
    net = np.where(machine | ((net != NETS.index("household")) & (unit(mix(person, "from home")) < 0.3)), 0, net)
    week = np.maximum(created // (7 * DAY), -900).astype(np.int64) + EPOCH
    dweller = np.where(net == NETS.index("household"), joined(everyone, "flat"), owner)
    at, _ = places.address(net, land, house, sites, dweller, mix(person, "sign-up"), week)
    order = np.argsort(ids)
    columns = {name: np.concatenate([part[name] for part in table]) for name in table[0]}
    found = pa.table({
        "account_id": pa.array(ids), "created_at": _times(start, created), **{name: pa.array(values) for name, values in columns.items()},
        "signup_ip": at, "country": pa.array(np.array(CODES)[land]),
        "banned_at": pc.if_else(pa.array(np.isfinite(banned)), _times(start, np.where(np.isfinite(banned), banned, 0.0)), None),
    })
    return found.select([name for name in found.column_names if f"accounts.{name}" not in log.lacks]).take(pa.array(order))


def _times(start: int, seconds: Floats) -> pa.Array:
    return pa.array(((start + seconds) * 1e6).astype(np.int64)).cast(pa.timestamp("us", "UTC"))


def _events(groups: list[Group], c: dict[str, Any], log: Log, ids: Any, start: int) -> tuple[pa.Table, pa.Table]:
    n = len(c["when"])
    tongue, topic, work, nth, group = (c[name] for name in ("tongue", "topic", "work", "nth", "group"))
    each = mix(c["chat"], nth, "turn")
    system, prompt = _said(groups, c, each)
    good = unit(mix(each, "status")) >= log.fails
    status = np.where(good, 200, np.array([429, 500, 529, 400])[below(mix(each, "bad"), 4)])
    noise = np.exp((unit(mix(each, "size")) + unit(mix(each, "size2")) - 1) * 1.1)
    usual = np.array(list(speech.ANSWER.values()))[work]
    size = np.maximum((usual * noise + 0.5).astype(np.int64), 1)
    response = speech.answer(work, tongue, topic, size, each)
    thinks = c["model"] == list(MODELS).index("think")
    letters = [pc.fill_null(pc.binary_length(text), 0).to_numpy() for text in (system, prompt, response)]
    asked, answered = letters[1] // 4 + 3, letters[2] // 4 + 2
    reasoning = np.where(thinks & good, (answered * (1 + 4 * unit(mix(each, "thought")))).astype(np.int64), 0)
    answered = np.where(good, answered + reasoning, 0)
    begins = np.maximum.accumulate(np.where(nth == 0, np.arange(n), 0))
    both = np.cumsum(asked + answered - reasoning)
    earlier = both - both[begins] + (asked + answered - reasoning)[begins] - (asked + answered - reasoning)
    sent = letters[0] // 4 + earlier + asked
    cached = np.where((nth > 0) & (unit(mix(each, "cache")) < 0.7), (earlier * 0.9).astype(np.int64), 0)
    keys = _keys(c, nth, prompt, system, each)
    api = c["path"] != 1
    own_heat = np.array([0.0, 0.2, 0.3, 0.5, 0.7, 0.8, 1.0])
    heat_of = np.where(c["sampling"] == 2, c["house"], c["owner"])
    cool = api & (c["sampling"] > 0)
    product = c["system"] == 2
    limit = np.array([256, 512, 800, 1024, 2048, 4096])[below(mix(heat_of, "limit"), 6)]
    houses = named(np.array([mix(log.seed, "house", k)[0] for k in range(len(groups))])).tolist()
    agents, prints = places.clients(c["client"], c["person"], c["week"], houses, group, c["house"])
    cloud = c["path"] == 2
    blind = cloud & (unit(mix(log.seed, "blind"))[0] < 0.5)
    early = c["when"] < 0.4 * log.days * DAY
    newer = unit(mix(c["owner"], "newer", c["model"])) < 0.6
    newer = np.where((c["model"] == list(MODELS).index("think")) & early, False, newer)
    names = np.array([name for pair in MODELS.values() for name in pair])

    def given(values: Any, has: Any, kind: pa.DataType) -> pa.Array:
        return pc.if_else(pa.array(np.asarray(has)), pa.array(values).cast(kind), pa.scalar(None, kind))

    def hash64(numbers: Numbers) -> pa.Array:
        return pa.array(numbers.view(np.int64))

    seen = ~blind
    table = pa.table({
        "event_id": pa.array(np.char.add("req_", hashed(mix(each, "event")))),
        "timestamp": _times(start, c["when"]),
        "account_id": pa.array(ids).take(pa.array(c["account"])),
        "org_id": pa.array(c["org"], pa.string()),
        "key_id": given(hashed(c["key"]), api, pa.string()),
        "session_id": pa.array(hashed(mix(c["chat"], c["account"], "session"))),
        "access_path": pa.array(np.where(cloud, "northcloud", c["paths"])),
        "model": pa.array(names[c["model"] * 2 + newer]),
        "system": system,
        "prompt": prompt,
        "response": pc.if_else(pa.array(good), response, pa.scalar(None, pa.string())),
        "context_key": hash64(keys),
        "parent_key": given(np.concatenate([keys[:1], keys[:-1]]).view(np.int64), nth > 0, pa.int64()),
        "tools_key": given(mix(c["house"], "tools").view(np.int64), c["tools"], pa.int64()),
        "temperature": given(own_heat[below(mix(heat_of, "heat"), 7)], cool, pa.float32()),
        "top_p": given(np.array([0.9, 0.95, 1.0])[below(mix(heat_of, "p"), 3)], cool & (unit(mix(heat_of, "has p")) < 0.3), pa.float32()),
        "max_tokens": given(limit, cool & (unit(mix(heat_of, "has limit")) < 0.6), pa.int32()),
        "stream": pa.array(np.where(api, unit(mix(np.where(product, c["house"], c["owner"]), "stream")) < 0.5, True)),
        "input_tokens": pa.array(sent).cast(pa.int32()),
        "cached_tokens": pa.array(np.minimum(cached, sent)).cast(pa.int32()),
        "output_tokens": pa.array(answered).cast(pa.int32()),
        "reasoning_tokens": pa.array(reasoning).cast(pa.int32()),
        "status": pa.array(status).cast(pa.int16()),
        "ip": pc.if_else(pa.array(seen), c["address"], pa.scalar(None, pa.string())),
        "asn": given(c["asn"], seen, pa.int32()),
        "country": given(np.array(CODES)[c["land"]], seen, pa.string()),
        "user_agent": pc.if_else(pa.array(seen), agents, pa.scalar(None, pa.string())),
        "ja4": pc.if_else(pa.array(seen), prints, pa.scalar(None, pa.string())),
    })
    taken = np.array([one.campaign is not None for one in groups])[group] & ~c["own"]
    campaigns = pa.array([one.campaign for one in groups], pa.string()).take(pa.array(group))
    harvest = pa.table({"event_id": table["event_id"].combine_chunks(), "campaign": campaigns}).filter(pa.array(taken))
    table = table.select([name for name in table.column_names if f"events.{name}" not in log.lacks])
    return table.sort_by([("timestamp", "ascending"), ("event_id", "ascending")]), harvest.sort_by("event_id")


def _keys(c: dict[str, Any], nth: Ints, prompt: pa.Array, system: pa.Array, each: Numbers) -> Numbers:
    said = speech.digest(prompt)
    found = mix(said, speech.digest(pc.fill_null(system, "")))
    for turn in range(1, MOST_TURNS):
        rows = np.flatnonzero(nth == turn)
        found[rows] = mix(found[rows - 1], said[rows], each[rows - 1])
    return found


def _said(groups: list[Group], c: dict[str, Any], each: Numbers) -> tuple[pa.Array, pa.Array]:
    """System prompts and last turns."""
    tongue, topic, work, nth, group = (c[name] for name in ("tongue", "topic", "work", "nth", "group"))
    opens = np.flatnonzero(nth == 0)
    later = np.flatnonzero(nth > 0)
    plain = speech.ask(work[opens], tongue[opens], topic[opens], c["item"][opens])
    framed = c["framed"][opens]
    common = ~framed & (unit(mix(c["chat"][opens], "going round")) < 0.03)
    most = max(max(round(one.frames), 1) for one in groups)
    variant, width = c["variant"][opens], len(TONGUES)
    round_and_round = below(mix(c["chat"][opens], "which"), GOING_ROUND) - GOING_ROUND
    code = np.where(common, round_and_round, group[opens] * most + variant) * width + tongue[opens]
    shown, place = np.unique(np.where(framed | common, code, -(10**9)), return_inverse=True)
    heads, tails = zip(*[_frame(int(one), c) for one in shown.tolist()], strict=True)
    plainly = ~(framed | common)
    styled = plainly & c["typed"][opens] & (unit(mix(c["owner"][opens], "manners")) < 0.7)
    hello = speech.of_person("hello", tongue[opens], c["owner"][opens])
    bye = speech.of_person("bye", tongue[opens], c["owner"][opens])
    nothing = pa.scalar("", pa.string())
    hello, bye = (pc.if_else(pa.array(styled), text, nothing) for text in (hello, bye))
    asked = speech.joined(hello, speech.pieces(heads, place), plain, speech.pieces(tails, place), bye)
    wording = np.where(c["follows"][later], mix(c["house"][later], below(mix(each[later], "few"), 3)), mix(each[later], "own"))
    followed = speech.follow(tongue[later], topic[later], mix(wording, "follow"), each[later])
    back = np.empty(len(nth), np.int64)
    back[np.concatenate([opens, later])] = np.arange(len(nth))
    prompt = pa.concat_arrays([asked, followed]).take(pa.array(back))
    kind = np.where(c["own"] & (c["system"] == 2), 0, c["system"])
    codes = np.where(kind == 2, c["group"], len(groups) + below(mix(c["owner"], "persona"), 400)) * width + tongue
    shown, place = np.unique(codes, return_inverse=True)
    texts = [speech.house("system", TONGUES[one % width], FIELDS[int(mix(one // width, "topic")[0] % np.uint64(len(FIELDS)))],
                          mix(c["house"][0] if one // width < len(groups) else 7, one // width)) for one in shown.tolist()]
    system = pc.if_else(pa.array(kind > 0), speech.pieces(texts, place), pa.scalar(None, pa.string()))
    return system, prompt


def _frame(code: int, c: dict[str, Any]) -> tuple[str, str]:
    """Head and tail of a template, by its number; those that go round are the same in every world."""
    if code <= -(10**9):
        return "", ""
    which, tongue = divmod(code, len(TONGUES))
    number = mix("going round", which + GOING_ROUND) if which < 0 else mix(c["house"][0], "template", which)
    field = FIELDS[int(mix(number, "topic")[0] % np.uint64(len(FIELDS)))]
    spoken = TONGUES[tongue]
    head, tail = speech.house("head", spoken, field, number), speech.house("tail", spoken, field, number)
    part = unit(mix(number, "part"))[0]
    return ("" if part < 0.25 else head), ("" if part > 0.75 else tail)
