"""What is asked and what is answered."""

import math
from enum import IntEnum

import msgspec


class Action(IntEnum):
    """What is done about an account; a higher number is more severe and wins where several apply.

    Only beside a restriction, which lets requests through, a throttle goes on to count; and a surface that cannot restrict
    carries out the next.
    """

    ALLOW = 0
    OBSERVE = 1
    THROTTLE = 2
    CHALLENGE = 3
    RESTRICT = 4
    BLOCK = 5


NAMES = tuple(action.name.lower() for action in Action)
"""The actions as they are written, by number."""

UNAVAILABLE = "guard-unavailable"
"""Reason code where nothing could be decided and the surface's declared fail mode answered."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What the snapshot holds of one account or key."""

    action: int
    enforce: bool
    """False is shadow mode: recorded, not done."""
    reason_code: str
    case_id: str
    """Empty where there is no case."""
    policy_version: str
    expires_at: float
    """Seconds since the epoch, UTC; infinity where it does not expire."""
    rate_per_min: float
    """Requests a minute that a throttled account keeps."""
    case_rate_per_min: float
    """Requests a minute that all throttled accounts of the case keep together; 0 is no such limit."""
    max_tokens: int
    """Limit on the answer of a restricted account, tokens; 0 is no limit."""
    reasoning: bool
    """Whether a restricted account still gets reasoning traces."""
    logprobs: bool
    """Whether a restricted account still gets log-probabilities."""
    verify_url: str
    """Where a challenged account verifies itself; empty: at the case's link."""

    @property
    def severity(self) -> tuple[float, ...]:
        """Higher is more severe: what is done over what is recorded, then the action, then lower rates and fewer tokens."""
        return (
            self.enforce, self.action, -self.rate_per_min, -(self.case_rate_per_min or math.inf), -(self.max_tokens or math.inf)
        )


class Question(msgspec.Struct, gc=False):
    """Who asks for what, as one surface understood it."""

    surface: str
    who: tuple[tuple[str, ...], ...]
    """Principals; for each its identifiers as the tables have them (keyed hashes where a tenant key is used).

    One, if the gateway says who it is; several, if a client presents several credentials: the most severe entry counts.
    """
    request_id: str = ""
    """Of the request at the gateway, for the log."""
    api: str = "openai"
    """Whose error bodies the client expects: openai or anthropic."""
    idempotent: bool = False
    """Whether a repeated ``request_id`` gets the answer it had and is not counted. Not where the client itself may have
    chosen the id: with one that it repeats it would pass its rate."""
    restricts: bool = True
    """Whether the surface can restrict an answer, or tell who can."""
    decided_by: tuple[int, int] = (0, 0)
    """Place in ``who`` of the principal whose action decided, and there of the identifier that has it; written by the decider."""


class Decision(msgspec.Struct, gc=False, omit_defaults=True):
    """The answer. ``decision`` is what the gateway must do, ``would`` what it would do outside shadow mode, and if it could restrict."""

    decision: str
    would: str
    mode: str
    """enforce or shadow."""
    reasons: tuple[str, ...] = ()
    """Reason codes."""
    case_id: str = ""
    case_url: str = ""
    policy_version: str = ""
    """Of the policy under which the action was proposed, not of the one in force."""
    retry_after_s: int = 0
    max_tokens: int = 0
    """Of a restricted account: the answer's limit, tokens."""
    drop_reasoning: bool = False
    """Of a restricted account: no reasoning traces."""
    drop_logprobs: bool = False
    """Of a restricted account: no log-probabilities."""
    verify_url: str = ""
    """Of a challenged account: where it verifies itself."""
    ttl_s: float = 0.0
    """How long a gateway may reuse this answer; 0 is not at all."""
    revision: str = ""
    """The snapshot that answered."""
    request_id: str = ""

    @property
    def refused(self) -> bool:
        """Whether the request must not reach the model."""
        return self.decision in ("throttle", "challenge", "block", "unavailable")
