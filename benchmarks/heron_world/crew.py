"""An operator at work: schedules, harvest, trials, refusals, cover."""

from typing import Any

import numpy as np

from .arrays import Arr, obj
from .log import Change
from .pools import Pool, Spec
from .text import DEV, GENERAL
from .world import DAY, EVENING, OFFICE, SERVED, World


class Crew(Pool):
    """An operator that works with its accounts."""

    def schedule(self, per_day: float, how: str, spread: float = 0.3, lo: float | None = None, hi: float | None = None) -> tuple[Arr, Arr]:
        """Starts of conversations as (slot, moment), sorted by moment. per_day counts conversations a slot."""
        w, rng = self.w, self.w.rng
        lo, hi = (self.lo if lo is None else lo), (self.hi if hi is None else hi)
        days = max((hi - lo) / DAY, 0.02)
        if how == "balanced":
            n = int(self.slots * per_day * days)
            t = np.sort(w.times(n, lo, hi, self.s.tz, SERVED + 6, 0.95))
            slot = (
                np.concatenate([rng.permutation(self.slots) for _ in range(n // self.slots + 1)])[:n] if n else np.empty(0, dtype=np.int64)
            )
        elif how == "slow":
            count = rng.integers(round(per_day * 0.7), round(per_day * 1.3) + 1, (self.slots, int(np.ceil(days))))
            count = np.where(rng.random(count.shape) < 0.07, 0, count)
            slot = np.repeat(np.repeat(np.arange(self.slots), count.shape[1]), count.ravel())
            day = np.repeat(np.tile(np.arange(count.shape[1]), self.slots), count.ravel())
            wake = rng.uniform(0, 10, self.slots)
            t = lo + day * DAY + (wake[slot] + rng.beta(1.4, 1.4, len(slot)) * 14) * 3600
        else:
            rate = per_day * rng.lognormal(-(spread**2) / 2, spread, self.slots) * days
            count = rng.poisson(rate)
            slot = np.repeat(np.arange(self.slots), count)
            if how == "sync":
                day = rng.integers(0, int(np.ceil(days)), len(slot))
                begin = np.array([2.0, 9.0, 17.5])[rng.integers(0, 3, len(slot))]
                t = lo // DAY * DAY + day * DAY + begin * 3600 + rng.uniform(0, 1.6 * 3600, len(slot)) + 30
                stray = rng.random(len(slot)) < 0.08
                t[stray] = rng.uniform(lo, hi, int(stray.sum()))
            elif how == "human":
                t = w.times(len(slot), lo, hi, self.s.tz, OFFICE, 0.25)
            elif how == "users":
                t = w.times(len(slot), lo, hi, self.s.tz, EVENING, 0.9)
            elif how == "max":
                t = self.begins[slot, 0] + rng.exponential(1.6 * DAY, len(slot)) + 120
            else:
                t = rng.uniform(lo, hi, len(slot))
        if self.s.outage:
            down = lo + 0.4 * (hi - lo)
            t = np.where((t > down) & (t < down + 9 * 3600) & (rng.random(len(t)) < 0.97), -1.0, t)
        keep = (t >= np.maximum(self.begins[slot, 0], lo)) & (t < hi)
        slot, t = slot[keep], t[keep]
        order = np.argsort(t, kind="stable")
        return slot[order], t[order]

    def harvest(
        self, slot: Arr, t: Arr, tasks: Arr, turns: float = 1.0, *, twice: float = 0.03, hop: float = 0.0, system: str | Arr | None = None,
        affix: Change | None = None, model: Arr | None = None, follow: str = "follow", gap: float = 25.0, voiced: bool = False,
        out: float = 5.95, repeat_task: bool = False
    ) -> None:
        """Work the tasks through in the order of time; a few are given out twice after time-outs."""
        rng, n = self.w.rng, len(slot)
        which = np.arange(n) % len(tasks)
        again = rng.random(n) < twice
        which[again] = np.maximum(which[again] - rng.integers(1, 40, int(again.sum())), 0)
        k = np.ones(n, dtype=int) if turns <= 1 else rng.geometric(1 / turns, n)
        k = np.minimum(k, 40)
        self.group.talk(
            slot, t, k, tasks[which], follow, gap, harvested=True, system=system, model=model, remap=self.route(hop), voiced=voiced,
            affix=affix, out=out, repeat_task=repeat_task
        )

    def refused(self, slot: Arr, t: Arr, tasks: Arr, model: Arr) -> None:
        """Requests for a model that is closed to the account: nothing comes back."""
        before = len(self.w.log)
        self.group.talk(slot, t, np.ones(len(slot), dtype=int), tasks, model=model, remap=self.route(), voiced=False)
        for rows in self.w.log[before:]:
            rows["status"][:] = 400
            rows["out"][:] = 0
            rows["reason"][:] = 0

    def trials(self, share: float = 0.6) -> None:
        """Somebody tests a new account by hand or by script before it is used."""
        w = self.w
        acc = np.flatnonzero(w.rng.random(self.group.n) < share)
        t = np.array(self.first)[acc] - w.rng.exponential(900, len(acc)) - 5
        self.group.talk(acc, np.maximum(t, 1.0), w.rng.geometric(0.7, len(acc)), w.text.gen("greet", len(acc)), voiced=False, out=4.0)

    def cover(self, per_day: float, kind: str = "customers") -> None:
        """Traffic that is not harvested: unrelated buyers of the same accounts, or chats to look like a person."""
        w = self.w
        slot, t = self.schedule(per_day, "users" if kind == "customers" else "flat", 0.8)
        n = len(slot)
        if kind == "customers":
            names = (*GENERAL, *DEV, "rp", "zh", "es", "pt", "agent")
            first = w.text.voice(w.text.by_domain(obj(names)[w.rng.integers(0, len(names), n)]), w.rng.integers(0, 12, n))
            system = w.text.some("sysown", 0.4, n)
            self.group.talk(
                slot, t, w.rng.geometric(0.4, n), first, system=system, remap=self.route(), voiced=False, out=5.6,
                model=w.rng.choice(4, n, p=(0.5, 0.25, 0.1, 0.15))
            )
        else:
            first = w.text.by_domain(obj(GENERAL)[w.rng.integers(0, len(GENERAL), n)])
            self.group.talk(slot, t, w.rng.geometric(0.5, n), first, remap=self.route(), out=5.4)


def hire(w: World, name: str, slots: int, **bought: Any) -> Crew:
    """An operator with so many slots, which buys and runs its accounts as :class:`Spec` says."""
    return Crew(w, Spec(name, slots, **bought))
