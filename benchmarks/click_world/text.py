"""Text: every prompt of the world comes from one grammar, whoever sends it."""

import re
from functools import cache
from random import Random

from .vocabulary import phrases, sections

LANGUAGES = ("es", "de", "fr", "pt", "id", "tr", "ru", "zh", "ja", "hi", "vi")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)
FIRMS = (
    "Dental", "Bakery", "Logistics", "Studio", "Gardens", "Motors", "Books", "Physio", "Optics", "Foods", "Travel",
    "Legal", "Homes",
)
VERBS = ("get", "load", "parse", "merge", "build", "sync", "fetch", "update", "check", "render", "apply", "split")
GREETINGS = (
    "Hi, ", "Hello! ", "hey ", "Please help. ", "Hi there, ", "good morning, ", "sorry to bother again. ",
)
INTRODUCTIONS = (
    "For context, I am a {} in {}.", "I run {1} as a {0}.", "Background: {} at {}.", "I'm a {} near {}.",
    "(I work as {} for {})",
)
ASSISTANTS = (
    "an assistant for {}.", "a coding agent working with a {}.", "the helper of every {} at our place.",
    "a careful writer for a {}.",
)
DUTIES = (
    "answer", "ask before", "never delete", "always quote", "keep", "avoid", "check", "prefer", "list", "confirm",
    "stop at", "translate", "log", "use tools for", "do not guess about",
)


@cache
def grammar() -> dict[str, list[list[tuple[int, str]]]]:
    """Every phrase, cut at its slots: pairs of (is a slot, text); {{ and }} are braces."""
    found = dict(sections())
    found["essaytask"] = found["essay"]
    found["stepl"] = [step[0].lower() + step[1:] for step in found["steps"]]
    return {section: [_cut(phrase) for phrase in alternatives] for section, alternatives in found.items()}


def _cut(phrase: str) -> list[tuple[int, str]]:
    parts = re.split(r"\{(\w+)\}", phrase.replace("{{", "\0").replace("}}", "\1"))
    return [(i % 2, part.replace("\0", "{").replace("\1", "}")) for i, part in enumerate(parts) if i % 2 or part]


class Words:
    """Text out of two streams: people's choices (``rng``) and the items of task banks."""

    def __init__(self, seed):
        self.rng, self.items = Random(seed), Random(1)
        self.draw = self.rng
        self.grammar = grammar()
        self.first_names, self.syllables = phrases("first"), phrases("syllable")
        num, pick, word = self.num, self.pick, self.word
        self.slots = {
            "n1": lambda: num(2, 9),
            "n2": lambda: num(10, 99),
            "n3": lambda: num(100, 990),
            "n4": lambda: num(1000, 9900),
            "pct": lambda: num(2, 95) + "%",
            "money": lambda: pick("$€£") + num(3, 4800) + pick(("", ".50", ".99", ".20")),
            "date": lambda: num(1, 28) + " " + pick(MONTHS),
            "time": lambda: num(7, 21) + ":" + pick(("00", "15", "30", "45")),
            "id": lambda: pick("ABCDKRTX") + pick("BDFGMPQ") + "-" + num(1000, 99999),
            "town": self.town,
            "nm": lambda: pick(self.first_names),
            "full": lambda: (
                pick(self.first_names) + " " + word().capitalize() + pick(("", "son", "ez", "i", "er"))
            ),
            "biz": lambda: word().capitalize() + " " + pick(FIRMS),
            "prod": lambda: word().capitalize() + pick(("", " Pro", " Mini", "Box", " X" + num(1, 9), "Kit")),
            "var": lambda: word(2) + pick(("_id", "_list", "s", "_map", "Count", "_total", "")),
            "ver": lambda: num(1, 9) + "." + num(0, 20) + "." + num(0, 9),
            "fn": lambda: pick(VERBS) + "_" + word(2),
            "hex": lambda: f"{self.draw.getrandbits(32):08x}",
            "ipx": lambda: "10." + num(0, 255) + "." + num(0, 255) + "." + num(1, 254),
            "w": word,
            "s2": lambda: self.document(2),
            "s4": lambda: self.document(3 + int(self.draw.random() * 3)),
            "s9": lambda: self.document(6 + int(self.draw.random() * 8)),
            "s30": lambda: self.document(15 + int(self.draw.random() * 40)),
            "code": self.code,
            "logs": self.logs,
            "table": self.table,
            "trace": self.reasoning,
            "qa": lambda: self.expand("maths"),
        }
        for language in LANGUAGES:
            self.slots[f"{language}_d"] = self._foreign(f"{language}_s")

    def _foreign(self, section):
        return lambda: " ".join(self.expand(section) for _ in range(2 + int(self.draw.random() ** 2 * 9)))

    def pick(self, items):
        """Any of the items."""
        return items[int(self.draw.random() * len(items))]

    def word(self, n=0):
        """A made-up word of n syllables."""
        return "".join(self.pick(self.syllables) for _ in range(n or 2 + (self.draw.random() < 0.4)))

    def num(self, a, b):
        """A whole number from a to b."""
        return str(a + int(self.draw.random() * (b - a + 1)))

    def town(self):
        """A made-up town."""
        return self.word().capitalize() + self.pick(("", "", "ton", "ville", "berg", " Bay", "ford"))

    def expand(self, section):
        """A phrase of a section with its slots filled."""
        out = []
        for is_slot, part in self.pick(self.grammar[section]):
            if not is_slot:
                out.append(part)
            elif slot := self.slots.get(part):
                out.append(slot())
            else:
                out.append(self.expand(part))
        return "".join(out)

    def document(self, n):
        """A text of n sentences."""
        return " ".join(self.expand("sent") for _ in range(n))

    def code(self):
        """Some functions."""
        return "\n\n".join(self.expand("code0") for _ in range(1 + int(self.draw.random() ** 2 * 4)))

    def logs(self):
        """Lines of a log."""
        return "\n".join(self.expand("log0") for _ in range(1 + int(self.draw.random() ** 2 * 9)))

    def reasoning(self):
        """A trace of thoughts."""
        return " ".join(self.expand("rs") for _ in range(3 + int(self.draw.random() * 7)))

    def table(self):
        """A small table."""
        rows = [f"{self.word()},{self.word()},{self.word()}"]
        for _ in range(3 + int(self.draw.random() ** 2 * 22)):
            rows.append(f"{self.num(1, 28)}/{self.num(1, 12)},{self.pick(self.first_names)},{self.num(1, 9000)}")
        return "\n".join(rows)

    def task(self, pool, seed):
        """The seed-th item of a pool: the same text for whoever holds the same item."""
        self.items.seed(seed * 1000003 + len(pool) * 7919 + sum(map(ord, pool)))
        self.draw = self.items
        text = self.expand(pool)
        self.draw = self.rng
        return text

    def manual(self, seed, n=14):
        """A long system prompt, the same for the same seed."""
        self.items.seed(seed)
        self.draw = self.items
        name = self.word().capitalize() + self.pick(("", " Assist", "Code", " Agent", "Bot", "Desk"))
        out = [f"You are {name}, " + self.pick(ASSISTANTS).format(self.expand("job"))]
        for i in range(n):
            out.append(f"{i + 1}. {self.pick(DUTIES).capitalize()} {self.expand('obj')}{self.expand('tail')}.")
        if self.draw.random() < 0.6:
            tone = self.expand("tone")
            out.append(f"Tone: {tone}. Answer in at most {self.num(40, 400)} words unless asked.")
        self.draw = self.rng
        return "\n".join(out)

    def introduction(self):
        """What a person says about themselves."""
        line = self.pick(INTRODUCTIONS)
        job = self.expand("job")
        return line.format(job, self.slots[self.pick(("town", "biz"))]())

    def voice(self, text, manner, introduction):
        """As a person writes it; manner: how often in lower case, with slips, politely, with an introduction."""
        random, pick = self.draw.random, self.pick
        if len(text) < 400 and random() < manner[0]:
            text = text[0].lower() + text[1:].rstrip(".")
        if random() < manner[1]:
            text = self._slip(text)
        if random() < manner[2]:
            text = pick(GREETINGS) + text
        if random() < manner[2] * 0.6:
            text += pick((" Thanks!", " thank you", " Thanks in advance.", " thx", " cheers"))
        if random() < manner[3]:
            text = introduction + " " + text if random() < 0.5 else text + " " + introduction
        return text

    def _slip(self, text):
        for _ in range(1 + len(text) // 80):
            if len(text) < 6:
                break
            i = 1 + int(self.draw.random() * (len(text) - 3))
            text = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
        return text
