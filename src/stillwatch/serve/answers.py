"""The answer that the client of a gateway gets: status, headers, and an error body in the format of its API."""

import json
import re

import msgspec

from stillwatch.serve.decisions import Decision

Headers = list[tuple[bytes, bytes]]

STATUS = {"allow": 200, "restrict": 200, "throttle": 429, "challenge": 401, "block": 403, "unavailable": 503}
JSON = (b"content-type", b"application/json")
NO_STORE = (b"cache-control", b"no-store")
LONGEST_HEADER = 512
"""Longest value of a header, bytes."""

_UNSAFE = re.compile(r"[^\x20-\x7e]+")
_OPENAI = {
    "throttle": ("rate_limit_error", "rate_limit_exceeded"),
    "challenge": ("authentication_error", "verification_required"),
    "block": ("permission_error", "account_blocked"),
    "unavailable": ("server_error", "guard_unavailable"),
}
_ANTHROPIC = {
    "throttle": "rate_limit_error",
    "challenge": "authentication_error",
    "block": "permission_error",
    "unavailable": "api_error",
}
_WORDS = {
    "throttle": "This account is limited to fewer requests.",
    "challenge": "This account has to be verified before it can go on.",
    "block": "This account is blocked.",
    "unavailable": "The request could not be checked. Try again shortly.",
}


def safe(text: str) -> bytes:
    """Text as a header's value: only printable ASCII without line ends, so that nothing can be injected; at most LONGEST_HEADER bytes."""
    return _UNSAFE.sub("", text)[:LONGEST_HEADER].strip().encode("ascii")


def message(decision: Decision) -> str:
    """One or two sentences for the person whose request was refused."""
    words = _WORDS.get(decision.decision, "")
    if decision.reasons:
        words += f" Reason: {decision.reasons[0]}."
    if decision.verify_url:
        words += f" Verify at {decision.verify_url}"
    elif decision.case_url:
        words += f" Details and appeal: {decision.case_url}"
    elif decision.case_id:
        words += f" Case: {decision.case_id}"
    return words


def headers(decision: Decision) -> Headers:
    """The headers that carry a decision, names in lower case."""
    out = [(b"x-guard-decision", decision.decision.encode())]
    if decision.reasons:
        out.append((b"x-guard-reason", safe(decision.reasons[0])))
    if decision.case_url or decision.case_id:
        out.append((b"x-guard-case", safe(decision.case_url or decision.case_id)))
    if decision.retry_after_s:
        out.append((b"retry-after", b"%d" % decision.retry_after_s))
    if decision.decision == "challenge":
        where = safe(decision.verify_url).replace(b'"', b"%22").replace(b"\\", b"%5C")
        out.append((b"www-authenticate", b'Verification realm="account"' + (b', uri="%b"' % where if where else b"")))
    if decision.decision == "restrict":
        dropped = [word for word, drop in (("reasoning", decision.drop_reasoning), ("logprobs", decision.drop_logprobs)) if drop]
        out.append((b"x-guard-drop", ",".join(dropped).encode()))
        if decision.max_tokens:
            out.append((b"x-guard-max-tokens", b"%d" % decision.max_tokens))
    return out


def body(decision: Decision, api: str) -> bytes:
    """The body of a refusal as an error of the API, ``openai`` or ``anthropic``; JSON."""
    text = message(decision)
    if api == "anthropic":
        error = {"type": _ANTHROPIC[decision.decision], "message": text}
        return _ascii({"type": "error", "error": error, "request_id": decision.request_id or None})
    kind, code = _OPENAI[decision.decision]
    return _ascii({"error": {"message": text, "type": kind, "param": None, "code": code}})


def _ascii(error: object) -> bytes:
    """JSON in ASCII on one line, so that it can be sent in a header."""
    return json.dumps(error, separators=(",", ":")).encode("ascii")


def fault(status: int, what: str, code: str) -> tuple[int, Headers, bytes]:
    """The service's own error, such as bad input, no token, no such route: status, headers and body.

    Args:
        status: HTTP status.
        what: message.
        code: stable code of the error.
    """
    error = {"message": what, "type": "invalid_request_error" if status < 500 else "server_error", "param": None, "code": code}
    return status, [JSON, NO_STORE], msgspec.json.encode({"error": error})
