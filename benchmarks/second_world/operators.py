"""Operators: pools of accounts that harvest, and what they do to look like people."""

import bisect
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any, NamedTuple

from .world import DAY, HOUR, NEVER, THROWAWAY_MAIL, Account, Client, Net, Rhythm, World


class Job(NamedTuple):
    """A conversation that harvests."""

    system: str | None
    prompts: list[str]
    answers: str | tuple[str, ...] = "reasoned"


Work = Callable[[], Job]


@dataclass(frozen=True)
class Operator:
    """How a campaign is run.

    Attributes:
        name: of the campaign in the truth.
        kind: of its accounts in the truth.
        slots: accounts that work at a time.
        harvest: requests to harvest.
        work: makes the next conversation.
        per_card: accounts that share a card; 0: nobody shares.
        on_card: share of the accounts that are on shared cards at all.
        per_phone: accounts that share a phone number; 0: nobody shares.
        mail: throwaway, common (one large provider) or mixed as people's is.
        net: datacenter, residential, rotating, mixed (of the first two) or native (as people's).
        second_net: the same, of the pool that takes over after a failover.
        clients: one, few (four) or native (each account its own).
        client: what the clients have in common.
        imbalance: of load over accounts (sigma); 0: round robin.
        hours: flat, office, batch or human.
        batches: number of batches.
        sign_up: burst, waves, spread or aged.
        lead_days: sign-up before the campaign starts.
        hop: chance that a turn is sent by another account than the one before.
        life_days: mean life of an account until it is banned and replaced; 0: no bans.
        failover_at: share of the time after which all accounts are banned and a second pool takes over; 0: never.
        pivot_hours: hours within which all move to the new model after its release; 0: as people do.
        cover: share of an account's traffic that is cover, or the range of it.
        relayed: the cover is that of real users who are relayed, not made up per account.
        relay_hop: chance that a relayed turn is sent by another account.
        best_of: times that each conversation is sent.
        gap_s: typical seconds between turns.
        model: that is asked before the pivot; None: as people.
        relay_sessions: relayed conversations carry session identifiers.
        seen_sessions: harvesting conversations carry session identifiers.
    """

    name: str
    kind: str
    slots: int
    harvest: int
    work: Work
    per_card: int = 0
    on_card: float = 1.0
    per_phone: int = 0
    mail: str = "common"
    net: str = "residential"
    second_net: str | None = None
    clients: str = "one"
    client: dict[str, object] = field(default_factory=dict)
    imbalance: float = 0.0
    hours: str = "flat"
    batches: int = 16
    sign_up: str = "burst"
    lead_days: float = 1.0
    hop: float = 0.0
    life_days: float = 0.0
    failover_at: float = 0.0
    pivot_hours: float = 0.0
    cover: float | tuple[float, float] = 0.0
    relayed: bool = False
    relay_hop: float = 0.3
    best_of: int = 1
    gap_s: float = 40.0
    model: str | None = None
    relay_sessions: bool = False
    seen_sessions: bool = False


class _Stint(NamedTuple):
    account: Account
    begin: float
    end: float


class _Pool:
    """The accounts of a campaign over time."""

    def __init__(self, world: World, plan: Operator) -> None:
        self.world, self.plan, self.rng = world, plan, world.rng
        self.start, self.end = world.start + int(0.05 * world.days * DAY), world.end
        self._cards = [world.hash("c") for _ in range(400)]
        self._phones = [world.hash("p") for _ in range(400)]
        n_clients = {"one": 1, "few": 4, "native": 1}[plan.clients]
        self.clients = [world.client("api", **plan.client) for _ in range(n_clients)]
        self._hosts = [world.net("cloud", n=6) for _ in range(3)]
        self._opened = 0
        self.slots = [self._slot(number) for number in range(plan.slots)]

    def _net(self, kind: str) -> Net:
        world, rng = self.world, self.rng
        if kind == "datacenter" or (kind == "mixed" and rng.random() < 0.4):
            return rng.choice(self._hosts)
        if kind == "native":
            return world.net(rng.choice(("home", "mobile", "vpn", "cloud")), world.any_country()[0])
        return world.net("rotating" if kind == "rotating" else "residential")

    def _open(self, created: float, banned: float | None = None, *, second: bool = False) -> Account:
        """Open an account."""
        world, plan, rng = self.world, self.plan, self.rng
        number = self._opened
        self._opened += 1
        kind = plan.second_net or plan.net if second else plan.net
        net = self._net(kind)
        payment: str | None = world.hash("c")
        if plan.per_card == 0 and rng.random() < 0.4:
            payment = None
        elif plan.per_card and rng.random() <= plan.on_card:
            payment = self._cards[(number // plan.per_card + (200 if second else 0)) % 400]
        phone = None if rng.random() < 0.5 else world.hash("p")
        if plan.per_phone:
            phone = self._phones[number // plan.per_phone % 400]
        mail = rng.choice(THROWAWAY_MAIL) if plan.mail == "throwaway" else "bigmail.example"
        mail = world.any_mail() if plan.mail == "mixed" else mail
        plans = ("payg", "plus", "tier2", "payg") if plan.per_card == 0 else ("payg",)
        like_people = plan.mail == "mixed"
        kinds = ("individual", "individual", "startup", "research", "education", None)
        at_home = 0.75 if kind in ("native", "datacenter") else 0.5 if kind in ("residential", "mixed") else 0.0
        given: dict[str, Any] = {} if like_people else {"org": None}
        if plan.model:
            given["model"] = plan.model
        pivots = rng.random() * plan.pivot_hours * HOUR if plan.pivot_hours else rng.expovariate(1 / (4 * DAY))
        return world.account(
            plan.kind, plan.name, created=int(created), banned=None if banned is None else int(banned), net=net,
            payment=payment, phone=phone, domain=mail, plan="free" if payment is None else rng.choice(plans),
            client=world.client("api") if plan.clients == "native" else rng.choice(self.clients),
            verified=like_people and rng.random() < 0.04,
            registry_kind=rng.choice(kinds) if like_people else "individual",
            adopts=min(world.release + int(pivots), NEVER), no_session=plan.clients != "native" or rng.random() < 0.6,
            signup_ip=world.address(net, {})[0] if rng.random() < at_home else world.any_ip(), **given,
        )

    def _birth(self) -> float:
        rng, first = self.rng, self.start - int(self.plan.lead_days * DAY)
        if self.plan.sign_up == "burst":
            return first + rng.expovariate(1 / (2.5 * HOUR))
        if self.plan.sign_up == "waves":
            return first + rng.randrange(4) * int(1.3 * DAY) + rng.expovariate(1 / 5400)
        if self.plan.sign_up == "spread":
            return self.start - rng.randint(0, 40) * DAY - rng.randrange(DAY)
        return self.start - int(rng.paretovariate(0.9) * 12 * DAY) % (500 * DAY) - rng.randrange(DAY)

    def _slot(self, number: int) -> list[_Stint]:
        """Who works in a slot, one after another."""
        world, plan, rng = self.world, self.plan, self.rng
        born = self._birth()
        if plan.life_days:
            stints, time = [], born
            while time < self.end:
                end = max(time, self.start) + rng.expovariate(1 / (plan.life_days * DAY)) + 6 * HOUR
                stints.append(_Stint(self._open(time, end if end < world.end else None), time, end))
                time = end + rng.randint(1200, 8 * HOUR)
            return stints
        if plan.failover_at:
            ban = world.start + int(plan.failover_at * world.days * DAY) + rng.randint(0, 3 * HOUR)
            stints = [_Stint(self._open(born, ban), born, ban)]
            if number < plan.slots * 0.8:
                again = ban + rng.randint(1800, 9 * HOUR)
                older = born - rng.randint(1, 30) * DAY
                stints.append(_Stint(self._open(older, second=True), again, self.end))
            return stints
        return [_Stint(self._open(born), born, self.end)]

    def at(self, slot: int, time: float) -> Account | None:
        """Who works in a slot at a time."""
        return next((stint.account for stint in self.slots[slot] if stint.begin <= time < stint.end), None)

    def anyone(self, time: float) -> Account | None:
        """Somebody who works at a time."""
        for _ in range(20):
            found = self.at(self.rng.randrange(len(self.slots)), time)
            if found:
                return found
        return None

    def hopping(self, first: Account | None, chance: float) -> Callable[[int, int], Account | None]:
        """Sender of the turns of a conversation that hops over accounts, and leaves banned ones."""
        current = [first]

        def who(turn: int, time: int) -> Account | None:
            now = current[0]
            banned = now is not None and now.banned is not None and time > now.banned
            if banned or (turn and self.rng.random() < chance):
                current[0] = self.anyone(time) or (None if banned else now)
            return current[0]

        return who


def run(world: World, plan: Operator) -> None:
    """Let an operator work."""
    rng, pool = world.rng, _Pool(world, plan)
    span = pool.end - pool.start
    loads = list(accumulate(rng.lognormvariate(0, plan.imbalance) for _ in range(plan.slots)))
    batches = [(pool.start + rng.random() * (span - 6 * HOUR), rng.uniform(1.5, 7) * HOUR) for _ in range(plan.batches)]
    office_zone = rng.randint(-8, 9)
    worked: Counter[int] = Counter()
    harvested, tried, turn = 0, 0, 0
    while harvested < plan.harvest and tried < plan.harvest * 3:
        tried += 1
        slot = turn % plan.slots if plan.imbalance == 0 else bisect.bisect(loads, rng.random() * loads[-1])
        turn += 1
        slot = min(slot, plan.slots - 1)
        if plan.hours == "human":
            stint = rng.choice(pool.slots[slot])
            when = world.when(stint.account, max(pool.start, stint.begin), min(stint.end, pool.end))
            if when is None:
                continue
            time, account = float(when), stint.account
        else:
            time = pool.start + rng.random() * span
            if plan.hours == "batch":
                begin, length = rng.choice(batches)
                time = begin + rng.random() * length
            elif plan.hours == "office" and not 9 <= (time / HOUR + office_zone) % 24 <= 22 and rng.random() < 0.93:
                continue
            found = pool.at(slot, time) or (pool.anyone(time) if rng.random() < 0.5 else None)
            if found is None:
                continue
            account = found
        job = plan.work()
        for repeat in range(plan.best_of):
            if repeat:
                account = pool.anyone(time) or account
            before = len(world.events)
            client: Client = account.client
            if plan.hop and plan.clients == "one":
                client = pool.clients[0]
            world.converse(
                pool.hopping(account, plan.hop), time + repeat * rng.randint(1, 40), job.prompts, system=job.system,
                client=client, answers=job.answers, campaign=plan.name, gap=plan.gap_s,
                session=None if plan.seen_sessions else "",
            )
            for event in world.events[before:]:
                if event.harvested_by:
                    harvested += 1
                    worked[event.account] += 1
    if plan.cover and plan.relayed:
        _relay(world, plan, pool, harvested)
    elif plan.cover:
        _pretend(world, plan, pool, worked)


def _pretend(world: World, plan: Operator, pool: _Pool, worked: Counter[int]) -> None:
    """Cover traffic that each account makes up, half of them with a client of people."""
    rng = world.rng
    for account, begin, end in (stint for slot in pool.slots for stint in slot):
        if plan.clients != "native":
            other = world.client()
            account.client = other if rng.random() < 0.5 else account.client
        share = rng.uniform(*plan.cover) if isinstance(plan.cover, tuple) else plan.cover
        n = int(worked.get(account.number, 1) * share / (1 - share) + rng.random())
        world.casual(account, n, begin, min(end, pool.end + DAY))


def _relay(world: World, plan: Operator, pool: _Pool, harvested: int) -> None:
    """Cover traffic of real users who are relayed over the pool."""
    rng, text = world.rng, world.text
    share = sum(plan.cover) / 2 if isinstance(plan.cover, tuple) else plan.cover
    left = harvested * share / (1 - share)
    people = [text.persona() for _ in range(plan.slots * 3)]
    systems = [text.system("a helper", text.words(6), 4) for _ in range(40)]
    rhythm = Rhythm(peak=20, spread=4, weekend=1.1, zone=rng.randint(-8, 9))
    while left > 0:
        person, time = rng.choice(people), world.when(rhythm, pool.start, pool.end) or pool.start
        first = pool.anyone(time)
        if first is None:
            left -= 0.2
            continue
        before = len(world.events)
        world.converse(
            pool.hopping(first, plan.relay_hop), time, world.followed(text.chat(person), person, 0.55),
            system=rng.choice(systems) if rng.random() < 0.3 else None, client=replace(first.client),
            session=None if plan.relay_sessions else "",
        )
        left -= len(world.events) - before
