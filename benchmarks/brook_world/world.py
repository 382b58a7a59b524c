"""One provider's log while it is written: accounts, conversations, tables.

Everything is drawn one after the other from one stream, as the author wrote it, so that a seed keeps its world: the order of draws is part
of the world, and requests are not drawn in arrays.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from .. import worlds
from .crowd import Address, Crowd, Kind, Shared, Traits, Work, digits, number
from .places import BROWSERS, COUNTRIES, HOSTS, MAIL, PROGRAMS, TUNNELS
from .text import ordinary, pick, prose
from .times import CLOCK, DAY, HOUR, Burst, When

FIRST_MONDAY = datetime(2026, 9, 7, tzinfo=UTC).timestamp()
MODELS = ("m-large", "m-small")
NEW_MODEL = "m-next"
SLOW_TO_MOVE = 90
"""mean hours until somebody moves to a new model, if ever"""

Block = tuple[str, int]
"""first numbers of its addresses, and its system number"""


@dataclass(frozen=True)
class House:
    """A provider.

    Args:
        days: length of its log.
        api: share of accounts on the API, if their crowd does not say.
        release: the day on which a model is released, if any.
        unlogged: columns that its log lacks.
        unregistered: columns that its registry lacks.
        hashed: networks stand in the log as hashes.
        strangers: share of accounts that are in the log alone.
    """

    days: int
    api: float
    release: int | None = None
    unlogged: tuple[str, ...] = ()
    unregistered: tuple[str, ...] = ()
    hashed: bool = False
    strangers: float = 0.0


@dataclass
class Account:
    """An account, and how it asks."""

    id: str
    place: int
    """in its crowd"""
    crowd: str
    campaign: str | None
    row: dict[str, Any]
    """in the registry"""
    addresses: list[Address]
    path: str
    client: str
    ja4: str
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    tools: int | None
    model: str
    hours_east: int
    key: str
    stream: bool
    moves: float | None = None
    """hours after a release until it uses the new model; None: never"""

    @property
    def born(self) -> float:
        """When it signed up."""
        return float(self.row["created_at"])

    @property
    def banned(self) -> float | None:
        """When it was banned."""
        banned: float | None = self.row["banned_at"]
        return banned


Movers = Callable[[Account], list[Account] | None]
"""accounts that may each take a turn of a conversation of this one"""


@dataclass(frozen=True)
class Turn:
    """A request."""

    when: float
    who: Account
    answered: dict[str, Any] = field(repr=False)
    """its columns that are not the account's"""


class Brook:
    """A log that starts empty.

    Args:
        name: what the world is drawn by, with the seed.
        seed: seed.
        house: whose log it is.
        factor: size relative to the author's.
    """

    def __init__(self, name: str, seed: int, house: House, factor: float = 1.0) -> None:
        self.name, self.seed, self.house, self.factor = name, seed, house, factor
        self.r = r = random.Random(f"{name}{seed}")
        self.start = FIRST_MONDAY + r.randint(0, 5) * 7 * DAY
        self.end = self.start + house.days * DAY
        self.release = self.start + house.release * DAY + 17 * HOUR if house.release else None
        self.systems = [r.randint(1000, 60000) for _ in range(40)]
        self._homes: list[Block] = [(self._prefix(), r.choice(self.systems)) for _ in range(2500)]
        self._mobile: list[Block] = [(self._prefix(), r.choice(self.systems[:5])) for _ in range(25)]
        self._tunnels: list[Address] = [(f"{self._prefix()}.{r.randint(1, 250)}", r.choice(TUNNELS)) for _ in range(30)]
        self._cloud: list[Block] = [(self._prefix(), r.choice(HOSTS)) for _ in range(90)]
        self.people: list[Account] = []
        self.turns: list[Turn] = []
        self.cover: set[str] = set()
        """prompts of operators' accounts that belong to no harvest"""

    def _prefix(self) -> str:
        return f"{self.r.randint(20, 220)}.{self.r.randint(0, 255)}.{self.r.randint(0, 255)}"

    def sized(self, accounts: int, least: int = 1) -> int:
        """So many as the author has, at the size asked for."""
        return max(min(least, accounts), round(accounts * self.factor))

    @contextmanager
    def until(self, moment: float | None) -> Iterator[None]:
        """Write as if the log ended at this moment, if any."""
        end = self.end
        self.end = moment or end
        yield
        self.end = end

    def gather(self, name: str) -> Crowd:
        """A new crowd, without accounts yet."""
        return Crowd(self.r, name, f"{self.name}{self.seed}{name}{len(self.people)}", self.systems)

    def _address(self, blocks: Sequence[Block]) -> Address:
        prefix, system = self.r.choice(blocks)
        return f"{prefix}.{self.r.randint(1, 250)}", system

    def _addresses(self, network: str, crowd: Crowd) -> list[Address]:
        r = self.r
        match network:
            case "home":
                first = self._address(self._homes)
                if r.random() >= 0.35:
                    return [first]
                return [first, self._address(self._mobile if r.random() < 0.5 else self._homes)]
            case "nat":
                return list(crowd.addresses)
            case "natmix":
                return [*crowd.addresses, self._address(self._homes)]
            case "vpn":
                return r.sample(self._tunnels, r.randint(2, 5))
            case "cgnat":
                return [self._address(self._mobile) for _ in range(r.randint(2, 6))]
            case "cloud":
                return [self._address(self._cloud)]
            case _:
                return [self._address(self._cloud[:4])]

    def _signup(self, signup: str | tuple[float, float]) -> float:
        r = self.r
        if signup == "old":
            made = self.end - min(r.expovariate(1 / (220 * DAY)), 900 * DAY)
        elif isinstance(signup, str):
            made = self.start + r.uniform(-5, self.house.days * 0.6) * DAY
        else:
            day, spread = signup
            made = self.start + day * DAY + abs(r.gauss(0, spread)) * HOUR
        return min(made, self.end - 2 * DAY)

    def _held(self, share: Shared, what: str, crowd: Crowd, place: int, usual: float) -> str | None:
        """A hash of a card or telephone."""
        if share == 0 or (share is None and self.r.random() >= usual):
            return None
        if share is None:
            return digits(self.seed, crowd.salt, what, place, self.r.random())
        return digits(crowd.salt, what, place // share if isinstance(share, int) else "all")

    def account(self, crowd: Crowd, place: int, traits: Traits, campaign: str | None = None) -> Account:
        """A new account of a crowd."""
        r = self.r
        created = self._signup(traits.signup)
        app = r.random() >= (self.house.api if traits.api is None else traits.api)
        client = r.choice(traits.clients or (BROWSERS if app else PROGRAMS))
        domain = crowd.domain if traits.mail == "one" else traits.mail
        domain = domain or r.choice([*MAIL, *[digits(place, crowd.salt)[:6] + ".com"] * 2])
        addresses = self._addresses(traits.network, crowd)
        id = "a_" + digits(self.name, self.seed, len(self.people))[:12]
        row = {
            "account_id": id,
            "created_at": created,
            "kind": traits.kind if isinstance(traits.kind, str) else r.choice(traits.kind),
            "org_id": "org_" + digits(crowd.salt)[:8] if traits.organised else None,
            "verified": (crowd.roll if traits.mail == "one" else r.random()) < max(traits.contract, 0.05),
            "access_type": traits.access,
            "email_domain": domain,
            "email_hash": digits(id, "mail"),
            "payment_hash": self._held(traits.card, "card", crowd, place, 0.7),
            "phone_hash": self._held(traits.phone, "phone", crowd, place, 0.75),
            "signup_ip": addresses[0][0],
            "country": r.choice(COUNTRIES),
            "banned_at": None,
            "plan": traits.plan or r.choice(["free", "plus", "plus", "pro"] if app else ["payg", "payg", "tier2"]),
        }
        hello = f"t13d{digits(client, r.randint(0, 1))[:4]}h2"
        strays = crowd.name == "ordinary" or traits.network == "vpn"
        made = Account(
            id=id,
            place=place,
            crowd=crowd.name,
            campaign=campaign,
            row=row,
            addresses=addresses,
            path="app" if app else "api",
            client=client,
            ja4=f"{hello}_{digits(client)[:12]}_{digits(client, r.randint(0, 2))[:12]}",
            temperature=r.choice([None, None, None, 0.7, 1.0, 0.2, 0.0]) if traits.temperature is None and not app else traits.temperature,
            top_p=traits.top_p,
            max_tokens=traits.max_tokens if traits.max_tokens or app else r.choice([None, None, 1024, 2048, 4096]),
            tools=number("tools", traits.tools) if traits.tools else None,
            model=traits.model or r.choice(MODELS),
            hours_east=r.randint(-8, 9) if strays else crowd.hours_east,
            key=digits(id, "key"),
            stream=app or r.random() < 0.3,
        )
        self.people.append(made)
        made.moves = r.expovariate(1 / SLOW_TO_MOVE) if r.random() < 0.45 else None
        crowd.starts[place] = place * traits.spread
        return made

    def moment(self, account: Account, when: When, tries: int = 25) -> float:
        """When an account asks, after it has signed up."""
        r, low = self.r, max(self.start, account.born + 300)
        if isinstance(when, Burst):
            return min(max(low, self.start + when.day * DAY) + abs(r.gauss(0, when.hours * 0.5)) * HOUR, self.end - 60)
        if not isinstance(when, str):
            at = when.draw(r, self.start, self.house.days, account.hours_east, number(account.id) % 3)
            if at >= low:
                return at
            return self.moment(account, when, tries - 1) if tries and low < self.end - DAY else r.uniform(low, self.end)
        for _ in range(20):
            day = r.uniform(low, self.end) // DAY * DAY
            if when == "office" and int((day - self.start) / DAY) % 7 >= 5 and r.random() < 0.93:
                continue
            at = day + ((pick(r, CLOCK[when]) - account.hours_east) % 24 + r.random()) * HOUR
            if low <= at < self.end:
                return at
        return r.uniform(low, self.end)

    def talk(
        self, account: Account, when: float, prompts: Sequence[str], system: str | None = None, movers: list[Account] | None = None,
        think: bool = False, history: Sequence[str] = (),
    ) -> None:
        """A conversation, up to the end of the log.

        Args:
            account: whose it is.
            when: of the first turn.
            prompts: of the turns.
            system: system prompt.
            movers: accounts that may each take a turn.
            think: answers come with reasoning.
            history: turns before, made elsewhere.
        """
        r = self.r
        said = list(history)
        parent = number("ctx", system, *history) if history else None
        session = digits(account.id, when, r.random()) if account.path == "app" or r.random() < 0.5 else None
        for prompt in prompts:
            if when >= self.end:
                return
            who = r.choice([mover for mover in movers if mover.born < when] or [account]) if movers else account
            said.append(prompt)
            context = number("ctx", system, *said)
            status = 200 if r.random() < 0.97 else r.choice([429, 429, 500, 529])
            tokens_in = int((sum(map(len, said)) + len(system or "")) / 4.1) + 8 + 180 * (len(said) - 1)
            tokens_out = None
            if status == 200:
                tokens_out = int(min(r.lognormvariate(6.7 if think else 5.6, 0.8), who.max_tokens or 8000))
            ip, asn = r.choice(who.addresses) if r.random() < 0.4 else who.addresses[0]
            moved = self.release and who.moves is not None and when > self.release + who.moves * HOUR
            self.turns.append(Turn(when, who, {
                "session_id": session,
                "model": NEW_MODEL if moved else who.model,
                "system": system,
                "prompt": prompt,
                "response": prose(r, 1) if tokens_out else None,
                "context_key": context,
                "parent_key": parent,
                "input_tokens": tokens_in,
                "cached_tokens": int(tokens_in * 0.8) if len(said) > 1 or (system and r.random() < 0.6) else 0,
                "output_tokens": tokens_out,
                "reasoning_tokens": int(tokens_out * 0.4) if think and tokens_out else 0,
                "status": status,
                "ip": ip,
                "asn": asn,
            }))
            parent = context
            when += r.lognormvariate(4.2, 0.8)

    def employ(self, crowd: Crowd, accounts: Sequence[Account], load: float, work: Work, movers: Movers | None = None) -> None:
        """Let accounts of a crowd ask about so many times each."""
        r = self.r
        for account in accounts:
            requests = max(1, round(load * r.lognormvariate(-work.sigma * work.sigma / 2, work.sigma)))
            sent = 0
            while sent < requests:
                turns = min(requests - sent, 1 + int(r.expovariate(1 / max(work.turns - 1, 0.01))))
                own = r.random() < work.own
                when = self.moment(account, "day" if own else work.when)
                prompts = [ordinary(r) if own else work.text(r, crowd, account.place, sent + turn) for turn in range(turns)]
                system = work.system(crowd, account.place) if callable(work.system) else work.system
                self.talk(account, when, prompts, None if own else system, movers(account) if movers else None, work.think)
                sent += turns

    def crowd(self, name: str, accounts: int, load: float, kind: Kind) -> None:
        """A crowd as described."""
        crowd = self.gather(name)
        members = [self.account(crowd, place, kind.traits) for place in range(accounts)]
        if kind.traits.jump:
            for member in members:
                member.moves = self.r.uniform(*kind.traits.jump)
        self.employ(crowd, members, load, kind.work)

    def _shown(self, ip: str) -> str:
        return digits(self.seed, ip.rpartition(".")[0]) if self.house.hashed else ip

    def tables(self) -> worlds.World:
        """The log as tables; who is registered and truth are told in the order of their ids."""
        self.turns.sort(key=lambda turn: turn.when)
        ids = [f"req_{self.seed:02d}{row:07d}{digits(self.name, row)[:6]}" for row in range(len(self.turns))]
        campaigns = [
            (id, turn.who.campaign)
            for id, turn in zip(ids, self.turns, strict=True)
            if turn.who.campaign and turn.answered["prompt"] not in self.cover
        ]
        registered = [account for account in self.people if self.r.random() >= self.house.strangers]
        registered.sort(key=lambda account: account.id)
        people = sorted(self.people, key=lambda account: account.id)
        releases = {MODELS[0]: self.start - 200 * DAY} | ({NEW_MODEL: self.release} if self.release else {})
        events = [self._event(id, turn) for id, turn in zip(ids, self.turns, strict=True)]
        return worlds.World(
            self._table(worlds.EVENT_COLUMNS, events, self.house.unlogged),
            self._table(worlds.ACCOUNT_COLUMNS, [self._registered(account) for account in registered], self.house.unregistered),
            _strings(("account_id", "campaign", "kind"), [(account.id, account.campaign, account.crowd) for account in people]),
            _strings(("event_id", "campaign"), campaigns),
            [{"model": model, "released_at": datetime.fromtimestamp(at, UTC).isoformat()} for model, at in releases.items()],
        )

    def _event(self, id: str, turn: Turn) -> dict[str, Any]:
        who = turn.who
        return turn.answered | {
            "event_id": id,
            "timestamp": int(turn.when * 1e6),
            "account_id": who.id,
            "org_id": who.row["org_id"],
            "key_id": who.key,
            "access_path": who.path,
            "tools_key": who.tools,
            "temperature": who.temperature,
            "top_p": who.top_p,
            "max_tokens": who.max_tokens,
            "stream": who.stream,
            "ip": self._shown(turn.answered["ip"]),
            "country": who.row["country"],
            "user_agent": who.client,
            "ja4": who.ja4,
        }

    def _registered(self, account: Account) -> dict[str, Any]:
        moments = {name: None if account.row[name] is None else int(account.row[name] * 1e6) for name in ("created_at", "banned_at")}
        return account.row | moments | {"signup_ip": self._shown(account.row["signup_ip"])}

    def _table(self, columns: dict[str, pa.DataType], rows: list[dict[str, Any]], without: tuple[str, ...]) -> pa.Table:
        return pa.table({
            name: pa.array([None if name in without else row[name] for row in rows], kind) for name, kind in columns.items()
        })


def _strings(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> pa.Table:
    return pa.table({name: pa.array([row[column] for row in rows], pa.string()) for column, name in enumerate(names)})
