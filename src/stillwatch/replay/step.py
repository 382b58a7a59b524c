"""One step: detection on the requests before a time, stored as JSON so that a later replay can reuse it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from stillwatch import dataset, partitions
from stillwatch.detect import pipeline
from stillwatch.engine import open_engine
from stillwatch.errors import InputError
from stillwatch.files import read_json, write_json
from stillwatch.judge import results, verdict_words
from stillwatch.replay.branch import BEGINNING, Branch
from stillwatch.run_details import HARVEST_BOUNDS
from stillwatch.terminal.progress import Clock

ESTIMATE = ("n_harvested", *HARVEST_BOUNDS)
"""Keys of a find's estimate of the harvest, and of its 90 % interval."""
ESTIMATED = (*ESTIMATE, "estimate_accounts", "estimate_since_us")
"""The same, and which requests it is of: those of these accounts from a time (us) on."""


def moment(us: int) -> datetime:
    """A time from microseconds since 1970 UTC."""
    return datetime.fromtimestamp(us / 1e6, UTC)


def iso(us: int | None) -> str | None:
    """An ISO time from microseconds since 1970 UTC; None stays None."""
    return None if us is None else moment(us).isoformat()


@dataclass(frozen=True)
class Setting:
    """What all steps of a replay share."""

    data: dataset.Dataset
    registry: pa.Table
    """The registry as read; a branch adds its bans and replacements."""
    steps: Path
    """Folder of stored findings."""
    scratch: Path
    """Folder of temporary files that steps share, removed after the replay."""
    threads: int | None
    memory_gb: float | None
    """Memory limit of the engine, GB; None: half of the machine's."""


def look(setting: Setting, branch: Branch, at_us: int, since_us: int = BEGINNING) -> dict[str, Any]:
    """What detection finds in the requests of a branch in ``[since_us, at_us)``; reads stored findings if there are any.

    Returns:
        ``as_of``, ``n_events``, ``n_accounts`` and ``found``, one row a campaign or group for review.
    """
    step = _look(setting, branch, at_us, since_us)
    return step | {"found": [row | {"estimate_accounts": row["accounts"], "estimate_since_us": since_us} for row in step["found"]]}


def _look(setting: Setting, branch: Branch, at_us: int, since_us: int) -> dict[str, Any]:
    """The same as it is stored."""
    scratch = setting.scratch
    since = "" if since_us == BEGINNING else f"-{moment(since_us):%Y%m%dT%H%M%SZ}"
    stored = setting.steps / f"{moment(at_us):%Y%m%dT%H%M%SZ}{since}-{branch.key(at_us)}.json"
    if stored.exists():
        return _stored(stored)
    files = branch.sketches(scratch, at_us, since_us)
    changed = branch.registry(setting.registry, scratch, at_us)
    data = setting.data if changed is None else replace(setting.data, accounts_file=changed)
    with open_engine(scratch, setting.threads, setting.memory_gb) as engine:
        outcome = pipeline.find_campaigns(engine, data, files, moment(at_us), Clock())
    scene, final = outcome.scene, outcome.final
    campaign = final.labels(scene.people.n)
    found = results.Found(campaign, outcome.lead, outcome.n_campaigns, {}, [])
    scores = outcome.account_scores()
    rows = []
    for number, name in enumerate(results.names(scene, found)):
        mine = np.flatnonzero(campaign == number)
        accused = number < outcome.n_campaigns
        missed = [] if accused else verdict_words.not_accused(outcome.values, outcome.verdicts, outcome.model, int(outcome.lead[number]))
        rows.append({
            "campaign_id": name,
            "verdict": "campaign" if accused else "review",
            "not_accused": missed,
            "n_events": int(scene.people.n_events[mine].sum()),
            "n_harvested": int(np.sum(outcome.tally.harvested[number])),
            **dict(zip(HARVEST_BOUNDS, outcome.tally.between[number].tolist(), strict=True)),
            "accounts": scene.people.ids.take(pa.array(mine)).to_pylist(),
            "scores": [round(float(score), 4) for score in scores[mine]],
        })
    findings = {
        "as_of": iso(at_us), "n_events": int(scene.people.n_events.sum()), "n_accounts": scene.people.n, "found": rows,
    }
    write_json(findings, stored)
    for path in files:
        if path.parent == scratch and path.name.startswith("once"):
            path.unlink()
            partitions.ids_path(path).unlink()
    if changed is not None:
        changed.unlink()
    return findings


def _stored(path: Path) -> dict[str, Any]:
    todo = "Remove it: a replay makes it again"
    try:
        known = read_json(path)
    except InputError as error:
        raise InputError(error.what, where=path, todo=todo) from error
    if not isinstance(known, dict) or not isinstance(known.get("found"), list):
        raise InputError("not what a step of stillwatch replay found", where=path, todo=todo)
    return known
