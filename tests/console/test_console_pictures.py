"""Takes the pictures of docs/console: four people at work on the demonstration's world, in a real Chromium.

    STILLWATCH_SHOTS=docs/console pytest -n 0 tests/console/test_console_pictures.py
"""

import os
from datetime import timedelta
from pathlib import Path

import console_kit
import pytest

pytest.importorskip("granian")
from browser_kit import NO_BROWSER, Served, Tab, served, tab

from stillwatch import simulate
from stillwatch.console import people
from stillwatch.detect import pipeline
from stillwatch.respond import actions, allow, appeals, cases
from stillwatch.respond.importing import import_run
from stillwatch.respond.store import SYSTEM, Actor, Store
from stillwatch.respond.vocabulary import Action, Mode, Reason, Role, State, Subject

__all__ = ["served", "tab"]
FOLDER = os.environ.get("STILLWATCH_SHOTS", "")
pytestmark = [pytest.mark.skipif(not FOLDER, reason="no pictures are wanted (STILLWATCH_SHOTS=docs/console)"), NO_BROWSER]
ANA, BEN, CEM = Actor("ana", Role.ANALYST), Actor("ben", Role.APPROVER), Actor("cem", Role.APPROVER)
TALL, PARTS = 2400, 3
"""Pixels of each part of the case's page, which is longer than a window."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the campaigns that are found in a small world, and people."""
    folder = tmp_path_factory.mktemp("pictures")
    simulate.run("demo", folder / "world", events=60_000, seed=1, quiet=True)
    pipeline.detect(folder / "world", folder / "run", quiet=True)
    store = Store.open(str(folder / "store.db"))
    with store.write(SYSTEM) as change:
        for name, role in console_kit.PEOPLE.items():
            people.add(change, name, role, console_kit.PASSWORD)
    import_run(store, SYSTEM, folder / "run", data=folder / "world")
    store.close()
    return folder / "store.db"


def at_work(store: Store) -> tuple[str, str]:
    """What four people did in a day; returns the case on top and one of its accounts."""
    with store.read() as session:
        first, second, *_ = [case.case_id for case in cases.queue(session)]
        accused = [member.account_id for member in cases.members(session, first)]
    with store.write(ANA) as change:
        cases.assign(change, first, "ana")
        cases.move(change, first, State.INVESTIGATING)
        cases.annotate(change, first, "Sales knows none of these accounts; no contract.")
        block = actions.propose(change, Action.BLOCK, Reason.COORDINATED_EXTRACTION, case_id=first, mode=Mode.ENFORCE)
        slow = {"case_requests_per_min": 30}
        actions.propose(
            change, Action.THROTTLE, Reason.SUSPECTED_EXTRACTION, case_id=second, mode=Mode.SHADOW, parameters=slow
        )
    with store.write(BEN) as change:
        actions.approve(change, block.action_id, "seen: one queue of work, handed from account to account")
        until = change.now + timedelta(days=90)
        allow.add(change, Subject.ORG, "org-school", owner="ben", reason="a class of ours, until the term ends", expires_at=until)
    with store.write(ANA) as change:
        held = appeals.receive(change, first, accused[1], "We are two researchers who share a card.")
        appeals.receive(change, first, accused[2], "This is a course; here is the list of students.")
        actions.propose(change, Action.BLOCK, Reason.COORDINATED_EXTRACTION, case_id=second, mode=Mode.ENFORCE, note="as the other")
    with store.write(CEM) as change:
        appeals.decide(change, held.appeal_id, overturned=False, reason="no reply when asked who the other is")
    return first, accused[0]


def test_pictures(served: Served, tab: Tab) -> None:
    case_id, account = at_work(served.store)
    assert served.becomes(account, "block")
    with served.store.read() as session:
        several = [member.account_id for case in cases.queue(session) for member in cases.members(session, case.case_id)[:6]]
    for at, name in enumerate(several):
        served.decision(name, at)
    folder = Path(FOLDER)
    tab.login("dee")
    for path, name in (
        ("/", "queue"), (f"/cases/{case_id}", "cases"), ("/actions", "actions"), (f"/actions/new?case={case_id}", "actions-new"),
        (f"/accounts?name={account}", "accounts"), ("/appeals", "appeals"), ("/allow", "allow"), ("/audit?verify=1", "audit"),
        ("/policy", "policy"), ("/policy/1", "policy-1"), (f"/decisions?case={case_id}", "decisions"), ("/health", "health"),
    ):
        tab.open(path)
        tab.shot(folder / f"{name}.webp")
        if name == "cases":
            for part in range(PARTS):
                tab.shot(folder / f"{name}-{part + 1}.webp", top=part * TALL, tall=TALL)
        if name in ("queue", "cases"):
            tab.open(path, dark=True)
            tab.shot(folder / f"{name}-dark.webp")
            tab.open(path, width=390, dark=True)
            tab.shot(folder / f"{name}-phone.webp")
