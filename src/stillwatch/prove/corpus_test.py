"""Test your own keys on a corpus that an audit reads: counts that add up over its parts, and the p-values of their sum.

Choice marks only. Marks on tokens count each tuple once over the whole corpus, so counts of parts do not add up; for these
pass the documents of a source as answers to ``stillwatch prove test``.
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
from stillwatch.prove.keys import OpenedKey, decoy_keys, mark_entry
from stillwatch.prove.statistics import holm
from stillwatch.terminal.counting import number_of


@dataclass(frozen=True)
class CorpusTest:
    """The keys of a commitment.

    Attributes:
        name: says how many keys, and the first digits of the commitment's hash.
        mark: the mark of the commitment.
        keys: the opened keys.
    """

    name: str
    mark: ChoiceMark
    keys: tuple[OpenedKey, ...]

    def counts(self, texts: list[str]) -> NDArray[np.int64]:
        """How often each form of each cell occurs ``(n_cells, 2)``; counts of several parts of a corpus may be added."""
        return self.mark.counts(texts)

    def p_values(self, counts: NDArray[np.int64], reference: NDArray[np.int64] | None) -> dict[str, float]:
        """p of each tenant's key after Holm's correction over the keys.

        Args:
            counts: sum of :meth:`counts` over the corpus ``(n_cells, 2)``.
            reference: the same of texts that people wrote, which makes the test more powerful; or None.
        """
        no_decoys = decoy_keys(b"", 0)
        results = self.mark.test(counts, [opened.key for opened in self.keys], no_decoys, reference)
        adjusted = holm([result.log_p for result in results])
        return {opened.tenant: exp(max(log_p, -700.0)) for opened, log_p in zip(self.keys, adjusted, strict=True)}


def from_commitment(log: Path, key: Path, entry: int | None, tenants: list[str]) -> CorpusTest:
    """Open the keys of a commitment.

    Args:
        log: the commitment log.
        key: file with the master secret.
        entry: number of the entry in the log; None takes the last commitment to a mark.
        tenants: names of the tenants; none means all.

    Raises:
        InputError: there is no such commitment, the key does not open it, or its mark is on tokens.
    """
    if not key.is_file():
        raise InputError("no such key file", where=key, todo="Pass the master secret that stillwatch prove commit made")
    committed = mark_entry(log, entry)
    mark = packet.mark_of(committed["design"])
    if not isinstance(mark, ChoiceMark):
        raise InputError(f"{mark.name} marks are not tested in an audit: each tuple must count once over the whole corpus", where=log,
                         todo="Commit to --scheme choice, or pass the documents of a source to stillwatch prove test")
    opened = packet.open_keys(committed, tenant_key(key), tenants)
    return CorpusTest(f"choice, {number_of(len(opened), 'key')}, commitment {committed['hash'][:16]}", mark, opened)
