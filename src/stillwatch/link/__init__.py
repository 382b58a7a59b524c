"""Link: which accounts share which objects. The stages group and judge decide whether that is more than chance.

Every view gives traces (account, object, count). A trace is *habitual* if the account left the object more than once: habits show what an
account does repeatedly, and are few, whereas a single prompt leaves objects that never return. When pairs of accounts are compared, a
single use of an opening or closing of a prompt counts as well.
"""

from stillwatch.link.traces import (
    CONTENT_VIEWS,
    MACHINES,
    OPTIONAL_COLUMNS,
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
    present_columns,
    profiles,
    programs,
    wordings,
)

__all__ = [
    "CONTENT_VIEWS",
    "MACHINES",
    "OPTIONAL_COLUMNS",
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
    "present_columns",
    "profiles",
    "programs",
    "wordings",
]
