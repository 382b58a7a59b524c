"""Group: proposes sets of accounts that may belong together, from every view; nobody is judged yet.

Proposals are generous: users of a tool, a class or a company are proposed as well as operators. A proposal is a set of accounts and, if
content led to it, the objects that mark its sub-stream of requests, so that its accounts' other requests (cover traffic) are not measured.
"""

from stillwatch.group.batches import alike_accounts, alike_batches, batched
from stillwatch.group.communities import Incidence, communities
from stillwatch.group.proposals import components, enriched, from_labels, substreams, twins
from stillwatch.numeric.groups import Groups, concatenate

__all__ = [
    "Groups", "Incidence", "alike_accounts", "alike_batches", "batched", "communities", "components", "concatenate", "enriched",
    "from_labels", "substreams", "twins",
]
