"""What the scenarios of the shoal world say of their operators is true in the tables."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.shoal_world import SCENARIOS, SIZES, generate, scenarios
from benchmarks.shoal_world.crowds import CROWDS, LISTED
from benchmarks.shoal_world.days import HOURS, PATHS, TIERS
from benchmarks.shoal_world.draw import Draw
from benchmarks.shoal_world.numbers import choose, mixed, unit
from benchmarks.shoal_world.people import ORDINARY, Group
from benchmarks.shoal_world.places import COUNTRIES, KINDS, NETS
from benchmarks.shoal_world.speech import FRAMES, LOCAL, OF, SYSTEMS, TONGUES, WORKS
from benchmarks.worlds import sections

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED = 4000
MORE = {"a_dozen_keys_flat_out": 30_000, "banned_by_noon_back_by_dusk": 9000, "split_pool_no_overlap": 9000}
"""where what is said is of a rate, or of half of the accounts beside many that are replaced"""
DAY_US = 86_400_000_000
MAILS = ["public", "work", "house", "campus", "throwaway"]


class World:
    """One generated world: its tables, and the requests of campaigns with who is behind them."""

    def __init__(self, scenario: str, folder: Path) -> None:
        self.asked = MORE.get(scenario, ASKED)
        self.counts = generate(scenario, folder, 3, self.asked)
        self.all = pq.read_table(folder / "events")
        self.registry = pq.read_table(folder / "accounts.parquet")
        self.truth = pq.read_table(folder / "truth.parquet")
        harvest = pq.read_table(folder / "truth_events.parquet").rename_columns({"campaign": "harvest"})
        self.events = self.all.join(self.truth, "account_id").join(harvest, "event_id").sort_by("timestamp")
        self.harvest = self.events.filter(pc.is_valid(self.events["harvest"]))
        self.fake = self.registry.join(self.truth, "account_id").filter(pc.is_valid(pc.field("campaign")))

    def of(self, kind: str) -> pa.Table:
        """All requests of accounts of a kind."""
        return self.events.filter(pc.equal(self.events["kind"], kind))

    def handed_over(self, events: pa.Table) -> float:
        """Share of later turns whose turn before was another account's."""
        of = dict(zip(self.all["context_key"].to_pylist(), self.all["account_id"].to_pylist(), strict=True))
        later = events.filter(pc.is_valid(events["parent_key"]))
        pairs = zip(later["parent_key"].to_pylist(), later["account_id"].to_pylist(), strict=True)
        return float(np.mean([of.get(parent, account) != account for parent, account in pairs]))

    def a_day(self) -> float:
        """Harvested requests of an account on a day on which it has any."""
        dated = self.harvest.append_column("date", pc.day_of_year(self.harvest["timestamp"]))
        return float(pc.mean(dated.group_by(["account_id", "date"]).aggregate([("event_id", "count")])["event_id_count"]).as_py())


def us(column: pa.ChunkedArray) -> np.ndarray:
    return column.drop_null().cast(pa.int64()).to_numpy()


def openings(events: pa.Table) -> pa.Table:
    """First turns that were answered."""
    return events.filter(pc.and_(pc.is_null(events["parent_key"]), pc.equal(events["status"], 200)))


def test_scenarios_are_as_many_and_as_broad_as_told() -> None:
    every = scenarios.SCENARIOS.values()
    assert len(SCENARIOS) == len(SIZES) == 20
    assert sum(scenario.crews is None for scenario in every) == 6
    levels = [scenario.level for scenario in every if scenario.crews]
    assert sorted(map(levels.count, (scenarios.EASY, scenarios.MEDIUM, scenarios.HARD))) == [4, 5, 5]
    assert all((scenario.level == scenarios.NOBODY) == (scenario.crews is None) for scenario in every)
    assert sum(not scenario.business.lacks for scenario in every) >= len(SCENARIOS) / 2
    assert all(700 <= scenario.business.accounts <= 14_000 and 25_000 <= scenario.business.requests <= 250_000 for scenario in every)
    assert all(5 <= scenario.business.days[0] <= scenario.business.days[1] <= 40 for scenario in every)
    assert set(LISTED) <= CROWDS.keys()
    assert len(CROWDS) - len(LISTED) >= 20
    assert {name for scenario in every for name in scenario.beside} <= CROWDS.keys()


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_drawn_from_what_is_known(seed: int) -> None:
    d = Draw(np.random.default_rng(seed), 20)
    crews = [group for scenario in scenarios.SCENARIOS.values() if scenario.crews for group in scenario.crews(d)]
    crowds = {name: make(d) for name, make in CROWDS.items()}
    assert all(group.label == name and not group.campaign for name, group in crowds.items())
    assert all(8 <= group.size <= 900 for group in crowds.values())
    assert all(group.campaign and 12 <= group.size <= 600 and 2 <= group.rate <= 500 for group in crews)
    for group in [*crews, *crowds.values()]:
        known(group)


def known(group: Group) -> None:
    """Every name that a group uses is one that the simulator knows; a misspelt one would stop a world that draws it."""
    for mix, names in (
        (group.works, WORKS), (group.clients, KINDS), (group.nets, NETS), (group.models, TIERS), (group.tongues or {}, TONGUES),
        (group.paths or {}, PATHS), (group.countries or {}, COUNTRIES), (group.mail, MAILS),
    ):
        assert set(mix) <= set(names)
    assert group.clock in {*HOURS, "windows", "clockwork"}
    assert not group.frame or group.frame in FRAMES
    assert not group.system or group.system in SYSTEMS
    assert group.sampling in {"default", "own", "house", "talk"}
    assert group.tasks in {"free", "public", "assigned", "pool"}
    assert group.joined in {"ages", "lately", "burst", "lots"}


# --- What is said of each crew --------------------------------------------------------------------------------------


def purse(world: World) -> None:
    cards = world.fake["payment_hash"].drop_null()
    assert len(cards.unique()) <= 0.5 * len(cards)
    opened = us(world.fake["created_at"])
    assert opened.max() - opened.min() < 6 * DAY_US
    sent = np.array(list(Counter(world.harvest["account_id"].to_pylist()).values()))
    assert sent.std() / sent.mean() < 0.6


def sentence(world: World) -> None:
    first, rest = world.of("harvest_sentence"), world.of("harvest_sentence_rest")
    texts = first["system"].value_counts().to_pylist()
    assert max(row["counts"] for row in texts) > 0.95 * len(first)
    assert pc.max(first["timestamp"]).as_py() <= pc.min(rest["timestamp"]).as_py()
    assert 0.15 < rest["harvest"].null_count / len(rest) < 0.8
    assert len(world.fake["banned_at"].drop_null()) >= 3


def undead(world: World) -> None:
    banned, opened = np.sort(us(world.fake["banned_at"])), us(world.fake["created_at"])
    assert len(banned) > 0.4 * len(world.fake)
    after = opened[opened > banned[0]]
    assert len(after) >= 5
    wait = after - banned[np.searchsorted(banned, after) - 1]
    assert np.median(wait) < DAY_US


def throttle(world: World) -> None:
    assert 12 <= len(world.fake) <= 33
    assert world.a_day() > 45
    assert world.harvest["tools_key"].null_count < 0.35 * len(world.harvest)
    begins = us(world.harvest.group_by("account_id").aggregate([("timestamp", "min")])["timestamp_min"])
    assert begins.max() - begins.min() < 1.5 * DAY_US


def bidders(world: World) -> None:
    assert set(world.fake["campaign"].to_pylist()) == {"crew_marks", "crew_tongues", "crew_code"}
    assert heard(world.of("harvest_tongues")) >= 2
    code = world.of("harvest_code")
    assert code["tools_key"].null_count < 0.5 * len(code)
    marks = openings(world.of("harvest_marks"))["prompt"]
    assert pc.mean(pc.match_substring_regex(marks, "(?i)score|rubric|marks|rate|judge|compare").cast(pa.float64())).as_py() > 0.6


def moves(world: World) -> None:
    new = pc.ends_with(world.harvest["model"], "-grand-4")
    released = pc.min(world.harvest.filter(new)["timestamp"])
    after = world.harvest.filter(pc.greater(world.harvest["timestamp"], released))
    assert 0.25 < pc.mean(pc.ends_with(after["model"], "-grand-4").cast(pa.float64())).as_py() < 0.95
    assert world.harvest["tools_key"].null_count < 0.6 * len(world.harvest)


def upstream(world: World) -> None:
    assert world.handed_over(world.harvest) > 0.1
    assert world.handed_over(world.of(ORDINARY)) < 0.01  # two people may open with the same words
    assert {"contracted_reseller", "wrapper_app"} <= set(world.truth["kind"].to_pylist())


def laundered(world: World) -> None:
    answers = {text.split(". ")[0] for text in world.harvest["response"].drop_null().to_pylist()}
    answers = {text for text in answers if len(text) > 40}
    prompts = openings(world.harvest)["prompt"].to_pylist()
    assert np.mean([any(text in prompt for text in answers) for prompt in prompts]) > 0.04


def quota(world: World) -> None:
    assert heard(world.harvest) >= 5
    exits = world.harvest.group_by("account_id").aggregate([("ip", "count_distinct")])["ip_count_distinct"]
    assert pc.mean(exits).as_py() < 2.5


def heard(events: pa.Table) -> int:
    """Tongues other than English in at least a twentieth of the opening prompts."""
    said = sections(OF / "tongues.txt")
    prompts = openings(events)["prompt"]
    every = [[thing for topic in range(LOCAL) for thing in said[f"thing.{topic}.{tongue}"]] for tongue in TONGUES[1:]]
    things = ["|".join(thing for thing in words if len(thing) > 3 or not thing.isascii()) for words in every]
    return sum(pc.mean(pc.match_substring_regex(prompts, thing).cast(pa.float64())).as_py() > 0.04 for thing in things)


def supplied(world: World) -> None:
    assert {"harvest_supplied", "harvest_supplied_more"} <= set(world.truth["kind"].to_pylist())
    days = us(world.fake["created_at"]) // DAY_US
    assert len(set(days.tolist())) <= 0.7 * len(days)
    assert len(set(world.fake["campaign"].to_pylist())) == 1


def split(world: World) -> None:
    asked = openings(world.harvest).select(["account_id", "prompt"])
    assert len(asked["prompt"].unique()) > 0.95 * len(asked)
    cards = world.fake["payment_hash"].drop_null()
    assert len(cards.unique()) == len(cards)
    assert len(world.harvest["user_agent"].unique()) >= 4


def slow(world: World) -> None:
    assert world.a_day() < 9
    theirs = world.of("harvest_slow")
    assert 0.15 < theirs["harvest"].null_count / len(theirs) < 0.75


def seats(world: World) -> None:
    theirs = world.of("harvest_seats")
    assert 0.25 < theirs["harvest"].null_count / len(theirs) < 0.85


def floors(world: World) -> None:
    assert set(world.of("harvest_floors")["access_path"].to_pylist()) == {"api"}
    assert set(world.of("harvest_floors_cloud")["access_path"].to_pylist()) <= {"cloud_north", "cloud_south"}
    assert set(world.fake["campaign"].to_pylist()) == {"crew_floors"}


SAID: dict[str, Callable[[World], None]] = {
    "one_purse_many_keys": purse, "same_sentence_everywhere": sentence, "banned_by_noon_back_by_dusk": undead,
    "a_dozen_keys_flat_out": throttle,
    "three_bidders_one_season": bidders, "queue_moves_on_release_day": moves, "users_resold_upstream": upstream, "trace_laundry": laundered,
    "quota_for_each_tongue": quota, "suppliers_sent_identities": supplied, "split_pool_no_overlap": split, "slow_burn_small_talk": slow,
    "seats_rented_by_the_week": seats, "two_floors_one_friday": floors,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_world_is_what_its_scenario_says(name: str, tmp_path: Path) -> None:
    world = World(name, tmp_path)
    scenario = scenarios.SCENARIOS[name]
    of_the_log(world)
    assert not {*world.all.column_names, *world.registry.column_names} & set(scenario.business.lacks)
    kinds = Counter(world.truth["kind"].to_pylist())
    assert kinds[ORDINARY] >= 0.5 * len(world.truth) - 1
    assert len(kinds) >= 6
    assert 0.7 * world.asked < world.counts["events"] < 1.35 * world.asked
    if name in SAID:
        SAID[name](world)
        assert world.counts["harvested"] == len(world.harvest) > 0.03 * len(world.all)
    else:
        assert world.counts["fake"] == world.counts["harvested"] == 0
        assert set(scenario.beside) <= set(kinds)
        assert not scenario.all_crowds or kinds.keys() == {*CROWDS, ORDINARY}
    if name == "founders_and_their_back_ends":
        own_conversations(world)


def of_the_log(world: World) -> None:
    """What holds in all worlds."""
    EVENTS.conform(world.all)
    ACCOUNTS.conform(world.registry)
    TRUTH.conform(world.truth)
    good = pc.equal(world.all["status"], 200)
    assert pc.all(pc.equal(pc.is_valid(world.all["response"]), good)).as_py()
    assert pc.sum(world.all.filter(pc.invert(good))["output_tokens"]).as_py() == 0
    assert 0.003 < 1 - pc.mean(good.cast(pa.float64())).as_py() < 0.05
    assert pc.all(pc.less_equal(world.all["cached_tokens"], world.all["input_tokens"])).as_py()
    assert pc.all(pc.less_equal(world.all["reasoning_tokens"], world.all["output_tokens"])).as_py()
    dates = world.registry.select([name for name in ("account_id", "created_at", "banned_at") if name in world.registry.column_names])
    both = world.all.select(["account_id", "timestamp"]).join(dates, "account_id")
    assert pc.all(pc.fill_null(pc.less_equal(both["timestamp"], both["banned_at"]), True)).as_py()
    if "created_at" in both.column_names:
        assert pc.all(pc.greater_equal(both["timestamp"], both["created_at"])).as_py()


def own_conversations(world: World) -> None:
    """Conversations of customers who rotate keys move, and stay within the customer."""
    theirs = world.of("key_rotators")
    assert world.handed_over(theirs) > 0.05
    firm = dict(zip(world.all["context_key"].to_pylist(), world.all["org_id"].to_pylist(), strict=True))
    later = theirs.filter(pc.is_valid(theirs["parent_key"]))
    pairs = zip(later["parent_key"].to_pylist(), later["org_id"].to_pylist(), strict=True)
    assert np.mean([firm[parent] == org for parent, org in pairs]) > 0.98
    resold = set(world.truth.filter(pc.field("kind") == "contracted_reseller")["account_id"].to_pylist())
    through = world.registry.filter(pc.field("access_type") == "passthrough")["account_id"].to_pylist()
    assert set(through) == resold


def test_numbers_of_a_thing_are_even_and_fixed() -> None:
    seed = mixed(np.arange(20_000))
    assert abs(unit(seed, 3).mean() - 0.5) < 0.01
    assert (mixed(seed, 4) == mixed(seed, np.full(20_000, 4))).all()
    assert choose(np.array([0.0, 0.49, 0.51, 0.99]), {"b": 1.0, "a": 1.0}, ["a", "b"]).tolist() == [1, 1, 0, 0]
