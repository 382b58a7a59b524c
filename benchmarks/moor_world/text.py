"""Words: tasks from a grammar of slots, frames of houses, answers. Innocents and operators draw from the same kinds of task."""

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from ..worlds import sections

VOCABULARY = Path(__file__).parent / "vocabulary"
WORDS = sections(VOCABULARY / "words.txt")
PHRASES = sections(VOCABULARY / "tasks.txt")
TONGUES = sections(VOCABULARY / "tongues.txt")

TASKS = {name.removeprefix("task."): forms for name, forms in PHRASES.items() if name.startswith("task.")}
KINDS = list(TASKS)
"""kinds of task"""
ABROAD = list(dict.fromkeys(name.partition(".")[0] for name in TONGUES))
"""languages besides English"""
GREETINGS = ["Hi, ", "hello! ", "Quick question: ", "ok so ", "Please help. ", "I need this today. ", "For work: "]
CLOSINGS = [" Thanks!", " Keep it short.", " thx", " Answer in bullet points.", " Be honest.", " No preamble.", " I am on mobile."]
HOUSE_RULES = [
    "Never discuss {risk}.", "Answer in at most {n} words.", "Cite the handbook, section {d}.", "Escalate questions on {topic} to {who}.",
]
HOUSE_FORMS = [
    "Customer message: {x}\nReply:", "### Input\n{x}\n### Output", "{x}\n\nReturn JSON with keys result and confidence.",
    "Ticket #{m}: {x}", "{x} Use the style guide.", "<doc>{x}</doc> Summarise for {who}.",
    "{x}\nThink it through step by step, then answer.", "Rate from 1 to 10 with one line of critique:\n{x}",
]
AGENT_RULES = {
    "Burrow": [
        "Read files before you edit them.", "Prefer small diffs.", "Never run destructive commands without asking.",
        "Run the tests after each change.", "Report in at most four lines.",
    ],
    "OpenHand-X": ["Use the bash tool for search.", "Keep a todo list.", "Do not guess file names.", "Stop when the tests pass."],
    "tinyscribe": ["Write the plan in plan.md.", "One tool call a turn.", "Quote line numbers."],
}
AGENTS = {
    name: f"You are {name}, an open-source coding agent running in the user's terminal. "
    + " ".join(f"Rule {number}: {rule}" for number, rule in enumerate(rules * 4))
    for name, rules in AGENT_RULES.items()
}
"""system prompts of invented coding agents"""


def _table(r: random.Random) -> str:
    return "\n".join(f"{r.choice(WORDS['city'])},{r.randint(1, 12)},{r.randint(10, 9999)}" for _ in range(r.randint(3, 7)))


def _paragraph(r: random.Random) -> str:
    return " ".join(fill(r, sentence) for sentence in r.sample(PHRASES["sentence"], r.randint(2, 4)))


DRAWN: dict[str, Callable[[random.Random], str]] = {
    "n": lambda r: str(r.randint(3, 99)),
    "m": lambda r: str(r.randint(100, 9999)),
    "d": lambda r: str(r.randint(2, 9)),
    "col": lambda r: r.choice("abcde") + str(r.randint(1, 40)),
    "snippet": lambda r: fill(r, r.choice(PHRASES["snippet"])),
    "para": _paragraph,
    "q": lambda r: fill(r, r.choice(TASKS["talk"][:4] + TASKS["math"])),
    "table": _table,
}
"""slots that are not words of a list"""


def fill(r: random.Random, text: str, **own: str) -> str:
    """Fill the slots of a text, ``own`` first; what is no slot stays."""

    def slot(found: re.Match[str]) -> str:
        name = found[1]
        if name in own:
            return own[name]
        if name in WORDS:
            return r.choice(WORDS[name])
        return DRAWN[name](r) if name in DRAWN else found[0]

    return re.sub(r"\{(\w+)\}", slot, text)


def task(r: random.Random, kind: str = "talk", language: str = "en", reasons: float = 0.06, plain: bool = False) -> str:
    """One task as anybody would write it.

    Args:
        r: what is drawn from.
        kind: one of KINDS; other languages have no kinds.
        language: en, or one of ABROAD.
        reasons: share of tasks that ask for steps.
        plain: as it stands in a pool or benchmark.
    """
    if language != "en":
        form = r.choice(TONGUES[f"{language}.task"])
        text = fill(r, form, f=r.choice(TONGUES[f"{language}.subject"]))
        return text + (" " + think_aloud(language) if r.random() < reasons / 2 else "")
    text = fill(r, r.choice(TASKS[kind]))
    if plain:
        return text
    if r.random() < 0.2:
        text = r.choice(GREETINGS) + text
    if r.random() < reasons:
        text += " " + r.choice(PHRASES["reasoning"])
    elif r.random() < 0.2:
        text += r.choice(CLOSINGS)
    if r.random() < 0.06:
        text = muse(r, text)
    return text.lower() if r.random() < 0.1 else text


def think_aloud(language: str) -> str:
    """The sentence by which a trace is forced in a language."""
    return TONGUES[f"{language}.think"][0]


def muse(r: random.Random, text: str) -> str:
    """The task with a wish for reasons in free words, or as it was."""
    return (text + " " + r.choice(PHRASES["musing"])).strip()


def answer(r: random.Random, prompt: str) -> str:
    """What the model says: the end of the prompt, a paragraph, at times a number or code."""
    about = " ".join(prompt.split()[-12:][: r.randint(4, 9)]).replace("{", "").replace("}", "")
    opening = r.choice(["Sure. ", "", "", f'On "{about}": ', f"{about}: ", "Here it is: "])
    return fill(r, opening + "{para}" + r.choice(["", " The result is {n}.", "\n{snippet}"]))


def house_system(r: random.Random) -> str:
    """A firm's system prompt."""
    return fill(r, "You are the {role} of {firm} in {city}. Be {tone}. " + r.choice(HOUSE_RULES))


def house_form(r: random.Random) -> str:
    """A frame with a slot ``{x}`` that a firm puts around what its users ask."""
    return r.choice(HOUSE_FORMS)


def any_task(r: random.Random, kinds: Sequence[str], languages: Sequence[str] = ()) -> str:
    """A task of one of some kinds, in one of some languages, by default English."""
    kind = r.choice(kinds)
    return task(r, kind, r.choice(languages) if languages else "en")
