"""What accounts of a campaign say alike is counted inside it and among innocents, and nowhere else."""

import numpy as np
from link_helpers import load, tuples

from stillwatch import link
from stillwatch.engine import Engine

ADA, BOB, CY, DEE, EVE = 11, -22, 33, 44, 55


def test_counts_inside_and_outside(engine: Engine) -> None:
    rows = [
        *({"account": account, "opening": 7, "closing": 9} for account in (ADA, BOB, CY, ADA)),
        {"account": EVE, "opening": 7}, {"account": EVE, "opening": 7}, {"account": DEE, "opening": 7},
        *({"account": account, "opening": 8} for account in (ADA, BOB)),  # two accounts are too few
        *({"account": account, "closing": 5} for account in (EVE, DEE)),  # said outside alone
    ]
    sampled = {"campaign": np.array([0, 0, 0, 1]), "account": np.array([ADA, BOB, CY, DEE])}
    found = link.wordings(load(engine, rows), {0: "opening", 1: "closing"}, sampled["account"], sampled, 3)
    assert tuples(found, "campaign", "place", "object", "accounts", "inside", "outside") == [(0, 0, 7, 3, 4, 2), (0, 1, 9, 3, 4, 0)]


def test_the_sample_stands_for_the_campaign(engine: Engine) -> None:
    """Members beyond the sample count neither inside nor outside."""
    rows = [{"account": account, "opening": 7} for account in (ADA, BOB, CY, DEE, EVE)]
    members = np.array([ADA, BOB, CY, DEE])
    found = link.wordings(load(engine, rows), {0: "opening"}, members, {"campaign": np.zeros(3, np.int64), "account": members[:3]}, 3)
    assert tuples(found, "accounts", "inside", "outside") == [(3, 3, 1)]
