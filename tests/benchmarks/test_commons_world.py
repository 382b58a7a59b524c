"""What the scenarios of the commons world say of their crowds and operators is true in the tables."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.commons_world import SCENARIOS, SIZES, generate, scenarios, speech
from benchmarks.commons_world.chance import Ints, Numbers, OneOf, Span, below, drawn, mix, pick, unit
from benchmarks.commons_world.crowds import CROWDS
from benchmarks.commons_world.operators import OPERATORS
from benchmarks.commons_world.people import HOURS, Group
from benchmarks.commons_world.places import CLIENTS, NETS
from benchmarks.commons_world.world import MODELS, Log, build

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED = 2500
DAYS = 10
DAY_US = 86_400_000_000
DRAWN = {
    "campus_cloud", "prepaid_corner_store", "gig_desk_host", "agencies_and_their_clients", "counters_and_clinics", "agent_runners",
    "storytellers_app", "season_sellers", "corner_provider",
}
"""Scenarios of innocents of whom no test here says more: none of their worlds is made; their parties are drawn like all others'."""
INNOCENT = [name for name, scenario in scenarios.SCENARIOS.items() if not scenario.operators]


class One:
    """A world of one group and ordinary customers: what is said of the group is seen without the rest."""

    def __init__(self, group: Group, size: int, seed: int = 5, most: float = 8.0) -> None:
        rng = np.random.default_rng(seed)
        mine = replace(drawn(group, rng), size=size)
        others = replace(drawn(scenarios.ORDINARY, rng), size=2 * size)
        rates = np.array([min(mine.rate, most), 2.0])
        world = build([mine, others], Log(DAYS, seed, ()), rng, rates)
        self.events = world.events.join(world.truth, "account_id").join(world.harvest.rename_columns({"campaign": "harvest"}), "event_id")
        self.events = self.events.sort_by("timestamp")
        self.theirs = self.events.filter(pc.equal(self.events["kind"], group.label))
        mine_ids = world.truth.filter(pc.equal(world.truth["kind"], group.label))["account_id"]
        self.people = world.accounts.filter(pc.is_in(world.accounts["account_id"], mine_ids.combine_chunks()))

    def handed(self) -> float:
        """Share of the group's later turns whose turn before was another account's."""
        of = dict(zip(self.events["context_key"].to_pylist(), self.events["account_id"].to_pylist(), strict=True))
        later = self.theirs.filter(pc.is_valid(self.theirs["parent_key"]))
        pairs = zip(later["parent_key"].to_pylist(), later["account_id"].to_pylist(), strict=True)
        return float(np.mean([of.get(parent, account) != account for parent, account in pairs]))

    def openings(self) -> pa.Table:
        """First turns of the group."""
        return self.theirs.filter(pc.is_null(self.theirs["parent_key"]))


def repeated(values: pa.ChunkedArray) -> float:
    """Share of rows whose value is not the first of its kind."""
    return 1 - len(values.unique()) / len(values)


@pytest.fixture(scope="module", params=[name for name in SCENARIOS if name not in DRAWN])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, pa.Table]]:
    """Each scenario whose world is made once, one in memory at a time."""
    folder = tmp_path_factory.mktemp(request.param)
    counts = generate(request.param, folder, 3, ASKED)
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in ("accounts", "truth", "truth_events")}
    tables["events"] = pa.concat_tables([pq.read_table(part) for part in sorted((folder / "events").iterdir())])
    assert counts["events"] == len(tables["events"])
    return request.param, tables


def test_a_scenario_keeps_what_it_says(told: tuple[str, dict[str, pa.Table]]) -> None:
    name, tables = told
    scenario = scenarios.SCENARIOS[name]
    events, accounts, truth = tables["events"], tables["accounts"], tables["truth"]
    EVENTS.conform(events)
    ACCOUNTS.conform(accounts)
    TRUTH.conform(truth)
    there = {f"events.{column}" for column in events.column_names} | {f"accounts.{column}" for column in accounts.column_names}
    assert not there & set(scenario.lacks)
    assert {"events.prompt", "accounts.country"} <= there
    assert 0.5 * ASKED < len(events) < 2 * ASKED
    assert set(pc.unique(events["access_path"]).to_pylist()) <= {*scenario.paths, "northcloud"}
    kinds = truth["kind"].to_pylist()
    assert set(scenario.crowds) <= set(kinds)
    assert kinds.count("ordinary") >= 0.5 * len(kinds)
    campaigns = set(truth["campaign"].drop_null().to_pylist())
    sure = [one for one in scenario.operators if one[0] != "?"]
    assert len(sure) <= len(campaigns) <= len(scenario.operators)
    if not scenario.operators:
        assert not len(tables["truth_events"])
    fake = truth.filter(pc.is_valid(truth["campaign"]))
    assert set(fake["kind"].to_pylist()) <= set(OPERATORS)
    by_account = dict(zip(truth["account_id"].to_pylist(), truth["campaign"].to_pylist(), strict=True))
    account_of = dict(zip(events["event_id"].to_pylist(), events["account_id"].to_pylist(), strict=True))
    assert all(by_account[account_of[row["event_id"]]] == row["campaign"] for row in tables["truth_events"].to_pylist())


def test_requests_are_sound(told: tuple[str, dict[str, pa.Table]]) -> None:
    _, tables = told
    events = tables["events"]
    good = pc.equal(events["status"], 200)
    assert pc.all(pc.equal(pc.is_valid(events["response"]), good)).as_py()
    assert pc.sum(events.filter(pc.invert(good))["output_tokens"]).as_py() in (0, None)
    assert 0.001 < 1 - pc.mean(good.cast(pa.float64())).as_py() < 0.08
    assert pc.all(pc.less_equal(events["cached_tokens"], events["input_tokens"])).as_py()
    if "created_at" in tables["accounts"].column_names:
        spans = tables["accounts"].select(["account_id", "created_at", "banned_at"])
        both = events.select(["account_id", "timestamp"]).join(spans, "account_id")
        assert pc.all(pc.greater_equal(both["timestamp"], both["created_at"])).as_py()
        assert pc.all(pc.fill_null(pc.less_equal(both["timestamp"], both["banned_at"]), True)).as_py()


def test_scenarios_are_as_many_and_as_broad_as_told() -> None:
    every = scenarios.SCENARIOS.values()
    assert len(SCENARIOS) == len(SIZES) == 18
    assert len(INNOCENT) == 13
    assert all(20_000 <= scenario.requests <= 220_000 and 600 <= scenario.accounts <= 12_000 for scenario in every)
    assert all(4 <= scenario.days[0] <= scenario.days[1] <= 40 for scenario in every)
    assert len(CROWDS) >= 50
    assert {name for scenario in every for name in scenario.crowds} == set(CROWDS)
    assert {name.lstrip("?") for scenario in every for name in scenario.operators} == set(OPERATORS)
    assert not any(group.campaign for group in CROWDS.values())
    readme = (Path(speech.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in readme for name in [*SCENARIOS, *CROWDS, *OPERATORS])


@pytest.mark.parametrize("seed", range(4))
def test_groups_are_drawn_from_what_is_known(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for label, group in [*CROWDS.items(), *OPERATORS.items()]:
        made = drawn(group, rng)
        assert not any(isinstance(getattr(made, field.name), OneOf | Span) for field in fields(made)), label
        assert 8 <= made.size <= 900, label
        assert set(made.works) <= set(speech.WORKS), label
        assert set(made.net) <= set(NETS), label
        assert set(made.client) <= set(CLIENTS), label
        assert set(made.models) <= set(MODELS), label
        assert set(made.hours) <= set(HOURS), label
        assert 0 < made.there <= 1, label
        assert all(0 <= share <= 1 for share in (made.framed, made.pooled, made.own_life, made.handed, made.one_org)), label


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_half_of_the_accounts_are_ordinary_at_full_size(name: str) -> None:
    scenario = scenarios.SCENARIOS[name]
    for seed in range(3):
        groups, rates = scenarios.cast(scenario, np.random.default_rng(seed), 1.0, scenario.days[1])
        assert groups[-1].size >= 0.5 * sum(group.size for group in groups)
        assert (rates > 0).all()
        assert all(group.size >= 8 for group in groups)


def test_crowds_share_what_they_are_said_to_share() -> None:
    assert len(One(CROWDS["agency_per_client"], 30).people["payment_hash"].unique()) <= 5
    tenants = One(CROWDS["tenant_per_customer"], 30)
    assert len(tenants.theirs["ip"].unique()) <= 6
    assert len(tenants.theirs["user_agent"].unique()) <= 8
    probes = One(CROWDS["monitoring_probes"], 20).openings()
    assert repeated(probes["prompt"]) > 0.3
    agents = One(CROWDS["open_agent_users"], 40).theirs
    assert len(agents["tools_key"].drop_null().unique()) == 1
    assert repeated(agents["system"].drop_null()) > 0.9
    families = One(CROWDS["student_house"], 60, most=3.0)
    cards = families.people["payment_hash"].drop_null()
    assert 0.2 < repeated(cards) < 0.9
    lines = families.theirs.join(families.people.select(["account_id", "payment_hash"]), "account_id").group_by(["ip", "payment_hash"])
    heads = lines.aggregate([("account_id", "count_distinct")])["account_id_count_distinct"]
    assert pc.mean(pc.greater(heads, 1).cast(pa.float64())).as_py() > 0.1
    assert len(One(CROWDS["one_vpn"], 60).theirs["ip"].drop_null().unique()) < 130


def test_sign_ups_come_together_and_second_accounts_follow_first() -> None:
    fair = One(CROWDS["trial_credit_students"], 80).people
    created = np.sort(fair["created_at"].cast(pa.int64()).to_numpy())
    assert created[70] - created[10] < 5 * DAY_US
    twins = One(CROWDS["second_accounts"], 80)
    assert repeated(twins.people["payment_hash"].drop_null()) > 0.2
    assert repeated(twins.people["email_hash"]) == 0
    owned = twins.people.select(["account_id", "phone_hash"])
    spans = twins.theirs.group_by("account_id").aggregate([("timestamp", "min"), ("timestamp", "max")]).join(owned, "account_id")
    by_phone: dict[str, list[tuple[int, int]]] = {}
    for row in spans.to_pylist():
        by_phone.setdefault(row["phone_hash"], []).append((row["timestamp_min"], row["timestamp_max"]))
    pairs = [sorted(times) for times in by_phone.values() if len(times) == 2]
    assert len(pairs) > 8
    assert all(before[1] < after[0] for before, after in pairs)


def test_conversations_move_where_gateways_spread_them() -> None:
    assert One(CROWDS["key_rotators"], 12).handed() > 0.05
    assert One(OPERATORS["handing_pool"], 30).handed() > 0.1
    assert One(CROWDS["open_agent_users"], 30).handed() < 0.02


def test_operators_do_what_is_said_of_them() -> None:
    split = One(OPERATORS["split_list"], 30)
    harvest = split.openings().filter(pc.is_valid(split.openings()["harvest"]))
    assert repeated(harvest["prompt"]) < 0.05
    replaced = One(OPERATORS["replaced_accounts"], 60)
    banned = replaced.people["banned_at"].drop_null().cast(pa.int64()).to_numpy()
    created = replaced.people["created_at"].cast(pa.int64()).to_numpy()
    assert len(banned) > 15
    after = [np.min(created[created >= when] - when, initial=DAY_US * 99) for when in np.sort(banned)[:10]]
    assert np.median(after) < DAY_US / 4
    cards = One(OPERATORS["linked_card_farm"], 60).people["payment_hash"].drop_null()
    assert repeated(cards) > 0.15
    slow = One(OPERATORS["slow_burn"], 40)
    days = len(slow.theirs) / len(slow.theirs["account_id"].unique()) / DAYS
    assert days < 12
    assert 0.05 < 1 - pc.sum(pc.is_valid(slow.theirs["harvest"])).as_py() / len(slow.theirs) < 0.6


def test_a_text_has_one_number() -> None:
    texts = pa.array(["", "ab", "ba", "ab", "a" * 500, "ab "])
    found = speech.digest(pa.concat_arrays([pa.array(["xx"]), texts])[1:])
    assert found.tolist() == speech.digest(texts).tolist()
    assert len(set(found.tolist())) == 5
    assert found[1] == found[3]


def test_every_tongue_has_every_section() -> None:
    known = speech.words()
    for tongue in speech.TONGUES:
        assert all(known[f"{tongue}.ask.{work}"] for work in speech.WORKS)
        assert all(len(known[f"{tongue}.thing.{field}"]) >= 10 for field in speech.FIELDS)
    assert not any("{" in text for text in speech.ask(*columns(400)).to_pylist() if "\n" not in text)


def columns(size: int) -> tuple[Ints, Ints, Ints, Numbers]:
    numbers = mix("test", np.arange(size))
    work, tongue = below(numbers, len(speech.WORKS)), below(mix(numbers, 1), len(speech.TONGUES))
    return work, tongue, below(mix(numbers, 2), len(speech.FIELDS)), numbers


def test_numbers_of_a_thing_are_even_and_fixed() -> None:
    numbers = mix("x", np.arange(20_000))
    assert abs(unit(numbers).mean() - 0.5) < 0.01
    assert set(below(numbers, 3).tolist()) == {0, 1, 2}
    assert abs(pick(numbers, {"b": 1.0, "a": 3.0}, ["a", "b"]).mean() - 0.25) < 0.02
