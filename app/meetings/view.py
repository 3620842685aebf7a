"""What the pages of meetings show, as values made of rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate, Delegation, Need, Offer, Party
from app.delegations.names import all_names_of
from app.delegations.queries import challenges_by_party, delegates_by_id, delegates_of
from app.events.models import Event, MeetingSlot, MeetingTable
from app.meetings.models import Meeting, MeetingWish
from app.meetings.places import read_hall
from app.platform.wording import holds, shortened

SHORT_NAME = 16
"""Letters of a delegation's name in a cell of the desk."""


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
    """For each delegate the IDs of the slots in which nothing holds them, the way included, and they are there."""
    hall = read_hall(session, event, [one.id for one in delegates])
    return {one.id: frozenset(slot.id for slot in hall.free_slots([one.id])) for one in delegates}


def offered_slots(session: Session, event: Event, delegates: Sequence[Delegate]) -> list[MeetingSlot]:
    """The slots in which all of these delegates are free, in the order of time: what a wish may ask for."""
    people = [one.id for one in delegates]
    return read_hall(session, event, people).free_slots(people)


@dataclass(frozen=True)
class Matches:
    """The best counterparts, and how many there are in all."""

    best: tuple[Match, ...]
    count: int


def matches_for(session: Session, event: Event, own: Delegate, *, query: str, most: int) -> Matches:
    """Whom a delegate should meet: others who take meetings, those first whose needs and offers meet one's own.

    What fits is compared for everybody; times and persons are read for those alone who can be among the ``most`` best.
    """
    others = counterparts_of(session, own, query=query)
    needs, offers = challenges_by_party(session, event.id, Need), challenges_by_party(session, event.id, Offer)
    seeks, gives = needs.get(own.delegation.party_id, ()), offers.get(own.delegation.party_id, ())
    fits = {
        party_id: (
            tuple(one for one in offers.get(party_id, ()) if one in seeks),
            tuple(one for one in needs.get(party_id, ()) if one in gives),
        )
        for party_id in set(others.values())
    }
    by_fit = sorted(others, key=lambda one: -sum(map(len, fits[others[one]])))
    least = sum(map(len, fits[others[by_fit[:most][-1]]])) if by_fit else 0
    close = [one for one in by_fit if sum(map(len, fits[others[one]])) >= least]
    near = list(delegates_by_id(session, close).values())
    free = free_slots_of(session, event, [own, *near])
    found = [
        Match(
            delegate=one,
            party=one.delegation.party,
            they_offer=fits[others[one.id]][0],
            they_seek=fits[others[one.id]][1],
            free_slots=len(free[own.id] & free[one.id]),
        )
        for one in near
    ]
    found.sort(key=lambda match: (-match.fit, -match.free_slots, match.delegate.rank, match.delegate.id))
    return Matches(tuple(found[:most]), len(others))


def counterparts_of(session: Session, own: Delegate, *, query: str) -> dict[int, int]:
    """The party of each delegate of other delegations who takes meetings, and whom ``query`` finds."""
    if query.strip():
        return {
            one.id: one.delegation.party_id
            for one in delegates_of(session, own.event_id)
            if one.takes_meetings and one.delegation_id != own.delegation_id and _holds(one, query)
        }
    rows = session.execute(
        select(Delegate.id, Delegation.party_id)
        .join(Delegation, Delegation.id == Delegate.delegation_id)
        .where(
            Delegate.event_id == own.event_id,
            Delegate.is_active.is_(True),
            Delegate.takes_meetings.is_(True),
            Delegate.delegation_id != own.delegation_id,
        )
    )
    return {delegate_id: party_id for delegate_id, party_id in rows}  # noqa: C416  (a Result looks like a mapping)


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
    short = " · ".join(shortened(name, most=SHORT_NAME) for name in names)
    return Cell(meeting=meeting, short=short, full=" · ".join(names))


def sides_of(wish: MeetingWish) -> tuple[str, ...]:
    """The names of the delegations that meet, who asked first."""
    first = wish.from_delegate.delegation.name
    others = {person.delegate.delegation.name for person in wish.people} - {first}
    return (first, *sorted(others))
