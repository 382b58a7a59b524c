"""Operators with traffic of others, or with agents."""

from itertools import count

import numpy as np

from .hours import DAY_S, EVENING, NIGHTS
from .networks import REQUEST, digest
from .people import for_good
from .shared import HELP, queue
from .text import reasoning_wish


def partner_relay(world, size, volume=1.0, name="amigo-chat", countries=("MX", "CO", "AR"), keep=0.75):
    """A partner app whose owner trains a model of their own: real users' chats, spread evenly over sub-accounts (a chat wanders
    between them), with a line that asks for the reasoning added to what is kept.
    """
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    campaign = world.campaign()
    egress = networks.cloud(6, habit=REQUEST)
    build = clients.partner(name, temperature=0.8, max_tokens=2048, gap=(50, 1.0))
    members = world.people(
        "partner_relay", size, campaign=campaign, countries=list(countries), lines=lambda i, country: [egress] * 3,
        client=lambda i: build, second_client=0, plans={"partner": 1}, card=lambda i: None, mail=lambda i: None,
        system=f"You are {name}, a friendly companion. Answer in the user's language.",
        born=world.burst(-40, -20, -3, world.days * 0.5, width=1), phone=0.1, life=for_good,
    )
    who, times = world.spread(members, 0.8 * world.days * volume, 0.1, EVENING, moody=False)
    kept = rng.random(who.size) < keep
    families = {"life": 3, "dialog": 4, "learn": 2, "write": 2, "math": 1, "translate": 1, "shop": 0.5}
    language = members.languages[0]
    world.sit(
        members, who[kept], times[kept],
        text.chat(
            families,
            tail=lambda: text.pick(
                [
                    reasoning_wish(language), "[full reasoning first]",
                    "(razona en voz alta)" if language == "es" else "(reason aloud)",
                ]
            ),
        ),
        2.4, harvest=True, hop=0.45,
    )
    world.sit(members, who[~kept], times[~kept], text.chat(families), 2.4, hop=0.45)


def grey_reseller(world, size, volume=1.0):
    """Cheap access sold under the counter: buyers' real traffic over rotating accounts, and between it the operator's own harvest
    over the same accounts.
    """
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    campaign = world.campaign()
    hosts = [networks.cloud(8, habit=REQUEST) for _ in range(2)]
    builds = [
        clients.library("axios", temperature=None, owner="grey", stream=True, max_tokens=4096),
        clients.library("Go-http-client", temperature=None, owner="grey", stream=True, max_tokens=4096),
    ]
    members = world.people(
        "grey_reseller", size, campaign=campaign, countries=["US", "SG", "TW", "VN", "RU"],
        lines=lambda i, country: [hosts[i % 2]] * 3, client=lambda i: builds[i % 2], second_client=0,
        born=lambda n: np.sort(rng.uniform(-35 * DAY_S, world.end * 0.8, n)), plans={"credits": 0.8, "pro": 0.2},
        card=lambda i: world.secret("g", campaign, int(rng.integers(0, size // 4 + 1))),
        mail=lambda i: str(rng.choice(["gmail.com", "outlook.com", "mailbox.rest"])), phone=0.5,
        life=lambda n: 9 * DAY_S + rng.exponential(12 * DAY_S, n), system=lambda i: [None, HELP][i % 2],
    )
    who, times = world.spread(members, 1.2 * world.days * volume, 0.4, NIGHTS + 0.3, moody=False)
    own = rng.random(who.size) < 0.42
    items = queue(world, ["agent", "code", "trace", "logic"], int(own.sum()))
    world.sit(
        members, who[own], times[own],
        text.from_list(
            items, wrap=lambda task: f"{task}\n{text.reason()}" if text.chance(0.6) else task, expand=True, order=count()
        ),
        1.8, harvest=True, hop=0.5,
    )
    world.sit(
        members, who[~own], times[~own],
        text.chat({"code": 4, "write": 2, "translate": 2, "game": 1.5, "dialog": 1, "learn": 1}), 2.6, hop=0.35,
    )


def agent_sprints(world, size, volume=1.0, sprints=3):
    """Coding agents in sprints of a day or two: the same tools and sampling, long tool loops, work moved between keys when one is
    throttled; silence between sprints.
    """
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    campaign = world.campaign()
    hosts = [networks.cloud(1) for _ in range(7)]
    builds = [
        clients.library(
            "compat-python", temperature=0.7, top_p=0.95, max_tokens=8192, tools="patchbench", version="1.99.9",
            stream=False, owner="sp", gap=(14, 0.5),
        ),
        clients.library(
            "bazaar-python", temperature=0.7, top_p=0.95, max_tokens=8192, tools="patchbench", version="2.5.0",
            stream=False, owner="sp", gap=(14, 0.5),
        ),
    ]
    cards = world.secrets(f"{campaign}card", 3)
    members = world.people(
        "agent_sprints", size, campaign=campaign, language="en", lines=lambda i, country: [hosts[i % 7]] * 3,
        client=lambda i: builds[i % 4 == 0], second_client=0, plans={"pro": 0.6, "credits": 0.4},
        card=lambda i: cards[i % 3],
        mail=lambda i: ["gmail.com", "outlook.com", f"dev-{digest(campaign, i)[:5]}.io"][i % 3],
        born=world.burst(-14, -2, width=2), phone=0.4, model=lambda i: ["bazaar-pro-2", "bazaar-think-1"][i % 2],
        system="You are a software engineer working in a sandbox. Think before each tool call and state the plan in <plan> tags.",
    )
    for begin in np.linspace(0.12, 0.85, sprints) * world.end + rng.uniform(-DAY_S, DAY_S, sprints):
        n_loops = rng.poisson(13 * volume, size)
        who = np.repeat(np.arange(size), n_loops)
        times = begin + rng.uniform(0, 1.4 * DAY_S, who.size)
        world.sit(
            members, who, times, text.agentic(lead="[repo task] " if rng.random() < 0.5 else ""), 9.0, harvest=True,
            hop=0.12, length=1.5,
        )
