"""Cities that organisers keep apart, beside what the cities themselves said."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

POINTS = {"event_id": "event", "city_id": "city", "other_city_id": "city", "said_by_id": "city"}


def upgrade() -> None:
    op.create_table(
        "pairing_veto",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("other_city_id", sa.Integer(), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_pairing_veto_{column}_{table}"))
            for column, table in POINTS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_veto")),
        sa.UniqueConstraint("city_id", "other_city_id", name=op.f("uq_pairing_veto_city_id_other_city_id")),
    )
    op.create_index(op.f("ix_pairing_veto_event_id"), "pairing_veto", ["event_id"])


def downgrade() -> None:
    op.drop_table("pairing_veto")
