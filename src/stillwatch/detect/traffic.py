"""The input of detection: sketches joined with the registry, the groups that they propose, and what each group does."""

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
from stillwatch.numeric.parallel import prefetch
from stillwatch.tables import ACCOUNTS

CONTENT_COLUMNS = tuple(column for view in link.CONTENT_VIEWS.values() for column in view)
"""Sketch columns in which groups are looked for; the number of a column is its index here."""
STANDING_COLUMNS = [i for i, name in enumerate(CONTENT_COLUMNS) if name.startswith(("system", "tools"))]
"""Numbers of the columns that an application sets once for all its requests."""
TASK_COLUMNS = link.CONTENT_VIEWS["content.shingle"]
"""Columns that distinguish tasks."""
AGES_DAYS = (1, 7, 30, 90, 365, np.inf)
"""Upper ends of the classes of age at the first request, days; unknown ages are a class of their own."""
MARK_SHARE, MARK_LIFT, MARK_WIDTH = 0.3, 5, 20
"""A sub-stream marks a group (:func:`group.enriched`) if at least this share of the group carries it, its carriers are in the group this
many times as often as by chance, and at most this many times the group's accounts carry it. Chosen, not calibrated: proposals need only be
generous, and a tool that twenty times as many accounts use is not the group's."""
MAX_HOPPER_SHARE = 0.5
"""Share of equally busy accounts (requests, to a power of two) that hop between providers, above which hopping proposes no group."""
ACCOUNT_HABIT_WEIGHT = 5
"""Weight, in requests, of an account's age and volume among the habits of its batch."""
HALF_BIT = 17
"""Bit of an account's hash that puts it into one half of its group or the other; any bit would do."""

HabitualCarriers = dict[int, dict[str, NDArray[np.int64]]]
"""Number of the sketch column -> habitual carriers: ``object`` (i64 hash) and ``account`` (code), one row per pair."""


@dataclass(frozen=True)
class Traffic:
    """Sketched events and the accounts that sent them."""

    files: list[Path]
    people: judge.People
    identities: dict[str, NDArray[np.int64]]
    """View -> number of each account's value, ``(n_accounts,)``, -1 where unknown."""
    used: dict[str, NDArray[np.int64]]
    """``net``, ``client`` and ``parameters`` (hashes) that each account used most, ``(n_accounts,)``, 0 where unknown."""
    n_networks: NDArray[np.int64]
    """Number of networks that each account used, ``(n_accounts,)``."""
    hops: NDArray[np.int64]
    """Whether each account hops between providers (:func:`link.hopping`): 1, 0, or -1 where unknown, ``(n_accounts,)``."""
    providers: NDArray[np.int64]
    """Number of network providers (autonomous systems) that each account used, ``(n_accounts,)``, 0 where unknown."""
    lookup: NDArray[np.int64]
    """From the hash of an account to its code (:func:`judge.lookup`)."""
    threads: int

    def batches(self, names: tuple[str, ...]) -> Iterator[tuple[NDArray[np.int32], partitions.Columns]]:
        """Account codes ``(n_events,)`` and the named sketch columns of every partition."""
        def read() -> Iterator[tuple[NDArray[np.int32], partitions.Columns]]:
            for path in self.files:
                for columns in partitions.columns(path, ("account", *names)):
                    codes = np.empty(len(columns["account"]), np.int32)
                    judge.account_codes(self.lookup, columns["account"], codes)
                    yield codes, columns

        return prefetch(read())

    def codes(self, hashes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Account codes for account hashes, ``(n,)`` each; -1 for an account without a request."""
        out = np.empty(len(hashes), np.int32)
        judge.account_codes(self.lookup, hashes, out)
        return out.astype(np.int64)


def registry_rows(ids: pa.Array, accounts: pa.Table) -> pa.Table:
    """The registry's row of each of ``ids``, in order; null where the registry has none."""
    index = pc.index_in(ids, accounts["account_id"].combine_chunks())
    rows = accounts.take(index) if len(accounts) else ACCOUNTS.schema.empty_table().take(pa.nulls(len(ids), pa.int64()))
    return rows.set_column(0, "account_id", ids)


def read_traffic(engine: Engine, data: dataset.Dataset, files: list[Path], as_of: datetime | None = None) -> Traffic:
    """Join the accounts seen with the registry, and create the engine's view ``sketches``.

    Args:
        engine: a fresh engine.
        data: the folder that has the registry.
        files: sketches.
        as_of: the registry is read as it stood at this time; None for all of it but bans long after the last request.
    """
    engine.view("sketches", files)
    ids = partitions.account_ids(files)
    key = sketch.account_key(ids)
    profile = link.profiles(engine)
    order = np.argsort(key)
    aligned = {name: np.empty(len(key), values.dtype) for name, values in profile.items()}
    for name, values in profile.items():
        aligned[name][order] = values
    if as_of is None and len(ids):
        as_of = dataset.latest_ban(int(profile["last_us"].max()))
    registry = registry_rows(ids, dataset.read_accounts(data, as_of))
    people = judge.people(ids, key, aligned, registry)
    zeros = np.zeros(len(ids), np.int64)
    identities, lookup = link.identities(registry), judge.lookup(key)
    traffic = Traffic(files, people, identities, {}, zeros.copy(), zeros - 1, zeros.copy(), lookup, engine.threads)
    for name, rows in link.most_used(engine).items():
        traffic.used[name] = zeros.copy()
        traffic.used[name][traffic.codes(rows["account"])] = rows["value"]
        if name == "net":
            traffic.n_networks[traffic.codes(rows["account"])] = rows["n_values"]
    hopping = link.hopping(engine)
    traffic.hops[traffic.codes(hopping["account"])] = hopping["hops"]
    traffic.providers[traffic.codes(hopping["account"])] = hopping["providers"]
    return traffic


def propose(engine: Engine, traffic: Traffic) -> tuple[group.Groups, judge.Handoffs, HabitualCarriers]:
    """Propose groups from the links of every view.

    Returns:
        The groups, the conversations handed over, and the habitual carriers behind the groups of content.
    """
    people = traffic.people
    carried = {
        number: {"object": rows["object"], "account": traffic.codes(rows["account"])}
        for number, rows in enumerate(link.carriers(engine, judge.MIN_GROUP_ACCOUNTS).values())
    }
    streams = group.substreams(carried, judge.MIN_GROUP_ACCOUNTS)
    pairs = link.handoffs(engine)
    handoffs = judge.Handoffs(traffic.codes(pairs["taker"]), traffic.codes(pairs["giver"]), pairs["n"].astype(np.int64))
    customer = judge.customers(people.org, traffic.identities["identity.payment"])
    foreign = customer[handoffs.taker] != customer[handoffs.giver]
    proposals = [group.components(handoffs.taker[foreign], handoffs.giver[foreign], people.n, SESSION, judge.MIN_GROUP_ACCOUNTS)]
    for view, value in traffic.identities.items():
        rows = np.flatnonzero(value >= 0)
        proposals.append(group.from_labels(value[rows], rows, view, judge.MIN_GROUP_ACCOUNTS))
    proposals.append(_identity_batches(engine, traffic))
    proposals.append(_hopping_groups(engine, traffic))
    programs = link.programs(engine, people.n)
    proposals.append(group.from_labels(programs["program"], traffic.codes(programs["account"]), PROGRAM, judge.MIN_GROUP_ACCOUNTS))
    without_objects = group.concatenate(proposals)
    with_marks = group.enriched(
        without_objects, streams, people.n, min_share=MARK_SHARE, min_lift=MARK_LIFT, max_width=MARK_WIDTH,
        min_accounts=judge.MIN_GROUP_ACCOUNTS,
    )
    communities = group.communities(_incidences(engine, traffic, streams), people.n, judge.MIN_GROUP_ACCOUNTS, traffic.threads)
    return group.concatenate([streams, without_objects, with_marks, communities]), handoffs, carried


def _identity_batches(engine: Engine, traffic: Traffic) -> group.Groups:
    """Each batch of accounts that share cards, phones or mailboxes, and batches that live alike put together."""
    batch = group.batched(list(traffic.identities.values()), judge.owners(traffic.people))
    return group.alike_batches(batch, *_habit_counts(engine, traffic, batch), judge.MIN_GROUP_ACCOUNTS)


def _hopping_groups(engine: Engine, traffic: Traffic) -> group.Groups:
    """Groups of accounts that hop between providers, of all and of those that live alike.

    Accounts of an organisation are left out: they use the exits that it set up for them.
    """
    known, busy_class = traffic.hops >= 0, np.log2(np.maximum(traffic.people.n_events, 1)).astype(np.int64)
    usual = np.bincount(busy_class, weights=traffic.hops > 0) > MAX_HOPPER_SHARE * np.bincount(busy_class, weights=known)
    hopping = (traffic.hops > 0) & (traffic.people.org < 0) & ~usual[busy_class]
    number = np.where(hopping, np.cumsum(hopping) - 1, -1)
    return group.alike_accounts(number, *_habit_counts(engine, traffic, number), judge.MIN_GROUP_ACCOUNTS)


def _habit_counts(
    engine: Engine, traffic: Traffic, batch: NDArray[np.int64]
) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    """Counts of the habits and of the machines of each batch, ``(n_batches, n_values)`` each.

    ``batch`` ``(n_accounts,)`` is the number of each account's batch, -1 for none.
    """
    people = traffic.people
    rows = np.flatnonzero(batch >= 0)
    n_batches = int(batch.max(initial=-1)) + 1
    lives = link.lives(engine, {"account": people.key[rows], "batch": batch[rows]}, n_batches)
    machines = [lives.pop(name) for name in link.MACHINES]
    habits = list(lives.values())
    for of_account in (np.searchsorted(AGES_DAYS, people.tenure_days(), "right"), np.log2(people.n_events).astype(np.int64)):
        habits.append(np.zeros((n_batches, int(of_account.max(initial=0)) + 1)))
        np.add.at(habits[-1], (batch[rows], of_account[rows]), ACCOUNT_HABIT_WEIGHT)
    return habits, machines


def _incidences(engine: Engine, traffic: Traffic, streams: group.Groups) -> list[group.Incidence]:
    """Which account carries which sub-stream, and which left which value of some sketch columns at least once."""
    out = [
        group.Incidence(streams.member_account, streams.member_group, streams.object_group, streams.object_column, streams.object_key)
    ]
    for name, rows in link.left_once(engine).items():
        key, number = np.unique(rows["object"], return_inverse=True)
        column = np.full(len(key), CONTENT_COLUMNS.index(name))
        out.append(group.Incidence(traffic.codes(rows["account"]), number, np.arange(len(key)), column, key))
    return out


def measure(traffic: Traffic, groups: group.Groups, handoffs: judge.Handoffs) -> tuple[judge.Scene, NDArray[np.bool_]]:
    """Measure what the accounts of every group do: everything that evidence uses.

    Groups that become too small when accounts that show their objects only in passing are left out are dropped.

    Returns:
        The measured groups, and which of the ``groups`` ``(n_groups,)`` they are.
    """
    people = traffic.people
    half = (people.key >> HALF_BIT) & 1
    window = (int(people.first_us.min()), int(people.last_us.max()))
    matcher = judge.Matcher(groups, people.n, CONTENT_COLUMNS)
    sums = ("time", "parent", "output_tokens", "elicitation", "n_words", "capability", *CONTENT_COLUMNS)
    hours = (window[0] // judge.HOUR_US, window[1] // judge.HOUR_US)
    column = judge.hour_columns(hours, (batch["time"] for _, batch in traffic.batches(("time",))))
    measured = judge.measure(matcher, half, hours, column, traffic.batches(sums), traffic.threads)
    members = judge.devoted(groups, measured.n, people.n_events, judge.MIN_GROUP_ACCOUNTS)
    large_enough = np.bincount(groups.member_group, weights=members, minlength=groups.n) >= judge.MIN_GROUP_ACCOUNTS
    members &= large_enough[groups.member_group]
    measured, groups = measured.select(members, large_enough), groups.narrow(members).select(large_enough)
    matcher = judge.Matcher(groups, people.n, CONTENT_COLUMNS)
    events = np.bincount(groups.member_group, weights=measured.n, minlength=groups.n).astype(np.int64)
    owner = judge.owners(people)
    sampled = judge.sample(matcher, events, half, owner, TASK_COLUMNS, traffic.batches, traffic.threads)
    scene = judge.Scene(
        people=people, groups=groups, measured=measured, sample=sampled, handoffs=handoffs, identities=traffic.identities, window_us=window,
        network=traffic.used["net"], client=traffic.used["client"], setting=traffic.used["parameters"], n_networks=traffic.n_networks,
        hops=traffic.hops, providers=traffic.providers,
    )
    return scene, large_enough
