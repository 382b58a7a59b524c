"""Indicators that others shared: read from STIX 2.1 bundles, compared with the store's cases and with requests.

Patterns are understood as far as they say that one value equals: ``[type:path = 'value']``, several of these joined by OR.
What else a pattern says (AND, FOLLOWEDBY, LIKE, WITHIN) is left out and told. A match is a reason to look; nothing is done.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from stillwatch.dataset import batches, open_dataset, read_accounts
from stillwatch.errors import InputError
from stillwatch.evidence.shared import mark_hash
from stillwatch.evidence.stix import MARK, TLP
from stillwatch.files import read_json
from stillwatch.respond import names
from stillwatch.respond.schema import Indicator, Mark
from stillwatch.respond.store import Change
from stillwatch.respond.vocabulary import Role

VIEWS: Mapping[str, str] = {
    f"{MARK}:sha256": "mark",
    "ipv4-addr:value": "ip",
    "ipv6-addr:value": "ip",
    "domain-name:value": "email_domain",
    "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'": "user_agent",
    "network-traffic:extensions.'tls-ext'.ja4": "ja4",
    "x-stillwatch-tls:ja4": "ja4",
}
"""STIX object path -> what of ours it is compared with."""
VALUE = r"'(?P<{0}>(?:[^'\\]|\\.)*)'"
COMPARISON = re.compile(rf"\s*(?P<path>[a-z0-9-]+:[^\s=!<>]+)\s*=\s*{VALUE.format('value')}\s*")
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
MAX_BYTES = 64 << 20


@dataclass
class Imported:
    """What an import did."""

    new: int = 0
    known: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    """STIX id -> why."""


@dataclass(frozen=True)
class Hit:
    """One indicator that something of ours matches."""

    indicator_id: str
    source: str
    what: str
    where: str
    """Case, or ``requests``."""
    n_accounts: int
    n_events: int


def parse(pattern: str) -> list[tuple[str, str]] | None:
    """(view, value) of a pattern that only says that values equal, joined by OR; None for any other."""
    found: list[tuple[str, str]] = []
    rest = pattern.strip()
    while True:
        if not rest.startswith("["):
            return None
        rest = rest[1:]
        while True:
            part = COMPARISON.match(rest)
            if part is None or part["path"] not in VIEWS:
                return None
            found.append((VIEWS[part["path"]], re.sub(r"\\(.)", r"\1", part["value"])))
            rest = rest[part.end() :]
            if rest.startswith("]"):
                break
            if not rest.startswith("OR "):
                return None
            rest = rest[3:]
        rest = rest[1:].strip()
        if not rest:
            return found
        if not rest.startswith("OR "):
            return None
        rest = rest[3:].strip()


def import_bundle(change: Change, path: Path, source: str) -> Imported:
    """Read a bundle into the store; needs an analyst. An indicator that is known is updated, a revoked one removed.

    Raises:
        InputError: the file is no STIX 2.1 bundle, or larger than 64 MB; or the source has no name.
    """
    change.require(Role.ANALYST)
    names.name(source, "a source")
    if path.exists() and path.stat().st_size > MAX_BYTES:
        raise InputError(f"larger than {MAX_BYTES >> 20} MB", where=path)
    told = read_json(path)
    if not isinstance(told, dict) or told.get("type") != "bundle" or not isinstance(told.get("objects", []), list):
        raise InputError("not a STIX bundle", where=path)
    result = Imported()
    for one in told.get("objects", []):
        if isinstance(one, dict) and one.get("type") == "indicator":
            _import(change, one, source, result)
    change.audit("indicators.import", source, after={"new": result.new, "known": result.known, "left_out": len(result.left_out)})
    return result


def _import(change: Change, one: Mapping[str, Any], source: str, result: Imported) -> None:
    name = str(one.get("id"))[:200]
    if not re.fullmatch(rf"indicator--{UUID}", name):
        result.left_out[name] = "its id is none"
        return
    old = change.session.scalars(select(Indicator).where(Indicator.indicator_id.like(f"{name}%"))).all()
    for row in old:
        change.session.delete(row)
    change.session.flush()
    if one.get("revoked") is True:
        result.left_out[name] = "revoked"
        return
    pattern = one.get("pattern")
    values = parse(pattern) if isinstance(pattern, str) and one.get("pattern_type") == "stix" else None
    if values is None:
        result.left_out[name] = "its pattern says more than that values equal, or of something that is not compared"
        return
    try:
        from_, until = (_time(one.get(part)) for part in ("valid_from", "valid_until"))
    except ValueError:
        result.left_out[name] = "its times are none"
        return
    for n, (view, value) in enumerate(dict.fromkeys(values)):
        change.session.add(Indicator(
            indicator_id=name if n == 0 else f"{name}#{n}", view=view, object=value, pattern=str(pattern), name=str(one.get("name") or ""),
            source=source, tlp=_tlp(one), valid_from=from_, valid_until=until, imported_at=change.now, imported_by=change.actor.name,
        ))
    result.known, result.new = result.known + bool(old), result.new + (not old)


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    found = datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise ValueError(value)
    return found


def _tlp(one: Mapping[str, Any]) -> str | None:
    told = one.get("object_marking_refs")
    marked = told if isinstance(told, list) else []
    return next((name for name, (identifier, _) in TLP.items() if f"marking-definition--{identifier}" in marked), None)


def match(session: Session, now: datetime, data: Path | None = None) -> list[Hit]:
    """Compare all indicators that are valid now with the marks of cases, and with the requests of a folder.

    Args:
        session: an open session.
        now: the time.
        data: folder as detect reads it; addresses, user agents, JA4 and sign-up domains are compared.
    """
    rows = session.scalars(select(Indicator).where(_valid(now)).order_by(Indicator.indicator_id)).all()
    hits = _cases(session, [row for row in rows if row.view == "mark"])
    if data is not None:
        hits += _requests(data, [row for row in rows if row.view != "mark"])
    return hits


def not_valid(session: Session, now: datetime) -> int:
    """Indicators that ``match`` leaves out at a time: over, or not yet valid."""
    return session.scalars(select(func.count()).select_from(Indicator).where(not_(_valid(now)))).one()


def _valid(now: datetime) -> ColumnElement[bool]:
    return and_(
        or_(Indicator.valid_from.is_(None), Indicator.valid_from <= now), or_(Indicator.valid_until.is_(None), Indicator.valid_until > now)
    )


def _cases(session: Session, rows: Sequence[Indicator]) -> list[Hit]:
    wanted: dict[str, list[Indicator]] = {}
    for row in rows:
        wanted.setdefault(row.object, []).append(row)
    hits = []
    if wanted:
        for mark in session.scalars(select(Mark).order_by(Mark.case_id, Mark.view, Mark.object)):
            for row in wanted.get(mark_hash(mark.view, mark.object), ()):
                hits.append(Hit(row.indicator_id, row.source, mark.view, mark.case_id, mark.n_accounts, mark.n_events))
    return hits


def _requests(data: Path, rows: Sequence[Indicator]) -> list[Hit]:
    """Requests and accounts by value, one pass over the events."""
    found: dict[tuple[str, str], tuple[set[str], int]] = {}
    wanted = {view: sorted({row.object for row in rows if row.view == view}) for view in ("ip", "user_agent", "ja4")}
    views = [view for view, values in wanted.items() if values]
    opened = open_dataset(data)
    for path in opened.event_files if views else ():
        for table in batches(path, ("account_id", *views)):
            for view in views:
                _count(found, view, table[view].cast(pa.string()), table["account_id"].cast(pa.string()), wanted[view])
    domains = sorted({row.object for row in rows if row.view == "email_domain"})
    if domains:
        registry = read_accounts(opened)
        _count(found, "email_domain", registry["email_domain"], registry["account_id"], domains)
    return [
        Hit(row.indicator_id, row.source, row.view, "requests", len(accounts), n)
        for row in rows
        for accounts, n in [found.get((row.view, row.object), (set(), 0))]
        if accounts
    ]


def _count(found: dict[tuple[str, str], tuple[set[str], int]], view: str, values: Any, accounts: Any, wanted: Iterable[str]) -> None:
    mask = pc.is_in(values, pa.array(wanted, pa.string()))
    table = pa.table({"value": values.filter(mask), "account": accounts.filter(mask)})
    for row in table.group_by(["value", "account"]).aggregate([([], "count_all")]).to_pylist():
        who, n = found.get((view, row["value"]), (set(), 0))
        found[(view, row["value"])] = (who | {row["account"]}, n + row["count_all"])
