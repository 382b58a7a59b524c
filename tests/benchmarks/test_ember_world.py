"""What the scenarios of the ember world say of their operators is true in the tables."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.ember_world import SCENARIOS, SIZES, generate, scenarios
from benchmarks.ember_world.crowds import LISTED, MAKERS, OTHERS, crowd
from benchmarks.ember_world.draw import Draw
from benchmarks.ember_world.language import TONGUES, WORKS, Pen, topics, words
from benchmarks.ember_world.people import KINDS, PATHS, Party
from benchmarks.ember_world.places import FAMILIES, NETS, addresses, below, hexadecimal, mix
from benchmarks.ember_world.traffic import HOURS, MODELS, Season

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED = 5_000
MORE = {
    "drip_under_cover": 30_000, "free_credit_burned_in_series": 25_000, "hydra_on_shared_wallets": 30_000,
    "pool_split_without_template": 15_000,
}
"""where what is said needs more accounts, or is that hardly a prompt comes twice"""
DAY_US = 86_400_000_000


class World:
    """One generated world: its tables, and the events with who is behind them."""

    def __init__(self, scenario: str, folder: Path) -> None:
        self.name = scenario
        self.counts = generate(scenario, folder, 3, MORE.get(scenario, ASKED))
        self.all = pq.read_table(folder / "events")
        self.truth = pq.read_table(folder / "truth.parquet")
        self.registry = pq.read_table(folder / "accounts.parquet")
        self.releases = (folder / "releases.json").read_text(encoding="utf-8")
        harvest = pq.read_table(folder / "truth_events.parquet").rename_columns({"campaign": "harvest"})
        self.events = self.all.join(self.truth, "account_id").join(harvest, "event_id").sort_by("timestamp")
        self.harvest = self.events.filter(pc.is_valid(self.events["harvest"]))
        accounts = self.registry.drop_columns(["kind"]).join(self.truth, "account_id")
        self.fake = accounts.filter(pc.is_valid(accounts["campaign"]))
        self.innocent = accounts.filter(pc.is_null(accounts["campaign"]))

    def handed_over(self, events: pa.Table) -> float:
        """Share of later turns whose turn before was another account's."""
        of = dict(zip(self.all["context_key"].to_pylist(), self.all["account_id"].to_pylist(), strict=True))
        later = events.filter(pc.is_valid(events["parent_key"]))
        pairs = zip(later["parent_key"].to_pylist(), later["account_id"].to_pylist(), strict=True)
        return float(np.mean([of.get(parent, account) != account for parent, account in pairs]))

    def asked_by_several(self, events: pa.Table) -> float:
        """Share of what was sent that more than one account sent."""
        by = events.group_by("context_key").aggregate([("account_id", "count_distinct")])
        return share(pc.greater(by["account_id_count_distinct"], 1))

    def of(self, kind: str) -> pa.Table:
        """Events of a crowd."""
        return self.events.filter(pc.equal(self.events["kind"], kind))


def share(flags: pa.ChunkedArray) -> float:
    return float(pc.mean(flags.cast(pa.float64())).as_py())


def micros(times: pa.ChunkedArray) -> np.ndarray:
    return times.drop_null().cast(pa.int64()).to_numpy()


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(request.param, tmp_path_factory.mktemp(request.param))


def of(*names: str) -> pytest.MarkDecorator:
    """The worlds that a test is of; pytest groups tests by it, so that one world is in memory at a time."""
    return pytest.mark.parametrize("world", names, indirect=True)


def season(release: float = 9.0) -> Season:
    return Season(20.0, 2, release, 99)


def test_scenarios_are_as_many_and_as_broad_as_told() -> None:
    every = scenarios.SCENARIOS.values()
    assert len(SCENARIOS) == len(SIZES) == 20
    levels = [scenario.level for scenario in every]
    assert [levels.count(level) for level in (scenarios.EASY, scenarios.MEDIUM, scenarios.HARD, scenarios.NOBODY)] == [5, 5, 4, 6]
    assert all((scenario.level == scenarios.NOBODY) == (scenario.make is None) for scenario in every)
    assert sum(bool(scenario.lacks) for scenario in every) == len(SCENARIOS) / 2
    assert all(25_000 <= scenario.requests <= 250_000 and 700 <= scenario.accounts <= 14_000 for scenario in every)
    assert all(5 <= scenario.days[0] < scenario.days[1] <= 40 for scenario in every)
    assert len(LISTED) >= 12
    assert len(OTHERS) >= 20
    assert {name for scenario in every for name in scenario.beside} <= MAKERS.keys()
    assert all({*scenario.lacks} <= {*EVENTS.names, *ACCOUNTS.names} for scenario in every)


@pytest.mark.parametrize("seed", range(6))
def test_parties_are_drawn_from_what_is_known(seed: int) -> None:
    d = Draw(np.random.default_rng(seed), season(), 120_000)
    made = [party for scenario in scenarios.SCENARIOS.values() if scenario.make for party in scenario.make(d)]
    crews = [party for party in made if party.campaign]
    assert len(crews) >= 14
    assert all(12 <= party.folk.size <= 600 and any(routine.harvest for routine in party.routines) for party in crews)
    crowds = [crowd(name, d) for name in MAKERS]
    assert all(8 <= party.folk.size <= 900 and not party.campaign for party in crowds)
    assert not any(routine.harvest for party in crowds for routine in party.routines)
    for party in (*made, *crowds, *scenarios.residents(500)):
        known(party)


def known(party: Party) -> None:
    """Every name that a party uses is one that the simulator knows."""
    assert set(party.folk.paths) <= set(PATHS)
    assert set(party.folk.nets) <= set(NETS)
    assert set(party.folk.kinds) <= set(KINDS)
    assert set(party.folk.clients or ()) <= set(FAMILIES)
    assert len(party.routines) <= 4
    for routine in party.routines:
        assert set(routine.works) <= set(WORKS)
        assert set(routine.models) <= set(MODELS)
        assert set(routine.tongues or ()) <= set(TONGUES)
        assert routine.hours in {*HOURS, "block", "cron", "ticks", "incident"}
        assert routine.deal in {"any", "all", "split"}
        assert routine.wording in {"fixed", "account", "varied"}
        assert not routine.frame or routine.frame in words()
        assert routine.system in {"", "own"} or routine.system.partition(":")[0] in words()
        assert 0 <= routine.window[0] < routine.window[1] <= 1


def test_half_of_the_accounts_are_ordinary_and_crowds_like_the_operator_are_there() -> None:
    for name, scenario in scenarios.SCENARIOS.items():
        parties = scenarios.cast(scenario, np.random.default_rng(1), season(), 1.0)
        sizes = {kind: sum(p.folk.size for p in parties if p.label == kind) for kind in {p.label for p in parties}}
        assert set(scenario.beside) <= sizes.keys(), name
        assert sizes["resident"] >= 0.5 * sum(sizes.values()), name
        assert 0.8 < sum(party.expected(20.0) for party in parties) / scenario.requests < 1.2, name


def test_every_task_is_words_without_slots() -> None:
    pen = Pen(np.random.default_rng(1))
    work, tongue, topic = (axis.ravel().repeat(2) for axis in np.indices((len(WORKS), len(TONGUES), len(topics()))))
    answers = pen.answers(work, tongue, topic, np.ones(len(work)))
    for texts in (pen.tasks(work, tongue, topic), pen.follow_ups(work, tongue, topic), answers):
        assert not pc.any(pc.match_substring_regex(texts, r"\{\w+\}")).as_py()
        assert pc.min(pc.utf8_length(texts)).as_py() > 0
    assert len(pen.tasks(work, tongue, topic).unique()) > 0.8 * len(work)


def test_addresses_and_digits() -> None:
    n = 4000
    account, zero, day = np.arange(n), np.zeros(n, np.int64), np.zeros(n, np.int64)
    found = {
        net: addresses(np.full(n, NETS.index(net)), account, account, zero, zero, zero, mix(account, 4), day, 7)[0] for net in NETS
    }
    assert len(found["home"].unique()) > 0.95 * n
    assert len(found["office"].unique()) == 1
    assert len(found["mobile"].unique()) <= 48
    assert len(found["vpn"].unique()) <= 200
    assert hexadecimal(np.array([255, 1 << 40], np.uint64)).to_pylist() == ["00000000000000ff", "0000010000000000"]
    assert abs(below(mix(account, 3), 100).mean() - 49.5) < 2


@of("quiet_provider_every_crowd", "wrappers_and_plugins_only", "exam_week_and_hackathon", "agencies_and_teams_without_organisation",
    "labs_compare_a_new_release", "carriers_vpns_and_cloud_tenants")
def test_innocents_alone_have_no_campaign(world: World) -> None:
    assert world.counts["fake"] == world.counts["harvested"] == 0
    assert set(world.truth["kind"].to_pylist()) >= set(scenarios.SCENARIOS[world.name].beside)
    holds(world)


def holds(world: World) -> None:
    """What is true of all worlds: contracts, gaps, order, lives."""
    there = {*world.all.column_names, *world.registry.column_names}
    assert not there & set(scenarios.SCENARIOS[world.name].lacks)
    EVENTS.conform(world.all)
    ACCOUNTS.conform(world.registry)
    TRUTH.conform(world.truth)
    good = pc.equal(world.all["status"], 200)
    assert pc.all(pc.equal(pc.is_valid(world.all["response"]), good)).as_py()
    assert pc.sum(world.all.filter(pc.invert(good))["output_tokens"]).as_py() == 0
    assert 0.004 < 1 - share(good) < 0.12
    assert pc.all(pc.less_equal(world.all["cached_tokens"], world.all["input_tokens"])).as_py()
    known_times = [name for name in ("created_at", "banned_at") if name in world.registry.column_names]
    both = world.all.select(["account_id", "timestamp"]).join(world.registry.select(["account_id", *known_times]), "account_id")
    assert pc.all(pc.fill_null(pc.less_equal(both["timestamp"], both["banned_at"]), True)).as_py()
    if "created_at" in known_times:
        assert pc.all(pc.greater_equal(both["timestamp"], both["created_at"])).as_py()
    fakes = world.truth.filter(pc.is_valid(world.truth["campaign"]))["account_id"]
    assert set(fakes.to_pylist()) <= set(world.all["account_id"].to_pylist())
    assert 0.6 * MORE.get(world.name, ASKED) < len(world.all) < 1.4 * MORE.get(world.name, ASKED)


@of("free_credit_burned_in_series")
def test_free_credit_is_used_by_one_after_the_other(world: World) -> None:
    holds(world)
    spans = world.harvest.group_by("account_id").aggregate([("timestamp", "min"), ("timestamp", "max")])
    first, last = micros(spans["timestamp_min"]), micros(spans["timestamp_max"])
    whole = micros(world.all["timestamp"])
    assert np.median(last - first) < 0.4 * (whole.max() - whole.min())
    assert np.std(first) > 0.15 * (whole.max() - whole.min())
    assert not len(world.fake["payment_hash"].drop_null())
    assert set(world.fake["plan"].to_pylist()) == {"free"}


@of("tags_forced_on_every_request")
def test_a_second_pool_goes_on_with_the_text(world: World) -> None:
    holds(world)
    first, second = (world.harvest.filter(pc.equal(world.harvest["kind"], f"harvest_{pool}_pool")) for pool in ("first", "second"))
    assert pc.max(first["timestamp"]).as_py() <= pc.min(second["timestamp"]).as_py()
    heads = [phrase.partition("{task}")[0][:30] for phrase in words()["forced_tags"]]
    for events in (first, second):
        assert max(share(pc.starts_with(events["prompt"], head)) for head in heads) > 0.9
    assert len(second) < len(world.of("harvest_second_pool")), "other buyers ask too"
    assert len(world.fake["banned_at"].drop_null()) > 0.2 * len(world.fake)


@of("hydra_on_shared_wallets")
def test_heads_grow_again_on_the_same_cards(world: World) -> None:
    holds(world)
    cards = world.fake["payment_hash"].drop_null()
    assert len(cards.unique()) < 0.5 * len(cards)
    banned, opened = np.sort(micros(world.fake["banned_at"])), micros(world.fake["created_at"])
    assert len(banned) > 0.3 * len(world.fake)
    late = opened[opened > banned[0]]
    waited = np.array([at - banned[banned <= at].max() for at in late])
    assert len(late) > 0.2 * len(opened)
    assert np.median(waited) < DAY_US


@of("weekend_sweep_with_a_rubric")
def test_a_sweep_is_short_and_loud(world: World) -> None:
    holds(world)
    times = micros(world.harvest["timestamp"])
    assert times.max() - times.min() < 4.1 * DAY_US
    assert share(pc.match_substring_regex(world.harvest["prompt"], r"(?i)number|scale|scheme|criteria")) > 0.9
    assert len(world.harvest["prompt"].unique()) > 0.7 * len(world.harvest)


@of("three_crews_no_acquaintance")
def test_three_crews_differ(world: World) -> None:
    holds(world)
    assert len(set(world.truth["campaign"].drop_null().to_pylist())) == 3
    whole = {kind: world.of(kind) for kind in ("harvest_task_maker", "harvest_soft_words", "harvest_quiet_coder")}
    assert all(len(events) for events in whole.values())
    cards = [set(world.fake.filter(pc.equal(world.fake["kind"], kind))["payment_hash"].drop_null().to_pylist()) for kind in whole]
    assert sum(map(len, cards)) == len(set().union(*cards))


@of("pivot_when_the_model_ships")
def test_half_moves_to_the_new_model_within_a_day(world: World) -> None:
    holds(world)
    new = world.harvest.filter(pc.ends_with(world.harvest["model"], "-2"))
    assert MODELS[-1] in world.releases
    begun = pc.min(new["timestamp"]).value
    after = world.harvest.filter(pc.greater(world.harvest["timestamp"].cast(pa.int64()), begun + DAY_US))
    assert 0.3 < share(pc.ends_with(after["model"], "-2")) < 0.95
    assert share(pc.is_valid(world.harvest["tools_key"])) > 0.4


@of("harness_users_relayed", "free_chat_app_keeps_answers")
def test_relays_hand_over(world: World) -> None:
    holds(world)
    assert world.handed_over(world.harvest) > 0.2
    assert world.handed_over(world.of("resident")) < 0.02
    assert world.handed_over(world.of("founder_wrapper")) > 0.2, "so do honest back-ends"


@of("traces_washed_and_graded")
def test_traces_are_replayed_and_graded(world: World) -> None:
    holds(world)
    assert world.asked_by_several(world.harvest) > 0.02
    assert share(pc.match_substring_regex(world.harvest["prompt"], r"(?i)trace|steps|thought|notes")) > 0.25
    assert share(pc.match_substring_regex(world.harvest["prompt"], r"(?i)score|mark|rate|judge|reply")) > 0.1


@of("four_samples_by_four_accounts")
def test_tasks_are_sampled_by_several_accounts(world: World) -> None:
    holds(world)
    assert world.asked_by_several(world.harvest) > 0.2
    assert world.asked_by_several(world.of("resident").filter(pc.is_null(world.of("resident")["parent_key"]))) < 0.1
    whole = micros(world.all["timestamp"])
    assert micros(world.harvest["timestamp"]).max() < whole.max() - 0.05 * (whole.max() - whole.min()), "the budget ends"


@of("corpus_in_seven_tongues")
def test_many_tongues(world: World) -> None:
    holds(world)
    things = ["|".join(words()[f"{tongue}.thing"]) for tongue in TONGUES[1:]]
    heard = [share(pc.match_substring_regex(world.harvest["prompt"], thing)) for thing in things]
    assert sum(part > 0.02 for part in heard) >= 6


@of("drip_under_cover")
def test_a_drip_is_slow_and_covered(world: World) -> None:
    holds(world)
    dated = world.harvest.append_column("date", pc.day_of_year(world.harvest["timestamp"]))
    days = dated.group_by(["account_id", "date"]).aggregate([("event_id", "count")])
    assert pc.mean(days["event_id_count"]).as_py() < 7
    theirs = pc.sum(pc.is_valid(world.events["campaign"])).as_py()
    assert theirs - len(world.harvest) > 0.1 * theirs
    assert len(world.fake) >= 20


@of("pool_split_without_template")
def test_a_pool_is_dealt_once(world: World) -> None:
    holds(world)
    openings = world.harvest.filter(pc.is_null(world.harvest["parent_key"]))
    assert world.asked_by_several(openings) < 0.03
    assert len(openings["prompt"].unique()) > 0.7 * len(openings)


@of("bought_from_a_seller_of_accounts")
def test_bought_accounts_are_of_the_seller_that_others_buy_from(world: World) -> None:
    holds(world)
    start = micros(world.all["timestamp"]).min()
    lots = np.unique(micros(world.fake["created_at"]) // DAY_US)
    assert np.median((start - micros(world.fake["created_at"])) / DAY_US) > 50
    buyers = world.innocent.filter(pc.equal(world.innocent["kind"], "buyers_of_accounts"))
    theirs = micros(buyers["created_at"]) // DAY_US
    assert np.mean(np.isin(theirs, [lots - 1, lots, lots + 1])) > 0.4
    assert micros(world.harvest["timestamp"]).min() > start + DAY_US
