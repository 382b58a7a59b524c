"""What products write of a request: a gateway's payload, bodies of three APIs in an envelope, a line of the edge log."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from .world import Call, Message, Request

Body = dict[str, Any]
TOOL_SCHEMA = {
    "type": "object", "properties": {"target": {"type": "string"}, "n": {"type": "integer"}}, "required": ["target"],
}
CACHE_BLOCK, CACHE_LEAST = 128, 1024


def iso(time: datetime) -> str:
    """A time as logs have it."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _tokens(text: str) -> int:
    return max(1, len(text) // 4)


def counts(request: Request) -> tuple[int, int, int]:
    """Tokens read, of these from a cache, and written."""
    size = sum(_tokens(message.content) + 4 for message in request.messages) + _tokens(request.system or "") + 60 * len(request.tools)
    cached = size // CACHE_BLOCK * CACHE_BLOCK if len(request.messages) > 2 and size > CACHE_LEAST else 0
    return size, cached, _tokens(request.answer) + request.reasoning if request.good else 0


def _sampling(request: Request, max_name: str) -> Body:
    account = request.account
    asked = {
        "temperature": account.temperature, "top_p": account.top_p, max_name: account.max_tokens, "stream": account.stream or None,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _envelope(request: Request, path: str, body: Body, answer: object, *, edge: bool, key_header: str = "authorization") -> Body:
    account, headers = request.account, {"user-agent": request.account.client.agent}
    headers[key_header] = account.key if key_header == "x-api-key" else f"Bearer {account.key}"
    headers |= {"content-type": "application/json", "x-request-id": request.request_id}
    if key_header == "x-api-key":
        headers["anthropic-version"] = "2023-06-01"
    out = {
        "request_id": request.request_id, "timestamp": iso(request.time), "account_id": account.id, "org_id": account.org,
        "session_id": request.session if account.client.path == "app" else None, "access_path": account.client.path,
        "headers": headers, "path": path, "request": body, "response": answer, "status": request.status,
    }
    if edge:  # which has the network
        return out
    place = request.address
    return {**out, "remote_address": place.ip, "asn": place.asn, "country": place.country}


def edge_line(request: Request) -> Body:
    """The line of an Envoy edge log."""
    client, place = request.account.client, request.address
    return {
        "start_time": iso(request.time - timedelta(milliseconds=30)), "request_id": request.request_id, "remote_address": place.ip,
        "x_forwarded_for": None, "user_agent": client.agent, "ja4": client.ja4, "asn": place.asn, "country": place.country,
    }


# --- Chat completions, and LiteLLM, which logs them -----------------------------------------------------------------


def _function(call: Call) -> Body:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _functions(tools: Sequence[str]) -> list[Body]:
    return [{"name": name, "description": f"Tool {name}", "parameters": TOOL_SCHEMA} for name in tools]


def _chat_tools(request: Request) -> Body:
    return {"tools": [{"type": "function", "function": one} for one in _functions(request.tools)]} if request.tools else {}


def _chat_message(message: Message) -> Body:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.result_of, "content": message.content}
    calls = {"tool_calls": [_function(message.call)]} if message.call else {}
    return {"role": message.role, "content": message.content, **calls}


def _chat_messages(request: Request) -> list[Body]:
    head = [{"role": "system", "content": request.system}] if request.system else []
    return [*head, *map(_chat_message, request.messages)]


def _completion(request: Request) -> Body:
    read, cached, written = counts(request)
    calls = {"tool_calls": [_function(request.call)]} if request.call else {}
    choice = {
        "index": 0, "message": {"role": "assistant", "content": request.answer, **calls},
        "finish_reason": "tool_calls" if request.call else "stop",
    }
    return {
        "id": f"chatcmpl-{request.id}", "object": "chat.completion", "created": int(request.time.timestamp()), "model": request.model,
        "choices": [choice],
        "usage": {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written, **_details(request, cached)},
    }


def _details(request: Request, cached: int) -> Body:
    return {
        "prompt_tokens_details": {"cached_tokens": cached}, "completion_tokens_details": {"reasoning_tokens": request.reasoning},
    }


def _completion_chunks(request: Request, whole: Body) -> list[Body]:
    def chunk(delta: Body) -> Body:
        choices = [{"index": 0, "delta": delta, "finish_reason": None}]
        return {
            "id": whole["id"], "object": "chat.completion.chunk", "created": whole["created"], "model": request.model, "choices": choices,
        }

    half = len(request.answer) // 2
    deltas: list[Body] = [{"role": "assistant", "content": ""}, {"content": request.answer[:half]}, {"content": request.answer[half:]}]
    if request.call:
        deltas.append({"tool_calls": [{"index": 0, **_function(request.call)}]})
    return [*map(chunk, deltas), {**chunk({}), "choices": [], "usage": whole["usage"]}]


def chat(request: Request, edge: bool) -> Body:
    """A chat completion in the envelope; streamed, its chunks as a list."""
    body = {
        "model": request.model, "messages": _chat_messages(request), **_sampling(request, "max_completion_tokens"), **_chat_tools(request),
    }
    answer: object = _completion(request)
    if not request.good:
        limit = request.status == 429
        told = {"message": "Rate limit reached", "type": "requests"} if limit else {"message": "Server error", "type": "server_error"}
        answer = {"error": {**told, "code": None}}
    elif request.account.stream:
        answer = _completion_chunks(request, _completion(request))
    return _envelope(request, "/v1/chat/completions", body, answer, edge=edge)


def litellm(request: Request, edge: bool) -> Body:
    """LiteLLM's StandardLoggingPayload: it knows the address and the client itself."""
    read, cached, written = counts(request)
    start, account, good, agent = request.time.timestamp(), request.account, request.good, request.account.client.agent
    error = {
        "error_code": str(request.status), "error_class": "RateLimitError" if request.status == 429 else "InternalServerError",
        "llm_provider": "openai",
    }
    usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written, **_details(request, cached)}
    metadata = {
        "user_api_key_hash": account.key[3:], "user_api_key_alias": None, "user_api_key_org_id": account.org,
        "user_api_key_team_id": None, "user_api_key_user_id": account.id, "user_api_key_user_email": None,
        "user_api_key_request_route": "/v1/chat/completions", "requester_ip_address": request.address.ip, "user_agent": agent,
        "requester_custom_headers": {"x-request-id": request.request_id, "x-stainless-lang": "python"},
        "usage_object": usage if good else None,
    }
    return {
        "id": f"chatcmpl-{request.id}", "trace_id": request.session, "session_id": request.session, "litellm_call_id": request.request_id,
        "call_type": "acompletion", "stream": account.stream, "response_cost": round((read + 4 * written) * 1e-6, 6) if good else 0,
        "status": "success" if good else "failure", "custom_llm_provider": "openai", "prompt_tokens": read if good else 0,
        "completion_tokens": written, "total_tokens": read + written if good else 0, "startTime": start,
        "endTime": start + 2 + written / 60, "completionStartTime": start + 0.6, "response_time": 2 + written / 60,
        "model": request.model, "model_group": request.model, "model_id": "m-1", "api_base": "http://10.2.0.4:8000/v1",
        "cache_hit": None, "request_tags": [], "end_user": "", "requester_ip_address": request.address.ip, "user_agent": agent,
        "messages": _chat_messages(request), "response": _completion(request) if good else None,
        "error_str": None if good else f"Error code: {request.status}", "error_information": None if good else error,
        "model_parameters": {**_sampling(request, "max_tokens"), **_chat_tools(request)}, "hidden_params": {}, "metadata": metadata,
    }


# --- Responses ------------------------------------------------------------------------------------------------------


def _input_items(message: Message) -> list[Body]:
    if message.role == "tool":
        return [{"type": "function_call_output", "call_id": message.result_of, "output": message.content}]
    said = [{"role": message.role, "content": message.content}]
    return [*said, _call_item(message.call)] if message.call else said


def _call_item(call: Call) -> Body:
    return {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments}


def responses(request: Request, edge: bool) -> Body:
    """A response in the envelope; some accounts leave the history with the provider and send only what is new."""
    account, sent = request.account, request.messages
    body: Body = {"model": request.model, "input": [], **_sampling(request, "max_output_tokens")}
    if request.system:
        body["instructions"] = request.system
    if request.tools:
        body["tools"] = [{"type": "function", **one} for one in _functions(request.tools)]
    if request.previous and account.chains:
        body["previous_response_id"] = f"resp_{request.previous}"
        sent = sent[max(place for place, message in enumerate(sent) if message.role == "assistant") + 1 :]
    body["input"] = [item for message in sent for item in _input_items(message)]
    return _envelope(request, "/v1/responses", body, _response(request), edge=edge)


def _response(request: Request) -> object:
    read, cached, written = counts(request)
    text = {"type": "output_text", "text": request.answer, "annotations": []}
    output: list[Body] = [
        {"type": "message", "id": f"msg_{request.id}", "role": "assistant", "status": "completed", "content": [text]},
    ]
    if request.call:
        item = _call_item(request.call)
        output.append({"type": item.pop("type"), "id": f"fc_{request.id}", **item, "status": "completed"})
    usage = {
        "input_tokens": read, "input_tokens_details": {"cached_tokens": cached}, "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": request.reasoning}, "total_tokens": read + written,
    }
    whole = {
        "id": f"resp_{request.id}", "object": "response", "created_at": int(request.time.timestamp()), "status": "completed",
        "model": request.model, "output": output, "usage": usage,
    }
    if not request.good:
        return {"error": {"message": "error", "type": "server_error", "code": None}}
    if not request.account.stream:
        return whole
    return [
        {"type": "response.created", "response": {**whole, "status": "in_progress", "output": [], "usage": None}},
        {"type": "response.output_text.delta", "delta": request.answer, "output_index": 0, "content_index": 0},
        {"type": "response.completed", "response": whole},
    ]


# --- Messages -------------------------------------------------------------------------------------------------------


def _tool_use(call: Call) -> Body:
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": json.loads(call.arguments)}


def _block_message(message: Message) -> Body:
    if message.role == "tool":
        result = {"type": "tool_result", "tool_use_id": message.result_of, "content": message.content}
        return {"role": "user", "content": [result]}
    if message.call:
        return {"role": message.role, "content": [{"type": "text", "text": message.content}, _tool_use(message.call)]}
    return {"role": message.role, "content": message.content}


def anthropic(request: Request, edge: bool) -> Body:
    """A message of the Messages API in the envelope; streamed, its server-sent events as text."""
    body: Body = {"model": request.model, "messages": list(map(_block_message, request.messages)), **_sampling(request, "max_tokens")}
    if request.system:
        body["system"] = [{"type": "text", "text": request.system, "cache_control": {"type": "ephemeral"}}]
    body.setdefault("max_tokens", 4096)  # which this API demands
    if request.tools:
        body["tools"] = [{"name": name, "description": f"Tool {name}", "input_schema": TOOL_SCHEMA} for name in request.tools]
    return _envelope(request, "/v1/messages", body, _message(request), edge=edge, key_header="x-api-key")


def _message(request: Request) -> object:
    read, cached, written = counts(request)
    usage = {"input_tokens": read - cached, "cache_read_input_tokens": cached, "cache_creation_input_tokens": 0, "output_tokens": written}
    content: list[Body] = [{"type": "text", "text": request.answer}]
    if request.call:
        content.append(_tool_use(request.call))
    stop = "tool_use" if request.call else "end_turn"
    whole: Body = {
        "id": f"msg_{request.id}", "type": "message", "role": "assistant", "model": request.model, "content": content,
        "stop_reason": stop, "usage": usage,
    }
    if not request.good:
        kind = "rate_limit_error" if request.status == 429 else "overloaded_error"
        return {"type": "error", "error": {"type": kind, "message": "error"}}
    if not request.account.stream:
        return whole
    start = {**whole, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    events: list[Body] = [{"type": "message_start", "message": start}]
    events += _block(0, {"type": "text", "text": ""}, {"type": "text_delta", "text": request.answer})
    if request.call:
        delta = {"type": "input_json_delta", "partial_json": request.call.arguments}
        events += _block(1, {**_tool_use(request.call), "input": {}}, delta)
    events += [
        {"type": "message_delta", "delta": {"stop_reason": stop}, "usage": {"output_tokens": written}}, {"type": "message_stop"},
    ]
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)


def _block(index: int, start: Body, delta: Body) -> list[Body]:
    return [
        {"type": "content_block_start", "index": index, "content_block": start},
        {"type": "content_block_delta", "index": index, "delta": delta},
        {"type": "content_block_stop", "index": index},
    ]


WIRES: Mapping[str, Callable[[Request, bool], Body]] = {"litellm": litellm, "chat": chat, "responses": responses, "anthropic": anthropic}
"""How a request is written, and whether an edge log has its network."""
INGESTED_AS = {"litellm": "litellm", "chat": "openai", "responses": "openai", "anthropic": "anthropic"}
"""The format of ``stillwatch ingest`` that reads it."""


def event_id(request: Request, wire: str) -> str:
    """What the request is called in the log: the gateway's own name for it where it has one."""
    return f"chatcmpl-{request.id}" if wire == "litellm" else request.request_id
