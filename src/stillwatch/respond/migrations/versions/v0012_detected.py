"""Each campaign of a case keeps what its run made of it: a case that is for review now does not hide that it was accused before."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column, and fill it for the run that each case has its figures of; of earlier ones it is not known."""
    op.add_column("case_campaigns", sa.Column("detected", sa.String(16)))
    op.execute(
        "UPDATE case_campaigns SET detected = (SELECT cases.detected FROM cases WHERE cases.case_id = case_campaigns.case_id"
        " AND cases.run_id = case_campaigns.run_id AND cases.campaign_id = case_campaigns.campaign_id)"
    )
