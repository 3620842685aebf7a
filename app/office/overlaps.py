"""Visit items that nobody confirmed: they keep nobody free, so what else their people do then is looked up here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy.orm import Session

from app.claims.forms import HeldTime
from app.claims.queries import holdings_by_person
from app.delegations.models import Delegate
from app.events.models import Event
from app.events.time_grid import TimeGrid
from app.office.absence import titles_of_holdings
from app.platform.i18n import gettext as _
from app.visits.models import Visit
from app.visits.queries import unconfirmed_visits


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """A visit that is not confirmed, somebody who goes, and what they do at the same time."""

    visit_id: int
    delegation_id: int
    name: str
    title: str
    other: str

    @property
    def message(self) -> str:
        """The overlap in words."""
        return _("%(name)s: %(title)s overlaps %(other)s.") % {
            "name": self.name,
            "title": self.title,
            "other": self.other,
        }


def overlapping_drafts(session: Session, event: Event) -> tuple[Overlap, ...]:
    """What is released, held, confirmed or drafted beside an unconfirmed visit of the same person."""
    drafts = unconfirmed_visits(session, event.id)
    people = {member.delegate_id for visit in drafts for member in visit.members}
    if not people:
        return ()
    held = holdings_by_person(session, event_id=event.id, person_ids=people)
    grid = TimeGrid.of(event)
    beside = [
        (visit, member.delegate, holding.id)
        for visit in drafts
        for member in visit.members
        for holding in held[member.delegate_id]
        if holding.id != visit.holding_id and _together(grid, visit, holding)
    ]
    titles = titles_of_holdings(session, {holding_id for *_whose, holding_id in beside}) if beside else {}
    found = [_overlap(visit, person, titles[one]) for visit, person, one in beside if one in titles]
    return (*found, *_among(drafts))


def _among(drafts: list[Visit]) -> Iterator[Overlap]:
    for one, other in combinations(drafts, 2):
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
            going: Mapping[int, Delegate] = {member.delegate_id: member.delegate for member in one.members}
            for member in other.members:
                if member.delegate_id in going:
                    yield _overlap(one, member.delegate, other.title)


def _together(grid: TimeGrid, visit: Visit, holding: HeldTime) -> bool:
    return visit.starts_at < grid.instant(holding.end_tick) and grid.instant(holding.start_tick) < visit.ends_at


def _overlap(visit: Visit, person: Delegate, other: str) -> Overlap:
    return Overlap(
        visit_id=visit.id,
        delegation_id=visit.delegation_id,
        name=person.badge_name,
        title=visit.title,
        other=other,
    )
