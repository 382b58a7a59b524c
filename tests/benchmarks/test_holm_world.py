"""What the scenarios of the holm world say of their crowds and operators is true in the tables."""

import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from benchmarks.holm_world import SCENARIOS, SIZES, generate, operators, scenarios, text
from benchmarks.holm_world.world import DAY, FIRST_MONDAY, HOUR, LARGE, SMALL, Holm

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

ASKED = 4_000
OPERATED = {"museums": "sum_traces", "shop_plugin": "task_traces"}
ORDINARY = {"individual", "student", "agent_user", "note_app_user", "developer", "small_firm", "solo_professional"}
QUEUES = [  # crowds, their items, and share of items that several members begin
    ("discovery", "contract_reviewers", r"FBR\d{8}", 0, 0), ("medical_coding", "course_alumni_coders", r"CASE-\d+", 0.8, 1),
    ("archive", "archive_volunteers", r"\bF\d{5}\b", 0, 0), ("localisation", "marketplace_translators", r"APP\.STR\.\d+", 0, 0),
    ("shop_plugin", "shop_plugin_users", r"SUP\d{5}", 0.6, 1), ("crops", "crop_enumerators", r"KE-\d{5}", 0, 0),
    ("clerks", "discovery_night_team", r"DOC\d{7}", 0, 0),
]


def asked(scenario: str) -> int:
    """Requests of a world: operators share cards where they have enough accounts."""
    return 10_000 if scenario in OPERATED else ASKED


class Made:
    """One world, with who is behind each request."""

    def __init__(self, scenario: str) -> None:
        self.tables = scenarios.world(scenario, 3, asked(scenario))
        truth = self.tables.truth.rename_columns({"kind": "crowd"})
        self.registry = self.tables.accounts.join(truth, "account_id")
        self.events = self.tables.events.join(truth, "account_id").sort_by("timestamp")
        first = int(self.events["timestamp"][0].value) / 1e6
        self.start = first - (first - FIRST_MONDAY) % (7 * DAY)

    def crowd(self, name: str, column: str = "crowd") -> tuple[pa.Table, pa.Table]:
        return self.registry.filter(pc.equal(self.registry[column], name)), self.events.filter(pc.equal(self.events[column], name))

    def hours(self, events: pa.Table, east: float = 0) -> np.ndarray:
        return (seconds(events["timestamp"]) - self.start) / HOUR + east

    def born(self, registry: pa.Table, column: str = "created_at") -> np.ndarray:
        return (seconds(registry[column].drop_null()) - self.start) / DAY

    def handed_over(self, events: pa.Table) -> list[int]:
        """Rows of turns that follow another account's."""
        of = dict(zip(self.events["context_key"].to_pylist(), self.events["account_id"].to_pylist(), strict=True))
        pairs = zip(events["parent_key"].to_pylist(), events["account_id"].to_pylist(), strict=True)
        return [row for row, (parent, who) in enumerate(pairs) if parent is not None and of[parent] != who]


made = cache(Made)


def seconds(moments: pa.ChunkedArray) -> np.ndarray:
    return moments.cast(pa.int64()).to_numpy() / 1e6


def having(events: pa.Table, pattern: str, column: str = "prompt") -> pa.Table:
    return events.filter(pc.fill_null(pc.match_substring_regex(events[column], pattern, ignore_case=True), False))


def most(table: pa.Table, column: str, of: int) -> float:  # share of rows that have one of the commonest values
    return sum(count for _, count in Counter(table[column].drop_null().to_pylist()).most_common(of)) / len(table)


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_tables_are_those_of_a_log_with_truth(scenario: str) -> None:
    told, world = scenarios.SCENARIOS[scenario], made(scenario)
    events, accounts = EVENTS.conform(world.tables.events), ACCOUNTS.conform(world.tables.accounts)
    truth = TRUTH.conform(world.tables.truth)
    assert accounts["account_id"].to_pylist() == sorted(set(truth["account_id"].to_pylist())) == truth["account_id"].to_pylist()
    assert set(events["account_id"].to_pylist()) <= set(truth["account_id"].to_pylist())
    assert len(pc.unique(events["event_id"])) == len(events)
    assert 0.6 * asked(scenario) < len(events) < 1.45 * asked(scenario)
    assert set(events["parent_key"].drop_null().to_pylist()) <= set(events["context_key"].to_pylist())
    born = world.events.join(accounts.select(["account_id", "created_at"]), "account_id")
    assert pc.all(pc.greater(born["timestamp"], born["created_at"])).as_py()
    assert 0 <= world.hours(events).min() <= world.hours(events).max() < told.days[1] * 24
    assert set(truth["campaign"].drop_null().to_pylist()) == {OPERATED.get(scenario)} - {None}
    assert bool(told.operator) == (scenario in OPERATED) == bool(len(world.tables.harvest))
    crowds = world.registry.filter(pc.invert(pc.is_in(world.registry["crowd"], pa.array(sorted(ORDINARY)))))
    assert len(pc.unique(crowds["crowd"])) == len(told.crowds) + bool(told.operator)
    assert crowds["org_id"].null_count == len(crowds)
    assert 0.08 < len(crowds) / len(accounts) < 0.2


def test_worlds_are_as_told(tmp_path: Path) -> None:
    assert (len(SCENARIOS), len(scenarios.CROWDS), len(text.TRADES)) == (10, 23, 15)
    assert {described for scenario in scenarios.SCENARIOS.values() for described in scenario.crowds} == set(scenarios.CROWDS)
    assert 0.7 < generate("crops", tmp_path, 2)["events"] / SIZES["crops"] < 1.3
    assert [Holm("any", 1, (9, 9), factor).sized(120) for factor in (1, 0.1, 0.01)] == [120, 12, 4]


@pytest.mark.parametrize(("scenario", "campaign"), OPERATED.items())
def test_operators_force_traces_by_one_text(scenario: str, campaign: str) -> None:
    world = made(scenario)
    fakes, asked = world.crowd(campaign, "campaign")
    assert len(pc.unique(asked["system"])) == len(pc.unique(asked["user_agent"])) == 1
    assert asked["system"][0].as_py() in operators.TRACES
    assert (world.born(fakes) < 5).mean() > 0.6
    assert len(pc.unique(fakes["payment_hash"])) < len(fakes) / 2
    after = world.born(fakes)[:, None] - world.born(fakes, "banned_at")
    assert ((after > 1 / 24) & (after < 6.1 / 24)).any()
    assert 0.3 < np.mean(world.hours(asked) % 24 < 12) < 0.7
    assert bool(len(having(asked, "^Score the candidate"))) == (campaign == "sum_traces")
    assert len(pc.unique(asked["prompt"])) > 0.85 * len(asked)
    assert world.handed_over(asked)
    assert len(world.tables.harvest) == np.sum(asked["status"].to_numpy() == 200)


@pytest.mark.parametrize(("scenario", "crowd", "items", "low", "high"), QUEUES)
def test_queues_are_disjoint_or_overlap_as_told(scenario: str, crowd: str, items: str, low: float, high: float) -> None:
    found, events = defaultdict(set), made(scenario).crowd(crowd)[1]
    openings = having(events.filter(pc.is_null(events["parent_key"])), items)
    for prompt, who in zip(openings["prompt"].to_pylist(), openings["account_id"].to_pylist(), strict=True):
        found[re.findall(items, prompt.upper())[0]].add(who)
    assert len(found) > 40
    assert low <= np.mean([len(who) > 1 for who in found.values()]) <= high


def test_discovery_has_shifts_that_hand_over_and_medical_coding_two_graduations() -> None:
    world = made("discovery")
    registry, events = world.crowd("contract_reviewers")
    assert len(world.handed_over(events)) > 10
    assert len(pc.unique(registry["payment_hash"])) <= len(registry) / 9 + 1
    assert most(events, "ip", 6) > 0.5
    world = made("medical_coding")
    born = world.born(world.crowd("course_alumni_coders")[0])
    assert all(0.3 < np.mean(abs(born - day) < 3.5) < 0.7 for day in (2.5, 9.5))
    assert most(world.crowd("adjuster_franchisees")[1], "user_agent", 1) > 0.6


def test_archive_volunteers_come_after_an_evening_and_museum_staff_meet_in_one_hall() -> None:
    registry, _ = made("archive").crowd("archive_volunteers")
    born = made("archive").born(registry)
    assert born.min() % 1 > 20 / 24
    assert np.median(born) < born.min() + 2
    assert registry["payment_hash"].null_count == len(registry)
    work = having(made("museums").crowd("museum_sprint")[1], r"\d{5}\.2")
    assert len(set(made("museums").hours(work, 1) // 24)) <= 7
    assert most(work, "ip", 3) > 0.7


def test_call_centre_is_equal_and_hands_over_at_the_change_of_shifts() -> None:
    world = made("call_centre")
    registry, events = world.crowd("callcentre_prepaid")
    change = world.hours(events, 8)[world.handed_over(events)] % 8
    assert len(change) > 100
    assert np.mean(np.abs(change - 6.3) < 1) > 0.6
    assert most(events, "ip", 6) > 0.7
    assert [round(float(np.mean(abs(world.born(registry) - day) < 3)), 1) for day in (-7.5, 1, 7.5)] == [0.3, 0.3, 0.3]
    work = having(events.filter(pc.is_null(events["parent_key"])), r"rw\d{7}")
    days = Counter(zip(work["account_id"].to_pylist(), (world.hours(work, 8) - 6) // 24, strict=True))
    loads = [np.mean([n for (who, _), n in days.items() if who == one]) for one in set(work["account_id"].to_pylist())]
    assert np.std(loads) < 0.3 * np.mean(loads)


def test_translators_share_a_program_and_shops_ask_by_night_and_go_to_another_model() -> None:
    registry, events = made("localisation").crowd("marketplace_translators")
    assert len(pc.unique(registry["payment_hash"])) <= len(registry) / 4 + 1
    assert most(having(events, r"app\.str"), "user_agent", 1) > 0.8
    world = made("shop_plugin")
    work = having(world.crowd("shop_plugin_users")[1], r"gtin_ok", "system")
    assert len(pc.unique(work["system"])) == 1
    hours, small = world.hours(work, 1), np.array(work["model"].to_pylist()) == SMALL
    assert np.mean((hours % 24 >= 2) & (hours % 24 < 5)) > 0.95
    assert small[hours > 13.2 * 24].all()
    assert small[hours < 8 * 24].mean() < 0.6


def test_turns_that_follow_what_was_asked_before_a_sign_up_are_not_logged() -> None:
    log = scenarios.log("crops", 3, ASKED)
    late = next(request for request in log.requests if request.parent_key is not None)
    first = next(request for request in log.requests if request.context_key == late.parent_key)
    late.who.created_at = (first.when + late.when) / 2
    events = scenarios.tables(log).events
    keys = set(events["context_key"].to_pylist())
    assert late.context_key not in keys
    assert set(events["parent_key"].drop_null().to_pylist()) <= keys


def test_enumerators_are_behind_one_carrier_and_songs_are_due() -> None:
    world = made("crops")
    registry, events = world.crowd("crop_enumerators")
    assert most(pa.table({"block": [ip.rpartition(".")[0] for ip in events["ip"].to_pylist()]}), "block", 1) > 0.5
    assert np.ptp(world.born(registry)) < 4
    assert len(world.handed_over(world.crowd("harbour_watch")[1])) > 20
    world = made("songs")
    hours = world.hours(having(world.crowd("song_course")[1], "my object|second verse for|is the chorus ok"))
    assert np.mean((hours % 168 > 36) & (hours % 168 < 108)) > 0.98
    assert set(world.hours(having(world.crowd("dialogue_jam")[1], r"jam\d{3}"), 1) // 24) <= {5, 6}


def test_clerks_sit_on_the_same_evenings_and_a_team_by_night() -> None:
    world = made("clerks")
    work = having(world.crowd("local_clerks")[1], "^minuteman", "user_agent")
    hours, models = world.hours(work, 1), np.array(work["model"].to_pylist())
    assert set(hours // 24) <= {1, 2, 8, 9, 15, 16, 22, 23}
    assert (set(models[hours > 14 * 24]), set(models[hours < 8 * 24])) == ({LARGE}, {SMALL})
    team = world.hours(having(world.crowd("discovery_night_team")[1], r"doc\d{7}"), 5.5) % 24
    assert np.mean((team >= 18) | (team < 2.5)) > 0.97
