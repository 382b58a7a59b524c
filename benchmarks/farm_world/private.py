"""Innocent crowds of private people. Each function takes the world and about how many requests the crowd makes."""


def count(n, per, lo=2):
    """How many accounts make n requests, ``per`` each."""
    """How many accounts make n requests, ``per`` each."""
    return max(lo, round(n / per))


def people(world, n):
    """Ordinary individuals, heavy-tailed."""
    accounts = world.team(count(n, 17), "individual")
    for a, k in zip(accounts, world.split(len(accounts), n, 1.5), strict=True):
        if world.random() < 0.004:
            a.banned = max(a.created + 3600, world.seconds(world.random() * world.days))
        world.live(a, k)
    for _ in range(len(accounts) // 20):
        world.account("dormant")


def families(world, n):
    """Families on one card and line."""
    while n > 0:
        m = world.between(2, 5)
        payment = world.hex_id()
        ip = world.home_ip()
        for a in world.team(
            m, "family", payment=payment, country=ip[2], ips=lambda ip=ip: [ip, ip, world.mobile_ip(ip[2])],
            signup_ip=ip[0],
        ):
            k = world.between(3, 25)
            world.live(a, k)
            n -= k


def vpn_users(world, n):
    """Customers of one VPN."""
    m = count(n, 15)
    k = world.between(0, 4)
    for a, c in world.loads(world.team(m, "vpn_user", ips=lambda: [world.vpn_ip(k) for _ in range(4)]), n, 1.3):
        world.live(a, c)


def cgnat_users(world, n):
    """Customers of one mobile carrier."""
    m = count(n, 9)
    c = world.pick(("IN", "ID", "NG", "BR"))
    for a, k in world.loads(
        world.team(m, "cgnat_user", country=c, ips=lambda: [world.mobile_ip(c) for _ in range(5)]), n, 1.3
    ):
        world.live(a, k)


def movers(world, n):
    """People who move a conversation from a private to a work account, and shared links that many continue."""
    for _ in range(count(n * 0.5, 10)):
        a = world.account("mover")
        b = world.account("mover", country=a.country, ips=a.ips if world.random() < 0.5 else None, persona=a.persona)
        for t in world.times(a, 2):
            world.converse(
                a, t, [world.persona_task(a.persona)] + [world.words.expand("{follow}") for _ in range(4)],
                on=lambda q, b=b, a=a: b if q > 2 else a, gap=600,
            )
    for _ in range(count(n * 0.5, 40)):
        a = world.account("shared_link")
        ts = world.times(a, 1, hi=world.days * 0.7)
        if not ts:
            continue
        parent, t, history, _ = world.converse(
            a, ts[0], [world.persona_task(a.persona), world.words.expand("{follow}")]
        )
        for b in world.team(world.between(15, 60), "shared_link"):
            c = b.tools[0]
            if parent:
                world.request(
                    t + world.rng.exponential(90000), b, world.words.expand("{follow}"), c, world.pick(b.ips), None,
                    parent, history,
                )
            world.live(b, 3)


def flash(world, n):
    """A flash crowd: everybody asks about one event within hours."""
    t0 = world.random() * (world.days - 2)
    asks = [
        world.words.expand(s)
        for s in (
            "what happened in {city} today", "is it true that {co} {verbed} the {thing}", "{co} {city} explained",
            "Who is {name} and why is everyone talking about the {thing}?",
        )
    ]
    for a in world.team(count(n, 3), "flash_crowd", persona="hobby"):
        world.live(
            a, world.between(1, 5), lo=t0, hi=t0 + 0.6 + world.random(),
            task=lambda a=a: world.words.voice(world.pick(asks), a.voice),
        )


def prompt_pack(world, n):
    """A community that bought one influencer's prompt pack.

    The long 'deep reasoning' prompt is pasted over anything; a rush after each video.
    """
    m = count(n, 11, 60)
    drops = sorted(world.random() * world.days * 0.8 for _ in range(3))
    packs = [
        world.words.expand("ULTRA REASONING MODE v{n1}. ") + " ".join(world.words.reason() for _ in range(3))
        + world.words.expand(
            " Wrap the thinking in <think{n2}> tags. Act as a council of {n1} experts who discuss {crit} and {crit}. "
        )
        + "\n\nMY QUESTION: " for _ in range(3)
    ]
    acc = world.team(
        m, "prompt_pack_fan",
        created=lambda: (world.pick(drops) + world.rng.exponential(0.3)) if world.random() < 0.35 else None,
        persona=lambda: world.pick(("student", "office", "hobby", "marketer", "dev")),
    )
    for a, k in zip(acc, world.split(m, n, 0.9), strict=True):
        d = world.pick(drops)
        p = world.pick(packs[: 1 + int(world.random() * 3)])
        world.live(
            a, max(1, int(k * 0.7)), lo=d, hi=min(world.days, d + 1 + world.rng.exponential(4)), mean=1.5,
            task=lambda a=a: world.persona_task(a.persona, a.language), wrap=lambda q, p=p: p + q,
        )
        world.live(a, int(k * 0.4))


def coworking(world, n):
    """Strangers in a co-working space: one egress, some on the space's own card-reseller plan."""
    m = count(n, 22, 20)
    ip = world.home_ip()
    for a, k in world.loads(
        world.team(m, "coworking", country=ip[2], rhythm="office", ips=lambda: [ip, ip, ip, world.home_ip(ip[2])]), n,
        1.3,
    ):
        world.live(a, k)


def popular_agent(world, n):
    """Users of one open agent: same long system prompt and tools."""
    name = world.pick(("opencrab", "vsmate", "patchling"))
    m = count(n, 28, 20)
    acc = world.team(m, "agent_user", persona="dev", tools=lambda: [world.client(name)])
    for a, k in zip(acc, world.split(m, n, 1.4), strict=True):
        world.live(a, k, mean=4)


def niche_agent(world, n):
    """Forty-odd users of a small agent that hard-wires a build, a temperature and a reasoning prompt."""
    m = max(15, min(70, count(n, 35)))
    client = world.client(
        "pysdk", user_agent="quillhound/0.2.1", ja4=world.new_ja4(),
        system=world.words.long_system(2100, "QuillHound; first write your whole reasoning in <scratch>, then act"),
        temperature=0.15, max_tokens=3000, tools_key=world.words.rng.getrandbits(60), streamed=True,
    )
    for a, k in world.loads(world.team(m, "niche_agent_user", persona="research", rhythm="evening"), n, 1.0):
        world.live(a, k, c=client, mean=5, task=lambda: world.words.task(world.pick(("agent", "math", "code", "data"))))


def plugin_users(world, n):
    """Spreadsheet and notes add-ons: same system prompt, formula-like prompts, bursts of cells."""
    m = count(n, 25)
    acc = world.team(
        m, "plugin_user", persona="office", tools=lambda: [world.client(world.pick(("sheetwand", "notemill")))]
    )
    for a, k in zip(acc, world.split(m, n, 1.5), strict=True):
        while k > 0:
            f = world.words.expand(
                world.pick(
                    ("Is this a {role}? ", "Category of ", "Extract the city: ", "Translate to {lang}: ", "Shorten: ")
                )
            )
            b = min(k, world.between(3, 30))
            k -= b
            for t in world.times(a, 1):
                for i in range(b):
                    world.converse(a, t + i * 0.8 + world.random(), [f + world.words.expand("{sent}")])


class Shop:
    """A reseller shop: batches of accounts, aged, each batch on a few cards and SIMs."""

    def __init__(self, world, unique=0.3):
        self.world = world
        self.unique = unique
        self.domain = [
            world.words.expand("{nn}").lower() + world.pick((".xyz", ".top", ".mail", ".site")) for _ in range(4)
        ]
        self.new()

    def new(self):
        """Starts a batch."""
        world = self.world
        self.left = world.between(15, 50)
        self.day = -20 - world.random() * 180
        self.payments = [world.hex_id() for _ in range(world.between(2, 6))]
        self.phones = [world.hex_id() for _ in range(6)]
        self.ips = [world.proxy_ip() for _ in range(5)]

    def sell(self, crowd, campaign, **kw):
        """An account out of the present batch."""
        world = self.world
        self.left -= 1
        if self.left <= 0:
            self.new()
        return world.account(
            crowd, campaign, created=self.day + world.random() * 2,
            payment=world.pick(self.payments) if world.random() > self.unique else world.hex_id(),
            phone=world.pick(self.phones) if world.random() < 0.6 else None, signup_ip=world.pick(self.ips)[0],
            domain=world.pick(self.domain) if world.random() < 0.5 else None, **kw,
        )


def shop_buyers(world, n, shop=None):
    """Private people who bought a seasoned account in a grey shop.

    Made by the shop in batches with its cards, SIMs and lines; used by strangers.
    """
    shop = shop or Shop(world)
    m = count(n, 14, 30)
    for k in world.split(m, n, 1.2):
        a = shop.sell("shop_buyer", None)
        world.live(a, k, lo=world.random() * world.days * 0.4)


def credit_farmers(world, n):
    """One person with ten free-credit accounts for private role play: abuse of credits, not harvest."""
    while n > 0:
        m = world.between(4, 14)
        c = world.client("rolechat")
        ip = world.home_ip()
        ph = world.hex_id()
        team = world.team(
            m, "free_credit_farmer", payment=None, plan="free",
            phone=lambda ph=ph: ph if world.random() < 0.4 else None, created=lambda: world.random() * world.days * 0.9,
            persona="hobby", rhythm="night", tools=[c], ips=[ip, ip, world.vpn_ip()], country=ip[2], signup_ip=ip[0],
            domain="gmail.com",
        )
        s = world.words.expand("You are {char}. {sent} {sent} Stay in character.")
        for a in team:
            k = world.between(10, 40)
            world.live(
                a, k, lo=(a.created - world.start) / 86400, hi=min(world.days, (a.created - world.start) / 86400 + 3),
                c=c, system=s, mean=7, on=(lambda q, team=team: world.pick(team)) if world.random() < 0.1 else None,
            )
            n -= k
