"""Numbers and degrees in words, and hostile text made visible."""

import math
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from stillwatch.report import words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "∞"),
        (0, "0"),
        (0.5, "0.5"),
        (0.0001, "0.0001"),
        (-0.3, "−0.3"),
        (12.5, "12.5"),
        (99.96, "100"),
        (288.0, "288"),
        (53_000, "53,000"),
        (3.7e-8, "3.7\u00a0×\u00a010⁻⁸"),
        (2e12, "2\u00a0×\u00a010¹²"),
        (1 / 3, "0.333"),
        (100, "100"),
        (10.0, "10"),
    ],
)
def test_numbers(value: float | None, text: str) -> None:
    assert words.number(value) == text


def test_a_mill_is_told_in_whole_clauses() -> None:
    assert words.hypothesis("content mill or resale").endswith("or its access is resold; no model is trained")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_keeps_its_size(value: float) -> None:
    text = words.number(value).replace(",", "").replace("−", "-")
    if "×" not in text:
        assert float(text) == pytest.approx(value, rel=0.006, abs=1e-9)


def test_a_vanishing_chance_is_a_bound() -> None:
    assert words.chance(0.0) == "<\u00a010⁻³⁰⁰"
    assert words.chance(1e-62) == words.number(1e-62)


def test_only_short_units_stay_on_one_line() -> None:
    assert words.note("requests a day") == "note tight"
    assert words.note("networks an account in a sample of 1 in 8 of the networks (some 5.4 to 10 in all)") == "note"


def test_how_often_strangers_were_accused_is_as_measured() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (row,) = (line for line in text.splitlines() if line.startswith("| twenty-five authors at their first look"))
    told = re.search(r"([\d,]+) of ([\d,]+)", row)
    assert told is not None
    accused, innocents = (int(n.replace(",", "")) for n in told.groups())
    assert 0.0005 < accused / innocents < 0.0015
    assert "about one innocent account in a thousand was accused" in words.NEVER_SEEN


def test_a_score_next_to_the_line_tells_on_which_side_it_lies() -> None:
    told = [words.signed(v) for v in (-0.04, 0.0, -0.0, 0.049, -0.000321, -0.06, 1.26, None)]
    assert told == ["−0.04", "0.0", "0.0", "+0.05", "−0.0003", "−0.1", "+1.3", "–"]


def test_shares_ratios_sizes_and_times() -> None:
    assert [words.share(v) for v in (0, 0.004, 0.52, 1, None)] == [
        "0\u00a0%",
        "0.4\u00a0%",
        "52\u00a0%",
        "100\u00a0%",
        "–",
    ]
    assert words.times(212, 0.004) == "×53,000"
    assert words.times(5, 0) == "not expected at all"
    assert words.times(None, 1) == "–"
    assert [words.size(v) for v in (12, 431_000_000, 2.5e15)] == ["12 B", "431.0 MB", "2500.0 TB"]
    assert words.millions(12_053_383_760) == "12,053.4\u00a0M"
    assert words.moment(datetime(2026, 2, 2, 3, 4, 59, tzinfo=UTC)) == "2026-02-02 03:04"
    assert words.moment("2026-02-02T03:04:00+02:00") == "2026-02-02 01:04"
    assert words.moment("yesterday") == "yesterday"
    assert words.moment("0001-01-01T00:00+02:00") == words.day("0001-01-01T00:00+02:00") == "0001-01-01T00:00+02:00"
    assert words.moment("9999-12-31T23:59-02:00") == "9999-12-31T23:59-02:00"
    assert [words.steps(h) for h in (1, 3, 24, 72)] == ["hour", "3 hours", "day", "3 days"]


def test_confidence_and_fit_in_words() -> None:
    assert [words.confidence(s) for s in (12.0, 5.0, 1.0, -0.1)] == ["very high", "high", "moderate", "low"]
    assert [words.fit(s) for s in (0.9, 0.5, 0.3, 0.1, 0.0)] == [
        "fits well",
        "fits",
        "fits in part",
        "hardly fits",
        "does not fit",
    ]
    assert (words.plain("ci_fleet"), words.hypothesis("viral_prompt")[:4]) == ("CI fleet", "many")
    assert words.hypothesis("VPN or carrier").startswith("users of one VPN")
    assert words.hypothesis("martians") == ""


def test_settings_are_told_in_words_and_whole() -> None:
    command = "python benchmarks/calibrate.py --joins 220 --events 150000 --seed 9000"
    told = words.flat({
        "seed": 1, "as_of": None, "recent_hours": 24.0, "quiet": True, "none": [], "seeds": [11, 12],
        "joins": {"command": command, "as_of": None},
    })
    assert told == [
        ("as of", "not given"), ("joins: as of", "not given"), ("joins: command", command), ("none", "not given"), ("quiet", "yes"),
        ("recent hours", "24"), ("seed", "1"), ("seeds", "11, 12"),
    ]


def test_text_that_hides_is_shown() -> None:
    assert words.clean("a\u202eb\u200bc\x00d\ud800") == "a⟦U+202E⟧b⟦U+200B⟧c⟦U+0000⟧d⟦U+D800⟧"
    assert words.clean("tab\tline\nünïcode 漢字 🙂") == "tab\tline\nünïcode 漢字 🙂"
    assert words.clean(Markup("<b>\u202e</b>")) == "<b>\u202e</b>"
    assert words.cut("x" * 700) == "x" * 600 + "… (100 more characters)"
