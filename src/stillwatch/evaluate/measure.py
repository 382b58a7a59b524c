"""The measures of a run against the truth: one pure function from tables to a dictionary."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stillwatch.errors import InputError
from stillwatch.evaluate.clustering import clustering
from stillwatch.evaluate.harvest import Contingency, contingency
from stillwatch.evaluate.intervals import bootstrap, ratio, upper_bound, wilson
from stillwatch.evaluate.ranking import FALSE_ACCOUNT_RATE, ranking
from stillwatch.run_details import HARVEST_BOUNDS

if TYPE_CHECKING:
    import pyarrow as pa

Bools = NDArray[np.bool_]
Objects = NDArray[np.object_]

MIN_FOUND = 0.9
"""Share of a campaign's accounts that must be found for the interval of its harvest to be held against the truth."""


@dataclass(frozen=True)
class Accounts:
    """Accounts of known origin with what the run said of them, ``(n,)`` each.

    Attributes:
        true: true campaign, None where innocent.
        kind: innocent crowd, or attack.
        flagged: the verdict is campaign.
        review: the verdict is review.
        reported: campaign it was flagged with, None where not flagged.
        score: as the run tells it, higher is more suspicious; minus infinity for accounts that the run did not see.
        seen: sent a request that the run read.
        n_attackers_not_seen: attackers that the run did not see: they count as missed, and are not ranked.
        n_innocent_not_seen: innocents that the run did not see: they count nowhere, since an account without traffic
            cannot be accused, and would make every rate of false accounts look better.
        n_unknown: accounts of the run that the truth does not tell: they count nowhere.
    """

    true: Objects
    kind: Objects
    flagged: Bools
    review: Bools
    reported: Objects
    score: NDArray[np.float64]
    seen: Bools
    n_attackers_not_seen: int
    n_innocent_not_seen: int
    n_unknown: int

    @cached_property
    def attacker(self) -> Bools:
        """Belongs to a true campaign."""
        return _is_named(self.true)

    def where(self, rows: Bools) -> "Accounts":
        """Only these rows."""
        return replace(
            self, true=self.true[rows], kind=self.kind[rows], flagged=self.flagged[rows], review=self.review[rows],
            reported=self.reported[rows], score=self.score[rows], seen=self.seen[rows],
        )


def _is_named(names: Objects) -> Bools:
    """Which names are not null."""
    return np.asarray(names != None, bool)  # noqa: E711 - element by element


def measures(
    verdicts: "pa.Table",
    truth: "pa.Table",
    *,
    campaigns: "pa.Table | None" = None,
    harvest: "pa.Table | Path | None" = None,
    truth_events: "pa.Table | Path | None" = None,
    watch: "pa.Table | None" = None,
) -> dict[str, Any]:
    """Measure a run.

    An account is flagged where its verdict is campaign; review counts apart. Shares that are undefined are null.
    Innocents without traffic in the run are left out; attackers without are missed, and have no place in the ranking.

    Args:
        verdicts: ACCOUNT_VERDICTS of the run.
        truth: TRUTH.
        campaigns: CAMPAIGNS of the run, for its estimates of the harvest.
        harvest: HARVEST of the run, or the Parquet file of it.
        truth_events: ``event_id``, ``campaign`` of the truly harvested requests, or the Parquet file of them.
        watch: WATCH of the run.

    Returns:
        ``accounts``, ``ranking``, ``clusters``, ``campaigns`` (one per true campaign), ``reported`` (one per campaign
        of the run), ``attacks`` and ``innocents`` (one per kind), ``events`` (null without events),
        ``intervals`` (campaigns found nearly whole, and those whose true harvest lies in the reported interval),
        ``watch`` (null without a watch list).
    """
    known = join(verdicts, truth)
    harvested = None if harvest is None else contingency(harvest, truth_events, _flagged_ids(verdicts))
    estimates: dict[str, dict[str, Any]] | None = None
    if campaigns is not None:
        estimates = {row["campaign_id"]: row for row in campaigns.select(["campaign_id", "n_harvested", *HARVEST_BOUNDS]).to_pylist()}
    # Innocents that were left alone are most accounts, and say nothing about campaigns.
    involved = known.where(known.attacker | known.flagged)
    majority = _majority(involved)
    true = _true_campaigns(involved, majority, harvested, estimates)
    return {
        "accounts": _accounts(known),
        "ranking": ranking(known.attacker[known.seen], known.score[known.seen], n_unranked=known.n_attackers_not_seen),
        "clusters": clustering(involved.true, involved.reported),
        "campaigns": true,
        "reported": _reported(involved, majority),
        "attacks": _attacks(known),
        "innocents": _innocents(known),
        "events": None if harvested is None or not harvested.has_truth else harvested.overall(),
        "intervals": _covered(true),
        "watch": None if watch is None else _watched(watch, truth),
    }


def _watched(watch: "pa.Table", truth: "pa.Table") -> dict[str, Any]:
    """Groups on the watch list, those most of whose accounts are of one campaign, its name, and accounts."""
    import pyarrow.compute as pc

    listed = watch["account_ids"].to_pylist()
    known = truth.filter(pc.is_in(truth["account_id"], value_set=watch["account_ids"].combine_chunks().flatten()))
    of = dict(zip(known["account_id"].to_pylist(), known["campaign"].to_pylist(), strict=True))
    true = [[of[account] for account in accounts if account in of] for accounts in listed]
    named = [next((name for name in names if name and 2 * names.count(name) > len(names)), None) for names in true]
    everybody = [name for names in true for name in names]
    return {
        "groups": len(listed), "of_campaigns": len(named) - named.count(None), "campaigns": named,
        "attackers": len(everybody) - everybody.count(None), "innocent": everybody.count(None),
    }


def demand_once(name: str, table: "pa.Table", where: Path | None = None) -> None:
    """Raise an InputError where an account has two rows: their order would decide."""
    import pyarrow.compute as pc

    if repeated := len(table) - pc.count_distinct(table["account_id"]).as_py():
        raise InputError(f"{name}: {repeated} account_id occur again", where=where, todo="One row for each account")


def join(verdicts: "pa.Table", truth: "pa.Table") -> Accounts:
    """Bring truth and verdicts together by account, in the order of the truth."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for name, table in (("truth", truth), ("verdicts", verdicts)):
        demand_once(name, table)
    truth = truth.select(["account_id", "campaign", "kind"])
    run = verdicts.select(["account_id", "verdict", "campaign_id", "score"])
    # Joining positions keeps the order of the truth, which a hash join does not.
    numbered = truth.append_column("row", pa.array(np.arange(len(truth))))
    both = numbered.join(run, "account_id", join_type="left outer").sort_by("row")
    seen, attacker = (pc.is_valid(both[name]).to_numpy() for name in ("verdict", "campaign"))
    counted = seen | attacker
    both = both.filter(pa.array(counted))
    verdict = _objects(both["verdict"])
    flagged = verdict == "campaign"
    reported = _objects(both["campaign_id"])
    reported[~flagged] = None
    return Accounts(
        true=_objects(both["campaign"]),
        kind=_objects(both["kind"]),
        flagged=flagged,
        review=verdict == "review",
        reported=reported,
        score=both["score"].fill_null(-np.inf).to_numpy(),
        seen=seen[counted],
        n_attackers_not_seen=int((attacker & ~seen).sum()),
        n_innocent_not_seen=int((~attacker & ~seen).sum()),
        n_unknown=len(run) - int(seen.sum()),
    )


def _objects(column: Any) -> Objects:
    return np.array(column.to_pylist(), dtype=object)


def _flagged_ids(verdicts: "pa.Table") -> list[str]:
    import pyarrow.compute as pc

    flagged = verdicts.filter(pc.equal(verdicts["verdict"], "campaign"))["campaign_id"]
    return sorted(flagged.drop_null().unique().to_pylist())


def _majority(known: Accounts) -> dict[str, str]:
    """Which true campaign each reported one is: the one of most of its accounts; absent where all are innocent."""
    result: dict[str, tuple[int, str]] = {}
    both = known.attacker & _is_named(known.reported)
    for reported, true, n in _pair_counts(known.reported[both], known.true[both]):
        # On a tie the name decides, so that the result does not depend on the order of rows.
        if reported not in result or (-n, true) < (-result[reported][0], result[reported][1]):
            result[reported] = (n, true)
    return {reported: true for reported, (_, true) in result.items()}


def _pair_counts(left: Objects, right: Objects) -> list[tuple[str, str, int]]:
    from collections import Counter

    return [(a, b, n) for (a, b), n in sorted(Counter(zip(left, right, strict=True)).items())]


def _accounts(known: Accounts) -> dict[str, Any]:
    attacker, flagged = known.attacker, known.flagged
    tp, fp = int((attacker & flagged).sum()), int((~attacker & flagged).sum())
    n_attackers, n_innocent = int(attacker.sum()), int((~attacker).sum())
    by_campaign = bootstrap(*_units(known))
    return {
        "n": len(attacker),
        "n_attackers": n_attackers,
        "n_innocent": n_innocent,
        "n_attackers_not_seen": known.n_attackers_not_seen,
        "n_innocent_not_seen": known.n_innocent_not_seen,
        "n_unknown": known.n_unknown,
        "flagged": tp + fp,
        "true": tp,
        "false": fp,
        "precision": _share(tp, tp + fp, by_campaign["precision"]),
        "recall": _share(tp, n_attackers, by_campaign["recall"]),
        "recall_of_seen": ratio(tp, n_attackers - known.n_attackers_not_seen),
        "f1": {"value": ratio(2 * tp, tp + fp + n_attackers), "bootstrap": by_campaign["f1"]},
        "false_per_10000": _per_10000(fp, n_innocent),
        "review": {
            "attackers": int((attacker & known.review).sum()),
            "innocent": int((~attacker & known.review).sum()),
            "recall_with_review": ratio(int((attacker & (known.review | flagged)).sum()), n_attackers),
            "innocent_per_10000": _per_10000(int((~attacker & known.review).sum()), n_innocent),
        },
        "false_accounts_allowed_at_1_in_10000": int(n_innocent * FALSE_ACCOUNT_RATE),
    }


def _share(part: int, whole: int, interval: list[float] | None = None) -> dict[str, Any]:
    return {"value": ratio(part, whole), "wilson": wilson(part, whole), "bootstrap": interval}


def _per_10000(part: int, whole: int) -> dict[str, Any]:
    rate, upper = ratio(part, whole), upper_bound(part, whole)
    return {"value": None if rate is None else rate * 10_000, "upper_95": None if upper is None else upper * 10_000}


def _units(known: Accounts) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Found and missed accounts per true campaign, and innocent accounts per reported campaign."""
    _, true = np.unique(known.true[known.attacker].astype(str), return_inverse=True)
    hit = known.flagged[known.attacker]
    found = np.bincount(true, weights=hit).astype(np.int64)
    missed = np.bincount(true, weights=~hit).astype(np.int64)
    _, reported = np.unique(known.reported[known.flagged].astype(str), return_inverse=True)
    false = np.bincount(reported, weights=~known.attacker[known.flagged]).astype(np.int64)
    return found, missed, false


def _true_campaigns(
    known: Accounts, majority: dict[str, str], harvested: Contingency | None, estimates: dict[str, dict[str, Any]] | None
) -> list[dict[str, Any]]:
    rows = []
    for name in sorted(set(known.true[known.attacker])):
        mine = known.true == name
        n, found = int(mine.sum()), int((mine & known.flagged).sum())
        caught = mine & _is_named(known.reported)
        split = sorted(_pair_counts(known.reported[caught], known.true[caught]), key=lambda pair: -pair[2])
        main = split[0][0] if split else None
        in_main = known.reported == main if main is not None else np.zeros(len(mine), dtype=bool)
        rows.append(
            {
                "campaign": name,
                "kind": str(known.kind[mine][0]),
                "accounts": n,
                "found": found,
                "recall": _share(found, n),
                "review": int((mine & known.review).sum()),
                "split_into": len(split),
                "reported_as": main,
                "completeness": ratio(int((mine & in_main).sum()), n),
                "purity": ratio(int((mine & in_main).sum()), int(in_main.sum())),
                "harvest": _harvest(name, majority, harvested, estimates),
            }
        )
    return rows


def _harvest(
    name: str, majority: dict[str, str], harvested: Contingency | None, estimates: dict[str, dict[str, Any]] | None
) -> dict[str, Any] | None:
    """Harvested requests estimated for a true campaign (sum over reported campaigns that are it) against the truth.

    ``low`` and ``high`` add up the intervals; null where a campaign has none. Accounts that were not found are not in them.
    """
    ids = [reported for reported, true in majority.items() if true == name]
    if harvested is None:
        return None
    result = harvested.of(name, ids)
    if estimates is not None:
        rows = [estimates[reported] for reported in ids if reported in estimates]
        result["estimated"] = sum(row["n_harvested"] for row in rows)
        low, high = ([row[name] for row in rows] for name in HARVEST_BOUNDS)
        complete = bool(rows) and None not in (*low, *high)
        result["low"], result["high"] = (sum(low), sum(high)) if complete else (None, None)
    true = result["true"]
    result["error"] = None if not true else result["estimated"] / true - 1
    return result


def _covered(campaigns: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Count campaigns found nearly whole that have an interval, and those whose true harvest lies in it.

    Nearly whole is a recall of accounts of :data:`MIN_FOUND` or more. The interval leaves out what accounts that were not found
    harvested, so its upper end is divided by the recall.
    """
    found = [(row["harvest"], row["recall"]["value"]) for row in campaigns if row["harvest"] and (row["recall"]["value"] or 0) >= MIN_FOUND]
    found = [(row, recall) for row, recall in found if row["true"] is not None and row.get("low") is not None]
    return {"campaigns": len(found), "within": sum(row["low"] <= row["true"] <= row["high"] / recall for row, recall in found)}


def _reported(known: Accounts, majority: dict[str, str]) -> list[dict[str, Any]]:
    rows = []
    for reported in sorted(set(known.reported[_is_named(known.reported)])):
        members, true = known.reported == reported, majority.get(reported)
        n, right = int(members.sum()), int((members & (known.true == true)).sum()) if true is not None else 0
        innocent = int((members & ~known.attacker).sum())
        rows.append(
            {"campaign_id": reported, "is": true, "accounts": n, "purity": ratio(right, n), "innocent": innocent}
        )
    return rows


def _attacks(known: Accounts) -> list[dict[str, Any]]:
    rows = []
    for kind in sorted(set(known.kind[known.attacker])):
        mine = known.attacker & (known.kind == kind)
        n, found = int(mine.sum()), int((mine & known.flagged).sum())
        n_campaigns = len(set(known.true[mine]))
        rows.append({"kind": kind, "campaigns": n_campaigns, "accounts": n, "found": found, "recall": _share(found, n)})
    return rows


def _innocents(known: Accounts) -> list[dict[str, Any]]:
    rows = []
    for kind in sorted(set(known.kind[~known.attacker])):
        mine = ~known.attacker & (known.kind == kind)
        n, flagged = int(mine.sum()), int((mine & known.flagged).sum())
        row = {"kind": kind, "accounts": n, "flagged": flagged, "review": int((mine & known.review).sum())}
        rows.append(row | {"rate": ratio(flagged, n), "upper_95": upper_bound(flagged, n)})
    return rows
