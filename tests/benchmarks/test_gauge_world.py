"""What the scenarios of the gauge world say of their operators is true in the tables."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.gauge_world import SCENARIOS, SIZES, generate, scenarios
from benchmarks.gauge_world.dice import Dice, below, mix, pick, unit
from benchmarks.gauge_world.houses import HOUSES
from benchmarks.gauge_world.innocents import CROWDS, SURE
from benchmarks.gauge_world.logbook import PROFILES
from benchmarks.gauge_world.parts import Party
from benchmarks.gauge_world.wires import CLIENTS, COUNTRIES, NETS
from benchmarks.gauge_world.wording import TONGUES, WORKS, subjects, words

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED, MORE = 4_000, {"failover_and_pivot": 15_000, "task_pool_split_without_template": 15_000}
"""Requests of a world; a pool that is shut, another and a new model need more, and that hardly a task comes twice means more of many."""
DAY_US = 86_400_000_000
DRAWN = {"thesis_season_on_campus", "exam_weeks_of_a_learning_app", "rollout_week_at_the_gateway", "agents_and_pipelines"}
"""Scenarios of innocents of whom no test here says more: none of their worlds is made; their parties are drawn like all others'."""


class World:
    """One generated world: its tables, and the events with who is behind them."""

    def __init__(self, folder: Path, counts: dict[str, int]) -> None:
        self.counts = counts
        self.all = pq.read_table(folder / "events")
        self.truth = pq.read_table(folder / "truth.parquet")
        self.registry = pq.read_table(folder / "accounts.parquet")
        harvest = pq.read_table(folder / "truth_events.parquet").rename_columns({"campaign": "harvest"})
        self.events = self.all.join(self.truth, "account_id").join(harvest, "event_id").sort_by("timestamp")
        self.harvest = self.events.filter(pc.is_valid(self.events["harvest"]))
        told = [name for name in self.registry.column_names if name != "kind"]
        self.accounts = self.registry.select(told).join(self.truth, "account_id")
        self.fake = self.accounts.filter(pc.is_valid(self.accounts["campaign"]))

    def of(self, kind: str) -> pa.Table:
        """Events of a kind of accounts."""
        return self.events.filter(pc.equal(self.events["kind"], kind))

    def handed_over(self, events: pa.Table) -> float:
        """Share of later turns whose turn before was another account's."""
        of = dict(zip(self.all["context_key"].to_pylist(), self.all["account_id"].to_pylist(), strict=True))
        later = events.filter(pc.is_valid(events["parent_key"]))
        pairs = zip(later["parent_key"].to_pylist(), later["account_id"].to_pylist(), strict=True)
        return float(np.mean([of.get(parent, account) != account for parent, account in pairs]))

    def first_use(self) -> pa.Table:
        """Registry of the operator's accounts with their first request."""
        used = self.all.group_by("account_id").aggregate([("timestamp", "min")])
        return self.fake.join(used, "account_id", join_type="inner")


def microseconds(column: pa.ChunkedArray) -> np.ndarray:
    return column.cast(pa.int64()).to_numpy()


@pytest.fixture(scope="module")
def world(simulated: Callable[..., tuple[Path, dict[str, int]]]) -> Callable[[str], World]:
    return cache(lambda scenario: World(*simulated(generate, scenario, 4, MORE.get(scenario, ASKED))))


def test_scenarios_are_as_many_and_as_broad_as_told() -> None:
    every = scenarios.SCENARIOS.values()
    assert len(SCENARIOS) == len(SIZES) == 22
    assert sum(scenario.make is None for scenario in every) == 8
    levels = [scenario.level for scenario in every if scenario.make]
    assert sorted(map(levels.count, (scenarios.EASY, scenarios.MEDIUM, scenarios.HARD))) == [4, 5, 5]
    assert all((scenario.level == scenarios.NOBODY) == (scenario.make is None) for scenario in every)
    assert (min(SIZES.values()), max(SIZES.values())) == (20_000, 250_000)
    assert {scenario.house for scenario in every} == HOUSES.keys()
    assert all(4 <= scenario.days[0] <= scenario.days[1] <= 45 for scenario in every)
    assert len(CROWDS) >= 30
    for scenario in every:
        tags, told = HOUSES[scenario.house].tags, "verified" not in HOUSES[scenario.house].no_accounts
        for name in scenario.beside:
            assert CROWDS[name][0] & tags, name
            assert told or (CROWDS[name][1](Dice(np.random.default_rng(1), 9, 9), HOUSES[scenario.house]).papers.verified or 0) < SURE


@pytest.mark.parametrize("seed", range(5))
def test_parties_are_drawn_from_what_is_known(seed: int) -> None:
    d = Dice(np.random.default_rng(seed), 20.0, 120_000)
    for scenario in scenarios.SCENARIOS.values():
        for party in scenario.make(d, HOUSES[scenario.house]) if scenario.make else []:
            assert party.campaign
            assert 15 <= party.n <= 500
            known(party)
    for name, (tags, make) in CROWDS.items():
        for house in HOUSES.values():
            if tags & house.tags:
                party = make(d, house)
                assert party.label == name
                assert party.campaign is None
                known(party)


def known(party: Party) -> None:
    """Every name that a party uses is one that the simulator knows."""
    for routine in party.routines:
        assert set(routine.works or ()) <= set(WORKS)
        assert set(routine.subjects or ()) <= subjects().keys()
        assert set(routine.tongues or ()) <= set(TONGUES)
        assert set(routine.client or ()) <= set(CLIENTS)
        assert set(routine.net or ()) <= set(NETS)
        assert routine.hours in {*PROFILES, "clock", "blocks", "shifts"}
        assert routine.frame in ("", "varied", "many") or routine.frame in words()
        assert 0 <= routine.span[0] < routine.span[1] <= 1
    assert set(party.papers.country or ()) <= set(COUNTRIES)


@pytest.mark.parametrize("seed", range(8))
def test_most_accounts_have_nothing_in_common(seed: int) -> None:
    for name, scenario in scenarios.SCENARIOS.items():
        held = scenarios.cast(scenario, Dice(np.random.default_rng(seed), 20.0, scenario.requests), 1.0, 0.6)
        housed = HOUSES[scenario.house].orgs
        alone = sum(n for party, n in held if party.label in ("ordinary", "ordinary_builders"))
        assert alone >= (0.34 if housed else 0.5) * sum(n for _, n in held), name
        assert {party.label for party, _ in held} >= set(scenario.beside), name


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in DRAWN])
def test_tables_are_in_order(name: str, world: Callable[[str], World]) -> None:
    made = world(name)
    house = HOUSES[scenarios.SCENARIOS[name].house]
    there = {*made.all.column_names}, {*made.registry.column_names}
    assert not there[0] & set(house.absent)
    assert not there[1] & set(house.no_accounts)
    EVENTS.conform(made.all)
    ACCOUNTS.conform(made.registry)
    TRUTH.conform(made.truth)
    asked = MORE.get(name, ASKED)
    assert 0.8 * asked < len(made.all) < 1.25 * asked
    assert not pc.any(pc.match_substring_regex(made.all["prompt"], r"\{\w+\}")).as_py()
    good = pc.equal(made.all["status"], 200)
    assert pc.all(pc.equal(pc.is_valid(made.all["response"]), good)).as_py()
    assert pc.sum(made.all.filter(pc.invert(good))["output_tokens"]).as_py() == 0
    if "cached_tokens" in made.all.column_names:
        assert pc.all(pc.less_equal(made.all["cached_tokens"], made.all["input_tokens"])).as_py()
    dates = [column for column in ("created_at", "banned_at") if column in made.registry.column_names]
    both = made.all.select(["account_id", "timestamp"]).join(made.registry.select(["account_id", *dates]), "account_id")
    if "created_at" in dates:
        assert pc.all(pc.greater_equal(both["timestamp"], both["created_at"])).as_py()
    assert pc.all(pc.fill_null(pc.less_equal(both["timestamp"], both["banned_at"]), True)).as_py()


@pytest.mark.parametrize("name", [name for name, scenario in scenarios.SCENARIOS.items() if not scenario.make and name not in DRAWN])
def test_innocents_alone_have_no_campaign(name: str, world: Callable[[str], World]) -> None:
    made = world(name)
    assert made.counts["fake"] == made.counts["harvested"] == 0
    assert set(made.truth["kind"].to_pylist()) >= set(scenarios.SCENARIOS[name].beside)


@pytest.mark.parametrize("name", [name for name, scenario in scenarios.SCENARIOS.items() if scenario.make])
def test_operators_harvest(name: str, world: Callable[[str], World]) -> None:
    made = world(name)
    assert made.counts["fake"] >= 6
    theirs = pc.sum(pc.is_valid(made.events["campaign"])).as_py()
    assert 0.25 * theirs < len(made.harvest) < 0.55 * len(made.all)
    assert pc.all(pc.equal(made.harvest["harvest"], made.harvest["campaign"])).as_py()


def test_crowds_are_described() -> None:
    readme = (Path(scenarios.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in readme for name in CROWDS)


def test_a_batch_of_free_accounts_works_as_one(world: Callable[[str], World]) -> None:
    made = world("card_batch_on_the_free_tier")
    assert set(made.fake["plan"].to_pylist()) == {"free"}
    assert len(made.harvest["model"].unique()) <= 2
    cards = made.fake["payment_hash"].drop_null()
    assert not len(cards) or len(cards.unique()) < 0.5 * len(cards)


def test_trials_are_used_at_once(world: Callable[[str], World]) -> None:
    used = world("trial_accounts_in_batches").first_use()
    wait = microseconds(used["timestamp_min"]) - microseconds(used["created_at"])
    assert np.median(wait) < DAY_US
    opened = microseconds(used["created_at"])
    assert np.quantile(opened, 0.8) - opened.min() < 6 * DAY_US


def test_banned_accounts_are_replaced(world: Callable[[str], World]) -> None:
    made = world("banned_and_back_on_prepaid")
    banned = np.sort(microseconds(made.fake["banned_at"].drop_null()))
    assert len(banned) > 0.25 * len(made.fake)
    assert (microseconds(made.first_use()["timestamp_min"]) > banned[0]).sum() > 0.15 * len(made.fake)


def test_a_sim_bank_has_a_number_for_each_account(world: Callable[[str], World]) -> None:
    made = world("sim_bank_in_the_app")
    assert len(made.fake["phone_hash"].unique()) == len(made.fake)
    assert len(made.fake["country"].unique()) == 1
    assert len(made.harvest["ja4"].unique()) == 1


def test_two_crews_share_nothing(world: Callable[[str], World]) -> None:
    made = world("two_crews_at_an_open_host")
    assert len(made.fake["campaign"].unique()) == 2
    cards = [
        set(made.fake.filter(pc.equal(made.fake["campaign"], name))["payment_hash"].to_pylist()) for name in ("operator-1", "operator-2")
    ]
    assert not cards[0] & cards[1]


def test_a_second_pool_goes_on_and_both_pivot(world: Callable[[str], World]) -> None:
    made = world("failover_and_pivot")
    first, second = (made.harvest.filter(pc.equal(made.harvest["kind"], f"{name}_pool")) for name in ("first", "second"))
    assert pc.quantile(first["timestamp"].cast(pa.int64()), 0.99)[0].as_py() < pc.min(second["timestamp"].cast(pa.int64())).as_py() + DAY_US
    assert len(second) < len(made.of("second_pool"))
    shut = made.fake.filter(pc.equal(made.fake["kind"], "first_pool"))
    assert len(shut["banned_at"].drop_null()) > 0.5 * len(shut)
    new = pc.ends_with(made.harvest["model"], "-3")
    after = made.harvest.filter(pc.greater(made.harvest["timestamp"], pc.min(made.harvest.filter(new)["timestamp"])))
    ordinary = made.of("ordinary")
    theirs = pc.mean(pc.ends_with(ordinary["model"], "-3").cast(pa.float64())).as_py()
    assert pc.mean(pc.ends_with(after["model"], "-3").cast(pa.float64())).as_py() > max(0.2, theirs)


def test_a_partner_firm_is_one_organisation(world: Callable[[str], World]) -> None:
    made = world("partner_firm_trains_on_answers")
    (org,) = set(made.fake["org_id"].to_pylist())
    assert len(made.accounts.filter(pc.equal(made.accounts["org_id"], org))) == len(made.fake)
    assert not made.accounts["org_id"].null_count


@pytest.mark.parametrize("name", ["harness_relay_replays_sessions", "reseller_keeps_the_answers"])
def test_relays_hand_over(name: str, world: Callable[[str], World]) -> None:
    made = world(name)
    assert made.handed_over(made.harvest) > 0.03
    assert made.handed_over(made.of("ordinary")) < 0.01


def test_only_the_contracted_reseller_is_told_as_one(world: Callable[[str], World]) -> None:
    made = world("reseller_keeps_the_answers")
    assert set(made.fake["access_type"].to_pylist()) == {"application"}
    contracted = made.accounts.filter(pc.equal(made.accounts["access_type"], "passthrough"))
    assert set(contracted["kind"].to_pylist()) == {"contracted_reseller"}


def test_many_tongues(world: Callable[[str], World]) -> None:
    made = world("task_makers_in_many_tongues")
    prompts = made.harvest.filter(pc.is_null(made.harvest["parent_key"]))["prompt"]
    heard = [
        pc.mean(pc.match_substring_regex(prompts, "|".join(words()[f"{tongue}.t"])).cast(pa.float64())).as_py() for tongue in TONGUES[1:]
    ]
    assert sum(share > 0.05 for share in heard) >= 3


def test_workers_at_home_have_lives_of_their_own(world: Callable[[str], World]) -> None:
    made = world("click_workers_at_home")
    cards = made.fake["payment_hash"].drop_null()
    assert len(cards.unique()) == len(cards)
    assert len(made.harvest) < 0.97 * pc.sum(pc.is_valid(made.events["campaign"])).as_py()


def test_a_pool_is_dealt_once(world: Callable[[str], World]) -> None:
    made = world("task_pool_split_without_template")
    openings = made.harvest.filter(pc.is_null(made.harvest["parent_key"]))["prompt"]
    assert len(openings.unique()) > 0.93 * len(openings)


def test_slow_accounts_are_old_and_slow(world: Callable[[str], World]) -> None:
    made = world("slow_burn_of_aged_accounts")
    dated = made.harvest.append_column("date", pc.day_of_year(made.harvest["timestamp"]))
    days = dated.group_by(["account_id", "date"]).aggregate([("event_id", "count")])
    assert pc.mean(days["event_id_count"]).as_py() < 11
    start = pc.min(made.all["timestamp"]).value
    assert (start - microseconds(made.fake["created_at"])).min() > 10 * DAY_US


def test_owners_of_stolen_logins_go_on(world: Callable[[str], World]) -> None:
    made = world("stolen_logins_at_the_university")
    theirs = made.of("stolen_logins")
    own = theirs.filter(pc.is_null(theirs["harvest"]))
    assert pc.min(own["timestamp"]).value < pc.min(made.harvest["timestamp"]).value
    assert len(own["account_id"].unique()) > 0.5 * len(made.fake)
    assert len(made.harvest["user_agent"].unique()) < len(own["user_agent"].unique())


def test_crowds_share_what_they_say(world: Callable[[str], World]) -> None:
    cards = world("gift_cards_and_bots_on_prepaid").accounts
    bought = cards.filter(pc.equal(cards["kind"], "gift_card_buyers"))["payment_hash"]
    assert len(bought.unique()) < 0.6 * len(bought)
    valley = world("phone_shops_and_families").of("village_behind_one_carrier")
    most = max(row["counts"] for row in valley["ip"].value_counts().to_pylist())
    assert most > 0.2 * len(valley)
    cloud = world("tenants_of_a_cloud")
    tests = cloud.of("load_tests")
    assert len(tests["prompt"].unique()) < 0.3 * len(tests)


def test_numbers_of_a_thing_are_even_and_fixed() -> None:
    found = unit(np.arange(20_000), 3)
    assert abs(found.mean() - 0.5) < 0.01
    assert (found == unit(np.arange(20_000), 3)).all()
    assert set(below(3, np.arange(200)).tolist()) == {0, 1, 2}
    assert len(np.unique(mix(np.arange(20_000)))) == 20_000
    assert pick(np.array([0.0, 0.49, 0.51, 0.99]), {"b": 1.0, "a": 1.0}).tolist() == [0, 0, 1, 1]
