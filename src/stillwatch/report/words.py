"""Numbers, times and degrees as an analyst reads them, and hostile text made safe to look at."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

NONE = "–"
"""What is shown where a value is not told."""

NBSP = "\u00a0"
HOUR_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
MAX_TIME = 25
MAX_TEXT = 600
"""Characters shown of a text from a log."""

# Controls, bidirectional overrides, zero-width characters, tags and lone surrogates: they can hide or turn text, so
# that a reader sees something else than what stands there (CVE-2021-42574).
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)

FORMULA = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet runs as a formula; some take the full-width signs for the others."""

CONFIDENCE = ((math.log(1000), "very high"), (math.log(30), "high"), (0.0, "moderate"))
"""Scores from which a confidence is called so: a thousand times rarer among innocent groups than the line to cross, thirty times, on it."""

SHORT = 24
"""Characters of a unit that stand on one line of a table's cell."""

FIT = ((0.75, "fits well"), (0.5, "fits"), (0.25, "fits in part"), (0.05, "hardly fits"), (0.0, "does not fit"))
"""How well an innocent explanation fits, in words, from a score of 0 to 1."""

NO_PROOF = "This is a finding from traffic, with errors: a reason for a person to look, and no proof of intent."
"""What stands on everything that tells somebody else of a finding."""

NEVER_SEEN = "at simulated providers never seen, about one innocent account in a thousand was accused, whole crowds at a time"
"""Beside any rate that supposes innocents like the calibration's; README.md has the figure (twenty-five authors at their first look)."""

HYPOTHESES = {
    "one organisation": "all accounts belong to one owner, who may share anything between them",
    "contracted or verified customers": "their identity or a contract was checked",
    "classroom": "students behind one address with one assignment",
    "hackathon or course": "new accounts at one venue with one starter template",
    "benchmark runner": "laboratories run the same public benchmark",
    "popular or niche tool": "users of one tool share its prompts, its tools and its build",
    "corporate or campus egress": "one company or campus with one way out to the network",
    "reseller": "a contracted reseller or aggregator with many end users",
    "content mill or resale": "one hand's accounts write articles for the web, or its access is resold; no model is trained",
    "viral prompt": "many people try a prompt that goes around",
    "VPN or carrier": "users of one VPN or carrier share addresses",
    "scheduled jobs": "on-call scripts and build jobs that run like clockwork",
    "key rotation": "a customer rotates keys, so its conversations change accounts",
}
"""What each innocent hypothesis says; one that is not listed is shown by its name alone."""


ACRONYMS = {"ci": "CI", "vpn": "VPN", "fdr": "FDR"}


def clean(value: Any) -> Any:
    """Make unseen characters visible in any text about to be shown; other values, and markup, pass.

    Jinja calls this on every expression before escaping, so no template can forget it.
    """
    # A subclass of str is markup that the template made itself.
    if type(value) is str:
        return _UNSEEN.sub(lambda match: f"⟦U+{ord(match[0]):04X}⟧", value)
    return NONE if value is None else value


def disarmed(text: str) -> str:
    """A text for a cell of CSV: its unseen characters are shown, as a terminal would obey some and readers of CSV stop at others.

    An apostrophe before it makes text of a FORMULA (OWASP); a carriage return, which would begin one too, is shown by then.
    """
    shown = clean(text)
    return f"'{shown}" if shown.startswith(FORMULA) else str(shown)


def cut(text: Any, length: int = MAX_TEXT) -> str:
    """A text from a log, cut to a readable length; the cut is told."""
    text = str(text)
    return text if len(text) <= length else f"{text[:length]}… ({len(text) - length:,} more characters)"


def count(value: float | None) -> str:
    """A whole number with thousands separated."""
    return NONE if value is None else f"{value:,.0f}"


def millions(value: float | None) -> str:
    """Millions with one decimal, smaller numbers whole: sums of tokens are estimates."""
    if value is None or value < 1e6:
        return count(value)
    return f"{value / 1e6:,.1f}{NBSP}M"


def number(value: float | None) -> str:
    """Three significant digits; very small and very large numbers as powers of ten."""
    if value is None or math.isnan(value):
        return NONE
    if value == 0 or math.isinf(value):
        return "0" if value == 0 else ("∞" if value > 0 else "−∞")
    size = abs(value)
    if size >= 1e7 or size < 1e-4:
        return power(value)
    if size >= 100:
        return f"{value:,.0f}".replace("-", "−")
    digits = max(0, 2 - math.floor(math.log10(size)))
    text = f"{value:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def power(value: float) -> str:
    """A number as digits times a power of ten."""
    mantissa, exponent = f"{value:.1e}".split("e")
    digits = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa.removesuffix('.0')} × 10{digits}".replace("-", "−").replace(" ", NBSP)


def chance(value: float | None) -> str:
    """A p value; one too small for a float is told as a bound."""
    return f"<{NBSP}10⁻³⁰⁰" if value == 0 else number(value)


def signed(value: float | None) -> str:
    """A score, or what a piece adds to it, with its sign, one decimal; next to 0 one digit that tells on which side it lies."""
    if value is None:
        return NONE
    if 0 < abs(value) < 0.05:
        return "+" * (value > 0) + number(float(f"{value:.1g}"))
    return f"{value:+.1f}".replace("-", "−") if value else "0.0"


def share(value: float | None) -> str:
    """A share of 1 in per cent."""
    if value is None:
        return NONE
    text = f"{value:.0%}" if value >= 0.1 or value == 0 else f"{value:.1%}"
    return text.replace("%", NBSP + "%")


def times(observed: float | None, expected: float | None) -> str:
    """How many times more than expected was observed."""
    if observed is None or expected is None:
        return NONE
    return f"×{number(observed / expected)}" if expected > 0 else "not expected at all"


def size(value: float | None) -> str:
    """Bytes in decimal units."""
    if value is None:
        return NONE
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def at(hour: int) -> datetime:
    """The time that hours since 1970 stand for, UTC."""
    return HOUR_ZERO + timedelta(hours=hour)


def moment(value: datetime | str | None) -> str:
    """A time to the minute, UTC."""
    if value is None:
        return NONE
    try:
        told = datetime.fromisoformat(value) if isinstance(value, str) else value
        told = told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError):
        # Not a time at all, or not of UTC's calendar: shown as it stands, but no longer than a time, because times do not wrap.
        value = str(value)
        return value if len(value) <= MAX_TIME else value[: MAX_TIME - 1] + "…"
    return f"{told:%Y-%m-%d %H:%M}"


def day(value: datetime | str | None) -> str:
    """A date, UTC."""
    return moment(value).split(" ")[0]


def confidence(score: float) -> str:
    """A confidence in words; methods and limits in the report say what each word stands for."""
    return next((word for least, word in CONFIDENCE if score >= least), "low")


def fit(score: float | None) -> str:
    """How well an innocent explanation fits, in words."""
    return NONE if score is None else next((word for least, word in FIT if score >= least), FIT[-1][1])


def plain(name: str) -> str:
    """A name from the code as words: ``popular_tool`` becomes ``popular tool``."""
    return " ".join(ACRONYMS.get(word, word) for word in name.replace("_", " ").split(" "))


def flat(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Settings as names and values in words, by name; what is nested follows the name of what it is in."""
    rows: list[tuple[str, str]] = []
    for name, value in sorted(values.items()):
        if isinstance(value, Mapping):
            rows += [(f"{plain(name)}: {inner}", told) for inner, told in flat(value)]
        else:
            rows.append((plain(name), _in_words(value)))
    return rows


def _in_words(value: Any) -> str:
    if value is None or value == []:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    return ", ".join(map(_in_words, value)) if isinstance(value, list) else str(value)


def note(unit: str) -> str:
    """The classes of a note in a narrow cell: a short one stays on one line, a long one would take the width of the other columns."""
    return "note tight" if len(unit) <= SHORT else "note"


def sentence(text: str) -> str:
    """A text that starts with a capital."""
    return text[:1].upper() + text[1:]


def hypothesis(name: str) -> str:
    """What an innocent hypothesis says."""
    return HYPOTHESES.get(plain(name), "")


def steps(hours: int) -> str:
    """The length of a step of a chart."""
    if hours % 24 == 0:
        return "day" if hours == 24 else f"{hours // 24} days"
    return "hour" if hours == 1 else f"{hours} hours"
