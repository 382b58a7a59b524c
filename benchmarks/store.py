"""How long do the store's large jobs take: importing many cases, acting on a whole campaign, the snapshot of a million accounts?

    python benchmarks/store.py [--cases 10000] [--accounts 1000000] [--store URL]

Prints seconds, and for imports how long another process, which writes all the time, had to wait for its turn at most. By default a
fresh SQLite file in a temporary folder.
"""

import argparse
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from stillwatch.files import write_json, write_parquet
from stillwatch.respond import actions, cases, importing, policy, promotion
from stillwatch.respond.snapshot import streamed
from stillwatch.respond.store import SYSTEM, Actor, Store
from stillwatch.respond.vocabulary import Action, Reason, Role, Subject
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, CAPABILITIES

CAMPAIGN_ACCOUNTS = 24_000


@contextmanager
def timed(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"{what:60} {time.perf_counter() - start:8.2f} s", flush=True)


def write_on(url: str, told: Any) -> None:
    """Write a line to the audit log again and again; tell how long each took."""
    store, waits = Store.open(url), []
    told.send(None)
    while not told.poll(0.05):
        start = time.perf_counter()
        with store.write(SYSTEM) as change:
            change.audit("benchmark.wait", "store")
        waits.append(time.perf_counter() - start)
    told.send(waits)


@contextmanager
def disturbing(url: str) -> Iterator[None]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=write_on, args=(url, there), daemon=True)
    process.start()
    here.recv()
    yield
    here.send(None)
    waits = here.recv()
    process.join()
    print(f"    another writer: {len(waits)} writes, median {statistics.median(waits):.3f} s, longest {max(waits):.3f} s", flush=True)


def run_folder(folder: Path, sizes: list[int], score: float, at: datetime) -> Path:
    """A run with one campaign a size, of 20 marks each."""
    rows, people = [], []
    for i, size in enumerate(sizes):
        marks = [{"view": "content.opening", "object": f"{len(sizes)}-{i}-{j}", "accounts": size, "events": size} for j in range(20)]
        rows.append({
            "campaign_id": f"c-{len(sizes)}-{i}-{score}", "verdict": "campaign", "score": score, "q_value": 1e-4, "n_accounts": size,
            "n_events": size, "n_harvested": size, "first_seen": at - timedelta(days=1), "last_seen": at, "views": ["content"],
            "output_tokens": size, "capabilities": dict.fromkeys(CAPABILITIES, 0.0), "explanations": [], "lineage": None,
            "details": json.dumps({"objects": marks}),
        })
        told = {"verdict": "campaign", "campaign_id": rows[-1]["campaign_id"], "score": score, "reasons": ["x"]}
        people += [told | {"account_id": f"{len(sizes)}-{i}-{j}"} for j in range(size)]
    write_parquet(pa.Table.from_pylist(rows, CAMPAIGNS.schema), folder / "campaigns.parquet")
    write_parquet(pa.Table.from_pylist(people, ACCOUNT_VERDICTS.schema), folder / "accounts.parquet")
    write_json({"last_seen": at.isoformat()}, folder / "summary.json")
    return folder


def imported(store: Store, folder: Path) -> Any:
    return importing.import_run(store, SYSTEM, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--store")
    args = parser.parse_args()
    ana, ben, now = Actor("ana", Role.ADMIN), Actor("ben", Role.APPROVER), datetime.now(UTC)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        url = args.store or str(folder / "store.db")
        store = Store.open(url)
        first = run_folder(folder / "1", [10] * args.cases, 5.0, now - timedelta(days=1))
        again = run_folder(folder / "2", [10] * args.cases, 6.0, now)
        with disturbing(url), timed(f"import {args.cases:,} new cases of 10 accounts"):
            imported(store, first)
        with disturbing(url), timed(f"import {args.cases:,} cases found again"):
            imported(store, again)
        with timed("first page of the queue, 100 cases"), store.read() as session:
            cases.queue(session, limit=100)
        with disturbing(url), timed(f"import one campaign of {CAMPAIGN_ACCOUNTS:,}"):
            (case_id,) = imported(store, run_folder(folder / "3", [CAMPAIGN_ACCOUNTS], 5.0, now)).opened
        with store.write(ana) as change:
            promotion.promote(change, policy.draft(change, policy.Policy(max_accounts=10**7), "benchmark").version, "benchmark")
        with timed(f"propose to block a campaign of {CAMPAIGN_ACCOUNTS:,}"), store.write(ana) as change:
            row = actions.propose(change, Action.BLOCK, Reason.COORDINATED_EXTRACTION, case_id=case_id)
        with timed("approve it"), store.write(ben) as change:
            actions.approve(change, row.action_id)
        subjects = [(Subject.ACCOUNT, f"acct_{i:016x}") for i in range(args.accounts)]
        with timed(f"throttle {args.accounts:,} accounts"), store.write(ana) as change:
            actions.propose(change, Action.THROTTLE, Reason.TERMS_OF_USE, subjects=subjects)
        with timed(f"snapshot of {args.accounts + CAMPAIGN_ACCOUNTS:,} accounts"), streamed(store, datetime.now(UTC)) as found:
            sum(len(names) for _, names, _ in found.parts)


if __name__ == "__main__":
    main()
