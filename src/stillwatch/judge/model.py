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
    "infra.network": 0,
    **{f"joint.{name}": 1 for name in ("link_machine", "machine_work", "link_work", "one_source", "two_links")},
    "harvest.elicitation": 1,
    "harvest.long_answers": 1,
    "harvest.rate": 1,
    "context.youth": 1,
    "context.crowd": 1,
    "context.one_payer": -1,
    "context.one_owner": -1,
    "context.organised": -1,
    "context.contracted": -1,
    "context.education": -1,
    "context.common_work": -1,
    "context.overlap": -1,
    "context.one_domain": -1,
}
"""1: can only speak for a campaign; -1: only against; 0: either, as calibration finds. Other conduct only describes."""


PROTECTIVE = ("context.contracted", "context.one_owner", "context.one_payer", "context.common_work", "context.overlap")
"""What speaks for innocence by contract or by common work may weigh as much as calibration finds."""

SOFT = ("identity.signup", "infra.network")
"""Evidence that innocents of one place or one occasion share: limited like conduct."""

CONDUCT_LIMIT = 0.7
"""Largest weight of a piece that is no evidence for coordination: conduct is what innocents may share, so it never decides."""


@dataclass(frozen=True)
class Model:
    """Log-odds are ``bias + sum(weights[name] * value)``, nats."""

    bias: float
    weights: dict[str, float]
    tail_from: float
    """Log-odds that ``tail_share`` of innocent groups exceed; above it they fall off exponentially."""
    tail_share: float
    tail_scale: float
    """Nats in which the share of innocent groups falls by e, upper 95 % limit."""
    usual: dict[str, float]
    """The value of each piece that nine of ten innocent groups stay below, against which the waterfall is drawn."""
    strong: dict[str, float]
    """The value of each piece that 99 of 100 innocent groups stay below."""
    record: dict[str, object]
    """Command, data and commit of the calibration."""

    def log_odds(self, values: Mapping[str, F64]) -> F64:
        """Log-odds of each group, ``(n_groups,)``."""
        total: F64 = np.asarray(self.bias + sum((self.weights[name] * values[name] for name in self.weights), start=np.float64(0)))
        return total

    def p_value(self, log_odds: F64) -> F64:
        """Share of innocent groups of the calibration that reach these log-odds; 1 where it was not looked at (below the tail)."""
        tail = self.tail_share * np.exp(-(log_odds - self.tail_from) / self.tail_scale)
        return np.where(log_odds > self.tail_from, tail, 1.0)


def joint(values: Mapping[str, F64]) -> dict[str, F64]:
    """Pieces that agree: the weaker side of each pair, so that one side alone gives nothing.

    A link without machine-like work is a family, a class or a company; machine-like work without a link is a tool, and of
    one payer a fleet of jobs. A burst of sign-ups is no link here: classes and readers of a tutorial sign up together.
    """
    several = 1 - values["context.one_payer"]
    paid = values["identity.payment"] * several
    link = np.maximum.reduce([values["session.handoff"], paid, values["identity.contact"], values["identity.replacement"]])
    machine = several * np.maximum.reduce([
        np.minimum(values["timing.one_rhythm"], np.maximum(values["timing.steady"], values["timing.round_the_clock"])),
        np.minimum(values["timing.one_rhythm"], values["timing.together"]), values["volume.even_load"]])
    work = values["harvest.distinct"] * (1 - values["context.common_work"])
    many = np.minimum(values["context.crowd"] * 4 / np.log10(40), 1)
    # People of one place keep the same hours and move together; from many places they do so only behind one source.
    source = (
        values["timing.one_rhythm"] * values["content.one_mix"] * np.minimum(values["timing.together"] * 2, 1)
        * work * (1 - values["infra.network"]) * np.minimum(values["context.crowd"] * 2, 1)
    )
    return {
        "joint.link_machine": np.minimum(link, machine),
        "joint.machine_work": np.minimum(machine, work) * many,
        "joint.link_work": np.minimum(link, work),
        "joint.one_source": source,
        "joint.two_links": np.minimum(np.maximum(values["session.handoff"], values["content.queue"]),
                                      np.maximum(paid, values["identity.contact"])),
    }


JOINT = tuple(f"joint.{name}" for name in ("link_machine", "machine_work", "link_work", "one_source", "two_links"))


def look(scene: Scene) -> tuple[dict[str, F64], dict[str, Finding]]:
    """All values of every group, and the findings behind those that are evidence for coordination."""
    findings = {name: piece(scene) for name, piece in EVIDENCE.items()}
    values = {name: np.nan_to_num(finding.value) for name, finding in findings.items()}
    values.update({name: np.nan_to_num(piece(scene)) for name, piece in CONDUCT.items()})
    values.update(joint(values))
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
    for name in names:
        low, high = {1: (0.0, None), -1: (None, 0.0), 0: (None, None)}[SIGNS[name]]
        if (name in EVIDENCE and name not in SOFT) or name in PROTECTIVE or name in JOINT:
            limits.append((low, high))
        else:
            limits.append((-CONDUCT_LIMIT if low is None else low, CONDUCT_LIMIT if high is None else high))
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
