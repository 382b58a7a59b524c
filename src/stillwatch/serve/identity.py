"""From what a gateway sees to the identifiers in the tables.

Ingest writes identifiers as keyed hashes; the service needs the same key to find them. Without a key it takes them as
they come, which fits tables whose identifiers are in the clear.
"""

import hashlib
import hmac
from collections.abc import Sequence

from stillwatch.keys.hashing import SIGNED

SUBPROTOCOLS = b"sec-websocket-protocol"
CREDENTIALS = frozenset({
    b"authorization", b"x-api-key", b"api-key", b"x-goog-api-key", b"x-litellm-api-key", b"ocp-apim-subscription-key", SUBPROTOCOLS,
})
"""Headers that carry a client's API key in the APIs in use, and at LiteLLM."""
SUBPROTOCOL = "openai-insecure-api-key."
"""What stands before the key where a browser, which can set no header, names it as a subprotocol of its websocket."""
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
        """Who is acted on, as ingest decides it: the account, else the organisation, else the key; and its key."""
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
        names = [name for value in values for name in (value, *map(str.strip, value.split(","))) if name]
        if len(names) > MANY:
            names = [*names[: MANY // 2], *names[-MANY // 2 :]]
        return tuple((self.id(name),) for name in dict.fromkeys(names))

    def of_credentials(self, headers: Sequence[tuple[bytes, bytes]]) -> tuple[tuple[str, ...], ...]:
        """A principal for each different credential among the headers (lower-case names).

        Every one counts: which of two a gateway takes is its own affair, and a client must not choose the harmless one.
        A gateway may have joined repeated headers with commas, which no API key contains.
        """
        values = [part for _, parts in _told(headers) for part in parts]
        if len(values) > MANY:
            values = _outermost(headers)
        names = {secret for value in values for secret in credentials(value)}
        return tuple(self.of_credential(name) for name in sorted(names))

    def of_credential(self, secret: str) -> tuple[str, ...]:
        """The identifiers of an API key: of itself, and of its SHA-256, by which LiteLLM logs keys."""
        digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
        ids = self.id(digest), self.id(secret)
        return (*ids, *(KEY + id_ for id_ in ids)) if self._apart else ids


def _told(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, list[bytes]]]:
    """The values of each header that carries a key; of subprotocols those alone that are one."""
    return [
        (name, [part for part in value.split(b",") if name != SUBPROTOCOLS or part.strip().startswith(SUBPROTOCOL.encode())])
        for name, value in headers if name in CREDENTIALS
    ]


def _outermost(headers: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
    by_name: dict[bytes, list[bytes]] = {}
    for name, parts in _told(headers):
        by_name.setdefault(name, []).extend(part for part in parts if part.strip())
    return [part for parts in by_name.values() for part in (*parts[: MANY // 2], *parts[-MANY // 2 :])]


def credentials(value: bytes) -> set[str]:
    """The API keys that a header's value may name, whatever its scheme, in any case: gateways read more than the standards have."""
    text = value.decode("latin-1").strip()
    if text.startswith(SUBPROTOCOL):
        return {text.removeprefix(SUBPROTOCOL)} - {""}
    parts = text.split(None, 1)
    if len(parts) < 2:
        return set() if text.lower() == "bearer" else set(parts)
    scheme, rest = parts
    found = {rest, text.replace(f"{scheme} ", "").strip()}  # LiteLLM takes the scheme out wherever it stands
    if signed := SIGNED.search(text):
        found.add(signed[1])
    return found - {""}


def unhashed(identifier: str) -> bool:
    """Whether an identifier may be an API key in the clear, which no log may show."""
    return len(identifier) not in (32, 64) or not all(c in "0123456789abcdef" for c in identifier)
