"""One step: detection on what was seen before a time, kept as JSON until the replay is done."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from stillwatch import dataset, partitions
from stillwatch.detect import pipeline
from stillwatch.engine import open_engine
from stillwatch.files import read_json, write_json
from stillwatch.judge import results, verdict_words
from stillwatch.replay.branch import BEGINNING, Branch
from stillwatch.run_details import HARVESTED
from stillwatch.terminal.progress import Clock


def moment(us: int) -> datetime:
    """A time of the log."""
    return datetime.fromtimestamp(us / 1e6, UTC)


def iso(us: int | None) -> str | None:
    """The same as text."""
    return None if us is None else moment(us).isoformat()


@dataclass(frozen=True)
class Setting:
    """What all looks of a replay have in common."""

    data: dataset.Dataset
    registry: pa.Table
    """As it is told; bans and replacements of a branch come on top."""
    steps: Path
    """Folder of findings."""
    scratch: Path
    """Folder of what a step leaves to others, gone after the replay."""
    threads: int | None
    memory_gb: float | None


def look(setting: Setting, branch: Branch, at_us: int, since_us: int = BEGINNING) -> dict[str, Any]:
    """What detection finds in a branch from a time on and before another; read from the setting's ``steps`` where it is known already."""
    scratch = setting.scratch
    since = "" if since_us == BEGINNING else f"-{moment(since_us):%Y%m%dT%H%M%SZ}"
    kept = setting.steps / f"{moment(at_us):%Y%m%dT%H%M%SZ}{since}-{branch.key(at_us)}.json"
    if kept.exists():
        known: dict[str, Any] = read_json(kept)
        return known
    files = branch.sketches(scratch, at_us, since_us)
    changed = branch.registry(setting.registry, scratch, at_us)
    seen = setting.data if changed is None else replace(setting.data, accounts_file=changed)
    with open_engine(scratch, setting.threads, setting.memory_gb) as engine:
        outcome = pipeline.find(engine, seen, files, moment(at_us), Clock())
    scene, final = outcome.scene, outcome.final
    campaign = final.labels(scene.people.n)
    found = results.Found(campaign, outcome.lead, outcome.n_campaigns, {}, [])
    scores = outcome.account_scores()
    rows = []
    for number, name in enumerate(results.names(scene, found)):
        mine = np.flatnonzero(campaign == number)
        accused = number < outcome.n_campaigns
        why = [] if accused else verdict_words.not_accused(outcome.values, outcome.verdicts, outcome.model, int(outcome.lead[number]))
        rows.append({
            "campaign_id": name,
            "verdict": "campaign" if accused else "review",
            "not_accused": why,
            "n_events": int(scene.people.n_events[mine].sum()),
            "n_harvested": int(np.sum(outcome.tally.harvested[number])),
            **dict(zip(HARVESTED, outcome.tally.between[number].tolist(), strict=True)),
            "accounts": scene.people.ids.take(pa.array(mine)).to_pylist(),
            "scores": [round(float(score), 4) for score in scores[mine]],
        })
    made = {
        "as_of": iso(at_us), "n_events": int(scene.people.n_events.sum()), "n_accounts": scene.people.n, "found": rows,
    }
    write_json(made, kept)
    for path in files:
        if path.parent == scratch and path.name.startswith("once"):
            path.unlink()
            partitions.ids_path(path).unlink()
    if changed is not None:
        changed.unlink()
    return made
