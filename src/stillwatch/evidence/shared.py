"""The part of a run that may be shared with others: campaigns with their numbers, and hashes of marks that enough accounts left.

Never shared: account identifiers, text, addresses, payment and contact, country. A mark is shared as the SHA-256 of its view and object,
and only if at least ``k`` accounts of the campaign left it (k-anonymity), so that no mark stands for one person. Views of identity are
never shared. Whoever has the same prompt text can compute the same hash, which is what makes it useful to others; so the hash hides a
prompt only from those who cannot guess it.
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
"""Fewest accounts that must have left a mark for it to be shared."""
SHARED_FAMILIES = ("content",)
"""Families of views whose objects may be shared."""
CONFIDENCE = {"low": 15, "moderate": 50, "high": 75, "very high": 90}
"""Word for confidence in the report -> number from 0 to 100."""


@dataclass(frozen=True)
class SharedMark:
    """An object that accounts of a campaign leave in their requests."""

    view: str
    sha256: str
    n_accounts: int
    n_events: int


@dataclass(frozen=True)
class SharedCampaign:
    """The part of a campaign that may be shared."""

    campaign_id: str
    score: float
    """The run's score, nats: how much rarer it is among innocent groups than the line to cross."""
    q_value: float
    n_accounts: int
    n_events: int
    n_harvested: int
    harvested_low: int | None
    harvested_high: int | None
    """The 90 % interval of ``n_harvested``; None if the run has none."""
    output_tokens: int
    first_seen: datetime | None
    last_seen: datetime | None
    views: tuple[str, ...]
    capabilities: Mapping[str, float]
    explanations: Sequence[Mapping[str, Any]]
    lineage: str | None
    marks: tuple[SharedMark, ...]
    """Marks of the shared families that at least k accounts left."""


@dataclass(frozen=True)
class SharedRun:
    """The part of a run that may be shared."""

    campaigns: tuple[SharedCampaign, ...]
    version: str
    last_seen: datetime
    """Time of the newest request. All shared objects carry it, so that the same run gives the same bytes."""
    keyed: bool
    """Whether marks are keyed by the tenant's key (privacy mode features). Nobody else could match them, so none is shared."""


def read(run: Path, *, k: int = K) -> SharedRun:
    """Read a run's campaigns (not its groups for review), reduced to what may be shared.

    Args:
        run: run folder.
        k: fewest accounts that must have left a mark for it to be shared.

    Raises:
        InputError: the run is absent or unreadable, or its harvest, whose figures are shared, is missing or does not fit the campaigns.
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
    shareable = [o for o in objects if not keyed and str(o["view"]).split(".")[0] in SHARED_FAMILIES and o["accounts"] >= k]
    marks = sorted(map(_mark, shareable), key=lambda mark: (-mark.n_accounts, mark.sha256))
    return SharedCampaign(
        row["campaign_id"], row["score"], row["q_value"], row["n_accounts"], row["n_events"], row["n_harvested"],
        row["harvested_low"], row["harvested_high"], row["output_tokens"] or 0, row["first_seen"], row["last_seen"], tuple(row["views"]),
        row["capabilities"] or {}, row["explanations"], row["lineage"], tuple(marks),
    )


def _mark(row: Mapping[str, Any]) -> SharedMark:
    view = str(row["view"])
    return SharedMark(view, mark_hash(view, str(row["object"])), int(row["accounts"]), int(row.get("events") or 0))


def interval_in_brackets(campaign: SharedCampaign) -> str:
    """The interval of the harvest as text in brackets; empty if the run has none."""
    between = run_details.interval_words(vars(campaign))
    return f" ({between})" if between else ""


def main_capability(campaign: SharedCampaign) -> str:
    """Words for the known capability with the largest share of the harvested requests, with that share."""
    known = {name: share for name, share in campaign.capabilities.items() if share and name != "other"}
    if not known:
        return "of no known kind"
    name = max(known, key=lambda name: (known[name], name))
    return f"most often {name.replace('_', ' ')} ({known[name]:.0%})"


def confidence(score: float) -> int:
    """Confidence from 0 to 100 for STIX and OCSF: a number for the report's word, in the ranges of STIX 2.1, appendix A.1.

    A score cannot be converted to a probability, so the number stands only for the word. Never 100.

    Args:
        score: score of a campaign, nats.
    """
    return CONFIDENCE[words.confidence(score)]
