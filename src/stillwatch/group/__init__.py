"""Group: sets of accounts that may belong together, from every view, before anyone is judged.

Proposals are generous: users of a tool, a class and a company are proposed beside operators. A proposal is a set of
accounts and, where content made it, the objects that mark its sub-stream of requests, so that whatever else its
accounts do (cover traffic) is left out of the measurement.
"""

from stillwatch.group.batches import alike_accounts, alike_batches, batched
from stillwatch.group.communities import Incidence, communities
from stillwatch.group.proposals import components, concatenate, enriched, from_labels, substreams, twins
from stillwatch.numeric.groups import Groups

__all__ = [
    "Groups", "Incidence", "alike_accounts", "alike_batches", "batched", "communities", "components", "concatenate", "enriched",
    "from_labels", "substreams", "twins",
]
