"""Ingest with the tenant's key, and sketches in place of text where text is not kept."""

import shlex
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch.errors import InputError
from stillwatch.files import folder_lock
from stillwatch.keys import hashing
from stillwatch.tables import ACCOUNTS, EVENTS, OF_MANY, YOUR_PROXY, Table
from stillwatch.terminal.counting import noun, number_of
from stillwatch.terminal.plain import plain

if TYPE_CHECKING:
    import pyarrow as pa

    from stillwatch.ingest.output import Finish


MIN_REGISTERED_SHARE, MAX_UNREGISTERED_SHARE = 0.01, 0.03
"""Of the requests: where fewer are of accounts in the registry, it is likely of other identifiers; where more are not, that is told."""


def ingest(
    sources: list[Path],
    format: str,
    out: Path,
    *,
    privacy: str = "text",
    accounts: Path | None = None,
    edge: list[Path] | None = None,
    trusted_proxies: str = "",
    key_file: Path | None = None,
    as_of: datetime | None = None,
    quiet: bool = False,
) -> dict[str, Any]:
    """Ingest logs under the tenant's key, and print what was written and what was put aside.

    Args:
        sources: log files, or folders of them.
        format: a name of :func:`stillwatch.ingest.formats`.
        out: folder to write.
        privacy: ``features`` keeps keyed sketches in place of text, ``metadata`` reads no text.
        accounts: account registry.
        edge: edge logs.
        trusted_proxies: comma-separated networks whose X-Forwarded-For entries count.
        key_file: the tenant's key; by default ``stillwatch.key`` in ``out``. It is made where it is absent. Accounts on the list
            beside it (:func:`stillwatch.keys.hashing.erased_path`) are left out.
        as_of: events, sign-ups and bans later than this by more than a day are impossible; now by default.
        quiet: print nothing.

    Returns:
        What :func:`stillwatch.ingest.run` returns, and the path of the key under ``key_file``.

    Raises:
        InputError: see :func:`stillwatch.ingest.run`; the key file does not hold a key, or another than lies in ``out``; another ingest
            writes there; or no event came of the sources, which is said when what was put aside is written.
    """
    from stillwatch.ingest import check, run
    from stillwatch.ingest.parsers import all_formats, named

    check(sources, format, out, accounts=accounts, edge=edge, trusted_proxies=trusted_proxies)  # a mistyped command leaves no key behind
    own = out / hashing.KEY_NAME
    key_file = key_file or own
    if own.exists() and not (key_file.exists() and hashing.tenant_key(key_file) == hashing.tenant_key(own)):
        # cases erase would list whom it erases under the folder's key, which no later ingest asks
        raise InputError("the folder has another key", where=own, todo="Pass that as --key-file, or another --out")
    with folder_lock(out, "ingest"):
        fresh = not key_file.exists()
        key = hashing.tenant_key(key_file)
        summary = run(
            sources, format, out, privacy=privacy, accounts=accounts, edge=edge, trusted_proxies=trusted_proxies, key=key,
            erased=hashing.erased_hashes(key_file), as_of=as_of, quiet=quiet, finish=_sketcher(key) if privacy == "features" else None,
        )
    if not quiet:
        print(_summary_text(summary, out, key_file if fresh else None))
    if not summary["rows"]["written"]:
        kept = ", so the tables that stand there stay" if summary["kept"] else ""
        todo = f"Is --from {format} what the log is"
        if summary["quarantined"].keys() == {"not_json"} and not named(format).header:
            tables = " or ".join(one.name for one in all_formats().values() if one.header)
            todo = f"--from {format} reads JSON and Parquet; CSV is read with --from {tables} alone. Is it CSV, or another log"
        todo += f"? {summary['quarantine']} says why"
        raise InputError(f"there is no event to look at{kept}", where=out / "events", todo=todo)
    return summary | {"key_file": str(key_file)}


def _sketcher(key: bytes) -> "Finish":
    """What makes the sketches that stand in for text: without the key, no guess can be tested against them."""
    from stillwatch import sketch

    secret = sketch.secret(key)

    def made(events: "pa.Table") -> "pa.Table":
        return sketch.veiled(sketch.sketch_events(events), secret)

    return made


def _summary_text(summary: dict[str, Any], out: Path, fresh_key: Path | None) -> str:
    """The summary of an ingest as plain text."""
    from stillwatch.ingest.output import TEXT

    rows = summary["rows"]
    place = f": {out / 'events'}" if rows["written"] else ""
    lines = [f"{rows['written']:,} of {rows['read']:,} rows became events{place}"]
    if summary["first"]:
        lines.append(f"  from {summary['first']} to {summary['last']}")
    if summary["replaced"] and not summary["kept"]:
        lost, first = number_of(sum(one["rows"] for one in summary["replaced"]), "row"), summary["replaced"][0]["path"]
        which = f"{number_of(len(summary['replaced']), 'source')} that {noun(len(summary['replaced']), 'was', 'were')} not read this time"
        todo = "to have both, ingest all sources together, or each part into a folder of its own"
        lines.append(f"Replaced: an earlier ingest's events, of {lost} of {which}, such as {first}; {todo}")
    lines += _put_aside_lines(summary)
    if summary["unread_fields"]:
        lines += ["Fields that could not be read, of rows that became events without them:", *_left_empty_lines(summary["unread_fields"])]
    lines += [*_joined_lines(summary), *_not_linked_lines(summary)]
    # Text is empty by intent in the modes features and metadata.
    empty = [name for name in summary["empty_columns"] if summary["privacy"] == "text" or name not in TEXT]
    if rows["written"]:
        lines += _blind_lines(EVENTS, empty)
    if summary["accounts"] is None:
        earlier = out / "accounts.parquet"
        stays = f"{earlier} of before stays, and detect reads it"
        unknown = "sign-up, payment and organisation are not known (--accounts)"
        lines.append(f"No account registry was given: {stays if earlier.exists() else unknown}")
    if fresh_key is not None:
        lines.append(
            f"The tenant's key was made: {fresh_key}. Keep it, and keep it secret: without it later logs cannot be"
            " joined with these, and with it hashes can be guessed"
        )
    if rows["written"]:
        lines.append(f"Next: stillwatch detect {shlex.quote(str(out))} --out RUN")
    return "\n".join(map(plain, lines))  # names of files are whoever's who wrote them


def _put_aside_lines(summary: dict[str, Any]) -> list[str]:
    """Rows, sources and files that no event came of."""
    lines, rows, explained, examples = [], summary["rows"], summary["explained"], summary["examples"]
    if rows["quarantined"]:
        were = noun(rows["quarantined"], "row was", "rows were")
        lines.append(f"{rows['quarantined']:,} {were} put aside: {summary['quarantine']}")
    for reason, count in _most_frequent(summary["quarantined"]):
        lines += [f"  {count:>9,}  {explained[reason]}", *([f"             the first: {examples[reason]}"] if reason in examples else [])]
    for reason, count in _most_frequent(summary["sources"]):
        lines += [f"Sources: {number_of(count, 'time')} {explained[reason]}", f"  the first: {examples[reason]}"]
    if summary["not_read"]:
        first = summary["not_read"][0]
        others = number_of(len(summary["not_read"]), "file or link", "files or links")
        lines.append(f"Not read: {others} of other kinds in the folders, such as {first}")
    return lines


def _joined_lines(summary: dict[str, Any]) -> list[str]:
    """What was read of the edge log and the registry; doubts about each stand under its own line."""
    lines, explained = [], summary["explained"]
    for name, part, warnings in (("edge log", summary["edge"], _edge_warnings), ("registry", summary["accounts"], _registry_warnings)):
        if part is None:
            continue
        accounts = ("account written", "accounts written")
        if summary["kept"]:
            accounts = ("account, which is not written", "accounts, which are not written")
        used = f"{number_of(part['joined'], 'request')} joined" if name == "edge log" else number_of(part["written"], *accounts)
        lines.append(f"{name.capitalize()}: {number_of(part['read'], 'row')} read, {used}")
        for reason, count in _most_frequent(part["quarantined"]):
            first = part["examples"].get(reason)
            lines += [f"  {count:>9,}  put aside: {explained[reason]}", *([f"             the first: {first}"] if first else [])]
        lines += warnings(part, summary["rows"]["written"])
    return lines


def _not_linked_lines(summary: dict[str, Any]) -> list[str]:
    """Requests whose text, account, address or conversation the logs do not tell."""
    lines = []
    if one := summary["one_network"]:
        of = f"{one['requests']:,} of {number_of(summary['rows']['written'], 'request')}"
        whence = "come from loopback or private addresses" if one["private"] else f"of {OF_MANY} accounts or more come from one network"
        lines.append(f"{of} {whence}{YOUR_PROXY}")
    if summary["redacted"]:
        hidden = number_of(summary["redacted"], "request")
        lines.append(f"{hidden} without text, since the gateway wrote a placeholder for every message: nobody sees what was asked")
    if summary["master_key"]:
        several = "they count as one account, default_user_id, whoever sent them: give customers keys of their own"
        lines.append(f"{number_of(summary['master_key'], 'request')} with LiteLLM's master key: {several}")
    if summary["unknown_responses"]:
        which = f"{number_of(summary['unknown_responses'], 'request')} of a conversation whose earlier response is not in these logs"
        todo = "ingest the logs of all days and gateways together, or with --privacy metadata, which links them by identifiers alone"
        lines.append(f"{which} (previous_response_id): not linked to what came before. To link what another log has, {todo}")
    return lines


def _edge_warnings(edge: dict[str, Any], written: int) -> list[str]:
    """What was read of the edge log and is of no use."""
    lines = []
    if n := edge["far_in_time"]:
        lines.append(f"  {n:>9,}  requests are in the edge log more than an hour away: not joined (is a time zone wrong?)")
    if n := edge["ambiguous"]:
        several = "the edge log has the identifier of several clients (the edge must not take it from them)"
        lines.append(f"  {n:>9,}  {noun(n, 'request')} not joined: {several}")
    if written and not any(edge[name] for name in ("joined", "far_in_time", "ambiguous")):
        lines.append("  No identifier of a request is in the edge log: the gateway must log the x-request-id that the edge gives")
    return lines


def _registry_warnings(registry: dict[str, Any], written: int) -> list[str]:
    """What was read of the registry and is of no use."""
    lines, known = [], registry["known_requests"]
    if written and known < MIN_REGISTERED_SHARE * written:
        few = f"{known:,} of {number_of(written, 'request')} of accounts that the registry has, so it tells of next to nobody"
        lines.append(f"  Only {few}: do both name accounts alike (which identifier, in clear or hashed)?")
    elif written - known > MAX_UNREGISTERED_SHARE * written:
        unknown = f"{written - known:,} of {number_of(written, 'request')} are of accounts without a row in the registry"
        lines.append(f"  {unknown}: of these no sign-up, payment or organisation is known")
    lines += _left_empty_lines(registry["unread_fields"])
    if registry["impossible_times"]:
        lines.append(f"  {registry['impossible_times']:>9,}  times before 1990 or after today: left empty")
    if registry["unknown_columns"]:
        lines.append(f"  Columns that were not read: {', '.join(registry['unknown_columns'])}")
    if registry["written"]:
        lines += [f"  {line}" for line in _blind_lines(ACCOUNTS, registry["empty_columns"])]
    return lines


def _left_empty_lines(fields: dict[str, dict[str, Any]]) -> list[str]:
    """Fields that could not be read, those of most rows first."""
    lines = []
    for name, one in sorted(fields.items(), key=lambda item: -item[1]["rows"]):
        rows = noun(one["rows"], "row whose", "rows whose")
        lines += [f"  {one['rows']:>9,}  {rows} {name} was left empty", f"             the first: {one['first']}"]
    return lines


def _blind_lines(table: Table, empty: list[str]) -> list[str]:
    """What is blind since all its columns are empty, and what sees less since some are; columns that nothing reads are no loss."""
    fed: dict[str, list[str]] = {}
    for column in table.columns:
        if column.feeds:
            fed.setdefault(column.feeds, []).append(column.name)
    blind: list[str] = []
    less: list[str] = []
    for feeds, names in fed.items():
        if without := [name for name in names if name in empty]:
            (blind if without == names else less).append(f"{feeds} ({', '.join(without)})")
    notes = (("Empty columns, so these are blind", blind), ("Empty columns, without which these see less", less))
    return [f"{what}: {'; '.join(which)}" for what, which in notes if which]


def _most_frequent(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
