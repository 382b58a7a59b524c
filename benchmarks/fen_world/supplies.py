"""What operators buy and share."""

import numpy as np
from numpy.typing import NDArray

from .network import Ints
from .world import World

CATCHALL = (
    "post-lane.net", "mailorchard.com", "inboxly.org", "quietmail.co", "letterhaus.net", "fastbox.online", "mx-garden.com", "sendnook.io"
)


def groups_of(w: World, n: int, low: int, high: int) -> Ints:
    """A shared number (card, phone) for every few accounts."""
    sizes = w.rng.integers(low, high + 1, n)
    return w.new(n)[np.repeat(np.arange(n), sizes)[:n]]


def limit(keep: NDArray[np.bool_], starts: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Some of the starts."""
    return starts[0][keep], starts[1][keep]
