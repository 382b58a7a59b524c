"""What the scenarios of the mere world say of their crowds and operators is true in the tables."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from benchmarks.mere_world import SCENARIOS, SIZES, generate, scenarios, text
from benchmarks.mere_world.crowds import CROWDS
from benchmarks.mere_world.world import DAY, HOUR, Mere

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED = 14_000
OPERATED = {
    "free_credit": {"trials"}, "mail_series": {"serial"}, "used_up": {"used_credit"}, "two_doors": {"doors"}, "woken": {"aged_bought"},
    "who_invited_whom": {"recruited", "samples"}, "phone_shop": {"devices"}, "ban_waves": {"returners"},
    "relay_house": {"resold", "covered"},
    "one_thread": {"virtual_cards", "burst_only"}, "two_days": {"dealt", "shift"},
}


class Made:
    """One world, with who is behind each request."""

    def __init__(self, scenario: str) -> None:
        self.log = scenarios.log(scenario, 3, ASKED)
        self.tables = scenarios.tables(self.log, scenarios.SCENARIOS[scenario].lacks)
        truth = self.tables.truth.rename_columns({"kind": "crowd"})
        self.registry = self.tables.accounts.join(truth, "account_id")
        self.events = self.tables.events.join(truth, "account_id").sort_by("timestamp")

    def crowd(self, name: str) -> tuple[pa.Table, pa.Table]:
        return self.registry.filter(pc.equal(self.registry["crowd"], name)), self.events.filter(pc.equal(self.events["crowd"], name))

    def openings(self, name: str) -> pa.Table:
        """What is harvested of an operator, or asked first by a crowd."""
        events = self.crowd(name)[1]
        kept = pc.is_in(events["event_id"], self.tables.harvest["event_id"])
        return events.filter(pc.and_(pc.is_null(events["parent_key"]), kept if name.endswith("_pool") else pa.scalar(True)))


made = cache(Made)


def loads(events: pa.Table) -> np.ndarray:
    return np.array(list(Counter(events["account_id"].to_pylist()).values()))


def seconds(world: Made, column: pa.ChunkedArray) -> np.ndarray:
    return column.cast(pa.int64()).to_numpy() / 1e6 - world.log.start


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_tables_are_those_of_a_log_with_truth(scenario: str) -> None:
    told, world = scenarios.SCENARIOS[scenario], made(scenario)
    events, accounts = EVENTS.conform(world.tables.events), ACCOUNTS.conform(world.tables.accounts)
    truth = TRUTH.conform(world.tables.truth)
    assert accounts["account_id"].to_pylist() == sorted(set(truth["account_id"].to_pylist())) == truth["account_id"].to_pylist()
    assert len(pc.unique(events["event_id"])) == len(events)
    assert 0.6 * ASKED < len(events) < 1.45 * ASKED
    assert set(events["parent_key"].drop_null().to_pylist()) <= set(events["context_key"].to_pylist())
    born = world.events.join(accounts.select(["account_id", "created_at"]), "account_id")
    assert pc.all(pc.greater(born["timestamp"], born["created_at"])).as_py()
    moments = seconds(world, events["timestamp"])
    assert 0 <= moments.min() <= moments.max() < told.days * DAY
    assert set(truth["campaign"].drop_null().to_pylist()) == OPERATED.get(scenario, set())
    assert bool(told.operators) == bool(len(world.tables.harvest))
    assert {*told.crowds.split(), "individual", "developer"} < set(truth["kind"].to_pylist()) | {"any"}
    lacking = {*EVENTS.names, *ACCOUNTS.names} - {*world.tables.events.column_names, *world.tables.accounts.column_names}
    assert lacking == set(told.lacks)


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_most_accounts_ask_little(scenario: str) -> None:
    world = made(scenario)
    found = loads(world.events)
    assert np.mean((found >= 2) & (found <= 30)) > 0.8
    assert found.max() > 60
    fakes = world.events.filter(pc.is_valid(world.events["campaign"]))
    assert not len(fakes) or loads(fakes).max() <= 30


def test_worlds_are_as_told(tmp_path: Path) -> None:
    named = {crowd for scenario in scenarios.SCENARIOS.values() for crowd in scenario.crowds.split()}
    assert (len(SCENARIOS), len(SIZES), named) == (14, 14, set(CROWDS))
    assert len(CROWDS) == 42
    assert all(30 <= crowd.size[0] < crowd.size[1] <= 900 for crowd in CROWDS.values())
    counts = generate("launch_week", tmp_path, 2)
    assert 0.7 < counts["events"] / SIZES["launch_week"] < 1.3
    assert 2_500 < counts["accounts"] < 5_000


def test_every_form_can_be_filled() -> None:
    words = Mere("any", 1, 3).text
    for name in text.WORDS:
        pool, _, part = name.partition(".")
        assert all(not re.search(r"\{[A-Za-z]+\d?\}", told) for told in words.say(pool, part, text.mix(np.arange(300)))), name


def test_a_seed_is_a_world() -> None:
    one, same, other = (scenarios.world("woken", seed, 4_000) for seed in (3, 3, 4))
    assert all(getattr(one, name).equals(getattr(same, name)) for name in ("events", "accounts", "truth", "harvest"))
    assert all(not set(one.events[name].to_pylist()) & set(other.events[name].to_pylist()) for name in ("event_id", "account_id"))


def test_queues_are_without_repeats_and_samples_are_repeats() -> None:
    dealt = made("two_days").openings("dealt_pool")["prompt"].to_pylist()
    sorted_ = made("public_houses").crowd("clip_sorters")[1]
    assert len(set(dealt)) > 0.98 * len(dealt) > 100
    keys = sorted_.filter(pc.is_null(sorted_["parent_key"]))["context_key"].to_pylist()
    assert len(set(keys)) > 0.95 * len(keys)
    sampled = made("who_invited_whom").openings("samples_pool")
    often = Counter(sampled["prompt"].to_pylist())
    assert 2.5 < len(sampled) / len(often) < 6
    accounts = pa.TableGroupBy(sampled, "prompt").aggregate([("account_id", "count_distinct")])["account_id_count_distinct"]
    assert pc.mean(accounts).as_py() > 2
    graded = made("who_invited_whom").openings("peer_graders")["prompt"].to_pylist()
    assert len(set(graded)) < 0.6 * len(graded)


def test_closed_accounts_are_replaced_within_hours() -> None:
    world = made("ban_waves")
    pool, events = world.crowd("returners_pool")
    closed = seconds(world, pool["banned_at"].drop_null())
    opened = seconds(world, pool["created_at"])
    assert len(closed) > 0.3 * len(pool)
    for wave in (0.45, 0.78):
        assert np.sum((closed > wave * world.log.span - 60) & (closed < wave * world.log.span + 8 * HOUR)) > 10
        assert np.sum((opened > wave * world.log.span) & (opened < (wave + 0.01) * world.log.span + 24 * HOUR)) > 10
    joined = events.join(pool.select(["account_id", "banned_at"]), "account_id")
    assert pc.all(pc.less(joined["timestamp"], joined["banned_at"])).as_py()


def test_operators_are_tied_as_told_and_crowds_as_well() -> None:
    cards, _ = made("one_thread").crowd("virtual_cards_pool")
    families, _ = made("one_thread").crowd("family_plans")
    assert all(2 < len(of) / len(pc.unique(of["payment_hash"])) < 8 for of in (cards, families))
    woken = made("woken")
    for name in ("aged_bought_pool", "called_back"):
        people, events = woken.crowd(name)
        assert seconds(woken, people["created_at"]).max() < -60 * DAY, name
        assert len(set((seconds(woken, events["timestamp"]) // DAY).tolist())) <= 5
    credit = made("used_up").crowd("used_credit_pool")[1]
    equal = made("used_up").crowd("survey_answers")[1]
    assert all(loads(of).std() < 0.35 * loads(of).mean() for of in (credit, equal))
    assert len(pc.unique(credit["ip"])) < 0.3 * len(pc.unique(credit["account_id"]))
    phones, _ = made("phone_shop").crowd("devices_pool")
    assert len(pc.unique(phones["phone_hash"])) < 0.6 * len(phones)
    doors = made("two_doors").crowd("doors_pool")[1]
    assert set(doors["access_path"].to_pylist()) == {"api", "app"}
    assert Counter(doors["system"].drop_null().to_pylist()).most_common(1)[0][1] > 0.7 * len(doors)
    one = made("free_credit")
    for name in ("trials_pool", "workshop_guests", "recruits"):
        events = one.crowd(name)[1]
        sent = zip(*(events[column].to_pylist() for column in ("user_agent", "ja4", "temperature", "top_p", "max_tokens")), strict=True)
        assert len(set(sent)) == 1, name


def test_cover_is_as_told() -> None:
    shares = {}
    for scenario, campaigns in OPERATED.items():
        world = made(scenario)
        for campaign in campaigns:
            asked = len(world.events.filter(pc.equal(world.events["campaign"], campaign)))
            shares[campaign] = 1 - len(world.tables.harvest.filter(pc.equal(world.tables.harvest["campaign"], campaign))) / asked
    assert 0.14 < min(shares.values()) < max(shares.values()) < 0.72
    assert shares["trials"] < 0.28 < shares["aged_bought"] < 0.52 < shares["covered"]
