"""One gateway's log while it is written: accounts, and conversations as arrays of requests."""

import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Unpack

import numpy as np

from .accounts import Account, Traits
from .places import MAIL, Address, Places
from .tasks import Pools
from .text import Bools, Floats, Ints, Text

DAY, HOUR = 86400.0, 3600.0
MODEL_SHARE = (0.35, 0.4, 0.15, 0.1)
SMALL, MIDDLE, LARGE, OLD, NEXT = range(5)
"""models by place; NEXT is there only if it is released while the log runs"""
ERRORS, ERROR_SHARE = (429, 500, 529, 400), (0.5, 0.2, 0.2, 0.1)


@dataclass(frozen=True)
class Log:
    """What a gateway keeps.

    Args:
        days: length of its log.
        weekday: on which it begins, 0 for Monday; None: any.
        kept: share of the requests that it keeps.
        emptied: columns that are in the log and null.
        unlogged: columns that the log has not.
        registry: there is one.
        unregistered: columns that the registry has not.
    """

    days: int
    weekday: int | None = None
    kept: float = 1.0
    emptied: tuple[str, ...] = ()
    unlogged: tuple[str, ...] = ()
    registry: bool = True
    unregistered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Talks:
    """Conversations that begin: each with its account, time, number of turns, first question and answer, and subject."""

    accounts: Ints
    starts: Floats
    turns: Ints
    prompts: Sequence[str]
    answers: Sequence[str]
    subjects: Sequence[str] | str
    system: Sequence[str | None] | str | None = None
    harvested: Bools | None = None


@dataclass(frozen=True)
class Manner:
    """How conversations go on.

    Args:
        gap: usual seconds between turns.
        follow: so many later questions, by default on the subject.
        reply: so many later answers.
        mover: from numbers of talks and of turns, the accounts that send.
        settled: a talk stays at one address.
        length: of answers in tokens, relative to their text.
        reasoning: share of requests with reasoning tokens; None: as usual.
    """

    gap: float = 70.0
    follow: Callable[[int], list[str]] | None = None
    reply: Callable[[int], list[str]] | None = None
    mover: Callable[[Ints, Ints], Ints] | None = None
    settled: bool = True
    length: float = 1.0
    reasoning: float | None = None
    models: Callable[[Floats, Ints], Ints] | None = None


PLAIN = Manner()


@dataclass
class Batch:
    """Requests of one crowd, in arrays."""

    time: Floats
    account: Ints
    talk: Ints
    turn: Ints
    prompt: list[str]
    answer: list[str]
    system: list[str | None]
    context: Ints
    parent: Ints
    tokens: tuple[Ints, Ints, Ints, Ints]
    """input, cached, output, reasoning"""
    model: Ints
    failed: Bools
    address: list[Address]
    harvested: Bools


def hashed(*parts: object) -> int:
    """A number of 64 bits with a sign."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little", signed=True)


@dataclass
class Ford:
    """A log that starts empty.

    Args:
        name: what the world is drawn by, with the seed.
        seed: seed.
        log: what the gateway keeps.
        factor: size relative to the author's.
    """

    name: str
    seed: int
    log: Log
    factor: float = 1.0
    accounts: list[Account] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    talks: int = 0

    def __post_init__(self) -> None:
        """Draw what all accounts of the world have in common."""
        self.r = r = np.random.default_rng([self.seed, zlib.crc32(self.name.encode())])
        start = datetime(2026, 3 + int(r.integers(0, 6)), 1, tzinfo=UTC) + timedelta(days=int(r.integers(0, 27)))
        if self.log.weekday is not None:
            start += timedelta(days=(self.log.weekday - start.weekday()) % 7)
        self.start, self.span = start, self.log.days * DAY
        self.text = Text(r)
        self.places = Places(self.text)
        self.pools = Pools(self.text)
        version = int(r.integers(3, 6))
        self.models = [f"aurora-{version}-mini", f"aurora-{version}", f"aurora-{version}-max", f"aurora-{version - 1}"]
        self.tag = self.places.digits(4)
        self.releases = {self.models[MIDDLE]: -float(r.integers(20, 200)) * DAY}

    def between(self, low: int, high: int) -> int:
        """A number of accounts, at the size asked for."""
        return self.sized(int(self.r.integers(low, high + 1)))

    def sized(self, number: int) -> int:
        """So many as the author has, at the size asked for."""
        return max(1, round(number * self.factor))

    def release(self, when: float) -> None:
        """A new model is there from then on."""
        self.models.append(self.models[MIDDLE] + "-next")
        self.releases[self.models[NEXT]] = when

    def account(self, crowd: str, campaign: str | None = None, api: bool | None = None, **traits: Unpack[Traits]) -> int:
        """The place of a new account of a crowd."""
        r, places, text = self.r, self.places, self.text
        api = bool(r.random() < 0.45) if api is None else api
        free = not api and r.random() < 0.5
        account = Account(
            id=f"acct_{places.digits(10)}",
            crowd=crowd,
            campaign=campaign,
            created=-(min(700.0, r.exponential(160)) + r.uniform(0, 1)) * DAY,
            email_domain=text.one(places.throwaway if r.random() < 0.03 else MAIL),
            email_hash=places.digits(15),
            payment=None if free else places.digits(15),
            phone=places.digits(15) if r.random() < 0.6 else None,
            plan="free" if free else "payg" if api else "pro",
            path=text.one(["bedfront", "verticus"]) if api and r.random() < 0.1 else "api" if api else "app",
            client=places.program() if api else places.browser(),
            addresses=self._addresses(),
            model=int(r.choice(4, p=MODEL_SHARE)),
            loyal=r.uniform(0.6, 1),
            temperature=[None, 0.0, 0.2, 0.7, 1.0][int(r.choice(5, p=[0.4, 0.1, 0.15, 0.25, 0.1]))] if api else None,
            top_p=[None, 0.9, 0.95, 1.0][int(r.choice(4, p=[0.7, 0.08, 0.1, 0.12]))] if api else None,
            max_tokens=[None, 512, 1024, 2048, 4096, 8192][int(r.choice(6, p=[0.2, 0.1, 0.25, 0.2, 0.2, 0.05]))] if api else None,
            stream=bool(r.random() < (0.4 if api else 0.98)),
            keys=1 + int(r.random() < 0.15),
            verified=bool(r.random() < 0.06),
            second_client=places.browser() if not api and r.random() < 0.3 else None,
            banned=r.uniform(0, 1) * self.span if r.random() < 0.004 else None,
        )
        for name, value in traits.items():
            setattr(account, name, value)
        account.signup = account.signup or account.addresses[0]
        self.accounts.append(account)
        return len(self.accounts) - 1

    def _addresses(self) -> list[Address]:
        r, places = self.r, self.places
        if r.random() < 0.08:
            return self.text.pick(places.tunnels, 2)
        own = [places.home()]
        if r.random() < 0.35:
            own.append(self.text.one(places.shared_exits))
        if r.random() < 0.2:
            own.append(places.home())
        return own

    def times(
        self, accounts: Sequence[int] | Ints, each: Ints, weekend: float = 0.6, width: float = 4.5, peak: float | None = None
    ) -> tuple[Ints, Floats]:
        """When talks of people begin, so many of each account, with hours and busy days of its own; the accounts and the times."""
        r, many, days = self.r, len(accounts), self.log.days + 1
        peaks = r.normal(14, 4, many) - r.choice([-5, 0, 0, 1, 1, 5, 8, -8], many) if peak is None else np.full(many, peak)
        busy = r.gamma(0.7, 1, (many, days)) + 1e-3
        free = np.array([(self.start + timedelta(days=day - 1)).weekday() >= 5 for day in range(days)])
        busy *= np.where(free[None], np.where(r.random(many) < 0.25, 1.5, weekend)[:, None], 1)
        until = np.cumsum(busy, axis=1)
        until /= until[:, -1:]
        of = np.repeat(np.arange(many), each)
        day = (until[of] < r.random(len(of))[:, None]).sum(axis=1) - 1
        hour = r.normal(peaks[of], width) + (r.random(len(of)) < 0.08) * r.uniform(0, 24, len(of))
        when = day * DAY + (hour % 24) * HOUR + r.uniform(0, 60, len(of))
        if self.log.days <= 2:  # so short a log shows nearly all who ask at all
            when = np.where(when < -2 * HOUR, when % DAY, when)
        return np.asarray(accounts)[of], when

    def say(self, talks: Talks, manner: Manner = PLAIN) -> None:
        """Write conversations to the log."""
        r, begun = self.r, len(talks.starts)
        if not begun:
            return
        turns = np.asarray(talks.turns)
        talk = np.repeat(np.arange(begun), turns)
        opens = np.cumsum(turns) - turns
        turn = np.arange(len(talk)) - opens[talk]
        number, first = len(talk), turn == 0
        gaps = np.where(first, 0, r.lognormal(np.log(manner.gap), 0.9, number))
        passed = np.cumsum(gaps)
        when = np.asarray(talks.starts)[talk] + passed - passed[opens][talk]
        prompts, answers = self._turns(talks, manner, talk, first)
        systems = [talks.system] * begun if talks.system is None or isinstance(talks.system, str) else list(talks.system)
        sender = manner.mover(talk, turn) if manner.mover else np.asarray(talks.accounts)[talk]
        failed = r.random(number) < np.array([account.failing for account in self.accounts])[sender]
        context, parent, asked, cached = _chain(talk, turn, [systems[one] for one in talk], prompts, answers)
        usual = np.array([account.model for account in self.accounts])[sender]
        loyal = np.array([account.loyal for account in self.accounts])[sender]
        model = np.where(r.random(begun)[talk] < loyal, usual, r.choice(4, begun, p=MODEL_SHARE)[talk])
        if manner.models:
            model = manner.models(when, model)
        length = np.array([len(answer) for answer in answers]) / 4 * manner.length
        out = np.maximum(1, length * r.lognormal(0.2, 0.35, number)).astype(np.int64)
        thinks = r.random(number) < (0.35 if manner.reasoning is None else manner.reasoning)
        thought = (out * r.lognormal(0.3 if manner.reasoning is None else 0.8, 0.6, number)).astype(np.int64)
        self.batches.append(Batch(
            when, sender, talk + self.talks, turn, prompts, answers, [systems[one] for one in talk], context, parent,
            (asked, np.where(r.random(number) < 0.7, cached, 0), out, np.where(thinks, thought, 0)), model, failed,
            self._seen_at(sender, r.random(begun)[talk] if manner.settled else r.random(number)),
            np.zeros(number, bool) if talks.harvested is None else talks.harvested[talk],
        ))
        self.talks += begun

    def _turns(self, talks: Talks, manner: Manner, talk: Ints, first: Bools) -> tuple[list[str], list[str]]:
        prompts, answers = np.empty(len(talk), dtype=object), np.empty(len(talk), dtype=object)
        prompts[first], answers[first] = talks.prompts, talks.answers
        if later := int((~first).sum()):
            of_all = talks.subjects
            subjects = [of_all] * later if isinstance(of_all, str) else [of_all[place] for place in talk[~first]]
            prompts[~first] = manner.follow(later) if manner.follow else self.text.follow_ups(subjects)
            answers[~first] = manner.reply(later) if manner.reply else self.text.answers(subjects, 1)
        return list(prompts), list(answers)

    def _seen_at(self, sender: Ints, drawn: Floats) -> list[Address]:
        """Addresses: the first of an account more often than its others, of a pool of exits any."""
        other = self.r.random(len(sender))
        seen = []
        for who, own, any_exit in zip(sender.tolist(), (drawn**2.2).tolist(), other.tolist(), strict=True):
            account = self.accounts[who]
            among, place = (account.exits, any_exit) if account.exits else (account.addresses, own)
            seen.append(among[int(place * len(among))])
        return seen


def _chain(
    talk: Ints, turn: Ints, systems: Sequence[str | None], prompts: Sequence[str], answers: Sequence[str]
) -> tuple[Ints, Ints, Ints, Ints]:
    """Keys of what each request goes on from, and tokens of its input, all and cached."""
    number = len(talk)
    context, parent, asked, cached = (np.zeros(number, np.int64) for _ in range(4))
    before = history = 0
    for row, place in enumerate(turn.tolist()):
        if place == 0:
            key = hashed(systems[row], prompts[row])
            history = 4 + len(systems[row] or "") + len(prompts[row])
        else:
            parent[row] = before
            key = hashed(before, answers[row - 1], prompts[row])
            cached[row] = history // 4
            history += len(answers[row - 1]) + len(prompts[row])
        context[row] = before = key
        asked[row] = history // 4
    return context, parent, asked, cached
