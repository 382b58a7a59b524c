"""Innocent crowds of people at work."""

from .networks import OTHER_LANGUAGES, ZONES, Network, mixed_network
from .shared import count, heavy, volume


def translation_crowd(world, size):
    """Freelancers; the platform hands out segments without overlap."""
    text = world.text
    segments = [world.text.para(2) for _ in range(volume(world, 2600))]
    template = "Translate into {l} for {client}. Keep tags. Glossary: {g}\n<seg id={i}>{x}</seg>"
    glossary = ", ".join(text("noun") + "=" + text("sy") * 2 for _ in range(8))
    accounts = []
    for _ in range(count(world, size, 90)):
        country = world.country()
        net = world.person_network(country)
        accounts.append(
            (
                world.account("translation_crowd", country=country, net=net, payment="own", created=None), country, net,
                world.client("py", 0.2, None, 2000, user_agent="catbridge/2.2") if world.random() < 0.5
                else world.client("app"), world.rng.choice(OTHER_LANGUAGES),
            )
        )
    q = list(enumerate(segments))
    world.rng.shuffle(q)
    d0 = world.rng.uniform(1, world.days * 0.4)
    w = len(q) // len(accounts) + 1
    for j, (a, country, net, client, other) in enumerate(accounts):
        mine = q[j * w : (j + 1) * w]
        for (i, x), t in zip(
            mine, world.times(len(mine) or 1, "mixed", ZONES[country], d0, d0 + world.days * 0.5), strict=False
        ):
            world.converse(
                float(t), a, client, None,
                [
                    template.replace("{l}", other).replace("{client}", "Project K-17").replace("{g}", glossary)
                    .replace("{i}", str(i)).replace("{x}", x)
                ],
                net, 220,
            )
        world.chat(a, heavy(world, 1.6, 0.9, 50), "mixed", country, world.client("app"), net, text.new_voice())


def label_coop(world, size):
    """Co-operative of labellers.

    Personal accounts, one card, work queue, equal loads, rubric template, fixed shifts.
    """
    text = world.text
    country = world.rng.choice(["KE", "PH", "VN", "CO"])
    card = world.card()
    m = count(world, size, 90)
    client = world.client("app")
    template = (
        "Help me score item {i}. Criteria: relevance, fluency, safety. Give a mark from 1 to 5 for "
        "each with your reasoning, then a total.\nQuery: {q}\nReply: {r}"
    )
    office = [world.home_ip(country) for _ in range(2)]
    accounts = []
    for _ in range(m):
        net = mixed_network(world, [Network(world, "fixed", ips=office), world.person_network(country)], 0.6)
        accounts.append(
            (
                world.account(
                    "label_coop", country=country, net=net, payment=card if world.random() < 0.8 else None, phone="yes",
                    created=-world.rng.uniform(2, 30) * 86400,
                ),
                net, world.client("app"),
            )
        )
    for a, net, client in accounts:
        for t in world.times(volume(world, 34) + world.rng.randint(-3, 3), "shift", ZONES[country], 0, burst=0.2):
            world.converse(
                float(t), a, client, None,
                [
                    template.replace("{i}", str(world.rng.randint(1000, 99999))).replace("{q}", text.task())
                    .replace("{r}", text("asst"))
                ]
                + ([text("follow")] if world.random() < 0.15 else []), net, 250,
            )
        if world.random() < 0.6:
            world.chat(
                a, heavy(world, 1.4, 0.9, 30), "evening", country, client, world.person_network(country),
                text.new_voice(),
            )


def bpo_support(world, size):
    """Call-centre agents with personal accounts; cases handed over at shift change."""
    text = world.text
    country = world.rng.choice(["PH", "IN", "EG", "RO"])
    office = Network(world, "fixed", ips=[world.home_ip(country)])
    domain = world.firm()
    system = None
    head = "Polite reply for a customer of our shop, brand voice: warm, two paragraphs, no promises.\nCustomer: "
    accounts = [
        (
            world.account(
                "bpo_support", country=country, net=office, domain=domain if world.random() < 0.2 else None,
                payment="own", created=-world.rng.uniform(0, 90) * 86400,
            ),
            world.client("app"), office,
        )
        for _ in range(count(world, size, 70))
    ]
    half = len(accounts) // 2
    for j, (a, client, _) in enumerate(accounts):
        tz = ZONES[country] - (8 if j >= half else 0)
        for t in world.times(volume(world, 38), "shift6", tz, burst=0.3):
            t = float(t)
            p, t2, h, _ = world.converse(
                t, a, client, system, [head + text("cust")] + [text("cust")] * (world.random() < 0.4), office, 160
            )
            if world.random() < 0.07 and p:
                b = world.rng.choice(accounts)
                world.converse(
                    t2 + world.rng.uniform(1, 9) * 3600, b[0], b[1], system,
                    ["Case taken over from " + text("first") + ". " + text("cust")], office, 160, parent=p, history=h,
                )


def agency_subs(world, size):
    """Agency's card and workspace, subcontractors in many places, one style guide."""
    for _ in range(count(world, size, 4, 2)):
        text = world.text
        card = world.card()
        guide = text.agent_prompt("the house style of " + text("prop"), 7)
        for _ in range(world.rng.randint(6, 22)):
            country = world.country()
            net = world.person_network(country)
            a = world.account("agency_subs", country=country, net=net, payment=card, created=None)
            client = world.client("app")
            world.chat(
                a, heavy(world, 2.5, 0.8, 100), "office", country, client, net, (0, 0, 0, 0, 0.05), family="t_write",
                system=guide, mean=1.8,
            )
            world.chat(a, heavy(world, 1.5, 1, 40), "mixed", country, client, net, text.new_voice())


def pilot_rollout(world, size):
    """A firm without organisation record puts everybody on at once, same card, prompt of the week."""
    text = world.text
    country = world.country()
    net = world.fixed(2, country)
    domain = world.firm()
    card = world.card()
    d0 = world.rng.uniform(1, world.days * 0.5)
    weekly = [text("mframe") + " " + text("t_write") for _ in range(5)]
    for _ in range(count(world, size, 130)):
        a = world.account(
            "pilot_rollout", country=country, net=net, domain=domain, payment=card, phone=None,
            created=(d0 + world.random() * 0.15) * 86400,
        )
        client = world.client("app")
        world.chat(a, heavy(world, 2, 0.9, 80), "office", country, client, net, text.new_voice(), d0=d0, burst=0.5)
        for i, p in enumerate(weekly):
            if world.random() < 0.3:
                world.converse((d0 + 1 + i * 5 + world.random() * 2) * 86400, a, client, None, [p], net)
