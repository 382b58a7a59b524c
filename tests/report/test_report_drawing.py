"""The geometry of the pictures, from numbers that can be checked by hand."""

import base64
import math
import re
import struct
import zlib
from typing import Any

import numpy as np
import pytest

from stillwatch.report import charts
from stillwatch.report.evidence import objects, waterfall
from stillwatch.report.graph import MAX_EDGES, MAX_NODES, MAX_VIEWS, graph, layout
from stillwatch.report.page import TEMPLATES

HOUR = 24 * 20_000


def pixels(uri: str) -> np.ndarray[Any, Any]:
    """Decode a PNG of ours: alpha, one value per cell, ``(rows, columns)``."""
    data = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, body, size = 8, b"", (0, 0)
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        chunk = data[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + chunk) == struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0]
        if kind == b"IHDR":
            size = struct.unpack(">II", chunk[:8])
        body += chunk if kind == b"IDAT" else b""
        at += 12 + length
    width, height = size
    raw = np.frombuffer(zlib.decompress(body), dtype=np.uint8).reshape(height, 1 + 4 * width)
    return raw[:: charts.PIXELS, 4 :: 4 * charts.PIXELS]


def bars(path: str) -> list[tuple[int, float, float]]:
    """The bars of an SVG path as (step, low, high), upwards."""
    found = re.findall(r"M(\d+) ([\d.e-]+)h1V([\d.e-]+)h-1z", path)
    return [(int(step), 100 - float(bottom), 100 - float(top)) for step, top, bottom in found]


def test_timeline_stacks_harvested_under_other() -> None:
    drawn = charts.time(
        {"timeline": {"start_hour": HOUR, "step_hours": 6, "harvested": [0, 50, 100], "other": [50, 50, 0]}}, 3
    )
    assert drawn is not None
    assert drawn.timeline is not None
    assert (drawn.timeline.width, drawn.timeline.peak, drawn.timeline.x, drawn.timeline.share) == (3, 100, 0.0, 100.0)
    assert bars(drawn.timeline.harvested) == [(1, 0, 50), (2, 0, 100)]
    assert bars(drawn.timeline.other) == [(0, 0, 50), (1, 50, 100)]
    assert [(mark.place, mark.label) for mark in drawn.timeline.y_ticks] == [(100, "0"), (50, "50"), (0, "100")]
    assert [mark.label for mark in drawn.ticks] == ["4 Oct", "03:00", "06:00", "09:00", "12:00", "15:00"]


def test_long_timelines_are_added_up_and_lose_nothing() -> None:
    harvested = np.arange(1000)
    drawn = charts.timeline(
        {"start_hour": HOUR, "step_hours": 1, "harvested": harvested.tolist()}, charts.Span(HOUR, HOUR + 1000)
    )
    assert drawn.width == 200
    assert drawn.step_hours == 5
    assert drawn.peak == harvested[-5:].sum()
    top = float(drawn.y_ticks[-1].label.replace(",", ""))
    assert sum(high - low for _, low, high in bars(drawn.harvested)) * top / 100 == pytest.approx(
        harvested.sum(), rel=0.001
    )


def test_timeline_and_activity_share_one_axis() -> None:
    details = {
        "timeline": {"start_hour": HOUR, "step_hours": 24, "harvested": [1] * 10, "other": [0] * 10},
        "activity": {"accounts": ["a"], "start_hour": HOUR + 120, "step_hours": 12, "counts": [[1] * 10]},
        "pivots": [
            {"model": "m", "released_at": "2024-10-06T12:00:00Z"},
            {"model": "earlier", "released_at": "2020-01-01T00:00:00Z"},
            {"model": "when", "released_at": "soon"},
        ],
        "bans": [HOUR + 48, HOUR + 48, HOUR + 216, HOUR - 5],
    }
    drawn = charts.time(details, 1)
    assert drawn is not None
    assert drawn.heat is not None
    assert (drawn.heat.x, drawn.heat.share) == (50, 50)
    assert [(mark.place, mark.label) for mark in drawn.bans] == [(20, "2"), (90, "1")]
    assert [(mark.label, mark.place) for mark in drawn.releases] == [("m", 25.0)]


def test_heat_sorts_by_first_seen_and_is_darker_for_more() -> None:
    counts = [[0, 0, 5], [1, 0, 0], [0, 100, 1], [0, 0, 0]]
    drawn = charts.heat({"start_hour": HOUR, "step_hours": 1, "counts": counts}, charts.Span(HOUR, HOUR + 3), 4)
    alpha = pixels(drawn.uri)
    assert alpha.shape == (4, 3)
    assert [row.nonzero()[0].tolist() for row in alpha] == [[0], [1, 2], [2], []]
    assert alpha[1, 1] == 255
    assert 50 < alpha[0, 0] < alpha[2, 2] < 255
    assert alpha[2, 2] == round(50 + 205 * math.log(6) / math.log(101)), "few requests beside many are seen: the scale is a log"


def test_heat_is_capped_evenly() -> None:
    counts = np.eye(500, dtype=int)
    drawn = charts.heat(
        {"start_hour": HOUR, "step_hours": 1, "counts": counts.tolist()}, charts.Span(HOUR, HOUR + 500), 5000
    )
    alpha = pixels(drawn.uri)
    assert alpha.shape == (charts.MAX_ROWS, 167)
    assert (drawn.rows, drawn.accounts) == (120, 5000)
    first = alpha.argmax(axis=1)
    # The staircase stays: from the first column to the last, never back.
    assert (first[0], first[-1]) == (0, 166)
    assert (np.diff(first) >= 0).all()


@pytest.mark.parametrize("details", [{}, {"timeline": {}}, {"timeline": None, "activity": {"counts": []}}])
def test_nothing_to_draw_over_time(details: dict[str, Any]) -> None:
    assert charts.time(details, 5) is None


def test_empty_hours_are_a_flat_line() -> None:
    drawn = charts.time({"timeline": {"start_hour": HOUR, "step_hours": 1, "harvested": [0, 0], "other": [0, 0]}}, 1)
    assert drawn is not None
    assert drawn.timeline is not None
    assert (drawn.timeline.harvested, drawn.timeline.peak) == ("", 0)


def test_labels_of_the_axis_are_the_numbers_at_their_places() -> None:
    for peak in [*range(1, 300), 7_500, 99_999]:
        top, ticks = charts.y_axis(peak)
        assert top >= peak
        assert [(1 - mark.place / 100) * top for mark in ticks] == pytest.approx([float(mark.label.replace(",", "")) for mark in ticks])


def test_waterfall_adds_up_to_the_score() -> None:
    details = {
        "bias_log_odds": -4.0,
        "evidence": [
            {"name": "a.b", "log_odds": 2.0, "sentence": "two"},
            {"name": "infra.net24", "log_odds": -1.0},
            {"name": "session.handoff", "family": "session", "log_odds": 9.0, "observed": 0.7},
            {"name": "context.crowd", "log_odds": 0.01},
            {"name": "infra.ja4", "blind": True},
        ],
    }
    fall = waterfall(details, 6.01)
    assert fall is not None
    names = [reason.name for reason in fall.reasons]
    assert names == ["before any evidence", "session.handoff", "a.b", "infra.net24", "infra.ja4"]
    # From -4 to 7: zero is at 4/11, handoff starts where the bias ended, at the left edge.
    assert fall.zero == pytest.approx(100 * 4 / 11)
    assert (fall.reasons[1].left, fall.reasons[1].width) == (0, pytest.approx(100 * 9 / 11))
    assert fall.reasons[3].left == pytest.approx(100 * 10 / 11)
    assert (fall.reasons[4].blind, fall.reasons[4].width) == (True, 0)
    assert fall.total_left + fall.total_width == pytest.approx(100 * 10.01 / 11)
    assert fall.idle == ["context.crowd"]
    assert [reason.family for reason in fall.reasons] == ["other", "session", "other", "infra", "infra"]


def test_what_the_parts_leave_unexplained_is_a_step() -> None:
    fall = waterfall({"evidence": [{"name": "x", "log_odds": 5.0}]}, 3.0)
    assert fall is not None
    assert (fall.reasons[-1].name, fall.reasons[-1].log_odds) == ("limits and overlap", -2.0)
    assert waterfall({}, 3.0) is None
    small = waterfall({"evidence": [{"name": "x", "log_odds": 2.0}, *({"name": f"y{i}", "log_odds": 0.04} for i in range(10))]}, 2.4)
    assert small is not None
    assert [(reason.name, round(reason.log_odds, 6)) for reason in small.reasons] == [("x", 2.0), ("limits and overlap", 0.4)]


def test_a_score_below_zero_is_a_bar_to_the_left_of_the_line() -> None:
    fall = waterfall({"bias_log_odds": -4.0, "evidence": [{"name": "x", "log_odds": 1.0}]}, -3.0)
    assert fall is not None
    assert (fall.zero, fall.total_left, fall.total_width) == (100, pytest.approx(25), pytest.approx(75))


def test_objects_stand_on_one_log_scale() -> None:
    rows = [
        {"view": "content.template", "object": "t", "accounts": 1000, "expected_accounts": 0.1, "events": 5},
        {"view": "infra.net24", "object": "n", "accounts": 10, "expected_accounts": 10, "events": 5},
        {"view": "mystery", "object": "m", "accounts": 1, "expected_accounts": 0, "events": None},
    ]
    first, second, third = objects({"objects": rows}, 20)
    assert (first.at_expected, first.at_observed) == (0, 100)
    assert second.at_expected == second.at_observed == pytest.approx(50)
    assert (third.at_expected, third.at_observed, third.family) == (0, pytest.approx(25), "other")
    assert len(objects({"objects": rows}, 2)) == 2


def crews(n: int) -> dict[str, Any]:
    """Two crews that share nothing."""
    edges = [[i, j, "session", 3.0] for half in (range(n // 2), range(n // 2, n)) for i in half for j in half if i < j]
    return {"nodes": [f"a{i}" for i in range(n)], "edges": edges}


def test_layout_keeps_crews_together_and_apart() -> None:
    part = crews(20)
    at = layout(20, [(i, j, f, w) for i, j, f, w in part["edges"]])
    centres = at[:10].mean(axis=0), at[10:].mean(axis=0)
    spread = max(np.linalg.norm(at[:10] - centres[0], axis=1).max(), np.linalg.norm(at[10:] - centres[1], axis=1).max())
    assert np.linalg.norm(centres[0] - centres[1]) > spread
    assert at.min() >= 3.9
    assert at.max() <= 96.1


def test_graph_is_the_same_every_time_and_capped() -> None:
    rng = np.random.default_rng(3)
    edges = [
        [int(i), int(j), "content" if w > 4 else "timing", float(w)]
        for i, j, w in zip(rng.integers(0, 300, 6000), rng.integers(0, 300, 6000), rng.gamma(3, 1.3, 6000), strict=True)
    ]
    part = {"nodes": [f"a{i}" for i in range(300)], "edges": edges}
    drawn = graph(part, 5214)
    assert drawn is not None
    assert drawn == graph(part, 5214)
    assert (len(drawn.nodes), drawn.accounts) == (MAX_NODES, 5214)
    assert [node.shown for node in drawn.nodes] == part["nodes"][:MAX_NODES], "which are best linked, detect has told"
    assert drawn.links_shown == min(sum(i != j and max(i, j) < MAX_NODES for i, j, *_ in edges), MAX_EDGES)
    assert drawn.links == sum(i != j for i, j, *_ in edges)
    assert not drawn.counted
    assert {family.name for family in drawn.families} == {"content", "timing"}
    assert sum(family.n for family in drawn.families) == drawn.links_shown
    assert all(drawn.top <= node.y <= drawn.top + drawn.height for node in drawn.nodes)
    for family in drawn.families:
        mine = [node for node in drawn.nodes if family.name in node.families]
        (view,) = family.views
        ends = set(re.findall(r"[ML]([\d.]+ [\d.]+)", view.weak + view.strong))
        assert {f"{node.x:.1f} {node.y:.1f}" for node in mine} == ends, "an account is of the families whose links end at it"
        assert family.accounts == len(mine)


def test_views_of_a_family_are_told_apart() -> None:
    pays, mails = "identity.payment", "identity.email"
    edges = [[0, 1, pays, 1.0], [1, 2, pays, 1.0], [0, 1, mails, 1.0], [2, 3, "session.handoff", 1.0]]
    drawn = graph({"nodes": list("abcd"), "edges": edges}, 4)
    assert drawn is not None
    identity, session = drawn.families
    assert [(view.name, view.number, view.n, view.accounts) for view in identity.views] == [
        ("identity.payment", 1, 2, 3), ("identity.email", 2, 1, 2)
    ]
    assert (identity.name, identity.shown, identity.n, identity.accounts) == ("identity", "identity", 3, 3)
    assert (session.shown, session.views[0].number) == ("session.handoff", 0), "the only view of its family is the family"
    assert [(node.families, node.views) for node in drawn.nodes] == [
        (("identity",), (1, 2)), (("identity",), (1, 2)), (("identity", "session"), (1,)), (("session",), ()),
    ]
    assert drawn.alone == {"identity", "identity.payment", "identity.email", "session", "session.handoff"}


def test_links_below_the_typical_weight_are_weak() -> None:
    drawn = graph({"nodes": list("abcd"), "edges": [[0, 1, "timing.slot", 1.0], [1, 2, "timing.slot", 3.0], [2, 3, "timing.slot", 5.0]]}, 4)
    assert drawn is not None
    (view,) = drawn.families[0].views
    a, b, c, d = (f"{node.x:.1f} {node.y:.1f}" for node in drawn.nodes)
    assert (view.weak, view.strong) == (f"M{a}L{b}", f"M{c}L{d}M{b}L{c}"), "the strongest first"


def test_what_there_is_in_all_is_told_beside_what_is_drawn() -> None:
    edges = [[0, 1, "identity.payment", 1.0], [1, 2, "identity.email", 1.0], [0, 1, "session.handoff", 1.0]]
    of = {"links": 7, "accounts": 3}
    totals = {"links": 20, "accounts": 5, "views": {"identity.payment": of, "identity.email": {"links": 0, "accounts": 0}},
              "families": {"identity": {"links": 9, "accounts": 4}, "session": None}}
    drawn = graph({"nodes": list("abc"), "edges": edges, "totals": totals}, 5)
    assert drawn is not None
    assert (drawn.links, drawn.links_shown, drawn.counted) == (20, 3, True)
    told = {part.name: (part.n, part.links, part.accounts) for family in drawn.families for part in (family, *family.views)}
    assert told == {
        "identity": (2, 9, 4), "identity.payment": (1, 7, 3), "session": (1, 1, 2), "session.handoff": (1, 1, 2),
        "identity.email": (1, 1, 2),  # no fewer than are drawn
    }


def test_the_style_sheet_has_rules_for_every_view_that_can_be_alone() -> None:
    edges = [[0, 1, f"identity.v{i}", 1.0] for i in range(MAX_VIEWS + 3)]
    drawn = graph({"nodes": ["a", "b"], "edges": edges}, 2)
    assert drawn is not None
    numbers = [view.number for view in drawn.families[0].views]
    assert numbers == [*range(1, MAX_VIEWS + 1), 0, 0, 0]
    style = (TEMPLATES / "style.css").read_text()
    for number in numbers[:MAX_VIEWS]:
        assert f".graphs:has(.o-v{number}:checked) .view:not(.v{number})" in style
        assert f".graphs:has(.o-v{number}:checked) .nodes circle:not(.n-v{number})" in style


@pytest.mark.parametrize(
    "part",
    [
        None,
        {},
        {"nodes": ["a"], "edges": []},
        {"nodes": ["a"], "edges": [[0, 0, "x", 1]]},
        {"nodes": ["a"], "edges": [[0, 7, "x", 1]]},
        {"nodes": ["a"] * (MAX_NODES + 2), "edges": [[MAX_NODES, MAX_NODES + 1, "x", 1]]},
    ],
)
def test_no_links_no_graph(part: Any) -> None:
    assert graph(part, 1) is None
