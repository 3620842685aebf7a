"""Channels of interpreters, prints that take a while, and the codes on badges."""

import sqlalchemy as sa
from alembic import op

from app.platform.database.base import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("resource") as table:
        table.add_column(sa.Column("channel", sa.Integer(), nullable=True))
    op.create_table(
        "print_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("form", sa.String(40), nullable=False),
        sa.Column("sorting", sa.String(40), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("told_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("file", sa.String(120), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_print_job_event_id_event")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["account.id"], name=op.f("fk_print_job_asked_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_job")),
    )
    op.create_index(op.f("ix_print_job_event_id"), "print_job", ["event_id"])
    op.create_table(
        "badge_code",
        sa.Column("delegate_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegate_id"], ["delegate.id"], name=op.f("fk_badge_code_delegate_id_delegate"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_badge_code_event_id_event")),
        sa.PrimaryKeyConstraint("delegate_id", name=op.f("pk_badge_code")),
        sa.UniqueConstraint("code", name=op.f("uq_badge_code_code")),
    )
    op.create_index(op.f("ix_badge_code_event_id"), "badge_code", ["event_id"])


def downgrade() -> None:
    op.drop_table("badge_code")
    op.drop_table("print_job")
    with op.batch_alter_table("resource") as table:
        table.drop_column("channel")
