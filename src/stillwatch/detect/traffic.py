"""What detection looks at: sketches joined with the registry, the groups that they propose, and what each group does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from stillwatch import dataset, group, judge, link, partitions, sketch
from stillwatch.engine import Engine
from stillwatch.numeric.groups import PROGRAM, SESSION
from stillwatch.numeric.parallel import ahead
from stillwatch.tables import ACCOUNTS

CONTENT_COLUMNS = tuple(column for view in link.CONTENT_VIEWS.values() for column in view)
"""Sketch columns that groups are looked for in; elsewhere a number of a column counts along these."""
STANDING_COLUMNS = [i for i, name in enumerate(CONTENT_COLUMNS) if name.startswith(("system", "tools"))]
"""Numbers of those that an application sets once for all its requests."""
TASK_COLUMNS = link.CONTENT_VIEWS["content.shingle"]
"""Those that tell tasks apart."""
AGES_DAYS = (1, 7, 30, 90, 365, np.inf)
"""Ages of accounts at their first request that are told apart; what is not told sorts last."""
MARK_SHARE, MARK_LIFT, MARK_WIDTH = 0.3, 5, 20
"""Share of a group that carries a sub-stream, how often as by chance its carriers are in the group, and times the group's accounts that
carry it at most, for it to mark the group (:func:`group.enriched`). Chosen, not calibrated: proposals need only be generous, and a tool
that twenty times as many use is others'."""
HOP_USUAL = 0.5
"""Share of accounts as busy (requests, to a power of two) that hop between providers, from which hopping tells nothing of an account."""
AN_ACCOUNT = 5
"""Requests that an account's age and volume count for beside the habits of its batch."""
HALF_BIT = 17
"""Bit of an account's hash by which it falls into one half of its group or the other; any bit would do."""

Carried = dict[int, dict[str, NDArray[np.int64]]]
"""Number of the sketch column -> habitual carriers: ``object`` (i64 hash) and ``account`` (code), a row a pair."""


@dataclass(frozen=True)
class Traffic:
    """Sketched events and the accounts that sent them."""

    files: list[Path]
    people: judge.People
    identities: dict[str, NDArray[np.int64]]
    """View -> number of each account's value, ``(n_accounts,)``, -1 where none is told."""
    used: dict[str, NDArray[np.int64]]
    """``net``, ``client`` and ``parameters`` (hashes) that each account used most, ``(n_accounts,)``, 0 where none is told."""
    n_networks: NDArray[np.int64]
    """Networks that each account used, ``(n_accounts,)``."""
    hops: NDArray[np.int64]
    """Whether each account hops between providers (:func:`link.hopping`), 1 or 0, ``(n_accounts,)``, -1 where too little tells."""
    lookup: NDArray[np.int64]
    """From the hash of an account to its code (:func:`judge.lookup`)."""
    threads: int

    def batches(self, names: tuple[str, ...]) -> Iterator[tuple[NDArray[np.int32], partitions.Columns]]:
        """Account codes and some sketch columns of every partition."""
        def read() -> Iterator[tuple[NDArray[np.int32], partitions.Columns]]:
            for path in self.files:
                for columns in partitions.columns(path, ("account", *names)):
                    codes = np.empty(len(columns["account"]), np.int32)
                    judge.account_codes(self.lookup, columns["account"], codes)
                    yield codes, columns

        return ahead(read())

    def codes(self, hashes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Account codes of account hashes, ``(n,)`` each, -1 for an account without a request."""
        out = np.empty(len(hashes), np.int32)
        judge.account_codes(self.lookup, hashes, out)
        return out.astype(np.int64)


def registry_rows(ids: pa.Array, accounts: pa.Table) -> pa.Table:
    """The registry's row of each account, null where it has none."""
    place = pc.index_in(ids, accounts["account_id"].combine_chunks())
    taken = accounts.take(place) if len(accounts) else ACCOUNTS.schema.empty_table().take(pa.nulls(len(ids), pa.int64()))
    return taken.set_column(0, "account_id", ids)


def read_traffic(engine: Engine, data: dataset.Dataset, files: list[Path], as_of: datetime | None = None) -> Traffic:
    """Name the sketches in the engine and join the accounts seen with the registry as it stood at a time."""
    engine.view("sketches", files)
    ids = partitions.account_ids(files)
    key = sketch.account_key(ids)
    profile = link.profiles(engine)
    order = np.argsort(key)
    aligned = {name: np.empty(len(key), values.dtype) for name, values in profile.items()}
    for name, values in profile.items():
        aligned[name][order] = values
    registry = registry_rows(ids, dataset.read_accounts(data, as_of))
    people = judge.people(ids, key, aligned, registry)
    none = np.zeros(len(ids), np.int64)
    traffic = Traffic(files, people, link.identities(registry), {}, none.copy(), none - 1, judge.lookup(key), engine.threads)
    for name, rows in link.most_used(engine).items():
        traffic.used[name] = none.copy()
        traffic.used[name][traffic.codes(rows["account"])] = rows["value"]
        if name == "net":
            traffic.n_networks[traffic.codes(rows["account"])] = rows["n_values"]
    hopping = link.hopping(engine)
    traffic.hops[traffic.codes(hopping["account"])] = hopping["hops"]
    return traffic


def propose(engine: Engine, traffic: Traffic) -> tuple[group.Groups, judge.Handoffs, Carried]:
    """Links of every view, the groups that they propose, and the habits that content proposals rest on."""
    people = traffic.people
    carried = {
        number: {"object": rows["object"], "account": traffic.codes(rows["account"])}
        for number, rows in enumerate(link.carriers(engine, judge.MIN_GROUP_ACCOUNTS).values())
    }
    streams = group.substreams(carried, judge.MIN_GROUP_ACCOUNTS)
    hand = link.handoffs(engine)
    handoffs = judge.Handoffs(traffic.codes(hand["taker"]), traffic.codes(hand["giver"]), hand["n"].astype(np.int64))
    customer = judge.customers(people.org, traffic.identities["identity.payment"])
    foreign = customer[handoffs.taker] != customer[handoffs.giver]
    plain = [group.components(handoffs.taker[foreign], handoffs.giver[foreign], people.n, SESSION, judge.MIN_GROUP_ACCOUNTS)]
    for view, value in traffic.identities.items():
        rows = np.flatnonzero(value >= 0)
        plain.append(group.from_labels(value[rows], rows, view, judge.MIN_GROUP_ACCOUNTS))
    plain.append(_batches(engine, traffic))
    plain.append(_hopping(engine, traffic))
    used = link.programs(engine, people.n)
    plain.append(group.from_labels(used["program"], traffic.codes(used["account"]), PROGRAM, judge.MIN_GROUP_ACCOUNTS))
    together = group.concatenate(plain)
    marked = group.enriched(
        together, streams, people.n, min_share=MARK_SHARE, min_lift=MARK_LIFT, max_width=MARK_WIDTH, min_accounts=judge.MIN_GROUP_ACCOUNTS
    )
    whole = group.communities(_incidences(engine, traffic, streams), people.n, judge.MIN_GROUP_ACCOUNTS, traffic.threads)
    return group.concatenate([streams, together, marked, whole]), handoffs, carried


def _batches(engine: Engine, traffic: Traffic) -> group.Groups:
    """Batches of accounts that share cards, phones or mailboxes, and those that live alike as one."""
    batch = group.batched(list(traffic.identities.values()), judge.owners(traffic.people))
    return group.alike_batches(batch, *_lives(engine, traffic, batch), judge.MIN_GROUP_ACCOUNTS)


def _hopping(engine: Engine, traffic: Traffic) -> group.Groups:
    """Accounts that hop between providers, all and those that live alike as one; an organisation's go the ways that it set up for them."""
    told, busy = traffic.hops >= 0, np.log2(np.maximum(traffic.people.n_events, 1)).astype(np.int64)
    usual = np.bincount(busy, weights=traffic.hops > 0) > HOP_USUAL * np.bincount(busy, weights=told)
    hopping = (traffic.hops > 0) & (traffic.people.org < 0) & ~usual[busy]
    hop = np.where(hopping, np.cumsum(hopping) - 1, -1)
    return group.alike_accounts(hop, *_lives(engine, traffic, hop), judge.MIN_GROUP_ACCOUNTS)


def _lives(engine: Engine, traffic: Traffic, batch: NDArray[np.int64]) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    """Habits and machines of each batch of accounts, ``(n_batches, n_values)`` each; ``batch`` ``(n_accounts,)``, -1 for none."""
    people = traffic.people
    rows = np.flatnonzero(batch >= 0)
    n_batches = int(batch.max(initial=-1)) + 1
    lives = link.lives(engine, {"account": people.key[rows], "batch": batch[rows]}, n_batches)
    machines = [lives.pop(name) for name in link.MACHINES]
    habits = list(lives.values())
    for of_account in (np.searchsorted(AGES_DAYS, people.tenure_days(), "right"), np.log2(people.n_events).astype(np.int64)):
        habits.append(np.zeros((n_batches, int(of_account.max(initial=0)) + 1)))
        np.add.at(habits[-1], (batch[rows], of_account[rows]), AN_ACCOUNT)
    return habits, machines


def _incidences(engine: Engine, traffic: Traffic, streams: group.Groups) -> list[group.Incidence]:
    """Who carries which sub-stream, and who left which value of some sketch columns, if only once."""
    found = [
        group.Incidence(streams.member_account, streams.member_group, streams.object_group, streams.object_column, streams.object_key)
    ]
    for name, rows in link.left_once(engine).items():
        key, number = np.unique(rows["object"], return_inverse=True)
        column = np.full(len(key), CONTENT_COLUMNS.index(name))
        found.append(group.Incidence(traffic.codes(rows["account"]), number, np.arange(len(key)), column, key))
    return found


def measure(traffic: Traffic, groups: group.Groups, handoffs: judge.Handoffs) -> judge.Scene:
    """Everything that evidence looks at."""
    people = traffic.people
    half = (people.key >> HALF_BIT) & 1
    window = (int(people.first_us.min()), int(people.last_us.max()))
    matcher = judge.Matcher(groups, people.n, CONTENT_COLUMNS)
    sums = ("time", "parent", "output_tokens", "elicitation", "n_words", "capability", *CONTENT_COLUMNS)
    hours = (window[0] // judge.HOUR_US, window[1] // judge.HOUR_US)
    column = judge.hour_columns(hours, (batch["time"] for _, batch in traffic.batches(("time",))))
    measured = judge.measure(matcher, half, hours, column, traffic.batches(sums), traffic.threads)
    # Who shows a group's objects only in passing is left out, and groups that become too small with him.
    members = judge.devoted(groups, measured.n, people.n_events, judge.MIN_GROUP_ACCOUNTS)
    whole = np.bincount(groups.member_group, weights=members, minlength=groups.n) >= judge.MIN_GROUP_ACCOUNTS
    members &= whole[groups.member_group]
    measured, groups = measured.select(members, whole), groups.narrow(members).select(whole)
    matcher = judge.Matcher(groups, people.n, CONTENT_COLUMNS)
    events = np.bincount(groups.member_group, weights=measured.n, minlength=groups.n).astype(np.int64)
    owner = judge.owners(people)
    sampled = judge.sample(matcher, events, half, owner, TASK_COLUMNS, traffic.batches, traffic.threads)
    return judge.Scene(
        people=people, groups=groups, measured=measured, sample=sampled, handoffs=handoffs, identities=traffic.identities, window_us=window,
        network=traffic.used["net"], client=traffic.used["client"], setting=traffic.used["parameters"], n_networks=traffic.n_networks,
        hops=traffic.hops,
    )
