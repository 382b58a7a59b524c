"""The way of the data, composed: dataset -> sketches -> links -> groups -> campaigns -> run folder."""

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from stillwatch import dataset, group, judge, link, partitions, sketch
from stillwatch.detect import run_folder
from stillwatch.detect.accusing import MIN_ACCOUNTS, accuse, campaigns, reviewable
from stillwatch.detect.joining import expand, owned_marks
from stillwatch.detect.traffic import CONTENT_COLUMNS, measure, propose, read_traffic
from stillwatch.detect.unmixing import unmix, worded
from stillwatch.engine import Engine, open_engine
from stillwatch.errors import InputError
from stillwatch.files import alone, demand_place
from stillwatch.terminal.progress import Clock


def find(engine: Engine, data: dataset.Dataset, files: list[Path], as_of: datetime | None, clock: Clock) -> run_folder.Outcome:
    """What is found in some sketches.

    Args:
        engine: a fresh one.
        data: where the registry lies; its events are not read.
        files: sketches, of events before ``as_of`` alone.
        as_of: what the registry tells of later times is not known yet.
        clock: takes the seconds of each stage.

    Raises:
        InputError: the sketches have no events, or these are more than 20 years apart.
    """
    with clock.stage("link"):
        traffic = read_traffic(engine, data, files, as_of)
        if not traffic.people.n:
            raise InputError("no events", where=data.folder, todo="Check --as-of and the event files")
        dataset.demand_span(int(traffic.people.first_us.min()), int(traffic.people.last_us.max()), data.folder / "events")
        told = link.told(engine)
    with clock.stage("group"):
        groups, handoffs, carried = propose(engine, traffic)
    with clock.stage("judge"):
        scene = measure(traffic, groups, handoffs)
        model = judge.calibrated()
        values, findings = judge.look(scene, traffic.threads)
        odds = model.by_trees(values)
        values, sure, sure_lead, verdicts = accuse(scene, values, findings, odds, model)
        free = np.ones(traffic.people.n, bool)
        sure = expand(engine, traffic, scene, verdicts, model, sure_lead, owned_marks(engine, traffic, sure)[1], sure)
        free[sure.member_account] = False
        open_, open_lead = campaigns(scene, verdicts.review & reviewable(scene, verdicts.held, free), free, verdicts.log_odds, model)
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
        raise InputError(f"the engine {engine} is not available in this version", todo="Use --engine duckdb")
    if traces is not None:
        from stillwatch.detect.lockstep import detect_traces

        demand_place(out, traces)
        return detect_traces(traces, out, seed=seed)
    assert source is not None
    demand_place(out)
    clock = Clock(quiet=quiet)
    data = dataset.open_dataset(source)
    earlier = run_folder.earlier_campaigns(since) if since else []
    parameters: dict[str, Any] = {"as_of": as_of.isoformat() if as_of else None, "min_accounts": MIN_ACCOUNTS}
    if recent_us is not None:
        parameters["recent_hours"] = recent_us / judge.HOUR_US
    with alone(out, "detect"), open_engine(out, threads, memory_gb) as duck:
        with clock.stage("sketch", tracked=True):
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
