"""Evidence in when accounts signed up and were banned; of the family identity."""

import numpy as np

from stillwatch.judge.evidence.finding import Finding, excess_share, poisson_p, ratio
from stillwatch.judge.people import DAY_US, UNKNOWN
from stillwatch.judge.scene import Scene

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
            p[more] = np.minimum(poisson_p(count[more].astype(np.float64), expected[more]) * n_windows * len(BURST_DAYS), 1)
            lowest = np.flatnonzero(p == np.repeat(np.minimum.reduceat(p, start), np.diff(start, append=len(p))))
            first = lowest[np.searchsorted(lowest, start)]
            first = first[p[first] < best_p[group[first]]]
            best_p[group[first]], best_count[group[first]], best_expected[group[first]] = p[first], count[first], expected[first]
            best_days[group[first]], best_start[group[first]] = days, signups[rank[first]]
    share = ratio(best_count - best_expected, n_signups)
    value = np.where((best_p < MAX_BURST_P) & (n_signups >= MIN_SIGNUPS), np.clip(np.nan_to_num(share), 0, 1), 0)
    # A class or a hackathon signs up together and sits together: where accounts share networks, the burst says little.
    same_place = np.where(scene.network_known_share > 0, scene.net_share, 0.5)
    p = np.where(n_signups < MIN_SIGNUPS, np.nan, best_p)
    return Finding(value * (1 - same_place), best_count, best_expected, p, (best_days, best_start))


REPLACED_US = 3 * DAY_US
"""Time after a ban, microseconds, in which a sign-up may replace the account."""


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
    share = np.clip(np.nan_to_num(ratio(observed - expected, scene.size)), 0, 1)
    blind = scene.total(banned != UNKNOWN) == 0
    return Finding(np.where(observed >= MIN_BANNED, share, 0), observed, expected, np.where(blind, np.nan, poisson_p(observed, expected)))


MIN_BANNED = 3
"""Fewest replaced, or banned, accounts of a group that count."""
HALF_BANNED = 0.5
"""Share of banned accounts at which the value stops rising: bans of others say only so much about those not banned."""


def banned(scene: Scene) -> Finding:
    """Far more of the accounts were banned already than of all accounts.

    Null: accounts of the group are banned as often as those of the whole log. The value is the share beyond that, at most HALF_BANNED.
    Blind where no ban is known, or none has been made yet. Bans that a rule made of a class or a firm by mistake, and that still stand,
    speak against its other members.
    """
    is_banned = scene.people.banned_us != UNKNOWN
    usual = float(is_banned.mean()) if len(is_banned) else 0.0
    observed, expected = scene.total(scene.of_members(is_banned) & scene.seen), usual * scene.size
    share = np.clip((np.nan_to_num(ratio(observed, scene.size)) - usual) / max(1 - usual, 1e-3), 0, HALF_BANNED)
    p = np.where(scene.total(scene.of_members(is_banned)) == 0, np.nan, poisson_p(observed, expected))
    return Finding(np.where(observed >= MIN_BANNED, share, 0) * excess_share(observed, expected), observed, expected, p)
