"""Promotion of a policy: what it would change for actions in force, and its carrying out."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond import actions
from stillwatch.respond import policy as policies
from stillwatch.respond.action_queries import cleared_subjects, effective_mode, in_force, live_targets
from stillwatch.respond.policy import Policy
from stillwatch.respond.schema import ActionRow, PolicyVersion
from stillwatch.respond.store import Change
from stillwatch.respond.vocabulary import LIFT, Action, ActionState, Mode, Role, Subject


class PromotionEffect(NamedTuple):
    """What promoting a policy would change: which actions it enforces that are in shadow now, and which it no longer enforces."""

    kinds: dict[str, int]
    """Newly enforced actions by kind."""
    n_subjects: int
    """Their subjects."""
    stopped: dict[str, int]
    """Actions by kind that would no longer be enforced."""
    n_stopped: int
    """Their subjects."""
    spared: dict[str, list[tuple[Subject, str]]]
    """Action id -> those of its subjects whom people judged innocent: it ends on them instead of being enforced."""


def promotion_effect(session: Session, now: datetime, new: Policy) -> PromotionEffect:
    """What promoting the policy ``new`` at time ``now`` would change."""
    _, held = policies.active(session)
    turned = [
        row for row in in_force(session, now) if row.kind != LIFT and effective_mode(row, held) != effective_mode(row, new)
    ]
    live = live_targets(session, turned)
    rows = [row for row in turned if effective_mode(row, new) is Mode.ENFORCE]
    stopped = [row for row in turned if row not in rows and live[row.action_id]]
    cleared = {row.action_id: cleared_subjects(session, row, list(live[row.action_id])) for row in rows}
    kinds = Counter(row.kind for row in rows if live[row.action_id] - cleared[row.action_id])
    subjects = {subject for action_id, some in cleared.items() for subject in live[action_id] - some}
    return PromotionEffect(
        dict(sorted(kinds.items())), len(subjects), dict(sorted(Counter(row.kind for row in stopped).items())),
        len({subject for row in stopped for subject in live[row.action_id]}),
        {name: sorted(cleared[name]) for name in sorted(cleared) if cleared[name]},
    )


def spare_cleared(change: Change, new: Policy) -> None:
    """Before a policy enforces actions that were in shadow, end them on subjects whom people judged innocent meanwhile."""
    for action_id, cleared in promotion_effect(change.session, change.now, new).spared.items():
        actions.spare(change, action_id, cleared)


def _demand_no_block_by_one_person(change: Change, policy: Policy, version: int) -> None:
    """Raise if under a policy a throttle in force would let nothing through and no second person agreed: one person would block by it."""
    held = select(ActionRow).where(
        ActionRow.kind == Action.THROTTLE, ActionRow.state == ActionState.IN_FORCE, ActionRow.expires_at > change.now,
        ActionRow.needed_approvals == 0,
    )
    blocks = [row.action_id for row in change.session.scalars(held.order_by(ActionRow.action_id))
              if policies.lets_nothing_through(policy, policies.valid_parameters(Action.THROTTLE, row.parameters))]
    if blocks:
        more = " and others" if len(blocks) > 3 else ""
        what = f"under it throttles that one person put in force would let none through: {', '.join(blocks[:3])}{more}"
        raise InputError(what, where=f"policy version {version}", todo="Undo them first; a block takes two people")


def promote(change: Change, version: int, note: str) -> PolicyVersion | None:
    """Put a version in force (an earlier one, or :data:`.policy.BUILT_IN`: a rollback); needs an admin.

    Actions that were in shadow and are enforced from now on end on subjects whom people judged innocent (:func:`spare_cleared`).

    Returns:
        The version; null for the built-in one, which has no row.

    Raises:
        InputError: no such version, or under it throttles that one person put in force would let nothing through.
    """
    change.require(Role.ADMIN)
    row = change.session.get(PolicyVersion, version)
    if row is None and version != policies.BUILT_IN:
        raise InputError(f"no policy version {version}", todo="See stillwatch policy list")
    if row is not None:
        new = policies.stored(row.document)
        _demand_no_block_by_one_person(change, new, version)
        spare_cleared(change, new)
    before, _ = policies.active(change.session)
    change.session.execute(update(PolicyVersion).values(active=False))
    if row is not None:
        row.active, row.promoted_at, row.promoted_by = True, change.now, change.actor.name
    change.bump()
    change.audit("policy.promote", f"policy-{version}", before=before, after=version, reason=note)
    return row
