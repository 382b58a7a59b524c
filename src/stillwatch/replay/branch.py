"""The log as it would have been under a policy: who sends each request, and which are answered.

Past requests never change: an action that holds from a time moves or drops later requests alone. So what a step sees
depends on the requests before it and on the actions that held before it, and on nothing else.
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
"""Requests a minute that a throttle leaves each account, and all accounts of a campaign together; None: no such limit."""
BEGINNING, NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max
COPIED = ("kind", "plan", "access_type")
"""What a new account tells the registry as the one before it did; everything else is new, and told by nothing."""


class Branch:
    """One course of events. Accounts are codes: places in ``log.ids``, and above them accounts that replace others."""

    def __init__(self, log: Log, reply: Reply, operator: NDArray[np.int32] | None, rates: Rates = (REQUESTS_PER_MIN, None)) -> None:
        """Start as the log was.

        Args:
            log: what was sent.
            reply: how operators answer bans.
            operator: of each account, ``(n_accounts,)``; None: nobody is known to answer bans.
            rates: what a throttle leaves.
        """
        self.log, self.reply, self.rates = log, reply, rates
        self.sender = log.account.copy()
        self.passes = np.ones(len(log.time), bool)
        """Which requests are answered, ``(n_events,)``; of throttled accounts it is known up to where :meth:`decide` has come."""
        self.moved = np.zeros(len(log.time), bool)
        self.names: list[str] = []
        """Of replacements."""
        self.root: list[int] = []
        """First account of the line that each replacement continues."""
        self.born_us: list[int] = []
        self.level: dict[int, int] = {}
        """Strictest action decided for an account, whether it holds already or not."""
        self.actions: list[tuple[int, str, list[str]]] = []
        """When it holds from (us), action, accounts; decided ones, also those that would begin after the log."""
        self.banned_us: dict[int, int] = {}
        self.failovers = 0
        self._share = np.ones(log.n_accounts)
        self._cases: list[list[str]] = []
        """Of each action, if it is a throttle, the campaign of each account: those of one share the rate for a case."""
        self._throttled: dict[int, str] = {}
        """Accounts under a throttle, and the campaign that they are throttled for."""
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
        """Take sign-up times from the registry; without them an account exists from its first request on."""
        place = pc.index_in(self.log.ids, registry["account_id"].combine_chunks())
        created = registry["created_at"].cast(pa.int64()).take(place).combine_chunks().fill_null(NEVER).to_numpy()
        self._created_us = np.minimum(self.log.begun, created)

    def name(self, code: int) -> str:
        """``account_id`` of a code."""
        n = self.log.n_accounts
        return str(self.log.ids[code]) if code < n else self.names[code - n]

    def codes(self, names: list[str]) -> list[int]:
        """Codes of some accounts, all of which were seen."""
        new = [name for name in names if name not in self._code]
        if new:
            place = pc.index_in(pa.array(new, pa.string()), self.log.ids).to_pylist()
            self._code |= dict(zip(new, place, strict=True))
        return [self._code[name] for name in names]

    def origin(self, code: int) -> int:
        """The account of the log that a code stands for or continues."""
        n = self.log.n_accounts
        return code if code < n else self.root[code - n]

    # --- Acting ----------------------------------------------------------------------------------------------------

    def act(self, hold_us: int, action: str, codes: list[int], case: dict[int, str] | None = None) -> None:
        """Let an action hold from a time on; ``hold_us`` never decreases from call to call, and nothing was seen from it on.

        Accounts that are under this action or a stricter one stay as they are. ``case``: the campaign of each account.
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
        acted = np.zeros(self.log.n_accounts + len(self.names), bool)
        acted[codes] = True
        rows = rows[acted[self.sender[rows]]]
        for code in codes:
            self._throttled.pop(code, None)
        if action == "block":
            for code in codes:
                self.banned_us[code] = hold_us
            self._block(hold_us, codes, rows)
        elif action == "throttle":
            self._throttled |= {code: (case or {}).get(code, "") for code in codes}
        else:
            self._share[codes] = PASSES[action]
            self.passes[rows] = self._answered(rows)

    def held(self) -> list[tuple[int, str, list[str]]]:
        """The actions that hold from a time in the log on; those decided in its last hours may begin after it, and met nothing."""
        return [row for row in self.actions if row[0] <= self.log.clock[-1]]

    def decide(self, before_us: int = NEVER) -> None:
        """Let the rates decide on the requests of throttled accounts before a time, each once: later actions change only later ones."""
        since_us, self._decided_us = self._decided_us, max(before_us, self._decided_us)
        if not self._throttled or before_us <= since_us:
            return
        held = np.zeros(self.log.n_accounts + len(self.names), bool)
        held[list(self._throttled)] = True
        rows = self.log.between(since_us, before_us)
        rows = rows[held[self.sender[rows]]]
        each, together = self.rates
        waits = (
            self._throttle.wait_s(sender, each, self._throttled[sender], together or 0.0, at / 1e6)
            for sender, at in zip(self.sender[rows].tolist(), self.log.time[rows].tolist(), strict=True)
        )
        self.passes[rows] = np.fromiter((wait == 0 for wait in waits), bool, len(rows))

    def _answered(self, rows: I64) -> NDArray[np.bool_]:
        draw = uniform(self.log.time[rows], self._key[self.log.account[rows]])
        return draw < self._share[self.sender[rows]]

    def _block(self, hold_us: int, codes: list[int], rows: I64) -> None:
        """Drop later requests of blocked accounts, except those that the operator moves to other accounts."""
        n = self.log.n_accounts + len(self.names)
        target, ready = np.full(n, -1, np.int64), np.full(n, NEVER)
        busy = np.zeros(n, bool)
        busy[np.unique(self.sender[rows])] = True
        draws = uniform(np.array([self._key[self.origin(code)] for code in codes], np.int64), len(self.actions))
        others: dict[int, list[int]] = {}
        for code, draw in zip(codes, draws.tolist(), strict=True):
            whose = int(self._operator[self.origin(code)])
            if whose < 0 or not busy[code]:
                continue
            if whose not in others:
                others[whose] = self._others(whose, hold_us)
            failover = self.reply.failover if others[whose] else 0.0
            if draw < failover:
                target[code] = others[whose][int(draw / failover * len(others[whose]))]
                ready[code] = hold_us + round(self.reply.failover_hours * HOUR_US)
                self.failovers += 1
            elif (draw - failover) / (1 - failover) < self.reply.replaced:
                target[code], ready[code] = self._replace(whose, code, hold_us)
        sender = self.sender[rows]
        goes = (target[sender] >= 0) & (self.log.time[rows] >= ready[sender])
        self.passes[rows] = False
        rows = rows[goes]
        self.sender[rows] = target[sender[goes]]
        self.moved[rows] = True
        self.passes[rows] = self._answered(rows)

    def _others(self, whose: int, now_us: int) -> list[int]:
        """Accounts of an operator that exist and are not blocked."""
        mine = np.flatnonzero((self._operator == whose) & (self._created_us <= now_us)).tolist()
        n = self.log.n_accounts
        mine += [
            n + i for i, root in enumerate(self.root) if self._operator[root] == whose and self.born_us[i] <= now_us
        ]
        return [code for code in mine if code not in self.banned_us]

    def _replace(self, whose: int, code: int, now_us: int) -> tuple[int, int]:
        """Sign a new account up, as soon as the operator gets one."""
        at = max(now_us + round(self.reply.replacement_hours * HOUR_US), self._next_us.get(whose, 0))
        if self.reply.signups_per_day is not None:
            self._next_us[whose] = at + round(DAY_US / max(self.reply.signups_per_day * self._size[whose], 1))
        new = self.log.n_accounts + len(self.names)
        self.names.append(f"{self.name(self.origin(code))}{REPLACES}{len(self.names) + 1}")
        self._code[self.names[-1]] = new
        self.root.append(self.origin(code))
        self.born_us.append(at)
        self._share = np.append(self._share, 1.0)
        return new, at

    # --- Seeing ----------------------------------------------------------------------------------------------------

    def key(self, before_us: int) -> str:
        """Names everything that was done before a time, and what throttles among it let through."""
        held: list[object] = [(*row, cases) for row, cases in zip(self.actions, self._cases, strict=True) if row[0] < before_us]
        if any(action == "throttle" for hold_us, action, _ in self.actions if hold_us < before_us):
            held.append(self.rates)
        return hashlib.sha256(json.dumps(held).encode()).hexdigest()[:16]

    def count(self, before_us: int) -> int:
        """Answered requests before a time, which never decreases from call to call."""
        self.decide(before_us)
        since_us, n = self._counted
        n += int(self.passes[self.log.between(since_us, before_us)].sum())
        self._counted = (before_us, n)
        return n

    def answered(self, since_us: int, before_us: int) -> int:
        """Answered requests from a time on and before another."""
        self.decide(before_us)
        return int(self.passes[self.log.between(since_us, before_us)].sum())

    def sketches(self, folder: Path, before_us: int, since_us: int = BEGINNING) -> list[Path]:
        """Sketches of what was answered from a time on and before another: the log's own where nothing was changed, else cut copies.

        A copy whose name begins with ``once`` no other step can use.
        """
        self.decide(before_us)
        found = []
        for number, file in enumerate(self.log.files):
            rows = slice(int(self.log.starts[number]), int(self.log.starts[number + 1]))
            past, recent = self.log.time[rows] < before_us, self.log.time[rows] >= since_us
            keep = past & recent & self.passes[rows]
            if not keep.any():
                continue
            same = self.sender[rows] == self.log.account[rows]
            if keep.all() and same.all():
                found.append(file)
                continue
            until = int(self.log.time[rows].max()) + 1 if past.all() else before_us
            use = "often" if past.all() and recent.all() else f"once-{since_us}"
            target = folder / f"{use}-{number}-{until}-{self.key(until)}.parquet"
            if not target.exists():
                self._cut(file, target, keep, self.sender[rows])
            found.append(target)
        return found

    def _cut(self, file: Path, target: Path, keep: NDArray[np.bool_], sender: NDArray[np.int32]) -> None:
        kept, codes = pq.read_table(file).filter(pa.array(keep)), sender[keep]
        unique, place = np.unique(codes, return_inverse=True)
        names = pa.array([self.name(code) for code in unique.tolist()], pa.string())
        key = sketch.account_key(names)[place]
        kept = kept.set_column(kept.column_names.index("account"), kept.schema.field("account"), pa.array(key))
        with partitions.writing(target) as add:
            add(kept.combine_chunks(), pa.chunked_array([names.take(pa.array(place))]))

    def registry(self, base: pa.Table, folder: Path, before_us: int) -> Path | None:
        """The registry with bans and replacements before a time; None where there were none, or there is no registry."""
        bans = {self.name(code): at for code, at in self.banned_us.items() if at < before_us}
        if not bans or not len(base):
            return None
        ids = base["account_id"].combine_chunks()
        rows = pc.index_in(pa.array(list(bans), pa.string()), ids).to_pylist()
        banned = base["banned_at"].cast(pa.int64()).combine_chunks().fill_null(NEVER).to_numpy().copy()
        for row, at in zip(rows, bans.values(), strict=True):
            if row is not None:
                banned[row] = min(banned[row], at)
        when = pa.array(banned, mask=banned == NEVER).cast(pa.timestamp("us", "UTC"))
        base = base.set_column(base.column_names.index("banned_at"), "banned_at", when)
        new = [i for i, at in enumerate(self.born_us) if at < before_us]
        roots = pa.array([str(self.log.ids[self.root[i]]) for i in new], pa.string())
        before = base.take(pc.index_in(roots, ids))
        columns = {
            "account_id": pa.array([self.names[i] for i in new], pa.string()),
            "created_at": pa.array([self.born_us[i] for i in new], pa.int64()).cast(pa.timestamp("us", "UTC")),
            "banned_at": pa.array([bans.get(self.names[i]) for i in new], pa.int64()).cast(pa.timestamp("us", "UTC")),
            **{name: before[name] for name in COPIED},
        }
        later = pa.table({
            field.name: columns.get(field.name, pa.nulls(len(new), field.type)) for field in ACCOUNTS.schema
        }, schema=ACCOUNTS.schema)
        path = folder / f"registry-{before_us}-{self.key(before_us)}.parquet"
        write_parquet(pa.concat_tables([base.select(ACCOUNTS.names).cast(ACCOUNTS.schema), later]), path)
        return path
