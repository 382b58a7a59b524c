"""The interval of a case's harvest has columns of its own, so that lists can show it: details are not loaded for them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
ENDS = ("harvested_low", "harvested_high")


def upgrade() -> None:
    """Add the columns; details told both ends where a run did."""
    for name in ENDS:
        op.add_column("cases", sa.Column(name, sa.BigInteger()))
    cases = sa.table("cases", sa.column("details", sa.JSON()), *map(sa.column, ENDS))
    op.execute(cases.update().values({name: sa.cast(cases.c.details[name].as_string(), sa.BigInteger()) for name in ENDS}))
