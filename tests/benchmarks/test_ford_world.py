"""What the scenarios of the ford world say of their logs, operators and crowds is true in the tables."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.ford_world import SCENARIOS, SIZES, generate, scenarios
from benchmarks.ford_world.tasks import POOLS, TASKS
from benchmarks.ford_world.world import DAY, HOUR

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED = 12_000
SAMPLED = ("one_request_in_three", "bare_nobody")
TEXTLESS = ("no_text", "bare_nobody")
THIN = "email_domain email_hash payment_hash phone_hash"
GAPS = {"thin_registry": THIN, "bare_nobody": THIN, "no_networks": "ip asn country user_agent ja4 signup_ip"}


class Made:
    """One world, with who is behind each request; times are seconds since the log begins."""

    def __init__(self, scenario: str, seed: int = 3) -> None:
        self.whole = scenarios.filled(scenario, seed, ASKED)
        self.world = scenarios.tables(self.whole)
        truth = self.world.truth.rename_columns({"kind": "crowd"})
        harvest = self.world.harvest.rename_columns({"campaign": "harvest"})
        start = self.whole.start.timestamp()
        events = self.world.events.join(truth, "account_id").join(harvest, "event_id").sort_by("timestamp")
        self.events = events.append_column("at", pa.array(events["timestamp"].cast(pa.int64()).to_numpy() / 1e6 - start))
        self.owner = dict(zip(events["context_key"].to_pylist(), events["account_id"].to_pylist(), strict=True))

    def of(self, campaign: str) -> pa.Table:
        return self.events.filter(pc.equal(self.events["harvest"], campaign))

    def crowd(self, name: str) -> pa.Table:
        return self.events.filter(pc.equal(self.events["crowd"], name))

    def handed_over(self, events: pa.Table) -> float:
        pairs = zip(events["parent_key"].to_pylist(), events["account_id"].to_pylist(), strict=True)
        return float(np.mean([self.owner[parent] != account for parent, account in pairs if parent in self.owner]))


@pytest.fixture(scope="module")
def world() -> Callable[[str], Made]:
    kept: dict[str, Made] = {}
    return lambda scenario: kept.get(scenario) or kept.setdefault(scenario, Made(scenario))


def kinds(table: pa.Table, column: str) -> set[Any]:
    return set(table[column].to_pylist())


def share(flags: Any) -> float:
    return float(np.mean(np.asarray(flags, dtype=float)))


def first_lines(events: pa.Table) -> set[str]:
    return {prompt.partition("\n")[0] for prompt in events["prompt"].to_pylist()}


def openings(events: pa.Table) -> pa.Table:
    return events.filter(pc.is_null(events["parent_key"]))


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_tables_are_those_of_a_log_with_truth(scenario: str, world: Callable[[str], Made]) -> None:
    made, log = world(scenario), scenarios.SCENARIOS[scenario].log
    events, accounts = EVENTS.conform(made.world.events), ACCOUNTS.conform(made.world.accounts)
    TRUTH.conform(made.world.truth)
    assert set(EVENTS.names) - set(made.world.events.column_names) == set(GAPS.get(scenario, "").split()) & set(EVENTS.names)
    assert set(ACCOUNTS.names) - set(made.world.accounts.column_names) == set(GAPS.get(scenario, "").split()) - set(EVENTS.names)
    assert {made.events[column].null_count < len(made.events) for column in ("system", "prompt", "response")} == {scenario not in TEXTLESS}
    assert kinds(events, "account_id") <= kinds(accounts, "account_id") == kinds(made.world.truth, "account_id")
    assert len(kinds(events, "event_id")) == len(events)
    assert 0.75 * ASKED < len(events) < 1.3 * ASKED
    at = made.events["at"].to_numpy() / DAY
    assert 0 <= at.min() < 0.05 < log.days - 0.3 < at.max() < log.days
    lost = share([parent not in made.owner for parent in made.events["parent_key"].drop_null().to_pylist()])
    assert (0.55 < lost < 0.75) if scenario in SAMPLED else (lost < 0.01)
    campaigns = scenarios.SCENARIOS[scenario].campaigns()
    assert kinds(made.world.truth, "campaign") - {None} == campaigns.keys()
    assert kinds(made.world.harvest, "campaign") == campaigns.keys()
    assert bool(campaigns) == ("nobody" not in scenario)
    harvest = made.events.filter(pc.is_valid(made.events["harvest"]))
    assert harvest["campaign"].equals(harvest["harvest"])
    assert kinds(harvest, "status") <= {200}


def test_a_seed_is_a_world_and_the_usual_size_its_authors(tmp_path: Path) -> None:
    counts = [generate("one_day", tmp_path / name, seed, 3000) for name, seed in (("one", 1), ("same", 1), ("other", 2))]
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*")]
    assert all((tmp_path / "one" / file).read_bytes() == (tmp_path / "same" / file).read_bytes() for file in files)
    one, other = (pq.read_table(tmp_path / name / "accounts.parquet") for name in ("one", "other"))
    assert not kinds(one, "account_id") & kinds(other, "account_id")
    assert counts[0] == counts[1] != counts[2]
    assert SIZES.keys() == SCENARIOS.keys()
    usual = generate("one_day", tmp_path / "usual", 1)
    assert (140 <= usual["fake"] <= 300, usual["accounts"] > 2900, 0.8 < usual["events"] / SIZES["one_day"] < 1.2) == (True,) * 3


def test_one_day_has_one_injected_text_behind_many_exits(world: Callable[[str], Made]) -> None:
    made = world("one_day")
    own = made.crowd("fixed_prompt")
    assert len(kinds(made.of("injector"), "system")) == 1
    assert 0.05 < share(pc.is_null(own["system"]).to_pylist()) < 0.15
    assert len(set(zip(own["account_id"].to_pylist(), own["ip"].to_pylist(), strict=True))) > 0.7 * len(own)
    assert kinds(own, "ip") & kinds(made.crowd("individual"), "ip")
    helped = openings(made.crowd("prompt_extension"))["prompt"].to_pylist()
    assert len({prompt.partition("\n")[2] for prompt in helped} - {""}) == 1


def test_two_days_hold_a_hackathon_and_three_a_split_pool(world: Callable[[str], Made]) -> None:
    made = world("two_days_nobody")
    assert made.whole.start.weekday() == 5
    assert [len(kinds(made.crowd("hackathon"), column)) for column in ("system", "tools_key", "user_agent")] == [1, 1, 1]
    assert len(first_lines(made.crowd("judge_users"))) == 1
    made = world("three_days")
    asked = openings(made.of("splitter"))["prompt"].to_pylist()
    assert len(set(asked)) == len(asked) > 500
    assert np.unique([prompt[:20] for prompt in asked], return_counts=True)[1].max() < 0.15 * len(asked)
    assert len(first_lines(made.of("grader"))) == 1
    assert len({ip.rpartition(".")[0] for ip in kinds(made.of("grader"), "ip")}) <= 3
    assert share(["[TRACE]" in prompt for prompt in made.of("grader")["prompt"].to_pylist()]) == 1


def test_five_days_hold_a_relay_in_the_guise_of_an_agent(world: Callable[[str], Made]) -> None:
    made = world("five_days")
    relay, users = made.of("relay"), made.crowd("agent_users")
    assert 0.55 < made.handed_over(relay) < 0.75
    assert made.handed_over(users) < 0.01
    assert made.handed_over(made.crowd("key_rotators")) > 0.4
    for column in ("system", "tools_key", "user_agent", "ja4"):
        assert kinds(relay, column) == kinds(users, column)
        assert len(kinds(users, column)) == 1
    assert len({prompt.rpartition("\n")[2] for prompt in openings(relay)["prompt"].to_pylist()}) == 1
    assert all(account.verified for account in made.whole.accounts if account.crowd == "reseller")


def test_a_pool_is_banned_and_heirs_go_on_in_a_third_of_the_log(world: Callable[[str], Made]) -> None:
    made = world("one_request_in_three")
    every = sum(int(((batch.time >= 0) & (batch.time < made.whole.span)).sum()) for batch in made.whole.batches)
    assert 0.3 < len(made.events) / every < 0.36
    accounts = [account for account in made.whole.accounts if account.campaign]
    bans = [account.banned for account in accounts if account.crowd == "banned_pool" and account.banned]
    born = [account.created for account in accounts if account.crowd == "heirs"]
    assert len(bans) > 0.6 * sum(account.crowd == "banned_pool" for account in accounts)
    assert max(bans) - HOUR < min(born) < max(born) < max(bans) + DAY
    assert made.crowd("heirs")["at"].to_numpy().min() > max(bans) > min(bans) + HOUR > max(bans) - DAY
    asked = openings(made.of("failover").filter(pc.is_valid(made.of("failover")["harvest"])))
    asked = zip(asked["crowd"].to_pylist(), asked["prompt"].to_pylist(), strict=True)
    ends = {(crowd, prompt.rpartition("\n\n")[2]) for crowd, prompt in asked}
    assert sorted(crowd for crowd, _ in ends) == ["banned_pool", "heirs"]
    assert len({end for _, end in ends}) == 1


def test_without_text_one_jumps_to_a_new_model_and_one_hands_over(world: Callable[[str], Made]) -> None:
    made = world("no_text")
    new = made.whole.models[4]
    used = made.events.filter(pc.greater(made.events["at"], made.whole.releases[new] + 10 * HOUR))
    moved = {crowd: share(pc.equal(table["model"], new).to_numpy()) for crowd in ("diversified", "individual")
             for table in [used.filter(pc.equal(used["crowd"], crowd))]}
    assert moved["diversified"] > 0.8 > 0.5 > moved["individual"] > 0.05
    assert made.handed_over(made.of("balancer")) > 0.4
    assert made.handed_over(made.crowd("agent_users")) < 0.01


def test_without_a_registry_there_is_none_and_a_thin_one_hides_an_injector(tmp_path: Path, world: Callable[[str], Made]) -> None:
    generate("no_registry", tmp_path / "world", 1, 3000)
    assert not (tmp_path / "world" / "accounts.parquet").exists()
    asked = openings(world("no_registry").of("splitter"))
    assert len(kinds(asked, "prompt")) == len(asked)
    exits = world("no_registry").crowd("diversified").group_by("ip").aggregate([("account_id", "count_distinct")])
    assert exits["account_id_count_distinct"].to_numpy().max() >= 5
    thin = world("thin_registry")
    assert len(first_lines(openings(thin.of("injector")))) == len(first_lines(thin.of("grader"))) == 1
    assert 0.12 < share(pc.is_null(thin.crowd("fixed_prompt")["harvest"]).to_pylist()) < 0.32
    assert np.ptp([account.created for account in thin.whole.accounts if account.crowd == "launch_signups"]) < DAY


def test_without_networks_answers_are_replayed_and_two_share_a_card(world: Callable[[str], Made]) -> None:
    made = world("no_networks")
    pasted = openings(made.of("replayer"))["prompt"].to_pylist()
    blocks = [prompt.rpartition("SIG: ")[2] for prompt in pasted]
    assert len(set(blocks)) == len(pasted) > 100
    cards = [account.payment for account in made.whole.accounts if account.campaign == "thrifty"]
    assert len(cards) / 3 < len(set(cards)) <= len(cards) / 2
    assert len({(a.org, a.email_domain, a.payment) for a in made.whole.accounts if a.crowd == "company"}) == 1


def test_what_pools_hold_comes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pools = scenarios.Ford("pools", 1, scenarios.Log(1)).pools
    assert not [task for pool in POOLS for told in pools.take(pool, 300) for task in told if "{" in task]
    monkeypatch.setitem(TASKS, "persona", ["{role}"])
    assert len({task for _ in range(2) for task, _ in pools.take("persona", len(TASKS["role"]) // 2)}) == len(TASKS["role"])
