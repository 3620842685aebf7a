"""A mail is taken by one sender at a time; a logged value can be forgotten but not rewritten; a sent form is known."""

import sqlalchemy as sa
from alembic import op

from app.platform.database.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox_mail", sa.Column("next_try_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column("spent_form", sa.Column("content_digest", sa.String(64), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER audit_value_no_update BEFORE UPDATE ON audit_value "
            "BEGIN SELECT RAISE(ABORT, 'audit_value is append-only'); END"
        )
        return
    op.execute(
        "CREATE TRIGGER audit_value_no_update BEFORE UPDATE ON audit_value "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER audit_value_no_update" + ("" if is_sqlite else " ON audit_value"))
    op.drop_column("spent_form", "content_digest")
    op.drop_column("outbox_mail", "next_try_at")
