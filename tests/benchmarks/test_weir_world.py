"""What the scenarios of the weir world say of their operators is true in the tables."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.weir_world import SCENARIOS, SIZES, generate, seasons
from benchmarks.weir_world.chance import below, mix, unit, weighted
from benchmarks.weir_world.crowds import CROWDS
from benchmarks.weir_world.firms import Firm
from benchmarks.weir_world.ledger import HOURS
from benchmarks.weir_world.parties import Draw, Group
from benchmarks.weir_world.seasons import EASY, HARD, MEDIUM, NOBODY, SEASONS
from benchmarks.weir_world.tongue import TONGUES, TOPICS, WORKS, expand, lexicon
from benchmarks.weir_world.wires import CLIENTS, NETS, addresses

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED, MORE = 6_000, {"phones_first_spring": 15_000, "payers_and_agencies": 15_000, "a_little_from_each": 25_000}
"""Requests of a world; those of many crowds come to about as many only if they are more, and hundreds ask a little of much."""
DAY_US = 86_400_000_000
DRAWN = {"one_gateway_many_partners", "credit_and_gamers"}
"""Scenarios of innocents of whom no test here says more: none of their worlds is made; their parties are drawn like all others'."""
WITH_CREWS = [name for name, season in SEASONS.items() if season.crew]


class Made:
    """One generated world: its tables, and the events of campaigns with who is behind them."""

    def __init__(self, scenario: str, folder: Path, counts: dict[str, int]) -> None:
        self.counts = counts
        self.all = pq.read_table(folder / "events")
        self.truth = pq.read_table(folder / "truth.parquet")
        self.registry = pq.read_table(folder / "accounts.parquet")
        harvest = pq.read_table(folder / "truth_events.parquet").rename_columns({"campaign": "harvest"})
        self.events = self.all.join(self.truth, "account_id").join(harvest, "event_id").sort_by("timestamp")
        self.harvest = self.events.filter(pc.is_valid(self.events["harvest"]))
        self.accounts = self.registry.join(self.truth.rename_columns({"kind": "crowd"}), "account_id")
        self.fake = self.accounts.filter(pc.is_valid(self.accounts["campaign"]))
        self.honest = self.accounts.filter(pc.is_null(self.accounts["campaign"]))
        self.released = pa.scalar(max(r["released_at"] for r in seasons.make(scenario, 5, 1000).releases)).cast(pa.timestamp("us", "UTC"))

    def loads(self) -> np.ndarray:
        """Harvested requests of each account that has any."""
        return self.harvest.group_by("account_id").aggregate([("event_id", "count")])["event_id_count"].to_numpy()

    def handed_over(self, events: pa.Table) -> float:
        """Share of later turns whose turn before was another account's."""
        of = dict(zip(self.all["context_key"].to_pylist(), self.all["account_id"].to_pylist(), strict=True))
        later = events.filter(pc.is_valid(events["parent_key"]))
        pairs = zip(later["parent_key"].to_pylist(), later["account_id"].to_pylist(), strict=True)
        return float(np.mean([of.get(parent, account) != account for parent, account in pairs]))

    def own(self) -> pa.Table:
        """What the crew's accounts do beside the harvest."""
        return self.events.filter(pc.and_(pc.is_valid(self.events["campaign"]), pc.is_null(self.events["harvest"])))


def distinct(column: pa.ChunkedArray) -> int:
    return len(pc.unique(column.drop_null()))


def share(mask: pa.Array) -> float:
    return float(pc.mean(pc.cast(pc.fill_null(mask, False), pa.float64())).as_py())


@pytest.fixture(scope="module")
def world(simulated: Callable[..., tuple[Path, dict[str, int]]]) -> Callable[[str], Made]:
    return cache(lambda scenario: Made(scenario, *simulated(generate, scenario, 5, MORE.get(scenario, ASKED))))


def test_scenarios_are_as_many_and_as_broad_as_told() -> None:
    every = SEASONS.values()
    assert len(SCENARIOS) == len(SIZES) == 20
    assert sum(season.crew is None for season in every) == 7
    levels = [season.level for season in every if season.crew]
    assert sorted(map(levels.count, (EASY, MEDIUM, HARD))) == [4, 4, 5]
    assert all((season.level == NOBODY) == (season.crew is None) for season in every)
    assert all(20_000 <= season.requests <= 250_000 and 600 <= season.accounts <= 15_000 and 4 <= season.days <= 45 for season in every)
    assert len(CROWDS) >= 40
    assert {name for season in every for name in season.beside} <= CROWDS.keys()
    assert set().union(*seasons.STRANGERS.values()) <= CROWDS.keys()
    assert not any(set(season.beside) & seasons.STRANGERS[season.firm.name] for season in every)


@pytest.mark.parametrize("seed", range(4))
def test_parties_are_what_they_are_said_to_be(seed: int) -> None:
    seen = set()
    for name, season in SEASONS.items():
        parties = [group for _, group in seasons.cast(season, np.random.default_rng([seed, len(name)]), 1.0)]
        crew = [group for group in parties if group.campaign]
        assert bool(crew) == bool(season.crew), name
        for group in crew:
            rate = sum(routine.rate for routine in group.routines if routine.harvest)
            assert 15 <= group.size <= 500, name
            assert 1.9 <= rate <= 600, name
        ordinary = sum(group.size for group in parties if group.label == "resident")
        floor = 0.3 if season.firm.all_orgs else 0.5
        assert ordinary >= floor * sum(group.size for group in parties), name
        assert set(season.beside) <= {group.label for group in parties}, name
        seen |= {group.label for group in parties if not group.campaign}
        for group in parties:
            known(group, season.firm)
    assert len(seen & CROWDS.keys()) >= 40


def known(group: Group, firm: Firm) -> None:
    """Every name that a group uses is one that the simulator knows."""
    assert not any(routine.harvest for routine in group.routines) or group.campaign
    assert not group.campaign or any(routine.harvest for routine in group.routines)
    for routine in group.routines:
        assert set(routine.works) <= set(WORKS)
        assert set(routine.clients) <= set(CLIENTS)
        assert set(routine.nets) <= set(NETS)
        assert set(routine.models) <= set(firm.models)
        assert routine.hours in HOURS
        assert routine.follow in {"next", "same", *WORKS}
        assert not routine.frame or routine.frame.name in lexicon("en")
        assert not routine.system or routine.system in lexicon("en")


def test_operators_differ_by_seed() -> None:
    draws = [Draw(np.random.default_rng(seed), 10.0, 5000, 150_000, {0: 1.0}) for seed in range(12)]
    for name in WITH_CREWS:
        crews = [SEASONS[name].crew(d) for d in draws]  # type: ignore[misc]
        sizes = [sum(group.size for group in crew) for crew in crews]
        rates = [max(routine.rate for group in crew for routine in group.routines if routine.harvest) for crew in crews]
        assert len(set(sizes)) >= 6, name
        assert max(rates) > 1.8 * min(rates), name


@pytest.mark.parametrize("name", [name for name in SEASONS if name not in DRAWN])
def test_tables_are_what_the_business_logs(name: str, world: Callable[[str], Made]) -> None:
    made, season = world(name), SEASONS[name]
    EVENTS.conform(made.all)
    ACCOUNTS.conform(made.registry)
    TRUTH.conform(made.truth)
    assert not {*made.all.column_names, *made.registry.column_names} & season.firm.lacks
    assert {*made.all.column_names, *made.registry.column_names} >= {*EVENTS.names, *ACCOUNTS.names} - season.firm.lacks
    asked = MORE.get(name, ASKED)
    assert 0.7 * asked < made.counts["events"] < 1.5 * asked
    assert (made.counts["fake"] > 0) == (made.counts["harvested"] > 0) == bool(season.crew)
    assert set(pc.unique(made.all["access_path"]).to_pylist()) <= set(season.firm.paths)
    if season.firm.all_orgs:
        assert made.registry["org_id"].null_count < 0.1 * len(made.registry)
    if season.firm.cards == 0 and "payment_hash" in made.registry.column_names:
        assert made.registry["payment_hash"].null_count == len(made.registry)


@pytest.mark.parametrize("name", [name for name in SEASONS if name not in DRAWN])
def test_a_request_is_written_down_as_a_gateway_would(name: str, world: Callable[[str], Made]) -> None:
    events = world(name).all
    good = pc.equal(events["status"], 200)
    assert pc.all(pc.equal(pc.is_valid(events["response"]), good)).as_py()
    assert pc.sum(events.filter(pc.invert(good))["output_tokens"]).as_py() == 0
    assert 0.005 < 1 - share(good) < 0.08
    assert pc.all(pc.less_equal(events["cached_tokens"], events["input_tokens"])).as_py()
    assert pc.all(pc.less_equal(events["reasoning_tokens"], events["output_tokens"])).as_py()
    assert not pc.any(pc.match_substring_regex(events["prompt"], r"\{[@#a-z]")).as_py()
    assert not pc.any(pc.match_substring_regex(events["response"], r"\{[@#a-z]")).as_py()


def test_nobody_asks_before_the_account_is_opened_or_after_it_is_banned(world: Callable[[str], Made]) -> None:
    for name in ("shut_and_back_by_lunch", "thesis_and_exam_weeks", "profiles_to_let"):
        made = world(name)
        both = made.all.select(["account_id", "timestamp"]).join(
            made.registry.select(["account_id", "created_at", "banned_at"]), "account_id"
        )
        assert pc.all(pc.greater_equal(both["timestamp"], both["created_at"])).as_py()
        assert pc.all(pc.fill_null(pc.less_equal(both["timestamp"], both["banned_at"]), True)).as_py()


def test_the_new_model_is_not_asked_before_its_release(world: Callable[[str], Made]) -> None:
    for name in ("off_to_the_new_model", "apps_of_the_month"):
        made = world(name)
        new = made.all.filter(pc.equal(made.all["model"], list(SEASONS[name].firm.models)[-1]))
        assert len(new) > 50
        assert pc.min(new["timestamp"]).as_py() >= made.released.as_py()


def test_the_same_opening_has_the_same_context(world: Callable[[str], Made]) -> None:
    events = world("thesis_and_exam_weeks").all
    first = events.filter(pc.is_null(events["parent_key"]))
    text = pc.binary_join_element_wise(pc.fill_null(first["system"], ""), first["prompt"], "\0")
    pairs = pa.table({"text": text, "context": first["context_key"]})
    assert distinct(pairs["text"]) == distinct(pairs["context"]) == len(pairs.group_by(["text", "context"]).aggregate([]))
    assert distinct(pairs["text"]) < len(pairs)


def test_innocents_alone_have_no_campaign(world: Callable[[str], Made]) -> None:
    for name in SEASONS.keys() - set(WITH_CREWS) - DRAWN:
        made = world(name)
        assert made.truth["campaign"].null_count == len(made.truth)
        assert len(made.harvest) == 0
        assert distinct(made.truth["kind"]) >= 8


def test_vouchers_come_in_lots_and_are_burnt_evenly(world: Callable[[str], Made]) -> None:
    made = world("vouchers_burnt_by_night")
    assert distinct(made.fake["payment_hash"]) <= len(made.fake) / 2.5
    assert distinct(made.honest["payment_hash"]) > 0.7 * (len(made.honest) - made.honest["payment_hash"].null_count)
    assert distinct(pc.strftime(made.fake["created_at"], "%Y-%m-%d")) <= 0.7 * len(made.fake)
    day = pc.strftime(made.harvest["timestamp"], "%Y-%m-%d")
    daily = (
        made.harvest.append_column("day", day)
        .group_by(["account_id", "day"])
        .aggregate([("event_id", "count")])["event_id_count"]
        .to_numpy()
    )
    assert daily.std() / daily.mean() < 0.7
    assert made.fake["banned_at"].null_count == len(made.fake)


def test_numbers_of_the_bank_serve_several_accounts(world: Callable[[str], Made]) -> None:
    made = world("numbers_from_a_sim_bank")
    assert made.registry["phone_hash"].null_count == 0
    assert distinct(made.fake["phone_hash"]) < 0.7 * len(made.fake)
    assert distinct(made.honest["phone_hash"]) > 0.75 * len(made.honest)
    assert pc.all(pc.equal(made.harvest["temperature"], 0)).as_py()


def test_who_is_shut_out_comes_back(world: Callable[[str], Made]) -> None:
    made = world("shut_and_back_by_lunch")
    banned = made.fake.filter(pc.is_valid(made.fake["banned_at"]))
    assert len(banned) >= 0.4 * len(made.fake)
    assert share(pc.is_valid(made.honest["banned_at"])) < 0.02
    first = made.harvest.group_by("account_id").aggregate([("timestamp", "min")])["timestamp_min"].to_numpy()
    gaps = [np.min((first - at)[first > at], initial=np.timedelta64(90, "D")) for at in banned["banned_at"].to_numpy()]
    assert np.median(gaps) < np.timedelta64(12, "h")


def test_trial_accounts_work_with_tools(world: Callable[[str], Made]) -> None:
    made = world("trial_credit_in_batches")
    assert set(made.fake["plan"].to_pylist()) == {"trial"}
    assert distinct(made.harvest["tools_key"]) == 1
    assert made.harvest["tools_key"].null_count == 0
    assert share(pc.is_valid(made.harvest["parent_key"])) > 0.6


def test_the_app_hands_its_users_over_and_keeps_one_instruction(world: Callable[[str], Made]) -> None:
    made = world("app_that_keeps_the_answers")
    relayed = made.harvest.filter(pc.is_valid(made.harvest["system"]))
    assert len(relayed) > 0.6 * len(made.harvest)
    assert distinct(relayed["system"]) == 1
    assert made.handed_over(relayed) > 0.15
    assert made.handed_over(made.events.filter(pc.equal(made.events["kind"], "resident"))) < 0.01


def test_the_crew_goes_to_the_new_model_within_a_day(world: Callable[[str], Made]) -> None:
    made = world("off_to_the_new_model")
    new = list(SEASONS["off_to_the_new_model"].firm.models)[-1]
    after = made.events.filter(pc.greater(made.events["timestamp"], pc.add(made.released, pa.scalar(DAY_US, pa.duration("us")))))
    moved = pc.equal(after["model"], new)
    fake = pc.is_valid(after["harvest"])
    assert share(moved.filter(fake)) > 0.4
    assert share(moved.filter(fake)) > share(moved.filter(pc.invert(fake))) + 0.15


def test_the_side_business_sits_in_the_resellers_organisation(world: Callable[[str], Made]) -> None:
    made = world("seats_without_customers")
    org = pc.unique(made.fake["org_id"])
    assert len(org) == 1
    assert distinct(made.fake["payment_hash"]) == 1
    assert set(made.fake["access_type"].to_pylist()) == {"passthrough"}
    kin = made.honest.filter(pc.is_in(made.honest["org_id"], org))
    assert len(kin) >= 6
    assert set(kin["crowd"].to_pylist()) == {"reseller_customers"}


def test_free_accounts_take_an_allowance_in_many_tongues(world: Callable[[str], Made]) -> None:
    made = world("free_allowance_day_and_night")
    assert set(made.fake["plan"].to_pylist()) == {"free"}
    marks = {"zh": r"\p{Han}", "es": r"[¿¡]| el ", "de": r" der | und ", "fr": r" le | est ", "pt": r" um | está |ção", "en": r" the "}
    told = {name: share(pc.match_substring_regex(made.harvest["prompt"], mark)) for name, mark in marks.items()}
    assert sum(value > 0.02 for value in told.values()) >= 5, told
    hours = np.bincount(pc.hour(made.harvest["timestamp"]).to_numpy(), minlength=24)
    assert hours.min() > 0.5 * hours.mean()


def test_the_partner_has_both_kinds_of_accounts(world: Callable[[str], Made]) -> None:
    made = world("partner_builds_its_own")
    org = pc.unique(made.fake["org_id"])
    assert len(org) == 1
    assert len(made.honest.filter(pc.is_in(made.honest["org_id"], org))) >= 6
    assert "created_at" not in made.registry.column_names
    assert len(made.own()) > 0


def test_piece_workers_type_at_home(world: Callable[[str], Made]) -> None:
    made = world("paid_by_the_piece")
    assert share(pc.match_substring_regex(made.harvest["user_agent"], "Mozilla|model-app")) == 1
    assert set(made.harvest["access_path"].to_pylist()) == {"app"}
    paid = made.fake["payment_hash"]
    assert distinct(paid) >= 0.85 * (len(paid) - paid.null_count)
    assert distinct(made.harvest["asn"]) >= 5
    loads = made.loads()
    assert loads.std() / loads.mean() > 0.4


def test_leaked_keys_serve_their_owners_too(world: Callable[[str], Made]) -> None:
    made = world("keys_that_slipped")
    owners = made.own()
    assert distinct(owners["account_id"]) >= 0.8 * len(made.fake)
    both = set(owners["account_id"].to_pylist()) & set(made.harvest["account_id"].to_pylist())
    assert len(both) >= 0.6 * len(made.fake)
    assert pc.mean(pc.is_valid(owners["system"])).as_py() > 0.9
    assert distinct(made.fake["org_id"]) == distinct(made.fake["payment_hash"]) == len(made.fake)
    assert not set(owners["ip"].drop_null().to_pylist()) >= set(made.harvest["ip"].drop_null().to_pylist())


def test_rented_accounts_are_old_and_their_owners_go_on(world: Callable[[str], Made]) -> None:
    made = world("profiles_to_let")
    start = pc.min(made.all["timestamp"])
    assert share(pc.less(made.fake["created_at"], start)) > 0.6
    assert distinct(made.own()["account_id"]) > 0.4 * len(made.fake)
    assert distinct(made.fake["phone_hash"]) > 0.9 * len(made.fake)


def test_hundreds_ask_a_little(world: Callable[[str], Made]) -> None:
    made = world("a_little_from_each")
    assert made.loads().mean() / SEASONS["a_little_from_each"].days < 6
    first = made.harvest.filter(pc.is_null(made.harvest["parent_key"]))
    assert distinct(first["prompt"]) > 0.85 * len(first)
    days = pc.days_between(pc.min(made.harvest["timestamp"]), pc.max(made.harvest["timestamp"])).as_py()
    assert days > 35


def test_texts_are_functions_of_their_keys() -> None:
    keys, topics = mix(7, np.arange(400)), below(mix(9, np.arange(400)), len(TOPICS))
    for tongue in TONGUES:
        for section in ("do.reason", "say.write", "next", "style.open", "own.reason"):
            text = expand(tongue, section, keys, topics)
            assert text.equals(expand(tongue, section, keys, topics))
            part = np.array([5, 3, 77])
            assert text.take(pa.array(part)).equals(expand(tongue, section, keys[part], topics[part]))
            assert "{" not in "".join(text.to_pylist())
    assert distinct(pa.chunked_array([expand("en", "do.reason", keys, topics)])) > 380


def test_a_tagged_slot_is_the_same_word_throughout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lexicon("en"), "both", ["{month:1} {month:1} {month}"])
    text = [line.split() for line in expand("en", "both", mix(1, np.arange(50)), np.zeros(50, np.int64)).to_pylist()]
    assert all(first == second for first, second, _ in text)
    assert any(first != third for first, _, third in text)


def test_chance_by_key_is_even() -> None:
    keys = mix(3, np.arange(20_000))
    assert len(np.unique(keys)) == 20_000
    assert abs(unit(keys).mean() - 0.5) < 0.01
    assert abs((weighted(keys, (3, 1)) == 1).mean() - 0.25) < 0.015


def test_networks_are_what_they_are_called() -> None:
    n = 300
    account, org, session = mix(1, np.arange(n)), mix(2, np.zeros(n)) * np.ones(n, np.uint64), mix(3, np.arange(n))
    day, country = np.full(n, 20_500), np.zeros(n, np.int64)
    shown = {net: addresses(net, 11, account, org, session, day, country, 3)[0] for net in NETS}
    assert (shown["none"] == -1).all()
    assert len(np.unique(shown["office"])) <= 3
    assert len(np.unique(shown["server"])) <= 36
    assert len(np.unique(shown["pool"])) <= 3
    assert len(np.unique(shown["home"])) > 0.98 * n
    assert len(np.unique(shown["proxies"])) > 0.98 * n
