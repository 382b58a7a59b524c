"""One host's log while it is written: groups of accounts, and what they ask, by columns."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .places import APPS, BROWSERS, DISPOSABLE, EAST, FREEMAIL, NAMES, RELAYS, SDKS, TOOLS, WEIGHT, Ints, Places
from .text import EVERYDAY, POOLS, TONGUES, Objects, Text, key, mix

Floats = NDArray[np.float64]
HOUR, DAY = 3600.0, 86_400.0
FIRST_MONDAY = datetime(2026, 2, 2, tzinfo=UTC).timestamp()
MODELS, AGES = ("m-large-4", "m-small-4", "m-think-1"), (240, 200, 75)
"""and days before the log at which they were released"""
LEAST = 4
"""accounts of a group at any size"""
MOST = 700
"""requests of an account"""
RHYTHMS = {
    "people": (3, 2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 9, 8, 8, 8, 8, 9, 9, 10, 11, 10, 8, 5),
    "office": (0, 0, 0, 0, 0, 0, 1, 4, 9, 11, 11, 10, 6, 9, 11, 10, 9, 5, 2, 1, 1, 1, 0, 0),
    "evening": (3, 1, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 2, 2, 3, 5, 8, 11, 14, 15, 13, 10, 6),
    "school": (0, 0, 0, 0, 0, 0, 0, 2, 12, 14, 13, 12, 6, 8, 7, 6, 4, 3, 2, 2, 2, 1, 0, 0),
    "always": (1,) * 24,
}
"""weights of the hours of the day, where somebody is"""
When = Literal["any", "event", "launch", "deadline", "waves", "line"]
Signup = Literal["old", "fresh", "mixed", "ahead", "aged", "series", "chain"]
Client = Literal["one", "app", "few", "sdk", "sdks", "tools", "people"]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Accounts that have something in common: a crowd, or the accounts of an operator.

    Args:
        name: what they are, as the truth tells.
        size: between so many accounts at the author's size.
        load: mean requests of an account; ``spread``: sigma of their logarithms.
        work: pools from which tasks come.
        campaign: of an operator.
        kit: what is drawn for all by this name (program, instruction, frame, tasks), by default the group's; groups may share one.
        items: each conversation's own; a sheet of ``sheet`` tasks; a queue, each task to ``sheet`` accounts; one task a day.
        aside: share of conversations on anything; with an operator: cover.
        frames: how many forms the tasks are wrapped in by all; 0: everybody's own words.
        system: instruction of none, one of all, each its own.
        sampling: parameters not sent, of all, each its own.
        when: how first visits fall: on any day, in one event, after a launch, before a deadline, in ``waves``, one after another.
        at: place of the event in the log, drawn if None; ``width``: its hours.
        stay: days on which accounts come back after the first; ``sit``: mean requests of a visit, ``pace`` seconds apart.
        signup: long ago, just before the first visit, either, in bursts ahead of it, in batches long ago, in series, each by another.
        lag: minutes from registration to the first visit.
        halls: places that those of the net "hall" share.
        cards, phones: accounts to each; 1: their own, if any; 0: none.
        banned: share of accounts closed, at ``ban_at`` of the log, or sometime.
    """

    name: str
    size: tuple[int, int]
    load: float
    spread: float = 0.6
    least: int = 1
    work: tuple[str, ...] = EVERYDAY
    campaign: str | None = None
    kit: str = ""
    items: Literal["own", "sheet", "queue", "daily"] = "own"
    sheet: int = 1
    aside: float = 0.06
    frames: int = 0
    system: Literal["none", "one", "each"] = "none"
    client: Client = "people"
    sampling: Literal["none", "one", "each"] = "none"
    tools: bool = False
    thinks: float = 0.0
    turns: float = 1.2
    when: When = "any"
    at: float | None = None
    width: float = 6.0
    waves: int = 3
    hours: str = "people"
    stay: float = 30.0
    sit: float = 4.0
    pace: float = 60.0
    signup: Signup = "mixed"
    lag: float = 20.0
    nets: Mapping[str, float] = field(default_factory=lambda: {"home": 0.75, "mobile": 0.25})
    halls: int = 1
    country: tuple[str, ...] = ()
    mail: Literal["free", "disposable", "series", "plus", "school", "relays"] = "free"
    cards: float = 1.0
    phones: float = 1.0
    plan: tuple[str, ...] = ("free", "free", "payg", "plus")
    kind: str = "individual"
    banned: float = 0.0
    ban_at: float | None = None


@dataclass(frozen=True)
class Kit:
    """What the members of a group have in common, or could have."""

    seed: int
    programs: Mapping[str, Ints]
    system: int
    frames: Ints
    sampling: tuple[float, float, int, bool]
    moments: Floats
    country: int


class Mere:
    """A log that starts empty, on a Monday.

    Args:
        name: what the world is drawn by, with the seed.
        seed: seed.
        days: its length.
        factor: size relative to the author's.
    """

    def __init__(self, name: str, seed: int, days: float, factor: float = 1.0) -> None:
        self.r = r = np.random.default_rng([seed, zlib.crc32(name.encode())])
        self.text, self.places = Text(r), Places(r)
        self.span, self.factor = days * DAY, factor
        self.start = FIRST_MONDAY + 7 * DAY * float(r.integers(0, 25))
        self.salt = int(r.integers(1 << 62))
        self.programs: list[tuple[str, str, bool]] = []
        """user agent, JA4, whether it speaks to the API"""
        self.shared = {
            name: [self._program(agent, name not in ("browsers", "apps")) for agent in agents]
            for name, agents in (("browsers", BROWSERS), ("apps", APPS), ("sdks", SDKS), ("tools", TOOLS))
        }
        self.systems: list[str] = []
        self.frames: list[str] = []
        self.kits: dict[str, Kit] = {}
        self._accounts: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []
        self.number = self.talks = 0

    def _program(self, agent: str, api: bool) -> int:
        r = self.r
        self.programs.append((agent, f"t13d{r.integers(10, 40)}{r.integers(10, 19)}h2_{r.bytes(6).hex()}_{r.bytes(6).hex()}", api))
        return len(self.programs) - 1

    def _instruction(self, seed: int) -> int:
        self.systems.append(str(self.text.say("system", "ask", mix(seed))[0]))
        return len(self.systems) - 1

    def kit(self, group: Group) -> Kit:
        """Of a group, drawn when it is first asked for."""
        name, r = group.kit or group.name, self.r
        if name not in self.kits:
            seed = int(r.integers(1 << 62))
            own = f"{self.text.program(seed)}/{r.integers(0, 5)}.{r.integers(0, 14)}.{r.integers(0, 9)}"
            few = r.choice(self.shared["sdks"][1:] + self.shared["tools"], 3, replace=False)
            programs = {"one": [self._program(own, True)], "app": [self._program(own, False)], "few": few.tolist()}
            programs["sdk"] = self.shared["sdks"][:1]
            self.frames += self.text.say("frame", "ask", mix(seed, np.arange(3))).tolist()
            heat, mass, most = r.choice([0.0, 0.2, 0.7, 1.0]), r.choice([0.9, 0.95, 1.0]), r.choice([600, 1024, 2048, 4096])
            self.kits[name] = Kit(
                seed, {client: np.array(among) for client, among in programs.items()}, self._instruction(seed),
                len(self.frames) - 3 + np.arange(3), (float(heat), float(mass), int(most), bool(r.random() < 0.5)),
                np.sort(r.uniform(0.03, 0.85, max(group.waves, 1))) * self.span, int(r.choice(len(NAMES), p=WEIGHT)),
            )
        return self.kits[name]

    def add(self, group: Group, size: float | None = None) -> None:
        """Add accounts and all that they ask."""
        usual = size or int(self.r.integers(group.size[0], group.size[1] + 1))
        n = max(LEAST, round(usual * self.factor))
        kit = self.kit(group)
        people = self._people(group, kit, n)
        begin, created = self._begin(group, kit, people["place"], n)
        banned = self._bans(group, begin)
        self._register(group, people, created, banned)
        self._ask(group, kit, people, begin, banned)
        self.number += n

    def _people(self, group: Group, kit: Kit, n: int) -> dict[str, Any]:
        """Where they are, by which program they ask, how."""
        r, shared, places = self.r, self.shared, self.places
        among = np.array([NAMES.index(name) for name in group.country]) if group.country else np.arange(len(NAMES))
        place = r.choice(among, n, p=WEIGHT[among] / WEIGHT[among].sum())
        kinds, shares = list(group.nets), np.array(list(group.nets.values()))
        net = r.choice(len(kinds), n, p=shares / shares.sum())
        home, hall = places.home(place), np.arange(n) * group.halls // n
        if "hall" in kinds:
            one = among[0] if group.country else kit.country
            at = np.repeat(one, group.halls) if group.halls < 4 else r.choice(among, group.halls)
            place = np.where(net == kinds.index("hall"), at[hall], place)
        exits = places.halls(2 * group.halls) if "hall" in kinds else np.zeros(2, np.int64)
        rack, phones = places.hired(max(2, n // 25)), places.mobile(np.repeat(kit.country, 12))
        seats = np.empty((n, 3), np.int64)
        for seat in range(3):
            mobile = places.mobile(place)
            ways = {
                "home": np.where(r.random(n) < (1.0, 0.7, 0.3)[seat], home, mobile), "mobile": mobile,
                "hired": places.hired(n) if seat == 0 else seats[:, 0], "tunnel": places.tunnel(n),
                "proxy": places.home(r.choice(len(NAMES), n, p=WEIGHT)), "rack": r.choice(rack, n),
                "hall": exits[np.minimum(2 * hall + r.integers(0, 2, n), len(exits) - 1)],
                "phones": r.choice(phones, n),
            }
            seats[:, seat] = np.choose(net, [ways[kind] for kind in kinds])
        app = r.random(n) < 0.25
        program = {
            "people": np.where(app, r.choice(shared["apps"], n), r.choice(shared["browsers"], n)), "tools": r.choice(shared["tools"], n),
            "sdks": r.choice(shared["sdks"], n, p=np.array([34, 15, 10, 12, 8, 6, 10, 5]) / 100),
        }.get(group.client)
        program = r.choice(kit.programs[group.client], n) if program is None else program
        of_all, given = group.sampling == "one", group.sampling != "none"
        heat, mass, most, stream = (np.repeat(value, n) for value in kit.sampling)
        system = np.full(n, kit.system if group.system == "one" else -1)
        if group.system == "each":
            system = np.array([self._instruction(int(seed)) if seed % 4 else -1 for seed in r.integers(0, 1 << 62, n)])
        return {
            "place": place, "seats": seats, "program": program, "system": system,
            "proxy": np.array([kind == "proxy" for kind in kinds])[net],
            "temperature": heat if of_all else np.where(given & (r.random(n) < 0.6), r.choice([0.0, 0.2, 0.3, 0.5, 0.7, 1.0], n), np.nan),
            "top_p": mass if of_all else np.where(given & (r.random(n) < 0.3), r.choice([0.9, 0.95, 1.0], n), np.nan),
            "max_tokens": most if of_all else np.where(given & (r.random(n) < 0.5), r.choice([256, 512, 1024, 2048, 4096], n), -1),
            "stream": stream if of_all else r.random(n) < 0.6,
            "model": r.choice(3, n, p=(0.4, 0.5, 0.1)) if not group.campaign else kit.seed % 3 // 2 * 2,
            "lower": r.random(n) < 0.2,
        }

    def _clock(self, group: Group, days: Floats, place: Ints) -> Floats:
        """Moments on these days, at the hours of a rhythm where somebody is."""
        weights = np.array(RHYTHMS[group.hours], float)
        hour = self.r.choice(24, len(days), p=weights / weights.sum()) + self.r.random(len(days)) - EAST[place]
        if group.hours == "always":
            hour = self.r.random(len(days)) * 24
        moments = np.floor(days) * DAY + hour * HOUR
        return np.asarray(np.where(moments < 0, moments + DAY, moments), float)

    def _begin(self, group: Group, kit: Kit, place: Ints, n: int) -> tuple[Floats, Floats]:
        """First visits, and registrations before them."""
        r, span, width = self.r, self.span, group.width * HOUR
        moments = kit.moments if group.at is None else np.array([group.at * span])
        if group.when == "event" and group.at is None:
            moments = np.floor(moments[:1] / DAY) * DAY + (r.uniform(8, 15) - EAST[kit.country]) % 24 * HOUR
        if group.when == "any":
            begin = self._clock(group, r.uniform(0, max(span / DAY, 1.0), n), place)
        elif group.when == "event":
            begin = moments[0] + width * r.random(n) ** 1.5
        elif group.when == "line":
            begin = span * (0.02 + 0.93 * (np.arange(n) + r.random(n)) / n)
        elif group.when == "deadline":
            begin = (moments[0] if group.at else 0.85 * span) - r.exponential(width, n)
        else:
            begin = (moments[r.integers(0, len(moments), n)] if group.when == "waves" else moments[0]) + r.gamma(1.5, width / 1.5, n)
        if group.when in ("launch", "deadline") and group.width > 12:
            begin = self._clock(group, begin / DAY, place)
        begin = np.where(begin > span - 2 * HOUR, r.uniform(0.2 * span, span - 2 * HOUR, n), begin.clip(60))
        lag = r.gamma(1.5, group.lag * 60 / 1.5, n)
        old = -DAY * np.exp(r.uniform(-0.5, 6.5, n))
        fresh = begin - lag
        batch = r.integers(0, group.waves, n)
        if group.signup == "series":
            first = r.uniform(-3 * DAY, 0.45 * span, group.waves)
            created = first[batch] + np.arange(n) // group.waves * r.uniform(80, 400) * r.uniform(0.8, 1.2, n)
            created = np.minimum(created, span - 3 * HOUR)
        elif group.signup == "chain":
            created = np.log1p(r.random(n) * (np.exp(3.5) - 1)) / 3.5 * 0.8 * span
        elif group.signup == "ahead":
            created = np.minimum(r.uniform(-16 * DAY, -0.1 * DAY, group.waves)[batch] + r.gamma(1.5, 2 * HOUR, n), fresh)
        elif group.signup == "aged":
            created = -r.uniform(90, 700, group.waves)[batch] * DAY + r.gamma(1.5, 5 * HOUR, n)
        else:
            created = np.where((r.random(n) < 0.5) if group.signup == "mixed" else group.signup == "old", old, fresh)
        late = created + lag
        soon = (late > 0) & (group.when == "any") & (group.signup in ("series", "chain"))
        return np.where(soon | (begin < late), late, begin), created

    def _bans(self, group: Group, begin: Floats) -> Floats:
        """When accounts are closed; never: infinity."""
        r, n, span = self.r, len(begin), self.span
        at = begin + r.random(n) * (span - begin) if group.ban_at is None else group.ban_at * span + r.gamma(2, 0.5 * HOUR, n)
        return np.where((r.random(n) < group.banned) & (at > begin + 600) & (at < span), at, np.inf)

    def _register(self, group: Group, people: dict[str, Any], created: Floats, banned: Floats) -> None:
        r, n = self.r, len(created)

        def shared(number: float, have: float) -> Objects:
            """Keyed hashes, each of so many accounts, which some lack."""
            who = np.arange(n) if number <= 1 else r.integers(0, max(1, round(n / max(number, 1))), n)
            return some((number > 0) & ((number > 1) | (r.random(n) < have)), digits(mix(self.salt, r.integers(1 << 62), who)))

        domain = np.array(FREEMAIL, object)[r.integers(0, len(FREEMAIL), n)]
        school = self.text.say("any", "town", mix(self.kit(group).seed, np.arange(n) * group.halls // n))
        series = self.text.say("any", "program", mix(self.kit(group).seed, np.arange(n) // 25))
        mails = {
            "disposable": np.array(DISPOSABLE, object)[r.integers(0, len(DISPOSABLE), n)],
            "relays": np.array(RELAYS, object)[r.integers(0, len(RELAYS), n)],
            "school": school + "-school.example", "series": series + "-mail.example",
        }
        mail = np.where(r.random(n) < 0.85, mails.get(group.mail, domain), domain)
        plan = np.array(group.plan, object)[r.integers(0, len(group.plan), n)]
        self._accounts.append({
            "account_id": np.char.add("ac_", digits(r.integers(1 << 62, size=n), 14).astype(str)).astype(object), "created_at": created,
            "kind": np.where(r.random(n) < 0.8, group.kind, "individual"),
            "verified": r.random(n) < (0.07 if group.kind == "individual" else 0.3),
            "email_domain": np.char.lower(mail.astype(str)).astype(object), "email_hash": shared(8 if group.mail == "plus" else 1, 1.0),
            "payment_hash": some((plan != "free") | (group.cards > 1), shared(group.cards, 0.8)), "phone_hash": shared(group.phones, 0.65),
            "signup_ip": np.where(r.random(n) < 0.92, people["seats"][:, 0], -1), "place": people["place"], "banned_at": banned,
            "plan": plan, "campaign": np.full(n, group.campaign, object), "crowd": np.full(n, group.name, object),
        })

    def _ask(self, group: Group, kit: Kit, people: dict[str, Any], begin: Floats, banned: Floats) -> None:
        """Visits, conversations, turns."""
        r, n = self.r, len(begin)
        season = r.uniform(0.9, 1.1) if group.campaign else r.uniform(0.8, 1.25)
        loads = group.load * season * np.exp(r.normal(-group.spread**2 / 2, group.spread, n))
        load = np.rint(loads.clip(group.least, 30 if group.campaign else MOST)).astype(np.int64)
        visits = np.ceil(load / group.sit / r.uniform(0.7, 1.6, n)).astype(np.int64)
        who = np.repeat(np.arange(n), load)
        visit = np.sort(who * 1000 + np.floor(r.random(len(who)) * visits[who]).astype(np.int64))
        first = np.r_[True, visit[1:] != visit[:-1]]
        of = np.cumsum(first) - 1
        member, order = np.divmod(visit[first], 1000)
        later = self._clock(group, begin[member] / DAY + 1 + r.random(len(member)) * group.stay, people["place"][member])
        later = np.where(later > self.span, begin[member] + r.random(len(member)) * (self.span - begin[member]), later)
        soon = begin[member] + r.random(len(member)) * max(group.stay * 24, group.width, 1) * HOUR
        starts = np.where(order == 0, begin[member], later if group.stay >= 1 else soon)
        step = np.where(first, 0.0, 2 + r.exponential(group.pace, len(who)))
        gone = np.cumsum(step)
        time = starts[of] + gone - gone[first][of] + r.random(len(who))
        keep = (time >= begin[who]) & (time < np.minimum(banned[who], self.span - 1))
        who, time, of = who[keep], time[keep], of[keep]
        fresh = np.r_[True, of[1:] != of[:-1]][: len(of)] | (r.random(len(of)) < 1 / group.turns)
        talk = np.cumsum(fresh) - 1
        turn = np.arange(len(who)) - np.flatnonzero(fresh)[talk]
        talker, at, talks = who[fresh], time[fresh], int(fresh.sum())
        own = mix(self.salt, r.integers(0, 1 << 62, talks))
        rank = np.arange(talks) - np.searchsorted(talker, talker)
        if group.items == "queue":
            item = r.permutation(talks) // group.sheet if group.sheet > 1 else np.arange(talks)
        elif group.items == "sheet":
            item = (rank + r.integers(0, group.sheet, n)[talker]) % group.sheet
        else:
            item = (at // DAY).astype(np.int64)
        seed = own if group.items == "own" else mix(kit.seed, item + (self.talks if group.items == "queue" else 0))
        aside = r.random(talks) < group.aside
        seed = np.where(aside, own, seed)
        tongue = np.array([POOLS.index(TONGUES.get(name, "chat")) for name in NAMES])[people["place"][talker]]
        work = np.array([POOLS.index(name) for name in group.work])[(mix(seed, key("work")) % np.uint64(len(group.work))).astype(np.int64)]
        usual = np.array([POOLS.index(name) for name in EVERYDAY])[r.integers(0, len(EVERYDAY), talks)]
        pool = np.where(aside, np.where(r.random(talks) < 0.35, tongue, usual), work)
        frame = np.where(aside | (group.frames == 0), -1, kit.frames[r.integers(0, max(group.frames, 1), talks)])
        bare = aside & (r.random(talks) < 0.6)
        seat = people["seats"][talker, r.integers(0, 3, talks)]
        wander = people["proxy"][talker]
        seat[wander] = self.places.home(r.choice(len(NAMES), int(wander.sum()), p=WEIGHT))
        model = np.where(r.random(talks) < 0.92, np.broadcast_to(people["model"], n)[talker], r.integers(0, 3, talks))
        by_talk = {
            "seed": seed, "pool": pool, "frame": frame, "system": np.where(bare, -1, people["system"][talker]), "seat": seat,
            "model": model, "mannered": (aside | (group.frames == 0) & (group.items == "own")) & (group.system != "one"),
        }
        self._events.append({name: values[talk] for name, values in by_talk.items()} | {
            "time": time, "account": who + self.number, "talk": talk + self.talks, "turn": turn,
            "harvested": ~aside[talk] & bool(group.campaign), "thinks": np.full(len(who), group.thinks),
            "tools": np.where(group.tools, kit.seed, 0) + np.zeros(len(who), np.int64),
        } | {name: people[name][who] for name in ("program", "temperature", "top_p", "max_tokens", "stream", "lower")})
        self.talks += talks

    def accounts(self) -> dict[str, Any]:
        """All accounts, by columns."""
        return {name: np.concatenate([part[name] for part in self._accounts]) for name in self._accounts[0]}

    def events(self) -> dict[str, Any]:
        """All requests, by columns, a conversation in a row."""
        return {name: np.concatenate([part[name] for part in self._events]) for name in self._events[0]}


def some(kept: Any, values: Any) -> Objects:
    """Values, none where they are not kept."""
    out = np.array(values, object)
    out[~kept] = None
    return out


def digits(numbers: NDArray[Any], length: int = 16) -> Objects:
    """Hexadecimal digits of mixed numbers."""
    told = mix(numbers).astype(">u8").tobytes().hex().encode()
    return np.frombuffer(told, "S16").astype(f"U{length}").astype(object)
