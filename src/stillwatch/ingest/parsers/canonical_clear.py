"""Events as Stillwatch defines them, identifiers still in clear."""

from typing import Any

from stillwatch.ingest.parsers import canonical
from stillwatch.ingest.tenant import Tenant
from stillwatch.ingest.values import maybe

NAME = "canonical-clear"
DESCRIPTION = "the same columns with identifiers and addresses in clear: they are hashed with the tenant's key"
TEXT_FIELDS = canonical.TEXT_FIELDS


def parse(raw: dict[str, Any], tenant: Tenant) -> dict[str, Any]:
    """Keep the columns of an event, identifiers hashed."""
    fields = canonical.parse(raw, tenant)
    for name in ("account_id", "org_id", "key_id", "session_id"):
        fields[name] = tenant.id(fields.get(name))
    fields["ip"] = tenant.network(maybe(fields.get("ip"), "ip"))
    return fields
