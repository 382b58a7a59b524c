"""What the console's commands do."""

import asyncio
import contextlib
import getpass
import os
import signal
import sys
from typing import Any

from stillwatch.console import people
from stillwatch.console.app import PREFIX, application
from stillwatch.errors import InputError, MissingExtraError
from stillwatch.keys.hashing import ingest_key
from stillwatch.respond.acting import Args, reading, say, writing
from stillwatch.respond.store import DEFAULT_URL, Store
from stillwatch.respond.vocabulary import Role
from stillwatch.serve.listening import check_certificate, check_free, connections
from stillwatch.terminal.plain import print_plain


def _password(args: Args) -> str:
    if args.password_file is not None:
        try:
            lines = args.password_file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("not readable", where=args.password_file) from error
        return str(lines[0]) if lines else ""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first, second = getpass.getpass("Password: "), getpass.getpass("Again: ")
    if first != second:
        raise InputError("the two are not the same")
    return first


def user_add(args: Args) -> Any:
    """``user add``."""
    password = _password(args)
    with writing(args, create=True) as change:
        first = not people.listed(change.session)
        people.add(change, args.name, Role(args.role), password)
    say(args, f"{args.name} may log in as {args.role}")
    if first:
        say(args, "from now on commands that read or change this store, scheduled ones too, need --as NAME or STILLWATCH_ACTOR=NAME of "
                  "a user; serve and console ask for tokens and logins")
    return {"name": args.name, "role": args.role}


def user_password(args: Args) -> Any:
    """``user password``."""
    password = _password(args)
    with writing(args) as change:
        people.set_password(change, args.name, password)
    say(args, f"{args.name} has another password, and is logged out")
    return {"name": args.name}


def user_role(args: Args) -> Any:
    """``user role``."""
    with writing(args) as change:
        people.set_role(change, args.name, Role(args.role))
    say(args, f"{args.name} is {args.role}, and is logged out")
    return {"name": args.name, "role": args.role}


def user_disable(args: Args) -> Any:
    """``user disable``."""
    with writing(args) as change:
        people.disable(change, args.name)
    say(args, f"{args.name} is shut out")
    return {"disabled": args.name}


def user_enable(args: Args) -> Any:
    """``user enable``."""
    with writing(args) as change:
        role = people.enable(change, args.name).role
    say(args, f"{args.name} may log in again as {role}, with the password of before")
    return {"enabled": args.name, "role": role}


def user_list(args: Args) -> Any:
    """``user list``."""
    with reading(args) as session:
        rows = [
            {"name": row.name, "role": row.role, "disabled": row.disabled_at is not None}
            for row in people.listed(session)
        ]
    if not (args.quiet or args.json):
        for row in rows:
            print_plain(f"{row['name']:24} {row['role']:10}{' disabled' if row['disabled'] else ''}")
    return rows


def serve(args: Args) -> None:
    """``console``: the console alone, so that its work never delays a decision."""
    try:
        from granian.constants import HTTPModes, Interfaces
        from granian.server.embed import Server
    except ImportError as error:
        raise MissingExtraError("granian is not installed", todo="pip install '.[serve]' in a checkout of Stillwatch") from error
    check_certificate(args.tls_cert, args.tls_key)
    check_free(args.host, args.port)
    store = Store.open(args.store or DEFAULT_URL, create=False)
    app = application(store, origin=args.origin, key=None if args.key_file is None else ingest_key(args.key_file))
    server = Server(  # HTTP/1 alone, as the decision service
        app, address=args.host, port=args.port, interface=Interfaces.ASGINL, http=HTTPModes.http1, websockets=False,
        backpressure=connections(), ssl_cert=args.tls_cert, ssl_key=args.tls_key, log_enabled=False,
    )
    if not args.quiet:
        print(f"console at {'https' if args.tls_cert else 'http'}://{args.host}:{args.port}{PREFIX}/", flush=True)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stop)
        with contextlib.suppress(asyncio.CancelledError):
            await server.serve()

    asyncio.run(run())
    store.close()
    sys.stdout.flush()
    # A thread of the server that still winds down would abort the process when the interpreter goes away under it.
    os._exit(0)
