"""How operators get accounts, and how they run their work."""

from dataclasses import replace
from typing import Any

from .arrays import Mix
from .crowds import CROWDS
from .profiles import Profile

WORK = Profile(
    "work", requests=1, spread=0.5, focus=0.2, human=0.1, turns=0.15, sitting=8, pace=30, hours="flat", week="every", steady=2.0,
    follow="reason", adopt=2.0, kept=0.97
)


def like(crowd: str, **changes: Any) -> Profile:
    """Accounts as those of an innocent crowd, but for some changes."""
    return replace(CROWDS[crowd], **changes)


def work(tasks: Mix, **changes: Any) -> Profile:
    """Work on tasks of these kinds, by weight."""
    return replace(WORK, tasks=tasks, **changes)
