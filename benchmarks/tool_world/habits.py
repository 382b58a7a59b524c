"""What several crowds and operators have in common."""

from random import Random

from .surfaces import DAY

ANY_FAMILY = ("chat", "chat", "chat", "write", "explain", "plan", "code", "debug", "sum", "math", "role", "sql")
DEVELOPER_FAMILIES = ("code", "debug", "release", "sql", "explain", "code")


def some_families(rng):
    """What somebody asks for."""
    return Random(rng.random()).sample(ANY_FAMILY, rng.choice((1, 2, 3, 4)))


def a_stretch(world, days):
    """A stretch of so many days somewhere in the run."""
    days = min(days, world.days - 0.5)
    begin = world.rng.uniform(0, world.days - days)
    return world.start + begin * DAY, world.start + (begin + days) * DAY


def nearby(world, lo, sd=2.0):
    """Some days before."""
    return lo - abs(world.rng.gauss(0, sd)) * DAY
