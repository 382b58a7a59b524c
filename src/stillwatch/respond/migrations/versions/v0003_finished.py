"""When an import was finished: it is stored in several transactions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; a run that is there was stored as a whole."""
    op.add_column("runs", sa.Column("finished_at", sa.BigInteger()))
    op.execute("UPDATE runs SET finished_at = imported_at")
