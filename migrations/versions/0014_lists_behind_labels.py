"""A partnership keeps the list of North and South that gave its label, by member, instead of one line of text."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PARTNERSHIP = sa.table(
    "partnership",
    sa.column("id", sa.Integer),
    sa.column("classification_note", sa.Text),
    sa.column("classification", sa.JSON),
)


def upgrade() -> None:
    with op.batch_alter_table("partnership") as batch:
        batch.add_column(sa.Column("classification", sa.JSON(), nullable=True))
    connection = op.get_bind()
    rows = connection.execute(sa.select(PARTNERSHIP.c.id, PARTNERSHIP.c.classification_note)).all()
    for row_id, note in rows:
        kept = {"list_name": "", "as_of": None, "source": "", "members": [], "note": note}
        connection.execute(PARTNERSHIP.update().where(PARTNERSHIP.c.id == row_id).values(classification=kept))
    with op.batch_alter_table("partnership") as batch:
        batch.alter_column("classification", existing_type=sa.JSON(), nullable=False)
        batch.drop_column("classification_note")


def downgrade() -> None:
    with op.batch_alter_table("partnership") as batch:
        batch.add_column(sa.Column("classification_note", sa.Text(), nullable=True))
    connection = op.get_bind()
    rows = connection.execute(sa.select(PARTNERSHIP.c.id, PARTNERSHIP.c.classification)).all()
    for row_id, kept in rows:
        note = kept.get("note") or "; ".join(f"{one['party']}: {one['group']}" for one in kept.get("members", ()))
        connection.execute(PARTNERSHIP.update().where(PARTNERSHIP.c.id == row_id).values(classification_note=note))
    with op.batch_alter_table("partnership") as batch:
        batch.alter_column("classification_note", existing_type=sa.Text(), nullable=False)
        batch.drop_column("classification")
