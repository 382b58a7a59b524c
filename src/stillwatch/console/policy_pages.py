"""The policy: the one in force, versions, and what a version would have done on the last days before it is promoted."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Integer, func, or_, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from stillwatch.console.page import NotFoundError, Page, Visit
from stillwatch.errors import InputError
from stillwatch.files import once
from stillwatch.respond import actions, policy, throttle
from stillwatch.respond.bulk import chunks
from stillwatch.respond.policy import Policy
from stillwatch.respond.schema import ActionRow, DecisionRow, Key, PolicyVersion, Target
from stillwatch.respond.vocabulary import LIFT, Action, Mode, Role, Subject

DAYS = 7
"""How far back a version is tried."""
MOST = 50_000
"""Requests of a throttle that rates are tried on; a page must not take long."""
THROTTLES = 20
"""Throttles that are tried, the latest; each takes two readings of the decisions."""


@dataclass(frozen=True)
class Asked:
    """A throttle action of the last days: what its accounts asked for while it held, and what rates let through of that."""

    action: ActionRow
    requests: throttle.Requests
    rates: Sequence[throttle.Tried]
    cut: bool
    """Only the first of the requests were tried."""


@dataclass(frozen=True)
class Throttled:
    """What a policy lets through of it."""

    asked: Asked
    own: throttle.Tried
    """Under the policy that is tried, the action's own parameters over it."""


@dataclass(frozen=True)
class Backtest:
    """What a policy would have done.

    ``traffic``: for each action that is carried out, requests of the last days that it would refuse or change (not those that a
    throttle let through), how many accounts or keys they came from, how many were refused or changed then, and how many would be under this
    version. ``over_cap`` and ``alone``: actions of these days
    that this version would refuse for their size, or would not let one person take.
    """

    traffic: Sequence[dict[str, Any]]
    n_actions: int
    over_cap: Sequence[ActionRow]
    alone: Sequence[ActionRow]
    too_long: Sequence[ActionRow]
    throttled: Sequence[Throttled]
    n_throttles_left_out: int
    """Earlier ones, which were not tried."""


def backtests(session: Session, policies: Sequence[Policy], now: datetime) -> list[Backtest]:
    """Try policies on the decisions and actions of the last :data:`DAYS` days, which are read once; one result each.

    Logged decisions only: those about accounts with an action are all logged, others are a sample and do not matter here.
    A throttle is tried by its rate: every request of its accounts was logged, whether it was refused or not.
    """
    since = now - timedelta(days=DAYS)
    enforced_then = func.sum(func.coalesce(DecisionRow.mode == Mode.ENFORCE, False).cast(Integer()))
    who = func.coalesce(DecisionRow.account_id, DecisionRow.key_id)  # edges know a client by its key alone
    decided = session.execute(
        select(DecisionRow.action, func.count(), func.count(who.distinct()), enforced_then)
        .where(DecisionRow.at >= since, DecisionRow.action.in_(set(Action) - {Action.OBSERVE})).group_by(DecisionRow.action)
    ).all()
    proposed = {
        row.action_id: row
        for row in session.scalars(select(ActionRow).where(ActionRow.proposed_at >= since, ActionRow.kind != LIFT))
    }
    for row in actions.in_force(session, now):
        if row.kind != LIFT:
            proposed[row.action_id] = row
    every = sorted(proposed.values(), key=lambda row: row.proposed_at)
    enforced = _share_enforced(session, list(proposed))
    throttles = [row for row in every if row.kind == Action.THROTTLE and row.effective_at is not None]
    held = [found for row in throttles[-THROTTLES:] if (found := _asked(session, row, since, now))]
    return [
        Backtest(
            traffic=sorted((
                {"action": action, "requests": n, "subjects": subjects, "then": int(then or 0),
                 "now": round(n * enforced.get(str(action), 0.0)) if tried.mode == Mode.ENFORCE else 0}
                for action, n, subjects, then in decided
            ), key=lambda row: -row["requests"]),
            n_actions=len(every),
            over_cap=[row for row in every if _size(row) > tried.max_accounts],
            alone=[row for row in every if not row.needed_approvals and actions.others_needed(tried, row)],
            too_long=[row for row in every if row.duration_s > tried.max_duration_s],
            throttled=[Throttled(one, throttle.of_policy(one.requests, tried, one.action.parameters)) for one in held],
            n_throttles_left_out=max(len(throttles) - THROTTLES, 0),
        )
        for tried in policies
    ]


def _asked(session: Session, row: ActionRow, since: datetime, now: datetime) -> Asked | None:
    """The requests of an action's subjects while it held, with rates tried on them; None where there were none."""
    assert row.effective_at is not None
    ends = [at for at in (row.ended_at, row.expires_at, now) if at is not None]
    sent = []
    for subject, column in ((Subject.ACCOUNT, DecisionRow.account_id), (Subject.KEY, DecisionRow.key_id)):
        named = select(Target.subject_id).where(Target.action_id == row.action_id, Target.subject == subject)
        own = select(Key.key_id).where(Key.account_id.in_(
            select(Target.subject_id).where(Target.action_id == row.action_id, Target.subject == Subject.ACCOUNT)
        ))
        whose = column.in_(named) if subject is Subject.ACCOUNT else or_(column.in_(named), column.in_(own))
        asked = select(DecisionRow.at, column).where(
            whose, DecisionRow.reason.is_not(None), DecisionRow.at >= max(since, row.effective_at), DecisionRow.at < min(ends)
        )
        sent += [(at.timestamp(), str(name)) for at, name in session.execute(asked.order_by(DecisionRow.at).limit(MOST + 1))]
    if not sent:
        return None
    sent.sort()
    cut, sent = len(sent) > MOST, sent[:MOST]
    requests = throttle.Requests(np.array([at for at, _ in sent]), [name for _, name in sent])
    return Asked(row, requests, throttle.table(requests), cut)


def _size(row: ActionRow) -> int:
    return max(int(row.blast.get("n_subjects") or 0), int(row.blast.get("n_accounts") or 0))


def _share_enforced(session: Session, action_ids: Sequence[str]) -> dict[str, float]:
    """Of each kind, the share of subjects whose action was proposed to be enforced: only those a policy can enforce."""
    both: Counter[str] = Counter()
    enforced: Counter[str] = Counter()
    for some in chunks(action_ids):
        counted = (
            select(ActionRow.kind, ActionRow.mode, func.count()).join(Target, Target.action_id == ActionRow.action_id)
            .where(ActionRow.action_id.in_(some)).group_by(ActionRow.kind, ActionRow.mode)
        )
        for kind, mode, n in session.execute(counted):
            both[kind] += n
            enforced[kind] += n if mode == Mode.ENFORCE else 0
    return {kind: enforced[kind] / n for kind, n in both.items()}


def _policy(visit: Visit) -> Response:
    with visit.store.read() as session:
        version, current = policy.active(session)
        versions = session.scalars(select(PolicyVersion).order_by(PolicyVersion.version.desc()).limit(100)).all()
        effect = actions.promotion_effect(session, visit.now, policy.Policy()) if visit.may(Role.ADMIN) else None
    text = json.dumps(policy.document(current), indent=2, sort_keys=True)
    return visit.show("policy.html", title="Policy", version=version, text=text, versions=versions, effect=effect)


def _version(visit: Visit) -> Response:
    number = str(visit.path["version"])
    with visit.store.read() as session:
        row = session.get(PolicyVersion, int(number)) if number.isdecimal() and len(number) < 15 else None
        if row is None:
            raise NotFoundError("no such policy version", where=number[:40])
        active, current = policy.active(session)
        tried = policy.stored(row.document)
        names = [f"version {row.version}", "in force now"][:1 if active == row.version else 2]
        tests = list(zip(names, backtests(session, [tried, current][:len(names)], visit.now), strict=True))
        effect = actions.promotion_effect(session, visit.now, tried)
    differs = _differences(policy.document(current), policy.document(tried))
    text = json.dumps(policy.document(tried), indent=2, sort_keys=True)
    return visit.show(
        "policy_version.html",
        title=f"Policy {row.version}",
        row=row,
        active=active,
        tests=tests,
        differs=differs,
        text=text,
        days=DAYS,
        effect=effect,
    )


def _differences(old: dict[str, Any], new: dict[str, Any], above: str = "") -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for name in sorted({*old, *new}):
        a, b, here = old.get(name), new.get(name), f"{above}{name}"
        if isinstance(a, dict) and isinstance(b, dict):
            found += _differences(a, b, here + ".")
        elif a != b:
            found.append((here, json.dumps(a), json.dumps(b)))
    return found


def _draft(visit: Visit) -> Response:
    try:
        document = json.loads(visit.needed("document", most=100_000), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the policy is no JSON ({error})") from error
    if not isinstance(document, dict):
        raise InputError("the policy is no JSON object")
    with visit.change() as change:
        row = policy.draft(change, policy.parse(document), visit.needed("note"))
    return visit.go(f"/policy/{row.version}", "drafted")


def _promote(visit: Visit) -> Response:
    number = str(visit.path["version"])
    if not number.isdecimal() or len(number) > 15:
        raise NotFoundError("no such policy version", where=number[:40])
    with visit.change() as change:
        actions.promote(change, int(number), visit.needed("note"))
    return visit.go("/policy" if int(number) == policy.BUILT_IN else f"/policy/{number}", "promoted")


PAGES = (
    Page("GET", "/policy", Role.VIEWER, _policy),
    Page("POST", "/policy", Role.APPROVER, _draft),
    Page("GET", "/policy/{version}", Role.VIEWER, _version),
    Page("POST", "/policy/{version}/promote", Role.ADMIN, _promote),
)
