"""What the scenarios of the moor world say of their operators is true in the tables."""

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from benchmarks.moor_world import SCENARIOS, SIZES, fleets, generate, operators, scenarios, text
from benchmarks.moor_world.folk import tools_of
from benchmarks.moor_world.world import DAY, HOUR, Moor
from benchmarks.worlds import World

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED, MORE = 8_000, {"labs": 24_000, "hydra": 14_000, "pivot": 14_000, "relay": 14_000, "small": 14_000}
"""Requests of a world; where what is said is of all paths, or of shares, more."""
OPERATED = [name for name, scenario in scenarios.SCENARIOS.items() if scenario.operators]
ALONE = [name for name, scenario in scenarios.SCENARIOS.items() if not scenario.operators]
MARKET = "0a0e5e0463800d1c"
"""of who asked what in the author's own tables of the scenario, seed 1"""


class Made:
    """One world, with who is behind each request."""

    def __init__(self, scenario: str, folder: Path) -> None:
        world = World(
            *(pq.read_table(folder / name) for name in ("events", "accounts.parquet", "truth.parquet", "truth_events.parquet")),
            json.loads((folder / "releases.json").read_text(encoding="utf-8")),
        )
        self.world, self.days = world, scenarios.SCENARIOS[scenario].days
        truth = world.truth.rename_columns({"kind": "crowd"})
        self.registry = world.accounts.join(truth, "account_id")
        harvest = world.harvest.rename_columns({"campaign": "harvest"})
        self.events = world.events.join(truth, "account_id").join(harvest, "event_id").sort_by("timestamp")
        first = int(self.events["timestamp"][0].value) / 1e6
        self.start = first - (first % DAY)
        self.release = float(pc.strptime(world.releases[3]["released_at"], "%Y-%m-%dT%H:%M:%SZ", "s").cast(pa.int64()).as_py())

    def of(self, campaign: str) -> pa.Table:
        """Harvest of a campaign."""
        return self.events.filter(pc.equal(self.events["harvest"], campaign))

    def asked_by(self, campaign: str) -> pa.Table:
        """All requests of its accounts."""
        return self.events.filter(pc.equal(self.events["campaign"], campaign))

    def crowd(self, name: str) -> pa.Table:
        """Requests of a crowd."""
        return self.events.filter(pc.equal(self.events["crowd"], name))

    def fakes(self, campaign: str) -> pa.Table:
        """Accounts of a campaign."""
        return self.registry.filter(pc.equal(self.registry["campaign"], campaign))

    def handed_over(self, events: pa.Table) -> float:
        """Share of turns with one before whose turn before was another account's."""
        of = dict(zip(self.events["context_key"].to_pylist(), self.events["account_id"].to_pylist(), strict=True))
        later = events.filter(pc.is_valid(events["parent_key"]))
        pairs = zip(later["parent_key"].to_pylist(), later["account_id"].to_pylist(), strict=True)
        return float(np.mean([of[parent] != account for parent, account in pairs]))


@pytest.fixture(scope="module")
def world(simulated: Callable[..., tuple[Path, dict[str, int]]]) -> Callable[[str], Made]:
    """``world(scenario)``: made once; the last one alone is in memory."""
    return lru_cache(maxsize=1)(lambda scenario: Made(scenario, simulated(generate, scenario, 3, asked(scenario))[0]))


def asked(scenario: str) -> int:
    return MORE.get(scenario, ASKED)


def seconds(moments: pa.ChunkedArray) -> np.ndarray:
    return moments.drop_null().cast(pa.int64()).to_numpy() / 1e6


def distinct_hours(events: pa.Table) -> float:
    """Hours in which an account asks, by its requests."""
    hours = zip(events["account_id"].to_pylist(), seconds(events["timestamp"]) // HOUR, strict=True)
    return len(set(hours)) / len(events)


def share(events: pa.Table, column: str, pattern: str) -> float:
    return float(pc.mean(pc.fill_null(pc.match_substring_regex(events[column], pattern), False).cast(pa.float64())).as_py())


def literal(form: str) -> str:
    """What a frame begins with, as a pattern."""
    return "^" + form.partition("{x}")[0].partition("\n")[0].replace(".", r"\.")


def openings(events: pa.Table) -> pa.Table:
    return events.filter(pc.is_null(events["parent_key"]))


def test_scenarios_are_as_many_and_as_broad_as_told() -> None:
    every = scenarios.SCENARIOS.values()
    assert (len(SCENARIOS), len(OPERATED), len(ALONE), len(scenarios.CROWDS), len(text.KINDS), len(text.ABROAD)) == (10, 7, 3, 16, 13, 6)
    levels = [told for scenario in every for told in scenario.campaigns().values()]
    assert sorted(map(levels.count, ("easy", "medium", "hard", "hard first"))) == [1, 2, 5, 8]
    assert all(bool(scenario.campaigns()) == bool(scenario.operators) for scenario in every)
    assert all(15_000 <= size <= 250_000 for size in SIZES.values())
    assert all(7 <= scenario.days <= 30 for scenario in every)
    of_crowd = [name for scenario in every for name in {crowd for crowd, _ in scenario.looks_alike()}]
    assert set(of_crowd) == scenarios.CROWDS.keys()
    assert {of_crowd.count(name) for name in scenarios.CROWDS} == {5, 6, 7, 8, 9}


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_tables_are_those_of_a_log_with_truth(scenario: str, world: Callable[[str], Made]) -> None:
    made = world(scenario)
    tables = made.world
    events, accounts = EVENTS.conform(tables.events), ACCOUNTS.conform(tables.accounts)
    TRUTH.conform(tables.truth)
    assert set(events["account_id"].to_pylist()) == set(accounts["account_id"].to_pylist()) == set(tables.truth["account_id"].to_pylist())
    assert len(pc.unique(events["event_id"])) == len(events)
    assert 0.8 * asked(scenario) < len(events) < 1.35 * asked(scenario)
    stamps = seconds(events["timestamp"])
    assert (np.diff(stamps) >= 0).all()
    assert made.start <= stamps[0] <= stamps[-1] < made.start + made.days * DAY
    born = made.events.join(accounts.select(["account_id", "created_at"]), "account_id")
    assert pc.all(pc.greater_equal(born["timestamp"], born["created_at"])).as_py()
    campaigns = scenarios.SCENARIOS[scenario].campaigns()
    crowds = {name for name, _ in scenarios.SCENARIOS[scenario].looks_alike()}
    assert len(set(tables.truth["kind"].to_pylist())) == 1 + len(crowds) + len(campaigns)
    assert set(tables.truth["campaign"].drop_null().to_pylist()) == campaigns.keys()
    if scenario in ALONE:
        assert tables.truth["campaign"].null_count == len(tables.truth)
        assert len(tables.harvest) == 0
        return
    harvest = made.events.filter(pc.is_valid(made.events["harvest"]))
    assert len(harvest) == len(tables.harvest) > 0.2 * len(events)
    assert pc.all(pc.equal(harvest["campaign"], harvest["harvest"])).as_py()
    assert set(harvest["status"].to_pylist()) == {200}


@pytest.mark.parametrize("scenario", OPERATED)
def test_fakes_are_as_uniform_as_the_author_doubts(scenario: str, world: Callable[[str], Made]) -> None:
    made = world(scenario)
    for campaign in scenarios.SCENARIOS[scenario].campaigns():
        asked, fakes = made.asked_by(campaign), made.fakes(campaign)
        assert not pc.any(asked["stream"]).as_py()
        assert len(pc.unique(asked["temperature"])) == 1
        assert len(pc.unique(asked["max_tokens"])) <= (3 if campaign == "hydra" else 2 if campaign == "phoenix" else 1)
        assert fakes["payment_hash"].null_count == 0
        assert len(fakes) >= 4
    innocent = made.events.filter(pc.is_null(made.events["campaign"]))
    assert 0.6 < pc.mean(innocent["stream"].cast(pa.float64())).as_py() < 0.85


def test_the_size_of_the_author_is_the_usual_one_and_his_world(tmp_path: Path) -> None:
    counts = generate("market", tmp_path / "world", 1)
    again = scenarios.world("market", 1, SIZES["market"])
    events = pa.concat_tables([pq.read_table(part) for part in sorted((tmp_path / "world" / "events").iterdir())])
    assert events.equals(again.events)
    assert (counts["events"], counts["accounts"], counts["fake"], counts["harvested"]) == (17_757, 632, 0, 0)
    rows = zip(*(events[name].to_pylist() for name in ("event_id", "account_id", "prompt")), strict=True)
    told = "\n".join("\t".join(row) for row in rows)
    assert hashlib.sha256(told.encode()).hexdigest()[:16] == MARKET


def test_a_frame_for_proofs_and_a_grader_in_bursts(world: Callable[[str], Made]) -> None:
    made = world("lantern")
    lantern, gavel = made.of("lantern"), made.of("gavel")
    assert share(lantern, "prompt", literal(operators.PROOF)) == 1
    assert seconds(lantern["timestamp"]).max() < made.start + (made.days - 2) * DAY
    assert np.ptp(seconds(made.fakes("lantern")["created_at"])) < 6 * HOUR
    assert np.ptp(seconds(made.fakes("gavel")["created_at"])) > 2 * DAY
    assert share(gavel, "prompt", literal(operators.RUBRIC)) == 1
    assert distinct_hours(lantern) > 0.6
    assert distinct_hours(gavel) < 0.25


def test_the_hydra_grows_a_head_within_hours(world: Callable[[str], Made]) -> None:
    made = world("hydra")
    fakes = made.fakes("hydra")
    banned = fakes.filter(pc.is_valid(fakes["banned_at"]))
    born, bans = seconds(fakes["created_at"]), seconds(banned["banned_at"])
    gaps = (born[:, None] - bans[None, :]) / HOUR
    follows = ((gaps > 0.29) & (gaps < 8.01)).any(axis=0)
    assert len(banned) > 0.4 * len(fakes)
    assert follows.all()
    assert len(pc.unique(fakes["payment_hash"])) == len(fakes)
    asked = made.asked_by("hydra").join(fakes.select(["account_id", "banned_at"]), "account_id")
    late = asked.filter(pc.greater(asked["timestamp"], asked["banned_at"]))
    assert len(late) > 0
    assert set(late["status"].to_pylist()) == {403}
    assert set(asked["access_path"].to_pylist()) == {"api", "bedrock", "vertex"}
    answered = asked.filter(pc.equal(asked["status"], 200))
    assert 0.5 < 1 - answered["harvest"].null_count / len(answered) < 0.7


def test_coders_jump_to_the_new_model_and_eyes_change_their_work(world: Callable[[str], Made]) -> None:
    made = world("pivot")
    pivot, eyes = made.of("pivot"), made.of("eyes")
    when = seconds(pivot["timestamp"])
    new = np.array(pivot["model"].to_pylist()) == "orca-3"
    assert not new[when < made.release].any()
    assert 0.4 < new[when > made.release + 1.1 * DAY].mean() < 0.7
    assert share(pivot, "system", operators.TOOL_USER) == 1
    turn = made.start + 0.6 * made.days * DAY
    traces = np.array(pc.match_substring(eyes["prompt"], operators.RECONSTRUCT[:40]).to_pylist())
    later = seconds(eyes["timestamp"]) > turn
    assert traces[later].mean() > 0.99
    assert not traces[~later].any()
    assert set(eyes["access_path"].to_pylist()) == {"api", "app", "bedrock"}


def test_six_tongues_and_a_pool_without_a_frame(world: Callable[[str], Made]) -> None:
    made = world("tongues")
    babel, chameleon = made.of("babel"), made.of("chameleon")
    ends = [np.array([prompt.endswith(text.think_aloud(language)) for prompt in babel["prompt"].to_pylist()]) for language in text.ABROAD]
    assert np.sum(ends, axis=0).tolist() == [1] * len(babel)
    assert min(found.mean() for found in ends) > 0.1
    prompts = chameleon["prompt"].to_pylist()
    assert len(set(prompts)) == len(prompts)
    assert len(set(made.fakes("chameleon")["payment_hash"].to_pylist())) == len(made.fakes("chameleon"))
    starts = np.unique([prompt[:20] for prompt in prompts], return_counts=True)[1]
    assert starts.max() < 0.15 * len(prompts)


def test_the_phoenix_burns_twice_and_the_drip_keeps_office_hours(world: Callable[[str], Made]) -> None:
    made = world("phoenix")
    phoenix, fakes, drip = made.of("phoenix"), made.fakes("phoenix"), made.of("drip")
    assert set(phoenix["system"].to_pylist()) == {operators.INJECTED}
    bans = (seconds(fakes["banned_at"]) - made.start) / DAY / made.days
    waves = [np.abs(bans - wave) < 0.01 for wave in (0.45, 0.6)]
    assert [int(wave.sum()) for wave in waves] == [-(-len(bans) // 2), len(bans) // 2]
    second = made.fakes("phoenix").filter(pc.is_null(fakes["banned_at"]))["account_id"].combine_chunks()
    theirs = made.asked_by("phoenix").filter(pc.is_in(made.asked_by("phoenix")["account_id"], second))
    wave = made.start + 0.45 * made.days * DAY
    reaped = seconds(theirs.filter(pc.is_valid(theirs["harvest"]))["timestamp"])
    assert reaped.min() > wave + 2 * HOUR
    assert (seconds(theirs["timestamp"]) < wave).sum() > 20
    hour = (seconds(drip["timestamp"]) / HOUR + fleets.WORK_HOURS_EAST) % 24
    assert ((hour >= 9) & (hour < 18.1)).mean() > 0.85


def test_users_are_relayed_blocks_replayed_and_an_agent_imitated(world: Callable[[str], Made]) -> None:
    made = world("relay")
    ferry, echo, mirror = made.of("ferry"), made.of("echo"), made.of("mirror")
    assert made.handed_over(ferry) > 0.8
    assert max(made.handed_over(mirror), made.handed_over(made.crowd("popular agent"))) < 0.02
    assert set(ferry["system"].to_pylist()) == set(made.crowd("popular agent")["system"].to_pylist()) == {text.AGENTS["Burrow"]}
    assert set(ferry["tools_key"].to_pylist()) == set(made.crowd("popular agent")["tools_key"].to_pylist()) == {tools_of("Burrow")}
    assert 0.4 < share(echo, "prompt", "^<thinking signature=") < 0.6
    assert set(mirror["system"].to_pylist()) == {text.AGENTS["tinyscribe"]}
    assert set(mirror["tools_key"].to_pylist()) == set(made.crowd("niche agent")["tools_key"].to_pylist())


def test_small_operators_do_as_told(world: Callable[[str], Made]) -> None:
    made = world("small")
    polish, baton = made.of("polish"), made.of("baton")
    weaker = np.array(polish["model"].to_pylist()) == "orca-2-mini"
    assert (weaker == (seconds(polish["timestamp"]) >= made.start + 0.55 * made.days * DAY)).all()
    for campaign, form in (("polish", operators.CLEAN), ("quarry", operators.SEEDED), ("velvet", operators.SOFTEN)):
        assert share(made.of(campaign), "prompt", literal(form)) == 1
    assert made.handed_over(baton) > 0.6
    assert baton["system"].null_count == len(baton)


def test_innocents_look_as_the_crowds_say(world: Callable[[str], Made]) -> None:
    made = world("labs")
    registry = made.registry
    rotator = made.crowd("key rotation")
    assert made.handed_over(rotator) > 0.5
    assert len(pc.unique(rotator["org_id"])) == 2
    for crowd in ("synthetic data", "reseller"):
        accounts = registry.filter(pc.equal(registry["crowd"], crowd))
        assert pc.all(accounts["verified"]).as_py()
    benched = openings(made.crowd("eval harness"))
    assert len(pc.unique(benched["prompt"])) < 0.5 * len(benched)
    office = made.crowd("company")
    firms = office.group_by("org_id").aggregate([("system", "count_distinct"), ("ip", "count_distinct")])
    assert set(firms["system_count_distinct"].to_pylist()) == set(firms["ip_count_distinct"].to_pylist()) == {1}
    assert len(firms) == 3


def test_crowds_and_fleets_shrink_and_grow_with_the_requests() -> None:
    small, large = Moor("a07_small", 3, 17, 0.01), Moor("a07_small", 3, 17, 2.0)
    assert (small.sized(50), small.fakes(120), small.fakes(3), large.sized(50), large.fakes(15)) == (1, 4, 3, 100, 30)
    assert Moor("a07_small", 3, 17).fakes(15) == 15


def test_what_is_no_slot_stays() -> None:
    r = Moor("words", 1, 7).r
    assert text.fill(r, "{x} {nothing} f() { return {x} }", x="1") == "1 {nothing} f() { return 1 }"
    assert text.task(r, "math", plain=True).count("{") == 0
    plain = [form for forms in text.TASKS.values() for form in forms if "{snippet}" not in form]
    assert all("{" not in text.fill(r, form) for form in plain)
