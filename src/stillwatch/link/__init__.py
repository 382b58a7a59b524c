"""Link: which accounts share what, against a null that respects popularity, volume and time.

Every view gives traces (account, object, count). A trace is *habitual* when the account left it more than once: habits
say what an account keeps doing, and there are few of them, whereas a single prompt leaves objects that never return.
"""

from stillwatch.link.traces import (
    CONTENT_VIEWS,
    MACHINES,
    TOLD,
    carriers,
    handoffs,
    hits,
    identities,
    left_once,
    lives,
    mark_counts,
    networks,
    profiles,
    told,
    wordings,
)

__all__ = [
    "CONTENT_VIEWS",
    "MACHINES",
    "TOLD",
    "carriers",
    "handoffs",
    "hits",
    "identities",
    "left_once",
    "lives",
    "mark_counts",
    "networks",
    "profiles",
    "told",
    "wordings",
]
