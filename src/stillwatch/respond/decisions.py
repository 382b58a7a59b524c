"""The decisions that services logged into the store: read, and removed when they are old enough.

They are no judgements and no part of the audit chain: one row for each question about an account under an action, so they are what grows.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond.schema import DecisionRow
from stillwatch.respond.store import Actor, Store
from stillwatch.respond.vocabulary import Role

ROWS = 10_000
"""Removed in a transaction; others write in between."""
PAUSE_S = 0.1
"""Between transactions: a writer that waits on SQLite looks every 0.1 s."""


def listed(session: Session, *, case_id: str | None = None, name: str | None = None, limit: int = 50) -> Sequence[DecisionRow]:
    """The last decisions, newest first; of a case (or an action of none), or of an account or key."""
    statement = select(DecisionRow).order_by(DecisionRow.at.desc(), DecisionRow.decision_id.desc()).limit(limit)
    if case_id is not None:
        statement = statement.where(DecisionRow.case_id == case_id)
    if name is None:
        return session.scalars(statement).all()
    # Two indexes, two readings: an OR over both columns would read the whole table. Edges know a client by its key alone.
    found = [row for column in (DecisionRow.account_id, DecisionRow.key_id) for row in session.scalars(statement.where(column == name))]
    return sorted(found, key=lambda row: (row.at, row.decision_id), reverse=True)[:limit]


def prune(store: Store, who: Actor, before: datetime, now: datetime | None = None) -> int:
    """Remove the decisions of before a time, in short transactions; needs an admin. Returns how many were removed.

    The audit log tells who removed what before the first row goes, so that it does where the work is cut off.

    Raises:
        InputError: the time is yet to come.
    """
    if before > (now or datetime.now(UTC)):
        raise InputError(f"{before.isoformat()} is yet to come")
    with store.write(who, now=now) as change:
        change.require(Role.ADMIN)
        change.audit("decisions.prune", "decisions", after={"before": before})
    removed = 0
    old = select(DecisionRow.decision_id).where(DecisionRow.at < before).order_by(DecisionRow.at).limit(ROWS)
    while True:
        with store.connect(writing=True) as connection:
            ids = connection.scalars(old).all()
            if ids:
                connection.execute(delete(DecisionRow).where(DecisionRow.decision_id.in_(ids)))
        removed += len(ids)
        if len(ids) < ROWS:
            return removed
        time.sleep(PAUSE_S)
