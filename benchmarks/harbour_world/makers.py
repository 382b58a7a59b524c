"""Operators after one kind of data: grades, roll-outs, rewriting, code, grounded answers, rebuilt reasoning."""

import numpy as np

from .campaigns import THINKERS, days_of, dispatch, own_exits, queue, set_clients, shared_cards, work_list
from .conversations import to_others
from .networks import countries, pick_lines
from .text import speak, tokens_of
from .vocabulary import instruction
from .world import DAY, MODEL_AT, pick


def graders(campaign):
    """The model as judge: one rubric over roll-outs, each item four times over different accounts."""
    world, rng, n, budget = campaign.world, campaign.rng, campaign.n, campaign.budget
    land = countries(rng, n)
    campaign.enrol(
        {"py": 100},
        own_exits(world, land),
        created=world.registered(n, 0.7),
        land=land,
        kind=pick(rng, ["individual", "startup", "research"], n),
        system=np.where(rng.random(n) < 0.7, instruction("judge"), instruction("notebook")),
    )
    set_clients(world, campaign.accounts, temperature=0.0, max_tokens=1024)
    times = queue(world, budget, 2, world.days * 0.9, "waves")
    campaign.harvest(
        dispatch(world, campaign.accounts, times),
        times,
        work_list(world, {"grade": 100}, budget, "bare", copies=4),
        models={"pier-xl-2": 80, "pier-reason-1": 20},
        answer=500,
    )
    campaign.cover(0.12)


def rollouts(campaign, handed_over=0.3):
    """Agent roll-outs with tools, each task twice; a long task wanders over the accounts."""
    world, rng, n = campaign.world, campaign.rng, campaign.n
    land = countries(rng, n)
    campaign.enrol(
        {"py": 60, "quill": 40},
        [world.networks.vpn(land), world.networks.home(land)],
        [0.5, 0.5],
        created=world.registered(n, 0.6),
        land=land,
        tools="env-suite",
        system=instruction("sandbox"),
    )
    set_clients(world, campaign.accounts, temperature=1.0, top_p=0.95, max_tokens=4096, stream=False)
    n_tasks = max(1, campaign.budget // 7)
    times = queue(world, n_tasks, 1, world.days - 0.3, "waves")
    campaign.harvest(
        dispatch(world, campaign.accounts, times),
        times,
        work_list(world, {"agent": 60, "issue_task": 40}, n_tasks, "bare", copies=2),
        2 + rng.poisson(5, n_tasks),
        {"tool_result": 1},
        hand_over=to_others(rng, campaign.accounts, handed_over),
        gap=12,
        models={"pier-xl-2": 60, "pier-code-1": 40},
        answer=350,
    )
    campaign.cover(0.2)


def rewriters(campaign):
    """Safe rewriting at a slow pace from home lines, in two languages."""
    world, rng, n, budget = campaign.world, campaign.rng, campaign.n, campaign.budget
    campaign.enrol(
        {"node": 50, "py": 50},
        own_exits(world, countries(rng, n)),
        created=world.registered(n, 0.4),
        card=shared_cards(world, n, 2.5),
    )
    senders = campaign.accounts[rng.permutation(np.arange(budget) % n)]
    campaign.harvest(
        senders,
        world.times(senders, "office"),
        work_list(world, {"rewrite": 85, "zh": 15}, budget, "bare"),
        models={"pier-xl-2": 90, "pier-mini-2": 10},
        answer=350,
    )
    campaign.cover(0.25)


def pivoters(campaign):
    """Coding harvest that moves half its load to the new model within a day of its release, and changes its work list there."""
    world, rng, n = campaign.world, campaign.rng, campaign.n
    land = countries(rng, n)
    campaign.enrol(
        {"node": 60, "boatswain": 40},
        [world.networks.cloud(land), world.networks.home(land)],
        [0.5, 0.5],
        created=world.start - np.abs(rng.normal(10, 12, n)) * DAY,
        land=land,
        domain=np.where(rng.random(n) < 0.4, world.firms(n), "gmail.com"),
        system=np.where(rng.random(n) < 0.7, instruction("harness"), None),
        tools="boatswain",
        adopts=np.inf,
    )
    coding = {"issue_task": 50, "code": 50}
    n_before = int(campaign.budget * world.launch / world.days * 0.8)
    times = queue(world, n_before, 0, world.launch)
    campaign.harvest(
        dispatch(world, campaign.accounts, times, in_turn=False),
        times,
        work_list(world, coding, n_before, "few"),
        models={"pier-code-1": 80, "pier-xl-2": 20},
        answer=900,
    )
    n_after = campaign.budget - n_before
    times = queue(world, n_after, world.launch + 0.1, world.days)
    stays = rng.random(n_after) < np.clip(1 - (days_of(world, times) - world.launch) * 0.5, 0.35, 1)
    campaign.harvest(
        dispatch(world, campaign.accounts, times, in_turn=False),
        times,
        np.where(stays, work_list(world, coding, n_after, "few"), work_list(world, {"hard": 100}, n_after, "few")),
        models=np.where(stays, MODEL_AT["pier-code-1"], MODEL_AT["pier-reason-2"]),
        answer=900,
    )
    campaign.cover(0.1)


def grounded(campaign):
    """Answers grounded in documents, behind the face of a retrieval vendor's customers; no document twice."""
    world, rng, n, budget = campaign.world, campaign.rng, campaign.n, campaign.budget
    land = countries(rng, n)
    egress = world.networks.spots(5, "cloud")
    campaign.enrol(
        {"chain": 60, "java": 40},
        [pick_lines(egress, rng.integers(0, 5, n)), world.networks.cloud(land)],
        [0.7, 0.3],
        kind=pick(rng, ["enterprise", "startup"], n),
        created=world.registered(n, 0.5),
        land=land,
        domain=world.firms(n),
        org=tokens_of(rng, n, "org-"),
        system=speak(rng, "persona", 6)[rng.integers(0, 6, n)],
        tools="retrieve-v1",
        card=np.where(rng.random(n) < 0.6, shared_cards(world, n, 4), tokens_of(rng, n, "pm_")),
    )
    set_clients(world, campaign.accounts, temperature=0.7)
    times = queue(world, budget, 1, world.days, "waves")
    campaign.harvest(
        dispatch(world, campaign.accounts, times),
        times,
        work_list(world, {"rag": 100}, budget, "loose"),
        models={"pier-xl-2": 70, "pier-reason-1": 30},
        answer=500,
    )
    campaign.cover(0.3, {"rag": 80, "support": 20}, "office")


def rebuilders(campaign):
    """Finished answers come back to have their reasoning written out, then cleaned; second steps run on other accounts."""
    world, rng, n = campaign.world, campaign.rng, campaign.n
    campaign.enrol(
        {"requests": 60, "py": 40},
        own_exits(world, countries(rng, n)),
        created=world.registered(n, 0.8),
        domain=pick(rng, ["gmail.com", "fastinbox.net", "outlook.com"], n, [0.5, 0.2, 0.3]),
    )
    set_clients(world, campaign.accounts, temperature=0.6, top_p=0.95, max_tokens=8192)
    n_items = max(1, int(campaign.budget / 1.6))
    times = queue(world, n_items, 1, world.days - 0.2)
    campaign.harvest(
        dispatch(world, campaign.accounts, times),
        times,
        work_list(world, {"rebuild": 100}, n_items, "bare"),
        1 + rng.binomial(1, 0.6, n_items),
        {"elicit": 1},
        hand_over=to_others(rng, campaign.accounts, 1.0),
        gap=400,
        models=THINKERS,
        answer=1000,
    )
    campaign.cover(0.15)
