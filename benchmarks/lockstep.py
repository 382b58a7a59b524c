"""Real coordinated accounts: Stillwatch beside published detectors, on the same traces, with the same measures.

Run as ``python benchmarks/lockstep.py [NAME …] [--data DIR] [--json FILE]``; names are those of RUNS, default all.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import baselines
import real_data
from real_data import Benchmark, Labelled
from stillwatch.evaluate.ranking import ranking
from stillwatch.numeric import nulls

Floats = npt.NDArray[np.float64]
EVERYTHING = 10**9
"""Popularity cap that leaves nothing out: the baselines are run as published."""
CROWD_SCALES = [(3600 * hours, reach) for hours in (0, 1, 4, 24) for reach in (0.02, 0.08)]


class NotRunError(Exception):
    """Stillwatch could not run; its own line says why."""


def stillwatch(benchmark: Benchmark) -> pa.Table:
    """Account rows of ``stillwatch detect --traces``."""
    with tempfile.TemporaryDirectory() as work:
        pq.write_table(benchmark.traces, f"{work}/traces.parquet")
        command = [sys.executable, "-m", "stillwatch", "detect", "-q", "--traces", f"{work}/traces.parquet"]
        done = subprocess.run([*command, "--out", f"{work}/run"], capture_output=True, text=True)
        if done.returncode:
            raise NotRunError((done.stderr.strip() or "no message").splitlines()[-1])
        return pq.read_table(f"{work}/run/accounts.parquet")


def flagged(verdicts: pa.Table) -> int:
    """Accounts whose verdict is not clear."""
    return int(pc.sum(pc.not_equal(verdicts["verdict"], "clear")).as_py() or 0)


# --- Labelled data -------------------------------------------------------------------------------------------------


def measures(labelled: Labelled, score: Floats, rule: npt.NDArray[np.bool_] | None = None) -> dict[str, Any]:
    """Ranking measures of all accounts and of each subset; precision and recall of the rule, if there is one."""
    result = {"all": ranking(labelled.labels, score, at=(500, 1000), clusters=labelled.clusters)}
    for name, rows in labelled.subsets.items():
        clusters = None if labelled.clusters is None else labelled.clusters[rows]
        result[name] = ranking(labelled.labels[rows], score[rows], at=(500, 1000), clusters=clusters)
    if rule is not None:
        hits = int((rule & labelled.labels).sum())
        result["rule"] = {
            "flagged": int(rule.sum()),
            "precision": hits / max(int(rule.sum()), 1),
            "recall": hits / int(labelled.labels.sum()),
        }
    return result


def links_of(benchmark: Benchmark, view: str, cap: int = EVERYTHING) -> tuple[nulls.PairLinks, tuple[Any, ...]]:
    """Pairs of one view, and the codes they were made from."""
    assert benchmark.labelled is not None
    accounts = benchmark.labelled.accounts
    account, object_, n_objects = real_data.codes(benchmark.traces, view, accounts)
    links = nulls.pair_links(account, object_, len(accounts), n_objects, max_popularity=cap)
    return links, (account, object_, len(accounts), n_objects)


def co_occurrence(benchmark: Benchmark, view: str) -> Iterable[tuple[str, Floats]]:
    """The published detectors of co-occurrence on one view."""
    links, coded = links_of(benchmark, view)
    yield "degree", baselines.degree(links)
    yield "max Jaccard (SynchroTrap)", baselines.max_jaccard(links)
    yield "FRAUDAR, 25 blocks", baselines.fraudar(*coded)
    yield "hypergeometric network (SVN)", baselines.hypergeometric(links, coded[3])


def run_amazoncn(data: Path) -> dict[str, Any]:
    """Collusive reviewers."""
    results: dict[str, Any] = {}
    for with_rating in (False, True):
        benchmark = real_data.amazoncn(data, with_rating=with_rating)
        assert benchmark.labelled is not None
        what = "item, rating" if with_rating else "item"
        for name, score in co_occurrence(benchmark, benchmark.traces["view"][0].as_py()):
            results[f"{name}; {what}"] = measures(benchmark.labelled, score)
    return results | ours(benchmark)


def run_hop(data: Path) -> dict[str, Any]:
    """Airdrop sybils."""
    results: dict[str, Any] = {}
    for with_hubs in (True, False):
        benchmark = real_data.hop(data, with_hubs=with_hubs)
        assert benchmark.labelled is not None
        what = "counterparties, hubs in" if with_hubs else "counterparties"
        for name, score in co_occurrence(benchmark, "infra.counterparty"):
            results[f"{name}; {what}"] = measures(benchmark.labelled, score)
    assert benchmark.labelled is not None
    results["crowds (stillwatch.numeric.nulls); time x amount"] = measures(benchmark.labelled, crowd_score(benchmark))
    return results | ours(benchmark)


def crowd_score(benchmark: Benchmark) -> Floats:
    """Crowds in time and amount of first use, by hour, fused over scales."""
    assert benchmark.labelled is not None
    part = benchmark.traces.filter(pc.equal(benchmark.traces["view"], "timing.first_use"))
    place = pc.index_in(part["account_id"], pa.array(benchmark.labelled.accounts)).to_numpy()
    time_s = part["hour"].to_numpy().astype(np.int64) * 3600
    value = pc.cast(part["object"], pa.float64()).to_numpy() * real_data.VALUE_STEP
    logs = [nulls.count_nearby(time_s, value, within_s=within_s, within_value=within).log_p for within_s, within in CROWD_SCALES]
    score = np.zeros(len(benchmark.labelled.accounts))
    score[place] = nulls.fuse_log_p(np.stack(logs))
    return score


def ours(benchmark: Benchmark) -> dict[str, Any]:
    """Stillwatch, with its own verdicts as the rule; accounts that it did not see score lowest."""
    assert benchmark.labelled is not None
    start = time.perf_counter()
    try:
        verdicts = stillwatch(benchmark)
    except NotRunError as reason:
        return {"Stillwatch": {"not run": str(reason)}}
    place = pc.index_in(pa.array(benchmark.labelled.accounts), verdicts["account_id"].combine_chunks())
    score = verdicts["score"].combine_chunks().take(place).to_numpy(zero_copy_only=False)
    score = np.where(np.isnan(score), np.nanmin(score) - 1, score)
    verdict = np.asarray(verdicts["verdict"].combine_chunks().take(place).to_pylist())
    result = measures(benchmark.labelled, score, np.isin(verdict, ["campaign", "review"]))
    return {"Stillwatch": result | {"seconds": round(time.perf_counter() - start, 1)}}


# --- Data without labels -------------------------------------------------------------------------------------------


def run_coortweet(data: Path, n_permutations: int = 3) -> dict[str, Any]:
    """What is flagged in real posts against what is flagged when accounts are permuted within each day."""

    def compare(count: Callable[[int | None], int]) -> dict[str, Any]:
        real, chance = count(None), [count(seed) for seed in range(n_permutations)]
        return {"real": real, "permuted": chance, "estimated_fdr": float(np.mean(chance)) / max(real, 1)}

    results: dict[str, Any] = {
        "pairs sharing 2 URLs within 60 s (CooRTweet recipe)": compare(
            lambda seed: co_shares(real_data.coortweet_posts(data, seed), within_s=60, at_least=2)
        )
    }
    try:
        results["Stillwatch, accounts flagged"] = compare(
            lambda seed: flagged(stillwatch(real_data.coortweet(data, permuted=seed)))
        )
    except NotRunError as reason:
        results["Stillwatch"] = {"not run": str(reason)}
    return results


def co_shares(posts: pa.Table, *, within_s: int, at_least: int) -> int:
    """Account pairs that shared the same URLs within ``within_s`` seconds, ``at_least`` so many of them."""
    posts = posts.filter(pc.is_valid(posts["url_id"]))
    url, time_s = (posts[name].to_numpy().astype(np.int64) for name in ("url_id", "timestamp"))
    account = posts["account_id"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    order = np.lexsort((time_s, url))
    url, time_s, account = url[order], time_s[order], account[order]
    found = []
    for shift in range(1, len(url)):
        near = (url[shift:] == url[:-shift]) & (time_s[shift:] - time_s[:-shift] <= within_s)
        if not near.any():  # sorted by time within a URL: no larger shift is near either
            break
        a, b = account[:-shift][near], account[shift:][near]
        found.append(np.stack([np.minimum(a, b), np.maximum(a, b), url[shift:][near]], axis=1)[a != b])
    shared = np.unique(np.concatenate(found), axis=0)
    _, n_urls = np.unique(shared[:, :2], axis=0, return_counts=True)
    return int((n_urls >= at_least).sum())


def run_controls(data: Path) -> dict[str, Any]:
    """Where nothing is to be found: nothing may be flagged."""
    results: dict[str, Any] = {}
    shuffled = (real_data.amazoncn(data), real_data.hop(data))
    for benchmark in (real_data.yelpchi(data), *(real_data.permuted(one) for one in shuffled)):
        try:
            results[benchmark.name] = {"Stillwatch, accounts flagged": flagged(stillwatch(benchmark))}
        except NotRunError as reason:
            results[benchmark.name] = {"not run": str(reason)}
    return results


# --- Output --------------------------------------------------------------------------------------------------------

RUNS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "amazoncn": run_amazoncn,
    "hop": run_hop,
    "coortweet": run_coortweet,
    "controls": run_controls,
}


def show(name: str, results: dict[str, Any]) -> None:
    """Print one data set as a table in Markdown."""
    print(f"\n## {name}\n")
    if not any("all" in result for result in results.values()):
        for method, result in results.items():
            print(f"- {method}: " + ", ".join(f"{key} {_number(value)}" for key, value in result.items()))
        return
    print("| method | AUC | AP | P@500 | P@1000 | best F1 | rule P / R |\n|---|---|---|---|---|---|---|")
    for method, result in results.items():
        for subset, row in result.items():
            if isinstance(row, dict) and "auc" in row:
                rule = result.get("rule") if subset == "all" else None
                print(f"| {method}{'' if subset == 'all' else ', ' + subset} | {_row(row, rule)} |")
        if "not run" in result:
            print(f"| {method} | not run: {result['not run']} | | | | | |")


def _row(row: dict[str, Any], rule: dict[str, Any] | None) -> str:
    cells = [_with_interval(row, "auc"), _with_interval(row, "ap")]
    cells += [_number(row["precision_at"].get(k)) for k in ("500", "1000")] + [_number(row["best_f1"])]
    return " | ".join([*cells, f"{rule['precision']:.3f} / {rule['recall']:.3f}" if rule else ""])


def _with_interval(row: dict[str, Any], key: str) -> str:
    interval = row.get(f"{key}_interval")
    return f"{row[key]:.3f}" + (f" [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else "")


def _number(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def main() -> None:
    """Run the named benchmarks and print their tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*RUNS, []], metavar="NAME", help=f"one of {', '.join(RUNS)}")
    parser.add_argument("--data", type=Path, help="folder of the benchmark data (default: STILLWATCH_BENCHMARKS)")
    parser.add_argument("--json", type=Path, help="file to write all figures to")
    args = parser.parse_args()
    data = real_data.folder(args.data)
    results = {}
    for name in args.names or RUNS:
        results[name] = RUNS[name](data)
        show(name, results[name])
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
