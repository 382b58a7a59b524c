"""Innocent crowds of private people."""

from .habits import ANY_FAMILY, some_families
from .surfaces import DAY
from .text import TOPICS


def casual_users(world, n, requests):
    """People at leisure."""
    accounts = [
        world.person(
            "casual_user", families=some_families(world.rng),
            hours=world.rng.choice(("evening", "allday", "office", "student", "night")),
            client=world.rng.choice(("browser", "mobile", "browser", "any")),
        )
        for _ in range(n)
    ]
    world.run(accounts, requests, world.casual)


def prompt_of_the_day(world, n, requests):
    """A community posts one prompt a day; everybody runs it within hours with an own ending."""
    text = world.text
    daily = [
        text.elicit_fixed() if world.rng.random() < 0.25
        else text.expand(
            "Act as {tone} {n} expert. Use {fmt}, list {num1} options, then criticise each one and choose. My case: ",
            world.rng.choice(TOPICS),
        )
        for _ in range(world.days + 1)
    ]
    accounts = [world.person("prompt_of_the_day", client="browser", families=("chat",)) for _ in range(n)]

    def session(a, t, b):
        p = daily[int((t - world.start) // DAY)]
        f = world.rng.choice(("chat", "plan", "short", "write"))
        k = min(b, 2)
        return world.converse(
            a, t, [p + (text.task(f, world.topic(a)) if world.rng.random() < 0.85 else "")]
            + [text.follow(a.topics[0])] * (k - 1), family="plan",
        )[0]

    world.run(accounts, requests, session, sigma=0.8)


def families(world, n, requests):
    """Families on one card and line."""
    for k in world.groups(n, 2, 5):
        _one_families(world, k, max(k, requests * k // n))


def _one_families(world, k, requests):
    country = world.country()[0]
    card = world.hex_id()
    ip = [world.home(country)]
    world.run(
        [
            world.person(
                "family_card", country=country, payment=card, ip=[*ip, world.home(country)],
                client=world.rng.choice(("browser", "mobile")), families=some_families(world.rng), hours="evening",
            )
            for _ in range(k)
        ],
        requests, world.casual,
    )


def shared_links(world, n, requests):
    """Long public conversations opened by link and continued by many people (same parent, different account)."""
    text = world.text
    accounts = [world.person("shared_link", client="browser", path="app") for _ in range(n)]
    n_done = []
    for _ in range(max(3, world.scaled(25))):
        a = world.rng.choice(accounts)
        t = float(world.times(a, 1)[0])
        d = a.topics[0]
        f = world.rng.choice(("plan", "role", "code", "math", "explain"))
        _, session, t1 = world.converse(
            a, t, [text.task(f, d)] + [text.follow(d) for _ in range(world.rng.randint(1, 5))], family=f
        )
        n_done.append((session, t1, d))

    def session(a, t, b):
        awake = [x for x in n_done if x[1] < t]
        if not awake or world.rng.random() < 0.3:
            return world.casual(a, t, b)
        x = awake[int(len(awake) * world.rng.random() ** 2)]
        return world.converse(
            a, t, [text.style(text.follow(x[2]), a.style) for _ in range(min(b, world.rng.randint(1, 4)))], start=x[0],
            family="chat",
        )[0]

    world.run(accounts, requests, session, sigma=0.9)


def group_chat_bots(world, n, requests):
    """Self-hosted bots of chat groups."""
    text = world.text
    bots = [text.system(text.expand("{word} bot, the {tone} member of the group", "game"), 4, "game") for _ in range(4)]
    accounts = [
        world.person(
            "group_chat_bot", client=world.rng.choice(("node", "py")), path="api", hours="evening",
            ip=[world.cloud()] if world.rng.random() < 0.6 else None,
        )
        for _ in range(n)
    ]
    for a in accounts:
        a.habits["s"] = world.rng.choice(bots)
        a.temperature = 0.9
        a.max_tokens = 300
    world.run(
        accounts, requests,
        lambda a, t, b: world.converse(
            a, t,
            [
                f"{text.word()}: " + text.style(text.task("chat"), world.rng.choice((2, 3, 4)))
                for _ in range(min(b, world.rng.randint(1, 6)))
            ],
            gap=40, system=a.habits["s"], family="chat",
        )[0],
        sigma=1.3,
    )


def seat_sharers(world, n, requests):
    """Friends and small clubs sharing one paid seat: one account, many people, addresses, clients."""
    accounts = [
        world.person(
            "seat_sharer", families=ANY_FAMILY, n_more_ips=world.rng.randint(3, 8), client="browser", path="app",
            payment="own",
        )
        for _ in range(n)
    ]
    for a in accounts:
        a.clients += [world.client("mobile")]

    def session(a, t, b):
        a.style = world.rng.randrange(5)
        a.topics = [world.rng.choice(TOPICS)]
        return world.casual(a, t, b)

    world.run(accounts, requests, session, sigma=0.8)


def payment_rings(world, n, requests):
    """People in card-poor places who buy prepaid cards or seats from the same kiosk: cards repeat over strangers."""
    for k in world.groups(n, 5, 40):
        _one_payment_rings(world, k, max(k, requests * k // n))


def _one_payment_rings(world, k, requests):
    card = world.hex_id()
    country = world.rng.choice(("NG", "KE", "VN", "RU", "TR"))
    world.run(
        [
            world.person(
                "kiosk_card", country=country, payment=card, families=some_families(world.rng),
                client=world.rng.choice(("browser", "mobile", "py")), path="api",
            )
            for _ in range(k)
        ],
        requests, world.casual,
    )


def proxy_users(world, n, requests):
    """Price watchers, privacy people and grey-market app users behind the same rotating residential exits that
    operators rent."""
    accounts = [
        world.person(
            "rotating_proxy_user", families=some_families(world.rng),
            client=world.rng.choice(("py", "browser", "curl", "node")), path="api",
            ip=[
                world.home(world.rng.choice(("US", "BR", "IN", "ID", "TR", "PL", "MX", "VN", "DE", "ES")))
                for _ in range(40)
            ],
        )
        for _ in range(n)
    ]
    world.run(accounts, requests, world.casual, sigma=1.4)


def tool_switchers(world, n, requests):
    """People with a private and a work account (or two tools) who move a running conversation from one to the other."""
    for _ in range(max(1, n // 2)):
        _tool_switcher(world, max(2, 2 * requests // n))


def _tool_switcher(world, requests):
    country = world.country()[0]
    ip = [world.home(country), world.home(country)]
    f = some_families(world.rng)
    phone = world.hex_id()
    p = [
        world.person(
            "tool_switcher", country=country, ip=ip, families=f, phone=phone,
            created=world.start - world.rng.uniform(1, 300) * DAY, window=(world.start, world.end), client=k,
        )
        for k in ("browser", "ide")
    ]
    world.run(
        p, requests,
        lambda a, t, b: world.converse(
            a, t, [world.text.style(world.text.task(world.rng.choice(f), a.topics[0], a.language), a.style)]
            + [world.text.follow(a.topics[0]) for _ in range(min(b, world.rng.randint(1, 6)) - 1)],
            who=(lambda i: p[i > 1]) if world.rng.random() < 0.4 else None, family=f[0],
        )[0],
        sigma=0.4,
    )


def prompt_library_users(world, n, requests):
    """People who paste their task under a snippet of a public prompt library, thinking-aloud snippets included.

    Some operators use the same library.
    """
    accounts = [
        world.person("prompt_library_user", client="any", families=ANY_FAMILY, hours="allday") for _ in range(n)
    ]
    for a in accounts:
        a.habits["p"] = [
            world.library[int(len(world.library) * world.rng.random() ** 1.7)]
            for _ in range(world.rng.choice((1, 1, 2, 3)))
        ]

    def session(a, t, b):
        d = world.topic(a)
        k = min(b, world.rng.choice((1, 1, 2, 3, 6)))
        for _ in range(k):
            world.converse(
                a, t,
                [
                    world.rng.choice(a.habits["p"])
                    + world.text.style(
                        world.text.task(world.rng.choice(("math", "code", "explain", "write", "sci")), d, a.language),
                        a.style,
                    )
                ],
                family="elicit",
            )
            t += world.rng.expovariate(1 / 120)
        return k

    world.run(accounts, requests, session, sigma=1.5)


def release_testers(world, n, requests):
    """Enthusiasts.

    Idle until a model comes out, then all run the same vibe-check prompts on it, thinking aloud included.
    """
    text = world.text
    vibe = [text.task(f) for f in ("code", "math", "role", "explain", "math", "code", "plan", "sci")] + [
        text.elicit_anew(text.task("math"), "math") for _ in range(4)
    ]
    accounts = [
        world.person(
            "release_tester", client=world.rng.choice(("browser", "py", "lite", "curl")), families=ANY_FAMILY,
            hours="evening", window=(world.start, world.end),
        )
        for _ in range(n)
    ]

    def times(a, b):
        o = []
        for _ in range(b):
            if world.new_models and world.rng.random() < 0.75:
                o.append(
                    min(
                        world.end - 5000,
                        max(a.first, world.rng.choice(world.new_models)[1] + world.rng.expovariate(1 / (0.5 * DAY))),
                    )
                )
            else:
                o.append(float(world.times(a, 1)[0]))
        return o

    def session(a, t, b):
        out_now = [x for x in world.new_models if x[1] <= t]
        if not out_now or world.rng.random() < 0.15:
            return world.casual(a, t, b)
        j = min(b, world.rng.randint(2, 8))
        model = out_now[-1][0]
        for p in world.rng.sample(vibe, j):
            world.converse(
                a, t, [p if world.rng.random() < 0.8 else text.reformulate(p, "math")], family="math", model=model
            )
            t += world.rng.expovariate(1 / 60)
        return j

    world.run(accounts, requests, session, sigma=0.7, times=times)
