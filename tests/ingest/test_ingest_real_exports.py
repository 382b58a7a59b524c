"""What exports of real systems hold: numbers that data frames made floats, words for nothing, other spellings, pipes."""

import json
import os
import subprocess
import sys

import pytest
from ingest_helpers import KEY, TIME, envelope, event, payload

from stillwatch import cli, ingest
from stillwatch.errors import InputError
from stillwatch.ingest.values import boolean, instant
from stillwatch.keys.hashing import keyed

CHAT = {"model": "g", "messages": [{"role": "user", "content": "why?"}]}
EDGE = {"request_id": "edge-1", "start_time": TIME, "remote_address": "198.51.100.7", "ja4": "t13d_edge"}


def registry(run, write, text, name="accounts.csv"):
    return run(write([event()]), "canonical-clear", accounts=write(text.encode(), name))


# --- Events --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n\n", "\r\n\r\n", "\r\r"])
def test_an_answer_with_line_separators_in_it_is_read_whole_from_a_stream(run, write, end):
    chunk = {"id": "c", "choices": [{"index": 0, "delta": {"content": "one\u2028two\u0085three"}}]}
    usage = {"id": "c", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}
    stream = "".join(f"data: {json.dumps(one, ensure_ascii=False)}{end}" for one in (chunk, usage)) + f"data: [DONE]{end}"
    row = run(write([envelope(CHAT, stream)]), "openai").rows[0]
    assert (row["response"], row["input_tokens"], row["output_tokens"]) == ("one\u2028two\u0085three", 5, 2)


@pytest.mark.parametrize("sent", [10, "10", 10.0])
def test_cached_tokens_count_as_sent_however_the_numbers_are_written(run, write, sent):
    read, written = type(sent)(20), type(sent)(5)
    usage = {"input_tokens": sent, "cache_read_input_tokens": read, "cache_creation_input_tokens": written, "output_tokens": 4}
    row = run(write([envelope(CHAT, {"content": [], "usage": usage})]), "anthropic").rows[0]
    assert (row["input_tokens"], row["cached_tokens"]) == (35, 20)


def test_a_refusal_is_what_was_answered(run, write):
    chat = {"choices": [{"message": {"role": "assistant", "content": None, "refusal": "I cannot"}}]}
    item = {"type": "message", "content": [{"type": "refusal", "refusal": "I will not"}]}
    rows = run(write([envelope(CHAT, chat), envelope({"input": "why?"}, {"output": [item]}, request_id="2")]), "openai").rows
    assert [row["response"] for row in rows] == ["I cannot", "I will not"]


def test_who_sends_token_numbers_is_not_put_aside(run, write):
    """Or all that an account asks in that form would be looked at by nobody."""
    bodies = ({"model": "g", "prompt": [1, 2, 3]}, {"model": "e", "input": [[1, 2, 3], [4]]}, {"model": "g", "prompt": [1, 2, 4]})
    result = run(write([envelope(body, {}, request_id=str(n)) for n, body in enumerate(bodies)]), "openai")
    assert result.summary["rows"] == {"read": 3, "written": 3, "quarantined": 0}
    assert [row["prompt"] for row in result.rows] == ["", "", ""]
    assert len({row["context_key"] for row in result.rows} - {None}) == 3


def test_litellm_tokens_are_found_in_its_usage_too_and_a_cached_answer_where_the_mark_is_a_word(run, write):
    bare = payload(prompt_tokens=None, completion_tokens=None)
    cached = payload(cache_hit="True")
    rows = run(write([bare, cached]), "litellm").rows
    assert [(row["event_id"], row["input_tokens"], row["output_tokens"]) for row in rows] == [("chatcmpl-1", 30, 9), ("call-1", 30, 9)]


def test_litellm_bodies_that_a_table_holds_as_strings(run, write):
    whole = payload()
    columns = {name: json.dumps(value) if isinstance(value, (dict, list)) else value for name, value in whole.items()}
    answer = payload(id="2", response='{"choices": 3}')
    rows = run(write([columns | {"id": "1"}, whole | {"id": "0"}, answer]), "litellm").rows
    assert rows[0]["response"] == rows[1]["response"] != columns["response"]
    assert rows[0]["context_key"] == rows[1]["context_key"]
    assert rows[2]["response"] == '{"choices": 3}', "an answer may be JSON itself"


@pytest.mark.parametrize("answer", ['{"content": ["a"]}', '{"output": [1, 2]}', '{"choices": [{"name": "x"}]}', '{"output": []}'])
def test_an_answer_that_is_json_of_a_bodys_names_is_an_answer(run, write, answer):
    assert run(write([payload(response=answer)]), "litellm").rows[0]["response"] == answer


def test_times_as_bigquery_writes_them():
    assert instant("2026-02-20 10:00:00.5 UTC") == instant("2026-02-20T10:00:00.5Z") == instant("2026-02-20T19:00:00.5+09:00")


def test_null_as_a_word_in_a_dump_is_null(run, write):
    head, row = "request_id,startTime,user,organization_id,api_key", "r1,2026-02-20 10:00:00,NULL,NULL,k1"
    found = run(write(f"{head}\n{row}\n".encode(), "spend.csv"), "litellm-spend").rows[0]
    assert (found["account_id"], found["org_id"]) == (keyed(KEY, "k1"), None)


# --- The edge ------------------------------------------------------------------------------------------------------


def test_a_spend_log_joins_by_the_header_that_the_edge_gave(run, write):
    headers = {"requester_custom_headers": {"x-request-id": "edge-1"}}
    row = {"request_id": "chatcmpl-9", "startTime": TIME, "user": "ada", "metadata": headers}
    result = run(write([row]), "litellm-spend", edge=[write([EDGE], "edge.jsonl")])
    assert (result.summary["edge"]["joined"], result.rows[0]["ja4"]) == (1, "t13d_edge")


def test_an_autonomous_system_may_be_written_with_as(run, write):
    log = write([envelope(CHAT, {}, asn="AS64501"), envelope(CHAT, {}, request_id="edge-1")])
    result = run(log, "openai", edge=[write([EDGE | {"asn": "as64500"}], "edge.jsonl")])
    assert [row["asn"] for row in result.rows] == [64501, 64500]


def test_an_edge_log_that_knows_no_request_is_told(tmp_path, write, capsys):
    edge = write([EDGE | {"request_id": "another"}], "edge.jsonl")
    arguments = ["ingest", str(write([payload()])), "--from", "litellm", "--out", str(tmp_path / "out"), "--edge", str(edge)]
    assert cli.main(arguments) == 0
    assert "No identifier of a request is in the edge log" in capsys.readouterr().out


# --- The registry --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["NULL", "None", "n/a", "-", "unknown", "0"])
def test_words_for_nothing_are_nothing_that_accounts_have_in_common(run, write, word):
    columns = ("org_id", "email_hash", "email_domain", "payment_hash", "phone_hash")
    text = f"account_id,{','.join(columns)},country\n" + "".join(f"{name}{f',{word}' * len(columns)},NA\n" for name in "ab")
    found = registry(run, write, text).accounts
    assert [{row[name] for name in columns} for row in found] == [{None}, {None}]
    assert [row["country"] for row in found] == ["NA", "NA"], "Namibia is a country"


def test_words_for_nothing_in_times_and_truth_values_lose_no_account(run, write):
    result = registry(run, write, "account_id,created_at,banned_at,verified\na,None,n/a,None\nb,2026-01-01,-,0\n")
    told = [(row["created_at"] is None, row["banned_at"], row["verified"]) for row in result.accounts]
    assert told == [(True, None, None), (False, None, False)]


def test_yes_and_no_are_truth_values():
    assert [boolean(word) for word in ("yes", "Y", "No", "n", 1.0, "TRUE", " f ")] == [True, True, False, False, True, True, False]
    with pytest.raises(ValueError, match=r"^$"):
        boolean("perhaps")


def test_numbers_that_a_data_frame_made_floats_are_the_same_numbers(run, write):
    plain = '{"account_id": 7, "org_id": 5, "phone": 491701234567}'
    floats = '{"account_id": 8.0, "org_id": 5.0, "phone": 491701234567.0}'
    first, second = registry(run, write, f"{plain}\n{floats}\n", "accounts.jsonl").accounts
    assert second["account_id"] == keyed(KEY, "8")
    assert (first["org_id"], first["phone_hash"]) == (second["org_id"], second["phone_hash"])


def test_nan_of_a_data_frame_is_null_and_loses_no_account(run, write):
    names = ("email", "email_hash", "phone", "payment", "payment_hash", "signup_ip", "org_id", "kind", "access_type", "created_at")
    rows = [{"account_id": float("nan"), "user_id": "a"} | dict.fromkeys(names, float("nan")), {"account_id": "b", "email": "b@x.org"}]
    first, second = run(write([event()]), "canonical-clear", accounts=write(rows, "accounts.jsonl")).accounts
    assert first == dict.fromkeys(first) | {"account_id": keyed(KEY, "a")}
    assert second["email_domain"] == "x.org"
    (row,) = run(write([event(ip=float("nan"))]), "canonical-clear").rows
    assert row["ip"] is None


def test_a_column_twice_in_another_case_is_no_choice_of_ours(run, write):
    with pytest.raises(InputError, match="names a column twice"):
        registry(run, write, "account_id,Account_ID\na,b\n")


def test_a_registry_of_before_that_stays_is_told(tmp_path, write, capsys):
    arguments = ["ingest", str(write([event()])), "--from", "canonical-clear", "--out", str(tmp_path / "out")]
    assert cli.main([*arguments, "--accounts", str(write(b"account_id\na1\n", "accounts.csv"))]) == 0
    capsys.readouterr()
    assert cli.main(arguments) == 0
    told = capsys.readouterr().out
    assert f"{tmp_path / 'out' / 'accounts.parquet'} of before stays" in told
    assert "are not known" not in told
    assert cli.main([*arguments[:-1], str(tmp_path / "fresh")]) == 0
    assert "organisation are not known" in capsys.readouterr().out


# --- What is no file -----------------------------------------------------------------------------------------------


def test_a_pipe_is_refused_and_nobody_waits_for_it(tmp_path):
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "stillwatch", "ingest", str(pipe), "--from", "litellm", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "neither a file nor a folder" in done.stderr
    with pytest.raises(InputError, match="neither a file nor a folder"):
        ingest.check([pipe], "litellm", tmp_path / "out")
