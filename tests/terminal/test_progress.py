"""What a terminal shows of stages that take long."""

import io
import sys

import pytest

from stillwatch.terminal.progress import Clock


@pytest.mark.parametrize(
    ("quiet", "tracked", "terminal", "shown"),
    [(False, False, True, True), (True, False, True, False), (False, True, True, False), (False, False, False, False)],
)
def test_a_terminal_shows_the_stage_that_is_at_work(
    quiet: bool, tracked: bool, terminal: bool, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    clock = Clock(quiet=quiet)
    with clock.stage("judge", tracked=tracked):
        pass
    assert ("judge" in stream.getvalue()) == shown
    assert clock.seconds.keys() == {"judge"}
