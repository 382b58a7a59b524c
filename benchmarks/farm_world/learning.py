"""Innocent crowds that learn, teach, compete and measure."""

from .networks import LANGUAGES
from .private import count


def bootcamp(world, n):
    """Bootcamp cohorts.

    Accounts made in two mornings with the school's voucher, one line by day, one exercise a day, same starter system
    prompt.
    """
    while n > 0:
        m = world.between(35, 90)
        ip = world.home_ip()
        payment = world.hex_id()
        day = int(world.random() * world.days * 0.4)
        system = world.words.long_system(
            700, world.words.expand("a patient tutor of the {nn} bootcamp; explain your reasoning step by step")
        )
        ver = world.pick(world.tools["pysdk"]["user_agents"])
        ja4 = world.pick(world.python)
        pupils = world.team(
            m, "bootcamp", created=lambda day=day: day + 0.35 + world.random() * 0.2 + world.between(0, 1),
            payment=payment, country=ip[2], persona="dev", signup_ip=ip[0], kind="education", rhythm="class",
            language="en",
        )
        client = world.client("pysdk", user_agent=ver, ja4=ja4, temperature=0.7, max_tokens=1024, system=system)
        for d in range(day + 1, world.days):
            if ((world.start // 86400) + d + 3) % 7 > 4:
                continue
            exercises = [world.words.task(world.pick(("code", "sql", "debug", "math"))) for _ in range(3)]
            for a in pupils:
                if world.random() < 0.35:
                    continue
                t = world.start + d * 86400 + (9.5 - a.zone + world.random() * 6) * 3600
                x = world.pick(exercises)
                q = world.words.voice(x, a.voice) if world.random() < 0.5 else x
                prompts = [q] + [world.words.expand("{follow}") for _ in range(world.between(0, 4))]
                world.converse(a, t, prompts, client, ips=[ip] if world.random() < 0.75 else a.ips)
                n -= len(prompts)
        for a in pupils:
            world.live(a, 4)
            n -= 4


def classroom(world, n):
    """University course or several school classes on one assignment, campus NAT, deadline."""
    while n > 0:
        m = world.between(40, 160)
        ip = [world.home_ip() for _ in range(2)]
        c = ip[0][2]
        language = LANGUAGES.get(c, "en")
        due = 3 + world.random() * (world.days - 3)
        questions = [
            world.words.task(world.pick(("math", "explain", "code", "trace", "quiz")), language)
            for _ in range(world.between(4, 12))
        ]
        domain = world.words.expand("{nn}").lower() + ".edu" if world.random() < 0.5 else None
        pupils = world.team(
            m, "classroom", country=c, persona="student", rhythm="student",
            kind="education" if domain else "individual", domain=domain,
            ips=lambda ip=ip, c=c: [world.pick(ip), world.pick(ip), world.home_ip(c)], language=language,
            created=lambda due=due: due - 3 + world.random() * 2 if world.random() < 0.3 else None,
        )
        for a, k in zip(pupils, world.split(m, min(n, m * 9), 0.7), strict=True):
            todo = world.rng.permutation(len(questions)).tolist()
            world.live(
                a, k, lo=max(0, due - 1 - world.rng.exponential(1.3)), hi=min(world.days, due),
                task=lambda questions=questions, todo=todo, language=language: (
                    questions[todo.pop()] if todo else world.persona_task("student", language)
                ),
                wrap=(lambda p: p) if world.random() < 0.5 else None,
            )
            n -= k


def hackathon(world, n):
    """People at one hackathon: fresh accounts, one line, one starter agent."""
    m = count(n, 22, 30)
    ip = world.home_ip()
    d = world.between(2, world.days - 4)
    payment = world.hex_id()
    system = world.words.long_system(1000, world.words.expand("the {nn} hackathon starter agent"))
    base = world.client(
        "nodesdk", system=system, temperature=0.7, max_tokens=2000, tools_key=world.words.rng.getrandbits(60),
        streamed=True,
    )
    for a, k in world.loads(
        world.team(
            m, "hackathon", created=lambda: d + world.random() * 0.4 if world.random() < 0.8 else None,
            payment=lambda: payment if world.random() < 0.8 else None, country=ip[2], persona="dev", rhythm="flat",
            signup_ip=ip[0], ips=lambda: [ip, ip, world.mobile_ip(ip[2])], language="en",
        ),
        n, 0.8,
    ):
        world.live(
            a, int(k * 0.7), lo=d + 0.3, hi=d + 2.3, c=base,
            task=lambda: world.words.task(world.pick(("agent", "role", "data", "code"))), mean=3,
        )
        world.live(a, int(k * 0.3), lo=d + 0.3, hi=d + 2.5)


def tutors(world, n):
    """Tutors of a tutoring marketplace: private accounts, the platform's worksheet and solution prompt."""
    m = count(n, 24, 30)
    pre = "Solve as for a pupil. Show every step and the reason for it, then a common mistake.\n\n"
    for a, k in world.loads(world.team(m, "tutor", persona="teacher", rhythm="evening"), n, 1.0):
        world.live(
            a, k, mean=1.6,
            task=lambda a=a: world.words.task(world.pick(("math", "explain", "quiz", "trace")), a.language),
            wrap=lambda p: pre + p if world.random() < 0.7 else p,
        )


def contest(world, n):
    """A data contest: one data set, one public starter notebook that calls the model as a judge, a deadline."""
    m = count(n, 45, 30)
    end = world.days * (0.5 + 0.45 * world.random())
    pre = world.words.expand(
        "You are judge no. {n2} of the {nn} challenge. Score the answer on {crit}, {crit} and "
        "{crit}. Give your reasoning first, then a number.\n\n"
    )
    items = [world.words.task("grade") for _ in range(400)]
    client = world.client("pysdk", temperature=0.0, max_tokens=512, system=None)
    for a, k in world.loads(
        world.team(
            m, "contest", persona="research",
            created=lambda: end - 8 + world.random() * 7 if world.random() < 0.4 else None,
        ),
        n, 1.0,
    ):
        world.live(
            a, k, lo=max(0, end - 8), hi=end, mean=1.1,
            c=dict(client, user_agent=world.pick(world.tools["pysdk"]["user_agents"]), ja4=world.pick(world.python)),
            task=lambda: world.pick(items), wrap=lambda p: pre + p,
        )


def social_sim(world, n):
    """A professor's group: twenty keys that play survey respondents, personas by grid, no org."""
    m = world.between(12, 28)
    payment = world.hex_id()
    exits = world.home_ip()
    client = world.client("pysdk", temperature=1.0, max_tokens=300)
    day = world.random() * 5
    domain = world.words.expand("{nn}").lower() + ".edu"
    team = world.team(
        m, "social_simulation", created=lambda: day + world.random() * 0.2, payment=payment, domain=domain,
        kind="research", ips=[exits], signup_ip=exits[0], tools=[client], rhythm="flat", country=exits[2],
    )
    questions = [
        world.words.expand("How much do you trust the {role}? Explain your reasoning, then answer 1-{n1}.")
        for _ in range(12)
    ]
    for a in team:
        world.live(
            a, n // m, lo=day + 1, hi=min(world.days, day + 9), mean=1.0, c=client, system=None,
            task=lambda: (
                world.words.expand("You are a {n2} year old {role} from {city} who likes {obj}. ")
                + world.pick(questions)
            ),
            wrap=lambda p: p,
        )


def eval_labs(world, n):
    """Labs that run the same public benchmark: step by step, temperature 0, many keys each."""
    labs = max(3, min(14, n // 900))
    suffix = "\nLet's think step by step and end with 'Answer:'."
    each = n // labs
    for _ in range(labs):
        m = world.between(1, 9)
        payment = world.hex_id()
        exits = world.datacenter_ip()
        domain = world.words.expand("{nn}").lower() + world.pick((".ac.uk", ".edu", ".ai", ".org"))
        client = world.client("pysdk", temperature=0.0, max_tokens=world.pick((512, 1024, 2048)), system=None)
        team = world.team(
            m, "eval_lab", payment=payment, domain=domain, kind=world.pick(("research", "startup", "individual")),
            ips=[exits], country=exits[2], org=world.random_id("org_", 8) if world.random() < 0.4 else None,
            tools=[client], created=lambda: -world.random() * 90,
        )
        runs = world.between(1, 3)
        items = world.rng.permutation(len(world.bench)).tolist()
        for _ in range(runs):
            t = world.seconds(world.random() * (world.days - 1))
            if world.random() < 0.4:
                t = world.seconds(world.release) + world.random() * 86400
            for i in items[: each // runs]:
                t += world.words.rng.expovariate(1 / (3 + world.random() * 6))
                world.converse(world.pick(team), t, [world.bench[i] + suffix], client)
