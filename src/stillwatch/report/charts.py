"""The geometry of the charts: plain numbers that the template turns into SVG and positioned text.

Positions are per cent of the plot, because plots stretch to the width of the page and their text does not.
"""

import base64
import math
import struct
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillwatch.report.words import HOUR_ZERO, at, count

MAX_COLUMNS = 240
MAX_ROWS = 120
MAX_TICKS = 8
TICK_HOURS = (1, 2, 3, 6, 12, 24, 48, 72, 168, 336, 672, 1344, 2688)
# A red that fits the light and the dark palette; cells without requests are transparent.
HEAT_COLOUR = (201, 90, 44)
PIXELS = 4
"""Width and height of a cell of the heat map, pixels."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Span:
    """The hours that a plot covers, ``[start, end)`` since 1970 UTC."""

    start: int
    end: int

    def x(self, hour: float) -> float:
        """Per cent from the left."""
        return 100 * (hour - self.start) / (self.end - self.start)

    def __contains__(self, hour: float) -> bool:
        """Whether an hour lies in the plot."""
        return self.start <= hour < self.end


@dataclass(frozen=True)
class Mark:
    """A labelled position: per cent of the axis, from the left or top."""

    place: float
    label: str


@dataclass(frozen=True)
class Timeline:
    """Requests over time: stacked bars (other above harvested) as SVG paths in a box of ``width`` by 100.

    ``x`` and ``share`` are its left edge and width in the plot, per cent; ``peak`` is the most requests in one step.
    """

    width: int
    harvested: str
    other: str
    x: float
    share: float
    step_hours: int
    y_ticks: Sequence[Mark]
    peak: int


@dataclass(frozen=True)
class Heat:
    """Heat map of accounts (rows) by time (columns) as a PNG; ``x`` and ``share`` are its left edge and width in the plot, per cent."""

    uri: str
    rows: int
    accounts: int
    x: float
    share: float
    step_hours: int
    peak: int


@dataclass(frozen=True)
class Time:
    """The charts that share one time axis; each may be None."""

    timeline: Timeline | None
    heat: Heat | None
    ticks: Sequence[Mark]
    releases: Sequence[Mark]
    bans: Sequence[Mark]


def time(details: Mapping[str, Any], n_accounts: int) -> Time | None:
    """Lay out timeline and activity over the same hours; None without either.

    Args:
        details: the campaign's details, as the run has them.
        n_accounts: accounts of the campaign.
    """
    series, activity = details.get("timeline") or {}, details.get("activity") or {}
    spans = [span for span in (_span(series), _span(activity)) if span is not None]
    if not spans:
        return None
    span = Span(min(s.start for s in spans), max(s.end for s in spans))
    releases = []
    for pivot in details.get("pivots") or ():
        hour = _hour(pivot.get("released_at"))
        if hour is not None and hour in span:
            releases.append(Mark(span.x(hour), str(pivot.get("model", ""))))
    bans = Counter(int(hour) for hour in details.get("bans") or () if int(hour) in span)
    return Time(
        timeline=timeline(series, span) if _span(series) else None,
        heat=heat(activity, span, n_accounts) if _span(activity) else None,
        ticks=time_ticks(span),
        releases=sorted(releases, key=lambda mark: mark.place),
        bans=[Mark(span.x(hour), count(n)) for hour, n in sorted(bans.items())],
    )


def _span(part: Mapping[str, Any]) -> Span | None:
    series = part.get("harvested") or part.get("other") or next(iter(part.get("counts") or ()), ())
    step = int(part.get("step_hours") or 1)
    start = int(part.get("start_hour") or 0)
    return Span(start, start + step * len(series)) if len(series) and step > 0 else None


def _hour(value: Any) -> float | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    moment = moment.replace(tzinfo=HOUR_ZERO.tzinfo) if moment.tzinfo is None else moment
    return (moment - HOUR_ZERO).total_seconds() / 3600


def time_ticks(span: Span) -> list[Mark]:
    """Ticks at round hours, at most :data:`MAX_TICKS`; labels show the day at midnight and on the first tick."""
    length = span.end - span.start
    step = next((s for s in TICK_HOURS if length / s <= MAX_TICKS), -(-length // MAX_TICKS))
    marks: list[Mark] = []
    for hour in range(-(-span.start // step) * step, span.end, step):
        moment = at(hour)
        whole_day = moment.hour == 0
        text = f"{moment.day} {moment:%b}" if whole_day else f"{moment:%H:%M}"
        if not marks and not whole_day:
            text = f"{moment.day} {moment:%b} {moment:%H:%M}"
        marks.append(Mark(span.x(hour), text))
    return marks


def timeline(part: Mapping[str, Any], span: Span) -> Timeline:
    """Stack harvested and other requests per step; steps are merged to at most :data:`MAX_COLUMNS`."""
    harvested, other = _padded(part.get("harvested") or (), part.get("other") or ())
    factor = -(-len(harvested) // MAX_COLUMNS)
    harvested, other = _sum_runs(harvested, factor), _sum_runs(other, factor)
    step_hours = int(part.get("step_hours") or 1) * factor
    peak = int((harvested + other).max(initial=0))
    top, ticks = y_axis(peak)
    scale, start = 100 / top, int(part.get("start_hour") or 0)
    return Timeline(
        width=len(harvested),
        harvested=_bars(np.zeros(len(harvested)), harvested * scale),
        other=_bars(harvested * scale, (harvested + other) * scale),
        x=span.x(start),
        # The last merged step may reach beyond the data.
        share=100 * len(harvested) * step_hours / (span.end - span.start),
        step_hours=step_hours,
        y_ticks=ticks,
        peak=peak,
    )


def _padded(left: Sequence[int], right: Sequence[int]) -> tuple[Ints, Ints]:
    length = max(len(left), len(right))
    a, b = (np.pad(np.asarray(values, dtype=np.int64), (0, length - len(values))) for values in (left, right))
    return a, b


def _sum_runs(values: Ints, factor: int) -> Ints:
    """Sum runs of ``factor`` along the last axis."""
    missing = -values.shape[-1] % factor
    padded = np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, missing)])
    summed: Ints = padded.reshape(*values.shape[:-1], -1, factor).sum(axis=-1)
    return summed


def _bars(low: NDArray[Any], high: NDArray[Any]) -> str:
    """One SVG path of all bars, y downwards from 100."""
    return "".join(
        f"M{i} {100 - b:.4g}h1V{100 - a:.4g}h-1z" for i, (a, b) in enumerate(zip(low, high, strict=True)) if b > a
    )


def y_axis(peak: int) -> tuple[float, list[Mark]]:
    """The upper end of the axis, a round number at or above the peak, and its marks, ``place`` in per cent from the top."""
    if peak <= 0:
        return 1.0, [Mark(100.0, "0")]
    rough = peak / 3
    unit = 10 ** math.floor(math.log10(rough))
    # No step of 2.5: numbers of requests are whole, and so must their labels be.
    step = max(1.0, next(m * unit for m in (1, 2, 2.5, 5, 10) if m * unit >= rough and (m != 2.5 or unit > 1)))
    top = step * math.ceil(peak / step)
    return top, [Mark(100 * (1 - i * step / top), count(i * step)) for i in range(round(top / step) + 1)]


def heat(part: Mapping[str, Any], span: Span, n_accounts: int) -> Heat:
    """Heat map of requests per account (rows, sorted by first request) and step (columns), on a log scale.

    Args:
        part: ``counts`` (a row of counts for each account), ``start_hour`` (since 1970) and ``step_hours``.
        span: hours of the plot.
        n_accounts: accounts of the campaign, of which ``counts`` may have only some.
    """
    counts = np.array([list(row) for row in part["counts"]], dtype=np.int64)
    factor = -(-counts.shape[1] // MAX_COLUMNS)
    counts = _sum_runs(counts, factor)
    active = counts > 0
    first = np.where(active.any(axis=1), active.argmax(axis=1), counts.shape[1])
    counts = counts[np.argsort(first, kind="stable")]
    if len(counts) > MAX_ROWS:
        # An even sample of the sorted accounts, so that a staircase of replaced accounts stays one.
        counts = counts[np.linspace(0, len(counts) - 1, MAX_ROWS).round().astype(int)]
    peak = int(counts.max(initial=0))
    strength = np.log1p(counts) / math.log1p(max(peak, 1))
    alpha = np.where(counts > 0, 50 + 205 * strength, 0).round().astype(np.uint8)
    step_hours = int(part.get("step_hours") or 1) * factor
    return Heat(
        uri=png(alpha, HEAT_COLOUR),
        rows=len(counts),
        accounts=max(n_accounts, len(part["counts"])),
        x=span.x(int(part.get("start_hour") or 0)),
        share=100 * counts.shape[1] * step_hours / (span.end - span.start),
        step_hours=step_hours,
        peak=peak,
    )


def png(alpha: NDArray[np.uint8], colour: tuple[int, int, int]) -> str:
    """A PNG of one colour as a data URI; each cell is enlarged to PIXELS by PIXELS, so that printers do not blur it.

    Args:
        alpha: (rows, columns) opacity, 0 to 255.
        colour: red, green and blue, 0 to 255.
    """
    opacity = alpha.repeat(PIXELS, axis=0).repeat(PIXELS, axis=1)
    pixels = np.empty((*opacity.shape, 4), dtype=np.uint8)
    pixels[..., :3] = colour
    pixels[..., 3] = opacity
    height, width = opacity.shape
    raw = np.zeros((height, 1 + 4 * width), dtype=np.uint8)  # the first byte of each line is its filter: none
    raw[:, 1:] = pixels.reshape(height, -1)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    data = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw.tobytes(), 9)) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + data).decode()
