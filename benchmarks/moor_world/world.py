"""One provider's log while it is written: accounts, requests, conversations.

Everything is drawn one after the other from one stream, as the author wrote it, so that a seed keeps its world: the order of draws is part
of the world, and requests are not drawn in arrays.
"""

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from .. import worlds
from .places import BROWSERS, BUILDS, HOMES, HOURS_EAST, LANGUAGES, MAIL, THROWAWAY, Address, Client, Network
from .text import answer

DAY, HOUR = 86_400, 3_600
FIRST_MONDAY = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
SEASON_WEEKS = 20
"""logs begin on a Monday within so many weeks"""
AFTER_BAN = 600
"""seconds for which a banned account still asks, and is refused"""
LEAST_FAKES = 4
"""of an operator, however small the log"""

MOMENT = pa.timestamp("us", tz="UTC")


@dataclass
class Account:
    """An account, and how it asks."""

    id: str
    key: str
    path: str
    addresses: list[Address]
    client: Client
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    stream: bool
    model: str
    eager: float
    """0: moves to a new model at once; from 0.45 on: never"""
    tools: int | None
    row: dict[str, Any]
    """in the registry"""
    banned: float | None = None
    """when it was banned; stops what is asked from then on in the writing, not what is written already"""

    @property
    def born(self) -> float:
        """When it signed up."""
        return float(self.row["created_at"])

    @property
    def hours_east(self) -> int:
        """The time zone of its country."""
        return HOURS_EAST.get(self.row["country"], 0)

    @property
    def language(self) -> str:
        """The language of its country."""
        return LANGUAGES.get(self.row["country"], "en")


Sender = Account | Callable[[], Account]
"""one account, or who sends the next turn"""


class Moor:
    """A log of some days that starts empty.

    Args:
        stream: what the world is drawn by, with the seed.
        seed: seed.
        days: length of the log.
        factor: size relative to the author's.
    """

    def __init__(self, stream: str, seed: int, days: int, factor: float = 1.0) -> None:
        self.r = random.Random(f"{stream}/{seed}")
        self.days, self.factor = days, factor
        self.start = FIRST_MONDAY + 7 * DAY * self.r.randint(0, SEASON_WEEKS)
        self.end = self.start + days * DAY
        self.release = self.start + days * DAY * self.r.uniform(0.45, 0.6)
        self.rows: list[tuple[Any, ...]] = []
        self.registry: list[dict[str, Any]] = []
        self.truth: list[tuple[str, str | None, str]] = []
        self.harvest: list[tuple[str, str]] = []

    def sized(self, number: int, least: int = 1) -> int:
        """So many as the author has, at the size asked for."""
        return max(min(least, number), round(number * self.factor))

    def fakes(self, number: int) -> int:
        """An operator's accounts at the size asked for."""
        return self.sized(number, LEAST_FAKES)

    def id(self, digits: int = 16) -> str:
        """A random hexadecimal number."""
        return f"{self.r.getrandbits(digits * 4):0{digits}x}"

    def organisation(self) -> str:
        """A new organisation."""
        return "org_" + self.id(6)

    def network(self, where: tuple[int, str] | None = None, among: Sequence[tuple[int, str]] = HOMES) -> Network:
        """A network of a system, by default of somebody's home."""
        asn, country = where or self.r.choice(among)
        return f"{20 + asn % 180}.{self.r.randint(0, 255)}.{self.r.randint(0, 255)}", asn, country

    def address(self, network: Network | None = None, among: Sequence[tuple[int, str]] = HOMES) -> Address:
        """An address of a network, by default of a new one."""
        prefix, asn, country = network or self.network(among=among)
        return f"{prefix}.{self.r.randint(2, 254)}", asn, country

    def account(
        self, crowd: str, campaign: str | None = None, *, created: float | None = None, kind: str = "individual", path: str = "api",
        client: Client | None = None, addresses: list[Address] | None = None, **registered: Any,
    ) -> Account:
        """A new account; ``registered``: what the registry has instead of what is drawn."""
        r = self.r
        addresses = addresses or [self.address()]
        if client is None:
            client = r.choice(BROWSERS if path == "app" else BUILDS)
        made = Account(
            id="acct_" + self.id(12),
            key=self.id(),
            path=path,
            addresses=addresses,
            client=client,
            temperature=r.choice([None, None, None, 0, 0, 0.2, 0.7, 1]),
            top_p=r.choice([None] * 9 + [0.95]),
            max_tokens=r.choice([None, None, 1024, 2048, 4096, 8192, 16384]),
            stream=path == "app" or r.random() < 0.5,
            model=r.choices(["orca-2", "orca-2-mini", "orca-1"], [6, 3, 1])[0],
            eager=r.random(),
            tools=None,
            row={},
        )
        made.row = {
            "account_id": made.id,
            "created_at": created or self.start - DAY * r.expovariate(1 / 150),
            "kind": kind,
            "org_id": None,
            "verified": False,
            "access_type": "application",
            "email_domain": r.choice(MAIL) if r.random() > 0.03 else r.choice(THROWAWAY),
            "email_hash": self.id(),
            "payment_hash": self.id() if r.random() < 0.75 else None,
            "phone_hash": self.id() if r.random() < 0.7 else None,
            "signup_ip": addresses[0][0],
            "country": addresses[0][2],
            "banned_at": None,
            "plan": r.choice(["free", "pro", "payg", "payg"]),
        } | registered
        self.registry.append(made.row)
        self.truth.append((made.id, campaign, crowd))
        return made

    def ask(
        self, account: Account, when: float, prompt: str, *, system: str | None = None, parent: int | None = None, said: str = "",
        campaign: str | None = None, model: str | None = None, session: str | None = None, address: Address | None = None, depth: int = 0,
        length: tuple[float, float] = (5.6, 0.8),
    ) -> tuple[int | None, str]:
        """One request; what falls outside the log, before the sign-up or long after a ban is not written.

        Args:
            account: who asks.
            when: seconds since 1970.
            prompt: the turn.
            system: system prompt.
            parent: context key of the turn before.
            said: the answer before.
            campaign: whose harvest it is, if it is answered.
            model: by default the account's, or the new one.
            session: by default a new one.
            address: by default any of the account's.
            depth: turns before.
            length: mean and spread of the logarithm of answered tokens.

        Returns:
            Context key and answer.
        """
        r = self.r
        if not self.start <= when < self.end or when < account.born or (account.banned and when > account.banned + AFTER_BAN):
            return parent, said
        context = _key(parent, said, system, prompt)
        response = answer(r, prompt)
        if model is None:
            moves = account.model == "orca-2" and account.eager < 0.45 and when > self.release + 4 * DAY * account.eager
            model = "orca-3" if moves else account.model
        refused = account.banned and when > account.banned
        status = 403 if refused else r.choices([200, 429, 400, 529], [970, 16, 8, 6])[0]
        answered = status == 200
        ip, asn, country = address or r.choice(account.addresses)
        tokens_in = (len(prompt) + len(system or "")) // 4 + depth * 420 + r.randint(3, 20)
        tokens_out = int(r.lognormvariate(*length)) + 5 if answered else 0
        event = self.id(24)
        session = session or self.id()
        cached = int(tokens_in * 0.8) if depth or len(system or "") > 800 else 0
        reasoning = int(tokens_out * r.uniform(0, 0.6)) if model != "orca-2-mini" else 0
        self.rows.append((
            event, _microseconds(when), account.id, account.row["org_id"], account.key, session, account.path, model, system, prompt,
            response if answered else None, context, parent, account.tools, account.temperature, account.top_p, account.max_tokens,
            account.stream, tokens_in, cached, tokens_out, reasoning, status, ip, asn, country, *account.client,
        ))
        if campaign and answered:
            self.harvest.append((event, campaign))
        return context, response

    def chat(self, who: Sender, when: float, prompts: Sequence[str], gap: float = 90, **options: Any) -> None:
        """A conversation, its turns ``gap`` seconds apart; options are those of ask."""
        parent: int | None = None
        said, session = "", self.id()
        address: Address | None = None
        for depth, prompt in enumerate(prompts):
            account = who() if callable(who) else who
            if address is None or callable(who):
                address = self.r.choice(account.addresses)
            parent, said = self.ask(
                account, when, prompt, parent=parent, said=said, session=session, depth=depth, address=address, **options
            )
            when += self.r.expovariate(1 / gap) + 4

    def when(self, hours_east: int = 0, low: float | None = None, high: float | None = None, office: bool = False) -> float:
        """A moment at which people are awake, or at work."""
        low, high = low or self.start, high or self.end
        for _ in range(60):
            moment = self.r.uniform(low, high)
            hour = (moment / HOUR + hours_east) % 24
            weekend = int(moment // DAY + 3) % 7 >= 5
            if office:
                likely = (0.95 if 9 <= hour < 18 else 0.04) * (0.06 if weekend else 1)
            else:
                likely = (0.05 if hour < 7 else 0.6 if hour < 18 else 0.9) * (0.6 if weekend else 1)
            if self.r.random() < likely:
                break
        return moment

    def tables(self) -> worlds.World:
        """The log as tables, accounts in random order."""
        columns = zip(worlds.EVENT_COLUMNS.items(), zip(*self.rows, strict=True), strict=True)
        events = pa.table({name: pa.array(values, kind) for (name, kind), values in columns})
        order = sorted(range(len(self.rows)), key=lambda row: self.rows[row][1])
        both = list(zip(self.registry, self.truth, strict=True))
        self.r.shuffle(both)
        accounts = {name: pa.array([_stored(row[name], kind) for row, _ in both], kind) for name, kind in worlds.ACCOUNT_COLUMNS.items()}
        releases = {
            "orca-1": self.start - 400 * DAY,
            "orca-2": self.start - 120 * DAY,
            "orca-2-mini": self.start - 100 * DAY,
            "orca-3": self.release,
        }
        return worlds.World(
            events.take(pa.array(order)),
            pa.table(accounts),
            _strings(("account_id", "campaign", "kind"), [row for _, row in both]),
            _strings(("event_id", "campaign"), self.harvest),
            [{"model": model, "released_at": _stamp(at)} for model, at in releases.items()],
        )


def _key(*message: str | int | None) -> int:
    text = "\0".join(map(str, message))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def _stamp(moment: float) -> str:
    return f"{datetime.fromtimestamp(int(moment), UTC):%Y-%m-%dT%H:%M:%SZ}"


def _microseconds(moment: float) -> int:
    return int(moment * 1e6)


def _stored(value: Any, kind: pa.DataType) -> Any:
    return _microseconds(value) if kind == MOMENT and value is not None else value


def _strings(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> pa.Table:
    return pa.table({name: pa.array([row[column] for row in rows], pa.string()) for column, name in enumerate(names)})
