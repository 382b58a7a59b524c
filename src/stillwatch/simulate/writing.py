"""Writes a world: builds accounts, generates days one after the other, renders and writes them on threads."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stillwatch import dataset, tables
from stillwatch.errors import InputError
from stillwatch.files import PARTIAL, atomic_write, write_json, write_parquet
from stillwatch.simulate import grammar, sessions
from stillwatch.simulate import stock as st
from stillwatch.simulate.crowds import Span, add_crowd
from stillwatch.simulate.harvesting import pool_events, quotas
from stillwatch.simulate.kernels import dotted
from stillwatch.simulate.operators import Pool, add_operator
from stillwatch.simulate.pools import FilePools, Rates, read_prompts, read_rates
from stillwatch.simulate.registry import PLANS
from stillwatch.simulate.render import Renderer, dictionary_array, hex_identifiers, string_array
from stillwatch.simulate.roster import Accounts, Array, Habits, Roster, finish
from stillwatch.simulate.stock import DAY_US
from stillwatch.simulate.world import APP, CLOCKWORK, KINDS, World
from stillwatch.terminal.progress import track

ROW_GROUP = 500_000
NEVER_US = 1 << 61
METADATA_MARK = {b"stillwatch": b"simulated"}
"""Metadata of a world's tables of events, accounts and truth: what has it not is somebody's log, and is not replaced."""
NO_DICTIONARY = ("event_id", "prompt", "context_key", "parent_key", "timestamp")  # columns where a dictionary would not pay


@dataclass
class Built:
    """A world with its accounts, ready to generate days."""

    world: World
    seed: int
    span: Span
    roster: Roster
    accounts: Accounts
    habits: Habits
    pools: list[Pool]
    traffic: sessions.Traffic
    ids: Array


def write(
    world: World,
    out: Path,
    seed: int = 1,
    *,
    prompts: Path | None = None,
    rates: Path | None = None,
    quiet: bool = False,
) -> dict[str, Any]:
    """Write the log tables of a world; returns counts and the time it took (s)."""
    begun = perf_counter()
    out = Path(out)
    if out.exists() and not out.is_dir():
        raise InputError("is a file, not a folder", where=out)
    built = build(world, seed, read_prompts(prompts) if prompts else None, read_rates(rates, world.days) if rates else None)
    _clear(out)
    harvest: list[pa.Table] = []
    requests = np.zeros(len(world.operators) + 1, np.int64)
    waiting: deque[Future[tuple[Array, pa.Table]]] = deque()
    with ThreadPoolExecutor(2) as threads:
        for day, batch in track(_days(built), f"simulating {world.name}", world.days, quiet=quiet):
            waiting.append(threads.submit(_write_day, built, out, day, batch))
            while len(waiting) > 1:
                count, found = waiting.popleft().result()
                requests += count
                harvest.append(found)
        while waiting:
            count, found = waiting.popleft().result()
            requests += count
            harvest.append(found)
    truth_events = pa.concat_tables(harvest)
    write_parquet(_with_metadata_mark(truth_events), out / "truth_events.parquet")
    _write_accounts(built, out)
    seconds = perf_counter() - begun
    events = int(requests.sum())
    return {
        "scenario": world.name,
        "seed": seed,
        "events": events,
        "accounts": built.accounts.n,
        "days": world.days,
        "harvested": len(truth_events),
        "operators": {o.name: _operator_totals(built, n, int(requests[n]), truth_events) for n, o in enumerate(world.operators)},
        "seconds": round(seconds, 2),
        "events_per_second": round(events / seconds),
        "out": str(out),
    }


def build(world: World, seed: int, prompts: FilePools | None = None, rates: Rates | None = None) -> Built:
    """Make the accounts of a world."""
    phrases = grammar.build(grammar.rules(), prompts.texts if prompts else {})
    stock = st.make(seed, phrases, prompts.uses if prompts else {})
    start = int(datetime.combine(world.start, datetime.min.time(), UTC).timestamp()) * 1_000_000
    release = NEVER_US if world.release_day is None else start + int(world.release_day * DAY_US)
    span = Span(start, world.days, release)
    roster = Roster(stock)
    for number, crowd in enumerate(world.crowds):
        add_crowd(roster, crowd, number, span)
    pools = [add_operator(roster, operator, number, span) for number, operator in enumerate(world.operators)]
    if not roster.n:
        raise InputError(f"the world {world.name} has no accounts")
    accounts, habits = finish(roster)
    traffic = sessions.Traffic(
        accounts,
        habits,
        stock,
        np.zeros(max(roster.n_queues, 1), np.int64),
        np.zeros(accounts.n, np.int64),
        sessions.quantiles(st.profiles()),
    )
    if rates:
        traffic.rates = rates.shapes
        api = (accounts["campaign"] < 0) & (accounts["path"] != APP) & (accounts["hours"] != CLOCKWORK)
        traffic.shape = np.where(api, stock.rng.integers(len(rates.shapes), size=accounts.n), -1)
    ids = sessions.random_numbers(np.arange(accounts.n, dtype=np.uint64) ^ np.uint64(stock.salt))
    return Built(world, seed, span, roster, accounts, habits, pools, traffic, ids)


def _days(built: Built) -> Iterator[tuple[int, sessions.Batch]]:
    """Events day by day in the order of time; what runs past midnight is carried to the next day."""
    rng = np.random.default_rng([built.seed, 2])
    plans = [quotas(pool, built.world.days, built.span.start, rng) for pool in built.pools]
    carry: sessions.Batch | None = None
    for day in range(built.world.days):
        start = built.span.start + day * DAY_US
        rng = np.random.default_rng([built.seed, 3, day])
        batches = [sessions.own_sessions(built.traffic, rng, start, day)]
        for pool, (harvest, relay) in zip(built.pools, plans, strict=True):
            batches += pool_events(built.traffic, pool, rng, start, int(harvest[day]), int(relay[day]))
        if carry is not None:
            batches.append(carry)
        batch = sessions.join(batches)
        banned = built.accounts["banned"][batch["account"]]
        batch = sessions.take(batch, (banned < 0) | (batch["time"] < banned))
        later = batch["time"] >= start + DAY_US
        carry = sessions.take(batch, later)
        today = sessions.take(batch, ~later)
        yield day, sessions.take(today, np.argsort(today["time"], kind="stable"))


def _write_day(built: Built, out: Path, day: int, batch: sessions.Batch) -> tuple[Array, pa.Table]:
    """Render and write one day; returns requests of each operator's accounts (innocents last) and which are harvest."""
    n = len(batch["time"])
    stock = built.roster.stock
    networks = stock.networks
    renderer = Renderer(
        built.accounts,
        built.habits,
        stock,
        built.span.release,
        built.ids,
        (np.array(networks.base), np.array(networks.size), np.array(networks.asn), np.array(networks.country)),
    )
    event_ids = sessions.random_numbers(np.arange(n, dtype=np.uint64) + np.uint64(stock.seed(21, day) >> 1))
    date = built.world.start + timedelta(days=day)
    with atomic_write(out / "events" / f"{date.isoformat()}.parquet") as partial:
        writer: pq.ParquetWriter | None = None
        for begin in range(0, max(n, 1), ROW_GROUP):
            part = slice(begin, begin + ROW_GROUP)
            table = renderer.table({name: values[part] for name, values in batch.items()}, event_ids[part])
            if writer is None:
                writer = _writer(partial, table)
            writer.write_table(pa.Table.from_arrays(table.columns, schema=writer.schema), row_group_size=ROW_GROUP)
        if writer is not None:
            writer.close()
    kept = np.flatnonzero(batch["campaign"] >= 0)
    campaign = [operator.name for operator in built.world.operators]
    found = pa.table(
        {
            "event_id": hex_identifiers("req_", event_ids[kept]),
            "campaign": dictionary_array(batch["campaign"][kept], campaign).cast(pa.string()),
        }
    )
    return np.bincount(
        built.accounts["campaign"][batch["account"]] % (len(campaign) + 1), minlength=len(campaign) + 1
    ), found


def _writer(path: Path, table: pa.Table) -> pq.ParquetWriter:
    """A writer whose file reads back as plain columns, whatever was a dictionary while writing."""
    fields = [pa.field(c.name, table.schema.field(c.name).type, nullable=not c.required) for c in tables.EVENTS.columns]
    writer = pq.ParquetWriter(
        path,
        pa.schema(fields),
        compression="zstd",
        compression_level=1,
        store_schema=False,
        use_dictionary=[name for name in tables.EVENTS.names if name not in NO_DICTIONARY],
    )
    writer.add_key_value_metadata(METADATA_MARK)
    return writer


def _clear(out: Path) -> None:
    """Remove the files of an earlier world: were this one interrupted, they would be read as part of it.

    An earlier world may be one that was interrupted: each of its files is whole, and says what it is.

    Raises:
        InputError: something lies there that is not of a simulated world, and would be replaced or read as part of this one.
    """
    days = sorted(path for path in (out / "events").glob("*") if not path.name.endswith(PARTIAL))
    written = [path for name in ("accounts.parquet", "truth.parquet", "truth_events.parquet") if (path := out / name).exists()]
    others = [out / "events"] if (out / "events").is_file() else []
    # Releases cannot say what they are; a world's come last, so that its accounts are beside them.
    others += [out / "ingest.json", out / "accounts.jsonl", *([] if (out / "accounts.parquet").exists() else [out / "releases.json"])]
    strange = [path for path in (*days, *written) if not _simulated(path)] + [path for path in others if path.exists()]
    if strange:
        raise InputError("not of a simulated world, so it is not replaced", where=strange[0], todo="Pass another folder")
    # Accounts go after the releases, which are a world's only beside them.
    for path in (out / "releases.json", *reversed(written), *days):
        path.unlink(missing_ok=True)


def _simulated(path: Path) -> bool:
    try:
        return METADATA_MARK.items() <= (pq.read_metadata(path).metadata or {}).items()
    except (OSError, pa.ArrowException):
        return False


def _operator_totals(built: Built, number: int, requests: int, truth_events: pa.Table) -> dict[str, int]:
    """What an operator got and what it took: accounts, harvested requests, all requests, payment methods."""
    mine = built.accounts["campaign"] == number
    name = built.world.operators[number].name
    harvested = int(pc.sum(pc.equal(truth_events["campaign"], name)).as_py() or 0)
    payments = len(np.unique(built.accounts["payment"][mine]))
    return {"accounts": int(mine.sum()), "harvested": harvested, "requests": requests, "payments": payments}


def _write_accounts(built: Built, out: Path) -> None:
    """The registry, truth and releases; rows in the order of identifiers, which are as good as random."""
    a, order = built.accounts, np.argsort(built.ids)
    secret = np.uint64(built.roster.stock.seed(31))

    def hashed(name: str) -> pa.Array:
        values = a[name][order]
        return hex_identifiers("", sessions.random_numbers(values.astype(np.uint64) ^ secret), values < 0, 32)

    def times(name: str) -> pa.Array:
        values = a[name][order]
        return pa.array(values, pa.timestamp("us", "UTC"), mask=values < 0)

    ip = a["signup_ip"][order]
    org = a["org"][order]
    account_id = hex_identifiers("acct_", built.ids[order])
    registry = pa.table(
        {
            "account_id": account_id,
            "created_at": times("created"),
            "kind": dictionary_array(a["kind"][order], KINDS),
            "org_id": hex_identifiers("org_", sessions.random_numbers(org), org < 0),
            "verified": pa.array(a["verified"][order]),
            "access_type": dictionary_array(a["passthrough"][order], ("application", "passthrough")),
            "email_domain": dictionary_array(a["domain"][order], built.roster.stock.domains),
            "email_hash": hashed("email"),
            "payment_hash": hashed("payment"),
            "phone_hash": hashed("phone"),
            "signup_ip": pc.if_else(pa.array(ip == 0), pa.scalar(None, pa.string()), string_array(*dotted(ip))),
            "country": dictionary_array(a["country"][order], st.COUNTRIES),
            "banned_at": times("banned"),
            "plan": dictionary_array(a["plan"][order], PLANS),
        }
    )
    write_parquet(_with_metadata_mark(tables.ACCOUNTS.conform(dataset.plain(registry))), out / "accounts.parquet")
    campaigns = [o.name for o in built.world.operators] or [""]
    campaign = a["campaign"][order]
    kinds = [*(crowd.name for crowd in built.world.crowds), "attack"]
    kind = np.where(campaign >= 0, len(kinds) - 1, a["crowd"][order])
    truth = pa.table(
        {
            "account_id": account_id,
            "campaign": dictionary_array(np.maximum(campaign, 0), campaigns, campaign < 0),
            "kind": dictionary_array(kind, kinds),
        }
    )
    write_parquet(_with_metadata_mark(tables.TRUTH.conform(dataset.plain(truth))), out / "truth.parquet")
    write_json(_releases(built), out / "releases.json")


def _with_metadata_mark(table: pa.Table) -> pa.Table:
    return table.replace_schema_metadata(METADATA_MARK)


def _releases(built: Built) -> list[dict[str, str]]:
    """Models and when they came out: the older ones long before the world, the new one within it."""
    found = []
    for number, model in enumerate(st.MODELS):
        when = built.span.release if number == st.NEW_MODEL else built.span.start - (200 + 90 * number) * DAY_US
        if when < NEVER_US:
            found.append({"model": model, "released_at": datetime.fromtimestamp(when / 1e6, UTC).isoformat()})
    return found
