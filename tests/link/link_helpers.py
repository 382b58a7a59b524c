"""Sketches of given columns, in an engine; used by the link tests."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from stillwatch.engine import Engine, NumpyTable
from stillwatch.sketch import SKETCHES


def sketches(rows: Sequence[Mapping[str, int]]) -> pa.Table:
    """A table of sketches, one row a mapping; what it does not tell is 0, and ``time`` is the row's place."""
    told = {"time": range(len(rows))}
    return pa.table(
        {
            name: pa.array([row.get(name, told.get(name, [0] * len(rows))[i]) for i, row in enumerate(rows)], field.type)
            for name, field in zip(SKETCHES.names, SKETCHES.schema, strict=True)
        },
        schema=SKETCHES.schema,
    )


def load(engine: Engine, rows: Sequence[Mapping[str, int]]) -> Engine:
    engine.put("sketches", sketches(rows))
    return engine


def tuples(table: NumpyTable, *names: str) -> list[tuple[Any, ...]]:
    """Rows of a result, in order."""
    return list(zip(*(table[name].tolist() for name in names), strict=True))


def shuffled(rows: Sequence[Mapping[str, int]], seed: int) -> list[Mapping[str, int]]:
    """The rows in another order; times must be told, since they would change otherwise."""
    assert all("time" in row for row in rows)
    return [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
