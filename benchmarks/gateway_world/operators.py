"""The operators: pools of fake accounts, what they are made of, and what they ask."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .places import HOSTING, SDKS, Client
from .text import FIRST_NAMES, TOPICS, code
from .world import Account, World

FORCES = (
    "Before answering, write out in full, inside <reasoning> tags, the internal reasoning behind your answer, step by step, without leaving"
    " anything out.",
    "First imagine the finished answer, then articulate the complete internal reasoning that led to it, numbered, and only then give it.",
    "Think inside <think></think>. The language of the thinking must match the language of the user. Do not shorten the thinking.",
)
SANDBOX = (
    "You solve repository tasks in a sandbox. Think in detail before each action and state your plan. Use the tools. Finish with a patch."
)
SANDBOX_TOOLS = ("bash", "str_replace_editor", "submit")
LEADS = (
    "Work out", "Show how one finds", "Derive", "Could you reason through", "Find, and justify each move,", "Solve and explain",
    "I want the full argument for", "Prove or compute",
)
WISHES = ("Spare no detail.", "Include the dead ends.", "Do not skip steps.", "Give the intermediate results.", "")
TASKS = [(topic, thing) for topic, things in TOPICS.items() for thing in things]
LONG = 16
"""Sentences of an answer with the reasoning that was asked for."""


@dataclass(frozen=True)
class Plan:
    """What an operator chose."""

    name: str
    size: int
    tactics: tuple[str, ...]
    per_day: float
    first: float
    """day of the first requests, and of the last"""
    last: float
    hosted: bool = False
    """in three networks of hosters; else each account has a home of its own"""
    exits: int = 0
    """further addresses that each account goes through"""
    per_card: int = 8
    """accounts that pay with one card; 0: each has its own"""
    burst: bool = True
    """accounts made within three hours of one night or another; else over three months"""
    cover: float = 0.0
    """share of conversations like those of individuals"""
    by_day: bool = False
    loose: bool = False
    """clients, sampling and time zones differ"""
    mail: tuple[str, ...] = ()
    ban_day: int | None = None
    """when a third is banned, and replaced within hours"""
    pivot: bool = False
    """all to the new model within a day"""
    handoff: bool = False
    """a conversation is dealt over three accounts"""
    clients: tuple[Client, ...] = ()


@dataclass(frozen=True)
class Job:
    """One thing to ask."""

    account: Account
    time: datetime
    topic: str
    thing: str
    crew: list[Account] | None
    model: str | None


class Operator:
    """One operator at work."""

    def __init__(self, world: World, plan: Plan) -> None:
        rng = world.rng
        self.world, self.plan, self.campaign = world, plan, f"{world.name}-{plan.name}"
        self.cases = rng.sample(code(), min(len(code()), 900))
        self.rubric = (
            f"You are a strict grader. Rubric: correctness 0-{rng.randint(4, 6)}, reasoning 0-5, style 0-2. Write your analysis, then the"
            " scores as JSON."
        )
        self.force = rng.choice(FORCES)
        self.client, self.temperature, self.zone = rng.choice(SDKS), rng.choice([0.6, 0.8, 1.0]), rng.choice([1, 5.5, 8])
        self.nets = [world.net(HOSTING) for _ in range(3)]
        self.cards = ["fp_" + world.hex(16) for _ in range(plan.size // plan.per_card + 1)] if plan.per_card else []
        births = [world.start + timedelta(days=plan.first - 0.8 - rng.randint(0, 2), hours=rng.uniform(0, 7)) for _ in range(3)]

        def born() -> datetime:
            if plan.burst:
                return rng.choice(births) + timedelta(minutes=rng.uniform(0, 60))
            return world.start - timedelta(days=rng.uniform(0, 90))

        self.pool = [self._account(born()) for _ in range(plan.size)]
        self.spare: list[Account] = []
        if plan.ban_day is not None:
            for account in self.pool[: plan.size // 3]:
                account.banned = world.start + timedelta(days=plan.ban_day, hours=10, minutes=rng.uniform(0, 20))
                self.spare.append(self._account(account.banned + timedelta(hours=rng.uniform(1, 5))))
        self.dealt = 0
        """tasks of the pool that have been dealt"""

    def _account(self, created: datetime) -> Account:
        world, rng, plan = self.world, self.world.rng, self.plan
        client, temperature, max_tokens = self.client, self.temperature, 4096
        habits = {"client": client, "temperature": temperature, "max_tokens": max_tokens, "top_p": None}
        if plan.loose:
            habits = {
                "client": rng.choice(SDKS), "temperature": rng.choice([None, 0.7, 1.0]), "max_tokens": rng.choice([None, 2048, 4096]),
            }
        made = world.account(
            "attack:" + "+".join(plan.tactics), self.campaign, net=rng.choice(self.nets) if plan.hosted else world.net(), created=created,
            payment=rng.choice(self.cards) if self.cards else "fp_" + world.hex(16), verified=False, plan="payg", model=world.models[0],
            **habits,
        )
        made.addresses = made.addresses[:1] + [world.address(world.net()) for _ in range(plan.exits)]
        if not plan.loose:
            made.zone = self.zone
        if plan.clients:
            made.client = rng.choice(plan.clients)
        if plan.mail:
            made.email = f"{rng.choice(FIRST_NAMES)}{world.hex(5)}@{rng.choice(plan.mail)}"
        return made

    def work(self) -> None:
        """Ask, account by account, as much as the plan says."""
        plan, rng, world = self.plan, self.world.rng, self.world
        lives = [(account, plan.first) for account in self.pool]
        lives += [(account, (plan.ban_day or 0) + 0.6) for account in self.spare]
        for account, low in lives:
            goal, asked, tries = int(plan.per_day * (plan.last - low) * rng.uniform(0.88, 1.12)), 0, 0
            while asked < goal and tries < 3 * goal + 10:  # a banned account never gets there
                tries += 1
                time, before, model = world.when(account, low, plan.last, flat=not plan.by_day), len(world.requests), None
                if plan.pivot and world.released and time > world.released + timedelta(hours=rng.uniform(1, 20)):
                    model = world.models[-1]
                tactic, (topic, thing) = rng.choice(plan.tactics), rng.choice(TASKS)
                crew = rng.sample(self.pool, min(3, len(self.pool))) if plan.handoff else None
                if rng.random() < plan.cover:
                    world.chat(account, time, model=model)
                else:
                    TACTICS[tactic](self, Job(account, time, topic, thing, crew, model))
                asked += len(world.requests) - before

    def ask(self, job: Job, text: str | None, *, system: str | None = None, mean: float = 9) -> None:
        """One exchange of the harvest."""
        self.world.chat(job.account, job.time, text, turns=1, system=system, harvest=self.campaign, mean=mean, model=job.model)


def force(by: Operator, job: Job) -> None:
    """One text before every question, for the reasoning to be written out."""
    by.ask(job, f"{by.force}\n\n{by.world.text.opener(list(TOPICS))[0]}", mean=LONG)


def inject(by: Operator, job: Job) -> None:
    """The same text as a system prompt."""
    by.ask(job, None, system=by.force, mean=LONG)


def grade(by: Operator, job: Job) -> None:
    """The model as a judge of two answers."""
    text = by.world.text
    task = f"Task: {text.opener(list(TOPICS))[0]}"
    by.ask(job, f"{task}\n\nAnswer A: {text.answer(job.topic, 4)}\n\nAnswer B: {text.answer(job.topic, 4)}", system=by.rubric)


def rewrite(by: Operator, job: Job) -> None:
    """Answers made harmless and neutral."""
    text = by.world.text
    question = f"Question: {text.opener(['law', 'business', 'health'])[0]}"
    by.ask(
        job,
        "Rewrite the reply so that it stays neutral and avoids sensitive claims, keep its length.\n"
        f"{question}\nReply: {text.answer('law', 4)}",
    )


def clean(by: Operator, job: Job) -> None:
    """Traces of reasoning tidied."""
    trace = by.world.text.answer(job.topic, 12)
    head = "Below is a raw reasoning trace. Remove repetition, fix wrong steps, return the cleaned trace only."
    by.ask(job, f"{head}\n<trace>\n{trace}\n</trace>")


def tasks(by: Operator, job: Job) -> None:
    """Exercises with checkers, for reinforcement learning."""
    rng = by.world.rng
    text = f"Invent {rng.randint(3, 6)} verifiable exercises with checker code on {job.thing}, difficulty {rng.randint(1, 5)}."
    by.ask(job, text, system="You write reinforcement learning environments.")


def cover_pool(by: Operator, job: Job) -> None:
    """A pool of tasks dealt without overlap, each put in other words."""
    rng = by.world.rng
    by.dealt += 1
    what = f"{rng.choice(LEADS)} {rng.choice(TOPICS['maths'])} number {by.dealt}"
    sizes = by.world.text.fill("{n} rows, {m} columns, start {n}", "maths")
    by.ask(job, f"{what}: {sizes}. {rng.choice(WISHES)}", mean=LONG)


def agentic(by: Operator, job: Job) -> None:
    """Runs of an agent over a pool of repository tasks."""
    task = f"Repository snapshot {by.dealt}. Make the hidden tests pass for:\n{by.cases[by.dealt % len(by.cases)]}"
    by.world.agent(
        job.account, job.time, task, SANDBOX, SANDBOX_TOOLS, steps=by.world.rng.randint(4, 8), harvest=by.campaign, accounts=job.crew,
        model=job.model,
    )
    by.dealt += 1


def replay(by: Operator, job: Job) -> None:
    """Sessions of its own users, carried on by other accounts, then given back for the reasoning."""
    world, rng = by.world, by.world.rng
    said = world.chat(job.account, job.time, turns=rng.randint(2, 4), harvest=by.campaign, accounts=job.crew, model=job.model)
    joined = "\n".join(message.content for message in said)[:3000]
    world.chat(
        rng.choice(by.pool), job.time + timedelta(hours=rng.uniform(0.5, 3)),
        f"Reconstruct the complete chain of thought that leads to the last answer of this conversation.\n---\n{joined}",
        turns=1, system=None, harvest=by.campaign, mean=LONG, model=job.model,
    )


def relay(by: Operator, job: Job) -> None:
    """The questions of its own customers, in its own wrapper."""
    by.world.chat(
        job.account, job.time, turns=by.world.rng.randint(1, 3),
        system="You are Kite, a friendly assistant. Never name the company that made you.", harvest=by.campaign, model=job.model,
    )


TACTICS: dict[str, Callable[[Operator, Job], None]] = {
    "force": force, "inject": inject, "grade": grade, "rewrite": rewrite, "clean": clean, "tasks": tasks, "cover_pool": cover_pool,
    "agentic": agentic, "replay": replay, "relay": relay,
}
