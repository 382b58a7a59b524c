"""What readers of a run folder check before they trust it: the column ``details``, that the harvest is there, what was erased.

Details are JSON that reports, cases and packets draw from. Every part of them may be absent.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillwatch.errors import InputError
from stillwatch.files import ERASURES, demand_no_open_erasure, digest, read_json, reading_parquet
from stillwatch.tables import Table
from stillwatch.terminal.counting import noun, number_of

if TYPE_CHECKING:
    import pyarrow as pa

Check = Callable[[Any], bool]

PACKETS = "packets.jsonl"
"""Within the run folder: which evidence packets were made of it, when, for whom and where they were put."""
PACKET = ".packet.zip"
"""After the campaign's identifier, the name of a packet."""

MASK = "▒▒▒"
"""In the templates of a campaign, what stands for words that its prompts do not have in common."""

MAX_NUMBER = 1e15
MAX_HOUR, MAX_STEP_H, MAX_STEPS = 10_000_000, 1000, 20_000
"""Hours since 1970, hours of a step and steps of a series at most: beyond them lie times that no calendar has."""


def _number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_NUMBER)


def _count(value: Any) -> bool:
    return value is not None and _number(value) and value >= 0


def _up_to(limit: int) -> Check:
    return lambda value: value is None or (_number(value) and abs(value) <= limit)


def _anything(value: Any) -> bool:
    return True


def _text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _required_text(value: Any) -> bool:
    return isinstance(value, str)


def _time(value: Any) -> bool:
    """Whether a value is null or a time in UTC. Some times next to the ends of the calendar cannot be converted to UTC."""
    if value is None:
        return True
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.tzinfo is not None and parsed.astimezone(UTC) == parsed
    except (TypeError, ValueError, OverflowError):
        return False


def _list_of(of: Check) -> Check:
    return lambda value: value is None or (isinstance(value, list) and all(map(of, value)))


def _record(**of: Check) -> Check:
    """An object; fields that are not named here may hold anything."""
    return lambda value: value is None or (isinstance(value, dict) and all(check(value.get(name)) for name, check in of.items()))


def _shares(value: Any) -> bool:
    return _mapping_of(_count)(value)


def _mapping_of(of: Check) -> Check:
    """An object whose fields may have any name."""
    return lambda value: value is None or (isinstance(value, dict) and all(map(of, value.values())))


def _edge(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 4 and _count(value[0]) and _count(value[1]) and _number(value[3])


def _series(of: Check) -> Check:
    return lambda value: value is None or (isinstance(value, list) and len(value) <= MAX_STEPS and all(map(of, value)))


def _range(value: Any) -> bool:
    return value is None or (isinstance(value, list) and len(value) == 2 and all(map(_count, value)))


def _equal_series(value: Any) -> bool:
    """A series for each account, all of one length."""
    series = _series(_count)
    return value is None or (isinstance(value, list) and all(isinstance(row, list) and series(row) for row in value)
                             and len({len(row) for row in value}) <= 1)


def _list_of_records(**of: Check) -> Check:
    record = _record(**of)
    return _list_of(lambda value: value is not None and record(value))


_HOURS = {"start_hour": _up_to(MAX_HOUR), "step_hours": _up_to(MAX_STEP_H)}
DETAIL_CHECKS: dict[str, Check] = {
    "title": _text, "sentence": _text, "bias_log_odds": _number,
    "evidence": _list_of_records(
        log_odds=_number, observed=_number, expected=_number, p_value=_number, sampled_one_in=_number, in_all=_range, days=_number,
        start=_text,
    ),
    "objects": _list_of_records(accounts=_number, expected_accounts=_number, events=_number),
    "timeline": _record(**_HOURS, harvested=_series(_count), other=_series(_count)),
    "activity": _record(**_HOURS, accounts=_list_of(_anything), counts=_equal_series),
    "n_objects": _number, "n_leading": _number, "n_leading_events": _number, "n_marked": _number, "sampled_one_in": _number,
    "graph": _record(nodes=_list_of(_text), edges=_list_of(_edge), totals=_record(
        links=_count, accounts=_count, views=_mapping_of(_record(links=_count, accounts=_count)),
        families=_mapping_of(_record(links=_count, accounts=_count)),
    )),
    "pathways": _shares,
    "templates": _list_of_records(masked=_text, events=_number, accounts=_number, of=_number),
    "pivots": _list_of_records(share_before=_number, share_after=_number),
    "bans": _series(lambda value: value is not None and _up_to(MAX_HOUR)(value)),
    "changes": _list_of(_anything), "not_accused": _list_of(_anything),
}
"""What each part must look like where it is there."""
SUMMARY_CHECKS: dict[str, Check] = {
    "version": _text, **dict.fromkeys(("first_seen", "last_seen", "start", "as_of"), _time),
    "warnings": _list_of(_required_text), "sketches": _list_of(_required_text),
    **dict.fromkeys(("n_events", "n_accounts", "harvested_low", "harvested_high", "estimated_false_discoveries"), _number),
    "stages": _mapping_of(_number), "inputs": _list_of(_record(bytes=_number)), "blind_views": _list_of(_record(reason=_text)),
}
"""The same of summary.json, as far as readers take it for this."""
ADDED_LATER = ("worth", "unvalued")
"""Parts that :mod:`stillwatch.run_worth` adds."""

UNITS = {
    "session.handoff": ("request in the group", "requests in the group"),
    **dict.fromkeys(("identity.payment", "identity.contact", "infra.network"), ("owner beyond the first", "owners beyond the first")),
    **dict.fromkeys(("identity.signup", "identity.replacement", "identity.banned", "infra.hopping", "context.crowd"), ("account", "")),
    "infra.rotation": ("network an account", "networks an account"),
    "timing.one_rhythm": ("where 0 is one rhythm",) * 2,
    "timing.round_the_clock": ("where 1 is a flat day",) * 2,
    "timing.steady": ("of the hours that chance fills",) * 2,
    "timing.together": ("where 1 is in step",) * 2,
    "volume.even_load": ("where 0 is equal loads",) * 2,
    **dict.fromkeys(("content.one_mix", "content.one_length"), ("where 0 is one list",) * 2),
    "content.queue": ("times as many tasks in common as with everybody else",) * 2,
    "context.overlap": ("times as often",) * 2,
    "harvest.long_answers": ("times the average of the log's groups",) * 2,
    "harvest.rate": ("request a day", "requests a day"),
    "harvest.volume": ("request", ""),
    "context.sent": ("request an account", "requests an account"),
}
"""What pieces are observed in, for one and for another number (of none: an s more); those not listed are shares, or say their scale."""
SAMPLED = {
    **dict.fromkeys(("infra.network", "infra.rotation", "context.apart"), "in a sample of 1 in {} of the networks"),
    **dict.fromkeys(("content.queue", "context.overlap"), "in a sample of 1 in {} of the tasks"),
    **dict.fromkeys(("context.common_work", "harvest.distinct"), "in a sample of 1 in {} of the prompts"),
}
"""What is counted in a sample of a large group's values (:mod:`stillwatch.judge.sample`), and how that is said."""
ACCOUNT_REASON_PREFIX = "This account itself"
"""How the last of an account's reasons begins: what is said of it alone, and not of its campaign or group."""
MEDIAN_ACCOUNT_WORDS = "the median one here"
"""How, within that reason, in parentheses, the requests and days of its group's median account begin."""
LINK_WORDS = {
    "session.handoff": "conversations", "identity.payment": "a payment method", "identity.phone": "a telephone number",
    "identity.email": "a mailbox",
}
"""View of a link between accounts -> what they share, within that reason."""
NO_LINK_WORDS = "no conversation, payment method, telephone number or mailbox"
"""What an account that nothing links shares, within that reason."""
NO_EXCESS_SPREAD = 0.01
"""What ``volume.even_load`` has in place of a spread that is not beyond what counting alone gives."""
LOG10_SCALE = {
    "content.queue": 1, "context.overlap": 2, "harvest.long_answers": 1, "harvest.rate": 3, "harvest.volume": 7, "context.crowd": 4,
    "context.sent": 1,
}
"""Pieces whose observed and expected values are decimal logarithms, each divided by this many powers of ten."""


def decode_evidence(piece: Mapping[str, Any]) -> dict[str, Any]:
    """A piece of ``evidence`` with ``observed`` and ``expected`` as people read them, and their ``unit``; "" where its sentence says it."""
    name, values = str(piece.get("name")), {key: piece.get(key) for key in ("observed", "expected")}
    if name in LOG10_SCALE:
        # A float ends at 308 powers of ten, a folder that was changed by hand need not.
        values = {key: None if value is None else 10.0 ** min(LOG10_SCALE[name] * value, 300) for key, value in values.items()}
    unit = UNITS.get(name)
    if name == "volume.even_load":
        values = {key: 0.0 if value == NO_EXCESS_SPREAD else value for key, value in values.items()}
        unit = ("(no more uneven than chance)",) * 2 if values["observed"] == 0 else unit
    if name == "infra.rotation" and values["observed"] is not None:
        values["observed"] /= piece.get("sampled_one_in") or 1  # what was seen: the range tells of how many that may be
    observed = values["observed"]
    unit_words = [] if observed is None else [noun(round(observed, 2), *unit) if unit else "", *_sample_words(piece, name)]
    return {**piece, **values, "unit": " ".join(filter(None, unit_words))}


def measured_on_words(details: Mapping[str, Any]) -> str:
    """On what the leading group was measured; empty where a run of an earlier version does not tell."""
    n, of = (details.get(name) for name in ("n_marked", "n_leading_events"))
    return "" if n is None or of is None else f"measured on {n:,.0f} of its accounts' {of:,.0f} requests, those that show what marks it"


def _sample_words(piece: Mapping[str, Any], name: str) -> Iterator[str]:
    """How a piece was counted, where the number alone would mislead."""
    one_in = piece.get("sampled_one_in") or 1
    if name in SAMPLED and one_in > 1:
        yield SAMPLED[name].format(f"{one_in:,.0f}")
        if ends := piece.get("in_all"):
            low, high = (float(f"{end:.2g}") for end in ends)
            yield f"(some {low:,g} to {high:,g} in all)"
    if piece.get("days"):
        yield f"within {number_of(int(piece['days']), 'day')} from {piece.get('start')} on"


def observed_and_expected(piece: Mapping[str, Any], format_number: Callable[[float | None], str]) -> str:
    """``observed 40 accounts, expected 1.3``, with numbers as ``format_number``; nothing expected where no norm is known."""
    values = decode_evidence(piece)
    expected = "" if values["expected"] is None else f", expected {format_number(values['expected'])}"
    return f"observed {format_number(values['observed'])} {values['unit']}".rstrip() + expected


def signed_score(score: float, digits: int = 1) -> str:
    """A score with its sign and so many digits; of one next to 0 with as many more as tell on which side of the line it is."""
    digits = next((n for n in range(digits, digits + 4) if round(score, n)), digits)
    return f"{score + 0.0:+.{digits}f}"  # -0.0 is on the line


def shared_object_counts(details: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """How many of the objects that a campaign lists as shared each other one lists, too, by name; most first, without those of none."""
    mine, *theirs = ({(row.get("view"), row.get("object")) for row in one.get("objects") or ()} for one in (details, *others.values()))
    counts = {name: len(mine & marks) for name, marks in zip(others, theirs, strict=True)}
    return {name: n for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if n}


def parse_details(text: str | None, campaign_id: object, where: Path) -> dict[str, Any]:
    """The details of a campaign; NaN and infinities, which JSON does not know, become null.

    Args:
        text: the column's value; null: there are none.
        campaign_id: whose they are, for the error.
        where: the file, for the error.

    Raises:
        InputError: it is no JSON object, or a part is not what ``detect`` writes: somebody changed it.
    """
    try:
        value = json.loads(text or "{}", parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        value = None
    wrong = "" if isinstance(value, dict) else "are no JSON object"
    for name, check in DETAIL_CHECKS.items() if not wrong else ():
        if not check(value.get(name)):
            wrong = f"have a part {name!r} that detect does not write"
            break
    if wrong:
        raise InputError(f"the details of {campaign_id} {wrong}", where=where, todo="Run stillwatch detect again")
    return {name: part for name, part in value.items() if name not in ADDED_LATER}


def read_table(path: Path, contract: Table, *, todo: str | None = "Run stillwatch detect first", grouped_only: bool = False) -> "pa.Table":
    """Read the columns of a contract from a Parquet file, which may have more.

    Args:
        path: of a run's table, or of what is compared with one.
        contract: what it must follow.
        todo: what to do where there is no such file.
        grouped_only: leave out accounts of no campaign and no group for review.

    Raises:
        InputError: it is absent, not readable, or does not follow the contract.
    """
    import pyarrow.parquet as pq

    with reading_parquet(path, todo):
        present = pq.read_schema(path).names
        contract.demand(present, where=path)
        columns = [name for name in contract.names if name in present]
        table = pq.read_table(path, columns=columns, filters=[("campaign_id", "!=", "")] if grouped_only else None)
    return contract.conform(table, where=path)


def demand_harvest(run: Path, n_harvested: int) -> Path | None:
    """The table of harvested requests; None where there is none and campaigns tell of none.

    Raises:
        InputError: campaigns tell of a harvest, and the table is gone; or an erasure was interrupted.
    """
    demand_no_open_erasure(run)
    path = run / "harvest.parquet"
    if path.is_file():
        return path
    if n_harvested:
        raise InputError("no such file, though campaigns have a harvest", where=path, todo="Run stillwatch detect again")
    return None


def demand_fitting_harvest(run: Path, campaigns: Iterable[Mapping[str, Any]], erasures_: Sequence[Mapping[str, Any]]) -> None:
    """Raise an InputError unless harvest.parquet has as many requests of each campaign as campaigns.parquet reports.

    Args:
        run: run folder.
        campaigns: rows of campaigns.parquet, those for review left out.
        erasures_: from :func:`erasures`; erased requests may be missing.
    """
    import pyarrow.parquet as pq

    expected = {str(row["campaign_id"]): int(row["n_harvested"]) for row in campaigns}
    path = demand_harvest(run, sum(expected.values()))
    if path is None:
        return
    with reading_parquet(path):
        counts = pq.read_table(path, columns=["campaign_id"])["campaign_id"].value_counts().to_pylist()
    n_rows = {str(count["values"]): int(count["counts"]) for count in counts}
    for name in sorted({*expected, *n_rows}):
        n_found, n_expected = n_rows.get(name, 0), expected.get(name, 0) - erased_counts(erasures_, name)["harvested"]
        if n_found != n_expected:
            what = f"has {number_of(n_found, 'request')} of {name}, which tells {n_expected:,}"
            raise InputError(what, where=path, todo="It is of another run, or was changed: run stillwatch detect again")


def demand_run(run: Path) -> None:
    """Raise an InputError where there is no such folder, or an erasure of it was interrupted."""
    if not run.is_dir():
        raise InputError("no such run folder", where=run, todo="Pass the folder that stillwatch detect wrote")
    demand_no_open_erasure(run)


def demand_whole(run: Path) -> None:
    """Raise an InputError where a run has no summary: it is written last, so where it stands, the run is whole."""
    if not (run / "summary.json").exists():
        raise InputError("no whole run (no summary.json)", where=run, todo="Pass a folder that stillwatch detect wrote and finished")


def read_summary(run: Path) -> dict[str, Any]:
    """The summary of a run; empty where it has none.

    Raises:
        InputError: it is no JSON object, or a field is not what ``detect`` writes: somebody changed it.
    """
    path = run / "summary.json"
    summary = read_json(path) if path.exists() else {}
    if not isinstance(summary, dict):
        raise InputError("not a JSON object", where=path)
    for name, check in SUMMARY_CHECKS.items():
        if not check(summary.get(name)):
            raise InputError(f"{name!r} is not what detect writes", where=path, todo="Restore it, or run stillwatch detect again")
    return summary


def demand_unchanged(run: Path, summary: Mapping[str, Any], found: Mapping[str, str | None]) -> None:
    """Raise an InputError where a table's digest is not that in the run's summary; summaries of earlier versions have none.

    Args:
        run: run folder. Its erasures are taken into account, by the digests that they recorded.
        summary: the run's summary.
        found: SHA-256 of tables of the folder, by name; None where a table is absent, which is right if the summary lacks it.
    """
    recorded = summary.get("tables")
    if recorded is None:
        return
    tables = dict(recorded) if isinstance(recorded, dict) else {}
    for row in erasures(run):
        for file in row.get("files") or ():
            if tables.get(name := file.get("path")) == file.get("before"):
                tables[name] = file.get("after")
    for name, sha256 in found.items():
        if tables.get(name) != sha256:
            what = "it is not the table that the run's summary.json tells (SHA-256)"
            raise InputError(what, where=run / name, todo="It is damaged or was changed: restore it, or run stillwatch detect again")


def demand_digests(run: Path, summary: Mapping[str, Any], names: Iterable[str]) -> None:
    """The same for tables by name; they are digested here, and only where the summary has digests."""
    if summary.get("tables") is not None:
        demand_unchanged(run, summary, {name: digest(run / name) if (run / name).is_file() else None for name in names})


HARVEST_BOUNDS = ("harvested_low", "harvested_high")
"""Columns of campaigns that hold the interval of ``n_harvested``; null in runs of traces, and of earlier versions."""


def interval_words(row: Mapping[str, Any]) -> str:
    """The interval of a campaign's harvest in words; empty where there is none."""
    low, high = (row.get(name) for name in HARVEST_BOUNDS)
    return "" if low is None or high is None else f"{low:,} to {high:,}"


WIDE_RATIO = 2
"""An interval is wide, and a number without it misleading, where its upper end is this many times the lower or more."""


def interval_if_wide(summary: Mapping[str, Any]) -> str:
    """Text to put behind a summary's number of exchanges: its interval where that is wide, else nothing."""
    low, high = (summary.get(name) for name in HARVEST_BOUNDS)
    return "" if low is None or high is None or high < max(WIDE_RATIO * low, 1) else f", perhaps {interval_words(summary)}"


ERASED_COUNTS = ("accounts", "requests", "harvested")
"""Counts that an erasure records of a campaign: how many of each are gone."""


def erasures(folder: Path) -> list[dict[str, Any]]:
    """The erasures from a folder of logs or a run since it was written, oldest first.

    Returns:
        Of each: ``at`` (ISO time), ``note``, ``files`` (``path``, SHA-256 ``before`` and ``after``), ``campaigns``: of each campaign
        that had the account, the counts of :data:`ERASED_COUNTS`.

    Raises:
        InputError: erasures.json is not what an erasure writes.
    """
    path = folder / ERASURES
    if not path.is_file():
        return []
    counts = _record(**dict.fromkeys(ERASED_COUNTS, _count))
    entry = _record(at=_required_text, note=_required_text, files=_list_of_records(path=_text, before=_text, after=_text))
    entries = read_json(path)
    if not (isinstance(entries, list) and all(
        isinstance(row, dict) and entry(row) and isinstance(row.get("campaigns"), dict)
        and all(value is not None and counts(value) for value in row["campaigns"].values()) for row in entries
    )):
        raise InputError("not what stillwatch cases erase writes", where=path, todo="Restore it: it tells what is gone from the tables")
    return entries


def erased_counts(rows: Sequence[Mapping[str, Any]], campaign_id: str) -> dict[str, int]:
    """How many accounts, requests and harvested requests of a campaign were erased in all."""
    return {name: sum(int(row["campaigns"].get(campaign_id, {}).get(name, 0)) for row in rows) for name in ERASED_COUNTS}


def erasure_notes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Lines of text for people, one for each of ``rows`` from :func:`erasures`."""
    lines = []
    for row in rows:
        gone = {name: sum(int(counts[name]) for counts in row["campaigns"].values()) for name in ERASED_COUNTS}
        of = f" of {', '.join(sorted(row['campaigns']))} with {number_of(gone['requests'], 'request')}" if row["campaigns"] else ""
        lines.append(f"{row['at']!s:.10}: an account{of} was erased since ({row['note']}); figures are as they were found")
    return lines


def record_packets(run: Path, paths: Sequence[Path], whom: str, at: datetime) -> bool:
    """Add packets that were made of a run to the list that it keeps of them; False where the folder cannot be written.

    Args:
        run: run folder.
        paths: the packets, named by their campaigns.
        whom: who gets them, in a few words; empty where not known.
        at: when they were made.
    """
    rows = [{"at": at.isoformat(), "campaign_id": path.name.removesuffix(PACKET), "for": whom, "path": str(path.resolve()),
             "sha256": digest(path)} for path in paths]
    try:
        with open(run / PACKETS, "ab") as file:
            file.write(b"".join(json.dumps(row, sort_keys=True).encode() + b"\n" for row in rows))
    except OSError:
        return False
    return True


def packets(run: Path) -> list[dict[str, str]]:
    """Packets that were made of a run, oldest first: ``at`` (ISO time), ``campaign_id``, ``for``, ``path``, ``sha256``.

    Raises:
        InputError: the list is not what export writes.
    """
    path, names = run / PACKETS, {"at", "campaign_id", "for", "path", "sha256"}
    try:
        rows = [json.loads(line) for line in path.read_bytes().splitlines()] if path.is_file() else []
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"not readable as JSON lines ({error})", where=path, todo="Restore it: it tells who has which packet") from error
    if not all(isinstance(row, dict) and names <= row.keys() and all(isinstance(row[name], str) for name in names) for row in rows):
        raise InputError("not what stillwatch export writes", where=path, todo="Restore it: it tells who has which packet")
    return rows
