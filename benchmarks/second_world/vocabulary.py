"""The phrases that the second generator writes with, read from vocabulary.txt."""

from functools import cache
from pathlib import Path


@cache
def sections() -> dict[str, list[str]]:
    """Phrases by section."""
    found: dict[str, str] = {}
    name = ""
    for line in Path(__file__).with_name("vocabulary.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]") and "|" not in line and " " not in line:
            name = line[1:-1]
            found[name] = ""
        else:
            found[name] += line
    return {name: text.replace("\\n", "\n").split("|") for name, text in found.items()}


def phrases(section: str) -> list[str]:
    """Phrases of a section."""
    return sections()[section]


@cache
def topics() -> list[str]:
    """What people ask about."""
    return [name.removeprefix("thing.") for name in sections() if name.startswith("thing.")]


@cache
def other_languages() -> list[str]:
    """Languages other than English that people ask in."""
    return [name.removeprefix("ask.") for name in sections() if name.startswith("ask.")]
