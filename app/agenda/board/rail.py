"""Meeting slots beside the hours: how many tables are in use in each, before somebody puts a plenary over them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.agenda.planner import DRAFT_ALONE
from app.claims.enums import HoldingKind
from app.claims.queries import holdings_by_ticks
from app.events.models import Event, MeetingTable
from app.events.queries import slots_of
from app.events.time_grid import TimeGrid
from app.platform.kept import kept
from app.platform.pictures import heat_step


@dataclass(frozen=True, kw_only=True)
class SlotUse:
    """A meeting slot with the meetings that are held in it, and how many tables there are."""

    starts_at: datetime
    ends_at: datetime
    held: int
    tables: int

    @property
    def step(self) -> int:
        """How full, from 0 for nothing held to 5."""
        return heat_step(self.held, self.tables)


def slot_uses(session: Session, event: Event) -> Sequence[SlotUse]:
    """All meeting slots of an edition in the order of time; none where no meetings are held."""
    return kept(
        session, "agenda rail", event_id=event.id, besides=DRAFT_ALONE, read=lambda: tuple(_read(session, event))
    )


def _read(session: Session, event: Event) -> Iterable[SlotUse]:
    grid = TimeGrid.of(event)
    tables = session.scalar(select(func.count()).where(MeetingTable.event_id == event.id)) or 0
    held = holdings_by_ticks(session, event_id=event.id, kind=HoldingKind.MEETING)
    for slot in slots_of(session, event.id):
        ticks = grid.tick(slot.starts_at), grid.tick_after(slot.ends_at)
        yield SlotUse(starts_at=slot.starts_at, ends_at=slot.ends_at, held=held.get(ticks, 0), tables=tables)
