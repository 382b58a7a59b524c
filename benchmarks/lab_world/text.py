"""Text: a recursive grammar plus small builders. Everybody, innocent or not, draws from here."""

import re
from functools import cache

from .vocabulary import phrases, sections

SLOT = re.compile(r"\{(\w+)\}")


@cache
def grammar():
    """Every phrase, cut at its slots: a string, or pairs of (is a slot, text)."""
    compiled = {}
    for section, alternatives in sections().items():
        out = []
        for s in alternatives:
            parts, p = [], 0
            for m in SLOT.finditer(s):
                if m.start() > p:
                    parts.append((0, s[p : m.start()]))
                parts.append((1, m.group(1)))
                p = m.end()
            if p < len(s):
                parts.append((0, s[p:]))
            out.append(parts[0][1] if len(parts) == 1 and parts[0][0] == 0 else (parts or ""))
        compiled[section] = out
    compiled["sent1"] = compiled["sent"]
    return compiled


class Text:
    """One stream of text; called with a section, it fills one of its phrases."""

    def __init__(self, rng):
        self.rng, self.random = rng, rng.random
        self.grammar = grammar()
        r = self.random
        self.slots = {
            "n1": lambda: str(2 + int(r() * 8)), "n2": lambda: str(11 + int(r() * 88)),
            "n3": lambda: str(int(110 + r() ** 2 * 4890)), "year": lambda: str(1900 + int(r() * 126)),
            "hour": lambda: str(1 + int(r() * 12)), "hex": lambda: f"{int(r() * 16777215):06x}",
            "Sy": lambda: self("sy").capitalize(), "when1": lambda: self("when").capitalize(), "para": self.para,
            "table": self.table, "code": self.code, "log": self.log, "task": self.task,
        }

    def __call__(self, k):
        f = self.slots.get(k)
        if f:
            return f()
        a = self.grammar[k]
        x = a[int(self.random() * len(a))]
        if type(x) is str:
            return x
        return "".join([s if z == 0 else self(s) for z, s in x])

    def para(self, n=None):
        """A few sentences."""
        n = n or 2 + int(self.random() ** 2 * 9)
        return " ".join([self("sent") for _ in range(n)])

    def table(self):
        """Rows of a table."""
        n = 3 + int(self.random() ** 2 * 14)
        h = [self("noun"), self("noun"), "n_" + self("verb"), self("per")]
        return "\n".join([",".join(h)] + [f"{self('first')},{self('adj')},{self('n3')},{self('n2')}" for _ in range(n)])

    def code(self):
        """Some functions."""
        o, r = [], self.random
        for _ in range(1 + int(r() ** 2 * 4)):
            a, b, voice = self("noun"), self("noun"), self("verb")
            o.append(f"def {voice}_{a}({b}, limit={self('n3')}):")
            for _ in range(1 + int(r() * 5)):
                z = int(r() * 5)
                c = self("noun")
                o.append(
                    (
                        f"    for {c} in {b}:\n        {a}.append({c}['{self('adj')}'])",
                        f"    if {b} > {self('n2')}: return {c}",
                        f"    {c} = {{k: v for k, v in {b}.items() if v != '{self('adj')}'}}",
                        f"    {a} = sorted({b}, key=lambda x: x.{c})[:{self('n2')}]",
                        f"    assert {c}, '{b} not {self('verb')}'",
                    )[z]
                )
            o.append(f"    return {a}")
        return "\n".join(o)

    def log(self):
        """Lines of a log."""
        n = 2 + int(self.random() ** 2 * 12)
        return "\n".join(
            (
                f"2026-{1 + int(self.random() * 12):02d}-{1 + int(self.random() * 28):02d} "
                f"{int(self.random() * 24):02d}:{int(self.random() * 60):02d}:{int(self.random() * 60):02d} "
                f"{self.rng.choice(('INFO', 'WARN', 'ERROR'))} {self('dom')}-{self('hex')}: "
                f"{self('noun')} {self('verb')} ({self('n3')})"
            )
            for _ in range(n)
        )

    def math(self):
        """A sum in words."""
        r, text = self.random, self
        a, b = text("first"), text("first")
        n, m, k = 3 + int(r() * 90), 2 + int(r() * 12), 5 + int(r() * 40)
        x, y = text("noun"), text("noun")
        return (
            lambda: (
                f"{a} has {n * m} {x}s and gives {k} of them to {b} every {text('per')}. After "
                f"{m} {text('per')}s {b} has sold half. How many does {b} keep?"
            ),
            lambda: (
                f"A {text('dom')} sells {x}s at {n} euros and {y}s at {m} euros. {a} buys {k} "
                f"items for {n * k} euros. How many are {y}s?"
            ),
            lambda: (
                f"Train A leaves {text('prop')} at {n} km/h, train B follows {m} hours later at "
                f"{n + k} km/h. When does it catch up?"
            ),
            lambda: f"Find all integers n with n^{2 + m % 3} + {n}n ≡ {k} (mod {m + n}).",
            lambda: (
                f"An urn has {n} {text('adj')} and {k} {text('adj')} {x}s. {a} draws {m} without "
                f"replacement. Probability that at least {max(1, m // 2)} are of the first type?"
            ),
            lambda: f"Let f(x) = x^{m} - {n}x + {k}. How many real roots does f have?",
            lambda: (
                f"{a}, {b} and {text('first')} sit in a row of {m + 3} seats. {a} refuses to sit "
                f"next to {b}. Count the arrangements if seat {1 + m % 3} is broken."
            ),
            lambda: (
                f"In triangle ABC, AB={n}, AC={n + m}, angle A={k + 20}°. The {text('adj')} point "
                f"D divides BC in ratio {m}:{m + 1}. Find AD."
            ),
            lambda: f"Integrate x^{m % 4 + 1} e^(-{k}x) from 0 to {n} and comment on the limit.",
        )[int(r() * 9)]()

    def logic(self):
        """A riddle."""
        text = self
        p = [text("first") for _ in range(4)]
        o = [text("noun") for _ in range(4)]
        return (
            f"{p[0]}, {p[1]}, {p[2]} and {p[3]} each own one of: {', '.join(o)}. {p[0]} does not own "
            f"the {o[0]}. The owner of the {o[1]} sits left of {p[2]}. {p[3]} owns either the {o[2]} "
            f"or the {o[3]}. {self('sent')} Who owns the {self.rng.choice(o)}?"
        )

    def task(self, family=None):
        """Something to ask for."""
        family = (
            family
            or self.rng.choices(
                (
                    "t_code", "t_explain", "t_write", "t_sum", "t_data", "t_life", "t_law", "t_med", "t_role",
                    "t_debug", "math", "logic", "t_safe",
                ),
                (16, 14, 14, 7, 7, 18, 2, 2, 5, 10, 4, 1, 0.6),
            )[0]
        )
        if family == "math":
            return self.math()
        if family == "logic":
            return self.logic()
        return self(family)

    def elicit(self, strength):
        """A wish for the reasoning, from 1 (step by step) to 3 (verbatim)."""
        return self(f"e{strength}")

    def voice(self, s, voice):
        """As a person types it; voice: how often in lower case, unpunctuated, with greeting, thanks, a slip."""
        r = self.random
        if r() < voice[0]:
            s = s[:1].lower() + s[1:] if r() < 0.5 else s.lower()
        if r() < voice[1] and s[-1:] in ".?!":
            s = s[:-1]
        if r() < voice[2]:
            s = self("greet") + s
        if r() < voice[3]:
            s = s + self("bye")
        if r() < voice[4] and len(s) > 12:
            i = 1 + int(r() * (min(len(s), 400) - 3))
            s = s[:i] + s[i + 1] + s[i] + s[i + 2 :]
        return s

    def new_voice(self):
        """How a person types."""
        r = self.random
        return (
            r() * 0.9 if r() < 0.5 else 0, r() * 0.8 if r() < 0.5 else 0, r() * 0.3 if r() < 0.3 else 0.02,
            r() * 0.3 if r() < 0.3 else 0.02, r() * 0.4 if r() < 0.4 else 0.01,
        )

    def agent_prompt(self, name, lines):
        """A long system prompt of a published agent (fixed text once made)."""
        o = [
            f"You are {name}, an autonomous assistant that works in the user's environment.",
            "Follow the rules below strictly.",
        ]
        for i in range(lines):
            o.append(
                f"{i + 1}. " + self.rng.choice(phrases("rule")).replace("{v}", self("verb"))
                .replace("{n}", self("noun")).replace("{verb}", self("verb")).replace("{noun}", self("noun"))
                .replace("{adj}", self("adj")).replace("{n1}", self("n1")).replace("{n3}", self("n3"))
                .replace("{sent}", self("sent"))
            )
        return "\n".join(o)
