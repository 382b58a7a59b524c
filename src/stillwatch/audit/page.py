"""The report of an audit: one self-contained page."""

from pathlib import Path
from typing import Any

import jinja2

from stillwatch.audit import results, verdicts
from stillwatch.files import atomic_write
from stillwatch.terminal.counting import number_of

MAX_ROWS = 500
COUNTED = {
    "verdict model": "called model-written", "verdict human": "called a person's", "verdict unsure": "unsure: no verdict",
    "reason source refused": "unsure since no share is told of their source (source refused)",
    "reason reference": "unsure since they are references (reference)",
    "reason no question": "unsure since it is not known what was asked (no question)",
    "reason too short": "unsure since they have less than {words} words (too short)",
    "reason unknown words": "unsure since the references know less than {known} of their words and pairs of words (unknown words)",
    "reason unlike both": "unsure since hardly any reference of either kind scores as they do: too high for a person's, too low for a "
                          "model's (unlike both)",
    "reason few references": "unsure since references are too few to call any so at {fpr}: Blind, above (few references)",
    "reason between": "unsure since more than {fpr} of the references of either kind score as they do (between)",
    "reason document": "could be removed since called model-written (document)",
    "reason canary": "could be removed since they speak of themselves as a model's (canary)",
    "reason duplicate": "could be removed as near-duplicates of known texts (duplicate)",
    "reason campaign": "could be removed since they carry a campaign's template (campaign)",
}
"""What the counts of verdicts and reasons are, in words, with the limits, and in the order of the page."""

UNREAD = {
    verdicts.UNREAD_KEPT: "not read, so kept in it as they were (rows, pages, files)",
    verdicts.UNREAD_LOST: "not read, and without a place in it (pages, rests of damaged files)",
}


def write(summary: dict[str, Any], found: results.Results, path: Path) -> None:
    """Write the page."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("stillwatch.audit"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["percent"] = _percent
    environment.filters["count"] = lambda x: f"{x:,}"
    environment.filters["number_of"] = number_of
    sources = [row for row in found.rows if not row["period"]]
    dated = [row for row in found.rows if row["period"] and row["scored"] >= results.MIN_DOCUMENTS]
    months, detail = [row for row in dated if not row["source"]], [row for row in dated if row["source"]]
    html = environment.get_template("audit.html").render(
        s=summary, counted=_counted(summary), by_score=verdicts.by_score(summary), sources=sources[:MAX_ROWS], n_sources=len(sources),
        months=months, detail=detail[:MAX_ROWS],
        n_few=sum(bool(row["period"]) for row in found.rows) - len(dated), few=results.MIN_DOCUMENTS,
    )
    with atomic_write(path) as partial:
        partial.write_text(html, encoding="utf-8")


def _percent(x: float | None) -> str:
    return "" if x is None else f"{100 * x:.1f} %"


def _counted(summary: dict[str, Any]) -> list[tuple[str, int]]:
    counts = summary["verdicts"]
    limits = {"words": summary["limits"]["words"], "known": _percent(summary["limits"]["known"]), "fpr": _percent(summary["fpr"])}
    known = [(text.format_map(limits), counts[name]) for name, text in COUNTED.items() if name in counts]
    removed = summary["removed"] or {}
    gone = [("removed from the filtered copy", removed.get("documents", 0))] if summary["removed"] is not None else []
    gone += [(f"removed from it for {name}", removed[name]) for name in sorted(verdicts.REASONS) if name in removed]
    return known + gone + [(text, removed[name]) for name, text in UNREAD.items() if name in removed]
