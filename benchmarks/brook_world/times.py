"""When people and machines ask: hours of a day, and what keeps to a clock, a lesson or a deadline."""

import random
from dataclasses import dataclass

HOUR, DAY = 3_600.0, 86_400.0

HOURS = {
    "day": [1, 1, 0, 0, 0, 1, 3, 6, 9, 10, 10, 9, 8, 9, 9, 9, 8, 8, 9, 10, 10, 9, 6, 3],
    "office": [0, 0, 0, 0, 0, 0, 0, 1, 6, 10, 10, 9, 5, 8, 10, 9, 7, 3, 1, 0, 0, 0, 0, 0],
    "evening": [3, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 5, 8, 10, 12, 12, 10, 6],
    "night": [9, 9, 9, 8, 7, 6, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 6, 8],
    "all": [1] * 24,
    "shift": [8, 8, 8, 8, 8, 8, 1, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8],
}
"""weights of the hours of a day"""
CLOCK = {name: [hour for hour, weight in enumerate(weights) for _ in range(weight)] for name, weights in HOURS.items()}
"""hours, each as often as it weighs"""


@dataclass(frozen=True)
class Burst:
    """From a day of the log on, for some hours."""

    day: float
    hours: float


@dataclass(frozen=True)
class Daily:
    """Within so many minutes after an hour, every day."""

    hour: int
    minutes: int

    def draw(self, r: random.Random, start: float, days: int, east: int, lag: int) -> float:
        """A moment, for somebody so many hours east, of a log of so many days; ``lag``: seconds by which his clock is late."""
        return start + r.randrange(days) * DAY + ((self.hour - east) % 24) * HOUR + r.random() * self.minutes * 60


@dataclass(frozen=True)
class Every:
    """Every so many minutes, to some seconds."""

    minutes: int

    def draw(self, r: random.Random, start: float, days: int, east: int, lag: int) -> float:
        """A moment, for somebody so many hours east, of a log of so many days; ``lag``: seconds by which his clock is late."""
        return start + r.randrange(int(days * 24 * 60 / self.minutes)) * self.minutes * 60 + lag + r.random() * 2


@dataclass(frozen=True)
class Lesson:
    """On some days of the week, from an hour on."""

    weekdays: tuple[int, ...]
    hour: int

    def draw(self, r: random.Random, start: float, days: int, east: int, lag: int) -> float:
        """A moment, for somebody so many hours east, of a log of so many days; ``lag``: seconds by which his clock is late."""
        day = r.choice([day for day in range(days) if day % 7 in self.weekdays])
        return start + day * DAY + ((self.hour - east) % 24) * HOUR + r.random() * 1.4 * HOUR


@dataclass(frozen=True)
class Deadline:
    """The more, the nearer a day of the log is."""

    day: int

    def draw(self, r: random.Random, start: float, days: int, east: int, lag: int) -> float:
        """A moment, for somebody so many hours east, of a log of so many days; ``lag``: seconds by which his clock is late."""
        return start + self.day * DAY - min(r.expovariate(1 / 1.8), self.day) * DAY


When = str | Burst | Daily | Every | Lesson | Deadline
"""one of HOURS, or something of its own"""
