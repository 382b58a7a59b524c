"""Sources of snapshots. The store is another source, in ``stillwatch.workflows.store_source``."""

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
    """What changed since the last call of ``rows``."""

    names: list[str]
    """Identifiers whose rows may have changed; an identifier that is not in ``rows`` has no row any more."""
    rows: pa.Table
    """All rows of these identifiers, columns as ENTRIES."""


class SnapshotSource(Protocol):
    """Anything that knows the actions in force. It is pickled into the builder process, so it must not open anything before."""

    @property
    def apart(self) -> bool:
        """Whether keys are prefixed with ``identity.KEY``, so that an account and a key may have the same identifier."""
        ...

    @property
    def name(self) -> str:
        """Name of the source; a snapshot of a source of another name is not served. Must contain no secret, since it is written to disk."""
        ...

    def revision(self) -> str:
        """A string that changes whenever ``rows`` would. Must be cheap: it is called about once a second."""
        ...

    def rows(self) -> pa.Table:
        """All actions in force, columns as ENTRIES; optional ones may be absent."""
        ...

    def changes(self) -> Changes | None:
        """What changed since the last call of ``rows``; None if that is unknown or too much."""
        ...


def file_revision(path: Path) -> str:
    """A string that changes when a file is replaced or written to.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        mtime_ns, size, inode = stamp(path)
    except OSError as error:
        todo = "Pass what stillwatch detect wrote (--run), or a Parquet table (--snapshot)"
        raise InputError(f"cannot read ({error.strerror})", where=path, todo=todo) from error
    return f"{path.name}-{mtime_ns:x}-{size:x}-{inode:x}"


class ParquetSource:
    """A Parquet file with the columns of ENTRIES, written by any program."""

    apart = False

    def __init__(self, path: Path) -> None:
        """Take the file; it may be replaced at any time."""
        self.path = path
        self.name = f"snapshot {path.resolve()}"

    def revision(self) -> str:
        """Revision of the file."""
        return file_revision(self.path)

    def rows(self) -> pa.Table:
        """The rows of the file."""
        return _read(self.path, None)

    def changes(self) -> None:
        """None: unknown."""


class RunSource:
    """A run folder, in shadow mode only: accounts of campaigns would be blocked, those of groups for review observed."""

    apart = False

    def __init__(self, run: Path) -> None:
        """Take the folder that ``stillwatch detect`` wrote."""
        self.run = run
        self.name = f"run {run.resolve()}"

    def revision(self) -> str:
        """Revision of the run's table of accounts."""
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
        """None: a run replaces another as a whole."""


def _read(path: Path, columns: list[str] | None) -> pa.Table:
    try:
        names = [name for name in pq.read_schema(path).names if columns or name in ENTRIES.names]
        return pq.read_table(path, columns=columns or names)
    except (OSError, pa.ArrowException, KeyError) as error:
        what = " ".join(str(error).split())[:200]
        raise InputError(f"cannot read accounts ({what})", where=path, todo="Pass a finished run or a table") from error
