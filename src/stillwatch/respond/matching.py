"""Which case a campaign is: by its members, and by the objects it leaves once all members were banned and replaced. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MIN_MEMBERS = 0.3
"""Shared accounts over the smaller of the two, from which they are the same."""
MIN_MARKS = 0.3
"""The same for objects that mostly the campaign's own accounts leave."""
FEWEST_MEMBERS = 2
FEWEST_MARKS = 2
"""One shared account or object can be chance."""

Mark = tuple[str, str]
"""View and object."""


@dataclass(frozen=True)
class Found:
    """A campaign of a run."""

    campaign_id: str
    members: frozenset[str]
    marks: frozenset[Mark]
    lineage: str | None = None
    """Campaign of an earlier run that detection says it continues."""


@dataclass(frozen=True)
class Known:
    """A case: all accounts and objects that it ever had, and the campaign identifiers."""

    case_id: str
    members: frozenset[str]
    marks: frozenset[Mark]
    campaign_ids: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()
    """Those of its members that were found last: a part that split off is in the old case, but present in its own."""


@dataclass(frozen=True)
class Match:
    """A campaign that is a known case, and why."""

    case_id: str
    strength: float
    """0 to 1."""
    same: bool = False
    """Whether the campaign, or the one that it continues, is the case's."""
    present: float = 0.0
    """Shared accounts that are present in the case, over all that are in either."""
    why: dict[str, Any] = field(default_factory=dict)


def match(found: Sequence[Found], known: Sequence[Known]) -> dict[str, Match]:
    """campaign_id -> the case it is; campaigns that open a case are absent.

    A case takes at most one campaign of a run, the strongest, of equal ones its own and the one that is there; what remains of a
    split opens its own case. The result does not depend on the order of the arguments.
    """
    by_member: dict[str, list[int]] = {}
    by_mark: dict[Mark, list[int]] = {}
    by_campaign: dict[str, list[int]] = {}
    for place, case in enumerate(known):
        for account_id in case.members:
            by_member.setdefault(account_id, []).append(place)
        for mark in case.marks:
            by_mark.setdefault(mark, []).append(place)
        for campaign_id in case.campaign_ids:
            by_campaign.setdefault(campaign_id, []).append(place)
    pairs = []
    for campaign in found:
        places = {p for account_id in campaign.members for p in by_member.get(account_id, ())}
        places |= {p for mark in campaign.marks for p in by_mark.get(mark, ())}
        places |= {p for name in (campaign.campaign_id, campaign.lineage or "") for p in by_campaign.get(name, ())}
        pairs += [(campaign, made) for p in places if (made := _compare(campaign, known[p])) is not None]
    pairs.sort(key=lambda pair: (*_worth(pair[1]), pair[0].campaign_id, pair[1].case_id))
    taken: set[str] = set()
    result: dict[str, Match] = {}
    for campaign, made in pairs:
        if campaign.campaign_id not in result and made.case_id not in taken:
            result[campaign.campaign_id] = made
            taken.add(made.case_id)
    return result


def _worth(made: Match) -> tuple[float, ...]:
    """What sorts the best match first."""
    return -made.strength, not made.same, -made.present, -made.why["shared_members"]


def _compare(campaign: Found, case: Known) -> Match | None:
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
