"""Where tasks come from, if not out of one's own head: banks, common queues, grids, assignments, what others asked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .arrays import DAY, FloatArray, IntArray, Mix, Rng, Words, choose, heads, mix, pick, unit
from .subjects import SUBJECT


@dataclass
class Tasks:
    """First turns of the conversations of a population, one row each; a queue changes the last six."""

    seed: int
    base: Words
    """of the population"""
    key: Words
    actor: Words
    site: Words
    """group of the actor"""
    t: FloatArray
    offered: Mix
    """kinds by weight"""
    subject: IntArray
    core: Words
    """tasks with the same core and kind are the same task"""
    second: Words
    tongue: IntArray
    writer: Words
    """by whose own words the text is written"""
    group: Words
    """group of the writer"""

    @property
    def turn(self) -> IntArray:
        """Place of each conversation among all, by time."""
        return np.argsort(np.argsort(self.t, kind="stable"), kind="stable")

    @property
    def own_turn(self) -> IntArray:
        """Place of each conversation among its actor's, by time."""
        order = np.lexsort((self.t, self.actor))
        rows = np.arange(len(order))
        place = np.empty(len(order), np.int64)
        place[order] = rows - np.maximum.accumulate(np.where(heads(self.actor[order]), rows, 0))
        return place

    def drawn(self, *parts: Words | IntArray | str) -> IntArray:
        """Kinds of tasks by weight and hash."""
        return np.array([SUBJECT[name] for name in self.offered])[choose(self.offered.values(), *parts)]

    def serve(self, core: Words) -> None:
        """Give every conversation the task of an item, whose kind is the item's."""
        self.core, self.subject = core, self.drawn(core, "kind")


@dataclass(frozen=True)
class Earlier:
    """First turns that innocent people wrote, in the order of time."""

    t: FloatArray
    subject: IntArray
    core: Words
    second: Words
    tongue: IntArray
    writer: Words
    group: Words


class Queue(Protocol):
    """Where tasks come from."""

    def deal(self, tasks: Tasks, earlier: Callable[[], Earlier], rng: Rng) -> None:
        """Set what is asked; `earlier` is what innocent people have asked so far."""


@dataclass(frozen=True)
class Bank:
    """A public collection, from which a share of the tasks is drawn."""

    name: str
    size: int
    share: float

    def deal(self, tasks: Tasks, earlier: Callable[[], Earlier], rng: Rng) -> None:
        """As the queue says."""
        item = np.floor(unit(tasks.key, "item") ** 1.4 * self.size).astype(np.int64)
        from_bank = unit(tasks.key, "frombank") < self.share
        tasks.core = np.where(from_bank, mix(tasks.seed, "bank", self.name, item), tasks.core)


@dataclass(frozen=True)
class Sweep:
    """A public collection, which each actor goes through item by item, each so many times."""

    name: str
    size: int
    copies: int

    def deal(self, tasks: Tasks, earlier: Callable[[], Earlier], rng: Rng) -> None:
        """As the queue says."""
        tasks.serve(mix(tasks.seed, "bank", self.name, (tasks.own_turn // self.copies) % self.size))
        tasks.tongue = np.zeros_like(tasks.tongue)


@dataclass(frozen=True)
class Split:
    """A common queue, each item so many times: at once, or, if far, when all others have had their turn."""

    name: str
    copies: int = 1
    far: bool = False

    def deal(self, tasks: Tasks, earlier: Callable[[], Earlier], rng: Rng) -> None:
        """As the queue says."""
        items = max(1, -(-len(tasks.t) // self.copies))
        item = tasks.turn % items if self.far else tasks.turn // self.copies
        tasks.serve(mix(tasks.seed, "queue", self.name, tasks.base, item))


@dataclass(frozen=True)
class Round:
    """A bank of one's own, which all go through together."""

    name: str
    size: int

    def deal(self, tasks: Tasks, earlier: Callable[[], Earlier], rng: Rng) -> None:
        """As the queue says."""
        tasks.serve(mix(tasks.seed, "bank", self.name, tasks.turn % self.size))


@dataclass(frozen=True)
class Grid:
    """So many aspects of one subject after another, in common or each on his own."""

    aspects: int
    common: bool = False

    def deal(self, tasks: Tasks, earlier: Callable[[], Earlier], rng: Rng) -> None:
        """As the queue says."""
        cell = tasks.turn if self.common else tasks.own_turn
        base = mix(tasks.base if self.common else tasks.actor, "grid")
        tasks.core, tasks.second = mix(base, cell // self.aspects), mix(base, "aspect", cell % self.aspects)


@dataclass(frozen=True)
class Assigned:
    """A share of the tasks is the group's exercise of these days."""

    share: float
    days: int

    def deal(self, tasks: Tasks, earlier: Callable[[], Earlier], rng: Rng) -> None:
        """As the queue says."""
        period = (tasks.t // DAY).astype(np.int64) // self.days
        assigned = unit(tasks.key, "assigned") < self.share
        tasks.core = np.where(assigned, mix(tasks.site, "assignment", period), tasks.core)
        tasks.subject = np.where(assigned, tasks.drawn(tasks.site, "assigned", period), tasks.subject)


@dataclass(frozen=True)
class Echo:
    """A share of the tasks is what innocent people asked, so many days later on average."""

    lag: float
    share: float

    def deal(self, tasks: Tasks, earlier: Callable[[], Earlier], rng: Rng) -> None:
        """As the queue says."""
        n, asked = len(tasks.t), earlier()
        last = len(asked.t) - 1
        before = tasks.t - (rng.exponential(self.lag * DAY, n) + 600)
        j = np.clip(np.searchsorted(asked.t, before), 0, last)
        j = np.clip(j - rng.integers(0, 40, n), 0, last)
        copied = unit(tasks.key, "echo") < self.share
        for name in ("subject", "core", "second", "tongue", "writer", "group"):
            setattr(tasks, name, np.where(copied, getattr(asked, name)[j], getattr(tasks, name)))


def favourites(tasks: Tasks, focus: float) -> IntArray:
    """Kinds of tasks out of one's own head; a share of them is one of three favourites."""
    favourite = tasks.drawn(tasks.actor, "favourite", pick(3, tasks.key, "which"))
    return np.where(unit(tasks.key, "focus") < focus, favourite, tasks.drawn(tasks.key, "kind"))
