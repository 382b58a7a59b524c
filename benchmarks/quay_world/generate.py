"""Write a scenario's logs and truth: ``python benchmarks/quay_world/generate.py SCENARIO --out DIR --seed S [--events N]``."""

import json
import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if __name__ == "__main__" and not __package__:  # run as a file: find the package
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    __package__ = "benchmarks.quay_world"

from ..worlds import command, recipe
from . import crowds, log, network, registry
from .activity import Calendar
from .hashing import U64, mix, pick, salt, uniform
from .operators import OPERATORS, Order
from .profiles import Group
from .scenarios import SCENARIOS, Scenario

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RELEASED_BEFORE = {"quay-large-2": 210, "quay-mid-2": 290, "quay-small-2": 330}


def generate(scenario: str, out: Path, seed: int, events: int | None = None) -> dict[str, int]:
    """Write the world of a scenario to a folder; an earlier world there is replaced.

    Args:
        scenario: one of SCENARIOS.
        out: folder to write to.
        seed: same scenario, seed and size give the same bytes.
        events: requests in all, about; crowds and operators shrink and grow with them.

    Returns:
        Counts of events, accounts, fakes and harvested events.

    Raises:
        ValueError: there is no such scenario.
    """
    told = recipe(SCENARIOS, scenario)
    total = events or told.requests
    rng = np.random.default_rng([seed, salt(scenario) % 2**32])
    world = mix(seed, "world", scenario)
    # Everybody's spring and summer: the first day differs by scenario and seed.
    first = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=int(pick(180, world, "first day")[0]))
    release = float(told.days * (0.35 + 0.3 * uniform(world, "release")[0]))
    calendar = Calendar(float(told.days), first.weekday(), release)
    groups, campaigns = _groups(told, total, release, rng)
    start = int((first - _EPOCH).total_seconds()) * 1_000_000
    accounts = registry.register(groups, world, calendar.days)
    made = log.build(groups, accounts, world, calendar, start, campaigns, rng)
    table = registry.table(groups, accounts, world, start, _sign_up(groups, accounts, world), calendar.days)
    return _write(out, groups, accounts, campaigns, made, table, first, release)


def _groups(told: Scenario, total: int, release: float, rng: np.random.Generator) -> tuple[list[Group], list[str]]:
    """All groups in an order that tells nothing, and the names of campaigns."""
    scale = total / told.requests
    innocent = crowds.draw(told.days, release, rng, scale, told.loud)
    taken = sum(job.share for job in told.jobs)
    asked = sum(work.requests for group in innocent for work in group.works)
    factor = total * (1 - taken) / asked
    groups = [_scaled(group, factor) for group in innocent]
    for job in told.jobs:
        order = Order(job.operator, max(15, round(job.accounts * scale)), total * job.share, told.days, release, rng)
        groups += OPERATORS[job.operator](order)
    return [groups[number] for number in rng.permutation(len(groups))], [job.operator for job in told.jobs]


def _scaled(group: Group, factor: float) -> Group:
    return replace(group, works=tuple(replace(work, requests=work.requests * factor) for work in group.works))


def _sign_up(groups: list[Group], accounts: registry.Register, world: U64) -> list[str]:
    """Addresses at sign-up: on the line of the group's first work, or at home where that is a machine's."""
    names = [group.works[0].line.kind for group in groups]
    people = {"server": "home", "servers": "home", "notebook": "home", "cloud": "home"}
    lines = network.Lines(
        tuple(people.get(name, name) for name in names),
        np.array([max(group.works[0].line.away, 0.1) for group in groups]),
        np.array([group.works[0].line.country for group in groups]),
    )
    places = mix(world, "group", accounts.group)
    numbers, _, _ = network.addresses(
        lines, accounts.group, accounts.key, places, accounts.country, mix(accounts.key, "sign-up"), accounts.created
    )
    return network.dotted(numbers)


def _write(
    out: Path,
    groups: list[Group],
    accounts: registry.Register,
    campaigns: list[str],
    made: log.Log,
    table: pa.Table,
    first: datetime,
    release: float,
) -> dict[str, int]:
    folder = out / "events"
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    days = pc.strftime(made.table["timestamp"], "%Y-%m-%d").combine_chunks()
    names, starts = np.unique(days.to_numpy(zero_copy_only=False), return_index=True)
    for name, start, end in zip(names, starts, [*starts[1:], len(days)], strict=True):
        pq.write_table(made.table.slice(start, end - start), folder / f"{name}.parquet", compression="zstd")
    pq.write_table(table, out / "accounts.parquet", compression="zstd")
    released = {name: first - timedelta(days=before) for name, before in _RELEASED_BEFORE.items()}
    released[log.MODELS[3]] = first + timedelta(minutes=round(release * 1440))
    releases = [{"model": name, "released_at": moment.isoformat()} for name, moment in released.items()]
    (out / "releases.json").write_text(json.dumps(releases, indent=1) + "\n", encoding="utf-8")
    truth = pa.table(
        {
            "account_id": registry.identifiers(accounts.key),
            "campaign": pa.array([groups[number].campaign for number in accounts.group], pa.string()),
            "kind": [groups[number].crowd for number in accounts.group],
        }
    ).sort_by("account_id")
    pq.write_table(truth, out / "truth.parquet", compression="zstd")
    harvested = np.flatnonzero(made.campaign >= 0)
    chosen = pa.array(campaigns, pa.string()).take(pa.array(made.campaign[harvested]))
    truth_events = pa.table({"event_id": made.table["event_id"].take(pa.array(harvested)), "campaign": chosen})
    pq.write_table(truth_events.sort_by("event_id"), out / "truth_events.parquet", compression="zstd")
    return {
        "events": len(made.table),
        "accounts": len(table),
        "fakes": len(truth) - truth["campaign"].null_count,
        "harvested": len(truth_events),
    }


if __name__ == "__main__":
    command("Write the logs of a simulated developer-first provider, with truth.", SCENARIOS, generate)
