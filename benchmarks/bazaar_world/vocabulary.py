"""The phrases that this world writes with, read from vocabulary.txt."""

from pathlib import Path

from .. import worlds


def sections() -> dict[str, list[str]]:
    """Phrases by section."""
    return worlds.sections(Path(__file__).with_name("vocabulary.txt"))


def phrases(section: str) -> list[str]:
    """Phrases of a section."""
    return sections()[section]


def group(prefix: str) -> dict[str, list[str]]:
    """Sections named ``prefix.something``, by that something."""
    return {name.removeprefix(f"{prefix}."): found for name, found in sections().items() if name.startswith(f"{prefix}.")}
