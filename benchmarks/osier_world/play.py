"""Lets a party send: persons sit down, conversations go to accounts, turns follow each other. One code for all parties."""

from dataclasses import dataclass

import numpy as np

from . import hours
from .chance import F64, I64, U64, Draw, Flags, below, mix, salt, unit, weighted, within
from .party import Party, Work
from .provider import MODELS, NEW_MODEL, PATHS, SAMPLING_WEIGHTS, Addresses, Provider
from .registry import Enrolled, enrol
from .text import LANGUAGES, TOPICS

Columns = dict[str, np.ndarray]
GENRES: list[str] = [""]
"""Sections that texts are of; columns hold their numbers, and 0 stands for none."""
SPOKEN_ONLY_IN_ENGLISH = ("code", "fix", "review", "tests", "sql", "agent", "grade", "rubric", "extract")
FOLLOW = {"code": "morecode", "fix": "morecode", "review": "morecode", "tests": "morecode", "sql": "morecode", "agent": "step"}
FOLLOW |= {"maths": "morereason", "reason": "morereason", "science": "morereason"}
LONGEST = 14
GAP_PERSON, GAP_AGENT = 95 / 86_400, 9 / 86_400


def genre(name: str) -> int:
    """The number of a section."""
    if name not in GENRES:
        GENRES.append(name)
    return GENRES.index(name)


@dataclass(frozen=True)
class Played:
    """What a party leaves: accounts, and requests in order of conversation and turn."""

    party: Party
    accounts: Enrolled
    rows: Columns


@dataclass
class _Talks:
    """Conversations, a row each."""

    seed: U64
    person: U64
    voice: U64
    zone: I64
    language: I64
    time: F64
    slot: I64
    account: I64
    work: I64
    length: I64
    nth: I64

    def take(self, which: np.ndarray) -> "_Talks":
        return _Talks(**{name: values[which] for name, values in vars(self).items()})


def play(provider: Provider, party: Party, seed: int) -> Played:
    """All that a party does in the log."""
    draw = Draw(seed, party.label, party.campaign or "")
    key = np.array([draw.rng.integers(1 << 62)], np.uint64)
    accounts = enrol(provider, party, draw, key)
    talks = _talks(provider, party, draw, key, accounts)
    rows = _turns(provider, party, draw, talks, accounts)
    common = mix(np.array([provider.seed]), salt(party.shared)) if party.shared else key
    _texts(party, key, common, talks, rows)
    _clients(provider, party, draw, common, accounts, rows)
    _places(provider, party, key, common, accounts, rows)
    return Played(party, accounts, rows)


def _talks(provider: Provider, party: Party, draw: Draw, key: U64, accounts: Enrolled) -> _Talks:
    """Who starts a conversation when, about what kind of work, with which account."""
    n = party.people or party.accounts
    person = mix(key, "person", np.arange(n).astype(np.uint64))
    own = party.route == "own" and not party.people
    slots = np.arange(n) if own else (below(person, party.accounts, "slot") if party.route == "sticky" else np.zeros(n, np.int64))
    home = accounts.country[accounts.first_of[slots]] if own else weighted(provider.populous, unit(person, "country"))
    if party.local:
        home = np.full(n, accounts.country[0])
    mean_turns = sum(work.weight * work.turns for work in party.works) / sum(work.weight for work in party.works)
    load = party.load * np.exp(draw.rng.normal(0, party.spread, n) - party.spread**2 / 2)
    begins = np.full(n, party.begins * provider.days)
    ends = np.full(n, party.ends * provider.days)
    if own:
        begins = np.maximum(begins, accounts.created[accounts.first_of] + 0.002)
        leaves = unit(person, "leaves") < party.enrol.leave
        ends = np.where(leaves, begins + (ends - begins) * unit(person, "left"), ends)
        load = load * np.maximum(0.15, (ends - begins) / max(0.1, (party.ends - party.begins) * provider.days))
    count = np.maximum(1, draw.rng.poisson(load / mean_turns))
    who = np.repeat(np.arange(n), count)
    nth = within(count)
    talk = mix(person[who], nth.astype(np.uint64))
    sittings = np.maximum(1, np.ceil(count / draw.real(1.2, 3.5))).astype(np.int64)
    sitting = mix(person[who], "sitting", below(talk, sittings[who], "of sitting").astype(np.uint64))
    time = hours.begin(provider, party, draw, person[who], sitting, provider.zones[home[who]], (begins[who], ends[who]))
    time = time - np.log1p(-unit(talk, "after") * 0.999) * 0.012
    work = weighted([work.weight for work in party.works], unit(talk, "work"))
    length = _lengths(party, work, talk)
    slot = slots[who]
    if party.route == "balanced":
        slot = _balanced(accounts, party, talk, time)
    account = accounts.of(slot, time)
    speaks = np.array([work.by_account for work in party.works])[work]
    voice = np.where(speaks, accounts.seed[account], person[who])
    language = np.where(unit(person, "english") < 0.45, -1, provider.spoken[home])[who]
    made = _Talks(talk, person[who], voice, provider.zones[home[who]], language, time, slot, account, work, length, nth)
    made = made.take((time >= 0) & (time < provider.days) & (time >= accounts.created[account]) & (time < accounts.banned[account]))
    return made.take(np.argsort(made.time, kind="stable"))


def _lengths(party: Party, work: I64, talk: U64) -> I64:
    means = np.array([max(work.turns, 1.0) for work in party.works])[work]
    stop = 1 / means
    chance = unit(talk, "length")
    more = np.where(means > 1, np.floor(np.log1p(-chance) / np.log(np.maximum(1 - stop, 1e-9))), 0)
    return np.asarray(np.minimum(1 + more, LONGEST), np.int64)


def _balanced(accounts: Enrolled, party: Party, talk: U64, time: F64) -> I64:
    """Any account that is there at the time."""
    since = accounts.created[accounts.first_of]
    order = np.argsort(since, kind="stable")
    there = np.maximum(1, np.searchsorted(since[order], time, side="right"))
    return np.asarray(order[below(talk, there, "balanced")])


def _turns(provider: Provider, party: Party, draw: Draw, talks: _Talks, accounts: Enrolled) -> Columns:
    """The turns of conversations, as far as the log and the account last."""
    row = np.repeat(np.arange(len(talks.time)), talks.length)
    turn = within(talks.length)
    seed = mix(talks.seed[row], "turn", turn.astype(np.uint64))
    agent = np.array([work.tools != "none" for work in party.works])[talks.work[row]]
    gap = np.where(agent, GAP_AGENT, GAP_PERSON) * np.exp(draw.rng.normal(0, 0.8, len(row)))
    run = np.cumsum(np.where(turn == 0, 0, gap))
    first = np.flatnonzero(turn == 0)
    time = talks.time[row] + run - np.repeat(run[first], talks.length)
    slot = talks.slot[row]
    if party.handoff:
        passed = (turn > 0) & (unit(seed, "passed") < party.handoff)
        other = _balanced(accounts, party, seed, talks.time[row])
        slot = np.where(passed, other, slot)
    account = accounts.of(slot, talks.time[row])
    gone = (time >= provider.days) | (time >= accounts.banned[account]) | (time < accounts.created[account])
    lost = np.cumsum(gone)
    before = np.repeat(lost[first] - gone[first], talks.length)
    keep = lost == before  # the rest of a conversation is lost with the first turn that is
    return {
        "talk": row[keep],
        "talk_seed": talks.seed[row[keep]],
        "turn": turn[keep],
        "seed": seed[keep],
        "time": time[keep],
        "account": account[keep],
    }


def _texts(party: Party, key: U64, common: U64, talks: _Talks, rows: Columns) -> None:
    """What each row asks: section, topic, author, frame, system prompt, tools."""
    n = len(rows["talk"])
    talk = rows["talk"]
    out: Columns = {name: np.zeros(n, np.int64) for name in ("genre", "topic", "frame", "system_genre", "tools")}
    out |= {name: np.zeros(n, np.uint64) for name in ("text", "author", "frame_seed", "system_seed")}
    out |= {"styled": np.zeros(n, bool), "harvest": np.zeros(n, bool), "long": np.ones(n)}
    out["voice"] = talks.voice[talk]
    for number, work in enumerate(party.works):
        of = np.flatnonzero(talks.work[talk] == number)
        if len(of):
            _work(work, mix(key, "work", number), common, talks, talk[of], of, rows, out)
    rows |= out


def _work(work: Work, key: U64, common: U64, talks: _Talks, talk: I64, of: I64, rows: Columns, out: Columns) -> None:
    voice, first = talks.voice[talk], rows["turn"][of] == 0
    item = talks.seed[talk]
    if work.pool:
        rank = np.zeros(len(talks.time), np.int64)
        mine = np.flatnonzero(talks.work == talks.work[talk[0]])
        rank[mine] = np.arange(len(mine)) if work.deal == "once" else talks.nth[mine]
        dealt = below(item, work.pool, "any") if work.deal == "any" else rank[talk] % work.pool
        item = mix(key, "item", dealt.astype(np.uint64))
    author = item if work.pool else voice
    asked = _pick(list(work.genres.values()), work, author, item, "genre")
    names = list(work.genres)
    topics = np.array([TOPICS.index(topic) for topic in work.topics or TOPICS])
    out["topic"][of] = topics[_pick([1.0] * len(topics), work, author, item, "topic")]
    spoken = np.where(work.pool > 0, -1, talks.language[talk])
    starts = np.array([genre(name) for name in names])[asked]
    for code, language in enumerate(LANGUAGES):
        fixed = work.language == language
        can = np.array([name not in SPOKEN_ONLY_IN_ENGLISH for name in names])[asked]
        starts[fixed | ((work.language == "") & can & (spoken == code))] = genre(f"{language}.ask")
    goes_on = np.array([genre(FOLLOW.get(name, "more")) for name in names])[asked]
    if work.language:
        goes_on[:] = genre(f"{work.language}.ask")
    out["genre"][of] = np.where(first, starts, goes_on)
    out["text"][of] = np.where(first, mix(item, "text"), mix(rows["seed"][of], "text"))
    out["author"][of] = author
    out["styled"][of] = work.styled
    out["harvest"][of] = work.harvest
    out["long"][of] = work.long * np.array([LENGTHS.get(name, 320.0) for name in names])[asked]
    if work.frame:
        which = below(talks.seed[talk], work.frames, "frame").astype(np.uint64) if work.frames else talks.seed[talk]
        out["frame"][of] = np.where(first, genre(work.frame), 0)
        out["frame_seed"][of] = mix(key, "frame", which)
    accounts = mix(talks.voice[talk], "setting", below(talks.seed[talk], 2, "setting").astype(np.uint64))
    shared = np.broadcast_to(mix(common, "setting"), len(of))
    if work.system != "none":
        out["system_genre"][of] = genre("system.agent" if work.system == "public" else "system")
        out["system_seed"][of] = accounts if work.system == "own" else shared
    if work.tools != "none":
        tools = accounts if work.tools == "own" else shared
        out["tools"][of] = (mix(tools, "tools") >> np.uint64(1)).astype(np.int64)


LENGTHS = {
    "code": 620.0,
    "maths": 700.0,
    "reason": 760.0,
    "science": 600.0,
    "story": 700.0,
    "grade": 260.0,
    "classify": 25.0,
    "extract": 120.0,
}
LENGTHS |= {
    "agent": 210.0,
    "summary": 180.0,
    "translate": 190.0,
    "sql": 240.0,
    "plan": 520.0,
    "email": 210.0,
    "support": 160.0,
    "rubric": 420.0,
}


def _pick(weights: list[float], work: Work, author: U64, item: U64, name: str) -> I64:
    """Choices that a person mostly makes alike."""
    if work.pool or not work.own:
        return weighted(weights, unit(item, name))
    favourite = (work.own * unit(item, name, "which") ** 1.6).astype(np.uint64)
    own = unit(mix(author, name, favourite), name)
    return weighted(weights, np.where(unit(item, name, "free") < 0.12, unit(item, name), own))


def _clients(provider: Provider, party: Party, draw: Draw, common: U64, accounts: Enrolled, rows: Columns) -> None:
    """Pathway, client, model and sampling, which go with the account."""
    seed = accounts.device
    paths = np.array([PATHS.index(path) for path in party.path])[weighted(list(party.path.values()), unit(seed, "path"))]
    phone = unit(seed, "phone") < 0.3
    build = np.where(phone, provider.usual(provider.phones, seed), provider.usual(provider.browsers, seed))
    build = np.where(paths == 0, build, provider.usual(provider.libraries, seed))
    if party.client in ("one", "few"):
        some = provider.libraries if (paths > 0).mean() > 0.5 else provider.browsers
        few = draw.rng.choice(some, 1 if party.client == "one" else 3, replace=False)
        build = few[below(seed, len(few), "few")]
    elif party.client == "custom":
        build = np.full(len(seed), provider.add_build(f"wk/{draw.whole(1, 9)}.{draw.whole(1, 30)}", None, draw))
    elif party.client == "public":
        like = int(provider.libraries[below(common, len(provider.libraries), "like")[0]])
        name = f"kit-{int(mix(common, 'agent')[0]) % 9999:04d}/{{}}"
        builds = np.array([provider.add_build(name.format(v), like, draw) for v in ("1.8", "1.9", "2.0")])
        build = builds[weighted((1, 2, 4), unit(seed, "version"))]
    sampling = weighted(SAMPLING_WEIGHTS, unit(seed, "sampling"))
    if party.sampling != "own":
        few = draw.rng.integers(1, len(SAMPLING_WEIGHTS), 1 if party.sampling == "one" else 3)
        sampling = few[below(seed, len(few), "few samplings")]
    of = rows["account"]
    rows["path"] = paths[of]
    rows["sampling"] = np.where(paths[of] == 0, 0, sampling[of])
    rows["stream"] = (paths == 0)[of] | (unit(seed, "stream") < 0.35)[of]
    rows["build"] = build[of]
    old = weighted((8, 2), unit(seed, "model"))
    early = provider.released + np.where(unit(seed, "at once") < 0.5, unit(seed, "moved"), 6 * unit(seed, "moved"))
    moves = unit(seed, "moves") < max(party.pivot, 0.0)
    assert MODELS[NEW_MODEL] == MODELS[-1]
    rows["model"] = np.where(moves[of] & (rows["time"] > early[of]), NEW_MODEL, old[of])
    keys = mix(accounts.seed[of], "key", below(rows["seed"], 1 + below(seed, 2, "keys")[of], "which key").astype(np.uint64))
    rows["key"] = np.where(paths[of] == 0, np.uint64(0), keys)
    named = (paths == 0) | (unit(seed, "names sessions") < 0.3)
    rows["session"] = np.where(named[of], mix(rows["talk_seed"], "session"), np.uint64(0))


def _places(provider: Provider, party: Party, key: U64, common: U64, accounts: Enrolled, rows: Columns) -> None:
    """The address of each request."""
    of = rows["account"]
    seed, country = accounts.device[of], accounts.country[of]
    house = accounts.house[of]
    kinds = list(party.net)
    kind = weighted(list(party.net.values()), unit(accounts.device, "net"))[of]
    talk = mix(seed, rows["talk"].astype(np.uint64), "place")
    day = np.floor(rows["time"]).astype(np.int64)
    ip, asn, land = (np.zeros(len(of), np.int64) for _ in range(3))
    for number, name in enumerate(kinds):
        mask = kind == number
        if mask.any():
            who = house if name == "household" else seed
            found = _network(provider, name, key, common, who[mask], talk[mask], day[mask], rows["seed"][mask], country[mask])
            ip[mask], asn[mask], land[mask] = found.ip, found.asn, found.country
    rows["ip"], rows["asn"], rows["country"] = ip, asn, land


def _network(provider: Provider, name: str, key: U64, common: U64, seed: U64, talk: U64, day: I64, row: U64, country: I64) -> Addresses:
    """Addresses of a kind of network."""
    if name == "rotating":
        return provider.abroad(talk)
    if name == "rotating_each":
        return provider.abroad(row)
    if name == "sticky":
        return provider.abroad(seed)
    if name == "host":
        return provider.host(mix(seed, below(talk, 2, "of two").astype(np.uint64)))
    if name == "vpn":
        return provider.vpn(seed, talk)
    if name == "gateway":
        exits = mix(common, "gateway", below(talk, 4, "exit").astype(np.uint64))
        return provider.host(exits)
    if name == "racks":  # the hosts of one party
        return provider.host(mix(key, "rack", below(seed, 8, "rack").astype(np.uint64)))
    if name in ("office", "campus"):
        base = provider.home(country[:1], mix(common, name))
        size = 6 if name == "office" else 900
        start = base.ip[0] - base.ip[0] % 1024
        away = _home(provider, seed, talk, day, country)
        out = unit(talk, "away") < (0.15 if name == "office" else 0.3)
        inside = start + 8 + below(mix(seed, day.astype(np.uint64)), size, "desk")
        ips = np.where(out, away.ip, inside)
        return Addresses(ips, np.where(out, away.asn, base.asn[0]), np.where(out, away.country, base.country[0]))
    return _home(provider, seed, talk, day, country)


def _home(provider: Provider, seed: U64, talk: U64, day: I64, country: I64) -> Addresses:
    """At home, or with a telephone on the way; some homes get a new address each week."""
    week = np.where(unit(seed, "renumbered") < 0.35, day // 7, 0).astype(np.uint64)
    place = mix(seed, "home")
    home = provider.home(country, place)
    moved = provider.home(country, mix(place, week))
    mobile = provider.mobile(country, talk)
    roams: Flags = unit(talk, "roams") < 0.45 * unit(seed, "phone user")
    renumbered = week > 0
    fixed = Addresses(*(np.where(renumbered, b, a) for a, b in ((home.ip, moved.ip), (home.asn, moved.asn), (home.country, moved.country))))
    return Addresses(*(np.where(roams, b, a) for a, b in ((fixed.ip, mobile.ip), (fixed.asn, mobile.asn), (fixed.country, mobile.country))))
