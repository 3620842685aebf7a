"""Why there is no meeting between two, as the office reads it: both days slot by slot, and where one could be."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.claims.enums import HoldingKind
from app.claims.forms import HeldTime
from app.claims.queries import holdings_by_person
from app.delegations.models import Delegate
from app.events.models import Event, MeetingSlot
from app.meetings.models import Meeting
from app.meetings.places import Company, Hall, Place, company_of, read_hall
from app.meetings.planner import absent_in
from app.meetings.queries import agreed_count, has_veto, meetings_of_people
from app.meetings.rules import rules_of

FREE, AWAY, ON_THE_WAY = "free", "away", "on_the_way"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A slot: what each of the two has then, as codes, and whether a table is open."""

    slot: MeetingSlot
    states: tuple[str, str]
    has_table: bool

    @property
    def is_possible(self) -> bool:
        return self.states == (FREE, FREE) and self.has_table


@dataclass(frozen=True, kw_only=True)
class Nearest:
    """One meeting that would have to go elsewhere, where it could go, and how many people that touches."""

    slot: MeetingSlot
    meeting: Meeting
    place: Place
    people: int


@dataclass(frozen=True, kw_only=True)
class OfficeWhy:
    """The reason as a code, both days, where they could meet, and the nearest change where they cannot."""

    code: str
    lines: tuple[Line, ...]
    places: tuple[Place, ...]
    nearest: Nearest | None = None
    meeting: Meeting | None = None


def office_why(session: Session, event: Event, one: Delegate, other: Delegate) -> OfficeWhy:
    """Why two have no meeting; ``possible`` where nothing stands in the way."""
    both = (one.id, other.id)
    hall = read_hall(session, event, both)
    company = Company(people=tuple(sorted(both)), hosts=(other.delegation_id, one.delegation_id))
    places = tuple(hall.places(company))
    open_slots = {slot.id for slot in hall.slots if any(hall.is_open(seat, slot) for seat in hall.seating.seats)}
    held = holdings_by_person(session, event_id=event.id, person_ids=both)
    lines = tuple(
        Line(
            slot=slot,
            states=(_state(hall, one, slot, held[one.id]), _state(hall, other, slot, held[other.id])),
            has_table=slot.id in open_slots,
        )
        for slot in hall.slots
    )
    meetings = meetings_of_people(session, event.id, both)
    own = [each for each in meetings if {*both} <= {*each.wish.delegate_ids}]
    code = _code(session, event, one, other, lines)
    return OfficeWhy(
        code="held" if own else code,
        lines=lines,
        places=() if own or code in {"veto", "not_opted_in", "same_delegation"} else places,
        nearest=_nearest(session, event, lines, both, meetings) if code in {"no_common_slot", "no_table"} else None,
        meeting=own[0] if own else None,
    )


def _state(hall: Hall, person: Delegate, slot: MeetingSlot, held: list[HeldTime]) -> str:
    if absent_in(person, slot):
        return AWAY
    ticks = hall.ticks(slot)
    for holding in held:
        if ticks & set(range(holding.start_tick, holding.end_tick)):
            return holding.kind.value
    return FREE if any(hall.is_free(person.id, slot, site) for site in hall.sites) else ON_THE_WAY


def _code(session: Session, event: Event, one: Delegate, other: Delegate, lines: tuple[Line, ...]) -> str:
    if one.delegation_id == other.delegation_id:
        return "same_delegation"
    if has_veto(session, one.id, other.id):
        return "veto"
    if not one.takes_meetings or not other.takes_meetings:
        return "not_opted_in"
    rules = rules_of(session, event.id)
    for person in (one, other):
        most = rules.most(person)
        if most is not None and agreed_count(session, event.id, person.id) >= most:
            return "limit"
    if not any(line.states == (FREE, FREE) for line in lines):
        return "no_common_slot"
    return "possible" if any(line.is_possible for line in lines) else "no_table"


def _nearest(
    session: Session, event: Event, lines: tuple[Line, ...], both: tuple[int, int], meetings: Sequence[Meeting]
) -> Nearest | None:
    """The first slot in which one meeting alone is in the way and could be elsewhere; the fewest people first."""
    held = {(person, meeting.slot_id): meeting for meeting in meetings for person in meeting.wish.delegate_ids}
    found: list[Nearest] = []
    for line in lines:
        blocking = [person for person, state in zip(both, line.states, strict=True) if state != FREE]
        if len(blocking) != 1 or not line.has_table or HoldingKind.MEETING.value not in line.states:
            continue
        meeting = held.get((blocking[0], line.slot.id))
        if meeting is None:
            continue
        own = read_hall(session, event, meeting.wish.delegate_ids, moving=meeting)
        elsewhere = [place for place in own.places(company_of(meeting.wish)) if place.slot.id != line.slot.id]
        if elsewhere:
            place = min(elsewhere, key=lambda each: abs(each.slot.starts_at - line.slot.starts_at))
            found.append(Nearest(slot=line.slot, meeting=meeting, place=place, people=len(meeting.wish.people)))
    return min(found, key=lambda nearest: (nearest.people, nearest.slot.starts_at), default=None)
