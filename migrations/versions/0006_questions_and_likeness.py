"""What was asked about a registration, keys by which a person is recognised, merged people, since when a group is set."""

import sqlalchemy as sa
from alembic import op

from app.delegations.likeness import mail_key, name_key, native_key
from app.platform.database.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEYS = ("mail_key", "name_key", "native_key")
KINDS = ("commitment", "duplicate", "group", "country", "head", "contact", "other")
STATES = ("asked", "answered", "waived")


def upgrade() -> None:
    with op.batch_alter_table("delegate", schema=None) as batch_op:
        for name in KEYS:
            batch_op.add_column(sa.Column(name, sa.String(16), nullable=True))
            batch_op.create_index(op.f(f"ix_delegate_{name}"), [name])
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.create_index(op.f("ix_delegate_merged_into_id"), ["merged_into_id"])
        batch_op.create_foreign_key(op.f("fk_delegate_merged_into_id_delegate"), "delegate", ["merged_into_id"], ["id"])
    with op.batch_alter_table("city", schema=None) as batch_op:
        batch_op.add_column(sa.Column("group_override_at", UtcDateTime(timezone=True), nullable=True))
    op.create_table(
        "registration_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="questionkind", native_enum=False, length=40), nullable=False),
        sa.Column("state", sa.Enum(*STATES, name="questionstate", native_enum=False, length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("token_digest", sa.String(64), nullable=True),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_registration_question_event_id_event")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_question_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["account.id"], name=op.f("fk_registration_question_settled_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_question")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_registration_question_token_digest")),
    )
    op.create_index(op.f("ix_registration_question_event_id"), "registration_question", ["event_id"])
    op.create_index(op.f("ix_registration_question_registration_id"), "registration_question", ["registration_id"])
    op.create_table(
        "different_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("one", sa.String(60), nullable=False),
        sa.Column("other", sa.String(60), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_different_people_event_id_event")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_different_people_decided_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_different_people")),
        sa.UniqueConstraint("event_id", "one", "other", name=op.f("uq_different_people_event_id_one_other")),
    )
    op.create_index(op.f("ix_different_people_event_id"), "different_people", ["event_id"])
    _fill()


def _fill() -> None:
    """The keys of people who are there already."""
    bind = op.get_bind()
    columns = ("id", "email", "given_name", "family_name", "native_name", *KEYS)
    person = sa.table("delegate", *(sa.column(name) for name in columns))
    rows = bind.execute(sa.select(*(person.c[name] for name in columns[:5]))).all()
    keyed = [
        {
            "row": row.id,
            "mail": mail_key(row.email),
            "name": name_key(row.given_name, row.family_name),
            "native": native_key(row.native_name),
        }
        for row in rows
    ]
    if keyed:
        statement = sa.update(person).where(person.c.id == sa.bindparam("row"))
        values = {"mail_key": sa.bindparam("mail"), "name_key": sa.bindparam("name")}
        bind.execute(statement.values(**values, native_key=sa.bindparam("native")), keyed)


def downgrade() -> None:
    op.drop_table("different_people")
    op.drop_table("registration_question")
    with op.batch_alter_table("city", schema=None) as batch_op:
        batch_op.drop_column("group_override_at")
    with op.batch_alter_table("delegate", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_delegate_merged_into_id_delegate"), type_="foreignkey")
        batch_op.drop_index(op.f("ix_delegate_merged_into_id"))
        batch_op.drop_column("merged_into_id")
        for name in reversed(KEYS):
            batch_op.drop_index(op.f(f"ix_delegate_{name}"))
            batch_op.drop_column(name)
