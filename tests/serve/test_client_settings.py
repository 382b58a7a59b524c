"""The client package's settings: a fail mode that is misspelt is no open one."""

import asyncio
import logging
import sys
from typing import Any

import pytest
from serve_kit import CLIENT

pytest.importorskip("httpx")
sys.path.insert(0, str(CLIENT))
from stillwatch_client.asgi import StillwatchMiddleware
from stillwatch_client.guard import Guard, SettingError


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "TOKEN", "FAIL", "DEADLINE_MS"):
        monkeypatch.delenv(f"STILLWATCH_{name}", raising=False)


async def app(*_: Any) -> None: ...


@pytest.mark.parametrize(
    ("name", "value"),
    [("FAIL", "close"), ("FAIL", "fail_closed"), ("FAIL", "true"), ("DEADLINE_MS", "fifty"), ("DEADLINE_MS", "-5"), ("DEADLINE_MS", "0"),
     ("DEADLINE_MS", "nan"), ("URL", "127.0.0.1:8080")],
)
def test_a_setting_that_makes_no_sense_stops_the_start(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"STILLWATCH_{name}", value)
    for made in (Guard, lambda: StillwatchMiddleware(app)):
        with pytest.raises(SettingError) as caught:
            made()
        assert f"STILLWATCH_{name} is {value!r}" in str(caught.value)


@pytest.mark.parametrize(("mode", "decision"), [("", "allow"), ("open", "allow"), ("closed", "unavailable"), (" Closed\n", "unavailable")])
def test_the_fail_mode_is_as_declared(mode: str, decision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLWATCH_FAIL", mode)
    guard = Guard("http://127.0.0.1:1", "token")
    assert asyncio.run(guard.decide({"account_id": "ada"})).decision == decision


def test_a_missing_token_is_told_at_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "stillwatch_client"):
        Guard()
        assert "STILLWATCH_TOKEN is not set" in caplog.text
        caplog.clear()
        Guard(token="swt_x")
        assert not caplog.text
