"""How fast does the decision service answer with a million accounts in its snapshot, and do refreshes disturb it?

The load generator (wrk, a Debian package) runs on the same cores and asks about random accounts, of which a share (--hits) is
under an action; answers about these are logged to the store. The store holds a hundred actions on ten thousand accounts each.
Three kinds of rounds: nothing changes; every two seconds people act on a hundred accounts and undo what they did before; every
two seconds a policy is promoted, so that all rows are built anew. Before each round the bare server (granian with an application
that answers the same bytes at once) is measured too: how much of a figure is the machine's.

    python benchmarks/decide.py [--seconds 10] [--rounds 3] [--connections 16] [--hits 0.02] [--store URL]

With --rates the connections do not ask as fast as they can, but so that about so many questions come in a second, at random
times: what latency is at a rate that the machine bears. Each of --connections (give 128) waits for its answer before it asks again.

    python benchmarks/decide.py --rates 2000 4000 6000 8000 10000 --connections 128 --rounds 1

With --alone (Linux, root) servers and load generator are of the kernel's real-time class, so that other work of the machine does not
take the cores from them; what builds snapshots is not, and gets what they leave. It takes the cores from everything else meanwhile.

With --cost no server runs: the application is called in this process, by one thread, and its processor time of a decision is
printed beside that of an application that answers at once. This hardly depends on what else the machine does.

    python benchmarks/decide.py --cost

With --memory nobody asks: the largest memory of the service with its builder is printed, while the first snapshot is built and two more.

    python benchmarks/decide.py --memory [--store URL]

A store that has actions already, such as one of an earlier round, is taken as it is.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from stillwatch.respond import action_queries, actions, policy, promotion
from stillwatch.respond.store import Actor, Store
from stillwatch.respond.vocabulary import Action, Mode, Reason, Role, Subject
from stillwatch.serve import snapshot, tokens
from stillwatch.serve.app import ASGIApp, Receive, Send, Service
from stillwatch.serve.decider import Decider
from stillwatch.serve.decision_log import DecisionLog, Record
from stillwatch.serve.dialects import Context
from stillwatch.serve.identity import Identities

ACCOUNTS = 1_000_000
SHARES = {Action.OBSERVE: 90, Action.THROTTLE: 4, Action.CHALLENGE: 2, Action.RESTRICT: 2, Action.BLOCK: 2}
ANA, BEN = Actor("ana", Role.ADMIN), Actor("ben", Role.ADMIN)
LUA = Path(__file__).with_suffix(".lua")
KINDS = ("steady", "changes", "policy")
SERVICE, FLOOR = 18_181, 18_182
ANSWERED_MS = 1.5
"""Taken for the time of an answer, so that a rate is about what was asked for."""
BARE = """
import asyncio, uvloop
from granian.server.embed import Server
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b'{"decision":"allow","would":"allow","mode":"enforce"}'})
uvloop.run(Server(app, port=%d, interface="asgi", websockets=False, log_enabled=False).serve())
"""


def fill(store: Store) -> None:
    """A hundred actions on a hundredth of the accounts each, unless there are any."""
    with store.read() as session:
        if action_queries.in_force(session, datetime.now(UTC)):
            return
    policy_(store, "a benchmark")
    kinds = [kind for kind, n in SHARES.items() for _ in range(n)]
    for i, kind in enumerate(kinds):
        act(store, kind, range(i, ACCOUNTS, len(kinds)))


def policy_(store: Store, note: str) -> None:
    with store.write(ANA) as change:
        promotion.promote(change, policy.draft(change, policy.Policy(mode=Mode.ENFORCE), note).version, note)


def act(store: Store, kind: Action, accounts: Iterable[int]) -> str:
    subjects = [(Subject.ACCOUNT, f"acct-{i:07d}") for i in accounts]
    with store.write(ANA) as change:
        row = actions.propose(change, kind, Reason.COORDINATED_EXTRACTION, subjects=subjects)
    if kind is Action.BLOCK:
        with store.write(BEN) as change:
            actions.approve(change, row.action_id)
    return row.action_id


class Changing:
    """Something that happens in the store every two seconds."""

    def __init__(self, store: Store, what: str, token: str) -> None:
        self.store, self.what, self.token = store, what, token
        self.stop, self.revisions = threading.Event(), set[str]()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        rng, before = random.Random(3), None
        while not self.stop.wait(2):
            if self.what == "policy":
                policy_(self.store, "again")
            else:
                now = act(self.store, Action.THROTTLE, rng.sample(range(ACCOUNTS), 100))
                if before is not None:
                    with self.store.write(ANA) as change:
                        actions.undo(change, before, Reason.FALSE_POSITIVE)
                before = now
            self.revisions.add(json.loads(get("/v1/status", self.token))["snapshot"]["revision"])

    def end(self) -> int:
        self.stop.set()
        self.thread.join()
        return len(self.revisions)


def get(path: str, token: str) -> bytes:
    request = urllib.request.Request(f"http://127.0.0.1:{SERVICE}{path}", headers={"x-stillwatch-token": token})
    with urllib.request.urlopen(request, timeout=5) as response:
        return bytes(response.read())


def cpu_s(pid: int) -> float:
    """Processor time of a process so far, seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def first(process: int) -> None:
    """Let all threads of a process, and those that it starts, go before what is not of the real-time class."""
    for thread in Path(f"/proc/{process}/task").iterdir():
        os.sched_setscheduler(int(thread.name), os.SCHED_RR, os.sched_param(1))


def load(
    port: int, seconds: float, connections: int, token: str, pid: int, hits: float, rate: float | None = None, alone: bool = False
) -> dict[str, float]:
    before = cpu_s(pid)
    environment = os.environ | {"STILLWATCH_TOKEN": token, "STILLWATCH_ACCOUNTS": str(round(ACCOUNTS / hits))}
    if rate is not None:
        environment["STILLWATCH_PACE_MS"] = str(max(connections / rate * 1000 - ANSWERED_MS, 0.0))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "-s", str(LUA), f"http://127.0.0.1:{port}"]
    ahead = (lambda: first(os.getpid())) if alone else None
    text = subprocess.run(command, capture_output=True, text=True, env=environment, check=True, preexec_fn=ahead).stdout
    found: dict[str, float] = json.loads(next(line for line in text.splitlines() if line.startswith("{")))
    return found | {"per_s": found["requests"] / found["seconds"], "cpu_us": (cpu_s(pid) - before) * 1e6 / found["requests"]}


def memory_mb(pid: int) -> tuple[float, float]:
    """Proportional set size (shared pages split) of the service, and of it with its builder, MB."""
    children = [child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    sizes = []
    for process in (pid, *map(int, children)):
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        sizes.append(int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1]) / 1024)
    return sizes[0], sum(sizes)


def memory(store: Store, pid: int, token: str, builds: int = 3) -> None:
    """The largest sum of service and builder over some builds of the whole snapshot."""
    revisions, largest, rows, until = set[str](), (0.0, 0.0), 0, time.monotonic() + 300
    while len(revisions) < builds and time.monotonic() < until:
        own, whole = memory_mb(pid)
        largest = max(largest, (whole, own))
        try:
            status = json.loads(get("/v1/status", token))["snapshot"]
        except OSError:  # it answers when it has its first snapshot
            status = None
        if status is not None and status["revision"] not in revisions:
            revisions.add(status["revision"])
            rows = status["rows"]
            policy_(store, "all rows anew")
        time.sleep(0.05)
    if len(revisions) < builds:
        sys.exit(f"{len(revisions)} of {builds} snapshots in five minutes")
    print(f"{rows:,} rows, {len(revisions)} builds: {largest[0]:.0f} MB at most, {largest[1]:.0f} of it the service;"
          f" then the service alone {memory_mb(pid)[0]:.0f} MB")


def show(name: str, found: dict[str, float], floor: dict[str, float], more: str = "") -> None:
    columns = ("per_s", "p50_ms", "p99_ms", "p999_ms", "max_ms", "slow", "failed", "cpu_us")
    own = " ".join(f"{found[column]:8,.{0 if column in ('per_s', 'slow', 'failed', 'cpu_us') else 2}f}" for column in columns)
    names = ("per_s", "p99_ms", "max_ms", "cpu_us")
    bare = " ".join(f"{floor[name]:8,.{0 if name in ('per_s', 'cpu_us') else 2}f}" for name in names)
    print(f"{name:14} {own} | {bare} | {os.getloadavg()[0]:5.1f} {more}", flush=True)


class _Nowhere:
    """A log that keeps nothing."""

    def write(self, records: list[Record]) -> None:
        """Nothing."""


def cost(n: int, hits: float, rounds: int) -> None:
    """Processor time of the application for a decision, microseconds; the fastest round is the least disturbed one."""
    folder = Path(tempfile.mkdtemp(prefix="stillwatch-decide-"))
    kinds = [str(kind) for kind, share in SHARES.items() for _ in range(share)]
    columns = {
        "account_id": [f"acct-{i:07d}" for i in range(ACCOUNTS)], "action": [kinds[i % 100] for i in range(ACCOUNTS)],
        "mode": ["enforce"] * ACCOUNTS, "reason_code": ["coordinated_extraction"] * ACCOUNTS,
    }
    try:
        snapshot.write(snapshot.conformed(pa.table(columns)), folder / "snapshot", "1")
        decider = Decider(enforce=True)
        decider.snapshot = snapshot.read(folder / "snapshot")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    secret, digest = tokens.new_secret()
    held = tokens.Tokens([tokens.Token("load", digest, tokens.Role.DECIDE)])
    service = Service(decider, held, Context(Identities()), DecisionLog(_Nowhere()))
    headers = [(b"host", b"127.0.0.1"), (b"x-stillwatch-token", secret.encode()), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/v1/decide", "headers": headers}
    rng = random.Random(1)
    bodies = [
        json.dumps({"account_id": f"acct-{rng.randrange(round(ACCOUNTS / hits)):07d}", "request_id": f"r-{i}"}).encode() for i in range(n)
    ]

    async def send(message: object) -> None:
        """To nobody."""

    async def at_once(scope: object, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def ask(app: ASGIApp) -> None:
        for body in bodies:

            async def receive(body: bytes = body) -> dict[str, object]:
                return {"type": "http.request", "body": body}

            await app(scope, receive, send)

    def measured(app: ASGIApp) -> float:
        before = time.process_time()
        asyncio.run(ask(app))
        return (time.process_time() - before) * 1e6 / n

    for app, name in ((at_once, "at once"), (service, "decided")):
        print(f"{name}: {min(measured(app) for _ in range(rounds)):.1f} us of processor time a request")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--hits", type=float, default=0.02, help="share of questions about accounts under an action")
    parser.add_argument("--store", help="an empty store (default: SQLite in a temporary folder)")
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS, help="rounds to run (default: all)")
    parser.add_argument("--rates", type=float, nargs="+", default=[], help="questions a second, instead of as many as are answered")
    parser.add_argument("--alone", action="store_true", help="take the cores from other work of the machine (Linux, root)")
    parser.add_argument("--cost", action="store_true", help="the application alone, in this process")
    parser.add_argument("--memory", action="store_true", help="memory while snapshots are built, without questions")
    args = parser.parse_args()
    if args.cost:
        cost(50_000, args.hits, args.rounds)
        return
    if not args.memory and not shutil.which("wrk"):
        sys.exit("wrk is not installed: apt-get install wrk")
    folder = Path(tempfile.mkdtemp(prefix="stillwatch-decide-"))
    url = args.store or f"sqlite:///{folder / 'store.db'}"
    service = bare = None
    try:
        store = Store.open(url)
        fill(store)
        command = [sys.executable, "-m", "stillwatch"]
        token = subprocess.run(
            [*command, "token", f"load-{os.getpid()}", "--role", "admin", "--store", url], capture_output=True, text=True, check=True
        ).stdout.strip()
        bare = None if args.memory else subprocess.Popen([sys.executable, "-c", BARE % FLOOR])
        service = subprocess.Popen(
            [*command, "serve", "--store", url, "--state", str(folder / "state"), "--tokens", str(folder / "none"), "--no-console",
             "--port", str(SERVICE), "--enforce", "--drain-s", "0", "-q", "--case-url", "https://guard.example/c/{case_id}"],
        )
        if args.memory:
            memory(store, service.pid, token)
            return
        for _ in range(600):
            try:
                get("/readyz", token)
                break
            except OSError:
                time.sleep(0.1)
        else:
            sys.exit("the service has no snapshot after a minute")
        assert bare is not None
        if args.alone:
            first(service.pid)
            first(bare.pid)
        print(f"{os.cpu_count()} cores, {ACCOUNTS:,} accounts, {args.connections} connections, {args.seconds:g} s a round; ms")
        heads = ("req/s", "p50", "p99", "p99.9", "max", ">20 ms", "failed", "cpu us"), ("bare/s", "p99", "max", "cpu us")
        print(f"{'':14} " + " | ".join(" ".join(f"{head:>8}" for head in half) for half in heads) + " |  load")
        largest = 0.0
        for rate in args.rates or [None]:
            for what in args.kinds:
                for n in range(args.rounds):
                    floor = load(FLOOR, 3, args.connections, token, bare.pid, args.hits, rate, args.alone)
                    changing = None if what == "steady" else Changing(store, what, token)
                    found = load(SERVICE, args.seconds, args.connections, token, service.pid, args.hits, rate, args.alone)
                    own, whole = memory_mb(service.pid)
                    largest = max(largest, whole)
                    more = "" if changing is None else f"({changing.end()} snapshots)"
                    show(f"{what} {n + 1 if rate is None else f'{rate:,.0f}'}", found, floor, more)
        own, whole = memory_mb(service.pid)
        status = json.loads(get("/v1/status", token))
        print(f"memory: {own:.0f} MB the service, {largest:.0f} MB at most with its builder; log: {status['log']}")
    finally:
        for process in (service, bare):
            if process is not None:
                process.terminate()
                process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
