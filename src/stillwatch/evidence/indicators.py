"""Indicators that others shared: read from STIX 2.1 bundles, compared with the store's cases and with requests.

Only patterns that compare values for equality are read: ``[type:path = 'value']``, or several of these joined by OR. Other patterns
(AND, FOLLOWEDBY, LIKE, WITHIN) are left out and reported. A match is a reason to look; nobody is acted on.
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
"""STIX object path -> our view that it is compared with."""
VALUE = r"'(?P<{0}>(?:[^'\\]|\\.)*)'"
COMPARISON = re.compile(rf"\s*(?P<path>[a-z0-9-]+:[^\s=!<>]+)\s*=\s*{VALUE.format('value')}\s*")
GONE = ""
"""View of an indicator that its source revoked. Its row is kept and never compared, so that an older bundle does not restore it."""
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
MAX_BYTES = 64 << 20
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass
class Imported:
    """Result of an import, in indicators."""

    new: int = 0
    known: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    """STIX id, or place in the bundle if it has none -> why."""
    past: int = 0
    """How many of the new and known ones are no longer valid."""
    removed: dict[str, str] = field(default_factory=dict)
    """STIX id of an indicator that the source had shared before -> why."""


@dataclass(frozen=True)
class Hit:
    """An indicator that matches a case's mark or requests."""

    indicator_id: str
    source: str
    what: str
    """View that matched."""
    where: str
    """Case id, or ``requests``."""
    n_accounts: int
    n_events: int


@dataclass
class _Matched:
    """Accounts and requests with one value."""

    accounts: set[str] = field(default_factory=set)
    n_events: int = 0


def parse(pattern: str) -> list[tuple[str, str]] | None:
    """(view, value) of each comparison of a pattern, if they all are equalities joined by OR; None for any other pattern."""
    comparisons: list[tuple[str, str]] = []
    rest = pattern.strip()
    while True:
        if not rest.startswith("["):
            return None
        rest = rest[1:]
        while True:
            part = COMPARISON.match(rest)
            if part is None or part["path"] not in VIEWS:
                return None
            comparisons.append((VIEWS[part["path"]], re.sub(r"\\(.)", r"\1", part["value"])))
            rest = rest[part.end() :]
            if rest.startswith("]"):
                break
            if not rest.startswith("OR "):
                return None
            rest = rest[3:]
        rest = rest[1:].strip()
        if not rest:
            return comparisons
        if not rest.startswith("OR "):
            return None
        rest = rest[3:].strip()


def comparable(view: str, value: str) -> str | None:
    """A value in the form in which ours are compared with it; None if the view is ``ip`` and it is no address or network."""
    if view == "ip":
        network = _network(value)
        if network is None:
            return None
        return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)
    return value.lower() if view in ("mark", "email_domain") else value


def _network(text: str) -> Network | None:
    """The network of a CIDR or address, or None if it is neither; an IPv4 address in IPv6 form becomes IPv4."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    mapped = network.network_address.ipv4_mapped if isinstance(network, ipaddress.IPv6Network) and network.prefixlen == 128 else None
    return network if mapped is None else ipaddress.ip_network(mapped)


def import_bundle(change: Change, path: Path, source: str) -> Imported:
    """Read a bundle into the store; needs an analyst.

    Indicators that this source shared before are updated, and removed if they are revoked or can no longer be compared. Those of other
    sources stay, and a version older than the stored one changes nothing.

    Args:
        change: an open change of the store.
        path: the bundle, JSON.
        source: name of whoever shared it.

    Raises:
        InputError: the file is no STIX 2.1 bundle, or larger than 64 MB; or the source has no name.
    """
    change.require(Role.ANALYST)
    names.name(source, "a source")
    if path.exists() and path.stat().st_size > MAX_BYTES:
        raise InputError(f"larger than {MAX_BYTES >> 20} MB", where=path)
    bundle = read_json(path)
    if not isinstance(bundle, dict) or bundle.get("type") != "bundle" or not isinstance(bundle.get("objects", []), list):
        raise InputError("not a STIX bundle", where=path)
    result = Imported()
    # By STIX id; an indicator of several values has several rows, whose ids end with #1, #2, … from the second on.
    known: dict[str, list[Indicator]] = defaultdict(list)
    for row in change.session.scalars(select(Indicator).where(Indicator.source == source)):
        known[row.indicator_id.partition("#")[0]].append(row)
    for n, stix_object in enumerate(bundle.get("objects", []), 1):
        if isinstance(stix_object, dict) and stix_object.get("type") == "indicator":
            _import(change, stix_object, n, source, known, result)
    counts = {"new": result.new, "known": result.known, "left_out": len(result.left_out), "removed": len(result.removed)}
    change.audit("indicators.import", source, after=counts)
    return result


def _import(
    change: Change, indicator: Mapping[str, Any], n: int, source: str, known: dict[str, list[Indicator]], result: Imported
) -> None:
    """Store the ``n``-th object of a bundle, an indicator, and count it in ``result``; ``known`` holds the source's rows by STIX id."""
    name = indicator.get("id")
    if not isinstance(name, str) or not re.fullmatch(rf"indicator--{UUID}", name):
        result.left_out[f"object {n}"] = "it has no id" if name is None else f"its id is invalid: {str(name)[:60]!r}"
        return
    try:
        modified, valid_from, valid_until = (_time(indicator.get(part)) for part in ("modified", "valid_from", "valid_until"))
    except (ValueError, OverflowError):
        result.left_out[name] = "its times are invalid"
        return
    old = known[name]
    newest = max((row.modified for row in old if row.modified is not None), default=None)
    if modified is not None and newest is not None and modified < newest:
        result.left_out[name] = f"older than the version that {source} shared before, of {newest:%Y-%m-%d %H:%M}"
        return
    for row in old:
        if row in change.session.new:  # the bundle has it twice
            change.session.expunge(row)
        else:
            change.session.delete(row)
    values = _values(indicator)
    was_compared = any(row.view != GONE for row in old)
    if isinstance(values, str):
        (result.removed if was_compared else result.left_out)[name] = values
        values = [(GONE, "")] if old or indicator.get("revoked") is True else []
    known[name] = [
        Indicator(
            indicator_id=name if i == 0 else f"{name}#{i}", view=view, object=value, pattern=str(indicator.get("pattern") or ""),
            name=str(indicator.get("name") or ""), source=source, tlp=_tlp(indicator), modified=modified,
            valid_from=valid_from, valid_until=valid_until, imported_at=change.now, imported_by=change.actor.name,
        )
        for i, (view, value) in enumerate(values)
    ]
    change.session.add_all(known[name])
    if values and values[0][0] != GONE:
        result.known, result.new = result.known + was_compared, result.new + (not was_compared)
        result.past += valid_until is not None and valid_until <= change.now


def _values(indicator: Mapping[str, Any]) -> list[tuple[str, str]] | str:
    """The distinct (view, value) pairs that an indicator names; or why it is not compared."""
    if indicator.get("revoked") is True:
        return "revoked"
    pattern = indicator.get("pattern")
    comparisons = parse(pattern) if isinstance(pattern, str) and indicator.get("pattern_type") == "stix" else None
    if comparisons is None:
        return "its pattern is more than equality of values, or about something that is not compared"
    unique: dict[tuple[str, str], None] = {}
    for view, value in comparisons:
        normalised = comparable(view, value)
        if normalised is None:
            return f"{value[:60]!r} is neither an address nor a network"
        unique[view, normalised] = None
    return list(unique)


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    time = datetime.fromisoformat(str(value))
    if time.tzinfo is None:
        raise ValueError(value)
    return time.astimezone(UTC)  # raises OverflowError if the time in UTC, as the store keeps it, is out of range


def _tlp(indicator: Mapping[str, Any]) -> str | None:
    refs = indicator.get("object_marking_refs")
    markings = refs if isinstance(refs, list) else []
    return next((name for name, (identifier, _) in TLP.items() if f"marking-definition--{identifier}" in markings), None)


def match(session: Session, now: datetime, data: Path | None = None) -> list[Hit]:
    """Compare all indicators that are valid now with the marks of cases, and with the requests of a folder.

    Args:
        session: an open session.
        now: the time, with a zone; only indicators that are valid then are compared.
        data: folder as detect reads it, of which addresses, user agents, JA4 and sign-up domains are compared; None: only cases.
    """
    rows = session.scalars(select(Indicator).where(Indicator.view != GONE, _valid(now)).order_by(Indicator.indicator_id)).all()
    hits = _cases(session, [row for row in rows if row.view == "mark"])
    if data is not None:
        hits += _requests(data, [row for row in rows if row.view != "mark"])
    return hits


class NotValid(NamedTuple):
    """Indicators that ``match`` leaves out at a time, because they are no longer or not yet valid."""

    n: int
    first: datetime | None
    """When the first of them becomes valid; None if no indicator says it."""
    last: datetime | None
    """When the last of them stops being valid; None if no indicator says it."""


def not_valid(session: Session, now: datetime) -> NotValid:
    """The indicators that are not valid at a time (with a zone)."""
    counted = select(func.count(), func.min(Indicator.valid_from), func.max(Indicator.valid_until))
    return NotValid(*session.execute(counted.where(Indicator.view != GONE, not_(_valid(now)))).one())


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
    """Count requests and accounts by value, in one pass over the events."""
    counts: dict[tuple[str, str], _Matched] = defaultdict(_Matched)
    values_of_rows = [comparable(row.view, row.object) for row in rows]  # earlier versions stored values without this normalisation
    wanted: dict[str, set[str]] = defaultdict(set)
    for row, value in zip(rows, values_of_rows, strict=True):
        if value is not None:
            wanted[row.view].add(value)
    views = [view for view in ("ip", "user_agent", "ja4") if view in wanted]
    networks = _by_length(wanted["ip"])
    opened = open_dataset(data)
    for path in opened.event_files if views else ():
        for table in batches(path, ("account_id", *views)):
            for view in views:
                values = table[view].cast(pa.string())
                matched = _inside(values, networks) if view == "ip" else {value: [value] for value in wanted[view]}
                _count(counts, view, values, table["account_id"].cast(pa.string()), matched)
    if domains := wanted["email_domain"]:
        registry = read_accounts(opened)
        matched = {value: [value] for value in domains}
        _count(counts, "email_domain", pc.utf8_lower(registry["email_domain"]), registry["account_id"], matched)
    return [
        Hit(row.indicator_id, row.source, row.view, "requests", len(count.accounts), count.n_events)
        for row, value in zip(rows, values_of_rows, strict=True)
        if (count := counts.get((row.view, value or "")))
    ]


def _by_length(objects: Iterable[str]) -> dict[tuple[int, int], dict[int, str]]:
    """Index of addresses and networks: (IP version, number of host bits) -> network bits -> the text of the network."""
    index: dict[tuple[int, int], dict[int, str]] = defaultdict(dict)
    for value in objects:
        network = ipaddress.ip_network(value)
        bits = network.max_prefixlen - network.prefixlen
        index[network.version, bits][int(network.network_address) >> bits] = value
    return index


def _inside(values: Any, networks: Mapping[tuple[int, int], Mapping[int, str]]) -> dict[str, list[str]]:
    """Value -> the networks (of :func:`_by_length`) that contain it, for those of ``values`` that are addresses in any of them."""
    matched = {}
    for text in pc.unique(values).to_pylist():
        address = _network(text.partition("%")[0]) if text else None
        if address is None:  # null, or the keyed hash of a network
            continue
        number = int(address.network_address)
        containing = [
            same[number >> bits] for (version, bits), same in networks.items() if version == address.version and number >> bits in same
        ]
        if containing:
            matched[text] = containing
    return matched


def _count(
    counts: dict[tuple[str, str], _Matched], view: str, values: Any, accounts: Any, matched: Mapping[str, Sequence[str]]
) -> None:
    """Add accounts and requests to ``counts``; ``matched`` maps a value of ours to the indicators' values that it matches."""
    mask = pc.is_in(values, pa.array(matched, pa.string()))
    table = pa.table({"value": values.filter(mask), "account": accounts.filter(mask)})
    for row in table.group_by(["value", "account"]).aggregate([([], "count_all")]).to_pylist():
        for value in matched[row["value"]]:
            count = counts[view, value]
            count.accounts.add(row["account"])
            count.n_events += row["count_all"]
