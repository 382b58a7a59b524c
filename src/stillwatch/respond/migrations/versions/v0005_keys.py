"""Decisions are found by the key that was asked about: edges know clients by their keys alone."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_decisions_key_id", "decisions", ["key_id"])
