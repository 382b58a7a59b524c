"""Runs the service: granian and gRPC in this process's event loop, until a graceful end."""

import asyncio
import contextlib
import gc
import re
import signal
import sys
from pathlib import Path
from typing import Any

import msgspec
import structlog

from stillwatch.errors import InputError, MissingExtraError
from stillwatch.files import folder_lock
from stillwatch.keys.hashing import tenant_key
from stillwatch.serve import tokens
from stillwatch.serve.app import DEADLINE_S, SURFACES, ASGIApp, Service
from stillwatch.serve.clock import Clock
from stillwatch.serve.decider import Decider
from stillwatch.serve.decision_log import DecisionLog, Sink
from stillwatch.serve.dialects import Context
from stillwatch.serve.identity import Identities
from stillwatch.serve.listening import check_certificate, check_free, connections
from stillwatch.serve.refresh import Refresher
from stillwatch.serve.sources import SnapshotSource
from stillwatch.serve.telemetry import Tracing, configure_logs

CLOCK = "clock.json"
"""File of the state folder in which a service leaves its start for the next one."""
SWITCH_S = 0.002
"""Python's thread switch interval, seconds: how long a thread (log, tokens) may keep the interpreter while answers wait. Python's default
of 5 ms is the whole latency bar; at 0.5 ms the server's threads interrupt answers, which cost a quarter of the processor time
(benchmarks/decide.py)."""
FIRST_SNAPSHOT_S = 30.0
"""Longest wait for the first snapshot, seconds; then the fail modes answer until there is one."""

CASE_URL = "Write it like https://guard.example/cases/{case_id}"
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")

logger = structlog.get_logger("stillwatch.serve")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of ``stillwatch serve``."""

    host: str = "127.0.0.1"
    port: int = 8080
    grpc_port: int | None = None
    state: Path = Path("stillwatch-serve")
    """Folder of the snapshot."""
    tokens: Path = Path("stillwatch-tokens.json")
    key_file: Path | None = None
    """The tenant's key; None: identifiers are not hashed."""
    enforce: bool = False
    fail_closed: frozenset[str] = frozenset()
    case_url: str = ""
    account_header: str = ""
    deadline_s: float = DEADLINE_S
    refresh_s: float = 1.0
    drain_s: float = 5.0
    """Time between not ready and the end, seconds, for load balancers to notice."""
    log_allows: float = 0.001
    tls_cert: Path | None = None
    tls_key: Path | None = None
    otel: bool = False
    log_level: str = "info"

    def checked(self) -> "Settings":
        """These settings, checked.

        Raises:
            InputError: a setting is invalid; the message says what to do.
        """
        unknown = self.fail_closed - set(SURFACES)
        if unknown:
            raise InputError(f"unknown surface {min(unknown)!r}", where="--fail-closed", todo=f"Known: {', '.join(SURFACES)}")
        check_certificate(self.tls_cert, self.tls_key)
        if self.case_url and not self.case_url.startswith(("https://", "http://")):
            raise InputError("not a web address", where="--case-url", todo=CASE_URL)
        if set("{}") & set(self.case_url.replace("{case_id}", "")):
            raise InputError("its braces enclose something else than case_id", where="--case-url", todo=CASE_URL)
        if self.account_header and not HEADER.fullmatch(self.account_header):
            raise InputError(f"{self.account_header!r} is not a header name", where="--account-header", todo="Write it like x-account")
        for name, value, least, most, unit in (
            ("--deadline-ms", self.deadline_s * 1000, 1, 60_000, "milliseconds"), ("--refresh-s", self.refresh_s, 0.05, 3600, "seconds"),
            ("--drain-s", self.drain_s, 0, 3600, "seconds"), ("--log-allows", self.log_allows, 0, 1, "a share"),
        ):
            if not least <= value <= most:
                raise InputError(f"{value:g} is not between {least:g} and {most:g} ({unit})", where=name)
        if self.grpc_port == self.port:
            raise InputError(f"--port and --grpc-port are both {self.port}", todo="Pass two")
        if self.state.exists() and not self.state.is_dir():
            raise InputError("not a folder", where=self.state, todo="Pass another --state")
        return self


def run(
    settings: Settings, source: SnapshotSource | None, sink: Sink | None, *, mounts: dict[str, ASGIApp] | None = None,
    token_source: tokens.TokenSource | None = None, other_key: bool = False, clock: Clock | None = None,
) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP.

    Args:
        settings: settings of the service; checked here.
        source: source of the snapshots; None serves the file in the state folder as it is.
        sink: where decisions are logged; None: no log.
        mounts: further ASGI applications by path, such as the console.
        token_source: where tokens are kept; None: the file of the settings.
        other_key: whether the source's identifiers are known to be hashed with another key than that of the settings, which logs a warning.
        clock: the service's time, which a source may share; None: a clock that starts now.

    Raises:
        InputError: a setting is invalid, or another service uses the port or the state folder.
    """
    settings.checked()
    sys.setswitchinterval(SWITCH_S)
    configure_logs(settings.log_level)
    with folder_lock(settings.state, "service", refuse_open_erasure=False):  # two services would overwrite each other's snapshots for ever
        if clock is not None:
            clock.keep(settings.state / CLOCK)
        _run(settings, source, sink, mounts, token_source or tokens.TokenFile(settings.tokens), other_key, clock)


def _run(
    settings: Settings, source: SnapshotSource | None, sink: Sink | None, mounts: dict[str, ASGIApp] | None,
    token_source: tokens.TokenSource, other_key: bool, clock: Clock | None,
) -> None:
    if settings.enforce and not settings.case_url:
        logger.warning("no --case-url: accounts that are challenged without a verify_url get no address to verify at")
    decider = Decider(enforce=settings.enforce, case_url=settings.case_url, fail_closed=settings.fail_closed, clock=clock)
    identities = Identities(None if settings.key_file is None else tenant_key(settings.key_file), apart=source is not None and source.apart)
    context = Context(identities, settings.account_header.lower().encode())

    def read_tokens() -> None:
        service.tokens = token_source.read()

    refresher = Refresher(
        decider, settings.state, source, settings.refresh_s, also=read_tokens, keyed=settings.key_file is not None,
        enforce=settings.enforce, other_key=other_key,
    )
    service = Service(
        decider, token_source.read(), context, DecisionLog(sink, allow_share=settings.log_allows), status=refresher.status,
        deadline_s=settings.deadline_s, tracing=Tracing() if settings.otel else None, mounts=mounts,
    )
    for port in (settings.port, settings.grpc_port):
        if port is not None:
            check_free(settings.host, port)
    try:
        import uvloop
    except ImportError:
        asyncio.run(_serve(settings, service, refresher))
    else:
        uvloop.run(_serve(settings, service, refresher))


async def _serve(settings: Settings, service: Service, refresher: Refresher) -> None:
    server = _server(settings, service)
    loop, ending = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue  # under nohup the service must survive its terminal
        loop.add_signal_handler(number, ending.set)
    service.log.start()
    watching = loop.create_task(refresher.run())
    await _first_snapshot(service, refresher, ending)
    grpc: Any = None
    if settings.grpc_port is not None:
        from stillwatch.serve import grpc_authz

        grpc = await grpc_authz.start(service, settings)
    gc.collect()
    gc.freeze()  # all objects so far stay; collections then scan only what requests create
    serving = loop.create_task(server.serve())
    logger.info("serving", host=settings.host, port=settings.port, grpc_port=settings.grpc_port, enforce=settings.enforce)
    waiting = loop.create_task(ending.wait())
    done, _ = await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if serving not in done:
        service.draining = refresher.ending = True
        logger.info("draining", seconds=settings.drain_s)
        await asyncio.sleep(settings.drain_s)
        server.stop()
    waiting.cancel()
    try:
        await serving
    finally:
        if grpc is not None:
            await grpc.stop(1.0)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await loop.run_in_executor(None, service.log.close)
        if service.tracing is not None:
            service.tracing.close()
        logger.info("ended")


async def _first_snapshot(service: Service, refresher: Refresher, ending: asyncio.Event) -> None:
    """Wait for a snapshot before the first question, unless the source cannot be read."""
    deadline = asyncio.get_running_loop().time() + FIRST_SNAPSHOT_S
    while service.decider.snapshot is None and not ending.is_set() and asyncio.get_running_loop().time() < deadline:
        if refresher.status()["source_error"]:
            return
        await asyncio.sleep(0.05)


def _server(settings: Settings, service: Service) -> Any:
    try:
        from granian.constants import HTTPModes, Interfaces
        from granian.server.embed import Server
    except ImportError as error:
        raise MissingExtraError("granian is not installed", todo="pip install '.[serve]' in a checkout of Stillwatch") from error
    return Server(  # only HTTP/1: if HTTP/2 is possible, granian waits without limit for the bytes that tell them apart
        service, address=settings.host, port=settings.port, interface=Interfaces.ASGI, http=HTTPModes.http1, websockets=False,
        backlog=1024, backpressure=connections(), ssl_cert=settings.tls_cert, ssl_key=settings.tls_key, log_enabled=False,
    )
