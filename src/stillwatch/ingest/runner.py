"""Runs ingest: reads sources, writes events, accounts, the quarantine and a summary."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import digest, printable_path, write_parquet
from stillwatch.ingest.chains import Chains
from stillwatch.ingest.edge import Edge
from stillwatch.ingest.faults import ERASED_ACCOUNT, REASONS, UNREAD, Bad, count, noting
from stillwatch.ingest.index import Index
from stillwatch.ingest.output import (
    FAILED,
    QUARANTINE,
    REPLACED,
    Events,
    Finish,
    Quarantine,
    demand_format,
    demand_ingested,
    has_events,
    publish,
    staged,
    unread_logs,
)
from stillwatch.ingest.parsers import Format, all_formats, named
from stillwatch.ingest.readers import Record, Source, files
from stillwatch.ingest.registry import Registry
from stillwatch.ingest.tenant import Tenant, networks
from stillwatch.ingest.values import EPOCH, MICROSECOND, Coercer, instant
from stillwatch.tables import EVENTS, OF_MANY, ONE_NETWORK
from stillwatch.terminal.progress import track

Load = Callable[[Path], tuple[str, int]]
"""Reads a file; returns its role and number of rows."""

PRIVACY = ("text", "features", "metadata")
EARLIEST = instant("2015-01-01")
SLACK = timedelta(days=1)
"""How far after the as-of time an event may be, since clocks differ."""
TOKENS = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")
MAX_PROMPT = 4 << 20
"""Longest prompt or system prompt, characters."""


def formats() -> dict[str, str]:
    """The known formats: name -> description of one line."""
    return {name: format_.description for name, format_ in all_formats().items()}


def check(
    sources: list[Path], format: str, out: Path, *, accounts: Path | None = None, edge: list[Path] | None = None,
    trusted_proxies: str = "",
) -> None:
    """Raise the InputError that :func:`run` would raise before it reads; arguments as there."""
    named(format)
    networks(trusted_proxies)
    _inputs(sources, out, accounts, edge)
    demand_ingested(out)


def _inputs(
    sources: list[Path], out: Path, accounts: Path | None, edge: list[Path] | None
) -> tuple[list[Path], list[Path], list[Path], list[Path]]:
    """The files of sources, edge log and registry, and the files in folders that are not read.

    Raises:
        InputError: a source cannot be opened or would be replaced by the output, or the output would be read as a log the next time.
    """
    unread: list[Path] = []
    given = (sources, edge or [], [accounts] if accounts else [])
    found = [files(paths, unread) if paths or paths is sources else [] for paths in given]
    place = out.resolve()
    for path in (path for paths in given for path in paths):
        if path.is_dir() and place.is_relative_to(path.resolve()):
            todo = "Pass an --out outside of it: what is written would be read as a log the next time"
            raise InputError("--out lies in a folder that is read", where=path, todo=todo)
    for path in (path for paths in found for path in paths):
        resolved = path.resolve()
        if resolved == place or (resolved.is_relative_to(place) and resolved.relative_to(place).parts[0] in REPLACED):
            raise InputError("a source would be replaced by what is written", where=path, todo="Pass another --out")
    return found[0], found[1], found[2], unread


def run(
    sources: list[Path],
    format: str,
    out: Path,
    *,
    privacy: str = "text",
    accounts: Path | None = None,
    edge: list[Path] | None = None,
    trusted_proxies: str = "",
    key: bytes,
    erased: Iterable[str] = (),
    as_of: datetime | None = None,
    quiet: bool = False,
    finish: Finish | None = None,
) -> dict[str, Any]:
    """Turn logs into ``out``/events, accounts.parquet, quarantine.parquet and ingest.json.

    Args:
        sources: log files, or folders of them.
        format: a name of :func:`formats`.
        out: folder to write to. Tables of an earlier run are replaced at the end, all or none; its registry stays if none is passed. If
            there is no event and the folder already has events, these stay, and the quarantine is written beside them as
            failed-quarantine.parquet.
        privacy: ``text`` keeps text, ``features`` nulls it after ``finish``, ``metadata`` does not read it.
        accounts: account registry.
        edge: edge logs, joined by request identifier.
        trusted_proxies: comma-separated networks (CIDR) whose X-Forwarded-For entries are trusted.
        key: the tenant's secret key.
        erased: hashes of accounts whose rows are left out (:func:`stillwatch.keys.hashing.erased_hash`).
        as_of: events more than a day later than this are put aside, and later times of the registry left empty; None: now.
        quiet: show no progress.
        finish: called with each batch of events (the EVENTS schema, at most about 100,000 rows), with text. Sketches that it returns, one
            row an event, are written to ``out``/sketches, where detection looks for them.

    Returns:
        The summary as in ingest.json, and the path of the ``quarantine``, whether earlier tables were ``kept``, and ``replaced``: inputs
        of the earlier run that were not read now, whose events are gone unless they were kept.

    Raises:
        InputError: a source cannot be read, the format is unknown, ``out`` cannot be written or has events of another format, or nothing
            of the registry or of the edge logs can be used.
    """
    if privacy not in PRIVACY:
        todo = f"Choose one of: {', '.join(PRIVACY)}"
        raise InputError(f"unknown privacy mode {privacy!r}", where="--privacy", todo=todo)
    chosen = named(format)
    paths, edges, registries, unread = _inputs(sources, out, accounts, edge)
    demand_ingested(out)
    tenant = Tenant(key, trusted_proxies, text=privacy != "metadata", erased=erased)
    with staged(out) as staging, ThreadPoolExecutor(1) as pool:
        work = _Work(staging, chosen, tenant, privacy, as_of or datetime.now(UTC), finish)
        steps: list[tuple[Load, Path]] = [(partial(work.load_edge, last=path is edges[-1]), path) for path in edges]
        steps += [(partial(work.load_accounts, last=path is registries[-1]), path) for path in registries]
        steps += [(work.load, path) for path in paths]
        for load, path in track(steps, "Reading logs", len(steps), quiet=quiet):
            content = pool.submit(_content, path)
            role, rows = load(path)
            work.note(role, path, rows, *content.result())
        summary = work.close() | {"not_read": sorted(map(printable_path, unread))}
        replaced = unread_logs(out, summary["inputs"])
        keeping = not summary["rows"]["written"] and has_events(out)
        if keeping:
            os.replace(staging / QUARANTINE, out / FAILED)
        else:
            demand_format(out, chosen.name)
            publish(staging, out, summary)
    return summary | {"quarantine": str(out / (FAILED if keeping else QUARANTINE)), "kept": keeping, "replaced": replaced}


def _content(path: Path) -> tuple[int, str]:
    """Size in bytes and SHA-256 of a source; raises InputError if it was moved or cannot be read."""
    try:
        return path.stat().st_size, digest(path)
    except OSError as error:
        raise InputError(f"cannot read ({error.strerror})", where=path) from error


class _Work:
    """The state of one run."""

    def __init__(
        self, staging: Path, format_: Format, tenant: Tenant, privacy: str, as_of: datetime,
        finish: Finish | None,
    ) -> None:
        self._staging, self._format, self._tenant, self._privacy, self._as_of = staging, format_, tenant, privacy, as_of
        self._latest = (as_of + SLACK - EPOCH) // MICROSECOND
        self._coerce = Coercer(EVENTS)
        self._seen = Index()
        self._chains = Chains(tenant)
        self._edge: Edge | None = None
        self._registry: Registry | None = None
        self._registered = 0
        self._events = Events(staging / "events", keep_text=privacy == "text", finish=finish)
        self._quarantine = Quarantine(staging / QUARANTINE, tenant, keep_raw=privacy == "text")
        self._skip = frozenset() if tenant.text else format_.text_fields
        self._inputs: list[dict[str, Any]] = []
        self._unread_fields: dict[str, dict[str, Any]] = {}

    def note(self, role: str, path: Path, rows: int, size: int, sha256: str) -> None:
        self._inputs.append({"role": role, "path": printable_path(path), "rows": rows, "bytes": size, "sha256": sha256})

    def load_edge(self, path: Path, last: bool) -> tuple[str, int]:
        self._edge = self._edge or Edge(self._tenant)
        before = self._edge.read
        for record, bad in self._edge.load(path):
            self._quarantine.add("edge", path, record, bad)
        if last:
            self._edge.demand_lines()
        return "edge", self._edge.read - before

    def load_accounts(self, path: Path, last: bool) -> tuple[str, int]:
        if self._registry is None:
            self._registry = Registry(self._tenant, keyed=self._format.keyed, quote=self._privacy == "text", latest_us=self._latest)
        before = self._registry.read

        def put_aside(record: Record, bad: Bad) -> None:
            self._quarantine.add("fields" if bad.reason == UNREAD else "accounts", path, record, bad)

        self._registry.load(path, put_aside)
        if last:
            write_parquet(self._registry.table(), self._staging / "accounts.parquet")
        return "accounts", self._registry.read - before

    def load(self, path: Path) -> tuple[str, int]:
        rows = 0
        with noting() as unread:
            for record in Source(path, header=self._format.header, skip=self._skip):
                rows += record.line > 0
                unread.clear()
                try:
                    event = self._event(record)
                    self._chains.link(event, self._events.place)
                    self._events.add(event)
                    if unread:
                        count(self._unread_fields, path, record.line, unread)
                        # with the account's name in the table, by which it can be erased
                        note = Record(record.line, {name: event[name] for name in ("event_id", "account_id")})
                        self._quarantine.add("fields", path, note, Bad(UNREAD, "; ".join(unread.values())))
                except Bad as bad:
                    self._quarantine.add("log", path, record, bad)
        return "log", rows

    def _event(self, record: Record) -> dict[str, Any]:
        """The event in a record.

        Raises:
            Bad: the record must be put aside.
        """
        if record.value is None:
            raise Bad(record.reason or "not_json", record.detail)
        try:
            row = self._format.parse(record.value, self._tenant)
        except Bad:
            raise
        except Exception as error:  # a format is a plug-in: its errors must cost one row, not the run
            raise Bad("parser_failed", type(error).__name__) from error
        # before all else, because rows that are put aside for other reasons are kept
        if self._tenant.erased(row.get("account_id")):
            raise Bad(ERASED_ACCOUNT)
        self._coerce(row)
        self._check(row)
        if self._registry is not None:
            self._registered += self._registry.has(row["account_id"])
        if self._edge is not None:
            self._edge.fill(row, row.get("_request_ids") or (row["event_id"],))
        return row

    def _check(self, row: dict[str, Any]) -> None:
        for name in ("event_id", "timestamp", "account_id"):
            value = row.get(name)
            if value is None or value == "" or (type(value) is str and value.isspace()):
                raise Bad(f"no_{name}", self._format.sought.get(name, ""))
        if not EARLIEST <= row["timestamp"] <= self._latest:
            raise Bad("impossible_time", "before 2015" if row["timestamp"] < EARLIEST else "in the future")
        for name in ("prompt", "system"):
            if len(row.get(name) or "") > MAX_PROMPT:
                raise Bad("prompt_too_large", f"{name} has {len(row[name])} characters")
        for name in TOKENS:
            if (row.get(name) or 0) < 0:
                row[name] = None
        key = self._tenant.key64(b"event", row["event_id"].encode())
        call = str(row.get("_call") or "")
        mark = self._tenant.key64(b"call", call.encode()) if call else 0
        first = self._seen.get(key)
        if first and mark and first != mark:  # another call: its backend repeats identifiers
            row["event_id"], key = call, self._tenant.key64(b"event", call.encode())
            first = self._seen.get(key)
        if first is not None:
            raise Bad("duplicate_event_id")
        self._seen.put(key, mark)

    def close(self) -> dict[str, Any]:
        """Write the last batches; return the summary."""
        self._events.flush()
        self._events.relink(self._chains.settle())
        self._quarantine.close()
        events, aside = self._events, self._quarantine
        read = sum(entry["rows"] for entry in self._inputs if entry["role"] == "log")
        share = {name: round(events.filled[name] / (events.written or 1), 6) for name in EVENTS.names}
        return {
            "format": self._format.name,
            "privacy": self._privacy,
            "key_check": self._tenant.key_check,
            "as_of": self._as_of.isoformat(),
            "rows": {"read": read, "written": events.written, "quarantined": read - events.written},
            "quarantined": dict(aside.rows["log"]),
            "sources": dict(aside.sources),
            "explained": {reason: REASONS.get(reason, reason) for reason in aside.reasons()},
            "examples": {reason: place for role in ("accounts", "edge", "source", "log") for reason, place in aside.examples[role].items()},
            "columns": share,
            "empty_columns": [name for name in EVENTS.names if not share[name]],
            "empty_prompts": events.empty_prompts,
            "redacted": events.redacted,
            "master_key": events.master_key,
            "unread_fields": self._unread_fields,
            "unknown_responses": self._chains.unknown,
            "one_network": self._one_network(),
            "first": _iso(events.first),
            "last": _iso(events.last),
            "edge": self._edge_summary(),
            "accounts": self._accounts_summary(),
            "sketches": events.sketched(),
            "inputs": self._inputs,
        }

    def _one_network(self) -> dict[str, Any] | None:
        """The requests that may have come through the provider's own proxy: most from private addresses, or nearly all from one network."""
        events = self._events
        private = sum(n for network, n in events.networks.items() if network in self._tenant.private)
        if private > events.written / 2:
            return {"requests": private, "private": True}
        for network, n in events.networks.most_common(1):
            if n >= ONE_NETWORK * events.written and len(events.senders[network]) >= OF_MANY:
                return {"requests": n, "private": False}
        return None

    def _edge_summary(self) -> dict[str, Any] | None:
        edge = self._edge
        if edge is None:
            return None
        aside = dict(self._quarantine.rows["edge"])
        filled = {name: round(n / (self._events.written or 1), 6) for name, n in sorted(edge.filled.items())}
        return {
            "read": edge.read, "joined": edge.joined, "far_in_time": edge.far_in_time, "ambiguous": edge.ambiguous,
            "filled": filled, "quarantined": aside, "examples": self._quarantine.examples["edge"],
        }

    def _accounts_summary(self) -> dict[str, Any] | None:
        registry = self._registry
        if registry is None:
            return None
        aside = dict(self._quarantine.rows["accounts"])
        return {
            "read": registry.read, "written": registry.written, "known_requests": self._registered,
            "unread_fields": registry.unread_fields, "unknown_words": registry.unknown_words, "impossible_times": registry.impossible_times,
            "unknown_columns": sorted(registry.unknown_columns), "empty_columns": registry.empty_columns, "quarantined": aside,
            "examples": self._quarantine.examples["accounts"],
        }


def _iso(instant_us: int | None) -> str | None:
    return None if instant_us is None else (EPOCH + instant_us * MICROSECOND).isoformat()
