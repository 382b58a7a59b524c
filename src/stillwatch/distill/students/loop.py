"""The training loop of students: epochs, early stopping, a time limit, checkpoints that training resumes from."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from stillwatch.distill.extra import need
from stillwatch.errors import InputError
from stillwatch.files import make_private_folder
from stillwatch.terminal.progress import track

CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True)
class Schedule:
    """How long to train, and when to stop."""

    epochs: int = 20
    patience: int = 3
    """Epochs without a better validation score before training stops."""
    minutes: float = 10.0
    """Limit of wall-clock time; the epoch that passes it is the last."""
    seed: int = 0


@dataclass(frozen=True)
class History:
    """How a training run went."""

    validation: list[float]
    """Score of each epoch; higher is better."""
    best_epoch: int
    seconds: float
    stopped: str
    """The limit that ended training: epochs, patience or minutes."""


def run(
    schedule: Schedule, *, epoch: Callable[[int], None], validate: Callable[[], float], state: Callable[[], dict[str, Any]],
    restore: Callable[[dict[str, Any]], None], folder: Path | None = None, of: Sequence[object] = (), quiet: bool = False,
) -> History:
    """Train until a limit, then restore the best state.

    Args:
        schedule: limits.
        epoch: trains one epoch; takes its number, from 0, which seeds its order.
        validate: gives the score on held-out data; higher is better.
        state: gives weights and optimiser, by name.
        restore: the inverse of ``state``.
        folder: where a checkpoint is kept after every epoch; training resumes from one that is there.
        of: identifies data and options; a checkpoint of others is refused.
        quiet: no progress bar.

    Raises:
        InputError: the checkpoint is of another training.
    """
    torch = need("torch", what="training")
    scores: list[float] = []
    best: dict[str, Any] = state()
    best_epoch, spent_s = -1, 0.0
    path = folder / CHECKPOINT if folder else None
    identity = hashlib.sha256(repr((schedule.seed, schedule.epochs, *of)).encode()).hexdigest()
    if path is not None and path.is_file():
        try:
            checkpoint = torch.load(path, weights_only=True)
            if checkpoint["of"] != identity:
                raise ValueError("another training")
            scores, best, best_epoch = checkpoint["validation"], checkpoint["best"], checkpoint["best_epoch"]
            spent_s = checkpoint["seconds"]
            restore(checkpoint["state"])
            torch.set_rng_state(checkpoint["random"])  # so that dropout is the same as in an uninterrupted run
        except (RuntimeError, ValueError, KeyError, EOFError, UnpicklingError) as error:
            todo = "Pass the options that it was begun with, or delete this file"
            raise InputError("the checkpoint is of another student", where=path, todo=todo) from error
    start = time.monotonic() - spent_s
    stopped = "epochs"
    for number in track(range(len(scores), schedule.epochs), "training", total=schedule.epochs - len(scores), quiet=quiet):
        if scores and number - best_epoch > schedule.patience:
            stopped = "patience"
            break
        if (time.monotonic() - start) / 60 > schedule.minutes:
            stopped = "minutes"
            break
        epoch(number)
        scores.append(validate())
        if best_epoch < 0 or scores[-1] > scores[best_epoch]:
            best_epoch, best = number, _copy(state())
        if path is not None:
            make_private_folder(path.parent)
            partial = path.with_suffix(".partial")
            now = {
                "of": identity, "validation": scores, "best": best, "best_epoch": best_epoch, "state": state(),
                "seconds": time.monotonic() - start, "random": torch.get_rng_state(),
            }
            torch.save(now, partial)
            partial.replace(path)
    restore(best)
    if path is not None:
        path.unlink(missing_ok=True)
    return History(scores, best_epoch, time.monotonic() - start, stopped)


def _copy(value: Any) -> Any:
    """A deep copy: tensors cloned, containers rebuilt."""
    if hasattr(value, "clone"):
        return value.detach().clone()
    if isinstance(value, dict):
        return {name: _copy(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_copy(part) for part in value]
    return value
