"""Whether an address can be listened at, by how many connections, and whether the files for TLS belong together.

The server shares its port with whoever asks (SO_REUSEPORT): a second service on the same port would start without a word and take
every other connection, with another snapshot.
"""

import contextlib
import socket
import ssl
from pathlib import Path

from stillwatch.errors import InputError

CONNECTIONS = 8192
"""At once. Each may hold 400 kB of a head that is not whole, for 30 s."""
FILES = 256
"""Open files that connections leave to the store, the log and the snapshot."""


def connections() -> int:
    """How many connections to take at once: CONNECTIONS, or what the limit of open files lets; that is raised as far as it may be."""
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


def free(host: str, port: int) -> None:
    """Return where nobody listens yet.

    Raises:
        InputError: somebody does, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family):
            pass
    except (OSError, OverflowError) as error:
        raise InputError(f"cannot listen ({error})", where=f"{host}:{port}", todo="Pass another --host or --port") from error


def certified(cert: Path | None, key: Path | None) -> None:
    """Return where TLS is not asked for, or where its two files are a certificate and its key.

    Raises:
        InputError: they are not, or one is missing.
    """
    if cert is None and key is None:
        return
    if cert is None or key is None:
        raise InputError("--tls-cert and --tls-key go together", todo="Pass both, or neither")
    for path in (cert, key):
        if not path.is_file():
            raise InputError("no such file", where=path, todo="Pass --tls-cert and --tls-key as PEM files")
    try:
        # With a password given, OpenSSL asks nobody for the one of an encrypted key: the server could not either.
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key, password="")
    except (OSError, ValueError) as error:
        todo = "Pass the certificate chain and its unencrypted private key, both PEM"
        raise InputError("no certificate and key that belong together", where=f"{cert}, {key}", todo=todo) from error
