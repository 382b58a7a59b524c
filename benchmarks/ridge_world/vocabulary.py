"""The phrases that this world writes with, read from vocabulary.txt."""

from pathlib import Path

from .. import worlds


def _part(name: str) -> dict[str, list[str]]:
    """The sections of one kind: phrases by what they are of."""
    found = worlds.sections(Path(__file__).with_name("vocabulary.txt"))
    return {key.removeprefix(name + "."): phrases for key, phrases in found.items() if key.startswith(name + ".")}


SLOTS, SENTENCES, TEMPLATES = _part("slots"), _part("sentences"), _part("templates")
FOLLOW, SYSTEMS, FOREIGN = _part("follow"), _part("systems"), _part("foreign")
