"""Erasure of an account from folders: logs that detection reads, runs that it wrote, and replays.

Rows about the account go from every table. What a run says of a campaign as a whole stays as it was found; ``erasures.json``
tells how much of it is gone since, so that nobody takes the difference for tampering (:func:`stillwatch.run_details.erasures`).

The new files of a folder are written beside the old ones, into a hidden folder that is renamed when it is whole. Only then do
they take their places. Killed before, nothing has happened. Killed after, the next erasure does the rest first, and no command
reads the folder or writes to it meanwhile.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from stillwatch import dataset, partitions, run_details, sketch
from stillwatch.erasure.names import mentions_name, name_pattern
from stillwatch.erasure.tables import (
    ErasedAccount,
    copy_lines_without,
    copy_parquet_without,
    count_undecided_rows,
    equals,
    erased_counts_by_campaign,
    lacks_account_ids,
)
from stillwatch.errors import InputError
from stillwatch.files import ERASING, ERASURES, EXPORTED, TO_ERASE, data_files, digest, folder_lock, read_json, write_json
from stillwatch.ingest.output import FAILED, QUARANTINE
from stillwatch.tables import EVENTS, REPLACES

REMOVAL_LIST = "gone.json"
"""Among files that wait for their places: what is removed."""
SEARCHED_ONLY = ("record.json", "exposure.json")
"""What tells a proof and an exposure study: signed or whole as they are, and made without accounts, so only searched for names."""
STEPS, CUT_SKETCHES = "steps", "cut"
"""Folders of a replay: what its steps found, by account, and sketches that a step reads. Both are made again where they are missing."""
DECISIONS = "decisions"
"""In the state of a decision service that writes them into files."""
TABLE_FOLDERS = ("events", partitions.FOLDER, CUT_SKETCHES)
"""Folders of tables that are rewritten, and not searched for names: what they hold besides is text of other accounts."""


@dataclass
class ErasureResult:
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
    still_naming: list[str] = field(default_factory=list)
    """Files that still hold a name."""
    undecided: dict[str, int] = field(default_factory=dict)
    """File -> rows that ingest put aside of which nobody can tell whose they are."""
    packets: list[dict[str, str]] = field(default_factory=list)
    """Evidence packets that named it, as :func:`stillwatch.run_details.packets` tells them: whoever has one has its name still."""


def erase(
    folders: Sequence[Path], account: str, *, note: str, also: Sequence[str] = (), keys: Sequence[bytes] = (), dry: bool = False,
    now: datetime | None = None, changed: list[Path] | None = None,
) -> list[ErasureResult]:
    """Erase an account from folders of logs, runs and replays: from logs last, since only they tell which requests are its.

    All are read to their ends before the first is written to, so that one that cannot be read leaves all as they were.

    Args:
        folders: of logs, runs, replays or the state of a service that is not running; proofs and exposure studies, which are searched
            and not changed; also single tables (traces, labels, mark logs, ledgers), which keep no record of it.
        account: as the tables have it.
        note: which request asks for it; kept in ``erasures.json``, so it must not name the account.
        also: further names of the customer that files may have.
        keys: the tenant's, by which accounts are told in rows that ingest put aside.
        dry: only count.
        now: the time that is told; the clock's by default.
        changed: takes each folder or table before it is changed, for a caller who must know of it where an error ends the work.

    Returns:
        One a folder or table, logs last.

    Raises:
        InputError: a folder is none of these, another command writes to it, a file is not readable, or the note names the account.
    """
    names = (account, *also)
    if not note.strip() or ((name_regex := name_pattern(names)) and name_regex.search(note.encode())):
        raise InputError("the note is kept: it must say which request this is, and not name the account", where="--note")
    folders, changed = unique_folders(folders), [] if changed is None else changed
    tables = [path for path in folders if path.is_file() and path.suffix in (".parquet", ".jsonl")]
    runs = [folder for folder in folders if (folder / "campaigns.parquet").exists()]
    logs = [folder for folder in folders if (folder / "events").is_dir() and folder not in runs]
    replays = [folder for folder in folders if _is_replay(folder) and folder not in (*runs, *logs)]
    states = [folder for folder in folders if (folder / DECISIONS).is_dir() and folder not in (*runs, *logs, *replays)]
    rewritten = (*runs, *logs, *replays, *states)
    searched_only = [folder for folder in folders if any((folder / name).is_file() for name in SEARCHED_ONLY) and folder not in rewritten]
    if unknown := [path for path in folders if path not in (*tables, *rewritten, *searched_only)]:
        todo = ("Pass folders that stillwatch detect reads (with events/), that detect, replay, prove test or exposure wrote, "
                "or where serve --run keeps its state, or a Parquet or JSONL file")
        raise InputError("neither logs nor a run, a replay, a proof or an exposure study", where=unknown[0], todo=todo)
    # Where it is cut off, what tells requests alone can still be matched the next time.
    done = [ErasureResult(folder) for folder in (*runs, *replays, *states, *tables, *searched_only, *logs)]
    with ExitStack() as locks:
        for each in (each for each in done if each.folder in rewritten):
            locks.enter_context(folder_lock(each.folder, "command", refuse_open_erasure=False))
            if not dry and (each.folder / TO_ERASE).exists():
                changed.append(each.folder)
            each.finished = not dry and finish_erasure(each.folder)
            if dry and (each.folder / TO_ERASE).exists():
                raise InputError("an erasure was interrupted", where=each.folder, todo="Pass --yes, which finishes it")
        key = int(sketch.account_key(pa.array([account]))[0])
        who = ErasedAccount(account, names, key, _requests_of_account(logs, account), keys)
        at = now or datetime.now(UTC)
        counted = [ErasureResult(each.folder) for each in done]
        for each in () if dry else counted:
            _erase_path(each, who, note, True, at, tables, searched_only)
        for each, before in zip(done, counted, strict=True):
            if before.rows:
                changed.append(each.folder)
            _erase_path(each, who, note, dry, at, tables, searched_only)
    return done


def unique_folders(folders: Sequence[Path]) -> list[Path]:
    """Folders in their order, each once, however often and in whatever spellings it was named."""
    return list({folder.resolve(): folder for folder in folders}.values())


def _erase_path(
    done: ErasureResult, who: ErasedAccount, note: str, dry: bool, now: datetime, tables: Sequence[Path], searched_only: Sequence[Path]
) -> None:
    path = done.folder
    if path in tables:
        n = (copy_parquet_without if path.suffix == ".parquet" else copy_lines_without)(path, None if dry else path, who)
        done.rows = {path.name: n} if n else {}
        done.unmatched = not len(who.events) and lacks_account_ids(path)
    elif path in searched_only:
        done.still_naming = _files_still_naming(done, who)
    else:
        _erase_folder(done, who, note, dry, now)


def _is_replay(folder: Path) -> bool:
    """Whether ``stillwatch replay`` wrote it, to its end or not."""
    return (folder / "replay.json").is_file() or ((folder / STEPS).is_dir() and (folder / partitions.FOLDER).is_dir())


def finish_erasure(folder: Path) -> bool:
    """Let files that an erasure made take their places; whether there were any. What it was still writing is removed."""
    shutil.rmtree(folder / ERASING, ignore_errors=True)
    ready = folder / TO_ERASE
    if not ready.exists():
        return False
    # The list goes last: where it is gone, all else is done.
    for name in read_json(ready / REMOVAL_LIST) if (ready / REMOVAL_LIST).exists() else ():
        (folder / name).unlink(missing_ok=True)
    for path in sorted(ready.rglob("*")):
        if path.is_file() and path != ready / REMOVAL_LIST:
            os.replace(path, folder / path.relative_to(ready))
    shutil.rmtree(ready)
    return True


def _requests_of_account(logs: Sequence[Path], account: str) -> pa.Table:
    names = ("event_id", "timestamp")
    found = [EVENTS.only(names).schema.empty_table()]
    for folder in logs:
        for path in data_files(folder / "events"):
            for batch in dataset.batches(path, ("account_id", *names)):
                found.append(batch.filter(equals(batch["account_id"], account)).select(names))
    return pa.concat_tables(found)


def _erase_folder(done: ErasureResult, who: ErasedAccount, note: str, dry: bool, now: datetime) -> None:
    folder, staging = done.folder, done.folder / ERASING
    is_run = (folder / "campaigns.parquet").exists()
    paths = [path for path in sorted(folder.glob("*")) if path.suffix in (".parquet", ".jsonl") and path.is_file()]
    paths += data_files(folder / "events") if (folder / "events").is_dir() else []
    paths += sorted((folder / DECISIONS).glob("*.ndjson"))
    counted = erased_counts_by_campaign(folder, who) if is_run else {}
    packets = run_details.packets(folder) if is_run else []
    try:
        for path in paths:
            name = path.relative_to(folder)
            if n := (copy_parquet_without if path.suffix == ".parquet" else copy_lines_without)(path, None if dry else staging / name, who):
                done.rows[str(name)] = n
        for path in sorted((folder / partitions.FOLDER).glob("*.parquet")):
            name = path.relative_to(folder)
            if n := partitions.copy_without_account(path, None if dry else staging / name, who.account, who.account_key):
                done.rows[str(name)] = n
        _demand_matching_sketches(folder, done)
        is_replay = _is_replay(folder) and not is_run
        steps = _rows_in_steps(folder, who) if is_replay else {}
        done.rows |= steps
        if is_run and done.rows:
            derived = ("report.html", "evaluation.json", *EXPORTED)
            done.removed = [name for name in derived if (folder / name).is_file()]
        elif is_replay and done.rows:
            # A step reads what was cut for it if it is there, with the account.
            cut = sorted(path for path in (folder / CUT_SKETCHES).rglob("*") if path.is_file())
            done.removed = [*steps, *(str(path.relative_to(folder)) for path in cut)]
        done.unmatched = bool(counted) and not len(who.events)
        if done.rows and not dry:
            _publish_erasure(folder, staging, done, counted, note, now)
    finally:
        if not dry:
            shutil.rmtree(staging, ignore_errors=True)
    # Of those that changed, lines may be torn.
    done.still_naming = _files_still_naming(done, who, *done.removed, *(name for name in done.rows if dry or name.endswith(".parquet")))
    put_aside = [folder / name for name in (QUARANTINE, FAILED) if (folder / name).is_file()]
    done.undecided = {path.name: n for path in put_aside if (n := count_undecided_rows(path, who))}
    before = [row for row in run_details.erasures(folder) if row["note"] == note]
    done.packets = [packet for packet in packets if _packet_named_account(packet, who, counted, before)]


def _packet_named_account(
    packet: Mapping[str, str], who: ErasedAccount, counted: Mapping[str, Any], before: Sequence[Mapping[str, Any]]
) -> bool:
    """Whether a packet had the account: its campaign did, or does not say so any more and the packet, where it is still there, does.

    What the same request erased ``before`` counts, too: this time may be the one after it was cut off.
    """
    name, path = packet["campaign_id"], Path(packet["path"])
    had = [counted, *(row["campaigns"] for row in before if packet["at"] <= row["at"])]
    if any(campaigns.get(name, {}).get("accounts") for campaigns in had):
        return True
    return path.is_file() and mentions_name(path, who.names)


def _files_still_naming(done: ErasureResult, who: ErasedAccount, *except_files: str) -> list[str]:
    """Files that hold a name, besides those that have none, or will have none, once they changed or went."""
    others = (path for path in _files_outside_tables(done.folder) if str(path.relative_to(done.folder)) not in except_files)
    return [str(path.relative_to(done.folder)) for path in others if mentions_name(path, who.names)]


def _files_outside_tables(folder: Path) -> Iterator[Path]:
    """Files of a folder besides its tables."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.relative_to(folder).parts[0] not in TABLE_FOLDERS:
            yield path


def _rows_in_steps(folder: Path, who: ErasedAccount) -> dict[str, int]:
    """Findings of a replay that have the account, or one that replaced it: in how many campaigns and groups for review."""
    found = {}
    for path in sorted((folder / STEPS).rglob("*.json")):
        step = read_json(path)
        try:
            n = sum(any(_is_or_replaces(name, who.account) for name in row["accounts"]) for row in step["found"])
        except (KeyError, TypeError) as error:
            raise InputError("not what a step of stillwatch replay found", where=path, todo="Remove it: a replay makes it again") from error
        if n:
            found[str(path.relative_to(folder))] = n
    return found


def _is_or_replaces(name: str, account: str) -> bool:
    return name == account or name.startswith(f"{account}{REPLACES}")


def _demand_matching_sketches(folder: Path, done: ErasureResult) -> None:
    """Where ingest made sketches, they must still have a row for each event."""
    if not (folder / "ingest.json").exists():
        return
    for name, n in done.rows.items():
        sketches = Path(partitions.FOLDER) / Path(name).with_suffix(".parquet").name
        if name.startswith("events") and (folder / sketches).exists() and done.rows.get(str(sketches)) != n:
            raise InputError("not the sketches of the events beside them", where=folder / sketches, todo="Run stillwatch ingest again")


def _publish_erasure(
    folder: Path, staging: Path, done: ErasureResult, counted: dict[str, dict[str, int]], note: str, now: datetime
) -> None:
    new_files = sorted(path.relative_to(staging) for path in staging.rglob("*") if path.is_file())
    files = [{"path": str(name), "before": digest(folder / name), "after": digest(staging / name)} for name in new_files]
    ingest_record = read_json(folder / "ingest.json") if (folder / "ingest.json").exists() else {}
    if ingest_record.get("sketches"):
        new_digests = {Path(row["path"]).name: row["after"] for row in files if row["path"].startswith("events")}
        sketched = ingest_record["sketches"]["events"]
        sketched |= {name: sha256 for name, sha256 in new_digests.items() if name in sketched}
        write_json(ingest_record, staging / "ingest.json")
    entry = {"at": now.isoformat(), "note": note, "files": files, "rows": done.rows, "removed": done.removed, "campaigns": counted}
    write_json([*run_details.erasures(folder), entry], staging / ERASURES)
    write_json(done.removed, staging / REMOVAL_LIST)
    os.rename(staging, folder / TO_ERASE)
    finish_erasure(folder)
