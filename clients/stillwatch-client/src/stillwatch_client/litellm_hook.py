"""LiteLLM's async_pre_call_hook: decides before each call of the proxy.

Put ``callbacks: ["stillwatch_client.litellm_hook.hook"]`` under ``litellm_settings``.
"""

from typing import Any

from fastapi import HTTPException
from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import ProxyException

from stillwatch_client.guard import Guard, restricted


class StillwatchHook(CustomLogger):
    """Asks who the proxy's key belongs to: the user, else the organisation, else the key."""

    def __init__(self, guard: Guard | None = None) -> None:
        """Take a guard, or make one of the environment's settings."""
        super().__init__()
        self.guard = guard or Guard()

    async def async_pre_call_hook(self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str) -> dict[str, Any]:
        """Let the call go on, perhaps with a restricted body, or raise what the client is to see."""
        asked = {
            "account_id": getattr(user_api_key_dict, "user_id", None),
            "org_id": getattr(user_api_key_dict, "org_id", None),
            "key_id": getattr(user_api_key_dict, "token", None) or getattr(user_api_key_dict, "api_key", None),
            "request_id": data.get("litellm_call_id"),
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
        if verdict.decision == "restrict":
            return restricted(data, verdict, "responses" if "responses" in str(call_type) else "")
        return data


hook = StillwatchHook()
