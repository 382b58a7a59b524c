"""The folder of a world: raw logs, edge log, registry, key, the commands that ingest them, and the truth."""

import csv
import gzip
import json
import shlex
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from .formats import INGESTED_AS, WIRES, edge_line, event_id, iso
from .world import Account, Request, World

FULL: Mapping[str, Callable[[Account], object]] = {
    "account_id": lambda a: a.id, "created_at": lambda a: a.created, "kind": lambda a: a.kind, "org_id": lambda a: a.org,
    "verified": lambda a: a.verified, "access_type": lambda a: a.access, "email": lambda a: a.email, "phone": lambda a: a.phone,
    "payment": lambda a: a.payment, "signup_ip": lambda a: a.signup_ip, "country": lambda a: a.country, "banned_at": lambda a: a.banned,
    "plan": lambda a: a.plan,
}
SHOP = {name: FULL[name] for name in ("account_id", "created_at", "email", "payment", "plan", "org_id", "banned_at")}
BUSINESS = {name: FULL[name] for name in ("account_id", "created_at", "kind", "org_id", "verified", "access_type", "email", "plan")}
POOR: Mapping[str, Callable[[Account], object]] = {
    "account_id": lambda a: a.id, "created_at": lambda a: str(a.created.date()), "email_domain": lambda a: a.email.split("@")[1],
}
"""Registries: a provider's own, a shop's, one of business customers without payments, and a day with a mail domain."""
SPOILT_FROM = 30
"""Lines of a day's log before one of them is doubled or broken."""


@dataclass(frozen=True)
class Logging:
    """What a gateway logs, and how."""

    wire: Callable[[Request], str]
    """the format of a request's line, one of WIRES"""
    edge: bool = False
    registry: Mapping[str, Callable[[Account], object]] | None = None
    registry_form: str = "csv"
    packed: bool = False
    doubled: int = 0
    broken: int = 0
    """lines that are written twice, and that are cut off, one a day at most"""


@dataclass(frozen=True)
class RawLogs:
    """A folder of raw logs, and how it becomes a log folder."""

    folder: Path
    formats: tuple[str, ...]
    accounts: int
    requests: int
    ingests: tuple[tuple[str | Path, ...], ...]
    """arguments of ``stillwatch``, one command for each format"""
    registry: bool
    released: bool
    planted: Mapping[str, int] = field(default_factory=dict)
    """lines for the quarantine, by reason"""

    @property
    def logs(self) -> Path:
        """The log folder, once all is ingested and gathered."""
        return self.folder / "logs"

    @property
    def parts(self) -> list[Path]:
        """The folders that the commands write."""
        return [self.folder / f"part-{name}" for name in self.formats] if len(self.formats) > 1 else [self.logs]

    @property
    def key_file(self) -> Path:
        """The tenant's key."""
        return self.folder / "tenant.key"

    @property
    def truth(self) -> Path:
        """Truth of accounts, with their names in clear; that of events lies beside."""
        return self.folder / "truth.parquet"

    def gather(self) -> None:
        """One log folder of what was ingested, as docs/ingest.md does with several formats, and the date of a release."""
        if len(self.parts) > 1:
            for part, name in zip(self.parts, self.formats, strict=True):
                shutil.copytree(part / "events", self.logs / "events" / name)
            if self.registry:
                shutil.copy(self.parts[0] / "accounts.parquet", self.logs)
        if self.released:
            shutil.copy(self.folder / "releases.json", self.logs)

    def shell(self) -> str:
        """All commands, as typed in the folder."""
        lines = [["stillwatch", *map(self._relative, arguments)] for arguments in self.ingests]
        if len(self.formats) > 1:
            lines.append(["mkdir", "-p", "logs/events"])
            lines += [["cp", "-r", f"part-{name}/events", f"logs/events/{name}"] for name in self.formats]
            if self.registry:
                lines.append(["cp", f"part-{self.formats[0]}/accounts.parquet", "logs/"])
        if self.released:
            lines.append(["cp", "releases.json", "logs/"])
        return "".join(f"{shlex.join(line)}\n" for line in lines)

    def _relative(self, argument: str | Path) -> str:
        return str(argument.relative_to(self.folder)) if isinstance(argument, Path) else argument


def write(world: World, logging: Logging, folder: Path) -> RawLogs:
    """Write a world's folder anew, draws of what is lost included."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    world.requests.sort(key=lambda request: request.time)
    for account in world.accounts:
        account.responses, account.chains = world.rng.random() < 0.4, world.rng.random() < 0.5
    key = folder / "tenant.key"
    key.touch(mode=0o600)
    key.write_text(world.hex(64) + "\n", encoding="utf-8")
    planted = _write_logs(world, logging, folder)
    if logging.edge:  # which loses a line in two hundred
        seen = (request for request in world.requests if world.rng.random() < 0.995)
        _write_lines(folder / "edge.jsonl", (json.dumps(edge_line(request), ensure_ascii=False) for request in seen))
    if logging.registry:
        _write_registry(world, logging.registry, folder / f"accounts.{logging.registry_form}")
    if world.released:
        released = [{"model": world.models[-1], "released_at": iso(world.released)}]
        (folder / "releases.json").write_text(json.dumps(released), encoding="utf-8")
    _write_truth(world, logging, folder)
    formats = tuple(sorted({INGESTED_AS[logging.wire(request)] for request in world.requests}))
    raw = RawLogs(
        folder, formats, len(world.accounts), len(world.requests), _ingests(world, logging, folder, formats),
        registry=logging.registry is not None, released=world.released is not None, planted=planted,
    )
    (folder / "commands.txt").write_text(raw.shell(), encoding="utf-8")
    return raw


def _write_logs(world: World, logging: Logging, folder: Path) -> dict[str, int]:
    """A file for each format and day; returns the lines planted for the quarantine."""
    days: dict[tuple[str, str], list[str]] = defaultdict(list)
    for request in world.requests:
        wire = logging.wire(request)
        line = json.dumps(WIRES[wire](request, logging.edge), ensure_ascii=False)
        days[INGESTED_AS[wire], request.time.date().isoformat()].append(line)
    planted: Counter[str] = Counter()
    for (name, day), lines in days.items():
        if len(lines) > SPOILT_FROM:
            if planted["duplicate_event_id"] < logging.doubled:
                lines.append(lines[7])
                planted["duplicate_event_id"] += 1
            if planted["not_json"] < logging.broken:
                lines.insert(9, lines[3][:400])
                planted["not_json"] += 1
        _write_lines(folder / f"raw-{name}" / f"{day}.ndjson{'.gz' if logging.packed else ''}", lines)
    return {reason: n for reason, n in planted.items() if n}


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    path.parent.mkdir(exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") if path.suffix == ".gz" else path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def _write_registry(world: World, columns: Mapping[str, Callable[[Account], object]], path: Path) -> None:
    """The registry in no order, without the one account in a hundred that its export has not yet."""
    rows: list[dict[str, Any]] = []
    for account in world.accounts:
        if world.rng.random() >= 0.01:
            cells = {name: get(account) for name, get in columns.items()}
            rows.append({name: iso(cell) if isinstance(cell, datetime) else cell for name, cell in cells.items()})
    world.rng.shuffle(rows)
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(columns))
            writer.writeheader()
            writer.writerows(rows)
    else:
        _write_lines(path, (json.dumps(row, ensure_ascii=False) for row in rows))


def _ingests(world: World, logging: Logging, folder: Path, formats: tuple[str, ...]) -> tuple[tuple[str | Path, ...], ...]:
    """A command for each format; the registry goes with the first. The worlds may lie in the future of the clock."""
    commands = []
    for place, name in enumerate(formats):
        out = folder / (f"part-{name}" if len(formats) > 1 else "logs")
        command: list[str | Path] = ["ingest", folder / f"raw-{name}", "--from", name, "--out", out, "--key-file", folder / "tenant.key"]
        command += ["--as-of", iso(world.end + timedelta(days=1))]
        if logging.edge:
            command += ["--edge", folder / "edge.jsonl"]
        if logging.registry and place == 0:
            command += ["--accounts", folder / f"accounts.{logging.registry_form}"]
        commands.append(tuple(command))
    return tuple(commands)


def _write_truth(world: World, logging: Logging, folder: Path) -> None:
    accounts = {
        "account_id": [account.id for account in world.accounts], "campaign": [account.campaign for account in world.accounts],
        "kind": [account.crowd for account in world.accounts],
    }
    harvested = [request for request in world.requests if request.harvest]
    events = {
        "event_id": [event_id(request, logging.wire(request)) for request in harvested],
        "campaign": [request.harvest for request in harvested],
    }
    for name, columns in (("truth", accounts), ("truth_events", events)):
        schema = pa.schema([(column, pa.string()) for column in columns])
        pq.write_table(pa.table(columns, schema), folder / f"{name}.parquet")
