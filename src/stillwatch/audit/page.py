"""The report of an audit: one self-contained page."""

from pathlib import Path
from typing import Any

import jinja2

from stillwatch.audit import results
from stillwatch.counting import number_of
from stillwatch.files import replacing

MAX_ROWS = 500


def write(summary: dict[str, Any], found: results.Results, path: Path) -> None:
    """Write the page."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("stillwatch.audit"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["percent"] = lambda x: "" if x is None else f"{100 * x:.1f} %"
    environment.filters["count"] = lambda x: f"{x:,}"
    environment.filters["number_of"] = number_of
    sources = [row for row in found.rows if not row["period"]]
    dated = [row for row in found.rows if row["period"] and row["scored"] >= results.MIN_DOCUMENTS]
    months, detail = [row for row in dated if not row["source"]], [row for row in dated if row["source"]]
    html = environment.get_template("audit.html").render(
        s=summary, sources=sources[:MAX_ROWS], n_sources=len(sources), months=months, detail=detail[:MAX_ROWS],
        n_few=sum(bool(row["period"]) for row in found.rows) - len(dated), few=results.MIN_DOCUMENTS,
    )
    with replacing(path) as partial:
        partial.write_text(html, encoding="utf-8")
