"""The edge's access log: address, TLS fingerprint and user agent of each request, joined by request identifier.

Field names are Envoy's command operators in lower case; of several the first that is present counts. docs/ingest.md has the log format
to configure.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stillwatch.ingest.faults import Bad, unusable
from stillwatch.ingest.index import Index
from stillwatch.ingest.readers import Record, Source
from stillwatch.ingest.tenant import Tenant
from stillwatch.ingest.values import Coercer, asn, maybe
from stillwatch.tables import EVENTS

FIELDS = {
    "request_id": ("request_id", "x_request_id", "x-request-id"),
    "time": ("start_time", "timestamp", "time"),
    "remote": (
        "downstream_direct_remote_address", "downstream_direct_remote_address_without_port", "direct_remote_address", "remote_address",
        "downstream_remote_address", "downstream_remote_address_without_port", "remote_addr",
    ),
    "forwarded": ("x_forwarded_for", "x-forwarded-for", "forwarded_for"),
    "user_agent": ("user_agent", "user-agent"),
    "ja4": ("ja4", "tls_ja4_fingerprint", "x-ja4"),
    "asn": ("asn",),
    "country": ("country",),
}
FILLS = ("ip", "ja4", "user_agent", "asn", "country")
N_IDENTIFYING = 2
"""How many of FILLS, from the first, identify a client; a user agent does not, since it may change between two hops of a request."""
CLOSE_S = 3_600
"""Longest time between two lines of one request, seconds. Later the identifier belongs to another request, since clients can choose it."""
SECOND_US = 1_000_000
SECOND_BITS = 32
SPAN = 1 << 16
"""Larger than the number of seconds in an hour."""
AMBIGUOUS = 0x7FFFFFFF
"""Stands for a client's number if several clients sent the identifier at the same time."""


class Edge:
    """The edge log by request identifier; takes about 16 bytes a line, plus each distinct client once."""

    def __init__(self, tenant: Tenant) -> None:
        """Hash with the tenant's key."""
        self._tenant = tenant
        self._coerce = Coercer(EVENTS)
        self._index = Index()
        self._codes: dict[tuple[Any, ...], int] = {}
        self._clients: list[tuple[Any, ...]] = []
        self.read = self.joined = self.far_in_time = self.ambiguous = 0
        self._first_fault: tuple[Path, int, Bad] | None = None
        """The first fault: path, line, fault."""
        self.filled: Counter[str] = Counter()
        """Column -> number of requests that the edge log filled."""

    def load(self, path: Path) -> Iterator[tuple[Record, Bad]]:
        """Read one edge log; yield each record that must be put aside, with the reason.

        Raises:
            InputError: the file is of a form that is not supported.
        """
        for record in Source(path):
            self.read += record.line > 0
            try:
                self._add(record)
            except Bad as bad:
                if bad.reason == "unknown_form":
                    raise unusable("edge log", "--edge", path, record.line, bad) from bad
                self._first_fault = self._first_fault or (path, record.line, bad)
                yield record, bad

    def demand_lines(self) -> None:
        """Raise an InputError if no line of any edge log can be used; a single file without one is allowed."""
        if self._first_fault is not None and not self._clients:
            raise unusable("edge log", "--edge", *self._first_fault)

    def _add(self, record: Record) -> None:
        if record.value is None:
            raise Bad(record.reason or "not_json", record.detail)
        values = {name: _first(record.value, names) for name, names in FIELDS.items()}
        request_id = maybe(values["request_id"], "request_id")
        if request_id is None:
            raise Bad("no_request_id")
        remote, forwarded = maybe(values["remote"], "remote_address"), maybe(values["forwarded"], "x_forwarded_for")
        row = {
            "timestamp": values["time"], "ip": self._tenant.client(remote, forwarded), "ja4": values["ja4"],
            "user_agent": values["user_agent"], "asn": asn(values["asn"]), "country": values["country"],
        }
        self._coerce(row)
        second = max(0, min((row["timestamp"] or 0) // SECOND_US, (1 << SECOND_BITS) - 1))
        self._note(request_id, tuple(row[name] for name in FILLS), second)

    def _note(self, request_id: str, client: tuple[Any, ...], second: int) -> None:
        """Store a line's client and second: the first line under the identifier, all others of an hour in one entry, in any order."""
        key, entry = self._key(request_id), self._code(client) << SECOND_BITS | second
        known = self._index.get(key)
        if known is None or entry in (known, ~known):
            self._index.put(key, entry if known is None else known)
            return
        self._index.put(key, min(known, ~known))  # negative: there are entries by hour as well; otherwise none is looked up
        hour, first = divmod(second, CLOSE_S)
        last, key = first, self._hour_key(request_id, hour)
        before = self._index.get(key)
        if before is not None:
            code, span = _parts(before)
            merged = self._merged([code, self._code(client)])
            entry = (AMBIGUOUS if merged is None else self._code(merged)) << SECOND_BITS
            first, last = min(first, span // SPAN), max(last, span % SPAN)
        self._index.put(key, entry >> SECOND_BITS << SECOND_BITS | first * SPAN + last)

    def _code(self, client: tuple[Any, ...]) -> int:
        code = self._codes.get(client)
        if code is None:
            code = self._codes[client] = len(self._clients)
            self._clients.append(client)
        return code

    def _merged(self, codes: list[int]) -> tuple[Any, ...] | None:
        """The client of several lines of one request, later lines first; None if they are of different clients."""
        client: tuple[Any, ...] = (None,) * len(FILLS)
        for code in codes:
            if code == AMBIGUOUS:
                return None
            pairs = list(zip(self._clients[code], client, strict=True))
            if any(None not in pair and pair[0] != pair[1] for pair in pairs[:N_IDENTIFYING]):
                return None
            client = tuple(old if new is None else new for new, old in pairs)
        return client

    def _near(self, request_id: str, second: int) -> list[int] | None:
        """Numbers of the clients that sent an identifier close to a time, or at an unknown time; None if no client ever did."""
        entry = self._index.get(self._key(request_id))
        if entry is None:
            return None
        code, at = _parts(max(entry, ~entry))
        near = [code] if not at or abs(at - second) <= CLOSE_S else []
        this = second // CLOSE_S
        for hour in (0, this - 1, this, this + 1) if entry < 0 else ():
            entry = self._index.get(self._hour_key(request_id, hour))
            if entry is not None:
                code, span = _parts(entry)
                first, last = hour * CLOSE_S + span // SPAN, hour * CLOSE_S + span % SPAN
                if not hour or first - CLOSE_S <= second <= last + CLOSE_S:
                    near.append(code)
        return near

    def fill(self, row: dict[str, Any], request_ids: tuple[Any, ...]) -> None:
        """Fill an event from the first identifier in the edge log; its values replace the event's, its nulls do not."""
        far = ambiguous = False
        for request_id in request_ids:
            near = self._near(request_id, row["timestamp"] // SECOND_US) if type(request_id) is str and request_id else None
            if not near:
                far = far or near is not None
                continue
            client = self._merged(near)
            if client is None:
                ambiguous = True
                continue
            known = {name: value for name, value in zip(FILLS, client, strict=True) if value is not None}
            row.update(known)
            self.filled.update(known.keys())
            self.joined += 1
            return
        self.ambiguous += ambiguous
        self.far_in_time += far and not ambiguous

    def _key(self, request_id: str) -> int:
        return self._tenant.key64(b"request", request_id.encode())

    def _hour_key(self, request_id: str, hour: int) -> int:
        return self._tenant.key64(b"request in hour", f"{hour} {request_id}".encode())


def _parts(entry: int) -> tuple[int, int]:
    """(client's number, second or span of seconds) of an entry of the index."""
    return entry >> SECOND_BITS, entry & (1 << SECOND_BITS) - 1


def _first(value: dict[str, Any], names: tuple[str, ...]) -> Any:
    """The first field that has a value (Envoy writes ``-`` for none)."""
    return next((value[name] for name in names if value.get(name) not in (None, "", "-")), None)
