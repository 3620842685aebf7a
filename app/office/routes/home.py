"""The organiser's home: what needs me now?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.policies import ORGANISERS, Access, Policy, in_one_go
from app.events.models import Event
from app.events.queries import event_of_path
from app.meetings.enums import Answer
from app.meetings.queries import answer_counts, held_count
from app.office.needs import needs_of
from app.office.queries import recent_doings
from app.office.standing import standing_of
from app.platform.clock import Now
from app.platform.database.sessions import ReadSession
from app.platform.rendering import render
from app.registration.counting import counts_by_day, people_counts

router = APIRouter()

HOME = Policy("office.home", roles=ORGANISERS, loader=event_of_path)


@router.get("/e/{slug}/manage")
@in_one_go
def home(request: Request, session: ReadSession, now: Now, access: Annotated[Access[Event], Depends(HOME)]) -> Response:
    """One list of things to do, in order of harm; numbers and pictures beside it."""
    event = access.found
    standing = standing_of(session, event)
    answers, held = answer_counts(session, event.id), held_count(session, event.id)
    context = {
        "event": event,
        "now": now,
        "needs": needs_of(session, event, standing=standing.needs, answers=answers, held=held),
        "people_counts": standing.people_counts,
        "counts": standing.counts,
        "map": standing.map,
        "release_number": standing.release_number,
        "rooms": standing.rooms,
        "wishes": {answer.value: count for answer, count in answers.items()},
        "accepted": Answer.ACCEPTED.value,
        "held": held,
        "recent": recent_doings(session, event.id),
        "days_left": (event.starts_on - now.date()).days,
    }
    return render(request, "office/home.html", context)


@router.get("/e/{slug}/manage/counts")
def counts(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(HOME)]) -> Response:
    """How many, and since when?"""
    event = access.found
    context = {"event": event, "heads": people_counts(session, event.id), "days": counts_by_day(session, event)}
    return render(request, "office/counts.html", context)
