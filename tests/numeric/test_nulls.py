"""The null holds where nothing is planted, and what is planted is found."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from stillwatch.numeric import nulls


def world(seed: int, n_accounts: int = 600, n_objects: int = 3000, n_rows: int = 6000) -> tuple[np.ndarray, np.ndarray]:
    """Distinct (account, object) rows of independent accounts, with busy accounts and popular objects."""
    rng = np.random.default_rng(seed)
    account = (n_accounts * rng.random(n_rows) ** 1.5).astype(np.int64)
    object_ = (n_objects * rng.random(n_rows) ** 1.5).astype(np.int64)
    key = np.unique(account * n_objects + object_)
    return key // n_objects, key % n_objects


def with_crew(seed: int, n_crew: int = 60, pool: int = 400, each: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """The same with a crew (accounts from 600 on) whose members draw tasks from one pool of rare objects."""
    rng = np.random.default_rng(seed)
    account, object_ = world(seed)
    crew = np.repeat(np.arange(600, 600 + n_crew), each)
    tasks = np.concatenate([rng.choice(pool, each, replace=False) for _ in range(n_crew)]) + 3000
    return np.concatenate([account, crew]), np.concatenate([object_, tasks])


# --- Tests ---------------------------------------------------------------------------------------------------------


@given(st.integers(0, 400), st.floats(1e-6, 300))
def test_poisson_tail_agrees_with_scipy(count: int, mean: float) -> None:
    ours = nulls.poisson_log_sf(np.array([count]), np.array([mean]))[0]
    theirs = stats.poisson.logsf(count - 1, mean)
    if theirs > -600:
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-9)
    else:
        assert ours < -590


def test_poisson_tail_stays_finite_and_ordered_where_doubles_underflow() -> None:
    log_p = nulls.poisson_log_sf(np.array([100, 1000, 10_000]), np.array([1e-4, 1e-4, 1e-4]))
    assert np.isfinite(log_p).all()
    assert (np.diff(log_p) < 0).all()
    exact = 100 * np.log(1e-4) - 1e-4 - np.log(np.arange(1, 101)).sum()  # the first term is nearly all
    assert log_p[0] == pytest.approx(exact, rel=1e-6)


@given(st.lists(st.floats(1e-12, 1), min_size=1, max_size=30))
def test_benjamini_hochberg_agrees_with_scipy(p_values: list[float]) -> None:
    q = nulls.benjamini_hochberg(np.log(p_values))
    assert q == pytest.approx(stats.false_discovery_control(p_values), rel=1e-9)


def test_hypotheses_that_were_not_passed_count_as_tests() -> None:
    log_p = np.log([1e-6, 1e-3])
    whole = nulls.benjamini_hochberg(np.concatenate([log_p, np.zeros(98)]))
    assert nulls.benjamini_hochberg(log_p, n_tests=100) == pytest.approx(whole[:2])


# --- Pairs ---------------------------------------------------------------------------------------------------------


def shared_by_hand(account: np.ndarray, object_: np.ndarray, cap: int) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for o in np.unique(object_):
        holders = np.sort(account[object_ == o]).tolist()
        for pair in itertools.combinations(holders, 2) if len(holders) <= cap else ():
            found[pair] = found.get(pair, 0) + 1
    return found


@settings(max_examples=40, deadline=None)
@given(
    rows=st.sets(st.tuples(st.integers(0, 12), st.integers(0, 9)), max_size=60),
    cap=st.sampled_from([2, 4, 100]), min_shared=st.integers(1, 3), threads=st.integers(1, 3),
)
def test_pairs_are_those_counted_by_hand(rows: set[tuple[int, int]], cap: int, min_shared: int, threads: int) -> None:
    account, object_ = (np.array([row[i] for row in rows], np.int64) for i in range(2))
    links = nulls.pair_links(account, object_, 13, 10, max_popularity=cap, min_shared=min_shared, threads=threads)
    ours = dict(zip(zip(links.a.tolist(), links.b.tolist(), strict=True), links.n_shared.tolist(), strict=True))
    assert ours == {pair: n for pair, n in shared_by_hand(account, object_, cap).items() if n >= min_shared}
    assert list(ours) == sorted(ours)


def test_expectations_over_all_pairs_sum_to_what_there_is() -> None:
    account, object_ = world(3)
    links = nulls.pair_links(account, object_, 600, 3000)
    degree = links.degree.astype(float)
    assert links.rate * (degree.sum() ** 2 - (degree**2).sum()) / 2 == pytest.approx(links.n_shared.sum())


def test_null_holds_for_independent_accounts() -> None:
    """Of all pairs, including those that share nothing, a share of at most alpha has p <= alpha."""
    n_pairs, log_p = 0, []
    for seed in range(5):
        links = nulls.pair_links(*world(seed), 600, 3000)
        log_p.append(nulls.poisson_log_sf(links.n_shared, links.expected))
        n_pairs += 600 * 599 // 2
    for alpha in (0.05, 0.01, 0.001):
        assert (np.concatenate(log_p) <= np.log(alpha)).sum() / n_pairs <= 1.2 * alpha
    assert nulls.benjamini_hochberg(np.concatenate(log_p), n_pairs).min() > 0.01


# --- Groups --------------------------------------------------------------------------------------------------------


def test_crew_is_many_times_chance_and_a_random_group_is_not() -> None:
    account, object_ = with_crew(1)
    links = nulls.pair_links(account, object_, 660, 3400)
    group = np.full(660, -1)
    group[600:] = 0
    group[np.random.default_rng(0).choice(600, 60, replace=False)] = 1
    found = nulls.cluster_obs_exp(group, links)
    assert found.n_members.tolist() == [60, 60]
    assert found.ratio[0] > 3
    assert found.log_p[0] < -100
    assert found.ratio[1] < 1.5


def test_group_sees_what_pairs_do_not() -> None:
    """Two members share about one task in three: no pair stands out, all members do."""
    account, object_ = with_crew(2)
    links = nulls.pair_links(account, object_, 660, 3400)
    pair_q = nulls.benjamini_hochberg(nulls.poisson_log_sf(links.n_shared, links.expected), 660 * 659 / 2)
    by_pairs = np.unique(np.concatenate([links.a[pair_q < 0.01], links.b[pair_q < 0.01]]))
    group = np.full(660, -1)
    group[600:] = 0
    member = nulls.account_obs_exp(group, links)
    log_p = nulls.poisson_log_sf(member.observed, member.expected)
    accepted = member.account[nulls.benjamini_hochberg(log_p, 660) < 0.01]
    assert (by_pairs >= 600).sum() < 30
    assert (accepted >= 600).sum() == 60
    assert (accepted < 600).sum() <= 2


def test_account_is_left_out_of_its_own_expectation() -> None:
    account, object_ = np.array([0, 1, 2, 0, 1, 2]), np.array([0, 0, 0, 1, 2, 3])
    links = nulls.pair_links(account, object_, 3, 4)
    found = nulls.account_obs_exp(np.array([0, 0, -1]), links)
    assert found.account.tolist() == [0, 1, 2]
    assert found.observed.tolist() == [1, 1, 2]
    assert found.expected == pytest.approx(links.rate * np.array([4, 4, 8]))
    assert found.n_partners.tolist() == [1, 1, 2]


def permuted(account: np.ndarray, object_: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The same accounts' activity and the same objects' popularity (a pair that comes twice counts once), dealt anew."""
    key = np.unique(account * (object_.max() + 1) + rng.permutation(object_))
    return key // (object_.max() + 1), key % (object_.max() + 1)


def test_groups_of_permuted_objects_are_as_likely_as_their_p_values_say() -> None:
    """Fixed groups and accounts, objects dealt anew: observed averages expected, and p <= alpha in about a share alpha.

    An object of three holders is three pairs, so counts of groups spread a little more than Poisson's (of 110 accounts,
    p <= 0.001 in 0.7 %).
    """
    account, object_ = with_crew(5)
    group = np.repeat(np.arange(22), 30)
    rng = np.random.default_rng(9)
    group_p, account_p, ratio = [], [], []
    for _ in range(40):
        links = nulls.pair_links(*permuted(account, object_, rng), 660, 3400)
        found, member = nulls.cluster_obs_exp(group, links), nulls.account_obs_exp(group, links)
        ratio.append(found.observed.sum() / found.expected.sum())
        group_p.append(found.log_p)
        # Accounts that share nothing with a group are not listed and count as p = 1.
        account_p.append(nulls.poisson_log_sf(member.observed, member.expected))
    assert np.mean(ratio) == pytest.approx(1, abs=0.05)
    for alpha in (0.05, 0.01):
        assert (np.concatenate(group_p) <= np.log(alpha)).mean() <= 2 * alpha
        assert (np.concatenate(account_p) <= np.log(alpha)).sum() / (40 * 660 * 22) <= 1.2 * alpha
    assert nulls.benjamini_hochberg(np.concatenate(account_p), 40 * 660 * 22).min() > 0.01
    real = nulls.cluster_obs_exp(group, nulls.pair_links(account, object_, 660, 3400))
    assert (real.log_p[20:] < -100).all()


def test_no_links_no_groups() -> None:
    links = nulls.pair_links(np.array([0, 1]), np.array([0, 1]), 2, 2)
    assert len(links.a) == 0
    assert len(nulls.account_obs_exp(np.array([-1, -1]), links).account) == 0
    assert len(nulls.cluster_obs_exp(np.array([-1, -1]), links).ratio) == 0


# --- Crowds --------------------------------------------------------------------------------------------------------

DAY_S = 86_400


def busy_days(seed: int, n: int = 5000) -> tuple[np.ndarray, np.ndarray]:
    """Sign-ups with an outbreak of a week, and amounts of which a third are the same round number."""
    rng = np.random.default_rng(seed)
    time_s = np.where(rng.random(n) < 0.4, rng.integers(40 * DAY_S, 47 * DAY_S, n), rng.integers(0, 90 * DAY_S, n))
    return time_s, np.where(rng.random(n) < 0.3, 2.0, rng.normal(3, 1, n))


@pytest.mark.parametrize("within_s", [600, 4 * 3600, DAY_S])
def test_outbreak_and_round_amounts_are_not_a_crowd(within_s: int) -> None:
    found = nulls.count_nearby(*busy_days(4), within_s=within_s, within_value=0.02)
    assert found.observed.sum() == pytest.approx(found.expected.sum(), rel=0.1)
    for alpha in (0.05, 0.01):
        assert (found.log_p <= np.log(alpha)).mean() <= alpha
    assert nulls.benjamini_hochberg(found.log_p).min() > 0.05


@pytest.mark.parametrize("step_s", [1, 3600])
def test_planted_crowd_is_found(step_s: int) -> None:
    time_s, value = busy_days(5)
    rng = np.random.default_rng(6)
    time_s[:40], value[:40] = 70 * DAY_S + rng.integers(0, 7200, 40), 2.9 + rng.normal(0, 0.004, 40)
    found = nulls.count_nearby(time_s // step_s * step_s, value, within_s=3600, within_value=0.02)
    accepted = nulls.benjamini_hochberg(found.log_p) < 0.01
    assert accepted[:40].all()
    assert accepted[40:].sum() <= 3
    score = nulls.fuse_log_p(np.stack([found.log_p, found.log_p / 2]))
    assert score[:40].min() > np.quantile(score[40:], 0.99)


TIMED = st.lists(st.tuples(st.integers(-50, 50), st.integers(-12, 12).map(lambda x: x / 4)), min_size=1, max_size=25)


@settings(max_examples=80, deadline=None)
@given(TIMED, st.integers(0, 20), st.sampled_from([0.3, 1.0, 2.5]))
def test_crowds_are_those_counted_by_hand(rows: list[tuple[int, float]], within_s: int, within: float) -> None:
    time_s, value = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    bins = np.floor(value / (within / 1.5))
    near = np.abs(time_s[:, None] - time_s) <= within_s
    alike = np.abs(bins[:, None] - bins) <= 1
    found = nulls.count_nearby(time_s, value, within_s=within_s, within_value=within)
    assert found.observed.tolist() == ((near & alike).sum(axis=1) - 1).tolist()
    chance = (near.sum(axis=1) - 1) * (alike.sum(axis=1) - 1) / max(len(rows) - 1, 1)
    assert found.expected == pytest.approx(chance)


def test_crowd_is_as_likely_as_permuting_the_values_says() -> None:
    """Of values dealt anew over the accounts, at least the observed number is near as often as the p-value says, or less."""
    rng = np.random.default_rng(8)
    time_s, value = busy_days(7, n=400)
    found = nulls.count_nearby(time_s, value, within_s=DAY_S, within_value=0.2)
    dealt = [nulls.count_nearby(time_s, rng.permutation(value), within_s=DAY_S, within_value=0.2) for _ in range(200)]
    mean_dealt = np.mean([other.observed.sum() for other in dealt])
    assert found.expected.sum() == pytest.approx(mean_dealt, rel=0.05)
    for alpha in (0.1, 0.01):
        assert np.mean([(other.log_p <= np.log(alpha)).mean() for other in dealt]) <= alpha


@pytest.mark.parametrize("huge", [1e10, 9e18, 1e300, float("inf"), float("nan")])
def test_a_huge_value_is_near_nobody(huge: float) -> None:
    """Numbers of any size are values (times, hashes); memory used to grow with the largest."""
    found = nulls.count_nearby(np.zeros(4, np.int64), np.array([1.0, 1.1, huge, -huge]), within_s=60, within_value=1.0)
    assert found.observed[:2].tolist() == [1, 1]
    assert found.observed[2:].tolist() in ([0, 0], [1, 1])  # two that are not numbers are alike


def test_crowd_of_few() -> None:
    assert len(nulls.count_nearby(np.array([], np.int64), np.array([]), within_s=60, within_value=0.1).log_p) == 0
    alone = nulls.count_nearby(np.array([5]), np.array([1.0]), within_s=60, within_value=0.1)
    assert alone.observed.tolist() == [0]
    assert alone.log_p.tolist() == [0.0]
