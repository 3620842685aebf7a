"""A private no of a person to themselves could be stored, and left an edition without a problem that can be solved."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.text("DELETE FROM meeting_veto WHERE delegate_id = other_delegate_id"))


def downgrade() -> None:
    """What meant nothing does not come back."""
