"""Who joins a campaign that was found: of those who send its work regularly or meet its accounts, who is surely like them."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from judge_helpers import groups, model, people, scene

from stillwatch import judge, link
from stillwatch.detect import joining

N, CREW, EVENTS = 1000, 20, 10


def joins(
    monkeypatch: pytest.MonkeyPatch, sent: dict[int, int], *, surely: Any = (), owned: float = 0.6, met: Any = (), **told: Any
) -> list[int]:
    """Who joins twenty accounts that send six marked requests of ten each: of accounts that ``sent`` so many, some ``surely`` like it.

    Of the accounts that leave the mark the campaign has a share ``owned``; ten of its own are in a group with those ``met``.
    """
    everybody = people(N, n_events=np.full(N, EVENTS), **told)
    known = scene(groups(range(CREW), [*range(10), *met]), everybody)
    found = {"account": np.array([*range(CREW), *sent]), "n": np.array([6] * CREW + list(sent.values()))}

    def hits(_: Any, __: Any, marks: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        n = len(found["account"]) if len(marks["campaign"]) else 0
        return {"campaign": np.zeros(n, np.int64), **{name: value[:n] for name, value in found.items()}}

    monkeypatch.setattr(link, "hits", hits)
    monkeypatch.setattr(judge, "joining", lambda _, __, ___, asked, *____: np.isin(np.arange(N), surely) & (asked == 0))
    traffic: Any = SimpleNamespace(people=everybody, codes=lambda accounts: accounts)
    verdicts: Any = SimpleNamespace(campaign=np.arange(2) == 0, log_odds=np.ones(2))
    counted = {name: np.zeros(1, np.int64) for name in ("campaign", "place", "object")} | {
        "inside": np.array([owned * 100]), "accounts": np.array([100.0])}
    engine: Any = None
    grown = joining.add_joining_accounts(engine, traffic, known, verdicts, model(), np.zeros(1, np.int64), counted, groups(range(CREW)))
    assert set(grown.member_account) >= set(range(CREW))
    return sorted(set(grown.member_account.tolist()) - set(range(CREW)))


def test_who_sends_its_work_and_is_like_it_joins(monkeypatch: pytest.MonkeyPatch) -> None:
    assert joins(monkeypatch, {200: 4, 201: 4}, surely=[200, 300]) == [200]


def test_who_meets_its_accounts_among_themselves_joins_if_like_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert joins(monkeypatch, {}, surely=[200, 300], met=[200, 201]) == [200]
    assert joins(monkeypatch, {}, surely=[200], met=range(200, 211)) == []


def test_who_sends_it_in_passing_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert joins(monkeypatch, {200: 2}, surely=[200]) == []


def test_work_that_is_mostly_others_makes_nobody_a_member(monkeypatch: pytest.MonkeyPatch) -> None:
    assert joins(monkeypatch, {200: 6}, surely=[200], owned=0.4) == []
    # Half of everybody else sends the same, so that sending it says nothing.
    assert joins(monkeypatch, dict.fromkeys(range(200, 900), 6), surely=[200]) == []


def test_resellers_and_checked_organisations_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    reseller, verified, org = np.arange(N) == 100, np.arange(N) == 200, np.where(np.arange(N) == 200, 7, -1)
    assert joins(monkeypatch, {100: 6, 200: 6, 300: 6}, surely=[100, 200, 300], reseller=reseller, verified=verified, org=org) == [300]
    # Nor where they meet its accounts.
    assert joins(monkeypatch, {}, surely=[100, 200, 300], met=[100, 200, 300], reseller=reseller, verified=verified, org=org) == [300]
