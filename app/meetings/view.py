"""What the pages of meetings show, as values made of rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.events.models import MeetingSlot, MeetingTable
from app.events.shifts import is_closed
from app.meetings.models import Meeting, MeetingWish
from app.platform.wording import shortened

SHORT_NAME = 16
"""Letters of a delegation's name in a cell of the desk."""

STAYS = "\N{NO-BREAK SPACE}·"
"""A dot that stays with the name before it, so that no line of a cell begins with it."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A table in a slot: the meeting that it holds, or nothing; ``is_legal`` where what is in hand may be put."""

    at: str
    meeting: Meeting | None
    is_legal: bool
    is_closed: bool
    short: str
    full: str

    @property
    def is_cut(self) -> bool:
        """Whether the short names leave something out."""
        return self.short.replace(STAYS, " ·") != self.full


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


def table_grid(
    slots: Sequence[MeetingSlot],
    tables: Sequence[MeetingTable],
    meetings: Sequence[Meeting],
    *,
    legal: Collection[tuple[int, int]] = (),
) -> TableGrid:
    """Lay the meetings of a day on tables and slots; ``legal`` are slots and tables where another may be put."""
    placed = {(meeting.table_id, meeting.slot_id): meeting for meeting in meetings}
    rows = []
    for table in tables:
        cells = tuple(_cell(slot, table, placed.get((table.id, slot.id)), legal) for slot in slots)
        rows.append(TableRow(table=table, cells=cells, used=sum(cell.meeting is not None for cell in cells)))
    used = {slot.id: sum((table.id, slot.id) in placed for table in tables) for slot in slots}
    return TableGrid(slots=tuple(slots), rows=tuple(rows), used_by_slot=used)


def _cell(slot: MeetingSlot, table: MeetingTable, meeting: Meeting | None, legal: Collection[tuple[int, int]]) -> Cell:
    at, is_legal = f"{slot.id}-{table.id}", (slot.id, table.id) in legal
    if meeting is None:
        return Cell(at=at, meeting=None, is_legal=is_legal, is_closed=is_closed(table, slot), short="·", full="")
    names = sides_of(meeting.wish)
    return Cell(
        at=at,
        meeting=meeting,
        is_legal=is_legal,
        is_closed=is_closed(table, slot),
        short=f"{STAYS} ".join(_short(name) for name in names),
        full=" · ".join(names),
    )


def _short(name: str) -> str:
    """A name as a cell has room for it: up to the first comma, after which stands what tells nobody apart."""
    return shortened(name.partition(",")[0], most=SHORT_NAME)


def name_of(wish: MeetingWish) -> str:
    """A meeting or a wish in one line."""
    return " · ".join(sides_of(wish))


def partners_of(wish: MeetingWish, delegation_id: int) -> str:
    """A meeting or a wish as one of a delegation calls it: after the others; after all where only its own take part."""
    people = [wish.from_delegate, *(person.delegate for person in wish.people)]
    others = {one.delegation.name: None for one in people if one.delegation_id != delegation_id}
    return " · ".join(others) or name_of(wish)


def sides_of(wish: MeetingWish) -> tuple[str, ...]:
    """The names of the delegations that meet, who asked first."""
    first = wish.from_delegate.delegation.name
    others = {person.delegate.delegation.name for person in wish.people} - {first}
    return (first, *sorted(others))
