"""What every page has: who visits, what was sent, how it is drawn."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import jinja2
from starlette.responses import HTMLResponse, RedirectResponse, Response

from stillwatch.console.security import Login, digest, form_token
from stillwatch.errors import InputError
from stillwatch.report import page as report_page
from stillwatch.report import words
from stillwatch.report.evidence import FAMILIES, LEAST
from stillwatch.respond import identifiers, names
from stillwatch.respond.action_queries import standing
from stillwatch.respond.policy import Policy, active
from stillwatch.respond.schema import ActionRow, LoginSession
from stillwatch.respond.store import Actor, Change, Store
from stillwatch.respond.vocabulary import RANK, Role, Standing, Subject

TEMPLATES = Path(__file__).parent / "templates"
NOTICES = {
    "changed": "Somebody changed this case since your page was loaded, so nothing was done. This is how it stands now.",
    "moved": "The case was moved.", "assigned": "The case was assigned.", "remarked": "The remark was stored.",
    "belongs": "The judgement was stored.", "revealed": "Texts of this case are readable for 15 minutes; the audit log has your reason.",
    "proposed": "Proposed. It waits for a second person.", "in_force": "The action is in force.",
    "in_shadow": "The action is in shadow: decisions record what it would have done, and nothing is carried out.",
    "approved": "Agreed; the action is in force.", "done": "The lift took effect.", "rejected": "The proposal was turned down.",
    "appealed": "The appeal was received.", "decided": "The appeal was decided.", "allowed": "The entry was added.",
    "revoked": "The entry was ended.", "drafted": "The version was stored; it is not in force.", "promoted": "The version is in force.",
    "password": "Your password was changed; log in with the new one.", "logged-out": "You are logged out.",
}
"""What a page may say after a change; addresses carry the key only, so nobody can put words on the page with a link."""

Word = TypeVar("Word", bound=StrEnum)


class NotFoundError(InputError):
    """There is no such page, case or account."""


@dataclass(frozen=True)
class Visit:
    """One request of somebody who is logged in."""

    store: Store
    prefix: str
    path: Mapping[str, Any]
    query: Mapping[str, str]
    form: Mapping[str, str]
    login: Login
    now: datetime
    here: str
    """Path of this page."""
    key: bytes | None = field(default=None, repr=False)
    """The tenant's key, where the console has it."""

    @property
    def actor(self) -> Actor:
        """Who it is."""
        return self.login.actor

    def may(self, role: str) -> bool:
        """Whether the visitor has this role or a higher one."""
        return RANK[self.actor.role] >= RANK[role]

    @cached_property
    def policy(self) -> Policy:
        """The policy in force while this page is made."""
        with self.store.read() as session:
            return active(session)[1]

    def standing(self, row: ActionRow) -> str:
        """How an action stands now; an action in force under a policy in shadow mode does nothing, and is not called so."""
        return standing(row, self.policy, self.now)

    def outcome_key(self, row: ActionRow, said: str = "in_force") -> str:
        """Which sentence of :data:`NOTICES` tells what became of an action that was proposed or agreed to."""
        stands = self.standing(row)
        return {Standing.IN_FORCE.value: said, Standing.SHADOW.value: "in_shadow"}.get(stands, stands)

    def change(self) -> AbstractContextManager[Change]:
        """A write to the store as the visitor."""
        return self.store.write(self.actor)

    def text(self, name: str, *, most: int = 4000) -> str:
        """A field of the form, trimmed.

        Raises:
            InputError: it is longer than a field may be.
        """
        value = self.form.get(name, "").strip()
        if len(value) > most:
            raise InputError(f"{name} is longer than {most} characters")
        return value

    def required_text(self, name: str, *, most: int = 4000) -> str:
        """A field of the form that must not be empty."""
        value = self.text(name, most=most)
        if not value:
            raise InputError(f"{words.plain(name)} is missing", todo="Fill it in")
        return value

    def resolve_names(self, *named: tuple[Subject, str]) -> list[tuple[Subject, str]]:
        """The identifiers that names mean; see :func:`stillwatch.respond.identifiers.meant`."""
        with self.store.read() as session:
            return identifiers.meant(session, named, self.key)

    def identifier(self, name: str, subject: Subject = Subject.ACCOUNT) -> str:
        """A field of the form that names an account, a key or an organisation; see :func:`stillwatch.respond.names.line`.

        Raises:
            InputError: it is missing, or can be no identifier.
        """
        self.required_text(name, most=20_000)
        return self.resolve_names((subject, names.of_line(self.form[name], name)))[0][1]

    def choice(self, name: str, of: type[Word]) -> Word:
        """A field of the form that is one of some words."""
        try:
            return of(self.text(name))
        except ValueError as error:
            raise InputError(f"{name} must be one of {', '.join(of)}") from error

    def number(self, name: str, *, default: int = 1) -> int:
        """A whole number from 1 on in the address, such as a page."""
        value = self.query.get(name, "")
        return max(1, min(int(value), 10**9)) if value.isdecimal() and len(value) < 12 else default

    def redirect(self, path: str, said: str = "") -> Response:
        """Send the browser to another page of the console, after a change."""
        return RedirectResponse(self.prefix + path + (f"?said={said}" if said else ""), 303)

    def render(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Draw a page."""
        shared = {
            "visit": self, "actor": self.actor, "prefix": self.prefix, "token": form_token(self.login.token),
            "said": NOTICES.get(self.query.get("said", "")), "now": self.now,
        }
        return HTMLResponse(environment().get_template(template).render(shared | values), status)


Handler = Callable[[Visit], Response]


@dataclass(frozen=True)
class Page:
    """A path, who may use it, and what it does. ``GET`` only reads."""

    method: str
    path: str
    role: Role
    handler: Handler = field(repr=False)


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The report's template engine (escaping, unseen characters made visible) with the console's templates before its own."""
    engine = report_page.environment()
    own = jinja2.FileSystemLoader(TEMPLATES)
    report = jinja2.PrefixLoader({"report": jinja2.FileSystemLoader(report_page.TEMPLATES)})
    engine.loader = jinja2.ChoiceLoader([own, report])
    engine.filters |= {"path": segment, "masked": masked, "query": query, "line": names.line}
    engine.globals |= {"families": FAMILIES, "least": LEAST, "Role": Role}
    return engine


def segment(value: Any) -> str:
    """An identifier as one segment of a path; slashes in it do not make others."""
    return quote(str(value), safe="")


def query(values: Mapping[str, Any]) -> str:
    """What follows the ? of an address: any identifier fits there, while routes and browsers read a path in their own ways."""
    return urlencode({name: value for name, value in values.items() if value not in (None, "")})


def masked(text: Any) -> str:
    """A text with every letter and digit covered: its shape can be seen, its words cannot."""
    return "".join("▒" if c.isalnum() else c for c in str(text))


def store_in_session(change: Change, found: Login, name: str, value: Any) -> None:
    """Keep something with the session."""
    row = change.session.get(LoginSession, digest(found.token))
    if row is not None:
        row.data = {**row.data, name: value}
