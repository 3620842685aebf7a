"""Where a meeting could be held now: slots in which its people are free and there, with tables that take them.

What is said here is an offer. Whether a place is still free is decided by the ledger when it is taken.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.claims.enums import ClaimKind, HoldingKind
from app.claims.forms import HeldTime
from app.claims.queries import busy_ticks, holdings_by_person
from app.delegations.models import Delegate
from app.delegations.queries import delegates_by_id
from app.events.models import Event, MeetingSlot, MeetingTable, Resource
from app.events.queries import resources_of
from app.events.time_grid import TimeGrid
from app.meetings.house import house_of
from app.meetings.in_turn import begun_at, stretch_of, tables_at
from app.meetings.models import Meeting, MeetingWish
from app.meetings.planner import absent_in, is_there
from app.meetings.seating import Seat, Seating
from app.platform.database.ahead import take_ahead


@dataclass(frozen=True, kw_only=True)
class Place:
    """A slot and a table."""

    slot: MeetingSlot
    table: MeetingTable


@dataclass(frozen=True, kw_only=True)
class Company:
    """Who meets and what they need: a zone, a team of interpreters, whose host table comes first."""

    people: tuple[int, ...]
    zone: str | None = None
    resource_id: int | None = None
    hosts: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Ticks, half open, in which somebody is engaged, and where; without a site nobody walks there."""

    start: int
    end: int
    site_id: int | None


@dataclass(frozen=True, kw_only=True)
class Hall:
    """The slots, tables and teams of an edition, and what its people are engaged in.

    ``engaged`` holds for each person and each site with tables the ticks in which they cannot sit there, the way
    included; ``units`` how many units of each team are used at each tick; ``walks`` the grains of ways.
    """

    grid: TimeGrid
    slots: tuple[MeetingSlot, ...]
    seating: Seating
    resources: Mapping[int, Resource]
    delegates: Mapping[int, Delegate]
    engaged: Mapping[int, Mapping[int, set[int]]]
    tables_taken: Mapping[str, set[int]]
    units: Mapping[str, Mapping[int, int]]
    walks: Mapping[tuple[int, int], int] = field(default_factory=dict)

    @cached_property
    def _ticks(self) -> dict[int, frozenset[int]]:
        return {slot.id: frozenset(self.grid.ticks(slot.starts_at, slot.ends_at)) for slot in self.slots}

    def ticks(self, slot: MeetingSlot) -> frozenset[int]:
        known = self._ticks.get(slot.id)
        return frozenset(self.grid.ticks(slot.starts_at, slot.ends_at)) if known is None else known

    def free_slots_beside(self, delegate: Delegate, stretches: Sequence[Stretch]) -> frozenset[int]:
        """The slots in which somebody is there and free at one site at least, who is engaged in this alone."""
        engaged = _engaged(self.walks, self.sites, {delegate.id: stretches})[delegate.id]
        taken = [self._slots_at(engaged[site]) for site in self.sites]
        nowhere = set.intersection(*taken) if taken else set(self._ticks)
        if delegate.arrives_at is None and delegate.departs_at is None and not delegate.blocked_times:
            return frozenset(self._ticks.keys() - nowhere)
        return frozenset(slot.id for slot in self.slots if slot.id not in nowhere and not absent_in(delegate, slot))

    @cached_property
    def _slots_by_tick(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for slot_id, ticks in self._ticks.items():
            for tick in ticks:
                found.setdefault(tick, set()).add(slot_id)
        return found

    def _slots_at(self, ticks: Iterable[int]) -> set[int]:
        """The slots that any of these ticks falls into."""
        by_tick = self._slots_by_tick
        return {slot_id for tick in ticks if tick in by_tick for slot_id in by_tick[tick]}

    def is_free(self, person: int, slot: MeetingSlot, site_id: int) -> bool:
        """Whether somebody is there in a slot and nothing holds them, the way to a site included."""
        if absent_in(self.delegates[person], slot):
            return False
        return self.ticks(slot).isdisjoint(self.engaged[person][site_id])

    def free_slots(self, people: Iterable[int]) -> list[MeetingSlot]:
        """The slots in which all of these are free at one site, in the order of time."""
        whole = tuple(people)
        return [
            slot
            for slot in self.slots
            if any(all(self.is_free(one, slot, site) for one in whole) for site in self.sites)
        ]

    @property
    def sites(self) -> frozenset[int]:
        return self.seating.sites

    def has_team(self, resource_id: int | None, slot: MeetingSlot) -> bool:
        """Whether a team is on its shift in a slot and has a unit left; where none is needed, yes."""
        if resource_id is None:
            return True
        resource = self.resources[resource_id]
        used = self.units.get(resource.code, {})
        is_left = all(used.get(tick, 0) < resource.capacity for tick in self.ticks(slot))
        return is_left and is_there(self.grid, resource, slot)

    def is_open(self, seat: Seat, slot: MeetingSlot) -> bool:
        return self.ticks(slot).isdisjoint(self.tables_taken.get(seat.key, ())) and not seat.is_closed(slot)

    def places(self, company: Company, *, slot_ids: Collection[int] | None = None) -> list[Place]:
        """Where this company could meet, by time: at the host's own table, else at the smallest that nobody hosts."""
        return [*self.look_for_places(company, slot_ids=slot_ids)]

    def look_for_places(
        self, company: Company, *, slot_ids: Collection[int] | None = None, begin_at: int = 0
    ) -> Iterator[Place]:
        """The same one after the other, for whom the first will do.

        Args:
            begin_at: which of the tables of one size comes first. Were it the same one for everybody, all who book at
                one moment would ask the ledger for it, and wait for each other.
        """
        groups = self.seating.groups_for(people=len(company.people), zone=company.zone, hosts=company.hosts)
        for slot in self.slots:
            if (slot_ids is not None and slot.id not in slot_ids) or not self.has_team(company.resource_id, slot):
                continue
            sites = {site for site in self.sites if all(self.is_free(one, slot, site) for one in company.people)}
            for seat in begun_at(begin_at, groups):
                if seat.site_id in sites and self.is_open(seat, slot):
                    yield Place(slot=slot, table=seat.table)

    def open_slots(self, company: Company) -> tuple[MeetingSlot, ...]:
        """The slots in which this company could meet, in the order of time."""
        return tuple({place.slot.id: place.slot for place in self.places(company)}.values())


def read_hall(
    session: Session,
    event: Event,
    people: Iterable[int],
    *,
    moving: Meeting | None = None,
    leaving: Collection[int] = (),
    instead: Mapping[int, Sequence[Stretch]] | None = None,
    slot_ids: Collection[int] | None = None,
    needs_team: bool = True,
    known: Mapping[int, Delegate] | None = None,
    days: Mapping[int, Sequence[HeldTime]] | None = None,
) -> Hall:
    """Read what decides where these people could meet, in these slots alone where some are given; without the teams
    where none is needed.

    ``known`` are these people where they were read before, with their blocked times, ``days`` what takes their time.
    What ``moving`` and the holdings ``leaving`` hold counts as free. ``instead`` are the sessions of each person that
    are to take the place of those in the ledger.
    """
    delegates = delegates_by_id(session, people) if known is None else known
    house = house_of(session, event.id)
    grid, sites = house.grid, house.seating.sites
    own = {*leaving} | ({moving.holding_id} if moving is not None and moving.holding_id is not None else set())
    if days is None:
        days = holdings_by_person(session, event_id=event.id, person_ids=delegates)
    stretches = _stretches(days, own, instead)
    walks = house.walks
    slots = house.slots
    if slot_ids is not None:
        slots = tuple(slot for number, slot in house.slots_by_id.items() if number in slot_ids)
    # Of a rush of bookings each needs what is taken at its own time, not in the whole edition.
    within = None if slot_ids is None else stretch_of(grid, slots)
    tables_taken = None if within is None or own else take_ahead(session, tables_at(event.id, within))
    if tables_taken is None:
        tables_taken = busy_ticks(session, event_id=event.id, kind=ClaimKind.TABLE, besides=own, within=within)
    units: dict[str, dict[int, int]] = {}
    resources = resources_of(session, event.id) if needs_team else []
    if resources:
        teams = busy_ticks(session, event_id=event.id, kind=ClaimKind.RESOURCE, besides=own, within=within)
        for unit, ticks in teams.items():
            used = units.setdefault(unit.rpartition("#")[0], {})
            for tick in ticks:
                used[tick] = used.get(tick, 0) + 1
    return Hall(
        grid=grid,
        slots=slots,
        seating=house.seating,
        resources={resource.id: resource for resource in resources},
        delegates=delegates,
        engaged=_engaged(walks, sites, stretches),
        tables_taken=tables_taken,
        units=units,
        walks=walks,
    )


def empty_hall(session: Session, event: Event) -> Hall:
    """The slots and the sites with tables, as they are while nobody is engaged."""
    house = house_of(session, event.id)
    return Hall(
        grid=house.grid,
        slots=house.slots,
        seating=house.seating,
        resources={},
        delegates={},
        engaged={},
        tables_taken={},
        units={},
        walks=house.walks,
    )


def _stretches(
    days: Mapping[int, Sequence[HeldTime]],
    own: Collection[int],
    instead: Mapping[int, Sequence[Stretch]] | None,
) -> dict[int, list[Stretch]]:
    found: dict[int, list[Stretch]] = {}
    for person, holdings in days.items():
        kept = [
            Stretch(start=one.start_tick, end=one.end_tick, site_id=one.site_id)
            for one in holdings
            if one.id not in own and (instead is None or one.kind is not HoldingKind.SESSION)
        ]
        found[person] = [*kept, *(instead or {}).get(person, ())]
    return found


def _engaged(
    walks: Mapping[tuple[int, int], int], sites: Collection[int], stretches: Mapping[int, Sequence[Stretch]]
) -> dict[int, dict[int, set[int]]]:
    engaged: dict[int, dict[int, set[int]]] = {}
    for person, own in stretches.items():
        by_site: dict[int, set[int]] = {site: set() for site in sites}
        for stretch in own:
            for site, ticks in by_site.items():
                way = 0 if stretch.site_id in (None, site) else walks.get((stretch.site_id or 0, site), 0)
                ticks |= set(range(stretch.start - way, stretch.end + way))
        engaged[person] = by_site
    return engaged


def elsewhere(places: Iterable[Place], meeting: Meeting | None) -> list[Place]:
    """These places without the one that a meeting has."""
    own = (meeting.slot_id, meeting.table_id) if meeting is not None else None
    return [place for place in places if (place.slot.id, place.table.id) != own]


def known_people(wish: MeetingWish) -> dict[int, Delegate] | None:
    """The people of a wish where they were read with when they are there, and need not be read again."""
    people = {person.delegate_id: person.delegate for person in wish.people}
    return None if any("blocked_times" in inspect(one).unloaded for one in people.values()) else people


def company_of(wish: MeetingWish) -> Company:
    """Who meets by a wish with its people loaded; the host table of who is asked comes before that of who asks."""
    by_id = {person.delegate_id: person.delegate.delegation_id for person in wish.people}
    hosts = [by_id[one] for one in (wish.to_delegate_id, wish.from_delegate_id) if one in by_id]
    return Company(
        people=tuple(sorted(by_id)), zone=wish.zone, resource_id=wish.resource_id, hosts=tuple(dict.fromkeys(hosts))
    )
