"""Taking and giving back scarce things. The insert is the check: nothing is read before it."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from app.claims.enums import ClaimKind, HoldingKind
from app.claims.forms import HeldTime, TakenThing, Wanted
from app.claims.models import Claim, Holding, PersonCalendar
from app.claims.queries import Days, holdings_by_person, taken_among, units_in_use, walk_holdings_of, whole_days
from app.claims.taking import Key, write_claims
from app.platform.database.ahead import Values, forget_ahead, take_ahead
from app.platform.database.inserting import table_of, write_new
from app.platform.database.portions import portions
from app.platform.errors import Conflict

_HOLDING, _CLAIM, _CALENDAR = table_of(Holding), table_of(Claim), table_of(PersonCalendar)
_OF_PEOPLE = (
    select(_CALENDAR.c.person_id)
    .where(
        _CALENDAR.c.event_id == bindparam("event_id"),
        _CALENDAR.c.person_id.in_(bindparam("person_ids", expanding=True)),
    )
    .order_by(_CALENDAR.c.person_id)
)
_DAYS, _FREE_DAYS = _OF_PEOPLE.with_for_update(), _OF_PEOPLE.with_for_update(skip_locked=True)

Walks = Mapping[tuple[int, int], int]
"""Grains on foot by (site ID, site ID); a pair that is not there takes no time."""


class AlreadyTaken(Conflict):
    """Something wanted is held by another; ``things`` names what, and when, for the search of alternatives."""

    def __init__(self, things: Sequence[TakenThing]) -> None:
        super().__init__("This is taken meanwhile.")
        self.things = tuple(things)


def hold(session: Session, *, event_id: int, wanted: Wanted) -> int:
    """Take everything that one holding wants, or nothing; returns the holding's ID.

    Raises:
        AlreadyTaken: another holding has some of it; the transaction can go on.
    """
    session.flush()
    for person in wanted.person_ids:
        take_ahead(session, _day(event_id, person))  # it is another one now
    keys = _keys(session, event_id, wanted)
    stretch = {"start_tick": wanted.start_tick, "end_tick": wanted.end_tick, "site_id": wanted.site_id}
    holding = {"event_id": event_id, "kind": wanted.kind, **stretch}
    # In one order for everybody, so that two transactions cannot wait for each other.
    holding_id, taken = write_claims(session.connection(), holding, sorted(keys))
    if taken != len(keys):
        give_back(session, holding_ids=[holding_id])
        raise AlreadyTaken(taken_among(session, event_id=event_id, keys=keys))
    return holding_id


def give_back(session: Session, *, holding_ids: Collection[int]) -> None:
    """Free everything that these holdings took. Who owns a holding forgets its ID first."""
    ids = sorted(holding_ids)
    if ids:
        forget_ahead(session)
    connection = session.connection()
    for portion in portions(ids):
        connection.execute(delete(_CLAIM).where(_CLAIM.c.holding_id.in_(portion)))
        connection.execute(delete(_HOLDING).where(_HOLDING.c.id.in_(portion)))


@dataclass(frozen=True)
class LockedDays:
    """What takes the time of some persons, and apart from it their walks; nobody else changes it meanwhile."""

    event_id: int
    held: Days
    walks: Days


def lock_days(session: Session, *, event_id: int, person_ids: Iterable[int]) -> LockedDays:
    """Lock the days of these persons in the order of IDs, then read them."""
    people = sorted(set(person_ids))
    ahead = {person: take_ahead(session, _day(event_id, person)) for person in people}
    if all(day is not None for day in ahead.values()):
        held, walks = ({person: day[part] for person, day in ahead.items()} for part in (0, 1))
        return LockedDays(event_id, held, walks)
    _lock(session, event_id=event_id, person_ids=people)
    return LockedDays(event_id, *whole_days(session, event_id=event_id, person_ids=people))


def lock_days_ahead(session: Session, *, event_id: int, person_ids: Iterable[int]) -> Values:
    """Lock and read those of these days that nobody else has, for pieces of work that will ask for them one by one."""
    people = sorted(set(person_ids))
    if session.get_bind().dialect.name == "postgresql":  # SQLite's writers stand in line anyway
        people = list(session.connection().scalars(_FREE_DAYS, {"event_id": event_id, "person_ids": people}))
    held, walks = whole_days(session, event_id=event_id, person_ids=people)
    return {_day(event_id, person): (held[person], walks[person]) for person in people}


def _day(event_id: int, person_id: int) -> tuple[str, int, int]:
    """Under which name the day of a person is read ahead."""
    return "day", event_id, person_id


def hold_beside(session: Session, *, days: LockedDays, wanted: Wanted, walks: Walks) -> int:
    """Take everything that one holding wants beside what its people have, or nothing; returns the holding's ID.

    For the first holding that is added to days that were locked. Where the walks stay as they are it is one insert,
    which needs no savepoint.

    Raises:
        AlreadyTaken: another has some of it, or there is not enough time to walk; the transaction can go on.
    """
    new = HeldTime(0, wanted.kind, wanted.site_id, wanted.start_tick, wanted.end_tick)
    for person, had in days.walks.items():
        day = sorted([*days.held[person], new], key=lambda one: (one.start_tick, one.end_tick))
        if {(one.start_tick, one.end_tick) for one in had} != {*_walks_between(walks, day)}:
            break
    else:
        return hold(session, event_id=days.event_id, wanted=wanted)
    whole = calendars(session, event_id=days.event_id, person_ids=days.held.keys(), walks=walks)
    with session.begin_nested(), whole:
        return hold(session, event_id=days.event_id, wanted=wanted)


@contextmanager
def calendars(session: Session, *, event_id: int, person_ids: Iterable[int], walks: Walks) -> Iterator[None]:
    """Change the days of these persons: locked in the order of IDs, their walks taken out, and computed anew after.

    Walks depend on neighbours, so whatever changes a person's day does so inside this.

    Raises:
        AlreadyTaken: after the change there is not enough time to walk between two neighbours.
    """
    people = sorted(set(person_ids))
    _lock(session, event_id=event_id, person_ids=people)
    give_back(session, holding_ids=walk_holdings_of(session, event_id=event_id, person_ids=people))
    yield
    session.flush()
    _walk_anew(session, event_id=event_id, person_ids=people, walks=walks)


def _lock(session: Session, *, event_id: int, person_ids: Sequence[int]) -> None:
    for person in person_ids:
        take_ahead(session, _day(event_id, person))  # whoever locks it changes it
    if not person_ids:
        return
    if session.get_bind().dialect.name != "postgresql":
        return  # SQLite's writers stand in line anyway
    connection, asked = session.connection(), {"event_id": event_id, "person_ids": [*person_ids]}
    if len(connection.execute(_DAYS, asked).all()) == len(person_ids):
        return
    # Nobody changed the days of all of them before. The rows that are new are ours, whoever is asked for again too.
    write_new(connection, PersonCalendar, [{"event_id": event_id, "person_id": one} for one in person_ids])
    connection.execute(_DAYS, asked)


def _walk_anew(session: Session, *, event_id: int, person_ids: Sequence[int], walks: Walks) -> None:
    """A walk is taken right before the later of two neighbouring holdings at different sites."""
    for person_id, day in holdings_by_person(session, event_id=event_id, person_ids=person_ids).items():
        for start, end in _walks_between(walks, day):
            wanted = Wanted(kind=HoldingKind.WALK, start_tick=start, end_tick=end, person_ids=(person_id,))
            hold(session, event_id=event_id, wanted=wanted)


def _walks_between(walks: Walks, day: Sequence[HeldTime]) -> Iterator[tuple[int, int]]:
    """From which tick to which somebody walks on a day, whose holdings are in the order of time."""
    for before, after in itertools.pairwise(day):
        grains = _walk(walks, before, after)
        if grains:
            yield after.start_tick - grains, after.start_tick


def _walk(walks: Walks, before: HeldTime, after: HeldTime) -> int:
    if before.site_id is None or after.site_id is None or before.site_id == after.site_id:
        return 0
    return walks.get((before.site_id, after.site_id), 0)


def _keys(session: Session, event_id: int, wanted: Wanted) -> set[Key]:
    ticks = range(wanted.start_tick, wanted.end_tick)
    keys = {(ClaimKind.PERSON, str(person), tick) for person in wanted.person_ids for tick in ticks}
    if wanted.room_id is not None:
        until = max(wanted.end_tick, wanted.room_end_tick or 0)
        keys |= {(ClaimKind.ROOM, str(wanted.room_id), tick) for tick in range(wanted.start_tick, until)}
    if wanted.table_id is not None:
        keys |= {(ClaimKind.TABLE, str(wanted.table_id), tick) for tick in ticks}
    for code, units in wanted.resources.items():
        keys |= _units(session, event_id, code, units, wanted.capacities[code], ticks)
    return keys


def _units(session: Session, event_id: int, code: str, units: int, capacity: int, ticks: range) -> set[Key]:
    """Pick free units at each tick; where none is left the first is asked for, so that the insert refuses it."""
    used = units_in_use(session, event_id=event_id, code=code, ticks=ticks)
    keys: set[Key] = set()
    for tick in ticks:
        taken = used.get(tick, set())
        free = [f"{code}#{number}" for number in range(1, capacity + 1) if f"{code}#{number}" not in taken]
        chosen = free[:units] if len(free) >= units else [f"{code}#{number}" for number in range(1, units + 1)]
        keys |= {(ClaimKind.RESOURCE, unit, tick) for unit in chosen}
    return keys
