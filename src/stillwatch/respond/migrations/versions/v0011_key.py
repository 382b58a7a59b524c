"""The store tells with which key its identifiers were hashed: with another the decision service found nobody, and did not say so."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; the next import with its log fills it."""
    op.add_column("store_meta", sa.Column("key_check", sa.String(32)))
