"""Parties live through the days of a log: who asks when, from where and what, and the tables of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..worlds import World
from . import wires, wording
from .dice import U64, below, mix, pick, unit
from .houses import API, APP, House
from .parts import Party, Routine

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
FREE_MAIL = {
    "gmail.com": 9,
    "outlook.com": 3,
    "yahoo.com": 2,
    "icloud.com": 2,
    "proton.me": 1,
    "gmx.net": 1,
    "mail.com": 0.5,
    "hotmail.com": 1.5,
}
ODD_MAIL = [
    f"{a}{b}.{c}" for a in ("inbox", "quick", "drop", "tmp", "one") for b in ("mail", "box", "post") for c in ("click", "site", "top")
]
PROFILES = {
    "day": [1, 0.5, 0.3, 0.2, 0.2, 0.4, 1, 2, 4, 5, 5, 5, 4, 5, 5, 5, 5, 5, 5, 6, 6, 5, 4, 2],
    "office": [0.05, 0.02, 0.02, 0.02, 0.02, 0.1, 0.5, 2, 6, 9, 9, 8, 4, 7, 9, 8, 6, 3, 1, 0.5, 0.4, 0.3, 0.2, 0.1],
    "evening": [2, 1, 0.5, 0.2, 0.1, 0.1, 0.3, 0.5, 0.5, 0.5, 0.6, 0.8, 1, 1, 1, 1.5, 2, 4, 6, 8, 9, 8, 6, 4],
    "night": [8, 9, 9, 8, 7, 5, 2, 1, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.5, 1, 1, 2, 3, 5, 7],
    "flat": [1.0] * 24,
}
PUBLIC = {"reason": 5, "code": 3, "tutor": 1, "ask": 3, "write": 1, "extract": 1, "data": 1, "plan": 1}
PUBLIC_TASKS = 600
LONGEST = 40
"""Turns of a conversation."""
VARIED, NONE = -2, -1
DAY_US = 86_400_000_000
MOST = 0.45
"""Share of requests that crews may have."""
OLDEST_DAYS = 5_000.0
"""Of an account: the tail of ages goes on past the first computers."""


@dataclass
class Folk:
    """The accounts of a party: numbers by which everything about them is drawn, and their lives in days since the log began."""

    party: Party
    first: int
    number: U64
    group: I64
    group_first: I64
    group_size: I64
    group_number: U64
    country: I64
    created: F64
    start: F64
    end: F64
    banned: F64
    salt: int

    def __len__(self) -> int:
        return len(self.number)


@dataclass
class Plan:
    """A routine, and how many conversations an account should have on each day."""

    folk: Folk
    routine: Routine
    expected: F64
    salt: int

    @property
    def requests(self) -> float:
        """Requests, about."""
        return float(self.expected.sum() * self.routine.turns)


class Log:
    """Fills the tables of one world."""

    def __init__(self, house: House, name: str, days: float, events: int, rng: np.random.Generator, release: bool) -> None:
        self.house, self.days, self.events, self.rng = house, days, events, rng
        self.salt = int(rng.integers(2**62))
        self.wires = wires.Wires(self.salt)
        self.start = int(rng.integers(19_800, 20_700)) * DAY_US
        self.weekday = (self.start // DAY_US + 3) % 7
        self.release = float(rng.uniform(0.3, 0.7) * days) if release else None
        self.models = [f"{name}-large-2", f"{name}-small-2", f"{name}-mini-1", f"{name}-large-3"]
        self.no_page = [wires.CLIENTS.index(name) for name in ("browser", "phone")]
        self.systems: list[str] = [wording.system_text(self.salt % 1000 + k, 9 + 3 * k, "backend") for k in range(len(wires.HARNESSES))]
        self.frames = list(wording.words()["frame.public"])
        self.public = np.arange(len(self.frames))
        self.folks: list[Folk] = []
        self.sessions = 0

    def settle(self, party: Party, n: int) -> Folk:
        """Open the accounts of a party."""
        rng, days, papers = self.rng, self.days, party.papers
        born, a, b = papers.born
        banned = np.full(n, np.nan)
        open_ended = np.full(n, float(days))
        if born == "ages":
            created = -np.minimum(a * np.exp(rng.normal(0, b, n)), OLDEST_DAYS)
            late = rng.random(n) < min(0.3, days / a)
            created[late] = rng.uniform(0, 0.97 * days, late.sum())
        elif born == "burst":
            created = a * days + np.abs(rng.normal(0, b, n))
        elif born == "lots":
            lots = -rng.uniform(min(20.0, b / 2), b, max(1, int(a)))
            created = lots[rng.integers(len(lots), size=n)] + rng.uniform(0, 0.8, n)
        else:
            created = rng.uniform(0, 0.95 * days, n)
        created = np.minimum(created, 0.97 * days)
        start = np.maximum(created + (rng.exponential(party.lag, n) if party.lag else rng.uniform(0, 0.02, n)), 0.0)
        if party.bans:
            created, start, banned = self._replaced(party, n, created)
            n = len(start)
            open_ended = np.full(n, float(days))
        if party.shut is not None:
            hit = rng.random(n) < 0.9
            banned = np.where(hit, party.shut * days + rng.exponential(0.15, n), np.nan)
        if party.campaign is None:
            hit = rng.random(n) < self.house.abuse
            banned = np.where(hit, rng.uniform(0.2, 1, n) * days, banned)
        banned = np.where(banned < np.maximum(start, created) + 0.01, np.nan, np.where(banned < days, banned, np.nan))
        sizes: list[int] = []
        while sum(sizes) < n:
            sizes.append(
                int(rng.geometric(1 / papers.unit)) if papers.unit < 8 else max(2, int(rng.lognormal(np.log(papers.unit) - 0.18, 0.6)))
            )
        group = np.repeat(np.arange(len(sizes)), sizes)[:n]
        size = np.bincount(group)
        salt = int(rng.integers(2**62))
        numbers = mix(salt, np.arange(n))
        group_number = mix(salt, group, 5)
        among = papers.country or self.house.countries
        codes = np.array([wires.COUNTRIES.index(name) for name in among])
        of = numbers if papers.unit <= 1 else np.where(unit(numbers, 61) < 0.9, group_number, numbers)
        folk = Folk(
            party, sum(map(len, self.folks)), numbers, group, (np.cumsum(size) - size)[group], size[group], group_number,
            codes[pick(unit(of, 62), among)], created, start, np.fmin(open_ended, banned), banned, salt,
        )
        self.folks.append(folk)
        return folk

    def _replaced(self, party: Party, n: int, stock: F64) -> tuple[F64, F64, F64]:
        """A pool in which each banned account is replaced by the next of the stock."""
        assert party.bans
        share, life, gap = party.bans
        begin, stop = (fraction * self.days for fraction in party.routines[0].span)
        starts = [begin + float(x) for x in self.rng.uniform(0, 0.6, max(2, int(share * n)))]
        banned: list[float] = []
        for place in range(n):
            if place >= len(starts):
                break
            died = starts[place] + float(self.rng.exponential(life)) + 0.1
            banned.append(died)
            again = died + float(self.rng.exponential(gap)) / 24
            if len(starts) < n and again < min(stop, self.days) - 0.2:
                starts.append(again)
        start = np.array(starts)
        fresh = self.rng.random(len(start)) < 0.6
        return (
            np.where(fresh, start - self.rng.exponential(0.05, len(start)), np.minimum(stock[: len(start)], start)), start,
            np.array(banned),
        )

    def plan(self, folk: Folk, routine: Routine) -> Plan:
        """How much the party is to ask on each day."""
        grid = np.arange(int(np.ceil(self.days)))
        low, high = (fraction * self.days for fraction in routine.span)
        start, end = np.maximum(folk.start, low)[:, None], np.minimum(folk.end, high)[:, None]
        there = np.clip(np.minimum(end, grid + 1) - np.maximum(start, grid), 0, 1)
        salt = int(self.rng.integers(2**62))
        weekend = np.where((grid + self.weekday) % 7 >= 5, routine.weekend, 1.0)
        ramp = 1 + routine.ramp * np.clip((grid - low) / max(high - low, 1), 0, 1) ** 2
        active = unit(folk.number[:, None], grid, salt) < routine.days
        rate = routine.rate * np.exp(routine.spread * self.rng.normal(size=len(folk)))
        return Plan(folk, routine, rate[:, None] * there * (weekend * ramp)[None, :] * active / routine.turns, salt)

    def ask(self, plan: Plan, factor: float) -> dict[str, Any]:
        """The requests of a routine, as numbers."""
        rng, folk, routine, party = self.rng, plan.folk, plan.routine, plan.folk.salt % 2**40
        expected = plan.expected * factor
        counts = np.floor(expected + rng.random(expected.shape)).astype(int) if routine.even else rng.poisson(expected)
        account = np.repeat(np.repeat(np.arange(len(folk)), expected.shape[1]), counts.ravel())
        day = np.repeat(np.tile(np.arange(expected.shape[1]), len(folk)), counts.ravel())
        at = self._hours(plan, account, day)
        order = np.argsort(at, kind="stable")
        account, day, at = account[order], day[order], at[order]
        n = len(at)
        conv = mix(plan.salt, np.arange(n))
        turns = np.minimum(rng.geometric(1 / routine.turns, n), LONGEST) if routine.turns > 1 else np.ones(n, dtype=int)
        person, owner = self._persons(plan, account, conv)
        tongue = self._tongue(folk, routine, account, person, conv)
        queue = np.arange(n) / max(n, 1)
        task, work, subject = self._task(plan, person, conv, queue)
        source, carried = np.full(n, -1), np.zeros(n, dtype=bool)
        if routine.replay and n > 10:
            again = (rng.random(n) < routine.replay) & (np.arange(n) > 5)
            old = (np.arange(n) * rng.random(n)).astype(int)
            carried = again & (rng.random(n) < 0.5)
            again &= ~again[old]
            carried &= again
            source = np.where(carried, old, -1)
            for values in (task, work, subject, tongue):
                values[again] = values[old[again]]
        frame = self._frames(plan, person, conv, account)
        frame[carried] = NONE
        # turns
        row = np.repeat(np.arange(n), turns)
        turn = np.arange(len(row)) - np.repeat(np.cumsum(turns) - turns, turns)
        wait = np.where(turn > 0, rng.exponential(routine.gap, len(row)) + 2, 0) / 86_400
        total = np.cumsum(wait)
        time = at[row] + total - total[np.cumsum(turns) - turns][row]
        sender = account[row]
        if routine.handover:
            first, size = (
                (np.zeros(len(row), dtype=int), np.full(len(row), len(folk)))
                if routine.pooled
                else (folk.group_first[sender], folk.group_size[sender])
            )
            other = first + (sender - first + 1 + rng.integers(0, 2**31, len(row)) % np.maximum(size - 1, 1)) % size
            swap = (turn > 0) & (rng.random(len(row)) < routine.handover) & (folk.start[other] < time) & (time < folk.end[other])
            sender = np.where(swap, other, sender)
        keep = (time < folk.end[sender]) & (time < self.days) & (time >= folk.start[sender])
        gone = np.minimum.reduceat(np.where(keep, LONGEST + 1, turn), np.cumsum(turns) - turns) if n else np.zeros(0, dtype=int)
        keep = turn < gone[row]
        row, turn, time, sender = row[keep], turn[keep], time[keep], sender[keep]
        who, session = folk.number[sender], mix(conv[row], sender)
        event: dict[str, Any] = {
            "account": folk.first + sender,
            "time": time,
            "turn": turn,
            "conv": self.sessions + row,
            "seed": conv[row],
            "task": task[row],
            "work": work[row],
            "subject": subject[row],
            "tongue": tongue[row],
            "frame": np.where(turn == 0, frame[row], NONE),
            "source": np.where((turn == 0) & (source[row] >= 0), self.sessions + source[row], -1),
            "person": person[row],
            "harvest": np.full(len(row), routine.harvest),
            "session": session,
        }
        self.sessions += n
        self._clients(plan, event, who, session, party, folk.group_number[sender])
        self._networks(plan, event, sender, session, party)
        self._settings(plan, event, who, owner[row], party)
        return event

    def _hours(self, plan: Plan, account: I64, day: I64) -> F64:
        rng, folk, routine = self.rng, plan.folk, plan.routine
        n = len(account)
        zone = wires.ZONES[folk.country[account]]
        low, high = (fraction * self.days for fraction in routine.span)
        if routine.hours == "blocks":
            begin, length = rng.uniform(0, 24), rng.uniform(3, 11)
            drift = rng.normal(0, 0.4, int(day.max(initial=0)) + 1)
            hour = (begin + drift[day] + rng.uniform(0, length, n)) % 24
        elif routine.hours == "clock":
            # programs that start on a minute of their own
            hour = rng.integers(0, 24, n) + unit(folk.group_number[account], 71) + rng.normal(0, 0.004, n)
        elif routine.hours == "shifts":
            hour = (below(3, folk.number[account], (day + self.weekday) // 7, 72) * 8 + 6 + rng.beta(1.5, 1.5, n) * 8 - zone) % 24
        else:
            own = np.where(routine.hours in ("day", "evening"), (unit(folk.number[account], 73) - 0.5) * 5, 0)
            hour = (pick(rng.random(n), PROFILES[routine.hours]) + rng.random(n) + own - zone) % 24
        at = day + np.clip(hour, 0, 23.9999) / 24
        first = np.maximum(np.maximum(folk.start[account], low), day)
        last = np.minimum(np.minimum(folk.end[account], high), day + 1)
        out = (at < first) | (at > last)
        return np.where(out, first + (last - first) * rng.random(n), at)

    def _persons(self, plan: Plan, account: I64, conv: U64) -> tuple[U64, U64]:
        folk, routine = plan.folk, plan.routine
        owner = folk.number[account] if not routine.pooled else mix(np.full(len(account), folk.salt))
        if not routine.people:
            return mix(folk.number[account], 81), folk.number[account]
        index = (routine.people * unit(conv, 82) ** 1.7).astype(np.int64)
        return mix(owner if routine.pooled else folk.group_number[account], index, 83), owner

    def _tongue(self, folk: Folk, routine: Routine, account: I64, person: U64, conv: U64) -> I64:
        if routine.tongues:
            return np.array([wording.TONGUES.index(name) for name in routine.tongues])[pick(unit(conv, 84), routine.tongues)]
        native = np.array([wording.TONGUES.index(wires.TONGUE_OF.get(name, "en")) for name in wires.COUNTRIES])[folk.country[account]]
        share = unit(person, 85)
        share = np.where(share < 0.35, 0.0, np.where(share > 0.6, 0.95, 0.5))
        return np.asarray(np.where(unit(conv, 86) < share, native, 0))

    def _task(self, plan: Plan, person: U64, conv: U64, queue: F64) -> tuple[U64, I64, I64]:
        routine = plan.routine
        task = mix(conv, 91)
        works = routine.works or self.house.works
        codes = np.array([wording.WORKS.index(name) for name in works])
        u = np.where(unit(conv, 92) < 0.4, unit(person, plan.salt, 93), unit(conv, 94))
        work = codes[pick(u, works)]
        names = list(wording.subjects())
        pool = np.array([names.index(name) for name in routine.subjects or names])
        if routine.queue:
            subject = pool[np.minimum((queue * len(pool)).astype(np.int64), len(pool) - 1)]
        elif routine.subjects:
            subject = pool[below(len(pool), conv, 95)]
        else:
            subject = pool[below(len(pool), person, pick(unit(conv, 96), [6, 2.5, 1.5, 1]), 97)]
        if routine.source == "sheet":
            task = mix(plan.folk.salt, below(routine.sheet, conv, 98), 99)
            work, subject = codes[pick(unit(task, 100), works)], pool[below(len(pool), task, 101)]
        shared = np.full(len(conv), routine.source == "public") | (unit(conv, 102) < max(routine.mixed, 0.015))
        known = mix(self.salt, (PUBLIC_TASKS * unit(conv, 103) ** 1.4).astype(np.int64), 104)
        listed = np.array([wording.WORKS.index(name) for name in PUBLIC])[pick(unit(known, 105), PUBLIC)]
        return (np.where(shared, known, task), np.where(shared, listed, work), np.where(shared, below(len(names), known, 106), subject))

    def _frames(self, plan: Plan, person: U64, conv: U64, account: I64) -> I64:
        routine, section = plan.routine, plan.routine.frame
        habit = ((routine.turns > 1) | bool(routine.people)) & (unit(person, 111) < 0.07) & (unit(conv, 112) < 0.5)
        listed = self.public
        frame = np.where(habit, listed[below(len(listed), person, 113)], NONE)
        if not section:
            return frame
        if section == "varied":
            fixed: Any = np.full(len(conv), VARIED)
        else:
            folk = plan.folk
            if routine.system == "person":  # each has its own
                owner = folk.number[account]
            elif routine.system == "unit" or folk.party.papers.org == "unit":
                owner = folk.group_number[account]
            else:
                owner = mix(folk.salt, below(5, conv, 114) if section == "many" else np.zeros(len(conv)))
            owners, code = np.unique(owner, return_inverse=True)
            first = len(self.frames)
            self.frames += [wording.frame("frame.trace" if section == "many" else section, int(number)) for number in owners]
            fixed = first + code.reshape(-1)
        return np.asarray(np.where(unit(conv, 116) < routine.framed, fixed, frame))

    def _clients(self, plan: Plan, event: dict[str, Any], who: U64, session: U64, party: int, group: U64) -> None:
        routine = plan.routine
        client = wires.spread(routine.client or self.house.clients, wires.CLIENTS, who, mix(event["seed"]), 121)
        if API in self.house.tags and APP not in self.house.tags:  # it has no page of its own: people use somebody's chat client
            client[np.isin(client, self.no_page)] = wires.CLIENTS.index("studio" if "studio" in self.house.clients else "chatbox")
        agent, stack = wires.build(client, who, routine.build, party)
        paths = list(self.house.paths)
        if len(paths) == 1:
            path = np.zeros(len(client), dtype=np.int64)
        else:
            hand = np.array([wires.kind(name) == wires.APP for name in wires.CLIENTS])[client]
            path = np.where(hand, paths.index("app"), paths.index("api"))
            clouds = [number for number, name in enumerate(paths) if name.startswith("cloud")]
            if clouds:
                share = routine.cloud or 0.04
                path = np.where(~hand & (unit(who, 122) < share), np.array(clouds)[below(len(clouds), who, 123)], path)
                over = np.isin(path, clouds)
                agent, stack = (np.where(over, len(wires.AGENTS) - 1, values) for values in (agent, stack))
        event |= {"client": client, "agent": agent, "stack": stack, "path": path}
        keys = 1 + below(3, who, 124) * (unit(who, 125) < 0.4)
        event["key"] = np.where(
            np.array(paths)[path] == "app", np.uint64(0), mix(who, below(np.maximum(keys, 1), event["seed"], 126)) | np.uint64(1)
        )
        # system prompts and tools
        system = np.full(len(who), -1)
        tools = np.zeros(len(who), dtype=np.uint64)
        for number, name in enumerate(wires.HARNESSES):
            used = client == wires.CLIENTS.index(name)
            system[used] = number
            tools[used] = mix(number, agent[used] % 3, 127)
        if routine.system:
            owner = {
                "one": np.full(len(who), party, dtype=np.uint64),
                "unit": group,
                "person": event["person"],
                "several": below(5, event["seed"], 128) + party % 2**30,
            }[routine.system]
            values, code = np.unique(np.asarray(owner).astype(np.uint64), return_inverse=True)
            system = code.reshape(-1) + len(self.systems)
            parts = 2 + below(9, values, 130)
            self.systems += [wording.system_text(int(value % np.uint64(2**60)), int(k)) for value, k in zip(values, parts, strict=True)]
        if routine.tools:
            tools = mix(group if routine.tools == "unit" else np.full(len(who), party), 129)
            if routine.tools == "unit":  # not all of them use any
                tools = np.where(unit(group, 132) < 0.35, tools, np.uint64(0))
        event |= {"system": system, "tools": tools}

    def _networks(self, plan: Plan, event: dict[str, Any], sender: I64, session: U64, party: int) -> None:
        folk, routine = plan.folk, plan.routine
        net = wires.spread(routine.net or self.house.nets, wires.NETS, folk.number[sender], event["seed"], 131)
        ip, asn, land = (np.full(len(net), -1) for _ in range(3))
        for number in np.unique(net):
            rows = np.flatnonzero(net == number)
            found = self.wires.address(
                wires.NETS[number], routine.exits, folk.number[sender[rows]], folk.group_number[sender[rows]], party,
                folk.country[sender[rows]], session[rows], event["time"][rows].astype(np.int64),
            )
            for values, part in zip((ip, asn, land), found, strict=True):
                values[rows] = part
        if len(self.house.paths) > 2:  # a provider sees only the cloud's own front
            hidden = event["path"] >= 2
            ip[hidden] = asn[hidden] = land[hidden] = -1
        event |= {"ip": ip, "asn": asn, "land": land}

    def _settings(self, plan: Plan, event: dict[str, Any], who: U64, owner: U64, party: int) -> None:
        routine, n = plan.routine, len(who)
        by_hand = np.array([wires.kind(name) == wires.APP for name in wires.CLIENTS])[event["client"]]
        person = np.full(n, party, dtype=np.uint64) if routine.sampling == "one" else mix(who, 140)
        choice = np.array([np.nan, np.nan, 0.0, 0.2, 0.3, 0.7, 1.0, 0.6, 0.9, 0.1])[below(10, person, 141)]
        limit = np.array([-1, -1, 512, 1024, 2048, 4096, 8192, 1500])[below(8, person, 142)]
        plain = by_hand | (routine.sampling == "default")
        event["typed"] = by_hand | bool(routine.people)
        event["temperature"] = np.where(plain, np.nan, choice)
        event["top_p"] = np.where(plain | (unit(person, 143) < 0.7), np.nan, np.array([0.9, 0.95, 1.0])[below(3, person, 144)])
        event["max_tokens"] = np.where(plain, -1, limit)
        event["stream"] = by_hand | (unit(person, 145) < 0.4)
        base = {"best": [1, 0, 0], "cheap": [0, 2, 3], "one": [1, 1, 0]}.get(routine.model)
        taste = unit(np.full(n, party) if routine.model == "one" else who, 146)
        model = pick(np.where(unit(event["seed"], 147) < 0.85, taste, unit(event["seed"], 148)), base or [5, 4, 2])
        if routine.model == "fallback":
            model = np.where(event["time"] > np.mean(routine.span) * self.days, 1, 0)
        if self.release is not None:
            since = event["time"] - self.release
            later = -np.log(np.maximum(unit(who, 149), 1e-9)) * 9
            moved = (model == 0) & (since > later) & (unit(who, 150) < 0.6)
            if routine.pivot:
                moved = (since > 0.1 + 0.5 * unit(who, 151)) & (unit(event["seed"], 152) < routine.pivot)
            model = np.where(moved, 3, model)
        event["model"] = model

    def tables(self, parts: list[dict[str, Any]]) -> World:
        """All tables."""
        e = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        order = np.lexsort((e["turn"], e["conv"]))
        e = {name: values[order] for name, values in e.items()}
        n = len(order)
        prompt, response = self._texts(e)
        failed = self.rng.random(n) < 0.004 + 0.014 * self.rng.random()
        status = np.where(failed, np.array([429, 500, 529, 503])[self.rng.integers(4, size=n)], 200)
        size = pc.utf8_length(response).to_numpy(zero_copy_only=False) // 4 + 1
        asked = pc.utf8_length(prompt).to_numpy(zero_copy_only=False) // 4 + 1
        said = np.array([*(len(text) // 4 for text in self.systems), 0])[e["system"]]
        context, parent, before = self._chain(e, prompt, response, asked + size)
        sent = asked + said + before
        cached = np.where(unit(e["seed"], 161) < 0.6, np.where(before > 0, before + said, np.where(said > 150, said, 0)), 0)
        thinks = unit(e["person"], 162) < 0.35
        thought = np.where(thinks & (e["model"] != 2), (size * (0.5 + 2 * unit(e["seed"], e["turn"], 163))).astype(np.int64), 0)
        truth_account, registry, truth = self._registry()
        names = [*self.house.paths]
        table = {
            "event_id": pa.array(_hex(self.rng, n, 10)),
            "timestamp": pa.array(self.start + (e["time"] * DAY_US).astype(np.int64), pa.timestamp("us", "UTC")),
            "account_id": truth_account.take(pa.array(e["account"])),
            "org_id": self.org.take(pa.array(e["account"])),
            "key_id": _digests(e["key"], "key_", e["key"] == 0),
            "session_id": _digests(e["session"], "", (e["path"] != names.index("app") if "app" in names else unit(e["seed"], 164) < 0.5)),
            "access_path": pa.array(names).take(pa.array(e["path"])),
            "model": pa.array(self.models).take(pa.array(e["model"])),
            "system": _nullable(self.systems, e["system"]),
            "prompt": prompt,
            "response": pc.if_else(pa.array(failed), pa.scalar(None, pa.string()), response),
            "context_key": pa.array(context.view(np.int64)),
            "parent_key": pa.array(parent.view(np.int64), mask=parent == 0),
            "tools_key": pa.array(e["tools"].view(np.int64), mask=e["tools"] == 0),
            "temperature": pa.array(e["temperature"].astype(np.float32), mask=np.isnan(e["temperature"])),
            "top_p": pa.array(e["top_p"].astype(np.float32), mask=np.isnan(e["top_p"])),
            "max_tokens": pa.array(e["max_tokens"].astype(np.int32), mask=e["max_tokens"] < 0),
            "stream": pa.array(e["stream"].astype(bool)),
            "input_tokens": pa.array(sent.astype(np.int32)),
            "cached_tokens": pa.array(cached.astype(np.int32)),
            "output_tokens": pa.array(np.where(failed, 0, size + thought).astype(np.int32)),
            "reasoning_tokens": pa.array(np.where(failed, 0, thought).astype(np.int32)),
            "status": pa.array(status.astype(np.int16)),
            "ip": _dotted(e["ip"]),
            "asn": pa.array(e["asn"].astype(np.int32), mask=e["asn"] < 0),
            "country": _nullable(list(wires.COUNTRIES), e["land"]),
            "user_agent": _nullable(wires.AGENTS[:-1], np.where(e["agent"] == len(wires.AGENTS) - 1, -1, e["agent"])),
            "ja4": _nullable(wires.PRINTS[:-1], np.where(e["stack"] == len(wires.PRINTS) - 1, -1, e["stack"])),
        }
        events = pa.table(table)
        campaigns = truth["campaign"].take(pa.array(self.place[e["account"]]))
        harvest = pa.table({"event_id": events["event_id"], "campaign": campaigns}).filter(pa.array(e["harvest"]))
        by_time = np.argsort(e["time"], kind="stable")
        return World(
            events.take(pa.array(by_time)).drop_columns([c for c in self.house.absent if c in events.column_names]),
            registry.drop_columns([c for c in self.house.no_accounts if c in registry.column_names]), truth,
            harvest.sort_by("event_id"), self._releases(),
        )

    def _texts(self, e: dict[str, Any]) -> tuple[pa.Array, pa.Array]:
        n = len(e["turn"])
        asked, answered, order = [], [], []
        works = wording.WORKS
        for tongue, work in sorted({(int(t), int(w)) for t, w in np.unique(np.stack([e["tongue"], e["work"]]), axis=1).T}):
            name, kind = wording.TONGUES[tongue], works[work]
            here = (e["tongue"] == tongue) & (e["work"] == work)
            for later in (False, True):
                rows = np.flatnonzero(here & ((e["turn"] > 0) | (e["source"] >= 0) if later else (e["turn"] == 0) & (e["source"] < 0)))
                if not len(rows):
                    continue
                code = kind in ("code", "agent", "data")
                seed = mix(e["seed"][rows], e["turn"][rows], 171) if later else e["task"][rows]
                section = ("follow.agent" if kind == "agent" else "follow") if later else kind
                if tongue:
                    section = f"{name}.follow" if later else f"{name}.{wording.FAMILY[kind]}"
                talk = wording.Rows(name, seed, e["subject"][rows], code)
                text = talk.word(section)
                if later and kind != "agent":  # many say two things at once
                    more = wording.Rows(name, mix(seed, 175), e["subject"][rows], code).word(section)
                    text = pc.if_else(pa.array(unit(seed, 176) < 0.45), pc.binary_join_element_wise(text, more, " "), text)
                asked.append(text)
                long = wording.LENGTH[kind] * np.exp(0.45 * (unit(seed, 172) + unit(seed, 173) - 1) * 2)
                long = np.where(e["frame"][rows] == NONE, long, long * 1.4) * (0.7 if later else 1.0)
                answers = wording.Rows(name, mix(e["seed"][rows], e["turn"][rows], 174), e["subject"][rows], code)
                answered.append(answers.answers(np.clip(long, 1, 25).astype(np.int64)))
                order.append(rows)
        prompt, response = wording.together(asked, order, n), wording.together(answered, order, n)
        return self._wrapped(e, prompt), response

    def _wrapped(self, e: dict[str, Any], prompt: pa.Array) -> pa.Array:
        """Habits of persons, and frames."""
        parts, order = [], []
        first = (e["turn"] == 0) & (e["source"] < 0)
        habit = np.where(e["typed"], unit(e["person"], 181), 1.0)  # programs have none
        style = np.where(~first, 0, np.where(e["frame"] == VARIED, 9, np.where(e["frame"] >= 0, 10 + e["frame"], 0)))
        style = np.where((style == 0) & first, np.where(habit < 0.1, 1, np.where(habit < 0.18, 2, np.where(habit < 0.3, 3, 0))), style)
        for number in np.unique(style):
            rows = np.flatnonzero(style == number)
            body = prompt.take(pa.array(rows))
            seed = mix(e["seed"][rows], 182)
            own = mix(e["person"][rows], below(2, seed, 183))
            subject = e["subject"][rows]
            text = wording.Rows(wording.ENGLISH, seed, subject)
            mine = wording.Rows(wording.ENGLISH, own, subject)
            if number == 1:
                body = pc.binary_join_element_wise(mine.word("vary.open"), body, " ")
            elif number == 2:
                body = pc.binary_join_element_wise(body, mine.word("vary.close"), " ")
            elif number == 3:
                body = pc.utf8_lower(body)
            elif number == 9:
                swap = below(3, seed, 184)
                opened = pc.binary_join_element_wise(text.word("vary.open"), body, text.word("vary.trace"), " ")
                bare = pc.binary_join_element_wise(body, text.word("vary.trace"), " ")
                turned = pc.binary_join_element_wise(text.word("vary.trace"), body, " ")
                body = pc.choose(pa.array(swap), opened, bare, turned)
            elif number >= 10:
                body = text.fill(self.frames[number - 10], body)
            parts.append(body)
            order.append(rows)
        return wording.together(parts, order, len(style))

    def _chain(self, e: dict[str, Any], prompt: pa.Array, response: pa.Array, tokens: I64) -> tuple[U64, U64, I64]:
        """Keys of what was sent, of what was sent the turn before, and tokens of the turns before."""
        said, heard = (pc.dictionary_encode(text).indices.to_numpy(zero_copy_only=False) for text in (prompt, response))
        own = mix(self.salt, said, e["system"] + 1)
        context, parent = mix(own, 191), np.zeros(len(own), dtype=np.uint64)
        before = np.zeros(len(own), dtype=np.int64)
        turn = e["turn"]
        opening = np.flatnonzero(turn == 0)
        at = np.full(self.sessions, -1)
        at[e["conv"][opening]] = opening
        carried = np.flatnonzero(e["source"] >= 0)
        old = at[e["source"][carried]]
        carried, old = carried[old >= 0], old[old >= 0]
        parent[carried] = context[old]
        before[carried] = tokens[old]
        context[carried] = mix(context[old], heard[old], own[carried])
        for step in range(1, int(turn.max(initial=0)) + 1):
            rows = np.flatnonzero(turn == step)
            parent[rows] = context[rows - 1]
            before[rows] = before[rows - 1] + tokens[rows - 1]
            context[rows] = mix(context[rows - 1], heard[rows - 1], own[rows])
        return context, parent, before

    def _registry(self) -> tuple[pa.Array, pa.Table, pa.Table]:
        rng = self.rng
        n = sum(map(len, self.folks))
        ids = np.array([f"acct_{text}" for text in _hex(rng, n, 7)])
        columns: dict[str, list[Any]] = {
            name: [] for name in ("kind", "plan", "verified", "mail", "card", "phone", "org", "ip", "reseller")
        }
        resident = self.folks[-1]
        for folk in self.folks:
            self._papers(folk, columns, resident)
        flat = {name: np.concatenate(values) for name, values in columns.items()}
        self.org = _digests(flat["org"], "org_", flat["org"] == 0)
        created, banned = (np.concatenate([getattr(folk, name) for folk in self.folks]) for name in ("created", "banned"))
        stamp = pa.timestamp("us", "UTC")
        country = np.concatenate([folk.country for folk in self.folks])
        mails = pa.array(flat["mail"])
        table = pa.table(
            {
                "account_id": ids,
                "created_at": pa.array(self.start + (created * DAY_US).astype(np.int64), stamp),
                "kind": pa.array(flat["kind"]),
                "org_id": self.org,
                "verified": pa.array(flat["verified"].astype(bool)),
                "access_type": pa.array(np.where(flat["reseller"], "passthrough", "application")),
                "email_domain": mails,
                "email_hash": pa.array(_hex(rng, n, 8)),
                "payment_hash": _digests(flat["card"], "", flat["card"] == 0),
                "phone_hash": _digests(flat["phone"], "", flat["phone"] == 0),
                "signup_ip": _dotted(flat["ip"]),
                "country": pa.array(wires.COUNTRIES).take(pa.array(country)),
                "banned_at": pa.array(np.nan_to_num(self.start + banned * DAY_US).astype(np.int64), stamp, mask=np.isnan(banned)),
                "plan": pa.array(flat["plan"]),
            }
        )
        truth = pa.table(
            {
                "account_id": ids,
                "campaign": pa.array([folk.party.campaign for folk in self.folks for _ in range(len(folk))], pa.string()),
                "kind": pa.array([folk.party.label for folk in self.folks for _ in range(len(folk))]),
            }
        )
        order = np.argsort(ids)
        self.place = np.empty(n, dtype=np.int64)
        self.place[order] = np.arange(n)
        return pa.array(ids), table.take(pa.array(order)), truth.take(pa.array(order))

    def _papers(self, folk: Folk, columns: dict[str, list[Any]], resident: Folk) -> None:
        papers, house, n, salt = folk.party.papers, self.house, len(folk), folk.salt % 2**40
        number, group = folk.number, folk.group_number
        kinds, plans = papers.kind or house.kinds, papers.plan or house.plans
        same = papers.unit > 1
        by = group if same else number
        columns["kind"].append(np.array(list(kinds))[pick(unit(by, 201), kinds)])
        columns["plan"].append(np.array(list(plans))[pick(unit(by, 202), plans)])
        sure = house.verified if papers.verified is None else max(papers.verified, house.verified if house.verified == 1 else 0)
        columns["verified"].append(unit(by, 203) < sure)
        columns["reseller"].append(np.full(n, papers.reseller))
        lent = resident.group_number[below(len(resident), number if papers.org == "several" else group, 204)]
        org = {
            "none": lent if house.orgs else np.zeros(n, dtype=np.uint64),
            "unit": mix(group, 205),
            "one": np.full(n, mix(salt, 206)),
            "several": lent,
        }[papers.org]
        if papers.org == "none" and house.firms > 1:
            org = np.where(folk.group_size > 1, mix(group, 205), 0 if not house.orgs else org)
        columns["org"].append(np.asarray(org, dtype=np.uint64))
        columns["card"].append(self._shared(papers.card, number, group, salt, house.cards, 210, folk.created))
        columns["phone"].append(self._shared(papers.phone, number, group, salt, house.phones, 220, folk.created))
        free = np.array(list(FREE_MAIL))[pick(unit(number, 231), FREE_MAIL)]
        odd = np.array(ODD_MAIL)
        mail = papers.mail
        if house.orgs:
            domains = np.full(n, house.domain) if house.domain else _names(np.asarray(org, dtype=np.uint64))
        elif mail == "unit":
            domains = _names(group)
        elif mail == "one":
            domains = _names(np.full(n, salt, dtype=np.uint64))
        elif mail == "handful":
            domains = _names(mix(salt, below(4, number, 232)))
        elif mail == "throwaway":
            domains = np.where(unit(number, 233) < 0.8, odd[below(len(odd), number, 234)], free)
        else:
            own = _names(by)
            domains = np.where(unit(by, 235) < 0.12, own, np.where(unit(number, 236) < 0.01, odd[below(len(odd), number, 234)], free))
        columns["mail"].append(domains.astype(str))
        routine = folk.party.routines[0]
        net = wires.spread(routine.net or house.nets, wires.NETS, number, mix(number, 7), 131)
        told = {"home": "home", "proxy": "proxy", "unit": "office", "exits": "exits"}.get(papers.signup)
        net = np.full(n, wires.NETS.index(told)) if told else net
        ip = np.full(n, -1)
        for code in np.unique(net):
            rows = np.flatnonzero(net == code)
            ip[rows] = self.wires.address(
                wires.NETS[code], routine.exits, number[rows], group[rows], salt, folk.country[rows], mix(number[rows], 241),
                np.floor(folk.created[rows]).astype(np.int64),
            )[0]
        columns["ip"].append(ip)

    @staticmethod
    def _shared(mode: tuple[str, float], number: U64, group: U64, salt: int, share: float, code: int, created: F64) -> U64:
        how, k = mode
        n = len(number)
        if how == "none":
            return np.zeros(n, dtype=np.uint64)
        if how == "unit":
            return mix(group, code)
        if how == "one":
            return np.full(n, mix(salt, code))
        if how == "few":  # accounts opened one after another share one
            return mix(salt, np.argsort(np.argsort(created)) // max(1, round(k)), code)
        own = mix(number, code)
        return np.asarray(np.where(unit(number, code + 1) < share, own, 0), dtype=np.uint64) if how == "house" else own

    def _releases(self) -> list[dict[str, str]]:
        def told(day: float) -> str:
            return str(np.datetime64(self.start + int(day * DAY_US), "us").astype("datetime64[s]")) + "Z"

        found = [{"model": name, "released_at": told(-day)} for name, day in zip(self.models[:3], (140.0, 140.0, 400.0), strict=True)]
        if self.release is not None:
            found.append({"model": self.models[3], "released_at": told(self.release)})
        return found


def _hex(rng: np.random.Generator, n: int, size: int) -> list[str]:
    text = rng.bytes(n * size).hex()
    return [text[k : k + 2 * size] for k in range(0, 2 * n * size, 2 * size)]


def _digests(numbers: Any, prefix: str, absent: Any) -> pa.Array:
    values, code = np.unique(np.asarray(numbers, dtype=np.uint64), return_inverse=True)
    names = pa.array([f"{prefix}{int(value):016x}" for value in mix(values, 251)])
    return names.take(pa.array(code.reshape(-1), mask=np.asarray(absent)))


def _names(numbers: U64) -> NDArray[Any]:
    pool = np.array(wording.words()["w"])
    ends = np.array(["com", "net", "org", "io", "co", "eu"])
    parts = [
        pool[below(len(pool), numbers, 261)], pool[below(len(pool), numbers, 262)], below(90, numbers, 263).astype(str),
        ends[below(6, numbers, 264)],
    ]
    joined = np.char.add(np.char.add(parts[0], parts[1]), parts[2])
    return np.asarray(np.char.add(np.char.add(joined, "."), parts[3]))


def _nullable(values: list[str], code: I64) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(code, mask=code < 0))


def _dotted(ip: I64) -> pa.Array:
    octets = [pa.array((ip >> shift) & 255).cast(pa.string()) for shift in (24, 16, 8, 0)]
    return pc.if_else(pa.array(ip < 0), pa.scalar(None, pa.string()), pc.binary_join_element_wise(*octets, "."))


def run(log: Log, parties: list[tuple[Party, int]], busy: float) -> World:
    """The world of these parties; crews and crowds have so much of the requests, and the ordinary have the rest."""
    plans = [(party, log.plan(folk, routine)) for party, n in parties for folk in [log.settle(party, n)] for routine in party.routines]
    ordinary = {party.label for party, _ in parties if party.label.startswith("ordinary")}
    crews = sum(plan.requests for party, plan in plans if party.campaign)
    crowds = sum(plan.requests for party, plan in plans if not party.campaign and party.label not in ordinary)
    rest = sum(plan.requests for party, plan in plans if party.label in ordinary)
    crew_factor = min(1.0, MOST * log.events / max(crews, 1))
    crews *= crew_factor
    crowd_factor = min(1.5, max(busy * log.events - crews, 0.2 * log.events) / max(crowds, 1))
    rest_factor = (log.events - crews - crowds * crowd_factor) / max(rest, 1)
    parts = [
        log.ask(plan, crew_factor if party.campaign else rest_factor if party.label in ordinary else crowd_factor) for party, plan in plans
    ]
    return log.tables(parts)
