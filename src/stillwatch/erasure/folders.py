"""Erasure of an account from folders: logs that detection reads, runs that it wrote, and replays.

Rows about the account go from every table. What a run says of a campaign as a whole stays as it was found; ``erasures.json``
tells how much of it is gone since, so that nobody takes the difference for tampering (:func:`stillwatch.run_details.erasures`).

The new files of a folder are written beside the old ones, into a hidden folder that is renamed when it is whole. Only then do
they take their places. Killed before, nothing has happened. Killed after, the next erasure does the rest first, and no command
reads the folder or writes to it meanwhile.
"""

import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stillwatch import dataset, partitions, run_details, sketch
from stillwatch.errors import InputError
from stillwatch.files import (
    ERASING,
    ERASURES,
    EXPORTED,
    TO_ERASE,
    alone,
    data_files,
    digest,
    read_json,
    reading_parquet,
    replacing,
    write_json,
)
from stillwatch.ingest.output import FAILED, QUARANTINE
from stillwatch.ingest.parsers import all_formats
from stillwatch.ingest.tenant import Tenant
from stillwatch.tables import EVENTS, REPLACES

ERASED = "[erased]"
SHORTEST = 3
"""Characters of a name that files are searched for: shorter ones stand in many words."""
LONG = 8
"""Characters of an event's identifier that is told from other words of a row that cannot be read."""
GONE = "gone.json"
"""Among files that wait for their places: what is removed."""
UNCHANGED = ("record.json", "exposure.json")
"""What tells a proof and an exposure study: signed or whole as they are, and made without accounts, so only searched for names."""
STEPS, CUT = "steps", "cut"
"""Folders of a replay: what its steps found, by account, and sketches that a step reads. Both are made again where they are missing."""
DECISIONS = "decisions"
"""In the state of a decision service that writes them into files."""
TABLES = ("events", partitions.FOLDER, CUT)
"""Folders of tables that are rewritten, and not searched for names: what they hold besides is text of other accounts."""
CHUNK = 16 << 20
"""Bytes of a file that are searched at once."""

Test = Callable[[pa.RecordBatch], pa.Array]


@dataclass
class Done:
    """What was, or would be, erased from one folder."""

    folder: Path
    rows: dict[str, int] = field(default_factory=dict)
    """File -> rows about the account."""
    removed: list[str] = field(default_factory=list)
    """Files that are made of the run and can be made again."""
    finished: bool = False
    """An erasure that was cut off was brought to its end first."""
    unmatched: bool = False
    """It is in a campaign with a harvest, or this is a table that tells requests and no accounts; no log tells which are its."""
    left: list[str] = field(default_factory=list)
    """Files that still hold a name."""
    untold: dict[str, int] = field(default_factory=dict)
    """File -> rows that ingest put aside of which nobody can tell whose they are."""
    packets: list[dict[str, str]] = field(default_factory=list)
    """Evidence packets that named it, as :func:`stillwatch.run_details.packets` tells them: whoever has one has its name still."""


@dataclass(frozen=True)
class _Who:
    """The account, as each table knows it."""

    account: str
    names: tuple[str, ...]
    key: int
    events: pa.Table
    """``event_id`` and ``timestamp`` of its requests, as far as the logs given have them."""
    keys: Sequence[bytes]
    """Of the tenant, as far as they are known."""


def erase(
    folders: Sequence[Path], account: str, *, note: str, also: Sequence[str] = (), keys: Sequence[bytes] = (), dry: bool = False,
    now: datetime | None = None,
) -> list[Done]:
    """Erase an account from folders of logs, runs and replays: from logs last, since only they tell which requests are its.

    Args:
        folders: of logs, runs, replays or the state of a service that is not running; proofs and exposure studies, which are searched
            and not changed; also single tables (traces, labels, mark logs, ledgers), which keep no record of it.
        account: as the tables have it.
        note: which request asks for it; kept in ``erasures.json``, so it must not name the account.
        also: further names of the customer that files may have.
        keys: the tenant's, by which accounts are told in rows that ingest put aside.
        dry: only count.
        now: the time that is told; the clock's by default.

    Returns:
        One a folder or table, logs last.

    Raises:
        InputError: a folder is none of these, another command writes to it, a file is not readable, or the note names the account.
    """
    names = (account, *also)
    if not note.strip() or ((named := _pattern(names)) and named.search(note.encode())):
        raise InputError("the note is kept: it must say which request this is, and not name the account", where="--note")
    folders = list(dict.fromkeys(folders))
    tables = [path for path in folders if path.is_file() and path.suffix in (".parquet", ".jsonl")]
    runs = [folder for folder in folders if (folder / "campaigns.parquet").exists()]
    logs = [folder for folder in folders if (folder / "events").is_dir() and folder not in runs]
    replays = [folder for folder in folders if _is_replay(folder) and folder not in (*runs, *logs)]
    states = [folder for folder in folders if (folder / DECISIONS).is_dir() and folder not in (*runs, *logs, *replays)]
    rewritten = (*runs, *logs, *replays, *states)
    kept = [folder for folder in folders if any((folder / name).is_file() for name in UNCHANGED) and folder not in rewritten]
    if other := [path for path in folders if path not in (*tables, *rewritten, *kept)]:
        todo = ("Pass folders that stillwatch detect reads (with events/), that detect, replay, prove test or exposure wrote, "
                "or where serve --run keeps its state, or a Parquet or JSONL file")
        raise InputError("neither logs nor a run, a replay, a proof or an exposure study", where=other[0], todo=todo)
    # Where it is cut off, what tells requests alone can still be matched the next time.
    done = [Done(folder) for folder in (*runs, *replays, *states, *tables, *kept, *logs)]
    with ExitStack() as held:
        for each in (each for each in done if each.folder in rewritten):
            held.enter_context(alone(each.folder, "command", settled=False))
            each.finished = not dry and finish(each.folder)
            if dry and (each.folder / TO_ERASE).exists():
                raise InputError("an erasure was interrupted", where=each.folder, todo="Pass --yes, which finishes it")
        key = int(sketch.account_key(pa.array([account]))[0])
        who = _Who(account, names, key, _requests(logs, account), keys)
        for each in done:
            if each.folder in tables:
                n = (_parquet if each.folder.suffix == ".parquet" else _lines)(each.folder, None if dry else each.folder, who)
                each.rows = {each.folder.name: n} if n else {}
                each.unmatched = not len(who.events) and _tells_no_accounts(each.folder)
            elif each.folder in kept:
                each.left = _left(each, who)
            else:
                _erase(each, who, note, dry, now or datetime.now(UTC))
    return done


def _is_replay(folder: Path) -> bool:
    """Whether ``stillwatch replay`` wrote it, to its end or not."""
    return (folder / "replay.json").is_file() or ((folder / STEPS).is_dir() and (folder / partitions.FOLDER).is_dir())


def finish(folder: Path) -> bool:
    """Let files that an erasure made take their places; whether there were any. What it was still writing is removed."""
    shutil.rmtree(folder / ERASING, ignore_errors=True)
    ready = folder / TO_ERASE
    if not ready.exists():
        return False
    # The list goes last: where it is gone, all else is done.
    for name in read_json(ready / GONE) if (ready / GONE).exists() else ():
        (folder / name).unlink(missing_ok=True)
    for path in sorted(ready.rglob("*")):
        if path.is_file() and path != ready / GONE:
            os.replace(path, folder / path.relative_to(ready))
    shutil.rmtree(ready)
    return True


def _requests(logs: Sequence[Path], account: str) -> pa.Table:
    names = ("event_id", "timestamp")
    found = [EVENTS.only(names).schema.empty_table()]
    for folder in logs:
        for path in data_files(folder / "events"):
            for batch in dataset.batches(path, ("account_id", *names)):
                found.append(batch.filter(_same(batch["account_id"], account)).select(names))
    return pa.concat_tables(found)


def _same(column: Any, value: str) -> Any:
    return pc.fill_null(pc.equal(column.cast(pa.string()), value), False)


def _erase(done: Done, who: _Who, note: str, dry: bool, now: datetime) -> None:
    folder, staging = done.folder, done.folder / ERASING
    run = (folder / "campaigns.parquet").exists()
    paths = [path for path in sorted(folder.glob("*")) if path.suffix in (".parquet", ".jsonl") and path.is_file()]
    paths += data_files(folder / "events") if (folder / "events").is_dir() else []
    paths += sorted((folder / DECISIONS).glob("*.ndjson"))
    counted = _of_campaigns(folder, who) if run else {}
    packets = run_details.packets(folder) if run else []
    try:
        for path in paths:
            name = path.relative_to(folder)
            if n := (_parquet if path.suffix == ".parquet" else _lines)(path, None if dry else staging / name, who):
                done.rows[str(name)] = n
        for path in sorted((folder / partitions.FOLDER).glob("*.parquet")):
            name = path.relative_to(folder)
            if n := partitions.without(path, None if dry else staging / name, who.account, who.key):
                done.rows[str(name)] = n
        _demand_in_step(folder, done)
        replayed = _is_replay(folder) and not run
        steps = _steps(folder, who) if replayed else {}
        done.rows |= steps
        if run and done.rows:
            made = ("report.html", "evaluation.json", *EXPORTED)
            done.removed = [name for name in made if (folder / name).is_file()]
        elif replayed and done.rows:
            # A step reads what was cut for it if it is there, with the account.
            done.removed = [*steps, *(str(path.relative_to(folder)) for path in sorted((folder / CUT).rglob("*")) if path.is_file())]
        done.unmatched = bool(counted) and not len(who.events)
        if done.rows and not dry:
            _publish(folder, staging, done, counted, note, now)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    # Of those that changed, lines may be torn.
    done.left = _left(done, who, *done.removed, *(name for name in done.rows if dry or name.endswith(".parquet")))
    aside = [folder / name for name in (QUARANTINE, FAILED) if (folder / name).is_file()]
    done.untold = {path.name: n for path in aside if (n := _untold(path, who))}
    before = [row for row in run_details.erasures(folder) if row["note"] == note]
    done.packets = [packet for packet in packets if _named(packet, who, counted, before)]


def _named(packet: Mapping[str, str], who: _Who, counted: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a packet had the account: its campaign did, or does not say so any more and the packet, where it is still there, does.

    What the same request erased ``before`` counts, too: this time may be the one after it was cut off.
    """
    name, path = packet["campaign_id"], Path(packet["path"])
    had = [counted, *(row["campaigns"] for row in before if packet["at"] <= row["at"])]
    if any(campaigns.get(name, {}).get("accounts") for campaigns in had):
        return True
    return path.is_file() and _mentions(path, who.names)


def _left(done: Done, who: _Who, *going: str) -> list[str]:
    """Files that hold a name, besides those that have none, or will have none, once they changed or went."""
    others = (path for path in _others(done.folder) if str(path.relative_to(done.folder)) not in going)
    return [str(path.relative_to(done.folder)) for path in others if _mentions(path, who.names)]


def _steps(folder: Path, who: _Who) -> dict[str, int]:
    """Findings of a replay that have the account, or one that replaced it: in how many campaigns and groups for review."""
    found = {}
    for path in sorted((folder / STEPS).rglob("*.json")):
        told = read_json(path)
        try:
            n = sum(any(_is_or_replaces(name, who.account) for name in row["accounts"]) for row in told["found"])
        except (KeyError, TypeError) as error:
            raise InputError("not what a step of stillwatch replay found", where=path, todo="Remove it: a replay makes it again") from error
        if n:
            found[str(path.relative_to(folder))] = n
    return found


def _is_or_replaces(name: str, account: str) -> bool:
    return name == account or name.startswith(f"{account}{REPLACES}")


def _demand_in_step(folder: Path, done: Done) -> None:
    """Where ingest made sketches, they must still have a row for each event."""
    if not (folder / "ingest.json").exists():
        return
    for name, n in done.rows.items():
        sketches = Path(partitions.FOLDER) / Path(name).with_suffix(".parquet").name
        if name.startswith("events") and (folder / sketches).exists() and done.rows.get(str(sketches)) != n:
            raise InputError("not the sketches of the events beside them", where=folder / sketches, todo="Run stillwatch ingest again")


def _publish(folder: Path, staging: Path, done: Done, counted: dict[str, dict[str, int]], note: str, now: datetime) -> None:
    made = sorted(path.relative_to(staging) for path in staging.rglob("*") if path.is_file())
    files = [{"path": str(name), "before": digest(folder / name), "after": digest(staging / name)} for name in made]
    told = read_json(folder / "ingest.json") if (folder / "ingest.json").exists() else {}
    if told.get("sketches"):
        new = {Path(row["path"]).name: row["after"] for row in files if row["path"].startswith("events")}
        told["sketches"]["events"] |= {name: sha256 for name, sha256 in new.items() if name in told["sketches"]["events"]}
        write_json(told, staging / "ingest.json")
    entry = {"at": now.isoformat(), "note": note, "files": files, "rows": done.rows, "removed": done.removed, "campaigns": counted}
    write_json([*run_details.erasures(folder), entry], staging / ERASURES)
    write_json(done.removed, staging / GONE)
    os.rename(staging, folder / TO_ERASE)
    finish(folder)


# --- Tables --------------------------------------------------------------------------------------------------------


def _test(names: Sequence[str], who: _Who, folder: Path) -> tuple[list[str], Test] | None:
    """What tells the rows about the account in a table of a folder with these columns, and which columns it looks at; None: no rows are."""
    if "account_id" in names and "event_id" in names and len(who.events):
        # A mark log may leave the account to the events.
        mine = who.events["event_id"].combine_chunks()

        def test(rows: pa.RecordBatch) -> pa.Array:
            same = _same(rows["account_id"], who.account)
            if not rows["account_id"].null_count:
                return same
            return pc.or_(same, pc.and_(pc.is_null(rows["account_id"]), pc.is_in(rows["event_id"].cast(pa.string()), mine)))

        return ["account_id", "event_id"], test
    if "account_id" in names:
        return ["account_id"], lambda rows: _same(rows["account_id"], who.account)
    if {"account_a", "account_b"} <= set(names):
        ends = ["account_a", "account_b"]
        return ends, lambda rows: pc.or_(*(_same(rows[end], who.account) for end in ends))
    if {"reason", "raw", "detail"} <= set(names):
        about = _put_aside(folder, who)
        return ["raw", "detail"], lambda rows: pc.fill_null(about(rows), False)
    if "event_id" in names and len(who.events):
        events = who.events["event_id"].combine_chunks()
        return ["event_id"], lambda rows: pc.is_in(rows["event_id"].cast(pa.string()), events)
    return None


def _tells_no_accounts(path: Path) -> bool:
    """Whether a table has rows that tell a request and not whose it is."""
    if path.suffix == ".jsonl":
        with open(path, "rb") as file:
            return any(isinstance(row := _row(line), dict) and "event_id" in row and row.get("account_id") is None for line in file)
    with reading_parquet(path), pq.ParquetFile(path) as table:
        if "event_id" not in table.schema_arrow.names:
            return False
        if "account_id" not in table.schema_arrow.names:
            return bool(table.metadata.num_rows)
        return any(batch.column(0).null_count for batch in table.iter_batches(dataset.BATCH_ROWS, columns=["account_id"]))


def _put_aside(folder: Path, who: _Who) -> Test:
    """What tells which rows that ingest put aside are about the account: they name it, or the format reads its account or event in them.

    Null where that cannot be told.
    """
    told = read_json(folder / "ingest.json") if (folder / "ingest.json").exists() else {}
    format_, named = all_formats().get(str(told.get("format"))), _pattern(who.names)
    events = set(who.events["event_id"].to_pylist())
    words = {name.encode() for name in events if len(name) >= LONG}
    tenants = [Tenant(key, text=False) for key in who.keys or (b"",)]

    def about(raw: bytes | None, detail: str | None) -> bool | None:
        if named and (named.search(raw or b"") or named.search((detail or "").encode())):
            return True
        if raw is None:
            return False
        row, accounts = _row(raw), set()
        if not isinstance(row, dict):  # a line of CSV, or cut off
            return True if not words.isdisjoint(re.split(rb'[\s,"]+', raw)) else None
        for tenant in tenants:
            try:
                fields = format_.parse(row, tenant) if format_ else {}
            except Exception:  # a format is a plug-in, and this may be what the row was put aside for
                fields = {}
            if str(fields.get("event_id")) in events:
                return True
            # a row of the registry is in no format
            accounts |= {str(one) for one in (fields.get("account_id"), row.get("account_id"), tenant.id(row.get("account_id"))) if one}
        if who.account in accounts:
            return True
        return False if accounts and (who.keys or (format_ and not format_.keyed)) else None

    def test(rows: pa.RecordBatch) -> pa.Array:
        return pa.array(map(about, rows["raw"].to_pylist(), rows["detail"].to_pylist()), pa.bool_())

    return test


def _untold(path: Path, who: _Who) -> int:
    """Rows that ingest put aside of which nobody can tell whose they are."""
    test = _put_aside(path.parent, who)
    with reading_parquet(path), pq.ParquetFile(path) as file:
        return sum(test(batch).null_count for batch in file.iter_batches(dataset.BATCH_ROWS, columns=["raw", "detail"]))


def _parquet(path: Path, target: Path | None, who: _Who) -> int:
    """Write a table without the account, if it has it; returns how many rows were about it. ``target`` None: only count."""
    with reading_parquet(path), pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        if {"details", "campaign_id"} <= set(schema.names) or "account_ids" in schema.names:
            return _lists(path, target, who)
        told = _test(schema.names, who, path.parent)
        if told is None:
            return 0
        columns, test = told
        n = sum(int(pc.sum(test(batch)).as_py() or 0) for batch in file.iter_batches(dataset.BATCH_ROWS, columns=columns))
        if n and target is not None:
            codec = file.metadata.row_group(0).column(0).compression.lower().replace("uncompressed", "none")
            with replacing(target) as partial, pq.ParquetWriter(partial, schema, compression=codec) as out:
                for batch in file.iter_batches(dataset.BATCH_ROWS):
                    kept = batch.filter(pc.invert(test(batch)))
                    if len(kept):
                        out.write_batch(kept)
    return n


def _lists(path: Path, target: Path | None, who: _Who) -> int:
    """The same for tables of groups, whose rows stay: the account leaves their lists."""
    table = pq.read_table(path)
    n, columns = 0, {}
    for name, clean in (("details", _details), ("account_ids", _list)):
        if name not in table.column_names:
            continue
        old = table[name].to_pylist()
        new = [None if value is None else clean(value, who) for value in old]
        n += sum(a != b for a, b in zip(old, new, strict=True))
        columns[name] = new
    if n and target is not None:
        for name, values in columns.items():
            at = table.column_names.index(name)
            table = table.set_column(at, table.field(at), pa.array(values, table.field(at).type))
        with replacing(target) as partial:
            pq.write_table(table, partial, compression="zstd")
    return n


def _list(accounts: list[str], who: _Who) -> list[str]:
    return [account for account in accounts if account != who.account]


def _details(text: str, who: _Who) -> str:
    """The details of a campaign without the account: its row of what is drawn, its links, and its name in texts."""
    try:
        told = json.loads(text)
    except ValueError:
        return text
    if not isinstance(told, dict):
        return text
    drawn, graph = told.get("activity") or {}, told.get("graph") or {}
    accounts = drawn.get("accounts") or []
    if who.account in accounts:
        at = accounts.index(who.account)
        for name in ("accounts", "counts"):
            drawn[name] = [one for i, one in enumerate(drawn.get(name) or []) if i != at]
    nodes = graph.get("nodes") or []
    if who.account in nodes:
        at = nodes.index(who.account)
        graph["nodes"] = [node for i, node in enumerate(nodes) if i != at]
        edges = [edge for edge in graph.get("edges") or [] if at not in edge[:2]]
        graph["edges"] = [[a - (a > at), b - (b > at), *rest] for a, b, *rest in edges]
    named = _pattern(who.names)
    told = _replaced(told, named) if named else told
    new = json.dumps(told, sort_keys=True)
    return text if new == json.dumps(json.loads(text), sort_keys=True) else new


def _replaced(value: Any, named: "re.Pattern[bytes]") -> Any:
    if isinstance(value, str):
        # Text is searched as bytes, as files are.
        return named.sub(ERASED.encode(), value.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
    if isinstance(value, list):
        return [_replaced(one, named) for one in value]
    if isinstance(value, dict):
        return {_replaced(name, named): _replaced(one, named) for name, one in value.items()}
    return value


def _lines(path: Path, target: Path | None, who: _Who) -> int:
    """The same for JSON lines; the other lines stay byte for byte."""
    events = set(who.events["event_id"].to_pylist())

    def about(line: bytes) -> bool:
        row = _row(line)
        if not isinstance(row, dict):
            return False
        if row.get("account_id") is not None:
            return str(row["account_id"]) == who.account
        return row.get("event_id") is not None and str(row["event_id"]) in events

    with open(path, "rb") as file:
        n = sum(map(about, file))
    if n and target is not None:
        with replacing(target) as partial, open(path, "rb") as file, open(partial, "wb") as out:
            out.writelines(line for line in file if not about(line))
    return n


def _row(line: bytes) -> Any:
    """A line of JSON; null where it is none."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _of_campaigns(run: Path, who: _Who) -> dict[str, dict[str, int]]:
    """Of each campaign or group: accounts, requests and harvested requests that go; requests are those that the run looked at."""
    with reading_parquet(run / "accounts.parquet"):
        mine = pq.read_table(run / "accounts.parquet", columns=["account_id", "campaign_id"], filters=[("account_id", "==", who.account)])
    counted = {str(name): {"accounts": 1, "requests": _looked_at(run, who), "harvested": 0}
               for name in mine["campaign_id"].to_pylist() if name is not None}
    if (run / "harvest.parquet").exists() and len(who.events):
        with reading_parquet(run / "harvest.parquet"):
            rows = pq.read_table(run / "harvest.parquet", filters=pc.field("event_id").isin(who.events["event_id"].combine_chunks()))
        for row in rows.group_by("campaign_id").aggregate([("event_id", "count")]).to_pylist():
            counted.setdefault(row["campaign_id"], {"accounts": 0, "requests": 0, "harvested": 0})["harvested"] = row["event_id_count"]
    return counted


def _looked_at(run: Path, who: _Who) -> int:
    """Requests of the account that the run looked at: by its sketches, or else by the logs."""
    summary = run_details.read_summary(run)
    files = [run / partitions.FOLDER / name for name in summary.get("sketches") or ()]
    if files and all(path.exists() and partitions.ids_path(path).exists() for path in files):
        return sum(partitions.without(path, None, who.account, who.key) for path in files)
    start, as_of = (datetime.fromisoformat(summary[end]) if summary.get(end) else None for end in ("start", "as_of"))
    return int(pc.sum(dataset.between(who.events["timestamp"], start, as_of)).as_py() or 0)


# --- What else names the account -----------------------------------------------------------------------------------


def _spelt(char: str) -> bytes:
    """A character as it is and as JSON may escape it, also where that JSON is a string of another."""
    plain, escaped = re.escape(char.encode("utf-8", "surrogatepass")), json.dumps(char)[1:-1]
    if escaped == char:
        return plain
    return rb"(?:%b|(?i:%b))" % (plain, re.escape(escaped.encode()).replace(rb"\\", rb"\\+"))


def _pattern(names: Sequence[str]) -> "re.Pattern[bytes] | None":
    long = [b"".join(map(_spelt, name)) for name in sorted(names, key=len, reverse=True) if len(name) >= SHORTEST]
    return re.compile(rb"(?<![\w-])(?:" + b"|".join(long) + rb")(?![\w-])") if long else None


def _others(folder: Path) -> Iterator[Path]:
    """Files of a folder besides its tables."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.relative_to(folder).parts[0] not in TABLES:
            yield path


def _mentions(path: Path, names: Sequence[str]) -> bool:
    """Whether a file, or one in a zip, holds a name; a Parquet file is read, anything else searched as it is."""
    named = _pattern(names)
    if named is None:
        return False
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return any(_held(archive.read(member), member.filename, named) for member in archive.infolist())
        if path.suffix == ".parquet":
            return _held(path.read_bytes(), path.name, named)
        with open(path, "rb") as file:
            before = b""
            while block := file.read(CHUNK):
                if named.search(before + block):
                    return True
                before = block[-1024:]
    except (OSError, zipfile.BadZipFile):
        return True  # what cannot be looked at may have it
    return False


def _held(content: bytes, name: str, named: "re.Pattern[bytes]") -> bool:
    if not name.endswith(".parquet"):
        return bool(named.search(content))
    try:
        with pq.ParquetFile(pa.BufferReader(content)) as file:
            return any(named.search(str(batch.to_pylist()).encode("utf-8", "surrogatepass")) for batch in file.iter_batches(10_000))
    except (pa.ArrowException, OSError):
        return True
