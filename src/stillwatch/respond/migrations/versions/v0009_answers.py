"""Decisions have an id of the service's own: that of the request may be chosen by a client, who hid decisions behind one that was there."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column; what was stored before has none. SQLite copies the table for it."""
    with op.batch_alter_table("decisions") as table:
        table.add_column(sa.Column("answer_id", sa.String(40)))
        table.drop_constraint("uq_decisions_request_id", type_="unique")
        table.create_unique_constraint("uq_decisions_answer_id", ["answer_id"])
