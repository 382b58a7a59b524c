"""What readers of a run folder check before they trust it: the column ``details``, and that the harvest is there.

Details are JSON that reports, cases and packets draw from. Every part of them may be absent.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError

Check = Callable[[Any], bool]

LARGEST = 1e15
LAST_HOUR, LONGEST_STEP_H, MOST_STEPS = 10_000_000, 1000, 20_000
"""Hours since 1970, hours of a step and steps of a series at most: beyond them lie times that no calendar has."""


def _number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST)


def _count(value: Any) -> bool:
    return value is not None and _number(value) and value >= 0


def _up_to(limit: int) -> Check:
    return lambda value: value is None or (_number(value) and abs(value) <= limit)


def _any(value: Any) -> bool:
    return True


def _text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _list(of: Check) -> Check:
    return lambda value: value is None or (isinstance(value, list) and all(map(of, value)))


def _fields(**of: Check) -> Check:
    """An object; fields that are not named here may hold anything."""
    return lambda value: value is None or (isinstance(value, dict) and all(check(value.get(name)) for name, check in of.items()))


def _shares(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and all(map(_count, value.values())))


def _edge(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 4 and _count(value[0]) and _count(value[1]) and _number(value[3])


def _series(of: Check) -> Check:
    return lambda value: value is None or (isinstance(value, list) and len(value) <= MOST_STEPS and all(map(of, value)))


def _rows(value: Any) -> bool:
    """A series for each account, all of one length."""
    series = _series(_count)
    return value is None or (isinstance(value, list) and all(isinstance(row, list) and series(row) for row in value)
                             and len({len(row) for row in value}) <= 1)


def _records(**of: Check) -> Check:
    record = _fields(**of)
    return _list(lambda value: value is not None and record(value))


_HOURS = {"start_hour": _up_to(LAST_HOUR), "step_hours": _up_to(LONGEST_STEP_H)}
PARTS: dict[str, Check] = {
    "title": _text, "sentence": _text, "bias_log_odds": _number,
    "evidence": _records(log_odds=_number, observed=_number, expected=_number, p_value=_number),
    "objects": _records(accounts=_number, expected_accounts=_number, events=_number),
    "timeline": _fields(**_HOURS, harvested=_series(_count), other=_series(_count)),
    "activity": _fields(**_HOURS, accounts=_list(_any), counts=_rows),
    "graph": _fields(nodes=_list(_text), edges=_list(_edge)),
    "pathways": _shares,
    "clients": lambda value: _shares(value) or _list(_any)(value),
    "templates": _records(masked=_text, events=_number, accounts=_number, of=_number),
    "pivots": _records(share_before=_number, share_after=_number),
    "bans": _series(lambda value: value is not None and _up_to(LAST_HOUR)(value)),
    "changes": _list(_any), "not_accused": _list(_any),
}
"""What each part must look like where it is there."""
NOT_HERE = ("worth", "unvalued")
"""Parts that :mod:`stillwatch.run_worth` adds."""


def parse(text: str | None, campaign_id: object, where: Path) -> dict[str, Any]:
    """The details of a campaign; NaN and infinities, which JSON does not know, become null.

    Args:
        text: the column's value; null: there are none.
        campaign_id: whose they are, for the error.
        where: the file, for the error.

    Raises:
        InputError: it is no JSON object, or a part is not what ``detect`` writes: somebody changed it.
    """
    try:
        value = json.loads(text or "{}", parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        value = None
    wrong = "" if isinstance(value, dict) else "are no JSON object"
    for name, check in PARTS.items() if not wrong else ():
        if not check(value.get(name)):
            wrong = f"have a part {name!r} that detect does not write"
            break
    if wrong:
        raise InputError(f"the details of {campaign_id} {wrong}", where=where, todo="Run stillwatch detect again")
    return {name: part for name, part in value.items() if name not in NOT_HERE}


def demand_harvest(run: Path, n_harvested: int) -> Path | None:
    """The table of harvested requests; None where there is none and campaigns tell of none.

    Raises:
        InputError: campaigns tell of a harvest, and the table is gone.
    """
    path = run / "harvest.parquet"
    if path.is_file():
        return path
    if n_harvested:
        raise InputError("no such file, though campaigns have a harvest", where=path, todo="Run stillwatch detect again")
    return None
