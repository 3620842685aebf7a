"""Real tables for meetings that have a slot and a class of tables: interval colouring, class by class."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduler.meetings.legal import Legal
from scheduler.meetings.solution import Meeting, MeetingsSolution, Unheld


@dataclass(frozen=True)
class Placed:
    """A wish with a slot and a class of tables, all by number in ``Legal``."""

    wish: int
    slot: int
    table_class: int


Places = Mapping[int, tuple[int, int]]
"""Slot and table number by wish number, of a plan that stood before."""


def give_tables(legal: Legal, placed: Sequence[Placed], hinted: Places) -> tuple[Meeting, ...] | None:
    """Choose a table of its class for each meeting, so that no table has two at one time.

    Meetings keep the table of the previous plan where they can, then that of the hint. The rest goes in order of start
    to a table that its people just left, else to the first one free. This never fails while no moment has more meetings
    than the class has tables (colouring of interval graphs), unless kept tables and overlapping slots get in each
    other's way; then the answer is ``None``.
    """
    taken: dict[tuple[int, int], int] = {}
    chosen: dict[int, int] = {}
    for places in (legal.previous, hinted):
        for meeting in placed:
            table = _table_before(legal, meeting, places)
            if table is not None and meeting.wish not in chosen and _is_free(legal, taken, table, meeting.slot):
                _take(taken, chosen, meeting, table)
    last_table: dict[int, int] = {}
    for meeting in sorted(placed, key=lambda meeting: (meeting.slot, meeting.wish)):
        if meeting.wish not in chosen:
            found = _first_free(legal, taken, last_table, meeting)
            if found is None:
                return None
            _take(taken, chosen, meeting, found)
        for person in legal.people_of[meeting.wish]:
            last_table[person] = chosen[meeting.wish]
    problem = legal.problem
    return tuple(
        Meeting(
            wish=problem.wishes[meeting.wish].id,
            slot=legal.slots[meeting.slot].id,
            table=problem.tables[chosen[meeting.wish]].id,
        )
        for meeting in sorted(placed, key=lambda meeting: meeting.wish)
    )


def plan_of(legal: Legal, placed: Sequence[Placed], hinted: Places | None = None) -> MeetingsSolution | None:
    """A solution with real tables, reasons left open; ``None`` where kept tables leave no room for the others."""
    meetings = give_tables(legal, placed, hinted or {})
    if meetings is None:
        return None
    held = {meeting.wish for meeting in placed}
    left = tuple(Unheld(wish=wish.id) for number, wish in enumerate(legal.problem.wishes) if number not in held)
    return MeetingsSolution(meetings=meetings, unheld=left)


def placed_of(legal: Legal, meetings: Sequence[Meeting]) -> list[Placed]:
    """The way back: meetings of a valid plan by number."""
    return [
        Placed(
            legal.wish_number[meeting.wish],
            legal.slot_number[meeting.slot],
            legal.class_of_table[legal.table_number[meeting.table]],
        )
        for meeting in meetings
    ]


def places_of(legal: Legal, meetings: Sequence[Meeting]) -> Places:
    """Where a plan holds each wish, with its real table."""
    return {
        legal.wish_number[meeting.wish]: (legal.slot_number[meeting.slot], legal.table_number[meeting.table])
        for meeting in meetings
    }


def busiest_first(legal: Legal, placed: Sequence[Placed]) -> list[Placed]:
    """The same plan with interchangeable tables swapped so that the busiest comes first, as the model wants it."""
    if not legal.tells_tables_apart:
        return list(placed)
    uses = Counter(meeting.table_class for meeting in placed)
    renamed: dict[int, int] = {}
    for group in legal.twins:
        renamed.update(zip(sorted(group, key=lambda table: -uses[table]), group, strict=True))
    return [Placed(meeting.wish, meeting.slot, renamed[meeting.table_class]) for meeting in placed]


def _table_before(legal: Legal, meeting: Placed, places: Places) -> int | None:
    entry = places.get(meeting.wish)
    if entry is None or entry[0] != meeting.slot or legal.class_of_table[entry[1]] != meeting.table_class:
        return None
    return entry[1]


def _is_free(legal: Legal, taken: dict[tuple[int, int], int], table: int, slot: int) -> bool:
    return all((table, other) not in taken for other in legal.same_time[slot])


def _take(taken: dict[tuple[int, int], int], chosen: dict[int, int], meeting: Placed, table: int) -> None:
    chosen[meeting.wish] = table
    taken[table, meeting.slot] = meeting.wish


def _first_free(
    legal: Legal, taken: dict[tuple[int, int], int], last_table: dict[int, int], meeting: Placed
) -> int | None:
    tables = legal.classes[meeting.table_class]
    just_left = [last_table.get(person) for person in legal.people_of[meeting.wish]]
    for table in (*(table for table in just_left if table in tables), *tables):
        if table is not None and _is_free(legal, taken, table, meeting.slot):
            return table
    return None
