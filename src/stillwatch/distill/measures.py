"""What a student keeps of its teacher, measured on texts that neither was trained on."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from stillwatch.distill.manifest import CURRENCY

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
S = TypeVar("S")
T = TypeVar("T")
NEIGHBOURS = 10
MAX_ROWS = 3000
"""Rows of which all pairs are compared."""


def neighbour_overlap(student: F32, teacher: F32, k: int = NEIGHBOURS) -> float:
    """Mean share of the teacher's ``k`` nearest texts (cosine) that are the student's, too; rows of length 1."""
    student, teacher = student[:MAX_ROWS], teacher[:MAX_ROWS]
    ours, theirs = _nearest(student, k), _nearest(teacher, k)
    return float(np.mean([len(np.intersect1d(a, b)) / k for a, b in zip(ours, theirs, strict=True)]))


def _nearest(rows: F32, k: int) -> I64:
    similar = rows @ rows.T
    np.fill_diagonal(similar, -np.inf)
    return np.argpartition(-similar, k, axis=1)[:, :k]


def rank_agreement(student: F32, teacher: F32, *, pairs: int = 20_000, seed: int = 0) -> float:
    """Spearman correlation of the cosines of random pairs of texts."""
    from scipy.stats import spearmanr

    rng = np.random.default_rng(seed)
    i, j = rng.integers(0, len(student), (2, pairs))
    keep = i != j
    i, j = i[keep], j[keep]
    ours, theirs = (rows[i] * rows[j] for rows in (student, teacher))
    return float(spearmanr(ours.sum(axis=1), theirs.sum(axis=1)).statistic)


def probe_accuracy(train: F32, labels: Sequence[str], test: F32, test_labels: Sequence[str]) -> float:
    """Accuracy of a linear probe: ridge regression on one-hot labels, its strength chosen on a tenth of ``train``."""
    classes, y = np.unique(np.asarray(labels), return_inverse=True)
    place = {name: i for i, name in enumerate(classes.tolist())}
    truth = np.array([place.get(label, -1) for label in test_labels])
    rows = np.concatenate([train, np.ones((len(train), 1), np.float32)], axis=1).astype(np.float64)
    held = np.concatenate([test, np.ones((len(test), 1), np.float32)], axis=1).astype(np.float64)
    wanted = np.eye(len(classes))[y]
    order = np.random.default_rng(0).permutation(len(rows))
    out, kept = order[: max(len(rows) // 10, 1)], order[max(len(rows) // 10, 1) :]

    def solve(index: I64, strength: float) -> NDArray[np.float64]:
        part = rows[index]
        return np.asarray(np.linalg.solve(part.T @ part + strength * np.eye(rows.shape[1]), part.T @ wanted[index]))

    strengths = (0.1, 0.3, 1.0, 3.0, 10.0)
    scores = [float(((rows[out] @ solve(kept, s)).argmax(axis=1) == y[out]).mean()) for s in strengths]
    best = solve(np.arange(len(rows)), strengths[int(np.argmax(scores))])
    return float(((held @ best).argmax(axis=1) == truth).mean())


def once(work: Callable[[Sequence[S]], T], texts: Sequence[S]) -> tuple[T, float]:
    """What comes of texts, and the CPU seconds of one: read a single time, since students remember words.

    ``work`` should have read other texts before, so that nothing is loaded here.
    """
    start = time.process_time()
    found = work(texts)
    return found, (time.process_time() - start) / max(len(texts), 1)


def size_bytes(place: Path) -> int:
    """Bytes of a file, or of all files in a folder that are not about training."""
    if place.is_file():
        return place.stat().st_size
    return sum(p.stat().st_size for p in place.rglob("*") if p.is_file() and p.suffix not in (".md", ".pt", ".partial"))


@dataclass(frozen=True)
class Row:
    """One line of the comparison."""

    model: str
    quality: dict[str, float]
    """By the name of the measure; higher is better."""
    n_test: int
    size: int
    """Bytes; 0 where not known (an endpoint)."""
    cpu_s: float
    """CPU seconds a call; 0 where not known."""
    cost_per_million: float
    """In ``currency``: CPU time at ``cpu_hour`` a hour, or the endpoint's prices."""
    currency: str = CURRENCY


def row(model: str, quality: dict[str, float], n_test: int, size: int, cpu_s: float, cpu_hour: float) -> Row:
    """A line whose cost is its CPU time."""
    return Row(model, quality, n_test, size, cpu_s, cpu_s * 1e6 / 3600 * cpu_hour)


def _money(amount: float) -> str:
    """Cents; where it is less than ten of them, to the first digit that is not 0."""
    return f"{amount:,.{max(2, -math.floor(math.log10(amount))) if amount < 0.1 else 2}f}"


def show(rows: Sequence[Row]) -> str:
    """The comparison as Markdown; shares kept and speeds are of the teacher, if the first row is it."""
    names = list(rows[0].quality)
    teacher = rows[0] if rows[0].model == "teacher" else None
    head = ["model", *[f"{name} (kept)" if teacher else name for name in names]]
    head += ["MB", "CPU ms a call", "speed", f"{rows[0].currency} for a million calls"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for line in rows:
        cells = [line.model]
        for name in names:
            value, whole = line.quality.get(name), teacher.quality.get(name) if teacher else None
            cells.append("–" if value is None else f"{value:.4f}" + (f" ({value / whole:.1%})" if whole else ""))
        times = teacher.cpu_s / line.cpu_s if teacher and line.cpu_s else 0.0
        speed = f"{times:,.0f}×" if times >= 9.5 else f"{times:.1f}×" if times else "–"
        cells += [
            f"{line.size / 1e6:,.1f}" if line.size else "–", f"{line.cpu_s * 1e3:.3f}" if line.cpu_s else "–", speed,
            _money(line.cost_per_million) if line.cost_per_million else "–",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
