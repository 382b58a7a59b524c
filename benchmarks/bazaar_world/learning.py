"""Innocent crowds: pupils, students, teachers and those who measure models."""

import numpy as np

from .hours import DAY_S, DAYLIGHT, NIGHTS, STUDY
from .networks import REQUEST, digest
from .people import for_good
from .shared import teams
from .text import public_book
from .vocabulary import phrases


def students(world, size, volume=1.0):
    text = world.text
    members = world.people(
        "students", size, plans={"free": 0.85, "credits": 0.15},
        mail=lambda i: None if i % 3 else "gmail.com" if i % 2 else f"st.uni{i % 40}.edu",
    )
    who, times = world.spread(members, 7 * volume, 1.2, STUDY)
    book = public_book("textbook")
    from_book = text.from_list(
        book, typed=True, wrap=lambda task: f"{task} {text.pick(phrases('pupil'))}" if text.chance(0.7) else task
    )
    own = text.chat({"learn": 4, "math": 3, "write": 2, "code": 1, "translate": 1})
    world.sit(
        members, who, times,
        lambda n_turns, language: (
            from_book(n_turns, language) if language == "en" and text.chance(0.45) else own(n_turns, language)
        ),
        2.6,
    )


def classrooms(world, size, volume=1.0, every=3):
    """Classes: one school line, the same worksheet in the same hour."""
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    team = teams(size, 18, 36, rng)
    lines_of = {}

    def lines(i, country):
        lines_of.setdefault(team[i], networks.office(country, 2))
        return [lines_of[team[i]], networks.home(country), networks.mobile(country)]

    starts = {number: rng.uniform(0, world.end * 0.3) for number in set(team)}
    members = world.people(
        "classrooms", size, team=team, countries=[str(rng.choice(["IN", "BR", "ID", "KE", "PH", "DE", "US", "NG"]))],
        kind="education",
        born=lambda n: np.array(
            [starts[team[i]] - (200 * DAY_S if team[i] % 3 else 0) + rng.exponential(1500) for i in range(n)]
        ),
        client=lambda i: clients.web() if i % 4 else clients.app(), lines=lines, line_shares=(0.1, 0.6, 0.3),
        mail=lambda i: f"school{team[i] % 300}-{world.name[:3]}.edu", org=lambda i: f"org_s{team[i]}",
        plans={"campus": 1}, card=lambda i: None, phone=0.2, verified=0.7, life=for_good,
    )
    book = public_book("textbook")
    for number in sorted(set(team)):
        mates = np.flatnonzero(team == number)
        for day in range(int(starts[number] / DAY_S) + 1, world.days, every):
            if (world.weekday + day) % 7 > 4:
                continue
            hour = rng.integers(8, 15)
            start = day * DAY_S + (hour - members.zones[mates[0]]) * 3600
            here = mates[rng.random(mates.size) < 0.45 * volume]
            sheet = [book[int(x)] for x in rng.integers(0, len(book), 5)]
            world.sit(
                members, here, start + rng.gamma(2, 420, here.size),
                text.from_list(sheet, typed=True, wrap=lambda task: f"{task} {text.pick(phrases('pupil'))}"), 1.9,
                line=lines_of[number],
            )
    who, times = world.spread(members, 2 * volume, 0.9, STUDY)
    world.sit(members, who, times, text.chat({"learn": 4, "math": 3, "write": 2, "life": 1}), 2)


def cram_school(world, size, volume=1.0):
    """Entrance-exam centres: shared phones, one book taken in order, 'all steps'."""
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    team = teams(size, 12, 60, rng)
    lines_of = {}

    def lines(i, country):
        lines_of.setdefault(team[i], networks.office(country, 1))
        return [lines_of[team[i]], networks.home(country), networks.mobile(country)]

    cards = world.secrets("cram", 400)
    members = world.people(
        "cram_school", size, team=team, countries=["IN", "PK", "VN", "TR"], kind="education", lines=lines,
        line_shares=(0.45, 0.35, 0.2), plans={"free": 0.5, "credits": 0.5},
        card=lambda i: cards[team[i]] if team[i] % 2 else None,
        client=lambda i: clients.app(models=["Kora-A5", "Numi-13C", "Tamu-BG6"], ios=0),
        born=lambda n: np.array(
            [
                -60 * DAY_S + 90 * DAY_S * (int(digest("cr", team[i])[:3], 16) / 4096) + rng.exponential(0.4 * DAY_S)
                for i in range(n)
            ]
        ),
    )
    who, times = world.spread(members, 11 * volume, 0.5, STUDY, moody=False)
    book = public_book("entrance")
    place = np.clip((times / world.end * 1500).astype(int) + rng.integers(0, 80, times.size), 0, 1799)
    order = iter(place.tolist())
    world.sit(
        members, who, times,
        text.from_list(
            book, wrap=lambda task: f"{task} Explain all steps and the reason for each step, then the answer.", order=order
        ),
        1.7,
    )


def bootcamp(world, size, volume=1.0):
    """A coding school: cohorts work through the same exercises in the same weeks, from home."""
    rng, text, clients = world.rng, world.text, world.clients
    exercises = public_book("bootcamp")
    members = world.people(
        "bootcamp", size, countries=["NG", "BR", "IN", "MX", "KE"], kind="education", language="en",
        born=world.burst(-30, -1, 6, width=0.8), client=lambda i: clients.web(desktop=1),
        plans={"promo": 0.6, "free": 0.4}, card=lambda i: None,
        mail=lambda i: "cohort.codecamp.school" if i % 3 else "gmail.com",
    )
    who, times = world.spread(members, 10 * volume, 0.7, STUDY)
    place = iter(np.clip((times / world.end * 130).astype(int) + rng.integers(0, 20, times.size), 0, 159).tolist())
    world.sit(
        members, who, times,
        text.from_list(
            exercises, typed=True, order=place,
            wrap=lambda task: task + (" explain your thinking step by step" if text.chance(0.4) else ""),
        ),
        3,
    )


def teachers(world, size, volume=1.0):
    text = world.text
    members = world.people(
        "teachers", size, kind="education", plans={"free": 0.7, "pro": 0.3},
        mail=lambda i: f"school{i % 90}.edu" if i % 2 else "gmail.com",
    )
    who, times = world.spread(members, 7 * volume, 1.0, STUDY)
    world.sit(members, who, times, text.chat({"taskgen": 5, "learn": 2, "grade": 1.5, "write": 2, "math": 1}), 2.3)


def tutoring_startup(world, size, volume=1.0):
    """Tutoring apps: pupils' exercises relayed under a fixed 'full reasoning' prompt over several accounts of one firm."""
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    team = teams(size, 4, 9, rng)
    lines_of = {}
    build_of = {}
    members = world.people(
        "tutoring_startup", size, team=team, kind="startup",
        lines=lambda i, country: [lines_of.setdefault(team[i], networks.cloud(2, habit=REQUEST))] * 3,
        client=lambda i: build_of.setdefault(team[i], clients.library(temperature=0.2, max_tokens=2048, owner=f"tu{team[i]}")),
        second_client=0, org=lambda i: f"org_tu{team[i]}", card=lambda i: world.secret("tu", team[i]), plans={"pro": 1},
        mail=lambda i: f"tutor{team[i]}.app", phone=0.2, verified=0.3,
        system=lambda i: (
            f"You are tutor {team[i]}. Explain the complete reasoning step by step before the final answer, for a pupil. "
            "Never skip steps."
        ),
        model="bazaar-pro-2",
    )
    book = public_book("textbook")
    who, times = world.spread(members, 90 * volume, 0.4, STUDY, moody=False)
    from_book = text.from_list(book, typed=True)
    own = text.chat({"math": 4, "learn": 3, "logic": 1, "code": 1})
    world.sit(
        members, who, times,
        lambda n_turns, language: from_book(n_turns, language) if text.chance(0.5) else own(n_turns, "en"), 1.8, hop=0.25,
    )


def benchmark_runners(world, size, volume=1.0, n_items=1200):
    """Labs and hobbyists who run the same public benchmark, step by step, at temperature 0."""
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    benchmark = public_book("benchmark")
    members = world.people(
        "benchmark_runners", size, kind="research",
        lines=lambda i, country: [
            networks.office(country) if i % 2 else networks.cloud(), networks.home(country), networks.vpn(),
        ],
        line_shares=(0.8, 0.15, 0.05),
        client=lambda i: clients.library("bazaar-python", temperature=0.0, max_tokens=2048, owner="bench", gap=(4, 0.4)),
        second_client=0, plans={"credits": 0.7, "pro": 0.3}, mail=lambda i: f"lab{i}.edu" if i % 3 else "gmail.com",
        verified=0.4, system="Let's think step by step. Put the final answer in \\boxed{}.",
        model=lambda i: ["bazaar-pro-2", "bazaar-think-1", "bazaar-mini-2"][i % 3],
        org=lambda i: f"org_lab_{i}" if i % 3 else None,
    )
    for i in range(size):
        for _ in range(1 + int(rng.random() < 0.4)):
            n_tasks = int(min(n_items, rng.choice([60, 150, 300, 500]) * volume))
            start = rng.uniform(max(members.first[i], 0), world.end - 0.3 * DAY_S)
            first = rng.integers(0, n_items - n_tasks + 1)
            order = iter(range(first, first + n_tasks))
            world.sit(
                members, np.full(n_tasks, i), start + np.cumsum(rng.gamma(2, 9, n_tasks)),
                text.from_list(benchmark, order=order), np.ones(n_tasks, int),
            )


def hackathon(world, size, volume=1.0):
    """A weekend, one venue, a starter kit with a fixed prompt and tools, new accounts with event credits."""
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    friday = next(d for d in range(3, world.days) if (world.weekday + d) % 7 == 4)
    friday += 7 * int(rng.integers(0, max(1, (world.days - friday) // 7)))
    country = str(rng.choice(["KE", "IN", "BR", "VN"]))
    zone = {"KE": 3, "IN": 5.5, "BR": -3, "VN": 7}[country]
    start = friday * DAY_S + (17 - zone) * 3600
    venue = networks.office(country, 4)
    kits = [
        clients.library("bazaar-python", temperature=0.7, max_tokens=2048, tools="starter", version="2.6.1", owner="hk"),
        clients.library("bazaar-node", temperature=0.7, max_tokens=2048, tools="starter", version="1.12.0", owner="hk"),
    ]
    members = world.people(
        "hackathon", size, countries=[country], born=lambda n: start - rng.exponential(5 * 3600, n),
        lines=lambda i, country: [venue, networks.mobile(country), networks.home(country)], line_shares=(0.8, 0.15, 0.05),
        client=lambda i: kits[i % 2], second_client=0.5, plans={"promo": 1}, card=lambda i: None,
        system="You are the agent of our hackathon team. Plan, call tools, and report progress. Use the inventory and payments tools.",
        life=lambda n: np.full(n, 2.2 * DAY_S) + (rng.random(n) < 0.15) * 9 * DAY_S,
    )
    who, times = world.spread(
        members, 9 * volume * world.days / 2.2, 0.8, NIGHTS + DAYLIGHT * 0.5, moody=False, last=members.first + 2.1 * DAY_S
    )
    world.sit(
        members, who, times,
        lambda n_turns, language: (
            text.agentic()(n_turns, language)
            if text.chance(0.5)
            else text.chat({"code": 6, "shop": 1, "data": 2})(n_turns, "en")
        ),
        3.2,
    )
