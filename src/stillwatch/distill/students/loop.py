"""The training loop of the students that need one: epochs, early stopping, checkpoints, resume, time left."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from stillwatch.distill.extra import need
from stillwatch.errors import InputError
from stillwatch.files import own_folder
from stillwatch.terminal.progress import track

CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True)
class Schedule:
    """How long to train, and when to stop."""

    epochs: int = 20
    patience: int = 3
    """Epochs without a better validation before it stops."""
    minutes: float = 10.0
    """Wall-clock limit; the epoch that passes it is the last."""
    seed: int = 0


@dataclass(frozen=True)
class History:
    """What a training run saw."""

    validation: list[float]
    """Of each epoch; higher is better."""
    best_epoch: int
    seconds: float
    stopped: str
    """epochs, patience or minutes."""


def run(
    schedule: Schedule, *, epoch: Callable[[int], None], validate: Callable[[], float], state: Callable[[], dict[str, Any]],
    restore: Callable[[dict[str, Any]], None], folder: Path | None = None, of: Sequence[object] = (), quiet: bool = False,
) -> History:
    """Train until a limit and leave the best state restored.

    Args:
        schedule: limits.
        epoch: trains one epoch; told its number, which seeds its order.
        validate: score on what is held back, higher is better.
        state: weights and optimiser, by name.
        restore: the inverse of ``state``.
        folder: where a checkpoint is kept after every epoch; one found there is gone on from.
        of: what else is trained on and how: another seed's, store's or option's checkpoint is refused.
        quiet: no progress bar.
    """
    torch = need("torch", what="training")
    done: list[float] = []
    best: dict[str, Any] = state()
    best_epoch, spent = -1, 0.0
    path = folder / CHECKPOINT if folder else None
    mark = hashlib.sha256(repr((schedule.seed, schedule.epochs, *of)).encode()).hexdigest()
    if path is not None and path.is_file():
        try:
            kept = torch.load(path, weights_only=True)
            if kept["of"] != mark:
                raise ValueError("trained otherwise")
            done, best, best_epoch, spent = kept["validation"], kept["best"], kept["best_epoch"], kept["seconds"]
            restore(kept["state"])
            torch.set_rng_state(kept["random"])  # what is dropped out is as in a run that was not broken off
        except (RuntimeError, ValueError, KeyError, EOFError, UnpicklingError) as error:
            todo = "Pass the options that it was begun with, or delete this file"
            raise InputError("the checkpoint is of another student", where=path, todo=todo) from error
    start = time.monotonic() - spent
    stopped = "epochs"
    for number in track(range(len(done), schedule.epochs), "training", total=schedule.epochs - len(done), quiet=quiet):
        if done and number - best_epoch > schedule.patience:
            stopped = "patience"
            break
        if (time.monotonic() - start) / 60 > schedule.minutes:
            stopped = "minutes"
            break
        epoch(number)
        done.append(validate())
        if best_epoch < 0 or done[-1] > done[best_epoch]:
            best_epoch, best = number, _copy(state())
        if path is not None:
            own_folder(path.parent)
            partial = path.with_suffix(".partial")
            now = {
                "of": mark, "validation": done, "best": best, "best_epoch": best_epoch, "state": state(),
                "seconds": time.monotonic() - start, "random": torch.get_rng_state(),
            }
            torch.save(now, partial)
            partial.replace(path)
    restore(best)
    if path is not None:
        path.unlink(missing_ok=True)
    return History(done, best_epoch, time.monotonic() - start, stopped)


def _copy(value: Any) -> Any:
    """Tensors cloned, containers rebuilt."""
    if hasattr(value, "clone"):
        return value.detach().clone()
    if isinstance(value, dict):
        return {name: _copy(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_copy(part) for part in value]
    return value
