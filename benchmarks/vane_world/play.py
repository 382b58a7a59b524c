"""Let a party act: conversations in time, who sends each turn, what it says and with which client."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .enlist import Floats, Roster, enlist
from .internet import COUNTRIES, ZONES, Internet, among, hexes
from .party import Party
from .text import TONGUES, TOPICS, Ints, Speech, Texts, compose, lowered, names

EVERYDAY = ("chat", "write", "summarise", "plan", "translate", "code", "debug", "data", "explain", "page", "native")
"""what people ask anyway, and what covers consist of"""
FRAME_OF = {
    "solve": "reason", "backward": "backward", "grade": "grade", "safe": "safe", "forge": "forge", "trace": "trace", "code": "code",
    "agent": "agent", "instruct": "instruct",
}  # fmt: skip
MACHINES = ("extract", "label", "cell", "device", "ops", "call", "listing")
"""work that programs send"""


@dataclass(frozen=True)
class Setting:
    """What all parties of a world have in common. Times are days."""

    days: int
    weekday: int
    """of the first day; Monday is 0"""
    release: float
    net: Internet
    models: dict[str, str]


def hours(rng: np.random.Generator, party: Party, where: Setting, zones: Ints, place: Ints) -> Floats:
    """When conversations begin, in days since the log began, for the place that each belongs to."""
    n, n_places = len(place), int(place.max(initial=0)) + 1
    first, last = party.span[0] * where.days, party.span[1] * where.days
    if party.hours == "runs":  # all on and off together
        runs = rng.uniform(first, last, max(2, round((last - first) * rng.uniform(0.4, 2.5))))
        lengths = rng.lognormal(np.log(2.5), 0.6, len(runs)) / 24
        which = rng.choice(len(runs), n, p=lengths / lengths.sum())
        return np.minimum(runs[which] + rng.random(n) * lengths[which], last)
    day = first + rng.random(n) * (last - first)
    rest = np.isin((day.astype(np.int64) + where.weekday) % 7, (5, 6)) & (rng.random(n) > party.weekend)
    if last - first > 4:  # who rests comes back on another day
        day = np.where(rest, day + np.where(day + 2 < last, 2, -2), day)
    whole = np.floor(day)
    if party.hours == "flat":
        return day
    if party.hours == "clock":
        slots = rng.integers(0, 288, (n_places, 4)) / 12
        return whole + slots[place, rng.integers(0, int(rng.integers(1, 5)), n)] / 24 + np.abs(rng.normal(0, 25, n)) / 86400
    if party.hours == "shift":
        hour = rng.choice([6.0, 14.0, 22.0], n_places, p=[0.45, 0.45, 0.1])[place] + rng.uniform(0, 8, n)
    elif party.hours == "office":
        hour = 8.5 + 9 * rng.beta(1.7, 1.8, n) + rng.normal(0, 0.7, n_places)[place]
    elif party.hours == "evening":
        hour = rng.normal(20, 1.9, n) + rng.normal(0, 0.6, n_places)[place]
    else:
        peaks = rng.normal(14, 4, (n_places, 2))
        hour = peaks[place, (rng.random(n) < 0.35).astype(int)] + rng.normal(0, 1, n) * rng.uniform(0.8, 3.5, n_places)[place]
    at = whole + ((hour - zones[place]) % 24) / 24
    return np.where(at < first, at + 1, at)


def dealt(rng: np.random.Generator, party: Party, roster: Roster, where: Setting) -> tuple[Ints, Floats]:
    """Place and time of each conversation."""
    n = len(roster.first) - 1
    span = (party.span[1] - party.span[0]) * where.days
    rate = party.rate * rng.lognormal(-(party.spread**2) / 2, party.spread, n) * span / party.turns
    zones = ZONES[roster.country[roster.first[:-1]]]
    if not party.queue:
        place = np.repeat(np.arange(n), rng.poisson(rate))
        return place, hours(rng, party, where, zones, place)
    total = int(rng.poisson(rate.sum()))
    at = np.sort(hours(rng, party, where, zones[:1], np.zeros(total, np.int64)))
    if party.spread > 0.3:
        return rng.choice(n, total, p=rate / rate.sum()), at
    rounds = -(-total // n)
    return np.concatenate([rng.permutation(n) for _ in range(rounds)] or [np.zeros(0, np.int64)])[:total], at


def speakers(rng: np.random.Generator, party: Party, n: int) -> tuple[Ints, Texts, Ints]:
    """Topics, names of projects and bents of the people of a party."""
    topics = np.array([TOPICS.index(topic) for topic in party.topics]) if party.topics else np.arange(len(TOPICS))
    own = topics[rng.integers(0, len(topics), (n, 4))]
    return own, names(rng, 2 * n).reshape(n, 2), rng.integers(0, 1 << 30, n)


def works(rng: np.random.Generator, party: Party, place: Ints) -> Texts:
    """The work of each conversation: of those its account does, some more than others."""
    n = int(place.max(initial=0)) + 1
    if not party.each:
        return among(rng, dict(party.works), len(place))
    own = np.stack([among(rng, dict(party.works), n) for _ in range(party.each)], axis=1)
    return own[place, (rng.random(len(place)) ** 1.7 * party.each).astype(np.int64)]


def asked(rng: np.random.Generator, work: Texts, tongue: Texts, by: Speech) -> Texts:
    """Texts of first turns."""
    out = np.empty(len(work), object)
    rule = np.where(work == "native", np.where(tongue == "", "chat", tongue), work).astype(object)
    for name in np.unique(rule.astype(str)):
        rows = np.flatnonzero(rule == name)
        out[rows] = compose(rng, f"{name}.ask" if name in TONGUES else f"ask.{name}", by.take(rows))
    return out


def house_of(rng: np.random.Generator, party: Party, purpose: int) -> np.random.Generator:
    """Draws what parties of one kin have in common; without kin, the party's own."""
    return np.random.default_rng([party.kin, purpose]) if party.kin else rng


def frames(rng: np.random.Generator, party: Party) -> dict[str, Texts]:
    """Instructions of a party by the work that they are for; one list for all is under the empty name."""
    rules = {"": f"frame.{party.frame}"}
    if party.frame == "think":
        rules = {work: f"{work}.think" for work in party.works if work in TONGUES}
    elif party.frame == "work":
        rules = {work: f"frame.{FRAME_OF[work]}" for work in party.works if work in FRAME_OF}
    by = speech(rng, party, party.frames)
    return {work: np.sum([compose(rng, rule, by) + " " for _ in range(party.stems)], axis=0) for work, rule in rules.items()}


def speech(rng: np.random.Generator, party: Party, n: int) -> Speech:
    """So many texts without a speaker."""
    topics, mine, _ = speakers(rng, party, max(1, n))
    return Speech(topics[:n, 0], mine[:n, 0], np.full(n, -1))


def pooled(rng: np.random.Generator, party: Party, place: Ints) -> Ints:
    """Which task of the pool each conversation, in order of time, takes."""
    n = len(place)
    if party.pooling == "split":
        return rng.permutation(party.pool)[np.arange(n) % party.pool]
    if party.pooling == "popular":
        return np.minimum(rng.zipf(1.5, n) - 1, party.pool - 1)
    order = np.lexsort((np.arange(n), place))
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(n) - np.searchsorted(place[order], place[order])
    return rank % party.pool


def prompts(
    rng: np.random.Generator, party: Party, place: Ints, cover: np.ndarray, who: Ints, people: tuple[Any, ...], tongue: Texts
) -> Texts:  # fmt: skip
    """First turns of conversations in order of time."""
    n = len(place)
    topics, mine, bent = people
    by = Speech(topics[who, (rng.random(n) ** 1.6 * 4).astype(np.int64)], mine[who, (rng.random(n) < 0.25).astype(int)], bent[who])
    work = works(rng, party, place)
    work[cover] = among(rng, dict.fromkeys(EVERYDAY, 1.0), int(cover.sum()))
    text = asked(rng, work, tongue, by)
    common = np.zeros(n, bool)
    if party.pool:
        common = ~cover & (rng.random(n) < party.pooled)
        rows = np.flatnonzero(common)
        house = house_of(rng, party, 0)
        kinds = among(house, dict(party.works), party.pool)
        tasks = asked(house, kinds, np.full(party.pool, "", object), speech(house, party, party.pool))
        item = pooled(rng, party, place[rows])
        text[rows], work[rows] = tasks[item], kinds[item]
    personal = ~common & (rng.random(n) < np.where(cover, 1.0, party.manners))
    text = mannered(rng, text, who, personal & ~np.isin(work, MACHINES))
    if party.frames:
        rows = np.flatnonzero(~cover & (rng.random(n) < party.framed))
        house = house_of(rng, party, 1)
        front, lists = house.random() < 0.5, frames(house, party)
        favourite = rng.random(party.frames) ** 2 + 0.02
        which = rng.choice(party.frames, len(rows), p=favourite / favourite.sum())
        for name, told in lists.items():
            mask = work[rows] == name if name else np.ones(len(rows), bool)
            head, body = told[which[mask]], text[rows[mask]]
            text[rows[mask]] = head + "\n" + body if front else body + "\n\n" + head
    return text


def mannered(rng: np.random.Generator, text: Texts, who: Ints, rows: np.ndarray) -> Texts:
    """Greetings, thanks and haste: everyone has two of a kind and uses them more or less."""
    n = int(who.max(initial=0)) + 1
    for rule, before in (("open", True), ("close", False)):
        nobody = Speech(np.zeros(2 * n, np.int64), np.full(2 * n, "", object), np.full(2 * n, -1))
        own, often = compose(rng, rule, nobody).reshape(n, 2), rng.random(n) ** 3
        mine = np.flatnonzero(rows & (rng.random(len(text)) < often[who]))
        said = own[who[mine], rng.integers(0, 2, len(mine))]
        text[mine] = said + text[mine] if before else text[mine] + said
    hasty = rng.random(n) < 0.2
    lowered(text, np.flatnonzero(rows & hasty[who]))
    return text


def systems(rng: np.random.Generator, party: Party, n: int) -> Texts:
    """System prompt of each place."""
    share, _, size = party.system.partition(" ")
    if not share:
        return np.full(n, None, object)
    k = {"party": 1, "few": int(rng.integers(2, 7)), "account": n}[share]
    return compose(rng, f"system.{size or 'small'}", speech(rng, party, k))[rng.integers(0, k, n) if share != "account" else np.arange(n)]


def shared(rng: np.random.Generator, level: str, n: int, options: Any) -> Any:
    """A setting per place: nobody's (none), everybody's own, or the party's one."""
    drawn = np.array(options, object)[rng.integers(0, len(options), n)]
    return {"account": drawn, "party": np.full(n, drawn[0], object)}.get(level, np.full(n, None, object))


def clients(rng: np.random.Generator, party: Party, where: Setting, n: int) -> tuple[Texts, Texts, Texts]:
    """Class, build and TLS fingerprint of the two clients of each place."""
    kind = np.stack([among(rng, dict(party.client), n) for _ in range(2)], axis=1)
    name, tls = np.empty((n, 2), object), np.empty((n, 2), object)
    for k, (agents, prints) in where.net.builds.items():
        rank = np.minimum(rng.geometric(0.13, (n, 2)) - 1, len(agents) - 1)
        rows = kind == k
        name[rows], tls[rows] = agents[rank[rows]], prints[rank[rows]]
    house = house_of(rng, party, 7)
    title, tls_of_tool = names(house, 1)[0].lower(), where.net.builds["sdk"][1][int(house.integers(26))]
    builds = np.array([f"{title}/{house.integers(0, 9)}.{k}" for k in range(house.integers(1, 5))], object)
    rows = kind == "tool"
    name[rows], tls[rows] = builds[rng.integers(0, len(builds), int(rows.sum()))], tls_of_tool
    return kind, name, tls


def chosen(rng: np.random.Generator, party: Party, where: Setting, at: Floats, place: Ints, fallen: np.ndarray) -> Texts:
    """Model of each request: a place has its usual one, may go over to the new one, and has the small one when it is blocked."""
    n = int(place.max(initial=0)) + 1
    usual, today = among(rng, dict(party.models), n), among(rng, dict(party.models), len(at))
    model = np.where(rng.random(len(at)) < 0.8, usual[place], today)
    ready = where.release + (rng.random(n) * party.pivot_h / 24)[place]
    model[(at > ready) & (rng.random(len(at)) < party.pivot)] = "new"
    if party.blocked:
        model[fallen] = "small"
    return np.array([where.models[name] for name in model], object)


def play(rng: np.random.Generator, party: Party, where: Setting) -> tuple[Roster, dict[str, Any]]:
    """The accounts and the requests of a party."""
    roster = enlist(rng, where.net, party, where.days)
    n_places = len(roster.first) - 1
    place, begin = dealt(rng, party, roster, where)
    order = np.argsort(begin, kind="stable")
    place, begin = place[order], begin[order]
    n = len(place)
    cover = rng.random(n) < party.cover
    who = place * party.speakers + rng.integers(0, party.speakers, n)
    if party.roaming:
        who = rng.integers(0, n_places * party.speakers, n)
    people = speakers(rng, party, n_places * party.speakers)
    tongue = np.array([COUNTRIES[int(c)][2] for c in roster.country], object)[roster.first[:-1]]
    text = prompts(rng, party, place, cover, who, people, tongue[place])

    length = np.minimum(rng.geometric(1 / max(party.turns, 1.0), n), 60)
    talk = np.repeat(np.arange(n), length)
    turn = np.arange(len(talk)) - np.repeat(np.cumsum(length) - length, length)
    gap = np.where(turn > 0, rng.lognormal(np.log(party.gap_s), 0.9, len(talk)) + 1.0, 0.0) / 86400
    total = np.cumsum(gap)
    at = begin[talk] + total - total[np.cumsum(length) - length][talk] + rng.random(len(talk)) / 86400 / 2
    at = np.where(turn > 0, at, begin[talk])
    lane = place[talk]
    other = (turn > 0) & (rng.random(len(talk)) < party.handover)
    lane[other] = rng.integers(0, n_places, int(other.sum()))
    keys = np.searchsorted(where.days * 2.0 * roster.place + roster.start + 1, where.days * 2.0 * lane + at + 1, side="right") - 1
    alive = (keys >= 0) & (at < where.days) & (at >= 0)
    account = np.maximum(keys, 0)
    alive &= (roster.place[account] == lane) & (at >= roster.start[account]) & (at <= roster.end[account])

    talk, turn, at, lane, account = talk[alive], turn[alive], at[alive], lane[alive], account[alive]
    n = len(talk)
    prompt = text[talk]
    later = np.flatnonzero(turn > 0)
    topics, mine, bent = people
    speaker = who[talk[later]]
    prompt[later] = compose(rng, f"follow.{party.follow}", Speech(topics[speaker, 0], mine[speaker, 0], bent[speaker]))
    covered = cover[talk]
    system = systems(house_of(rng, party, 2), party, n_places)[lane]
    system[covered] = None
    kind, name, tls = clients(rng, party, where, n_places)
    which = np.where(party.keys > 1, talk % 2, (rng.random(int(talk.max(initial=0)) + 1) < 0.2)[talk].astype(int))
    client = kind[lane, which]
    app = client == "browser"
    path = np.where(app, "app", among(rng, dict(party.paths) or {"api": 1.0}, n_places)[lane])
    ip, asn, country = roster.where.at(rng, account, talk, at)
    temperature = shared(house_of(rng, party, 3), party.sampling, n_places, [None, 0.0, 0.2, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0])[lane]
    top_p = shared(house_of(rng, party, 4), party.sampling, n_places, [None, None, None, 0.9, 0.95, 0.98, 1.0])[lane]
    limit = shared(house_of(rng, party, 5), party.sampling, n_places, [None, None, 512, 1000, 1024, 2000, 2048, 4096, 8192])[lane]
    kits = house_of(rng, party, 6).integers(1, 1 << 62, n_places if party.tools == "account" else 1)
    tools = shared(rng, party.tools, n_places, kits.tolist())[lane]
    for setting in (temperature, top_p, limit, tools):
        setting[app] = None
    session = hexes(rng, int(talk.max(initial=0)) + 1, 16, "s_")[talk]
    session[~app & (rng.random(n_places) < 0.7)[lane]] = None
    secret = hexes(rng, len(roster.place) * party.keys, 12, "key_")[account * party.keys + talk % party.keys]
    secret[app] = None
    effort = party.frame in ("reason", "backward", "trace", "think", "work") and party.frames > 0
    blocked_at = (party.span[0] + party.blocked * (party.span[1] - party.span[0])) * where.days
    status = np.where(rng.random(n) < 0.012, rng.choice([429, 500, 529], n), 200)
    noticed = blocked_at + rng.exponential(0.8, n_places)[lane]
    if party.blocked:
        status[(at > blocked_at) & (at < noticed)] = 403
    columns = {
        "talk": talk, "turn": turn, "day": at, "account": account, "cover": covered, "system": system, "prompt": prompt, "access_path":
        path, "model": chosen(rng, party, where, at, lane, at > noticed), "ip": ip, "asn": asn, "country": country, "user_agent":
        name[lane, which], "ja4": tls[lane, which], "temperature": temperature, "top_p": top_p, "max_tokens": limit, "tools_key": tools,
        "session_id": session, "key_id": secret, "status": status, "effort": np.full(n, effort), "stream": app | (rng.random(n_places) <
        0.5)[lane],
    }  # fmt: skip
    return roster, columns
