"""Every format: one record in, the expected event out."""

import csv
import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingest_helpers import KEY, SECRET, envelope, event, payload

from stillwatch import ingest
from stillwatch.errors import InputError
from stillwatch.ingest.answers import whole_response
from stillwatch.keys.hashing import keyed
from stillwatch.tables import EVENTS

CHAT_ANSWER = {
    "id": "chatcmpl-9", "model": "gpt-x-2026",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "yes"}}],
    "usage": {
        "prompt_tokens": 20, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 5},
        "completion_tokens_details": {"reasoning_tokens": 3},
    },
}


def test_formats_are_listed():
    assert list(ingest.formats()) == ["anthropic", "canonical", "canonical-clear", "litellm", "litellm-spend", "openai"]


def test_litellm(run, write):
    result = run(write([payload()]), "litellm")
    (row,) = result.rows
    expected = {
        "event_id": "chatcmpl-1", "timestamp": datetime(2026, 2, 20, 10, 0, 0, 250_000, UTC),
        "account_id": keyed(KEY, "ada"), "org_id": keyed(KEY, "engine-org"), "key_id": keyed(KEY, "h" * 64),
        "session_id": keyed(KEY, "s-1"), "access_path": "api", "model": "still-small", "system": f"Be terse. {SECRET}",
        "prompt": f"why {SECRET}?", "response": f"because {SECRET}", "parent_key": None, "tools_key": None,
        "temperature": 0.5, "top_p": None, "max_tokens": 64, "stream": False, "input_tokens": 30, "cached_tokens": 16,
        "output_tokens": 9, "reasoning_tokens": 4, "status": 200, "ip": keyed(KEY, "203.0.113.0/24"), "asn": None,
        "country": None, "user_agent": "OpenAI/Python 3.57.0", "ja4": "t13d_1",
    }
    assert isinstance(row.pop("context_key"), int)
    assert row == expected
    assert pq.read_schema(next((result.out / "events").iterdir())).equals(EVENTS.schema)
    assert result.summary["rows"] == {"read": 1, "written": 1, "quarantined": 0}
    assert result.summary["empty_columns"] == ["parent_key", "tools_key", "top_p", "asn", "country"]


@pytest.mark.parametrize(
    ("metadata", "who"),
    [
        ({"user_api_key_user_id": "u", "user_api_key_org_id": "o", "user_api_key_hash": "k"}, "u"),
        ({"user_api_key_user_id": None, "user_api_key_org_id": "o", "user_api_key_hash": "k"}, "o"),
        ({"user_api_key_user_id": "", "user_api_key_hash": "k"}, "k"),
    ],
)
def test_litellm_account_is_user_else_organisation_else_key(run, write, metadata, who):
    assert run(write([payload(metadata=metadata)]), "litellm").rows[0]["account_id"] == keyed(KEY, who)


def test_litellm_failures_cache_hits_and_redaction(run, write):
    failed = payload(status="failure", error_information={"error_code": "429"}, response={})
    internal = payload(id="x2", status="failure", error_information={"error_code": ""}, response={})
    cached = payload(cache_hit=True)
    hidden = payload(id="x3", messages=[{"role": "user", "content": "redacted-by-litellm"}])
    also = payload(id="x4", messages=[{"role": "user", "content": "redacted-by-litellm"}])
    rows = run(write([failed, internal, cached, hidden, also]), "litellm").rows
    assert [row["status"] for row in rows] == [429, 500, 200, 200, 200]
    assert rows[0]["response"] is None
    assert rows[2]["event_id"] == "call-1"
    for row in rows[3:]:
        assert (row["prompt"], row["response"], row["context_key"]) == (None, None, None)


def test_litellm_requests_to_which_a_backend_gives_one_identifier_are_several(run, write):
    log = [payload(), payload(litellm_call_id="call-2"), payload(litellm_call_id=None)]
    result = run(write([*log, *log]), "litellm")
    assert [row["event_id"] for row in result.rows] == ["chatcmpl-1", "call-2"]
    assert result.reasons == {"duplicate_event_id": 4}, "what is logged twice, and what nobody can tell from that"


def test_nobody_hides_what_he_says_behind_litellms_placeholder(run, write, tmp_path):
    hidden = {"role": "user", "content": "redacted-by-litellm"}
    asked = [{"role": "system", "content": "be terse"}, hidden, {"role": "user", "content": "solve this"}]
    beside = payload(id="3", messages=[asked[0], hidden])
    result = run(write([payload(messages=asked), payload(id="2", messages=[hidden]), beside]), "litellm")
    said, redacted, at_least = result.rows
    assert (said["system"], said["prompt"], redacted["prompt"]) == ("be terse", "solve this", None)
    assert None not in (said["context_key"], said["response"])
    assert (at_least["system"], at_least["prompt"], at_least["context_key"]) == ("be terse", None, None)
    assert result.summary["redacted"] == 2
    for format_ in ("openai", "anthropic"):  # no such gateway wrote these
        result = run(write([envelope({"messages": [hidden]}, {})]), format_, out=tmp_path / format_)
        assert [row["prompt"] for row in result.rows] == ["redacted-by-litellm"]
        assert result.summary["redacted"] == 0


@pytest.mark.parametrize("shape", ["array", "indented", "object", "ndjson", "lines_of_arrays", "gzip", "bom"])
def test_litellm_containers(run, write, shape):
    records = [payload(id=f"id-{at}", messages=[{"role": "user", "content": '"}],[{\\ \n'}]) for at in range(5)]
    lines = "".join(json.dumps(record) + "\n" for record in records).encode()
    data = {
        "array": json.dumps(records).encode(),
        "indented": json.dumps(records, indent=2).encode(),
        "object": json.dumps(records[0], indent=2).encode(),
        "ndjson": lines,
        "lines_of_arrays": (json.dumps(records[:2]) + "\n" + json.dumps(records[2:]) + "\n").encode(),
        "gzip": lines,
        "bom": b"\xef\xbb\xbf" + lines,
    }[shape]
    rows = run(write(data, "log.json.gz" if shape == "gzip" else "log.json"), "litellm").rows
    assert [row["event_id"] for row in rows] == [f"id-{at}" for at in range(1 if shape == "object" else 5)]
    assert rows[0]["prompt"] == '"}],[{\\ \n'


def spend_row(**fields):
    metadata = {
        "status": "success", "user_agent": "OpenAI/JS 6", "litellm_call_id": "call-7",
        "usage_object": {"prompt_tokens_details": {"cached_tokens": 2}, "completion_tokens_details": None},
    }
    body = {
        "model": "still-small", "temperature": 0.25, "max_completion_tokens": 99, "stream": True,
        "messages": [{"role": "user", "content": f"spent {SECRET}"}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
    }
    return {
        "request_id": "chatcmpl-7", "call_type": "acompletion", "api_key": "k" * 64, "prompt_tokens": 11,
        "completion_tokens": 12, "startTime": "2026-02-20 10:00:00.5", "model": "openai/gpt-x",
        "model_group": "still-small", "user": "ada", "organization_id": "", "metadata": metadata,
        "requester_ip_address": "203.0.113.9", "messages": {}, "session_id": "s-7", "status": "success",
        "response": {"choices": [{"message": {"content": "spent well"}}]}, "proxy_server_request": body,
    } | fields


@pytest.mark.parametrize("container", ["csv", "jsonl", "parquet"])
def test_litellm_spend(run, write, tmp_path, container):
    row = spend_row()
    dumped = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in row.items()}
    path = tmp_path / f"spend.{container}"
    if container == "csv":
        with open(path, "w", newline="") as handle:
            writer = csv.DictWriter(handle, list(dumped))
            writer.writeheader()
            writer.writerow(dumped)
    elif container == "jsonl":
        path = write([row], "spend.jsonl")
    else:
        pq.write_table(pa.Table.from_pylist([dumped]), path)
    (got,) = run(path, "litellm-spend").rows
    assert got["event_id"] == "chatcmpl-7"
    assert got["timestamp"] == datetime(2026, 2, 20, 10, 0, 0, 500_000, UTC)
    assert (got["account_id"], got["org_id"], got["key_id"]) == (keyed(KEY, "ada"), None, keyed(KEY, "k" * 64))
    assert (got["prompt"], got["response"], got["model"]) == (f"spent {SECRET}", "spent well", "still-small")
    assert (got["temperature"], got["max_tokens"], got["stream"], got["status"]) == (0.25, 99, True, 200)
    assert (got["input_tokens"], got["cached_tokens"], got["output_tokens"]) == (11, 2, 12)
    assert got["user_agent"] == "OpenAI/JS 6"
    assert None not in (got["tools_key"], got["context_key"])


def test_litellm_spend_without_stored_prompts(run, write):
    (row,) = run(write([spend_row(proxy_server_request="{}", response="{}", messages="{}")]), "litellm-spend").rows
    assert (row["prompt"], row["response"], row["context_key"]) == (None, None, None)
    assert row["input_tokens"] == 11


def test_openai_chat(run, write):
    request = {
        "model": "gpt-x", "temperature": 1, "top_p": 0.5, "max_completion_tokens": 30,
        "messages": [
            {"role": "developer", "content": "Short."}, {"role": "system", "content": "Kind."},
            {"role": "user", "content": [
                {"type": "text", "text": "What is"}, {"type": "image_url", "image_url": {"url": "data:"}},
                {"type": "text", "text": "this?"},
            ]},
        ],
    }
    (row,) = run(write([envelope(request, CHAT_ANSWER, asn=64500, country="NL")]), "openai").rows
    assert (row["system"], row["prompt"], row["response"]) == ("Short.\n\nKind.", "What is\n[image]\nthis?", "yes")
    assert (row["event_id"], row["key_id"]) == ("req-1", keyed(KEY, "sk-clear"))
    assert (row["temperature"], row["top_p"], row["max_tokens"], row["model"]) == (1.0, 0.5, 30, "gpt-x")
    tokens = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")
    assert [row[name] for name in tokens] == [20, 5, 7, 3]
    assert (row["user_agent"], row["asn"], row["country"]) == ("curl/8", 64500, "NL")


def test_openai_responses_chain(run, write):
    def answer(id_, **fields):
        output = [
            {"type": "reasoning", "summary": []},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": f"out {id_}"}]},
            {"type": "function_call", "name": "look", "arguments": "{}", "call_id": "c"},
        ]
        usage = {"input_tokens": 8, "output_tokens": 5, "output_tokens_details": {"reasoning_tokens": 1}}
        return {"id": id_, "object": "response", "output": output, "usage": usage} | fields

    first = envelope({"model": "m", "instructions": "Be brief.", "input": "one"}, answer("resp_1"))
    second = envelope(
        {"model": "m", "input": [{"role": "user", "content": [{"type": "input_text", "text": "two"}]}],
         "previous_response_id": "resp_1"}, answer("resp_2"), request_id="req-2",
    )
    orphan = envelope({"input": "three", "previous_response_id": "resp_0"}, answer("resp_3"), request_id="req-3")
    one, two, three = run(write([first, second, orphan]), "openai").rows
    assert (one["system"], one["prompt"], one["response"]) == ("Be brief.", "one", "out resp_1\n\n[tool_call: look]")
    assert one["parent_key"] is None
    assert two["prompt"] == "two"
    assert two["parent_key"] == one["context_key"] != two["context_key"]
    assert three["parent_key"] not in (None, one["context_key"])


@pytest.mark.parametrize("container", ["payload", "string", "spend"])
def test_litellm_logs_the_input_of_responses_as_messages(run, write, container):
    ask, more = {"role": "user", "content": "Solve it."}, {"type": "message", "role": "user", "content": "And then?"}
    thought = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"}
    call = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": "{}"}
    result = {"type": "function_call_output", "call_id": "c1", "output": "42"}
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "It is 42."}]}
    turns = [[ask], [ask, thought, call, result], [ask, call, result, thought, said, more]]

    def record(at, items):
        fields = {"call_type": "aresponses", "messages": json.dumps(items) if container == "string" else items}
        if container == "spend":
            return {"request_id": f"r{at}", "user": "ada", "startTime": "2026-02-20 10:00:00", "proxy_server_request": {}} | fields
        return payload(id=f"resp_{at}", response={"id": f"resp_{at}", "output": []}, **fields)

    log = write([record(at, items) for at, items in enumerate(turns)])
    one, two, three = run(log, "litellm-spend" if container == "spend" else "litellm").rows
    assert (two["parent_key"], three["parent_key"]) == (one["context_key"], two["context_key"])
    assert (one["prompt"], three["prompt"]) == ("Solve it.", "And then?")


STREAMED_CHAT = [
    {"id": "c", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "a"}}]},
    {"id": "c", "choices": [{"index": 0, "delta": {"content": "b"}}]},
    {"id": "c", "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}},
]
STREAMED_RESPONSE = [
    {"type": "response.created", "response": {"id": "resp_1", "output": []}},
    {"type": "response.output_text.delta", "delta": "ab"},
    {"type": "response.completed", "response": {
        "id": "resp_1", "output": [{"type": "message", "content": [{"type": "output_text", "text": "ab"}]}],
        "usage": {"input_tokens": 1, "output_tokens": 2},
    }},
]
CUT_RESPONSE = [*STREAMED_RESPONSE[:2], STREAMED_RESPONSE[2] | {"type": "response.incomplete"}]
"""Ended by a limit of tokens or a filter: what was answered until then counts."""
STREAMED_MESSAGE = [
    {"type": "message_start", "message": {"id": "msg_1", "usage": {"input_tokens": 1, "output_tokens": 0}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "b"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
]


REPEATED = [*STREAMED_MESSAGE[:-1], STREAMED_MESSAGE[-1] | {"usage": {"input_tokens": None, "output_tokens": 2}}]
"""As an SDK writes it, which has a null for each count that the last event does not repeat."""


@pytest.mark.parametrize("events", [STREAMED_CHAT, STREAMED_RESPONSE, CUT_RESPONSE, STREAMED_RESPONSE[:2], STREAMED_MESSAGE, REPEATED])
@pytest.mark.parametrize("form", ["list", "text"])
def test_streams_are_put_together(run, write, events, form):
    text = "".join(f"event: x\ndata: {json.dumps(one)}\n\n" for one in events) + "data: [DONE]\n\ndata: {\"cut"
    record = envelope({"messages": [{"role": "user", "content": "q"}]}, events if form == "list" else text)
    (row,) = run(write([record]), "openai").rows
    assert row["response"] == "ab"
    if events != STREAMED_RESPONSE[:2]:
        assert (row["input_tokens"], row["output_tokens"]) == (1, 2)


def test_an_azure_stream_keeps_model_and_response(run, write):
    filtered = {"id": "", "model": "", "choices": [], "prompt_filter_results": [{"prompt_index": 0}]}
    chunks = [filtered, *({"id": "c", "model": "gpt-x", "choices": [{"index": 0, "delta": {"content": one}}]} for one in "ab")]
    assert whole_response(chunks)["id"] == "c"
    (row,) = run(write([envelope({"messages": [{"role": "user", "content": "q"}]}, chunks)]), "openai").rows
    assert (row["model"], row["response"]) == ("gpt-x", "ab")


CALLS = [
    {"choices": [{"index": 0, "delta": {"content": "ab", "tool_calls": "none"}}]},
    {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "function": {"name": "look"}}]}}]},
]
CALLED = [*STREAMED_RESPONSE[:2], {"type": "response.output_item.added", "item": {"type": "function_call", "name": "look"}}]


@pytest.mark.parametrize(
    ("events", "answer"),
    [
        ([{"choices": [{"index": 0, "text": one, "finish_reason": None}]} for one in "ab"], "ab"),
        ([{"choices": [{"index": 0, "delta": {"refusal": one}}]} for one in "ab"], "ab"),
        ([STREAMED_RESPONSE[0], {"type": "response.refusal.delta", "delta": "ab"}], "ab"),
        (CALLS, "ab\n[tool_call: look]"),
        (CALLED, "ab\n[tool_call: look]"),
    ],
)
def test_streams_of_other_answers_than_text(run, write, events, answer):
    (row,) = run(write([envelope({"messages": [{"role": "user", "content": "q"}]}, events)]), "openai").rows
    assert row["response"] == answer


def test_anthropic(run, write):
    request = {
        "model": "claude-x", "max_tokens": 10, "stream": False,
        "system": [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}],
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
        "messages": [
            {"role": "user", "content": "look it up"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "42"}]},
        ],
    }
    response = {
        "id": "msg_1", "type": "message", "role": "assistant",
        "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "It is 42."},
                    {"type": "tool_use", "id": "t2", "name": "f", "input": {}}],
        "usage": {
            "input_tokens": 10, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 5, "output_tokens": 6,
        },
    }
    headers = {"x-api-key": "sk-ant", "x-ja4": "t13"}
    record = envelope(request, response, headers=headers, account_id=None, org_id=None)
    (row,) = run(write([record]), "anthropic").rows
    assert (row["system"], row["prompt"], row["response"]) == ("Be kind.", "look it up", "It is 42.\n[tool_call: f]")
    assert [row[name] for name in ("input_tokens", "cached_tokens", "output_tokens")] == [115, 100, 6]
    assert row["account_id"] == row["key_id"] == keyed(KEY, "sk-ant")
    assert row["ja4"] == "t13"
    assert None not in (row["parent_key"], row["tools_key"])


def full_event():
    return event(
        org_id="o", key_id="k", session_id="s", access_path="app", model="m", system="sys", response="r",
        context_key=-(1 << 63), parent_key=(1 << 63) - 1, tools_key=5, temperature=0.5, top_p=1.0, max_tokens=3,
        stream=True, input_tokens=1, cached_tokens=0, output_tokens=2, reasoning_tokens=0, status=200, ip="203.0.113.9",
        asn=64500, country="NL", user_agent="ua", ja4="j", surplus="ignored",
    )


@pytest.mark.parametrize("container", ["jsonl", "parquet"])
def test_canonical_is_kept_as_it_is(run, write, tmp_path, container):
    given = full_event()
    path = write([given]) if container == "jsonl" else tmp_path / "e.parquet"
    if container == "parquet":
        pq.write_table(pa.Table.from_pylist([given | {"timestamp": datetime(2026, 2, 20, 10, tzinfo=UTC)}]), path)
    (row,) = run(path, "canonical").rows
    del given["surplus"]
    assert row == given | {"timestamp": datetime(2026, 2, 20, 10, tzinfo=UTC)}


def test_canonical_clear_hashes_identifiers(run, write):
    (row,) = run(write([full_event()]), "canonical-clear").rows
    assert (row["account_id"], row["session_id"]) == (keyed(KEY, "a1"), keyed(KEY, "s"))
    assert row["ip"] == keyed(KEY, "203.0.113.0/24")


@pytest.mark.parametrize(
    "time",
    [
        "2026-02-20T10:00:00Z", "2026-02-20T11:00:00+01:00", "2026-02-20 10:00:00", "2026-02-20 10:00:00+00",
        "2026-02-20 10:00:00.000 UTC", "2026-02-20 11:00:00.000 +0100", "2026-02-20 10:00:00 +0000 UTC",
        1771581600, 1771581600.0, "1771581600", 1771581600_000, 1771581600_000_000, 1771581600_000_000_000,
    ],
)
def test_times(run, write, time):
    (row,) = run(write([event(timestamp=time)]), "canonical").rows
    assert row["timestamp"] == datetime(2026, 2, 20, 10, tzinfo=UTC)


def test_folders_are_searched(run, write, tmp_path):
    (tmp_path / "logs" / "day1").mkdir(parents=True)
    write([event()], "logs/day1/a.jsonl")
    write([event(event_id="e2")], "logs/b.jsonl.gz")
    write(b"junk", "logs/.hidden.jsonl")
    write(b"junk", "logs/readme.md")
    result = run(tmp_path / "logs", "canonical")
    assert {row["event_id"] for row in result.rows} == {"e1", "e2"}
    assert [one["rows"] for one in result.summary["inputs"]] == [1, 1]


def test_usage_errors_are_one_line(run, write, tmp_path):
    good = write([event()])
    (tmp_path / "empty").mkdir()
    for source, format_, options in [
        (good, "nonsense", {}),
        (tmp_path / "absent", "canonical", {}),
        (tmp_path / "empty", "canonical", {}),
        ([], "canonical", {}),
        (good, "canonical", {"privacy": "none"}),
        (good, "canonical", {"trusted_proxies": "10.0.0.0/99"}),
        (good, "canonical", {"edge": [tmp_path / "absent"]}),
        (good, "canonical", {"out": good}),
    ]:
        with pytest.raises(InputError) as caught:
            run(source, format_, **options)
        assert "\n" not in str(caught.value)


def test_same_input_gives_same_bytes(run, write, tmp_path):
    path = write([payload(id=str(at)) for at in range(50)])
    first = run(path, "litellm").out / "events" / "part-00000.parquet"
    second = run(path, "litellm", out=tmp_path / "again").out / "events" / "part-00000.parquet"
    assert first.read_bytes() == second.read_bytes()


def test_what_is_no_object_where_one_is_due_is_left_out(run, write):
    rows = [payload(id="1", messages=[7.5, *payload()["messages"]]), payload(id="2", messages=[{"role": "user", "content": 7}])]
    result = run(write(rows), "litellm")
    assert [row["prompt"] for row in result.rows] == [f"why {SECRET}?", ""]
    assert result.summary["unread_fields"].keys() == {"messages", "content"}
    assert run(write([payload(metadata=[1])]), "litellm").reasons == {"no_account_id": 1}, "it names the account"
