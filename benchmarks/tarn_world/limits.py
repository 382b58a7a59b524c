"""All requests in order of time, as the host lets them through: bans, trouble at the host, daily caps, prepaid credit."""

from typing import Any

import numpy as np

from .arrays import Arr, rank_in_group, starts
from .log import rows
from .world import DAY, World

DAY_US = int(DAY * 1e6)
Columns = dict[str, Any]


def let_through(w: World) -> Columns:
    """The requests that the host saw, with their final status."""
    requests = _gathered(w)
    for rule in (_bans, _caps, _credit):
        requests = rows(requests, rule(w, requests))
    return requests


def _gathered(w: World) -> Columns:
    """All blocks in order of time, within the window; times in whole microseconds."""
    columns: Columns = {}
    for name, first in w.blocks[0].items():
        parts = [block[name] for block in w.blocks]
        columns[name] = [value for part in parts for value in part] if isinstance(first, list) else np.concatenate(parts)
    w.blocks = []
    columns["t"] = np.round(columns["t"] * 1e6).astype(np.int64)
    order = np.argsort(columns["t"], kind="stable")
    return rows(columns, order[(columns["t"][order] >= 0) & (columns["t"][order] < w.days * DAY_US)])


def _bans(w: World, e: Columns) -> Arr:
    """Accounts work from sign-up to ban; programs hear 403 for twenty minutes more. Trouble fails a third of all."""
    t = e["t"]
    created, banned = (np.array(w.rows[name])[e["account"]] * DAY * 1e6 for name in ("created", "banned"))
    late = t > banned
    dice = w.rng("incidents").random(len(t))
    for day, hours in w.host.incidents:
        bad = (t >= day * DAY * 1e6) & (t < day * DAY * 1e6 + hours * 3.6e9) & (dice < 0.3)
        e["status"] = np.where(bad & (e["status"] == 200), np.where(dice < 0.22, 500, 529), e["status"])
    echo = late & (e["path"] > 0) & (t < banned + 1.2e9)
    e["status"] = np.where(echo, 403, e["status"])
    return np.flatnonzero((t > created) & (~late | echo))


def _caps(w: World, e: Columns) -> Arr:
    """The free plan's messages a day; one or two more are tried."""
    free = np.array([plan == "free" for plan in w.rows["plan"]])[e["account"]] & (e["path"] == 0)
    rank = rank_in_group(e["account"] * 64 + e["t"] // DAY_US)
    over = free & (rank >= w.host.free_cap)
    e["status"] = np.where(over, 429, e["status"])
    return np.flatnonzero(~(over & (rank >= w.host.free_cap + 1 + e["account"] % 2)))


def _credit(w: World, e: Columns) -> Arr:
    """Prepaid credit, spent to the last cent; a few requests more hear 402."""
    account = e["account"]
    credit = np.array(w.rows["credit"])[account]
    price = np.array([[x.price_in, x.price_out] for x in w.host.models])[e["model"]] / 1e6
    cost = np.where(e["status"] == 200, e["input"] * price[:, 0] + (e["output"] + e["think"]) * price[:, 1], 0)
    order = np.argsort(account, kind="stable")
    run, base = np.cumsum(cost[order]), starts(account[order])
    spent = np.empty(len(account))
    spent[order] = run - (run[base] - cost[order][base])
    broke = spent > credit
    e["status"] = np.where(broke, 402, e["status"])
    return np.flatnonzero(~(broke & (rank_in_group(account * 2 + broke) >= 1 + account % 4)))
