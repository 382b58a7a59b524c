"""Innocents of the list of threats who look like an operator's accounts and are described in a few words."""

import random

from .crowd import Crowd, Kind, Text, Traits, Work, in_order, lines, shared
from .places import CURL, PYTHON_NEW
from .text import maths, ordinary, prose
from .times import Burst, Every, Lesson

STEPS = "Think step by step and show your reasoning, then give the final answer after 'Answer:'.\n"
AGENT_RULES = (
    "You are {name}, an autonomous coding agent that runs in the user's terminal. Read files before you edit them. Plan, call one tool at "
    "a time, check results, and stop when tests pass. Never print secrets. Use apply_patch for edits. "
) * 3
CODING = lines(
    "<C>\nThis fails with {n}Error, fix it.", "add a {v} command to {n}.py", "Tool result:\n<C>", "write tests for {n}_{n2}",
    "refactor:\n<C>", "why is {v}_{n} slow? <S>",
)
SEARCH_TEXTS = lines(
    "Write a product description of 120 words for: {a} {n} with {n2}, SKU <#>. Use the keyword {n}.", "Meta title for {n} in {p}"
)


def anything(r: random.Random, crowd: Crowd, member: int, sent: int) -> str:
    """What anybody might ask."""
    return ordinary(r)


def _resold(r: random.Random, crowd: Crowd, member: int, sent: int) -> str:
    resold: list[Text] = [CODING, SEARCH_TEXTS, anything]
    return r.choice(resold)(r, crowd, member, sent)


PEOPLE = Kind(Traits(), Work(anything, turns=1.8, sigma=1.1))
"""people with nothing in common"""

KINDS = {
    "classroom": Kind(
        Traits(kind="education", network="natmix", mail="one", card=0, api=0, signup=(1, 6)),
        Work(
            shared("<T>", 14, lambda r: "Assignment 3: " + prose(r, 2) + " Explain the reasoning behind each step."),
            when=Lesson((0, 2), 10), own=0.2, turns=2,
        ),
    ),
    "company": Kind(
        Traits(kind="enterprise", network="nat", mail="one", card="one", contract=0.6, organised=True),
        Work(
            lines("Draft a status note for project {n}-{d}. <T>", "Summarise this call for the CRM: <L>", "Template B2, reply to {f}: <T>"),
            when="office", own=0.1,
        ),
    ),
    "agent_popular": Kind(
        Traits(api=1, clients=("ottercode-cli/1.4.2", "ottercode-cli/1.4.1"), tools="ottercode", temperature=0.0),
        Work(CODING, system=AGENT_RULES.format(name="OtterCode"), turns=6),
    ),
    "agent_niche": Kind(
        Traits(api=1, clients=("ferrite-agent/0.3",), tools="ferrite", temperature=0.1),
        Work(CODING, system=AGENT_RULES.format(name="Ferrite, for embedded Rust"), turns=9, when="evening"),
    ),
    "eval_labs": Kind(
        Traits(
            kind=("research", "education", "startup"), api=1, network="cloud", temperature=0.0, max_tokens=2048,
            clients=("bench-harness/0.4.9",), spread=0,
        ),
        Work(in_order(STEPS + "Question: <T>", 300, maths), when=Burst(2, 60), sigma=0.4, turns=1, think=True),
    ),
    "hackathon": Kind(
        Traits(api=1, network="nat", signup=(4, 4), card=0, clients=(PYTHON_NEW,), temperature=0.7),
        Work(
            lines("Team {n}: <S> Give me JSON with 3 ideas.", "hello world", "<C>"),
            when=Burst(4.2, 40), system="You are a helpful assistant for HackDays. Starter v2.", turns=2,
        ),
    ),
    "vpn": Kind(Traits(network="vpn"), Work(anything)),
    "cgnat": Kind(Traits(network="cgnat", api=0.05), Work(anything)),
    "tutorial": Kind(
        Traits(api=1, clients=(PYTHON_NEW,), temperature=0.7, signup="window", spread=0),
        Work(
            in_order("<T>", 9, lambda r: "Step: " + prose(r, 1)),
            own=0.3, turns=3, system="You are a helpful assistant that answers like a pirate.",
        ),
    ),
    "aggregator": Kind(
        Traits(
            kind="enterprise", access="passthrough", contract=1, organised=True, network="cloud", card="one", mail="one", api=1,
            clients=("polyrouter/2",),
        ),
        Work(_resold, when="all", sigma=0.3),
    ),
    "synth_customer": Kind(
        Traits(
            kind="enterprise", contract=1, organised=True, network="cloud", card="one", mail="one", api=1, temperature=1.0,
            plan="synthetic-data",
        ),
        Work(
            lines("Write {d} varied customer questions about {n} and {n2} with reference answers, JSON. Seed <#>."),
            when="night", sigma=0.2, turns=1,
        ),
    ),
    "batch_label": Kind(
        Traits(kind=("startup", "enterprise"), api=1, network="cloud", temperature=0.0, max_tokens=8, contract=0.3),
        Work(
            lines("Label the review as positive, negative or mixed. Reply with one word.\nReview <#>: <T>"),
            when="night", sigma=0.3, turns=1,
        ),
    ),
    "oncall": Kind(
        Traits(kind="startup", api=1, network="cloud", clients=(CURL,), temperature=0.0),
        Work(lines("ALERT {n}-{d} {a}: <S> Is a person needed? yes/no"), when=Every(15), turns=1, sigma=0.3),
    ),
    "ci_jobs": Kind(
        Traits(kind=("startup", "individual"), api=1, network="cloud", clients=("review-action/4",), temperature=0.0),
        Work(lines("diff:\n<C>"), when=Every(30), system="You review pull requests. List bugs only.", turns=1),
    ),
}
"""crowds by name"""
