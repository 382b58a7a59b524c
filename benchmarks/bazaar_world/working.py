"""Innocent crowds: people at work."""

import numpy as np

from .hours import DAY_S, DAYLIGHT, EVENING, FLAT, OFFICE, SHOPS
from .networks import REQUEST
from .shared import LIFE, SHOP_MODE, teams


def shopkeepers(world, size, volume=1.0):
    text, clients = world.text, world.clients
    members = world.people(
        "shopkeepers", size, kind="startup", plans={"free": 0.4, "shop": 0.4, "credits": 0.2},
        client=lambda i: clients.app(ios=0.1) if i % 3 else clients.web(), system=lambda i: SHOP_MODE if i % 2 else None,
    )
    who, times = world.spread(members, 8 * volume, 1.1, SHOPS)
    world.sit(members, who, times, text.chat({"shop": 6, "write": 2, "translate": 1.5, "data": 0.5, "life": 0.4}), 2.4)


def call_centre(world, size, volume=1.0):
    """Shift offices: one egress, macros, an equal load for everybody."""
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    team = teams(size, 40, 120, rng)
    lines_of = {}

    def lines(i, country):
        lines_of.setdefault(team[i], networks.office(country, 3))
        return [lines_of[team[i]], lines_of[team[i]], networks.home(country)]

    card = world.secrets("bpo", 50)
    members = world.people(
        "call_centre", size, team=team, countries=["PH"], kind="enterprise", lines=lines, line_shares=(0.8, 0.15, 0.05),
        client=lambda i: clients.web(versions=(139,), desktop=1), second_client=0, mail=lambda i: f"bpo{team[i]}.com",
        org=lambda i: f"org_bpo{team[i]}" if team[i] % 2 else None, plans={"pro": 1}, card=lambda i: card[team[i]],
        phone=0.3, verified=0.6,
        system=lambda i: f"Draft replies for desk {team[i]}. Follow the macro, never promise refunds.",
        born=world.burst(-90, -30, 2, width=3),
    )
    who, times = world.spread(members, 22 * volume, 0.2, OFFICE, moody=False)
    macro = ["Draft a reply. Macro 14.", "Customer wrote:", "Make this reply softer:", "Summarise ticket:"]
    world.sit(
        members, who, times,
        lambda n_turns, language: [
            f"{text.pick(macro)} {x}"
            for x in text.chat({"rewrite": 2, "write": 2, "dialog": 2, "translate": 1}, typed=False)(n_turns, language)
        ],
        1.5,
    )


def labelling_firm(world, size, volume=1.0):
    """A verified data firm that grades its clients' own chatbots, with a written rubric, in office hours."""
    text, networks, clients = world.text, world.networks, world.clients
    lines_of = {}

    def lines(i, country):
        lines_of.setdefault(i // 45, networks.office(country, 2))
        return [lines_of[i // 45], networks.home(country), networks.mobile(country)]

    members = world.people(
        "labelling_firm", size, countries=["KE"], kind="enterprise", lines=lines, line_shares=(0.75, 0.2, 0.05),
        client=lambda i: clients.web(versions=(138, 140), desktop=1), second_client=0.1,
        mail=lambda i: f"annotate{i // 45}.co", org=lambda i: f"org_lab{i // 45}", plans={"pro": 1},
        card=lambda i: world.secret("lab", i // 45), verified=1.0, born=world.burst(-200, -60, -20, width=6),
        language="en",
    )
    who, times = world.spread(members, 24 * volume, 0.3, OFFICE, moody=False)
    world.sit(members, who, times, text.chat({"grade": 6, "rewrite": 2, "taskgen": 1}, typed=False, lead="Guideline v3."), 1.6)


def translators_coop(world, size, volume=1.0):
    """A translators' cooperative: one card, homes in many countries, one glossary prompt, jobs split without overlap."""
    rng, text, clients = world.rng, world.text, world.clients
    card = world.secret("coop")
    members = world.people(
        "translators_coop", size, lines=None, plans={"pro": 1}, card=lambda i: card,
        mail=lambda i: "lingua-coop.org" if i % 3 else "gmail.com", client=lambda i: clients.web(desktop=1),
        system="Glossary on. Translate sentence by sentence; keep placeholders; list doubtful terms at the end.",
        language="en", born=world.burst(-300, -120, 4, width=10),
    )
    jobs = [text.fill("{body} {body}") for _ in range(int(size * 26 * volume))]
    who, times = world.spread(members, 22 * volume, 0.4, OFFICE)
    order = iter(rng.permutation(np.arange(who.size)).tolist())
    world.sit(
        members, who, times,
        text.from_list(
            jobs, wrap=lambda task: f"Segment {text.random.randint(1, 400)} EN>{text.slot('lang')}: {task}", order=order
        ),
        1.8,
    )


def freelancers(world, size, volume=1.0):
    """Gig workers: own devices, paid by the piece for copy editing and tutoring answers, jobs posted to all at once."""
    rng, text = world.rng, world.text
    posts = np.sort(rng.uniform(0, world.end, int(world.days * 0.6)))
    members = world.people(
        "freelancers", size, countries=["PH", "KE", "IN", "NG", "PK", "EG"],
        plans={"free": 0.5, "credits": 0.35, "pro": 0.15}, language="en",
    )
    for posted in posts:
        takers = np.flatnonzero((rng.random(size) < 0.13 * volume) & (members.first < posted))
        n_jobs = rng.integers(2, 7, takers.size)
        who = np.repeat(takers, n_jobs)
        brief = text.pick(
            [
                "Client brief: keep British spelling, no passive voice.", "Answer for the tutoring site, show each step:",
                "SEO brief: 150 words, two keywords.", "Make it sound human:",
            ]
        )
        world.sit(
            members, who, world.when(posted + 0 * who, posted + 1.6 * DAY_S, members.zones[who], DAYLIGHT),
            text.chat({"write": 3, "math": 2, "shop": 2, "rewrite": 2, "learn": 2}, lead=brief), 2,
        )
    who, times = world.spread(members, 4 * volume, 1.0, EVENING)
    world.sit(members, who, times, text.chat(LIFE), 2)


def listing_agency(world, size, volume=1.0):
    """Listing agencies: several seats on one card, one template over thousands of products."""
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    team = teams(size, 3, 12, rng)
    lines_of = {}
    templates = {}
    members = world.people(
        "listing_agency", size, team=team, kind="startup",
        client=lambda i: clients.web(desktop=1) if i % 3 else clients.library(owner=f"ag{team[i]}"), second_client=0.1,
        lines=lambda i, country: [
            lines_of.setdefault(team[i], networks.office(country)), networks.home(country), networks.mobile(country),
        ],
        card=lambda i: world.secret("ag", team[i]), plans={"pro": 0.6, "shop": 0.4},
        mail=lambda i: f"agency{team[i]}.biz", org=lambda i: f"org_ag{team[i]}" if team[i] % 3 == 0 else None, phone=0.6,
    )
    for number in set(team):
        templates[number] = (
            text.pick(
                [
                    "Write title, 5 bullets and a 60-word text. Product:", "Listing v2, tone {tone}, include size chart:",
                    "Expert copywriter. Output JSON title/bullets/desc for:",
                ]
            )
            + f" [{number}]"
        )
    who, times = world.spread(members, 26 * volume, 0.6, OFFICE, moody=False)
    order = iter(who.tolist())

    def say(n_turns, language):
        template = templates[team[next(order)]]
        return [f"{template} {text.fill('{adj} {thing}, {brand}, {q} g, made in {city}')}"] + [
            text.follow(language) for _ in range(n_turns - 1)
        ]

    world.sit(members, who, times, say, 1.4)


def farm_cooperative(world, size, volume=1.0):
    """Farm cooperatives: an extension officer's phones lent round the villages, one card, market-day peaks."""
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    team = teams(size, 10, 50, rng)
    phone_of = {}
    lines_of = {}
    members = world.people(
        "farm_cooperative", size, team=team, countries=["KE", "TZ", "NG", "IN", "SN"],
        client=lambda i: phone_of.setdefault(
            (team[i], i % 3), clients.app(models=["Sela-A665L", "Tamu-BG6", "Bell-21"], ios=0)
        ),
        second_client=0, lines=lambda i, country: lines_of.setdefault(team[i], [networks.mobile(country)] * 3),
        plans={"credits": 1}, card=lambda i: world.secret("fc", team[i]),
        phone=lambda i: world.secret("fcp", team[i], i // 4), born=world.burst(-150, -40, 5, 11, width=1.5),
        mail=lambda i: None,
    )
    who, times = world.spread(members, 6 * volume, 0.6, DAYLIGHT, moody=False)
    world.sit(members, who, times, text.chat({"farm": 6, "shop": 1, "life": 1, "math": 0.4}), 1.8)


def account_rotators(world, size, volume=1.0):
    """Firms that rotate accounts by policy: conversations go on from one of their accounts to the next."""
    team = teams(size, 4, 10, world.rng)
    for firm in sorted(set(team)):
        _rotating_firm(world, firm, int((team == firm).sum()), volume)


def _rotating_firm(world, firm, size, volume):
    rng, text = world.rng, world.text
    build = world.clients.library(owner=f"ro{firm}")
    egress = world.networks.cloud(2)
    members = world.people(
        "account_rotators", size, kind="enterprise", lines=lambda i, country: [egress] * 3, client=lambda i: build,
        second_client=0, org=f"org_ro{firm}", card=lambda i: world.secret("ro", firm), plans={"pro": 1},
        mail=lambda i: f"firm{firm}.com", phone=0.0, verified=0.7, system=f"Assistant of firm {firm}, department {firm % 7}.",
        born=lambda n: np.sort(rng.uniform(-60 * DAY_S, world.end * 0.9, n)),
    )
    members.last[:-1] = members.born[1:] + DAY_S
    members.last[-1] = world.end
    who, times = world.spread(members, 40 * volume, 0.2, OFFICE, moody=False)
    families = {"data": 3, "write": 2, "code": 2, "grade": 0.5, "rewrite": 1}
    world.sit(members, who, times, text.chat(families, typed=False), 3, hop=0.2)


def eval_firms(world, size, volume=1.0):
    """Firms that compare models for clients: the same case list each night, graded by rubric."""
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    members = world.people(
        "eval_firms", size, kind="enterprise", lines=lambda i, country: [networks.cloud(2, habit=REQUEST)] * 3,
        client=lambda i: clients.library(temperature=0.0, max_tokens=1024, owner=f"ev{i // 3}"), second_client=0,
        plans={"pro": 1}, org=lambda i: f"org_ev{i // 3}", card=lambda i: world.secret("ev", i // 3), verified=0.8,
        mail=lambda i: f"evalworks{i // 3}.com", phone=0.0, model="bazaar-pro-2",
        system=lambda i: f"You are an impartial grader. Scale 1-10. Case set {i // 3}.",
    )
    lists = {n_cases: [text.ask("grade") for _ in range(60)] for n_cases in range(size // 3 + 1)}
    for i in range(size):
        for day in range(int(rng.integers(0, 4)), world.days, int(rng.integers(1, 4))):
            n_cases = int(14 * volume) + 1
            start = day * DAY_S + 3600 * (2 + i % 5) + rng.uniform(0, 300)
            world.sit(
                members, np.full(n_cases, i), start + np.cumsum(rng.gamma(3, 3, n_cases)), text.from_list(lists[i // 3]),
                np.ones(n_cases, int),
            )


def permitted_synthetic(world, size, volume=1.0):
    """A verified customer with written permission to make synthetic training data for its own small model."""
    text, networks, clients = world.text, world.networks, world.clients
    egress = networks.cloud(6, habit=REQUEST)
    build = clients.library("bazaar-python", temperature=1.0, max_tokens=4096, owner="syn", version="2.6.1")
    members = world.people(
        "permitted_synthetic", size, kind="enterprise", lines=lambda i, country: [egress] * 3, client=lambda i: build,
        second_client=0, org="org_syn", card=lambda i: world.secret("syn"), plans={"contract": 1},
        mail=lambda i: "cropvoice.org", phone=0.0, verified=1.0, model="bazaar-pro-2",
        system="Generate varied training items. Show the reasoning.", born=world.burst(-100, width=2),
    )
    who, times = world.spread(members, 120 * volume, 0.15, FLAT, moody=False)
    world.sit(members, who, times, text.chat({"taskgen": 4, "farm": 2, "rewrite": 2, "grade": 1}, typed=False), 1.0)
