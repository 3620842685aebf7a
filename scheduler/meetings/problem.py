"""The meetings problem as a frozen value; what can be seen wrong without search is refused when it is made."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from scheduler.core.refusal import Complaints, read
from scheduler.core.values import Count, Grain, Id, Value, Weight

Level = Literal["must", "want"]
IdleTerm = Literal["idle_slot", "idle_run"]


class Slot(Value):
    """A meeting slot [start, end) in grains; slots of one block (a morning, a hall) form one grid."""

    id: Id
    block: Id
    start: Grain
    end: Grain

    def overlaps(self, other: "Slot") -> bool:
        """Whether the two count as the same time; a slot overlaps itself."""
        return self.start < other.end and other.start < self.end


class Table(Value):
    """A numbered place; ``open`` lists the slots in which it may be used, ``None`` is all."""

    id: Id
    zone: Id | None = None
    seats: Count = 4
    open: tuple[Id, ...] | None = None


class Person(Value):
    """Who meets: engaged elsewhere (``busy``), cannot come (``absent``), meetings wanted, and a table of their own."""

    id: Id
    delegation: Id | None = None
    busy: tuple[Id, ...] = ()
    absent: tuple[Id, ...] = ()
    min: Count = 0
    max: Count | None = None
    table: Id | None = None


class Pin(Value):
    """Where a wish must be held: a slot, a table or both."""

    slot: Id | None = None
    table: Id | None = None


class Wish(Value):
    """A meeting that people want; ``uses`` gives units by resource, ``after`` the wishes that come before."""

    id: Id
    people: Annotated[tuple[Id, ...], Field(min_length=1)]
    level: Level
    value: Count = 0
    block: Id | None = None
    slots: tuple[Id, ...] | None = None
    pin: Pin | None = None
    zone: Id | None = None
    after: tuple[Id, ...] = ()
    uses: dict[Id, Count] = Field(default_factory=dict)


class Resource(Value):
    """Something scarce beside tables, such as interpreters; ``taken`` gives the units used elsewhere by slot."""

    id: Id
    capacity: Count
    zones: tuple[Id, ...] | None = None
    taken: dict[Id, Count] = Field(default_factory=dict)


class PreviousMeeting(Value):
    """Where a wish was held in the plan before this one."""

    wish: Id
    slot: Id
    table: Id


class Fairness(Value):
    """How far people may differ in units of one idle term; ``None`` is no limit."""

    term: IdleTerm
    max_difference: Count | None = None


class Weights(Value):
    """The factor of each soft term."""

    idle_slot: Weight = 0
    idle_run: Weight = 1
    table_change: Weight = 0
    moved: Weight = 0


class MeetingsProblem(Value):
    """Slots, tables, people and wishes; all references hold and no list names anything twice.

    Raises:
        Refused: with the path and the identifier of everything that can be seen wrong without search.
    """

    format: Literal["bridge-meetings/1"]
    slots: tuple[Slot, ...] = ()
    tables: tuple[Table, ...] = ()
    people: tuple[Person, ...] = ()
    wishes: tuple[Wish, ...] = ()
    resources: tuple[Resource, ...] = ()
    vetoes: tuple[tuple[Id, Id], ...] = ()
    previous: tuple[PreviousMeeting, ...] | None = None
    moves_first: bool = False
    fairness: Fairness | None = None
    weights: Weights = Field(default_factory=Weights)

    @model_validator(mode="after")
    def _refuse_what_is_plainly_wrong(self) -> "MeetingsProblem":
        complaints = Complaints()
        names = _Names(self, complaints)
        for check in _REFERENCE_CHECKS:
            check(self, names)
        complaints.raise_if_any()
        return self


class _Names:
    """The identifiers of a problem by kind, and where complaints about references go."""

    def __init__(self, problem: MeetingsProblem, complaints: Complaints) -> None:
        self.complaints = complaints
        self.known = {
            "slot": {slot.id for slot in problem.slots},
            "block": {slot.block for slot in problem.slots},
            "table": {table.id for table in problem.tables},
            "zone": {table.zone for table in problem.tables},
            "person": {person.id for person in problem.people},
            "wish": {wish.id for wish in problem.wishes},
            "resource": {resource.id for resource in problem.resources},
        }

    def require(self, path: str, noun: str, identifier: str | None) -> None:
        if identifier is not None:
            self.complaints.require_known(path, noun, identifier, self.known[noun])

    def require_each(self, path: str, noun: str, identifiers: tuple[str, ...] | None) -> None:
        """Complain about what is unknown and about what is there twice."""
        for index, identifier in enumerate(identifiers or ()):
            self.require(f"{path}[{index}]", noun, identifier)
        self.complaints.require_unique(path, noun, identifiers or ())


def _check_identifiers(problem: MeetingsProblem, names: _Names) -> None:
    unique = names.complaints.require_unique
    unique("slots", "slot", (slot.id for slot in problem.slots))
    unique("tables", "table", (table.id for table in problem.tables))
    unique("people", "person", (person.id for person in problem.people))
    unique("wishes", "wish", (wish.id for wish in problem.wishes))
    unique("resources", "resource", (resource.id for resource in problem.resources))


def _check_slots(problem: MeetingsProblem, names: _Names) -> None:
    for index, slot in enumerate(problem.slots):
        if slot.end <= slot.start:
            names.complaints.add(
                f"slots[{index}].end", f"slot '{slot.id}' ends at {slot.end}, not after its start {slot.start}"
            )


def _check_tables(problem: MeetingsProblem, names: _Names) -> None:
    for index, table in enumerate(problem.tables):
        names.require_each(f"tables[{index}].open", "slot", table.open)


def _check_people(problem: MeetingsProblem, names: _Names) -> None:
    for index, person in enumerate(problem.people):
        names.require_each(f"people[{index}].busy", "slot", person.busy)
        names.require_each(f"people[{index}].absent", "slot", person.absent)
        names.require(f"people[{index}].table", "table", person.table)


def _check_wishes(problem: MeetingsProblem, names: _Names) -> None:
    block_of = {slot.id: slot.block for slot in problem.slots}
    for index, wish in enumerate(problem.wishes):
        path = f"wishes[{index}]"
        names.require_each(f"{path}.people", "person", wish.people)
        names.require(f"{path}.block", "block", wish.block)
        names.require(f"{path}.zone", "zone", wish.zone)
        names.require_each(f"{path}.slots", "slot", wish.slots)
        names.require_each(f"{path}.after", "wish", wish.after)
        for position, other in enumerate(wish.after):
            if other == wish.id:
                names.complaints.add(f"{path}.after[{position}]", f"wish '{wish.id}' cannot come after itself")
        for resource in wish.uses:
            names.require(f"{path}.uses.{resource}", "resource", resource)
        _check_pin(wish, f"{path}.pin", block_of, names)


def _check_pin(wish: Wish, path: str, block_of: dict[str, str], names: _Names) -> None:
    pin = wish.pin
    if pin is None:
        return
    names.require(f"{path}.slot", "slot", pin.slot)
    names.require(f"{path}.table", "table", pin.table)
    if pin.slot is None:
        if pin.table is None:
            names.complaints.add(path, f"the pin of wish '{wish.id}' has neither slot nor table")
        return
    if wish.slots is not None and pin.slot not in wish.slots:
        names.complaints.add(f"{path}.slot", f"slot '{pin.slot}' is not among the slots of wish '{wish.id}'")
    if wish.block is not None and block_of.get(pin.slot, wish.block) != wish.block:
        names.complaints.add(f"{path}.slot", f"slot '{pin.slot}' is not in the block of wish '{wish.id}'")


def _check_resources(problem: MeetingsProblem, names: _Names) -> None:
    for index, resource in enumerate(problem.resources):
        for slot in resource.taken:
            names.require(f"resources[{index}].taken.{slot}", "slot", slot)
        # It may also serve zones of which no table is in the file, as a walk may lead where no room is.
        names.complaints.require_unique(f"resources[{index}].zones", "zone", resource.zones or ())


def _check_vetoes(problem: MeetingsProblem, names: _Names) -> None:
    # A "no" of each side gives the same two people in both orders; that is no slip, the same entry twice is.
    seen: set[tuple[str, str]] = set()
    for index, veto in enumerate(problem.vetoes):
        path = f"vetoes[{index}]"
        for position, person in enumerate(veto):
            names.require(f"{path}[{position}]", "person", person)
        if veto[0] == veto[1]:
            names.complaints.add(path, f"person '{veto[0]}' cannot refuse themselves")
        if veto in seen:
            names.complaints.add(path, f"the veto between '{veto[0]}' and '{veto[1]}' is there twice")
        seen.add(veto)


def _check_previous(problem: MeetingsProblem, names: _Names) -> None:
    previous = problem.previous or ()
    for index, entry in enumerate(previous):
        names.require(f"previous[{index}].wish", "wish", entry.wish)
        names.require(f"previous[{index}].slot", "slot", entry.slot)
        names.require(f"previous[{index}].table", "table", entry.table)
    names.complaints.require_unique("previous", "wish", (entry.wish for entry in previous))


_REFERENCE_CHECKS: tuple[Callable[[MeetingsProblem, _Names], None], ...] = (
    _check_identifiers,
    _check_slots,
    _check_tables,
    _check_people,
    _check_wishes,
    _check_resources,
    _check_vetoes,
    _check_previous,
)


def read_problem(text: str | bytes) -> MeetingsProblem:
    """Parse a problem file.

    Raises:
        Refused: not JSON, wrong types, unknown or duplicate references.
    """
    return read(MeetingsProblem, text)
