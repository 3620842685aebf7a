"""Names of who acted stand beside the log, so that one of them can be forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_name",
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_audit_name")),
    )


def downgrade() -> None:
    op.drop_table("audit_name")
