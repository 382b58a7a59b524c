"""Who else joins a campaign: the marks that it owns, and the candidates, who leave them or meet its accounts."""

import numpy as np
from numpy.typing import NDArray

from stillwatch import group, judge, link
from stillwatch.detect.traffic import CONTENT_COLUMNS, Traffic
from stillwatch.engine import Engine

MIN_OWNED_SHARE = 0.5
"""Share of a mark's accounts that must be a campaign's for the mark to be the campaign's own."""
MIN_MARK_LOG_ODDS = 0.0
"""Log-odds by such marks above which an account is a candidate."""
MAX_COUNTED_REQUESTS, UNMARKED_WEIGHT = 3, 0.25
"""Most marked requests of an account that count, since its requests repeat each other, and weight of each request without marks, since
members send cover. These are chosen; the weight of the log-odds beside an account's standing is calibrated
(:class:`stillwatch.judge.model.Joins`)."""
RATE_INSIDE, RATE_OUTSIDE = (1e-6, 0.999), (1e-9, 0.999)
"""Limits of the share of marked requests of a campaign, and of all others, so that its logarithms are finite."""
MIN_JOIN_REQUESTS, MIN_JOIN_RATE = 3, 0.4
"""Fewest marked requests of a candidate, and least rate of them, as a share of the rate of the campaign's own accounts."""

Marks = dict[str, NDArray[np.int64]]
"""What campaigns share, one row per mark: columns of :func:`link.mark_counts`."""


def find_candidates(
    engine: Engine, traffic: Traffic, scene: judge.Scene, mark_counts: Marks, final: group.Groups
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find accounts outside all campaigns that may belong to one.

    Candidates send a campaign's marks regularly, or meet its accounts where these are among themselves
    (:func:`judge.most_met_campaign`). Their log-odds are the likelihood ratio of their marked requests under the campaign's rate and under
    everybody else's, times the prior odds of being a member. A mark that mostly others leave (a popular tool's) makes nobody a candidate.

    Args:
        engine: has the view ``sketches``.
        traffic: the accounts.
        scene: the run.
        mark_counts: marks of the campaigns, with how many accounts leave them.
        final: the campaigns.

    Returns:
        The campaign that each account may join, -1 for none, and its log-odds by marks, nats, ``(n_accounts,)`` each.
    """
    people, columns = traffic.people, dict(enumerate(CONTENT_COLUMNS))
    own = _mostly_own(mark_counts)
    marks = {name: mark_counts[name][own] for name in ("campaign", "place", "object")}
    hits = link.hits(engine, columns, marks)
    campaign, account, n = hits["campaign"].astype(np.int64), traffic.codes(hits["account"]), hits["n"].astype(np.float64)
    member = final.labels(people.n)
    inside = member[account] == campaign
    n_events = people.n_events.astype(np.float64)
    may_join = (member < 0) & ~people.known
    met_campaign = np.where(may_join, judge.most_met_campaign(scene, member, final.n), -1)
    marked_campaign, best_log_odds, log_odds = np.full(people.n, -1, np.int64), np.full(people.n, MIN_MARK_LOG_ODDS), np.zeros(people.n)
    for number in range(final.n):
        rows = campaign == number
        odds = np.full(people.n, np.log(max((member == number).sum(), 1) / people.n))
        if rows.any():
            own_events = n_events[member == number].sum()
            rate_in = np.clip(n[rows & inside].sum() / own_events, *RATE_INSIDE)
            rate_out = np.clip((n[rows & ~inside].sum() + 1) / (n_events.sum() - own_events + 1), *RATE_OUTSIDE)
            n_marked = np.zeros(people.n)
            n_marked[account[rows]] = n[rows]
            n_unmarked = np.maximum(n_events - n_marked, 0)
            marked_odds, unmarked_odds = np.log(rate_in / rate_out), np.log((1 - rate_in) / (1 - rate_out))
            odds += np.minimum(n_marked, MAX_COUNTED_REQUESTS) * marked_odds + np.minimum(n_unmarked * unmarked_odds, 0) * UNMARKED_WEIGHT
            # An account that leaves the marks in passing is no candidate, whatever the odds.
            regular = (n_marked >= MIN_JOIN_REQUESTS) & (n_marked >= MIN_JOIN_RATE * rate_in * n_events)
            better = may_join & regular & (odds > best_log_odds)
            marked_campaign[better], best_log_odds[better] = number, odds[better]
        log_odds[met_campaign == number] = odds[met_campaign == number]
    return np.where(marked_campaign >= 0, marked_campaign, met_campaign), np.where(marked_campaign >= 0, best_log_odds, log_odds)


def add_joining_accounts(
    engine: Engine, traffic: Traffic, scene: judge.Scene, verdicts: judge.Verdicts, model: judge.Model, lead: NDArray[np.int64],
    mark_counts: Marks, final: group.Groups,
) -> group.Groups:
    """The campaigns with the candidates that are like their accounts, and with second pools.

    Args:
        engine: has the view ``sketches``.
        traffic: the accounts.
        scene: the run.
        verdicts: on all groups.
        model: the calibrated weights.
        lead: leading group of each campaign, ``(final.n,)``.
        mark_counts: marks of the campaigns, with how many accounts leave them.
        final: the campaigns.
    """
    member = final.labels(traffic.people.n)
    candidate_for, mark_log_odds = find_candidates(engine, traffic, scene, mark_counts, final)
    joins = judge.joining(scene, verdicts.campaign, member, candidate_for, mark_log_odds, lead, verdicts.log_odds, model)
    member = np.where(joins, candidate_for, member)
    pools = judge.pools_elsewhere(scene, member, verdicts.log_odds[lead] >= judge.FAR)
    member = np.where(member < 0, pools, member)
    rows = np.flatnonzero(member >= 0)
    order = np.lexsort((rows, member[rows]))
    return group.Groups(
        final.n, member[rows][order], rows[order], final.object_group, final.object_column, final.object_key, final.origin
    )


def owned_marks(engine: Engine, traffic: Traffic, final: group.Groups) -> tuple[group.Groups, Marks, Marks]:
    """Keep the marks that campaigns own, and count who leaves each mark.

    Args:
        engine: has the view ``sketches``.
        traffic: the accounts.
        final: the campaigns with all their marks.

    Returns:
        The campaigns with their own marks, and the counts of all marks by column and by view (:func:`link.mark_counts`).
    """
    columns = dict(enumerate(CONTENT_COLUMNS))
    marks = {"campaign": final.object_group, "place": final.object_column, "object": final.object_key}
    members = {"campaign": final.member_group, "account": traffic.people.key[final.member_account]}
    mark_counts, shared = link.mark_counts(engine, columns, marks, members)
    return _keep_owned_marks(mark_counts, final), mark_counts, shared


def _mostly_own(marks: Marks) -> NDArray[np.bool_]:
    """Marks of whose accounts MIN_OWNED_SHARE or more are the campaign's, ``(n_marks,)``."""
    return marks["inside"] >= MIN_OWNED_SHARE * marks["accounts"]


def _keep_owned_marks(marks: Marks, final: group.Groups) -> group.Groups:
    """The campaigns with their own marks; a campaign that owns none keeps all."""
    own = _mostly_own(marks)
    owns_any = np.bincount(marks["campaign"][own], minlength=final.n) > 0
    keep = own | ~owns_any[marks["campaign"]]
    order = np.argsort(marks["campaign"][keep], kind="stable")
    owner, place, key = (marks[name][keep][order].astype(np.int64) for name in ("campaign", "place", "object"))
    return group.Groups(final.n, final.member_group, final.member_account, owner, place, key, final.origin)
