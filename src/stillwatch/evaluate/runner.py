"""Read a run and the truth, compare them, write what was measured."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch import run_details
from stillwatch.errors import InputError
from stillwatch.evaluate.harvest import any_event_in_common
from stillwatch.evaluate.measure import demand_once, measures
from stillwatch.files import digest, reading_parquet, write_json
from stillwatch.keys.hashing import ingest_key, keyed
from stillwatch.tables import ACCOUNT_VERDICTS, CAMPAIGNS, TRUTH, WATCH, Column, Table
from stillwatch.terminal.plain import print_plain

if TYPE_CHECKING:
    import pyarrow as pa

TRUTH_EVENTS = Table(
    "truth_events",
    "one request of known origin",
    (
        Column("event_id", "str", "identifier of the request", required=True),
        Column("campaign", "str", "operator that harvested it", null="not harvested", present=True),
    ),
)


def run(
    folder: Path, truth: Path, *, truth_events: Path | None = None, key_file: Path | None = None, quiet: bool = False
) -> dict[str, Any]:
    """Measure a run against the truth, print the measures, and write RUN/evaluation.json.

    Args:
        folder: of a run, with accounts.parquet, campaigns.parquet and, where events were read, harvest.parquet.
        truth: Parquet of TRUTH, or the folder of a simulated world that has it.
        truth_events: Parquet of ``event_id`` and ``campaign``; by default truth_events.parquet beside ``truth``, if
            there; where that one is of other operators or of another log, it is left out, which the result tells under ``left_out``.
        key_file: the tenant's key; identifiers of accounts in ``truth`` are then in clear, and are hashed as ingest does.
        quiet: print nothing.

    Returns:
        What :func:`measures` returns, with the digests of what was compared under ``inputs``, the run's ``warnings`` about its log, and
        under ``looked_at`` the times between which the run looked, null where it looked at all.

    Raises:
        InputError: the run is not whole, a table of it is not the one that its summary tells, or an erasure of it was interrupted; a
            file is absent, unreadable, or lacks a column, names operators by numbers, or the run saw accounts and none of the
            truth's, or its harvest is of operators that the truth has none of its accounts of, or the ``truth_events`` that was passed
            is of other operators than the truth's, or of another log.
    """
    run_details.demand_run(folder)
    run_details.demand_whole(folder)
    named = truth_events is not None
    truth, truth_events = find_truth(truth, truth_events)
    verdicts_file, campaigns_file = folder / "accounts.parquet", folder / "campaigns.parquet"
    verdicts = run_details.read_table(verdicts_file, ACCOUNT_VERDICTS)
    campaigns = run_details.read_table(campaigns_file, CAMPAIGNS)
    harvest = run_details.demand_harvest(folder, sum(n or 0 for n in campaigns["n_harvested"].to_pylist()))
    summary = run_details.read_summary(folder)
    run_details.demand_digests(folder, summary, [f"{name}.parquet" for name in ("accounts", "campaigns", "harvest", "watch")])
    known = _known(truth, key_file, verdicts)
    if truth_events is not None:
        _check_columns(truth_events, TRUTH_EVENTS)
    watch_file = folder / "watch.parquet"
    watch = run_details.read_table(watch_file, WATCH) if watch_file.is_file() else None
    result = measures(verdicts, known, campaigns=campaigns, harvest=harvest, truth_events=truth_events, watch=watch)
    if truth_events is not None:
        # Whoever sent what the run takes for harvest is flagged.
        if result["events"] and result["events"]["event_recall"] and not result["accounts"]["true"]:
            what = f"requests of the run's harvest are in it, whose accounts are innocent in {truth}"
            raise InputError(what, where=truth_events, todo="Pass the truth, and the harvested requests, of the log that the run read")
        try:
            _demand_same(result, harvest, truth_events)
        except InputError as error:
            if named:
                raise
            # nobody asked for it: what is true of accounts does not need it
            truth_events = None
            result = measures(verdicts, known, campaigns=campaigns, harvest=harvest, watch=watch)
            result["left_out"] = str(error)
    result["looked_at"] = _looked_at(summary)
    result["warnings"] = summary.get("warnings") or []
    read = (verdicts_file, campaigns_file, truth, *([truth_events] if truth_events else []))
    result["inputs"] = [{"path": path.name, "sha256": digest(path)} for path in read]
    write_json(result, folder / "evaluation.json")
    if not quiet:
        from stillwatch.evaluate.show import text

        print_plain(text(result))
    return result


def find_truth(truth: Path, truth_events: Path | None = None) -> tuple[Path, Path | None]:
    """The files of a truth.

    Args:
        truth: Parquet of TRUTH, or the folder of a simulated world that has it.
        truth_events: Parquet of TRUTH_EVENTS; None: truth_events.parquet beside ``truth`` where there is one.

    Raises:
        InputError: ``truth_events`` was passed and is no file.
    """
    truth = truth / "truth.parquet" if truth.is_dir() else truth
    if truth_events is None:
        beside = truth.with_name("truth_events.parquet")
        return truth, beside if beside.is_file() else None
    if not truth_events.is_file():
        raise InputError("no such file", where=truth_events)
    return truth, truth_events


def _known(truth: Path, key_file: Path | None, verdicts: "pa.Table") -> "pa.Table":
    """The truth; an InputError where the run has accounts and none of it."""
    known = read_truth(truth, key_file)
    if len(known) == 0:
        raise InputError("no accounts", where=truth, todo="Pass a truth with at least one account")
    if len(verdicts) and not set(known["account_id"].to_pylist()) & set(verdicts["account_id"].to_pylist()):
        hashed = "Is it the key that ingest hashed with, and are the truth's identifiers in clear?"
        todo = "Where ingest hashed the run's identifiers and the truth has them in clear, pass --key-file" if key_file is None else hashed
        raise InputError("no account of the truth is in the run", where=truth, todo=todo)
    return known


def _looked_at(summary: Mapping[str, Any]) -> dict[str, str] | None:
    """From when and up to when a run of a part of the log looked, as its summary tells; the truth is of all of it."""
    found = {name: str(summary[name]) for name in ("start", "as_of") if summary.get(name)}
    return found or None


def read_truth(path: Path, key_file: Path | None = None) -> "pa.Table":
    """The truth, one row an account.

    Args:
        path: Parquet of TRUTH. What has been a CSV once has empty strings in place of nulls: no operator has no name.
        key_file: the tenant's key; the table's identifiers of accounts are then in clear, and are hashed as ingest does.

    Raises:
        InputError: it is not readable, lacks a column, tells an account twice, or names operators by numbers; the key is not readable.
    """
    known = _read_named(path, TRUTH)
    demand_once("truth", known, path)
    return known if key_file is None else _hashed(known, key_file)


def read_truth_events(path: Path) -> "pa.Table":
    """Requests of known origin, read as :func:`read_truth` reads accounts."""
    return _read_named(path, TRUTH_EVENTS)


def _read_named(path: Path, contract: Table) -> "pa.Table":
    """Read a table whose ``campaign`` is null where it is empty."""
    import pyarrow.compute as pc

    known = run_details.read_table(path, contract, todo=None).cast(contract.schema)  # categories are names, too
    _demand_names(path)
    place = known.column_names.index("campaign")
    named = pc.if_else(pc.equal(pc.utf8_trim_whitespace(known["campaign"]), ""), None, known["campaign"])
    return known.set_column(place, known.schema.field(place), named)


def _hashed(known: "pa.Table", key_file: Path) -> "pa.Table":
    """The truth with its accounts' identifiers as ingest hashes them."""
    import pyarrow as pa

    key, place = ingest_key(key_file), known.column_names.index("account_id")
    names = [keyed(key, name) for name in known["account_id"].to_pylist()]
    return known.set_column(place, known.schema.field(place), pa.array(names, pa.string()))


def _check_columns(path: Path, contract: Table) -> None:
    """Read nothing but the schema: the table may have tens of millions of rows."""
    import pyarrow.parquet as pq

    with reading_parquet(path):
        empty = pq.read_schema(path).empty_table()
    contract.conform(empty, where=path)
    _demand_names(path)


def _demand_names(path: Path) -> None:
    """Raise an InputError where operators are numbers: a label of 0 and 1 would make everybody an attacker."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with reading_parquet(path):
        type_ = pq.read_schema(path).field("campaign").type
    type_ = type_.value_type if pa.types.is_dictionary(type_) else type_
    if not any(fits(type_) for fits in (pa.types.is_null, pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)):
        todo = "Write the operator's name as a string, null for innocents"
        raise InputError(f"campaign is {type_}, not a string", where=path, todo=todo)


def _demand_same(result: dict[str, Any], harvest: Path | None, truth_events: Path) -> None:
    """Raise an InputError where the measures would be 0 only because the harvested requests belong to another log or other names."""
    events = result["events"]
    if events is None or not events["true"]:
        return
    if result["campaigns"] and not any(row["harvest"]["true"] for row in result["campaigns"]):
        todo = "Name operators alike in both"
        raise InputError("no campaign of the harvested requests is one of the truth", where=truth_events, todo=todo)
    none_in_common = events["estimated"] and not events["event_recall"] and result["accounts"]["true"]
    if harvest is not None and none_in_common and not any_event_in_common(harvest, truth_events):
        todo = "Pass the event_id that the run's events have"
        raise InputError("no request of the run's harvest is in it", where=truth_events, todo=todo)
