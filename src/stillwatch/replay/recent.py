"""What is found in the last hours or days alone, put together with what is found in the whole log.

A campaign that began lately, or works in bursts, can be diluted by the days before it: accounts that left, and their usual work.
So detection may look at the last day besides (``detect --recent``). This is what people get who import both runs into one store.
"""

from collections.abc import Sequence
from typing import Any

from stillwatch.judge import MIN_GROUP_ACCOUNTS
from stillwatch.respond.matching import KnownCase, NewCampaign, match
from stillwatch.run_details import HARVESTED


def together(whole: dict[str, Any], recent: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The findings of a step: those of the whole log, and what shorter looks add to them.

    A campaign of a shorter look that is one of those known, by the rule of ``stillwatch cases import``, adds its accounts; else
    it is one more. So do groups for review, but for accounts that are accused by any look.
    """
    if not recent:
        return whole
    found = [dict(row) for row in whole["found"] if row["verdict"] == "campaign"]
    for step in recent:
        _add(found, [row for row in step["found"] if row["verdict"] == "campaign"])
    accused = {name for row in found for name in row["accounts"]}
    listed: list[dict[str, Any]] = []
    for step in (whole, *recent):
        _add(listed, [left for row in step["found"] if row["verdict"] == "review" and (left := _without(row, accused)) is not None])
    return whole | {"found": found + listed}


def _add(known: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    """Add finds to those known: to the one that each is, or beside them; an account stays where it is."""
    same = match(
        [NewCampaign(row["campaign_id"], frozenset(row["accounts"]), frozenset()) for row in rows],
        [KnownCase(str(i), frozenset(row["accounts"]), frozenset()) for i, row in enumerate(known)],
    )
    held = {name for row in known for name in row["accounts"]}
    for row in rows:
        new = _without(row, held)
        if row["campaign_id"] in same:
            old = known[int(same[row["campaign_id"]].case_id)]
            if new is not None:
                old |= {part: [*old[part], *new[part]] for part in ("accounts", "scores")}
            if row["n_harvested"] > old["n_harvested"]:
                old |= {part: row.get(part) for part in ("n_harvested", *HARVESTED)}
        elif new is not None and len(new["accounts"]) >= min(MIN_GROUP_ACCOUNTS, len(row["accounts"])):
            known.append(new)
        held |= set(row["accounts"])


def _without(row: dict[str, Any], accounts: set[str]) -> dict[str, Any] | None:
    """A find without some accounts; None where none is left."""
    kept = [pair for pair in zip(row["accounts"], row["scores"], strict=True) if pair[0] not in accounts]
    return row | {"accounts": [name for name, _ in kept], "scores": [score for _, score in kept]} if kept else None
