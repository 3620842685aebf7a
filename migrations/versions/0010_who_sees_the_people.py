"""An edition says whether visitors see the people who agreed to be listed, or their number and the cities alone."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("event") as batch:
        batch.add_column(sa.Column("shows_people", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("event") as batch:
        batch.alter_column("shows_people", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("event") as batch:
        batch.drop_column("shows_people")
