"""Who holds what."""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from app.claims.enums import ClaimKind, HoldingKind
from app.claims.forms import HeldTime, TakenThing
from app.claims.models import Claim, Holding
from app.platform.database.inserting import table_of
from app.platform.database.portions import portions

Engaged = tuple[tuple[int, int, int | None], ...]
"""The first tick, the end and the site of each thing that takes somebody's time."""

Days = dict[int, list[HeldTime]]
"""What takes the time of persons, by their ID, in the order of time."""

# Columns of tables, put together once: every booking asks for them, and rows of the ledger are written past the ORM.
_CLAIM, _HOLDING = table_of(Claim).c, table_of(Holding).c
_OF_PEOPLE = (
    _CLAIM.event_id == bindparam("event_id"),
    _CLAIM.kind == ClaimKind.PERSON,
    _CLAIM.resource.in_(bindparam("people", expanding=True)),
    _CLAIM.holding_id == _HOLDING.id,
)
_HELD_BY = (
    select(_CLAIM.resource, _HOLDING.id, _HOLDING.kind, _HOLDING.site_id, _HOLDING.start_tick, _HOLDING.end_tick)
    .where(*_OF_PEOPLE, _CLAIM.tick == _HOLDING.start_tick, _HOLDING.kind != HoldingKind.WALK)
    .order_by(_HOLDING.start_tick, _HOLDING.id)
)
_ENGAGED = (
    select(_CLAIM.resource, _HOLDING.start_tick, _HOLDING.end_tick, _HOLDING.site_id)
    .where(*_OF_PEOPLE, _CLAIM.tick == _HOLDING.start_tick, _HOLDING.kind != HoldingKind.WALK)
    .order_by(_HOLDING.start_tick, _HOLDING.id)
)
_WHOLE_DAYS = (
    select(_CLAIM.resource, _HOLDING.id, _HOLDING.kind, _HOLDING.site_id, _HOLDING.start_tick, _HOLDING.end_tick)
    .where(*_OF_PEOPLE, _CLAIM.tick == _HOLDING.start_tick)
    .order_by(_HOLDING.start_tick, _HOLDING.id)
)
_WALKS_OF = select(_HOLDING.id).where(*_OF_PEOPLE, _HOLDING.kind == HoldingKind.WALK)


def taken_among(
    session: Session, *, event_id: int, keys: Collection[tuple[ClaimKind, str, int]]
) -> tuple[TakenThing, ...]:
    """Which of the given (kind, resource, tick) are taken, and by what."""
    found: list[TakenThing] = []
    wanted = sorted(keys)
    for portion in portions(wanted):
        rows = session.execute(
            select(Claim.kind, Claim.resource, Claim.tick, Holding.id, Holding.kind)
            .join(Holding, Holding.id == Claim.holding_id)
            .where(
                Claim.event_id == event_id,
                tuple_(Claim.kind, Claim.resource, Claim.tick).in_(portion),
            )
            .order_by(Claim.kind, Claim.resource, Claim.tick)
        )
        found += [
            TakenThing(kind=kind, resource=resource, tick=tick, holding_id=holding, holding_kind=holding_kind)
            for kind, resource, tick, holding, holding_kind in rows
        ]
    return tuple(found)


def busy_ticks(
    session: Session,
    *,
    event_id: int,
    kind: ClaimKind,
    resources: Iterable[int | str] | None = None,
    without: Collection[HoldingKind] = (),
    besides: Collection[int] = (),
    within: range | None = None,
    at: Collection[int] | None = None,
) -> dict[str, set[int]]:
    """The taken ticks of each resource of a kind, by its ID; those ``within`` a stretch, or ``at`` these ticks, alone
    where they are given.

    ``without`` leaves out holdings of these kinds, ``besides`` the holdings with these IDs.
    """
    given: dict[str, Any] = {"event_id": event_id, "kind": kind}
    if without:
        given["without"] = list(without)
    if besides:
        given["besides"] = list(besides)
    if resources is not None:
        given["resources"] = [str(resource) for resource in resources]
    if within is not None:
        given |= {"since": within.start, "until": within.stop}
    if at is not None:
        given["at"] = sorted(at)
    taken: dict[str, set[int]] = {}
    for resource, tick in session.connection().execute(_busy(frozenset(given)), given).all():
        taken.setdefault(resource, set()).add(tick)
    return taken


@cache
def _busy(given: frozenset[str]) -> Select[Any]:
    """What is taken, by those of these parts that were given."""
    parts = {
        "event_id": _CLAIM.event_id == bindparam("event_id"),
        "kind": _CLAIM.kind == bindparam("kind"),
        "besides": _CLAIM.holding_id.not_in(bindparam("besides", expanding=True)),
        "resources": _CLAIM.resource.in_(bindparam("resources", expanding=True)),
        "since": _CLAIM.tick >= bindparam("since"),
        "until": _CLAIM.tick < bindparam("until"),
        "at": _CLAIM.tick.in_(bindparam("at", expanding=True)),
        "without": _HOLDING.kind.not_in(bindparam("without", expanding=True)) & (_HOLDING.id == _CLAIM.holding_id),
    }
    return select(_CLAIM.resource, _CLAIM.tick).where(*(part for name, part in parts.items() if name in given))


def units_in_use(session: Session, *, event_id: int, code: str, ticks: range) -> dict[int, set[str]]:
    """For each tick the units of a resource (``code#1``, ``code#2``, …) that are taken."""
    rows = session.execute(
        select(Claim.tick, Claim.resource).where(
            Claim.event_id == event_id,
            Claim.kind == ClaimKind.RESOURCE,
            Claim.resource.startswith(f"{code}#", autoescape=True),
            Claim.tick >= ticks.start,
            Claim.tick < ticks.stop,
        )
    )
    used: dict[int, set[str]] = {}
    for tick, unit in rows:
        used.setdefault(tick, set()).add(unit)
    return used


def holdings_by_person(session: Session, *, event_id: int, person_ids: Collection[int]) -> dict[int, list[HeldTime]]:
    """Everything that takes each person's time but walks, in the order of time."""
    found: dict[int, list[HeldTime]] = {person_id: [] for person_id in sorted(set(person_ids))}
    wanted = [str(person_id) for person_id in found]
    for portion in portions(wanted):
        rows = session.connection().execute(_HELD_BY, {"event_id": event_id, "people": portion})
        for person, number, kind, site_id, start, end in rows:
            found[int(person)].append(HeldTime(number, kind, site_id, start, end))
    return found


def whole_days(session: Session, *, event_id: int, person_ids: Collection[int]) -> tuple[Days, Days]:
    """The same and, apart from it, the walks of each person."""
    held: Days = {person_id: [] for person_id in sorted(set(person_ids))}
    walks: Days = {person_id: [] for person_id in held}
    for portion in portions([str(person_id) for person_id in held]):
        rows = session.connection().execute(_WHOLE_DAYS, {"event_id": event_id, "people": portion})
        for person, number, kind, site_id, start, end in rows:
            found = walks if kind is HoldingKind.WALK else held
            found[int(person)].append(HeldTime(number, kind, site_id, start, end))
    return held, walks


def engaged_by_person(session: Session, *, event_id: int, person_ids: Collection[int]) -> dict[int, Engaged]:
    """The same without what it is: what takes each person's time but walks, in the order of time."""
    found: dict[str, list[tuple[int, int, int | None]]] = {str(person_id): [] for person_id in person_ids}
    for portion in portions(sorted(found)):
        rows = session.connection().execute(_ENGAGED, {"event_id": event_id, "people": portion})
        for person, start, end, site_id in rows:
            found[person].append((start, end, site_id))
    return {int(person): tuple(engaged) for person, engaged in found.items()}


def walk_holdings_of(session: Session, *, event_id: int, person_ids: Collection[int]) -> set[int]:
    """The IDs of the walks of these persons."""
    wanted = [str(person_id) for person_id in sorted(set(person_ids))]
    found: set[int] = set()
    for portion in portions(wanted):
        found |= set(session.connection().scalars(_WALKS_OF, {"event_id": event_id, "people": portion}))
    return found


def holdings_by_ticks(session: Session, *, event_id: int, kind: HoldingKind) -> dict[tuple[int, int], int]:
    """How many holdings of a kind there are from one tick to another, by these two."""
    rows = session.execute(
        select(Holding.start_tick, Holding.end_tick, func.count())
        .where(Holding.event_id == event_id, Holding.kind == kind)
        .group_by(Holding.start_tick, Holding.end_tick)
    )
    return {(start, end): count for start, end, count in rows}
