"""Texts: requests filled in from the vocabulary, human noise, other words for the same, system prompts, benchmark items."""

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import TypeVar

from .. import worlds

WORDS = worlds.sections(Path(__file__).with_name("vocabulary.txt"))
SLOTS = {name.removeprefix("slot."): words for name, words in WORDS.items() if name.startswith("slot.")}
ASKS = {name.removeprefix("ask."): forms for name, forms in WORDS.items() if name.startswith("ask.")}
SLOT = re.compile(r"\{(\w+)\}")
SWAPS = (
    ("Write", "Draft"), ("Explain", "Walk me through"), ("Summarise", "Condense"), ("Give", "Offer"), ("What is", "How would you define"),
    ("Find", "Determine"), ("Solve", "Work out"), ("function", "routine"), ("max", "no more than")
)
T = TypeVar("T")
Mix = dict[str, float]
"""how often requests of each kind are asked"""


class Dice(Random):
    """A generator that chooses fast."""

    def choice(self, seq: Sequence[T]) -> T:  # any sequence, by a cheaper draw
        """One of them."""
        return seq[int(self.random() * len(seq))]


def _parsed(template: str) -> list[tuple[str, str]]:
    """A template as pairs of a literal and the slot behind it; double braces are braces."""
    pieces = [*SLOT.split(template.replace("{{", "\x01").replace("}}", "\x02")), ""]
    literals = (piece.replace("\x01", "{").replace("\x02", "}") for piece in pieces[::2])
    return list(zip(literals, pieces[1::2], strict=True))


class Text:
    """Draws texts; a seed fixes them all."""

    def __init__(self, seed: int) -> None:
        """Start a stream of texts."""
        self.r = Dice(seed)
        self._templates: dict[str, list[tuple[str, str]]] = {}

    def brand(self) -> str:
        """A made-up trade name."""
        return "".join(self.r.choice(WORDS["syllable"]) for _ in range(self.r.randint(2, 4))).capitalize()

    def slot(self, name: str) -> str:
        """What stands in a slot."""
        r = self.r
        if name == "small":
            return str(r.randint(2, 19))
        if name == "big":
            return str(int(10 ** (1.4 + 3.0 * r.random())))
        if name == "year":
            return str(r.randint(1989, 2026))
        if name == "ident":
            return f"{r.choice(WORDS['root'])}_{r.choice(WORDS['tail'])}"
        if name == "topic":
            return self._topic()
        if name == "product" and r.random() < 0.3:
            return f"{r.choice(WORDS['material'])} {r.choice(SLOTS['product'])}"
        if name == "brand" or (name == "name" and r.random() < 0.4):
            return self.brand()
        value = r.choice(SLOTS[name])
        return self.fill(value) if name == "sent" else value

    def _topic(self) -> str:
        """A topic of school or study, often narrowed."""
        r = self.r
        topic = r.choice(SLOTS["topic"]) if r.random() < 0.5 else r.choice(WORDS["topic"])
        if r.random() < 0.4:
            return r.choice(WORDS["angle"]).format(x=topic, c=r.choice(SLOTS["city"]), s=r.choice(SLOTS["sector"]))
        return topic

    def fill(self, template: str) -> str:
        """A template with every slot filled."""
        if template not in self._templates:
            self._templates[template] = _parsed(template)
        return "".join(literal + (self.slot(slot) if slot else "") for literal, slot in self._templates[template])

    def any(self, section: str) -> str:
        """One template of a section, filled."""
        return self.fill(self.r.choice(WORDS[section]))

    def all(self, section: str) -> list[str]:
        """Every template of a section, filled."""
        return [self.fill(template) for template in WORDS[section]]

    def noise(self, text: str, level: float) -> str:
        """The same as people type it: greetings, further wishes, lower case, slips of the finger."""
        r = self.r
        if r.random() < level:
            text = self.any("before") + text + self.any("after")
        if r.random() < level * 0.3:
            text = text.lower()
        if r.random() < level * 0.25 and len(text) > 12:
            k = r.randrange(2, len(text) - 3)
            text = text[:k] + text[k + 1] + text[k] + text[k + 2 :]
        return text

    def one(self, mix: Mix, noise: float = 0.5) -> str:
        """A request out of a mixture of kinds."""
        return self.many(mix, 1, noise)[0]

    def many(self, mix: Mix, n: int, noise: float = 0.5) -> list[str]:
        """Requests out of a mixture of kinds."""
        kinds = self.r.choices(list(mix), weights=list(mix.values()), k=n)
        return [self.noise(self.fill(self.r.choice(ASKS[kind])), noise) for kind in kinds]

    def follow(self) -> str:
        """A later turn of a conversation."""
        return self.noise(self.any("follow"), 0.25)

    def system(self) -> str:
        """A system prompt of some business."""
        return self.any("system")

    def bench(self, n: int) -> list[str]:
        """Items of a benchmark in their order and frame."""
        frame, out = self.r.choice(WORDS["bench"]), []
        for _ in range(n):
            q = self.one({"math": 3, "school": 3, "reason": 2, "code": 1}, 0.0)
            options = [self.slot(self.r.choice(["small", "big", "topic", "city"])) for _ in "abcd"]
            out.append(frame.format(q=q, **dict(zip("abcd", options, strict=True))))
        return out

    def reword(self, text: str) -> str:
        """The same request as another model would word it: opening, words and register changed."""
        r = self.r
        opening, closing = r.choice(WORDS["opening"]), r.choice(WORDS["closing"])
        for plain, other in SWAPS:
            if r.random() < 0.6:
                text = text.replace(plain, other)
        if opening and r.random() < 0.6:
            text = text[:1].lower() + text[1:]
        return self.fill(opening) + text + self.fill(closing)

    def domain(self) -> str:
        """A firm's mail domain."""
        return self.brand().lower() + self.r.choice(WORDS["domain_end"])
