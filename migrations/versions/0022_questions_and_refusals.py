"""Members ask before they answer, and an organisation's "no" to a triangle holds until it is lifted.

Refusals that were given before are taken over: a "no" of a facilitating organisation to a declined triangle.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TAKE_OVER = """
INSERT INTO facilitator_refusal (event_id, organisation_id, partnership_id, note, said_at)
SELECT partnership.event_id, member.party_id, partnership.id, member.consent_reason, member.answered_at
FROM partnership_member AS member JOIN partnership ON partnership.id = member.partnership_id
WHERE member."group" = 'organisation' AND member.consent = 'declined' AND member.answered_at IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "partnership_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["partnership_id"],
            ["partnership.id"],
            name=op.f("fk_partnership_question_partnership_id_partnership"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["partnership_member.id"],
            name=op.f("fk_partnership_question_member_id_partnership_member"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_question")),
    )
    op.create_index(op.f("ix_partnership_question_partnership_id"), "partnership_question", ["partnership_id"])
    op.create_table(
        "facilitator_refusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_facilitator_refusal_event_id_event")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["party.id"], name=op.f("fk_facilitator_refusal_organisation_id_party")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"],
            ["partnership.id"],
            name=op.f("fk_facilitator_refusal_partnership_id_partnership"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["lifted_by_id"],
            ["account.id"],
            name=op.f("fk_facilitator_refusal_lifted_by_id_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facilitator_refusal")),
    )
    op.create_index(op.f("ix_facilitator_refusal_event_id"), "facilitator_refusal", ["event_id"])
    op.create_index(op.f("ix_facilitator_refusal_partnership_id"), "facilitator_refusal", ["partnership_id"])
    op.execute(TAKE_OVER)


def downgrade() -> None:
    op.drop_table("facilitator_refusal")
    op.drop_table("partnership_question")
