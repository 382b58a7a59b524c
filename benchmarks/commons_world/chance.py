"""Numbers of a thing: whatever belongs to a person, a house or an item is a function of its number, so that no table of people is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar
from zlib import crc32

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Record = TypeVar("Record")


def mix(*parts: Any) -> Numbers:
    """A number that depends on all parts: arrays, integers or words."""
    with np.errstate(over="ignore"):
        found = np.uint64(0x9E3779B97F4A7C15) * np.ones(1, np.uint64)
        for part in parts:
            number = np.uint64(crc32(part.encode())) if isinstance(part, str) else np.asarray(part).astype(np.uint64)
            found = found ^ (number + np.uint64(0x632BE59BD9B4E019))
            found = (found ^ (found >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            found = (found ^ (found >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            found = found ^ (found >> np.uint64(31))
    return found


def unit(numbers: Numbers) -> Floats:
    """In [0, 1)."""
    return (numbers >> np.uint64(11)).astype(np.float64) / 2.0**53


def below(numbers: Numbers, most: Any) -> Ints:
    """In 0 to most - 1."""
    found: Ints = np.minimum((unit(numbers) * most).astype(np.int64), np.asarray(most, np.int64) - 1)
    return found


def pick(numbers: Numbers, weights: Mapping[str, float], names: list[str]) -> Ints:
    """Places in ``names``, by weight."""
    own = list(weights)
    bounds = np.cumsum([weights[name] for name in own])
    places = np.searchsorted(bounds / bounds[-1], unit(numbers), side="right").clip(max=len(own) - 1)
    found: Ints = np.array([names.index(name) for name in own])[places]
    return found


@dataclass(frozen=True)
class Span:
    """A number that a seed draws between two bounds; evenly by magnitude where both are above 0."""

    low: float
    high: float

    def draw(self, rng: np.random.Generator) -> float:
        """One such number."""
        if self.low > 0:
            return float(np.exp(rng.uniform(np.log(self.low), np.log(self.high))))
        return float(rng.uniform(self.low, self.high))


@dataclass(frozen=True)
class OneOf:
    """A value out of several that a seed draws."""

    values: tuple[Any, ...]


def one_of(*values: Any) -> Any:
    """See :class:`OneOf`; typed loosely, since it stands for what it becomes."""
    return OneOf(values)


def span(low: float, high: float) -> Any:
    """See :class:`Span`; typed loosely, since it stands for what it becomes."""
    return Span(low, high)


def drawn(record: Record, rng: np.random.Generator) -> Record:
    """The record with its spans and choices drawn; weights move by a half up or down, so that no two worlds have the same mixture."""
    found: dict[str, Any] = {}
    for field in fields(record):  # type: ignore[arg-type]
        value = getattr(record, field.name)
        if isinstance(value, OneOf):
            value = value.values[rng.integers(len(value.values))]
        if isinstance(value, Span):
            value = value.draw(rng)
        if isinstance(value, dict):
            value = {name: (w.draw(rng) if isinstance(w, Span) else w) * float(np.exp(rng.normal(0, 0.4))) for name, w in value.items()}
        found[field.name] = value
    return replace(record, **found)  # type: ignore[type-var]
