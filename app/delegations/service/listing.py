"""The word of a city or organisation on being named in public."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.delegations.models import Party
from app.platform.actor import Actor
from app.platform.audit import record


def set_listed(session: Session, *, party: Party, is_listed: bool, actor: Actor, now: datetime) -> None:
    """Let a city or organisation be named in public, or no longer; the same again changes nothing."""
    if party.is_listed == is_listed:
        return
    party.is_listed = is_listed
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=party.event_id,
        action="party.listed" if is_listed else "party.unlisted",
        entity=party.kind.value,
        entity_id=party.id,
        changes={"is_listed": (not is_listed, is_listed)},
    )
