"""One day of a draft laid on the hours: rooms across, time down."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest

from app.agenda.board.rail import SlotUse
from app.agenda.models import AgendaSession, DraftPlacement
from app.agenda.planner import AgendaFacts, FreePlace
from app.events.models import Event, EventDay, Room
from app.events.queries import local
from app.events.shifts import closed_hours, free_of

SIZES = ((6, "tiny"), (9, "small"), (12, "low"), (15, ""), (18, "tall"))
"""Under so many rows of the grid a card is called so."""

RowOf = Callable[[datetime], int]
"""The row of the grid in which an instant stands; row 1 is the first grain of the day."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A session on the grid: row and span in grains of the day, and what is wrong with it or costs something."""

    item: AgendaSession
    placement: DraftPlacement
    ends_at: datetime
    row: int
    span: int
    side: str
    """Where sessions overlap in a room: ``first`` or ``second`` half of the lane; else empty."""

    @property
    def size(self) -> str:
        """What there is room for: the title alone, no kind, one line of facts, or a title of more lines."""
        return next((name for rows, name in SIZES if self.span < rows), "high")


@dataclass(frozen=True, kw_only=True)
class FreeStretch:
    """A frame on the grid: the session in hand may start in any row from ``row`` to ``last_row``."""

    room_id: int
    row: int
    last_row: int
    span: int
    first: datetime
    last: datetime


@dataclass(frozen=True, kw_only=True)
class ShutTime:
    """Time of a day in which a room is not open."""

    row: int
    span: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A room with its cards of one day, where the session in hand may go, and the share of the open hours in use."""

    room: Room
    cards: tuple[Card, ...]
    free: tuple[FreeStretch, ...]
    shut: tuple[ShutTime, ...]
    used_percent: int


@dataclass(frozen=True, kw_only=True)
class HourLine:
    """A line across the grid, and the hour that stands beside it."""

    row: int
    at: datetime | None
    is_half: bool


@dataclass(frozen=True, kw_only=True)
class ClosedTime:
    """Time in which no session runs."""

    row: int
    span: int
    label: str


@dataclass(frozen=True, kw_only=True)
class RailCell:
    """A meeting slot beside the hours; where slots overlap it ends at the start of the next."""

    row: int
    span: int
    slot: SlotUse


@dataclass(frozen=True, kw_only=True)
class Grid:
    """One day of a draft."""

    day: EventDay
    grain_minutes: int
    grains: int
    lanes: tuple[Lane, ...]
    hours: tuple[HourLine, ...]
    closed: tuple[ClosedTime, ...]
    rail: tuple[RailCell, ...]


def grid_of(
    *,
    facts: AgendaFacts,
    day: EventDay,
    placed: Mapping[int, DraftPlacement],
    slots: Iterable[SlotUse],
    free: Iterable[FreePlace],
    held: int,
) -> Grid:
    """Lay the placements of one day on the hours.

    Args:
        slots: meeting slots of any day, in the order of time.
        free: where the session in hand may go, on any day.
        held: minutes that it takes.
    """
    step = timedelta(minutes=facts.event.grain_minutes)

    def row(instant: datetime) -> int:
        return int((instant - day.starts_at) / step) + 1

    grains = row(day.ends_at) - 1
    cards = _cards(facts, placed, row, day, grains)
    stretches = [_stretch(one, row, held // facts.event.grain_minutes) for one in free if day.holds(one.first)]
    lanes = tuple(
        Lane(
            room=room,
            cards=tuple(cards.get(room.id, ())),
            free=tuple(one for one in stretches if one.room_id == room.id),
            shut=tuple(_shut(facts, row, *hours) for hours in closed_hours(facts.grid, day, room)),
            used_percent=_percent(cards.get(room.id, ()), _open_minutes(facts, day, room)),
        )
        for room in facts.rooms
    )
    return Grid(
        day=day,
        grain_minutes=facts.event.grain_minutes,
        grains=grains,
        lanes=lanes,
        hours=tuple(_hours(facts.event, day, row)),
        closed=tuple(
            ClosedTime(row=row(one.starts_at), span=row(one.ends_at) - row(one.starts_at), label=one.label)
            for one in day.closings
        ),
        rail=tuple(_rail([one for one in slots if day.holds(one.starts_at)], row)),
    )


def _shut(facts: AgendaFacts, row: RowOf, start: int, end: int) -> ShutTime:
    starts_at, ends_at = facts.grid.instant(start), facts.grid.instant(end)
    return ShutTime(row=row(starts_at), span=end - start, starts_at=starts_at, ends_at=ends_at)


def _rail(slots: Sequence[SlotUse], row: RowOf) -> Iterable[RailCell]:
    for slot, following in zip_longest(slots, slots[1:]):
        until = slot.ends_at if following is None else min(slot.ends_at, following.starts_at)
        if slot.starts_at < until:
            yield RailCell(row=row(slot.starts_at), span=row(until) - row(slot.starts_at), slot=slot)


def _open_minutes(facts: AgendaFacts, day: EventDay, room: Room) -> int:
    """How long a room can be used on a day: neither in closed time nor outside its own hours."""
    grid = facts.grid
    closings = [(grid.tick(one.starts_at), grid.tick_after(one.ends_at)) for one in day.closings]
    whole = (grid.tick(day.starts_at), grid.tick_after(day.ends_at))
    stretches = free_of(whole, [*closings, *closed_hours(grid, day, room)])
    return sum(end - start for start, end in stretches) * grid.grain_minutes


def _percent(cards: Sequence[Card], open_minutes: int) -> int:
    used = sum(card.item.duration_minutes for card in cards)
    return round(100 * used / open_minutes) if open_minutes else 0


def _stretch(place: FreePlace, row: RowOf, grains: int) -> FreeStretch:
    first, last = row(place.first), row(place.last)
    return FreeStretch(
        room_id=place.room_id,
        row=first,
        last_row=last,
        span=last - first + grains,
        first=place.first,
        last=place.last,
    )


def _cards(
    facts: AgendaFacts, placed: Mapping[int, DraftPlacement], row: RowOf, day: EventDay, grains: int
) -> dict[int, list[Card]]:
    found: dict[int, list[Card]] = {}
    items = [item for item in facts.sessions if item.id in placed and day.holds(placed[item.id].starts_at)]
    for item in sorted(items, key=lambda one: (placed[one.id].starts_at, one.id)):
        placement = placed[item.id]
        ends_at = placement.starts_at + timedelta(minutes=item.duration_minutes)
        first = row(placement.starts_at)
        card = Card(
            item=item,
            placement=placement,
            ends_at=ends_at,
            row=first,
            span=max(1, min(row(ends_at), grains + 1) - first),
            side="",
        )
        lane = found.setdefault(placement.room_id, [])
        beside = next((one for one in reversed(lane) if one.row + one.span > first), None)
        if beside is not None:
            card = replace(card, side="first" if beside.side == "second" else "second")
            if not beside.side:
                lane[lane.index(beside)] = replace(beside, side="first")
        lane.append(card)
    return found


def _hours(event: Event, day: EventDay, row: RowOf) -> Iterable[HourLine]:
    """Full and half hours as clocks at the venue show them: not everywhere are they those of UTC."""
    at = day.starts_at + timedelta(minutes=-local(event, day.starts_at).minute % 30)
    while at < day.ends_at:
        is_half = local(event, at).minute != 0
        yield HourLine(row=row(at), at=None if is_half else at, is_half=is_half)
        at += timedelta(minutes=30)
