"""The calibrated model: pieces of evidence to a score, weights from a recorded calibration.

Three logistic regressions look at the groups, and the one that finds a group rarer among innocents speaks. *Linked* weighs all
evidence; it leans on what only an operator's accounts share. *Unlinked* never sees links: it knows accounts of one hand by how
they work, so that an operator who gives up every shared card and conversation is still looked at. *Batched* looks at batches of a few
accounts with a card each that live alike, and tells farms from families. Each weight has a sign, so that no piece can speak against
its meaning, and a ridge penalty. Where none of them passes a group, *trees* may: they see how pieces go together, evidence with its sign.
What they give is read against what they give the next groups of the same log, which what shifts a provider's innocents shifts as well;
alone they are asked no everyday reason, since they learnt from the innocents who have one, and together with a part that sums they
pass what is unusual to both. Groups of many kinds of work have lines of their own. Each weight times its value, or what splits change,
is a bar of the analyst's waterfall. Weights, trees, their data and command lie in calibration.json, written by
``python benchmarks/calibrate.py``; of these none is typed in. Thresholds that were chosen say on what data.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from stillwatch.judge.conduct import log_accounts
from stillwatch.judge.lines import CLEAR, PLAIN, PLAINEST, YARDSTICK, Lines, doubt, line_class, with_trees
from stillwatch.judge.reasons import BATCHED, LINKED, TREES, UNLINKED, batched, everyday, many_as_one
from stillwatch.judge.trees import Trees

F64 = NDArray[np.float64]

RARE_SHARE = 1e-3
"""Share of innocent groups, of those without an everyday reason, that may lie beyond the line; no innocent of calibration does."""

LEEWAY = 2.0
"""Nats by which the line of the part without links is lower for many accounts that work as one: its tail is of people who do one thing,
most of them unlike, and innocents of that make lay 5.3 nats below the line (sixteen authors, each left out; strangers 3.6)."""

CHOSEN = float(np.log(5))
"""Nats that batches need besides: that they live alike, which is half of what is weighed, was looked for."""

OPEN = float(np.log(10))
"""Nats below the line to which a group is worth a person's look."""

SIZES = (0, 32, 100)
"""Accounts from which a class of group sizes begins: much less happens by chance in large groups than in small ones."""


KNOTS = (32, 64, 180)
"""Accounts at which a group has the line of its class alone; between, lines and slopes change steadily with the log of the size."""


def between_classes(values: Mapping[str, F64]) -> F64:
    """Where each group lies between the classes, 0 for the first, ``(n_groups,)``: one account more never moves a line far."""
    return np.asarray(np.interp(log_accounts(values), np.log10(KNOTS), np.arange(len(KNOTS))))


@dataclass(frozen=True)
class Tail:
    """How innocent groups of one class of sizes reach high log-odds: ``share`` exceed ``start``, beyond it a generalised Pareto tail.

    Pickands 1975; the scale is an upper limit, since a false accusation costs more than a miss.
    """

    start: float
    share: float
    scale: float
    """Nats in which the share of innocent groups falls by e at the start."""
    shape: float
    """0 for an exponential tail; below 0 for one that ends, since values are bounded."""
    line: float
    """Log-odds that RARE_SHARE of the innocent groups exceed, or the highest of them if that is more: scores are 0 there."""
    rare: float
    """Share of innocent groups that exceed the line."""


@dataclass(frozen=True)
class Part:
    """Log-odds are ``bias + sum(weights[name] * value)``, nats."""

    bias: float
    weights: dict[str, float]
    tails: tuple[Tail, ...]
    """Of innocent groups without an everyday reason, one for each of SIZES."""

    def log_odds(self, values: Mapping[str, F64]) -> F64:
        """Log-odds of each group, ``(n_groups,)``."""
        total: F64 = np.asarray(self.bias + sum((self.weights[name] * values[name] for name in self.weights), start=np.float64(0)))
        return total

    def shares(self, values: Mapping[str, F64], group: int) -> dict[str, float]:
        """What each piece gives one group's log-odds, nats."""
        return {name: weight * float(values[name][group]) for name, weight in self.weights.items()}

    def of_class(self, name: str, at: F64) -> F64:
        """A number of the tails around each group's place between the classes, ``(n_groups,)``."""
        return np.asarray(np.interp(at, np.arange(len(self.tails)), [getattr(tail, name) for tail in self.tails]))

    def slope(self, at: F64, beyond: NDArray[Any]) -> F64:
        """Nats of rarity a nat of log-odds, ``(n_groups,)``, where ``beyond`` is the log-odds less the line.

        Up to the line straight from the start of the tail to it; beyond, one over the mean excess: a tail that is fitted to end would be
        told to end where few innocents were looked at.
        """
        within = np.log(self.of_class("share", at) / self.of_class("rare", at)) / (self.of_class("line", at) - self.of_class("start", at))
        mean_excess = self.of_class("scale", at) / (1 - self.of_class("shape", at))
        return np.where(beyond < 0, within, np.minimum(within, 1 / mean_excess))


@dataclass(frozen=True)
class Members:
    """Logistic regression that tells a campaign's accounts from those drawn in, by how they compare with its usual account."""

    bias: float
    weights: dict[str, float]
    strays: float = float("inf")
    """Accounts drawn in that have a posterior from NEAR_POSTERIOR to MIN_POSTERIOR, for each that has one from MIDDLE_POSTERIOR to
    NEAR_POSTERIOR (:mod:`.members`)."""

    def log_odds(self, pieces: Mapping[str, F64]) -> F64:
        """Log-odds that each account is one of the campaign's, ``(n_rows,)``; how far a piece may speak is limited."""
        total = self.bias + sum((weight * np.clip(pieces[name], *REACH) for name, weight in self.weights.items()), start=np.float64(0))
        return np.asarray(total)

    def posterior(self, pieces: Mapping[str, F64]) -> F64:
        """The same as probabilities."""
        return np.asarray(expit(self.log_odds(pieces)))


REACH = (-4.0, 1.5)
"""Least and most that a piece of an account's standing counts: who sends more than usual is not the surer a member."""


@dataclass(frozen=True)
class Joins:
    """Logistic regression that tells, of the accounts that are asked for a campaign, its own from others."""

    bias: float
    standing: float
    """Weight of the log-odds that :class:`Members` gives."""
    work: float
    """Weight of the log-odds by its marks."""
    line: float
    """Log-odds from which an account joins."""

    def log_odds(self, standing: F64, work: F64) -> F64:
        """Log-odds that each account is one of the campaign's, ``(n_rows,)``; how far either may speak is limited."""
        return np.asarray(self.bias + self.standing * np.clip(standing, -TOLD, TOLD) + self.work * np.clip(work, -TOLD, TOLD))


TOLD = 12.0
"""Log-odds that either side of :class:`Joins` counts for at most."""


@dataclass(frozen=True)
class Forest:
    """Trees, and how far beyond its log's other groups they must find a group."""

    bias: float
    trees: Trees
    lines: tuple[Lines, ...] = (Lines(),) * 2
    """Of the groups of each :func:`.line_class`."""
    logs: int = 1
    """Logs of calibration."""

    def drawn(self, number: int, name: str) -> Lines:
        """The lines that hold for a part in a class: its own, or the first's where too few innocents told how far they reach."""
        return self.lines[number] if name in self.lines[number].parts else self.lines[0]

    def log_odds(self, values: Mapping[str, F64]) -> F64:
        """Log-odds of each group, ``(n_groups,)``."""
        return self.bias + self.trees.log_odds(values)


class Spoken(NamedTuple):
    """What is said of groups, ``(n_groups,)`` each."""

    part: NDArray[np.int64]
    """The part that speaks, alone or with the trees; -1 for trees alone, against their log, and -2 where they need none."""
    score: F64
    explained: NDArray[np.bool_]
    """Everyday life has a reason for what the part sees."""
    beyond: NDArray[np.bool_]
    """No part passes it, and the score is how far it lies beyond the line that its log gives it by the trees."""
    doubted: NDArray[np.bool_]
    """A part speaks, and the trees, which see how pieces go together, give it less than :func:`doubt`."""
    odds: F64
    """What the trees give it, nats."""
    reasons: NDArray[np.bool_]
    """Whether everyday life has a reason for what each part sees, ``(n_parts, n_groups)``."""
    kept: NDArray[np.bool_]
    """It lies beyond the line that its log gives it by the trees alone, and only an everyday reason keeps them from saying so."""


@dataclass(frozen=True)
class Model:
    """Parts, and the values that are usual among innocent groups."""

    parts: dict[str, Part]
    usual: dict[str, float]
    """The value of each piece that nine of ten innocent groups stay below, against which the waterfall is drawn."""
    strong: dict[str, float]
    """The value of each piece that 99 of 100 innocent groups stay below."""
    margins: dict[str, tuple[float, ...]]
    """Nats beyond the line of each part from which a score begins, one for each of SIZES: how much further innocents of a provider
    reach whom calibration never saw."""
    members: Members
    """Tells the accounts of a campaign from those drawn in."""
    record: dict[str, object]
    """Command, data and commit of the calibration."""
    forest: Forest | None = None
    joins: Joins | None = None
    """Without, nobody joins."""

    @property
    def pieces(self) -> tuple[str, ...]:
        """What any part looks at."""
        looked_at = [tuple(part.weights) for part in self.parts.values()]
        return tuple(dict.fromkeys(name for names in (*looked_at, self.forest.trees.pieces if self.forest else ()) for name in names))

    def by_part(self, values: Mapping[str, F64]) -> F64:
        """Score of each group under each part, ``(n_parts, n_groups)``: nats by which it is rarer among innocents than the line is.

        Less the margin.
        """
        at = between_classes(values)
        beyond = {name: part.log_odds(values) - part.of_class("line", at) for name, part in self.parts.items()}
        rarer = np.stack([beyond[name] * part.slope(at, beyond[name]) for name, part in self.parts.items()]) - self.margin(values)
        return np.where([batched(values) | (name != BATCHED) for name in self.parts], rarer, -np.inf)

    def margin(self, values: Mapping[str, F64]) -> F64:
        """The margin of each group's size, ``(n_parts, n_groups)``: more for what was looked for, less for many that work as one."""
        at, chosen = between_classes(values), CHOSEN * batched(values)
        more = {LINKED: chosen, BATCHED: chosen, UNLINKED: -LEEWAY * many_as_one(values)}
        return np.stack([np.interp(at, np.arange(len(SIZES)), self.margins[name]) + more.get(name, 0.0) for name in self.parts])

    def speaks(self, values: Mapping[str, F64]) -> Spoken:
        """The part that speaks for each group, its score, and whether everyday life has a reason for what it sees.

        The highest of the parts without such a reason if it passes the line; else the trees, alone or with such a part, where they pass or
        nearly do; else the highest part.
        """
        by_part = self.by_part(values)
        odds = self.by_trees(values)
        reason = self._reasons(values, by_part, odds)
        plain = np.where(reason, -np.inf, by_part)
        passes = plain.max(axis=0) >= 0
        part = np.where(passes, plain.argmax(axis=0), by_part.argmax(axis=0))
        score, explained = (np.take_along_axis(told, part[None], axis=0)[0] for told in (by_part, reason))
        sums = {name: (by_part[i], reason[i]) for i, name in enumerate(self.parts)}
        by_log, with_part = self._beyond_its_log(values, with_trees(values, sums, odds))
        beyond = ~passes & (by_log >= -OPEN)
        kept = everyday(TREES, values) & (self._beyond_its_log(values, {TREES: odds})[0] >= 0)
        unlinked = np.array([name == UNLINKED for name in self.parts])[part]
        doubted = ~beyond & (odds < doubt(values, score, unlinked=unlinked)) & (self.forest is not None)
        part, score = np.where(beyond, with_part, part), np.where(beyond, by_log, score)
        return Spoken(part, score, explained & ~beyond, beyond, doubted, odds, reason, kept)

    def _reasons(self, values: Mapping[str, F64], by_part: F64, odds: F64) -> NDArray[np.bool_]:
        """Whether everyday life has a reason for what each part sees, ``(n_parts, n_groups)``.

        It has none for what lies CLEAR nats beyond the line of the part and looks like fakes in all else: PLAIN nats of the trees, or
        PLAINEST where trees are asked for a reason, too: of such people they learnt little, and cannot know what a log does not tell.
        Of batches that were put together since they live alike the trees say nothing.
        """
        told = np.stack([everyday(name, values) for name in self.parts])
        plain = (by_part >= CLEAR) & (odds >= np.where(everyday(TREES, values), PLAINEST, PLAIN)) & ~batched(values)
        return np.asarray(told & ~plain)

    def _beyond_its_log(self, values: Mapping[str, F64], told: Mapping[str, F64]) -> tuple[F64, NDArray[np.int64]]:
        """Nats by which each group lies beyond the line of its log, and the part that says so with the trees, -1 for none.

        Args:
            values: of each piece, ``(n_groups,)``.
            told: what the trees say alone (TREES) and with each part, nats (:func:`.with_trees`), ``(n_groups,)`` each.
        """
        n = len(told[TREES])
        best, place = np.full(n, -np.inf), np.full(n, -1)
        if self.forest is None or YARDSTICK not in values:
            return best, place
        classes, places = line_class(values), {TREES: -1} | {name: i for i, name in enumerate(self.parts)}
        for number, lines in enumerate(self.forest.lines):
            beyond = [(told[TREES] - lines.anywhere, -2)]
            for name in (name for name in self.forest.lines[0].parts if name in told):
                drawn = self.forest.drawn(number, name)
                beyond.append((told[name] - drawn.share * values[YARDSTICK] - drawn.parts[name], places[name]))
            for nats, where in beyond:
                better = (classes == number) & (nats > best)
                best, place = np.where(better, nats, best), np.where(better, where, place)
        return best, place

    def by_trees(self, values: Mapping[str, F64]) -> F64:
        """Log-odds that the trees give each group, ``(n_groups,)``: what groups of one log are compared by."""
        if self.forest is None:
            return np.zeros(len(next(iter(values.values()))))
        return self.forest.log_odds(values)

    def p_values(self, values: Mapping[str, F64]) -> F64:
        """Share of innocent groups without an everyday reason that reach each group's score, at most 1, ``(n_parts, n_groups)``."""
        at = between_classes(values)
        rare = np.stack([part.of_class("rare", at) for part in self.parts.values()])
        return np.minimum(rare * np.exp(-self.by_part(values) - self.margin(values)), 1.0)

    def bars(self, values: Mapping[str, F64], group: int) -> tuple[float, dict[str, float]]:
        """What the score of one group is made of: a base, and the share of each piece of the part that speaks.

        The yardstick, which tells of the log and not of these accounts, is in the base.
        """
        mine = {name: value[group : group + 1] for name, value in values.items()}
        said, pieces = self.speaks(mine), dict[str, float]()
        if said.part[0] >= 0:
            part, at = list(self.parts.values())[int(said.part[0])], between_classes(mine)
            slope = float(part.slope(at, part.log_odds(mine) - part.of_class("line", at))[0])
            pieces = {name: share * slope for name, share in part.shares(mine, 0).items()}
        if said.beyond[0] and self.forest is not None:
            for name, share in self.forest.trees.shares(mine, 0).items():
                pieces[name] = pieces.get(name, 0.0) + share
        return float(said.score[0]) - sum(pieces.values()), pieces


@cache
def calibrated() -> Model:
    """The model that ships with this version."""
    return load((resources.files("stillwatch.judge") / "calibration.json").read_text(encoding="utf-8"))


def load(text: str) -> Model:
    """The model of the text of calibration.json."""
    told = json.loads(text)
    parts = {
        name: Part(part["bias"], part["weights"], tuple(Tail(**tail) for tail in part["tails"]))
        for name, part in sorted(told["parts"].items())
    }
    margins = {name: tuple(of_sizes) for name, of_sizes in told["margins"].items()}
    forest = told["forest"]
    if forest is not None:
        trees = Trees(**{name: tuple(value) for name, value in forest.pop("trees").items()})
        forest = Forest(trees=trees, lines=tuple(Lines(**of) for of in forest.pop("lines")), **forest)
    joins = Joins(**told["joins"]) if told["joins"] else None
    return Model(parts, told["usual"], told["strong"], margins, Members(**told["members"]), told["record"], forest, joins)


def dump(model: Model) -> str:
    """The model as the text of calibration.json."""
    text = json.dumps(asdict(model), indent=1, sort_keys=True)
    # A list of numbers on one line: trees have thousands of nodes.
    return re.sub(r"\[\s+([-\d.e,\s]+?)\s+\]", lambda found: "[" + re.sub(r"\s+", " ", found[1]) + "]", text) + "\n"
