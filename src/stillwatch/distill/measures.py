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
"""At most this many texts are compared pair by pair."""


def neighbour_overlap(student: F32, teacher: F32, k: int = NEIGHBOURS) -> float:
    """Mean share of a text's ``k`` nearest texts (cosine) by the teacher that are among its nearest by the student.

    Args:
        student: vectors (n_texts, n_dims), rows of length 1; n_dims may differ from the teacher's.
        teacher: vectors of the same texts; of both at most :data:`MAX_ROWS` rows are read.
        k: neighbours of a text, fewer than there are texts.
    """
    student, teacher = student[:MAX_ROWS], teacher[:MAX_ROWS]
    ours, theirs = _nearest(student, k), _nearest(teacher, k)
    return float(np.mean([len(np.intersect1d(a, b)) / k for a, b in zip(ours, theirs, strict=True)]))


def _nearest(rows: F32, k: int) -> I64:
    similar = rows @ rows.T
    np.fill_diagonal(similar, -np.inf)
    return np.argpartition(-similar, k, axis=1)[:, :k]


def rank_agreement(student: F32, teacher: F32, *, pairs: int = 20_000, seed: int = 0) -> float:
    """Spearman correlation between the student's and the teacher's cosines of random pairs of texts.

    Args:
        student: vectors (n_texts, n_dims), rows of length 1.
        teacher: vectors of the same texts.
        pairs: drawn; a text drawn with itself is left out.
        seed: of the draw.
    """
    from scipy.stats import spearmanr

    rng = np.random.default_rng(seed)
    i, j = rng.integers(0, len(student), (2, pairs))
    keep = i != j
    i, j = i[keep], j[keep]
    ours, theirs = (rows[i] * rows[j] for rows in (student, teacher))
    return float(spearmanr(ours.sum(axis=1), theirs.sum(axis=1)).statistic)


def probe_accuracy(train: F32, labels: Sequence[str], test: F32, test_labels: Sequence[str]) -> float:
    """Accuracy of a linear probe: ridge regression on one-hot labels, its strength chosen on a tenth of ``train``.

    Args:
        train: vectors (n_train, n_dims).
        labels: (n_train,).
        test: vectors (n_test, n_dims).
        test_labels: (n_test,); a label that ``labels`` lacks counts as wrong.
    """
    classes, y = np.unique(np.asarray(labels), return_inverse=True)
    class_index = {name: i for i, name in enumerate(classes.tolist())}
    test_classes = np.array([class_index.get(label, -1) for label in test_labels])
    train_rows = np.concatenate([train, np.ones((len(train), 1), np.float32)], axis=1).astype(np.float64)
    test_rows = np.concatenate([test, np.ones((len(test), 1), np.float32)], axis=1).astype(np.float64)
    one_hot = np.eye(len(classes))[y]
    order = np.random.default_rng(0).permutation(len(train_rows))
    held_out, fitted = order[: max(len(train_rows) // 10, 1)], order[max(len(train_rows) // 10, 1) :]

    def solve(rows_used: I64, strength: float) -> NDArray[np.float64]:
        part = train_rows[rows_used]
        return np.asarray(np.linalg.solve(part.T @ part + strength * np.eye(train_rows.shape[1]), part.T @ one_hot[rows_used]))

    strengths = (0.1, 0.3, 1.0, 3.0, 10.0)
    scores = [float(((train_rows[held_out] @ solve(fitted, s)).argmax(axis=1) == y[held_out]).mean()) for s in strengths]
    best = solve(np.arange(len(train_rows)), strengths[int(np.argmax(scores))])
    return float(((test_rows @ best).argmax(axis=1) == test_classes).mean())


def timed_once(work: Callable[[Sequence[S]], T], texts: Sequence[S]) -> tuple[T, float]:
    """Run ``work`` on texts; returns its result and the CPU seconds per text.

    It runs only once, because students cache words. It should have read other texts before, so that nothing is loaded here.
    """
    start = time.process_time()
    result = work(texts)
    return result, (time.process_time() - start) / max(len(texts), 1)


def size_bytes(place: Path) -> int:
    """Bytes of a file, or of all files in a folder without cards and checkpoints."""
    if place.is_file():
        return place.stat().st_size
    return sum(p.stat().st_size for p in place.rglob("*") if p.is_file() and p.suffix not in (".md", ".pt", ".partial"))


@dataclass(frozen=True)
class Row:
    """A model's line in the comparison."""

    model: str
    quality: dict[str, float]
    """By the name of the measure; higher is better."""
    n_test: int
    size: int
    """Bytes; 0 where not known (an endpoint)."""
    cpu_s: float
    """CPU seconds per call; 0 where not known."""
    cost_per_million: float
    """Of a million calls, in ``currency``: CPU time at the price of a CPU hour, or the endpoint's prices."""
    currency: str = CURRENCY


def row(model: str, quality: dict[str, float], n_test: int, size: int, cpu_s: float, cpu_hour: float) -> Row:
    """A line whose cost is its CPU time; ``cpu_s`` is seconds per call, ``cpu_hour`` the price of a CPU hour."""
    return Row(model, quality, n_test, size, cpu_s, cpu_s * 1e6 / 3600 * cpu_hour)


def _money(amount: float) -> str:
    """An amount to the cent; below ten cents, to the first digit that is not 0."""
    return f"{amount:,.{max(2, -math.floor(math.log10(amount))) if amount < 0.1 else 2}f}"


def show(rows: Sequence[Row]) -> str:
    """The comparison as a Markdown table. Where the first row is the teacher, others show the share of its quality kept and their speed."""
    names = list(rows[0].quality)
    teacher = rows[0] if rows[0].model == "teacher" else None
    head = ["model", *[f"{name} (kept)" if teacher else name for name in names]]
    head += ["MB", "CPU ms a call", "speed", f"{rows[0].currency} for a million calls"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        cells = [row.model]
        for name in names:
            value, reference = row.quality.get(name), teacher.quality.get(name) if teacher else None
            cells.append("–" if value is None else f"{value:.4f}" + (f" ({value / reference:.1%})" if reference else ""))
        speedup = teacher.cpu_s / row.cpu_s if teacher and row.cpu_s else 0.0
        speed = f"{speedup:,.0f}×" if speedup >= 9.5 else f"{speedup:.1f}×" if speedup else "–"
        cells += [
            f"{row.size / 1e6:,.1f}" if row.size else "–", f"{row.cpu_s * 1e3:.3f}" if row.cpu_s else "–", speed,
            _money(row.cost_per_million) if row.cost_per_million else "–",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
