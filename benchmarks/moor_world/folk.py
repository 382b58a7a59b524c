"""Innocent people: those with nothing in common, and crowds that share a course, a weekend, a tunnel, a text, a tool or a card."""

from .places import BUILDS, HOSTS, MAIL, THROWAWAY
from .text import ABROAD, AGENTS, KINDS, any_task, fill, house_form, house_system, task
from .world import DAY, HOUR, Moor

LIKED = [3, 6, 4, 2, 2, 1, 0.3, 0.5, 1, 1.5, 0.6, 0.3, 14]
"""how often people have each kind of task"""
VIRAL = [
    "Act as my inner critic and write down every thought you have before you answer. Topic: {topic}",
    "Roast me based on {thing} and my city {city}. Think out loud, step by step.",
    "You are now a detective. Reveal your full reasoning: who took {thing}?",
]
TUTORIAL = "You are a helpful research assistant. Use the retrieved context only. If unsure say so."
RETRIEVED = "Context: {para}\nQuestion: {q}"


def tools_of(agent: str) -> int:
    """What a coding agent's tools hash to; names of one length share it, as the author has it."""
    return 1000 + len(agent) * 7919


def people(w: Moor, number: int, rate: int) -> None:
    """Everybody: chats in the app, small developers with a frame of their own, now and then a wish for steps."""
    r = w.r
    for _ in range(number):
        developer = r.random() < 0.4
        a = w.account(
            "people",
            path=r.choice(["api"] * 8 + ["bedrock", "vertex"]) if developer else "app",
            created=r.uniform(w.start, w.end - DAY) if r.random() < 0.15 else None,
            kind=r.choices(["individual", "startup", "research"], [8, 2, 0.4])[0],
        )
        if r.random() < 0.25:
            a.addresses.append(w.address(w.network((a.addresses[0][1], a.addresses[0][2]))))
        if developer and r.random() < 0.1:
            a.tools = r.getrandbits(40)
        if developer and r.random() < 0.4:
            a.addresses = [w.address(among=HOSTS)]
        likes = r.choices(KINDS, LIKED, k=2)
        local = r.random() < 0.6
        reasons = r.choice([0.02, 0.05, 0.3])
        system, form = (house_system(r), house_form(r)) if developer and r.random() < 0.5 else (None, "{x}")
        language = a.language if local and a.language in ABROAD else "en"
        for _ in range(max(1, int(r.lognormvariate(0, 1.1) * rate / 3))):
            when = w.when(a.hours_east, max(w.start, a.born))
            turns = min(9, 1 + int(r.expovariate(0.7)))
            w.chat(a, when, [fill(r, form, x=task(r, r.choice(likes), language, reasons)) for _ in range(turns)], system=system)
        if r.random() < 0.006:
            a.row["banned_at"] = a.banned = w.when()


def classroom(w: Moor, number: int) -> None:
    """A course: one address, one domain, one sheet of tasks in a week."""
    r = w.r
    network = w.network()
    addresses = [w.address(network) for _ in range(2)]
    kind = r.choice(["math", "code", "data", "taskgen", "grade"])
    domain = f"uni-{w.id(4)}.edu"
    day = w.start + r.randint(0, max(1, w.days - 6)) * DAY
    sheet = [task(r, kind, reasons=0.5) for _ in range(6)]
    for _ in range(number):
        a = w.account(
            "classroom", kind="education", path=r.choice(["app", "app", "api"]), addresses=addresses, email_domain=domain,
            created=min(day + r.uniform(-2, 0.3) * DAY, w.end - DAY), payment_hash=None, plan="free",
        )
        for _ in range(r.randint(3, 9)):
            when = w.when(a.hours_east, day + 0.3 * DAY, day + 5 * DAY)
            w.chat(a, when, [r.choice(sheet)] + [task(r, kind) for _ in range(r.randint(0, 2))])


def agent_users(w: Moor, number: int, name: str = "Burrow", crowd: str = "popular agent") -> None:
    """Users of an open coding agent: one system prompt, one set of tools, mostly one client."""
    r = w.r
    client = (f"{name.lower()}/1.{r.randint(2, 9)}", BUILDS[3][1])
    for _ in range(number):
        a = w.account(crowd, kind=r.choice(["individual", "startup"]), client=client if r.random() < 0.8 else None)
        a.tools, a.temperature = tools_of(name), 0
        language = a.language if r.random() < 0.3 else "en"
        for _ in range(max(1, int(r.lognormvariate(0.6, 0.8)))):
            when = w.when(a.hours_east)
            prompts = [task(r, r.choice(["code", "debug", "agentic"]), language)]
            prompts += [task(r, "agentic", reasons=0) for _ in range(r.randint(2, 12))]
            w.chat(a, when, prompts, gap=40, system=AGENTS[name], length=(5, 0.7))


def niche_agent(w: Moor, number: int) -> None:
    """Users of an agent that few know."""
    agent_users(w, number, w.r.choice(["tinyscribe", "OpenHand-X"]), "niche agent")


def hackathon(w: Moor, number: int) -> None:
    """A weekend of new accounts with one starter kit, client and hall."""
    r = w.r
    addresses = [w.address()]
    saturday = w.start + (5 + 7 * r.randint(0, max(0, (w.days - 7) // 7))) * DAY + 8 * HOUR
    starter = house_system(r) + " You were built from the hackathon starter kit."
    client = r.choice(BUILDS)
    for _ in range(number):
        a = w.account(
            "hackathon", created=saturday + r.uniform(-0.2, 0.15) * DAY,
            addresses=addresses + ([w.address()] if r.random() < 0.3 else []), client=client, payment_hash=None, plan="credits",
        )
        idea = r.choice(KINDS)
        for _ in range(r.randint(5, 30)):
            when = w.when(a.hours_east + 4, saturday + 0.15 * DAY, saturday + 1.8 * DAY)
            w.chat(a, when, [task(r, idea) for _ in range(r.randint(1, 3))], system=starter)


def vpn(w: Moor, number: int) -> None:
    """Strangers behind a few exits of tunnels and carriers."""
    r = w.r
    exits = [w.address(among=HOSTS) for _ in range(6)] + [w.address() for _ in range(3)]
    for _ in range(number):
        a = w.account(
            "vpn or cgnat", path=r.choice(["app", "api"]), addresses=r.sample(exits, r.randint(1, 4)),
            email_domain=r.choice(MAIL + THROWAWAY),
        )
        likes = r.sample(KINDS, 3)
        for _ in range(max(1, int(r.lognormvariate(1.3, 0.9)))):
            w.chat(a, w.when(r.randint(-8, 9)), [any_task(r, likes) for _ in range(r.choice([1, 1, 2, 4]))])


def viral(w: Moor, number: int) -> None:
    """A prompt that goes round and asks for thoughts."""
    r = w.r
    prompt, peak = r.choice(VIRAL), w.when()
    for _ in range(number):
        a = w.account("viral prompt", path=r.choice(["app", "app", "api"]))
        when = peak + abs(r.gauss(0, 1.5)) * DAY
        w.chat(a, min(when, w.end - HOUR), [fill(r, prompt)] + [task(r) for _ in range(r.randint(0, 2))])
        for _ in range(r.randint(1, 6)):
            w.chat(a, w.when(a.hours_east), [any_task(r, KINDS)])


def tutorial(w: Moor, number: int) -> None:
    """Readers of a tutorial: its system prompt, its first examples."""
    r = w.r
    examples = [fill(r, RETRIEVED) for _ in range(8)]
    for _ in range(number):
        a = w.account("tutorial", client=BUILDS[r.choice([0, 1, 2])], created=w.when())
        a.temperature = 0
        when = a.born + 600
        for example in r.sample(examples, r.randint(3, 8)):
            w.ask(a, when, example, system=TUTORIAL)
            when += r.expovariate(1 / 200)
        for _ in range(r.randint(0, 8)):
            w.ask(a, w.when(a.hours_east, a.born, w.end), fill(r, RETRIEVED), system=TUTORIAL)


def pals(w: Moor, number: int) -> None:
    """Families and small teams that share a card and a flat."""
    r = w.r
    while number > 0:
        size = min(number, r.randint(2, 5))
        number -= size
        card, addresses = w.id(), [w.address()]
        for _ in range(size):
            a = w.account("family", path="app", payment_hash=card, addresses=addresses)
            for _ in range(r.randint(2, 12)):
                when = w.when(a.hours_east)
                w.chat(a, when, [any_task(r, ["talk", "math", "code"], ["en", a.language]) for _ in range(r.randint(1, 3))])
