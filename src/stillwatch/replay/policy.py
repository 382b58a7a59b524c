"""Policies (what is done about findings) and how operators respond to actions; plain data, read from JSON."""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from stillwatch.errors import InputError
from stillwatch.files import read_json, reject_repeated_keys
from stillwatch.throttling.defaults import REQUESTS_PER_MIN

ACTIONS = ("observe", "throttle", "challenge", "restrict", "block")
"""Mildest first; an account never returns to a milder action."""
PASSES = {"observe": 1.0, "challenge": 0.1, "restrict": 1.0, "block": 0.0}
"""Action -> share of an account's requests that are still answered; for a throttle the rate decides. Restricted answers are shorter, and
count as harvested. The share for a challenge is a guess."""
ANSWERABLE = ACTIONS[1:]
"""Actions that an operator can notice, and respond to."""
SUBJECTS = ("nobody", "campaign", "account")


@dataclass(frozen=True)
class Rung:
    """An action, and the number of steps with a finding after which it is decided."""

    after: int
    action: str


@dataclass(frozen=True)
class Policy:
    """Which accounts are acted on, how and when."""

    name: str
    act_on: str = "campaign"
    """nobody: shadow mode. campaign: all accounts of a campaign at once. account: each account by its own findings."""
    ladder: tuple[Rung, ...] = (Rung(1, "throttle"), Rung(2, "block"))
    review_hours: float = 4.0
    """Hours between a finding and the start of the action, in which two people review it."""
    per_day: int | None = None
    """Most accounts that can be acted on in a day, most suspicious first; only if act_on is account. None: no limit."""
    requests_per_min: float = REQUESTS_PER_MIN
    """Requests a minute that a throttled account may send, as in the built-in policy of ``stillwatch policy``."""
    case_requests_per_min: float | None = None
    """Requests a minute that all throttled accounts of a campaign may send together; None: no such limit."""
    follow_review: bool = False
    """Whether a group for review that continues a campaign counts as it, once the campaign was found often enough for the last rung."""
    review_ladder: tuple[Rung, ...] = ()
    """Actions on a group for review, by the number of steps that listed it or found it as a campaign; only if act_on is campaign."""


@dataclass(frozen=True)
class Reply:
    """How operators respond to actions. They give up the account: its work moves to one other account, or stays and meets the action."""

    answers: tuple[str, ...] = ("block",)
    """The actions of ANSWERABLE to which they respond."""
    failover: float = 0.3
    """Share of the accounts given up whose work moves to another account of the operator that is neither blocked nor given up."""
    failover_hours: float = 1.0
    replaced: float = 0.6
    """Share of the others given up that new accounts replace, which leave the same marks."""
    replacement_hours: float = 5.0
    signups_per_day: float | None = 0.1
    """New accounts of an operator in a day, as a share of all its accounts in the log; None: no limit."""


DEFAULT = (
    Policy("shadow", "nobody", ()),
    Policy("campaign"),
    Policy("campaign-follow", follow_review=True),
    Policy("campaign-review", follow_review=True, review_ladder=(Rung(2, "challenge"),)),
    Policy("single", "account", (Rung(2, "block"),), per_day=100),
)


def read_policies(path: Path | None) -> tuple[tuple[Policy, ...], Reply]:
    """Read the policies to compare and the operators' reply.

    Args:
        path: JSON, see docs/replay.md; None: the defaults.

    Raises:
        InputError: the file is not JSON of this form, has a key twice, or a value is out of range.
    """
    if path is None:
        return DEFAULT, Reply()
    document = read_json(path, reject_repeated_keys)
    if not isinstance(document, dict) or not set(document) <= {"policies", "reply"}:
        raise InputError("not a JSON object with policies and reply", where=path, todo="See docs/replay.md")
    policies: tuple[Policy, ...] = DEFAULT
    if "policies" in document:
        if not isinstance(document["policies"], list) or not document["policies"]:
            raise InputError("policies is not a list of policies", where=path, todo="See docs/replay.md")
        policies = tuple(_policy(row, path) for row in document["policies"])
    names = [policy.name for policy in policies]
    if len(set(names)) < len(names):
        raise InputError("two policies have the same name", where=path, todo="Give each its own")
    reply = _build(Reply, document.get("reply", {}), path)
    if not isinstance(reply.answers, list | tuple) or not all(action in ANSWERABLE for action in reply.answers):
        todo = f"A list of some of {', '.join(ANSWERABLE)}"
        raise InputError(f"reply.answers is {reply.answers!r}", where=path, todo=todo)
    reply = replace(reply, answers=tuple(action for action in ANSWERABLE if action in reply.answers))
    for name in ("failover", "replaced"):
        _number(getattr(reply, name), f"reply.{name}", path, 1)
    for name in ("failover_hours", "replacement_hours"):
        _number(getattr(reply, name), f"reply.{name}", path)
    if reply.signups_per_day is not None:
        _number(reply.signups_per_day, "reply.signups_per_day", path)
        if reply.signups_per_day == 0:
            raise InputError("reply.signups_per_day is 0", where=path, todo="For no new accounts write replaced: 0")
    return policies, reply


def as_json(policies: tuple[Policy, ...], reply: Reply) -> dict[str, Any]:
    """Policies and reply in the form that :func:`read_policies` reads, JSON-ready."""
    return {"policies": [asdict(policy) for policy in policies], "reply": asdict(reply)}


def _policy(row: Any, path: Path) -> Policy:
    policy = _build(Policy, row, path)
    if not isinstance(policy.name, str) or not policy.name or not policy.name.isprintable():
        raise InputError(f"{policy.name!r} is no name of a policy", where=path, todo="Write a line of text")
    where = f"policy {policy.name}"
    if policy.act_on not in SUBJECTS:
        raise InputError(f"{where}: act_on is {policy.act_on!r}", where=path, todo=f"One of {', '.join(SUBJECTS)}")
    if policy.act_on == "nobody" and "ladder" not in row:
        policy = replace(policy, ladder=())
    ladder, review = (_ladder(where, name, getattr(policy, name), path) for name in ("ladder", "review_ladder"))
    if ladder and policy.act_on == "nobody":
        todo = "Leave the ladder out, or write act_on campaign or account"
        raise InputError(f"{where}: its ladder does nothing where act_on is nobody", where=path, todo=todo)
    if review and policy.act_on != "campaign":
        raise InputError(f"{where}: review_ladder where act_on is {policy.act_on}", where=path, todo="Write act_on campaign")
    if policy.per_day is not None and policy.act_on != "account":
        raise InputError(f"{where}: per_day where act_on is {policy.act_on}", where=path, todo="Write act_on account")
    if policy.follow_review and policy.act_on != "campaign":
        raise InputError(f"{where}: follow_review where act_on is {policy.act_on}", where=path, todo="Write act_on campaign")
    _number(policy.review_hours, f"{where}: review_hours", path)
    if policy.per_day is not None and (type(policy.per_day) is not int or policy.per_day < 1):
        raise InputError(
            f"{where}: per_day is {policy.per_day!r}", where=path, todo="Write a count of 1 or more, or null"
        )
    _number(policy.requests_per_min, f"{where}: requests_per_min", path)
    if policy.case_requests_per_min is not None:
        _number(policy.case_requests_per_min, f"{where}: case_requests_per_min", path)
    if not isinstance(policy.follow_review, bool):
        raise InputError(f"{where}: follow_review is {policy.follow_review!r}", where=path, todo="Write true or false")
    return replace(policy, ladder=ladder, review_ladder=review)


def _ladder(where: str, name: str, rows: Any, path: Path) -> tuple[Rung, ...]:
    if not isinstance(rows, list | tuple):
        raise InputError(f"{where}: {name} is not a list", where=path, todo='[{"after": 2, "action": "block"}]')
    rungs = tuple(rung if isinstance(rung, Rung) else _build(Rung, rung, path) for rung in rows)
    for rung in rungs:
        if rung.action not in ACTIONS:
            raise InputError(f"{where}: no action {rung.action!r}", where=path, todo=f"One of {', '.join(ACTIONS)}")
        if type(rung.after) is not int or rung.after < 1:
            raise InputError(f"{where}: after is {rung.after!r}", where=path, todo="Write a count of 1 or more")
    for earlier, later in pairwise(sorted(rungs, key=lambda rung: rung.after)):
        if earlier.after == later.after or ACTIONS.index(earlier.action) >= ACTIONS.index(later.action):
            what = f"{where}: {name} has {later.action} after {later.after} and {earlier.action} after {earlier.after}"
            raise InputError(what, where=path, todo="More findings must lead to a stricter action, or one of the two does nothing")
    return rungs


T = TypeVar("T", Policy, Reply, Rung)


def _build(kind: type[T], row: Any, path: Path) -> T:
    """Make a dataclass from an object of the file; raises InputError for unknown and missing fields."""
    names = {field.name for field in fields(kind)}
    what, todo = kind.__name__.lower(), f"A {kind.__name__.lower()} has {', '.join(sorted(names))}"
    if not isinstance(row, Mapping):
        raise InputError(f"not a JSON object, where a {what} is needed: {row!r}", where=path, todo=todo)
    if unknown := sorted(set(row) - names):
        raise InputError(f"a {what} has no {', '.join(unknown)}", where=path, todo=todo)
    if missing := [field.name for field in fields(kind) if field.default is MISSING and field.name not in row]:
        raise InputError(f"a {what} lacks {', '.join(missing)}: {dict(row)}", where=path, todo=todo)
    return kind(**row)


def _number(value: Any, name: str, path: Path, most: float = 1e6) -> None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most
    if not good:
        raise InputError(f"{name} is {value!r}", where=path, todo=f"Write a number from 0 to {most:g}")
