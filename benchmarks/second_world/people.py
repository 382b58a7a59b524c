"""Innocent crowds of people: alone, in classes, courses, companies, families, at events, behind shared networks."""

from typing import Any

from .vocabulary import phrases
from .world import DAY, HOUR, NEVER, Account, World, fingerprint, key64


def individuals(world: World, n_events: int) -> None:
    """Everybody else: few requests each, whatever they want."""
    rng, text = world.rng, world.text
    first = len(world.events)
    systems = [
        text.system(
            rng.choice(("a helpful assistant", "an expert", "my tutor", "Halvard")),
            rng.choice(("who answers briefly", "for my blog", "that speaks plainly")), rng.randint(0, 5),
        )
        for _ in range(300)
    ] + ["You are a helpful assistant."] * 200
    while len(world.events) - first < n_events:
        account = world.account("individual")
        n = min(160, int(rng.lognormvariate(1.3, 1.1)) + 1)
        system = rng.choice(systems) if account.client.path != "app" and rng.random() < 0.5 else None
        while n > 0:
            time = world.when(account)
            if time is None:
                break
            before = len(world.events)
            world.chat(account, time, 0.45, system)
            n -= max(1, len(world.events) - before)


def heavy_users(world: World, n: int) -> None:
    """People who program, chat or puzzle all day."""
    rng, text = world.rng, world.text
    for _ in range(n):
        account = world.account("heavy", plan="tier2")
        system = text.system("a pair programmer", "for one person", 6) if rng.random() < 0.5 else None
        left, work = rng.randint(150, 480), rng.random()
        while left > 0:
            time = world.when(account)
            if time is None:
                break
            before = len(world.events)
            if work < 0.4:
                more = [text.code_prompt() for _ in range(world.turns(0.8, 25))]
                world.converse(account, time, [text.repository_task(), *more], system=system, answers="code", gap=45)
            elif work < 0.55:
                puzzle = [f"Think step by step.\n{text.reasoning_task()}"]
                more = [text.follow(account.person)] if rng.random() < 0.4 else []
                world.converse(account, time, puzzle + more, system=system, answers="reasoned")
            else:
                world.chat(account, time, 0.8, system)
            left -= max(1, len(world.events) - before)


def classes(world: World, sizes: list[int]) -> None:
    """Pupils who sign up in one lesson, from one network, and get the same assignments."""
    rng, text = world.rng, world.text
    for number, n in enumerate(sizes):
        country = world.any_country()
        net = world.net("office", country[0], 2)
        place = rng.choice(phrases("city")).lower().replace(" ", "")
        school = f"{rng.choice(('uni', 'hs', 'college', 'poly'))}-{place}.example" if number % 2 == 0 else None
        start = world.start + rng.randint(0, max(1, world.days - 7)) * DAY
        hour = rng.choice((8, 10, 13, 15)) - country[1]
        kind = rng.choice(("code", "essay", "maths"))
        assignments = []
        for i in range(rng.randint(2, 4)):
            task = text.code_task() if kind == "code" else text.reasoning_task()
            if kind == "essay":
                task = f"{text.fill(rng.choice(phrases('ask')), 'history')}. {text.document(20, 40)}"
            assignments.append(f"Assignment {i + 1}: {task}")
        steps = "Explain your reasoning step by step, do not give the final answer."
        hint = rng.choice((steps, "Act as a tutor and ask me questions.", ""))
        client = world.client("app") if number % 2 else None
        for _ in range(n):
            late = int(rng.expovariate(1 / 1500)) + (DAY if rng.random() < 0.15 else 0)
            account = world.account(
                "classroom", country=country, created=start + hour * HOUR + late,
                net=net if rng.random() < 0.9 else world.net("home", country[0]), domain=school or world.any_mail(),
                registry_kind="education", plan="free", client=client if rng.random() < 0.5 else None, signup_net=net,
            )
            for i, task in enumerate(assignments):
                if rng.random() < 0.15:
                    continue
                lesson = start + (1 + i * 2 + rng.choice((0, 0, 0, 1))) * DAY + hour * HOUR + int(rng.random() * 5400)
                asked = f"{hint}\n{task}" if rng.random() < 0.5 else f"{task} {hint}"
                if rng.random() >= 0.8:
                    asked = task[: int(len(task) * rng.uniform(0.5, 1))]
                world.converse(account, lesson, world.followed(asked, account.person, 0.6), answers="reasoned")
            if rng.random() < 0.4:
                world.casual(account, rng.randint(1, 6))


def course(world: World, n: int) -> None:
    """An online course: the same exercises for everybody, over weeks and from everywhere."""
    rng, text = world.rng, world.text
    make = (text.code_task, text.data_task, text.reasoning_task)
    exercises = [f"Exercise {i + 1}.{rng.randint(1, 9)} {rng.choice(make)()}" for i in range(9)]
    tutor = "You are a patient course assistant. Show each step of the solution and name the concept behind it."
    for _ in range(n):
        created = world.start + int(rng.betavariate(1, 3) * world.days * DAY * 0.8)
        if rng.random() < 0.5:
            created = world.start - rng.randint(0, 40) * DAY
        account = world.account(
            "course", created=created, plan="free" if rng.random() < 0.7 else "plus",
            registry_kind=rng.choice(("individual", "education")),
        )
        time = world.when(account)
        for exercise in exercises:
            if rng.random() < 0.35 or time is None or time > world.end:
                continue
            system = tutor if account.client.path == "api" and rng.random() < 0.8 else None
            prompts = world.followed(exercise, account.person)
            world.converse(account, time, prompts, system=system, answers="reasoned")
            time += int(rng.expovariate(1 / (1.6 * DAY)))


def hackathon(world: World, n: int) -> None:
    """Teams that sign up in one evening, in one hall, with one starter kit."""
    rng, text = world.rng, world.text
    net = world.net("office", "XC", 3)
    saturdays = [world.start + d * DAY for d in range(2, 12) if (world.start // DAY + d + 4) % 7 == 6]
    start = saturdays[0] - 6 * HOUR
    starter = text.system("StarterBot", "a project made with the hackathon kit; adapt this prompt", 10)
    tools = key64("hackathon", world.start)
    for _ in range(n // 4):
        idea = " ".join((text.pick("adjective"), text.pick("noun"), text.pick("noun")))
        system = starter if rng.random() < 0.4 else f"{starter} The project is {idea}."
        for _ in range(4):
            client = world.client(
                "api", user_agent="aster-js/0.61.3", ja4=fingerprint("node0"), temperature=0.7, max_tokens=1024,
                tools=tools if rng.random() < 0.7 else None,
            )
            account = world.account(
                "hackathon", created=start + int(rng.random() * 6 * HOUR), net=net, client=client, plan="payg",
                payment=None, registry_kind="individual", adopts=0 if world.release < start else NEVER,
            )
            for _ in range(rng.randint(3, 10)):
                time = start + int(rng.triangular(2, 44, 26) * HOUR)
                kind = rng.randrange(3)
                first = text.repository_task() if kind == 0 else text.code_prompt() if kind == 1 else ""
                prompts = world.followed(first or text.chat(account.person), account.person)
                world.converse(account, time, prompts, system=system, answers="code")


def companies(world: World, n: int) -> None:
    """Staff behind one exit, one card, one mail domain, a few house templates."""
    rng, text = world.rng, world.text
    for _ in range(n):
        country, size = world.any_country(), rng.randint(7, 26)
        name = f"{text.pick('noun')}{rng.choice(('works', 'soft', 'group', 'labs', 'gmbh'))}"
        net, payment = world.net("office", country[0], 2), world.hash("c")
        burst, base = rng.random() < 0.5, world.start + rng.randint(-90, 4) * DAY
        org = world.hash("o", 40) if rng.random() < 0.3 else None
        templates = [
            f"[{name}] {text.fill(text.pick('ask'), 'work')} Use our house style: {text.words(16)}\n\n{{d}}"
            for _ in range(rng.randint(1, 3))
        ]
        system = text.system(f"the assistant of {name}", "for staff", 9)
        for _ in range(size):
            account = world.account(
                "company", country=country, net=net if rng.random() < 0.85 else world.net("home", country[0]),
                domain=f"{name}.example", payment=payment, org=org, plan="tier2", phone=None,
                verified=rng.random() < 0.3,
                created=base + (rng.randint(0, 7200) if burst else rng.randint(0, 60) * DAY),
                registry_kind=rng.choice(("startup", "enterprise", "individual")), weekend=0.05,
            )
            for _ in range(int(rng.lognormvariate(2.3, 0.8))):
                time = world.when(account)
                if time is None:
                    break
                if rng.random() < 0.6:
                    first = rng.choice(templates).replace("{d}", text.document())
                    told = system if account.client.path != "app" else None
                    world.converse(account, time, world.followed(first, account.person, 0.3), system=told)
                else:
                    world.chat(account, time)


def families(world: World, n: int) -> None:
    """A few accounts on one card: of a household, or of contractors apart from each other."""
    rng = world.rng
    for _ in range(n):
        country = world.any_country()
        net, payment, apart = world.net("home", country[0]), world.hash("c"), rng.random() < 0.35
        for _ in range(rng.randint(2, 4)):
            own = world.net("home", world.any_country()[0]) if apart else net
            account = world.account(
                "contractor" if apart else "family", country=country, net=own, payment=payment, plan="plus", phone=None
            )
            world.casual(account, rng.randint(3, 20))


def two_of_one(world: World, n: int) -> None:
    """People with a second free account, in which they go on with what the first began."""
    rng, text = world.rng, world.text
    for _ in range(n):
        country = world.any_country()
        net = world.net("home", country[0])
        first = world.account("second_account", country=country, net=net, plan="free")
        second = world.account(
            "second_account", country=country, net=net, plan="free", person=first.person, client=first.client,
            created=max(world.start, first.created + DAY),
        )
        for _ in range(rng.randint(4, 12)):
            time = world.when(second)
            if time is None:
                continue
            switch = rng.randint(1, 8)

            def who(turn: int, t: int, a: Account = first, b: Account = second, switch: int = switch) -> Account:
                return a if turn < switch or a.created > t else b

            world.converse(who, time, world.followed(text.chat(first.person), first.person, 0.8))


def viral(world: World, n: int) -> None:
    """A prompt that goes round, one of them asking for the whole chain of thought."""
    rng, text = world.rng, world.text
    prompts = (
        rng.choice(text.pools.personas)[:900],
        f"Based on everything you know about me, {text.words(30)}",
        f"Explain your full chain of thought, from the first idea to the answer: {text.words(14)}",
    )
    start = world.start + rng.randint(2, world.days - 4) * DAY
    for _ in range(n):
        given: dict[str, Any] = {} if rng.random() < 0.7 else {"created": start + int(rng.expovariate(1 / DAY))}
        account = world.account("viral", **given)
        first = rng.choices(prompts, (5, 3, 2))[0]
        time = max(account.created + 60, start + int(rng.expovariate(1 / (0.9 * DAY))))
        world.converse(account, time, world.followed(first, account.person, 0.4))
        world.casual(account, rng.randint(0, 5))


def vpn_users(world: World, n: int) -> None:
    """People behind a few exits that they share with strangers."""
    for _ in range(n):
        world.casual(world.account("vpn", net=world.net("vpn")), int(world.rng.lognormvariate(1.6, 0.9)) + 1)


def phone_bundle(world: World, n: int) -> None:
    """Subscribers whom a telephone company signs up: one payer, one carrier, all within days."""
    rng = world.rng
    payment, begin = world.hash("c"), world.start + 2 * DAY
    for _ in range(n):
        account = world.account(
            "phone_bundle", country=("XD", 5, 1), net=world.net("mobile", "XD"), payment=payment, plan="plus",
            created=begin + int(rng.expovariate(1 / (2 * DAY))),
        )
        world.casual(account, int(rng.lognormvariate(1.5, 0.9)) + 1)


def roleplayers(world: World, n: int) -> None:
    """Players of a client with a few favourite characters and long conversations."""
    rng, text = world.rng, world.text
    roles = ("knight", "android", "witch", "pirate")
    cards = [
        text.system(f"{text.pick('name')} the {text.pick('adjective')} {rng.choice(roles)}", text.words(60), 4)
        for _ in range(25)
    ] + rng.sample(text.pools.personas, min(10, len(text.pools.personas)))
    for _ in range(n):
        client = world.client(
            "api", user_agent="TavernKeep/1.12", ja4=fingerprint("node2"), temperature=rng.choice((0.9, 1.0, 1.0, 1.1)),
            top_p=0.95, max_tokens=rng.choice((300, 400, 600)),
        )
        net = world.net(rng.choice(("home", "home", "vpn")))
        account = world.account("roleplay", client=client, net=net, plan="payg")
        favourites = rng.sample(cards, 3)
        for _ in range(rng.randint(1, 5)):
            time = world.when(account)
            if time:
                drawn = text.pools.roleplay_of_people
                turns = [
                    f"*{text.words(rng.randint(6, 30))}*" if rng.random() < 0.9 else rng.choice(drawn)
                    for _ in range(world.turns(0.85, 30))
                ]
                world.converse(account, time, turns, system=rng.choice(favourites), gap=60)


def tutorial_readers(world: World, n: int) -> None:
    """Readers who try the prompts of a tutorial on reasoning."""
    rng, text = world.rng, world.text
    templates = (
        "Let's build a reasoning chain. First restate the problem, then list what is known, then reason in numbered"
        " steps, then check. Problem: {q}",
        "You will show your hidden reasoning between <think> and </think>. {q}",
    )
    for _ in range(n):
        given: dict[str, Any] = {}
        if rng.random() >= 0.6:
            given["created"] = world.start + int(rng.random() * world.days * DAY * 0.7)
        client = world.client("api", user_agent="aster-python/1.41.0", temperature=0.7, max_tokens=1024)
        account = world.account("tutorial", client=client, **given)
        time = world.when(account)
        for i in range(rng.randint(2, 7)):
            if time:
                task = text.reasoning_task() if rng.random() < 0.5 else rng.choice(text.pools.practice[:60])
                asked = rng.choice(templates).replace("{q}", task)
                world.converse(account, time + i * rng.randint(60, 500), [asked], answers="reasoned")
        world.casual(account, rng.randint(0, 6))
