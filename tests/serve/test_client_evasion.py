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
from stillwatch_client.guard import FORWARDED, LONGEST, Guard, Verdict


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


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Any:
    """LiteLLM's hook without LiteLLM."""
    for name, members in {
        "fastapi": {"HTTPException": Exception}, "litellm": {}, "litellm.integrations": {}, "litellm.proxy": {},
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
