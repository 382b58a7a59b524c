"""A running service with a console, and a person at a real Chromium."""

import base64
import contextlib
import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import browser
import pytest
from console_kit import PASSWORD, copy

from ports import free_port
from stillwatch.respond import cases, policy, promotion
from stillwatch.respond.store import Actor, Store
from stillwatch.respond.vocabulary import Role
from stillwatch.serve import tokens

EXECUTABLE = browser.installed()
NO_BROWSER = pytest.mark.skipif(EXECUTABLE is None, reason="chromium is not installed (apt-get install chromium)")


@dataclass
class Served:
    """A running service, its store, and a token of its API."""

    port: int
    store: Store
    token: str

    def decision(self, account_id: str, at: int) -> str:
        """What the service says to a gateway."""
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = json.dumps({"account_id": account_id, "request_id": f"r-{at}"})
        wire.request("POST", "/v1/decide", body, {"x-stillwatch-token": self.token})
        found: str = json.loads(wire.getresponse().read())["decision"]
        wire.close()
        return found

    def becomes(self, account_id: str, wanted: str) -> bool:
        """Whether the answer is this one within a minute."""
        deadline, at = time.monotonic() + 60, 0
        while self.decision(account_id, hash((wanted, at := at + 1)) % 10**9) != wanted:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True


@contextlib.contextmanager
def serving(filled: Path, folder: Path) -> Iterator[Served]:
    """A service on a copy of the store, which enforces."""
    store = copy(filled, folder)
    with store.write(Actor("dee", Role.ADMIN)) as change:
        made = policy.draft(change, policy.parse({"mode": "enforce"}), "go")
        promotion.promote(change, made.version, "go")
    port = free_port()
    token = tokens.create(folder / "tokens.json", "gateway", tokens.Role.DECIDE)
    command = [sys.executable, "-m", "stillwatch", "serve", "--store", f"sqlite:///{folder / 'store.db'}", "--port", str(port),
               "--state", str(folder / "state"), "--tokens", str(folder / "tokens.json"), "--enforce",
               "--refresh-s", "0.1", "--drain-s", "0", "--deadline-ms", "20000",
               "--case-url", f"http://127.0.0.1:{port}/console/cases/{{case_id}}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        for _ in range(600):
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield Served(port, store, token)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        store.close()


@pytest.fixture
def served(filled: Path, tmp_path: Path) -> Iterator[Served]:
    with serving(filled, tmp_path) as made:
        yield made


class Tab:
    """One person at the browser."""

    def __init__(self, page: browser.Page, port: int) -> None:
        self.page, self.base = page, f"http://127.0.0.1:{port}/console"

    def open(self, path: str, *, width: int = 1280, dark: bool = False) -> None:
        self.page.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.page.call("Emulation.setEmulatedMedia", features=[scheme])
        self.page.loaded = False
        self.page.call("Page.navigate", url=self.base + path)
        self.page.wait()

    def does(self, script: str) -> None:
        """Run a script that leads to another page, and wait for it."""
        self.page.loaded = False
        self.page.ask(script)
        self.page.wait()

    def submit(self, action: str, **fields: str) -> None:
        """Fill in the form that goes to this path and send it with its button."""
        self.does(f"""(() => {{ const form = [...document.forms].find(f => f.method === 'post' && f.action.endsWith({json.dumps(action)}));
          for (const [name, value] of Object.entries({json.dumps(fields)})) form.elements[name].value = value;
          form.querySelector('button').click(); }})()""")

    def key(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if len(key) == 1 and kind == "keyDown" else {}
            self.page.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=13 if key == "Enter" else 0,
                **text,
            )

    def login(self, name: str) -> None:
        self.page.call("Network.clearBrowserCookies")
        self.open("/login")
        self.submit("/login", name=name, password=PASSWORD)
        assert name in self.text(), self.text()

    def shot(self, path: Path, *, top: int = 0, tall: int = 0) -> None:
        """Write a small picture of what the window shows, or of so many pixels of the page from a place on."""
        options: dict[str, Any] = {"format": "webp", "quality": 55}
        if tall:
            height = min(tall, int(self.page.ask("document.documentElement.scrollHeight")) - top)
            options |= {"captureBeyondViewport": True, "clip": {"x": 0, "y": top, "width": 1280, "height": height, "scale": 1}}
        answer = self.page.call("Page.captureScreenshot", **options)
        path.write_bytes(base64.b64decode(answer["data"]))

    def text(self) -> str:
        return str(self.page.ask("document.body.innerText"))

    def address(self) -> str:
        return str(self.page.ask("location.pathname")).removeprefix("/console")


@contextlib.contextmanager
def opened(port: int) -> Iterator[Tab]:
    """A browser of its own."""
    assert EXECUTABLE is not None
    with browser.browser(EXECUTABLE) as page:
        yield Tab(page, port)


@pytest.fixture
def tab(served: Served) -> Iterator[Tab]:
    with opened(served.port) as made:
        yield made


def top(store: Store) -> tuple[str, str, str]:
    """The case on top of the queue and two of its accounts."""
    with store.read() as session:
        case_id = cases.queue(session)[0].case_id
        found = cases.members(session, case_id)
        return case_id, found[0].account_id, found[1].account_id
