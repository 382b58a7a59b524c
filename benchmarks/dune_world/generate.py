"""Write the logs of a simulated large provider: subscriptions, keys and cards, organisations, cloud resale.

    python benchmarks/dune_world/generate.py SCENARIO --out DIR --seed S [--events N]

See README.md, and :mod:`..worlds` for what all worlds have in common.
"""

import sys
from os import PathLike
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    __package__ = "benchmarks.dune_world"

from ..worlds import command
from . import scenarios
from .output import write

SCENARIOS = {
    "open_cast": "a crude network of accounts, one injected text",
    "two_wells": "a pool that is banned, failover to a rented pool with other buyers",
    "borrowed_voice": "a laboratory relays its own users over any account",
    "harness_echo": "sessions replayed through the popular agent",
    "trace_menders": "traces solved, reconstructed, cleaned and graded; a weaker model when the first refuses",
    "scale_house": "a reward model's pairs over clouds and cards",
    "quiet_editors": "safe rewriting by hand",
    "great_shift": "agentic coding that pivots at a release",
    "revolving_door": "accounts replaced within hours of a ban",
    "second_hand": "bought old accounts that wake up",
    "slow_sand": "half cover, no template",
    "phone_shelf": "scripted telephones on family plans",
    "borrowed_chairs": "verified campus accounts lent by night",
    "many_tongues": "reasoning traces in several languages",
    "ladder_makers": "tasks for reinforcement learning, handed on",
    "false_festival": "the vouchers of a bogus hackathon",
    "mirage_service": "a web service with straw tenants",
    "three_doors": "one queue through application, keys and clouds",
    "bazaar": "three operators at once",
    "term_time": "no operator: exams, classes, courses, a viral prompt",
    "caravan": "no operator: services for tenants, annotators, resellers, a release",
}


def generate(scenario: str, out: str | PathLike[str], seed: int, events: int | None = None) -> dict[str, int]:
    """Write a scenario of about so many requests, by default as many as it usually has; returns counts (see :mod:`..worlds`)."""
    return write(scenarios.world(scenario, seed, events), Path(out))


if __name__ == "__main__":
    command(
        "Write the logs of a simulated large provider: subscriptions, keys and cards, organisations, cloud resale.", SCENARIOS, generate
    )
