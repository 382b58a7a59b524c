"""A store with a run that has everything a case can draw, people of each role, and a client that sends forms."""

import re
import shutil
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import report_run
from argon2 import PasswordHasher

from stillwatch.console import people, security
from stillwatch.console.app import PREFIX, application
from stillwatch.respond.importing import import_run
from stillwatch.respond.store import SYSTEM, Store
from stillwatch.respond.vocabulary import Role

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette asks for a successor of httpx that does not exist everywhere yet
    from starlette.testclient import TestClient

security._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)  # tests log in hundreds of times

PASSWORD = "correct horse battery"
PEOPLE = {
    "dee": Role.ADMIN, "ana": Role.ANALYST, "ben": Role.APPROVER, "cem": Role.APPROVER, "vic": Role.VIEWER,
}
BASE = "http://testserver"


def fill(folder: Path) -> Path:
    """Make the store; returns its file."""
    fill_store(Store.open(str(folder / "store.db")), folder / "run")
    return folder / "store.db"


def fill_store(store: Store, folder: Path) -> None:
    """Add people and a run, which is written to the folder; closes the store."""
    run = report_run.full(folder)
    with store.write(SYSTEM) as change:
        for name, role in PEOPLE.items():
            people.add(change, name, role, PASSWORD)
    import_run(store, SYSTEM, run)
    store.close()


def copy(filled: Path, folder: Path) -> Store:
    shutil.copy(filled, folder / "store.db")
    return Store.open(str(folder / "store.db"), create=False)


class Client:
    """A browser as far as cookies, forms and their tokens go."""

    def __init__(self, store: Store, name: str = "", password: str = PASSWORD, **options: Any) -> None:
        self.http = TestClient(
            application(store, **options), base_url=BASE, follow_redirects=False, raise_server_exceptions=True
        )
        if name:
            answer = self.login(name, password)
            assert answer.status_code == 303, answer.text

    def close(self) -> None:
        self.http.close()

    def login(self, name: str, password: str = PASSWORD, back: str = "") -> Any:
        form = self.http.get(f"{PREFIX}/login", params={"next": back})
        return self.http.post(
            f"{PREFIX}/login", data={"token": token_of(form.text), "name": name, "password": password, "next": back}
        )

    def get(self, path: str, **options: Any) -> Any:
        return self.http.get(PREFIX + path, **options)

    def post(
        self, path: str, *, page: str = "/me", token: str | None = None, headers: Any = None, **fields: Any
    ) -> Any:
        """Send a form with the token that ``page`` shows."""
        if token is None:
            token = token_of(self.get(page).text)
        return self.http.post(PREFIX + path, data={"token": token, **fields}, headers=headers)


def token_of(text: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', text)
    return found[1] if found else ""


def now() -> datetime:
    return datetime.now(UTC)
