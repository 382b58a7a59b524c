"""Own keys tested on a corpus that an audit reads: what is summed over its parts, and the p-values of the sum.

Choice marks only: their counts add up over documents. Marks on tokens count each tuple once over a whole corpus, which no
sum does; ``stillwatch prove test`` takes the documents of a source as answers.
"""

from dataclasses import dataclass
from math import exp
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stillwatch.errors import InputError
from stillwatch.keys.hashing import tenant_key
from stillwatch.prove import packet
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.keys import Opened, decoy_keys, mark_entry
from stillwatch.prove.statistics import holm
from stillwatch.terminal.counting import number_of


@dataclass(frozen=True)
class CorpusTest:
    """The keys of a commitment.

    Attributes:
        name: which keys, with the hash of the commitment.
        mark: the mark.
        keys: opened.
    """

    name: str
    mark: ChoiceMark
    keys: tuple[Opened, ...]

    def counts(self, texts: list[str]) -> NDArray[np.int64]:
        """Forms by cell."""
        return self.mark.counts(texts)

    def p_values(self, counts: NDArray[np.int64], reference: NDArray[np.int64] | None) -> dict[str, float]:
        """p of each tenant's key after Holm over the keys; human references make the habits of forms sharper."""
        none = decoy_keys(b"", 0)
        found = self.mark.test(counts, [one.key for one in self.keys], none, reference)
        adjusted = holm([one.log_p for one in found])
        return {one.tenant: exp(max(log_p, -700.0)) for one, log_p in zip(self.keys, adjusted, strict=True)}


def from_commitment(log: Path, key: Path, entry: int | None, tenants: list[str]) -> CorpusTest:
    """The test of committed keys.

    Raises:
        InputError: there is no such commitment, the key does not open it, or its mark is on tokens.
    """
    if not key.is_file():
        raise InputError("no such key file", where=key, todo="Pass the master secret that stillwatch prove commit made")
    found = mark_entry(log, entry)
    mark = packet.mark_of(found["design"])
    if not isinstance(mark, ChoiceMark):
        raise InputError(f"{mark.name} marks are not tested in an audit: each tuple must count once over the whole corpus", where=log,
                         todo="Commit to --scheme choice, or pass the documents of a source to stillwatch prove test")
    opened = packet.open_keys(found, tenant_key(key), tenants)
    return CorpusTest(f"choice, {number_of(len(opened), 'key')}, commitment {found['hash'][:16]}", mark, opened)
