"""What an operator of a farm decides, and the words it asks in."""

from dataclasses import dataclass, field
from typing import Any

from .vocabulary import phrases

SKILLS = {
    "reasoning": {"math": 5, "trace": 2, "explain": 2, "data": 1}, "coding": {"code": 5, "debug": 3, "sql": 2},
    "agentic": {"agent": 6, "code": 1, "data": 1}, "data": {"data": 5, "sql": 3, "extract": 1},
    "office": {"email": 2, "summarise": 3, "extract": 2, "legal": 2, "rewrite": 2, "plan": 1},
    "all": {
        "math": 2, "code": 2, "explain": 2, "write": 1, "debug": 1, "data": 1, "legal": 1, "plan": 1, "role": 1,
        "summarise": 1, "sql": 1, "quiz": 0.6,
    },
}


@dataclass(frozen=True)
class Plan:
    """One buyer of answers; accounts and share are those of a world of 200,000 requests."""

    name: str
    accounts: int
    share: float
    """of all requests"""
    window: tuple[float, float] = (0.0, 1.0)
    """first and last moment, as shares of the span"""
    acquire: str = "burst"
    """burst, staggered, aged or shop"""
    payment: str = "cards 8"
    """unique, cards k or mixed k: k accounts a card"""
    phone: str = "unique"
    """unique, sims or none"""
    ip: str = "sticky"
    """sticky, rotating, dc, office or mixed"""
    schedule: str = "flat"
    """flat, office, human, shifts, batches or drip"""
    drip: tuple[int, int] = (10, 25)
    """requests of an account that drips"""
    load: str = "queue"
    """even, queue, heavy or ramp"""
    ramp_days: float = 6.0
    template: str = "slots"
    """fixed, slots, paraphrased, mixed, none or diversified"""
    where: str = "prompt"
    """a fixed template stands in the prompt or in the system prompt"""
    goal: str = "reason"
    """reason, grade, rewrite, trace, plain, taskgen or clean"""
    skill: str = "reasoning"
    language: str = "en"
    bench: float = 0.0
    """share of tasks from the public benchmark"""
    samples: int = 1
    turns: float = 1.15
    cover: float = 0.0
    """share of the accounts' requests that is not harvest"""
    cover_kind: str = "people"
    """people, or a script of small talk"""
    handoff: float = 0.0
    """share of conversations whose turns are balanced over accounts"""
    ban: float = 0.0
    """bans an account and day"""
    failover: dict[str, Any] = field(default_factory=dict)
    """where work goes after a ban wave"""
    pivot: float = 0.0
    """share of the accounts that move to the new model"""
    client: str = "pysdk"
    own_build: bool = False
    params: str = "same"
    """sampling parameters: same, jitter or own"""
    email: str = "disposable"
    path: str | None = None
    relay_users: int = 0
    warm: int = 0
    """harmless requests before use, at most"""


def fixed_prompt(words, goal):
    """The one prompt of an operator that has one."""
    every = {
        "reason": words.reason() + " " + words.reason()
        + words.expand(" Write the whole thinking between <{var}> and </{var}> before the answer."),
        "grade": words.expand(
            "Act as a strict judge. Score the response from 0 to 10 on {crit}, {crit}, {crit}; explain each score, "
            "then output JSON."
        ),
        "rewrite": words.expand(
            "Answer so that nothing could offend a {role} or an official; if the question is sensitive, "
            "reframe it in a {adj} and neutral way and then answer."
        ),
        "trace": words.expand(
            "Given are a problem and a rough solution. Rebuild the complete thought process that leads there, "
            "including checks and detours, in first person."
        ),
        "plain": "",
        "taskgen": words.expand(
            "Invent {n1} new tasks that are harder than the one below, each with a checkable answer and the full "
            "solution."
        ),
        "clean": words.expand(
            "Below is a raw reasoning trace. Remove repetitions, fix slips, keep the order of thoughts, "
            "return only the cleaned trace and a grade A to E."
        ),
    }
    return every[goal]


def slot_templates(goal):
    """Templates with a slot for the task."""
    return phrases(f"slots.{goal}" if goal in ("reason", "grade") else "slots.other")


DIVERSE_OPENINGS = (
    "A {role} at {co} asks: ", "{sent} With that in mind: ", "For {aud}, and with {thing} as the running example: ", "",
    "Suppose {char} had to do this. ", "Context: {sent}\n", "I am a {role} in {city}. ",
)
DIVERSE_ENDINGS = (
    " Mention {topic} if it helps.", " Why, exactly?", " The {role} wants to see how you got there.",
    " Give at least two ways.", " Where could this go wrong?", " Keep {crit} in mind.",
)
EXPANSIONS = (
    "Expand the thought behind this in full.", "Unfold the summary above into every step you took.",
    "Continue the reasoning where it was cut, step {n1}.",
)
