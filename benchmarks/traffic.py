"""Simulated model traffic: Stillwatch beside the usual detectors, at the same number of false accounts.

Run as ``python benchmarks/traffic.py [SCENARIO …] [--events N] [--seed S] [--json FILE]``.

The baselines are helped where the original needs help: MMD is given the innocent traffic of the same fortnight as its
reference, and every baseline gets the threshold that truth says is best for it at the false accounts allowed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import baselines
import mmd
from stillwatch.evaluate.ranking import Curve, auc, average_precision, curve, recall_at_false_rate
from stillwatch.numeric import nulls

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]
COLUMNS = ["account_id", "timestamp", "prompt", "system", "ip", "ja4"]
MAX_POPULARITY = 2000
"""Objects on more accounts are left out of pairs, in numbers of accounts: a cost limit, kinder than none."""
PROMPTS_EACH = 100
"""Prompts of an account that MMD reads: evenly spaced in time; the paper's smaller window."""
SHINGLE_WORDS, SHINGLES_EACH = 4, 3


@dataclass(frozen=True)
class World:
    """Events in order of time, with codes of their accounts, and which accounts are operators'."""

    events: pa.Table
    account: Ints
    ids: list[str]
    is_fake: npt.NDArray[np.bool_]

    @property
    def time_s(self) -> Ints:
        """Times of the events, seconds."""
        return np.asarray(self.events["timestamp"].to_numpy().astype("datetime64[s]").astype(np.int64))


def simulate(scenario: str, out: Path, events: int | None, seed: int) -> None:
    """Write one world."""
    command = [sys.executable, "-m", "stillwatch", "simulate", scenario, "--out", str(out), "--seed", str(seed), "-q"]
    subprocess.run(command + (["--events", str(events)] if events else []), check=True)


def read_world(folder: Path) -> World:
    """Read events and truth; accounts without events are not judged."""
    events = pq.read_table(folder / "events", columns=COLUMNS).sort_by("timestamp")
    encoded = pc.cast(events["account_id"], pa.string()).combine_chunks().dictionary_encode()
    truth = pq.read_table(folder / "truth.parquet")
    place = pc.index_in(encoded.dictionary, pc.cast(truth["account_id"], pa.string()).combine_chunks())
    is_fake = pc.is_valid(truth["campaign"].combine_chunks().take(place)).to_numpy(zero_copy_only=False)
    return World(events, encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist(), is_fake)


def scores(world: World) -> Iterator[tuple[str, Floats]]:
    """Every baseline's account scores."""
    n = len(world.ids)
    for name, (window_s, _) in {"requests per hour": (3600, 0), "requests per day": (86_400, 0)}.items():
        yield name, baselines.peak_count(world.account, world.time_s, n, window_s)
    for what, (account, object_) in {"prompts": prompt_objects(world), "network": network_objects(world)}.items():
        n_objects = int(object_.max(initial=0)) + 1
        links = nulls.pair_links(account, object_, n, n_objects, max_popularity=MAX_POPULARITY)
        yield f"max Jaccard (SynchroTrap); {what}", baselines.max_jaccard(links)
        yield f"FRAUDAR, 25 blocks; {what}", baselines.fraudar(account, object_, n, n_objects)
        yield f"hypergeometric network (SVN); {what}", baselines.hypergeometric(links, n_objects)
    some = spaced(world.account, PROMPTS_EACH)
    embedded = mmd.features(pc.fill_null(world.events["prompt"].take(pa.array(some)), "").to_pylist())
    account = world.account[some]
    benign = ~world.is_fake[account]
    yield "MMD window test; per account", mmd.account_scores(embedded, account, n, benign)
    for window in (100, mmd.WINDOW):
        yield f"MMD window test; pooled, {window}", mmd.pooled_scores(embedded, account, n, window, benign)[0]


def spaced(account: Ints, most: int) -> Ints:
    """Rows, in order, of at most ``most`` events of each account, evenly spaced."""
    order = np.argsort(account, kind="stable")
    size = np.bincount(account)
    rank = np.arange(len(account)) - np.repeat(np.cumsum(size) - size, size)
    step = np.repeat(np.maximum(size / most, 1), size)
    return np.sort(order[np.floor(rank / step) > np.floor((rank - 1) / step)])


def prompt_objects(world: World) -> tuple[Ints, Ints]:
    """A few shingles of each prompt (the smallest hashes of four words) and its system prompt, as distinct pairs."""
    of_text: dict[str, list[int]] = {}
    account, object_ = [], []
    texts = (world.events[name].to_pylist() for name in ("prompt", "system"))
    for code, prompt, system in zip(world.account.tolist(), *texts, strict=True):
        found = of_text.get(prompt)
        if found is None:
            words = (prompt or "").split()
            grams = {" ".join(words[i : i + SHINGLE_WORDS]) for i in range(max(len(words) - SHINGLE_WORDS + 1, 1))}
            found = of_text[prompt] = sorted(zlib.crc32(gram.encode()) for gram in grams)[:SHINGLES_EACH]
        found = found if system is None else [*found, (1 << 32) + zlib.crc32(system.encode())]
        account.extend([code] * len(found))
        object_.extend(found)
    return distinct(np.array(account), np.unique(np.array(object_), return_inverse=True)[1])


def network_objects(world: World) -> tuple[Ints, Ints]:
    """Network (/24) with TLS client and day: what SynchroTrap keys on where there is no page to like."""
    net = pc.replace_substring_regex(pc.fill_null(world.events["ip"], ""), r"\.\d+$", "")
    day = pc.cast(pa.array(world.time_s // 86_400), pa.string())
    key = pc.binary_join_element_wise(net, pc.fill_null(world.events["ja4"], ""), day, "|")
    told = pc.not_equal(net, "").to_numpy()
    codes = key.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    return distinct(world.account[told], codes[told])


def distinct(account: Ints, object_: Ints) -> tuple[Ints, Ints]:
    """Distinct pairs."""
    base = int(object_.max(initial=0)) + 1
    key = np.unique(account * base + object_)
    return key // base, key % base


# --- Stillwatch and the comparison ---------------------------------------------------------------------------------


def stillwatch(folder: Path, world: World) -> tuple[Floats, npt.NDArray[np.bool_]] | str:
    """Scores and flags (verdict campaign) of a run, or the line that says why there is none."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "stillwatch", "detect", str(folder), "--out", out, "-q"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            return (done.stderr.strip() or "no message").splitlines()[-1]
        verdicts = pq.read_table(Path(out) / "accounts.parquet")
    place = pc.index_in(pa.array(world.ids), verdicts["account_id"].combine_chunks())
    score = verdicts["score"].combine_chunks().take(place).to_numpy(zero_copy_only=False)
    verdict = np.array(verdicts["verdict"].combine_chunks().take(place).to_pylist())
    return np.nan_to_num(score, nan=-1e9), verdict == "campaign"


def compare(folder: Path) -> dict[str, Any]:
    """All detectors on one world: recall at Stillwatch's false accounts, at none, and at 1 in 100."""
    world = read_world(folder)
    fakes, innocents = int(world.is_fake.sum()), int((~world.is_fake).sum())
    found = stillwatch(folder, world)
    result: dict[str, Any] = {"events": len(world.account), "fakes": fakes, "innocents": innocents, "methods": {}}
    false = 0
    if isinstance(found, str):
        result["not run"] = found
    else:
        score, flags = found
        false = int((flags & ~world.is_fake).sum())
        result["methods"]["Stillwatch"] = row(curve(world.is_fake, score.astype(np.float64)), false, innocents) | {
            "recall_at_equal_false": float((flags & world.is_fake).sum() / max(fakes, 1)),
            "false_accounts": false,
        }
    for name, score in scores(world):
        result["methods"][name] = row(curve(world.is_fake, score.astype(np.float64)), false, innocents)
    limits = baselines.over_a_limit(world.account, world.time_s, len(world.ids))
    result["limits"] = {
        name: {"recall": float(over[world.is_fake].mean()), "false_accounts": int(over[~world.is_fake].sum())}
        for name, over in limits.items()
    }
    return result


def row(points: Curve, false: int, innocents: int) -> dict[str, float]:
    """Measures of one detector."""
    return {
        "auc": auc(points),
        "ap": average_precision(points),
        "recall_at_equal_false": recall_at_false_rate(points, false / innocents),
        "recall_at_1_percent": recall_at_false_rate(points, 0.01),
    }


def show(name: str, result: dict[str, Any]) -> None:
    """Print one world as a table in Markdown."""
    print(f"\n## {name}: {result['events']:,} events, {result['fakes']} fakes, {result['innocents']} innocents\n")
    if "not run" in result:
        print(f"Stillwatch not run: {result['not run']}\n")
    print("| method | AUC | AP | recall at equal false accounts | recall at 1 % |\n|---|---|---|---|---|")
    for method, values in result["methods"].items():
        cells = (values[key] for key in ("auc", "ap", "recall_at_equal_false", "recall_at_1_percent"))
        false = f" ({values['false_accounts']} false)" if "false_accounts" in values else ""
        print(f"| {method}{false} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |")
    for limit, values in result["limits"].items():
        print(f"| rate limit {limit} ({values['false_accounts']} false) | | | {values['recall']:.3f} | |")


def main() -> None:
    """Simulate the named scenarios, run every detector, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=["demo"], help="names, see: stillwatch simulate list")
    parser.add_argument("--events", type=int, help="events of each world")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="file to write all figures to")
    args = parser.parse_args()
    results = {}
    for scenario in args.scenarios:
        with tempfile.TemporaryDirectory() as folder:
            simulate(scenario, Path(folder), args.events, args.seed)
            results[scenario] = compare(Path(folder))
        show(scenario, results[scenario])
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
