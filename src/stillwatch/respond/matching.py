"""Matches campaigns of a run to known cases: by shared accounts, or by shared objects once all accounts were banned and replaced.

Pure functions; nothing is read or stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MIN_MEMBERS = 0.3
"""From this share on a campaign is the case: shared accounts over the accounts of the smaller of the two."""
MIN_MARKS = 0.3
"""The same for objects that mostly the campaign's own accounts leave."""
FEWEST_MEMBERS = 2
FEWEST_MARKS = 2
"""Fewest shared accounts and objects that count; a single one can be chance."""

Mark = tuple[str, str]
"""``(view, object)``."""


@dataclass(frozen=True)
class NewCampaign:
    """A campaign of the run that is imported."""

    campaign_id: str
    members: frozenset[str]
    marks: frozenset[Mark]
    lineage: str | None = None
    """Id of the campaign of an earlier run that, according to detection, it continues."""


@dataclass(frozen=True)
class KnownCase:
    """A case of the store, with all accounts, objects and campaign ids that it ever had."""

    case_id: str
    members: frozenset[str]
    marks: frozenset[Mark]
    campaign_ids: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()
    """Members that the last import found: accounts that split off are still members of the old case, but present only in the new one."""


@dataclass(frozen=True)
class Match:
    """The case that a campaign is, and why."""

    case_id: str
    strength: float
    """Larger of the shares of accounts and of objects, 0 to 1; 1 where ``same``."""
    same: bool = False
    """Whether the case already had the campaign's id, or that of the campaign it continues."""
    present: float = 0.0
    """Shared accounts that are present in the case, over accounts that are in the campaign or present in the case."""
    why: dict[str, Any] = field(default_factory=dict)


def match(campaigns: Sequence[NewCampaign], known: Sequence[KnownCase]) -> dict[str, Match]:
    """Match each campaign to at most one case, and each case to at most one campaign: the strongest match first.

    Of equally strong matches the one with the same campaign id goes first, then the one that shares more present accounts. After a
    split, the parts that are not matched open cases of their own. The result does not depend on the order of the arguments.

    Returns:
        Campaign id -> its case; campaigns that open a new case are absent.
    """
    by_member: dict[str, list[int]] = {}
    by_mark: dict[Mark, list[int]] = {}
    by_campaign: dict[str, list[int]] = {}
    for i, case in enumerate(known):
        for account_id in case.members:
            by_member.setdefault(account_id, []).append(i)
        for mark in case.marks:
            by_mark.setdefault(mark, []).append(i)
        for campaign_id in case.campaign_ids:
            by_campaign.setdefault(campaign_id, []).append(i)
    pairs = []
    for campaign in campaigns:
        candidates = {i for account_id in campaign.members for i in by_member.get(account_id, ())}
        candidates |= {i for mark in campaign.marks for i in by_mark.get(mark, ())}
        candidates |= {i for name in (campaign.campaign_id, campaign.lineage or "") for i in by_campaign.get(name, ())}
        pairs += [(campaign, candidate) for i in candidates if (candidate := _compare(campaign, known[i])) is not None]
    pairs.sort(key=lambda pair: (*_sort_key(pair[1]), pair[0].campaign_id, pair[1].case_id))
    taken_cases: set[str] = set()
    result: dict[str, Match] = {}
    for campaign, candidate in pairs:
        if campaign.campaign_id not in result and candidate.case_id not in taken_cases:
            result[campaign.campaign_id] = candidate
            taken_cases.add(candidate.case_id)
    return result


def _sort_key(candidate: Match) -> tuple[float, ...]:
    """Sorts the best match first."""
    return -candidate.strength, not candidate.same, -candidate.present, -candidate.why["shared_members"]


def _compare(campaign: NewCampaign, case: KnownCase) -> Match | None:
    members, marks = len(campaign.members & case.members), len(campaign.marks & case.marks)
    by_members = _share(members, len(campaign.members), len(case.members), FEWEST_MEMBERS)
    by_marks = _share(marks, len(campaign.marks), len(case.marks), FEWEST_MARKS)
    same = campaign.campaign_id in case.campaign_ids or (campaign.lineage or "") in case.campaign_ids
    if not (same or by_members >= MIN_MEMBERS or by_marks >= MIN_MARKS):
        return None
    why = {"shared_members": members, "shared_marks": marks, "lineage": campaign.lineage if same else None}
    present = len(campaign.members & case.present) / max(1, len(campaign.members | case.present))
    return Match(case.case_id, 1.0 if same else max(by_members, by_marks), same, present, why)


def _share(shared: int, a: int, b: int, fewest: int) -> float:
    return shared / min(a, b) if shared >= min(fewest, a, b) and min(a, b) else 0.0
