"""What a meetings problem is built from, read once."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.claims.enums import ClaimKind, HoldingKind
from app.claims.queries import busy_ticks, holdings_by_person
from app.delegations.models import Delegate
from app.delegations.queries import delegates_by_id
from app.events.models import Event, MeetingSlot, MeetingTable, Resource
from app.events.queries import resources_of, slots_of, tables_of, walks_of
from app.events.shifts import shifts_in_ticks
from app.events.time_grid import TimeGrid
from app.meetings.models import Meeting, MeetingSettings, MeetingVeto, MeetingWish
from app.meetings.queries import accepted_wishes_of, hosts_of, meetings_of, vetoes_of
from app.meetings.rules import MeetingRules, rules_of


@dataclass(frozen=True, kw_only=True)
class MeetingFacts:
    """Everything that a meetings problem of an edition is built from, read once.

    ``engaged`` holds, by delegate, the ticks that something other than a meeting takes, walking included.
    """

    event: Event
    grid: TimeGrid
    slots: tuple[MeetingSlot, ...]
    tables: tuple[MeetingTable, ...]
    resources: tuple[Resource, ...]
    resources_taken: Mapping[str, set[int]]
    wishes: tuple[MeetingWish, ...]
    vetoes: tuple[MeetingVeto, ...]
    meetings: tuple[Meeting, ...]
    delegates: Mapping[int, Delegate]
    engaged: Mapping[int, frozenset[int]]
    rules: MeetingRules
    hosts: Mapping[int, int]

    @property
    def settings(self) -> MeetingSettings:
        return self.rules.settings


def read_facts(session: Session, event: Event) -> MeetingFacts:
    """Read what the meeting plan of an edition depends on; what the released agenda asks of a person is busy time."""
    wishes = accepted_wishes_of(session, event.id)
    people = {one for wish in wishes for one in wish.delegate_ids}
    grid = TimeGrid.of(event)
    tables = tables_of(session, event.id)
    return MeetingFacts(
        event=event,
        grid=grid,
        slots=tuple(slots_of(session, event.id)),
        tables=tuple(tables),
        resources=tuple(resources_of(session, event.id)),
        resources_taken=busy_ticks(session, event_id=event.id, kind=ClaimKind.RESOURCE, without=(HoldingKind.MEETING,)),
        wishes=tuple(wishes),
        vetoes=tuple(vetoes_of(session, event.id)),
        meetings=tuple(meetings_of(session, event.id)),
        delegates=delegates_by_id(session, people),
        engaged=_engaged(session, event, grid, tables, people),
        rules=rules_of(session, event.id),
        hosts=hosts_of(session, event.id),
    )


def _engaged(
    session: Session, event: Event, grid: TimeGrid, tables: list[MeetingTable], people: set[int]
) -> dict[int, frozenset[int]]:
    """Busy ticks by delegate, widened on both sides by the way from a session or visit to the meeting tables."""
    walks = walks_of(session, event.id)
    sites = {table.room.site_id for table in tables}
    engaged: dict[int, frozenset[int]] = {}
    for person_id, holdings in holdings_by_person(session, event_id=event.id, person_ids=people).items():
        ticks: set[int] = set()
        for holding in holdings:
            if holding.kind is HoldingKind.MEETING:
                continue
            minutes = max((walks.get((holding.site_id or 0, site), 0) for site in sites), default=0)
            way = grid.grains(minutes)
            ticks |= set(range(holding.start_tick - way, holding.end_tick + way))
        engaged[person_id] = frozenset(ticks)
    return engaged


def absent_in(delegate: Delegate, slot: MeetingSlot) -> bool:
    """Whether a delegate is not there in a slot: before arrival, after departure, or in blocked time."""
    if delegate.arrives_at is not None and slot.starts_at < delegate.arrives_at:
        return True
    if delegate.departs_at is not None and slot.ends_at > delegate.departs_at:
        return True
    return any(block.starts_at < slot.ends_at and slot.starts_at < block.ends_at for block in delegate.blocked_times)


def is_there(grid: TimeGrid, resource: Resource, slot: MeetingSlot) -> bool:
    """Whether a whole slot lies within one shift of a resource, outside its breaks."""
    start, end = grid.tick(slot.starts_at), grid.tick_after(slot.ends_at)
    shifts = shifts_in_ticks(grid, resource, end=end)
    return shifts is None or any(since <= start and end <= until for since, until in shifts)
