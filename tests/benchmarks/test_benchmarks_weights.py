"""The weights of calibration: those that were planted come back, none is against its sign or beyond its limit, and who teaches them."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from benchmarks.calibration.beyond import FURTHEST, Unseen, with_lines
from benchmarks.calibration.kinds import size_class, teaching, telling
from benchmarks.calibration.logistic import CONDUCT_LIMIT, PROTECTIVE, SOFT, fit
from scipy.special import expit

import calibrate
import harvest
import suite_tables
from stillwatch.judge import EVIDENCE, calibrated, pieces
from stillwatch.judge.conduct import CONDUCT
from stillwatch.judge.lines import TREES
from stillwatch.judge.pieces import LINKED_PIECES, UNLINKED_PIECES
from stillwatch.judge.reasons import REASONS

SIGNS = {name: pieces.SIGNS.get(name, 1) for name in (*LINKED_PIECES, *UNLINKED_PIECES)}
"""Of single pieces and of those that agree, which can only speak for a campaign."""
FREE = {name for name in SIGNS if name in EVIDENCE or name.startswith("joint.")} - set(SOFT) | set(PROTECTIVE)
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
    assert set(weights) == set(LINKED_PIECES)
    for name in LINKED_PIECES:
        assert weights[name] == pytest.approx(planted.get(name, 0.0), abs=0.25), name


def test_no_piece_speaks_against_its_meaning() -> None:
    """Labels that follow each piece the wrong way round leave its weight at 0; conduct never weighs more than its limit."""
    x = drawn(3, 4000)
    for names in (LINKED_PIECES, UNLINKED_PIECES):
        signed = {name: 6.0 * SIGNS[name] for name in names if SIGNS[name]}
        centre = sum(signed.values()) / 2
        wrong = labels(x, centre, {name: -weight for name, weight in signed.items()}, 4)
        _, weights = fit(x, wrong, np.ones(4000), ridge=0.01, names=names)
        assert set(weights) == set(names)
        assert all(weights[name] == 0 for name in signed)
        _, weights = fit(x, labels(x, -centre, signed, 5), np.ones(4000), ridge=0.01, names=names)
        for name, weight in weights.items():
            assert weight * SIGNS[name] >= 0
            assert name in FREE or abs(weight) <= CONDUCT_LIMIT
        assert min(abs(weights[name]) for name in names if name in FREE) > 2 * CONDUCT_LIMIT
        assert any(abs(weights[name]) == CONDUCT_LIMIT for name in names if name not in FREE)


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


def test_the_weights_that_ship_keep_to_the_limits() -> None:
    parts = calibrated().parts
    assert all(name in FREE or abs(weight) <= CONDUCT_LIMIT
               for part in ("linked", "unlinked") for name, weight in parts[part].weights.items())


def test_each_part_is_taught_by_its_own_kind() -> None:
    told = dict.fromkeys(REASONS, np.zeros(4)) | {
        "context.batches": np.array([1, 1, 0, 0.0]), "identity.payment": np.array([0.3, 0.29, 0, 0]),
        "context.mostly_alike": np.array([1, 1, 0.5, 0.49]),
    }
    assert teaching("batched", told).tolist() == [True, False, False, False]
    assert teaching("linked", told).tolist() == [False, False, True, True]
    assert teaching("unlinked", told).tolist() == [False, False, True, False]


def test_the_tail_of_work_alone_is_of_innocents_who_work_half_alike() -> None:
    told = dict.fromkeys(REASONS, np.zeros(2)) | {"context.mostly_alike": np.array([0.5, 0.49]), "harvest.devotion": np.ones(2)}
    assert telling("unlinked", told).tolist() == [True, False]
    assert telling("unlinked", told | {"context.one_place": np.ones(2)}).tolist() == [False, False]


def test_a_class_of_sizes_begins_at_its_first_size() -> None:
    sizes = np.array([4, 31, 32, 99, 100, 5000])
    assert size_class({"context.crowd": np.log10(sizes) / 4}).tolist() == [0, 0, 1, 1, 2, 2]


def test_the_record_names_the_commit_of_the_code_wherever_it_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = tmp_path / "calibration.json"
    monkeypatch.setattr(calibrate, "CALIBRATION", written)
    monkeypatch.setattr(calibrate, "joins", lambda *of: calibrated().joins)
    monkeypatch.setattr("sys.argv", ["calibrate.py", "--joins", "5"])
    monkeypatch.chdir(os.sep)
    calibrate.main()
    joined = json.loads(written.read_text())["record"]["joins"]
    assert joined["commit"] == suite_tables.commit()
    assert "--seed 9000" in joined["command"]


@pytest.mark.parametrize("arguments", ["--joins 5 --seed 1000", "--seed 9000"])
def test_who_joins_is_asked_of_worlds_that_groups_were_not_calibrated_on(
    arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("calibrate", "joins"):
        monkeypatch.setattr(calibrate, name, lambda *of: pytest.fail("calibrated"))
    monkeypatch.setattr("sys.argv", ["calibrate.py", *arguments.split()])
    with pytest.raises(SystemExit):
        calibrate.main()
    assert "from 9000 on" in capsys.readouterr().err


@pytest.mark.parametrize("n_worlds", [FURTHEST, FURTHEST + 1])
def test_few_worlds_tell_no_line(n_worlds: int) -> None:
    """A line needs one more world than those whose excess is averaged."""
    none, half = np.zeros(n_worlds), np.full(n_worlds, 0.5)
    found = {f"v.{name}": none for name in (*EVIDENCE, *CONDUCT, *REASONS)} | {
        "v.harvest.narrow": half, "v.context.crowd": half, "purity": none, "coverage": none, "any": none, "kind": np.full(n_worlds, "vpn"),
        "operator": np.full(n_worlds, -1), "world": np.array([f"own {i}" for i in range(n_worlds)]),
    }
    unseen = Unseen({TREES: np.arange(n_worlds) - 20.0}, none, none > 0)
    forest = calibrated().forest
    assert forest is not None
    lines = with_lines(forest, found, unseen, none == 0)[0].lines
    assert np.isfinite(lines[0].anywhere) == (n_worlds > FURTHEST)


def test_the_command_of_an_interval_names_scenarios_that_were_chosen() -> None:
    assert harvest.command(60_000, 1000, harvest.SCENARIOS) == "python benchmarks/harvest.py --events 60000 --seed 1000"
    assert harvest.command(60_000, 1000, ["own-0", "fen-burner_cards"]).endswith(" --seed 1000 --scenarios own-0 fen-burner_cards")
