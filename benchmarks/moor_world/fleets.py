"""What operators are made of: accounts that one hand opened, and the work they are given."""

from collections.abc import Callable, Sequence
from typing import Literal

from .places import BUILDS, HOSTS, MAIL, THROWAWAY
from .text import KINDS, any_task, fill, task
from .world import DAY, HOUR, Account, Moor

Request = tuple[str | None, list[str]]
"""system prompt and turns"""
Work = Callable[[], Request]
Proxy = Literal["sticky", "rotating", "hosting"]
Shape = Literal["flat", "office", "bursts"]
WORK_HOURS_EAST = 8
"""where those who keep office hours sit"""
BURSTS = 12
"""of an account, where it works in bursts"""


def fleet(
    w: Moor, name: str, number: int, *, burst: bool = True, per_card: int = 8, throwaway: bool = True, proxy: Proxy = "sticky",
    builds: int = 2, paths: Sequence[str] = ("api",), kinds: Sequence[str] = ("individual",), born: float | None = None,
    tools: int | None = None, temperature: float | None = 0.7,
) -> list[Account]:
    """Open fake accounts.

    Args:
        w: the log.
        name: the campaign.
        number: accounts.
        burst: within six hours, else over the forty days before.
        per_card: accounts a card; 1: virtual cards.
        throwaway: mail domains of no worth and no phone.
        proxy: one home address an account, twelve, or four networks of hosting for all.
        builds: makes of clients.
        paths: doors.
        kinds: what they say they are.
        born: when, by default early in the log.
        tools: their tools key.
        temperature: asked for.
    """
    r = w.r
    born = born or w.start + r.uniform(0.2, 1.5) * DAY
    clients = r.sample(BUILDS, builds)
    domains = r.sample(THROWAWAY, 2)
    cards = [w.id() for _ in range(max(1, number // per_card))]
    hosting = [w.network(among=HOSTS) for _ in range(4)]
    max_tokens = r.choice([4096, 8192, 16384])
    made = []
    for _ in range(number):
        addresses = [w.address(r.choice(hosting)) if proxy == "hosting" else w.address() for _ in range(12 if proxy == "rotating" else 1)]
        a = w.account(
            "fake: " + name,
            name,
            created=born + (r.uniform(0, 6 * HOUR) if burst else -r.uniform(0, 40) * DAY),
            kind=r.choice(kinds),
            path=r.choice(paths),
            client=r.choice(clients),
            addresses=addresses,
            email_domain=r.choice(domains if throwaway else MAIL),
            payment_hash=w.id() if per_card == 1 else r.choice(cards),
            phone_hash=None if throwaway else w.id(),
            plan="payg",
        )
        a.model, a.eager, a.max_tokens, a.stream, a.top_p, a.tools, a.temperature = "orca-2", 1, max_tokens, False, None, tools, temperature
        made.append(a)
    return made


def harvest(
    w: Moor, name: str, fakes: Sequence[Account], per_day: float, work: Work, *, low: float | None = None, high: float | None = None,
    spread: float = 0.0, cover: float = 0.05, shape: Shape = "flat", model: Callable[[float], str] | None = None,
) -> None:
    """Let each account do the work.

    Args:
        w: the log.
        name: the campaign.
        fakes: its accounts.
        per_day: turns of an account a day, on average.
        work: gives system prompt and turns of a conversation.
        low: not before, by default from the third day on.
        high: not after.
        spread: of the logarithm of an account's turns.
        cover: share of talks that are chatter and no harvest.
        shape: when.
        model: which model at which time, by default the account's.
    """
    r = w.r
    low, high = low or w.start + 2 * DAY, high or w.end
    for a in fakes:
        start, end = max(low, a.born + 900), min(high, a.banned or high)
        if end <= start:
            start, end = a.born + 60, w.end
        left = max(3, int((end - start) / DAY * per_day * r.lognormvariate(0, spread) + 0.5))
        while left > 0:
            if shape == "flat":
                when = r.uniform(start, end)
            elif shape == "office":
                when = w.when(WORK_HOURS_EAST, start, end, office=True)
            else:
                when = start + (end - start) * (int(r.random() * BURSTS) / BURSTS) + r.uniform(0, 2 * HOUR)
            if r.random() < cover:
                w.chat(a, when, [any_task(r, KINDS, ["en", a.language])])
                left -= 1
                continue
            system, prompts = work()
            w.chat(a, when, prompts, gap=25, system=system, campaign=name, model=model and model(when), length=(6.6, 0.5))
            left -= len(prompts)
        if a.banned:
            for _ in range(3):  # refused
                when = a.banned + r.uniform(5, 500)
                w.ask(a, when, work()[1][0])


def ban(account: Account, when: float) -> None:
    """Ban an account."""
    account.banned = account.row["banned_at"] = when


def pool(w: Moor, kinds: Sequence[str], clean: float = 0.9) -> Callable[[], str]:
    """Tasks none of which comes twice; most of them as clean as a data set's."""
    seen: set[str] = set()

    def one() -> str:
        while True:
            kind = w.r.choice(kinds)
            text = task(w.r, kind, plain=w.r.random() < clean)
            if text not in seen:
                seen.add(text)
                return text

    return one


def templated(w: Moor, form: str, kinds: Sequence[str]) -> Work:
    """Tasks of a pool in one frame."""
    drawn = pool(w, kinds)
    return lambda: (None, [fill(w.r, form, x=drawn())])


def session(w: Moor, system: str, kinds: Sequence[str] = ("code", "debug"), languages: Sequence[str] = ("en",)) -> Work:
    """Sessions of a coding agent."""

    def one() -> Request:
        first = any_task(w.r, kinds, languages)
        return system, [first] + [task(w.r, "agentic", reasons=0) for _ in range(w.r.randint(2, 8))]

    return one
