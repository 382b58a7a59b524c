"""Where snapshots come from. The store is one more source, composed in ``stillwatch.workflows.service``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stillwatch.errors import InputError
from stillwatch.files import stamp
from stillwatch.serve.snapshot import ENTRIES


@dataclass(frozen=True)
class Changes:
    """What is different since the last time that all rows were asked for."""

    names: list[str]
    """Identifiers whose rows may be different; those without one have none any more."""
    rows: pa.Table
    """All rows of these, columns as ENTRIES."""


class SnapshotSource(Protocol):
    """Anything that knows who is acted on. It is pickled into the builder process, so it opens nothing before."""

    @property
    def apart(self) -> bool:
        """Whether keys stand under ``identity.KEY``, so that an account and a key may have one identifier."""
        ...

    @property
    def name(self) -> str:
        """Which source it is: a snapshot of another one is never served in its place. No secret, since it is written down."""
        ...

    def revision(self) -> str:
        """A string that changes whenever ``rows`` would; must be cheap, it is asked every second or so."""
        ...

    def rows(self) -> pa.Table:
        """All actions in force, columns as ENTRIES; optional ones may be absent."""
        ...

    def changes(self) -> Changes | None:
        """What is different since the last ``rows``; None where that is not known, or is much."""
        ...


def file_revision(path: Path) -> str:
    """A string that changes when a file is replaced or written to."""
    try:
        mtime_ns, size, inode = stamp(path)
    except OSError as error:
        todo = "Pass what stillwatch detect wrote (--run), or a Parquet table (--snapshot)"
        raise InputError(f"cannot read ({error.strerror})", where=path, todo=todo) from error
    return f"{path.name}-{mtime_ns:x}-{size:x}-{inode:x}"


class ParquetSource:
    """A Parquet file of the columns of ENTRIES, written by anything."""

    apart = False

    def __init__(self, path: Path) -> None:
        """Take the file; it may be replaced at any time."""
        self.path = path
        self.name = f"snapshot {path.resolve()}"

    def revision(self) -> str:
        """Of the file."""
        return file_revision(self.path)

    def rows(self) -> pa.Table:
        """The rows of the file."""
        return _read(self.path, None)

    def changes(self) -> None:
        """Not known."""


class RunSource:
    """A run folder: campaigns would be blocked, groups to review observed, all of it in shadow mode only."""

    apart = False

    def __init__(self, run: Path) -> None:
        """Take the folder that ``stillwatch detect`` wrote."""
        self.run = run
        self.name = f"run {run.resolve()}"

    def revision(self) -> str:
        """Of the folder's table of accounts."""
        return file_revision(self.run / "accounts.parquet")

    def rows(self) -> pa.Table:
        """One row for each account that is not clear."""
        table = _read(self.run / "accounts.parquet", ["account_id", "verdict", "campaign_id"])
        table = table.filter(pc.not_equal(table["verdict"], "clear"))
        campaign = pc.equal(table["verdict"], "campaign")
        words = {
            "action": pc.if_else(campaign, "block", "observe"),
            "mode": pa.array(["shadow"] * table.num_rows, pa.string()),
            "reason_code": pc.if_else(campaign, "coordinated_extraction", "under_review"),
        }
        names = ["account_id", "case_id", *words]
        return pa.table([table["account_id"], table["campaign_id"], *words.values()], names=names)

    def changes(self) -> None:
        """Not known: a run replaces another as a whole."""


def _read(path: Path, columns: list[str] | None) -> pa.Table:
    try:
        names = [name for name in pq.read_schema(path).names if columns or name in ENTRIES.names]
        return pq.read_table(path, columns=columns or names)
    except (OSError, pa.ArrowException, KeyError) as error:
        what = " ".join(str(error).split())[:200]
        raise InputError(f"cannot read accounts ({what})", where=path, todo="Pass a finished run or a table") from error
