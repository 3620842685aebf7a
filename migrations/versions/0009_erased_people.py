"""Somebody who was erased leaves an empty row that says when."""

import sqlalchemy as sa
from alembic import op

from app.platform.database.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("delegate") as batch:
        batch.add_column(sa.Column("erased_at", UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("delegate") as batch:
        batch.drop_column("erased_at")
