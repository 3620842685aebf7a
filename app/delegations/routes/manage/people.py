"""Who comes, and what is undone? Filters in the address; many are answered at once."""

from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, STAFF, Access, Policy, in_one_go
from app.claims.enums import BOOKED
from app.delegations import readers
from app.delegations.enums import HelixRole
from app.delegations.lists import (
    PEOPLE_STATES,
    filtered,
    known_people_filters,
    people_as_listed,
    people_of_event,
    state_counts_of,
)
from app.delegations.models import Delegate, Delegation
from app.delegations.rows import RANKS, rows_of
from app.delegations.service import answer_people
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.filtering import ways_out
from app.platform.forms import Bound, FormData, bind
from app.platform.kept import state_without
from app.platform.log_follower import NO_BOOKINGS
from app.platform.many import Answered
from app.platform.page_cache import own_page
from app.platform.pagination import page_number, page_of
from app.platform.rendering import is_htmx, render

router = APIRouter()

PEOPLE = Policy("people.read", roles=STAFF, loader=event_of_path)
ANSWER = Policy("people.answer", roles=ORGANISERS, loader=event_of_path)

PAGE_SIZE = 50
MOST_AT_ONCE = 200


class ManyForm(BaseModel):
    """What to do with the ticked people; each tick is ``id:version``."""

    answer: Literal["approve", "ask", "reject"]
    text: str = Field(default="", max_length=2000)
    chosen: list[Annotated[str, Field(pattern=r"^\d{1,9}:\d{1,9}$")]] = Field(
        default_factory=list, max_length=MOST_AT_ONCE
    )


@router.get("/e/{slug}/manage/people")
@in_one_go
def people(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[Event], Depends(PEOPLE)]
) -> Response:
    """Who comes, and what is undone?"""
    event_id = access.found.id
    state = state_without(session, event_id, quiet=BOOKED)
    page = _page(request, session, access, Bound(None, {}, {}), state=state)
    return own_page(request, session, page, event_id=event_id, people=NO_BOOKINGS, now=now)


@router.post("/e/{slug}/manage/people")
def answer_many(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(ANSWER)]
) -> Response:
    """Approve, ask or turn down the ticked people: who can be is, the page says why the others were left."""
    bound, event = bind(ManyForm, form), access.found
    try:
        if bound.value is None:
            raise Refused(bound.errors)
        answered = answer_people(
            session,
            event=event,
            people=_chosen(session, event.id, bound.value.chosen),
            answer=bound.value.answer,
            text=bound.value.text,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, access, Bound(None, refused.errors, bound.typed), status=422)
    if not answered.left:
        query = {**request.query_params, "done": len(answered.done), "as": bound.value.answer}
        return RedirectResponse(f"{request.url.path}?{urlencode(query)}", status_code=303)
    return _page(request, session, access, Bound(None, {}, bound.typed), answered=answered)


def _chosen(session: Session, event_id: int, ticks: Sequence[str]) -> list[tuple[Delegate, int]]:
    versions = {int(number): int(version) for number, _, version in (tick.partition(":") for tick in ticks)}
    rows = session.scalars(select(Delegate).where(Delegate.event_id == event_id, Delegate.id.in_(list(versions))))
    found = {row.id: row for row in rows}
    return [(found[number], version) for number, version in versions.items() if number in found]


def _page(
    request: Request,
    session: Session,
    access: Access[Event],
    form: Bound[ManyForm],
    *,
    state: str | None = None,
    answered: Answered[tuple[Delegate, int]] | None = None,
    status: int = 200,
) -> Response:
    event, query = access.found, request.query_params
    reads_needs = access.principal.role in readers.NEEDS
    filters = known_people_filters(query, reads_needs=reads_needs)
    sort = query.get("sort", "rank")
    every = people_of_event(session, event.id) if state is None else people_as_listed(session, event.id, state=state)
    found = filtered(every, filters, sort=sort if reads_needs or sort.lstrip("-") not in {"access", "diet"} else "rank")
    page = page_of(found, page=page_number(query.get("page", "1")), size=PAGE_SIZE)
    decides = access.principal.role in ORGANISERS
    ticked = set(form.typed.get("chosen", ()))
    done = query.get("done", "")
    context = {
        "event": event,
        "rows": rows_of(
            session, event, page.items, state=state, decides=decides, reads_needs=reads_needs, ticked=ticked
        ),
        "reads_needs": reads_needs,
        "tabs": state_counts_of(every),
        "states": PEOPLE_STATES,
        "filters": filters,
        "query": {**filters, "sort": sort},
        "sort": sort,
        "page": page,
        "ways_out": () if found else ways_out(filters, lambda some: len(filtered(every, some, sort="rank"))),
        "ranks": RANKS,
        "helix_roles": ["city", *(role.value for role in HelixRole)],
        "languages_there": sorted({code for one in every for code in one.languages}),
        "into_there": sorted({code for one in every for code in one.interpretation}),
        "delegations": session.execute(
            select(Delegation.id, Delegation.name).where(Delegation.event_id == event.id).order_by(Delegation.name)
        ).all(),
        "decides": decides,
        "form": form,
        "answered": answered,
        "done": int(done) if done.isdecimal() and len(done) < 5 else None,
        "done_as": query.get("as", ""),
    }
    block = "rows" if is_htmx(request) and request.method == "GET" else None
    return render(request, "delegations/people.html", context, block=block, status=status)
