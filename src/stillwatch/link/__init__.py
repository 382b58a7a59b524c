"""Link: which accounts share what; whether that is more than chance gives is for the stages that group and judge.

Every view gives traces (account, object, count). A trace is *habitual* when the account left it more than once: habits
say what an account keeps doing, and there are few of them, whereas a single prompt leaves objects that never return. Of how prompts
begin and end a single use counts as well, where pairs of accounts are compared.
"""

from stillwatch.link.traces import (
    CONTENT_VIEWS,
    MACHINES,
    TOLD,
    USED,
    carriers,
    handoffs,
    hits,
    hopping,
    identities,
    left_once,
    lives,
    mark_counts,
    most_used,
    profiles,
    programs,
    told,
    wordings,
)

__all__ = [
    "CONTENT_VIEWS",
    "MACHINES",
    "TOLD",
    "USED",
    "carriers",
    "handoffs",
    "hits",
    "hopping",
    "identities",
    "left_once",
    "lives",
    "mark_counts",
    "most_used",
    "profiles",
    "programs",
    "told",
    "wordings",
]
