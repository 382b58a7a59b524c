"""What crowds and operators share: sizes, public task sets, the turns of agents."""

import math
from random import Random

from .networks import ZONES
from .provider import key64
from .text import Text


def count(world, size, x, lo=3):
    """Accounts of a crowd: grows more slowly than the world."""
    return max(lo, int(x * size * world.scale**0.7))


def volume(world, x, lo=2):
    """Requests of an account: hardly grows with the world."""
    return max(lo, int(x * world.scale**0.3))


def heavy(world, mu, sigma, cap):
    """Requests of somebody, with a heavy tail."""
    return max(1, min(cap, int(math.exp(world.rng.gauss(mu, sigma)))))


PUBLIC = (
    ("ArithBench", 900, "math"), ("LogicGrid", 500, "logic"), ("CodeSuite", 700, "t_code"), ("ClinCases", 350, "t_med"),
    ("LexCases", 300, "t_law"),
)


def bench(world, name, n, family="math"):
    """A public benchmark or a homework sheet; innocents and operators draw from the same lists."""
    k = ("bench", name, n)
    if k not in world.task_sets:
        text = Text(Random(key64(world.name, name) & 0xFFFFFFFF))
        world.task_sets[k] = [text.task(family) if not callable(family) else family(text) for _ in range(n)]
    return world.task_sets[k]


def agent_turns(world, k=None):
    """The turns of an agent at work."""
    text = world.text
    k = k or 2 + int(world.rng.expovariate(1 / 6))
    k = min(k, 40)
    return [text("a_goal") + (" " + text("sent") if world.random() < 0.5 else "")] + [
        text("a_obs") if world.random() < 0.85 else text("follow") for _ in range(k - 1)
    ]


def agent_runs(world, a, k, p, country, net, system, tools_key, client, d0=0, d1=None, prefer=None):
    """Somebody lets an agent work k times."""
    for t in world.times(k, p, ZONES[country], max(d0, world.registry["created"][a] / 86400), d1):
        world.converse(
            float(t), a, client, system, agent_turns(world), net, 180, 9, tools_key, model=world.model(t, prefer)
        )
