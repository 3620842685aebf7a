"""Severities of the agenda's rules, acknowledgements, shifts of resources, refused plans."""

import sqlalchemy as sa
from alembic import op

from app.platform.database.base import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agenda_rules",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("severities", sa.JSON(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("max_parallel", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_agenda_rules_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_agenda_rules")),
    )
    op.create_table(
        "agenda_acknowledgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(60), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_agenda_acknowledgement_event_id_event")),
        sa.ForeignKeyConstraint(
            ["given_by_id"],
            ["account.id"],
            name=op.f("fk_agenda_acknowledgement_given_by_id_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_acknowledgement")),
        sa.UniqueConstraint("event_id", "mark", name=op.f("uq_agenda_acknowledgement_event_id_mark")),
    )
    op.create_index(op.f("ix_agenda_acknowledgement_event_id"), "agenda_acknowledgement", ["event_id"])
    op.create_table(
        "resource_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("starts_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(200), nullable=True),
        sa.Column("holding_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_resource_time_resource_id_resource"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["holding_id"], ["holding.id"], name=op.f("fk_resource_time_holding_id_holding")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_time")),
    )
    op.create_index(op.f("ix_resource_time_resource_id"), "resource_time", ["resource_id"])
    with op.batch_alter_table("agenda_release") as table:
        table.add_column(sa.Column("acknowledged", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("resource") as table:
        table.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    with op.batch_alter_table("solver_run") as table:
        table.add_column(sa.Column("discarded_at", UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("solver_run") as table:
        table.drop_column("discarded_at")
    with op.batch_alter_table("resource") as table:
        table.drop_column("version")
    with op.batch_alter_table("agenda_release") as table:
        table.drop_column("acknowledged")
    op.drop_table("resource_time")
    op.drop_table("agenda_acknowledgement")
    op.drop_table("agenda_rules")
