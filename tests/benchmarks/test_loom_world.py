"""What the scenarios of the loom world say of their crowds and operators is true in the tables."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from benchmarks.loom_world import SCENARIOS, SIZES, generate, scenarios, text
from benchmarks.loom_world.world import HOUR, Loom

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED = 10_000
OPERATED = {"ring_among_apps": "ring", "pairs_among_labs": "pairs"}


class Made:
    """One world, with who is behind each request."""

    def __init__(self, scenario: str) -> None:
        self.log = scenarios.log(scenario, 3, ASKED)
        self.tables = scenarios.tables(self.log)
        truth = self.tables.truth.rename_columns({"kind": "crowd"})
        self.registry = self.tables.accounts.join(truth, "account_id")
        self.events = self.tables.events.join(truth, "account_id").sort_by("timestamp")

    def crowd(self, name: str) -> tuple[pa.Table, pa.Table]:
        return self.registry.filter(pc.equal(self.registry["crowd"], name)), self.events.filter(pc.equal(self.events["crowd"], name))

    def minutes(self, events: pa.Table) -> np.ndarray:
        return (events["timestamp"].cast(pa.int64()).to_numpy() / 1e6 - self.log.start) / 60


made = cache(Made)


def loads(events: pa.Table) -> np.ndarray:
    return np.array(list(Counter(events["account_id"].to_pylist()).values()))


def units(events: pa.Table) -> list[str]:
    return [unit for prompt in events["prompt"].to_pylist() for unit in re.findall(r"^(?:SHEET|NOTE|CLIP) (\d{6})", prompt)]


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_tables_are_those_of_a_log_with_truth(scenario: str) -> None:
    told, world = scenarios.SCENARIOS[scenario], made(scenario)
    events, accounts = EVENTS.conform(world.tables.events), ACCOUNTS.conform(world.tables.accounts)
    truth = TRUTH.conform(world.tables.truth)
    assert accounts["account_id"].to_pylist() == sorted(set(truth["account_id"].to_pylist())) == truth["account_id"].to_pylist()
    assert set(events["account_id"].to_pylist()) <= set(truth["account_id"].to_pylist())
    assert len(pc.unique(events["event_id"])) == len(events)
    assert 0.6 * ASKED < len(events) < 1.45 * ASKED
    assert set(events["parent_key"].drop_null().to_pylist()) <= set(events["context_key"].to_pylist())
    born = world.events.join(accounts.select(["account_id", "created_at"]), "account_id")
    assert pc.all(pc.greater(born["timestamp"], born["created_at"])).as_py()
    assert 0 <= world.minutes(events).min() <= world.minutes(events).max() < told.days * 24 * 60
    assert set(truth["campaign"].drop_null().to_pylist()) == {OPERATED.get(scenario)} - {None}
    assert bool(told.operator) == (scenario in OPERATED) == bool(len(world.tables.harvest))
    assert {crowd.name for crowd in told.crowds} < set(truth["kind"].to_pylist())


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_a_crowd_has_one_program(scenario: str) -> None:
    for crowd in scenarios.SCENARIOS[scenario].crowds:
        events = made(scenario).crowd(crowd.name)[1]
        sent = ("user_agent", "ja4", "temperature", "top_p", "max_tokens", "stream")
        asked = Counter(zip(*(events[name].to_pylist() for name in sent), strict=True))
        assert asked.most_common(1)[0][1] > 0.85 * len(events), crowd.name


def test_worlds_are_as_told(tmp_path: Path) -> None:
    crowds = {crowd.name for scenario in scenarios.SCENARIOS.values() for crowd in scenario.crowds}
    assert (len(SCENARIOS), len(crowds)) == (10, 35)
    counts = generate("term", tmp_path, 2)
    assert 0.7 < counts["events"] / SIZES["term"] < 1.3
    assert 1_800 < counts["accounts"] < 4_000
    assert [round(Loom("any", 1, 9, factor).sized(120), -2) for factor in (1, 0.01)] == [100, 0]
    assert Loom("any", 1, 9, 0.01).sized(120) == 4


def test_every_form_can_be_filled() -> None:
    words = Loom("any", 1, 9).text
    for name, forms in text.FRAMES.items():
        work = name.partition(".")[0]
        for form in forms:
            told = words.fill(form, words._works[work], {"Unit": "1", "tongue": "Turkish", "Program": "Any"})
            assert not re.search(r"\{\w+\}", told), name
    for topic in text.TOPICS:
        assert all("{" not in words.question([topic]) for _ in range(200))
    assert all("{" not in words.foreign(tongue) + words.translated(tongue, 6) for tongue in text.TONGUES for _ in range(30))


def test_a_seed_is_a_world() -> None:
    one, same, other = (scenarios.world("volunteers", seed, 3_000) for seed in (3, 3, 4))
    assert all(getattr(one, name).equals(getattr(same, name)) for name in ("events", "accounts", "truth", "harvest"))
    assert all(not set(one.events[name].to_pylist()) & set(other.events[name].to_pylist()) for name in ("event_id", "account_id"))


@pytest.mark.parametrize(("scenario", "campaign"), OPERATED.items())
def test_operators_stand_behind_the_common_library(scenario: str, campaign: str) -> None:
    world = made(scenario)
    fakes = world.registry.filter(pc.equal(world.registry["campaign"], campaign))
    asked = world.events.filter(pc.equal(world.events["campaign"], campaign))
    developers = world.crowd("developer")[1]
    common = Counter(asked["user_agent"].to_pylist()).most_common(1)[0][0]
    behind = developers.filter(pc.equal(developers["user_agent"], common))["account_id"]
    assert 0.2 < len(pc.unique(behind)) / len(pc.unique(developers["account_id"])) < 0.5
    column, each = ("payment_hash", 4) if campaign == "ring" else ("phone_hash", 2)
    assert len(fakes) / each * 0.7 < len(pc.unique(fakes[column])) <= len(fakes) / each + 1
    of = scenarios.SCENARIOS[scenario]
    usual = len(fakes) * of.requests / ASKED
    assert 145 < usual < 265
    assert loads(asked).std() < 0.6 * loads(asked).mean()
    hours = world.minutes(asked) / 60 % 24
    assert 0.4 < np.mean(hours < 12) < 0.6
    assert 0.7 * len(asked) < len(world.tables.harvest) < len(asked)


def test_volunteers_are_dealt_units_without_overlap_and_work_alike() -> None:
    world = made("volunteers")
    for crowd in ("scan_menders", "species_readers", "subtitlers"):
        events = world.crowd(crowd)[1]
        assert len(set(units(events))) == len(units(events)) > 100, crowd
    menders, events = world.crowd("scan_menders")
    assert loads(events).std() < 0.6 * loads(events).mean()
    assert np.mean(menders["created_at"].cast(pa.int64()).to_numpy() / 1e6 > world.log.start) > 0.75
    assert 0.35 < np.mean(world.minutes(events) / 60 % 24 < 12) < 0.65


def test_schedules_run_on_the_hour_and_harnesses_share_a_sheet() -> None:
    world = made("full_hours")
    assert np.mean(world.minutes(world.crowd("hourly_flows")[1]) % 60 < 1) > 0.95
    assert np.mean(world.minutes(world.crowd("home_rules")[1]) % 60 < 1) < 0.3
    runs = made("small_labs").crowd("harness_runs")[1]
    assert len(pc.unique(runs["prompt"])) < len(runs) / 2
    puzzles = made("seasons").crowd("dawn_puzzles")[1]
    openings = puzzles.filter(pc.is_null(puzzles["parent_key"]))
    assert len({prompt for prompt in openings["prompt"].to_pylist() if "puzzle" in prompt or prompt.startswith("Day")}) <= 13 * 4
    hours = made("seasons").minutes(openings) * 60 / HOUR % 24
    assert np.mean((hours > 3) & (hours < 9)) > 0.6
