"""What looks at the last days alone add to a step; that each is detection on these requests, test_replay.py says."""

from typing import Any

from stillwatch.replay.recent import merged_step
from stillwatch.replay.step import ESTIMATED

NAMES = [f"a{i:02}" for i in range(40)]


def row(name: str, verdict: str, accounts: list[str], n: int = 1) -> dict[str, Any]:
    return {
        "campaign_id": name, "verdict": verdict, "n_harvested": n, "harvested_low": n - 1, "harvested_high": n + 1, "accounts": accounts,
        "scores": [1.0] * len(accounts), "estimate_accounts": accounts, "estimate_since_us": n,
    }


def step(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"as_of": "then", "n_events": 9, "n_accounts": 40, "found": list(rows)}


def told(made: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    return [(one["campaign_id"], one["verdict"], one["accounts"]) for one in made["found"]]


def test_nothing_changes_where_nobody_looked_at_less() -> None:
    whole = step(row("w", "campaign", NAMES[:9]), row("v", "review", NAMES[5:20]))
    assert merged_step(whole, []) is whole


def test_a_shorter_look_adds_its_accounts_to_the_campaign_it_is_and_others_beside_it() -> None:
    made = merged_step(
        step(row("w", "campaign", NAMES[:10], 5)),
        [step(row("r", "campaign", NAMES[4:14], 7), row("s", "campaign", NAMES[20:30])), step(row("t", "campaign", NAMES[22:32]))],
    )
    assert told(made) == [("w", "campaign", NAMES[:14]), ("s", "campaign", NAMES[20:32])]
    assert [len(one["scores"]) for one in made["found"]] == [14, 12]
    assert [made["found"][0][name] for name in ESTIMATED] == [7, 6, 8, NAMES[4:14], 7], "the estimate is of the look that saw more"
    assert made["n_events"] == 9


def test_whom_any_look_accuses_is_not_for_review() -> None:
    made = merged_step(
        step(row("w", "review", NAMES[:20]), row("v", "review", NAMES[30:34])),
        [step(row("r", "campaign", NAMES[:8]), row("s", "review", NAMES[14:24]))],
    )
    assert told(made) == [("r", "campaign", NAMES[:8]), ("w", "review", NAMES[8:24]), ("v", "review", NAMES[30:34])]
    gone = merged_step(step(row("w", "review", NAMES[:9])), [step(row("r", "campaign", NAMES[:10]))])
    assert told(gone) == [("r", "campaign", NAMES[:10])]


def test_a_remainder_of_few_is_no_find_and_an_account_stays_where_it_is() -> None:
    made = merged_step(step(row("w", "campaign", NAMES[:20])), [step(row("r", "campaign", [NAMES[0], *NAMES[20:26]]))])
    assert told(made) == [("w", "campaign", NAMES[:20])]
    made = merged_step(step(row("w", "campaign", NAMES[:20])), [step(row("r", "campaign", [NAMES[0], *NAMES[20:30]]))])
    assert told(made) == [("w", "campaign", NAMES[:20]), ("r", "campaign", NAMES[20:30])]
