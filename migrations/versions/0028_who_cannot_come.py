"""Who said that they cannot come to a session, and who could go instead."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session_absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("instead_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_session_absence_event_id_event"),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["agenda_session.id"],
            name="fk_session_absence_session_id_agenda_session",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["delegate_id"], ["delegate.id"], name="fk_session_absence_delegate_id_delegate", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["instead_id"], ["delegate.id"], name="fk_session_absence_instead_id_delegate", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["said_by_id"], ["account.id"], name="fk_session_absence_said_by_id_account", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_session_absence"),
        sa.UniqueConstraint("session_id", "delegate_id", name="uq_session_absence_session_id_delegate_id"),
    )
    op.create_index("ix_session_absence_event_id", "session_absence", ["event_id"])
    op.create_index("ix_session_absence_delegate_id", "session_absence", ["delegate_id"])
    op.create_index("ix_session_absence_instead_id", "session_absence", ["instead_id"])


def downgrade() -> None:
    op.drop_index("ix_session_absence_instead_id", table_name="session_absence")
    op.drop_index("ix_session_absence_delegate_id", table_name="session_absence")
    op.drop_index("ix_session_absence_event_id", table_name="session_absence")
    op.drop_table("session_absence")
