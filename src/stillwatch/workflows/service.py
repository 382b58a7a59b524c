"""Composes the decision service: a source of snapshots, a log of decisions, and ``stillwatch serve``, ``token`` and ``identify``."""

import argparse
import importlib
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch.errors import InputError, MissingExtraError
from stillwatch.keys.hashing import ingest_key
from stillwatch.respond.commands import actor_option, store_option
from stillwatch.respond.vocabulary import LONGEST_DAYS
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.plain import plain, print_plain

if TYPE_CHECKING:
    from stillwatch.serve.server import Settings

TOKENS = Path("stillwatch-tokens.json")

Add = Callable[[str, Callable[[argparse.Namespace], Any], str], argparse.ArgumentParser]


def register(add: Add) -> None:
    """Add the commands to the command line."""
    serve = add("serve", _serve, "answer gateways whether an account may go on; shadow mode unless --enforce")
    source = serve.add_mutually_exclusive_group()
    store_option(source)
    source.add_argument("--run", type=Path, metavar="RUN", help="a run folder: its campaigns, in shadow mode only")
    source.add_argument("--snapshot", type=Path, metavar="FILE", help="Parquet of account_id, action, mode, reason_code, …")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen at (default: loopback only)")
    serve.add_argument("--port", type=int, default=8080, help="default: 8080")
    serve.add_argument("--grpc-port", type=int, help="also serve Envoy ext_authz over gRPC here")
    serve.add_argument("--state", type=Path, default=Path("stillwatch-serve"),
                       help="folder of the snapshot and, without a store, of logged decisions (default: stillwatch-serve)")
    serve.add_argument("--tokens", type=Path,
                       help="file of tokens, made by stillwatch token (default: stillwatch-tokens.json); with a store its tokens count "
                            "too, and with --run or --snapshot those of $STILLWATCH_STORE unless this is passed")
    serve.add_argument("--key-file", type=Path, help="the tenant's key that ingest hashed identifiers with")
    serve.add_argument("--enforce", action="store_true", help="do what the actions say; without it only record")
    serve.add_argument("--fail-closed", default="", metavar="SURFACES",
                       help="comma-separated of decide, litellm, envoy, envoy-grpc, nginx, forward: refuse where nothing can be decided, "
                            "with --enforce (default: none)")
    serve.add_argument("--case-url", default="", metavar="URL",
                       help="your page for refused customers, with {case_id} in it; clients see it")
    serve.add_argument("--account-header", default="", metavar="NAME",
                       help="header in which the edge says who the account is; it must overwrite what clients send")
    serve.add_argument("--deadline-ms", type=float, default=2000.0,
                       help="for a question's body, longer than callers wait; then the fail mode answers (default: 2000)")
    serve.add_argument("--refresh-s", type=float, default=1.0, help="seconds between looks at the source (default: 1)")
    serve.add_argument("--drain-s", type=float, default=5.0,
                       help="seconds between SIGTERM or SIGHUP, when readiness ends, and the end (default: 5)")
    serve.add_argument("--log-allows", type=float, default=0.001, metavar="SHARE",
                       help="share of plain allows that is logged, 0 to 1 (default: 0.001)")
    serve.add_argument("--tls-cert", type=Path, help="certificate chain, PEM; TLS 1.3")
    serve.add_argument("--tls-key", type=Path, help="its private key, PEM")
    serve.add_argument("--no-console", action="store_true", help="do not serve the console at /console/")
    serve.add_argument("--console-origin", default="", metavar="URL",
                       help="address that browsers use, such as https://guard.example, where a proxy stands in front")
    serve.add_argument("--otel", action="store_true", help="send spans by OTLP to where OTEL_* says")

    token = add("token", _token, "make, revoke or list tokens for callers of the decision service; prints a new one once")
    token.add_argument("name", nargs="?", metavar="NAME", help="who uses it, such as envoy-eu")
    token.add_argument("--role", choices=("decide", "metrics", "admin"), default="decide",
                       help="what its bearer may ask (default: decide)")
    token.add_argument("--days", type=float, help="days until it expires (default: never)")
    token.add_argument("--revoke", action="store_true", help="end the token of this name")
    token.add_argument("--list", action="store_true", help="names, roles and ends, of the store revoked ones too; a secret is kept nowhere")
    place = token.add_mutually_exclusive_group()
    place.add_argument("--tokens", type=Path, metavar="FILE",
                       help="the file that keeps it (default: stillwatch-tokens.json, unless $STILLWATCH_STORE names a store)")
    place.add_argument("--store", metavar="URL", default=os.environ.get("STILLWATCH_STORE") or None,
                       help="keep it in the store instead: an admin makes it, and the audit log tells (default: $STILLWATCH_STORE)")
    actor_option(token)

    identify = add("identify", _identify, "which identifier of the tables a customer's name is, with its cases and actions; or, of a run "
                                          "and a file of names, whose accounts it found")
    identify.add_argument("names", nargs="*", metavar="NAME", help="account, organisation or key as the gateway logs it; - reads lines")
    identify.add_argument("--names", type=Path, dest="file", metavar="FILE",
                          help="with --run: your registry (CSV, JSONL or Parquet with account_id or user_id), or a list, one name a line")
    identify.add_argument("--run", type=Path, metavar="RUN", help="with --names: whose accounts it accuses or lists for review")
    identify.add_argument("--out", type=Path, metavar="FILE", help="with --names: write them as CSV rather than print them")
    identify.add_argument("--key-file", type=Path,
                          help="the tenant's key that ingest hashed identifiers with (default: names are not hashed)")
    identify.add_argument("--api-key", action="store_true", help="the names are API keys in the clear; read them from - rather")
    store_option(identify)
    actor_option(identify)


def _demand_serve_extra() -> None:
    for name in ("argon2", "granian", "msgspec", "prometheus_client", "starlette", "structlog"):
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise MissingExtraError(f"{error.name} is not installed", todo="pip install '.[serve]' in a checkout of Stillwatch") from error


def _serve(args: argparse.Namespace) -> None:
    _demand_serve_extra()
    from stillwatch.serve import grpc_authz, server, telemetry

    if args.grpc_port is not None:
        grpc_authz.modules()
    if args.otel:
        telemetry.modules()
    settings = server.Settings(
        host=args.host, port=args.port, grpc_port=args.grpc_port, state=args.state, tokens=args.tokens or TOKENS,
        key_file=args.key_file, enforce=args.enforce, case_url=args.case_url, account_header=args.account_header,
        fail_closed=frozenset(name.strip() for name in args.fail_closed.split(",") if name.strip()),
        deadline_s=args.deadline_ms / 1000, refresh_s=args.refresh_s, drain_s=args.drain_s, log_allows=args.log_allows,
        tls_cert=args.tls_cert, tls_key=args.tls_key, otel=args.otel,
        log_level="debug" if args.verbose else "error" if args.quiet else "info",
    ).checked()
    key = None if args.key_file is None else ingest_key(args.key_file)
    if args.console_origin and (args.run is not None or args.snapshot is not None or args.no_console):
        raise InputError("there is no console to serve", where="--console-origin", todo="It needs --store, and no --no-console")
    if args.run is None and args.snapshot is None:
        _serve_store(args, settings, key)
    else:
        _serve_files(args, settings)


def _serve_files(args: argparse.Namespace, settings: "Settings") -> None:
    """Serve a run folder, in shadow mode only, or a table of anybody's; a wrong path fails at once."""
    from stillwatch.serve import server, sources
    from stillwatch.serve.decision_log import FileSink

    if args.run is not None and args.enforce:
        raise InputError("a run folder is served in shadow mode only", todo="Import it into a store and let people decide")
    source = sources.ParquetSource(args.snapshot) if args.run is None else sources.RunSource(args.run)
    source.revision()
    store_tokens = None
    if args.store is not None and args.tokens is None:  # which is where stillwatch token wrote to
        from stillwatch.workflows.store_source import StoreTokens

        store_tokens = StoreTokens(args.store, settings.tokens, args.state / "store-tokens.json")
    server.run(settings, source, FileSink(args.state / "decisions"), token_source=store_tokens)


def _serve_store(args: argparse.Namespace, settings: "Settings", key: bytes | None) -> None:
    """Serve the store, with its tokens and the console; its last snapshot alone where it cannot be reached."""
    from stillwatch.respond import identifiers
    from stillwatch.respond.store import ANSWER_S, DEFAULT_URL, Store, StoreError
    from stillwatch.serve import server
    from stillwatch.serve.clock import Clock
    from stillwatch.serve.refresh import SNAPSHOT
    from stillwatch.workflows.store_source import StoreSink, StoreSource, StoreTokens, clock_warnings

    url, mounts, other_key, clock = args.store or DEFAULT_URL, {}, False, Clock()
    clock.resume(args.state / server.CLOCK)
    try:
        store = Store.open(url, create=False, answer_s=ANSWER_S)
        for warning in clock_warnings(clock, store):
            print(f"stillwatch: {warning}", file=sys.stderr, flush=True)
        if key is not None:
            with store.read() as session:
                other_key = identifiers.of_another_key(session, key)
    except StoreError as error:
        if not (args.state / SNAPSHOT).exists():
            raise  # a wrong address fails at once; it must not be served as a store without actions
        warning = f"stillwatch: {error}. The last snapshot is served, without a console until the next start"
        print(plain(warning), file=sys.stderr, flush=True)
    else:
        if not args.no_console:
            from stillwatch.console.app import PREFIX, application

            mounts[PREFIX] = application(store, origin=args.console_origin, key=key)
    tokens = StoreTokens(url, settings.tokens, args.state / "store-tokens.json")
    server.run(
        settings, StoreSource(url, clock), StoreSink(url), mounts=mounts, token_source=tokens, other_key=other_key, clock=clock,
    )


def _identify(args: argparse.Namespace) -> Any:
    if args.file is not None or args.run is not None or args.out is not None:
        return _identify_found_accounts(args)
    _demand_serve_extra()
    from stillwatch.respond import action_queries, cases, policy
    from stillwatch.respond.acting import reading
    from stillwatch.respond.store import ForbiddenError
    from stillwatch.serve.identity import Identities

    names = [line.strip() for name in args.names for line in (sys.stdin if name == "-" else [name]) if line.strip()]
    if not names:
        raise InputError("no name", todo="Pass names, or - and one a line on standard input")
    identities = Identities(None if args.key_file is None else ingest_key(args.key_file))
    ids_of_names = [identities.of_credential(name) if args.api_key else (identities.id(name),) for name in names]
    if args.api_key and args.key_file is None:
        ids_of_names = [ids[:1] for ids in ids_of_names]  # by its SHA-256 only: a key never appears in the clear
    rows: list[dict[str, Any]] = [
        {"name": "" if args.api_key else name, "ids": list(ids)} for name, ids in zip(names, ids_of_names, strict=True)
    ]
    notes = []
    if args.store is not None or Path("stillwatch.db").exists():
        try:
            with reading(args) as session:
                _, active_policy = policy.active(session)
                now = datetime.now(UTC)
                for row in rows:
                    row["cases"] = cases.of_accounts(session, row["ids"])
                    subjects = [(kind, id_) for kind in ("account", "key") for id_ in row["ids"]]
                    live = action_queries.touching(session, subjects)
                    row["actions"] = {row.action_id: f"{row.kind}, {action_queries.standing(row, active_policy, now)}" for row in live}
        except ForbiddenError as error:
            if args.key_file is None:
                raise
            notes = [f"cases and actions are not told: {error}"]  # who has the key has the hash
    if not (args.json or args.quiet):
        for row in rows:
            print_plain(f"{row['name'] or 'API key'}: {' or '.join(row['ids'])}")
            for what in ("cases", "actions"):
                if what in row:
                    print_plain(f"  {what}: {'; '.join(f'{name} ({of})' for name, of in row[what].items()) or 'none'}")
        for line in notes:
            print_plain(line)
    return rows


def _identify_found_accounts(args: argparse.Namespace) -> dict[str, Any]:
    """``identify --names --run``."""
    from stillwatch.workflows import naming

    if args.file is None or args.run is None or args.names or args.api_key:
        raise InputError("--names FILE and --run RUN go together, without NAME or --api-key", todo="See stillwatch identify --help")
    rows, unread = naming.name_accounts(args.run, args.file, None if args.key_file is None else ingest_key(args.key_file))
    if args.out is not None:
        naming.write_csv(rows, args.out)
    n_named, n_accused = sum(bool(row["name"]) for row in rows), sum(row["verdict"] == "campaign" for row in rows)
    if not (args.json or args.quiet):
        for row in rows if args.out is None else ():
            print(plain(f"{row['name'] or '(not in the file)':24} {row['account_id']:32} {row['verdict']:8} {row['campaign_id']}"))
        print_plain(f"{number_of(n_accused, 'account')} accused, {len(rows) - n_accused:,} for review; "
              f"of these {n_named:,} named in {args.file}, {len(rows) - n_named:,} not")
        if unread:
            print_plain(f"{number_of(unread, 'row')} of {args.file} without a name that can be read")
    return {"accounts": rows, "n_accused": n_accused, "n_named": n_named, "n_not_named": len(rows) - n_named, "n_rows_without_name": unread}


def _token(args: argparse.Namespace) -> Any:
    _demand_serve_extra()
    import time

    from stillwatch.serve import tokens

    if args.list == (args.name is not None) or (args.list and args.revoke):
        raise InputError("NAME or --list, one of them", todo="See stillwatch token --help")
    if args.days is not None and not 0 < args.days <= LONGEST_DAYS:
        raise InputError(f"{args.days:g} days are not between 0 and {LONGEST_DAYS}", where="--days")
    if args.tokens is None and args.store is not None:
        return _store_token(args)
    path = args.tokens or TOKENS
    if args.list:
        rows = tokens.load(path).rows
        ends = [None if row.expires_at is None else datetime.fromtimestamp(row.expires_at, UTC) for row in rows]
        return _print_tokens(args, [(row.name, row.role, end, None) for row, end in zip(rows, ends, strict=True)])
    if args.revoke:
        tokens.revoke(path, args.name)
        return _print_revoked(args)
    expires = None if args.days is None else time.time() + args.days * 86400
    secret = tokens.create(path, args.name, tokens.Role(args.role), expires)
    return _print_token(args, secret)


def _store_token(args: argparse.Namespace) -> Any:
    from datetime import timedelta

    from stillwatch.respond import tokens as stored
    from stillwatch.respond.acting import reading, writing
    from stillwatch.respond.vocabulary import Role
    from stillwatch.serve import tokens

    if args.list:
        with reading(args, Role.ADMIN) as session:
            rows = stored.listed(session)
        return _print_tokens(args, [(row.name, row.role, row.expires_at, row.revoked_at) for row in rows])
    secret, digest = tokens.new_secret()
    with writing(args, create=True) as change:
        if args.revoke:
            stored.revoke(change, args.name)
        else:
            expires_at = None if args.days is None else change.now + timedelta(days=args.days)
            stored.add(change, args.name, digest, args.role, expires_at)
    return _print_revoked(args) if args.revoke else _print_token(args, secret)


def _print_tokens(args: argparse.Namespace, rows: list[tuple[str, str, datetime | None, datetime | None]]) -> dict[str, Any]:
    """Tokens, each as name, role, when it expires and when it was revoked."""
    tokens, now = [], datetime.now(UTC)
    for name, role, *ends in rows:
        expires, revoked = (end and end.isoformat(timespec="seconds") for end in ends)
        tokens.append({"name": name, "role": str(role), "expires_at": expires, "revoked_at": revoked})
        if not (args.json or args.quiet):
            end = f"{'expired' if ends[0] and ends[0] <= now else 'expires'} {expires}" if expires else "never expires"
            print(plain(f"{name:24} {role:8} {f'revoked {revoked}' if revoked else end}"))
    return {"tokens": tokens}


def _print_revoked(args: argparse.Namespace) -> dict[str, str]:
    if not (args.json or args.quiet):
        print(f"{args.name} is revoked")
    return {"revoked": args.name}


def _print_token(args: argparse.Namespace, secret: str) -> dict[str, str]:
    if not args.json:
        print(secret)
    return {"name": args.name, "role": args.role, "token": secret}
