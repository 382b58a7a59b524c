"""Policies: countermeasures that limit what an interface reveals of an answer, as functions of a reply.

=====================  ==============================================================================
``none``               everything
``labels``             the answer only: no trace, no log-probabilities, no vector
``top-k:K``            at most K log-probabilities a position; 0 for none
``no-trace``           reasoning withheld
``truncate-trace:S``   the first share S (0 to 1) of the reasoning's words
=====================  ==============================================================================

Rate caps and fewer samples change how many exchanges there are, not what one holds; keyed marks change which answer is
chosen (``stillwatch.exposure``).
"""

from collections.abc import Callable
from dataclasses import replace

from stillwatch.distill.exchange import Reply
from stillwatch.errors import InputError

Policy = Callable[[Reply], Reply]
KNOWN = "none, labels, top-k:K, no-trace, truncate-trace:SHARE; joined by +"


def parse(text: str) -> Policy:
    """The policy of a name, or of several joined by ``+`` and applied left to right; raises InputError on an unknown name."""
    parts = [_parse_one(part) for part in text.split("+")]

    def apply(reply: Reply) -> Reply:
        for part in parts:
            reply = part(reply)
        return reply

    return apply


def _parse_one(text: str) -> Policy:
    name, _, value = text.partition(":")
    try:
        if name == "none" and not value:
            return lambda reply: reply
        if name == "labels" and not value:
            return lambda reply: replace(reply, trace=None, top=None, vector=None)
        if name == "no-trace" and not value:
            return lambda reply: replace(reply, trace=None)
        if name == "top-k" and int(value) >= 0:
            return _keep_top(int(value))
        if name == "truncate-trace" and 0 <= float(value) <= 1:
            return _truncate_trace(float(value))
    except ValueError:
        pass
    raise InputError(f"unknown policy {text!r}", where="--policy", todo=f"Known: {KNOWN}")


def _keep_top(k: int) -> Policy:
    return lambda reply: replace(reply, top=reply.top.cut(k) if reply.top is not None and k else None)


def _truncate_trace(share: float) -> Policy:
    def apply(reply: Reply) -> Reply:
        if reply.trace is None:
            return reply
        words = reply.trace.split(" ")
        return replace(reply, trace=" ".join(words[: int(len(words) * share)]))

    return apply
