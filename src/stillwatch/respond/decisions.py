"""The decisions that services logged into the store: read, and removed when they are old enough.

They are no judgements and no part of the audit chain: one row for each question about an account under an action, so they are what grows.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import SelectBase, delete, select
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond.schema import DecisionRow
from stillwatch.respond.store import Actor, Store
from stillwatch.respond.vocabulary import Role

ROWS = 10_000
"""Removed in a transaction; others write in between."""
PAUSE_S = 0.1
"""Between transactions: a writer that waits on SQLite looks every 0.1 s."""


def listed(
    session: Session, *, case_id: str | None = None, decision: str | None = None, name: str | None = None, keys: SelectBase | None = None,
    limit: int = 50,
) -> Sequence[DecisionRow]:
    """The last decisions, newest first.

    Args:
        session: an open session.
        case_id: those of a case alone, or of an action that has none.
        decision: those that were answered so alone.
        name: those about an account or key of this name alone.
        keys: gives the keys that count, ``name`` being an account's alone.
        limit: how many at most.
    """
    statement = select(DecisionRow).order_by(DecisionRow.at.desc(), DecisionRow.decision_id.desc()).limit(limit)
    for column, wanted in ((DecisionRow.case_id, case_id), (DecisionRow.decision, decision)):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if name is None:
        return session.scalars(statement).all()
    # An index for each column: an OR over both would read the whole table. Edges know a client by its key alone.
    by_key = DecisionRow.key_id == name if keys is None else DecisionRow.key_id.in_(keys)
    found = {row.decision_id: row for about in (DecisionRow.account_id == name, by_key) for row in session.scalars(statement.where(about))}
    return sorted(found.values(), key=lambda row: (row.at, row.decision_id), reverse=True)[:limit]


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
