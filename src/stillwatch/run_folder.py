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

from stillwatch import __version__, dataset, group, judge, link, partitions, run_details, sketch
from stillwatch.counting import number_of
from stillwatch.engine import Engine
from stillwatch.errors import InputError
from stillwatch.files import (
    RUN_FILES,
    RUN_STALE,
    digest,
    other_files,
    publishing,
    quoted,
    reading_parquet,
    table_digests,
    write_json,
    write_parquet,
)
from stillwatch.judge import results, verdict_words
from stillwatch.judge.link_graph import Pairs
from stillwatch.tables import ACCOUNT_VERDICTS, ACCOUNTS, CAMPAIGNS, HARVEST, LINKS, WATCH

I64 = NDArray[np.int64]
Earlier = list[tuple[str, set[str], set[str]]]
"""Of each campaign of an earlier run: identifier, accounts, marks."""

HARVEST_ROWS = 1 << 20
"""Rows of a row group of harvest.parquet."""
EXAMPLES = 60
"""Harvested prompts of each campaign that are read to make masked examples."""
MAX_LINKS = 200_000
"""Pairs written to links.parquet for each view, the strongest."""
AROUND_HOURS, MOVED = 48, 0.2
"""Hours before and after a release that are compared, and the rise of the new model's share of the harvest that is told as a move to it."""
CONTINUED = 0.2
"""Jaccard similarity of accounts, or of marks, from which a campaign continues one of an earlier run."""


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
    watch: judge.Watch
    shared: dict[str, I64]
    """What accounts share by view, as :func:`stillwatch.link.mark_counts` tells it."""
    tally: judge.Tally
    carried: dict[int, dict[str, I64]]
    """Sketch column -> habitual carriers of its objects."""
    harvested: list[NDArray[np.bool_]]
    """Per batch of events: which are harvest."""
    owner: list[I64]
    """Per batch of events: number of the campaign or group of the event's account, -1 for none."""
    told: frozenset[str]
    """Columns of :data:`stillwatch.link.TOLD` that any request has."""

    def account_scores(self) -> NDArray[np.float64]:
        """Score of every account seen, ``(n_accounts,)``: :func:`stillwatch.judge.account_scores`."""
        told, campaign = judge.suspicion(self.values, self.verdicts, self.model), self.final.labels(self.scene.people.n)
        return judge.account_scores(self.scene, told, self.verdicts, campaign, self.lead, self.n_campaigns)


def write(
    engine: Engine, out: Path, data: dataset.Dataset, outcome: Outcome | None, *, columns: tuple[str, ...], sketches: list[Path],
    as_of: datetime | None, earlier: Earlier, parameters: dict[str, Any], seconds: dict[str, float],
) -> dict[str, Any]:
    """Write every table of a run and return its summary; an earlier run is replaced at the end, and sketches of changed files go.

    Where there was no event to look at (no ``outcome``), the tables are empty, and the summary says so.
    """
    before = _sketched(out / "summary.json")
    common = {
        "version": __version__,
        "inputs": [{"path": str(path.relative_to(data.folder)), "sha256": digest(path), "bytes": path.stat().st_size}
                   for path in _read(data)],
        "sketches": [path.name for path in sketches],
        "parameters": parameters,
        "calibration": judge.calibrated().record if outcome is None else outcome.model.record,
        "stages": seconds,
        "privacy": data.ingested.get("privacy", "text"),
        "start": data.start.isoformat() if data.start else None,
        "as_of": as_of.isoformat() if as_of else None,
    }
    with publishing(out, RUN_FILES, stale=RUN_STALE) as staging:
        if outcome is None:
            summary = common | _write_nothing(staging, data, as_of)
        else:
            summary = common | _write(engine, staging, data, outcome, columns, as_of, earlier)
        summary["tables"] = table_digests(staging)
        write_json(summary, staging / "summary.json")
    now = _sketched(out / "summary.json")
    for path, (sha256, name) in before.items():
        gone = data.start is None if path not in now else now[path][0] != sha256
        if gone and name not in summary["sketches"]:
            partitions.remove(out / partitions.FOLDER / name)
    return summary


def _sketched(summary: Path) -> dict[str, tuple[str, str]]:
    """File of events -> its SHA-256 and the name of its sketches, as a run tells; nothing where there is none."""
    try:
        told = json.loads(summary.read_text(encoding="utf-8"))
        rows = zip(told["inputs"], told["sketches"], strict=False)
        # A summary may have been edited: what it names is removed only where it lies among the sketches.
        return {row["path"]: (row["sha256"], name) for row, name in rows if Path(name).name == name}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write_nothing(out: Path, data: dataset.Dataset, as_of: datetime | None) -> dict[str, Any]:
    """The tables without a row, and what the summary tells of them."""
    for name, table in (("harvest", HARVEST), ("links", LINKS), ("watch", WATCH), ("accounts", ACCOUNT_VERDICTS), ("campaigns", CAMPAIGNS)):
        write_parquet(table.schema.empty_table(), out / f"{name}.parquet")
    bounds = (f" from {data.start.isoformat()} on" if data.start else "", f" before {as_of.isoformat()}" if as_of else "")
    within = " and".join(filter(None, bounds))
    counts = (
        "n_events", "n_accounts", "n_groups_judged", "n_campaigns", "n_review", "n_accused", "n_for_review", "n_watched", "n_harvested",
    )
    return dict.fromkeys(counts, 0) | {
        "blind_views": [{"view": "all", "reason": "there are no events"}],
        "first_seen": None,
        "last_seen": None,
        "estimated_false_discoveries": 0.0,
        "warnings": [f"The log has no events{within}, so nothing was looked at", *_unread(data)],
    }


def _write(
    engine: Engine, out: Path, data: dataset.Dataset, outcome: Outcome, columns: tuple[str, ...], as_of: datetime | None, earlier: Earlier
) -> dict[str, Any]:
    scene, final = outcome.scene, outcome.final
    campaign = final.labels(scene.people.n)
    pairs = _pairs(outcome, campaign)
    found = results.Found(campaign, outcome.lead, outcome.n_campaigns, pairs, _shared(outcome))
    identifiers = results.names(scene, found)
    seen = _harvest(engine, out / "harvest.parquet", data, outcome, identifiers, as_of)
    described = []
    for number in range(final.n):
        detail = results.details(
            scene, found, number, outcome.values, outcome.findings, outcome.model, outcome.verdicts, outcome.tally,
            seen.labels,
        )
        examples = seen.examples[number]
        forms = judge.masked(examples)
        detail["templates"] = [{"masked": form, "events": n, "of": len(examples)} for form, n in forms[:5]]
        detail["pivots"] = _pivots(outcome.tally, number, data, seen.labels)
        if number >= outcome.n_campaigns:
            detail["not_accused"] = verdict_words.not_accused(outcome.values, outcome.verdicts, outcome.model, int(outcome.lead[number]))
        described.append(detail)
    lineage = [_ancestor(earlier, set(_ids(scene, campaign == number)), described[number]) for number in range(final.n)]
    reasons = [results.reasons(outcome.values, outcome.findings, outcome.model, int(g)) for g in outcome.lead]
    write_parquet(_links(scene, pairs), out / "links.parquet")
    watch = _watch(outcome)
    write_parquet(watch, out / "watch.parquet")
    write_parquet(results.account_table(scene, found, outcome.account_scores(), identifiers, reasons), out / "accounts.parquet")
    table = results.campaign_table(scene, found, outcome.verdicts, outcome.tally, identifiers, described, lineage)
    write_parquet(table, out / "campaigns.parquet")
    accused = int((campaign >= 0).sum())
    q = outcome.verdicts.q_value[outcome.lead[: outcome.n_campaigns]]
    sizes = final.sizes()[: outcome.n_campaigns]
    return {
        "blind_views": _blind(outcome, data, columns, seen),
        "n_events": int(scene.people.n_events.sum()),
        "n_accounts": scene.people.n,
        "n_groups_judged": scene.n,
        "n_campaigns": outcome.n_campaigns,
        "n_review": final.n - outcome.n_campaigns,
        "n_accused": int(sizes.sum()),
        "n_for_review": accused - int(sizes.sum()),
        "n_watched": len(watch),
        "n_harvested": int(outcome.tally.harvested[: outcome.n_campaigns].sum()),
        "first_seen": _iso(scene.window_us[0]),
        "last_seen": _iso(scene.window_us[1]),
        "estimated_false_discoveries": round(float((q * sizes).sum()), 4),
        "warnings": _warnings(seen, data, scene.people.ids),
    }


def _read(data: dataset.Dataset) -> list[Path]:
    """The files that were read, those of events first, as the sketches are listed."""
    others = (data.accounts_file, data.folder / "releases.json")
    return [*data.event_files, *(path for path in others if path is not None and path.exists())]


def _iso(us: int) -> str:
    return datetime.fromtimestamp(us / 1e6, UTC).isoformat()


def _ids(scene: judge.Scene, mask: NDArray[np.bool_]) -> list[str]:
    found: list[str] = scene.people.ids.filter(pa.array(mask)).to_pylist()
    return found


def _event_batches(data: dataset.Dataset, names: tuple[str, ...], as_of: datetime | None) -> Iterator[pa.Table]:
    """The batches that sketches were made of, in the same order and cut the same way, with other columns."""
    for path in data.event_files:
        yield from dataset.batches(path, (*names, "timestamp"), as_of, data.start)


@dataclass
class Seen:
    """What the second reading of the events tells."""

    examples: list[list[str]]
    """Of each campaign: harvested prompts, drawn by a hash of the event."""
    labels: dict[int, str]
    """Names of models and access paths behind their hashes."""
    filled: set[str]
    """Text columns that have values."""
    repeated: int
    """Requests whose event_id came before."""


def _harvest(
    engine: Engine, path: Path, data: dataset.Dataset, outcome: Outcome, identifiers: list[str], as_of: datetime | None
) -> Seen:
    """Write the harvested events of campaigns, sorted: nothing depends on the order of the log, or on how it is cut into files."""
    n = outcome.final.n
    seen = Seen([[] for _ in range(n)], {}, set(), 0)
    lowest: list[list[tuple[int, str]]] = [[] for _ in range(n)]
    ids: list[I64] = []
    names = ("event_id", "access_path", "model", "prompt", "system")
    unsorted, in_order = (path.with_name(f"{name}.parquet") for name in ("unsorted", "sorted"))
    with _Rows(unsorted) as rows_out:
        for table, flags, owner in zip(
            _event_batches(data, names, as_of), outcome.harvested, outcome.owner, strict=True
        ):
            for name in ("access_path", "model"):
                for value in pc.unique(table[name].cast(pa.string())).to_pylist():
                    if value is not None:
                        seen.labels[int(sketch.account_key(pa.array([value]))[0])] = value
            seen.filled |= {name for name in ("prompt", "system") if table[name].null_count < len(table)}
            ids.append(sketch.account_key(table["event_id"]))
            rows = np.flatnonzero(flags & (owner >= 0))
            sure = rows[owner[rows] < outcome.n_campaigns]
            if len(sure):
                indices = pa.array(owner[sure].astype(np.int32))
                whose = pa.DictionaryArray.from_arrays(indices, pa.array(identifiers, pa.string()))
                columns = [table["event_id"].take(pa.array(sure)), whose.cast(pa.string())]
                rows_out.add(pa.table(columns, schema=HARVEST.schema))
            for number in np.unique(owner[rows]).tolist():
                lowest[number] = _lowest(lowest[number], ids[-1], rows[owner[rows] == number], table["prompt"])
    seen.examples = [[text for _, text in found if text] for found in lowest]
    every = np.sort(np.concatenate(ids)) if ids else np.zeros(0, np.int64)
    seen.repeated = int((every[1:] == every[:-1]).sum())
    engine.run(
        f"COPY (SELECT event_id, campaign_id FROM read_parquet({quoted(unsorted)}) ORDER BY campaign_id, event_id)"
        f" TO {quoted(in_order)} (FORMAT parquet)"
    )
    # How the engine cuts a file into row groups depends on its threads.
    with _Rows(path) as rows_out, pq.ParquetFile(in_order) as file:
        for batch in file.iter_batches(HARVEST_ROWS):
            rows_out.add(pa.Table.from_batches([batch]).cast(HARVEST.schema))
    for left in (unsorted, in_order):
        left.unlink()
    return seen


def _lowest(known: list[tuple[int, str]], hashes: I64, rows: I64, prompts: pa.ChunkedArray) -> list[tuple[int, str]]:
    """The prompts with the lowest hashes of the event: a sample that does not depend on the order of the log.

    Args:
        known: hashes and prompts of earlier batches, at most EXAMPLES.
        hashes: of each event of the batch.
        rows: events of the batch that may be taken.
        prompts: of each event of the batch; null counts as empty.
    """
    mine = hashes[rows]
    limit = np.partition(mine, EXAMPLES - 1)[EXAMPLES - 1] if len(mine) > EXAMPLES else np.iinfo(np.int64).max
    if len(known) == EXAMPLES:
        limit = min(limit, known[-1][0])
    near = mine <= limit
    texts = prompts.take(pa.array(rows[near])).to_pylist()
    return sorted(known + [(key, text or "") for key, text in zip(mine[near].tolist(), texts, strict=True)])[:EXAMPLES]


class _Rows:
    """Writes harvest.parquet in row groups of one size, whatever the size of the batches."""

    def __init__(self, path: Path) -> None:
        self._path, self._waiting, self._n = path, [HARVEST.schema.empty_table()], 0

    def __enter__(self) -> "_Rows":
        self._writer = pq.ParquetWriter(self._path, HARVEST.schema, compression="zstd")
        return self

    def add(self, table: pa.Table) -> None:
        """Take some rows."""
        self._waiting.append(table)
        self._n += len(table)
        if self._n >= HARVEST_ROWS:
            self._write(self._n - self._n % HARVEST_ROWS)

    def _write(self, n: int) -> None:
        table = pa.concat_tables(self._waiting).combine_chunks()
        self._writer.write_table(table.slice(0, n), row_group_size=HARVEST_ROWS)
        self._waiting, self._n = [table.slice(n)], self._n - n

    def __exit__(self, *error: object) -> None:
        try:
            if error[0] is None:
                self._write(self._n)
        finally:
            self._writer.close()


def _shared(outcome: Outcome) -> list[list[tuple[str, int, int, float, int]]]:
    """Of each campaign: (view, object, its accounts that leave it, accounts that chance would give, their requests), most accounts first.

    Chance gives each account that leaves the object to the campaign by the campaign's share of all accounts.
    """
    views, shared = tuple(link.CONTENT_VIEWS), outcome.shared
    out: list[list[tuple[str, int, int, float, int]]] = [[] for _ in range(outcome.final.n)]
    expected = shared["accounts"] * outcome.final.sizes()[shared["campaign"]] / outcome.scene.people.n
    names = ("campaign", "place", "object", "inside", "events")
    for number, view, object_, inside, events, by_chance in zip(*(shared[name].tolist() for name in names), expected.tolist(), strict=True):
        out[number].append((views[view], object_, inside, by_chance, events))
    return out


def _pairs(outcome: Outcome, campaign: I64) -> dict[str, Pairs]:
    """Linked pairs inside campaigns and groups by view.

    Who left the same object, or has the same payment or contact, is linked in a chain, each with the next account of the campaign:
    linear in accounts, and enough to see who hangs together.
    """
    scene, hand = outcome.scene, outcome.scene.handoffs
    n = scene.people.n
    out: dict[str, Pairs] = {}

    def keep(view: str, a: I64, b: I64, shared: I64, chance: NDArray[np.float64]) -> None:
        inside = (campaign[a] >= 0) & (campaign[a] == campaign[b]) & (a != b)
        low, high = np.minimum(a, b)[inside], np.maximum(a, b)[inside]
        if len(low):
            key, inverse = np.unique(low * n + high, return_inverse=True)
            total, expected = (np.bincount(inverse, weights=of[inside]) for of in (shared, chance))
            out[view] = Pairs(key // n, key % n, total.astype(np.int64), np.maximum(expected, 1e-9))

    def chained(value: I64, account: I64) -> tuple[I64, I64, NDArray[np.bool_]]:
        """Neighbours among the accounts of a campaign that have a value, and the row of each pair's first one."""
        rows = np.flatnonzero(campaign[account] >= 0)
        rows = rows[np.lexsort((account[rows], value[rows], campaign[account[rows]]))]
        same = (value[rows][1:] == value[rows][:-1]) & (campaign[account[rows]][1:] == campaign[account[rows]][:-1])
        return account[rows][:-1][same], account[rows][1:][same], rows[:-1][same]

    chance = scene.people.n_events[hand.giver] / max(scene.people.n_events.sum(), 1)
    keep("session.handoff", hand.taker, hand.giver, hand.n, chance * hand.n)
    for view, value in scene.identities.items():
        a, b, _ = chained(value[value >= 0], np.flatnonzero(value >= 0))
        k = np.bincount(value[value >= 0]) if (value >= 0).any() else np.zeros(1)
        rate = float((k * (k - 1.0)).sum() / max(n * (n - 1.0), 1))
        keep(view, a, b, np.ones(len(a), np.int64), np.full(len(a), rate))
    habits = []
    for carried in outcome.carried.values():
        every = carried["object"]  # ascending
        a, b, rows = chained(every, carried["account"])
        carriers = np.searchsorted(every, every[rows], "right") - np.searchsorted(every, every[rows], "left")
        habits.append((a, b, (carriers / n) ** 2))
    if habits:
        a, b, chance = (np.concatenate(parts) for parts in zip(*habits, strict=True))
        keep("content.habit", a, b, np.ones(len(a), np.int64), chance)
    return out


def _links(scene: judge.Scene, linked: dict[str, Pairs]) -> pa.Table:
    parts = [LINKS.schema.empty_table()]
    for view, pairs in sorted(linked.items()):
        strongest = pairs.take(np.sort(np.argsort(-pairs.log_odds, kind="stable")[:MAX_LINKS]))
        parts.append(pa.table({
            "account_a": scene.people.ids.take(pa.array(strongest.a)),
            "account_b": scene.people.ids.take(pa.array(strongest.b)),
            "view": pa.array([view] * len(strongest.a), pa.string()),
            "n_shared": strongest.shared.astype(np.int32),
            "expected": strongest.expected,
            "log_odds": strongest.log_odds,
        }, schema=LINKS.schema))
    return pa.concat_tables(parts)


def _watch(outcome: Outcome) -> pa.Table:
    """The watch list; a group's accounts are those that may be listed."""
    scene, watch = outcome.scene, outcome.watch
    rows = []
    for rank, (number, out, score) in enumerate(zip(watch.group.tolist(), watch.stands_out, watch.score, strict=True), start=1):
        accounts = np.unique(scene.groups.member_account[watch.member & (scene.groups.member_group == number)])
        rows.append({
            "rank": rank, "stands_out": out, "score": score,
            "n_accounts": len(accounts), "n_events": int(scene.people.n_events[accounts].sum()),
            "account_ids": scene.people.ids.take(pa.array(accounts)).to_pylist(),
            "reasons": results.reasons(outcome.values, outcome.findings, outcome.model, number),
            "not_accused": verdict_words.not_accused(outcome.values, outcome.verdicts, outcome.model, number),
            "explanations": results.explanations(outcome.verdicts, number),
        })
    return pa.Table.from_pylist(rows, WATCH.schema)


def _pivots(tally: judge.Tally, number: int, data: dataset.Dataset, labels: dict[int, str]) -> list[dict[str, Any]]:
    """Releases after which the campaign moved to the new model, with its share of the harvest before and after."""
    out = []
    by_name: dict[str, dict[int, int]] = {}
    for (model, hour), n in tally.models[number].items():
        by_name.setdefault(labels.get(model, ""), {})[hour + tally.start_hour] = n
    for release in data.releases:
        released = datetime.fromisoformat(str(release["released_at"]))
        at = int((released if released.tzinfo else released.replace(tzinfo=UTC)).timestamp()) // 3600
        mine = by_name.get(str(release["model"]), {})

        def share(first: int, last: int, mine: dict[int, int] = mine) -> float:
            total = sum(n for hours in by_name.values() for hour, n in hours.items() if first <= hour < last)
            return sum(n for hour, n in mine.items() if first <= hour < last) / total if total else 0.0

        before, after = share(at - AROUND_HOURS, at), share(at, at + AROUND_HOURS)
        if after - before >= MOVED:
            shares = {"share_before": round(before, 4), "share_after": round(after, 4)}
            out.append({"model": release["model"], "released_at": release["released_at"]} | shares)
    return out


def earlier_campaigns(run: Path) -> Earlier:
    """Campaigns of an earlier run.

    Raises:
        InputError: it is no whole run, or not readable.
    """
    path = run / "campaigns.parquet"
    if not (path.exists() and (run / "summary.json").exists()):
        raise InputError("not a whole run", where=run, todo="Pass a folder that stillwatch detect wrote")
    accounts: dict[str, set[str]] = {}
    with reading_parquet(run / "accounts.parquet"):
        table = pq.read_table(run / "accounts.parquet", columns=["account_id", "campaign_id"])
    with reading_parquet(path):
        rows = pq.read_table(path, columns=["campaign_id", "details"]).to_pylist()
    for account, campaign in zip(table["account_id"].to_pylist(), table["campaign_id"].to_pylist(), strict=True):
        if campaign is not None:
            accounts.setdefault(campaign, set()).add(account)
    campaigns = []
    for row in rows:
        marks = run_details.parse(row["details"], row["campaign_id"], path).get("objects") or []
        members = accounts.get(row["campaign_id"], set())
        campaigns.append((row["campaign_id"], members, {str(mark["object"]) for mark in marks if "object" in mark}))
    return campaigns


def _ancestor(earlier: Earlier, accounts: set[str], detail: dict[str, Any]) -> str | None:
    """The earlier campaign that this one continues: most accounts or marks in common; None where there is none."""
    objects = {row["object"] for row in detail.get("objects", [])}

    def alike(a: set[str], b: set[str]) -> float:
        return len(a & b) / len(a | b) if a | b else 0.0

    scored = [(max(alike(accounts, theirs), alike(objects, marks)), name) for name, theirs, marks in earlier]
    best = max(scored, default=(0.0, ""))
    return best[1] if best[0] >= CONTINUED else None


def _warnings(seen: Seen, data: dataset.Dataset, ids: pa.Array) -> list[str]:
    found = []
    if data.accounts_file is not None:
        parts = [part["account_id"].combine_chunks() for part in dataset.tables(data.accounts_file, ACCOUNTS.only(("account_id",)))]
        registered = pa.concat_arrays([part.dictionary_decode() if pa.types.is_dictionary(part.type) else part for part in parts])
        known = pc.sum(pc.is_in(ids, registered.cast(ids.type))).as_py() or 0
        if len(registered) and known < len(ids) / 2:
            found.append(
                f"{known:,} of {number_of(len(ids), 'account')} seen are in {data.accounts_file.name}: are identifiers hashed"
                " with one key in both? Of the others no sign-up, payment or organisation is known"
            )
    if seen.repeated:
        found.append(
            f"{seen.repeated:,} requests have an event_id that came before, and were counted again: a log that is read"
            " twice looks like a habit. stillwatch ingest leaves repeated requests out"
        )
    return found + _unread(data)


def _unread(data: dataset.Dataset) -> list[str]:
    """What lies among the events and is none."""
    others = other_files(data.folder / "events")
    told = f"{number_of(len(others), 'file')} in events/ not read, being neither .parquet nor .jsonl; the first: "
    return [f"{told}{others[0].relative_to(data.folder)}"] if others else []


BLIND_WITHOUT = {
    "client": ("infra.client", "events have neither user_agent nor ja4"),
    "model": ("harvest.pivot", "events have no model"),
    "path": ("infra.pathway", "events have no access_path"),
    "output_tokens": ("harvest.long_answers", "events have no output_tokens"),
}
"""Column of a sketch: what is blind without it, and why."""


def _blind(outcome: Outcome, data: dataset.Dataset, columns: tuple[str, ...], seen: Seen) -> list[dict[str, str]]:
    """Views that saw nothing, with the column that was empty."""
    people, found = outcome.scene.people, []
    for view, value in outcome.scene.identities.items():
        if not (value >= 0).any():
            found.append({"view": view, "reason": f"the registry tells no {view.split('.')[1]}"})
    if (people.created_us == judge.UNKNOWN).all():
        found.append({"view": "identity.signup", "reason": "the registry tells no created_at"})
    if (people.banned_us == judge.UNKNOWN).all():
        found += [{"view": f"identity.{view}", "reason": "no account has banned_at"} for view in ("replacement", "banned")]
    if not outcome.scene.sample.net_known.any():
        found.append({"view": "infra.network", "reason": "events have no ip"})
    sketched = data.ingested.get("sketches") is not None
    for view, names in link.CONTENT_VIEWS.items():
        text = "system" if view == "content.system" else "prompt"
        if view != "content.tools" and text not in seen.filled and not sketched:
            found.append({"view": view, "reason": f"events have no {text}"})
        elif not any(len(outcome.carried[columns.index(name)]["object"]) for name in names if outcome.carried):
            found.append({"view": view, "reason": f"nothing recurs in {', '.join(names)}"})
    if "prompt" not in seen.filled and not sketched:
        found.append({"view": "conduct.capability", "reason": "events have no prompt: what they ask for is not known"})
    if not len(outcome.scene.handoffs.taker):
        reason = "no request continues another account's context, or context_key and parent_key are empty"
        found.append({"view": "session.handoff", "reason": reason})
    found += [{"view": view, "reason": why} for column, (view, why) in BLIND_WITHOUT.items() if column not in outcome.told]
    if "model" in outcome.told and not data.releases:
        found.append({"view": "harvest.pivot", "reason": "no release of a model is told (releases.json)"})
    return found
