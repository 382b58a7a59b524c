"""Joins the store and the decision service: actions as a snapshot, tokens, and the service's decisions into the store."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch.errors import InputError
from stillwatch.respond import action_queries, actions, audit
from stillwatch.respond import tokens as stored
from stillwatch.respond.snapshot import Decision, Rule, Stream, append_decisions, read_changes, streamed
from stillwatch.respond.store import ANSWER_S, SYSTEM, Store, StoreError
from stillwatch.respond.urls import parse_url
from stillwatch.respond.vocabulary import Subject
from stillwatch.serve.clock import Clock
from stillwatch.serve.decision_log import Record
from stillwatch.serve.identity import CREDENTIAL_SURFACES, KEY
from stillwatch.serve.snapshot import ENTRIES, conformed
from stillwatch.serve.sources import Changes
from stillwatch.serve.tokens import Role, Token, TokenFile, Tokens, load, save
from stillwatch.terminal.counting import number_of

if TYPE_CHECKING:
    import pyarrow as pa

MAX_CHANGED = 50_000
"""Identifiers that are written as changes over a snapshot; it is written as a whole when there are more."""
SWEEP_S = 60.0
"""How often expired actions are marked as such; decisions heed the time themselves."""
UNNOTICED_AFTER = timedelta(minutes=15)
"""An action that is over for longer, and not marked so, ended while no service ran."""


class StoreSource:
    """The store as a source of snapshots. It is opened where it is used, which is the builder process."""

    apart = True

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        """Take the store's URL.

        Args:
            url: opened where it is used.
            clock: the service's time, which each builder takes over as it stands when that is started; by default one that starts now.
        """
        self._url = url
        self._clock = clock or Clock()
        self.name = f"store {parse_url(url).render_as_string(hide_password=True)}"
        self._store: Store | None = None
        self._swept = 0.0
        self._read_to = self._file = 0

    def revision(self) -> str:
        """The store's, which grows with each change of actions, allow-list, keys or policy."""
        store = self._open_store()
        self._now()
        if time.monotonic() - self._swept > SWEEP_S and self._clock.settled:  # no action that is over comes back
            self._swept = time.monotonic()  # before: while a long write of others goes on, the next look reads nevertheless
            with store.write(SYSTEM, now=self._now()) as change:
                actions.sweep(change)
        revision = store.revision()
        return f"{revision}-{store.files}" if store.files else str(revision)  # another file may have the same

    def rows(self) -> "pa.Table":
        """Every action in force, and the allow-list as rows that go before all others."""
        with streamed(self._open_store(), self._now()) as found:
            rows = _table(found)
        self._read_to, self._file = found.audit_seq, self._open_store().files
        return rows

    def changes(self) -> Changes | None:
        """Of whom actions and entries since the last ``rows`` touch, by the audit log."""
        if self._open_store().files != self._file:
            return None  # the log of another file does not tell what changed since
        found = read_changes(self._open_store(), self._now(), self._read_to, MAX_CHANGED)
        if found is None:
            return None
        held, names = found
        both = sorted([*names, *_snapshot_names(Subject.KEY, names)])
        return Changes(both, _table(held))

    def _open_store(self) -> Store:
        if self._store is None:
            self._store = Store.open(self._url, create=False, answer_s=ANSWER_S)
        return self._store

    def _now(self) -> datetime:
        """The time by the service's clock: a wall clock that was set wrong ends no action, and no entry of the allow-list."""
        self._clock.check()
        return datetime.fromtimestamp(self._clock.now(), UTC)


def _table(found: Stream) -> "pa.Table":
    """Actions in force by name, several of one who is under several, and the allow-list as rows that go before all others."""
    import pyarrow as pa

    names, places = [], []
    for subject, some, at in found.parts:
        names.append(pa.array(_snapshot_names(subject, some), pa.string()))
        places.append(pa.array(at, pa.int32()))
    rules = conformed(pa.Table.from_pylist([{"account_id": "", **_rule_columns(rule)} for rule in found.rules], schema=ENTRIES))
    rows = rules.take(pa.chunked_array(places, pa.int32()))
    rows = rows.set_column(0, "account_id", pa.chunked_array(names, pa.string()))
    allowed = [
        {"account_id": name, "action": "allow", "mode": "enforce", "reason_code": "allow-list", "expires_at": until}
        for subject, ids in found.allowed.items() for name, until in zip(_snapshot_names(subject, ids), ids.values(), strict=True)
    ]
    return pa.concat_tables([rows, conformed(pa.Table.from_pylist(allowed, schema=ENTRIES))])


def _snapshot_names(subject: Subject, names: Iterable[str]) -> list[str]:
    """Identifiers as the snapshot has them: an action on account 17 must not reach whoever has key 17."""
    return [KEY + name for name in names] if subject is Subject.KEY else list(names)


def _rule_columns(rule: Rule) -> dict[str, Any]:
    """An action without a case stands for itself: its name is what a client is told, and can appeal."""
    parameters = rule.parameters
    return {
        "action": rule.action, "mode": rule.mode, "reason_code": rule.reason, "case_id": rule.case_id or rule.action_id,
        "expires_at": rule.expires_at, "policy_version": str(rule.policy_version),
        "rate_per_min": parameters.get("requests_per_min"), "case_rate_per_min": parameters.get("case_requests_per_min"),
        "max_tokens": parameters.get("max_tokens"), "reasoning": parameters.get("reasoning"), "logprobs": parameters.get("logprobs"),
        "verify_url": parameters.get("verify_url"),
    }


def clock_warnings(clock: Clock, store: Store) -> list[str]:
    """Sentences on what in the store makes this machine's clock look wrong; ``clock.past`` becomes the time of the store's newest entry."""
    now = datetime.fromtimestamp(clock.now(), UTC)
    with store.read() as session:
        newest, n_over = audit.newest_at(session), action_queries.n_over(session, now - UNNOTICED_AFTER)
    clock.past = None if newest is None else newest.timestamp()
    warnings, clock_words = [], f"this machine's clock ({now:%Y-%m-%d %H:%M} UTC)"
    if newest is not None and clock.behind_s:
        warnings.append(f"{clock_words} is behind the store's newest entry ({newest:%Y-%m-%d %H:%M} UTC): what is over by now may go on. "
                        "Set it right and start the service again")
    if n_over and not clock.settled:
        ended = number_of(n_over, "action")
        warnings.append(f"by {clock_words} {ended} ended while no service ran. If it is ahead, set it right within ten "
                        "minutes, before the service marks them as over, and start the service again")
    return warnings


class StoreTokens:
    """Tokens of the store, and those of a file where there is one."""

    def __init__(self, url: str, path: Path, cache: Path) -> None:
        """Take the store's URL and a file, which may come later.

        Args:
            url: opened with the first reading.
            path: the file of tokens.
            cache: where the store's tokens (their SHA-256) are kept, for a service that starts while the store is away.
        """
        self._url, self._path, self._file, self._cache = url, path, TokenFile(path), cache
        self._store: Store | None = None
        self._stored: list[Token] | None = None
        self._has_file = self._has_any = False

    def read(self) -> Tokens:
        """The tokens as they are now; at first those kept, where the store cannot be read.

        Raises:
            StoreError: the store cannot be read.
            InputError: the file is none, or is gone; or there never was a token.
        """
        try:
            rows = self._read_store()
        except StoreError:
            if self._stored is not None or not self._cache.is_file():
                raise
            rows = list(load(self._cache).rows)
        self._has_file = self._has_file or self._path.exists()
        if self._has_file:
            rows = [*rows, *self._file.read().rows]
        self._has_any = self._has_any or bool(rows)
        if not self._has_any:
            todo = "Make one with: stillwatch token NAME --role decide --store URL"
            raise InputError("no tokens in the store, and no file of them", where=self._path, todo=todo)
        return Tokens(rows)

    def _read_store(self) -> list[Token]:
        if self._store is None:
            self._store = Store.open(self._url, create=False, answer_s=ANSWER_S)
        with self._store.read() as session:
            rows = [
                Token(row.name, row.token_sha256, Role(row.role), None if row.expires_at is None else row.expires_at.timestamp())
                for row in stored.valid(session)
            ]
        if rows != self._stored:
            save(self._cache, rows)
            self._stored = rows
        return rows


class StoreSink:
    """Writes decisions to the store, a batch a transaction."""

    def __init__(self, url: str) -> None:
        """Take the store's URL; it is opened with the first batch."""
        self._url = url
        self._store: Store | None = None

    def write(self, records: list[Record]) -> None:
        """Store a batch; what is there already, by its ``answer_id``, is left out."""
        if self._store is None:
            self._store = Store.open(self._url, create=False, answer_s=ANSWER_S)
        append_decisions(self._store, [_decision(record) for record in records])


def _storable_text(text: str) -> str:
    """A caller's text without what a database cannot store: NUL, and half a surrogate pair."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _decision(record: Record) -> Decision:
    by_key = record.surface in CREDENTIAL_SURFACES
    name = _storable_text(record.account_id) or None
    return Decision(
        request_id=_storable_text(record.request_id), at=datetime.fromtimestamp(record.at, UTC), surface=record.surface,
        account_id=None if by_key else name, key_id=name if by_key else None, decision=record.decision,
        action=record.would if record.reason_code else None, mode=record.mode, reason=record.reason_code or None,
        case_id=record.case_id or None, policy_version=int(record.policy_version) if record.policy_version.isdecimal() else None,
        latency_us=record.latency_us, answer_id=record.answer_id or None,
    )
