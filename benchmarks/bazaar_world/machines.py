"""Innocent crowds: programs, and people behind somebody else's program."""

import numpy as np

from .hours import DAYLIGHT, NIGHTS, SHOPS
from .networks import CLOUDS, REQUEST
from .people import for_good
from .shared import HELP, teams
from .text import public_book


def reseller_customers(world, size, volume=1.0):
    """Contracted resellers: each customer an account, all through the reseller's egress and client."""
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    team = teams(size, 60, 220, rng)
    lines_of = {}
    build_of = {}

    def lines(i, country):
        lines_of.setdefault(team[i], networks.cloud(4, habit=REQUEST))
        return [lines_of[team[i]]] * 3

    members = world.people(
        "reseller_customers", size, team=team, kind="startup", access="passthrough", lines=lines,
        client=lambda i: build_of.setdefault(team[i], clients.library(owner=f"rs{team[i]}", temperature=0.7, max_tokens=2048)),
        second_client=0, plans={"reseller": 1}, card=lambda i: world.secret("rs", team[i]),
        mail=lambda i: f"cust.reseller{team[i]}.net", phone=0.0, org=lambda i: f"org_rs{team[i]}", verified=1.0,
        system=lambda i: HELP,
    )
    who, times = world.spread(members, 7 * volume, 1.3, SHOPS)
    world.sit(members, who, times, text.chat({"shop": 3, "write": 3, "translate": 2, "code": 2, "data": 1, "learn": 1}), 2.2)


def gateway_users(world, size, volume=1.0):
    """People behind a bring-your-own-key gateway: own keys and cards, one address pool and user agent."""
    text, networks, clients = world.text, world.networks, world.clients
    egress = networks.cloud(12, asn=CLOUDS[1], habit=REQUEST)
    builds = [
        clients.library("compat-python", temperature=None, owner="gw", version="1.109.1", stream=True),
        clients.library("axios", temperature=0.7, owner="gw", stream=True),
    ]
    members = world.people(
        "gateway_users", size, lines=lambda i, country: [egress, egress, networks.home(country)],
        line_shares=(0.8, 0.15, 0.05), client=lambda i: builds[i % 5 == 0], second_client=0, plans={"credits": 1},
        mail=lambda i: "gmail.com" if i % 2 else f"dev{i}.io", phone=0.5,
        system=lambda i: [HELP, None, "Respond concisely. Use markdown."][i % 3],
    )
    who, times = world.spread(members, 9 * volume, 1.3, NIGHTS)
    world.sit(
        members, who, times,
        text.chat({"code": 5, "math": 1, "logic": 1, "write": 2, "learn": 1, "game": 1, "translate": 1}), 2.8,
    )


def merchant_bots(world, size, volume=1.0):
    """Merchants' chat bots run by an integrator: an account a merchant, questions of shoppers relayed, one egress."""
    text, networks, clients = world.text, world.networks, world.clients
    egress = [networks.cloud(3, habit=REQUEST) for _ in range(3)]
    builds = [
        clients.library("bazaar-node", temperature=0.3, max_tokens=512, owner=f"int{x}", tools="catalogue") for x in range(3)
    ]
    members = world.people(
        "merchant_bots", size, kind="startup", lines=lambda i, country: [egress[i % 3]] * 3,
        client=lambda i: builds[i % 3], second_client=0, plans={"shop": 1},
        mail=lambda i: "gmail.com" if i % 2 else f"store{i}.shop", phone=0.9,
        system=lambda i: (
            f"You answer shoppers of store #{i} (integrator {i % 3}). Use the catalogue tool. Think step by step about stock "
            "and price before you reply. If unsure, hand over."
        ),
    )
    who, times = world.spread(members, 16 * volume, 1.2, DAYLIGHT)
    world.sit(members, who, times, text.chat({"shop": 2, "dialog": 3, "life": 2, "translate": 1}), 2.6)


def cron_jobs(world, size, volume=1.0):
    """Cron and CI jobs of small vendors: clockwork, templated, temperature 0."""
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    members = world.people(
        "cron_jobs", size, kind="startup", lines=lambda i, country: [networks.cloud()] * 3,
        client=lambda i: clients.library(), second_client=0, plans={"credits": 1}, mail=lambda i: f"shop{i}.store",
        phone=0.2, system=lambda i: f"Return JSON only. Store {i}.", life=for_good,
    )
    for i in range(size):
        period = float(rng.choice([1, 3, 6, 12, 24])) * 3600
        lead = text.ask("shop")
        times = np.arange(members.first[i] + rng.uniform(0, period), world.end, period / max(volume, 0.3))
        times = times[rng.random(times.size) < 0.97][:240]
        times = times + rng.gamma(2, 0.8, times.size)
        world.sit(
            members, np.full(times.size, i), times,
            text.chat({"data": 3, "shop": 2, "grade": 1, "rewrite": 1}, typed=False, lead=lead[:40] + " ::"),
            np.ones(times.size, int),
        )


def oss_agent_users(world, size, volume=1.0):
    """Users of an open-source coding agent: a very long shared system prompt and tool list."""
    text, clients = world.text, world.clients
    rules = " ".join(f"Rule {i}: {rule}" for i, rule in enumerate(public_book("rules")))
    system = f"You are Lantern, an autonomous coding agent. {rules}"
    builds = [
        clients.library(
            "bazaar-node", temperature=0.0, max_tokens=8192, tools="lantern", version=x, owner="lan", stream=True, gap=(11, 0.7)
        )
        for x in ("1.9.0", "1.11.2", "1.12.0")
    ]
    members = world.people(
        "oss_agent_users", size, countries=["IN", "BR", "US", "DE", "VN", "TW", "GB", "RU"],
        client=lambda i: builds[i % 3], second_client=0.2, system=system, plans={"credits": 0.7, "pro": 0.3},
        mail=lambda i: "gmail.com" if i % 2 else f"dev{i}.dev", model=lambda i: ["bazaar-pro-2", "bazaar-think-1"][i % 2],
    )
    who, times = world.spread(members, 4.5 * volume, 1.1, NIGHTS)
    world.sit(members, who, times, text.agentic(), 6.5, length=1.4)
