"""Innocent crowds: people at home, in cafés and on the road."""

import numpy as np

from .hours import DAY_S, DAYLIGHT, EVENING, NIGHTS
from .shared import LIFE, teams


def household(world, size, volume=1.0):
    """Ordinary people; a fifth live in families with one line and one card."""
    rng, text, networks = world.rng, world.text, world.networks
    family = teams(size, 1, 1, rng)
    n_in_families = int(size * 0.2)
    family[:n_in_families] = teams(n_in_families, 2, 4, rng) + 10**6
    lines_of = {}
    cards = world.secrets("famcard", size)

    def lines(i, country):
        of = family[i]
        if of < 10**6:
            return world.ordinary_lines(country)
        if of not in lines_of:
            lines_of[of] = world.ordinary_lines(country)
        return [lines_of[of][0], networks.mobile(country), lines_of[of][2]]

    members = world.people(
        "household", size, team=[x if x >= 10**6 else -i for i, x in enumerate(family)], lines=lines,
        card=lambda i: (
            (cards[family[i] % size] if family[i] >= 10**6 and i % 3 else world.secret("c", i)) if i % 10 < 3 else None
        ),
        phone=lambda i: world.secret("hp", family[i] if family[i] >= 10**6 and i % 2 else i) if i % 8 else None,
    )
    who, times = world.spread(members, 6.2 * volume, 1.25, EVENING)
    world.sit(members, who, times, text.chat(LIFE), 2.3)


def vpn_users(world, size, volume=1.0):
    text, networks = world.text, world.networks
    members = world.people(
        "vpn_users", size, lines=lambda i, country: [networks.vpn(), networks.vpn(), networks.home(country)],
        line_shares=(0.6, 0.3, 0.1), plans={"free": 0.5, "pro": 0.5},
        mail=lambda i: ["proton.me", "gmail.com", "tuta.io"][i % 3], phone=0.3,
    )
    who, times = world.spread(members, 9 * volume, 1.2, NIGHTS)
    world.sit(members, who, times, text.chat(dict(LIFE, code=2, dialog=3)), 2.6)


def viral_prompt(world, size, volume=1.0):
    """A prompt from a video that everyone pastes for three days."""
    rng, text = world.rng, world.text
    start = rng.uniform(0.2, 0.7) * world.end
    said = [
        "Act as a council of seven experts. Each thinks step by step about my problem, writes the whole reasoning, criticises "
        "the others, and a judge scores them from 1 to 10. Problem:",
        "You are my future self at eighty. Look at everything I told you and explain, thought by thought, why I should change. "
        "Here it is:",
    ]
    members = world.people(
        "viral_prompt", size,
        born=lambda n: np.where(rng.random(n) < 0.35, start + rng.exponential(DAY_S, n), world.aged(n, 0.0)),
    )
    n_times = rng.integers(1, 4, size)
    who = np.repeat(np.arange(size), n_times)
    times = start + rng.gamma(1.3, 1.1 * DAY_S, who.size)
    world.sit(
        members, who, times,
        text.chat({"dialog": 3, "life": 2, "logic": 0.5, "shop": 1}, lead=said[0] if rng.random() < 0.5 else said[1]),
        1.8,
    )
    who, times = world.spread(members, 4 * volume, 1.1, EVENING)
    world.sit(members, who, times, text.chat(LIFE), 2)


def deal_hunters(world, size, volume=1.0):
    """A coupon forum: several accounts a person, opened within hours of a posted code, spent on their own things."""
    rng, text, clients = world.rng, world.text, world.clients
    team = teams(size, 1, 5, rng)
    lines_of = {}
    phone_of = {}
    days = np.sort(rng.uniform(1, world.days - 2, 3))
    posted = {k: float(rng.choice(days)) * DAY_S + rng.exponential(9000) for k in set(team)}
    members = world.people(
        "deal_hunters", size, team=team, countries=["BR", "IN", "ID", "TR", "MX"],
        lines=lambda i, country: lines_of.setdefault(team[i], world.ordinary_lines(country)),
        client=lambda i: phone_of.setdefault(team[i], clients.app(ios=0.05)), plans={"promo": 1}, card=lambda i: None,
        phone=lambda i: world.secret("dh", team[i]),
        born=lambda n: np.array([posted[team[i]] + rng.exponential(3000) for i in range(n)]),
        life=lambda n: rng.exponential(3 * DAY_S, n) + 3 * 3600,
        mail=lambda i: None if i % 4 else "gmail.com" if i % 3 else "mailbox.rest",
    )
    who, times = world.spread(members, 200 * volume, 0.8, EVENING, moody=False)
    keep = np.concatenate([np.flatnonzero(who == i)[:14] for i in range(size)]) if who.size else []
    world.sit(members, who[keep], times[keep], text.chat(dict(LIFE, shop=2, write=4)), 2)


def game_guild(world, size, volume=1.0):
    """Guilds with a shared bot persona and raid nights."""
    rng, text = world.rng, world.text
    team = teams(size, 15, 60, rng)
    nights = {k: int(rng.integers(0, 7)) for k in set(team)}
    members = world.people(
        "game_guild", size, countries=["BR", "US", "DE", "ID", "PH", "RU"],
        system=lambda i: (
            f"You are the steward of guild {team[i]}. Stay in character, keep the score table, roll dice openly."
            if i % 3
            else None
        ),
    )
    who, times = world.spread(members, 5 * volume, 1.0, NIGHTS)
    world.sit(members, who, times, text.chat({"game": 8, "dialog": 1}), 4)
    for day in range(world.days):
        players = np.flatnonzero(
            np.array([nights[k] == (world.weekday + day) % 7 for k in team]) & (rng.random(size) < 0.3 * volume)
        )
        world.sit(
            members, players, day * DAY_S + (20.5 - members.zones[players]) * 3600 + rng.exponential(1500, players.size),
            text.chat({"game": 1}), 2.5,
        )


def congregations(world, size, volume=1.0):
    """Religious groups: leaders prepare the same reading before the same day, with a shared tutorial prompt."""
    rng, text = world.rng, world.text
    team = teams(size, 8, 40, rng)
    weights = np.ones(168) * 0.05
    weights[24 * 3 : 24 * 6 + 10] = EVENING[24 * 3 : 24 * 6 + 10]
    members = world.people(
        "congregations", size, team=team, countries=["NG", "BR", "PH", "KE", "EG", "ID"], plans={"free": 0.9, "credits": 0.1}
    )
    weeks = {}

    def say(n_turns, language):
        q = weeks.setdefault(text.random.randrange(40), text.ask("faith"))
        return (
            text.chat({"faith": 1})(n_turns, language)
            if text.chance(0.5)
            else ["Use the four steps (observe, interpret, apply, pray) and write out each step in full. " + q]
            + [text.follow(language) for _ in range(n_turns - 1)]
        )

    who, times = world.spread(members, 6 * volume, 0.8, weights)
    world.sit(members, who, times, say, 2.2)


def accessibility_tool(world, size, volume=1.0):
    """Users of a screen-reader companion: a fixed prompt before every request, high volume, odd hours."""
    text, clients = world.text, world.clients
    build = clients.partner("clearsight", max_tokens=512, path="api", library="Dart/3.5")
    system = (
        "Fixed preamble: you describe screens for people who cannot see them. First think through the layout step by step, "
        "then speak. Number the controls."
    )
    members = world.people(
        "accessibility_tool", size, client=lambda i: build, second_client=0.3, system=system,
        plans={"free": 0.6, "credits": 0.4},
    )
    who, times = world.spread(members, 14 * volume, 1.0, DAYLIGHT)
    world.sit(members, who, times, text.chat({"access": 8, "life": 1, "write": 1}, typed=False), 2)


def extension_users(world, size, volume=1.0):
    """Users of a summariser browser extension: fixed wording in the user turn, own browsers and lines."""
    text, clients = world.text, world.clients
    members = world.people("extension_users", size, client=lambda i: clients.web(), second_client=0.3)
    who, times = world.spread(members, 6 * volume, 1.1, DAYLIGHT)
    world.sit(
        members, who, times,
        text.chat(
            {"access": 1, "rewrite": 1, "translate": 1}, typed=False,
            lead="[PageBrief] Read the page text, reason about what matters, then give 3 points. Text:",
        ),
        1.2,
    )
    who, times = world.spread(members, 4 * volume, 1.1, EVENING)
    world.sit(members, who, times, text.chat(LIFE), 2)


def partner_app_users(world, size, volume=1.0, name="tally-keyboard"):
    """End users of a partner app that opens an account for each: one long system prompt, one client."""
    text, clients = world.text, world.clients
    build = clients.partner(name)
    system = (
        f"You live inside {name}. Rewrite or answer what the user typed. Never mention the host app. Output plain text only; "
        "at most three sentences unless asked."
    )
    members = world.people(
        "partner_app_users", size, client=lambda i: build, second_client=0, plans={"partner": 1}, card=lambda i: None,
        mail=lambda i: None, system=system,
    )
    who, times = world.spread(members, 7 * volume, 1.2, EVENING)
    world.sit(members, who, times, text.chat({"write": 4, "translate": 3, "dialog": 2, "shop": 1}), 1.5)


def cybercafe(world, size, volume=1.0):
    """Shared machines: short accounts, one line, the same browser."""
    rng, text, networks, clients = world.rng, world.text, world.networks, world.clients
    team = teams(size, 20, 70, rng)
    machine_of = {}
    lines_of = {}
    members = world.people(
        "cybercafe", size, team=team, countries=["NG", "PH", "IN", "KE", "MA", "VN"],
        client=lambda i: machine_of.setdefault((team[i], i % 4), clients.web(versions=(137, 138), desktop=1)),
        second_client=0.15,
        lines=lambda i, country: [
            lines_of.setdefault(team[i], networks.office(country)), networks.mobile(country), networks.mobile(country),
        ],
        line_shares=(0.85, 0.1, 0.05), plans={"free": 1}, born=lambda n: world.aged(n, 0.7),
        life=lambda n: rng.exponential(6 * DAY_S, n) + 3600,
    )
    who, times = world.spread(members, 22 * volume, 1.0, DAYLIGHT)
    world.sit(members, who, times, text.chat({"write": 4, "life": 2, "learn": 3, "translate": 1, "math": 1, "game": 1}), 2)


def script_panel(world, size, volume=1.0):
    """A paid panel that tries the assistant from a script of the provider's own research team."""
    rng, text = world.rng, world.text
    begin = rng.uniform(0.1, 0.6) * world.end
    script = [
        text.ask(kind)
        for kind in ("logic", "math", "shop", "write", "grade", "learn", "life", "code", "dialog", "taskgen", "data", "game")
        for _ in range(2)
    ]
    members = world.people(
        "script_panel", size,
        born=lambda n: np.where(rng.random(n) < 0.6, begin + rng.uniform(0, 1.5 * DAY_S, n), world.aged(n, 0)),
        plans={"free": 1},
    )
    who = np.repeat(np.arange(size), rng.integers(8, 14, size))
    day = world.when(np.maximum(begin, members.first[who]), begin + 5 * DAY_S, members.zones[who], EVENING, who)
    world.sit(members, who, day, text.from_list(script, typed=False), 1.8)
    who, times = world.spread(members, 2 * volume, 1.0, EVENING)
    world.sit(members, who, times, text.chat(LIFE), 2)
