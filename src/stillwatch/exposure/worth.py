"""The worth of a number of exchanges: of the sizes in the news, and of each campaign of a detection run, by capability."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from stillwatch.errors import InputError
from stillwatch.exposure import backtest, thresholds
from stillwatch.exposure.backtest import leader
from stillwatch.exposure.closed import Measured, best_of
from stillwatch.exposure.laws import MAX_FACTOR, MIN_POINTS, Curve, Prediction, measured, predict, steps
from stillwatch.files import reading_parquet
from stillwatch.run_details import HARVEST_BOUNDS
from stillwatch.tables import CAMPAIGNS

NEWS = (150_000.0, 3_400_000.0, 13_000_000.0)
"""Exchanges of the three harvests that a provider reported."""
DAYS = (7.0, 30.0)
"""How far ahead the worth of stopping now is reported."""
HARVEST_FACTOR = 2.5
"""Interval for runs that report none, as a factor each way: for nine in ten operators that were found the estimate was within 1/2.5
to 2.5 times their true harvest (docs/exposure.md says of which)."""
N_COUNTS = 9
"""Waiting is valued at this many numbers of exchanges, from the fewest to the most: it is worth most where the curve is steepest."""
CAP = 10.0
"""How many times slower the assumed rate cap makes a campaign."""
UNKNOWN = "other"
"""Capability of requests that detection could not classify: they may belong to any skill."""

PUBLIC = {
    "7B": {150_000: 0.35, 3_400_000: 0.67, 13_000_000: 0.79},
    "32B": {150_000: 0.88, 3_400_000: 0.95, 13_000_000: 0.96},
}
"""Share of the gap to the teacher closed on competition mathematics, from three published student scores each (students of
one reasoning teacher at about 1 k to 17 k, 114 k and 800 k to 1 M traces), a straight line in log-odds against log N.
Three points and different recipes: a scenario, not a measurement."""


@dataclass(frozen=True)
class Skill:
    """The best attack on one task, over all recipes and interfaces measured, and what can be predicted at other N."""

    task: str
    capability: str
    channels: tuple[str, ...]
    students: tuple[str, ...]
    curve: Curve
    """Fidelity of the best recipe at each N and seed, for N that were measured. It ends where the leader's ends."""
    leader: Curve
    """Curve of the recipe that is best at the largest N. Laws are fitted to it, since ``curve`` has bends where the lead changes."""
    others: tuple[Curve, ...]
    """Of the other recipes."""
    teacher_accuracy: float | None
    threshold: thresholds.Bracket | None
    left_out: tuple[float, ...] = ()
    """N left out of ``curve``: recipes measured there are worse than the interpolation of another that was not."""
    tested: tuple[backtest.Row, ...] = ()
    """Back-test of the laws on all recipes."""

    @property
    def fitted(self) -> bool:
        """Whether a law is fitted to the leader."""
        return self.threshold is None and len(self.leader.n) >= MIN_POINTS

    @property
    def failed(self) -> backtest.Table | None:
        """The nearest distance at which the back-test fails."""
        return min((t for t in backtest.table(self.tested) if t.fails), key=lambda t: t.factor, default=None)

    @property
    def reach(self) -> float:
        """Point estimates are given up to this many times the largest N measured: the last distance before one that fails."""
        return MAX_FACTOR if self.failed is None else max((f for f in backtest.FACTORS if f < self.failed.factor), default=1.0)

    @property
    def gap(self) -> float:
        """Gap closed at the largest N measured, see :func:`closed_share`."""
        return closed_share(self.curve, float(self.curve.mean[-1]))


def closed_share(curve: Curve, score: float) -> float:
    """Share of the gap that a score closes: 0 is the student without the teacher, 1 is full agreement with the teacher."""
    return (score - curve.zero) / max(1 - curve.zero, 1e-9)


def skills(known: Sequence[Measured]) -> list[Skill]:
    """Join curves of the same task and capability, and look for thresholds; no law is fitted to a skill that has one."""
    by_task: dict[tuple[str, str], list[Measured]] = {}
    for m in known:
        by_task.setdefault((m.task, m.capability), []).append(m)
    joined = []
    for (task, capability), measurements in by_task.items():
        leader_curve, others = leader([m.fidelity for m in measurements])
        curve, left_out = _upper_curve(leader_curve, others, task)
        accuracies = [m.teacher_accuracy for m in measurements if m.teacher_accuracy is not None]
        joined.append(Skill(
            task, capability, tuple(sorted({m.channel for m in measurements})), tuple(sorted({m.student for m in measurements})),
            curve, leader_curve, others, accuracies[0] if accuracies else None, thresholds.find(curve, leader_curve), left_out,
        ))
    return joined


def backtested(found: Sequence[Skill], *, widen: float = 1.0) -> list[Skill]:
    """The same skills with the back-test of the laws on each that has no threshold; ``widen`` is a factor on half-widths."""
    return [
        skill if skill.threshold is not None else replace(skill, tested=tuple(backtest.rows(
            curves := [skill.leader, *skill.others], widen=widen, tasks=[skill.task] * len(curves))))
        for skill in found
    ]


def _upper_curve(first: Curve, others: Sequence[Curve], name: str) -> tuple[Curve, tuple[float, ...]]:
    """The best of all recipes up to the leader's largest N, and the sizes left out.

    Recipes may have been measured at different N. A size counts only if the best score there is no less than the interpolation of
    every other recipe: otherwise the curve would drop wherever the better recipe was not measured. Beyond the leader's largest N
    no recipe is better than the leader was with less.
    """
    best = best_of([first, *others], name)
    lines = [[measured(curve, n).score if n >= curve.n[0] else 0.0 for n in best.n] for curve in (first, *others)]
    keep = (best.mean >= np.array(lines, np.float64).max(axis=0) - 1e-9) & (best.n < first.n[-1]) | (best.n == first.n[-1])
    return replace(best, n=best.n[keep], scores=best.scores[keep]), tuple(best.n[~keep].tolist())


@dataclass(frozen=True)
class Worth:
    """What N exchanges of one skill are worth."""

    task: str
    capability: str
    n: float
    factor: float
    """N over the largest N measured."""
    gap: float | None
    """Share of the gap closed; null where no point estimate is given."""
    low: float
    high: float
    """With ``low``, the 90 % interval of the gap."""
    basis: str
    """measured, below, extrapolated, doubled, refused, or threshold."""
    note: str
    n_low: float | None = None
    """Fewest exchanges that ``low`` stands for; null where N is taken as it is."""
    n_high: float | None = None


def sizes(skill: Skill) -> tuple[float, ...]:
    """Exchanges to report the worth of: the sizes in the news, and before them the largest N with a point estimate if that is smaller."""
    most = float(np.floor(skill.curve.n[-1] * skill.reach))
    return (most, *NEWS) if skill.fitted and most < NEWS[0] else NEWS


def scores(skill: Skill, at: Sequence[float], *, widen: float = 1.0) -> list[Prediction]:
    """Scores of a skill's best recipe at the numbers of exchanges ``at``; ``widen`` is a factor on half-widths."""
    return predict(skill.leader, at, widen=widen, peers=skill.others, best=skill.curve)


def worth(skill: Skill, n: float, *, widen: float = 1.0) -> Worth:
    """The worth of ``n`` exchanges of one skill, with a 90 % interval; ``widen`` is a factor on half-widths."""
    curve = skill.curve
    factor = n / float(curve.n[-1])
    if skill.threshold is not None:
        return _threshold_worth(skill, skill.threshold, n, factor)
    if n < 1:
        return Worth(skill.task, skill.capability, n, factor, 0.0, 0.0, 0.0, "measured", "not one exchange")
    if not skill.fitted and factor > 1:
        note = f"too few sizes for a law ({len(skill.leader.n)})"
        reached = closed_share(curve, float(curve.mean[-1] - 2 * curve.sd[-1]))
        return Worth(skill.task, skill.capability, n, factor, None, max(reached, 0.0), 1.0, "refused", note)
    prediction = scores(skill, [n], widen=widen)[0]
    note, failed = _note(prediction, curve), skill.failed
    if failed is not None and skill.reach < factor <= MAX_FACTOR:
        note = (f"the law does not hold well on this task so far beyond {curve.n[-1]:,.0f} exchanges "
                f"(back-test at {failed.factor:g} times: {failed.misses}), so no point estimate")
        prediction = replace(prediction, score=None, basis="refused")
        if failed.covered < backtest.LEAST_COVERED:
            prediction = replace(prediction, low=measured(curve, float(curve.n[-1])).low, high=1.0)
            note = f"{note}, only that it is no less"
    gap = None if prediction.score is None else _clipped_gap(curve, prediction.score)
    low, high = _clipped_gap(curve, prediction.low), _clipped_gap(curve, prediction.high)
    return Worth(skill.task, skill.capability, n, factor, gap, low, high, prediction.basis, note)


def _clipped_gap(curve: Curve, score: float) -> float:
    """Gap closed, clipped to 0 to 1: nobody uses a student that the harvest made worse."""
    return min(max(closed_share(curve, score), 0.0), 1.0)


def _note(at: Prediction, curve: Curve) -> str:
    most = f"{curve.n[-1]:,.0f}"
    many = f"{at.factor:.1f} times as many" if at.factor >= 1.05 else "hardly more"
    law = f"law fitted up to {most} exchanges, extrapolated to {many}"
    return {
        "measured": f"within what was measured (to {most})",
        "below": f"fewer than the fewest measured ({curve.n[0]:,.0f}): anything from none to what those are worth",
        "extrapolated": law,
        "doubled": f"{law}: interval doubled",
        "refused": f"measured up to {most} exchanges; {at.factor:,.0f} times as many are too far for a law, so only that it is no less",
    }[at.basis]


def _threshold_worth(skill: Skill, switch: thresholds.Bracket, n: float, factor: float) -> Worth:
    """Worth of a skill with a threshold or never seen: the measured score, or bounds where nothing was measured."""
    curve, most = skill.curve, float(skill.curve.n[-1])
    # Above the threshold an attacker keeps the best seed; below it the best seed is only luck.
    best = replace(curve, scores=curve.envelope[:, None])
    at = min(n, most)
    low, high = measured(curve, at).low, measured(best, at).high
    score = measured(curve if switch.failing is not None and at <= switch.failing else best, at).score
    note_measured = f"measured up to {most:,.0f} exchanges"
    if switch.passing is None:
        score = None
    elif switch.failing is not None and switch.failing < n < switch.passing:
        score, low, high = None, measured(curve, switch.failing).low, measured(best, switch.passing).high
    if n > most:
        high, note_measured = 1.0, f"{note_measured}, so only that it is no less"
    gap = None if score is None else _clipped_gap(curve, score)
    note = f"a threshold, {switch}; {note_measured}"
    return Worth(skill.task, skill.capability, n, factor, gap, _clipped_gap(curve, low), _clipped_gap(curve, high), "threshold", note)


@dataclass(frozen=True)
class Gain:
    """What so many more days are worth to the attacker, for one skill."""

    task: str
    days: float
    gap: float | None
    """Further share of the gap closed; null where no point estimate is given."""
    low: float
    high: float


@dataclass(frozen=True)
class CampaignWorth:
    """A campaign's harvest, skill by skill."""

    campaign_id: str
    verdict: str
    n_harvested: int
    harvested_low: int | None
    harvested_high: int | None
    """With ``harvested_low``, the run's 90 % interval; null where it reports none."""
    per_day: float | None
    """Exchanges a day from first to last seen; null where it lasted under an hour."""
    now: tuple[Worth, ...]
    waiting: tuple[Gain, ...]
    """What stopping it so many days later would cost; empty where ``per_day`` is null."""
    capped: tuple[Worth, ...]
    """What it would be worth, had a rate cap let :data:`CAP` times fewer exchanges through in the same time."""
    unmeasured: tuple[tuple[str, float], ...]
    """Capabilities without a measured task, and their share of the harvest, where it is at least 0.5 %."""


OF_HARVESTS = CAMPAIGNS.only(("campaign_id", "verdict", "n_harvested", *HARVEST_BOUNDS, "first_seen", "last_seen", "capabilities"))


def harvests(run: Path) -> list[dict[str, Any]]:
    """Read the harvest of each campaign of a run folder, as rows for :func:`value`.

    Raises:
        InputError: campaigns.parquet is missing or has impossible shares or intervals.
    """
    import pyarrow.parquet as pq

    path = run / "campaigns.parquet"
    if not path.is_file():
        raise InputError("no campaigns.parquet", where=run, todo="Pass the folder that stillwatch detect wrote")
    with reading_parquet(path):
        names = pq.read_schema(path).names
        OF_HARVESTS.demand(names, where=path)
        table = pq.read_table(path, columns=[name for name in OF_HARVESTS.names if name in names])
    rows: list[dict[str, Any]] = OF_HARVESTS.conform(table, where=path).to_pylist()
    for row in rows:
        n, (low, high) = row["n_harvested"], (row[name] for name in HARVEST_BOUNDS)
        if not 0 <= (n if low is None else low) <= n <= (n if high is None else high):
            what = f"{row['campaign_id']} has a harvest of {n} (interval: {low} to {high})"
        elif wrong := next((f"{k} {v}" for k, v in (row["capabilities"] or {}).items() if v is not None and not 0 <= v <= 1), None):
            what = f"{row['campaign_id']} has a share that is none ({wrong})"
        else:
            continue
        raise InputError(f"not as detect writes it: {what}", where=path, todo="Run stillwatch detect again")
    return rows


def value(row: Mapping[str, Any], known: Sequence[Skill], *, widen: float = 1.0) -> CampaignWorth:
    """Value one row of campaigns.parquet.

    A campaign's exchanges are divided over capabilities by the shares in the row; a skill counts those of its own capability.
    Where the row has no shares, every skill counts the whole harvest, which is an upper bound.

    The interval of a skill reaches from the law's lower bound at the fewest exchanges of the row's interval to its upper bound at
    the most, to which all requests of unknown capability are added. A row without an interval gets one of
    :data:`HARVEST_FACTOR` times fewer to as many times more.

    Args:
        row: from :func:`harvests`.
        known: the skills that were measured.
        widen: factor on the half-widths of the law's intervals.
    """
    n = int(row["n_harvested"])
    low, high = (row.get(name) for name in HARVEST_BOUNDS)
    fewest, most = (n / HARVEST_FACTOR, n * HARVEST_FACTOR) if low is None or high is None else (low, high)
    shares = {str(k): float(v) for k, v in (row.get("capabilities") or {}).items() if v}
    per_day = _per_day(n, row.get("first_seen"), row.get("last_seen"))
    now, waiting, capped = [], [], []
    for skill in known:
        share = shares.get(skill.capability, 0.0) if shares else 1.0
        largest_share = min(share + (shares.get(UNKNOWN, 0.0) if skill.capability != UNKNOWN else 0.0), 1.0)
        counts = (n * share, fewest * share, most * largest_share)
        now.append(_worth_of_interval(skill, *counts, widen=widen))
        capped.append(_worth_of_interval(skill, *(count / CAP for count in counts), widen=widen))
        if per_day is not None:
            waiting += [_waiting_gain(skill, counts, days, days * per_day / max(n, 1), widen=widen) for days in DAYS]
    valued = {skill.capability for skill in known}
    missing = tuple(sorted(((k, v) for k, v in shares.items() if k not in valued and v >= 0.005), key=lambda item: -item[1]))
    return CampaignWorth(
        str(row["campaign_id"]), str(row.get("verdict")), n, low, high, per_day, tuple(now), tuple(waiting), tuple(capped), missing
    )


def _worth_of_interval(skill: Skill, n: float, fewest: float, most: float, *, widen: float) -> Worth:
    """The worth of N exchanges where N itself lies between two counts."""
    estimate, low, high = (worth(skill, count, widen=widen) for count in (n, fewest, most))
    ends = [(name, end.note) for name, end in (("lower", low), ("upper", high)) if end.basis not in (estimate.basis, "measured")]
    note = "; ".join([estimate.note, *(f"the interval's {name} end: {end}" for name, end in ends)])
    return replace(estimate, low=min(estimate.low, low.low), high=max(estimate.high, high.high), note=note, n_low=fewest, n_high=most)


def _waiting_gain(skill: Skill, counts: tuple[float, float, float], days: float, growth: float, *, widen: float) -> Gain:
    """What ``days`` more are worth; ``growth`` is their harvest as a share of that so far, the same for every count."""
    estimate, fewest, most = counts
    grid = np.geomspace(max(fewest, 1.0), max(most, 1.0), N_COUNTS).tolist()
    gains = [_difference(skill, count, count * (1 + growth), widen=widen) for count in (estimate, fewest, *grid)]
    return Gain(skill.task, days, gains[0][0], min(low for _, low, _ in gains), max(high for _, _, high in gains))


def _difference(skill: Skill, now: float, then: float, *, widen: float) -> tuple[float | None, float, float]:
    """Gap closed by going from ``now`` to ``then`` exchanges: point estimate (None where refused) and bounds."""
    first, last = worth(skill, now, widen=widen), worth(skill, then, widen=widen)
    point = None if first.gap is None or last.gap is None else max(last.gap - first.gap, 0.0)
    curve = skill.curve
    if not skill.fitted or last.basis == "refused":
        # No law: only the bounds of both ends limit the difference.
        return point, max(last.low - first.high, 0.0), max(last.high - first.low, 0.0)
    # Both ends lie on one curve, so the uncertainty of its height cancels.
    low, high = (closed_share(curve, curve.zero + step) for step in steps(skill.leader, now, then, skill.others))
    assert point is not None
    return point, min(low, point), max(high, point)


def _per_day(n: int, first: datetime | None, last: datetime | None) -> float | None:
    if first is None or last is None:
        return None
    days = (last - first).total_seconds() / 86400
    return n / days if days > 1 / 24 else None
