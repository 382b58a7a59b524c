"""Texts: a small grammar, habits of writing, paraphrase.

Every crowd and every operator draws from the same symbols: what differs is the mixture, never the vocabulary.
"""

import random
import re
from pathlib import Path

from .. import worlds

GRAMMAR = dict(worlds.sections(Path(__file__).with_name("vocabulary.txt")))
GRAMMAR["lead"] = [x + " " if x else x for x in GRAMMAR["lead"]]
GRAMMAR["tail"] = [" " + x if x else x for x in GRAMMAR["tail"]]
SYNONYMS = {first: others for first, *others in (group.split("/") for group in GRAMMAR.pop("synonyms"))}
# median answer length in tokens by family
ANSWER = {
    "code": 560, "math": 430, "qa": 410, "study": 520, "write": 260, "extract": 55, "translate": 95, "chat": 190, "creative": 720,
    "business": 610, "advice": 390, "agent": 150, "judge": 210, "es": 300, "fr": 290, "de": 280, "pt": 280, "id": 270, "zh": 300,
    "follow": 220
}
SLOT = re.compile(r"\{(\w+)\}")


def _parse(production: str) -> list[str]:
    """Split a production at its slots: even positions are literals, odd ones symbols."""
    return SLOT.split(production)


class Text:
    """A seeded writer of texts."""

    def __init__(self, seed: int) -> None:
        self.rnd = random.Random(seed)
        self.rules = {symbol: [_parse(p) for p in productions] for symbol, productions in GRAMMAR.items()}

    def one(self, symbol: str) -> str:
        """Expand one symbol."""
        rules = self.rules[symbol]
        parts = rules[int(self.rnd.random() * len(rules))]
        if len(parts) == 1:
            return parts[0]
        return "".join(part if i % 2 == 0 else self.one(part) for i, part in enumerate(parts))

    def many(self, symbols: list[str]) -> list[str]:
        """Expand a list of symbols, one text each."""
        return [self.one(s) for s in symbols]

    def pool(self, symbols: list[str], size: int) -> list[str]:
        """A list of distinct tasks, cycling through the symbols."""
        found: dict[str, None] = {}
        tries = 0
        while len(found) < size and tries < size * 20:
            found.setdefault(self.one(symbols[tries % len(symbols)]))
            tries += 1
        return list(found)

    def follow(self, family: str, probe: float = 0.0) -> str:
        """A later turn in a conversation of this family."""
        if probe and self.rnd.random() < probe:
            return self.one("probe")
        return self.one("follow_code" if family in ("code", "agent") and self.rnd.random() < 0.75 else "follow")

    def styled(self, text: str, style: int) -> str:
        """A person's habit of writing, applied to a text most of the time."""
        if style == 0 or self.rnd.random() < 0.2:
            return text
        if style == 1:
            return text.lower()
        if style == 2:
            return text.lower().rstrip(".?!")
        if style == 3:
            return text.rstrip(".") + ", please"
        if style == 4:
            return "Hi! " + text
        if style == 5:
            return text + " Thanks"
        if style == 6 and len(text) > 12:
            at = 2 + int(self.rnd.random() * (len(text) - 4))
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        if style == 7:
            return "hey, " + text[0].lower() + text[1:].rstrip(".")
        return text

    def paraphrase(self, text: str) -> str:
        """The same task in other words, as another model would write it."""
        for word, others in SYNONYMS.items():
            if word in text and self.rnd.random() < 0.8:
                text = text.replace(word, others[int(self.rnd.random() * len(others))], 1)
        lead = self.one("lead")
        if lead.endswith(": ") or lead == "":
            return lead + text + self.one("tail")
        return lead + text[0].upper() + text[1:] + self.one("tail")
