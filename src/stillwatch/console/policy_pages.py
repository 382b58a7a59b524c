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
from stillwatch.files import reject_repeated_keys
from stillwatch.respond import action_queries, policy, promotion, throttle
from stillwatch.respond.bulk import chunks
from stillwatch.respond.policy import Policy
from stillwatch.respond.schema import ActionRow, DecisionRow, Key, PolicyVersion, Target
from stillwatch.respond.vocabulary import LIFT, Action, Mode, Role, Subject

DAYS = 7
"""How many days back a version is tried."""
MOST_REQUESTS = 50_000
"""Most requests of a throttle on which rates are tried; a page must not take long."""
MOST_THROTTLES = 20
"""Most throttles that are tried, the latest; each takes two queries of the decisions."""


@dataclass(frozen=True)
class ThrottledTraffic:
    """A throttle action of the last days: the requests of its accounts while it was in force, and what rates let through of them."""

    action: ActionRow
    requests: throttle.Requests
    rates: Sequence[throttle.ThrottleResult]
    cut: bool
    """Whether only the first :data:`MOST_REQUESTS` requests were tried."""


@dataclass(frozen=True)
class ThrottleBacktest:
    """What a policy would have let through of the requests under one throttle."""

    sent: ThrottledTraffic
    own: throttle.ThrottleResult
    """The result under the policy, with the action's own parameters over the policy's."""


@dataclass(frozen=True)
class Backtest:
    """What a policy would have done with the actions and decisions of the last :data:`DAYS` days."""

    traffic: Sequence[dict[str, Any]]
    """A row for each kind of action that refuses or changes requests, most requests first. ``action``; ``requests`` that it concerned,
    without those that a throttle let through; ``subjects``, the accounts or keys that sent them; ``then``, how many were in fact refused
    or changed; ``now``, how many would be under this policy, estimated."""
    n_actions: int
    """Actions proposed in these days, or in force."""
    over_cap: Sequence[ActionRow]
    """Those of them that touch more accounts than this policy allows."""
    alone: Sequence[ActionRow]
    """Those that one person took and that need a second one under this policy."""
    too_long: Sequence[ActionRow]
    """Those that last longer than this policy allows."""
    throttled: Sequence[ThrottleBacktest]
    """The latest throttles, tried on the requests of their accounts."""
    n_throttles_left_out: int
    """Earlier throttles, which were not tried."""


def backtests(session: Session, policies: Sequence[Policy], now: datetime) -> list[Backtest]:
    """Try policies on the decisions and actions of the last :data:`DAYS` days, which are read once.

    Decisions about accounts under an action are all logged; the others are sampled, but no policy changes them. A throttle can be tried
    at other rates because all requests of its accounts are logged, refused or not.

    Args:
        session: an open session.
        policies: the policies to try.
        now: the end of the period.

    Returns:
        One back-test per policy, in their order.
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
    for row in action_queries.in_force(session, now):
        if row.kind != LIFT:
            proposed[row.action_id] = row
    every = sorted(proposed.values(), key=lambda row: row.proposed_at)
    enforced = _share_enforced(session, list(proposed))
    throttles = [row for row in every if row.kind == Action.THROTTLE and row.effective_at is not None]
    held = [found for row in throttles[-MOST_THROTTLES:] if (found := _throttled_traffic(session, row, since, now))]
    return [
        Backtest(
            traffic=sorted((
                {"action": action, "requests": n, "subjects": subjects, "then": int(then or 0),
                 "now": round(n * enforced.get(str(action), 0.0)) if tried.mode == Mode.ENFORCE else 0}
                for action, n, subjects, then in decided
            ), key=lambda row: -row["requests"]),
            n_actions=len(every),
            over_cap=[row for row in every if _n_touched(row) > tried.max_accounts],
            alone=[row for row in every if not row.needed_approvals and action_queries.others_needed(tried, row)],
            too_long=[row for row in every if row.duration_s > tried.max_duration_s],
            throttled=[ThrottleBacktest(sent, throttle.try_policy(sent.requests, tried, sent.action.parameters)) for sent in held],
            n_throttles_left_out=max(len(throttles) - MOST_THROTTLES, 0),
        )
        for tried in policies
    ]


def _throttled_traffic(session: Session, row: ActionRow, since: datetime, now: datetime) -> ThrottledTraffic | None:
    """The requests of an action's subjects while it was in force, with rates tried on them; None if there were none."""
    assert row.effective_at is not None
    ends = [at for at in (row.ended_at, row.expires_at, now) if at is not None]
    sent = []
    for subject, column in ((Subject.ACCOUNT, DecisionRow.account_id), (Subject.KEY, DecisionRow.key_id)):
        named = select(Target.subject_id).where(Target.action_id == row.action_id, Target.subject == subject)
        own = select(Key.key_id).where(Key.account_id.in_(
            select(Target.subject_id).where(Target.action_id == row.action_id, Target.subject == Subject.ACCOUNT)
        ))
        whose = column.in_(named) if subject is Subject.ACCOUNT else or_(column.in_(named), column.in_(own))
        requests_of = select(DecisionRow.at, column).where(
            whose, DecisionRow.reason.is_not(None), DecisionRow.at >= max(since, row.effective_at), DecisionRow.at < min(ends)
        )
        earliest = requests_of.order_by(DecisionRow.at).limit(MOST_REQUESTS + 1)
        sent += [(at.timestamp(), str(name)) for at, name in session.execute(earliest)]
    if not sent:
        return None
    sent.sort()
    cut, sent = len(sent) > MOST_REQUESTS, sent[:MOST_REQUESTS]
    requests = throttle.Requests(np.array([at for at, _ in sent]), [name for _, name in sent])
    return ThrottledTraffic(row, requests, throttle.try_rates(requests), cut)


def _n_touched(row: ActionRow) -> int:
    return max(int(row.blast.get("n_subjects") or 0), int(row.blast.get("n_accounts") or 0))


def _share_enforced(session: Session, action_ids: Sequence[str]) -> dict[str, float]:
    """Kind -> share of its subjects whose action has the mode ``enforce``; a policy can enforce no others."""
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
        effect = promotion.promotion_effect(session, visit.now, policy.Policy()) if visit.may(Role.ADMIN) else None
    text = json.dumps(policy.document(current), indent=2, sort_keys=True)
    return visit.render("policy.html", title="Policy", version=version, text=text, versions=versions, effect=effect)


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
        effect = promotion.promotion_effect(session, visit.now, tried)
    differs = _differences(policy.document(current), policy.document(tried))
    text = json.dumps(policy.document(tried), indent=2, sort_keys=True)
    return visit.render(
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
        document = json.loads(visit.required_text("document", most=100_000), object_pairs_hook=reject_repeated_keys)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the policy is no JSON ({error})") from error
    if not isinstance(document, dict):
        raise InputError("the policy is no JSON object")
    with visit.change() as change:
        row = policy.draft(change, policy.parse(document), visit.required_text("note"))
    return visit.redirect(f"/policy/{row.version}", "drafted")


def _promote(visit: Visit) -> Response:
    number = str(visit.path["version"])
    if not number.isdecimal() or len(number) > 15:
        raise NotFoundError("no such policy version", where=number[:40])
    with visit.change() as change:
        promotion.promote(change, int(number), visit.required_text("note"))
    return visit.redirect("/policy" if int(number) == policy.BUILT_IN else f"/policy/{number}", "promoted")


PAGES = (
    Page("GET", "/policy", Role.VIEWER, _policy),
    Page("POST", "/policy", Role.APPROVER, _draft),
    Page("GET", "/policy/{version}", Role.VIEWER, _version),
    Page("POST", "/policy/{version}/promote", Role.ADMIN, _promote),
)
