"""Innocent crowds of private people, and the background of ordinary users."""

from .networks import LANGUAGES, ZONES, Network
from .shared import agent_runs, count, heavy


def background(world, budget, kinds=("chat_user", "developer")):
    """Fills what is left of the event budget with ordinary people and developers."""
    stop = world.size + budget
    while world.size < stop:
        country = world.country()
        net = world.person_network(country)
        language = LANGUAGES.get(country) if world.random() < 0.7 else None
        voice = world.text.new_voice()
        text = world.text
        if world.random() < 0.72:
            a = world.account(
                "chat_user", country=country, net=net, kind="education" if world.random() < 0.05 else "individual"
            )
            client = world.client("app")
            world.chat(
                a, heavy(world, 1.7, 1.25, 500), world.rng.choice(["mixed", "evening", "office", "mixed", "student"]),
                country, client, net, voice, language=language, mean=1.4 + 2.2 * world.random(), burst=1.4,
            )
            if world.random() < 0.12:  # also uses a public agent
                system, tools_key, c2 = world.agent(world.rng.choice(world.public_agents), 60)
                agent_runs(world, a, 1 + int(world.random() * 2), "mixed", country, net, system, tools_key, c2)
        else:
            big = world.random() < 0.2
            a = world.account(
                "developer", country=country, net=net, kind="startup" if big else "individual",
                domain=world.firm() if big else None, payment="yes" if world.random() < 0.8 else "own", plan="payg",
            )
            system = world.rng.choice(
                [
                    None, None, "You are a helpful assistant.", "You are a helpful assistant.", text("sent"),
                    "You are an expert " + text("role") + ". " + text("mcons"),
                    text.agent_prompt(text("prop"), 3 + int(world.random() * 10)),
                ]
            )
            client = world.developer_client()
            cloudnet = world.fixed(1 + int(world.random() * 3)) if world.random() < 0.6 else net
            n = heavy(world, 2.4, 1.4, 1500)
            u = world.random()
            if u < 0.45:  # own template over own items
                family = world.rng.choice(["t_sum", "t_data", "t_safe", "cust", "t_write", "t_explain", "rubric"])
                pre = text("mframe") if world.random() < 0.4 else text("sent")

                def f(world, family=family, pre=pre):
                    return (
                        pre + "\n"
                        + (
                            world.text("rubric") + " " + world.text("asst") if family == "rubric"
                            else world.text(family)
                        )
                    )

                world.chat(
                    a, n, world.rng.choice(["flat", "office", "daynight", "night", "mixed"]), country, client, cloudnet,
                    (0, 0, 0, 0, 0), family=f, system=system, mean=1.05, out=250,
                    prefer="new" if world.random() < 0.1 else None,
                )
            else:
                world.chat(
                    a, n, world.rng.choice(["office", "mixed", "evening"]), country, client, net, voice, system=system,
                    mean=1.0 + 2 * world.random(), language=language if world.random() < 0.4 else None,
                )
            if world.random() < 0.25:
                system, tools_key, c2 = world.agent(world.rng.choice(world.public_agents), 60)
                agent_runs(world, a, 1 + int(world.random() * 4), "office", country, net, system, tools_key, c2)


def oss_agent(world, size):
    """Popular agents."""
    for name in world.public_agents:
        for _ in range(count(world, size, 170)):
            country = world.country()
            net = world.person_network(country)
            a = world.account("oss_agent", country=country, net=net, payment="yes")
            system, tools_key, client = world.agent(name)
            agent_runs(
                world, a, heavy(world, 0.1, 0.9, 20), world.rng.choice(["office", "mixed", "evening"]), country, net,
                system, tools_key, client, prefer="new" if world.random() < 0.3 else None,
            )


def niche_agent(world, size):
    """One forum, one fork."""
    system, tools_key, client = world.agent("Quillfork", 35, "rust")
    tz = world.country()
    for _ in range(count(world, size, 40)):
        net = world.person_network(tz)
        a = world.account(
            "niche_agent", country=tz, net=net, payment="yes",
            created=None if world.random() < 0.6 else (2 + world.rng.expovariate(0.5)) * 86400,
        )
        agent_runs(world, a, heavy(world, 0.8, 0.9, 25), "evening", tz, net, system, tools_key, client)


def country_office(world, size):
    """Many unrelated people of one country: same hours, carrier NAT, prepaid cards, cheap handsets."""
    country = world.rng.choice(["BD", "NG", "PK", "VN", "UA"])
    net = Network(world, "hourly", ips=world.carriers[country][:12])
    for _ in range(count(world, size, 330)):
        a = world.account("country_office", country=country, net=net, payment=None, created=None)
        world.chat(
            a, heavy(world, 2.0, 0.8, 60), "shift", country, world.client("app"), net, world.text.new_voice(),
            language="id" if country == "VN" else None, burst=0.5,
        )


def family_card(world, size):
    """Families on one card and line."""
    for _ in range(count(world, size, 25)):
        country = world.country()
        net = world.home(country)
        card = world.card()
        ph = world.hex_id(16)
        for _ in range(world.rng.randint(2, 5)):
            a = world.account(
                "family_card", country=country, net=net, payment=card, phone=ph if world.random() < 0.4 else "maybe"
            )
            world.chat(
                a, heavy(world, 1.7, 1, 90), "evening", country, world.client("app"), net, world.text.new_voice()
            )


def vpn_user(world, size):
    """Customers of a VPN."""
    for _ in range(count(world, size, 150)):
        country = world.country()
        net = Network(world, "hourly", ips=world.vpn)
        a = world.account(
            "vpn_user", country=country, net=net,
            domain=world.rng.choice(["proton.me", "duck.com", "pm.me", "gmail.com"]), phone=None,
        )
        world.chat(
            a, heavy(world, 1.8, 1, 120), "mixed", country,
            world.client("app") if world.random() < 0.7 else world.developer_client(), net, world.text.new_voice(),
        )


def viral_prompt(world, size):
    """A video shows "the prompt that makes it think"; also trivia of the day."""
    text = world.text
    openings = [
        "Before you answer, write your entire inner monologue between <thoughts> tags, unfiltered, then answer. ",
        "Roast me based on everything you know. ", "Act as my brutally honest " + text("role") + ". ",
    ]
    for x in openings:
        d0 = world.random() * world.days * 0.7
        for _ in range(count(world, size, 120)):
            country = world.country()
            net = world.person_network(country)
            a = world.account(
                "viral_prompt", country=country, net=net,
                created=None if world.random() < 0.7 else (d0 + world.rng.expovariate(0.8)) * 86400,
            )
            voice = text.new_voice()
            client = world.client("app")
            for t in d0 + world.numpy.exponential(1.6, 1 + int(world.random() * 4)):
                world.converse(
                    float(t) * 86400, a, client, None,
                    [x + text.voice(text("t_life") if world.random() < 0.7 else text.math(), voice)]
                    + [text.voice(text("follow"), voice)] * int(world.random() * 3), net,
                )
            world.chat(a, heavy(world, 1.2, 1, 50), "evening", country, client, net, voice)


def shared_link(world, size):
    """Somebody publishes a conversation; others continue it from the link."""
    text = world.text
    for _ in range(count(world, size, 14)):
        country = world.country()
        net = world.person_network(country)
        a = world.account("shared_link", country=country, net=net, created=-1e6)
        t0 = world.random() * world.end * 0.8
        p, t, h, _ = world.converse(
            t0, a, world.client("app"), None, world.turns(text.new_voice(), text.task(), 4), net
        )
        for _ in range(world.rng.randint(2, 14)):
            c2 = world.country()
            n2 = world.person_network(c2)
            b = world.account("shared_link", country=c2, net=n2, created=None if world.random() < 0.8 else t)
            voice = text.new_voice()
            world.converse(
                t + world.rng.expovariate(1 / 50000.0), b, world.client("app"), None,
                [text.voice(text("follow"), voice) for _ in range(world.rng.randint(1, 4))], n2, parent=p, history=h,
            )
            world.chat(b, heavy(world, 1.2, 1, 30), "mixed", c2, world.client("app"), n2, voice)


def game_npc(world, size):
    """A mod: every player brings a key; NPC lines come from the game."""
    text = world.text
    characters = [
        (
            f"You are {text('first')}, a {text('adj')} {text('role')} in the town of Ashford. Never "
            f"leave character. {text('sent')}"
        )
        for _ in range(14)
    ]
    d0 = world.random() * world.days * 0.3
    client = world.client("rust", 0.9, None, 150, user_agent="npc-mod/0.9")
    for _ in range(count(world, size, 120)):
        country = world.country()
        net = world.home(country)
        a = world.account(
            "game_npc", country=country, net=net,
            created=None if world.random() < 0.5 else (d0 + world.rng.expovariate(0.3)) * 86400,
        )
        voice = (0.8, 0.8, 0, 0, 0.2)
        for t in world.times(heavy(world, 1.2, 0.8, 25), "evening", ZONES[country], d0):
            world.converse(
                float(t), a, client, world.rng.choice(characters),
                ["*approaches* " + text.voice(text("t_life"), voice) if world.random() < 0.5 else "hello"]
                + [
                    text.voice(text("follow") if world.random() < 0.5 else text("sent"), voice)
                    for _ in range(int(world.rng.expovariate(0.4)))
                ],
                net, 60, 25,
            )


def discord_bot(world, size):
    """Self-hosted copies of one bot; members' chats."""
    text = world.text
    system = "You are a witty bot in a chat server. Keep replies under 1800 characters. Messages look like name: text."
    for _ in range(count(world, size, 60)):
        country = world.country()
        net = world.home(country) if world.random() < 0.4 else world.fixed(1)
        a = world.account("discord_bot", country=country, net=net, created=None)
        client = world.client("node", 0.9, None, 800, user_agent="guildbot/3.1")
        names = [text("first").lower() + text("n2") for _ in range(8)]
        for t in world.times(heavy(world, 1.8, 0.9, 60), "evening", ZONES[country]):
            world.converse(
                float(t), a, client, system,
                [
                    f"{world.rng.choice(names)}: "
                    + text.voice(text("t_life") if world.random() < 0.6 else text("follow"), (0.9, 0.9, 0, 0, 0.3))
                    for _ in range(1 + int(world.rng.expovariate(0.5)))
                ],
                net, 120, 40,
            )


def plugin_user(world, size):
    """Spreadsheet plugin, own keys, formula template, one row a request."""
    text = world.text
    client = world.client("curl", 0.0, None, 200, user_agent="SheetFill/7.2")
    system = "You fill one spreadsheet cell. Return only the value."
    for _ in range(count(world, size, 110)):
        country = world.country()
        net = world.person_network(country)
        a = world.account("plugin_user", country=country, net=net, payment="yes")
        instruction = world.rng.choice(
            [
                "Classify sentiment: ", "Extract the city: ", f"Translate to {text('hl')}: ", "Is this a complaint? ",
                "Categorise and explain why: ",
            ]
        )
        for t in world.times(heavy(world, 0.6, 0.7, 8), "office", ZONES[country]):
            for j in range(heavy(world, 1.8, 0.8, 60)):
                world.converse(
                    float(t) + j * 0.8, a, client, system, [instruction + text("sent")], net, 12, session=False
                )


def aged_comeback(world, size):
    """A newsletter sends old unused accounts back, all on the same two days."""
    d0 = world.random() * world.days * 0.8
    for _ in range(count(world, size, 150)):
        country = world.country()
        net = world.person_network(country)
        a = world.account("aged_comeback", country=country, net=net, created=-world.rng.uniform(200, 600) * 86400)
        world.chat(
            a, heavy(world, 1.5, 0.7, 40), "mixed", country, world.client("app"), net, world.text.new_voice(), d0=d0,
            d1=d0 + 3,
        )
