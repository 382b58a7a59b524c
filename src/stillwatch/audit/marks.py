"""Where the test of one's own keyed marks plugs in.

The audit does not know how a mark is made. It asks an object for counts of texts, adds them up by source, and asks it
for the p-value of the sum. What the p-value rests on (a key drawn at random) is the object's matter; the counts of one
source are of all its documents, since evidence of single documents is not independent and must not be multiplied.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class MarkTest(Protocol):
    """A keyed test; must be picklable, since parts are read by several processes."""

    @property
    def name(self) -> str:
        """Names of keys and commitment; a broken audit resumes only under the same."""
        ...

    def counts(self, texts: list[str]) -> NDArray[np.int64]:
        """Counts of texts together; those of more texts are the sum, whatever the shape."""
        ...

    def p_values(self, counts: NDArray[np.int64], reference: NDArray[np.int64] | None) -> dict[str, float]:
        """Of each key: chance of counts like these under a key drawn at random, corrected for the number of keys.

        Args:
            counts: of the documents.
            reference: of the human references, where there are any.
        """
        ...
