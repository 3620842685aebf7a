"""What a delegate last saw of their day, so that the page can mark what changed since."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "day_look",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("delegate_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_day_look_account_id_account"),
        sa.ForeignKeyConstraint(
            ["delegate_id"], ["delegate.id"], name="fk_day_look_delegate_id_delegate", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_day_look_event_id_event"),
        sa.PrimaryKeyConstraint("account_id", "delegate_id", name="pk_day_look"),
    )
    op.create_index("ix_day_look_event_id", "day_look", ["event_id"])


def downgrade() -> None:
    op.drop_index("ix_day_look_event_id", table_name="day_look")
    op.drop_table("day_look")
