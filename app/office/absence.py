"""What is placed while somebody is not there: the ledger against arrivals, departures and blocked times.

Nothing moves by itself when a delegate's times change; what no longer fits is named under the rule that it breaks.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from app.agenda.models import ReleasedSession
from app.claims.enums import BOOKED, HoldingKind
from app.claims.forms import HeldTime
from app.claims.queries import holdings_by_person
from app.delegations.models import BlockedTime, Delegate
from app.events.models import Event
from app.events.time_grid import TimeGrid
from app.meetings.models import Meeting, MeetingWish, WishPerson
from app.meetings.view import name_of
from app.platform.i18n import gettext as _
from app.platform.kept import apart_from, kept, state_without
from app.visits.enums import VisitKind
from app.visits.models import Visit

RULES = {
    HoldingKind.SESSION: "person_available",
    HoldingKind.MEETING: "person_not_absent",
    HoldingKind.VISIT: "person_available",
}
"""The rule of the planning problem that a placed thing breaks while somebody is away."""

WAYS = frozenset({VisitKind.ARRIVAL, VisitKind.DEPARTURE, VisitKind.TRANSFER})
"""Visit items that are the coming and going itself."""


@dataclass(frozen=True, kw_only=True)
class Away:
    """Something placed while a delegate is not there: the broken rule, what, when, and why they are not there."""

    rule: str
    delegate_id: int
    name: str
    kind: HoldingKind
    title: str
    starts_at: datetime
    ends_at: datetime
    cause: str

    @property
    def message(self) -> str:
        """The violation in words."""
        return _("%(name)s: %(title)s is placed %(cause)s.") % {
            "name": self.name,
            "title": self.title,
            "cause": self.cause,
        }


def placed_while_away(
    session: Session, event: Event, *, delegate_ids: Collection[int] | None = None
) -> tuple[Away, ...]:
    """What is released, held or confirmed for these delegates (None: for everybody) while they are away."""
    people = _everybody(session, event) if delegate_ids is None else _with_times(session, event, delegate_ids)
    if not people:
        return ()
    grid = TimeGrid.of(event)
    held = holdings_by_person(session, event_id=event.id, person_ids=people.keys())
    amiss: list[tuple[Delegate, HeldTime, datetime, datetime, str]] = []
    for person_id, holdings in held.items():
        person = people[person_id]
        for holding in holdings:
            if holding.kind not in RULES:
                continue
            starts_at, ends_at = grid.instant(holding.start_tick), grid.instant(holding.end_tick)
            cause = _cause(person, starts_at, ends_at)
            if cause is not None:
                amiss.append((person, holding, starts_at, ends_at, cause))
    # Most people are there for all that they do: nothing else needs a name.
    titles = titles_of_holdings(session, {holding.id for _person, holding, *_rest in amiss}) if amiss else {}
    found = [
        Away(
            rule=RULES[holding.kind],
            delegate_id=person.id,
            name=person.badge_name,
            kind=holding.kind,
            title=titles[holding.id],
            starts_at=starts_at,
            ends_at=ends_at,
            cause=cause,
        )
        for person, holding, starts_at, ends_at, cause in amiss
        if holding.id in titles
    ]
    return tuple(sorted(found, key=lambda one: (one.starts_at, one.delegate_id)))


def _everybody(session: Session, event: Event) -> Mapping[int, Delegate]:
    """Kept whatever is booked: when somebody is there is no matter of their meetings."""
    state = state_without(session, event.id, quiet=BOOKED)

    def read() -> Mapping[int, Delegate]:
        with apart_from(session) as apart:
            return _with_times(apart, event, None)

    return kept(session, "who is away at times", event_id=event.id, state=state, read=read)


def _with_times(session: Session, event: Event, ids: Collection[int] | None) -> dict[int, Delegate]:
    """Delegates who are not there all the time, with their blocked times."""
    blocked = select(BlockedTime.delegate_id).where(BlockedTime.holding_id.is_(None))
    statement = select(Delegate).where(
        Delegate.event_id == event.id,
        Delegate.is_active.is_(True),
        or_(Delegate.arrives_at.is_not(None), Delegate.departs_at.is_not(None), Delegate.id.in_(blocked)),
    )
    if ids is not None:
        statement = statement.where(Delegate.id.in_(ids))
    rows = session.scalars(statement.options(selectinload(Delegate.blocked_times)))
    return {delegate.id: delegate for delegate in rows}


def _cause(person: Delegate, starts_at: datetime, ends_at: datetime) -> str | None:
    if person.arrives_at is not None and starts_at < person.arrives_at:
        return _("before the arrival")
    if person.departs_at is not None and ends_at > person.departs_at:
        return _("after the departure")
    for one in person.blocked_times:
        if one.holding_id is None and one.starts_at < ends_at and starts_at < one.ends_at:
            return _("in a blocked time")
    return None


def titles_of_holdings(session: Session, holding_ids: Collection[int]) -> dict[int, str]:
    """How sessions, meetings and visits behind holdings are called; ways there and back are left out."""
    sessions = session.scalars(select(ReleasedSession).where(ReleasedSession.holding_id.in_(holding_ids)))
    titles = {one.holding_id or 0: str(one.frozen["title"]) for one in sessions}
    visits = session.scalars(select(Visit).where(Visit.holding_id.in_(holding_ids), Visit.kind.not_in(WAYS)))
    titles |= {one.holding_id or 0: one.title for one in visits}
    meetings = session.scalars(
        select(Meeting)
        .where(Meeting.holding_id.in_(holding_ids))
        .options(
            selectinload(Meeting.wish)
            .selectinload(MeetingWish.people)
            .selectinload(WishPerson.delegate)
            .selectinload(Delegate.delegation),
            selectinload(Meeting.wish).selectinload(MeetingWish.from_delegate).selectinload(Delegate.delegation),
        )
    )
    return titles | {one.holding_id or 0: name_of(one.wish) for one in meetings}
