"""What links the accounts of a campaign: pairs by view, and the objects that they share."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from stillwatch import judge, link
from stillwatch.detect.run_folder.outcome import Outcome
from stillwatch.judge.link_graph import Pairs
from stillwatch.tables import LINKS

I64 = NDArray[np.int64]

MAX_LINKS = 200_000
"""Pairs written to links.parquet for each view, the strongest."""


def shared_objects(outcome: Outcome) -> list[list[tuple[str, int, int, float, int]]]:
    """Of each campaign: (view, object, its accounts that leave it, accounts that chance would give, their requests), most accounts first.

    Chance gives each account that leaves the object to the campaign by the campaign's share of all accounts.
    """
    views, shared = tuple(link.CONTENT_VIEWS), outcome.shared
    out: list[list[tuple[str, int, int, float, int]]] = [[] for _ in range(outcome.final.n)]
    expected = shared["accounts"] * outcome.final.sizes()[shared["campaign"]] / outcome.scene.people.n
    names = ("campaign", "place", "object", "inside", "events")
    for number, view, object_, inside, events, by_chance in zip(*(shared[name].tolist() for name in names), expected.tolist(), strict=True):
        out[number].append((views[view], object_, inside, by_chance, events))
    return out


def pairs_inside(outcome: Outcome, campaign: I64) -> dict[str, Pairs]:
    """Linked pairs inside campaigns and groups by view.

    Who left the same object, or has the same payment or contact, is linked in a chain, each with the next account of the campaign:
    linear in accounts, and enough to see who hangs together. By chance the requests of an account that continue other accounts'
    conversations go to these in proportion to their traffic, as in the evidence on the group, which sums over all its pairs.
    """
    scene, hand = outcome.scene, outcome.scene.handoffs
    n = scene.people.n
    out: dict[str, Pairs] = {}

    def keep(view: str, a: I64, b: I64, shared: I64, chance: NDArray[np.float64]) -> None:
        inside = (campaign[a] >= 0) & (campaign[a] == campaign[b]) & (a != b)
        low, high = np.minimum(a, b)[inside], np.maximum(a, b)[inside]
        if len(low):
            key, inverse = np.unique(low * n + high, return_inverse=True)
            total, expected = (np.bincount(inverse, weights=of[inside]) for of in (shared, chance))
            out[view] = Pairs(key // n, key % n, total.astype(np.int64), np.maximum(expected, 1e-9))

    def chained(value: I64, account: I64) -> tuple[I64, I64, NDArray[np.bool_]]:
        """Neighbours among the accounts of a campaign that have a value, and the row of each pair's first one."""
        rows = np.flatnonzero(campaign[account] >= 0)
        rows = rows[np.lexsort((account[rows], value[rows], campaign[account[rows]]))]
        same = (value[rows][1:] == value[rows][:-1]) & (campaign[account[rows]][1:] == campaign[account[rows]][:-1])
        return account[rows][:-1][same], account[rows][1:][same], rows[:-1][same]

    keep("session.handoff", hand.taker, hand.giver, hand.n, np.zeros(len(hand.n)))
    if (handed := out.get("session.handoff")) is not None:
        taken = np.bincount(hand.taker, weights=hand.n, minlength=n)
        traffic_share = scene.people.n_events / scene.people.n_events.sum()
        expected = taken[handed.a] * traffic_share[handed.b] + taken[handed.b] * traffic_share[handed.a]
        out["session.handoff"] = replace(handed, expected=expected)
    for view, value in scene.identities.items():
        a, b, _ = chained(value[value >= 0], np.flatnonzero(value >= 0))
        k = np.bincount(value[value >= 0])
        rate = float((k * (k - 1.0)).sum() / max(n * (n - 1.0), 1))
        keep(view, a, b, np.ones(len(a), np.int64), np.full(len(a), rate))
    habits = []
    for carried in outcome.carried.values():
        every = carried["object"]  # ascending
        a, b, rows = chained(every, carried["account"])
        carriers = np.searchsorted(every, every[rows], "right") - np.searchsorted(every, every[rows], "left")
        habits.append((a, b, (carriers / n) ** 2))
    if habits:
        a, b, chance = (np.concatenate(parts) for parts in zip(*habits, strict=True))
        keep("content.habit", a, b, np.ones(len(a), np.int64), chance)
    return out


def links_table(scene: judge.Scene, linked: dict[str, Pairs]) -> pa.Table:
    """The rows of links.parquet: of each view the MAX_LINKS strongest pairs, in the order of their accounts."""
    parts = [LINKS.schema.empty_table()]
    for view, pairs in sorted(linked.items()):
        strongest = pairs.take(np.sort(np.argsort(-pairs.log_odds, kind="stable")[:MAX_LINKS]))
        parts.append(pa.table({
            "account_a": scene.people.ids.take(pa.array(strongest.a)),
            "account_b": scene.people.ids.take(pa.array(strongest.b)),
            "view": pa.array([view] * len(strongest.a), pa.string()),
            "n_shared": strongest.shared.astype(np.int32),
            "expected": strongest.expected,
            "log_odds": strongest.log_odds,
        }, schema=LINKS.schema))
    return pa.concat_tables(parts)
