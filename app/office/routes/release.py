"""Who will be touched if I press this? And who was, at each release before?"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.agenda.differences import SessionChange, difference, entries_of_release
from app.agenda.forms import ReleaseForm
from app.agenda.models import AgendaRelease
from app.agenda.preview import preview_of
from app.agenda.queries import release_numbered, releases_of
from app.agenda.service import Overtaken, ReleaseRefused
from app.claims.service import AlreadyTaken
from app.delegations.queries import delegates_by_id
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import event_of_path, rooms_of
from app.meetings.view import name_of
from app.office.service import release_agenda
from app.office.service.releasing import proposed_moves
from app.office.taken import what_holds
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import NotFound, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.pagination import page_number, page_of
from app.platform.rendering import render

router = APIRouter()

READ = Policy("agenda.release_page", roles=ORGANISERS, loader=event_of_path)
RELEASE = Policy("agenda.release", roles=ORGANISERS, loader=event_of_path)

PEOPLE_ON_A_PAGE = 100
"""The first release touches everybody: a page with all of them is too heavy to be quick."""


@router.get("/e/{slug}/manage/agenda/release")
def release_page(
    request: Request,
    session: ReadSession,
    access: Annotated[Access[Event], Depends(READ)],
    against: str = "",
    page: str = "1",
) -> Response:
    """The difference to a release by session and by person, and what will happen."""
    return _page(request, session, access.found, Bound(None, {}, {}), against=against, page=page)


@router.get("/e/{slug}/manage/agenda/releases/{number}")
def earlier_release(
    request: Request,
    session: ReadSession,
    number: str,
    access: Annotated[Access[Event], Depends(READ)],
    against: str = "",
    page: str = "1",
) -> Response:
    """A release as it was made: its note, what was let stand, and what it changed against any earlier one."""
    event = access.found
    shown = _numbered(session, event, number)
    older = str(shown.number - 1) if not against and shown.number > 1 else against
    before = _numbered(session, event, older) if older else None
    changes = difference(entries_of_release(before), entries_of_release(shown))
    context = {
        "event": event,
        "shown": shown,
        "before": before,
        "releases": releases_of(session, event.id),
        **_by_person(session, event, changes, page=page),
        "query": {"against": against} if against else {},
    }
    return render(request, "office/earlier_release.html", context)


@router.post("/e/{slug}/manage/agenda/release")
def release(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[Event], Depends(RELEASE)],
) -> Response:
    """Freeze the draft; everything happens or nothing."""
    event = access.found
    bound = bind(ReleaseForm, form)
    if bound.value is None:
        return _page(request, session, event, bound, status=422)
    try:
        # A savepoint, so that a refusal leaves nothing behind and the page can still be read.
        with session.begin_nested():
            made = release_agenda(session, event=event, **dict(bound.value), actor=access.principal.actor(), now=now)
    except AlreadyTaken as taken:
        errors = {"": what_holds(session, event, taken)}
        return _page(request, session, event, Bound(None, errors, bound.typed), status=409)
    except Overtaken as overtaken:
        return _page(request, session, event, Bound(None, {"": overtaken.message}, bound.typed), status=409)
    except ReleaseRefused:
        return _page(request, session, event, bound, status=422)
    except Refused as refused:
        return _page(request, session, event, Bound(None, refused.errors, bound.typed), status=422)
    return RedirectResponse(f"/e/{event.slug}/manage/agenda/releases/{made.release.number}", status_code=303)


def _numbered(session: Session, event: Event, number: str) -> AgendaRelease:
    found = release_numbered(session, event.id, number_of(number))
    if found is None:
        raise NotFound
    return found


def _page(
    request: Request,
    session: Session,
    event: Event,
    form: Bound[ReleaseForm],
    *,
    against: str = "",
    page: str = "1",
    status: int = 200,
) -> Response:
    found = preview_of(session, event)
    other = _numbered(session, event, against) if against else found.newest
    changes = difference(entries_of_release(other), found.entries) if against else found.changes
    moves = proposed_moves(session, event)
    # Whoever loses a meeting, or has it elsewhere, is told with the rest.
    told = found.touched | {one for move in moves for one in move.meeting.wish.delegate_ids}
    people = [one for one in delegates_by_id(session, told).values() if one.is_active]
    context: dict[str, Any] = {
        "event": event,
        "form": form,
        "newest": found.newest,
        "other": other,
        "stamp": found.stamp,
        "rules": found.rules,
        "blocking": found.blocking,
        "moves": [(move, name_of(move.meeting.wish)) for move in moves],
        "meetings": sum(move.place is None for move in moves),
        "worded": sum(1 for change in found.changes if change.reworded),
        "releases": releases_of(session, event.id),
        "to_write": sum(1 for one in people if one.email is not None),
        "without_address": sum(1 for one in people if one.email is None),
        **_by_person(session, event, changes, page=page),
        "query": {"against": against} if against else {},
    }
    return render(request, "office/release.html", context, status=status)


def _by_person(session: Session, event: Event, changes: tuple[SessionChange, ...], *, page: str) -> dict[str, Any]:
    """The difference as both tables show it: by session in the order of time, by person with heads first."""
    touched = delegates_by_id(session, {person for change in changes for person in change.touched})
    ranked = sorted(touched.values(), key=lambda one: (one.rank, one.id))
    people = page_of(ranked, page=page_number(page), size=PEOPLE_ON_A_PAGE)
    return {
        "changes": changes,
        "people": people,
        "changes_of": {one.id: [change for change in changes if one.id in change.touched] for one in people.items},
        "rooms": {room.id: room.name for room in rooms_of(session, event.id)},
    }
