"""Innocent crowds that learn and measure."""

from .habits import a_stretch, nearby
from .surfaces import DAY, NATIVE
from .text import TOPICS


def course_repo(world, n, requests):
    """Course with a repository of assignments: one campus NAT, new accounts in the first week, deadlines."""
    for _ in range(3):
        _course(world, max(3, n // 3), requests // 3)


def _course(world, k, requests):
    text = world.text
    c0 = world.country()[0]
    lines = [world.home(c0) for _ in range(2)]
    domain = text.word() + ".edu"
    lo, hi = a_stretch(world, 9)
    system = text.system("a teaching assistant for the course", 7, "edu")
    assignments = [
        (text.task(f, d), f, d)
        for f, d in [(world.rng.choice(("code", "math", "sql", "explain")), world.rng.choice(TOPICS)) for _ in range(6)]
    ]
    accounts = []
    for _ in range(k):
        a = world.person(
            "course_repo", country=c0, kind="education", domain=domain, payment="none",
            created=lo + abs(world.rng.gauss(0, 0.5)) * DAY, ip=[world.rng.choice(lines), world.home(c0)],
            window=(lo, hi), hours="student", client=world.rng.choice(("py", "nb", "browser")), path="api",
        )
        a.temperature = 0.0 if world.rng.random() < 0.8 else 0.7
        a.max_tokens = 1024
        accounts.append(a)
    deadlines = [lo + (hi - lo) * x for x in (0.3, 0.6, 0.98)]

    def times(a, b):
        return [
            min(a.last - 60, max(a.first, world.rng.choice(deadlines) - world.rng.expovariate(1 / (0.35 * DAY))))
            for _ in range(b)
        ]

    def session(a, t, b):
        p, f, d = assignments[min(5, int((t - lo) / (hi - lo) * 6))]
        r = world.rng.random()
        q = p if r < 0.35 else text.reformulate(p, d) if r < 0.7 else text.task(f, d)
        j = min(b, 1 + int(world.rng.expovariate(0.6)))
        return world.converse(
            a, t, [q] + [text.style(text.follow(d), a.style) for _ in range(j - 1)],
            system=system if world.rng.random() < 0.8 else None, family=f,
        )[0]

    world.run(accounts, requests, session, sigma=0.7, times=times)


def school_classes(world, n, requests):
    """Several schools of a district on one assignment.

    Tablets behind a proxy, lesson-hour spikes, near-equal use, accounts made by the teacher in a minute.
    """
    text = world.text
    country, tz, _ = world.country()
    proxies = [world.home(country)]
    task = [text.task("explain", "edu") for _ in range(4)]
    domain = text.word() + ".school"
    for first in range(0, n, 28):
        k = min(28, n - first)
        _school_class(world, k, max(k, requests * k // n), country, tz, proxies, task, domain)


def _school_class(world, k, requests, country, tz, proxies, task, domain):
    text = world.text
    cr = world.start + (world.rng.randint(-6, world.days - 6)) * DAY + (world.rng.choice((8, 9, 11)) - tz) * 3600
    c8 = world.start + int((cr - world.start) // DAY) * DAY - tz * 3600
    lessons = [c8 + DAY * i + world.rng.choice((8, 9, 10, 13)) * 3600 for i in range(1, 5)]
    phone = world.hex_id()
    accounts = [
        world.person(
            "school_class", country=country, created=cr + world.rng.uniform(0, 240), ip=proxies, domain=domain,
            payment="none", phone=phone,
            client=("Mozilla/5.0 (CrOS) Chrome/128.0", "t13d1516h2_000000abc123_00000077aa10"), path="app",
            hours="student", kind="education",
        )
        for _ in range(k)
    ]

    def times(a, b):
        return [
            min(
                world.end - 5000,
                max(a.first + world.rng.uniform(0, 1500), world.rng.choice(lessons) + world.rng.uniform(0, 2400)),
            )
            for _ in range(b)
        ]

    world.run(
        accounts, requests,
        lambda a, t, b: world.converse(
            a, t,
            [
                text.style(
                    world.rng.choice(task) if world.rng.random() < 0.6 else text.task("chat", "edu", a.language),
                    a.style,
                )
            ]
            + [text.follow("edu") for _ in range(min(b, world.rng.randint(1, 4)) - 1)], family="explain",
        )[0],
        sigma=0.35, times=times,
    )


def study_groups(world, n, requests):
    """Non-English exam groups: shared exercise lists, 'explain step by step', phones, CGNAT, same weeks."""
    for k in world.groups(n, 20, 70):
        _one_study_groups(world, k, max(k, requests * k // n))


def _one_study_groups(world, k, requests):
    text = world.text
    country = world.rng.choice(("BR", "ID", "TR", "MX", "CN", "FR", "ES"))
    language = NATIVE[country]
    ex = [text.foreign(language) for _ in range(60)]
    lo, hi = a_stretch(world, 7)
    accounts = [
        world.person(
            "study_group", country=country, language=language, ip=[world.carrier(country), world.home(country)],
            client="mobile", path="app", hours="student", created=nearby(world, lo, 6), window=(lo, hi),
        )
        for _ in range(k)
    ]
    world.run(
        accounts, requests,
        lambda a, t, b: world.converse(
            a, t, [text.style(world.rng.choice(ex), a.style)]
            + [text.foreign(language) for _ in range(min(b, world.rng.choice((1, 1, 2, 3))) - 1)], family="explain",
        )[0],
        sigma=0.6,
    )


def uni_cluster(world, n, requests):
    """Research cluster: shared lab accounts, job arrays at full speed, one egress, corpora passes."""
    for k in world.groups(n, 4, 12):
        _one_uni_cluster(world, k, max(k, requests * k // n))


def _one_uni_cluster(world, k, requests):
    text = world.text
    country = world.country()[0]
    lines = [world.home(country)]
    domain = "lab." + text.word() + ".edu"
    client = world.client("py")
    templates = [text.template(world.rng.choice(("label", "sum", "sci", "grade"))) for _ in range(3)]
    d = world.rng.choice(TOPICS)
    pre = world.rng.choice(("", "", text.elicit_fixed()))
    accounts = [
        world.person(
            "uni_cluster", country=country, ip=lines, domain=domain, kind="research",
            payment="none" if world.rng.random() < 0.5 else "own", client=client, path="api", hours="flat",
        )
        for _ in range(k)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 0.0, 1024

    def session(a, t, b):
        p = world.rng.choice(templates)
        j = min(b, world.rng.randint(10, 120))
        r = world.rng.uniform(0.5, 6)
        for _ in range(j):
            world.converse(a, t, [pre + text.expand(p, d)], family="sum")
            t += world.rng.expovariate(1 / r)
        return j

    world.run(accounts, requests, session, sigma=1.0)


def eval_harness(world, n, requests, cot=True):
    """Many independent labs run the same public benchmark with the harness's step-by-step prompt."""
    text = world.text
    bench = [
        text.task(world.rng.choice(("math", "math", "code", "sci", "explain")))
        for _ in range(max(60, world.scaled(1400)))
    ]
    pre = "Solve the problem. Think step by step and finish with 'Answer: X'.\n\nProblem: "
    accounts = [
        world.person(
            "eval_harness", client=world.rng.choice(("py", "lite", "nb")), path="api",
            kind=world.rng.choice(("research", "startup", "individual", "education")), hours="flat",
            ip=[world.cloud()] if world.rng.random() < 0.5 else None,
        )
        for _ in range(n)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 0.0, world.rng.choice((1024, 2048, 2048, 2048))

    def session(a, t, b):
        j = min(b, world.rng.randint(40, 400))
        n_done = world.rng.randrange(len(bench)) if world.rng.random() < 0.5 else 0
        model = world.rng.choice(world.models)
        for i in range(j):
            world.converse(a, t, [pre + bench[(n_done + i) % len(bench)]], family="math", model=model)
            t += world.rng.expovariate(1 / 2.5)
        return j

    world.run(accounts, requests, session, sigma=0.9)
