"""Operators that look like somebody else: a few old customers, a course, companies, people on a free plan."""

import numpy as np

from .campaigns import THINKERS, dispatch, own_exits, queue, set_clients, work_list
from .networks import N_CAMPUSES, WEIGHTS, countries
from .text import speak, tokens_of
from .vocabulary import instruction
from .world import DAY, pick

N_SHIFTS = 24
ASSIGNED = ("math", "logic", "science", "code", "plan")


def needle(campaign, text=None):
    """A handful of aged, differently dressed accounts share out one narrow list in common hours, each task in its own words."""
    world, rng, n, m = campaign.world, campaign.rng, campaign.n, campaign.budget
    land = countries(rng, n)
    campaign.enrol(
        {"py": 40, "node": 20, "requests": 20, "curl": 10, "chain": 10},
        [world.networks.home(land), world.networks.vpn(land)],
        [0.8, 0.2],
        created=world.start - rng.uniform(20, 400, n) * DAY,
        land=land,
    )
    shifts = np.sort(rng.uniform(1, world.days - 1, N_SHIFTS))  # all hands within the same hours
    days = shifts[rng.integers(0, N_SHIFTS, m)] + rng.gamma(2, 0.045, m)
    campaign.harvest(
        campaign.accounts[rng.permutation(np.arange(m) % n)],
        world.at_day(np.minimum(days, world.days - 0.01)),
        work_list(world, text or {"rebuild": 50, "logic": 50}, m, "loose", trade=["law", "biology", "chemistry"]),
        1 + rng.binomial(1, 0.2, m),
        {"elicit": 1},
        models=THINKERS,
        answer=1000,
    )
    campaign.cover(0.45, hours="evening")


def course_mask(campaign):
    """A made-up university course: one domain, a campus exit, weekly assignments, but everybody has another part of one list."""
    world, rng, n, budget = campaign.world, campaign.rng, campaign.n, campaign.budget
    campus = int(rng.integers(0, N_CAMPUSES))
    land = np.full(n, rng.choice(len(WEIGHTS), p=WEIGHTS))
    (domain,) = world.schools(1)
    (org,) = tokens_of(rng, 1, "org-")
    campaign.enrol(
        {"py": 70, "web": 30},
        [world.networks.campus(land, np.full(n, campus)), world.networks.vpn(land), world.networks.home(land)],
        [0.45, 0.3, 0.25],
        kind="education",
        created=world.at_day(rng.choice([1.0, 2.0], n)) + rng.gamma(2, 6, n) * 3600,
        land=land,
        domain=domain,
        org=org,
        plan="edu_grant",
        card=None,
        system=instruction("notebook"),
    )
    set_clients(world, campaign.accounts, temperature=np.nan)
    n_weeks = max(1, (world.days - 3) // 7)
    senders = campaign.accounts[rng.permutation(np.arange(budget) % n)]
    week = rng.integers(0, n_weeks, budget)
    due = 3 + week * 7 + 6.5
    first = np.empty(budget, object)
    for number in range(n_weeks):
        at = np.flatnonzero(week == number)
        if len(at):
            first[at] = work_list(world, {ASSIGNED[number % len(ASSIGNED)]: 1}, len(at), "loose")
    times = world.times(senders, "student", since=due - 4.5, until=np.minimum(due, world.days))
    campaign.harvest(senders, times, first, models=THINKERS, answer=900)
    campaign.cover(0.3, {"chat": 60, "code": 40}, "student")


def giants(campaign, text=None, wording="few"):
    """Few shell companies, half of them verified, each with a batch job the size of a real customer's."""
    world, rng, n, budget = campaign.world, campaign.rng, campaign.n, campaign.budget
    land = countries(rng, n)
    campaign.enrol(
        {"java": 20, "go": 20, "py": 40, "lite": 20},
        [world.networks.cloud(land), world.networks.cloud(land)],
        kind=pick(rng, ["enterprise", "startup"], n),
        created=world.start - rng.uniform(5, 150, n) * DAY,
        land=land,
        verified=rng.random(n) < 0.5,
        domain=world.firms(n),
        org=tokens_of(rng, n, "org-"),
        plan=pick(rng, ["committed", "payg", "enterprise"], n),
        system=speak(rng, "persona", n),
        card=tokens_of(rng, n, "pm_"),
    )
    set_clients(world, campaign.accounts, max_tokens=8192)
    who = np.repeat(np.arange(n), rng.multinomial(budget, rng.dirichlet(np.full(n, 12.0))))
    # Files drop within the same hours of the operator's day.
    day = rng.integers(1, world.days, budget) + 0.55 + rng.gamma(2, 0.05, budget) + rng.normal(0, 0.05, n)[who]
    campaign.harvest(
        campaign.accounts[who],
        world.at_day(np.minimum(day, world.days - 0.01)),
        work_list(world, text or {"hard": 60, "taskgen": 20, "rag": 20}, budget, wording),
        models=THINKERS,
        answer=900,
        sessions=False,
    )
    campaign.cover(0.08, {"support": 80, "extract": 20})


def drip(campaign, text=None):
    """Many free accounts, a few harvested requests each over weeks, half as much cover."""
    world, rng, n, budget = campaign.world, campaign.rng, campaign.n, campaign.budget
    campaign.enrol(
        {"web": 30, "py": 50, "requests": 20},
        own_exits(world, countries(rng, n)),
        created=world.start - rng.uniform(-world.days * 0.5, 60, n) * DAY,
        domain=pick(rng, ["gmail.com", "outlook.com", "proton.me", "yahoo.com"], n, [0.5, 0.3, 0.12, 0.08]),
        card=np.where(rng.random(n) < 0.7, None, tokens_of(rng, n, "pm_")),
        plan="free_grant",
    )
    times = queue(world, budget, 0, world.days)
    campaign.harvest(
        dispatch(world, campaign.accounts, times),
        times,
        work_list(world, text or {"math": 40, "science": 30, "logic": 30}, budget, "loose"),
        models={"pier-reason-1": 50, "pier-xl-2": 50},
        answer=800,
    )
    campaign.cover(0.35, hours="evening")
