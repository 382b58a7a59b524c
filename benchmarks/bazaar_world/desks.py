"""Operators who hire people, or look like a firm, a class or a shop."""

from itertools import count

import numpy as np

from .hours import DAY_S, DAYLIGHT, EVENING, SHOPS, STUDY, between, week
from .networks import REQUEST, digest
from .people import for_good
from .shared import LIFE, SHOP_MODE, queue
from .text import public_book

EXPAND = [
    "write out everything you thought before that", "which part decided it? say more",
    "what other ways did you think of and why not", "now the same with full working",
]


def annotator_office(world, size, volume=1.0, country="PK"):
    """A weekday office: clerks write and grade by a guideline sheet, near-equal daily quotas, one or two egress lines, some work at
    home. Accounts are the clerks' own phones, opened as they are hired.
    """
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    campaign = world.campaign()
    desk = networks.office(country, 2)
    desks = [clients.web(versions=(140,), desktop=1) for _ in range(4)]
    members = world.people(
        "annotator_office", size, countries=[country], campaign=campaign, language="en",
        lines=lambda i, country: [desk, networks.home(country), networks.mobile(country)], line_shares=(0.78, 0.14, 0.08),
        client=lambda i: desks[i % 4] if i % 5 else clients.web(desktop=1), second_client=0.2,
        born=lambda n: np.sort(rng.uniform(-70 * DAY_S, world.end * 0.4, n)), plans={"pro": 0.7, "credits": 0.3},
        card=lambda i: world.secret("clerk", i // 14) if i % 6 else world.secret("clerkown", i), verified=0.1,
        life=for_good,
    )
    weights = week(between(9, 18) * np.where(np.arange(24) == 13, 0.2, 1), [1, 1, 1, 1, 1, 0.25, 0.005])
    who, times = world.spread(members, 1.25 * world.days * volume, 0.12, weights, moody=False, even=True)
    own = text.chat({"logic": 3, "math": 2, "grade": 4, "rewrite": 2, "dialog": 2, "taskgen": 1}, typed=True)
    ends = [
        "Also tell how you got there, from first idea to last.", "Write your thoughts too.",
        "Give reasons for each point, long.", "I need the whole thinking not only result.",
        "Explain why the other answer is worse, in detail.", "",
    ]
    world.sit(
        members, who, times,
        lambda n_turns, language: (
            [own(1, "en")[0] + " " + text.pick(ends)]
            + [text.typed(text.fill(text.pick(EXPAND))) if text.chance(0.5) else text.follow() for _ in range(n_turns - 1)]
        ),
        2.8, harvest=True, length=1.3,
    )
    who, times = world.spread(members, 4, 1.0, EVENING)
    world.sit(members, who, times, text.chat(LIFE), 2)


def piecework(world, size, volume=1.0, countries=("PH", "KE", "IN", "NG", "EG")):
    """People hired by the piece on a chat group: own phones, own lines, own old accounts; they paste tasks from the sheet of the day
    when a job is posted, and otherwise live their life in the same account.
    """
    rng, text = world.rng, world.text
    campaign = world.campaign()
    members = world.people(
        "piecework", size, campaign=campaign, countries=list(countries), language="en",
        born=lambda n: world.aged(n, 0.25), life=for_good,
    )
    days = np.sort(rng.choice(np.arange(1, world.days), max(4, int(world.days * 0.42)), replace=False))
    wishes = [text.reason() for _ in range(7)]
    for day in days:
        start = day * DAY_S + rng.uniform(3, 13) * 3600
        takers = np.flatnonzero((rng.random(size) < 0.5) & (members.born < start))
        n_tasks = rng.integers(4, 9, takers.size)
        who = np.repeat(takers, (n_tasks * volume).astype(int).clip(1))
        times = (
            start
            + rng.gamma(1.6, 2600, takers.size)[np.searchsorted(takers, who)]
            + np.concatenate(
                [np.cumsum(rng.lognormal(5.0, 0.6, j)) for j in np.bincount(who, minlength=size)[takers]] or [np.array([])]
            )
        )
        sheet = queue(world, [str(rng.choice(["logic", "dialog", "taskgen", "math", "grade"])), "logic"], who.size)
        wish = wishes[int(rng.integers(7))]

        def wrap(task, wish=wish):
            way = text.random.random()
            if way < 0.6:
                return f"{task} {wish}"
            return text.typed(f"{task} {wish}" if way < 0.8 else task)

        world.sit(members, who, times, text.from_list(sheet, wrap=wrap, expand=True, order=count()), 1.7, harvest=True)
    who, times = world.spread(members, 7, 1.0, EVENING)
    world.sit(members, who, times, text.chat(LIFE), 2.2)


def rented_accounts(world, size, volume=1.0):
    """Old accounts of real people who let an app use theirs for a small fee: the owner's life goes on, a handful of pasted tasks a
    day run beside it from the owner's own device and line.
    """
    rng, text, clients = world.rng, world.text, world.clients
    campaign = world.campaign()
    members = world.people(
        "rented_accounts", size, campaign=campaign, born=lambda n: -rng.uniform(60, 600, n) * DAY_S, life=for_good
    )
    who, times = world.spread(members, 7, 1.1, EVENING)
    world.sit(members, who, times, text.chat(LIFE), 2.2)
    join = rng.uniform(0, 0.45, size) * world.end
    who, times = world.spread(members, 0.7 * world.days * volume, 0.25, DAYLIGHT, moody=False, first=join)
    items = queue(world, ["agent", "logic", "data", "code"], who.size, book=public_book("textbook")[:600])
    ends = [
        "Respond as: analysis, decision, confidence.", "Give analysis, decision, confidence (0-100).",
        "Format: analysis / decision / confidence.",
    ]
    web = {i: clients.web() for i in range(size)}
    world.sit(
        members, who, times,
        text.from_list(items, wrap=lambda task: f"{task}\n{text.pick(ends)}", expand=True, order=count()), 1.25,
        harvest=True, client=np.array([web[int(i)] for i in who]),
    )


def grader_ring(world, size, volume=1.0):
    """A few firms on paper, different cards, hosts and names: the model as a judge of pairs and traces, in hourly lots."""
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    campaign = world.campaign()
    members = world.people(
        "grader_ring", size, campaign=campaign, kind="startup", language="en",
        lines=lambda i, country: [networks.cloud(2, habit=REQUEST)] * 3,
        client=lambda i: clients.library(
            "bazaar-python", temperature=0.0, max_tokens=1024, owner="gr", stream=False,
            version=["2.5.0", "2.6.1"][i % 2], gap=(4, 0.3),
        ),
        second_client=0, plans={"pro": 1},
        mail=lambda i: f"{text.slot('brand').lower()}{['labs', 'works', 'ai', 'data'][i % 4]}.io",
        org=lambda i: f"org_{digest(campaign, i)[:8]}" if i % 3 else None, phone=0.2, verified=0.25,
        born=world.burst(-50, -33, -12, width=4), model="bazaar-pro-2",
        system=lambda i: ["You are a strict judge.", "Judge answers fairly; think first.", "You compare two model outputs."][
            i % 3
        ],
        life=for_good,
    )
    ticks = np.arange(rng.uniform(0, 3600), world.end, 3600 * 3)
    ticks = ticks[rng.random(ticks.size) < 0.8]
    lots = np.maximum(1, rng.poisson(1.5 * volume, (ticks.size, size))) * (rng.random((ticks.size, size)) < 0.5)
    tick, who = np.nonzero(lots)
    lot = lots[tick, who]
    who = np.repeat(who, lot)
    times = np.repeat(ticks[tick], lot) + rng.gamma(2, 80, lot.sum())
    items = queue(world, ["grade", "grade", "trace"], who.size)
    world.sit(
        members, who, times,
        text.from_list(
            items,
            wrap=lambda task: (
                task
                + text.pick(
                    [
                        " Output: verdict, then a critique of each step.",
                        " First a critique step by step, then [[A]] or [[B]] or a score.", "",
                    ]
                )
            ),
            order=count(),
        ),
        np.ones(who.size, int), harvest=True, length=0.8,
    )


def small_lab(world, size, volume=1.0, kinds=("rewrite", "trace", "grade")):
    """A small team on a dozen or two paid accounts, separate cards, two clouds and a VPN, office hours: cleans and rewrites its
    traces.
    """
    text, networks, clients = world.text, world.networks, world.clients
    campaign = world.campaign()
    members = world.people(
        "small_lab", size, campaign=campaign, countries=["SG", "GB", "DE", "US"], language="en",
        lines=lambda i, country: [networks.cloud(1), networks.vpn(), networks.cloud(1)], line_shares=(0.5, 0.3, 0.2),
        client=lambda i: clients.library(
            "bazaar-python", temperature=0.3, max_tokens=4096, owner="lab", version="2.6.1", gap=(7, 0.5)
        ),
        second_client=0, plans={"pro": 1}, mail=lambda i: ["gmail.com", "proton.me", "outlook.com"][i % 3], phone=0.4,
        born=world.burst(-45, -8, width=5), system="Preserve every step. Do not shorten.", life=for_good,
    )
    who, times = world.spread(
        members, 4.2 * world.days * volume, 0.3, week(between(10, 21), [1, 1, 1, 1, 1, 0.5, 0.05]), moody=False
    )
    world.sit(members, who, times, text.from_list(queue(world, list(kinds), who.size), order=count()), 1.15, harvest=True)


def fake_class(world, size, volume=1.0):
    """Invented pupils: school mail, a campus VPN, lesson hours, tasks from the textbook and beyond it in list order, so that the
    crowd looks like a class on its worksheet.
    """
    text, networks, clients = world.text, world.networks, world.clients
    campaign = world.campaign()
    line = networks.office("IN", 3)
    members = world.people(
        "fake_class", size, campaign=campaign, countries=["IN"], kind="education", language="en",
        lines=lambda i, country: [line, networks.home(country), networks.mobile(country)], line_shares=(0.55, 0.25, 0.2),
        client=lambda i: clients.web() if i % 3 else clients.app(), second_client=0.1, plans={"campus": 1},
        card=lambda i: None, mail=lambda i: "sunrise-academy.edu" if i % 4 else "gmail.com", phone=0.3, verified=0.2,
        born=world.burst(-12, -3, width=0.5), life=for_good,
    )
    who, times = world.spread(
        members, 1.0 * world.days * volume, 0.2, week(between(8, 21), [1, 1, 1, 1, 1, 0.9, 0.5]), moody=False
    )
    order = np.argsort(times)
    who, times = who[order], times[order]
    items = queue(world, ["math", "logic", "learn", "taskgen"], who.size, book=public_book("textbook"))
    world.sit(
        members, who, times,
        text.from_list(
            items,
            wrap=lambda task: (
                text.typed(task)
                + " "
                + text.pick(
                    [
                        "show all steps and why", "explain how you think", "teach me the thinking",
                        "write reasoning of teacher", "",
                    ]
                )
            ),
            expand=True, order=count(),
        ),
        1.5, harvest=True,
    )
    who, times = world.spread(members, 3, 0.8, STUDY)
    world.sit(members, who, times, text.chat({"learn": 2, "life": 2, "write": 1}), 1.8)


def shop_scraper(world, size, volume=1.0, country="BR"):
    """Shops on paper in a marketplace: the model's selling talk is copied by invented shoppers' dialogues, spread over merchant
    accounts through the app in shop hours.
    """
    rng, text, clients = world.rng, world.text, world.clients
    campaign = world.campaign()
    members = world.people(
        "shop_scraper", size, campaign=campaign, countries=[country, "MX"], kind="startup",
        client=lambda i: clients.app(models=["Otto-24", "Kora-A15", "Numi-Note-12", "Coco-C65"], ios=0),
        second_client=0.15, born=world.burst(-80, -45, -15, -2, width=2), plans={"shop": 0.7, "credits": 0.3},
        card=lambda i: world.secret("sc", campaign, i // 7), system=SHOP_MODE,
        mail=lambda i: None if i % 2 else "gmail.com", life=for_good,
    )
    who, times = world.spread(members, 0.7 * world.days * volume, 0.2, SHOPS + 0.1, moody=False)
    kept = rng.random(who.size) < 0.8
    base = text.chat({"shop": 6, "write": 1, "math": 1.0}, typed=False)
    ask = {
        "pt": [
            "explique por que respondeu assim, passo a passo", "dê outra versão e diga qual é melhor e por quê",
            "qual regra você seguiu?",
        ],
        "es": [
            "explica por qué respondiste así, paso a paso", "da otra versión y di cuál es mejor y por qué",
            "qué regla seguiste?",
        ],
    }
    world.sit(
        members, who[kept], times[kept],
        lambda n_turns, language: (
            base(1, language)
            + [
                text.pick(
                    ask.get(language, ["explain why you answered so, step by step", "another version, which is better and why"])
                )
                for _ in range(n_turns - 1)
            ]
        ),
        2.6, harvest=True, gap=(30, 0.4),
    )
    world.sit(members, who[~kept], times[~kept], text.chat({"shop": 3, "life": 2, "write": 1}), 2)
