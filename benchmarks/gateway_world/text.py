"""What people ask and models answer: a small grammar over vocabulary.txt, and pieces of the standard library for code."""

import importlib
import inspect
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ..worlds import sections

PHRASES = sections(Path(__file__).with_name("vocabulary.txt"))
TOPICS = {name.removeprefix("topic."): phrases for name, phrases in PHRASES.items() if name.startswith("topic.")}
FIRST_NAMES, MAIL = PHRASES["first_name"], PHRASES["mail"]
CITIES = PHRASES["fill.city"]
CODE_TOPIC = "code"
CODE_WISHES = ("keep the interface", "no new dependencies", "Python 3.9 only", "it is legacy code")
MODULES = (
    "argparse", "ast", "bisect", "calendar", "cmd", "codecs", "collections", "configparser", "contextlib", "copy", "csv", "dataclasses",
    "datetime", "difflib", "email.message", "fractions", "ftplib", "functools", "glob", "gzip", "heapq", "http.client", "imaplib",
    "inspect", "json.decoder", "logging", "mailbox", "numbers", "optparse", "pathlib", "pickle", "plistlib", "pprint", "queue", "random",
    "shlex", "shutil", "smtplib", "statistics", "string", "tarfile", "tempfile", "textwrap", "threading", "tokenize", "traceback",
    "urllib.parse", "urllib.request", "uuid", "wave", "weakref", "zipfile",
)
PIECE_LINES, FEWEST_LINES, MOST_LINES = 14, 6, 140


@cache
def code() -> list[str]:
    """Pieces of code, from the Python that runs: another version has other pieces."""
    pieces: set[str] = set()
    for name in MODULES:
        for item in vars(importlib.import_module(name)).values():
            if not (inspect.isfunction(item) or inspect.isclass(item)):
                continue
            try:
                lines = inspect.getsource(item).splitlines()
            except (OSError, TypeError):  # compiled, or made at run time
                continue
            parts = (lines[start : start + PIECE_LINES] for start in range(0, min(len(lines), MOST_LINES), PIECE_LINES))
            pieces.update("\n".join(part) for part in parts if len(part) >= FEWEST_LINES)
    return sorted(pieces)


class Text:
    """Draws sentences."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def fill(self, template: str, topic: str) -> str:
        """A template with its gaps filled; every gap of one name gets the same."""
        rng, out = self.rng, template
        while "{" in out:
            if "{d}" in out:
                out = out.replace("{d}", rng.choice(PHRASES["detail"]), 1)
            if "{d}" in out:
                continue
            for gap in ("who2", "who", "city", "lang"):
                out = out.replace(f"{{{gap}}}", rng.choice(PHRASES[f"fill.{gap}"]))
            out = out.replace("{x}", rng.choice(TOPICS[topic])).replace("{y}", rng.choice(TOPICS[topic]))
            out = out.replace("{n}", str(rng.randint(2, 12))).replace("{m}", str(rng.randint(20, 900)))
            out = out.replace("{year}", str(rng.randint(1975, 2024)))
        return out

    def opener(self, topics: Sequence[str]) -> tuple[str, str]:
        """A first question on one of the topics, and the topic of what follows."""
        rng = self.rng
        topic = rng.choice(topics)
        if topic == CODE_TOPIC:
            ask = rng.choice(PHRASES["code"]).replace("{d}", rng.choice(CODE_WISHES))
            return ask.replace("{c}", rng.choice(code())), "devops"
        out = self.fill(rng.choice(PHRASES["open"]), topic)
        if rng.random() < 0.35:
            out += " " + self.fill(rng.choice(PHRASES["detail"]), topic)
        return (out.lower() if rng.random() < 0.15 else out), topic

    def follow(self, topic: str) -> str:
        """A later question."""
        return self.fill(self.rng.choice(PHRASES["follow"]), topic)

    def answer(self, topic: str, mean: float = 9) -> str:
        """About so many sentences, one at least."""
        n = max(1, int(self.rng.gauss(mean, mean / 3)))
        return " ".join(self.fill(self.rng.choice(PHRASES["say"]), topic) for _ in range(n))
