"""Innocent crowds of firms."""

from .habits import DEVELOPER_FAMILIES, some_families
from .registry import key64
from .surfaces import DAY
from .text import TOPICS


def company_no_org(world, n, requests, tag="company_no_org", vpn=False):
    """Firm whose engineers each made an account with the firm's card.

    Internal templates, one egress, one client build; no org id.
    """
    for k in world.groups(n, 8, 45):
        _one_company_no_org(world, k, max(k, requests * k // n), tag, vpn)


def _one_company_no_org(world, k, requests, tag, vpn):
    text = world.text
    country = world.country()[0]
    exits = [world.vpn() if vpn else world.home(country) for _ in range(2)]
    card = world.hex_id()
    domain = text.word() + text.pick((".io", ".com", ".dev", ".co"))
    d = world.rng.choice(TOPICS)
    templates = [(text.template(f), f) for f in ("release", "debug", "sum", "sql")]
    system = text.system(text.expand("the engineering assistant of {company}", d), 9, d)
    client = world.client("py")
    tools = key64("co", world.rng.random()) if world.rng.random() < 0.5 else None
    r0 = (
        world.start - world.rng.expovariate(1 / (60 * DAY)) if world.rng.random() < 0.6
        else world.rng.uniform(world.start, world.end - 5 * DAY)
    )
    accounts = []
    for _ in range(k):
        a = world.person(
            tag, country=country, domain=domain, payment=card, kind="startup",
            created=r0 + abs(world.rng.gauss(0, 1)) * (DAY if world.rng.random() < 0.5 else 20 * DAY),
            ip=exits + ([world.home(country)] if world.rng.random() < 0.3 else []), client=client, hours="office",
            families=DEVELOPER_FAMILIES, path="api",
        )
        a.temperature, a.max_tokens = 0.2, 2048
        accounts.append(a)

    def session(a, t, b):
        if world.rng.random() < 0.6:
            p, f = world.rng.choice(templates)
            return world.converse(a, t, [text.expand(p, d)], system=system, tools=tools, family=f)[0]
        return world.casual(a, t, b)

    world.run(accounts, requests, session)


def founder_card_mvps(world, n, requests):
    """MVP start-ups.

    Dev, staging, prod and co-founder accounts on one card; conversations fail over between their own keys and accounts.
    """
    for k in world.groups(n, 2, 6):
        _one_founder_card_mvps(world, k, max(k, requests * k // n))


def _one_founder_card_mvps(world, k, requests):
    text = world.text
    card, phone = world.hex_id(), world.hex_id()
    servers = [world.cloud() for _ in range(2)]
    d = world.rng.choice(TOPICS)
    system = text.system(text.expand("{product}, an assistant for {n}s", d), 6, d)
    tools = key64("mvp", world.rng.random())
    client = world.client("node")
    domain = text.word() + ".app"
    accounts = [
        world.person(
            "founder_card_mvp", payment=card, phone=phone, ip=servers, client=client, kind="startup", domain=domain,
            path="api", hours="allday",
        )
        for _ in range(k)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 0.5, 1500

    def session(a, t, b):
        j = min(b, world.rng.randint(1, 8))
        awake = [x for x in accounts if x.first <= t <= x.last - 3600] or [a]
        switches = world.rng.random() < 0.25
        return world.converse(
            a, t,
            [
                text.style(
                    text.task(world.rng.choice(("chat", "plan", "explain", "role")), d), world.rng.choice((0, 2, 3))
                )
            ]
            + [text.follow(d) for _ in range(j - 1)], system=system, tools=tools,
            who=(lambda i: world.rng.choice(awake)) if switches else None, family="chat",
        )[0]

    world.run(accounts, requests, session, sigma=1.0)


def key_rotation_firm(world, n, requests):
    """Firms with many accounts under one org: gateway balances requests and turns over all of them."""
    for k in world.groups(n, 6, 30):
        _one_key_rotation_firm(world, k, max(k, requests * k // n))


def _one_key_rotation_firm(world, k, requests):
    text = world.text
    org = "org_" + world.hex_id(6) if world.rng.random() < 0.6 else None
    card = world.hex_id()
    servers = [world.cloud() for _ in range(3)]
    d = world.rng.choice(TOPICS)
    system = text.system(text.expand("{product} by {company}", d), 8, d)
    client = world.client("java")
    domain = text.word() + ".com"
    r0 = world.start - world.rng.uniform(5, 200) * DAY
    accounts = [
        world.person(
            "key_rotation_firm", org=org, payment=card, ip=servers, client=client, path="api", domain=domain,
            kind="enterprise", verified=org is not None, created=r0 + world.rng.uniform(0, 2) * 3600, hours="allday",
        )
        for _ in range(k)
    ]
    for a in accounts:
        a.temperature, a.max_tokens, a.last = 0.2, 1200, world.end
    awake = [x for x in accounts if x.first <= world.start + 1] or accounts
    world.run(
        accounts, requests,
        lambda a, t, b: world.converse(
            a, t, [text.task(world.rng.choice(("chat", "sum", "ticket", "plan")), d)]
            + [text.follow(d) for _ in range(min(b, world.rng.randint(1, 4)) - 1)], system=system,
            who=lambda i: world.rng.choice(awake), family="sum",
        )[0],
        sigma=0.3,
    )


def app_backend(world, n, requests):
    """Consumer apps and game servers: one key, thousands of players."""
    text = world.text
    accounts = []
    for _ in range(n):
        a = world.person(
            "app_backend", kind="enterprise" if world.rng.random() < 0.4 else "startup",
            ip=[world.cloud() for _ in range(3)], client=world.rng.choice(("go", "java", "node")), path="api",
            hours="allday", org="org_" + world.hex_id(6) if world.rng.random() < 0.5 else None,
            verified=world.rng.random() < 0.4,
        )
        a.habits["s"] = [
            text.system(text.expand("{person} from {product}", "game"), world.rng.randint(3, 9), "game")
            for _ in range(world.rng.randint(1, 12))
        ]
        a.max_tokens = 300
        a.temperature = 0.8
        accounts.append(a)
    world.run(
        accounts, requests,
        lambda a, t, b: world.converse(
            a, t,
            [
                text.style(text.task(world.rng.choice(("role", "chat", "short"))), world.rng.choice((1, 2, 3, 4)))
                for _ in range(min(b, world.rng.randint(1, 7)))
            ],
            gap=30, system=world.rng.choice(a.habits["s"]), family="role",
        )[0],
        sigma=1.2, cap=0.3,
    )


def reseller(world, n, requests):
    """Contracted resellers: passthrough sub-accounts behind the reseller's servers and card; anything inside."""
    text = world.text
    for c in range(2):
        card = world.hex_id()
        servers = [world.cloud() for _ in range(4)]
        org = "org_" + world.hex_id(6)
        client = world.client("lite")
        accounts = [
            world.person(
                "reseller_customer", payment=card, ip=servers, client=client, path="api", access="passthrough",
                verified=True, org=org, families=some_families(world.rng), domain="sub." + text.words[c] + ".net",
            )
            for _ in range(max(2, n // 2))
        ]
        world.run(accounts, requests // 2, world.casual, sigma=1.6)


def permitted_synth(world, n, requests):
    """Verified customers with a contract for synthetic data: several accounts, elicitation prompts, queue."""
    text = world.text
    org = "org_" + world.hex_id(6)
    pre = text.elicit_fixed()
    servers = [world.cloud() for _ in range(4)]
    client = world.client("py")
    accounts = [
        world.person(
            "permitted_synthetic", org=org, verified=True, kind="enterprise", payment="own", ip=servers, client=client,
            path="api", hours="flat", domain=text.words[77] + ".ai",
        )
        for _ in range(n)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 1.0, 4096

    def session(a, t, b):
        j = min(b, world.rng.randint(20, 100))
        for _ in range(j):
            world.converse(a, t, [pre + text.task(world.rng.choice(("math", "code", "sci")))], family="elicit")
            t += world.rng.expovariate(1 / 8)
        return j

    world.run(accounts, requests, session, sigma=0.3)


def batch_labellers(world, n, requests):
    """Labels by the thousand."""
    text = world.text
    accounts = []
    for _ in range(n):
        a = world.person(
            "batch_labeller", client=world.rng.choice(("py", "java", "nocode")), path="api", hours="flat",
            ip=[world.cloud()] if world.rng.random() < 0.5 else None,
        )
        a.temperature = 0.0
        a.max_tokens = world.rng.choice((16, 64, 256))
        a.habits.update(p=text.expand("Task {word}. Answer in one word. ", a.topics[0]), f=text.template("label"))
        accounts.append(a)

    def session(a, t, b):
        j = min(b, world.rng.randint(20, 300))
        for _ in range(j):
            world.converse(a, t, [a.habits["p"] + text.expand(a.habits["f"], a.topics[0])], family="label")
            t += world.rng.expovariate(1 / 1.5)
        return j

    world.run(accounts, requests, session, sigma=1.4)


def support_desk(world, n, requests):
    """Outsourced support desks: macros, shifts, conversations handed from one agent's account to the next."""
    for k in world.groups(n, 10, 40):
        _one_support_desk(world, k, max(k, requests * k // n))


def _one_support_desk(world, k, requests):
    text = world.text
    country = world.rng.choice(("IN", "KE", "PL", "BR", "ID"))
    lines = [world.home(country) for _ in range(2)]
    card = world.hex_id()
    d = world.rng.choice(TOPICS)
    system = text.system(text.expand("support assistant of {company}", d), 10, d)
    client = world.client("browser")
    macros = [text.expand(text.template("ticket").split("{sentence}")[0], d) for _ in range(7)]
    accounts = [
        world.person(
            "support_desk", country=country, ip=lines, payment=card, client=client, path="api", hours="flat",
            domain=(text.word() + "-desk.com") if world.rng.random() < 0.1 else None,
        )
        for _ in range(k)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 0.3, 600

    def session(a, t, b):
        j = min(b, world.rng.randint(1, 6))
        awake = [x for x in accounts if x.first <= t <= x.last - 3600] or [a]
        cut = world.rng.randint(1, 5) if world.rng.random() < 0.3 else 99
        o = world.rng.choice(awake)
        ps = [world.rng.choice(macros) + " " + text.expand("{sentence} {short}", d)] + [
            text.expand("{sentence}", d) for _ in range(j - 1)
        ]
        return world.converse(a, t, ps, gap=400, who=lambda i: a if i < cut else o, system=system, family="ticket")[0]

    world.run(accounts, requests, session, sigma=0.6)


def legal_pilot(world, n, requests):
    """Legal-tech pilot: several firms opened the same day, vendor's long playbook prompt, VPN, no org id."""
    text = world.text
    lo = world.rng.uniform(world.start, world.end - 6 * DAY)
    system = text.system("a contract reviewer working with the pilot playbook", 20, "law")
    tools = key64("lp", world.rng.random())
    v = [world.vpn() for _ in range(4)]
    firms = [text.word() + "-law.com" for _ in range(8)]
    accounts = [
        world.person(
            "legal_pilot", created=lo + world.rng.uniform(0, 9 * 3600), ip=[world.rng.choice(v), world.home("GB")],
            domain=world.rng.choice(firms), payment="none", country="GB", hours="office", client="browser", path="api",
            families=("law",), style=0, language="en",
        )
        for _ in range(n)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 0.0, 4000
    world.run(
        accounts, requests,
        lambda a, t, b: world.converse(
            a, t, [text.task("law", "law")] + [text.follow("law") for _ in range(min(b, world.rng.randint(1, 4)) - 1)],
            system=system, tools=tools, family="law",
        )[0],
        sigma=0.8,
    )
