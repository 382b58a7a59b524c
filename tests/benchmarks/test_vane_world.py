"""What the scenarios of the vane world say of their operators is true in the tables."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.vane_world import SCENARIOS, SIZES, generate, scenarios
from benchmarks.vane_world.crowds import CROWDS, LISTED, OTHERS
from benchmarks.vane_world.party import Draw

ASKED = 6_000
TACTICS = 28


class World:
    """One generated world: its tables, and the events of campaigns with who is behind them."""

    def __init__(self, scenario: str, folder: Path) -> None:
        self.counts = generate(scenario, folder, 3, ASKED)
        self.all = pq.read_table(folder / "events")
        self.truth = pq.read_table(folder / "truth.parquet")
        harvest = pq.read_table(folder / "truth_events.parquet").rename_columns({"campaign": "harvest"})
        self.events = self.all.join(self.truth, "account_id").join(harvest, "event_id").sort_by("timestamp")
        self.theirs = self.events.filter(pc.is_valid(self.events["campaign"]))
        self.harvest = self.events.filter(pc.is_valid(self.events["harvest"]))
        registry = pq.read_table(folder / "accounts.parquet").join(self.truth, "account_id")
        self.accounts = registry.filter(pc.is_valid(registry["campaign"]))

    def handed_over(self) -> float:
        """Share of the harvest's later turns whose turn before was another account's."""
        of = dict(zip(self.all["context_key"].to_pylist(), self.all["account_id"].to_pylist(), strict=True))
        later = self.harvest.filter(pc.is_valid(self.harvest["parent_key"]))
        pairs = zip(later["parent_key"].to_pylist(), later["account_id"].to_pylist(), strict=True)
        return float(np.mean([of.get(parent, account) != account for parent, account in pairs]))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], World]:
    made: dict[str, World] = {}

    def make(scenario: str) -> World:
        if scenario not in made:
            made[scenario] = World(scenario, tmp_path_factory.mktemp(scenario))
        return made[scenario]

    return make


def test_every_tactic_and_look_alike_has_its_place() -> None:
    assert len(SCENARIOS) == len(SIZES) == TACTICS + 2 + 2 + 3
    assert [name for name, scenario in scenarios.SCENARIOS.items() if not scenario.make] == ["plain_weeks", "exam_season", "launch_month"]
    assert len(LISTED) >= 15
    assert len(OTHERS) >= 8
    assert {name for scenario in scenarios.SCENARIOS.values() for name in scenario.beside} <= CROWDS.keys()


@pytest.mark.parametrize("seed", range(5))
def test_parties_are_drawn(seed: int) -> None:
    d = Draw(np.random.default_rng(seed))
    assert all(make(d).label == name for name, make in CROWDS.items())
    for scenario in scenarios.SCENARIOS.values():
        for party in scenario.make(d) if scenario.make else []:
            assert party.campaign
            assert party.accounts <= 600
            assert sum(party.works.values()) > 0


def test_banned_accounts_are_replaced(world: Callable[[str], World]) -> None:
    made = world("hydra_heads")
    assert len(made.accounts["banned_at"].drop_null()) > 0.3 * len(made.accounts)
    last = made.harvest.join(made.accounts.select(["account_id", "banned_at"]), "account_id")
    assert not pc.any(pc.fill_null(pc.greater(last["timestamp"], last["banned_at"]), False)).as_py()


def test_a_second_pool_goes_on(world: Callable[[str], World]) -> None:
    made = world("second_pool")
    first, second = (made.harvest.filter(pc.equal(made.harvest["kind"], kind)) for kind in ("pools_first", "pools_second"))
    assert pc.max(first["timestamp"]).as_py() <= pc.min(second["timestamp"]).as_py()
    assert len(second) < 0.85 * pc.sum(pc.equal(made.theirs["kind"], "pools_second")).as_py()
    injected = []
    for pool in (first, second):  # one text before or after every task, the same in both pools
        prompts = pool.filter(pc.is_null(pool["parent_key"]))["prompt"].to_pylist()
        ends = [{prompt.partition("\n")[0].strip(), prompt.rpartition("\n")[2].strip()} for prompt in prompts]
        injected.append({line for line in set.union(*ends) if np.mean([line in two for two in ends]) > 0.9})
    assert len(injected[0] & injected[1]) == 1


def test_half_moves_at_a_release_and_a_block_is_a_fall(world: Callable[[str], World]) -> None:
    rush, cleaners = world("new_model_rush"), world("fallback_cleaners")
    new = pc.ends_with(rush.harvest["model"], "-3")
    after = rush.harvest.filter(pc.greater(rush.harvest["timestamp"], pc.min(rush.harvest.filter(new)["timestamp"])))
    assert 0.2 < pc.mean(pc.ends_with(after["model"], "-3").cast(pa.float64())).as_py() < 0.75
    refused = cleaners.theirs.filter(pc.equal(cleaners.theirs["status"], 403))
    assert len(refused)
    assert not pc.any(pc.ends_with(refused["model"], "-mini")).as_py()
    last = [rows[-1] for rows in np.array_split(cleaners.theirs["model"].to_pylist(), 20)]
    assert not last[0].endswith("-mini")
    assert all(model.endswith("-mini") for model in last[-4:])


def test_hands_benches_and_tongues(world: Callable[[str], World]) -> None:
    assert world("changed_hands").handed_over() > 0.25
    assert len(world("same_bench").harvest["tools_key"].drop_null().unique()) == 1
    addresses = world("pinned_proxies").harvest.group_by("account_id").aggregate([("ip", "count_distinct")])["ip_count_distinct"]
    assert set(addresses.to_pylist()) == {1}
    prompts = world("split_pool").harvest["prompt"]
    assert len(prompts.unique()) > 0.5 * len(prompts)


def test_innocents_alone(world: Callable[[str], World]) -> None:
    made = world("plain_weeks")
    assert made.counts["fake"] == made.counts["harvested"] == 0
    assert set(made.truth["kind"].to_pylist()) >= LISTED.keys()
