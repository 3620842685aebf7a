"""Interpreters and other scarce things: how many there are, their shifts and breaks, and work elsewhere."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.claims.enums import HoldingKind
from app.claims.forms import Wanted
from app.claims.service import AlreadyTaken, give_back, hold
from app.events.enums import ResourceTimeKind
from app.events.models import Event, Resource, ResourceTime
from app.events.time_grid import TimeGrid
from app.platform.actor import Actor
from app.platform.audit import record_change
from app.platform.errors import Conflict, NotFound, Refused
from app.platform.i18n import gettext as _


def add_resource(
    session: Session,
    *,
    event: Event,
    name: str,
    language: str | None,
    capacity: int,
    channel: int | None = None,
    actor: Actor,
    now: datetime,
) -> Resource:
    """Write down a group of interpreters, or another scarce thing.

    Raises:
        Refused: there is one for this language, or of this name.
    """
    rows = session.scalars(select(Resource).where(Resource.event_id == event.id)).all()
    if any(one.name.casefold() == name.casefold() for one in rows):
        raise Refused({"name": _("There is one of this name.")})
    if language is not None and any(one.language == language for one in rows):
        raise Refused({"language": _("There are interpreters of this language: change their number.")})
    stem = f"interpreters-{language}" if language else "resource"
    taken = {one.code for one in rows}
    code = next(one for n in range(1, len(taken) + 2) if (one := stem if n == 1 else f"{stem}-{n}") not in taken)
    resource = Resource(event_id=event.id, code=code, name=name, language=language, capacity=capacity, channel=channel)
    session.add(resource)
    session.flush()
    record_change(session, resource, "resource.added", actor, now, {"name": (None, name), "capacity": (None, capacity)})
    return resource


def set_resource(
    session: Session,
    *,
    resource: Resource,
    name: str,
    capacity: int,
    channel: int | None = None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Change name, number or channel. What a release took already stays taken; the rules show what is too much.

    Raises:
        Conflict: somebody else changed it meanwhile.
    """
    if resource.version != version:
        raise Conflict(_("Somebody else changed this meanwhile."))
    before = (resource.name, resource.capacity, resource.channel)
    resource.name, resource.capacity, resource.channel = name, capacity, channel
    session.flush()
    changes = {"name": (before[0], name), "capacity": (before[1], capacity), "channel": (before[2], channel)}
    record_change(session, resource, "resource.changed", actor, now, changes)


def add_time(
    session: Session,
    *,
    event: Event,
    resource: Resource,
    kind: ResourceTimeKind,
    starts_at: datetime,
    ends_at: datetime,
    units: int,
    note: str | None,
    actor: Actor,
    now: datetime,
) -> ResourceTime:
    """Add a shift, a break within one, or work elsewhere; work elsewhere takes its units in the ledger.

    Raises:
        Refused: it ends before it starts, is far from the edition, is a shift without a whole grain, or takes more than
            there are.
        Conflict: the released agenda or a meeting has these units then.
    """
    _refuse_wrong(event, resource, kind, starts_at, ends_at, units)
    row = ResourceTime(resource_id=resource.id, kind=kind, starts_at=starts_at, ends_at=ends_at, units=units, note=note)
    if kind is ResourceTimeKind.ELSEWHERE:
        row.holding_id = _take(session, event, resource, starts_at, ends_at, units)
    session.add(row)
    session.flush()
    said = f"{starts_at.isoformat()}/{ends_at.isoformat()}"
    record_change(
        session, resource, f"resource.{kind.value}_added", actor, now, {"time": (None, said), "units": (None, units)}
    )
    return row


def remove_time(session: Session, *, resource: Resource, time_id: int, actor: Actor, now: datetime) -> None:
    """Take a shift, a break or work elsewhere away again.

    Raises:
        NotFound: the resource has no such time.
    """
    row = session.scalar(
        select(ResourceTime).where(ResourceTime.resource_id == resource.id, ResourceTime.id == time_id)
    )
    if row is None:
        raise NotFound
    holding, said = row.holding_id, f"{row.starts_at.isoformat()}/{row.ends_at.isoformat()}"
    kind = row.kind
    session.delete(row)
    session.flush()
    if holding is not None:
        give_back(session, holding_ids=[holding])
    record_change(session, resource, f"resource.{kind.value}_removed", actor, now, {"time": (said, None)})


def _refuse_wrong(
    event: Event, resource: Resource, kind: ResourceTimeKind, starts_at: datetime, ends_at: datetime, units: int
) -> None:
    if ends_at <= starts_at:
        raise Refused({"until": _("It ends before it starts.")})
    first, last = event.starts_on - timedelta(days=1), event.ends_on + timedelta(days=2)
    if not (first <= starts_at.date() and ends_at.date() <= last):
        raise Refused({"on": _("This is not during the event.")})
    grid = TimeGrid.of(event)
    # Whoever has shifts is there in them alone: one without a whole grain would say "never there".
    if kind is ResourceTimeKind.SHIFT and grid.tick_after(starts_at) >= grid.tick(ends_at):
        said = _("A shift holds at least one whole step of %(number)s minutes.")
        raise Refused({"until": said % {"number": grid.grain_minutes}})
    if kind is ResourceTimeKind.ELSEWHERE and not 1 <= units <= resource.capacity:
        raise Refused({"units": _("There are %(number)s of them.") % {"number": resource.capacity}})


def _take(
    session: Session, event: Event, resource: Resource, starts_at: datetime, ends_at: datetime, units: int
) -> int:
    grid = TimeGrid.of(event)
    wanted = Wanted(
        kind=HoldingKind.BLOCK,
        start_tick=grid.tick(starts_at),
        end_tick=grid.tick_after(ends_at),
        resources={resource.code: units},
        capacities={resource.code: resource.capacity},
    )
    try:
        return hold(session, event_id=event.id, wanted=wanted)
    except AlreadyTaken:
        said = _("The released agenda, a meeting or other work has them then. Release an agenda that can spare them.")
        raise Conflict(said) from None
