"""What of a run may leave the house: campaigns with numbers, and marks as hashes that enough accounts left. Pure.

Never shared: account identifiers, text, addresses, payment and contact, country. A mark is shared as the SHA-256 of its
view and object, and only if at least ``k`` accounts of the campaign left it (k-anonymity), so that no mark stands for one
person. Views of identity are left out whatever their size. Whoever holds the same prompt text can compute the same hash;
that is what makes it of use to others, so it hides a prompt from those who cannot guess it, and from nobody else.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stillwatch import run_details
from stillwatch.report import words
from stillwatch.report.load import Campaign, load

K = 5
"""Default of k."""
SHARED_FAMILIES = ("content",)
"""Families of views whose objects may be shared."""
CONFIDENCE = {"low": 15, "moderate": 50, "high": 75, "very high": 90}
"""The report's words on a scale of 0 to 100."""


@dataclass(frozen=True)
class SharedMark:
    """One object that a campaign's accounts leave."""

    view: str
    sha256: str
    n_accounts: int
    n_events: int


@dataclass(frozen=True)
class SharedCampaign:
    """One campaign as others see it."""

    campaign_id: str
    score: float
    """As the run tells it: nats by which it is rarer among innocent groups than the line to cross."""
    q_value: float
    n_accounts: int
    n_events: int
    n_harvested: int
    harvested_low: int | None
    harvested_high: int | None
    """The 90 % interval of ``n_harvested``; null where none is told."""
    output_tokens: int
    first_seen: datetime | None
    last_seen: datetime | None
    views: tuple[str, ...]
    capabilities: Mapping[str, float]
    explanations: Sequence[Mapping[str, Any]]
    lineage: str | None
    marks: tuple[SharedMark, ...]
    """Those that at least k accounts left, of the families that are shared."""


@dataclass(frozen=True)
class SharedRun:
    """A run as others see it."""

    campaigns: tuple[SharedCampaign, ...]
    version: str
    last_seen: datetime
    """Newest request: the time that every object made of the run carries, so that the same run gives the same bytes."""
    keyed: bool
    """Marks are keyed by the tenant's key (privacy mode features): nobody else can match them, so none is shared."""


def read(run: Path, *, k: int = K) -> SharedRun:
    """Read a run's campaigns (not its groups for review), reduced to what may be shared.

    Raises:
        InputError: the run is absent or unreadable, or its harvest is gone or does not fit: what is shared tells its figures.
    """
    loaded = load(run)
    run_details.demand_fitting_harvest(run, (campaign.row for campaign in loaded.campaigns), loaded.erasures)
    keyed = loaded.summary.get("privacy", "text") != "text"
    seen = loaded.summary.get("last_seen")
    campaigns = tuple(_reduced(campaign, k, keyed) for campaign in sorted(loaded.campaigns, key=lambda c: str(c.row["campaign_id"])))
    times = [c.last_seen for c in campaigns if c.last_seen is not None]
    last = datetime.fromisoformat(seen) if seen else max(times, default=datetime(1970, 1, 1, tzinfo=UTC))
    return SharedRun(campaigns, str(loaded.summary.get("version", "unknown")), last.astimezone(UTC), keyed)


def mark_hash(view: str, object_: str) -> str:
    """The hash by which a mark is shared and matched, hex."""
    return hashlib.sha256(f"stillwatch-mark-1\0{view}\0{object_}".encode()).hexdigest()


def _reduced(campaign: Campaign, k: int, keyed: bool) -> SharedCampaign:
    row = campaign.row
    objects = [o for o in campaign.details.get("objects", []) if isinstance(o, dict) and {"view", "object", "accounts"} <= o.keys()]
    open_ = [o for o in objects if not keyed and str(o["view"]).split(".")[0] in SHARED_FAMILIES and o["accounts"] >= k]
    marks = sorted(map(_mark, open_), key=lambda mark: (-mark.n_accounts, mark.sha256))
    return SharedCampaign(
        row["campaign_id"], row["score"], row["q_value"], row["n_accounts"], row["n_events"], row["n_harvested"],
        row["harvested_low"], row["harvested_high"], row["output_tokens"] or 0, row["first_seen"], row["last_seen"], tuple(row["views"]),
        row["capabilities"] or {}, row["explanations"], row["lineage"], tuple(marks),
    )


def _mark(told: Mapping[str, Any]) -> SharedMark:
    view = str(told["view"])
    return SharedMark(view, mark_hash(view, str(told["object"])), int(told["accounts"]), int(told.get("events") or 0))


def told_between(campaign: SharedCampaign) -> str:
    """The interval of the harvest in brackets; nothing where none is told."""
    between = run_details.between(vars(campaign))
    return f" ({between})" if between else ""


def main_capability(campaign: SharedCampaign) -> str:
    """The known capability that harvested requests ask for most often, and its share of all."""
    known = {name: share for name, share in campaign.capabilities.items() if share and name != "other"}
    if not known:
        return "of no known kind"
    name = max(known, key=lambda name: (known[name], name))
    return f"most often {name.replace('_', ' ')} ({known[name]:.0%})"


def confidence(score: float) -> int:
    """The report's word for a score on the 0 to 100 of STIX and OCSF, in the ranges of STIX 2.1, appendix A.1 (low, medium, high).

    A score is no log-odds, so no chance can be had from it: the number stands for the word alone. Never 100.
    """
    return CONFIDENCE[words.confidence(score)]
