"""A plan being filled by hand: what fits where, and what stands in the way."""

from dataclasses import dataclass

from scheduler.meetings.legal import Legal
from scheduler.meetings.tables import Placed


@dataclass(frozen=True)
class Obstacle:
    """The rule that keeps a wish from a slot, and whose it is: a person, a wish or a resource, if anybody's."""

    rule: str
    subject: str | None = None


class Board:
    """A plan being filled: who meets when, what tables, resources and people have left.

    ``place`` keeps people, tables, resources, maxima and order right; whether all musts stand and whether idle time
    is fair is for the caller to see in the end.
    """

    def __init__(self, legal: Legal) -> None:
        self.legal = legal
        self.placed: dict[int, Placed] = {}
        problem = legal.problem
        self._filled = [0] * len(problem.people)
        self._meetings = [0] * len(problem.people)
        self._tables_left = [[len(tables)] * len(legal.moments) for tables in legal.classes]
        self._units_left = [list(units) for units in legal.units_left]
        self._masks = [sum(1 << slot for slot in same_time) for same_time in legal.same_time]
        self._blocks = [sum(1 << slot for slot in slots) for slots in legal.blocks.values()]

    def place(self, wish: int) -> bool:
        """Hold a wish where it causes the fewest idle runs; ``False`` where there is no room."""
        best: tuple[int, int, int, int] | None = None
        for slot in self.legal.options[wish]:
            if self.obstacle(wish, slot) is None:
                table_class = self._roomiest(wish, slot)
                room = self._room(table_class, slot)
                found = (self._idle_runs_added(wish, slot), -room, slot, table_class)
                best = found if best is None else min(best, found)
        if best is not None:
            self._hold(Placed(wish, best[2], best[3]))
        return best is not None

    def place_early(self, wish: int) -> bool:
        """Hold a wish in its first slot with room; ``False`` where there is none."""
        if self.at_limit(wish) is not None:
            return False
        for slot in self.legal.options[wish]:
            if self.obstacle(wish, slot) is None:
                self._hold(Placed(wish, slot, self._roomiest(wish, slot)))
                return True
        return False

    def place_at(self, wanted: Placed) -> bool:
        """Hold a wish in a given slot and class; ``False`` where the problem or the plan so far forbids it."""
        if wanted.wish in self.placed or wanted.table_class not in self.legal.options[wanted.wish].get(wanted.slot, ()):
            return False
        if self.obstacle(wanted.wish, wanted.slot) or self._room(wanted.table_class, wanted.slot) == 0:
            return False
        self._hold(wanted)
        return True

    def obstacle(self, wish: int, slot: int) -> Obstacle | None:
        """What keeps a wish from one of its slots as the plan stands; ``None`` where it could be held."""
        problem, limit = self.legal.problem, self.at_limit(wish)
        if limit is not None:
            return limit
        mask = self._masks[slot]
        for person in self.legal.people_of[wish]:
            if self._filled[person] & mask:
                return Obstacle("person_in_one_meeting", problem.people[person].id)
        for resource, units in self.legal.uses[wish]:
            if any(self._units_left[resource][moment] < units for moment in self.legal.moments_of[slot]):
                return Obstacle("resource_not_overused", problem.resources[resource].id)
        other = self._out_of_order(wish, slot)
        if other is not None:
            return Obstacle("order_kept", problem.wishes[other].id)
        if self._room(self._roomiest(wish, slot), slot) <= 0:
            return Obstacle("table_hosts_one_meeting")
        return None

    def at_limit(self, wish: int) -> Obstacle | None:
        """Whoever of the wish has as many meetings as they may have, whatever the slot."""
        for person in self.legal.people_of[wish]:
            most = self.legal.problem.people[person].max
            if most is not None and self._meetings[person] >= most:
                return Obstacle("limits_of_person", self.legal.problem.people[person].id)
        return None

    def _out_of_order(self, wish: int, slot: int) -> int | None:
        """A wish held too late before this one, or too early after it."""
        slots = self.legal.slots
        for other in self.legal.before[wish]:
            if other in self.placed and slots[self.placed[other].slot].end > slots[slot].start:
                return other
        for other in self.legal.later[wish]:
            if other in self.placed and slots[slot].end > slots[self.placed[other].slot].start:
                return other
        return None

    def _room(self, table_class: int, slot: int) -> int:
        return min(self._tables_left[table_class][moment] for moment in self.legal.moments_of[slot])

    def _roomiest(self, wish: int, slot: int) -> int:
        return max(self.legal.options[wish][slot], key=lambda table_class: self._room(table_class, slot))

    def _idle_runs_added(self, wish: int, slot: int) -> int:
        added = 0
        for person in self.legal.people_of[wish]:
            before, after = self._filled[person], self._filled[person] | self._masks[slot]
            for block in self._blocks:
                if block & self._masks[slot]:
                    added += _runs(after & block) - _runs(before & block)
        return added

    def _hold(self, placed: Placed) -> None:
        self.placed[placed.wish] = placed
        for person in self.legal.people_of[placed.wish]:
            self._filled[person] |= 1 << placed.slot
            self._meetings[person] += 1
        for moment in self.legal.moments_of[placed.slot]:
            self._tables_left[placed.table_class][moment] -= 1
            for resource, units in self.legal.uses[placed.wish]:
                self._units_left[resource][moment] -= units


def _runs(filled: int) -> int:
    """Runs of ones in a bit pattern of one block."""
    return (filled & ~(filled << 1)).bit_count()
