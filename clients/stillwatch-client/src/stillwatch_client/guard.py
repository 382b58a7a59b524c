"""The calls to the service: a hard deadline, a declared fail mode, and what a restriction means for a request body."""

import hashlib
import json
import logging
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from stillwatch_client.line import Answer, Line

logger = logging.getLogger("stillwatch_client")

REFUSED = ("throttle", "challenge", "block", "unavailable")
KNOWN = ("allow", "restrict", *REFUSED)
TOKEN = "x-stillwatch-token"
MISSED = "x-guard-missed"
"""Tells the service how many requests the fail mode answered since it was told last."""
FORWARDED = (
    "authorization", "x-api-key", "api-key", "x-goog-api-key", "x-litellm-api-key", "ocp-apim-subscription-key",
    "sec-websocket-protocol", "x-request-id", "anthropic-version", "traceparent",
)
"""Headers of the client that the service looks at."""
LONGEST = 1 << 14
"""Characters of a header that are passed: of a longer one the first and last half. The service takes some 400 kB of headers in all."""
UNDECIDED = "guard-"
"""How the reason begins with which the service's own fail mode answers: nobody was looked up."""
REMEMBERED_S = 1.0
"""How long who was refused is refused unasked: a client that sends hundreds at once fills no line, and none goes by the fail mode."""
STANDS_IN_S = 60.0
"""How long an answer that is no allow stands in for one that the service does not give: who is known does not go by the fail mode."""
REMEMBERED = 10_000
"""Answers that are remembered; the oldest goes first."""
UNREAD = ("request_id", "x-request-id", "traceparent")
"""What of a question has no say in the answer."""


class SettingError(ValueError):
    """A setting of the environment makes no sense; the text says which, and what to write."""


class NotRestrictableError(ValueError):
    """A restricted account's request cannot be made one that it may send; the text is for the client."""


class BadAnswerError(Exception):
    """The service answered something that is no decision."""


@dataclass(frozen=True)
class Verdict:
    """What to do with a request."""

    decision: str
    status: int = 200
    """HTTP status for the client where the request is refused."""
    headers: dict[str, str] = field(default_factory=dict)
    """The decision as headers: x-guard-decision, x-guard-reason, x-guard-case, retry-after, www-authenticate."""
    body: Any = None
    """Error for the client, in the shape of its API."""
    max_tokens: int = 0
    drop_reasoning: bool = False
    drop_logprobs: bool = False

    @property
    def refused(self) -> bool:
        """Whether the request must not reach the model."""
        return self.decision in REFUSED


class Guard:
    """A connection to the decision service; make one for an event loop and keep it."""

    def __init__(
        self, url: str | None = None, token: str | None = None, *, fail_closed: bool | None = None, deadline_s: float | None = None
    ) -> None:
        """Take the settings, or those of the environment (see the package's README).

        Raises:
            SettingError: one makes no sense. A fail mode that is misspelt must not be an open one.
        """
        self._url = (url or _of("STILLWATCH_URL", "http://127.0.0.1:8080")).rstrip("/")
        if not self._url.startswith(("http://", "https://")):
            raise SettingError(f"STILLWATCH_URL is {self._url!r}: write it like http://127.0.0.1:8080")
        self._token = token or _of("STILLWATCH_TOKEN", "")
        self._closed = _closed(_of("STILLWATCH_FAIL", "open")) if fail_closed is None else fail_closed
        self._deadline_s = _seconds(_of("STILLWATCH_DEADLINE_MS", "500")) if deadline_s is None else deadline_s
        if not self._token:
            then = "refused" if self._closed else "let through"
            logger.error("STILLWATCH_TOKEN is not set: the service decides nothing, and each request is %s", then)
        self._line = Line(self._url, self._deadline_s)
        self._strict: dict[bytes, tuple[float, Verdict]] = {}
        """Answers that are no allow, with the time at which they were given."""
        self._missed = self._to_tell = 0
        """Requests that the fail mode answered; those that the next question tells of, once the service answers again."""

    async def aclose(self) -> None:
        """Close the connections, in the loop that used them, once no question is under way; a later question opens new ones."""
        await self._line.aclose()

    async def decide(self, asked: dict[str, Any], api: str = "openai") -> Verdict:
        """Ask POST /v1/decide: ``asked`` has account_id, org_id, key_id (any of them) and perhaps request_id."""
        who = _digest("decide", api, *(f"{name}={value}" for name, value in asked.items() if name not in UNREAD))
        told = {"content-type": "application/json"}
        return await self._decided(who, api, lambda: ("POST", "/v1/decide", told, json.dumps({**asked, "api": api}).encode()), _of_json)

    async def relay(self, method: str, path: str, headers: list[tuple[str, str]], api: str = "openai") -> Verdict:
        """Ask with a client's own headers (lower-case names, repeated ones repeated): its credentials say who it is."""
        passed = _forwarded(headers)
        who = _digest("relay", api, *(f"{name}={value}" for name, value in passed.items() if name not in UNREAD))
        where = quote(path[:2048], safe="/", errors="replace")
        told = passed | {"x-forwarded-method": method, "x-forwarded-uri": where}
        return await self._decided(who, api, lambda: ("GET", "/forward", told, b""), _of_headers)

    async def _decided(
        self, who: bytes, api: str, question: Callable[[], tuple[str, str, dict[str, str], bytes]], read: Callable[[Answer], Verdict]
    ) -> Verdict:
        """The service's answer, or without asking the refusal that it gave just now; and that of the last minute where it gives none."""
        if refusal := self._known(who, REMEMBERED_S, REFUSED):
            return refusal
        telling, own = 0, {TOKEN: self._token}
        try:
            async with self._line.turn() as client:
                if refusal := self._known(who, REMEMBERED_S, REFUSED):  # of one that was before it in the line
                    return refusal
                telling, self._to_tell = self._to_tell, 0
                method, path, told, body = question()
                if telling:
                    own[MISSED] = str(telling)
                verdict = read(await self._line.ask(client, method, path, told | own, body))
        except BaseException as error:
            self._missed += telling
            if not isinstance(error, Exception):  # cancelled, as when the client hangs up: what it was to tell goes with a later one
                raise
            return self._known(who, STANDS_IN_S, KNOWN) or self._failed(error, api)
        self._to_tell, self._missed = self._to_tell + self._missed, 0
        reason = verdict.headers.get("x-guard-reason", "")
        if reason.startswith(UNDECIDED):
            if known := self._known(who, STANDS_IN_S, KNOWN):
                return known
            return verdict if verdict.refused else self._failed(BadAnswerError(f"the service's own fail mode, {reason}"), api)
        self._strict.pop(who, None)
        if _lasts(verdict):
            self._strict[who] = time.monotonic(), replace(verdict, headers=dict(verdict.headers))
            if len(self._strict) > REMEMBERED:
                del self._strict[next(iter(self._strict))]
        return verdict

    def _known(self, who: bytes, seconds: float, decisions: tuple[str, ...]) -> Verdict | None:
        """The answer of the last seconds, if it is one of these and holds still."""
        given, verdict = self._strict.get(who, (0.0, None))
        if verdict is None or verdict.decision not in decisions:
            return None
        if verdict.decision == "throttle":
            seconds = min(seconds, int(verdict.headers["retry-after"]))
        # LiteLLM adds headers of the one request to those that it is given
        return replace(verdict, headers=dict(verdict.headers)) if time.monotonic() - given < seconds else None

    def _failed(self, error: Exception, api: str) -> Verdict:
        self._missed += 1
        logger.warning("no decision (%s: %s); the request is %s", type(error).__name__, error, "refused" if self._closed else "let through")
        if not self._closed:
            return Verdict("allow", headers={"x-guard-decision": "allow", "x-guard-reason": "guard-unavailable"})
        text = "The request could not be checked. Try again shortly."
        body: dict[str, Any] = {"error": {"message": text, "type": "server_error", "param": None, "code": "guard_unavailable"}}
        if api == "anthropic":
            body = {"type": "error", "error": {"type": "api_error", "message": text}}
        return Verdict("unavailable", 503, {"x-guard-decision": "unavailable", "retry-after": "1"}, body)


def _forwarded(headers: list[tuple[str, str]]) -> dict[str, str]:
    """What the service looks at, repeated headers as one with commas: it takes 100, and a client that makes it refuse is let through."""
    out: dict[str, str] = {}
    for name, value in headers:
        if name in FORWARDED:
            out[name] = f"{out[name]},{value}" if name in out else value
    half = LONGEST // 2
    out = {name: " ".join(_BLANK.split(value)).strip() for name, value in out.items()}
    return {name: value if len(value) <= LONGEST else f"{value[:half]},{value[-half:]}" for name, value in out.items()}


_BLANK = re.compile(r"[\x00-\x20\x7f]+")
"""What a header may not have, or not at its ends; some servers pass it on."""


def _lasts(verdict: Verdict) -> bool:
    """Whether the service would say the same a second later."""
    if verdict.decision == "throttle":
        wait = verdict.headers.get("retry-after", "")
        return wait.isdecimal() and int(wait) > REMEMBERED_S
    return verdict.decision in ("block", "challenge", "restrict")


def _digest(*parts: str) -> bytes:
    """A question's own key, without the credentials in it."""
    return hashlib.sha256(json.dumps(parts).encode()).digest()


def _of(name: str, otherwise: str) -> str:
    return os.environ.get(name, "").strip() or otherwise


def _closed(mode: str) -> bool:
    if mode.lower() not in ("open", "closed"):
        raise SettingError(f"STILLWATCH_FAIL is {mode!r}: write open or closed")
    return mode.lower() == "closed"


def _seconds(milliseconds: str) -> float:
    try:
        value = float(milliseconds)
    except ValueError:
        value = 0.0
    if not 1 <= value <= 60_000:
        raise SettingError(f"STILLWATCH_DEADLINE_MS is {milliseconds!r}: write milliseconds, from 1 to 60000")
    return value / 1000


def _of_json(response: Answer) -> Verdict:
    told = json.loads(response.body) if response.status in (200, 503) else None
    if not isinstance(told, dict) or told.get("decision") not in KNOWN:
        raise BadAnswerError(f"status {response.status}")
    decision, refusal = told["decision"], told.get("refusal")
    if decision in REFUSED:
        if not isinstance(refusal, dict) or not isinstance(refusal.get("headers"), dict):
            raise BadAnswerError("a refusal without an answer for the client")
        headers = {str(name): str(value) for name, value in refusal["headers"].items() if name != "content-type"}
        return Verdict(decision, int(refusal["status"]), headers, refusal["body"])
    headers = {"x-guard-decision": decision}
    if reasons := told.get("reasons"):
        headers["x-guard-reason"] = str(reasons[0])
    limit = told.get("max_tokens", 0)
    return Verdict(
        decision, headers=headers, max_tokens=limit if isinstance(limit, int) else 0,
        drop_reasoning=bool(told.get("drop_reasoning")), drop_logprobs=bool(told.get("drop_logprobs")),
    )


def _of_headers(response: Answer) -> Verdict:
    headers = {name: value for name, value in response.headers.items() if name.startswith("x-guard-")}
    headers |= {name: response.headers[name] for name in ("retry-after", "www-authenticate") if name in response.headers}
    decision = headers.get("x-guard-decision", "")
    if decision not in KNOWN or (decision in REFUSED) != (response.status != 200):
        raise BadAnswerError(f"status {response.status}, x-guard-decision {decision!r}")
    if decision in REFUSED:
        return Verdict(decision, response.status, headers, json.loads(response.body))
    dropped = headers.get("x-guard-drop", "").split(",")
    return Verdict(
        decision, headers=headers, max_tokens=int(headers.get("x-guard-max-tokens", "0")),
        drop_reasoning="reasoning" in dropped, drop_logprobs="logprobs" in dropped,
    )


_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "max_tokens_to_sample", "max_new_tokens")
_ANSWERS = ("n", "best_of")
"""Answers of one request, each of which the limit would be given to."""
_PROMPTS = ("prompt", "prompt_embeds", "text", "input_ids")
"""What may be a list of prompts, of completions and of SGLang: each would get an answer of the limit's length."""
_REASONING = ("reasoning_effort", "reasoning", "thinking", "include_reasoning")
_NESTED = ("extra_body", "sampling_params")
"""Objects of a body whose fields count as its own: LiteLLM joins the first to what it sends, vLLM's generate reads the second."""


def restricted(body: dict[str, Any], verdict: Verdict, path: str = "") -> dict[str, Any]:
    """A request body as a restricted account may send it: a shorter answer, no reasoning traces, no log-probabilities.

    Every limit that is there is lowered, and that of the path's own API is always there: servers pass over names of another's. Not
    asked for is not given only where a model does not think unless it is told to; see :func:`silent` and the hook of LiteLLM.

    Raises:
        NotRestrictableError: it is a batch, or the answer has a limit and the body has several prompts.
    """
    out = _cut(body, verdict)
    if verdict.max_tokens:
        own, place = _limits_of(path), out
        if path.endswith("/generate"):
            told = out.get("sampling_params")
            place = out["sampling_params"] = told if isinstance(told, dict) else {}
        if all(place.get(name) is None for name in own):
            place[own[0]] = verdict.max_tokens
    return out


def _cut(body: dict[str, Any], verdict: Verdict) -> dict[str, Any]:
    """A copy without what the verdict drops and with no limit above its own."""
    out: dict[str, Any] = {}
    for name, value in body.items():
        if (verdict.drop_reasoning and name in _REASONING) or (verdict.drop_logprobs and ("logprob" in name or name == "echo")):
            continue
        if _is_batch(name, value) or (verdict.max_tokens and name in _PROMPTS and _several(value)):
            raise NotRestrictableError("This account is restricted; its requests may have one prompt.")
        if name in _NESTED and isinstance(value, dict):
            value = _cut(value, verdict)
        elif verdict.max_tokens and name in _LIMITS and value is not None:
            # Some servers take 0 (SGLang), -1 or what is no number for no limit; who asks for 0 gets the least that is one.
            value = max(1, min(value, verdict.max_tokens)) if type(value) is int and value >= 0 else verdict.max_tokens
        elif verdict.max_tokens and name in _ANSWERS and value is not None:
            value = 1
        elif name == "include" and isinstance(value, list):
            value = [item for item in value if not _dropped(str(item), verdict)]
        elif verdict.drop_reasoning and name == "chat_template_kwargs" and isinstance(value, dict):
            value = {**value, "enable_thinking": False, "thinking": False}
        out[name] = value
    return out


def _several(prompts: Any) -> bool:
    """Whether it is more than one prompt; one may be a list of token ids."""
    return isinstance(prompts, list) and len(prompts) > 1 and not all(type(item) is int for item in prompts)


def _is_batch(name: str, value: Any) -> bool:
    """Whether a field holds whole requests, with limits of their own, or, as in vLLM's batches, several conversations."""
    return isinstance(value, list) and (name == "requests" or (name == "messages" and any(isinstance(item, list) for item in value)))


def _dropped(included: str, verdict: Verdict) -> bool:
    return (verdict.drop_reasoning and included.startswith("reasoning")) or (verdict.drop_logprobs and "logprob" in included)


def silent(body: dict[str, Any], path: str) -> dict[str, Any]:
    """The same for vLLM, whose reasoning models think unless they are told not to, and answer with what they thought."""
    out = {**body, "include_reasoning": False}
    if path.endswith("/chat/completions"):
        told = body.get("chat_template_kwargs")
        out["chat_template_kwargs"] = (told if isinstance(told, dict) else {}) | {"enable_thinking": False, "thinking": False}
    elif path.endswith("/messages"):
        out["thinking"] = {"type": "disabled"}
    return out


def _limits_of(path: str) -> tuple[str, ...]:
    """What limits an answer at a path: any of these; the first is what is set where none is there."""
    if "responses" in path:
        return ("max_output_tokens",)
    if path.endswith("/complete"):
        return ("max_tokens_to_sample",)
    return ("max_tokens", "max_completion_tokens") if path.endswith("/chat/completions") else ("max_tokens",)


def encoded(body: Any) -> bytes:
    """JSON as the APIs write it."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
