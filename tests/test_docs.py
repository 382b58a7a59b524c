"""Every ``stillwatch`` command that a page shows is one that the command line takes."""

import re
import shlex
from pathlib import Path

import pytest

from stillwatch import cli

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "benchmarks" / "README.md"]
NUMBERS = {"N": "1"}
"""What pages write for a number."""


def commands(text: str) -> list[str]:
    """The commands of shell blocks, one each, without comments, redirections, and what comes before and after in a line."""
    found = []
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            while "stillwatch" in words:
                words = words[words.index("stillwatch") :]
                end = next((i for i, word in enumerate(words) if word in ("&&", "|", ";", ">", "&")), len(words))
                found.append(shlex.join(NUMBERS.get(word, word) for word in words[1:end]))
                words = words[end:]
    return found


def test_commands_are_found() -> None:
    text = "```sh\nexport A=1\nstillwatch detect a --out r && stillwatch report r   # a page\necho x | stillwatch verify -\n```\n"
    assert commands(text) == ["detect a --out r", "report r", "verify -"]


def test_the_layout_names_every_module_beside_the_stages() -> None:
    layout = (ROOT / "docs" / "contributing.md").read_text()
    modules = [path.name for path in (ROOT / "src" / "stillwatch").glob("*.py") if not path.name.startswith("__")]
    assert [name for name in modules if f"`{name}`" not in layout] == []


@pytest.mark.parametrize(("page", "command"), [(page.name, line) for page in PAGES for line in commands(page.read_text())])
def test_a_command_that_a_page_shows_is_taken(page: str, command: str) -> None:
    """What is wrong with one stands on standard error."""
    assert callable(cli.parser().parse_args(shlex.split(command)).command), page
