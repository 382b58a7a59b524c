"""Indicators that others shared: read from STIX 2.1 bundles, compared with the store's cases and with requests.

Patterns are understood as far as they say that one value equals: ``[type:path = 'value']``, several of these joined by OR.
What else a pattern says (AND, FOLLOWEDBY, LIKE, WITHIN) is left out and told. A match is a reason to look; nothing is done.
"""

import ipaddress
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

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
GONE = ""
"""View of an indicator that its source took back: it is kept, compared with nothing, so that an older bundle does not bring it back."""
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
MAX_BYTES = 64 << 20
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass
class Imported:
    """What an import did."""

    new: int = 0
    known: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    """STIX id, or place in the bundle where there is none, -> why."""
    past: int = 0
    """Of the new and the known: those whose validity is over."""
    removed: dict[str, str] = field(default_factory=dict)
    """STIX id of what the source had told before -> why."""


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


@dataclass
class Found:
    """Requests that an object was found in."""

    accounts: set[str] = field(default_factory=set)
    n_events: int = 0


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


def comparable(view: str, value: str) -> str | None:
    """A value in the form in which values of ours are compared with it, or None for an address or network that is none."""
    if view == "ip":
        network = _network(value)
        if network is None:
            return None
        return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)
    return value.lower() if view in ("mark", "email_domain") else value


def _network(text: str) -> Network | None:
    """A network, of one address where no other length is told; IPv4 addresses that are written as IPv6 are IPv4."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    mapped = network.network_address.ipv4_mapped if isinstance(network, ipaddress.IPv6Network) and network.prefixlen == 128 else None
    return network if mapped is None else ipaddress.ip_network(mapped)


def import_bundle(change: Change, path: Path, source: str) -> Imported:
    """Read a bundle into the store; needs an analyst.

    What this source told before is updated, and removed where it revokes it or now says what is not compared. What others told stays,
    and a version older than the known one changes nothing.

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
    # By the STIX id: rows of one indicator besides its first have #1, #2, … behind it.
    known: dict[str, list[Indicator]] = defaultdict(list)
    for row in change.session.scalars(select(Indicator).where(Indicator.source == source)):
        known[row.indicator_id.partition("#")[0]].append(row)
    for n, one in enumerate(told.get("objects", []), 1):
        if isinstance(one, dict) and one.get("type") == "indicator":
            _import(change, one, n, source, known, result)
    counts = {"new": result.new, "known": result.known, "left_out": len(result.left_out), "removed": len(result.removed)}
    change.audit("indicators.import", source, after=counts)
    return result


def _import(
    change: Change, one: Mapping[str, Any], n: int, source: str, known: dict[str, list[Indicator]], result: Imported
) -> None:
    name = one.get("id")
    if not isinstance(name, str) or not re.fullmatch(rf"indicator--{UUID}", name):
        result.left_out[f"object {n}"] = "it has no id" if name is None else f"its id is none: {str(name)[:60]!r}"
        return
    try:
        modified, from_, until = (_time(one.get(part)) for part in ("modified", "valid_from", "valid_until"))
    except (ValueError, OverflowError):
        result.left_out[name] = "its times are none"
        return
    old = known[name]
    newest = max((row.modified for row in old if row.modified is not None), default=None)
    if modified is not None and newest is not None and modified < newest:
        result.left_out[name] = f"older than what {source} told before, of {newest:%Y-%m-%d %H:%M}"
        return
    for row in old:
        if row in change.session.new:  # the bundle tells it twice
            change.session.expunge(row)
        else:
            change.session.delete(row)
    values = _values(one)
    live = any(row.view != GONE for row in old)
    if isinstance(values, str):
        (result.removed if live else result.left_out)[name] = values
        values = [(GONE, "")] if old or one.get("revoked") is True else []
    known[name] = [
        Indicator(
            indicator_id=name if i == 0 else f"{name}#{i}", view=view, object=value, pattern=str(one.get("pattern") or ""),
            name=str(one.get("name") or ""), source=source, tlp=_tlp(one), modified=modified, valid_from=from_, valid_until=until,
            imported_at=change.now, imported_by=change.actor.name,
        )
        for i, (view, value) in enumerate(values)
    ]
    change.session.add_all(known[name])
    if values and values[0][0] != GONE:
        result.known, result.new = result.known + live, result.new + (not live)
        result.past += until is not None and until <= change.now


def _values(one: Mapping[str, Any]) -> list[tuple[str, str]] | str:
    """(view, value) of all that an indicator names, each once; or why it is not compared."""
    if one.get("revoked") is True:
        return "revoked"
    pattern = one.get("pattern")
    told = parse(pattern) if isinstance(pattern, str) and one.get("pattern_type") == "stix" else None
    if told is None:
        return "its pattern says more than that values equal, or of something that is not compared"
    found: dict[tuple[str, str], None] = {}
    for view, value in told:
        known = comparable(view, value)
        if known is None:
            return f"{value[:60]!r} is no address and no network"
        found[view, known] = None
    return list(found)


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    found = datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise ValueError(value)
    return found.astimezone(UTC)  # raises where the store, which keeps UTC, could not read it again


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
    rows = session.scalars(select(Indicator).where(Indicator.view != GONE, _valid(now)).order_by(Indicator.indicator_id)).all()
    hits = _cases(session, [row for row in rows if row.view == "mark"])
    if data is not None:
        hits += _requests(data, [row for row in rows if row.view != "mark"])
    return hits


class NotValid(NamedTuple):
    """Indicators that ``match`` leaves out at a time: over, or not yet valid."""

    n: int
    first: datetime | None
    """When the first of them began to be valid; null where none tells it."""
    last: datetime | None
    """When the last of them was or will be over; null where none tells it."""


def not_valid(session: Session, now: datetime) -> NotValid:
    """How many indicators are not valid at a time, and when they are."""
    found = select(func.count(), func.min(Indicator.valid_from), func.max(Indicator.valid_until))
    return NotValid(*session.execute(found.where(Indicator.view != GONE, not_(_valid(now)))).one())


def _valid(now: datetime) -> ColumnElement[bool]:
    return and_(
        or_(Indicator.valid_from.is_(None), Indicator.valid_from <= now), or_(Indicator.valid_until.is_(None), Indicator.valid_until > now)
    )


def _cases(session: Session, rows: Sequence[Indicator]) -> list[Hit]:
    wanted: dict[str, list[Indicator]] = {}
    for row in rows:
        wanted.setdefault(row.object.lower(), []).append(row)
    hits = []
    if wanted:
        for mark in session.scalars(select(Mark).order_by(Mark.case_id, Mark.view, Mark.object)):
            for row in wanted.get(mark_hash(mark.view, mark.object), ()):
                hits.append(Hit(row.indicator_id, row.source, mark.view, mark.case_id, mark.n_accounts, mark.n_events))
    return hits


def _requests(data: Path, rows: Sequence[Indicator]) -> list[Hit]:
    """Requests and accounts by value, one pass over the events."""
    found: dict[tuple[str, str], Found] = defaultdict(Found)
    objects = [comparable(row.view, row.object) for row in rows]  # earlier versions kept them as they were told
    wanted: dict[str, set[str]] = defaultdict(set)
    for row, value in zip(rows, objects, strict=True):
        if value is not None:
            wanted[row.view].add(value)
    views = [view for view in ("ip", "user_agent", "ja4") if view in wanted]
    networks = _by_length(wanted["ip"])
    opened = open_dataset(data)
    for path in opened.event_files if views else ():
        for table in batches(path, ("account_id", *views)):
            for view in views:
                values = table[view].cast(pa.string())
                held = _inside(values, networks) if view == "ip" else {value: [value] for value in wanted[view]}
                _count(found, view, values, table["account_id"].cast(pa.string()), held)
    if domains := wanted["email_domain"]:
        registry = read_accounts(opened)
        held = {value: [value] for value in domains}
        _count(found, "email_domain", pc.utf8_lower(registry["email_domain"]), registry["account_id"], held)
    return [
        Hit(row.indicator_id, row.source, row.view, "requests", len(told.accounts), told.n_events)
        for row, value in zip(rows, objects, strict=True)
        if (told := found.get((row.view, value or "")))
    ]


def _by_length(objects: Iterable[str]) -> dict[tuple[int, int], dict[int, str]]:
    """Addresses and networks by IP version and the bits that hosts have, then by the bits before these."""
    found: dict[tuple[int, int], dict[int, str]] = defaultdict(dict)
    for value in objects:
        network = ipaddress.ip_network(value)
        bits = network.max_prefixlen - network.prefixlen
        found[network.version, bits][int(network.network_address) >> bits] = value
    return found


def _inside(values: Any, networks: Mapping[tuple[int, int], Mapping[int, str]]) -> dict[str, list[str]]:
    """The addresses among some values that are one of an indicator, or in a network of one, each with these."""
    held = {}
    for text in pc.unique(values).to_pylist():
        address = _network(text.partition("%")[0]) if text else None
        if address is None:  # nothing told, or the keyed hash of a network
            continue
        number = int(address.network_address)
        inside = [
            same[number >> bits] for (version, bits), same in networks.items() if version == address.version and number >> bits in same
        ]
        if inside:
            held[text] = inside
    return held


def _count(
    found: dict[tuple[str, str], Found], view: str, values: Any, accounts: Any, held: Mapping[str, Sequence[str]]
) -> None:
    """Add up accounts and requests by object; ``held`` tells which objects a value of ours stands for."""
    mask = pc.is_in(values, pa.array(held, pa.string()))
    table = pa.table({"value": values.filter(mask), "account": accounts.filter(mask)})
    for row in table.group_by(["value", "account"]).aggregate([([], "count_all")]).to_pylist():
        for value in held[row["value"]]:
            told = found[view, value]
            told.accounts.add(row["account"])
            told.n_events += row["count_all"]
