"""Measured curves as JSON: what ``stillwatch exposure`` measures, and what anybody measured elsewhere.

A file is a list of objects with ``task``, ``capability``, ``student``, ``channel``, ``n`` (exchanges), ``scores`` (for each n
a list over seeds, 0 to 1), ``zero`` (score without the teacher), ``n_test``; and perhaps ``pool`` (prompts that all harvests
were drawn from, where they have some in common), ``accuracy``, which has
``scores`` and ``zero`` of its own, and ``teacher_accuracy``.
"""

import json
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from stillwatch.errors import InputError
from stillwatch.exposure.closed import Measured
from stillwatch.exposure.laws import Curve
from stillwatch.files import read_json, write_json
from stillwatch.tables import CAPABILITIES


def write(measured: Sequence[Measured], path: Path) -> None:
    """Write curves atomically."""
    write_json([entry(m) for m in measured], path)


def entry(m: Measured) -> dict[str, Any]:
    """One curve as JSON."""
    fields: dict[str, Any] = {
        "task": m.task, "capability": m.capability, "student": m.student, "channel": m.channel,
        "n": m.fidelity.n.tolist(), "scores": _rows(m.fidelity), "zero": m.fidelity.zero, "n_test": m.fidelity.n_test,
    }
    if np.isfinite(m.fidelity.pool):
        fields["pool"] = m.fidelity.pool
    if m.accuracy is not None:
        fields["accuracy"] = {"scores": _rows(m.accuracy), "zero": m.accuracy.zero}
    if m.teacher_accuracy is not None:
        fields["teacher_accuracy"] = m.teacher_accuracy
    return fields


def distinct(measured: Sequence[Measured]) -> list[Measured]:
    """The same without copies, such as from a file given twice: they would confirm each other. The first of equal ones stays."""

    def scores(m: Measured) -> str:
        curve = m.fidelity
        return json.dumps([m.task, m.capability, m.student, m.channel, curve.n.tolist(), _rows(curve), curve.zero, curve.n_test])

    return list({scores(m): m for m in reversed(measured)}.values())[::-1]


def _rows(curve: Curve) -> list[list[float]]:
    return [[round(float(v), 6) for v in row if np.isfinite(v)] for row in curve.scores]


def read(path: Path) -> list[Measured]:
    """Read curves from a JSON file; raises InputError that names an entry that is no curve."""
    entries = read_json(path)
    if not isinstance(entries, list) or not entries:
        raise InputError("no curves", where=path, todo="Write a list of curves: docs/exposure.md shows one")
    found = []
    for number, entry in enumerate(entries):
        where = f"{path} entry {number}"
        try:
            json.dumps(entry, ensure_ascii=False).encode()
            _demand(entry, ("task", "student", "channel", "n", "scores", "zero", "n_test"))
            name = f"{entry['task']}, {entry['student']}, {entry['channel']}"
            n = np.asarray(entry["n"], np.float64)
            curve = _curve(name, n, entry["scores"], entry["zero"], entry["n_test"], entry.get("pool"))
            accuracy = None
            if entry.get("accuracy"):
                _demand(entry["accuracy"], ("scores", "zero"), "accuracy.")
                accuracy = _curve(name, n, entry["accuracy"]["scores"], entry["accuracy"]["zero"], entry["n_test"], entry.get("pool"))
            capability = str(entry.get("capability") or "other")
            if capability not in CAPABILITIES:
                raise ValueError(f"capability {capability!r}; known: {', '.join(CAPABILITIES)}")
            teacher = entry.get("teacher_accuracy")
            if teacher is not None and not (_is_number(teacher) and 0 <= teacher <= 1):
                raise ValueError("teacher_accuracy must lie between 0 and 1")
            found.append(Measured(
                str(entry["task"]), capability, str(entry["student"]), str(entry["channel"]), curve,
                accuracy, None if teacher is None else float(teacher),
            ))
        except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
            raise InputError(f"not a curve ({error})", where=where) from error
    return found


def _demand(entry: Any, names: Sequence[str], within: str = "") -> None:
    """Raise ValueError where an entry lacks a field or a field is no list or number as it should be."""
    if not isinstance(entry, dict):
        raise ValueError(f"{within.rstrip('.') or 'the entry'} is no object")
    for name in names:
        if entry.get(name) is None:
            raise ValueError(f"{within}{name} is missing")
    if "n" in names and not (isinstance(entry["n"], list) and all(map(_is_number, entry["n"]))):
        raise ValueError("n must be a list of numbers")
    if not isinstance(entry["scores"], list) or not all(isinstance(row, list) and all(map(_is_number, row)) for row in entry["scores"]):
        raise ValueError(f"{within}scores must be a list of lists of numbers, one list for each of n")
    for name in ("zero", "n_test"):
        if name in names and not _is_number(entry[name]):
            raise ValueError(f"{within}{name} is no number")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _curve(name: str, n: Any, scores: Any, zero: Any, n_test: Any, pool: Any) -> Curve:
    width = max(len(row) for row in scores)
    if len(scores) != len(n) or not width or min(len(row) for row in scores) < 1:
        raise ValueError("n and scores differ in length, or a point has no score")
    table = np.full((len(scores), width), np.nan)
    for i, row in enumerate(scores):
        table[i, : len(row)] = row
    kept = table[np.isfinite(table)]
    if (np.diff(n) <= 0).any() or n[0] < 1 or (kept < 0).any() or (kept > 1).any() or not 0 <= float(zero) < 1:
        raise ValueError("n must rise from 1 or more, scores lie between 0 and 1, and zero be below 1")
    if int(n_test) < 1:
        raise ValueError("n_test must be 1 or more")
    if pool is not None and not (_is_number(pool) and pool >= n[-1]):
        raise ValueError("pool must be no less than the largest of n")
    return Curve(name, n, table, float(zero), int(n_test), np.inf if pool is None else float(pool))
