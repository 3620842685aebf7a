"""Why two cannot meet, and the nearest change that would allow it.

A delegate reads their own side in full and of the other side only that it is not free: neither where somebody is, nor
whom they refuse. Who refuses and who takes no meetings read the same.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.claims.enums import HoldingKind
from app.claims.queries import holdings_by_person
from app.delegations.models import Delegate
from app.events.models import Event, MeetingSlot
from app.events.queries import day_of
from app.meetings.enums import Answer
from app.meetings.matches import joinable, needs_interpreter
from app.meetings.places import Company, Hall, read_hall
from app.meetings.planner import absent_in
from app.meetings.queries import (
    agreed_count,
    has_veto,
    meetings_of_people,
    own_vetoes,
    vetoed_with,
    wish_between,
)
from app.meetings.rules import rules_of
from app.meetings.service.limits import beyond_pending, beyond_quota, closed
from app.platform.i18n import gettext as _


@dataclass(frozen=True, kw_only=True)
class Change:
    """What would make a meeting possible: in words, about whom or which time, and where to do it."""

    kind: str
    slot: MeetingSlot | None = None
    person: Delegate | None = None
    path: str | None = None


@dataclass(frozen=True, kw_only=True)
class WhyNot:
    """The reason (a code and a sentence), the nearest change, and the slots in which nothing stands in the way."""

    code: str
    sentence: str
    change: Change | None = None
    slots: tuple[MeetingSlot, ...] = ()


def why_not(session: Session, event: Event, own: Delegate, them: Delegate, *, now: datetime) -> WhyNot:
    """Why ``own`` cannot meet ``them``, as ``own`` may read it; ``possible`` where nothing is in the way."""
    my = f"/e/{event.slug}/my"
    if own.delegation_id == them.delegation_id:
        return WhyNot(code="same_delegation", sentence=_("You come with the same delegation."))
    if them.id in own_vetoes(session, own.id):
        return WhyNot(
            code="own_veto",
            sentence=_("You said that you do not want to meet this person."),
            change=Change(kind="take_back"),
        )
    if not them.takes_meetings or has_veto(session, own.id, them.id):
        return WhyNot(
            code="not_opted_in",
            sentence=_("This person takes no meetings."),
            change=_colleague(session, event, own, them),
        )
    standing = wish_between(session, event.id, one_id=own.id, other_id=them.id, now=now)
    if standing is not None:
        said = (
            _("You have agreed to meet already: it stands under Meetings.")
            if standing.answer is Answer.ACCEPTED
            else _("A wish between you two waits for an answer: it stands under Meetings.")
        )
        return WhyNot(code="wished", sentence=said, change=Change(kind="meetings", path=f"{my}/meetings"))
    if (limit := closed(event, now)) is not None:
        return WhyNot(code=limit.code, sentence=limit.sentence)
    return _beyond_limits(session, event, own, them, now=now) or _no_place(session, event, own, them)


def _beyond_limits(session: Session, event: Event, own: Delegate, them: Delegate, *, now: datetime) -> WhyNot | None:
    rules, meetings = rules_of(session, event.id), f"/e/{event.slug}/my/meetings"
    their_most = rules.most(them)
    if (limit := beyond_quota(session, rules, own, now)) is not None:
        return WhyNot(code=limit.code, sentence=limit.sentence, change=Change(kind="give_back", path=meetings))
    if their_most is not None and agreed_count(session, event.id, them.id) >= their_most:
        return WhyNot(
            code="their_limit",
            sentence=_("This person has as many meetings as they take."),
            change=_colleague(session, event, own, them),
        )
    free = len(read_hall(session, event, [them.id]).free_slots([them.id]))
    limit = beyond_pending(session, rules, own=own, them=them, free_slots=free, now=now) if free else None
    if limit is None:
        return None
    return WhyNot(code=limit.code, sentence=limit.sentence, change=Change(kind="wait", path=meetings))


def _no_place(session: Session, event: Event, own: Delegate, them: Delegate) -> WhyNot:
    hall = read_hall(session, event, [own.id, them.id])
    both = (own.id, them.id)
    common = hall.free_slots(both)
    if not common:
        return _no_common_slot(session, event, own, them, hall)
    hosts = (them.delegation_id, own.delegation_id)
    slots = hall.open_slots(Company(people=both, hosts=hosts))
    if not slots:
        return WhyNot(
            code="no_table",
            sentence=_("At every time that suits both of you all tables are taken."),
            change=_colleague(session, event, own, them) or _own_meeting(session, event, own, them),
        )
    language = needs_interpreter(own, them)
    team = next((one for one in hall.resources.values() if language and one.language == language), None)
    if team is not None and not hall.places(Company(people=both, resource_id=team.id, hosts=hosts)):
        return WhyNot(
            code="no_interpreter",
            sentence=_("You share no language, and at every time that suits both of you the interpreters are busy."),
            change=Change(kind="without_interpreter", slot=slots[0], path=_wish_path(event, them)),
            slots=slots,
        )
    return WhyNot(
        code="possible",
        sentence=_("Nothing stands in the way."),
        change=Change(kind="wish", slot=slots[0], path=_wish_path(event, them)),
        slots=slots,
    )


def _wish_path(event: Event, them: Delegate) -> str:
    return f"/e/{event.slug}/my/meetings/new?with={them.id}"


def _no_common_slot(session: Session, event: Event, own: Delegate, them: Delegate, hall: Hall) -> WhyNot:
    said = _("There is no time at which both of you are free.")
    theirs = hall.free_slots([them.id])
    here = [slot for slot in theirs if not absent_in(own, slot)]
    # What somebody can give up is a meeting sooner than a session.
    held = _own_kinds(session, event, own, hall)
    movable = [slot for slot in here if held[slot.id] <= {HoldingKind.MEETING}]
    for slot in (*movable, *here):
        day = day_of(event, slot.starts_at).isoformat()
        change = Change(kind="own_item", slot=slot, path=f"/e/{event.slug}/my?day={day}")
        return WhyNot(code="no_common_slot", sentence=said, change=change)
    if theirs:
        path = f"/e/{event.slug}/people/{own.id}/times"
        return WhyNot(code="no_common_slot", sentence=said, change=Change(kind="own_times", slot=theirs[0], path=path))
    return WhyNot(code="no_common_slot", sentence=said, change=_colleague(session, event, own, them))


def _own_kinds(session: Session, event: Event, own: Delegate, hall: Hall) -> dict[int, set[HoldingKind]]:
    holdings = holdings_by_person(session, event_id=event.id, person_ids=[own.id])[own.id]
    kinds: dict[int, set[HoldingKind]] = {}
    for slot in hall.slots:
        ticks = hall.ticks(slot)
        kinds[slot.id] = {one.kind for one in holdings if ticks & set(range(one.start_tick, one.end_tick))}
    return kinds


def _colleague(session: Session, event: Event, own: Delegate, them: Delegate) -> Change | None:
    """Somebody of the same delegation whom one can ask, the highest in rank with a common time and a table then."""
    apart = vetoed_with(session, own.id)
    colleagues = [
        one for one in joinable(session, own, them) if one.delegation_id == them.delegation_id and one.id not in apart
    ]
    hall = read_hall(session, event, [own.id, *(one.id for one in colleagues)])
    for one in colleagues:
        hosts = (one.delegation_id, own.delegation_id)
        slots = hall.open_slots(Company(people=(own.id, one.id), hosts=hosts))
        if slots:
            return Change(kind="colleague", person=one, slot=slots[0], path=_wish_path(event, one))
    return None


def _own_meeting(session: Session, event: Event, own: Delegate, them: Delegate) -> Change | None:
    """The first meeting of one's own that leaves a time and a table for these two once it is given up."""
    company = Company(people=(own.id, them.id), hosts=(them.delegation_id, own.delegation_id))
    for meeting in meetings_of_people(session, event.id, [own.id]):
        if meeting.holding_id is None:
            continue
        at = (meeting.slot_id,)
        hall = read_hall(session, event, company.people, leaving=[meeting.holding_id], slot_ids=at, needs_team=False)
        if hall.open_slots(company):
            path = f"/e/{event.slug}/my?day={day_of(event, meeting.slot.starts_at).isoformat()}"
            return Change(kind="own_item", slot=meeting.slot, path=path)
    return None
