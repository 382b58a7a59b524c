"""Labels tell where the audit log ended: whether somebody was cleared after a proposal was asked of clocks, which go back."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column; labels from before have none, and their times count."""
    op.add_column("labels", sa.Column("audit_seq", sa.BigInteger()))
