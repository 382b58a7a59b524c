"""Values, findings and models of made-up groups; used by the judge tests."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from stillwatch.judge import EVIDENCE, FEWEST, Finding, Model
from stillwatch.judge.conduct import CONDUCT
from stillwatch.judge.model import SIGNS, joint

FEW = np.log10(FEWEST) / 4
"""context.crowd of the fewest accounts that may be accused."""


def values(n: int, **told: Any) -> dict[str, np.ndarray]:
    """All values of ``n`` groups of 100 accounts of which nothing is known; names are written with ``__`` for the dot."""
    found = {name: np.zeros(n) for name in (*EVIDENCE, *CONDUCT)}
    found["context.crowd"][:] = 0.5
    for name, value in told.items():
        found[name.replace("__", ".")] = np.broadcast_to(np.asarray(value, np.float64), n).copy()
    return found | joint(found)


def findings(n: int, p_values: Mapping[str, Any]) -> dict[str, Finding]:
    """Findings that have a p-value where it is told and none elsewhere."""
    none = np.full(n, np.nan)
    return {
        name: Finding(none, none, none, np.broadcast_to(np.asarray(p_values.get(name, np.nan), np.float64), n).copy())
        for name in EVIDENCE
    }


def model(**changes: Any) -> Model:
    """A model whose log-odds are harvest.rate times 100, with a tail that falls by e each nat from 1 in 100 at 0."""
    told: dict[str, Any] = {
        "bias": 0.0, "weights": dict.fromkeys(SIGNS, 0.0) | {"harvest.rate": 100.0}, "tail_from": 0.0,
        "tail_share": 0.01, "tail_scale": 1.0, "usual": dict.fromkeys(SIGNS, 0.5), "strong": dict.fromkeys(SIGNS, 0.9),
        "record": {},
    }  # fmt: skip
    return Model(**(told | changes))
