"""The organisers' pins and vetoes when a run of the pairing was asked for, so that the way back finds them."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pairing_wanted_then",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("pins", sa.JSON(), nullable=False),
        sa.Column("vetoes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["solver_run.id"], name="fk_pairing_wanted_then_run_id_solver_run", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", name="pk_pairing_wanted_then"),
    )


def downgrade() -> None:
    op.drop_table("pairing_wanted_then")
