"""The phrases that this world writes with, read from vocabulary.txt."""

import re
from functools import cache
from pathlib import Path

ESCAPES = {"n": "\n", "t": "\t", "\\": "\\"}


@cache
def sections() -> dict[str, list[str]]:
    """Phrases by section: what stands between | in the lines that follow [section]."""
    found: dict[str, str] = {}
    name = ""
    for line in Path(__file__).with_name("vocabulary.txt").read_text(encoding="utf-8").split("\n"):
        if re.fullmatch(r"\[[\w.]+\]", line):
            name = line[1:-1]
            found[name] = ""
        elif name:
            found[name] += line
    return {name: [_unescape(phrase) for phrase in text.split("|")] for name, text in found.items()}


def phrases(section: str) -> list[str]:
    """Phrases of a section."""
    return sections()[section]


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: ESCAPES[found[1]], text)
