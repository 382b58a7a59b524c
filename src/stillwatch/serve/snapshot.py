"""The snapshot: every account and key with an action, in one file that is mapped into memory.

The builder writes it as an Arrow file, sorted by a 64-bit hash of the identifier and with a checksum; the service reads it without
copying. A lookup is a binary search. A million accounts take 44 MB of page cache, shared by processes.
"""

import copy
import hashlib
import json
import math
import time
import zlib
from bisect import bisect_left
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

from stillwatch.errors import InputError
from stillwatch.files import atomic_write
from stillwatch.serve.decisions import NAMES, Entry
from stillwatch.serve.identity import KEY
from stillwatch.throttling.defaults import MAX_TOKENS, REQUESTS_PER_MIN

FORMAT = 2
ENTRIES = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("action", pa.string(), nullable=False),
        pa.field("mode", pa.string(), nullable=False),
        pa.field("reason_code", pa.string(), nullable=False),
        pa.field("case_id", pa.string()),
        pa.field("expires_at", pa.timestamp("us", "UTC")),
        pa.field("policy_version", pa.string()),
        pa.field("rate_per_min", pa.float32()),
        pa.field("case_rate_per_min", pa.float32()),
        pa.field("max_tokens", pa.int32()),
        pa.field("reasoning", pa.bool_()),
        pa.field("logprobs", pa.bool_()),
        pa.field("verify_url", pa.string()),
    ]
)
"""What a source gives: one row an account (or key) and action. ``mode`` is enforce or shadow; null ``expires_at`` never
expires. The rates are of throttle, ``max_tokens``, ``reasoning`` and ``logprobs`` (may they still be had?) of restrict,
``verify_url`` of challenge; where they are null, ``stillwatch.throttling.defaults`` holds. An enforced row with the action allow goes
before all others of its account."""

_NEVER_US = (1 << 63) - 1
_NUMBERS = ("key", "expires_us", "rate_per_min", "case_rate_per_min", "max_tokens", "action", "enforce", "reasoning", "logprobs")
_WORDS = ("reason_code", "case_id", "policy_version", "verify_url")
_TEXT = ("action", "mode", *_WORDS)


def key64(identifier: str) -> int:
    """The 64-bit hash by which an identifier is looked up: the later half of its MD5, as DuckDB's md5_number_lower."""
    digest = hashlib.md5(identifier.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little")


def write(
    entries: pa.Table, path: Path, revision: str, *, base: int | None = None, names: Sequence[str] = (), source: str | None = None
) -> int:
    """Write a snapshot of a source's rows, or the changes since a snapshot.

    Args:
        entries: the source's rows, columns as :data:`ENTRIES`.
        path: file to write.
        revision: the source's revision.
        base: checksum of the snapshot that these rows change; None: the rows are a whole snapshot.
        names: identifiers whose rows in the base no longer count; they have their new rows here, or none.
        source: name of the source.

    Returns:
        Checksum of the written snapshot.

    Raises:
        InputError: a column is missing or of the wrong type, or an action or mode is unknown.
    """
    entries = conformed(entries)
    table = _sorted_columns(entries if base is None else pa.concat_tables([entries, _known_without_rows(names)]))
    about = {"format": FORMAT, "revision": revision, "built_at": time.time(), "rows": table.num_rows, "base": base,
             "source": source, "hashed": _hashed(entries["account_id"]), "enforced": _enforced(entries)}
    about["crc32"] = checksum = _checksum(table, about)
    metadata = {b"stillwatch": json.dumps(about).encode()}
    with atomic_write(path, private=True) as partial, pa.OSFile(str(partial), "wb") as sink:
        table = table.replace_schema_metadata(metadata)
        with pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=max(1, table.num_rows))
    return checksum


def _hashed(names: pa.ChunkedArray) -> bool | None:
    """Whether most identifiers look like the keyed hashes that ingest writes; None if there are no rows."""
    share = pc.mean(pc.match_substring_regex(names, f"^({KEY})?[0-9a-f]{{32}}$")).as_py()
    return None if share is None else share >= 0.5


def _enforced(entries: pa.Table) -> bool | None:
    """Whether any action that refuses or restricts is enforced; None if there is no such action."""
    acting = pc.invert(pc.is_in(entries["action"].cast(pa.string()), pa.array(["allow", "observe"])))
    modes = set(entries["mode"].filter(acting).unique().to_pylist())
    return "enforce" in modes if modes else None


def _known_without_rows(names: Sequence[str]) -> pa.Table:
    """Expired rows, one a name: they mark an identifier as known here, and have no other effect."""
    n = len(names)
    columns = {"account_id": names, "action": ["allow"] * n, "mode": ["shadow"] * n, "reason_code": [""] * n,
               "expires_at": pa.array([0] * n, pa.timestamp("us", "UTC"))}
    return conformed(pa.table({name: pa.array(values, ENTRIES.field(name).type) for name, values in columns.items()}))


def conformed(entries: pa.Table) -> pa.Table:
    """A source's rows with all columns of :data:`ENTRIES`; columns of few different texts are dictionary-encoded.

    Raises:
        InputError: a column is missing or of the wrong type.
    """
    columns = []
    for field in ENTRIES:
        if field.name not in entries.column_names:
            if not field.nullable:
                raise InputError(f"the snapshot's source has no column {field.name}")
            column: Any = pa.nulls(entries.num_rows, field.type)
        else:
            column = entries[field.name]
        coded = pa.types.is_dictionary(column.type) and column.type.value_type == field.type
        try:
            column = column if coded else column.cast(field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise InputError(f"{field.name} of the snapshot's source is not {field.type}") from error
        if column.null_count and not field.nullable:
            raise InputError(f"{field.name} of the snapshot's source has nulls")
        if pa.types.is_floating(field.type) and pc.any(pc.is_nan(column)).as_py():
            raise InputError(f"{field.name} of the snapshot's source has NaN", todo="Write null where there is none")
        columns.append(column if coded or field.name not in _TEXT else column.dictionary_encode())
    return pa.table(columns, names=ENTRIES.names)


def _sorted_columns(entries: pa.Table) -> pa.Table:
    """The columns to write, sorted by hash; of several rows of an account the most severe comes first."""
    import duckdb

    for column, known in (("action", NAMES), ("mode", ("enforce", "shadow"))):
        unknown = set(entries[column].unique().to_pylist()) - set(known)
        if unknown:
            raise InputError(f"unknown {column} {min(unknown)!r} in the snapshot's source", todo=f"Known: {known}")
    expires_us = pc.fill_null(entries["expires_at"].cast(pa.int64()), _NEVER_US).to_numpy()
    action = pc.index_in(entries["action"].cast(pa.string()), pa.array(NAMES)).to_numpy().astype(np.uint8)
    enforce = pc.equal(entries["mode"].cast(pa.string()), "enforce").to_numpy().astype(np.uint8)
    with duckdb.connect(config={"threads": 1}) as db:
        db.execute("SET enable_progress_bar = false")
        db.register("names", entries.select(["account_id"]))
        keys = db.sql("SELECT md5_number_lower(account_id) AS key FROM names").fetchnumpy()["key"]
    defaults = {"rate_per_min": REQUESTS_PER_MIN, "case_rate_per_min": 0.0, "max_tokens": MAX_TOKENS}
    limits = {name: pc.fill_null(entries[name], pa.scalar(value, ENTRIES.field(name).type)).to_numpy() for name, value in defaults.items()}
    # the order of Entry.severity; only the sort columns are sorted, because whole rows are four times as large
    unlimited_last = [np.where(limits[name] == 0, np.inf, limits[name]) for name in ("max_tokens", "case_rate_per_min")]
    order = np.lexsort((~expires_us, *unlimited_last, limits["rate_per_min"], ~enforce, ~action, ~(enforce & (action == 0)), keys))
    columns: dict[str, Any] = {"key": keys[order], "expires_us": expires_us[order]}
    columns |= {name: values[order] for name, values in limits.items()}
    columns |= {"action": action[order], "enforce": enforce[order]}
    for name in ("reasoning", "logprobs"):
        columns[name] = pc.fill_null(entries[name], False).to_numpy().astype(np.uint8)[order]
    for name in _WORDS:
        words = _words(entries[name])
        columns[name] = pa.DictionaryArray.from_arrays(words.indices.to_numpy()[order], words.dictionary)
    return pa.table(columns)


def _words(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column of few different texts as one dictionary array; nulls become ""."""
    array = column.unify_dictionaries().combine_chunks()
    if array.null_count:
        none = len(array.dictionary)
        array = pa.DictionaryArray.from_arrays(pc.fill_null(array.indices, none), pa.concat_arrays([array.dictionary, pa.array([""])]))
    return array


def _checksum(table: pa.Table, about: dict[str, Any]) -> int:
    crc = zlib.crc32(json.dumps([about.get(name) for name in ("format", "revision", "rows", "base")]).encode())
    for name in (*_NUMBERS, *_WORDS):
        for chunk in table[name].chunks:
            arrays = [chunk.indices, chunk.dictionary] if name in _WORDS else [chunk]
            for buffer in (buffer for array in arrays for buffer in _values(array)):
                crc = zlib.crc32(buffer, crc)
    return crc


def _values(array: pa.Array) -> list[memoryview]:
    """The bytes of an array's values, without padding."""
    if pa.types.is_string(array.type):
        return [memoryview("\0".join(array.to_pylist()).encode())]
    width = array.type.bit_width // 8
    buffer = array.buffers()[1]
    return [] if buffer is None else [memoryview(buffer)[array.offset * width : (array.offset + len(array)) * width]]


class Snapshot:
    """A snapshot in memory; immutable, so that it can be swapped by one assignment."""

    def __init__(self, table: pa.Table, about: dict[str, Any]) -> None:
        """Take columns as :func:`write` wrote them."""
        self.digest: int = about["crc32"]
        self.source: str | None = about.get("source")
        """Name of the source; None if an earlier version wrote it."""
        self.hashed: bool | None = about.get("hashed")
        """Whether its identifiers look like keyed hashes; None if there are none, or an earlier version wrote it."""
        self.enforced: bool | None = about.get("enforced")
        """Whether any of its actions is enforced; None if there are none, or an earlier version wrote it."""
        self.base: int | None = about["base"]
        """Checksum of the snapshot that this one changes; None: it is a whole snapshot."""
        self._changes: Snapshot | None = None
        self.revision: str = about["revision"]
        self.built_at: float = about["built_at"]
        self.rows = table.num_rows
        self._table = table  # keeps the memory mapped
        self._numbers = {name: self._column(name) for name in _NUMBERS}
        self._keys = self._numbers["key"]
        self._words = {name: self._dictionary(name) for name in _WORDS}

    def _column(self, name: str) -> memoryview:
        chunks = self._table[name].chunks
        return memoryview(chunks[0].to_numpy()) if chunks else memoryview(b"")

    def _dictionary(self, name: str) -> tuple[memoryview, list[str]]:
        chunks = self._table[name].chunks
        if not chunks:
            return memoryview(b""), []
        return memoryview(chunks[0].indices.to_numpy()), chunks[0].dictionary.to_pylist()

    def overlaid_with(self, changes: "Snapshot") -> "Snapshot":
        """A copy of this snapshot in which ``changes`` replace the rows of their identifiers."""
        overlaid = copy.copy(self)
        overlaid._changes, overlaid.revision, overlaid.built_at = changes, changes.revision, changes.built_at
        enforced = {self.enforced, changes.enforced} - {None}
        overlaid.enforced = True in enforced if enforced else None
        return overlaid

    def find(self, key: int, now: float) -> Entry | None:
        """The most severe entry of a key that has not expired at ``now`` (seconds since the epoch)."""
        keys, rows, shadowed = self._keys, self.rows, None
        if self._changed(key):
            assert self._changes is not None
            return self._changes.find(key, now)
        row = bisect_left(keys, key)
        while row < rows and keys[row] == key:
            if self._numbers["expires_us"][row] > now * 1e6:
                entry = self.entry(row)
                if entry.enforce:
                    return entry  # rows of a key come most severe first
                shadowed = shadowed or entry
            row += 1
        return shadowed

    def enforced_of(self, key: int, now: float) -> list[Entry]:
        """All enforced entries of a key that have not expired, the most severe first."""
        if self._changed(key):
            assert self._changes is not None
            return self._changes.enforced_of(key, now)
        row, found = bisect_left(self._keys, key), []
        while row < self.rows and self._keys[row] == key:
            if self._numbers["enforce"][row] and self._numbers["expires_us"][row] > now * 1e6:
                found.append(self.entry(row))
            row += 1
        return found

    def _changed(self, key: int) -> bool:
        """Whether the rows of a key are in the changes and not in this snapshot."""
        if self._changes is None:
            return False
        over = self._changes._keys
        at = bisect_left(over, key)
        return at < len(over) and over[at] == key

    def entry(self, row: int) -> Entry:
        """The entry in one row."""
        numbers, words = self._numbers, self._words
        reason, case, policy, verify = (values[index[row]] for index, values in words.values())
        expires_us = numbers["expires_us"][row]
        return Entry(
            numbers["action"][row], numbers["enforce"][row] == 1, reason, case, policy,
            math.inf if expires_us == _NEVER_US else expires_us / 1e6,
            numbers["rate_per_min"][row], numbers["case_rate_per_min"][row], numbers["max_tokens"][row],
            numbers["reasoning"][row] == 1, numbers["logprobs"][row] == 1, verify,
        )


def read(path: Path, pause: Callable[[], None] | None = None) -> Snapshot:
    """Map a snapshot into memory and check it.

    Args:
        path: file that :func:`write` wrote.
        pause: called between steps, to let other threads run.

    Raises:
        InputError: the file is not a snapshot, is cut short, or its checksum is wrong.
    """
    try:
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        # A flipped bit in lengths or offsets would let the checksum below read outside of the file.
        table.validate(full=True)
        about = json.loads((table.schema.metadata or {})[b"stillwatch"])
        if pause is not None:
            pause()
        if about["format"] != FORMAT or _checksum(table, about) != about["crc32"]:
            raise InputError("the snapshot is damaged", where=path)
        return Snapshot(table, about)
    except FileNotFoundError as error:
        raise InputError("no snapshot", where=path) from error
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError, AttributeError) as error:
        what = " ".join(str(error).split())[:200]
        raise InputError(f"not a snapshot ({type(error).__name__}: {what})", where=path) from error
