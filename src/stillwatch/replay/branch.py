"""The log as it would have been under a policy: which account sends each request, and which requests are answered.

Past requests never change: an action in force from a time moves or drops only later requests. So the findings of a step depend only on the
requests before it and on the actions in force before it.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from stillwatch import partitions, sketch
from stillwatch.files import write_parquet
from stillwatch.judge import DAY_US, HOUR_US
from stillwatch.replay.log import I64, INNOCENT, Log, uniform
from stillwatch.replay.policy import ACTIONS, PASSES, Reply
from stillwatch.tables import ACCOUNTS, REPLACES
from stillwatch.throttling.defaults import REQUESTS_PER_MIN
from stillwatch.throttling.rates import Throttle

Rates = tuple[float, float | None]
"""Requests a minute under a throttle: of each account, and of all accounts of a campaign together (None: no such limit)."""
BEGINNING, NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max
COPIED = ("kind", "plan", "access_type")
"""Columns of the registry that a replacement has in common with the account that it replaces; the others are new or null."""


class Branch:
    """One course of events. Accounts are integer codes: indices in ``log.ids``, and above them replacements of accounts given up."""

    def __init__(self, log: Log, reply: Reply, operator: NDArray[np.int32] | None, rates: Rates = (REQUESTS_PER_MIN, None)) -> None:
        """Start with the log unchanged.

        Args:
            log: the log.
            reply: how operators respond to actions.
            operator: (n_accounts,) operator of each account; None: unknown, so nobody responds.
            rates: rates of a throttle.
        """
        self.log, self.reply, self.rates = log, reply, rates
        self.sender = log.account.copy()
        self.passes = np.ones(len(log.time), bool)
        """(n_events,) which requests are answered; for throttled accounts only up to the last time of :meth:`decide`."""
        self.moved = np.zeros(len(log.time), bool)
        """(n_events,) which requests moved to another account."""
        self.names: list[str] = []
        """Identifiers of the replacements."""
        self.root: list[int] = []
        """Code of the log's account that each replacement stands for, directly or by way of others."""
        self.born_us: list[int] = []
        """Sign-up time of each replacement."""
        self.level: dict[int, int] = {}
        """Account code -> index in ACTIONS of the strictest action decided for it, in force or not yet."""
        self.actions: list[tuple[int, str, list[str]]] = []
        """(start in us, action, accounts) of each decided action, also of those that would start after the log."""
        self.banned_us: dict[int, int] = {}
        """Account code -> time of its block."""
        self.given_up: set[int] = set()
        """Codes of accounts under an action to which operators respond."""
        self.failovers = 0
        """Number of accounts given up whose work moved to an existing account."""
        self._share = np.ones(log.n_accounts)
        self._cases: list[list[str]] = []
        """For each action that is a throttle, the campaign of each account, which shares the rate of a case; else empty."""
        self._throttled: dict[int, str] = {}
        """Code of each throttled account -> the campaign for which it is throttled."""
        self._throttle: Throttle[int] = Throttle()
        self._decided_us = BEGINNING
        self._operator = np.full(log.n_accounts, INNOCENT, np.int32) if operator is None else operator
        self._next_us: dict[int, int] = {}
        self._code: dict[str, int] = {}
        self._counted = (BEGINNING, 0)
        self._key = sketch.account_key(log.ids)
        self._created_us = log.begun
        pools = self._operator[self._operator >= 0]
        self._size = np.bincount(pools) if len(pools) else np.zeros(0, np.int64)

    def know_sign_ups(self, registry: pa.Table) -> None:
        """Use the registry's sign-up times; without them an account exists from its first request on."""
        place = pc.index_in(self.log.ids, registry["account_id"].combine_chunks())
        created = registry["created_at"].cast(pa.int64()).take(place).combine_chunks().fill_null(NEVER).to_numpy()
        self._created_us = np.minimum(self.log.begun, created)

    def name(self, code: int) -> str:
        """The ``account_id`` of a code."""
        n = self.log.n_accounts
        return str(self.log.ids[code]) if code < n else self.names[code - n]

    def codes(self, names: list[str]) -> list[int]:
        """The codes of accounts, which must be in the log or replacements."""
        new = [name for name in names if name not in self._code]
        if new:
            place = pc.index_in(pa.array(new, pa.string()), self.log.ids).to_pylist()
            self._code |= dict(zip(new, place, strict=True))
        return [self._code[name] for name in names]

    def origin(self, code: int) -> int:
        """The code of the log's account that an account is, or replaces."""
        n = self.log.n_accounts
        return code if code < n else self.root[code - n]

    # --- Acting ----------------------------------------------------------------------------------------------------

    def act(self, hold_us: int, action: str, codes: list[int], case: dict[int, str] | None = None) -> None:
        """Put an action in force from a time on. Accounts under this action or a stricter one are not changed.

        Args:
            hold_us: start of the action, us; must not decrease from call to call, nor lie before a time already examined.
            action: one of ACTIONS.
            codes: accounts.
            case: account code -> campaign, for rates of a case.
        """
        self.decide(hold_us)
        level = ACTIONS.index(action)
        codes = sorted(code for code in codes if self.level.get(code, -1) < level)
        if not codes:
            return
        self.level |= dict.fromkeys(codes, level)
        self.actions.append((hold_us, action, [self.name(code) for code in codes]))
        self._cases.append([(case or {}).get(code, "") for code in codes] if action == "throttle" else [])
        rows = self.log.between(hold_us)
        is_acted_on = np.zeros(self.log.n_accounts + len(self.names), bool)
        is_acted_on[codes] = True
        rows = rows[is_acted_on[self.sender[rows]]]
        for code in codes:
            self._throttled.pop(code, None)
        if action == "block":
            self.banned_us |= dict.fromkeys(codes, hold_us)
        if action == "throttle":
            self._throttled |= {code: (case or {}).get(code, "") for code in codes}
        else:
            self._share[codes] = PASSES[action]
            self.passes[rows] = self._answered(rows)
        if action in self.reply.answers:
            self._give_up(hold_us, codes, rows)

    def held(self) -> list[tuple[int, str, list[str]]]:
        """The actions that start within the log; those decided in its last hours may start after it, without effect."""
        return [row for row in self.actions if row[0] <= self.log.clock[-1]]

    def decide(self, before_us: int = NEVER) -> None:
        """Apply the rates to the requests of throttled accounts before a time; each request is decided once, by the first call after it."""
        since_us, self._decided_us = self._decided_us, max(before_us, self._decided_us)
        if not self._throttled or before_us <= since_us:
            return
        throttled = np.zeros(self.log.n_accounts + len(self.names), bool)
        throttled[list(self._throttled)] = True
        rows = self.log.between(since_us, before_us)
        rows = rows[throttled[self.sender[rows]]]
        per_account, per_case = self.rates
        waits = (
            self._throttle.wait_s(sender, per_account, self._throttled[sender], per_case or 0.0, at / 1e6)
            for sender, at in zip(self.sender[rows].tolist(), self.log.time[rows].tolist(), strict=True)
        )
        self.passes[rows] = np.fromiter((wait == 0 for wait in waits), bool, len(rows))

    def _answered(self, rows: I64) -> NDArray[np.bool_]:
        draw = uniform(self.log.time[rows], self._key[self.log.account[rows]])
        return draw < self._share[self.sender[rows]]

    def _give_up(self, hold_us: int, codes: list[int], rows: I64) -> None:
        """Move work of accounts to others of their operator, if it has not responded to an earlier action on them.

        Args:
            hold_us: start of the action, us.
            codes: accounts under it.
            rows: later requests of these.
        """
        codes = [code for code in codes if code not in self.given_up]
        self.given_up.update(codes)
        n = self.log.n_accounts + len(self.names)
        target, ready_us = np.full(n, -1, np.int64), np.full(n, NEVER)
        busy = np.zeros(n, bool)
        busy[np.unique(self.sender[rows])] = True
        draws = uniform(np.array([self._key[self.origin(code)] for code in codes], np.int64), len(self.actions))
        available: dict[int, list[int]] = {}
        for code, draw in zip(codes, draws.tolist(), strict=True):
            operator = int(self._operator[self.origin(code)])
            if operator < 0 or not busy[code]:
                continue
            if operator not in available:
                available[operator] = self._available(operator, hold_us)
            failover = self.reply.failover if available[operator] else 0.0
            if draw < failover:
                target[code] = available[operator][int(draw / failover * len(available[operator]))]
                ready_us[code] = hold_us + round(self.reply.failover_hours * HOUR_US)
                self.failovers += 1
            elif (draw - failover) / (1 - failover) < self.reply.replaced:
                target[code], ready_us[code] = self._replace(operator, code, hold_us)
        sender = self.sender[rows]
        moves = (target[sender] >= 0) & (self.log.time[rows] >= ready_us[sender])
        rows = rows[moves]
        self.sender[rows] = target[sender[moves]]
        self.moved[rows] = True
        self.passes[rows] = self._answered(rows)

    def _available(self, operator: int, now_us: int) -> list[int]:
        """Accounts of an operator that exist at a time and are neither blocked nor given up."""
        own = np.flatnonzero((self._operator == operator) & (self._created_us <= now_us)).tolist()
        n = self.log.n_accounts
        own += [
            n + i for i, root in enumerate(self.root) if self._operator[root] == operator and self.born_us[i] <= now_us
        ]
        return [code for code in own if code not in self.banned_us and code not in self.given_up]

    def _replace(self, operator: int, code: int, now_us: int) -> tuple[int, int]:
        """Add a replacement as soon as the operator can get one; returns its code and sign-up time, us."""
        born_us = max(now_us + round(self.reply.replacement_hours * HOUR_US), self._next_us.get(operator, 0))
        if self.reply.signups_per_day is not None:
            self._next_us[operator] = born_us + round(DAY_US / max(self.reply.signups_per_day * self._size[operator], 1))
        new = self.log.n_accounts + len(self.names)
        self.names.append(f"{self.name(self.origin(code))}{REPLACES}{len(self.names) + 1}")
        self._code[self.names[-1]] = new
        self.root.append(self.origin(code))
        self.born_us.append(born_us)
        self._share = np.append(self._share, 1.0)
        return new, born_us

    # --- Seeing ----------------------------------------------------------------------------------------------------

    def key(self, before_us: int) -> str:
        """Digest of all actions in force before a time, with the rates of throttles."""
        held: list[object] = [(*row, cases) for row, cases in zip(self.actions, self._cases, strict=True) if row[0] < before_us]
        if any(action == "throttle" for hold_us, action, _ in self.actions if hold_us < before_us):
            held.append(self.rates)
        return hashlib.sha256(json.dumps(held).encode()).hexdigest()[:16]

    def count(self, before_us: int) -> int:
        """Number of answered requests before a time, which must not decrease from call to call."""
        self.decide(before_us)
        since_us, n = self._counted
        n += int(self.passes[self.log.between(since_us, before_us)].sum())
        self._counted = (before_us, n)
        return n

    def answered(self, since_us: int, before_us: int) -> int:
        """Number of answered requests in ``[since_us, before_us)``."""
        self.decide(before_us)
        return int(self.passes[self.log.between(since_us, before_us)].sum())

    def sketches(self, folder: Path, before_us: int, since_us: int = BEGINNING) -> list[Path]:
        """Files of sketches of the answered requests in ``[since_us, before_us)``: the log's own if unchanged, else copies in ``folder``.

        A copy whose name begins with ``once`` cannot be used by another step.

        Args:
            folder: where to write copies.
            before_us: end of the window, us.
            since_us: start of the window, us.
        """
        self.decide(before_us)
        paths = []
        for number, file in enumerate(self.log.files):
            rows = slice(int(self.log.starts[number]), int(self.log.starts[number + 1]))
            past, recent = self.log.time[rows] < before_us, self.log.time[rows] >= since_us
            kept = past & recent & self.passes[rows]
            if not kept.any():
                continue
            same = self.sender[rows] == self.log.account[rows]
            if kept.all() and same.all():
                paths.append(file)
                continue
            until = int(self.log.time[rows].max()) + 1 if past.all() else before_us
            use = "often" if past.all() and recent.all() else f"once-{since_us}"
            target = folder / f"{use}-{number}-{until}-{self.key(until)}.parquet"
            if not target.exists():
                self._cut(file, target, kept, self.sender[rows])
            paths.append(target)
        return paths

    def _cut(self, file: Path, target: Path, keep: NDArray[np.bool_], sender: NDArray[np.int32]) -> None:
        kept, codes = pq.read_table(file).filter(pa.array(keep)), sender[keep]
        unique, place = np.unique(codes, return_inverse=True)
        names = pa.array([self.name(code) for code in unique.tolist()], pa.string())
        key = sketch.account_key(names)[place]
        kept = kept.set_column(kept.column_names.index("account"), kept.schema.field("account"), pa.array(key))
        with partitions.partition_writer(target) as add:
            add(kept.combine_chunks(), pa.chunked_array([names.take(pa.array(place))]))

    def registry(self, base: pa.Table, folder: Path, before_us: int) -> Path | None:
        """Write the registry with the bans and replacements before a time.

        Args:
            base: the registry as read, columns as ACCOUNTS; empty if there is none.
            folder: where to write it.
            before_us: the time, us.

        Returns:
            The file, or None if nothing was banned or replaced, or there is no registry.
        """
        bans = {self.name(code): at for code, at in self.banned_us.items() if at < before_us}
        born = [i for i, at in enumerate(self.born_us) if at < before_us]
        if not (bans or born) or not len(base):
            return None
        ids = base["account_id"].combine_chunks()
        rows = pc.index_in(pa.array(list(bans), pa.string()), ids).to_pylist()
        banned = base["banned_at"].cast(pa.int64()).combine_chunks().fill_null(NEVER).to_numpy().copy()
        for row, at in zip(rows, bans.values(), strict=True):
            if row is not None:
                banned[row] = min(banned[row], at)
        when = pa.array(banned, mask=banned == NEVER).cast(pa.timestamp("us", "UTC"))
        base = base.set_column(base.column_names.index("banned_at"), "banned_at", when)
        roots = pa.array([str(self.log.ids[self.root[i]]) for i in born], pa.string())
        replaced = base.take(pc.index_in(roots, ids))
        columns = {
            "account_id": pa.array([self.names[i] for i in born], pa.string()),
            "created_at": pa.array([self.born_us[i] for i in born], pa.int64()).cast(pa.timestamp("us", "UTC")),
            "banned_at": pa.array([bans.get(self.names[i]) for i in born], pa.int64()).cast(pa.timestamp("us", "UTC")),
            **{name: replaced[name] for name in COPIED},
        }
        replacements = pa.table({
            field.name: columns.get(field.name, pa.nulls(len(born), field.type)) for field in ACCOUNTS.schema
        }, schema=ACCOUNTS.schema)
        path = folder / f"registry-{before_us}-{self.key(before_us)}.parquet"
        write_parquet(pa.concat_tables([base.select(ACCOUNTS.names).cast(ACCOUNTS.schema), replacements]), path)
        return path
