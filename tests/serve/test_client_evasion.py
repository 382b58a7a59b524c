"""What a client can write into its request to get around the client package: it is asked about as any other, though all fail open."""

import asyncio
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from serve_kit import CLIENT, Service, people

pytest.importorskip("granian")
pytest.importorskip("httpx")
sys.path.insert(0, str(CLIENT))
from stillwatch_client.guard import FORWARDED, LONGEST, Guard, NotRestrictableError, Verdict, restricted


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(tmp_path_factory.mktemp("service"), "--enforce", source=people())
    yield made.start()
    made.stop()


BLOCKED = ("authorization", "Bearer sk-block")


@pytest.mark.parametrize(
    "headers",
    [
        [BLOCKED],
        [BLOCKED, *[("x-api-key", "a")] * 150],
        [*[("x-api-key", "a")] * 150, ("x-api-key", "sk-block")],
        [BLOCKED, *[(name, "a" * 500_000) for name in FORWARDED if name != "authorization"]],
        [("authorization", "Bearer sk-block," + "a" * 1_000_000)],
        [("x-api-key", "a" * 1_000_000), ("x-api-key", "sk-block")],
        [BLOCKED, ("x-api-key", "\u00e9\u00ff")],
    ],
    ids=["plain", "150 headers", "the last of 151", "3 MB", "the first of 1 MB", "the last of 1 MB", "no ASCII"],
)
def test_no_header_of_a_client_makes_the_middlewares_question_fail(service: Service, headers: list[tuple[str, str]]) -> None:
    async def asked(path: str) -> Verdict:
        guard = Guard(f"http://127.0.0.1:{service.port}", service.secrets["decide"], fail_closed=False, deadline_s=60)
        return await guard.relay("POST", path, headers)

    for path in ("/v1/chat/completions", "/" + "\u00e9" * 300_000):
        assert asyncio.run(asked(path)).decision == "block"
    assert LONGEST * len(FORWARDED) < 400_000


class Told:
    """A guard that restricts everybody, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    async def decide(self, asked: dict[str, Any], api: str) -> Verdict:
        self.asked.append(asked)
        return Verdict("restrict" if asked["account_id"] == "eve" else "allow", drop_reasoning=True)


class RefusedError(Exception):
    """What LiteLLM answers a client with."""

    def __init__(self, status: int, **_: Any) -> None:
        super().__init__(status)


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Any:
    """LiteLLM's hook without LiteLLM."""
    for name, members in {
        "fastapi": {"HTTPException": RefusedError}, "litellm": {}, "litellm.integrations": {}, "litellm.proxy": {},
        "litellm.integrations.custom_logger": {"CustomLogger": object}, "litellm.proxy._types": {"ProxyException": Exception},
    }.items():
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "stillwatch_client.litellm_hook", raising=False)
    module = importlib.import_module("stillwatch_client.litellm_hook")
    monkeypatch.setattr(module, "without_traces", lambda response: f"{response} without")
    monkeypatch.delitem(sys.modules, "stillwatch_client.litellm_hook")
    return module.StillwatchHook(Told())


@pytest.mark.parametrize("call", ["same", "s" * 5000, None])
def test_a_call_id_that_a_client_repeats_is_asked_about_anew(hook: Any, call: str | None) -> None:
    """LiteLLM takes it from the client (x-litellm-call-id): it is no repeated request, and no answer goes out as another's."""
    eve, bob = (SimpleNamespace(user_id=name, token=f"t-{name}") for name in ("eve", "bob"))
    data = {"litellm_call_id": call}

    async def scene() -> list[str]:
        for who in (eve, eve, bob, eve):
            await hook.async_pre_call_hook(who, None, dict(data), "completion")
        return [await hook.async_post_call_success_hook(dict(data), who, who.user_id) for who in (bob, eve, bob, eve, eve, eve)]

    assert asyncio.run(scene()) == ["bob", "eve without", "bob", "eve without", "eve without", "eve"]
    ids = [asked["request_id"] for asked in hook.guard.asked]
    assert len(set(ids)) == 4
    assert all(id_.startswith((call or "")[:200]) and len(id_) <= 217 for id_ in ids)
    assert not hook._restricted


STRICT = Verdict("restrict", max_tokens=64, drop_reasoning=True, drop_logprobs=True)
CHAT, COMPLETIONS, RESPONSES, MESSAGES = "/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages"
GENERATE = "/inference/v1/generate"


@pytest.mark.parametrize(
    ("path", "body", "passed"),
    [
        (CHAT, {}, {"max_tokens": 64}),
        (CHAT, {"max_completion_tokens": 9}, {"max_completion_tokens": 9}),
        (CHAT, {"max_completion_tokens": None}, {"max_completion_tokens": None, "max_tokens": 64}),
        (CHAT, {"max_tokens": 0}, {"max_tokens": 1}),
        (RESPONSES, {"max_output_tokens": 0}, {"max_output_tokens": 1}),
        *(
            (CHAT, {"max_tokens": value}, {"max_tokens": 64})
            for value in (-1, 65, 1e9, 0.5, True, "9", [9], {}, float("inf"), 10**30)
        ),
        *((CHAT, {name: 9}, {name: 9, "max_tokens": 64}) for name in ("max_output_tokens", "max_tokens_to_sample")),
        (COMPLETIONS, {"max_completion_tokens": 9}, {"max_completion_tokens": 9, "max_tokens": 64}),
        (COMPLETIONS, {"logprobs": 5, "echo": True, "prompt_logprobs": 5, "logprob_token_ids": [1]}, {"max_tokens": 64}),
        (RESPONSES, {"max_tokens": 9}, {"max_tokens": 9, "max_output_tokens": 64}),
        (RESPONSES, {"include": ["message.output_text.logprobs", "reasoning.encrypted_content", "file_search_call.results"]},
         {"include": ["file_search_call.results"], "max_output_tokens": 64}),
        (MESSAGES, {"max_tokens": 9, "thinking": {"type": "enabled"}}, {"max_tokens": 9}),
        ("/v1/complete", {"max_tokens": 9}, {"max_tokens": 9, "max_tokens_to_sample": 64}),
        (CHAT, {"max_tokens": 9, "extra_body": {"max_tokens": 99, "max_completion_tokens": 99, "logprobs": True, "top_logprobs": 5,
                                                "reasoning_effort": "high", "extra_body": {"max_tokens": 99}, "top_k": 3}},
         {"max_tokens": 9, "extra_body": {"max_tokens": 64, "max_completion_tokens": 64, "extra_body": {"max_tokens": 64}, "top_k": 3}}),
        (GENERATE, {"token_ids": [1], "sampling_params": {"max_tokens": 99, "logprobs": 5, "prompt_logprobs": 5, "temperature": 0}},
         {"token_ids": [1], "sampling_params": {"max_tokens": 64, "temperature": 0}}),
        (CHAT, {"max_tokens": 9, "n": 5, "extra_body": {"n": None, "best_of": 9}},
         {"max_tokens": 9, "n": 1, "extra_body": {"n": None, "best_of": 1}}),
        (GENERATE, {"sampling_params": {"n": "5"}}, {"sampling_params": {"n": 1, "max_tokens": 64}}),
        *((COMPLETIONS, {"max_tokens": 9, "prompt": one}, {"max_tokens": 9, "prompt": one}) for one in ("a", ["a"], [1, 2], [[1, 2]], [])),
        (GENERATE, {"max_tokens": 9}, {"max_tokens": 9, "sampling_params": {"max_tokens": 64}}),
    ],
    ids=str,
)
def test_no_field_of_a_body_lifts_its_restriction(path: str, body: dict[str, Any], passed: dict[str, Any]) -> None:
    before = repr(body)
    assert restricted(body, STRICT, path) == passed
    assert repr(body) == before, "the body of the caller"


TWO = ["a", "b"]


@pytest.mark.parametrize(
    "body",
    [{"prompt": TWO}, {"prompt": [[1], [2]]}, {"prompt": [1, "a"]}, {"prompt": "a", "extra_body": {"prompt": TWO}}, {"prompt_embeds": TWO},
     {"text": TWO}, {"messages": [[{"role": "user"}]]}, {"requests": [{"params": {"max_tokens": 9}}]}],
    ids=str,
)
def test_several_prompts_are_no_way_around_a_limit(hook: Any, body: dict[str, Any]) -> None:
    """Each would get an answer of the limit's length; a limit is of a request."""
    with pytest.raises(NotRestrictableError, match="may have one prompt"):
        restricted(body, STRICT, COMPLETIONS)

    async def decide(*_: Any) -> Verdict:
        return STRICT

    hook.guard = SimpleNamespace(decide=decide)
    with pytest.raises(RefusedError) as error:
        asyncio.run(hook.async_pre_call_hook(SimpleNamespace(user_id="eve"), None, body, "atext_completion"))
    assert error.value.args[0] == 400
    assert not hook._restricted
    limitless = Verdict("restrict", drop_logprobs=True)
    if "prompt" in body:
        assert restricted(body, limitless, COMPLETIONS) == body


@pytest.mark.parametrize(
    ("kind", "own"),
    [("acompletion", "max_tokens"), ("atext_completion", "max_tokens"), ("aresponses", "max_output_tokens"),
     ("anthropic_messages", "max_tokens")],
)
def test_a_limit_of_another_api_is_none_at_litellm(hook: Any, kind: str, own: str) -> None:
    async def decide(*_: Any) -> Verdict:
        return STRICT

    hook.guard = SimpleNamespace(decide=decide)
    for other in {"max_tokens", "max_output_tokens", "max_tokens_to_sample"} - {own}:
        data = asyncio.run(hook.async_pre_call_hook(SimpleNamespace(user_id="eve"), None, {other: 9}, kind))
        assert data == {other: 9, own: 64}
