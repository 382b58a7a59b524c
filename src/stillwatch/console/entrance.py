"""In and out: login, logout, one's own password."""

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from stillwatch.console import people
from stillwatch.console.form import client_ip, read_form
from stillwatch.console.page import NOTICES, Page, Visit, environment
from stillwatch.console.security import LIFETIME, constant_time_equal, digest, logout, password_is
from stillwatch.console.security import login as open_session
from stillwatch.errors import InputError
from stillwatch.respond.schema import User
from stillwatch.respond.vocabulary import Role

if TYPE_CHECKING:
    from stillwatch.console.app import Gate

FORM_COOKIE = "stillwatch_login"
"""Ties the login form to the browser that loaded it, so that nobody logs somebody else in under their name."""


async def login(gate: "Gate", request: Request) -> Response:
    """Show the login page, or open a session."""
    if request.method != "POST":
        return _login_page(
            gate,
            request,
            back=request.query_params.get("next", ""),
            said=NOTICES.get(request.query_params.get("said", ""), ""),
        )
    form = await read_form(request)
    name, back, ip = form.get("name", "").strip(), form.get("next", ""), client_ip(request)
    planted = request.cookies.get(FORM_COOKIE, "")
    if not gate.is_same_origin(request) or not planted or not constant_time_equal(form.get("token", ""), digest(planted)):
        return _login_page(gate, request, back=back, wrong="The form was too old. Try again.", status=403)
    if gate.brake.refuses(name, ip):
        return _login_page(gate, request, back=back, wrong="Too many failed logins. Wait a quarter of an hour.", status=429)
    gate.brake.failed(name, ip)  # counted before the slow check, so that many at once cannot slip past; taken back below
    old = request.cookies.get(gate.cookie_name(request))
    password, now = form.get("password", ""), datetime.now(UTC)
    try:
        token = await run_in_threadpool(open_session, gate.store, name, password, ip=ip, old_token=old, now=now)
    except Exception:  # a store that is down says nothing about the password
        gate.brake.take_back_failure(name, ip)
        raise
    if token is None:
        return _login_page(gate, request, back=back, wrong="Name and password do not belong together.", status=401)
    gate.brake.passed(name, ip)
    response = RedirectResponse(_safe_return_path(gate.prefix, back), 303)
    _set_cookie(gate, request, response, gate.cookie_name(request), token, int(LIFETIME.total_seconds()))
    response.delete_cookie(FORM_COOKIE, path=gate.prefix)
    return response


def _safe_return_path(prefix: str, back: str) -> str:
    """Where to go after the login: a page of the console, whatever the address asked for."""
    plain = back.isprintable() and back.isascii() and "\\" not in back and "//" not in back
    dots = {".", ".."} & {unquote(part) for part in back.partition("?")[0].split("/")}  # browsers resolve them, "%2e%2e" too
    return back if plain and not dots and back.startswith(prefix + "/") else prefix + "/"


def _login_page(gate: "Gate", request: Request, *, back: str, wrong: str = "", said: str = "", status: int = 200) -> Response:
    secret = secrets.token_urlsafe(24)
    text = (
        environment()
        .get_template("login.html")
        .render(prefix=gate.prefix, token=digest(secret), back=back, wrong=wrong, said=said)
    )
    response = HTMLResponse(text, status)
    _set_cookie(gate, request, response, FORM_COOKIE, secret, 3600)
    return response


def _set_cookie(gate: "Gate", request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path=gate.prefix, secure=gate.is_https(request), httponly=True, samesite="strict"
    )


def _logout(visit: Visit) -> Response:
    logout(visit.store, visit.login)
    response = visit.redirect("/login", "logged-out")
    for name in ("stillwatch", "__Secure-stillwatch"):
        response.delete_cookie(name, path=visit.prefix, secure=name.startswith("__"), httponly=True, samesite="strict")
    return response


def _me(visit: Visit) -> Response:
    return visit.render("me.html", title="You")


def _password(visit: Visit) -> Response:
    with visit.store.read() as session:
        user = session.get(User, visit.actor.name)
    if user is None or not password_is(user.password_hash, visit.form.get("old", "")):
        raise InputError("the old password is another one")
    if visit.form.get("new", "") != visit.form.get("again", ""):
        raise InputError("the two new passwords are not the same")
    with visit.change() as change:
        people.set_password(change, visit.actor.name, visit.form.get("new", ""))
    return visit.redirect("/login", "password")


PAGES = (
    Page("POST", "/logout", Role.VIEWER, _logout),
    Page("GET", "/me", Role.VIEWER, _me),
    Page("POST", "/me/password", Role.VIEWER, _password),
)
