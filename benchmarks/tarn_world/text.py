"""Texts filled in from the vocabulary: first requests, later turns, system prompts, openings of answers, and how people type."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from .. import worlds
from .arrays import Arr, pick, shuffled

WORDS = worlds.sections(Path(__file__).with_name("vocabulary.txt"))


def under(prefix: str) -> dict[str, list[str]]:
    """The sections whose names begin with a prefix and a dot, by the rest of the name."""
    return {name.removeprefix(f"{prefix}."): phrases for name, phrases in WORDS.items() if name.startswith(f"{prefix}.")}


FIELDS = list(under("field").values())
SUBJECTS = [subject for field in FIELDS for subject in field]
SLOTS = under("slot") | {"s": SUBJECTS}
ANGLES, ASKS, LANGS, TONGUES = SLOTS["a"], WORDS["ask.explain"], SLOTS["l"], SLOTS["tongue"]
TAIL, SENTENCE = "who back n:80:1500", "t k n:2:900 r p m city"
LATER = "n:2:5000 tongue who e city p k r m back"
FORMS = {
    "explain": "s a", "code": "l l2 y c e file n:4:800", "maths": "p g a:20:9000 b:3:90 c:5:95 d:2:13",
    "business": "g city n:50:1200 who p k r s t a doc", "creative": "p p2 g city s r m mood", "extract": "doc:2:8",
    "translate": "tongue city doc:1:5", "judge": "q doc:1:4 doc2:1:4", "quiz": "q o1 o2 o3 o4",
    "agent": "f f2 x e k y c n:3:4000 l s a p city"
}
"""slots of each kind of task in the order in which they are drawn; numbers have a lowest and a highest value, passages of sentences too"""
FOREIGN = ("es", "pt", "de", "fr", "id", "zh")
FAMILIES = [*FORMS, *FOREIGN]
SHAPES: dict[str, tuple[float, float, float]] = {
    "explain": (420, 0.6, 0.02), "code": (650, 0.7, 0.15), "maths": (480, 0.6, 0.01), "business": (340, 0.6, 0.08),
    "creative": (520, 0.7, 0.03), "extract": (90, 0.7, 0.2), "translate": (150, 0.6, 0.1), "judge": (60, 0.8, 0.05), "quiz": (70, 1.0, 0.0),
    "agent": (210, 0.9, 0.5)
}
"""median output tokens, their spread, chance of an attachment that adds to the input"""
USUAL_SHAPE = (420, 0.65, 0.03)
DULL = frozenset(WORDS["dull"])


class Likes(NamedTuple):
    """What the sender of each prompt cares about: subject, programming language, foreign language."""

    subjects: list[str]
    langs: list[str]
    tongues: list[str]


def numbers(rng: Generator, n: int, low: int, high: int) -> list[int]:
    """Draw n whole numbers, small ones more often, as people write them."""
    raw = np.exp(rng.uniform(np.log(low), np.log(high), n)).astype(int)
    rounded: list[int] = np.where((raw > 60) & (rng.random(n) < 0.6), raw // 10 * 10, raw).tolist()
    return rounded


def drawn(rng: Generator, n: int, spec: str, given: dict[str, Sequence[object]]) -> dict[str, Sequence[object]]:
    """Values of slots (see `FORMS`), n each, but for those that are given."""
    found: dict[str, Sequence[object]] = {}
    for part in spec.split():
        name, *bounds = part.split(":")
        kind = name.rstrip("0123456789")
        if name in given:
            found[name] = given[name]
        elif kind == "doc":
            found[name] = document(rng, n, *map(int, bounds))
        elif bounds:
            found[name] = numbers(rng, n, int(bounds[0]), int(bounds[1]))
        elif name == "file":
            stems, more, exts = (pick(rng, SLOTS[kind], n) for kind in "ffx")
            found[name] = [f"{a}_{b}.{c}" for a, b, c in zip(stems, more, exts, strict=True)]
        else:
            found[name] = pick(rng, SLOTS[kind], n)
    return found


def filled(rng: Generator, templates: Sequence[str], n: int, slots: dict[str, Sequence[object]]) -> list[str]:
    """Random templates with their slots filled."""
    chosen, names = pick(rng, templates, n), list(slots)
    return [t.format(**dict(zip(names, values, strict=True))) for t, values in zip(chosen, zip(*slots.values(), strict=True), strict=True)]


def fill(rng: Generator, templates: Sequence[str], n: int, spec: str, /, **given: Sequence[object]) -> list[str]:
    """Draw slots, then fill n random templates with them."""
    return filled(rng, templates, n, drawn(rng, n, spec, given))


def document(rng: Generator, n: int, low: int = 2, high: int = 6) -> list[str]:
    """Short business-like passages that prompts embed."""
    counts = rng.integers(low, high, n)
    lines = fill(rng, WORDS["sentence"], int(counts.sum()), SENTENCE)
    ends = np.cumsum(counts).tolist()
    return [" ".join(lines[a:b]) for a, b in zip([0, *ends[:-1]], ends, strict=True)]


def tails(rng: Generator, n: int) -> list[str]:
    """Optional closing remarks of a prompt."""
    return fill(rng, WORDS["tail"], n, TAIL)


def with_tails(rng: Generator, prompts: list[str]) -> list[str]:
    """Prompts, some with a closing remark."""
    return [a + b for a, b in zip(prompts, tails(rng, len(prompts)), strict=True)]


def explain_of(rng: Generator, subjects: Sequence[str], angles: Sequence[str]) -> list[str]:
    """Render given pairs of subject and angle in free wording."""
    return with_tails(rng, fill(rng, ASKS, len(subjects), "s a", s=subjects, a=angles))


def ask(rng: Generator, family: str, n: int, like: Likes | None = None) -> list[str]:
    """First requests of one kind of task."""
    given: dict[str, Sequence[object]] = {"s": like.subjects, "l": like.langs, "tongue": like.tongues} if like else {}
    if family in FOREIGN:
        return fill(rng, WORDS[f"{family}.ask"], n, "s n:20:900 p", s=pick(rng, WORDS[f"{family}.subject"], n))
    if family == "judge":
        given = {"q": ask(rng, "explain", n, like)}
    if family == "quiz":
        given = {f"o{i}": [f"{a} {b}" for a, b in zip(pick(rng, SUBJECTS, n), pick(rng, ANGLES, n), strict=True)] for i in range(1, 5)}
        given["q"] = fill(rng, WORDS["question"], n, "s k r")
    made = fill(rng, WORDS[f"ask.{family}"], n, FORMS[family], **given)
    return with_tails(rng, made) if family in ("explain", "code") else made


def compose(rng: Generator, families: Arr, likes: Likes | None = None) -> list[str]:
    """One prompt for each number of a kind of task, in order."""
    out = [""] * len(families)
    for number in np.unique(families):
        where = np.flatnonzero(families == number).tolist()
        part = Likes(*([column[i] for i in where] for column in likes)) if likes else None
        for i, prompt in zip(where, ask(rng, FAMILIES[number], len(where), part), strict=True):
            out[i] = prompt
    return out


def likes_of(rng: Generator, seeds: Arr, narrow: float) -> Likes:
    """Interests of senders, each with two fields, two programming languages and a foreign one that they mostly keep to."""
    n = len(seeds)
    stay = rng.random((3, n)) < narrow
    second = rng.random(n) < 0.35
    field = np.where(second, seeds // 31 % len(FIELDS), seeds % len(FIELDS))
    lang = np.where(second, seeds // 17 % len(LANGS), seeds // 7 % len(LANGS))
    any_field, any_lang, any_tongue = (rng.integers(0, len(pool), n) for pool in (FIELDS, LANGS, TONGUES))
    within = rng.integers(0, 1 << 20, n).tolist()
    chosen = [FIELDS[k] for k in np.where(stay[0], field, any_field).tolist()]
    return Likes(
        [subjects[w % len(subjects)] for subjects, w in zip(chosen, within, strict=True)],
        [LANGS[k] for k in np.where(stay[1], lang, any_lang).tolist()],
        [TONGUES[k] for k in np.where(stay[2], seeds // 11 % len(TONGUES), any_tongue).tolist()]
    )


def follow_up(rng: Generator, topics: Sequence[str]) -> list[str]:
    """Later turns of a person's conversation; they mostly stay with a word of the first message."""
    n = len(topics)
    other, stay = pick(rng, SUBJECTS, n), rng.random(n).tolist()
    slots = drawn(rng, n, f"s {LATER}", {"s": [a if u < 0.75 else b for a, b, u in zip(topics, other, stay, strict=True)]})
    one, two = filled(rng, WORDS["follow"], n, slots), filled(rng, WORDS["follow_more"], n, slots)
    return [a if u < 0.4 else b if u < 0.8 else f"{a} {b}" for a, b, u in zip(one, two, rng.random(n).tolist(), strict=True)]


def foreign_follow(rng: Generator, families: Arr) -> list[str | None]:
    """Later turns in another language where the conversation is in one; None elsewhere."""
    out: list[str | None] = [None] * len(families)
    for lang in FOREIGN:
        where = np.flatnonzero(families == FAMILIES.index(lang)).tolist()
        made = fill(rng, WORDS[f"{lang}.follow"], len(where), "n:2:900 p city") if where else []
        for i, line in zip(where, made, strict=True):
            out[i] = line
    return out


def tool_output(rng: Generator, n: int) -> list[str]:
    """What a tool sends back in an agent run."""
    return fill(rng, WORDS["tool"], n, "n:2:3000 d:1:12 f f2 x e s city")


def stage_turn(rng: Generator, n: int) -> list[str]:
    """Later turns of a story that is played."""
    return fill(rng, WORDS["stage"], n, "v g p city r say m n:2:900")


def topics_of(texts: Sequence[str], dice: Sequence[int]) -> list[str]:
    """One longer word of each text."""
    out = []
    for text, k in zip(texts, dice, strict=True):
        words = [word for word in text[:400].split() if len(word) > 6 and word.isalpha() and word not in DULL]
        out.append(words[k % len(words)] if words else "that")
    return out


def _slip(word: str, position: int) -> str:
    """Swap two neighbouring letters of a word."""
    i = 1 + position % max(1, len(word) - 2)
    return word[:i] + word[i + 1 : i + 2] + word[i : i + 1] + word[i + 2 :]


def humanise(rng: Generator, texts: list[str], habit: Arr) -> list[str]:
    """Apply a person's typing habits: 0 tidy, 1 lower case, 2 greeting, 3 slips, 4 no full stop."""
    dice = rng.random(len(texts))
    spots = rng.integers(0, 1 << 30, len(texts))
    hello, out = WORDS["hello"], []
    for text, h, u, k in zip(texts, habit.tolist(), dice.tolist(), spots.tolist(), strict=True):
        if h == 1 and u < 0.85:
            text = text.lower().rstrip(".")
        elif h == 2 and u < 0.4:
            text = f"{hello[k % len(hello)]} {text}"
        elif h == 3 and u < 0.5:
            words = text.split(" ")
            j = k % len(words)
            words[j] = _slip(words[j], k) if len(words[j]) > 3 else words[j]
            text = " ".join(words)
        elif h == 4:
            text = text.rstrip(".?")
        out.append(text)
    return out


def company(rng: Generator) -> str:
    """An invented firm's name."""
    first, last = WORDS["syllable.first"], WORDS["syllable.last"]
    return (first[rng.integers(len(first))] + first[rng.integers(len(first))][:2] + last[rng.integers(len(last))]).capitalize()


def system_prompt(rng: Generator, firm: str | None = None, rules: int = 3, long: bool = False, family: str = "explain") -> str:
    """A system prompt as an application would carry it; an empty firm is none, None an invented one."""
    roles = WORDS.get(f"role.{family}", WORDS["role.explain"])
    firm = company(rng) if firm is None else firm
    picks = shuffled(rng, WORDS["rule"], rules)
    head = f"You are {roles[rng.integers(len(roles))]}" + (f" for {firm}. " if firm and rng.random() < 0.7 else ". ")
    return head + " ".join(picks) + (" Background: " + " ".join(document(rng, 4, 4, 8)) if long else "")


def reply(rng: Generator, families: Arr, prompts: Sequence[str | None]) -> list[str]:
    """Openings of answers, for providers that keep a snippet."""
    n = len(prompts)
    topic = topics_of([prompt or "" for prompt in prompts], rng.integers(0, 1 << 20, n).tolist())
    slots = drawn(rng, n, "s n:2:4000 d:2:9 k r p city", {"s": topic})
    parts = pick(rng, WORDS["opener"], n), filled(rng, WORDS["body"], n, slots), document(rng, n, 1, 3)
    long = [(f"{a} " if a else "") + f"{b}. {c}" for a, b, c in zip(*parts, strict=True)]
    short = {FAMILIES.index(family): filled(rng, forms, n, slots) for family, forms in under("reply").items()}
    return [short[f][i] if f in short else long[i] for i, f in enumerate(families.tolist())]
