"""Logistic regression with a sign for each weight, a ridge and a limit for what is no evidence."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from stillwatch.judge import EVIDENCE
from stillwatch.judge.pieces import LINKED_PIECES, SIGNS

F64 = NDArray[np.float64]

PROTECTIVE = (
    "context.contracted", "context.one_owner", "context.one_payer", "context.common_work", "context.overlap", "context.short_answers",
    "context.occasion",
)
"""What speaks for innocence by contract, by common work or by taking little may weigh as much as calibration finds."""

SOFT = ("identity.signup", "infra.network", "infra.rotation")
"""Evidence that innocents of one place or one occasion share: limited like conduct."""

CONDUCT_LIMIT = 0.7
"""Largest weight of a piece that is no evidence for coordination: conduct is what innocents may share, so it never decides. Not in the part
for batches: all that it looks at share and live alike, and conduct is what tells farms from families."""


def free(name: str) -> bool:
    """Whether a piece may weigh as much as calibration finds; the others describe conduct and are limited."""
    return (name in EVIDENCE and name not in SOFT) or name in PROTECTIVE or name.startswith("joint.")


def fit(
    values: Mapping[str, F64], positive: NDArray[np.bool_], weight: F64, ridge: float = 1.0, names: tuple[str, ...] = LINKED_PIECES,
    limit: float | None = CONDUCT_LIMIT,
) -> tuple[float, dict[str, float]]:
    """Fit bias and weights of ``names``.

    Args:
        values: of each piece, ``(n,)``.
        positive: which examples are.
        weight: of each example.
        ridge: penalty on squared weights.
        names: the pieces to weigh, each with the sign of SIGNS, or for what it stands for.
        limit: largest weight of pieces that are no evidence; None for no limit.
    """
    x = np.stack([values[name] for name in names], axis=1)
    y = positive.astype(np.float64)

    def loss(beta: F64) -> tuple[float, F64]:
        z = x @ beta[1:] + beta[0]
        residual = weight * (expit(z) - y)
        value = (weight * (np.logaddexp(0, z) - y * z)).sum() + 0.5 * ridge * (beta[1:] ** 2).sum()
        return float(value), np.concatenate([[residual.sum()], x.T @ residual + ridge * beta[1:]])

    limits: list[tuple[float | None, float | None]] = [(None, None)]
    for name in names:
        low, high = {1: (0.0, None), -1: (None, 0.0), 0: (None, None)}[SIGNS.get(name, 1)]
        if limit is None or free(name):
            limits.append((low, high))
        else:
            limits.append((-limit if low is None else low, limit if high is None else high))
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=limits, options={"maxiter": 2000})
    return float(found.x[0]), {name: float(b) for name, b in zip(names, found.x[1:], strict=True)}
