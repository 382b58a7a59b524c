"""Faults: each is counted, explained and kept, and the run goes on; killed runs leave nothing half-written."""

import errno
import gzip
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingest_helpers import AS_OF, KEY, TIME, envelope, event, payload

from stillwatch import ingest
from stillwatch.errors import InputError
from stillwatch.ingest import readers, runner, split
from stillwatch.ingest.faults import REASONS

GOOD = json.dumps(event()).encode()


def line(**fields):
    return json.dumps(event(event_id="e2") | fields).encode()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"event_id": ', "not_json"),
        (b"plain words", "not_json"),
        (b'{"event_id": "\x01"}', "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not_json"),
        (b'"a string"', "not_an_object"),
        (b"12", "not_an_object"),
        (b"null", "not_an_object"),
        (b'[["nested"]]', "not_an_object"),
        (b'{"event_id": "\xff\xfe"}', "invalid_utf8"),
        (b"{}", "no_event_id"),
        (line(event_id=""), "no_event_id"),
        (line(timestamp=None), "no_timestamp"),
        (line(account_id=None), "no_account_id"),
        (line(account_id=""), "no_account_id"),
        (line(account_id=["a"]), "wrong_type"),
        (line(timestamp="yesterday"), "wrong_type"),
        (line(timestamp=True), "wrong_type"),
        (line(timestamp=1e300), "wrong_type"),
        (line(timestamp="2014-12-31T23:59:59Z"), "impossible_time"),
        (line(timestamp="2026-03-02T00:00:01Z"), "impossible_time"),
        (line(timestamp=0), "impossible_time"),
        (line(event_id="e1"), "duplicate_event_id"),
        (line(prompt="x" * ((4 << 20) + 1)), "prompt_too_large"),
    ],
)
def test_bad_rows(run, write, bad, reason):
    path = write(GOOD + b"\n" + bad + b"\n" + line(event_id="e3") + b"\n")
    result = run(path, "canonical")
    assert [row["event_id"] for row in result.rows] == ["e1", "e3"]
    assert result.reasons == {reason: 1}
    assert result.summary["explained"] == {reason: REASONS[reason]}
    (aside,) = result.aside
    assert (aside["source"], aside["line"], aside["reason"]) == (str(path), 2, reason)
    assert aside["raw_bytes"] == len(bad) or bad.startswith(b"[[")
    assert result.summary["rows"] == {"read": 3, "written": 2, "quarantined": 1}


def test_a_field_that_cannot_be_read_costs_no_row(run, write):
    fields = [
        ("prompt", {"a": 1}), ("input_tokens", "many"), ("input_tokens", 1.5), ("input_tokens", 2**40), ("context_key", 2**63),
        ("temperature", 1e39), ("stream", "maybe"), ("user_agent", ["curl"]), ("asn", "x"),
    ]
    path = write([event(event_id=str(at), model="m") | {name: value} for at, (name, value) in enumerate(fields)])
    result = run(path, "canonical")
    assert [row[name] for row, (name, _) in zip(result.rows, fields, strict=True)] == [None] * len(fields)
    assert {row["model"] for row in result.rows} == {"m"}
    told = result.summary["unread_fields"]
    assert {name: one["rows"] for name, one in told.items()} == Counter(name for name, _ in fields)
    assert told["input_tokens"]["first"] == f"{path}, line 2: input_tokens is no whole number of 32 bits: a string"
    assert result.summary["rows"] == {"read": len(fields), "written": len(fields), "quarantined": 0}
    assert [(row["line"], row["reason"]) for row in result.aside] == [(at + 1, "unread_field") for at in range(len(fields))]
    assert json.loads(result.aside[1]["raw"]) == {"event_id": "1", "account_id": "a1"}
    assert result.aside[1]["detail"] == "input_tokens is no whole number of 32 bits: a string"


ODD = [["x"], {"x": [7]}, 7, 2**40, True, "no JSON", [7.5], [None], [{"role": "user", "content": 7}]]


def odd(record, names):
    """The record with each of the fields (``a.b``: of the object ``a``), each given each odd value."""
    for name in names:
        outer, _, inner = name.rpartition(".")
        for value in ODD:
            yield record | ({outer: record[outer] | {inner: value}} if outer else {inner: value})


@pytest.mark.parametrize(
    ("format_", "record", "names"),
    [
        ("openai", envelope({"messages": []}, {"id": "r", "usage": {}}, headers={}), (
            "headers", "headers.user-agent", "headers.authorization", "headers.x-forwarded-for", "request", "request.tools",
            "request.messages", "request.input", "request.model", "request.prompt", "request.system", "request.previous_response_id",
            "request.conversation", "response", "response.usage", "response.choices", "response.id", "ja4", "asn", "country", "status",
            "org_id", "session_id", "remote_address",
        )),
        ("litellm", payload(), (
            "messages", "response", "model_parameters", "model_parameters.tools", "model_parameters.input", "completion_tokens",
            "user_agent", "session_id", "model", "status", "error_information", "call_type", "requester_ip_address",
            "metadata.requester_metadata", "metadata.requester_custom_headers", "metadata.usage_object",
        )),
        ("litellm-spend", {"request_id": "r", "startTime": TIME, "user": "ada", "metadata": {}, "proxy_server_request": {}}, (
            "metadata", "metadata.user_agent", "proxy_server_request", "proxy_server_request.tools", "proxy_server_request.messages",
            "messages", "response", "completion_tokens", "model", "session_id", "call_type", "organization_id",
        )),
    ],
)
def test_nobody_is_out_of_sight_by_a_field_of_another_type(run, write, format_, record, names):
    own = "id" if format_ == "litellm" else "request_id"
    rows = [row | {own: f"r{at}"} for at, row in enumerate(odd(record, names))]
    result = run(write(rows), format_)
    assert result.summary["rows"] == {"read": len(rows), "written": len(rows), "quarantined": 0}, result.summary["examples"]
    assert "content of a message is a number" in json.dumps(result.summary["unread_fields"])


def test_numbers_of_any_size_cost_no_row(run, write):
    tools = [{"name": "t", "input_schema": {"top": math.nan, "big": 2**70}}]  # which only Python's own reader takes
    (row,) = run(write([envelope({"tools": tools, "messages": [{"role": "user", "content": "why?"}]}, {})]), "openai").rows
    assert row["prompt"] == "why?"
    assert row["tools_key"] is not None


@pytest.mark.parametrize("levels", [260, 700, 1500, 30_000])
@pytest.mark.parametrize("place", ["metadata", "tools", "messages", "wrong"])
def test_nobody_is_out_of_sight_by_nesting_deeply(run, write, levels, place):
    deep = '{"a": [' * (levels // 2) + "1" + "]}" * (levels // 2)
    request = {"metadata": {}, "tools": [{"name": "t", "input_schema": {}}], "messages": [{"role": "user", "content": "why?"}]}
    log = [json.dumps(envelope(request, {}, request_id=name)) for name in "ab"]
    at = {
        "metadata": ('"metadata": {}', f'"metadata": {deep}'), "tools": ('"input_schema": {}', f'"input_schema": {deep}'),
        "messages": ('"content": "why?"', f'"content": [{{"type": "text", "text": "why?"}}, {deep}]'),
        "wrong": ('"metadata": {}', f'"metadata": [NaN, {deep}]'),  # which only Python's own reader takes
    }
    found = run(write("\n".join(one.replace(*at[place]) for one in log).encode()), "openai")
    assert [row["prompt"] for row in found.rows] == ["why?", "why?"]
    assert (found.rows[0]["tools_key"], found.rows[0]["context_key"]) == (found.rows[1]["tools_key"], found.rows[1]["context_key"])


def test_a_column_of_json_that_nests_deeply(run, write):
    body = '{"messages": [{"role": "user", "content": "why?"}], "metadata": ' + '{"a": ' * 1500 + "1" + "}" * 1501
    row = {"request_id": "r", "startTime": TIME, "user": "ada", "proxy_server_request": body}
    assert [row["prompt"] for row in run(write([row]), "litellm-spend").rows] == ["why?"]


def test_what_is_odd_but_usable_is_kept(run, write):
    rows = [
        event(prompt=""), event(event_id=2, prompt=None), event(event_id="3", prompt="x" * (2 << 20)),
        event(event_id="4", timestamp="2026-03-01T23:00:00Z"),
        event(event_id="5", temperature="0.5", stream="t", asn=""),
    ]
    python_made = b'{"event_id": "6", "timestamp": 1771581600, "account_id": "a", "prompt": "\\ud83d!", "top_p": NaN}\n'
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    result = run(write(lines + b"\n  \r\n" + python_made), "canonical")
    assert result.reasons == {}
    assert result.summary["empty_prompts"] == 1
    assert [row["event_id"] for row in result.rows] == ["e1", "2", "3", "4", "5", "6"]
    assert (result.rows[4]["temperature"], result.rows[4]["stream"], result.rows[4]["asn"]) == (0.5, True, None)
    assert (result.rows[5]["prompt"], result.rows[5]["top_p"]) == ("\ufffd!", None)


def test_duplicates_are_found_across_sources(run, write):
    result = run([write([event()], "a.jsonl"), write([event(), event(event_id="n")], "b.jsonl")], "canonical")
    assert result.reasons == {"duplicate_event_id": 1}
    assert len(result.rows) == 2


def test_crashing_parser_costs_one_row(run, write, monkeypatch):
    from stillwatch.ingest.parsers import canonical

    def parse(raw, tenant):
        return raw | {"account_id": {}["x"] if "x" in raw else "a"}

    monkeypatch.setattr(canonical, "parse", parse)
    result = run(write([event(x=1), event()]), "canonical")
    assert result.reasons == {"parser_failed": 1}
    assert len(result.rows) == 1


def many(count=2000):
    return b"".join(line(event_id=f"e{at}", prompt=os.urandom(20).hex()) + b"\n" for at in range(count))


@pytest.mark.parametrize("kind", ["truncated", "corrupt", "trailing junk"])
def test_damaged_gzip(run, write, tmp_path, kind):
    packed = gzip.compress(many())
    path = tmp_path / "log.jsonl.gz"
    damaged = {
        "truncated": packed[: len(packed) // 2],
        "corrupt": packed[:-8] + b"\0" * 8,
        "trailing junk": packed + b"junk",
    }
    path.write_bytes(damaged[kind])
    result = run([path, write([event(event_id="after")], "b.jsonl")], "canonical")
    reason = "truncated_gzip" if kind == "truncated" else "corrupt_gzip"
    assert result.summary["sources"] == {reason: 1}
    read, written = result.summary["rows"]["read"], result.summary["rows"]["written"]
    assert read > 500
    assert read - written == sum(result.reasons.values()) == (1 if kind == "truncated" else 0)
    assert set(result.reasons) <= {"truncated"}
    assert result.rows[-1]["event_id"] == "after"


def test_members_of_gzip_are_joined(run, tmp_path):
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(GOOD + b"\n") + gzip.compress(line() + b"\n") + b"\0" * 10)
    assert [row["event_id"] for row in run(path, "canonical").rows] == ["e1", "e2"]


@pytest.mark.parametrize("name", ["empty.jsonl", "empty.json.gz", "blank.jsonl", "header.csv", "empty.parquet"])
def test_empty_sources(run, write, tmp_path, name):
    path = tmp_path / name
    if name.endswith("parquet"):
        pq.write_table(pa.table({"event_id": pa.array([], pa.string())}), path)
    else:
        write({"blank.jsonl": b"\n \n", "header.csv": b"request_id,user\n"}.get(name, b""), name)
    format_ = "litellm-spend" if name.endswith("csv") else "canonical"
    result = run([path, write([event()], "good.jsonl")] if format_ == "canonical" else path, format_)
    assert result.summary["sources"] == {"empty_file": 1}
    assert (result.aside[0]["line"], result.aside[0]["reason"]) == (0, "empty_file")


def test_run_without_events_still_writes_tables(run, write):
    result = run(write(b""), "canonical")
    assert result.rows == []
    assert result.summary["rows"] == {"read": 0, "written": 0, "quarantined": 0}
    assert result.summary["first"] is None


def test_damaged_parquet(run, write, tmp_path):
    path = tmp_path / "log.parquet"
    pq.write_table(pa.Table.from_pylist([event(event_id=str(at)) for at in range(100)]), path)
    path.write_bytes(path.read_bytes()[:-50])
    result = run([path, write([event()], "z.jsonl")], "canonical")
    assert result.summary["sources"] == {"corrupt_parquet": 1}
    assert len(result.rows) == 1


def test_parquet_with_values_python_cannot_hold(run, tmp_path):
    offsets = pa.array([0, 2, 4], pa.int32()).buffers()[1]
    broken = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"\xff\xfeok")])
    times = pa.array([1771581600_000_000, 1771581600_000_000, 2**62], pa.int64()).cast(pa.timestamp("us"))
    table = pa.table({
        "event_id": ["1", "2", "3"], "account_id": ["a"] * 3, "timestamp": times,
        "prompt": pa.chunked_array([broken, pa.array(["fine"])]),
    })
    path = tmp_path / "log.parquet"
    pq.write_table(table, path)
    result = run(path, "canonical")
    assert result.reasons == {"wrong_type": 1}
    assert result.aside[-1]["detail"].startswith("timestamp is no time: a time that no calendar has")
    assert [(row["event_id"], row["prompt"]) for row in result.rows] == [("1", None), ("2", "ok")]
    assert result.summary["unread_fields"]["prompt"]["first"].endswith("prompt is no text: bytes that are not UTF-8")


def test_bad_csv_rows(run, write):
    head = b"request_id,startTime,user\n"
    rows = b"1,2026-02-20 10:00:00,ada\n2,2026-02-20\n3,2026-02-20 10:00:00,\xff\n4,2026-02-20 10:00:00,ada,more\n"
    last = b'5,2026-02-20 10:00:00,"ada\nbyron"\n6,2026-02-20 10:00:00,\n'
    result = run(write(head + rows + last, "spend.csv"), "litellm-spend")
    assert [row["event_id"] for row in result.rows] == ["1", "5"]
    assert result.reasons == {"wrong_columns": 2, "invalid_utf8": 1, "no_account_id": 1}
    assert [bad["line"] for bad in result.aside] == [3, 4, 5, 8]


@pytest.mark.usefixtures("small_limits")
def test_too_large_record_is_skipped(run, write):
    result = run(write(GOOD + b"\n" + line(prompt="y" * 2000) + b"\n" + line() + b"\n"), "canonical")
    assert result.reasons == {"record_too_large": 1}
    assert [row["event_id"] for row in result.rows] == ["e1", "e2"]
    never_ends = b"[\n" + GOOD + b",\n" + b'{"prompt": "' + b"z" * 5000
    result = run(write(never_ends, "log.json"), "canonical")
    assert result.reasons == {"record_too_large": 1}
    assert result.summary["sources"] == {"unread_rest": 1}
    assert len(result.rows) == 1


@pytest.fixture
def small_limits(monkeypatch):
    for module in (readers, split):
        monkeypatch.setattr(module, "MAX_RECORD", 1000)
    monkeypatch.setattr(readers, "BLOCK", 300)


def batch(start, end, **fields):
    """Some events on one line, as gateways post them."""
    return json.dumps([event(event_id=str(at), **fields) for at in range(start, end)]).encode() + b"\n"


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("glue", ["array", "one behind the other"])
@pytest.mark.parametrize("first", [b"", batch(0, 2)], ids=["big first", "small first"])
def test_the_limit_of_a_record_is_not_one_of_a_batch(run, write, first, glue):
    big = batch(2, 60)
    if glue != "array":
        big = big.strip(b"[]\n").replace(b"}, {", b"}{") + b"\n"
    result = run(write(first + big + batch(60, 62)), "canonical")
    assert result.reasons == {}
    assert [int(row["event_id"]) for row in result.rows] == list(range(0 if first else 2, 62))


@pytest.mark.usefixtures("small_limits")
def test_a_record_too_large_in_a_batch(run, write):
    big = batch(0, 20)[:-2] + b", " + batch(20, 21, prompt="y" * 2000)[1:-2] + b", " + batch(21, 30)[1:]
    result = run(write(big + batch(30, 32)), "canonical")
    assert result.reasons == {"record_too_large": 1}
    assert result.aside[0]["detail"] == "more than 64 MiB; the rest of its line was not read"
    assert [int(row["event_id"]) for row in result.rows] == [*range(20), 30, 31]


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("end", [8, 40], ids=["within the limit", "over it"])
def test_a_damaged_line_after_a_long_array_costs_itself_alone(run, write, end):
    damaged = batch(100, 102)
    result = run(write(batch(0, end) + damaged[: len(damaged) * 3 // 4] + b"\n" + batch(102, 104) + batch(104, 106)), "canonical")
    assert [int(row["event_id"]) for row in result.rows] == [*range(end), 100, *range(102, 106)]
    assert result.reasons == {"not_json": 1}


def test_a_long_line_in_a_cell_of_csv_stays_whole(write, monkeypatch):
    monkeypatch.setattr(readers, "LONG_LINE", 100)
    monkeypatch.setattr(readers, "BLOCK", 50)
    cell = "so:\n" + json.dumps([{"at": at} for at in range(40)])
    path = write(f"a,b\n1,\"{cell.replace(chr(34), chr(34) * 2)}\"\n".encode(), "log.csv")
    assert [record.value for record in readers.Source(path, header=True)] == [{"a": "1", "b": cell}]


@pytest.mark.usefixtures("small_limits")
def test_a_document_whose_first_line_is_long(run, write):
    lines = [json.dumps(event(event_id=str(at), prompt="y" * 300)) for at in range(4)]
    result = run(write(b"[" + ",\n".join(lines).encode() + b"]", "log.json"), "canonical")
    assert [row["event_id"] for row in result.rows] == ["0", "1", "2", "3"]


def test_array_that_is_cut_off(run, write):
    whole = json.dumps([event(event_id=str(at)) for at in range(4)], indent=1).encode()
    result = run(write(whole[:-40], "log.json"), "canonical")
    assert [row["event_id"] for row in result.rows] == ["0", "1", "2"]
    assert result.reasons == {"not_json": 1}


def test_unreadable_source(run, write, monkeypatch):
    path = write([event()])

    def refuse(*_args, **_options):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(readers, "open", refuse, raising=False)
    with pytest.raises(InputError, match=r"cannot read \(Permission denied\)"):
        run(path, "canonical")


def test_a_source_that_is_moved_away_while_it_is_read_is_named(write, tmp_path, monkeypatch):
    source = write([event()])

    def moved(path):
        path.unlink(missing_ok=True)
        return real(path)

    real = runner.digest
    monkeypatch.setattr(runner, "digest", moved)
    with pytest.raises(InputError, match=r"^cannot read \(No such file or directory\): .*log\.jsonl$"):
        ingest.run([source], "canonical", tmp_path / "out", key=KEY, quiet=True)


def test_disk_full(run, write, tmp_path, monkeypatch):
    run(write([event()], "old.jsonl"), "canonical")

    def full(*_args, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(InputError, match="No space left on device"):
        run(write([event(event_id="new")]), "canonical")
    assert [row["event_id"] for row in pq.read_table(tmp_path / "out" / "events").to_pylist()] == ["e1"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["events", "ingest.json", "quarantine.parquet"]


def test_rerun_replaces_everything(run, write):
    run(write([event(event_id=str(at)) for at in range(30)] + [7]), "canonical")
    result = run(write([event(event_id="new")]), "canonical")
    assert [row["event_id"] for row in result.rows] == ["new"]
    assert result.aside == []


KILLED = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from stillwatch import ingest
from stillwatch.ingest import output
output.BATCH_ROWS = 500
ingest.run([Path(sys.argv[1])], "canonical", Path(sys.argv[2]), privacy="text", key=bytes(32), quiet=True,
           as_of=datetime(2026, 3, 1, tzinfo=UTC), finish=lambda table: print(len(table), flush=True))
"""


def test_kill_and_rerun(write, tmp_path):
    """kill -9 in the middle: what was there before stays whole; the same command again completes."""
    out, path = tmp_path / "out", write(many(20_000))
    (out / "events").mkdir(parents=True)
    pq.write_table(pa.table({"event_id": ["old"]}), out / "events" / "part-00000.parquet")
    (out / "ingest.json").write_text('{"rows": {"written": 1}}')
    command = [sys.executable, "-c", KILLED, str(path), str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(3):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert pq.read_table(out / "events").to_pylist() == [{"event_id": "old"}]
    assert json.loads((out / "ingest.json").read_text()) == {"rows": {"written": 1}}
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert len(pq.read_table(out / "events")) == 20_000
    assert json.loads((out / "ingest.json").read_text())["rows"]["written"] == 20_000
    assert sorted(one.name for one in out.iterdir()) == ["events", "ingest.json", "quarantine.parquet"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["user", "assistant", "text", "2026-02-20", "resp_1", "success", "1.2.3.4", "data: {}"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from([
            "id", "request_id", "event_id", "timestamp", "startTime", "account_id", "user", "api_key", "metadata",
            "messages", "role", "content", "type", "text", "tools", "function", "name", "request", "response",
            "choices", "message", "delta", "output", "usage", "input", "system", "prompt", "headers", "status",
            "model_parameters", "tool_calls", "prompt_tokens_details", "input_tokens", "previous_response_id",
            "error_information", "error_code", "user_id", "requester_metadata", "requester_custom_headers",
            "requester_ip_address", "x-forwarded-for",
            "remote_address",
            "conversation", "proxy_server_request", "user_api_key_user_id", "user_api_key_hash", "email", "phone",
        ]), inner, max_size=6),
    max_leaves=25,
)
RECORDS = st.fixed_dictionaries(
    {name: st.integers(0, 5) for name in ("id", "request_id", "event_id")} | {"startTime": st.just(1771581600)},
    optional={
        "timestamp": st.just("2026-02-20"), "account_id": JSON, "user": JSON, "metadata": JSON, "messages": JSON,
        "response": JSON, "request": JSON, "headers": JSON, "model_parameters": JSON, "proxy_server_request": JSON,
        "key_id": st.just("k"), "api_key": st.just("k"),
    },
)


@pytest.mark.parametrize("format_", sorted(ingest.formats()))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(values=st.lists(JSON | RECORDS, max_size=6), mode=st.sampled_from(["text", "features", "metadata"]))
def test_any_json_is_read_or_put_aside(tmp_path_factory, format_, values, mode):
    folder = tmp_path_factory.mktemp("any")
    path = folder / "log.jsonl"
    # the first line decides what the file is
    path.write_text("{}\n" + "".join(json.dumps(value) + "\n" for value in values))
    expected = 1 + sum(len(value) if isinstance(value, list) else 1 for value in values)
    check(ingest.run([path], format_, folder / "out", privacy=mode, key=KEY, as_of=AS_OF, quiet=True), folder, expected)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=300) | st.text('[]{}",:\\ \n1a', max_size=120).map(str.encode))
@pytest.mark.parametrize("format_", ["canonical", "litellm-spend"])
def test_any_bytes_are_read_or_put_aside(tmp_path_factory, format_, data):
    folder = tmp_path_factory.mktemp("any")
    path = folder / "log"
    path.write_bytes(data)
    options = {"privacy": "text", "key": KEY, "as_of": AS_OF, "quiet": True}
    check(ingest.run([path], format_, folder / "out", **options), folder, None)
    for besides in ({"accounts": path}, {"edge": [path]}):
        with suppress(InputError):  # nothing of it is of use
            check(ingest.run([path], format_, folder / "out", **options, **besides), folder, None)


def check(summary, folder, expected):
    rows = summary["rows"]
    if expected is not None:
        assert rows["read"] == expected
    assert rows["read"] == rows["written"] + rows["quarantined"]
    assert sum(summary["quarantined"].values()) == rows["quarantined"]
    assert len(pq.read_table(folder / "out" / "events")) == rows["written"]
    aside = [row for row in pq.read_table(folder / "out" / "quarantine.parquet").to_pylist() if row["reason"] != "unread_field"]
    roles = [summary["quarantined"], *((summary[name] or {}).get("quarantined", {}) for name in ("edge", "accounts"))]
    assert len(aside) == sum(sum(role.values()) for role in roles) + sum(summary["sources"].values())
    assert {bad["reason"] for bad in aside} <= set(REASONS)


@settings(max_examples=200, deadline=None)
@given(values=st.lists(JSON, max_size=6), size=st.integers(1, 40), indent=st.sampled_from([None, 1]))
def test_splitting_gives_the_elements_whatever_the_blocks(values, size, indent):
    data = json.dumps(values, indent=indent).encode()
    blocks = (data[at : at + size] for at in range(0, len(data), size))
    assert [json.dumps(json.loads(piece)) for piece in split.records(blocks)] == [json.dumps(value) for value in values]


def test_a_bracket_too_many_costs_no_record_after_it():
    found = list(split.records([b'[\n{"a": 1}\n]\n]\n{\n"b": {"c": 2}\n}\n}\n[{"d": 3}, {"e": 4}]']))
    assert [piece for piece in found if piece[:1] == b"{"] == [b'{"a": 1}', b'{\n"b": {"c": 2}\n}', b'{"d": 3}', b'{"e": 4}']


def test_default_as_of_is_now(write, tmp_path):
    path = write([event(timestamp=time.time()), event(event_id="late", timestamp=time.time() + 90_000)])
    summary = ingest.run([path], "canonical", tmp_path / "out", key=KEY, quiet=True)
    assert summary["quarantined"] == {"impossible_time": 1}
    assert datetime.fromisoformat(summary["as_of"]).tzinfo == UTC


def test_litellm_garbage_in_known_places(run, write):
    strange = [
        payload(id="1", model_parameters={"tools": [1, {"function": 2}, {"name": "x"}], "temperature": None}),
        payload(id="2", response={"choices": [1, {"message": 7}, {"message": {"content": [None, 3]}}]}),
        payload(id="3", response={"output": [3, {"type": None}]}),
        payload(id="4", messages={"role": "user", "content": "one"}),
        payload(id="5", messages="a completion prompt"),
        payload(id="6", messages=["an", "embedding"]),
    ]
    result = run(write(strange), "litellm")
    assert result.reasons == {}
    assert [row["prompt"] for row in result.rows[3:]] == ["one", "a completion prompt", "embedding"]
