"""The exposure ledger: which account saw which marked answer, and which of these a detect run calls harvested.

The gateway (or ``stillwatch prove mark``, batch by batch) keeps a mark log: one row a marked answer with its event, tenant
key and digest. Joined with a detect run and its events it says, for every tenant key, how many tokens went to accounts of a
campaign and how many to everybody: what the split between direct harvest and web spill needs, and which kept answers
reading mode should read.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch.errors import InputError
from stillwatch.files import data_files, folder_lock, json_as_text, reading_parquet, sql_file_list, write_parquet
from stillwatch.tables import Column, Table, it_has
from stillwatch.terminal.counting import number_of

if TYPE_CHECKING:
    import pyarrow as pa

LEDGER = Table(
    "ledger",
    "one marked answer",
    (
        Column("event_id", "str", "request that was answered", required=True),
        Column("account_id", "str", "account that saw the answer", required=True),
        Column("tenant", "str", "whose key the mark is of", required=True),
        Column("scheme", "str", "the mark", required=True),
        Column("epoch", "str", "key epoch", null="keys do not rotate"),
        Column("timestamp", "us", "when it was answered, UTC", null="not in the events"),
        Column("tokens", "i64", "tokens of the answer, or words where tokens are not counted", required=True),
        Column("answer_sha256", "str", "SHA-256 of the marked answer", null="not kept"),
        Column("campaign_id", "str", "campaign that harvested it", null="not harvested, as far as the run tells"),
    ),
)
MARK_LOG = Table(
    "mark log",
    "one marked answer",
    tuple(
        Column("account_id", "str", "account that saw the answer", null="left to the events") if one.name == "account_id" else one
        for one in LEDGER.columns if one.name != "campaign_id"
    ),
)


def ledger(marks: Path, run: Path, events: Path | None = None) -> "pa.Table":
    """Join a mark log with a detect run.

    Args:
        marks: Parquet or JSONL of :data:`MARK_LOG`; ``account_id`` and ``timestamp`` may be left to the events.
        run: folder of ``stillwatch detect``, with harvest.parquet.
        events: folder or file of events, where the log lacks accounts or times.

    Returns:
        :data:`LEDGER`, by event.
    """
    import duckdb

    harvest = run / "harvest.parquet"
    if not harvest.is_file():
        raise InputError("no harvest.parquet", where=run, todo="Pass the folder that stillwatch detect wrote")
    files = data_files(marks)
    if not files:
        raise InputError("no mark log", where=marks, todo="Write it with stillwatch prove mark --mark-log")
    with duckdb.connect() as base:
        base.execute("SET TimeZone = 'UTC'")
        try:
            base.execute(f"CREATE VIEW marks AS SELECT * FROM {_source(base, files)}")
            columns = [str(row[0]) for row in base.execute("DESCRIBE marks").fetchall()]
            for needed in ("event_id", "tenant", "tokens"):
                if needed not in columns:
                    raise InputError(f"the mark log lacks {needed}", where=marks, todo=it_has(columns))
            known = "SELECT NULL::VARCHAR AS event_id, NULL::VARCHAR AS account_id, NULL::TIMESTAMP AS timestamp WHERE false"
            if events is not None:
                known = f"""
                    SELECT CAST(event_id AS VARCHAR) AS event_id, min(CAST(account_id AS VARCHAR)) AS account_id,
                           max(CAST(account_id AS VARCHAR)) AS other, min(CAST(timestamp AS TIMESTAMP)) AS timestamp
                    FROM {_source(base, event_files(events))}
                    WHERE CAST(event_id AS VARCHAR) IN (SELECT CAST(event_id AS VARCHAR) FROM marks) GROUP BY 1
                """  # an event may stand in two files
                double = base.sql(f"SELECT min(event_id), count(*) FROM ({known}) WHERE account_id <> other").fetchall()[0]
                if double[1]:
                    which = number_of(double[1], "marked answer is", "marked answers are")
                    raise InputError(f"by the events, {which} of several accounts (the first: {double[0]})", where=events,
                                     todo="Pass the events of one log")

            def of(name: str, kind: str) -> str:
                return f"CAST(m.{name} AS {kind})" if name in columns else f"NULL::{kind}"

            table: Any = base.sql(f"""
                WITH known AS ({known}),
                harvested AS (SELECT event_id, min(campaign_id) AS campaign_id FROM read_parquet({sql_file_list([harvest])})
                              GROUP BY event_id)
                SELECT CAST(m.event_id AS VARCHAR) AS event_id, coalesce({of("account_id", "VARCHAR")}, k.account_id) AS account_id,
                       CAST(m.tenant AS VARCHAR) AS tenant, coalesce({of("scheme", "VARCHAR")}, 'choice') AS scheme,
                       {of("epoch", "VARCHAR")} AS epoch, coalesce({of("timestamp", "TIMESTAMP")}, k.timestamp) AS timestamp,
                       CAST(m.tokens AS BIGINT) AS tokens, {of("answer_sha256", "VARCHAR")} AS answer_sha256, h.campaign_id
                FROM marks m LEFT JOIN known k ON k.event_id = CAST(m.event_id AS VARCHAR)
                LEFT JOIN harvested h ON h.event_id = CAST(m.event_id AS VARCHAR) ORDER BY 1
            """).to_arrow_table()
        except duckdb.Error as error:
            raise InputError(f"cannot join ({str(error).splitlines()[0]})", where=marks) from error
    if table["account_id"].null_count:
        raise InputError(f"{table['account_id'].null_count} marked answers have no account", where=marks,
                         todo="Pass --events, or write account_id into the log")
    return LEDGER.conform(table, where=marks)


def read_mark_log(path: Path) -> "pa.Table":
    """The mark log that ``prove mark`` adds to: :data:`MARK_LOG`, without rows where there is none yet.

    Raises:
        InputError: something else stands there.
    """
    import pyarrow.parquet as pq

    if path.suffix != ".parquet":
        raise InputError("a mark log is written as Parquet", where=path, todo="Pass a name that ends in .parquet")
    if not path.exists():
        return MARK_LOG.schema.empty_table()
    with reading_parquet(path):
        held = pq.read_table(path)
    if others := sorted(set(held.column_names) - set(MARK_LOG.schema.names)):
        raise InputError(f"not a mark log of prove mark (it has {', '.join(others)}, too)", where=path, todo="Pass another --mark-log")
    return MARK_LOG.conform(held, where=path).cast(MARK_LOG.schema)


def add_to_mark_log(marks: "pa.Table", path: Path) -> tuple[int, int]:
    """Add marked answers to a mark log, which is made if absent: it is whole before or after, and no answer is in it twice.

    Args:
        marks: of :data:`MARK_LOG`.
        path: the log.

    Returns:
        How many were added: those that the log did not have under the same event, key and text; and of how many of these it
        had the event under another key or text, be it from the same batch.

    Raises:
        InputError: something else stands there, another command writes to the folder, or it cannot be written.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    with folder_lock(path.parent, "prove mark"):
        held = read_mark_log(path)
        both = pa.concat_tables([held, marks])
        columns = [both[name] for name in ("event_id", "tenant", "scheme", "epoch", "answer_sha256")]
        names = pc.binary_join_element_wise(*columns, "\n", null_handling="replace")
        first = pc.equal(pc.index_in(names, value_set=names), pa.array(range(len(both)), pa.int32()))
        new = marks.filter(first[len(held) :])
        if len(new):
            write_parquet(pa.concat_tables([held, new]), path)
    unknown = new["event_id"].filter(pc.invert(pc.is_in(new["event_id"], value_set=held["event_id"])))
    return len(new), len(new) - len(pc.unique(unknown))


def elicited(ledger_: "pa.Table", events: Path, campaigns: tuple[str, ...] = ()) -> tuple[list[dict[str, str | None]], int]:
    """The marked answers that campaigns elicited, as ``stillwatch prove read`` takes them.

    Args:
        ledger_: of :func:`ledger`.
        events: folder or file of events with prompt and response.
        campaigns: which (default: all).

    Returns:
        Rows of event_id, campaign_id, tenant, prompt, output, and how many answers were left out: their text is not kept,
        or is not the one that the mark log has the digest of.
    """
    import hashlib

    import duckdb

    wanted = [row for row in ledger_.select(["event_id", "campaign_id", "tenant", "answer_sha256"]).to_pylist()
              if row["campaign_id"] is not None and (not campaigns or row["campaign_id"] in campaigns)]
    with duckdb.connect() as base:
        try:
            base.execute("CREATE TABLE wanted AS SELECT unnest(?) AS event_id", [[row["event_id"] for row in wanted]])
            found = base.execute(f"""
                SELECT CAST(e.event_id AS VARCHAR), coalesce(any_value(e.prompt), ''), any_value(e.response)
                FROM {_source(base, event_files(events))} e JOIN wanted w ON w.event_id = CAST(e.event_id AS VARCHAR) GROUP BY 1
            """).fetchall()
        except duckdb.Error as error:
            raise InputError(f"no kept answers can be read ({str(error).splitlines()[0]})", where=events,
                             todo="Events need event_id, prompt and response") from error
    text = {event: (prompt, output) for event, prompt, output in found if output is not None}
    rows: list[dict[str, str | None]] = []
    for row in wanted:
        prompt, output = text.get(row["event_id"], ("", None))
        if output is None or row["answer_sha256"] not in (None, hashlib.sha256(output.encode()).hexdigest()):
            continue
        rows.append({"event_id": row["event_id"], "campaign_id": row["campaign_id"], "tenant": row["tenant"], "prompt": prompt,
                     "output": output})
    return rows, len(wanted) - len(rows)


def rows_with_mark(table: "pa.Table", scheme: str, epoch: str | None) -> "pa.Table":
    """The rows of a ledger whose answers carry this mark, by the keys of this epoch (None or empty: keys do not rotate)."""
    import pyarrow.compute as pc

    same = pc.equal(table["scheme"], scheme)
    if "epoch" in table.column_names:
        named = pc.coalesce(pc.cast(table["epoch"], "string"), "")
        same = pc.and_(same, pc.equal(named, epoch or ""))
    elif epoch:
        return table.slice(0, 0)
    return table.filter(same)


def mark_names(table: "pa.Table") -> str:
    """Which marks a ledger's answers carry, as "choice of epoch 2026-10, kgw"."""
    epochs = table["epoch"].to_pylist() if "epoch" in table.column_names else [None] * len(table)
    found = {(scheme, epoch or "") for scheme, epoch in zip(table["scheme"].to_pylist(), epochs, strict=True)}
    return ", ".join(mark_name(scheme, epoch) for scheme, epoch in sorted(found))


def mark_name(scheme: str, epoch: str | None) -> str:
    """A mark and the epoch of its keys, where they rotate."""
    return f"{scheme} of epoch {epoch}" if epoch else scheme


def exposures(table: "pa.Table", campaigns: tuple[str, ...] = ()) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Tokens by tenant: harvested by these campaigns (all by default), and seen by anybody at all."""
    return _tokens(table.filter(_harvest(table, campaigns))), _tokens(table)


def harvesters(table: "pa.Table", campaigns: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Campaigns that harvested marked answers, of these (all by default)."""
    return tuple(sorted(table.filter(_harvest(table, campaigns))["campaign_id"].unique().to_pylist()))


def _harvest(table: "pa.Table", campaigns: tuple[str, ...]) -> Any:
    """Which answers these campaigns harvested (all campaigns by default)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    by = table["campaign_id"]
    return pc.is_in(by, value_set=pa.array(campaigns, by.type)) if campaigns else pc.is_valid(by)


def _tokens(table: "pa.Table") -> dict[str, float]:
    """Tokens by tenant."""
    found = table.select(["tenant", "tokens"]).group_by("tenant", use_threads=False).aggregate([("tokens", "sum")])
    return {tenant: float(n or 0) for tenant, n in zip(found["tenant"].to_pylist(), found["tokens_sum"].to_pylist(), strict=True)}


def event_files(events: Path | None) -> list[Path]:
    """The files of a folder of events, or of the folder that ``ingest`` wrote."""
    if events is None:
        return []
    return data_files(events / "events" if (events / "events").is_dir() else events)


def _source(base: Any, files: list[Path]) -> str:
    if files and files[0].suffix == ".parquet":
        return f"read_parquet({sql_file_list(files)})"
    return json_as_text(base, files, ("timestamp", "tokens"))
