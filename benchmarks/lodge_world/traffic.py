"""What the accounts of a group do, request by request."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .dice import Floats, Ints, Seeds, below, choose, mix, ranked, salt, unit
from .groups import Group, Habit
from .places import TONGUE_OF, clients, exits
from .wording import TONGUES, WORKS, topics

HOUR = 3_600_000_000
DAY = 24 * HOUR
MOST_TURNS = 40
FRAMES = ("none", "think", "rubric", "task", "json")
SYSTEMS = ("none", "app", "agent", "rag", "plain")
PEAKS = {
    "office": (9.5, 11, 14, 15.5), "evening": (18, 20, 21, 23), "waking": (9, 13, 16, 20, 22), "school": (10, 11, 14, 19),
    "late": (21, 23, 25),
}
"""About which hours of the local clock people ask."""
MACHINES = ("flat", "cron", "window", "night")


@dataclass(frozen=True)
class Folk:
    """The accounts of one group."""

    group: Group
    number: int
    first: int
    """place of the first among all accounts"""
    seed: Seeds
    org: Seeds
    country: Ints
    zone: Ints
    begins: Floats
    ends: Floats
    """in days of the log"""


@dataclass(frozen=True)
class Place:
    """What the host is to a request."""

    number: int
    days: float
    weekday: int
    models: Sequence[str]
    released: float | None
    """share of the log after which the last model is there"""
    paths: dict[str, float]
    inside: bool
    """clients of one firm or campus"""


def conversations(habit: Habit, folk: Folk, place: Place, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Who begins one, and when: sorted by account and time."""
    n, group = len(folk.seed), folk.number
    days = np.arange(int(np.ceil(place.days)))
    rate = habit.rate * np.exp(habit.spread * rng.standard_normal(n) - habit.spread**2 / 2)
    begins = np.maximum(folk.begins, habit.when[0] * place.days)
    ends = np.minimum(folk.ends, habit.when[1] * place.days)
    inside = np.clip(np.minimum(ends[:, None], days + 1) - np.maximum(begins[:, None], days), 0, 1)
    rest = ((days + place.weekday) % 7 >= 5) & (rng.random(n)[:, None] < 2)
    busy = rng.random((n, len(days))) < habit.days * np.where(rest, habit.weekend, 1.0)
    if habit.hours == "lesson":
        taught = {int(below(5, group, "lesson", k)[0]) for k in range(2)}
        busy &= np.isin((days + place.weekday) % 7, list(taught))
    count = rng.poisson(rate[:, None] * inside * busy / habit.turns)
    who, day = np.nonzero(count)
    times = count[who, day]
    who, day = np.repeat(who, times), np.repeat(day, times)
    hour = clock(habit.hours, group, folk.seed[who], rng) - np.where(habit.hours in ("flat", "window", "cron"), 0, folk.zone[who])
    start = ((day + hour / 24) * DAY).astype(np.int64)
    fits = (start >= begins[who] * DAY) & (start < ends[who] * DAY)
    who, start = who[fits], start[fits]
    order = np.lexsort((start, who))
    return who[order], start[order]


def clock(hours: str, group: int, account: Seeds, rng: np.random.Generator) -> Floats:
    """Hour of the local day (of the world's for machines)."""
    n = len(account)
    if hours in PEAKS:
        peaks = np.array(PEAKS[hours])
        shift = (unit(account, "early") - 0.5) * 3
        return np.asarray(peaks[rng.integers(len(peaks), size=n)] + shift + rng.normal(0, 1.2, n)) % 24
    if hours == "night":
        return np.asarray((22 + 8 * rng.random(n)) % 24)
    if hours == "lesson":
        return np.asarray(8 + 2 * below(5, group, "hour") + 1.6 * rng.beta(1.3, 1.6, n))
    if hours == "window":
        return np.asarray(20 * unit(group, "opens") + (3 + 6 * unit(group, "long")) * rng.random(n)) % 24
    if hours == "cron":
        fixed = below(24, account, "cron") + below(4, account, "quarter") / 4
        return np.asarray((fixed + 24 / (1 + below(4, account, "often")) * rng.integers(0, 4, n)) % 24 + rng.exponential(0.06, n))
    return np.asarray(24 * rng.random(n))


def requests(habit: Habit, folk: Folk, place: Place, rng: np.random.Generator, crew: int) -> dict[str, np.ndarray]:
    """All requests of one habit of a group, as columns."""
    who, start = conversations(habit, folk, place, rng)
    if not len(who):
        return {}
    n, group, me = len(who), folk.number, f"{habit.works}{habit.frame}"
    nonce = rng.integers(0, 2**63, n).astype(np.uint64)
    rank = np.arange(n) - np.searchsorted(who, who)
    task = tasks(habit, folk, who, start, rank, nonce, me, place)
    again = (rng.random(n) < habit.replay) & (n > 20)
    if again.any():  # of an earlier conversation, the words of all turns
        earlier = np.argsort(start, kind="stable")
        place_of = np.empty(n, np.int64)
        place_of[earlier] = np.arange(n)
        source = earlier[(place_of * rng.random(n)).astype(np.int64)]
        told = nonce.copy()
        task, told, speaker = (np.where(again, column[source], column) for column in (task, told, who))
    else:
        told, speaker = nonce, who
    length = np.minimum(rng.geometric(1 / max(habit.turns, 1.0), n), MOST_TURNS)
    conv = np.repeat(np.arange(n), length)
    turn = np.arange(len(conv)) - np.repeat(np.cumsum(length) - length, length)
    quick = habit.hours in MACHINES or "agent" in habit.works
    gaps = rng.exponential(9e6 if quick else 110e6, len(conv)) + (2e6 if quick else 15e6)
    gaps[turn == 0] = 0
    total = np.cumsum(gaps)
    time = start[conv] + (total - np.repeat(total[turn == 0], length)).astype(np.int64)
    asker = who[conv]
    if habit.handover:
        other = rng.integers(len(folk.seed), size=len(conv))
        there = (time >= folk.begins[other] * DAY) & (time < folk.ends[other] * DAY)
        asker = np.where((turn > 0) & there & (rng.random(len(conv)) < habit.handover), other, asker)
    keep = (time < folk.ends[asker] * DAY) & (time < place.days * DAY)
    broken = np.maximum.accumulate(np.where(keep, 0, conv + 1)) == conv + 1  # what follows a lost turn is lost
    keep &= ~broken
    conv, turn, time, asker = conv[keep], turn[keep], time[keep], asker[keep]
    return _columns(habit, folk, place, group, conv, turn, time, asker, speaker, task, told, nonce, rng, crew)


def tasks(habit: Habit, folk: Folk, who: Ints, start: Ints, rank: Ints, nonce: Seeds, me: str, place: Place) -> Seeds:
    """The number of what each conversation asks first."""
    if habit.tasks == "same":
        return mix(folk.number, "list", rank % habit.pool)
    if habit.tasks == "public":
        begin = below(habit.pool, folk.seed[who], "page")
        return mix(place.number, "public", (begin + rank) % habit.pool)
    if habit.tasks == "dealt":
        return mix(folk.number, "dealt", me, np.argsort(np.argsort(start, kind="stable")))
    if habit.tasks == "again":
        return mix(folk.seed[who], "again", rank % (2 + below(6, folk.seed[who], "few")))
    return nonce


def _one_of(wording: str, group: int, account: Seeds, nonce: Seeds, host: int, name: str) -> Seeds:
    """The number of a wording that the group, a few, each account or each request has."""
    if wording == "one":
        return np.broadcast_to(mix(group, name), account.shape)
    if wording == "few":
        return mix(group, name, ranked(6, 0.7, nonce, name))
    if wording == "account":
        return mix(account, name)
    if wording == "popular":
        return mix(host, name, ranked(25, 1.1, account, name))
    return mix(nonce, name)


def _columns(
    habit: Habit, folk: Folk, place: Place, group: int, conv: Ints, turn: Ints, time: Ints, asker: Ints, speaker: Ints, task: Seeds,
    told: Seeds, nonce: Seeds, rng: np.random.Generator, crew: int,
) -> dict[str, np.ndarray]:
    n, account, talk = len(conv), folk.seed[asker], nonce[conv]
    shared = habit.tasks in ("same", "public", "dealt")
    kind = mix(task[conv], "kind")
    names = list(habit.works)
    work = np.array([WORKS.index(name) for name in names])[choose(habit.works, kind, "work")]
    every = topics()
    listed = [every.index(name) for name in habit.topics] or list(range(len(every)))
    owner = folk.seed[speaker[conv]]  # whose words these are: of who began it, or of who said it first
    if habit.topics or shared:
        topic = np.array(listed)[below(len(listed), kind, "topic")]
    else:
        topic = below(len(every), owner, "topic", ranked(4, 1.0, kind, "topic"))
    if habit.tongues:
        tongue = np.array([TONGUES.index(name) for name in habit.tongues])[choose(habit.tongues, kind, "tongue")]
    else:
        own = native(folk.country[speaker[conv]])
        own = np.where(unit(owner, "foreign", ranked(3, 1.0, kind)) < 0.25, 0, own)
        tongue = {"public": own * 0, "dealt": own * 0, "same": own * 0 + native(folk.country[:1])}.get(habit.tasks, own)
    first = turn == 0
    say = np.where(first, task[conv], mix(task[conv], told[conv], turn))
    agentic = work == WORKS.index("agent")
    session = mix(talk, "session")
    frame = np.full(n, FRAMES.index(habit.frame[0]))
    frame[~first] = 0
    wording = np.where(frame > 0, _one_of(habit.frame[1], group, owner, mix(told[conv]), place.number, "frame"), 0)
    system = np.full(n, SYSTEMS.index(habit.system[0]))
    rules = np.where(system > 0, _one_of(habit.system[1], group, owner, talk, place.number, habit.system[0]), 0)
    desk = habit.client == "crowd" and "agent" not in habit.works and habit.system[0] == "none" and habit.hours not in MACHINES
    net = np.array(list(habit.net))[choose(habit.net, np.where(unit(account, "roams") < 0.5, account, talk), "net")]
    ip, asn, land = np.zeros(n, np.uint64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    for name in habit.net:
        rows = np.flatnonzero(net == name)
        there = exits(
            name, group, place.number, account[rows], folk.org[asker[rows]], folk.country[asker[rows]], time[rows] // DAY, talk[rows]
        )
        ip[rows], asn[rows], land[rows] = there.ip, there.asn, there.country
    which = (
        below(habit.keys, talk, "key") if habit.moves is None else (time > habit.moves * place.days * DAY + below(DAY, account, "move")) * 1
    )
    weights = folk.group.paths or place.paths
    return {
        "account": folk.first + asker, "time": time, "turn": turn, "say": say, "work": work, "agentic": agentic & ~first,
        "topic": topic, "tongue": tongue, "frame": frame, "wording": wording.astype(np.uint64), "system": system,
        "rules": rules.astype(np.uint64), "tools": _tools(habit, group, owner, place.number), **_sampling(habit, group, account),
        "model": _model(habit, account, talk, time, place), "ip": ip, "asn": asn, "land": land,
        "client": clients(habit.client, group, account, desk), "path": choose(weights, account, "path", ranked(3, 1.6, talk, "path")),
        "path_of": np.full(n, group), "key": mix(account, "key", which), "session": session,
        "harvest": np.full(n, crew if habit.harvest else -1), "flow": rng.random(n),
    }


def native(country: Ints) -> Ints:
    """The tongue of a country."""
    return np.array([TONGUES.index(tongue) for tongue in TONGUE_OF.values()])[country]


def _tools(habit: Habit, group: int, account: Seeds, host: int) -> Seeds:
    """Hash of the definitions of tools; 0 stands for none."""
    if habit.tools == "none":
        return np.zeros(account.shape, np.uint64)
    if habit.tools == "popular":
        return mix(salt("harness"), ranked(9, 1.2, account, "tools"))
    return np.broadcast_to(mix(group, "tools"), account.shape) if habit.tools == "one" else mix(account, "tools")


def _sampling(habit: Habit, group: int, account: Seeds) -> dict[str, np.ndarray]:
    """Temperature, top_p, limit and streaming; -1 stands for the default. Own: habits of many; one: of the group; none: defaults."""
    if habit.sampling == "none":
        account = np.zeros(account.shape, np.uint64)
    elif habit.sampling == "one":
        account = np.broadcast_to(mix(group, "sampling"), account.shape)
    plain = unit(account, "plain") < (0.0 if habit.sampling == "one" else 0.45)
    heat = np.array([0.0, 0.2, 0.3, 0.5, 0.6, 0.7, 0.8, 1.0])[ranked(8, 0.4, account, "heat")]
    top = np.array([-1.0, -1.0, 0.9, 0.95, 1.0])[below(5, account, "top")]
    limit = np.array([-1, 256, 512, 1024, 2048, 4096, 8192])[below(7, account, "limit")]
    off = (habit.sampling == "none") | plain
    return {
        "temperature": np.where(off, -1.0, heat), "top_p": np.where(off, -1.0, top), "limit": np.where(off, -1, limit),
        "stream": unit(account, "stream") < 0.5,
    }


def _model(habit: Habit, account: Seeds, talk: Seeds, time: Ints, place: Place) -> Ints:
    """Which of the host's models (best first; the last is new once it is released)."""
    old = len(place.models) - (place.released is not None)
    out = {
        "best": np.zeros(len(time), np.int64), "cheap": np.full(len(time), old - 1),
        "weaker": np.where(time > 0.55 * place.days * DAY, min(1, old - 1), 0),  # closed out of the best one
    }.get(habit.model, ranked(old, 0.8, account, "model", below(3, talk, "model")))
    if place.released is not None:
        since = (time / DAY - place.released * place.days) * 1.0
        if habit.model == "pivot":
            out, share, after = (
                np.zeros(len(time), np.int64), 0.35 + 0.3 * unit(mix(place.number, "pivot")), since > 0.2 + 0.6 * unit(account, "pivot"),
            )
        else:
            share = 0.5 * np.clip(since / 12, 0, 1)
            after = since > 0
            if habit.model in ("cheap", "weaker"):
                share = share * 0
        out = np.where(after & (unit(talk, "new") < share), old, out)
    return np.asarray(out, np.int64)
