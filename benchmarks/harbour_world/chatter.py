"""The traffic of a crowd."""

import numpy as np

from .conversations import talk
from .prompts import ask_for_working, first_prompts
from .text import TRADES
from .world import DAY

MOST_TALKS = 2500
QUICK_TOOLS = ("boatswain", "quill")
CLOCK_SECONDS = np.array([900, 3600, 3600, 86400])
BATCH_SECONDS = np.array([6 * 3600, 86400, 86400])


def chatter(world, name, crowd, accounts, org, org_trade, factor=1.0, until=None):
    """Let accounts of a crowd talk.

    Args:
        world: where.
        name: of the crowd.
        crowd: its habits.
        accounts: who, in the order of organisations.
        org: organisation of each account.
        org_trade: trade number of each organisation.
        factor: scales the number of requests.
        until: last day, one or one for each account.
    """
    rng, n = world.rng, len(accounts)
    spread = crowd.spread
    usual = crowd.rate * factor / crowd.turns * rng.lognormal(-spread * spread / 2, spread, n)
    if crowd.signup not in ("hack", "cohort"):
        usual *= np.clip((world.end - world.registry["created"][accounts]) / DAY / world.days, 0.12, 1)
    who = np.repeat(np.arange(n), rng.poisson(np.minimum(usual, MOST_TALKS)))
    m = len(who)
    if m == 0:
        return
    talkers, of_org = accounts[who], org[who]
    times = _times(world, crowd, talkers, who, org, until)
    trade = _trades(rng, crowd, who, of_org, org_trade, n)
    first = first_prompts(world, crowd.text, of_org, trade, name)
    if crowd.wrapped:
        first = ask_for_working(world, first, crowd.wrapped)
    turns = 1 + rng.poisson(crowd.turns - 1, m) if crowd.turns > 1 else None
    hand_over = _inside_organisations(world, accounts, org, crowd.hand_over) if crowd.hand_over else None
    talk(
        world, talkers, times, first, turns, crowd.follow, trade, models=crowd.models, hand_over=hand_over,
        gap=25 if crowd.tools in QUICK_TOOLS else 80,
    )


def _times(world, crowd, talkers, who, org, until):
    """When each conversation begins."""
    rng, m = world.rng, len(who)
    of_org = org[who]
    n_orgs = org.max() + 1
    since, until = 0, world.days if until is None else until
    if np.ndim(until):
        until = until[who]
    if crowd.days_of_work:
        since = rng.uniform(0, max(1, world.days - crowd.days_of_work), n_orgs)[of_org]
        until = since + crowd.days_of_work
    if crowd.wave:
        swept = np.minimum(rng.gamma(1.3, 1.6, len(org))[who], world.days * 0.35)
        since = rng.uniform(1, world.days * 0.6) + swept
        until = since + 1.5
    if crowd.deadlines:
        due = np.floor(rng.random(m) * world.days / 7) * 7 + of_org % 5
        since, until = np.maximum(0, due - rng.gamma(1.2, 1.1, m)), due + 0.02
    times = world.times(talkers, crowd.hours, crowd.week, since, until)
    if crowd.clockwork:  # on the minute, with a little lag
        period = CLOCK_SECONDS[rng.integers(0, len(CLOCK_SECONDS), len(org))][who]
        offset = rng.uniform(0, 300, len(org))[who]
        times = np.minimum(np.floor(times / period) * period + offset + rng.exponential(2, m), world.end - 2)
    if crowd.batches:  # many requests in a few minutes
        period = BATCH_SECONDS[rng.integers(0, len(BATCH_SECONDS), n_orgs)][of_org]
        offset = rng.uniform(0, 20000, n_orgs)[of_org]
        times = np.floor(times / period) * period + offset + rng.uniform(0, 5400, m)
        times = np.clip(times, world.start + 1, world.end - 2)
    return times


def _trades(rng, crowd, who, of_org, org_trade, n):
    if crowd.trade == "org" or crowd.trades:
        return org_trade[of_org]
    own = rng.integers(0, len(TRADES), n)[who]
    if crowd.trade == "acct":
        return own
    return np.where(rng.random(len(who)) < 0.4, own, rng.integers(0, len(TRADES), len(who)))


def _inside_organisations(world, accounts, org, share):
    """A share of later turns is sent by any account of the organisation."""
    rng = world.rng
    begin = np.searchsorted(org, np.arange(org.max() + 2))
    place = np.empty(len(world.registry), int)
    place[accounts] = np.arange(len(accounts))

    def hand_over(senders, turn):
        at = np.flatnonzero((turn > 0) & (rng.random(len(senders)) < share))
        of_org = org[place[senders[at]]]
        size = begin[of_org + 1] - begin[of_org]
        senders = senders.copy()
        senders[at] = accounts[begin[of_org] + (rng.random(len(at)) * size).astype(int)]
        return senders

    return hand_over
