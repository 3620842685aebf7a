"""Counted copies of sheets, calendars behind a secret address, and what they were told."""

import sqlalchemy as sa
from alembic import op

from app.platform.database.base import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=True),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("shows_titles", sa.Boolean(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_calendar_link_event_id_event")),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegation.id"], name=op.f("fk_calendar_link_delegation_id_delegation")
        ),
        sa.ForeignKeyConstraint(
            ["delegate_id"], ["delegate.id"], name=op.f("fk_calendar_link_delegate_id_delegate"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["account.id"], name=op.f("fk_calendar_link_made_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_link")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_calendar_link_token_digest")),
    )
    for column in ("event_id", "delegation_id", "delegate_id"):
        op.create_index(op.f(f"ix_calendar_link_{column}"), "calendar_link", [column])
    op.create_table(
        "calendar_entry",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("delegate_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uid", sa.String(160), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("told_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_calendar_entry_event_id_event")),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegation.id"], name=op.f("fk_calendar_entry_delegation_id_delegation")
        ),
        sa.PrimaryKeyConstraint("delegation_id", "delegate_id", "uid", name=op.f("pk_calendar_entry")),
    )
    op.create_index(op.f("ix_calendar_entry_event_id"), "calendar_entry", ["event_id"])
    with op.batch_alter_table("printed_sheet") as table:
        table.add_column(sa.Column("copies", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    op.execute("DELETE FROM printed_sheet WHERE kind = 'badge'")
    with op.batch_alter_table("printed_sheet") as table:
        table.drop_column("copies")
    op.drop_table("calendar_entry")
    op.drop_table("calendar_link")
