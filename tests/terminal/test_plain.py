"""What others wrote controls no terminal."""

import pytest

from stillwatch.terminal.plain import print_plain


def test_what_is_printed_controls_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_plain("a table\nof \x1b[31mred\x1b[m names", 7)
    assert capsys.readouterr().out == "a table\nof ?[31mred?[m names\n7\n"
