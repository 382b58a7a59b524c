"""What the scenarios of the osier world say of their operators and crowds is true in the tables."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.osier_world import SCENARIOS, SIZES, generate, scenarios
from benchmarks.osier_world.crowds import BROAD, CROWDS, NARROW

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED = 2000
HARVESTERS = [name for name, scenario in scenarios.SCENARIOS.items() if scenario.campaigns]
DAY_US = 86_400_000_000


class World:
    """One generated world: its tables, and the events of campaigns with who is behind them."""

    def __init__(self, folder: Path, counts: dict[str, int]) -> None:
        self.counts = counts
        self.all = pq.read_table(folder / "events")
        self.registry = pq.read_table(folder / "accounts.parquet")
        self.truth = pq.read_table(folder / "truth.parquet")
        harvest = pq.read_table(folder / "truth_events.parquet").rename_columns({"campaign": "harvest"})
        self.events = self.all.join(self.truth, "account_id").join(harvest, "event_id").sort_by("timestamp")
        self.theirs = self.events.filter(pc.is_valid(self.events["campaign"]))
        self.harvest = self.events.filter(pc.is_valid(self.events["harvest"]))
        crowds = self.truth.rename_columns({"kind": "crowd"})
        self.accounts = self.registry.join(crowds, "account_id").filter(pc.is_valid(pc.field("campaign")))

    def crowd(self, kind: str) -> pa.Table:
        return self.events.filter(pc.equal(self.events["kind"], kind))

    def handed_over(self, table: pa.Table) -> float:
        """Share of later turns whose turn before was another account's."""
        of = dict(zip(self.all["context_key"].to_pylist(), self.all["account_id"].to_pylist(), strict=True))
        later = table.filter(pc.is_valid(table["parent_key"]))
        pairs = zip(later["parent_key"].to_pylist(), later["account_id"].to_pylist(), strict=True)
        return float(np.mean([of.get(parent, account) != account for parent, account in pairs]))


def per_account(table: pa.Table, what: str = "event_id") -> np.ndarray:
    return table.group_by("account_id").aggregate([(what, "count_distinct")])[f"{what}_count_distinct"].to_numpy()


def opening(table: pa.Table) -> pa.Table:
    return table.filter(pc.is_null(table["parent_key"]))


@pytest.fixture(scope="module")
def world(simulated: Callable[..., tuple[Path, dict[str, int]]]) -> Callable[[str], World]:
    return cache(lambda scenario: World(*simulated(generate, scenario, 5, ASKED)))


@pytest.mark.parametrize("scenario", ["one_spell", "two_doors", "grey_coats", "market_day"])
def test_tables_and_truth_agree(world: Callable[[str], World], scenario: str) -> None:
    made = world(scenario)
    EVENTS.conform(made.all)
    ACCOUNTS.conform(made.registry)
    TRUTH.conform(made.truth)
    campaigns = set(scenarios.SCENARIOS[scenario].campaigns)
    assert set(made.truth["campaign"].drop_null().to_pylist()) == campaigns
    assert set(made.harvest["harvest"].to_pylist()) == campaigns
    assert made.harvest["harvest"].equals(made.harvest["campaign"])
    assert 0.5 * ASKED < len(made.all) < 1.8 * ASKED
    assert all(status == 200 for status in set(made.harvest["status"].to_pylist()))
    crowds = len(set(made.truth["kind"].to_pylist())) - 5 - len(set(made.accounts["crowd"].to_pylist()))
    assert 15 <= crowds <= len(CROWDS)


@pytest.mark.parametrize("scenario", ["code_press", "two_doors", "market_day"])
def test_nobody_asks_before_signing_up_or_after_a_ban(world: Callable[[str], World], scenario: str) -> None:
    made = world(scenario)
    events = made.all.join(made.registry.select(["account_id", "created_at", "banned_at"]), "account_id")
    assert pc.all(pc.greater_equal(events["timestamp"], events["created_at"])).as_py()
    assert not pc.any(pc.greater(events["timestamp"], events["banned_at"])).as_py()


def test_one_prompt_around_every_problem(world: Callable[[str], World]) -> None:
    made = world("one_spell")
    first = opening(made.harvest)["prompt"]
    ends = [pc.utf8_slice_codeunits(first, 0, 14), pc.utf8_slice_codeunits(first, -14, 10_000)]
    assert max(pc.max(pc.value_counts(end).field("counts")).as_py() for end in ends) > 0.95 * len(first)
    assert len(made.harvest["ja4"].unique()) == 1
    assert len(made.accounts["payment_hash"].drop_null()) == 0
    assert np.ptp(made.accounts["created_at"].cast(pa.int64()).to_numpy()) < 3 * DAY_US


def test_tools_and_cards_are_shared(world: Callable[[str], World]) -> None:
    made = world("tool_mill")
    assert len(made.harvest["tools_key"].unique()) == 1
    assert len(made.accounts["payment_hash"].unique()) < 0.6 * len(made.accounts)
    assert made.handed_over(made.harvest) > 0.08
    agent = made.crowd("agent_framework")
    assert len(agent["tools_key"].drop_null().unique()) <= 1  # users of one framework share its tools too


def test_banned_accounts_are_replaced_within_hours(world: Callable[[str], World]) -> None:
    made = world("code_press")
    banned = np.sort(made.accounts["banned_at"].drop_null().cast(pa.int64()).to_numpy())
    created = made.accounts["created_at"].cast(pa.int64()).to_numpy()
    assert len(banned) > 0.4 * len(made.accounts)
    assert np.mean([((created > at) & (created < at + DAY_US / 3)).any() for at in banned]) > 0.9


def test_medium_ones_share_a_build_or_a_language(world: Callable[[str], World]) -> None:
    graders, tongue, larder = world("marking_room"), world("night_tongue"), world("open_larder")
    assert len(graders.harvest["user_agent"].unique()) == 1
    cards = graders.accounts["payment_hash"].drop_null()
    assert len(cards.unique()) == len(cards)
    assert len(tongue.harvest["user_agent"].unique()) <= 3
    assert len(larder.harvest["ja4"].unique()) == 1
    load = per_account(larder.harvest)
    assert load.std() / load.mean() < 0.8
    once = pc.value_counts(opening(larder.harvest)["prompt"]).field("counts").to_numpy()
    assert once.mean() < 2.5


def test_a_relay_passes_conversations_on(world: Callable[[str], World]) -> None:
    made = world("two_doors")
    assert made.handed_over(made.harvest) > 0.1
    assert made.handed_over(made.crowd("key_rotation")) > 0.1  # innocents do so too


def test_hard_ones_leave_little(world: Callable[[str], World]) -> None:
    slow, coats, keys = world("slow_rain"), world("grey_coats"), world("old_keys")
    assert np.median(per_account(slow.theirs)) / 14 < 3
    cards = slow.accounts["payment_hash"].drop_null()
    assert len(cards.unique()) == len(cards)
    assert len(coats.harvest) < 0.6 * len(coats.theirs)
    asked = pc.value_counts(coats.harvest["context_key"]).field("counts").to_numpy()
    assert (asked > 1).mean() > 0.03
    assert set(keys.harvest["system"].drop_null().to_pylist()) <= set(keys.crowd("wrapper_app")["system"].to_pylist())
    assert set(keys.theirs["ip"].to_pylist()) & set(keys.crowd("wrapper_app")["ip"].to_pylist())
    created = pc.max(keys.accounts.filter(pc.is_null(keys.accounts["banned_at"]))["created_at"])
    assert pc.less(pc.min(keys.accounts["created_at"]), created).as_py()


def test_crowds_look_coordinated(world: Callable[[str], World]) -> None:
    made = world("market_day")
    assert len(NARROW) >= 8
    assert len(BROAD) >= 12
    assert len(set(made.crowd("agent_framework")["tools_key"].drop_null().to_pylist())) == 1
    classes = opening(made.crowd("exercise_class"))
    assert pc.max(pc.value_counts(classes["prompt"]).field("counts")).as_py() >= 2
    assert len(made.crowd("wrapper_app")["ip"].unique()) <= 4
    hunters = made.registry.join(made.truth.rename_columns({"kind": "crowd"}), "account_id").filter(pc.field("crowd") == "credit_hunters")
    assert len(hunters) > 6
    assert not len(made.harvest)


def test_operators_are_of_every_size() -> None:
    sizes: list[int] = []
    for name in HARVESTERS:
        for seed in range(4):
            parties: Any = scenarios.SCENARIOS[name].operators(scenarios.Draw(seed, name))
            sizes += [party.accounts for party in parties]
            assert {party.campaign for party in parties} == set(scenarios.SCENARIOS[name].campaigns)
    assert 20 <= min(sizes) < 60
    assert 300 < max(sizes) <= 600
    assert set(SIZES) == set(SCENARIOS)
