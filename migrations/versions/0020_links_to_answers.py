"""Links to a member's answer are rows with an end, and a declined partnership knows the run that replaces it."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

DAYS = timedelta(days=30)
PARTNERSHIP = sa.table(
    "partnership",
    sa.column("id", sa.Integer),
    sa.column("asked_at", sa.DateTime(timezone=True)),
    sa.column("proposed_at", sa.DateTime(timezone=True)),
)
MEMBER = sa.table(
    "partnership_member",
    sa.column("id", sa.Integer),
    sa.column("partnership_id", sa.Integer),
    sa.column("token_digest", sa.String(64)),
)
LINK = sa.table(
    "partnership_link",
    sa.column("id", sa.Integer),
    sa.column("member_id", sa.Integer),
    sa.column("token_digest", sa.String(64)),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("expires_at", sa.DateTime(timezone=True)),
    sa.column("revoked_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    op.create_table(
        "partnership_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["partnership_member.id"],
            name=op.f("fk_partnership_link_member_id_partnership_member"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_link")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_partnership_link_token_digest")),
    )
    op.create_index(op.f("ix_partnership_link_member_id"), "partnership_link", ["member_id"])
    asked = sa.func.coalesce(PARTNERSHIP.c.asked_at, PARTNERSHIP.c.proposed_at)
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(MEMBER.c.id, MEMBER.c.token_digest, asked.label("asked_at"))
        .join(PARTNERSHIP, PARTNERSHIP.c.id == MEMBER.c.partnership_id)
        .where(MEMBER.c.token_digest.is_not(None))
    ).all()
    for row in rows:
        connection.execute(
            LINK.insert().values(
                member_id=row.id, token_digest=row.token_digest, created_at=row.asked_at, expires_at=row.asked_at + DAYS
            )
        )
    with op.batch_alter_table("partnership_member") as batch:
        batch.drop_constraint(op.f("uq_partnership_member_token_digest"), type_="unique")
        batch.drop_column("token_digest")
    with op.batch_alter_table("partnership") as batch:
        batch.add_column(sa.Column("replacement_run_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_partnership_replacement_run_id_solver_run"), "solver_run", ["replacement_run_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("partnership") as batch:
        batch.drop_constraint(op.f("fk_partnership_replacement_run_id_solver_run"), type_="foreignkey")
        batch.drop_column("replacement_run_id")
    with op.batch_alter_table("partnership_member") as batch:
        batch.add_column(sa.Column("token_digest", sa.String(length=64), nullable=True))
        batch.create_unique_constraint(op.f("uq_partnership_member_token_digest"), ["token_digest"])
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(LINK.c.member_id, LINK.c.token_digest).where(LINK.c.revoked_at.is_(None)).order_by(LINK.c.id)
    ).all()
    for member_id, token_digest in rows:
        connection.execute(MEMBER.update().where(MEMBER.c.id == member_id).values(token_digest=token_digest))
    op.drop_index(op.f("ix_partnership_link_member_id"), table_name="partnership_link")
    op.drop_table("partnership_link")
