"""The way of the data, composed: dataset -> sketches -> links -> groups -> campaigns -> run folder."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from stillwatch import dataset, group, judge, link, partitions, run_folder, sketch
from stillwatch.engine import Engine, open_engine
from stillwatch.errors import InputError, MissingExtraError
from stillwatch.files import alone
from stillwatch.judge import results
from stillwatch.parallel import ahead
from stillwatch.progress import Clock
from stillwatch.tables import ACCOUNTS

CONTENT_COLUMNS = tuple(column for view in link.CONTENT_VIEWS.values() for column in view)
STANDING_COLUMNS = [i for i, name in enumerate(CONTENT_COLUMNS) if name.startswith(("system", "tools"))]
TASK_COLUMNS = link.CONTENT_VIEWS["content.shingle"]
AGES_DAYS = (1, 7, 30, 90, 365, np.inf)
"""Ages of accounts at their first request that are told apart; what is not told sorts last."""
AN_ACCOUNT = 5
"""Requests that an account's age and volume count for beside the habits of its batch."""
OWNED_SHARE = 0.5
"""Share of a mark's accounts that must be a campaign's for the mark to be the campaign's own."""
LIKELY = 0.0
"""Log-odds, by such marks, above which an account is asked whether it joins."""
JOIN_REQUESTS, JOIN_RATE = 3, 0.4
"""Requests with such marks, and share of the rate of the campaign's own accounts, from which an account may join."""
APART = 0.8
"""Share of a group's accounts that no campaign may hold for the group to be reviewed."""
TALKING = 20
"""Accounts that no campaign holds from which a group of handed-over conversations is reviewed whoever else is in it."""
WORDED_ACCOUNTS = 3
"""Accounts of a campaign that must use a wording for it to be the campaign's."""
POOL_REACH = 0.1
"""The same in a pool, as a share of the accounts."""
INNOCENT_REQUESTS = 500_000
"""Requests of innocents, by whole accounts, that say how cover looks."""
SPOKEN_FOR = 3_000
"""Accounts of a campaign, chosen by hash, whose wordings are looked at."""
MIN_ACCOUNTS = 4
"""Smallest campaign that is left once every account of a group was tested."""


@dataclass(frozen=True)
class Traffic:
    """Sketched events and the accounts that sent them."""

    files: list[Path]
    people: judge.People
    identities: dict[str, NDArray[np.int64]]
    network: NDArray[np.int64]
    """``(n_accounts,)`` network that each account used most, 0 where none is told."""
    lookup: NDArray[np.int64]
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
        """Account codes of account hashes."""
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
    identities = {}
    for view, (rows, values) in link.identity_traces(registry).items():
        identities[view] = np.full(len(ids), -1, np.int64)
        identities[view][rows] = values
    table, used = judge.lookup(key), link.networks(engine)
    network, place = np.zeros(len(ids), np.int64), np.empty(len(used["account"]), np.int32)
    judge.account_codes(table, used["account"], place)
    network[place] = used["net"]
    return Traffic(files, judge.people(ids, key, aligned, registry), identities, network, table, engine.threads)


Marks = dict[str, NDArray[np.int64]]
Carried = dict[int, dict[str, NDArray[np.int64]]]


def propose(engine: Engine, traffic: Traffic) -> tuple[group.Groups, judge.Handoffs, Carried]:
    """Links of every view, the groups that they propose, and the habits that content proposals rest on."""
    people = traffic.people
    carried = {
        number: {"object": rows["object"], "account": traffic.codes(rows["account"])}
        for number, rows in enumerate(link.carriers(engine, judge.FEWEST).values())
    }
    streams = group.substreams(carried, judge.FEWEST)
    hand = link.handoffs(engine)
    handoffs = judge.Handoffs(traffic.codes(hand["taker"]), traffic.codes(hand["giver"]), hand["n"].astype(np.int64))
    customer = judge.customers(people.org, traffic.identities["identity.payment"])
    foreign = customer[handoffs.taker] != customer[handoffs.giver]
    plain = [group.components(handoffs.taker[foreign], handoffs.giver[foreign], people.n, "session", judge.FEWEST)]
    for view, value in traffic.identities.items():
        rows = np.flatnonzero(value >= 0)
        plain.append(group.from_labels(value[rows], rows, view, judge.FEWEST))
    plain.append(_batches(engine, traffic))
    together = group.concatenate(plain)
    marked = group.enriched(together, streams, people.n, min_share=0.3, min_lift=5, max_width=20, min_accounts=judge.FEWEST)
    whole = group.communities(_incidences(engine, traffic, streams), people.n, judge.FEWEST, traffic.threads)
    return group.concatenate([streams, together, marked, whole]), handoffs, carried


def _batches(engine: Engine, traffic: Traffic) -> group.Groups:
    """Batches of accounts that share cards, phones or mailboxes, and those that live alike as one."""
    people = traffic.people
    batch = group.batched(list(traffic.identities.values()), judge.owners(people))
    rows = np.flatnonzero(batch >= 0)
    n_batches = int(batch.max(initial=-1)) + 1
    lives = link.lives(engine, {"account": people.key[rows], "batch": batch[rows]}, n_batches)
    machines = [lives.pop(name) for name in link.MACHINES]
    habits = list(lives.values())
    for of_account in (np.searchsorted(AGES_DAYS, people.tenure_days(), "right"), np.log2(people.n_events).astype(np.int64)):
        habits.append(np.zeros((n_batches, int(of_account.max(initial=0)) + 1)))
        np.add.at(habits[-1], (batch[rows], of_account[rows]), AN_ACCOUNT)
    return group.alike_batches(batch, habits, machines, judge.FEWEST)


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
    half = (people.key >> 17) & 1
    window = (int(people.first_us.min()), int(people.last_us.max()))
    matcher = judge.Matcher(groups, people.n, CONTENT_COLUMNS)
    sums = ("time", "parent", "output_tokens", "elicitation", "n_words", "capability", *CONTENT_COLUMNS)
    hours = (window[0] // judge.HOUR_US, window[1] // judge.HOUR_US)
    measured = judge.measure(matcher, half, hours, traffic.batches(sums), traffic.threads)
    # Who shows a group's objects only in passing is left out, and groups that become too small with him.
    members = judge.devoted(groups, measured.n, people.n_events, judge.FEWEST)
    whole = np.bincount(groups.member_group, weights=members, minlength=groups.n) >= judge.FEWEST
    members &= whole[groups.member_group]
    measured, groups = measured.select(members, whole), groups.narrow(members).select(whole)
    matcher = judge.Matcher(groups, people.n, CONTENT_COLUMNS)
    events = np.bincount(groups.member_group, weights=measured.n, minlength=groups.n).astype(np.int64)
    owner = judge.owners(people)
    taken = ("prompt", "net", *CONTENT_COLUMNS)
    sampled = judge.sample(matcher, events, half, owner, TASK_COLUMNS, lambda: traffic.batches(taken), traffic.threads)
    return judge.Scene(people, groups, measured, sampled, handoffs, traffic.identities, window, traffic.network)


def asked(
    engine: Engine, traffic: Traffic, scene: judge.Scene, counted: Marks, final: group.Groups
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The campaign for which each account outside all of them is asked, -1 for none, and its log-odds by marks, ``(n_accounts,)`` each.

    Who sends a campaign's work regularly is asked, and who meets its accounts where they are among themselves
    (:func:`judge.beside`). Log-odds are the likelihood ratio of the account's marked requests under the campaign's rate and under
    everybody else's, times the prior odds of being a member. A mark that mostly others leave (a popular tool's) makes nobody a member.
    """
    people, columns = traffic.people, dict(enumerate(CONTENT_COLUMNS))
    mine = counted["inside"] >= OWNED_SHARE * counted["accounts"]
    marks = {name: counted[name][mine] for name in ("campaign", "place", "object")}
    found = link.hits(engine, columns, marks)
    whose, account, n = found["campaign"].astype(np.int64), traffic.codes(found["account"]), found["n"].astype(np.float64)
    member = final.labels(people.n)
    inside = member[account] == whose
    events = people.n_events.astype(np.float64)
    may_join = (member < 0) & ~(people.reseller | (people.verified & (people.org >= 0)))
    beside = np.where(may_join, judge.beside(scene, member, final.n), -1)
    sends, most, told = np.full(people.n, -1, np.int64), np.full(people.n, LIKELY), np.zeros(people.n)
    for number in range(final.n):
        rows = whose == number
        odds = np.full(people.n, np.log(max((member == number).sum(), 1) / people.n))
        if rows.any():
            in_events = events[member == number].sum()
            rate_in = np.clip(n[rows & inside].sum() / in_events, 1e-6, 0.999)
            rate_out = np.clip((n[rows & ~inside].sum() + 1) / (events.sum() - in_events + 1), 1e-9, 0.999)
            k = np.zeros(people.n)
            k[account[rows]] = n[rows]
            rest = np.maximum(events - k, 0)
            # One account's requests repeat each other: the first few tell all that they can.
            odds += np.minimum(k, 3) * np.log(rate_in / rate_out) + np.minimum(rest * np.log((1 - rate_in) / (1 - rate_out)), 0) * 0.25
            # Who leaves its marks in passing is no member, whatever the odds.
            new = may_join & (k >= JOIN_REQUESTS) & (k >= JOIN_RATE * rate_in * events) & (odds > most)
            sends[new], most[new] = number, odds[new]
        told[beside == number] = odds[beside == number]
    return np.where(sends >= 0, sends, beside), np.where(sends >= 0, most, told)


def expand(
    engine: Engine, traffic: Traffic, scene: judge.Scene, verdicts: judge.Verdicts, model: judge.Model, lead: NDArray[np.int64],
    counted: Marks, final: group.Groups,
) -> group.Groups:
    """Test every account against every campaign: of those :func:`asked`, who is like its accounts joins it."""
    member, (whose, work) = final.labels(traffic.people.n), asked(engine, traffic, scene, counted, final)
    joins = judge.joining(scene, verdicts.campaign, member, whose, work, lead, verdicts.log_odds, model)
    stays = np.where(joins, whose, member)
    rows = np.flatnonzero(stays >= 0)
    order = np.lexsort((rows, stays[rows]))
    return group.Groups(
        final.n, stays[rows][order], rows[order], final.object_group, final.object_column, final.object_key, final.origin
    )


def campaigns(
    scene: judge.Scene, accepted: NDArray[np.bool_], free: NDArray[np.bool_], log_odds: NDArray[np.float64], model: judge.Model
) -> tuple[group.Groups, NDArray[np.int64]]:
    """Accepted groups put together, with their accounts among ``free`` ``(n_accounts,)`` and marks; and each one's lead."""
    member = judge.suspects(scene) & scene.of_members(free).astype(bool)
    group_label, account_label = judge.campaigns_of(scene, accepted, member, MIN_ACCOUNTS, log_odds)
    n = int(account_label.max(initial=-1)) + 1
    lead = judge.leads(scene, group_label, n, log_odds)
    account_label = judge.belonging(scene, group_label, account_label, lead, log_odds, model)
    # A campaign that the test leaves too small is none; numbers stay in order.
    kept = np.bincount(account_label[account_label >= 0], minlength=n) >= MIN_ACCOUNTS
    number = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
    account_label, group_label, lead, n = number[account_label], number[group_label], lead[kept], int(kept.sum())
    accounts = np.flatnonzero(account_label >= 0)
    accounts = accounts[np.argsort(account_label[accounts], kind="stable")]
    standing = np.zeros(scene.n, bool)
    standing[scene.groups.object_group[np.isin(scene.groups.object_column, STANDING_COLUMNS)]] = True
    objects = judge.marking(scene, account_label, n, standing)[scene.groups.object_group]
    marks = np.unique(
        np.stack([objects, scene.groups.object_column, scene.groups.object_key], axis=1)[objects >= 0], axis=0
    ).reshape(-1, 3)
    found = group.Groups(n, account_label[accounts], accounts, marks[:, 0], marks[:, 1], marks[:, 2], ("campaign",) * n)
    return found, lead


def accuse(
    scene: judge.Scene, values: dict[str, NDArray[np.float64]], findings: dict[str, judge.Finding], odds: NDArray[np.float64],
    model: judge.Model,
) -> tuple[group.Groups, NDArray[np.int64], judge.Verdicts]:
    """Campaigns before who is linked to them joins, each one's lead, and the verdicts; ``values`` gets the log's yardstick.

    ``odds`` is what the trees give each group.
    """
    same = group.twins(scene.n, scene.groups.member_group, scene.groups.member_account)
    verdicts = judge.judge(values, findings, model, same)
    known, free = verdicts.campaign, np.ones(scene.people.n, bool)
    final, lead = _put_together(scene, known, verdicts.log_odds, model)
    # What lies far beyond all that is left of the log may be a campaign, or make a known one larger.
    free[final.member_account] = False
    member = judge.suspects(scene) & scene.of_members(free)
    told = judge.yardstick(scene, odds, member, verdicts.comparable & ~known)
    values[judge.YARDSTICK] = np.full(scene.n, model.usual.get(judge.YARDSTICK, 0.0) if np.isnan(told) else told)
    verdicts = judge.judge(values, findings, model, same)
    if (verdicts.campaign & ~known).any():
        final, lead = _put_together(scene, known | verdicts.campaign, verdicts.log_odds, model)
    return final, lead, verdicts


def _put_together(
    scene: judge.Scene, accepted: NDArray[np.bool_], log_odds: NDArray[np.float64], model: judge.Model
) -> tuple[group.Groups, NDArray[np.int64]]:
    """Campaigns of the accepted groups, and each one's lead; whom the test of accounts sends away may be a campaign of their own."""
    free = np.ones(scene.people.n, bool)
    first, first_lead = campaigns(scene, accepted, free, log_odds, model)
    free[first.member_account] = False
    second, second_lead = campaigns(scene, accepted & apart(scene, free), free, log_odds, model)
    return group.concatenate([first, second]), np.concatenate([first_lead, second_lead])


def _owned(marks: Marks, final: group.Groups) -> group.Groups:
    """Keep the marks that mostly the campaign's own accounts leave, where it has any such marks."""
    mine = marks["inside"] >= OWNED_SHARE * marks["accounts"]
    has = np.bincount(marks["campaign"][mine], minlength=final.n) > 0
    keep = mine | ~has[marks["campaign"]]
    order = np.argsort(marks["campaign"][keep], kind="stable")
    owner, place, key = (marks[name][keep][order].astype(np.int64) for name in ("campaign", "place", "object"))
    return group.Groups(final.n, final.member_group, final.member_account, owner, place, key, final.origin)


def relaying(scene: judge.Scene, final: group.Groups) -> NDArray[np.bool_]:
    """Campaigns of whom half of the accounts hand conversations over, ``(final.n,)``."""
    return judge.pooled(scene, final.labels(scene.people.n), final.n)[: final.n]


def worded(engine: Engine, traffic: Traffic, scene: judge.Scene, final: group.Groups) -> group.Groups:
    """The campaigns with the wordings of prompts that are their own among their marks, to tell harvest from cover by."""
    people, n = traffic.people, final.n
    places = {i: name for i, name in enumerate(CONTENT_COLUMNS) if i not in STANDING_COLUMNS}
    order = np.lexsort((people.key[final.member_account], final.member_group))
    place = np.arange(len(order)) - np.searchsorted(final.member_group[order], final.member_group[order])
    kept = order[place < SPOKEN_FOR]
    whose, account = final.member_group[kept], final.member_account[kept]
    found = link.wordings(engine, places, {"campaign": whose, "account": people.key[account]}, WORDED_ACCOUNTS)
    campaign = found["campaign"].astype(np.int64)
    events = np.bincount(whose, weights=people.n_events[account], minlength=n).astype(np.int64)
    innocent = int(people.n_events.sum() - people.n_events[final.member_account].sum())
    own = judge.worded(found["inside"], found["outside"], events[campaign], innocent)
    # In a pool others' requests pass through any account, so only what many say is the operator's.
    least = np.where(relaying(scene, final), POOL_REACH * np.bincount(whose, minlength=n), 0)
    own &= found["accounts"] >= least[campaign]
    marks = np.unique(np.concatenate([
        np.stack([final.object_group, final.object_column, final.object_key], axis=1),
        np.stack([campaign, found["place"].astype(np.int64), found["object"]], axis=1)[own],
    ]), axis=0)
    return replace(final, object_group=marks[:, 0], object_column=marks[:, 1], object_key=marks[:, 2])


@dataclass(frozen=True)
class Talks:
    """Conversations of the accounts of campaigns, and of some innocents as if they were one more campaign."""

    told: judge.Conversations
    of: NDArray[np.int64]
    """Campaign of each conversation."""
    usual: list[NDArray[np.int64]]
    """Innocents' in each class, for each of TRAITS."""
    root: NDArray[np.int64]
    """The row that begins the conversation of each request of a campaign, ``(n_requests,)``."""
    owners: list[NDArray[np.int64]]
    """Per batch of events: campaign of each event's account, -1 for none."""


def talks(traffic: Traffic, final: group.Groups) -> Talks:
    """Put the requests of campaigns together to conversations, with the marks that they show."""
    people = traffic.people
    matcher = judge.Matcher(final, people.n, CONTENT_COLUMNS)
    account_campaign = final.labels(people.n)
    innocent = account_campaign < 0
    share = min(INNOCENT_REQUESTS / max(int(people.n_events[innocent].sum()), 1), 1)
    compared = account_campaign.copy()
    compared[innocent & (people.key.view(np.uint64) <= np.uint64(share * (2**64 - 2**11)))] = final.n
    owners, parts, kind = [], [np.zeros((5, 0), np.int64)], [np.zeros((len(judge.TRAITS) - 1, 0), np.uint8)]
    names = dict.fromkeys(("time", "context", "parent", "capability", "n_words", "output_tokens", *judge.SETUP, *CONTENT_COLUMNS))
    flagged = [np.zeros(0, bool)]
    for account, columns in traffic.batches(tuple(names)):
        owners.append(account_campaign[account])
        rows = np.flatnonzero(compared[account] >= 0)
        looked = {name: values[rows] for name, values in columns.items()}
        flagged.append(matcher.marked(account[rows], looked))
        parts.append(np.stack([looked["time"], compared[account[rows]], looked["context"], looked["parent"], judge.setups(looked)]))
        kind.append(judge.traits(looked))
    time, whose, context, parent, setup = np.concatenate(parts, axis=1)
    root = judge.conversations(time, whose, context, parent)
    told = judge.Conversations.of(root, time, np.concatenate(kind, axis=1), setup, np.concatenate(flagged))
    of = whose[told.begin]
    usual = told.take((of == final.n) & (parent[told.begin] == 0)).usual()
    return Talks(told, of, usual, root[whose < final.n], owners)


def unmix(
    traffic: Traffic, scene: judge.Scene, final: group.Groups
) -> tuple[judge.Tally, list[NDArray[np.bool_]], list[NDArray[np.int64]]]:
    """The tally of every campaign, and for every batch which events are harvest and whose accounts they are of.

    Conversations are told whole, by a mixture (:mod:`stillwatch.judge.unmix`).
    """
    people = traffic.people
    window = (scene.window_us[0] // judge.HOUR_US, scene.window_us[1] // judge.HOUR_US)
    busiest = np.lexsort((final.member_account, -people.n_events[final.member_account], final.member_group))
    start = np.searchsorted(final.member_group, np.arange(final.n))
    counts = np.minimum(final.sizes(), results.SHOWN_ACCOUNTS)
    shown = [final.member_account[busiest[at : at + count]] for at, count in zip(start, counts, strict=True)]
    tally = judge.Tally.empty(final.n, people.n, window, np.sort(np.concatenate([*shown, start[:0]])))
    found, relays = talks(traffic, final), relaying(scene, final)
    flags = np.zeros(found.told.begin.max(initial=-1) + 1, bool)
    for number in range(final.n):
        told = found.told.take(found.of == number)
        odds = judge.log_odds(told, found.usual)
        harvest = judge.harvested(told, odds)
        flags[told.begin] = harvest
        tally.between[number] = judge.between(told, found.usual, odds, harvest, relays=bool(relays[number]))
    flags = flags[found.root]
    harvested, at = [], 0
    for mine, (account, columns) in zip(
        found.owners, traffic.batches(("time", "output_tokens", "capability", "path", "model")), strict=True
    ):
        rows = np.flatnonzero(mine >= 0)
        of_batch = np.zeros(len(mine), bool)
        of_batch[rows] = flags[at : at + len(rows)]
        at += len(rows)
        harvested.append(of_batch)
        tally.add(account, mine, of_batch, columns)
    return tally, harvested, found.owners


def find(engine: Engine, data: dataset.Dataset, files: list[Path], as_of: datetime | None, clock: Clock) -> run_folder.Outcome:
    """What is found in some sketches.

    Args:
        engine: a fresh one.
        data: where the registry lies; its events are not read.
        files: sketches, of events before ``as_of`` alone.
        as_of: what the registry tells of later times is not known yet.
        clock: takes the seconds of each stage.

    Raises:
        InputError: the sketches have no events.
    """
    with clock.stage("link"):
        traffic = read_traffic(engine, data, files, as_of)
        if not traffic.people.n:
            raise InputError("no events", where=data.folder, todo="Check --as-of and the event files")
        told = link.told(engine)
    with clock.stage("group"):
        groups, handoffs, carried = propose(engine, traffic)
    with clock.stage("judge"):
        scene = measure(traffic, groups, handoffs)
        model = judge.calibrated()
        values, findings = judge.look(scene, traffic.threads)
        odds = model.by_trees(values)
        sure, sure_lead, verdicts = accuse(scene, values, findings, odds, model)
        free = np.ones(traffic.people.n, bool)
        sure = expand(engine, traffic, scene, verdicts, model, sure_lead, owned_marks(engine, traffic, sure)[1], sure)
        free[sure.member_account] = False
        open_, open_lead = campaigns(scene, verdicts.review & reviewable(scene, free), free, verdicts.log_odds, model)
        final = group.concatenate([sure, open_])
        lead = np.concatenate([sure_lead, open_lead])
        final, _, shared = owned_marks(engine, traffic, final)
        free[open_.member_account] = False
        left = verdicts.comparable & ~verdicts.campaign & ~verdicts.review
        watch = judge.watched(scene, odds, verdicts.log_odds, judge.suspects(scene) & scene.of_members(free), left)
    with clock.stage("unmix"):
        tally, harvested, owners = unmix(traffic, scene, worded(engine, traffic, scene, final))
    return run_folder.Outcome(
        scene, model, values, findings, verdicts, final, lead, sure.n, watch, shared, tally, carried, harvested, owners, told
    )


def detect(
    source: Path | None, out: Path, *, traces: Path | None = None, engine: str = "duckdb", as_of: datetime | None = None, seed: int = 1,
    threads: int | None = None, memory_gb: float | None = None, since: Path | None = None, recent_us: int | None = None,
    quiet: bool = False,
) -> dict[str, Any]:
    """Run detection and write the run folder; the result is its summary. ``recent_us``: of the last so long before ``as_of`` alone."""
    if engine != "duckdb":
        raise MissingExtraError(f"the engine {engine} is not available in this version", todo="Use --engine duckdb")
    if traces is not None:
        from stillwatch.lockstep import detect_traces

        return detect_traces(traces, out, seed=seed)
    assert source is not None
    clock = Clock()
    data = dataset.open_dataset(source)
    parameters: dict[str, Any] = {"as_of": as_of.isoformat() if as_of else None, "seed": seed, "min_accounts": MIN_ACCOUNTS}
    if recent_us is not None:
        parameters["recent_hours"] = recent_us / judge.HOUR_US
    with alone(out, "detect"), open_engine(out, threads, memory_gb) as duck:
        with clock.stage("sketch"):
            if recent_us is not None:
                data = dataset.lately(data, recent_us, as_of)
            files = partitions.sketch_files(data, out / "sketches", sketch.sketch_events, as_of=as_of, threads=duck.threads, quiet=quiet)
        outcome = find(duck, data, files, as_of, clock)
        with clock.stage("write"):
            summary = run_folder.write(
                out, data, outcome, columns=CONTENT_COLUMNS, sketches=files, as_of=as_of, since=since, parameters=parameters,
                seconds=clock.seconds,
            )
    return summary


def apart(scene: judge.Scene, free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Groups whose accounts are mostly ``free``: one that looks like it because of accused accounts says nothing of the others."""
    return np.asarray(scene.total(scene.of_members(free) & scene.seen) >= APART * scene.size)


def reviewable(scene: judge.Scene, free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Groups that a person may be asked about: those :func:`apart`, and who hands conversations on to each other, accused or not."""
    talking = np.array([origin.startswith("session") for origin in scene.groups.origin], bool)
    return apart(scene, free) | (talking & (scene.total(scene.of_members(free) & scene.seen) >= TALKING))


def owned_marks(engine: Engine, traffic: Traffic, final: group.Groups) -> tuple[group.Groups, Marks, Marks]:
    """The marks that campaigns own, and who leaves each in its column and in its view (:func:`link.mark_counts`)."""
    columns = dict(enumerate(CONTENT_COLUMNS))
    engine.put("marks", {"campaign": final.object_group, "place": final.object_column, "object": final.object_key})
    members = {"campaign": final.member_group, "account": traffic.people.key[final.member_account]}
    counted, shared = link.mark_counts(engine, columns, members)
    return _owned(counted, final), counted, shared
