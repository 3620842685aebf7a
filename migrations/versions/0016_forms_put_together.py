"""A form that was closed as a second one of the same person points at the one that goes on."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("registration") as table:
        table.add_column(sa.Column("duplicate_of_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_registration_duplicate_of_id_registration"), "registration", ["duplicate_of_id"], ["id"]
        )
        table.create_index(op.f("ix_registration_duplicate_of_id"), ["duplicate_of_id"])


def downgrade() -> None:
    with op.batch_alter_table("registration") as table:
        table.drop_index(op.f("ix_registration_duplicate_of_id"))
        table.drop_constraint(op.f("fk_registration_duplicate_of_id_registration"), type_="foreignkey")
        table.drop_column("duplicate_of_id")
