"""A run that answers a question about a plan instead of looking for a better one."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("solver_run") as table:
        table.add_column(sa.Column("question", sa.String(200), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("solver_run") as table:
        table.drop_column("question")
