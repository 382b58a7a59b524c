"""The way of the data, composed: dataset -> sketches -> links -> groups -> campaigns -> run folder."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from stillwatch import dataset, group, judge, link, partitions, sketch
from stillwatch.engine import Engine, open_engine
from stillwatch.tables import ACCOUNTS

CONTENT_COLUMNS = tuple(column for view in link.CONTENT_VIEWS.values() for column in view)
TASK_COLUMNS = link.CONTENT_VIEWS["content.shingle"]
MIN_ACCOUNTS = 4
"""Smallest group that is proposed."""


@dataclass
class Clock:
    """Seconds spent in each stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the block to a stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0) + time.perf_counter() - start, 3)


@dataclass(frozen=True)
class Traffic:
    """Sketched events and the accounts that sent them."""

    files: list[Path]
    people: judge.People
    identities: dict[str, NDArray[np.int64]]
    lookup: tuple[NDArray[np.int64], NDArray[np.int64]]

    def batches(self, names: tuple[str, ...]) -> Iterator[tuple[NDArray[np.int32], partitions.Columns]]:
        """Account codes and some sketch columns of every partition."""
        for path in self.files:
            for columns in partitions.columns(path, ("account", *names)):
                codes = np.empty(len(columns["account"]), np.int32)
                judge.account_codes(*self.lookup, columns["account"], codes)
                yield codes, columns

    def codes(self, hashes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Account codes of account hashes."""
        out = np.empty(len(hashes), np.int32)
        judge.account_codes(*self.lookup, hashes, out)
        return out.astype(np.int64)


def registry_rows(ids: pa.Array, accounts: pa.Table) -> pa.Table:
    """The registry's row of each account, null where it has none."""
    place = pc.index_in(ids, accounts["account_id"].combine_chunks())
    taken = accounts.take(place) if len(accounts) else ACCOUNTS.schema.empty_table().take(pa.nulls(len(ids), pa.int64()))
    return taken.set_column(0, "account_id", ids)


def read_traffic(engine: Engine, data: dataset.Dataset, files: list[Path]) -> Traffic:
    """Name the sketches in the engine and join the accounts seen with the registry."""
    engine.view("sketches", files)
    ids = partitions.account_ids(files)
    key = sketch.account_key(ids)
    profile = link.profiles(engine)
    order = np.argsort(key)
    aligned = {name: np.empty(len(key), values.dtype) for name, values in profile.items()}
    for name, values in profile.items():
        aligned[name][order] = values
    registry = registry_rows(ids, dataset.read_accounts(data))
    identities = {}
    for view, (rows, values) in link.identity_traces(registry).items():
        identities[view] = np.full(len(ids), -1, np.int64)
        identities[view][rows] = values
    return Traffic(files, judge.people(ids, key, aligned, registry), identities, judge.lookup(key))


def propose(engine: Engine, traffic: Traffic) -> tuple[group.Groups, judge.Handoffs]:
    """Links of every view, and the groups that they propose."""
    people = traffic.people
    carried = {
        number: {"object": rows["object"], "account": traffic.codes(rows["account"])}
        for number, rows in enumerate(link.carriers(engine, MIN_ACCOUNTS).values())
    }
    streams = group.substreams(carried, MIN_ACCOUNTS)
    hand = link.handoffs(engine)
    handoffs = judge.Handoffs(traffic.codes(hand["taker"]), traffic.codes(hand["giver"]), hand["n"].astype(np.int64))
    owner = np.where(people.org >= 0, people.org, people.n + np.arange(people.n))
    foreign = owner[handoffs.taker] != owner[handoffs.giver]
    plain = [group.components(handoffs.taker[foreign], handoffs.giver[foreign], people.n, "session", MIN_ACCOUNTS)]
    for view, value in traffic.identities.items():
        rows = np.flatnonzero(value >= 0)
        plain.append(group.from_labels(value[rows], rows, view, MIN_ACCOUNTS))
    together = group.concatenate(plain)
    marked = group.enriched(together, streams, people.n, min_share=0.3, min_lift=5, min_accounts=MIN_ACCOUNTS)
    return group.concatenate([streams, together, marked]), handoffs


def measure(traffic: Traffic, groups: group.Groups, handoffs: judge.Handoffs) -> judge.Scene:
    """Everything that evidence looks at."""
    people = traffic.people
    half = (people.key >> 17) & 1
    window = (int(people.first_us.min()), int(people.last_us.max()))
    matcher = judge.Matcher(groups, people.n, CONTENT_COLUMNS)
    sums = ("time", "parent", "output_tokens", "reasoning_tokens", "elicitation", "n_words", "capability", *CONTENT_COLUMNS)
    hours = (window[0] // judge.HOUR_US, window[1] // judge.HOUR_US)
    measured = judge.measure(matcher, half, hours, traffic.batches(sums))
    events = np.bincount(groups.member_group, weights=measured.n, minlength=groups.n).astype(np.int64)
    owner = np.where(people.org >= 0, people.org, people.n + np.arange(people.n))
    taken = ("prompt", "net", *CONTENT_COLUMNS)
    sampled = judge.sample(matcher, events, half, owner, TASK_COLUMNS, lambda: traffic.batches(taken))
    return judge.Scene(people, groups, measured, sampled, handoffs, traffic.identities, window)
