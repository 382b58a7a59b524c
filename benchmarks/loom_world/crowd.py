"""A crowd: people who know nothing of each other, and ask through one program."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .places import COUNTRIES, FREEMAIL, RELAYS, Address
from .text import FRAMES, TONGUES, TOPICS, Context
from .world import DAY, HOUR, MODELS, Account, Floats, Ints, Loom, Program, hashed

Net = Literal["home", "mobile", "office", "campus", "hired", "hosting", "cloud", "tunnel"]
Registry = Literal["people", "shop", "school", "laboratory", "team", "private", "prepaid"]
Signup = Literal["old", "steady", "launch", "term"]
Sampling = tuple[float | None, float | None, int | None, bool]
"""temperature, top_p, max_tokens, stream"""

RHYTHMS = {
    "people": (3, 2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 9, 8, 8, 8, 8, 9, 9, 10, 11, 10, 8, 5),
    "office": (0, 0, 0, 0, 0, 0, 1, 4, 9, 11, 11, 10, 6, 9, 11, 10, 9, 5, 2, 1, 1, 1, 0, 0),
    "evening": (3, 1, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 2, 2, 3, 5, 8, 11, 14, 15, 13, 10, 6),
    "study": (4, 2, 1, 0, 0, 0, 1, 2, 4, 7, 8, 7, 5, 7, 8, 8, 7, 6, 6, 8, 10, 11, 9, 7),
    "bedtime": (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 5, 14, 20, 9, 2, 0, 0),
    "dawn": (0, 0, 0, 1, 3, 12, 16, 6, 3, 2, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 0),
    "night": (4, 12, 18, 12, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2),
    "always": (1,) * 24,
}
"""weights of the hours of the day"""
MOST_TURNS = 30
SCHOOLS = ["ulnar-college.example", "univ-estuary.example", "tech-moraine.example", "harrowgate-u.example", "aalto-sound.example",
           "ist-meridian.example", "cedarpoint.example", "nordufer-hs.example", "u-calera.example"]
ASIDE = 0.05
"""share of conversations on what people ask now and then, as crowds and operators do"""
PERSONAL = 0.12
"""share of a crowd's members who at times ask for themselves by a browser"""


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """Users of one program.

    Args:
        name: what they are.
        work: section of the frames that says what they ask.
        size: accounts at the author's size.
        load: mean conversations of a member in the log.
        spread: how unlike loads are (sigma of logarithms).
        sitting: mean conversations in a row, ``pace`` seconds apart.
        turns: mean turns of a conversation, ``gap`` seconds apart.
        hours: one of RHYTHMS.
        utc: hours are the same for all, wherever they are.
        weekend: work at weekends relative to other days.
        active: mean share of days on which a member asks at all.
        trend: how much busier the log's end is than its beginning.
        every: hours between runs of a schedule, instead of all that; ``kept`` of the runs have something to ask.
        minute: of the hour at which schedules run; None: each at its own.
        window: hours of the day within which schedules run.
        items: each member's own; dealt out by a server, none twice; one sheet of so many for all; one for each day.
        sheet: items of the sheet.
        systems: instructions are none, the program's, or each member's own.
        country: where they are, if not everywhere.
    """

    name: str
    work: str
    size: int
    load: float = 0.0
    spread: float = 1.0
    sitting: float = 1.0
    pace: float = 20.0
    turns: float = 1.0
    gap: float = 45.0
    hours: str = "people"
    utc: bool = False
    weekend: float = 0.8
    active: float = 0.5
    trend: float = 0.0
    every: float | None = None
    kept: float = 0.9
    minute: float | None = 0.0
    window: tuple[int, int] = (0, 24)
    signup: Signup = "old"
    nets: tuple[tuple[Net, float], ...] = (("home", 0.75), ("mobile", 0.25))
    registry: Registry = "people"
    items: Literal["own", "dealt", "sheet", "daily"] = "own"
    sheet: int = 0
    systems: Literal["none", "one", "each"] = "one"
    thinks: float = 0.0
    sampling: Sampling | None = None
    tools: bool = False
    app: bool = False
    country: tuple[str, ...] = ()


def program(w: Loom, tools: bool, app: bool, sampling: Sampling | None) -> Program:
    """A new program, and its invented name."""
    r, pick = w.r, w.text.pick
    name = w.text.coined().capitalize() + pick(["Desk", "Kit", "Flow", "Bench", "Mate", "Reel", ""])
    version = f"{r.integers(0, 5)}.{r.integers(0, 14)}.{r.integers(0, 9)}"
    agent = pick(["{}/{}", "{}-py/{}", "{}/{} (node)", "{} {}"]).format(name, version)
    drawn = (pick([0.0, 0.2, 0.3, 0.7, 1.0]), pick([None, 0.9, 0.95, 1.0]), pick([800, 1024, 2000, 4096]), bool(r.random() < 0.5))
    temperature, top_p, most, stream = sampling or drawn
    return Program(agent, w.ja4(), temperature, top_p, most, stream, hashed(w.salt, name) if tools else None, not app)


class Members:
    """The accounts of a crowd in a log, and what they ask.

    Args:
        w: the log.
        crowd: who they are.
        size: accounts.
    """

    def __init__(self, w: Loom, crowd: Crowd, size: int) -> None:
        self.w, self.crowd, self.size = w, crowd, size
        self.program = program(w, crowd.tools, crowd.app, crowd.sampling)
        self._name = self.program.user_agent.replace("/", " ").split()[0]
        self._first = len(w.accounts)
        self._cloud = w.places.serverless(int(w.r.integers(12, 40)))
        self._day = float(w.r.uniform(0.1, 0.5)) * w.days
        self._season = float(w.r.uniform(0.85, 1.15))
        self._items: dict[int, tuple[Context, str]] = {}
        self._serial = int(w.r.integers(2_000, 60_000))
        self._groups = self._grouped()
        self._create()
        self._system = self._instructions() if crowd.systems == "one" else None
        self.jobs: dict[int, tuple[str, float]] = {}
        """other work of an account by its place, and its share; all else is the crowd's work"""
        self.asides: tuple[str, ...] = ()
        """works that any member takes up now and then"""
        self.cover = 0.0
        """share of an operator's conversations that are not for the harvest"""

    def _grouped(self) -> list[int]:
        """The firm, school or kiosk of each member."""
        r = self.w.r
        if self.crowd.registry == "team":
            return [int(firm) for firm in np.repeat(np.arange(self.size), r.integers(1, 6, self.size))[: self.size]]
        if self.crowd.registry == "school":
            some = r.choice(len(SCHOOLS), int(r.integers(2, 6)), replace=False)
            return [int(some[place]) for place in r.integers(0, len(some), self.size)]
        return list(range(self.size))

    def _created(self) -> Floats:
        r, w, n = self.w.r, self.w, self.size
        old = -DAY * np.exp(r.uniform(-0.7, 6.3, n))
        if self.crowd.signup == "steady":
            return np.where(r.random(n) < 0.5, old, r.uniform(-20, 0.85 * w.days, n) * DAY)
        if self.crowd.signup == "term":
            return r.normal(-3, 3, n).clip(-12, 0.4 * w.days) * DAY
        if self.crowd.signup == "launch":
            launched = self._day * DAY + r.gamma(1.5, 8, n) * HOUR
            late = r.uniform(self._day, max(self._day + 0.1, 0.9 * w.days), n) * DAY
            drawn = r.random(n)
            return np.where(drawn < 0.12, old, np.where(drawn < 0.35, late, launched)).clip(None, (w.days - 0.3) * DAY)
        return old

    def _create(self) -> None:
        w, r, crowd, pick, places = self.w, self.w.r, self.crowd, self.w.text.pick, self.w.places
        kinds, shares = [kind for kind, _ in crowd.nets], np.array([share for _, share in crowd.nets])
        nets = r.choice(len(kinds), self.size, p=shares / shares.sum()).tolist()
        countries = places.countries(self.size, crowd.country)
        offices: dict[int, tuple[Address, str]] = {}
        cards: dict[int, str] = {}
        orgs: dict[int, str] = {}
        kiosk = [w.digits(16) for _ in range(max(3, self.size // 12))]
        for place, created in enumerate(self._created().tolist()):
            group, net, country = self._groups[place], kinds[nets[place]], countries[place]
            if net == "office":
                _, country = offices.setdefault(group, (places.home(country), country))
            east, _, tongue = COUNTRIES[country]
            homes = [places.home(country) for _ in range(1 + int(r.random() < 0.4))]
            addresses = [offices[group][0]] if net == "office" else self._addresses(net, homes, country, group)
            account = Account(
                id="a_" + w.digits(13), crowd=crowd.name, campaign=None, created=created, kind="individual", org=None,
                verified=bool(r.random() < 0.07), email_domain=pick(FREEMAIL), email_hash=w.digits(16),
                payment=w.digits(16) if r.random() < 0.72 else None, phone=w.digits(16) if r.random() < 0.6 else None,
                signup_ip=(homes if net in ("cloud", "hired", "hosting") else addresses)[0][0] if r.random() < 0.9 else None,
                country=country, plan=pick(["free", "payg", "payg", "plus"]), east=float(east), addresses=addresses,
                program=self.program, key="k_" + w.digits(12), model=MODELS[int(r.choice(3, p=(0.5, 0.4, 0.1)))],
                topics=[pick(TOPICS) for _ in range(int(r.integers(2, 6)))], tongue=tongue if tongue and r.random() < 0.75 else "",
                wandering=net == "cloud",
            )
            self._register(account, group, kiosk, cards, orgs)
            if account.plan == "free":
                account.payment = None
            if crowd.systems == "each":
                account.system = self._instructions()
            w.accounts.append(account)

    def _addresses(self, net: Net, homes: list[Address], country: str, group: int) -> list[Address]:
        places = self.w.places
        match net:
            case "mobile":
                return [places.mobile(country) for _ in range(4)]
            case "campus":
                return [places.campus(group % len(SCHOOLS)) for _ in range(3)]
            case "hired":
                return [places.hired()]
            case "hosting":
                return [places.hosting()]
            case "cloud":
                return self._cloud
            case "tunnel":
                return [places.tunnel() for _ in range(4)]
            case _:
                return homes

    def _register(self, account: Account, group: int, kiosk: list[str], cards: dict[int, str], orgs: dict[int, str]) -> None:
        """What the registry says of a firm, a school, somebody who minds their privacy, a buyer of cards at a kiosk."""
        w, r, pick = self.w, self.w.r, self.w.text.pick
        own = f"{w.text.coined()}{pick(['', '-shop', 'soft', 'data', 'works'])}.{pick(['com', 'io', 'net', 'de', 'co'])}"
        match self.crowd.registry:
            case "shop":
                account.kind = pick(["startup", "startup", "individual"])
                account.email_domain = own if r.random() < 0.65 else account.email_domain
                account.org = "org_" + w.digits(10) if r.random() < 0.4 else None
            case "laboratory":
                account.kind, account.verified = pick(["research", "research", "startup", "individual"]), bool(r.random() < 0.2)
                account.email_domain = own if r.random() < 0.6 else account.email_domain
                account.org, account.plan = "org_" + w.digits(10) if r.random() < 0.4 else None, "payg"
                account.payment = w.digits(16)
            case "school":
                account.kind = "education" if r.random() < 0.85 else "individual"
                account.email_domain = SCHOOLS[group] if r.random() < 0.8 else account.email_domain
                account.plan = pick(["free", "education", "payg"])
            case "team":
                account.kind, account.plan = pick(["startup", "enterprise"]), "team"
                account.payment, account.org = cards.setdefault(group, w.digits(16)), orgs.setdefault(group, "org_" + w.digits(10))
                account.email_domain = account.org[4:10] + ".com"
            case "private":
                account.email_domain, account.phone = pick(RELAYS), None
            case "prepaid":
                account.plan, account.phone = "payg", account.phone if r.random() < 0.4 else None
                account.payment = pick(kiosk) if r.random() < 0.6 else account.payment
            case _:
                pass

    def _instructions(self) -> str:
        text, work = self.w.text, self.crowd.work
        return text.work("everyday" if work == "bot" else work, "system", {"Program": self._name, "firm": text.fill("{firm}")})

    def ask(self) -> None:
        """Log all that the members ask."""
        r, crowd = self.w.r, self.crowd
        who, starts = self._scheduled() if crowd.every else self._at_will()
        order = np.lexsort((who, starts))
        who, starts = who[order], starts[order]
        turns = np.minimum(r.geometric(1 / crowd.turns, len(who)), MOST_TURNS)
        met = np.zeros(self.size, int)
        offset = r.integers(0, max(crowd.sheet, 1), self.size)
        for row, (member, start, many) in enumerate(zip(who.tolist(), starts.tolist(), turns.tolist(), strict=True)):
            if crowd.items == "daily":
                item = int(start // DAY)
            elif crowd.items == "sheet":
                item = int(offset[member] + met[member]) % crowd.sheet
            else:
                item = -1
            met[member] += 1
            self._talk(self._first + member, start, many, item, self._serial + row)
        self._private()

    def _scheduled(self) -> tuple[Ints, Floats]:
        w, r, crowd = self.w, self.w.r, self.crowd
        assert crowd.every is not None
        runs = np.arange(0, w.span, crowd.every * HOUR)
        who, place = np.divmod(np.arange(self.size * len(runs)), len(runs))
        minute = r.uniform(0, 60 * crowd.every, self.size) if crowd.minute is None else np.full(self.size, crowd.minute)
        diligence = crowd.kept * r.beta(12, 1.5, self.size)
        if crowd.spread:
            diligence *= np.minimum(1, np.exp(r.normal(0, crowd.spread, self.size)))
        lag = r.gamma(1.5, 2.5, self.size)
        starts = runs[place] + minute[who] * 60 + lag[who] + r.gamma(1.3, 2, len(who))
        hour = (starts / HOUR + np.array([a.east for a in w.accounts[self._first :]])[who]) % 24
        kept = (r.random(len(who)) < diligence[who]) & (hour >= crowd.window[0]) & (hour < crowd.window[1])
        kept &= r.random(len(who)) < np.where((starts // DAY).astype(int) % 7 >= 5, crowd.weekend, 1.0)
        return who[kept], starts[kept]

    def _at_will(self) -> tuple[Ints, Floats]:
        w, r, crowd, n = self.w, self.w.r, self.crowd, self.size
        mean = crowd.load * self._season
        loads = mean * np.exp(r.normal(-crowd.spread**2 / 2, crowd.spread, n))
        number = r.poisson(np.minimum(loads, 30 * mean) / crowd.sitting).clip(1)
        sittings = np.repeat(np.arange(n), number)
        created = np.array([a.created for a in w.accounts[self._first :]])
        east = np.array([a.east for a in w.accounts[self._first :]])
        day = np.arange(w.days)
        weight = (r.random((n, w.days)) < r.beta(2, 2, n)[:, None] * 2 * crowd.active) + 1e-3
        weight = weight * np.where(day % 7 >= 5, crowd.weekend, 1.0) * np.exp(crowd.trend * day / w.days)
        weight = weight * np.where(day[None] + 1 > created[:, None] / DAY, 1, 0)
        share = np.cumsum(weight / weight.sum(1, keepdims=True), axis=1)
        drawn = np.minimum((share[sittings] < r.random((len(sittings), 1))).sum(1), w.days - 1)
        hours = np.array(RHYTHMS[crowd.hours], float)
        own = np.zeros(n) if crowd.hours in ("always", "night") else r.normal(0, 1.2, n)
        at = r.choice(24, len(sittings), p=hours / hours.sum()) + r.random(len(sittings)) + own[sittings]
        starts = drawn * DAY + (at % 24 - (0 if crowd.utc else east[sittings])) * HOUR
        starts = np.where(starts < created[sittings] + 60, created[sittings] + r.exponential(2 * HOUR, len(starts)) + 90, starts)
        starts = np.where(starts < 0, starts + DAY, starts)
        rows = r.geometric(1 / crowd.sitting, len(sittings))
        who = np.repeat(sittings, rows)
        steps = r.exponential(crowd.pace, len(who)) + 1
        total = np.cumsum(steps)
        begin = np.repeat(total[np.cumsum(rows) - rows] if len(rows) else total, rows)
        starts = np.repeat(starts, rows) + total - begin
        inside = starts < w.span - 5
        return who[inside], starts[inside]

    def _work(self, place: int) -> str:
        """What the next conversation of an account is about."""
        share, (own, most) = self.w.text.share(), self.jobs.get(place, ("", 0.0))
        if own and share < most:
            return own
        if self.asides and share > 1 - ASIDE:
            return self.w.text.pick(self.asides)
        return "everyday" if share < self.cover else self.crowd.work

    def _talk(self, place: int, start: float, turns: int, item: int, unit: int) -> None:
        w, text = self.w, self.w.text
        account, work = w.accounts[place], _spoken(self._work(place))
        context: Context = {"Unit": f"{unit:06d}", "tongue": ""}
        goal = account.tongue or text.pick(list(TONGUES))
        context["tongue"] = TONGUES[goal]
        if item >= 0:
            if item not in self._items:
                own: Context = {}
                self._items[item] = own, text.work(work, "open", own)
            known, prompt = self._items[item]
            context |= known
        else:
            prompt = self._asked(account, work) if work in ("everyday", "bot") else text.work(work, "open", context)
        prompts, answers = [prompt], []
        for turn in range(turns):
            if turn:
                prompts.append(text.work(work, "follow", context) if f"{work}.follow" in FRAMES else text.more())
            if work == "translate":
                answers.append(text.translated(goal, 1 + prompt.count(".") // 2))
            else:
                answers.append(text.work(work, "answer", context) if f"{work}.answer" in FRAMES else text.reply())
        gaps = 4 + w.r.exponential(self.crowd.gap, turns)
        gaps[0] = 0
        system = None if self.cover and work == "everyday" else account.system or self._system
        w.say(
            place, start + np.cumsum(gaps), prompts, answers, system, thinks=self.crowd.thinks,
            harvested=account.campaign is not None and work != "everyday",
        )

    def _asked(self, account: Account, work: str) -> str:
        text = self.w.text
        asked = text.foreign(account.tongue) if account.tongue and text.share() < 0.7 else text.question(account.topics)
        return f"{text.fill('{name}')}: {asked}" if work == "bot" else asked

    def _private(self) -> None:
        """Some members ask for themselves as well."""
        w, text = self.w, self.w.text
        for place in range(self._first, self._first + self.size):
            if text.share() < PERSONAL and not w.accounts[place].wandering:
                account = w.accounts[place]
                browser = Program(*text.pick(w.browsers), api=False)
                for start in w.r.uniform(max(0, account.created), w.span, 1 + w.r.poisson(2)).tolist():
                    w.say(place, np.array([start]), [self._asked(account, "everyday")], [text.reply()], program=browser)


def _spoken(work: str) -> str:
    """The section whose words a work uses."""
    return "agent" if work == "nightly" else work
