"""The console in a real browser, served by ``stillwatch serve``: from an imported run to a block and an overturned appeal."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

pytest.importorskip("granian")
from browser_kit import NO_BROWSER, Served, Tab, opened, served, serving, tab, top
from test_browser import LOW_CONTRAST, TOO_WIDE

from stillwatch.respond import audit
from stillwatch.respond.schema import DecisionRow
from stillwatch.respond.store import Actor
from stillwatch.respond.vocabulary import Role

__all__ = ["served", "tab"]
AXE = os.environ.get("STILLWATCH_AXE", "")
pytestmark = [pytest.mark.real_peer, NO_BROWSER]


@pytest.fixture(scope="module")
def reader(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Tab]]:
    """A service and a browser for tests that log in and read, and do nothing else."""
    with serving(filled, tmp_path_factory.mktemp("read")) as made, opened(made.port) as read:
        yield made, read


def test_from_an_imported_run_to_a_block_and_an_overturned_appeal(served: Served, tab: Tab) -> None:
    case_id, accused, other = top(served.store)
    assert served.becomes(accused, "allow")
    tab.login("ana")
    for key in ("j", "Enter"):
        tab.page.loaded = False
        tab.key(key)
    tab.page.wait()
    assert tab.address() == f"/cases/{case_id}", "keys lead from the queue to the case on top"
    tab.page.loaded = False
    tab.key("b")
    tab.page.wait()
    assert tab.address() == "/actions/new"
    assert "Innocents expected" in tab.text()
    tab.submit(
        "/actions/new",
        kind="block",
        reason="coordinated_extraction",
        mode="enforce",
        note="one template, 5,188 accounts",
    )
    action = tab.address()
    assert "waits for a second person" in tab.text()
    assert "The proposer cannot be the second person." in tab.text()
    assert served.decision(accused, 1) == "allow"

    tab.login("ben")
    tab.open(action)
    tab.submit("/approve", note="seen")
    assert "Agreed; the action is in force." in tab.text()
    assert served.becomes(accused, "block")
    assert served.becomes(other, "block")

    tab.login("ana")
    tab.open(f"/cases/{case_id}")
    tab.submit("/appeal", account_id=accused, statement="It is my course; here is the list of students.")
    tab.login("cem")
    tab.open("/appeals/1")
    assert "here is the list of students" in tab.text()
    tab.submit("/appeals/1/decide", outcome="overturned", reason="the course exists")
    assert "Overturned by cem" in tab.text()
    assert served.decision(accused, 2) == "block", "an unblock needs a second person too"
    tab.login("dee")
    tab.open("/actions")
    tab.does("[...document.querySelectorAll('a')].find(a => a.textContent === 'lift').click()")
    tab.submit("/approve")
    assert served.becomes(accused, "allow")
    assert served.decision(other, 3) == "block"
    for _ in range(100):  # the service writes its log in batches
        with served.store.read() as session:
            logged = set(session.scalars(select(DecisionRow.decision).where(DecisionRow.account_id == accused)))
        if "block" in logged:
            break
        time.sleep(0.1)
    tab.open(f"/accounts?name={accused}")
    assert "block" in logged
    assert "Judged innocent by cem (appeal" in tab.text()
    with served.store.read() as session:
        assert audit.verify(session).whole
    assert not [url for url in tab.page.requests if not url.startswith(("data:", tab.base))], (
        "nothing is fetched from elsewhere"
    )
    assert not tab.page.messages, "no violation of the policy on content, no error of a script"


PAGES = ("/", "/cases/CASE", "/actions", "/actions/new?case=CASE", "/accounts?name=ACCOUNT", "/appeals", "/allow", "/audit?verify=1",
         "/policy", "/policy/1", "/decisions", "/health", "/me", "/cases/nothing")


def test_pages_read_well_in_the_dark_and_on_a_phone(reader: tuple[Served, Tab]) -> None:
    served, tab = reader
    case_id, account, _ = top(served.store)
    tab.open("/login")
    assert not tab.page.ask(LOW_CONTRAST)
    tab.login("dee")
    bad: dict[str, Any] = {}
    for page in PAGES:
        path = page.replace("CASE", case_id).replace("ACCOUNT", account)
        for width, dark in ((1280, False), (1280, True), (390, True)):
            tab.open(path, width=width, dark=dark)
            found = tab.page.ask(LOW_CONTRAST) + tab.page.ask(TOO_WIDE)
            found += (
                []
                if tab.page.ask("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
                else ["scrolls sideways"]
            )
            if found:
                bad[f"{path} {width} {dark}"] = found[:5]
    assert not bad, json.dumps(bad, indent=1)


@pytest.mark.skipif(not Path(AXE).is_file(), reason='axe-core is not installed (eval "$(.ci/axe.sh)")')
def test_axe_finds_nothing(reader: tuple[Served, Tab]) -> None:
    served, tab = reader
    case_id, account, _ = top(served.store)
    tab.login("dee")
    source, bad = Path(AXE).read_text(encoding="utf-8"), {}
    for page in ("/login", *PAGES):
        path = page.replace("CASE", case_id).replace("ACCOUNT", account)
        for dark in (False, True):
            tab.open(path, dark=dark)
            tab.page.ask(source + ";0")
            # In the dark only colours are others.
            rules = "['color-contrast']" if dark else "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
            run = f"axe.run(document, {{runOnly: {rules}}})"
            answer = tab.page.call("Runtime.evaluate", expression=run, awaitPromise=True, returnByValue=True)["result"][
                "value"
            ]
            assert answer["passes"], "axe looked at something"
            found = [f"{v['impact']} {v['id']}: {v['nodes'][0]['html'][:120]}" for v in answer["violations"]]
            if found:
                bad[f"{path} dark={dark}"] = found
    assert not bad, json.dumps(bad, indent=1)


def test_keys_can_be_switched_off(reader: tuple[Served, Tab]) -> None:
    _, tab = reader
    tab.login("ana")
    tab.page.ask("document.getElementById('keys').click()")
    tab.key("j")
    assert tab.page.ask("document.querySelectorAll('tr.here').length") == 0
    tab.page.ask("document.getElementById('keys').click()")
    tab.key("j")
    assert tab.page.ask("document.querySelectorAll('tr.here').length") == 1


def test_the_tail_follows(served: Served, tab: Tab) -> None:
    case_id, accused, _ = top(served.store)
    with served.store.write(Actor("ana", Role.ANALYST)) as change:
        from stillwatch.respond import actions
        from stillwatch.respond.vocabulary import Action, Mode, Reason

        actions.propose(change, Action.OBSERVE, Reason.ANALYST_REQUEST, case_id=case_id, mode=Mode.ENFORCE)
    tab.login("vic")
    tab.open(f"/decisions?case={case_id}")
    assert "None." in tab.text()
    tab.page.ask("document.getElementById('follow').click()")
    time.sleep(1)  # the snapshot is built
    deadline, at = time.monotonic() + 30, 0
    while accused not in tab.text() and time.monotonic() < deadline:
        served.decision(accused, at := at + 1)
        time.sleep(0.5)
    assert accused in tab.text()
