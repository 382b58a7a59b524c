"""What people type: a small grammar of slots. Every family of tasks is open to honest people and to operators alike."""

import re
from functools import cache
from random import Random

from .networks import digest
from .vocabulary import group, phrases

SLOT = re.compile(r"\{([a-z]+)(\d?)\}")
NUMBERS = {"n": (2, 12), "p": (13, 95), "q": (120, 4900), "y": (1890, 2024)}
PUBLIC_SEED = 20260101
"""Textbooks and benchmarks are the same books in every world."""
BOOKS = {
    "textbook": (("math", "learn", "logic"), 2400, "textbook"), "entrance": (("math", "logic"), 1800, "entrance"),
    "benchmark": (("math", "logic", "code"), 1200, "openbench"), "bootcamp": (("code", "logic", "data"), 160, "bootcamp"),
    "rules": (("code",), 60, None),
}
"""Families of tasks, size and seed of what everybody can own."""
LANGUAGES = ("es", "pt", "id", "hi", "fr", "tr", "ar", "sw", "vi", "de", "ru", "zh")
SPOKEN = ("shop", "write", "life", "learn", "math", "dialog")
"""Families that other languages than English have."""
TASKS, WORDS, SYNONYMS = group("task"), group("word"), group("synonym")
LEXICONS = {language: group(language) for language in LANGUAGES}
OPENINGS = {"en": phrases("open.en"), **{language: found["open"] for language, found in LEXICONS.items()}}
ENDINGS = {"en": phrases("close.en"), **{language: found["close"] for language, found in LEXICONS.items()}}
GREETINGS = ("hi ", "hello, ", "pls ", "hey ", "good morning ", "urgent: ")


def reasoning_wish(language, default=""):
    """How one asks for the whole reasoning in another language than English."""
    return LEXICONS[language]["reason"][0] if language in LEXICONS else default


@cache
def _minted():
    """Invented names, the same in every world."""
    random, syllables = Random(PUBLIC_SEED), phrases("syllable")

    def mint(n):
        words = ("".join(random.choice(syllables) for _ in range(random.randint(2, 3))) for _ in range(n))
        return sorted({word.capitalize() for word in words})

    names = {"name": mint(900), "namei": mint(700), "city": mint(800), "brand": mint(1500)}
    return {**WORDS, **names, "verbx": [verb.rstrip("s") for verb in WORDS["verb"]]}


@cache
def public_book(name):
    """A fixed public collection (textbook, benchmark, list of prompts), the same for everyone who owns it."""
    kinds, size, seed = BOOKS[name]
    text = Text(PUBLIC_SEED + (int(digest(seed)[:5], 16) if seed else 9))
    return [text.ask(text.random.choice(kinds)) for _ in range(size)]


class Text:
    """Prompts from one random stream."""

    def __init__(self, seed):
        self.random = Random(seed)
        self.lexicon = _minted()

    def pick(self, items):
        """Any of the items."""
        return self.random.choice(items)

    def chance(self, share):
        """Whether something happens that does in this share of cases."""
        return self.random.random() < share

    def slot(self, name):
        """What stands in a slot."""
        random = self.random
        if name in self.lexicon:
            return random.choice(self.lexicon[name])
        if name in NUMBERS:
            return str(random.randint(*NUMBERS[name]))
        if name == "body":
            return " ".join(self.sentence() for _ in range(random.randint(1, 4)))
        if name == "answer":
            return self._working()
        if name == "math":
            return self.fill(random.choice(TASKS["math"]))
        if name == "ask":
            return self.fill(random.choice(TASKS[random.choice(("shop", "write", "learn", "life"))]))
        if name == "table":
            return self._table()
        if name == "snippet":
            return self._snippet()
        return "{" + name + "}"

    def _working(self):
        random = self.random
        return " ".join(
            f"{start} {self.slot('q')} {random.choice('+-*/')} {self.slot('p')} = {self.slot('q')}, "
            f"{random.choice(WORDS['link'])} {random.choice(WORDS['clause'])}."
            for start in ("First,", "Then", "So", "Therefore")[: random.randint(2, 4)]
        )

    def _table(self):
        random = self.random
        heads = random.sample(WORDS["col"], 3)
        rows = (
            f"{random.choice(self.lexicon['city'])},{random.randint(1, 900)},{random.randint(1, 99)}"
            for _ in range(random.randint(4, 9))
        )
        return ",".join(heads) + "\n" + "\n".join(rows)

    def _snippet(self):
        random = self.random
        table, column, verb = random.choice(WORDS["tbl"]), random.choice(WORDS["col"]), random.choice(self.lexicon["verbx"])
        return random.choice(
            (
                f"def {verb}_{table}({table}, limit={random.randint(2, 90)}):\n    out = []\n    for row in {table}:\n"
                f"        if row['{column}'] > limit:\n            out.append(row['{random.choice(WORDS['col'])}'])\n    return out",
                f"const {verb} = ({table}) => {table}.filter(x => x.{column} > {random.randint(2, 90)})\n"
                f"  .map(x => x.{random.choice(WORDS['col'])})",
                f"SELECT {column}, COUNT(*) FROM {table}\nWHERE {random.choice(WORDS['col'])} = {random.randint(2, 90)}\n"
                f"GROUP BY {column};",
                f"for (int i = 0; i <= {table}.size(); i++) {{\n  total += {table}[i].{column};\n}}",
            )
        )

    def sentence(self):
        """Something that happened."""
        random = self.random
        said = random.choice(WORDS["clause"])
        if random.random() < 0.6:
            said += f" {random.choice(WORDS['link'])} {random.choice(WORDS['clause'])}"
        if random.random() < 0.3:
            said = f"{random.choice(self.lexicon['name'])} said {said}"
        return said[0].upper() + said[1:] + "."

    def fill(self, phrase, language="en"):
        """A phrase with its {slots} filled; in English a slot with a digit says the same each time."""
        lexicon, known = LEXICONS.get(language), {}

        def one(found):
            name, digit = found.group(1), found.group(2)
            if lexicon is not None:
                if name == "body":
                    return self.fill(self.random.choice(lexicon["body"]), language)
                if name in ("prod", "topic", "who"):
                    return self.random.choice(lexicon[name])
                if name == "n" and digit:
                    return str(self.random.randint(15, 90) if digit == "2" else self.random.randint(100, 4800))
            if digit:
                return known.setdefault(name + digit, self.slot(name))
            return self.slot(name)

        return SLOT.sub(one, phrase)

    def ask(self, kind, language="en"):
        """A task of a family; families that a language lacks come in English."""
        lexicon = LEXICONS.get(language)
        if lexicon is not None and kind in lexicon:
            return self.fill(self.random.choice(lexicon[kind]), language)
        if lexicon is not None and kind == "dialog":
            return self.fill(self.random.choice(lexicon["body"]) + ". " + self.random.choice(lexicon["life"]), language)
        return self.fill(self.random.choice(TASKS[kind]))

    def follow(self, language="en"):
        """What one says after an answer."""
        random, lexicon = self.random, LEXICONS.get(language)
        said = self.fill(random.choice(lexicon["follow"]), language) if lexicon else self.fill(random.choice(phrases("follow")))
        way = random.random()
        if way < 0.3:
            return said
        if way < 0.62:
            return said + self.fill(random.choice(ENDINGS[language]), language)
        body = self.fill(random.choice(lexicon["body"]), language) if lexicon else self.sentence()
        if way < 0.8:
            return f"{body} {said}"
        if way < 0.9:
            return f"{said} {body}"
        return self.fill(random.choice(OPENINGS[language]), language) + said

    def voice(self, said, language):
        """The same wish as different people put it."""
        random = self.random
        if language == "en":
            words = (
                random.choice(SYNONYMS[word]) if word in SYNONYMS and random.random() < 0.5 else word for word in said.split(" ")
            )
            said = " ".join(words)
        if random.random() < 0.55:
            said = self.fill(random.choice(OPENINGS[language]), language) + said
        if random.random() < 0.5:
            said = said.rstrip(".?") + self.fill(random.choice(ENDINGS[language]), language)
        return said

    def typed(self, said):
        """Thumbs, hurry and habits."""
        random = self.random
        if random.random() < 0.28:
            said = said.lower()
        if random.random() < 0.3:
            said = said.rstrip(".?")
        if random.random() < 0.22 and len(said) > 20:
            i = random.randrange(3, len(said) - 3)
            said = said[:i] + said[i + 1] + said[i] + said[i + 2 :]
        if random.random() < 0.1:
            said = random.choice(GREETINGS) + said
        return said

    def reason(self):
        """A way to ask for the reasoning."""
        opening, act, end = (self.random.choice(phrases(f"reason.{part}")) for part in ("open", "act", "end"))
        return f"{opening} {act}, {end}"

    # Scripts are functions of a number of turns and a language that give the prompts of a sitting.

    def chat(self, families, typed=True, lead=None, tail=None):
        """Talk about a task of one of the families (with weights), under a lead and before a tail (or what it returns)."""
        kinds, weights = list(families), list(families.values())

        def say(n_turns, language):
            kind = self.random.choices(kinds, weights)[0]
            first = self.ask(kind, language)
            if typed:
                first = self.typed(self.voice(first, language if kind in SPOKEN else "en"))
            if lead:
                first = f"{lead} {first}"
            if tail:
                first += " " + (tail() if callable(tail) else tail)
            said = [first]
            for _ in range(n_turns - 1):
                more = self.ask(kind, language) if self.random.random() < 0.25 else self.follow(language)
                said.append(self.typed(more) if typed else more)
            return said

        return say

    def from_list(self, items, typed=False, wrap=None, expand=False, order=None):
        """Items of a shared list, at random or in the given order (an iterator of numbers); then small talk or calls to expand."""

        def say(n_turns, language):
            i = next(order) if order is not None else self.random.randrange(len(items))
            first = items[i % len(items)]
            if wrap:
                first = wrap(first)
            if typed:
                first = self.typed(first)
            return [first] + [self.expansion() if expand else self.follow(language) for _ in range(n_turns - 1)]

        return say

    def expansion(self):
        """A call for the reasoning behind an answer."""
        return self.fill(self.random.choice(phrases("expand")))

    def agentic(self, lead=""):
        """A coding agent's task and the results of its tools."""

        def result():
            return self.fill(self.fill('<tool_result name="{tool}">' + self.random.choice(phrases("tool.result")) + "</tool_result>"))

        def say(n_turns, language):
            first = lead + self.ask(self.random.choice(("agent",)))
            return [first] + [result() if self.random.random() < 0.85 else self.follow() for _ in range(n_turns - 1)]

        return say
