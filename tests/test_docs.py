"""Every ``stillwatch`` command that a page shows is one that the command line takes, and every link leads somewhere."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from stillwatch import cli

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "benchmarks" / "README.md"]
NUMBERS = {"N": "1"}
"""What pages write for a number."""
COMMON = {"--help", "--version", "--quiet", "--verbose", "--json", "--store", "--as"}
"""Options of all commands, or of all that have a store."""


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


def anchors(text: str) -> set[str]:
    """Where links into a page may lead: its headings as GitHub names them."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        name = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found[name] = found.get(name, -1) + 1
    return {name if i == 0 else f"{name}-{i}" for name, n in found.items() for i in range(n + 1)}


def broken_links(page: Path) -> list[str]:
    """Links of a page that lead to no file or no heading of this repository."""
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if not link.startswith("http") and not (target.exists() and (not anchor or anchor in anchors(target.read_text()))):
            broken.append(link)
    return broken


def test_broken_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# One\n## 2. Two (`b/c.py`)\n```\n# no heading\n```\n## One\n")
    page = tmp_path / "page.md"
    page.write_text("[a](a.md) [b](a.md#2-two-bcpy) [c](a.md#one-1) [d](a.md#no-heading) [e](b.md) [f](https://example.org/#x)\n")
    assert broken_links(page) == ["a.md#no-heading", "b.md"]


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_commands_are_found() -> None:
    text = "```sh\nexport A=1\nstillwatch detect a --out r && stillwatch report r   # a page\necho x | stillwatch verify -\n```\n"
    assert commands(text) == ["detect a --out r", "report r", "verify -"]


def test_the_layout_names_every_module_beside_the_stages() -> None:
    layout = (ROOT / "docs" / "contributing.md").read_text()
    modules = [path.name for path in (ROOT / "src" / "stillwatch").glob("*.py") if not path.name.startswith("__")]
    modules += [path.name for name in ("numeric", "keys", "throttling", "terminal")
                for path in (ROOT / "src" / "stillwatch" / name).glob("*.py") if not path.name.startswith("__")]
    assert [name for name in modules if f"`{name}`" not in layout] == []


def undocumented(command: argparse.ArgumentParser, pages: list[str]) -> list[str]:
    """Options of a command and of those below it that no page names which shows the top command."""
    found = []
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            found += [one for sub in action.choices.values() for one in undocumented(sub, pages)]
            continue
        for name in set(action.option_strings) - COMMON:
            shown = [page for page in pages if " ".join(command.prog.split()[:2]) in page]
            if name.startswith("--") and not any(re.search(rf"{name}(?![\w-])", page) for page in shown):
                found.append(f"{command.prog} {name}")
    return found


def test_every_option_stands_on_a_page_of_its_command() -> None:
    assert undocumented(cli.parser(), [page.read_text() for page in PAGES]) == []


@pytest.mark.parametrize(("page", "command"), [(page.name, line) for page in PAGES for line in commands(page.read_text())])
def test_a_command_that_a_page_shows_is_taken(page: str, command: str) -> None:
    """What is wrong with one stands on standard error."""
    assert callable(cli.parser().parse_args(shlex.split(command)).command), page
