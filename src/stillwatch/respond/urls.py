"""Where a store is: URLs of databases, and how to connect to them."""

import getpass
import os
import ssl
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from stillwatch.errors import InputError

PG8000 = "postgresql+pg8000"
OPTIONS = ("sslmode", "sslrootcert", "host", "application_name")
"""Options of a PostgreSQL URL that are taken: those of libpq for which the driver has a counterpart."""
SSL_MODES = ("disable", "prefer", "require", "verify-ca", "verify-full")
CONNECT_S = 10.0
"""How long a server may take for each step of connecting, seconds; one that hangs accepts connections and never answers."""


def parse_url(url: str) -> URL:
    """The database that a URL or a path names; PostgreSQL without a driver gets pg8000.

    Raises:
        InputError: it is no URL, names another kind of database or a SQLite store without a file, or has options without effect.
    """
    try:
        parsed = make_url(url) if "://" in url else URL.create("sqlite", database=url)
    except (ArgumentError, ValueError) as error:
        raise InputError("not a database URL", todo="Write sqlite:///file.db or postgresql://user@host/name") from error
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername=PG8000)
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise InputError(f"{parsed.get_backend_name()} is not supported", todo="Use sqlite or postgresql")
    if parsed.get_backend_name() == "sqlite":
        if any((parsed.username, parsed.password, parsed.host, parsed.port)):
            raise InputError("the URL of a SQLite store names a server", todo="Write sqlite:///file.db, with three slashes")
        if parsed.database in (None, "", ":memory:"):
            raise InputError("a SQLite store without a file ends with the command", todo="Write sqlite:///file.db")
    known = OPTIONS if parsed.drivername == PG8000 else () if parsed.get_backend_name() == "sqlite" else tuple(parsed.query)
    unknown = sorted(set(parsed.query) - set(known))
    if unknown:
        todo = f"It has {', '.join(known)}" if known else "It has none"
        raise InputError(f"the URL of a store has no option {', '.join(unknown)}", where=parsed.set(query={}), todo=todo)
    return parsed


def driver_arguments(url: URL) -> tuple[URL, dict[str, Any]]:
    """Split a parsed URL into one that the driver understands and keyword arguments for its ``connect``.

    For PostgreSQL with pg8000: ``sslmode`` and ``sslrootcert``, ``host`` as the folder of a socket; without a user ``$PGUSER`` or the
    login name, without a password ``$PGPASSWORD``, as libpq has it. The timeout is for connecting.

    Raises:
        InputError: an option has an invalid value, or the URL has no user and the login has no name.
    """
    if url.drivername != PG8000:
        return url, {}
    options = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    try:
        plain = url.set(query={}, username=url.username or os.environ.get("PGUSER") or getpass.getuser())
    except (OSError, KeyError) as error:  # a container's user may have no name; KeyError before Python 3.13
        raise InputError("it names no user, and this login has no name", where=url.set(query={}), todo="Set PGUSER") from error
    tls = _tls_argument(options.get("sslmode", "prefer"), options.get("sslrootcert"), plain)
    args: dict[str, Any] = {"ssl_context": tls, "timeout": CONNECT_S}
    if "host" in options:
        if options["host"].startswith("/"):
            args["unix_sock"] = f"{options['host']}/.s.PGSQL.{plain.port or 5432}"
        else:
            plain = plain.set(host=options["host"])
    if "application_name" in options:
        args["application_name"] = options["application_name"]
    password = os.environ.get("PGPASSWORD")
    if plain.password is None and password:
        args["password"] = password
    return plain, args


def _tls_argument(mode: str, root_certificate: str | None, where: URL) -> Any:
    """The ``ssl_context`` of pg8000: False: no TLS; None: TLS if the server has it; True: TLS; a context: TLS and a verified server."""
    if mode not in SSL_MODES:
        raise InputError(f"sslmode is {mode!r}", where=where, todo=f"It is one of {', '.join(SSL_MODES)}")
    if mode in ("disable", "prefer", "require") and root_certificate is None:
        return {"disable": False, "prefer": None, "require": True}[mode]
    if mode in ("disable", "prefer"):
        raise InputError(f"sslrootcert says nothing with sslmode={mode}", where=where, todo="Use verify-full with it")
    if root_certificate is not None and not Path(root_certificate).is_file():
        raise InputError("no such file", where=root_certificate, todo="sslrootcert is the certificate of the authority, PEM")
    try:
        context = ssl.create_default_context(cafile=root_certificate)
    except OSError as error:
        raise InputError("not a certificate in PEM", where=root_certificate, todo="sslrootcert is that of the authority") from error
    context.check_hostname = mode == "verify-full"
    return context
