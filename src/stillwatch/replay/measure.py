"""Results of a policy: time to detect, harvest before action and in all, innocents touched."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillwatch.judge import HOUR_US, MIN_GROUP_ACCOUNTS
from stillwatch.replay.branch import Branch
from stillwatch.replay.decide import Desk
from stillwatch.replay.log import INNOCENT, Log, Truth
from stillwatch.replay.step import ESTIMATE, iso

ONE_PERCENT = 0.01
ESTIMATED = ("estimate", "estimate_low", "estimate_high")
"""Columns of detection's estimate of a harvest, with its 90 % interval; ESTIMATE are their older names."""
Owned = tuple[int, list[tuple[dict[str, Any], int, int]]]
"""A step (us) and its finds, each with the result of :func:`_mostly`."""


def operators(log: Log, truth: Truth, branch: Branch, steps: list[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """One row for each operator of the truth that sent a request; columns as replay.parquet.

    An operator is detected at the first step that accuses at least eight of its accounts in campaigns that are mostly its own, and listed
    at the first step at which campaigns and groups for review together have as many.

    Args:
        log: the log.
        truth: its truth.
        branch: the course of events under the policy.
        steps: (time in us, findings) of each step.
    """
    owned = [(at_us, [(row, *_mostly(row, truth, branch)) for row in step["found"]]) for at_us, step in steps]
    detected, listed = _first(owned, ("campaign",)), _first(owned, ("campaign", "review"))
    half_detected = _first(owned, ("campaign",), [np.sort(log.begun[truth.operator == n]) for n in range(len(truth.operators))])
    accused = {} if not steps else _accused(steps[-1][1], branch)
    rows = []
    for number, name in enumerate(truth.operators):
        own = truth.operator == number
        harvest = truth.harvested & own[log.account]
        row = _row(log, branch, name, own, harvest, detected.get(number), listed.get(number), half_detected.get(number))
        if row is not None:
            accounts = np.unique(log.account[own[log.account]])
            row["accused_at_end"] = round(float(np.isin(accounts, list(accused)).mean()), 6)
            rows.append(row | _estimated(log, branch, *_last(number, owned), truth.harvested))
    return rows


def cases(log: Log, desk: Desk, branch: Branch) -> list[dict[str, Any]]:
    """As :func:`operators`, without a truth: one row for each campaign found, whose harvest is all requests of its accounts."""
    rows = []
    for case in desk.cases:
        own = np.zeros(log.n_accounts, bool)
        own[sorted({branch.origin(code) for code in case.accounts})] = True
        row = _row(log, branch, case.name, own, own[log.account], case.first_us, case.first_us, case.first_us)
        if row is not None:
            rows.append(row | {"accused_at_end": 1.0} | _estimated(log, branch, case.last_us, [case.last], None))
    return rows


def _estimated(
    log: Log, branch: Branch, at_us: int | None, finds: Sequence[dict[str, Any]], harvested: NDArray[np.bool_] | None
) -> dict[str, Any]:
    """The estimate of finds, which accounts and time it is of, and the true harvest of the same.

    Args:
        log: the log.
        branch: the course of events.
        at_us: time of the step that found them, us; None: no step did.
        finds: of one step. Sums of their estimates are None if there are none, or if one has none, as in steps of earlier versions.
        harvested: (n_events,) which requests are harvest; None: not known.
    """
    columns: dict[str, list[Any]] = {name: [row.get(name) for row in finds] for name in ESTIMATE}
    sums = {name: sum(values) if values and None not in values else None for name, values in columns.items()}
    codes = {code for row in finds for code in branch.codes(row["estimate_accounts"])}
    truth = None if harvested is None or at_us is None else sum(_taken(log, branch, at_us, row, harvested) for row in finds)
    return sums | dict(zip(ESTIMATED, sums.values(), strict=True)) | {
        "estimate_at": iso(at_us), "estimate_accounts": len(codes),
        "estimate_replacements": sum(code >= log.n_accounts for code in codes), "estimate_truth": truth,
    }


def _taken(log: Log, branch: Branch, at_us: int, row: dict[str, Any], harvested: NDArray[np.bool_]) -> int:
    """The answered harvest that a find's estimate is of, requests: that of its accounts in its window before the step."""
    is_its = np.zeros(log.n_accounts + len(branch.names), bool)
    is_its[branch.codes(row["estimate_accounts"])] = True
    looked_at = (log.time >= row["estimate_since_us"]) & (log.time < at_us)
    return int((harvested & branch.passes & looked_at & is_its[branch.sender]).sum())


def _last(number: int, owned: list[Owned]) -> tuple[int | None, list[dict[str, Any]]]:
    """The last step (us) with campaigns that are mostly an operator's, and these; (None, []) if there is none."""
    for at_us, finds in reversed(owned):
        mine = [row for row, most, _ in finds if row["verdict"] == "campaign" and most == number]
        if mine:
            return at_us, mine
    return None, []


def _mostly(row: dict[str, Any], truth: Truth, branch: Branch) -> tuple[int, int]:
    """(operator that has more than half of a find's accounts, or INNOCENT; how many it has)."""
    n_of_operator = Counter(int(truth.operator[branch.origin(code)]) for code in branch.codes(row["accounts"]))
    operator, n = max(n_of_operator.items(), key=lambda pair: (pair[1], -pair[0]))
    return (operator, n) if operator >= 0 and 2 * n > n_of_operator.total() else (INNOCENT, 0)


def _first(owned: list[Owned], verdicts: tuple[str, ...], begun: list[NDArray[np.int64]] | None = None) -> dict[int, int]:
    """Operator -> first step (us) at which at least eight of its accounts are in finds that are mostly its own.

    Args:
        owned: steps with their finds.
        verdicts: verdicts of finds that count.
        begun: for each operator the sorted times (us) of its accounts' first requests; if given, half of the accounts that had begun are
            needed as well.
    """
    first: dict[int, int] = {}
    for at_us, finds in owned:
        n_accounts: Counter[int] = Counter()
        for row, most, n in finds:
            if n and row["verdict"] in verdicts:
                n_accounts[most] += n
        for number, n in n_accounts.items():
            if n >= MIN_GROUP_ACCOUNTS and (begun is None or 2 * n >= np.searchsorted(begun[number], at_us)):
                first.setdefault(number, at_us)
    return first


def _accused(step: dict[str, Any], branch: Branch) -> set[int]:
    names = [name for row in step["found"] if row["verdict"] == "campaign" for name in row["accounts"]]
    return {branch.origin(code) for code in branch.codes(names)}


def _row(
    log: Log, branch: Branch, name: str, own: NDArray[np.bool_], harvest: NDArray[np.bool_], detected_us: int | None,
    listed_us: int | None, half_us: int | None,
) -> dict[str, Any] | None:
    requests = own[log.account]
    if not requests.any():
        return None
    times = np.sort(log.time[harvest])
    n = len(times)
    first_us = int(log.time[requests].min())
    one_us = int(times[max(int(np.ceil(ONE_PERCENT * n)) - 1, 0)]) if n else None
    acted = [
        (hold_us, action, [code for code in branch.codes(names) if own[branch.origin(code)]])
        for hold_us, action, names in branch.held()
        if action != "observe"
    ]
    acted = [row for row in acted if row[2]]
    acted_us = min((row[0] for row in acted), default=None)
    half_held_us = half_acted_us(np.sort(log.begun[own]), [(us, {branch.origin(code) for code in codes}) for us, _, codes in acted])
    blocked = {code for _, action, codes in acted if action == "block" for code in codes}

    def before(us: int | None) -> int:
        return n if us is None else int(np.searchsorted(times, us))

    harvested_in_all = int((harvest & branch.passes).sum())
    return {
        "campaign": name,
        "n_accounts": len(np.unique(log.account[requests])),
        "n_requests": int(requests.sum()),
        "n_harvest": n,
        "first_request": iso(first_us),
        "one_percent_at": iso(one_us),
        "detected_at": iso(detected_us),
        "hours_after_first": _hours(first_us, detected_us),
        "hours_after_one_percent": _hours(one_us, detected_us),
        "listed_at": iso(listed_us),
        "listed_hours_after_one_percent": _hours(one_us, listed_us),
        "half_hours_after_one_percent": _hours(one_us, half_us),
        "harvested_before_detection": before(detected_us),
        "acted_at": iso(acted_us),
        "harvested_before_action": before(acted_us),
        "share_before_action": _share(before(acted_us), n),
        "half_acted_at": iso(half_held_us),
        "share_before_half_action": _share(before(half_held_us), n),
        "harvested_in_all": harvested_in_all,
        "share_in_all": _share(harvested_in_all, n),
        "moved": int((harvest & branch.passes & branch.moved).sum()),
        "accounts_acted_on": len({code for *_, codes in acted for code in codes}),
        "accounts_blocked": len(blocked),
        "replacements": sum(bool(own[root]) for root in branch.root),
    }


def half_acted_us(begun: NDArray[np.int64], acted: list[tuple[int, set[int]]]) -> int | None:
    """The time (us) from which half of the accounts that had begun were under an action; None: never.

    Args:
        begun: times of the accounts' first requests, sorted, us.
        acted: (start in us, accounts of the log) of each action.
    """
    held: set[int] = set()
    for hold_us, accounts in sorted(acted, key=lambda row: row[0]):
        held |= accounts
        if 2 * len(held) >= np.searchsorted(begun, hold_us):
            return hold_us
    return None


def _hours(start_us: int | None, end_us: int | None) -> float | None:
    return None if start_us is None or end_us is None else round((end_us - start_us) / HOUR_US, 2)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


def innocents(log: Log, truth: Truth, branch: Branch, steps: list[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    """Counts of innocent accounts under any action but observe, by kind and strictest action; and of those found at any step."""
    innocent = truth.operator == INNOCENT
    found: dict[str, set[int]] = {"campaign": set(), "review": set()}
    for _, step in steps:
        for row in step["found"]:
            origins = (branch.origin(code) for code in branch.codes(row["accounts"]))
            found[row["verdict"]] |= {code for code in origins if innocent[code]}
    strictest: dict[int, str] = {}
    for _, action, names in branch.held():
        if action != "observe":
            strictest |= dict.fromkeys((code for code in branch.codes(names) if innocent[branch.origin(code)]), action)
    n = int(innocent.sum())
    kinds = Counter(truth.kind[truth.kind_code[code]] for code in strictest)
    seen = np.bincount(truth.kind_code[innocent], minlength=len(truth.kind))
    return {
        "n": n,
        "accused": len(found["campaign"]),
        "listed": len(found["campaign"] | found["review"]),
        "touched": len(strictest),
        "per_10000": round(1e4 * len(strictest) / n, 4) if n else None,
        "by_kind": {kind: {"touched": k, "of": int(seen[truth.kind.index(kind)])} for kind, k in sorted(kinds.items())},
        "by_action": dict(sorted(Counter(strictest.values()).items())),
        "requests_refused": int((~branch.passes & innocent[log.account]).sum()),
    }
