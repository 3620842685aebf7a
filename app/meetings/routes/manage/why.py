"""Why is there no meeting between these two? And booking one for them, at legal places only."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS, Access, Policy, in_one_go
from app.delegations.models import Delegate
from app.delegations.queries import delegate_in_event, delegates_named
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import event_of_path
from app.meetings import service
from app.meetings.forms import BookForm
from app.meetings.notices import tell_of_agreement
from app.meetings.office_why import office_why
from app.meetings.queries import meeting_in_event
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, NotFound, Refused
from app.platform.forms import FormData, bind
from app.platform.rendering import render

router = APIRouter()

STAFF = ORGANISERS | {Role.DESK}
WHY = Policy("meetings.why", roles=STAFF, loader=event_of_path)
BOOK = Policy("meetings.book", roles=STAFF, loader=event_of_path)

MOST_FOUND = 8


@router.get("/e/{slug}/manage/meetings/why")
def why(
    request: Request,
    session: ReadSession,
    access: Annotated[Access[Event], Depends(WHY)],
    a: str = "",
    b: str = "",
    qa: str = "",
    qb: str = "",
) -> Response:
    """Two searches, one sentence, both days slot by slot."""
    return _page(request, session, access.found, ids=(a, b), asked=(qa, qb))


@router.post("/e/{slug}/manage/meetings/book")
@in_one_go
def book(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(BOOK)]
) -> Response:
    """Book a meeting for two delegates."""
    event = access.found
    bound = bind(BookForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    said = bound.value
    try:
        with session.begin_nested():
            made = service.book_for(
                session,
                event=event,
                from_id=said.a,
                to_id=said.b,
                topic=said.topic,
                slot_id=said.slot_id,
                table_id=said.table_id,
                actor=access.principal.actor(),
                now=now,
            )
    except Conflict as conflict:
        ids = (str(said.a), str(said.b))
        return _page(request, session, event, ids=ids, asked=("", ""), said=conflict.message, status=409)
    meeting = meeting_in_event(session, event.id, made.id)
    tell_of_agreement(session, event=event, wish=meeting.wish, meeting=meeting, now=now)
    return RedirectResponse(f"/e/{event.slug}/manage/meetings/{made.id}", status_code=303)


def _page(
    request: Request,
    session: Session,
    event: Event,
    *,
    ids: tuple[str, str],
    asked: tuple[str, str],
    said: str = "",
    status: int = 200,
) -> Response:
    one, other = (_person(session, event, text) for text in ids)
    found = [delegates_named(session, event.id, words, most=MOST_FOUND) if words.strip() else [] for words in asked]
    context = {
        "event": event,
        "people": (one, other),
        "found": found,
        "asked": asked,
        "said": said,
        "why": office_why(session, event, one, other) if one and other and one.id != other.id else None,
    }
    return render(request, "meetings/why.html", context, status=status)


def _person(session: Session, event: Event, text: str) -> Delegate | None:
    try:
        return delegate_in_event(session, event.id, number_of(text))
    except NotFound:
        return None
