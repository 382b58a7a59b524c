"""Formats numbers, times and degrees for analysts, and makes hostile text safe to display."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

NONE = "–"
"""Shown in place of a missing value."""

NBSP = "\u00a0"
HOUR_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
MAX_TIME = 25
"""Characters shown of a time that cannot be parsed."""
MAX_TEXT = 600
"""Characters shown of a text from a log."""

# Controls, bidirectional overrides, zero-width characters, tags and lone surrogates can hide or reverse text, so that a reader sees
# something else than the actual text (CVE-2021-42574).
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)

FORMULA = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")
"""First characters of a cell that a spreadsheet runs as a formula; some accept the full-width signs as well."""

CONFIDENCE = ((math.log(1000), "very high"), (math.log(30), "high"), (0.0, "moderate"))
"""(lowest score in nats, word): a thousand times rarer among innocent groups than the line to cross, thirty times rarer, on the line."""

SHORT = 24
"""Longest unit that fits on one line of a table's cell, characters."""

FIT = ((0.75, "fits well"), (0.5, "fits"), (0.25, "fits in part"), (0.05, "hardly fits"), (0.0, "does not fit"))
"""(lowest score of 0 to 1, words for how well an innocent explanation fits)."""

NO_PROOF = "This is a finding from traffic, with errors: a reason for a person to look, and no proof of intent."
"""Printed on everything that reports a finding to others."""

NEVER_SEEN = "at simulated providers never seen, about one innocent account in a thousand was accused, whole crowds at a time"
"""Printed beside every rate that assumes innocents like the calibration's; README.md has the figure (twenty-five authors)."""

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
"""Innocent hypothesis -> what it says; a hypothesis that is not here is shown by name only."""


ACRONYMS = {"ci": "CI", "vpn": "VPN", "fdr": "FDR"}


def clean(value: Any) -> Any:
    """Make invisible characters of a text visible; other values and markup are returned unchanged.

    Jinja calls this on every expression before escaping, so no template can forget it.
    """
    # A subclass of str is markup of the template.
    if type(value) is str:
        return _UNSEEN.sub(lambda match: f"⟦U+{ord(match[0]):04X}⟧", value)
    return NONE if value is None else value


def disarmed(text: str) -> str:
    """A text for a cell of CSV, with invisible characters made visible: terminals obey some, and CSV readers stop at others.

    A leading apostrophe turns a FORMULA into text (OWASP). A carriage return, which could start one too, is visible by then.
    """
    shown = clean(text)
    return f"'{shown}" if shown.startswith(FORMULA) else str(shown)


def cut(text: Any, length: int = MAX_TEXT) -> str:
    """A text from a log, cut to ``length`` characters; says how many were cut off."""
    text = str(text)
    return text if len(text) <= length else f"{text[:length]}… ({len(text) - length:,} more characters)"


def count(value: float | None) -> str:
    """A whole number with thousands separators."""
    return NONE if value is None else f"{value:,.0f}"


def millions(value: float | None) -> str:
    """Millions with one decimal, smaller numbers whole; for sums of tokens, which are estimates."""
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
    """A p value; one that is too small for a float is shown as a bound."""
    return f"<{NBSP}10⁻³⁰⁰" if value == 0 else number(value)


def signed(value: float | None) -> str:
    """A score or a contribution to it with sign and one decimal; near 0 with one significant digit, to show its side."""
    if value is None:
        return NONE
    if 0 < abs(value) < 0.05:
        return "+" * (value > 0) + number(float(f"{value:.1g}"))
    return f"{value:+.1f}".replace("-", "−") if value else "0.0"


def share(value: float | None) -> str:
    """A share of 0 to 1 in per cent."""
    if value is None:
        return NONE
    text = f"{value:.0%}" if value >= 0.1 or value == 0 else f"{value:.1%}"
    return text.replace("%", NBSP + "%")


def times(observed: float | None, expected: float | None) -> str:
    """Observed divided by expected, such as ×3."""
    if observed is None or expected is None:
        return NONE
    return f"×{number(observed / expected)}" if expected > 0 else "not expected at all"


def size(value: float | None) -> str:
    """A number of bytes in decimal units."""
    if value is None:
        return NONE
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def at(hour: int) -> datetime:
    """The time of an hour since 1970, UTC."""
    return HOUR_ZERO + timedelta(hours=hour)


def moment(value: datetime | str | None) -> str:
    """A time to the minute, UTC; ISO text without a zone is UTC."""
    if value is None:
        return NONE
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else value
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        # Not a time, or out of range in UTC: shown unchanged, but cut to the length of a time, because times do not wrap.
        value = str(value)
        return value if len(value) <= MAX_TIME else value[: MAX_TIME - 1] + "…"
    return f"{time:%Y-%m-%d %H:%M}"


def day(value: datetime | str | None) -> str:
    """A date, UTC."""
    return moment(value).split(" ")[0]


def confidence(score: float) -> str:
    """The word for a score's confidence; the report explains each word under methods and limits."""
    return next((word for least, word in CONFIDENCE if score >= least), "low")


def fit(score: float | None) -> str:
    """Words for how well an innocent explanation fits, from its score of 0 to 1."""
    return NONE if score is None else next((word for least, word in FIT if score >= least), FIT[-1][1])


def plain(name: str) -> str:
    """A name from the code as words: ``popular_tool`` becomes ``popular tool``."""
    return " ".join(ACRONYMS.get(word, word) for word in name.replace("_", " ").split(" "))


def flat(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Settings as (name, value) in words, sorted by name; a nested name follows that of its parent."""
    rows: list[tuple[str, str]] = []
    for name, value in sorted(values.items()):
        if isinstance(value, Mapping):
            rows += [(f"{plain(name)}: {inner_name}", inner_value) for inner_name, inner_value in flat(value)]
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
    """CSS classes of a note in a narrow cell: a short note stays on one line, a long one wraps, to leave width to other columns."""
    return "note tight" if len(unit) <= SHORT else "note"


def sentence(text: str) -> str:
    """A text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def hypothesis(name: str) -> str:
    """What an innocent hypothesis says."""
    return HYPOTHESES.get(plain(name), "")


def steps(hours: int) -> str:
    """Words for the length of a chart's step, hours."""
    if hours % 24 == 0:
        return "day" if hours == 24 else f"{hours // 24} days"
    return "hour" if hours == 1 else f"{hours} hours"
