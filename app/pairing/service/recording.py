"""A line in the log for each change of a partnership."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.pairing.models import Partnership
from app.platform.actor import Actor
from app.platform.audit import record_change


def log_change(
    session: Session,
    partnership: Partnership,
    action: str,
    actor: Actor,
    now: datetime,
    changes: dict[str, tuple[object, object]],
) -> None:
    """Write what changed of a partnership into the log, in the transaction of the change."""
    session.flush()
    record_change(session, partnership, action, actor, now, changes)
