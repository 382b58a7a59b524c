"""The evidence of a verdict as a waterfall chart, and shared objects: observed against expected."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stillwatch.run_details import decode_evidence

Details = Mapping[str, Any]

FAMILIES = ("identity", "infra", "content", "timing", "volume", "session", "harvest")
"""Families of views that have their own colour."""


@dataclass(frozen=True)
class Reason:
    """One step of the waterfall: a bar of ``width`` per cent from ``left``; blind evidence has no bar (width 0)."""

    name: str
    family: str
    sentence: str
    observed: float | None
    expected: float | None
    unit: str
    """Unit of both (:func:`stillwatch.run_details.decode_evidence`)."""
    p_value: float | None
    log_odds: float
    """What it adds to the score, nats; named as in the run's details."""
    blind: bool
    left: float
    width: float


@dataclass(frozen=True)
class Waterfall:
    """Steps from strongest to weakest, then blind evidence; ``zero`` is the position of the line to cross, per cent.

    Evidence that adds less than :data:`LEAST` either way is in ``light`` if it is :data:`SIGNIFICANT`, else its name is in ``idle``.
    ``total`` is the score, nats; its bar runs from ``total_left`` for ``total_width`` per cent.
    """

    reasons: Sequence[Reason]
    light: Sequence[Reason]
    idle: Sequence[str]
    zero: float
    total: float
    total_left: float
    total_width: float


@dataclass(frozen=True)
class Shared:
    """An object that accounts share, and the positions of observed and expected accounts on a log scale, per cent."""

    view: str
    family: str
    object: str
    accounts: int | None
    expected: float | None
    events: int | None
    at_observed: float | None
    at_expected: float | None


LEAST = 0.05
"""What evidence must at least add, either way, to be drawn, nats; below it is only named."""
SIGNIFICANT = 0.001
"""Highest p value at which evidence without weight is shown with its observed and expected values."""


def family(name: str) -> str:
    """The family of a view such as ``content.template``; ``other`` if it has no colour of its own."""
    first = name.split(".")[0]
    return first if first in FAMILIES else "other"


def waterfall(details: Details, score: float) -> Waterfall | None:
    """Lay out the evidence from the bias to the score, with a step for the rest that it does not explain; None without evidence.

    Args:
        details: the campaign's details.
        score: its score, nats.
    """
    evidence = [entry for entry in details.get("evidence") or () if isinstance(entry, dict)]
    if not evidence:
        return None
    # Blind evidence may still count, if the calibration gives its absence a weight.
    blind = [e for e in evidence if e.get("blind") and not e.get("log_odds")]
    weighed = [e for e in evidence if e not in blind]
    drawn = sorted((e for e in weighed if abs(e.get("log_odds") or 0.0) >= LEAST), key=lambda e: -abs(e["log_odds"]))
    unweighed = [e for e in weighed if e not in drawn]
    light = [e for e in unweighed if (p := e.get("p_value")) is not None and p <= SIGNIFICANT]
    idle = [str(e.get("name", "")) for e in unweighed if e not in light]
    steps = [(e, float(e.get("log_odds") or 0.0)) for e in drawn]
    bias = float(details.get("bias_log_odds") or 0.0)
    if bias:
        steps.insert(0, ({"name": "before any evidence", "sentence": BIAS}, bias))
    rest = score - bias - sum(e["log_odds"] for e in drawn)
    if abs(rest) >= LEAST:
        steps.append(({"name": "limits and overlap", "sentence": REST}, rest))
    ends = [0.0]
    for _, value in steps:
        ends.append(ends[-1] + value)
    low, high = min(ends), max(max(ends), min(ends) + 1e-9)

    def x(value: float) -> float:
        return 100 * (value - low) / (high - low)

    reasons = []
    for (entry, value), start, end in zip(steps, ends[:-1], ends[1:], strict=True):
        reasons.append(_reason(entry, value, x(min(start, end)), x(max(start, end)) - x(min(start, end))))
    reasons += [_reason(entry, 0.0, 0.0, 0.0) for entry in blind]
    left, right = sorted((x(0.0), x(score)))
    return Waterfall(reasons, [_reason(entry, 0.0, 0.0, 0.0) for entry in light], idle, x(0.0), score, left, right - left)


BIAS = "How rare campaigns are among groups of this kind, before anything was observed of this one; and how much its log asks."
REST = "What the evidence together counts for less or more than these parts, because parts overlap, are capped, or are too small to draw."


def _reason(entry: Details, log_odds: float, left: float, width: float) -> Reason:
    name, values = str(entry.get("name", "")), decode_evidence(entry)
    return Reason(
        name=name,
        family=family(str(entry.get("family") or name)),
        sentence=str(entry.get("sentence") or ""),
        observed=values["observed"],
        expected=values["expected"],
        unit=values["unit"],
        p_value=entry.get("p_value"),
        log_odds=log_odds,
        blind=bool(entry.get("blind")),
        left=left,
        width=width,
    )


def objects(details: Details, limit: int) -> list[Shared]:
    """The first ``limit`` shared objects in the order of the judge, all on one log scale."""
    rows = [row for row in details.get("objects") or () if isinstance(row, dict)][:limit]
    values = [v for row in rows for v in (row.get("accounts"), row.get("expected_accounts")) if v and v > 0]
    low, high = (math.log10(min(values)), math.log10(max(values))) if values else (0.0, 1.0)

    def x(value: float | None) -> float | None:
        if value is None:
            return None
        if value <= 0 or high <= low:
            return 0.0 if value <= 0 else 100.0
        return 100 * (math.log10(value) - low) / (high - low)

    return [
        Shared(
            view=str(row.get("view", "")),
            family=family(str(row.get("view", ""))),
            object=str(row.get("object", "")),
            accounts=row.get("accounts"),
            expected=row.get("expected_accounts"),
            events=row.get("events"),
            at_observed=x(row.get("accounts")),
            at_expected=x(row.get("expected_accounts")),
        )
        for row in rows
    ]
