"""The grammar that writes the prompts. Every crowd and every operator draws from the same task families."""

import re
from functools import cache
from random import Random

from .vocabulary import phrases, sections

SLOT = re.compile(r"\{(\w+)\}")
PREFIXES = ("get_", "load_", "is_", "make_", "run_", "parse_", "sum_", "find_", "", "", "", "")
SUFFIXES = (
    "_id", "_count", "_map", "_list", "_at", "_ref", "_path", "_total", "_key", "_flag", "_index", "_name", "_rate", "",
)
FIRMS = (" Labs", " GmbH", " Ltd", " Group", " Studio", " & Sons", " Cooperative", " Works", "")
WISHES = (
    "for {aud}", "in {fmt}", "{constraint}", "but {tone}", "I mean the {adj} {n}", "not the {n}", "with an example",
)
FRAMES = (
    "Solve the task below.", "Work on the following problem.", "Here is a task.", "You will be given one exercise.",
    "Complete this request.",
)
TAGS = (
    "First write your full thinking between <{0}> and </{0}>, then the answer.",
    "Put the complete chain of reasoning in <{0}></{0}> before the result.",
    "Output two sections, {0} and answer; do not skip any thought in {0}.",
    "Show each intermediate consideration inside <{0}> tags, including ideas you drop.",
)
DEMANDS = (
    "Do not summarise.", "Be exhaustive.", "Use at least 300 words for it.", "Write it in the language of the task.",
    "Number the steps.",
)


def _named(prefix):
    return [name.removeprefix(prefix) for name in sections() if name.startswith(prefix)]


TOPICS = _named("topic.")
LANGUAGES = _named("noun.")


@cache
def invented_words():
    """The world's vocabulary of invented names."""
    rng, found = Random(9173), set()
    while len(found) < 9000:
        found.add("".join(rng.choice(phrases("syllable")) for _ in range(rng.choice((2, 2, 3, 3)))))
    words = sorted(found)
    rng.shuffle(words)
    return words


class Text:
    """One stream of text."""

    def __init__(self, rng):
        self.rng, self.random = rng, rng.random
        self.cut = {}
        self.words = invented_words()
        random, word, ident = self.random, self.word, self.ident
        self.slots = {
            "n": lambda topic: self.pick(phrases(f"topic.{topic}")), "num": lambda _: str(int(2 + 998 * random() ** 2)),
            "num1": lambda _: str(2 + int(random() * 10)), "num3": lambda _: str(100 * (1 + int(random() * 20))),
            "num4": lambda _: str(1000 + int(random() * 9000)), "year": lambda _: str(1400 + int(random() * 800)),
            "word": lambda _: word(), "ident": lambda _: ident(), "camel": lambda _: word().title() + word().title(),
            "company": lambda _: word().title() + self.pick(FIRMS), "product": lambda _: word().title(),
            "code": lambda _: self.code(), "tb": self._traceback, "table": lambda _: self._table(),
            "para": lambda topic: self._sentences(2 + int(random() * 3), topic), "long": self._document,
            "q": lambda topic: self.task(self.pick(("math", "explain", "code", "sci")), topic),
        }

    def pick(self, items):
        """Any of the items."""
        return items[int(self.random() * len(items))]

    def word(self):
        """An invented word, some more often than others."""
        return self.words[int(len(self.words) * self.random() ** 2)]

    def ident(self):
        """A name in code."""
        return self.pick(PREFIXES) + self.word() + self.pick(SUFFIXES)

    def code(self):
        """A snippet."""
        i, j, k, m = self.ident(), self.ident(), self.word(), self.word()
        u = self.random()
        n = int(self.random() * 90) + 2
        if u < 0.3:
            head = f"def {i}({k}, {m}={n}):\n    out = []\n    for x in {k}:\n        if x.{j} > {m}:\n"
            return head + f"            out.append({self.ident()}(x))\n    return out"
        if u < 0.55:
            head = f"function {i}({k}) {{\n  const {m} = {k}.filter(x => x.{j} !== {n});\n"
            return head + f"  return {m}.map({self.ident()});\n}}"
        if u < 0.75:
            head = f"func {i}({k} []{m}) ({j} int, err error) {{\n\tfor _, x := range {k} {{\n"
            return head + f"\t\t{j} += x.{self.word()}\n\t}}\n\treturn {j}, nil\n}}"
        if u < 0.9:
            head = f"-    {k} = {i}({m})\n+    {k} = {i}({m}, {j}={n})\n     if {k}:\n"
            return head + f"-        return {self.ident()}\n+        return {self.ident()}({k})"
        head = f"class {i.title().replace('_', '')}:\n    {k} = {n}\n    def {j}(self, {m}):\n"
        return head + f"        self.{k} += {m}.{self.ident()}\n        return self"

    def _traceback(self, topic):
        lines = ["Traceback (most recent call last):\n"]
        for _ in range(1 + int(self.random() * 4)):
            file, line = self.expand("{file}", topic), int(self.random() * 400)
            lines.append(f'  File "{file}", line {line}, in {self.ident()}\n')
            lines.append(f"    {self.word()}.{self.ident()}({self.word()})\n")
        return "".join(lines) + self.expand("{err}", topic)

    def _table(self):
        rows = [",".join(self.ident() for _ in range(3))]
        for _ in range(3 + int(self.random() * 6)):
            rows.append(f"{self.word()},{int(self.random() * 900)},{self.random() * 50:.2f}")
        return "\n".join(rows)

    def _sentences(self, n, topic):
        return " ".join(self.expand("{sentence}", topic) for _ in range(n))

    def _document(self, topic):
        short = self.random() < 0.94
        return self._sentences(4 + int(self.random() ** 2 * 14) if short else 25 + int(self.random() * 110), topic)

    def _parts(self, phrase):
        parts = self.cut.get(phrase)
        if parts is None:
            parts = self.cut[phrase] = SLOT.split(phrase)
        return parts

    def expand(self, phrase, topic):
        """A phrase with its slots filled."""
        parts = self._parts(phrase)
        if len(parts) == 1:
            return phrase
        out = []
        for i, part in enumerate(parts):
            if i % 2 == 0:
                out.append(part)
            elif slot := self.slots.get(part):
                out.append(slot(topic))
            else:
                value = self.pick(phrases(f"task.{part}" if part == "short" else f"word.{part}"))
                out.append(self.expand(value, topic) if "{" in value else value)
        return "".join(out)

    def foreign(self, language):
        """Something to ask for in another language."""
        return self._foreign(self.pick(phrases(f"ask.{language}")), language)

    def _foreign(self, phrase, language):
        out = []
        for i, part in enumerate(self._parts(phrase)):
            if i % 2 == 0:
                out.append(part)
            elif part == "x":
                out.append(self.pick(phrases(f"noun.{language}")))
            elif part == "xs":
                out.append(self._foreign(self.pick(phrases(f"sentence.{language}")), language))
            elif slot := self.slots.get(part):
                out.append(slot("edu"))
            else:
                out.append(self.pick(phrases(f"word.{part}")))
        return "".join(out)

    def template(self, family):
        """A task with its slots open."""
        return self.pick(phrases(f"task.{family}"))

    def task(self, family, topic=None, language=None):
        """Something to ask for."""
        if language and language != "en" and family != "tool":
            return self.foreign(language)
        return self.expand(self.template(family), topic or self.pick(TOPICS))

    def style(self, text, style):
        """As a person types it, from 0 (careful) to 4 (sloppy)."""
        random = self.random
        if style == 0 or len(text) > 900:
            return text
        if style >= 2 and len(text) < 300:
            text = text[0].lower() + text[1:]
        if style >= 3 and text.endswith("."):
            text = text[:-1]
        if style >= 3 and random() < 0.5 and len(text) > 12:
            for _ in range(1 + len(text) // 120):
                i = int(random() * (len(text) - 2))
                if text[i].isalpha() and text[i + 1].isalpha():
                    text = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
        if random() < 0.18:
            text = self.pick(("please ", "can you ", "could you please: ", "ok ", "hey, ")) + text
        if random() < 0.14:
            text += self.pick((" thanks", " thx!", " Thank you.", " pls", " keep it short", " be detailed", " asap"))
        return text

    def reformulate(self, text, topic):
        """The same need in other words."""
        u, words = self.random(), text.split(" ")
        if u < 0.25 and len(words) > 6:
            i = int(self.random() * (len(words) - 3))
            return " ".join(words[:i] + words[i + 2 :])
        if u < 0.5:
            return text + " " + self.expand(self.pick(WISHES), topic)
        if u < 0.7:
            return self.pick(("I meant: ", "again, ", "let me rephrase. ", "no, ", "")) + text
        if u < 0.85:
            return " ".join(words[: max(3, int(len(words) * 0.6))])
        return self.expand(self.pick(("what about a {adj} {n}? ", "same for {n}: ", "in {lang} ")), topic) + text

    def follow(self, topic):
        """A later turn."""
        return self.expand(self.pick(phrases("follow")), topic)

    def rule(self):
        """A rule of a system prompt, its slots open."""
        return self.pick(phrases("rule"))

    def system(self, role, n, topic=None):
        """A system prompt of n rules."""
        topic = topic or self.pick(TOPICS)
        rules = [f"{i + 1}. " + self.expand(self.rule(), topic) for i in range(n)]
        return f"You are {role}.\n" + "\n".join(rules)

    def elicit_fixed(self):
        """A frame that asks for the thinking."""
        frame, tags = self.pick(FRAMES), self.pick(TAGS)
        tag = self.pick(("reasoning", "thinking", "scratch", "analysis", self.word()))
        return f"{frame} {tags.format(tag)} {self.pick(DEMANDS)}\n\n"

    def elicit_anew(self, task, topic):
        """A task with a wish for the thinking, worded anew."""
        wish = self.pick(phrases("aloud.ask")) + " " + self.pick(phrases("aloud.how")) + "."
        why = self.expand(self.pick(phrases("aloud.why")), topic)
        parts = [why, task, wish]
        if self.random() >= 0.5:
            parts = [wish, why, task] if self.random() < 0.5 else [task, wish, why]
        return self.pick(("\n\n", "\n", " ")).join(part for part in parts if part)
