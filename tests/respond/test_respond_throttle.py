"""What throttles would have let through of a log."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from respond_helpers import accounts

from stillwatch.cli import main
from stillwatch.files import write_parquet
from stillwatch.respond import policy_jobs, throttle
from stillwatch.respond.importing import import_run
from stillwatch.respond.policy import Policy
from stillwatch.respond.store import SYSTEM, Store
from stillwatch.tables import EVENTS

START = datetime(2026, 2, 1, tzinfo=UTC)


def events(folder: Path, sent: dict[str, list[float]]) -> Path:
    """A log in which each account sent requests so many seconds after the start."""
    rows = [
        {"event_id": f"{name}-{i}", "timestamp": START + timedelta(seconds=at), "account_id": name}
        for name, times in sent.items() for i, at in enumerate(times)
    ]
    (folder / "events").mkdir(parents=True)
    write_parquet(pa.Table.from_pylist(rows, EVENTS.schema), folder / "events" / "one.parquet")
    return folder


def opened(url: str, run: Path) -> None:
    store = Store.open(url)
    import_run(store, SYSTEM, run)
    store.close()


def told(capsys: Any, *words: str) -> dict[str, Any]:
    assert main([*words, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_many_slow_accounts_pass_any_rate_of_each(tmp_path: Path, run_folder: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Ten accounts of one request an hour each, and a customer who sends one a second: the rate of each stops the customer."""
    slow = {name: [3600.0 * hour + 7 * i for hour in range(24)] for i, name in enumerate(accounts(0, 10))}
    data = events(tmp_path / "logs", slow | {"customer": [float(s) for s in range(3600)]})
    url = str(tmp_path / "store.db")
    opened(url, run_folder({"c-one": {"members": accounts(0, 10)}}))
    found = told(capsys, "policy", "throttle", str(data), "--store", url)
    (case,) = found["cases"].values()
    assert (case["n_accounts"], case["n_requests"]) == (10, 240)
    each = {row["each_per_min"]: row for row in case["tried"] if row["together_per_min"] is None}
    assert each[0.2]["share_passed"] == 1.0
    together = [row for row in case["tried"] if row["together_per_min"]]
    assert [row["together_per_min"] for row in together] == [0.087, 0.017, 0.0017], "shares of 240 requests in 1,381 minutes"
    assert 0 < together[-1]["share_passed"] < together[0]["share_passed"] < 1
    customer = {row["each_per_min"]: row for row in found["others"]["tried"]}
    assert found["n_others"] == 1
    assert customer[6.0]["share_passed"] == pytest.approx(0.1)
    assert customer[6.0]["n_ever_refused"] == 1
    assert found["others"]["policy"]["each_per_min"] == 6


def test_accounts_of_cases_that_are_not_tried_are_no_customers(
    tmp_path: Path, run_folder: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_jobs, "MOST_CASES", 1)
    data = events(tmp_path / "logs", {name: [float(s) for s in range(4)] for name in [*accounts(0, 6), "customer"]})
    url = str(tmp_path / "store.db")
    opened(url, run_folder({"c-one": {"members": accounts(0, 4)}, "c-two": {"members": accounts(4, 2)}}))
    for words in ((), ("--case", "case-one")):
        found = told(capsys, "policy", "throttle", str(data), "--store", url, *words)
        assert (list(found["cases"]), found["others"]["n_accounts"]) == (["case-one"], 1)
        assert (found["n_others"], found["n_left_out"], found["n_cases_not_tried"]) == (1, 2, 0 if words else 1)
    assert main(["policy", "throttle", str(data), "--store", url]) == 0
    said = capsys.readouterr().out
    assert "not tried: 1 open case of less expected loss" in said
    assert "left out everywhere: 2 accounts of cases that were not tried" in said


def test_an_account_of_two_cases_counts_in_both(tmp_path: Path, run_folder: Any, capsys: pytest.CaptureFixture[str]) -> None:
    data = events(tmp_path / "logs", {name: [float(s) for s in range(4)] for name in accounts(0, 5)})
    url = str(tmp_path / "store.db")
    opened(url, run_folder({"c-one": {"members": accounts(0, 3)}, "c-two": {"members": accounts(2, 5)}}))
    found = told(capsys, "policy", "throttle", str(data), "--store", url)
    assert [(case["n_accounts"], case["n_requests"]) for case in found["cases"].values()] == [(3, 12), (3, 12)]


def test_a_draft_and_a_rate_can_be_tried(tmp_path: Path, run_folder: Any, capsys: pytest.CaptureFixture[str]) -> None:
    data = events(tmp_path / "logs", {name: [float(s) for s in range(60)] for name in accounts(0, 3)})
    url = str(tmp_path / "store.db")
    opened(url, run_folder({"c-one": {"members": accounts(0, 3)}}))
    draft = tmp_path / "draft.json"
    draft.write_text('{"parameters": {"throttle": {"requests_per_min": 60, "case_requests_per_min": 1}}}')
    found = told(capsys, "policy", "throttle", str(data), "--rate", "30", "--policy", str(draft), "--store", url)
    (case,) = found["cases"].values()
    assert case["policy"]["n_passed"] == 1
    assert case["tried"][0]["n_passed"] == 90 + 3 * 4, "half, and a burst"
    draft.write_text('{"mode": "shadow", "parameters": {"throttle": {"requests_per_min": 1, "requests_per_min": 60}}}')
    assert main(["policy", "throttle", str(data), "--policy", str(draft), "--store", url]) == 1
    assert "'requests_per_min' is there more than once" in capsys.readouterr().err
    for bad in ("0", "nan", "-1"):
        assert main(["policy", "throttle", str(data), "--rate", bad, "--store", url]) == 1


def test_an_actions_own_rate_goes_over_the_policys() -> None:
    sent = throttle.Requests(np.arange(60.0), ["a"] * 60)
    assert throttle.try_policy(sent, Policy(), {"requests_per_min": 60}).n_passed == 60
    assert throttle.try_policy(sent, Policy(), {"requests_per_min": 1}).n_passed == 1
    assert throttle.try_rate(throttle.Requests(np.zeros(0), []), 6.0).share_passed is None
