"""The words of cases and actions, and what may follow what."""

from enum import StrEnum


class State(StrEnum):
    """Where a case is in its life."""

    NEW = "new"
    TRIAGE = "triage"
    INVESTIGATING = "investigating"
    PENDING_ACTION = "pending_action"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    APPEALED = "appealed"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.TRIAGE, State.INVESTIGATING, State.PENDING_ACTION, State.RESOLVED}),
    State.TRIAGE: frozenset({State.NEW, State.INVESTIGATING, State.PENDING_ACTION, State.RESOLVED}),
    State.INVESTIGATING: frozenset({State.TRIAGE, State.PENDING_ACTION, State.RESOLVED}),
    State.PENDING_ACTION: frozenset({State.INVESTIGATING, State.RESOLVED}),
    State.RESOLVED: frozenset({State.CLOSED, State.REOPENED, State.APPEALED}),
    State.CLOSED: frozenset({State.REOPENED, State.APPEALED}),
    State.REOPENED: frozenset({State.TRIAGE, State.INVESTIGATING, State.PENDING_ACTION, State.RESOLVED}),
    State.APPEALED: frozenset({State.INVESTIGATING, State.RESOLVED, State.REOPENED}),
}
"""Legal moves of a person. Whatever else happens (an import, a decided appeal) goes through these too."""

OPEN_STATES = frozenset(State) - {State.RESOLVED, State.CLOSED}
VERDICT_STATES = (State.RESOLVED, State.CLOSED, State.APPEALED)
"""States in which a verdict stands. Reopening or investigating a case again sets its verdict aside."""


class Verdict(StrEnum):
    """What people concluded; the names are those of OCSF ``verdict_id`` (Incident Finding 2005)."""

    TRUE_POSITIVE = "true_positive"
    FALSE_POSITIVE = "false_positive"
    BENIGN = "benign"
    SUSPICIOUS = "suspicious"
    INSUFFICIENT_DATA = "insufficient_data"
    DUPLICATE = "duplicate"


class Action(StrEnum):
    """What is done about an account, weakest first; see :data:`STRENGTH`."""

    OBSERVE = "observe"
    THROTTLE = "throttle"
    CHALLENGE = "challenge"
    RESTRICT = "restrict"
    BLOCK = "block"


STRENGTH: dict[str, int] = {action.value: rank for rank, action in enumerate(Action)}
"""Where several actions touch one subject, the strongest decides."""

LIFT = "lift"
"""Kind of an action that ends another one; the lift of a block is an unblock."""


class ActionState(StrEnum):
    """Where an action is in its life."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    DONE = "done"
    """A lift that took effect."""
    REJECTED = "rejected"
    UNDONE = "undone"
    EXPIRED = "expired"


class Standing(StrEnum):
    """What a proposal or an action that took effect comes to at a time; others stand as their state says."""

    LAPSED = "lapsed"
    """Nobody agreed to it in time; it can be turned down alone."""

    IN_FORCE = "in_force"
    """Decision services carry it out."""
    SHADOW = "shadow"
    """Recorded only: the action or the policy in force is in shadow mode."""
    EXPIRED = "expired"
    """Its time is over, whether or not that was noted."""


class Mode(StrEnum):
    """Whether a decision is carried out, or only recorded as what would have happened."""

    SHADOW = "shadow"
    ENFORCE = "enforce"


class Reason(StrEnum):
    """Why an action is taken. Sent to gateways and, where told to the customer, meant to be said aloud."""

    COORDINATED_EXTRACTION = "coordinated_extraction"
    SUSPECTED_EXTRACTION = "suspected_extraction"
    BAN_EVASION = "ban_evasion"
    UNLICENSED_RESALE = "unlicensed_resale"
    COMPROMISED_KEY = "compromised_key"
    TERMS_OF_USE = "terms_of_use"
    IDENTITY_UNVERIFIED = "identity_unverified"
    ANALYST_REQUEST = "analyst_request"
    APPEAL_OVERTURNED = "appeal_overturned"
    FALSE_POSITIVE = "false_positive"
    CUSTOMER_AGREEMENT = "customer_agreement"
    IDENTITY_VERIFIED = "identity_verified"
    EXPIRED_NEED = "expired_need"


AGAINST = (
    Reason.COORDINATED_EXTRACTION, Reason.SUSPECTED_EXTRACTION, Reason.BAN_EVASION, Reason.UNLICENSED_RESALE, Reason.COMPROMISED_KEY,
    Reason.TERMS_OF_USE, Reason.IDENTITY_UNVERIFIED, Reason.ANALYST_REQUEST,
)
"""Why somebody is acted on."""
FOR = (
    Reason.FALSE_POSITIVE, Reason.APPEAL_OVERTURNED, Reason.CUSTOMER_AGREEMENT, Reason.IDENTITY_VERIFIED, Reason.EXPIRED_NEED,
    Reason.ANALYST_REQUEST,
)
"""Why an action ends early."""


class Subject(StrEnum):
    """What an action or an allow-list entry is about."""

    ACCOUNT = "account"
    KEY = "key"
    ORG = "org"


class Role(StrEnum):
    """What a person or a token may do; each role may do all that the ones before it may."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    APPROVER = "approver"
    ADMIN = "admin"


RANK: dict[str, int] = {role.value: rank for rank, role in enumerate(Role)}

LONGEST_DAYS = 3650
"""The longest that people can let anything last: a token, an entry of the allow-list, decisions that are kept."""
