"""A crowd of people who do the same work, and how they go about it: days, shifts, queues, offices, cards, hand-overs."""

import zlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .account import Account, Turn
from .draws import hashed
from .places import APPS, NETWORKS, Address
from .text import WORDS, Asked, Trade
from .world import DAY, HOUR, Holm, Signup, Told, long_ago

MOST_TURNS = 9
POOL = 6
"""items of a queue in which work overlaps: one for so many pieces of work, but LEAST_POOL"""
LEAST_POOL = 60
REVISED = 0.6
"""from this part of the log on, all have the last version of the instructions"""


@dataclass(frozen=True)
class Move:
    """A program that asks another model from some day on.

    Args:
        day: of the release.
        model: the new one.
        over: days in which the users take the release.
    """

    day: float
    model: str
    over: float


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """People who look coordinated, and are for an honest reason.

    Args:
        name: what they are.
        trade: their work, one of text.TRADES.
        size: accounts at the author's size.
        signup: when they sign up.
        load: pieces of work a day of the median member, and how unequal they are (sigma of logarithms).
        equal: spread of loads if all have nearly the same; ``load`` then tells the mean.
        attendance: share of days on which a member works.
        shifts: hours of the day; each member has one. None: at their own hours.
        weekends: work at weekends relative to other days.
        days: on which there is work at all. None: on every.
        offices: places of work with addresses of their own.
        office_share: part of the work that is done there.
        at_office: share of members who go there.
        carrier: all are behind the addresses of one mobile carrier.
        pay: own cards, cards that ``per_card`` members share, or none.
        mail: a common domain, that ``mail_share`` of them have.
        client: a program the work goes through, for ``client_share`` of them; they ask for themselves by an application.
        told: share of members who send the instructions.
        versions: of the instructions that are about.
        rules: a quarter of them have a rule of their own besides.
        queue: items are disjoint, overlap, or are each member's own.
        handover: share of conversations that the next shift goes on with.
        crew: members of a crew, within which (or with the next) work is handed over.
        gap: mean seconds between turns.
        turns: chance that a conversation goes on.
        personal: share of members who ask for themselves too.
        verified: share of verified members.
        plan: price plan of all.
        batch: no person types: a program sends the items of a day one after the other at night.
        numbered: what an item is called.
        model: of all their work; by default each member's.
        move: to another model.
    """

    name: str
    trade: str
    size: int
    country: str
    signup: Signup = long_ago
    load: tuple[float, float] = (6, 0.6)
    equal: float | None = None
    attendance: float = 0.75
    shifts: tuple[tuple[int, int], ...] = ()
    weekends: float = 0.1
    days: frozenset[int] | None = None
    offices: int = 0
    office_share: float = 0.0
    at_office: float = 1.0
    carrier: bool = False
    pay: Literal["own", "cards", "none"] = "own"
    per_card: int = 6
    mail: str = ""
    mail_share: float = 0.0
    client: str = ""
    client_share: float = 1.0
    temperature: float | None = None
    max_tokens: int | None = None
    tools: str = ""
    told: float = 1.0
    versions: int = 2
    rules: bool = True
    queue: Literal["disjoint", "overlap", "own"] = "disjoint"
    handover: float = 0.0
    crew: int = 8
    gap: float = 90.0
    turns: float = 0.5
    personal: float = 0.35
    verified: float = 0.3
    plan: str | None = None
    batch: bool = False
    numbered: str = "{:06d}"
    model: str | None = None
    move: Move | None = None


@dataclass(eq=False)
class Member:
    """One of a crowd."""

    account: Account
    crew: int
    by_program: bool
    shift: tuple[int, int] | None
    load: float
    instructed: bool
    version: int
    rule: str
    """of one's own besides the instructions, if any"""
    attendance: float
    turns: float
    start: float
    end: float


class Work:
    """The work of a crowd in a log.

    Args:
        w: the log.
        crowd: who works.
    """

    def __init__(self, w: Holm, crowd: Crowd) -> None:
        r = w.r
        self.w, self.crowd, self.size = w, crowd, w.sized(crowd.size)
        self._trade: Trade = w.trade(crowd.trade)
        self._instructions = [self._trade.instructions() for _ in range(crowd.versions)]
        blocks = [w.block() for _ in range(max(crowd.offices, 1))]
        self._offices: list[list[Address]] = [
            [(f"{block}.{r.whole(2, 60)}", 30_000 + r.whole(1, 900)) for _ in range(r.whole(1, 3))] for block in blocks
        ]
        self._carrier = w.block()
        self._cards = [r.digits(16) for _ in range(max(1, self.size // crowd.per_card))]
        self._season = 0.8 + 0.4 * r.share()
        self._first = r.whole(1000, 40_000)
        self.members = [self._member(place) for place in range(self.size)]
        self._crews: dict[int, list[Member]] = {}
        for member in self.members:
            self._crews.setdefault(member.crew, []).append(member)

    def _member(self, place: int) -> Member:
        w, r, crowd = self.w, self.w.r, self.crowd
        since = crowd.signup(w, place, self.size)
        by_program = bool(crowd.client) and r.chance(crowd.client_share)
        told = Told(country=crowd.country, created_at=since, verified=r.chance(crowd.verified), api=by_program)
        if crowd.pay != "own":
            told["pay"] = r.pick(self._cards) if crowd.pay == "cards" else None
        if crowd.mail and r.chance(crowd.mail_share):
            told["mail"] = crowd.mail
        if crowd.plan:
            told["plan"] = crowd.plan
        if by_program:
            told |= Told(client=crowd.client, temperature=crowd.temperature, max_tokens=crowd.max_tokens)
            if crowd.tools:
                told["tools"] = hashed(crowd.tools)
        account = w.account(crowd.name, **told)
        if by_program:
            account.own_client = r.pick(APPS).format(v=r.whole(0, 6))
        if crowd.offices and r.chance(crowd.at_office):
            account.office, account.tunnel = self._offices[place % crowd.offices], None
            account.office_share = min(1.0, crowd.office_share * (0.6 + 0.8 * r.share()))
        if crowd.offices and r.chance(crowd.office_share * 0.6):
            account.signup_ip = r.pick(self._offices[place % crowd.offices])[0]
        if crowd.carrier:
            account.mobile, account.mobile_share = (f"{self._carrier}.{r.whole(1, 30)}", NETWORKS[crowd.country]), 0.75
        median, sigma = crowd.load
        load = self._season * (r.skewed(median, sigma) if crowd.equal is None else r.around(median, crowd.equal * median))
        return Member(
            account=account, crew=place // crowd.crew, by_program=by_program, shift=r.pick(crowd.shifts) if crowd.shifts else None,
            load=max(0.4, min(load, median * 7)), instructed=r.chance(crowd.told), version=r.whole(0, crowd.versions - 1),
            rule=self._rule(by_program, account), attendance=min(0.97, max(0.15, r.around(crowd.attendance, 0.2))),
            turns=crowd.turns if crowd.batch else min(0.9, max(0.05, r.around(crowd.turns, 0.15))),
            start=max(w.start, since) + (r.wait(1.5 * DAY) if since > w.start - 3 * DAY else 0),
            end=w.end - (r.wait(3 * DAY) if r.chance(0.3) else 0),
        )

    def _rule(self, by_program: bool, account: Account) -> str:
        fill = self.w.talk.fill
        if not (self.w.r.chance(0.25) and (self.crowd.rules or not by_program)):
            return ""
        if by_program:
            return f" House rule of {account.id[2:6]}: " + fill("mind {thing}, write {ok} when unsure, {weekday} list first.")
        return fill("Also mind {thing} and {topic}.")

    def do(self) -> None:
        """Log the work of all, and what they ask for themselves."""
        w, r, crowd = self.w, self.w.r, self.crowd
        pieces = sorted(((when, row, member) for row, member in enumerate(self.members) for when in self._moments(member)),
                        key=lambda piece: piece[:2])
        pool = [crowd.numbered.format(self._first + row) for row in range(max(LEAST_POOL, len(pieces) // POOL))]
        met: dict[str, Asked] = {}
        for row, (when, _, member) in enumerate(pieces):
            if crowd.queue == "overlap":
                asked = self._again(r.pick(pool), met, member)
            else:
                own = f"{member.account.id[2:5].upper()}-{r.whole(1, 900)}"
                number = own if crowd.queue == "own" else crowd.numbered.format(self._first + row)
                asked = self._trade.item(number, member.account.tongue)
            self._piece(member, when, asked)
        for member in self.members:
            if r.chance(crowd.personal):
                w.spend(member.account, 1 + int(r.skewed(4, 0.9)))

    def _again(self, number: str, met: dict[str, Asked], member: Member) -> Asked:
        """An item that others may have had, mostly with another answer."""
        if number not in met:
            met[number] = self._trade.item(number, member.account.tongue)
        asked = met[number]
        same = self.w.r.chance(0.85 if self.crowd.batch else 0.3)
        answer = asked.answer if same else self._trade.answer(asked, member.account.tongue)
        return Asked(asked.prompt, answer, dict(asked.context))

    def _moments(self, member: Member) -> list[float]:
        """When a member works."""
        w, r, crowd, account = self.w, self.w.r, self.crowd, member.account
        found: list[float] = []
        for day in range(w.days):
            if crowd.days is not None and day not in crowd.days:
                continue
            if r.share() > member.attendance * (crowd.weekends if day % 7 >= 5 else 1):
                continue
            pieces = int(w.rng.poisson(member.load))
            if member.shift:
                low, high = member.shift
                hours = low + (high - low) * w.rng.random(pieces)
                pause = (low + high) / 2
                hours = hours[(hours < pause) | (hours > pause + 0.6)]
                if crowd.batch:
                    hours = low + r.share() * 1.2 + np.cumsum(w.rng.exponential(crowd.gap / HOUR / 2, pieces))
            else:
                hours = w.rng.normal(account.peak, 2.2, pieces) % 24
            moments = w.start + day * DAY + (hours - account.hours_east) * HOUR
            inside = (moments > max(member.start, w.start)) & (moments < min(member.end, w.end - 60))
            found.extend(moments[inside].tolist())
        return found

    def _piece(self, member: Member, when: float, asked: Asked) -> None:
        """One piece of work, up to the end of what its member and perhaps the next shift ask about it."""
        w, r, crowd, account = self.w, self.w.r, self.crowd, member.account
        system, prompt = self._framed(member, when, asked.prompt)
        turns = [Turn(account, when, prompt if crowd.batch else account.style.worn(r, prompt), asked.answer)]
        while r.chance(member.turns) and len(turns) < MOST_TURNS:
            more, answer = self._trade.follow(asked, account.tongue)
            turns.append(Turn(account, turns[-1].when + 15 + r.wait(crowd.gap), account.style.worn(r, more), answer))
        if crowd.handover and member.shift and r.chance(crowd.handover):
            turns += self._taken_over(member, when, turns[-1].when, asked)
        w.converse(turns, system, self._model(member, when))

    def _model(self, member: Member, when: float) -> str | None:
        move = self.crowd.move
        if move is None:
            return self.crowd.model
        taken = zlib.crc32(member.account.id.encode()) % 1000 / 1000 * move.over
        return move.model if when > self.w.start + (move.day + taken) * DAY else self.crowd.model

    def _framed(self, member: Member, when: float, prompt: str) -> tuple[str | None, str]:
        """System prompt and prompt: a program sends the instructions as the one, people write them before the other, or leave them out."""
        w = self.w
        revised = when >= w.start + REVISED * (w.end - w.start)
        instructions = self._instructions[-1 if revised else member.version]
        if not member.instructed:
            return None, prompt
        if member.by_program:
            return instructions + member.rule, prompt
        if not w.r.chance(0.75):
            return None, prompt
        head = instructions.split(". ")[0] + ". " + member.rule if member.rule else instructions
        return None, f"{head}\n\n{prompt}"

    def _taken_over(self, member: Member, first: float, last: float, asked: Asked) -> list[Turn]:
        """What somebody of the next shift asks about an open piece, at the same desk and minutes after the change."""
        w, r, crowd, account = self.w, self.w.r, self.crowd, member.account
        assert member.shift
        begins, ends = member.shift
        hour = (first - w.start + account.hours_east * HOUR) % DAY / HOUR
        change = first + (ends - hour - (24 if hour < begins else 0)) * HOUR
        near = self._crews[member.crew] + self._crews.get(member.crew + 1, [])
        relief = [
            other.account for other in near
            if other is not member and other.shift and other.start < change
            and abs((other.shift[0] - ends + 12) % 24 - 12) < 1.5
        ]
        if not relief or change <= last:
            return []
        who, when = r.pick(relief), change + 120 + r.wait(1200)
        more, answer = self._trade.follow(asked, who.tongue)
        turns = [Turn(who, when, w.talk.fill(r.pick(WORDS["handover"])) + " " + more, answer)]
        while r.chance(0.5):
            when += 20 + r.wait(crowd.gap)
            turns.append(Turn(who, when, *self._trade.follow(asked, who.tongue)))
        return turns
