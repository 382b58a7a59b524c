"""The requests of all streams, and what is known of their accounts and profiles, row by row."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .arrays import BoolArray, IntArray, heads
from .profiles import Profile
from .world import World


class Requests:
    """Requests of a world in the order of its streams."""

    def __init__(self, w: World) -> None:
        """Put the streams together."""
        self.w = w
        self.n = sum(stream.n for stream in w.streams)
        self.stream: IntArray = np.repeat(np.arange(len(w.streams)), [stream.n for stream in w.streams])
        self.columns = {name: np.concatenate([stream.columns[name] for stream in w.streams]) for name in w.streams[0].columns}
        self.by_turn: IntArray = np.lexsort((self["turn"], self["talk"]))
        """rows by conversation, in turn"""

    def __getitem__(self, name: str) -> Any:
        """A column of the streams."""
        return self.columns[name]

    @property
    def opens(self) -> BoolArray:
        """Whether a conversation begins."""
        return np.asarray(self["turn"] == 0)

    def account(self, name: str) -> Any:
        """A column of the accounts."""
        return np.concatenate([getattr(population, name) for population in self.w.populations])[self["at"]]

    def profile(self, value: Callable[[Profile], Any]) -> Any:
        """A value of the profile that the work is of."""
        return np.array([value(stream.profile) for stream in self.w.streams])[self.stream]

    def names(self, value: Callable[[Profile], str]) -> Any:
        """As `profile`, of texts."""
        return np.array([value(stream.profile) for stream in self.w.streams], dtype=object)[self.stream]

    def registered(self, value: Callable[[Profile], Any]) -> Any:
        """A value of the profile that the account was opened by."""
        return np.array([value(stream.population.profile) for stream in self.w.streams])[self.stream]

    def before(self, values: Any, first: Any) -> Any:
        """Values of the turn before; for first turns, they mean nothing."""
        return self._in_place(np.concatenate([[first], values[self.by_turn][:-1]]))

    def after(self, values: Any, last: Any) -> Any:
        """Values of the turn after; for last turns, they mean nothing."""
        return self._in_place(np.concatenate([values[self.by_turn][1:], [last]]))

    @property
    def goes_on(self) -> BoolArray:
        """Whether a turn follows."""
        last = np.concatenate([heads(self["talk"][self.by_turn])[1:], [True]])
        return np.asarray(self._in_place(~last))

    def so_far(self, amounts: Any) -> Any:
        """Sums of amounts over the turns before in the conversation."""
        flow = amounts[self.by_turn]
        run = np.cumsum(flow) - flow
        first = np.maximum.accumulate(np.where(heads(self["talk"][self.by_turn]), np.arange(self.n), 0))
        return self._in_place(run - run[first])

    def _in_place(self, values: Any) -> Any:
        out = np.empty_like(values)
        out[self.by_turn] = values
        return out
