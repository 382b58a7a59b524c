"""Checks before the service listens: is the address free, how many connections fit, do the TLS files belong together.

The server sets SO_REUSEPORT. Without the check a second service on the same port would start without an error and take every other
connection, with another snapshot.
"""

import contextlib
import socket
import ssl
from pathlib import Path

from stillwatch.errors import InputError

CONNECTIONS = 8192
"""Most connections at once. Each may hold 400 kB of an unfinished head for 30 s."""
FILES = 256
"""Open files that are reserved for the store, the log and the snapshot."""


def connections() -> int:
    """How many connections to accept at once: CONNECTIONS, or fewer if the limit of open files, raised as far as allowed, is lower."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + FILES if hard == resource.RLIM_INFINITY else min(CONNECTIONS + FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        wanted = soft
    return max(wanted - FILES, wanted // 2)


def check_free(host: str, port: int) -> None:
    """Check that nothing listens at an address yet.

    Raises:
        InputError: something does, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family):
            pass
    except (OSError, OverflowError) as error:
        raise InputError(f"cannot listen ({error})", where=f"{host}:{port}", todo="Pass another --host or --port") from error


def check_certificate(cert: Path | None, key: Path | None) -> None:
    """Check that the two TLS files are a certificate and its key; both None: no TLS.

    Raises:
        InputError: they do not belong together, or one is missing.
    """
    if cert is None and key is None:
        return
    if cert is None or key is None:
        raise InputError("--tls-cert and --tls-key go together", todo="Pass both, or neither")
    for path in (cert, key):
        if not path.is_file():
            raise InputError("no such file", where=path, todo="Pass --tls-cert and --tls-key as PEM files")
    try:
        # An empty password keeps OpenSSL from prompting for that of an encrypted key, which the server could not use either.
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key, password="")
    except (OSError, ValueError) as error:
        todo = "Pass the certificate chain and its unencrypted private key, both PEM"
        raise InputError("no certificate and key that belong together", where=f"{cert}, {key}", todo=todo) from error
