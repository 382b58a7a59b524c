"""The stages of detection in order: dataset -> sketches -> links -> groups -> campaigns -> run folder."""

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from stillwatch import dataset, group, judge, link, partitions, sketch
from stillwatch.detect import run_folder
from stillwatch.detect.accusing import MIN_ACCOUNTS, accuse, form_campaigns, reviewable
from stillwatch.detect.joining import add_joining_accounts, owned_marks
from stillwatch.detect.traffic import CONTENT_COLUMNS, measure, propose, read_traffic
from stillwatch.detect.unmixing import add_own_wordings, unmix
from stillwatch.engine import Engine, open_engine
from stillwatch.errors import InputError
from stillwatch.files import demand_run_folder, folder_lock
from stillwatch.terminal.progress import Clock


def find_campaigns(engine: Engine, data: dataset.Dataset, files: list[Path], as_of: datetime | None, clock: Clock) -> run_folder.Outcome:
    """Find the campaigns in some sketches.

    Args:
        engine: a fresh engine.
        data: the folder that has the registry; its events are not read.
        files: sketches, only of events before ``as_of``.
        as_of: the registry is read as it stood at this time; None for all of it.
        clock: records the seconds of each stage.

    Raises:
        InputError: the sketches have no events, or these are more than 20 years apart.
    """
    with clock.stage("link"):
        traffic = read_traffic(engine, data, files, as_of)
        if not traffic.people.n:
            raise InputError("no events", where=data.folder, todo="Check --as-of and the event files")
        dataset.demand_span(int(traffic.people.first_us.min()), int(traffic.people.last_us.max()), data.folder / "events")
        reported = link.present_columns(engine)
    with clock.stage("group"):
        groups, handoffs, carried = propose(engine, traffic)
    with clock.stage("judge"):
        scene, _ = measure(traffic, groups, handoffs)
        model = judge.calibrated()
        values, findings = judge.look(scene, traffic.threads)
        tree_odds = model.by_trees(values)
        values, accused, accused_lead, verdicts = accuse(scene, values, findings, tree_odds, model, traffic)
        _, mark_counts, _ = owned_marks(engine, traffic, accused)
        accused = add_joining_accounts(engine, traffic, scene, verdicts, model, accused_lead, mark_counts, accused)
        free = np.ones(traffic.people.n, bool)
        free[accused.member_account] = False
        may_review = verdicts.review & reviewable(scene, verdicts.held, free)
        reviewed, reviewed_lead = form_campaigns(scene, may_review, free, verdicts.log_odds, model)
        final = group.concatenate([accused, reviewed])
        lead = np.concatenate([accused_lead, reviewed_lead])
        final, _, shared = owned_marks(engine, traffic, final)
        free[reviewed.member_account] = False
        rest = verdicts.comparable & ~verdicts.campaign & ~verdicts.review
        watch = judge.watched(scene, tree_odds, verdicts.log_odds, judge.suspects(scene) & scene.of_members(free), rest)
    with clock.stage("unmix"):
        tally, harvested, owners = unmix(traffic, scene, add_own_wordings(engine, traffic, scene, final))
    return run_folder.Outcome(
        scene, model, values, findings, verdicts, final, lead, accused.n, watch, shared, tally, carried, harvested, owners, reported
    )


def detect(
    source: Path | None, out: Path, *, traces: Path | None = None, engine: str = "duckdb", as_of: datetime | None = None, seed: int = 1,
    threads: int | None = None, memory_gb: float | None = None, since: Path | None = None, recent_us: int | None = None,
    quiet: bool = False,
) -> dict[str, Any]:
    """Run detection and write the run folder. A log without an event, or without one in the last ``recent_us``, gives empty tables.

    Args:
        source: folder of input; not needed with ``traces``.
        out: the run folder; replaced if there is one.
        traces: a Parquet file of accounts, objects and times, which is judged instead of a log.
        engine: ``duckdb`` is the only one.
        as_of: only events before this time are read, and the registry as it stood then; None for all.
        seed: of what is drawn at random from ``traces``; nothing is drawn from a log.
        threads: worker threads; None for all processors.
        memory_gb: memory limit of the engine, GB; None for its default.
        since: an earlier run, whose campaigns may continue.
        recent_us: only the last events are read, this long before ``as_of``, microseconds; None for all.
        quiet: no progress bars.

    Returns:
        The summary, as in summary.json.

    Raises:
        InputError: the engine, the input or the place of the run cannot be used, or all of the log's events are from ``as_of`` on and
            ``recent_us`` is None.
    """
    if engine != "duckdb":
        raise InputError(f"the engine {engine} is not available in this version", todo="Use --engine duckdb")
    if traces is not None:
        from stillwatch.detect.lockstep import detect_traces

        demand_run_folder(out, traces)
        return detect_traces(traces, out, seed=seed)
    assert source is not None
    demand_run_folder(out)
    clock = Clock(quiet=quiet)
    data = dataset.open_dataset(source)
    earlier = run_folder.earlier_run(since, as_of) if since else run_folder.NO_EARLIER
    parameters: dict[str, Any] = {"as_of": as_of.isoformat() if as_of else None, "min_accounts": MIN_ACCOUNTS}
    if recent_us is not None:
        parameters["recent_hours"] = recent_us / judge.HOUR_US
    with clock.stage("sketch"):
        if recent_us is not None:
            data = dataset.lately(data, recent_us, as_of)
        elif as_of is not None:
            data = dataset.until(data, as_of)
    with folder_lock(out, "detect"), open_engine(out, threads, memory_gb) as duck:
        with clock.stage("sketch", tracked=True):
            files = partitions.sketch_files(data, out / "sketches", sketch.sketch_events, as_of=as_of, threads=duck.threads, quiet=quiet)
        outcome = find_campaigns(duck, data, files, as_of, clock) if len(partitions.account_ids(files)) else None
        with clock.stage("write"):
            summary = run_folder.write(
                out, data, outcome, columns=CONTENT_COLUMNS, sketches=files, as_of=as_of, earlier=earlier, parameters=parameters,
                seconds=clock.seconds,
            )
    return summary
