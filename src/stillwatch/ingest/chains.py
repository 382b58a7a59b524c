"""Links requests that continue an earlier response by its identifier (``previous_response_id``), in any order of the log.

Such a request does not contain the earlier messages, so its ``context_key`` is derived from that of the earlier request. If that request
is read later, four integers are kept until all is read, and the written rows are updated then.
"""

from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np

from stillwatch.ingest.index import Index
from stillwatch.ingest.tenant import Tenant

WAITING = 4
"""Integers that are kept of a request whose earlier one is not read yet: place, before, own_messages, own (as in :meth:`Chains.settle`)."""
NOTHING = 0
"""Stands for the hash of a response if the request has none that another could continue."""


def continued(tenant: Tenant, before: int, own_messages: int) -> int:
    """The context_key of a request: ``before`` is that of the earlier request, ``own_messages`` the hash of the request's own messages."""
    return tenant.key64(b"context", before.to_bytes(8, "little", signed=True) + own_messages.to_bytes(8, "little", signed=True))


class Chains:
    """Finds the ``context_key`` of the request that a response answered."""

    def __init__(self, tenant: Tenant) -> None:
        """Hash with the tenant's key."""
        self._tenant = tenant
        self._contexts = Index()
        self._waiting = array("q")
        self.unknown = 0
        """Requests that continue a response that is not in the log; complete after :meth:`settle`."""

    def link(self, row: dict[str, Any], place: int) -> None:
        """Set the row's parent_key and context_key from the request before it, or keep the ``place`` of the row for :meth:`settle`.

        Until then, and if that request is not in the log, the hash of its response serves as parent_key, so that the conversation still
        counts as continued.
        """
        before, own = row.get("_before"), row.get("_response")
        if before is not None:
            parent = self._contexts.get(before)
            if parent is None:
                own_or_nothing = NOTHING if own is None or row["context_key"] is None else own
                self._waiting.extend((place, before, row["_own_messages"] or 0, own_or_nothing))
                return
            row["parent_key"] = parent
            if row["context_key"] is not None:
                row["context_key"] = continued(self._tenant, parent, row["_own_messages"])
        if own is not None and row["context_key"] is not None:
            self._contexts.put(own, row["context_key"])

    def settle(self) -> Iterator[tuple[int, int, int]]:
        """Yield (place, parent_key, context_key) of each row whose earlier request was read after it."""
        waiting = np.frombuffer(self._waiting, np.int64).reshape(-1, WAITING)
        number_of_response = Index()
        for number, own in enumerate(waiting[:, 3].tolist()):
            if own != NOTHING:
                number_of_response.put(own, number)
        settled = np.zeros(len(waiting), bool)
        for number in range(len(waiting)):
            # back to the earliest unsettled request of the conversation, then forward
            chain, at = [], number
            while not settled[at]:
                settled[at] = True
                chain.append(at)
                earlier = number_of_response.get(int(waiting[at, 1]))
                at = at if earlier is None else earlier
            for at in reversed(chain):
                place, before, own_messages, own = waiting[at].tolist()
                known = self._contexts.get(before)
                self.unknown += known is None
                parent = before if known is None else known
                context = continued(self._tenant, parent, own_messages)
                if own != NOTHING:
                    self._contexts.put(own, context)
                if known is not None:
                    yield place, parent, context
