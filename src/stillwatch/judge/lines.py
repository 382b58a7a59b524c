"""When the trees pass a group: lines by class, their sum with the score of a part, and when they doubt such a part."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.reasons import AT_HOME, TREES, UNLINKED, batched, by_day, everyday, relaying

F64 = NDArray[np.float64]

YARDSTICK = "context.yardstick"
"""Name of the value that says what the trees give the next groups of the same log: :func:`stillwatch.judge.yardstick`."""

BROAD, NARROW = 0.4, 0.5
"""Narrowness of the kinds of work below which groups have lines of their own, and from which the trees doubt most. People who work alike
do one kind of thing; a list of many kinds from which all draw alike is dealt out. Of authors left out no campaign that a part found below
BROAD was of innocents, of the others one in 35."""

DOUBTED = 2.0
"""Nats of the trees below which a group of NARROW work goes to a person, whatever its score; for BROAD work it is 0. Of authors left out
(docs/experiments.md), one in six of the campaigns between 1 and 2 was of innocents; honest relays and wrapper apps pass *linked* by up to
11, and reach 1.8. Where the score is of the part that sees no links it is 2 more, and 4 for accounts that meet on networks, of BROAD work
too: people with one job work as one, and the trees give them up to 3.7."""

FAINT, SPARSE = -1.0, (20, 30)
"""In a log of few days the same limit is FAINT nats where accounts sent fewer requests each than the first of SPARSE, and rises to the
usual one up to the second: the trees see little of accounts that had no time to send much, and give all of them less. Of authors left out,
no campaign of such accounts above it was of innocents in a day to four of a log; in whole logs volunteers and markers are
(docs/experiments.md)."""

BEYOND_DOUBT = 6.0
"""Score, in nats beyond the line, from which no group counts as openly one customer's, and DOUBTED nats of the trees are enough for the
part that sees no links, too."""
IDLE = 0.2
"""Value of unwanted from which they are not enough, unless the log is of few days."""

SLEEPING = 3.0
"""Nats of the trees that groups whose accounts sleep, or that relay for others, need, whatever the score: a call centre on prepaid cards,
pieceworkers on a vendor's work from a queue and contractors who label for one pass *linked* by up to 7, and the trees give them 0.4 to 2.9;
vendors who spread their users over a pool of accounts pass it by up to 11, and get 1.8 to 2.9. Of 98 campaigns of 169 logs of the suite at
seed 8 none that sleeps had less than 3.8 (*observed*)."""

PLAIN, CLEAR = 5.0, 2.0
"""Nats of the trees from which few payment methods shield nobody, and from which, where a part lies CLEAR nats beyond its line as well,
hardly any everyday reason does. The trees learn from no group of one payer's. Of 1,190 logs no innocent group of one payer's that passed a
line for no everyday reason had 4.2, and of HOPPER accounts or more none 4. By models that never saw their author no set of innocents of
these logs reached both but batches, for which the trees do not count (docs/experiments.md)."""
PLAINEST, PURPOSEFUL = 6.0, 7.0
"""Nats of the trees from which, CLEAR nats beyond its line, no everyday reason holds, and no group is taken for people with jobs; and from
which none is taken to have another purpose, which only a list of words shows. Innocents that only an everyday reason of the trees protected
reached 5.2 in logs that nothing was calibrated on, and content mills 6.2 by trees that never saw their author (docs/experiments.md)."""


@dataclass(frozen=True)
class Lines:
    """How far beyond its log's other groups a group of one class must lie for the trees to pass it.

    Separate classes make this a Mondrian predictor (Vovk et al. 2005, section 4.5).
    """

    share: float = 0.0
    """Share of a log's yardstick by which its lines are shifted, 0 to 1."""
    parts: dict[str, float] = field(default_factory=dict)
    """Nats from which a group passes by the trees alone (TREES), or by the trees plus the score of each part: further than innocents of the
    class reached in any log of calibration, by models that never saw their author."""
    anywhere: float = float("inf")
    """Log-odds from which the trees alone pass a group, whatever they give the others of its log; found in the same way."""


def line_class(values: Mapping[str, F64]) -> NDArray[np.int64]:
    """Class of the lines of each group, ``(n_groups,)``: 1 for BROAD work, 0 for the rest.

    -1 for batches: they were put together because they live alike, which is half of what the trees look at.
    """
    return np.where(batched(values), -1, np.where(values["harvest.narrow"] < BROAD, 1, 0))


def doubt(values: Mapping[str, F64], score: F64, *, unlinked: NDArray[np.bool_]) -> F64:
    """Nats of the trees below which a group with a score by a part goes to a person, ``(n_groups,)``.

    The fewer kinds of work a group does, the more it needs. In a log of few days it needs less the less its accounts sent, and nothing
    (-inf) with a high score.

    Args:
        values: value of each piece, ``(n_groups,)``.
        score: nats beyond the line of the part that gives the score, ``(n_groups,)``.
        unlinked: where that is the part that sees no links, ``(n_groups,)``.
    """
    usual = np.interp(values["harvest.narrow"], (BROAD, NARROW), (0.0, DOUBTED))
    short_log, high_score = values["context.short_log"] > 0, score >= BEYOND_DOUBT
    in_short_log = FAINT + np.interp(values["context.sent"], np.log10(SPARSE), (0.0, 1.0)) * (usual - FAINT)
    enough = np.where(high_score & (values["context.unwanted"] < IDLE), DOUBTED, np.inf)
    met = values["infra.network"] >= AT_HOME
    in_whole_log = np.minimum(np.where(unlinked, DOUBTED + np.where(met, DOUBTED, usual), usual), enough)
    in_whole_log = np.where(by_day(values) | relaying(values), np.maximum(in_whole_log, SLEEPING), in_whole_log)
    return np.asarray(np.where(short_log, np.where(high_score, -np.inf, in_short_log), in_whole_log))


def with_trees(values: Mapping[str, F64], sums: Mapping[str, tuple[F64, NDArray[np.bool_]]], tree_odds: F64) -> dict[str, F64]:
    """Nats of the trees alone (TREES), and plus the score of each part, ``(n_groups,)`` each; -inf where an everyday reason holds.

    The everyday reasons of *unlinked* are of people who do one kind of thing: they do not hold where the work is of many kinds.

    Args:
        values: value of each piece, ``(n_groups,)``.
        sums: score of each part, and where everyday life explains what it sees, ``(n_groups,)`` each.
        tree_odds: log-odds of the trees, nats, ``(n_groups,)``.
    """
    explained_for_all, broad = everyday(TREES, values), line_class(values) == 1
    with_parts = {
        name: np.where(explained_for_all | explained & ~(broad & (name == UNLINKED)), -np.inf, tree_odds + score)
        for name, (score, explained) in sums.items()
    }
    return with_parts | {TREES: np.where(explained_for_all, -np.inf, tree_odds)}
