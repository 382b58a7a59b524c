"""What the scenarios of the cairn world say of their operators is true in the tables."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.cairn_world import SCENARIOS, generate, scenarios
from benchmarks.cairn_world.crowds import CROWDS

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED, MORE = 4_000, {"menders": 14_000, "fairground": 14_000}
"""Requests of a world; who is refused, and a class, need more."""
DAY_US = 86_400_000_000


class World:
    """One generated world: its tables, and the events of campaigns with who is behind them."""

    def __init__(self, folder: Path, counts: dict[str, int]) -> None:
        self.counts = counts
        self.all = pq.read_table(folder / "events")
        self.registry = pq.read_table(folder / "accounts.parquet")
        self.truth = pq.read_table(folder / "truth.parquet")
        harvest = pq.read_table(folder / "truth_events.parquet").rename_columns({"campaign": "harvest"})
        self.events = self.all.join(self.truth, "account_id").join(harvest, "event_id").sort_by("timestamp")
        self.theirs = self.events.filter(pc.is_valid(self.events["campaign"]))
        self.harvest = self.events.filter(pc.is_valid(self.events["harvest"]))
        self.accounts = self.registry.join(self.truth, "account_id").filter(pc.is_in(pc.field("account_id"), self.theirs["account_id"]))

    def share(self, table: pa.Table, mask: Any) -> float:
        return float(pc.mean(pc.fill_null(mask, False).cast(pa.float64())).as_py()) if len(table) else 0.0

    def handed_over(self, table: pa.Table) -> float:
        """Share of later turns whose turn before was another account's."""
        of = dict(zip(self.all["context_key"].to_pylist(), self.all["account_id"].to_pylist(), strict=True))
        later = table.filter(pc.is_valid(table["parent_key"]))
        pairs = zip(later["parent_key"].to_pylist(), later["account_id"].to_pylist(), strict=True)
        return float(np.mean([of.get(parent, account) != account for parent, account in pairs]))

    def per_account(self, table: pa.Table) -> np.ndarray:
        return table.group_by("account_id").aggregate([([], "count_all")])["count_all"].to_numpy()


@pytest.fixture(scope="module")
def world(simulated: Callable[..., tuple[Path, dict[str, int]]]) -> Callable[[str], World]:
    return cache(lambda scenario: World(*simulated(generate, scenario, 3, MORE.get(scenario, ASKED))))


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_tables_and_truth_agree(world: Callable[[str], World], scenario: str) -> None:
    made = world(scenario)
    EVENTS.conform(made.all)
    ACCOUNTS.conform(made.registry)
    TRUTH.conform(made.truth)
    operators = set(scenarios.SCENARIOS[scenario].operators)
    assert set(made.truth["campaign"].drop_null().to_pylist()) == operators
    assert set(made.harvest["harvest"].to_pylist()) == operators
    assert made.harvest["harvest"].equals(made.harvest["campaign"])
    assert {party.label for party in CROWDS} <= set(made.truth["kind"].to_pylist())
    asked = MORE.get(scenario, ASKED)
    assert 0.6 * asked < len(made.all) < 1.7 * asked
    assert len(made.harvest) == made.counts["harvested"]
    assert all(status == 200 for status in set(made.harvest["status"].to_pylist()))


def test_one_text_from_sticky_addresses(world: Callable[[str], World]) -> None:
    made = world("windfall")
    heads = pc.value_counts(pc.utf8_slice_codeunits(made.harvest["prompt"], -16, 10_000))
    tails = pc.value_counts(pc.utf8_slice_codeunits(made.harvest["prompt"], 0, 16))
    assert max(pc.max(heads.field("counts")).as_py(), pc.max(tails.field("counts")).as_py()) > 0.85 * len(made.harvest)
    addresses = made.harvest.group_by("account_id").aggregate([("ip", "count_distinct")])["ip_count_distinct"]
    assert pc.max(addresses).as_py() == 1
    assert len(made.accounts["payment_hash"].unique()) == len(made.accounts)


def test_one_queue_with_shared_cards(world: Callable[[str], World]) -> None:
    made = world("clockmill")
    assert len(made.accounts["payment_hash"].unique()) < 0.85 * len(made.accounts)
    load = made.per_account(made.harvest)
    assert load.std() / load.mean() < 0.35
    hours = np.bincount(pc.hour(made.harvest["timestamp"]).to_numpy(), minlength=24)
    assert (hours < 0.01 * hours.sum()).sum() >= 10
    assert len(made.harvest["prompt"].unique()) > 0.6 * len(made.harvest)  # the queue is asked three times, in five frames


def test_conversations_are_handed_over(world: Callable[[str], World]) -> None:
    tools, relay, slow = world("toolbelt"), world("lantern"), world("slow_sap")
    assert tools.handed_over(tools.harvest) > 0.15
    assert relay.handed_over(relay.harvest) > 0.25
    assert slow.handed_over(slow.harvest) < 0.05  # the same first question has the same key
    assert len(tools.harvest["tools_key"].unique()) == 1
    rotation = relay.events.filter(pc.equal(relay.events["kind"], "key_rotation"))
    assert relay.handed_over(rotation) > 0.2  # innocents do so too


def test_banned_accounts_are_replaced_within_hours(world: Callable[[str], World]) -> None:
    made = world("hydra")
    banned = np.sort(made.accounts["banned_at"].drop_null().cast(pa.int64()).to_numpy())
    created = made.accounts["created_at"].cast(pa.int64()).to_numpy()
    assert len(banned) > 0.5 * len(made.accounts)
    soon = [((created > at) & (created < at + DAY_US)).any() for at in banned]
    assert np.mean(soon) == 1
    last = made.harvest.join(made.registry.select(["account_id", "banned_at"]), "account_id")
    assert not made.share(last, pc.greater(last["timestamp"], last["banned_at"]))


def test_half_moves_at_a_release(world: Callable[[str], World]) -> None:
    made = world("newleaf")
    new = pc.equal(made.harvest["model"], "birch-3")
    first = pc.min(made.harvest.filter(new)["timestamp"]).as_py()
    days = pc.subtract(made.harvest["timestamp"].cast(pa.int64()), pa.scalar(int(first.timestamp() * 1e6)))
    after = made.harvest.filter(pc.greater(days, 1.2 * DAY_US))
    assert 0.4 < made.share(after, pc.equal(after["model"], "birch-3")) < 0.7
    agent = made.events.filter(pc.equal(made.events["kind"], "popular_agent"))
    assert set(made.harvest["tools_key"].to_pylist()) == set(agent["tools_key"].drop_null().to_pylist())


def test_the_second_pool_goes_on(world: Callable[[str], World]) -> None:
    made = world("two_pools")
    pools = [made.harvest.filter(pc.equal(made.harvest["kind"], kind)) for kind in ("first_pool", "rented_pool")]
    ends, begins = pc.max(pools[0]["timestamp"]).as_py(), pc.min(pools[1]["timestamp"]).as_py()
    assert abs((begins - ends).total_seconds()) < 1.5 * 86400
    rented = made.theirs.filter(pc.equal(made.theirs["kind"], "rented_pool"))
    assert 0.3 < len(pools[1]) / len(rented) < 0.55


def test_a_weaker_model_after_a_block(world: Callable[[str], World]) -> None:
    made = world("menders")
    refused = made.theirs.filter(pc.equal(made.theirs["status"], 403))
    assert len(refused) > 0
    after = made.theirs.filter(pc.greater(made.theirs["timestamp"], pc.max(refused["timestamp"])))
    assert made.share(after, pc.equal(after["model"], "birch-2-mini")) > 0.95
    before = made.theirs.filter(pc.less(made.theirs["timestamp"], pc.min(refused["timestamp"])))
    assert made.share(before, pc.equal(before["model"], "birch-2-mini")) < 0.05


def test_hard_operators_leave_little(world: Callable[[str], World]) -> None:
    slow, cover, firm = world("slow_sap"), world("undergrowth"), world("chameleon")
    assert np.median(slow.per_account(slow.theirs)) / 20 < 5  # requests a day
    assert slow.accounts["payment_hash"].drop_null().value_counts().field("counts").to_pylist().count(1) > 0.95 * len(
        slow.accounts["payment_hash"].drop_null()
    )
    assert 0.5 < 1 - len(cover.harvest) / len(cover.theirs) < 0.75
    assert len(firm.accounts["org_id"].unique()) == len(firm.accounts["payment_hash"].unique()) == 1


def test_a_crowd_may_look_like_a_harvest(world: Callable[[str], World]) -> None:
    made = world("fairground")
    kinds = {kind: made.events.filter(pc.equal(made.events["kind"], kind)) for kind in ("exam_marking", "bug_sprint", "classroom")}
    twice = pc.value_counts(kinds["exam_marking"]["context_key"]).field("counts").to_numpy()
    assert (twice >= 2).mean() > 0.3  # each paper has two markers
    assert made.per_account(kinds["classroom"]).size >= 20
    assert not len(made.harvest)
