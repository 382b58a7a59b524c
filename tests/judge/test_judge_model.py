"""The calibrated model: weights that were planted come back, none against its sign, and p-values hold on innocents."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from judge_helpers import model, values
from scipy.special import expit

from stillwatch import judge
from stillwatch.judge.model import CONDUCT_LIMIT, JOINT, PROTECTIVE, SIGNS, SOFT, dump, fit, joint

FREE = [name for name in SIGNS if (name in judge.EVIDENCE and name not in SOFT) or name in PROTECTIVE or name in JOINT]
"""Pieces that may weigh as much as calibration finds; the others describe conduct and are limited."""


def drawn(seed: int, n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {name: rng.random(n) for name in SIGNS}


def labels(x: dict[str, np.ndarray], bias: float, weights: dict[str, float], seed: int) -> np.ndarray:
    z = bias + sum(weight * x[name] for name, weight in weights.items())
    return np.random.default_rng(seed).random(len(z)) < expit(z)


def test_planted_weights_come_back() -> None:
    planted = {"session.handoff": 4.0, "volume.even_load": 2.0, "context.contracted": -3.0, "harvest.rate": 0.5}
    x = drawn(1, 40_000)
    bias, weights = fit(x, labels(x, -1.5, planted, 2), np.ones(40_000), ridge=0.1)
    assert bias == pytest.approx(-1.5, abs=0.4)
    for name in SIGNS:
        assert weights[name] == pytest.approx(planted.get(name, 0.0), abs=0.25), name


def test_no_piece_speaks_against_its_meaning() -> None:
    """Labels that follow each piece the wrong way round leave its weight at 0; conduct never weighs more than its limit."""
    x = drawn(3, 4000)
    wrong = {name: -6.0 * sign for name, sign in SIGNS.items() if sign}
    _, weights = fit(x, labels(x, 6.0 * sum(SIGNS.values()) / 2, wrong, 4), np.ones(4000), ridge=0.01)
    assert all(weights[name] == 0 for name, sign in SIGNS.items() if sign)
    right = {name: 6.0 * sign for name, sign in SIGNS.items() if sign}
    _, weights = fit(x, labels(x, -6.0 * sum(SIGNS.values()) / 2, right, 5), np.ones(4000), ridge=0.01)
    for name, sign in SIGNS.items():
        assert weights[name] * sign >= 0
        if name not in FREE:
            assert abs(weights[name]) <= CONDUCT_LIMIT
    assert min(abs(weights[name]) for name in FREE) > 2 * CONDUCT_LIMIT
    assert [name for name in SIGNS if SIGNS[name] and name not in FREE and abs(weights[name]) == CONDUCT_LIMIT]


def test_observations_count_by_their_weight() -> None:
    """An observation of weight 3 is three observations."""
    x = drawn(6, 300)
    positive = labels(x, -1.0, {"session.handoff": 3.0}, 7)
    times = np.random.default_rng(8).integers(0, 4, 300)
    bias, weights = fit(x, positive, times.astype(float))
    repeated = {name: np.repeat(value, times) for name, value in x.items()}
    bias_2, weights_2 = fit(repeated, np.repeat(positive, times), np.ones(times.sum()))
    assert bias == pytest.approx(bias_2, abs=1e-3)
    assert list(weights.values()) == pytest.approx(list(weights_2.values()), abs=2e-3)


def test_log_odds_are_the_sum_of_the_bars() -> None:
    fitted = model(bias=-2.0, weights={"session.handoff": 3.0, "context.contracted": -1.5})
    found = fitted.log_odds({"session.handoff": np.array([0, 1, 0.5]), "context.contracted": np.array([0, 1, 0.0])})
    assert found.tolist() == [-2.0, -0.5, -0.5]


def test_p_values_of_innocents_are_the_share_that_reaches_them() -> None:
    """Where the log-odds of innocents fall off exponentially above the line, p <= alpha in a share alpha of them."""
    rng = np.random.default_rng(9)
    n, share, scale, line = 2_000_000, 0.02, 0.7, -1.0
    log_odds = np.where(rng.random(n) < share, line + rng.exponential(scale, n), line - rng.random(n))
    p = model(tail_from=line, tail_share=share, tail_scale=scale).p_value(log_odds)
    for alpha in (0.02, 0.01, 1e-3, 1e-4):
        assert (p <= alpha).mean() == pytest.approx(alpha, abs=4 * np.sqrt(alpha / n))
    assert (p[log_odds < line] == 1).all()
    order = np.argsort(log_odds)
    assert (np.diff(p[order]) <= 0).all()


def test_shipped_calibration_obeys_its_own_rules() -> None:
    shipped = judge.calibrated()
    assert set(shipped.weights) == set(SIGNS)
    for name, weight in shipped.weights.items():
        assert weight * SIGNS[name] >= 0, name
        assert name in FREE or abs(weight) <= CONDUCT_LIMIT, name
    assert 0 < shipped.tail_share < 0.1
    assert shipped.tail_scale > 0
    assert {"command", "commit"} <= set(shipped.record)
    assert all(shipped.usual[name] <= shipped.strong[name] for name in shipped.usual)
    nothing = shipped.log_odds(values(1))
    assert shipped.p_value(nothing)[0] == 1
    assert type(shipped)(**json.loads(dump(shipped))) == shipped
    assert json.loads(dump(shipped)) == json.loads(json.dumps(asdict(shipped)))


# --- Pieces that agree ---------------------------------------------------------------------------------------------

LINK = {"session__handoff": 1.0}
MACHINE = {"timing__one_rhythm": 1.0, "timing__steady": 1.0}
WORK = {"harvest__distinct": 1.0}


def test_one_side_alone_gives_nothing() -> None:
    for alone in (LINK, MACHINE, WORK):
        found = joint(values(1, **alone))
        assert {name: float(value[0]) for name, value in found.items() if value[0]} == {}, alone


@pytest.mark.parametrize(
    ("sides", "name"),
    [((LINK, MACHINE), "link_machine"), ((MACHINE, WORK), "machine_work"), ((LINK, WORK), "link_work"),
     ((LINK, {"identity__contact": 1.0}), "two_links")],
)  # fmt: skip
def test_both_sides_give_the_weaker(sides: tuple[dict[str, float], ...], name: str) -> None:
    one, other = sides
    assert joint(values(1, **one, **other))[f"joint.{name}"][0] == 1
    weak = dict.fromkeys(one, 0.25)
    assert joint(values(1, **weak, **other))[f"joint.{name}"][0] == pytest.approx(0.25)


def test_what_one_customer_pays_for_links_nobody() -> None:
    """Shared payment counts as a link only as far as several pay; jobs of one payer are no machine-like crew."""
    paid = {"identity__payment": 1.0, **MACHINE, **WORK}
    assert joint(values(1, **paid))["joint.link_work"][0] == 1
    alone = joint(values(1, **paid, context__one_payer=1.0))
    assert all(value[0] == 0 for value in alone.values())
    assert joint(values(1, **MACHINE, **WORK, context__common_work=1.0))["joint.machine_work"][0] == 0
