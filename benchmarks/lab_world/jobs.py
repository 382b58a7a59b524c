"""What operators ask: each maker takes the world and an operator, and gives a job."""

from dataclasses import dataclass
from typing import Any

from .shared import agent_turns
from .vocabulary import phrases


@dataclass
class Job:
    """One task and how it is sent; a turn may be a function of the response before."""

    system: str | None
    turns: list[Any]
    out: int
    """usual length of a response, tokens"""
    gap: float
    """usual pause between turns, seconds"""
    tools: int | None = None
    client: int | None = None
    """the client that the job itself prescribes"""


def fixed_trace(world, operator):
    """One fixed injected prompt; the public list and own tasks."""
    bench, text = operator.bench, world.text
    if world.random() < 0.5:
        task = bench[operator.n_asked % len(bench)]
    else:
        task = text.task(world.rng.choice(["math", "logic", "t_code", "t_data"]))
    operator.n_asked += 1
    return Job(operator.injected, [task], 1200, 5)


def slots(world, operator):
    """A template with slots."""
    text, plan = world.text, operator.plan
    subject = text("dom")
    task = text.task(world.rng.choice(plan.families))
    prompt = operator.template.replace("{subject}", subject).replace("{q}", task).replace("{i}", text("n3"))
    return Job(None, [prompt], 900, 5)


def paraphrase(world, operator):
    """One meaning, many wordings; the strength of the wish varies."""
    text, plan = world.text, operator.plan
    wish = text.elicit(world.rng.choices((1, 2, 3), plan.strength)[0])
    task = text.task(world.rng.choice(plan.families))
    u = world.random()
    if u < 0.4:
        prompt = task + "\n" + wish
    elif u < 0.7:
        prompt = wish + "\n\n" + task
    else:
        prompt = text("mctx") + " " + task + " " + wish
    return Job(None, [prompt], 1000, 20)


def mutated(world, operator):
    """A local model mutates a list of seeds, generation by generation; no template."""
    text, pool, random = world.text, operator.pool, world.random
    seed = pool[int(random() * len(pool))]
    if random() < 0.75:
        task = text("mut")
    elif random() < 0.5:
        task = seed + " " + text("mcons")
    else:
        task = text("mctx") + " " + seed
    if len(task) < 600:
        pool[int(random() * len(pool))] = task
    prompt = task + (" " + text.elicit(1) if random() < operator.plan.weak else "")
    return Job(None, [prompt] + ([text("follow")] if random() < 0.2 else []), 800, 15)


def evolve(world, operator):
    """The victim itself writes the next generation of tasks."""
    return Job(operator.injected, [world.text("evol")], 400, 5)


def plain(world, operator):
    """Nothing but tasks of one skill."""
    text = world.text
    task = text.task(world.rng.choice(operator.plan.families))
    return Job(None, [task] + ([text("follow")] if world.random() < 0.3 else []), 700, 40)


def agent(world, operator):
    """Trajectories through a public agent: prompt, tools and build are those of thousands of innocents."""
    system, tools, client = world.agent(world.rng.choice(world.public_agents))
    return Job(system, agent_turns(world), 220, 8, tools, client)


def selfplay(world, operator):
    """The other side of the dialogue is played by a model as well."""
    text, random = world.text, world.random

    def answer(response):
        return (response or "")[:300] + " " + text("sent") if random() < 0.6 else text("follow")

    system = operator.injected if random() < 0.5 else None
    return Job(system, [text.task()] + [answer] * (3 + int(world.rng.expovariate(0.3))), 350, 12)


def rubric(world, operator):
    """The model as reward model: rollouts of one prompt are graded by one rubric."""
    text, bench, random = world.text, operator.bench, world.random
    task = bench[int(random() * len(bench))] if random() < 0.5 else text.task()
    rule = operator.rubric if random() < operator.plan.fixed_rubric else text("rubric")
    prompt = f"{rule}\n[Prompt]\n{task}\n[Response]\n{text('asst')} {text('asst')}"
    return Job(operator.injected, [prompt], 150, 5)


def safe(world, operator):
    """Answers made safe."""
    return Job(operator.injected, [world.text("t_safe")], 300, 5)


def clean(world, operator):
    """Traces cleaned."""
    return Job(None, [world.text("tr_clean")], 900, 5)


def foreign(world, operator):
    """Not in English; wishes from none to strong."""
    text, plan = world.text, operator.plan
    language = world.rng.choice(plan.languages)
    strength = world.rng.choices((0, 1, 2, 3), plan.strength)[0]
    task = text("x_" + language)
    wish = phrases(f"elicit.{language}")[strength - 1] if strength else ""
    parts = [task, wish] if world.random() < 0.6 else [wish, task]
    return Job(None, [" ".join(part for part in parts if part)], 900, 15)


def relay(world, operator):
    """The operator's own app: its users' requests go to the victim."""
    text = world.text
    user = world.rng.choice(operator.users)
    if user[0] == "agent":
        system, tools, client = world.agent(user[1])
        return Job(system, agent_turns(world), 220, 9, tools, client)
    _, system, voice, language = user
    task = text("x_" + language) if language and world.random() < 0.8 else text.task()
    return Job(system, world.turns(voice, task, 2.4, language), 400, 60)


def typist(world, operator):
    """Hired people type what a task sheet suggests, in their own words."""
    text = world.text
    voice = world.rng.choice(operator.voices)
    turns = [text.voice(text.task(world.rng.choice(operator.plan.families)), voice)]
    turns += [text.voice(text("follow"), voice) for _ in range(int(world.rng.expovariate(0.9)))]
    return Job(None, turns, 600, 90)


def data(world, operator):
    """Tables, images and code."""
    text = world.text
    task = text.task(world.rng.choice(["t_data", "t_vision", "t_code"]))
    return Job(None, [task] + [text.elicit(1)] * (world.random() < 0.3), 600, 10)
