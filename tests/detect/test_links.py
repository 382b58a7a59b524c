"""Pairs of accounts in links.parquet: what they share, and what chance would give them."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from stillwatch.detect.run_folder.links import pairs_inside
from stillwatch.judge.link_graph import Pairs

N_EVENTS = np.array([100, 300, 200, 400])


def handed(taker: list[int], giver: list[int], n: list[int], campaign: list[int]) -> Pairs:
    handoffs = SimpleNamespace(taker=np.array(taker), giver=np.array(giver), n=np.array(n))
    scene = SimpleNamespace(people=SimpleNamespace(n=4, n_events=N_EVENTS), handoffs=handoffs, identities={})
    return pairs_inside(cast(Any, SimpleNamespace(scene=scene, carried={})), np.array(campaign))["session.handoff"]


def test_a_pairs_handoffs_are_expected_by_all_that_they_continue_and_each_others_traffic() -> None:
    found = handed([0, 1, 0, 1], [1, 0, 2, 3], [20, 10, 5, 30], [0, 0, 0, -1])
    assert (found.a.tolist(), found.b.tolist(), found.shared.tolist()) == ([0, 0], [1, 2], [30, 5])
    # The first account continues 25 requests of anybody, the second 40 (with 30 of an account outside), the third none.
    assert found.expected == pytest.approx([25 * 0.3 + 40 * 0.1, 25 * 0.2])
    assert found.log_odds[1] == 0.0  # no more than expected
    assert found.log_odds[0] > 0


def test_over_all_pairs_it_sums_to_what_a_group_is_expected_to_hand_over() -> None:
    """As the evidence on a group has it, but for the accounts' conversations with themselves."""
    taker, giver = np.array([(a, b) for a in range(3) for b in range(3) if a != b]).T
    found = handed(taker.tolist(), giver.tolist(), [4] * 6, [0, 0, 0, -1])
    taken = np.array([8, 8, 8])
    of_group = taken.sum() * N_EVENTS[:3].sum() / N_EVENTS.sum()
    itself = (taken * N_EVENTS[:3]).sum() / N_EVENTS.sum()
    assert found.expected.sum() == pytest.approx(of_group - itself)
