"""From what a gateway sees to the identifiers in the tables.

Ingest writes identifiers as keyed hashes; the service needs the same key to find them. Without a key it takes them as
they come, which fits tables whose identifiers are in the clear.
"""

import hashlib
import hmac
from collections.abc import Sequence

from stillwatch.keys.credentials import HEADERS, credentials, parts

CREDENTIALS = {name.encode(): name for name in HEADERS}
"""Headers that carry a client's API key, as servers give names."""
CREDENTIAL_SURFACES = ("envoy", "envoy-grpc", "nginx", "forward")
"""Surfaces that know a client by its API key."""
KEY = "key\x1f"
"""Stands before a key's identifier where a source tells keys from accounts: accounts and keys may both be numbered from 1 on."""
CACHE = 1 << 16
"""Hashes that are kept; the cache is emptied when full."""
LONGEST = 1024
"""Characters of an identifier that are read: no real one is longer."""
MANY = 16
"""Credentials of a request that are all looked at; of one with more, the first and last of each header: no program takes one out of the
middle. Thousands fit into a request, and would hold up all others for a second."""


class Identities:
    """Turns names into identifiers."""

    def __init__(self, key: bytes | None = None, *, apart: bool = False) -> None:
        """Take the tenant's key, as ``stillwatch ingest --key-file`` has it, or None.

        Args:
            key: the tenant's key.
            apart: whether the snapshot's source writes keys under :data:`KEY`, so that no account is taken for a key.
        """
        self._key, self._apart = key, apart
        self.hashed = key is not None
        """Whether identifiers are keyed hashes, which give nobody's API key away."""
        self._cache: dict[str, str] = {}

    def id(self, name: str) -> str:
        """The identifier of an account, organisation or key as a gateway names it."""
        name = name[:LONGEST]
        if self._key is None:
            return name
        found = self._cache.get(name)
        if found is None:
            if len(self._cache) >= CACHE:
                self._cache.clear()
            digest = hmac.digest(self._key, name.encode("utf-8", "surrogatepass"), "sha256")
            found = self._cache[name] = digest.hex()[:32]
        return found

    def principal(self, account: str | None, org: str | None = None, key: str | None = None) -> tuple[str, ...]:
        """Who is acted on, as ingest decides it: the account, else the organisation, else the key; and its key. A blank names nobody."""
        account, org, key = (None if name is None or name.isspace() else name for name in (account, org, key))
        name = account or org or key
        return self.together(self.id(name), self.id(key) if key else None) if name else ()

    def together(self, name: str, key: str | None) -> tuple[str, ...]:
        """Under what a principal is sought: its identifier, and that of its key (which is its own where nobody tells whose it is)."""
        if not key:
            return (name,)
        if self._apart:
            return name, KEY + key
        return (name,) if key == name else (name, key)

    def of_accounts(self, values: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """A principal for each account in the values of the edge's header.

        An edge that adds its header to the client's, or joins the two with a comma, must not let the client choose: all count, and
        of many the outermost, where the edge's stands. A value counts whole, too, since a name may have a comma.
        """
        names = [name for value in values for name in (value, *map(str.strip, value.split(","))) if name and not name.isspace()]
        if len(names) > MANY:
            names = [*names[: MANY // 2], *names[-MANY // 2 :]]
        return tuple((self.id(name),) for name in dict.fromkeys(names))

    def of_credentials(self, headers: Sequence[tuple[bytes, bytes]]) -> tuple[tuple[str, ...], ...]:
        """A principal for each different credential among the headers (lower-case names).

        Every one counts: which of two a gateway takes is its own affair, and a client must not choose the harmless one.
        A gateway may have joined repeated headers with commas, which no API key contains.
        """
        told = _told(headers)
        values = [part for _, values in told for part in values]
        if len(values) > MANY:
            values = _outermost(told)
        names = {secret for value in values for secret in credentials(value)}
        return tuple(self.of_credential(name) for name in sorted(names))

    def of_credential(self, secret: str) -> tuple[str, ...]:
        """The identifiers of an API key: of itself, and of its SHA-256, by which LiteLLM logs keys."""
        digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
        ids = self.id(digest), self.id(secret)
        return (*ids, *(KEY + id_ for id_ in ids)) if self._apart else ids


def _told(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, list[str]]]:
    """The values of each header that carries a key."""
    return [(name, parts(CREDENTIALS[name], value.decode("latin-1"))) for name, value in headers if name in CREDENTIALS]


def _outermost(told: Sequence[tuple[bytes, list[str]]]) -> list[str]:
    by_name: dict[bytes, list[str]] = {}
    for name, values in told:
        by_name.setdefault(name, []).extend(value for value in values if value.strip())
    return [value for values in by_name.values() for value in (*values[: MANY // 2], *values[-MANY // 2 :])]


def unhashed(identifier: str) -> bool:
    """Whether an identifier may be an API key in the clear, which no log may show."""
    return len(identifier) not in (32, 64) or not all(c in "0123456789abcdef" for c in identifier)
