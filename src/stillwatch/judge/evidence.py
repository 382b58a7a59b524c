"""Evidence for coordination: one function per piece.

The first paragraph of a function's docstring is the sentence that an analyst reads; the second says what is observed, the null model and
the blind spot. Every piece takes a :class:`Scene` and returns a :class:`Finding` with one entry per group. Nothing here uses country.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

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
    """One piece of evidence for every group; all arrays are ``(n_groups,)``."""

    value: F64
    """Strength, 0 to 1, which the calibrated model weighs."""
    observed: F64
    """The observed statistic; its unit is the piece's. NaN where the piece is blind."""
    expected: F64
    """The same statistic under the null."""
    p_value: F64
    """p-value under the null; NaN where the piece has none or is blind."""
    window: tuple[I64, I64] | None = None
    """Length in days of the window of the observation, 0 where there is none, and its start in microseconds since 1970 UTC."""
    sampled: tuple[F64, F64, F64] | None = None
    """For a piece measured on a sample of values: the observed total, the sum of squares of each value's part of it, and the most that the
    total over all values can be."""


def _ratio(numerator: F64, denominator: F64) -> F64:
    """Quotient; NaN where the denominator is not positive."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(denominator > 0, numerator / np.where(denominator > 0, denominator, 1), np.nan)


def _excess_share(observed: F64, expected: F64) -> F64:
    """Share of the observed count beyond the expected one plus two standard deviations (Poisson), 0 to 1."""
    return np.nan_to_num(np.clip(1 - _ratio(expected + 2 * np.sqrt(expected), observed), 0, 1))


def _poisson_p(observed: F64, expected: F64) -> F64:
    """P(X ≥ observed) of a Poisson variable; 1 where nothing was observed."""
    return np.asarray(stats.poisson.sf(observed - 1, np.maximum(expected, 1e-12)), dtype=np.float64)


MIN_CONTINUED = 5
"""Fewest requests of a group that continue a conversation; with fewer the evidence is blind."""
MIN_HANDED = 3
"""Fewest requests handed over within a group that count."""
LEAST_EXPECTED_HANDED = 0.01
"""Floor of the expected number of requests handed over, for the p-value."""


def handoff(scene: Scene) -> Finding:
    """Conversations that one account began are continued by another account of another owner.

    Observed is every request handed over between the group's accounts, whether or not it carries the group's marks; the value compares it
    with the group's own requests that continue a conversation. Null: a continued conversation was begun by any account, in proportion to
    its traffic. Blind where the log has no context and parent keys, and where an operator keeps each conversation on one account.
    """
    handoffs = scene.handoffs
    # One customer may rotate accounts: neither one organisation nor one payment card hands over to itself.
    foreign = scene.customer[handoffs.taker] != scene.customer[handoffs.giver]
    taker, giver, n_requests = handoffs.taker[foreign], handoffs.giver[foreign], handoffs.n[foreign]
    n_taken = np.bincount(taker, weights=n_requests, minlength=scene.people.n)
    n_handed, n_mutual = _handed_within_groups(scene, taker, giver, n_requests)
    n_continued = scene.total(scene.measured.n - scene.measured.first_turns)
    traffic_share = scene.people.n_events / scene.people.n_events.sum()
    expected = scene.total(scene.of_members(n_taken)) * scene.total(scene.of_members(traffic_share))
    handed_share = _ratio(n_handed, n_continued)
    blind = n_continued < MIN_CONTINUED
    p = np.where(blind, np.nan, _poisson_p(n_handed, np.maximum(expected, LEAST_EXPECTED_HANDED)))
    # Most of the accounts must both take and give. A few that do speak against themselves alone, not against all users of their tool;
    # and an account that only takes does not make those it takes from part of its pool.
    mutual_share = _ratio(n_mutual, scene.size)
    strength = 0.5 + 0.5 * np.sqrt(np.clip(np.nan_to_num(handed_share), 0, 1))
    value = np.clip(mutual_share, 0, 1) * strength * _excess_share(n_handed, expected)
    return Finding(np.where(blind | (n_handed < MIN_HANDED), 0, value), n_handed, expected, p)


def _handed_within_groups(scene: Scene, taker: I64, giver: I64, n_requests: I64) -> tuple[F64, F64]:
    """Requests handed over within each group, and accounts that both take and give there, ``(n_groups,)`` each.

    Args:
        scene: the run.
        taker: account that continues a conversation, ``(n_pairs,)``.
        giver: account that began it, ``(n_pairs,)``.
        n_requests: requests that continue, ``(n_pairs,)``.
    """
    order, start = by_value(scene.groups.member_account, scene.people.n)
    gives = np.repeat([0, 1], len(taker))
    account, other = np.concatenate([taker, giver]), np.concatenate([giver, taker])
    by_account, _ = by_value(2 * account + gives, 2 * scene.people.n)
    n_handed, n_mutual = np.zeros(scene.n), np.zeros(scene.n)
    _count_handed(
        account[by_account], other[by_account], gives[by_account] > 0, np.tile(n_requests, 2)[by_account].astype(np.float64),
        scene.groups.member_group[order], start, n_handed, np.full((2, scene.n), -1, np.int64), n_mutual,
    )
    return n_handed, n_mutual


@njit(cache=True, nogil=True)
def _count_handed(
    account: I64, other: I64, gives: NDArray[np.bool_], n_requests: F64, group: I64, start: I64, n_handed: F64, last: I64, n_mutual: F64
) -> None:
    """Add up ``n_handed`` and ``n_mutual`` of each group in place.

    Rows are sorted by account, those in which it takes before those in which it gives, so that ``last``, the account that took (0) and
    the one that gave (1) last in each group, ``(2, n_groups)``, is enough to count each mutual account once. ``group`` holds the groups of
    every account, ascending, from ``start`` of the account on.
    """
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
                    n_handed[g] += n_requests[i]
                    last[0, g] = account[i]
                elif last[0, g] == account[i] and last[1, g] != account[i]:
                    last[1, g] = account[i]
                    n_mutual[g] += 1
                a += 1
                b += 1


def _expected_repeats(n_holders: NDArray[Any], draw_probability: NDArray[Any]) -> F64:
    """Expected number of drawn holders of one value beyond the first, where each of its ``n_holders`` is drawn independently."""
    return np.asarray(n_holders * draw_probability - 1 + (1 - draw_probability) ** n_holders)


class _Sharing(NamedTuple):
    """How the owners in each group share one kind of value (a card, a number), ``(n_groups,)`` each."""

    repeats: F64
    """Owners beyond the first of each value, over all values."""
    expected: F64
    """The same, expected by chance."""
    sharing: F64
    """Owners whose value another owner of the group has."""
    largest: F64
    """Owners that share the most common value."""
    holders: F64
    """Owners that have any value."""


def _sharing_within_groups(scene: Scene, value: I64) -> _Sharing:
    """Count owners that share a value within each group; ``value`` ``(n_accounts,)`` is its number, below 0 where unknown."""
    groups = scene.groups
    known_value = np.where(value >= 0, value, -1)
    # One owner counts once: an organisation may pay for all its accounts with one card.
    holders_of_log, _ = distinct(np.stack([known_value, scene.owner], axis=1)[known_value >= 0])
    member_value = known_value[groups.member_account]
    known = (member_value >= 0) & scene.seen
    holders, _ = distinct(np.stack([groups.member_group[known], member_value[known], scene.owner[groups.member_account[known]]], axis=1))
    if not len(holders):
        zero = np.zeros(scene.n)
        return _Sharing(zero, zero, zero, zero, zero)
    key = holders[:, 0] * (scene.people.n + 1 + value.max()) + holders[:, 1]
    _, first, counts = np.unique(key, return_index=True, return_counts=True)
    group = holders[first, 0]
    shared_counts = np.where(counts > 1, counts, 0)
    repeats, sharing, n_holders = (
        np.asarray(np.bincount(group, weights=weights, minlength=scene.n), dtype=np.float64)
        for weights in (counts - 1, shared_counts, counts)
    )
    largest = np.zeros(scene.n)
    np.maximum.at(largest, group, shared_counts)
    # The null draws as many holders from the rest of the log, and counts those beyond the first of each value. Counting pairs instead
    # would treat hundreds of holders of one value (a carrier that pays for its customers) as if each were linked to each.
    draw_probability = np.minimum(n_holders / np.maximum(len(holders_of_log) - n_holders, 1), 1)
    holders_of_value = np.bincount(holders_of_log[:, 0])
    # Values with the same number of holders expect the same, so the loop is over these numbers, not over values.
    sizes, n_values = np.unique(holders_of_value[holders_of_value > 1], return_counts=True)
    expected = np.zeros(scene.n)
    for size, number in zip(sizes, n_values, strict=True):
        expected += number * _expected_repeats(size, draw_probability)
    # The group's own holders are not part of the rest of the log.
    in_log, probability = holders_of_value[holders[first, 1]], draw_probability[group]
    own = _expected_repeats(in_log, probability) - _expected_repeats(in_log - counts, probability)
    expected -= np.bincount(group, weights=own, minlength=scene.n)
    return _Sharing(repeats, np.maximum(expected, 0), sharing, largest, n_holders)


MIN_REPEATS = 2
"""Fewest owners of a group beyond the first of each value for which sharing counts."""
LEAST_EXPECTED_REPEATS = 0.05
"""Floor of the expected number of owners beyond the first of each value or network, for the p-value."""


def _shared(scene: Scene, value: I64) -> Finding:
    """Finding of a value that accounts of different owners share; ``value`` as for :func:`_sharing_within_groups`."""
    repeats, expected, sharing, largest, n_holders = _sharing_within_groups(scene, value)
    p = np.where(n_holders < 2, np.nan, _poisson_p(repeats, np.maximum(expected, LEAST_EXPECTED_REPEATS)))
    # The accounts that share the most common value may be one customer's own affair: the others must share as well.
    share, usual = np.nan_to_num(_ratio(sharing - largest, scene.size - largest)), _usual_shared_share(scene, value)
    # Where many customers of a provider share (vouchers, families, firms), sharing says less: only the share beyond theirs counts.
    share = np.clip((share - usual) / (1 - usual), 0, 1)
    return Finding(np.where(repeats >= MIN_REPEATS, share, 0) * _excess_share(repeats, expected), repeats, expected, p)


def _usual_shared_share(scene: Scene, value: I64) -> float:
    """Share of all the log's accounts whose value another owner has too, at most 0.99."""
    pairs, _ = distinct(np.stack([value, scene.owner], axis=1)[value >= 0])
    owners = np.bincount(pairs[:, 0], minlength=int(value.max(initial=0)) + 1)
    return float(min(((value >= 0) & (owners[value] > 1)).mean(), 0.99)) if len(value) else 0.0


def payment(scene: Scene) -> Finding:
    """Accounts of different owners pay with the same payment method.

    Null: owners share payment methods as often as the same number of other owners of the log. The value counts only the share of accounts
    beyond the log's usual one. It leaves out the accounts of the largest payer, who may be one customer among others, and accounts that
    also meet on a network of their payer's own, as a firm's do. It falls where few payers pay for all, as a few firms and their people
    do. Blind where the registry has no payment methods, where each account has its own card, where each card has its own network, or
    where a handful of cards pay for all.
    """
    finding = _shared(scene, scene.identities["identity.payment"])
    return replace(finding, value=finding.value * (1 - scene.office_share) * (1 - scene.few_payers))


def contact(scene: Scene) -> Finding:
    """Accounts of different owners have the same phone number or e-mail address.

    Null: as for payment. The value falls where few numbers or addresses answer for all, as a teacher's does for a class or a firm's for
    its staff. Of phone and mail, the one with the lower p-value is taken. Blind where each account has its own number and address, or
    where a handful answer for all.
    """
    phone, mail = (_shared_contact(scene, scene.identities[view]) for view in ("identity.phone", "identity.email"))
    by_phone = np.nan_to_num(phone.p_value, nan=1) <= np.nan_to_num(mail.p_value, nan=1)
    fields = ("value", "observed", "expected", "p_value")
    return Finding(*(np.where(by_phone, getattr(phone, name), getattr(mail, name)) for name in fields))


def _shared_contact(scene: Scene, value: I64) -> Finding:
    """Finding of a shared number or address, less where few of them answer for all."""
    finding = _shared(scene, value)
    return replace(finding, value=finding.value * (1 - scene.few(value)))


BURST_DAYS = (1, 7, 30)
"""Lengths of the windows, in days, ascending, in which bursts of sign-ups are looked for."""
MIN_SIGNUPS = 4
"""Fewest accounts of a group with a known sign-up time; with fewer the evidence is blind."""
MAX_BURST_P = 1e-3
"""p-value, corrected for the scan, below which a burst counts."""


def signup(scene: Scene) -> Finding:
    """The accounts signed up in a burst that all accounts of the log together do not show.

    Null: each account signed up independently, when all accounts of the log did; windows of 1, 7 and 30 days are scanned and the p-value
    is corrected for the scan. Blind where sign-up times are unknown; a class or a hackathon also signs up together.
    """
    created = scene.people.created_us
    signups = np.sort(created[created != UNKNOWN])
    member_created = scene.of_members(created)
    rows = np.flatnonzero((member_created != UNKNOWN) & scene.seen)
    best_p, best_count, best_expected = np.ones(scene.n), np.zeros(scene.n), np.zeros(scene.n)
    best_days, best_start = np.zeros(scene.n, np.int64), np.zeros(scene.n, np.int64)
    n_signups = np.bincount(scene.groups.member_group[rows], minlength=scene.n).astype(np.float64)
    if len(rows):
        # All groups are searched at once on one axis of group * width + rank of the sign-up: ranks, since times would overflow int64.
        width = len(signups) + 1
        axis = np.sort(scene.groups.member_group[rows] * width + np.searchsorted(signups, member_created[rows]))
        group, rank = np.divmod(axis, width)
        start = np.flatnonzero(np.diff(group, prepend=-1))
        for days in BURST_DAYS:
            # A window begins at each member's sign-up.
            end_rank = np.searchsorted(signups, signups[rank] + days * DAY_US, "right")
            count = np.searchsorted(axis, group * width + end_rank) - np.arange(len(axis))
            expected = n_signups[group] * ((end_rank - rank) / len(signups))
            p, more = np.ones(len(count)), np.flatnonzero(count > expected)
            n_windows = np.maximum(n_signups[group[more]], 1)
            p[more] = np.minimum(_poisson_p(count[more].astype(np.float64), expected[more]) * n_windows * len(BURST_DAYS), 1)
            lowest = np.flatnonzero(p == np.repeat(np.minimum.reduceat(p, start), np.diff(start, append=len(p))))
            first = lowest[np.searchsorted(lowest, start)]
            first = first[p[first] < best_p[group[first]]]
            best_p[group[first]], best_count[group[first]], best_expected[group[first]] = p[first], count[first], expected[first]
            best_days[group[first]], best_start[group[first]] = days, signups[rank[first]]
    share = _ratio(best_count - best_expected, n_signups)
    value = np.where((best_p < MAX_BURST_P) & (n_signups >= MIN_SIGNUPS), np.clip(np.nan_to_num(share), 0, 1), 0)
    # A class or a hackathon signs up together and sits together: where accounts share networks, the burst says little.
    same_place = np.where(scene.network_known_share > 0, scene.net_share, 0.5)
    p = np.where(n_signups < MIN_SIGNUPS, np.nan, best_p)
    return Finding(value * (1 - same_place), best_count, best_expected, p, (best_days, best_start))


REPLACED_US = 3 * DAY_US
"""Time after a ban, microseconds, in which a sign-up may replace the account."""
MIN_BANNED = 3
"""Fewest replaced, or banned, accounts of a group that count."""


def replacement(scene: Scene) -> Finding:
    """Accounts signed up within three days after another account of the group was banned.

    Null: accounts with a known sign-up time signed up independently of bans, when all accounts of the log did. Blind where bans are
    unknown.
    """
    people, groups = scene.people, scene.groups
    banned, created = scene.of_members(people.banned_us), scene.of_members(people.created_us)
    signups = np.sort(people.created_us[people.created_us != UNKNOWN])
    observed, expected = np.zeros(scene.n), np.zeros(scene.n)
    bans = np.flatnonzero(banned != UNKNOWN)
    if len(bans) and len(signups):
        bans = bans[np.lexsort((banned[bans], groups.member_group[bans]))]
        ban_us, ban_group = banned[bans], groups.member_group[bans]
        rows = np.flatnonzero(created != UNKNOWN)
        # One axis of group * width + rank of the ban, as for sign-ups.
        sorted_bans, offset = np.sort(ban_us), groups.member_group[rows] * (len(ban_us) + 1)
        ban_axis = ban_group * (len(ban_us) + 1) + np.searchsorted(sorted_bans, ban_us)
        last = np.searchsorted(sorted_bans, created[rows], "right")
        first = np.searchsorted(sorted_bans, created[rows] - REPLACED_US)
        replaces = np.searchsorted(ban_axis, offset + last) > np.searchsorted(ban_axis, offset + first)
        observed = np.bincount(groups.member_group[rows[replaces]], minlength=scene.n).astype(np.float64)
        # Bans come in waves: the part of the three days that lies after the group's next ban is counted with that one alone.
        end_us = ban_us + REPLACED_US
        has_next = np.flatnonzero(ban_group[1:] == ban_group[:-1])
        end_us[has_next] = np.minimum(end_us[has_next], ban_us[has_next + 1])
        n_signups = np.searchsorted(signups, end_us) - np.searchsorted(signups, ban_us)
        n_known = scene.total((created != UNKNOWN) & scene.seen)
        expected = np.bincount(ban_group, weights=n_signups, minlength=scene.n) / len(signups) * n_known
    share = np.clip(np.nan_to_num(_ratio(observed - expected, scene.size)), 0, 1)
    blind = scene.total(banned != UNKNOWN) == 0
    return Finding(np.where(observed >= MIN_BANNED, share, 0), observed, expected, np.where(blind, np.nan, _poisson_p(observed, expected)))


def banned(scene: Scene) -> Finding:
    """Far more of the accounts were banned already than of all accounts.

    Null: accounts of the group are banned as often as those of the whole log. The value is the share beyond that, at most HALF_BANNED.
    Blind where no ban is known, or none has been made yet. Bans that a rule made of a class or a firm by mistake, and that still stand,
    speak against its other members.
    """
    is_banned = scene.people.banned_us != UNKNOWN
    usual = float(is_banned.mean()) if len(is_banned) else 0.0
    observed, expected = scene.total(scene.of_members(is_banned) & scene.seen), usual * scene.size
    share = np.clip((np.nan_to_num(_ratio(observed, scene.size)) - usual) / max(1 - usual, 1e-3), 0, HALF_BANNED)
    p = np.where(scene.total(scene.of_members(is_banned)) == 0, np.nan, _poisson_p(observed, expected))
    return Finding(np.where(observed >= MIN_BANNED, share, 0) * _excess_share(observed, expected), observed, expected, p)


HALF_BANNED = 0.5
"""Share of banned accounts at which the value stops rising: bans of others say only so much about those not banned."""


MIN_LOAD = 5
"""Fewest requests of an account for its load to be compared."""
MIN_LOADS = 5
"""Fewest such accounts of a group; with fewer the evidence is blind."""
MIN_LOADS_USUAL = 8
"""Fewest such accounts of a group that the usual spread is taken from."""
MIN_LOADS_SHARE = 0.5
"""Least share of such accounts in a group; below it the evidence is blind."""
LEAST_USUAL_SPREAD = 0.25
"""Floor of the usual variance of the log of requests within groups."""


def even_load(scene: Scene) -> Finding:
    """The accounts carry nearly equal loads, as a balancer deals them out.

    Observed is the spread (standard deviation of the log of requests), expected the median spread within all proposed groups, both less
    what counting alone gives (1 / n). Null: log requests are normal with that usual variance (chi-square, one-sided).
    Blind to operators who deal unevenly; evaluation harnesses also run equal numbers.
    """
    n = scene.measured.n.astype(np.float64)
    used = n >= MIN_LOAD
    log_n = np.log(np.where(used, n, 1))
    count = scene.total(used)
    centre = scene.mean(log_n, used)
    deviation = np.where(used, log_n - np.nan_to_num(centre)[scene.groups.member_group], 0)
    variance = _ratio(scene.total(deviation**2), count - 1)
    counting_variance = scene.mean(1 / np.maximum(n, 1), used)
    excess = np.maximum(variance - counting_variance, EVEN**2)
    compared = scene.usual & (count >= MIN_LOADS_USUAL)
    usual = np.nanmedian(variance[compared]) if compared.any() else 1.0
    usual = max(float(np.nan_to_num(usual, nan=1.0)), LEAST_USUAL_SPREAD)
    # Counts near MIN_LOAD are alike because smaller ones were left out, so they weigh little.
    weight = 1 - np.sqrt(MIN_LOAD / np.maximum(scene.median(np.where(used, n, np.nan)), MIN_LOAD))
    blind = (count < MIN_LOADS) | (count < MIN_LOADS_SHARE * scene.size)
    p = np.where(blind, np.nan, stats.chi2.cdf((count - 1) * variance / usual, np.maximum(count - 1, 1)))
    value = np.where(blind, 0, np.clip(1 - np.sqrt(np.nan_to_num(excess, nan=1)), 0, 1) * np.nan_to_num(weight))
    return Finding(value, np.sqrt(excess), np.sqrt(np.maximum(usual - counting_variance, EVEN**2)), p)


DIFFERENT = 0.3
"""Intra-class correlation from which accounts differ as innocents' usually do: the value is 0 from there."""
SAME_HABITS = 0.05
"""Intra-class correlation over all accounts of a log below which the value falls: where everybody is alike, an alike group says less."""
MIN_FREEDOM = 10
"""Fewest degrees of freedom of a group's correlation; with fewer the evidence is blind."""


def _alike(scene: Scene, counts: NDArray[np.int32], outlier_share: float = 0) -> Finding:
    """Finding of how alike the accounts of each group are in one mix.

    Args:
        scene: the run.
        counts: requests of each membership by class of the mix, ``(n_members, n_classes)``.
        outlier_share: share of each group's accounts, those least like the others, that is left out.
    """
    rho, limit, freedom, lift = overdispersion(counts, scene.groups.member_group, scene.n, outlier_share)
    blind = (freedom < MIN_FREEDOM) | np.isnan(rho)
    compared = scene.usual & ~blind
    usual = float(np.median(rho[compared])) if compared.any() else DIFFERENT
    # Where all accounts of the log are alike, it says nothing that those of a group are.
    rho_of_log = overdispersion(counts[scene.main], np.zeros(len(scene.main), np.int64), 1)[0]
    weight = min(float(np.nan_to_num(rho_of_log[0])) / SAME_HABITS, 1)
    value = np.where(blind, 0, weight * (1 - np.minimum(np.nan_to_num(limit, nan=1) / DIFFERENT, 1)))
    # Standard error of rho at the usual value.
    error = np.sqrt(2 / np.maximum(freedom, 1)) * (1 + lift * usual) / lift
    p = np.where(blind, np.nan, stats.norm.cdf((np.nan_to_num(rho) - usual) / error))
    return Finding(value, rho, np.full(scene.n, usual), p)


PASSING = 0.05
"""Share of a group's accounts that may be passers-by."""


def mostly_alike(scene: Scene) -> tuple[F64, F64]:
    """How much the accounts keep one rhythm and do one mix of work, where the twentieth of them least like the others does not count.

    Returns both values, ``(n_groups,)`` each. Without this, one passer-by in a hundred who does other work would make the group unlike.
    """
    rhythm, mix = (_alike(scene, counts, PASSING).value for counts in (scene.measured.day_parts, scene.measured.capabilities))
    return rhythm, mix


def one_rhythm(scene: Scene) -> Finding:
    """The accounts keep the same hours, as one scheduler or one crowd of end users behind them would.

    Observed is the intra-class correlation of the three-hour parts of the day over accounts (0: one rhythm). Null: accounts
    differ as the accounts of the median proposed group do. Blind where accounts send few requests; people of one office or
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
"""Fewest requests of an account for its hours to be used."""
MIN_CLOCKS = 3
"""Fewest such accounts of a group; with fewer the evidence is blind."""
CLOCK_FROM = 0.6
"""Mean entropy of the parts of the day (1 for a flat day) above which the value rises from 0."""


def round_the_clock(scene: Scene) -> Finding:
    """Each account works round the clock.

    Observed is the mean over accounts of the entropy of the three-hour parts of the day, 1 for a flat day (corrected for
    few requests, Miller 1955). Null: the accounts are a random draw of all memberships of all groups. Blind where an operator keeps
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
"""Fewest requests of an account that is used."""
MIN_STEADY = 3
"""Fewest such accounts of a group; with fewer the evidence is blind."""
MIN_STEADY_SHARE = 0.3
"""Least share of such accounts in a group; below it the evidence is blind."""
MAX_FILLED, MIN_ROOMY_SHARE = 0.8, 0.5
"""An account has room where chance fills less than the first share of the hours of its span; the evidence is blind where less than the
second share of the accounts has room."""
STEADY_FROM = 0.4
"""Hours with a request, over those that chance fills, above which the value rises from 0; it is 1 where both are equal."""


def steady(scene: Scene) -> Finding:
    """Requests are spread over the hours as a dispenser spreads them, not in sittings as people work.

    Observed is the number of distinct hours with a request over what the same number of independent requests would fill
    within the account's span, over accounts with 8 requests or more. Blind where accounts send less; relayed people come in
    sittings, and a scheduled job is steady as well.
    """
    measured = scene.measured
    n = measured.n.astype(np.float64)
    used = n >= MIN_STEADY_REQUESTS
    span_hours = np.maximum((measured.last_us - measured.first_us) / HOUR_US, 1.0) + 1
    filled_hours = span_hours * -np.expm1(n * np.log1p(-1 / np.maximum(span_hours, 1.5)))
    count = scene.total(used)
    observed, expected = scene.total(np.where(used, measured.active_hours, 0)), scene.total(np.where(used, filled_hours, 0))
    share = _ratio(observed, expected)
    # Where chance alone fills nearly every hour of the span, filling them says nothing.
    roomy_share = scene.mean((filled_hours < MAX_FILLED * span_hours).astype(np.float64), used)
    blind = (count < MIN_STEADY) | (count < MIN_STEADY_SHARE * scene.size) | (np.nan_to_num(roomy_share) < MIN_ROOMY_SHARE)
    value = np.where(blind, 0, np.clip((np.nan_to_num(share) - STEADY_FROM) / (1 - STEADY_FROM), 0, 1))
    compared = scene.usual & ~blind
    usual = np.nanmedian(share[compared]) if compared.any() else 0.5
    return Finding(value, np.where(blind, np.nan, share), np.full(scene.n, usual), np.full(scene.n, np.nan))


MIN_HOURLY = 50
"""Fewest requests of a group; with fewer the evidence is blind."""


def together(scene: Scene) -> Finding:
    """Two halves of the group start, pause and stop together, hour by hour, beyond what all traffic does.

    Observed is the correlation of the halves' hourly requests, less those expected from the profile of all traffic. Null: no
    correlation, with as many independent samples as there are quarters of days in the log (Fisher's z). Blind where
    accounts send little or steadily; a class, a working day and a viral prompt also move together.
    """
    hourly = scene.measured.hourly.astype(np.float64)
    profile = hourly[scene.usual].sum(axis=(0, 1))
    profile = profile / max(profile.sum(), 1)
    residual = hourly - hourly.sum(axis=2, keepdims=True) * profile
    a, b = residual[:, 0], residual[:, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        r = (a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    enough = hourly.sum(axis=(1, 2)) >= MIN_HOURLY
    with np.errstate(divide="ignore"):
        z = np.arctanh(np.clip(np.nan_to_num(r), -1, 1)) * np.sqrt(max(hourly.shape[2] / 6 - 3, 1))
    p = np.where(enough, stats.norm.sf(z), np.nan)
    return Finding(np.where(enough, np.clip(np.nan_to_num(r), 0, 1), 0), r, np.zeros(scene.n), p)


def queue(scene: Scene) -> Finding:
    """Tasks are dealt out: two halves of the group share far fewer tasks than each shares with everybody else.

    Tasks are the rare word shingles of the group's requests, without the group's own marks. If both halves and the rest of the log drew
    from one pool, the two shares would agree (capture-recapture). Observed is log10 of their ratio, and 0 is expected: below 0 is a queue,
    above 0 is common work such as an assignment or a benchmark. Blind where the tasks occur nowhere else.
    """
    sample = scene.sample
    ratio = sample.log_overlap_ratio
    value = np.where(np.isnan(ratio), 0, np.clip(-ratio, 0, 1))
    return Finding(value, ratio, np.zeros(scene.n), sample.queue_p)


def network(scene: Scene) -> Finding:
    """Accounts of different owners come from the same /24 or /48 networks.

    Observed is the number of owners beyond the first of each network, over the group's networks. Null: owners meet as in the median
    group. Blind behind proxies that are never reused, and where addresses are unknown; campuses, offices, carriers and VPNs put innocents
    on one network.
    """
    sample = scene.sample
    # net_expected counts pairs, of which there are more than owners beyond the first: so the p-value errs towards chance.
    p = _poisson_p(sample.net_repeats, np.maximum(sample.net_expected, LEAST_EXPECTED_REPEATS))
    # Two owners meet with this probability if they fall on 1 / pair_probability equally likely networks; that gives the expected
    # number beyond the first of each.
    n_owners = sample.net_known
    pair_probability = np.maximum(sample.net_expected / np.maximum(n_owners * (n_owners - 1) / 2, 1), 1e-12)
    expected = np.maximum(n_owners + np.expm1(n_owners * np.log1p(-np.minimum(pair_probability, 1 - 1e-12))) / pair_probability, 0)
    sampled = sample.net_repeats, sample.net_repeats2, scene.net_most - 1
    return Finding(scene.net_share, sample.net_repeats, expected, np.where(n_owners < 2, np.nan, p), sampled=sampled)


def rotation(scene: Scene) -> Finding:
    """Each account comes from many networks that accounts of other owners use too, as behind one proxy's pool of exits.

    Observed is the mean number of such networks of an account. The value is 1 where an account has ten of them or more and the group
    forty, and never less than the value of :func:`hopping`. There is no null. Blind behind exits that no two accounts share, unless they
    hop; subscribers of one carrier, customers of one VPN and cloud runners rotate as well.
    """
    networks_each, n_accounts = np.nan_to_num(scene.sample.net_each), np.maximum(scene.groups.sizes(), 1)
    none = np.full(scene.n, np.nan)
    sampled = networks_each / scene.sample.one_in, scene.sample.net_met2 / n_accounts**2, scene.net_most / n_accounts
    return Finding(scene.rotating, networks_each, none, none, sampled=sampled)


def hopping(scene: Scene) -> Finding:
    """Accounts go from one network provider to the next within hours, time and again, as behind rotating residential proxies.

    Observed is the number of accounts that do: eight providers or more, and four changes between two of them within six hours. Null: as
    often as the log's other accounts that send as many requests (binomial). Blind where autonomous systems are unknown, for accounts of
    fewer than eight requests and behind proxies that keep one exit a day; users of Tor, or of a VPN that changes servers by itself, hop
    as well.
    """
    n_hopping, n_known, expected = scene.hopping
    p = np.where(n_known > 0, stats.binom.sf(n_hopping - 1, n_known, _ratio(expected, n_known)), np.nan)
    return Finding(scene.hopping_share, n_hopping, expected, p)


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
