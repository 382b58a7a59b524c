"""What people decide in the console, in a real Chromium, is what clients of a real gateway get: block, appeal, overturn, undo."""

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("granian")
from browser_kit import NO_BROWSER, Served, Tab, served, tab, top
from gateways_kit import EDGES, NO_LITELLM, chat, edge, proxy
from serve_kit import Model, call
from sqlalchemy import select

from stillwatch.respond import audit
from stillwatch.respond.schema import DecisionRow, Key
from stillwatch.respond.store import SYSTEM, Store

__all__ = ["served", "tab"]
pytestmark = [pytest.mark.real_peer, NO_BROWSER]
GATEWAYS = [edge for edge in EDGES if edge.values[0] == "nginx"] + [pytest.param("litellm", marks=[NO_LITELLM])]

Client = Callable[[str], tuple[int, str]]
"""What an account gets of the gateway: status, and the link to its case."""


@contextlib.contextmanager
def clients(name: str, served: Served, folder: Path) -> Iterator[Client]:
    """A gateway that asks the service; LiteLLM tells it the account, the others the API key of its client."""
    folder.mkdir()
    if name == "litellm":
        with proxy("hook", folder, served.port, served.token) as port:

            def ask(account: str) -> tuple[int, str]:
                told = chat(port, account)
                return told["status"], told["headers"].get("x-guard-case", "")

            yield ask
        return
    model = Model()
    with edge(name, folder, model=model.port, guard=served.port, grpc=0, token=served.token) as port:

        def ask(account: str) -> tuple[int, str]:
            model.seen.clear()
            said = call(port, "/v1/chat/completions", {"authorization": f"Bearer sk-{account}"}, {"messages": []})
            assert bool(model.seen) == (said.status == 200), "a refused request does not reach the model"
            return said.status, said.headers.get("x-guard-case", "")

        yield ask


def keys(store: Store, *accounts: str) -> None:
    """What ``cases import --data`` does where the log tells keys: whose they are."""
    with store.write(SYSTEM) as change:
        for account in accounts:
            digest = hashlib.sha256(f"sk-{account}".encode()).hexdigest()
            change.session.add(Key(key_id=digest, account_id=account))
        change.bump()
        change.audit("run.facts", "a log", after={"keys": len(accounts)})


def becomes(client: Client, account: str, status: int) -> None:
    deadline = time.monotonic() + 30
    while client(account)[0] != status:
        assert time.monotonic() < deadline, f"{account} gets {client(account)}, not {status}"
        time.sleep(0.1)


def agree(tab: Tab, name: str, what: str) -> None:
    """The second person finds what waits, and agrees."""
    tab.login(name)
    tab.open("/actions")
    tab.does(f"[...document.querySelectorAll('a')].find(a => a.textContent === '{what}').click()")
    tab.submit("/approve", note="seen")
    assert ("The lift took effect." if what == "lift" else "the action is in force") in tab.text()


REFRESHES_S = 0.5
"""In which the service looks five times for what people decided."""


@pytest.mark.parametrize("name", GATEWAYS)
def test_clients_get_what_people_decide(name: str, served: Served, tab: Tab, tmp_path: Path) -> None:
    case_id, accused, other = top(served.store)
    keys(served.store, accused, other)
    with clients(name, served, tmp_path / "gateway") as client:
        assert client(accused) == (200, "")
        tab.login("ana")
        tab.open(f"/actions/new?case={case_id}")
        tab.submit("/actions/new", kind="block", reason="coordinated_extraction", mode="enforce", note="one template")
        action = tab.address()
        time.sleep(REFRESHES_S)
        assert client(accused)[0] == 200, "one person blocks nobody"
        agree(tab, "ben", "block")
        becomes(client, accused, 403)
        becomes(client, other, 403)
        assert client("somebody-else")[0] == 200
        link = client(accused)[1]
        assert link == f"{tab.base}/cases/{case_id}"
        tab.open(link.removeprefix(tab.base))
        assert case_id in tab.text(), "the link that the client gets leads to the case"

        tab.login("ana")
        tab.open(f"/cases/{case_id}")
        tab.submit("/appeal", account_id=accused, statement="It is my course.")
        tab.login("cem")
        tab.open("/appeals/1")
        tab.submit("/appeals/1/decide", outcome="overturned", reason="the course exists")
        assert "Waits for a second person: lift by cem" in tab.text()
        time.sleep(REFRESHES_S)
        assert client(accused)[0] == 403, "one person unblocks nobody"
        agree(tab, "dee", "lift")
        becomes(client, accused, 200)
        assert client(other)[0] == 403

        tab.login("ana")
        tab.open(action)
        tab.submit("/undo", reason="false_positive", note="it was a course as a whole")
        time.sleep(REFRESHES_S)
        assert client(other)[0] == 403
        agree(tab, "cem", "lift")
        becomes(client, other, 200)
    deadline = time.monotonic() + 20  # the service writes its log in batches
    told: set[str] = set()
    while "block" not in told and time.monotonic() < deadline:
        with served.store.read() as session:
            told = set(session.scalars(select(DecisionRow.decision).where(DecisionRow.case_id == case_id)))
    assert "block" in told
    with served.store.read() as session:
        assert audit.verify(session).whole
    tab.open(f"/decisions?case={case_id}&outcome=block")
    assert {"nginx": "nginx", "caddy": "forward", "litellm": "decide"}[name] in tab.text()
    assert not tab.page.messages
