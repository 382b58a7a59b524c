"""A world: its accounts, and the requests that they send."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from .places import CLIENT_WEIGHTS, CLIENTS, ISPS, Address, Carrier, Client, Net
from .text import CODE_TOPIC, FIRST_NAMES, MAIL, TOPICS, Text, code

FAILURES = (429, 429, 500, 529)
GRACE = 0.5
"""Days that a conversation may go on after the last one of the log."""


class Call(NamedTuple):
    """A call of a tool; ``arguments`` are JSON."""

    id: str
    name: str
    arguments: str


class Message(NamedTuple):
    """A message of a conversation; ``result_of`` is the call that a tool's message answers."""

    role: str
    content: str
    call: Call | None = None
    result_of: str = ""


@dataclass(eq=False)
class Account:
    """An account: what the registry knows of it, and its habits."""

    id: str
    crowd: str
    campaign: str | None
    created: datetime
    email: str
    phone: str | None
    payment: str | None
    signup_ip: str
    country: str
    plan: str
    addresses: list[Address]
    client: Client
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    stream: bool
    zone: float
    model: str
    topics: list[str]
    system: str | None
    verified: bool
    kind: str = "individual"
    org: str | None = None
    access: str = "application"
    banned: datetime | None = None
    key: str = ""
    fan: bool = False
    """moves to a new model soon"""
    responses: bool = False
    chains: bool = False
    """speaks the Responses API where there is a choice; and leaves its history there"""


@dataclass(eq=False)
class Request:
    """A request and its answer; sampling is its account's."""

    time: datetime
    account: Account
    messages: list[Message]
    answer: str
    call: Call | None
    system: str | None
    tools: Sequence[str]
    session: str
    harvest: str | None
    model: str
    status: int
    address: Address
    reasoning: int
    previous: str | None
    id: str
    request_id: str

    @property
    def good(self) -> bool:
        """Whether it was answered."""
        return self.status == 200


@dataclass
class World:
    """All that happens at one gateway. Every draw comes from one generator, in the order in which things are made."""

    name: str
    days: int
    start: datetime
    models: tuple[str, ...]
    rng: random.Random
    release_day: int | None = None
    accounts: list[Account] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        """What texts are drawn with."""
        self.text = Text(self.rng)

    @property
    def released(self) -> datetime | None:
        """When the newest model, the last of the list, came out; nothing where it did before."""
        return None if self.release_day is None else self.start + timedelta(days=self.release_day, hours=16)

    @property
    def end(self) -> datetime:
        """The end of the last day."""
        return self.start + timedelta(days=self.days)

    def hex(self, digits: int) -> str:
        """A random name."""
        return f"{self.rng.getrandbits(4 * digits):0{digits}x}"

    def uuid(self) -> str:
        """A random name in the form of a UUID."""
        h = self.hex(32)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"

    def net(self, pool: Sequence[Carrier] = ISPS) -> Net:
        """A network of one of the carriers."""
        asn, country, octet = self.rng.choice(pool)
        return Net(f"{octet}.{self.rng.randint(1, 250)}.{self.rng.randint(0, 255)}", asn, country)

    def address(self, net: Net, low: int = 2, high: int = 250) -> Address:
        """An address in a network."""
        return Address(f"{net.prefix}.{self.rng.randint(low, high)}", net.asn, net.country)

    def busy(self, mean: float = 5.0, sigma: float = 1.0) -> int:
        """How often one asks: few do much."""
        return max(1, int(self.rng.lognormvariate(0, sigma) * mean / 1.6))

    def account(self, crowd: str, campaign: str | None = None, net: Net | None = None, **given: Any) -> Account:
        """A new account: an individual with habits at random, but for what is given."""
        rng = self.rng
        home = self.address(net or self.net())
        client = rng.choices(CLIENTS, CLIENT_WEIGHTS)[0]
        first = rng.choice(FIRST_NAMES)
        if rng.random() < 0.8:
            created = self.start - timedelta(days=min(900, rng.expovariate(1 / 160)))
        else:
            created = self.start + timedelta(days=rng.uniform(0, self.days * 0.8))
        made = Account(
            id="user_" + self.hex(12), crowd=crowd, campaign=campaign,
            created=created, verified=rng.random() < 0.15,
            email=f"{first}.{rng.choice(FIRST_NAMES)}{rng.randint(1, 9999)}@{rng.choice(MAIL)}",
            phone=f"+{rng.randint(1, 90)}{rng.randint(10**8, 10**9)}" if rng.random() < 0.7 else None,
            payment="fp_" + self.hex(16) if rng.random() < 0.75 else None,
            signup_ip=home.ip, country=home.country, addresses=[home], client=client,
            plan=rng.choice(["free", "payg", "payg", "pro"]),
            temperature=rng.choice([None, None, None, 0, 0.2, 0.7, 0.7, 1.0]),
            top_p=rng.choice([None] * 9 + [0.9, 0.95]),
            max_tokens=rng.choice([None, None, 512, 1024, 2048, 4096]),
            stream=client.path == "app" or rng.random() < 0.3,
            zone=rng.choice([-8, -5, -5, 0, 1, 1, 2, 5.5, 8, 9]),
            model=rng.choice(self.models[:2]),
            topics=rng.sample(list(TOPICS), rng.randint(1, 4)) + ([CODE_TOPIC] * 2 if rng.random() < 0.4 else []),
            system=rng.choice([None, None, None, "You are a helpful assistant.", "Answer briefly."]),
        )
        if rng.random() < 0.3:  # a second place: a phone, an office
            made.addresses.append(self.address(self.net()))
        made = replace(made, **given)
        if not campaign and rng.random() < 0.004:  # for other reasons: spam, unpaid bills
            made.banned = self.start + timedelta(days=rng.uniform(0.5, self.days))
        made.key = "sk-" + self.hex(40)
        self.accounts.append(made)
        return made

    def when(self, account: Account, low: float = 0, high: float | None = None, *, flat: bool = False) -> datetime:
        """A moment in an account's life: round the clock, or by day in its time zone, with quieter weekends but for individuals."""
        rng, high = self.rng, high or self.days
        for _ in range(60):
            time = self.start + timedelta(days=rng.uniform(low, high))
            if time < account.created:
                continue
            local = time + timedelta(hours=account.zone)
            awake = 0.06 if local.hour < 7 else 1 if local.hour < 19 else 0.6
            if flat or rng.random() < awake * (0.4 if local.weekday() > 4 and account.kind != "individual" else 1):
                return time
        return max(account.created, self.start) + timedelta(hours=rng.uniform(0, 5))

    def send(
        self, account: Account, time: datetime, messages: Sequence[Message], answer: str, *, session: str, system: str | None = None,
        tools: Sequence[str] = (), harvest: str | None = None, reasoning: int = 0, previous: str | None = None, call: Call | None = None,
        model: str | None = None,
    ) -> Request | None:
        """Send a request; nothing where the log has ended or the account is banned."""
        if time >= self.end + timedelta(days=GRACE) or (account.banned and time >= account.banned):
            return None
        rng, places = self.rng, account.addresses
        status = 200 if rng.random() < 0.985 else rng.choice(FAILURES)
        place = places[0] if len(places) < 9 and rng.random() < 0.8 else rng.choice(places)
        sent = Request(
            time, account, list(messages), answer, call, system, tools, session, harvest if status == 200 else None, model or account.model,
            status, place, reasoning, previous, self.hex(24), self.uuid(),
        )
        self.requests.append(sent)
        return sent

    def chat(
        self, account: Account, time: datetime, first: str | None = None, *, turns: int | None = None, system: str | None = "own",
        harvest: str | None = None, accounts: Sequence[Account] | None = None, mean: float = 9, model: str | None = None,
    ) -> list[Message]:
        """Hold a conversation, with the whole history in each request; ``accounts`` take turns in it where given.

        Args:
            account: who asks, or whose topics and system prompt it has.
            time: of the first request.
            first: the first question, by default one of the account's topics.
            turns: how many, by default one to eight.
            system: the system prompt; ``own`` is the account's.
            harvest: the campaign whose harvest it is.
            accounts: those among whom the turns are dealt.
            mean: length of answers, in sentences.
            model: another model than the account's.

        Returns:
            What was said, as far as it went.
        """
        rng = self.rng
        opener, topic = self.text.opener(account.topics)
        system = account.system if system == "own" else system
        history, session, previous = [Message("user", first or opener)], self.uuid(), None
        for _ in range(turns or min(8, 1 + int(rng.expovariate(0.7)))):
            who = account if accounts is None else rng.choice(accounts)
            answer = self.text.answer(topic, mean)
            reasoning = rng.choice([0, 0, 120, 400])
            sent = self.send(
                who, time, history, answer, session=session, system=system, harvest=harvest, previous=previous, reasoning=reasoning,
                model=model,
            )
            if sent is None:
                return history
            time += timedelta(seconds=20 + rng.expovariate(1 / 90))
            if not sent.good:  # the client tries again
                sent = self.send(
                    who, time, history, answer, session=session, system=system, harvest=harvest, previous=previous, model=model,
                )
                if sent is None or not sent.good:
                    return history
                time += timedelta(seconds=30)
            previous = sent.id
            history += [Message("assistant", answer), Message("user", self.text.follow(topic))]
        return history[:-1]

    def agent(
        self, account: Account, time: datetime, task: str, system: str, tools: Sequence[str], *, steps: int | None = None,
        harvest: str | None = None, accounts: Sequence[Account] | None = None, model: str | None = None,
    ) -> None:
        """Run a tool loop: call, result, call, …, each request with all before it."""
        rng, history, session, previous = self.rng, [Message("user", task)], self.uuid(), None
        steps = steps or rng.randint(2, 7)
        for step in range(steps):
            who = account if accounts is None else rng.choice(accounts)
            call = None if step == steps - 1 else self._call(tools)
            answer = self.text.answer("devops", 3 if call else 7)
            sent = self.send(
                who, time, history, answer, session=session, system=system, tools=tools, harvest=harvest, previous=previous, call=call,
                reasoning=rng.randint(0, 500), model=model,
            )
            if sent is None or not sent.good:
                return
            previous, time = sent.id, time + timedelta(seconds=4 + rng.expovariate(1 / 15))
            if call:
                history += [Message("assistant", answer, call), Message("tool", rng.choice(code())[:300], None, call.id)]

    def _call(self, tools: Sequence[str]) -> Call:
        rng = self.rng
        name, tool = "call_" + self.hex(10), rng.choice(tools)
        target = rng.choice(["src/", "tests/", "lib/", "docs/"]) + rng.choice(FIRST_NAMES) + ".py"
        return Call(name, tool, json.dumps({"target": target, "n": rng.randint(1, 400)}))


def new_world(name: str, seed: int, days: int, start: str, models: tuple[str, ...], release_day: int | None = None) -> World:
    """An empty world; ``start`` is its first day."""
    return World(name, days, datetime.fromisoformat(start).replace(tzinfo=UTC), models, random.Random(f"{name}-{seed}"), release_day)
