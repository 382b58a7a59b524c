"""Where the test of one's own keyed marks plugs in.

The audit does not know how a mark is made. It asks an object for counts, text by text, and adds them up by source.
"""

from typing import NamedTuple, Protocol


class MarkCount(NamedTuple):
    """Of one text: scored units (tokens or choices), and how many of them the key favours."""

    scored: int
    favoured: int


class MarkTest(Protocol):
    """A keyed test of texts; must be picklable, since parts are read by several processes."""

    name: str
    """Name of the key or tenant."""
    chance: float
    """Share of units that the key favours in text without the mark."""

    def count(self, texts: list[str]) -> list[MarkCount]:
        """Counts of each text."""
        ...
