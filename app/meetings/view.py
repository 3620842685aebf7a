"""What the pages of meetings show, as values made of rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.claims.enums import ClaimKind
from app.claims.queries import busy_ticks
from app.delegations.models import Delegate, Party
from app.delegations.names import all_names_of
from app.delegations.queries import cities_of, delegates_of, organisations_of
from app.events.models import Event, MeetingSlot, MeetingTable
from app.events.queries import slots_of
from app.events.time_grid import TimeGrid
from app.meetings.models import Meeting, MeetingWish
from app.meetings.planner import absent_in
from app.platform.wording import holds


@dataclass(frozen=True, kw_only=True)
class Match:
    """A counterpart with what fits, as challenge IDs, and how many slots both have free."""

    delegate: Delegate
    party: Party
    they_offer: tuple[int, ...]
    they_seek: tuple[int, ...]
    free_slots: int

    @property
    def fit(self) -> int:
        return len(self.they_offer) + len(self.they_seek)


def free_slots_of(session: Session, event: Event, delegates: Sequence[Delegate]) -> dict[int, frozenset[int]]:
    """For each delegate the IDs of the slots in which nothing holds them and they are there."""
    grid = TimeGrid.of(event)
    slots = slots_of(session, event.id)
    ticks = {slot.id: set(grid.ticks(slot.starts_at, slot.ends_at)) for slot in slots}
    taken = busy_ticks(
        session, event_id=event.id, kind=ClaimKind.PERSON, resources=[delegate.id for delegate in delegates]
    )
    return {
        delegate.id: frozenset(
            slot.id
            for slot in slots
            if not ticks[slot.id] & taken.get(str(delegate.id), set()) and not absent_in(delegate, slot)
        )
        for delegate in delegates
    }


def matches_for(session: Session, event: Event, own: Delegate, *, query: str) -> tuple[Match, ...]:
    """Whom a delegate should meet: others who take meetings, those first whose needs and offers meet one's own."""
    others = [
        one
        for one in delegates_of(session, event.id)
        if one.takes_meetings and one.delegation_id != own.delegation_id and _holds(one, query)
    ]
    parties: dict[int, Party] = {one.id: one for one in cities_of(session, event.id)}
    parties |= {one.id: one for one in organisations_of(session, event.id)}
    free = free_slots_of(session, event, [own, *others])
    mine = parties[own.delegation.party_id]
    seeks = {need.challenge_id for need in mine.needs}
    offers = {offer.challenge_id for offer in mine.offers}
    found = [
        Match(
            delegate=one,
            party=parties[one.delegation.party_id],
            they_offer=tuple(
                offer.challenge_id for offer in parties[one.delegation.party_id].offers if offer.challenge_id in seeks
            ),
            they_seek=tuple(
                need.challenge_id for need in parties[one.delegation.party_id].needs if need.challenge_id in offers
            ),
            free_slots=len(free[own.id] & free[one.id]),
        )
        for one in others
    ]
    return tuple(
        sorted(found, key=lambda match: (-match.fit, -match.free_slots, match.delegate.rank, match.delegate.id))
    )


def _holds(delegate: Delegate, query: str) -> bool:
    return holds(f"{all_names_of(delegate)} {delegate.function or ''} {delegate.delegation.name}", query)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A table in a slot: the meeting that it holds, or nothing."""

    meeting: Meeting | None
    short: str
    full: str


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """A table over the slots of a day."""

    table: MeetingTable
    cells: tuple[Cell, ...]
    used: int


@dataclass(frozen=True, kw_only=True)
class TableGrid:
    """Tables × slots of one day, with how full each slot is."""

    slots: tuple[MeetingSlot, ...]
    rows: tuple[TableRow, ...]
    used_by_slot: Mapping[int, int]


def table_grid(slots: Sequence[MeetingSlot], tables: Sequence[MeetingTable], meetings: Sequence[Meeting]) -> TableGrid:
    """Lay the meetings of a day on tables and slots."""
    placed = {(meeting.table_id, meeting.slot_id): meeting for meeting in meetings}
    rows = []
    for table in tables:
        cells = tuple(_cell(placed.get((table.id, slot.id))) for slot in slots)
        rows.append(TableRow(table=table, cells=cells, used=sum(cell.meeting is not None for cell in cells)))
    used = {slot.id: sum((table.id, slot.id) in placed for table in tables) for slot in slots}
    return TableGrid(slots=tuple(slots), rows=tuple(rows), used_by_slot=used)


def _cell(meeting: Meeting | None) -> Cell:
    if meeting is None:
        return Cell(meeting=None, short="·", full="")
    names = sides_of(meeting.wish)
    return Cell(meeting=meeting, short=" · ".join(name[:12] for name in names), full=" · ".join(names))


def sides_of(wish: MeetingWish) -> tuple[str, ...]:
    """The names of the delegations that meet, who asked first."""
    first = wish.from_delegate.delegation.name
    others = {person.delegate.delegation.name for person in wish.people} - {first}
    return (first, *sorted(others))
