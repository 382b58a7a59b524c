"""The harvest store: a folder with the exchanges of one teacher, one row each, appended in the order of the requests.

``store.json``        the teacher, the policy and the privacy mode
``exchanges.jsonl``   the rows, in the order of the requests and not of the answers; only ever appended to
``early.jsonl``       answers that came before their turn; removed once none waits
``sent.jsonl``        keys of exchanges sent to an endpoint ("key") or refused by it (["key"]); removed once each has its row or was refused

A row is on disk (fsync) before its thread sends the next request. After a kill, torn last lines are cut off, early answers
are kept, and an exchange that was sent and has no answer on disk is *in doubt*: the endpoint may have charged for it.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from stillwatch.distill.exchange import Exchange
from stillwatch.errors import InputError
from stillwatch.files import demand_new_or_own, make_private_folder, read_json, write_json

FORMAT = 1
ROWS, EARLY, SENT, ABOUT, LOCK = "exchanges.jsonl", "early.jsonl", "sent.jsonl", "store.json", ".lock"


def read(folder: Path) -> list[Exchange]:
    """All exchanges of a store in order; of several with the same key the last counts, at the place of the first.

    Raises:
        InputError: there is no store, or a line is not a row (a torn last line is no error).
    """
    about(folder)
    rows: dict[str, Exchange] = {}
    for number, line in enumerate(_lines(folder / ROWS), start=1):
        try:
            row = Exchange.parse(line)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"line {number} is not an exchange", where=folder / ROWS) from error
        rows[row.key] = row
    return list(rows.values())


def about(folder: Path) -> dict[str, Any]:
    """The entries of store.json: format, teacher (the public part of its manifest), identity, policy, and text (whether it is kept).

    Raises:
        InputError: there is no store of this version.
    """
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


def _parse_sent(line: bytes) -> tuple[str, bool]:
    """A key, and whether its request may have been charged from this line on."""
    entry = orjson.loads(line)
    key, is_sent = (*entry, False) if isinstance(entry, list) else (entry, True)
    if not isinstance(key, str):
        raise TypeError("not a key")
    return key, is_sent


def demand_free(folder: Path) -> None:
    """Raise an InputError where a folder holds something other than a harvest store."""
    demand_new_or_own(folder, (ABOUT, ROWS, LOCK), "a harvest store")


class Store:
    """A store opened for appending, by one process at a time."""

    def __init__(self, folder: Path, *, teacher: dict[str, Any], identity: str, policy: str, keep_text: bool = True) -> None:
        """Open or make the folder and lock it.

        Args:
            folder: of the store.
            teacher: the public part of the manifest.
            identity: digest of the teacher.
            policy: name of the policy (:mod:`policies`).
            keep_text: whether rows keep the messages.

        Raises:
            InputError: the folder holds something else, such as another teacher's answers, or is locked by another harvest.
        """
        demand_free(folder)
        try:
            import fcntl
        except ImportError as error:
            todo = "Harvest on Linux or macOS (in WSL on Windows); stores are read anywhere"
            raise InputError("this system has no file locks that keep two harvests apart", where=folder, todo=todo) from error
        self.folder, self.keep_text = folder, keep_text
        entries = {"format": FORMAT, "teacher": teacher, "identity": identity, "policy": policy, "text": keep_text}
        make_private_folder(folder)
        self._lock = open(folder / LOCK, "w")  # noqa: SIM115 - held as long as the store is open
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise InputError("another harvest is writing to this store", where=folder) from error
        if (folder / ABOUT).exists():
            stored = about(folder)
            for name, what in (("identity", "answers of another teacher"), ("policy", "another policy"), ("text", "another privacy mode")):
                if stored.get(name) != entries[name]:
                    self._lock.close()
                    raise InputError(f"this store holds {what}", where=folder, todo="Pass another folder")
            if changed := sorted(name for name, value in teacher.items() if stored["teacher"].get(name) != value):
                # Cards name the terms under which each answer came, and a store keeps only one manifest.
                self._lock.close()
                todo = "Pass the manifest as it stored, or another folder"
                raise InputError(f"this store stored begun under another manifest ({', '.join(changed)})", where=folder, todo=todo)
        elif (folder / ROWS).exists():
            self._lock.close()
            raise InputError(f"there are answers and no {ABOUT} that says whose", where=folder, todo="Restore it, or pass another folder")
        else:
            write_json(entries, folder / ABOUT)
        journals = ((ROWS, Exchange.parse), (EARLY, Exchange.parse), (SENT, _parse_sent))
        rows, early, sent = (self._open(name, parse) for name, parse in journals)
        self._rows, self._early, self._sent = rows[0], early[0], sent[0]
        self.done: dict[str, Exchange] = {row.key: row for row in rows[1]}
        self._in_doubt_rows = {key for key, row in self.done.items() if row.reply.finish == "in-doubt"}
        # A row in doubt is no answer: its key is still in sent.jsonl. One that was asked again may have its answer here.
        self._early_rows = {
            row.key: row for row in early[1]
            if row.reply.finish != "in-doubt" and (row.key not in self.done or row.key in self._in_doubt_rows)
        }
        self.paid_before: float = sum(row.cost for row in (*self.done.values(), *self._early_rows.values()))
        self.cost = 0.0
        self._under_way = {key for key, is_sent in dict(sent[1]).items() if is_sent}  # the last line of a key counts
        self.in_doubt = (self._under_way - self.done.keys() | self._in_doubt_rows) - self._early_rows.keys()
        self._order: list[str] = []
        self._next = 0

    @property
    def kept(self) -> int:
        """Number of exchanges on disk."""
        return len(self.done | self._early_rows)

    @property
    def total(self) -> float:
        """Cost of everything on disk, in the currency of the manifest's prices; :attr:`cost` counts only rows put since opening."""
        return self.paid_before + self.cost

    def _open(self, name: str, parse: Callable[[bytes], Any]) -> tuple[BinaryIO, list[Any]]:
        """Open a journal for appending and read it; a torn last line is cut off."""
        path = self.folder / name
        entries = []
        n_bytes = 0
        for number, line in enumerate(_lines(path), start=1):
            try:
                entries.append(parse(line))
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f"line {number} is not an exchange", where=path, todo="Restore the file") from error
            n_bytes += len(line)
        handle = open(path, "ab")  # noqa: SIM115 - held as long as the store is open
        if handle.tell() != n_bytes:
            handle.truncate(n_bytes)
            handle.seek(n_bytes)
        return handle, entries

    def expect(self, keys: Sequence[str], *, again: bool = False) -> list[str]:
        """Set the order of the rows; returns the keys that have no answer on disk yet.

        Args:
            keys: of the whole plan, in order.
            again: whether rows in doubt count as missing.
        """
        doubtful = self._in_doubt_rows if again else self._in_doubt_rows & self._early_rows.keys()
        self._order = [key for key in dict.fromkeys(keys) if key not in self.done or key in doubtful]
        self._next = 0
        missing = [key for key in self._order if key not in self._early_rows]
        self._advance()
        return missing

    def sending(self, keys: Sequence[str]) -> None:
        """Record on disk that these exchanges are about to be sent."""
        self._under_way |= set(keys)
        self._sent.write(b"".join(orjson.dumps(key) + b"\n" for key in keys))
        self._sync(self._sent)

    def refused(self, key: str) -> None:
        """Record on disk that the endpoint refused an exchange that was sent, and did not charge for it."""
        self._under_way.discard(key)
        self._sent.write(orjson.dumps([key]) + b"\n")
        self._sync(self._sent)

    def has(self, key: str, *, again: bool = False) -> bool:
        """Whether an answer is on disk, in its place or early; with ``again`` a row in doubt does not count."""
        return key in self._early_rows or (key in self.done and not (again and key in self._in_doubt_rows))

    def put(self, rows: Sequence[Exchange]) -> None:
        """Write answers to disk: in their place if it is their turn, else among the early ones."""
        if not self.keep_text:
            rows = [row.without_text() for row in rows]
        self.cost += sum(row.cost for row in rows)
        self._early_rows |= {row.key: row for row in rows}
        placed = self._advance()
        early = [row for row in rows if row.key not in placed]
        if early:
            self._early.write(b"".join(row.line() for row in early))
            self._sync(self._early)

    def _advance(self) -> set[str]:
        """Append the waiting rows whose turn it is; returns their keys."""
        lines, placed = [], set()
        while self._next < len(self._order) and (row := self._early_rows.pop(self._order[self._next], None)) is not None:
            lines.append(row.line())
            placed.add(row.key)
            self.done[row.key] = row
            self._next += 1
        if lines:
            self._rows.write(b"".join(lines))
            self._sync(self._rows)
        return placed

    @staticmethod
    def _sync(handle: BinaryIO) -> None:
        handle.flush()
        os.fsync(handle.fileno())

    def close(self) -> None:
        """Close the files; a journal that nothing needs any more is removed."""
        for handle in (self._rows, self._early, self._sent):
            handle.close()
        # All keys count, not only this plan's: answers to another plan may wait here or be in doubt.
        for name, needed in ((EARLY, self._early_rows), (SENT, self._under_way - self.done.keys())):
            if not needed:
                (self.folder / name).unlink(missing_ok=True)
        self._lock.close()

    def __enter__(self) -> "Store":
        """The store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()
