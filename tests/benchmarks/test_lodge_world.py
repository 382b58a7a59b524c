"""What the scenarios of the lodge world say of their hosts and operators is true in the tables."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.lodge_world import SCENARIOS, SIZES, generate, scenarios
from benchmarks.lodge_world.crowds import CROWDS
from benchmarks.lodge_world.dice import below, choose, hexed, mix, unit
from benchmarks.lodge_world.groups import Draw, Group
from benchmarks.lodge_world.places import BUILDS, COUNTRIES
from benchmarks.lodge_world.traffic import FRAMES, MACHINES, PEAKS, SYSTEMS
from benchmarks.lodge_world.wording import TONGUES, WORKS, say, topics, words

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED = 2_500
MORE = {"agent_runs_at_scale": 12_000, "five_languages_dealt_out": 12_000}
"""where what is said is of shares of a few accounts, or that hardly a prompt comes twice"""
DAY_US = 86_400_000_000
DRAWN = {
    "term_at_the_computing_centre", "one_course_and_little_else", "gateway_of_partner_firms", "research_cloud_before_a_deadline",
    "few_customers_of_a_small_host",
}
"""Scenarios of innocents of whom no test here says more: none of their worlds is made; their parties are drawn like all others'."""
NETS = {"home", "phone", "office", "campus", "inside", "cloud", "server", "vpn", "proxies", "sticky", "one"}


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
        accounts = self.registry.join(self.truth, "account_id")
        self.fake = accounts.filter(pc.is_valid(accounts["campaign"]))

    def first_turns(self) -> pa.Table:
        return self.harvest.filter(pc.is_null(self.harvest["parent_key"]))

    def handed_over(self, events: pa.Table) -> float:
        """Share of later turns whose turn before was another account's."""
        of = dict(zip(self.all["context_key"].to_pylist(), self.all["account_id"].to_pylist(), strict=True))
        later = events.filter(pc.is_valid(events["parent_key"]))
        pairs = zip(later["parent_key"].to_pylist(), later["account_id"].to_pylist(), strict=True)
        return float(np.mean([of.get(parent, account) != account for parent, account in pairs]))

    def daily(self, kind: str) -> np.ndarray:
        """Requests of each account of a kind on each day on which it asks."""
        theirs = self.events.filter(pc.equal(self.events["kind"], kind))
        dated = theirs.append_column("day", pc.day_of_year(theirs["timestamp"]))
        return dated.group_by(["account_id", "day"]).aggregate([("event_id", "count")])["event_id_count"].to_numpy()


@pytest.fixture(scope="module")
def world(simulated: Callable[..., tuple[Path, dict[str, int]]]) -> Callable[[str], World]:
    return cache(lambda scenario: World(*simulated(generate, scenario, 3, MORE.get(scenario, ASKED))))


def share(values: pa.ChunkedArray) -> float:
    return float(pc.mean(values.cast(pa.float64())).as_py())


def test_scenarios_are_as_many_and_as_broad_as_told() -> None:
    every = scenarios.SCENARIOS.values()
    assert len(SCENARIOS) == len(SIZES) == 20
    assert sum(scenario.make is None for scenario in every) == 7
    levels = [scenario.level for scenario in every if scenario.make]
    assert [levels.count(level) for level in (scenarios.EASY, scenarios.MEDIUM, scenarios.HARD)] == [4, 5, 4]
    assert all((scenario.level == scenarios.NOBODY) == (scenario.make is None) for scenario in every)
    assert all(300 <= scenario.accounts[0] <= scenario.accounts[1] <= 15_000 for scenario in every)
    assert all(15_000 <= scenario.requests <= 250_000 for scenario in every)
    assert all(2 <= scenario.days[0] <= scenario.days[1] <= 60 for scenario in every)
    assert len({id(scenario.host) for scenario in every}) >= 10
    assert len(CROWDS) >= 30
    assert {name for scenario in every for name in scenario.crowds} == CROWDS.keys()


@pytest.mark.parametrize("seed", range(6))
def test_groups_are_drawn_from_what_is_known(seed: int) -> None:
    d = Draw(np.random.default_rng(seed), 20.0)
    crews = [group for scenario in scenarios.SCENARIOS.values() if scenario.make for group in scenario.make(d)]
    crowds = {name: make(d) for name, make in CROWDS.items()}
    assert all(group.label == name and not group.campaign for name, group in crowds.items())
    for group in crews:
        assert not group.campaign or 15 <= group.size <= 500
        assert bool(group.campaign) == any(habit.harvest for habit in group.habits)
        assert all(2 <= habit.rate <= 600 for habit in group.habits if habit.harvest)
    for group in [*crews, *crowds.values(), *scenarios.residents("public", 100)]:
        known(group)


def known(group: Group) -> None:
    """Every name that a group uses is one that the simulator knows."""
    assert set(group.countries if isinstance(group.countries, dict) else ()) <= set(COUNTRIES)
    for habit in group.habits:
        assert set(habit.works) <= set(WORKS)
        assert set(habit.topics) <= set(topics())
        assert set(habit.tongues) <= set(TONGUES)
        assert set(habit.net) <= NETS
        assert habit.hours in {*PEAKS, *MACHINES, "lesson"}
        assert habit.frame[0] in FRAMES
        assert habit.system[0] in SYSTEMS
        assert habit.client in {"crowd", "one", "few", *BUILDS}
        assert habit.tasks in {"free", "same", "public", "dealt", "again"}
        assert habit.model in {"own", "best", "cheap", "weaker", "pivot"}


def test_most_hosts_have_as_many_ordinary_users_as_told() -> None:
    for name, scenario in scenarios.SCENARIOS.items():
        groups = scenarios.cast(scenario, np.random.default_rng(1), 20.0, scenario.requests)
        assert groups[-1].label == "resident"
        assert groups[-1].size >= 0.97 * scenario.ordinary * sum(group.size for group in groups), name
        assert len({group.label for group in groups}) >= 5, name


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in DRAWN])
def test_tables_keep_their_contract_and_lack_what_the_host_does_not_tell(name: str, world: Callable[[str], World]) -> None:
    made = world(name)
    lacks = scenarios.SCENARIOS[name].host.lacks
    assert lacks
    for what, table, contract in (("events", made.all, EVENTS), ("accounts", made.registry, ACCOUNTS)):
        gone = {one.removeprefix(f"{what}.") for one in lacks if one.startswith(f"{what}.")}
        assert gone == set(contract.names) - set(table.column_names)
        contract.conform(table)
    TRUTH.conform(made.truth)
    asked = MORE.get(name, ASKED)
    assert 0.6 * asked < made.counts["events"] < 1.5 * asked


@pytest.mark.parametrize("name", [name for name, scenario in scenarios.SCENARIOS.items() if not scenario.make and name not in DRAWN])
def test_innocents_alone_have_no_campaign(name: str, world: Callable[[str], World]) -> None:
    made = world(name)
    assert made.counts["fake"] == made.counts["harvested"] == 0
    assert not len(made.truth["campaign"].drop_null())
    assert len(set(made.truth["kind"].to_pylist())) >= 5


@pytest.mark.parametrize("name", [name for name, scenario in scenarios.SCENARIOS.items() if scenario.make])
def test_a_harvest_is_a_part_of_the_log(name: str, world: Callable[[str], World]) -> None:
    made = world(name)
    assert made.counts["fake"] >= 15
    assert 0.02 < made.counts["harvested"] / made.counts["events"] < 0.5


def test_nobody_asks_before_the_account_is_opened_or_after_it_is_banned(world: Callable[[str], World]) -> None:
    for name in ("free_tier_fleet", "second_pool_on_standby", "market_day"):
        made = world(name)
        lives = made.registry.select(["account_id", "created_at", "banned_at"])
        both = made.all.select(["account_id", "timestamp"]).join(lives, "account_id")
        assert pc.all(pc.greater_equal(both["timestamp"], both["created_at"])).as_py()
        assert pc.all(pc.fill_null(pc.less_equal(both["timestamp"], both["banned_at"]), True)).as_py()


def test_answers_and_counts_of_tokens_belong_to_good_requests(world: Callable[[str], World]) -> None:
    events = world("relay_under_an_app").all
    good = pc.equal(events["status"], 200)
    assert pc.all(pc.equal(pc.is_valid(events["response"]), good)).as_py()
    assert pc.sum(events.filter(pc.invert(good))["output_tokens"]).as_py() == 0
    assert 0.005 < 1 - share(good) < 0.05
    assert pc.all(pc.less_equal(events["cached_tokens"], events["input_tokens"])).as_py()
    assert 50 < pc.mean(pc.utf8_length(events["response"].drop_null())).as_py() < 2_000


def test_same_messages_have_the_same_key(world: Callable[[str], World]) -> None:
    events = world("relay_under_an_app").all
    first = events.filter(pc.is_null(events["parent_key"]))
    pairs = first.group_by(["system", "prompt"]).aggregate([("context_key", "count_distinct")])
    assert pc.max(pairs["context_key_count_distinct"]).as_py() == 1
    assert pc.count_distinct(first["context_key"]).as_py() == len(pairs)


def test_trials_are_made_in_batches(world: Callable[[str], World]) -> None:
    fake = world("trial_batches_day_and_night").fake
    opened = np.sort(fake["created_at"].cast(pa.int64()).to_numpy())
    near = np.searchsorted(opened, opened + 2 * DAY_US) - np.arange(len(opened))
    assert near.max() >= 0.3 * len(opened)
    assert set(fake["plan"].to_pylist()) == {"trial"}
    assert not len(fake["payment_hash"].drop_null())
    hours = np.bincount(pc.hour(world("trial_batches_day_and_night").harvest["timestamp"]).to_numpy(), minlength=24)
    assert hours.min() > 0.4 * hours.mean()


def test_a_fleet_has_equal_loads_and_replaces_the_banned(world: Callable[[str], World]) -> None:
    made = world("free_tier_fleet")
    banned = made.fake["banned_at"].drop_null()
    assert len(banned) > 0.2 * len(made.fake)
    loads = made.daily("free_fleet")
    middle = loads[loads >= np.median(loads) / 2]
    assert middle.std() < 3 * np.sqrt(middle.mean())
    first = made.harvest.group_by("account_id").aggregate([("timestamp", "min")])["timestamp_min"].cast(pa.int64()).to_numpy()
    assert (first > pc.min(banned).value).sum() > 0.2 * len(first)


def test_a_second_pool_takes_over(world: Callable[[str], World]) -> None:
    made = world("second_pool_on_standby")
    first, second = (made.harvest.filter(pc.equal(made.harvest["kind"], f"{which}_pool")) for which in ("first", "second"))
    assert len(second)
    assert pc.max(first["timestamp"]).value <= pc.min(second["timestamp"]).value + 0.2 * DAY_US
    assert len(made.fake["banned_at"].drop_null()) > 0.25 * len(made.fake)
    frames = {prompt[:10] for prompt in first["prompt"].to_pylist()[:50]} & {prompt[:10] for prompt in second["prompt"].to_pylist()[:50]}
    assert len(frames) >= 1


def test_leaked_keys_have_owners_who_go_on(world: Callable[[str], World]) -> None:
    made = world("leaked_keys_passed_round")
    theirs = pc.sum(pc.is_valid(made.events["campaign"])).as_py()
    assert len(made.harvest) < theirs
    start = pc.min(made.all["timestamp"]).value
    assert pc.min(made.harvest["timestamp"]).value > start + DAY_US / 4
    assert pc.count_distinct(made.harvest["user_agent"]).as_py() == 1


def test_a_partner_firm_shares_its_organisation_with_staff_who_harvest_nothing(world: Callable[[str], World]) -> None:
    made = world("partner_firm_trains_its_own")
    firms = set(made.fake["org_id"].to_pylist())
    assert len(firms) == 1
    accounts = made.registry.join(made.truth.rename_columns({"kind": "what"}), "account_id")
    assert "partner_staff" in accounts.filter(pc.is_in(accounts["org_id"], pa.array(firms)))["what"].to_pylist()


def test_graders_judge(world: Callable[[str], World]) -> None:
    made = world("graders_for_hire")
    judging = pc.match_substring_regex(made.first_turns()["prompt"], "(?i)points|score|scale|better|mark|grade|judge|assess")
    assert share(judging) > 0.8
    assert pc.count_distinct(made.fake["org_id"]).as_py() <= 5


def test_agents_use_tools_and_move_to_the_new_model(world: Callable[[str], World]) -> None:
    made = world("agent_runs_at_scale")
    assert share(pc.is_valid(made.harvest["tools_key"])) == 1
    new = pc.equal(made.harvest["model"], "thicket-code-3")
    assert new.to_pylist().count(True)
    start = pc.min(made.harvest.filter(new)["timestamp"]).value
    times = made.harvest["timestamp"].cast(pa.int64()).to_numpy()
    after = new.to_numpy(zero_copy_only=False)[times > start + DAY_US]
    assert 0.2 < after.mean() < 0.85
    others = made.events.filter(pc.equal(made.events["kind"], "resident"))
    assert share(pc.equal(others["model"], "thicket-code-3")) < after.mean()


def test_traces_are_said_again(world: Callable[[str], World]) -> None:
    prompts = world("traces_washed_and_replayed").first_turns()["prompt"]
    assert 0.01 < 1 - pc.count_distinct(prompts).as_py() / len(prompts) < 0.4


def test_relays_hand_over(world: Callable[[str], World]) -> None:
    made = world("relay_under_an_app")
    assert made.handed_over(made.harvest) > 0.05
    assert made.handed_over(made.events.filter(pc.equal(made.events["kind"], "resident"))) < 0.03  # two may open with the same words


def test_a_pool_is_dealt_once_in_several_tongues(world: Callable[[str], World]) -> None:
    prompts = world("five_languages_dealt_out").first_turns()["prompt"]
    assert pc.count_distinct(prompts).as_py() > 0.93 * len(prompts)
    heard = [
        share(pc.match_substring_regex(prompts, "|".join(things)))
        for tongue in TONGUES[1:]
        for things in [[thing for name in words() if name.startswith(f"{tongue}.topic.") for thing in words()[name]]]
    ]
    assert sum(part > 0.03 for part in heard) >= 4


def test_slow_burns_are_slow_and_old(world: Callable[[str], World]) -> None:
    made = world("rented_seats_slow_burn")
    assert made.daily("rented_seat").mean() < 12
    start = pc.min(made.all["timestamp"]).value
    age = (start - made.fake["created_at"].cast(pa.int64()).to_numpy()) / DAY_US
    assert np.median(age) > 60
    assert len(made.harvest) < 0.95 * pc.sum(pc.is_valid(made.events["campaign"])).as_py()


def test_lent_accounts_look_like_those_of_other_students(world: Callable[[str], World]) -> None:
    made = world("student_accounts_lent")
    accounts = made.registry.join(made.truth.rename_columns({"kind": "what"}), "account_id")
    lent, others = (accounts.filter(pc.equal(accounts["what"], what)) for what in ("lent_account", "resident"))
    for column in ("org_id", "email_domain", "kind"):
        assert set(lent[column].to_pylist()) <= set(others[column].to_pylist())


def test_two_crews_know_nothing_of_each_other(world: Callable[[str], World]) -> None:
    made = world("text_not_kept")
    assert set(made.truth["campaign"].drop_null().to_pylist()) == {"night_shift", "tool_runs"}


def test_numbers_of_a_thing_are_even_and_fixed() -> None:
    thing = np.random.default_rng(1).integers(0, 2**63, 20_000).astype(np.uint64)
    assert abs(unit(thing, "a").mean() - 0.5) < 0.01
    assert abs(np.corrcoef(unit(thing, 1), unit(thing, 2))[0, 1]) < 0.03
    assert set(below(3, thing, "b").tolist()) == {0, 1, 2}
    assert abs(choose({"a": 3.0, "b": 1.0}, thing, "c").mean() - 0.25) < 0.02
    assert hexed(np.array([255, 1 << 60], np.uint64)).to_pylist() == ["00000000000000ff", "1000000000000000"]
    assert mix("a", thing[:1])[0] != mix("b", thing[:1])[0]


def test_the_same_number_says_the_same() -> None:
    seed, topic = np.arange(40, dtype=np.uint64), np.zeros(40, np.int64)
    for tongue in TONGUES:
        for work in WORKS:
            said = say(tongue, work, seed, topic).to_pylist()
            assert said == say(tongue, work, seed[::-1], topic).to_pylist()[::-1]
            assert len(set(said)) > 15
            assert not any("{" in text and "}" in text for text in said)
