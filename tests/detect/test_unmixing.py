"""Harvest is told from cover by whole conversations: few enough here to count by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from stillwatch import group, judge
from stillwatch.detect import unmixing
from stillwatch.detect.traffic import CONTENT_COLUMNS

HOUR_US = judge.HOUR_US
CONTEXT, PARENT, OPENING = 1, 2, 3
# Of each request: account, hash of what was said, of what was said before, and of how its prompt opens (7 marks the campaign), and tokens.
# Accounts 0 and 1 are the campaign's. The harvest goes from one to the other and from batch to batch; its second turn has no mark.
BATCHES = (
    [(0, 11, 0, 7, 100), (2, 31, 0, 7, 1000), (1, 21, 0, 9, 50)],
    [(0, 22, 21, 9, 5), (1, 12, 11, 0, 10)],
)


def batch(rows: list[tuple[int, ...]], first_hour: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    table = np.array(rows, np.int64)
    names = ("account", "capability", "n_words", *judge.SETUP, *CONTENT_COLUMNS)
    columns = {name: np.zeros(len(rows), np.int64) for name in names} | {
        "time": (first_hour + np.arange(len(rows))) * HOUR_US, "account": table[:, 0], "context": table[:, CONTEXT],
        "parent": table[:, PARENT], "opening": table[:, OPENING], "output_tokens": table[:, 4],
    }
    return table[:, 0].astype(np.int32), columns


def test_a_conversation_with_a_mark_is_harvest_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    batches = [batch(BATCHES[0], 0), batch(BATCHES[1], 3)]
    people: Any = SimpleNamespace(n=3, key=np.array([1, 2, 3]), n_events=np.array([2, 2, 1]))
    traffic: Any = SimpleNamespace(people=people, threads=1, batches=lambda names: iter(batches))
    scene: Any = SimpleNamespace(people=people, window_us=(0, 4 * HOUR_US))
    opening = np.array([CONTENT_COLUMNS.index("opening")])
    final = group.Groups(1, np.array([0, 0]), np.array([0, 1]), np.array([0]), opening, np.array([7]), ("content",))
    monkeypatch.setattr(unmixing, "relaying_campaigns", lambda scene, final: np.zeros(1, bool))

    tally, harvested, owners = unmixing.unmix(traffic, scene, final)

    assert [mine.tolist() for mine in harvested] == [[True, False, False], [False, True]]
    assert [mine.tolist() for mine in owners] == [[0, -1, 0], [0, 0]]
    assert tally.harvested.tolist() == [[1, 0, 0, 0, 1]]
    assert tally.other.tolist() == [[0, 0, 1, 1, 0]]
    assert tally.by_account.tolist() == [1, 1, 0]
    assert tally.output_tokens.tolist() == [110], "nothing of who only asks alike"
    assert (tally.first_us.tolist(), tally.last_us.tolist()) == ([0], [4 * HOUR_US])
    assert tally.shown.tolist() == [0, 1]
    low, high = tally.between[0].tolist()
    assert low <= 2 <= high <= 4
