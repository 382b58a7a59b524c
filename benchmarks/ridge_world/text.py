"""Texts: a small grammar of templates and slots, styles of persons, paraphrase by a model."""

import random
import re
from collections.abc import Callable
from string import Formatter

from .vocabulary import FOLLOW, FOREIGN, SENTENCES, SLOTS, SYSTEMS, TEMPLATES

Part = tuple[str, str | None]
_FORMATTER = Formatter()
_CACHE: dict[str, list[Part]] = {}
# median and sigma of the answer's length in tokens, median of hidden reasoning where the model reasons
LENGTHS: dict[str, tuple[float, float, float]] = {
    "chat": (230, 0.8, 180), "write": (380, 0.6, 200), "math": (620, 0.5, 2600), "science": (560, 0.5, 1500), "reason": (430, 0.5, 2400),
    "code": (640, 0.6, 900), "debug": (480, 0.6, 1100), "agent": (260, 0.9, 420), "tool": (90, 0.8, 260), "grade": (190, 0.7, 640),
    "extract": (160, 0.6, 150), "classify": (12, 0.6, 90), "summarise": (210, 0.5, 170), "translate": (260, 0.6, 120),
    "support": (150, 0.5, 140), "homework": (480, 0.5, 700), "sql": (210, 0.6, 480), "finance": (430, 0.6, 700), "legal": (520, 0.6, 700),
    "marketing": (320, 0.6, 180), "eval": (60, 1.1, 900), "synth": (720, 0.6, 350), "roleplay": (240, 0.6, 120), "review": (330, 0.7, 700),
    "health": (400, 0.5, 350)
}


def _number(rnd: random.Random) -> str:
    """A small or middling whole number."""
    return str(rnd.choice((rnd.randint(2, 12), rnd.randint(10, 99), rnd.randint(2, 60), rnd.randint(100, 999))))


def _money(rnd: random.Random) -> str:
    """A sum of money in one of several spellings."""
    value = rnd.choice((rnd.randint(5, 99), rnd.randint(100, 990), rnd.randint(1, 60) * 1000))
    return rnd.choice((f"${value:,}", f"{value} EUR", f"£{value}", f"{value} dollars", f"{value:,} USD"))


def _poly(rnd: random.Random) -> str:
    """A random polynomial expression."""
    a, b, c = rnd.randint(1, 9), rnd.randint(-12, 12), rnd.randint(-20, 20)
    return rnd.choice(
        (f"{a}x^2 {b:+d}x {c:+d}", f"x^3 {b:+d}x^2 {c:+d}", f"{a}x^{rnd.randint(3, 5)} {b:+d}x^2 {c:+d}x", f"({a}x {b:+d})(x {c:+d})")
    )


def _ident(rnd: random.Random) -> str:
    """A code identifier."""
    words = SLOTS["codeverb"], SLOTS["codenoun"]
    verb, noun = rnd.choice(words[0]), rnd.choice(words[1])
    return rnd.choice((f"{verb}_{noun}", f"{verb}{noun.title()}", f"{noun}_{verb}er", f"_{verb}_{noun}"))


def _digits(rnd: random.Random) -> str:
    """An order or ticket number."""
    return rnd.choice(
        (
            f"{rnd.randint(10000, 999999)}", f"{rnd.choice('ABCDKLMNPRST')}{rnd.randint(1000, 99999)}",
            f"{rnd.randint(100, 999)}-{rnd.randint(1000, 9999)}"
        )
    )


def _date(rnd: random.Random) -> str:
    """A calendar date in one of several spellings."""
    month = rnd.choice(("January", "March", "April", "May", "June", "July", "September", "October", "November"))
    return rnd.choice(
        (f"{rnd.randint(1, 28)} {month}", f"{month} {rnd.randint(1, 28)}", f"2026-{rnd.randint(1, 12):02d}-{rnd.randint(1, 28):02d}")
    )


def _list(rnd: random.Random) -> str:
    """A short list of whole numbers."""
    return ", ".join(str(rnd.randint(1, 60)) for _ in range(rnd.randint(4, 9)))


def _passage(rnd: random.Random) -> str:
    """Two to seven sentences of one kind of document."""
    pool = SENTENCES[rnd.choice(tuple(SENTENCES))]
    return " ".join(expand(rnd.choice(pool), rnd) for _ in range(rnd.randint(2, 7)))


def _essay(rnd: random.Random) -> str:
    """A pupil's or a model's answer to be judged."""
    pool = SENTENCES["essay"]
    return " ".join(expand(rnd.choice(pool), rnd) for _ in range(rnd.randint(2, 5)))


def _trace(rnd: random.Random) -> str:
    """An error trace."""
    return expand(rnd.choice(SLOTS["tracetemplate"]), rnd)


CALLS: dict[str, Callable[[random.Random], str]] = {
    "n": _number, "money": _money, "poly": _poly, "ident": _ident, "digits": _digits, "date": _date, "numbers": _list, "passage": _passage,
    "essay": _essay, "trace": _trace
}


def _parts(template: str) -> list[Part]:
    """The compiled parts of a template."""
    found = _CACHE.get(template)
    if found is None:
        found = [(literal, field) for literal, field, _, _ in _FORMATTER.parse(template)]
        if len(_CACHE) < 20000:
            _CACHE[template] = found
    return found


def expand(template: str, rnd: random.Random) -> str:
    """Fill the slots of a template, recursively."""
    out: list[str] = []
    for literal, field in _parts(template):
        out.append(literal)
        if field is None:
            continue
        call = CALLS.get(field)
        if call is not None:
            out.append(call(rnd))
            continue
        value = rnd.choice(SLOTS[field])
        out.append(expand(value, rnd) if "{" in value else value)
    return "".join(out)


def task(kind: str, rnd: random.Random, language: str = "en") -> str:
    """One first-turn prompt of a kind of task."""
    if language != "en" and kind in ("chat", "homework", "write", "support", "math", "health", "roleplay") and language in FOREIGN:
        return expand(rnd.choice(FOREIGN[language]), rnd)
    if kind == "chat" and rnd.random() < 0.04:
        return rnd.choice(("hi", "hello", "Hello!", "test", "hey", "are you there?", "who are you?", "hi, can you help me?", "thanks"))
    return expand(rnd.choice(TEMPLATES[kind]), rnd)


def follow(kind: str, rnd: random.Random) -> str:
    """One later user turn (or tool result) of a conversation."""
    pool = FOLLOW.get(kind) or FOLLOW["chat"]
    return expand(rnd.choice(pool), rnd)


def system(kind: str, rnd: random.Random) -> str:
    """One system prompt of an application of a kind."""
    return expand(rnd.choice(SYSTEMS[kind]), rnd)


THINK = (
    "\n\nThink step by step and give the final answer in \\boxed{}.", "\nShow the full reasoning, then the answer.",
    "\n\nReason carefully before you answer."
)
STYLES = ("plain", "plain", "plain", "lower", "polite", "terse", "typo", "context", "markdown")
_POLITE = ("Please help: ", "Hi, ", "Hello, I need help. ", "Could you help me with this? ", "hey! ", "Good morning. ", "")
_END = (" Thanks!", " thank you", " please", " Thanks in advance.", " pls", "", "")
_CONTEXT = (
    "I'm {role}. ", "For context, I work as {role}. ", "This is for {purpose}. ", "Background: {purpose}. ", "My boss asked me: ",
    "quick question - ", "I have until {date} for this. ", "Follow-up from yesterday: "
)


def restyle(text: str, style: str, rnd: random.Random) -> str:
    """Write a text the way one person writes."""
    if style == "lower":
        return text.lower().rstrip(".")
    if style == "polite":
        return rnd.choice(_POLITE) + text + rnd.choice(_END)
    if style == "context":
        return expand(rnd.choice(_CONTEXT), rnd) + text
    if style == "markdown":
        return rnd.choice(("## Task\n", "**Question**\n", "### Request\n", "TASK:\n")) + text
    if style == "terse":
        return re.sub(r"\b(please|could you|can you|the) ", "", text, flags=re.IGNORECASE)
    if style == "typo" and len(text) > 12:
        for _ in range(1 + len(text) // 160):
            at = rnd.randrange(2, len(text) - 2)
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :] if rnd.random() < 0.6 else text[:at] + text[at + 1 :]
    return text


_SWAPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Write ", ("Compose ", "Draft ", "Produce ", "Create ")),
    ("Explain ", ("Describe ", "Clarify ", "Walk me through ", "Give an account of ")),
    ("Find ", ("Determine ", "Work out ", "Compute ", "Identify ")), ("Solve ", ("Work through ", "Resolve ", "Find the solution to ")),
    ("how ", ("the way ", "in what manner ", "how exactly ")), ("Show ", ("Demonstrate ", "Present ")),
    ("Implement ", ("Build ", "Code up ", "Provide an implementation of ")),
    ("What is ", ("Tell me what is ", "I would like to know: what is ", "State ")), ("because", ("since", "given that")),
    ("should", ("ought to", "is supposed to")), ("a function", ("a routine", "a helper", "a method")),
    ("Give ", ("Provide ", "Supply ", "List ")), ("problem", ("question", "task", "exercise")),
    ("customer", ("client", "buyer", "shopper")), ("number", ("count", "quantity")), ("large", ("big", "sizeable")),
    ("company", ("firm", "business")), ("Prove ", ("Show rigorously ", "Establish ", "Give a proof ")), ("Fix ", ("Repair ", "Correct ")),
    ("fast", ("quick", "efficient"))
)
_LEADS = (
    "", "", "I would like you to help with the following. ", "Consider this request. ", "Here is something I need. ",
    "Let's look at a task. ", "Imagine you are asked this: "
)
_TAILS = (
    "", "", " Explain your thinking.", " Be thorough.", " Take it step by step.", " Include the reasons behind each step.",
    " Keep it precise."
)


def paraphrase(text: str, rnd: random.Random) -> str:
    """The same request in the words of another model."""
    for old, new in _SWAPS:
        if old in text and rnd.random() < 0.75:
            text = text.replace(old, rnd.choice(new))
    sentences = text.split(". ")
    if len(sentences) > 3 and rnd.random() < 0.3:
        sentences[0], sentences[1] = sentences[1], sentences[0]
        text = ". ".join(sentences)
    return rnd.choice(_LEADS) + text + rnd.choice(_TAILS)


def answer(kind: str, rnd: random.Random) -> str:
    """The clipped beginning of an answer."""
    return expand(rnd.choice(SLOTS["answer_" + kind] if "answer_" + kind in SLOTS else SLOTS["answer"]), rnd)[:160]
