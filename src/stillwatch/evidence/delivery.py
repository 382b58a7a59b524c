"""Posts to webhooks: signed as Standard Webhooks, and never to an address inside our own networks.

https://www.standardwebhooks.com: headers ``webhook-id``, ``webhook-timestamp``, ``webhook-signature`` with
``v1,`` and the base64 HMAC-SHA256 of ``id.timestamp.body``; secrets are ``whsec_`` and base64.

Against server-side request forgery: only HTTPS (HTTP only into an allowed network); no user or password in the URL; every address of the
host name must be public or in an allowed network; the connection goes to the address that was checked, so that a second DNS answer has no
effect; redirects are not followed; and only the status of the answer is kept.
"""

import base64
import hashlib
import hmac
import http.client
import ipaddress
import os
import secrets
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from stillwatch.errors import InputError
from stillwatch.throttling import deadline

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
TIMEOUT_S = 10.0
PREFIX = "whsec_"
NAT64 = ipaddress.ip_network("64:ff9b::/96")


def read_secret(path: Path) -> bytes:
    """The secret in a file.

    Raises:
        InputError: the file is absent, cannot be read or holds no secret.
    """
    try:
        text = path.read_text(encoding="ascii").strip()
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except FileNotFoundError as error:
        raise InputError("the webhook's secret is gone", where=path, todo="Put it back, or remove the receiver and add it again") from error
    except (OSError, ValueError) as error:
        raise InputError("not a webhook secret", where=path, todo="It is whsec_ and base64 of 24 to 64 bytes") from error
    if not text.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise InputError("not a webhook secret", where=path, todo="It is whsec_ and base64 of 24 to 64 bytes")
    return key


def make_secret(path: Path) -> None:
    """Write a new secret to a file that is absent.

    Raises:
        InputError: the file cannot be written.
    """
    text = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(text + "\n")
    except OSError as error:
        raise InputError("cannot write the webhook's secret", where=path, todo="Pass a file in a folder that can be written") from error


def signature(key: bytes, message_id: str, timestamp_s: int, body: bytes) -> str:
    """The value of ``webhook-signature``; ``timestamp_s`` in seconds since the epoch."""
    content = f"{message_id}.{timestamp_s}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def networks(cidrs: Sequence[str]) -> list[Network]:
    """Parse networks in CIDR notation.

    Raises:
        InputError: one is not a network.
    """
    try:
        return [ipaddress.ip_network(cidr) for cidr in cidrs]
    except ValueError as error:
        raise InputError(f"not a network ({error})", where="--allow-network") from error


def parsed_url(url: str) -> SplitResult:
    """Parse a URL and check its form; the host name is not looked up.

    Raises:
        InputError: another scheme than http and https, a user or password, no host, an invalid port, or control characters.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError("not a URL", where=url) from error
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        raise InputError("a webhook needs an https URL", where=url)
    if parts.username is not None or parts.password is not None:
        raise InputError("a webhook's URL must not hold a user or a password", where=parts.hostname)
    if any(ord(c) < 33 or ord(c) == 127 for c in url):
        raise InputError("a webhook's URL must not hold spaces or control characters", where=parts.hostname)
    return parts


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet; an IPv4 address that is embedded in IPv6 counts as itself."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


def check_address(parts: SplitResult, allowed: Sequence[Network]) -> None:
    """Check the host of a URL if it is an address; a host name is checked only when it is looked up.

    Raises:
        InputError: the address is neither public nor in an allowed network.
    """
    host = parts.hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    _in_allowed_network(address, host, allowed)


def _in_allowed_network(address: Address, host: str, allowed: Sequence[Network]) -> bool:
    """Whether an address is in an allowed network; raises InputError if it is neither in one nor public."""
    inside = any(address in network for network in allowed)
    if not (inside or is_public(address)):
        raise InputError(f"{address} is not a public address", where=host, todo="Pass --allow-network if the receiver is yours")
    return inside


def destination(parts: SplitResult, allowed: Sequence[Network]) -> tuple[list[str], int]:
    """The addresses of the host, any of which may be connected to, and the port.

    Raises:
        InputError: the host has no address, or one that is neither public nor in an allowed network.
    """
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InputError("the receiver's name has no address", where=host) from error
    addresses = [ipaddress.ip_address(str(answer[4][0]).split("%")[0]) for answer in answers]
    for address in addresses:
        inside = _in_allowed_network(address, host, allowed)
        if parts.scheme == "http" and not inside:
            raise InputError("http is for allowed networks only", where=host, todo="Use https")
    return [str(address) for address in addresses], port


def _connected(addresses: Sequence[str], port: int) -> socket.socket:
    """A connection to the first address that accepts one; all attempts together stay within the time-out."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), TIMEOUT_S / len(addresses))
    return socket.create_connection((addresses[-1], port), TIMEOUT_S / len(addresses))


def post(url: str, key: bytes, message_id: str, timestamp_s: int, body: bytes, allowed: Sequence[Network]) -> str | None:
    """Deliver one message.

    Args:
        url: address of the receiver.
        key: signing secret.
        message_id: the same whenever this message is sent.
        timestamp_s: time of the signature, seconds since the epoch.
        body: JSON.
        allowed: networks that need not be public.

    Returns:
        Why it failed, or None.

    Raises:
        InputError: the URL may not be called.
    """
    parts = parsed_url(url)
    addresses, port = destination(parts, allowed)
    host = parts.hostname or ""
    headers = {
        "Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "stillwatch-webhooks", "webhook-id": message_id,
        "webhook-timestamp": str(timestamp_s), "webhook-signature": signature(key, message_id, timestamp_s, body),
    }
    connection = deadline.HttpConnection(host, port)
    try:
        connection.sock = _connected(addresses, port)
        connection.sock.settimeout(TIMEOUT_S)
        if parts.scheme == "https":
            connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        return f"no answer ({type(error).__name__})"
    finally:
        connection.close()
    return None if 200 <= status < 300 else f"answered {status}"
