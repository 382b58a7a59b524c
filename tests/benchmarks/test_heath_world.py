"""What the scenarios of the heath world say of their operators and crowds is true in the tables."""

from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.heath_world import SCENARIOS, SIZES, generate, seasons
from benchmarks.heath_world.chance import below, hexes, mix, pick, unit
from benchmarks.heath_world.crews import CREWS
from benchmarks.heath_world.crowds import CROWDS, WHY
from benchmarks.heath_world.firms import Firm
from benchmarks.heath_world.ledger import FRAMES, SORTS, Cast
from benchmarks.heath_world.parties import Draw, Group, Habit
from benchmarks.heath_world.places import CLIENTS, CODES, HOURS, NETS, POOLS, addresses
from benchmarks.heath_world.seasons import EASY, HARD, MEDIUM, NOBODY, SEASONS
from benchmarks.heath_world.tongue import TONGUES, TOPICS, WORKS, expand, lexicon

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED = 4_000
MORE = {
    "three_shifts_round_the_clock": 25_000, "tutorials_contests_and_benchmarks": 12_000, "two_pools_one_list": 12_000,
    "three_asks_a_day": 12_000,
}
"""Requests of a world: as few as show what its scenario says; three shifts need people for each, openings seen twice or hardly, many."""
DRAWN = {"feast_days_on_one_carrier", "assignment_distil_a_model", "mills_markets_and_lists"}
"""Scenarios of innocents of whom no test here says more: none of their worlds is made; their parties are drawn like all others'."""
WITH_CREWS = [name for name, season in SEASONS.items() if season.crew]


class Made:
    """One generated world: its tables, and requests with who is behind them, each read or joined when it is first asked for."""

    def __init__(self, folder: Path, counts: dict[str, int]) -> None:
        self.folder, self.counts = folder, counts

    @cached_property
    def all(self) -> pa.Table:
        return pq.read_table(self.folder / "events")

    @cached_property
    def truth(self) -> pa.Table:
        return pq.read_table(self.folder / "truth.parquet")

    @cached_property
    def registry(self) -> pa.Table:
        return pq.read_table(self.folder / "accounts.parquet")

    @cached_property
    def events(self) -> pa.Table:
        harvest = pq.read_table(self.folder / "truth_events.parquet").rename_columns({"campaign": "harvest"})
        return self.all.join(self.truth, "account_id").join(harvest, "event_id").sort_by("timestamp")

    @cached_property
    def harvest(self) -> pa.Table:
        return self.events.filter(pc.is_valid(self.events["harvest"]))

    @cached_property
    def accounts(self) -> pa.Table:
        return self.registry.join(self.truth.rename_columns({"kind": "crowd"}), "account_id")

    @cached_property
    def fake(self) -> pa.Table:
        return self.accounts.filter(pc.is_valid(self.accounts["campaign"]))

    @cached_property
    def honest(self) -> pa.Table:
        return self.accounts.filter(pc.is_null(self.accounts["campaign"]))

    def of(self, crowd: str) -> pa.Table:
        """Accounts of a crowd."""
        return self.accounts.filter(pc.equal(self.accounts["crowd"], crowd))

    def asked_by(self, crowd: str) -> pa.Table:
        """Requests of a crowd."""
        return self.events.filter(pc.equal(self.events["kind"], crowd))

    def own(self) -> pa.Table:
        """What the crew's accounts do beside the harvest."""
        return self.events.filter(pc.and_(pc.is_valid(self.events["campaign"]), pc.is_null(self.events["harvest"])))

    def handed_over(self, events: pa.Table) -> float:
        """Share of later turns whose turn before was another account's."""
        of = dict(zip(self.all["context_key"].to_pylist(), self.all["account_id"].to_pylist(), strict=True))
        later = events.filter(pc.is_valid(events["parent_key"]))
        pairs = zip(later["parent_key"].to_pylist(), later["account_id"].to_pylist(), strict=True)
        return float(np.mean([of.get(parent, account) != account for parent, account in pairs]))


def asked(scenario: str) -> int:
    return min(MORE.get(scenario, ASKED), SIZES[scenario])


def distinct(column: pa.ChunkedArray) -> int:
    return len(pc.unique(column.drop_null()))


def share(mask: pa.Array) -> float:
    return float(pc.mean(pc.cast(pc.fill_null(mask, False), pa.float64())).as_py())


def openings(events: pa.Table) -> pa.Table:
    return events.filter(pc.and_(pc.is_null(events["parent_key"]), pc.equal(events["status"], 200)))


@pytest.fixture(scope="module")
def world(simulated: Callable[..., tuple[Path, dict[str, int]]]) -> Callable[[str], Made]:
    """``world(scenario)``: generated once; the tables of the last world that was asked for alone are in memory."""
    return lru_cache(maxsize=1)(lambda scenario: Made(*simulated(generate, scenario, 5, asked(scenario))))


def test_scenarios_are_as_many_and_as_broad_as_told() -> None:
    every = SEASONS.values()
    assert len(SCENARIOS) == len(SIZES) == 20
    assert sum(not season.crew for season in every) == 10
    levels = [season.level for season in every if season.crew]
    assert [levels.count(level) for level in (EASY, MEDIUM, HARD)] == [3, 4, 3]
    assert all((season.level == NOBODY) == (not season.crew) for season in every)
    assert all(20_000 <= season.requests <= 200_000 and 500 <= season.accounts <= 12_000 and 3 <= season.days <= 40 for season in every)
    assert len(CROWDS) == len(WHY) >= 45
    assert {name for season in every for name in season.beside} <= CROWDS.keys()
    assert set().union(*seasons.STRANGERS.values()) <= CROWDS.keys()
    assert not any(set(season.beside) & seasons.STRANGERS[season.house] for season in every)
    assert {season.crew for season in every if season.crew} == CREWS.keys()


def test_the_readme_lists_every_crowd() -> None:
    readme = (Path(seasons.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in readme for name in CROWDS)


@pytest.mark.parametrize("seed", range(4))
def test_parties_are_what_they_are_said_to_be(seed: int) -> None:
    seen = set()
    for name, season in SEASONS.items():
        parties = seasons.cast(season, np.random.default_rng([seed, len(name)]), 1.0)
        crew = [group for group in parties if group.campaign]
        assert bool(crew) == bool(season.crew), name
        for group in crew:
            rate = sum(habit.rate * (1 + habit.turns) for habit in group.habits if habit.harvest)
            assert 15 <= group.size <= 500, name
            assert 2 <= rate <= 600, name
        ordinary = sum(group.size for group in parties if group.label == "resident")
        assert ordinary >= (1 - season.most_crowded - 0.16) * season.accounts, name
        assert season.most_crowded > 0.45 or ordinary >= 0.5 * sum(group.size for group in parties), name
        labels = [group.label for group in parties]
        assert set(season.beside) <= set(labels), name
        assert all(group.size >= 8 for group in parties if group.label in CROWDS), name
        seen |= {group.label for group in parties if not group.campaign}
        for group in parties:
            known(group, season.firm)
    assert len(seen & CROWDS.keys()) >= 55


def known(group: Group, firm: Firm) -> None:
    """Every name that a group uses is one that the simulator knows."""
    assert any(habit.harvest for habit in group.habits) == bool(group.campaign)
    assert set(group.homes) <= CODES.keys()
    assert group.label in CROWDS or group.label in CREWS or group.label in ("resident", "agency_staff")
    for habit in group.habits:
        assert set(habit.works) <= set(WORKS)
        assert set(habit.clients) <= CLIENTS.keys()
        assert set(habit.nets) <= set(NETS)
        assert set(habit.topics) <= set(TOPICS)
        assert habit.hours in HOURS
        assert habit.frame in FRAMES
        assert habit.system in SORTS
        assert habit.pool in POOLS or habit.pool.startswith("private:") or not habit.pool
    assert firm.models


def test_operators_differ_by_seed() -> None:
    for name in WITH_CREWS:
        season = SEASONS[name]
        crews = [
            CREWS[season.crew](Draw(np.random.default_rng(s), float(season.days), season.accounts, season.requests)) for s in range(12)
        ]
        sizes = [sum(group.size for group in crew if group.campaign) for crew in crews]
        rates = [max(habit.rate for group in crew for habit in group.habits if habit.harvest) for crew in crews]
        assert len(set(sizes)) >= 6, name
        assert max(rates) > 1.5 * min(rates), name


@pytest.mark.parametrize("name", [name for name in SEASONS if name not in DRAWN])
def test_tables_are_what_the_business_logs(name: str, world: Callable[[str], Made]) -> None:
    made, season = world(name), SEASONS[name]
    EVENTS.conform(made.all)
    ACCOUNTS.conform(made.registry)
    TRUTH.conform(made.truth)
    assert not {*made.all.column_names, *made.registry.column_names} & season.firm.lacks
    assert {*made.all.column_names, *made.registry.column_names} >= {*EVENTS.names, *ACCOUNTS.names} - season.firm.lacks - {"org_id"}
    assert 0.7 * asked(name) < made.counts["events"] < 1.4 * asked(name)
    assert (made.counts["fake"] > 0) == (made.counts["harvested"] > 0) == bool(season.crew)
    assert set(pc.unique(made.all["access_path"]).to_pylist()) <= set(season.firm.paths)
    if season.firm.orgs == "all":
        assert made.registry["org_id"].null_count == 0


@pytest.mark.parametrize("name", [name for name in SEASONS if name not in DRAWN])
def test_a_request_is_written_down_as_a_gateway_would(name: str, world: Callable[[str], Made]) -> None:
    events = world(name).all
    good = pc.equal(events["status"], 200)
    assert pc.all(pc.equal(pc.is_valid(events["response"]), good)).as_py()
    assert pc.sum(events.filter(pc.invert(good))["output_tokens"]).as_py() == 0
    assert 0.004 < 1 - share(good) < 0.08
    if "cached_tokens" in events.column_names:
        assert pc.all(pc.less_equal(events["cached_tokens"], events["input_tokens"])).as_py()
    if "reasoning_tokens" in events.column_names:
        assert pc.all(pc.less_equal(events["reasoning_tokens"], events["output_tokens"])).as_py()
    for text in ("prompt", "response", "system"):
        assert not pc.any(pc.match_substring_regex(events[text], r"\{[@#a-z]")).as_py()
    assert pc.min(pc.utf8_length(events["prompt"])).as_py() > 0
    if "ip" in events.column_names and not SEASONS[name].firm.masked:
        assert pc.all(pc.match_substring_regex(events["ip"].drop_null(), r"^\d{1,3}(\.\d{1,3}){3}$")).as_py()


@pytest.mark.parametrize(
    "name", ["closed_and_reopened_overnight", "two_pools_one_list", "appeals_after_a_launch_week", "bought_aged_accounts"]
)
def test_nobody_asks_before_the_account_is_opened_or_after_it_is_banned(name: str, world: Callable[[str], Made]) -> None:
    made = world(name)
    both = made.all.select(["account_id", "timestamp"]).join(made.registry.select(["account_id", "created_at", "banned_at"]), "account_id")
    assert pc.all(pc.greater_equal(both["timestamp"], both["created_at"])).as_py()
    assert pc.all(pc.fill_null(pc.less_equal(both["timestamp"], both["banned_at"]), True)).as_py()
    assert made.registry["banned_at"].null_count < len(made.registry)


def test_the_new_model_is_not_asked_before_its_release(world: Callable[[str], Made]) -> None:
    for name in ("appeals_after_a_launch_week", "two_pools_one_list"):
        made = world(name)
        new = made.all.filter(pc.equal(made.all["model"], SEASONS[name].firm.models[-1]))
        out = max(r["released_at"] for r in seasons.make(name, 5, 1000).releases)
        assert len(new) > 50
        assert pc.min(new["timestamp"]).as_py() >= pa.scalar(out).cast(pa.timestamp("us", "UTC")).as_py()


def test_the_same_opening_has_the_same_context(world: Callable[[str], Made]) -> None:
    events = world("tutorials_contests_and_benchmarks").all
    first = events.filter(pc.is_null(events["parent_key"]))
    text = pc.binary_join_element_wise(pc.fill_null(first["system"], ""), first["prompt"], "\0")
    pairs = pa.table({"text": text, "context": first["context_key"]})
    assert distinct(pairs["text"]) == distinct(pairs["context"]) == len(pairs.group_by(["text", "context"]).aggregate([]))
    assert distinct(pairs["text"]) < 0.9 * len(pairs)


def test_innocents_alone_have_no_campaign(world: Callable[[str], Made]) -> None:
    for name in SEASONS.keys() - set(WITH_CREWS) - DRAWN:
        made = world(name)
        assert made.truth["campaign"].null_count == len(made.truth)
        assert len(made.harvest) == 0
        assert distinct(made.truth["kind"]) >= 9
        assert set(SEASONS[name].beside) <= set(made.truth["kind"].to_pylist())


def test_crowds_have_in_common_what_makes_them_alike(world: Callable[[str], Made]) -> None:
    launch = world("appeals_after_a_launch_week")
    families = launch.of("families")
    assert distinct(families["payment_hash"]) < 0.75 * (len(families) - families["payment_hash"].null_count)
    newcomers = np.sort(launch.of("launch_week_newcomers")["created_at"].cast(pa.int64()).to_numpy())
    assert newcomers[int(0.9 * len(newcomers)) - 1] - newcomers[len(newcomers) // 10] < 4 * 86_400_000_000
    shifts = world("three_shifts_round_the_clock")
    hours = np.bincount(pc.hour(shifts.asked_by("claims_back_office")["timestamp"]).to_numpy(), minlength=24)
    assert hours.min() > 0.2 * hours.mean()
    assert distinct(shifts.of("claims_back_office")["org_id"]) == 1
    readers = openings(world("tutorials_contests_and_benchmarks").asked_by("tuning_tutorial_readers"))
    script = readers.filter(pc.equal(readers["temperature"], pa.scalar(0.7, pa.float32())))
    assert distinct(script["prompt"]) < 0.6 * len(script)
    tenants = world("one_template_many_keys").of("account_per_tenant")
    assert distinct(tenants["payment_hash"]) == distinct(tenants["org_id"]) == 1
    firms = world("quarter_end_backfills")
    assert firms.handed_over(firms.asked_by("failover_firms")) > 0.1
    assert firms.handed_over(firms.asked_by("resident")) < 0.01
    resold = world("distributors_and_their_customers").of("customers_of_a_reseller")
    assert set(resold["access_type"].to_pylist()) == {"passthrough"}


def test_gift_card_crews_share_cards_and_a_script(world: Callable[[str], Made]) -> None:
    made = world("gift_cards_and_one_script")
    assert distinct(made.fake["campaign"]) == 2
    for campaign in ("campaign-1", "campaign-2"):
        mine = made.harvest.filter(pc.equal(made.harvest["harvest"], campaign))
        assert distinct(mine["temperature"]) == 1
        cards = made.fake.filter(pc.equal(made.fake["campaign"], campaign))["payment_hash"]
        assert distinct(cards) <= 0.5 * len(cards)
        assert distinct(mine["user_agent"]) == 1
    loads = made.harvest.group_by(["harvest", "account_id"]).aggregate([("event_id", "count")])
    for campaign in ("campaign-1", "campaign-2"):
        each = loads.filter(pc.equal(loads["harvest"], campaign))["event_id_count"].to_numpy()
        assert each.std() / each.mean() < 0.6


def test_trial_accounts_are_used_up_one_after_the_other(world: Callable[[str], Made]) -> None:
    made = world("student_gang_on_trial_credit")
    assert set(made.fake["plan"].to_pylist()) == {"trial"}
    assert distinct(made.fake["email_hash"]) < 0.6 * len(made.fake)
    assert distinct(made.honest["email_hash"]) > 0.7 * len(made.honest)
    span = made.harvest.group_by("account_id").aggregate([("timestamp", "min"), ("timestamp", "max")])
    used = span["timestamp_max"].cast(pa.int64()).to_numpy() - span["timestamp_min"].cast(pa.int64()).to_numpy()
    assert used.max() < 6 * 86_400_000_000
    assert distinct(pc.strftime(made.fake["created_at"], "%Y-%m-%d")) >= 4


def test_who_is_shut_out_comes_back(world: Callable[[str], Made]) -> None:
    made = world("closed_and_reopened_overnight")
    banned = made.fake.filter(pc.is_valid(made.fake["banned_at"]))
    assert len(banned) >= 0.25 * len(made.fake)
    assert share(pc.is_valid(made.honest["banned_at"])) < 0.1
    born = made.fake["created_at"].cast(pa.int64()).to_numpy()
    gaps = [np.min((born - at)[born > at], initial=10**14) for at in banned["banned_at"].cast(pa.int64()).to_numpy()]
    assert np.median(gaps) < 12 * 3_600_000_000


def test_the_judges_grade_from_lines_of_strangers(world: Callable[[str], Made]) -> None:
    made = world("judge_for_rent")
    graded = pc.match_substring_regex(
        openings(made.harvest)["prompt"], r"(?i)score|verdict|mark|better|sound|rate|pun|nota|note|mejor|melhor|besser|calif"
    )
    assert share(graded) > 0.6
    assert distinct(made.harvest["ip"]) > 0.8 * distinct(made.harvest["account_id"])


def test_the_chat_site_hands_its_users_over(world: Callable[[str], Made]) -> None:
    made = world("chat_site_resells_and_keeps")
    relayed = made.harvest.filter(pc.is_valid(made.harvest["system"]))
    assert len(relayed) > 0.4 * len(made.harvest)
    assert distinct(relayed["system"]) <= 3
    assert made.handed_over(relayed) > 0.15
    assert made.harvest.filter(pc.is_null(made.harvest["system"]))["parent_key"].null_count > 0


def test_the_front_serves_clients_too(world: Callable[[str], Made]) -> None:
    made = world("agency_front_with_clients")
    org = pc.unique(made.fake["org_id"])
    assert len(org) == 1
    kin = made.honest.filter(pc.is_in(made.honest["org_id"], org))
    assert set(kin["crowd"].to_pylist()) == {"agency_staff"}
    assert len(made.own()) > 50


def test_the_second_pool_goes_on_with_the_list(world: Callable[[str], Made]) -> None:
    made = world("two_pools_one_list")
    banned = share(pc.is_valid(made.fake["banned_at"]))
    assert 0.2 < banned < 0.9
    shut = pc.is_in(made.harvest["account_id"], made.fake.filter(pc.is_valid(made.fake["banned_at"]))["account_id"])
    first, second = made.harvest.filter(shut), made.harvest.filter(pc.invert(shut))
    late = second.filter(pc.greater(second["timestamp"], pc.max(first["timestamp"])))
    assert len(late) > 0.5 * len(second)
    for part in (first, late):
        asked = openings(part)
        assert distinct(asked["prompt"]) > 0.9 * len(asked)


def test_aged_accounts_had_another_life(world: Callable[[str], Made]) -> None:
    made = world("bought_aged_accounts")
    start = pc.min(made.all["timestamp"])
    assert share(pc.less(made.fake["created_at"], start)) == 1
    own = made.own()
    assert pc.min(own["timestamp"]).as_py() < pc.min(made.harvest["timestamp"]).as_py()
    assert distinct(own["account_id"]) > 0.6 * len(made.fake)
    cards = made.fake["payment_hash"]
    assert distinct(cards) == len(cards) - cards.null_count


def test_workers_ask_by_hand(world: Callable[[str], Made]) -> None:
    made = world("gig_workers_by_hand")
    assert share(pc.match_substring_regex(made.harvest["user_agent"], "Mozilla|ModelApp")) == 1
    assert set(made.harvest["access_path"].to_pylist()) == {"app"}
    assert made.harvest["temperature"].null_count == len(made.harvest)
    assert len(made.own()) > 0.05 * len(made.harvest)


def test_hundreds_ask_a_little(world: Callable[[str], Made]) -> None:
    made = world("three_asks_a_day")
    loads = made.harvest.group_by("account_id").aggregate([("event_id", "count")])["event_id_count"].to_numpy()
    assert 1 < loads.mean() / SEASONS["three_asks_a_day"].days < 4.5
    asked = openings(made.harvest)
    assert distinct(asked["prompt"]) > 0.9 * len(asked)
    assert pc.days_between(pc.min(made.harvest["timestamp"]), pc.max(made.harvest["timestamp"])).as_py() > 35


def test_every_tongue_has_words_for_every_work() -> None:
    keys, topics = mix(7, np.arange(400)), below(mix(9, np.arange(400)), len(TOPICS))
    for tongue in TONGUES:
        words = lexicon(tongue)
        assert all(words[f"noun.{topic}"] for topic in TOPICS)
        for work in WORKS:
            for section in (f"do.{work}", f"say.{work}"):
                text = expand(tongue, section, keys, topics)
                part = np.array([5, 3, 77])
                assert text.take(pa.array(part)).equals(expand(tongue, section, keys[part], topics[part])), (tongue, section)
                assert "{" not in "".join(text.to_pylist()).replace("{'", "")
    assert distinct(pa.chunked_array([expand("en", "do.reason", keys, topics)])) > 380


def test_a_tagged_slot_is_the_same_word_throughout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lexicon("en"), "both", ["{name=a} {name=a} {name}"])
    text = [line.split() for line in expand("en", "both", mix(1, np.arange(50)), np.zeros(50, np.int64)).to_pylist()]
    assert all(first == second for first, second, _ in text)
    assert any(first != third for first, _, third in text)


def test_scopes_say_who_has_something_in_common() -> None:
    group = Group("families", 60, (Habit(1.0, {"chat": 1.0}),), unit=4, exact=True)
    cast = Cast(group, 0, 1, SEASONS["judge_for_rent"].firm, 10)
    counts = {scope: len(np.unique(cast.scope(scope))) for scope in ("own", "unit", "group", "lot5", "few3")}
    assert counts == {"own": 60, "unit": 15, "group": 1, "lot5": 12, "few3": 3}
    other = Cast(group, 1, 1, SEASONS["judge_for_rent"].firm, 10)
    assert set(cast.scope("public5").tolist()) == set(other.scope("public5").tolist())
    assert not set(cast.scope("unit").tolist()) & set(other.scope("unit").tolist())


def test_chance_by_key_is_even() -> None:
    keys = mix(3, np.arange(20_000))
    assert len(np.unique(keys)) == len(pc.unique(hexes(keys))) == 20_000
    assert abs(unit(keys).mean() - 0.5) < 0.01
    assert abs((pick(keys, (3, 1)) == 1).mean() - 0.25) < 0.015


def test_networks_are_what_they_are_called() -> None:
    n = 300
    account, one, talk = mix(1, np.arange(n)), mix(2, np.zeros(n)), mix(3, np.arange(n))
    day, country = np.full(n, 20_500), np.zeros(n, np.int64)
    shown = {name: addresses(np.full(n, i), 11, account, one, one, talk, day, country)[0] for i, name in enumerate(NETS)}
    assert (shown["none"] == -1).all()
    assert len(np.unique(shown["office"])) == len(np.unique(shown["unit_home"])) == 1
    assert len(np.unique(shown["group_server"])) <= 3
    assert len(np.unique(shown["campus"])) <= 7
    for own in ("home", "server", "sticky", "resold"):
        assert len(np.unique(shown[own])) > 0.98 * n, own
