"""The reasons of a verdict as a waterfall, and what was observed against what was expected."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stillwatch.run_details import measured

Details = Mapping[str, Any]

FAMILIES = ("identity", "infra", "content", "timing", "volume", "session", "harvest")
"""Families of views that have a colour of their own."""


@dataclass(frozen=True)
class Reason:
    """One step of the waterfall: a bar of ``width`` per cent from ``left``; blind evidence has no bar."""

    name: str
    family: str
    sentence: str
    observed: float | None
    expected: float | None
    unit: str
    """Of both (:func:`stillwatch.run_details.measured`)."""
    p_value: float | None
    log_odds: float
    """What it adds to the score, nats; the name is that of the run's details."""
    blind: bool
    left: float
    width: float


@dataclass(frozen=True)
class Waterfall:
    """Reasons from strongest to weakest, then blind ones; ``zero`` is where the line to cross is, per cent.

    Evidence that was weighed and counts for less than :data:`LEAST` either way is ``light`` where it is :data:`SIGNIFICANT`, else named in
    ``idle``.
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
    """One object that accounts share, and where observed and expected stand on a log scale, per cent."""

    view: str
    family: str
    object: str
    accounts: int | None
    expected: float | None
    events: int | None
    at_observed: float | None
    at_expected: float | None


LEAST = 0.05
"""Log-odds below which a piece of evidence is named, but not drawn."""
SIGNIFICANT = 0.001
"""P value up to which evidence without weight is shown with what was observed and expected."""


def family(name: str) -> str:
    """The family of a view such as ``content.template``; ``other`` where it has no colour of its own."""
    first = name.split(".")[0]
    return first if first in FAMILIES else "other"


def waterfall(details: Details, score: float) -> Waterfall | None:
    """Add the evidence up from the bias to the score; what the parts leave unexplained is a step of its own."""
    evidence = [entry for entry in details.get("evidence") or () if isinstance(entry, dict)]
    if not evidence:
        return None
    # Blind evidence may still count: where a calibration says what its absence means.
    blind = [e for e in evidence if e.get("blind") and not e.get("log_odds")]
    told = [e for e in evidence if e not in blind]
    seen = sorted((e for e in told if abs(e.get("log_odds") or 0.0) >= LEAST), key=lambda e: -abs(e["log_odds"]))
    unweighed = [e for e in told if e not in seen]
    light = [e for e in unweighed if (p := e.get("p_value")) is not None and p <= SIGNIFICANT]
    idle = [str(e.get("name", "")) for e in unweighed if e not in light]
    steps = [(e, float(e.get("log_odds") or 0.0)) for e in seen]
    bias = float(details.get("bias_log_odds") or 0.0)
    if bias:
        steps.insert(0, ({"name": "before any evidence", "sentence": BIAS}, bias))
    rest = score - bias - sum(e["log_odds"] for e in seen)
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
    name, read = str(entry.get("name", "")), measured(entry)
    return Reason(
        name=name,
        family=family(str(entry.get("family") or name)),
        sentence=str(entry.get("sentence") or ""),
        observed=read["observed"],
        expected=read["expected"],
        unit=read["unit"],
        p_value=entry.get("p_value"),
        log_odds=log_odds,
        blind=bool(entry.get("blind")),
        left=left,
        width=width,
    )


def objects(details: Details, limit: int) -> list[Shared]:
    """The shared objects in the order of the judge, all placed on one log scale."""
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
