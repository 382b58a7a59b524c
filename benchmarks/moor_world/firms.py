"""Innocent businesses: firms, laboratories, resellers, labellers, apps, machines."""

import random

from .places import BUILDS, HOSTS
from .text import ABROAD, AGENTS, KINDS, WORDS, any_task, fill, house_form, house_system, task
from .world import HOUR, Moor

ZONES = [-6, 1, 8]
"""where the users of an app are awake"""
BENCHMARK = 150
"""tasks of the public benchmark"""
BENCHED = "Question: {q}\nLet's think step by step. End with 'Answer:'."
LICENSED = ["Write out your full reasoning, then the answer.\n{x}", "Generate a training example with a rationale. Seed: {x}"]
ANNOTATOR = "You are an annotator for {firm}. Rubric v{d}: accuracy, tone, safety, 1 to 5. JSON only.\n{x}"
NIGHTLY = ["Summarise the alerts since the last run:\n{para}", "Review this diff:\n{snippet}", "Nightly check of {fn}. Log:\n{para}"]


def company(w: Moor, number: int) -> None:
    """A firm: one card, domain, address, client and system prompt, office hours."""
    r = w.r
    organisation, card, addresses = w.organisation(), w.id(), [w.address()]
    domain = f"{r.choice(WORDS['firm']).split()[0].lower()}-{w.id(3)}.com"
    system, forms, likes, client = house_system(r), [house_form(r) for _ in range(3)], r.sample(KINDS, 3), r.choice(BUILDS)
    signed = r.random() < 0.6
    path = r.choice(["api", "api", "api", "bedrock", "vertex"])
    model = r.choice(["orca-2", "orca-2-mini"])
    for _ in range(number):
        a = w.account(
            "company", path=path, kind="enterprise" if signed else "startup", org_id=organisation, verified=signed, payment_hash=card,
            email_domain=domain, addresses=addresses, client=client, plan="team",
        )
        a.model, a.temperature = model, 0.2
        for _ in range(r.randint(4, 40)):
            when = w.when(a.hours_east, office=True)
            w.chat(a, when, [fill(r, r.choice(forms), x=any_task(r, likes)) for _ in range(r.choice([1, 1, 2, 3]))], system=system)


def harness(w: Moor, number: int) -> None:
    """Laboratories that run the same public benchmark."""
    r = w.r
    benchmark = [
        fill(r, BENCHED, q=task(random.Random(f"bench{row}"), r.choice(["math", "math", "code"]), plain=True)) for row in range(BENCHMARK)
    ]
    while number > 0:
        size = min(number, r.randint(1, 4))
        number -= size
        organisation, card, network = w.organisation(), w.id(), w.network(among=HOSTS)
        start = w.when(high=w.end - 24 * HOUR)
        for _ in range(size):
            a = w.account(
                "eval harness", kind=r.choice(["research", "research", "startup", "education"]), org_id=organisation, payment_hash=card,
                addresses=[w.address(network)], client=BUILDS[r.choice([1, 2, 5])], verified=r.random() < 0.3,
                email_domain=f"lab{organisation[-4:]}.org",
            )
            a.temperature, a.max_tokens = 0, 2048
            when = start + r.uniform(0, HOUR)
            for prompt in r.sample(benchmark, r.randint(60, 150)):
                w.ask(a, when, prompt)
                when += r.expovariate(1 / 20)


def rotator(w: Moor, number: int) -> None:
    """One customer, many accounts or keys; a conversation goes on from another of its own accounts."""
    r = w.r
    organisation, card, addresses = w.organisation(), w.id(), [w.address(among=HOSTS) for _ in range(3)]
    client = r.choice(BUILDS)
    system = house_system(r)
    likes = r.sample(KINDS, 3)
    own = [
        w.account(
            "key rotation", kind="startup", org_id=organisation, payment_hash=card, addresses=addresses, client=client,
            verified=r.random() < 0.5, email_domain=f"app{organisation[-4:]}.io", created=w.start - r.uniform(20, 200) * 24 * HOUR,
        )
        for _ in range(number)
    ]
    for a in own:
        a.temperature = 0.7
    for _ in range(number * 18):
        when = w.when(r.choice(ZONES))
        w.chat(lambda: r.choice(own), when, [any_task(r, likes) for _ in range(r.randint(1, 6))], system=system)


def reseller(w: Moor, number: int) -> None:
    """A reseller under contract: all kinds of users pass through."""
    r = w.r
    organisation, card, network = w.organisation(), w.id(), w.network(among=HOSTS)
    client = r.choice(BUILDS)
    for _ in range(number):
        a = w.account(
            "reseller", kind="enterprise", org_id=organisation, verified=True, access_type="passthrough", payment_hash=card,
            addresses=[w.address(network) for _ in range(3)], client=client, plan="contract", email_domain=f"hub{organisation[-4:]}.ai",
        )
        for _ in range(r.randint(60, 160)):
            when = w.when(r.choice(ZONES))
            prompts = [any_task(r, KINDS, ["en", "en", "en", *ABROAD]) for _ in range(r.choice([1, 1, 2, 4]))]
            w.chat(a, when, prompts, system=r.choice([None, None, AGENTS["Burrow"], house_system(r)]))


def synthetic(w: Moor, number: int) -> None:
    """A permitted synthetic-data customer: a contract, and prompts as a harvest has them."""
    r = w.r
    organisation, card, network = w.organisation(), w.id(), w.network(among=HOSTS)
    form, client = r.choice(LICENSED), r.choice(BUILDS)
    for _ in range(number):
        a = w.account(
            "synthetic data", kind="enterprise", org_id=organisation, verified=True, payment_hash=card, addresses=[w.address(network)],
            client=client, plan="contract", email_domain=f"data{organisation[-4:]}.com",
        )
        a.temperature = 1
        for _ in range(r.randint(100, 350)):
            when = r.uniform(w.start, w.end)
            w.ask(a, when, form.replace("{x}", any_task(r, ["math", "code", "taskgen", "trace", "data"])), length=(6.8, 0.5))


def labelling(w: Moor, number: int) -> None:
    """Annotators of one vendor: a rubric, bursts of short answers in office hours."""
    r = w.r
    card, form, client = w.id(), fill(r, ANNOTATOR), r.choice(BUILDS)
    addresses = [w.address() for _ in range(max(1, number // 3))]
    organisation = w.organisation()
    for _ in range(number):
        a = w.account(
            "batch labelling", kind="startup", org_id=organisation, payment_hash=card, client=client, addresses=[r.choice(addresses)],
            verified=r.random() < 0.4, email_domain=f"lbl{organisation[-4:]}.com",
        )
        a.temperature, a.model = 0, "orca-2-mini"
        for _ in range(r.randint(1, 4)):
            when = w.when(a.hours_east, office=True)
            for _ in range(r.randint(20, 60)):
                text = task(r, r.choice(["label", "grade", "rewrite"]), reasons=0)
                w.ask(a, when, form.replace("{x}", text), length=(3.5, 0.4))
                when += r.uniform(1, 9)


def big_app(w: Moor, number: int) -> None:
    """Applications with many users behind one account each."""
    r = w.r
    for _ in range(number):
        a = w.account(
            "big app", kind="enterprise", verified=r.random() < 0.7, org_id=w.organisation(),
            addresses=[w.address(among=HOSTS) for _ in range(4)], plan="contract",
        )
        system = house_system(r)
        a.temperature = 0.7
        for _ in range(r.randint(300, 700)):
            when = w.when(r.choice(ZONES))
            languages = ["en"] * 4 + ABROAD
            w.chat(a, when, [any_task(r, KINDS, languages) for _ in range(r.choice([1, 1, 2]))], system=system)


def clockwork(w: Moor, number: int) -> None:
    """Nightly jobs and alerts, to the minute."""
    r = w.r
    for _ in range(number):
        a = w.account("ci and on-call", kind="startup", addresses=[w.address(among=HOSTS)])
        every, form = r.choice([2, 3, 6, 12]) * HOUR, r.choice(NIGHTLY)
        when = w.start + r.choice([0, 900, 1800]) + 2
        a.temperature = 0
        while when < w.end:
            w.ask(a, when + r.uniform(0, 3), fill(r, form))
            when += every
