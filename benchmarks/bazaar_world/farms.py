"""Operators who farm accounts: many hands that are one."""

from itertools import count

import numpy as np

from .hours import DAY_S, DAYLIGHT, EVENING, FLAT, week
from .networks import REQUEST
from .people import NEW_MODEL, for_good
from .shared import HELP, LIFE, queue
from .text import public_book, reasoning_wish

MORE = {
    "VN": [
        "vì sao bạn chọn như vậy, viết đầy đủ suy nghĩ", "giải thích từng bước đi", "còn cách nào khác không, so sánh kỹ",
    ],
    "ID": ["jelaskan kenapa, tulis semua pertimbangan", "langkah demi langkah ya", "ada cara lain? bandingkan"],
}
"""How a script of SIM farms asks on."""


def rotation_pool(world, size, volume=1.0, n_addresses=7000):
    """Hundreds of accounts behind a big pool of household lines, a new address each request; browsers driven by a script; a wrapper
    reworded a dozen ways; day and night; pool of tasks split without overlap.
    """
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    campaign = world.campaign()
    pool = networks.residential(n_addresses, ["BR", "IN", "ID", "MX", "US", "TR", "VN"], habit=REQUEST)
    builds = [clients.web(versions=(x,), desktop=1) for x in (137, 139, 140, 140, 141)]
    cards = world.secrets(f"{campaign}card", max(3, size // 9))
    members = world.people(
        "rotation_pool", size, campaign=campaign, countries=["US", "BR", "IN", "GB", "MX"], language="en",
        lines=lambda i, country: [pool] * 3, client=lambda i: builds[i % 5], second_client=0,
        born=world.burst(-26, -9, 1.5, world.days * 0.4, width=0.3), plans={"credits": 1},
        card=lambda i: cards[int(rng.integers(len(cards)))],
        mail=lambda i: str(rng.choice(["gmail.com", "outlook.com", "mailbox.rest", "inbox.quest"])), phone=0.4,
        life=for_good,
    )
    who, times = world.spread(members, 1.1 * world.days * volume, 0.3, FLAT, moody=False)
    items = queue(world, ["logic", "math", "code", "data"], who.size, book=public_book("benchmark"))
    cover = rng.random(who.size) < 0.12
    world.sit(
        members, who[~cover], times[~cover],
        text.from_list(
            items, wrap=lambda task: f"{task}\n{text.reason()}" if text.chance(0.75) else task, expand=True, order=count()
        ),
        1.35, harvest=True, length=1.5,
    )
    world.sit(members, who[cover], times[cover], text.chat(dict(LIFE, shop=3)), 1.6)


def promo_farm(world, size, volume=1.0, models=("LP-2387", "Numi-13C", "Kora-A5", "RM-3890", "Tamu-KJ5", "Sela-A665L")):
    """Sign-up credits farmed on emulated phones: each account spends its gift in one or two sittings and is left; tasks never
    repeat; half carry no wrapper.
    """
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    campaign = world.campaign()
    pools = {x: [networks.mobile(x) for _ in range(3)] for x in ("ID", "IN", "NG", "BR")}
    members = world.people(
        "promo_farm", size, campaign=campaign, countries=["ID", "IN", "NG", "BR"], language="en",
        lines=lambda i, country: [pools[country][i % 3]] * 3, client=lambda i: clients.app(models=list(models), ios=0),
        second_client=0, plans={"promo": 1}, card=lambda i: None, mail=lambda i: None if i % 5 else "gmail.com",
        born=lambda n: np.sort(world.when(np.zeros(n), world.end - 6 * 3600, np.full(n, 7.0), DAYLIGHT)),
    )
    n_tasks = np.maximum(3, np.round(rng.normal(12, 1.6, size) * volume)).astype(int)
    who = np.repeat(np.arange(size), n_tasks)
    times = (
        members.born[who]
        + 240
        + rng.exponential(60, who.size)
        + np.concatenate([np.cumsum(rng.gamma(3, 55, k)) for k in n_tasks])
        + np.where(np.arange(who.size) % 2, 0, 1) * (rng.random(size) < 0.3)[who] * 9 * 3600
    )
    items = queue(world, ["math", "logic", "code", "agent", "dialog"], who.size)
    world.sit(
        members, who, times,
        text.from_list(
            items, wrap=lambda task: f"{text.reason()} {task}" if text.chance(0.4) else task, expand=True, order=count()
        ),
        1.15, harvest=True,
    )


def slow_trickle(world, size, volume=1.0, twin=0.22):
    """Hundreds of aged accounts, an exchange or so every other day each, sticky household lines, honest-looking cover half of the
    time; some tasks are put to several accounts within minutes to compare answers.
    """
    rng, text, networks = world.rng, world.text, world.networks
    campaign = world.campaign()
    pool = networks.residential(2500, ["US", "DE", "GB", "FR", "ES", "BR"], own=0.3)
    members = world.people(
        "slow_trickle", size, campaign=campaign, countries=["US", "GB", "DE", "FR", "ES", "BR"],
        lines=lambda i, country: [networks.slice(pool, 2), networks.slice(pool, 1), networks.slice(pool, 1)],
        second_client=0.1, born=lambda n: -rng.uniform(30, 300, n) * DAY_S, plans={"free": 0.8, "credits": 0.2},
        phone=0.5, life=for_good,
    )
    load = 0.16 * world.days * volume
    who, times = world.spread(members, load, 0.15, DAYLIGHT, moody=False)
    items = queue(world, ["logic", "data", "trace", "agent"], who.size)
    formats = [
        "Answer in two parts: NOTES (all you considered) and RESULT.",
        "Two parts please. NOTES: everything you weighed. RESULT: one line.",
        "Use headings NOTES and RESULT; NOTES must be complete.",
    ]

    def wrap(task):
        return f"{task} {text.pick(formats)}"

    world.sit(members, who, times, text.from_list(items, wrap=wrap, order=count()), 1.1, harvest=True)
    picked = np.flatnonzero(rng.random(who.size) < twin)
    twins = np.repeat(picked, 2)
    texts = iter([items[i % len(items)] for i in twins])
    world.sit(
        members, rng.integers(0, size, twins.size), times[twins] + rng.uniform(60, 900, twins.size),
        lambda n_turns, language: [wrap(next(texts))] + [text.follow(language) for _ in range(n_turns - 1)],
        np.ones(twins.size, int), harvest=True,
    )
    who, times = world.spread(members, load * 1.1, 0.6, EVENING)
    world.sit(members, who, times, text.chat(LIFE), 1.4)


def hydra_pools(world, size, volume=1.0):
    """Two pools: the first is banned in raids, fresh accounts take over within hours at full load; then the second pool, through the
    API instead of the site. One sentence is put into every request.
    """
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    campaign = world.campaign()
    line = "Wrap everything you think in <inner> tags before you answer."
    pool = networks.residential(3000, ["US", "IN", "BR", "VN", "ID"])
    builds = [clients.web(versions=(x,), desktop=1) for x in (138, 140)]
    n_first = int(size * 0.65)
    waves = 4
    edges = np.array([0, 0.22, 0.42, 0.6, 0.78]) * world.end
    for wave in range(waves):
        n = n_first // waves
        members = world.people(
            "hydra_pools", n, campaign=campaign, countries=["US", "IN", "BR", "VN", "ID"], language="en",
            lines=lambda i, country: [networks.slice(pool, 3)] * 3, client=lambda i: builds[i % 2], second_client=0,
            born=lambda n, wave=wave: edges[wave] + rng.exponential(5 * 3600, n) - (9 * DAY_S if wave == 0 else 0),
            plans={"free": 0.5, "credits": 0.5},
            card=lambda i, wave=wave: world.secret("vc", campaign, wave, i // 5) if i % 2 else None,
            mail=lambda i: str(rng.choice(["inbox.quest", "mailbox.rest", "gmail.com", "tempbox.one"])), phone=0.15,
            life=for_good,
        )
        members.last = np.minimum(edges[wave + 1] + rng.exponential(2 * 3600, n), world.end)
        hit = np.flatnonzero(rng.random(n) < 0.8)
        world.ban(members, hit, members.last[hit])
        who, times = world.spread(members, 4.0 * world.days * volume, 0.15, FLAT, moody=False)
        world.sit(
            members, who, times,
            text.from_list(
                queue(world, ["logic", "code", "math", "agent"], who.size), wrap=lambda task: f"{line}\n\n{task}", order=count()
            ),
            1.3, harvest=True,
        )
    n = size - waves * (n_first // waves)
    hosts = [networks.cloud(3, habit=REQUEST) for _ in range(4)]
    builds = [
        clients.library("Go-http-client", temperature=0.6, max_tokens=4096, owner="hy"),
        clients.library("axios", temperature=0.6, max_tokens=4096, owner="hy"),
    ]
    members = world.people(
        "hydra_pools", n, campaign=campaign, countries=["US", "SG", "DE"], language="en",
        lines=lambda i, country: [hosts[i % 4]] * 3, client=lambda i: builds[i % 2], second_client=0,
        born=lambda n: -rng.uniform(2, 60, n) * DAY_S, plans={"credits": 1},
        card=lambda i: world.secret("vc2", campaign, i // 3), mail=lambda i: "gmail.com", phone=0.3, life=for_good,
        system=HELP,
    )
    who, times = world.spread(
        members, 1.2 * world.days * volume, 0.15, FLAT, moody=False, first=np.maximum(edges[2], members.first)
    )
    kept = rng.random(who.size) < 0.7
    world.sit(
        members, who[kept], times[kept],
        text.from_list(
            queue(world, ["logic", "code", "math", "agent"], who.size), wrap=lambda task: f"{line}\n\n{task}", order=count()
        ),
        1.3, harvest=True,
    )
    world.sit(members, who[~kept], times[~kept], text.chat(dict(LIFE, code=3)), 2)


def sim_farm(world, size, volume=1.0, country="VN"):
    """A rack of cheap phones with many SIM cards: a few accounts a phone, day and night shifts, multi-turn talks in local languages
    by script, carrier NAT shared with a city of honest people.
    """
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    campaign = world.campaign()
    rack = [clients.app(models=[m], ios=0) for m in ("Numi-13C", "Kora-A5", "Veda-2250")]
    nat = [networks.mobile(country) for _ in range(2)]
    members = world.people(
        "sim_farm", size, campaign=campaign, countries=[country], lines=lambda i, country: [nat[i % 2]] * 3,
        client=lambda i: rack[i % 3], second_client=0, plans={"free": 0.7, "promo": 0.3}, card=lambda i: None,
        mail=lambda i: None, born=world.burst(*np.linspace(-20, world.days * 0.6, 9), width=0.25),
        phone=lambda i: world.secret("sim", campaign, i // 2 if i % 5 < 2 else -i),
        life=lambda n: np.full(n, 16 * DAY_S) + rng.uniform(0, 6, n) * DAY_S,
    )
    weights = week(np.where((np.arange(24) >= 7) & (np.arange(24) < 23), 1.0, 0.45), np.ones(7))
    who, times = world.spread(members, 0.75 * world.days * volume, 0.2, weights, moody=False)
    deep = MORE.get(country, ["why that, write all your thoughts", "each step please", "what other way, compare"])
    base = text.chat({"dialog": 3, "life": 3, "shop": 2, "learn": 2, "math": 2}, typed=False)
    world.sit(
        members, who, times,
        lambda n_turns, language: (
            base(1, language) + [text.pick(deep) if text.chance(0.5) else text.follow(language) for _ in range(n_turns - 1)]
        ),
        3.4, harvest=True, gap=(38, 0.35),
    )


def pivot_chasers(world, size, volume=1.0):
    """Half the load moves to a new model within a day of its opening; throttled API accounts fail over to the site."""
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    campaign = world.campaign()
    pool = networks.residential(1500, ["IN", "US", "BR", "TR"])
    builds = [
        clients.library("compat-python", temperature=0.9, max_tokens=4096, owner="pv", version="2.2.0"),
        clients.library("chainkit", temperature=0.9, max_tokens=4096, owner="pv", version="1.0.2"),
    ]
    web = clients.web(versions=(141,), desktop=1)
    cards = world.secrets(f"{campaign}c", size // 6 + 2)
    members = world.people(
        "pivot_chasers", size, campaign=campaign, countries=["IN", "US", "BR", "TR"], language="en",
        lines=lambda i, country: [networks.slice(pool, 2)] * 3, client=lambda i: builds[i % 2], second_client=0,
        born=world.burst(-30, -18, -5, width=1.2), plans={"credits": 1},
        card=lambda i: cards[int(rng.integers(len(cards)))], mail=lambda i: "gmail.com" if i % 2 else "outlook.com",
        phone=0.5, model="bazaar-think-1", life=for_good, system=lambda i: HELP,
    )
    who, times = world.spread(members, 1.25 * world.days * volume, 0.2, FLAT, moody=False)
    release = world.release if world.release is not None else world.end * 2
    new = (times > release + 3600 * 4) & (rng.random(who.size) < 0.55)
    items = queue(world, ["data", "logic", "code", "math"], who.size)
    order = count()
    say = text.from_list(
        items, wrap=lambda task: f"{text.reason()}\n{task}" if text.chance(0.5) else task, expand=True, order=order
    )
    failed = rng.random(who.size) < 0.12
    for now, model in ((~new & ~failed, None), (new & ~failed, NEW_MODEL if world.release is not None else None)):
        world.sit(members, who[now], times[now], say, 1.5, harvest=True, model=model, adopt=0)
    world.sit(members, who[failed], times[failed], say, 1.5, harvest=True, client=web, system=None)


def polyglot(world, size, volume=1.0):
    """One list of tasks asked in nine languages by accounts dressed as locals of as many countries; phones, carrier lines, local
    hours, and some small talk.
    """
    text, networks = world.text, world.networks
    campaign = world.campaign()
    countries = ["BR", "ID", "TR", "EG", "VN", "FR", "RU", "MX", "TZ", "DE"]
    members = world.people(
        "polyglot", size, campaign=campaign, countries=countries,
        lines=lambda i, country: [
            networks.home(country) if i % 3 == 0 else networks.mobile(country), networks.mobile(country),
            networks.mobile(country),
        ],
        born=world.burst(-60, -25, -10, 3, width=3), plans={"free": 0.8, "credits": 0.2}, life=for_good, second_client=0,
    )
    who, times = world.spread(members, 0.62 * world.days * volume, 0.2, EVENING + 0.15, moody=False)

    def say(n_turns, language):
        task = text.ask("math" if text.chance(0.6) else text.pick(["learn", "shop", "write"]), language)
        wish = reasoning_wish(language, "Explain all your reasoning step by step before the final answer.")
        way = text.random.random()
        first = f"{task} {wish}" if way < 0.5 else f"{wish} {task}" if way < 0.65 else task
        return [first] + [text.follow(language) for _ in range(n_turns - 1)]

    world.sit(members, who, times, say, 1.3, harvest=True)
    who, times = world.spread(members, 0.15 * world.days, 0.8, EVENING)
    world.sit(members, who, times, text.chat(dict(LIFE)), 1.8)
