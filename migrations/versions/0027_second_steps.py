"""Second steps at sign-in: apps that count codes, security keys, recovery codes, and sessions that wait for them."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NEW = ("challenged_at", "challenge", "second_step_at", "awaits_second_step")


def upgrade() -> None:
    with op.batch_alter_table("sign_in_session") as table:
        table.add_column(sa.Column("awaits_second_step", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("second_step_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("challenge", sa.String(length=120), nullable=True))
        table.add_column(sa.Column("challenged_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "app_factor",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed_secret", sa.String(length=200), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_app_factor_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_app_factor")),
    )
    op.create_table(
        "security_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("credential_digest", sa.String(length=64), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_security_key_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_key")),
        sa.UniqueConstraint("credential_digest", name=op.f("uq_security_key_credential_digest")),
    )
    op.create_index(op.f("ix_security_key_account_id"), "security_key", ["account_id"])
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("account_id", "code_digest", name=op.f("uq_recovery_code_account_id_code_digest")),
    )


def downgrade() -> None:
    for name in ("recovery_code", "security_key", "app_factor"):
        op.drop_table(name)
    # Whoever waits for a second step is not signed in: without the column they would be.
    op.execute(sa.text("DELETE FROM sign_in_session WHERE awaits_second_step"))
    with op.batch_alter_table("sign_in_session") as table:
        for name in NEW:
            table.drop_column(name)
