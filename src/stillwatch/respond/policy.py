"""The response policy: caps, durations, who must agree, and whether actions are enforced at all. Versioned."""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond.schema import PolicyVersion
from stillwatch.respond.store import Change
from stillwatch.respond.vocabulary import Action, Mode, Role
from stillwatch.throttling import defaults

DAY_S = 86_400
LONGEST_S = 3650 * DAY_S
"""The longest ``max_duration_s`` of a draft."""
BUILT_IN = 0
"""Version number of the built-in policy: in force until a version is promoted, and again when 0 itself is promoted."""
LARGEST_VALUE = 1_000_000
"""Largest value of a parameter: requests a minute, or tokens."""
FEWEST_REQUESTS_PER_MIN = 1 / 1440
"""One request a day. A throttle to fewer a minute counts as letting nothing through."""
LONGEST_URL = 400
"""Longest web address, characters; it is sent in a header."""


def _is_rate(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= LARGEST_VALUE


def _is_token_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_VALUE


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_web_address(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST_URL or not value.isascii() or not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return value == "" or (parts.scheme in ("http", "https") and bool(parts.hostname))


PARAMETERS: dict[Action, dict[str, tuple[Callable[[Any], bool], str]]] = {
    Action.OBSERVE: {},
    Action.THROTTLE: {
        "requests_per_min": (_is_rate, "a number of requests a minute for each account; 0 lets none through"),
        "case_requests_per_min": (_is_rate, "a number of requests a minute for all accounts of the case together; 0 is no such limit"),
    },
    Action.CHALLENGE: {"verify_url": (_is_web_address, f"a web address of at most {LONGEST_URL} characters, or empty for the case's link")},
    Action.RESTRICT: {
        "max_tokens": (_is_token_count, "a whole number of tokens; 0 is no limit"),
        "reasoning": (_is_flag, "true or false: may reasoning traces still be had"),
        "logprobs": (_is_flag, "true or false: may log-probabilities still be had"),
    },
    Action.BLOCK: {},
}
"""Action -> parameter -> ``(check, what a valid value is)``, as the decision service reads them."""


def checked_parameters(kind: Action, parameters: Mapping[str, Any], where: str | None = None) -> dict[str, Any]:
    """The parameters of an action, if all are valid.

    Args:
        kind: the action.
        parameters: its parameters by name.
        where: the place of the parameters, for the error, where they are not the command's own.

    Raises:
        InputError: an unknown name, which would have no effect, or an invalid value, which would break the decision service's reading.
    """
    known = PARAMETERS[kind]
    for name, value in parameters.items():
        if name not in known:
            todo = f"It has {', '.join(known)}" if known else "It has none"
            raise InputError(f"{kind} has no parameter {name}", where=where, todo=todo)
        is_valid, words = known[name]
        if not is_valid(value):
            raise InputError(f"{name} of {kind} is {value!r:.80}", where=where, todo=f"Write {words}")
    return dict(parameters)


@dataclass(frozen=True)
class Policy:
    """What may be done. The defaults are the built-in policy: shadow mode, nothing is enforced."""

    mode: str = Mode.SHADOW
    """``shadow``: all actions are only recorded. ``enforce``: actions whose own mode is ``enforce`` are enforced."""
    max_accounts: int = 10_000
    """Most accounts that one action may touch."""
    durations_s: dict[str, int] = field(
        default_factory=lambda: {
            Action.OBSERVE: 30 * DAY_S, Action.THROTTLE: 7 * DAY_S, Action.CHALLENGE: 7 * DAY_S,
            Action.RESTRICT: 14 * DAY_S, Action.BLOCK: 30 * DAY_S,
        }
    )
    """Default duration of each action, seconds."""
    max_duration_s: int = 90 * DAY_S
    """Longest duration of an action without renewal, seconds."""
    two_person: tuple[str, ...] = (Action.BLOCK,)
    """Actions that need a second person to begin, and to end."""
    parameters: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            Action.THROTTLE: {"requests_per_min": defaults.REQUESTS_PER_MIN},
            Action.RESTRICT: {"max_tokens": defaults.MAX_TOKENS, "reasoning": False, "logprobs": False},
            Action.CHALLENGE: {"verify_url": ""},
        }
    )
    """Default parameters of each action (:data:`PARAMETERS`); an action's own parameters override them."""


def parse_pairs(pairs: Iterable[str]) -> dict[str, Any]:
    """Parse parameters written as ``NAME=VALUE``; a value that is no JSON is a text.

    Raises:
        InputError: one is no such pair, or a name comes twice.
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise InputError(f"{pair!r} is no parameter", todo="Write NAME=VALUE, such as case_requests_per_min=30")
        if name in found:
            raise InputError(f"{name} is there more than once", where=pair, todo="Pass each parameter once")
        try:
            found[name] = json.loads(value)
        except (ValueError, RecursionError):
            found[name] = value
    return found


def parse(document: Mapping[str, Any]) -> Policy:
    """Check a policy's JSON object; fields that it lacks are as in the built-in policy.

    Raises:
        InputError: an unknown field, or an invalid value.
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
    if not isinstance(merged["mode"], str) or merged["mode"] not in set(Mode):
        raise InputError(f"policy.mode is {merged['mode']!r}", todo="Use shadow or enforce")
    for name in ("durations_s", "parameters"):
        if not isinstance(merged[name], dict) or set(merged[name]) - kinds:
            raise InputError(f"policy.{name} must be an object by action", todo=f"Actions: {', '.join(sorted(kinds))}")
    two = merged["two_person"]
    if not isinstance(two, (list, tuple)) or not all(isinstance(kind, str) for kind in two) or set(two) - kinds or Action.BLOCK not in two:
        raise InputError("policy.two_person must be a list of actions, block among them", todo='Such as ["block", "restrict"]')
    numbers = [merged["max_accounts"], merged["max_duration_s"], *merged["durations_s"].values()]
    if not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in numbers):
        raise InputError("policy.max_accounts and durations must be whole numbers above 0", todo="Durations are seconds: a day is 86400")
    for kind, own in merged["parameters"].items():
        if not isinstance(own, Mapping):
            raise InputError(f"policy.parameters.{kind} must be an object", todo='Such as {"requests_per_min": 6}')
        valid = checked_parameters(Action(kind), own, f"policy.parameters.{kind}")
        merged["parameters"][kind] = {**base["parameters"].get(kind, {}), **valid}
    merged["two_person"] = tuple(two)
    return Policy(**merged)


def document(policy: Policy) -> dict[str, Any]:
    """A policy as a JSON object, as :func:`parse` reads it."""
    return asdict(policy) | {"two_person": list(policy.two_person)}


def active(session: Session) -> tuple[int, Policy]:
    """The version number of the policy in force, and the policy."""
    row = session.scalars(select(PolicyVersion).where(PolicyVersion.active)).first()
    return (BUILT_IN, Policy()) if row is None else (row.version, stored(row.document))


def stored(document: Mapping[str, Any]) -> Policy:
    """A policy from the store. Fields and parameters that only earlier versions of this program took are left out."""
    known = {f.name for f in fields(Policy)}
    parameters = {kind: valid_parameters(Action(kind), own) for kind, own in document.get("parameters", {}).items()}
    return parse({name: value for name, value in document.items() if name in known} | {"parameters": parameters})


def valid_parameters(kind: Action, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Those of some parameters that pass :func:`checked_parameters`."""
    known = PARAMETERS[kind]
    return {name: value for name, value in parameters.items() if name in known and known[name][0](value)}


def others_needed(policy: Policy, kind: Action, parameters: Mapping[str, Any]) -> int:
    """How many people besides the proposer must agree to an action, and to its end.

    A throttle that lets nothing through, per account or for all together, is in effect a block and needs as many people.

    Args:
        policy: the policy in force.
        kind: the action.
        parameters: the action's own, valid (:func:`checked_parameters`, :func:`valid_parameters`); they override the policy's.
    """
    blocks = kind is Action.THROTTLE and lets_nothing_through(policy, parameters)
    return int(blocks or kind in policy.two_person)


def lets_nothing_through(policy: Policy, parameters: Mapping[str, Any]) -> bool:
    """Whether under a policy a throttle with parameters of its own lets nothing through, per account or for all together."""
    limits = {**policy.parameters.get(Action.THROTTLE, {}), **parameters}
    each, together = limits.get("requests_per_min", defaults.REQUESTS_PER_MIN), limits.get("case_requests_per_min", 0)
    return bool(each < FEWEST_REQUESTS_PER_MIN or 0 < together < FEWEST_REQUESTS_PER_MIN)


def draft(change: Change, policy: Policy, note: str) -> PolicyVersion:
    """Store a version that is not in force yet; needs an approver.

    Raises:
        InputError: an action would last longer than the version allows, or the version allows longer than LONGEST_S.
    """
    change.require(Role.APPROVER)
    if policy.max_duration_s > LONGEST_S:
        raise InputError(f"policy.max_duration_s is {policy.max_duration_s}", todo=f"Pass at most {LONGEST_S}, ten years in seconds")
    for kind, seconds in policy.durations_s.items():
        if seconds > policy.max_duration_s:
            what = f"policy.durations_s.{kind} is {seconds}, longer than policy.max_duration_s, {policy.max_duration_s}"
            raise InputError(what, todo="Shorten the one, or lengthen the other; what a draft leaves out is as in the built-in policy")
    row = PolicyVersion(
        document=document(policy), created_at=change.now, created_by=change.actor.name, note=note, active=False
    )
    change.session.add(row)
    change.session.flush()
    change.audit("policy.draft", f"policy-{row.version}", after=row.document, reason=note)
    return row


def versions(session: Session) -> Sequence[PolicyVersion]:
    """All versions that were stored, the newest first."""
    return session.scalars(select(PolicyVersion).order_by(PolicyVersion.version.desc())).all()
