"""The console as an ASGI application: the table of pages, who may see which, headers, errors."""

import logging
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stillwatch.console import accounts, action_pages, case_pages, entrance, live, policy_pages, queue, registers
from stillwatch.console.form import LateError, client_ip, read_form
from stillwatch.console.page import NotFoundError, Page, Visit, environment
from stillwatch.console.security import Login, LoginBrake, constant_time_equal, find, form_token
from stillwatch.errors import InputError, StillwatchError
from stillwatch.report import page as report_page
from stillwatch.respond.store import ForbiddenError, Store
from stillwatch.respond.vocabulary import RANK

PREFIX = "/console"

PAGES: tuple[Page, ...] = (
    *queue.PAGES, *case_pages.PAGES, *action_pages.PAGES, *accounts.PAGES, *registers.PAGES, *policy_pages.PAGES, *live.PAGES,
    *entrance.PAGES,
)
"""Every page but the login, each with the least role that may use it."""

STATIC = {
    "report.css": report_page.TEMPLATES / "style.css",
    "console.css": Path(__file__).parent / "static" / "console.css",
    "console.js": Path(__file__).parent / "static" / "console.js",
}
"""The files that anybody may have. Names are looked up here, so no path leads elsewhere."""

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()", "cache-control": "no-store",
}

logger = logging.getLogger("stillwatch.console")


def application(store: Store, *, prefix: str = PREFIX, origin: str = "", key: bytes | None = None) -> ASGIApp:
    """The console.

    Args:
        store: where cases and users are.
        prefix: path that it stands under.
        origin: address that browsers use (``https://guard.example``), where that is not what requests say, as behind a
            proxy. With https, cookies are for https only.
        key: the tenant's key, by which names in clear are found.

    Raises:
        InputError: ``origin`` is none.
    """
    gate = Gate(store, prefix, _normalised_origin(origin) if origin else "", key)
    routes: list[BaseRoute] = [Route("/static/{name}", _static, methods=["GET"])]
    routes.append(Route("/login", gate.login, methods=["GET", "POST"]))
    routes += [Route(page.path, partial(_endpoint, gate, page), methods=[page.method]) for page in PAGES]
    outside = [Route("/", partial(_root, prefix), methods=["GET"])] if prefix else []
    handlers = {404: _not_found, 405: _not_found}
    return _with_security_headers(Starlette(routes=[*outside, Mount(prefix, routes=routes)], exception_handlers=handlers))


def _normalised_origin(origin: str) -> str:
    """An origin with its host in lower case and without the port of its scheme, or an InputError where it is none."""
    try:
        parts = urlsplit(origin)
        usual, host, port = {"http": 80, "https": 443}.get(parts.scheme), parts.hostname or "", parts.port
    except ValueError:
        usual = None
    if usual is None or not host or not host.isascii() or "@" in parts.netloc or parts.path.strip("/") or parts.query or parts.fragment:
        raise InputError(f"{origin!r} is no origin", todo="Write it like https://guard.example, with a name that is not ASCII as xn--…")
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")


async def _endpoint(gate: "Gate", page: Page, request: Request) -> Response:
    return await gate.enter(page, request)


async def _root(prefix: str, request: Request) -> Response:
    return RedirectResponse(f"{prefix}/", 303)


def _static(request: Request) -> Response:
    path = STATIC.get(request.path_params["name"])
    return HTMLResponse("There is no such file.", 404) if path is None else FileResponse(path)


def _not_found(request: Request, error: Exception) -> Response:
    status = int(getattr(error, "status_code", 404))
    return HTMLResponse("There is nothing at this address." if status == 404 else "Not for this address.", status)


def _with_security_headers(app: ASGIApp) -> ASGIApp:
    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await app(scope, receive, sending)

    return wrapped


class Gate:
    """What stands before every page: session, role, and where a change comes from."""

    def __init__(self, store: Store, prefix: str, origin: str, key: bytes | None) -> None:
        """See :func:`application`."""
        self.store, self.prefix, self.origin, self.key = store, prefix, origin, key
        self.brake = LoginBrake()

    def is_https(self, request: Request) -> bool:
        """Whether the browser speaks https."""
        return (self.origin or request.url.scheme).startswith("https")

    def cookie_name(self, request: Request) -> str:
        """The name of the session's cookie; with ``__Secure-`` browsers take it over https only."""
        return "__Secure-stillwatch" if self.is_https(request) else "stillwatch"

    async def enter(self, page: Page, request: Request) -> Response:
        """Let a request through to its page, or say why not."""
        now = datetime.now(UTC)
        token = request.cookies.get(self.cookie_name(request), "")
        try:
            found = await run_in_threadpool(self._find_login, token, now, client_ip(request)) if token else None
            if found is None:
                return self._to_login(request)
            if RANK[found.actor.role] < RANK[page.role]:
                return self.problem_page(403, f"This page is for {page.role}s; you are {found.actor.role}.", found.actor.name)
            form: dict[str, str] = {}
            if page.method == "POST":
                form = await read_form(request)
                if not self.is_same_origin(request) or not constant_time_equal(form.get("token", ""), form_token(found.token)):
                    return self.problem_page(403, "This form is not from a page of your session. Load the page and send it again.")
            visit = Visit(
                self.store, self.prefix, request.path_params, request.query_params, form, found, now, request.url.path, self.key
            )
            return await run_in_threadpool(page.handler, visit)
        except ClientDisconnect:
            return Response(status_code=400)
        except NotFoundError as error:
            return self.problem_page(404, str(error))
        except ForbiddenError as error:
            return self.problem_page(403, str(error))
        except LateError as error:
            return self.problem_page(408, str(error))
        except InputError as error:
            return self.problem_page(400, str(error))
        except StillwatchError as error:
            logger.error("store: %s", error)
            return self.problem_page(503, str(error))
        except Exception:
            logger.exception("a page failed: %s", page.path)
            return self.problem_page(500, "The page failed. The log of the service says why.")

    async def login(self, request: Request) -> Response:
        """The login page and what it sends."""
        try:
            return await entrance.login(self, request)
        except ClientDisconnect:
            return Response(status_code=400)
        except LateError as error:
            return self.problem_page(408, str(error))
        except InputError as error:
            return self.problem_page(400, str(error))
        except StillwatchError as error:
            logger.error("store: %s", error)
            return self.problem_page(503, str(error))

    def _find_login(self, token: str, now: datetime, ip: str | None) -> Login | None:
        with self.store.read() as session:
            return find(session, token, now, ip)

    def is_same_origin(self, request: Request) -> bool:
        """Whether the browser says that the request comes from a page of this origin; old ones that say nothing pass.

        The form's token is what counts; this also covers the login, which has no session yet.
        """
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        told = request.headers.get("origin")
        if told is None:
            return True
        if self.origin:
            return told == self.origin
        return told.partition("://")[2] == request.headers.get("host")

    def _to_login(self, request: Request) -> Response:
        back = (
            request.url.path + (f"?{request.url.query}" if request.url.query else "")
            if request.method != "POST"
            else ""
        )
        return RedirectResponse(f"{self.prefix}/login" + (f"?next={quote(back, safe='')}" if back else ""), 303)

    def problem_page(self, status: int, text: str, name: str = "") -> Response:
        """A page that says what went wrong, in one line."""
        page = (
            environment().get_template("problem.html").render(prefix=self.prefix, text=text, status=status, name=name)
        )
        return HTMLResponse(page, status, {"connection": "close"} if status == 408 else None)
