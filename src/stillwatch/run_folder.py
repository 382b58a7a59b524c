"""The run folder: tables, summary, and what the report draws. Written table by table, the summary last."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from stillwatch import __version__, dataset, group, judge, link, sketch
from stillwatch.errors import InputError
from stillwatch.files import digest, read_json, replacing, write_json, write_parquet
from stillwatch.judge import results
from stillwatch.tables import HARVEST, LINKS

I64 = NDArray[np.int64]

EXAMPLES = 60
"""Harvested prompts of each campaign that are read to make masked examples."""
MAX_LINKS = 200_000
"""Pairs written to links.parquet for each view, strongest objects first."""


@dataclass(frozen=True)
class Outcome:
    """All that detection found, ready to be written."""

    scene: judge.Scene
    model: judge.Model
    values: dict[str, NDArray[np.float64]]
    findings: dict[str, judge.Finding]
    verdicts: judge.Verdicts
    final: group.Groups
    """Campaigns, then groups to review."""
    lead: I64
    n_campaigns: int
    marks: dict[str, I64]
    tally: judge.Tally
    carried: dict[int, dict[str, I64]]
    """Sketch column -> habitual carriers of its objects."""
    harvested: list[NDArray[np.bool_]]
    """Per batch of events."""
    owner: list[I64]
    """Per batch of events: number of the campaign or group of the event's account, -1 for none."""


def write(
    out: Path, data: dataset.Dataset, outcome: Outcome, *, columns: tuple[str, ...], as_of: datetime | None,
    since: Path | None, parameters: dict[str, Any], seconds: dict[str, float],
) -> dict[str, Any]:
    """Write every table of a run and return its summary."""
    scene, final = outcome.scene, outcome.final
    campaign = np.full(scene.people.n, -1, np.int64)
    campaign[final.member_account] = final.member_group
    found = results.Found(campaign, outcome.lead, outcome.n_campaigns, _drawn(outcome, campaign), _marks(outcome, columns))
    identifiers = results.names(scene, found)
    examples, labels = _harvest(out / "harvest.parquet", data, outcome, identifiers, as_of)
    described = []
    for number in range(final.n):
        detail = results.details(
            scene, found, number, outcome.values, outcome.findings, outcome.model, outcome.verdicts, outcome.tally, labels
        )
        forms = judge.masked(examples[number])
        detail["templates"] = [{"masked": form, "events": n, "of": len(examples[number])} for form, n in forms[:5]]
        detail["pivots"] = _pivots(outcome.tally, number, data, labels)
        described.append(detail)
    earlier = _earlier(since) if since else []
    lineage = [_ancestor(earlier, set(_ids(scene, campaign == number)), described[number]) for number in range(final.n)]
    reasons = [results.reasons(outcome.values, outcome.findings, outcome.model, int(g)) for g in outcome.lead]
    write_parquet(_links(outcome, campaign), out / "links.parquet")
    write_parquet(results.account_table(scene, found, outcome.verdicts, identifiers, reasons), out / "accounts.parquet")
    write_parquet(
        results.campaign_table(scene, found, outcome.verdicts, outcome.tally, identifiers, described, lineage), out / "campaigns.parquet"
    )
    accused = int((campaign >= 0).sum())
    q = outcome.verdicts.q_value[outcome.lead[: outcome.n_campaigns]]
    sizes = final.sizes()[: outcome.n_campaigns]
    summary = {
        "version": __version__,
        "inputs": [{"path": str(path.relative_to(data.folder)), "sha256": digest(path), "bytes": path.stat().st_size}
                   for path in (*data.event_files, *([data.accounts_file] if data.accounts_file else []))],
        "parameters": parameters,
        "calibration": outcome.model.record,
        "stages": seconds,
        "blind_views": _blind(outcome),
        "n_events": int(scene.people.n_events.sum()),
        "n_accounts": scene.people.n,
        "n_groups_judged": scene.n,
        "n_campaigns": outcome.n_campaigns,
        "n_review": final.n - outcome.n_campaigns,
        "n_accused": int(sizes.sum()),
        "n_for_review": accused - int(sizes.sum()),
        "n_harvested": int(outcome.tally.harvested[: outcome.n_campaigns].sum()),
        "first_seen": _iso(scene.window_us[0]),
        "last_seen": _iso(scene.window_us[1]),
        "as_of": as_of.isoformat() if as_of else None,
        "estimated_false_discoveries": round(float((q * sizes).sum()), 4),
        "warnings": [],
    }
    write_json(summary, out / "summary.json")
    return summary


def _iso(us: int) -> str:
    return datetime.fromtimestamp(us / 1e6, UTC).isoformat()


def _ids(scene: judge.Scene, mask: NDArray[np.bool_]) -> list[str]:
    found: list[str] = scene.people.ids.filter(pa.array(mask)).to_pylist()
    return found


def _event_batches(data: dataset.Dataset, names: tuple[str, ...], as_of: datetime | None) -> Iterator[pa.Table]:
    """The batches that sketches were made of, in the same order and cut the same way, with other columns."""
    for path in data.event_files:
        yield from dataset.batches(path, (*names, "timestamp"), as_of)


def _harvest(
    path: Path, data: dataset.Dataset, outcome: Outcome, identifiers: list[str], as_of: datetime | None
) -> tuple[list[list[str]], dict[int, str]]:
    """Write the harvested events of campaigns; returns example prompts of each campaign and the names behind hashes."""
    n = outcome.final.n
    quota = np.full(n, EXAMPLES)
    examples: list[list[str]] = [[] for _ in range(n)]
    labels: dict[int, str] = {}
    names = ("event_id", "access_path", "model", "prompt", "system")
    with replacing(path) as partial, pq.ParquetWriter(partial, HARVEST.schema, compression="zstd") as writer:
        for table, flags, owner in zip(_event_batches(data, names, as_of), outcome.harvested, outcome.owner, strict=True):
            for name in ("access_path", "model"):
                if name in table.column_names:
                    for value in pc.unique(pa.chunked_array(table[name]).cast(pa.string())).to_pylist():
                        if value is not None:
                            labels[int(sketch.account_key(pa.array([value]))[0])] = value
            rows = np.flatnonzero(flags & (owner >= 0))
            sure = rows[owner[rows] < outcome.n_campaigns]
            if len(sure):
                whose = pa.DictionaryArray.from_arrays(pa.array(owner[sure].astype(np.int32)), pa.array(identifiers, pa.string()))
                events = table["event_id"].take(pa.array(sure))
                writer.write_table(pa.table([events, whose.cast(pa.string())], schema=HARVEST.schema))
            if not quota.any() or "prompt" not in table.column_names:
                continue
            for number in np.unique(owner[rows]):
                if quota[number]:
                    mine = rows[owner[rows] == number]
                    taken = mine[np.linspace(0, len(mine) - 1, min(8, quota[number], len(mine))).astype(np.int64)]
                    quota[number] -= len(taken)
                    texts = table["prompt"].take(pa.array(taken)).to_pylist()
                    examples[number] += [text for text in texts if text]
    return examples, labels


def _marks(outcome: Outcome, columns: tuple[str, ...]) -> list[list[tuple[str, int, int, float, int]]]:
    """Of each campaign: (view, object, its accounts that leave it, accounts that chance would give, events)."""
    view_of = {column: view for view, names in link.CONTENT_VIEWS.items() for column in names}
    out: list[list[tuple[str, int, int, float, int]]] = [[] for _ in range(outcome.final.n)]
    size, n = outcome.final.sizes(), outcome.scene.people.n
    marks = outcome.marks
    for i in range(len(marks["campaign"])):
        number = int(marks["campaign"][i])
        if len(out[number]) < 20:
            expected = float(marks["accounts"][i]) * float(size[number]) / n
            out[number].append(
                (view_of[columns[int(marks["place"][i])]], int(marks["object"][i]), int(marks["inside"][i]), expected, int(marks["events"][i]))
            )
    return out


def _drawn(outcome: Outcome, campaign: I64) -> dict[str, tuple[I64, I64]]:
    """Pairs to draw within campaigns, by family of views."""
    pairs = {family: (a, b) for family, (a, b, *_) in _pairs(outcome, campaign).items()}
    return {view.split(".")[0]: pairs[view] for view in pairs}


def _pairs(outcome: Outcome, campaign: I64) -> dict[str, tuple[I64, I64, I64, NDArray[np.float64]]]:
    """Linked pairs inside campaigns and groups: view -> (a, b, shared, expected)."""
    scene, hand = outcome.scene, outcome.scene.handoffs
    n = scene.people.n
    out: dict[str, tuple[I64, I64, I64, NDArray[np.float64]]] = {}

    def keep(view: str, a: I64, b: I64, shared: I64, chance: NDArray[np.float64]) -> None:
        inside = (campaign[a] >= 0) & (campaign[a] == campaign[b]) & (a != b)
        low, high = np.minimum(a, b)[inside], np.maximum(a, b)[inside]
        if not len(low):
            return
        key, inverse = np.unique(low * n + high, return_inverse=True)
        total = np.bincount(inverse, weights=shared[inside]).astype(np.int64)
        mean = np.zeros(len(key))
        np.maximum.at(mean, inverse, chance[inside])
        top = np.sort(np.argsort(-total, kind="stable")[:MAX_LINKS])
        out[view] = (key[top] // n, key[top] % n, total[top], mean[top])

    chance = scene.people.n_events[hand.giver] / max(scene.people.n_events.sum(), 1)
    keep("session.handoff", hand.taker, hand.giver, hand.n, chance * hand.n)
    for view, value in scene.identities.items():
        rows = np.flatnonzero((value >= 0) & (campaign >= 0))
        order = rows[np.lexsort((rows, value[rows]))]
        same = value[order][1:] == value[order][:-1]
        a, b = order[:-1][same], order[1:][same]
        k = np.bincount(value[value >= 0]) if (value >= 0).any() else np.zeros(1)
        rate = float((k * (k - 1.0)).sum() / max(n * (n - 1.0), 1))
        keep(view, a, b, np.ones(len(a), np.int64), np.full(len(a), rate))
    content = [(rows["object"], rows["account"]) for rows in outcome.carried.values() if len(rows["object"])]
    if content:
        # Consecutive carriers of an object: linear in carriers, and enough to see who hangs together.
        a = np.concatenate([account[:-1][obj[1:] == obj[:-1]] for obj, account in content])
        b = np.concatenate([account[1:][obj[1:] == obj[:-1]] for obj, account in content])
        width = np.concatenate([np.repeat(c, c - 1) for c in (_run_lengths(obj) for obj, _ in content)])
        keep("content.habit", a, b, np.ones(len(a), np.int64), (width / n) ** 2)
    return out


def _run_lengths(sorted_values: I64) -> I64:
    start = np.flatnonzero(np.append(True, sorted_values[1:] != sorted_values[:-1]))
    return np.diff(np.append(start, len(sorted_values)))


def _links(outcome: Outcome, campaign: I64) -> pa.Table:
    ids = outcome.scene.people.ids
    parts = []
    for view, (a, b, shared, expected) in sorted(_pairs(outcome, campaign).items()):
        mean = np.maximum(expected, 1e-9)
        parts.append(pa.table({
            "account_a": ids.take(pa.array(a)), "account_b": ids.take(pa.array(b)), "view": pa.array([view] * len(a), pa.string()),
            "n_shared": shared.astype(np.int32), "expected": mean, "log_odds": shared * np.log(shared / mean) - (shared - mean),
        }, schema=LINKS.schema))
    return pa.concat_tables(parts) if parts else LINKS.schema.empty_table()


def _pivots(tally: judge.Tally, number: int, data: dataset.Dataset, labels: dict[int, str]) -> list[dict[str, Any]]:
    """Releases after which the campaign moved to the new model: its share the day before and two days after."""
    out = []
    by_name: dict[str, dict[int, int]] = {}
    for (model, hour), n in tally.models[number].items():
        by_name.setdefault(labels.get(model, ""), {})[hour + tally.start_hour] = n
    for release in data.releases:
        at = int(datetime.fromisoformat(str(release["released_at"])).timestamp()) // 3600
        mine = by_name.get(str(release["model"]), {})

        def share(first: int, last: int, mine: dict[int, int] = mine) -> float:
            total = sum(n for hours in by_name.values() for hour, n in hours.items() if first <= hour < last)
            return sum(n for hour, n in mine.items() if first <= hour < last) / total if total else 0.0

        before, after = share(at - 48, at), share(at, at + 48)
        if after - before >= 0.2:
            out.append({"model": release["model"], "released_at": release["released_at"], "share_before": round(before, 4), "share_after": round(after, 4)})
    return out


def _earlier(run: Path) -> list[tuple[str, set[str], set[str]]]:
    """Campaigns of an earlier run: identifier, accounts, marks."""
    path = run / "campaigns.parquet"
    if not path.exists():
        raise InputError("not a run", where=run, todo="Pass a folder that stillwatch detect wrote")
    read_json(run / "summary.json")
    accounts: dict[str, set[str]] = {}
    table = pq.read_table(run / "accounts.parquet", columns=["account_id", "campaign_id"])
    for account, campaign in zip(table["account_id"].to_pylist(), table["campaign_id"].to_pylist(), strict=True):
        if campaign is not None:
            accounts.setdefault(campaign, set()).add(account)
    campaigns = pq.read_table(path, columns=["campaign_id", "details"])
    return [
        (campaign, accounts.get(campaign, set()), {row["object"] for row in json.loads(details).get("objects", [])})
        for campaign, details in zip(campaigns["campaign_id"].to_pylist(), campaigns["details"].to_pylist(), strict=True)
    ]


def _ancestor(earlier: list[tuple[str, set[str], set[str]]], accounts: set[str], detail: dict[str, Any]) -> str | None:
    """The earlier campaign that this one continues: most accounts or marks in common, by Jaccard, at least a fifth."""
    objects = {row["object"] for row in detail.get("objects", [])}

    def alike(a: set[str], b: set[str]) -> float:
        return len(a & b) / len(a | b) if a | b else 0.0

    scored = [(max(alike(accounts, theirs), alike(objects, marks)), name) for name, theirs, marks in earlier]
    best = max(scored, default=(0.0, ""))
    return best[1] if best[0] >= 0.2 else None


def _blind(outcome: Outcome) -> list[dict[str, str]]:
    """Views that saw nothing, with the column that was empty."""
    people, found = outcome.scene.people, []
    for view, value in outcome.scene.identities.items():
        if not (value >= 0).any():
            found.append({"view": view, "reason": f"the registry tells no {view.split('.')[1]}"})
    if (people.created_us == judge.UNKNOWN).all():
        found.append({"view": "identity.signup", "reason": "the registry tells no created_at"})
    if (people.banned_us == judge.UNKNOWN).all():
        found.append({"view": "identity.replacement", "reason": "no account has banned_at"})
    if not outcome.scene.sample.net_known.any():
        found.append({"view": "infra.network", "reason": "events have no ip"})
    if not outcome.carried or not any(len(rows["object"]) for rows in outcome.carried.values()):
        found.append({"view": "content", "reason": "events have no text and no tools_key, or nothing recurs"})
    if not len(outcome.scene.handoffs.taker):
        found.append({"view": "session.handoff", "reason": "no request continues another account's context, or keys are empty"})
    return found
