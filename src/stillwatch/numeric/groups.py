"""Groups of accounts, as flat arrays: what ``group`` proposes and ``judge`` measures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]

CONTENT = "content"
"""Origin of groups whose accounts carry the same objects."""
SESSION = "session"
"""Of those who hand conversations on to each other."""
PROGRAM = "program"
"""Of those who use one program."""
BATCH = "identity"
"""Of batches that share cards, phones or mailboxes."""
ALIKE_BATCHES = "batches"
"""Of batches that live alike, as one group."""
HOPPING = "hopping"
"""Of accounts that hop between network providers, all of them or those that live alike."""
COMMUNITY = "community"
"""Of those who share more objects with each other than with others."""
CAMPAIGN = "campaign"
"""Of accepted groups put together."""
WITH_CONTENT = "+content"
"""After the origin of a group, where objects were found for it afterwards."""


@dataclass(frozen=True)
class Groups:
    """``n`` groups: memberships sorted by (group, account), objects sorted by group, one origin each."""

    n: int
    member_group: I64
    """Group of each membership, ``(n_members,)``."""
    member_account: I64
    """Code of its account."""
    object_group: I64
    """Group that each object marks, ``(n_objects,)``; requests of a group without any are all that its accounts send."""
    object_column: I64
    """Number of the sketch column that it is a value of."""
    object_key: I64
    """The value, a hash."""
    origin: tuple[str, ...]
    """What proposed each group: one of the names above or a view of identities, with :data:`WITH_CONTENT` after it or without."""

    def proposed_as(self, name: str) -> NDArray[np.bool_]:
        """Groups of an origin, whether objects were found for them afterwards or not, ``(n,)``."""
        return np.array([origin.removesuffix(WITH_CONTENT) == name for origin in self.origin], bool)

    @property
    def start(self) -> I64:
        """The first membership of each group, and the end, ``(n + 1,)``."""
        return np.searchsorted(self.member_group, np.arange(self.n + 1))

    def sizes(self) -> I64:
        """Accounts of each group, ``(n,)``."""
        return np.bincount(self.member_group, minlength=self.n)

    def labels(self, n_accounts: int) -> I64:
        """The group of each account, -1 for none, ``(n_accounts,)``, where none is in two."""
        out = np.full(n_accounts, -1, np.int64)
        out[self.member_account] = self.member_group
        return out

    def narrow(self, members: NDArray[np.bool_]) -> "Groups":
        """The same groups with only the memberships for which ``members`` is true."""
        return replace(self, member_group=self.member_group[members], member_account=self.member_account[members])

    def select(self, keep: NDArray[np.bool_]) -> "Groups":
        """The groups for which ``keep`` ``(n,)`` is true, renumbered."""
        number = np.cumsum(keep) - 1
        members, objects = keep[self.member_group], keep[self.object_group]
        return Groups(
            int(keep.sum()),
            number[self.member_group[members]],
            self.member_account[members],
            number[self.object_group[objects]],
            self.object_column[objects],
            self.object_key[objects],
            tuple(origin for origin, kept in zip(self.origin, keep, strict=True) if kept),
        )


def concatenate(parts: Sequence[Groups]) -> Groups:
    """The groups of all parts, in order."""
    start = np.cumsum([0] + [part.n for part in parts])
    return Groups(
        int(start[-1]),
        np.concatenate([part.member_group + at for part, at in zip(parts, start, strict=False)]),
        np.concatenate([part.member_account for part in parts]),
        np.concatenate([part.object_group + at for part, at in zip(parts, start, strict=False)]),
        np.concatenate([part.object_column for part in parts]),
        np.concatenate([part.object_key for part in parts]),
        tuple(origin for part in parts for origin in part.origin),
    )
