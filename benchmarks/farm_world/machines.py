"""Innocent crowds of programs."""

from .private import count


def service_platform(world, n):
    """A customer-service platform: thousands of end users behind one or two accounts."""
    payment = world.hex_id()
    org = world.random_id("org_", 8)
    system = [world.words.long_system(1200, world.words.expand("the chat assistant of {co}")) for _ in range(5)]
    client = world.client("java", streamed=True, temperature=0.3, max_tokens=600)
    for a in world.team(
        2, "service_platform", org=org, payment=payment, kind="enterprise", verified=True,
        ips=[world.datacenter_ip() for _ in range(4)], tools=[client], rhythm="app", created=-300.0, persona="support",
    ):
        for t in world.times(a, int(n / 2 / 2.5), noise=False):
            world.converse(
                a, t,
                [world.words.voice(world.words.task(world.pick(("chat", "classify", "email"))), world.between(0, 7))]
                + [world.words.expand("{follow}") for _ in range(world.turns(2.4) - 1)], client, world.pick(system),
            )


def key_rotation(world, n):
    """Firms that spread load over their own accounts and rotate them.

    Conversations move between accounts; half have no org.
    """
    while n > 0:
        m = world.between(4, 16)
        payment = world.hex_id()
        org = world.random_id("org_", 8) if world.random() < 0.5 else None
        exits = [world.datacenter_ip() for _ in range(2)]
        client = world.client(world.pick(("nodesdk", "pysdk", "java")))
        system = world.words.long_system(world.between(300, 1500), world.words.expand("the in-app guide of {co}"))
        day = -world.random() * 100
        domain = world.words.expand("{nn}").lower() + ".app"
        team = world.team(
            m, "key_rotation", created=lambda day=day: day + world.random() * 20, payment=payment, org=org,
            domain=domain, kind="startup", ips=exits, tools=[client], rhythm="app", signup_ip=exits[0][0],
        )
        k = min(n, world.between(400, 1600))
        n -= k
        a0 = team[0]
        for t in world.times(a0, int(k / 2.6), noise=False):
            world.converse(
                world.pick(team), t,
                [world.words.voice(world.persona_task(world.pick(("hobby", "office", "student"))), world.between(0, 7))]
                + [world.words.expand("{follow}") for _ in range(world.turns(2.6) - 1)], client, system,
                on=lambda q, team=team: world.pick(team),
            )


def ci_fleet(world, n):
    """One firm's CI bots, an account per repository, no org, clockwork."""
    m = world.between(12, 40)
    payment = world.hex_id()
    system = world.words.long_system(900, "a commit reviewer; list defects only")
    client = world.client("go", system=system, temperature=0.0, max_tokens=800)
    domain = world.words.expand("{nn}").lower() + ".dev"
    day = -40 * world.random()
    bots = world.team(
        m, "ci_bot", created=lambda: day + world.random() * 0.2, payment=payment, domain=domain, tools=[client],
        ips=lambda: [world.datacenter_ip() for _ in range(4)], kind="startup", rhythm="flat", email=None, language="en",
    )
    for a in bots:
        ph = world.random() * 3600
        step = world.days * 86400 / (n / m)
        for k in range(int(n / m)):
            world.converse(
                a, world.start + ph + k * step + world.random() * 20,
                [world.words.expand("Review this diff of {file}:\n{snip}\n---\n{snip}")],
            )


def game_npc(world, n):
    """Game studios: NPC back ends, several accounts per studio, persona templates, flat day curve."""
    for _ in range(3):
        m = world.between(2, 7)
        payment = world.hex_id()
        client = world.client("go", temperature=0.9, max_tokens=160, top_p=0.95, streamed=True)
        exits = [world.datacenter_ip() for _ in range(3)]
        npcs = [
            world.words.expand("You are {char}. World: {genre}. {sent} Never leave the role. Max {n2} words.")
            for _ in range(25)
        ]
        team = world.team(
            m, "game_npc", payment=payment, ips=exits, tools=[client], kind="startup", rhythm="app",
            created=lambda: -100 * world.random(),
        )
        for t in world.times(team[0], int(n / 3 / 4), noise=False):
            a = world.pick(team)
            world.converse(
                a, t, [world.words.voice(world.words.task("role"), world.between(0, 7))]
                + [world.words.expand("{sent}") for _ in range(world.turns(4) - 1)], client, world.pick(npcs), gap=15,
            )


def group_bots(world, n):
    """Chat-group bots: self-hosted copies of one open bot, each by a different admin."""
    m = count(n, 45)
    system = "You are a bot in a group chat. Messages look like 'name: text'. Reply only if mentioned. Be brief."
    cl0 = world.client("nodesdk", user_agent="grouplet/2.2.0", system=system, temperature=0.8, max_tokens=400)
    for a, k in world.loads(
        world.team(m, "group_bot", rhythm="app", ips=lambda: [world.datacenter_ip()] if world.random() < 0.7 else None),
        n, 1.3,
    ):
        world.live(
            a, k, c=cl0, mean=3,
            task=lambda: world.words.expand("{name}: ") + world.words.task(world.pick(("chat", "role", "explain"))),
        )


def resellers(world, n):
    """Contracted pass-through resellers: end users spread over many verified sub-accounts."""
    for _ in range(2):
        m = world.between(15, 60)
        payment = world.hex_id()
        org = world.random_id("org_", 8) if world.random() < 0.6 else None
        exits = [world.datacenter_ip() for _ in range(4)]
        domain = world.words.expand("{nn}").lower() + ".cloud"
        team = world.team(
            m, "contracted_reseller", payment=payment, org=org, domain=domain, kind="enterprise", verified=True,
            access="passthrough", ips=exits, rhythm="app", signup_ip=exits[0][0], created=lambda: -200 * world.random(),
            tools=lambda: [world.client(world.pick(("pysdk", "nodesdk", "opencrab", "vsmate"))) for _ in range(3)],
        )
        for t in world.times(team[0], int(n / 2 / 2.5), noise=False):
            a = world.pick(team)
            c = world.pick(a.tools)
            agent = c["tools_key"] is not None
            world.converse(
                a, t,
                [
                    world.words.task("agent") if agent
                    else world.persona_task(world.pick(("dev", "office", "student", "hobby")))
                ]
                + [
                    world.words.task("tool") if agent else world.words.expand("{follow}")
                    for _ in range(world.turns(2.5) - 1)
                ],
                c, on=(lambda q, team=team: world.pick(team)) if world.random() < 0.3 else None,
            )


def synth_customer(world, n):
    """Permitted synthetic-data customer: verified, contracted, many keys, one generation template."""
    m = world.between(4, 15)
    org = world.random_id("org_", 8)
    payment = world.hex_id()
    client = world.client("pysdk", temperature=1.0, max_tokens=2048, system="You create training data under contract.")
    t0 = world.words.expand("Write a {adj} question about {topic} for {aud} and a full step by step answer. ")
    team = world.team(
        m, "synthetic_data_customer", org=org, payment=payment, kind="enterprise", verified=True,
        ips=[world.datacenter_ip()], tools=[client], rhythm="flat", created=-150.0,
        domain=world.words.expand("{nn}").lower() + ".ai",
    )
    for a in team:
        world.live(
            a, n // m, mean=1.0, c=client,
            task=lambda: t0 + world.words.expand("Seed: {topic}, {thing}, {char}. Difficulty {n1}."), wrap=lambda p: p,
        )


def oncall(world, n):
    """On-call scripts and canaries: the same check every few minutes by many unrelated users of one monitor image."""
    m = count(n, 120, 6)
    p = "Reply with the word pong."
    for a in world.team(
        m, "canary", rhythm="flat", ips=lambda: [world.datacenter_ip()],
        tools=lambda: [world.client("curl", temperature=0.0, max_tokens=16)],
    ):
        k = n // m
        step = world.days * 86400 / k
        ph = world.random() * 300
        for i in range(k):
            world.converse(
                a, world.start + int(i * step / 300) * 300 + ph * 0.02,
                [p if world.random() < 0.8 else world.words.expand("Summarise alert {id}: {err}")],
            )
