"""The page on which a run's plan is looked at before it is accepted."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("solver_run") as table:
        table.add_column(sa.Column("proposal_path", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("solver_run") as table:
        table.drop_column("proposal_path")
