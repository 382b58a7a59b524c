"""The tenant's keyed hashes of identifiers, networks and conversations, for parsers."""

import hashlib
import ipaddress
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from stillwatch.errors import InputError
from stillwatch.ingest.values import whole_number
from stillwatch.keys.hashing import erased_hash, key_check, keyed

CACHE = 1 << 18
"""Capacity of each cache of hashes, which is emptied when full, so that memory stays bounded."""
V4_PREFIX, V6_PREFIX = 24, 48
UNSET = object()

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
K = TypeVar("K")
V = TypeVar("V")


class Tenant:
    """The key of a tenant, its trusted proxies, and whether text may be read."""

    def __init__(self, key: bytes, trusted_proxies: str = "", *, text: bool = True, erased: Iterable[str] = ()) -> None:
        """Prepare the hashes.

        Args:
            key: the tenant's secret key.
            trusted_proxies: comma-separated networks (CIDR) whose X-Forwarded-For entries are trusted.
            text: whether text may be read.
            erased: hashes of erased accounts (:func:`stillwatch.keys.hashing.erased_hash`).
        """
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
        """Hashes of the networks seen so far that are PRIVATE."""

    def id(self, value: Any) -> Any:
        """The keyed hash of an identifier (string or integer). Empty and blank become None; other types stay, for the caller to refuse."""
        if value is None or value == "" or (type(value) is str and value.isspace()):
            return None
        value = whole_number(value)
        if type(value) is not str and type(value) is not int:
            return value
        return cached(self._ids, str(value), lambda plain: keyed(self._key, plain))

    def erased(self, account_id: Any) -> bool:
        """Whether an account (identifier as in tables) is on the list of erased accounts."""
        if not self._erased or type(account_id) not in (str, int):
            return False
        return cached(self._is_erased, str(account_id), lambda name: erased_hash(self._key, name) in self._erased)

    def response(self, response_id: str) -> int:
        """The keyed hash of a response's identifier."""
        return self.key64(b"response", response_id.encode())

    def network(self, address: str | None) -> str | None:
        """The keyed hash of an address's /24 (IPv4) or /48 (IPv6) network; None if it is not an address."""
        return self.client(address, None) if address else None

    def client(self, remote: str | None, forwarded: str | None) -> str | None:
        """The keyed hash of the client's network.

        Args:
            remote: the address of the socket; None if the log does not have it.
            forwarded: the X-Forwarded-For header, of which only entries of trusted proxies count.

        Returns:
            The hash, or None if the client's address is not known.
        """
        return cached(self._clients, (remote, forwarded), self._client)

    def _client(self, chain: tuple[str | None, str | None]) -> str | None:
        address = client_address(*chain, self._trusted)
        if address is None:
            return None
        prefix = V4_PREFIX if address.version == 4 else V6_PREFIX
        hashed = keyed(self._key, str(ipaddress.ip_network((address, prefix), strict=False)))
        if _within(address, PRIVATE):
            self.private.add(hashed)
        return hashed

    def hasher(self, purpose: bytes) -> "hashlib.blake2b":
        """A keyed 64-bit hash object; ``purpose`` (at most 16 bytes) separates hashes of different kinds."""
        return hashlib.blake2b(digest_size=8, key=self._short, person=purpose)

    def key64(self, purpose: bytes, value: bytes) -> int:
        """The keyed 64-bit hash of a value, signed."""
        return signed(hashlib.blake2b(value, digest_size=8, key=self._short, person=purpose))

    def raw_hash(self, raw: bytes) -> str:
        """The keyed hash of bytes that must not be stored themselves."""
        return keyed(self._key, raw.decode("latin-1"))


def signed(hasher: "hashlib.blake2b") -> int:
    """The digest as a signed 64-bit integer."""
    return int.from_bytes(hasher.digest(), "little", signed=True)


def cached(cache: dict[K, V], key: K, make: Callable[[K], V]) -> V:
    """The cached value of ``key``; ``make`` computes it if it is absent."""
    value: Any = cache.get(key, UNSET)
    if value is UNSET:
        if len(cache) >= CACHE:
            cache.clear()
        value = cache[key] = make(key)
    found: V = value
    return found


def networks(text: str) -> list[Network]:
    """Parse a comma-separated list of networks (CIDR).

    Raises:
        InputError: an entry is not a network.
    """
    try:
        return [ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]
    except ValueError as error:
        todo = "Write networks like 10.0.0.0/8,2001:db8::/32"
        raise InputError(str(error), where="--trusted-proxies", todo=todo) from error


PRIVATE = networks("127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,::1/128,fc00::/7")
"""Loopback and private networks: mostly one's own proxies, seldom customers."""


def _within(address: Address, networks: list[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def parsed_address(text: str) -> Address | None:
    """The address in a socket address or header entry, without port, brackets and quotes; None if there is none."""
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
    """The client's address: the first from the right that is not a trusted proxy, or None if it is not known.

    Entries left of an untrusted address were written by the client and may be forged. If the socket address is not logged, the header
    counts only if trusted proxies are declared, one of which wrote its last entry. An entry that is not an address, or a chain of only
    trusted proxies, means that the client is not known.

    Args:
        remote: the address of the socket, or None.
        forwarded: the X-Forwarded-For header, or None.
        trusted: networks of trusted proxies.
    """
    chain = [part for part in (forwarded or "").split(",") if part.strip()]
    if remote:
        chain.append(remote)
    elif not trusted:
        return None
    for entry in reversed(chain):
        address = parsed_address(entry)
        if address is None:
            return None
        if not _within(address, trusted):
            return address
    return None
