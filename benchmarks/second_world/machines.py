"""Innocent crowds behind programs: tools, evaluations, key rotation, resellers, jobs, products, batches."""

from .vocabulary import phrases, topics
from .world import DAY, HOUR, NEW_MODEL, Account, Client, Rhythm, World, fingerprint, key64


def tool_users(
    world: World, kind: str, n: int, *, typical: float, most: int, systems: list[str], tools: int, user_agent: str,
    spread: float = 1.0, data: bool = False,
) -> None:
    """Users of a tool that brings its own system prompt, tools and parameters; it is updated on the way."""
    rng, text = world.rng, world.text
    for _ in range(n):
        client = world.client(
            "api", user_agent=user_agent + rng.choice(("1.0", "1.1", "1.1", "1.2")), ja4=fingerprint(user_agent),
            temperature=rng.choice((0.0, 0.0, 0.2, 1.0)) if rng.random() < 0.3 else 0.0, max_tokens=8192, tools=tools,
            stream=True, top_p=None,
        )
        net = world.net(rng.choices(("home", "office", "cloud", "vpn"), (65, 20, 9, 6))[0])
        account = world.account(kind, client=client, plan=rng.choice(("payg", "plus", "tier2")), net=net)
        left = min(most * 6, max(1, int(typical * rng.lognormvariate(0.2, spread))))
        updates, repository = rng.random() * world.days, text.pick("noun") + text.pick("noun")
        while left > 0:
            time = world.when(account)
            if time is None:
                break
            system = systems[min(len(systems) - 1, int((time - world.start) / DAY > updates))]
            if rng.random() >= 0.7:
                system += f"\nWorkspace: /home/{text.pick('name').lower()}/{repository}"
            before = len(world.events)
            first = text.repository_task()
            if data:
                first = text.data_task() if rng.random() < 0.5 else text.fill(text.pick("document"))
            turns = [first, *(text.tool_result() for _ in range(world.turns(0.72, 22) - 1))]
            world.converse(
                account, time, turns, system=system, answers=("tool", "tool", "code"), gap=14, gap_spread=1.0
            )
            left -= max(1, len(world.events) - before)


def evaluators(world: World, labs: int, fewest: int = 350, most: int = 700) -> None:
    """Laboratories that run a public exam, each question once, from one or two accounts."""
    rng, text = world.rng, world.text
    templates = (
        "Question: {q}\nAnswer: Let's think step by step.",
        "Solve the problem. Put the final number after ####.\n\n{q}",
        "Q: {q}\nA:",
    )
    told = "You are taking a test. Reason step by step and finish with the final answer."
    for _ in range(labs):
        country, org = world.any_country(), world.hash("o", 40) if rng.random() < 0.5 else None
        payment, net, n = world.hash("c", 44), world.net("cloud", n=2), 1 if rng.random() < 0.65 else 2
        client = world.client(
            "api", user_agent="aster-python/1.44.1", ja4=fingerprint("py2"), temperature=0.0, max_tokens=1024
        )
        accounts = [
            world.account(
                "evaluator", country=country, net=net, registry_kind="research", org=org, payment=payment, plan="tier2",
                domain=f"lab{rng.randrange(99)}.example", client=client,
            )
            for _ in range(n)
        ]
        template = templates[0] if rng.random() < 0.6 else rng.choice(templates)
        exam = text.pools.exam
        size = min(rng.randint(fewest, most), len(exam))
        questions = exam[:size] if rng.random() < 0.6 else rng.sample(exam, size)
        for _ in range(1 if rng.random() < 0.8 else 2):
            time = world.start + rng.random() * (world.days - 1.5) * DAY
            for i, question in enumerate(questions):
                time += rng.expovariate(1 / 20)
                model = NEW_MODEL if time > world.release and rng.random() < 0.9 else "aster-4"
                system = told if template != templates[2] else None
                world.converse(
                    accounts[i * n // len(questions)], time, [template.replace("{q}", question)], system=system,
                    answers="reasoned", model=model, session="",
                )
        for account in accounts:
            world.casual(account, rng.randint(0, 15))


def key_rotation(world: World, n: int) -> None:
    """Companies that rotate over their own accounts, also within a conversation."""
    rng, text = world.rng, world.text
    for _ in range(n):
        country, org, payment = world.any_country(), world.hash("o", 40), world.hash("c")
        net, client, verified = world.net("cloud"), world.client("api"), rng.random() < 0.5
        accounts = [
            world.account(
                "key_rotation", country=country, org=org, payment=payment, net=net, client=client, plan="tier2",
                verified=verified, domain=f"{text.pick('noun')}hq.example", registry_kind="startup",
            )
            for _ in range(rng.randint(3, 8))
        ]
        system, person = text.system(text.pick("name"), "the assistant inside a product", 11), text.persona()
        for _ in range(rng.randint(60, 140)):
            first = rng.choice(accounts)
            time = world.when(first)
            if time is None:
                continue

            def who(turn: int, t: int, first: Account = first, accounts: list[Account] = accounts) -> Account:
                return rng.choice(accounts) if rng.random() < 0.5 else first

            prompts = world.followed(text.chat(person), person, 0.55)
            world.converse(who, time, prompts, system=system, client=client)


def resellers(world: World, n: int, requests: int) -> None:
    """Contracted resellers who pass their customers' requests through four accounts each."""
    rng, text = world.rng, world.text
    for number in range(n):
        org, net, payment = world.hash("o", 40), world.net("cloud", n=6), world.hash("c")
        client = world.client("api", temperature=None, top_p=None, max_tokens=4096)
        accounts = [
            world.account(
                "reseller", org=org if number % 3 else None, net=net, client=client, access_type="passthrough",
                verified=True, plan="tier2", registry_kind="enterprise", payment=payment, domain=f"hub{number}.example",
                created=world.start - 100 * DAY,
            )
            for _ in range(4)
        ]
        people = [text.persona() for _ in range(300)]
        rhythm = Rhythm(peak=15, spread=5, weekend=0.9, zone=rng.randint(-6, 8))
        for _ in range(requests * 2):
            person, first = rng.choice(people), rng.choice(accounts)
            system = None if rng.random() < 0.6 else text.system("a bot", "of some customer", 3)
            any_turn = rng.random() < 0.5

            def who(
                turn: int, t: int, first: Account = first, accounts: list[Account] = accounts, any_turn: bool = any_turn
            ) -> Account:
                return rng.choice(accounts) if any_turn else first

            world.converse(
                who, world.when(rhythm) or world.start, world.followed(text.chat(person), person), system=system,
                key=f"k-eu{rng.randrange(300)}",
            )


def permitted_synthesis(world: World, requests: int) -> None:
    """A verified partner who may generate training data."""
    rng, text = world.rng, world.text
    org, net, payment = world.hash("o", 40), world.net("cloud", n=3), world.hash("c")
    client = world.client("api", temperature=1.0, max_tokens=2048)
    accounts = [
        world.account(
            "permitted_synthesis", org=org, net=net, client=client, verified=True, plan="tier2",
            registry_kind="enterprise", payment=payment, domain="synthdata-partner.example",
            created=world.start - 60 * DAY,
        )
        for _ in range(6)
    ]
    for i in range(requests * 6):
        topic = rng.choice(topics())
        about = f"{rng.choice(phrases(f'thing.{topic}'))} {rng.choice(phrases(f'case.{topic}'))}"
        prompt = (
            f"Generate {rng.choice((3, 5, 10))} customer questions about {about} with a careful worked answer each."
            f" Persona: {text.pick('name')} from {text.pick('city')}. Return JSON."
        )
        world.converse(
            accounts[i % 6], world.start + rng.random() * world.days * DAY, [prompt], session="",
            system="You produce licensed training examples for a support model. Be diverse.",
        )


def scheduled_jobs(world: World, n: int) -> None:
    """Jobs that send one template on the hour, many from shared serverless addresses."""
    rng, text = world.rng, world.text
    templates = (
        "Classify the log lines by severity:\n{d}", "Summarise the news of the hour: {d}",
        "Is the service healthy? metrics: {d}", "Write the daily digest from: {d}",
    )
    for _ in range(n):
        account = world.account(
            "scheduled_job", net=world.net(rng.choice(("cloud", "serverless", "serverless"))), plan="payg",
            client=world.client("api", temperature=0.0), created=world.start - rng.randint(3, 300) * DAY,
        )
        system = text.system("a job", text.words(8), 3)
        period = rng.choice((HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, DAY // 2))
        template = f"{rng.choice(templates)} #{text.pick('noun')}"
        time = world.start + rng.choice((0, 0, 300, 900, rng.randrange(HOUR)))
        while time < world.end and rng.random() < 0.995:
            prompt = template.replace("{d}", text.document(12, 40))
            world.converse(account, time + rng.randrange(4), [prompt], system=system, session="")
            time += period


def continuous_integration(world: World, n: int) -> None:
    """Users of one reviewing action, whose prompt asks for step-by-step thought."""
    rng, text = world.rng, world.text
    system = "You are PRLantern, an automatic reviewer of pull requests. " + " ".join(phrases("rule")[:9])
    for _ in range(n):
        client = world.client(
            "api", user_agent="prlantern-action/2", ja4=fingerprint("node1"), temperature=0.2, max_tokens=1500
        )
        account = world.account("ci_action", net=world.net("serverless"), client=client, plan="payg")
        for _ in range(int(rng.lognormvariate(2.6, 0.8))):
            time = world.when(account)
            if time is None:
                break
            ask = "Review this diff. Think through each hunk step by step before the verdict."
            prompt = f"{ask}\n--- a/{text.identifier()}\n+++ b\n{text.snippet()}"
            world.converse(account, time, [prompt], system=system, answers="code", session="")


def translators(world: World, n: int) -> None:
    """Translators with one popular program, and an agency of eight on one card."""
    rng, text = world.rng, world.text
    system = "You are a professional translator. Keep tags and placeholders. Output only the translation."

    def program() -> Client:
        return world.client("api", user_agent="CatPilot/3.4", ja4=fingerprint("okhttp"), temperature=0.3)

    def work(account: Account, segments: int, language: str) -> None:
        for _ in range(segments):
            time = world.when(account)
            if time is None:
                return
            prompt = f"Translate the following segment into {language}:\n{text.document(10, 45)}"
            world.converse(account, time, [prompt], system=system, session="")

    for _ in range(n):
        account = world.account("translator", plan="payg", client=program() if rng.random() < 0.6 else None)
        language = rng.choice(("German", "French", "Polish", "Japanese", "Korean", "Czech"))
        work(account, int(rng.lognormvariate(3.1, 0.7)), language)
    net, payment = world.net("office", "XI", 1), world.hash("c")
    for _ in range(8):
        account = world.account(
            "agency", country=("XI", 1, 1), net=net, payment=payment, plan="tier2", domain="przeklad.example",
            client=program(), org=None,
        )
        work(account, rng.randint(60, 110), "Polish")


def balanced_startup(world: World, kind: str, n: int, requests: int, *, verified: bool) -> None:
    """A product that balances its users over the accounts of its one organisation."""
    rng, text = world.rng, world.text
    org, payment, net = world.hash("o", 40), world.hash("c"), world.net("cloud", n=3)
    client = world.client("api", temperature=0.4, max_tokens=1200)
    accounts = [
        world.account(
            kind, org=org, net=net, client=client, verified=verified, plan="tier2", registry_kind="startup",
            payment=payment, domain="loadly.example", created=world.start - 20 * DAY + i * 40,
        )
        for i in range(n)
    ]
    system = text.system("Quillo", "the writing coach of the Quillo app", 12)
    people, rhythm, turn_of = [text.persona() for _ in range(400)], Rhythm(peak=17, spread=5, weekend=1), [0]

    def who(turn: int, t: int) -> Account:
        turn_of[0] += 1
        return accounts[turn_of[0] % n]

    for _ in range(n * requests // 2):
        person = rng.choice(people)
        prompts = world.followed(text.chat(person), person)
        world.converse(who, world.when(rhythm) or world.start, prompts, system=system, client=client)


def labellers(world: World, n: int, requests: int) -> None:
    """Batches of one labelling template."""
    rng, text = world.rng, world.text
    for _ in range(n):
        client = world.client("api", temperature=0.0, max_tokens=16)
        account = world.account(
            "labeller", net=world.net("cloud"), plan="tier2", client=client, registry_kind="startup"
        )
        labels = ", ".join(rng.sample(phrases("noun"), 5))
        for _ in range(3):
            time = world.start + rng.random() * (world.days - 1) * DAY
            for _ in range(requests // 3):
                time += rng.expovariate(1 / 6)
                prompt = f"Label the ticket as {labels}. Ticket:\n{text.document(8, 30)}\nLabel:"
                world.converse(account, time, [prompt], answers="label", session="")


def judges(world: World, n: int) -> None:
    """Users of one evaluation kit, who let the model grade their own answers."""
    rng, text = world.rng, world.text
    system = (
        "You are an impartial judge. Rate the answer on a scale of 1 to 10 for accuracy, helpfulness and style."
        " Explain before you give the number."
    )
    for _ in range(n):
        client = world.client(
            "api", user_agent="evalkit/0.14", ja4=fingerprint("py2"), temperature=0.0, max_tokens=512
        )
        account = world.account(
            "judge_kit", plan="tier2", client=client, net=world.net("cloud"),
            registry_kind=rng.choice(("research", "startup", "individual")),
        )
        questions = [text.chat(text.persona()) for _ in range(12)]
        for _ in range(rng.randint(1, 4)):
            time = world.start + rng.random() * (world.days - 0.5) * DAY
            for _ in range(int(rng.lognormvariate(3.7, 0.7))):
                time += rng.expovariate(1 / 9)
                prompt = f"[Question]\n{rng.choice(questions)}\n[Answer]\n{text.document()}\n[End]"
                world.converse(account, time, [prompt], system=system, answers="grade", session="")


def applications(world: World, n: int, requests: int) -> None:
    """Products of verified companies, each with many users behind one account."""
    rng, text = world.rng, world.text
    for _ in range(n):
        account = world.account(
            "application", net=world.net("cloud", n=5), plan="tier2", registry_kind="enterprise", verified=True,
            client=world.client("api"), peak=15, spread=5.0,
        )
        system = text.system(text.pick("name"), f"the voice assistant of {text.words(5)}", 13)
        for _ in range(requests * 2 // 3):
            time = world.when(account)
            if time:
                turns = [rng.choice(text.pools.utterances) for _ in range(world.turns(0.35))]
                world.converse(account, time, turns, system=system)


def popular_agent(world: World) -> None:
    """Name the coding agent that everybody, operators too, may use."""
    role = "an open source coding agent that works in the terminal of the user"
    world.popular.systems = [world.text.system("Forgehand", role, 24) for _ in range(2)]
    world.popular.tools = key64("forgehand", 3)
