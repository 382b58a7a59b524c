"""``stillwatch demo``: simulate a small world, detect, compare with the truth, write the report."""

import shlex
from pathlib import Path
from typing import Any

from stillwatch.terminal.plain import print_plain


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
    simulated = simulate.run("demo", world, seed=seed, quiet=True)
    _say(quiet, f"  {simulated['events']:,} requests of {simulated['accounts']:,} accounts over {simulated['days']} days: {world}")
    _say(quiet, "Looking for campaigns, without the truth")
    summary = pipeline.detect(world, run, quiet=quiet)
    _say(
        quiet,
        f"  {summary['n_accounts']:,} accounts seen, {summary['n_campaigns']} campaigns,"
        f" {summary['n_review']} groups to review: {run}",
    )
    measured = evaluate.run(run, world / "truth.parquet", quiet=True)
    path = report.run(run)
    rows = _compare_with_truth(run, world)
    accounts = measured["accounts"]
    if not quiet:
        found = {row["operator"] for row in rows}
        print_plain(_campaigns_table(rows, [name for name in simulated["operators"] if name not in found]))
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


def _campaigns_table(rows: list[dict[str, Any]], missed: list[str]) -> str:
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
    text = f"\nFound, beside the truth\n\n{table(heads, cells)}"
    return text + (f"\n\nOperators without a campaign: {', '.join(missed)}" if missed else "")


def _say(quiet: bool, line: str) -> None:
    if not quiet:
        print(line, flush=True)


def _compare_with_truth(run: Path, world: Path) -> list[dict[str, Any]]:
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
