"""How meetings are agreed: modes and limits by group, counter-proposals, host tables, offers of freed times."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

MODES = ("self_chosen", "organiser_set", "instant")
STATES = ("open", "taken", "declined", "lapsed", "gone")


def _words(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40)


def upgrade() -> None:
    with op.batch_alter_table("meeting_settings") as table:
        table.add_column(sa.Column("modes", sa.JSON(), nullable=False, server_default="{}"))
        table.add_column(sa.Column("limits", sa.JSON(), nullable=False, server_default="{}"))
        table.add_column(sa.Column("pending_percent", sa.Integer(), nullable=False, server_default="50"))
        table.add_column(sa.Column("musts_max", sa.Integer(), nullable=False, server_default="3"))
        table.add_column(sa.Column("offer_minutes", sa.Integer(), nullable=False, server_default="15"))
    with op.batch_alter_table("meeting_wish") as table:
        mode = sa.Column("mode", _words("meetingmode", MODES), nullable=False, server_default="self_chosen")
        table.add_column(mode)
        table.add_column(sa.Column("is_set_by_office", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("counter_by_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_meeting_wish_counter_by_id_delegate", "delegate", ["counter_by_id"], ["id"])
        table.add_column(sa.Column("counter_token_digest", sa.String(length=64), nullable=True))
        table.create_unique_constraint("uq_meeting_wish_counter_token_digest", ["counter_token_digest"])
    # Until now a must was held in every plan: so it stays.
    op.execute("UPDATE meeting_wish SET is_set_by_office = (level = 'must')")
    with op.batch_alter_table("delegation") as table:
        table.add_column(sa.Column("host_table_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            "fk_delegation_host_table_id_meeting_table", "meeting_table", ["host_table_id"], ["id"]
        )
    op.create_table(
        "meeting_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("wish_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("table_id", sa.Integer(), nullable=False),
        sa.Column("state", _words("offerstate", STATES), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_meeting_offer_event_id_event"),
        sa.ForeignKeyConstraint(
            ["wish_id"], ["meeting_wish.id"], name="fk_meeting_offer_wish_id_meeting_wish", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["meeting_slot.id"], name="fk_meeting_offer_slot_id_meeting_slot"),
        sa.ForeignKeyConstraint(["table_id"], ["meeting_table.id"], name="fk_meeting_offer_table_id_meeting_table"),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_offer"),
        sa.UniqueConstraint("token_digest", name="uq_meeting_offer_token_digest"),
    )
    for column in ("event_id", "wish_id", "state"):
        op.create_index(f"ix_meeting_offer_{column}", "meeting_offer", [column])


def downgrade() -> None:
    op.drop_table("meeting_offer")
    with op.batch_alter_table("delegation") as table:
        table.drop_constraint("fk_delegation_host_table_id_meeting_table", type_="foreignkey")
        table.drop_column("host_table_id")
    with op.batch_alter_table("meeting_wish") as table:
        table.drop_constraint("fk_meeting_wish_counter_by_id_delegate", type_="foreignkey")
        table.drop_constraint("uq_meeting_wish_counter_token_digest", type_="unique")
        for name in ("counter_token_digest", "counter_by_id", "is_set_by_office", "mode"):
            table.drop_column(name)
    with op.batch_alter_table("meeting_settings") as table:
        for name in ("offer_minutes", "musts_max", "pending_percent", "limits", "modes"):
            table.drop_column(name)
