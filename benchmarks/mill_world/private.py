"""Innocent crowds: persons."""

from typing import Any

import numpy as np

from . import text
from .clients import BROWSERS, SDK_WEIGHTS, SDKS
from .people import BUILD, BUILD_WEIGHTS, THROWAWAY, countries, heavy, interests, person, talk, turns_of
from .world import DAY, Array, World, hash64


def casual_app(w: World, n: int) -> None:
    """Ordinary people in the chat application."""
    acc = person(w, n, "casual_app", plan=w.rng.choice(["free", "pro"], n, p=[0.7, 0.3]).tolist())
    w.put("payment", acc, [None if p == "free" else w.digest() for p in w.col("plan", acc)])
    talk(w, acc, heavy(w, n, 0.18, 1.0), mean=2.8, hours="evening")


def trial_once(w: World, n: int) -> None:
    """People who sign up, ask a few things and leave."""
    created = w.rng.uniform(0, w.days * 0.98, n) * DAY
    acc = person(w, n, "trial_once", created=created.tolist(), plan="free", payment=None)
    browser = w.rng.random(n) < 0.75
    disposable = w.rng.random(n) < 0.07
    domains = w.col("email_domain", acc)
    w.put("email_domain", acc, np.where(disposable, w.rng.choice(THROWAWAY, n), domains))
    w.put("client_a", acc, np.where(browser, w.col("client_a", acc), w.net.clients(n, SDKS, SDK_WEIGHTS)))
    sessions = w.rng.integers(1, 4, n)
    who = np.repeat(acc, sessions)
    at = np.repeat(created, sessions) + w.rng.exponential(5000, len(who)) + 60
    plan = w.plan(who, at, turns_of(w, len(who), 2.6))
    domains = w.topics(plan)
    w.emit(plan, w.chat(plan, domains), domains=domains)


def hobby_api(w: World, n: int) -> None:
    """Hobbyists with small programs of their own."""
    home = countries(w, n)
    acc = person(
        w, n, "hobby_api", country=home, client_a=w.net.clients(n, SDKS, SDK_WEIGHTS), **interests(w, n, home, BUILD, BUILD_WEIGHTS)
    )
    server = w.rng.random(n) < 0.3
    w.put("pool_c", acc, [w.net.server() if s else -1 for s in server])
    w.put("client_b", acc, w.col("client_a", acc))
    system = {
        int(a): (text.system_prompt(w.rnd) if x < 0.6 else None if x < 0.85 else text.GRAMMAR.make("sys_plain", w.rnd))
        for a, x in zip(acc, w.rng.random(n), strict=True)
    }
    temperature = dict(
        zip(acc.tolist(), w.rng.choice([np.nan, 0.0, 0.2, 0.6, 0.7, 0.8, 1.0], n, p=[0.5, 0.16, 0.09, 0.04, 0.13, 0.03, 0.05]), strict=True)
    )
    limit = dict(
        zip(
            acc.tolist(), w.rng.choice([0, 256, 1000, 1024, 2048, 4096, 8192, 16000], n, p=[0.33, 0.1, 0.06, 0.17, 0.13, 0.13, 0.06, 0.02]),
            strict=True
        )
    )
    nucleus = dict(zip(acc.tolist(), w.rng.choice([np.nan, 0.9, 0.95, 1.0], n, p=[0.86, 0.05, 0.06, 0.03]), strict=True))
    tools = {int(a): hash64("own", str(a), w.token(6)) if x < 0.12 else 0 for a, x in zip(acc, w.rng.random(n), strict=True)}
    who, at = w.starts(acc, heavy(w, n, 0.22, 1.1), "evening", 0.9)
    plan = w.plan(who, at, np.minimum(turns_of(w, len(who), 2.2), 12))
    domains = w.topics(plan)
    w.emit(
        plan, w.chat(plan, domains), [system[a] for a in plan.acc.tolist()], domains=domains, gap=(2.8, 1.1),
        tools=[tools[a] for a in plan.acc.tolist()], tool_tokens=700, top_p=[nucleus[a] for a in plan.acc.tolist()],
        temp=[temperature[a] for a in plan.acc.tolist()], max_tokens=[limit[a] for a in plan.acc.tolist()]
    )


def coding_pro(w: World, n: int) -> None:
    """Professional programmers with agents in their terminal, long sessions with tool calls."""
    home = countries(w, n)
    acc = person(
        w, n, "coding_pro", country=home, client_a=w.net.clients(n, ["agentcli", "ide"], [6, 4]),
        plan=w.rng.choice(["pro", "payg"], n).tolist(), new=0.15
    )
    agent_loops(w, acc, heavy(w, n, 0.22, 0.8), {})


def agent_loops(
    w: World, acc: Array, per_day: Any, system: dict[int, str], tools: Any = None, mean: float = 7.0, hours: str = "work", **more: Any
) -> None:
    """Agents: a task, then results of tools as the next user turns."""
    who, at = w.starts(acc, per_day, hours, 0.4)
    plan = w.plan(who, at, np.clip(turns_of(w, len(who), mean), 1, 40))
    prompts = w.chat(plan, ["agent"] * len(plan.acc), follow="tool_out")
    default = (
        "You are lathe, an agent for software work in a terminal. Read files before you change them. Run the tests. Keep changes small."
    )
    keys = [hash64("lathe-tools", str(a % 3)) for a in plan.acc.tolist()] if tools is None else tools
    if isinstance(keys, dict):
        keys = [keys[a] for a in plan.acc.tolist()]
    w.emit(
        plan, prompts, [system.get(a, default) for a in plan.acc.tolist()], domains="agent", tools=keys, tool_tokens=2600, gap=(2.2, 1.0),
        context=900, stream=True, **more
    )


def vpn_users(w: World, n: int) -> None:
    """People who always use a commercial VPN and so share exits."""
    brands = [w.net.vpn(30) for _ in range(3)]
    acc = person(w, n, "vpn_users", pool_a=[w.net.pool(w.rng.choice(brands[int(w.rng.integers(0, 3))], 5)) for _ in range(n)], pool_b=-1)
    talk(w, acc, heavy(w, n, 0.2, 0.9))


def shared_space(w: World, n: int) -> None:
    """Strangers on the address of a library, a hostel or a co-working house."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.integers(8, 60)))
        country = countries(w, 1)[0]
        place = w.net.office(country)
        acc = person(w, size, "shared_space", country=[country] * size, pool_c=place)
        w.put("pool_b", acc, [place] * size)
        talk(w, acc, heavy(w, size, 0.25, 0.9), hours="work", weekend=0.6)
        left -= size


def household(w: World, n: int) -> None:
    """Families: one card, one address, different people."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.choice([2, 3, 4, 5, 6], p=[0.4, 0.25, 0.2, 0.1, 0.05])))
        country = countries(w, 1)[0]
        acc = person(w, size, "household", country=[country] * size, pool_a=w.net.home(country), payment=w.digest(), plan="pro")
        talk(w, acc, heavy(w, size, 0.22, 0.9))
        left -= size


def parlour_users(w: World, n: int) -> None:
    """Owners of a self-hosted chat interface on rented servers, many with the same default system text."""
    acc = person(w, n, "parlour_users", client_a=w.net.clients(n, ["openui"]))
    w.put("client_b", acc, w.col("client_a", acc))
    w.put("pool_a", acc, [w.net.server() if x < 0.7 else int(p) for x, p in zip(w.rng.random(n), w.col("pool_a", acc), strict=True)])
    w.put("pool_b", acc, [-1] * n)
    talk(w, acc, heavy(w, n, 0.3, 0.9), mean=3.5, system="You are a helpful assistant in Open Parlour. Use markdown.", stream=True)


def translation_bureau(w: World, n: int) -> None:
    """Freelance translators paid by the piece with one style guide."""
    left = n
    while left > 0:
        size = min(left, int(w.rng.integers(12, 60)))
        system = text.system_prompt(w.rnd)
        acc = person(
            w, size, "translation_bureau", client_a=w.net.clients(size, BROWSERS[:5]), dom_a="translate", dom_b="translate",
            dom_c="rewrite", plan="pro"
        )
        talk(w, acc, heavy(w, size, 0.9, 0.7), mean=2.0, hours="work", weekend=0.3, system=system)
        left -= size
