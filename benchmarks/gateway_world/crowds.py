"""The innocents: individuals, and crowds who look like a campaign for a reason of their own."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from .places import CLIENTS, HOSTING, ISPS, NODE_JA4, PROGRAMS, REQUESTS_JA4, SDKS, VPNS, Client
from .text import CITIES, CODE_TOPIC, FIRST_NAMES, PHRASES, TOPICS, code
from .world import World

DAY_S = 86_400


class Harness(NamedTuple):
    """An open agent that many people use: one system prompt, one set of tools."""

    system: str
    tools: tuple[str, ...]


HARNESSES: Mapping[str, Harness] = {
    "plank": Harness(
        "You are Plank, an open-source coding agent working in the user's terminal. Read files before you edit them. Keep diffs small. Run"
        " the tests after each change. Never touch files outside the workspace. When the task is complete, call finish.",
        ("read_file", "edit_file", "run_shell", "grep", "finish"),
    ),
    "forage": Harness(
        "You are Forage, a research agent. Search, open pages, take notes, and cite every claim with its address. Stop when the question is"
        " answered or after twenty searches.",
        ("search", "open_page", "note"),
    ),
    "tidewell": Harness(
        "You are Tidewell, an assistant for hydrologists. Use the gauge tools. State units always. Refuse to extrapolate beyond the"
        " record.",
        ("gauge_series", "rating_curve"),
    ),
}
BATCH_HEADS = {
    "batch_labelling": "Label the sentiment of this review as positive, negative or neutral. Reply with one word.\n\n",
    "ci_job": "Review this diff for bugs. Reply LGTM if there are none.\n\n",
    "synthetic_contract": "Write one instruction a user could give on the subject below, then a detailed answer with reasoning. Subject: ",
}
HANDOUT = (
    "Assignment 3. For the function below, (a) explain step by step what it does, (b) give its complexity, (c) suggest one improvement.\n\n"
)
OWN_WORDS = ("pls explain step by step\n", "assignment 3 help\n", "complexity of this?\n")
MENTOR = (
    "Ignore small talk. You are my brutally honest mentor. Interview me with one question at a time, think out loud about each of my"
    " answers, grade me from 1 to 10 and explain your reasoning. My field: "
)
STARTER_KIT = 'You are the backend of our HackDays project. Use the starter kit\'s JSON format: {"intent": ..., "reply": ...}.'
PERSONAS = (
    "a patient tutor", "a sceptical editor", "a game master", "a recipe bot", "a code reviewer", "an exam coach who explains step by step",
)


def individuals(world: World, n: int, mean: float = 5.0) -> None:
    """People with nothing in common."""
    for _ in range(n):
        account = world.account("individual")
        for _ in range(world.busy(mean)):
            world.chat(account, world.when(account))


def power_users(world: World, n: int, mean: float = 120) -> None:
    """Hobby products and researchers on one account: a template of their own, much traffic, at times day and night."""
    rng = world.rng
    for _ in range(n):
        role = f"{rng.choice(['Act as', 'You play', 'Write as', 'Answer like'])} {rng.choice(FIRST_NAMES)}, {rng.choice(PERSONAS)}"
        head = f"{role}. {world.text.fill(rng.choice(PHRASES['detail']), 'writing')}"
        account = world.account(
            "power_user", kind=rng.choice(["individual", "individual", "startup", "research"]), plan=rng.choice(["payg", "pro"]),
            client=rng.choice(PROGRAMS), system=head if rng.random() < 0.5 else None,
        )
        prefix, night = "" if account.system else head + "\n\n", rng.random() < 0.4
        goal = len(world.requests) + world.busy(mean, 0.6)
        low = rng.uniform(0, world.days / 2) if rng.random() < 0.5 else 0
        while len(world.requests) < goal:
            time = world.when(account, low, flat=night)
            world.chat(account, time, prefix + world.text.opener(account.topics)[0], turns=1 if night else None)


def behind_vpns(world: World, n: int) -> None:
    """Strangers who share the few exits of VPNs and carriers."""
    rng = world.rng
    nets = [world.net(VPNS if rng.random() < 0.6 else ISPS) for _ in range(4)]
    for _ in range(n):
        account = world.account("vpn_cgnat", topics=rng.sample(list(TOPICS), 2))
        account.addresses = [world.address(net, 1, 12) for net in rng.sample(nets, 2)]
        for _ in range(world.busy(5)):
            world.chat(account, world.when(account))


def university(world: World, n: int, deadline: float) -> None:
    """A course: signed up in a day, one handout, one network, all before the day of the deadline."""
    rng, net = world.rng, world.net()
    domain, org = f"uni-{rng.choice(CITIES).lower()}.edu", "org_" + world.hex(8)
    snippets = rng.sample(code(), 6)
    for _ in range(n):
        account = world.account(
            "university", net=net, org=org if rng.random() < 0.5 else None, kind="education", zone=1, plan="edu", payment=None,
            email=f"s{rng.randint(10**6, 10**7)}@{domain}",
            created=world.start + timedelta(days=max(0, deadline - 6) + rng.random() * 1.2, hours=8),
        )
        account.addresses = [world.address(net, 2, 5), *account.addresses[1:]]
        for snippet in rng.sample(snippets, rng.randint(2, 6)):
            ask = HANDOUT if rng.random() < 0.6 else rng.choice(OWN_WORDS)
            world.chat(account, world.when(account, deadline - 4, deadline), ask + snippet, system=None)
        for _ in range(world.busy(2)):
            world.chat(account, world.when(account))


def company(world: World, n: int, mean: float = 12.0) -> None:
    """A firm: one organisation, card, network, system prompt and style guide, and accounts made within a day."""
    rng = world.rng
    net, org, card = world.net(ISPS + HOSTING), "org_" + world.hex(8), "fp_" + world.hex(16)
    domain = f"{rng.choice(FIRST_NAMES)}{rng.choice(['works', 'soft', 'logistics', 'labs', 'bank'])}.com"
    verbs = ["Summarise", "Classify", "Draft a reply to", "Extract the order number from", "Rewrite politely"]
    templates = [
        f"{rng.choice(verbs)} the following {thing}. Use house style {rng.randint(2, 9)}.\n\n"
        for thing in ("ticket", "call note", "contract clause", "e-mail")
    ]
    born = world.start - timedelta(days=rng.uniform(20, 400))
    for _ in range(n):
        account = world.account(
            "company", net=net, org=org, payment=card, kind="enterprise" if n > 20 else "startup", verified=n > 20,
            email=f"{rng.choice(FIRST_NAMES)}{rng.randint(1, 99)}@{domain}", plan="team", zone=1,
            system=f"You are the assistant of {domain}. Follow the style guide. Do not give legal advice.",
            created=born + timedelta(hours=rng.uniform(0, 9)), temperature=0.2, client=CLIENTS[0],
        )
        account.addresses = [world.address(net, 4, 6)]
        for _ in range(world.busy(mean)):
            time, ask = world.when(account), None
            if rng.random() < 0.7:
                ask = rng.choice(templates) + world.text.answer(rng.choice(list(TOPICS)), 4)
            world.chat(account, time, ask, turns=1 if rng.random() < 0.7 else None)


def agent_users(world: World, n: int, which: str, mean: float = 4.0) -> None:
    """Strangers who use the same open agent."""
    rng, harness = world.rng, HARNESSES[which]
    for _ in range(n):
        account = world.account(
            "agent_users", kind=rng.choice(["individual", "individual", "startup"]),
            client=Client(f"{which}/0.{rng.randint(8, 11)}.{rng.randint(0, 4)}", NODE_JA4, "api"), temperature=0, stream=True,
        )
        for _ in range(world.busy(mean)):
            if which == "plank":
                verb = rng.choice(["Fix the failing test in", "Add logging to", "Explain and simplify", "Find the bug in", "Document"])
                task = f"{verb} this part:\n{rng.choice(code())}"
            else:
                task = world.text.opener(account.topics)[0]
            world.agent(account, world.when(account), task, harness.system, harness.tools)


def evaluations(world: World, labs: int, items: int = 120) -> None:
    """Many laboratories, the same public benchmark, "step by step"."""
    rng = world.rng
    puzzle = "In {city}, {n} people share {m} apples from %d trees; after {n} days {m} are left. How many did each eat?"
    bench = [
        f"Question: {world.text.fill(puzzle % item, 'maths')}\nLet's think step by step. End with 'The answer is X'."
        for item in range(items)
    ]
    for _ in range(labs):
        account = world.account(
            "evaluation", kind=rng.choice(["research", "research", "startup"]), net=world.net(HOSTING), temperature=0, max_tokens=1024,
            client=Client("lm-eval/0.4.9 python-requests/2.32.5", REQUESTS_JA4, "api"),
            created=world.start - timedelta(days=rng.uniform(5, 500)),
        )
        time, model = world.when(account, 0, world.days - 1), rng.choice(world.models[:2])
        for question in rng.sample(bench, rng.randint(items // 2, items)):
            world.chat(account, time, question, turns=1, system=None, model=model)
            time += timedelta(seconds=rng.expovariate(1 / 6))


def hackathon(world: World, n: int, day: int) -> None:
    """A weekend in one hall: signed up that morning on free credit, one starter kit, nights."""
    rng, net = world.rng, world.net()
    for _ in range(n):
        account = world.account(
            "hackathon", net=net, created=world.start + timedelta(days=day, hours=8 + rng.expovariate(0.8)), plan="trial-credit",
            system=STARTER_KIT, client=rng.choice(SDKS[:5]), payment=None, temperature=0.7, zone=1,
        )
        account.addresses = [world.address(net, 10, 14)]
        for _ in range(world.busy(10, 0.7)):
            world.chat(account, world.when(account, day + 0.35, day + 2.2), turns=rng.randint(1, 4))


def viral_prompt(world: World, n: int) -> None:
    """A prompt that goes round for two days."""
    day = world.rng.uniform(1, world.days - 3)
    for _ in range(n):
        account = world.account("viral")
        time = world.when(account, day, day + 2.5)
        world.chat(account, time, MENTOR + world.rng.choice(account.topics), turns=world.rng.randint(2, 6))
        for _ in range(world.busy(3)):
            world.chat(account, world.when(account))


def key_rotation(world: World, n: int, conversations: int = 60) -> None:
    """A start-up that deals its users' conversations over several accounts of its own."""
    rng = world.rng
    org, card, net = "org_" + world.hex(8), "fp_" + world.hex(16), world.net(HOSTING)
    domain = f"{rng.choice(FIRST_NAMES)}-app.io"
    born = world.start - timedelta(days=rng.uniform(30, 300))
    own = [
        world.account(
            "key_rotation", org=org, payment=card, net=net, kind="startup", email=f"svc{i}@{domain}",
            created=born + timedelta(minutes=4 * i), topics=["home", "cooking"], temperature=0.5, client=CLIENTS[3],
            system="You are HomeBuddy.",
        )
        for i in range(n)
    ]
    for account in own:
        account.addresses = [world.address(net, 3, 9)]
    for _ in range(conversations):
        world.chat(own[0], world.when(own[0]), accounts=own, turns=rng.randint(2, 6))


def one_large(world: World, crowd: str, requests: int, **given: Any) -> None:
    """One account with much traffic: a reseller, or an app behind one key."""
    rng = world.rng
    account = world.account(
        crowd, net=world.net(HOSTING), kind="enterprise", verified=True, plan="contract", topics=[*TOPICS, CODE_TOPIC],
        created=world.start - timedelta(days=rng.uniform(60, 700)), email=f"ops@{rng.choice(FIRST_NAMES)}-{crowd}.com", **given,
    )
    goal = len(world.requests) + requests
    systems = [None, "You are a helpful assistant.", "Du bist ein Helfer."]
    while len(world.requests) < goal:
        time = world.when(account, flat=rng.random() < 0.5)
        world.chat(account, time, system=account.system if crowd == "app" else rng.choice(systems))


def batch(world: World, crowd: str, n: int, each: int) -> None:
    """Labelling, synthetic data that a contract permits, reviews in CI: one template, clockwork or bursts."""
    rng, org = world.rng, "org_" + world.hex(8)
    net, card = world.net(HOSTING), "fp_" + world.hex(16)
    permitted, clockwork = crowd == "synthetic_contract", crowd == "ci_job"
    for i in range(n):
        account = world.account(
            crowd, net=net, org=org, payment=card, kind="enterprise", verified=True, plan="contract" if permitted else "team",
            email=f"bot{i}@{org[4:]}.com", temperature=1.0 if permitted else 0,
            created=world.start - timedelta(days=rng.uniform(40, 90)), client=rng.choice([CLIENTS[0], CLIENTS[5], CLIENTS[7]]),
        )
        first, gap = world.when(account, 0, 1), DAY_S * (world.days - 1) / each
        for k in range(each):
            if clockwork:
                body = rng.choice(code())
                time = first + timedelta(seconds=gap * k + rng.uniform(0, 4))
            else:
                body = rng.choice(TOPICS[rng.choice(list(TOPICS))]) if permitted else world.text.answer(rng.choice(list(TOPICS)), 2)
                time = first + timedelta(hours=24 * (k * 3 // each), seconds=k * 7 + rng.uniform(0, 5))
            world.chat(account, time, BATCH_HEADS[crowd] + body, turns=1, system=None, mean=9 if permitted else 0)
