"""What two rows of one person hold in the ledger becomes what one person holds; nobody is in two places for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.agenda.models import ReleasedSession
from app.claims.enums import ClaimKind, HoldingKind
from app.claims.forms import HeldTime
from app.claims.models import Claim, PersonCalendar
from app.claims.queries import holdings_by_person
from app.claims.service import AlreadyTaken, calendars
from app.events.models import Event
from app.events.queries import walks_in_grains
from app.events.time_grid import TimeGrid
from app.meetings.models import Meeting
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.visits.models import Visit


@dataclass(frozen=True, kw_only=True)
class Held:
    """Something that takes a person's time."""

    kind: HoldingKind
    title: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Clash:
    """Two things at the same time, one from each row; ``rule`` is the name of what would be broken."""

    rule: str
    one: Held
    other: Held


class DoubleBooked(Refused):
    """The two rows cannot be one person: ``clashes`` names what stands at the same time."""

    def __init__(self, clashes: Sequence[Clash], *, message: str | None = None) -> None:
        self.clashes = tuple(clashes)
        super().__init__(message or _("Both are somewhere else at the same time. Free one of the two first."))


def clashes_of(session: Session, event: Event, one_id: int, other_id: int) -> list[Clash]:
    """What the two hold at the same time, but not together."""
    held = holdings_by_person(session, event_id=event.id, person_ids=[one_id, other_id])
    shared = {holding.id for holding in held[one_id]} & {holding.id for holding in held[other_id]}
    pairs = [
        (one, other)
        for one in held[one_id]
        for other in held[other_id]
        if {one.id, other.id}.isdisjoint(shared) and one.start_tick < other.end_tick and other.start_tick < one.end_tick
    ]
    told = _told(session, event, [holding for pair in pairs for holding in pair])
    return [Clash(rule="person_not_busy", one=told[one.id], other=told[other.id]) for one, other in pairs]


def move_claims(session: Session, event: Event, *, from_id: int, to_id: int) -> None:
    """Give one row's time to the other.

    Raises:
        DoubleBooked: both hold something at the same time, or could not walk between two things that become neighbours.
    """
    clashes = clashes_of(session, event, to_id, from_id)
    if clashes:
        raise DoubleBooked(clashes)
    mine = (Claim.event_id == event.id, Claim.kind == ClaimKind.PERSON)
    try:
        # The savepoint is left before the refusal is told: whoever catches it can still read.
        with (
            session.begin_nested(),
            calendars(session, event_id=event.id, person_ids=[to_id, from_id], walks=walks_in_grains(session, event)),
        ):
            theirs = select(Claim.holding_id).where(*mine, Claim.resource == str(to_id))
            together = (*mine, Claim.resource == str(from_id), Claim.holding_id.in_(theirs))
            session.execute(delete(Claim).where(*together).execution_options(synchronize_session=False))
            moved = update(Claim).where(*mine, Claim.resource == str(from_id)).values(resource=str(to_id))
            session.execute(moved.execution_options(synchronize_session=False))
    except AlreadyTaken:
        words = _("Between two things that become neighbours there is no time to walk. Free one of the two first.")
        raise DoubleBooked([], message=words) from None
    calendar = (PersonCalendar.event_id == event.id, PersonCalendar.person_id == from_id)
    session.execute(delete(PersonCalendar).where(*calendar))


def _told(session: Session, event: Event, holdings: Sequence[HeldTime]) -> dict[int, Held]:
    grid = TimeGrid.of(event)
    titles = _titles(session, [holding.id for holding in holdings])
    return {
        one.id: Held(
            kind=one.kind,
            title=titles.get(one.id, ""),
            starts_at=grid.instant(one.start_tick),
            ends_at=grid.instant(one.end_tick),
        )
        for one in holdings
    }


def _titles(session: Session, ids: Sequence[int]) -> dict[int, str]:
    sessions = select(ReleasedSession).where(ReleasedSession.holding_id.in_(ids))
    found = {row.holding_id: str(row.frozen["title"]) for row in session.scalars(sessions)}
    visits = select(Visit.holding_id, Visit.title).where(Visit.holding_id.in_(ids))
    found |= {row.holding_id: row.title for row in session.execute(visits)}
    meetings = select(Meeting.holding_id, Meeting.id).where(Meeting.holding_id.in_(ids))
    found |= {row.holding_id: _("Meeting %(number)s") % {"number": row.id} for row in session.execute(meetings)}
    return {number: title for number, title in found.items() if number is not None}
