"""Innocent crowds that learn, teach and measure."""

from .networks import ZONES, mixed_network
from .shared import PUBLIC, bench, count, heavy, volume


def uni_harness(world, size):
    """Labs of several universities share one harness; inside a lab students split the public list without overlap."""
    text = world.text
    template = "Question: {q}\n\nLet's think step by step and put the final answer in \\boxed{}."
    user_agent = "eval-hub/0.4.3"
    client = [
        world.client("py", 0.0, 1.0, 2048, user_agent=user_agent, ja4=world.ja4s["py"][0]),
        world.client("py", 0.7, 0.95, 4096, user_agent=user_agent, ja4=world.ja4s["py"][0]),
    ]
    for _ in range(count(world, size, 9, 4)):
        country = world.country()
        net = world.fixed(2, country)
        m = world.rng.randint(3, 10)
        domain = "".join(text("sy") for _ in range(2)) + ".edu"
        card = world.card() if world.random() < 0.6 else None
        d0 = world.random() * world.days * 0.7
        benchmark = world.rng.choice(PUBLIC)
        b = bench(world, *benchmark)
        c = world.rng.choice(client)
        accounts = [
            world.account(
                "uni_harness", country=country, kind="education" if world.random() < 0.7 else "research", domain=domain,
                payment=card if card else "own", net=net,
                created=(d0 - world.random() * 4) * 86400 if world.random() < 0.5 else None,
            )
            for _ in range(m)
        ]
        k = volume(world, 300)
        idx = world.rng.sample(range(len(b)), min(k, len(b)))
        for j, i in enumerate(idx):  # sharded
            a = accounts[j % m]
            t = (d0 + world.random() * 2.2) * 86400
            for q in range(world.rng.choice([1, 1, 1, 4])):
                world.converse(
                    t + q * 3, a, c, None, [template.replace("{q}", b[i])], net, 600, session=False,
                    model=world.model(t, "new"),
                )
        for a in accounts:
            world.chat(a, heavy(world, 1.5, 1, 60), "student", country, world.client("app"), net, text.new_voice())


def benchmark_fan(world, size):
    """Hobbyists run the same lists at each release."""
    rel = [d for _, d in world.models if d > 0] or [world.days * 0.4]
    for _ in range(count(world, size, 45)):
        country = world.country()
        net = world.person_network(country)
        a = world.account("benchmark_fan", country=country, net=net, payment="yes")
        c = world.client("py", 0.0, None, 2048)
        b = bench(world, *world.rng.choice(PUBLIC))
        for d in rel:
            t = (d + world.rng.expovariate(1.2)) * 86400
            for q in world.rng.sample(b, min(len(b), volume(world, 30))):
                t += 4 + world.random() * 9
                world.converse(
                    t, a, c, "You are a careful solver." if world.random() < 0.5 else None,
                    [q + " " + "Think step by step."], net, 500, session=False, model=world.model(t, "new"),
                )


def tutoring_co(world, size):
    """Tutors with personal accounts, the company's worksheet, one card, full reasoning wanted."""
    text = world.text
    for _ in range(2):
        country = world.rng.choice(["IN", "PH", "KR", "PL", "GB"])
        card = world.card()
        domain = world.firm()
        template = (
            "Worked solution for pupil sheet {i}. Show the full reasoning at every step so that the "
            "pupil can follow it, then state the answer.\nExercise: {q}"
        )
        b = bench(world, "sheet" + domain, 400)
        for _ in range(count(world, size, 45)):
            net = world.person_network(country)
            a = world.account(
                "tutoring_co", country=country, net=net, domain=domain if world.random() < 0.3 else None,
                payment=card if world.random() < 0.7 else "own",
                created=-world.random() * 60 * 86400 if world.random() < 0.6 else None,
            )
            client = world.client("app")
            voice = text.new_voice()
            world.chat(
                a, heavy(world, 2.9, 0.5, 90), "evening", country, client, net, (0, 0, 0, 0, 0.02),
                family=lambda world, template=template, b=b: template.replace(
                    "{i}", str(world.rng.randint(1, 60))
                ).replace("{q}", world.rng.choice(b)),
                mean=1.25, out=600,
            )
            world.chat(a, heavy(world, 1.3, 0.8, 30), "mixed", country, client, net, voice)


def mooc_cohort(world, size):
    """Weekly assignments, peer grading by a rubric, sign-ups when the course starts."""
    text = world.text
    d0 = world.days * 0.08
    rubric = (
        "You are a peer grader. Rubric: correctness 0-4, reasoning 0-4, style 0-2. Explain each mark "
        "step by step, then output JSON.\nSubmission:\n"
    )
    sys_ = text.agent_prompt("CourseMate", 9)
    for _ in range(count(world, size, 260)):
        country = world.country()
        net = world.person_network(country)
        a = world.account(
            "mooc_cohort", country=country, net=net, kind="education" if world.random() < 0.3 else "individual",
            created=(d0 + world.rng.gauss(0, 0.8)) * 86400 if world.random() < 0.7 else None,
        )
        voice = text.new_voice()
        client = world.client("py", 0.2, None, 1500, user_agent=None) if world.random() < 0.5 else world.client("app")
        for wk in range(int(world.days // 7)):
            if world.random() < 0.75**wk + 0.1:
                due = d0 + wk * 7 + 6
                b = bench(world, f"mooc{wk}", 6, "t_code")
                for t in due - world.numpy.exponential(1.2, 1 + int(world.random() * 4)):
                    world.converse(
                        float(t) * 86400, a, client, sys_ if world.random() < 0.6 else None,
                        [world.rng.choice(b) + (" " + text("follow") if world.random() < 0.5 else "")]
                        + [text.voice(text("follow"), voice)] * (world.random() < 0.5), net,
                    )
                if world.random() < 0.6:
                    world.converse((due + 1 + world.random()) * 86400, a, client, None, [rubric + text.code()], net)


def kaggle_comp(world, size):
    """Competitors share a starter notebook; rows of one data set; a rush before the deadline."""
    text = world.text
    rows = [text("table")[0:400] for _ in range(600)]
    template = "You are given a row of the competition data. Reason about the label, then answer with 0 or 1.\n"
    cl0 = world.client("py", 0.0, None, 256, user_agent="hlm-python/0.61.0 starter-nb", ja4=world.ja4s["py"][1])
    dl = world.days * 0.8
    for _ in range(count(world, size, 110)):
        country = world.country()
        net = world.person_network(country) if world.random() < 0.4 else world.fixed(1)
        a = world.account(
            "kaggle_comp", country=country, net=net,
            created=(dl - world.rng.expovariate(0.2)) * 86400 if world.random() < 0.5 else None,
        )
        team = (
            template if world.random() < 0.6
            else template.replace(
                "Reason about", world.rng.choice(["Think step by step about", "Weigh the evidence for", "Explain"])
            )
        )
        for t in dl - world.numpy.exponential(world.days * 0.12, heavy(world, 2.8, 0.9, 200)):
            world.converse(
                float(t) * 86400, a, cl0 if world.random() < 0.6 else world.client("py", 0.0, None, 256), None,
                [team + world.rng.choice(rows)], net, 60, session=False,
            )


def hackathon(world, size):
    """Two hackathons: fresh accounts, one line, one starter kit."""
    for _ in range(2):
        text = world.text
        country = world.country()
        net = world.fixed(2, country)
        d0 = (5 - world.first_weekday) % 7 + 7 * world.rng.randrange(max(1, int(world.days // 7)))
        d0 = min(d0, world.days - 3)
        system = text.agent_prompt("StarterKit", 8)
        client = world.client("py", 0.7, None, 1024)
        for _ in range(count(world, size, 90)):
            a = world.account(
                "hackathon", country=country, net=net, created=(d0 + world.random() * 0.4) * 86400, payment=None
            )
            for t in d0 + 0.2 + world.numpy.random(heavy(world, 2.5, 0.7, 80)) * 1.6:
                world.converse(
                    float(t) * 86400, a, client, system,
                    [text("t_code") if world.random() < 0.5 else "ping" if world.random() < 0.2 else text.task()]
                    + [text("follow")] * int(world.random() * 3), net,
                )


def classroom(world, size):
    """Several classes of a school on one sheet, one lesson after another."""
    for _ in range(count(world, size, 5, 2)):
        text = world.text
        country = world.country()
        net = world.fixed(1, country)
        domain = "".join(text("sy") for _ in range(3)) + ".sch"
        template = world.rng.choice(
            ["Explain your reasoning step by step: ", "Task 3b) ", "", "I have to do this for class: "]
        )
        for k in range(world.rng.randint(2, 5)):
            d = world.rng.randrange(int(world.days))
            d += (7 - (world.first_weekday + d) % 7) % 7 if (world.first_weekday + d) % 7 >= 5 else 0
            t0 = (d + (world.rng.randint(8, 13) - ZONES[country]) / 24) * 86400
            b = bench(world, domain + str(k % 2), 5, world.rng.choice(["math", "t_explain", "t_law"]))
            for _ in range(world.rng.randint(14, 28)):
                a = world.account(
                    "classroom", country=country, net=net, domain=domain if world.random() < 0.6 else None,
                    payment=None, phone=None, kind="education",
                    created=t0 - (world.random() * 1800 if world.random() < 0.5 else world.random() * 40 * 86400),
                )
                voice = text.new_voice()
                for q in b[: world.rng.randint(1, 5)]:
                    world.converse(
                        t0 + world.random() * 2600, a, world.client("app"), None,
                        [template + (q if world.random() < 0.7 else text.voice(q, voice))]
                        + [text.voice(text("follow"), voice) for _ in range(int(world.random() * 3))], net, gap=90,
                    )


def cot_reading_group(world, size):
    """A paper on faithful reasoning is reproduced by twelve small groups.

    Asks for full traces, public lists, fresh accounts.
    """
    text = world.text
    d0 = world.days * 0.3
    system = "Before answering, output your complete reasoning inside <reasoning> tags. Do not summarise."
    for _ in range(count(world, size, 12, 4)):
        country = world.country()
        net = world.fixed(1, country)
        b = bench(world, *world.rng.choice(PUBLIC[:3]))
        client = world.client("py", 0.7, None, 4096, user_agent="faithfulness-repro/0.1", ja4=world.ja4s["py"][0])
        for _ in range(world.rng.randint(1, 4)):
            a = world.account(
                "cot_reading_group", country=country, kind=world.rng.choice(["research", "education", "individual"]),
                net=net, created=(d0 - world.random() * 3) * 86400 if world.random() < 0.6 else None,
            )
            for t, q in zip(
                world.times(volume(world, 40), "mixed", ZONES[country], d0, d0 + 8),
                world.rng.sample(b, min(len(b), 300)), strict=False,
            ):
                world.converse(
                    float(t), a, client, system, [q]
                    + (
                        ["Now I changed your step 2. Continue from there. " + text("sent")] if world.random() < 0.3
                        else []
                    ),
                    net, 900, session=False, model=world.model(t, "new"),
                )
            world.chat(a, heavy(world, 1.5, 0.8, 30), "mixed", country, world.client("app"), net, text.new_voice())


def research_annotators(world, size):
    """A university pays students to write hard questions and keep the answers for a human study (not training).

    Innocent twin of hired typists.
    """
    text = world.text
    country = world.country()
    for _ in range(count(world, size, 45)):
        net = mixed_network(world, [world.fixed(1, country), world.person_network(country)], 0.3)
        a = world.account(
            "research_annotators", country=country, kind="education", net=net,
            created=(world.days * 0.2 + world.rng.gauss(0, 1)) * 86400,
        )
        voice = text.new_voice()
        world.chat(
            a, heavy(world, 3.2, 0.3, 60), "student", country, world.client("app"), net, voice, d0=world.days * 0.2,
            family=lambda world: (
                world.text.task(world.rng.choice(["math", "logic", "t_law", "t_med"]))
                + (" " + world.text.elicit(1) if world.random() < 0.5 else "")
            ),
            mean=1.5,
        )
