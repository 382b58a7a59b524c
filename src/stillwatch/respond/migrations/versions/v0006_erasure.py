"""What a row of the audit log says is hashed on its own, so that an account can be erased from it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns; rows that are there keep the hash of the whole row."""
    op.add_column("audit_log", sa.Column("salt", sa.String(length=32)))
    op.add_column("audit_log", sa.Column("payload_hash", sa.String(length=64)))
