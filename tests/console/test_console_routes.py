"""Who gets in: every route, every role; forged, planted, guessed and oversized requests."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import report_run
from console_kit import BASE, PASSWORD, PEOPLE, PREFIX, Client, token_of
from sqlalchemy import select, update
from starlette.routing import Mount, Route

from stillwatch.console import entrance, people, security
from stillwatch.console.app import HEADERS, PAGES, application
from stillwatch.console.page import NOTICES, Page
from stillwatch.console.security import LoginBrake, digest
from stillwatch.errors import InputError, StillwatchError
from stillwatch.respond.importing import import_run
from stillwatch.respond.schema import AuditRow, LoginSession, User
from stillwatch.respond.store import SYSTEM, Actor, ForbiddenError, Store
from stillwatch.respond.vocabulary import RANK, Role

Clients = Callable[[str], Client]
OPEN = {
    ("/login", "GET"),
    ("/login", "HEAD"),
    ("/login", "POST"),
    ("/static/{name}", "GET"),
    ("/static/{name}", "HEAD"),
}
WHO = {role: name for name, role in PEOPLE.items()}
DEE = Actor("dee", Role.ADMIN)


def filled(path: str) -> str:
    return re.sub(r"{[^}]+}", "1", path)


def ask(client: Client, page: Page, token: str = "") -> Any:
    if page.method == "GET":
        return client.get(filled(page.path))
    return client.http.post(PREFIX + filled(page.path), data={"token": token})


def test_the_table_of_pages_is_all_there_is(store: Store) -> None:
    app: Any = application(store)
    root, mount = app.__closure__[0].cell_contents.routes
    assert (root.path, root.methods) == ("/", {"GET", "HEAD"})
    assert isinstance(mount, Mount)
    found = set()
    for route in mount.routes:
        assert isinstance(route, Route)
        found |= {(route.path, method) for method in route.methods or ()}
    told = {(page.path, page.method) for page in PAGES}
    told |= {(path, "HEAD") for path, method in told if method == "GET"}
    assert found == told | OPEN


def test_the_root_leads_to_the_queue_by_way_of_the_login(client: Clients) -> None:
    for name, leads_to in (("", f"{PREFIX}/login?next=%2Fconsole%2F"), ("vic", "")):
        visitor = client(name)
        answer = visitor.http.get("/")
        assert (answer.status_code, answer.headers["location"], answer.text) == (303, f"{PREFIX}/", "")
        queue = visitor.http.get(answer.headers["location"])
        assert queue.headers.get("location", "") == leads_to
        assert (queue.status_code == 200) is bool(name)
    assert client("").http.post("/").status_code == 405
    assert client("").http.get("/cases").status_code == 404


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.method} {page.path}")
def test_nobody_gets_in_without_a_session(client: Clients, page: Page) -> None:
    anybody = client("")
    for cookies in ({}, {"stillwatch": "x" * 43}, {"stillwatch": ""}):
        anybody.http.cookies.clear()
        anybody.http.cookies.update(cookies)
        answer = ask(anybody, page)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"{PREFIX}/login")
        assert not answer.text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.method} {page.path}")
def test_each_page_heeds_its_role(client: Clients, page: Page) -> None:
    for role, name in WHO.items():
        answer = ask(client(name), page)
        if RANK[role] < RANK[page.role]:
            assert answer.status_code == 403
            assert "This page is for" in answer.text
        else:
            assert "This page is for" not in answer.text


@pytest.mark.parametrize("page", [page for page in PAGES if page.method == "POST"], ids=lambda page: page.path)
def test_every_change_needs_the_sessions_own_token(client: Clients, page: Page) -> None:
    dee, other = client("dee"), client("dee")
    for token in ("", "x", token_of(other.get("/me").text), "ß"):
        answer = ask(dee, page, token)
        assert answer.status_code == 403
        assert "not from a page of your session" in answer.text
    own = token_of(dee.get("/me").text)
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        assert dee.http.post(PREFIX + filled(page.path), data={"token": own}, headers=headers).status_code == 403
    fine = dee.http.post(
        PREFIX + filled(page.path), data={"token": own}, headers={"origin": BASE, "sec-fetch-site": "same-origin"}
    )
    assert "not from a page" not in fine.text


def test_changes_are_never_done_by_get(client: Clients) -> None:
    dee = client("dee")
    for page in PAGES:
        if page.method == "POST" and not any(other.path == page.path and other.method == "GET" for other in PAGES):
            answer = dee.get(filled(page.path))
            assert answer.status_code in (404, 405), page.path


def test_every_answer_has_the_headers_and_no_inline_script_or_style(client: Clients) -> None:
    dee = client("dee")
    case = re.findall(r"/cases/(case-[0-9a-z]+)", dee.get("/").text)[0]
    paths = [page.path for page in PAGES if page.method == "GET" and "{" not in page.path]
    for path in [*paths, f"/cases/{case}", "/login", "/nothing", "/static/console.js", f"/actions/new?case={case}"]:
        answer = dee.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        if "text/html" in answer.headers["content-type"]:
            assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son[a-z]+=|javascript:", answer.text), path
            assert not re.search(r"""(?:src|href|action)="(?:https?:)?//""", answer.text), path


def test_login_takes_a_new_session_and_drops_the_planted_one(client: Clients, store: Store) -> None:
    ana = client("")
    ana.http.cookies.set("stillwatch", "planted-by-somebody", domain="testserver.local", path=PREFIX)
    assert ana.login("ana").status_code == 303
    first = ana.http.cookies.get("stillwatch", domain="testserver.local", path=PREFIX)
    assert first != "planted-by-somebody"
    assert len(str(first)) >= 43
    assert ana.login("ana").status_code == 303
    second = ana.http.cookies.get("stillwatch", domain="testserver.local", path=PREFIX)
    with store.read() as session:
        kept = set(session.scalars(select(LoginSession.token_sha256)))
    assert digest(str(second)) in kept
    assert digest(str(first)) not in kept, "the session before the login must end"
    assert str(second) not in str(kept)


def test_cookies_are_closed_to_scripts_and_other_sites(store: Store) -> None:
    for options, secure in (({}, False), ({"origin": "https://guard.example"}, True)):
        anybody = Client(store, **options)
        form = anybody.get("/login")
        name, origin = ("__Secure-stillwatch", "https://guard.example") if secure else ("stillwatch", BASE)
        planted = re.findall(r"stillwatch_login=([^;]+)", form.headers["set-cookie"])[0]
        answer = anybody.http.post(
            f"{PREFIX}/login", data={"token": token_of(form.text), "name": "ana", "password": PASSWORD},
            headers={"origin": origin, "cookie": f"stillwatch_login={planted}"},
        )
        told = next(part for part in answer.headers.get_list("set-cookie") if part.startswith(name + "="))
        assert "HttpOnly" in told
        assert "samesite=strict" in told.lower()
        assert f"Path={PREFIX}" in told
        assert ("Secure" in told) is secure
        anybody.close()


@pytest.mark.parametrize(("given", "sent"), [
    ("https://Guard.Example", "https://guard.example"), ("https://guard.example:443/", "https://guard.example"),
    ("HTTP://guard.example:80", "http://guard.example"), ("http://guard.example:443", "http://guard.example:443"),
    ("https://[::1]:8090", "https://[::1]:8090"),
])
def test_an_origin_is_what_browsers_send(store: Store, given: str, sent: str) -> None:
    anybody = Client(store, origin=given)
    form = anybody.get("/login")
    planted = re.findall(r"stillwatch_login=([^;]+)", form.headers["set-cookie"])[0]
    fields = {"token": token_of(form.text), "name": "ana", "password": PASSWORD}
    headers = {"origin": sent, "cookie": f"stillwatch_login={planted}"}
    assert anybody.http.post(f"{PREFIX}/login", data=fields, headers=headers).status_code == 303
    anybody.close()


@pytest.mark.parametrize("origin", [
    "guard.example", "ftp://guard.example", "http://[", "https://guard.example:x", "https://guard.example?x=1", "https://u:p@guard.example",
    "https://guard.example#x", "https://guard.example/console", "https://:443", "https://gärd.example",
])
def test_what_no_browser_sends_is_no_origin(store: Store, origin: str) -> None:
    with pytest.raises(InputError, match="is no origin"):
        application(store, origin=origin)


def test_wrong_names_and_passwords_say_the_same(client: Clients) -> None:
    anybody = client("")
    answers = [
        anybody.login(name, word)
        for name, word in (("ana", "wrong"), ("nobody", "wrong"), ("", ""), ("ana", PASSWORD + " "))
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}) == 1


def test_guessing_is_braked_by_name_and_by_address() -> None:
    brake = LoginBrake()
    for _ in range(LoginBrake.BY_BOTH):
        assert not brake.refuses("ana", "192.0.2.1")
        brake.failed("ana", "192.0.2.1")
    assert brake.refuses("ana", "192.0.2.1")
    assert not brake.refuses("ana", "192.0.2.9"), "who guesses a name locks out nobody elsewhere"
    assert not brake.refuses("ben", "192.0.2.1")
    brake.passed("ana", "192.0.2.1")
    assert not brake.refuses("ana", "192.0.2.1")
    for i in range(LoginBrake.BY_ADDRESS):
        brake.failed(f"name-{i}", "192.0.2.1")
    assert brake.refuses("ben", "192.0.2.1")


def test_guessing_from_many_addresses_is_braked_by_name_alone() -> None:
    brake = LoginBrake()
    for i in range(LoginBrake.BY_NAME - 1):
        brake.failed("ana", f"198.51.100.{i}")
    assert not brake.refuses("ana", "192.0.2.9")
    brake.failed("ana", "192.0.2.9")
    assert brake.refuses("ana", "192.0.2.8")
    brake.passed("ana", "192.0.2.9")
    brake.failed("ana", "198.51.100.1")
    assert brake.refuses("ana", "192.0.2.9"), "a login forgets none of what others guessed"
    assert not brake.refuses("ben", "192.0.2.9")


def test_logins_that_succeed_brake_nobody_and_take_back_no_failure_of_others() -> None:
    brake, address = LoginBrake(), "192.0.2.1"
    for _ in range(LoginBrake.BY_ADDRESS - 1):
        brake.failed("mallory", address)
    for _ in range(LoginBrake.BY_ADDRESS):
        brake.failed("ana", address)
        brake.passed("ana", address)
    assert not brake.refuses("ben", address)
    brake.failed("mallory", address)
    assert brake.refuses("ben", address)


def test_an_office_behind_one_address_logs_in(client: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LoginBrake, "BY_ADDRESS", 2)
    office = client("")
    assert [office.login(name).status_code for name in ("ana", "ben", "ana", "cem")] == [303] * 4


def test_an_outage_of_the_store_locks_nobody_out(client: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> None:
        raise StillwatchError("the store does not answer")

    monkeypatch.setattr(LoginBrake, "BY_BOTH", 3)
    anybody = client("")
    assert anybody.login("ana", "wrong").status_code == 401
    with monkeypatch.context() as patched:
        patched.setattr(entrance, "open_session", down)
        assert [anybody.login("ana").status_code for _ in range(4)] == [503] * 4
    assert [anybody.login("ana", "wrong").status_code for _ in range(3)] == [401, 401, 429], "the failure before it still counts"


def test_the_brake_stands_before_the_right_password(client: Clients) -> None:
    anybody = client("")
    for _ in range(LoginBrake.BY_BOTH):
        assert anybody.login("ana", "wrong").status_code == 401
    assert anybody.login("ana").status_code == 429
    assert anybody.login("ben").status_code == 303


def test_a_login_form_of_another_browser_is_refused(client: Clients) -> None:
    mine, theirs = client(""), client("")
    token = token_of(theirs.get("/login").text)
    mine.get("/login")
    answer = mine.http.post(f"{PREFIX}/login", data={"token": token, "name": "ana", "password": PASSWORD})
    assert answer.status_code == 403


@pytest.mark.parametrize("origin", ["http://[", "null", "testserver", "https://evil.example"])
def test_a_login_of_another_origin_is_refused(client: Clients, origin: str) -> None:
    anybody = client("")
    token = token_of(anybody.get("/login").text)
    fields = {"token": token, "name": "ana", "password": PASSWORD}
    assert anybody.http.post(f"{PREFIX}/login", data=fields, headers={"origin": origin}).status_code == 403


def test_who_hangs_up_while_logging_in_leaves_no_traceback(store: Store) -> None:
    messages: list[Any] = [{"type": "http.request", "body": b"na", "more_body": True}, {"type": "http.disconnect"}]
    answers: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        answers.append(message)

    scope = {"type": "http", "method": "POST", "path": f"{PREFIX}/login", "query_string": b"", "root_path": "",
             "headers": [(b"content-type", b"application/x-www-form-urlencoded")]}
    asyncio.run(application(store)(scope, receive, send))  # type: ignore[arg-type]
    assert answers[0]["status"] == 400


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        f"{PREFIX}//evil.example",
        "/v1/status",
        f"{PREFIX}/a\r\nb: c",
        f"{PREFIX}/../../evil",
        f"{PREFIX}/..",
        f"{PREFIX}/a/%2E./.%2e/%2e%2e/evil",
    ],
)
def test_a_login_leads_into_the_console_only(client: Clients, back: str) -> None:
    assert client("").login("ana", back=back).headers["location"] == f"{PREFIX}/"


def test_a_login_leads_back(client: Clients) -> None:
    for back in (f"{PREFIX}/actions?page=2", f"{PREFIX}/accounts?name=a..b"):
        assert client("").login("ana", back=back).headers["location"] == back


@pytest.mark.parametrize("how", ["logout", "expiry", "disabled", "role", "password"])
def test_a_session_ends(client: Clients, store: Store, how: str) -> None:
    ana = client("ana")
    assert ana.get("/").status_code == 200
    cookies = dict(ana.http.cookies)
    if how == "logout":
        assert ana.post("/logout").status_code == 303
    elif how == "password":
        assert (
            ana.post("/me/password", old=PASSWORD, new="another long one", again="another long one").status_code == 303
        )
    else:
        with store.write(DEE) as change:
            if how == "expiry":
                change.session.execute(update(LoginSession).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
            elif how == "disabled":
                people.disable(change, "ana")
            else:
                people.set_role(change, "ana", Role.VIEWER)
    ana.http.cookies.update(cookies)  # the thief's copy
    assert ana.get("/").status_code == 303
    if how == "disabled":
        assert client("").login("ana").status_code == 401


def test_a_session_follows_what_the_store_says_of_its_user(client: Clients, store: Store) -> None:
    ana = client("ana")
    assert ana.get("/audit").status_code == 200
    with store.write(DEE) as change:
        change.session.execute(update(User).where(User.name == "ana").values(role=Role.VIEWER))
    assert ana.get("/audit").status_code == 403
    with store.write(DEE) as change:
        change.session.execute(update(User).where(User.name == "ana").values(disabled_at=change.now))
    assert ana.get("/").status_code == 303


@pytest.mark.parametrize(
    "name", ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "/etc/passwd", "console.css%00", "templates/base.html", ""]
)
def test_static_files_are_three_and_no_path(client: Clients, name: str) -> None:
    answer = client("").http.get(f"{PREFIX}/static/{name}")
    assert answer.status_code in (303, 404)
    assert "import" not in answer.text


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..%2f..", "a/b", "é\u202e", "x" * 5000, "%00", "' OR 1=1 --", "<script>alert(1)</script>"],
)
def test_names_in_addresses_are_only_names(client: Clients, name: str) -> None:
    dee = client("dee")
    for path in ("/cases/", "/accounts?name=", "/actions/", "/appeals/", "/policy/", "/find?q="):
        answer = dee.get(path + name)
        assert answer.status_code in (303, 404), (path, answer.text)
        assert "<script>alert" not in answer.text


def test_forms_are_bounded(client: Clients) -> None:
    dee = client("dee")
    url, token = f"{PREFIX}/policy", token_of(dee.get("/me").text)
    form = {"content-type": "application/x-www-form-urlencoded"}
    bad = {
        "long": (b"token=" + token.encode() + b"&document=" + b"x" * 400_000, form),
        "twice": (f"token={token}&token={token}".encode(), form),
        "many": (b"&".join(b"a%d=1" % i for i in range(500)), form),
        "bytes": (b"token=%ff%fe", form),
        "json": (b"{}", {"content-type": "application/json"}),
        "none": (b"", {}),
    }
    for name, (body, headers) in bad.items():
        assert dee.http.post(url, content=body, headers=headers).status_code == 400, name


def test_addresses_cannot_put_words_on_a_page(client: Clients) -> None:
    dee = client("dee")
    assert "evil words" not in dee.get("/?said=evil+words").text
    assert NOTICES["moved"] in dee.get("/?said=moved").text


def test_passwords_are_argon2id_and_nowhere_else(client: Clients, store: Store, filled: Path) -> None:
    client("ana").login("ana", "a wrong password")
    assert security.PARAMETERS.memory_cost >= 64 << 10
    assert security.PARAMETERS.type.name == "ID"
    with store.read() as session:
        assert all(str(user.password_hash).startswith("$argon2id$") for user in session.scalars(select(User)))
        log = " ".join(f"{row.after} {row.before} {row.reason}" for row in session.scalars(select(AuditRow)))
    assert PASSWORD not in log
    assert PASSWORD.encode() not in filled.read_bytes()


def test_a_form_without_the_new_password_is_refused(client: Clients) -> None:
    answer = client("ana").post("/me/password", old=PASSWORD)
    assert answer.status_code == 400
    assert "a password has" in answer.text


def test_people_are_managed_by_admins(store: Store) -> None:
    with pytest.raises(ForbiddenError), store.write(Actor("ben", Role.APPROVER)) as change:
        people.add(change, "eve", Role.ADMIN, PASSWORD)
    with pytest.raises(ForbiddenError), store.write(Actor("ben", Role.APPROVER)) as change:
        people.set_password(change, "dee", PASSWORD)
    for name, role, password in (
        ("dee", Role.ADMIN, PASSWORD),
        ("eve", Role.VIEWER, "short"),
        ("DEE", Role.ADMIN, PASSWORD),
        ("\uff44ee", Role.VIEWER, PASSWORD),
        ("system", Role.VIEWER, PASSWORD),
        ("System", Role.VIEWER, PASSWORD),
        (" x", Role.VIEWER, PASSWORD),
    ):
        with pytest.raises(InputError), store.write(DEE) as change:
            people.add(change, name, role, password)
    for job in (people.disable, lambda change, name: people.set_role(change, name, Role.VIEWER)):
        with pytest.raises(InputError, match="last admin"), store.write(DEE) as change:
            job(change, "dee")


@pytest.mark.parametrize(("name", "taken"), [
    ("\u0430na", False), ("a\u03bfa", False), ("\u0430\u043d\u044f-2", True), ("Zoë.O'Neil 3", True),
    ("\u5c71\u7530\u304b\u30ca", True), ("7", True),
])
def test_a_user_is_named_in_one_script(store: Store, name: str, taken: bool) -> None:
    with store.write(Actor("dee", Role.ADMIN)) as change:
        if taken:
            people.add(change, name, Role.VIEWER, PASSWORD)
        else:
            with pytest.raises(InputError, match="mixes letters of several scripts"):
                people.add(change, name, Role.VIEWER, PASSWORD)


def test_the_first_user_is_an_admin(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path / "new.db"))
    with pytest.raises(InputError, match="first user"), store.write(DEE) as change:
        people.add(change, "ana", Role.ANALYST, PASSWORD)
    store.close()


def test_a_case_says_what_its_harvest_is_worth(tmp_path: Path) -> None:
    run = report_run.full(tmp_path / "run")
    worth = {"task": "grade <essays>", "capability": "code", "n": 267960, "n_low": 107184, "n_high": 700000, "note": "fitted to 4,096",
             "gap": None, "low": 0.71, "high": 1.0}
    waiting = [{"task": "grade <essays>", "days": 7, "gap": 0.02, "low": 0, "high": 0.1}]
    valued = {"campaigns": [{"campaign_id": "c-90ff32", "now": [worth], "waiting": waiting, "unmeasured": [["agentic", 0.6]]}]}

    def pages(name: str) -> list[str]:
        store = Store.open(str(tmp_path / name))
        with store.write(SYSTEM) as change:
            people.add(change, "dee", Role.ADMIN, PASSWORD)
        import_run(store, SYSTEM, run)
        client = Client(store, "dee")
        cases = sorted(set(re.findall(r"/cases/(case-[^\"/?]+)\"", client.get("/").text)))
        texts = [client.get(f"/cases/{case}").text for case in cases]
        client.close()
        store.close()
        assert len(texts) == 5
        return texts

    assert not any("What the harvest is worth" in page for page in pages("before.db"))
    (run / "exposure").mkdir()
    (run / "exposure" / "exposure.json").write_text(json.dumps(valued))
    told = [page for page in pages("after.db") if "What the harvest is worth" in page]
    assert len(told) == 1
    for words in ("grade &lt;essays&gt; (code)", "267,960", "107,184", "no estimate", "7 more days add", "Not valued", "agentic"):
        assert words in told[0]
    assert not re.search(r"\sstyle=", told[0])
