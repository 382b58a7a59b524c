"""Innocent crowds that write, translate and clean data for others."""

from .habits import a_stretch, nearby
from .surfaces import DAY
from .text import LANGUAGES, TOPICS


def agency(world, n, requests):
    """Copy agency: few cards, subcontractors on own addresses, client templates, night deadlines."""
    for k in world.groups(n, 6, 22):
        _one_agency(world, k, max(k, requests * k // n))


def _one_agency(world, k, requests):
    text = world.text
    cards = [world.hex_id(), world.hex_id()]
    brands = [(text.system(text.expand("copywriter for {product}", d), 6, d), d) for d in world.rng.sample(TOPICS, 4)]
    accounts = [
        world.person(
            "agency_subcontractor", payment=world.rng.choice(cards) if world.rng.random() < 0.75 else "own",
            client=world.rng.choice(("browser", "nocode", "py")), path="api",
            hours=world.rng.choice(("evening", "office", "night")), families=("write", "release", "sum"),
        )
        for _ in range(k)
    ]

    def session(a, t, b):
        system, d = world.rng.choice(brands)
        j = min(b, world.rng.randint(1, 5))
        return world.converse(
            a, t, [text.task("write", d)] + [text.follow(d) for _ in range(j - 1)], system=system, family="write"
        )[0]

    world.run(accounts, requests, session)


def localisation_team(world, n, requests):
    """Localisation contractors.

    String tables split without overlap, glossary system prompt, customer's card, all over the world.
    """
    for k in world.groups(n, 8, 30):
        _one_localisation_team(world, k, max(k, requests * k // n))


def _one_localisation_team(world, k, requests):
    text = world.text
    card = world.hex_id()
    system = text.system(text.expand("localiser for {product}; keep placeholders", "game"), 12, "game")
    lo, hi = a_stretch(world, world.rng.uniform(5, 12))
    accounts = [
        world.person(
            "localisation_team", payment=card if world.rng.random() < 0.7 else "own", created=nearby(world, lo),
            window=(lo, hi), client=world.rng.choice(("py", "nocode", "browser")), path="api", hours="office",
            domain=None, country=world.rng.choice(("ES", "DE", "FR", "BR", "ID", "TR", "PL", "JP")), language="en",
        )
        for _ in range(k)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 0.3, 1000
        a.habits["l"] = world.rng.choice(
            ("Spanish", "German", "French", "Portuguese", "Indonesian", "Turkish", "Polish", "Japanese")
        )
    n_done = [0]

    def session(a, t, b):
        j = min(b, world.rng.randint(3, 25))
        for _ in range(j):
            n_done[0] += 1
            world.converse(
                a, t,
                [
                    (
                        f"Translate to {a.habits['l']}. Key "
                        f'{a.habits["l"][:2].lower()}.{n_done[0]:05d}: "{text.expand("{sentence}", "game")}"\nGive '
                        "the translation and explain your choices briefly."
                    )
                ],
                system=system, family="tr",
            )
            t += world.rng.expovariate(1 / 45)
        return j

    world.run(accounts, requests, session, sigma=0.6)


def translators(world, n, requests):
    """Professional translators."""
    accounts = [
        world.person(
            "translator", client=world.rng.choice(("browser", "nocode", "py")), path="api", hours="office", style=0
        )
        for _ in range(n)
    ]
    world.run(
        accounts, requests,
        lambda a, t, b: world.converse(
            a, t,
            [
                f"Translate into {world.text.expand('{lname}', 'edu')}, keep the tone: "
                + (
                    world.text.task("sum", world.topic(a)).split("\n")[-1] if world.rng.random() < 0.5
                    else world.text.foreign(world.rng.choice(LANGUAGES))
                )
            ],
            family="sum",
        )[0],
    )


def newsletter_writers(world, n, requests):
    """Writers of weekly newsletters."""
    text = world.text
    wd = world.rng.randrange(7)
    tpl = text.expand(
        (
            "Turn the links and notes into an issue of my newsletter. {tone} tone, {num1} sections, "
            "one question for the readers.\n\nNotes: "
        ),
        "media",
    )
    accounts = [
        world.person(
            "newsletter_writer", client=world.rng.choice(("browser", "nocode")), families=("write", "sum"),
            hours="evening",
        )
        for _ in range(n)
    ]

    def times(a, b):
        return [
            t - ((int((t - world.start) // DAY) - wd) % 7) * DAY if world.rng.random() < 0.8 and t - 7 * DAY > a.first
            else t for t in map(float, world.times(a, b))
        ]

    world.run(
        accounts, requests,
        lambda a, t, b: world.converse(
            a, t, [(tpl if world.rng.random() < 0.4 else "") + text.task("sum", a.topics[0])]
            + [text.follow(a.topics[0]) for _ in range(min(b, 3) - 1)], family="write",
        )[0],
        sigma=0.8, times=times,
    )


def data_cleaning_crew(world, n, requests):
    """Gig crew on a customer's queue.

    Items without overlap, fixed guide prompt, new accounts, own homes; the hardest innocents.
    """
    for k in world.groups(n, 15, 60):
        _one_data_cleaning_crew(world, k, max(k, requests * k // n))


def _one_data_cleaning_crew(world, k, requests):
    text = world.text
    lo, hi = a_stretch(world, world.rng.uniform(4, 10))
    d = world.rng.choice(TOPICS)
    guide = text.expand("Guide {word} v{num1}: classify, correct and justify the record in {fmt}. ", d)
    card = world.hex_id() if world.rng.random() < 0.5 else "own"
    f = world.rng.choice(("label", "sql", "ticket"))
    templates = text.template(f)
    n_done = [0]
    accounts = [
        world.person(
            "data_cleaning_crew", created=nearby(world, lo, 1.5), window=(lo, hi), payment=card,
            country=world.rng.choice(("KE", "IN", "ID", "NG", "BR", "TR")),
            client=world.rng.choice(("browser", "py", "nocode")), path="api", hours="evening", language="en",
        )
        for _ in range(k)
    ]
    for a in accounts:
        a.temperature, a.max_tokens = 0.0, 512

    def session(a, t, b):
        j = min(b, world.rng.randint(4, 20))
        for _ in range(j):
            n_done[0] += 1
            world.converse(a, t, [f"{guide}Item {n_done[0]}: {text.expand(templates, d)}"], family="label", out=60)
            t += world.rng.expovariate(1 / 25)
        return j

    world.run(accounts, requests, session, sigma=0.45)
