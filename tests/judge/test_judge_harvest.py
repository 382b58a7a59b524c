"""Sums of a harvest: the same as counting event by event, however the events are cut."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.judge import HOUR_US, Tally
from stillwatch.tables import CAPABILITIES

START, N_HOURS, N_ACCOUNTS = 480_000, 5, 6
LOWEST, HIGHEST = np.iinfo(np.int64).min, np.iinfo(np.int64).max

EVENT = st.fixed_dictionaries(
    {
        "account": st.integers(-1, N_ACCOUNTS - 1), "harvested": st.booleans(),
        "time": st.integers(START * HOUR_US, (START + N_HOURS) * HOUR_US - 1),
        "capability": st.integers(0, len(CAPABILITIES) - 1), "output_tokens": st.integers(0, 2**31 - 1),
        "path": st.sampled_from([0, -7, 7]), "model": st.sampled_from([0, 2**62, -(2**63)]),
    }
)
TYPES = {"time": np.int64, "capability": np.uint8, "output_tokens": np.int32, "path": np.int64, "model": np.int64}


def added(parts: list[list[dict[str, Any]]], of_account: list[int], n: int, shown: list[int]) -> Tally:
    tally = Tally.empty(n, N_ACCOUNTS, (START, START + N_HOURS - 1), np.array(shown, np.int64))
    for part in parts:
        account = np.array([event["account"] for event in part], np.int32)
        whose = np.array([*of_account, -1], np.int64)[account]
        columns = {name: np.array([event[name] for event in part], type_) for name, type_ in TYPES.items()}
        tally.add(account, whose, np.array([event["harvested"] for event in part], bool), columns)
    return tally


def counted_slowly(events: list[dict[str, Any]], of_account: list[int], n: int, shown: list[int]) -> dict[str, Any]:
    hours = {name: [[0] * N_HOURS for _ in range(n)] for name in ("harvested", "other")}
    capabilities, tokens = [[0] * len(CAPABILITIES) for _ in range(n)], [0] * n
    first, last, by_account = [HIGHEST] * n, [LOWEST] * n, [0] * N_ACCOUNTS
    paths: list[dict[Any, int]] = [{} for _ in range(n)]
    models: list[dict[Any, int]] = [{} for _ in range(n)]
    activity = {account: [0] * N_HOURS for account in shown}
    for event in events:
        account, time = event["account"], event["time"]
        hour = time // HOUR_US - START
        if account in activity:
            activity[account][hour] += 1
        campaign = of_account[account] if account >= 0 else -1
        if campaign < 0:
            continue
        hours["harvested" if event["harvested"] else "other"][campaign][hour] += 1
        if event["harvested"]:
            capabilities[campaign][event["capability"]] += 1
            tokens[campaign] += event["output_tokens"]
            first[campaign], last[campaign] = min(first[campaign], time), max(last[campaign], time)
            by_account[account] += 1
            paths[campaign][event["path"]] = paths[campaign].get(event["path"], 0) + 1
            key = event["model"], hour
            models[campaign][key] = models[campaign].get(key, 0) + 1
    return hours | {
        "capabilities": capabilities, "output_tokens": tokens, "first_us": first, "last_us": last,
        "by_account": by_account, "paths": paths, "models": models, "activity": list(activity.values()),
    }


@settings(max_examples=100, deadline=None)
@given(
    st.lists(EVENT, max_size=25), st.integers(0, 25), st.integers(0, 3), st.data(),
    st.sets(st.integers(0, N_ACCOUNTS - 1)).map(sorted),
)
def test_sums_are_those_of_counting_one_by_one(
    events: list[dict[str, Any]], cut: int, n: int, data: st.DataObject, shown: list[int]
) -> None:
    of_account = [data.draw(st.integers(-1, n - 1)) for _ in range(N_ACCOUNTS)]
    expected = counted_slowly(events, of_account, n, shown)
    for parts in ([events], [events[:cut], events[cut:]], [events[cut:], [], events[:cut]]):
        tally = added(parts, of_account, n, shown)
        for name, value in expected.items():
            found = getattr(tally, name)
            assert (found.tolist() if isinstance(found, np.ndarray) else found) == value, name
    assert tally.harvested.shape == (n, N_HOURS)
    assert tally.start_hour == START
