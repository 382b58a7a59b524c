"""What is shown of what takes long: stages on a terminal, a line a minute off one, nothing where it is quiet."""

import io
import sys

import pytest

from stillwatch.terminal.progress import Clock, track


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


def test_a_bar_shows_names_in_brackets_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    assert list(track(range(2), "policy [/x]", 2)) == [0, 1]
    assert "policy [/x]" in stream.getvalue()


def test_off_a_terminal_a_line_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    def told(seconds: float, **how: bool) -> list[str]:
        now = [0.0]
        for _ in track(range(10), "asking", 10, clock=lambda: now[0], **how):
            now[0] += seconds
        said = capsys.readouterr()
        assert said.out == ""
        return said.err.splitlines()

    assert told(25) == ["asking: 3 of 10, about 3 min to go", "asking: 6 of 10, about 2 min to go", "asking: 9 of 10, about 1 min to go"]
    assert len(told(200)) == 9
    assert told(5) == told(200, quiet=True) == []
