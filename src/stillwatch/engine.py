"""The engine that aggregations run on: DuckDB here, in SQL that sqlglot carries to Spark and ClickHouse."""

import math
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from stillwatch.errors import InputError
from stillwatch.files import PARTIAL, make_private_folder, sql_file_list

SPILL_PREFIX = ".spill-"
"""How the name of a folder begins that the engine spills to; nobody's own does."""
MAX_THREADS = 1024
"""More would only wait for each other, and some systems start no more."""

ENGINE_MEMORY_SHARE = 0.6
"""Of the memory that a run may take; the rest is for the arrays of the stages, which the engine does not count."""

NumpyTable = dict[str, NDArray[Any]]


def machine_memory_gb() -> float:
    """Memory of this machine, GB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


class Engine:
    """A DuckDB connection that spills to a folder of its own and is closed by :func:`open_engine`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, threads: int) -> None:
        """Wrap an open connection."""
        self.connection = connection
        self.threads = threads

    def run(self, sql: str) -> None:
        """Run a statement for its effect."""
        with _one_line_errors():
            self.connection.execute(sql)

    def arrays(self, sql: str) -> NumpyTable:
        """The result of a query as one array a column; the query must not give nulls."""
        with _one_line_errors():
            result = self.connection.execute(sql).fetchnumpy()
        return {name: np.asarray(values) for name, values in result.items()}

    def view(self, name: str, files: list[Path]) -> None:
        """Name the rows of some Parquet files."""
        self.run(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet({sql_file_list(files)})")

    def put(self, name: str, columns: Mapping[str, NDArray[Any]] | pa.Table) -> None:
        """Make a table from arrays or from Arrow."""
        table = columns if isinstance(columns, pa.Table) else pa.table(dict(columns))
        self.connection.register("incoming", table)
        self.run(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
        self.connection.unregister("incoming")


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except duckdb.IOException as error:
        todo = "Check the file, the free space and the permissions"
        raise InputError(str(error).splitlines()[0], todo=todo) from error
    except duckdb.OutOfMemoryException as error:
        todo = "Pass a larger --memory, or free space in the run folder"
        raise InputError(str(error).splitlines()[0], todo=todo) from error


def usable_cores() -> int:
    """Cores that this process may use: worker threads where nobody says."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def demand_limits(threads: int | None, memory_gb: float | None) -> None:
    """Raise an InputError where threads or memory (GB) are below 0 or no number, or threads more than MAX_THREADS; 0 is the default."""
    for value, where in ((threads, "--threads"), (memory_gb, "--memory")):
        if value is not None and not 0 <= value < math.inf:
            raise InputError(f"{value:g} is below 0, or no number", where=where, todo="Pass a number above 0, or 0 for the default")
    if threads and threads > MAX_THREADS:
        raise InputError(f"{threads} threads are too many", where="--threads", todo=f"Pass at most {MAX_THREADS}, or leave it out")


@contextmanager
def engine_over(
    files: Iterable[Path], scratch_parent: Path | None, *, what: str = "not readable", todo: str, in_order: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an engine that reads some files of a finished run, with a scratch folder of its own, which other engines leave alone.

    Args:
        files: what is read, which errors name.
        scratch_parent: folder in which the scratch folder is made; None: the system's for temporary files.
        what: what failed, where nothing more is known.
        todo: what to do then.
        in_order: as for :func:`open_engine`.

    Raises:
        InputError: the engine cannot read a file, or has no room, or the scratch folder cannot be made.
    """
    place = Path(tempfile.gettempdir()) if scratch_parent is None else scratch_parent
    try:
        with (
            tempfile.TemporaryDirectory(prefix=SPILL_PREFIX, suffix=PARTIAL, dir=place) as scratch,
            open_engine(Path(scratch), in_order=in_order) as engine,
        ):
            yield engine.connection
    except duckdb.Error as error:
        if isinstance(error, duckdb.OutOfMemoryException):
            what, todo = "too large for this machine's memory", f"Free memory, or space on the disk of {place}"
        elif isinstance(error, duckdb.IOException):
            todo = "Check the file, the free space and the permissions"
        raise InputError(f"{what} ({' '.join(str(error).split())})", where=" or ".join(map(str, files)), todo=todo) from error
    except PermissionError as error:
        raise InputError(f"cannot write ({error.strerror})", where=place, todo="Check the permissions") from error


@contextmanager
def open_engine(
    scratch: Path, threads: int | None = None, memory_gb: float | None = None, *, in_order: bool = False
) -> Iterator[Engine]:
    """Open an in-memory DuckDB whose overflow goes to a temporary folder in ``scratch``; of threads and memory (GB) 0 is the default.

    ``in_order``: rows come as they stand in what is read, which takes more memory.

    Raises:
        InputError: threads or memory are below 0 or no number, or there are more than MAX_THREADS.
    """
    demand_limits(threads, memory_gb)
    threads = threads or usable_cores()
    memory_gb = min(memory_gb or machine_memory_gb() / 2, 1e6)  # the engine reads no larger number
    make_private_folder(scratch)
    for leftover in scratch.glob(f"{SPILL_PREFIX}*{PARTIAL}"):  # by a run that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=SPILL_PREFIX, suffix=PARTIAL, dir=scratch) as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads,
            "memory_limit": f"{memory_gb * ENGINE_MEMORY_SHARE:.2f}GB",
            "temp_directory": spill,
            "preserve_insertion_order": in_order,
        }
        connection = duckdb.connect(":memory:", config=config)
        try:
            yield Engine(connection, threads)
        except RuntimeError as error:
            if str(error) == "Query interrupted":  # what Ctrl-C becomes while DuckDB runs a query
                raise KeyboardInterrupt from error
            raise
        finally:
            connection.close()
