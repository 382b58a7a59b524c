"""What a missing table, column or week costs: the same world whole, and as logs that lack something, then detected.

    python benchmarks/absent.py [--scenarios NAME …] [--seeds 1] [--events N]

Asked of every lack: what is no longer found, and is anybody accused who was not, since what speaks for him is missing too.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import suite
import suite_tables
from stillwatch import evaluate

NETWORK = ("ip", "asn", "country", "user_agent", "ja4")
CONVERSATIONS = ("session_id", "context_key", "parent_key")
IDENTITY = ("email_domain", "email_hash", "payment_hash", "phone_hash", "signup_ip")
CUSTOMERS = ("kind", "org_id", "verified", "access_type")
DAYS = 3


def without(*names: str) -> Callable[[pa.Table], pa.Table]:
    """A table without these columns."""
    return lambda table: table.drop_columns([name for name in names if name in table.column_names])


def rewritten(folder: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change the log's files in place."""
    for path in (folder / "events").glob("*.parquet"):
        pq.write_table(change(pq.read_table(path)), path, compression="zstd")


def registry(folder: Path, *names: str) -> None:
    """Drop columns of the registry."""
    path = folder / "accounts.parquet"
    pq.write_table(without(*names)(pq.read_table(path)), path, compression="zstd")


def no_registry(folder: Path) -> None:
    """No registry, and no organisation in the log either."""
    (folder / "accounts.parquet").unlink()
    rewritten(folder, without("org_id"))


def gateway(folder: Path) -> None:
    """What a gateway's own log has: no registry, no network."""
    no_registry(folder)
    rewritten(folder, without(*NETWORK))


def only(folder: Path, start: int) -> None:
    """DAYS days, from one in the middle on."""
    days = sorted((folder / "events").glob("*.parquet"))
    first = min(pc.min(pq.read_table(path, columns=["timestamp"])["timestamp"]).as_py() for path in days)
    low, high = (pa.scalar(first + timedelta(days=start + more), pa.timestamp("us", "UTC")) for more in (0, DAYS))
    rewritten(folder, lambda t: t.filter(pc.and_(pc.greater_equal(t["timestamp"], low), pc.less(t["timestamp"], high))))


LACKS: dict[str, Callable[[Path], object]] = {
    "nothing": lambda _: None,
    "identities: no payment, e-mail, phone, sign-up address": lambda world: registry(world, *IDENTITY),
    "customers: no organisation, contract, kind": lambda world: registry(world, *CUSTOMERS) or rewritten(world, without("org_id")),
    "registry": no_registry,
    "network: no address, ASN, client, TLS print": lambda world: rewritten(world, without(*NETWORK)),
    "conversations: no session, no context keys": lambda world: rewritten(world, without(*CONVERSATIONS)),
    "registry and network, as in a gateway's own log": gateway,
    f"all but {DAYS} days": lambda world: only(world, 7),
}


def compare(run: suite.Run, folder: Path) -> dict[str, Any]:
    """Measures of one world with every lack; the command's line where it fails."""
    world, truth = folder / "world", folder / "truth"
    suite.make_world(run, world, truth)
    told: dict[str, Any] = {}
    for number, (lack, remove) in enumerate(LACKS.items()):
        poor, found = folder / f"poor-{number}", folder / f"run-{number}"
        shutil.copytree(world, poor)
        remove(poor)
        try:
            suite.command("detect", poor, "--out", found)
            measured = evaluate.run(found, truth / "truth.parquet", quiet=True)
            told[lack] = {"run": run.key, "evaluation": measured}
        except Exception as error:
            told[lack] = {"failed": f"{type(error).__name__}: {error}"}
        shutil.rmtree(poor)
        shutil.rmtree(found, ignore_errors=True)
    return told


def markdown(rows: dict[str, list[dict[str, Any]]]) -> str:
    """A row for each lack, over all worlds."""
    head = ("the log lacks", "fake accounts flagged", "recall", "innocents flagged", "in 10,000", "for review: fake, innocent")
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * 6]
    for lack, results in rows.items():
        accounts = [result["evaluation"]["accounts"] for result in results]
        n, fakes, true, false = (sum(one[name] for one in accounts) for name in ("n_innocent", "n_attackers", "true", "false"))
        review = [sum(one["review"][name] for one in accounts) for name in ("attackers", "innocent")]
        lines.append(
            f"| {lack} | {true:,} of {fakes:,} | {true / max(fakes, 1):.3f} | {false} of {n:,} | {1e4 * false / max(n, 1):.2f} "
            f"| {review[0]:,}, {review[1]:,} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Compare; print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usual = [
        "demo", "mixed", "innocents", "second-classic", "harbour-brokers_row", "heron-coalition", "tarn-honest_term", "tarn-honest_grey",
        "kelp-campus_and_bench_clean", "slate-exam_weeks", "delta-credit_mill", "lab-crowded_house",
    ]
    parser.add_argument("--scenarios", nargs="+", metavar="NAME", default=usual)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--events", type=int, help="requests of each world")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    args = parser.parse_args()
    rows: dict[str, list[dict[str, Any]]] = {lack: [] for lack in LACKS}
    failed = []
    for scenario in args.scenarios:
        for seed in args.seeds:
            run = suite.Run(scenario, seed, suite.size(scenario, args.events), None, None)
            with tempfile.TemporaryDirectory() as folder:
                for lack, result in compare(run, Path(folder)).items():
                    if "failed" in result:
                        failed.append(f"{scenario}, seed {seed}, {lack}: {result['failed']}")
                    else:
                        rows[lack].append(result)
    print(markdown(rows), *failed, sep="\n")
    if args.json:
        written = {"commit": suite_tables.commit(), "rows": rows, "failed": failed}
        args.json.write_text(json.dumps(written, indent=1, sort_keys=True, default=str) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
