"""Whole jobs of the command line that take more than one stage: ingest with the tenant's key, and the demonstration."""

import shlex
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch.errors import InputError
from stillwatch.files import alone
from stillwatch.keys import hashing

if TYPE_CHECKING:
    import pyarrow as pa

    from stillwatch.ingest.output import Finish


# --- Ingest --------------------------------------------------------------------------------------------------------


def ingest(
    sources: list[Path],
    format: str,
    out: Path,
    *,
    privacy: str = "text",
    accounts: Path | None = None,
    edge: list[Path] | None = None,
    trusted_proxies: str = "",
    key_file: Path | None = None,
    as_of: datetime | None = None,
    quiet: bool = False,
) -> dict[str, Any]:
    """Ingest logs under the tenant's key, and print what was written and what was put aside.

    Args:
        sources: log files, or folders of them.
        format: a name of :func:`stillwatch.ingest.formats`.
        out: folder to write.
        privacy: ``features`` keeps keyed sketches in place of text, ``metadata`` reads no text.
        accounts: account registry.
        edge: edge logs.
        trusted_proxies: comma-separated networks whose X-Forwarded-For entries count.
        key_file: the tenant's key; by default ``stillwatch.key`` in ``out``. It is made where it is absent. Accounts on the list
            beside it (:func:`stillwatch.keys.hashing.erased_path`) are left out.
        as_of: events later than this by more than a day are impossible; now by default.
        quiet: print nothing.

    Returns:
        What :func:`stillwatch.ingest.run` returns, and the path of the key under ``key_file``.

    Raises:
        InputError: see :func:`stillwatch.ingest.run`; the key file does not hold a key; another ingest
            writes to ``out``; or no event came of the sources, which is said when what was put aside is written.
    """
    from stillwatch.ingest import check, run

    check(sources, format, out, accounts=accounts, edge=edge, trusted_proxies=trusted_proxies)  # a mistyped command leaves no key behind
    key_file = key_file or out / hashing.KEY_NAME
    with alone(out, "ingest"):
        fresh = not key_file.exists()
        key = hashing.tenant_key(key_file)
        summary = run(
            sources, format, out, privacy=privacy, accounts=accounts, edge=edge, trusted_proxies=trusted_proxies, key=key,
            erased=hashing.erased_hashes(key_file), as_of=as_of, quiet=quiet, finish=_sketcher(key) if privacy == "features" else None,
        )
    if not quiet:
        print(_ingested(summary, out, key_file if fresh else None))
    if not summary["rows"]["written"]:
        kept = ", so the tables that stand there stay" if summary["kept"] else ""
        todo = f"Is --from {format} what the log is? {summary['quarantine']} says why"
        raise InputError(f"there is no event to look at{kept}", where=out / "events", todo=todo)
    return summary | {"key_file": str(key_file)}


def _sketcher(key: bytes) -> "Finish":
    """What makes the sketches that stand in for text: without the key, no guess can be tested against them."""
    from stillwatch import sketch

    secret = sketch.secret(key)

    def made(events: "pa.Table") -> "pa.Table":
        return sketch.veiled(sketch.sketch_events(events), secret)

    return made


def _ingested(summary: dict[str, Any], out: Path, fresh_key: Path | None) -> str:
    """The summary of an ingest as plain text."""
    from stillwatch.ingest.output import TEXT

    rows = summary["rows"]
    place = f": {out / 'events'}" if rows["written"] else ""
    lines = [f"{rows['written']:,} of {rows['read']:,} rows became events{place}"]
    if summary["first"]:
        lines.append(f"  from {summary['first']} to {summary['last']}")
    if rows["quarantined"]:
        lines.append(f"{rows['quarantined']:,} rows were put aside: {summary['quarantine']}")
    explained = summary["explained"]
    examples = summary["examples"]
    for reason, count in _most(summary["quarantined"]):
        lines += [f"  {count:>9,}  {explained[reason]}", *([f"             the first: {examples[reason]}"] if reason in examples else [])]
    for reason, count in _most(summary["sources"]):
        lines += [f"Sources: {count:,} times {explained[reason]}", f"  the first: {examples[reason]}"]
    if summary["not_read"]:
        first = summary["not_read"][0]
        lines.append(f"Not read: {len(summary['not_read']):,} files or links of other kinds in the folders, such as {first}")
    for name, part in (("edge log", summary["edge"]), ("registry", summary["accounts"])):
        if part is None:
            continue
        accounts = "accounts, which are not written" if summary["kept"] else "accounts written"
        good = f"{part['joined']:,} requests joined" if name == "edge log" else f"{part['written']:,} {accounts}"
        lines.append(f"{name.capitalize()}: {part['read']:,} rows read, {good}")
        lines += [f"  {count:>9,}  put aside: {explained[reason]}" for reason, count in _most(part["quarantined"])]
    lines += _doubts(summary)
    # Text is empty by intent in the modes features and metadata.
    empty = [name for name in summary["empty_columns"] if summary["privacy"] == "text" or name not in TEXT]
    if rows["written"] and empty:
        lines.append(f"Empty columns, whose evidence is blind: {', '.join(empty)}")
    if summary["accounts"] is None:
        earlier = out / "accounts.parquet"
        stays = f"{earlier} of before stays, and detect reads it"
        unknown = "sign-up, payment and organisation are not known (--accounts)"
        lines.append(f"No account registry was given: {stays if earlier.exists() else unknown}")
    if fresh_key is not None:
        lines.append(
            f"The tenant's key was made: {fresh_key}. Keep it, and keep it secret: without it later logs cannot be"
            " joined with these, and with it hashes can be guessed"
        )
    if rows["written"]:
        lines.append(f"Next: stillwatch detect {shlex.quote(str(out))} --out RUN")
    return "\n".join(lines)


def _doubts(summary: dict[str, Any]) -> list[str]:
    """What was read of the edge log and the registry and is of no use."""
    lines, edge, registry = [], summary["edge"], summary["accounts"]
    if edge is not None and edge["far_in_time"]:
        n = edge["far_in_time"]
        lines.append(f"  {n:>9,}  requests are in the edge log more than an hour away: not joined (is a time zone wrong?)")
    if edge is not None and summary["rows"]["written"] and not edge["joined"] and not edge["far_in_time"]:
        lines.append("  No identifier of a request is in the edge log: the gateway must log the x-request-id that the edge gives")
    if registry is not None:
        told = (("unknown_words", "words of no known kind or type of access, and sign-up addresses that are none"),
                ("impossible_times", "times before 1990"))
        lines += [f"  {registry[name]:>9,}  {what}: left empty" for name, what in told if registry[name]]
        if registry["unknown_columns"]:
            lines.append(f"  Columns that were not read: {', '.join(registry['unknown_columns'])}")
        if registry["written"] and registry["empty_columns"]:
            lines.append(f"  Empty columns, whose evidence is blind: {', '.join(registry['empty_columns'])}")
    return lines


def _most(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


# --- Demonstration -------------------------------------------------------------------------------------------------


def demo(out: Path, *, seed: int = 1, quiet: bool = False) -> dict[str, Any]:
    """Simulate a small world, detect, compare with the truth and write the report.

    Args:
        out: folder to write: ``world`` (logs and truth) and ``run`` (what was found, report.html).
        seed: of the world.
        quiet: print nothing.

    Returns:
        The campaigns found beside the truth, counts, and the path of the report.
    """
    from stillwatch import evaluate, report, simulate
    from stillwatch.detect import pipeline

    world, run = out / "world", out / "run"
    _say(quiet, "Simulating a provider's logs (nothing is sent anywhere)")
    made = simulate.run("demo", world, seed=seed, quiet=True)
    _say(quiet, f"  {made['events']:,} requests of {made['accounts']:,} accounts over {made['days']} days: {world}")
    _say(quiet, "Looking for campaigns, without the truth")
    summary = pipeline.detect(world, run, seed=seed, quiet=quiet)
    _say(
        quiet,
        f"  {summary['n_accounts']:,} accounts seen, {summary['n_campaigns']} campaigns,"
        f" {summary['n_review']} groups to review: {run}",
    )
    measured = evaluate.run(run, world / "truth.parquet", quiet=True)
    path = report.run(run)
    rows = _compared(run, world)
    accounts = measured["accounts"]
    if not quiet:
        found = {row["operator"] for row in rows}
        print(_found(rows, [name for name in made["operators"] if name not in found]))
        print(
            f"\n{accounts['true']:,} of {accounts['n_attackers']:,} fake accounts flagged,"
            f" {accounts['false']:,} of {accounts['n_innocent']:,} innocent accounts flagged"
        )
        command = shlex.join(["stillwatch", "evaluate", str(run), "--truth", str(world / "truth.parquet")])
        print(f"All measures: {command}\nReport: {path}")
    return {
        "world": str(world),
        "run": str(run),
        "report": str(path),
        "campaigns": rows,
        "fake_accounts": accounts["n_attackers"],
        "fake_accounts_flagged": accounts["true"],
        "innocent_accounts_flagged": accounts["false"],
    }


def _found(rows: list[dict[str, Any]], missed: list[str]) -> str:
    """The campaigns beside the truth as a table, and the operators of whom there is none."""
    from stillwatch.evaluate.show import table

    heads = ("campaign", "accounts", "exchanges", "confidence", "true operator", "recall", "false accounts")
    cells = [
        (
            row["campaign_id"], f"{row['n_accounts']:,}", f"{row['n_harvested']:,}", row["confidence"],
            row["operator"] or "none", "–" if row["recall"] is None else f"{row['recall']:.2f}",
            f"{row['false_accounts']:,}",
        )
        for row in rows
    ]
    told = f"\nFound, beside the truth\n\n{table(heads, cells)}"
    return told + (f"\n\nOperators without a campaign: {', '.join(missed)}" if missed else "")


def _say(quiet: bool, line: str) -> None:
    if not quiet:
        print(line, flush=True)


def _compared(run: Path, world: Path) -> list[dict[str, Any]]:
    """Each campaign beside the operator that most of its accounts belong to, most harvested first."""
    import pyarrow.parquet as pq

    from stillwatch.report.words import confidence

    truth = pq.read_table(world / "truth.parquet", columns=["account_id", "campaign"])
    operator = dict(zip(truth["account_id"].to_pylist(), truth["campaign"].to_pylist(), strict=True))
    verdicts = pq.read_table(run / "accounts.parquet", columns=["account_id", "campaign_id"])
    accounts = list(zip(verdicts["account_id"].to_pylist(), verdicts["campaign_id"].to_pylist(), strict=True))
    size: dict[str, int] = {}
    members: dict[str, list[str | None]] = {}
    for account, campaign in accounts:
        name = operator.get(account)
        if name is not None:
            size[name] = size.get(name, 0) + 1
        if campaign is not None:
            members.setdefault(campaign, []).append(name)
    columns = ["campaign_id", "verdict", "n_accounts", "n_harvested", "score"]
    found = pq.read_table(run / "campaigns.parquet", columns=columns).to_pylist()
    rows = []
    for row in sorted(found, key=lambda row: (-row["n_harvested"], row["campaign_id"])):
        if row["verdict"] != "campaign":
            continue
        names = [name for name in members[row["campaign_id"]] if name is not None]
        best = max(sorted(set(names)), key=names.count, default=None)
        rows.append({
            "campaign_id": row["campaign_id"],
            "n_accounts": row["n_accounts"],
            "n_harvested": row["n_harvested"],
            "confidence": confidence(row["score"]),
            "operator": best,
            "recall": None if best is None else names.count(best) / size[best],
            "false_accounts": len(members[row["campaign_id"]]) - len(names),
        })
    return rows
