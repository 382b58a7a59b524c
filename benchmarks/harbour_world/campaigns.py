"""What the operators have in common: work lists, queues, fake accounts, cover."""

import numpy as np

from .chatter import chatter
from .conversations import talk
from .crowds import Crowd
from .networks import countries, pick_lines
from .prompts import ask_for_working
from .settling import DEFAULTS
from .text import TRADES, mix, speak, tokens_of
from .vocabulary import phrases
from .world import DAY, pick

PLAIN_CLIENTS = {"py": 70, "requests": 20, "node": 10}
THINKERS = {"pier-reason-1": 75, "pier-xl-2": 25}
SMALL_TALK = {"chat": 55, "code": 20, "summ": 10, "support": 15}


def frame(rng):
    """One fixed instruction of a campaign."""
    inner, outer = rng.choice(phrases("frame.inner")), rng.choice(phrases("frame.outer"))
    head, close = rng.choice(phrases("frame.head")), rng.choice(phrases("frame.close"))
    return f"{head} between [{inner}] and [/{inner}], {close} between [{outer}] and [/{outer}]."


def work_list(world, text, n, wording="loose", copies=1, trade=None):
    """n items of work: distinct tasks, each so many times.

    Args:
        world: where.
        text: symbols by weight.
        n: number of items.
        wording: bare, loose (each in its own words), fixed (one frame) or few (nine templates).
        copies: how often a task is sent.
        trade: names of trades to draw from.

    Returns:
        Prompts; copies follow one another.
    """
    rng = world.rng
    n_tasks = max(1, -(-n // copies))
    tasks = np.array(list(dict.fromkeys(mix(rng, text, int(n_tasks * 1.25) + 20, trade).tolist())), object)
    tasks = tasks[rng.permutation(len(tasks))[:n_tasks]]
    if len(tasks) < n_tasks:
        tasks = tasks[rng.integers(0, len(tasks), n_tasks)]
    if wording == "loose":
        tasks = ask_for_working(world, tasks, 0.9)
    elif wording == "fixed":
        fixed = frame(rng)
        tasks = np.array([f"{task}\n\n{fixed}" for task in tasks], object)
    elif wording == "few":
        templates = [frame(rng) for _ in range(5)] + speak(rng, "elicit", 4).tolist()
        in_front = rng.random(len(templates)) < 0.5
        which = rng.integers(0, len(templates), len(tasks))
        rows = zip(tasks, which, strict=True)
        tasks = np.array([f"{templates[i]}\n{task}" if in_front[i] else f"{task}\n{templates[i]}" for task, i in rows], object)
    items = np.repeat(tasks, copies)[:n]
    return items[rng.permutation(n)] if copies == 1 else items


def queue(world, n, since, until, shape="flat", zone=8):
    """n dispatch times, in order, of a central queue: flat (with outages), waves, or people (a waking day in a time zone)."""
    rng = world.rng
    hours = np.arange(since, until, 1 / 24)
    rate = {"flat": _with_outages, "waves": _waves, "people": _waking}[shape](rng, hours, since, until, zone)
    cumulative = np.concatenate([[0], np.cumsum(rate * rng.lognormal(0, 0.25, len(hours)))])
    draws = np.sort(rng.random(n)) * cumulative[-1]
    days = np.interp(draws, cumulative, np.concatenate([hours, [until]]))
    return world.at_day(np.minimum(days, world.days - 0.002))


def _with_outages(rng, hours, since, until, zone):
    rate = np.ones(len(hours))
    for _ in range(int((until - since) / 5) + 1):
        begin = rng.integers(0, len(hours))
        rate[begin : begin + rng.integers(3, 14)] = 0.02
    return rate


def _waves(rng, hours, since, until, zone):
    rate = np.full(len(hours), 0.03)
    day = since
    while day < until:
        length = rng.uniform(0.15, 0.9)
        rate[(hours >= day) & (hours < day + length)] = rng.uniform(0.6, 1.4)
        day += length + rng.exponential(0.8)
    return rate


def _waking(rng, hours, since, until, zone):
    local = (hours * 24 + zone) % 24
    return 0.15 + np.exp(-(((local - 15) / 5.0) ** 2)) + 0.8 * np.exp(-(((local - 21) / 2.5) ** 2))


def dispatch(world, accounts, times, since=None, until=None, in_turn=True):
    """An account for each time (in order), among those in use then: one after the other, or any."""
    since = world.registry["created"][accounts] + 300 if since is None else since
    until = np.full(len(accounts), np.inf) if until is None else until
    chosen = np.empty(len(times), int)
    step = int(np.clip(len(times) // 50, 5, 400))  # the set of accounts in use moves slowly
    for i in range(0, len(times), step):
        block = times[i : i + step]
        usable = np.flatnonzero((since <= block[0]) & (until > block[-1]))
        if not len(usable):
            usable = np.array([np.argmin(np.abs(since - block[0]))])
        places = (i + np.arange(len(block))) % len(usable) if in_turn else world.rng.integers(0, len(usable), len(block))
        chosen[i : i + step] = accounts[usable[places]]
    return chosen


def cover(world, accounts, share, harvest, text=None, hours="consumer", until=None):
    """Ordinary-looking requests of the same accounts: a share of all their traffic, beside so much harvest."""
    trade = world.rng.integers(0, len(TRADES), len(accounts))
    habits = Crowd(rate=1, text=text or SMALL_TALK, turns=2.0, hours=hours, spread=0.8)
    factor = harvest * share / (1 - share) / len(accounts)
    chatter(world, "cover", habits, accounts, np.arange(len(accounts)), trade, factor, until)


def shared_cards(world, n, per):
    """Cards used for about so many accounts each."""
    n_cards = max(1, int(n / per))
    return tokens_of(world.rng, n_cards, "pm_")[world.rng.integers(0, n_cards, n)]


def own_exits(world, land):
    """A residential line for each account."""
    return [world.networks.home(land)]


def rotating_exits(world, n, size):
    """A line for each conversation, out of a rented pool of so many."""
    pool = world.networks.home(countries(world.rng, size))
    return pick_lines(pool, world.rng.integers(0, size, n))


def set_clients(world, accounts, **columns):
    """One setting of the client for all accounts."""
    for name, value in columns.items():
        world.registry[name][accounts] = value


class Campaign:
    """Accounts of one operator and what it sends through them."""

    def __init__(self, world, operator, n, budget):
        """n: fake accounts; budget: harvested requests."""
        self.world, self.rng, self.operator, self.n, self.budget = world, world.rng, operator, n, budget
        self.name = f"{operator}:{world.name}"
        self.accounts = np.empty(0, int)

    def enrol(self, families=None, lines=None, line_shares=None, **given):
        """Register the fake accounts: private people unless said otherwise, seven in ten with a card."""
        world, rng, n = self.world, self.rng, self.n
        given.setdefault("card", np.where(rng.random(n) < 0.3, None, tokens_of(rng, n, "pm_")))
        no_card = np.equal(np.broadcast_to(np.asarray(given["card"], object), (n,)), None)
        given.setdefault("plan", np.where(no_card, "free_grant", "payg"))
        if "signup_ip" not in given:
            land = given.get("land")
            land = countries(rng, n) if land is None else land
            elsewhere = np.where(rng.random(n) < 0.25, world.networks.vpn(land)[0], world.networks.home(land)[0])
            given["signup_ip"] = np.where(rng.random(n) < 0.35, lines[0][0], elsewhere)
        given.setdefault("phone", np.where(rng.random(n) < 0.4, tokens_of(rng, n, "ph_"), None))
        given.setdefault("org", np.where(rng.random(n) < 0.5, tokens_of(rng, n, "org-"), None))
        given.setdefault("system", pick(rng, DEFAULTS, n))
        self.accounts = world.enrol(n, self.operator, families or PLAIN_CLIENTS, lines, line_shares, campaign=self.name, **given)

    def harvest(self, senders, times, first, turns=None, follow=None, **details):
        """Send work."""
        talk(self.world, senders, times, first, turns, follow, harvest=True, **details)

    def cover(self, share, text=None, hours="consumer", until=None):
        """Hide the harvest in ordinary traffic."""
        cover(self.world, self.accounts, share, self.budget, text, hours, until)


def days_of(world, times):
    """Days since the start."""
    return (times - world.start) / DAY
