"""Five separate counts of people, each with its dates: invited, registered, approved, accredited, checked in."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.events.models import Event
from app.events.queries import day_of
from app.registration.enums import RegistrationState
from app.registration.models import Registration

COUNTED = ("invited", "registered", "approved", "accredited", "checked_in")
UNDECIDED = (RegistrationState.SUBMITTED, RegistrationState.WAITING)


@dataclass(frozen=True, kw_only=True)
class HeadCounts:
    """How many people take part, by what has happened; each is dated on the person (``*_at``)."""

    invited: int
    registered: int
    approved: int
    accredited: int
    checked_in: int


def people_counts(session: Session, event_id: int) -> HeadCounts:
    """How many people were invited, registered, approved, given a pass, let in.

    Registered are also those on forms that wait for a decision, who are no delegates yet; who withdrew or was turned
    down is in none of the counts.
    """
    row = session.execute(
        select(*(func.count(getattr(Delegate, f"{name}_at")) for name in COUNTED)).where(
            Delegate.event_id == event_id, Delegate.is_active.is_(True)
        )
    ).one()
    undecided = session.scalar(
        select(func.coalesce(func.sum(Registration.people), 0)).where(
            Registration.event_id == event_id, Registration.state.in_(UNDECIDED)
        )
    )
    counts = dict(zip(COUNTED, (int(count) for count in row), strict=True))
    counts["registered"] += int(undecided or 0)
    return HeadCounts(**counts)


def counts_by_day(session: Session, event: Event) -> dict[date, Mapping[str, int]]:
    """The same counts by day at the venue, newest day first; their sums are ``people_counts``."""
    found: dict[date, Counter[str]] = {}

    def add(name: str, instant: datetime | None, number: int = 1) -> None:
        if instant is not None:
            found.setdefault(day_of(event, instant), Counter())[name] += number

    columns = (getattr(Delegate, f"{name}_at") for name in COUNTED)
    people = select(*columns).where(Delegate.event_id == event.id, Delegate.is_active.is_(True))
    for dates in session.execute(people):
        for name, instant in zip(COUNTED, dates, strict=True):
            add(name, instant)
    forms = select(Registration.submitted_at, Registration.people).where(
        Registration.event_id == event.id, Registration.state.in_(UNDECIDED)
    )
    for submitted_at, number in session.execute(forms):
        add("registered", submitted_at, number)
    return {day: dict(found[day]) for day in sorted(found, reverse=True)}
