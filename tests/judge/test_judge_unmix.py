"""Harvest and cover of one campaign: a planted share comes back, whether marks tell much, little, nothing or too much."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.judge import SETUP, TRAITS, Conversations, log_odds, setups, traits, unmix
from stillwatch.tables import CAPABILITIES

INNOCENT, QUEUE = 20, 10


def looks(rng: np.random.Generator, n: int, sort: int, sharp: float = 2.0) -> np.ndarray:
    """Classes of ``n`` conversations of one sort; the sharper, the fewer classes it keeps to."""
    mixes = [np.random.default_rng(sort + i).dirichlet(np.full(k, 1 / sharp)) for i, k in enumerate(TRAITS)]
    return np.stack([rng.choice(len(mix), n, p=mix) for mix in mixes]).astype(np.uint8)


def planted(
    rng: np.random.Generator, share: float, n: int = 4_000, *, shows: float = 0.3, strays: float = 0.0, sharp: float = 2.0, own: float = 0.9
) -> tuple[Conversations, np.ndarray]:
    """A campaign's conversations, of which so many are harvest; ``own``: share of either that is sent by clients of its own."""
    truth = np.arange(n) < share * n
    kind = np.where(truth, looks(rng, n, QUEUE, sharp), looks(rng, n, INNOCENT, sharp))
    turns = rng.integers(1, 6, n)
    setup = np.where(rng.random(n) < own, np.where(truth, 7, rng.integers(100, 140, n)), 3)
    marked = rng.binomial(turns, np.where(truth, shows, strays))
    return Conversations(np.arange(n), rng.integers(0, 2**50, n), kind, setup, turns, marked), truth


def innocents(rng: np.random.Generator, n: int = 50_000, sharp: float = 2.0) -> list[np.ndarray]:
    return [np.bincount(row, minlength=k) for row, k in zip(looks(rng, n, INNOCENT, sharp), TRAITS, strict=True)]


def harvested(told: Conversations, usual: list[np.ndarray]) -> np.ndarray:
    return unmix.harvested(told, log_odds(told, usual))


def off(told: Conversations, truth: np.ndarray, usual: list[np.ndarray]) -> float:
    """How far the harvested requests are from the true ones, of all requests."""
    found = harvested(told, usual)
    return abs(int(told.turns[found].sum()) - int(told.turns[truth].sum())) / int(told.turns.sum())


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 1.0])
def test_a_planted_share_of_harvest_comes_back(share: float) -> None:
    rng = np.random.default_rng(1)
    told, truth = planted(rng, share)
    usual = innocents(rng)
    assert off(told, truth, usual) < 0.02
    assert harvested(told, usual)[truth].mean() > 0.95


def test_marks_that_everything_shows_tell_nothing_and_looks_do() -> None:
    """A system prompt that cover and harvest share marks all of it."""
    rng = np.random.default_rng(2)
    told, truth = planted(rng, 0.6, shows=1.0, strays=1.0)
    assert off(told, truth, innocents(rng)) < 0.03


def test_without_marks_looks_tell() -> None:
    rng = np.random.default_rng(3)
    told, truth = planted(rng, 0.4, shows=0.0)
    assert off(told, truth, innocents(rng)) < 0.03


def test_cover_that_strays_into_marks_stays_cover() -> None:
    """One turn in fifty shows a mark by chance: not every such conversation is harvest."""
    rng = np.random.default_rng(4)
    told, truth = planted(rng, 0.2, shows=0.8, strays=0.02)
    assert (told.marked[~truth] > 0).mean() > 0.04
    assert harvested(told, innocents(rng))[~truth].mean() < 0.01


def test_relayed_users_who_are_neither_stay_out() -> None:
    """Likelier than harvest beside the rest is what innocents look like beside the rest; marks say which of them is asked for."""
    rng = np.random.default_rng(9)
    told, truth = planted(rng, 0.1, shows=0.8, strays=0.002, own=1.0)
    users = np.arange(4_000) >= 2_000
    told.kind[:] = np.where(users & (rng.random((5, 4_000)) < 0.4), looks(rng, 4_000, 30), told.kind)
    told.setup[users] = 9
    usual = innocents(rng)
    at_marks, free = (unmix.fitted(told, usual, at_marks=start) for start in (True, False))
    assert free.likelihood > at_marks.likelihood
    assert (free.log_odds(told) > 0)[~truth].mean() > 0.15
    found = harvested(told, usual)
    assert found[truth].mean() > 0.95
    assert found[~truth].mean() < 0.03


def test_what_sends_it_tells_harvest_that_looks_almost_like_cover() -> None:
    rng = np.random.default_rng(5)
    errors = []
    for own in (1.0, 0.0):
        told, truth = planted(rng, 0.5, shows=0.05, sharp=0.15, own=own)
        found = harvested(told, innocents(rng, sharp=0.15))
        errors.append((found != truth).mean())
    assert errors[0] < 0.02 < errors[1]


@pytest.mark.parametrize(("n", "told"), [(19, False), (20, True)])
def test_of_few_conversations_only_marks_are_believed(n: int, told: bool) -> None:
    rng = np.random.default_rng(6)
    some, truth = planted(rng, 1.0, n=n, shows=0.3)
    some.marked[0] = 1
    assert harvested(some, innocents(rng)).tolist() == (truth if told else some.marked > 0).tolist()


def test_nothing_to_compare_with() -> None:
    rng = np.random.default_rng(7)
    some, _ = planted(rng, 0.5, n=50, shows=0.0)
    nobody = [np.zeros(k, np.int64) for k in TRAITS]
    assert harvested(some, nobody).all()
    some.marked[3] = 1
    assert np.flatnonzero(harvested(some, nobody)).tolist() == [3]
    assert harvested(some.take(np.zeros(0, np.int64)), nobody).tolist() == []


def test_a_large_campaign_is_told_by_a_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(8)
    told, truth = planted(rng, 0.5, n=20_000)
    whole = unmix.fitted
    sizes = []
    monkeypatch.setattr(unmix, "LARGEST", 2_000)
    monkeypatch.setattr(unmix, "fitted", lambda some, *rest, **more: sizes.append(len(some.begin)) or whole(some, *rest, **more))
    assert off(told, truth, innocents(rng)) < 0.03
    assert all(1_700 < size < 2_300 for size in sizes)
    told.time[:] = 86_400_000_000  # a log that tells the day alone
    assert off(told, truth, innocents(rng)) < 0.03


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_the_order_of_the_log_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    told, _ = planted(rng, 0.5, n=300, own=0.5)
    usual, order = innocents(rng, 2_000), rng.permutation(300)
    assert harvested(told.take(order), usual).tolist() == harvested(told, usual)[order].tolist()


def test_requests_are_put_together() -> None:
    root = np.array([0, 1, 0, 0, 1, 5])
    kind = np.arange(24).reshape(4, 6).astype(np.uint8)
    told = Conversations.of(root, np.arange(6) + 100, kind, np.arange(6) + 50, np.array([0, 1, 1, 1, 0, 0], bool))
    assert told.begin.tolist() == [0, 1, 5]
    assert told.time.tolist() == [100, 101, 105]
    assert told.setup.tolist() == [50, 51, 55]
    assert told.turns.tolist() == [3, 2, 1]
    assert told.marked.tolist() == [2, 1, 0]
    assert told.kind.tolist() == [[0, 1, 5], [6, 7, 11], [12, 13, 17], [18, 19, 23], [2, 1, 0]]


def test_classes_are_within_their_bounds() -> None:
    n = 500
    rng = np.random.default_rng(4)
    columns = {
        "capability": rng.integers(0, len(CAPABILITIES), n).astype(np.uint8),
        "n_words": rng.choice([-1, 0, 1, 2, 3, 2**31 - 1], n).astype(np.int32),
        "output_tokens": rng.choice([0, 7, 8, 2**31 - 1], n).astype(np.int32),
        "time": rng.integers(-(2**50), 2**50, n),
    }
    found = traits(columns)
    assert found.shape == (len(TRAITS) - 1, n)
    for i in range(n):
        lengths = [min((max(int(columns[name][i]), 0) + 1).bit_length() - 1, 15) for name in ("n_words", "output_tokens")]
        assert found[:, i].tolist() == [columns["capability"][i], *lengths, columns["time"][i] // 3_600_000_000 % 24 // 3]


def test_every_part_of_a_set_up_counts() -> None:
    usual = {name: np.array([5, 5], np.int64) for name in SETUP}
    for name in SETUP:
        found = setups(usual | {name: np.array([5, -6], np.int64)})
        assert found[0] == setups(usual)[0] != found[1]
