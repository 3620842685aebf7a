"""Who will be touched if I press this?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.agenda.forms import ReleaseForm
from app.agenda.models import AgendaDraft
from app.agenda.planner import build_problem, judge, read_facts, solution_of
from app.agenda.queries import current_draft, difference, entries_of_draft, entries_of_release, newest_release
from app.agenda.service import ReleaseRefused
from app.agenda.view import broken_rules
from app.claims.service import AlreadyTaken
from app.delegations.queries import delegates_by_id
from app.events.models import Event
from app.events.queries import event_of_path, rooms_of
from app.office.service import release_agenda
from app.office.service.releasing import meetings_in_the_way
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render

router = APIRouter()

READ = Policy("agenda.release_page", roles=ORGANISERS, loader=event_of_path)
RELEASE = Policy("agenda.release", roles=ORGANISERS, loader=event_of_path)


@router.get("/e/{slug}/manage/agenda/release")
def release_page(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(READ)]) -> Response:
    """The difference to the last release by session and by person, and what will happen."""
    return _page(request, session, access.found, Bound(None, {}, {}))


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
            release_agenda(
                session,
                event=event,
                name=bound.value.name,
                note=bound.value.note,
                actor=access.principal.actor(),
                now=now,
            )
    except AlreadyTaken as taken:
        held = sorted({thing.holding_kind for thing in taken.things})
        raise Conflict(_("Somebody or a room is held elsewhere: %(what)s.") % {"what": ", ".join(held)}) from None
    except ReleaseRefused:
        return _page(request, session, event, bound, status=422)
    except Refused as refused:
        return _page(request, session, event, Bound(None, refused.errors, bound.typed), status=422)
    return RedirectResponse(f"/e/{event.slug}/agenda", status_code=303)


def _page(request: Request, session: Session, event: Event, form: Bound[ReleaseForm], *, status: int = 200) -> Response:
    facts = read_facts(session, event)
    draft = current_draft(session, event.id) or AgendaDraft(event_id=event.id, name="", placements=[])
    newest = newest_release(session, event.id)
    changes = difference(entries_of_release(newest), entries_of_draft(draft, facts.sessions))
    people = delegates_by_id(session, {person for change in changes for person in change.touched})
    judgement = judge(build_problem(session, facts, draft), solution_of(facts, draft))
    context = {
        "event": event,
        "form": form,
        "newest": newest,
        "changes": changes,
        "people": sorted(people.values(), key=lambda one: (one.rank, one.id)),
        "changes_of": {person: [change for change in changes if person in change.touched] for person in people},
        "rooms": {room.id: room.name for room in rooms_of(session, event.id)},
        "rules": broken_rules(facts, judgement),
        "meetings": len(meetings_in_the_way(session, event)),
    }
    return render(request, "office/release.html", context, status=status)
