"""What crowds are made of: persons, seats of a firm, their subjects, talks and runs of programs."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import text
from .carriers import COUNTRY_WEIGHT
from .clients import BROWSER_WEIGHTS, BROWSERS
from .world import DAY, Array, Plan, World

THROWAWAY = ("mailbox.click", "tempbox.email", "postfly.net", "mailfence.work")
_PERSON = (
    "gmail.com", "outlook.com", "icloud.com", "yahoo.com", "hotmail.com", "proton.me", "gmx.de", "qq.com", "naver.com", "mail.ru", "web.de",
    *THROWAWAY
)
_PERSON_WEIGHTS = (60, 12, 7, 6, 4, 4, 2, 2, 1.5, 0.7, 0.8, 0.3, 0.3, 0.3, 0.3)
_STEMS = [
    "alder", "bright", "north", "solv", "kestrel", "papa", "blue", "osta", "hexa", "long", "tin", "copper", "veldt", "mosaic", "green",
    "quarry", "salt", "lumen", "ferry", "parcel", "hearth", "zeph", "calla"
]
_ENDS = [
    "works", "labs", "io", "group", "soft", "ware", "data", "foods", "care", "tech", "line", "studio", "partners", "media", "cloud",
    "retail", "systems", "health"
]
_TLDS = ("com", "com", "com", "io", "de", "co.uk", "nl", "com.br", "in", "fr", "dev", "ai", "co")
_LOCAL: dict[str, str] = {"ES": "es", "MX": "es", "BR": "pt", "DE": "de", "FR": "fr", "ID": "id", "CN": "zh", "HK": "zh"}
CHAT = [
    "email", "rewrite", "explain", "home", "health", "law", "money", "creative", "translate", "summary", "role", "code_q", "math", "data",
    "market", "logic", "science"
]
CHAT_WEIGHTS = (10, 9, 12, 10, 6, 4, 5, 6, 6, 6, 4, 8, 5, 4, 4, 1, 3)
BUILD = [
    "code_q", "code_write", "extract", "classify", "summary", "support", "data", "sql", "explain", "creative", "translate", "role",
    "moderate", "market", "devops", "agent"
]
BUILD_WEIGHTS = (12, 12, 9, 8, 8, 8, 5, 4, 6, 4, 5, 5, 3, 4, 4, 3)


def countries(w: World, n: int, only: Sequence[str] | None = None) -> list[str]:
    """Home countries of `n` independent customers."""
    names = list(only or COUNTRY_WEIGHT)
    weights = np.array([COUNTRY_WEIGHT[c] for c in names])
    return w.rng.choice(names, n, p=weights / weights.sum()).tolist()


def firm_domain(w: World) -> str:
    """A firm's own mail domain."""
    rng = w.rng
    number = str(rng.integers(2, 99)) if rng.random() < 0.15 else ""
    return f"{rng.choice(_STEMS)}{rng.choice(['', '-', ''])}{rng.choice(_ENDS)}{number}.{rng.choice(_TLDS)}"


def school_domain(w: World) -> str:
    """A school's mail domain."""
    place = w.rng.choice(["", "state", "city", "valley"])
    return f"{w.rng.choice(_STEMS)}{place}.{w.rng.choice(['edu', 'edu', 'ac.uk', 'edu.in', 'edu.br', 'uni.de'])}"


def styles(w: World, n: int, tidy: float = 0.3) -> list[int]:
    """Writing habits."""
    habits = w.rng.integers(1, 1024, n)
    return np.where(w.rng.random(n) < tidy, 0, habits).tolist()


def interests(
    w: World, n: int, home: Sequence[str], pool: Sequence[str] = CHAT, weights: Sequence[float] = CHAT_WEIGHTS
) -> dict[str, list[str]]:
    """Three subjects an account, the first one sometimes in the local language."""
    share = np.asarray(weights, float) / np.sum(weights)
    out = {key: w.rng.choice(list(pool), n, p=share).tolist() for key in ("dom_a", "dom_b", "dom_c")}
    local = w.rng.random(n)
    out["dom_a"] = [_LOCAL[c] if c in _LOCAL and x < 0.6 else d for c, x, d in zip(home, local, out["dom_a"], strict=True)]
    return out


def born(w: World, n: int, new: float = 0.25, old: float = 150.0) -> list[float]:
    """Sign-up times: a share during the simulated days, the others before."""
    before = -w.rng.exponential(old, n) - 0.2
    during = w.rng.uniform(0, w.days * 0.95, n)
    return (np.where(w.rng.random(n) < new, during, before) * DAY).tolist()


def person(w: World, n: int, label: str, *, only: Sequence[str] | None = None, new: float = 0.25, **given: Any) -> Array:
    """Independent people with a home, often a phone, and private mail."""
    rng = w.rng
    home = given.pop("country", None) or countries(w, n, only)
    mobile = [w.net.mobile(c) if x < 0.6 else -1 for c, x in zip(home, rng.random(n), strict=True)]
    base: dict[str, Any] = {
        "country": home, "created": born(w, n, new),
        "email_domain": rng.choice(_PERSON, n, p=np.array(_PERSON_WEIGHTS) / np.sum(_PERSON_WEIGHTS)).tolist(), "pool_b": mobile,
        "style": styles(w, n), "client_a": w.net.clients(n, BROWSERS, BROWSER_WEIGHTS),
        "client_b": w.net.clients(n, BROWSERS, BROWSER_WEIGHTS), "phone": w.digests(n, 0.3),
        "kind": rng.choice(["individual", "startup", "education", "research"], n, p=[0.84, 0.1, 0.04, 0.02]).tolist(),
        "verified": (rng.random(n) < 0.05).tolist(), **interests(w, n, home)
    }
    if "client_a" in given:
        given.setdefault("client_b", given["client_a"])
    return w.signup(n, label, **{**base, **given})


def firm(w: World, n: int, label: str, country: str, **given: Any) -> Array:
    """Seats of one firm: one organisation, mail domain, bill and exit address."""
    exits = w.net.office(country, int(w.rng.integers(1, 4)))
    far = w.rng.random(n)
    base: dict[str, Any] = {
        "country": country, "org": "org_" + w.token(14), "email_domain": firm_domain(w), "payment": w.digest(), "phone": w.digests(n, 0.7),
        "kind": "enterprise" if n > 30 else str(w.rng.choice(["startup", "enterprise"])), "verified": bool(w.rng.random() < 0.5),
        "plan": str(w.rng.choice(["team", "scale"])), "pool_a": exits, "pool_b": [w.net.home(country) if x < 0.3 else -1 for x in far],
        "style": styles(w, n, 0.5),
        "created": (np.minimum(-w.rng.exponential(200) + w.rng.exponential(25, n), w.days * 0.9) * DAY).tolist(),
        **interests(w, n, ["US"] * n)
    }
    return w.signup(n, label, **{**base, **given})


def turns_of(w: World, n: int, mean: float) -> Array:
    """Numbers of turns of conversations."""
    return w.rng.geometric(1 / mean, n)


def talk(
    w: World, acc: Array, per_day: Any, *, mean: float = 2.6, hours: str = "evening", weekend: float = 0.9, system: Any = None, **more: Any
) -> None:
    """Conversations of people on their own subjects."""
    who, at = w.starts(acc, per_day, hours, weekend, more.pop("begin", 0.0), more.pop("end", -1.0))
    plan = w.plan(who, at, turns_of(w, len(who), mean))
    domains = w.topics(plan)
    prompts = w.chat(plan, domains)
    if "client" not in more:
        second = w.rng.random(len(plan.acc)) < 0.3
        more["client"] = np.where(second, w.col("client_b", plan.acc), w.col("client_a", plan.acc)) if len(plan.acc) else 0
    systems = None if system is None else [system[a] if isinstance(system, dict) else system for a in plan.acc.tolist()]
    w.emit(plan, prompts, systems, domains=domains, **more)


def heavy(w: World, n: int, median: float, sigma: float) -> Array:
    """Log-normal rates."""
    return np.exp(w.rng.normal(np.log(median), sigma, n))


def batch(
    w: World, acc: Array, starts: Array, counts: Array, make: Callable[[Plan], list[str]], systems: Any = None,
    pace: tuple[float, float] = (1.2, 0.7), **more: Any
) -> None:
    """Runs of a program: each run sends many independent first turns one after the other."""
    rng = w.rng
    run = np.repeat(np.arange(len(acc)), counts)
    first = np.cumsum(counts) - counts
    step = np.exp(rng.normal(pace[0], pace[1], len(run)))
    total = np.cumsum(step)
    at = starts[run] + total - total[first][run]
    plan = w.plan(acc[run], at, np.ones(len(run), dtype=np.int64))
    for key in ("client", "pool", "temp", "max_tokens", "tools", "model", "key_slot", "harvest"):
        if key in more and np.ndim(more[key]) == 1 and len(more[key]) == len(acc):
            more[key] = np.asarray(more[key])[run][plan.kept]
    chosen = systems(plan) if callable(systems) else systems
    w.emit(plan, make(plan), chosen, **more)


def scaffold(w: World, rule: str) -> str:
    """A fixed wrapping of tasks, with a mark where the task goes."""
    out = text.GRAMMAR.make(rule, w.rnd, "\x00")
    draw = w.rnd.random()
    if draw < 0.35:
        out += "\n" + text.GRAMMAR.make("sys_rule", w.rnd)
    elif draw < 0.5:
        out = text.GRAMMAR.make("sys_rule", w.rnd) + "\n\n" + out
    return out


def wrapped(frame: str, task: str) -> str:
    """A task in a wrapping."""
    return frame.replace("\x00", task)
