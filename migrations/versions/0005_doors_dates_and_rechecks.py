"""Three doors with drafts, what a nomination says of its city, five dates of a delegate, photos, fields in re-check."""

import sqlalchemy as sa
from alembic import op

from app.platform.database.base import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DATES = ("invited_at", "registered_at", "approved_at", "accredited_at", "checked_in_at")
COMPONENTS = ("aim", "commit", "partner", "plan", "do", "measure", "act", "replicate")
FIELDS = ("honorific", "family_name", "given_name", "native_name", "badge_name", "photo")
STATES = ("asked", "accepted", "refused", "replaced", "withdrawn")
LINKS = (
    ("delegate_id", "delegate", "SET NULL"),
    ("party_id", "party", None),
    ("for_delegation_id", "delegation", None),
)


def upgrade() -> None:
    with op.batch_alter_table("delegate", schema=None) as batch_op:
        for name in DATES:
            batch_op.add_column(sa.Column(name, UtcDateTime(timezone=True), nullable=True))
    with op.batch_alter_table("city", schema=None) as batch_op:
        batch_op.add_column(sa.Column("partnership_aim", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("component", sa.Enum(*COMPONENTS, name="component", native_enum=False, length=40), nullable=True)
        )
        batch_op.add_column(sa.Column("other_partners", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("committed_by", sa.String(200), nullable=True))
        batch_op.add_column(sa.Column("committed_function", sa.String(200), nullable=True))
        batch_op.add_column(sa.Column("committed_on", sa.Date(), nullable=True))
    door = sa.Enum("city", "individual", "delegation", name="door", native_enum=False, length=40)
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("door", door, nullable=False, server_default="delegation"))
        batch_op.add_column(sa.Column("draft", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("people", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("expires_at", UtcDateTime(timezone=True), nullable=True))
        for name, table, on_delete in LINKS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
            batch_op.create_foreign_key(
                op.f(f"fk_registration_{name}_{table}"), table, [name], ["id"], ondelete=on_delete
            )
    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("is_in_force", sa.Boolean(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegate_id"], ["delegate.id"], name=op.f("fk_photo_delegate_id_delegate"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_photo_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
    )
    op.create_index(op.f("ix_photo_delegate_id"), "photo", ["delegate_id"])
    op.create_index(op.f("ix_photo_event_id"), "photo", ["event_id"])
    op.create_table(
        "recheck",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.Enum(*FIELDS, name="recheckfield", native_enum=False, length=40), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("state", sa.Enum(*STATES, name="recheckstate", native_enum=False, length=40), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_recheck_decided_by_id_account")),
        sa.ForeignKeyConstraint(
            ["delegate_id"], ["delegate.id"], name=op.f("fk_recheck_delegate_id_delegate"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_recheck_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck")),
    )
    op.create_index(op.f("ix_recheck_delegate_id"), "recheck", ["delegate_id"])
    op.create_index(op.f("ix_recheck_event_id"), "recheck", ["event_id"])
    is_asked = sa.text("state = 'asked'")
    op.create_index(
        "uq_recheck_asked",
        "recheck",
        ["delegate_id", "field"],
        unique=True,
        sqlite_where=is_asked,
        postgresql_where=is_asked,
    )
    _fill()


def _fill() -> None:
    """People who came with an approved form were handed in and approved when it was."""
    bind = op.get_bind()
    form = sa.table(
        "registration", *(sa.column(name) for name in ("id", "delegation_id", "submitted_at", "decided_at"))
    )
    person = sa.table("delegate", *(sa.column(name) for name in ("delegation_id", "registered_at", "approved_at")))
    came_with = form.c.delegation_id == person.c.delegation_id
    bind.execute(
        sa.update(person).values(
            registered_at=sa.select(sa.func.min(form.c.submitted_at)).where(came_with).scalar_subquery(),
            approved_at=sa.select(sa.func.min(form.c.decided_at)).where(came_with).scalar_subquery(),
        )
    )
    answered = sa.table(
        "registration", sa.column("id", sa.Integer), sa.column("answers", sa.JSON), sa.column("people", sa.Integer)
    )
    for row_id, answers in bind.execute(sa.select(answered.c.id, answered.c.answers)).all():
        count = len((answers or {}).get("members", []))
        bind.execute(sa.update(answered).where(answered.c.id == row_id).values(people=max(count, 1)))


def downgrade() -> None:
    op.drop_table("recheck")
    op.drop_table("photo")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        for name, table, _on_delete in reversed(LINKS):
            batch_op.drop_constraint(op.f(f"fk_registration_{name}_{table}"), type_="foreignkey")
            batch_op.drop_column(name)
        for name in ("expires_at", "people", "draft", "door"):
            batch_op.drop_column(name)
    with op.batch_alter_table("city", schema=None) as batch_op:
        for name in (
            "committed_on",
            "committed_function",
            "committed_by",
            "other_partners",
            "component",
            "partnership_aim",
        ):
            batch_op.drop_column(name)
    with op.batch_alter_table("delegate", schema=None) as batch_op:
        for name in reversed(DATES):
            batch_op.drop_column(name)
