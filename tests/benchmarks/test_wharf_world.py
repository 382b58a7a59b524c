"""What the scenarios of the wharf world say of their operators is true in the tables."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.wharf_world import SCENARIOS, SIZES, generate, scenarios
from benchmarks.wharf_world.chance import below, fresh, pick, unit
from benchmarks.wharf_world.crowds import CROWDS, LISTED, OTHERS
from benchmarks.wharf_world.days import CLIENTS, HOURS, MODELS, NETS
from benchmarks.wharf_world.draw import Draw
from benchmarks.wharf_world.people import PATHS, Party
from benchmarks.wharf_world.speech import TONGUES, WORKS, words

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED = 5_000
MORE = {"swing_on_release_day": 30_000, "asked_in_six_tongues": 30_000, "shared_cards_all_night": 15_000, "pool_dealt_once": 15_000}
"""where what is said is of shares of accounts, of hours, or that hardly a prompt comes twice"""
DAY_US = 86_400_000_000

DRAWN = {"term_begins", "public_counters_open", "month_closes", "release_fever"}
"""Scenarios of innocents of whom no test here says more: none of their worlds is made; their parties are drawn like all others'."""


class World:
    """One generated world: its tables, and the events of campaigns with who is behind them."""

    def __init__(self, folder: Path, counts: dict[str, int]) -> None:
        self.counts = counts
        self.all = pq.read_table(folder / "events")
        self.truth = pq.read_table(folder / "truth.parquet")
        self.registry = pq.read_table(folder / "accounts.parquet")
        harvest = pq.read_table(folder / "truth_events.parquet").rename_columns({"campaign": "harvest"})
        self.events = self.all.join(self.truth, "account_id").join(harvest, "event_id").sort_by("timestamp")
        self.harvest = self.events.filter(pc.is_valid(self.events["harvest"]))
        accounts = self.registry.join(self.truth.select(["account_id", "campaign"]), "account_id")
        self.fake = accounts.filter(pc.is_valid(accounts["campaign"]))

    def handed_over(self, events: pa.Table) -> float:
        """Share of later turns whose turn before was another account's."""
        of = dict(zip(self.all["context_key"].to_pylist(), self.all["account_id"].to_pylist(), strict=True))
        later = events.filter(pc.is_valid(events["parent_key"]))
        pairs = zip(later["parent_key"].to_pylist(), later["account_id"].to_pylist(), strict=True)
        return float(np.mean([of.get(parent, account) != account for parent, account in pairs]))

    def openings(self, *columns: str) -> pa.Table:
        """First turns of the harvest."""
        return self.harvest.filter(pc.is_null(self.harvest["parent_key"])).select(columns or ("account_id", "prompt"))


@pytest.fixture(scope="module")
def world(simulated: Callable[..., tuple[Path, dict[str, int]]]) -> Callable[[str], World]:
    return cache(lambda scenario: World(*simulated(generate, scenario, 3, MORE.get(scenario, ASKED))))


def test_scenarios_are_as_many_and_as_broad_as_told() -> None:
    every = scenarios.SCENARIOS.values()
    assert len(SCENARIOS) == len(SIZES) == 24
    assert sum(scenario.make is None for scenario in every) == 7
    levels = [scenario.level for scenario in every if scenario.make]
    assert sorted(map(levels.count, (scenarios.EASY, scenarios.MEDIUM, scenarios.HARD))) == [5, 6, 6]
    assert all((scenario.level == scenarios.NOBODY) == (scenario.make is None) for scenario in every)
    assert sum(bool(scenario.lacks) for scenario in every) <= len(SCENARIOS) / 4
    assert all(40_000 <= scenario.requests <= 200_000 for scenario in every)
    assert all(4 <= scenario.days[0] <= scenario.days[1] <= 45 for scenario in every)
    assert len(LISTED) == 10
    assert len(OTHERS) >= 30
    assert {name for scenario in every for name in scenario.beside} <= CROWDS.keys()


@pytest.mark.parametrize("seed", range(6))
def test_parties_are_drawn_from_what_is_known(seed: int) -> None:
    d = Draw(np.random.default_rng(seed), 20.0, 9.0, 120_000)
    crews = [party for scenario in scenarios.SCENARIOS.values() if scenario.make for party in scenario.make(d)]
    crowds = {name: make(d) for name, make in CROWDS.items()}
    assert all(party.label == name and not party.campaign for name, party in crowds.items())
    for party in crews:
        assert party.campaign
        assert 12 <= party.folk.size <= 700
        assert any(routine.harvest for routine in party.routines)
    for party in [*crews, *crowds.values()]:
        known(party)


def known(party: Party) -> None:
    """Every name that a party uses is one that the simulator knows."""
    assert set(party.folk.paths) <= set(PATHS)
    for routine in party.routines:
        assert set(routine.works) <= set(WORKS)
        assert set(routine.client) <= set(CLIENTS)
        assert set(routine.net) <= set(NETS)
        assert set(routine.models) <= set(MODELS)
        assert set(routine.tongues or ()) <= set(TONGUES)
        assert routine.hours in {*HOURS, "block"}
        assert not routine.frame or routine.frame in words()


def test_half_of_the_crowds_and_those_like_the_operator_are_there() -> None:
    for name, scenario in scenarios.SCENARIOS.items():
        parties = scenarios.cast(scenario, np.random.default_rng(1), 20.0, 9.0, 1.0)
        labels = [party.label for party in parties if not party.campaign]
        assert set(scenario.beside) <= set(labels), name
        assert len(labels) - 1 in (len(CROWDS) // 2, len(CROWDS)), name
        assert parties[-1].folk.size >= 0.5 * sum(party.folk.size for party in parties), name


@pytest.mark.parametrize("name", [name for name, scenario in scenarios.SCENARIOS.items() if scenario.lacks])
def test_what_a_provider_lacks_is_absent(name: str, world: Callable[[str], World]) -> None:
    made = world(name)
    there = {*made.all.column_names, *made.registry.column_names}
    assert not there & set(scenarios.SCENARIOS[name].lacks)
    EVENTS.conform(made.all)
    ACCOUNTS.conform(made.registry)
    TRUTH.conform(made.truth)


def test_answers_and_counts_of_tokens_belong_to_good_requests(world: Callable[[str], World]) -> None:
    events = world("shared_cards_all_night").all
    good = pc.equal(events["status"], 200)
    assert pc.all(pc.equal(pc.is_valid(events["response"]), good)).as_py()
    assert pc.sum(events.filter(pc.invert(good))["output_tokens"]).as_py() == 0
    assert 0.005 < 1 - pc.mean(good.cast(pa.float64())).as_py() < 0.08
    assert pc.all(pc.less_equal(events["cached_tokens"], events["input_tokens"])).as_py()


def test_nobody_asks_before_the_account_is_opened_or_after_it_is_banned(world: Callable[[str], World]) -> None:
    made = world("banned_and_back")
    both = made.all.select(["account_id", "timestamp"]).join(made.registry.select(["account_id", "created_at", "banned_at"]), "account_id")
    assert pc.all(pc.greater_equal(both["timestamp"], both["created_at"])).as_py()
    assert pc.all(pc.fill_null(pc.less_equal(both["timestamp"], both["banned_at"]), True)).as_py()


def test_a_company_moves_within_two_days(world: Callable[[str], World]) -> None:
    made = world("houses_move")
    moved = made.events.filter(pc.equal(made.events["kind"], "changed_company"))
    spans = moved.group_by("account_id").aggregate([("timestamp", "min"), ("timestamp", "max")])
    middle = pc.min(spans["timestamp_max"]).value
    later = spans["timestamp_min"].cast(pa.int64()).to_numpy()
    assert (later > middle).sum() > 0.3 * len(spans)
    theirs = pc.is_in(made.registry["account_id"], spans["account_id"].combine_chunks())
    assert not len(made.registry.filter(theirs)["banned_at"].drop_null())


def test_cards_are_shared_and_nights_are_common(world: Callable[[str], World]) -> None:
    made = world("shared_cards_all_night")
    cards = made.fake["payment_hash"].drop_null()
    assert len(cards.unique()) < 0.75 * len(cards)
    hours = np.bincount(pc.hour(made.harvest["timestamp"]).to_numpy(), minlength=24)
    assert np.sort(hours)[:6].sum() < 0.05 * hours.sum()


def test_banned_accounts_are_replaced(world: Callable[[str], World]) -> None:
    made = world("banned_and_back")
    banned = np.sort(made.fake["banned_at"].drop_null().cast(pa.int64()).to_numpy())
    opened = np.sort(made.fake["created_at"].cast(pa.int64()).to_numpy())
    assert len(banned) > 0.4 * len(made.fake)
    first = made.harvest.group_by("account_id").aggregate([("timestamp", "min")])["timestamp_min"].cast(pa.int64()).to_numpy()
    late = first[first > banned[0]]
    assert len(late) > 0.2 * len(opened)


def test_half_moves_to_a_new_model(world: Callable[[str], World]) -> None:
    made = world("swing_on_release_day")
    new = pc.ends_with(made.harvest["model"], "-5")
    after = made.harvest.filter(pc.greater(made.harvest["timestamp"], pc.min(made.harvest.filter(new)["timestamp"])))
    assert 0.15 < pc.mean(pc.ends_with(after["model"], "-5").cast(pa.float64())).as_py() < 0.8


def test_a_second_floor_takes_over(world: Callable[[str], World]) -> None:
    made = world("second_floor_takes_over")
    first, second = (made.harvest.filter(pc.equal(made.harvest["kind"], f"harvest_{floor}_floor")) for floor in ("first", "second"))
    assert pc.max(first["timestamp"]).as_py() <= pc.min(second["timestamp"]).as_py()
    assert len(second) < pc.sum(pc.equal(made.events["kind"], "harvest_second_floor")).as_py()
    assert len(made.fake["banned_at"].drop_null()) > 0.2 * len(made.fake)


def test_relays_hand_over_and_replay(world: Callable[[str], World]) -> None:
    for name in ("resold_seats", "wrapped_harness"):
        made = world(name)
        others = made.events.filter(pc.equal(made.events["kind"], "resident"))
        assert made.handed_over(made.harvest) > 0.03
        assert made.handed_over(others) < 0.01  # two people may open with the same words
    assert "contracted_reseller" in world("resold_seats").truth["kind"].to_pylist()


def test_a_pool_is_dealt_once(world: Callable[[str], World]) -> None:
    prompts = world("pool_dealt_once").openings()["prompt"]
    assert len(prompts.unique()) > 0.95 * len(prompts)


def test_slow_and_fast(world: Callable[[str], World]) -> None:
    slow, fast = (world(name).harvest for name in ("slow_tide", "few_keys_flat_out"))
    means = []
    for events in (slow, fast):
        dated = events.append_column("date", pc.day_of_year(events["timestamp"]))
        days = dated.group_by(["account_id", "date"]).aggregate([("event_id", "count")])
        means.append(pc.mean(days["event_id_count"]).as_py())
    assert means[0] < 8
    assert means[1] > 80


def test_accounts_are_old_when_they_wake(world: Callable[[str], World]) -> None:
    made = world("bought_old_accounts")
    start = pc.min(made.all["timestamp"]).value
    age = (start - made.fake["created_at"].cast(pa.int64()).to_numpy()) / DAY_US
    assert np.median(age) > 50
    assert pc.min(made.harvest["timestamp"]).value > start + 2 * DAY_US


def test_many_tongues(world: Callable[[str], World]) -> None:
    prompts = world("asked_in_six_tongues").openings()["prompt"]
    things = ["|".join(words()[f"{tongue}.thing"]) for tongue in TONGUES[1:]]
    heard = [pc.mean(pc.match_substring_regex(prompts, thing).cast(pa.float64())).as_py() for thing in things]
    assert sum(share > 0.01 for share in heard) >= 4


def test_hands_at_home_have_homes_cards_and_lives_of_their_own(world: Callable[[str], World]) -> None:
    made = world("paid_hands_at_home")
    cards = made.fake["payment_hash"].drop_null()
    assert len(cards.unique()) == len(cards)
    theirs = pc.sum(pc.is_valid(made.events["campaign"])).as_py()
    assert 0.05 * theirs < theirs - len(made.harvest)


def test_doorways_and_neighbours(world: Callable[[str], World]) -> None:
    paths = world("four_doorways").harvest["access_path"].value_counts().to_pylist()
    assert {row["values"] for row in paths} == set(PATHS)
    assert len(set(world("four_doorways").truth["campaign"].drop_null().to_pylist())) == 1
    assert len(set(world("neighbours_unaware").truth["campaign"].drop_null().to_pylist())) in (2, 3)


@pytest.mark.parametrize("name", [name for name, scenario in scenarios.SCENARIOS.items() if not scenario.make and name not in DRAWN])
def test_innocents_alone_have_no_campaign(name: str, world: Callable[[str], World]) -> None:
    made = world(name)
    assert made.counts["fake"] == made.counts["harvested"] == 0
    assert set(made.truth["kind"].to_pylist()) >= set(scenarios.SCENARIOS[name].beside)


def test_numbers_of_a_thing_are_even_and_fixed() -> None:
    seed = fresh(np.random.default_rng(1), 20_000)
    assert abs(unit(seed * np.uint64(2)).mean() - 0.5) < 0.01
    assert set(below(seed, 3).tolist()) <= {0, 1, 2}
    chosen = pick(np.array([0.0, 0.49, 0.51, 0.99]), {"b": 1.0, "a": 1.0}, ["a", "b"])
    assert chosen.tolist() == [1, 1, 0, 0]
