"""How far trees must find a group: lines by class, what they say with a part that sums, and when they doubt such a part."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge.reasons import AT_HOME, TREES, UNLINKED, batched, by_day, everyday

F64 = NDArray[np.float64]

YARDSTICK = "context.yardstick"
"""The value that tells what the trees give the next groups of a log: :func:`stillwatch.judge.yardstick`."""

BROAD, NARROW = 0.4, 0.5
"""Narrowness of the kinds of work below which groups have lines of their own, and from which trees doubt most. People who work alike
do one kind of thing; a list of many kinds from which all draw alike is dealt out. Of authors left out no campaign that sums found below
BROAD was of innocents, of the others one in 35."""

DOUBTED = 2.0
"""Nats of the trees below which a group of NARROW work is for a person, whatever a part says; of BROAD work it is 0. Of authors left out
(docs/experiments.md), one in six of the campaigns between 1 and 2 was of innocents; honest relays
and wrapper apps pass the part of links by up to 11, and reach 1.8. Where the part speaks that sees no links it is
2 more, and of BROAD work that meets on networks 4, too: people with one job work as one, and the trees give them up to 3.7."""

FAINT, SPARSE = -1.0, (20, 30)
"""The same nats where accounts sent fewer requests each than the first, and the numbers between which that passes into the other, in a log
of few days: trees see little of who had no time to send much, and give all of them less. Of authors left out, no campaign of such accounts
that had more was of innocents in a day to four of a log; in whole logs volunteers and markers are (docs/experiments.md)."""

BEYOND_DOUBT = 6.0
"""Score, in nats beyond the line, from which nobody is openly one customer, and DOUBTED nats are enough where no links are seen."""
IDLE = 0.2
"""Value of unwanted from which they are not, unless the log is of few days."""

SLEEPING = 3.0
"""Nats of the trees that are needed, whatever the score, of groups whose accounts sleep: a call centre on prepaid cards, pieceworkers on a
vendor's work from a queue and contractors who label for one pass the part of links by up to 7, and the trees give them 0.4 to 2.9. Of 98
campaigns of 169 logs of the suite at seed 8 none that sleeps had less than 3.8 (*observed*)."""

PLAIN, CLEAR = 5.0, 2.0
"""Nats of the trees from which few payment methods shield nobody, and from which, where a part that sums lies so many nats beyond its line
as well, hardly an everyday reason does: trees learn from no group of one payer's, and of 1,190 logs no innocent group of theirs that
passed a line for no everyday reason had 4.2, and of HOPPER accounts or more none 4; by what never saw their author no set of innocents of
these logs reached both but batches, which trees are not asked about (docs/experiments.md)."""
PLAINEST, PURPOSEFUL = 6.0, 7.0
"""Nats of the trees from which, CLEAR nats beyond its line, no everyday reason holds, and from which nobody is asked what the answers are
for, since a list of words tells it: innocents whom only a reason of the trees kept reached 5.2 in logs that nothing was calibrated on, and
content mills 6.2 by trees that never saw their author (docs/experiments.md)."""


@dataclass(frozen=True)
class Lines:
    """How far beyond its log's other groups trees must find a group of one class; classes apart are a Mondrian predictor (Vovk et al.
    2005, section 4.5)."""

    share: float = 0.0
    """Of a log's yardstick, by which its lines are shifted, 0 to 1."""
    parts: dict[str, float] = field(default_factory=dict)
    """Nats from which a group passes, of the trees alone (TREES) and of the trees and the score of each part that sums, together:
    further than innocents of the class reached in any log of calibration, by parts that never saw their author."""
    anywhere: float = float("inf")
    """Log-odds from which the trees alone pass a group, whatever they give the others of its log, found as the lines are."""


def line_class(values: Mapping[str, F64]) -> NDArray[np.int64]:
    """Class of the lines of each group, ``(n_groups,)``: 1 for BROAD work, 0 for the rest.

    -1 for batches: they were put together since they live alike, which is half of what trees look at.
    """
    return np.where(batched(values), -1, np.where(values["harvest.narrow"] < BROAD, 1, 0))


def doubt(values: Mapping[str, F64], score: F64, *, unlinked: NDArray[np.bool_]) -> F64:
    """Nats of the trees below which a person is asked about a group of a score by sums, ``(n_groups,)``: the more, the fewer kinds of work
    it does; in a log of few days the more, the more its accounts sent, and of a high score none (-inf).

    Args:
        values: of every group.
        score: nats beyond the line of the part that speaks, ``(n_groups,)``.
        unlinked: where that is the part that sees no links, ``(n_groups,)``.
    """
    asked = np.interp(values["harvest.narrow"], (BROAD, NARROW), (0.0, DOUBTED))
    short, sure = values["context.short_log"] > 0, score >= BEYOND_DOUBT
    early = FAINT + np.interp(values["context.sent"], np.log10(SPARSE), (0.0, 1.0)) * (asked - FAINT)
    enough = np.where(sure & (values["context.unwanted"] < IDLE), DOUBTED, np.inf)
    met = values["infra.network"] >= AT_HOME
    whole = np.minimum(np.where(unlinked, DOUBTED + np.where(met, DOUBTED, asked), asked), enough)
    whole = np.where(by_day(values), np.maximum(whole, SLEEPING), whole)
    return np.asarray(np.where(short, np.where(sure, -np.inf, early), whole))


def with_trees(values: Mapping[str, F64], sums: Mapping[str, tuple[F64, NDArray[np.bool_]]], odds: F64) -> dict[str, F64]:
    """What trees say of each group alone and with each part that sums, nats, ``(n_groups,)``; -inf for what a person is asked about.

    The everyday reasons are of people who do one kind of thing: where the work is of many, the part that sees no links is not asked for
    them.

    Args:
        values: of each piece.
        sums: score and everyday reason of each part.
        odds: what the trees give each group.
    """
    few, unasked = everyday(TREES, values), line_class(values) == 1
    told = {
        name: np.where(few | reason & ~(unasked & (name == UNLINKED)), -np.inf, odds + score) for name, (score, reason) in sums.items()
    }
    return told | {TREES: np.where(few, -np.inf, odds)}
