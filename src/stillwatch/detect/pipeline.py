"""The way of the data, composed: dataset -> sketches -> links -> groups -> campaigns -> run folder."""

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillwatch import dataset, group, judge, link, partitions, sketch
from stillwatch.detect import run_folder
from stillwatch.detect.traffic import CONTENT_COLUMNS, STANDING_COLUMNS, Traffic, measure, propose, read_traffic
from stillwatch.detect.unmixing import unmix, worded
from stillwatch.engine import Engine, open_engine
from stillwatch.errors import InputError, MissingExtraError
from stillwatch.files import alone, demand_place
from stillwatch.terminal.progress import Clock

OWNED_SHARE = 0.5
"""Share of a mark's accounts that must be a campaign's for the mark to be the campaign's own."""
LIKELY = 0.0
"""Log-odds, by such marks, above which an account is asked whether it joins."""
TOLD_REQUESTS, REST = 3, 0.25
"""Requests with such marks that count at most, since one account's requests repeat each other, and what each request without counts, since
members send cover. Chosen, not calibrated; what the log-odds weigh beside how an account stands is (:class:`.model.Joins`)."""
RATE_INSIDE, RATE_OUTSIDE = (1e-6, 0.999), (1e-9, 0.999)
"""Least and most that the share of marked requests of a campaign, and of all others, is taken for, so that its logarithms are finite."""
JOIN_REQUESTS, JOIN_RATE = 3, 0.4
"""Requests with such marks, and share of the rate of the campaign's own accounts, from which an account may join."""
APART = 0.8
"""Share of a group's accounts that no campaign may hold for the group to be reviewed."""
TALKING = 20
"""Accounts that no campaign holds from which a group of handed-over conversations is reviewed whoever else is in it."""
MIN_ACCOUNTS = 4
"""Smallest campaign that is left once every account of a group was tested."""

Marks = dict[str, NDArray[np.int64]]
"""What campaigns share, a row a mark: columns of :func:`link.mark_counts`."""


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
    may_join = (member < 0) & ~people.known
    beside = np.where(may_join, judge.beside(scene, member, final.n), -1)
    sends, most, told = np.full(people.n, -1, np.int64), np.full(people.n, LIKELY), np.zeros(people.n)
    for number in range(final.n):
        rows = whose == number
        odds = np.full(people.n, np.log(max((member == number).sum(), 1) / people.n))
        if rows.any():
            in_events = events[member == number].sum()
            rate_in = np.clip(n[rows & inside].sum() / in_events, *RATE_INSIDE)
            rate_out = np.clip((n[rows & ~inside].sum() + 1) / (events.sum() - in_events + 1), *RATE_OUTSIDE)
            k = np.zeros(people.n)
            k[account[rows]] = n[rows]
            rest = np.maximum(events - k, 0)
            sent, unsent = np.log(rate_in / rate_out), np.log((1 - rate_in) / (1 - rate_out))
            odds += np.minimum(k, TOLD_REQUESTS) * sent + np.minimum(rest * unsent, 0) * REST
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
    scene: judge.Scene, accepted: NDArray[np.bool_], free: NDArray[np.bool_], log_odds: NDArray[np.float64], model: judge.Model,
    sure: NDArray[np.bool_] | None = None,
) -> tuple[group.Groups, NDArray[np.int64]]:
    """Accepted groups put together, with their accounts among ``free`` ``(n_accounts,)`` and marks; and each one's lead.

    Of who was already ``sure`` ``(n_accounts,)`` by part of the groups less is asked.
    """
    member = judge.suspects(scene) & scene.of_members(free).astype(bool)
    group_label, account_label = judge.campaigns_of(scene, accepted, member, MIN_ACCOUNTS, log_odds)
    n = int(account_label.max(initial=-1)) + 1
    lead = judge.leads(scene, group_label, n, log_odds)
    account_label = judge.belonging(scene, group_label, account_label, lead, log_odds, model, sure)
    # A campaign that the test leaves too small is none; numbers stay in order.
    kept = np.bincount(account_label[account_label >= 0], minlength=n) >= MIN_ACCOUNTS
    number = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
    account_label, group_label, lead, n = number[account_label], number[group_label], lead[kept], int(kept.sum())
    accounts = np.flatnonzero(account_label >= 0)
    accounts = accounts[np.argsort(account_label[accounts], kind="stable")]
    preset = np.zeros(scene.n, bool)
    preset[scene.groups.object_group[np.isin(scene.groups.object_column, STANDING_COLUMNS)]] = True
    objects = judge.marking(scene, account_label, n, preset)[scene.groups.object_group]
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
    verdicts = judge.judge(values, findings, model, same, scene.usual)
    # Which groups compare is known once they are judged; how many of them look alike, each is asked only then.
    far = verdicts.campaign & (verdicts.log_odds >= judge.OUTSTANDING)
    values["context.look_alikes"] = judge.look_alikes(scene, odds, verdicts.comparable, far)
    verdicts = judge.judge(values, findings, model, same, scene.usual)
    known, free = verdicts.campaign, np.ones(scene.people.n, bool)
    final, lead = _put_together(scene, known, verdicts.log_odds, model)
    # What lies far beyond all that is left of the log may be a campaign, or make a known one larger.
    free[final.member_account] = False
    member = judge.suspects(scene) & scene.of_members(free)
    told = judge.yardstick(scene, odds, member, verdicts.comparable & ~known)
    values[judge.YARDSTICK] = np.full(scene.n, model.usual.get(judge.YARDSTICK, 0.0) if np.isnan(told) else told)
    verdicts = judge.judge(values, findings, model, same, scene.usual)
    if (verdicts.campaign & ~known).any():
        final, lead = _put_together(scene, known | verdicts.campaign, verdicts.log_odds, model, ~free)
    return final, lead, verdicts


def _put_together(
    scene: judge.Scene, accepted: NDArray[np.bool_], log_odds: NDArray[np.float64], model: judge.Model,
    sure: NDArray[np.bool_] | None = None,
) -> tuple[group.Groups, NDArray[np.int64]]:
    """Campaigns of the accepted groups, and each one's lead; whom the test of accounts sends away may be a campaign of their own."""
    free = np.ones(scene.people.n, bool)
    first, first_lead = campaigns(scene, accepted, free, log_odds, model, sure)
    free[first.member_account] = False
    second, second_lead = campaigns(scene, accepted & apart(scene, free), free, log_odds, model, sure)
    return group.concatenate([first, second]), np.concatenate([first_lead, second_lead])


def _owned(marks: Marks, final: group.Groups) -> group.Groups:
    """Keep the marks that mostly the campaign's own accounts leave, where it has any such marks."""
    mine = marks["inside"] >= OWNED_SHARE * marks["accounts"]
    has = np.bincount(marks["campaign"][mine], minlength=final.n) > 0
    keep = mine | ~has[marks["campaign"]]
    order = np.argsort(marks["campaign"][keep], kind="stable")
    owner, place, key = (marks[name][keep][order].astype(np.int64) for name in ("campaign", "place", "object"))
    return group.Groups(final.n, final.member_group, final.member_account, owner, place, key, final.origin)


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
    """Run detection and write the run folder; the result is its summary. ``recent_us``: of the last so long before ``as_of`` alone.

    ``seed``: of what is drawn of ``traces``; nothing is of a log.
    A log without an event in that time, as that of a day on which nobody sent anything, gives a run with empty tables.
    """
    if engine != "duckdb":
        raise MissingExtraError(f"the engine {engine} is not available in this version", todo="Use --engine duckdb")
    if traces is not None:
        from stillwatch.detect.lockstep import detect_traces

        demand_place(out, traces)
        return detect_traces(traces, out, seed=seed)
    assert source is not None
    demand_place(out)
    clock = Clock()
    data = dataset.open_dataset(source)
    earlier = run_folder.earlier_campaigns(since) if since else []
    parameters: dict[str, Any] = {"as_of": as_of.isoformat() if as_of else None, "min_accounts": MIN_ACCOUNTS}
    if recent_us is not None:
        parameters["recent_hours"] = recent_us / judge.HOUR_US
    with alone(out, "detect"), open_engine(out, threads, memory_gb) as duck:
        with clock.stage("sketch"):
            if recent_us is not None:
                data = dataset.lately(data, recent_us, as_of)
            elif as_of is not None:
                data = dataset.until(data, as_of)
            files = partitions.sketch_files(data, out / "sketches", sketch.sketch_events, as_of=as_of, threads=duck.threads, quiet=quiet)
        outcome = find(duck, data, files, as_of, clock) if len(partitions.account_ids(files)) else None
        with clock.stage("write"):
            summary = run_folder.write(
                duck, out, data, outcome, columns=CONTENT_COLUMNS, sketches=files, as_of=as_of, earlier=earlier, parameters=parameters,
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
    marks = {"campaign": final.object_group, "place": final.object_column, "object": final.object_key}
    members = {"campaign": final.member_group, "account": traffic.people.key[final.member_account]}
    counted, shared = link.mark_counts(engine, columns, marks, members)
    return _owned(counted, final), counted, shared
