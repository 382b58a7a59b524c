"""Who else joins a campaign: the marks that it owns, and whom of those who leave them or meet its accounts is asked."""

import numpy as np
from numpy.typing import NDArray

from stillwatch import group, judge, link
from stillwatch.detect.traffic import CONTENT_COLUMNS, Traffic
from stillwatch.engine import Engine

OWNED_SHARE = 0.5
"""Share of a mark's accounts that must be a campaign's for the mark to be the campaign's own."""
MIN_MARK_LOG_ODDS = 0.0
"""Log-odds, by such marks, above which an account is asked whether it joins."""
TOLD_REQUESTS, REST = 3, 0.25
"""Requests with such marks that count at most, since one account's requests repeat each other, and what each request without counts, since
members send cover. Chosen, not calibrated; what the log-odds weigh beside how an account stands is
(:class:`stillwatch.judge.model.Joins`)."""
RATE_INSIDE, RATE_OUTSIDE = (1e-6, 0.999), (1e-9, 0.999)
"""Least and most that the share of marked requests of a campaign, and of all others, is taken for, so that its logarithms are finite."""
JOIN_REQUESTS, JOIN_RATE = 3, 0.4
"""Requests with such marks, and share of the rate of the campaign's own accounts, from which an account may join."""

Marks = dict[str, NDArray[np.int64]]
"""What campaigns share, a row a mark: columns of :func:`link.mark_counts`."""


def asked(
    engine: Engine, traffic: Traffic, scene: judge.Scene, counted: Marks, final: group.Groups
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The campaign for which each account outside all of them is asked, -1 for none, and its log-odds by marks, ``(n_accounts,)`` each.

    Who sends a campaign's work regularly is asked, and who meets its accounts where they are among themselves
    (:func:`judge.beside`). Log-odds are the likelihood ratio of the account's marked requests under the campaign's rate and under
    everybody else's, times the prior odds of being a member. A mark that mostly others leave (a popular tool's) makes nobody a member.
    """
    people, columns = traffic.people, dict(enumerate(CONTENT_COLUMNS))
    mine = _own(counted)
    marks = {name: counted[name][mine] for name in ("campaign", "place", "object")}
    found = link.hits(engine, columns, marks)
    whose, account, n = found["campaign"].astype(np.int64), traffic.codes(found["account"]), found["n"].astype(np.float64)
    member = final.labels(people.n)
    inside = member[account] == whose
    events = people.n_events.astype(np.float64)
    may_join = (member < 0) & ~people.known
    beside = np.where(may_join, judge.beside(scene, member, final.n), -1)
    sends, most, log_odds = np.full(people.n, -1, np.int64), np.full(people.n, MIN_MARK_LOG_ODDS), np.zeros(people.n)
    for number in range(final.n):
        rows = whose == number
        odds = np.full(people.n, np.log(max((member == number).sum(), 1) / people.n))
        if rows.any():
            in_events = events[member == number].sum()
            rate_in = np.clip(n[rows & inside].sum() / in_events, *RATE_INSIDE)
            rate_out = np.clip((n[rows & ~inside].sum() + 1) / (events.sum() - in_events + 1), *RATE_OUTSIDE)
            k = np.zeros(people.n)
            k[account[rows]] = n[rows]
            rest = np.maximum(events - k, 0)
            sent, unsent = np.log(rate_in / rate_out), np.log((1 - rate_in) / (1 - rate_out))
            odds += np.minimum(k, TOLD_REQUESTS) * sent + np.minimum(rest * unsent, 0) * REST
            # Who leaves its marks in passing is no member, whatever the odds.
            new = may_join & (k >= JOIN_REQUESTS) & (k >= JOIN_RATE * rate_in * events) & (odds > most)
            sends[new], most[new] = number, odds[new]
        log_odds[beside == number] = odds[beside == number]
    return np.where(sends >= 0, sends, beside), np.where(sends >= 0, most, log_odds)


def expand(
    engine: Engine, traffic: Traffic, scene: judge.Scene, verdicts: judge.Verdicts, model: judge.Model, lead: NDArray[np.int64],
    counted: Marks, final: group.Groups,
) -> group.Groups:
    """Test every account against every campaign: of those :func:`asked`, who is like its accounts joins it, and so do second pools."""
    member, (whose, work) = final.labels(traffic.people.n), asked(engine, traffic, scene, counted, final)
    joins = judge.joining(scene, verdicts.campaign, member, whose, work, lead, verdicts.log_odds, model)
    stays = np.where(joins, whose, member)
    pools = judge.pools_elsewhere(scene, stays, verdicts.log_odds[lead] >= judge.FAR)
    stays = np.where(stays < 0, pools, stays)
    rows = np.flatnonzero(stays >= 0)
    order = np.lexsort((rows, stays[rows]))
    return group.Groups(
        final.n, stays[rows][order], rows[order], final.object_group, final.object_column, final.object_key, final.origin
    )


def owned_marks(engine: Engine, traffic: Traffic, final: group.Groups) -> tuple[group.Groups, Marks, Marks]:
    """The marks that campaigns own, and who leaves each in its column and in its view (:func:`link.mark_counts`)."""
    columns = dict(enumerate(CONTENT_COLUMNS))
    marks = {"campaign": final.object_group, "place": final.object_column, "object": final.object_key}
    members = {"campaign": final.member_group, "account": traffic.people.key[final.member_account]}
    counted, shared = link.mark_counts(engine, columns, marks, members)
    return _owned(counted, final), counted, shared


def _own(marks: Marks) -> NDArray[np.bool_]:
    """Marks that mostly the campaign's own accounts leave."""
    return marks["inside"] >= OWNED_SHARE * marks["accounts"]


def _owned(marks: Marks, final: group.Groups) -> group.Groups:
    """Keep of each campaign its own marks, where it has any."""
    mine = _own(marks)
    has = np.bincount(marks["campaign"][mine], minlength=final.n) > 0
    keep = mine | ~has[marks["campaign"]]
    order = np.argsort(marks["campaign"][keep], kind="stable")
    owner, place, key = (marks[name][keep][order].astype(np.int64) for name in ("campaign", "place", "object"))
    return group.Groups(final.n, final.member_group, final.member_account, owner, place, key, final.origin)
