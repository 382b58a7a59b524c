"""Innocent crowds of developers and their tools."""

from .habits import DEVELOPER_FAMILIES, a_stretch, nearby
from .registry import key64
from .surfaces import DAY
from .text import TOPICS


def solo_developers(world, n, requests):
    """Developers with own scripts, some with a frame that asks to think aloud."""
    accounts = []
    text = world.text
    for _ in range(n):
        a = world.person(
            "solo_developer", families=DEVELOPER_FAMILIES,
            hours=world.rng.choice(("office", "evening", "night", "allday")),
            client=world.rng.choice(("py", "node", "any", "ide", "go", "java")), style=world.rng.choice((0, 1, 2, 3)),
        )
        if world.rng.random() < 0.35:
            a.system = world.text.system(
                world.text.expand("a {tone} assistant for {n}s", a.topics[0]), world.rng.randint(0, 4), a.topics[0]
            )
        accounts.append(a)

    def session(a, t, b):
        if a.habits.get("f") is None:
            a.habits["f"] = world.rng.random() < 0.3 and (
                text.elicit_fixed() if world.rng.random() < 0.2 else ""
            ) + world.text.template(world.rng.choice(("label", "sum", "code", "write", "sql", "math")))
        if a.habits["f"] and world.rng.random() < 0.8:  # own small script with own template
            k = min(b, 1 + int(world.rng.expovariate(0.15)))
            for _ in range(k):
                world.converse(a, t, [world.text.expand(a.habits["f"], a.topics[0])], system=a.system, family="sum")
                t += world.rng.expovariate(1 / 6)
            return k
        return world.casual(a, t, b)

    world.run(accounts, requests, session, sigma=1.6)


def ide_assistant_users(world, n, requests):
    """One very popular IDE assistant.

    Long shared system prompt in a few releases, user and folder inside it, same tools, agent loops.
    """
    text = world.text
    vs = [
        (
            text.system("PairIDE, a careful coding assistant inside the editor", 22, "web"),
            key64("ide", i, world.rng.random()),
        )
        for i in range(4)
    ]
    accounts = []
    for _ in range(n):
        a = world.person(
            "ide_assistant_user", families=DEVELOPER_FAMILIES,
            hours=world.rng.choice(("office", "office", "evening", "allday")), client="ide", path="api",
        )
        a.temperature, a.max_tokens = 0.2, 8192
        a.habits.update(proj=text.word(), user=text.word(), v=world.rng.choice(vs))
        accounts.append(a)

    def session(a, t, b):
        if world.rng.random() < 0.06:
            a.habits["v"] = world.rng.choice(vs)
            a.habits["proj"] = text.word()
        system = a.habits["v"][0] + (
            f"\n\nWorking directory: /home/{a.habits['user']}/{a.habits['proj']}\nDate: day "
            f"{int((t - world.start) // DAY)}"
        )
        return world.agentic(a, t, b, system, a.habits["v"][1], 2, 30)

    world.run(accounts, requests, session, sigma=1.1)


def agent_framework_users(world, n, requests):
    """Open-source agent framework: identical system and tools for thousands; ReAct frame around any task."""
    text = world.text
    system = text.system("an autonomous agent that reasons, acts and observes", 16)
    tools = key64("af", world.rng.random())
    accounts = [
        world.person(
            "agent_framework_user", families=DEVELOPER_FAMILIES, client="chain", path="api",
            hours=world.rng.choice(("allday", "flat", "office", "evening")),
        )
        for _ in range(n)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 0.0, 4096

    def session(a, t, b):
        d = world.topic(a)
        q = text.task(world.rng.choice(("agent", "plan", "sql", "explain", "math")), d)
        frame = (
            "Answer the following as well as you can. Use Thought/Action/Observation. Think step by "
            f"step in Thought.\n\nQuestion: {q}\nThought:"
        )
        k = min(b, world.rng.randint(1, 9))
        return world.converse(
            a, t, [frame] + ["Observation: " + text.task("tool", d) + "\nThought:" for _ in range(k - 1)], gap=5,
            system=system, tools=tools, family="agent",
        )[0]

    world.run(accounts, requests, session, sigma=1.5)


def autocomplete_users(world, n, requests):
    """Editor plugin that asks for the code at the cursor.

    Fixed frame, temperature 0, bursts of tiny requests, many retyped.
    """
    text = world.text
    system = "Complete the code at <CURSOR>. Return only the inserted text."
    client = [world.client("ide") for _ in range(6)]
    accounts = [
        world.person("autocomplete_user", client=world.rng.choice(client), path="api", hours="office") for _ in range(n)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 0.0, 64

    def session(a, t, b):
        k = min(b, world.rng.randint(3, 30))
        c = text.code()
        for i in range(k):
            if i % 5 == 4:
                c = text.code()
            x = int(len(c) * world.rng.random())
            world.converse(
                a, t,
                [
                    f"// {a.habits.setdefault('f', text.expand('{file}', a.topics[0]))}\n" + c[:x] + "<CURSOR>"
                    + c[x + world.rng.randint(0, 12) :]
                ],
                system=system, family="label",
            )
            t += world.rng.expovariate(1 / 9)
        return k

    world.run(accounts, requests, session, sigma=1.2)


def template_gallery(world, n, requests):
    """Deployers of a dozen starter apps from a gallery: same fixed prompt, slots filled by their visitors."""
    text = world.text
    templates = [
        (text.system(text.expand("a {tone} helper for {n}s", d), world.rng.randint(2, 6), d), text.template(f), d, f)
        for d, f in [
            (world.rng.choice(TOPICS), world.rng.choice(("write", "plan", "sum", "explain", "role"))) for _ in range(12)
        ]
    ]
    accounts = []
    for _ in range(n):
        a = world.person(
            "template_gallery", client=world.rng.choice(("node", "py", "nocode")), path="api",
            ip=[world.cloud()] if world.rng.random() < 0.7 else None, hours="allday",
        )
        a.habits["t"] = templates[int(12 * world.rng.random() ** 2)]
        a.temperature = 0.7
        a.max_tokens = 1024
        accounts.append(a)
    world.run(
        accounts, requests,
        lambda a, t, b: world.converse(
            a, t, [text.expand(a.habits["t"][1], a.habits["t"][2])], system=a.habits["t"][0], family=a.habits["t"][3]
        )[0],
        sigma=1.7,
    )


def ab_tool(world, n, requests):
    """A plugin with two prompt variants on trial: users hop between variant A and B; vendor fixes parameters."""
    text = world.text
    v = [text.system("WriteRight, variant A", 8, "media"), text.system("WriteRight, variant B", 9, "media")]
    tools = key64("ab", world.rng.random())
    accounts = [world.person("ab_client_user", client="nocode", path="api", hours="office") for _ in range(n)]
    for a in accounts:
        a.temperature, a.max_tokens = 0.4, 800
    world.run(
        accounts, requests,
        lambda a, t, b: world.converse(
            a, t, [text.task("write", world.topic(a))]
            + [text.reformulate("improve this", a.topics[0]) for _ in range(min(b, world.rng.choice((1, 1, 2))) - 1)],
            system=v[key64(a.number, int((t - world.start) // (3 * DAY))) % 2], tools=tools, family="write",
        )[0],
    )


def hack_week(world, n, requests):
    """Hack week: accounts born on one evening, a venue network, a starter kit, sponsor's card."""
    text = world.text
    country = world.country()[0]
    lo, hi = a_stretch(world, 5)
    venue = [world.home(country) for _ in range(3)]
    card = world.hex_id()
    kits = [
        (text.system("the starter agent of the hack week", 10), key64("hk", i, world.rng.random())) for i in range(3)
    ]
    accounts = []
    for _ in range(n):
        a = world.person(
            "hack_week", country=country if world.rng.random() < 0.8 else None,
            created=lo + world.rng.expovariate(1 / 5000),
            ip=[world.rng.choice(venue)] + ([world.home(country)] if world.rng.random() < 0.4 else []),
            payment=card if world.rng.random() < 0.7 else "none", window=(lo, hi),
            client=world.rng.choice(("py", "node")), path="api", hours="flat",
        )
        a.temperature, a.max_tokens = 0.7, 4096
        a.habits["k"] = world.rng.choice(kits)
        accounts.append(a)

    def session(a, t, b):
        if world.rng.random() < 0.3:
            return world.casual(a, t, b)
        return world.agentic(
            a, t, b,
            a.habits["k"][0] + ("" if world.rng.random() < 0.6 else "\n" + text.expand(text.rule(), a.topics[0])),
            a.habits["k"][1], 1, 10,
        )

    world.run(accounts, requests, session, sigma=0.9)


def docs_sprint(world, n, requests):
    """Three-day documentation sprint.

    Files handed out from one list, common guide prompt, new accounts with sponsor credit.
    """
    text = world.text
    lo, hi = a_stretch(world, 3.4)
    system = text.system("a documentation editor; follow the style guide", 11, "web")
    card = world.hex_id()
    n_done = [0]
    accounts = [
        world.person(
            "docs_sprint", created=nearby(world, lo, 3), window=(lo, hi),
            payment=card if world.rng.random() < 0.4 else "own", client=world.rng.choice(("py", "browser", "ide")),
            path="api", hours="allday",
        )
        for _ in range(n)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 0.2, 2000

    def session(a, t, b):
        n_done[0] += 1
        j = min(b, world.rng.randint(1, 6))
        return world.converse(
            a, t, [f"File {n_done[0]:04d} docs/{text.word()}/{text.word()}.md. {text.task('release', 'web')}"]
            + [text.follow("web") for _ in range(j - 1)], system=system, family="release",
        )[0]

    world.run(accounts, requests, session, sigma=0.7)


def triage_bots(world, n, requests):
    """Issue triage action used by many open projects: same prompt, runner addresses, each maintainer's key."""
    text = world.text
    system = text.system("an issue triage bot for open source projects", 8, "web")
    client = [world.client("ci") for _ in range(3)]
    run = [world.cloud() for _ in range(25)]
    accounts = [
        world.person(
            "triage_bot", ip=world.rng.sample(run, 6), client=world.rng.choice(client), path="api", hours="allday",
            country="US" if world.rng.random() < 0.3 else None,
        )
        for _ in range(n)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 0.0, 512
        a.country = "US"
    world.run(
        accounts, requests,
        lambda a, t, b: world.converse(
            a, t,
            [
                (
                    f"Repository: {a.habits.setdefault('r', text.word() + '/' + text.word())}\nIssue "
                    f"title: {text.expand('{short}', a.topics[0])}\nBody: {text.task('debug', a.topics[0])}\n\nReturn "
                    "labels, priority and a short reply."
                )
            ],
            system=system, family="label", out=90,
        )[0],
        sigma=1.5,
    )


def ci_fleet(world, n, requests):
    """A review bot in the pipelines of many firms."""
    text = world.text
    vs = [text.system("a strict pull request reviewer", 9, "ops") for _ in range(3)]
    run = [world.cloud() for _ in range(30)]
    accounts = [
        world.person(
            "ci_review", client="ci", path="api", ip=world.rng.sample(run, 5), hours="office", kind="startup",
            org="org_" + world.hex_id(6) if world.rng.random() < 0.3 else None,
        )
        for _ in range(n)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 0.0, 2048
        a.habits["s"] = world.rng.choice(vs)
    world.run(
        accounts, requests,
        lambda a, t, b: world.converse(
            a, t, [text.expand("Review this pull request in {product} (#{num4}):\n{code}\n{code}", "ops")],
            system=a.habits["s"], family="release",
        )[0],
        sigma=1.3,
    )


def golden_set_ci(world, n, requests):
    """Verification jobs of products: the same 150 golden prompts every night, accounts of one product family each."""
    for k in world.groups(n, 2, 7):
        _one_golden_set_ci(world, k, max(k, requests * k // n))


def _one_golden_set_ci(world, k, requests):
    text = world.text
    g = [text.task(world.rng.choice(("ticket", "explain", "grade", "sql"))) for _ in range(40)]
    card = world.hex_id()
    client = world.client("py")
    system = text.system(text.expand("{product}", "web"), 5)
    servers = [world.cloud()]
    accounts = [
        world.person("golden_set_ci", payment=card, client=client, ip=servers, path="api", hours="flat", kind="startup")
        for _ in range(k)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 0.0, 800

    def times(a, b):
        return [
            world.start + world.rng.randrange(world.days) * DAY + 2 * 3600 + world.rng.expovariate(1 / 300)
            for _ in range(b)
        ]

    def session(a, t, b):
        j = min(b, 40)
        for p in g[:j]:
            if a.first <= t < a.last:
                world.converse(a, t, [p], system=system, family="ticket")
            t += world.rng.uniform(1, 4)
        return j

    world.run(accounts, requests, session, sigma=0.4, times=times)


def notebook_fleet(world, n, requests):
    """Scheduled notebooks copied from a public gallery: at the full hour, same frame, own data."""
    text = world.text
    frame = [text.template(f) for f in ("sql", "sum", "label")]
    accounts = [
        world.person("scheduled_notebook", client="nb", path="api", ip=[world.cloud()], hours="flat") for _ in range(n)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 0.0, 1000
        a.habits.update(
            h=world.rng.choice((0, 6, 7, 8, 12, 18)), f=world.rng.choice(frame),
            late=world.rng.choice((0, 0, 0, 1800)),
        )

    def times(a, b):
        return sorted(
            world.start
            + (int((a.first - world.start) // DAY) + 1 + world.rng.randrange(max(1, int((a.last - a.first) // DAY))))
            * DAY + a.habits["h"] * 3600 + a.habits["late"] + world.rng.expovariate(1 / 8) for _ in range(b)
        )

    def session(a, t, b):
        j = min(b, world.rng.randint(1, 15))
        for _ in range(j):
            world.converse(a, t, ["Nightly report. " + text.expand(a.habits["f"], a.topics[0])], family="sum")
            t += world.rng.uniform(0.8, 3)
        return j

    world.run(accounts, requests, session, sigma=0.9, times=times)
