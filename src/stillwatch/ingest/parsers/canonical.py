"""Events as Stillwatch defines them, identifiers hashed already."""

from typing import Any

from stillwatch.ingest.tenant import Tenant
from stillwatch.tables import EVENTS

NAME = "canonical"
DESCRIPTION = "events as Stillwatch defines them, Parquet or JSONL; identifiers and addresses are kept as they are"
KEYED = False
TEXT_FIELDS = ("system", "prompt", "response")


def parse(raw: dict[str, Any], tenant: Tenant) -> dict[str, Any]:
    """Keep the columns of an event."""
    skip = () if tenant.text else TEXT_FIELDS
    return {name: raw[name] for name in EVENTS.names if name in raw and name not in skip}
