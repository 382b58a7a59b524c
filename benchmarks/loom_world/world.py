"""One host's log while it is written: accounts, and requests in the order in which they are drawn."""

import hashlib
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from .places import BROWSERS, SDKS, Address, Places
from .text import Text

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HOUR, DAY = 3600.0, 86_400.0
FIRST_MONDAY = datetime(2026, 1, 5, tzinfo=UTC).timestamp()
LARGE, SMALL, THINKER = MODELS = ("h-large-3", "h-small-3", "h-thinker-2")
AGES = (210, 150, 90)
"""days before the log at which the models were released; none is released while it runs"""
LEAST = 4
"""accounts of a crowd at any size"""


@dataclass(frozen=True)
class Program:
    """A program: how it names itself, and what it sends for whoever uses it."""

    user_agent: str
    ja4: str
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stream: bool = True
    tools: int | None = None
    api: bool = True


@dataclass(kw_only=True)
class Account:
    """An account. Times are seconds since the log begins."""

    id: str
    crowd: str
    campaign: str | None
    created: float
    kind: str
    org: str | None
    verified: bool
    email_domain: str
    email_hash: str
    payment: str | None
    phone: str | None
    signup_ip: str | None
    country: str
    plan: str
    east: float
    addresses: list[Address]
    program: Program
    key: str
    model: str
    topics: list[str]
    tongue: str
    wandering: bool = False
    """another address for each request"""
    banned: float | None = None
    system: str | None = None


@dataclass
class Log:
    """Requests by columns."""

    time: list[float] = field(default_factory=list)
    account: list[int] = field(default_factory=list)
    talk: list[int] = field(default_factory=list)
    model: list[str] = field(default_factory=list)
    system: list[str | None] = field(default_factory=list)
    prompt: list[str] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)
    context: list[int] = field(default_factory=list)
    parent: list[int | None] = field(default_factory=list)
    before: list[int] = field(default_factory=list)
    """tokens sent before"""
    address: list[Address] = field(default_factory=list)
    program: list[Program] = field(default_factory=list)
    thought: list[int] = field(default_factory=list)
    harvested: list[bool] = field(default_factory=list)


def hashed(*parts: object) -> int:
    """64 signed bits of what the parts say."""
    told = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=8).digest(), "little", signed=True)


class Loom:
    """A log that starts empty, on a Monday.

    Args:
        name: what the world is drawn by, with the seed.
        seed: seed.
        days: its length.
        factor: size relative to the author's.
    """

    def __init__(self, name: str, seed: int, days: int, factor: float = 1.0) -> None:
        self.r = r = np.random.default_rng([seed, zlib.crc32(name.encode())])
        self.text, self.places = Text(r), Places(r)
        self.days, self.span, self.factor = days, days * DAY, factor
        self.start = FIRST_MONDAY + 7 * DAY * float(r.integers(0, 30))
        self.salt = self.digits(12)
        self.browsers = [(agent, self.ja4()) for agent in BROWSERS for _ in range(2)]
        self.sdks = [(agent, self.ja4()) for agent in SDKS]
        self.accounts: list[Account] = []
        self.log = Log()
        self.talks = 0

    def digits(self, number: int) -> str:
        """Random hexadecimal digits."""
        return self.r.bytes((number + 1) // 2).hex()[:number]

    def sized(self, accounts: float) -> int:
        """About so many as the author has, at the size asked for."""
        return max(LEAST, round(accounts * self.factor * float(self.r.uniform(0.85, 1.15))))

    def ja4(self) -> str:
        """What a library's build says when it connects."""
        return f"t13d{self.r.integers(10, 40)}{self.r.integers(10, 19)}h2_{self.digits(12)}_{self.digits(12)}"

    def say(
        self, account: int, when: Floats, prompts: list[str], answers: list[str], system: str | None = None, *, thinks: float = 0.0,
        harvested: bool = False, program: Program | None = None,
    ) -> None:
        """Log a conversation of an account, a turn at each moment, as far as it lies in the log.

        Args:
            account: place of the account.
            when: moments of the turns.
            prompts: what is asked.
            answers: what is answered.
            system: system prompt.
            thinks: tokens of reasoning for each of the answer, on average.
            harvested: an operator keeps the answers.
            program: through which it is asked, if not the account's.
        """
        log, text, of = self.log, self.text, self.accounts[account]
        seat = text.pick(of.addresses)
        model = of.model if text.share() < 0.9 else text.pick(MODELS)
        before, parent, last = len(system or "") // 4, None, ""
        end = min(self.span - 1, self.span if of.banned is None else of.banned)
        self.talks += 1
        for moment, prompt, answer in zip(when.tolist(), prompts, answers, strict=True):
            if not max(0.0, of.created + 30) <= moment < end:
                break
            context = hashed(self.salt, parent, last, system if parent is None else "", prompt)
            log.time.append(moment)
            log.account.append(account)
            log.talk.append(self.talks)
            log.model.append(model)
            log.system.append(system)
            log.prompt.append(prompt)
            log.answer.append(answer)
            log.context.append(context)
            log.parent.append(parent)
            log.before.append(before)
            log.address.append(text.pick(of.addresses) if of.wandering else seat)
            log.program.append(program or of.program)
            log.thought.append(int(len(answer) / 4 * (thinks + (model == THINKER)) * 2 * text.share()))
            log.harvested.append(harvested)
            before += (len(prompt) + len(answer)) // 4
            parent, last = context, answer
