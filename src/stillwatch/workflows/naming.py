"""Whose accounts a run found: its identifiers, which may be keyed hashes, joined with the names in a file that the operator has."""

import csv
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from stillwatch.errors import InputError
from stillwatch.files import atomic_write
from stillwatch.ingest.readers import PARQUET, SEPARATORS, Source
from stillwatch.ingest.registry import ALIASES
from stillwatch.ingest.tenant import Tenant
from stillwatch.ingest.values import Cells, cell_number, whole_number
from stillwatch.report import words
from stillwatch.rows import open_decompressed
from stillwatch.run_details import demand_run, read_table
from stillwatch.tables import ACCOUNT_VERDICTS, it_has

COLUMNS = ("account_id", *ALIASES["account_id"])
FIELDS = ("name", "account_id", "verdict", "campaign_id")


def name_accounts(run: Path, names: Path, key: bytes | None) -> tuple[list[dict[str, str]], int]:
    """Accounts that a run accuses or lists for review, with their names. The names are read one by one: there may be millions.

    Args:
        run: folder that detect wrote.
        names: a registry (CSV, JSONL, Parquet) with a column of COLUMNS, or a list, one name a line.
        key: the tenant's key that ingest hashed identifiers with; None: they are in clear.

    Returns:
        A row of FIELDS for each account, those accused first, with an empty name where the file has none; and how many rows of the file
        have no name that can be read.

    Raises:
        InputError: the run or the file is none or cannot be read, or none of the accounts is in the file.
    """
    demand_run(run)
    if not names.is_file():
        raise InputError("no such file", where=names)
    table = read_table(run / "accounts.parquet", ACCOUNT_VERDICTS, grouped_only=True).select(list(FIELDS[1:]))
    found = {row["account_id"]: {"name": "", **row} for row in table.to_pylist()}
    id_of = str if key is None else Tenant(key).id
    unread = 0
    for name in _read_names(names):
        if name is None:
            unread += 1
        elif (row := found.get(id_of(name))) and not row["name"]:
            row["name"] = str(name)
    if found and not any(row["name"] for row in found.values()):
        todo = "Is it ingest's key, and do gateways log these names?" if key else "Where ingest hashed identifiers, pass --key-file"
        raise InputError("none of the accounts that the run found is named in it", where=names, todo=todo)
    order = ("verdict", "campaign_id", "name", "account_id")  # "campaign" is before "review"
    return sorted(found.values(), key=lambda row: tuple(row[name] for name in order)), unread


def _read_names(path: Path) -> Iterator[str | int | None]:
    """The names in a file as ingest reads them; None for a row that has none, or cannot be read."""
    with open_decompressed(path) as handle:
        first = handle.readline(1 << 20).removeprefix(BOM_UTF8).strip()
        is_list = not first.startswith((b"{", b"[", PARQUET)) and not set(SEPARATORS.encode()) & set(first)
        if is_list and first.strip(b'"').lower().decode("latin-1") not in COLUMNS:
            for line in chain((first,), handle):
                if name := line.decode("utf-8", "replace").strip():
                    yield name
            return
    columns: list[str] = []
    for record in Source(path, header=True):
        if record.value is None:
            yield None
            continue
        row = {name.strip().lower(): value for name, value in record.value.items()}
        columns = columns if any(name in columns for name in COLUMNS) else list(row)
        value = next((row[name] for name in COLUMNS if row.get(name) not in (None, "")), None)
        value = cell_number(value.strip()) if isinstance(record.value, Cells) and value else whole_number(value)
        yield value if type(value) in (str, int) else None
    if not any(name in columns for name in COLUMNS):
        raise InputError("no column account_id", where=path, todo=f"{it_has(columns)}. Name it so, or pass a list of names, one a line")


def write_csv(rows: Sequence[dict[str, str]], path: Path) -> None:
    """Write rows of :func:`name_accounts`. As in other exports unseen characters are shown, and no spreadsheet runs a name as a formula."""
    with atomic_write(path, private=True) as partial, open(partial, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(FIELDS)
        out.writerows([words.disarmed(row[name]) for name in FIELDS] for row in rows)
