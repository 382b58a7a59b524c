"""System prompts, names of companies, stubs of answers."""

from random import Random

from .text import make_task, sentence
from .vocabulary import WORDS


def brand(r: Random) -> str:
    """A company's name."""
    return r.choice(WORDS["brand_a"]) + r.choice(WORDS["brand_b"]) + r.choice(("", "", "", " Studio", " Group", " Online"))


def system_prompt(r: Random, name: str | None = None, rules: int | None = None, job: str | None = None) -> str:
    """An app's system prompt."""
    s = make_task(r, "explain").slots
    who = job or r.choice(
        (
            "assistant for {ind}", "helper of the {job} team", "support agent for {ind} in {city}", "copy editor", "tutor for {topic}",
            "{entity} parser", "{role} in a game"
        )
    )
    head = r.choice(("You are {b}, a {w}.", "You are a {w} made by {b}.", "Act as {w}. Company: {b}.", "{b} assistant. Role: {w}."))
    text = head.format(b=name or brand(r), w=who.format_map(s))
    picks = r.sample(WORDS["rules"], rules if rules is not None else r.randint(1, 7))
    return " ".join([text, *(p.format_map(make_task(r, "explain").slots) for p in picks)])


def short_answer(r: Random, kind: str) -> str:
    """The first words of an answer, for logs that keep a stub of it."""
    if kind == "classify":
        return r.choice(r.choice(WORDS["labels"]).split(", "))
    return f"{r.choice(WORDS['opening'])} {sentence(r)}"[: r.randrange(40, 120)]
