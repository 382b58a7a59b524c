"""Evidence: each function is one piece, its docstring is the sentence an analyst reads, and it says its blind spot.

Every piece of EVIDENCE takes a :class:`Scene` and returns a :class:`Finding` with one entry a group: what was observed, what
innocents would show, a p-value under the null that the docstring names (NaN where there is none, or where the piece is
blind for that group), and a ``value`` from 0 to 1 that the calibrated model weighs. Nothing here uses country.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import stats

from stillwatch.judge.mixes import overdispersion
from stillwatch.judge.people import DAY_US, HOUR_US, UNKNOWN
from stillwatch.judge.scene import Scene
from stillwatch.numeric.arrays import by_value, distinct
from stillwatch.run_details import EVEN

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Finding:
    """One piece of evidence for every group, arrays ``(n_groups,)``."""

    value: F64
    observed: F64
    expected: F64
    p_value: F64
    window: tuple[I64, I64] | None = None
    """Days in which it was observed, and when they begin, microseconds; 0 days where none are."""
    sampled: tuple[F64, F64, F64] | None = None
    """What was seen in a sample, the squares of what each of its values adds to that, added up, and what there can be at most in all."""


def _ratio(a: F64, b: F64) -> F64:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(b > 0, a / np.where(b > 0, b, 1), np.nan)


def _beyond(observed: F64, expected: F64) -> F64:
    """Share of what was observed that the null does not explain, two standard deviations of the null included."""
    return np.nan_to_num(np.clip(1 - _ratio(expected + 2 * np.sqrt(expected), observed), 0, 1))


def _poisson(observed: F64, expected: F64) -> F64:
    """P(X ≥ observed) of a Poisson variable; 1 where nothing was observed."""
    return np.asarray(stats.poisson.sf(observed - 1, np.maximum(expected, 1e-12)), dtype=np.float64)


MIN_CONTINUED = 5
"""Requests of a group that continue a conversation from which handovers are told; below it the evidence is blind."""
MIN_HANDED = 3
"""Requests handed over within a group from which they count."""
LEAST_EXPECTED_HANDED = 0.01
"""Requests handed over that are expected of chance at least, where a p-value is computed."""


def handoff(scene: Scene) -> Finding:
    """Conversations that one account began are continued by another account of another owner.

    Observed is every request handed over between the accounts, whether it carries the group's marks or not; the value compares it with
    the group's own requests that continue a conversation. Null: a continued conversation was begun by anybody, in proportion to
    traffic. Blind where the log has no context and parent keys, and where an operator keeps each conversation on one account.
    """
    hand = scene.handoffs
    # One customer may rotate accounts: neither one organisation nor one payment card hands over to itself.
    foreign = scene.customer[hand.taker] != scene.customer[hand.giver]
    taker, giver, n = hand.taker[foreign], hand.giver[foreign], hand.n[foreign]
    taken = np.bincount(taker, weights=n, minlength=scene.people.n)
    internal, both = _internal(scene, taker, giver, n)
    continued = scene.total(scene.measured.n - scene.measured.first_turns)
    traffic = scene.people.n_events / scene.people.n_events.sum()
    expected = scene.total(scene.of_members(taken)) * scene.total(scene.of_members(traffic))
    share = _ratio(internal, continued)
    blind = continued < MIN_CONTINUED
    p = np.where(blind, np.nan, _poisson(internal, np.maximum(expected, LEAST_EXPECTED_HANDED)))
    # Most of the accounts must both take and give: a few who do accuse themselves, not the tool whose users they are; and who continues the
    # conversations of others, who never continue his, makes these no accounts of his.
    reach = _ratio(both, scene.size)
    value = np.clip(reach, 0, 1) * (0.5 + 0.5 * np.sqrt(np.clip(np.nan_to_num(share), 0, 1))) * _beyond(internal, expected)
    return Finding(np.where(blind | (internal < MIN_HANDED), 0, value), internal, expected, p)


def _internal(scene: Scene, taker: I64, giver: I64, n: I64) -> tuple[F64, F64]:
    """Requests handed over within each group, and accounts that both take and give there, ``(n_groups,)``."""
    order, start = by_value(scene.groups.member_account, scene.people.n)
    gives = np.repeat([0, 1], len(taker))
    account, other = np.concatenate([taker, giver]), np.concatenate([giver, taker])
    by_account, _ = by_value(2 * account + gives, 2 * scene.people.n)
    internal, both = np.zeros(scene.n), np.zeros(scene.n)
    _meet(
        account[by_account], other[by_account], gives[by_account] > 0, np.tile(n, 2)[by_account].astype(np.float64),
        scene.groups.member_group[order], start, internal, np.full((2, scene.n), -1, np.int64), both,
    )
    return internal, both


@njit(cache=True, nogil=True)
def _meet(account: I64, other: I64, gives: NDArray[np.bool_], n: F64, group: I64, start: I64, internal: F64, last: I64, both: F64) -> None:
    """Handed-over requests of each account, what it takes first; ``last`` who took and who gave in each group last, ``(2, n_groups)``."""
    for i in range(len(account)):
        a, b = start[account[i]], start[other[i]]
        end_a, end_b = start[account[i] + 1], start[other[i] + 1]
        while a < end_a and b < end_b:
            if group[a] < group[b]:
                a += 1
            elif group[a] > group[b]:
                b += 1
            else:
                g = group[a]
                if not gives[i]:
                    internal[g] += n[i]
                    last[0, g] = account[i]
                elif last[0, g] == account[i] and last[1, g] != account[i]:
                    last[1, g] = account[i]
                    both[g] += 1
                a += 1
                b += 1


def _repeated(holders: NDArray[Any], drawn: NDArray[Any]) -> F64:
    """Expected holders of a value beyond the first, where each of its ``holders`` is drawn with the same probability."""
    return np.asarray(holders * drawn - 1 + (1 - drawn) ** holders)


def _shared_values(scene: Scene, value: I64) -> tuple[F64, F64, F64, F64, F64]:
    """Accounts that repeat a value within a group, expected repeats, accounts with a shared value, of the largest one, with any."""
    groups, n = scene.groups, scene.people.n
    owned = np.where(value >= 0, value, -1)
    # One owner counts once: an organisation may pay for all its accounts with one card.
    whole, _ = distinct(np.stack([owned, scene.owner], axis=1)[owned >= 0])
    member_value = owned[groups.member_account]
    told = (member_value >= 0) & scene.seen
    rows, _ = distinct(np.stack([groups.member_group[told], member_value[told], scene.owner[groups.member_account[told]]], axis=1))
    if not len(rows):
        zero = np.zeros(scene.n)
        return zero, zero, zero, zero, zero
    key = rows[:, 0] * (n + 1 + value.max()) + rows[:, 1]
    _, first, counts = np.unique(key, return_index=True, return_counts=True)
    group = rows[first, 0]
    extra, sharing, having = (
        np.asarray(np.bincount(group, weights=weights, minlength=scene.n), dtype=np.float64)
        for weights in (counts - 1, np.where(counts > 1, counts, 0), counts)
    )
    largest = np.zeros(scene.n)
    np.maximum.at(largest, group, np.where(counts > 1, counts, 0))
    # As many holders as there are here are drawn from the others of the log: all of one value's that are drawn but the first repeat it.
    # Pairs would count hundreds of one value (a carrier that pays for its customers) as if each were linked to each.
    drawn = np.minimum(having / np.maximum(len(whole) - having, 1), 1)
    of_value = np.bincount(whole[:, 0])
    holders, values = np.unique(of_value[of_value > 1], return_counts=True)
    expected = np.zeros(scene.n)
    for held, number in zip(holders, values, strict=True):
        expected += number * _repeated(held, drawn)
    here, rate = of_value[rows[first, 1]], drawn[group]
    expected -= np.bincount(group, weights=_repeated(here, rate) - _repeated(here - counts, rate), minlength=scene.n)
    return extra, np.maximum(expected, 0), sharing, largest, having


MIN_REPEATS = 2
"""Accounts of a group beyond the first of each value from which sharing counts."""
LEAST_EXPECTED_REPEATS = 0.05
"""Accounts, or owners on networks, beyond the first of each value that are expected of chance at least, where a p-value is computed."""


def _shared(scene: Scene, value: I64) -> Finding:
    extra, expected, sharing, largest, having = _shared_values(scene, value)
    p = np.where(having < 2, np.nan, _poisson(extra, np.maximum(expected, LEAST_EXPECTED_REPEATS)))
    # One customer's accounts among others are his business, however many they are: the accounts beside his must share as well.
    share, usual = np.nan_to_num(_ratio(sharing - largest, scene.size - largest)), _usually_shared(scene, value)
    # Where many customers of a provider share (vouchers, families, firms), sharing says less: only what goes beyond counts.
    share = np.clip((share - usual) / (1 - usual), 0, 1)
    return Finding(np.where(extra >= MIN_REPEATS, share, 0) * _beyond(extra, expected), extra, expected, p)


def _usually_shared(scene: Scene, value: I64) -> float:
    """Share of all accounts that have a value in common with another owner, below 1."""
    pairs, _ = distinct(np.stack([value, scene.owner], axis=1)[value >= 0])
    owners = np.bincount(pairs[:, 0], minlength=int(value.max(initial=0)) + 1)
    return float(min(((value >= 0) & (owners[value] > 1)).mean(), 0.99)) if len(value) else 0.0


def payment(scene: Scene) -> Finding:
    """Accounts of different owners pay with the same payment method.

    Null: owners share payment methods as often as the same number of other owners seen, and the value is what goes beyond the
    share of all accounts that do. The accounts of the largest payer do not count, who may be a customer among others; who
    also meets on a network of their own is a firm and does not count, and the fewer payers there are the less it counts: few
    firms and their people share so too. Blind where the registry tells no payment method, where each account has a card of its
    own, where each card has a network of its own, or where a handful of cards pay for all.
    """
    found = _shared(scene, scene.identities["identity.payment"])
    return replace(found, value=found.value * (1 - scene.office_share) * (1 - scene.few_payers))


def contact(scene: Scene) -> Finding:
    """Accounts of different owners have the same phone number or e-mail address.

    Null: as for payment, and the fewer numbers or addresses there are the less they count: a teacher's for a class, a firm's for its
    staff. Blind where each account has a number and an address of its own, or where a handful answer for all.
    """
    phone, mail = (
        replace(found, value=found.value * (1 - scene.few(value)))
        for value in (scene.identities["identity.phone"], scene.identities["identity.email"])
        for found in (_shared(scene, value),)
    )
    better = np.nan_to_num(phone.p_value, nan=1) <= np.nan_to_num(mail.p_value, nan=1)
    return Finding(*(np.where(better, getattr(phone, name), getattr(mail, name)) for name in ("value", "observed", "expected", "p_value")))


BURST_DAYS = (1, 7, 30)
"""Windows, ascending, in which bursts of sign-ups are looked for."""
MIN_SIGNUPS = 4
"""Accounts of a group whose sign-up is told from which a burst is; below it the evidence is blind."""
MAX_BURST_P = 1e-3
"""p-value, corrected for the scan, below which a burst counts."""


def signup(scene: Scene) -> Finding:
    """The accounts signed up in a burst that all accounts of the log together do not show.

    Null: each account signed up independently, when all accounts seen did; windows of 1, 7 and 30 days are
    scanned and the p-value is corrected for the scan. Blind where sign-up times are not told; a class or a hackathon
    also signs up together.
    """
    people = scene.people
    created = people.created_us
    known = np.sort(created[created != UNKNOWN])
    member = scene.of_members(created)
    rows = np.flatnonzero((member != UNKNOWN) & scene.seen)
    best_p, best_k, best_e = np.ones(scene.n), np.zeros(scene.n), np.zeros(scene.n)
    best_days, best_start = np.zeros(scene.n, np.int64), np.zeros(scene.n, np.int64)
    having = np.bincount(scene.groups.member_group[rows], minlength=scene.n).astype(np.float64)
    if len(rows):
        # Groups lie on one line, which holds how many signed up before and not when: times as far apart would not fit a number.
        width = len(known) + 1
        line = np.sort(scene.groups.member_group[rows] * width + np.searchsorted(known, member[rows]))
        group, before = np.divmod(line, width)
        start = np.flatnonzero(np.diff(group, prepend=-1))
        for days in BURST_DAYS:
            until = np.searchsorted(known, known[before] + days * DAY_US, "right")
            k = np.searchsorted(line, group * width + until) - np.arange(len(line))
            share = (until - before) / len(known)
            expected = having[group] * share
            p, more = np.ones(len(k)), np.flatnonzero(k > expected)
            tried = np.maximum(having[group[more]], 1)
            p[more] = np.minimum(_poisson(k[more].astype(np.float64), expected[more]) * tried * len(BURST_DAYS), 1)
            lowest = np.flatnonzero(p == np.repeat(np.minimum.reduceat(p, start), np.diff(start, append=len(p))))
            first = lowest[np.searchsorted(lowest, start)]
            better = p[first] < best_p[group[first]]
            first = first[better]
            best_p[group[first]], best_k[group[first]], best_e[group[first]] = p[first], k[first], expected[first]
            best_days[group[first]], best_start[group[first]] = days, known[before[first]]
    share = _ratio(best_k - best_e, having)
    value = np.where((best_p < MAX_BURST_P) & (having >= MIN_SIGNUPS), np.clip(np.nan_to_num(share), 0, 1), 0)
    # People who sign up together sit together: a class, a hackathon. Where they do, the burst says little.
    venue = np.where(scene.net_told > 0, scene.net_share, 0.5)
    value = value * (1 - venue)
    return Finding(value, best_k, best_e, np.where(having < MIN_SIGNUPS, np.nan, best_p), (best_days, best_start))


REPLACED_US = 3 * DAY_US
"""Time after a ban in which a sign-up may replace the account."""
MIN_BANNED = 3
"""Accounts of a group that signed up so, or that were banned, from which they count."""


def replacement(scene: Scene) -> Finding:
    """Accounts signed up within three days after another account of the group was banned.

    Null: those whose sign-up is told signed up independently of bans, when all accounts seen did. Blind where bans are not told.
    """
    people, groups = scene.people, scene.groups
    banned, created = scene.of_members(people.banned_us), scene.of_members(people.created_us)
    known = np.sort(people.created_us[people.created_us != UNKNOWN])
    observed, expected = np.zeros(scene.n), np.zeros(scene.n)
    bans = np.flatnonzero(banned != UNKNOWN)
    if len(bans) and len(known):
        bans = bans[np.lexsort((banned[bans], groups.member_group[bans]))]
        when, whose = banned[bans], groups.member_group[bans]
        rows = np.flatnonzero(created != UNKNOWN)
        # Groups lie on one line, as for sign-ups, which holds how many bans came before.
        every, line = np.sort(when), groups.member_group[rows] * (len(when) + 1)
        ban_line = whose * (len(when) + 1) + np.searchsorted(every, when)
        last, first = np.searchsorted(every, created[rows], "right"), np.searchsorted(every, created[rows] - REPLACED_US)
        after = np.searchsorted(ban_line, line + last) > np.searchsorted(ban_line, line + first)
        observed = np.bincount(groups.member_group[rows[after]], minlength=scene.n).astype(np.float64)
        # Three days that overlap those after the next ban of the group are counted once: bans come in waves.
        end = when + REPLACED_US
        again = np.flatnonzero(whose[1:] == whose[:-1])
        end[again] = np.minimum(end[again], when[again + 1])
        chance = np.searchsorted(known, end) - np.searchsorted(known, when)
        told = scene.total((created != UNKNOWN) & scene.seen)
        expected = np.bincount(whose, weights=chance, minlength=scene.n) / len(known) * told
    share = np.clip(np.nan_to_num(_ratio(observed - expected, scene.size)), 0, 1)
    blind = scene.total(banned != UNKNOWN) == 0
    return Finding(np.where(observed >= MIN_BANNED, share, 0), observed, expected, np.where(blind, np.nan, _poisson(observed, expected)))


def banned(scene: Scene) -> Finding:
    """Far more of the accounts were banned already than of all accounts.

    Null: accounts of the group are banned as often as those of the whole log. The value is the share beyond that, at most a half:
    who else was banned says so much and no more. Blind where no ban is told or has fallen. A rule that banned a class or a firm by
    mistake, and whose bans stand, speaks against the others of it.
    """
    were = scene.people.banned_us != UNKNOWN
    usual = float(were.mean()) if len(were) else 0.0
    observed, expected = scene.total(scene.of_members(were) & scene.seen), usual * scene.size
    share = np.clip((np.nan_to_num(_ratio(observed, scene.size)) - usual) / max(1 - usual, 1e-3), 0, HALF_BANNED)
    p = np.where(scene.total(scene.of_members(were)) == 0, np.nan, _poisson(observed, expected))
    return Finding(np.where(observed >= MIN_BANNED, share, 0) * _beyond(observed, expected), observed, expected, p)


HALF_BANNED = 0.5
"""Share of banned accounts from which more say nothing."""


MIN_LOAD = 5
"""Requests of an account from which its load is compared."""
MIN_LOADS = 5
"""Accounts of a group with such a load from which their spread is told; below it the evidence is blind."""
MIN_LOADS_USUAL = 8
"""The same for groups that tell what is usual."""
MIN_LOADS_SHARE = 0.5
"""Share of a group's accounts with such a load below which the evidence is blind."""
LEAST_USUAL_SPREAD = 0.25
"""Variance of the log of requests that is usual within groups at least."""


def even_load(scene: Scene) -> Finding:
    """The accounts carry nearly equal loads, as a balancer deals them out.

    Observed is the spread (standard deviation of the log of requests) against the spread within all proposed groups, both less what
    counting alone gives here. Null: spreads are normal with that common variance (chi-square, one-sided).
    Blind to operators who deal unevenly; evaluation harnesses also run equal numbers.
    """
    n = scene.measured.n.astype(np.float64)
    used = n >= MIN_LOAD
    logs = np.log(np.where(used, n, 1))
    count = scene.total(used)
    centre = scene.mean(logs, used)
    off = np.where(used, logs - np.nan_to_num(centre)[scene.groups.member_group], 0)
    spread2 = _ratio(scene.total(off**2), count - 1)
    counting = scene.mean(1 / np.maximum(n, 1), used)
    excess = np.maximum(spread2 - counting, EVEN**2)
    compared = scene.usual & (count >= MIN_LOADS_USUAL)
    usual = np.nanmedian(spread2[compared]) if compared.any() else 1.0
    usual = max(float(np.nan_to_num(usual, nan=1.0)), LEAST_USUAL_SPREAD)
    # Counts near MIN_LOAD are alike because smaller ones were left out, so they say little.
    told = 1 - np.sqrt(MIN_LOAD / np.maximum(scene.median(np.where(used, n, np.nan)), MIN_LOAD))
    blind = (count < MIN_LOADS) | (count < MIN_LOADS_SHARE * scene.size)
    p = np.where(blind, np.nan, stats.chi2.cdf((count - 1) * spread2 / usual, np.maximum(count - 1, 1)))
    value = np.where(blind, 0, np.clip(1 - np.sqrt(np.nan_to_num(excess, nan=1)), 0, 1) * np.nan_to_num(told))
    return Finding(value, np.sqrt(excess), np.sqrt(np.maximum(usual - counting, EVEN**2)), p)


DIFFERENT = 0.3
"""Intra-class correlation from which accounts are as different as innocents' usually are: the value is 0 from there."""
SAME_HABITS = 0.05
"""Intra-class correlation of all accounts of a log below which they are so alike that it tells less that those of a group are."""
MIN_FREEDOM = 10
"""Degrees of freedom of a group's correlation from which it is told; below it the evidence is blind."""


def _alike(scene: Scene, counts: NDArray[np.int32], passing: float = 0) -> Finding:
    rho, limit, freedom, lift = overdispersion(counts, scene.groups.member_group, scene.n, passing)
    blind = (freedom < MIN_FREEDOM) | np.isnan(rho)
    compared = scene.usual & ~blind
    usual = float(np.median(rho[compared])) if compared.any() else DIFFERENT
    # Where all accounts of the log are alike, that those of a group are says nothing.
    everybody = overdispersion(counts[scene.main], np.zeros(len(scene.main), np.int64), 1)[0]
    told = min(float(np.nan_to_num(everybody[0])) / SAME_HABITS, 1)
    value = np.where(blind, 0, told * (1 - np.minimum(np.nan_to_num(limit, nan=1) / DIFFERENT, 1)))
    # How far below what is usual, in standard errors at what is usual; a usual 0 leaves nothing to be below.
    error = np.sqrt(2 / np.maximum(freedom, 1)) * (1 + lift * usual) / lift
    p = np.where(blind, np.nan, stats.norm.cdf((np.nan_to_num(rho) - usual) / error))
    return Finding(value, rho, np.full(scene.n, usual), p)


PASSING = 0.05
"""Share of a group's accounts that may be passers-by."""


def mostly_alike(scene: Scene) -> tuple[F64, F64]:
    """How much the accounts keep one rhythm and do one mix of work, where the twentieth of them least like the others does not count.

    The values of both, ``(n_groups,)``. One passer-by in a hundred who does other work makes all accounts unlike otherwise.
    """
    rhythm, mix = (_alike(scene, counts, PASSING).value for counts in (scene.measured.day_parts, scene.measured.capabilities))
    return rhythm, mix


def one_rhythm(scene: Scene) -> Finding:
    """The accounts keep the same hours, as one scheduler or one crowd of end users behind them would.

    Observed is the intra-class correlation of the three-hour parts of the day over accounts (0: one rhythm). Null: accounts
    differ as the accounts of proposed groups usually do. Blind where accounts send few requests; people of one office or
    class also keep the same hours.
    """
    return _alike(scene, scene.measured.day_parts)


def one_mix(scene: Scene) -> Finding:
    """The accounts ask for the same mix of capabilities, as draws from one list of work would.

    Observed is the intra-class correlation of the capability mix over accounts (0: one list). Null: as for the rhythm.
    Blind where text was not kept; users of a tool for one purpose also ask for one thing.
    """
    return _alike(scene, scene.measured.capabilities)


def one_length(scene: Scene) -> Finding:
    """The accounts write prompts of the same lengths, as draws from one list of work would.

    Observed is the intra-class correlation of the classes of prompt length over accounts (0: one list). Null: as for the
    rhythm. Blind where accounts send few requests; people who fill in one form also write alike.
    """
    return _alike(scene, scene.measured.lengths)


MIN_CLOCK_REQUESTS = 12
"""Requests of an account from which its hours tell."""
MIN_CLOCKS = 3
"""Accounts of a group with so many from which its hours do; below it the evidence is blind."""
CLOCK_FROM = 0.6
"""Mean entropy of the parts of the day up to which the value is 0; it is 1 for a flat day."""


def round_the_clock(scene: Scene) -> Finding:
    """Each account works round the clock.

    Observed is the mean over accounts of the entropy of the three-hour parts of the day, 1 for a flat day (corrected for
    few requests, Miller 1955). Null: the accounts are like all memberships of all groups. Blind where an operator keeps
    office hours; applications and scheduled jobs are flat as well.
    """
    counts = scene.measured.day_parts.astype(np.float64)
    n = counts.sum(axis=1)
    used = n >= MIN_CLOCK_REQUESTS
    share = counts / np.maximum(n, 1)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = -np.where(share > 0, share * np.log(share), 0).sum(axis=1)
    flat = np.minimum((entropy + ((share > 0).sum(axis=1) - 1) / (2 * np.maximum(n, 1))) / np.log(counts.shape[1]), 1)
    count = scene.total(used)
    mean = scene.mean(flat, used)
    centre, spread = (flat[used].mean(), flat[used].std() + 1e-3) if used.any() else (0.5, 0.2)
    blind = count < MIN_CLOCKS
    p = np.where(blind, np.nan, stats.norm.sf((mean - centre) / spread * np.sqrt(np.maximum(count, 1))))
    value = np.where(blind, 0, np.clip((np.nan_to_num(mean) - CLOCK_FROM) / (1 - CLOCK_FROM), 0, 1))
    return Finding(value, mean, np.full(scene.n, centre), p)


MIN_STEADY_REQUESTS = 8
"""Requests of an account from which it counts."""
MIN_STEADY = 3
"""Such accounts of a group from which it is told; below it the evidence is blind."""
MIN_STEADY_SHARE = 0.3
"""Share of a group's accounts that are such below which the evidence is blind."""
MAX_FILLED, MIN_ROOMY_SHARE = 0.8, 0.5
"""Share of the hours of its span that chance fills below which an account has room, and share of such accounts below which the evidence is
blind."""
STEADY_FROM = 0.4
"""Hours with a request over those that chance fills up to which the value is 0; it is 1 where they are as many."""


def steady(scene: Scene) -> Finding:
    """Requests are spread over the hours as a dispenser spreads them, not in sittings as people work.

    Observed is the number of distinct hours with a request over what the same number of independent requests would fill
    within the account's span, over accounts with 8 requests or more. Blind where accounts send less; relayed people come in
    sittings, and a scheduled job is steady as well.
    """
    m = scene.measured
    n = m.n.astype(np.float64)
    used = n >= MIN_STEADY_REQUESTS
    span = np.maximum((m.last_us - m.first_us) / HOUR_US, 1.0) + 1
    filled = span * -np.expm1(n * np.log1p(-1 / np.maximum(span, 1.5)))
    count = scene.total(used)
    observed, expected = scene.total(np.where(used, m.active_hours, 0)), scene.total(np.where(used, filled, 0))
    share = _ratio(observed, expected)
    # An account that fills every hour it can is no news: only spans with room count.
    room = scene.mean((filled < MAX_FILLED * span).astype(np.float64), used)
    blind = (count < MIN_STEADY) | (count < MIN_STEADY_SHARE * scene.size) | (np.nan_to_num(room) < MIN_ROOMY_SHARE)
    value = np.where(blind, 0, np.clip((np.nan_to_num(share) - STEADY_FROM) / (1 - STEADY_FROM), 0, 1))
    compared = scene.usual & ~blind
    usual = np.nanmedian(share[compared]) if compared.any() else 0.5
    return Finding(value, np.where(blind, np.nan, share), np.full(scene.n, usual), np.full(scene.n, np.nan))


MIN_HOURLY = 50
"""Requests of a group from which it is told whether its halves move together; below it the evidence is blind."""


def together(scene: Scene) -> Finding:
    """Two halves of the group start, pause and stop together, hour by hour, beyond what all traffic does.

    Observed is the correlation of the hourly requests of the halves after the share expected from all traffic is taken
    off. Null: none, with as many independent hours as there are quarters of days in the log (Fisher's z). Blind where
    accounts send little or steadily; a class, a working day and a viral prompt also move together.
    """
    hourly = scene.measured.hourly.astype(np.float64)
    profile = hourly[scene.usual].sum(axis=(0, 1))
    profile = profile / max(profile.sum(), 1)
    left = hourly - hourly.sum(axis=2, keepdims=True) * profile
    a, b = left[:, 0], left[:, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        r = (a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    enough = hourly.sum(axis=(1, 2)) >= MIN_HOURLY
    with np.errstate(divide="ignore"):
        z = np.arctanh(np.clip(np.nan_to_num(r), -1, 1)) * np.sqrt(max(hourly.shape[2] / 6 - 3, 1))
    p = np.where(enough, stats.norm.sf(z), np.nan)
    return Finding(np.where(enough, np.clip(np.nan_to_num(r), 0, 1), 0), r, np.zeros(scene.n), p)


def queue(scene: Scene) -> Finding:
    """Tasks are dealt out: two halves of the group share far fewer tasks than each shares with everybody else.

    Tasks are the rare word shingles of the requests that are not the group's own marks. If both halves and the rest of
    the world drew from one pool, the shares would agree (capture-recapture); log10 of their ratio is observed, 0 is
    expected, below 0 is a queue, above 0 is common work such as an assignment or a benchmark. Blind where the tasks occur nowhere else.
    """
    sample = scene.sample
    ratio = sample.log_overlap_ratio
    value = np.where(np.isnan(ratio), 0, np.clip(-ratio, 0, 1))
    return Finding(value, ratio, np.zeros(scene.n), sample.queue_p)


def network(scene: Scene) -> Finding:
    """Accounts of different owners come from the same /24 or /48 networks.

    Observed is how many owners each network of the group has beyond the first, added up. Null: they meet as in the median group. Blind
    behind proxies that are never reused, and where no address is told; campuses, offices, carriers and VPNs put innocents on one network.
    """
    sample = scene.sample
    # By pairs, of which there are more than owners beyond the first: so the p-value errs towards chance.
    p = _poisson(sample.net_repeats, np.maximum(sample.net_expected, LEAST_EXPECTED_REPEATS))
    # Pairs that meet so often are those of owners who fall on 1 / often networks alike: so many are beyond the first of each.
    known = sample.net_known
    often = np.maximum(sample.net_expected / np.maximum(known * (known - 1) / 2, 1), 1e-12)
    expected = np.maximum(known + np.expm1(known * np.log1p(-np.minimum(often, 1 - 1e-12))) / often, 0)
    sampled = sample.net_repeats, sample.net_repeats2, scene.net_most - 1
    return Finding(scene.net_share, sample.net_repeats, expected, np.where(known < 2, np.nan, p), sampled=sampled)


def rotation(scene: Scene) -> Finding:
    """Each account comes from many networks that accounts of other owners use too, as behind one proxy's pool of exits.

    Observed is the mean number of such networks of an account; the value is 1 from ten of forty or more on, and never less than the
    value of :func:`hopping`. Null: none. Blind behind exits that no two accounts share, unless they hop;
    subscribers of one carrier, customers of one VPN and cloud runners rotate as well.
    """
    each, accounts = np.nan_to_num(scene.sample.net_each), np.maximum(scene.groups.sizes(), 1)
    none = np.full(scene.n, np.nan)
    sampled = each / scene.sample.one_in, scene.sample.net_met2 / accounts**2, scene.net_most / accounts
    return Finding(scene.rotating, each, none, none, sampled=sampled)


def hopping(scene: Scene) -> Finding:
    """Accounts go from one network provider to the next within hours, time and again, as behind rotating residential proxies.

    Observed is how many do: eight providers or more, and four changes between two of them within six hours. Null: as often as the log's
    other accounts that send as many requests (binomial). Blind where autonomous systems are not told, for accounts of fewer than eight
    requests and behind proxies that keep one exit a day; who uses Tor, or a VPN that changes servers by itself, hops as well.
    """
    hop, told, expected = scene.hopping
    p = np.where(told > 0, stats.binom.sf(hop - 1, told, _ratio(expected, told)), np.nan)
    return Finding(scene.hopping_share, hop, expected, p)


EVIDENCE: dict[str, Callable[[Scene], Finding]] = {
    "session.handoff": handoff,
    "identity.payment": payment,
    "identity.contact": contact,
    "identity.signup": signup,
    "identity.replacement": replacement,
    "identity.banned": banned,
    "infra.network": network,
    "infra.rotation": rotation,
    "infra.hopping": hopping,
    "timing.one_rhythm": one_rhythm,
    "timing.round_the_clock": round_the_clock,
    "timing.steady": steady,
    "timing.together": together,
    "volume.even_load": even_load,
    "content.one_mix": one_mix,
    "content.one_length": one_length,
    "content.queue": queue,
}
"""Every piece of evidence for coordination, by family.name."""
