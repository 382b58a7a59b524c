"""What policies decide after a step, on finds written by hand."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from stillwatch.replay import measure, show
from stillwatch.replay.branch import BEGINNING, HOUR_US, Branch
from stillwatch.replay.decide import Desk
from stillwatch.replay.log import INNOCENT, Log, Truth
from stillwatch.replay.policy import Policy, Reply, Rung, as_json

NAMES = [f"a{i:02}" for i in range(20)]


@pytest.fixture
def branch() -> Branch:
    """Twenty accounts that nobody is known to own, with a request each in every hour of four days."""
    hours = np.repeat(np.arange(96), 20) * HOUR_US
    account = np.tile(np.arange(20, dtype=np.int32), 96)
    log = Log([], np.array([0]), pa.array(NAMES), hours, account, np.arange(len(hours)), hours)
    return Branch(log, Reply(), None)


def step(*found: tuple[str, list[str]]) -> dict[str, Any]:
    rows = [
        {
            "campaign_id": f"c{i}", "verdict": verdict, "n_harvested": 1, "accounts": names, "estimate_accounts": names,
            "estimate_since_us": BEGINNING,
            "scores": [float(int(name[1:3])) for name in names],
        }
        for i, (verdict, names) in enumerate(found)
    ]
    return {"found": rows}


def test_a_whole_campaign_climbs_the_ladder_and_joiners_with_it(branch: Branch) -> None:
    desk = Desk(Policy("p", review_hours=2))
    desk.take(step(("campaign", NAMES[:8])), 24 * HOUR_US, branch)
    assert branch.actions == [(26 * HOUR_US, "throttle", NAMES[:8])]
    desk.take(step(), 36 * HOUR_US, branch)
    desk.take(step(("campaign", NAMES[:10])), 48 * HOUR_US, branch)
    desk.take(step(("campaign", NAMES[:10])), 72 * HOUR_US, branch)
    assert branch.actions[1:] == [(50 * HOUR_US, "block", NAMES[:10])]
    assert [case.findings for case in desk.cases] == [3]


def test_another_campaign_begins_at_the_first_rung(branch: Branch) -> None:
    desk = Desk(Policy("p", review_hours=0))
    for hour in (24, 48):
        desk.take(step(("campaign", NAMES[:8])), hour * HOUR_US, branch)
    desk.take(step(("campaign", NAMES[10:18])), 72 * HOUR_US, branch)
    assert branch.actions[-1] == (72 * HOUR_US, "throttle", NAMES[10:18])
    assert len(desk.cases) == 2


def test_single_accounts_are_taken_most_suspicious_first_as_many_as_a_day_allows(branch: Branch) -> None:
    desk = Desk(Policy("p", "account", (Rung(2, "block"),), review_hours=0, per_day=3))
    for hour in (24, 48, 60, 72):
        desk.take(step(("campaign", NAMES[:8])), hour * HOUR_US, branch)
    assert branch.actions == [(48 * HOUR_US, "block", NAMES[5:8]), (72 * HOUR_US, "block", NAMES[2:5])]


def test_what_a_day_allows_is_the_same_however_often_one_looks(branch: Branch) -> None:
    desk = Desk(Policy("p", "account", (Rung(1, "block"),), review_hours=4, per_day=1))
    for hour in (*range(1, 50), 85, 97, 145):
        desk.take(step(("campaign", NAMES[:8])), hour * HOUR_US, branch)
    assert [(at // HOUR_US - 4, names) for at, _, names in branch.actions] == [
        (1, NAMES[7:8]), (25, NAMES[6:7]), (49, NAMES[5:6]), (85, NAMES[4:5]), (145, NAMES[2:4]),
    ]


def test_a_day_is_spent_on_the_most_suspicious_whatever_is_done_to_them(branch: Branch) -> None:
    desk = Desk(Policy("p", "account", (Rung(1, "throttle"), Rung(2, "block")), review_hours=0, per_day=2))
    desk.take(step(("campaign", NAMES[6:7])), 24 * HOUR_US, branch)
    desk.take(step(("campaign", NAMES[5:8])), 48 * HOUR_US, branch)
    assert branch.actions[1:] == [(48 * HOUR_US, "throttle", NAMES[7:8]), (48 * HOUR_US, "block", NAMES[6:7])]


@pytest.mark.parametrize("follow", [False, True])
def test_groups_for_review_are_acted_on_only_where_they_continue_what_is_confirmed(
    branch: Branch, follow: bool
) -> None:
    desk = Desk(Policy("p", review_hours=0, follow_review=follow))
    desk.take(step(("campaign", NAMES[:8])), 24 * HOUR_US, branch)
    desk.take(step(("review", NAMES[:9])), 36 * HOUR_US, branch)
    assert len(branch.actions) == 1  # found once, not confirmed
    desk.take(step(("campaign", NAMES[:8])), 48 * HOUR_US, branch)
    desk.take(step(("review", NAMES[4:10]), ("review", NAMES[12:20])), 72 * HOUR_US, branch)
    assert branch.actions[2:] == ([(72 * HOUR_US, "block", NAMES[8:10])] if follow else [])


def test_groups_for_review_climb_a_ladder_of_their_own(branch: Branch) -> None:
    desk = Desk(Policy("p", review_hours=2, review_ladder=(Rung(2, "challenge"),)))
    desk.take(step(("review", NAMES[:8])), 24 * HOUR_US, branch)
    assert branch.actions == []
    desk.take(step(("review", NAMES[:10]), ("review", NAMES[12:20])), 36 * HOUR_US, branch)
    assert branch.actions == [(38 * HOUR_US, "challenge", NAMES[:10])], "the other was listed once"
    desk.take(step(("campaign", NAMES[:8]), ("campaign", NAMES[12:20])), 48 * HOUR_US, branch)
    assert branch.actions[1:] == [(50 * HOUR_US, "throttle", NAMES[12:20])], "who is challenged is not throttled"
    desk.take(step(("campaign", NAMES[:8]), ("review", NAMES[12:20])), 60 * HOUR_US, branch)
    assert branch.actions[2:] == [(62 * HOUR_US, "challenge", NAMES[12:20]), (62 * HOUR_US, "block", NAMES[:8])]


def test_shadow_acts_on_nobody(branch: Branch) -> None:
    desk = Desk(Policy("p", "nobody"))
    for hour in (24, 48):
        desk.take(step(("campaign", NAMES[:8])), hour * HOUR_US, branch)
    assert branch.actions == []
    assert len(desk.cases) == 1


def test_what_would_hold_after_the_log_met_nobody(branch: Branch) -> None:
    end = 95 * HOUR_US
    truth = Truth(["o"], np.repeat(np.int32([0, INNOCENT]), 10), ["x"], np.zeros(20, np.int32), np.ones(len(branch.log.time), bool), False)
    branch.act(end, "block", branch.codes(NAMES[9:13]))  # the last requests meet it
    Desk(Policy("p", review_hours=2)).take(step(("campaign", [*NAMES[:9], *NAMES[13:]])), end, branch)
    assert len(branch.actions) == 2, "it was decided"
    (row,) = measure.operators(branch.log, truth, branch, [])
    assert (row["accounts_acted_on"], row["accounts_blocked"]) == (1, 1)
    assert (row["share_before_action"], row["half_acted_at"]) == (round(95 / 96, 6), None)
    assert measure.innocents(branch.log, truth, branch, [])["touched"] == 3


def test_a_truth_without_innocents_says_so(branch: Branch) -> None:
    truth = Truth(["o"], np.zeros(20, np.int32), ["x"], np.zeros(20, np.int32), np.ones(len(branch.log.time), bool), False)
    policy = {"policy": "p", "campaigns": [], "steps": [], "skipped": 0, "innocents": measure.innocents(branch.log, truth, branch, [])}
    steps = {"grid": 1, "early": 0, "every": "1h", "growth": 0.02, "recent": [], "first": None}
    compared = as_json((Policy("p"),), Reply())
    told = show.text({"policies": [policy], "steps": steps, "truth": True, "truth_events": True, "policy": compared})
    assert "p: no account of the log is innocent in the truth" in told
    assert "None" not in told


def test_without_operators_or_steps_it_says_why_there_is_nothing() -> None:
    steps = {"grid": 3, "early": 3, "every": "1h", "growth": 0.02, "recent": [], "first": None}
    policy = {"policy": "p", "campaigns": [], "steps": [], "skipped": 0, "innocents": None}
    result = {"policies": [policy], "steps": steps, "truth": True, "truth_events": True, "policy": as_json((Policy("p"),), Reply())}
    told = show.text(result)
    assert "The truth names no operator that sent a request." in told
    assert "So detection never ran" in told
    assert "p: 0 run" not in told
    told = show.text(result | {"truth": False, "steps": steps | {"early": 2}})
    assert "No campaign was found at any step." in told
    assert "p: 0 run" in told
    assert "never ran" not in told


@pytest.mark.parametrize(("answers", "said"), [
    (("block",), "answer block only: they move the work of such an account to other or new ones. They keep accounts under throttle and"),
    (("challenge", "block"), "answer challenge and block only: they move the work of such an account to other or new ones. They keep"),
    ((), "answer nothing. They keep accounts under throttle and challenge and block and lose"),
    (("throttle", "challenge", "block"), None),
])
def test_what_operators_do_not_answer_is_said_beside_the_table(branch: Branch, answers: tuple[str, ...], said: str | None) -> None:
    compared = as_json((Policy("p", review_ladder=(Rung(2, "challenge"),)), Policy("o", ladder=(Rung(1, "observe"),))), Reply(answers))
    truth = Truth(["o"], np.zeros(20, np.int32), ["x"], np.zeros(20, np.int32), np.ones(len(branch.log.time), bool), True)
    policy = {"policy": "p", "campaigns": measure.operators(branch.log, truth, branch, []), "steps": [], "skipped": 0, "innocents": None}
    steps = {"grid": 1, "early": 0, "every": "1h", "growth": 0.02, "recent": [], "first": None}
    result = {"policies": [policy], "steps": steps, "truth": True, "truth_events": True, "policy": compared}
    told = show.text(result)
    assert (said in told) if said else ("Simulated operators" not in told)
    assert "The estimate is of" not in told, "no step found any"
    assert "Simulated operators" not in show.text(result | {"truth": False})


@pytest.mark.parametrize(("ends", "printed"), [
    ({"harvested_low": 900, "harvested_high": 1_100}, "1,000 (900 to 1,100)"),
    ({}, "1,000"),  # a step that an earlier version kept
])
def test_the_harvest_of_the_last_find_is_told_with_its_interval(branch: Branch, ends: dict[str, int], printed: str) -> None:
    desk = Desk(Policy("p", "nobody", ()))
    first, last = step(("campaign", NAMES[:8])), step(("campaign", NAMES[:10]))
    first["found"][0] |= {"n_harvested": 7, "harvested_low": 6, "harvested_high": 8}
    last["found"][0] |= {"n_harvested": 1_000, **ends}
    desk.take(first, 24 * HOUR_US, branch)
    desk.take(last, 48 * HOUR_US, branch)
    desk.take(step(), 72 * HOUR_US, branch)
    (row,) = measure.cases(branch.log, desk, branch)
    for names in (measure.ESTIMATED, ("n_harvested", "harvested_low", "harvested_high")):
        assert [row[name] for name in names] == [1_000, ends.get("harvested_low"), ends.get("harvested_high")]
    assert (row["estimate_accounts"], row["estimate_at"], row["estimate_truth"]) == (10, "1970-01-03T00:00:00+00:00", None)
    assert show.HEADS[9:11] == ("estimate (90 %)", "true, of all taken")
    cells = [show._cells("p", told)[9:11] for told in (row, row | {"estimate_truth": 90}, row | {"estimate": None})]
    assert cells == [(printed, "–"), (printed, f"90 of {10 * 96}"), ("–", "–")]


def test_beside_the_estimate_stands_what_the_same_accounts_took_by_then(branch: Branch) -> None:
    """Ten accounts of an operator, four of them blocked and replaced; the last step that finds any finds eight and two of the new ones."""
    operator = np.repeat(np.int32([0, INNOCENT]), 10)
    truth = Truth(["o"], operator, ["x"], np.zeros(20, np.int32), branch.log.account != 7, True)  # the eighth harvests nothing
    made = Branch(branch.log, Reply(failover=0, replaced=1, replacement_hours=2, signups_per_day=None), operator)
    made.act(24 * HOUR_US, "block", made.codes(NAMES[:4]))
    found = step(("campaign", [*NAMES[:8], *made.names[:2]]), ("review", NAMES[10:]))
    (row,) = measure.operators(branch.log, truth, made, [(48 * HOUR_US, found), (72 * HOUR_US, step())])
    of_log, of_new = 4 * 24 + 3 * 48, 2 * (48 - 26)
    told = [row[name] for name in ("estimate_accounts", "estimate_replacements", "estimate_truth", "estimate")]
    assert told == [10, 2, of_log + of_new, 1]
    assert row["harvested_in_all"] == 4 * 24 + 4 * (96 - 26) + 5 * 96
    found["found"][0] |= {"estimate_since_us": 30 * HOUR_US, "estimate_accounts": NAMES[:8]}  # as of a look at the last hours alone
    (row,) = measure.operators(branch.log, truth, made, [(48 * HOUR_US, found)])
    assert (row["estimate_accounts"], row["estimate_truth"]) == (8, 3 * 18)
