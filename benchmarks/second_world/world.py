"""A provider in the making: its networks, clients, accounts and events."""

import hashlib
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .text import Persona, Text

DAY = 86_400
HOUR = 3600
FIRST_START = 1_773_014_400
NEVER = 10**10

# Countries of the user-assigned codes, addresses of 240.0.0.0/4, private autonomous systems: no real party is meant.
COUNTRIES = (
    ("XA", -6, 30), ("XB", 0, 9), ("XC", 1, 8), ("XD", 5, 10), ("XE", -3, 7), ("XF", 9, 5), ("XG", 1, 5), ("XH", -5, 4),
    ("XI", 1, 3), ("XJ", 9, 3), ("XL", 8, 3), ("XM", 10, 3), ("XN", 1, 2), ("XO", 1, 3), ("XP", 7, 2), ("XQ", 8, 2),
    ("XR", -6, 2), ("XS", 1, 2), ("XT", 3, 2), ("XU", 2, 1),
)
"""Code, hours from UTC, weight."""
MAIL = (
    ("bigmail.example", 55), ("lookmail.example", 15), ("cloudmail.example", 9), ("oldmail.example", 5),
    ("sealed.example", 4), ("gemx.example", 3), ("q-mail.example", 2), ("hiya.example", 1), ("quickpost.example", 1),
    ("bay.example", 1), ("village.example", 1),
)
THROWAWAY_MAIL = ("mailkorb.example", "tmpbox.example", "inboxly.example", "dropmail.example", "kurzpost.example")
OLD_MODELS, NEW_MODEL = ("aster-3", "aster-3-mini", "aster-4", "aster-4-mini"), "aster-5"
USER_AGENTS = (
    ("aster-python/1.41.0", "py", "api", 14), ("aster-python/1.38.2", "py", "api", 8),
    ("aster-python/1.44.1", "py2", "api", 9), ("aster-js/0.61.3", "node", "api", 10),
    ("aster-js/0.58.0", "node", "api", 4), ("okhttp/4.12.0", "okhttp", "api", 2),
    ("python-requests/2.32.3", "req", "api", 4), ("curl/8.6.0", "curl", "api", 2),
    ("Go-http-client/2.0", "go", "api", 3), ("chainwork-aster/0.9", "py", "api", 4),
    ("Mozilla/5.0 (Windows NT 10.0) Chrome/141", "chrome", "app", 17),
    ("Mozilla/5.0 (Macintosh) Safari/18.3", "safari", "app", 10), ("Mozilla/5.0 (X11) Firefox/139", "ff", "app", 3),
    ("AsterApp/5.2 iOS", "ios", "app", 10), ("AsterApp/5.1 Android", "andr", "app", 8),
    ("cloudhub-sdk/2.9", "cloudhub", "cloudhub", 7),
)
"""User agent, family of its TLS stack, access path, weight."""

Address = tuple[str, int]
Prompts = Sequence[str]


def key64(*parts: object) -> int:
    """A signed 64-bit hash."""
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def fingerprint(family: str) -> str:
    """The JA4 of a TLS stack."""
    digest = hashlib.md5(family.encode(), usedforsecurity=False).hexdigest()
    return f"t13d{int(digest[:2], 16) % 9 + 12}{int(digest[2:4], 16) % 9 + 10}h2_{digest[4:16]}_{digest[16:28]}"


@dataclass(eq=False)
class Net:
    """Where an account sends from: the address changes by session, by request, or rotates over everybody's homes."""

    mode: str
    addresses: list[Address]
    country: str


@dataclass(frozen=True)
class Client:
    """What an account sends with."""

    user_agent: str
    ja4: str
    path: str
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    stream: bool
    tools: int | None


@dataclass(eq=False)
class Account:
    """An account; times in seconds."""

    number: int
    id: str
    kind: str
    campaign: str | None
    country: str
    zone: int
    created: int
    net: Net
    client: Client
    person: Persona
    model: str
    adopts: int
    peak: int
    spread: float
    weekend: float
    keys: list[str]
    plan: str
    org: str | None
    verified: bool
    access_type: str
    registry_kind: str | None
    domain: str
    email: str
    payment: str | None
    phone: str | None
    signup_ip: str
    banned: int | None
    unregistered: bool
    no_session: bool


@dataclass(frozen=True)
class Rhythm:
    """Hours of people behind an intermediary."""

    peak: int
    spread: float
    weekend: float
    zone: int = 0
    created: int = 0
    banned: int | None = None


class Event(NamedTuple):
    """A request."""

    time_us: int
    account: int
    key: str
    session: str | None
    path: str
    model: str
    system: str | None
    prompt: str
    response: str
    context: int
    parent: int | None
    tools: int | None
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    stream: bool
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int
    status: int
    ip: str
    asn: int
    country: str
    user_agent: str
    ja4: str
    harvested_by: str | None


Sender = Account | Callable[[int, int], Account | None]
"""An account, or who sends turn number j at time t."""


@dataclass
class Popular:
    """The popular coding agent, which operators ride on."""

    systems: list[str] = field(default_factory=list)
    tools: int = 0
    user_agent: str = "forgehand/"


class World:
    """Everything made so far."""

    def __init__(self, seed: int, days: int, prompts: Path | None = None) -> None:
        self.rng = rng = random.Random(seed * 7919 + 13)
        numbers = np.random.default_rng(seed * 104_729 + 5)
        self.days = days
        self.start = FIRST_START + rng.randrange(0, 120) * DAY
        self.end = self.start + days * DAY - 1
        self.release = self.start + int((0.35 + 0.25 * rng.random()) * days * DAY)
        self.text = Text(rng, numbers, prompts)
        self.accounts: list[Account] = []
        self.events: list[Event] = []
        self.popular = Popular()
        countries = [code for code, _, _ in COUNTRIES]
        self._carriers = {code: [(self.any_ip(), 64_600 + rng.randrange(100)) for _ in range(8)] for code in countries}
        self._vpns = [[(self.any_ip(), 64_520 + number) for _ in range(4)] for number in range(5)]
        self._clouds = [f"254.{second}" for second in rng.sample(range(256), 12)]
        self._serverless = [(self._in_cloud(), 64_530) for _ in range(500)]
        self._providers = {code: [64_700 + rng.randrange(800) for _ in range(5)] for code in countries}

    # Networks and clients

    def any_ip(self) -> str:
        """An address of somebody's home."""
        rng = self.rng
        return f"{rng.randrange(240, 254)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"

    def _in_cloud(self) -> str:
        return f"{self.rng.choice(self._clouds)}.{self.rng.randrange(256)}.{self.rng.randrange(256)}"

    def any_country(self) -> tuple[str, int, int]:
        """A country by its weight."""
        return self.rng.choices(COUNTRIES, [weight for _, _, weight in COUNTRIES])[0]

    def net(self, kind: str, country: str = "XA", n: int | None = None) -> Net:
        """A new attachment: home, mobile, office, cloud, serverless, vpn, residential (a proxy), or rotating."""
        rng = self.rng
        asn = rng.choice(self._providers[country])
        if kind == "home":
            ip = self.any_ip()
            block = ip.rsplit(".", 1)[0]
            addresses = [(ip, asn)]
            if rng.random() >= 0.6:
                addresses = [(f"{block}.{rng.randrange(1, 255)}", asn) for _ in range(rng.randint(2, 4))]
            if rng.random() < 0.35:
                addresses.append(rng.choice(self._carriers[country]))
            return Net("session", addresses, country)
        if kind == "mobile":
            return Net("session", rng.sample(self._carriers[country], 5), country)
        if kind == "office":
            block = self.any_ip().rsplit(".", 1)[0]
            n = n or rng.randint(1, 3)
            return Net("session", [(f"{block}.{rng.randrange(1, 255)}", asn) for _ in range(n)], country)
        if kind == "cloud":
            block = rng.choice(self._clouds)
            n = n or rng.randint(1, 4)
            host = [(f"{block}.{rng.randrange(256)}.{rng.randrange(256)}", 64_530 + rng.randrange(5)) for _ in range(n)]
            return Net("request", host, rng.choice(("XA", "XC", "XA", "XL")))
        if kind == "serverless":
            return Net("request", self._serverless, "XA")
        if kind == "vpn":
            return Net("session", rng.choice(self._vpns), rng.choice(("XN", "XA", "XO", "XL")))
        if kind == "residential":
            anywhere = self.any_country()[0]
            return Net("session", [(self.any_ip(), rng.choice(self._providers[anywhere]))], anywhere)
        if kind == "rotating":
            return Net("rotating", [], "XA")
        raise ValueError(kind)

    def address(self, net: Net, state: dict[object, tuple[str, int, str]]) -> tuple[str, int, str]:
        """Address, autonomous system and country of a request; state keeps them over a conversation."""
        rng = self.rng
        if net.mode == "rotating":
            if "rotating" not in state or rng.random() < 0.3:
                country = self.any_country()[0]
                state["rotating"] = (self.any_ip(), rng.choice(self._providers[country]), country)
            return state["rotating"]
        if net.mode == "request":
            return *rng.choice(net.addresses), net.country
        if net not in state:
            state[net] = (*rng.choice(net.addresses), net.country)
        return state[net]

    def client(self, path: str | None = None, **changes: Any) -> Client:
        """A client, of a path if one is named."""
        rng = self.rng
        choices = [row for row in USER_AGENTS if path is None or row[2] == path]
        agent, family, path, _ = rng.choices(choices, [row[3] for row in choices])[0]
        app = path == "app"
        build = str(rng.randrange(3)) if family in ("chrome", "node", "py") else ""
        temperatures = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.7, 0.8, 1.0, 1.0, 0.9)
        lengths = (256, 500, 512, 1000, 1024, 1024, 2000, 2048, 4000, 4096, 4096, 8192, 8000, 300, 1500)
        made = Client(
            user_agent=agent,
            ja4=fingerprint(family + build),
            path=path,
            temperature=None if app or rng.random() < 0.45 else rng.choice(temperatures),
            top_p=None if app or rng.random() < 0.7 else rng.choice((0.9, 0.95, 1.0, 0.8)),
            max_tokens=None if app else rng.choice(lengths),
            stream=app or rng.random() < 0.4,
            tools=None,
        )
        return replace(made, **changes)

    def hash(self, prefix: str, bits: int = 48) -> str:
        """A new identifier."""
        return prefix + format(self.rng.getrandbits(bits), "x")

    # Accounts

    def account(
        self, kind: str, campaign: str | None = None, *, country: tuple[str, int, int] | None = None,
        signup_net: Net | None = None, **given: Any,
    ) -> Account:
        """A new account; what is not given is as everybody's is."""
        rng = self.rng
        code, zone, _ = country or self.any_country()
        created = self.start + rng.randrange(int(self.days * DAY * 0.85))
        if rng.random() < 0.8:
            created = self.start - int(rng.paretovariate(0.9) * 12 * DAY) % (700 * DAY)
        net = given.get("net") or self.net(
            rng.choices(("home", "mobile", "office", "cloud", "vpn"), (62, 14, 8, 10, 6))[0], code
        )
        assert isinstance(net, Net)
        client = given.get("client") or self.client()
        assert isinstance(client, Client)
        plan = given.get("plan") or rng.choices(("free", "plus", "payg", "tier2"), (45, 25, 24, 6))[0]
        x = rng.random()
        adopts = self.release + int(rng.random() * DAY if x < 0.08 else rng.expovariate(1 / (4.5 * DAY)))
        came_from = signup_net or (net if rng.random() < 0.75 else self.net("home", code))
        usual: dict[str, Any] = {
            "number": len(self.accounts),
            "id": "u-" + "".join(rng.choices("0123456789abcdefghjkmnpqrstvwxyz", k=11)),
            "kind": kind, "campaign": campaign, "country": code, "zone": zone + rng.choice((-1, 0, 0, 1)),
            "created": created, "person": self.text.persona(),
            "model": rng.choices(OLD_MODELS, (8, 22, 40, 30))[0], "adopts": adopts if x < 0.6 else NEVER,
            "peak": rng.choice((9, 10, 11, 14, 15, 16, 20, 21, 22)), "spread": rng.uniform(1.5, 4.5),
            "weekend": rng.choice((0.15, 0.4, 0.8, 1, 1.4)),
            "keys": [self.hash("k", 40) for _ in range(1 + rng.choice((0, 0, 0, 0, 1, 2)))],
            "org": self.hash("o", 40) if rng.random() < 0.2 else None, "verified": rng.random() < 0.06,
            "access_type": "application",
            "registry_kind": rng.choices(
                ("individual", "education", "research", "startup", "enterprise", None), (70, 6, 4, 8, 2, 10))[0],
            "domain": self.any_mail(), "email": self.hash("e"),
            "payment": None if plan == "free" else self.hash("c"),
            "phone": None if rng.random() < 0.5 else self.hash("p"), "signup_ip": self.address(came_from, {})[0],
            "banned": None if campaign or rng.random() >= 0.002 else self.start + rng.randrange(self.days * DAY),
            "unregistered": campaign is None and rng.random() < 0.006,
            "no_session": rng.random() < 0.6 and client.path != "app",
        }
        made = Account(**usual | given | {"net": net, "client": client, "plan": plan})
        self.accounts.append(made)
        return made

    def any_mail(self) -> str:
        """A mail domain by its weight."""
        return self.rng.choices([name for name, _ in MAIL], [weight for _, weight in MAIL])[0]

    # Traffic

    def when(self, who: Account | Rhythm, low: float | None = None, high: float | None = None) -> int | None:
        """A time at which an account sends, None where it has no time left."""
        rng = self.rng
        low = max(self.start, who.created, low or 0)
        high = min(self.end, who.banned or self.end, high or self.end)
        if high <= low:
            return None
        for _ in range(14):
            day = self.start + int((low - self.start + rng.random() * (high - low + DAY)) // DAY) * DAY
            if (day // DAY + 4) % 7 in (0, 6) and rng.random() > who.weekend:
                continue
            peak = who.peak if rng.random() < 0.75 else (who.peak + 6) % 24
            time = int(day + (rng.gauss(peak, who.spread) - who.zone) * HOUR)
            if low <= time <= high:
                return time
        return int(low + rng.random() * (high - low))

    def converse(
        self, who: Sender, time: int | float, prompts: Prompts, *, system: str | None = None,
        client: Client | None = None, answers: str | tuple[str, ...] = "plain", campaign: str | None = None,
        gap: float = 90, gap_spread: float = 0.8, model: str | None = None, session: str | None = None,
        key: str | None = None,
    ) -> None:
        """A conversation: each turn continues the one before, whoever sends it. The session "" is none."""
        rng = self.rng
        t = int(time)
        context: int | None = None
        history, answer, which_key = 0, "", rng.random()
        state: dict[object, tuple[str, int, str]] = {}
        for turn, prompt in enumerate(prompts):
            if turn:
                t += max(2, int(gap * math.exp(rng.gauss(0, gap_spread))))
            if not self.start <= t <= self.end:
                return
            account = who if isinstance(who, Account) else who(turn, t)
            if account is None or (isinstance(who, Account) and account.banned and t > account.banned):
                return
            used = client or account.client
            if turn == 0 and session is None and not (account.no_session and client is None):
                session = self.hash("", 52)
            parent, context = context, key64(system, prompt) if turn == 0 else key64(context, answer, prompt)
            spoken = model or (NEW_MODEL if t >= account.adopts else account.model)
            kind = answers if isinstance(answers, str) else rng.choice(answers)
            answer = self.text.answer(kind)
            n_in = int((len(system or "") + len(prompt)) / 4.1) + 8 + history + (900 if used.tools else 0)
            n_out = int(len(answer) * rng.uniform(0.3, 2.5))
            n_out += int(rng.lognormvariate(4.6, 0.9) if kind != "label" else 3)
            n_out = min(n_out, used.max_tokens) if used.max_tokens else n_out
            thinks = spoken in (NEW_MODEL, "aster-4") and kind in ("reasoned", "code", "tool") and rng.random() < 0.7
            n_thought = int(rng.lognormvariate(6, 0.8)) if thinks else 0
            if turn and rng.random() < 0.7:
                n_cached = int(history * 0.9)
            else:
                n_cached = int(len(system) / 5) if system and len(system) > 1200 and rng.random() < 0.5 else 0
            where = self.address(account.net, state)
            sent = (account.number, key or account.keys[int(which_key * len(account.keys))], session or None, used.path,
                    spoken, system, prompt)
            how = (context, parent, used.tools, used.temperature, used.top_p, used.max_tokens, used.stream)
            by = (used.user_agent, used.ja4)
            if rng.random() < 0.012:
                failed = (n_in, 0, 0, 0, rng.choice((429, 529, 500)))
                self.events.append(Event(self._micro(t), *sent, "", *how, *failed, *where, *by, None))
                t += rng.randint(1, 9)
                if t > self.end:
                    return
            counted = (n_in, n_cached, n_out, n_thought, 200)
            self.events.append(Event(self._micro(t), *sent, answer, *how, *counted, *where, *by, campaign))
            history += int(len(prompt) / 4.1) + n_out

    def _micro(self, t: int) -> int:
        return t * 1_000_000 + self.rng.randrange(1_000_000)

    def turns(self, more: float = 0.5, most: int = 14) -> int:
        """Turns of a conversation, each followed by another with a chance."""
        n = 1
        while self.rng.random() < more and n < most:
            n += 1
        return n

    def followed(self, first: str, person: Persona, more: float = 0.5) -> list[str]:
        """A first message and what the person says after it."""
        return [first] + [self.text.follow(person) for _ in range(self.turns(more) - 1)]

    def chat(self, account: Account, time: int, more: float = 0.5, system: str | None = None) -> None:
        """A conversation as people have them."""
        person = account.person
        first = self.text.chat(person)
        kind = "code" if "\n" in first and person.codes else "plain"
        self.converse(account, time, self.followed(first, person, more), answers=kind, system=system)

    def casual(self, account: Account, n: float, low: float | None = None, high: float | None = None) -> None:
        """Some n requests as people send them."""
        while n > 0:
            time = self.when(account, low, high)
            if time is None:
                return
            before = len(self.events)
            self.chat(account, time)
            n -= max(1, len(self.events) - before)
