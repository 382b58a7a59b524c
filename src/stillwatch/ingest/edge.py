"""The edge's access log: address, TLS fingerprint and user agent of each request, found by request identifier.

Names of fields are Envoy's command operators in lower case; the first that is present counts. docs/ingest.md has the
log format to configure.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stillwatch.ingest.faults import Bad, of_no_use
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
APART = 2
"""How many of those, from the first, tell clients apart: a user agent may change between two hops of one request."""
CLOSE_S = 3_600
"""An identifier that comes back at another time is another request (clients can send their own)."""
SECOND_US = 1_000_000
SECOND_BITS = 32
SPAN = 1 << 16
"""More than the seconds of an hour."""
AMBIGUOUS = 0x7FFFFFFF
"""In place of a client's number: several clients sent this identifier at one time."""


class Edge:
    """What the edge knows of each request; about 16 bytes a line, plus each distinct client once."""

    def __init__(self, tenant: Tenant) -> None:
        """Hash with the tenant's key."""
        self._tenant = tenant
        self._coerce = Coercer(EVENTS)
        self._index = Index()
        self._codes: dict[tuple[Any, ...], int] = {}
        self._clients: list[tuple[Any, ...]] = []
        self.read = self.joined = self.far_in_time = self.ambiguous = 0
        self._wrong: tuple[Path, int, Bad] | None = None
        """What is wrong first, and where."""
        self.filled: Counter[str] = Counter()
        """Requests in which the edge told a column."""

    def load(self, path: Path) -> Iterator[tuple[Record, Bad]]:
        """Read one edge log; yield what must be put aside.

        Raises:
            InputError: the file has a form that is not read.
        """
        for record in Source(path):
            self.read += record.line > 0
            try:
                self._add(record)
            except Bad as bad:
                if bad.reason == "unknown_form":
                    raise of_no_use("edge log", "--edge", path, record.line, bad) from bad
                self._wrong = self._wrong or (path, record.line, bad)
                yield record, bad

    def demand_lines(self) -> None:
        """Raise an InputError where no line of all edge logs is of use: an hour without one may be, no log at all."""
        if self._wrong is not None and not self._clients:
            raise of_no_use("edge log", "--edge", *self._wrong)

    def _add(self, record: Record) -> None:
        if record.value is None:
            raise Bad(record.reason or "not_json", record.detail)
        got = {name: _first(record.value, names) for name, names in FIELDS.items()}
        request_id = maybe(got["request_id"], "request_id")
        if request_id is None:
            raise Bad("no_request_id")
        remote, forwarded = maybe(got["remote"], "remote_address"), maybe(got["forwarded"], "x_forwarded_for")
        row = {
            "timestamp": got["time"], "ip": self._tenant.client(remote, forwarded), "ja4": got["ja4"],
            "user_agent": got["user_agent"], "asn": asn(got["asn"]), "country": got["country"],
        }
        self._coerce(row)
        second = max(0, min((row["timestamp"] or 0) // SECOND_US, (1 << SECOND_BITS) - 1))
        self._note(request_id, tuple(row[name] for name in FILLS), second)

    def _note(self, request_id: str, client: tuple[Any, ...], second: int) -> None:
        """Keep who sent an identifier when: its first line under itself, all others of an hour together, whatever their order."""
        key, entry = self._key(request_id), self._code(client) << SECOND_BITS | second
        known = self._index.get(key)
        if known is None or entry in (known, ~known):
            self._index.put(key, entry if known is None else known)
            return
        self._index.put(key, min(known, ~known))  # below 0: there are others, and elsewhere none is looked for
        hour, first = divmod(second, CLOSE_S)
        last, key = first, self._hour_key(request_id, hour)
        before = self._index.get(key)
        if before is not None:
            code, span = _parts(before)
            both = self._together([code, self._code(client)])
            entry = (AMBIGUOUS if both is None else self._code(both)) << SECOND_BITS
            first, last = min(first, span // SPAN), max(last, span % SPAN)
        self._index.put(key, entry >> SECOND_BITS << SECOND_BITS | first * SPAN + last)

    def _code(self, client: tuple[Any, ...]) -> int:
        code = self._codes.get(client)
        if code is None:
            code = self._codes[client] = len(self._clients)
            self._clients.append(client)
        return code

    def _together(self, codes: list[int]) -> tuple[Any, ...] | None:
        """What lines of one request tell of its client, of two the later; None where they are of several clients."""
        client: tuple[Any, ...] = (None,) * len(FILLS)
        for code in codes:
            if code == AMBIGUOUS:
                return None
            pairs = list(zip(self._clients[code], client, strict=True))
            if any(None not in pair and pair[0] != pair[1] for pair in pairs[:APART]):
                return None
            client = tuple(old if new is None else new for new, old in pairs)
        return client

    def _near(self, request_id: str, second: int) -> list[int] | None:
        """Numbers of the clients that sent an identifier close to a time, or at one that is not told; None where nobody ever did."""
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
        """Fill an event from the first identifier that the edge knows; the edge's word counts, its nulls do not."""
        far = ambiguous = False
        for request_id in request_ids:
            near = self._near(request_id, row["timestamp"] // SECOND_US) if type(request_id) is str and request_id else None
            if not near:
                far = far or near is not None
                continue
            client = self._together(near)
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
    """A client's number, and the second or seconds, of an entry of the index."""
    return entry >> SECOND_BITS, entry & (1 << SECOND_BITS) - 1


def _first(value: dict[str, Any], names: tuple[str, ...]) -> Any:
    """The first field that says something (Envoy writes ``-`` for nothing)."""
    return next((value[name] for name in names if value.get(name) not in (None, "", "-")), None)
