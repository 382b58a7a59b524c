"""Operators with one tactic of the reports each."""

import numpy as np

from .arrays import digest, obj
from .clients import FAMILIES
from .crew import hire
from .machines import HARNESSES, instructions
from .manners import injected, pivot, topic_list
from .pools import CHEAP, ENGLISH, EUROPE
from .world import DAY, World

STEM = ("math", "logic", "code", "data", "tutor", "fin")
CODE = ("code", "debug", "sql", "devops", "data")


def one_card(w: World) -> None:
    """Shared payment alone."""
    c = hire(w, "one_card", 46, card_shared=0.72, per_card=8, mail="webmail", bought="trickle")
    slot, t = c.schedule(24, "flat", 0.8)
    c.trials(0.3)
    c.harvest(slot, t, w.text.gen("mixed", len(slot)), voiced=True)


def even_load(w: World) -> None:
    """A scheduler that gives every account the same."""
    c = hire(w, "even_load", 64, lands=CHEAP, mail="webmail", bought="aged")
    slot, t = c.schedule(25, "balanced")
    tasks = np.concatenate([w.text.unique(STEM, int(len(slot) * 0.9)), *w.bench])
    c.harvest(slot, t, tasks[w.rng.permutation(len(tasks))], twice=0.04)


def clock_windows(w: World) -> None:
    """All accounts start and stop together three times a day."""
    c = hire(w, "clock_windows", 90, mail="webmail", bought="aged", tz=3)
    slot, t = c.schedule(15, "sync", 0.9)
    c.harvest(slot, t, w.text.gen("mixed", len(slot)), voiced=True)


def hydra(w: World) -> None:
    """Closed in waves, replaced within hours from stock; the broken conversations go on."""
    waves = ((5.3, 0.7), (9.6, 0.55), (13.4, 0.8))
    c = hire(
        w, "hydra", 115, lands=EUROPE, catchall=0.1, bought="stock", waves=waves, hazard=0.012, delay=3, net="sticky", card_shared=0.12,
        per_card=3, phone_rented=0.3
    )
    slot, t = c.schedule(11, "flat", 0.5)
    c.trials(0.5)
    c.harvest(slot, t, w.text.unique(STEM, len(slot)), 1.8, gap=240)


def crowd_cover(w: World) -> None:
    """A proxy service: most traffic comes from buyers who know nothing, a quarter is harvest."""
    c = hire(
        w, "crowd_cover", 280, bought="trickle", net="rotating", said=("individual", "startup"), families=("python", "raw", "gateway"),
        hazard=0.006, delay=12, card_shared=0.2, per_card=4
    )
    slot, t = c.schedule(3.2, "balanced")
    c.harvest(slot, t, w.text.unique(CODE, len(slot)), 1.3)
    c.cover(4.2)


def fixed_injection(w: World) -> None:
    """One hidden text in each request to have the reasoning written out."""
    c = hire(
        w, "fixed_injection", 150, lands=ENGLISH, mail="disposable", net="rotating", bought="burst", card_shared=0.15, per_card=2,
        hazard=0.01, delay=8
    )
    slot, t = c.schedule(9, "flat", 0.6)
    words = w.text.one("coerce")
    names = obj(["mixed", "mixed", "es", "de", "pt", "zh", "math"])[w.rng.integers(0, 7, len(slot))]
    c.harvest(slot, t, w.text.by_domain(names), 1.2, voiced=True, affix=injected(words, "head", 0.04, w.rng), out=6.5)


def no_template(w: World) -> None:
    """Tasks written by another model, none like the next."""
    c = hire(w, "no_template", 110, mail="webmail", bought="aged", families=("python", "node", "raw"), net="sticky")
    slot, t = c.schedule(12, "flat", 0.7)
    c.harvest(slot, t, w.text.unique(("div",), len(slot)), out=6.2)


def pool_split(w: World) -> None:
    """A topic list worked through, every item once, over 50 accounts."""
    c = hire(w, "pool_split", 50, mail="webmail", bought="trickle", net="homes")
    slot, t = c.schedule(27, "flat", 0.5)
    c.harvest(slot, t, topic_list(w, len(slot)), twice=0.02, out=6.3)


def failover(w: World) -> None:
    """Pool one is closed within the hour; pool two, on a cloud's marketplace and with other buyers, takes the queue over."""
    one = hire(
        w, "failover", 140, lands=ENGLISH, outage=True, catchall=0.1, waves=((9.4, 0.93),), replaced=0.1, delay=30, net="rotating",
        mail="disposable", bought="burst", card_shared=0.25, per_card=3
    )
    two = hire(
        w, "failover", 100, start=1.0, path="nimbus", said=("startup",), bought="stock", net="cloud", families=("python",), mail="mixed",
        label="second_pool"
    )
    tasks = w.text.unique(("math", "code", "logic", "div"), w.n(21000))
    slot, t = one.schedule(11, "balanced")
    words = w.text.one("limit") + "."
    tail = injected(words, "tail", 0.1, w.rng)
    one.harvest(slot, t, tasks, affix=tail)
    done = int((t < 9.4 * DAY).sum())
    slot, t = two.schedule(14, "balanced", lo=9.4 * DAY + 7000)
    two.harvest(slot, t, np.roll(tasks, -max(done - 300, 0)), affix=tail)
    two.cover(2.6)


def release_pivot(w: World) -> None:
    """Half of the work is on the new model within a day of its release."""
    c = hire(w, "release_pivot", 85, mail="webmail", bought="aged", net="sticky")
    slot, t = c.schedule(20, "flat", 0.6)
    release = w.release or 0.0
    late = t > release + 3 * 3600
    more = np.flatnonzero(late & (t < release + 2 * DAY))
    slot, t = np.append(slot, slot[more]), np.append(t, t[more] + w.rng.uniform(0, 3600, len(more)))
    order = np.argsort(t)
    slot, t = slot[order], t[order]
    c.harvest(slot, t, w.text.gen("mixed", len(slot)), 1.2, model=pivot(w, t, (0, 0, 2, 3), 0.55), voiced=True)


def handoff(w: World) -> None:
    """A gateway that sends each request of a conversation to whichever account is free."""
    c = hire(w, "handoff", 70, mail="webmail", bought="trickle", net="sticky")
    slot, t = c.schedule(5.5, "flat", 0.7)
    c.harvest(slot, t, w.text.gen("mixed", len(slot)), 4.5, hop=0.4, gap=45, voiced=True)


def user_relay(w: World) -> None:
    """A rival's own users, in a coding tool, are served by the victim; all is kept."""
    c = hire(
        w, "user_relay", 160, mail="webmail", bought="trickle", net="rotating", families=("gateway", "pairling"), one_build=0.35, tz=7,
        hazard=0.004, delay=10, one_temp=0.0
    )
    slot, t = c.schedule(2.1, "users", 0.7)
    name = HARNESSES[2]
    builds = FAMILIES[name]
    c.group.tools = np.array(
        [digest(name, "tools", int(builds[k])) for k in w.rng.choice(len(builds), c.group.n, p=(0.1, 0.15, 0.6, 0.15))], dtype=np.int64
    )
    c.group.tool_tokens = 6300
    c.group.session = True
    c.group.stream = np.ones(c.group.n, dtype=bool)
    c.harvest(
        slot, t, w.text.gen("agent", len(slot)), 6.2, system=instructions(2), follow="toolres", gap=13, repeat_task=True, voiced=True,
        twice=0, out=5.1
    )


def trace_polish(w: World) -> None:
    """Traces got elsewhere are cleaned, completed and graded; blocked on one model, a weaker one is used."""
    c = hire(w, "trace_polish", 58, mail="webmail", bought="aged", net="vpn", one_temp=0.2)
    slot, t = c.schedule(22, "flat", 0.5)
    kind = np.where(w.rng.random(len(slot)) < 0.7, "clean", "grade").astype(object)
    m = np.where(t < 8.2 * DAY, w.rng.choice((3, 0), len(t), p=(0.8, 0.2)), w.rng.choice((1, 2), len(t), p=(0.75, 0.25)))
    gap = (t > 8.2 * DAY) & (t < 8.45 * DAY)
    tries = gap & (w.rng.random(len(t)) < 0.4)
    c.refused(slot[tries], t[tries], w.text.by_domain(kind[tries]), np.full(int(tries.sum()), 3))
    slot, t, kind, m = slot[~gap], t[~gap], kind[~gap], m[~gap]
    c.harvest(slot, t, w.text.by_domain(kind), model=m, out=6.2)


def slow_burn(w: World) -> None:
    """Thirteen to twenty-six exchanges an account and day, for weeks."""
    c = hire(w, "slow_burn", 110, mail="webmail", bought="trickle", net="homes", start=1.0, said=("individual",), phone=0.6)
    slot, t = c.schedule(13, "slow")
    c.harvest(slot, t, w.text.unique((*STEM, "write", "summ", "extract", "legal"), len(slot)), 1.4, gap=60, voiced=True)
