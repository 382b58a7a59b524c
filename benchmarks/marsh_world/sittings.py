"""The requests of a population: whose sittings, when, by which account, about what."""

import numpy as np

from .activity import days, moments
from .arrays import DAY, BoolArray, FloatArray, IntArray, ObjArray, Rng, U, Words, heads, mix, objects, pick, unit
from .network import ZONES
from .profiles import Instructions, Profile
from .queues import Earlier, Tasks, favourites
from .world import Actors, Population, Stream, World

MOST_SITTINGS = 400
"""of an actor on a day, on average"""
SPARE = 0.09
"""share of idle accounts in pools of at least POOL"""
POOL = 60


def ask(
    w: World, pop: Population, p: Profile, total: float, rng: Rng, *, campaign: str | None = None, window: tuple[float, float] = (0.0, 1.0)
) -> None:
    """Add about `total` requests of a population that works as a profile says; those of a campaign in a window of the days."""
    if total < 1:
        return
    who = _actors(pop, p, campaign)
    low, high = window[0] * w.days, window[1] * w.days
    weight = days(w, who, p.week, p.course, low, high)
    if p.steady < 50:
        weight *= rng.gamma(p.steady, 1 / p.steady, weight.shape)
    volume = rng.lognormal(-0.5 * p.spread**2, p.spread, who.n)
    if campaign is not None and who.n >= POOL:
        volume *= unit(who.key, "spare") > SPARE
    weight = weight * volume[:, None]
    if weight.sum() <= 0:
        return
    weight *= total * 1.3 / weight.sum() / p.sitting
    if campaign is None:
        total *= rng.lognormal(0, 0.08)
    weight = np.minimum(weight, MOST_SITTINGS)
    count = rng.poisson(weight) if p.steady < 50 else np.floor(weight + rng.random(weight.shape)).astype(int)
    actor, day = (np.repeat(x, count[count > 0]) for x in np.nonzero(count))
    begin = moments(who, p.hours, actor, day, rng)
    actor, sitting, t = _requests(p, begin, actor, rng)
    at = _accounts(pop, p, who, actor, sitting, t)
    keep = (t < w.days * DAY) & (t >= pop.created[at]) & (t >= pop.first[at]) & (t < pop.banned[at] + pop.delay[at])
    if campaign is not None:
        keep &= (t >= low * DAY) & (t < high * DAY)
    kept = keep.sum()
    if kept > total:  # leave out whole sittings
        keep &= unit(pop.base, "thin", sitting) < total / kept
    if not keep.any():
        return
    t, at, actor, sitting = t[keep], at[keep], actor[keep], np.unique(sitting[keep], return_inverse=True)[1]
    new = heads(sitting) | (rng.random(len(t)) >= p.turns)
    w.streams.append(Stream(p, pop, campaign, _columns(w, pop, p, campaign, who, t, at, actor, sitting, new, rng)))


def _actors(pop: Population, p: Profile, campaign: str | None) -> Actors:
    """One person to an account or, for an operator, to a place; or a team that shares the group's accounts."""
    if p.dispatch is None:
        n = pop.slots if campaign else pop.n
        lives = pop.n // n
        lead = np.arange(n) * lives
        key = pop.key[lead]
    else:
        n, lives = max(2, round(pop.n * p.workers)), 1
        key = mix(pop.base, "worker", np.arange(n))
        lead = np.sort(pick(pop.n, key))
    created = np.full(n, -1e9) if lives > 1 else pop.created[lead]
    return Actors(p.name, lead, lives, key, pop.group[lead], ZONES[pop.country[lead]], created)


def _requests(p: Profile, begin: FloatArray, actor: IntArray, rng: Rng) -> tuple[IntArray, IntArray, FloatArray]:
    """Actors, sittings and moments of the requests of sittings that begin then."""
    n = len(begin)
    size = np.ones(n, int)
    if p.sitting > 1:
        drawn = p.sitting * np.exp(rng.normal(-0.5 * p.sitting_spread**2, p.sitting_spread, n))
        size = np.maximum(1, np.round(drawn)).astype(int)
    order = np.argsort(begin, kind="stable")
    begin, actor, size = begin[order], actor[order], size[order]
    sitting = np.repeat(np.arange(n), size)
    gap = p.pace * np.exp(rng.normal(-0.35, 0.85, len(sitting)))
    first = np.cumsum(size) - size
    gap[first] = 0
    run = np.cumsum(gap)
    return actor[sitting], sitting, begin[sitting] + run - run[first][sitting]


def _accounts(pop: Population, p: Profile, who: Actors, actor: IntArray, sitting: IntArray, t: FloatArray) -> IntArray:
    """The account by which each request goes out."""
    at = who.lead[actor]
    if p.dispatch is not None:
        sizes = np.bincount(pop.member_of)
        group = pop.member_of[at]
        unit_of_work = sitting if p.dispatch == "sitting" else np.arange(len(t))
        return (np.cumsum(sizes) - sizes)[group] + (unit(pop.base, "slot", unit_of_work) * sizes[group]).astype(np.int64)
    if who.lives > 1:
        noticed = (pop.banned + pop.delay).reshape(who.n, who.lives)
        at = at + np.minimum((t[:, None] >= noticed[actor]).sum(1), who.lives - 1)
    return at


def _columns(
    w: World, pop: Population, p: Profile, campaign: str | None, who: Actors, t: FloatArray, at: IntArray, actor: IntArray,
    sitting: IntArray, new: BoolArray, rng: Rng
) -> dict[str, FloatArray | IntArray | Words | ObjArray]:
    """What is known of each request before it is written; `new` says where conversations begin."""
    talk, first = np.cumsum(new) - 1, np.flatnonzero(new)
    key = mix(pop.base, "conv", p.name, campaign or "", np.arange(len(first)))
    actor_key, group = who.key[actor[first]], who.group[actor[first]]
    tasks = Tasks(
        w.seed, pop.base, key, actor_key, group, t[first], p.tasks, np.zeros(len(first), np.int64), mix(key, "core"), mix(key, "second"),
        _tongues(pop, p, campaign, at[first], actor_key, key), actor_key, group
    )
    tasks.subject = favourites(tasks, p.focus)
    if p.queue is not None:
        p.queue.deal(tasks, lambda: earlier(w), rng)
    crowd = p.name if campaign is None else pop.kind
    wrap, wrap_key = _instructions(w, p.wrap, crowd, tasks)
    system, system_key = _instructions(w, p.system, crowd, tasks)
    turn = np.arange(len(t)) - first[talk]
    return {
        "t": t, "at": pop.at[at], "turn": turn, "sitting": mix(pop.base, p.name, sitting), "talk": key[talk], "key": mix(key[talk], turn),
        "subject": tasks.subject[talk], "core": tasks.core[talk], "second": tasks.second[talk], "tongue": tasks.tongue[talk],
        "writer": tasks.writer[talk], "writer_group": tasks.group[talk], "actor": actor_key[talk], "group": group[talk],
        "wrap": wrap[talk], "wrap_key": wrap_key[talk], "system": system[talk], "system_key": system_key[talk]
    }


def _tongues(pop: Population, p: Profile, campaign: str | None, at: IntArray, actor: Words, key: Words) -> IntArray:
    """Languages of conversations; most are in one's own, and operators' mostly in the main one."""
    own = pop.tongue[at] if p.dispatch is None else np.where(unit(actor, "foreign") < p.foreign, 1 + pick(3, actor, "tongue"), 0)
    main = 0.05 if campaign is None or p.foreign > 0.22 else 0.85
    return np.where(unit(key, "switch") < main, 0, own)


def _instructions(w: World, texts: Instructions | None, crowd: str, tasks: Tasks) -> tuple[ObjArray, Words]:
    """Sections and keys of the instructions of conversations, empty and 0 where there are none."""
    n = len(tasks.key)
    if texts is None:
        return np.full(n, "", dtype=object), np.zeros(n, U)
    used = (unit(tasks.actor, "uses", texts.section) < texts.share) & (unit(tasks.key, "omits", texts.section) > 0.04)
    key = texts.keys(crowd, tasks.actor, tasks.site, tasks.key, w.seed)
    return np.where(used, objects([texts.section]), objects([""])), key


def earlier(w: World) -> Earlier:
    """First turns that innocent people wrote so far."""
    pool = [s.columns for s in w.streams if s.campaign is None and s.profile.human > 0.5]
    names = ("t", "subject", "core", "second", "tongue", "writer", "writer_group")
    columns = [np.concatenate([c[name][c["turn"] == 0] for c in pool]) for name in names]
    order = np.argsort(columns[0], kind="stable")
    return Earlier(*(column[order] for column in columns))
