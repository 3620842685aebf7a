"""Requests to be erased with their day and term, and mails that are forgotten once they are sent."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    state = sa.Enum("open", "erased", "refused", name="erasurestate", native_enum=False, length=40)
    cause = sa.Enum("agenda", "office", "contact", "more", name="erasurecause", native_enum=False, length=40)
    op.create_table(
        "erasure_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("cause", cause, nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_erasure_request_decided_by_id_account")
        ),
        sa.ForeignKeyConstraint(["delegate_id"], ["delegate.id"], name=op.f("fk_erasure_request_delegate_id_delegate")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_erasure_request_event_id_event")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_erasure_request_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_request")),
    )
    with op.batch_alter_table("erasure_request") as table:
        for column in ("delegate_id", "event_id", "registration_id", "state"):
            table.create_index(op.f(f"ix_erasure_request_{column}"), [column])
    with op.batch_alter_table("outbox_mail") as table:
        table.add_column(sa.Column("is_forgotten_when_sent", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("outbox_mail") as table:
        table.drop_column("is_forgotten_when_sent")
    op.drop_table("erasure_request")
