"""On traffic that was dealt anew over the accounts, margins kept, no innocent is accused."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.detect import pipeline
from stillwatch.files import data_files

SENDER = ("account_id", "org_id", "key_id")
CONTENT = ("system", "prompt", "tools_key", "context_key", "parent_key")
KEYS = ("context_key", "parent_key")
REGISTERED = ("created_at", "payment_hash", "phone_hash", "email_hash", "email_domain", "signup_ip")


def dealt(table: pa.Table, names: tuple[str, ...], rng: np.random.Generator) -> pa.Table:
    """The table with some columns, together, in another order."""
    order = pa.array(rng.permutation(len(table)))
    for name in names:
        table = table.set_column(table.column_names.index(name), name, table[name].take(order))
    return table


def senders(events: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Every request to another sender: accounts keep their number of requests, objects how often they occur."""
    return dealt(events, SENDER, rng)


def content(events: pa.Table, rng: np.random.Generator) -> pa.Table:
    """What was asked, and in which conversation, to other requests; who asked when and from where stays."""
    return dealt(events, CONTENT, rng)


def without_keys(deal: Callable[[pa.Table, np.random.Generator], pa.Table]) -> Callable[[pa.Table, np.random.Generator], pa.Table]:
    def dealt_without(events: pa.Table, rng: np.random.Generator) -> pa.Table:
        events = deal(events, rng)
        for name in KEYS:
            events = events.set_column(events.column_names.index(name), name, pa.nulls(len(events), pa.int64()))
        return events

    return dealt_without


def accused(world: Path, folder: Path, events: pa.Table, registry: pa.Table) -> set[str]:
    """Innocent accounts that a run on these events and this registry accuses."""
    (folder / "logs" / "events").mkdir(parents=True)
    shutil.copy(world / "releases.json", folder / "logs")
    pq.write_table(registry, folder / "logs" / "accounts.parquet")
    pq.write_table(events, folder / "logs" / "events" / "all.parquet")
    summary = pipeline.detect(folder / "logs", folder / "run", quiet=True)
    assert summary["n_events"] == len(events)
    innocent = {row["account_id"] for row in pq.read_table(world / "truth.parquet").to_pylist() if row["campaign"] is None}
    verdicts = pq.read_table(folder / "run" / "accounts.parquet").to_pylist()
    return {row["account_id"] for row in verdicts if row["verdict"] == "campaign"} & innocent


@pytest.mark.parametrize("register", ["registry kept", "registry dealt"])
@pytest.mark.parametrize(
    "deal", [senders, content, without_keys(senders), without_keys(content)],
    ids=["senders", "content", "senders without keys", "content without keys"],
)
def test_no_innocent_is_accused_of_dealt_traffic(
    small_world: Path, tmp_path: Path, deal: Callable[[pa.Table, np.random.Generator], pa.Table], register: str
) -> None:
    """Operators may still be: their payments, sign-ups and loads stay where the registry and the volumes do."""
    rng = np.random.default_rng(4)
    events = deal(pa.concat_tables([pq.read_table(path) for path in data_files(small_world / "events")]), rng)
    registry = pq.read_table(small_world / "accounts.parquet")
    for name in REGISTERED if register == "registry dealt" else ():
        registry = dealt(registry, (name,), rng)
    assert accused(small_world, tmp_path, events, registry) == set()
