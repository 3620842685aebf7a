"""Which slots and tables each wish may have at all, and which tables are interchangeable; no solver in sight."""

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from copy import copy
from functools import cached_property
from itertools import combinations

from scheduler.meetings.problem import MeetingsProblem, Slot, Table, Wish

EXPLICIT_TABLES_AT_MOST = 400_000
"""Beyond so many (wish, slot, table) combinations tables stay in classes and are told apart only afterwards."""

BITS = 62
"""Slots that a number of the compiled kernel can hold."""

Kind = tuple[int, tuple[frozenset[str], ...]]
"""What a wish asks of a table: seats, and for each limit of zones those that it leaves."""


class Legal:
    """A problem seen by index: slots in order of time, tables in classes, the options of each wish.

    Two tables stand in one class when no wish, slot or person can tell them apart, so that a class and a count say as
    much as a table. Where single tables matter (``tells_tables_apart``) each class holds one table.

    Attributes:
        slots: all slots by (start, end, id); every slot number below counts in this order.
        same_time: for each slot number the slots that overlap it, itself included.
        moments: the largest sets of slots that share an instant; each is one time for people, tables and resources.
        classes: table numbers by class.
        previous: slot and table number of each wish in the previous plan.
        options: for each wish, by slot number, the classes of tables where it may be held then; never an empty tuple.
    """

    def __init__(self, problem: MeetingsProblem) -> None:
        self.problem = problem
        self.slots = tuple(sorted(problem.slots, key=lambda slot: (slot.start, slot.end, slot.id)))
        self.slot_number = {slot.id: number for number, slot in enumerate(self.slots)}
        self.table_number = {table.id: number for number, table in enumerate(problem.tables)}
        self.wish_number = {wish.id: number for number, wish in enumerate(problem.wishes)}
        self.person_number = {person.id: number for number, person in enumerate(problem.people)}
        self.people_of = tuple(tuple(self.person_number[name] for name in wish.people) for wish in problem.wishes)
        self.wishes_of = self._wishes_by_person()
        self.same_time = tuple(
            tuple(number for number, other in enumerate(self.slots) if slot.overlaps(other)) for slot in self.slots
        )
        self.moments = _moments(self.slots)
        self.blocked = tuple(
            self._overlapping(person.busy) | self._overlapping(person.absent) for person in problem.people
        )
        self.busy = tuple(self._overlapping(person.busy) for person in problem.people)

        self.previous = {
            self.wish_number[entry.wish]: (self.slot_number[entry.slot], self.table_number[entry.table])
            for entry in problem.previous or ()
        }
        self._kinds = [self._kind_of(wish) for wish in problem.wishes]
        tables_by_kind = {kind: self._tables_for(kind) for kind in dict.fromkeys(self._kinds)}
        self._tables = [
            self._narrowed(wish, tables_by_kind[kind]) for wish, kind in zip(problem.wishes, self._kinds, strict=True)
        ]
        self._slots = [self._slots_for(wish) for wish in problem.wishes]
        self.tells_tables_apart = self._wants_single_tables and (
            sum(len(tables) * len(slots) for tables, slots in zip(self._tables, self._slots, strict=True))
            <= EXPLICIT_TABLES_AT_MOST
        )
        self.twins = self._interchangeable(tables_by_kind)
        self.classes = (
            tuple((number,) for number in range(len(problem.tables))) if self.tells_tables_apart else self.twins
        )
        self.class_of_table = {table: number for number, tables in enumerate(self.classes) for table in tables}
        self.options = self._options()

    @cached_property
    def has_overlaps(self) -> bool:
        """Whether any two slots share time."""
        return any(len(slots) > 1 for slots in self.same_time)

    @cached_property
    def moments_of(self) -> tuple[tuple[int, ...], ...]:
        """For each slot number the moments, by number, that it belongs to."""
        return tuple(
            tuple(number for number, moment in enumerate(self.moments) if slot in moment)
            for slot in range(len(self.slots))
        )

    @cached_property
    def blocks(self) -> dict[str, tuple[int, ...]]:
        """Slot numbers by block, in order of time."""
        found: dict[str, list[int]] = {}
        for number, slot in enumerate(self.slots):
            found.setdefault(slot.block, []).append(number)
        return {block: tuple(numbers) for block, numbers in found.items()}

    @cached_property
    def before(self) -> tuple[tuple[int, ...], ...]:
        """For each wish those that come before it."""
        return tuple(tuple(self.wish_number[name] for name in wish.after) for wish in self.problem.wishes)

    @cached_property
    def later(self) -> tuple[tuple[int, ...], ...]:
        """For each wish those that come after it."""
        found: list[list[int]] = [[] for _ in self.before]
        for wish, earlier in enumerate(self.before):
            for other in earlier:
                found[other].append(wish)
        return tuple(map(tuple, found))

    @cached_property
    def uses(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each wish the resources that it needs, by number, with units."""
        number = {resource.id: position for position, resource in enumerate(self.problem.resources)}
        return tuple(
            tuple((number[name], units) for name, units in wish.uses.items() if units) for wish in self.problem.wishes
        )

    @cached_property
    def units_left(self) -> tuple[tuple[int, ...], ...]:
        """For each resource and moment the units that are not used elsewhere."""
        return tuple(
            tuple(max(0, resource.capacity - self.taken(number, moment)) for moment in self.moments)
            for number, resource in enumerate(self.problem.resources)
        )

    def must_be_held(self, wish: int) -> bool:
        """Whether a wish is a must or pinned."""
        return self.problem.wishes[wish].level == "must" or self.problem.wishes[wish].pin is not None

    @cached_property
    def places(self) -> int:
        """No plan has more meetings: for each table its open slots, of those that overlap only what fits one by one."""
        slots = range(len(self.slots))
        return sum(self._one_by_one(slots, self._open(table)) for table in self.problem.tables)

    def most_meetings(self, person: int) -> int:
        """Nobody has more meetings than their maximum and than slots that they are free in, one by one."""
        free = self._one_by_one(range(len(self.slots)), frozenset(range(len(self.slots))) - self.blocked[person])
        most = self.problem.people[person].max
        return free if most is None else min(free, most)

    def restricted(self, options: Sequence[dict[int, tuple[int, ...]]]) -> "Legal":
        """The same problem in which wishes have fewer options."""
        found = copy(self)
        found.options = tuple(options)
        return found

    def _one_by_one(self, slots: Iterable[int], allowed: Set[int]) -> int:
        """The most slots, no two at one time; taking the one that ends first is best."""
        count, end = 0, None
        for slot in sorted((slot for slot in slots if slot in allowed), key=lambda slot: self.slots[slot].end):
            if end is None or self.slots[slot].start >= end:
                count, end = count + 1, self.slots[slot].end
        return count

    def taken(self, resource: int, moment: Iterable[int]) -> int:
        """Units of a resource used elsewhere at a moment."""
        taken = self.problem.resources[resource].taken
        return sum(taken.get(self.slots[slot].id, 0) for slot in moment)

    @property
    def _wants_single_tables(self) -> bool:
        # With a previous plan and slots that overlap, kept tables and free ones of a class may not fit each other.
        return self.problem.weights.table_change > 0 or (bool(self.problem.previous) and self.has_overlaps)

    def _wishes_by_person(self) -> tuple[tuple[int, ...], ...]:
        found: list[list[int]] = [[] for _ in self.problem.people]
        for wish, people in enumerate(self.people_of):
            for person in people:
                found[person].append(wish)
        return tuple(tuple(wishes) for wishes in found)

    def _overlapping(self, slots: Iterable[str]) -> frozenset[int]:
        return frozenset(number for slot in slots for number in self.same_time[self.slot_number[slot]])

    def _kind_of(self, wish: Wish) -> Kind:
        limits = [] if wish.zone is None else [frozenset((wish.zone,))]
        for resource in self.problem.resources:
            if wish.uses.get(resource.id) and resource.zones is not None:
                limits.append(frozenset(resource.zones))
        return len(wish.people), tuple(limits)

    def _tables_for(self, kind: Kind) -> tuple[int, ...]:
        people, limits = kind
        return tuple(
            number
            for number, table in enumerate(self.problem.tables)
            if table.seats >= people and all(table.zone in zones for zones in limits)
        )

    def _fixed_tables(self, wish: Wish) -> set[str]:
        fixed = {self.problem.people[self.person_number[name]].table for name in wish.people}
        fixed.add(None if wish.pin is None else wish.pin.table)
        return {table for table in fixed if table is not None}

    def _narrowed(self, wish: Wish, tables: tuple[int, ...]) -> tuple[int, ...]:
        fixed = {self.table_number[table] for table in self._fixed_tables(wish)}
        return tables if not fixed else tuple(table for table in tables if fixed == {table})

    def _slots_for(self, wish: Wish) -> tuple[int, ...]:
        if self._is_vetoed(wish):
            return ()
        numbers: Iterable[int] = range(len(self.slots))
        if wish.slots is not None:
            numbers = sorted(self.slot_number[slot] for slot in wish.slots)
        if wish.pin is not None and wish.pin.slot is not None:
            numbers = [self.slot_number[wish.pin.slot]]
        blocked = frozenset().union(*(self.blocked[self.person_number[name]] for name in wish.people))
        return tuple(
            number for number in numbers if number not in blocked and wish.block in (None, self.slots[number].block)
        )

    @cached_property
    def _vetoes(self) -> frozenset[frozenset[str]]:
        return frozenset(frozenset(veto) for veto in self.problem.vetoes)

    def _is_vetoed(self, wish: Wish) -> bool:
        return any(frozenset(pair) in self._vetoes for pair in combinations(wish.people, 2))

    def _interchangeable(self, tables_by_kind: Mapping[Kind, tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
        """Tables that no wish tells apart; own, pinned and, where tables are told apart, previous ones stand alone."""
        alone = {table for wish in self.problem.wishes for table in self._fixed_tables(wish)}
        if self.tells_tables_apart:
            alone.update(entry.table for entry in self.problem.previous or ())
        serves: list[list[int]] = [[] for _ in self.problem.tables]
        for number, tables in enumerate(tables_by_kind.values()):
            for position in tables:
                serves[position].append(number)
        groups: dict[Hashable, list[int]] = {}
        for number, table in enumerate(self.problem.tables):
            key = table.id if table.id in alone else (tuple(serves[number]), self._open(table))
            groups.setdefault(key, []).append(number)
        return tuple(tuple(tables) for tables in groups.values())

    def _open(self, table: Table) -> frozenset[int]:
        if table.open is None:
            return frozenset(range(len(self.slots)))
        return frozenset(self.slot_number[slot] for slot in table.open)

    def _options(self) -> tuple[dict[int, tuple[int, ...]], ...]:
        open_slots = [self._open(self.problem.tables[tables[0]]) for tables in self.classes]
        found = []
        by_tables: dict[tuple[int, ...], dict[int, tuple[int, ...]]] = {}
        for tables, slots in zip(self._tables, self._slots, strict=True):
            if tables not in by_tables:
                classes = tuple(dict.fromkeys(self.class_of_table[table] for table in tables))
                by_tables[tables] = {
                    slot: tuple(number for number in classes if slot in open_slots[number])
                    for slot in range(len(self.slots))
                }
            found.append({slot: by_tables[tables][slot] for slot in slots if by_tables[tables][slot]})
        return tuple(found)


def _moments(slots: tuple[Slot, ...]) -> tuple[tuple[int, ...], ...]:
    """The largest sets of slots that share an instant. Intervals that overlap pairwise share one (Helly, 1923)."""
    found: list[frozenset[int]] = []
    for moment in sorted({slot.start for slot in slots}):
        running = frozenset(number for number, slot in enumerate(slots) if slot.start <= moment < slot.end)
        if not found or not running <= found[-1]:
            if found and found[-1] <= running:
                found.pop()
            found.append(running)
    return tuple(tuple(sorted(numbers)) for numbers in found)
