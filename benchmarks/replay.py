"""How soon is a campaign found as its log grows, how much is taken before action, and who is touched by mistake?

    python benchmarks/replay.py [--scenarios failover february_2026 innocents] [--events 200000] [--every 6h] [--first 5d] [--recent 1d]
        [--seed 1] [--work DIR] [--policies campaign …] [--shadow]

Simulates each scenario, replays it under the default policies, acting on single accounts without a limit a day, and asking whoever is
listed once, and holds the figures of whole-campaign action, and of action on groups for review besides, against the bars. In
``innocents`` there is nobody to find: it shows whom these policies touch. Scenarios of the suite's other simulators
(``second-classic``, ``slate-exam_weeks``) go too.
``--shadow`` replays under a policy that acts on nobody alone: how soon, at a fifth of the time.
With ``--work`` a second run goes on where the first was killed.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import suite
from stillwatch.replay import show
from stillwatch.replay.policy import DEFAULT, Policy, Reply, Rung, as_json
from stillwatch.replay.run import run
from stillwatch.terminal.times import length_us

BARS = {"hours_after_one_percent": 24.0, "share_before_action": 0.05}
INNOCENTS_PER_10000 = 1.0
JUDGED = ("campaign", "campaign-review", "review-at-once")
POLICIES = (
    *DEFAULT,
    Policy("single-unlimited", "account", (Rung(2, "block"),)),
    Policy("review-at-once", review_hours=1, follow_review=True, review_ladder=(Rung(1, "challenge"),)),
)
"""The last asks whoever is listed once to verify, an hour later: the soonest that a policy can act at all, and the most innocents."""


def replayed(scenario: str, folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Make the world of a scenario where it is not there yet, and replay it."""
    world, policy = folder / "world", folder / "policy.json"
    if not (world / "truth_events.parquet").exists():
        suite.generate(scenario, world, args.seed, args.events or None)
    policy.write_text(json.dumps(as_json(tuple(one for one in POLICIES if one.name in args.policies), Reply())))
    return run(
        world, folder / "run", every_us=length_us(args.every, "--every"), policy=policy, truth=world / "truth.parquet",
        growth=args.growth, first_us=args.first and length_us(args.first, "--first"),
        recent_us=[length_us(text, "--recent") for text in args.recent], threads=1, quiet=True,
    )


def judged(result: dict[str, Any]) -> list[str]:
    """Each bar with what was measured."""
    lines = []
    for policy in result["policies"]:
        acts = policy["policy"] != "shadow"
        if acts and policy["policy"] not in JUDGED:
            continue
        for row in policy["campaigns"]:
            for name, bar in BARS.items() if acts else [*BARS.items()][:1]:
                value = row[name]
                met = value is not None and value <= bar
                lines.append(f"{policy['policy']}, {row['campaign']}: {name} {value}, bar {bar}: {'met' if met else 'FAILED'}")
            if acts:
                lines.append(
                    f"{policy['policy']}, {row['campaign']}: {row['share_before_half_action']} before half of its accounts were acted on"
                )
        if not acts:
            continue
        innocent = policy["innocents"]
        if not innocent["n"]:
            lines.append(f"{policy['policy']}: the truth has no innocents to touch")
            continue
        met = innocent["per_10000"] <= INNOCENTS_PER_10000
        lines.append(
            f"{policy['policy']}: innocents touched {innocent['touched']} of {innocent['n']} ({innocent['per_10000']} in 10,000),"
            f" bar {INNOCENTS_PER_10000}: {'met' if met else 'FAILED'}"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--scenarios", nargs="+", default=["failover", "february_2026", "innocents"])
    parser.add_argument("--events", type=int, default=200_000, help="0: as many as the scenario has")
    parser.add_argument("--every", default="6h")
    parser.add_argument("--growth", type=float, default=0.02)
    parser.add_argument("--first", help="run no step after so much of the log")
    parser.add_argument("--recent", nargs="+", default=[], metavar="TIME", help="also look at the last hours or days alone, such as 1d")
    every = [one.name for one in POLICIES]
    parser.add_argument("--policies", nargs="+", default=every, choices=every, help="which to replay (default: all)")
    parser.add_argument("--shadow", dest="policies", action="store_const", const=every[:1], help="act on nobody")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path)
    args = parser.parse_args()
    suite.check(parser, args.scenarios)
    with tempfile.TemporaryDirectory() as scratch:
        for scenario in args.scenarios:
            folder = (args.work or Path(scratch)) / f"{scenario}-{args.events}-{args.seed}"
            folder.mkdir(parents=True, exist_ok=True)
            result = replayed(scenario, folder, args)
            accounts = pq.read_metadata(folder / "world" / "truth.parquet").num_rows
            print(f"\n{scenario}: {result['n_events']:,} requests, {accounts:,} accounts, every {args.every}\n")
            print(show.text(result))
            print("\n".join(judged(result)), flush=True)


if __name__ == "__main__":
    main()
