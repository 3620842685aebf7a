"""What is right: each hard rule, checked on a finished plan the way a patient clerk would, without any solver."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from scheduler.core.violation import Violation
from scheduler.meetings.idle import waiting_by_person
from scheduler.meetings.problem import MeetingsProblem, Resource
from scheduler.meetings.solution import Meeting, MeetingsSolution


class Clerk:
    """A problem and a plan laid open, to look things up."""

    def __init__(self, problem: MeetingsProblem, solution: MeetingsSolution) -> None:
        self.problem = problem
        self.solution = solution
        self.meetings = solution.meetings
        self.slots = {slot.id: slot for slot in problem.slots}
        self.tables = {table.id: table for table in problem.tables}
        self.people = {person.id: person for person in problem.people}
        self.wishes = {wish.id: wish for wish in problem.wishes}
        self.of_wish: dict[str, list[Meeting]] = {}
        self.of_person: dict[str, list[Meeting]] = {}
        self.at_table: dict[str, list[Meeting]] = {}
        for meeting in self.meetings:
            self.of_wish.setdefault(meeting.wish, []).append(meeting)
            self.at_table.setdefault(meeting.table, []).append(meeting)
            for person in self.wishes[meeting.wish].people:
                self.of_person.setdefault(person, []).append(meeting)

    def at_one_time(self, first: Meeting, second: Meeting) -> bool:
        return self.slots[first.slot].overlaps(self.slots[second.slot])

    def clashes(self, meetings: Iterable[Meeting]) -> Iterator[tuple[Meeting, Meeting]]:
        """Pairs of meetings at the same time."""
        ordered = sorted(meetings, key=lambda meeting: (self.slots[meeting.slot].start, meeting.wish))
        return ((a, b) for a, b in combinations(ordered, 2) if self.at_one_time(a, b))


def must_wishes_held(clerk: Clerk) -> Iterator[Violation]:
    """Every must wish has a meeting."""
    for wish in clerk.problem.wishes:
        if wish.level == "must" and wish.id not in clerk.of_wish:
            yield _broken("must_wishes_held", [wish.id], f"must wish {wish.id} is not held")


def wish_held_once(clerk: Clerk) -> Iterator[Violation]:
    """No wish has two meetings."""
    for wish, meetings in clerk.of_wish.items():
        if len(meetings) > 1:
            yield _broken("wish_held_once", [wish], f"wish {wish} is held {len(meetings)} times")


def person_in_one_meeting(clerk: Clerk) -> Iterator[Violation]:
    """Nobody is in two meetings at the same time."""
    for person, meetings in clerk.of_person.items():
        for a, b in clerk.clashes(meetings):
            text = f"{person} is in {a.wish} ({a.slot}) and in {b.wish} ({b.slot}) at the same time"
            yield _broken("person_in_one_meeting", [person, a.wish, b.wish], text)


def person_not_busy(clerk: Clerk) -> Iterator[Violation]:
    """Nobody meets while engaged elsewhere."""
    for person, meetings in clerk.of_person.items():
        for meeting in meetings:
            if _touches(clerk, meeting, clerk.people[person].busy):
                text = f"{person} is engaged elsewhere in {meeting.slot}, when {meeting.wish} is held"
                yield _broken("person_not_busy", [person, meeting.wish, meeting.slot], text)


def person_not_absent(clerk: Clerk) -> Iterator[Violation]:
    """Nobody meets while away."""
    for person, meetings in clerk.of_person.items():
        for meeting in meetings:
            if _touches(clerk, meeting, clerk.people[person].absent):
                text = f"{person} cannot come in {meeting.slot}, when {meeting.wish} is held"
                yield _broken("person_not_absent", [person, meeting.wish, meeting.slot], text)


def table_hosts_one_meeting(clerk: Clerk) -> Iterator[Violation]:
    """No table has two meetings at the same time."""
    for table, meetings in clerk.at_table.items():
        for a, b in clerk.clashes(meetings):
            text = f"table {table} has {a.wish} ({a.slot}) and {b.wish} ({b.slot}) at the same time"
            yield _broken("table_hosts_one_meeting", [table, a.wish, b.wish], text)


def seats_fit(clerk: Clerk) -> Iterator[Violation]:
    """A table has a seat for each person of the meeting."""
    for meeting in clerk.meetings:
        people, seats = len(clerk.wishes[meeting.wish].people), clerk.tables[meeting.table].seats
        if people > seats:
            text = f"{meeting.wish} has {people} people, table {meeting.table} has {seats} seats"
            yield _broken("seats_fit", [meeting.wish, meeting.table], text)


def table_open(clerk: Clerk) -> Iterator[Violation]:
    """A table is used in its open slots only."""
    for meeting in clerk.meetings:
        open_slots = clerk.tables[meeting.table].open
        if open_slots is not None and meeting.slot not in open_slots:
            text = f"table {meeting.table} is not open in {meeting.slot}, when {meeting.wish} is held"
            yield _broken("table_open", [meeting.table, meeting.wish, meeting.slot], text)


def zone_kept(clerk: Clerk) -> Iterator[Violation]:
    """A wish for a zone is held there."""
    for meeting in clerk.meetings:
        zone = clerk.wishes[meeting.wish].zone
        if zone is not None and clerk.tables[meeting.table].zone != zone:
            text = f"{meeting.wish} asks for zone {zone}, table {meeting.table} is not there"
            yield _broken("zone_kept", [meeting.wish, meeting.table], text)


def own_table_kept(clerk: Clerk) -> Iterator[Violation]:
    """Who has a table of their own meets there."""
    for person, meetings in clerk.of_person.items():
        own = clerk.people[person].table
        for meeting in meetings:
            if own is not None and meeting.table != own:
                text = f"{person} meets at table {own} only, {meeting.wish} is at {meeting.table}"
                yield _broken("own_table_kept", [person, meeting.wish, meeting.table], text)


def inside_block_and_slots(clerk: Clerk) -> Iterator[Violation]:
    """A wish is held in its block and in one of its slots, where it names them."""
    for meeting in clerk.meetings:
        wish = clerk.wishes[meeting.wish]
        if wish.block is not None and clerk.slots[meeting.slot].block != wish.block:
            text = f"{wish.id} asks for block {wish.block}, {meeting.slot} is not in it"
            yield _broken("inside_block_and_slots", [wish.id, meeting.slot], text)
        if wish.slots is not None and meeting.slot not in wish.slots:
            text = f"{meeting.slot} is not among the slots of {wish.id}"
            yield _broken("inside_block_and_slots", [wish.id, meeting.slot], text)


def limits_of_person(clerk: Clerk) -> Iterator[Violation]:
    """Nobody has more meetings than their maximum; the minimum is a matter of the shortfall stages."""
    for person in clerk.problem.people:
        count = len(clerk.of_person.get(person.id, ()))
        if person.max is not None and count > person.max:
            text = f"{person.id} has {count} meetings, at most {person.max} are allowed"
            yield _broken("limits_of_person", [person.id], text)


def order_kept(clerk: Clerk) -> Iterator[Violation]:
    """A wish starts when those that come before it have ended, or later; one that is not held asks for nothing."""
    for meeting in clerk.meetings:
        for earlier in clerk.wishes[meeting.wish].after:
            for other in clerk.of_wish.get(earlier, ()):
                if clerk.slots[meeting.slot].start < clerk.slots[other.slot].end:
                    text = f"{meeting.wish} ({meeting.slot}) comes after {earlier}, which is held in {other.slot}"
                    yield _broken("order_kept", [meeting.wish, earlier], text)


def pins_kept(clerk: Clerk) -> Iterator[Violation]:
    """A pinned wish is held, at the slot and the table of its pin."""
    for wish in clerk.problem.wishes:
        if wish.pin is None:
            continue
        meetings = clerk.of_wish.get(wish.id, [])
        if not meetings:
            yield _broken("pins_kept", [wish.id], f"pinned wish {wish.id} is not held")
        for meeting in meetings:
            if wish.pin.slot not in (None, meeting.slot):
                text = f"{wish.id} is pinned to slot {wish.pin.slot} and held in {meeting.slot}"
                yield _broken("pins_kept", [wish.id, meeting.slot], text)
            if wish.pin.table not in (None, meeting.table):
                text = f"{wish.id} is pinned to table {wish.pin.table} and held at {meeting.table}"
                yield _broken("pins_kept", [wish.id, meeting.table], text)


def no_veto(clerk: Clerk) -> Iterator[Violation]:
    """Two people of whom one said no never meet."""
    vetoed = {frozenset(veto) for veto in clerk.problem.vetoes}
    if not vetoed:
        return
    for meeting in clerk.meetings:
        for a, b in combinations(clerk.wishes[meeting.wish].people, 2):
            if frozenset((a, b)) in vetoed:
                text = f"{a} and {b} are not to meet, {meeting.wish} brings them together"
                yield _broken("no_veto", [a, b, meeting.wish], text)


def resource_not_overused(clerk: Clerk) -> Iterator[Violation]:
    """At each time meetings use no more of a resource than is left, and only in its zones."""
    for resource in clerk.problem.resources:
        users = [meeting for meeting in clerk.meetings if clerk.wishes[meeting.wish].uses.get(resource.id)]
        yield from _outside_zones(clerk, resource, users)
        # Use rises only where a meeting or what is taken elsewhere starts: these are the times to look at.
        used_in = {meeting.slot for meeting in users} | resource.taken.keys()
        for moment in sorted({clerk.slots[slot].start for slot in used_in}):
            yield from _overused_at(clerk, resource, users, moment)


def _outside_zones(clerk: Clerk, resource: Resource, users: list[Meeting]) -> Iterator[Violation]:
    for meeting in users:
        if resource.zones is not None and clerk.tables[meeting.table].zone not in resource.zones:
            text = f"{resource.id} does not serve the zone of table {meeting.table}, where {meeting.wish} is held"
            yield _broken("resource_not_overused", [resource.id, meeting.wish, meeting.table], text)


def _overused_at(clerk: Clerk, resource: Resource, users: list[Meeting], moment: int) -> Iterator[Violation]:
    def runs(slot: str) -> bool:
        return clerk.slots[slot].start <= moment < clerk.slots[slot].end

    elsewhere = sum(units for slot, units in resource.taken.items() if runs(slot))
    running = [meeting for meeting in users if runs(meeting.slot)]
    used = sum(clerk.wishes[meeting.wish].uses[resource.id] for meeting in running)
    if running and used + elsewhere > resource.capacity:
        text = (
            f"{resource.id} has {resource.capacity}, {elsewhere} taken elsewhere, "
            f"and {used} in use in {running[0].slot}"
        )
        yield _broken("resource_not_overused", [resource.id, *(meeting.wish for meeting in running)], text)


def fairness_kept(clerk: Clerk) -> Iterator[Violation]:
    """People with a meeting differ in idle units by no more than is allowed."""
    fairness = clerk.problem.fairness
    if fairness is None or fairness.max_difference is None:
        return
    waiting = waiting_by_person(clerk.problem, clerk.meetings)
    units = {person: waited.units(fairness.term) for person, waited in waiting.items()}
    if not units:
        return
    least, most = min(units, key=lambda person: units[person]), max(units, key=lambda person: units[person])
    if units[most] - units[least] > fairness.max_difference:
        text = (
            f"{most} has {units[most]} units of {fairness.term}, {least} has {units[least]}; "
            f"at most {fairness.max_difference} apart are allowed"
        )
        yield _broken("fairness_kept", [most, least], text)


def left_out_listed(clerk: Clerk) -> Iterator[Violation]:
    """Every wish that is not held is listed once, and no other."""
    listed = Counter(left.wish for left in clerk.solution.unheld)
    for wish in clerk.problem.wishes:
        if wish.id not in clerk.of_wish and wish.id not in listed:
            yield _broken("left_out_listed", [wish.id], f"{wish.id} is not held and not listed")
    for name, times in listed.items():
        if name in clerk.of_wish:
            yield _broken("left_out_listed", [name], f"{name} is listed as not held and is held")
        elif times > 1:
            yield _broken("left_out_listed", [name], f"{name} is listed {times} times")


CHECKS: dict[str, Callable[[Clerk], Iterator[Violation]]] = {
    "must_wishes_held": must_wishes_held,
    "wish_held_once": wish_held_once,
    "person_in_one_meeting": person_in_one_meeting,
    "person_not_busy": person_not_busy,
    "person_not_absent": person_not_absent,
    "table_hosts_one_meeting": table_hosts_one_meeting,
    "seats_fit": seats_fit,
    "table_open": table_open,
    "zone_kept": zone_kept,
    "own_table_kept": own_table_kept,
    "inside_block_and_slots": inside_block_and_slots,
    "limits_of_person": limits_of_person,
    "order_kept": order_kept,
    "pins_kept": pins_kept,
    "no_veto": no_veto,
    "resource_not_overused": resource_not_overused,
    "fairness_kept": fairness_kept,
    "left_out_listed": left_out_listed,
}


def validate(problem: MeetingsProblem, solution: MeetingsSolution) -> tuple[Violation, ...]:
    """Every broken hard rule; an empty tuple is a plan that may be used."""
    clerk = Clerk(problem, solution)
    return tuple(violation for check in CHECKS.values() for violation in check(clerk))


def _touches(clerk: Clerk, meeting: Meeting, blocked: tuple[str, ...]) -> bool:
    slot = clerk.slots[meeting.slot]
    return any(slot.overlaps(clerk.slots[other]) for other in blocked)


def _broken(rule: str, subjects: list[str], message: str) -> Violation:
    return Violation(rule=rule, subjects=tuple(subjects), message=message)
