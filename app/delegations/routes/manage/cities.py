"""Which cities can be paired? The way to a session, completeness, North and South."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, STAFF, Access, Policy
from app.delegations.case_cities import CityFilter, cities_shown, missing_of, shows_contested
from app.delegations.enums import CaseCityStage
from app.delegations.loaders import CityIn, city_of_path
from app.delegations.queries import delegations_of, organisations_of, parties_by_id, ties_of
from app.delegations.service import move_stage, set_group, steps_from
from app.events.enums import CountryGroup
from app.events.models import Event
from app.events.queries import event_of_path, group_book
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.filtering import ways_out
from app.platform.forms import Bound, FormData, bind
from app.platform.pagination import page_number, page_of
from app.platform.rendering import render

router = APIRouter()

CITIES = Policy("cities.read", roles=STAFF, loader=event_of_path)
CITY = Policy("city.read", roles=STAFF, loader=city_of_path)
CHANGE = Policy("city.case", roles=ORGANISERS, loader=city_of_path)
FOUND = Annotated[Access[CityIn], Depends(CHANGE)]

PAGE_SIZE = 50


class StageForm(BaseModel):
    """The next step, or the one before."""

    stage: CaseCityStage
    version: int


class GroupForm(BaseModel):
    """North or South by the office's own word, with a note; without a group the list counts."""

    group: CountryGroup | None = None
    note: str = Field(default="", max_length=2000)
    version: int


@router.get("/e/{slug}/manage/cities")
def cities(
    request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(CITIES)], sort: str = "name"
) -> Response:
    """Which cities can be paired?"""
    event = access.found
    book = group_book(session, event)
    filters = CityFilter.of(request.query_params)
    shown = cities_shown(session, event.id, book=book, filters=filters, sort=sort)
    every = cities_shown(session, event.id, book=book, filters=CityFilter(), sort=sort) if filters.active else shown

    def count(some: Mapping[str, str]) -> int:
        return len(cities_shown(session, event.id, book=book, filters=CityFilter.of(some), sort=sort))

    page = page_of(shown, page=page_number(request.query_params.get("page", "1")), size=PAGE_SIZE)
    context = {
        "event": event,
        "cities": page.items,
        "page": page,
        "everything": len(every),
        "stages": [(stage.value, sum(city.stage is stage for city in every)) for stage in CaseCityStage],
        "contested_count": sum(shows_contested(city, book) for city in every),
        "organisations": organisations_of(session, event.id),
        "book": book,
        "groups": {city.id: city.group_override or book.group_of(city.country) for city in page.items},
        "contested": {city.id for city in page.items if shows_contested(city, book)},
        "missing": {city.id: missing_of(city) for city in page.items},
        "steps": {city.id: steps_from(city.stage) for city in page.items},
        "decides": access.principal.role in ORGANISERS,
        "filters": filters.active,
        "ways_out": () if shown else ways_out(filters.active, count),
        "sort": sort,
    }
    return render(request, "delegations/cities.html", context)


@router.get("/e/{slug}/manage/cities/{city_id}")
def city(request: Request, session: ReadSession, access: Annotated[Access[CityIn], Depends(CITY)]) -> Response:
    """What does the city seek and offer?"""
    return _page(request, session, access)


@router.post("/e/{slug}/manage/cities/{city_id}/stage")
def change_stage(request: Request, session: DbSession, form: FormData, now: Now, access: FOUND) -> Response:
    """Move a city one step along the way, or back; whoever moves it from the list comes back to the list."""
    bound, found = bind(StageForm, form), access.found
    try:
        if bound.value is None:
            raise Refused(bound.errors)
        move_stage(
            session,
            city=found.city,
            version=bound.value.version,
            stage=bound.value.stage,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, access, stage=Bound(None, refused.errors, bound.typed), status=422)
    query = form.get("query")
    is_from_list = isinstance(query, str) and re.fullmatch(r"[\w=&.%+-]{0,200}", query) is not None
    one = f"?{query}#city-{found.city.id}" if is_from_list else f"/{found.city.id}"
    return RedirectResponse(f"/e/{found.event.slug}/manage/cities{one}", status_code=303)


@router.post("/e/{slug}/manage/cities/{city_id}/group")
def change_group(request: Request, session: DbSession, form: FormData, now: Now, access: FOUND) -> Response:
    """Say North or South by hand, or let the list count again."""
    bound, found = bind(GroupForm, form), access.found
    try:
        if bound.value is None:
            raise Refused(bound.errors)
        set_group(
            session,
            city=found.city,
            version=bound.value.version,
            group=bound.value.group,
            note=bound.value.note,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, access, group=Bound(None, refused.errors, bound.typed), status=422)
    return RedirectResponse(f"/e/{found.event.slug}/manage/cities/{found.city.id}", status_code=303)


def _page(
    request: Request,
    session: Session,
    access: Access[CityIn],
    *,
    stage: Bound[Any] | None = None,
    group: Bound[Any] | None = None,
    status: int = 200,
) -> Response:
    event, found = access.found.event, access.found.city
    ties = [tie for tie in ties_of(session, event.id) if found.id in {tie.city_id, tie.other_city_id}]
    others = {tie.other_city_id if tie.city_id == found.id else tie.city_id for tie in ties}
    book = group_book(session, event)
    context = {
        "event": event,
        "city": found,
        "ties": ties,
        "others": parties_by_id(session, others),
        "group": found.group_override or book.group_of(found.country),
        "list_group": book.group_of(found.country),
        "book": book,
        "is_contested": shows_contested(found, book),
        "missing": missing_of(found),
        "steps": steps_from(found.stage),
        "decides": access.principal.role in ORGANISERS,
        "stage_form": stage or Bound(None, {}, {}),
        "group_form": group or Bound(None, {}, {}),
        "delegations": [one for one in delegations_of(session, event.id) if one.party_id == found.id],
    }
    return render(request, "delegations/city.html", context, status=status)
