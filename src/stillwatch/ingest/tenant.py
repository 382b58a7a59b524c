"""What a parser may know of the tenant: keyed hashes of identifiers, of networks and of conversations."""

import hashlib
import ipaddress
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from stillwatch.errors import InputError
from stillwatch.ingest.values import whole_number
from stillwatch.keys.hashing import erased_hash, key_check, keyed

CACHE = 1 << 18
"""Entries of each cache of hashes; it is emptied when full, so memory stays bounded."""
V4_PREFIX, V6_PREFIX = 24, 48
UNSET = object()

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
K = TypeVar("K")
V = TypeVar("V")


class Tenant:
    """The key of a tenant, its trusted proxies, and whether text may be read."""

    def __init__(self, key: bytes, trusted_proxies: str = "", *, text: bool = True, erased: Iterable[str] = ()) -> None:
        """Take the secret key, comma-separated networks, False for text where no text may be read, and hashes of erased accounts."""
        self.text = text
        self._erased = frozenset(erased)
        self._is_erased: dict[str, bool] = {}
        self._key, self.key_check = key, key_check(key)
        # BLAKE2b takes at most 64 bytes of key
        self._short = key if len(key) <= 64 else hashlib.sha512(key).digest()
        self._trusted = networks(trusted_proxies)
        self._ids: dict[str, str] = {}
        self._clients: dict[tuple[str | None, str | None], str | None] = {}
        self.private: set[str] = set()
        """Hashes of those seen networks that are PRIVATE."""

    def id(self, value: Any) -> Any:
        """The keyed hash of an identifier (string or whole number); empty or blank is null, other types stay, to be refused."""
        if value is None or value == "" or (type(value) is str and value.isspace()):
            return None
        value = whole_number(value)
        if type(value) is not str and type(value) is not int:
            return value
        return cached(self._ids, str(value), lambda plain: keyed(self._key, plain))

    def erased(self, account_id: Any) -> bool:
        """Whether an account, as tables have it, is on the list of those that were erased."""
        if not self._erased or type(account_id) not in (str, int):
            return False
        return cached(self._is_erased, str(account_id), lambda name: erased_hash(self._key, name) in self._erased)

    def response(self, response_id: str) -> int:
        """The keyed hash of a response's identifier."""
        return self.key64(b"response", response_id.encode())

    def network(self, address: str | None) -> str | None:
        """The keyed hash of the address's /24 or /48; null where it is no address."""
        return self.client(address, None) if address else None

    def client(self, remote: str | None, forwarded: str | None) -> str | None:
        """The keyed hash of the client's network.

        Args:
            remote: the address of the socket; null where the log does not have it.
            forwarded: the X-Forwarded-For header; it counts only as far as trusted proxies wrote it.
        """
        return cached(self._clients, (remote, forwarded), self._client)

    def _client(self, chain: tuple[str | None, str | None]) -> str | None:
        found = client_address(*chain, self._trusted)
        if found is None:
            return None
        prefix = V4_PREFIX if found.version == 4 else V6_PREFIX
        hashed = keyed(self._key, str(ipaddress.ip_network((found, prefix), strict=False)))
        if _within(found, PRIVATE):
            self.private.add(hashed)
        return hashed

    def hasher(self, purpose: bytes) -> "hashlib.blake2b":
        """A keyed 64-bit hash; ``purpose`` (at most 16 bytes) keeps different things apart."""
        return hashlib.blake2b(digest_size=8, key=self._short, person=purpose)

    def key64(self, purpose: bytes, value: bytes) -> int:
        """The keyed 64-bit hash of a value, signed."""
        return signed(hashlib.blake2b(value, digest_size=8, key=self._short, person=purpose))

    def raw_hash(self, raw: bytes) -> str:
        """The keyed hash of bytes that must not be kept."""
        return keyed(self._key, raw.decode("latin-1"))


def signed(hasher: "hashlib.blake2b") -> int:
    """The digest as a signed 64-bit integer."""
    return int.from_bytes(hasher.digest(), "little", signed=True)


def cached(cache: dict[K, V], key: K, make: Callable[[K], V]) -> V:
    """The cached value of ``key``, made if need be."""
    value: Any = cache.get(key, UNSET)
    if value is UNSET:
        if len(cache) >= CACHE:
            cache.clear()
        value = cache[key] = make(key)
    found: V = value
    return found


def networks(text: str) -> list[Network]:
    """The networks of a comma-separated list."""
    try:
        return [ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]
    except ValueError as error:
        todo = "Write networks like 10.0.0.0/8,2001:db8::/32"
        raise InputError(str(error), where="--trusted-proxies", todo=todo) from error


PRIVATE = networks("127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,::1/128,fc00::/7")
"""Loopback and private networks: seldom a customer's, mostly one's own proxy."""


def _within(address: Address, some: list[Network]) -> bool:
    return any(address.version == network.version and address in network for network in some)


def parsed(text: str) -> Address | None:
    """The address in a socket address or a header entry (port, brackets and quotes are dropped), or None."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def client_address(remote: str | None, forwarded: str | None, trusted: list[Network]) -> Address | None:
    """Which address is the client's: the first from the right that is no trusted proxy.

    What stands left of an untrusted address was written by the client and may be forged. Where the socket address is
    not logged, the last entry of the header was written by the gateway's own proxy only if proxies are declared. An
    entry that is no address, or a chain of nothing but trusted proxies, means that the client is not known.
    """
    chain = [part for part in (forwarded or "").split(",") if part.strip()]
    if remote:
        chain.append(remote)
    elif not trusted:
        return None
    for entry in reversed(chain):
        address = parsed(entry)
        if address is None:
            return None
        if not _within(address, trusted):
            return address
    return None
