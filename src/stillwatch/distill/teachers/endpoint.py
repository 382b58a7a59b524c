"""A model of one's own behind an OpenAI-compatible chat-completions endpoint (vLLM, llama.cpp, TGI, LiteLLM, …)."""

import hashlib
import http.client
import os
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import orjson

from stillwatch.distill.exchange import Reply, Request, TopK
from stillwatch.distill.manifest import Manifest, demand_own_model, shown
from stillwatch.distill.teachers import AGAIN, BusyError, RefusedError
from stillwatch.errors import InputError
from stillwatch.throttling import deadline
from stillwatch.throttling.pacing import retry_after

BYTES_PER_TOKEN = 4
"""Of UTF-8: a token is about four letters of English and little more than one of Chinese."""
FINAL = {400: "bad request", 413: "too large", 422: "not accepted"}
"""Status codes that say the prompt itself will never be answered."""
CONFIGURATION = {401: "the key is not accepted", 403: "not allowed", 404: "no such path or model"}
THOUGHT = re.compile(r"\A\s*<think>(.*?)(?:</think>\s*(.*))?\Z", re.DOTALL)
UNANSWERED = ("length", "content_filter", "tool_calls")
"""Why a completion may end before its text does."""
REFUSED = "refusal"
"""``finish`` of an answer that came as a refusal: nothing is trained on it."""
MAX_BODY = 64 << 20
SHOWN = 200
"""Letters of what an endpoint said that a message holds."""
UNFIT = (
    (re.compile(rb"\x1f\x8b"), "packed", "Have the endpoint answer without compression"),
    (re.compile(rb"\s*(?:data|event|id|retry|):"), "a stream", "Have the endpoint answer in one piece, without streaming"),
    (re.compile(rb"\s*<"), "a page", "Check location in the manifest (most end in /v1), and that no login stands before the endpoint"),
)
"""How a body begins that is no completion whatever was asked, what it is, and what to do."""
MOST_TOKENS = 1 << 53
"""No answer has as many: where one says so, it has not counted."""
ROUNDED = 1e-3
"""As far above 0 a log-probability may lie."""
LEAST_LOGPROB = float(np.finfo(np.float16).min)


class Endpoint:
    """Asks one request at a time; several threads may ask at once."""

    batch = 1
    remote = True
    max_length = cut = 0
    writes = True

    def __init__(self, manifest: Manifest) -> None:
        """Read the key from the environment, if the manifest names one."""
        parts = urlsplit(manifest.location)
        self._url = parts._replace(path=parts.path.rstrip("/") + "/chat/completions", fragment="").geturl()
        self._shown = shown(self._url)
        self._told, self._model, self._timeout_s = manifest, manifest.model, manifest.timeout_s
        self._key = ""
        if manifest.api_key_env:
            self._key = os.environ.get(manifest.api_key_env, "").strip()
            if not self._key:
                raise InputError(f"the environment variable {manifest.api_key_env} is empty", todo="Put the key there")
            if not (self._key.isascii() and self._key.isprintable()):  # http.client would show it
                what = f"the environment variable {manifest.api_key_env} holds something else than a key"
                raise InputError(what, todo="Put the key there, one line of ASCII")
        self._secrets = [secret for secret in (self._key, parts.query) if secret]
        self.rejection = ""
        """Why the endpoint rejected a prompt last."""
        self._answered = False
        self.identity = hashlib.sha256(f"{manifest.location}\n{manifest.model}".encode()).hexdigest()[:32]

    def tokens(self, text: str) -> int:
        """About; the endpoint counts for itself."""
        return -(-len(text.encode()) // BYTES_PER_TOKEN)

    def ask(self, requests: Sequence[Request], *, keys: Sequence[str] = ()) -> list[Reply]:
        """Answer each request in turn."""
        keys = keys or [""] * len(requests)
        return [self._ask(request, key) for request, key in zip(requests, keys, strict=True)]

    def _ask(self, request: Request, key: str) -> Reply:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [{"role": role, "content": content} for role, content in request.messages],
            "temperature": request.temperature,
            "max_tokens": request.max_tokens,
            "seed": (request.seed * 1_000_003 + request.sample) % 2**31,  # no sample of one seed is one of the next
        }
        if request.top_k:
            body |= {"logprobs": True, "top_logprobs": request.top_k}
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        if key:
            headers["Idempotency-Key"] = key
        call = urllib.request.Request(self._url, orjson.dumps(body), headers)
        try:
            with _STAYS.open(call, timeout=self._timeout_s) as answer:
                text = answer.read(MAX_BODY + 1)
        except urllib.error.HTTPError as error:
            if error.code in CONFIGURATION:
                what = f"the endpoint says {error.code} ({CONFIGURATION[error.code]})"
                raise RefusedError(what, where=self._shown, todo="Check location, model and key in the manifest") from error
            if 300 <= error.code < 400:
                what = f"the endpoint says {error.code}, elsewhere ({shown(error.headers.get('Location') or '') or 'not where'})"
                raise RefusedError(what, where=self._shown, todo="Write the address that answers in the manifest") from error
            if error.code in FINAL:
                self.rejection = f"{error.code}, {FINAL[error.code]}{_said(error, self._secrets)}"
                return Reply(None, finish="rejected")
            charged, wait = error.code >= 500 and error.code != 503, retry_after(error.headers.get("Retry-After"))
            raise BusyError(f"status {error.code}{_said(error, self._secrets)}", retry_after_s=wait, charged=charged) from error
        except TimeoutError as error:
            raise BusyError(f"nothing within {self._timeout_s:g} s") from error
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            why = getattr(error, "reason", error)
            charged = not isinstance(why, ConnectionRefusedError | socket.gaierror)
            raise BusyError(f"no connection ({why or type(error).__name__})", charged=charged) from error
        if len(text) > MAX_BODY:  # the same would come again, and be paid for again
            what = f"an answer of more than {MAX_BODY >> 20} MB"
            raise InputError(what, where=self._shown, todo="Ask for fewer tokens, or mend what the endpoint sends")
        try:
            reply = read_completion(text, self._told, secrets=self._secrets)
        except BusyError as error:
            if error.at_first is None or self._answered:
                raise
            raise error.at_first(str(error), where=self._shown, todo=error.todo) from error
        self._answered = True
        return reply


class _Stay(urllib.request.HTTPRedirectHandler):
    """Goes nowhere else: the key and the manifest are for one address, and a question sent on would have lost its body."""

    def redirect_request(self, *_: Any) -> None:
        """None, so that the status is an error."""


_STAYS = urllib.request.build_opener(_Stay, deadline.HttpHandler, deadline.HttpsHandler)


def _said(error: urllib.error.HTTPError, secrets: Sequence[str]) -> str:
    """What an error's body says, one short line, if it is as OpenAI's are."""
    try:
        told = orjson.loads(error.read(MAX_BODY))["error"]
        text = told["message"] if isinstance(told, dict) else told
    except (ValueError, KeyError, TypeError, OSError, http.client.HTTPException):
        return ""
    return f": {_line(str(text), secrets)}"


def _line(text: str, secrets: Sequence[str]) -> str:
    """The beginning of what an endpoint said, in one line, without key and query, which some quote."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return " ".join(text.split())[:SHOWN]


def _unfit(body: bytes, secrets: Sequence[str]) -> BusyError:
    """What came in place of a completion, how it begins, and what to do."""

    def error(what: str, todo: str = AGAIN, at_first: type[InputError] | None = None, *, charged: bool = True) -> BusyError:
        begins = _line(body.decode("utf-8", "replace"), secrets) or "nothing"
        return BusyError(f"an answer that is not a chat completion ({what}: {begins})", charged=charged, todo=todo, at_first=at_first)

    for pattern, what, todo in UNFIT:
        if pattern.match(body):
            return error(what, todo, RefusedError)
    try:
        made = orjson.loads(body)
    except ValueError:
        return error("not whole")
    if isinstance(made, dict) and made.get("error"):
        return error("an error", "Mend what it says, and run the same command again", RefusedError, charged=False)
    return error("of another form", "Check that location and model in the manifest are of chat completions", InputError)


def apart(text: str) -> tuple[str | None, str | None]:
    """Reasoning and answer of a text that may begin with a thought; no answer where the thought was cut off."""
    found = THOUGHT.match(text)
    return (found.group(1).strip(), found.group(2)) if found else (None, text)


def read_completion(body: bytes, told: Manifest | None = None, *, secrets: Sequence[str] = ()) -> Reply:
    """The reply in a chat-completions body; raises BusyError on garbage and truncated JSON.

    A model that thought until its tokens were spent, or ended with a thought, has given its reasoning and no answer. Content that
    is null is no answer either, and asking again would pay for the same. A refusal that has a place of its own is the answer, and
    ``finish`` says what it is. Where the manifest is ``told``, a completion that names a hosted model of somebody else raises
    InputError: a gateway led there. The ``secrets`` are shown in no message. Parts of content are one, those that are no text left out.
    """
    try:
        completion = orjson.loads(body)
        choice = completion["choices"][0]
        message = choice["message"]
        content = message.get("content")
        if isinstance(content, list):
            content = "".join(part["text"] for part in content if part.get("type") == "text") or None
        trace = message.get("reasoning_content") or message.get("reasoning")
        usage, finish = completion.get("usage"), str(choice.get("finish_reason") or "stop")
        refusal = message.get("refusal")
        if not content and isinstance(refusal, str) and refusal:
            content, finish = refusal, REFUSED
        if not isinstance(content, str | None) or not isinstance(trace, str | None):
            raise TypeError("no content")
        counts = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
        top = _top((choice.get("logprobs") or {}).get("content"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise _unfit(body, secrets) from error
    if told is not None and isinstance(name := completion.get("model"), str):
        demand_own_model(told, name, shown(told.location))
    if trace is None and content is not None:
        trace, content = apart(content)
    return Reply(content, trace, top, None, *counts, finish)


def _count(usage: Any, name: str) -> int:
    """A number of tokens, 0 where none is told that can be: an answer that was paid for is not lost for that."""
    told = usage.get(name) if isinstance(usage, dict) else None
    return int(told) if isinstance(told, int | float) and 0 <= told < MOST_TOKENS else 0


def _top(entries: Any) -> TopK | None:
    """Log-probabilities by position. Endpoints name tokens, not numbers: ids are stable hashes of their bytes."""
    if not entries:
        return None
    k = max(len(entry.get("top_logprobs") or ()) for entry in entries)
    if not k:
        return None
    ids = np.zeros((len(entries), k), np.int32)
    values = np.full((len(entries), k), -np.inf, np.float32)
    for i, entry in enumerate(entries):
        for j, token in enumerate(entry.get("top_logprobs") or ()):
            ids[i, j] = token_hash(token["token"])
            values[i, j] = token["logprob"]
            if not values[i, j] <= ROUNDED:
                raise ValueError("no log-probability")
    values = np.clip(values, LEAST_LOGPROB, 0)
    tail = np.clip(1 - np.exp(values.astype(np.float64)).sum(axis=1), 0, 1)
    return TopK(ids, values.astype(np.float16), tail.astype(np.float16))


def token_hash(token: str) -> int:
    """31-bit hash of a token's text, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=4).digest(), "little") & 0x7FFFFFFF
