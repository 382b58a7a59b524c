"""The response policy: caps, durations, who must agree, and whether anything is carried out at all. Versioned."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond.schema import PolicyVersion
from stillwatch.respond.store import Change
from stillwatch.respond.vocabulary import Action, Mode, Role

DAY_S = 86_400
BUILT_IN = 0
"""Version number of the policy that holds until one is promoted."""


@dataclass(frozen=True)
class Policy:
    """What may be done. The defaults are the built-in policy: shadow mode, nothing is carried out."""

    mode: str = Mode.SHADOW
    """``shadow``: every action is recorded only. ``enforce``: actions that were proposed to be enforced are."""
    max_accounts: int = 10_000
    """Accounts that one action may touch."""
    durations_s: dict[str, int] = field(
        default_factory=lambda: {
            Action.OBSERVE: 30 * DAY_S, Action.THROTTLE: 7 * DAY_S, Action.CHALLENGE: 7 * DAY_S,
            Action.RESTRICT: 14 * DAY_S, Action.BLOCK: 30 * DAY_S,
        }
    )
    """How long each action lasts unless told otherwise."""
    max_duration_s: int = 90 * DAY_S
    """Nothing lasts longer without being renewed."""
    two_person: tuple[str, ...] = (Action.BLOCK,)
    """Actions that need a second person to begin, and to end."""
    parameters: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            Action.THROTTLE: {"requests_per_min": 6, "retry_after_s": 60},
            Action.RESTRICT: {"max_tokens": 1024, "reasoning": False, "logprobs": False},
            Action.CHALLENGE: {"verify_url": ""},
        }
    )
    """What each action means at the gateway; an action's own parameters go over these."""
    service: dict[str, Any] = field(default_factory=dict)
    """Settings of the decision service; not read here."""


def parse(document: Mapping[str, Any]) -> Policy:
    """A policy from its JSON.

    Raises:
        InputError: an unknown field, or a value that makes no sense.
    """
    known = {f.name for f in fields(Policy)}
    unknown = sorted(set(document) - known)
    if unknown:
        raise InputError(f"a policy has no {', '.join(unknown)}", todo=f"It has {', '.join(sorted(known))}")
    base = asdict(Policy())
    merged: dict[str, Any] = {
        name: {**base[name], **value} if name in ("durations_s", "parameters") and isinstance(value, Mapping) else value
        for name, value in {**base, **document}.items()
    }
    kinds = set(Action)
    if merged["mode"] not in set(Mode):
        raise InputError(f"policy.mode is {merged['mode']!r}", todo="Use shadow or enforce")
    for name in ("durations_s", "parameters"):
        if not isinstance(merged[name], dict) or set(merged[name]) - kinds:
            raise InputError(f"policy.{name} must be an object by action", todo=f"Actions: {', '.join(sorted(kinds))}")
    two = merged["two_person"]
    if not isinstance(two, (list, tuple)) or set(two) - kinds or Action.BLOCK not in two:
        raise InputError("policy.two_person must be a list of actions, block among them")
    numbers = [merged["max_accounts"], merged["max_duration_s"], *merged["durations_s"].values()]
    if not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in numbers):
        raise InputError("policy.max_accounts and durations must be whole numbers above 0")
    if not isinstance(merged["service"], dict):
        raise InputError("policy.service must be an object")
    merged["two_person"] = tuple(two)
    return Policy(**merged)


def document(policy: Policy) -> dict[str, Any]:
    """A policy as JSON."""
    return asdict(policy) | {"two_person": list(policy.two_person)}


def active(session: Session) -> tuple[int, Policy]:
    """The version in force and its policy."""
    row = session.scalars(select(PolicyVersion).where(PolicyVersion.active)).first()
    return (BUILT_IN, Policy()) if row is None else (row.version, parse(row.document))


def draft(change: Change, policy: Policy, note: str) -> PolicyVersion:
    """Store a version that is not in force yet; needs an approver."""
    change.require(Role.APPROVER)
    row = PolicyVersion(
        document=document(policy), created_at=change.now, created_by=change.actor.name, note=note, active=False
    )
    change.session.add(row)
    change.session.flush()
    change.audit("policy.draft", f"policy-{row.version}", after=row.document, reason=note)
    return row


def promote(change: Change, version: int, note: str) -> PolicyVersion:
    """Put a version in force (an earlier one: a rollback); needs an admin."""
    change.require(Role.ADMIN)
    row = change.session.get(PolicyVersion, version)
    if row is None:
        raise InputError(f"no policy version {version}")
    parse(row.document)
    before, _ = active(change.session)
    change.session.execute(update(PolicyVersion).values(active=False))
    row.active, row.promoted_at, row.promoted_by = True, change.now, change.actor.name
    change.bump()
    change.audit("policy.promote", f"policy-{version}", before=before, after=version, reason=note)
    return row
