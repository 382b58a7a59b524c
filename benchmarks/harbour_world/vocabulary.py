"""The phrases that this world writes with, read from vocabulary.txt."""

from pathlib import Path

from .. import worlds


def sections() -> dict[str, list[str]]:
    """Phrases by section."""
    return worlds.sections(Path(__file__).with_name("vocabulary.txt"))


def phrases(section: str) -> list[str]:
    """Phrases of a section."""
    return sections()[section]


def trades() -> list[str]:
    """Names of the trades, in the order of the file."""
    return list(dict.fromkeys(name.split(".")[1] for name in sections() if name.startswith("trade.")))


def instruction(name: str) -> str:
    """The one system prompt of a public tool or habit."""
    (text,) = phrases(f"system.{name}")
    return text
