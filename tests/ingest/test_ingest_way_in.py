"""What a newcomer's files look like: nothing is read as something else, and nothing goes missing without a word."""

import bz2
import json
import lzma
import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingest_helpers import AS_OF, KEY, TIME, envelope, event, payload

import killed
from stillwatch import workflows
from stillwatch.cli import main
from stillwatch.dataset import open_dataset
from stillwatch.erasure import folders
from stillwatch.errors import InputError
from stillwatch.files import folder_lock, write_parquet
from stillwatch.ingest import runner
from stillwatch.ingest.values import instant
from stillwatch.keys.hashing import keyed, tenant_key

SPEND = "request_id,startTime,user,model\n"


# --- Times ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "microseconds"),
    [
        ("800000000000", 800_000_000_000_000),  # milliseconds before 2001, when an account may have been made
        ("1770120112345", 1770120112345_000),  # also 23:45 on a day of the year 1770, in ISO 8601's basic form
        ("1770120112", 1770120112_000_000),
        ("1770120112345678", 1770120112345678),
        (" 1770120112 ", 1770120112_000_000),
        ("20260220", 1771545600_000_000),
        ("2026-02-20 10:00:00+00", 1771581600_000_000),
    ],
)
def test_digits_are_seconds_or_parts_of_them(told: str, microseconds: int) -> None:
    assert instant(told) == microseconds


@pytest.mark.parametrize("told", [-99_999_999_999, "10000-01-01", 1e30])
def test_times_that_no_calendar_has_are_none(told: object) -> None:
    with pytest.raises((ValueError, OverflowError)):
        instant(told)


def test_times_of_parquet(run, tmp_path):
    day, nanos = pa.array([20504, None], pa.date32()), pa.array([1771581600_123456789, 2], pa.timestamp("ns"))
    for times, first in ((day, "2026-02-20 00:00:00+00:00"), (nanos, "2026-02-20 10:00:00.123456+00:00")):
        path = tmp_path / "log.parquet"
        pq.write_table(pa.table({"event_id": ["a", "b"], "timestamp": times, "account_id": ["x", "y"]}), path)
        assert [str(row["timestamp"]) for row in run(path, "canonical").rows] == [first]


def test_strings_that_parquet_holds_as_bytes(run, tmp_path):
    columns = {"event_id": [b"a", b"b"], "timestamp": [TIME.encode()] * 2, "account_id": [b"x", b"\xff"], "ip": [b"\xfe", b"i"]}
    table = pa.table(columns)
    pq.write_table(table, tmp_path / "log.parquet")
    result = run(tmp_path / "log.parquet", "canonical")
    assert [(row["event_id"], row["account_id"], row["ip"]) for row in result.rows] == [("a", "x", None)]
    note, aside = result.aside
    assert (note["reason"], note["detail"]) == ("unread_field", "ip is no text: bytes that are not UTF-8")
    assert (aside["reason"], aside["detail"]) == ("wrong_type", "account_id is no text: bytes that are not UTF-8")
    assert json.loads(aside["raw"])["account_id"] == "\xff"


def test_a_parquet_row_of_an_impossible_time_is_kept(run, tmp_path):
    table = pa.table({"event_id": ["a"], "timestamp": pa.array([2**62], pa.timestamp("us")), "account_id": ["x"]})
    pq.write_table(table, tmp_path / "log.parquet")
    (aside,) = run(tmp_path / "log.parquet", "canonical").aside
    assert json.loads(aside["raw"]) == {"event_id": "a", "timestamp": str(2**62), "account_id": "x"}


# --- CSV -----------------------------------------------------------------------------------------------------------


def test_a_quote_that_is_never_closed_costs_one_row(run, write):
    rows = [f'{at},2026-02-20 10:00:00,ada,{chr(34) if at == 2 else ""}gpt\n' for at in range(1, 6)]
    result = run(write((SPEND + "".join(rows)).encode(), "spend.csv"), "litellm-spend")
    assert [row["event_id"] for row in result.rows] == ["1", "3", "4", "5"]
    (aside,) = result.aside
    assert (aside["line"], aside["reason"], aside["raw"]) == (3, "not_csv", rows[1].strip().encode())


def test_a_quote_that_a_later_row_closes_costs_one_row(run, write):
    rows = ['1,2026-02-20 10:00:00,ada,"gpt\n', "2,2026-02-20 10:00:00,ada,gpt\n", '3,2026-02-20 10:00:00,"ada",gpt\n']
    result = run(write((SPEND + "".join(rows)).encode(), "spend.csv"), "litellm-spend")
    assert [row["event_id"] for row in result.rows] == ["2", "3"]
    assert result.summary["rows"] == {"read": 3, "written": 2, "quarantined": 1}


@pytest.mark.parametrize("separator", [";", "\t"])
def test_separators_and_names_as_spreadsheets_write_them(run, write, separator, tmp_path):
    log = "\n".join((" request_id , startTime,user,organization_id", r"1,2026-02-20 10:00:00,ada,\N", "")).replace(",", separator)
    (row,) = run(write(log.encode(), "spend.csv"), "litellm-spend").rows
    assert (row["account_id"], row["org_id"]) == (keyed(KEY, "ada"), None)
    registry = "Account_ID, Created_At\nada,2026-01-05\n".replace(",", separator)
    result = run(write([payload()]), "litellm", accounts=write(registry.encode(), "accounts.csv"), out=tmp_path / "other")
    assert [row["created_at"].day for row in result.accounts] == [5]


def test_a_header_that_names_a_column_twice(run, write):
    result = run(write(f"{SPEND[:-1]},user\nr,1771581600,a,m,b\n".encode(), "spend.csv"), "litellm-spend")
    assert result.rows == []
    assert result.summary["sources"] == {"doubled_column": 1}


# --- JSON ----------------------------------------------------------------------------------------------------------


def test_objects_one_behind_the_other(run, write):
    result = run(write("".join(json.dumps(event(event_id=str(at))) for at in range(3)).encode()), "canonical")
    assert [row["event_id"] for row in result.rows] == ["0", "1", "2"]


def test_long_objects_one_behind_the_other(run, write, monkeypatch):
    from stillwatch.ingest import readers

    monkeypatch.setattr(readers, "BLOCK", 300)
    result = run(write("".join(json.dumps(event(event_id=str(at))) for at in range(30)).encode()), "canonical")
    assert len(result.rows) == 30


def test_an_array_on_one_line_that_is_cut_off(run, write):
    whole = json.dumps([event(event_id=str(at)) for at in range(4)]).encode()
    result = run(write(whole[:-40], "log.json"), "canonical")
    assert [row["event_id"] for row in result.rows] == ["0", "1", "2"]
    assert result.summary["rows"] == {"read": 4, "written": 3, "quarantined": 1}


def test_messages_that_an_export_wrote_as_a_string(run, write):
    told, prompt = payload()["messages"], '["a", "list"]'
    log = [payload(), payload(id="2", messages=json.dumps(told)), payload(id="3", messages=prompt)]
    one, two, three = run(write(log), "litellm").rows
    assert (one["prompt"], one["context_key"]) == (two["prompt"], two["context_key"])
    assert three["prompt"] == prompt


def test_a_stream_that_begins_with_a_comment(run, write):
    chunk = {"id": "c", "choices": [{"index": 0, "delta": {"content": "yes"}}], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
    stream = f": waiting\n\ndata: {json.dumps(chunk)}\n\ndata: [DONE]\n"
    request = {"messages": [{"role": "user", "content": "hi"}]}
    (row,) = run(write([envelope(request, stream)]), "openai").rows
    assert (row["response"], row["input_tokens"], row["output_tokens"]) == ("yes", 3, 2)
    (row,) = run(write([envelope(request, ": no stream")]), "openai").rows
    assert row["response"] == ": no stream"


def test_one_key_is_one_account_however_it_is_sent(run, write):
    headers = [{"authorization": "Bearer k"}, {"authorization": "bearer  k"}, {"X-Api-Key": "k"}, {"api-key": "k"},
               {"authorization": "Basic k"}, {"authorization": "Token\tk"}, {"authorization": "k"},
               {"authorization": "Bearer", "api-key": "k"},
               {"authorization": "AWS4-HMAC-SHA256 Credential=k/20260101/x, SignedHeaders=host, Signature=1"}]
    log = [envelope({}, None, request_id=str(at), account_id=None, org_id=None, headers=told) for at, told in enumerate(headers)]
    assert {row["account_id"] for row in run(write(log), "openai").rows} == {keyed(KEY, "k")}


WILD = {"max_tokens": 3_000_000_000, "temperature": "hot", "top_p": [1], "stream": "maybe"}


@pytest.mark.parametrize(
    ("format_", "log"),
    [
        ("litellm", payload(model_parameters=WILD)),
        ("litellm", payload(model_parameters={}, stream="maybe")),
        ("openai", envelope(WILD | {"messages": [{"role": "user", "content": "hi"}]}, None)),
        ("anthropic", envelope(WILD | {"messages": [{"role": "user", "content": "hi"}]}, None)),
    ],
)
def test_no_client_hides_behind_its_parameters(run, write, format_, log):
    (row,) = run(write([log]), format_).rows
    assert [row[name] for name in WILD] == [None] * 4


def test_no_client_says_who_it_is(run, write):
    headers = {"authorization": "Bearer k", "openai-organization": "another"}
    (row,) = run(write([envelope({}, None, account_id=None, org_id=None, headers=headers)]), "openai").rows
    assert (row["account_id"], row["org_id"]) == (keyed(KEY, "k"), None)


def test_no_client_makes_its_requests_one(run, write):
    log = [envelope({}, {"id": f"chatcmpl-{at}"}, request_id=None, headers={"x-request-id": "same"}) for at in range(2)]
    assert len(run(write(log), "openai").rows) == 2


@pytest.mark.parametrize("format_", ["canonical", "canonical-clear"])
def test_a_blank_account_is_none(run, write, format_):
    assert run(write([event(account_id="  ")]), format_).reasons == {"no_account_id": 1}


# --- Sources -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "what"),
    [(bz2.compress(b"{}\n" * 99), "bzip2"), (lzma.compress(b"{}"), "xz"), ("{}".encode("utf-16"), "UTF-16"), (b"PK\x03\x04..", "zip")],
)
def test_forms_that_are_not_read_are_named(run, write, data, what):
    result = run([write(data, "log.bin"), write([event()])], "canonical")
    assert (result.summary["sources"], result.reasons) == ({"unknown_form": 1}, {})
    assert what in result.summary["examples"]["unknown_form"]
    assert len(result.rows) == 1


def test_names_that_are_not_utf8_are_read_and_escaped(write, tmp_path):
    logs = tmp_path / "logs"
    logs.mkdir()
    write([event(event_id="1"), {}], os.fsdecode(b"logs/\xe9.jsonl"))
    pq.write_table(pa.Table.from_pylist([event(event_id="2")]), logs / "a.parquet")
    (logs / "a.parquet").rename(logs / os.fsdecode(b"\xe8.parquet"))
    (logs / os.fsdecode(b"\xe9.pdf")).touch()
    summary = workflows.ingest([logs], "canonical", tmp_path / "out", as_of=AS_OF)
    assert (summary["rows"]["written"], summary["sources"]) == (2, {})
    assert [one["path"] for one in summary["inputs"]] == [f"{logs}/\\xe8.parquet", f"{logs}/\\xe9.jsonl"]
    assert summary["not_read"] == [f"{logs}/\\xe9.pdf"]
    assert pq.read_table(tmp_path / "out" / "quarantine.parquet")["source"].to_pylist() == [f"{logs}/\\xe9.jsonl"]


def test_what_a_folder_holds_besides_is_told(write, tmp_path, capsys):
    logs = tmp_path / "logs"
    (logs / "deep" / ".git").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    os.symlink(logs, logs / "round")
    os.symlink(tmp_path / "elsewhere", logs / "there")
    for at, name in enumerate(("a.jsonl", "B.JSONL", "deep/c.json", "deep/.git/d.json", "e.jsonl.1", "f.jsonl.zst", "_g.jsonl")):
        write([event(event_id=str(at))], f"logs/{name}")
    summary = workflows.ingest([logs], "canonical", tmp_path / "out", as_of=AS_OF)
    assert summary["rows"]["written"] == 3
    assert [Path(path).name for path in summary["not_read"]] == ["e.jsonl.1", "f.jsonl.zst", "round", "there"]
    assert "Not read: 4 files or links of other kinds" in capsys.readouterr().out


def test_output_and_sources_are_kept_apart(run, write, tmp_path):
    logs = write([event()], "a.jsonl").parent
    for out in (logs, logs / "out"):
        with pytest.raises(InputError, match="--out lies in a folder that is read"):
            run(logs, "canonical", out=out)
    out = run(logs / "a.jsonl", "canonical").out
    registry = {"accounts": out / "accounts.parquet"}
    run(logs / "a.jsonl", "canonical", accounts=write([{"account_id": "a"}], "accounts.jsonl"))
    before = (out / "events" / "part-00000.parquet").read_bytes()
    for source, options in ((out / "events", {}), (out / "events" / "part-00000.parquet", {}), (logs / "a.jsonl", registry)):
        with pytest.raises(InputError, match=r"a source would be replaced|--out lies in"):
            run(source, "canonical", out=out, **options)
    assert (out / "events" / "part-00000.parquet").read_bytes() == before


@pytest.mark.parametrize("wrong", [{"accounts": Path("nowhere")}, {"edge": [Path("nowhere")]}, {"trusted_proxies": "10.0.0.0/99"}])
def test_a_mistyped_command_leaves_nothing(write, tmp_path, wrong):
    with pytest.raises(InputError):
        workflows.ingest([write([event()])], "canonical", tmp_path / "out", quiet=True, **wrong)
    assert not (tmp_path / "out").exists()


# --- What is told --------------------------------------------------------------------------------------------------


def test_the_first_bad_row_is_shown(write, tmp_path, capsys):
    path = write([event(timestamp="yesterday"), event(timestamp="soon")])
    with pytest.raises(InputError, match=r"there is no event to look at: .*/events. Is --from canonical what the log is"):
        workflows.ingest([path], "canonical", tmp_path / "out", as_of=AS_OF)
    told = capsys.readouterr().out
    assert f"the first: {path}, line 1: timestamp is no time: a string (ISO 8601, or seconds, milliseconds" in told
    assert "Next:" not in told
    assert pq.read_metadata(tmp_path / "out" / "quarantine.parquet").num_rows == 2


def test_csv_where_none_is_read_is_told_so(write, tmp_path):
    path = write(b"event_id,timestamp,account_id\ne1,2026-02-20T10:00:00Z,a1\n", "events.csv")
    with pytest.raises(InputError, match=r"--from canonical reads JSON and Parquet; CSV is read with --from litellm-spend alone"):
        workflows.ingest([path], "canonical", tmp_path / "out", as_of=AS_OF)


def test_a_log_without_rows_is_an_error(write, tmp_path, capsys):
    words = ["ingest", str(write(b"", "empty.jsonl")), "--from", "canonical", "--out", str(tmp_path / "out")]
    assert main(words) == 1
    told = capsys.readouterr()
    assert "0 of 0 rows became events" in told.out
    assert (told.err.count("\n"), "there is no event to look at" in told.err) == (1, True)


LITELLM_AND_NOT = [
    (["--from", "openai"], "Is --from openai what the log is?"), (["--from", "litellm", "--as-of", "2020-01-01"], "Is --from litellm what"),
]


@pytest.mark.parametrize(("wrong", "said"), LITELLM_AND_NOT, ids=["format", "as-of"])
def test_an_ingest_without_events_leaves_earlier_tables(write, tmp_path, capsys, wrong, said):
    log, out = str(write([payload(id=f"c{i}", litellm_call_id=f"l{i}") for i in range(9)])), tmp_path / "out"
    registry = str(write(b"user_id\nada\n", "users.csv"))
    right = ["ingest", log, "--from", "litellm", "--out", str(out), "--as-of", "2026-03-01", "--accounts", registry]
    assert main(right) == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    capsys.readouterr()
    other = str(write(b"user_id\neve\n", "others.csv"))
    assert main(["ingest", log, "--out", str(out), "--accounts", other, *wrong]) == 1
    told, failed = capsys.readouterr(), out / "failed-quarantine.parquet"
    where = f"stillwatch: there is no event to look at, so the tables that stand there stay: {out / 'events'}. "
    assert told.err == f"{where}{said} {'' if 'openai' in said else 'the log is? '}{failed} says why\n"
    assert f"9 rows were put aside: {failed}" in told.out
    assert "1 account, which is not written" in told.out
    assert pq.read_metadata(failed).num_rows == 9
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file() and path != failed} == before
    assert main(right) == 0
    assert not failed.exists()


def test_a_first_ingest_without_events_writes_all(write, tmp_path):
    out = tmp_path / "out"
    for _ in range(2):
        assert main(["ingest", str(write([payload()])), "--from", "openai", "--out", str(out), "-q"]) == 1
        assert {path.name for path in out.iterdir()} == {"events", "ingest.json", "quarantine.parquet", "stillwatch.key"}


def test_an_ingest_without_events_does_not_hide_that_one_was_interrupted(write, tmp_path):
    out, log = tmp_path / "out", str(write([payload()]))
    killed.at("stillwatch.ingest.output:write_json:1", "ingest", log, "--from", "litellm", "--out", out)
    assert main(["ingest", log, "--from", "openai", "--out", str(out)]) == 1
    with pytest.raises(InputError, match="an ingest was interrupted"):
        open_dataset(out)
    assert main(["ingest", log, "--from", "litellm", "--out", str(out)]) == 0
    assert len(open_dataset(out).event_files) == 1
    assert not list(out.glob(".*"))


def test_events_of_an_earlier_ingest_that_are_replaced_are_told(write, tmp_path, capsys):
    out, second = tmp_path / "out", write([event(event_id="e3")], "second.jsonl")
    first = write([event(), event(event_id="e2")], "first.jsonl")

    def told(*sources):
        workflows.ingest(list(sources), "canonical", out, as_of=AS_OF)
        return [line for line in capsys.readouterr().out.splitlines() if line.startswith("Replaced")]

    assert told(first) == []
    write([event(), event(event_id="e2"), event(event_id="e4")], "first.jsonl")
    assert told(first) == [], "it has grown"
    assert told(first.rename(tmp_path / "moved.jsonl"), second) == []
    (line,) = told(second)
    assert f"of 3 rows of 1 source that was not read this time, such as {tmp_path / 'moved.jsonl'}" in line
    (out / "ingest.json").write_text('{"rows": {"written": 1}, "inputs": [{"role": "log"}]}')
    with pytest.raises(InputError, match=r"not what stillwatch ingest writes: .*ingest\.json\. Pass"):
        told(second)


def test_events_that_no_ingest_wrote_are_not_replaced(write, tmp_path, capsys):
    events = tmp_path / "out" / "events"
    events.mkdir(parents=True)
    (events / "2026-02-02.jsonl").write_text("mine")
    assert main(["ingest", str(write([event()])), "--from", "canonical", "--out", str(tmp_path / "out")]) == 1
    assert f"no ingest wrote these events, so they are not replaced: {events}. Pass another --out" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").rglob("*")] == ["events", "2026-02-02.jsonl"]


REGISTRY = "account_id,email\nada,a@x.org\nbob,b@x.org\n"
UNUSABLE = {
    "UTF-16": (REGISTRY.encode("utf-16"), "nothing in the registry can be used: the source has a form", "(it is UTF-16): FILE"),
    "empty": (b"", "nothing in the registry can be used: the source holds no rows", "(0 bytes): FILE"),
    "header alone": (b"account_id,email\n", "the source holds no rows", ": FILE"),
    "pipes": (REGISTRY.replace(",", "|").encode(), "the registry lacks the column account_id: FILE. It", ": account_id|email. CSV is"),
    "other name": (REGISTRY.replace("account_id", "acct").encode(), "registry lacks the column account_id: FILE.", "It has: acct, email"),
    "no header": (REGISTRY.partition("\n")[2].encode(), "lacks the column account_id: FILE.", "first line: none of its 2 fields is a name"),
    "names of their own": (b"Kundennr;Anlage am\nC7;2026-01-01\n", "2 fields is a name that is known (account_id, user_id, access_",
                           "). It has: Kundennr, Anlage am"),
    "a column twice": (b"account_id,email,email\na,b@c.d,e@f.g\n", "names a column twice", "(column 2): FILE"),
    "nobody named": (b"account_id,email\n,a@x.org\n,b@x.org\n", "nobody is named who could be acted on", ": FILE, line 2"),
}


@pytest.mark.parametrize(("data", "said", "more"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_registry_of_no_use_replaces_nothing(write, tmp_path, capsys, data, said, more):
    out, file = tmp_path / "out", tmp_path / "accounts.csv"
    words = ["ingest", str(write([event(account_id="ada")])), "--from", "canonical", "--out", str(out), "--accounts", str(file)]
    write(REGISTRY.encode(), "accounts.csv")
    assert main(words) == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    capsys.readouterr()
    write(data, "accounts.csv")
    assert main(words) == 1
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert "@" not in told.err
    assert said.replace("FILE", str(file)) in told.err
    assert more.replace("FILE", str(file)) in told.err
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_registry_of_which_some_rows_are_bad_is_read(run, write):
    rows = [{"email": "a@x.org"}, {"account_id": "ada"}, {"account_id": ""}]
    result = run(write([event()]), "canonical", accounts=write(rows, "accounts.jsonl"))
    assert [row["account_id"] for row in result.accounts] == ["ada"]
    assert result.summary["accounts"]["quarantined"] == {"no_account_id": 2}


@pytest.mark.parametrize(
    ("data", "said"),
    [('{"request_id": "a"}'.encode("utf-16"), "(it is UTF-16): FILE"), (b"", "(0 bytes): FILE"), (b"\n\nGET / 200\n", ": FILE, line 3"),
     (b'{"id": "a"}\n' * 9, "the edge log line has no request identifier, so nothing can be joined to it: FILE, line 1")],
    ids=["UTF-16", "empty", "no JSON", "no identifier"],
)
def test_an_edge_log_of_no_use_replaces_nothing(run, write, tmp_path, data, said):
    edge = write(data, "edge.log")
    run(write([event(event_id="before")]), "canonical")
    with pytest.raises(InputError, match="nothing in the edge log can be used: ") as error:
        run(write([event()]), "canonical", edge=[edge])
    assert said.replace("FILE", str(edge)) in str(error.value)
    assert str(error.value).endswith("Correct it, or leave --edge out")
    assert [row["event_id"] for row in pq.read_table(tmp_path / "out" / "events").to_pylist()] == ["before"]


def test_an_edge_log_of_an_hour_without_requests_is_no_error(run, write):
    hours = [write(b"", "edge-0.log"), write([{"request_id": "e1", "ja4": "t13"}], "edge-1.log"), write(b"", "edge-2.log")]
    result = run(write([event()]), "canonical", edge=hours)
    assert (result.rows[0]["ja4"], result.summary["sources"]) == ("t13", {"empty_file": 2})


# --- Two at a time -------------------------------------------------------------------------------------------------


def test_one_ingest_at_a_time_writes_to_a_folder(write, tmp_path):
    out = tmp_path / "out"
    workflows.ingest([write([event()])], "canonical", out, as_of=AS_OF, quiet=True)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    (out / ".ingest.partial").mkdir()  # of the other one
    with folder_lock(out, "ingest"), pytest.raises(InputError, match="another ingest is writing to this folder"):
        workflows.ingest([write([event(), event(event_id="e2")])], "canonical", out, as_of=AS_OF, quiet=True)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert (out / ".ingest.partial").exists(), "what the other one is writing stays"
    workflows.ingest([write([event(), event(event_id="e2")])], "canonical", out, as_of=AS_OF, quiet=True)
    assert pq.read_metadata(out / "events" / "part-00000.parquet").num_rows == 2


def test_two_processes_leave_one_of_their_results(write, tmp_path):
    logs = [write([event(event_id=f"{name}{i}") for i in range(3000)], f"{name}.jsonl") for name in "ab"]
    words = [sys.executable, "-m", "stillwatch", "ingest", "--from", "canonical", "--out", str(tmp_path / "out"), "-q"]
    both = [subprocess.Popen([*words, str(log)], stderr=subprocess.PIPE, text=True) for log in logs]
    told = [(process.communicate()[1], process.returncode) for process in both]
    assert sorted(code for _, code in told) in ([0, 0], [0, 1])
    assert all("another ingest is writing" in said for said, code in told if code)
    events = pq.read_table(tmp_path / "out" / "events")
    assert len(events) == 3000
    assert len({name[:1] for name in events["event_id"].to_pylist()}) == 1
    record = json.loads((tmp_path / "out" / "ingest.json").read_text())
    assert record["rows"]["written"] == 3000


# --- What else is told ---------------------------------------------------------------------------------------------


def test_an_edge_log_of_another_zone_is_told(write, tmp_path, capsys):
    edge = write([{"request_id": "e1", "start_time": "2026-02-20T15:00:00Z", "ja4": "t13"}], "edge.jsonl")
    workflows.ingest([write([event()])], "canonical", tmp_path / "out", edge=[edge], as_of=AS_OF)
    assert "1  requests are in the edge log more than an hour away" in capsys.readouterr().out


def test_doubts_stand_under_the_source_that_they_are_about(write, tmp_path, capsys):
    edge = write([{"request_id": "e9", "start_time": "2026-02-20T15:00:00Z", "ja4": "t13"}], "edge.jsonl")
    registry = write(b"account_id,card\nb1,4242\n", "accounts.csv")
    workflows.ingest([write([event()])], "canonical", tmp_path / "out", edge=[edge], accounts=registry, as_of=AS_OF)
    under, source = {}, ""
    for line in capsys.readouterr().out.splitlines():
        if line.startswith("  "):
            under[source].append(line.split()[0])
        else:
            source = line.split(":")[0]
            under[source] = []
    assert (under["Edge log"], under["Registry"]) == (["No"], ["Only", "Columns", "Empty"])


def test_columns_of_the_registry_that_were_not_read_are_told(write, tmp_path, capsys):
    registry = write(b"account_id,card,signup_date\na1,4242,2026-01-01\n", "accounts.csv")
    workflows.ingest([write([event()])], "canonical", tmp_path / "out", accounts=registry, as_of=AS_OF)
    told = capsys.readouterr().out
    assert "Columns that were not read: card, signup_date" in told
    assert "  Empty columns, so these are blind: sign-ups in batches (created_at); classes as" in told
    assert "shared networks (ip)" in told
    blind = {name for line in told.splitlines() if "blind" in line for name in re.findall(r"\w+", " ".join(re.findall(r"\(.*?\)", line)))}
    assert not blind & {"country", "asn", "cached_tokens", "signup_ip", "plan"}


def test_what_some_columns_still_feed_sees_less_and_is_not_blind(write, tmp_path, capsys):
    registry = write(b"account_id,verified\na1,true\n", "accounts.csv")
    workflows.ingest([write([event(temperature=0.5)])], "canonical", tmp_path / "out", accounts=registry, as_of=AS_OF)
    lines = capsys.readouterr().out.splitlines()
    blind, less = (" ".join(line for line in lines if what in line) for what in ("these are blind:", "these see less:"))
    for feeds, columns in (("shared parameters", "top_p, max_tokens, stream"), ("known business", "access_type")):
        assert f"{feeds} ({columns})" in less
        assert feeds not in blind
    assert "shared networks (ip)" in blind


def test_times_that_mean_none_ban_nobody(run, write):
    """An account that ends in 9999, or at the end of the term, is not banned; counted as banned, it would be evidence against its class."""
    times = (0, "0001-01-01T00:00:00Z", "9999-12-31", AS_OF + timedelta(days=1, seconds=1), AS_OF + timedelta(hours=23))
    rows = [{"account_id": str(at), "created_at": "2026-01-05", "banned_at": str(none)} for at, none in enumerate(times)]
    rows += [{"account_id": "unborn", "created_at": "2027-01-05", "banned_at": None}]
    result = run(write([event()]), "canonical", accounts=write(rows, "accounts.jsonl"))
    assert [row["banned_at"] for row in result.accounts] == [None] * 4 + [AS_OF + timedelta(hours=23), None]
    assert [row["created_at"] is None for row in result.accounts] == [False] * 5 + [True]
    assert result.summary["accounts"]["impossible_times"] == 5


@pytest.mark.parametrize(
    "told", ["203.0.113.0/24", "203.0.113.9, 10.0.0.1", "203.0.113.9:443", "999.1.1.1", "2001:db8::1", "unknown.example"]
)
def test_no_address_of_the_registry_stays_in_clear(run, write, told):
    rows = [{"account_id": "a", "signup_ip": told}]
    result = run(write([event()]), "canonical", accounts=write(rows, "accounts.jsonl"), trusted_proxies="10.0.0.0/8")
    (row,) = result.accounts
    known = "203.0.113" in told or "2001" in told
    assert (row["signup_ip"] is not None) == known
    if "203.0.113" in told:
        assert row["signup_ip"] == keyed(KEY, "203.0.113.0/24")


def test_who_has_no_card_has_it_in_common_with_nobody(run, write):
    names = ("email", "phone", "payment", "signup_ip")
    rows = [{"account_id": str(at)} | dict.fromkeys(names, none) for at, none in enumerate(("N/A", "none", "-", " ", "0", 0))]
    for row in rows[-1:]:
        row.update(email=None, signup_ip=None)
    result = run(write([event()]), "canonical", accounts=write(rows, "accounts.jsonl"))
    assert len(result.accounts) == len(rows)
    told = {row[name] for row in result.accounts for name in ("email_hash", "phone_hash", "payment_hash", "signup_ip")}
    assert told == {None}


def test_hostile_names_of_columns_are_told_briefly(run, write):
    row = {"account_id": "a", "\x1b[2J" + "x" * 5000: 1} | {f"y{at}": 1 for at in range(5000)}
    names = run(write([event()]), "canonical", accounts=write([row], "accounts.jsonl")).summary["accounts"]["unknown_columns"]
    assert len(names) == 50
    assert names[0].startswith("?[2jxx")
    assert max(map(len, names)) == 40


def test_a_registry_in_several_files_is_read_whole_and_written_once(run, write, tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(runner, "write_parquet", lambda table, path: written.append(path) or write_parquet(table, path))
    folder = tmp_path / "registry"
    folder.mkdir()
    write([{"account_id": "a"}], "registry/1.jsonl")
    write([{"account_id": "b"}, {"account_id": "a"}], "registry/2.jsonl")
    write([{"account_id": "a"}], "registry/3.jsonl")
    result = run(write([event()]), "canonical", accounts=folder)
    assert [row["account_id"] for row in result.accounts] == ["a", "b"]
    assert [one["rows"] for one in result.summary["inputs"] if one["role"] == "accounts"] == [1, 2, 1]
    assert result.summary["accounts"]["written"] == 2
    assert len(written) == 1
    write([{"acct": "c"}], "registry/4.jsonl")
    with pytest.raises(InputError, match="the registry lacks the column account_id"):
        run(write([event()]), "canonical", accounts=folder)


def test_two_gateways_of_different_formats_lose_nothing(write, tmp_path, capsys):
    """Into one folder, the second would replace what the first gave; in two it is as the page says."""
    out, key = tmp_path / "out", ["--key-file", str(tmp_path / "tenant.key"), "--as-of", "2026-03-01", "-q"]
    first = ["ingest", str(write([payload()])), "--from", "litellm", *key, "--out"]
    second = ["ingest", str(write([event()], "second.jsonl")), "--from", "canonical-clear", *key, "--out"]
    assert main([*first, str(out)]) == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert main([*second, str(out)]) == 1
    told = capsys.readouterr().err
    said = "stillwatch: events of litellm lie here and would be replaced by those of canonical-clear: "
    assert told.startswith(f"{said}{out / 'events'}. Pass another")
    assert told.count("\n") == 1
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert main([*first, str(out)]) == 0, "the same again is replaced as ever"
    assert main([*second, str(tmp_path / "other")]) == 0
    for name in ("out", "other"):
        shutil.copytree(tmp_path / name / "events", tmp_path / "both" / "events" / name)
    assert main(["detect", str(tmp_path / "both"), "--out", str(tmp_path / "run"), "-q"]) == 0
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["n_events"] == 2


# --- Numbers that data frames wrote --------------------------------------------------------------------------------


def test_floats_in_a_registry_of_csv_are_the_numbers(run, write):
    log = write([event(account_id="7", org_id=12)])
    cells = b"account_id,org_id,phone,payment\n7.0,12.0,15550102000.0,4111111111111111.0\n007.0,1.50,,\n9007199254740993.0,,,\n"
    rows = run(log, "canonical-clear", accounts=write(cells, "accounts.csv")).accounts
    wanted = ("7", "12", "15550102000", "4111111111111111")
    assert [rows[0][name] for name in ("account_id", "org_id", "phone_hash", "payment_hash")] == [keyed(KEY, plain) for plain in wanted]
    assert [row["account_id"] for row in rows[1:]] == [keyed(KEY, plain) for plain in ("007.0", "9007199254740993.0")]
    text = run(log, "canonical-clear", accounts=write([{"account_id": "7.0"}], "accounts.jsonl")).accounts
    assert text[0]["account_id"] == keyed(KEY, "7.0")


def test_blanks_around_identifiers_in_a_registry_of_csv_are_none_of_them(run, write):
    log = write([event(account_id="bob", org_id="engine")])
    result = run(log, "canonical-clear", accounts=write(b"account_id, org_id, phone\nbob , engine, 7.0\n , engine,\n", "accounts.csv"))
    (row,) = result.accounts
    assert [row[name] for name in ("account_id", "org_id", "phone_hash")] == [keyed(KEY, plain) for plain in ("bob", "engine", "7")]
    assert result.summary["accounts"]["known_requests"] == 1
    assert result.summary["accounts"]["quarantined"] == {"no_account_id": 1}


def test_floats_in_a_log_of_csv_are_the_numbers(run, write):
    cells = b"request_id,startTime,user,organization_id\nr1,2026-02-20 10:00:00,7.0,\n"
    assert run(write(cells, "spend.csv"), "litellm-spend").rows[0]["account_id"] == keyed(KEY, "7")


def test_a_registry_of_other_accounts_is_told(write, tmp_path, capsys):
    log, told = write([event()]), []
    for name in ("a1", "ada@example.com"):
        registry = write([{"account_id": name}], "accounts.jsonl")
        summary = workflows.ingest([log], "canonical", tmp_path / "out", accounts=registry, as_of=AS_OF)
        told.append((summary["accounts"]["known_requests"], "tells of next to nobody" in capsys.readouterr().out))
    assert told == [(1, False), (0, True)]


@pytest.mark.parametrize(("addresses", "accounts", "told"), [
    (["203.0.113.7"] * 24, 24, "24 of 24 requests of 20 accounts or more come from one network"),
    (["203.0.113.7"] * 22 + ["198.51.100.1", "192.0.2.1"], 24, "22 of 24 requests of 20 accounts or more come from one network"),
    (["203.0.113.7"] * 20 + ["198.51.100.1"] * 4, 24, ""),
    (["203.0.113.7"] * 24, 19, ""),
    (["127.0.0.1"] * 8 + ["10.1.2.3"] * 5 + ["203.0.113.7"] * 11, 3, "13 of 24 requests come from loopback or private addresses"),
    (["10.1.2.3"] * 12 + ["203.0.113.7"] * 12, 3, ""),
])
def test_a_proxy_that_hides_who_sends_is_asked_about(write, tmp_path, capsys, addresses, accounts, told):
    log = write([event(event_id=f"e{i}", account_id=f"a{i % accounts}", ip=ip) for i, ip in enumerate(addresses)])
    summary = workflows.ingest([log], "canonical-clear", tmp_path / "out", as_of=AS_OF)
    printed = capsys.readouterr().out
    assert (summary["one_network"] is not None, "is that your own proxy?" in printed) == (bool(told), bool(told))
    assert told in printed
    assert json.loads((tmp_path / "out" / "ingest.json").read_text())["one_network"] == summary["one_network"]


UNREADABLE = b"""account_id,created_at,verified,org_id,signup_ip,payment,kind
a1,01.11.2026 10:22,J,acme,,4242,
a2,02.11.2026 11:00,N,acme,unknown.example,4242,Schule
a3,2026-01-03T10:00:00Z,y,acme,,4242,startup
,01.11.2026 10:22,J,acme,,4242,
"""


def test_an_optional_field_that_cannot_be_read_costs_no_row(write, tmp_path, capsys):
    registry = write(UNREADABLE, "accounts.csv")
    log = write([event(), event(event_id="e2", account_id="elsewhere")])
    summary = workflows.ingest([log], "canonical-clear", tmp_path / "out", accounts=registry, as_of=AS_OF)
    key = tenant_key(tmp_path / "out" / "stillwatch.key")
    rows = pq.read_table(tmp_path / "out" / "accounts.parquet").to_pylist()
    assert [(row["created_at"] is None, row["verified"], row["signup_ip"], row["kind"]) for row in rows] == [
        (True, None, None, None), (True, False, None, None), (False, True, None, "startup"),
    ]
    assert {(row["org_id"], row["payment_hash"]) for row in rows} == {(keyed(key, "acme"), keyed(key, "4242"))}
    told = summary["accounts"]
    assert (told["read"], told["written"], told["quarantined"], told["unknown_words"]) == (4, 3, {"no_account_id": 1}, 2)
    assert {name: one["rows"] for name, one in told["unread_fields"].items()} == {"created_at": 2, "verified": 1, "kind": 1, "signup_ip": 1}
    assert told["unread_fields"]["verified"]["first"] == (
        f"{registry}, line 2: verified is no truth value: 'J' (true, false, yes, no, t, f, 1 or 0)"
    )
    assert told["unread_fields"]["kind"]["first"].endswith("kind is none of individual, education, research, startup, enterprise: 'Schule'")
    printed = capsys.readouterr().out
    assert "        2  rows whose created_at was left empty\n" in printed
    assert f"the first: {registry}, line 2: created_at is no time: '01.11.2026 10:22' (ISO 8601, or" in printed
    assert "1 of 2 requests are of accounts without a row in the registry" in printed
    notes = [row for row in pq.read_table(tmp_path / "out" / "quarantine.parquet").to_pylist() if row["reason"] == "unread_field"]
    assert [(row["source"], row["line"]) for row in notes] == [(str(registry), 2), (str(registry), 3)]
    assert json.loads(notes[0]["raw"]) == {"account_id": rows[0]["account_id"], "created_at": "01.11.2026 10:22", "verified": "J"}
    assert json.loads(notes[1]["raw"])["signup_ip"] == "'xxxxxxx.xxxxxxx'", "an address is kept in no form that tells it"
    assert "unread_field" in summary["explained"]
    erased = folders.erase([tmp_path / "out"], rows[0]["account_id"], note="request 7", keys=[key])[0]
    assert (erased.rows["quarantine.parquet"], erased.still_naming) == (1, [])


def test_fields_of_the_log_that_cannot_be_read_are_told(write, tmp_path, capsys):
    log = write([payload(user_agent=["x"]), payload(id="2", user_agent=["y"], completion_tokens=2**40)])
    workflows.ingest([log], "litellm", tmp_path / "out", as_of=AS_OF)
    assert (
        "Fields that could not be read, of rows that became events without them:\n"
        "          2  rows whose user_agent was left empty\n"
        f"             the first: {log}, line 1: user_agent is no text: an array\n"
        "          1  row whose output_tokens was left empty\n"
    ) in capsys.readouterr().out
    account = pq.read_table(tmp_path / "out" / "events")["account_id"][0].as_py()
    erased = folders.erase([tmp_path / "out"], account, note="request 7", keys=[tenant_key(tmp_path / "out" / "stillwatch.key")])[0]
    assert (erased.rows["quarantine.parquet"], erased.still_naming) == (2, [])


def test_names_of_files_control_no_terminal(write, tmp_path, capsys):
    (tmp_path / "logs").mkdir()
    write([event(), event(event_id="e2", timestamp="yesterday")], "logs/d\x1b[31mR\nLast: none.jsonl")
    workflows.ingest([tmp_path / "logs"], "canonical", tmp_path / "out", as_of=AS_OF)
    told = capsys.readouterr().out
    assert "/logs/d?[31mR?Last: none.jsonl, line 2: timestamp is no time" in told
    assert "\x1b" not in told


def test_what_cannot_be_read_is_told_by_its_form_where_bad_rows_are_not_kept(run, write):
    result = run(write([event()]), "canonical", accounts=write(UNREADABLE, "accounts.csv"), privacy="features")
    fields = result.summary["accounts"]["unread_fields"]
    assert "created_at is no time: '00.00.0000 00:00' (ISO 8601" in fields["created_at"]["first"]
    assert {row["raw"] for row in result.aside} == {None}
    assert not [row for row in result.aside if "01.11" in row["detail"] or "Schule" in row["detail"]]


def test_the_first_bad_row_is_of_the_right_file(write, tmp_path, capsys):
    registry = write([{"account_id": "a1"}, {"account_id": "a2", "created_at": "soon"}], "accounts.jsonl")
    log = write([event(), event(event_id="e2", timestamp="yesterday")])
    summary = workflows.ingest([log], "canonical", tmp_path / "out", accounts=registry, as_of=AS_OF)
    told = capsys.readouterr().out
    assert f"the first: {log}, line 2: timestamp is" in told
    assert f"the first: {registry}, line 2: created_at is no time: 'soon' (ISO 8601" in told
    assert summary["examples"]["wrong_type"].startswith(str(log))


def test_numbers_of_tokens_below_0_tell_none(run, write):
    row = run(write([event(input_tokens=-5, output_tokens=0, cached_tokens=-1)]), "canonical").rows[0]
    assert [row[name] for name in ("input_tokens", "output_tokens", "cached_tokens")] == [None, 0, None]


def test_requests_with_the_master_key_are_told(write, tmp_path, capsys):
    record = payload()
    record["metadata"] |= {"user_api_key_user_id": "default_user_id"}
    workflows.ingest([write([record, payload(id="2")])], "litellm", tmp_path / "out", as_of=AS_OF)
    assert "1 request with LiteLLM's master key: they count as one account" in capsys.readouterr().out
