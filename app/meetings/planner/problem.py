"""Facts into a meetings problem."""

from collections import Counter
from collections.abc import Mapping

from app.delegations.models import Delegate
from app.events.models import MeetingTable, Resource
from app.events.shifts import is_closed
from app.meetings.enums import Keeping, MeetingWishLevel
from app.meetings.models import Meeting, MeetingWish
from app.meetings.planner.facts import MeetingFacts, absent_in, is_there
from scheduler.meetings.problem import MeetingsProblem

DEFAULT_ZONE = "hall"
VALUE_OF_MUST = 100
"""How much more a delegate's must counts than a want, whose value is from 1 to 5."""


def build_problem(facts: MeetingFacts, *, keeping: Keeping = Keeping.VALUE_FIRST) -> MeetingsProblem:
    """Turn facts into a problem; IDs are ``s<ID>`` for slots, ``t<number>`` for tables, ``p<ID>``, ``w<ID>``.

    A pinned meeting that can no longer be where it is, since somebody left or is engaged then or its table is closed,
    is a wish like others.
    """
    blocked = {slot.id: frozenset(facts.grid.ticks(slot.starts_at, slot.ends_at)) for slot in facts.slots}
    pinned = {
        meeting.wish_id: meeting
        for meeting in facts.meetings
        if (meeting.is_pinned or keeping is Keeping.ALL) and _can_stay(facts, meeting, blocked)
    }
    chosen: dict[str, object] = {"weights": facts.settings.weights} if facts.settings.weights else {}
    return MeetingsProblem.model_validate(
        {
            "format": "bridge-meetings/1",
            "slots": tuple(
                {
                    "id": slot_key(slot.id),
                    "block": slot.block,
                    "start": facts.grid.tick(slot.starts_at),
                    "end": facts.grid.tick_after(slot.ends_at),
                }
                for slot in facts.slots
            ),
            "tables": tuple(
                {
                    "id": table_key(table),
                    "zone": _zone_of(facts, table),
                    "seats": table.seats,
                    "open": _open_in(facts, table),
                }
                for table in facts.tables
            ),
            "people": tuple(_person(facts, delegate, blocked) for delegate in facts.delegates.values()),
            "wishes": tuple(_wish(facts, wish, pinned.get(wish.id)) for wish in facts.wishes),
            "resources": tuple(_resource(facts, resource, blocked) for resource in facts.resources),
            "vetoes": tuple(
                (person_key(veto.delegate_id), person_key(veto.other_delegate_id))
                for veto in facts.vetoes
                if veto.delegate_id in facts.delegates and veto.other_delegate_id in facts.delegates
            ),
            "previous": tuple(previous_of(facts)),
            "moves_first": keeping is Keeping.FEWEST_MOVES and bool(facts.meetings),
            "fairness": facts.settings.fairness,
            **chosen,
        }
    )


def _person(facts: MeetingFacts, delegate: Delegate, blocked: Mapping[int, frozenset[int]]) -> dict[str, object]:
    absent = {slot.id for slot in facts.slots if absent_in(delegate, slot)}
    engaged = facts.engaged.get(delegate.id, frozenset())
    busy = [slot.id for slot in facts.slots if slot.id not in absent and blocked[slot.id] & engaged]
    return {
        "id": person_key(delegate.id),
        "delegation": delegate.delegation.code,
        "busy": tuple(slot_key(slot_id) for slot_id in busy),
        "absent": tuple(slot_key(slot.id) for slot in facts.slots if slot.id in absent),
        "min": facts.rules.fewest(delegate),
        "max": facts.rules.most(delegate),
        "table": None,
    }


def _wish(facts: MeetingFacts, wish: MeetingWish, pinned: Meeting | None) -> dict[str, object]:
    codes = {resource.id: resource.code for resource in facts.resources}
    is_must = wish.level is MeetingWishLevel.MUST and wish.is_set_by_office
    tables = {table.id: table_key(table) for table in facts.tables}
    zone = _zone_asked(facts, wish)
    # A zone that has no table is none of the problem: such a wish can be held in no slot.
    is_nowhere = zone is not None and all(_zone_of(facts, table) != zone for table in facts.tables)
    asked = (slot_key(wish.slot_id),) if wish.slot_id is not None else None
    return {
        "id": wish_key(wish.id),
        "people": tuple(sorted(person_key(person.delegate_id) for person in wish.people)),
        "level": "must" if is_must else "want",
        # What a delegate must have can be impossible: it comes before every want, and spoils no plan.
        "value": wish.value + (VALUE_OF_MUST if wish.level is MeetingWishLevel.MUST and not is_must else 0),
        "block": None,
        # A pinned meeting stays where it was put, also where another time had been asked for.
        "slots": None if pinned else () if is_nowhere else asked,
        "pin": {"slot": slot_key(pinned.slot_id), "table": tables[pinned.table_id]} if pinned else None,
        # … and also where its table was given to a host, or its people were given one of their own.
        "zone": None if is_nowhere or pinned else zone,
        "after": (),
        "uses": {codes[wish.resource_id]: 1} if wish.resource_id in codes else {},
    }


def _can_stay(facts: MeetingFacts, meeting: Meeting, blocked: Mapping[int, frozenset[int]]) -> bool:
    people = [facts.delegates[person.delegate_id] for person in meeting.wish.people]
    ticks = blocked[meeting.slot_id]
    is_free = not any(absent_in(one, meeting.slot) or ticks & facts.engaged.get(one.id, frozenset()) for one in people)
    table = next(one for one in facts.tables if one.id == meeting.table_id)
    return is_free and len(people) <= table.seats and not is_closed(table, meeting.slot)


def _open_in(facts: MeetingFacts, table: MeetingTable) -> tuple[str, ...] | None:
    """The slots in which a table can be used; none are named where that is all of them."""
    if not table.closings:
        return None
    return tuple(slot_key(slot.id) for slot in facts.slots if not is_closed(table, slot))


def _zone_of(facts: MeetingFacts, table: MeetingTable) -> str:
    """A host table is a zone of its own, so that nobody else is placed there."""
    host = facts.hosts.get(table.id)
    return table.zone if host is None else f"host-{host}"


def _zone_asked(facts: MeetingFacts, wish: MeetingWish) -> str | None:
    """The host's own table, else the zone that was asked for; beside host tables any other is in the largest zone."""
    if not facts.hosts:
        return wish.zone
    company = {person.delegate_id: facts.delegates[person.delegate_id] for person in wish.people}
    for one in (wish.to_delegate_id, wish.from_delegate_id):
        host = company[one].delegation_id if one in company else None
        if host in facts.hosts.values():
            return f"host-{host}"
    zones = Counter(table.zone for table in facts.tables if table.id not in facts.hosts)
    # Where all tables have a host, the default zone has none: nobody else is placed.
    return wish.zone or (zones.most_common(1)[0][0] if zones else DEFAULT_ZONE)


def _resource(facts: MeetingFacts, resource: Resource, blocked: Mapping[int, frozenset[int]]) -> dict[str, object]:
    taken: dict[str, int] = {}
    for slot in facts.slots:
        by_tick = [
            sum(unit.startswith(f"{resource.code}#") and tick in ticks for unit, ticks in facts.resources_taken.items())
            for tick in blocked[slot.id]
        ]
        if not is_there(facts.grid, resource, slot):
            taken[slot_key(slot.id)] = resource.capacity
        elif any(by_tick):
            taken[slot_key(slot.id)] = max(by_tick)
    return {"id": resource.code, "capacity": resource.capacity, "zones": None, "taken": taken}


def previous_of(facts: MeetingFacts) -> list[dict[str, object]]:
    """The meetings that are held, as entries of a plan."""
    tables = {table.id: table_key(table) for table in facts.tables}
    wished = {wish.id for wish in facts.wishes}
    return [
        {
            "wish": wish_key(meeting.wish_id),
            "slot": slot_key(meeting.slot_id),
            "table": tables[meeting.table_id],
        }
        for meeting in facts.meetings
        if meeting.wish_id in wished
    ]


def slot_key(slot_id: int) -> str:
    """The ID of a slot in a problem."""
    return f"s{slot_id}"


def table_key(table: MeetingTable) -> str:
    """The ID of a table in a problem: its number, as it stands on the table."""
    return f"t{table.number}"


def person_key(delegate_id: int) -> str:
    """The ID of a person in a problem."""
    return f"p{delegate_id}"


def wish_key(wish_id: int) -> str:
    """The ID of a wish in a problem."""
    return f"w{wish_id}"
