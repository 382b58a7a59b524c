"""The stage: who sits down when, and what is said."""

from dataclasses import dataclass

import numpy as np

from .hours import DAY_S, EVENING
from .networks import digest
from .people import NEW_MODEL, People

WIDE_SCRIPTS = ("ar", "zh", "ru")
"""Languages with fewer characters a token."""


@dataclass
class Batch:
    """Sittings that were added together; arrays have a row for each request, in the order of turns."""

    account: np.ndarray
    time: np.ndarray
    sitting: np.ndarray
    turn: np.ndarray
    client: np.ndarray
    line: np.ndarray
    system: np.ndarray
    harvested: np.ndarray
    model: np.ndarray
    wide: np.ndarray
    length: np.ndarray
    """how long answers are, beside the usual"""
    prompts: list[str]


class World(People):
    """Everything that a scenario fills; times are seconds from its start."""

    def __init__(self, name, seed, start, days, release_day=None, scale=1.0, unlogged=frozenset()):
        super().__init__(name, seed, start, days, scale)
        self.unlogged = unlogged
        """columns that this provider does not log"""
        self.release = None if release_day is None else release_day * DAY_S
        self.batches, self.systems, self._system_numbers = [], [], {}
        self._n_sittings = 0

    def when(self, first, last, zone, weights, who=None):
        """One moment in each [first, last) by the local weekly weights, and by each person's good and bad days."""
        rng = self.rng
        first, last, zone = np.broadcast_arrays(np.asarray(first, float), last, zone)
        found, left = first.copy(), np.arange(first.size)
        for _ in range(60):
            time = first[left] + rng.random(left.size) * (last - first)[left]
            local = time / 3600 + zone[left] + 24 * self.weekday
            chance = weights[np.floor(local).astype(int) % 168]
            if who is not None:
                day = np.floor(local / 24).astype(np.int64)
                mood = ((who[left].astype(np.int64) * 7919 + day * 104729 + 12345) * 2654435761 % (1 << 32)) / (1 << 32)
                chance = chance * np.minimum(1.0, 0.06 / np.maximum(mood, 1e-3) ** 1.1)
            taken = rng.random(left.size) < chance
            found[left[taken]] = time[taken]
            left = left[~taken]
            if not left.size:
                break
        found[left] = first[left] + rng.random(left.size) * (last - first)[left]
        return found

    def spread(self, members, load, sigma=1.0, weights=EVENING, first=None, last=None, moody=True, even=False):
        """Sittings of a group: who and when.

        Args:
            members: the group.
            load: mean number for somebody who is there for the whole log.
            sigma: log-normal spread of that number over people.
            weights: of the local week.
            first, last: seconds between which they sit down; those of the members' lives if None.
            moody: people have good and bad days.
            even: numbers are rounded loads, not Poisson draws.
        """
        rng, n = self.rng, members.n
        first = members.first if first is None else np.broadcast_to(first, n)
        last = members.last if last is None else np.broadcast_to(last, n)
        there = np.clip((last - first) / self.end, 0, 1)
        mean = load * there * np.exp(sigma * rng.standard_normal(n) - sigma**2 / 2)
        count = np.round(mean + rng.uniform(-0.5, 0.5, n)).astype(int) if even else rng.poisson(mean)
        count = np.where(last > first + 60, np.minimum(count, 1500), 0)
        who = np.repeat(np.arange(n), np.maximum(count, 0))
        return who, self.when(first[who], last[who], members.zones[who], weights, who + members.base if moody else None)

    def sit(
        self, members, who, times, say, turns=2.2, harvest=False, client=None, line=None, gap=None, hop=0.0, system="own",
        model=None, length=1.0, adopt=0.45,
    ):
        """Add sittings.

        Args:
            members: the group that sits down.
            who, times: member and second of each sitting.
            say: function of number of turns and language to prompts.
            turns: mean number of turns, or the number of each sitting.
            harvest: whether answers are kept as training data, or whether those of each sitting are.
            client, line: other than the members' own, for all or for each sitting.
            gap: seconds between turns, median and log-normal spread; the client's if None.
            hop: chance that a turn is sent from another account of the group, if that one is open by then.
            system, model: other than the members' own.
            length: of answers, beside the usual.
            adopt: chance to have moved to the new model three days after its release.
        """
        rng = self.rng
        who, times = np.asarray(who), np.asarray(times, float)
        n = who.size
        if not n:
            return
        n_turns = np.minimum(rng.geometric(1 / turns, n), 40) if np.isscalar(turns) else np.asarray(turns)
        if client is None:
            client = np.where(rng.random(n) < 0.7, members.clients[who, 0], members.clients[who, 1])
        client = np.broadcast_to(client, n)
        place = (rng.random(n)[:, None] > members.line_shares[who]).sum(1).clip(0, 2)
        line = members.lines[who, place] if line is None else np.broadcast_to(line, n)
        sitting = np.repeat(np.arange(n), n_turns)
        first = np.cumsum(n_turns) - n_turns
        turn = np.arange(sitting.size) - first[sitting]
        gaps = np.array([self.clients.rows[c].gap for c in client]) if gap is None else np.tile(np.asarray(gap, float), (n, 1))
        waits = gaps[sitting, 0] * np.exp(gaps[sitting, 1] * rng.standard_normal(sitting.size))
        waits[turn == 0] = 0
        waited = np.cumsum(waits)
        time = times[sitting] + waited - waited[first[sitting]]
        account = who[sitting].copy()
        if hop:
            handed = (rng.random(account.size) < hop) & (turn > 0)
            other = rng.integers(0, members.n, handed.sum())
            account[handed] = np.where(members.born[other] < time[handed], other, account[handed])
        prompts, systems, models, wide = [], [], [], []
        for i, member in enumerate(who):
            language = members.languages[member]
            prompts += say(int(n_turns[i]), language)
            systems.append(self._system_number(members.systems[member] if system == "own" else system))
            asked = model or members.models[member]
            models.append(self._model_at(asked, members.base + int(member), times[i], adopt))
            wide.append(language in WIDE_SCRIPTS)
        self.batches.append(
            Batch(
                account + members.base, time, sitting + self._n_sittings, turn, client[sitting], line[sitting],
                np.array(systems)[sitting], np.broadcast_to(harvest, n)[sitting], np.array(models, object)[sitting],
                np.array(wide)[sitting], np.full(sitting.size, length), prompts,
            )
        )
        self._n_sittings += n

    def _system_number(self, system):
        if system not in self._system_numbers:
            self._system_numbers[system] = len(self.systems)
            self.systems.append(system)
        return self._system_numbers[system]

    def _model_at(self, model, account, time, adopt):
        if self.release is None or time <= self.release or model != "bazaar-pro-2":
            return model
        taste = (int(digest(account, "rel")[:6], 16) % 1000) / 1000
        return NEW_MODEL if taste < adopt * min(1, (time - self.release) / (3 * DAY_S)) else model
