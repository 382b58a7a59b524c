"""Renders the report: numbers, charts and texts of a run on one page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch import __version__, run_details
from stillwatch.report import words
from stillwatch.report.charts import Time, time
from stillwatch.report.evidence import FAMILIES, LEAST, Shared, Waterfall, objects, waterfall
from stillwatch.report.graph import Graph, graph
from stillwatch.report.load import Campaign, Member, Run

if TYPE_CHECKING:
    import jinja2

TEMPLATES = Path(__file__).parent / "templates"
MAX_CAMPAIGNS = 60
"""Most campaigns that are drawn in full; the table lists all."""
MAX_REVIEWS = 60
WATCH_SHOWN = 20
"""Most accounts that are listed of a group on the watch list; watch.parquet has all."""
CLEARED_SHOWN = 12
"""Most groups shown of which nobody is accused; cleared.parquet has more."""
MAX_OBJECTS = 20
MAX_TEMPLATES = 6
MAX_INPUTS = 24

SUMMARY = (
    "version", "inputs", "parameters", "stages", "blind_views", "n_events", "n_accounts", "first_seen", "last_seen",
    "estimated_false_discoveries", "start", "as_of", "warnings", "calibration", "n_groups_judged",
)
"""Fields of summary.json that the page shows; a field that a run lacks is shown as not told."""

FILTERS = (
    words.count, words.millions, words.number, words.chance, words.signed, words.share, words.size, words.moment,
    words.day, words.steps, words.cut, words.plain, words.flat, words.note, words.sentence, words.fit, words.confidence, words.hypothesis,
    run_details.interval_words,
)


@dataclass(frozen=True)
class Section:
    """All that is shown of one campaign; parts that the run lacks are None or empty."""

    index: int
    row: Mapping[str, Any]
    members: Sequence[Member]
    title: str
    sentence: str
    capabilities: Sequence[tuple[str, float]]
    explanations: Sequence[Mapping[str, Any]]
    n_leading: int
    """Accounts of the group that the evidence is about; 0 if the run does not say."""
    marked: str
    """Words for the number of requests on which that group was measured (:func:`stillwatch.run_details.measured_on_words`)."""
    sampled_one_in: int
    """One in so many of its networks, prompts and tasks was examined; 1: all."""
    waterfall: Waterfall | None
    time: Time | None
    graph: Graph | None
    objects: Sequence[Shared]
    n_objects: int
    in_common: Mapping[str, int]
    """Id of another campaign or group -> number of these objects that it also has (:func:`stillwatch.run_details.shared_object_counts`)."""
    pathways: Sequence[tuple[str, float]]
    pivots: Sequence[Mapping[str, Any]]
    templates: Sequence[Mapping[str, Any]]
    changes: Sequence[str]
    not_accused: Sequence[str]
    worth: Sequence[Mapping[str, Any]]
    """Value of the harvest by ``stillwatch exposure`` (rows of :func:`stillwatch.run_worth.read`)."""
    unvalued: Sequence[Mapping[str, Any]]
    """``name`` and ``share`` of the parts of the harvest that exposure cannot value."""
    common_reasons: Sequence[str]
    """What speaks for the campaign, if all its accounts have the same reasons; else empty."""
    own_reasons: Sequence[str]
    """What is said of each of ``members`` and not of all; empty if nothing is."""
    median: str
    """What is said of the median account; empty if nothing is."""


@dataclass(frozen=True)
class Totals:
    """Totals over all campaigns, for the head of the page."""

    accounts: int
    harvested: int
    output_tokens: int
    first_seen: datetime | None
    last_seen: datetime | None


def page(run: Run, *, exposure: str | None = None) -> str:
    """Render the report.

    Args:
        run: the run.
        exposure: address of the page that values the harvests; None if there is none.

    Returns:
        HTML that needs no network and no script.
    """
    rows = [campaign.row for campaign in run.campaigns]
    summary = dict.fromkeys(SUMMARY) | dict(run.summary)
    summary["inputs"] = _with_fields(summary["inputs"], "path", "sha256", "bytes")
    summary["blind_views"] = _with_fields(summary["blind_views"], "view", "reason")
    known = {str(campaign.row["campaign_id"]): campaign.details for campaign in (*run.campaigns, *run.reviews)}
    drawn = [section(i, campaign, known) for i, campaign in enumerate(run.campaigns[:MAX_CAMPAIGNS], start=1)]
    return (
        environment()
        .get_template("report.html")
        .render(
            version=summary["version"] or __version__,
            summary=summary,
            max_inputs=MAX_INPUTS,
            campaigns=run.campaigns,
            sections=drawn,
            reviews=[section(i, campaign) for i, campaign in enumerate(run.reviews[:MAX_REVIEWS], start=1)],
            n_reviews=len(run.reviews),
            watch=run.watch,
            watch_shown=WATCH_SHOWN,
            cleared=run.cleared[:CLEARED_SHOWN],
            n_cleared=len(run.cleared),
            totals=totals(rows),
            confidences=words.CONFIDENCE,
            exposure=exposure,
        )
    )


def totals(rows: Sequence[Mapping[str, Any]]) -> Totals:
    """Sum over the campaigns; an account belongs to one campaign, so nothing is counted twice."""
    first = [row["first_seen"] for row in rows if row["first_seen"] is not None]
    last = [row["last_seen"] for row in rows if row["last_seen"] is not None]
    return Totals(
        accounts=sum(row["n_accounts"] for row in rows),
        harvested=sum(row["n_harvested"] for row in rows),
        output_tokens=sum(row["output_tokens"] or 0 for row in rows),
        first_seen=min(first, default=None),
        last_seen=max(last, default=None),
    )


def section(index: int, campaign: Campaign, known: Mapping[str, Mapping[str, Any]] | None = None) -> Section:
    """Lay out one campaign.

    Args:
        index: its number on the page, from 1.
        campaign: the campaign.
        known: campaign id -> details, of all campaigns and groups of the run.
    """
    row, details = campaign.row, campaign.details
    common = _common([member.reasons for member in campaign.members])
    own_reasons, median = _own_reasons(campaign.members, alike=bool(common))
    others = {name: other for name, other in (known or {}).items() if name != row["campaign_id"]}
    return Section(
        index=index,
        row=row,
        members=campaign.members,
        title=str(details.get("title") or row["campaign_id"]),
        sentence=str(details.get("sentence") or _sentence(row)),
        capabilities=capabilities(row),
        explanations=sorted(row["explanations"] or (), key=lambda e: (-(e["score"] or 0), e["hypothesis"])),
        n_leading=int(details.get("n_leading") or 0),
        marked=run_details.measured_on_words(details),
        sampled_one_in=int(details.get("sampled_one_in") or 1),
        waterfall=waterfall(details, row["score"]),
        time=time(details, row["n_accounts"]),
        graph=graph(details.get("graph"), row["n_accounts"]),
        objects=objects(details, MAX_OBJECTS),
        n_objects=max(int(details.get("n_objects") or 0), len(details.get("objects") or ())),
        in_common=run_details.shared_object_counts(details, others),
        pathways=_shares(details.get("pathways")),
        pivots=_with_fields(details.get("pivots"), "model", "released_at", "share_before", "share_after"),
        templates=_with_fields(details.get("templates"), "masked", "events", "accounts", "of"),
        worth=_with_fields(details.get("worth"), "task", "capability", "n", "n_low", "n_high", "gap", "low", "high", "note", "waiting"),
        unvalued=_with_fields(details.get("unvalued"), "name", "share"),
        common_reasons=common,
        own_reasons=own_reasons,
        median=median,
        changes=[str(change) for change in details.get("changes") or ()],
        not_accused=[str(why) for why in details.get("not_accused") or ()],
    )


def _common(reasons: Sequence[Sequence[str]]) -> Sequence[str]:
    """The reasons of all members if they are the same; else empty."""
    return reasons[0] if reasons and all(own == reasons[0] for own in reasons) else ()


def _own_reasons(members: Sequence[Member], *, alike: bool) -> tuple[Sequence[str], str]:
    """What the table says of each account (only its own if all others are ``alike``), and of the median one, which is said once for all."""
    itself = [_MEDIAN.split(member.itself) for member in members]
    median = next((parts[1] for parts in itself if len(parts) == 3), "")
    texts = ["; ".join([*(() if alike else member.reasons[:3]), *filter(None, ["".join(parts[::2])])])
             for member, parts in zip(members, itself, strict=True)]
    return texts if any(texts) else (), median


_MEDIAN = re.compile(rf" \(({run_details.MEDIAN_ACCOUNT_WORDS}[^)]*)\)")


def _with_fields(entries: Any, *fields: str) -> list[dict[str, Any]]:
    """The entries with all fields, None where absent, so that the template need not check."""
    return [dict.fromkeys(fields) | entry for entry in entries or () if isinstance(entry, dict)]


def _sentence(row: Mapping[str, Any]) -> str:
    views = ", ".join(row["views"] or ()) or "no view told"
    return (
        f"{words.count(row['n_accounts'])} accounts acted together, linked by {views};"
        f" {words.count(row['n_harvested'])} of their {words.count(row['n_events'])} requests belong to the harvest."
    )


def capabilities(row: Mapping[str, Any]) -> list[tuple[str, float]]:
    """(capability, share) of a campaign's row, largest first; shares below half a per cent are left out."""
    shares = {name: value for name, value in (row["capabilities"] or {}).items() if value is not None and value >= 0.005}
    return sorted(((words.plain(name), value) for name, value in shares.items()), key=lambda item: -item[1])


def _shares(counts: Any) -> list[tuple[str, float]]:
    """(name, share of the sum), largest first, from counts by name."""
    if not isinstance(counts, dict) or not sum(counts.values()):
        return []
    whole = sum(counts.values())
    return sorted(((str(name), n / whole) for name, n in counts.items()), key=lambda item: (-item[1], item[0]))


def environment() -> "jinja2.Environment":
    """The template engine: escapes everything, makes invisible characters visible, and fails on an absent variable."""
    import jinja2
    from markupsafe import Markup

    engine = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=words.clean,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters |= {function.__name__: function for function in FILTERS}
    # The style sheet is ours, not input; nothing else enters the page unescaped.
    engine.globals |= {
        "style": Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        "times": words.times,
        "no_proof": words.NO_PROOF,
        "never_seen": words.NEVER_SEEN,
        "families": FAMILIES,
        "least": LEAST,
        "max_campaigns": MAX_CAMPAIGNS,
        "max_templates": MAX_TEMPLATES,
    }
    return engine
