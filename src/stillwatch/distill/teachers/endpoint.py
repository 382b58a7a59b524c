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
"""Bytes of UTF-8 per token, for estimates: a token is about four letters of English and little more than one of Chinese."""
FINAL = {400: "bad request", 413: "too large", 422: "not accepted"}
"""Status codes of a prompt that will never be answered."""
CONFIGURATION = {401: "the key is not accepted", 403: "not allowed", 404: "no such path or model"}
THOUGHT = re.compile(r"\A\s*<think>(.*?)(?:</think>\s*(.*))?\Z", re.DOTALL)
UNANSWERED = ("length", "content_filter", "tool_calls")
"""Finish reasons of a completion that ended before its text did."""
REFUSED = "refusal"
"""``finish`` of a refusal; no student is trained on it."""
MAX_BODY = 64 << 20
MAX_EXCERPT = 200
"""Most characters of an endpoint's text that a message quotes."""
NOT_COMPLETIONS = (
    (re.compile(rb"\x1f\x8b"), "packed", "Have the endpoint answer without compression"),
    (re.compile(rb"\s*(?:data|event|id|retry|):"), "a stream", "Have the endpoint answer in one piece, without streaming"),
    (re.compile(rb"\s*<"), "a page", "Check location in the manifest (most end in /v1), and that no login stands before the endpoint"),
)
"""Bodies that are no completion for any request: how they begin, what they are, and what to do."""
MAX_TOKENS_COUNTED = 1 << 53
"""Token counts of this and more are not believed."""
LOGPROB_TOLERANCE = 1e-3
"""A log-probability may exceed 0 by this much, from rounding."""
LEAST_LOGPROB = float(np.finfo(np.float16).min)


class Endpoint:
    """A teacher behind an endpoint. It sends one request at a time; several threads may call it at once."""

    batch = 1
    remote = True
    max_length = cut = 0
    writes = True

    def __init__(self, manifest: Manifest) -> None:
        """Prepare requests; raises InputError where the manifest names an environment variable that holds no key."""
        parts = urlsplit(manifest.location)
        self._url = parts._replace(path=parts.path.rstrip("/") + "/chat/completions", fragment="").geturl()
        self._shown = shown(self._url)
        self._manifest, self._model, self._timeout_s = manifest, manifest.model, manifest.timeout_s
        self._key = ""
        if manifest.api_key_env:
            self._key = os.environ.get(manifest.api_key_env, "").strip()
            if not self._key:
                raise InputError(f"the environment variable {manifest.api_key_env} is empty", todo="Put the key there")
            if not (self._key.isascii() and self._key.isprintable()):  # http.client would show it in its error
                what = f"the environment variable {manifest.api_key_env} holds something other than a key"
                raise InputError(what, todo="Put the key there, one line of ASCII")
        self._secrets = [secret for secret in (self._key, parts.query) if secret]
        self.rejection = ""
        """Why the endpoint last rejected a prompt."""
        self._answered = False
        self.identity = hashlib.sha256(f"{manifest.location}\n{manifest.model}".encode()).hexdigest()[:32]

    def tokens(self, text: str) -> int:
        """Estimated number of tokens; the endpoint counts for itself."""
        return -(-len(text.encode()) // BYTES_PER_TOKEN)

    def ask(self, requests: Sequence[Request], *, keys: Sequence[str] = ()) -> list[Reply]:
        """Send the requests one after the other; ``keys`` become idempotency keys."""
        keys = keys or [""] * len(requests)
        return [self._ask(request, key) for request, key in zip(requests, keys, strict=True)]

    def _ask(self, request: Request, key: str) -> Reply:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [{"role": role, "content": content} for role, content in request.messages],
            "temperature": request.temperature,
            "max_tokens": request.max_tokens,
            "seed": (request.seed * 1_000_003 + request.sample) % 2**31,  # samples of different seeds do not coincide
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
            with _OPENER.open(call, timeout=self._timeout_s) as answer:
                text = answer.read(MAX_BODY + 1)
        except urllib.error.HTTPError as error:
            if error.code in CONFIGURATION:
                what = f"the endpoint says {error.code} ({CONFIGURATION[error.code]})"
                raise RefusedError(what, where=self._shown, todo="Check location, model and key in the manifest") from error
            if 300 <= error.code < 400:
                what = f"the endpoint says {error.code}, elsewhere ({shown(error.headers.get('Location') or '') or 'not where'})"
                raise RefusedError(what, where=self._shown, todo="Write the address that answers in the manifest") from error
            if error.code in FINAL:
                self.rejection = f"{error.code}, {FINAL[error.code]}{_error_text(error, self._secrets)}"
                return Reply(None, finish="rejected")
            charged, wait = error.code >= 500 and error.code != 503, retry_after(error.headers.get("Retry-After"))
            raise BusyError(f"status {error.code}{_error_text(error, self._secrets)}", retry_after_s=wait, charged=charged) from error
        except TimeoutError as error:
            raise BusyError(f"nothing within {self._timeout_s:g} s") from error
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            why = getattr(error, "reason", error)
            charged = not isinstance(why, ConnectionRefusedError | socket.gaierror)
            raise BusyError(f"no connection ({why or type(error).__name__})", charged=charged) from error
        if len(text) > MAX_BODY:  # it would come again and be paid again
            what = f"an answer of more than {MAX_BODY >> 20} MB"
            raise InputError(what, where=self._shown, todo="Ask for fewer tokens, or mend what the endpoint sends")
        try:
            reply = read_completion(text, self._manifest, secrets=self._secrets)
        except BusyError as error:
            if error.at_first is None or self._answered:
                raise
            raise error.at_first(str(error), where=self._shown, todo=error.todo) from error
        self._answered = True
        return reply


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the key and the manifest are for one address, and a redirected request would lose its body."""

    def redirect_request(self, *_: Any) -> None:
        """None, so that the redirect is an error."""


_OPENER = urllib.request.build_opener(_NoRedirect, deadline.HttpHandler, deadline.HttpsHandler)


def _error_text(error: urllib.error.HTTPError, secrets: Sequence[str]) -> str:
    """The message in the body of an error of OpenAI's form, as one short line; empty for other forms."""
    try:
        error_entry = orjson.loads(error.read(MAX_BODY))["error"]
        text = error_entry["message"] if isinstance(error_entry, dict) else error_entry
    except (ValueError, KeyError, TypeError, OSError, http.client.HTTPException):
        return ""
    return f": {_excerpt(str(text), secrets)}"


def _excerpt(text: str, secrets: Sequence[str]) -> str:
    """The beginning of an endpoint's text as one line, with the key and the query masked, since some endpoints quote them."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return " ".join(text.split())[:MAX_EXCERPT]


def _not_a_completion(body: bytes, secrets: Sequence[str]) -> BusyError:
    """The error for a body that is not a completion: what it is, how it begins, and what to do."""

    def error(what: str, todo: str = AGAIN, at_first: type[InputError] | None = None, *, charged: bool = True) -> BusyError:
        begins = _excerpt(body.decode("utf-8", "replace"), secrets) or "nothing"
        return BusyError(f"an answer that is not a chat completion ({what}: {begins})", charged=charged, todo=todo, at_first=at_first)

    for pattern, what, todo in NOT_COMPLETIONS:
        if pattern.match(body):
            return error(what, todo, RefusedError)
    try:
        parsed = orjson.loads(body)
    except ValueError:
        return error("not whole")
    if isinstance(parsed, dict) and parsed.get("error"):
        return error("an error", "Mend what it says, and run the same command again", RefusedError, charged=False)
    return error("of another form", "Check that location and model in the manifest are of chat completions", InputError)


def split_thought(text: str) -> tuple[str | None, str | None]:
    """Reasoning and answer of a text that may begin with a ``<think>`` block; the answer is None where the block has no end."""
    found = THOUGHT.match(text)
    return (found.group(1).strip(), found.group(2)) if found else (None, text)


def read_completion(body: bytes, manifest: Manifest | None = None, *, secrets: Sequence[str] = ()) -> Reply:
    """Parse the body of a chat completion.

    A reply that ends within or right after its reasoning has no answer, and neither has one whose content is null; asking again
    would pay for the same. A refusal in a field of its own becomes the answer, with ``finish`` = "refusal". Text parts of a content
    list are joined, others are left out.

    Args:
        body: JSON.
        manifest: of the teacher; with it the model that the completion names is checked.
        secrets: masked in messages.

    Raises:
        BusyError: the body is not a completion or is truncated.
        InputError: the completion names a hosted model of somebody else, to which a gateway forwarded the request.
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
        top = _top_logprobs((choice.get("logprobs") or {}).get("content"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise _not_a_completion(body, secrets) from error
    if manifest is not None and isinstance(name := completion.get("model"), str):
        demand_own_model(manifest, name, shown(manifest.location))
    if trace is None and content is not None:
        trace, content = split_thought(content)
    return Reply(content, trace, top, None, *counts, finish)


def _count(usage: Any, name: str) -> int:
    """A token count of ``usage``; 0 where it is missing or impossible, since a paid answer must not be lost for that."""
    count = usage.get(name) if isinstance(usage, dict) else None
    return int(count) if isinstance(count, int | float) and 0 <= count < MAX_TOKENS_COUNTED else 0


def _top_logprobs(entries: Any) -> TopK | None:
    """Log-probabilities by position. Endpoints give tokens as text, so ids are stable hashes of it."""
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
            if not values[i, j] <= LOGPROB_TOLERANCE:
                raise ValueError("no log-probability")
    values = np.clip(values, LEAST_LOGPROB, 0)
    tail = np.clip(1 - np.exp(values.astype(np.float64)).sum(axis=1), 0, 1)
    return TopK(ids, values.astype(np.float16), tail.astype(np.float16))


def token_hash(token: str) -> int:
    """31-bit hash of a token's text, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=4).digest(), "little") & 0x7FFFFFFF
