"""How people wait between their meetings: idle slots and idle runs, read off a plan as a person would."""

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.meetings.problem import MeetingsProblem, Slot
from scheduler.meetings.solution import Meeting


@dataclass(frozen=True)
class Waiting:
    """Of one person, over all blocks: slots without meeting between the first and the last, and runs of them."""

    idle_slots: int
    idle_runs: int

    def units(self, term: str) -> int:
        """The units of ``idle_slot`` or ``idle_run``."""
        return self.idle_slots if term == "idle_slot" else self.idle_runs


def waiting_by_person(problem: MeetingsProblem, meetings: Sequence[Meeting]) -> dict[str, Waiting]:
    """How each person with a meeting waits; people without one are left out.

    What fills or blocks a slot does so for every slot that overlaps it in time, in whichever block it stands.
    """
    people_of = {wish.id: wish.people for wish in problem.wishes}
    meeting_slots: dict[str, set[str]] = {}
    for meeting in meetings:
        for name in people_of[meeting.wish]:
            meeting_slots.setdefault(name, set()).add(meeting.slot)

    same_time = {
        slot.id: frozenset(other.id for other in problem.slots if slot.overlaps(other)) for slot in problem.slots
    }
    blocks = _slots_by_block(problem)
    waiting: dict[str, Waiting] = {}
    for person in problem.people:
        if person.id not in meeting_slots:
            continue
        filled = frozenset().union(*(same_time[slot] for slot in meeting_slots[person.id]))
        busy = frozenset().union(*(same_time[slot] for slot in person.busy))
        counts = [_count(block, filled, busy) for block in blocks]
        waiting[person.id] = Waiting(
            idle_slots=sum(slots for slots, _ in counts),
            idle_runs=sum(runs for _, runs in counts),
        )
    return waiting


def _slots_by_block(problem: MeetingsProblem) -> list[list[str]]:
    blocks: dict[str, list[Slot]] = {}
    for slot in problem.slots:
        blocks.setdefault(slot.block, []).append(slot)
    return [
        [slot.id for slot in sorted(slots, key=lambda slot: (slot.start, slot.end, slot.id))]
        for slots in blocks.values()
    ]


def _count(block: list[str], filled: frozenset[str], busy: frozenset[str]) -> tuple[int, int]:
    """Idle slots and idle runs in one block, from its first to its last filled slot."""
    positions = [position for position, slot in enumerate(block) if slot in filled]
    if not positions:
        return 0, 0
    slots = runs = 0
    is_idle_before = False
    for slot in block[positions[0] : positions[-1] + 1]:
        if slot in filled:
            is_idle_before = False
        elif slot not in busy:
            slots += 1
            runs += not is_idle_before
            is_idle_before = True
    return slots, runs
