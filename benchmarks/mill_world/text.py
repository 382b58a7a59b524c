"""Texts: a small random grammar of many kinds of task, personal habits of writing, system prompts."""

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .. import worlds

_SLOT = re.compile(r"<(\w+)>")
_MONTHS = ("Jan", "Feb", "March", "April", "May", "June", "July", "Sept", "Oct", "Nov")
_LETTERS = "ABCDEFGHKLMNPRSTX"
_PORTS = (3000, 5432, 6379, 8000, 8080, 9090, 27017, 4317, 1883, 9200)


def _between(low: int, high: int) -> Callable[[random.Random], str]:
    """A maker of whole numbers from low to high."""
    span = high - low + 1
    return lambda r: str(low + int(r.random() * span))


def _sku(r: random.Random) -> str:
    """An article or order number."""
    draw = r.random
    return f"{_LETTERS[int(draw() * 17)]}{_LETTERS[int(draw() * 17)]}-{100 + int(draw() * 99900)}"


NUMBERS: dict[str, Callable[[random.Random], str]] = {
    "d": _between(2, 12), "n": _between(3, 98), "nn": _between(100, 999), "big": lambda r: f"{(10 + int(r.random() * 980)) * 100}",
    "pct": lambda r: f"{1 + int(r.random() * 95)}%",
    "f": lambda r: f"{0.1 + r.random() * 60:.1f}" if r.random() < 0.5 else f"{0.1 + r.random() * 60:.2f}",
    "usd": lambda r: f"${3 + int(r.random() ** 2 * 9500)}", "yr": _between(1890, 2026),
    "date": lambda r: f"{1 + int(r.random() * 28)} {_MONTHS[int(r.random() * 10)]}",
    "hh": lambda r: f"{int(r.random() * 24):02d}:{int(r.random() * 60):02d}", "sku": _sku,
    "hex": lambda r: f"{int(r.random() * 268435456):07x}",
    "ver": lambda r: f"{int(r.random() * 10)}.{int(r.random() * 25)}.{int(r.random() * 13)}", "line": _between(4, 860),
    "port": lambda r: str(_PORTS[int(r.random() * 10)])
}
RULES = worlds.sections(Path(__file__).with_name("vocabulary.txt"))
DOMAINS = [
    "math", "science", "logic", "code_q", "code_write", "code_review", "agent", "sql", "data", "email", "rewrite", "summary", "translate",
    "extract", "classify", "support", "grade", "pair", "creative", "market", "role", "health", "law", "money", "home", "explain", "es",
    "pt", "de", "fr", "id", "zh", "devops", "survey", "moderate", "contract"
]
OUT_LOG_MEAN: dict[str, float] = {
    "math": 5.9, "science": 6.1, "logic": 6.0, "code_q": 6.0, "code_write": 6.7, "code_review": 6.1, "agent": 5.2, "sql": 5.4, "data": 6.0,
    "email": 5.2, "rewrite": 5.0, "summary": 5.2, "translate": 4.7, "extract": 4.4, "classify": 2.6, "support": 4.6, "grade": 5.0,
    "pair": 5.2, "creative": 6.5, "market": 5.2, "role": 5.1, "health": 6.0, "law": 6.1, "money": 6.1, "home": 5.9, "explain": 6.3,
    "devops": 5.9, "survey": 3.8, "moderate": 2.4, "contract": 5.8,
}


class _Rule:
    """A compiled rule: each frame is plain text or a list of plain texts, rules, number makers and the task mark (None)."""

    __slots__ = ("frames", "size")

    def __init__(self) -> None:
        self.frames: list[Any] = []
        self.size = 0


class Grammar:
    """Random expansion of the rules; a slot in angle brackets is a rule, a number or the task T."""

    def __init__(self, rules: dict[str, list[str]]) -> None:
        self._rules: dict[str, _Rule] = {key: _Rule() for key in rules}
        for key, frames in rules.items():
            compiled: list[Any] = []
            for frame in frames:
                parts = _SLOT.split(frame)
                compiled.append(parts[0] if len(parts) == 1 else [self._part(p, i % 2 == 1) for i, p in enumerate(parts) if p])
            self._rules[key].frames = compiled
            self._rules[key].size = len(compiled)

    def _part(self, part: str, slot: bool) -> Any:
        if not slot:
            return part
        if part == "T":
            return None
        return NUMBERS[part] if part in NUMBERS else self._rules[part]

    def make(self, key: str, rnd: random.Random, task: str = "") -> str:
        """One text of a rule; the slot T is replaced by `task`."""
        rule = self._rules[key]
        return self._text(rule.frames[int(rnd.random() * rule.size)], rnd, task)

    def _text(self, frame: Any, rnd: random.Random, task: str) -> str:
        if type(frame) is str:
            return frame
        out: list[str] = []
        self._fill(frame, rnd, task, out)
        return "".join(out)

    def _fill(self, frame: list[Any], rnd: random.Random, task: str, out: list[str]) -> None:
        draw = rnd.random
        for part in frame:
            if type(part) is str:
                out.append(part)
            elif type(part) is _Rule:
                chosen = part.frames[int(draw() * part.size)]
                if type(chosen) is str:
                    out.append(chosen)
                else:
                    self._fill(chosen, rnd, task, out)
            elif part is None:
                out.append(task)
            else:
                out.append(part(rnd))


GRAMMAR = Grammar(RULES)
_GREET = ("hi, ", "Hello! ", "hey ", "", "", "", "Good morning. ", "pls ", "quick question: ", "ok so ", "")
_BYE = ("", "", "", " thanks", " Thank you!", " pls", " thx", "", " ??", " asap", "")


def typo(text: str, rnd: random.Random) -> str:
    """Swap two neighbouring letters or drop one."""
    if len(text) < 8:
        return text
    at = rnd.randrange(1, min(len(text) - 2, 160))
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :] if rnd.random() < 0.6 else text[:at] + text[at + 1 :]


def styled(text: str, style: int, rnd: random.Random) -> str:
    """Apply a person's habits (bits of `style`): lower case, greetings, thanks, typos, no final stop. Style 0 leaves the text."""
    if style == 0:
        return text
    if style & 1 and "\n" not in text:
        text = text.lower()
    if style & 2 and rnd.random() < 0.5:
        text = _GREET[(style >> 5) % len(_GREET)] + text
    if style & 4 and rnd.random() < 0.5:
        text = text + _BYE[(style >> 7) % len(_BYE)]
    if style & 8 and rnd.random() < 0.35:
        text = typo(text, rnd)
    if style & 16 and text.endswith("."):
        text = text[:-1]
    return text


def compose(domains: Sequence[str], rnd: random.Random, styles: Sequence[int] | None = None) -> list[str]:
    """One text for each entry of `domains`, written in the matching style."""
    make = GRAMMAR.make
    if styles is None:
        return [make(domain, rnd) for domain in domains]
    return [styled(make(domain, rnd), int(style), rnd) for domain, style in zip(domains, styles, strict=True)]


def system_prompt(rnd: random.Random) -> str:
    """A company's or app's own system prompt."""
    return GRAMMAR.make("sys_long", rnd)
