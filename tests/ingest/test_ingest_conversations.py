"""Conversation keys: they link the turns of a conversation, whoever sends the next one."""

import copy
import itertools

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest_helpers import AS_OF, KEY, envelope, payload

from stillwatch import sketch
from stillwatch.ingest.messages import boundaries, from_items, reduce, tools_key
from stillwatch.ingest.tenant import Tenant
from stillwatch.workflows.ingestion import ingest

TENANT = Tenant(KEY)
SYSTEM = {"role": "system", "content": "Be terse."}
ASK = {"role": "user", "content": "Prove that there are infinitely many primes."}
ANSWER = {"role": "assistant", "content": "Suppose there were finitely many."}
MORE = {"role": "user", "content": "Go on."}
ANSWER2 = {"role": "assistant", "content": "Multiply them and add one."}
LAST = {"role": "user", "content": "Why is that prime?"}
CALLS = [{"id": "c1", "function": {"name": "f", "arguments": "{}"}}]
CALL = {"role": "assistant", "content": None, "tool_calls": CALLS}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "42"}


def keys(*messages):
    reduced = reduce(list(messages), TENANT)
    return reduced.context_key, reduced.parent_key


def test_conversation_that_moves_between_accounts(run, write):
    """Three turns, the second on another account: each parent_key is the context_key of the turn before."""
    first, second = [SYSTEM, ASK], [SYSTEM, ASK, ANSWER, MORE]
    third = [*second, ANSWER2, LAST]

    def sent(at, who, messages):
        record = payload(id=f"id-{at}", messages=messages)
        record["metadata"] |= {"user_api_key_user_id": who, "user_api_key_org_id": None}
        return record

    one, two, three = run(write([sent(1, "ada", first), sent(2, "bob", second), sent(3, "ada", third)]), "litellm").rows
    assert one["account_id"] != two["account_id"] == two["account_id"]
    assert one["parent_key"] is None
    assert two["parent_key"] == one["context_key"]
    assert three["parent_key"] == two["context_key"]
    assert len({row["context_key"] for row in (one, two, three)}) == 3
    assert (three["system"], three["prompt"]) == ("Be terse.", LAST["content"])


def test_tool_turns():
    base, _ = keys(SYSTEM, ASK)
    called, parent = keys(SYSTEM, ASK, CALL, RESULT)
    assert parent == base
    assert keys(SYSTEM, ASK, CALL, RESULT, ANSWER, MORE)[1] == called
    # answers in a row (parallel calls, or text and a call as two items) are one turn
    assert keys(SYSTEM, ASK, ANSWER, CALL, RESULT)[1] == base
    assert reduce([ASK, CALL, RESULT], TENANT).prompt == ASK["content"]


def test_a_cache_mark_on_a_call_parts_no_turns():
    marked = CALL | {"tool_calls": [CALLS[0] | {"cache_control": {"type": "ephemeral"}}]}
    assert keys(ASK, marked, RESULT) == keys(ASK, CALL, RESULT)
    assert keys(ASK, CALL, RESULT) != keys(ASK, CALL | {"tool_calls": [CALLS[0] | {"id": "c2"}]}, RESULT)


@pytest.mark.parametrize("approve", [True, False])
def test_an_approval_is_sent_by_the_client(approve):
    wanted = {"type": "mcp_approval_request", "id": "m1", "name": "f", "arguments": "{}"}
    given = {"type": "mcp_approval_response", "approval_request_id": "m1", "approve": approve}
    context, parent = keys(*from_items([ASK, wanted, given]))
    assert parent == keys(ASK)[0]
    assert context != keys(*from_items([ASK, wanted, given | {"approve": not approve}]))[0]


def test_prefill_belongs_to_the_answer():
    prefill = {"role": "assistant", "content": "Sure:"}
    assert keys(ASK, prefill) == keys(ASK)
    assert keys(ASK, ANSWER, MORE, prefill)[1] == keys(ASK)[0]


@pytest.mark.parametrize(
    "same",
    [
        {"role": "user", "content": [{"type": "text", "text": ASK["content"]}]},
        {"role": "user", "content": [{"type": "text", "text": ASK["content"], "cache_control": {"type": "ephemeral"}}]},
        {"role": "user", "content": [{"type": "input_text", "text": ASK["content"]}]},
        {"role": "user", "content": ASK["content"], "name": None, "tool_calls": None, "annotations": []},
    ],
)
def test_forms_of_one_message_have_one_hash(same):
    assert keys(SYSTEM, same, ANSWER, MORE) == keys(SYSTEM, ASK, ANSWER, MORE)


def test_dropped_reasoning_and_developer_role_do_not_matter():
    thought = {"role": "assistant", "content": [
        {"type": "thinking", "thinking": "hm"}, {"type": "text", "text": ANSWER["content"]},
    ]}
    assert keys(ASK, thought, MORE) == keys(ASK, ANSWER, MORE)
    assert keys({"role": "developer", "content": SYSTEM["content"]}, ASK) == keys(SYSTEM, ASK)


@pytest.mark.parametrize(
    "form",
    [
        {"content": "42", "cache_control": {"type": "ephemeral"}},
        {"content": "42", "is_error": None},
        {"content": [{"type": "text", "text": "42"}]},
        {"content": [{"type": "text", "text": "42", "cache_control": {"type": "ephemeral"}}]},
    ],
)
def test_forms_of_a_result_in_a_turn_have_one_hash(form):
    asked = {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {"cache_control": 1}}]}

    def turn(**fields):
        return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", **fields}]}

    assert keys(ASK, asked, turn(**form)) == keys(ASK, asked, turn(content="42"))
    assert keys(ASK, asked, turn(content=[{"type": "text", "text": "43"}])) != keys(ASK, asked, turn(content="42"))
    picture = {"type": "image", "source": {"data": "aaaa"}}
    marked = picture | {"cache_control": {"type": "ephemeral"}}
    assert keys(ASK, asked, turn(content=[marked])) == keys(ASK, asked, turn(content=[picture]))


def test_what_differs_has_another_hash():
    different = [
        keys(ASK), keys(SYSTEM, ASK), keys(MORE), keys(ASK, MORE),
        keys({"role": "user", "content": ASK["content"] + "Go on."}),
        keys({**ASK, "role": "system"}), keys(ASK, CALL, RESULT), keys(ASK, CALL, {**RESULT, "content": "43"}),
    ]
    assert len({context for context, _ in different}) == len(different)
    assert reduce([ASK], Tenant(b"another key of 32 bytes.........")).context_key != keys(ASK)[0]


def test_tools_key_ignores_order_and_api():
    chat = [
        {"type": "function", "function": {"name": "a", "description": "A", "parameters": {"x": 1, "y": 2}}},
        {"type": "function", "function": {"name": "b", "description": "B", "parameters": {}}},
    ]
    responses = [{"type": "function", **tool["function"]} for tool in reversed(chat)]
    messages = [
        {"name": "a", "description": "A", "input_schema": {"y": 2, "x": 1}},
        {"name": "b", "description": "B", "input_schema": {}, "cache_control": {"type": "ephemeral"}},
    ]
    assert tools_key(chat, TENANT) == tools_key(responses, TENANT) == tools_key(messages, TENANT)
    assert tools_key(chat[:1], TENANT) != tools_key(chat, TENANT)
    assert tools_key([{"type": "web_search"}], TENANT) not in (None, tools_key([{"type": "code"}], TENANT))
    assert tools_key([], TENANT) is None


def test_conversation_moves_between_apis(run, write, tmp_path):
    """The first turn on one API, the second, replayed whole, on another: still linked."""
    first = envelope({"model": "m", "system": "Be terse.", "messages": [ASK]}, {"content": []})
    second = envelope(
        {"model": "m", "instructions": "Be terse.", "input": [ASK, {"type": "reasoning", "summary": []}, ANSWER, MORE]},
        {"output": []}, request_id="req-2",
    )
    one = run(write([first], "a.jsonl"), "anthropic", out=tmp_path / "a").rows[0]
    two = run(write([second], "b.jsonl"), "openai", out=tmp_path / "b").rows[0]
    assert two["parent_key"] == one["context_key"]


ROLES = st.sampled_from(["system", "user", "assistant", "tool"])


@given(st.lists(ROLES, max_size=12))
def test_boundaries(roles):
    end, turn = boundaries(roles)
    assert 0 <= turn <= end <= len(roles)
    assert all(role == "assistant" for role in roles[end:])
    if turn:
        assert roles[turn] == "assistant" != roles[turn - 1]
    elif "assistant" in roles[:end]:
        assert set(roles[: roles.index("assistant")]) == set()


@given(st.lists(st.tuples(ROLES, st.text(max_size=5)), min_size=1, max_size=8))
def test_reducing_changes_nothing_it_was_given(pairs):
    messages = [{"role": role, "content": text} for role, text in pairs]
    before = copy.deepcopy(messages)
    reduce(messages, TENANT)
    assert messages == before


def answered(number, before=None):
    """A request that was answered by resp_{number}, and goes on from resp_{before}."""
    request = {"input": f"turn {number}"} | ({} if before is None else {"previous_response_id": f"resp_{before}"})
    return envelope(request, {"id": f"resp_{number}", "output": []}, request_id=f"req-{number}")


CHAIN = [answered(0), answered(1, 0), answered(2, 1), answered(3, 2), answered(4, 9), answered(5, 4)]
"""Four turns, and two of a conversation that began before the log."""


def linked(result):
    return {row["event_id"]: (row["context_key"], row["parent_key"]) for row in result.rows}


def test_responses_are_linked_in_any_order_and_split(run, write, monkeypatch):
    monkeypatch.setattr("stillwatch.ingest.output.BATCH_ROWS", 3)
    wanted = run(write(CHAIN), "openai")
    keys = linked(wanted)
    assert [keys[f"req-{at}"][1] for at in (1, 2, 3, 5)] == [keys[f"req-{at}"][0] for at in (0, 1, 2, 4)]
    assert wanted.summary["unknown_responses"] == 1
    for order in itertools.islice(itertools.permutations(range(6)), 0, None, 23):
        sources = [write([CHAIN[at] for at in order[:2]], "a.jsonl"), write([CHAIN[at] for at in order[2:]], "b.jsonl")]
        found = run(sources, "openai")
        assert linked(found) == keys
        assert found.summary["unknown_responses"] == 1


def test_sketches_are_linked_as_the_events_are(run, write):
    found = run(write(CHAIN[::-1]), "openai", privacy="features", finish=sketch.sketch_events)
    made = pq.read_table(found.out / "sketches" / "part-00000.parquet", columns=["context", "parent"]).to_pylist()
    assert [(row["context"], row["parent"] or None) for row in made] == [(row["context_key"], row["parent_key"]) for row in found.rows]
    assert linked(found) == linked(run(write(CHAIN), "openai"))


def test_responses_that_go_round_in_a_circle_end(run, write):
    assert run(write([answered(1, 2), answered(2, 1), answered(3, 3)]), "openai").summary["unknown_responses"] == 2


def test_requests_whose_earlier_response_is_in_no_log_are_told(write, tmp_path, capsys):
    ingest([write(CHAIN)], "openai", tmp_path / "out", as_of=AS_OF)
    assert "1 request of a conversation whose earlier response is not in these logs" in capsys.readouterr().out
