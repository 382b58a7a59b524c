"""When requests come: activity windows, sessions and their turns."""

from dataclasses import dataclass

import numpy as np

from .hours import DAY, HOLIDAY, HOURS, WEEKEND


@dataclass
class Turns:
    """Flat turns of many sessions: whose (position in the group), which session, which turn, when (seconds)."""

    who: np.ndarray
    conv: np.ndarray
    turn: np.ndarray
    t: np.ndarray

    def __len__(self) -> int:
        return len(self.t)

    @property
    def first(self) -> np.ndarray:
        """Mask of opening turns."""
        return np.asarray(self.turn == 0)

    def keep(self, mask: np.ndarray) -> "Turns":
        """The turns under a mask."""
        return Turns(self.who[mask], self.conv[mask], self.turn[mask], self.t[mask])


class Clock:
    """Samples times in the window of the log."""

    def __init__(self, rng: np.random.Generator, days: int, weekday0: int, holidays: tuple[int, ...]) -> None:
        self.rng, self.days, self.span = rng, days, days * DAY
        self._cdf: dict[str, np.ndarray] = {}
        self.weekday0, self.holidays = weekday0, holidays
        self._pad = 2

    def _curve(self, rhythm: str) -> np.ndarray:
        if rhythm not in self._cdf:
            base = np.array(HOURS[rhythm], float)
            base = base / base.mean() + 0.03
            grid = []
            for d in range(-self._pad, self.days + self._pad):
                f = WEEKEND[rhythm] if (self.weekday0 + d) % 7 >= 5 else 1.0
                f *= HOLIDAY[rhythm] if d in self.holidays else 1.0
                wobble = np.exp(0.12 * np.sin(d * 1.7 + len(rhythm)))
                grid.append(base * f * wobble)
            self._cdf[rhythm] = np.concatenate([[0.0], np.cumsum(np.concatenate(grid))])
        return self._cdf[rhythm]

    def times(self, tz: np.ndarray, lo: np.ndarray, hi: np.ndarray, rhythm: str) -> np.ndarray:
        """One time per row inside [lo, hi] following the rhythm in local time (tz hours)."""
        cdf = self._curve(rhythm)
        knots = (np.arange(len(cdf)) - 24 * self._pad) * 3600.0
        shift = np.asarray(tz, float) * 3600
        lo = np.clip(lo, 0, self.span)
        hi = np.maximum(np.clip(hi, 0, self.span), lo + 1)
        f0, f1 = np.interp(lo + shift, knots, cdf), np.interp(hi + shift, knots, cdf)
        u = f0 + (f1 - f0) * self.rng.random(len(f0))
        return np.asarray(np.interp(u, cdf, knots) - shift)

    def share(self, n: int, total: float, sigma: float) -> np.ndarray:
        """Split about `total` over n accounts with lognormal inequality, at least one each."""
        w = np.exp(self.rng.normal(0, sigma, n))
        return np.asarray(np.maximum(1, self.rng.poisson(w / w.sum() * total)))

    def sessions(
        self, n: int, total: float, tz: np.ndarray, lo: np.ndarray, hi: np.ndarray, rhythm: str = "server", *, sigma: float = 1.2,
        turns: float = 1.0, gap: float = 60.0, counts: np.ndarray | None = None, batch: float = 0.0
    ) -> Turns:
        """Sessions of n accounts making about `total` turns; `batch` is the share of accounts that fire in runs."""
        c = self.share(n, total / turns, sigma) if counts is None else counts
        who = np.repeat(np.arange(n), c)
        start = self.times(tz[who], lo[who], hi[who], rhythm)
        if batch > 0:
            start = self._runs(who, start, self.rng.random(n) < batch)
        k = self.rng.geometric(1 / turns, len(who)) if turns > 1 else np.ones(len(who), int)
        k = np.minimum(k, 60)
        return self.unroll(who, start, k, gap)

    def _runs(self, who: np.ndarray, start: np.ndarray, runner: np.ndarray) -> np.ndarray:
        """Gather the sessions of batch accounts into tight runs after a few anchors."""
        idx = np.flatnonzero(runner[who])
        if not len(idx):
            return start
        out = start.copy()
        order = idx[np.lexsort((start[idx], who[idx]))]
        size = int(self.rng.integers(12, 45))
        block = np.arange(len(order)) // size
        newb = np.r_[True, (block[1:] != block[:-1]) | (who[order][1:] != who[order][:-1])]
        grp = np.cumsum(newb) - 1
        anchor = start[order][newb][grp]
        step = self.rng.exponential(np.exp(self.rng.normal(1.2, 1.0, grp[-1] + 1))[grp])
        cum = np.cumsum(step)
        out[order] = anchor + cum - cum[newb][grp]
        return out

    def unroll(self, who: np.ndarray, start: np.ndarray, k: np.ndarray, gap: float | np.ndarray) -> Turns:
        """Give each session its k turns, with lognormal gaps around `gap` seconds."""
        conv = np.repeat(np.arange(len(who)), k)
        first = np.r_[0, np.cumsum(k)[:-1]] if len(k) else np.zeros(0, int)
        turn = np.arange(len(conv)) - first[conv]
        g = np.asarray(gap)[conv] if np.ndim(gap) else gap
        step = np.where(turn == 0, 0.0, g * np.exp(self.rng.normal(-0.2, 0.8, len(conv))))
        cum = np.cumsum(step)
        t = start[conv] + cum - cum[first][conv] if len(conv) else np.zeros(0)
        return Turns(who[conv], conv, turn, t)
