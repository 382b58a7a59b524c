"""Questions about accounts, entries of the snapshot, and decisions."""

import math
from enum import IntEnum

import msgspec


class Action(IntEnum):
    """What is done about an account. If several apply, the highest number, which is the most severe, wins.

    One exception: a restriction lets requests through, so a throttle beside it still counts; and a surface that cannot restrict
    carries out the next most severe action.
    """

    ALLOW = 0
    OBSERVE = 1
    THROTTLE = 2
    CHALLENGE = 3
    RESTRICT = 4
    BLOCK = 5


NAMES = tuple(action.name.lower() for action in Action)
"""Names of the actions, by number."""

UNAVAILABLE = "guard-unavailable"
"""Reason code if nothing could be decided and the surface's fail mode answered."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One action on one account or key, from the snapshot."""

    action: int
    enforce: bool
    """False: shadow mode, recorded only."""
    reason_code: str
    case_id: str
    """Empty if there is no case."""
    policy_version: str
    expires_at: float
    """Seconds since the epoch, UTC; infinity if it does not expire."""
    rate_per_min: float
    """Requests a minute that a throttled account may send."""
    case_rate_per_min: float
    """Requests a minute that all throttled accounts of the case may send together; 0: no such limit."""
    max_tokens: int
    """Longest answer to a restricted account, tokens; 0: no limit."""
    reasoning: bool
    """Whether a restricted account still gets reasoning traces."""
    logprobs: bool
    """Whether a restricted account still gets log-probabilities."""
    verify_url: str
    """Address at which a challenged account verifies itself; empty: the case's link."""

    @property
    def severity(self) -> tuple[float, ...]:
        """Sort key, higher is more severe: enforced over shadow, then the action, then lower rates and fewer tokens."""
        return (
            self.enforce, self.action, -self.rate_per_min, -(self.case_rate_per_min or math.inf), -(self.max_tokens or math.inf)
        )


class Question(msgspec.Struct, gc=False):
    """A question of a gateway: may these principals go on?"""

    surface: str
    who: tuple[tuple[str, ...], ...]
    """For each principal its identifiers as in the tables (keyed hashes if a tenant key is used).

    One principal if the gateway names the account; several if a client presents several credentials: the most severe entry counts.
    """
    request_id: str = ""
    """Identifier of the request at the gateway, for the log."""
    api: str = "openai"
    """The API whose error bodies the client expects: openai or anthropic."""
    idempotent: bool = False
    """Whether a repeated ``request_id`` gets its earlier answer and is not counted. Must be False if the client may choose the id, because
    it could repeat one to get around its rate."""
    restricts: bool = True
    """Whether the surface can restrict an answer, or its gateway can."""
    decided_by: tuple[int, int] = (0, 0)
    """Index in ``who`` of the principal whose action decided, and of the identifier that has the action; the decider sets it."""


class Decision(msgspec.Struct, gc=False, omit_defaults=True):
    """The answer. ``decision`` is what the gateway must do; ``would`` is what it would do outside of shadow mode, if it can restrict."""

    decision: str
    would: str
    mode: str
    """enforce or shadow."""
    reasons: tuple[str, ...] = ()
    """Reason codes."""
    case_id: str = ""
    case_url: str = ""
    policy_version: str = ""
    """Version of the policy under which the action was proposed, not of the one in force."""
    retry_after_s: int = 0
    """After how long a throttled client may try again, seconds."""
    max_tokens: int = 0
    """For a restricted account: longest answer, tokens; 0: no limit."""
    drop_reasoning: bool = False
    """For a restricted account: no reasoning traces."""
    drop_logprobs: bool = False
    """For a restricted account: no log-probabilities."""
    verify_url: str = ""
    """For a challenged account: the address at which it verifies itself."""
    ttl_s: float = 0.0
    """How long a gateway may reuse this answer, seconds; 0: not at all."""
    revision: str = ""
    """Revision of the snapshot that was used; empty if there was none."""
    request_id: str = ""

    @property
    def refused(self) -> bool:
        """Whether the request must not reach the model."""
        return self.decision in ("throttle", "challenge", "block", "unavailable")
