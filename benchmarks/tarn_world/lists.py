"""Lists of work, and how a crowd goes through one."""

import numpy as np
from numpy.random import Generator

from . import text
from .arrays import Arr, pick, shuffled
from .text import ANGLES, ASKS, FAMILIES, SLOTS, SUBJECTS
from .world import Mix, Prompts


def from_pool(pool: list[str], near: float = 0.0, humane: bool = False) -> Prompts:
    """Prompts from a fixed list, with a share slightly changed by their senders."""

    def draw(rng: Generator, who: Arr, t: Arr) -> list[str]:
        out = pick(rng, pool, len(who))
        change = rng.random(len(who)) < near
        out = [p + x if c else p for p, x, c in zip(out, text.tails(rng, len(who)), change.tolist(), strict=True)]
        return text.humanise(rng, out, rng.choice(5, len(who), p=[0.5, 0.2, 0.1, 0.1, 0.1])) if humane else out

    return draw


def in_order(pool: list[str]) -> Prompts:
    """A list that all accounts go through together in order of time."""

    def draw(rng: Generator, who: Arr, t: Arr) -> list[str]:
        out = [""] * len(who)
        for k, i in enumerate(np.argsort(t, kind="stable").tolist()):
            out[i] = pool[k % len(pool)]
        return out

    return draw


def each_in_order(pool: list[str]) -> Prompts:
    """A list that every account goes through on its own."""

    def draw(rng: Generator, who: Arr, t: Arr) -> list[str]:
        out, place = [""] * len(who), dict.fromkeys(who.tolist(), 0)
        for i in np.argsort(t, kind="stable").tolist():
            k = place[who[i]]
            out[i], place[who[i]] = pool[k % len(pool)], k + 1
        return out

    return draw


def reworded(rng: Generator, questions: int) -> Prompts:
    """A smaller set of questions, each time in other words, as another model words them."""
    subjects, angles = pick(rng, SUBJECTS, questions), pick(rng, ANGLES, questions)
    pairs = zip(pick(rng, SLOTS["k"], questions), pick(rng, SLOTS["r"], questions), rng.random(questions).tolist(), strict=True)
    beside = [f"{a} and {b}" if u < 0.5 else "" for a, b, u in pairs]

    def draw(rng: Generator, who: Arr, t: Arr) -> list[str]:
        k = rng.integers(0, questions, len(who)).tolist()
        base = text.explain_of(rng, [subjects[i] for i in k], [angles[i] for i in k])
        return [f"{b} Relate it to {beside[i]}." if beside[i] and i % 3 else b for b, i in zip(base, k, strict=True)]

    return draw


def worklist(rng: Generator, size: int, mix: Mix) -> list[str]:
    """Distinct tasks that an operator wants answered."""
    p = np.array(list(mix.values()), float)
    return text.compose(rng, np.array([FAMILIES.index(family) for family in mix])[rng.choice(len(mix), size, p=p / p.sum())])


def topic_grid(rng: Generator, subjects: int, angles: int, asks: int) -> list[str]:
    """Subjects by angles in a few wordings, as a spreadsheet gives them, shuffled."""
    s, a, forms = shuffled(rng, SUBJECTS, subjects), shuffled(rng, ANGLES, angles), shuffled(rng, ASKS, asks)
    return shuffled(rng, [form.format(s=x, a=y) for form in forms for x in s for y in a])


def assignment(rng: Generator, size: int = 60) -> list[str]:
    """One homework in the many ways students ask it."""
    s, s2 = pick(rng, SUBJECTS, 2)
    parts = [f"{i + 1}. {part}" for i, part in enumerate(text.explain_of(rng, [s, s, s2, s], pick(rng, ANGLES, 4)))]
    whole = f"Assignment {rng.integers(1, 9)}: {s}. " + " ".join(parts) + f" Word limit {rng.integers(4, 20) * 100}."
    checks = [f"check my answer for: {part}" for part in parts]
    ways = [whole, whole + " do all of it", "Help me with this: " + whole, *parts, *checks, *(part[3:] for part in parts)]
    return ways + text.explain_of(rng, [s] * size, pick(rng, ANGLES, size))
