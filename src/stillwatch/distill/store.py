"""The harvest store: one folder, one teacher, one row an exchange, appended in the order in which it was asked for.

``store.json``        whose answers these are
``exchanges.jsonl``   the rows, in the order of the requests whatever order the answers came in; only ever appended to
``early.jsonl``       answers that came before their turn; gone once none waits for it
``sent.jsonl``        keys of exchanges sent to an endpoint ("key"), or turned away (["key"]); gone once each has its row or was turned away

A row is on disk (fsync) before the next of its thread is asked. After a kill, torn last lines are cut off, early answers
are taken over, and whatever was sent without an answer on disk is *in doubt*: the endpoint may have charged for it.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from stillwatch.distill.exchange import Exchange
from stillwatch.errors import InputError
from stillwatch.files import demand_own, own_folder, read_json, write_json

FORMAT = 1
ROWS, EARLY, SENT, ABOUT, LOCK = "exchanges.jsonl", "early.jsonl", "sent.jsonl", "store.json", ".lock"


def read(folder: Path) -> list[Exchange]:
    """All exchanges of a store in order; of exchanges with the same key the last counts, at the place of the first.

    Raises:
        InputError: no store, or a line within it is not a row (a torn last line is no error).
    """
    about(folder)
    found: dict[str, Exchange] = {}
    for number, line in enumerate(_lines(folder / ROWS), start=1):
        try:
            row = Exchange.parse(line)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"line {number} is not an exchange", where=folder / ROWS) from error
        found[row.key] = row
    return list(found.values())


def about(folder: Path) -> dict[str, Any]:
    """What store.json says: format, teacher (the public part of its manifest), identity, policy, text kept or not."""
    if not (folder / ABOUT).is_file():
        raise InputError("no harvest store", where=folder, todo="Pass the folder that stillwatch distill harvest wrote")
    entries = read_json(folder / ABOUT)
    if not isinstance(entries, dict) or entries.get("format") != FORMAT or not isinstance(entries.get("teacher"), dict):
        raise InputError("not a harvest store of this version", where=folder / ABOUT)
    return entries


def _lines(path: Path) -> Iterator[bytes]:
    """Whole lines of a file; nothing where it is absent."""
    with suppress(FileNotFoundError), open(path, "rb") as handle:
        for line in handle:
            if line.endswith(b"\n"):
                yield line


def _sent(line: bytes) -> tuple[str, bool]:
    """A key, and whether it is under way from here on."""
    told = orjson.loads(line)
    key, lasts = (*told, False) if isinstance(told, list) else (told, True)
    if not isinstance(key, str):
        raise TypeError("not a key")
    return key, lasts


def demand_free(folder: Path) -> None:
    """Raise an InputError where a folder holds something else than a harvest store."""
    demand_own(folder, (ABOUT, ROWS, LOCK), "a harvest store")


class Store:
    """A store opened to append to; one process at a time."""

    def __init__(self, folder: Path, *, teacher: dict[str, Any], identity: str, policy: str, keep_text: bool = True) -> None:
        """Open or make the folder; raises InputError where it holds something else, as another teacher's answers, or cannot be held."""
        demand_free(folder)
        try:
            import fcntl
        except ImportError as error:
            todo = "Harvest on Linux or macOS (in WSL on Windows); stores are read anywhere"
            raise InputError("this system has no file locks that keep two harvests apart", where=folder, todo=todo) from error
        self.folder, self.keep_text = folder, keep_text
        entries = {"format": FORMAT, "teacher": teacher, "identity": identity, "policy": policy, "text": keep_text}
        own_folder(folder)
        self._lock = open(folder / LOCK, "w")  # noqa: SIM115 - held as long as the store is open
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise InputError("another harvest is writing to this store", where=folder) from error
        if (folder / ABOUT).exists():
            was = about(folder)
            for name, what in (("identity", "answers of another teacher"), ("policy", "another policy"), ("text", "another privacy mode")):
                if was.get(name) != entries[name]:
                    self._lock.close()
                    raise InputError(f"this store holds {what}", where=folder, todo="Pass another folder")
            if changed := sorted(name for name, value in teacher.items() if was["teacher"].get(name) != value):
                # Cards say by whose leave each answer came; the store has room for one manifest.
                self._lock.close()
                todo = "Pass the manifest as it was, or another folder"
                raise InputError(f"this store was begun under another manifest ({', '.join(changed)})", where=folder, todo=todo)
        elif (folder / ROWS).exists():
            self._lock.close()
            raise InputError(f"there are answers and no {ABOUT} that says whose", where=folder, todo="Restore it, or pass another folder")
        else:
            write_json(entries, folder / ABOUT)
        rows, early, sent = (self._open(name, parse) for name, parse in ((ROWS, Exchange.parse), (EARLY, Exchange.parse), (SENT, _sent)))
        self._rows, self._early, self._sent = rows[0], early[0], sent[0]
        self.done: dict[str, Exchange] = {row.key: row for row in rows[1]}
        self._in_doubt_rows = {key for key, row in self.done.items() if row.reply.finish == "in-doubt"}
        # That one is in doubt is no answer: its key is in sent.jsonl still. What was asked again may be answered since.
        self._waiting = {
            row.key: row for row in early[1]
            if row.reply.finish != "in-doubt" and (row.key not in self.done or row.key in self._in_doubt_rows)
        }
        self.paid_before: float = sum(row.cost for row in (*self.done.values(), *self._waiting.values()))
        self.cost = 0.0
        self._under_way = {key for key, lasts in dict(sent[1]).items() if lasts}  # of each key the last line counts
        self.in_doubt = (self._under_way - self.done.keys() | self._in_doubt_rows) - self._waiting.keys()
        self._turns: list[str] = []
        self._turn = 0

    @property
    def kept(self) -> int:
        """Exchanges on disk."""
        return len(self.done | self._waiting)

    @property
    def total(self) -> float:
        """Cost of all that is on disk, in the currency of the manifest's prices; :attr:`cost` is that of what was put since opening."""
        return self.paid_before + self.cost

    def _open(self, name: str, parse: Callable[[bytes], Any]) -> tuple[BinaryIO, list[Any]]:
        """Open a journal for appending and read it; a torn last line is cut off."""
        path = self.folder / name
        found = []
        whole = 0
        for number, line in enumerate(_lines(path), start=1):
            try:
                found.append(parse(line))
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f"line {number} is not an exchange", where=path, todo="Restore the file") from error
            whole += len(line)
        handle = open(path, "ab")  # noqa: SIM115 - held as long as the store is open
        if handle.tell() != whole:
            handle.truncate(whole)
            handle.seek(whole)
        return handle, found

    def expect(self, keys: Sequence[str], *, again: bool = False) -> list[str]:
        """Say in which order rows shall stand; returns the keys that have no answer on disk yet.

        Args:
            keys: the whole plan.
            again: count rows in doubt as missing.
        """
        doubtful = self._in_doubt_rows if again else self._in_doubt_rows & self._waiting.keys()
        self._turns = [key for key in dict.fromkeys(keys) if key not in self.done or key in doubtful]
        self._turn = 0
        missing = [key for key in self._turns if key not in self._waiting]
        self._advance()
        return missing

    def sending(self, keys: Sequence[str]) -> None:
        """Note on disk that these are about to be sent."""
        self._under_way |= set(keys)
        self._sent.write(b"".join(orjson.dumps(key) + b"\n" for key in keys))
        self._sync(self._sent)

    def refused(self, key: str) -> None:
        """Note on disk that this one, sent before, was turned away and not charged."""
        self._under_way.discard(key)
        self._sent.write(orjson.dumps([key]) + b"\n")
        self._sync(self._sent)

    def has(self, key: str, *, again: bool = False) -> bool:
        """Whether an answer is on disk, be it early; with ``again`` a row in doubt is none."""
        return key in self._waiting or (key in self.done and not (again and key in self._in_doubt_rows))

    def put(self, rows: Sequence[Exchange]) -> None:
        """Keep answers: in their place if it is their turn, else among the early ones. On disk on return."""
        if not self.keep_text:
            rows = [row.without_text() for row in rows]
        self.cost += sum(row.cost for row in rows)
        self._waiting |= {row.key: row for row in rows}
        placed = self._advance()
        early = [row for row in rows if row.key not in placed]
        if early:
            self._early.write(b"".join(row.line() for row in early))
            self._sync(self._early)

    def _advance(self) -> set[str]:
        """Append all rows whose turn it is; returns their keys."""
        lines, placed = [], set()
        while self._turn < len(self._turns) and (row := self._waiting.pop(self._turns[self._turn], None)) is not None:
            lines.append(row.line())
            placed.add(row.key)
            self.done[row.key] = row
            self._turn += 1
        if lines:
            self._rows.write(b"".join(lines))
            self._sync(self._rows)
        return placed

    @staticmethod
    def _sync(handle: BinaryIO) -> None:
        handle.flush()
        os.fsync(handle.fileno())

    def close(self) -> None:
        """Close; the journals go when nothing is left in them."""
        for handle in (self._rows, self._early, self._sent):
            handle.close()
        # Not what this plan wants counts: another's answers may wait here, or be in doubt.
        for name, needed in ((EARLY, self._waiting), (SENT, self._under_way - self.done.keys())):
            if not needed:
                (self.folder / name).unlink(missing_ok=True)
        self._lock.close()

    def __enter__(self) -> "Store":
        """The store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()
