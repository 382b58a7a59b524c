"""What everybody writes with: words, forms of tasks, turns that follow, systems."""

from pathlib import Path

from .. import worlds

WORDS = worlds.sections(Path(__file__).with_name("vocabulary.txt"))


def under(prefix: str) -> dict[str, list[str]]:
    """The sections whose names begin with a prefix and a dot, by the rest of the name."""
    return {name.removeprefix(f"{prefix}."): phrases for name, phrases in WORDS.items() if name.startswith(f"{prefix}.")}


TOPICS, FORMS, SPANISH = under("topic"), under("form"), under("spanish")
ALL_TOPICS = [topic for topics in TOPICS.values() for topic in topics]
ASPECTS, FOLLOW_DEEP, WRAPS = WORDS["aspect"], WORDS["follow_deep"], WORDS["wraps"]
STOCK_SYSTEMS, AGENT_SYSTEMS = WORDS["stock_systems"], WORDS["agent_systems"]
