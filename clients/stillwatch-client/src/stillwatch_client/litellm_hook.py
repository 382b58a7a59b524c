"""LiteLLM's async_pre_call_hook: decides before each call of the proxy.

Put ``callbacks: ["stillwatch_client.litellm_hook.hook"]`` under ``litellm_settings``. Of a restricted account the answers are looked at
too: models that think without being asked to answer with what they thought, and it is taken out.
"""

import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Any

from fastapi import HTTPException
from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import ProxyException

from stillwatch_client.guard import Guard, NotRestrictableError, restricted
from stillwatch_client.traces import Stream, without_traces

Call = tuple[Any, Any, Any]
HELD = 100_000
"""Restricted calls that wait for their answer; then the oldest are forgotten."""


class StillwatchHook(CustomLogger):
    """Asks who the proxy's key belongs to: the user, else the organisation, else the key."""

    def __init__(self, guard: Guard | None = None) -> None:
        """Take a guard, or make one of the environment's settings."""
        super().__init__()
        self.guard = guard or Guard()
        self._restricted: OrderedDict[Call, int] = OrderedDict()
        """Calls whose answer must have no reasoning, and how many there are: clients may choose a call's id, and repeat it."""

    async def async_pre_call_hook(self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str) -> dict[str, Any]:
        """Let the call go on, perhaps with a restricted body, or raise what the client is to see."""
        asked = {
            "account_id": getattr(user_api_key_dict, "user_id", None),
            "org_id": getattr(user_api_key_dict, "org_id", None),
            "key_id": getattr(user_api_key_dict, "token", None) or getattr(user_api_key_dict, "api_key", None),
            # with an end of its own: a client that repeats its id asks anew, and is counted
            "request_id": f"{str(data.get('litellm_call_id') or '')[:200]}-{secrets.token_hex(8)}",
        }
        api = "anthropic" if "anthropic" in str(call_type) else "openai"
        asked = {name: value for name, value in asked.items() if value}
        if not {"account_id", "org_id", "key_id"} & set(asked):
            return data
        verdict = await self.guard.decide(asked, api)
        if verdict.refused:
            error = verdict.body.get("error", {}) if isinstance(verdict.body, dict) else {}
            text = error.get("message", verdict.decision)
            if api == "anthropic":  # where LiteLLM drops the headers of any other error
                raise ProxyException(text, error.get("type", ""), None, verdict.status, headers=dict(verdict.headers))
            raise HTTPException(verdict.status, detail=text, headers=verdict.headers)
        if verdict.decision != "restrict":
            return data
        try:
            changed = restricted(data, verdict, _path(str(call_type)))
        except NotRestrictableError as error:
            raise HTTPException(400, detail=str(error), headers=dict(verdict.headers)) from error
        if verdict.drop_reasoning:
            call = _call(data, user_api_key_dict)
            self._restricted[call] = self._restricted.get(call, 0) + 1
            if len(self._restricted) > HELD:
                self._restricted.popitem(last=False)
        return changed

    async def async_post_call_success_hook(self, data: dict[str, Any], user_api_key_dict: Any, response: Any) -> Any:
        """Take reasoning out of the answer to a restricted call."""
        if not self._was_restricted(_call(data, user_api_key_dict)):
            return response
        return without_traces(response)

    async def async_post_call_streaming_iterator_hook(
        self, user_api_key_dict: Any, response: AsyncIterator[Any], request_data: dict[str, Any]
    ) -> AsyncIterator[Any]:
        """The same of a stream, part by part."""
        if not self._was_restricted(_call(request_data, user_api_key_dict)):
            async for part in response:
                yield part
            return
        stream = Stream()
        async for part in response:
            left = stream.left(part)
            if left is not None:
                yield left

    def _was_restricted(self, call: Call) -> bool:
        left = self._restricted.pop(call, 0)
        if left > 1:
            self._restricted[call] = left - 1
        return left > 0


def _path(call_type: str) -> str:
    """The API that a kind of call speaks."""
    if "responses" in call_type:
        return "/v1/responses"
    if "anthropic" in call_type:
        return "/v1/messages"
    return "/v1/completions" if "text_completion" in call_type else "/v1/chat/completions"


def _call(data: dict[str, Any], user_api_key_dict: Any) -> Call:
    """The call's id with whose it is, so that nobody else can end it."""
    return data.get("litellm_call_id"), getattr(user_api_key_dict, "user_id", None), getattr(user_api_key_dict, "token", None)


hook = StillwatchHook()
