"""Merges findings in only the last hours or days with those in the whole log.

A campaign that began recently, or works in bursts, can be diluted by the days before it: accounts that have left, and their usual work.
So detection can also look at only the last day (``detect --recent``). The result is that of importing both runs into one store.
"""

from collections.abc import Sequence
from typing import Any

from stillwatch.judge import MIN_GROUP_ACCOUNTS
from stillwatch.replay.step import ESTIMATED
from stillwatch.respond.matching import KnownCase, NewCampaign, match


def merged_step(whole: dict[str, Any], recent: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The findings of a step: those in the whole log, and what shorter windows add to them.

    A campaign in a shorter window that matches a known one, by the rule of ``stillwatch cases import``, adds its accounts to that; else it
    is added. So are groups for review, without the accounts that any window accuses.

    Args:
        whole: findings in the whole log.
        recent: findings in each shorter window.
    """
    if not recent:
        return whole
    campaigns = [dict(row) for row in whole["found"] if row["verdict"] == "campaign"]
    for step in recent:
        _add(campaigns, [row for row in step["found"] if row["verdict"] == "campaign"])
    accused = {name for row in campaigns for name in row["accounts"]}
    reviews: list[dict[str, Any]] = []
    for step in (whole, *recent):
        _add(reviews, [rest for row in step["found"] if row["verdict"] == "review" and (rest := _without(row, accused)) is not None])
    return whole | {"found": campaigns + reviews}


def _add(known: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    """Add finds to ``known``, merged into the find that each matches; an account stays in its first find."""
    same = match(
        [NewCampaign(row["campaign_id"], frozenset(row["accounts"]), frozenset()) for row in rows],
        [KnownCase(str(i), frozenset(row["accounts"]), frozenset()) for i, row in enumerate(known)],
    )
    seen = {name for row in known for name in row["accounts"]}
    for row in rows:
        new = _without(row, seen)
        if row["campaign_id"] in same:
            old = known[int(same[row["campaign_id"]].case_id)]
            if new is not None:
                old |= {part: [*old[part], *new[part]] for part in ("accounts", "scores")}
            if row["n_harvested"] > old["n_harvested"]:
                old |= {part: row.get(part) for part in ESTIMATED}
        elif new is not None and len(new["accounts"]) >= min(MIN_GROUP_ACCOUNTS, len(row["accounts"])):
            known.append(new)
        seen |= set(row["accounts"])


def _without(row: dict[str, Any], accounts: set[str]) -> dict[str, Any] | None:
    """A find without some accounts; None if none is left."""
    kept = [pair for pair in zip(row["accounts"], row["scores"], strict=True) if pair[0] not in accounts]
    return row | {"accounts": [name for name, _ in kept], "scores": [score for _, score in kept]} if kept else None
