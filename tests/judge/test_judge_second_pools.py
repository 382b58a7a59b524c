"""A campaign's second pool, which lives otherwise and does the same work, is told from strangers whom its objects drew in."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from judge_helpers import groups, measured, model, people, scene

from stillwatch import judge
from stillwatch.judge.members import FAR
from stillwatch.judge.model import Members
from stillwatch.judge.second_pools import (
    LESS,
    MIN_POOL_ACCOUNTS,
    NOT_UNLIKE,
    NOTHING_ELSE,
    SAME_LENGTH,
    SAME_WORK,
    not_unlike,
    pools_elsewhere,
    second_pools,
)
from stillwatch.tables import CAPABILITIES

CORE, POOL = 20, 16
KINDS = np.array([30, 10] + [0] * (len(CAPABILITIES) - 2))
LENGTHS = np.array([0, 0, 20, 20, 0, 0, 0, 0])


def moved(counts: np.ndarray, share: float) -> np.ndarray:
    """Counts of which this share is in the last class instead of the first that has any."""
    out, first = counts.copy(), int(np.flatnonzero(counts)[0])
    n = round(share * counts.sum())
    out[first] -= n
    out[-1] += n
    return out


def work(pool: int = POOL, strangers: int = 0, kinds: float = 0.0, lengths: float = 0.0, answers: float = 0.0, prompts: float = 0.0,
         n: int = 40, **untold: int) -> judge.Scene:
    """A group of a campaign's core, a pool of which so much is otherwise, and strangers who do something else; 40 requests each."""
    size = CORE + pool + strangers
    of_pool = (np.arange(size) >= CORE) & (np.arange(size) < CORE + pool)
    strange = np.arange(size) >= CORE + pool
    capabilities, long = np.tile(100 * KINDS, (size, 1)), np.tile(100 * LENGTHS, (size, 1))
    capabilities[of_pool], long[of_pool] = moved(100 * KINDS, kinds), moved(100 * LENGTHS, lengths)
    capabilities[strange] = 100 * KINDS[::-1]
    told: dict[str, Any] = {
        "n": np.where(of_pool, n, 40), "capabilities": capabilities, "lengths": long,
        "output_tokens": np.where(of_pool, 100_000 * np.exp(answers) * n / 40, 100_000),
        "words": np.where(of_pool, 100_000 * np.exp(prompts) * n / 40, 100_000),
    }
    told |= {name: np.full_like(told[name], value) for name, value in untold.items()}
    proposed = groups(range(size))
    return scene(proposed, people(size, n_events=np.full(size, 40)), measured(proposed, **told))


def back(known: judge.Scene, pool: int = POOL, far: bool = True) -> int:
    """How many of the pool come back; nobody else may."""
    n = known.people.n
    stays, away = np.arange(n) < CORE, (np.arange(n) >= CORE) & (np.arange(n) < CORE + pool)
    found = second_pools(known, np.zeros(1, np.int64), np.zeros(n, np.int64), stays, away, np.array([far]))
    assert not found[~away].any()
    return int(found.sum())


def test_few_who_surely_belong_do_not_tell_what_the_campaign_does() -> None:
    known = work()
    n, one = known.people.n, np.zeros(1, np.int64)
    away = np.arange(n) >= CORE
    for sure, comes in ((MIN_POOL_ACCOUNTS, POOL), (MIN_POOL_ACCOUNTS - 1, 0)):
        assert second_pools(known, one, np.zeros(n, np.int64), np.arange(n) < sure, away, np.array([True])).sum() == comes


def test_accounts_of_another_campaign_in_its_group_tell_nothing_of_it() -> None:
    known = work(strangers=POOL)
    n = known.people.n
    of = np.where(np.arange(n) >= CORE + POOL, 1, 0)
    away = (np.arange(n) >= CORE) & (of == 0)
    found = second_pools(known, np.zeros(1, np.int64), of, ~away, away, np.array([True, True]))
    assert np.flatnonzero(found).tolist() == list(range(CORE, CORE + POOL))


def test_who_does_the_same_work_comes_back() -> None:
    assert back(work()) == POOL
    assert back(work(kinds=SAME_WORK - 0.01, lengths=SAME_WORK - 0.01, answers=SAME_LENGTH - 1e-4, prompts=-SAME_LENGTH + 1e-4)) == POOL
    assert back(work(), far=False) == 0


@pytest.mark.parametrize("otherwise", [
    {"kinds": SAME_WORK + 0.01}, {"lengths": SAME_WORK + 0.01}, {"answers": SAME_LENGTH + 0.01}, {"answers": -SAME_LENGTH - 0.01},
    {"prompts": SAME_LENGTH + 0.01},
])
def test_other_work_is_no_second_pool(otherwise: dict[str, float]) -> None:
    assert back(work(**otherwise)) == 0


def test_a_few_who_do_what_the_campaign_does_are_none() -> None:
    assert back(work(pool=MIN_POOL_ACCOUNTS), pool=MIN_POOL_ACCOUNTS) == MIN_POOL_ACCOUNTS
    assert back(work(pool=MIN_POOL_ACCOUNTS - 1), pool=MIN_POOL_ACCOUNTS - 1) == 0
    assert back(work(strangers=POOL)) == POOL
    assert back(work(strangers=POOL + 1)) == 0, "among many who do not"
    assert back(work(n=12)) == 0, "in few requests"


@pytest.mark.parametrize("untold", [{"output_tokens": 0}, {"words": 0}])
def test_where_the_log_does_not_tell_what_they_do_nobody_comes_back(untold: dict[str, int]) -> None:
    assert back(work(**untold)) == 0


def test_work_of_which_the_list_of_words_knows_nothing_tells_nothing() -> None:
    known = work()
    unknown = np.zeros_like(known.measured.capabilities)
    unknown[:, CAPABILITIES.index("other")] = 4000
    assert back(replace(known, measured=replace(known.measured, capabilities=unknown))) == 0


def test_strangers_are_unlike_or_send_little() -> None:
    campaign = np.array([0] * 9 + [1])
    plain = {name: np.zeros(10) for name in NOT_UNLIKE}
    sure = np.full(10, 0.3)
    assert not_unlike(plain, sure, campaign).all()
    for name, least in NOT_UNLIKE.items():
        value = np.zeros(10)
        value[3] = least - 0.01
        assert np.flatnonzero(~not_unlike(plain | {name: value}, sure, campaign)).tolist() == [3]
    sure[4] = 0.01
    assert np.flatnonzero(~not_unlike(plain, sure, campaign)).tolist() == [4]
    sure[4] = 0.3
    # The pool sends twice what the campaign's usual account does, so who sends as much as that one sends little.
    amount = np.full(10, LESS + 0.1)
    amount[[5, 9]] = 0.0
    assert np.flatnonzero(~not_unlike(plain | {"amount": amount}, sure, campaign)).tolist() == [5]


def test_a_campaign_far_beyond_the_line_keeps_its_second_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the whole test of accounts: the core is sure, the pool is not, and its work brings it back."""
    known = work(strangers=4)
    posterior = np.array([0.99] * CORE + [0.2] * POOL + [0.001] * 4)

    def stand(_: Any, __: Any, account_label: np.ndarray, *___: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        mine = np.flatnonzero(account_label >= 0)
        told = np.log(posterior / (1 - posterior))[mine]
        return mine, {name: np.zeros(len(mine)) for name in (*NOT_UNLIKE, "best")} | {"alone": np.zeros(len(mine)), "elsewhere": told / 10}

    monkeypatch.setattr("stillwatch.judge.members.standing", stand)
    told = replace(model(), members=Members(0.0, {"elsewhere": 10.0}, strays=np.inf))
    one, all_of_it = np.zeros(1, np.int64), np.zeros(known.people.n, np.int64)
    for score, stay in ((FAR, CORE + POOL), (FAR - 0.1, CORE)):
        left = judge.belonging(known, one, all_of_it, one, np.array([score]), told)
        assert np.flatnonzero(left == 0).tolist() == list(range(stay))


# --- Over another pathway ---------------------------------------------------------------------------------------


def beside(
    known: judge.Scene, *, far: bool = True, objects: bool = True, of_campaign: int = CORE, devoted: float = 1.0, **told: Any
) -> list[int]:
    """Who joins a campaign of the core, and of ``of_campaign`` less it elsewhere, without a link; ``told`` replaces columns of accounts."""
    n = known.people.n + of_campaign - CORE
    events = np.concatenate([known.people.n_events / devoted, np.full(of_campaign - CORE, 40)]).astype(np.int64)
    everybody = people(n, n_events=events, **told)
    proposed = groups(known.groups.member_account, objects=[(0, 7)] if objects else [])
    member = np.where(np.arange(n) < CORE, 0, np.where(np.arange(n) >= known.people.n, 0, -1))
    found = pools_elsewhere(scene(proposed, everybody, known.measured), member, np.array([far]))
    assert set(found.tolist()) <= {-1, 0}
    return np.flatnonzero(found == 0).tolist()


OF_POOL = list(range(CORE, CORE + POOL))


def test_who_does_the_same_even_work_over_another_pathway_is_its_second_pool() -> None:
    assert beside(work()) == OF_POOL
    assert beside(work(kinds=SAME_WORK - 0.01, answers=SAME_LENGTH - 1e-4, n=32)) == OF_POOL
    assert beside(work(), of_campaign=33) == OF_POOL
    assert beside(work(), devoted=NOTHING_ELSE) == OF_POOL
    assert beside(work(strangers=4)) == [], "the kinds of work of the group's others are not the campaign's"


@pytest.mark.parametrize("known", [
    work(kinds=SAME_WORK + 0.01), work(lengths=SAME_WORK + 0.01), work(answers=SAME_LENGTH + 0.01), work(pool=MIN_POOL_ACCOUNTS - 1),
    work(n=27), work(n=58), work(words=0),
])
def test_other_work_or_amounts_or_few_accounts_are_none_over_another_pathway(known: judge.Scene) -> None:
    assert beside(known) == []


@pytest.mark.parametrize("change", [
    {"far": False}, {"objects": False}, {"of_campaign": 34}, {"devoted": 0.9 * NOTHING_ELSE},
    {"reseller": np.arange(CORE + POOL) >= CORE}, {"org": np.where(np.arange(CORE + POOL) >= CORE, 3, -1)},
])
def test_a_pool_over_another_pathway_needs_a_clear_campaign_marks_and_owners(change: dict[str, Any]) -> None:
    assert beside(work(), **change) == []


def test_users_of_one_tool_send_uneven_amounts() -> None:
    known = work()
    n = known.measured.n.copy()
    n[CORE:] = np.array([10, 160] * (POOL // 2))
    sent = {name: np.rint(getattr(known.measured, name) * n / 40).astype(np.int64) for name in ("output_tokens", "words")}
    assert beside(replace(known, measured=replace(known.measured, n=n, **sent))) == []


@pytest.mark.parametrize(("others", "joins"), [(4, OF_POOL), (5, [])])
def test_what_a_reseller_s_accounts_share_too_is_no_campaign_s_own(others: int, joins: list[int]) -> None:
    known = work(strangers=others)
    assert beside(known, reseller=np.arange(known.people.n) >= CORE + POOL) == joins
