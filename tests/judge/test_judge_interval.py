"""The interval of a harvest: what makes an estimate doubtful makes it wider, on the side where the truth may be."""

import numpy as np
import pytest
from test_judge_unmix import innocents, planted

from stillwatch.judge import TRAITS, Conversations, between, harvested, log_odds
from stillwatch.judge.interval import DOUBTS, doubts, widths


def told(some: Conversations, usual: list[np.ndarray], *, relays: bool = False) -> tuple[int, int, int]:
    """Fewest, estimated and most requests."""
    odds = log_odds(some, usual)
    flags = harvested(some, odds)
    low, high = between(some, usual, odds, flags, relays=relays)
    return low, int(some.turns[flags].sum()), high


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_a_planted_share_lies_in_it(share: float) -> None:
    rng = np.random.default_rng(1)
    some, truth = planted(rng, share, shows=0.6)
    low, estimate, high = told(some, innocents(rng))
    assert 0 <= low <= int(some.turns[truth].sum()) <= high <= int(some.turns.sum())
    assert low <= estimate <= high


def test_the_less_the_mixture_knows_the_wider() -> None:
    rng = np.random.default_rng(2)
    usual, blurred = innocents(rng), innocents(rng, sharp=0.15)
    sure, _ = planted(rng, 0.5, shows=0.9)
    torn, _ = planted(rng, 0.5, shows=0.05, sharp=0.15, own=0.0)
    (low, _, high), (lower, _, higher) = told(sure, usual), told(torn, blurred)
    assert (higher - lower) / torn.turns.sum() > 2 * (high - low) / sure.turns.sum()


def test_doubts_are_counted_in_requests() -> None:
    some = Conversations(
        np.arange(4), np.arange(4), np.zeros((len(TRAITS), 4), np.uint8), np.zeros(4, np.int64), np.array([1, 2, 4, 8]),
        np.array([1, 0, 1, 0]),
    )
    odds, harvest = np.log([3.0, 3.0, 1 / 3, 1 / 3]), np.array([True, True, False, False])
    told = doubts(some, odds, harvest, relays=True)
    # Of 15 requests each is told wrongly with a chance of a quarter.
    assert told["below"] == pytest.approx([3, 2, (2 * 15 / 4) ** 0.5])
    assert told["above"] == pytest.approx([4, 15 / 4, 12])
    assert doubts(some, odds, harvest, relays=False)["above"][-1] == 0


def test_of_few_conversations_it_goes_from_what_is_marked_to_all() -> None:
    rng = np.random.default_rng(6)
    some, _ = planted(rng, 1.0, n=19, shows=0.3)
    nobody = [np.zeros(k, np.int64) for k in TRAITS]
    marked, whole = int(some.turns[some.marked > 0].sum()), int(some.turns.sum())
    assert 0 < marked < whole
    assert told(some, innocents(rng)) == (marked, marked, whole)
    some.marked[:] = 0
    assert told(some, nobody) == (0, whole, whole)
    assert told(some.take(np.zeros(0, np.int64)), nobody) == (0, 0, 0)


def test_what_ships_counts_every_side() -> None:
    for side, names in DOUBTS.items():
        assert len(widths()[side]) == len(names)
        assert (widths()[side] >= 0).all()
        assert widths()[side].any()
