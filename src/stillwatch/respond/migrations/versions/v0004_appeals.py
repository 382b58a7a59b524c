"""Appeals of actions that have no case."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Let an appeal name an action, with or without a case."""
    with op.batch_alter_table("appeals") as table:
        table.alter_column("case_id", existing_type=sa.String(length=32), nullable=True)
        table.add_column(sa.Column("action_id", sa.String(length=32)))
        table.create_foreign_key("fk_appeals_action_id_actions", "actions", ["action_id"], ["action_id"])
        table.create_index("ix_appeals_action_id", ["action_id"])
