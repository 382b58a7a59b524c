"""One provider's log while it is written: accounts, their hours, conversations.

Everything is drawn one after the other from one stream, so that a seed keeps its world.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypedDict, Unpack

import numpy as np

from .account import Account, Request, Style, Turn
from .draws import Draws, hashed
from .places import APPS, COUNTRIES, HOURS_EAST, MAIL, NETWORKS, PROGRAMS, TUNNEL, Address
from .text import LIFE, TONGUES, WORDS, Talk, Trade, common_slots

HOUR, DAY = 3600.0, 86_400.0
FIRST_MONDAY = datetime(2026, 1, 5, tzinfo=UTC).timestamp()
LARGE, SMALL, REASONING = MODELS = ("m-large", "m-small", "m-reason")
LEAST = 4
"""accounts of a crowd or operator at any size"""
REFUSED = 0.006
"""share of requests that fail; they are sent again within seconds"""


class Told(TypedDict, total=False):
    """What is not left to chance of an account; see :class:`.account.Account`."""

    campaign: str
    country: str
    created_at: float
    kind: str
    org_id: str
    verified: bool
    mail: str
    pay: str | None
    phone: str | None
    plan: str
    api: bool
    client: str
    temperature: float | None
    max_tokens: int | None
    tools: int


class Holm:
    """A log that starts empty, on a Monday.

    Args:
        name: what the world is drawn by, with the seed.
        seed: seed.
        days: least and most length.
        factor: size relative to the author's.
    """

    def __init__(self, name: str, seed: int, days: tuple[int, int], factor: float = 1.0) -> None:
        self.rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        self.r = r = Draws(self.rng)
        self.factor = factor
        self.start = FIRST_MONDAY + 7 * DAY * r.whole(0, 30)
        self.days = r.whole(*days)
        self.end = self.start + self.days * DAY
        self.common = common_slots(r)
        self.talk = Talk(r, self.common)
        self._trades: dict[str, Trade] = {}
        self._carriers = {country: [self.block() for _ in range(3)] for country in COUNTRIES}
        self._tunnels: list[Address] = [(f"{self.block()}.{r.whole(2, 250)}", TUNNEL) for _ in range(25)]
        self._salt = r.digits(8)
        self.viral = self.talk.fill("Tell me the {n} things about {topic} that {kin} would never say, then roast me")
        """goes round; anybody may ask it"""
        self.accounts: list[Account] = []
        self.requests: list[Request] = []

    def block(self) -> str:
        """First three numbers of addresses."""
        return f"{self.r.whole(11, 220)}.{self.r.whole(0, 255)}.{self.r.whole(0, 255)}"

    def sized(self, accounts: int) -> int:
        """So many as the author has, at the size asked for."""
        return max(min(LEAST, accounts), round(accounts * self.factor))

    def trade(self, name: str) -> Trade:
        """A kind of work with the names and places of this world."""
        if name not in self._trades:
            self._trades[name] = Trade(self.r, self.common, name)
        return self._trades[name]

    def account(self, crowd: str, **told: Unpack[Told]) -> Account:
        """A new account, by chance but for what is told."""
        r = self.r
        country = told.get("country") or r.pick(COUNTRIES)
        network, block = NETWORKS[country], self.block()
        created_at = told.get("created_at")
        if created_at is None:
            late = self.start + r.share() * (self.end - self.start) * 0.9
            created_at = self.end - r.wait(260 * DAY) - 2 * HOUR if r.chance(0.9) else late
        homes = [(f"{block}.{r.whole(2, 250)}", network) for _ in range(2 if r.chance(0.4) else 1)]
        api = told["api"] if "api" in told else r.chance(0.14)
        programs = PROGRAMS if api else APPS
        clients = [told.get("client") or r.pick(programs).format(v=r.whole(0, 6))]
        if "client" not in told and r.chance(0.35):
            clients.append(r.pick(programs).format(v=r.whole(0, 6)))
        made = Account(
            id="u_" + r.digits(), crowd=crowd, campaign=told.get("campaign"), created_at=created_at,
            kind=told.get("kind", "individual"), org_id=told.get("org_id"),
            verified=told["verified"] if "verified" in told else r.chance(0.12),
            email_domain=told.get("mail") or r.pick(MAIL), email_hash=r.digits(16),
            payment_hash=told["pay"] if "pay" in told else r.digits(16) if r.chance(0.55) else None,
            phone_hash=told["phone"] if "phone" in told else r.digits(16) if r.chance(0.7) else None,
            signup_ip=homes[0][0], country=country, plan=told.get("plan") or r.pick(["free", "free", "plus", "plus", "payg"]),
            hours_east=HOURS_EAST.get(country, 1), homes=homes,
            mobile=(f"{r.pick(self._carriers[country])}.{r.whole(1, 14)}", network), mobile_share=r.pick([0.0, 0.1, 0.3, 0.8]),
            tunnel=r.pick(self._tunnels) if r.chance(0.07) else None, api=api, clients=clients, key="k_" + r.digits(8),
            model=r.pick(MODELS),
            temperature=told["temperature"] if "temperature" in told else r.pick([None, None, 0.0, 0.2, 0.7, 1.0]) if api else None,
            max_tokens=told["max_tokens"] if "max_tokens" in told else r.pick([None, 512, 1024, 4096]) if api else None,
            tools=told.get("tools"),
            style=Style(r.pick(WORDS["style.before"]), self.talk.fill(r.pick(WORDS["style.after"])), r.chance(0.2)),
            peak=r.pick([8, 10, 13, 16, 19, 20, 21, 22]) + r.share() * 2, weekends=r.pick([0.3, 0.7, 1.0, 1.6]),
            topics=[r.pick(LIFE["open"]) for _ in range(r.whole(2, 7))], tongue=r.pick(TONGUES),
        )
        self.accounts.append(made)
        return made

    def hours(self, account: Account, conversations: int, since: float | None = None, until: float | None = None) -> list[float]:
        """When so many conversations begin, in the person's own rhythm; fewer where they would fall outside."""
        low, high = max(since or self.start, account.created_at + 60), until or self.end
        if high - low < HOUR:
            return []
        days = np.arange(int((low - self.start) // DAY), int((high - self.start) // DAY) + 1)
        busy = np.where(days % 7 >= 5, account.weekends, 1.0) * self.rng.gamma(0.7, 1, len(days)) + 1e-9
        drawn = self.rng.choice(days, conversations, p=busy / busy.sum())
        hour = self.rng.normal(account.peak, 3.2, conversations) % 24
        asleep = (hour > 1) & (hour < 6) & (self.rng.random(conversations) < 0.85)
        moments = self.start + drawn * DAY + (np.where(asleep, (hour + 9) % 24, hour) - account.hours_east) * HOUR
        return [float(moment) for moment in np.sort(moments[(moments > low) & (moments < min(high, self.end) - 20)])]

    def converse(
        self, turns: Sequence[Turn], system: str | None = None, model: str | None = None, client: str | None = None,
    ) -> None:
        """Log a conversation, as far as it lies in the log.

        Args:
            turns: what is asked; turns may be those of several accounts.
            system: system prompt.
            model: which one; by default mostly the account's.
            client: application by which it is asked for oneself, though the account's work goes through a program.
        """
        r = self.r
        parent, history, before, session = None, len(system or "") // 4, "", "s_" + r.digits(10)
        seats: dict[str, tuple[Address, str]] = {}
        for turn in turns:
            who = turn.who
            if not self.start <= turn.when < self.end - 1:
                break
            if who.id not in seats:
                seats[who.id] = (who.address(r), client or r.pick(who.clients))
            (ip, asn), program = seats[who.id]
            chosen = model or (who.model if r.chance(0.85) else r.pick(MODELS))
            failed = r.chance(REFUSED)
            told = len(turn.answer) // 4 + 2
            context = hashed(self._salt, parent, before, system if parent is None else "", turn.prompt)
            tokens = history + len(turn.prompt) // 4 + 3
            thought = int(told * (1 + 3 * r.share())) if chosen == REASONING else 0
            asked = Request(
                when=turn.when, who=who, own=client is not None, session_id=session,
                access_path="api" if who.api and not client else "app", model=chosen, system=system, prompt=turn.prompt,
                response=turn.answer, context_key=context, parent_key=parent, tools_key=None if client else who.tools, ip=ip, asn=asn,
                user_agent=program, input_tokens=tokens, cached_tokens=history if parent is not None and r.chance(0.5) else 0,
                output_tokens=told + thought, reasoning_tokens=thought, status=200,
            )
            if failed:
                status = r.pick([429, 500, 529])
                self.requests.append(replace(asked, response="", output_tokens=0, reasoning_tokens=0, status=status))
                asked.when += 2 + r.wait(9)
            if not failed or turn.when < self.end - 120:
                self.requests.append(asked)
            history, parent, before = tokens + told, context, turn.answer

    def private(self, account: Account, when: float) -> None:
        """A conversation about somebody's own life."""
        r = self.r
        prompt = self.viral if r.chance(0.012) else self.talk.opening(account.topics)
        prompt = account.style.worn(r, prompt)
        turns: list[Turn] = []
        while True:
            turns.append(Turn(account, when, prompt, self.talk.reply(prompt)))
            if r.chance(0.48) or len(turns) > 14:
                break
            when += 12 + r.wait(110)
            prompt = self.talk.more(account.topics)
        self.converse(turns, account.system, client=account.own_client)

    def spend(self, account: Account, conversations: int, since: float | None = None, until: float | None = None) -> None:
        """Private conversations at somebody's own hours."""
        for when in self.hours(account, conversations, since, until):
            self.private(account, when)


Signup = Callable[[Holm, int, int], float]
"""when the member at a place of so many signs up"""


def week(day: float, spread: float = 2.5) -> Signup:
    """All around a day, in office hours mostly."""

    def drawn(w: Holm, place: int, of: int) -> float:
        return w.start + (day + w.rng.normal(0, spread)) * DAY + w.rng.normal(13, 3) * HOUR

    return drawn


def waves(days: Sequence[float], spread: float) -> Signup:
    """One intake after the other, each around its day."""
    intakes = [week(day, spread) for day in days]

    def drawn(w: Holm, place: int, of: int) -> float:
        return intakes[place * len(intakes) // of](w, place, of)

    return drawn


def long_ago(w: Holm, place: int, of: int) -> float:
    """Each at a time of its own, before the log."""
    return w.start - 4 * DAY - w.r.wait(300 * DAY)
