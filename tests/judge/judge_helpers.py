"""Values, findings and models of made-up groups; used by the judge tests."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from stillwatch.judge import EVIDENCE, FEWEST, Finding, Model
from stillwatch.judge.conduct import CONDUCT
from stillwatch.judge.model import RARE, SIGNS, SIZES, Part, Tail, joint

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


def exponential(start: float, share: float, scale: float) -> Tail:
    """The tail of innocent groups of which ``share`` exceed ``start`` and e times fewer each ``scale`` nats."""
    told = {"start": start, "share": share, "scale": scale, "shape": 0.0, "line": start + scale * np.log(share / RARE)}
    return Tail(**{name: told[name] for name in Tail.__dataclass_fields__})


def part(scale: float = 1.0, **weights: float) -> Part:
    """A part with these weights; of innocent groups of any size 1 in 100 exceed 0, and e times fewer each ``scale`` nats."""
    named = {name.replace("__", "."): weight for name, weight in weights.items()}
    return Part(0.0, named, (exponential(0.0, 0.01, scale),) * len(SIZES))


def model(**parts: Part) -> Model:
    """A model of these parts; of one whose log-odds are 100 times harvest.rate where none is given."""
    return Model(
        parts or {"linked": part(harvest__rate=100.0)}, usual=dict.fromkeys(SIGNS, 0.5), strong=dict.fromkeys(SIGNS, 0.9),
        record={},
    )  # fmt: skip
