"""What the scenarios of the strand world say of their operators is true in the tables."""

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.strand_world import SCENARIOS, SIZES, generate, grammar, live, places, scenarios
from benchmarks.strand_world.chance import choose, hexed, mix, unit
from benchmarks.strand_world.crowds import CROWDS, LISTED, OTHERS
from benchmarks.strand_world.draw import Draw
from benchmarks.strand_world.party import Party
from benchmarks.worlds import World

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED = 5_000
MORE = {
    "hackathon_and_outage": 8_000, "coding_fleet_jumps_at_release": 25_000, "thirteen_a_day_by_open_harness": 25_000,
    "slow_drip_of_synthetic_people": 25_000, "pool_split_without_overlap": 12_000,
}
"""where what is said is of shares of accounts, or that hardly a prompt comes twice"""
TRACES = "worked solution|line of thought|steps that lead|step below"
DAY_US = 86_400_000_000
CREWED = [name for name, scenario in scenarios.SCENARIOS.items() if scenario.crew]
ALONE = [name for name, scenario in scenarios.SCENARIOS.items() if not scenario.crew]
DRAWN = {"exam_fortnight", "vendors_with_leave", "households_carriers_and_tunnels"}
"""Scenarios of innocents of whom no test here says more: none of their worlds is made; their parties are drawn like all others'."""


class Made:
    """One world, with who is behind each request."""

    def __init__(self, folder: Path) -> None:
        world = World(
            *(pq.read_table(folder / name) for name in ("events", "accounts.parquet", "truth.parquet", "truth_events.parquet")),
            json.loads((folder / "releases.json").read_text(encoding="utf-8")),
        )
        self.all, self.registry, self.truth, self.releases = world.events, world.accounts, world.truth, world.releases
        harvest = world.harvest.rename_columns({"campaign": "harvest"})
        self.events = self.all.join(self.truth, "account_id").join(harvest, "event_id").sort_by("timestamp")
        self.harvest = self.events.filter(pc.is_valid(self.events["harvest"]))
        crew = self.truth.filter(pc.is_valid(self.truth["campaign"]))
        self.fake = self.registry.filter(pc.is_in(self.registry["account_id"], crew["account_id"].combine_chunks()))

    def handed_over(self, events: pa.Table) -> float:
        """Share of turns with one before whose turn before was another account's."""
        of = dict(zip(self.all["context_key"].to_pylist(), self.all["account_id"].to_pylist(), strict=True))
        later = events.filter(pc.is_valid(events["parent_key"]))
        pairs = zip(later["parent_key"].to_pylist(), later["account_id"].to_pylist(), strict=True)
        return float(np.mean([of[parent] != account for parent, account in pairs]))

    def daily(self) -> float:
        """Mean requests of the crew's accounts on days on which they ask."""
        crew = self.events.filter(pc.is_valid(self.events["campaign"]))
        dated = crew.append_column("date", pc.day_of_year(crew["timestamp"]))
        return float(pc.mean(dated.group_by(["account_id", "date"]).aggregate([("event_id", "count")])["event_id_count"]).as_py())

    def opening(self) -> pa.Table:
        """First turns of the harvest, each once."""
        first = self.harvest.filter(pc.is_null(self.harvest["parent_key"]))
        return first.group_by("context_key", use_threads=False).aggregate([("prompt", "first")]).rename_columns({"prompt_first": "prompt"})


@pytest.fixture(scope="module")
def world(simulated: Callable[..., tuple[Path, dict[str, int]]]) -> Callable[[str], Made]:
    """``world(scenario)``: made once; the last one alone is in memory."""
    return lru_cache(maxsize=1)(lambda scenario: Made(simulated(generate, scenario, 3, MORE.get(scenario, ASKED))[0]))


def share(values: pa.ChunkedArray) -> float:
    return float(pc.mean(values.cast(pa.float64())).as_py())


def test_scenarios_are_as_many_and_as_broad_as_told() -> None:
    every = scenarios.SCENARIOS.values()
    assert (len(SCENARIOS), len(CREWED), len(ALONE)) == (20, 14, 6)
    levels = [scenario.level for scenario in every if scenario.crew]
    assert sorted(map(levels.count, (scenarios.EASY, scenarios.MEDIUM, scenarios.HARD))) == [4, 5, 5]
    assert all((scenario.level == scenarios.NOBODY) == (scenario.crew is None) for scenario in every)
    assert sum(not scenario.lacks for scenario in every) == 10
    assert all(25_000 <= size <= 250_000 for size in SIZES.values())
    assert all(700 <= scenario.accounts <= 14_000 for scenario in every)
    assert all(5 <= scenario.days[0] <= scenario.days[1] <= 40 for scenario in every)
    assert (len(LISTED), len(OTHERS)) == (16, 26)
    assert {name for scenario in every for name in scenario.beside} <= CROWDS.keys()


@pytest.mark.parametrize("seed", range(5))
def test_parties_are_drawn_from_what_is_known(seed: int) -> None:
    for name, scenario in scenarios.SCENARIOS.items():
        d = Draw(np.random.default_rng(seed), scenario.days[seed % 2])
        parties = scenarios.cast(scenario, d, 1.0)
        crew = [party for party in parties if party.campaign]
        assert set(scenario.beside) <= {party.label for party in parties}, name
        assert sum(party.size for party in parties) < 0.62 * scenario.accounts, name
        assert bool(crew) == bool(scenario.crew)
        assert len({party.campaign for party in crew}) <= 3
        for party in crew:
            assert 8 <= party.size <= 600, (name, party.label)
            assert 2 <= party.rate <= 500
            assert any(routine.harvest for routine in party.routines)
        for party in parties:
            known(party)
            assert party.campaign or not any(routine.harvest for routine in party.routines)


def known(party: Party) -> None:
    """Every name that a party uses is one that the simulator knows."""
    assert set(party.nets) <= set(places.NETS)
    assert party.signup in places.NETS
    assert set(party.paths) <= set(places.PATHS)
    assert party.hours in live.HOURS
    assert set(party.kinds) <= set(live.KINDS)
    assert set(party.plans) <= set(live.PLANS)
    assert set(party.mail) <= set(live.MAILS)
    for routine in party.routines:
        assert set(routine.works) <= set(grammar.WORKS)
        assert set(routine.clients) <= set(places.FAMILIES)
        assert set(routine.tongues) <= set(grammar.TONGUES)
        assert set(routine.models) <= set(places.MODELS)


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in DRAWN])
def test_tables_conform_and_lack_what_is_told(name: str, world: Callable[[str], Made]) -> None:
    made = world(name)
    there = {*made.all.column_names, *made.registry.column_names}
    assert not there & set(scenarios.SCENARIOS[name].lacks)
    assert len(there | set(scenarios.SCENARIOS[name].lacks)) == len({*EVENTS.names, *ACCOUNTS.names})
    events = EVENTS.conform(made.all)
    ACCOUNTS.conform(made.registry)
    TRUTH.conform(made.truth)
    asked = MORE.get(name, ASKED)
    assert 0.5 * asked < len(events) < 1.75 * asked
    resident = pc.equal(made.truth["kind"], "resident")
    assert share(resident) >= 0.45
    good = pc.equal(events["status"], 200)
    assert pc.all(pc.equal(pc.is_valid(events["response"]), good)).as_py()
    assert pc.all(pc.less_equal(events["cached_tokens"], events["input_tokens"])).as_py()
    assert pc.all(pc.is_valid(events["prompt"])).as_py()
    # a slot that the vocabulary does not have would stand in the text
    assert not pc.any(pc.match_substring_regex(events["prompt"], r"\{(thing|issue|n|first|place|fact|task|..\.\w+)\}")).as_py()
    if "created_at" in made.registry.column_names:
        spans = events.join(made.registry.select(["account_id", "created_at", "banned_at"]), "account_id")
        assert pc.all(pc.greater_equal(spans["timestamp"], spans["created_at"])).as_py()
        assert pc.all(pc.fill_null(pc.less_equal(spans["timestamp"], spans["banned_at"]), True)).as_py()
    if name in ALONE:
        assert made.truth["campaign"].null_count == len(made.truth)
        assert len(made.harvest) == 0
        assert set(made.truth["kind"].to_pylist()) >= set(scenarios.SCENARIOS[name].beside)
    else:
        assert 0 < len(made.harvest) < 0.6 * len(events)


def test_a_hydra_is_banned_replaced_and_pays_with_one_lot(world: Callable[[str], Made]) -> None:
    made = world("hydra_on_one_card_lot")
    cards = made.fake["payment_hash"].drop_null()
    assert len(cards.unique()) < 0.5 * len(cards)
    banned = np.sort(made.fake["banned_at"].drop_null().cast(pa.int64()).to_numpy())
    opened = np.sort(made.fake["created_at"].cast(pa.int64()).to_numpy())
    assert len(banned) > 0.3 * len(made.fake)
    late = opened[opened > banned[0]]
    behind = late - banned[np.searchsorted(banned, late, side="right") - 1]
    assert np.median(behind) < 24 * 3600 * 1e6


def test_one_text_stands_in_every_request_and_a_second_pool_takes_over(world: Callable[[str], Made]) -> None:
    made = world("one_text_forces_thinking_tags")
    both = pc.binary_join_element_wise(pc.fill_null(made.harvest["system"], ""), made.harvest["prompt"], " ")
    opens = pc.is_null(made.harvest["parent_key"])
    assert share(pc.match_substring(both.filter(opens), "<think>")) > 0.95
    first, second = (made.harvest.filter(pc.equal(made.harvest["kind"], f"harvest_pool_{pool}")) for pool in ("one", "two"))
    assert pc.max(first["timestamp"]).as_py() <= pc.min(second["timestamp"]).as_py()
    assert len(second) < 0.8 * pc.sum(pc.equal(made.events["kind"], "harvest_pool_two")).as_py()
    assert len(made.fake["banned_at"].drop_null()) > 0.3 * len(made.fake)


def test_rubrics_are_marked_in_step(world: Callable[[str], Made]) -> None:
    made = world("rubrics_marked_in_step")
    cards = made.fake["payment_hash"].drop_null()
    assert len(cards.unique()) < 0.5 * len(cards)
    loads = made.harvest.group_by("account_id").aggregate([("event_id", "count")])["event_id_count"].to_numpy()
    assert loads.std() < 0.5 * loads.mean()
    hour = made.harvest["timestamp"].cast(pa.int64()).to_numpy() // 3_600_000_000
    assert len(np.unique(hour)) < 0.7 * (hour.max() - hour.min() + 1)


def test_half_of_the_fleet_jumps_within_the_day(world: Callable[[str], Made]) -> None:
    made = world("coding_fleet_jumps_at_release")
    out = next(release["released_at"] for release in made.releases if release["model"] == "loom-4")
    day = np.datetime64(out.rstrip("Z"), "us").astype(np.int64) + DAY_US
    after = made.harvest.filter(pc.greater(made.harvest["timestamp"].cast(pa.int64()), int(day)))
    before = made.events.filter(pc.less(made.events["timestamp"].cast(pa.int64()), int(day)))
    others = before.filter(pc.equal(before["kind"], "resident"))
    assert share(pc.equal(after["model"], "loom-4")) > 0.3
    assert share(pc.equal(others["model"], "loom-4")) < 0.08
    assert share(pc.is_valid(made.harvest["tools_key"])) > 0.5


def test_one_harvest_by_several_doors_reconstructs_traces_later(world: Callable[[str], Made]) -> None:
    made = world("agents_by_several_doors")
    assert set(made.harvest["access_path"].to_pylist()) == set(places.PATHS)
    assert made.truth["campaign"].drop_null().unique().to_pylist() == ["doors"]
    cleaning = pc.match_substring_regex(made.harvest["prompt"], TRACES)
    half = pc.quantile(made.all["timestamp"].cast(pa.int64()), 0.5)[0].as_py()
    late = pc.greater(made.harvest["timestamp"].cast(pa.int64()), int(half))
    assert pc.sum(pc.and_(cleaning, late)).as_py() > 5 * pc.sum(pc.and_(cleaning, pc.invert(late))).as_py()


def test_traces_are_forced_in_several_tongues(world: Callable[[str], Made]) -> None:
    prompts = world("thinking_in_the_users_tongue").opening()["prompt"]
    heard = [share(pc.match_substring_regex(prompts, "|".join(grammar.words()[f"{tongue}.thing"]))) for tongue in grammar.TONGUES[1:]]
    assert sum(part > 0.02 for part in heard) >= 3


def test_relayed_talks_go_on_at_other_accounts(world: Callable[[str], Made]) -> None:
    made = world("harness_users_relayed")
    residents = made.events.filter(pc.equal(made.events["kind"], "resident"))
    assert made.handed_over(made.harvest) > 0.06
    assert made.handed_over(residents) < 0.01
    assert share(pc.match_substring_regex(made.harvest["user_agent"], "plover|siskin|kittiwake")) > 0.9


def test_graders_are_shut_out_and_fall_back(world: Callable[[str], Made]) -> None:
    made = world("graders_fall_back_to_weaker")
    crew = made.events.filter(pc.is_valid(made.events["campaign"]))
    assert pc.sum(pc.equal(crew["status"], 403)).as_py() > 5
    strong = np.flatnonzero(pc.equal(made.harvest["model"], "loom-3").to_numpy())
    weak = np.flatnonzero(pc.is_in(made.harvest["model"], pa.array(["loom-2", "loom-3-mini"])).to_numpy())
    assert strong.max() < weak.min() or np.median(strong) < 0.7 * np.median(weak)
    assert not set(strong.tolist()) & set(weak.tolist())


def test_stock_is_aged_sold_in_lots_and_wakes_later(world: Callable[[str], Made]) -> None:
    made = world("stock_of_a_reseller_wakes")
    opened = np.sort(made.fake["created_at"].cast(pa.int64()).to_numpy())
    start = pc.min(made.all["timestamp"]).value
    assert np.median((start - opened) / DAY_US) > 8
    assert np.median(np.diff(opened)) < 0.05 * (opened[-1] - opened[0])
    crew = made.events.filter(pc.is_valid(made.events["campaign"]))
    assert pc.min(made.harvest["timestamp"]).value > pc.min(crew["timestamp"]).value + DAY_US / 2


def test_lodgers_are_relayed_and_their_blocks_replayed(world: Callable[[str], Made]) -> None:
    made = world("lodgers_relayed_and_replayed")
    assert made.handed_over(made.harvest) > 0.08
    again = made.harvest.filter(pc.match_substring_regex(made.harvest["prompt"], TRACES))
    assert share(pc.is_valid(again["parent_key"])) > 0.3


def test_thirteen_a_day(world: Callable[[str], Made]) -> None:
    made = world("thirteen_a_day_by_open_harness")
    assert 6 < made.daily() < 30
    assert made.handed_over(made.harvest) > 0.03
    cards = made.fake["payment_hash"].drop_null()
    assert len(cards.unique()) > 0.35 * len(cards)


def test_a_pool_is_split_without_overlap(world: Callable[[str], Made]) -> None:
    made = world("pool_split_without_overlap")
    prompts = made.opening()["prompt"]
    assert len(prompts.unique()) > 0.97 * len(prompts)
    cards = made.fake["payment_hash"].drop_null()
    assert len(cards.unique()) == len(cards)


def test_synthetic_people_ask_little(world: Callable[[str], Made]) -> None:
    made = world("slow_drip_of_synthetic_people")
    assert made.daily() < 9
    theirs = pc.sum(pc.is_valid(made.events["campaign"])).as_py()
    assert 0.2 * theirs < theirs - len(made.harvest)


def test_three_crews_behind_one_shop(world: Callable[[str], Made]) -> None:
    made = world("three_crews_behind_one_shop")
    assert set(made.truth["campaign"].drop_null().to_pylist()) == {"shop_reason", "shop_agents", "shop_marks"}


def test_customers_who_rotate_keys_are_one_customer(world: Callable[[str], Made]) -> None:
    made = world("founders_and_wrappers")
    theirs = made.events.filter(pc.equal(made.events["kind"], "key_rotation"))
    assert made.handed_over(theirs) > 0.04
    names = pc.is_in(made.registry["account_id"], theirs["account_id"].combine_chunks())
    rows = made.registry.filter(names)
    assert len(rows["payment_hash"].drop_null().unique()) == 1
    assert len(rows["email_domain"].unique()) == 1


def test_an_outage_fails_and_is_tried_again(world: Callable[[str], Made]) -> None:
    made = world("hackathon_and_outage").all
    out = made.filter(pc.equal(made["status"], 503))
    hours = np.unique(out["timestamp"].cast(pa.int64()).to_numpy() // 3_600_000_000, return_counts=True)[1]
    assert hours.max() > 0.3 * len(out) / 4
    again = made.group_by(["account_id", "context_key"]).aggregate([("status", "min"), ("status", "max")])
    assert pc.sum(pc.and_(pc.equal(again["status_min"], 200), pc.greater(again["status_max"], 428))).as_py() > 5


def test_numbers_of_a_thing_are_even_and_fixed() -> None:
    seed = np.arange(20_000)
    assert abs(unit(seed).mean() - 0.5) < 0.01
    assert len(np.unique(mix(seed, 3))) == len(seed)
    assert mix(seed, 3).tolist()[:3] == mix(seed[:3], 3).tolist()
    assert choose(np.array([0.0, 0.49, 0.51, 0.99]), {"b": 1.0, "a": 1.0}, ["a", "b"]).tolist() == [1, 1, 0, 0]
    assert hexed(np.array([255, 16], np.uint64), 4, "x").to_pylist() == ["x00ff", "x0010"]
