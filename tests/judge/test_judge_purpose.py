"""What accounts ask for is compared with what their log asks for; where a log does not tell, nobody is cleared or asked by it."""

from dataclasses import replace

import numpy as np
import pytest
from judge_helpers import groups, people, scene

from stillwatch import judge
from stillwatch.judge.conduct import HARDLY_ANY, unwanted
from stillwatch.tables import CAPABILITIES


def asking(*shares: float, capability: str = "code") -> judge.Scene:
    """One account a group, of whose 1,000 requests this share asks for the capability and the rest for another thing."""
    known = scene(groups(*([i] for i in range(len(shares)))), people(len(shares)))
    counts = np.zeros((len(shares), len(CAPABILITIES)), np.int32)
    counts[:, CAPABILITIES.index(capability)] = np.rint(1000 * np.array(shares))
    counts[:, CAPABILITIES.index("other")] = 1000 - counts[:, CAPABILITIES.index(capability)]
    return replace(known, measured=replace(known.measured, capabilities=counts))


@pytest.mark.parametrize("capability", ["reasoning", "grading", "code", "agentic", "data_analysis"])
def test_a_group_is_compared_with_its_log(capability: str) -> None:
    """The log's share is 0.2."""
    assert unwanted(asking(0.1, 0.0, 0.2, 0.5, capability=capability)) == pytest.approx([0.5, 1.0, 0.0, 0.0])


def test_images_are_among_it_where_many_are_asked_about() -> None:
    """A mill has a caption written now and then."""
    mixed = asking(0.5, 0.0, 0.0)
    counts = mixed.measured.capabilities.copy()
    image, other = (CAPABILITIES.index(name) for name in ("vision", "other"))
    counts[1:, image], counts[1:, other] = [100, 300], [900, 700]
    assert unwanted(replace(mixed, measured=replace(mixed.measured, capabilities=counts))) == pytest.approx([0.0, 1.0, 0.0])


def test_turns_that_do_not_say_what_they_ask_for_do_not_count() -> None:
    """A relay whose users go on for four turns asks for as much as one whose users do not."""
    talking = asking(0.1, 0.4, 0.4)
    told = replace(talking, measured=replace(talking.measured, unclear=np.array([800, 0, 200])))
    assert unwanted(talking) == pytest.approx([2 / 3, 0.0, 0.0])
    assert unwanted(told) == pytest.approx([0.0, 1 - 0.4 / 0.45, 0.0])  # 0.5, 0.4 and 0.5; the log's share is 0.45


@pytest.mark.parametrize("capability", ["rewriting", "other"])
def test_what_mills_ask_for_is_not_among_it(capability: str) -> None:
    mixed = asking(0.1, 0.9)
    counts = mixed.measured.capabilities.copy()
    counts[:, CAPABILITIES.index("other")] = 0
    counts[:, CAPABILITIES.index(capability)] = 1000 - counts[:, CAPABILITIES.index("code")]
    assert unwanted(replace(mixed, measured=replace(mixed.measured, capabilities=counts))) == pytest.approx([0.8, 0.0])


@pytest.mark.parametrize(("share", "told"), [(HARDLY_ANY / 2, [0.0, 0.0]), (HARDLY_ANY * 2, [1.0, 0.0])])
def test_a_log_that_hardly_asks_for_any_does_not_tell(share: float, told: list[float]) -> None:
    """As one without text, or in another language."""
    assert unwanted(asking(0.0, 2 * share)) == pytest.approx(told)
