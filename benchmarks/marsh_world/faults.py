"""What goes wrong: faults, bans, and what is tried again."""

import numpy as np

from .arrays import DAY, FloatArray, IntArray, Rng, pick, unit
from .requests import Requests

FAULTS = np.array([429, 429, 500, 503, 529])
PATIENCE = 24
"""seconds within which what failed is tried again"""


def answered(r: Requests, rng: Rng) -> tuple[IntArray, FloatArray, IntArray]:
    """Rows, moments and statuses of all attempts in the order of time; after a ban, no conversation goes on."""
    t, key, account, ban = r["t"], r["key"], r.account("key"), r.account("banned")
    level = unit(key, "fault")
    busy = 0.006 + 0.03 * (unit(account, "clumsy") < 0.08)
    status = np.where(level < busy, FAULTS[pick(5, key, "code")], 200)
    status = np.where(level > 0.9962, 400, status)
    banned = t >= ban
    status = np.where(banned, 403, status)
    following = r.after(t, 1e12)
    room = np.minimum(np.where(following >= t, following - t, 1.0), PATIENCE)
    again = (status >= 400) & ~banned & (r.goes_on | ((status != 400) & (unit(key, "again") < 0.8)))
    extra = np.flatnonzero(again)
    row = np.concatenate([np.arange(r.n), extra])
    at = np.concatenate([t, t[extra] + room[extra] * (0.15 + 0.7 * rng.random(len(extra)))])
    status = np.concatenate([status, np.full(len(extra), 200)])
    refused_before = r.before(banned, False) & ~r.opens
    kept = (at < r.w.days * DAY) & ~(refused_before & banned)[row]
    row, at, status = row[kept], at[kept], status[kept]
    status = np.where(at >= ban[row], 403, status)
    order = np.argsort(at, kind="stable")
    return row[order], at[order], status[order]
