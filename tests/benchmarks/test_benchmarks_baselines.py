"""Baselines agree with their definitions on small cases, and with published figures on the real data."""

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from scipy import stats

import baselines
import mmd
import real_data
from stillwatch.evaluate.ranking import auc, average_precision, curve
from stillwatch.numeric import nulls


def block_world(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """100 accounts with 5 of 400 objects each; accounts 100 to 119 all hold the same 10 others, and one of the 400."""
    rng = np.random.default_rng(seed)
    account = np.concatenate([np.repeat(np.arange(100), 5), np.repeat(np.arange(100, 120), 10), np.arange(100, 120)])
    object_ = np.concatenate([rng.integers(0, 400, 500), np.tile(np.arange(400, 410), 20), rng.integers(0, 400, 20)])
    key = np.unique(account * 500 + object_)
    return key // 500, key % 500


def test_jaccard_and_hypergeometric_agree_with_their_definitions() -> None:
    account, object_ = block_world()
    links = nulls.pair_links(account, object_, 120, 500, max_popularity=500)
    held = [set(object_[account == u].tolist()) for u in range(120)]
    best = [max(len(held[u] & held[v]) / len(held[u] | held[v]) for v in range(120) if v != u) for u in range(120)]
    assert baselines.max_jaccard(links) == pytest.approx(best)
    d, e = links.degree[links.a], links.degree[links.b]
    assert baselines.hypergeometric_log_sf(links, 500) == pytest.approx(
        stats.hypergeom.logsf(links.n_shared - 1, 500, d, e), rel=1e-6
    )


def test_fraudar_finds_the_planted_block_first() -> None:
    account, object_ = block_world()
    score = baselines.fraudar(account, object_, 120, 500)
    assert score[100:].min() > score[:100].max()


def test_peeling_gives_the_best_set_met() -> None:
    """A triangle of weight 1 hanging on a path: the densest set is the triangle, average weight 3 / 3."""
    left, right = np.array([0, 1, 2, 2, 3]), np.array([1, 2, 0, 3, 4])
    inside, density = baselines._densest_block(left, right, np.ones(5), 5)
    assert np.flatnonzero(inside).tolist() in ([0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 4])
    assert density == pytest.approx(1.0)


def test_peak_count_slides_and_limits_are_exceeded_strictly() -> None:
    account = np.array([0] * 61 + [1] * 60 + [2])
    time_s = np.concatenate([np.arange(61) * 59 + 30, np.arange(60), [7]])
    assert baselines.peak_count(account, time_s, 4, 3600).tolist() == [61, 60, 1, 0]
    over = baselines.over_a_limit(account, time_s, 4)
    assert over["60 per hour"].tolist() == [True, False, False, False]
    assert not over["500 per hour"].any()


TOPICS = ("the weather in {} tomorrow", "a short poem about {}", "fix my {} please", "what is {}")
NOUNS = ("rain", "the sea", "a lock", "love", "a printer", "bread", "chess", "the moon", "cats", "salt")


def chat(rng: np.random.Generator, n: int) -> list[str]:
    return [TOPICS[rng.integers(4)].format(NOUNS[rng.integers(10)]) for _ in range(n)]


def test_mmd_sees_another_distribution_and_not_chance() -> None:
    rng = np.random.default_rng(0)
    sizes = [60] * 20
    prompts = [prompt for size in sizes for prompt in chat(rng, size)]
    odd = [f"Solve step by step: {rng.integers(99)} times {rng.integers(99)}" for _ in range(60)]
    account = np.repeat(np.arange(21), 60)
    embedded = mmd.features(prompts + odd)
    z = mmd.account_scores(embedded, account, 21, benign=account < 20)
    assert z[20] > 10
    assert np.abs(z[:20]).max() < 5
    pooled, windows = mmd.pooled_scores(embedded, account, 21, window=60, benign=account < 20)
    assert pooled.argmax() == 20
    assert windows.argmax() == 20


def test_mmd_statistic_is_zero_on_average_for_the_same_distribution() -> None:
    rng = np.random.default_rng(1)
    embedded = mmd.features(chat(rng, 2000))
    drawn = rng.integers(1000, size=(300, 8))
    values = mmd.discrepancy(embedded[drawn].sum(axis=1), np.full(300, 8.0), embedded[1000:])
    assert abs(values.mean()) < 4 * values.std() / np.sqrt(300)


def test_published_figures_come_out_on_real_data(benchmark_data: Path) -> None:
    """Collusive reviewers, object = item: what others measured with the same detectors (AUC, AP)."""
    benchmark = real_data.amazoncn(benchmark_data, with_rating=False)
    assert benchmark.labelled is not None
    labels, accounts = benchmark.labelled.labels, benchmark.labelled.accounts
    account, object_, n_objects = real_data.codes(benchmark.traces, "content.item", accounts)
    links = nulls.pair_links(account, object_, len(accounts), n_objects, max_popularity=10**9)
    for score, figures in (
        (baselines.max_jaccard(links), (0.756, 0.596)),
        (baselines.hypergeometric(links, n_objects), (0.819, 0.761)),
        (baselines.fraudar(account, object_, len(accounts), n_objects), (0.629, 0.521)),
    ):
        points = curve(labels, score)
        assert (auc(points), average_precision(points)) == pytest.approx(figures, abs=0.01)


def test_permuted_posts_keep_times_objects_and_who_posts_how_much(benchmark_data: Path) -> None:
    real, shuffled = real_data.coortweet_posts(benchmark_data), real_data.coortweet_posts(benchmark_data, permuted=1)
    others = [name for name in real.column_names if name != "account_id"]
    assert real.select(others).equals(shuffled.select(others))
    assert not real["account_id"].equals(shuffled["account_id"])
    for column in ("url_id", "phash_id"):
        has = pc.is_valid(real[column])
        before, after = (pc.value_counts(table["account_id"].filter(has)) for table in (real, shuffled))
        assert len(before) > 1000
        assert set(before.field("values").to_pylist()) == set(after.field("values").to_pylist())
