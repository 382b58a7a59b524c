"""How fast does the decision service answer with a million accounts in its snapshot, and does a refresh disturb it?

The load generator (wrk, a Debian package) runs on the same cores. Every account asked about has an entry; every answer
is logged to a file. In half of the rounds the source is replaced every two seconds, a million rows each time. Before each round
the bare server (granian with an application that answers the same bytes at once) is measured too: how much of a figure
is the machine's.

    python benchmarks/decide.py [--seconds 10] [--rounds 3] [--connections 16]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ACCOUNTS = 1_000_000
SHARES = {"observe": 0.9, "throttle": 0.04, "challenge": 0.02, "restrict": 0.02, "block": 0.02}
LUA = Path(__file__).with_suffix(".lua")
SERVICE, FLOOR = 18_181, 18_182
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


def source(path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    action = rng.choice(list(SHARES), ACCOUNTS, p=list(SHARES.values()))
    table = pa.table({
        "account_id": [f"acct-{i:07d}" for i in range(ACCOUNTS)],
        "action": action,
        "mode": pa.array(["enforce"] * ACCOUNTS),
        "reason_code": pa.array(["coordinated-harvest"] * ACCOUNTS),
        "case_id": pa.array([f"c-{i // 250:04d}" for i in range(ACCOUNTS)]),
        "policy_version": pa.array([str(seed)] * ACCOUNTS),
    })  # fmt: skip
    partial = path.with_suffix(".partial")
    pq.write_table(table, partial)
    os.replace(partial, path)


def get(path: str, token: str) -> bytes:
    request = urllib.request.Request(f"http://127.0.0.1:{SERVICE}{path}", headers={"x-stillwatch-token": token})
    with urllib.request.urlopen(request, timeout=5) as response:
        return bytes(response.read())


def cpu_s(pid: int) -> float:
    """Processor time of a process so far, seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(port: int, seconds: float, connections: int, token: str, pid: int) -> dict[str, float]:
    before = cpu_s(pid)
    environment = os.environ | {"STILLWATCH_TOKEN": token, "STILLWATCH_ACCOUNTS": str(ACCOUNTS)}
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "-s", str(LUA), f"http://127.0.0.1:{port}"]
    text = subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout
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


def show(name: str, found: dict[str, float], floor: dict[str, float], more: str = "") -> None:
    columns = ("per_s", "p50_ms", "p99_ms", "p999_ms", "max_ms", "slow", "failed", "cpu_us")
    own = " ".join(f"{found[column]:8,.{0 if column in ('per_s', 'slow', 'failed', 'cpu_us') else 2}f}" for column in columns)
    names = ("per_s", "p99_ms", "max_ms", "cpu_us")
    bare = " ".join(f"{floor[name]:8,.{0 if name in ('per_s', 'cpu_us') else 2}f}" for name in names)
    print(f"{name:14} {own} | {bare} | {os.getloadavg()[0]:5.1f} {more}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    args = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is not installed: apt-get install wrk")
    folder = Path(tempfile.mkdtemp(prefix="stillwatch-decide-"))
    service = bare = None
    try:
        entries, tokens = folder / "entries.parquet", folder / "tokens.json"
        source(entries, 0)
        command = [sys.executable, "-m", "stillwatch"]
        token = subprocess.run(
            [*command, "token", "load", "--role", "admin", "--tokens", str(tokens)], capture_output=True, text=True, check=True
        ).stdout.strip()
        bare = subprocess.Popen([sys.executable, "-c", BARE % FLOOR])
        service = subprocess.Popen(
            [*command, "serve", "--snapshot", str(entries), "--state", str(folder / "state"), "--tokens", str(tokens),
             "--port", str(SERVICE), "--enforce", "--drain-s", "0", "-q", "--case-url", "https://guard.example/c/{case_id}"],
        )  # fmt: skip
        for _ in range(600):
            try:
                get("/readyz", token)
                break
            except OSError:
                time.sleep(0.1)
        else:
            sys.exit("the service has no snapshot after a minute")
        print(f"{os.cpu_count()} cores, {ACCOUNTS:,} accounts, {args.connections} connections, {args.seconds:g} s a round; ms")
        heads = ("req/s", "p50", "p99", "p99.9", "max", ">20 ms", "failed", "cpu us"), ("bare/s", "p99", "max", "cpu us")
        print(f"{'':14} " + " | ".join(" ".join(f"{head:>8}" for head in half) for half in heads) + " |  load")
        for n in range(args.rounds):
            floor = load(FLOOR, 3, args.connections, token, bare.pid)
            show(f"steady {n + 1}", load(SERVICE, args.seconds, args.connections, token, service.pid), floor)
        for n in range(args.rounds):
            floor = load(FLOOR, 3, args.connections, token, bare.pid)
            revisions, stop = set(), threading.Event()

            def refresh(first: int, stop: threading.Event, revisions: set[str]) -> None:
                # rows are prepared beforehand, so that only the service works
                while not stop.is_set():
                    shutil.copy(folder / f"next-{first % 2}.parquet", folder / "in")
                    os.replace(folder / "in", entries)
                    first += 1
                    stop.wait(2)
                    revisions.add(json.loads(get("/v1/status", token))["snapshot"]["revision"])

            for seed in (0, 1):
                source(folder / f"next-{seed}.parquet", 10 * n + seed + 1)
            thread = threading.Thread(target=refresh, args=(0, stop, revisions))
            thread.start()
            found = load(SERVICE, args.seconds, args.connections, token, service.pid)
            stop.set()
            thread.join()
            show(f"refreshing {n + 1}", found, floor, f"({len(revisions)} snapshots)")
        own, whole = memory_mb(service.pid)
        status = json.loads(get("/v1/status", token))
        print(f"memory: {own:.0f} MB the service, {whole:.0f} MB with its builder; log: {status['log']}")
    finally:
        for process in (service, bare):
            if process is not None:
                process.terminate()
                process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
