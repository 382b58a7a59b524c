"""A run folder as detect writes it, with everything that a report can draw: campaigns and groups for review."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, CAPABILITIES, CLEARED, HARVEST, WATCH

START = datetime(2026, 2, 2, tzinfo=UTC)
START_HOUR = int(START.timestamp() // 3600)
DAYS = 14
LONG = ", of which a person asks first" * 15 + ", to the end."
"""A sentence that goes on for longer than what comes from logs is shown."""


def evidence(name: str, sentence: str, observed: float, expected: float, log_odds: float) -> dict[str, Any]:
    return {
        "name": name,
        "family": name.split(".")[0],
        "sentence": sentence,
        "observed": observed,
        "expected": expected,
        "log_odds": log_odds,
        "p_value": min(1.0, float(np.exp(-max(log_odds, 0) * 2))),
        "blind": False,
    }


def activity(rng: np.random.Generator, ids: list[str], *, generations: int, per_step: float) -> dict[str, Any]:
    """Accounts that work in generations: when one is banned, the next takes over within hours."""
    steps = DAYS * 24 // 3
    counts = np.zeros((len(ids), steps), dtype=int)
    day = 1 + 0.35 * np.sin(np.arange(steps) / 8 * 2 * np.pi)
    for i in range(len(ids)):
        start = i * generations // len(ids) * steps // generations
        stop = start + steps // generations + rng.integers(0, 3)
        counts[i, start:stop] = rng.poisson(per_step * rng.lognormal(0, 0.15) * day[start:stop])
    return {"accounts": ids, "start_hour": START_HOUR, "step_hours": 3, "counts": counts.tolist()}


def timeline(
    rng: np.random.Generator, harvested: float, other: float, *, pivot_day: int | None = None
) -> dict[str, Any]:
    steps = DAYS * 8
    level = np.ones(steps)
    level[:8] = np.linspace(0, 1, 8)
    if pivot_day is not None:
        level[pivot_day * 8 :] = 1.8
    day = 1 + 0.2 * np.sin(np.arange(steps) / 8 * 2 * np.pi)
    return {
        "start_hour": START_HOUR,
        "step_hours": 3,
        "harvested": rng.poisson(harvested / steps * level * day).tolist(),
        "other": rng.poisson(other / steps * day).tolist(),
    }


def graph(rng: np.random.Generator, ids: list[str], families: dict[str, float], hubs: int) -> dict[str, Any]:
    crew = rng.integers(0, hubs, len(ids))
    edges = []
    for family, density in families.items():
        for i in range(len(ids)):
            for j in range(i + 1, len(ids)):
                near = 1.0 if crew[i] == crew[j] else 0.04
                if rng.random() < density * near:
                    view = f"identity.{('payment', 'email')[(i + j) % 2]}" if family == "identity" else family
                    edges.append([i, j, view, round(float(rng.gamma(3, 1.5)), 2)])
    return {"nodes": ids, "edges": edges}


EXPLANATIONS = {
    "one organisation": 0.02, "contracted or verified customers": 0.0, "classroom": 0.03, "hackathon or course": 0.06,
    "benchmark runner": 0.19, "popular or niche tool": 0.28, "corporate or campus egress": 0.11, "reseller": 0.02,
    "viral prompt": 0.07, "VPN or carrier": 0.05, "scheduled jobs": 0.01, "key rotation": 0.0,
}


def hydra(rng: np.random.Generator) -> dict[str, Any]:
    ids = [f"acct-{n:05x}" for n in rng.integers(0, 16**5, 140)]
    return {
        "title": "One injected prompt over 5,214 accounts, replaced as they are banned",
        "sentence": "5,214 accounts that share no organisation worked through one pool of tasks with one injected"
        " prompt asking for the reasoning behind each answer; 71 % of their conversations were continued by another"
        " account.",
        "evidence": [
            evidence(
                "session.handoff",
                "Conversations that another account continued, outside one organisation.",
                0.71,
                0.0004,
                9.4,
            ),
            evidence("content.template", "Accounts that sent the same rare template.", 5188, 0.8, 6.2),
            evidence(
                "identity.payment",
                "Accounts that share a payment method with another one.",
                2210,
                14.2,
                3.1,
            ),
            evidence("volume.even", "Spread of log volume within the group.", 0.21, 1.2, 1.4),
            evidence("timing.replacement", "New accounts within three hours of a ban.", 884, 61, 1.9),
            evidence("infra.net24", "Accounts that share a /24 with another one.", 310, 288, -0.3),
            evidence("timing.round_the_clock", "Each account works round the clock.", 0.9976, 0.6334, 0.01) | {"p_value": 9e-25},
            evidence("timing.slot", "Requests in one slot.", 12, 11, 0.02),
            evidence("harvest.rate", "Median over the accounts of requests a day in the group.", 0.5661, 0.1348, 0.2),
            {
                "name": "infra.ja4",
                "family": "infra",
                "sentence": "TLS fingerprints were not logged.",
                "observed": None,
                "expected": None,
                "log_odds": 0.0,
                "p_value": None,
                "blind": True,
            },
        ],
        "bias_log_odds": -4.6,
        "n_leading": 4102,
        "sampled_one_in": 64,
        "n_marked": 61_004,
        "n_leading_events": 98_511,
        "objects": [
            {
                "view": "content.template",
                "object": "t:9f31c07a2be4",
                "accounts": 5188,
                "expected_accounts": 0.8,
                "events": 9_812_402,
            },
            {
                "view": "content.opening",
                "object": "o:41aa90",
                "accounts": 3020,
                "expected_accounts": 12.5,
                "events": 4_120_000,
            },
            {
                "view": "identity.payment",
                "object": "pay:7c1be2",
                "accounts": 212,
                "expected_accounts": 0.004,
                "events": 402_118,
            },
            {
                "view": "identity.payment",
                "object": "pay:0be77f",
                "accounts": 188,
                "expected_accounts": 0.004,
                "events": 377_003,
            },
            {
                "view": "infra.net24",
                "object": "203.0.113.0/24",
                "accounts": 41,
                "expected_accounts": 37.9,
                "events": 80_220,
            },
            {
                "view": "timing.slot",
                "object": "03:10–03:20 daily",
                "accounts": 2907,
                "expected_accounts": 640,
                "events": 310_114,
            },
        ],
        "templates": [
            {
                "masked": "You are given a finished answer. Articulate, step by step, the internal reasoning"
                " that led to it.\nQuestion: ⟨…⟩\nAnswer: ⟨…⟩\nWrite the reasoning between <think> and </think>.",
                "events": 9_812_402,
                "accounts": 5188,
            },
            {
                "masked": "Grade the following answer to ⟨…⟩ on a scale of ⟨number⟩ to ⟨number⟩. Return JSON only.",
                "events": 402_330,
                "accounts": 4711,
            },
        ],
        "timeline": timeline(rng, 10_214_732, 2_100_000),
        "activity": activity(rng, ids, generations=5, per_step=9),
        "graph": graph(rng, ids[:80], {"session": 0.25, "content": 0.3, "identity": 0.12}, 5) | {"totals": {
            "links": 31_482, "accounts": 5214,
            "views": {
                "session": {"links": 9_782, "accounts": 4_805}, "content": {"links": 18_600, "accounts": 5_214},
                "identity.payment": {"links": 1_700, "accounts": 801}, "identity.email": {"links": 1_400, "accounts": 702},
            },
            "families": {
                "session": {"links": 9_782, "accounts": 4_805}, "content": {"links": 18_600, "accounts": 5_214},
                "identity": {"links": 3_100, "accounts": 1_377},
            },
        }},
        "pathways": {"api": 9_100_000, "cloud-a": 2_700_000, "app": 514_732},
        "pivots": [],
        "bans": [
            START_HOUR + int(h)
            for h in np.concatenate([np.full(40, 66), np.full(61, 133), np.full(55, 201), np.full(70, 268)])
        ],
        "changes": [
            "A contract that makes one organisation the owner of these accounts would explain the continued"
            " conversations.",
            "If the injected prompt is found in a published tool, content.template falls to about zero, and the"
            " log-odds to +10.9.",
            "If fewer than 2 % of conversations were continued by another account, the group would go to review" + LONG,
        ],
    }


def agentic(rng: np.random.Generator) -> dict[str, Any]:
    ids = [f"user_{n}" for n in rng.integers(10_000, 99_999, 64)]
    return {
        "title": "Agentic coding, moved to a new model within a day",
        "sentence": "312 accounts split one pool of coding tasks with far less overlap than chance, and moved half of"
        " their requests to a new model within 24 hours of its release.",
        "evidence": [
            evidence(
                "content.pool",
                "Overlap of tasks between accounts, a work queue rather than chance.",
                0.002,
                0.31,
                5.1,
            ),
            evidence(
                "timing.pivot", "Accounts that moved to the new model on its first day.", 298, 22.4, 4.2
            ),
            evidence("volume.even", "Spread of log volume within the group.", 0.34, 1.1, 0.9),
        ],
        "bias_log_odds": -4.6,
        "objects": [
            {
                "view": "content.shingle",
                "object": f"s:{n:08x}",
                "accounts": int(a),
                "expected_accounts": float(e),
                "events": int(a * 41),
            }
            for n, a, e in zip(
                rng.integers(0, 2**31, 30), rng.integers(40, 300, 30), rng.uniform(0.1, 3, 30), strict=True
            )
        ],
        "n_objects": 47,
        "templates": [{"masked": "Solve task ⟨…⟩ in the repository.", "events": 21, "of": 64}],
        "timeline": timeline(rng, 812_000, 96_000, pivot_day=9),
        "activity": activity(rng, ids, generations=1, per_step=5),
        "graph": graph(rng, ids, {"content": 0.2, "timing": 0.2}, 3),
        "pathways": {"api": 900_000},
        "pivots": [
            {"model": "large-4.5", "released_at": "2026-02-11T15:00:00+00:00", "share_before": 0.0, "share_after": 0.52}
        ],
        "bans": [],
        "changes": ["If the accounts belong to one team with a shared queue, corporate egress would fit."],
    }


def reviewed(title: str) -> dict[str, Any]:
    return {
        "title": title,
        "sentence": "48 new accounts sent one starter template over one weekend.",
        "evidence": [
            evidence("content.template", "Accounts that sent the same rare template.", 48, 0.2, 3.3),
            evidence("timing.burst", "Sign-ups within two days.", 48, 1.1, 2.0),
        ],
        "bias_log_odds": -4.6,
        "changes": [
            "A list of participants would settle it.",
            "Requests after the weekend would speak for a campaign.",
        ],
    }


def row(
    campaign_id: str,
    verdict: str,
    score: float,
    counts: tuple[int, int, int],
    views: list[str],
    details: Any,
    **more: Any,
) -> dict[str, Any]:
    shares = {"code": 0.12, "reasoning": 0.63, "grading": 0.2, "rewriting": 0.05}
    return {
        "campaign_id": campaign_id,
        "verdict": verdict,
        "score": score,
        "q_value": float(np.exp(-score)),
        "n_accounts": counts[0],
        "n_events": counts[1],
        "n_harvested": counts[2],
        "first_seen": START + timedelta(hours=2),
        "last_seen": START + timedelta(days=DAYS, minutes=-7),
        "views": views,
        "capabilities": {name: shares.get(name, 0.0) for name in CAPABILITIES},
        "output_tokens": counts[2] * 1180,
        "explanations": [{"hypothesis": name, "score": value} for name, value in EXPLANATIONS.items()],
        "lineage": None,
        "details": json.dumps(details),
    } | more


def full(folder: Path) -> Path:
    """Write a run folder with everything there is to draw."""
    rng = np.random.default_rng(7)
    agentic_shares = {
        name: {"agentic": 0.61, "code": 0.33, "data_analysis": 0.06}.get(name, 0.0) for name in CAPABILITIES
    }
    campaigns = [
        row(
            "c-4be0a1",
            "campaign",
            17.1,
            (5214, 12_314_732, 10_214_732),
            ["session.handoff", "content.template", "identity.payment"],
            hydra(rng),
            lineage="c-11d09f",
            harvested_low=9_104_000,
            harvested_high=11_900_000,
        ),
        row(
            "c-90ff32",
            "campaign",
            5.6,
            (312, 908_000, 812_000),
            ["content.pool", "timing.pivot"],
            agentic(rng),
            capabilities=agentic_shares,
        ),
        row("c-0071aa", "campaign", 4.1, (27, 44_010, 31_872), ["content.shingle", "timing.slot"], {}),
        row(
            "r-51ab20",
            "review",
            0.7,
            (48, 3_100, 2_900),
            ["content.template", "timing.burst"],
            reviewed("A starter template over one weekend"),
        ),
        row("r-7e02bd", "review", 0.2, (19, 2_204, 1_100), ["content.shingle"], {}),
    ]
    write_watch(folder, watch())
    write_cleared(folder, cleared())
    return write(folder, campaigns, summary())


def watch() -> list[dict[str, Any]]:
    """The watch list: one group of 31 accounts."""
    return [{
        "rank": 1, "stands_out": 3.42, "score": -1.5, "n_accounts": 31, "n_events": 4_807,
        "account_ids": [f"watched-{i}" for i in range(31)],
        "reasons": ["Accounts do the same mix of work. (observed 0.97, expected 0.2)"],
        "not_accused": ["its score is below the line"],
        "explanations": [{"hypothesis": "classroom", "score": 0.41}],
    }]


def cleared(n: int = 13) -> list[dict[str, Any]]:
    """Groups that nobody is accused of: the first a class of 80, the others of 9."""
    reasons = ["99% are registered for education", "its score is below the line", "few do it", "and a fourth"]
    return [{
        "rank": i, "score": -float(i), "n_accounts": 80 if i == 1 else 9, "n_events": 1_574,
        "account_ids": [f"pupil-{i}-{j}" for j in range(9)],
        "reasons": ["The accounts keep the same hours. (observed 0, expected 1)"], "not_accused": reasons,
        "explanations": [{"hypothesis": "classroom", "score": 0.9}],
    } for i in range(1, n + 1)]


def write_cleared(folder: Path, rows: list[dict[str, Any]]) -> None:
    """Write cleared.parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=CLEARED.schema), folder / "cleared.parquet")


def write_watch(folder: Path, rows: list[dict[str, Any]]) -> None:
    """Write watch.parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=WATCH.schema), folder / "watch.parquet")


def summary() -> dict[str, Any]:
    return {
        "version": "0.1.0",
        "inputs": [
            {
                "path": f"events/day={START + timedelta(days=d):%Y-%m-%d}/part-0.parquet",
                "sha256": f"{d:02x}" * 32,
                "bytes": 431_000_000 + d,
            }
            for d in range(DAYS)
        ],
        "parameters": {"as_of": None, "seed": 1, "engine": "duckdb", "min_families": 2, "fdr": 0.01},
        "stages": {"sketch": 212.4, "link": 88.1, "group": 9.3, "judge": 14.0},
        "blind_views": [{"view": "infra.ja4", "reason": "no event carries a TLS fingerprint"}],
        "n_events": 50_000_000,
        "n_accounts": 1_024_000,
        "first_seen": "2026-02-02T00:00:00+00:00",
        "last_seen": "2026-02-15T23:59:58+00:00",
        "estimated_false_discoveries": 0.4,
        "as_of": "2026-02-16T00:00:00+00:00",
        "n_groups_judged": 412,
        "calibration": {
            "command": "python benchmarks/calibrate.py --worlds 80 --events 150000 --seed 1000 --second 4 --others 2", "commit": "1a2b3c4",
            "seeds": [11, 12, 13], "joins": {"command": "python benchmarks/calibrate.py --joins 220 --events 150000 --seed 9000"},
        },
        "warnings": ["1,204 rows were quarantined at ingest: see quarantine.parquet."],
    }


def write(folder: Path, campaigns: list[dict[str, Any]], told: dict[str, Any], members: int = 60) -> Path:
    """Write the tables of a run; each campaign gets up to ``members`` accounts, and ten accounts are clear."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(campaigns, schema=CAMPAIGNS.schema), folder / "campaigns.parquet")
    accounts = [
        {
            "account_id": f"{campaign['campaign_id']}-{i:04d}",
            "verdict": campaign["verdict"],
            "campaign_id": campaign["campaign_id"],
            "score": campaign["score"] - 0.1 * i,
            "reasons": [f"continued {90 - i} conversations of other accounts", "sent the template of the campaign"]
            if campaign["campaign_id"] != "c-90ff32"
            else ["its tasks overlap with those of the others far less than chance"],
        }
        for campaign in campaigns
        for i in range(min(members, campaign["n_accounts"]))
    ]
    accounts += [
        {"account_id": f"person-{i}", "verdict": "clear", "campaign_id": None, "score": -5.0, "reasons": []}
        for i in range(10)
    ]
    pq.write_table(pa.Table.from_pylist(accounts, schema=ACCOUNT_VERDICTS.schema), folder / "accounts.parquet")
    harvest = [{"event_id": f"e{i}", "campaign_id": c["campaign_id"]} for c in campaigns for i in range(5)]
    pq.write_table(pa.Table.from_pylist(harvest, schema=HARVEST.schema), folder / "harvest.parquet")
    (folder / "summary.json").write_text(json.dumps(told))
    return folder
