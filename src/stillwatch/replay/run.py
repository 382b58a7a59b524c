"""Runs a replay: sketches the log once, then takes all steps under each policy; if it is killed, it continues where it was."""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from stillwatch import __version__, dataset, evaluate, judge, partitions, sketch
from stillwatch.engine import usable_cores
from stillwatch.files import digest, make_private_folder, write_json, write_parquet
from stillwatch.keys.hashing import ingest_key, key_check
from stillwatch.replay import measure, show
from stillwatch.replay.branch import BEGINNING, Branch
from stillwatch.replay.decide import Desk
from stillwatch.replay.log import Log, Truth, join_truth, read_log
from stillwatch.replay.policy import Policy, Reply, as_json, read_policies
from stillwatch.replay.recent import merged_step
from stillwatch.replay.schedule import Schedule
from stillwatch.replay.step import Setting, iso, look
from stillwatch.terminal.plain import plain, print_plain
from stillwatch.terminal.progress import track

Step = dict[str, Any]
"""Findings of one step: ``as_of``, ``n_events``, ``n_accounts`` and ``found``, one row a campaign or group for review."""
MAX_LISTED = 5
"""Most groups for review that the result lists of a step."""
COLUMNS = {
    "policy": pa.string(), "campaign": pa.string(), "n_accounts": pa.int64(), "n_requests": pa.int64(),
    "n_harvest": pa.int64(), "first_request": pa.string(), "one_percent_at": pa.string(), "detected_at": pa.string(),
    "hours_after_first": pa.float64(), "hours_after_one_percent": pa.float64(), "harvested_before_detection": pa.int64(),
    "acted_at": pa.string(), "harvested_before_action": pa.int64(), "share_before_action": pa.float64(),
    "harvested_in_all": pa.int64(), "share_in_all": pa.float64(), "moved": pa.int64(), "accounts_acted_on": pa.int64(),
    "accounts_blocked": pa.int64(), "replacements": pa.int64(), "accused_at_end": pa.float64(),
    "listed_at": pa.string(), "listed_hours_after_one_percent": pa.float64(),
    "half_hours_after_one_percent": pa.float64(),
    "n_harvested": pa.int64(), "harvested_low": pa.int64(), "harvested_high": pa.int64(),
    "estimate": pa.int64(), "estimate_low": pa.int64(), "estimate_high": pa.int64(), "estimate_at": pa.string(),
    "estimate_accounts": pa.int64(), "estimate_replacements": pa.int64(), "estimate_truth": pa.int64(),
    "half_acted_at": pa.string(), "share_before_half_action": pa.float64(),
}
"""Columns of replay.parquet, which has one row a policy and campaign."""


def run(
    source: Path,
    out: Path,
    *,
    every_us: int,
    policy: Path | None = None,
    truth: Path | None = None,
    truth_events: Path | None = None,
    key_file: Path | None = None,
    growth: float = 0.02,
    first_us: int | None = None,
    recent_us: Sequence[int] = (),
    threads: int | None = None,
    memory_gb: float | None = None,
    quiet: bool = False,
) -> dict[str, Any]:
    """Replay a log and write ``replay.json`` and ``replay.parquet``.

    Args:
        source: folder that ``stillwatch detect`` reads.
        out: folder to write to; findings of steps are stored in it under the digest of the input, and reused.
        every_us: time between steps, us; steps are multiples of it, but for the last one, right after the log's last request.
        policy: JSON of policies and of the operators' reply; None: those of :data:`stillwatch.replay.policy.DEFAULT`.
        truth: Parquet of account_id, campaign, kind, or the folder of a simulated world that has it. It tells operators from innocents, and
            lets operators respond to bans.
        truth_events: Parquet of event_id, campaign; None: truth_events.parquet beside ``truth`` if there is one. If that file is of
            another log, it is left out, and the result has the reason under ``left_out``.
        key_file: the tenant's key; accounts in ``truth`` are then in the clear, and are hashed as ingest does.
        growth: a step is skipped if the log has grown by less than this share, 0 to 1, since the last step.
        first_us: no step is later than this after the first request, us; later requests still count. None: no limit.
        recent_us: windows, us: each step also looks at only the requests in each window before it, and ``growth`` is relative to the
            shortest.
        threads: worker threads; None: all cores.
        memory_gb: memory limit of the engine, GB; None: half of the machine's.
        quiet: print nothing.

    Returns:
        The content of ``replay.json``.

    Raises:
        InputError: an input cannot be read.
    """
    data = dataset.open_dataset(source)
    policies, reply = read_policies(policy)
    named = truth_events is not None
    if truth is not None:
        truth, truth_events = evaluate.find_truth(truth, truth_events)
    table = None if truth is None else evaluate.read_truth(truth, key_file)
    files = partitions.sketch_files(
        data, out / "sketches", sketch.sketch_events, as_of=None, threads=threads or usable_cores(), quiet=quiet
    )
    log = read_log(files)
    schedule = Schedule(every_us, growth, first_us, tuple(sorted(set(recent_us))))
    inputs, requests = [*_inputs(data), *_digests(truth)], _digests(truth_events)
    result: dict[str, Any] = {
        "version": __version__, "inputs": inputs + requests, "first_event": None, "last_event": None,
        "n_events": len(log.time), "n_accounts": log.n_accounts, "steps": schedule.as_json() | {"grid": 0, "early": 0},
        "truth": False, "truth_events": False, "left_out": None, "policies": [], "policy": as_json(policies, reply),
    }
    if not len(log.time):
        _write(result, out)
        if not quiet:
            print_plain(f"The log has no events, so there is nothing to replay: {source}")
        return result
    dataset.demand_span(int(log.time.min()), int(log.time.max()), data.folder / "events")
    joined_truth = None if table is None or truth is None else join_truth(log, data, table, truth, truth_events, named=named)
    # the key decides which accounts respond to bans, and so what is found
    keys = [] if key_file is None else [{"key": key_check(ingest_key(key_file))}]
    steps = out / "steps" / _fingerprint([*inputs, *keys], reply)
    setting = Setting(data, dataset.read_accounts(data), steps, out / "cut", threads, memory_gb)
    result |= {
        "truth": joined_truth is not None, "truth_events": joined_truth is not None and joined_truth.by_event,
        "left_out": None if joined_truth is None else joined_truth.left_out,
        **_replayed(log, joined_truth, schedule, setting, policies, reply, quiet=quiet),
    }
    _write(result, out)
    if not quiet:
        print_plain(show.text(result))
        print_plain(f"All figures: {out / 'replay.json'}, {out / 'replay.parquet'}")
    return result


def _replayed(
    log: Log, truth: Truth | None, schedule: Schedule, setting: Setting, policies: Sequence[Policy], reply: Reply, *, quiet: bool
) -> dict[str, Any]:
    """The part of the result about the log's times, the steps and each policy."""
    for folder in (setting.steps, setting.scratch):
        make_private_folder(folder)
    grid, early = schedule.grid(log)
    began_us = int(log.time.min())

    def look_at(branch: Branch, at_us: int) -> Step:
        since = [at_us - window for window in schedule.recent_us if at_us - window > began_us and branch.answered(at_us - window, at_us)]
        whole, *parts = (look(setting, branch, at_us, since_us) for since_us in (BEGINNING, *since))
        return merged_step(whole, parts)

    results = []
    for n, policy in enumerate(policies, 1):
        rates = (policy.requests_per_min, policy.case_requests_per_min)
        branch = Branch(log, reply, None if truth is None else truth.operator, rates)
        branch.know_sign_ups(setting.registry)
        what = f"replay, policy {n} of {len(policies)}, {plain(policy.name)}"
        results.append(_policy(policy, branch, log, truth, schedule, grid, look_at, what, quiet))
    shutil.rmtree(setting.scratch, ignore_errors=True)
    return {
        "first_event": iso(began_us), "last_event": iso(int(log.time.max())),
        "steps": schedule.as_json() | {"grid": len(grid) + early, "early": early}, "policies": results,
    }


def _write(result: dict[str, Any], out: Path) -> None:
    rows = [{"policy": policy["policy"]} | row for policy in result["policies"] for row in policy["campaigns"]]
    write_parquet(pa.Table.from_pylist(rows, schema=pa.schema(list(COLUMNS.items()))), out / "replay.parquet")
    write_json(result, out / "replay.json")


def _policy(
    policy: Policy,
    branch: Branch,
    log: Log,
    truth: Truth | None,
    schedule: Schedule,
    grid: list[int],
    look_at: Callable[[Branch, int], Step],
    what: str,
    quiet: bool,
) -> dict[str, Any]:
    """The result of one policy over the whole log; ``what`` labels its progress bar."""
    desk, steps, timeline = Desk(policy), [], []
    harvest = None if truth is None else truth.harvested
    for at_us in track(schedule.due(branch, grid), what, len(grid), quiet=quiet):
        step = look_at(branch, at_us)
        steps.append((at_us, step))
        desk.take(step, at_us, branch)
        campaigns = [row for row in step["found"] if row["verdict"] == "campaign"]
        row = {
            "as_of": step["as_of"], "n_events": step["n_events"], "n_accounts": step["n_accounts"], "n_campaigns": len(campaigns),
            "n_accused": sum(len(row["accounts"]) for row in campaigns), "campaigns": sorted(row["campaign_id"] for row in campaigns),
            "n_acted_on": len(branch.level), "listed": largest_reviews(step),
        }
        if harvest is not None:
            branch.decide(at_us)
            row["harvested_so_far"] = int((harvest & branch.passes & (log.time < at_us)).sum())
            row["n_harvested"] = row["harvested_so_far"]  # its older name; of a campaign, n_harvested is the estimate
        timeline.append(row)
    branch.decide()
    rows = measure.cases(log, desk, branch) if truth is None else measure.operators(log, truth, branch, steps)
    return {
        "policy": policy.name,
        "steps": timeline,
        "skipped": len(grid) - len(timeline),
        "campaigns": rows,
        "innocents": None if truth is None else measure.innocents(log, truth, branch, steps),
        "n_acted_on": len({name for *_, names in branch.held() for name in names}),
        "n_failovers": branch.failovers,
        "n_replacements": len(branch.names),
    }


def largest_reviews(step: Step) -> list[dict[str, Any]]:
    """The largest groups for review of a step: ``n_accounts``, and ``not_accused``, the conditions of a campaign that each fails."""
    groups = sorted((row for row in step["found"] if row["verdict"] == "review"), key=lambda row: -len(row["accounts"]))
    # Steps that an earlier version stored have no conditions.
    return [{"n_accounts": len(row["accounts"]), "not_accused": row.get("not_accused", [])} for row in groups[:MAX_LISTED]]


def _fingerprint(inputs: list[dict[str, str]], reply: Reply) -> str:
    """Digest of what findings depend on, besides the time and the actions before it: version, model, reply, log and truth of accounts."""
    parts = {
        "version": __version__, "sketches": partitions.FORMAT, "reply": repr(reply), "calibration": judge.calibrated().record,
        "inputs": inputs,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _inputs(data: dataset.Dataset) -> list[dict[str, str]]:
    own = [*data.event_files, *([data.accounts_file] if data.accounts_file else [])]
    return [{"path": str(path.relative_to(data.folder)), "sha256": digest(path)} for path in own]


def _digests(path: Path | None) -> list[dict[str, str]]:
    return [] if path is None else [{"path": path.name, "sha256": digest(path)}]
