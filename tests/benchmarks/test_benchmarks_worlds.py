"""The simulated providers of the benchmarks keep the contract of a log with a known truth."""

import hashlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import (
    alder_world,
    bazaar_world,
    brook_world,
    cairn_world,
    click_world,
    commons_world,
    delta_world,
    dune_world,
    ember_world,
    farm_world,
    fen_world,
    ford_world,
    gauge_world,
    harbour_world,
    heath_world,
    heron_world,
    holm_world,
    kelp_world,
    lab_world,
    lodge_world,
    loom_world,
    marsh_world,
    mere_world,
    mill_world,
    moor_world,
    osier_world,
    quarry_world,
    quay_world,
    ridge_world,
    shoal_world,
    slate_world,
    strand_world,
    tarn_world,
    tool_world,
    vane_world,
    weir_world,
    wharf_world,
)
from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

SMALL = {
    "alder_world": (alder_world, "three_tides"),
    "bazaar_world": (bazaar_world, "many_heads"),
    "brook_world": (brook_world, "harbor"),
    "click_world": (click_world, "relay_and_handover"),
    "commons_world": (commons_world, "bans_at_term_time"),
    "delta_world": (delta_world, "crossfire"),
    "dune_world": (dune_world, "bazaar"),
    "ember_world": (ember_world, "three_crews_no_acquaintance"),
    "farm_world": (farm_world, "card_farm"),
    "fen_world": (fen_world, "three_shops"),
    "ford_world": (ford_world, "three_days"),
    "gauge_world": (gauge_world, "two_crews_at_an_open_host"),
    "cairn_world": (cairn_world, "crossroads"),
    "lodge_world": (lodge_world, "text_not_kept"),
    "harbour_world": (harbour_world, "three_flags"),
    "heath_world": (heath_world, "closed_and_reopened_overnight"),
    "heron_world": (heron_world, "proxy_bazaar"),
    "kelp_world": (kelp_world, "three_at_once"),
    "lab_world": (lab_world, "sharded_cot_queue"),
    "marsh_world": (marsh_world, "three_creeks"),
    "mill_world": (mill_world, "mill"),
    "holm_world": (holm_world, "museums"),
    "loom_world": (loom_world, "ring_among_apps"),
    "mere_world": (mere_world, "relay_house"),
    "moor_world": (moor_world, "relay"),
    "osier_world": (osier_world, "three_trades"),
    "quarry_world": (quarry_world, "ashes"),
    "quay_world": (quay_world, "open_bazaar"),
    "ridge_world": (ridge_world, "ban_waves"),
    "shoal_world": (shoal_world, "three_bidders_one_season"),
    "slate_world": (slate_world, "three_shops"),
    "strand_world": (strand_world, "three_crews_behind_one_shop"),
    "tarn_world": (tarn_world, "three_makes"),
    "tool_world": (tool_world, "agent_trajectories"),
    "vane_world": (vane_world, "crossed_wires"),
    "weir_world": (weir_world, "shut_and_back_by_lunch"),
    "wharf_world": (wharf_world, "neighbours_unaware"),
}
EVENTS_ASKED = 2000
IMPORTED = {"benchmarks.ridge_world": 0.05}
"""share of turns whose conversation began elsewhere, by design of the author"""
ACTIVE_ONLY = {"benchmarks.click_world"}
"""whose truth leaves out accounts that ask nothing"""
NUMBERED = {"benchmarks.brook_world"}
"""whose requests are numbered as they come, so that their ids tell the time, and no more"""


class World:
    """One generated world, read back."""

    def __init__(self, module: str, folder: Path, counts: dict[str, Any]) -> None:
        self.module, self.folder, self.counts = module, folder, counts
        self.parts = sorted((folder / "events").iterdir())
        self.events = pa.concat_tables([pq.read_table(part) for part in self.parts])
        self.accounts = pq.read_table(folder / "accounts.parquet")
        self.truth = pq.read_table(folder / "truth.parquet")
        self.truth_events = pq.read_table(folder / "truth_events.parquet")
        self.campaign_of = dict(zip(self.truth["account_id"].to_pylist(), self.truth["campaign"].to_pylist(), strict=True))

    def digest(self) -> str:
        found = hashlib.sha256()
        for file in sorted(self.folder.rglob("*.*")):
            found.update(file.name.encode() + file.read_bytes())
        return found.hexdigest()


def generated(module: Any, scenario: str, folder: Path, seed: int, events: int = EVENTS_ASKED) -> World:
    return World(module.__name__, folder, module.generate(scenario, folder, seed, events))


@pytest.fixture(scope="module", params=list(SMALL))
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Callable[..., World]]:
    module, scenario = SMALL[request.param]
    world = generated(module, scenario, tmp_path_factory.mktemp(request.param), 1)
    return world, lambda *given: generated(module, scenario, *given)


@pytest.fixture
def world(made: tuple[World, Callable[..., World]]) -> World:
    return made[0]


def test_tables_conform(world: World) -> None:
    events = EVENTS.conform(world.events)
    accounts = ACCOUNTS.conform(world.accounts)
    TRUTH.conform(world.truth)
    assert len(events) == world.counts["events"] > 0
    assert len(accounts) == world.counts["accounts"] > 0
    assert len(world.truth_events) == world.counts["harvested"] > 0
    assert set(world.events.column_names) <= set(EVENTS.names)
    assert set(world.accounts.column_names) <= set(ACCOUNTS.names)


def test_identifiers_are_unique_and_known(world: World) -> None:
    ids = world.events["event_id"].to_pylist()
    registered = world.accounts["account_id"].to_pylist()
    active = set(world.events["account_id"].to_pylist())
    assert len(set(ids)) == len(ids)
    assert len(set(registered)) == len(registered)
    assert active <= set(registered)
    assert active <= set(world.campaign_of) <= set(registered)
    assert world.module in ACTIVE_ONLY or len(world.campaign_of) == len(registered)
    assert (np.diff(world.events["timestamp"].cast(pa.int64()).to_numpy()) >= 0).all()


def test_turns_chain_inside_conversations(world: World) -> None:
    seen: set[int] = set()
    parents = orphans = 0
    for context, parent in zip(world.events["context_key"].to_pylist(), world.events["parent_key"].to_pylist(), strict=True):
        assert context is not None
        if parent is not None:
            parents += 1
            orphans += parent not in seen
        seen.add(context)
    assert parents > 0.05 * world.counts["events"]
    assert orphans <= IMPORTED.get(world.module, 0.01) * parents


def test_harvest_is_of_the_campaigns_accounts(world: World) -> None:
    account_of = dict(zip(world.events["event_id"].to_pylist(), world.events["account_id"].to_pylist(), strict=True))
    harvested = world.truth_events.to_pylist()
    assert len({row["event_id"] for row in harvested}) == len(harvested)
    for row in harvested:
        assert row["campaign"] is not None
        assert world.campaign_of[account_of[row["event_id"]]] == row["campaign"]


def test_logs_do_not_encode_the_truth(world: World) -> None:
    campaigns = {campaign for campaign in world.campaign_of.values() if campaign}
    kinds = {kind for kind in world.truth["kind"].to_pylist() if "_" in kind}
    for table in (world.events, world.accounts):
        for name, column in zip(table.column_names, table.columns, strict=True):
            if pa.types.is_string(column.type) and name not in ("prompt", "response", "system"):
                assert not campaigns & set(column.to_pylist()), name
                assert not kinds & set(column.to_pylist()), name
    harvests = {row["event_id"] for row in world.truth_events.to_pylist()}
    of_account = [world.campaign_of.get(account) is not None for account in sorted(world.accounts["account_id"].to_pylist())]
    in_registry = [world.campaign_of.get(account) is not None for account in world.accounts["account_id"].to_pylist()]
    in_truth = [campaign is not None for campaign in world.truth["campaign"].to_pylist()]
    events = world.events["event_id"].to_pylist()
    of_event = [event in harvests for event in sorted(events)]
    if world.module in NUMBERED:
        assert events == sorted(events)
        of_event = of_account
    for flags in (of_account, in_registry, in_truth, of_event):
        assert abs(order_z(flags)) < 3.5


def order_z(flags: list[bool]) -> float:
    """How far the true ones stand from the middle of the order, in standard errors of a random order."""
    places = np.flatnonzero(flags)
    n = len(flags)
    middle_error = np.sqrt((n**2 - 1) / 12 / len(places) * (n - len(places)) / (n - 1))
    return float((places.mean() - (n - 1) / 2) / middle_error)


def test_a_seed_is_a_world(made: tuple[World, Callable[..., World]], tmp_path: Path) -> None:
    world, again = made
    assert again(tmp_path / "same", 1).digest() == world.digest()
    other = again(tmp_path / "other", 2, 300)  # of which only the names are compared
    assert other.digest() != world.digest()
    assert not set(other.accounts["account_id"].to_pylist()) & set(world.accounts["account_id"].to_pylist())
    if world.module not in NUMBERED:
        assert not set(other.events["event_id"].to_pylist()) & set(world.events["event_id"].to_pylist())


@pytest.mark.parametrize("name", list(SMALL))
def test_scenarios_are_described(name: str, tmp_path: Path) -> None:
    module, _ = SMALL[name]
    assert len(module.SCENARIOS) >= 8
    assert all(line for line in module.SCENARIOS.values())
    readme = (Path(module.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert all(f"`{scenario}`" in readme for scenario in module.SCENARIOS)
    with pytest.raises(ValueError, match="no scenario"):
        module.generate("nothing", tmp_path, 1)


def test_every_kind_of_crowd_of_quay_is_there() -> None:
    from benchmarks.quay_world.crowds import CROWDS

    kinds = {crowd.make.__module__.rpartition(".")[2] for crowd in CROWDS.values()}
    assert (len(CROWDS), kinds) == (55, {"private", "learning", "working"})
    assert {name for scenario in quay_world.SCENARIOS.values() for name in scenario.loud} <= CROWDS.keys()


@pytest.mark.parametrize("name", ["commons", "ember", "mere", "strand", "wharf"])
def test_columns_that_a_scenario_leaves_out_are_of_the_contract(name: str) -> None:
    """A misspelt one would leave out nothing, and no world of innocents is made to see it."""
    known = {*(f"events.{column}" for column in EVENTS.schema.names), *(f"accounts.{column}" for column in ACCOUNTS.schema.names)}
    known |= {*EVENTS.schema.names, *ACCOUNTS.schema.names}
    scenarios = import_module(f"benchmarks.{name}_world.scenarios").SCENARIOS
    lacking = [column for scenario in (scenarios.values() if isinstance(scenarios, dict) else scenarios) for column in scenario.lacks]
    assert lacking
    assert set(lacking) <= known
