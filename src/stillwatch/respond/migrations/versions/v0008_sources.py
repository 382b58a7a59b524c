"""Indicators are of their source: two may tell the same one, and each takes back only its own."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add which version of an indicator was read, and take the source into the key."""
    with op.batch_alter_table("indicators") as table:
        table.add_column(sa.Column("modified", sa.BigInteger()))
        table.drop_constraint("pk_indicators", type_="primary")
        table.create_primary_key("pk_indicators", ["indicator_id", "source"])
