"""What must be so in any database of ours, whatever happened to it: looked for in the rows, not in the ledger alone."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Table, select, union
from sqlalchemy.orm import Session

from app.agenda.models import AgendaRelease, ReleasedSession
from app.claims.enums import HoldingKind
from app.claims.models import Claim, Holding
from app.meetings.enums import MeetingState
from app.meetings.models import Meeting
from app.meetings.queries import meetings_of
from app.platform import audit
from app.platform.database.base import Base


def faults_of(session: Session) -> Iterator[str]:
    """One sentence for each thing that cannot be so: doubly booked, half written, or changed behind the log's back."""
    yield from _holdings(session)
    yield from _meetings(session)
    yield from _releases(session)
    line = audit.verify(session)
    if line is not None:
        yield f"The log does not hold together from line {line} on."


def _holdings(session: Session) -> Iterator[str]:
    """Whatever is taken is taken by somebody; walks belong to nobody but the people who walk."""
    owned = set(session.scalars(union(*(select(table.c.holding_id) for table in _owners()))))
    claimed = set(session.scalars(select(Claim.holding_id).distinct()))
    for holding in session.scalars(select(Holding).order_by(Holding.id)):
        if holding.kind is not HoldingKind.WALK and holding.id not in owned:
            yield f"Holding {holding.id} ({holding.kind}) takes things for nobody."
        if holding.id not in claimed:
            yield f"Holding {holding.id} ({holding.kind}) takes nothing."


def _owners() -> list[Table]:
    tables = Base.metadata.tables.values()
    return [table for table in tables if "holding_id" in table.c and table.name != Claim.__tablename__]


def _meetings(session: Session) -> Iterator[str]:
    for meeting in session.scalars(select(Meeting).order_by(Meeting.id)):
        if (meeting.state is MeetingState.HELD) is not (meeting.holding_id is not None):
            yield f"Meeting {meeting.id} is {meeting.state} and {'holds' if meeting.holding_id else 'holds nothing'}."
    for event_id in session.scalars(select(Meeting.event_id).distinct()):
        held = meetings_of(session, event_id)
        tables = Counter((one.table_id, one.slot_id) for one in held)
        people = Counter((person.delegate_id, one.slot_id) for one in held for person in one.wish.people)
        yield from (f"Table {table} has {n} meetings in slot {slot}." for (table, slot), n in tables.items() if n > 1)
        yield from (f"Person {one} has {n} meetings in slot {slot}." for (one, slot), n in people.items() if n > 1)


def _releases(session: Session) -> Iterator[str]:
    newest: dict[int, int] = {}
    for release in session.scalars(select(AgendaRelease).order_by(AgendaRelease.number)):
        newest[release.event_id] = release.id
    for item in session.scalars(select(ReleasedSession).order_by(ReleasedSession.id)):
        is_newest = item.release_id in newest.values()
        if is_newest is not (item.holding_id is not None):
            wrong = "holds nothing" if is_newest else "still holds, though a newer one is out"
            yield f"Session {item.session_id} of release {item.release_id} {wrong}."
