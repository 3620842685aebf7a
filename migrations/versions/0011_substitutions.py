"""A colleague goes to a meeting in somebody's place."""

import sqlalchemy as sa
from alembic import op

from app.platform.database.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

POINTS = {
    "event_id": "event",
    "meeting_id": "meeting",
    "delegate_id": "delegate",
    "substitute_id": "delegate",
    "made_by_id": "account",
}


def upgrade() -> None:
    op.create_table(
        "substitution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=True),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_substitution_{column}_{table}"))
            for column, table in POINTS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution")),
    )
    for column in ("event_id", "meeting_id", "delegate_id", "substitute_id"):
        op.create_index(op.f(f"ix_substitution_{column}"), "substitution", [column])


def downgrade() -> None:
    op.drop_table("substitution")
