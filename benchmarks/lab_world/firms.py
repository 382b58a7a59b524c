"""Innocent crowds of firms and their programs."""

from .networks import ZONES, Network
from .shared import PUBLIC, bench, count, heavy, volume


def saas_tenant(world, size):
    """Every customer of the product brings its own key; product sets the system prompt, egress, build."""
    for q in range(2):
        text = world.text
        system = text.agent_prompt(text("prop") + " Copilot", 12)
        net = world.fixed(6)
        client = world.client("node", 0.3, None, 1024)
        family = ["cust", "t_sum"][q]
        template = text("mframe")
        for _ in range(count(world, size, 110)):
            country = world.country()
            a = world.account(
                "saas_tenant", country=country, kind="startup" if world.random() < 0.5 else "individual",
                domain=world.firm(), payment="yes", org=None if world.random() < 0.8 else "org_" + world.hex_id(8),
                created=-world.random() * 200 * 86400 if world.random() < 0.7 else world.random() * world.end * 0.8,
            )
            world.chat(
                a, heavy(world, 3, 1.1, 500), "office", country, client, net, (0, 0, 0, 0, 0),
                family=lambda world, template=template, family=family: f"{template}\n\n" + world.text(family),
                system=system, mean=1.2, out=180,
            )


def one_key_app(world, size):
    """An application: one key for all its users."""
    for _ in range(count(world, size, 4, 2)):
        text = world.text
        a = world.account(
            "one_key_app", kind="startup", domain=world.firm(), payment="yes", org="org_" + world.hex_id(8),
            created=-200 * 86400.0,
        )
        net = world.fixed(5)
        client = world.client("node", 0.7, None, 1024, True)
        system = text.agent_prompt(text("prop"), 10)
        for t in world.times(volume(world, 600), "daynight", -3, burst=0.2):
            world.converse(float(t), a, client, system, world.turns(text.new_voice(), text.task(), 2), net)


def key_rotator(world, size):
    """Firms that open a new account each week per policy; conversations move along."""
    for _ in range(count(world, size, 7, 2)):
        text = world.text
        country = world.country()
        net = world.fixed(3)
        domain = world.firm()
        card = world.card()
        org = "org_" + world.hex_id(8) if world.random() < 0.6 else None
        client = world.client("py", 0.2, None, 1500)
        system = text.agent_prompt(domain, 6)
        k = max(3, int(world.days // 4))
        step = world.days / k
        accounts = [
            world.account(
                "key_rotator", country=country, kind="startup", org=org, domain=domain, payment=card,
                created=(i * step - 0.2) * 86400, net=net,
            )
            for i in range(k)
        ]

        def who(t, accounts=accounts, k=k, step=step, client=client, net=net):
            return (accounts[min(k - 1, int(t / 86400 / step))], client, net)

        for t in world.times(volume(world, 110), "office", ZONES[country]):
            world.converse(
                float(t), who, client, system, world.turns((0, 0, 0, 0, 0), text("t_sum"), 3), net,
                gap=world.rng.choice([60, 60, 20000]),
            )


def contract_reseller(world, size):
    """Contracted resellers, whose users are spread over their accounts."""
    for _ in range(2):
        text = world.text
        org = "org_" + world.hex_id(8)
        net = world.fixed(8)
        accounts = [
            world.account(
                "contract_reseller", kind="enterprise", org=org, verified=True, access="passthrough",
                domain=world.firm(), payment="yes", created=-300 * 86400.0,
            )
            for _ in range(count(world, size, 14))
        ]
        client = world.client("go", None)
        for t in world.times(volume(world, 900), "daynight", 0, burst=0.2):
            world.converse(
                float(t),
                (lambda t, accounts=accounts, client=client, net=net: (world.rng.choice(accounts), client, net))
                if world.random() < 0.4 else world.rng.choice(accounts), client,
                world.rng.choice([None, None, text("sent"), world.agent(world.rng.choice(world.public_agents))[0]]),
                world.turns(text.new_voice(), text.task(), 2.2), net,
            )


def ci_fleet(world, size):
    """Clockwork: a firm's runners, each with its service account."""
    for _ in range(count(world, size, 6, 2)):
        text = world.text
        domain = world.firm()
        net = Network(world, "fixed", ips=[world.cloud_ip() for _ in range(30)])
        card = world.card()
        org = None if world.random() < 0.5 else "org_" + world.hex_id(8)
        client = world.client("py", 0.0, None, 800, user_agent="ci-review/1.8")
        system = "You review diffs. Output a JSON list of findings."
        per = world.rng.choice([2, 3, 6, 12]) * 3600
        for i in range(world.rng.randint(4, 14)):
            a = world.account(
                "ci_fleet", kind="startup", org=org, domain=domain, payment=card, net=net,
                created=-world.random() * 100 * 86400 if world.random() < 0.7 else world.random() * 86400,
            )
            t = i * 7.0
            while t < world.end:
                if world.random() < 0.5 * min(1, world.scale):
                    world.converse(
                        t + world.random() * 4, a, client, system,
                        ["```diff\n" + text.code() + "\n```" if world.random() < 0.8 else text.log()], net, 120,
                        session=False,
                    )
                t += per


def synth_licensed(world, size):
    """Contract allows synthetic data: harvest-like by design."""
    text = world.text
    org = "org_" + world.hex_id(8)
    net = world.fixed(10)
    client = world.client("py", 1.0, 0.95, 4096)
    b = bench(world, *PUBLIC[0])
    domain = world.firm()
    accounts = [
        world.account(
            "synth_licensed", kind="enterprise", org=org, verified=True, domain=domain, payment="yes", net=net,
            created=-90 * 86400.0,
        )
        for _ in range(count(world, size, 12))
    ]
    for t in world.times(volume(world, 1500), "flat", 0, burst=0.2):
        q = text("mut") if world.random() < 0.6 else world.rng.choice(b)
        for i in range(world.rng.choice([1, 1, 4])):
            world.converse(
                float(t) + i, world.rng.choice(accounts), client, "You are a data generator.",
                [q + " " + text.elicit(2)], net, 900, session=False,
            )


def shared_gateway(world, size):
    """Small firms in a co-working house pool their own keys behind one open-source gateway.

    It fails over at rate limits.
    """
    for _ in range(count(world, size, 4, 2)):
        text = world.text
        country = world.country()
        net = world.fixed(1, country)
        client = world.client("py", None, user_agent="opengate-proxy/1.40", ja4=world.ja4s["py"][2])
        accounts = [
            world.account(
                "shared_gateway", country=country, kind="startup", domain=world.firm(), payment="yes", net=net,
                created=None,
            )
            for _ in range(world.rng.randint(4, 11))
        ]
        for t in world.times(volume(world, 330), "office", ZONES[country]):
            own = world.rng.choice(accounts)
            world.converse(
                float(t),
                lambda t, own=own, accounts=accounts, client=client, net=net: (
                    own if world.random() < 0.8 else world.rng.choice(accounts), client, net,
                ),
                client, text("sent") if world.random() < 0.3 else None, world.turns(text.new_voice(), text.task(), 3),
                net,
            )


def support_saas_handoff(world, size):
    """Customer-service platform: few service accounts in a ring, a thread moves between them."""
    for _ in range(2):
        text = world.text
        net = world.fixed(4)
        domain = world.firm()
        client = world.client("java", 0.2, None, 600)
        system = text.agent_prompt(domain + " help desk", 14)
        accounts = [
            world.account(
                "support_saas_handoff", kind="startup", domain=domain, payment="yes", net=net, created=-1e7,
                org="org_" + domain if world.random() < 0.5 else None,
            )
            for _ in range(6)
        ]
        for t in world.times(volume(world, 350), "daynight", -5, burst=0.2):
            world.converse(
                float(t),
                lambda t, accounts=accounts, client=client, net=net: (world.rng.choice(accounts), client, net), client,
                system, [text("cust") for _ in range(1 + int(world.rng.expovariate(0.6)))], net, 140, 200,
            )
