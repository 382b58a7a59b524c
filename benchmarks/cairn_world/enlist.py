"""Who a party is and when its members begin conversations."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from . import hours
from .internet import CODES, LEASE_S, OFFSETS_H, SLOTS, WEIGHTS
from .party import Party
from .world import World


@dataclass
class Members:
    """Accounts of a party, a row each; ``account`` is the number in the world's registry, times are in seconds, rates per day."""

    account: np.ndarray
    place: np.ndarray
    begin_s: np.ndarray
    end_s: np.ndarray
    rate: np.ndarray
    addresses: np.ndarray
    lease_s: np.ndarray

    def __len__(self) -> int:
        return len(self.account)


def pick(shares: Mapping[str, float], n: int, rng: np.random.Generator) -> np.ndarray:
    """``n`` keys in these shares."""
    weights = np.array(list(shares.values()))
    return np.array(list(shares), object)[rng.choice(len(shares), n, p=weights / weights.sum())]


def when(world: World, party: Party) -> tuple[float, float]:
    """Begin and end of what a party does, seconds."""
    begin_s, end_s = (share * world.end_s for share in party.active)
    if not party.lasts:
        return begin_s, end_s
    length_s = min(party.lasts * hours.DAY_S, 0.9 * world.end_s)
    begin_s = world.rng.uniform(0.02 * world.end_s, world.end_s - length_s)
    if party.hours in ("party", "venue"):  # from a Friday evening on, where the log has one
        begin_s -= ((world.weekday + begin_s / hours.DAY_S - 4.7) % 7) * hours.DAY_S
        begin_s += 7 * hours.DAY_S * (begin_s < 0)
    return begin_s, min(begin_s + length_s, world.end_s)


def enlist(world: World, party: Party, n: int, begin_s: float, end_s: float, campaign: str | None) -> Members:
    """Sign up ``n`` accounts, and those that replace banned ones."""
    rng = world.rng
    begin, end, banned = np.full(n, begin_s), np.full(n, end_s), np.zeros(n, bool)
    for share_of_time, share in party.waves:
        at = begin_s + share_of_time * (end_s - begin_s)
        hit = rng.permutation(np.flatnonzero((begin < at) & (end > at)))
        hit = hit[: round(share * len(hit))]
        end[hit], banned[hit] = at + rng.exponential(900, len(hit)), True
        if party.replaces:
            begin = np.concatenate([begin, end[hit] + rng.gamma(2.0, 2.2 * hours.HOUR_S, len(hit))])
            end = np.concatenate([end, np.full(len(hit), end_s)])
            banned = np.concatenate([banned, np.zeros(len(hit), bool)])
    before = {
        "old": rng.exponential(240 * hours.DAY_S, len(begin)) + rng.uniform(0, 3 * hours.DAY_S, len(begin)),
        "trickle": rng.uniform(0, 55 * hours.DAY_S, len(begin)),
        "burst": rng.exponential(9 * hours.HOUR_S, len(begin)) + 600,
    }[party.signup]
    created = begin - before
    created[n:] = begin[n:] - rng.exponential(hours.HOUR_S, len(begin) - n) - 120
    n = len(begin)
    if party.signup == "old" and not campaign:  # some sign up while the log runs
        late = rng.random(n) < 0.07
        created[late] = rng.uniform(begin_s, begin_s + 0.9 * (end_s - begin_s), int(late.sum()))
        begin = np.maximum(begin, created)
    if not campaign:
        unlucky = rng.random(n) < 0.003
        end[unlucky], banned = rng.uniform(begin[unlucky], end[unlucky]), banned | unlucky
    place = rng.choice(len(CODES), 1 if party.near else n, p=WEIGHTS)[np.zeros(n, int) if party.near else np.arange(n)]
    mode = pick(party.network, n, rng)
    addresses = np.empty((n, SLOTS), np.int64)
    for name in party.network:
        if (mode == name).any():
            addresses[mode == name] = world.internet.addresses(name, place[mode == name])
    drawn = {what: pick(shares, n, rng) for what, shares in (
        ("kinds", party.kinds), ("mails", party.mail), ("cards", party.card), ("phones", party.phone))}
    account = world.sign_up(
        party, campaign, created_s=created, banned_s=np.where(banned, end, np.inf), place=place, signup_ip=addresses[:, 0], **drawn
    )
    rate = party.rate * rng.lognormal(-(party.spread**2) / 2, party.spread, n)
    return Members(account, place, begin, end, rate, addresses, np.array([LEASE_S[name] for name in mode], float))


def conversations(world: World, party: Party, who: Members, begin_s: float, end_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Member and start in seconds of every conversation, in the order of time."""
    rng = world.rng
    each = who.rate / party.mean_turns  # conversations a day
    if party.pace == "queue":
        n = rng.poisson((each * (who.end_s - who.begin_s) / hours.DAY_S).sum())
        start = np.sort(hours.times(party.hours, n, begin_s, end_s, float(OFFSETS_H[who.place[0]]), world.weekday, rng))
        member = _serve(who, start, rng)
    elif party.pace == "clock":
        member, start = hours.clock(hours.DAY_S / np.maximum(each, 0.05), begin_s, end_s, rng)
    else:
        counts = each * (end_s - begin_s) / hours.DAY_S / party.sitting
        member, start = hours.sessions(party.hours, counts, party.sitting, begin_s, end_s, OFFSETS_H[who.place], world.weekday, rng)
    alive = (member >= 0) & (start >= who.begin_s[member]) & (start < who.end_s[member]) & (start >= 0) & (start < world.end_s)
    member, start = member[alive], start[alive]
    order = np.argsort(start, kind="stable")
    return member[order], start[order]


def _serve(who: Members, start: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Hand sorted conversations to the members that live, in rounds; faster members get more turns. -1: nobody is there."""
    member = np.full(len(start), -1)
    edges = np.unique(np.concatenate([who.begin_s, who.end_s]))
    for low, high in pairwise(edges):
        first, last = np.searchsorted(start, [low, high])
        living = np.flatnonzero((who.begin_s <= low) & (who.end_s >= high))
        if last > first and len(living):
            tickets = np.repeat(living, np.maximum(np.rint(4 * who.rate[living] / who.rate[living].mean()).astype(int), 1))
            rounds = -(-(last - first) // len(tickets))
            member[first:last] = np.concatenate([rng.permutation(tickets) for _ in range(rounds)])[: last - first]
    return member
