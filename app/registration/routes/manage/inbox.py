"""Which registrations wait for a decision, and answering many at once."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, STAFF, Access, Policy
from app.delegations.enums import HelixRole
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Refused
from app.platform.filtering import ways_out
from app.platform.forms import Bound, FormData, bind
from app.platform.many import Answered
from app.platform.pagination import page_number
from app.platform.rendering import is_htmx, render
from app.registration.enums import Door, QuestionKind, RegistrationState
from app.registration.flags import read_review_facts
from app.registration.inbox import (
    blocking_counts,
    columns_for,
    inbox_count,
    inbox_page,
    known_filters,
)
from app.registration.meanwhile import STATE_OF, Meanwhile, meanwhile_of
from app.registration.models import Registration
from app.registration.queries import state_counts
from app.registration.service import reviewing
from app.registration.service.reviewing import Chosen

router = APIRouter()

READ = Policy("registrations.read", roles=STAFF, loader=event_of_path)
ANSWER = Policy("registrations.answer", roles=ORGANISERS, loader=event_of_path)

MOST_AT_ONCE = 200


class ManyForm(BaseModel):
    """What to do with the ticked forms; each tick is ``id:version``."""

    answer: Literal["approve", "wait", "reject", "ask"]
    text: str = Field(default="", max_length=2000)
    chosen: list[Annotated[str, Field(pattern=r"^\d{1,9}:\d{1,9}$")]] = Field(
        default_factory=list, max_length=MOST_AT_ONCE
    )


@router.get("/e/{slug}/manage/registrations")
def registrations(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(READ)]) -> Response:
    """Which registrations wait for a decision?"""
    return _page(request, session, access, Bound(None, {}, {}))


@router.post("/e/{slug}/manage/registrations")
def answer_many(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[Event], Depends(ANSWER)],
) -> Response:
    """Answer the ticked forms: those that can be are, the page says why the others were left."""
    bound = bind(ManyForm, form)
    if bound.value is None:
        return _page(request, session, access, bound, status=422)
    event, many = access.found, bound.value
    try:
        answered = reviewing.answer_many(
            session,
            event=event,
            chosen=_chosen(session, event.id, many.chosen),
            answer=many.answer,
            text=many.text,
            facts=read_review_facts(session, event),
            base_url=request.app.state.settings.base_url,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, access, Bound(None, refused.errors, bound.typed), status=422)
    if not answered.left:
        query = {**request.query_params, "done": len(answered.done), "as": many.answer}
        return RedirectResponse(f"{request.url.path}?{urlencode(query)}", status_code=303)
    lost = [one.row.registration for one in answered.left if isinstance(one.error, Conflict | StaleDataError)]
    first = meanwhile_of(session, lost, STATE_OF.get(many.answer))
    typed: Bound[ManyForm] = Bound(None, {}, bound.typed)
    return _page(request, session, access, typed, answered=answered, meanwhile=first, status=409 if first else 200)


def _chosen(session: Session, event_id: int, ticks: Sequence[str]) -> list[Chosen]:
    """The ticked forms of this event in the order of the page; a number of another event is not there."""
    versions = {int(number): int(version) for number, _, version in (tick.partition(":") for tick in ticks)}
    rows = session.scalars(
        select(Registration).where(Registration.event_id == event_id, Registration.id.in_(list(versions)))
    )
    found = {row.id: row for row in rows}
    return [
        Chosen(registration=found[number], version=version) for number, version in versions.items() if number in found
    ]


def _page(
    request: Request,
    session: Session,
    access: Access[Event],
    form: Bound[ManyForm],
    *,
    answered: Answered[Chosen] | None = None,
    meanwhile: Sequence[Meanwhile] = (),
    status: int = 200,
) -> Response:
    event, query = access.found, request.query_params
    facts = read_review_facts(session, event)
    filters = known_filters({"state": RegistrationState.SUBMITTED.value, **query})
    sort, number = query.get("sort", "submitted"), page_number(query.get("page", "1"))
    within = columns_for(access.principal.role)
    found = inbox_page(session, event.id, filters=filters, sort=sort, number=number, facts=facts, within=within)

    def count(some: Mapping[str, str]) -> int:
        return inbox_count(session, event.id, filters=some, facts=facts, within=within)

    done = query.get("done", "")
    context = {
        "event": event,
        "filters": filters,
        "query": {**filters, "state": filters.get("state", "all")},
        "sort": sort,
        "counts": {state.value: count for state, count in state_counts(session, event.id).items()},
        "asks": {kind.value: count for kind, count in blocking_counts(session, event.id, facts).items()},
        "page": found,
        "ways_out": () if found.items else ways_out(filters, count),
        "decides": access.principal.role in ORGANISERS,
        "form": form,
        "ticked": set(form.typed.get("chosen", ())),
        "answered": answered,
        "meanwhile": meanwhile,
        "done": int(done) if done.isdecimal() and len(done) < 5 else None,
        "done_as": query.get("as", ""),
        "doors": [door.value for door in Door],
        "helix_roles": ["city", *(role.value for role in HelixRole)],
        "kinds": [kind.value for kind in QuestionKind],
    }
    block = "rows" if is_htmx(request) and request.method == "GET" else None
    return render(request, "registration/registrations.html", context, block=block, status=status)
