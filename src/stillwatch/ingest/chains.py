"""Requests that go on from an earlier response by its identifier (``previous_response_id``), in whatever order logs have them.

Their text says nothing of what came before, so their ``context_key`` follows from that of the earlier request. Where that
one is read later, numbers are kept until all is read, and the rows are mended then.
"""

from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np

from stillwatch.ingest.index import Index
from stillwatch.ingest.tenant import Tenant

WAITING = 4
"""Numbers that are kept of a request whose earlier one is not read yet."""
NOTHING = 0
"""In place of a hash: the request has no response that another could go on from."""


def continued(tenant: Tenant, before: int, said: int) -> int:
    """The context_key of a request that says ``said`` (a hash of its own messages) after ``before``."""
    return tenant.key64(b"context", before.to_bytes(8, "little", signed=True) + said.to_bytes(8, "little", signed=True))


class Chains:
    """Finds the ``context_key`` of the request that a response answered."""

    def __init__(self, tenant: Tenant) -> None:
        """Hash with the tenant's key."""
        self._tenant = tenant
        self._contexts = Index()
        self._waiting = array("q")
        self.unknown = 0
        """Requests that go on from a response which is not in the log; known when all is settled."""

    def link(self, row: dict[str, Any], place: int) -> None:
        """Link a row to the request before it; where that is not known yet, keep the ``place`` of the row for :meth:`settle`.

        Until then, and where it is not in the log, the response's own hash stands for it: it still says that the conversation goes on.
        """
        before, own = row.get("_before"), row.get("_response")
        if before is not None:
            found = self._contexts.get(before)
            if found is None:
                heard = NOTHING if own is None or row["context_key"] is None else own
                self._waiting.extend((place, before, row["_said"] or 0, heard))
                return
            row["parent_key"] = found
            if row["context_key"] is not None:
                row["context_key"] = continued(self._tenant, found, row["_said"])
        if own is not None and row["context_key"] is not None:
            self._contexts.put(own, row["context_key"])

    def settle(self) -> Iterator[tuple[int, int, int]]:
        """Yield place, parent_key and context_key of each row whose earlier request was read later."""
        waiting = np.frombuffer(self._waiting, np.int64).reshape(-1, WAITING)
        numbers = Index()
        for number, own in enumerate(waiting[:, 3].tolist()):
            if own != NOTHING:
                numbers.put(own, number)
        settled = np.zeros(len(waiting), bool)
        for number in range(len(waiting)):
            # up to the first of the conversation that is not settled yet, then back
            chain, at = [], number
            while not settled[at]:
                settled[at] = True
                chain.append(at)
                earlier = numbers.get(int(waiting[at, 1]))
                at = at if earlier is None else earlier
            for at in reversed(chain):
                place, before, said, own = waiting[at].tolist()
                found = self._contexts.get(before)
                self.unknown += found is None
                parent = before if found is None else found
                context = continued(self._tenant, parent, said)
                if own != NOTHING:
                    self._contexts.put(own, context)
                if found is not None:
                    yield place, parent, context
