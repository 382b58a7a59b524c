"""First prompts: pools of texts that many know, and requests for the working."""

import numpy as np

from .text import mix, speak

ASSIGNED = ("math", "code", "science", "rag", "logic", "agent", "grade")
N_BENCHMARK = 1400
N_PARTS = 5


def first_prompts(world, text, org, trade, crowd):
    """First prompts of conversations.

    Args:
        world: where.
        text: symbols by weight, or the name of a pool.
        org: organisation of each conversation.
        trade: trade number of each.
        crowd: whose courses have their own assignments.

    Returns:
        One prompt for each.
    """
    if isinstance(text, dict):
        return mix(world.rng, text, len(org), trade)
    if text == "assignment":
        return _assignments(world, org, trade, crowd)
    return POOLS[text](world, org)


def _benchmark(world, org):
    """Every lab takes one part of the public sets."""
    pool = world.text_pool("bench", {"hard": 100}, N_BENCHMARK)
    size = N_BENCHMARK // N_PARTS
    begin = (org * 7) % N_PARTS * size
    return pool[(begin + world.rng.integers(0, 2 * size, len(org))) % len(pool)]


def _exam(world, org):
    pool = world.text_pool("exam", {"science": 40, "logic": 20, "plan": 20, "math": 20}, 700)
    return pool[(world.rng.beta(1, 2, len(org)) * len(pool)).astype(int)]


def _blog(world, org):
    """The tasks of one tutorial on distillation."""
    pool = world.text_pool("blog", {"math": 50, "chat": 30, "science": 20}, 175)
    return pool[world.rng.integers(0, len(pool), len(org))]


def _tutorial(world, org):
    rng, n = world.rng, len(org)
    pool = world.text_pool("tutorial", {"math": 20, "extract": 20, "classify": 30, "chat": 30}, 40)
    own = mix(rng, {"chat": 60, "code": 40}, n)
    return np.where(rng.random(n) < 0.7, pool[rng.integers(0, len(pool), n)], own)


def _viral(world, org):
    """Five versions of a prompt that makes the rounds, about everybody's own question."""
    rng, n = world.rng, len(org)
    pool = world.text_pool("viral", {"elicit": 100}, 5)
    heads = pool[(rng.beta(0.6, 2, n) * len(pool)).astype(int)]
    rows = zip(heads, speak(rng, "name", n), speak(rng, "logic", n), rng.random(n), strict=True)
    return np.array(
        [f"{head} Be my strictest adviser{f', {name}:' if draw < 0.5 else '.'} {text}" for head, name, text, draw in rows], object
    )


def _assignments(world, org, trade, crowd):
    """Fourteen assignments a course, and the students' own questions."""
    rng = world.rng
    texts = np.empty(len(org), object)
    for course in np.unique(org):
        at = np.flatnonzero(org == course)
        subject = {ASSIGNED[course % len(ASSIGNED)]: 1}
        pool = world.text_pool(f"course {crowd} {course}", subject, 14)
        own = mix(rng, {**subject, "code": 0.3, "chat": 0.5}, len(at), trade[at])
        texts[at] = np.where(rng.random(len(at)) < 0.55, pool[rng.integers(0, len(pool), len(at))], own)
    return texts


POOLS = {"bench": _benchmark, "exam": _exam, "blog": _blog, "tutorial": _tutorial, "viral": _viral}


def ask_for_working(world, texts, share):
    """A share of texts with a loose request for the working, each in words of its own."""
    rng, n = world.rng, len(texts)
    requests = speak(rng, "elicit", n)
    asks = rng.random(n) < share
    in_front = rng.random(n) < 0.4
    rows = zip(texts, requests, asks, in_front, strict=True)
    return np.array(
        [text if not ask else f"{request} {text}" if front else f"{text}\n{request}" for text, request, ask, front in rows], object
    )
