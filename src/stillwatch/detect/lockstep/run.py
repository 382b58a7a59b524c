"""``detect --traces``: traces of any data to a run folder of groups for review."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from stillwatch import __version__
from stillwatch.detect.lockstep.views import MIN_EXCESS_RATIO, MIN_MEMBERS, View, sum_standardised, views
from stillwatch.errors import InputError
from stillwatch.files import (
    RUN_FILES,
    RUN_STALE,
    digest,
    folder_lock,
    publish_together,
    reading_parquet,
    table_digests,
    write_json,
    write_parquet,
)
from stillwatch.numeric import nulls
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, CLEARED, HARVEST, LINKS, TRACES, WATCH
from stillwatch.terminal.progress import Clock

Floats = NDArray[np.float64]
I64 = NDArray[np.int64]

MAX_EVENTS = 2**53
"""Largest total count that a float holds exactly."""


def detect_traces(path: Path, out: Path, *, seed: int = 1) -> dict[str, Any]:
    """Find groups in traces of any data and write the run folder.

    Args:
        path: Parquet of traces (:data:`stillwatch.tables.TRACES`).
        out: the run folder.
        seed: of the community detection.

    Returns:
        The summary, as in summary.json.

    Raises:
        InputError: the traces cannot be read or used.
    """
    clock = Clock()
    with clock.stage("read"):
        traces = _read_traces(path)
    encoded = pc.cast(traces["account_id"], pa.string()).combine_chunks().dictionary_encode()
    order = np.argsort(encoded.dictionary.to_numpy(zero_copy_only=False), kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    ids = encoded.dictionary.take(pa.array(order))
    with clock.stage("link and group"):
        account = rank[encoded.indices.to_numpy()]
        tested_views = list(views(traces, account, len(ids), seed))
        score = sum_standardised(tested_views)
        group, rows = _merge_views(tested_views)
    names = [_group_id(ids.take(pa.array(members)).to_pylist()) for members in _accounts_of_groups(group, len(rows))]
    summary = {
        "version": __version__,
        "inputs": [{"path": path.name, "sha256": digest(path), "bytes": path.stat().st_size}],
        "parameters": {"seed": seed, "min_excess_ratio": MIN_EXCESS_RATIO, "min_members": MIN_MEMBERS},
        "views": [view.name for view in tested_views],
        "stages": clock.seconds,
        "blind_views": _blind_views(traces),
        "n_accounts": len(ids),
        "n_campaigns": 0,
        "n_review": len(rows),
        "n_accused": 0,
        "n_for_review": int((group >= 0).sum()),
        "estimated_false_discoveries": 0.0,  # of accounts that are accused; traces alone accuse nobody
        "warnings": _warnings(traces),
    }
    with folder_lock(out, "detect"), publish_together(out, RUN_FILES, stale=RUN_STALE) as staging:
        _write_accounts(staging, ids, score, group, names, rows)
        n_tests = sum(view.n_tests for view in tested_views)
        _write_campaigns(staging, traces, score, group, names, rows, account, n_tests)
        _write_links(staging, ids, tested_views, group)
        for name, table in (("harvest", HARVEST), ("watch", WATCH), ("cleared", CLEARED)):
            write_parquet(table.schema.empty_table(), staging / f"{name}.parquet")
        summary["tables"] = table_digests(staging)
        write_json(summary, staging / "summary.json")
    return summary


def _blind_views(traces: pa.Table) -> list[dict[str, str]]:
    """What traces cannot show, as ``view`` and ``reason``."""
    untimed = pc.unique(traces["view"].filter(pc.is_null(traces["hour"]))).sort().to_pylist()
    found = [{"view": f"{view} by hour", "reason": "not every trace of it has an hour, so that none is used"} for view in untimed]
    return [{"view": "harvest", "reason": "traces have no requests"}, *found]


def _warnings(traces: pa.Table) -> list[str]:
    counted = pc.any(pc.not_equal(traces["weight"], 1.0)).as_py()
    return ["The column weight is not used yet: every trace counts alike"] if counted else []


def _read_traces(path: Path) -> pa.Table:
    with reading_parquet(path):
        table = pq.read_table(path)
    TRACES.demand(table.column_names, where=path)
    if "n" not in table.column_names:
        table = table.append_column("n", pa.array(np.ones(len(table), np.int64)))
    table = TRACES.conform(table, where=path)
    if not len(table):
        raise InputError("no traces", where=path)
    if table["n"].null_count or pc.min(table["n"]).as_py() < 1:
        todo = "Write how often each object was left, or leave the column out"
        raise InputError("traces.n has values below 1, or nulls", where=path, todo=todo)
    if table["n"].to_numpy().sum(dtype=np.float64) > MAX_EVENTS:
        raise InputError(f"traces.n adds up to more than {MAX_EVENTS:,}", where=path, todo="It is how often each object was left")
    return table


def _merge_views(tested_views: list[View]) -> tuple[I64, list[tuple[View, int]]]:
    """One group for each account, of the flagged ones the one that is most above chance; and the view and number of each group."""
    best, key = np.zeros(len(tested_views[0].value)), np.full(len(tested_views[0].value), -1, np.int64)
    rows: list[tuple[View, int]] = []
    for view in tested_views:
        if view.excess is None:
            continue
        ratio = np.append(view.excess.ratio, 0.0)[view.group]
        numbers, rank = np.unique(view.group[view.flagged], return_inverse=True)
        members = np.flatnonzero(view.flagged)
        better = ratio[members] > best[members]
        members, rank = members[better], rank[better]
        best[members], key[members] = ratio[members], len(rows) + rank
        rows += [(view, number) for number in numbers.tolist()]
    kept, merged = np.unique(key[key >= 0], return_inverse=True)
    group = np.full(len(key), -1, np.int64)
    group[key >= 0] = merged
    return group, [rows[k] for k in kept.tolist()]


def _accounts_of_groups(group: I64, n: int) -> list[I64]:
    """Accounts of each of ``n`` groups, in order; ``group`` is -1 where an account is in none."""
    order = np.argsort(group, kind="stable")
    return np.split(order, np.searchsorted(group[order], np.arange(n + 1)))[1:-1]


def _group_id(members: list[str]) -> str:
    return "group-" + hashlib.sha256("\n".join(sorted(members)).encode()).hexdigest()[:12]


def _reason(view: View, number: int) -> str:
    assert view.shared is not None
    return (
        f"{view.shared.n_members[number]} accounts share {view.shared.observed[number]:,.0f} objects of {view.name} "
        f"pair by pair, where chance gives {view.shared.expected[number]:,.1f}"
    )


def _write_accounts(
    out: Path, ids: pa.Array, score: Floats, group: I64, names: list[str], rows: list[tuple[View, int]]
) -> None:
    sentences = [_reason(*row) for row in rows]
    flagged = (group >= 0).tolist()
    columns = {
        "account_id": ids,
        "verdict": ["review" if flag else "clear" for flag in flagged],
        "campaign_id": pa.array([names[g] if g >= 0 else None for g in group.tolist()], pa.string()),
        "score": score,
        "reasons": pa.array([[sentences[g]] if g >= 0 else [] for g in group.tolist()], pa.list_(pa.string())),
    }
    write_parquet(ACCOUNT_VERDICTS.conform(pa.table(columns)), out / "accounts.parquet")


def _write_campaigns(
    out: Path, traces: pa.Table, score: Floats, group: I64, names: list[str], rows: list[tuple[View, int]], account: I64,
    n_tests: int,
) -> None:
    log_p = [view.excess.log_p[number] for view, number in rows if view.excess is not None]
    n_events = np.bincount(group[account] + 1, traces["n"].to_numpy(), len(rows) + 1)[1:]
    columns = {
        "campaign_id": pa.array(names, pa.string()),
        "verdict": pa.array(["review"] * len(rows), pa.string()),
        "score": [float(score[members].mean()) for members in _accounts_of_groups(group, len(rows))],
        "q_value": nulls.benjamini_hochberg(np.array(log_p, np.float64), n_tests),
        "n_accounts": np.bincount(group[group >= 0], minlength=len(rows)),
        "n_events": n_events.astype(np.int64),
        "n_harvested": np.zeros(len(rows), np.int64),
        "views": pa.array([[view.name] for view, _ in rows], pa.list_(pa.string())),
        "explanations": pa.array([[] for _ in rows], CAMPAIGNS.schema.field("explanations").type),
    }
    write_parquet(CAMPAIGNS.conform(pa.table(columns)), out / "campaigns.parquet")


def _write_links(out: Path, ids: pa.Array, tested_views: list[View], group: I64) -> None:
    """Pairs inside flagged groups."""
    parts = []
    for view in tested_views:
        if view.links is None:
            continue
        links = view.links
        rows = np.flatnonzero((group[links.a] >= 0) & (group[links.a] == group[links.b]) & (links.n_shared >= 2))
        columns = {
            "account_a": ids.take(pa.array(links.a[rows])),
            "account_b": ids.take(pa.array(links.b[rows])),
            "view": pa.array([view.name] * len(rows), pa.string()),
            "n_shared": links.n_shared[rows],
            "expected": links.expected[rows],
            "log_odds": links.log_odds[rows],
        }
        parts.append(LINKS.conform(pa.table(columns)))
    table = pa.concat_tables(parts) if parts else LINKS.schema.empty_table()
    write_parquet(table, out / "links.parquet")
