"""The calibrated model: pieces of evidence to log-odds, weights from a recorded calibration.

A logistic regression with a sign for each weight, so that no piece can speak against its meaning, and a ridge penalty.
Each weight times its value is a bar of the analyst's waterfall. Weights, their data and command lie in calibration.json,
written by ``python benchmarks/calibrate.py``; none is typed in.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from stillwatch.judge.conduct import CONDUCT
from stillwatch.judge.evidence import EVIDENCE, Finding, Scene

F64 = NDArray[np.float64]

SIGNS: dict[str, int] = {
    **dict.fromkeys(EVIDENCE, 1),
    **{name: 1 for name in CONDUCT if name.startswith("harvest.")},
    "harvest.single_turns": 0,
    "harvest.narrow": 0,
    "infra.network": 0,
    "context.crowd": 1,
    "context.youth": 1,
    "context.one_owner": -1,
    "context.organised": -1,
    "context.contracted": -1,
    "context.education": -1,
    "context.common_work": -1,
    "context.overlap": -1,
    "context.one_domain": -1,
}
"""1: can only speak for a campaign; -1: only against; 0: either, as calibration finds."""


@dataclass(frozen=True)
class Model:
    """Log-odds are ``bias + sum(weights[name] * value)``, nats."""

    bias: float
    weights: dict[str, float]
    accept: float
    """Log-odds from which a group can be a campaign."""
    review: float
    """Log-odds from which a person should look."""
    usual: dict[str, float]
    """Median value of each piece over innocent groups, against which the waterfall is drawn."""
    record: dict[str, object]
    """Command, data and commit of the calibration."""

    def log_odds(self, values: Mapping[str, F64]) -> F64:
        """Log-odds of each group, ``(n_groups,)``."""
        return self.bias + sum((self.weights[name] * values[name] for name in self.weights), start=np.float64(0))


def look(scene: Scene) -> tuple[dict[str, F64], dict[str, Finding]]:
    """All values of every group, and the findings behind those that are evidence for coordination."""
    findings = {name: piece(scene) for name, piece in EVIDENCE.items()}
    values = {name: np.nan_to_num(finding.value) for name, finding in findings.items()}
    values.update({name: np.nan_to_num(piece(scene)) for name, piece in CONDUCT.items()})
    return values, findings


def fit(values: Mapping[str, F64], positive: NDArray[np.bool_], weight: F64, ridge: float = 1.0) -> tuple[float, dict[str, float]]:
    """Fit bias and weights; ``weight`` ``(n,)`` are observation weights, ``ridge`` the penalty on squared weights."""
    names = list(SIGNS)
    x = np.stack([values[name] for name in names], axis=1)
    y = positive.astype(np.float64)

    def loss(beta: F64) -> tuple[float, F64]:
        z = x @ beta[1:] + beta[0]
        residual = weight * (expit(z) - y)
        value = (weight * (np.logaddexp(0, z) - y * z)).sum() + 0.5 * ridge * (beta[1:] ** 2).sum()
        return float(value), np.concatenate([[residual.sum()], x.T @ residual + ridge * beta[1:]])

    limits: list[tuple[float | None, float | None]] = [(None, None)]
    limits += [{1: (0.0, None), -1: (None, 0.0), 0: (None, None)}[SIGNS[name]] for name in names]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=limits, options={"maxiter": 2000})
    return float(found.x[0]), {name: float(b) for name, b in zip(names, found.x[1:], strict=True)}


@cache
def calibrated() -> Model:
    """The model that ships with this version."""
    text = (resources.files("stillwatch.judge") / "calibration.json").read_text(encoding="utf-8")
    return Model(**json.loads(text))


def dump(model: Model) -> str:
    """The model as the text of calibration.json."""
    return json.dumps(asdict(model), indent=1, sort_keys=True) + "\n"
