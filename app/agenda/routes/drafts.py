"""Which draft is better, and for whom?"""

from typing import Annotated, Any

from babel.dates import format_date
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.agenda import service
from app.agenda.board.strips import plan_beside
from app.agenda.drafts import compare, draft_in_event, drafts_of
from app.agenda.forms import CopyForm
from app.agenda.models import AgendaDraft
from app.agenda.planner import read_facts
from app.agenda.queries import newest_release
from app.agenda.rules import WEIGHTS
from app.delegations.queries import delegates_by_id
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import days_of, event_of_path, rooms_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import current_locale
from app.platform.rendering import render

router = APIRouter()

READ = Policy("agenda.compare", roles=ORGANISERS, loader=event_of_path)
CHANGE = Policy("agenda.change_drafts", roles=ORGANISERS, loader=event_of_path)


@router.get("/e/{slug}/manage/agenda/compare")
def compare_drafts(
    request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(READ)], a: str = "", b: str = ""
) -> Response:
    """Two drafts side by side: cost by term, broken rules, sessions and people that differ."""
    return _page(request, session, access.found, Bound(None, {}, {}), a=a, b=b)


@router.post("/e/{slug}/manage/agenda/drafts")
def copy_draft(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(CHANGE)]
) -> Response:
    """Keep a draft under another name."""
    event, bound = access.found, bind(CopyForm, form)
    if bound.value is None:
        return _page(request, session, event, bound, status=422)
    try:
        copy = service.copy_draft(session, event=event, **dict(bound.value), actor=access.principal.actor(), now=now)
    except Refused as refused:
        return _page(request, session, event, Bound(None, refused.errors, bound.typed), status=422)
    address = f"/e/{event.slug}/manage/agenda/compare?a={bound.value.draft_id}&b={copy.id}"
    return RedirectResponse(address, status_code=303)


@router.post("/e/{slug}/manage/agenda/drafts/{draft_id}/current")
def make_current(
    draft_id: str, session: DbSession, now: Now, access: Annotated[Access[Event], Depends(CHANGE)]
) -> Response:
    """Go on with this draft."""
    event = access.found
    service.make_current(session, event=event, draft_id=number_of(draft_id), actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{event.slug}/manage/agenda", status_code=303)


def _page(
    request: Request,
    session: Session,
    event: Event,
    form: Bound[CopyForm],
    *,
    a: str = "",
    b: str = "",
    status: int = 200,
) -> Response:
    drafts = drafts_of(session, event.id)
    one, other = _chosen(session, event, drafts, a, 0), _chosen(session, event, drafts, b, 1)
    context: dict[str, Any] = {"event": event, "form": form, "drafts": drafts, "found": None}
    if one is not None and other is not None:
        facts = read_facts(session, event)
        release = newest_release(session, event.id)
        found = compare(session, facts, one, other, release)
        days = days_of(session, event.id)
        labels = [format_date(day.on, "EEE d MMM", locale=current_locale()) for day in days]
        moved = frozenset(change.session_id for change in found.changes if change.was != change.now)
        people = delegates_by_id(session, {person for change in found.changes for person in change.touched})
        context |= {
            "found": found,
            "release": release,
            "terms": list(WEIGHTS),
            "grids": [plan_beside(facts, days, draft, moved, labels=labels) for draft in (one, other)],
            "changes": found.changes,
            "people": sorted(people.values(), key=lambda person: (person.rank, person.id)),
            "changes_of": {person: [row for row in found.changes if person in row.touched] for person in people},
            "rooms": {room.id: room.name for room in rooms_of(session, event.id)},
        }
    return render(request, "agenda/compare.html", context, status=status)


def _chosen(
    session: Session, event: Event, drafts: list[AgendaDraft], wanted: str, position: int
) -> AgendaDraft | None:
    """The draft that the address names, else the current one on the left and the newest copy on the right."""
    if wanted:
        return draft_in_event(session, event.id, number_of(wanted))
    usual = drafts[:1] if position == 0 else drafts[1:][-1:]
    return usual[0] if usual else None
