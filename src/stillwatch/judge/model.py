"""The calibrated model: it turns the pieces of a group into a score.

Three logistic regressions, the *parts*, look at each group; the score is that of the part that finds the group rarest among innocents:

- *linked* weighs all evidence, and leans on what only an operator's accounts share;
- *unlinked* never sees links: it finds accounts of one operator by how they work, even if he gives up every shared card and conversation;
- *batched* looks at batches of a few accounts with a card each that live alike, and tells farms from families.

Each weight has a fixed sign, so that no piece can speak against its meaning, and a ridge penalty. Where no part passes a group, boosted
*trees* may, which see how pieces combine. Their log-odds are compared with those of the next groups of the same log, because whatever
shifts a provider's innocents shifts both. Most everyday reasons do not hold for the trees alone, since they learnt from the innocents who
have one; with a part they pass what is unusual to both. Groups of many kinds of work have lines of their own. Each weight times its value,
or the change at each split, is a bar of the analyst's waterfall. Weights, trees, their data and command are in calibration.json, written by
``python benchmarks/calibrate.py``. Thresholds that were chosen say on what data.
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
"""Share of innocent groups without an everyday reason that may lie beyond the line; no innocent of calibration does."""

LEEWAY = 2.0
"""Nats by which the line of *unlinked* is lower for many accounts that work as one: its tail is of people who do one thing, most of them
unlike, and innocents who are alike lay 5.3 nats below the line (sixteen authors, each left out; strangers 3.6)."""

CHOSEN = float(np.log(5))
"""Nats by which the line is higher for batches: they were chosen for living alike, which is half of what is weighed."""

OPEN = float(np.log(10))
"""A group up to this many nats below the line is worth a person's look."""

SIZES = (0, 32, 100)
"""Smallest number of accounts of each size class: much less happens by chance in large groups than in small ones."""


KNOTS = (32, 64, 180)
"""Numbers of accounts at which a group has the line of its size class alone; between them, lines and slopes are interpolated in the log of
the size."""


def between_classes(values: Mapping[str, F64]) -> F64:
    """Position of each group between the size classes, from 0 for the first, ``(n_groups,)``: one more account never moves a line far."""
    return np.asarray(np.interp(log_accounts(values), np.log10(KNOTS), np.arange(len(KNOTS))))


@dataclass(frozen=True)
class Tail:
    """Upper tail of the log-odds of innocent groups in one size class: generalised Pareto (Pickands 1975)."""

    start: float
    """Log-odds at which the tail begins."""
    share: float
    """Share of innocent groups that exceed the start."""
    scale: float
    """Nats in which that share falls by e at the start; an upper limit, since a false accusation costs more than a miss."""
    shape: float
    """0 for an exponential tail; below 0 for one that ends, since values are bounded."""
    line: float
    """Log-odds that RARE_SHARE of the innocent groups exceed, or the highest of them if that is more; the score is 0 there."""
    rare: float
    """Share of innocent groups that exceed the line."""


@dataclass(frozen=True)
class Part:
    """A logistic regression: log-odds are ``bias + sum(weights[name] * value)``, nats."""

    bias: float
    weights: dict[str, float]
    tails: tuple[Tail, ...]
    """Tails of innocent groups without an everyday reason, one for each of SIZES."""

    def log_odds(self, values: Mapping[str, F64]) -> F64:
        """Log-odds of each group, nats, ``(n_groups,)``."""
        total: F64 = np.asarray(self.bias + sum((self.weights[name] * values[name] for name in self.weights), start=np.float64(0)))
        return total

    def shares(self, values: Mapping[str, F64], group: int) -> dict[str, float]:
        """What each piece adds to the log-odds of one group, nats."""
        return {name: weight * float(values[name][group]) for name, weight in self.weights.items()}

    def of_class(self, name: str, at: F64) -> F64:
        """A field of the tails, interpolated at each group's position between the size classes (``at``), ``(n_groups,)``."""
        return np.asarray(np.interp(at, np.arange(len(self.tails)), [getattr(tail, name) for tail in self.tails]))

    def slope(self, at: F64, beyond: NDArray[Any]) -> F64:
        """Nats of rarity per nat of log-odds, ``(n_groups,)``.

        Up to the line, the slope of the straight line from the start of the tail; beyond it, one over the mean excess, since a fitted end
        of the tail would only show where few innocents were looked at.

        Args:
            at: position between the size classes, ``(n_groups,)``.
            beyond: log-odds less the line, nats, ``(n_groups,)``.
        """
        within = np.log(self.of_class("share", at) / self.of_class("rare", at)) / (self.of_class("line", at) - self.of_class("start", at))
        mean_excess = self.of_class("scale", at) / (1 - self.of_class("shape", at))
        return np.where(beyond < 0, within, np.minimum(within, 1 / mean_excess))


@dataclass(frozen=True)
class Members:
    """Logistic regression that tells a campaign's accounts from accounts that were drawn in, by their standing (:func:`.standing`)."""

    bias: float
    weights: dict[str, float]
    strays: float = float("inf")
    """Accounts drawn in with a posterior from NEAR_POSTERIOR to MIN_POSTERIOR, for each with one from MIDDLE_POSTERIOR to NEAR_POSTERIOR
    (:mod:`.members`)."""

    def log_odds(self, pieces: Mapping[str, F64]) -> F64:
        """Log-odds that each account is the campaign's, nats, ``(n_rows,)``; each piece is clipped to REACH."""
        total = self.bias + sum((weight * np.clip(pieces[name], *REACH) for name, weight in self.weights.items()), start=np.float64(0))
        return np.asarray(total)

    def posterior(self, pieces: Mapping[str, F64]) -> F64:
        """Probability that each account is the campaign's, ``(n_rows,)``."""
        return np.asarray(expit(self.log_odds(pieces)))


REACH = (-4.0, 1.5)
"""Limits of a piece of an account's standing: sending more than usual does not make membership more certain."""


@dataclass(frozen=True)
class Joins:
    """Logistic regression that tells which candidates (:func:`.candidates`) belong to the campaign."""

    bias: float
    standing: float
    """Weight of the log-odds that :class:`Members` gives."""
    work: float
    """Weight of the log-odds by the campaign's marks."""
    line: float
    """Log-odds from which an account joins."""

    def log_odds(self, standing: F64, work: F64) -> F64:
        """Log-odds that each candidate is the campaign's, nats, ``(n_rows,)``; both arguments are clipped to MAX_NATS."""
        return np.asarray(
            self.bias + self.standing * np.clip(standing, -MAX_NATS, MAX_NATS) + self.work * np.clip(work, -MAX_NATS, MAX_NATS)
        )


MAX_NATS = 12.0
"""Largest absolute log-odds of either side of :class:`Joins`."""


@dataclass(frozen=True)
class Forest:
    """Boosted trees, and the lines beyond which a group must lie for them to pass it."""

    bias: float
    trees: Trees
    lines: tuple[Lines, ...] = (Lines(),) * 2
    """Lines of each :func:`.line_class`."""
    logs: int = 1
    """Number of logs of the calibration."""

    def lines_of(self, number: int, name: str) -> Lines:
        """The lines of a part in a class: the class's own, or those of class 0 where calibration had too few innocents of the class."""
        return self.lines[number] if name in self.lines[number].parts else self.lines[0]

    def log_odds(self, values: Mapping[str, F64]) -> F64:
        """Log-odds of each group, nats, ``(n_groups,)``."""
        return self.bias + self.trees.log_odds(values)


class Assessment(NamedTuple):
    """What the model says of each group, ``(n_groups,)`` each."""

    part: NDArray[np.int64]
    """Index of the part that gives the score, alone or with the trees; -1 for the trees alone, compared with the rest of their log, and -2
    for the trees alone, whatever the rest of the log."""
    score: F64
    """Nats beyond the line."""
    explained: NDArray[np.bool_]
    """Everyday life explains what the part sees."""
    beyond_log: NDArray[np.bool_]
    """No part passes the group, and the score is how far it lies beyond the line that the trees draw from the rest of its log."""
    doubted: NDArray[np.bool_]
    """A part gives the score, and the trees, which see how pieces go together, give the group less than :func:`doubt`."""
    tree_odds: F64
    """Log-odds of the trees, nats."""
    part_explained: NDArray[np.bool_]
    """Whether everyday life explains what each part sees, ``(n_parts, n_groups)``."""
    spared: NDArray[np.bool_]
    """By the trees alone the group lies beyond the line that they draw from the rest of its log, and only an everyday reason keeps it from
    being accused."""


@dataclass(frozen=True)
class Model:
    """The parts, the trees, and the values that are usual among innocent groups; as calibration.json has them."""

    parts: dict[str, Part]
    usual: dict[str, float]
    """90th percentile of each piece among innocent groups, with which the waterfall compares."""
    strong: dict[str, float]
    """99th percentile of each piece among innocent groups."""
    margins: dict[str, tuple[float, ...]]
    """Nats by which the score of each part is reduced, one for each of SIZES: how much further innocents reach at a provider that
    calibration never saw."""
    members: Members
    """Tells the accounts of a campaign from accounts that were drawn in."""
    record: dict[str, object]
    """Command, data and commit of the calibration."""
    forest: Forest | None = None
    joins: Joins | None = None
    """Without it, nobody joins a campaign."""

    @property
    def pieces(self) -> tuple[str, ...]:
        """Names of the pieces that any part or the trees use."""
        names_of_parts = [tuple(part.weights) for part in self.parts.values()]
        return tuple(dict.fromkeys(name for names in (*names_of_parts, self.forest.trees.pieces if self.forest else ()) for name in names))

    def by_part(self, values: Mapping[str, F64]) -> F64:
        """Score of each group under each part, ``(n_parts, n_groups)``: nats by which it is rarer among innocents than the line, less the
        margin; -inf under *batched* for groups that are no batches.
        """
        at = between_classes(values)
        beyond = {name: part.log_odds(values) - part.of_class("line", at) for name, part in self.parts.items()}
        rarer = np.stack([beyond[name] * part.slope(at, beyond[name]) for name, part in self.parts.items()]) - self.margin(values)
        return np.where([batched(values) | (name != BATCHED) for name in self.parts], rarer, -np.inf)

    def margin(self, values: Mapping[str, F64]) -> F64:
        """Margin of each part at each group's size, nats, ``(n_parts, n_groups)``: more for batches, less for many that work as one."""
        at, chosen = between_classes(values), CHOSEN * batched(values)
        more = {LINKED: chosen, BATCHED: chosen, UNLINKED: -LEEWAY * many_as_one(values)}
        return np.stack([np.interp(at, np.arange(len(SIZES)), self.margins[name]) + more.get(name, 0.0) for name in self.parts])

    def assess(self, values: Mapping[str, F64]) -> Assessment:
        """The score of each group, the part that gives it, and whether everyday life explains what that part sees.

        The score is of the highest part without an everyday reason, if it passes the line; else of the trees, alone or with such a part,
        where they pass or nearly do; else of the highest part.

        Args:
            values: value of each piece, ``(n_groups,)``.
        """
        by_part = self.by_part(values)
        tree_odds = self.by_trees(values)
        part_explained = self._part_explained(values, by_part, tree_odds)
        unexplained = np.where(part_explained, -np.inf, by_part)
        passes = unexplained.max(axis=0) >= 0
        part = np.where(passes, unexplained.argmax(axis=0), by_part.argmax(axis=0))
        score, explained = (np.take_along_axis(of_parts, part[None], axis=0)[0] for of_parts in (by_part, part_explained))
        sums = {name: (by_part[i], part_explained[i]) for i, name in enumerate(self.parts)}
        log_score, log_part = self._beyond_its_log(values, with_trees(values, sums, tree_odds))
        beyond_log = ~passes & (log_score >= -OPEN)
        spared = everyday(TREES, values) & (self._beyond_its_log(values, {TREES: tree_odds})[0] >= 0)
        unlinked = np.array([name == UNLINKED for name in self.parts])[part]
        doubted = ~beyond_log & (tree_odds < doubt(values, score, unlinked=unlinked)) & (self.forest is not None)
        part, score = np.where(beyond_log, log_part, part), np.where(beyond_log, log_score, score)
        return Assessment(part, score, explained & ~beyond_log, beyond_log, doubted, tree_odds, part_explained, spared)

    def _part_explained(self, values: Mapping[str, F64], by_part: F64, tree_odds: F64) -> NDArray[np.bool_]:
        """Whether everyday life explains what each part sees, ``(n_parts, n_groups)``.

        No everyday reason holds for a group that lies CLEAR nats beyond the line of the part and looks like fakes in all else: the trees
        give it PLAIN nats, or PLAINEST where the reason holds for the trees, too (of such people they learnt little, and they cannot know
        what a log lacks). For batches that were put together because they live alike the trees do not count.
        """
        explained = np.stack([everyday(name, values) for name in self.parts])
        plainly_fake = (by_part >= CLEAR) & (tree_odds >= np.where(everyday(TREES, values), PLAINEST, PLAIN)) & ~batched(values)
        return np.asarray(explained & ~plainly_fake)

    def _beyond_its_log(self, values: Mapping[str, F64], odds: Mapping[str, F64]) -> tuple[F64, NDArray[np.int64]]:
        """Nats by which each group lies beyond the line of its log, and the part behind it (as :attr:`Assessment.part`), ``(n_groups,)``.

        Args:
            values: value of each piece, ``(n_groups,)``.
            odds: nats of the trees alone (TREES) and with each part (:func:`.with_trees`), ``(n_groups,)`` each.
        """
        n = len(odds[TREES])
        best, best_part = np.full(n, -np.inf), np.full(n, -1)
        if self.forest is None or YARDSTICK not in values:
            return best, best_part
        classes, part_index = line_class(values), {TREES: -1} | {name: i for i, name in enumerate(self.parts)}
        for number, lines in enumerate(self.forest.lines):
            beyond = [(odds[TREES] - lines.anywhere, -2)]
            for name in (name for name in self.forest.lines[0].parts if name in odds):
                own = self.forest.lines_of(number, name)
                beyond.append((odds[name] - own.share * values[YARDSTICK] - own.parts[name], part_index[name]))
            for nats, index in beyond:
                better = (classes == number) & (nats > best)
                best, best_part = np.where(better, nats, best), np.where(better, index, best_part)
        return best, best_part

    def by_trees(self, values: Mapping[str, F64]) -> F64:
        """Log-odds that the trees give each group, nats, ``(n_groups,)``, by which groups of one log are compared; 0 without trees."""
        if self.forest is None:
            return np.zeros(len(next(iter(values.values()))))
        return self.forest.log_odds(values)

    def p_values(self, values: Mapping[str, F64]) -> F64:
        """Share of innocent groups without an everyday reason that reach each group's score, at most 1, ``(n_parts, n_groups)``."""
        at = between_classes(values)
        rare = np.stack([part.of_class("rare", at) for part in self.parts.values()])
        return np.minimum(rare * np.exp(-self.by_part(values) - self.margin(values)), 1.0)

    def bars(self, values: Mapping[str, F64], group: int) -> tuple[float, dict[str, float]]:
        """Split the score of one group into a base and what each piece adds, nats.

        The yardstick, which describes the log and not these accounts, is in the base.
        """
        of_group = {name: value[group : group + 1] for name, value in values.items()}
        assessment, pieces = self.assess(of_group), dict[str, float]()
        if assessment.part[0] >= 0:
            part, at = list(self.parts.values())[int(assessment.part[0])], between_classes(of_group)
            slope = float(part.slope(at, part.log_odds(of_group) - part.of_class("line", at))[0])
            pieces = {name: share * slope for name, share in part.shares(of_group, 0).items()}
        if assessment.beyond_log[0] and self.forest is not None:
            for name, share in self.forest.trees.shares(of_group, 0).items():
                pieces[name] = pieces.get(name, 0.0) + share
        return float(assessment.score[0]) - sum(pieces.values()), pieces


@cache
def calibrated() -> Model:
    """The model that ships with this version."""
    return load((resources.files("stillwatch.judge") / "calibration.json").read_text(encoding="utf-8"))


def load(text: str) -> Model:
    """Read the model from the text of calibration.json."""
    content = json.loads(text)
    parts = {
        name: Part(part["bias"], part["weights"], tuple(Tail(**tail) for tail in part["tails"]))
        for name, part in sorted(content["parts"].items())
    }
    margins = {name: tuple(of_sizes) for name, of_sizes in content["margins"].items()}
    forest = content["forest"]
    if forest is not None:
        trees = Trees(**{name: tuple(value) for name, value in forest.pop("trees").items()})
        forest = Forest(trees=trees, lines=tuple(Lines(**lines) for lines in forest.pop("lines")), **forest)
    joins = Joins(**content["joins"]) if content["joins"] else None
    return Model(parts, content["usual"], content["strong"], margins, Members(**content["members"]), content["record"], forest, joins)


def dump(model: Model) -> str:
    """Write the model as the text of calibration.json."""
    text = json.dumps(asdict(model), indent=1, sort_keys=True)
    # A list of numbers on one line: trees have thousands of nodes.
    return re.sub(r"\[\s+([-\d.e,\s]+?)\s+\]", lambda match: "[" + re.sub(r"\s+", " ", match[1]) + "]", text) + "\n"
