"""Coordination in any (account, view, object, hour) data: groups that share beyond chance, and a score an account.

For each view, accounts are linked by what they share, grouped (Leiden), and each group is compared with the null of
:mod:`stillwatch.nulls`. A view of times and amounts (``timing.…`` with numbers as objects) gives crowds instead: others
near in time and amount at once. Views are standardised and added. Harvest behaviour is not known here, so that a group
that is flagged is for review.

Blind spots: a group that shares one object only, and crowds in a single view of times, raise scores but flag nobody.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import graspologic_native
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from stillwatch import __version__, nulls
from stillwatch.errors import InputError
from stillwatch.files import RUN_FILES, RUN_STALE, alone, digest, publishing, reading_parquet, table_digests, write_json, write_parquet
from stillwatch.progress import Clock
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, HARVEST, LINKS, TRACES, WATCH

Floats = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

HOURS_A_DAY = 24
POPULARITY_CAPS = (400, 200, 100, 50, 20)
MAX_PAIRS = 5_000_000
"""Pairs that one view may give; the popularity cap is lowered until it does."""
RESOLUTIONS = (0.5, 1.0, 2.0)
"""Of Leiden; an account is flagged where most of them flag it, and its group is that of the middle one."""
MIN_EXCESS_RATIO = 3.0
"""Shared objects beyond each pair's first, over chance. From 2 to 5 the benchmarks give the same groups."""
MIN_MEMBERS = 5
MIN_PARTNERS = 2
MAX_EVENTS = 2**53
"""Counts up to here are exact as floats."""
MAX_JOIN_Q = 0.01
"""False-discovery rate at which an account joins a group that was accepted without it."""
CROWD_REACH_H = (0, 1, 4, 24)
CROWD_REACH = (1.0, 4.0)
"""Reach in amount, in steps of the objects' numbers."""


@dataclass(frozen=True)
class View:
    """What one view says: a value and a flag for each account, and its groups (-1 for none)."""

    name: str
    value: Floats
    flagged: Bools
    group: I64
    found: nulls.ObservedExpected | None = None
    excess: nulls.ObservedExpected | None = None
    links: nulls.PairLinks | None = None
    n_tests: int = 0
    """Communities that were looked at, of all resolutions."""


def co_sharing(name: str, account: I64, object_: I64, n_accounts: int, seed: int) -> View:
    """Groups of accounts that share objects of one view, against chance.

    An account's value grows with how many times chance its group shares, and with how much it shares with its group.
    A group is flagged on what its pairs share *beyond the first* object, because a community of a random graph forms
    around single popular objects, which says nothing (on YelpChi and on permuted data none is flagged).
    """
    n_objects = int(object_.max(initial=-1)) + 1
    cap = nulls.popularity_cap(np.bincount(object_, minlength=n_objects), POPULARITY_CAPS, MAX_PAIRS)
    links = nulls.pair_links(account, object_, n_accounts, n_objects, max_popularity=cap)
    groups = [communities(links, n_accounts, resolution, seed) for resolution in RESOLUTIONS]
    values, flags = zip(*(judged(group, links) for group in groups), strict=True)
    flagged = np.sum(flags, axis=0) * 2 > len(RESOLUTIONS)
    group = joined(groups[len(groups) // 2], flagged, links)
    found, excess = nulls.cluster_obs_exp(group, links), nulls.cluster_obs_exp(group, beyond(links))
    n_tests = sum(int(group.max(initial=-1)) + 1 for group in groups)
    return View(name, np.mean(values, axis=0), group >= 0, group, found, excess, links, n_tests)


def beyond(links: nulls.PairLinks) -> nulls.PairLinks:
    """The pairs without the first object that each shares."""
    return links._replace(n_shared=links.n_shared - 1)


def judged(group: I64, links: nulls.PairLinks) -> tuple[Floats, Bools]:
    """Value and flag of every account under one division into groups."""
    found, excess = nulls.cluster_obs_exp(group, links), nulls.cluster_obs_exp(group, beyond(links))
    ratio = np.where(group >= 0, np.append(found.ratio, 0.0)[group], 0.0)
    value = np.log1p(np.log1p(ratio) * np.log1p(own_group(group, links).observed))
    partners = own_group(group, repeated(links)).n_partners
    sure = np.append((excess.ratio > MIN_EXCESS_RATIO) & (excess.n_members >= MIN_MEMBERS), False)
    return value, sure[group] & (group >= 0) & (partners >= MIN_PARTNERS)


def repeated(links: nulls.PairLinks) -> nulls.PairLinks:
    """The pairs that share two objects or more."""
    again = links.n_shared >= 2
    return links._replace(
        a=links.a[again], b=links.b[again], n_shared=links.n_shared[again], expected=links.expected[again]
    )


def joined(group: I64, flagged: Bools, links: nulls.PairLinks) -> I64:
    """Groups of the flagged accounts, numbered anew, with every account that shares too much with one to be chance."""
    numbers, kept = np.unique(group[flagged], return_inverse=True)
    accepted = np.full(len(group), -1, np.int64)
    accepted[flagged] = kept
    member = nulls.account_obs_exp(accepted, repeated(links))
    log_p = nulls.poisson_log_sf(member.observed, member.expected)
    q = nulls.benjamini_hochberg(log_p, len(group) * max(len(numbers), 1))
    join = (q < MAX_JOIN_Q) & (member.n_partners >= MIN_PARTNERS) & ~flagged[member.account]
    rows = np.flatnonzero(join)[np.argsort(-log_p[join], kind="stable")]
    accepted[member.account[rows]] = member.group[rows]  # of an account's several, the last stays: the most surprising
    return accepted


def communities(links: nulls.PairLinks, n_accounts: int, resolution: float, seed: int) -> I64:
    """Leiden communities of the pairs; -1 for accounts without a pair."""
    group = np.full(n_accounts, -1, np.int64)
    if not len(links.a):
        return group
    names = [str(code) for code in range(n_accounts)]
    # Weighted by evidence (log-likelihood ratio), not by count: with counts a crew drowns in a large random community.
    weights = np.maximum(links.log_odds, 1e-6).tolist()
    edges = [
        (names[a], names[b], weight)
        for a, b, weight in zip(links.a.tolist(), links.b.tolist(), weights, strict=True)
    ]
    _, label = graspologic_native.leiden(edges, resolution=resolution, seed=seed, use_modularity=True, iterations=3)
    group[[int(name) for name in label]] = list(label.values())
    return group


def own_group(group: I64, links: nulls.PairLinks) -> nulls.Membership:
    """What each account shares with its own group, ``(n_accounts,)`` each."""
    member = nulls.account_obs_exp(group, links)
    own = member.group == group[member.account]
    account, n = member.account[own], len(group)
    return nulls.Membership(
        np.arange(n),
        group,
        np.bincount(account, member.observed[own], n).astype(np.float64),
        np.bincount(account, member.expected[own], n).astype(np.float64),
        np.bincount(account, member.n_partners[own], n).astype(np.int64),
    )


def crowds(name: str, account: I64, amount: Floats, hour: I64, n_accounts: int) -> View:
    """Crowds in time and amount, fused over scales; an account's best trace counts, and a trace that is told twice counts once."""
    account, amount, hour = _distinct(account, amount, hour)
    logs = [
        nulls.crowd(hour * 3600, amount + 0.5, within_s=reach_h * 3600, within=reach).log_p
        for reach_h in CROWD_REACH_H
        for reach in CROWD_REACH
    ]
    value = np.zeros(n_accounts)
    np.maximum.at(value, account, nulls.crowd_score(np.stack(logs)))
    return View(name, value, np.zeros(n_accounts, bool), np.full(n_accounts, -1, np.int64))


def _distinct(account: I64, amount: Floats, hour: I64) -> tuple[I64, Floats, I64]:
    """The different rows: its own rows told again would be a crowd around an account."""
    order = np.lexsort((amount, hour, account))
    rows = account[order], amount[order], hour[order]
    new = np.append(True, np.any([part[1:] != part[:-1] for part in rows], axis=0))
    return rows[0][new], rows[1][new], rows[2][new]


def views(traces: pa.Table, account: I64, n_accounts: int, seed: int) -> Iterator[View]:
    """Look at each view of the traces, in order of their names."""
    names = traces["view"].combine_chunks()
    for name in sorted(pc.unique(names).to_pylist()):
        rows = np.flatnonzero(pc.equal(names, name).to_numpy(zero_copy_only=False))
        part, who = traces.take(pa.array(rows)), account[rows]
        timed = part["hour"].null_count == 0
        numbers = _numbers(part["object"]) if timed and name.startswith("timing.") else None
        if numbers is not None:
            yield crowds(name, who, numbers, part["hour"].to_numpy().astype(np.int64), n_accounts)
            continue
        objects = pc.cast(part["object"], pa.string()).combine_chunks().dictionary_encode()
        key = objects.indices.to_numpy().astype(np.int64)
        if timed:  # the same object on the same day: who is active when is then part of the null
            day = part["hour"].to_numpy().astype(np.int64) // HOURS_A_DAY
            key = np.unique(key * (int(day.max()) - int(day.min()) + 1) + day - int(day.min()), return_inverse=True)[1]
        base = int(key.max(initial=0)) + 1
        pairs = np.unique(who * base + key)
        yield co_sharing(name, pairs // base, pairs % base, n_accounts, seed)


def _numbers(objects: pa.ChunkedArray) -> Floats | None:
    try:
        return np.asarray(pc.cast(pc.cast(objects, pa.string()), pa.float64()).to_numpy(), np.float64)
    except pa.ArrowInvalid:
        return None


def fuse(looked: list[View]) -> Floats:
    """Sum of the views' values, each in its own standard deviations."""
    total = np.zeros(len(looked[0].value))
    for view in looked:
        spread = float(view.value.std())
        total += view.value / spread if spread else 0.0
    return total


# --- Run folder ----------------------------------------------------------------------------------------------------


def detect_traces(path: Path, out: Path, *, seed: int = 1) -> dict[str, Any]:
    """Find groups in traces of any data and write the run folder; returns the summary."""
    clock = Clock()
    with clock.stage("read"):
        traces = _read(path)
    encoded = pc.cast(traces["account_id"], pa.string()).combine_chunks().dictionary_encode()
    order = np.argsort(encoded.dictionary.to_numpy(zero_copy_only=False), kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    ids = encoded.dictionary.take(pa.array(order))
    with clock.stage("link and group"):
        looked = list(views(traces, place[encoded.indices.to_numpy()], len(ids), seed))
        score = fuse(looked)
        group, rows = _merge(looked)
    names = [_identifier(ids.filter(pa.array(group == number)).to_pylist()) for number in range(len(rows))]
    summary = {
        "version": __version__,
        "inputs": [{"path": path.name, "sha256": digest(path), "bytes": path.stat().st_size}],
        "parameters": {"seed": seed, "min_excess_ratio": MIN_EXCESS_RATIO, "min_members": MIN_MEMBERS},
        "views": [view.name for view in looked],
        "stages": clock.seconds,
        "blind_views": _blind(traces),
        "n_accounts": len(ids),
        "n_campaigns": 0,
        "n_review": len(rows),
        "n_accused": 0,
        "n_for_review": int((group >= 0).sum()),
        "estimated_false_discoveries": 0.0,  # of accounts that are accused; traces alone accuse nobody
        "warnings": _warnings(traces),
    }
    with alone(out, "detect"), publishing(out, RUN_FILES, stale=RUN_STALE) as staging:
        _write_accounts(staging, ids, score, group, names, rows)
        n_tests = sum(view.n_tests for view in looked)
        _write_campaigns(staging, traces, score, group, names, rows, place[encoded.indices.to_numpy()], n_tests)
        _write_links(staging, ids, looked, group)
        for name, table in (("harvest", HARVEST), ("watch", WATCH)):
            write_parquet(table.schema.empty_table(), staging / f"{name}.parquet")
        summary["tables"] = table_digests(staging)
        write_json(summary, staging / "summary.json")
    return summary


def _blind(traces: pa.Table) -> list[dict[str, str]]:
    """What nothing is known of."""
    untimed = pc.unique(traces["view"].filter(pc.is_null(traces["hour"]))).sort().to_pylist()
    found = [{"view": view, "reason": "not every trace of it has an hour, so that none is used"} for view in untimed]
    return [{"view": "harvest", "reason": "traces have no requests"}, *found]


def _warnings(traces: pa.Table) -> list[str]:
    counted = pc.any(pc.not_equal(traces["weight"], 1.0)).as_py()
    return ["The column weight is not used yet: every trace counts alike"] if counted else []


def _read(path: Path) -> pa.Table:
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


def _merge(looked: list[View]) -> tuple[I64, list[tuple[View, int]]]:
    """One group for each account: of the flagged ones, the one that is most above chance; and where each came from."""
    best, key = np.zeros(len(looked[0].value)), np.full(len(looked[0].value), -1, np.int64)
    rows: list[tuple[View, int]] = []
    for view in looked:
        if view.excess is None:
            continue
        ratio = np.append(view.excess.ratio, 0.0)[view.group]
        for number in np.unique(view.group[view.flagged]).tolist():
            members = view.flagged & (view.group == number) & (ratio > best)
            best[members], key[members] = ratio[members], len(rows)
            rows.append((view, number))
    kept, merged = np.unique(key[key >= 0], return_inverse=True)
    group = np.full(len(key), -1, np.int64)
    group[key >= 0] = merged
    return group, [rows[k] for k in kept.tolist()]


def _identifier(members: list[str]) -> str:
    return "group-" + hashlib.sha256("\n".join(sorted(members)).encode()).hexdigest()[:12]


def _sentence(view: View, number: int) -> str:
    assert view.found is not None
    return (
        f"{view.found.n_members[number]} accounts share {view.found.observed[number]:,.0f} objects of {view.name} "
        f"pair by pair, where chance gives {view.found.expected[number]:,.1f}"
    )


def _write_accounts(
    out: Path, ids: pa.Array, score: Floats, group: I64, names: list[str], rows: list[tuple[View, int]]
) -> None:
    sentences = [_sentence(*row) for row in rows]
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
        "score": [float(score[group == number].mean()) for number in range(len(rows))],
        "q_value": nulls.benjamini_hochberg(np.array(log_p, np.float64), n_tests),
        "n_accounts": np.bincount(group[group >= 0], minlength=len(rows)),
        "n_events": n_events.astype(np.int64),
        "n_harvested": np.zeros(len(rows), np.int64),
        "views": pa.array([[view.name] for view, _ in rows], pa.list_(pa.string())),
        "explanations": pa.array([[] for _ in rows], CAMPAIGNS.schema.field("explanations").type),
    }
    write_parquet(CAMPAIGNS.conform(pa.table(columns)), out / "campaigns.parquet")


def _write_links(out: Path, ids: pa.Array, looked: list[View], group: I64) -> None:
    """Pairs inside flagged groups."""
    parts = []
    for view in looked:
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
