"""What the provider does to requests: bans, quotas, faults and what clients try again."""

import numpy as np

from .arrays import BoolArray, IntArray, heads, places
from .profiles import LIMITS
from .world import Columns, World

OK, BAD_REQUEST, FORBIDDEN, TOO_MANY, BROKEN, AWAY = 200, 400, 403, 429, 500, 503


def answered(w: World, accounts: Columns) -> Columns:
    """Requests in their order, each with a status."""
    e = {name: np.concatenate([block[name] for block in w.log]) for name in w.log[0]}
    rank = _after_ban(e, accounts)
    open_yet = (e["ts"] >= 0) & (e["ts"] < w.span) & (e["ts"] >= accounts["created"][e["account"]])
    keep = open_yet & (rank <= accounts["knocks"][e["account"]])
    e, shut = {name: column[keep] for name, column in e.items()}, rank[keep] > 0
    status = _statuses(w, e, accounts, shut)
    e, status = _again(w, e, status)
    failed = status != OK
    for name in ("output", "thought", "cached"):
        e[name][failed] = 0
    e["input"][np.isin(status, [TOO_MANY, FORBIDDEN])] = 0
    e["harvest"] &= ~failed
    e["status"] = status
    order = np.lexsort((e["context"], e["ts"]))
    return {name: column[order] for name, column in e.items()}


def _after_ban(e: Columns, accounts: Columns) -> IntArray:
    """The number of each request among its account's after the ban, from 1 on; 0 before."""
    banned = accounts["banned"][e["account"]]
    late = e["ts"] > np.where(np.isnan(banned), np.inf, banned)
    order = np.lexsort((e["ts"], e["account"]))
    sorted_late, rank = late[order], np.zeros(len(order), dtype=np.int64)
    count = np.cumsum(sorted_late)
    before = np.maximum.accumulate(np.where(heads(e["account"][order]), count - sorted_late, 0))
    rank[order] = np.where(sorted_late, count - before, 0)
    return rank


def _statuses(w: World, e: Columns, accounts: Columns, shut: BoolArray) -> IntArray:
    """A few faults, a minute's quota of each plan, and nothing for who is banned."""
    rng, n = w.rng, len(shut)
    u, api = rng.random(n), e["path"] != "app"
    status = np.where(u < 0.003, BROKEN, np.where((u < 0.0065) & api, BAD_REQUEST, np.where(u > 0.9985, AWAY, OK)))
    minute = e["account"] * (w.days * 1440 + 5) + (e["ts"] / 60).astype(np.int64)
    order = np.lexsort((e["ts"], minute))
    nth = np.empty(n, dtype=np.int64)
    nth[order] = places(minute[order])
    limit = np.array([LIMITS[plan] for plan in accounts["plan"]])[e["account"]]
    status[(nth >= limit) & (rng.random(n) < 0.7)] = TOO_MANY
    status[shut] = FORBIDDEN
    return status


def _again(w: World, e: Columns, status: IntArray) -> tuple[Columns, IntArray]:
    """Requests and statuses with those that clients send once more; most succeed then."""
    rng = w.rng
    patient = rng.random(len(status)) < np.where(e["path"] != "app", 0.75, 0.35)
    failed = np.flatnonzero(np.isin(status, [TOO_MANY, BROKEN, AWAY]) & patient)
    ts = e["ts"][failed] + np.where(status[failed] == TOO_MANY, 20.0, 1.0) * np.exp(rng.standard_normal(len(failed))) + 0.5
    again, ts = failed[ts < w.span], ts[ts < w.span]
    out = {name: np.concatenate([column, column[again]]) for name, column in e.items()}
    out["ts"][len(status) :] = ts
    return out, np.concatenate([status, np.where(rng.random(len(again)) < 0.93, OK, status[again])])
