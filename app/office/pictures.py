"""Rows into the values that pictures are drawn from."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.agenda.models import AgendaRelease
from app.events.models import Event
from app.pairing.models import Partnership


def map_of(session: Session, partnerships: Sequence[Partnership]) -> Any:
    """The world map of partnerships."""
    return None


def rooms_of_release(session: Session, event: Event, release: AgendaRelease | None) -> Any:
    """How the rooms are used in what the public sees."""
    return None
