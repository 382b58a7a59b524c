"""Innocent crowds at work."""

from .networks import ZONES
from .private import count


def firms_org(world, n):
    """Firms with an org, one card, one egress, internal templates."""
    while n > 0:
        m = world.between(3, 25)
        org = world.random_id("org_", 8)
        payment = world.hex_id()
        ip = world.home_ip()
        domain = world.words.expand("{nn}").lower() + ".com"
        c = ZONES[ip[2]]
        system = [
            world.words.long_system(world.between(150, 900), world.words.expand("the assistant of {co}"))
            for _ in range(world.between(1, 4))
        ]
        team = world.team(
            m, "firm_org", org=org, payment=payment, domain=domain, kind=world.pick(("startup", "enterprise")),
            country=ip[2], zone=c, rhythm="office",
            persona=lambda: world.pick(("office", "dev", "support", "marketer")),
            ips=lambda ip=ip: [ip, ip, ip, world.home_ip(ip[2])], signup_ip=ip[0], verified=world.random() < 0.3,
        )
        for a, k in zip(team, world.split(m, min(n, m * world.between(8, 40)), 1.1), strict=True):
            world.live(a, k, system=world.pick(system) if world.random() < 0.5 else "c")
            n -= k


def firms_plain(world, n):
    """Small firms without an org.

    Same card, one office line, one mail domain or private mail, same internal template.
    """
    while n > 0:
        m = world.between(3, 14)
        payment = world.hex_id()
        ip = world.home_ip()
        domain = world.words.expand("{nn}{nn}").lower() + ".io" if world.random() < 0.6 else None
        day = -world.random() * 200 if world.random() < 0.6 else world.random() * world.days * 0.6
        system = world.words.long_system(
            world.between(200, 700), world.words.expand("a {adj} helper for {co}, which sells {obj}")
        )
        client = world.client(world.pick(("pysdk", "nodesdk", "flowbee", "app")))
        template = world.pick(
            ("Ticket from a {role}: ", "Use our house style. ", "[{co}] ", "Task for the {thing} team: ")
        )
        template = world.words.expand(template)
        team = world.team(
            m, "firm_no_org", created=lambda day=day: day + world.random() * 3, payment=payment, domain=domain,
            kind="startup", country=ip[2], rhythm="office", persona=lambda: world.pick(("office", "support", "dev")),
            ips=lambda ip=ip: [ip, ip, world.home_ip(ip[2])], signup_ip=ip[0], plan="team",
        )
        for a, k in zip(team, world.split(m, min(n, m * world.between(8, 30))), strict=True):
            half = int(k * 0.5)
            world.live(a, k - half)
            world.live(a, half, c=client, system=system, wrap=lambda p, template=template: template + p, mean=1.4)
            n -= k


def franchise(world, n):
    """Franchise shops with no org.

    Each shop its own account and line; head office's card for half of them; head office's prompt pack every Monday
    morning.
    """
    m = count(n, 26, 20)
    payment = world.hex_id()
    co = world.words.expand("{co}")
    domain = world.words.expand("{nn}").lower() + "-shops.com"
    c = world.pick(("US", "DE", "GB", "MX"))
    system = world.words.long_system(1300, f"the shop assistant of {co}")
    user_agent = world.client(
        "deskpal", user_agent=f"{co.split()[0]}Till/4.2 (Android 13)", ja4=world.new_ja4(), system=system
    )
    w0 = -60 + world.random() * 50
    shops = world.team(
        m, "franchise_shop", created=lambda: w0 + world.random() * 40,
        payment=lambda: payment if world.random() < 0.5 else world.hex_id(), domain=lambda: domain, country=c,
        rhythm="shop", persona="support", tools=[user_agent], kind="startup", language="en",
    )
    weekly = [
        [
            world.words.expand(
                world.pick(
                    (
                        "Write the {adj} window poster of this week: {obj} at {money}, {pct} off.",
                        "Reply to a {role} who asks about the {thing}, offer {money}.",
                        "Make the shift roster for {n1} people, opening {n2} hours.",
                        "Order list for {obj}, {obj} and {obj}, budget {money}.",
                        "Summarise this week's circular for staff: {para}",
                    )
                )
            )
            for _ in range(6)
        ]
        for _ in range(world.days // 7 + 2)
    ]
    for a, k in zip(shops, world.split(m, n, 0.5), strict=True):
        for t in range(world.days):
            if ((world.start // 86400) + t + 3) % 7 == 0:  # Monday
                t0 = world.start + t * 86400 + (9 - a.zone) * 3600 + world.words.rng.expovariate(1 / 2400)
                for p in weekly[t // 7][: world.between(2, 6)]:
                    world.converse(a, t0, [p] + ([world.words.expand("{follow}")] if world.random() < 0.2 else []))
                    t0 += 60 + world.random() * 300
        world.live(a, int(k * 0.6), mean=1.6)


def marketplace(world, n):
    """Sellers on one marketplace, all with the same listing plug-in (its server is the egress for half)."""
    m = count(n, 14, 40)
    exits = [world.datacenter_ip() for _ in range(3)]
    system = "You write listings for a marketplace. Output title, five bullets, keywords. Never promise delivery dates."
    client = world.client(
        "nodesdk", user_agent="ListWell-Seller/7.3", ja4=world.new_ja4(), system=system, temperature=0.4,
        max_tokens=700, tools_key=None,
    )
    acc = world.team(m, "marketplace_seller", persona="marketer", kind="individual")
    for a in acc:
        a.used = a.ips
        a.ips = exits if world.random() < 0.5 else a.ips
    t = (
        "Listing for: {thing}\nCategory: {obj}\nPrice: {money}\nCondition: {adj}, {verbed}\nSeller "
        "note: {sent}\nWrite the listing in the style of {co}."
    )
    for a, k in zip(acc, world.split(m, n, 1.3), strict=True):
        world.live(
            a, int(k * 0.75), mean=1.15, c=client, task=lambda: world.words.expand(t), wrap=lambda p: p, ips=a.ips
        )
        world.live(a, k - int(k * 0.75), ips=a.used)


def call_centre(world, n):
    """Call-centre staff with personal accounts.

    Three shifts, one site egress, hired in waves, one team-leader macro, tickets split without overlap, some chats
    continued by a colleague.
    """
    m = count(n, 30, 30)
    c = world.pick(("US", "IN", "MX", "PL", "KE"))
    site = [world.home_ip(c) for _ in range(2)]
    waves = [-30 - world.random() * 60, -12 * world.random(), world.random() * world.days * 0.4]
    zone = ZONES[c]
    macro = world.words.expand(
        "You help agents of {co}. Read the customer's message, think about what the customer "
        "wants, list the policy points that apply step by step, then write the reply. Tone: "
        "{adj}. Refund limit {money}.\n\nCustomer: "
    )
    client = world.client(
        "app", user_agent=world.pick(world.tools["app"]["user_agents"]), ja4=world.pick(world.browser)
    )
    acc = world.team(
        m, "call_centre_staff", created=lambda: world.pick(waves) + world.random() * 0.6, country=c, zone=zone,
        persona="support", signup_ip=lambda: world.pick(site)[0] if world.random() < 0.6 else None,
        ips=lambda: [world.pick(site)] * 5 + [world.home_ip(c)], plan="pro", language="en",
        payment=lambda: world.hex_id(),
    )
    shift = {a.number: world.between(0, 2) for a in acc}
    per = n / m / (world.days * 5 / 7)
    for d in range(world.days):
        for a in acc:
            if ((d + a.number) % 7) > 4 or world.seconds(d) < a.created:
                continue
            for _ in range(int(world.rng.poisson(per / 1.5))):
                t = world.start + d * 86400 + (6 + 8 * shift[a.number] - zone + world.random() * 7.7) * 3600
                p = (macro if world.random() < 0.8 else "") + world.words.expand("{sent} {sent} {sent}")
                mates = [b for b in (world.pick(acc) for _ in range(4)) if shift[b.number] == shift[a.number]]
                h = world.random() < 0.03 and mates
                world.converse(
                    a, t, [p] + ([world.words.expand("{follow}")] if world.random() < 0.5 else []), client,
                    on=(lambda k, mates=mates: mates[0]) if h else None,
                )


def labelling_vendor(world, n, remote=None):
    """Workers of a labelling vendor.

    One queue split without overlap, rubric grading with reasons, same settings, vendor's card, accounts made in one
    batch; remote in half of the worlds.
    """
    m = count(n, 60, 25)
    payment = world.hex_id()
    remote = world.random() < 0.5 if remote is None else remote
    ip = world.home_ip()
    client = world.client("pysdk", temperature=0.0, max_tokens=600, system=None)
    domain = world.words.expand("{nn}").lower() + "-data.com"
    day = -world.random() * 30
    rubric = world.words.expand(
        "You are a careful rater. Criteria: {crit}, {crit}, {crit}. Explain your reasoning for "
        "each criterion, then give scores 1-{n1} as JSON.\n\n"
    )
    team = world.team(
        m, "labelling_worker", created=lambda: day + world.random() * 0.3, payment=payment, domain=domain,
        kind="startup", country=ip[2], rhythm="office", tools=[client], ips=(None if remote else (lambda: [ip])),
        signup_ip=ip[0],
    )
    for a, k in zip(team, world.split(m, n, 0.35), strict=True):
        world.live(a, k, mean=1.05, c=client, task=lambda: world.words.task("grade"), wrap=lambda p: rubric + p)


def translators(world, n):
    """Agency with subcontractors: private accounts, shared glossary prompt, jobs passed on."""
    m = count(n, 40, 15)
    glossary = (
        world.words.expand("Translate to {lang}. Glossary: ")
        + world.words.expand("; ".join("{thing} = {nn}" for _ in range(14))) + ".\n\n"
    )
    team = world.team(m, "translation_agency", persona="office", rhythm="office", language="en")
    for a, k in zip(team, world.split(m, n, 0.8), strict=True):
        h = world.random() < 0.25
        b = world.pick(team)
        world.live(
            a, k, mean=2, task=lambda: world.words.para(3, 9), wrap=lambda p: glossary + p,
            on=(lambda q, b=b, a=a: b if q >= 2 else a) if h else None,
        )


def freelancers(world, n):
    """Freelancers who share a workspace account set and a card, each at home in a different country."""
    while n > 0:
        m = world.between(3, 8)
        payment = world.hex_id()
        system = world.words.expand("House rules of {nn} studio: {adj}, {adj}. {sent}")
        team = world.team(
            m, "freelancer_pool", payment=payment, persona=lambda: world.pick(("dev", "marketer")), plan="team"
        )
        for a in team:
            k = world.between(15, 70)
            world.live(
                a, k, system=system if world.random() < 0.6 else "c",
                on=(lambda q, team=team: world.pick(team)) if world.random() < 0.05 else None,
            )
            n -= k


def gig_writers(world, n):
    """Content-mill writers.

    Private accounts, the client's brief pasted in front, briefs split without overlap, paid per piece, evenings and
    nights.
    """
    m = count(n, 30, 25)
    brief = world.words.expand(
        "Brief by {co}: {n3} words, {adj} and {adj}, mention {thing} twice, no lists. Think "
        "about the reader first, outline, draft, revise; show all stages.\n\nTopic: "
    )
    for a, k in world.loads(
        world.team(
            m, "gig_writer", persona="marketer", rhythm="night", country=world.pick(("KE", "IN", "NG", "ID")),
            created=lambda: -30 * world.random(),
        ),
        n, 0.6,
    ):
        world.live(a, k, mean=2, task=lambda: world.words.expand("{title}. {sent}"), wrap=lambda p: brief + p)
