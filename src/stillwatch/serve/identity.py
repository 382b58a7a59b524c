"""Converts the names that a gateway sends to the identifiers in the tables.

Ingest writes identifiers as keyed hashes; the service needs the same key to find them. Without a key it looks names up unchanged, which
fits tables whose identifiers are in the clear.
"""

import hashlib
import hmac
from collections.abc import Sequence

from stillwatch.keys.credentials import HEADERS, credentials, parts

CREDENTIALS = {name.encode(): name for name in HEADERS}
"""Headers that carry a client's API key: name as bytes -> name."""
CREDENTIAL_SURFACES = ("envoy", "envoy-grpc", "nginx", "forward")
"""Surfaces that identify a client by its API key."""
KEY = "key\x1f"
"""Prefix of a key's identifier if the source keeps keys apart from accounts: both may be numbered from 1."""
CACHE = 1 << 16
"""Capacity of the cache of hashes, which is emptied when full."""
LONGEST = 1024
"""Characters of an identifier that are read; no real identifier is longer."""
MANY = 16
"""Most credentials of a request that are all checked. Of more, only the first and last of each header are, because no program uses one
from the middle; thousands fit into a request, and would delay all others by a second."""


class Identities:
    """Converts names to identifiers."""

    def __init__(self, key: bytes | None = None, *, apart: bool = False) -> None:
        """Take the tenant's key, as ``stillwatch ingest --key-file`` has it, or None.

        Args:
            key: the tenant's key; None: names are not hashed.
            apart: whether the snapshot's source prefixes keys with :data:`KEY`, so that no account is mistaken for a key.
        """
        self._key, self._apart = key, apart
        self.hashed = key is not None
        """Whether identifiers are keyed hashes, which reveal no API key."""
        self._cache: dict[str, str] = {}

    def id(self, name: str) -> str:
        """The identifier of an account, organisation or key, from its name at the gateway."""
        name = name[:LONGEST]
        if self._key is None:
            return name
        hashed = self._cache.get(name)
        if hashed is None:
            if len(self._cache) >= CACHE:
                self._cache.clear()
            digest = hmac.digest(self._key, name.encode("utf-8", "surrogatepass"), "sha256")
            hashed = self._cache[name] = digest.hex()[:32]
        return hashed

    def principal(self, account: str | None, org: str | None = None, key: str | None = None) -> tuple[str, ...]:
        """The identifiers of the principal, chosen as ingest does: the account, else the organisation, else the key; and of its key.

        Blank names count as absent; without any name the result is empty.
        """
        account, org, key = (None if name is None or name.isspace() else name for name in (account, org, key))
        name = account or org or key
        return self.with_key(self.id(name), self.id(key) if key else None) if name else ()

    def with_key(self, name: str, key: str | None) -> tuple[str, ...]:
        """All identifiers by which to look up a principal: its own, and its key's (the same if only the key is known)."""
        if not key:
            return (name,)
        if self._apart:
            return name, KEY + key
        return (name,) if key == name else (name, key)

    def of_accounts(self, values: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """A principal for each account in the values of the edge's header.

        An edge may append its header to the client's, or join the two with a comma; the client must not be able to choose. So all values
        count; of more than :data:`MANY` the outermost, since the edge's is first or last. A value also counts as a whole, since a name
        may contain a comma.
        """
        names = [name for value in values for name in (value, *map(str.strip, value.split(","))) if name and not name.isspace()]
        if len(names) > MANY:
            names = [*names[: MANY // 2], *names[-MANY // 2 :]]
        return tuple((self.id(name),) for name in dict.fromkeys(names))

    def of_credentials(self, headers: Sequence[tuple[bytes, bytes]]) -> tuple[tuple[str, ...], ...]:
        """A principal for each different credential in the headers (lower-case names).

        All count, because gateways differ in which of two they use, and a client must not be able to present a harmless one. A gateway
        may have joined repeated headers with commas, which no API key contains.
        """
        presented = _credential_headers(headers)
        values = [part for _, values in presented for part in values]
        if len(values) > MANY:
            values = _outermost(presented)
        names = {secret for value in values for secret in credentials(value)}
        return tuple(self.of_credential(name) for name in sorted(names))

    def of_credential(self, secret: str) -> tuple[str, ...]:
        """The identifiers of an API key: of its SHA-256, by which LiteLLM logs keys, and of the key itself."""
        digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
        ids = self.id(digest), self.id(secret)
        return (*ids, *(KEY + id_ for id_ in ids)) if self._apart else ids


def _credential_headers(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, list[str]]]:
    """The headers that carry API keys, each with its values."""
    return [(name, parts(CREDENTIALS[name], value.decode("latin-1"))) for name, value in headers if name in CREDENTIALS]


def _outermost(presented: Sequence[tuple[bytes, list[str]]]) -> list[str]:
    by_name: dict[bytes, list[str]] = {}
    for name, values in presented:
        by_name.setdefault(name, []).extend(value for value in values if value.strip())
    return [value for values in by_name.values() for value in (*values[: MANY // 2], *values[-MANY // 2 :])]


def unhashed(identifier: str) -> bool:
    """Whether an identifier is not a hash, so that it may be an API key in the clear, which no log may show."""
    return len(identifier) not in (32, 64) or not all(c in "0123456789abcdef" for c in identifier)
